"""Derivatives by either mode, as functions of a function: what tests of nesting are parametrised by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from autograd_mini import grad, jvp

if TYPE_CHECKING:
    from collections.abc import Callable


def forward(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The derivative by forward mode, as a function like ``grad(f)``."""
    return lambda x: jvp(f, (x,), (1.0,))[1]


MODES = {"reverse": grad, "forward": forward}
each_mode = pytest.mark.parametrize("D", list(MODES.values()), ids=list(MODES))


def each_two_modes(test: Any) -> Any:
    """The derivative D of what has the derivative E in it."""
    for name, role in (("E", "inner"), ("D", "outer")):
        test = pytest.mark.parametrize(name, list(MODES.values()), ids=[f"{role} {mode}" for mode in MODES])(test)
    return test
