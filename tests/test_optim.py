"""SGD: its steps, its momentum, what it refuses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from copies import each_deep_copy

from autograd_mini import Value, nn
from autograd_mini.optim import SGD


def descend(optimizer: SGD, w: Value, steps: int) -> list[float]:
    path = []
    for _ in range(steps):
        optimizer.zero_grad()
        (w * w).backward()
        optimizer.step()
        path.append(w.data)
    return path


def test_a_step_is_the_rate_times_the_gradient() -> None:
    w = Value(1.0)
    assert descend(SGD([w], learning_rate=0.25), w, 3) == [0.5, 0.25, 0.125]


def test_momentum_keeps_a_part_of_the_last_direction() -> None:
    w = Value(1.0)
    path = descend(SGD([w], learning_rate=0.1, momentum=0.5), w, 3)
    v1 = 2.0
    v2 = 0.5 * v1 + 2 * 0.8
    v3 = 0.5 * v2 + 2 * (0.8 - 0.1 * v2)
    assert path == pytest.approx([0.8, 0.8 - 0.1 * v2, 0.8 - 0.1 * v2 - 0.1 * v3])


def test_a_parameter_without_gradient_stays() -> None:
    w, v = Value(1.0), Value(2.0)
    optimizer = SGD([w, v], learning_rate=1)
    w.grad = 0.5
    optimizer.step()
    assert (w.data, v.data, v.grad) == (0.5, 2.0, None)


def test_a_parameter_given_twice_counts_once() -> None:
    w = Value(1.0)
    optimizer = SGD([w, w, Value(1.0)], learning_rate=0.1)
    w.grad = 1.0
    optimizer.step()
    assert (w.data, len(optimizer.parameters)) == (0.9, 2)


def test_zero_grad_sets_none() -> None:
    w = Value(1.0)
    w.grad = 3.0
    SGD(iter([w])).zero_grad()
    assert w.grad is None


def test_the_rate_may_change_on_the_way() -> None:
    w = Value(1.0)
    optimizer = SGD([w], learning_rate=0.0)
    assert descend(optimizer, w, 1) == [1.0]
    optimizer.learning_rate = 0.5
    assert descend(optimizer, w, 1) == [0.0]


@pytest.mark.parametrize("rate", [-0.1, math.nan, math.inf, "0.1", None, True, 1j], ids=repr)
def test_rates_that_make_no_sense(rate: Any) -> None:
    with pytest.raises(
        ValueError,
        match=f"learning_rate is a finite number that is not negative, got {rate!r}".replace("(", r"\(").replace(
            ")", r"\)"
        ),
    ):
        SGD([Value(1)], learning_rate=rate)


@pytest.mark.parametrize("momentum", [-0.1, 1, 1.5, math.nan, "0.9", None], ids=repr)
def test_momenta_that_make_no_sense(momentum: Any) -> None:
    with pytest.raises(ValueError, match=r"momentum is in \[0, 1\), got"):
        SGD([Value(1)], momentum=momentum)


@pytest.mark.parametrize("number", [np.float64(0.1), np.float32(0.5), np.int64(0)], ids=repr)
def test_numpy_numbers_are_numbers(number: Any) -> None:
    optimizer = SGD([Value(1)], learning_rate=number, momentum=number)
    assert optimizer.learning_rate == number


def test_nothing_to_train() -> None:
    with pytest.raises(ValueError, match="needs at least one parameter, got none"):
        SGD([])


@pytest.mark.parametrize("parameter", [1.0, None, "w", [Value(1)]], ids=repr)
def test_parameters_are_values(parameter: Any) -> None:
    with pytest.raises(TypeError, match="an optimizer's parameters are Values and Tensors, got"):
        SGD([Value(1), parameter])


@each_deep_copy
def test_a_copied_model_and_optimizer_train_on_alone(make_copy: Any) -> None:
    model = nn.MLP(2, [3, 1], seed=0)
    optimizer = SGD(model.parameters(), learning_rate=0.1, momentum=0.9)

    def train(model: Any, optimizer: SGD, steps: int) -> list[float]:
        for _ in range(steps):
            loss = nn.mean_squared_error([1.0, -1.0], [model([0.0, 1.0]), model([1.0, 0.0])])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return [p.data for p in model.parameters()]

    train(model, optimizer, 3)
    twin, twins_optimizer = make_copy((model, optimizer))
    before = [p.data for p in model.parameters()]
    after = train(twin, twins_optimizer, 5)
    assert [p.data for p in model.parameters()] == before
    assert after == train(model, optimizer, 5) != before
