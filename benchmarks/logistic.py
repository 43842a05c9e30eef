"""W5: logistic regression on 209 images of 64×64×3; examples are columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_mini import nn

from .peers import autograd, jax, torch
from .timing import Contestant
from .training import Array, Task, contestants


def logistic_contestants(dtype: type[np.floating[Any]]) -> dict[str, Contestant]:
    """W5: the full batch, binary cross entropy, gradient descent."""
    rng = np.random.default_rng(0)
    X = rng.random((12_288, 209)).astype(dtype)
    Y = rng.integers(0, 2, (1, 209)).astype(dtype)
    task = Task(start=[np.zeros((12_288, 1), dtype), np.zeros((1, 1), dtype)], batches=[(X, Y)], rate=0.001)
    return contestants(task, ours=_ours, pytorch=_pytorch, hips=_hips, jax_jit=_jax, tiny=_tinygrad, by_hand=_by_hand)


def _ours(parameters: Any, X: Any, Y: Any) -> Any:
    w, b = parameters
    return nn.binary_crossentropy(Y, w.T @ X + b, from_logits=True)


def _pytorch(parameters: Any, X: Any, Y: Any) -> Any:
    w, b = parameters
    return torch.nn.functional.binary_cross_entropy_with_logits(torch.addmm(b, w.T, X), Y)


def _hips(parameters: Any, X: Any, Y: Any) -> Any:
    w, b = parameters
    Z = w.T @ X + b
    return autograd.numpy.sum(autograd.numpy.logaddexp(0, Z) - Y * Z) / Y.size  # its mean makes float64 of float32


def _jax(parameters: Any, X: Any, Y: Any) -> Any:
    w, b = parameters
    Z = w.T @ X + b
    return jax.numpy.mean(jax.nn.softplus(Z) - Y * Z)


def _tinygrad(parameters: Any, X: Any, Y: Any) -> Any:
    w, b = parameters
    Z = w.T @ X + b
    return (Z.softplus() - Y * Z).mean()


def _by_hand(parameters: list[Array], X: Array, Y: Array) -> tuple[Any, list[Array]]:
    w, b = parameters
    m = Y.shape[1]
    A = 1 / (1 + np.exp(-(np.dot(w.T, X) + b)))
    cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    dZ = A - Y
    dw = np.dot(X, dZ.T) / m
    db = np.sum(dZ) / m
    return cost, [dw, db]
