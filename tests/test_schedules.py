"""Schedules: the learning rates that Keras and PyTorch give, and what is refused."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from copies import each_deep_copy

from autograd_mini import Value
from autograd_mini.optim import (
    SGD,
    CosineDecay,
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
    Schedule,
    from_config,
)

STEPS = [0, 1, 10, 25, 30, 31, 60, 100]
KERAS: list[tuple[Schedule, list[float]]] = [  # what keras 3.15.1 gives for these steps, in float32
    (
        ExponentialDecay(0.1, 30, 0.5),
        [0.1, 0.097715996, 0.07937005, 0.056123104, 0.05, 0.048857998, 0.025, 0.009921257],
    ),
    (ExponentialDecay(0.1, 30, 0.5, staircase=True), [0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.0125]),
    (
        InverseTimeDecay(0.1, 30, 0.5),
        [0.1, 0.098360658, 0.085714288, 0.070588239, 0.06666667, 0.06593407, 0.05, 0.0375],
    ),
    (InverseTimeDecay(0.1, 30, 0.5, staircase=True), [0.1, 0.1, 0.1, 0.1, 0.06666667, 0.06666667, 0.05, 0.04]),
    (CosineDecay(0.1, 60), [0.1, 0.099931479, 0.093301274, 0.062940955, 0.05, 0.047383204, 0.0, 0.0]),
    (CosineDecay(0.1, 60, 0.25), [0.1, 0.099948607, 0.094975956, 0.072205715, 0.0625, 0.060537405, 0.025, 0.025]),
    (PolynomialDecay(0.1, 60), [0.1, 0.098335, 0.08335, 0.058375, 0.05005, 0.048385, 0.0001, 0.0001]),
    (PolynomialDecay(0.1, 60, 0.01, 2.0), [0.1, 0.097025, 0.0725, 0.040625, 0.0325, 0.031025, 0.01, 0.01]),
    (PiecewiseConstantDecay([10, 30], [0.5, 0.1, 0.02]), [0.5, 0.5, 0.5, 0.1, 0.1, 0.02, 0.02, 0.02]),
]
SCHEDULES = [schedule for schedule, _ in KERAS]
each_schedule = pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)


@pytest.mark.parametrize(("schedule", "rates"), KERAS, ids=map(repr, SCHEDULES))
def test_rates_are_those_of_keras(schedule: Schedule, rates: list[float]) -> None:
    assert [schedule(step) for step in STEPS] == pytest.approx(rates, rel=1e-6, abs=1e-9)


@pytest.mark.torch
@pytest.mark.parametrize(
    ("schedule", "name", "settings"),
    [
        (ExponentialDecay(0.1, 1, 0.9), "ExponentialLR", {"gamma": 0.9}),
        (ExponentialDecay(0.1, 7, 0.5, staircase=True), "StepLR", {"step_size": 7, "gamma": 0.5}),
        (InverseTimeDecay(0.1, 3, 2.0), "LambdaLR", {"lr_lambda": lambda step: 1 / (1 + 2 * step / 3)}),
        (CosineDecay(0.1, 24, 0.1), "CosineAnnealingLR", {"T_max": 24, "eta_min": 0.01}),
        (PolynomialDecay(0.1, 15, 0.0, 2.0), "PolynomialLR", {"total_iters": 15, "power": 2.0}),
        (PolynomialDecay(0.1, 15, 0.02), "LinearLR", {"start_factor": 1.0, "end_factor": 0.2, "total_iters": 15}),
        (PiecewiseConstantDecay([3, 9], [0.1, 0.01, 0.001]), "MultiStepLR", {"milestones": [4, 10], "gamma": 0.1}),
        (lambda step: 0.1 / (step + 1), "LambdaLR", {"lr_lambda": lambda step: 1 / (step + 1)}),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_steps_are_those_of_pytorch(schedule: Any, name: str, settings: dict[str, Any]) -> None:
    import torch

    ours, theirs = Value(1.0), torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    optimizer, other = SGD([ours], schedule, momentum=0.5), torch.optim.SGD([theirs], 0.1, momentum=0.5)
    scheduler = getattr(torch.optim.lr_scheduler, name)(other, **settings)
    for _ in range(24):
        assert optimizer.rate == pytest.approx(other.param_groups[0]["lr"], rel=1e-12)
        for p, each in ((ours, optimizer), (theirs, other)):
            each.zero_grad()
            (p * p).backward()
            each.step()
        scheduler.step()
        assert ours.data == pytest.approx(theirs.item(), rel=1e-12)


@each_schedule
def test_a_schedule_is_made_anew_from_its_description(schedule: Schedule) -> None:
    described = json.loads(json.dumps(SGD(learning_rate=schedule).config()))
    again: Any = from_config(described).learning_rate
    assert (type(again), repr(again)) == (type(schedule), repr(schedule))
    assert list(map(again, range(100))) == list(map(schedule, range(100)))


@each_deep_copy
@each_schedule
def test_a_copy_is_the_same_schedule(schedule: Schedule, make_copy: Any) -> None:
    assert list(map(make_copy(schedule), range(100))) == list(map(schedule, range(100)))


def test_numpy_numbers_are_numbers() -> None:
    steps = np.array([10, 30])
    schedule = PiecewiseConstantDecay(steps, np.array([0.5, 0.25, 0.125], np.float32))  # type: ignore[arg-type]
    assert json.dumps(schedule.config()) == json.dumps(
        {"class": "PiecewiseConstantDecay", "boundaries": [10.0, 30.0], "values": [0.5, 0.25, 0.125]}
    )
    assert type(ExponentialDecay(np.float32(0.5), steps[0], np.float32(0.25))(5)) is float


NOT_NEGATIVE = "a finite number that is not negative"
RISING = "rising boundaries and one more value are wanted, got boundaries="


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        *((ExponentialDecay, (x, 10, 0.5), f"initial_learning_rate is {NOT_NEGATIVE}, got {x!r}") for x in (-1, "0.1")),
        *(
            (CosineDecay, (0.1, x), f"decay_steps is a finite number above 0, got {x!r}")
            for x in (0, -5, math.nan, "10", None)
        ),
        (InverseTimeDecay, (0.1, 10, -0.5), f"decay_rate is {NOT_NEGATIVE}, got -0.5"),
        (ExponentialDecay, (0.1, 10, math.nan), f"decay_rate is {NOT_NEGATIVE}, got nan"),
        (CosineDecay, (0.1, 10, -1), f"alpha is {NOT_NEGATIVE}, got -1"),
        (PolynomialDecay, (0.1, 10, math.inf), f"end_learning_rate is {NOT_NEGATIVE}, got inf"),
        (PolynomialDecay, (0.1, 10, 0.01, -2), f"power is {NOT_NEGATIVE}, got -2"),
        (PiecewiseConstantDecay, ([10], [0.1]), rf"{RISING}\[10\] and values=\[0\.1\]"),
        (PiecewiseConstantDecay, ([30, 10], [0.1, 0.2, 0.3]), rf"{RISING}\[30, 10\] and values=\[0\.1, 0\.2, 0\.3\]"),
        (PiecewiseConstantDecay, ([10], [0.1, -0.2]), f"a value is {NOT_NEGATIVE}, got -0.2"),
        (PiecewiseConstantDecay, ([math.nan], [0.1, 0.2]), f"a boundary is {NOT_NEGATIVE}, got nan"),
    ],
)
def test_settings_that_make_no_sense(kind: Any, settings: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        kind(*settings)
