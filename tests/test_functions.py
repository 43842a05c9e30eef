"""The public functions: the kind that goes in comes out; sum, dot, log; functions of one's own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import oracle
import pytest
import test_rules

import autograd_mini as ag
from autograd_mini import Value
from autograd_mini.expr import LATEX, PYTHON, TEXT, Call, Symbol, symbols
from autograd_mini.functions import FUNCTIONS, function
from autograd_mini.operators import install
from autograd_mini.rules import RULES, TABLE, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize("x", [1, 1.0, True, np.float64(1), np.float32(1), np.int8(1), np.bool_(True)], ids=repr)
def test_of_a_number_a_float(x: Any) -> None:
    for result in (
        ag.exp(x),
        ag.maximum(x, 0),
        ag.where(x, x, 0),
        ag.leaky_relu(x),
        ag.log(x + 1.5),
        ag.sum([x]),
        ag.dot([x], [x]),
    ):
        assert type(result) is float


@pytest.mark.parametrize(
    "x", [[1, 2], (1.0, 2.0), np.array([1, 2]), np.array([True, False]), [[1.0], [2.0]], []], ids=repr
)
def test_of_a_list_or_array_an_array(x: Any) -> None:
    result = ag.exp(x)
    assert isinstance(result, np.ndarray)
    assert result.dtype == np.float64
    assert np.array_equal(result, np.exp(np.asarray(x, float)))


def test_of_a_node_a_node() -> None:
    x = Value(1.0)
    for row in TABLE:
        operands = [x] * row.arity
        assert type(FUNCTIONS[row.name](*operands)) is Value
        for i in range(row.arity):
            mixed = [x if i == j else 0.5 for j in range(row.arity)]
            node = FUNCTIONS[row.name](*mixed)
            assert type(node) is Value
            assert node.data == pytest.approx(
                FUNCTIONS[row.name](*[0.5 if v is not x else 1.0 for v in mixed]), nan_ok=True
            )


def test_of_a_formula_a_formula() -> None:
    x, y = symbols("x y")
    assert str(ag.sin(x) * ag.maximum(x, 2) + ag.log(y, 2) + ag.where(x > 0, y, 1)) == (
        "sin(x) * maximum(x, 2) + log(y, 2) + where(x > 0, y, 1)"
    )


@pytest.mark.parametrize(
    "x", [None, "x", 1j, {}, np.float16(1), np.longdouble(1), np.array(["a"]), np.array([1j]), [None]], ids=repr
)
def test_anything_else_is_refused_by_name(x: Any) -> None:
    with pytest.raises(TypeError, match=r"exp\(\) takes real numbers, arrays of float32 or float64, and nodes; got"):
        ag.exp(x)
    for call in (lambda: ag.maximum(x, 1.0), lambda: ag.maximum(1.0, x)):
        with pytest.raises(TypeError, match=r"maximum\(\) takes"):
            call()


@pytest.mark.parametrize("x", [None, "x", 1j, np.float16(1)], ids=repr)
def test_anything_else_beside_a_node_is_refused_by_name(x: Any) -> None:
    v = Value(1.0)
    for call in (lambda: ag.maximum(x, v), lambda: ag.maximum(v, x), lambda: ag.where(v, x, 1), lambda: ag.hypot(v, x)):
        with pytest.raises(TypeError, match="got"):
            call()


def test_arrays_beside_a_value_are_refused_until_there_are_tensors() -> None:
    v, array = Value(1.0), np.array([1.0, 2.0])
    for call in (lambda: v * array, lambda: array * v, lambda: ag.maximum(v, array), lambda: np.sin(v)):
        with pytest.raises(TypeError):
            call()


@pytest.mark.parametrize(("args", "kwargs"), [((), {}), ((1, 2, 3), {}), ((1,), {"slop": 2}), ((1, 2), {"slope": 2})])
def test_wrong_arguments_are_a_type_error(args: Any, kwargs: Any) -> None:
    with pytest.raises(TypeError):
        ag.leaky_relu(*args, **kwargs)


def test_slope_by_position_name_and_default() -> None:
    assert ag.leaky_relu(-2.0) == -0.02
    assert ag.leaky_relu(-2.0, 0.5) == ag.leaky_relu(-2.0, slope=0.5) == -1
    assert ag.leaky_relu(x=-2.0, slope=0.5) == -1
    assert ag.leaky_relu(Value(-2.0), slope=Value(0.5)).data == -1


@pytest.mark.parametrize(
    ("condition", "chosen"), [(1, 2.0), (0, 3.0), (True, 2.0), (-0.0, 3.0), (math.nan, 2.0), (Value(0), 3.0)]
)
def test_where_chooses(condition: Any, chosen: float) -> None:
    x, y = Value(2), Value(3)
    result = ag.where(condition, x, y)
    result.backward()
    assert (result.data, x.grad, y.grad) == (chosen, float(chosen == 2), float(chosen == 3))


def test_where_takes_a_comparison_of_nodes() -> None:
    x = Value(-2)
    ag.where(x > 0, x, x * x).backward()
    assert x.grad == -4


def test_a_guarded_where_leaks_no_nan() -> None:
    x = Value(0.0)
    safe = ag.where(x > 0, x, 1.0)
    ag.where(x > 0, safe.log(), 0.0).backward()
    assert x.grad == 0


@pytest.mark.parametrize(
    ("args", "result"), [((8, 2), 3), ((math.e,), 1), ((100, 10), 2), ((0.25, 0.5), 2), ((0,), -math.inf)]
)
def test_log_to_a_base(args: tuple[float, ...], result: float) -> None:
    assert ag.log(*args) == pytest.approx(result, rel=1e-15)
    assert ag.log(*map(Value, args)).data == pytest.approx(result, rel=1e-15)
    with np.errstate(divide="ignore"):
        assert ag.log(*[[x] for x in args])[0] == pytest.approx(result, rel=1e-15)


def test_log_base_may_be_named_or_a_node() -> None:
    b = Value(2.0)
    y = ag.log(8.0, base=b)
    y.backward()
    assert b.grad == pytest.approx(-3 / (2 * math.log(2)))


def test_numpy_spellings_are_the_same_functions() -> None:
    assert ag.arcsin is ag.asin
    assert ag.absolute is ag.abs
    assert ag.power is ag.pow
    assert ag.arctan2 is ag.atan2


def test_every_function_is_exported_with_its_name_and_row() -> None:
    for row in TABLE:
        function = getattr(ag, row.name)
        assert row.name in ag.__all__
        assert function.__name__ == row.name
        assert function.__doc__
    assert not set(ag.__all__) - set(dir(ag)) - {"nn", "optim", "check_rule"}


@pytest.mark.parametrize(
    "make", [list, tuple, iter, lambda xs: (x for x in xs)], ids=["list", "tuple", "iterator", "generator"]
)
def test_sums_of_any_iterable(make: Any) -> None:
    x = Value(2)
    total = ag.sum(make([x, 1, True, np.float64(0.5), x]))
    total.backward()
    assert (total.data, x.grad, total.op, len(total.inputs)) == (6.5, 2, "sum", 5)


def test_sums_of_numbers_and_of_nothing_are_floats() -> None:
    assert [ag.sum([1, 2]), ag.sum([]), ag.dot([], []), ag.dot([1], [2], 3)] == [3, 0, 0, 5]
    assert {type(ag.sum([1])), type(ag.sum([])), type(ag.dot([], []))} == {float}


def test_sums_are_as_good_as_pythons_own() -> None:
    numbers = [1e16, 1.0, -1e16] * 3
    assert ag.sum(map(Value, numbers)).data == ag.sum(numbers) == float(sum(numbers))


def test_dot_of_iterables_and_of_one_length() -> None:
    w, x = [Value(1), Value(2)], [Value(3), Value(4)]
    z = ag.dot(iter(w), (v for v in x), bias=Value(5))
    z.backward()
    assert (z.data, len(z.inputs)) == (16, 5)
    assert [v.grad for v in (*w, *x)] == [3, 4, 1, 2]


@pytest.mark.parametrize("bias", [0, 0.0, -0.0, False, np.float64(0)])
def test_a_bias_of_nothing_is_no_operand(bias: Any) -> None:
    assert len(ag.dot([Value(1)], [2.0], bias).inputs) == 2


def test_a_bias_that_is_a_node_of_0_is_one() -> None:
    b = Value(0)
    ag.dot([Value(1)], [2.0], b).backward()
    assert b.grad == 1


@pytest.mark.parametrize("n", [(0, 1), (2, 3)])
def test_dot_of_two_lengths(n: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=f"of one length, got {n[0]} and {n[1]}"):
        ag.dot([1.0] * n[0], [1.0] * n[1])


@pytest.mark.parametrize("bad", [None, "x", 1j, [1.0], np.array([1.0]), np.ones(2), np.float16(1)], ids=repr)
def test_sequences_hold_numbers_and_nodes(bad: Any) -> None:
    for call in (lambda: ag.sum([1.0, bad]), lambda: ag.dot([bad], [Value(1)]), lambda: ag.dot([1.0], [1.0], bias=bad)):
        with pytest.raises(TypeError, match="got"):
            call()


def test_the_offender_in_a_long_sequence_is_named() -> None:
    for call in (lambda: ag.sum([1.0] * 100 + [None]), lambda: ag.dot([Value(1)] * 100, [1.0] * 99 + [None])):
        with pytest.raises(TypeError, match="None"):
            call()


@pytest.mark.parametrize("bad", [None, 3, Value(1)], ids=repr)
def test_sum_of_no_sequence(bad: Any) -> None:
    with pytest.raises(TypeError):
        ag.sum(bad)


def test_zeros_times_infinity_in_a_dot_are_nan() -> None:
    assert math.isnan(ag.dot([Value(0)], [math.inf]).data)


def test_stop_gradient() -> None:
    x = Value(3)
    (ag.stop_gradient(x) * x).backward()
    assert x.grad == 3
    assert ag.stop_gradient(2.5) == 2.5


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


@pytest.mark.usefixtures("clean_table")
class TestOwnFunctions:
    def test_a_rule_is_like_any_row(self) -> None:
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

    def test_a_rule_is_labelled_in_pictures(self) -> None:
        @ag.rule
        def cube(x: Any) -> Any:
            return x * x * x

        node = cube(Value(2))
        z = Symbol("z")
        assert node.rule.applied(z).text() == "cube(z)"
        assert node.rule.applied(z).latex() == r"\operatorname{cube}\left(z\right)"
        assert node.rule.derivative(0, [z], Symbol("a")).text() == "z × (z + z) + z × z"
        assert cube(z) + 1 == node.rule.applied(z) + 1

    def test_a_rule_passes_the_checks_of_the_table(self) -> None:
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
                each
                for x in (-30.0, -1.5, 0.0, 1e-300, 0.3, 2.0)
                for each in test_rules.disagreements(row, (x,), order)
            ]
            assert wrong == []

    def test_a_wrong_row_fails_the_checks_of_the_table(self) -> None:
        x, out = symbols("x out")
        row = Rule("halves", ag.exp(x / 2), [out])
        RULES["halves"], FUNCTIONS["halves"] = row, function(row)
        install(row)
        assert list(test_rules.disagreements(row, (0.3,), 0)) == []
        assert len(list(test_rules.disagreements(row, (0.3,), 1))) == 2
        with pytest.raises(AssertionError):
            test_rules.test_shown_partials_equal_the_computed_ones(Rule("halves", row.value, [out / 2], shown=[out]))

    def test_a_row_that_nothing_defines_fails_the_checks_of_the_table(self) -> None:
        RULES["nobodys"] = Rule("nobodys", Call("nobodys", Symbol("x")), [1])
        with pytest.raises(AssertionError, match=r"nobodys has no definition in oracle\.py"):
            oracle.call("nobodys", 1)

    def test_a_rule_of_two_inputs_with_a_default(self) -> None:
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

    def test_rules_are_made_of_rules(self) -> None:
        @ag.rule
        def twice(x: Any) -> Any:
            return 2 * ag.sin(x)

        @ag.rule
        def twice_twice(x: Any) -> Any:
            return twice(twice(x))

        assert twice_twice(0.3) == pytest.approx(2 * math.sin(2 * math.sin(0.3)))
        ag.check_rule(twice_twice, ag.grad(twice_twice))
        ag.check_rule(ag.grad(twice_twice), ag.grad(ag.grad(twice_twice)))

    def test_a_rule_of_three_inputs(self) -> None:
        @ag.rule
        def blend(x: Any, y: Any, t: Any) -> Any:
            return x + t * (y - x)

        assert ag.grad(blend, (0, 1, 2))(2.0, 5.0, 0.25) == pytest.approx((0.75, 0.25, 3.0))
        assert blend(Value(2), 5.0, 0.25).op == "blend"

    def test_a_rule_may_use_numbers_on_the_left_and_powers_of_them(self) -> None:
        @ag.rule
        def exp2(x: Any) -> Any:
            return 2**x

        assert ag.grad(exp2)(3.0) == pytest.approx(8 * math.log(2))

    def test_a_constant_rule(self) -> None:
        @ag.rule
        def flat(x: Any) -> Any:
            return 0 * x + 7

        assert flat(3.0) == 7
        assert ag.grad(flat)(3.0) == 0

    @pytest.mark.parametrize("name", ["sin", "grad", "data", "backward", "zero_grad", "inputs", "relu", "__add__"])
    def test_a_taken_name(self, name: str) -> None:
        def own(x: Any) -> Any:
            return x + 1

        own.__name__ = name
        with pytest.raises(ValueError, match=f"the name {name!r} is taken"):
            ag.rule(own)

    @pytest.mark.parametrize("name", ["sum", "dot", "log"])
    def test_a_name_of_a_public_function_is_taken(self, name: str) -> None:
        def own(x: Any) -> Any:
            return x + 1

        own.__name__ = name
        with pytest.raises(ValueError, match="is taken"):
            ag.rule(own)

    def test_a_rule_can_be_written_again(self) -> None:
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
    def test_what_is_no_formula(self, formula: Any, error: type[Exception], text: str) -> None:
        formula.__name__ = "own"
        with pytest.raises(error, match=text):
            ag.rule(formula)
        assert "own" not in RULES


def test_an_unknown_function_is_an_attribute_error_with_a_hint() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'simgoid'; did you mean 'sigmoid'\?"):
        _ = ag.simgoid
    with pytest.raises(AttributeError, match=r"no attribute 'qqqq'$"):
        _ = ag.qqqq
