"""Activations by name: every function of one argument of the table, and softmax."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from ..functions import FUNCTIONS
from ..reductions import log_softmax, softmax
from ..rules import RULES

Activation = str | Callable[[Any], Any]

# Of a whole row, not of a number: for layers alone.
BY_ROW = {"softmax": softmax, "log_softmax": log_softmax}


def named(activation: Activation | None) -> Activation:
    """The name of an activation where it has one, ``"linear"`` for None; a function of one's own as it is.

    Raises
    ------
    ValueError
        For an unknown name.
    """
    if activation is None:
        return "linear"
    if callable(activation):
        name = getattr(activation, "__name__", "")
        return name if activation in (FUNCTIONS.get(name), BY_ROW.get(name)) else activation
    rule = RULES.get(activation) if isinstance(activation, str) else None
    if activation not in ("linear", *BY_ROW) and (rule is None or rule.arity - len(rule.defaults) != 1):
        raise ValueError(
            f"unknown activation {activation!r}: use 'linear', 'relu', 'leaky_relu', 'sigmoid', 'softplus', 'tanh', "
            "in a Dense layer 'softmax', another function of one argument of the table, or a function"
        )
    return activation


def function(activation: Activation) -> Callable[[Any], Any] | None:
    """What a name of :func:`named` computes; None for ``"linear"``."""
    if callable(activation):
        return activation
    return None if activation == "linear" else BY_ROW.get(activation) or operator.methodcaller(activation)
