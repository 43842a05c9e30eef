"""The linear operations on arrays, each with its transpose.

A linear operation is its own derivative: forward mode applies it to the tangent, and reverse mode applies
its transpose to the gradient. The transpose of a sum spreads the gradient over what was summed, that of
``x[index]`` puts it back in its place, that of ``W @ x`` by x is ``Wᵀ @ g``. They are written in NumPy's
words, which nodes understand as arrays do: so the same lines serve every order of derivative.

>>> SUM.transposes[0](np.array([1.0, 2.0]), np.zeros((2, 3)), (1,), False)
array([[1., 1., 1.],
       [2., 2., 2.]])
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .operation import Linear, Many, Plain, Selection, Together

Shape = tuple[int, ...]


# Sums, and their transpose: spreading.


def spread(g: Any, shape: Shape) -> Any:
    """A new array of this shape that repeats g, as broadcasting does."""
    out = np.empty(shape, g.dtype)  # filling takes less time than np.broadcast_to
    if g.ndim:
        out[...] = g
    else:
        out.fill(g)
    return out


def kept(shape: Shape, axes: Sequence[int] | None) -> Shape:
    """The shape with the axes that are summed over of length 1."""
    return tuple(1 if axes is None or i in axes else n for i, n in enumerate(shape))


def count(shape: Shape, axes: Sequence[int] | None) -> int:
    """How many elements there are along these axes."""
    n = 1
    for i, length in enumerate(shape):
        n *= length if axes is None or i in axes else 1
    return n


def _spread_sum(g: Any, x: Any, axes: Sequence[int] | None, keepdims: bool) -> Any:
    return BROADCAST_TO(g if keepdims or axes is None else g.reshape(kept(x.shape, axes)), x.shape)


def _mean(x: Any, axes: Sequence[int] | None, keepdims: bool) -> Any:
    n = x.size if axes is None else count(x.shape, axes)
    if not n:
        return np.mean(x, axis=axes, keepdims=keepdims)  # nan, with NumPy's warning
    total: Any = np.add.reduce(x, axis=axes, keepdims=keepdims)  # type: ignore[call-overload]  # its stubs want a literal
    return total / n


def _spread_mean(g: Any, x: Any, axes: Sequence[int] | None, keepdims: bool) -> Any:
    n = x.size if axes is None else count(x.shape, axes)
    return _spread_sum(g / max(n, 1), x, axes, keepdims)


def _sum_to(g: Any, shape: Shape) -> Any:
    axes = _repeated(g.shape, shape)
    if len(axes) == 1 and g.ndim == 2:  # a bias: a product with ones takes a third of the time
        ones = _ones(g.shape[axes[0]], g.dtype)
        return (g.dot(ones) if axes == (1,) else ones.dot(g)).reshape(shape)
    total = np.add.reduce(g, axis=axes, keepdims=True)
    return total.reshape(shape) if g.ndim > len(shape) else total


@functools.lru_cache(64)
def _ones(n: int, dtype: Any) -> Any:
    return np.ones(n, dtype)


@functools.lru_cache(1024)  # a network has few shapes
def _repeated(large: Shape, small: Shape) -> tuple[int, ...]:
    """The axes along which a small shape is repeated when it is broadcast to a large one."""
    ahead = len(large) - len(small)
    return tuple(i for i, n in enumerate(large) if i < ahead or (small[i - ahead] == 1 and n != 1))


BROADCAST_TO = Linear("broadcast_to", spread, lambda g, x, shape: sum_to(g, x.shape))
SUM_TO = Linear("sum_to", _sum_to, lambda g, x, shape: BROADCAST_TO(g, x.shape))
SUM = Linear("sum", lambda x, axes, keepdims: np.add.reduce(x, axis=axes, keepdims=keepdims), _spread_sum)
MEAN = Linear("mean", _mean, _spread_mean)
CUMSUM = Linear("cumsum", np.cumsum, lambda g, x, axis: np.flip(np.cumsum(np.flip(g, axis), axis), axis))


def sum_to(g: Any, shape: Shape) -> Any:
    """Broadcasting undone: the sum over what was repeated. The transpose of ``broadcast_to``.

    >>> sum_to(np.ones((4, 2, 3)), (2, 1))
    array([[12.],
           [12.]])
    """
    return SUM_TO(g, shape) if g.shape != shape else g


# Shapes.

RESHAPE = Linear("reshape", lambda x, shape: x.reshape(shape), lambda g, x, shape: g.reshape(x.shape))
TRANSPOSE = Linear(
    "transpose",
    lambda x, axes: x.transpose(axes),
    lambda g, x, axes: g.transpose(None if axes is None else tuple(np.argsort(axes).tolist())),
)
ASTYPE = Linear("astype", lambda x, dtype: x.astype(dtype), lambda g, x, dtype: g.astype(x.dtype))


# Indexing, and its transpose: scattering.


def _scatter(g: Any, shape: Shape, index: Any) -> Any:
    out = np.zeros(shape, g.dtype)
    if any(
        isinstance(i, np.ndarray) and i.dtype.kind != "b" for i in (index if isinstance(index, tuple) else (index,))
    ):
        np.add.at(out, index, g)  # where an index is repeated, all of its gradients count
    else:
        out[index] = g
    return out


SCATTER: Linear
GETITEM = Linear("getitem", lambda x, index: x[index], lambda g, x, index: SCATTER(g, x.shape, index))
SCATTER = Linear("scatter", _scatter, lambda g, x, shape, index: GETITEM(g, index))


class Rearrangement(Linear):
    """What a NumPy function does that only moves, repeats or drops elements: indexing, told by where they go."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        def transpose(g: Any, x: Any, *params: Any) -> Any:
            places = function(np.arange(x.size).reshape(x.shape), *params)
            return SCATTER(g.reshape(-1), (x.size,), places.reshape(-1)).reshape(x.shape)

        super().__init__(name, function, transpose)


FLIP = Linear("flip", np.flip, lambda g, x, axis: np.flip(g, axis))
REPEAT, TILE, DIAGONAL, ROT90 = (Rearrangement(f.__name__, f) for f in (np.repeat, np.tile, np.diagonal, np.rot90))
ROLL = Linear("roll", np.roll, lambda g, x, shift, axis: np.roll(g, np.negative(shift), axis))
PAD_AS = Rearrangement("pad", np.pad)
PAD = Linear(
    "pad",
    np.pad,
    lambda g, x, width: g[tuple(slice(before, before + n) for (before, _), n in zip(width, x.shape, strict=True))],
)
TRIL = Linear("tril", np.tril, lambda g, x, k: np.tril(g, k))
TRIU = Linear("triu", np.triu, lambda g, x, k: np.triu(g, k))
DIAG = Linear("diag", np.diag, lambda g, x, k: np.diagonal(g, k))  # of a vector, the matrix


# Several arrays in one.


def _part(i: int, g: Any, xs: Sequence[Any], axis: int) -> Any:
    start = sum(x.shape[axis] for x in xs[:i])
    return g[(slice(None),) * axis + (slice(start, start + xs[i].shape[axis]),)]


CONCATENATE = Together("concatenate", np.concatenate, _part)
STACK = Together("stack", np.stack, lambda i, g, xs, axis: g[(slice(None),) * axis + (i,)])


# Products.


def _product(x: Any, y: Any) -> Any:
    return x.dot(y) if isinstance(x, np.ndarray) and isinstance(y, np.ndarray) else np.matmul(x, y)


def _matmul_by_x(g: Any, x: Any, y: Any) -> Any:
    if y.ndim == 1:
        return g * y if x.ndim == 1 else g[..., None] * y
    if x.ndim == 1:
        return np.matmul(y, g[..., None])[..., 0]
    return _product(g, y.T) if x.ndim == y.ndim == 2 else np.matmul(g, np.swapaxes(y, -1, -2))


def _matmul_by_y(g: Any, x: Any, y: Any) -> Any:
    if x.ndim == 1:
        return g * x if y.ndim == 1 else x[:, None] * g[..., None, :]
    if y.ndim == 1:
        return np.matmul(np.swapaxes(x, -1, -2), g[..., None])[..., 0]
    return _product(x.T, g) if x.ndim == y.ndim == 2 else np.matmul(np.swapaxes(x, -1, -2), g)


def _matmul(x: Any, y: Any) -> Any:
    if x.ndim == y.ndim == 2 and x.shape[1] == y.shape[0]:
        return x.dot(y)  # quicker for small ones
    if not x.ndim or not y.ndim:
        raise ValueError(f"matmul takes arrays with axes, got the shapes {x.shape} and {y.shape}: use * for numbers")
    check_inner("matmul", x, y)
    return np.matmul(x, y)


def check_inner(name: str, x: Any, y: Any) -> None:
    """Raise a ValueError unless the last axis of x is as long as the last but one of y."""
    inner, other = x.shape[-1], y.shape[-2] if y.ndim > 1 else y.shape[0]
    if inner != other:
        left, right = "column" if x.ndim > 1 else "element", "row" if y.ndim > 1 else "element"
        raise ValueError(
            f"{name} of the shapes {x.shape} and {y.shape}: {inner} {left}{'s meet' if inner != 1 else ' meets'} "
            f"{other} {right}{'s' if other != 1 else ''}, and they have to be as many"
        )


MATMUL = Linear("matmul", _matmul, _matmul_by_x, _matmul_by_y)


def _einsum_transpose(i: int, g: Any, xs: Sequence[Any], inputs: tuple[str, ...], output: str) -> Any:
    letters = inputs[i]
    own = dict(zip(letters, xs[i].shape, strict=True))
    others = [(term, x) for j, (term, x) in enumerate(zip(inputs, xs, strict=True)) if j != i]
    known = set(output).union(*(term for term, _ in others))
    distinct = "".join(dict.fromkeys(letters))
    found = "".join(a for a in distinct if a in known)
    terms = [output, *(term for term, _ in others)]
    result = EINSUM([g, *(x for _, x in others)], tuple(terms), found)
    # Letters that this operand alone has were summed over; those of length 1 were broadcast.
    result = result.reshape(tuple(result.shape[found.index(a)] if a in found else 1 for a in distinct))
    repeated = tuple(own[a] if n == 1 else n for a, n in zip(distinct, result.shape, strict=True))
    result = sum_to(BROADCAST_TO(result, repeated), tuple(own[a] for a in distinct))
    if len(distinct) == len(letters):
        return result
    places = np.einsum(f"{letters}->{distinct}", np.arange(xs[i].size).reshape(xs[i].shape))
    return SCATTER(result.reshape(-1), (xs[i].size,), places.reshape(-1)).reshape(xs[i].shape)


EINSUM = Many(
    "einsum",
    lambda xs, inputs, output: np.einsum(f"{','.join(inputs)}->{output}", *xs),
    _einsum_transpose,
)


# Selections.


def _extreme(name: str, best: Callable[..., Any]) -> Selection:
    def shares(x: Any, axes: Sequence[int] | None) -> Any:
        """What share of the gradient each element has: ties share evenly."""
        won = x == best(x, axis=axes, keepdims=True)
        return (won / np.add.reduce(won, axis=axes, keepdims=True, dtype=x.dtype)).astype(x.dtype)

    winners = Plain(f"{name}_shares", shares)

    def transpose(g: Any, x: Any, axes: Sequence[int] | None, keepdims: bool) -> Any:
        return g.reshape(kept(x.shape, axes)) * winners(x, params=(axes,))

    def selected(tangent: Any, x: Any, axes: Sequence[int] | None, keepdims: bool) -> Any:
        return SUM(tangent * winners(x, params=(axes,)), axes, keepdims)

    return Selection(name, lambda x, axes, keepdims: best(x, axis=axes, keepdims=keepdims), transpose, selected)


MAX = _extreme("max", np.max)
MIN = _extreme("min", np.min)


def _ranks(x: Any, axis: int) -> tuple[Any, ...]:
    """The index that sorts x along an axis."""
    index: list[Any] = list(np.ix_(*map(np.arange, x.shape)))
    index[axis] = ARGSORT(x, params=(axis,))
    return tuple(index)


ARGSORT = Plain("argsort", np.argsort)


SORT = Selection(
    "sort",
    np.sort,
    lambda g, x, axis: SCATTER(g, x.shape, _ranks(x, axis)),
    lambda tangent, x, axis: GETITEM(tangent, _ranks(x, axis)),
)
