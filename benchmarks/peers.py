"""micrograd, with the two functions that the workloads need and it lacks, written as its author writes them."""

from __future__ import annotations

import math
import sys

from micrograd.engine import Value
from micrograd.nn import MLP

__all__ = ["MLP", "Value"]


def _exp(self: Value) -> Value:
    out = Value(math.exp(self.data), (self,), "exp")

    def _backward() -> None:
        self.grad += out.data * out.grad

    out._backward = _backward
    return out


def _tanh(self: Value) -> Value:
    t = math.tanh(self.data)
    out = Value(t, (self,), "tanh")

    def _backward() -> None:
        self.grad += (1 - t**2) * out.grad

    out._backward = _backward
    return out


Value.exp = _exp
Value.tanh = _tanh
sys.setrecursionlimit(1_000_000)  # its backward pass recurses once per node
