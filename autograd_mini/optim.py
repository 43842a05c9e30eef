"""Optimizers: from gradients to the next step."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from .graph import describe
from .tensor import Tensor
from .value import Value, as_float


class SGD:
    """Stochastic gradient descent: v := momentum v + grad; w := w - learning_rate v, as PyTorch has it.

    Parameters
    ----------
    parameters : the Values and Tensors to train; one that is given twice counts once
    learning_rate : the size α of a step, not negative
    momentum : how much of the last step's direction is kept, in [0, 1)

    Raises
    ------
    ValueError : for a learning rate or momentum out of its range, or without any parameter
    TypeError : when a parameter is no Value or Tensor

    >>> w = Value(1.0)
    >>> optimizer = SGD([w], learning_rate=0.25)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w.data
    0.5
    """

    def __init__(self, parameters: Iterable[Any], learning_rate: float = 0.01, momentum: float = 0.0) -> None:
        if not isinstance(parameters, Iterable):
            raise TypeError(
                f"an optimizer takes a list of Values and Tensors, such as model.parameters(), got {describe(parameters)}"
            )
        self.parameters = list({id(p): p for p in parameters}.values())
        if not self.parameters:
            raise ValueError("an optimizer needs at least one parameter, got none")
        for p in self.parameters:
            if type(p) not in (Value, Tensor):
                raise TypeError(f"an optimizer's parameters are Values and Tensors, got {describe(p)}")
        self.learning_rate = number_within(learning_rate, "learning_rate", "a finite number that is not negative")
        self.momentum = number_within(momentum, "momentum", "in [0, 1)", below=1.0)
        self._velocities: list[Any] = [0.0] * len(self.parameters)

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


def number_within(value: object, name: str, allowed: str, below: float = math.inf) -> float:
    """A setting as a float, if it is a number from 0 to below a limit; else a ValueError that names it."""
    number = None if isinstance(value, bool) else as_float(value)
    if number is None or not 0 <= number < below:
        raise ValueError(f"{name} is {allowed}, got {value!r}")
    return number
