"""Optimizers: from gradients to the next step."""

from __future__ import annotations

import math
from collections.abc import Iterable

from .value import Value, describe


class SGD:
    """Stochastic gradient descent: v := momentum v + grad; w := w - learning_rate v, as PyTorch has it.

    Parameters
    ----------
    parameters : the Values to train; one that is given twice counts once
    learning_rate : the size α of a step, not negative
    momentum : how much of the last step's direction is kept, in [0, 1)

    Raises
    ------
    ValueError : for a learning rate or momentum out of its range, or without any parameter
    TypeError : when a parameter is no Value

    >>> w = Value(1.0)
    >>> optimizer = SGD([w], learning_rate=0.25)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w.data
    0.5
    """

    def __init__(self, parameters: Iterable[Value], learning_rate: float = 0.01, momentum: float = 0.0) -> None:
        self.parameters = list({id(p): p for p in parameters}.values())
        if not self.parameters:
            raise ValueError("an optimizer needs at least one parameter, got none")
        for p in self.parameters:
            if type(p) is not Value:
                raise TypeError(f"an optimizer's parameters are Values, got {describe(p)}")
        if not _is_number(learning_rate) or not 0 <= learning_rate < math.inf:
            raise ValueError(f"learning_rate is a finite number that is not negative, got {learning_rate!r}")
        if not _is_number(momentum) or not 0 <= momentum < 1:
            raise ValueError(f"momentum is in [0, 1), got {momentum!r}")
        self.learning_rate = learning_rate
        self.momentum = momentum
        self._velocities = [0.0] * len(self.parameters)

    def zero_grad(self) -> None:
        """Set every parameter's gradient to None."""
        for p in self.parameters:
            p.grad = None

    def step(self) -> None:
        """Move every parameter that has a gradient; one whose ``grad`` is None stays."""
        for i, p in enumerate(self.parameters):
            step = p.grad
            if step is None:
                continue
            if self.momentum:
                self._velocities[i] = step = self.momentum * self._velocities[i] + step
            p.data -= self.learning_rate * step


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
