"""What a good teacher says of a beginner's mistakes, before anything is trained."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING

import numpy as np

from .layers import Dense, Normalization

if TYPE_CHECKING:
    from ..tensor import Array
    from .loss import Loss
    from .module import Module

LARGE = 50  # |mean| or standard deviation from which features spoil the first layer


def check_outputs(loss: Loss, activation: str | None, shape: tuple[int, ...]) -> None:
    """Raise a ValueError for an output that can't be what the loss takes, warn of one that hardly can.

    Parameters
    ----------
    activation
        The name of the last one; None where it isn't known.
    """
    if activation == "softmax" and shape[-1] == 1:
        raise ValueError(
            'softmax on one unit is always 1: use activation="sigmoid" for two classes, or a unit for each class'
        )
    if loss.from_logits and activation in ("softmax", "sigmoid"):
        raise ValueError(
            f"{loss.name} with from_logits=True takes the numbers before {activation}, and applies it itself, got an "
            f'output with activation="{activation}": leave that away, or from_logits'
        )
    if loss.from_logits is False and activation == "linear":
        _warn(
            f"{loss.name} takes probabilities, the output is linear: use from_logits=True, or end with "
            f'activation="{loss.output_activation}"'
        )


def warn_of_beginners_mistakes(module: Module, X: Array) -> None:
    """Warn of what spoils training: hidden weights that are all alike, features that are large or far from 0."""
    parts = module.modules()
    hidden = [layer for layer in parts if isinstance(layer, Dense) and layer.W is not None][:-1]
    for layer in hidden:
        assert layer.W is not None
        W = layer.W._data
        if layer.units > 1 and (W.flat[0] == W).all():
            _warn(
                f"all weights of {layer.title} are {W.flat[0]:g}: its units see the same gradient "
                'and stay alike; start from random ones, such as kernel_initializer="glorot_uniform"'
            )
            break
    if not any(isinstance(part, Normalization) for part in parts):
        axes = tuple(range(X.ndim - 1))
        size = np.maximum(np.abs(X.mean(axis=axes)), X.std(axis=axes))
        if size.max() > LARGE:
            worst = int(size.argmax())
            _warn(
                f"feature {worst} has mean {X[..., worst].mean():.4g} and standard deviation "
                f"{X[..., worst].std():.4g}, which trains badly: put nn.Normalization() first, after its adapt(X)"
            )


def _warn(message: str) -> None:
    """Warn, at the line that called this package."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("autograd_mini."):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, stacklevel=level)
