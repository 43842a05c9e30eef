"""Optimizers: from gradients to the next step.

>>> from autograd_mini import Value
>>> w = Value(1.0)
>>> optimizer = SGD([w], learning_rate=ExponentialDecay(0.25, decay_steps=1, decay_rate=0.5))
>>> for _ in range(2):
...     optimizer.zero_grad()
...     (w * w).backward()
...     optimizer.step()
>>> w.data
0.375
"""

from __future__ import annotations

from typing import Any

from ..configured import find
from ..configured import from_config as made_anew
from ..graph import describe
from .methods import SGD, Adam, AdamW, RMSprop
from .optimizer import Optimizer
from .schedules import (
    CosineDecay,
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
    Schedule,
)

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "CosineDecay",
    "ExponentialDecay",
    "InverseTimeDecay",
    "Optimizer",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "RMSprop",
    "Schedule",
    "from_config",
    "get",
]

CLASSES = (SGD, RMSprop, Adam, AdamW)
SCHEDULES = (ExponentialDecay, CosineDecay, PiecewiseConstantDecay, InverseTimeDecay, PolynomialDecay)


def get(optimizer: Any) -> Optimizer:
    """An optimizer by its name: ``"sgd"``, ``"rmsprop"``, ``"adam"``, ``"adamw"``; an Optimizer as it is.

    Raises
    ------
    ValueError
        For an unknown name.
    TypeError
        For what is neither.

    Examples
    --------
    >>> get("adam").rate
    0.001
    """
    if not isinstance(optimizer, Optimizer | str) and optimizer not in CLASSES:
        raise TypeError(
            f"an optimizer is a name such as 'adam', or an object such as Adam(), got {describe(optimizer)}"
        )
    return optimizer if isinstance(optimizer, Optimizer) else find(optimizer, "optimizer", CLASSES, otherwise="")


def from_config(config: Any) -> Optimizer:
    """The optimizer that :meth:`Optimizer.config` described, for no parameters yet.

    Raises
    ------
    ValueError
        For an unknown class or setting.
    TypeError
        For a schedule by itself.

    Examples
    --------
    >>> from_config(SGD(learning_rate=0.25).config()).rate
    0.25
    """
    return get(made_anew(config, "optimizer", (*CLASSES, *SCHEDULES)))
