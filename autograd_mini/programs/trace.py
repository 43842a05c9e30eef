"""Recording a function: what it computed, of what, in which order.

While a :class:`Trace` is on (``tracing`` in ``modes.py``), every operation tells it (``settle`` in ``recording.py``),
and each node has a :class:`Var`: a variable of the program that the recording becomes. The function is run with real
numbers, which are an example; what would look at them is refused. Nodes from outside are *captured*: they are read
afresh whenever the program runs.

>>> from autograd_mini import Value
>>> w = Value(3.0, "w")
>>> trace = Trace()
>>> with tracing(trace):
...     x = trace.argument(2.0)
...     y = w * x + 1
>>> [(var.op, var.data) for var in trace.steps], trace.captured[0] is w
([('mul', 6.0), ('add', 7.0)], True)
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import higher, tree
from ..expr import Number, Symbol
from ..graph import DATA, MANY, VARIABLE, Leaf, Node, flows_to
from ..linear import sum_to
from ..modes import THREAD, tracing
from ..operation import Plain
from ..recording import NATIVE, new_node
from ..reverse import cotangents, times
from ..rules import Rule
from ..rules import out as OUT  # noqa: N812  # the symbol
from ..tensor import Tensor, checked, leaf
from ..value import Value, as_float
from ..worlds import on_floats
from ..worlds import pull as pull_by

__all__ = ["GATHER", "Pull", "Source", "Trace", "Var", "pull_of", "tracing"]


class Source(enum.Enum):
    """Where a variable comes from that the program doesn't compute."""

    ARGUMENT = enum.auto()  # each call is given it
    CAPTURED = enum.auto()  # a node from outside, read at each call
    CONSTANT = enum.auto()


class Var:
    """A variable of a program.

    Attributes
    ----------
    operation
        What computes it, or a :class:`Source`.
    operands
        The variables that it is computed from.
    params
        What else the operation was given; where a number is looked up by a variable, that variable.
    data
        An example of what it holds: a float where nodes are Values, an array where they are Tensors.
    plain
        Whether it would be a plain number or array, no node, outside of the recording.
    node
        The node of the recording.
    quiet
        Whether it was computed without warnings, as derivatives are.
    cut
        Whether it was computed within ``no_grad``.
    """

    __slots__ = ("cut", "data", "node", "operands", "operation", "params", "plain", "quiet")

    def __init__(
        self,
        operation: Any,
        operands: tuple[Var, ...] = (),
        params: tuple[Any, ...] = (),
        data: Any = None,
        plain: bool = False,
        node: Any = None,
        quiet: bool = False,
    ) -> None:
        self.operation = operation
        self.operands = operands
        self.params = params
        self.data = data
        self.plain = plain
        self.node = node
        self.quiet = quiet
        self.cut = False

    @property
    def op(self) -> str:
        """The name of the operation; of a source the kind of source."""
        return str(self.operation.name.lower() if isinstance(self.operation, Source) else self.operation.name)

    @property
    def label(self) -> str:
        """The name that the user gave the node."""
        return "" if self.node is None else str(self.node.label)

    @property
    def is_scalar(self) -> bool:
        """Whether it is a float, not an array."""
        return type(self.data) is float

    @property
    def reads(self) -> tuple[Var, ...]:
        """Every variable that is needed to compute it, those among the parameters too."""
        if not self.params:
            return self.operands
        return self.operands + tuple(x for x in tree.leaves(self.params) if type(x) is Var)

    def __repr__(self) -> str:
        return f"<{self.op} {'float' if self.is_scalar else f'{self.data.dtype} {self.data.shape}'}>"


# Of floats an array, of the shape and dtype that are its parameters.
GATHER = Plain("stack", np.array, gives_plain=False)


class Element(Plain):
    """The number at a place of an array, counted in a row: where the gradient of an array becomes that of Values."""

    def __init__(self, i: int) -> None:
        super().__init__("element", lambda x: float(np.reshape(x, -1)[i]), gives_plain=False)
        self.i = i


ELEMENTS: list[Element] = []


def element(x: Tensor, i: int) -> Any:
    """The Value of an element, while a program is recorded."""
    while len(ELEMENTS) <= i:
        ELEMENTS.append(Element(len(ELEMENTS)))
    return new_node(ELEMENTS[i], ELEMENTS[i].value(x._data), ((x,),), ())


class Pull(Plain):
    """The gradient by operand ``i`` of a row, of (the result's gradient, the operands…, the result)."""

    def __init__(self, rule: Rule, i: int) -> None:
        super().__init__(f"{rule.name}_pull_{i}", self.run, gives_plain=False)
        self.rule = rule
        self.i = i

    def run(self, g: Any, *held: Any) -> Any:
        """The gradient for floats, or for arrays."""
        if type(held[-1]) is float:
            return g * on_floats(self.rule)(*held[:-1])[1 + self.i]
        return pull_by(self.rule, self.i)(g, _Held(held[:-1], held[-1]))


class _Held:
    """What ``pull`` in ``worlds.py`` asks of a node."""

    def __init__(self, arrays: Sequence[Any], data: Any) -> None:
        self.arrays = arrays
        self._data = data


_PULLS: dict[tuple[Rule, int], Pull] = {}


def pull_of(rule: Rule, i: int) -> Pull:
    """The operation that a backward sweep applies for operand ``i`` of a row."""
    if (rule, i) not in _PULLS:
        _PULLS[rule, i] = Pull(rule, i)
    return _PULLS[rule, i]


class Trace:
    """A recording.

    Attributes
    ----------
    steps
        What is computed, in order.
    arguments
        The variables that each call is given.
    captured
        The nodes from outside, and (Values, shape, dtype) for Values that became an array together.
    captured_vars
        Their variables.
    """

    def __init__(self) -> None:
        self.outer: Trace | None = THREAD.trace
        self.steps: list[Var] = []
        self.arguments: list[Var] = []
        self.captured: list[Any] = []
        self.captured_vars: list[Var] = []
        self._vars: dict[int, Var] = {}  # by the id of a node
        self._doors: dict[Any, Any] = {}
        self._kept: list[Any] = []
        self._constants: dict[int, tuple[Var, Any]] = {}

    def knows(self, node: Node) -> bool:
        """Whether a node was made while this, or a recording around it, was on."""
        return self.made(node) or (self.outer is not None and self.outer.knows(node))

    def made(self, node: Node) -> bool:
        """Whether a node was made while this was on."""
        return id(node) in self._vars

    def var(self, x: Any) -> Var:
        """The variable of a node, or of a number or array mixed in."""
        if not isinstance(x, Node):
            number = as_float(x) if not isinstance(x, np.ndarray) else None
            return self._constant_array(x) if number is None else Var(Source.CONSTANT, data=number, plain=True)
        found = self._vars.get(id(x))
        if found is None:
            self.captured.append(x)
            found = self._add(Var(Source.CAPTURED, data=x._data, node=x))
            self.captured_vars.append(found)
        return found

    def _constant_array(self, x: Any) -> Var:
        """An array from outside, as it is now."""
        if id(x) not in self._constants:
            self._constants[id(x)] = Var(Source.CONSTANT, data=np.array(x), plain=True), x
        return self._constants[id(x)][0]

    def _add(self, var: Var) -> Var:
        self._vars[id(var.node)] = var  # which keeps the node, so that no other gets its id
        return var

    def record(self, node: Any) -> None:
        """Take note of a new node, while it still knows what it was computed from."""
        operands = tuple(map(self.var, node.operands))
        operation: Any = node.origin
        params: Any = ()
        if type(node) is Tensor:
            if node.params:
                params = tree.map_leaves(lambda x: self.var(x) if isinstance(x, Node) else x, node.params)
            if node.edges is MANY:
                operation, params = GATHER, (node.shape, node.dtype)
        plain = all(x.plain for x in operands) or (isinstance(operation, Plain) and operation.gives_plain)
        quiet = type(node) is Tensor and np.geterr()["invalid"] == "ignore"
        var = self._add(Var(operation, operands, params, node._data, plain, node, quiet))
        var.cut = THREAD.no_grad > 0
        self.steps.append(var)

    def argument(self, x: Any) -> Any:
        """The node that stands for an argument: of the same kind, and data where that is plain."""
        number = as_float(x)
        if isinstance(x, Node):
            node = Value(x._data) if type(x) is Value else leaf(x._data, None, VARIABLE)
            node._tag, node.origin = x._tag, x.origin if isinstance(x.origin, Leaf) else VARIABLE
        elif number is not None:
            node = Value(number, requires_grad=False)
        else:
            node = leaf(as_input(x), None, DATA)
        self.arguments.append(
            self._add(Var(Source.ARGUMENT, data=node._data, plain=not isinstance(x, Node), node=node))
        )
        return node

    def stand_in(self, x: Any, origin: Leaf) -> Any:
        """A leaf of another kind for what a node, a number or an array holds."""
        data = self.var(x).data
        node = Value(data) if type(data) is float else leaf(data, None, origin)
        node.origin = origin
        self._vars[id(node)] = self.var(x)
        self._kept.append(node)  # so that no other gets its id
        return node

    def take_for(self, node: Node, recorded: Node) -> None:
        """Let a node be what another one is."""
        self._vars[id(node)] = self.var(recorded)
        self._kept.append(node)

    def become_argument(self, node: Any) -> None:
        """Let a stand-in be what each call is given: the gradient to start from."""
        self._vars[id(node)] = Var(Source.ARGUMENT, data=node._data, node=node)

    def door(self, values: tuple[Any, ...], shape: tuple[int, ...], dtype: Any) -> Any:
        """The array of Values from outside that become one together; None if some are computed here."""
        if not any(type(x) is Value for x in values) or any(isinstance(x, Node) and self.made(x) for x in values):
            return None
        key = (tuple(id(x) if isinstance(x, Node) else x for x in values), shape, dtype)
        if key not in self._doors:
            numbers = [x._data if isinstance(x, Node) else x for x in values]
            origin = VARIABLE if any(map(flows_to, values)) else DATA
            node = leaf(np.array(numbers, dtype).reshape(shape), None, origin)
            self.captured.append((values, shape, node.dtype))
            self.captured_vars.append(self._add(Var(Source.CAPTURED, data=node._data, node=node)))
            self._doors[key] = node
        return self._doors[key]

    def gradients(self, root: Node, sources: Sequence[Node], seed: Any = None) -> list[Any]:
        """The gradient of a node by each source as nodes, None where there is none: first derivatives only."""
        stop = {id(source) for source in sources}

        def pulling(node: Any) -> Callable[[int, Any], Any]:
            return (lambda *_: None) if id(node) in stop else pulling_once(node)

        if seed is None:
            seed = 1.0 if type(root) is Value else self.stand_in(np.ones(root.shape, root.dtype), DATA)
        return cotangents(root, sources, seed, pulling)


def as_input(x: Any) -> Any:
    """A plain array as a program takes it: integers and bools stay what they are."""
    array = np.asarray(x)
    return array if array.dtype.kind in "iub" or array.dtype in NATIVE else checked(array, x)


def pulling_once(node: Any) -> Callable[[int, Any], Any]:
    """As ``pulling`` in ``higher.py``, but the derivative of a row times the gradient is one step, without its own."""
    operation = node.origin
    if type(node) is Tensor and node.edges is MANY:
        return lambda i, g: element(g, i)
    if not isinstance(operation, Rule):
        return higher.pulling(node)

    def pull(i: int, g: Any) -> Any:
        operand = node.operands[i]
        if not flows_to(operand):
            return None
        partial = operation.partials[i]
        if partial == ONE:
            term = g
        elif isinstance(partial, Symbol):  # an operand, or the result
            term = times(g, dict(zip((*operation.inputs, OUT), (*node.operands, node), strict=True))[partial])
        else:
            term = pull_of(operation, i)(g, *node.operands, node)
        return term if type(node) is Value else higher.conform(sum_to(term, operand.shape), operand)

    return pull


ONE = Number(1)
