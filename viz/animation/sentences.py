"""What each step of a sweep says, in the words of the page that steps through a graph.

``∂e/∂b += ∂d/∂b · ∂e/∂d: contribution 1 × 3 = 3; total so far 2 + 3 = 5``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from .. import text
from ..picture import Edge, Node, Picture
from ..sweeps import Share, is_total

if TYPE_CHECKING:
    from autograd_mini.expr import Expr

LOCAL = "each edge: how fast the result moves with the operand"
FEW = 4  # of a list, and of the terms of a sum, that are written out
ROOM = 60  # characters of a formula


def beginning(picture: Picture) -> str:
    """``e is computed from a and b``."""
    outputs = [node.name for node in picture.nodes if node.is_output]
    leaves = [node.name for node in picture.nodes if node.kind != "operation"]
    are = "is" if len(outputs) == 1 else "are"
    computed = f"computed from {_listed(leaves)}" if outputs != leaves else "not computed from anything"
    return f"{_listed(outputs)} {are} {computed}"


def inputs(picture: Picture) -> str:
    """``the inputs: a = 2 and b = 1``."""
    said = [f"{node.name} = {_number(node.value)}" for node in picture.nodes if node.kind != "operation"]
    return f"the input{'s' * (len(said) > 1)}: {_listed(said)}"


def value(picture: Picture, i: int) -> str:
    """``c = a + b = 2 + 1 = 3``."""
    node = picture.nodes[i]
    parts = (f"{node.name} = {node.formula}", _in_numbers(picture, node), _number(node.value))
    return " = ".join(dict.fromkeys(part for part in parts if part))


def share(picture: Picture, step: Share) -> str:
    """What an edge hands back to its tail, and what that has by now; or where the backward sweep starts."""
    gradient = _gradient(picture, step.step.node)
    if step.step.edge is None:
        return f"{gradient} = 1: here the backward sweep begins"
    edge = picture.edges[step.step.edge]
    term = f"{gradient} += {edge.symbol} · {_gradient(picture, edge.head)}"
    said = f"{term}: contribution {_number(edge.partial)} × {_signed(step.given)} = {_number(step.added)}"
    if step.before is None:
        return said
    return f"{said}; total so far {_number(step.before)} + {_signed(step.added)} = {_number(step.total)}"


def start(picture: Picture, sources: Collection[int]) -> str:
    """``∂b/∂b = 1: b moves, the other inputs stand still``."""
    moving = [picture.nodes[i] for i in sorted(sources)]
    still = any(node.kind != "operation" and i not in sources for i, node in enumerate(picture.nodes))
    said = f"{_listed([_tangent(node) for node in moving])}: {_listed([node.name for node in moving])}"
    return f"{said} move{'s' * (len(moving) == 1)}{', the other inputs stand still' * still}"


def tangent(picture: Picture, i: int, edges: Iterable[Edge]) -> str:
    """``∂e/∂b = ∂c/∂b · ∂e/∂c + ∂d/∂b · ∂e/∂d = 1 × 2 + 1 × 3 = 5``."""
    names: list[str] = []
    numbers: list[str] = []
    for edge in edges:
        tail = picture.nodes[edge.tail]
        names.append(f"{_word(tail)} · {edge.symbol}")
        numbers.append(f"{(_signed if numbers else _number)(tail.grad)} × {_signed(edge.partial)}")
    node = picture.nodes[i]
    return " = ".join((_word(node), _terms(names), _terms(numbers), _number(node.grad)))


def end(picture: Picture, sources: Collection[int]) -> str:
    """What one sweep gave."""
    wanting = [i for i, node in enumerate(picture.nodes) if node.wants_grad and node.kind != "operation"]
    if sources:
        outputs = [_tangent(node) for node in picture.nodes if node.is_output]
        more = f"; the gradient of all {len(wanting)} inputs needs {len(wanting)} sweeps" if len(wanting) > 1 else ""
        return f"one sweep forward: {_listed(outputs)}{more}"
    found = ((i, picture.nodes[i].grad) for i in wanting)
    said = [f"{_gradient(picture, i)} = {_number(grad)}" for i, grad in found if grad is not None]
    return f"one sweep back: {_listed(said)}" if said else "nothing here wants a gradient"


def _gradient(picture: Picture, i: int) -> str:
    name = picture.nodes[i].name
    outputs = [node.name for node in picture.nodes if node.is_output]
    d = "d" if is_total(picture) else "∂"
    return f"{d}{outputs[0]}/{d}{name}" if len(outputs) == 1 else f"grad {name}"


def _word(node: Node) -> str:
    return node.word if node.word.startswith(("∂", "d")) else f"{node.word} of {node.name}"


def _tangent(node: Node) -> str:
    return f"{_word(node)} = {_number(node.grad)}"


def _number(said: object) -> str:
    return text.number(said) if isinstance(said, float) else ""


def _in_numbers(picture: Picture, node: Node) -> str:
    """The operation on the values of its operands; nothing if a leaf has changed since, or two share a name."""
    from autograd_mini.expr import Number, Symbol  # noqa: PLC0415 - as in picture.symbols

    operands = {i for i in node.operands if isinstance(i, int)}
    values = {picture.nodes[i].name: picture.nodes[i].value for i in operands}
    if node.expression is None or node.is_stale or len(values) < len(operands):
        return ""
    numbers: dict[Expr, Expr] = {
        Symbol(name): Number(given) for name, given in values.items() if isinstance(given, float)
    }
    return text.abbreviate(node.expression.substitute(numbers).text(), ROOM)


def _signed(said: object) -> str:
    return text.signed(_number(said))


def _terms(terms: list[str]) -> str:
    return " + ".join(terms if len(terms) <= FEW else [*terms[:2], "…", terms[-1]])


def _listed(said: Sequence[str]) -> str:
    if len(said) > FEW:
        return f"{', '.join(said[: FEW - 1])}, … ({len(said)} in all)"
    return " and ".join(filter(None, (", ".join(said[:-1]), *said[-1:])))
