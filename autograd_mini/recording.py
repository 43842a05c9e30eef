"""Recording: how the results of operations become nodes, and what the modes make of them."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Sequence
from typing import Any

from .graph import DATA, MANY, Leaf, Tag, describe_inputs
from .linear import Sum
from .modes import MODES, THREAD, AnomalyError
from .rules import Rule
from .value import Value, flows_to
from .worlds import on_floats

new = object.__new__


def new_node(
    operation: Rule | Sum,
    data: float,
    parts: tuple[tuple[Any, ...], ...],
    groups: tuple[tuple[Any, Any], ...],
) -> Value:
    """A node of any number of operands: see the comment on Value's slots."""
    node = new(Value)
    node._data = data
    node.left = groups
    node.right = parts
    node.dleft = MANY
    node.dright = node.grad = node._tag = node._pending = None
    node.origin = operation
    return settle(node) if MODES.active else node


def record(operation: Rule | Sum, operands: tuple[Any, ...], data: float, partials: Sequence[float]) -> Any:
    """A node of any operands, some of them floats or data; just the number when none is a node."""
    if Value not in map(type, operands):
        return data
    flowing = [(x, partial) for x, partial in zip(operands, partials, strict=False) if flows_to(x)]
    groups: Any = (tuple(zip(*flowing, strict=True)),) if flowing else ()
    return settle(new_node(operation, data, (operands,), groups))


def is_stale(node: Value) -> bool:
    """Whether the data of a node's operands has changed since the node was computed from it."""
    if not node.operands:
        return False
    inputs = [x if isinstance(x, float) else x.data for x in node.operands]
    operation = node.origin
    assert not isinstance(operation, Leaf)  # it has operands
    evaluate = on_floats(operation) if isinstance(operation, Rule) else operation.evaluate
    value, *partials = evaluate(*inputs)
    then = [node.data, *(p for p in node.partials if p is not None)]
    now = [value, *(p for p, old in zip(partials, node.partials, strict=True) if old is not None)]
    return any(a != b and not (a != a and b != b) for a, b in zip(then, now, strict=True))


def settle(node: Value) -> Value:
    """Finish a new node where more is to be done: a mode is on, or an operand wants no gradient."""
    if THREAD.anomaly:
        node._tag = Tag(made_at=_calling_line())
        if not math.isfinite(node._data):
            raise AnomalyError(f"{node.op} gave {node._data} for {describe_inputs(node)}, at {node._tag.made_at}")
    if THREAD.no_grad or not any(map(flows_to, node.operands)):
        node.left = node.right = node.dleft = node.dright = None
        node.origin = DATA
    elif node.dleft is not MANY:
        node.dleft = node.dleft if flows_to(node.left) else None
        node.dright = node.dright if flows_to(node.right) else None
    return node


def _calling_line() -> str:
    package = os.path.dirname(__file__) + os.sep
    frame = sys._getframe(1)
    while frame.f_back and (frame.f_code.co_filename.startswith((package, "<autograd_mini"))):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
