"""Learning rates that change as training goes on: functions of the number of steps taken, in Keras' words.

>>> schedule = ExponentialDecay(0.1, decay_steps=100, decay_rate=0.5)
>>> schedule(0), schedule(200)
(0.1, 0.025)
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence

from ..configured import NOT_NEGATIVE, Configured, above_0, number_within


class Schedule(Configured):
    """A function from the number of steps taken to the learning rate of the next one.

    Raises
    ------
    ValueError
        For a setting that is no finite number, or negative.

    Examples
    --------
    >>> class Halves(Schedule):
    ...     def __call__(self, step):
    ...         return 0.5**step
    >>> Halves()(3)
    0.125
    """

    def __call__(self, step: int) -> float:
        """The learning rate after so many steps."""
        raise NotImplementedError


class _Decay(Schedule):
    def __init__(self, initial_learning_rate: float, decay_steps: int) -> None:
        self.initial_learning_rate = number_within(initial_learning_rate, "initial_learning_rate", NOT_NEGATIVE)
        self.decay_steps = above_0(decay_steps, "decay_steps")


class _DecayByRate(_Decay):
    def __init__(
        self, initial_learning_rate: float, decay_steps: int, decay_rate: float, staircase: bool = False
    ) -> None:
        super().__init__(initial_learning_rate, decay_steps)
        self.decay_rate = number_within(decay_rate, "decay_rate", NOT_NEGATIVE)
        self.staircase = bool(staircase)

    def periods(self, step: int) -> float:
        """How often decay_steps have gone by at this step."""
        return step // self.decay_steps if self.staircase else step / self.decay_steps


class ExponentialDecay(_DecayByRate):
    """initial_learning_rate · decay_rate^(step / decay_steps); ``staircase`` rounds the exponent down.

    With ``decay_steps`` as many as an epoch has and ``staircase=True`` it is PyTorch's ``StepLR``.

    Parameters
    ----------
    initial_learning_rate
        The rate of the first step.
    decay_steps
        After how many steps it has been multiplied by ``decay_rate``.
    decay_rate
        The factor.
    staircase
        Whether it changes all at once then, instead of at each step.

    Raises
    ------
    ValueError
        For a setting that is no finite number, or negative.

    Examples
    --------
    >>> ExponentialDecay(0.1, decay_steps=100, decay_rate=0.5)(200)
    0.025
    """

    def __call__(self, step: int) -> float:
        return float(self.initial_learning_rate * self.decay_rate ** self.periods(step))


class InverseTimeDecay(_DecayByRate):
    """initial_learning_rate / (1 + decay_rate · step / decay_steps), the notes' learning rate decay.

    Parameters
    ----------
    initial_learning_rate
        The rate of the first step.
    decay_steps
        After how many steps another ``decay_rate`` is added to what it is divided by.
    decay_rate
        See there.
    staircase
        Whether it changes all at once then, instead of at each step.

    Raises
    ------
    ValueError
        For a setting that is no finite number, or negative.

    Examples
    --------
    >>> InverseTimeDecay(0.1, decay_steps=100, decay_rate=1.0)(100)
    0.05
    """

    def __call__(self, step: int) -> float:
        return self.initial_learning_rate / (1 + self.decay_rate * self.periods(step))


class CosineDecay(_Decay):
    """From initial_learning_rate down to alpha times it, along a cosine (Loshchilov & Hutter, 2017).

    Parameters
    ----------
    initial_learning_rate
        The rate of the first step.
    decay_steps
        After how many steps it has come down.
    alpha
        The part of it that remains.

    Raises
    ------
    ValueError
        For a setting that is no finite number, or negative.

    Examples
    --------
    >>> round(CosineDecay(0.1, decay_steps=100)(50), 12)
    0.05
    """

    def __init__(self, initial_learning_rate: float, decay_steps: int, alpha: float = 0.0) -> None:
        super().__init__(initial_learning_rate, decay_steps)
        self.alpha = number_within(alpha, "alpha", NOT_NEGATIVE)

    def __call__(self, step: int) -> float:
        cosine = 0.5 * (1 + math.cos(math.pi * min(step, self.decay_steps) / self.decay_steps))
        return self.initial_learning_rate * ((1 - self.alpha) * cosine + self.alpha)


class PolynomialDecay(_Decay):
    """From initial_learning_rate to end_learning_rate, along a power of the steps that are left: 1 is a line.

    Parameters
    ----------
    initial_learning_rate
        The rate of the first step.
    decay_steps
        After how many steps it has come down.
    end_learning_rate
        The rate from then on.
    power
        The exponent.

    Raises
    ------
    ValueError
        For a setting that is no finite number, or negative.

    Examples
    --------
    >>> round(PolynomialDecay(0.1, decay_steps=100, end_learning_rate=0.0)(75), 12)
    0.025
    """

    def __init__(
        self, initial_learning_rate: float, decay_steps: int, end_learning_rate: float = 0.0001, power: float = 1.0
    ) -> None:
        super().__init__(initial_learning_rate, decay_steps)
        self.end_learning_rate = number_within(end_learning_rate, "end_learning_rate", NOT_NEGATIVE)
        self.power = number_within(power, "power", NOT_NEGATIVE)

    def __call__(self, step: int) -> float:
        left = (1 - min(step, self.decay_steps) / self.decay_steps) ** self.power
        return float((self.initial_learning_rate - self.end_learning_rate) * left + self.end_learning_rate)


class PiecewiseConstantDecay(Schedule):
    """values[0] up to and with step boundaries[0], values[1] up to boundaries[1], …, the last value from then on.

    Parameters
    ----------
    boundaries
        Numbers of steps, rising.
    values
        Rates, one more than boundaries.

    Raises
    ------
    ValueError
        Unless there is one more value than there are boundaries, which rise.

    Examples
    --------
    >>> schedule = PiecewiseConstantDecay([100, 200], [0.1, 0.05, 0.01])
    >>> schedule(100), schedule(101), schedule(1000)
    (0.1, 0.05, 0.01)
    """

    def __init__(self, boundaries: Sequence[int], values: Sequence[float]) -> None:
        if len(values) != len(boundaries) + 1 or sorted(boundaries) != list(boundaries):
            raise ValueError(
                f"rising boundaries and one more value are wanted, got boundaries={boundaries!r} and values={values!r}"
            )
        self.boundaries = [number_within(x, "a boundary", NOT_NEGATIVE) for x in boundaries]
        self.values = [number_within(x, "a value", NOT_NEGATIVE) for x in values]

    def __call__(self, step: int) -> float:
        return self.values[bisect.bisect_left(self.boundaries, step)]
