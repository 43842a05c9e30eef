"""Losses over numbers and nodes, called as Keras calls them: (what is true, what was predicted).

Both are single numbers or sequences of one length; of a sequence the loss is the mean.

>>> float(mean_squared_error([1.0, 0.0], [0.5, 0.5]))
0.25
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from ..functions import FUNCTIONS, sum
from ..graph import describe
from ..value import Value, as_float


def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """The mean of (ŷ - y)².

    Raises
    ------
    ValueError : when the two differ in length, or are empty
    """
    return _mean(lambda y, p: (p - y) ** 2, y_true, y_pred)


def hinge(y_true: Any, y_pred: Any) -> Any:
    """The mean of max(0, 1 - y ŷ), for labels y of -1 and 1.

    Raises
    ------
    ValueError : when the two differ in length or are empty, or for other labels

    >>> hinge([1, -1], [0.25, -3.0])
    0.375
    """
    return _mean(lambda y, p: FUNCTIONS["relu"](1 - y * p), y_true, y_pred, check=_sign)


def binary_crossentropy(y_true: Any, y_pred: Any, from_logits: bool = False) -> Any:
    """The mean of -(y ln p + (1-y) ln(1-p)), for labels y from 0 to 1.

    Parameters
    ----------
    y_pred : the probabilities p, kept within [1e-7, 1 - 1e-7] as by Keras
    from_logits : whether ``y_pred`` is not p but z, where p = σ(z); then nothing is lost however large z is

    Raises
    ------
    ValueError : when the two differ in length or are empty, or for labels outside of [0, 1]

    >>> round(binary_crossentropy([1, 1, 0, 0, 1], [0.78, 0.89, 0.12, 0.08, 0.97]) * 5, 12)
    0.606669363488
    >>> binary_crossentropy(0, 1000.0, from_logits=True)
    1000.0
    """
    loss = FUNCTIONS["bce_with_logits" if from_logits else "bce"]
    return _mean(loss, y_true, y_pred, check=_probability)


def _mean(
    loss: Callable[[Any, Any], Any], y_true: Any, y_pred: Any, check: Callable[[float], None] | None = None
) -> Any:
    true, predicted = _sequence(y_true), _sequence(y_pred)
    if len(true) != len(predicted) or not true:
        raise ValueError(f"a loss needs as many labels as predictions, got {len(true)} and {len(predicted)}")
    for y in true if check else ():
        check(y.data if isinstance(y, Value) else y)  # type: ignore[misc]  # called only when there is one
    losses = [loss(y, p) for y, p in zip(true, predicted, strict=True)]
    return losses[0] if len(losses) == 1 else sum(losses) / len(losses)


def _sequence(values: Any) -> list[Any]:
    """One number or node, or an iterable of them, as a list of floats and nodes."""
    kept = []
    for value in values if isinstance(values, Iterable) else [values]:
        number = value if isinstance(value, Value) else as_float(value)
        if number is None:
            raise TypeError(f"a loss takes numbers and nodes, got {describe(value)}")
        kept.append(number)
    return kept


def _sign(y: float) -> None:
    if y not in (-1, 1):
        raise ValueError(f"the hinge loss is for labels -1 and 1, got {y:g}: for 0 and 1 use 2 * y - 1")


def _probability(y: float) -> None:
    if not 0 <= y <= 1 or math.isnan(y):
        raise ValueError(f"binary cross entropy is for labels from 0 to 1, got {y:g}")
