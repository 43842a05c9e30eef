"""Optimizers: from gradients to the next step.

The parameters of one kind are one flat vector, and so are their gradients, so that a step is a few operations
however many parameters there are. Tensors become views of the vectors, into which the backward sweep writes their
gradients; Values are read and written each time. A large Tensor has vectors of its own.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .graph import CLOCK, describe
from .modes import refuse_in_program
from .reverse import LARGE
from .tensor import Array, Tensor
from .value import Value, as_float

OUTSIDE = "call it outside of the function"


class Optimizer:
    """What all have in common; one of them says in :meth:`update` how a gradient becomes a step.

    Raises
    ------
    ValueError : for a learning rate out of its range, or without any parameter
    TypeError : when a parameter is no Value or Tensor
    """

    rows = 0

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
        self._vectors = [(_Numbers if kind is Value else _Arrays)(ps, self.rows) for kind, ps in kinds.items()]

    def update(self, numbers: Array, gradient: Array, state: Sequence[Array], t: int) -> None:
        """Move the numbers.

        Parameters
        ----------
        numbers : the parameters, to be changed in place
        gradient : the gradients, to be left as they are
        state : as many arrays as :attr:`rows`, to keep what the next step needs and to compute in; zeros at first
        t : which of these parameters' steps this is, from 1
        """
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Set every parameter's gradient to None."""
        refuse_in_program("an optimizer's zero_grad()", OUTSIDE)
        for p in self.parameters:
            p.grad = None

    def step(self) -> None:
        """Move every parameter that has a gradient; one whose ``grad`` is None stays."""
        refuse_in_program("an optimizer's step()", OUTSIDE)
        for vector in self._vectors:
            vector.step(self)


def _kind(parameter: Any) -> Any:
    """What a parameter shares its vector with."""
    if type(parameter) is Value:
        return Value
    return parameter.dtype if parameter.size <= LARGE else id(parameter)


class _Vector:
    """Parameters of one kind as one vector."""

    def __init__(self, parameters: Sequence[Any], rows: int) -> None:
        self.parameters = parameters
        self.sizes = [np.size(p._data) for p in parameters]
        self.state = [np.zeros(sum(self.sizes), np.result_type(parameters[0]._data)) for _ in range(rows)]
        self.steps = 0
        self.missed = [0] * len(parameters)  # how many of the steps each had no gradient for

    def step(self, optimizer: Optimizer) -> None:
        """Move the parameters that have a gradient."""
        raise NotImplementedError

    def move(self, optimizer: Optimizer, numbers: Array, gradient: Array | None) -> None:
        """Move the numbers by their gradient; without it, by the gradients that the parameters have."""
        if gradient is None:
            gradients = [p.grad for p in self.parameters]
            if all(g is None for g in gradients):
                return
            flat = [np.zeros(n) if g is None else np.reshape(g, n) for n, g in zip(self.sizes, gradients, strict=True)]
            gradient = flat[0] if len(flat) == 1 else np.concatenate(flat, dtype=numbers.dtype)
            self.missed = [n + (g is None) for n, g in zip(self.missed, gradients, strict=True)]
        self.steps += 1
        if any(self.missed):
            self._move_some(optimizer, numbers, gradient)
        else:
            optimizer.update(numbers, gradient, self.state, self.steps)

    def _move_some(self, optimizer: Optimizer, numbers: Array, gradient: Array) -> None:
        """Move those that have a gradient, each by the step that it is at."""
        missed = [-1 if p.grad is None else n for p, n in zip(self.parameters, self.missed, strict=True)]
        for n in {*missed} - {-1}:
            chosen = np.repeat([other == n for other in missed], self.sizes)
            some, *state = parts = [whole[chosen] for whole in (numbers, *self.state)]
            optimizer.update(some, gradient[chosen], state, self.steps - n)
            for whole, part in zip((numbers, *self.state), parts, strict=True):
                whole[chosen] = part


class _Numbers(_Vector):
    """Values: their numbers are read, and written back."""

    def step(self, optimizer: Optimizer) -> None:
        if type(optimizer) is SGD and not optimizer.momentum:  # so little to do that making arrays takes longer
            rate = float(optimizer.learning_rate)
            for p in self.parameters:
                if p.grad is not None:
                    p._data = float(p._data - rate * p.grad)  # someone may have assigned a NumPy scalar
            return
        numbers = np.array([p._data for p in self.parameters], float)
        try:
            gradient = np.frombuffer(array("d", [p.grad for p in self.parameters]))
        except TypeError:  # some are None
            gradient = None
        self.move(optimizer, numbers, gradient)
        for p, number in zip(self.parameters, numbers.tolist(), strict=True):
            p._data = number


class _Arrays(_Vector):
    """Tensors of one dtype: their arrays are views of the vector, and their gradients of another one."""

    numbers: Array
    gradient: Array
    views: Sequence[tuple[Tensor, Array, Array]] = ()  # each parameter, its array, and where its gradient belongs

    def step(self, optimizer: Optimizer) -> None:
        if not self.views or any(p._data is not data for p, data, _ in self.views):  # another optimizer has taken them
            self.take()
        complete = all(p.grad is home for p, _, home in self.views)
        self.move(optimizer, self.numbers, self.gradient if complete else None)
        CLOCK.now += 1
        for p in self.parameters:
            if p.grad is not None:
                p.time = CLOCK.now

    def take(self) -> None:
        """Make the parameters' arrays views of one vector, and let sweeps write the gradients into another."""
        self.numbers = np.concatenate([p._data.reshape(-1) for p in self.parameters])
        self.gradient = np.empty_like(self.numbers)
        ends = np.cumsum(self.sizes)[:-1]
        parts = zip(self.parameters, np.split(self.numbers, ends), np.split(self.gradient, ends), strict=True)
        self.views = [(p, data.reshape(p.shape), home.reshape(p.shape)) for p, data, home in parts]
        for p, data, home in self.views:
            p._data, p.home = data, home


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

    rows = 2

    def __init__(self, parameters: Iterable[Any], learning_rate: float = 0.01, momentum: float = 0.0) -> None:
        super().__init__(parameters, learning_rate)
        self.momentum = number_within(momentum, "momentum", "in [0, 1)", below=1.0)

    def update(self, numbers: Array, gradient: Array, state: Sequence[Array], t: int) -> None:
        velocity, step = state
        if self.momentum:
            velocity *= self.momentum
            velocity += gradient
            gradient = velocity
        rate = np.array(float(self.learning_rate), numbers.dtype)  # quicker than the number
        numbers -= np.multiply(gradient, rate, out=step)


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

    rows = 3

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

    def update(self, numbers: Array, gradient: Array, state: Sequence[Array], t: int) -> None:
        # Both means are kept without their factors 1 - beta, which are put into the other numbers: fewer operations.
        mean, square, step = state
        beta1, beta2 = self.betas
        root = math.sqrt((1 - beta2) / (1 - beta2**t))
        rate = self.learning_rate * (1 - beta1) / (1 - beta1**t) / root
        constants = (beta1, beta2, self.epsilon / root, rate)
        keep1, keep2, epsilon, scale = (np.array(x, numbers.dtype) for x in constants)  # quicker than numbers
        mean *= keep1
        mean += gradient
        square *= keep2
        square += np.multiply(gradient, gradient, out=step)
        np.sqrt(square, out=step)
        step += epsilon
        np.divide(mean, step, out=step)
        step *= scale
        numbers -= step


def number_within(value: object, name: str, allowed: str, below: float = math.inf) -> float:
    """A setting as a float, if it is a number from 0 to below a limit; else a ValueError that names it."""
    number = None if isinstance(value, bool) else as_float(value)
    if number is None or not 0 <= number < below:
        raise ValueError(f"{name} is {allowed}, got {value!r}")
    return number
