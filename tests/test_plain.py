"""Conditions: plain results, but nodes while a program is recorded."""

from __future__ import annotations

import itertools
import math
import operator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import Tensor, Value
from autograd_mini.plain import DETACH, LESS, NOT
from autograd_mini.programs.program import record

if TYPE_CHECKING:
    from collections.abc import Callable

RELATIONS = [getattr(operator, name) for name in "eq ne lt le gt ge".split()]
LOGIC = [operator.and_, operator.or_, operator.xor]
NUMPYS = {
    operator.eq: np.equal, operator.ne: np.not_equal, operator.lt: np.less, operator.le: np.less_equal,
    operator.gt: np.greater, operator.ge: np.greater_equal,
    operator.and_: np.logical_and, operator.or_: np.logical_or, operator.xor: np.logical_xor,
}  # fmt: skip
NUMBERS = [0.0, -0.0, 1.0, -2.5, math.inf, -math.inf, math.nan]
A, B = np.array(NUMBERS), np.array(NUMBERS[::-1])
MASK = np.array([True, False] * 3 + [True])

each_relation = pytest.mark.parametrize("relation", RELATIONS, ids=lambda f: f.__name__)
each_logic = pytest.mark.parametrize("logic", LOGIC, ids=lambda f: f.__name__)


def replayed(f: Callable[..., Any], first: Any, *then: Any) -> Any:
    """What a function's recording gives for other arguments than those it was recorded with."""
    program = record(f, first)
    (out,) = program.run([x if isinstance(x, np.ndarray) else float(x) for x in then], [], program.outputs)
    return out._data if isinstance(out, Value | Tensor) else out


@each_relation
def test_of_values_they_are_bools(relation: Any) -> None:
    for x, y in itertools.product(NUMBERS, repeat=2):
        for got in (relation(Value(x), Value(y)), relation(Value(x), y), relation(x, Value(y))):
            assert got is relation(x, y)


@each_relation
def test_of_tensors_they_are_arrays_of_bools(relation: Any) -> None:
    for got in (
        relation(Tensor(A), Tensor(B)),
        relation(Tensor(A), B),
        relation(A, Tensor(B)),
        relation(A, B.tolist()),
    ):
        assert type(got) is np.ndarray
        np.testing.assert_array_equal(got, relation(A, B), strict=True)


@each_relation
@pytest.mark.parametrize(
    "form",
    [
        lambda relation: relation,
        NUMPYS.get,
        lambda relation: lambda x, y: relation(x * 1, y + 0),
    ],
    ids=["operator", "NumPy", "results"],
)
def test_while_recording_they_are_asked_again(relation: Any, form: Any) -> None:
    f = form(relation)
    got = replayed(f, (np.ones(7), np.zeros(7)), A, B)
    np.testing.assert_array_equal(got, relation(A, B))
    for x, y in itertools.product(NUMBERS, repeat=2):
        assert replayed(f, (1.0, 2.0), x, y) == relation(x, y)


@each_relation
def test_beside_numbers_and_arrays(relation: Any) -> None:
    for other in (0.0, 1, A):
        for f in (lambda x, other=other: relation(x, other), lambda x, other=other: relation(other, x)):
            np.testing.assert_array_equal(replayed(f, (np.ones(7),), B), f(B))
            assert f(Tensor(B)).dtype == bool


@each_logic
@pytest.mark.parametrize(
    "form",
    [
        lambda logic: lambda x, y: logic(x > 0, y < 1),
        lambda logic: lambda x, y: logic(MASK, logic(x > 0, y < 1)),
        lambda logic: lambda x, y: logic(logic(x > 0, y < 1), MASK),
        lambda logic: lambda x, y: ~logic(~(x > 0), y == y),
        lambda logic: lambda x, y: NUMPYS[logic](x > 0, np.logical_not(y < 1)),
        lambda logic: lambda x, y: logic(True, logic(x > 0, y < 1)),
    ],
    ids=["&", "mask &", "& mask", "~", "NumPy", "True &"],
)
def test_conditions_combine(logic: Any, form: Any) -> None:
    f = form(logic)
    np.testing.assert_array_equal(replayed(f, (np.ones(7), np.ones(7)), A, B), f(A, B))


@each_logic
def test_conditions_of_numbers_combine(logic: Any) -> None:
    f = lambda x, y: logic(x > 0, ~(y < 1))
    for x, y in itertools.product(NUMBERS, repeat=2):
        assert replayed(f, (1.0, 1.0), x, y) == logic(x > 0, not y < 1)


@pytest.mark.parametrize("x", [1.5, A], ids=["float", "array"])
def test_a_condition_has_no_derivative_and_chooses(x: Any) -> None:
    program = record(lambda x: ag.where(x > 0, x * x, 3 * x), (Value(x) if np.ndim(x) == 0 else Tensor(x),))
    condition = next(var for var in program.steps if var.op == "greater")
    assert not condition.node.requires_grad
    assert [var.op for var in program.forward()].count("where") == 1


@each_logic
def test_nodes_are_no_conditions(logic: Any) -> None:
    for x, y in ((Value(1), Value(2)), (Tensor(A), True), (1, Value(1))):
        with pytest.raises(TypeError):
            logic(x, y)
    for x in (Value(1), Tensor(A)):
        with pytest.raises(TypeError, match=r"~ is for conditions such as x > 0"):
            _ = ~x


@pytest.mark.parametrize("other", ["text", None, object(), [None]])
def test_comparison_with_what_is_no_number(other: Any) -> None:
    assert (Value(1) == other, Value(1) != other) == (False, True)
    program = record(lambda x: [x == other, x != other] if not isinstance(other, list) else [False, True], (1.0,))
    assert program.output == [False, True]
    with pytest.raises(TypeError):
        _ = Value(1) < other


def test_the_operations_themselves() -> None:
    assert LESS(1.0, 2.0)
    assert LESS(Value(1.0), 2.0)
    np.testing.assert_array_equal(NOT(MASK), ~MASK)
    assert DETACH(Value(2.0)) == 2
    assert repr(LESS) == "Plain('less')"


@pytest.mark.parametrize("x", [2.0, np.array([1.0, -2.0])], ids=["float", "array"])
def test_detaching_while_recording_keeps_the_number_and_stops_the_gradient(x: Any) -> None:
    node = Value(x) if np.ndim(x) == 0 else Tensor(x)
    program = record(lambda x: ag.sum(x * ag.stop_gradient(x * x)) if np.ndim(x) else x * (x * x).detach(), (node,))
    other = x * 0 + 3.0
    (value,) = program.run([other], [], program.outputs)
    assert np.all(data_of(value) == np.sum(other**3))
    (gradient,) = program.gradients[0]
    assert "detach" in [var.op for var in program.forward()]
    assert gradient is not None


def data_of(x: Any) -> Any:
    return x._data if isinstance(x, Value | Tensor) else x
