"""W1 and W2: graphs of scalars, one node a number."""

from __future__ import annotations

import copy
import functools
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_mini as ag
from autograd_mini import datasets, nn, optim

from .peers import autograd, micrograd, torch
from .timing import Contestant, garbage_collector

STEPS = 11_111  # of the chain below, each of nine nodes
RATE = 0.1


def chain(x: Any, functions: Any = ag.Value) -> Any:
    """W1: a residual chain of about 100,000 nodes from + * tanh exp and a power, whose gradient does not vanish.

    ``functions`` is the class or the module that has x's tanh and exp.
    """
    tanh, exp = functions.tanh, functions.exp
    h = x
    for _ in range(STEPS):
        h = h + (tanh(h) * x + exp(h * -0.5) + h**3) * -1e-4
    return h


def chain_contestants(replayed: bool = False) -> dict[str, Contestant]:
    """W1, built and differentiated; ours replayed or not, because a program of its size leaves no cache to others."""

    def run(value: Callable[[float], Any], f: Callable[[Any], Any]) -> Contestant:
        def once() -> tuple[Any, object]:
            x = value(0.5)
            h = f(x)
            h.backward()
            return x.grad, h

        return once

    contestants = {
        "autograd_mini, jit" if replayed else "autograd_mini": run(ag.Value, ag.jit(chain) if replayed else chain)
    }
    if micrograd:
        value = micrograd.engine.Value
        contestants["micrograd"] = run(value, functools.partial(chain, functions=value))
    if torch:
        leaf = functools.partial(torch.tensor, dtype=torch.float64, requires_grad=True)
        contestants["PyTorch"] = run(leaf, functools.partial(chain, functions=torch))
    if autograd:
        derivative = autograd.grad(functools.partial(chain, functions=autograd.numpy))
        contestants["HIPS autograd"] = lambda: (derivative(0.5), None)
    return contestants


def chain_bytes() -> dict[str, float]:
    """W1's memory after backward, in bytes per node, of those who allocate through Python."""

    def measure(value: Any) -> float:
        tracemalloc.start()
        h = chain(value(0.5), value)
        h.backward()
        used, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return used / (9 * STEPS)

    with garbage_collector(on=False):
        sizes = {"autograd_mini": measure(ag.Value)}
        if micrograd:
            sizes["micrograd"] = measure(micrograd.engine.Value)
    return sizes


def moons_contestants() -> dict[str, Contestant]:
    """W2: micrograd's demo; full-batch steps of an MLP 2-16-16-1 on 100 points, max-margin loss and L2.

    Ours is written as micrograd's, and for one example with vmap; PyTorch does it with tensors. The answer is the loss
    and a gradient.
    """
    X, classes = datasets.moons(100, noise=0.1, seed=1)
    y = 2.0 * classes - 1
    model = nn.MLP(2, [16, 16, 1], activation="relu", seed=0)
    contestants = {
        "autograd_mini": _moons_of_values(copy.deepcopy(model), X.tolist(), y.tolist()),
        "autograd_mini, vmap": _moons_of_an_example(copy.deepcopy(model), X, y),
        "autograd_mini, jit(vmap)": _moons_of_an_example(copy.deepcopy(model), X, y, ag.jit),
    }
    if micrograd:
        contestants["micrograd"] = _moons_of_micrograd(model, X.tolist(), y.tolist())
    if torch:
        contestants["PyTorch"] = _moons_of_tensors(model, torch.tensor(X), torch.tensor(y))
    return contestants


def _moons_of_values(model: nn.MLP, rows: list[list[float]], labels: list[float]) -> Contestant:
    parameters = model.parameters()
    optimizer = optim.SGD(parameters, learning_rate=RATE)

    def step() -> tuple[Any, object]:
        scores = [model(row) for row in rows]
        loss = nn.hinge(labels, scores) + 1e-4 * ag.dot(parameters, parameters)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.data + parameters[0].grad, loss

    return step


def _moons_of_an_example(model: nn.MLP, X: Any, y: Any, way: Callable[[Any], Any] = lambda loss: loss) -> Contestant:
    parameters = model.parameters()
    optimizer = optim.SGD(parameters, learning_rate=RATE)

    def of_example(x: Any, y: Any) -> Any:
        return ag.relu(1 - y * model(x)) + 1e-4 * ag.dot(parameters, parameters)

    of_examples = ag.vmap(of_example)
    of_batch = way(lambda X, y: of_examples(X, y).mean())

    def step() -> tuple[Any, object]:
        loss = of_batch(X, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item() + parameters[0].grad, loss

    return step


def _moons_of_micrograd(start: nn.MLP, rows: list[list[float]], labels: list[float]) -> Contestant:
    model = micrograd.nn.MLP(2, [16, 16, 1])
    parameters = model.parameters()
    for p, ours in zip(parameters, start.parameters(), strict=True):
        p.data = ours.data

    def step() -> tuple[Any, object]:
        scores = [model(list(map(micrograd.engine.Value, row))) for row in rows]
        losses = [(1 + -label * score).relu() for label, score in zip(labels, scores, strict=True)]
        loss = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in parameters)
        model.zero_grad()
        loss.backward()
        for p in parameters:
            p.data -= RATE * p.grad
        return loss.data + parameters[0].grad, loss

    return step


def _moons_of_tensors(start: nn.MLP, X: Any, y: Any) -> Contestant:
    weights = [np.array([[w.data for w in neuron.w] for neuron in layer.neurons]).T for layer in start.layers]
    biases = [np.array([neuron.b.data for neuron in layer.neurons]) for layer in start.layers]
    W1, W2, W3, b1, b2, b3 = parameters = [torch.tensor(p, requires_grad=True) for p in (*weights, *biases)]

    def step() -> tuple[Any, object]:
        hidden = torch.relu(torch.addmm(b2, torch.relu(torch.addmm(b1, X, W1)), W2))
        scores = torch.addmm(b3, hidden, W3)[:, 0]
        loss = torch.relu(1 - y * scores).mean() + 1e-4 * sum((p * p).sum() for p in parameters)
        for p in parameters:
            p.grad = None
        loss.backward()
        with torch.no_grad():
            for p in parameters:
                p.sub_(RATE * p.grad)
        return loss.detach() + W1.grad[0, 0], loss

    return step
