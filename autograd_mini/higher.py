"""Derivatives on nodes: what higher orders are made of.

The formulas of a row are run once more, on nodes, which records their graph; that can be drawn, or
differentiated again.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

from .expr import Number
from .functions import FUNCTIONS
from .rules import Rule
from .value import Value
from .worlds import CALLS, define


@functools.cache
def on_nodes(rule: Rule, i: int) -> Callable[..., Any]:
    """The partial by input ``i`` of a row as a function of its operands and its result, all nodes or floats."""
    partial = rule.partials[i]
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


def derivatives(node: Value) -> Callable[[int], Any]:
    """The derivative of a node by its operand ``i``, as a node, or a float where it is a constant."""
    operation, operands = node.rule, node.operands
    if isinstance(operation, Rule):
        return lambda i: on_nodes(operation, i)(*operands, node)
    assert operation is not None  # a leaf has no operands
    return lambda i: operation.partial(i, operands)
