"""What a metric is, how a function becomes one, and the mean over examples.

>>> Metric.of(lambda y, p: abs(p - y) < 0.5, "near")(np.array([1.0, 2.0]), np.array([1.2, 5.0]), sample_weight=[3, 1])
0.75
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..graph import data_of, describe
from ..tensor import Array
from .labels import Shape, check_weights


class Metric:
    """A metric of ``compile``: ``metric(y_true, y_pred, sample_weight=None)`` gives a float.

    Parameters
    ----------
    name
        Its key in a History.
    function
        What it computes.
    check
        Of all labels and the predictions' shape, raises an error for labels that it isn't for.
    """

    def __init__(
        self,
        name: str,
        function: Callable[..., float],
        check: Callable[[Array, Shape], object] = lambda y, shape: None,  # noqa: ARG005  # called with both
    ) -> None:
        self.name = name
        self.function = function
        self._check = check

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
        return self.function(y_true, y_pred, sample_weight=sample_weight)

    def check(self, y: Array, shape: Shape) -> None:
        """Look through all labels before training.

        Parameters
        ----------
        y
            The labels as a plain array.
        shape
            That of the predictions for all of them.

        Raises
        ------
        ValueError
            For labels that this metric isn't for, or that don't fit the shape; it says what to do.
        """
        self._check(y, shape)

    def __repr__(self) -> str:
        return f"Metric({self.name!r})"

    @classmethod
    def of(cls, function: Callable[[Any, Any], Any], name: str) -> Metric:
        """A function that somebody wrote, which gives one number, or one for each example."""

        def weighted(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
            result = np.asarray(data_of(function(y_true, y_pred)))
            if result.dtype.kind not in "iubf":
                raise TypeError(f"the metric {name} gives one number, or one for each example, got {describe(result)}")
            if result.ndim:
                return mean(result, sample_weight)
            if sample_weight is not None:
                raise ValueError(
                    f"the metric {name} gives one number, and sample_weight needs one for each example: return those"
                )
            return float(result)

        return cls(name, weighted)


def mean(values: Array, sample_weight: Any) -> float:
    """The mean over examples, the first axis, by their weights; 0 where all weights are 0."""
    if sample_weight is None:
        return float(values.mean())
    w = weights(sample_weight, len(values))
    return float(w @ values.reshape(len(values), -1).mean(axis=1) / (w.sum() or 1.0))


def weights(sample_weight: Any, m: int) -> Array:
    """The weights of m examples, 1 unless given.

    Raises
    ------
    ValueError
        When there are not so many, or some are negative, infinite or nan.
    """
    if sample_weight is None:
        return np.ones(m)
    w = np.asarray(data_of(sample_weight), np.float64)
    check_weights(w, (m,))
    return w
