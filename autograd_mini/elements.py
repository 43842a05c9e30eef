"""Elements: taken, moved, repeated, left out.

>>> x = Tensor([1.0, 2.0, 3.0])
>>> x[[0, 0, 2]].sum().backward()
>>> x.grad
array([2., 0., 1.])
"""

from __future__ import annotations

from types import EllipsisType
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from . import linear
from .arrays import Axis, axes_of, of_numpy
from .functions import FUNCTIONS
from .graph import Node
from .modes import THREAD, refuse_in_program
from .recording import array
from .shapes import ravel
from .tensor import Tensor
from .value import Value

PLAIN_INDEX = (int, float, np.number, slice, EllipsisType, Node)


def getitem(x: Any, index: Any) -> Any:
    """``x[index]``, for all that indexes an array.

    >>> x = Tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> x[0, 1], x[:, 0], x[x.data > 2]
    (Tensor(2.), Tensor([1., 3.]), Tensor([3., 4.]))

    Raises
    ------
    IndexError
        For an index out of range, of floats, or a mask of another shape.
    """
    parts = index if isinstance(index, tuple) else (index,)
    if THREAD.trace is not None and any(map(_looks_up, parts)):
        return linear.GETITEM(x, index)
    kept = tuple(
        i if isinstance(i, PLAIN_INDEX) or i is None else np.array(i) for i in parts
    )  # later edits don't count
    kept = tuple(
        i.astype(np.intp) if isinstance(i, np.ndarray) and not i.size and i.dtype.kind == "f" else i for i in kept
    )
    if any(isinstance(i, Node) for i in kept):
        raise IndexError(
            "a node is no index, because its numbers are floats: use .data.astype(int), or ag.where to choose"
        )
    return linear.GETITEM(x, kept if isinstance(index, tuple) else kept[0])


def _looks_up(i: Any) -> bool:
    """Whether an index is whole numbers that a program is given, to be looked at afresh at each call."""
    if isinstance(i, slice):
        for end in (i.start, i.stop, i.step):
            if isinstance(end, Node):
                refuse_in_program("a slice", "its ends are plain numbers, because shapes don't change")
    if type(i) is Tensor and i.dtype == np.bool_:
        refuse_in_program("a mask as index", "use ag.where(mask, x, y), because shapes don't change")
    return isinstance(i, Node) and (type(i) is Value or i.dtype.kind in "iu")


@of_numpy(np.take)
def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """The elements at these places along an axis; without one, of all elements in a row.

    >>> x = Tensor([1.0, 2.0, 3.0])
    >>> take(x, [2, 2, 0]).sum().backward()
    >>> x.grad
    array([1., 0., 2.])
    """
    x = ravel(array(x)) if axis is None else array(x)
    return x[
        (slice(None),) * normalize_axis_index(axis or 0, x.ndim)
        + (indices if isinstance(indices, Node) else np.asarray(indices),)
    ]


@of_numpy(np.flip)
def flip(x: Any, axis: Axis = None) -> Any:
    """The elements along axes, or along all, in reversed order.

    >>> flip(Tensor([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[4.0, 3.0], [2.0, 1.0]]
    """
    x = array(x)
    return linear.FLIP(x, axes_of(axis, x.ndim))


@of_numpy(np.flipud)
def flipud(x: Any) -> Any:
    """The rows in reversed order.

    >>> flipud(Tensor([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[3.0, 4.0], [1.0, 2.0]]
    """
    return flip(x, 0)


@of_numpy(np.fliplr)
def fliplr(x: Any) -> Any:
    """The columns in reversed order.

    >>> fliplr(Tensor([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[2.0, 1.0], [4.0, 3.0]]
    """
    return flip(x, 1)


@of_numpy(np.rot90)
def rot90(x: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Any:
    """Turned k times by 90° in the plane of two axes: (m, n) → (n, m) for odd k.

    >>> rot90(Tensor([[1.0, 2.0, 3.0]])).tolist()
    [[3.0], [2.0], [1.0]]
    """
    return linear.ROT90(array(x), k, axes)


@of_numpy(np.roll)
def roll(x: Any, shift: Any, axis: Any = None) -> Any:
    """The elements moved along axes; what leaves at the end comes back at the beginning.

    >>> roll(Tensor([1.0, 2.0, 3.0]), 1)
    Tensor([3., 1., 2.])
    """
    return linear.ROLL(array(x), shift, axis)


@of_numpy(np.repeat)
def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """Each element repeated: (n,) → (kn,); the gradients of the copies add up.

    >>> x = Tensor([1.0, 2.0])
    >>> y = repeat(x, [1, 3])
    >>> y.sum().backward()
    >>> y, x.grad
    (Tensor([1., 2., 2., 2.]), array([1., 3.]))
    """
    return linear.REPEAT(array(x), repeats, axis)


@of_numpy(np.tile)
def tile(x: Any, reps: Any) -> Any:
    """The whole repeated, as often as told for each axis: (n,) → (kn,) for reps k.

    >>> tile(Tensor([1.0, 2.0]), 2)
    Tensor([1., 2., 1., 2.])
    """
    return linear.TILE(array(x), reps)


@of_numpy(np.pad)
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Any:
    """With a border: of zeros or other constants, or of what is there.

    ``mode`` is "constant", "edge", "reflect", "symmetric" or "wrap", as NumPy has them.

    >>> pad(Tensor([1.0, 2.0]), 1), pad(Tensor([1.0, 2.0]), (0, 2), "edge")
    (Tensor([0., 1., 2., 0.]), Tensor([1., 2., 2., 2.]))

    Raises
    ------
    ValueError
        For another mode.
    """
    x = array(x)
    if mode in ("edge", "reflect", "wrap", "symmetric"):
        return linear.PAD_AS(x, pad_width, mode)
    if mode != "constant":
        raise ValueError(f"pad's mode is constant, edge, reflect, symmetric or wrap, got {mode!r}")
    if not x.ndim:
        return FUNCTIONS["identity"](x)
    width = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2))
    padded = linear.PAD(x, width)
    if np.any(constant_values):
        padded = padded + np.pad(np.zeros(x.shape, x.dtype), width, constant_values=constant_values)
    return padded


@of_numpy(np.diagonal)
def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The diagonal, or one beside it, of the plane of two axes: (n, n) → (n,).

    >>> x = Tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> diagonal(x), diagonal(x, 1)
    (Tensor([1., 4.]), Tensor([2.]))
    """
    return linear.DIAGONAL(array(x), offset, axis1, axis2)


@of_numpy(np.diag)
def diag(x: Any, k: int = 0) -> Any:
    """Of a matrix the diagonal, of a vector the matrix that has it there: (n, n) → (n,), (n,) → (n, n).

    >>> diag(Tensor([1.0, 2.0])).tolist(), diag(Tensor([[1.0, 2.0], [3.0, 4.0]]))
    ([[1.0, 0.0], [0.0, 2.0]], Tensor([1., 4.]))
    """
    x = array(x)
    return linear.DIAG(x, k) if x.ndim == 1 else diagonal(x, k)


@of_numpy(np.tril)
def tril(x: Any, k: int = 0) -> Any:
    """The lower triangle: zeros above the k-th diagonal.

    >>> tril(Tensor([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[1.0, 0.0], [3.0, 4.0]]
    """
    return linear.TRIL(array(x), k)


@of_numpy(np.triu)
def triu(x: Any, k: int = 0) -> Any:
    """The upper triangle: zeros below the k-th diagonal.

    >>> triu(Tensor([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[1.0, 2.0], [0.0, 4.0]]
    """
    return linear.TRIU(array(x), k)


Tensor.__getitem__ = getitem  # type: ignore[method-assign]  # declared there for type checkers
