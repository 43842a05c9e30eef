"""Contestants timed in turn, so that a machine whose speed drifts drifts for all of them."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

Contestant = Callable[[], tuple[float, object]]  # the answer, and what is to be freed after the clock has stopped


@contextmanager
def garbage_collector(on: bool) -> Iterator[None]:
    """The garbage collector switched on or off, after everything collectable is gone."""
    gc.collect()
    (gc.enable if on else gc.disable)()
    try:
        yield
    finally:
        gc.enable()


def alternate(contestants: Mapping[str, Contestant], rounds: int, gc_on: bool) -> dict[str, float]:
    """The median seconds of each contestant over the rounds, each round running all of them in turn.

    Raises
    ------
    AssertionError : when they don't compute the same number
    """
    answers = {name: run()[0] for name, run in contestants.items()}  # also the warm-up
    first = next(iter(answers.values()))
    for name, answer in answers.items():
        if not abs(answer - first) <= 1e-9 * max(1.0, abs(first)):
            raise AssertionError(f"contestants disagree: {name} computed {answer!r}, another {first!r}")
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            with garbage_collector(gc_on):
                start = time.perf_counter()
                kept = run()
                seconds[name].append(time.perf_counter() - start)
                del kept  # not timed, because micrograd's graphs are cycles that only the collector frees
    return {name: statistics.median(times) for name, times in seconds.items()}
