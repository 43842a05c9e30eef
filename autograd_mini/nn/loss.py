"""What a loss is, and how a function becomes one.

>>> FunctionLoss(lambda y, p: abs(p - y))(np.array([1.0, 0.0]), np.array([0.0, 2.0]), sample_weight=[1, 0])
0.5
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..configured import Configured, snake_case
from ..graph import data_of
from ..recording import array, is_scalar
from ..tensor import Array
from .averaging import mean_of_examples
from .labels import Shape


class Loss(Configured):
    """What training makes small: ``loss(y_true, y_pred, sample_weight=None)``.

    One's own is a function, or a subclass that says in ``call(y_true, y_pred)``, in words that nodes understand, what
    a loss is: one number, or one for each example.

    Attributes
    ----------
    from_logits
        Whether predictions are logits; None where that has no meaning.
    output_activation
        The activation whose logits it can take instead, ``"sigmoid"`` or ``"softmax"``, or None.

    Examples
    --------
    >>> class Quartic(Loss):
    ...     def call(self, y_true, y_pred):
    ...         return (y_pred - y_true) ** 4
    >>> Quartic().name, float(Quartic()(np.array([1.0, 0.0]), np.array([0.0, 2.0])))
    ('quartic', 8.5)
    """

    from_logits: bool | None = None
    output_activation: str | None = None

    @property
    def name(self) -> str:
        """The class's name in snake case."""
        return snake_case(type(self))

    @property
    def threshold(self) -> float:
        """From which on a single output says class 1, 0.5 of a probability, 0 of a logit."""
        return 0.0 if self.from_logits else 0.5

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Of ``y_true`` and ``y_pred`` one number, or an array whose first axis is that of the examples."""
        raise NotImplementedError(f"{type(self).__name__} has to say in call(y_true, y_pred) what the loss is")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The mean over the examples, each one's loss times its weight: a node, for plain predictions a number.

        Raises
        ------
        ValueError
            For labels or weights that don't fit; for weights when ``call`` gives one number.
        TypeError
            When ``call`` gives no numbers.
        """
        losses = self.call(y_true, y_pred)
        if losses is None:
            raise TypeError(f"{self.name} returns one number or one loss for each example, got None: return it")
        losses = losses if is_scalar(losses) else array(losses)
        if not np.ndim(data_of(losses)):
            if sample_weight is not None:
                raise ValueError(
                    f"{self.name} returns one number, and sample_weight needs one loss for each example: return those"
                )
            return losses
        shapes = [x.shape for x in (y_true, y_pred) if hasattr(x, "shape")]
        if len(shapes) == 2 and losses.size > max(map(math.prod, shapes)):
            raise ValueError(
                f"{self.name} returns an array {losses.shape} for labels {shapes[0]} and predictions {shapes[1]}: a "
                "row beside a column is each beside each, use y.reshape(-1, 1)"
            )
        if len(losses) != len(y_pred):
            raise ValueError(f"{self.name} returns one loss for each example, got {len(losses)} for {len(y_pred)}")
        return mean_of_examples(losses, sample_weight)

    def check(self, y: Array, shape: Shape) -> None:
        """Look through all labels before training.

        Parameters
        ----------
        y
            The labels as a plain array; (m,) may be the one column of predictions (m, 1).
        shape
            That of the predictions for all of them, such as (m, K).

        Raises
        ------
        ValueError
            For labels that this loss isn't for, or that don't fit the shape; it says what to do.
        TypeError
            For labels that are no numbers.
        """

    def on_logits(self) -> Loss:
        """The same loss of logits.

        Raises
        ------
        ValueError
            When it has none.
        """
        raise ValueError(f"{self.name} has no form for logits")


class FunctionLoss(Loss):
    """A function of (y_true, y_pred) as a loss."""

    def __init__(self, function: Callable[[Any, Any], Any]) -> None:
        self.function = function

    @property
    def name(self) -> str:
        return str(getattr(self.function, "__name__", type(self.function).__name__))

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self.function(y_true, y_pred)
