"""Products of vectors, matrices and tensors.

>>> matmul(Tensor([[1.0, 2.0]]), [[3.0], [4.0]])
Tensor([[11.]])
"""

from __future__ import annotations

import math
import string
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from . import functions, linear
from .arrays import NUMPY, has_node, of_numpy
from .linear import count
from .recording import array, arrays, is_scalar
from .shapes import moveaxis, reshape, transpose
from .tensor import Tensor


def matmul(x: Any, y: Any) -> Any:
    """The product of matrices and vectors, or of batches of matrices: ``x @ y``, (m, k), (k, n) → (m, n).

    >>> W, x = Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([5.0, 6.0])
    >>> matmul(W, x).sum().backward()
    >>> W.grad.tolist(), x.grad
    ([[5.0, 6.0], [5.0, 6.0]], array([4., 6.]))

    Raises
    ------
    ValueError
        When the inner lengths differ, naming both shapes.
    """
    if type(x) is Tensor:
        return x @ y
    if type(y) is Tensor:
        return y.__rmatmul__(x)
    return linear.MATMUL(*arrays(x, y)) if has_node((x, y)) else np.matmul(x, y)


NUMPY[np.matmul] = matmul


def dot(x: Any, y: Any, bias: Any = 0.0) -> Any:
    """``np.dot`` of arrays ``x`` and ``y``; of two lists of Values and numbers w₁x₁ + w₂x₂ + … + bias, as one Value.

    >>> dot(Tensor([1.0, 2.0]), [3.0, 4.0]), dot([1.0, 2.0], [3.0, 4.0], bias=5.0)
    (Tensor(11.), 16.0)

    Raises
    ------
    ValueError
        When the lengths to be summed over differ, naming both shapes.
    """
    if any(is_scalar(z) or (isinstance(z, ARRAYS) and not z.ndim) for z in (x, y)):
        product = x * y
    elif not (_is_nested(x) or _is_nested(y)) and not (isinstance(x, ARRAYS) and isinstance(y, ARRAYS)):
        return functions.dot(x, y, bias)
    else:
        x, y = arrays(x, y)
        linear.check_inner("dot", x, y)
        product = linear.MATMUL(x, y) if y.ndim < 3 else tensordot(x, y, ([-1], [-2]))
    return product if type(bias) in (int, float) and bias == 0 else product + bias


NUMPY[np.dot] = dot


ARRAYS = (Tensor, np.ndarray)


def _is_nested(x: Any) -> bool:
    """Whether it is no sequence of numbers and Values."""
    return (
        type(x) is Tensor
        or np.ndim(x if isinstance(x, np.ndarray) else 0) > 1
        or (isinstance(x, list | tuple) and any(isinstance(part, (list, tuple, *ARRAYS)) for part in x))
    )


@of_numpy(np.outer)
def outer(x: Any, y: Any) -> Any:
    """Every element of x times every element of y: (m,), (n,) → (m, n).

    >>> outer(Tensor([1.0, 2.0]), [3.0, 4.0]).tolist()
    [[3.0, 4.0], [6.0, 8.0]]
    """
    x, y = arrays(x, y)
    return reshape(x, (-1, 1)) * reshape(y, (1, -1))


@of_numpy(np.inner)
def inner(x: Any, y: Any) -> Any:
    """The sums of products over the last axes of both: (m, k), (n, k) → (m, n).

    >>> inner(Tensor([[1.0, 2.0]]), [[3.0, 4.0], [5.0, 6.0]])
    Tensor([[11., 17.]])

    Raises
    ------
    ValueError
        When the last axes differ in length, naming both shapes.
    """
    x, y = arrays(x, y)
    return x * y if not x.ndim or not y.ndim else tensordot(x, y, ([-1], [-1]))


@of_numpy(np.tensordot)
def tensordot(x: Any, y: Any, axes: Any = 2) -> Any:
    """The sums of products over chosen axes of both: so many last of x and first of y, or those listed for each.

    >>> tensordot(np.ones((2, 3, 4)), Tensor(np.ones((3, 4, 5)))).shape
    (2, 5)
    >>> tensordot(np.ones((2, 3)), Tensor(np.ones((4, 2))), axes=([0], [1])).shape
    (3, 4)

    Raises
    ------
    ValueError
        When the lengths to be summed over differ, naming both shapes.
    """
    x, y = arrays(x, y)
    by_x, by_y = (range(-axes, 0), range(axes)) if isinstance(axes, int) else axes
    by_x, by_y = (normalize_axis_tuple(by, z.ndim) for by, z in ((by_x, x), (by_y, y)))
    if [x.shape[i] for i in by_x] != [y.shape[i] for i in by_y]:
        raise ValueError(
            f"tensordot of the shapes {x.shape} and {y.shape} over the axes {by_x} and {by_y}: lengths differ"
        )
    rest_x, rest_y = ([i for i in range(z.ndim) if i not in by] for z, by in ((x, by_x), (y, by_y)))
    shape_x, shape_y = (tuple(z.shape[i] for i in rest) for z, rest in ((x, rest_x), (y, rest_y)))
    n = count(x.shape, by_x)
    left = reshape(transpose(x, (*rest_x, *by_x)), (math.prod(shape_x), n))
    right = reshape(transpose(y, (*by_y, *rest_y)), (n, math.prod(shape_y)))
    return reshape(matmul(left, right), shape_x + shape_y)


@of_numpy(np.kron)
def kron(x: Any, y: Any) -> Any:
    """The Kronecker product: y once for each element of x, times it: (k, l), (m, n) → (km, ln).

    >>> kron(Tensor([1.0, 10.0]), [1.0, 2.0])
    Tensor([ 1.,  2., 10., 20.])
    """
    x, y = arrays(x, y)
    ndim = max(x.ndim, y.ndim)
    long_x, long_y = ((1,) * (ndim - z.ndim) + z.shape for z in (x, y))
    left = reshape(x, tuple(n for length in long_x for n in (length, 1)))
    right = reshape(y, tuple(n for length in long_y for n in (1, length)))
    return reshape(left * right, tuple(n * m for n, m in zip(long_x, long_y, strict=True)))


@of_numpy(np.cross)
def cross(x: Any, y: Any, axis: int = -1) -> Any:
    """The vector product of vectors in space, along an axis of length 3.

    >>> cross(Tensor([1.0, 0.0, 0.0]), [0.0, 1.0, 0.0])
    Tensor([0., 0., 1.])

    Raises
    ------
    ValueError
        When that axis has another length, naming both shapes.
    """
    x, y = (moveaxis(array(z), axis, -1) for z in (x, y))
    if x.shape[-1] != 3 or y.shape[-1] != 3:
        raise ValueError(f"cross takes vectors of three numbers, got the shapes {x.shape} and {y.shape}")
    after, before = [1, 2, 0], [2, 0, 1]
    return moveaxis(x[..., after] * y[..., before] - x[..., before] * y[..., after], -1, axis)


@of_numpy(np.einsum)
def einsum(*operands: Any, optimize: Any = False) -> Any:
    """Sums of products by Einstein's convention: ``einsum("ij,jk->ik", x, y)``, as ``np.einsum``.

    ``optimize`` is NumPy's, and ignored.

    >>> x = Tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> einsum("ij,j->i", x, [1.0, 10.0]), einsum("ii", x)
    (Tensor([21., 43.]), Tensor(5.))

    Raises
    ------
    ValueError
        When the subscripts are for other operands, in number or axes.
    """
    del optimize
    subscripts, given = _subscripts(operands)
    xs = arrays(*given)
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if len(terms) != len(xs):
        raise ValueError(f"einsum's {subscripts!r} is for {len(terms)} operands, got {len(xs)}")
    free = [c for c in string.ascii_letters if c not in subscripts]
    longest = max([x.ndim - len(t) + 3 for t, x in zip(terms, xs, strict=True) if "..." in t], default=0)
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
