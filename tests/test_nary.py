"""sum and dot, which are one node each however many operands they have."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_mini as ag
from autograd_mini import Tensor, Value, functions
from autograd_mini.expr import Number, symbols
from autograd_mini.nary import DOT, SUM
from autograd_mini.recording import is_stale

OPERANDS = symbols("u v x y b")


def test_how_they_are_written() -> None:
    assert SUM.applied(*OPERANDS[:3]).text() == "u + v + x"
    assert DOT.applied(*OPERANDS).text() == "u × x + v × y + b"
    assert DOT.applied(*OPERANDS[:4]).latex() == r"u \times x + v \times y"
    assert SUM.applied(OPERANDS[0], 2, -3.5).text() == "u + 2 + (−3.5)"


def test_their_derivatives_are_formulas() -> None:
    assert [SUM.derivative(i, OPERANDS).text() for i in range(5)] == ["1"] * 5
    assert [DOT.derivative(i, OPERANDS).text() for i in range(5)] == ["x", "y", "u", "v", "1"]
    assert DOT.derivative(0, [OPERANDS[0], Number(3)]) == Number(3)


@pytest.mark.parametrize(
    ("operation", "operands", "results"),
    [
        (SUM, (1.0, 2.0, 3.0), (6.0, 1.0, 1.0, 1.0)),
        (SUM, (5.0,), (5.0, 1.0)),
        (SUM, (), (0.0,)),
        (DOT, (2.0, 3.0), (6.0, 3.0, 2.0)),
        (DOT, (2.0, 3.0, 4.0), (10.0, 3.0, 2.0, 1.0)),
        (DOT, (1.0, 2.0, 3.0, 4.0, 5.0), (16.0, 3.0, 4.0, 1.0, 2.0, 1.0)),
        (DOT, (7.0,), (7.0, 1.0)),
    ],
)
def test_value_and_derivatives_on_floats(
    operation: Any, operands: tuple[float, ...], results: tuple[float, ...]
) -> None:
    assert operation.evaluate(*operands) == results


@pytest.mark.parametrize(("n", "parts"), [(0, (0, 0, 0)), (1, (0, 0, 1)), (4, (2, 2, 0)), (5, (2, 2, 1))])
def test_a_dot_is_split_into_weights_inputs_and_bias(n: int, parts: tuple[int, int, int]) -> None:
    assert tuple(map(len, DOT.split(range(n)))) == parts


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=9))
def test_evaluating_again_gives_the_very_same_number(numbers: list[float]) -> None:
    """So that a graph whose leaves have not changed is seen to be unchanged."""
    nodes = [Value(x) for x in numbers]
    n = len(nodes) // 2
    for node in (ag.sum(nodes), ag.dot(nodes[:n], nodes[n : 2 * n], *nodes[2 * n :]) if n else ag.sum(nodes)):
        assert node.rule.evaluate(*numbers)[0] == node.data
        assert not is_stale(node)


@pytest.mark.parametrize(
    ("f", "want"),
    [
        (lambda v, t: functions.sum([v, t, 2.0]), 7.0),
        (lambda _, t: functions.sum([t]), 3.0),
        (lambda v, t: functions.dot([v, 4.0], [5.0, t]), 22.0),
        (lambda v, t: functions.dot([t, v], [v, 1.0], bias=t), 11.0),
        (lambda v, t: functions.dot([v, 1.0], [1.0, 1.0], bias=t), 6.0),
        (lambda v, t: functions.affine((v, 1.0, t), functions.inputs([t, v])), 11.0),
        (lambda v, t: ag.sum([v, t, 2.0]), 7.0),
        (lambda v, t: ag.dot([v, 4.0], [5.0, t], bias=v), 24.0),
    ],
)
def test_with_tensors_among_their_numbers_they_are_tensors(f: Any, want: float) -> None:
    v, t = Value(2.0), Tensor(3.0)
    y = f(v, t)
    assert type(y) is Tensor
    assert y.shape == ()
    assert y.item() == want
    y.backward()
    for node in (v, t):
        held = node.grad or 0.0
        node.data = node.data + 1e-6
        assert (f(v, t).item() - want) / 1e-6 == pytest.approx(held, abs=1e-5)
        node.data = node.data - 1e-6


def test_they_take_tensors_of_one_number_alone() -> None:
    with pytest.raises(ValueError, match=r"a sequence of numbers is wanted, got a Tensor of shape \(2,\) in it"):
        functions.sum([1.0, Tensor([1.0, 2.0])])
