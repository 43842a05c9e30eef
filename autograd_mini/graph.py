"""Graphs of nodes: what kinds of leaf there are, and walks that never recurse.

A node is data: a value, a gradient, a label, its ``origin`` (the row of the table that made it, or
the kind of leaf it is) and its operands, each with the derivative that the forward pass stored.
``Value`` and ``Tensor`` are nodes; everything here asks of them only ``operands`` and ``origin``.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .value import Value


class Leaf(enum.Enum):
    """What a node is that no operation made."""

    VARIABLE = enum.auto()
    PARAMETER = enum.auto()
    DATA = enum.auto()

    @property
    def requires_grad(self) -> bool:
        """Whether derivatives flow to it."""
        return self is not Leaf.DATA


VARIABLE, PARAMETER, DATA = Leaf


class Tag(NamedTuple):
    """What few nodes have: a label, the neuron or layer they belong to, the line that made them."""

    label: str = ""
    scope: tuple[str, ...] = ()
    made_at: str = ""


NO_TAG = Tag()
CONSTANT = Tag()  # what a number mixed in is told by
MANY = object()  # stands in a node's dleft when it has more than two operands


def topological(*roots: Value) -> list[Value]:
    """Every node the roots were computed from, each once, inputs before what uses them.

    Numbers mixed in are no nodes of the graph and don't appear.

    >>> from autograd_mini import Value
    >>> a, b = Value(2, "a"), Value(1, "b")
    >>> [node.op or node.label for node in topological((a + b) * (b + 1))]
    ['a', 'b', 'add', 'add', 'mul']
    """
    order: list[Value] = []
    seen: set[int] = set()
    finished: set[int] = set()
    stack = list(reversed(roots))
    while stack:
        node = stack[-1]
        key = id(node)
        if key in seen:
            stack.pop()
            if key not in finished:
                finished.add(key)
                order.append(node)
            continue
        seen.add(key)
        stack.extend(child for child in reversed(nodes(node.operands)) if id(child) not in seen)
    return order


def nodes(operands: Iterable[Value | float]) -> list[Value]:
    """The operands that are nodes, not numbers."""
    return [operand for operand in operands if not isinstance(operand, float)]


def describe_inputs(node: Value) -> str:
    """The operands of a node as ``x = 0.0, y = 2.0``, for error messages."""
    names = getattr(node.origin, "inputs", None) or [""] * len(node.operands)
    named = [(x, x.label or str(name)) for x, name in zip(node.inputs, names, strict=True)]
    return ", ".join(f"{name} = {x.data}" if name and x.op != "constant" else str(x.data) for x, name in named)


def descendants(order: Sequence[Value], sources: Iterable[Value]) -> set[int]:
    """The ids of those nodes of a topological order that were computed from the sources, sources included."""
    reached = {id(source) for source in sources}
    for node in order:
        if any(id(child) in reached for child in nodes(node.operands)):
            reached.add(id(node))
    return reached
