"""The derivative as one formula in the inputs.

>>> from autograd_mini import Value
>>> from ..picture import walk
>>> a, b = Value(2), Value(1)
>>> graph = walk([(a + b) * (b + 1)])
>>> closed_form(graph, ["a", "b", "c", "d", "e"], by=1)
((a + b) * (b + 1), a + 2 * b + 1)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from autograd_mini.algebra import shortest
from autograd_mini.expr import Expr, Number, Symbol
from autograd_mini.nary import DOT, SUM
from autograd_mini.rules import RULES
from autograd_mini.symbolic import differentiate

from .. import arrays, operations
from ..picture import Graph

MOST_PARTS, DEEPEST = 300, 60  # of a formula that is differentiated


class ClosedForm(NamedTuple):
    """A function of its inputs, and its derivative by one of them."""

    function: Expr
    derivative: Expr

    def __repr__(self) -> str:
        return f"({self.function}, {self.derivative})"


def closed_form(graph: Graph, names: Sequence[str], by: int) -> ClosedForm | None:
    """The last node as a formula, and its derivative by another node, both in the names of leaves and of that node.

    Parameters
    ----------
    graph
        A graph of numbers.
    names
        What its nodes are called, all of them differently.
    by
        The place of the node in `graph.nodes`.

    Returns
    -------
    ClosedForm or None
        None where the formula would be long, or an operation is no formula.
    """
    formulas: dict[int, Expr] = {}
    sizes: dict[int, tuple[int, int]] = {}  # of each formula how many parts it has, and how deep it is
    for i, node in enumerate(graph.nodes):
        operands = graph.inputs[id(node)]
        if i == by or not operands:
            formulas[id(node)], sizes[id(node)] = Symbol(names[i]), (1, 1)
            continue
        parts, depths = zip(*(sizes.get(id(x), (1, 1)) for x in operands), strict=True)
        # A sum of n terms is n - 1 additions, one in the other.
        size = 1 + sum(parts), max(1, len(operands) - 1) + max(depths)
        if size[0] > MOST_PARTS or size[1] > DEEPEST or operations.is_linear(node) or arrays.is_array(node.data):
            return None
        rule = operations.rule_of(node)
        if rule not in (RULES.get(rule.name), SUM, DOT):  # a program, or someone's own function
            return None
        written = [formulas[id(x)] if id(x) in formulas else _number(x.data) for x in operands]
        formulas[id(node)], sizes[id(node)] = rule.applied(*written), size
    function = formulas[id(graph.nodes[-1])]
    derivative = differentiate(function, Symbol(names[by]), shown=True)
    if sum(1 for _ in derivative.walk()) > MOST_PARTS:
        return None
    return ClosedForm(function.simplify(), shortest(derivative))


def _number(data: Any) -> Expr:
    return Number(arrays.number(data))
