"""W3: two classes in the plane, a hidden layer of four tanh units, and a sigmoid; examples are columns."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_mini as ag
from autograd_mini import nn

from .flower import RATE, flower
from .peers import autograd, jax, torch
from .timing import Contestant
from .training import Array, Task, contestants


def planar_contestants() -> dict[str, Contestant]:
    """W3: all 400 points, binary cross entropy, gradient descent, float64."""
    start, batch = flower()
    task = Task(start, batches=[batch], rate=RATE)
    return contestants(task, ours=_ours, pytorch=_pytorch, hips=_hips, jax_jit=_jax, tiny=_tinygrad, by_hand=_by_hand)


def _ours(parameters: Any, X: Any, Y: Any) -> Any:
    W1, b1, W2, b2 = parameters
    A1 = ag.tanh(W1 @ X + b1)
    Z2 = W2 @ A1 + b2
    return nn.binary_crossentropy(Y, Z2, from_logits=True)


def _pytorch(parameters: Any, X: Any, Y: Any) -> Any:
    W1, b1, W2, b2 = parameters
    A1 = torch.tanh(torch.addmm(b1, W1, X))
    Z2 = torch.addmm(b2, W2, A1)
    return torch.nn.functional.binary_cross_entropy_with_logits(Z2, Y)


def _hips(parameters: Any, X: Any, Y: Any) -> Any:
    W1, b1, W2, b2 = parameters
    A1 = autograd.numpy.tanh(W1 @ X + b1)
    Z2 = W2 @ A1 + b2
    return autograd.numpy.mean(autograd.numpy.logaddexp(0, Z2) - Y * Z2)


def _jax(parameters: Any, X: Any, Y: Any) -> Any:
    W1, b1, W2, b2 = parameters
    A1 = jax.numpy.tanh(W1 @ X + b1)
    Z2 = W2 @ A1 + b2
    return jax.numpy.mean(jax.nn.softplus(Z2) - Y * Z2)


def _tinygrad(parameters: Any, X: Any, Y: Any) -> Any:
    W1, b1, W2, b2 = parameters
    Z2 = W2 @ (W1 @ X + b1).tanh() + b2
    return (Z2.softplus() - Y * Z2).mean()


def _by_hand(parameters: list[Array], X: Array, Y: Array) -> tuple[Any, list[Array]]:
    W1, b1, W2, b2 = parameters
    m = Y.shape[1]
    A1 = np.tanh(W1 @ X + b1)
    A2 = 1 / (1 + np.exp(-(W2 @ A1 + b2)))
    cost = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = W2.T @ dZ2 * (1 - A1**2)
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return cost, [dW1, db1, dW2, db2]
