"""Sums, means, extremes, norms: what takes the elements along axes together.

>>> mean(Tensor([[1.0, 2.0], [3.0, 4.0]]), axis=0), norm([3.0, 4.0])
(Tensor([2., 3.]), 5.0)
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from . import functions, linear
from .arrays import NUMPY, Axis, axes_of, of_numpy
from .elements import diagonal
from .functions import FUNCTIONS, stop_gradient
from .linear import count, kept
from .recording import array, is_scalar
from .shapes import concatenate, ravel, reshape, squeeze, transpose
from .tensor import Tensor
from .value import Value

_abs, _max = abs, max  # Python's own, before this module's hide them
absolute, exp, log, sign, sqrt, square, where = (
    FUNCTIONS[name] for name in "abs exp log sign sqrt square where".split()
)


def sum(x: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    """The sum of x over axes, (m, n) → (m,) for axis 1; of numbers and Values one number or Value.

    ``axis`` and ``keepdims`` are :func:`numpy.sum`'s.

    >>> sum([Value(1), 2.0, Value(3)]).op, sum(Tensor([[1, 2], [3, 4]]), axis=1)
    ('sum', Tensor([3., 7.]))
    """
    if type(x) is not Tensor:
        if type(x) is Value:
            return x
        x = list(x) if isinstance(x, Iterable) and not isinstance(x, list | tuple | np.ndarray) else x
        if (
            axis is None
            and isinstance(x, list | tuple)
            and not any(isinstance(part, list | tuple | np.ndarray | Tensor) for part in x)
        ):
            return functions.sum(x)
        x = array(x)
    if type(x) is not Tensor:
        total = np.sum(x, axis=axis, keepdims=keepdims)
        return total if np.ndim(total) else float(total)
    return linear.SUM(x, axes_of(axis, x.ndim), keepdims)


NUMPY[np.sum] = sum


@of_numpy(np.mean)
def mean(x: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    """The mean over axes, (m, n) → (n,) for axis 0; of a list of Values and numbers one Value.

    >>> x = Tensor([1.0, 2.0, 3.0, 6.0])
    >>> mean(x).backward()
    >>> x.grad, mean([Value(1), 2.0]).data
    (array([0.25, 0.25, 0.25, 0.25]), 1.5)
    """
    if axis is None and isinstance(x, list | tuple) and all(map(is_scalar, x)):
        return functions.sum(x) / len(x)
    x = array(x)
    return linear.MEAN(x, axes_of(axis, x.ndim), keepdims)


@of_numpy(np.max, np.amax)
def max(x: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    """The greatest over axes; ties share the gradient evenly.

    >>> x = Tensor([1.0, 3.0, 3.0])
    >>> max(x).backward()
    >>> x.grad
    array([0. , 0.5, 0.5])

    Raises
    ------
    ValueError
        When there are no elements.
    """
    x = array(x)
    return linear.MAX(x, axes_of(axis, x.ndim), keepdims)


@of_numpy(np.min, np.amin)
def min(x: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    """The least over axes; ties share the gradient evenly.

    >>> x = Tensor([1.0, 1.0, 3.0])
    >>> min(x).backward()
    >>> x.grad
    array([0.5, 0.5, 0. ])

    Raises
    ------
    ValueError
        When there are no elements.
    """
    x = array(x)
    return linear.MIN(x, axes_of(axis, x.ndim), keepdims)


@of_numpy(np.prod)
def prod(x: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    """The product over axes: a tree of products, so that its derivative is right where factors are 0.

    >>> x = Tensor([0.0, 2.0, 3.0])
    >>> prod(x).backward()
    >>> x.grad
    array([6., 0., 0.])
    """
    x = functions.floating(array(x))
    axes = axes_of(range(x.ndim) if axis is None else axis, x.ndim) or ()
    rest = [i for i in range(x.ndim) if i not in axes]
    shape = tuple(x.shape[i] for i in rest)
    factors = reshape(transpose(x, (*axes, *rest)), (count(x.shape, axes), *shape))
    while len(factors) > 1:
        half = len(factors) // 2
        factors = concatenate([factors[:half] * factors[half : 2 * half], factors[2 * half :]])
    product = factors[0] if len(factors) else 1.0 + sum(factors, axis=0)
    return reshape(product, kept(x.shape, axes)) if keepdims else product


@of_numpy(np.var)
def var(x: Any, axis: Axis = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
    """The variance over axes: the mean of the squared deviations, of which n - ddof are counted.

    >>> x = Tensor([1.0, 2.0, 3.0])
    >>> var(x, ddof=1).backward()
    >>> x.grad
    array([-1.,  0.,  1.])
    """
    x = array(x)
    deviation = x - mean(x, axis, keepdims=True)
    return sum(square(deviation), axis, keepdims=keepdims) / _degrees(x, axis, ddof)


@of_numpy(np.std)
def std(x: Any, axis: Axis = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
    """The standard deviation over axes; of a constant its derivative is 0.

    >>> x = Tensor([2.0, 2.0])
    >>> std(x).backward()
    >>> std(Tensor([1.0, 3.0])), x.grad
    (Tensor(1.), array([0., 0.]))
    """
    x = array(x)
    deviation = x - mean(x, axis, keepdims=True)
    return _root(sum(square(deviation), axis, keepdims=keepdims) / _degrees(x, axis, ddof))


def _degrees(x: Any, axis: Axis, ddof: float) -> Any:
    degrees = count(x.shape, axes_of(axis, x.ndim)) - ddof
    if degrees <= 0:
        warnings.warn("Degrees of freedom <= 0 for slice", RuntimeWarning, stacklevel=5)
    return np.float64(_max(degrees, 0))


def _root(x: Any) -> Any:
    """The square root, with the derivative 0 at 0."""
    zero = x == 0
    return where(zero, 0.0, sqrt(where(zero, 1.0, x)))


@of_numpy(np.cumsum)
def cumsum(x: Any, axis: int | None = None) -> Any:
    """The running sum along an axis; without one, of all elements in a row.

    >>> x = Tensor([1.0, 2.0, 3.0])
    >>> cumsum(x).sum().backward()
    >>> cumsum(x), x.grad
    (Tensor([1., 3., 6.]), array([3., 2., 1.]))
    """
    x = ravel(array(x)) if axis is None else array(x)
    return linear.CUMSUM(x, normalize_axis_index(axis or 0, x.ndim))


@of_numpy(np.diff)
def diff(x: Any, n: int = 1, axis: int = -1) -> Any:
    """The differences between neighbours along an axis, taken n times: its length falls by n.

    >>> diff(Tensor([1.0, 4.0, 9.0])), diff(Tensor([1.0, 4.0, 9.0]), n=2)
    (Tensor([3., 5.]), Tensor([2.]))

    Raises
    ------
    ValueError
        For a negative n.
    """
    if n < 0:
        raise ValueError(f"diff takes differences a number of times, got n={n}")
    x = array(x)
    ahead = (slice(None),) * normalize_axis_index(axis, x.ndim)
    for _ in range(n):
        x = x[(*ahead, slice(1, None))] - x[(*ahead, slice(None, -1))]
    return x


@of_numpy(np.sort)
def sort(x: Any, axis: int | None = -1, kind: Any = None) -> Any:
    """The elements in ascending order along an axis; without one, all of them in a row.

    >>> x = Tensor([3.0, 1.0, 2.0])
    >>> sort(x).backward([1.0, 10.0, 100.0])
    >>> sort(x), x.grad
    (Tensor([1., 2., 3.]), array([100.,   1.,  10.]))
    """
    del kind  # any gives the same
    x = ravel(array(x)) if axis is None else array(x)
    return linear.SORT(x, normalize_axis_index(-1 if axis is None else axis, x.ndim))


@of_numpy(np.trace)
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The sum of the diagonal: (n, n) → ().

    >>> x = Tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> trace(x).backward()
    >>> trace(x), x.grad.tolist()
    (Tensor(5.), [[1.0, 0.0], [0.0, 1.0]])
    """
    return sum(diagonal(x, offset, axis1, axis2), -1)


@of_numpy(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Any:
    """The norm of a vector or matrix, as ``np.linalg.norm``; its derivative is 0 where it is 0.

    >>> x = Tensor([3.0, 4.0])
    >>> norm(x).backward()
    >>> norm(x), x.grad, norm(x, ord=1)
    (Tensor(5.), array([0.6, 0.8]), Tensor(7.))

    Parameters
    ----------
    ord
        Of a vector any number, inf or -inf, 2 unless given; of a matrix "fro", 1, -1, inf or -inf.
    axis
        One for vectors, two for matrices; without, all of x.

    Raises
    ------
    ValueError
        For an ord that is none of these, or that x has too many axes for.
    """
    x = array(x)
    axes = axes_of(range(x.ndim) if axis is None else axis, x.ndim) or ()
    if ord is None or (ord == "fro" and len(axes) == 2) or (ord == 2 and len(axes) == 1):
        return _root(sum(square(x), axes, keepdims=keepdims))
    if len(axes) == 2 and isinstance(ord, int | float) and _abs(ord) in (1, math.inf):
        summed, rest = axes if _abs(ord) == 1 else axes[::-1]
        best = max if ord > 0 else min
        result = best(sum(absolute(x), summed, keepdims=True), rest, keepdims=True)
        return result if keepdims else squeeze(result, axes)
    if len(axes) != 1 or isinstance(ord, str):
        allowed = "a number, inf or -inf" if len(axes) == 1 else "None, 'fro', 1, -1, inf or -inf"
        raise ValueError(f"norm over {len(axes)} axes takes an ord of {allowed}, got {ord!r}")
    if _abs(ord) == math.inf:
        return (max if ord > 0 else min)(absolute(x), axes, keepdims=keepdims)
    if ord == 0:
        return sum(sign(absolute(x)), axes, keepdims=keepdims)
    if ord == 1:
        return sum(absolute(x), axes, keepdims=keepdims)
    total = sum(absolute(x) ** ord, axes, keepdims=keepdims)
    zero = total == 0
    return where(zero, 0.0, where(zero, 1.0, total) ** (1 / ord))


def logsumexp(x: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    """The logarithm ln Σ exp(x) over axes, (m, n) → (m,) for axis 1, computed so that nothing overflows.

    ``axis`` and ``keepdims`` are :func:`numpy.sum`'s.

    >>> logsumexp(Tensor([1000.0, 1000.0])) - 1000
    Tensor(0.693147)
    """
    x = array(x)
    top = _top(x, axis)
    result = log(sum(exp(x - top), axis, keepdims=True)) + top
    return result if keepdims else squeeze(result, axes_of(range(x.ndim) if axis is None else axis, x.ndim))


def _top(x: Any, axis: Axis) -> Any:
    """The greatest elements, where they are finite: without them no exponential overflows."""
    top = stop_gradient(max(x, axis, keepdims=True))
    return where(absolute(top) < math.inf, top, 0.0)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """The logarithm ln softmax(x) along ``axis``, in the shape of x; small probabilities aren't lost.

    >>> log_softmax(Tensor([0.0, -1000.0]))
    Tensor([    0., -1000.])
    """
    x = array(x)
    shifted = x - _top(x, axis)
    return shifted - log(sum(exp(shifted), axis, keepdims=True))


def softmax(x: Any, axis: int = -1) -> Any:
    """exp(x) / Σ exp(x): probabilities along ``axis``, in the shape of x.

    >>> softmax([[0.0, 0.0], [0.0, np.log(3)]])
    array([[0.5 , 0.5 ],
           [0.25, 0.75]])
    """
    x = array(x)
    if not x.size:
        return x
    e = exp(x - stop_gradient(max(x, axis, keepdims=True)))
    return e / sum(e, axis, keepdims=True)
