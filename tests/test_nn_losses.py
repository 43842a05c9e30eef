"""Losses of numbers and nodes: their values, gradients, limits, and what they refuse."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import mpmath as mp
import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import Value
from autograd_mini.nn.losses import binary_crossentropy, hinge, huber, mean_absolute_error, mean_squared_error

if TYPE_CHECKING:
    from collections.abc import Callable

LOSSES = [mean_squared_error, mean_absolute_error, huber, hinge, binary_crossentropy]
each_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)


def logits(y_true: Any, y_pred: Any) -> Any:
    return binary_crossentropy(y_true, y_pred, from_logits=True)


@pytest.mark.parametrize(
    ("loss", "y_true", "y_pred", "value"),
    [
        (mean_squared_error, [1, 0], [0.5, 0.5], 0.25),
        (mean_squared_error, 3, 5, 4),
        (mean_absolute_error, [1, 0], [0.75, 2.0], 1.125),
        (mean_absolute_error, 3, 3, 0),
        (huber, [0, 0, 0], [0.5, -1.0, 3.0], (0.125 + 0.5 + 2.5) / 3),
        (hinge, [1, -1, 1, -1], [0.25, -3.0, 2.0, 0.5], (0.75 + 0 + 0 + 1.5) / 4),
        (hinge, 1, 1, 0),
        (binary_crossentropy, [1, 0], [0.5, 0.5], math.log(2)),
        (binary_crossentropy, 0.5, 0.25, -0.5 * math.log(0.25) - 0.5 * math.log(0.75)),
        (logits, [1, 0], [0.0, 0.0], math.log(2)),
        (logits, [1, 0], [-1000.0, 1000.0], 1000),
        (logits, [1, 0], [1000.0, -1000.0], 0),
        (logits, 0, -800.0, 0),
    ],
)
def test_values(loss: Any, y_true: Any, y_pred: Any, value: float) -> None:
    assert loss(y_true, y_pred) == pytest.approx(value, rel=1e-15)
    assert type(loss(y_true, y_pred)) is float
    nodes = list(map(Value, y_pred)) if isinstance(y_pred, list) else Value(y_pred)
    assert loss(y_true, nodes).data == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("loss", "y", "p", "slope"),
    [
        (mean_squared_error, 1, 0.25, -1.5),
        (mean_absolute_error, 1, 0.25, -1),
        (mean_absolute_error, 0, 0.25, 1),
        (mean_absolute_error, 1, 1.0, 0),
        (huber, 1, 0.25, -0.75),
        (huber, 0, 1.0, 1),
        (huber, 0, 5.0, 1),
        (huber, 0, -1e200, -1),
        (huber, 0, 0.0, 0),
        (hinge, 1, 0.25, -1),
        (hinge, -1, 0.25, 1),
        (hinge, 1, 1.0, 0),
        (hinge, 1, 2.0, 0),
        (binary_crossentropy, 1, 0.25, -4),
        (binary_crossentropy, 0, 0.25, 4 / 3),
        (logits, 1, 0.0, -0.5),
        (logits, 0, 1000.0, 1),
        (logits, 1, 1000.0, 0),
        (logits, 0, -1000.0, 0),
    ],
)
def test_gradients(loss: Any, y: float, p: float, slope: float) -> None:
    assert ag.grad(loss, 1)(y, p) == pytest.approx(slope, rel=1e-14)
    assert ag.jvp(lambda p: loss(y, p), (p,), (1.0,))[1] == pytest.approx(slope, rel=1e-14)


def test_the_loss_is_the_mean() -> None:
    p = [Value(0.1), Value(0.6), Value(0.9)]
    loss = binary_crossentropy([0, 1, 1], p)
    loss.backward()
    assert [v.grad for v in p] == pytest.approx([1 / 0.9 / 3, -1 / 0.6 / 3, -1 / 0.9 / 3], rel=1e-14)


def test_the_losses_of_the_notes() -> None:
    y, p = [1, 1, 0, 0, 1], [0.78, 0.89, 0.12, 0.08, 0.97]
    for loss, total in ((mean_absolute_error, 0.56), (mean_squared_error, 0.0822)):
        assert 5 * loss(y, p) == pytest.approx(total, rel=1e-14)
    assert 5 * binary_crossentropy(y, p) == pytest.approx(0.6066693634880955, rel=1e-14)


@each_loss
def test_weighted_examples_count_so_often(loss: Callable[..., Any]) -> None:
    y, p, w = [1, -1 if loss is hinge else 0, 1], [0.3, 0.6, 0.9], [2, 0, 0.5]
    each = [loss(a, b) for a, b in zip(y, p, strict=True)]
    want = sum(a * b for a, b in zip(w, each, strict=True)) / 3
    for weights in (w, tuple(w), iter(w), np.array(w)):
        assert loss(y, p, sample_weight=weights) == pytest.approx(want, rel=1e-14)
    nodes = [Value(b) for b in p]
    loss(y, nodes, sample_weight=w).backward()
    slopes = [a * ag.grad(loss, 1)(b, c) / 3 for a, b, c in zip(w, y, p, strict=True)]
    assert [node.grad for node in nodes] == pytest.approx(slopes, rel=1e-14)
    assert loss(1, 0.25, sample_weight=4) == 4 * loss(1, 0.25)


@each_loss
@pytest.mark.parametrize(
    ("weights", "text"),
    [
        ([1, 2], r"sample_weight has one number for each example, of shape \(3,\), got \(2,\)"),
        ([1, -0.5, 1], r"sample_weight is finite and not negative, got -0\.5"),
        ([1, 1, math.nan], "sample_weight is finite and not negative, got nan"),
        ([1, math.inf, 1], "sample_weight is finite and not negative, got inf"),
    ],
)
@pytest.mark.parametrize("make", [list, np.array], ids=["list", "array"])
def test_weights_are_as_many_as_examples_and_not_negative(
    loss: Callable[..., Any], weights: Any, text: str, make: Any
) -> None:
    with pytest.raises(ValueError, match=text):
        loss(make([1, 1, 1]), make([0.3, 0.6, 0.9]), sample_weight=make(weights))


@pytest.mark.parametrize("delta", [0.25, 1.0, 4.0])
def test_huber_is_square_near_0_and_straight_far_off(delta: float) -> None:
    first, second = ag.grad(huber, 1), ag.grad(ag.grad(huber, 1), 1)
    for r in (-9.0, -0.2, 0.0, 1e-300, 0.1, 7.0):
        near = abs(r) <= delta
        assert huber(0, r, delta) == pytest.approx(r * r / 2 if near else delta * (abs(r) - delta / 2), rel=1e-15)
        assert first(0, r, delta) == pytest.approx(r if near else math.copysign(delta, r), rel=1e-15)
        assert second(0, r, delta) == near


@pytest.mark.parametrize("delta", [0, -1, math.nan, math.inf, "1", None], ids=repr)
def test_delta_is_a_positive_number(delta: Any) -> None:
    with pytest.raises(ValueError, match=r"delta is a finite number above 0, got "):
        huber([0.0], [1.0], delta)


@pytest.mark.parametrize("z", [-800.0, -40.0, -1.0, -1e-10, 0.0, 1e-300, 3.0, 36.8, 700.0])
@pytest.mark.parametrize("y", [0, 1, 0.3])
def test_logits_lose_nothing(z: float, y: float) -> None:
    with mp.workdps(500):
        exact = mp.log(1 + mp.exp(z)) - mp.mpf(y) * z
    assert logits(y, z) == pytest.approx(float(exact), rel=1e-14, abs=1e-300)


def test_the_gradient_by_the_logit_is_a_minus_y() -> None:
    for y, z in itertools.product((0, 1), (-3.0, 0.5)):
        a = ag.sigmoid(z)
        assert ag.grad(logits, 1)(y, z) == pytest.approx(a - y)
        assert ag.grad(lambda z, y=y: binary_crossentropy(y, ag.sigmoid(z)))(z) == pytest.approx(a - y)


@pytest.mark.parametrize("p", [0.0, 1.0, 0, 1, 1e-300, 1 - 2**-53])
@pytest.mark.parametrize("y", [0, 1])
def test_probabilities_of_0_and_1_are_clipped(y: int, p: float) -> None:
    node = Value(p)
    loss = binary_crossentropy(y, node)
    loss.backward()
    assert math.isfinite(loss.data)
    assert math.isfinite(node.grad)
    assert loss.data == pytest.approx(-math.log(1e-7) if abs(y - p) > 0.5 else 1e-7, rel=1e-6)


@pytest.mark.torch
@pytest.mark.parametrize("y", [0.0, 1.0, 0.25])
@pytest.mark.parametrize("z", [-3.0, 0.0, 2.0])
def test_values_are_those_of_pytorch(y: float, z: float) -> None:
    import torch
    from torch.nn import functional

    yt, zt = torch.tensor(y, dtype=torch.float64), torch.tensor(z, dtype=torch.float64)
    assert logits(y, z) == pytest.approx(functional.binary_cross_entropy_with_logits(zt, yt).item(), rel=1e-14)
    assert binary_crossentropy(y, ag.sigmoid(z)) == pytest.approx(
        functional.binary_cross_entropy(zt.sigmoid(), yt).item(), rel=1e-13
    )


@each_loss
@pytest.mark.parametrize("make", [list, tuple, iter, np.array, lambda x: (v for v in x)])
def test_sequences_of_any_kind(loss: Callable[..., Any], make: Any) -> None:
    assert loss(make([1, 1]), make([0.25, 0.5])) == loss([1, 1], [0.25, 0.5])


@each_loss
def test_labels_may_be_numpy_scalars_bools_and_nodes(loss: Callable[..., Any]) -> None:
    want = loss([1] * 4, [0.5] * 4)
    assert loss([np.int64(1), True, np.float32(1), np.float64(1)], [0.5] * 4) == want
    assert loss([Value(1)] * 4, [0.5] * 4).data == want


@each_loss
@pytest.mark.parametrize(("n", "m"), [(2, 1), (1, 2), (0, 0), (0, 1), (3, 4)])
def test_as_many_labels_as_predictions(loss: Callable[..., Any], n: int, m: int) -> None:
    with pytest.raises(ValueError, match=f"as many labels as predictions, got {n} and {m}"):
        loss([1] * n, [0.5] * m)


@each_loss
@pytest.mark.parametrize("bad", [None, "a", [1.0], 1j], ids=repr)
def test_predictions_are_numbers_and_nodes(loss: Callable[..., Any], bad: Any) -> None:
    with pytest.raises(TypeError):
        loss([1, 1], [0.5, bad])


@pytest.mark.parametrize("y", [0, 2, 0.5, math.nan, Value(0)], ids=repr)
def test_hinge_is_for_labels_of_two_signs(y: Any) -> None:
    with pytest.raises(ValueError, match=r"the hinge loss is for labels -1 and 1, got .*: for 0 and 1 use 2 \* y - 1"):
        hinge([1, y], [0.5, 0.5])


@pytest.mark.parametrize("loss", [binary_crossentropy, logits])
@pytest.mark.parametrize("y", [-1, 2, 1 + 1e-12, math.nan, math.inf, Value(-1)], ids=repr)
def test_cross_entropy_is_for_labels_from_0_to_1(loss: Callable[..., Any], y: Any) -> None:
    with pytest.raises(ValueError, match="binary cross entropy is for labels from 0 to 1, got"):
        loss([1, y], [0.5, 0.5])


def test_nothing_is_differentiated_before_labels_are_checked() -> None:
    p = Value(0.5)
    with pytest.raises(ValueError, match="labels"):
        binary_crossentropy([3], [p])
    assert p.grad is None


def test_a_nan_prediction_gives_a_nan_loss() -> None:
    assert math.isnan(mean_squared_error(1, math.nan))
    assert math.isnan(binary_crossentropy(1, math.nan))
    assert math.isnan(logits(1, math.nan))


@each_loss
def test_second_derivatives(loss: Callable[..., Any]) -> None:
    second = {mean_squared_error: 2, mean_absolute_error: 0, huber: 1, hinge: 0, binary_crossentropy: 1 / 0.3**2}[loss]
    assert ag.grad(ag.grad(loss, 1), 1)(1, 0.3) == pytest.approx(second)
