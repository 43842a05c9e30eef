"""A recorded function as a program: variables in order, simplified, with the gradients of its results.

>>> from autograd_mini import Value
>>> w = Value(3.0, "w")
>>> program = record(lambda x: w * x + w * x, (2.0,))
>>> [var.op for var in program.simplified().steps]
['mul', 'add', 'add']

The backward sweep is recorded as the function was, so that the two are one program; what both compute is computed
once, what nobody needs is left out, and what depends on no variable is a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from copy import copy
from typing import Any

import numpy as np

from .. import shapes, tree
from ..custom import Custom
from ..functions import evaluate_row
from ..graph import DATA, Node, describe, flows_to
from ..linear import ASTYPE, BROADCAST_TO, RESHAPE, SUM_TO
from ..modes import no_grad, tracing
from ..nary import Sum
from ..operation import Linear, Many, Plain
from ..plain import AS_PLAIN, DETACH
from ..recording import stacked
from ..rules import RULES, Rule
from ..tensor import Tensor
from ..value import Value, as_float
from .trace import GATHER, Element, Source, Trace, Var


class Program:
    """What :func:`record` makes.

    Attributes
    ----------
    steps
        Every variable that is computed, in order, gradients too.
    size
        How many the function itself computed.
    arguments
        The variables that each call is given, one for each number, array and node of its arguments.
    captured, captured_vars
        See :class:`trace.Trace`.
    output
        What the function returned, with a variable in the place of each node.
    outputs
        Those variables.
    sources
        The variables of arguments and captured nodes that want a gradient.
    seeds
        For each output the variable that its gradient starts from (a number for a float), None for plain data.
    gradients
        For each output its gradient by each source: a variable, or None where it doesn't depend on it.
    """

    def __init__(self, trace: Trace, output: Any) -> None:
        self.steps = trace.steps
        self.size = len(trace.steps)
        self.arguments = trace.arguments
        self.captured = trace.captured
        self.captured_vars = trace.captured_vars
        self.output = output
        self.outputs: list[Var] = [x for x in tree.leaves(output) if type(x) is Var]
        self.sources: list[Var] = []
        self.seeds: list[Any] = []
        self.gradients: list[list[Var | None]] = []

    def forward(self) -> list[Var]:
        """The steps that the outputs need."""
        return needed(self.steps, self.outputs)

    def backward(self, k: int) -> list[Var]:
        """The further steps that the gradients of output ``k`` need."""
        done = set(map(id, self.forward()))
        roots = [x for x in self.gradients[k] if x is not None]
        return [x for x in needed(self.steps, roots) if id(x) not in done]

    def simplified(self, lower: Callable[[Simplifier, Var], Var | None] | None = None) -> Program:
        """The same program with less to do: see :class:`Simplifier`."""
        simplifier = Simplifier(lower)
        for var in self.steps:
            simplifier.add(var)
        found = simplifier.found
        program = copy(self)
        program.outputs = [found(x) for x in self.outputs]
        program.gradients = [[None if x is None else found(x) for x in by] for by in self.gradients]
        wanted = [x for by in program.gradients for x in by if x is not None]
        program.steps = needed(simplifier.steps, [*program.outputs, *wanted])
        return program

    def forget(self) -> None:
        """Keep of the example only shapes and dtypes, so that its arrays take no memory."""
        for var in (*self.steps, *self.arguments, *self.captured_vars):
            var.node = None
            if not var.is_scalar:
                var.data = np.broadcast_to(np.zeros((), var.data.dtype), var.data.shape)

    def run(
        self,
        arguments: Sequence[Any],
        captured: Sequence[Any],
        wanted: Sequence[Var],
        known: dict[int, Any] | None = None,
    ) -> list[Any]:
        """Compute some of the variables step by step, of numbers, arrays or nodes alike.

        ``known`` are others that are there already, by their ids: seeds, and what was drawn.
        """
        held = dict(zip(map(id, self.arguments), arguments, strict=True)) | (known or {})
        held |= zip(map(id, self.captured_vars), captured, strict=True)
        run(needed(self.steps, wanted), held)
        return [held_by(held, var) for var in wanted]


NOTHING: Any = nullcontext()


def held_by(held: dict[int, Any], x: Any) -> Any:
    """What a variable, or something else, stands for while a program is run."""
    if type(x) is not Var:
        return x
    return x.data if x.operation is Source.CONSTANT else held[id(x)]


def run(steps: Iterable[Var], held: dict[int, Any]) -> None:
    """Compute steps in order, from what is held by the id of a variable."""
    for var in steps:
        if id(var) in held:  # what was drawn isn't drawn again
            continue
        operands = [held_by(held, x) for x in var.operands]
        params = tree.map_leaves(lambda x: held_by(held, x), var.params) if var.params else ()
        with no_grad() if var.cut else NOTHING:
            held[id(var)] = perform(var, operands, params)


def perform(var: Var, operands: Sequence[Any], params: tuple[Any, ...]) -> Any:
    """One step, on numbers, arrays or nodes."""
    operation = var.operation
    if isinstance(operation, Rule):
        return evaluate_row(operation, *operands)
    if operation is GATHER:
        return stacked([x.item() if isinstance(x, np.ndarray) else x for x in operands], *params)
    if isinstance(operation, Custom):
        return operation(operands)
    if isinstance(operation, Element):
        (x,) = operands
        return shapes.reshape(x, (-1,))[operation.i] if isinstance(x, Node) else operation.value(x)
    if isinstance(operation, Plain):
        return operation(*operands, params=tree.map_leaves(as_index, params))
    if isinstance(operation, Many):
        return operation(operands, *params)
    if isinstance(operation, Linear):
        return operation(*operands, *tree.map_leaves(as_index, params))
    assert isinstance(operation, Sum)
    return operation.of(operands)


def as_index(x: Any) -> Any:
    """A number looked up by a variable, as NumPy takes it."""
    if type(x) is not float:
        return x
    if not x.is_integer():
        raise IndexError(f"an index is a whole number, got {x}")
    return int(x)


def needed(steps: Sequence[Var], wanted: Iterable[Var]) -> list[Var]:
    """Those steps that are needed for the wanted variables, in order."""
    ids = set(map(id, wanted))
    found = []
    for var in reversed(steps):
        if id(var) in ids:
            found.append(var)
            ids.update(map(id, var.reads))
    return found[::-1]


class Simplifier:
    """Rebuilds steps one by one: folds constants, shares what is computed twice, leaves out what changes nothing.

    ``lower`` may give another way to compute a step: a function of the simplifier and the step, with operands already
    rebuilt, that gives a variable made by :meth:`make`, or None.
    """

    def __init__(self, lower: Callable[[Simplifier, Var], Var | None] | None = None) -> None:
        self.steps: list[Var] = []
        self.lower = lower
        self._found: dict[int, Var] = {}
        self._made: dict[Any, Var] = {}

    def found(self, var: Var) -> Var:
        """What stands for a variable now; arguments and captured ones stand for themselves."""
        return self._found.get(id(var), var)

    def add(self, var: Var) -> None:
        """Rebuild a step."""
        operands = tuple(map(self.found, var.operands))
        params = tree.map_leaves(lambda x: self.found(x) if type(x) is Var else x, var.params) if var.params else ()
        rebuilt = Var(var.operation, operands, params, var.data, var.plain, var.node, var.quiet)
        self._found[id(var)] = self._shortened(rebuilt)

    def _shortened(self, var: Var) -> Var:
        operation = var.operation
        if isinstance(operation, Custom):
            return var.params[0] if type(var.params[0]) is Var else self.make(var)
        if operation in UNCHANGED or (
            operation in (RESHAPE, ASTYPE, SUM_TO, BROADCAST_TO) and _same(var.data, var.operands[0].data)
        ):
            (same,) = var.operands
            if var.label and not same.label and not isinstance(same.operation, Source):
                same.node = var.node
            return same
        if isinstance(operation, Rule) and not var.is_scalar:
            for i, x in enumerate(var.operands):
                if _spreads_by_itself(i, var):
                    var.operands = (*var.operands[:i], x.operands[0], *var.operands[i + 1 :])
        return self.make(var)

    def make(self, var: Var) -> Var:
        """The variable for a step of rebuilt operands: an earlier one if it is the same, a constant, or this one."""
        if all(x.operation is Source.CONSTANT for x in var.reads) and not getattr(var.operation, "random", False):
            return constant(var.data)
        key = (var.operation, tuple(map(_key, var.operands)), _key(var.params))
        same = self._made.get(key)
        if same is not None and not getattr(var.operation, "random", False):
            return same
        self._made[key] = var
        if self.lower and (other := self.lower(self, var)) is not None:
            self._made[key] = other
            return other
        self.steps.append(var)
        return var


UNCHANGED = (RULES["identity"], DETACH, AS_PLAIN)


def constant(data: Any) -> Var:
    """A variable that never changes."""
    return Var(Source.CONSTANT, data=data, plain=True)


def _same(x: Any, y: Any) -> bool:
    return type(x) is type(y) and bool(type(x) is float or (x.shape, x.dtype) == (y.shape, y.dtype))


def _spreads_by_itself(i: int, var: Var) -> bool:
    """Whether operand ``i`` was spread to a shape that the others have anyway."""
    x = var.operands[i]
    if x.operation is not BROADCAST_TO:
        return False
    shapes = [np.shape(y.data) for j, y in enumerate(var.operands) if j != i]
    return bool(np.broadcast_shapes(*shapes, np.shape(x.operands[0].data)) == var.data.shape)


def _key(x: Any) -> Any:
    """What tells operands and parameters apart, by their contents where they are small."""
    if type(x) is Var:
        return _key(x.data) if x.operation is Source.CONSTANT else id(x)
    if isinstance(x, tuple | list):
        return (type(x), *map(_key, x))
    if isinstance(x, slice):
        return ("slice", _key(x.start), _key(x.stop), _key(x.step))
    if isinstance(x, np.ndarray):
        return (x.shape, x.dtype, x.tobytes()) if x.size <= SMALL else id(x)
    if isinstance(x, float):
        return (float, x, str(x))  # -0.0 is another number than 0.0
    return (type(x), x)


SMALL = 1000


def record(f: Callable[..., Any], args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None) -> Program:
    """Run a function once, and give what it did as a program, with the gradients of what it returned.

    Raises
    ------
    RecordingError
        Where the function looks at numbers, as in ``if x > 0``.
    """
    trace = Trace()
    with tracing(trace), np.errstate(all="call", call=lambda *_: None):  # derivatives ignore, and are known by that
        inside = tree.map_leaves(lambda x: trace.argument(x) if is_variable(x) else x, (tuple(args), kwargs or {}))
        returned = f(*inside[0], **inside[1])
        for x in tree.leaves(returned):
            if not isinstance(x, (Node, np.ndarray, np.generic, *SIMPLE)):
                raise TypeError(
                    "a recorded function returns nodes, numbers and arrays, in tuples, lists and dicts; "
                    f"got {describe(x)}"
                )
        output = tree.map_leaves(lambda x: trace.var(x) if isinstance(x, Node) else copy(x), returned)
        program = Program(trace, output)
        with np.errstate(all="ignore"):
            _differentiate(program, trace, [x for x in tree.leaves(returned) if isinstance(x, Node)])
    return program


SIMPLE = (int, float, complex, str, bytes, type(None), type)  # that hide no nodes


def _differentiate(program: Program, trace: Trace, roots: Sequence[Node]) -> None:
    """Record the gradient of each root by everything that wants one."""
    sources = [var.node for var in (*trace.arguments, *trace.captured_vars) if flows_to(var.node)]
    program.sources = [trace.var(node) for node in sources]
    for root in roots:
        seed: Any = None
        found = [None] * len(sources)
        if flows_to(root):
            seed = 1.0
            if type(root) is Tensor:
                seed = trace.stand_in(np.ones(root.shape, root.dtype), DATA)
                trace.become_argument(seed)
            found = trace.gradients(root, sources, seed)
        program.seeds.append(trace.var(seed) if isinstance(seed, Node) else seed)
        program.gradients.append([None if g is None else trace.var(g) for g in found])


def is_variable(x: Any) -> bool:
    """Whether an argument changes from call to call; anything else is a setting that stays.

    >>> is_variable(1.0), is_variable(np.ones(3)), is_variable("relu")
    (True, True, False)
    """
    return isinstance(x, (Value, Tensor)) or as_float(x) is not None or (isinstance(x, np.ndarray))
