"""What the tests of jit share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from autograd_mini import Tensor, Value, jit
from autograd_mini.tree import leaves, map_leaves

if TYPE_CHECKING:
    from collections.abc import Callable


Array = np.ndarray[Any, Any]
X = np.array([0.3, -1.2, 2.0])
Y = np.array([-0.7, 0.4, 1.5])
M = np.array([[0.5, -1.1, 0.8], [1.4, 0.2, -0.6], [-0.9, 1.7, 0.1]])


def eager(f: Callable[..., Any]) -> Callable[..., Any]:
    return f


# What holds for both is what "as eager" means.
each_way = pytest.mark.parametrize("wrap", [eager, jit])


def kind(x: Any) -> Any:
    """What tells results apart beside their numbers; a plain number may be of any type."""
    if isinstance(x, Value | Tensor):
        return type(x), x.requires_grad, x.data.dtype if type(x) is Tensor else float
    if isinstance(x, float | np.generic | np.ndarray):
        return (np.ndarray, x.dtype) if np.ndim(x) else bool if isinstance(x, np.bool_) else float
    return type(x)


def data(x: Any) -> Any:
    return x.data if isinstance(x, Value | Tensor) else x


def assert_same(got: Any, want: Any) -> None:
    """The same structure, kinds, shapes, dtypes and numbers."""
    assert map_leaves(kind, got) == map_leaves(kind, want)
    for x, y in zip(leaves(got), leaves(want), strict=True):
        if isinstance(y, str | None):
            assert x == y
            continue
        assert_close(data(x), data(y), 1e-6 if "float32" in str(kind(x)) + str(kind(y)) else 1e-12)


def assert_close(got: Any, want: Any, relative: float = 1e-12) -> None:
    """To a part of the largest number, but at least of 1."""
    assert np.shape(got) == np.shape(want)
    largest = np.abs(want).max(initial=1, where=np.isfinite(want))
    np.testing.assert_allclose(got, want, rtol=0, atol=relative * largest)
