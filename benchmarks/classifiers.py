"""W4 and W6: relu layers and a softmax over ten classes; examples are rows, all is float32."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

import autograd_mini as ag
from autograd_mini import datasets, nn

from .peers import autograd, jax, torch
from .timing import Contestant
from .training import Array, Task, contestants


def digits_contestants() -> dict[str, Contestant]:
    """W4: digits through 64-25-15-10, cross entropy, batches of 64, Adam."""
    X, y = datasets.digits()
    return _classifier_contestants([64, 25, 15, 10], X / 16, y, batch_size=64, rate=0.001, adam=True)


def wide_contestants() -> dict[str, Contestant]:
    """W6: 784-512-256-10 on random pixels, cross entropy, batches of 128, gradient descent."""
    rng = np.random.default_rng(0)
    X, y = rng.random((1024, 784)), rng.integers(0, 10, 1024)
    return _classifier_contestants([784, 512, 256, 10], X, y, batch_size=128, rate=0.01, adam=False)


def _classifier_contestants(
    sizes: list[int], X: Array, y: Array, batch_size: int, rate: float, adam: bool
) -> dict[str, Contestant]:
    rng = np.random.default_rng(1)
    start = []
    for n, units in itertools.pairwise(sizes):
        start += [rng.normal(0, np.sqrt(2 / n), (n, units)), np.zeros(units)]
    start, X, one_hot = [p.astype(np.float32) for p in start], X.astype(np.float32), np.eye(10, dtype=np.float32)[y]
    whole = range(0, len(X) - batch_size + 1, batch_size)
    batches = [(X[i : i + batch_size], y[i : i + batch_size], one_hot[i : i + batch_size]) for i in whole]
    task = Task(start, batches, rate, adam)
    return contestants(task, ours=_ours, pytorch=_pytorch, hips=_hips, jax_jit=_jax, tiny=_tinygrad, by_hand=_by_hand)


def _ours(parameters: Any, X: Any, y: Any, _one_hot: Any) -> Any:
    W1, b1, W2, b2, W3, b3 = parameters
    A1 = ag.relu(X @ W1 + b1)
    A2 = ag.relu(A1 @ W2 + b2)
    return nn.sparse_categorical_crossentropy(y, A2 @ W3 + b3, from_logits=True)


def _pytorch(parameters: Any, X: Any, y: Any, _one_hot: Any) -> Any:
    W1, b1, W2, b2, W3, b3 = parameters
    A1 = torch.relu(torch.addmm(b1, X, W1))
    A2 = torch.relu(torch.addmm(b2, A1, W2))
    return torch.nn.functional.cross_entropy(torch.addmm(b3, A2, W3), y)


def _hips(parameters: Any, X: Any, _y: Any, one_hot: Any) -> Any:
    np = autograd.numpy
    W1, b1, W2, b2, W3, b3 = parameters
    A1 = np.maximum(0, X @ W1 + b1)
    A2 = np.maximum(0, A1 @ W2 + b2)
    Z = A2 @ W3 + b3
    return (np.sum(autograd.scipy.special.logsumexp(Z, axis=1)) - np.sum(one_hot * Z)) / len(X)  # mean makes float64


def _jax(parameters: Any, X: Any, _y: Any, one_hot: Any) -> Any:
    W1, b1, W2, b2, W3, b3 = parameters
    A1 = jax.nn.relu(X @ W1 + b1)
    A2 = jax.nn.relu(A1 @ W2 + b2)
    return -jax.numpy.sum(one_hot * jax.nn.log_softmax(A2 @ W3 + b3)) / len(X)


def _tinygrad(parameters: Any, X: Any, _y: Any, one_hot: Any) -> Any:
    W1, b1, W2, b2, W3, b3 = parameters
    A2 = ((X @ W1 + b1).relu() @ W2 + b2).relu()
    return -(one_hot * (A2 @ W3 + b3).log_softmax()).sum() / len(X)


def _by_hand(parameters: list[Array], X: Array, _y: Array, one_hot: Array) -> tuple[Any, list[Array]]:
    W1, b1, W2, b2, W3, b3 = parameters
    m = len(X)
    A1 = np.maximum(0, X @ W1 + b1)
    A2 = np.maximum(0, A1 @ W2 + b2)
    Z = A2 @ W3 + b3
    Z -= np.max(Z, axis=1, keepdims=True)
    E = np.exp(Z)
    total = np.sum(E, axis=1, keepdims=True)
    cost = (np.sum(np.log(total)) - np.sum(one_hot * Z)) / m
    dZ3 = (E / total - one_hot) / m
    dZ2 = dZ3 @ W3.T * (A2 > 0)
    dZ1 = dZ2 @ W2.T * (A1 > 0)
    gradients = [X.T @ dZ1, np.sum(dZ1, axis=0), A1.T @ dZ2, np.sum(dZ2, axis=0), A2.T @ dZ3, np.sum(dZ3, axis=0)]
    return cost, gradients
