"""Formulas differentiated as formulas, by the chain rule and the table."""

from __future__ import annotations

from .expr import Call, Expr, Number, Symbol
from .rules import RULES, out


def differentiate(formula: Expr, by: Symbol, shown: bool = False) -> Expr:
    """The derivative of a formula by a symbol, with what any reader would fold folded.

    ``shown`` takes the table's partials as textbooks print them, not as they are computed.

    >>> x = Symbol("x")
    >>> differentiate(x * Call("sin", x), x)
    sin(x) + x * cos(x)
    """
    if formula == by:
        return Number(1)
    if not isinstance(formula, Call) or formula.name not in RULES:
        return Number(0)  # another symbol, a number, or a comparison
    rule = RULES[formula.name]
    values: dict[Expr, Expr] = {**dict(zip(rule.inputs, formula.operands, strict=True)), out: formula}
    total: Expr = Number(0)
    for operand, partial in zip(formula.operands, rule.shown if shown else rule.partials, strict=True):
        total = total + partial.substitute(values) * differentiate(operand, by, shown)
    return total.simplify()
