"""A tiny operation on ten numbers, forward and backward: what is timed is all that surrounds the arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_mini as ag

from .peers import autograd, jax, torch
from .timing import Contestant

Function = Callable[[Any], Any]


def tanh_contestants(ours: Function) -> dict[str, Contestant]:
    """tanh, ours by one of its names."""

    def by_hand(x: Any, seed: Any) -> tuple[Any, Any]:
        y = np.tanh(x)
        return y, seed * (1 - y**2)

    modules = (peer.numpy if peer else None for peer in (autograd, jax))
    hips, jax_jit = (module.tanh if module else None for module in modules)
    return _contestants(ours, torch.tanh if torch else None, hips, jax_jit, by_hand)


def square_contestants() -> dict[str, Contestant]:
    """The square x * x, by the operator."""

    def square(x: Any) -> Any:
        return x * x

    def by_hand(x: Any, seed: Any) -> tuple[Any, Any]:
        return x * x, 2 * x * seed

    return _contestants(square, square, square, square, by_hand)


def _contestants(
    ours: Function, pytorch: Any, hips: Any, jax_jit: Any, by_hand: Callable[[Any, Any], tuple[Any, Any]]
) -> dict[str, Contestant]:
    """Everyone's gradient of the input, given the same gradient of the output."""
    x, seed = np.random.default_rng(0).normal(size=(2, 10))

    def backward(function: Function, x: Any, seed: Any) -> Contestant:
        def once() -> tuple[Any, object]:
            y = function(x)
            y.backward(seed)
            gradient, x.grad = x.grad, None
            return gradient, y

        return once

    contestants = {"autograd_mini": backward(ours, ag.Tensor(x), seed)}
    if torch:
        contestants["PyTorch"] = backward(pytorch, torch.tensor(x, requires_grad=True), torch.tensor(seed))
    if autograd:
        make_vjp = autograd.make_vjp(hips)

        def hips_autograd() -> tuple[Any, object]:
            pullback, y = make_vjp(x)
            return pullback(seed), y

        contestants["HIPS autograd"] = hips_autograd
    contestants["NumPy by hand"] = lambda: by_hand(x, seed)[::-1]
    if jax:

        @jax.jit  # type: ignore[untyped-decorator]  # jax may not be installed
        def both(x: Any, seed: Any) -> tuple[Any, Any]:
            y, pullback = jax.vjp(jax_jit, x)
            return pullback(seed)[0], y

        device = jax.numpy.array(x), jax.numpy.array(seed)
        contestants["JAX jit"] = lambda: both(*device)
    return contestants
