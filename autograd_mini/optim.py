"""Optimizers: from gradients to the next step.

The parameters of one kind are one flat vector, so that a step is a few operations however many parameters there
are: Tensors become views of it, Values are read and written each time. A large Tensor is a vector of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .graph import CLOCK, describe
from .tensor import Array, Tensor
from .value import Value, as_float

State = tuple[Array, ...]


class Optimizer:
    """What all have in common; one of them says in :meth:`update` how a gradient becomes a step.

    Raises
    ------
    ValueError : for a learning rate out of its range, or without any parameter
    TypeError : when a parameter is no Value or Tensor
    """

    def __init__(self, parameters: Iterable[Any], learning_rate: float) -> None:
        if not isinstance(parameters, Iterable):
            raise TypeError(
                "an optimizer takes a list of Values and Tensors, such as model.parameters(), "
                f"got {describe(parameters)}"
            )
        self.parameters = list({id(p): p for p in parameters}.values())
        if not self.parameters:
            raise ValueError("an optimizer needs at least one parameter, got none")
        kinds: dict[Any, list[Any]] = {}
        for p in self.parameters:
            if type(p) not in (Value, Tensor):
                raise TypeError(f"an optimizer's parameters are Values and Tensors, got {describe(p)}")
            kinds.setdefault(_kind(p), []).append(p)
        self.learning_rate = number_within(learning_rate, "learning_rate", "a finite number that is not negative")
        self.steps = 0
        self._vectors = [_Numbers(ps) if kind is Value else _Arrays(ps) for kind, ps in kinds.items()]

    def update(self, gradient: Array, state: State) -> tuple[Array, State]:
        """What is to be subtracted from the parameters, and the state that the next step starts from.

        ``state`` is empty at the first step.
        """
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Set every parameter's gradient to None."""
        for p in self.parameters:
            p.grad = None

    def step(self) -> None:
        """Move every parameter that has a gradient; one whose ``grad`` is None stays."""
        self.steps += 1
        for vector in self._vectors:
            vector.step(self)


LARGE = 8192  # elements; to put more of them beside others would take longer than a step of their own


def _kind(parameter: Any) -> Any:
    """What a parameter shares its vector with."""
    if type(parameter) is Value:
        return Value
    return parameter.dtype if parameter.size <= LARGE else id(parameter)


class _Vector:
    """Parameters of one kind as one vector."""

    def __init__(self, parameters: Sequence[Any]) -> None:
        self.parameters = parameters
        self.state: State = ()

    def moved(self, numbers: Array, gradients: list[Any], optimizer: Optimizer) -> None:
        """Move the numbers by one step, but those of parameters that have no gradient."""
        absent = [g is None for g in gradients]
        if all(absent):
            return
        pairs = list(zip(self.parameters, gradients, strict=True))
        flat = [np.zeros(np.size(p._data)) if g is None else np.reshape(g, -1) for p, g in pairs]
        gradient = flat[0] if len(flat) == 1 else np.concatenate(flat, dtype=numbers.dtype)
        step, state = optimizer.update(gradient, self.state)
        if any(absent):
            stays = np.repeat(absent, [np.size(p._data) for p in self.parameters])
            step = np.where(stays, 0.0, step)
            before: Sequence[Any] = self.state or [0.0] * len(state)
            state = tuple(np.where(stays, old, new) for old, new in zip(before, state, strict=True))
        numbers -= step
        self.state = state

    def step(self, optimizer: Optimizer) -> None:
        raise NotImplementedError


class _Numbers(_Vector):
    """Values: their numbers are read, and written back."""

    def step(self, optimizer: Optimizer) -> None:
        numbers = np.array([p._data for p in self.parameters])
        self.moved(numbers, [p.grad for p in self.parameters], optimizer)
        for p, number in zip(self.parameters, numbers.tolist(), strict=True):
            p._data = number


class _Arrays(_Vector):
    """Tensors of one dtype: their arrays are views of the vector."""

    numbers: Array | None = None

    def step(self, optimizer: Optimizer) -> None:
        numbers = self.numbers
        if numbers is None or any(p._data.base is not numbers for p in self.parameters):  # or another has moved them
            self.numbers = numbers = np.concatenate([p._data.reshape(-1) for p in self.parameters])
            start = 0
            for p in self.parameters:
                end = start + p._data.size
                p._data = numbers[start:end].reshape(p._data.shape)
                start = end
        self.moved(numbers, [p.grad for p in self.parameters], optimizer)
        CLOCK.now += 1
        for p in self.parameters:
            p.time = CLOCK.now


class SGD(Optimizer):
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
        super().__init__(parameters, learning_rate)
        self.momentum = number_within(momentum, "momentum", "in [0, 1)", below=1.0)

    def update(self, gradient: Array, state: State) -> tuple[Array, State]:
        if self.momentum and state:
            gradient = self.momentum * state[0] + gradient
        return self.learning_rate * gradient, (gradient,) if self.momentum else ()


class Adam(Optimizer):
    """Adam (Kingma & Ba, 2015): steps by the mean of the gradients over the root of the mean of their squares.

    Parameters
    ----------
    parameters : the Values and Tensors to train; one that is given twice counts once
    learning_rate : the size α of a step, not negative
    betas : how much of both means is kept at each step, in [0, 1)
    epsilon : what is added to the root

    Raises
    ------
    ValueError : for a setting out of its range, or without any parameter
    TypeError : when a parameter is no Value or Tensor

    >>> w = Value(1.0)
    >>> optimizer = Adam([w], learning_rate=0.25)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.75
    """

    def __init__(
        self,
        parameters: Iterable[Any],
        learning_rate: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(parameters, learning_rate)
        self.betas = tuple(number_within(beta, "a beta", "in [0, 1)", below=1.0) for beta in betas)
        self.epsilon = number_within(epsilon, "epsilon", "a finite number that is not negative")

    def update(self, gradient: Array, state: State) -> tuple[Array, State]:
        (beta1, beta2), t = self.betas, self.steps
        mean, square = state or (np.zeros_like(gradient), np.zeros_like(gradient))
        mean = mean * beta1 + gradient * (1 - beta1)
        square = square * beta2 + np.square(gradient) * (1 - beta2)
        root = np.sqrt(square)
        root *= 1 / math.sqrt(1 - beta2**t)
        root += self.epsilon
        step = mean * (self.learning_rate / (1 - beta1**t))
        step /= root
        return step, (mean, square)


def number_within(value: object, name: str, allowed: str, below: float = math.inf) -> float:
    """A setting as a float, if it is a number from 0 to below a limit; else a ValueError that names it."""
    number = None if isinstance(value, bool) else as_float(value)
    if number is None or not 0 <= number < below:
        raise ValueError(f"{name} is {allowed}, got {value!r}")
    return number
