"""Losses, called as Keras calls them: (what is true, what was predicted).

Both are single numbers or sequences of one length, of numbers and Values, or arrays and Tensors of one shape; the
loss is the mean over all of them.

>>> float(mean_squared_error([1.0, 0.0], [0.5, 0.5]))
0.25
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..custom import Custom
from ..functions import FUNCTIONS, sum
from ..graph import data_of, describe
from ..modes import THREAD
from ..recording import array
from ..reductions import mean
from ..tensor import Tensor
from ..value import Value, as_float


def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """The mean of (ŷ - y)².

    Raises
    ------
    ValueError : when the two differ in length or shape, or are empty
    """
    return _mean(lambda y, p: (p - y) ** 2, y_true, y_pred)


def hinge(y_true: Any, y_pred: Any) -> Any:
    """The mean of max(0, 1 - y ŷ), for labels y of -1 and 1.

    Raises
    ------
    ValueError : when the two differ in length or shape or are empty, or for other labels

    >>> hinge([1, -1], [0.25, -3.0])
    0.375
    """
    return _mean(lambda y, p: FUNCTIONS["relu"](1 - y * p), y_true, y_pred, check=_signs)


def binary_crossentropy(y_true: Any, y_pred: Any, from_logits: bool = False) -> Any:
    """The mean of -(y ln p + (1-y) ln(1-p)), for labels y from 0 to 1.

    Parameters
    ----------
    y_pred : the probabilities p, kept within [1e-7, 1 - 1e-7] as by Keras
    from_logits : whether ``y_pred`` is not p but z, where p = σ(z); then nothing is lost however large z is

    Raises
    ------
    ValueError : when the two differ in length or shape or are empty, or for labels outside of [0, 1]

    >>> round(binary_crossentropy([1, 1, 0, 0, 1], [0.78, 0.89, 0.12, 0.08, 0.97]) * 5, 12)
    0.606669363488
    >>> binary_crossentropy(0, 1000.0, from_logits=True)
    1000.0
    """
    loss = FUNCTIONS["bce_with_logits" if from_logits else "bce"]
    return _mean(loss, y_true, y_pred, check=_probabilities, fused=_LOGISTIC if from_logits else None)


def sparse_categorical_crossentropy(y_true: Any, y_pred: Any, from_logits: bool = False) -> Any:
    """The mean of -ln p[y], for labels y that are the numbers of classes, 0 to K - 1.

    Parameters
    ----------
    y_true : m whole numbers
    y_pred : the probabilities p, (m, K), kept within [1e-7, 1 - 1e-7] as by Keras
    from_logits : whether ``y_pred`` is not p but z, where p = softmax(z)

    Raises
    ------
    ValueError : when the shapes don't fit, or for labels that are no whole numbers from 0 to K - 1

    >>> z = Tensor([[0.0, 0.0], [0.0, 0.0]])
    >>> loss = sparse_categorical_crossentropy([0, 1], z, from_logits=True)
    >>> loss.backward()
    >>> loss, z.grad
    (Tensor(0.693147), array([[-0.25,  0.25],
           [ 0.25, -0.25]]))
    """
    predicted = array(y_pred)
    if type(predicted) is not Tensor:
        return sparse_categorical_crossentropy(y_true, Tensor(predicted, requires_grad=False), from_logits).item()
    labels = y_true if type(y_true) is Tensor else np.asarray(y_true)
    if predicted.ndim != 2 or labels.shape != predicted.shape[:1] or not labels.size:
        raise ValueError(
            f"labels of shape (m,) and predictions (m, K) are wanted, got {labels.shape} and {predicted.shape}"
        )
    classes = predicted.shape[1]
    if THREAD.trace is not None and type(labels) is Tensor:  # whose numbers are seen when the program runs
        return _from_labels(labels, predicted, from_logits)
    labels = data_of(labels)
    whole = labels if labels.dtype.kind in "iu" else labels.astype(np.intp)
    least, most = whole.item(whole.argmin()), whole.item(whole.argmax())  # quicker than min and max
    if not 0 <= least <= most < classes or (whole is not labels and (whole != labels).any()):
        wrong = labels[(whole != labels) | (whole < 0) | (whole >= classes)][0]
        raise ValueError(f"labels are whole numbers from 0 to {classes - 1}, got {wrong}")
    return _from_labels(whole, predicted, from_logits)


def _from_labels(labels: Any, predicted: Tensor, from_logits: bool) -> Any:
    if from_logits:
        return _SOFTMAX([labels, predicted])
    return -mean(FUNCTIONS["log"](predicted[np.arange(len(labels)), labels].clip(1e-7, 1 - 1e-7)))


# The two that networks train on carry a faster derivative; a test holds them equal to their compositions.


def _logistic(y: Any, z: Any) -> tuple[Any, Any]:
    e = np.exp(-np.abs(z))
    total = np.add.reduce(np.log1p(e) + np.maximum(z, 0.0) - y * z, axis=None)
    return total / z.size, (y, z)


def _logistic_gradients(needs: Any, g: Any) -> tuple[Any, Any]:
    y, z = needs
    scale = g / z.size
    return lambda: -z * scale, lambda: (1.0 / (1.0 + np.exp(-z)) - y) * scale  # what overflows is 0 then, as it should


def _softmax(y: Any, z: Any) -> tuple[Any, Any]:
    m, classes = z.shape
    shifted = z - np.maximum.reduce(z, axis=1, keepdims=True)
    e = np.exp(shifted)
    total = e.dot(np.ones(classes, z.dtype))  # a sum along the rows, three times as quick
    losses = np.log(total) - shifted[np.arange(m), y]
    return np.add.reduce(losses, axis=None) / m, (y, e, total)


def _softmax_gradients(needs: Any, g: Any) -> tuple[Any, Any]:
    y, e, total = needs
    m = len(y)
    one_hot = y[:, None] == np.arange(e.shape[1])
    return None, (e / total[:, None] - one_hot) * (g / m)


_LOGISTIC = Custom("binary_crossentropy", _logistic, _logistic_gradients, copies=False)
_SOFTMAX = Custom("sparse_categorical_crossentropy", _softmax, _softmax_gradients, copies=False)


ARRAYS = (Tensor, np.ndarray)


def _mean(
    loss: Callable[[Any, Any], Any],
    y_true: Any,
    y_pred: Any,
    check: Callable[[Any], None] | None = None,
    fused: Custom | None = None,
) -> Any:
    if (isinstance(y_true, ARRAYS) or isinstance(y_pred, ARRAYS)) and not (_values(y_true) or _values(y_pred)):
        y_pred = y_pred if isinstance(y_pred, ARRAYS) else np.asarray(y_pred)
        y_true = (
            y_true if type(y_true) is Tensor else np.asarray(y_true, y_pred.dtype if y_pred.dtype.kind == "f" else None)
        )
        if y_true.shape != y_pred.shape or not y_true.size:
            raise ValueError(f"a loss needs labels and predictions of one shape, got {y_true.shape} and {y_pred.shape}")
        if check and (THREAD.trace is None or type(y_true) is not Tensor):
            check(y_true._data if type(y_true) is Tensor else y_true)
        if fused and (type(y_pred) is Tensor or type(y_true) is Tensor):
            return fused([y_true, y_pred])
        return mean(loss(y_true, y_pred))
    true, predicted = _sequence(y_true), _sequence(y_pred)
    if len(true) != len(predicted) or not true:
        raise ValueError(f"a loss needs as many labels as predictions, got {len(true)} and {len(predicted)}")
    if check and not (THREAD.trace is not None and any(isinstance(y, Value | Tensor) for y in true)):
        check(np.array([y.item() if isinstance(y, Value | Tensor) else y for y in true]))
    losses = [loss(y, p) for y, p in zip(true, predicted, strict=True)]
    return losses[0] if len(losses) == 1 else sum(losses) / len(losses)


def _values(x: Any) -> bool:
    return isinstance(x, list | tuple) and any(type(part) is Value for part in x)


def _sequence(values: Any) -> list[Any]:
    """One number or node, or an iterable of them, as a list of floats and nodes."""
    kept = []
    for value in values if isinstance(values, Iterable) else [values]:
        number = value if type(value) is Value or (type(value) is Tensor and not value.ndim) else as_float(value)
        if number is None:
            raise TypeError(f"a loss takes numbers and nodes, got {describe(value)}")
        kept.append(number)
    return kept


def _signs(y: Any) -> None:
    wrong = y[(y != 1) & (y != -1)]
    if wrong.size:
        raise ValueError(f"the hinge loss is for labels -1 and 1, got {wrong[0]:g}: for 0 and 1 use 2 * y - 1")


def _probabilities(y: Any) -> None:
    if not (y.item(y.argmin()) >= 0 and y.item(y.argmax()) <= 1):  # quicker than min and max
        wrong = y[~((y >= 0) & (y <= 1))]
        raise ValueError(f"binary cross entropy is for labels from 0 to 1, got {wrong[0]:g}")
