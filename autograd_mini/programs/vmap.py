"""vmap: a function of one example, run over a batch.

The function is traced with one example (``trace.py``); what it did is then done once for all examples, with a batch
axis in front, by the engine's own operations (``batching.py``). So the result is a graph like any other.

>>> from autograd_mini import Tensor, Value, grad, maximum
>>> w, b = Value(2.0), Value(1.0)
>>> losses = vmap(lambda x, y: maximum(0.0, y - (w * x + b)))(np.array([0.0, 1.0, 2.0]), np.array([3.0, 2.0, 9.0]))
>>> losses.mean().backward()
>>> losses, w.grad
(Tensor([2., 0., 4.]), -0.6666666666666666)
>>> vmap(grad(lambda x: x**3))(np.array([1.0, 2.0]))
array([ 3., 12.])
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import tree
from ..custom import Custom
from ..graph import DATA, VARIABLE, Node, data_of, describe, flows_to
from ..linear import BROADCAST_TO
from ..modes import THREAD, tracing
from ..randomness import refuse_draws
from ..recording import array, from_values
from ..run import data_node
from ..shapes import moveaxis
from ..tensor import Tensor, leaf
from ..value import Value, as_float
from .batching import Step
from .jit import watched
from .lifting import lift
from .program import Program, held_by, needed
from .trace import Trace, Var, as_input

Axes = int | None | Sequence[int | None]


def vmap(f: Callable[..., Any], in_axes: Axes = 0) -> Callable[..., Any]:
    """The function ``f`` of one example as a function of a batch of examples.

    Parameters
    ----------
    f
        It is given one example: of an array (n,) a Tensor of shape (), of an array (n, k) a Tensor of shape (k,), which
        can be indexed and iterated; strings, None, whole numbers and the like as they are.
    in_axes
        Which axis of the arguments counts the examples; None if an argument is the same for all; or a tuple with
        one such entry for each positional argument. Keyword arguments have the axis 0.

    Returns
    -------
    function
        Of the same arguments, in which the arrays may be in tuples, lists and dicts. Its results have the batch axis in
        front: a Tensor, from which ``backward()`` reaches what ``f`` closes over; an array, when neither the arguments
        nor what ``f`` closes over are nodes. What doesn't depend on the example is repeated.

    Raises
    ------
    ValueError
        For batches of different lengths or of no example, an argument without that axis, an ``in_axes`` that
        doesn't fit the arguments.
    TypeError
        For an ``in_axes`` of another kind, an argument that is no number, array or node and has no hash.
    RecordingError
        Where ``f`` looks at the numbers of its example, as in ``if x > 0``, or draws random ones otherwise
        than by ``ag.dropout``.

    It is recorded once for each structure, shape and dtype of the arguments. Nodes that ``f`` closes over are read at
    each call, as by ``jit``; plain numbers and arrays are as at the first. Scalar code, such as
    neurons written one by one, runs as the matrix products that it amounts to.

    Examples
    --------
    >>> vmap(lambda x, y: x @ y, in_axes=(0, None))(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 10.0]))
    array([21., 43.])
    """
    entries = in_axes if isinstance(in_axes, tuple | list) else (in_axes,)
    if any(not (axis is None or type(axis) is int) for axis in entries):
        raise TypeError(f"in_axes is a whole number, None, or a tuple of them, got {describe(in_axes)}")
    recorded: dict[Any, _Batch] = {}
    watching: list[Any] = []  # what f closes over, known at the first call

    @functools.wraps(f)
    def mapped(*args: Any, **kwargs: Any) -> Any:
        arguments = _Arguments(args, kwargs, in_axes)
        if not watching:
            watching.append(watched(f))
        signature = (*arguments.signature, THREAD.transforms > 0, *(id(look_up()) for look_up in watching[0]))
        try:
            batch = recorded.get(signature)
        except TypeError as error:
            raise TypeError(
                f"arguments are arrays, nodes, numbers, or what can be hashed and stays what it is: {error}"
            ) from error
        if batch is None:
            batch = _Batch(f, arguments)
            fleeting = THREAD.trace is not None or THREAD.transforms  # then nodes around may be of this call alone
            if not (fleeting and batch.captured):
                while len(recorded) >= SIGNATURES:
                    recorded.pop(next(iter(recorded)), None)
                recorded[signature] = batch
        return batch(arguments)

    return mapped


SIGNATURES = 64  # that one function keeps recordings of: a whole number that changes at each call has many


class _Arguments:
    """The arguments of one call, looked through.

    Attributes
    ----------
    n
        How many examples there are.
    nodes
        What changes from call to call, as nodes; with the batch axis in front, where it is mapped.
    mapped, plain
        For each of those, whether it has a batch axis, and whether it was given as plain data.
    tree
        The arguments with :data:`HERE` in the places of nodes.
    signature
        What one recording serves.
    """

    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any], in_axes: Axes) -> None:
        axes: Any = in_axes if isinstance(in_axes, tuple | list) else (in_axes,) * len(args)
        if len(axes) != len(args):
            raise ValueError(f"in_axes has {len(axes)} entries, for {len(args)} positional arguments: {in_axes}")
        self.nodes: list[Any] = []
        self.mapped: list[bool] = []
        self.plain: list[bool] = []
        self.lengths: list[tuple[str, int]] = []
        self.signature: list[Any] = []
        given = [(f"argument {i}", x, axis) for i, (x, axis) in enumerate(zip(args, axes, strict=True))]
        given += [(name, x, 0) for name, x in kwargs.items()]
        places = [self._look(name, x, axis) for name, x, axis in given]
        self.tree = places[: len(args)], dict(zip(kwargs, places[len(args) :], strict=True))
        if not self.lengths:
            raise ValueError(f"in_axes {in_axes} maps none of the {len(given)} arguments: there is no batch")
        name, self.n = self.lengths[0]
        for other, n in self.lengths:
            if n != self.n:
                raise ValueError(f"the batches have different lengths: {name} has {self.n} examples, {other} has {n}")
        if not self.n:
            raise ValueError(f"{name} is a batch of 0 examples; at least one is needed")

    def _look(self, name: str, x: Any, axis: int | None) -> Any:
        """Take note of an argument, or a part of one."""
        if isinstance(x, dict):
            self.signature += (dict, *x, len(x))
            return {key: self._look(f"{name}[{key!r}]", part, axis) for key, part in x.items()}
        if isinstance(x, tuple | list):
            self.signature += (type(x), len(x))
            parts = [self._look(f"{name}[{i}]", part, axis) for i, part in enumerate(x)]
            return type(x)(*parts) if hasattr(x, "_fields") else type(x)(parts)
        if isinstance(x, Tensor | np.ndarray):
            self._add(x if axis is None else self._batch(name, x, axis), axis is not None, not isinstance(x, Node))
            return HERE
        if axis is not None and (type(x) is Value or as_float(x) is not None):
            raise ValueError(
                f"{name} has no axis {axis} that could count the examples, because it is one number, {describe(x)}: "
                "give an array, of a list np.asarray(…) or ag.stack(…), or None for it in in_axes"
            )
        if isinstance(x, Value | float | np.float32):
            self._add(x, False, not isinstance(x, Node))
            return HERE
        self.signature += (type(x), x)
        return x

    def _batch(self, name: str, x: Any, axis: int) -> Any:
        if not -x.ndim <= axis < x.ndim:
            raise ValueError(f"{name} of shape {x.shape} has no axis {axis} that could count the examples")
        self.lengths.append((name, x.shape[axis]))
        return moveaxis(x, axis, 0) if axis else x

    def _add(self, x: Any, mapped: bool, plain: bool) -> None:
        if isinstance(x, float | np.float32):
            x = Value(x, requires_grad=False) if THREAD.trace is None else THREAD.trace.stand_in(float(x), DATA)
        elif plain:
            x = data_node(as_input(x))
        self.nodes.append(x)
        self.mapped.append(mapped)
        self.plain.append(plain)
        shape = () if type(x) is Value else (x.dtype, x.shape[mapped:])
        self.signature += (HERE, mapped, plain, flows_to(x), *shape)

    def examples(self) -> list[Any]:
        """The first example, of each node as its kind is: the numbers of a node, or plain."""
        return [
            _example(x, mapped, plain) for x, mapped, plain in zip(self.nodes, self.mapped, self.plain, strict=True)
        ]


HERE = object()


def _example(x: Any, mapped: bool, plain: bool) -> Any:
    data = np.asarray(x._data[0]) if mapped else x._data
    if plain:
        return data
    if type(x) is Value:
        return Value(data, x.label, flows_to(x))
    return leaf(data, x._tag, VARIABLE if flows_to(x) else DATA)


class _Batch:
    """The recording of a function with one example, as steps over a batch."""

    def __init__(self, f: Callable[..., Any], arguments: _Arguments) -> None:
        trace = Trace()
        with refuse_draws(f), tracing(trace), np.errstate(all="ignore"):
            inside = map(trace.argument, arguments.examples())
            args, kwargs = tree.map_leaves(lambda x: next(inside) if x is HERE else x, arguments.tree)
            returned = f(*args, **kwargs)
            self.output = tree.map_leaves(lambda x: trace.var(x) if isinstance(x, Node) else x, returned)
        stops = {id(var) for var in trace.steps if var.cut}
        for var in trace.steps:
            if isinstance(var.operation, Custom):
                var.params = ()  # what it did, which is done again
        program = Program(trace, self.output)
        program.steps = needed(program.steps, program.outputs)
        self.arguments = [id(x) for x in program.arguments]
        self.batched = {x for x, mapped in zip(self.arguments, arguments.mapped, strict=True) if mapped}
        lift(program, self.batched, stops | {id(var) for var in trace.steps if isinstance(var.operation, Custom)})
        outputs = iter(program.outputs)
        self.output = tree.map_leaves(lambda x: next(outputs) if type(x) is Var else x, self.output)
        self.steps: list[Step] = []
        for var in program.steps:
            rule = _custom if isinstance(var.operation, Custom) else None
            step = Step(var, self.batched, rule, id(var) in stops)
            self.steps.append(step)
            if step.differs:
                self.batched.add(id(var))
        read = {id(x) for step in self.steps for x in step.var.reads} | set(map(id, program.outputs))
        captured = zip(program.captured_vars, program.captured, strict=True)
        self.captured = [(id(var), x) for var, x in captured if id(var) in read]
        program.forget()

    def __call__(self, arguments: _Arguments) -> Any:
        n = arguments.n
        held = dict(zip(self.arguments, arguments.nodes, strict=True))
        for key, x in self.captured:
            held[key] = from_values(*x) if isinstance(x, tuple) else x
        for step in self.steps:
            var = step.var
            params = tree.map_leaves(lambda x: held_by(held, x), var.params) if step.looks_up else var.params
            held[id(var)] = step(n, [held_by(held, x) for x in var.operands], params)

        def result(x: Any) -> Any:
            if type(x) is not Var:
                is_number = isinstance(x, np.ndarray) or as_float(x) is not None
                return np.repeat(np.asarray(x)[None], n, axis=0) if is_number else x
            node = held_by(held, x)
            if id(x) not in self.batched:
                node = BROADCAST_TO(array(node), (n, *np.shape(x.data)))
            return np.array(data_of(node)) if x.plain and THREAD.trace is None else node

        return tree.map_leaves(result, self.output)


def _custom(step: Step, n: int, xs: Sequence[Any]) -> Any:
    return _over_batch(step.var.operation)(step.everywhere(n, xs))


@functools.lru_cache(SIGNATURES)
def _over_batch(operation: Custom) -> Custom:
    """A function with a derivative of its own, for batches: its code is recorded as any function's."""

    def backward(needs: Any, gradient: Any) -> tuple[Any, ...]:
        return tuple(x() if callable(x) else x for x in operation.backward(needs, gradient))

    return Custom(operation.name, vmap(operation.forward), vmap(backward), operation.copies)
