"""Derivatives on nodes: what higher orders are made of.

The formulas of a row, and the transposes of a linear operation, are run once more, on nodes, which records
their graph; that can be drawn, or differentiated again.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

from .expr import Number
from .forward import Tangents, add_up, linear_terms
from .functions import FUNCTIONS
from .graph import MANY, flows_to
from .linear import ASTYPE, BROADCAST_TO, GETITEM, RESHAPE, sum_to
from .recording import stacked
from .reverse import times
from .rules import Rule
from .tensor import Tensor
from .value import Value
from .worlds import CALLS, define


@functools.cache
def on_nodes(rule: Rule, i: int, textbook: bool = False) -> Callable[..., Any]:
    """The partial by input ``i`` of a row as a function of its operands and its result, all nodes or numbers."""
    partial = (rule.shown if textbook else rule.partials)[i]
    if isinstance(partial, Number):
        number = float(partial.value)
        return lambda *_: number
    inputs = ", ".join([*map(str, rule.inputs), "out"])
    code = f"def partial({inputs}):\n    return {partial.write(CALLS)[0]}\n"
    names = {**FUNCTIONS, "where": _choose, "inf": math.inf, "nan": math.nan}
    return define("partial", code, names)  # type: ignore[no-any-return]  # a function


def _choose(condition: Any, x: Any, y: Any) -> Any:
    """``where``, which needs no node of its own when the condition is known: numbers compare to a bool."""
    return FUNCTIONS["where"](condition, x, y) if type(condition) is not bool else x if condition else y


def pulling(node: Any, textbook: bool = False) -> Callable[[int, Any], Any]:
    """From (i, gradient of the node) to the gradient by operand i, on nodes: see ``cotangents``."""
    operation, operands = node.origin, node.operands
    if type(node) is Value:
        if isinstance(operation, Rule):
            return lambda i, g: times(g, on_nodes(operation, i, textbook)(*operands, node))
        return lambda i, g: times(g, operation.partial(i, operands))
    if node.edges is MANY:
        return lambda i, g: GETITEM(RESHAPE(g, (-1,)), i)

    def pull(i: int, g: Any) -> Any:
        operand = operands[i]
        if not flows_to(operand):
            return None
        if isinstance(operation, Rule):
            term = times(g, on_nodes(operation, i, textbook)(*operands, node))
        else:
            term = operation.pull(i, g, operands, node.params)
        return conform(sum_to(term, operand.shape), operand)

    return pull


def push(node: Any, given: Tangents) -> Any:
    """The tangent of a node from those of its operands, on nodes: see ``tangents``."""
    operation, operands = node.origin, node.operands
    if node.edges is MANY:
        return stacked([0.0 if t is None else t for t in given], node.shape, node.dtype)
    if isinstance(operation, Rule):
        by = [on_nodes(operation, i) for i in range(operation.arity)]
        terms = [times(t, by[i](*operands, node)) for i, t in enumerate(given) if t is not None]
    elif type(node) is Value:
        terms = [times(t, operation.partial(i, operands)) for i, t in enumerate(given) if t is not None]
    else:
        terms = linear_terms(operation, given, operands, node.params)
    total = add_up(terms)
    if type(node) is Value:
        return total
    return conform(total if total.shape == node.shape else BROADCAST_TO(total, node.shape), node)


def conform(term: Any, node: Tensor) -> Any:
    """A term in the dtype of the node that it belongs to."""
    return term if term.dtype == node.dtype else ASTYPE(term, node.dtype)
