"""Batching: how each operation, recorded with one example, runs over a batch.

A :class:`Step` applies the operation to nodes that have the batch axis in front, by the engine's own operations on
nodes: so derivatives of every order follow, and nothing is stated twice. A rule says where the axes go; operations
without a rule run example by example, which is slow and always right.

>>> from autograd_mini import Tensor
>>> from autograd_mini.linear import SUM
>>> x = Var(SUM, data=np.ones(3))  # here it only stands for an array of this shape
>>> total = Var(SUM, (x,), (None, False), np.float64(3.0))
>>> Step(total, {id(x)})(2, [Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])], total.params)
Tensor([ 6., 15.])
"""

from __future__ import annotations

import operator
import string
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import functions, tree
from ..functions import FUNCTIONS
from ..graph import Node, data_of
from ..linear import (
    BROADCAST_TO,
    CONCATENATE,
    EINSUM,
    GETITEM,
    MATMUL,
    REPEAT,
    RESHAPE,
    ROLL,
    SCATTER,
    STACK,
    SUM,
    SUM_TO,
    TILE,
    TRANSPOSE,
)  # fmt: skip
from ..modes import THREAD
from ..nary import DOT, Dot, Sum
from ..plain import AS_PLAIN, DETACH, LOGIC, NOT, RELATIONS
from ..recording import array
from ..rules import RULES, Rule
from ..run import data_node
from ..value import Value
from .placing import over_batch
from .program import perform
from .trace import Pull, Var

Shape = tuple[int, ...]


class Step:
    """A step of a program, to be run over a batch.

    Parameters
    ----------
    var
        What was recorded of one example.
    batched
        The ids of those variables that differ from example to example.
    rule
        Of (this step, number of examples, operands, parameters…) the result; found in ``TABLE`` unless given.
    stops
        Whether no derivative flows through it, because it was computed within ``no_grad``.

    Attributes
    ----------
    mapped
        For each operand, whether it differs from example to example.
    shapes, shape
        Of the operands and the result for one example.
    differs
        Whether the result differs from example to example.
    looks_up
        Whether there are variables among the parameters.
    """

    __slots__ = ("batched", "differs", "looks_up", "mapped", "rule", "shape", "shapes", "stops", "var")

    def __init__(
        self, var: Var, batched: set[int], rule: Callable[..., Any] | None = None, stops: bool = False
    ) -> None:
        self.var = var
        self.batched = batched
        self.mapped = [id(x) in batched for x in var.operands]
        self.shapes = [np.shape(x.data) for x in var.operands]
        self.shape = np.shape(var.data)
        self.looks_up = len(var.reads) > len(var.operands)
        self.differs = any(id(x) in batched for x in var.reads) or getattr(var.operation, "random", False)
        self.stops = stops
        self.rule = (rule or _rule(var.operation)) if self.differs else once

    def __call__(self, n: int, xs: Sequence[Any], params: tuple[Any, ...]) -> Any:
        """The result for n examples, as a node with the batch axis in front; as it is if it is the same for all."""
        if self.looks_up and THREAD.trace is None:
            params = tree.map_leaves(data_of, params)
        result = self.rule(self, n, xs, *params)
        if self.stops:
            result = functions.stop_gradient(result)
        if isinstance(result, Node):
            return result
        return Value(result, requires_grad=False) if type(result) is float else data_node(result)

    def everywhere(self, n: int, xs: Sequence[Any]) -> list[Any]:
        """The operands with the batch axis in front, repeated where they are the same for all examples."""
        return [
            x if mapped else BROADCAST_TO(array(x), (n, *shape))
            for x, mapped, shape in zip(xs, self.mapped, self.shapes, strict=True)
        ]


def once(step: Step, n: int, xs: Sequence[Any], *params: Any) -> Any:
    """What is the same for all examples."""
    operation = step.var.operation
    if isinstance(operation, Dot):
        w, x, bias = DOT.split(xs)
        return functions.dot(w, x, *bias)
    if isinstance(operation, Sum):
        return functions.sum(xs)
    return perform(step.var, xs, params)


def by_example(step: Step, n: int, xs: Sequence[Any], *params: Any) -> Any:
    """Any operation: example by example."""

    def example(i: int) -> Any:
        own = [GETITEM(x, i) if mapped else x for x, mapped in zip(xs, step.mapped, strict=True)]
        looked_up = tree.map_leaves(
            lambda x: id(x) if type(x) is Var and id(x) in step.batched else None, step.var.params
        )
        queue = tree.leaves(looked_up)
        return perform(step.var, own, tree.map_leaves(lambda x: x[i] if next(queue) else x, params))

    return STACK([example(i) for i in range(n)], 0)


# Elementwise.


def widened(x: Any, shape: Shape, ndim: int) -> Any:
    """A batch of examples of this shape, which get axes of length 1 in front, to have so many."""
    return x if len(shape) == ndim else RESHAPE(x, (x.shape[0], *(1,) * (ndim - len(shape)), *shape))


def _elementwise(step: Step, n: int, xs: Sequence[Any], *params: Any) -> Any:
    ndim = max(map(len, step.shapes))
    xs = [widened(x, s, ndim) if mapped else x for x, mapped, s in zip(xs, step.mapped, step.shapes, strict=True)]
    operation = step.var.operation
    if isinstance(operation, Rule) and operation.arity < 3 and RULES.get(operation.name) is operation:
        return FUNCTIONS[operation.name](*xs)
    return perform(step.var, xs, params)


# Along axes.


def _axes(step: Step, axes: Any) -> Any:
    """Axes of an example as they are counted in the batch; None for all is all but the first."""
    ndim = len(step.shapes[0])
    if axes is None:
        return tuple(range(1, ndim + 1))
    if isinstance(axes, Sequence):
        return tuple(operator.index(axis) % ndim + 1 for axis in axes)
    return operator.index(axes) % ndim + 1


def _along(step: Step, n: int, xs: Sequence[Any], axes: Any, *params: Any) -> Any:
    return perform(step.var, xs, (_axes(step, axes), *params))


def _flat(step: Step, n: int, x: Any) -> Any:
    return RESHAPE(x, (n, int(np.prod(step.shapes[0]))))


def _roll(step: Step, n: int, xs: Sequence[Any], shift: Any, axis: Any) -> Any:
    if axis is None:
        return RESHAPE(ROLL(_flat(step, n, xs[0]), shift, 1), (n, *step.shape))
    return ROLL(xs[0], shift, _axes(step, axis))


def _repeat(step: Step, n: int, xs: Sequence[Any], repeats: Any, axis: int | None) -> Any:
    return REPEAT(_flat(step, n, xs[0]), repeats, 1) if axis is None else REPEAT(xs[0], repeats, _axes(step, axis))


def _tile(step: Step, n: int, xs: Sequence[Any], reps: Any) -> Any:
    reps = tuple(reps) if isinstance(reps, Sequence | np.ndarray) else (reps,)
    ndim = max(len(reps), len(step.shapes[0]))
    return TILE(widened(xs[0], step.shapes[0], ndim), (1,) * (1 + ndim - len(reps)) + reps)


def _rot90(step: Step, n: int, xs: Sequence[Any], k: int, axes: Any) -> Any:
    return perform(step.var, xs, (k, _axes(step, tuple(axes))))


def _diagonal(step: Step, n: int, xs: Sequence[Any], offset: int, axis1: int, axis2: int) -> Any:
    return perform(step.var, xs, (offset, _axes(step, axis1), _axes(step, axis2)))


def _pad(step: Step, n: int, xs: Sequence[Any], width: Any, *mode: Any) -> Any:
    width = np.broadcast_to(width, (len(step.shapes[0]), 2))
    return perform(step.var, xs, (np.concatenate([[(0, 0)], width]), *mode))


def _triangle(step: Step, n: int, xs: Sequence[Any], k: int) -> Any:
    return (_same if len(step.shapes[0]) > 1 else by_example)(step, n, xs, k)


def _diag(step: Step, n: int, xs: Sequence[Any], k: int) -> Any:
    places = np.arange(step.shapes[0][0])
    return SCATTER(xs[0], (n, *step.shape), (slice(None), places + max(-k, 0), places + max(k, 0)))


# Shapes.


def _same(step: Step, n: int, xs: Sequence[Any], *params: Any) -> Any:
    return perform(step.var, xs, params)


def _reshape(step: Step, n: int, xs: Sequence[Any], shape: Any) -> Any:
    return RESHAPE(xs[0], (n, *step.shape))


def _transpose(step: Step, n: int, xs: Sequence[Any], axes: Any) -> Any:
    inner = range(len(step.shape))[::-1] if axes is None else axes
    return TRANSPOSE(xs[0], (0, *_axes(step, tuple(inner))))


def _broadcast_to(step: Step, n: int, xs: Sequence[Any], shape: Shape) -> Any:
    return BROADCAST_TO(widened(xs[0], step.shapes[0], len(shape)), (n, *shape))


def _sum_to(step: Step, n: int, xs: Sequence[Any], shape: Shape) -> Any:
    ndim = len(step.shapes[0])
    total = SUM_TO(xs[0], (n, *(1,) * (ndim - len(shape)), *shape))
    return total if len(shape) == ndim else RESHAPE(total, (n, *shape))


def _together(step: Step, n: int, xs: Sequence[Any], axis: int) -> Any:
    return step.var.operation(step.everywhere(n, xs), axis + 1)


def _draw(step: Step, n: int, xs: Sequence[Any], generator: Any, shape: Shape) -> Any:
    return perform(step.var, (), (generator, (n, *shape)))


# Products.


def _matmul(step: Step, n: int, xs: Sequence[Any], *_: Any) -> Any:
    x, y = xs
    (shape_x, shape_y), (batch_x, batch_y) = step.shapes, step.mapped
    p, q = len(shape_x), len(shape_y)
    if batch_x and not batch_y and q <= 2:  # rows of all examples meet one matrix
        return MATMUL(x, y) if p == 1 else RESHAPE(MATMUL(RESHAPE(x, (-1, shape_x[-1])), y), (n, *step.shape))
    if batch_y and not batch_x:
        if q == 1 and p <= 2:
            return MATMUL(y, x if p == 1 else TRANSPOSE(x, None))
        if q > 1 and p <= q:
            return MATMUL(x, y)
    if p == q == 1:
        return SUM(x * y, (1,), False)
    ndim = max(p, q, 2)
    x = _matrices(x, batch_x, (1, *shape_x) if p == 1 else shape_x, ndim)
    y = _matrices(y, batch_y, (*shape_y, 1) if q == 1 else shape_y, ndim)
    return RESHAPE(MATMUL(x, y), (n, *step.shape))


def _matrices(x: Any, mapped: bool, shape: Shape, ndim: int) -> Any:
    return RESHAPE(x, (x.shape[0], *(1,) * (ndim - len(shape)), *shape) if mapped else shape)


def _einsum(step: Step, n: int, xs: Sequence[Any], inputs: Sequence[str], output: str) -> Any:
    free = set(string.ascii_letters) - set(output).union(*inputs)
    if not free:
        return by_example(step, n, xs, inputs, output)
    batch = min(free)
    terms = tuple(batch * mapped + term for term, mapped in zip(inputs, step.mapped, strict=True))
    return EINSUM(xs, terms, batch + output)


# Indexing.


def _getitem(step: Step, n: int, xs: Sequence[Any], index: Any) -> Any:
    (recorded,) = step.var.params
    placed = over_batch(index, recorded, step.batched, n, step.shapes[0], len(step.shape), step.mapped[0])
    if placed is None:
        return by_example(step, n, xs, index)
    index, order = placed
    return _reordered(GETITEM(xs[0], index), order)


def _scatter(step: Step, n: int, xs: Sequence[Any], shape: Shape, index: Any) -> Any:
    _, recorded = step.var.params
    placed = over_batch(index, recorded, step.batched, n, shape, len(step.shapes[0]), True)
    if placed is None:
        return by_example(step, n, xs, shape, index)
    index, order = placed
    (g,) = step.everywhere(n, xs)
    return SCATTER(_reordered(g, np.argsort(order).tolist()), (n, *shape), index)


def _reordered(x: Any, order: Sequence[int]) -> Any:
    return x if list(order) == list(range(len(order))) else TRANSPOSE(x, tuple(order))


TABLE: dict[str, Callable[..., Any]] = {
    **{operation.name: _elementwise for operation in (*RELATIONS.values(), *LOGIC.values(), NOT, DETACH, AS_PLAIN)},
    **dict.fromkeys(("copysign", "nan_to_num", "astype"), _elementwise),
    **dict.fromkeys("sum mean max min max_shares min_shares argsort sort cumsum flip".split(), _along),
    **dict.fromkeys(("tril", "triu"), _triangle),
    **{operation.name: _together for operation in (CONCATENATE, STACK)},
    "roll": _roll, "repeat": _repeat, "tile": _tile, "rot90": _rot90, "diagonal": _diagonal, "pad": _pad, "diag": _diag,
    "reshape": _reshape, "transpose": _transpose, "broadcast_to": _broadcast_to, "sum_to": _sum_to,
    "matmul": _matmul, "einsum": _einsum, "getitem": _getitem, "scatter": _scatter,
    "uniform": _draw,
}  # fmt: skip


def is_elementwise(operation: Any) -> bool:
    """Whether an operation computes each element of its result from the elements of its operands there."""
    return isinstance(operation, Rule | Pull) or TABLE.get(operation.name) is _elementwise


def _rule(operation: Any) -> Callable[..., Any]:
    return _elementwise if isinstance(operation, Rule | Pull) else TABLE.get(operation.name, by_example)
