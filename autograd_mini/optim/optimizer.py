"""Optimizer: what all methods have in common."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..configured import NOT_NEGATIVE, Configured, above_0, number_within
from ..graph import Node, describe
from ..modes import refuse_in_program
from ..tensor import Array, Tensor
from ..value import Value
from .vectors import Vector, vectors

OUTSIDE = "call it outside of the function"
Rate = float | Callable[[int], float]


class Optimizer(Configured):
    """What all have in common; one of them says in :meth:`update` how a gradient becomes a step.

    Parameters
    ----------
    parameters
        Values and Tensors; without them, those of the network that is compiled with it.
    learning_rate
        The size α of a step, not negative; or a schedule, a function of the number of steps before.
    clipvalue
        Bring each number of a gradient into [-clipvalue, clipvalue].
    clipnorm
        Make each parameter's gradient no longer than this.
    global_clipnorm
        Make all gradients together no longer than this, as PyTorch's ``clip_grad_norm_``.

    Raises
    ------
    ValueError
        For a setting out of its range, or without any parameter.
    TypeError
        When a parameter is no Value or Tensor, and for unknown arguments, such as ``lr``.

    Examples
    --------
    >>> class Signs(Optimizer):
    ...     def update(self, numbers, gradient, state, t, rate):
    ...         numbers -= rate * np.sign(gradient)
    >>> from autograd_mini import Value
    >>> w = Value(3.0)
    >>> optimizer = Signs([w], learning_rate=0.5)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w.data
    2.5
    """

    rows = 0  # how many arrays :meth:`update` keeps from step to step
    parameters: list[Any]

    def __init__(
        self,
        parameters: Iterable[Any] | None,
        learning_rate: Rate,
        *,
        clipvalue: float | None = None,
        clipnorm: float | None = None,
        global_clipnorm: float | None = None,
        **unknown: Any,
    ) -> None:
        if unknown:
            hint = ": the size of a step is called learning_rate" if "lr" in unknown else ""
            raise TypeError(f"{type(self).__name__} takes no argument {', '.join(unknown)}{hint}")
        self.learning_rate = learning_rate
        clipping = {"clipvalue": clipvalue, "clipnorm": clipnorm, "global_clipnorm": global_clipnorm}
        given = {name: above_0(limit, name) for name, limit in clipping.items() if limit is not None}
        if len(given) > 1:
            raise ValueError(f"gradients are clipped one way, got {' and '.join(given)}")
        self.clipvalue, self.clipnorm, self.global_clipnorm = map(given.get, clipping)
        self.clips = bool(given)
        self.steps = 0
        self.parameters = []
        self._vectors: list[Vector] = []
        if parameters is not None:
            self.bind(parameters)

    @property
    def learning_rate(self) -> Rate:
        """The size of a step as it was set, a number or a schedule."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: Rate) -> None:
        schedule = callable(rate) and not isinstance(rate, type)
        self._learning_rate = rate if schedule else number_within(rate, "learning_rate", NOT_NEGATIVE)

    @property
    def rate(self) -> float:
        """The size of the next step."""
        rate = self._learning_rate
        return number_within(rate(self.steps), "a schedule's learning rate", NOT_NEGATIVE) if callable(rate) else rate

    def bind(self, parameters: Iterable[Any]) -> None:
        """Say what is to be trained, where that wasn't said at first; once more with the same is nothing.

        Raises
        ------
        TypeError
            When one is no Value or Tensor.
        ValueError
            When there is none, or it trains other parameters already.
        """
        if isinstance(parameters, Node) or not isinstance(parameters, Iterable):
            raise TypeError(
                "an optimizer takes a list of Values and Tensors, such as model.parameters(), "
                f"got {describe(parameters)}; a learning rate is given by name, as in learning_rate=0.01"
            )
        chosen = list({id(p): p for p in parameters}.values())
        if not chosen:
            raise ValueError("an optimizer needs at least one parameter, got none")
        for p in chosen:
            if type(p) not in (Value, Tensor):
                raise TypeError(f"an optimizer's parameters are Values and Tensors, got {describe(p)}")
        if not self.parameters:
            self.parameters, self._vectors = chosen, vectors(chosen, self.rows)
        elif set(map(id, chosen)) != set(map(id, self.parameters)):
            raise ValueError(
                f"this {type(self).__name__} trains other parameters already: make a new one for these, as compile "
                'does when it is given a name such as "adam"'
            )

    def update(self, numbers: Array, gradient: Array, state: Sequence[Array], t: int, rate: float) -> None:
        """Move the numbers.

        Parameters
        ----------
        numbers
            The parameters, to be changed in place.
        gradient
            The gradients, to be left as they are.
        state
            As many arrays as :attr:`rows` to keep what the next step needs, zeros at first; and one to compute in.
        t
            Which of these parameters' steps this is, from 1.
        rate
            The size of the step.
        """
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Set every parameter's gradient to None.

        Raises
        ------
        RuntimeError
            Before there are parameters.
        """
        self._refuse("an optimizer's zero_grad()")
        for p in self.parameters:
            p.grad = None

    def step(self) -> None:
        """Move every parameter that has a gradient; one whose ``grad`` is None stays.

        Raises
        ------
        RuntimeError
            Before there are parameters.
        """
        self._refuse("an optimizer's step()")
        rate = self.rate
        kept = self._clip() if self.clips else []
        try:
            for vector in self._vectors:
                vector.step(self.update, rate)
        finally:
            for p, gradient in kept:
                p.grad = gradient
        self.steps += 1

    def _refuse(self, call: str) -> None:
        refuse_in_program(call, OUTSIDE)
        if not self.parameters:
            raise RuntimeError(
                "this optimizer has no parameters yet: give it some, as in Adam(model.parameters()), "
                "or compile and fit a network with it"
            )

    def _clip(self) -> list[tuple[Any, Any]]:
        """Clip the gradients for one step; gives what they were."""
        kept = [(p, p.grad) for p in self.parameters if p.grad is not None]
        norms = [float(np.linalg.norm(np.ravel(g).astype(float))) for _, g in kept]  # a float32 would overflow
        if self.global_clipnorm is not None:
            norms = [math.hypot(*norms)] * len(norms)
        limit = self.clipnorm or self.global_clipnorm or 0.0
        for (p, g), norm in zip(kept, norms, strict=True):
            clipped = (
                np.clip(g, -self.clipvalue, self.clipvalue) if self.clipvalue else g * min(limit / (norm + 1e-6), 1.0)
            )
            p.grad = float(clipped) if type(p) is Value else clipped
        return kept

    def remember(self) -> None:
        """Keep the parameters' numbers for :meth:`recall`."""
        for vector in self._vectors:
            vector.remember()

    def recall(self) -> None:
        """Put back the numbers that :meth:`remember` kept, and begin anew: after steps that led to nan."""
        for vector in self._vectors:
            vector.recall()
        self.steps = 0

    def state(self) -> dict[str, Array]:
        """What the next step depends on besides settings and parameters, as arrays by name: copies."""
        held = {"steps": np.array(self.steps)}
        for i, vector in enumerate(self._vectors):
            held |= {f"{i}.{j}": row.copy() for j, row in enumerate(vector.state[:-1])}
            held[f"{i}.steps"] = np.array([vector.steps, *vector.missed])
        return held

    def load_state(self, state: Mapping[str, Array]) -> None:
        """Take what :meth:`state` of an optimizer of such parameters gave: all of it, or nothing.

        Raises
        ------
        ValueError
            For missing or unknown names, other shapes or dtypes, negative counts.
        """
        got, expected = (
            {name: f"{np.shape(x)} {np.asarray(x).dtype}" for name, x in arrays.items()}
            for arrays in (state, self.state())
        )
        if got != expected or any(np.min(x) < 0 for name, x in state.items() if name.endswith("steps")):
            raise ValueError(
                f"this state is not of a {type(self).__name__} of such parameters: got {got}, expected {expected}"
            )
        self.steps = int(state["steps"])
        for i, vector in enumerate(self._vectors):
            for j, row in enumerate(vector.state[:-1]):
                row[...] = state[f"{i}.{j}"]
            vector.steps, *vector.missed = map(int, state[f"{i}.steps"])
