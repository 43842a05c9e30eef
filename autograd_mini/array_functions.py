"""The public functions of arrays: ``ag.sum``, ``ag.matmul``, ``ag.reshape``, …, by NumPy's names and arguments.

Of plain arrays they are NumPy's own; of nodes they give nodes. The linear ones settle their arguments and call
the operation of ``linear.py``; the others are compositions, written in terms of those and of the table's.

>>> W = Tensor([[1.0, 2.0], [3.0, 4.0]])
>>> sum(W, axis=0), np.mean(W), norm(W, axis=1).shape
(Tensor([4., 6.]), Tensor(2.5), (2,))
"""

from __future__ import annotations

import functools
import math
import string
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from . import functions, linear, tree
from .functions import FUNCTIONS, stop_gradient
from .graph import Node, describe
from .linear import count, kept
from .recording import NATIVE, apply, as_operand, from_values, gather, new_tensor, stacked
from .tensor import Tensor
from .value import Value, as_float

_abs, _max, _range, _sum = abs, max, range, sum  # Python's own, where this module's hide them

Axis = int | Sequence[int] | None

absolute, ceil, exp, floor, log, mod, sign, softplus, sqrt, square, where = (
    FUNCTIONS[name] for name in "abs ceil exp floor log mod sign softplus sqrt square where".split()
)

NUMPY: dict[Any, Callable[..., Any]] = {}  # NumPy's functions → what they are on nodes


def of_numpy(*originals: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator for what NumPy's functions are on nodes: of plain arrays, the first of them is called."""

    def decorate(on_nodes: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(on_nodes)
        def public(*args: Any, **kwargs: Any) -> Any:
            if (args and isinstance(args[0], Node)) or _has_node((args, kwargs)):
                return on_nodes(*args, **kwargs)
            result = originals[0](*args, **kwargs)
            return float(result) if type(result) is np.float64 else result

        NUMPY.update(dict.fromkeys(originals, public))
        return public

    return decorate


def _has_node(arguments: Any) -> bool:
    return any(isinstance(leaf, Node) for leaf in tree.leaves(arguments))


def array(x: Any) -> Any:
    """A Tensor of what may be a Tensor, a Value, or lists that hold some; else a plain array."""
    if type(x) is Tensor:
        return x
    if type(x) is Value:
        return from_values([x], ())
    made = gather(x)
    if type(made) is Tensor:
        return made
    made = np.asarray(made)
    if made.dtype.kind not in "iub" and made.dtype.newbyteorder("=") not in NATIVE:
        raise TypeError(f"numbers, arrays of float32 or float64, and nodes are wanted, got {describe(x)}")
    return made


def arrays(*xs: Any) -> list[Any]:
    """As :func:`array` for each of several: numbers and Values in the dtype of the others, which they don't change."""
    scalars = [type(x) is Value or as_float(x) is not None for x in xs]
    made = [None if scalar else array(x) for x, scalar in zip(xs, scalars, strict=True)]
    floating = [x.dtype for x in made if x is not None and x.dtype.kind == "f"]
    dtype = np.result_type(*floating) if floating else None
    return [as_operand(x, dtype) if scalar else y for x, y, scalar in zip(xs, made, scalars, strict=True)]


def axes_of(axis: Axis, ndim: int) -> tuple[int, ...] | None:
    """The axes as they count from the front; None for all.

    Raises
    ------
    numpy.exceptions.AxisError : for an axis out of range (a ValueError, and an IndexError)
    ValueError : for an axis given twice
    """
    if axis is None:
        return None
    if type(axis) is int and 0 <= axis < ndim:
        return (axis,)
    return normalize_axis_tuple(axis, ndim)  # type: ignore[no-any-return]  # a tuple of ints


# Sums, means and extremes.


def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The sum over axes; of numbers and Values one number or Value.

    >>> sum([Value(1), 2.0, Value(3)]).op, sum(Tensor([[1, 2], [3, 4]]), axis=1)
    ('sum', Tensor([3., 7.]))
    """
    if type(x) is not Tensor:
        if type(x) is Value:
            return x
        x = list(x) if isinstance(x, Iterable) and not isinstance(x, list | tuple | np.ndarray) else x
        if axis is None and isinstance(x, list | tuple) and not any(_has_axes(part) for part in x):
            return functions.sum(x)
        x = array(x)
    if type(x) is not Tensor:
        total = np.sum(x, axis=axis, keepdims=keepdims)
        return total if np.ndim(total) else float(total)
    return linear.SUM(x, axes_of(axis, x.ndim), keepdims)


NUMPY[np.sum] = sum


def _has_axes(x: Any) -> bool:
    return isinstance(x, list | tuple | np.ndarray | Tensor)


def _are_scalars(x: Any) -> bool:
    return isinstance(x, list | tuple) and all(type(part) is Value or as_float(part) is not None for part in x)


@of_numpy(np.mean)
def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The mean over axes; of a list of Values and numbers one Value."""
    if axis is None and _are_scalars(x):
        return functions.sum(x) / len(x)
    x = array(x)
    return linear.MEAN(x, axes_of(axis, x.ndim), keepdims)


@of_numpy(np.max, np.amax)
def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The greatest over axes; ties share the gradient evenly."""
    x = array(x)
    return linear.MAX(x, axes_of(axis, x.ndim), keepdims)


@of_numpy(np.min, np.amin)
def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The least over axes; ties share the gradient evenly."""
    x = array(x)
    return linear.MIN(x, axes_of(axis, x.ndim), keepdims)


@of_numpy(np.prod)
def prod(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The product over axes: a tree of products, so that its derivative is right where factors are 0."""
    x = array(x)
    axes = axes_of(_range(x.ndim) if axis is None else axis, x.ndim) or ()
    rest = [i for i in _range(x.ndim) if i not in axes]
    shape = tuple(x.shape[i] for i in rest)
    factors = reshape(transpose(x, (*axes, *rest)), (count(x.shape, axes), *shape))
    while len(factors) > 1:
        half = len(factors) // 2
        factors = concatenate([factors[:half] * factors[half : 2 * half], factors[2 * half :]])
    product = factors[0] if len(factors) else 1.0 + sum(factors, axis=0)
    return reshape(product, kept(x.shape, axes)) if keepdims else product


@of_numpy(np.var)
def var(x: Any, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """The variance over axes: the mean of the squared deviations, of which n - ddof are counted."""
    x = array(x)
    deviation = x - mean(x, axis, keepdims=True)
    return sum(square(deviation), axis, keepdims) / _degrees(x, axis, ddof)


@of_numpy(np.std)
def std(x: Any, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """The standard deviation over axes; of a constant its derivative is 0."""
    x = array(x)
    deviation = x - mean(x, axis, keepdims=True)
    return _root(sum(square(deviation), axis, keepdims) / _degrees(x, axis, ddof))


def _degrees(x: Any, axis: Axis, ddof: float) -> Any:
    degrees = count(x.shape, axes_of(axis, x.ndim)) - ddof
    if degrees <= 0:
        warnings.warn("Degrees of freedom <= 0 for slice", RuntimeWarning, stacklevel=5)
    return np.float64(_max(degrees, 0))


def _root(x: Any) -> Any:
    """The square root, with the derivative 0 at 0."""
    zero = _data(x) == 0
    return where(zero, 0.0, sqrt(where(zero, 1.0, x)))


def _data(x: Any) -> Any:
    return x._data if isinstance(x, Node) else x


@of_numpy(np.cumsum)
def cumsum(x: Any, axis: int | None = None) -> Any:
    """The running sum along an axis; without one, of all elements in a row."""
    x = ravel(array(x)) if axis is None else array(x)
    return linear.CUMSUM(x, normalize_axis_index(axis or 0, x.ndim))


@of_numpy(np.diff)
def diff(x: Any, n: int = 1, axis: int = -1) -> Any:
    """The differences between neighbours along an axis, taken n times."""
    x = array(x)
    ahead = (slice(None),) * normalize_axis_index(axis, x.ndim)
    for _ in _range(n):
        x = x[(*ahead, slice(1, None))] - x[(*ahead, slice(None, -1))]
    return x


@of_numpy(np.sort)
def sort(x: Any, axis: int | None = -1) -> Any:
    """The elements in ascending order along an axis; without one, all of them in a row."""
    x = ravel(array(x)) if axis is None else array(x)
    return linear.SORT(x, normalize_axis_index(-1 if axis is None else axis, x.ndim))


# Norms, softmax.


@of_numpy(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Any:
    """The norm of a vector or matrix, as ``np.linalg.norm``; its derivative is 0 where it is 0.

    Parameters
    ----------
    ord : of a vector any number, inf or -inf, 2 unless given; of a matrix "fro", 1, -1, inf or -inf
    axis : one for vectors, two for matrices; without, all of x

    Raises
    ------
    ValueError : for an ord that is none of these, or that x has too many axes for
    """
    x = array(x)
    axes = axes_of(_range(x.ndim) if axis is None else axis, x.ndim) or ()
    if ord is None or (ord == "fro" and len(axes) == 2) or (ord == 2 and len(axes) == 1):
        return _root(sum(square(x), axes, keepdims))
    if len(axes) == 2 and isinstance(ord, int | float) and _abs(ord) in (1, math.inf):
        summed, rest = axes if _abs(ord) == 1 else axes[::-1]
        best = max if ord > 0 else min
        result = best(sum(absolute(x), summed, keepdims=True), rest, keepdims=True)
        return result if keepdims else squeeze(result, axes)
    if len(axes) != 1 or isinstance(ord, str):
        allowed = "a number, inf or -inf" if len(axes) == 1 else "None, 'fro', 1, -1, inf or -inf"
        raise ValueError(f"norm over {len(axes)} axes takes an ord of {allowed}, got {ord!r}")
    if _abs(ord) == math.inf:
        return (max if ord > 0 else min)(absolute(x), axes, keepdims)
    if ord == 0:
        return sum(sign(absolute(x)), axes, keepdims)
    if ord == 1:
        return sum(absolute(x), axes, keepdims)
    total = sum(absolute(x) ** ord, axes, keepdims)
    zero = _data(total) == 0
    return where(zero, 0.0, where(zero, 1.0, total) ** (1 / ord))


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """ln Σ exp(x) over axes, computed so that nothing overflows.

    >>> float(logsumexp([1000.0, 1000.0])) == 1000 + math.log(2)
    True
    """
    x = array(x)
    top = stop_gradient(max(x, axis, keepdims=True))
    top = where(np.isfinite(_data(top)), top, 0.0)
    result = log(sum(exp(x - top), axis, keepdims=True)) + top
    return result if keepdims else squeeze(result, axes_of(_range(x.ndim) if axis is None else axis, x.ndim))


def log_softmax(x: Any, axis: int = -1) -> Any:
    """ln of :func:`softmax`, without the loss of small probabilities."""
    x = array(x)
    return x - logsumexp(x, axis, keepdims=True)


def softmax(x: Any, axis: int = -1) -> Any:
    """exp(x) / Σ exp(x): probabilities along an axis.

    >>> softmax([[0.0, 0.0], [0.0, math.log(3)]])
    array([[0.5 , 0.5 ],
           [0.25, 0.75]])
    """
    x = array(x)
    if not x.size:
        return x
    e = exp(x - stop_gradient(max(x, axis, keepdims=True)))
    return e / sum(e, axis, keepdims=True)


# Shapes.


@of_numpy(np.reshape)
def reshape(x: Any, shape: int | Sequence[int], order: str = "C") -> Any:
    """The same elements in another shape, in which one length may be -1; counted by rows, or with "F" by columns."""
    shape = tuple(shape) if isinstance(shape, Iterable) else (shape,)
    if order == "F":
        return transpose(reshape(transpose(x), shape[::-1]))
    if order != "C":
        raise ValueError(f'order is "C" or "F", got {order!r}')
    return linear.RESHAPE(array(x), shape)


@of_numpy(np.transpose, np.permute_dims)
def transpose(x: Any, axes: Sequence[int] | None = None) -> Any:
    """The axes in another order, reversed unless given."""
    x = array(x)
    return linear.TRANSPOSE(x, None if axes is None else normalize_axis_tuple(axes, x.ndim))


@of_numpy(np.moveaxis)
def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """Axes moved to other positions."""
    x = array(x)
    return transpose(x, _order(np.moveaxis, x, source, destination))


@of_numpy(np.swapaxes)
def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """Two axes exchanged."""
    x = array(x)
    return transpose(x, _order(np.swapaxes, x, axis1, axis2))


@of_numpy(np.rollaxis)
def rollaxis(x: Any, axis: int, start: int = 0) -> Any:
    """An axis rolled back until it stands before another."""
    x = array(x)
    return transpose(x, _order(np.rollaxis, x, axis, start))


def _order(function: Callable[..., Any], x: Any, *arguments: Any) -> tuple[int, ...]:
    """Where a NumPy function puts the axes: their lengths tell."""
    return tuple(n - 1 for n in function(np.empty(_range(1, x.ndim + 1)), *arguments).shape)


@of_numpy(np.squeeze)
def squeeze(x: Any, axis: Axis = None) -> Any:
    """Without axes of length 1: all of those, or the given ones."""
    return _reshaped(np.squeeze, x, axis)


@of_numpy(np.expand_dims)
def expand_dims(x: Any, axis: Any) -> Any:
    """With new axes of length 1, at these places of the result."""
    return _reshaped(np.expand_dims, x, axis)


@of_numpy(np.ravel)
def ravel(x: Any, order: str = "C") -> Any:
    """All elements in a row."""
    return reshape(x, (-1,), order)


def _reshaped(function: Callable[..., Any], x: Any, *arguments: Any) -> Any:
    """What a NumPy function does that only changes the shape."""
    x = array(x)
    return reshape(x, function(_data(x), *arguments).shape)


def _at_least(function: Any) -> Callable[..., Any]:
    def at_least(*arrays: Any) -> Any:
        made = [_reshaped(function, x) for x in arrays]
        return made[0] if len(made) == 1 else made

    at_least.__name__ = at_least.__qualname__ = function.__name__
    at_least.__doc__ = f"Arrays with at least {function.__name__[-2]} axes: see ``np.{function.__name__}``."
    return of_numpy(function)(at_least)


atleast_1d, atleast_2d, atleast_3d = map(_at_least, (np.atleast_1d, np.atleast_2d, np.atleast_3d))


@of_numpy(np.broadcast_to)
def broadcast_to(x: Any, shape: int | Sequence[int]) -> Any:
    """Repeated to a larger shape, as broadcasting does."""
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    x = array(x)
    aligned = zip(x.shape[::-1], shape[::-1], strict=False)
    if x.ndim > len(shape) or any(n not in (1, m) for n, m in aligned):
        raise ValueError(f"the shape {x.shape} doesn't broadcast to {shape}")
    return linear.BROADCAST_TO(x, shape)


# Elements: taken, moved, repeated.


def getitem(x: Any, index: Any) -> Any:
    """``x[index]``, for all that indexes an array.

    Raises
    ------
    IndexError : for an index out of range, of floats, or a mask of another shape
    """
    parts = index if isinstance(index, tuple) else (index,)
    kept = tuple(np.asarray(i) if isinstance(i, list) else i for i in parts)
    kept = tuple(i.astype(np.intp) if isinstance(i, np.ndarray) and not i.size and i.dtype.kind == "f" else i for i in kept)
    if any(isinstance(i, Node) for i in kept):
        raise IndexError("a node is no index, because its numbers are floats: use .data.astype(int), or ag.where to choose")
    return linear.GETITEM(x, kept if isinstance(index, tuple) else kept[0])


@of_numpy(np.take)
def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """The elements at these places along an axis; without one, of all elements in a row."""
    x = ravel(array(x)) if axis is None else array(x)
    return x[(slice(None),) * normalize_axis_index(axis or 0, x.ndim) + (np.asarray(indices),)]


@of_numpy(np.flip)
def flip(x: Any, axis: Axis = None) -> Any:
    """The elements along axes, or along all, in reversed order."""
    x = array(x)
    return linear.FLIP(x, axes_of(axis, x.ndim))


@of_numpy(np.flipud)
def flipud(x: Any) -> Any:
    """The rows in reversed order."""
    return flip(x, 0)


@of_numpy(np.fliplr)
def fliplr(x: Any) -> Any:
    """The columns in reversed order."""
    return flip(x, 1)


@of_numpy(np.rot90)
def rot90(x: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Any:
    """Turned k times by 90° in the plane of two axes."""
    return linear.ROT90(array(x), k, axes)


@of_numpy(np.roll)
def roll(x: Any, shift: Any, axis: Any = None) -> Any:
    """The elements moved along axes; what leaves at the end comes back at the beginning."""
    return linear.ROLL(array(x), shift, axis)


@of_numpy(np.repeat)
def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """Each element repeated."""
    return linear.REPEAT(array(x), repeats, axis)


@of_numpy(np.tile)
def tile(x: Any, reps: Any) -> Any:
    """The whole repeated, as often as told for each axis."""
    return linear.TILE(array(x), reps)


@of_numpy(np.pad)
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Any:
    """With a border: of zeros or other constants, or of what is there (``mode`` "edge", "reflect", "wrap", "symmetric")."""
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
    """The diagonal, or one beside it, of the plane of two axes."""
    return linear.DIAGONAL(array(x), offset, axis1, axis2)


@of_numpy(np.diag)
def diag(x: Any, k: int = 0) -> Any:
    """Of a matrix the diagonal, of a vector the matrix that has it there."""
    x = array(x)
    return linear.DIAG(x, k) if x.ndim == 1 else diagonal(x, k)


@of_numpy(np.trace)
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The sum of the diagonal."""
    return sum(diagonal(x, offset, axis1, axis2), -1)


@of_numpy(np.tril)
def tril(x: Any, k: int = 0) -> Any:
    """The lower triangle: zeros above the k-th diagonal."""
    return linear.TRIL(array(x), k)


@of_numpy(np.triu)
def triu(x: Any, k: int = 0) -> Any:
    """The upper triangle: zeros below the k-th diagonal."""
    return linear.TRIU(array(x), k)


@of_numpy(np.clip)
def clip(x: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    """Held between two bounds, of which one may be None; at the bounds the derivative is 1."""
    a_min, a_max = min if a_min is None else a_min, max if a_max is None else a_max
    x = x if type(x) is Value else array(x)
    low = where(x < a_min, a_min, x) if a_min is not None else x
    return where(low > a_max, a_max, low) if a_max is not None else low


@of_numpy(np.round, np.around)
def round(x: Any, decimals: int = 0) -> Any:
    """Rounded to so many decimals, halves to even; its derivative is 0."""
    rounded = FUNCTIONS["rint"]
    return rounded(x) if not decimals else rounded(x * 10.0**decimals) / 10.0**decimals


# Several arrays in one, and one in several.


@of_numpy(np.stack)
def stack(given: Iterable[Any], axis: int = 0) -> Any:
    """Numbers, Values, arrays or Tensors of one shape, side by side along a new axis.

    >>> v = Value(2.0)
    >>> t = stack([v, 3.0 * v])
    >>> t.sum().backward()
    >>> t, v.grad
    (Tensor([2., 6.]), 4.0)
    """
    given = [part if type(part) is Value else as_float(part) if as_float(part) is not None else array(part) for part in given]
    if all(np.shape(_data(part)) == () for part in given):
        normalize_axis_index(axis, 1)
        return stacked(given, (len(given),))
    parts = arrays(*given)
    shapes = {part.shape for part in parts}
    if len(shapes) > 1:
        raise ValueError(f"stack takes arrays of one shape, got {', '.join(map(str, sorted(shapes)))}")
    return linear.STACK(parts, normalize_axis_index(axis, parts[0].ndim + 1))


@of_numpy(np.concatenate)
def concatenate(given: Iterable[Any], axis: int | None = 0) -> Any:
    """Arrays one after the other along an axis that they have; without one, all elements in a row."""
    parts = [ravel(part) if axis is None else part for part in arrays(*given)]
    return linear.CONCATENATE(parts, normalize_axis_index(axis or 0, parts[0].ndim))


@of_numpy(np.append)
def append(x: Any, values: Any, axis: int | None = None) -> Any:
    """``concatenate`` of two."""
    return concatenate([x, values], axis)


@of_numpy(np.hstack)
def hstack(arrays: Iterable[Any]) -> Any:
    """Arrays beside each other: along the second axis, vectors along the first."""
    parts = [atleast_1d(array(part)) for part in arrays]
    return concatenate(parts, 0 if parts[0].ndim == 1 else 1)


@of_numpy(np.vstack)
def vstack(arrays: Iterable[Any]) -> Any:
    """Arrays below each other; vectors become rows."""
    return concatenate([atleast_2d(array(part)) for part in arrays], 0)


@of_numpy(np.dstack)
def dstack(arrays: Iterable[Any]) -> Any:
    """Arrays behind each other, along the third axis."""
    return concatenate([atleast_3d(array(part)) for part in arrays], 2)


@of_numpy(np.column_stack)
def column_stack(arrays: Iterable[Any]) -> Any:
    """Vectors as the columns of a matrix."""
    parts = [array(part) for part in arrays]
    return concatenate([part if part.ndim > 1 else reshape(part, (-1, 1)) for part in parts], 1)


@of_numpy(np.split)
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """The parts between these places, or so many parts of equal length."""
    return _parts(np.split, array(x), indices_or_sections, axis)


@of_numpy(np.array_split)
def array_split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """As :func:`split`, where the last parts may be shorter."""
    return _parts(np.array_split, array(x), indices_or_sections, axis)


def _parts(function: Callable[..., Any], x: Any, where_to: Any, axis: int) -> list[Any]:
    ahead = (slice(None),) * normalize_axis_index(axis, x.ndim)
    return [x[(*ahead, _span(part))] for part in function(np.arange(x.shape[axis]), where_to)]


def _span(part: Any) -> slice:
    return slice(int(part[0]), int(part[-1]) + 1) if len(part) else slice(0, 0)


@of_numpy(np.hsplit)
def hsplit(x: Any, indices_or_sections: Any) -> list[Any]:
    """:func:`split` along the second axis, of vectors along the first."""
    return split(x, indices_or_sections, 0 if array(x).ndim == 1 else 1)


@of_numpy(np.vsplit)
def vsplit(x: Any, indices_or_sections: Any) -> list[Any]:
    """:func:`split` along the first axis."""
    return split(x, indices_or_sections, 0)


@of_numpy(np.dsplit)
def dsplit(x: Any, indices_or_sections: Any) -> list[Any]:
    """:func:`split` along the third axis."""
    return split(x, indices_or_sections, 2)


# Products.


def matmul(x: Any, y: Any) -> Any:
    """The product of matrices and vectors, or of batches of matrices: ``x @ y``.

    Raises
    ------
    ValueError : when the inner lengths differ, naming both shapes
    """
    if type(x) is Tensor:
        return x @ y
    if type(y) is Tensor:
        return y.__rmatmul__(x)
    return linear.MATMUL(*arrays(x, y)) if _has_node((x, y)) else np.matmul(x, y)


NUMPY[np.matmul] = matmul


def dot(x: Any, y: Any, bias: Any = 0.0) -> Any:
    """``np.dot`` of arrays; of two lists of Values and numbers w₁x₁ + w₂x₂ + … + bias, as one Value.

    Raises
    ------
    ValueError : when the lengths to be summed over differ, naming both shapes
    """
    if _is_scalar(x) or _is_scalar(y):
        product = x * y
    elif not (_is_array(x) or _is_array(y)) or (_holds_values(x) or _holds_values(y)):
        return functions.dot(x, y, bias)
    else:
        x, y = arrays(x, y)
        linear.check_inner("dot", x, y)
        product = linear.MATMUL(x, y) if y.ndim < 3 else tensordot(x, y, ([-1], [-2]))
    return product if type(bias) in (int, float) and bias == 0 else product + bias


NUMPY[np.dot] = dot


def _is_scalar(x: Any) -> bool:
    return type(x) is Value or as_float(x) is not None or (isinstance(x, Tensor | np.ndarray) and not x.ndim)


def _is_array(x: Any) -> bool:
    return isinstance(x, Tensor | np.ndarray) or (
        isinstance(x, list | tuple) and any(isinstance(part, list | tuple | Tensor | np.ndarray) for part in x)
    )


def _holds_values(x: Any) -> bool:
    return isinstance(x, list | tuple) and any(type(part) is Value for part in x)


@of_numpy(np.outer)
def outer(x: Any, y: Any) -> Any:
    """Every element of x times every element of y."""
    x, y = arrays(x, y)
    return reshape(x, (-1, 1)) * reshape(y, (1, -1))


@of_numpy(np.inner)
def inner(x: Any, y: Any) -> Any:
    """The sums of products over the last axes of both."""
    x, y = arrays(x, y)
    return x * y if not x.ndim or not y.ndim else tensordot(x, y, ([-1], [-1]))


@of_numpy(np.tensordot)
def tensordot(x: Any, y: Any, axes: Any = 2) -> Any:
    """The sums of products over chosen axes of both: so many last of x and first of y, or those listed for each."""
    x, y = arrays(x, y)
    by_x, by_y = (_range(-axes, 0), _range(axes)) if isinstance(axes, int) else axes
    by_x, by_y = (normalize_axis_tuple(by, z.ndim) for by, z in ((by_x, x), (by_y, y)))
    if [x.shape[i] for i in by_x] != [y.shape[i] for i in by_y]:
        raise ValueError(f"tensordot of the shapes {x.shape} and {y.shape} over the axes {by_x} and {by_y}: lengths differ")
    rest_x, rest_y = ([i for i in _range(z.ndim) if i not in by] for z, by in ((x, by_x), (y, by_y)))
    shape_x, shape_y = (tuple(z.shape[i] for i in rest) for z, rest in ((x, rest_x), (y, rest_y)))
    n = count(x.shape, by_x)
    left = reshape(transpose(x, (*rest_x, *by_x)), (math.prod(shape_x), n))
    right = reshape(transpose(y, (*by_y, *rest_y)), (n, math.prod(shape_y)))
    return reshape(matmul(left, right), shape_x + shape_y)


@of_numpy(np.kron)
def kron(x: Any, y: Any) -> Any:
    """The Kronecker product: y once for each element of x, times it."""
    x, y = arrays(x, y)
    ndim = _max(x.ndim, y.ndim)
    long_x, long_y = ((1,) * (ndim - z.ndim) + z.shape for z in (x, y))
    left = reshape(x, tuple(n for length in long_x for n in (length, 1)))
    right = reshape(y, tuple(n for length in long_y for n in (1, length)))
    return reshape(left * right, tuple(n * m for n, m in zip(long_x, long_y, strict=True)))


@of_numpy(np.cross)
def cross(x: Any, y: Any, axis: int = -1) -> Any:
    """The vector product of vectors in space, along an axis of length 3."""
    x, y = (moveaxis(array(z), axis, -1) for z in (x, y))
    after, before = [1, 2, 0], [2, 0, 1]
    return moveaxis(x[..., after] * y[..., before] - x[..., before] * y[..., after], -1, axis)


@of_numpy(np.einsum)
def einsum(*operands: Any) -> Any:
    """Sums of products by Einstein's convention: ``einsum("ij,jk->ik", x, y)``, as ``np.einsum``."""
    subscripts, given = _subscripts(operands)
    xs = arrays(*given)
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if len(terms) != len(xs):
        raise ValueError(f"einsum's {subscripts!r} is for {len(terms)} operands, got {len(xs)}")
    free = [c for c in string.ascii_letters if c not in subscripts]
    longest = _max(x.ndim - len(t) + 3 for t, x in zip(terms, xs, strict=True)) if "..." in inputs else 0
    written = []
    for term, x in zip(terms, xs, strict=True):
        dots = x.ndim - len(term.replace("...", ""))
        written.append(term.replace("...", "".join(free[longest - dots : longest])))
        if len(written[-1]) != x.ndim:
            raise ValueError(f"einsum's {term!r} is for {len(term)} axes, got an operand of shape {x.shape}")
    ellipsis = "".join(free[:longest])
    if not arrow:
        once = sorted(c for c in set(inputs) - {",", "."} if inputs.count(c) == 1)
        output = "..." * ("..." in inputs) + "".join(once)
    return linear.EINSUM(xs, tuple(written), output.replace("...", ellipsis))


def _subscripts(operands: Sequence[Any]) -> tuple[str, list[Any]]:
    """The text form of einsum's arguments, which may also be x, [0, 1], y, [1, 2], [0, 2]."""
    if isinstance(operands[0], str):
        return operands[0], list(operands[1:])

    def written(places: Iterable[Any]) -> str:
        return "".join("..." if place is Ellipsis else string.ascii_letters[place] for place in places)

    pairs = len(operands) // 2
    inputs = ",".join(written(places) for places in operands[1 : 2 * pairs : 2])
    output = "->" + written(operands[-1]) if len(operands) % 2 else ""
    return inputs + output, list(operands[: 2 * pairs : 2])


# What NumPy has beside the table's rows.


def _radians(x: Any) -> Any:
    return x * (math.pi / 180)


def _degrees_of(x: Any) -> Any:
    return x * (180 / math.pi)


def _logaddexp(x: Any, y: Any) -> Any:
    return where(_data(x) >= _data(y), x + softplus(y - x), y + softplus(x - y))


def _sinc(x: Any) -> Any:
    zero = _data(x) == 0
    safe = where(zero, 1.0, x) * math.pi
    return where(zero, 1.0, FUNCTIONS["sin"](safe) / safe)


def _trunc(x: Any) -> Any:
    return where(_data(x) >= 0, floor(x), ceil(x))


NUMPY.update({
    np.exp2: lambda x: exp(x * math.log(2)),
    np.log2: lambda x: log(x) / math.log(2),
    np.log10: lambda x: log(x) / math.log(10),
    np.logaddexp: _logaddexp,
    np.logaddexp2: lambda x, y: _logaddexp(x * math.log(2), y * math.log(2)) / math.log(2),
    np.deg2rad: _radians,
    np.radians: _radians,
    np.rad2deg: _degrees_of,
    np.degrees: _degrees_of,
    np.fabs: absolute,
    np.float_power: FUNCTIONS["pow"],
    np.floor_divide: lambda x, y: floor(x / y),
    np.fmax: FUNCTIONS["maximum"],
    np.fmin: FUNCTIONS["minimum"],
    np.fmod: lambda x, y: x - y * stop_gradient(_trunc(x / y)),
    np.trunc: _trunc,
    np.sinc: _sinc,
    np.copy: FUNCTIONS["identity"],
    np.real: FUNCTIONS["identity"],
    np.conjugate: FUNCTIONS["identity"],
})  # fmt: skip


# Methods of Tensor, as ndarray has them.


def _method_reshape(self: Tensor, *shape: Any, order: str = "C") -> Any:
    """See ``autograd_mini.reshape``; the lengths may also be separate arguments."""
    return reshape(self, shape[0] if len(shape) == 1 else shape, order)


def _method_transpose(self: Tensor, *axes: Any) -> Any:
    """See ``autograd_mini.transpose``; the axes may also be separate arguments."""
    return transpose(self, None if not axes else axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes)


def _method_astype(self: Tensor, dtype: Any) -> Any:
    """The same numbers in another precision."""
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise TypeError(f"a Tensor holds float32 or float64, got {dtype!r}: for another dtype take .data.astype(…)")
    return linear.ASTYPE(self, np.dtype(dtype))


ARRAY_FUNCTIONS = {
    f.__name__: f
    for f in (
        sum, mean, max, min, prod, var, std, cumsum, diff, sort, norm, logsumexp, log_softmax, softmax, reshape,
        transpose, moveaxis, swapaxes, rollaxis, squeeze, expand_dims, ravel, atleast_1d, atleast_2d, atleast_3d,
        broadcast_to, take, flip, flipud, fliplr, rot90, roll, repeat, tile, pad, diagonal, diag, trace, tril, triu,
        clip, round, stack, concatenate, append, hstack, vstack, dstack, column_stack, split, array_split, hsplit,
        vsplit, dsplit, matmul, dot, outer, inner, tensordot, kron, cross, einsum,
    )
}  # fmt: skip
PLAIN = """
    any all count_nonzero nonzero argmax argmin argsort shape ndim size zeros_like ones_like full_like isnan isinf
    isfinite isclose allclose array_equal
    """.split()


def _on_numbers(name: str) -> Callable[..., Any]:
    original = getattr(np, name)

    def plain(*args: Any, **kwargs: Any) -> Any:
        return original(*tree.map_leaves(_data, args), **kwargs)

    plain.__name__ = plain.__qualname__ = name
    plain.__doc__ = f"``np.{name}`` of the numbers: a plain result, through which no derivative flows."
    return plain


ARRAY_FUNCTIONS |= {"amax": max, "amin": min}
ARRAY_FUNCTIONS |= {name: _on_numbers(name) for name in PLAIN}
METHODS = """any all argmax argmin argsort sum mean max min prod var std cumsum sort norm logsumexp log_softmax softmax swapaxes squeeze ravel take
    repeat diagonal trace clip round dot""".split()

for _name in METHODS:
    setattr(Tensor, _name, ARRAY_FUNCTIONS[_name])
Tensor.flatten = ravel  # type: ignore[method-assign]  # it never shares memory that can be written to
Tensor.reshape = _method_reshape  # type: ignore[method-assign]  # as the others
Tensor.transpose = _method_transpose  # type: ignore[method-assign]
Tensor.astype = _method_astype  # type: ignore[method-assign]
Tensor.__getitem__ = getitem  # type: ignore[method-assign]
