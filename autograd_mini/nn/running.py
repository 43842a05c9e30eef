"""How modules are called: in training or not, and what random numbers come from."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np


class Activated(NamedTuple):
    """What an activation gave, what it is called, and what it was given."""

    result: Any = None
    name: str | None = None
    given: Any = None


class _Run(threading.local):
    """How modules are called in this thread."""

    training = False
    generator: np.random.Generator | None = None  # what dropout is drawn from, and weights where there is no other
    weights: np.random.Generator | None = None  # what weights are drawn from
    activated: Activated | None = None  # the last one, where it is watched


RUN = _Run()


@contextmanager
def running(**how: Any) -> Iterator[None]:
    """Call modules so; what isn't given stays as it is."""
    before = {name: getattr(RUN, name) for name in how}
    try:
        vars(RUN).update(how)  # within, because an interrupt may come at once
        yield
    finally:
        vars(RUN).update(before)
