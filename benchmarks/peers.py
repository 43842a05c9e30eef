"""The peers, as far as they are installed, on one thread; None stands for one that is not.

micrograd gets the two functions that the workloads need and it lacks, written as its author writes them.
"""

from __future__ import annotations

import importlib
import math
import shutil
import sys
from typing import Any

INSTALLED: list[str] = []
MISSING: list[str] = []


def _peer(name: str, *modules: str) -> Any:
    """A package with some of its modules, or None where it is not installed."""
    try:
        package = importlib.import_module(name)
        for module in modules:
            importlib.import_module(f"{name}.{module}")
    except ImportError:
        MISSING.append(name)
        return None
    INSTALLED.append(name)
    return package


micrograd = _peer("micrograd", "engine", "nn")
torch = _peer("torch")
autograd = _peer("autograd", "numpy", "scipy.special")
jax = _peer("jax")
tinygrad: Any = _peer("tinygrad") if shutil.which("clang") else None  # its compiler for the CPU

if torch:
    torch.set_num_threads(1)

if jax:
    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_cpu_enable_async_dispatch", False)  # else the clock would stop too early

if micrograd:

    def _exp(self: Any) -> Any:
        out = micrograd.engine.Value(math.exp(self.data), (self,), "exp")

        def _backward() -> None:
            self.grad += out.data * out.grad

        out._backward = _backward
        return out

    def _tanh(self: Any) -> Any:
        t = math.tanh(self.data)
        out = micrograd.engine.Value(t, (self,), "tanh")

        def _backward() -> None:
            self.grad += (1 - t**2) * out.grad

        out._backward = _backward
        return out

    micrograd.engine.Value.exp = _exp
    micrograd.engine.Value.tanh = _tanh
    sys.setrecursionlimit(1_000_000)  # its backward pass recurses once per node
