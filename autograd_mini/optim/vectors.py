"""Parameters as flat vectors, and so their gradients: a step is a few operations however many parameters there are.

Tensors become views of the vectors, into which the backward sweep writes their gradients; Values are read and written
each time. A large Tensor has vectors of its own.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..graph import CLOCK
from ..reverse import LARGE
from ..tensor import Array, Tensor
from ..value import Value

Update = Callable[[Array, Array, Sequence[Array], int, float], None]  # see Optimizer.update


def vectors(parameters: Sequence[Any], rows: int) -> list[Vector]:
    """The vectors that hold some parameters, each with so many arrays of state and one more to compute in."""
    kinds: dict[Any, list[Any]] = {}
    for p in parameters:
        kinds.setdefault(_kind(p), []).append(p)
    return [(Numbers if kind is Value else Arrays)(ps, rows) for kind, ps in kinds.items()]


def _kind(parameter: Any) -> Any:
    """What a parameter shares its vector with."""
    if type(parameter) is Value:
        return Value
    return parameter.dtype if parameter.size <= LARGE else id(parameter)


class Vector:
    """Parameters of one kind as one vector."""

    def __init__(self, parameters: Sequence[Any], rows: int) -> None:
        self.parameters = parameters
        self.sizes = [np.size(p._data) for p in parameters]
        self.state = [np.zeros(sum(self.sizes), np.result_type(parameters[0]._data)) for _ in range(rows + 1)]
        self.steps = 0
        self.missed = [0] * len(parameters)  # how many of the steps each had no gradient for

    def step(self, update: Update, rate: float) -> None:
        """Move the parameters that have a gradient."""
        raise NotImplementedError

    def remember(self) -> None:
        """Keep the numbers."""
        raise NotImplementedError

    def recall(self) -> None:
        """Take the numbers that were kept, and begin anew."""
        for row in self.state:
            row[...] = 0
        self.steps, self.missed = 0, [0] * len(self.parameters)

    def move(self, update: Update, rate: float, numbers: Array, gradient: Array | None) -> None:
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
            self._move_some(update, rate, numbers, gradient)
        else:
            update(numbers, gradient, self.state, self.steps, rate)

    def _move_some(self, update: Update, rate: float, numbers: Array, gradient: Array) -> None:
        """Move those that have a gradient, each by the step that it is at."""
        missed = [-1 if p.grad is None else n for p, n in zip(self.parameters, self.missed, strict=True)]
        for n in {*missed} - {-1}:
            chosen = np.repeat([other == n for other in missed], self.sizes)
            some, *state = parts = [whole[chosen] for whole in (numbers, *self.state)]
            update(some, gradient[chosen], state, self.steps - n, rate)
            for whole, part in zip((numbers, *self.state), parts, strict=True):
                whole[chosen] = part


class Numbers(Vector):
    """Values: their numbers are read, and written back."""

    kept: Sequence[float] = ()

    def step(self, update: Update, rate: float) -> None:
        numbers = np.array([p._data for p in self.parameters], float)
        try:
            gradient = np.frombuffer(array("d", [p.grad for p in self.parameters]))
        except TypeError:  # some are None
            gradient = None
        self.move(update, rate, numbers, gradient)
        for p, number in zip(self.parameters, numbers.tolist(), strict=True):
            p._data = number

    def descend(self, rate: float) -> None:
        """The step of gradient descent: so little to do that making arrays takes longer."""
        for p in self.parameters:
            if p.grad is not None:
                p._data = float(p._data - rate * p.grad)  # someone may have assigned a NumPy scalar

    def remember(self) -> None:
        self.kept = [p._data for p in self.parameters]

    def recall(self) -> None:
        super().recall()
        for p, number in zip(self.parameters, self.kept, strict=False):
            p._data = number


class Arrays(Vector):
    """Tensors of one dtype: their arrays are views of the vector, and their gradients of another one."""

    numbers: Array
    gradient: Array
    kept: Array | None = None
    views: Sequence[tuple[Tensor, Array, Array]] = ()  # each parameter, its array, and where its gradient belongs

    def step(self, update: Update, rate: float) -> None:
        self.own()
        for p, _, home in self.views:  # a loop is quicker than all()
            if p.grad is not home:
                self.move(update, rate, self.numbers, None)
                self._moved([p for p in self.parameters if p.grad is not None])
                return
        self.move(update, rate, self.numbers, self.gradient)
        self._moved(self.parameters)

    def own(self) -> None:
        """Make the parameters' arrays views of the vector, unless they are, and their gradients of another one."""
        for p, data, _ in self.views:
            if p._data is not data:  # another optimizer has taken it
                break
        else:
            if self.views:
                return
        self.numbers = np.concatenate([p._data.reshape(-1) for p in self.parameters])
        self.gradient = np.empty_like(self.numbers)
        ends = np.cumsum(self.sizes)[:-1]
        parts = zip(self.parameters, np.split(self.numbers, ends), np.split(self.gradient, ends), strict=True)
        self.views = [(p, data.reshape(p.shape), home.reshape(p.shape)) for p, data, home in parts]
        for p, data, home in self.views:
            p._data, p.home = data, home

    def remember(self) -> None:
        self.own()
        if self.kept is None:
            self.kept = np.empty_like(self.numbers)
        np.copyto(self.kept, self.numbers)

    def recall(self) -> None:
        super().recall()
        if self.kept is not None:
            self.own()
            np.copyto(self.numbers, self.kept)
            self._moved(self.parameters)

    def _moved(self, parameters: Sequence[Tensor]) -> None:
        """Make graphs of what these were stale."""
        CLOCK.now += 1
        for p in parameters:
            p.time = CLOCK.now
