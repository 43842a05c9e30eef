"""Losses as objects: by name, with settings, made of functions, described for a file."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import Tensor, Value
from autograd_mini.nn import losses
from autograd_mini.nn.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Hinge,
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
    from_config,
    get,
)

P = np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]])
HOT = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
CROSS = [BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy]
# name, class, the function, labels
KNOWN: list[tuple[str, type[Loss], Any, Any]] = [
    ("mean_squared_error", MeanSquaredError, losses.mean_squared_error, HOT),
    ("mean_absolute_error", MeanAbsoluteError, losses.mean_absolute_error, HOT),
    ("huber", Huber, losses.huber, HOT),
    ("hinge", Hinge, losses.hinge, 2 * HOT - 1),
    ("binary_crossentropy", BinaryCrossentropy, losses.binary_crossentropy, HOT),
    ("categorical_crossentropy", CategoricalCrossentropy, losses.categorical_crossentropy, HOT),
    ("sparse_categorical_crossentropy", SparseCategoricalCrossentropy, losses.sparse_categorical_crossentropy, [1, 0]),
]
each_known = pytest.mark.parametrize(("name", "kind", "function", "y"), KNOWN, ids=[name for name, *_ in KNOWN])


@each_known
def test_an_object_is_its_function(name: str, kind: Any, function: Any, y: Any) -> None:
    loss = kind()
    assert loss.name == name
    assert loss(y, P) == function(y, P)
    assert loss(y, P, [1, 3]) == function(y, P, sample_weight=[1, 3])
    t = Tensor(P)
    loss(y, t).backward()
    np.testing.assert_array_equal(t.grad, ag.grad(lambda p: function(y, p))(P))


@each_known
def test_names_functions_classes_and_objects_are_losses(name: str, kind: Any, function: Any, y: Any) -> None:
    assert all(get(given)(y, P) == function(y, P) for given in (name, function, kind))
    loss = kind()
    assert get(loss) is loss
    assert {type(get(given)) for given in (name, function, kind)} == {kind}


@pytest.mark.parametrize(("short", "kind"), [("mse", MeanSquaredError), ("mae", MeanAbsoluteError)])
def test_short_names(short: str, kind: Any) -> None:
    assert type(get(short)) is kind


@pytest.mark.parametrize("unknown", ["msee", "", None, 3], ids=repr)
def test_an_unknown_loss_is_answered_with_the_known_ones(unknown: Any) -> None:
    with pytest.raises(ValueError, match="unknown loss") as error:
        get(unknown)
    assert all(f"'{name}'" in str(error.value) for name in ["mse", "mae", *(name for name, *_ in KNOWN)])


def test_settings_reach_the_function() -> None:
    assert Huber(delta=0.25)(HOT, P) == losses.huber(HOT, P, 0.25) != losses.huber(HOT, P)
    for kind, y in ((CROSS[0], HOT), (CROSS[1], HOT), (CROSS[2], [1, 0])):
        assert kind(from_logits=True)(y, P) == kind.function(y, P, from_logits=True) != kind()(y, P)


@pytest.mark.parametrize("kind", CROSS)
@pytest.mark.parametrize("wrong", ["sigmoid", None, 1], ids=repr)
def test_from_logits_is_true_or_false(kind: Any, wrong: Any) -> None:
    with pytest.raises(ValueError, match="from_logits is True or False, got"):
        kind(wrong)


@pytest.mark.parametrize("delta", [0, -1.0, np.nan, np.inf, "1"], ids=repr)
def test_delta_is_a_positive_number(delta: Any) -> None:
    with pytest.raises(ValueError, match="delta is a finite number above 0, got"):
        Huber(delta)


def test_what_a_loss_can_be_fused_with() -> None:
    assert [kind().output_activation for kind in CROSS] == ["sigmoid", "softmax", "softmax"]
    for kind in CROSS:
        loss = kind()
        assert (loss.from_logits, loss.on_logits().from_logits) == (False, True)
        assert type(loss.on_logits()) is kind
    for other in (MeanSquaredError(), MeanAbsoluteError(), Huber(), Hinge(), get(lambda y, p: p - y)):
        assert (other.from_logits, other.output_activation) == (None, None)
        with pytest.raises(ValueError, match="has no form for logits"):
            other.on_logits()


@pytest.mark.parametrize(("kind", "activation"), [*zip(CROSS, (ag.sigmoid, ag.softmax, ag.softmax), strict=True)])
def test_on_logits_is_the_loss_behind_its_activation(kind: Any, activation: Any) -> None:
    y, z = [1, 0] if kind is CROSS[2] else HOT, 4 * P - 1
    assert kind().on_logits()(y, z) == pytest.approx(kind()(y, activation(z)), rel=1e-12)


@pytest.mark.parametrize("loss", [*(kind() for _, kind, *_ in KNOWN), Huber(0.5), *(k(True) for k in CROSS)], ids=repr)
def test_a_file_can_hold_a_loss(loss: Any) -> None:
    made = from_config(json.loads(json.dumps(loss.config())))
    assert type(made) is type(loss)
    assert vars(made) == vars(loss) == vars(copy.deepcopy(loss))
    assert repr(made) == repr(loss)


@pytest.mark.parametrize(
    "config",
    [
        {},
        None,
        {"class": "Loss"},
        {"class": "FunctionLoss", "function": "f"},
        {"class": "Quantile"},
        {"class": "Huber", "gamma": 1},
        {"class": "Huber", "delta": "wide"},
        {"class": "BinaryCrossentropy", "from_logits": "no"},
    ],
    ids=repr,
)
def test_a_file_can_be_wrong(config: Any) -> None:
    with pytest.raises(ValueError, match=r"no loss is described by|delta is|from_logits is"):
        from_config(config)


class Quartic(Loss):
    def call(self, y_true: Any, y_pred: Any) -> Any:
        return (y_pred - y_true) ** 4


class Wider(Huber):
    pass


def quartic(y: Any, p: Any) -> Any:
    return (p - y) ** 4


OWN = [Quartic(), get(quartic), get(lambda y, p: ag.mean(quartic(y, p), axis=1))]


@pytest.mark.parametrize("loss", OWN, ids=["class", "function", "one for each example"])
def test_ones_own_loss_is_averaged_and_weighted(loss: Any) -> None:
    each = ((P - HOT) ** 4).mean(axis=1)
    assert loss(HOT, P) == pytest.approx(each.mean(), rel=1e-15)
    assert loss(HOT, P, [1, 3]) == pytest.approx((each @ [1, 3]) / 2, rel=1e-15)
    t = Tensor(P)
    ag.jit(loss)(HOT, t, sample_weight=np.array([1, 3])).backward()
    np.testing.assert_allclose(t.grad, 4 * (P - HOT) ** 3 * [[1], [3]] / 6, rtol=1e-12)


def test_ones_own_loss_may_give_one_number_or_take_values() -> None:
    total = get(lambda y, p: ag.sum(quartic(y, p)))
    assert total(HOT, P) == pytest.approx(((P - HOT) ** 4).sum(), rel=1e-15)
    assert type(total(HOT, P)) is float
    each = get(lambda y, p: [quartic(a, b) for a, b in zip(y, p, strict=True)])
    v = Value(0.5)
    each([0, 1], [v, 1.0], [3, 1]).backward()
    assert v.grad == pytest.approx(3 * 4 * 0.5**3 / 2)
    with pytest.raises(
        ValueError, match="returns one number, and sample_weight needs one loss for each example: return those"
    ):
        total(HOT, P, [1, 1])


def test_names_of_ones_own() -> None:
    assert [loss.name for loss in (Quartic(), get(quartic), Wider())] == ["quartic", "quartic", "wider"]
    assert get(quartic).check(np.array(["a"]), (1, 1)) is None  # what its labels are, only its author knows


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        (None, TypeError, "one_sided returns one number or one loss for each example, got None: return it"),
        ("far", TypeError, "got 'far'"),
        (np.ones(3), ValueError, "one_sided returns one loss for each example, got 3 for 2"),
    ],
)
def test_what_ones_own_loss_may_not_give(given: Any, error: Any, text: str) -> None:
    def one_sided(*_: Any) -> Any:
        return given

    with pytest.raises(error, match=text):
        get(one_sided)(HOT, P)


def test_a_subclass_has_to_say_what_its_loss_is() -> None:
    with pytest.raises(NotImplementedError, match=r"Empty has to say in call\(y_true, y_pred\) what the loss is"):
        type("Empty", (Loss,), {})()(HOT, P)
