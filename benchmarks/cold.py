"""What a cold process does: it imports one of the contestants, takes 10,000 steps of W3, prints the cost, and ends.

Each trains as its users would write it, and imports what it needs itself: ``python -m benchmarks.cold PyTorch``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from .flower import RATE, flower

STEPS = 10_000


def eager() -> float:
    """Ours: Tensors."""
    return _ours(lambda loss: loss)


def replayed() -> float:
    """Ours: Tensors under jit."""
    import autograd_mini as ag  # noqa: PLC0415  # the process is to pay for what it uses, as below

    return _ours(ag.jit)


def _ours(way: Callable[[Any], Any]) -> float:
    import autograd_mini as ag  # noqa: PLC0415
    from autograd_mini import nn, optim  # noqa: PLC0415

    start, (X, Y) = flower()
    W1, b1, W2, b2 = parameters = [ag.Tensor(p) for p in start]
    optimizer = optim.SGD(parameters, RATE)

    @way
    def loss() -> Any:
        return nn.binary_crossentropy(Y, W2 @ ag.tanh(W1 @ X + b1) + b2, from_logits=True)

    for _ in range(STEPS):
        cost = loss()
        cost.backward()
        optimizer.step()
        optimizer.zero_grad()
    return cost.item()  # type: ignore[no-any-return]  # a float


def pytorch() -> float:
    """PyTorch: tensors."""
    import torch  # noqa: PLC0415

    start, batch = flower()
    X, Y = map(torch.tensor, batch)
    W1, b1, W2, b2 = parameters = [torch.tensor(p, requires_grad=True) for p in start]
    for _ in range(STEPS):
        A1 = torch.tanh(torch.addmm(b1, W1, X))
        cost = torch.nn.functional.binary_cross_entropy_with_logits(torch.addmm(b2, W2, A1), Y)
        cost.backward()  # type: ignore[no-untyped-call]  # as are the others
        with torch.no_grad():
            for p in parameters:
                p.sub_(RATE * p.grad)  # type: ignore[operator]
                p.grad = None
    return cost.item()


def jax_jit() -> float:
    """JAX: a whole step under jit."""
    import jax  # noqa: PLC0415

    jax.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call]
    start, batch = flower()
    X, Y = map(jax.numpy.array, batch)

    def loss(parameters: Any) -> Any:
        W1, b1, W2, b2 = parameters
        Z = W2 @ jax.numpy.tanh(W1 @ X + b1) + b2
        return jax.numpy.mean(jax.nn.softplus(Z) - Y * Z)

    @jax.jit
    def step(parameters: Any) -> Any:
        cost, gradients = jax.value_and_grad(loss)(parameters)
        return cost, [p - RATE * g for p, g in zip(parameters, gradients, strict=True)]

    parameters = list(map(jax.numpy.array, start))
    for _ in range(STEPS):
        cost, parameters = step(parameters)
    return float(cost)


CONTESTANTS = {"autograd_mini": eager, "autograd_mini, jit": replayed, "PyTorch": pytorch, "JAX jit": jax_jit}

if __name__ == "__main__":
    print(CONTESTANTS[sys.argv[1]]())
