"""Metrics: what they count, how the loss and the shapes choose among them, and what they refuse."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import Tensor
from autograd_mini.nn import losses, metrics
from autograd_mini.nn.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Hinge,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)

MSE = MeanSquaredError()
P = np.array([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2], [0.2, 0.2, 0.6], [0.4, 0.5, 0.1]])
CLASSES = np.array([1, 0, 1, 1])
HOT = np.eye(3)[CLASSES]
ONE = np.array([0.9, 0.5, 0.49, -0.2])[:, None]  # one output

VALUES: list[tuple[Any, Any, Any, float]] = [
    (metrics.accuracy, CLASSES, P, 0.75),
    (metrics.accuracy, CLASSES[:, None], P, 0.75),
    (metrics.accuracy, HOT, P, 0.75),
    (metrics.accuracy, CLASSES, P.argmax(axis=1), 0.75),
    (metrics.accuracy, CLASSES[:, None], P.argmax(axis=1), 0.75),
    (metrics.accuracy, [2.0, 3.0], [2.0, 4.0], 0.5),
    (metrics.accuracy, [1, 1, 1, 0], ONE, 0.75),
    (metrics.accuracy, [[1], [1], [1], [0]], ONE, 0.75),
    (metrics.accuracy, [1, 1, 1, -1], ONE, 1),
    (metrics.accuracy, [True, True, True, False], ONE, 0.75),
    (metrics.binary_accuracy, [1, 1, 1, 0], ONE, 0.75),
    (metrics.binary_accuracy, [[0, 1], [1, 1]], [[0.2, 0.7], [0.4, 0.9]], 0.75),
    (metrics.categorical_accuracy, HOT, P, 0.75),
    (metrics.categorical_accuracy, 0.9 * HOT + 0.1 / 3, np.log(P), 0.75),
    (metrics.sparse_categorical_accuracy, CLASSES.astype(float), P, 0.75),
    (metrics.mean_absolute_error, [1, 1, 0, 0], ONE, (0.1 + 0.5 + 0.49 + 0.2) / 4),
    (metrics.mean_squared_error, [1, 1, 0, 0], ONE, (0.01 + 0.25 + 0.2401 + 0.04) / 4),
    (metrics.mean_squared_error, np.zeros((2, 2)), np.full((2, 2), 3), 9),
    (metrics.r2_score, [1, 2, 3], [1, 2, 3], 1),
    (metrics.r2_score, [1, 2, 3], [2, 2, 2], 0),
    (metrics.r2_score, [1, 2, 3], [[3], [2], [1]], -3),
    (metrics.r2_score, [[1, 0], [2, 10], [3, 20]], [[1, 10], [2, 10], [3, 10]], 0.5),
    (metrics.r2_score, [5, 5], [5, 5], 1),
    (metrics.r2_score, [0.1] * 3, [0.1] * 3, 1),
    (metrics.r2_score, [0.1] * 3, [0.1, 0.2, 0.1], 0),
    (metrics.r2_score, [1e9, 1e9 + 1], [1e9, 1e9], -1),
]
FUNCTIONS = list({function.__name__: function for function, *_ in VALUES}.values())


@pytest.mark.parametrize(("metric", "y", "p", "value"), VALUES)
def test_values(metric: Any, y: Any, p: Any, value: float) -> None:
    result = metric(y, p)
    assert type(result) is float
    assert result == pytest.approx(value, rel=1e-14, abs=1e-15)
    if np.asarray(p).dtype.kind == "f":
        assert metric(y, Tensor(p)) == result


@pytest.mark.parametrize(("metric", "y", "p"), [case[:3] for case in VALUES])
def test_a_weight_of_2_is_an_example_given_twice(metric: Any, y: Any, p: Any) -> None:
    y, p = np.array(y), np.array(p)
    w = np.arange(1, len(y) + 1) % 3
    twice = np.repeat(np.arange(len(y)), w)
    assert metric(y, p, sample_weight=w) == pytest.approx(metric(y[twice], p[twice]), rel=1e-14, abs=1e-14)
    assert metric(y, p, sample_weight=[0.5] * len(y)) == pytest.approx(metric(y, p), rel=1e-14, abs=1e-14)


@pytest.mark.parametrize("metric", FUNCTIONS)
@pytest.mark.parametrize(
    ("weights", "text"),
    [
        ([1], "sample_weight has one number for each example, of shape (2,), got (1,)"),
        ([1, -1], "sample_weight is finite and not negative, got -1"),
        ([1, np.nan], "sample_weight is finite and not negative, got nan"),
    ],
)
def test_weights_are_as_many_as_examples_and_not_negative(metric: Any, weights: Any, text: str) -> None:
    y = [0, 1] if metric is metrics.sparse_categorical_accuracy else np.eye(2)
    with pytest.raises(ValueError, match=re.escape(text)):
        metric(y, np.eye(2), sample_weight=weights)


def test_nothing_counted_is_0() -> None:
    assert metrics.accuracy([1, 0], [1, 0], sample_weight=[0, 0]) == 0


@pytest.mark.parametrize("metric", FUNCTIONS)
@pytest.mark.parametrize("shapes", [((2,), (3,)), ((2,), (2, 2, 1)), ((1, 2), (2, 1)), ((0,), (0,)), ((), ())], ids=str)
def test_shapes_that_do_not_fit(metric: Any, shapes: Any) -> None:
    """(m,) against (m, 1) would compare all with all, silently: it is one column."""
    with pytest.raises(ValueError, match=r"wanted|needs") as error:
        metric(np.zeros(shapes[0]), np.zeros(shapes[1]))
    assert all(str(shape) in str(error.value) for shape in shapes)


@pytest.mark.parametrize("y", [[0.3, 1.0], [0.0, -1.7], [1.0, np.nan]], ids=str)
@pytest.mark.parametrize("p", [[1.0, 0.0], [[0.1], [0.2]]], ids=["numbers", "column"])
def test_what_is_no_label_is_neither_right_nor_wrong(y: Any, p: Any) -> None:
    with pytest.raises(ValueError, match=r'counts labels that are right, .* for numbers use "mae" or "r2"'):
        metrics.accuracy(y, p)


def test_labels_are_numbers() -> None:
    with pytest.raises(TypeError, match=r"labels are numbers, got 'cat'"):
        metrics.accuracy(["cat", "dog"], ["cat", "cat"])


# By name.

LOGITS = np.array([[2.0], [0.1], [0.0], [-0.2]])
CHOSEN: list[tuple[Any, Any, Any, float]] = [
    (BinaryCrossentropy(), [1, 1, 1, 0], ONE, 0.75),
    (BinaryCrossentropy(from_logits=True), [1, 1, 1, 0], LOGITS, 1),
    (BinaryCrossentropy(), [[0, 1], [1, 1]], np.array([[0.2, 0.7], [0.4, 0.9]]), 0.75),
    (Hinge(), [1, 1, 1, -1], LOGITS, 1),
    (Hinge(), [1, 1, 1, 1], LOGITS, 0.75),
    (MSE, [1, 1, 1, 0], ONE, 0.75),
    (MSE, CLASSES, P, 0.75),
    (MSE, HOT, P, 0.75),
    (CategoricalCrossentropy(), HOT, P, 0.75),
    (CategoricalCrossentropy(), 0.9 * HOT + 0.1 / 3, P, 0.75),
    (CategoricalCrossentropy(from_logits=True), HOT, np.log(P), 0.75),
    (SparseCategoricalCrossentropy(), CLASSES, P, 0.75),
    (SparseCategoricalCrossentropy(from_logits=True), CLASSES, np.log(P), 0.75),
    (losses.get(lambda y, p: p - y), [1, 1, 1, 0], ONE, 0.75),
]


@pytest.mark.parametrize("name", ["accuracy", "acc"])
@pytest.mark.parametrize(("loss", "y", "p", "value"), CHOSEN)
def test_the_loss_and_the_outputs_choose_the_accuracy(name: str, loss: Any, y: Any, p: Any, value: float) -> None:
    metric = metrics.get(name, loss, p.shape[1])
    metric.check(np.array(y), p.shape)
    assert metric.name == name
    assert metric(np.array(y), p) == value
    assert metric(np.array(y, float), p.astype(np.float32), sample_weight=np.ones(len(p))) == value


@pytest.mark.parametrize(
    ("name", "loss", "y", "p"),
    [
        ("binary_accuracy", BinaryCrossentropy(from_logits=True), [1, 1, 0, 0], LOGITS),
        ("categorical_accuracy", MSE, HOT, P),
        ("sparse_categorical_accuracy", MSE, CLASSES, P),
    ],
)
def test_an_accuracy_may_be_named(name: str, loss: Any, y: Any, p: Any) -> None:
    metric = metrics.get(name, loss, p.shape[1])
    metric.check(np.array(y), p.shape)
    assert (metric.name, metric(y, p)) == (name, 0.75)


@pytest.mark.parametrize(
    ("names", "function"),
    [
        (("mae", "mean_absolute_error"), metrics.mean_absolute_error),
        (("mse", "mean_squared_error"), metrics.mean_squared_error),
        (("r2", "r2_score"), metrics.r2_score),
    ],
)
def test_metrics_of_numbers(names: Any, function: Any) -> None:
    y = np.array([1.5, 1.0, 0.0, -3.0])
    for given in (*names, function):
        metric = metrics.get(given, MSE, 1)
        metric.check(y, (4, 1))
        assert metric.name == (given if isinstance(given, str) else function.__name__)
        assert metric(y, ONE, [1, 2, 3, 0]) == function(y, ONE, [1, 2, 3, 0])
        with pytest.raises(ValueError, match=r"got \(4,\) and \(4, 2\)"):
            metric.check(y, (4, 2))


ALL_NAMES = "accuracy acc binary_accuracy categorical_accuracy sparse_categorical_accuracy mae mse r2".split()


@pytest.mark.parametrize("name", ["acuracy", "", "Accuracy", "f1"])
def test_an_unknown_metric_is_answered_with_the_known_ones(name: str) -> None:
    with pytest.raises(ValueError, match=f"unknown metric '{name}': use ") as error:
        metrics.get(name, MSE, 1)
    assert all(f"'{known}'" in str(error.value) for known in ALL_NAMES)


@pytest.mark.parametrize("wrong", [None, 3, ["accuracy"]], ids=repr)
def test_a_metric_is_a_name_or_a_function(wrong: Any) -> None:
    with pytest.raises(TypeError, match="a metric is a name or a function of"):
        metrics.get(wrong, MSE, 1)


RIGHT = "counts labels that are right, which are"
USE = 'for numbers use "mae" or "r2"'
NO_LABELS: list[tuple[Any, Any, tuple[int, ...], str]] = [
    (MSE, [0.3, 1.0], (2, 1), f"{RIGHT} 0 and 1 here, and y holds 0.3: {USE}"),
    (MSE, [0.0, -1.7], (2, 1), f"{RIGHT} 0 and 1 here, and y holds -1.7: {USE}"),
    (MSE, [[2.5], [1.0]], (2, 1), f"{RIGHT} 0 and 1 here, and y holds 2.5: {USE}"),
    (MSE, [1, -1], (2, 1), f"{RIGHT} 0 and 1 here, and y holds -1: {USE}"),
    (MSE, [[0.5, 0.5]], (1, 2), f"{RIGHT} 0 and 1 here, and y holds 0.5: {USE}"),
    (MSE, [0.5, 1], (2, 3), f"{RIGHT} whole numbers, and y holds 0.5: {USE}"),
    (BinaryCrossentropy(), [0.9, 0.0], (2, 1), f"{RIGHT} 0 and 1 here, and y holds 0.9: {USE}"),
    (Hinge(), [0, 1], (2, 1), f"{RIGHT} -1 and 1 here, and y holds 0: {USE}"),
    (SparseCategoricalCrossentropy(), [0, 0.5], (2, 3), f"{RIGHT} whole numbers, and y holds 0.5: {USE}"),
]


@pytest.mark.parametrize("name", ["accuracy", "acc"])
@pytest.mark.parametrize(("loss", "y", "shape", "text"), NO_LABELS)
def test_accuracy_where_y_is_no_label(name: str, loss: Any, y: Any, shape: Any, text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(f'{name} {text}')}$"):
        metrics.get(name, loss, shape[-1]).check(np.array(y), shape)


@pytest.mark.parametrize(
    ("name", "y", "shape", "text"),
    [
        ("categorical_accuracy", CLASSES, (4, 3), "got (4,) and (4, 3): for the numbers of classes use Sparse"),
        ("sparse_categorical_accuracy", HOT, (4, 3), "got (4, 3) and (4, 3): for one-hot labels use Categorical"),
        ("binary_accuracy", CLASSES, (4, 3), "got (4,) and (4, 3)"),
        ("accuracy", [0, 3], (2, 3), "labels are whole numbers from 0 to 2, got 3"),
        ("accuracy", [[1, 1, 0]], (1, 3), "row 0 sums to 2"),
    ],
)
def test_labels_that_do_not_fit(name: str, y: Any, shape: Any, text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        metrics.get(name, MSE, shape[1]).check(np.array(y), shape)


# Of one's own.


def near(y: Any, p: Any) -> Any:
    return np.abs(p - y) < 0.5


@pytest.mark.parametrize(
    "each", [near, lambda y, p: near(y, p).all(axis=1), lambda y, p: ag.stack(list(near(y, p)[:, 0]))]
)
def test_a_function_of_each_example(each: Any) -> None:
    metric = metrics.get(each, MSE, 1)
    y = np.ones((4, 1))
    assert metric(y, ONE) == 0.25
    assert metric(y, ONE, [3, 1, 1, 1]) == 0.5
    assert metrics.get(metric, MSE, 1) is metric
    metric.check(np.array(["anything"]), (1, 1))


def test_a_function_that_gives_one_number() -> None:
    metric = metrics.get(losses.mean_absolute_error, MSE, 1)
    assert (metric.name, metric([1, 0], [0.75, 0.5])) == ("mean_absolute_error", 0.375)
    with pytest.raises(
        ValueError, match="the metric mean_absolute_error gives one number, and sample_weight needs one"
    ):
        metric([1, 0], [0.75, 0.5], [1, 2])


@pytest.mark.parametrize(
    ("function", "name"),
    [(near, "near"), (lambda *_: 0.0, "<lambda>"), (MSE, "mean_squared_error"), (metrics.accuracy, "accuracy")],
)
def test_the_name_is_the_functions(function: Any, name: str) -> None:
    assert metrics.get(function, MSE, 1).name == name


@pytest.mark.parametrize("given", [None, "high", {}], ids=repr)
def test_what_a_function_may_not_give(given: Any) -> None:
    with pytest.raises(TypeError, match="the metric odd gives one number, or one for each example, got"):
        metrics.Metric.of(lambda *_: given, "odd")([1.0], [1.0])
