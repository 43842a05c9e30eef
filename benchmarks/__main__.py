"""``python -m benchmarks``: run all, print times and ratios, and write them to benchmarks/results.md."""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy reads them
if hasattr(os, "sched_setaffinity"):  # before JAX counts the cores
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import argparse
import functools
import platform
import statistics
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np

import autograd_mini as ag

from . import classifiers, logistic, peers, planar, scalars, startup, tiny
from .timing import Contestant, alternate

COLUMNS = ("autograd_mini", "micrograd", "PyTorch", "HIPS autograd", "NumPy by hand", "JAX jit")


class Workload(NamedTuple):
    """One or two rows of the table; see :func:`timing.alternate` for ``repeats`` and ``tolerance``."""

    name: str
    contestants: Callable[[], dict[str, Contestant]]
    repeats: int = 1
    tolerance: float = 1e-9
    gc_matters: bool = False  # then it is timed switched off, and switched on


WORKLOADS = (
    Workload("W1 chain of 100,000 scalars", scalars.chain_contestants, gc_matters=True),
    Workload("W2 micrograd's demo, one step", scalars.moons_contestants, gc_matters=True),
    Workload("W3 planar net, one step", planar.planar_contestants, repeats=200),
    Workload("W4 digits, one step", classifiers.digits_contestants, repeats=100, tolerance=1e-4),
    Workload(
        "W5 logistic regression, float64", functools.partial(logistic.logistic_contestants, np.float64), repeats=10
    ),
    Workload(
        "W5 logistic regression, float32",
        functools.partial(logistic.logistic_contestants, np.float32),
        repeats=10,
        tolerance=1e-4,
    ),
    Workload("W6 784-512-256-10, one step", classifiers.wide_contestants, repeats=8, tolerance=1e-4),
    Workload("tiny: ag.tanh(x)", functools.partial(tiny.tanh_contestants, ag.tanh), repeats=2000),
    Workload("tiny: np.tanh(x)", functools.partial(tiny.tanh_contestants, np.tanh), repeats=2000),
    Workload("tiny: x * x", tiny.square_contestants, repeats=2000),
)


def main() -> None:
    """One core, all contestants in turn, medians."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="how often each contestant is timed (15)")
    parser.add_argument("--only", nargs="+", default=[""], metavar="W3", help="rows to run; then no file is written")
    options = parser.parse_args()

    table = [f"| {' | '.join(['', *COLUMNS])} |", "|---" * (1 + len(COLUMNS)) + "|"]
    print(*table, sep="\n")
    for name, cells in rows(options.rounds, tuple(options.only)):
        table.append(f"| {' | '.join([name, *cells])} |")
        print(table[-1], flush=True)
    how = describe(options.rounds)
    print(f"\n{how}")
    if options.only == [""]:
        text = "\n".join([*table, "", how, ""])
        (Path(__file__).parent / "results.md").write_text(text, encoding="utf-8")


def rows(rounds: int, only: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    """The rows whose names begin so, one by one as they are measured."""
    for workload in WORKLOADS:
        if not workload.name.startswith(only):
            continue
        for gc_on in (False, True) if workload.gc_matters else (True,):
            seconds = alternate(workload.contestants(), rounds, gc_on, workload.repeats, workload.tolerance)
            state = f", gc {'on' if gc_on else 'off'}" if workload.gc_matters else ""
            yield workload.name + state, cells(seconds, duration)
    if "W1".startswith(only):
        yield "W1 memory after backward", cells(scalars.chain_bytes(), "{:.0f} bytes/node".format)
    if "W7".startswith(only):
        extra = statistics.median(startup.import_milliseconds() for _ in range(rounds))
        yield "W7 import, beyond NumPy's", cells({"autograd_mini": extra}, "{:.0f} ms".format)


def cells(measured: Mapping[str, float], show: Callable[[float], str]) -> list[str]:
    """A row: what each column measured (the least, where it took part twice), and how many times ours that is."""
    best = {
        column: min((value for name, value in measured.items() if name.startswith(column)), default=None)
        for column in COLUMNS
    }
    ours = measured["autograd_mini"]
    others = ["" if value is None else f"{show(value)}, {value / ours:.3g}×" for value in best.values()]
    return [show(ours), *others[1:]]


def duration(seconds: float) -> str:
    """Milliseconds, or microseconds of what is shorter than one."""
    return f"{seconds * 1e3:.1f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} µs"


def describe(rounds: int) -> str:
    """What was compared, and how."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", *peers.INSTALLED))
    missing = f" Not installed: {', '.join(peers.MISSING)}." if peers.MISSING else ""
    return (
        f"Medians of {rounds} alternated rounds, and how many times ours they are; each step runs forward, backward and"
        f" update.\nPython {platform.python_version()}, {versions}, {platform.machine()} {platform.system()}, one core,"
        f" one thread.{missing}"
    )


if __name__ == "__main__":
    main()
