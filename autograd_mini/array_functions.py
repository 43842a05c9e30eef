"""The public functions of arrays, by name: ``ag.sum``, ``t.sum()``, and what ``np.sum(t)`` calls.

Of plain arrays they are NumPy's own; of nodes they give nodes. The linear ones settle their arguments and call
the operation of ``linear.py``; the others are compositions, written in terms of those and of the table's.

>>> W = Tensor([[1.0, 2.0], [3.0, 4.0]])
>>> W.sum(axis=0), np.mean(W)
(Tensor([4., 6.]), Tensor(2.5))
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import elements, linear, products, reductions, shapes, tree
from .arrays import NUMPY, has_node, of_numpy
from .functions import FUNCTIONS
from .graph import Node, data_of
from .modes import refuse_in_program
from .operation import Plain
from .recording import array, arrays, is_scalar
from .tensor import Tensor
from .value import Value

absolute, ceil, floor, mod, softplus, where = (FUNCTIONS[name] for name in "abs ceil floor mod softplus where".split())


@of_numpy(np.clip)
def clip(x: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    """Held between two bounds, of which one may be None; at the bounds the derivative is 1.

    >>> x = Tensor([-1.0, 0.0, 1.0, 5.0])
    >>> clip(x, 0.0, 2.0).sum().backward()
    >>> clip(x, 0.0, 2.0), x.grad
    (Tensor([0., 0., 1., 2.]), array([0., 1., 1., 0.]))
    """
    a_min, a_max = min if a_min is None else a_min, max if a_max is None else a_max
    x = x if type(x) is Value else array(x)
    low = where(x < a_min, a_min, x) if a_min is not None else x
    return where(low > a_max, a_max, low) if a_max is not None else low


@of_numpy(np.round, np.around)
def round(x: Any, decimals: int = 0) -> Any:
    """Rounded to so many decimals, halves to even; its derivative is 0.

    >>> round(Tensor([0.5, 1.5])), round(Tensor([1.25]), 1)
    (Tensor([0., 2.]), Tensor([1.2]))
    """
    x, rounded = x if is_scalar(x) else array(x), FUNCTIONS["rint"]
    return rounded(x) if not decimals else rounded(x * 10.0**decimals) / 10.0**decimals


# What NumPy has beside the table's rows.


def _radians(x: Any) -> Any:
    return x * (math.pi / 180)


def _degrees_of(x: Any) -> Any:
    return x * (180 / math.pi)


def _logaddexp(x: Any, y: Any) -> Any:
    both = (x == y) & (absolute(x) == math.inf)  # whose difference is nan
    return where(x >= y, x + softplus(where(both, 0.0, y - x)), y + softplus(where(both, 0.0, x - y)))


def _sinc(x: Any) -> Any:
    t = x * math.pi
    near = absolute(t) < 0.05  # there sin t / t has lost digits, and the series has enough
    far, s = where(near, 1.0, t), FUNCTIONS["square"](where(near, t, 0.0))
    series = 1 - s / 6 * (1 - s / 20 * (1 - s / 42 * (1 - s / 72)))
    return where(near, series, FUNCTIONS["sin"](far) / far)


def _trunc(x: Any) -> Any:
    return where(x >= 0, floor(x), ceil(x))


def _fmod(x: Any, y: Any) -> Any:
    return mod(absolute(x), absolute(y)) * COPYSIGN(1.0, x)


def _extreme_of_numbers(name: str) -> Callable[..., Any]:
    def extreme(x: Any, y: Any) -> Any:
        x_is, y_is = x == x, y == y  # which nan is not
        return where(x_is & y_is, FUNCTIONS[name](x, y), where(x_is, x, y))

    return extreme


@of_numpy(np.nan_to_num)
def nan_to_num(x: Any, copy: bool = True, nan: float = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """With numbers in the place of nan and the infinities, through which no derivative flows.

    >>> x = Tensor([1.0, np.nan])
    >>> nan_to_num(x).sum().backward()
    >>> nan_to_num(x), x.grad
    (Tensor([1., 0.]), array([1., 0.]))
    """
    del copy  # it always is one
    x = array(x)
    return where(absolute(x) < math.inf, x, NAN_TO_NUM(x, params=(True, nan, posinf, neginf)))


COPYSIGN, NAN_TO_NUM = Plain("copysign", np.copysign), Plain("nan_to_num", np.nan_to_num)


@of_numpy(np.average)
def average(x: Any, axis: Any = None, weights: Any = None) -> Any:
    """The weighted mean over axes; the mean if there are no weights.

    >>> x = Tensor([1.0, 2.0])
    >>> average(x, weights=[1.0, 3.0]).backward()
    >>> x.grad
    array([0.25, 0.75])
    """
    if weights is None:
        return reductions.mean(x, axis)
    x, weights = arrays(x, weights)
    if x.shape != weights.shape:
        weights = shapes.reshape(weights, [-1 if i == axis % x.ndim else 1 for i in range(x.ndim)])
    return reductions.sum(x * weights, axis) / reductions.sum(shapes.broadcast_to(weights, x.shape), axis)


@of_numpy(np.ptp)
def ptp(x: Any, axis: Any = None) -> Any:
    """The greatest less the least, over axes.

    >>> x = Tensor([3.0, 1.0, 2.0])
    >>> ptp(x).backward()
    >>> ptp(x), x.grad
    (Tensor(2.), array([ 1., -1.,  0.]))
    """
    return reductions.max(x, axis) - reductions.min(x, axis)


@of_numpy(np.vdot)
def vdot(x: Any, y: Any) -> Any:
    """The sum of the products of all elements: (m, n), (m, n) → ().

    >>> vdot(Tensor([[1.0, 2.0]]), [[3.0], [4.0]])
    Tensor(11.)

    Raises
    ------
    ValueError
        When they aren't as many.
    """
    return products.dot(shapes.ravel(x), shapes.ravel(y))


@of_numpy(np.matrix_transpose)
def matrix_transpose(x: Any) -> Any:
    """The last two axes exchanged: (…, m, n) → (…, n, m).

    >>> matrix_transpose(Tensor(np.ones((2, 3, 4)))).shape
    (2, 4, 3)
    """
    return shapes.swapaxes(x, -1, -2)


@of_numpy(np.take_along_axis)
def take_along_axis(x: Any, indices: Any, axis: int) -> Any:
    """For each place the element that the indices name along an axis, as ``argsort`` and its like give them.

    >>> x = Tensor([[3.0, 1.0, 2.0]])
    >>> take_along_axis(x, np.argsort(x.data, axis=1), axis=1)
    Tensor([[1., 2., 3.]])
    """
    x = array(x)
    index: list[Any] = list(np.ix_(*map(range, x.shape)))
    index[axis] = indices if isinstance(indices, Node) else np.asarray(indices)
    return x[tuple(index)]


NUMPY.update({
    np.logaddexp: _logaddexp,
    np.logaddexp2: lambda x, y: _logaddexp(x * math.log(2), y * math.log(2)) / math.log(2),
    np.deg2rad: _radians,
    np.radians: _radians,
    np.rad2deg: _degrees_of,
    np.degrees: _degrees_of,
    np.fabs: absolute,
    np.float_power: FUNCTIONS["pow"],
    np.fmax: _extreme_of_numbers("maximum"),
    np.fmin: _extreme_of_numbers("minimum"),
    np.fmod: _fmod,
    np.trunc: _trunc,
    np.sinc: _sinc,
    np.copy: FUNCTIONS["identity"],
    np.real: FUNCTIONS["identity"],
    np.conjugate: FUNCTIONS["identity"],
})  # fmt: skip


# Methods of Tensor, as ndarray has them.


def _reshape(self: Tensor, *shape: Any, order: str = "C") -> Any:
    """See ``autograd_mini.reshape``; the lengths of ``shape`` may be separate arguments, ``order`` is "C" or "F"."""
    return shapes.reshape(self, shape[0] if len(shape) == 1 else shape, order)


def _transpose(self: Tensor, *axes: Any) -> Any:
    """See ``autograd_mini.transpose``; the axes may also be separate arguments."""
    return shapes.transpose(
        self, None if not axes else axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
    )


def _matrix_transpose(self: Tensor) -> Any:
    """The last two axes exchanged."""
    return matrix_transpose(self)


def _astype(self: Tensor, dtype: Any) -> Any:
    """The same numbers in another precision.

    >>> Tensor([1.0, 2.0]).astype(np.float32).dtype
    dtype('float32')

    Raises
    ------
    TypeError
        For a dtype that no Tensor holds.
    """
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise TypeError(f"a Tensor holds float32 or float64, got {dtype!r}: for another dtype take .data.astype(…)")
    return linear.ASTYPE(self, np.dtype(dtype))


PLAIN = """
    any all count_nonzero nonzero argmax argmin argsort shape ndim size zeros_like ones_like full_like isnan isinf
    isfinite isclose allclose array_equal
    """.split()


OF_SHAPE = "shape ndim size zeros_like ones_like full_like".split()  # whatever the numbers are


def _on_numbers(name: str) -> Callable[..., Any]:
    original = getattr(np, name)

    def plain(*args: Any, **kwargs: Any) -> Any:
        if name not in OF_SHAPE and has_node((args, kwargs)):
            refuse_in_program(f"{name}()", "use comparisons with ag.where, or do so outside of the function")
        return original(*tree.map_leaves(data_of, args), **kwargs)

    plain.__name__ = plain.__qualname__ = name
    second = ", 2.0" * (name in ("full_like", "isclose", "allclose", "array_equal"))
    plain.__doc__ = f"""``np.{name}`` of the numbers: a plain result, through which no derivative flows.

    Its arguments, ``*args`` and ``**kwargs``, are NumPy's, and may be nodes.

    >>> np.array_equal({name}(Tensor([3.0, 0.0, 2.0]){second}), np.{name}([3.0, 0.0, 2.0]{second}))
    True
    """
    if name not in OF_SHAPE:
        plain.__doc__ += """
    Raises
    ------
    RecordingError
        While ``jit`` or ``vmap`` records, as the numbers change from call to call.
    """
    return plain


def _named(module: Any, names: str) -> dict[str, Callable[..., Any]]:
    return {name: getattr(module, name) for name in names.split()}


ARRAY_FUNCTIONS = {
    "clip": clip,
    "round": round,
    "average": average,
    "matrix_transpose": matrix_transpose,
    "nan_to_num": nan_to_num,
    "ptp": ptp,
    "take_along_axis": take_along_axis,
    "vdot": vdot,
    **_named(reductions, "sum mean max min prod var std cumsum diff sort trace norm logsumexp log_softmax softmax"),
    **_named(shapes, "reshape transpose moveaxis swapaxes rollaxis squeeze expand_dims ravel broadcast_to"),
    **_named(shapes, "atleast_1d atleast_2d atleast_3d stack concatenate append hstack vstack dstack column_stack"),
    **_named(shapes, "split array_split hsplit vsplit dsplit"),
    **_named(elements, "take flip flipud fliplr rot90 roll repeat tile pad diagonal diag tril triu"),
    **_named(products, "matmul dot outer inner tensordot kron cross einsum"),
    **{name: _on_numbers(name) for name in PLAIN},
    "amax": reductions.max,
    "amin": reductions.min,
}
METHODS = """
    any all argmax argmin argsort sum mean max min prod var std cumsum sort norm logsumexp log_softmax softmax swapaxes
    squeeze ravel take repeat diagonal trace clip round dot
    """.split()

for _name in METHODS:
    setattr(Tensor, _name, ARRAY_FUNCTIONS[_name])
for _name, _function in (
    ("__round__", round),
    ("mT", property(_matrix_transpose)),
    ("copy", FUNCTIONS["identity"]),
    ("flatten", shapes.ravel), ("reshape", _reshape), ("transpose", _transpose), ("astype", _astype)
):  # fmt: skip
    setattr(Tensor, _name, _function)
