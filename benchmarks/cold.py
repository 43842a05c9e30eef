"""A cold process: imports what it needs, trains W3 for 10,000 steps, and ends; as its users would write it.

``python -m benchmarks.cold PyTorch`` prints the cost and the most memory that it took.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

STEPS, RATE = 10_000, 0.5
MEMORY = Path("/proc/self/status")  # where there is one


def ours(compiled: bool) -> float:
    """Tensors, with jit or without."""
    import autograd_mini as ag  # noqa: PLC0415  # importing is what this process is to pay for
    from autograd_mini import nn, optim  # noqa: PLC0415

    from .flower import flower, start  # noqa: PLC0415

    X, Y = flower()
    W1, b1, W2, b2 = parameters = [ag.Tensor(p) for p in start()]
    optimizer = optim.SGD(parameters, RATE)

    def loss() -> ag.Tensor:
        return nn.binary_crossentropy(Y, W2 @ ag.tanh(W1 @ X + b1) + b2, from_logits=True)

    loss = ag.jit(loss) if compiled else loss
    for _ in range(STEPS):
        cost = loss()
        cost.backward()
        optimizer.step()
        optimizer.zero_grad()
    return cost.item()


def pytorch() -> float:
    """Tensors too."""
    import torch  # noqa: PLC0415

    from .flower import flower, start  # noqa: PLC0415

    X, Y = map(torch.tensor, flower())
    W1, b1, W2, b2 = parameters = [torch.tensor(p, requires_grad=True) for p in start()]
    for _ in range(STEPS):
        A1 = torch.tanh(torch.addmm(b1, W1, X))
        cost = torch.nn.functional.binary_cross_entropy_with_logits(torch.addmm(b2, W2, A1), Y)
        cost.backward()
        with torch.no_grad():
            for p in parameters:
                p.sub_(RATE * p.grad)
                p.grad = None
    return cost.item()


def jax_jit() -> float:
    """One compiled function for the whole step."""
    import jax  # noqa: PLC0415

    from .flower import flower, start  # noqa: PLC0415

    jax.config.update("jax_enable_x64", True)
    X, Y = map(jax.numpy.array, flower())

    def loss(parameters):
        W1, b1, W2, b2 = parameters
        Z = W2 @ jax.numpy.tanh(W1 @ X + b1) + b2
        return jax.numpy.mean(jax.nn.softplus(Z) - Y * Z)

    @jax.jit
    def step(parameters):
        cost, gradients = jax.value_and_grad(loss)(parameters)
        return cost, [p - RATE * g for p, g in zip(parameters, gradients, strict=True)]

    parameters = [jax.numpy.array(p) for p in start()]
    for _ in range(STEPS):
        cost, parameters = step(parameters)
    return float(cost)
