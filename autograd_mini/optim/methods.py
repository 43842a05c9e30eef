"""How a gradient becomes a step: SGD, RMSprop, Adam, AdamW, with PyTorch's formulas.

Their defaults are PyTorch's too, save the learning rate of SGD, which is Keras'.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..configured import NOT_NEGATIVE, number_within
from ..tensor import Array
from .optimizer import Optimizer, Rate
from .vectors import Numbers


class SGD(Optimizer):
    """Stochastic gradient descent: v := momentum v + grad; w := w - learning_rate v, as PyTorch has it.

    Parameters
    ----------
    parameters
        The Values and Tensors to train; one that is given twice counts once.
    learning_rate
        The size α of a step, not negative; or a schedule.
    momentum
        How much of the last step's direction is kept, in [0, 1).
    nesterov
        Whether to look ahead by that direction: w := w - learning_rate (grad + momentum v).
    weight_decay
        How much of each parameter is added to its gradient.
    **clipping
        ``clipvalue``, ``clipnorm`` or ``global_clipnorm``: see :class:`Optimizer`.

    Raises
    ------
    ValueError
        For a setting out of its range, or without any parameter.
    TypeError
        When a parameter is no Value or Tensor.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> w = Value(1.0)
    >>> optimizer = SGD([w], learning_rate=0.25)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w.data
    0.5
    """

    rows = 1

    def __init__(
        self,
        parameters: Iterable[Any] | None = None,
        learning_rate: Rate = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
        **clipping: Any,
    ) -> None:
        super().__init__(parameters, learning_rate, **clipping)
        self.momentum = number_within(momentum, "momentum", "in [0, 1)", below=1.0)
        self.nesterov = bool(nesterov)
        self.weight_decay = number_within(weight_decay, "weight_decay", NOT_NEGATIVE)
        if self.nesterov and not self.momentum:
            raise ValueError("nesterov looks ahead by the momentum: give momentum, such as 0.9")

    def step(self) -> None:
        if (
            type(self) is SGD
            and len(self._vectors) == 1
            and type(self._vectors[0]) is Numbers
            and not (self.momentum or self.weight_decay or self.clips)
        ):
            self._refuse("an optimizer's step()")
            self._vectors[0].descend(self.rate)
            self.steps += 1
        else:
            super().step()

    def update(self, numbers: Array, gradient: Array, state: Sequence[Array], t: int, rate: float) -> None:
        velocity, step = state
        if self.weight_decay:
            gradient = gradient + self.weight_decay * numbers
        if self.momentum:
            velocity *= self.momentum
            velocity += gradient
            gradient = gradient + self.momentum * velocity if self.nesterov else velocity
        numbers -= np.multiply(gradient, np.array(rate, numbers.dtype), out=step)  # quicker than by the number


class RMSprop(Optimizer):
    """RMSprop (Hinton, 2012): steps by the gradient over the root of the mean of its squares.

    Parameters
    ----------
    parameters
        The Values and Tensors to train; one that is given twice counts once.
    learning_rate
        The size α of a step, not negative; or a schedule.
    rho
        How much of the mean is kept at each step, in [0, 1); PyTorch calls it alpha.
    epsilon
        What is added to the root.
    momentum
        How much of the last step's direction is kept, in [0, 1).
    weight_decay
        How much of each parameter is added to its gradient.
    **clipping
        ``clipvalue``, ``clipnorm`` or ``global_clipnorm``: see :class:`Optimizer`.

    Raises
    ------
    ValueError
        For a setting out of its range, or without any parameter.
    TypeError
        When a parameter is no Value or Tensor.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> w = Value(1.0)
    >>> optimizer = RMSprop([w], learning_rate=0.025)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.75
    """

    rows = 2

    def __init__(
        self,
        parameters: Iterable[Any] | None = None,
        learning_rate: Rate = 0.01,
        rho: float = 0.99,
        epsilon: float = 1e-8,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        **clipping: Any,
    ) -> None:
        super().__init__(parameters, learning_rate, **clipping)
        self.rho = number_within(rho, "rho", "in [0, 1)", below=1.0)
        self.epsilon = number_within(epsilon, "epsilon", NOT_NEGATIVE)
        self.momentum = number_within(momentum, "momentum", "in [0, 1)", below=1.0)
        self.weight_decay = number_within(weight_decay, "weight_decay", NOT_NEGATIVE)

    def update(self, numbers: Array, gradient: Array, state: Sequence[Array], t: int, rate: float) -> None:
        square, velocity, step = state
        if self.weight_decay:
            gradient = gradient + self.weight_decay * numbers
        square *= self.rho
        square += (1 - self.rho) * gradient * gradient
        np.sqrt(square, out=step)
        step += self.epsilon
        np.divide(gradient, step, out=step)
        if self.momentum:
            velocity *= self.momentum
            velocity += step
            step[...] = velocity
        step *= np.array(rate, numbers.dtype)
        numbers -= step


class Adam(Optimizer):
    """Adam (Kingma & Ba, 2015): steps by the mean of the gradients over the root of the mean of their squares.

    Parameters
    ----------
    parameters
        The Values and Tensors to train; one that is given twice counts once.
    learning_rate
        The size α of a step, not negative; or a schedule.
    betas
        How much of both means is kept at each step, in [0, 1).
    epsilon
        What is added to the root.
    weight_decay
        How much of each parameter is added to its gradient.
    **clipping
        ``clipvalue``, ``clipnorm`` or ``global_clipnorm``: see :class:`Optimizer`.

    Raises
    ------
    ValueError
        For a setting out of its range, or without any parameter.
    TypeError
        When a parameter is no Value or Tensor.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> w = Value(1.0)
    >>> optimizer = Adam([w], learning_rate=0.25)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.75
    """

    rows = 2

    def __init__(
        self,
        parameters: Iterable[Any] | None = None,
        learning_rate: Rate = 0.001,
        betas: Sequence[float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
        **clipping: Any,
    ) -> None:
        super().__init__(parameters, learning_rate, **clipping)
        if not isinstance(betas, Sequence) or len(betas) != 2:
            raise ValueError(f"betas are two numbers in [0, 1), such as (0.9, 0.999), got {betas!r}")
        self.betas = tuple(number_within(beta, "a beta", "in [0, 1)", below=1.0) for beta in betas)
        self.epsilon = number_within(epsilon, "epsilon", NOT_NEGATIVE)
        self.weight_decay = number_within(weight_decay, "weight_decay", NOT_NEGATIVE)

    def update(self, numbers: Array, gradient: Array, state: Sequence[Array], t: int, rate: float) -> None:
        if self.weight_decay:
            gradient = gradient + self.weight_decay * numbers
        self.adapt(numbers, gradient, state, t, rate)

    def adapt(self, numbers: Array, gradient: Array, state: Sequence[Array], t: int, rate: float) -> None:
        """Move the numbers, without weight decay, by gradient, state, t and rate as :meth:`update` has them."""
        # Both means are kept without their factors 1 - beta, which are put into the other numbers: fewer operations.
        mean, square, step = state
        beta1, beta2 = self.betas
        root = math.sqrt((1 - beta2) / (1 - beta2**t))
        constants = (beta1, beta2, self.epsilon / root, rate * (1 - beta1) / (1 - beta1**t) / root)
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


class AdamW(Adam):
    """Adam whose weight decay makes the parameters smaller by themselves (Loshchilov & Hutter, 2019).

    w := (1 - learning_rate weight_decay) w before each step; see :class:`Adam` for the parameters (``betas``,
    ``epsilon``, ``**clipping``) and errors.

    >>> from autograd_mini import Value
    >>> w = Value(1.0)
    >>> optimizer = AdamW([w], learning_rate=0.25, weight_decay=0.4)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.65
    """

    def __init__(
        self,
        parameters: Iterable[Any] | None = None,
        learning_rate: Rate = 0.001,
        betas: Sequence[float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
        **clipping: Any,
    ) -> None:
        super().__init__(parameters, learning_rate, betas, epsilon, weight_decay, **clipping)

    def update(self, numbers: Array, gradient: Array, state: Sequence[Array], t: int, rate: float) -> None:
        numbers *= 1 - rate * self.weight_decay
        self.adapt(numbers, gradient, state, t, rate)
