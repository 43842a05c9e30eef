"""``python -m benchmarks``: run all, print the ratios, and write them to benchmarks/results.md."""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy reads them

import argparse
import platform
import statistics
from importlib.metadata import version
from pathlib import Path

from . import workloads
from .timing import alternate


def main() -> None:
    """One core, all contestants in turn, medians."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="how often each contestant runs (15)")
    rounds = parser.parse_args().rounds
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

    rows = []
    for name, contestants in (
        ("W1 chain of 100,000 scalars", workloads.chain_contestants()),
        ("W2 micrograd's demo, one step", workloads.moons_contestants()),
    ):
        off, on = (alternate(contestants, rounds, gc_on) for gc_on in (False, True))
        rows += [
            (f"{name}, gc {state}", f"{t['autograd_mini'] * 1e3:.1f} ms", f"{t['micrograd'] * 1e3:.1f} ms",
             f"{t['micrograd'] / t['autograd_mini']:.1f} times faster")
            for state, t in (("off", off), ("on", on))
        ]  # fmt: skip
    size = workloads.chain_bytes()
    rows.append(
        ("W1 memory after backward", f"{size['autograd_mini']:.0f} bytes/node", f"{size['micrograd']:.0f} bytes/node",
         f"{size['micrograd'] / size['autograd_mini']:.1f} times less")
    )  # fmt: skip
    extra = statistics.median(workloads.import_milliseconds() for _ in range(rounds))
    rows.append(("W7 import, beyond NumPy's", f"{extra:.0f} ms", "", ""))

    table = ["| | autograd_mini | micrograd | |", "|---|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)]
    machine = (
        f"Python {platform.python_version()}, NumPy {version('numpy')}, micrograd {version('micrograd')}, "
        f"{platform.machine()} {platform.system()}, one core; medians of {rounds} alternated rounds."
    )
    text = "\n".join([*table, "", machine, ""])
    print(text)
    (Path(__file__).parent / "results.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
