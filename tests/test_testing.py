"""check_rule: what it accepts, what it finds, and how it says so."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

import autograd_mini as ag
from autograd_mini import Value, check_rule
from autograd_mini.functions import FUNCTIONS
from autograd_mini.rules import TABLE, Rule
from autograd_mini.testing import numeric_derivative

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_row_passes_at_the_points_of_its_domain(row: Rule) -> None:
    f = FUNCTIONS[row.name]
    check_rule(f, lambda *x: tuple(ag.grad(f, i)(*x) for i in range(row.arity)))


@pytest.mark.parametrize(
    "row", [row for row in TABLE if row.name not in ("sign", "heaviside")], ids=lambda row: row.name
)
def test_every_row_fails_with_another_derivative(row: Rule) -> None:
    f = FUNCTIONS[row.name]
    with pytest.raises(AssertionError, match=row.name):
        check_rule(f, lambda *x: tuple(ag.grad(f, i)(*x) + 0.001 for i in range(row.arity)))


@pytest.mark.parametrize(
    ("f", "slope", "at"),
    [
        (math.sin, math.cos, 0.3),
        (math.exp, math.exp, 20.0),
        (lambda x: x**5, lambda x: 5 * x**4, -1e6),
        (abs, lambda _: 1, 1e-2),
    ],
)
def test_numeric_derivatives_have_nine_digits(
    f: Callable[[float], float], slope: Callable[[float], float], at: float
) -> None:
    assert numeric_derivative(f, at) == pytest.approx(slope(at), rel=1e-9)


def test_the_message_names_point_formula_and_slope() -> None:
    with pytest.raises(AssertionError) as error:
        check_rule(ag.coth, lambda x: -ag.csch(x), points=[0.5])
    assert str(error.value) == "coth at x = 0.5: the formula gives -1.91903, the slope is -3.68269"


def test_the_message_names_every_input_and_which_partial() -> None:
    def power(x: Any, y: Any) -> Any:
        return x**y

    with pytest.raises(AssertionError, match=r"^power at x = 2, y = 3: the formula gives 13, the slope is 12$"):
        check_rule(power, lambda x, y: (y * x ** (y - 1) + 1, x**y * math.log(x)), points=[(2, 3)])


def test_partials_are_checked_one_by_one() -> None:
    check_rule(lambda x, y: x * y, lambda x, y: (y, x), points=[(2, 3), (-1.0, 0.5)])
    with pytest.raises(AssertionError):
        check_rule(lambda x, y: x * y, lambda _, y: (y, y), points=[(2, 3)])


@pytest.mark.parametrize("claims", [lambda _, y: (y,), lambda _, y: y, lambda x, y: (y, x, 0)])
def test_as_many_partials_as_inputs(claims: Any) -> None:
    with pytest.raises((AssertionError, ValueError, TypeError, IndexError)):
        check_rule(lambda x, y: x * y, claims, points=[(2.0, 3.0)])


def test_functions_and_claims_may_give_nodes_or_numbers() -> None:
    check_rule(lambda x: Value(x) * x, lambda x: Value(2 * x), points=[1, 2])
    check_rule(math.sin, math.cos, points=(0.1, 0.2))
    check_rule(math.sin, math.cos)


def test_no_slope_anywhere_is_said() -> None:
    with pytest.raises(AssertionError, match=r"has a slope at none of the points: say where to check, points=\[…\]"):
        check_rule(ag.log, lambda x: 1 / x, points=[-1.0, -2.0])
    with pytest.raises(AssertionError, match="none of the points"):
        check_rule(ag.sin, ag.cos, points=[])


@pytest.mark.parametrize("claim", [math.nan, math.inf, -math.inf])
def test_a_claim_that_is_not_finite_is_wrong(claim: float) -> None:
    with pytest.raises(AssertionError, match=f"the formula gives {claim:g}"):
        check_rule(ag.sin, lambda _: claim, points=[0.5])


def test_an_infinite_slope_proves_nothing() -> None:
    with pytest.raises(AssertionError):
        check_rule(lambda x: math.inf if x > 1 else 0.0, lambda _: 12345.0, points=[1.0])


def test_a_relative_error_is_asked_for() -> None:
    check_rule(ag.exp, lambda x: ag.exp(x) * 1.001, rtol=0.01)
    with pytest.raises(AssertionError):
        check_rule(ag.exp, lambda x: ag.exp(x) * 1.001)


def test_small_slopes_count_too() -> None:
    with pytest.raises(AssertionError):
        check_rule(lambda x: 1e-9 * x, lambda _: 2e-9, points=[1.0])
