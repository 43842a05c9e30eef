"""Graphs of any size: a million nodes, 2⁶⁰ paths, memory that comes back, no reference cycles."""

from __future__ import annotations

import copy
import gc
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from copies import pickled

import autograd_mini as ag
from autograd_mini import Value

if TYPE_CHECKING:
    from collections.abc import Callable


MILLION = 1_000_000


def chain(length: int) -> tuple[Value, Value]:
    x = y = Value(1.0)
    for _ in range(length):
        y = y + 1.0
    return x, y


@pytest.mark.slow
def test_a_chain_of_a_million_nodes() -> None:
    x, y = chain(MILLION)
    assert y.data == MILLION + 1
    y.backward()
    assert x.grad == 1
    assert repr(y) == f"Value({y.data}, grad=1.0)"
    assert (copy.deepcopy(y).data, pickled(y).data) == (y.data, y.data)
    y.zero_grad()
    assert x.grad is None
    del y
    gc.collect()


@pytest.mark.parametrize(
    "step",
    [
        lambda y: y.tanh(),
        lambda y: 1.0 - y,
        lambda y: ag.sum([y, 1.0]),
        lambda y: ag.dot([y], [1.0], 0.5),
        lambda y: y * y,
    ],
    ids=["one operand", "reflected", "sum", "dot", "twice"],
)
def test_deep_chains_of_every_kind_are_deleted(step: Callable[[Value], Value]) -> None:
    y = Value(0.5)
    for _ in range(100_000):
        y = step(y)
    y.backward()
    del y


def test_sixty_doublings_are_two_to_the_sixty_paths() -> None:
    x = y = Value(1)
    for _ in range(60):
        y = y + y
    y.backward()
    assert y.data == x.grad == 2**60


@pytest.mark.slow
def test_a_dropped_graph_leaves_no_memory() -> None:
    def graph() -> None:
        x = Value(0.5)
        y = ag.sum([(x * x).sin() + i for i in range(10)]) / ag.dot([x, x], [2.0, x], x)
        y.backward()
        ag.grad(ag.grad(lambda v: v * v.exp()))(0.5)

    gc.collect()
    gc.disable()
    try:
        tracemalloc.start()
        for _ in range(3000):
            graph()  # fills the interpreter's own free lists
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(1000):
            graph()
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        gc.enable()
    assert after - before < 5_000


def test_graphs_hold_no_reference_cycle() -> None:
    def graph() -> None:
        x = Value(0.5)
        y = ag.where(x > 0, ag.sum([x, x * 2, x**x]), x)
        y.backward()
        with ag.no_grad(), ag.detect_anomaly():
            (y * 2).exp()
        ag.hessian(lambda p: p[0] * p[1])([1.0, 2.0])
        ag.jvp(ag.grad(ag.sin), (1.0,), (1.0,))
        ag.gradient_graph(y, x).backward()

    graph()
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            graph()
        assert gc.collect() == 0
    finally:
        gc.enable()
