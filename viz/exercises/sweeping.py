"""The backward sweep with something wrong in it: other numbers on some edges.

>>> from autograd_mini import Value
>>> from ..chain_rule.derivation import derivation
>>> x = Value(3.0)
>>> y = x * x
>>> made = derivation(y, x, {"x": x, "y": y})
>>> first, second = made.incoming[made.root]
>>> derivative_with(made, {}), derivative_with(made, {at(first): scaled(made, first, 1.0)})
(6.0, 4.0)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from autograd_mini.expr import Call, Expr, Number, Symbol
from autograd_mini.linear import sum_to
from autograd_mini.plain import LOGIC, RELATIONS
from autograd_mini.reverse import stored
from autograd_mini.rules import RULES, Rule, out
from autograd_mini.worlds import array_value

from ..chain_rule.derivation import Derivation
from ..operations import rule_of
from ..picture import Edge

Term = Callable[[Any], Any]  # from the gradient of a node to what an edge hands back of it
CONDITIONS = RELATIONS | LOGIC  # of a formula that makes a choice
TRIGONOMETRIC = ("sin", "cos", "tan", "csc", "sec", "cot")


def at(edge: Edge) -> tuple[int, int]:
    """By what an edge is known: the node that it leads to, and which operand it is."""
    return edge.head, edge.operand


def derivative_with(
    made: Derivation, wrong: Mapping[tuple[int, int], Term], without: Collection[tuple[int, int]] = ()
) -> Any:
    """The derivative that the backward sweep finds with these terms on edges, and `without` some edges."""
    gradients = {made.root: made.gradients[made.root]}
    for i in reversed(made.between[:-1]):
        for edge in made.outgoing[i]:
            if at(edge) in without or edge.head not in gradients:
                continue
            term = wrong[at(edge)] if at(edge) in wrong else right(made, edge)
            share = term(gradients[edge.head])
            gradients[i] = gradients[i] + share if i in gradients else share
    nothing = made.gradients[made.wrt] * 0
    return gradients.get(made.wrt, nothing)


def right(made: Derivation, edge: Edge) -> Term:
    """What an edge does hand back."""
    head = made.graph.nodes[edge.head]
    if edge.partial is not None and isinstance(head.data, float):
        return scaled(made, edge, edge.partial)
    pull = stored(head)
    return lambda gradient: pull(edge.operand, gradient)


def scaled(made: Derivation, edge: Edge, factor: Any) -> Term:
    """The gradient times a factor, added up over what was broadcast."""
    data = made.graph.nodes[edge.tail].data

    def term(gradient: Any) -> Any:
        product = gradient * factor
        return sum_to(np.asarray(product), data.shape) if isinstance(data, np.ndarray) else float(product)

    return term


def inputs_of(made: Derivation, head: int) -> list[Any]:
    """The data of a node's operands."""
    return [x.data for x in made.graph.inputs[id(made.graph.nodes[head])]]


def value_of(formula: Expr, values: Mapping[str, Any], *, degrees: bool = False) -> Any:
    """The value of a formula of numbers or arrays; with `degrees`, as a calculator that takes angles so."""
    match formula:
        case Number(value=number):
            return number
        case Symbol(name=name):
            return values[name]
    assert isinstance(formula, Call)
    operands = [value_of(operand, values, degrees=degrees) for operand in formula.operands]
    if degrees and formula.name in TRIGONOMETRIC:
        operands = [math.radians(operands[0])]
    if formula.name in CONDITIONS:
        return CONDITIONS[formula.name](*operands)
    return array_value(RULES[formula.name])(*operands)


def by_row(rule: Rule, formula: Expr, inputs: Sequence[Any], result: Any, *, degrees: bool = False) -> Any:
    """The value of a formula in the letters of a row of the table."""
    with np.errstate(all="ignore"):
        values = {str(x): data for x, data in zip(rule.inputs, inputs, strict=True)}
        return value_of(formula, {**values, str(out): result}, degrees=degrees)


def tangents(made: Derivation) -> dict[int, float]:
    """The derivative of each node between by the input; of a graph of numbers."""
    found = {made.wrt: 1.0}
    for head in made.between[1:]:
        found[head] = sum((edge.partial or 0.0) * found[edge.tail] for edge in made.incoming[head])
    return found


def in_degrees(made: Derivation, *, throughout: bool) -> float | None:
    """The derivative of numbers computed with angles in degrees: the derivatives alone, or `throughout`, values too.

    None where no angle is in it, or an operation is no formula.
    """
    nodes = made.graph.nodes
    if not any(nodes[i].op in TRIGONOMETRIC for i in made.between):
        return None
    values: dict[int, float] = {}
    wrong: dict[tuple[int, int], Term] = {}
    for head, node in enumerate(nodes):
        values[id(node)] = float(node.data)
        operands = made.graph.inputs[id(node)]
        inputs = [values.get(id(x), float(x.data)) for x in operands]
        rule = rule_of(node)
        if not operands:
            continue
        if not isinstance(rule, Rule):
            return None
        if throughout:
            formula = Call(rule.name, *rule.inputs)
            values[id(node)] = float(by_row(rule, formula, inputs, math.nan, degrees=True))
        for edge in made.incoming.get(head, ()):
            partial = by_row(rule, rule.shown[edge.operand], inputs, values[id(node)], degrees=True)
            wrong[at(edge)] = scaled(made, edge, float(partial))
    return float(derivative_with(made, wrong))
