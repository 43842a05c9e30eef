"""Operators and methods of Value: numbers on either side, partials, IEEE arithmetic, compilation."""

from __future__ import annotations

import linecache
import math
import operator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import Value
from autograd_mini.operators import install
from autograd_mini.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable


BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]


NUMBERS = [2, 2.0, True, np.float64(2), np.float32(2), np.int32(2)]


@pytest.mark.parametrize("op", BINARY)
@pytest.mark.parametrize("number", NUMBERS, ids=lambda n: type(n).__name__)
def test_numbers_stand_on_either_side(op: Callable[[Any, Any], Any], number: Any) -> None:
    v = Value(3.0)
    right, left = op(v, number), op(number, v)
    assert type(right) is type(left) is Value
    assert right.data == op(3.0, float(number))
    assert left.data == op(float(number), 3.0)
    assert [x.op for x in right.inputs] == ["", "constant"]
    assert [x.op for x in left.inputs] == ["constant", ""]
    assert right.inputs[1].data == left.inputs[0].data == float(number)
    assert right.partials[1] is left.partials[0] is None


@pytest.mark.parametrize("op", BINARY)
@pytest.mark.parametrize("other", ["2", None, 1j, [1.0], {}, np.float16(1)], ids=repr)
def test_operators_refuse_what_is_no_number(op: Callable[[Any, Any], Any], other: Any) -> None:
    with pytest.raises(TypeError):
        op(Value(1.0), other)
    with pytest.raises(TypeError):
        op(other, Value(1.0))


@pytest.mark.parametrize(
    ("result", "data", "partials"),
    [
        (Value(2) ** Value(3), 8, (12, 8 * math.log(2))),
        (2 ** Value(3), 8, (None, 8 * math.log(2))),
        (Value(2) ** 3, 8, (12, None)),
        (Value(6) / Value(3), 2, (1 / 3, -2 / 3)),
        (6 / Value(3), 2, (None, -2 / 3)),
        (1 - Value(3), -2, (None, -1)),
        (-Value(3), -3, (-1,)),
        (abs(Value(-3)), 3, (-1,)),
        (Value(3).relu(), 3, (1,)),
        (Value(0).exp(), 1, (1,)),
        (Value(0).tanh(), 0, (1,)),
        (Value(-2).leaky_relu(), -0.02, (0.01, None)),
        (Value(-2).leaky_relu(0.5), -1, (0.5, None)),
        (Value(-2).leaky_relu(slope=0.5), -1, (0.5, None)),
        (Value(-2).leaky_relu(Value(0.5)), -1, (0.5, -2)),
        (Value(1).maximum(1), 1, (0.5, None)),
    ],
    ids=lambda x: x.op if isinstance(x, Value) else "",
)
def test_operations_hold_value_and_partials(result: Value, data: float, partials: tuple[float | None, ...]) -> None:
    assert result.data == pytest.approx(data, rel=1e-15)
    assert result.partials == tuple(d if d is None else pytest.approx(d, rel=1e-15) for d in partials)


def test_one_operand_twice_is_two_inputs() -> None:
    x = Value(3)
    for y in (x * x, x**x, x - x, x / x):
        assert len(y.inputs) == len(y.partials) == 2
        assert all(each is x for each in y.inputs)


def test_unary_plus_adds_no_node() -> None:
    x = Value(3)
    assert +x is x


def test_augmented_assignment_makes_a_new_node() -> None:
    x = y = Value(3)
    y += 1
    y *= 2
    y -= x
    y /= 5
    y **= 2
    assert (x.data, y.data) == (3, 1)


def test_data_and_constants_have_no_partial() -> None:
    x, data = Value(2), Value(3, requires_grad=False)
    assert (x * data).partials == (3.0, None)
    assert (data * x).partials == (None, 3.0)
    nothing = data * data + 1
    assert (nothing.data, nothing.requires_grad, nothing.inputs) == (10.0, False, ())


@pytest.mark.parametrize(
    "make", [lambda x: x.sin(), lambda x: x * x, lambda x: ag.sum([x, x]), lambda x: ag.dot([x], [x])]
)
def test_what_is_made_of_data_is_data(make: Callable[[Value], Value]) -> None:
    result = make(Value(2, requires_grad=False))
    assert type(result) is Value
    assert not result.requires_grad
    assert result.inputs == ()


@pytest.mark.parametrize(
    ("result", "data"),
    [
        (lambda x: (x * 1000).exp(), math.inf),
        (lambda x: (x - 1).log(), -math.inf),
        (lambda x: (-x).log(), math.nan),
        (lambda x: x / 0, math.inf),
        (lambda x: -x / 0, -math.inf),
        (lambda x: (x - 1) / 0, math.nan),
        (lambda x: 0 / (x - 1), math.nan),
        (lambda x: (-x) ** 0.5, math.nan),
        (lambda x: (x - 1) ** -1, math.inf),
        (lambda x: (-x * 8) ** (1 / 3), math.nan),
        (lambda x: (x * 1e200) * 1e200, math.inf),
        (lambda x: (x * 1e200) ** 2, math.inf),
        (lambda x: (x * math.inf).sin(), math.nan),
        (lambda x: (x * math.nan) ** 0, 1),
        (lambda x: (x * math.inf) - math.inf, math.nan),
        (lambda x: (x * 800).cosh(), math.inf),
        (lambda x: (x * 2).acos(), math.nan),
        (lambda x: (-x).log1p(), -math.inf),
        (lambda x: (x - 1).reciprocal(), math.inf),
        (lambda x: (x - 1).cot(), math.inf),
        (lambda x: x.atanh(), math.inf),
        (lambda x: ag.log(x, 1), math.nan),
    ],
)
def test_arithmetic_is_ieee_and_silent(result: Callable[[Value], Value], data: float) -> None:
    y = result(Value(1.0))
    assert type(y.data) is float
    assert y.data == data or (math.isnan(y.data) and math.isnan(data))
    y.backward()


def test_methods_exist_for_every_row_of_one_or_two_inputs() -> None:
    for name, row in RULES.items():
        assert hasattr(Value, name) == (row.arity <= 2)
        if row.arity <= 2:
            assert name in str(getattr(Value, name).__doc__)


def test_operands_are_in_order() -> None:
    a, b, c = Value(1), Value(2), Value(3)
    for made, data in (
        (b - a, [2, 1]),
        (5 - a, [5, 1]),
        (c / 2, [3, 2]),
        (ag.sum([c, 4, a]), [3, 4, 1]),
        (ag.dot([a, 7], [b, c], 9), [1, 7, 2, 3, 9]),
    ):
        assert [x.data for x in made.inputs] == data
        assert all(any(x is node for node in (a, b, c)) for x in made.inputs if x.op != "constant")


def test_a_method_is_compiled_once_though_it_was_taken_before_its_first_call() -> None:
    install(RULES["acsch"])
    taken = Value.acsch
    for _ in range(2):
        before = len(linecache.cache)
        assert taken(Value(2.0)).op == "acsch"
    assert len(linecache.cache) == before


@pytest.mark.parametrize("call", [lambda v: v.sin(2), lambda v: v.maximum(), lambda v: v.maximum(1, 2)])
def test_errors_of_methods_name_the_method(call: Callable[[Value], Any]) -> None:
    Value(1).sin(), Value(1).maximum(2)
    with pytest.raises(TypeError, match=r"(sin|maximum)\(\)"):
        call(Value(1))
