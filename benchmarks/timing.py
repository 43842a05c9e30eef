"""Contestants timed in turn, so that a machine whose speed drifts drifts for all of them."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

Contestant = Callable[[], tuple[Any, object]]  # the answer, and what is to be freed after the clock has stopped


@contextmanager
def garbage_collector(on: bool) -> Iterator[None]:
    """The garbage collector switched on or off, after everything collectable is gone."""
    gc.collect()
    (gc.enable if on else gc.disable)()
    try:
        yield
    finally:
        gc.enable()


def alternate(
    contestants: Mapping[str, Contestant],
    rounds: int,
    gc_on: bool = True,
    repeats: int = 1,
    tolerance: float = 1e-9,
) -> dict[str, float]:
    """The median seconds that each contestant takes for one run, the rounds running all of them in turn.

    Parameters
    ----------
    repeats : how often a contestant runs while the clock does, for runs of microseconds
    tolerance : how far the answers after the first ``repeats`` runs may differ, relative to the first one's

    Raises
    ------
    AssertionError : when they don't compute the same number
    """
    gc.collect()
    gc.freeze()  # what importing the peers has left alive would make every collection slower than in a user's program
    agree({name: number(repeat(run, repeats)[0]) for name, run in contestants.items()}, tolerance)  # also the warm-up
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            if repeats > 1:
                run()  # those that share an array with the one before would find it in the cache, others not
            with garbage_collector(gc_on):
                start = time.perf_counter()
                kept = repeat(run, repeats)
                seconds[name].append((time.perf_counter() - start) / repeats)
                del kept  # not timed, because micrograd's graphs are cycles that only the collector frees
    return {name: statistics.median(times) for name, times in seconds.items()}


def agree(answers: Mapping[str, float], tolerance: float) -> None:
    """Raise an AssertionError unless all are as close to the first one as it says, relative to it."""
    first = next(iter(answers.values()))
    for name, answer in answers.items():
        if not abs(answer - first) <= tolerance * max(1.0, abs(first)):
            raise AssertionError(f"contestants disagree: {name} computed {answer!r}, another {first!r}")


def repeat(run: Contestant, repeats: int) -> tuple[Any, object]:
    """What the last of several runs gives."""
    for _ in range(repeats - 1):
        run()
    return run()


def number(answer: Any) -> float:
    """A float of a float, or of the sum of anybody's array or node."""
    return float(answer.sum().item() if hasattr(answer, "sum") else answer)
