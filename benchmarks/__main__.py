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
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np

import autograd_mini as ag

from . import classifiers, logistic, peers, planar, scalars, startup, tiny
from .timing import Contestant, alternate

OURS = "autograd_mini"
COLUMNS = (OURS, "micrograd", "PyTorch", "HIPS autograd", "NumPy by hand", "JAX jit", "tinygrad jit", "Keras")


class Workload(NamedTuple):
    """Rows of the table; see :func:`timing.alternate` for ``repeats`` and ``tolerance``."""

    name: str
    contestants: Callable[[], dict[str, Contestant]]
    repeats: int = 1
    tolerance: float = 1e-9
    gc_matters: bool = False  # then it is timed switched off, and switched on


WORKLOADS = (
    Workload("W1 chain of 100,000 scalars", scalars.chain_contestants, gc_matters=True),
    Workload("W1 chain of 100,000 scalars", functools.partial(scalars.chain_contestants, True), gc_matters=True),
    Workload("W2 micrograd's demo, one step", scalars.moons_contestants, repeats=5, gc_matters=True),
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
FIT = "W4 ten epochs through fit"
COLD = "cold process: import, 10,000 steps of W3"
MIB = "{:.0f} MiB".format


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
    """The rows whose names begin so, one by one as they are measured; one for each way of ours."""
    for workload in WORKLOADS:
        if not workload.name.startswith(only):
            continue
        contestants = workload.contestants()
        first = {name: first_run(run) for name, run in contestants.items()}
        for gc_on in (False, True) if workload.gc_matters else (True,):
            seconds = alternate(contestants, rounds, gc_on, workload.repeats, workload.tolerance)
            state = f", gc {'on' if gc_on else 'off'}" if workload.gc_matters else ""
            yield from each_way(workload.name, seconds, duration, state, first)
    if "W1".startswith(only):
        yield from each_way("W1 memory after backward", scalars.chain_bytes(), "{:.0f} bytes/node".format)
    few = max(3, rounds // 3)  # processes take seconds
    if FIT.startswith(only):
        fits = startup.costs(dict.fromkeys(startup.FITTING, "answer = run()"), few, before=startup.FITTING)
        yield from each_way(FIT, {name: cost.seconds for name, cost in fits.items()}, duration)
        yield from each_way(FIT, {name: cost.memory for name, cost in fits.items()}, MIB, ", memory of the process")
    if COLD.startswith(only):
        cold = startup.costs(startup.TRAINING, few)
        yield from each_way(COLD, {name: cost.lifetime for name, cost in cold.items()}, duration)
        yield from each_way(COLD, {name: cost.memory for name, cost in cold.items()}, MIB, ", memory")
    if "W7".startswith(only):
        imports = startup.costs(startup.IMPORTS, few)
        yield from each_way("W7 import", {name: cost.seconds for name, cost in imports.items()}, duration)
        yield from each_way("W7 import, memory", {name: cost.memory for name, cost in imports.items()}, MIB)
        beyond = startup.costs({OURS: startup.IMPORTS[OURS]}, few, before={OURS: "import numpy"})
        yield from each_way("W7 import, beyond NumPy's", {OURS: beyond[OURS].seconds}, duration)


def each_way(
    name: str,
    measured: Mapping[str, float],
    show: Callable[[float], str],
    state: str = "",
    first: Mapping[str, float] | None = None,
) -> Iterator[tuple[str, list[str]]]:
    """A row for each way of ours: what each column measured (the least, where it took part twice), and how many times
    ours that is. ``first`` are the seconds of first runs.
    """
    peers = [{key: x for key, x in measured.items() if key.startswith(column)} for column in COLUMNS[1:]]
    for way, ours in measured.items():
        if way.startswith(OURS):
            recorded = f" (first {duration(first[way])})" if first and way != OURS else ""
            others = ["; ".join(_beside(ours, x, show) for x in _shown(each).items()) for each in peers]
            yield name + way.removeprefix(OURS) + state, [show(ours) + recorded, *others]


def _shown(measured: Mapping[str, float]) -> Mapping[str, float]:
    """What a column shows of those that took part for it: the least; of Keras each backend, for they differ much."""
    if len(measured) < 2 or next(iter(measured)).startswith("Keras"):
        return measured
    return {"": min(measured.values())}


def _beside(ours: float, theirs: tuple[str, float], show: Callable[[float], str]) -> str:
    name, value = theirs
    variant = name.partition(", ")[2]
    times = value / ours
    return f"{show(value)}, {f'{times:,.0f}' if times >= 1000 else f'{times:.3g}'}×{f' ({variant})' if variant else ''}"


def first_run(run: Contestant) -> float:
    """The seconds that a contestant takes when it has run never before, and may have to compile."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def duration(seconds: float) -> str:
    """Milliseconds; microseconds of what is shorter than one, seconds of what is longer than a thousand."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.1f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} µs"


def describe(rounds: int) -> str:
    """What was compared, and how."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", *peers.INSTALLED))
    missing = f" Not installed: {', '.join(peers.MISSING)}." if peers.MISSING else ""
    machine = f"{platform.machine()} {platform.system()}, one core, one thread"
    return (
        f"Medians of {rounds} alternated rounds, and how many times ours they are; a step is forward, backward and "
        "update.\nWhat jit and vmap record at the first run, which takes the time in brackets, later ones replay. "
        "A cold process\nis timed from its start to its end.\n"
        f"Python {platform.python_version()}, {versions}, {machine}.{missing}"
    )


if __name__ == "__main__":
    main()
