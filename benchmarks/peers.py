"""The peers, as far as they are installed, on one thread.

micrograd gets the two functions that the workloads need and it lacks, written as its author writes them.
"""

from __future__ import annotations

import importlib
import math
import os
import sys
from typing import Any

MISSING: list[str] = []


def _optional(name: str) -> Any:
    """A module, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        MISSING.append(name)
        return None


micrograd = _optional("micrograd.engine")
autograd = _optional("autograd")
torch = _optional("torch")
jax = _optional("jax")

if micrograd:

    def _exp(self: Any) -> Any:
        out = micrograd.Value(math.exp(self.data), (self,), "exp")

        def _backward() -> None:
            self.grad += out.data * out.grad

        out._backward = _backward
        return out

    def _tanh(self: Any) -> Any:
        t = math.tanh(self.data)
        out = micrograd.Value(t, (self,), "tanh")

        def _backward() -> None:
            self.grad += (1 - t**2) * out.grad

        out._backward = _backward
        return out

    micrograd.Value.exp = _exp
    micrograd.Value.tanh = _tanh
    sys.setrecursionlimit(1_000_000)  # its backward pass recurses once per node

if torch:
    torch.set_num_threads(1)
