"""Formulas differentiated as formulas."""

from __future__ import annotations

import mpmath as mp
import oracle
import pytest

import autograd_mini as ag
from autograd_mini.expr import Expr, Number, Symbol, symbols
from autograd_mini.rules import TABLE, Rule
from autograd_mini.symbolic import differentiate

x, y, z = symbols("x y z")


@pytest.mark.parametrize(
    ("formula", "by_x"),
    [
        (x, Number(1)),
        (y, Number(0)),
        (Number(7), Number(0)),
        (x + y, Number(1)),
        (3 * x, Number(3)),
        (x * x, x + x),
        (x * y, y),
        (y - x, Number(-1)),
        (x / y, 1 / y),
        (ag.sin(x), ag.cos(x)),
        (ag.exp(x), ag.exp(x)),
        (ag.sin(ag.exp(x)), ag.cos(ag.exp(x)) * ag.exp(x)),
        (ag.where(y > 0, x, y), ag.where(y > 0, 1, 0)),
        (x > y, Number(0)),
    ],
    ids=str,
)
def test_derivatives_are_folded(formula: Expr, by_x: Expr) -> None:
    assert differentiate(formula, x) == by_x


FORMULAS = [
    x**3 * ag.sin(y * x),
    ag.log(x * x + 1) / (y + x),
    ag.sigmoid(x * y) ** 2 - ag.softplus(-x),
    ag.hypot(x, y) * ag.atan2(x, y) / x,
    ag.where(x > y, x * y, ag.tanh(x)) * x,
    ag.log(x, y) * ag.relu(x - 0.1) * ag.leaky_relu(y - 2.0, x),
    ag.sqrt(ag.cosh(ag.acosh(1 + x))) + ag.asin(x / 2) * ag.maximum(x, y),
    y**x + x**y + x**x,
]


@pytest.mark.parametrize("formula", FORMULAS, ids=str)
@pytest.mark.parametrize("by", [x, y, z], ids=str)
def test_derivatives_are_those_of_the_formula(formula: Expr, by: Symbol) -> None:
    at = {"x": mp.mpf("0.7"), "y": mp.mpf("1.3"), "z": mp.mpf(1)}
    with mp.workdps(50):
        slope = mp.diff(lambda value: oracle.evaluate(formula, at | {by.name: value}), at[by.name])
        assert mp.almosteq(oracle.evaluate(differentiate(formula, by), at), slope, 1e-20, 1e-20)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_of_a_call_the_derivative_is_the_rows(row: Rule) -> None:
    call = row.applied(*row.inputs)
    for i, by in enumerate(row.inputs):
        assert differentiate(call, by) == row.partials[i].substitute({Symbol("out"): call}).simplify()
