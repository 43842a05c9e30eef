"""The public functions: the kind that goes in comes out; sum, dot, log."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import Tensor, Value
from autograd_mini.expr import symbols
from autograd_mini.functions import FUNCTIONS
from autograd_mini.rules import TABLE


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


def test_of_a_value_beside_an_array_a_tensor() -> None:
    v, array = Value(1.5), np.array([1.0, 2.0])
    for result, data, slope in (
        (v * array, [1.5, 3.0], 3.0),
        (array * v, [1.5, 3.0], 3.0),
        (ag.maximum(v, array), [1.5, 2.0], 1.0),
        (ag.where(array > 1, v, array), [1.0, 1.5], 1.0),
    ):
        assert type(result) is Tensor
        assert result.data.tolist() == data
        v.grad = 0.0
        result.sum().backward()
        assert v.grad == slope
    assert type(np.sin(v)) is Value


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
    public = [row for row in TABLE if not row.name.startswith("_")]  # the others are pieces of derivatives
    assert len(public) > 50
    for row in public:
        function = getattr(ag, row.name)
        assert row.name in ag.__all__
        assert function.__name__ == row.name
        assert function.__doc__
    assert not set(ag.__all__) - set(dir(ag)) - {"nn", "optim", *ag.LAZY}


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


@pytest.mark.parametrize("bad", [None, "x", 1j, np.float16(1)], ids=repr)
def test_sums_are_of_numbers_and_nodes(bad: Any) -> None:
    for other in (1.0, Value(1)):
        with pytest.raises(TypeError, match="got"):
            ag.sum([other, bad])


@pytest.mark.parametrize("ragged", [[1.0], np.array([1.0]), np.ones(2)], ids=repr)
def test_sums_of_ragged_sequences_are_refused(ragged: Any) -> None:
    for other in (1.0, Value(1)):
        with pytest.raises(ValueError, match="shape"):
            ag.sum([other, ragged])


def test_a_nested_list_is_a_matrix_for_dot() -> None:
    x = [Value(1), Value(2)]
    product = ag.dot([[1.0, 2.0], [3.0, 4.0]], x)
    product.sum().backward()
    assert (product.data.tolist(), x[0].grad, x[1].grad) == ([5.0, 11.0], 4.0, 6.0)


@pytest.mark.parametrize("bad", [None, "x", 1j, np.float16(1)], ids=repr)
def test_dots_with_a_value_hold_numbers_and_nodes(bad: Any) -> None:
    for call in (lambda: ag.dot([bad], [Value(1)]), lambda: ag.dot([1.0], [1.0], bias=bad)):
        with pytest.raises(TypeError, match="got"):
            call()


def test_the_offender_in_a_long_sequence_is_named() -> None:
    for call in (lambda: ag.sum([1.0] * 100 + [None]), lambda: ag.dot([Value(1)] * 100, [1.0] * 99 + [None])):
        with pytest.raises(TypeError, match="None"):
            call()


@pytest.mark.parametrize("bad", [None, "12", 1j], ids=repr)
def test_sum_of_no_numbers(bad: Any) -> None:
    with pytest.raises(TypeError):
        ag.sum(bad)


def test_zeros_times_infinity_in_a_dot_are_nan() -> None:
    assert math.isnan(ag.dot([Value(0)], [math.inf]).data)


def test_stop_gradient() -> None:
    x = Value(3)
    (ag.stop_gradient(x) * x).backward()
    assert x.grad == 3
    assert ag.stop_gradient(2.5) == 2.5


def test_an_unknown_function_is_an_attribute_error_with_a_hint() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'simgoid'; did you mean 'sigmoid'\?"):
        _ = ag.simgoid
    with pytest.raises(AttributeError, match=r"no attribute 'qqqq'$"):
        _ = ag.qqqq
