"""Metrics: what people judge a network by, called as Keras calls them, and as objects for ``compile``.

They take plain numbers and give one, the mean over the examples; ``sample_weight`` (m,) weighs them. Labels (m,)
beside predictions (m, 1) are one column.

>>> accuracy([1, 0, 1, 1], [[0.9], [0.2], [0.4], [0.5]])
0.75
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ..graph import data_of, describe
from ..tensor import Array
from . import labels
from .labels import Shape
from .loss import Loss
from .losses import BinaryCrossentropy, CategoricalCrossentropy, Hinge, SparseCategoricalCrossentropy
from .metric import Metric, mean, weights


def accuracy(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """The part of the predictions that name the right label; the shapes and labels tell how they are read.

    Predictions (m, K) are one for each class, labels (m,) numbers of classes or (m, K) one-hot. One column is of
    labels if it holds whole numbers as such, else of probabilities that the label is 1; where labels are -1 and 1, of
    scores that have the label's sign.

    Parameters
    ----------
    y_true
        Labels, (m,), (m, 1), or one-hot (m, K).
    y_pred
        Predictions, (m,), (m, 1) or (m, K).
    sample_weight
        How much each of m examples counts, (m,).

    Raises
    ------
    ValueError
        When the shapes don't fit, or y holds no labels.

    Examples
    --------
    >>> accuracy([2, 0], [[0.1, 0.2, 0.7], [0.3, 0.4, 0.3]]), accuracy([2, 0], [1, 0]), accuracy([-1, 1], [-0.3, 9.0])
    (0.5, 0.5, 1.0)
    """
    y, p = _arrays(y_true, y_pred)
    if p.ndim == 2 and p.shape[1] > 1:
        return (categorical_accuracy if y.shape == p.shape else sparse_categorical_accuracy)(y, p, sample_weight)
    y, p = _columns(y, p)
    if p.dtype.kind == "f" and (_holds(y, 0, 1) or _holds(y, -1, 1)):
        return binary_accuracy(y, p, 0.5 if _holds(y, 0, 1) else 0.0, sample_weight)
    _check_whole("accuracy", y)
    return mean(y == p, sample_weight)


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5, sample_weight: Any = None) -> float:
    """The part of the predictions that are on the label's side of a threshold; on it counts as above.

    Parameters
    ----------
    y_true
        Labels 0 and 1, or -1 and 1.
    y_pred
        Of their shape, probabilities; logits or scores with 0 as the threshold.
    threshold
        From which on a prediction says the greater label.
    sample_weight
        How much each of m examples counts, (m,).

    Raises
    ------
    ValueError
        When the shapes differ, or for other labels.

    Examples
    --------
    >>> binary_accuracy([1, 1, 0], [0.5, 0.4, 0.1]), binary_accuracy([1, 1, 0], [2.0, -0.1, -3.0], threshold=0)
    (0.6666666666666666, 0.6666666666666666)
    """
    y, p = _columns(y_true, y_pred)
    if not _holds(y, -1, 1):
        _check_two("binary_accuracy", y, 0, 1)
    return mean((p >= threshold) == (y > 0), sample_weight)


def categorical_accuracy(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """The part of the rows that are greatest in the same column.

    Parameters
    ----------
    y_true
        One-hot labels, (m, K).
    y_pred
        Probabilities or logits, (m, K).
    sample_weight
        How much each of m examples counts, (m,).

    Raises
    ------
    ValueError
        When the shapes differ.

    Examples
    --------
    >>> categorical_accuracy([[0, 1], [1, 0]], [[0.3, 0.7], [0.4, 0.6]])
    0.5
    """
    y, p = _arrays(y_true, y_pred)
    labels.rows(y, p.shape, values=False)
    return mean(y.argmax(axis=1) == p.argmax(axis=1), sample_weight)


def sparse_categorical_accuracy(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """The part of the rows that are greatest in the column that the label numbers.

    Parameters
    ----------
    y_true
        The numbers of classes, (m,) or (m, 1).
    y_pred
        Probabilities or logits, (m, K).
    sample_weight
        How much each of m examples counts, (m,).

    Raises
    ------
    ValueError
        When the shapes don't fit.

    Examples
    --------
    >>> sparse_categorical_accuracy([1, 0], [[0.3, 0.7], [0.4, 0.6]])
    0.5
    """
    y, p = _arrays(y_true, y_pred)
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    labels.classes(y, p.shape, values=False)
    return mean(y == p.argmax(axis=1), sample_weight)


def mean_absolute_error(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """The mean of ``|ŷ - y|``.

    Parameters
    ----------
    y_true, y_pred
        Of one shape, (m,) or (m, …); (m,) beside (m, 1) is one column.
    sample_weight
        How much each of m examples counts, (m,).

    Raises
    ------
    ValueError
        When the shapes differ.

    Examples
    --------
    >>> mean_absolute_error([1, 0], [[0.75], [0.5]])
    0.375
    """
    y, p = _columns(y_true, y_pred)
    return mean(abs(p - y), sample_weight)


def mean_squared_error(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """The mean of (ŷ - y)².

    Parameters
    ----------
    y_true, y_pred
        Of one shape, (m,) or (m, …); (m,) beside (m, 1) is one column.
    sample_weight
        How much each of m examples counts, (m,).

    Raises
    ------
    ValueError
        When the shapes differ.

    Examples
    --------
    >>> mean_squared_error([1, 0], [[0.5], [0.5]])
    0.25
    """
    y, p = _columns(y_true, y_pred)
    return mean((p - y) ** 2, sample_weight)


def r2_score(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """R² = 1 - Σ(ŷ - y)² / Σ(y - ȳ)²: the part of y's variance that is explained; of several columns the mean.

    1 is perfect, 0 as good as always predicting the mean ȳ. Of a y that is always the same, it is 1 for perfect
    predictions and 0 for others, as in scikit-learn.

    Parameters
    ----------
    y_true, y_pred
        Of one shape, (m,) or (m, …); (m,) beside (m, 1) is one column.
    sample_weight
        How much each of m examples counts, (m,).

    Raises
    ------
    ValueError
        When the shapes differ.

    Examples
    --------
    >>> r2_score([1, 2, 3], [[1], [2], [4]])
    0.5
    """
    y, p = _columns(y_true, y_pred)
    y, p = (x.reshape(len(x), -1).astype(np.float64) for x in (y, p))
    y, p = y - y[0], p - y[0]  # so that nothing is left of a y that is always the same
    w = weights(sample_weight, len(y))
    total = w.sum() or 1.0
    missed, variance = w @ (p - y) ** 2, w @ (y - w @ y / total) ** 2
    constant = variance == 0
    return float(np.where(constant, missed == 0, 1 - missed / np.where(constant, 1.0, variance)).mean())


def get(metric: Any, loss: Loss, outputs: int) -> Metric:
    """A metric by its name, such as ``"accuracy"`` or ``"r2"``, or of a function of (y_true, y_pred).

    A function gives one number, or one for each example.

    Parameters
    ----------
    loss, outputs
        What the network is trained by, and the width of what it gives: they tell what ``"accuracy"`` is.

    Raises
    ------
    ValueError
        For an unknown name.
    TypeError
        For what is neither a name nor a function.

    Examples
    --------
    >>> from autograd_mini.nn import Hinge
    >>> get("acc", Hinge(), 1)([1, -1], [[0.3], [-2.0]])
    1.0
    """
    if isinstance(metric, Metric):
        return metric
    if not isinstance(metric, str):
        if not callable(metric):
            raise TypeError(f"a metric is a name or a function of (y_true, y_pred), got {describe(metric)}")
        name = str(getattr(metric, "__name__", None) or getattr(metric, "name", type(metric).__name__))
        if globals().get(name) is not metric:
            return Metric.of(metric, name)
        metric = name
    if metric in OF_NUMBERS:
        return Metric(metric, OF_NUMBERS[metric], labels.fitting)
    if metric not in OF_LABELS:
        raise ValueError(
            f"unknown metric {metric!r}: use {', '.join(map(repr, [*OF_LABELS, *OF_NUMBERS]))}, or a function"
        )
    return (OF_LABELS[metric] or _accuracy(loss, outputs))(metric, loss)


def _accuracy(loss: Loss, outputs: int) -> Callable[[str, Loss], Metric]:
    if isinstance(loss, SparseCategoricalCrossentropy):
        return _by_class
    if isinstance(loss, CategoricalCrossentropy):
        return _by_row
    return _by_side if outputs == 1 or isinstance(loss, BinaryCrossentropy | Hinge) else _by_shape


def _by_side(name: str, loss: Loss) -> Metric:
    least = -1 if isinstance(loss, Hinge) else 0
    function = functools.partial(binary_accuracy, threshold=loss.threshold)
    return Metric(name, function, lambda y, shape: _check_two(name, labels.fitting(y, shape), least, 1))


def _by_row(name: str, loss: Loss) -> Metric:
    def check(y: Array, shape: Shape) -> None:
        if y.shape == shape and not isinstance(loss, CategoricalCrossentropy):  # which has looked itself
            _check_two(name, y, 0, 1)
        labels.rows(y, shape)

    return Metric(name, categorical_accuracy, check)


def _by_class(name: str, _: Loss) -> Metric:
    def check(y: Array, shape: Shape) -> None:
        _check_whole(name, y)
        labels.classes(y, shape)

    return Metric(name, sparse_categorical_accuracy, check)


def _by_shape(name: str, loss: Loss) -> Metric:
    one_hot, numbered = _by_row(name, loss), _by_class(name, loss)
    return Metric(name, accuracy, lambda y, shape: (one_hot if y.shape == shape else numbered).check(y, shape))


OF_LABELS: dict[str, Callable[[str, Loss], Metric] | None] = {
    "accuracy": None,  # which of them, the loss and the outputs tell
    "acc": None,
    "binary_accuracy": _by_side,
    "categorical_accuracy": _by_row,
    "sparse_categorical_accuracy": _by_class,
}
OF_NUMBERS: dict[str, Callable[..., float]] = {
    "mae": mean_absolute_error,
    "mean_absolute_error": mean_absolute_error,
    "mse": mean_squared_error,
    "mean_squared_error": mean_squared_error,
    "r2": r2_score,
    "r2_score": r2_score,
}


def _arrays(y_true: Any, y_pred: Any) -> tuple[Array, Array]:
    return labels.numbers(np.asarray(data_of(y_true))), np.asarray(data_of(y_pred))


def _columns(y_true: Any, y_pred: Any) -> tuple[Array, Array]:
    """Labels and predictions of one shape; (m,) beside (m, 1) is one column."""
    y, p = _arrays(y_true, y_pred)
    if {y.ndim, p.ndim} == {1, 2} and y.size == p.size == len(y) == len(p):
        y, p = y.reshape(-1), p.reshape(-1)
    if y.shape != p.shape or not y.ndim or not y.size:
        raise ValueError(f"a metric needs labels and predictions of one shape, got {y.shape} and {p.shape}")
    return y, p


def _holds(y: Array, one: float, other: float) -> bool:
    return bool(((y == one) | (y == other)).all())


def _check_two(name: str, y: Array, one: int, other: int) -> None:
    if not _holds(y, one, other):
        wrong = y[(y != one) & (y != other)][0]
        raise ValueError(
            f"{name} counts labels that are right, which are {one} and {other} here, and y holds {float(wrong):g}: "
            'for numbers use "mae" or "r2"'
        )


def _check_whole(name: str, y: Array) -> None:
    wrong = y[y != np.rint(y)]
    if wrong.size:
        raise ValueError(
            f"{name} counts labels that are right, which are whole numbers, and y holds {float(wrong[0]):g}: "
            'for numbers use "mae" or "r2"'
        )
