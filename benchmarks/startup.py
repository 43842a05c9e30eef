"""What it costs to begin, measured in fresh interpreters."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from .cold import CONTESTANTS
from .fitting import PREPARED
from .timing import agree

IMPORTS = {
    "autograd_mini": "import autograd_mini",
    "PyTorch": "import torch",
    "HIPS autograd": "import autograd",
    "NumPy by hand": "import numpy",
    "JAX jit": "import jax",
    "tinygrad jit": "import tinygrad",
}
FITTING = {name: f"from benchmarks import fitting; run = fitting.{call}" for name, call in PREPARED.items()}
TRAINING = {name: f"from benchmarks import cold; answer = cold.{f.__name__}()" for name, f in CONTESTANTS.items()}
SCRIPT = """
import time
{before}
answer = 0.0
start = time.perf_counter()
{statement}
seconds = time.perf_counter() - start
try:
    with open("/proc/self/status") as status:
        memory = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 1024
except OSError:
    memory = float("nan")
print(seconds, memory, answer)
"""


class Cost(NamedTuple):
    """What a statement took in a fresh interpreter."""

    seconds: float
    lifetime: float  # seconds from the interpreter's start to its end
    memory: float  # the most that was resident, in MiB; nan where the system doesn't say
    answer: float


def costs(
    statements: Mapping[str, str], rounds: int, before: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Cost]:
    """The medians of what each statement takes, alternated; without those whose package is not installed.

    Parameters
    ----------
    before : what each runs before the clock starts

    Raises
    ------
    AssertionError : when they don't compute the same number
    """
    seen: dict[str, list[Cost]] = {}
    for name, statement in statements.items():
        try:
            _cost(statement, before.get(name, ""))  # which may have to compile modules
        except subprocess.CalledProcessError as error:
            if "ModuleNotFoundError" not in error.stderr:
                raise
        else:
            seen[name] = []
    for _ in range(rounds):
        for name, kept in seen.items():
            kept.append(_cost(statements[name], before.get(name, "")))
    agree({name: kept[0].answer for name, kept in seen.items()}, tolerance=1e-6)
    return {name: Cost(*map(statistics.median, zip(*kept, strict=True))) for name, kept in seen.items()}


def _cost(statement: str, before: str) -> Cost:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    output = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(before=before, statement=statement)],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
        cwd=Path(__file__).parent.parent,
    ).stdout
    lifetime = time.perf_counter() - start
    seconds, memory, answer = map(float, output.split())
    return Cost(seconds, lifetime, memory, answer)
