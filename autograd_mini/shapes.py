"""Shapes: the same elements in another shape, several arrays in one, one in several.

>>> from autograd_mini import Tensor
>>> reshape(Tensor([1.0, 2.0, 3.0, 4.0]), (2, 2)).T
Tensor([[1., 3.],
        [2., 4.]])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from . import linear
from .arrays import Axis, of_numpy
from .graph import data_of
from .recording import array, arrays, is_scalar, stacked


@of_numpy(np.reshape)
def reshape(x: Any, shape: int | Sequence[int], order: str = "C") -> Any:
    """The same elements in another shape, in which one length may be -1; counted by rows, or with "F" by columns.

    >>> reshape([1, 2, 3, 4], (2, -1)).tolist(), reshape([1, 2, 3, 4], (2, 2), order="F").tolist()
    ([[1, 2], [3, 4]], [[1, 3], [2, 4]])

    Raises
    ------
    ValueError
        For another order, or a shape that holds another number of elements.
    """
    shape = tuple(shape) if isinstance(shape, Iterable) else (shape,)
    if order == "F":
        return transpose(reshape(transpose(x), shape[::-1]))
    if order != "C":
        raise ValueError(f'order is "C" or "F", got {order!r}')
    return linear.RESHAPE(array(x), shape)


@of_numpy(np.transpose, np.permute_dims)
def transpose(x: Any, axes: Sequence[int] | None = None) -> Any:
    """The axes in another order, reversed unless given: (m, n) → (n, m).

    >>> transpose([[1, 2, 3]]).tolist(), transpose(np.ones((2, 3, 4)), (1, 0, 2)).shape
    ([[1], [2], [3]], (3, 2, 4))
    """
    x = array(x)
    return linear.TRANSPOSE(x, None if axes is None else normalize_axis_tuple(axes, x.ndim))


@of_numpy(np.moveaxis)
def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """Axes moved to other positions: (l, m, n) → (m, n, l) for axis 0 to -1.

    >>> moveaxis(np.ones((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    x = array(x)
    return transpose(x, _order(np.moveaxis, x, source, destination))


@of_numpy(np.swapaxes)
def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """Two axes exchanged: (l, m, n) → (n, m, l) for axes 0 and 2.

    >>> swapaxes(np.ones((2, 3, 4)), 0, 2).shape
    (4, 3, 2)
    """
    x = array(x)
    return transpose(x, _order(np.swapaxes, x, axis1, axis2))


@of_numpy(np.rollaxis)
def rollaxis(x: Any, axis: int, start: int = 0) -> Any:
    """An axis rolled back until it stands before another: (l, m, n) → (n, l, m) for axis 2.

    >>> rollaxis(np.ones((2, 3, 4)), 2).shape
    (4, 2, 3)
    """
    x = array(x)
    return transpose(x, _order(np.rollaxis, x, axis, start))


def _order(function: Callable[..., Any], x: Any, *arguments: Any) -> tuple[int, ...]:
    """Where a NumPy function puts the axes: their lengths tell."""
    return tuple(n - 1 for n in function(np.empty(range(1, x.ndim + 1)), *arguments).shape)


@of_numpy(np.squeeze)
def squeeze(x: Any, axis: Axis = None) -> Any:
    """Without axes of length 1, all of those or the given ones: (1, n, 1) → (n,).

    >>> squeeze(np.ones((1, 3, 1))).shape, squeeze(np.ones((1, 3, 1)), axis=0).shape
    ((3,), (3, 1))
    """
    return _reshaped(np.squeeze, x, axis)


@of_numpy(np.expand_dims)
def expand_dims(x: Any, axis: Any) -> Any:
    """With new axes of length 1, at these places of the result: (m, n) → (1, m, n) for axis 0.

    >>> expand_dims(np.ones((2, 3)), 0).shape, expand_dims(np.ones((2, 3)), (0, -1)).shape
    ((1, 2, 3), (1, 2, 3, 1))
    """
    return _reshaped(np.expand_dims, x, axis)


@of_numpy(np.ravel)
def ravel(x: Any, order: str = "C") -> Any:
    """All elements in a row: (m, n) → (mn,).

    >>> ravel([[1, 2], [3, 4]]), ravel([[1, 2], [3, 4]], order="F")
    (array([1, 2, 3, 4]), array([1, 3, 2, 4]))
    """
    return reshape(x, (-1,), order)


def _reshaped(function: Callable[..., Any], x: Any, *arguments: Any) -> Any:
    """What a NumPy function does that only changes the shape."""
    x = array(x)
    return reshape(x, function(data_of(x), *arguments).shape)


def _at_least(function: Any) -> Callable[..., Any]:
    def at_least(*arrays: Any) -> Any:
        made = [_reshaped(function, x) for x in arrays]
        return made[0] if len(made) == 1 else made

    at_least.__name__ = at_least.__qualname__ = function.__name__
    at_least.__doc__ = f"""One of ``arrays``, or a list of them, with at least {function.__name__[-2]} axes, as NumPy's.

    >>> {function.__name__}(5.0).ndim
    {function.__name__[-2]}
    """
    return of_numpy(function)(at_least)


atleast_1d, atleast_2d, atleast_3d = map(_at_least, (np.atleast_1d, np.atleast_2d, np.atleast_3d))


@of_numpy(np.broadcast_to)
def broadcast_to(x: Any, shape: int | Sequence[int]) -> Any:
    """Repeated to a larger shape, as broadcasting does: (n,) → (m, n); the gradients of the copies add up.

    >>> from autograd_mini import Tensor
    >>> x = Tensor([1.0, 2.0])
    >>> broadcast_to(x, (3, 2)).sum().backward()
    >>> x.grad
    array([3., 3.])

    Raises
    ------
    ValueError
        For a shape that x doesn't broadcast to, naming both.
    """
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    x = array(x)
    aligned = zip(x.shape[::-1], shape[::-1], strict=False)
    if x.ndim > len(shape) or any(n not in (1, m) for n, m in aligned):
        raise ValueError(f"the shape {x.shape} doesn't broadcast to {shape}")
    return linear.BROADCAST_TO(x, shape)


# Several arrays in one, and one in several.


@of_numpy(np.stack)
def stack(given: Iterable[Any], axis: int = 0) -> Any:
    """Numbers, Values, arrays or Tensors of one shape, side by side along a new axis: m of (n,) → (m, n).

    >>> from autograd_mini import Value
    >>> v = Value(2.0)
    >>> t = stack([v, 3.0 * v])
    >>> t.sum().backward()
    >>> t, v.grad
    (Tensor([2., 6.]), 4.0)

    Raises
    ------
    ValueError
        For arrays of different shapes, naming them.
    """
    given = [part if is_scalar(part) else array(part) for part in given]
    if all(np.shape(data_of(part)) == () for part in given):
        normalize_axis_index(axis, 1)
        return stacked(given, (len(given),))
    parts = arrays(*given)
    shapes = {part.shape for part in parts}
    if len(shapes) > 1:
        raise ValueError(f"stack takes arrays of one shape, got {', '.join(map(str, sorted(shapes)))}")
    return linear.STACK(parts, normalize_axis_index(axis, parts[0].ndim + 1))


@of_numpy(np.concatenate)
def concatenate(given: Iterable[Any], axis: int | None = 0) -> Any:
    """Arrays one after the other along an axis: (m,), (n,) → (m + n,); without one, all elements in a row.

    >>> concatenate([[1, 2], [3]]), concatenate([[[1], [2]], [[3], [4]]], axis=1).tolist()
    (array([1, 2, 3]), [[1, 3], [2, 4]])
    """
    parts = [ravel(part) if axis is None else part for part in arrays(*given)]
    return linear.CONCATENATE(parts, normalize_axis_index(axis or 0, parts[0].ndim))


@of_numpy(np.append)
def append(x: Any, values: Any, axis: int | None = None) -> Any:
    """``concatenate`` of two.

    >>> append([1, 2], [3]), append([[1, 2]], [[3, 4]], axis=0).tolist()
    (array([1, 2, 3]), [[1, 2], [3, 4]])
    """
    return concatenate([x, values], axis)


@of_numpy(np.hstack)
def hstack(arrays: Iterable[Any]) -> Any:
    """Arrays beside each other, along the second axis, vectors along the first: (m, k), (m, n) → (m, k + n).

    >>> hstack([[1, 2], [3]]), hstack([[[1], [2]], [[3], [4]]]).tolist()
    (array([1, 2, 3]), [[1, 3], [2, 4]])
    """
    parts = [atleast_1d(array(part)) for part in arrays]
    return concatenate(parts, 0 if parts[0].ndim == 1 else 1)


@of_numpy(np.vstack)
def vstack(arrays: Iterable[Any]) -> Any:
    """Arrays below each other; vectors become rows: (n,), (n,) → (2, n).

    >>> vstack([[1, 2], [3, 4]]).tolist()
    [[1, 2], [3, 4]]
    """
    return concatenate([atleast_2d(array(part)) for part in arrays], 0)


@of_numpy(np.dstack)
def dstack(arrays: Iterable[Any]) -> Any:
    """Arrays behind each other, along the third axis: (m, n), (m, n) → (m, n, 2).

    >>> dstack([[[1, 2]], [[3, 4]]]).tolist()
    [[[1, 3], [2, 4]]]
    """
    return concatenate([atleast_3d(array(part)) for part in arrays], 2)


@of_numpy(np.column_stack)
def column_stack(arrays: Iterable[Any]) -> Any:
    """Vectors as the columns of a matrix: (m,), (m,) → (m, 2).

    >>> column_stack([[1, 2], [3, 4]]).tolist()
    [[1, 3], [2, 4]]
    """
    parts = [array(part) for part in arrays]
    return concatenate([part if part.ndim > 1 else reshape(part, (-1, 1)) for part in parts], 1)


@of_numpy(np.split)
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """The parts between these places, or so many parts of equal length.

    >>> from autograd_mini import Tensor
    >>> split(Tensor([1.0, 2.0, 3.0, 4.0]), 2), split(Tensor([1.0, 2.0, 3.0]), [1])
    ([Tensor([1., 2.]), Tensor([3., 4.])], [Tensor([1.]), Tensor([2., 3.])])

    Raises
    ------
    ValueError
        When parts of equal length don't come out.
    """
    return _parts(np.split, array(x), indices_or_sections, axis)


@of_numpy(np.array_split)
def array_split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """As :func:`split`, where the last parts may be shorter.

    >>> from autograd_mini import Tensor
    >>> array_split(Tensor([1.0, 2.0, 3.0]), 2)
    [Tensor([1., 2.]), Tensor([3.])]
    """
    return _parts(np.array_split, array(x), indices_or_sections, axis)


def _parts(function: Callable[..., Any], x: Any, where_to: Any, axis: int) -> list[Any]:
    ahead = (slice(None),) * normalize_axis_index(axis, x.ndim)
    return [x[(*ahead, _span(part))] for part in function(np.arange(x.shape[axis]), where_to)]


def _span(part: Any) -> slice:
    return slice(int(part[0]), int(part[-1]) + 1) if len(part) else slice(0, 0)


@of_numpy(np.hsplit)
def hsplit(x: Any, indices_or_sections: Any) -> list[Any]:
    """:func:`split` along the second axis, of vectors along the first: (m, 2n) → two of (m, n).

    >>> from autograd_mini import Tensor
    >>> hsplit(Tensor([[1.0, 2.0], [3.0, 4.0]]), 2)[1].tolist()
    [[2.0], [4.0]]
    """
    return _parts(np.split, array(x), indices_or_sections, 0 if array(x).ndim == 1 else 1)


@of_numpy(np.vsplit)
def vsplit(x: Any, indices_or_sections: Any) -> list[Any]:
    """:func:`split` along the first axis: (2m, n) → two of (m, n).

    >>> from autograd_mini import Tensor
    >>> vsplit(Tensor([[1.0, 2.0], [3.0, 4.0]]), 2)[1].tolist()
    [[3.0, 4.0]]
    """
    return _parts(np.split, array(x), indices_or_sections, 0)


@of_numpy(np.dsplit)
def dsplit(x: Any, indices_or_sections: Any) -> list[Any]:
    """:func:`split` along the third axis: (l, m, 2n) → two of (l, m, n).

    >>> from autograd_mini import Tensor
    >>> [part.shape for part in dsplit(Tensor(np.ones((2, 3, 4))), 2)]
    [(2, 3, 2), (2, 3, 2)]
    """
    return _parts(np.split, array(x), indices_or_sections, 2)
