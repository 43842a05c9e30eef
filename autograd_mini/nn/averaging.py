"""The mean of a loss: of numbers and Values one by one, of arrays at once.

>>> mean_of(lambda y, p: (p - y) ** 2, [1.0, 0.0], [0.5, 0.5], sample_weight=[1, 3])
0.5
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from .. import functions
from ..custom import Custom
from ..graph import DATA, data_of, describe
from ..linear import ASTYPE
from ..modes import THREAD
from ..recording import array
from ..reductions import mean
from ..tensor import Tensor
from ..value import Value, as_float
from .labels import check_weights

ARRAYS = (Tensor, np.ndarray)


def mean_of(
    loss: Callable[[Any, Any], Any],
    y_true: Any,
    y_pred: Any,
    sample_weight: Any = None,
    check: Callable[[Any], None] | None = None,
    fused: Custom | None = None,
) -> Any:
    """The mean of an elementwise loss over all that is predicted, each example's times its weight.

    Parameters
    ----------
    loss
        Of a label and a prediction, or of arrays of them.
    y_true, y_pred
        Both single numbers or sequences of one length, or arrays of one shape.
    sample_weight
        A number for each example, (m,) where arrays are (m, …).
    check
        Of the labels as a plain array; raises an error for wrong ones.
    fused
        The mean of this loss, without weights, on Tensors.

    Raises
    ------
    ValueError
        When the two differ in length or shape, or are empty; for weights of another length, negative or nan.
    TypeError
        For what is no number, array or node.
    """
    if (isinstance(y_true, ARRAYS) or isinstance(y_pred, ARRAYS)) and not (_values(y_true) or _values(y_pred)):
        y_pred = y_pred if isinstance(y_pred, ARRAYS) else np.asarray(y_pred)
        y_true = in_dtype_of(y_pred, y_true)
        if y_true.shape != y_pred.shape or not y_true.size:
            hint = ": give the labels as one column, y.reshape(-1, 1)" if y_pred.shape == (*y_true.shape, 1) else ""
            raise ValueError(
                f"a loss needs labels and predictions of one shape, got {y_true.shape} and {y_pred.shape}{hint}"
            )
        if check and (THREAD.trace is None or not is_recorded(y_true)):  # in this order it is quicker
            check(y_true._data if type(y_true) is Tensor else y_true)
        if fused and sample_weight is None and (type(y_pred) is Tensor or type(y_true) is Tensor):
            return fused([y_true, y_pred])
        return mean_of_examples(loss(y_true, y_pred), sample_weight)
    true, predicted = _sequence(y_true), _sequence(y_pred)
    if len(true) != len(predicted) or not true:
        raise ValueError(f"a loss needs as many labels as predictions, got {len(true)} and {len(predicted)}")
    if check and not (THREAD.trace is not None and any(isinstance(y, Value | Tensor) for y in true)):
        check(np.array(_numbers(true)))
    losses = [loss(y, p) for y, p in zip(true, predicted, strict=True)]
    if sample_weight is not None:
        weights = _sequence(sample_weight)
        if not (THREAD.trace is not None and any(isinstance(w, Value | Tensor) for w in weights)):
            check_weights(np.array(_numbers(weights)), (len(losses),))
        losses = [w * each for w, each in zip(weights, losses, strict=True)]
    return losses[0] if len(losses) == 1 else functions.sum(losses) / len(losses)


def mean_of_examples(losses: Any, sample_weight: Any = None) -> Any:
    """The mean of an array or Tensor of losses, of which the first axis is that of the m examples.

    Parameters
    ----------
    sample_weight
        How often each counts, (m,).

    Raises
    ------
    ValueError
        When there are not as many weights as examples, or some are negative, infinite or nan.
    """
    if sample_weight is not None:
        losses = array(losses)
        weights = in_dtype_of(losses, sample_weight)
        check_weights(data_of(weights), losses.shape[:1], values=not is_recorded(weights))
        losses = weights.reshape((*losses.shape[:1], *[1] * (losses.ndim - 1))) * losses
    total = mean(losses)
    return float(total) if isinstance(total, np.generic) else total


def in_dtype_of(y_pred: Any, x: Any) -> Any:
    """Labels or weights as an array or Tensor of the predictions' dtype, unless they want a gradient."""
    if type(x) is not Tensor:
        return np.asarray(x, y_pred.dtype if y_pred.dtype.kind == "f" else None)
    if x.origin is DATA and x.dtype != y_pred.dtype and y_pred.dtype.kind == "f":
        return ASTYPE(x, y_pred.dtype)
    return x


def is_recorded(x: Any) -> bool:
    """Whether the numbers are seen only when a program runs."""
    return THREAD.trace is not None and type(x) is Tensor


def _values(x: Any) -> bool:
    return isinstance(x, list | tuple) and any(type(part) is Value for part in x)


def _numbers(nodes: list[Any]) -> list[float]:
    return [x.item() if isinstance(x, Value | Tensor) else x for x in nodes]


def _sequence(values: Any) -> list[Any]:
    """One number or node, or an iterable of them, as a list of floats and nodes."""
    kept = []
    for value in values if isinstance(values, Iterable) else [values]:
        number = value if type(value) is Value or (type(value) is Tensor and not value.ndim) else as_float(value)
        if number is None:
            raise TypeError(f"a loss takes numbers and nodes, got {describe(value)}")
        kept.append(number)
    return kept
