"""The node that a replayed program is in the graph, and how gradients come out of it.

First derivatives are the generated code's. For higher orders, and for forward mode, the program's steps are performed
once more, on nodes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import higher
from ..expr import Call, Expr, Formula
from ..forward import tangents
from ..graph import Node, data_of, topological
from ..modes import recording
from ..operation import Linear
from ..recording import from_values
from ..reverse import cotangents
from ..tensor import Tensor
from ..value import Value
from ..worlds import FAULTS
from .sources import Reached
from .trace import Var

if TYPE_CHECKING:
    from .jit import Recorded


class Run:
    """One run of a program: a generator that has yielded the outputs, and may be asked for gradients.

    Attributes
    ----------
    arguments, captured
        The data that it runs on.
    leaves
        The arguments as they were given.
    """

    def __init__(self, recorded: Recorded, leaves: Sequence[Any], arguments: Sequence[Any], captured: Any) -> None:
        self.recorded = recorded
        self.leaves = leaves
        self.arguments = arguments
        self.captured = captured
        self._generator: Any = None
        self._results: Sequence[Any] = ()
        self._last: Any = None, None, None  # which output, its gradient, the gradients by the sources

    def forward(self) -> Sequence[Any]:
        """The data of the outputs, and then what was drawn."""
        program = self.recorded.program
        try:
            self._generator = self.recorded.compiled.start(self.arguments, self.captured)
            self._results = next(self._generator)
        except FAULTS:  # of floats, where IEEE arithmetic has an answer
            self._generator = None
            self._results = [data_of(x) for x in program.run(self.arguments, self.captured, program.outputs)]
        return self._results

    def drawn(self) -> dict[int, Any]:
        """The random numbers that were drawn, by the ids of their variables."""
        draws = self.recorded.draws
        return dict(zip(map(id, draws), self._results[len(self.recorded.outputs) :], strict=True))

    def gradients(self, k: int, g: Any, into: Sequence[Any] | None = None) -> Sequence[Any]:
        """The gradients of output ``k``, whose own is ``g``, by the sources; None where it doesn't depend on one."""
        which, gradient, found = self._last
        if which == k and gradient is g:
            return found  # type: ignore[no-any-return]  # a sequence
        if into is None:
            into = self.recorded.reached[k].arrays()
        try:
            found = self._by_steps(k, g) if self._generator is None else self._generator.send((k, g, into))
        except FAULTS:
            self._generator = None
            found = self._by_steps(k, g)
        self._last = k, g, found
        return found  # type: ignore[no-any-return]  # a sequence

    def descend(self, k: int, seed: Any) -> None:
        """Hand the gradients of output ``k`` to the leaves that it depends on, all of them captured."""
        reached = self.recorded.reached[k]
        tensors, values = reached.leaves
        into: list[Any] = [*reached.nothing]
        for j, x in zip(reached.order, tensors, strict=True):
            home = x.home if x.grad is None else None
            into[j] = np.empty(x._data.shape, x._data.dtype) if home is None else home
        for place, (_, shape, dtype) in zip(reached.doors, reached.parts, strict=True):
            into[place.source] = np.empty(shape, dtype)
        found = gradients_of(self, k, seed, into)
        for j, x in zip(reached.order, tensors, strict=True):
            x.grad = found[j] if x.grad is None else np.asarray(x.grad + found[j])
        if values:
            for x, g in zip(values, reached.gathered(found).tolist(), strict=True):
                x.grad = g if x.grad is None else x.grad + g

    def _by_steps(self, k: int, g: Any) -> Sequence[Any]:
        program = self.recorded.program
        wanted, seed = program.gradients[k], program.seeds[k]
        with np.errstate(all="ignore"):
            held = self.drawn() | ({id(seed): g} if type(seed) is Var else {})
            found = iter(program.run(self.arguments, self.captured, [x for x in wanted if x is not None], held))
        return [None if x is None else _own(next(found)) for x in wanted]


def _own(gradient: Any) -> Any:
    """A gradient that shares no memory with anything."""
    return np.array(data_of(gradient)) if not isinstance(gradient, float) else gradient


@np.errstate(all="ignore")
def gradients_of(run: Run, k: int, g: Any, into: Sequence[Any]) -> Sequence[Any]:
    """As ``run.gradients``, without warnings."""
    return run.gradients(k, g, into)


class Replayed(Linear):
    """The operation of one output of a run. Its operands are Tensors, and the Values as one Tensor at the end."""

    def __init__(self, run: Run, k: int) -> None:
        self.run = run
        self.k = k

    @property
    def name(self) -> str:  # type: ignore[override]  # of the function
        return self.run.recorded.name

    @property
    def arity(self) -> int:  # type: ignore[override]  # of the program
        return len(self.reached.pulls)

    @property
    def reached(self) -> Reached:
        """What the output depends on."""
        return self.run.recorded.reached[self.k]

    def pulls_of(self, count: int) -> Any:
        """For each operand the function from a node's gradient to the operand's."""
        return self.reached.pulls

    def sweep(self, node: Tensor, seed: Any) -> bool:
        """All of a backward sweep from the node, if everything it depends on is a leaf that was captured."""
        if self.reached.leaves is None:
            return False
        self.run.descend(self.k, seed)
        node.grad = seed
        return True

    # Derivatives of a Value, by its operands.

    def __iter__(self) -> Iterator[float]:
        return iter(self.reached.gathered(self.run.gradients(self.k, 1.0)).tolist())

    def partial(self, i: int, operands: Sequence[Any]) -> Any:
        """The derivative by operand ``i`` of a Value, as a node."""
        return self.pull(i, 1.0, operands, ())

    def evaluate(self, *operands: Any) -> Any:
        """(value, derivative by each operand) of a Value, now."""
        arguments, captured = list(self.run.arguments), list(self.run.captured)
        for place, number in self.reached.parts_of(np.array(operands)):
            (arguments if place.among == "arguments" else captured)[place.i] = float(number)
        run = Run(self.run.recorded, self.run.leaves, arguments, captured)
        value = run.forward()[self.k]
        return value, *self.reached.gathered(run.gradients(self.k, 1.0)).tolist()

    def applied(self, *operands: Formula) -> Expr:
        """The operation as it is written."""
        return Call(self.name, *operands)

    def derivative(self, i: int, operands: Sequence[Expr], result: Expr | None = None) -> Expr:
        """The derivative by operand ``i`` as a formula, which says no more than its name."""
        return Call(f"{self.name}′", operands[i])  # a prime

    # Higher orders, and forward mode: on nodes.

    def _performed(self, operands: Sequence[Any]) -> tuple[Any, list[Any]]:
        """The output on nodes, and the nodes that stand for the operands."""
        program = self.run.recorded.program
        stand_ins = [x.identity() for x in operands]
        arguments, captured = list(self.run.leaves), [_as_node(x) for x in program.captured]
        reached = self.reached
        if type(operands[-1]) is Value:
            given = dict(enumerate(stand_ins))
            placed = [(place, given[i]) for place, i in zip(reached.singles, reached.index, strict=True)]
        else:
            placed = list(zip(reached.tensors, stand_ins, strict=False))
            placed += reached.parts_of(stand_ins[-1]) if reached.count else []
        for place, x in placed:
            (arguments if place.among == "arguments" else captured)[place.i] = x
        (output,) = program.run(arguments, captured, [program.outputs[self.k]], self.run.drawn())
        return output, stand_ins

    def pull(self, i: int, g: Any, operands: Sequence[Any], params: tuple[Any, ...]) -> Any:
        """The gradient by operand ``i``, as a node."""
        output, stand_ins = self._performed(operands)
        found = cotangents(output, [stand_ins[i]], g, higher.pulling)[0]
        return 0.0 * g if found is None else found

    def push(self, i: int, tangent: Any, operands: Sequence[Any], params: tuple[Any, ...]) -> Any:
        """The tangent that comes from operand ``i``, on arrays or nodes."""
        with recording():
            output, stand_ins = self._performed(operands or self.reached.operands_of(self.run))
            found = tangents(topological(output), [stand_ins[i]], [tangent], higher.push)[id(output)]
        return found if operands or not isinstance(found, Node) else found._data


def _as_node(x: Any) -> Any:
    return x if isinstance(x, Node) else from_values(*x)
