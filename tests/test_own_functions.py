"""@ag.rule: a function of one's own is like any row of the table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import oracle
import pytest
import test_rules

import autograd_mini as ag
from autograd_mini import Value
from autograd_mini.expr import Call, Symbol, symbols
from autograd_mini.functions import FUNCTIONS, function
from autograd_mini.notation import LATEX, PYTHON, TEXT
from autograd_mini.operators import install
from autograd_mini.rules import RULES, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


pytestmark = pytest.mark.usefixtures("clean_table")


@pytest.fixture
def clean_table() -> Iterator[None]:
    """Take back what a test adds."""
    functions, methods, rules = set(FUNCTIONS), set(vars(Value)), set(RULES)
    notations = [(style, dict(style.notations)) for style in (TEXT, LATEX, PYTHON)]
    yield
    for name in set(RULES) - rules:
        del RULES[name]
    for name in set(FUNCTIONS) - functions:
        del FUNCTIONS[name]
    for name in set(vars(Value)) - methods:
        delattr(Value, name)
    for style, before in notations:
        style.notations.clear()
        style.notations.update(before)


def test_a_rule_is_like_any_row() -> None:
    @ag.rule
    def swish(x: Any) -> Any:
        """x σ(x)."""
        return x * ag.sigmoid(x)

    s = 1 / (1 + math.exp(-0.5))
    slope = s + 0.5 * s * (1 - s)
    x = Value(0.5)
    y = x.swish()
    y.backward()
    assert swish(0.5) == y.data == pytest.approx(0.5 * s, rel=1e-15)
    assert x.grad == pytest.approx(slope, rel=1e-15)
    assert ag.jvp(swish, (0.5,), (1.0,))[1] == pytest.approx(slope, rel=1e-15)
    assert swish([0.5, 0.0])[0] == pytest.approx(0.5 * s)
    assert ag.swish is swish
    assert swish.__doc__ == "x σ(x)."
    assert y.op == "swish"
    ag.check_rule(swish, ag.grad(swish))
    ag.check_rule(ag.grad(swish), ag.grad(ag.grad(swish)), points=[-2, 0.1, 3])


def test_a_rule_is_labelled_in_pictures() -> None:
    @ag.rule
    def cube(x: Any) -> Any:
        return x * x * x

    node = cube(Value(2))
    z = Symbol("z")
    assert node.rule.applied(z).text() == "cube(z)"
    assert node.rule.applied(z).latex() == r"\operatorname{cube}\left(z\right)"
    assert node.rule.derivative(0, [z], Symbol("a")).text() == "z × (z + z) + z × z"
    assert cube(z) + 1 == node.rule.applied(z) + 1


def test_a_rule_passes_the_checks_of_the_table() -> None:
    @ag.rule
    def bump(x: Any) -> Any:
        return ag.exp(-ag.square(x))

    row = RULES["bump"]
    test_rules.test_kinks_have_their_convention(row)
    test_rules.test_shown_partials_equal_the_computed_ones(row)
    test_rules.test_floats_and_arrays_agree_to_4_ulp(row)
    test_rules.test_rows_print_as_balanced_latex(row)
    test_rules.test_rows_print_as_python_that_computes_them(row)
    for order in range(3):
        wrong = [
            each for x in (-30.0, -1.5, 0.0, 1e-300, 0.3, 2.0) for each in test_rules.disagreements(row, (x,), order)
        ]
        assert wrong == []


def test_a_wrong_row_fails_the_checks_of_the_table() -> None:
    x, out = symbols("x out")
    row = Rule("halves", ag.exp(x / 2), [out])
    RULES["halves"], FUNCTIONS["halves"] = row, function(row)
    install(row)
    assert list(test_rules.disagreements(row, (0.3,), 0)) == []
    assert len(list(test_rules.disagreements(row, (0.3,), 1))) == 2
    with pytest.raises(AssertionError):
        test_rules.test_shown_partials_equal_the_computed_ones(Rule("halves", row.value, [out / 2], shown=[out]))


def test_a_row_that_nothing_defines_fails_the_checks_of_the_table() -> None:
    RULES["nobodys"] = Rule("nobodys", Call("nobodys", Symbol("x")), [1])
    with pytest.raises(AssertionError, match=r"nobodys has no definition in oracle\.py"):
        oracle.call("nobodys", 1)


def test_a_rule_of_two_inputs_with_a_default() -> None:
    @ag.rule
    def elu(x: Any, alpha: Any = 0.5) -> Any:
        return ag.where(x > 0, x, alpha * ag.expm1(x))

    a = Value(2.0)
    y = elu(Value(-1.0), a)
    y.backward()
    assert elu(-1.0) == 0.5 * math.expm1(-1)
    assert a.grad == math.expm1(-1)
    assert elu(-1.0, alpha=2.0) == y.data
    assert ag.grad(elu)(-1.0) == pytest.approx(0.5 * math.exp(-1))
    assert Value(-1.0).elu(alpha=2.0).data == y.data


def test_rules_are_made_of_rules() -> None:
    @ag.rule
    def twice(x: Any) -> Any:
        return 2 * ag.sin(x)

    @ag.rule
    def twice_twice(x: Any) -> Any:
        return twice(twice(x))

    assert twice_twice(0.3) == pytest.approx(2 * math.sin(2 * math.sin(0.3)))
    ag.check_rule(twice_twice, ag.grad(twice_twice))
    ag.check_rule(ag.grad(twice_twice), ag.grad(ag.grad(twice_twice)))


def test_a_rule_of_three_inputs() -> None:
    @ag.rule
    def blend(x: Any, y: Any, t: Any) -> Any:
        return x + t * (y - x)

    assert ag.grad(blend, (0, 1, 2))(2.0, 5.0, 0.25) == pytest.approx((0.75, 0.25, 3.0))
    assert blend(Value(2), 5.0, 0.25).op == "blend"


def test_a_rule_may_use_numbers_on_the_left_and_powers_of_them() -> None:
    @ag.rule
    def power_of_two(x: Any) -> Any:
        return 2**x

    assert ag.grad(power_of_two)(3.0) == pytest.approx(8 * math.log(2))


def test_a_constant_rule() -> None:
    @ag.rule
    def flat(x: Any) -> Any:
        return 0 * x + 7

    assert flat(3.0) == 7
    assert ag.grad(flat)(3.0) == 0


@pytest.mark.parametrize("name", ["sin", "grad", "data", "backward", "zero_grad", "inputs", "relu", "__add__"])
def test_a_taken_name(name: str) -> None:
    def own(x: Any) -> Any:
        return x + 1

    own.__name__ = name
    with pytest.raises(ValueError, match=f"the name {name!r} is taken"):
        ag.rule(own)


@pytest.mark.parametrize("name", ["sum", "dot", "log"])
def test_a_name_of_a_public_function_is_taken(name: str) -> None:
    def own(x: Any) -> Any:
        return x + 1

    own.__name__ = name
    with pytest.raises(ValueError, match="is taken"):
        ag.rule(own)


def test_a_rule_can_be_written_again() -> None:
    for factor in (2, 3):

        @ag.rule
        def scaled(x: Any, factor: Any = factor) -> Any:
            return x * factor

        assert (scaled(5.0), Value(5.0).scaled().data, ag.grad(scaled)(5.0)) == (5 * factor, 5 * factor, factor)


@pytest.mark.parametrize(
    ("formula", "error", "text"),
    [
        (lambda _: 1.0, TypeError, "needs a function that returns a formula"),
        (lambda _: None, TypeError, "returned None"),
        (lambda x: x if x > 0 else -x, TypeError, r"write where\(…\), not if"),
        (lambda x: 1 + math.exp(x), TypeError, r"use ag\.exp"),
        (lambda x: 1 + float(x), TypeError, "formula"),
        (lambda x: 1 + np.exp(x), TypeError, "ufunc"),
        (lambda: ag.exp(1.0), TypeError, "returned"),
    ],
)
def test_what_is_no_formula(formula: Any, error: type[Exception], text: str) -> None:
    formula.__name__ = "own"
    with pytest.raises(error, match=text):
        ag.rule(formula)
    assert "own" not in RULES


@pytest.mark.parametrize("name", ["out", "t1", "d0", "number", "other", "self", "sin", "node"])
def test_names_of_the_generated_code_are_refused(name: str) -> None:
    made: dict[str, Any] = {}
    exec(f"def named({name}):\n    return {name} * {name}", made)  # noqa: S102 - the name is the test's own
    with pytest.raises(ValueError, match=f"the parameter name '{name}' of named is used by generated code: rename it"):
        ag.rule(made["named"])


def test_a_later_definition_does_not_change_what_was_built_on_an_earlier_one() -> None:
    def inner(x: Any) -> Any:
        return x * x

    first = ag.rule(inner)

    @ag.rule
    def built_on_inner(x: Any) -> Any:
        return first(x) + 1

    def cubed(x: Any) -> Any:
        return x * x * x

    cubed.__name__ = "inner"
    ag.rule(cubed)
    assert (built_on_inner(2.0), ag.grad(built_on_inner)(2.0)) == (5.0, 4.0)


def test_numbers_of_numpy_and_infinities_in_a_formula() -> None:
    @ag.rule
    def scaled_or_not(x: Any) -> Any:
        return ag.where(x > 0, x * np.sqrt(2), -math.inf)

    assert scaled_or_not(np.array([1.0, -1.0])).tolist() == [math.sqrt(2), -math.inf]
    assert (scaled_or_not(1.0), ag.hessian(scaled_or_not)(1.0)) == (math.sqrt(2), 0.0)
    with pytest.raises(TypeError, match="a formula is made of symbols and numbers, got 'a'"):
        ag.rule(lambda x: x * "a")


def test_the_derivative_is_shown_as_textbooks_print_it() -> None:
    @ag.rule
    def weighted_sigmoid(x: Any) -> Any:
        return 2 * ag.sigmoid(x)

    assert RULES["weighted_sigmoid"].derivative(0).text() == "2 × (σ(x) × (1 − σ(x)))"
