"""The workloads: what is computed, for us and for each peer."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from typing import Any

import autograd_mini as ag
from autograd_mini import datasets, nn, optim

from . import peers
from .timing import Contestant, garbage_collector

STEPS = 11_111  # of the chain below, each of nine nodes


def chain(value: Callable[[float], Any]) -> tuple[Any, Any]:
    """W1: a residual chain of about 100,000 nodes from + * tanh exp and a power, whose gradient does not vanish."""
    x = value(0.5)
    h = x
    for _ in range(STEPS):
        h = h + (h.tanh() * x + (h * -0.5).exp() + h**3) * -1e-4
    return x, h


def chain_contestants() -> dict[str, Contestant]:
    """W1, built and differentiated."""

    def run(value: Callable[[float], Any]) -> Contestant:
        def once() -> tuple[float, object]:
            x, h = chain(value)
            h.backward()
            return float(x.grad), h

        return once

    return {"autograd_mini": run(ag.Value), "micrograd": run(peers.Value)}


def chain_bytes() -> dict[str, float]:
    """W1's memory after backward, in bytes per node."""

    def measure(value: Callable[[float], Any]) -> float:
        tracemalloc.start()
        h = chain(value)[1]
        h.backward()
        used, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return used / (9 * STEPS)

    with garbage_collector(on=False):
        return {"autograd_mini": measure(ag.Value), "micrograd": measure(peers.Value)}


def moons_contestants() -> dict[str, Contestant]:
    """W2: micrograd's demo; one full-batch step of an MLP 2-16-16-1 on 100 points, max-margin loss and L2."""
    X, y = datasets.moons(100, noise=0.1, seed=1)
    rows, labels = X.tolist(), [1.0 if label else -1.0 for label in y]
    theirs = peers.MLP(2, [16, 16, 1])
    ours = nn.MLP(2, [16, 16, 1], activation="relu")
    parameters = ours.parameters()
    start = [p.data for p in theirs.parameters()]
    for mine, data in zip(parameters, start, strict=True):
        mine.data = data
    optimizer = optim.SGD(parameters, learning_rate=0.0)  # every round computes the same numbers

    def us() -> tuple[float, object]:
        scores = [ours(row) for row in rows]
        loss = nn.hinge(labels, scores) + 1e-4 * ag.dot(parameters, parameters)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.item() + parameters[0].grad), loss

    def micrograd() -> tuple[float, object]:
        scores = [theirs(list(map(peers.Value, row))) for row in rows]
        losses = [(1 + -label * score).relu() for label, score in zip(labels, scores, strict=True)]
        loss = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in theirs.parameters())
        theirs.zero_grad()
        loss.backward()
        for p in theirs.parameters():
            p.data -= 0.0 * p.grad
        return float(loss.data + theirs.parameters()[0].grad), loss

    return {"autograd_mini": us, "micrograd": micrograd}


def import_milliseconds() -> float:
    """W7: what importing takes beyond NumPy's import, measured inside of one fresh interpreter."""
    code = "import time, numpy; t = time.perf_counter(); import autograd_mini; print(time.perf_counter() - t)"
    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    return float(output) * 1e3
