"""From a graph of nodes to a picture as plain data: what is there, not how it looks.

:func:`walk` reads the graph once; :func:`picture` turns it into frozen :class:`Node` and :class:`Edge`
objects, which ``dot.py``, ``svg.py`` and ``tree.py`` then put into words. Nothing here knows a colour, and
nothing changes the graph.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from autograd_mini.graph import GRADIENT_SCOPE

from . import arrays, operations, text
from .arrays import Lines
from .names import distinct, name_nodes

if TYPE_CHECKING:
    from autograd_mini.expr import Expr

Kind = Literal["input", "parameter", "operation", "constant"]

NAME_LIMIT, FORMULA_LIMIT = 32, 44
FILL_IN = "to fill in the gradients"
NARY, MANY = ("sum", "dot"), 16  # a sum of more operands is not written out
FEW = 4  # leaves that are used alike are boxes of their own up to this number, where a graph is collapsed
STALE = "a leaf has changed since: values marked * are those of the last forward pass"


@dataclass(frozen=True, slots=True)
class Node:
    """A box: an operation and its result, a leaf, or several of them in one, as `details` says.

    `called` is the name in full, where `name` is what fits in a box; `shape` is that of an array. `op` is the row of
    the table, `expression` it applied to `operands`: of each its position in ``Picture.nodes``, or a float, the number
    mixed in; both only where the operation is a formula. `word` says what `grad` is: a gradient, or in a forward sweep
    the derivative by an input. One with `emphasis` stands out.
    """

    name: str
    kind: Kind
    formula: str = ""
    value: float | Lines | None = None
    grad: float | Lines | None = None
    wants_grad: bool = False
    is_output: bool = False
    is_stale: bool = False
    scope: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    called: str = ""
    shape: str = ""
    op: str = ""
    expression: Expr | None = None
    operands: tuple[int | float, ...] = ()
    word: str = "grad"
    emphasis: bool = False

    @property
    def tint(self) -> str:
        """Which tint the box gets: its kind, but for outputs, and for what a gradient's graph adds."""
        return "output" if self.is_output else GRADIENT_SCOPE if self.scope[:1] == (GRADIENT_SCOPE,) else self.kind


@dataclass(frozen=True, slots=True)
class Edge:
    """One operand of an operation. `tail` and `head` are positions in ``Picture.nodes``.

    ``symbol`` is empty where no derivative flows; ``partial`` is the number, if it is one, ``formula`` its formula.
    If it ``is_map``, the formula says what becomes of the gradient, not what it is multiplied by. ``operand`` is which
    operand of the head the tail is, ``derivative`` the formula as data, where it is one.
    """

    tail: int
    head: int
    symbol: str = ""
    partial: float | None = None
    formula: str = ""
    is_map: bool = False
    operand: int = 0
    derivative: Expr | None = None
    emphasis: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """All of a figure's content, in topological order, and what has to be said beside it."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    notes: tuple[str, ...] = ()

    def revealed(self, steps: Collection[str]) -> Picture:
        """The picture with only these of the values ("value"), gradients ("grad") and derivatives ("local") in it.

        What is missing leaves its lines empty, so that nothing else moves.
        """

        def node(box: Node) -> Node:
            value = box.value if "value" in steps or box.value is None else empty(box.value)
            return replace(box, value=value, grad=box.grad if "grad" in steps else empty(box.grad))

        edges = self.edges if "local" in steps else tuple(replace(edge, symbol="") for edge in self.edges)
        return replace(self, nodes=tuple(map(node, self.nodes)), edges=edges)


def empty(said: float | Lines | None) -> Lines:
    """As many lines as something takes, with nothing in them."""
    return (("", ""),) * (len(said) if isinstance(said, tuple) else 1)


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph as read: nodes with inputs before users, the operands of each, the outputs.

    Numbers mixed in are made anew each time that a node is asked for its inputs. They are therefore
    asked once, here, and all else goes by ``id``.
    """

    nodes: tuple[Any, ...]
    inputs: Mapping[int, tuple[Any, ...]]
    outputs: Collection[int]
    parameters: Collection[int]

    def kind(self, node: Any) -> Kind:
        """Which of the four kinds of box `node` gets."""
        if node.op == "constant":
            return "constant"
        if operations.op_of(node):
            return "operation"
        return "parameter" if node.is_parameter or id(node) in self.parameters else "input"


def walk(roots: Sequence[Any], *, parameters: Sequence[Any] = (), limit: int | None = None) -> Graph | None:
    """Read the graph below `roots`, without recursion.

    Parameters
    ----------
    roots
        The output nodes.
    parameters
        Leaves that are to be drawn as parameters.
    limit
        Give up beyond so many nodes.

    Returns
    -------
    Graph or None
        None if there are more than `limit` nodes. Constants are among the operands, not among the nodes.
    """
    order: list[Any] = []
    inputs: dict[int, tuple[Any, ...]] = {}
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif id(node) not in inputs:
            operands = inputs[id(node)] = operations.inputs_of(node)
            if limit is not None and len(inputs) > limit:
                return None
            stack.append((node, True))
            stack.extend((x, False) for x in reversed(operands) if x.op != "constant" and id(x) not in inputs)
    return Graph(tuple(order), inputs, {id(root) for root in roots}, {id(p) for p in parameters})


def picture(graph: Graph, variables: Mapping[str, object], *, told_apart: bool = False) -> Picture:
    """The picture of a graph, one box per node and one edge per operand.

    Numbers mixed in fold into the formulas of their users. With `told_apart` no two nodes have the same name.
    """
    called = name_nodes(graph.nodes, variables)
    names = {id(node): display(called[id(node)]) for node in graph.nodes}
    if told_apart:
        names = dict(zip(names, distinct(names.values()), strict=True))
    names |= names_of_arrays(graph, variables)
    place = {id(node): i for i, node in enumerate(graph.nodes)}
    stale = stale_nodes(graph)
    nodes = tuple(
        replace(box(graph, node, names, is_stale=id(node) in stale), called=text.clean(called[id(node)]),
                operands=numbers_or_places(graph.inputs[id(node)], place))
        for node in graph.nodes
    )  # fmt: skip
    edges = [
        replace(edge, tail=place[id(x)], head=place[id(node)])
        for node in graph.nodes
        for x, edge in zip(graph.inputs[id(node)], edges_to(graph, node, names), strict=True)
        if x.op != "constant"
    ]
    return Picture(nodes, tuple(edges), notes(nodes, callers_word(graph, called, variables)))


def numbers_or_places(operands: Sequence[Any], place: Mapping[int, int]) -> tuple[int | float, ...]:
    """Of each operand its position, or the number mixed in; nothing where one of them has axes."""
    if any(arrays.is_array(x.data) for x in operands):
        return ()
    return tuple(place[id(x)] if id(x) in place else arrays.number(x.data) for x in operands)


def box(graph: Graph, node: Any, names: Mapping[int, str], *, is_stale: bool = False) -> Node:
    """The box of one node."""
    operands = graph.inputs[id(node)]
    formulas = symbols(operands, names, operations.op_of(node))
    return Node(
        name=names[id(node)],
        kind=graph.kind(node),
        formula=formula(node, formulas, names) if operands else "",
        value=arrays.described(node.data),
        grad=arrays.gradient(node.grad),
        wants_grad=bool(node.requires_grad),
        is_output=id(node) in graph.outputs,
        is_stale=is_stale,
        scope=tuple(node.scope) if operands else (),
        shape=arrays.kind(node.data),
        op=operations.op_of(node),
        expression=None if not operands or operations.is_linear(node) else operations.rule_of(node).applied(*formulas),
    )


def edges_to(graph: Graph, node: Any, names: Mapping[int, str]) -> Iterator[Edge]:
    """An edge for each operand of `node`, whose ends are not known yet; without a symbol where no derivative flows."""
    operands = graph.inputs[id(node)]
    if not operands:
        return
    formulas, (out,) = symbols(operands, names), symbols((node,), names)
    found = operations.derivatives(node, operands, formulas, out, names)
    for i, (x, derivative) in enumerate(zip(operands, found, strict=True)):
        if derivative is None:
            yield Edge(0, 0, operand=i)
        else:
            number, formula, is_map, expression = derivative
            symbol = f"∂{names[id(node)]}/∂{names[id(x)]}"
            said = text.abbreviate(text.clean(formula), FORMULA_LIMIT)
            yield Edge(0, 0, symbol, number, said, is_map, i, expression)


def notes(nodes: Sequence[Node], root: str) -> tuple[str, ...]:
    """What a reader has to be told: that no backward pass was run, that values are old."""
    said = []
    wanting = [node for node in nodes if node.wants_grad]
    if wanting and all(node.grad is None for node in wanting):
        said.append(f"call {root} {FILL_IN}")
    if any(node.is_stale for node in nodes):
        said.append(STALE)
    return tuple(said)


def callers_word(graph: Graph, called: Mapping[int, str], variables: Mapping[str, object]) -> str:
    """How the caller would write the backward pass: ``e.backward()``, if the output has a name that can be called."""
    root = graph.nodes[-1]
    call = "backward()" if np.size(root.data) == 1 else "backward(seed)"
    name = called[id(root)]
    can_be_called = (root.label or name in variables) and name.isidentifier() and len(graph.outputs) == 1
    return f"{name}.{call}" if can_be_called else f"{call} on the output"


def display(name: str) -> str:
    """A name as pictures show it: on one line, its number a subscript, not too long."""
    shown = text.shorten(text.subscripts(text.clean(name)), NAME_LIMIT) or "?"
    # After a name that is written from right to left, a mark: what follows is from left to right again.
    return shown + "\u200e" if any(unicodedata.bidirectional(c) in ("R", "AL") for c in shown) else shown


def symbols(operands: Sequence[Any], names: Mapping[int, str], op: str = "") -> list[Any]:
    """Operands as formulas: numbers as they are, nodes and arrays by name; conditions are true or false."""
    from autograd_mini.expr import Number, Symbol  # noqa: PLC0415 - so that the data model stands alone

    found = [
        Symbol(names[id(x)]) if x.op != "constant"
        else Symbol(names[id(x.data)]) if arrays.is_array(x.data)
        else Number(arrays.number(x.data))
        for x in operands
    ]  # fmt: skip
    if op == "where" and isinstance(found[0], Number):
        found[0] = Symbol("true" if found[0].value else "false")
    return found


def names_of_arrays(graph: Graph, variables: Mapping[str, object]) -> dict[int, str]:
    """``id(array)`` → its name, of all that are mixed in without being nodes."""
    operands = (x for inputs in graph.inputs.values() for x in inputs)
    found = arrays.named(arrays.mixed_in(operands, graph.nodes), variables)
    return {key: display(name) for key, name in found.items()}


def stale_nodes(graph: Graph) -> Collection[int]:
    """Ids of operations whose value is not what the leaves' data would give now."""
    from autograd_mini.recording import is_stale  # noqa: PLC0415 - as in symbols

    stale: set[int] = set()
    for node in graph.nodes:
        if any(id(x) in stale for x in graph.inputs[id(node)]) or is_stale(node):
            stale.add(id(node))
    return stale


def refuse_stale(graph: Graph) -> None:
    """Raise a RuntimeError if a leaf has changed since its users were computed."""
    if stale_nodes(graph):
        raise RuntimeError(
            "a leaf has changed since this was computed, so its numbers are of two graphs: compute it again"
        )


def formula(node: Any, operands: Sequence[Any], names: Mapping[int, str]) -> str:
    """The operation of `node` on `operands`, as text that fits in a box."""
    rule = operations.rule_of(node)
    if operations.is_linear(node):
        applied = operations.written(node, [operand.text() for operand in operands], names)
        return text.shorten(text.clean(applied), FORMULA_LIMIT)
    if rule.name in NARY and len(operands) > FEW:
        pairs = len(operands) // 2 if rule.name == "dot" else 0
        terms = [*zip(operands[:pairs], operands[pairs : 2 * pairs], strict=True), *zip(operands[2 * pairs :])]
        summed, rest = (terms[:pairs], terms[pairs:]) if pairs else (terms, [])
        said = [text.clean(rule.applied(*term).text()) for term in (summed[0], *rest)]
        if len(summed) > FEW and len(set(summed)) == 1:
            said[0] = f"Σ ({said[0]})" if pairs else f"Σ {said[0]}"
            return text.shorten(" + ".join(said), FORMULA_LIMIT)
        if len(operands) > MANY:
            written = [text.clean(rule.applied(*term).text()) for term in (terms[0], terms[1], terms[-1])]
            return text.shorten(" + ".join((*written[:2], "…", written[-1])), FORMULA_LIMIT)
    return text.abbreviate(text.clean(rule.applied(*operands).text()), FORMULA_LIMIT)
