"""Steps of gradient descent on arrays, as each contestant's users write them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import autograd_mini as ag

from .peers import autograd, jax, tinygrad, torch
from .timing import Contestant

Array = NDArray[Any]
Loss = Callable[..., Any]  # of the list of parameters, and of a batch's arrays


@dataclass(frozen=True)
class Task:
    """What is to be trained: from which parameters, on which batches (in turn), and how."""

    start: Sequence[Array]
    batches: Sequence[tuple[Array, ...]]
    rate: float
    adam: bool = False


def contestants(
    task: Task, *, ours: Loss, pytorch: Loss, hips: Loss, jax_jit: Loss, tiny: Loss, by_hand: Loss
) -> dict[str, Contestant]:
    """A step of everyone who is installed: each is given its loss, NumPy a function that gives loss and gradients."""
    steps = {"autograd_mini": _ours(task, ours), "autograd_mini, jit": _ours(task, ours, ag.jit)}
    if torch:
        steps |= _pytorch(task, pytorch)
    if autograd:
        steps["HIPS autograd"] = _numpy(task, autograd.value_and_grad(hips))
    steps["NumPy by hand"] = _numpy(task, by_hand)
    if jax:
        steps["JAX jit"] = _jax(task, jax_jit)
    if tinygrad:
        steps["tinygrad jit"] = _tinygrad(task, tiny)
    return steps


def _ours(task: Task, loss: Loss, way: Callable[[Loss], Loss] = lambda loss: loss) -> Contestant:
    parameters = [ag.Tensor(p) for p in task.start]
    batches = itertools.cycle(task.batches)
    optimizer = (ag.optim.Adam if task.adam else ag.optim.SGD)(parameters, task.rate)

    @way
    def of_batch(*batch: Any) -> Any:
        return loss(parameters, *batch)

    def step() -> tuple[Any, object]:
        value = of_batch(*next(batches))
        value.backward()
        optimizer.step()
        optimizer.zero_grad()
        return value, None

    return step


def _pytorch(task: Task, loss: Loss) -> dict[str, Contestant]:
    def run(optimizer: Callable[[list[Any]], Any] | None) -> Contestant:
        parameters = [torch.tensor(p, requires_grad=True) for p in task.start]
        batches = itertools.cycle([tuple(map(torch.tensor, batch)) for batch in task.batches])
        method = optimizer(parameters) if optimizer else None

        def step() -> tuple[Any, object]:
            value = loss(parameters, *next(batches))
            value.backward()
            if method:
                method.step()
                method.zero_grad()
            else:  # quicker than torch.optim.SGD
                with torch.no_grad():
                    for p in parameters:
                        p.sub_(task.rate * p.grad)
                        p.grad = None
            return value, None

        return step

    if not task.adam:
        return {"PyTorch": run(None)}
    return {
        "PyTorch, plain Adam": run(lambda parameters: torch.optim.Adam(parameters, task.rate)),
        "PyTorch, fused Adam": run(lambda parameters: torch.optim.Adam(parameters, task.rate, fused=True)),
    }


def _numpy(task: Task, loss_and_gradients: Loss) -> Contestant:
    parameters = [p.copy() for p in task.start]
    batches = itertools.cycle(task.batches)
    descend = _descent(parameters, task)

    def step() -> tuple[Any, object]:
        value, gradients = loss_and_gradients(parameters, *next(batches))
        descend(gradients)
        return value, None

    return step


def _descent(parameters: list[Array], task: Task) -> Callable[[Sequence[Array]], None]:
    """What changes the parameters when it is given their gradients."""
    rate, beta1, beta2, epsilon = task.rate, 0.9, 0.999, 1e-8
    means = [np.zeros_like(p) for p in parameters]
    squares = [np.zeros_like(p) for p in parameters]
    t = 0

    def gradient_descent(gradients: Sequence[Array]) -> None:
        for i, g in enumerate(gradients):
            parameters[i] -= rate * g

    def adam(gradients: Sequence[Array]) -> None:
        nonlocal t
        t += 1
        for i, g in enumerate(gradients):
            means[i] = beta1 * means[i] + (1 - beta1) * g
            squares[i] = beta2 * squares[i] + (1 - beta2) * g**2
            mean, square = means[i] / (1 - beta1**t), squares[i] / (1 - beta2**t)
            parameters[i] -= rate * mean / (np.sqrt(square) + epsilon)

    return adam if task.adam else gradient_descent


def _jax(task: Task, loss: Loss) -> Contestant:
    each = jax.tree.map
    rate, beta1, beta2, epsilon = task.rate, 0.9, 0.999, 1e-8

    def gradient_descent(state: Any, *batch: Any) -> Any:
        value, gradients = jax.value_and_grad(loss)(state, *batch)
        return each(lambda p, g: p - rate * g, state, gradients), value

    def adam(state: Any, *batch: Any) -> Any:
        parameters, means, squares, t = state
        value, gradients = jax.value_and_grad(loss)(parameters, *batch)
        t += 1
        means = each(lambda m, g: beta1 * m + (1 - beta1) * g, means, gradients)
        squares = each(lambda v, g: beta2 * v + (1 - beta2) * g**2, squares, gradients)
        scale = 1 / (1 - beta1**t), 1 / (1 - beta2**t)
        parameters = each(
            lambda p, m, v: p - rate * m * scale[0] / (jax.numpy.sqrt(v * scale[1]) + epsilon),
            parameters, means, squares,
        )  # fmt: skip
        return (parameters, means, squares, t), value

    state: Any = each(jax.numpy.array, list(task.start))
    if task.adam:
        zeros = each(jax.numpy.zeros_like, state)
        state = state, zeros, zeros, jax.numpy.zeros((), state[0].dtype)
    update = jax.jit(adam if task.adam else gradient_descent)
    batches = itertools.cycle([tuple(map(jax.numpy.array, batch)) for batch in task.batches])

    def step() -> tuple[Any, object]:
        nonlocal state
        state, value = update(state, *next(batches))
        return value, None

    return step


def _tinygrad(task: Task, loss: Loss) -> Contestant:
    def tensors(arrays: Sequence[Array]) -> list[Any]:
        return [tinygrad.Tensor(each).realize() for each in arrays]

    rate, beta1, beta2, epsilon = task.rate, 0.9, 0.999, 1e-8
    parameters = tensors(task.start)
    moments = [tensors([np.zeros_like(p) for p in task.start]) for _ in range(2)]
    powers = tensors([np.ones(1, task.start[0].dtype)] * 2)  # of the two betas

    def gradient_descent(gradients: Sequence[Any]) -> list[Any]:
        for p, g in zip(parameters, gradients, strict=True):
            p.assign(p - rate * g)
        return parameters

    def adam(gradients: Sequence[Any]) -> list[Any]:
        for power, beta in zip(powers, (beta1, beta2), strict=True):
            power.assign(power * beta)
        for p, m, v, g in zip(parameters, *moments, gradients, strict=True):
            m.assign(beta1 * m + (1 - beta1) * g)
            v.assign(beta2 * v + (1 - beta2) * g * g)
            p.assign(p - rate * (m / (1 - powers[0])) / ((v / (1 - powers[1])).sqrt() + epsilon))
        return [*parameters, *moments[0], *moments[1], *powers]

    def update(*batch: Any) -> Any:
        value = loss(parameters, *batch)
        changed = (adam if task.adam else gradient_descent)(value.gradient(*parameters))
        return value.realize(*changed)

    replayed = tinygrad.TinyJit(update)
    batches = itertools.cycle([tensors(batch) for batch in task.batches])

    def step() -> tuple[Any, object]:
        value = replayed(*next(batches))
        tinygrad.Device[value.device].synchronize()
        return value, None

    return step
