"""Derivatives within derivatives: no perturbation confusion, in any nesting of the modes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from by_mode import each_two_modes

import autograd_mini as ag
from autograd_mini import Value

if TYPE_CHECKING:
    pass


@each_two_modes
def test_modes_nest_in_each_other(D: Any, E: Any) -> None:
    f = lambda x: x**3 * ag.exp(x)
    assert D(E(f))(1.5) == pytest.approx((1.5**3 + 6 * 1.5**2 + 6 * 1.5) * math.exp(1.5), rel=1e-13)
    assert D(E(D(f)))(1.0) == pytest.approx((1 + 9 + 18 + 6) * math.e, rel=1e-13)


@each_two_modes
@pytest.mark.parametrize(
    ("make", "exact"),
    [
        (lambda D, E: D(lambda x: x * E(lambda y: x + y)(x)), 1),
        (lambda D, E: D(lambda x: x * E(lambda y: x * y)(2.0)), 2 * 3),
        (lambda D, E: D(lambda x: x * E(lambda _: x)(x)), 0),
        (lambda D, E: D(lambda x: E(lambda y: x * x * x * y * y)(x)), 8 * 27),
        (lambda D, E: D(lambda x: E(lambda y: E(lambda z: x * y * z)(y))(x)), 1),
        (lambda D, E: D(lambda x: E(lambda y: x * y + D(lambda z: y * z * z)(x))(x)), 1 + 2),
        (lambda D, E: D(lambda x: E(lambda y: ag.sin(x) * y)(1.0) * x), math.cos(3) * 3 + math.sin(3)),
        (lambda D, E: D(lambda x: E(lambda y: D(lambda x: x * y)(y))(x) * x), 1),
        (lambda D, E: D(lambda x: E(E(lambda y: x * y**3))(x)), 12 * 3),
    ],
    ids=["Siskind", "product", "constant", "powers", "three deep", "sum", "sine", "shadowed name", "second"],
)
def test_no_perturbation_confusion(D: Any, E: Any, make: Any, exact: float) -> None:
    assert make(D, E)(3.0) == pytest.approx(exact, rel=1e-14)


@each_two_modes
def test_a_closure_made_in_one_derivative_and_called_in_another(D: Any, E: Any) -> None:
    """The bug of Manzyuk et al. 2019: a function that leaves the derivative which made it."""
    shift = lambda offset: lambda f: lambda x: f(x + offset)
    by_offset = lambda f: lambda x: D(lambda offset: shift(offset)(f)(x))(0.0)
    assert by_offset(by_offset(lambda x: ag.exp(2 * x)))(0.5) == pytest.approx(4 * math.e, rel=1e-14)
    assert E(by_offset(lambda x: x**3))(2.0) == pytest.approx(12, rel=1e-14)


@each_two_modes
def test_functions_close_over_the_callers_nodes(D: Any, E: Any) -> None:
    w = Value(3.0)
    result = D(lambda x: w * x * x)(2.0)
    assert D(E(lambda x: w * x * x))(2.0) == 6
    assert w.grad is None
    assert result == 12
