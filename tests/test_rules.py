"""Every row of the table against an exact oracle, at its hard points, in both modes and orders."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import TYPE_CHECKING, Any

import mpmath as mp
import numpy as np
import oracle
import pytest

import autograd_mini as ag
from autograd_mini.functions import FUNCTIONS
from autograd_mini.rules import RULES, TABLE, Rule
from autograd_mini.worlds import array_value, on_arrays, on_floats

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parent.parent
MAGNITUDES = (
    *(1e-300, 1e-160, 1e-20, 1e-10, 1e-5, 0.1, 0.5, 0.9, 1 - 1e-10, 1 - 2**-53, 1 + 1e-10, 1.5, math.pi / 2, 3.0),
    *(10.0, 36.8, 100.0, 709.0, 720.0, 800.0, 1e5, 1e10, 1e20, 1e100, 1e160, 1e300),
)
HARD = (0.0, *MAGNITUDES, *(-x for x in MAGNITUDES))
PAIRS = tuple(itertools.product((1e-300, -1e-10, 0.3, -1.5, 2.5, 700.0, -1e5, 1e300), repeat=2))
TRIPLES = ((1.0, 2.0, 3.0), (-1.0, 1e300, -3.0), (0.0, 2.0, 3.0))
PERIODIC = ("sin", "cos", "tan", "csc", "sec", "cot")
TIES = ("maximum", "minimum")
SMALLEST_NORMAL = sys.float_info.min  # what is smaller has fewer digits

each_row = pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)


def is_smooth(row: Rule, inputs: Sequence[float]) -> bool:
    """Whether the row has derivatives there, rather than conventions or poles."""
    inside = all(
        any(low < x < high for low, high in intervals) or (row.name in PERIODIC and abs(x) > 1e-9)
        for x, intervals in zip(inputs, row.domain, strict=True)
    )
    tied = row.name in TIES and inputs[0] == inputs[1]
    return inside and not tied and tuple(inputs) not in [at for at, _ in row.kinks]


def smooth_points(row: Rule) -> list[tuple[float, ...]]:
    candidates: Sequence[tuple[float, ...]] = [tuple((x,) for x in HARD), PAIRS, TRIPLES][row.arity - 1]
    return [inputs for inputs in candidates if is_smooth(row, inputs)]


def unit(row: Rule, i: int) -> tuple[float, ...]:
    return tuple(float(i == j) for j in range(row.arity))


def computed(row: Rule, inputs: tuple[float, ...]) -> Iterator[tuple[tuple[int, ...], str, float, float]]:
    """What the engine gives: (order of the derivative by each input, how, the number, the error allowed)."""
    f, axes = FUNCTIONS[row.name], range(row.arity)
    yield (0,) * row.arity, "value", f(*inputs), 1e-12
    for i in axes:
        yield unit_order(row, i), "reverse", ag.grad(f, i)(*inputs), 1e-11
        yield unit_order(row, i), "forward", ag.jvp(f, inputs, unit(row, i))[1], 1e-11
    for i, j in itertools.product(axes, repeat=2):
        yield unit_order(row, i, j), "reverse²", ag.grad(ag.grad(f, i), j)(*inputs), 1e-9
        yield unit_order(row, i, j), "forward on reverse", ag.jvp(ag.grad(f, i), inputs, unit(row, j))[1], 1e-9


def unit_order(row: Rule, *by: int) -> tuple[int, ...]:
    return tuple(by.count(i) for i in range(row.arity))


def is_close(got: float, want: float, tolerance: float) -> bool:
    if abs(want) > 1e300:
        return abs(got) > 1e300 and got * want > 0
    return abs(got - want) <= tolerance * abs(want) + SMALLEST_NORMAL


@each_row
def test_value_and_derivatives_are_exact_at_hard_points(row: Rule) -> None:
    points = smooth_points(row)
    assert points
    wrong = []
    for inputs in points:
        exact: dict[tuple[int, ...], float] = {}
        for order, how, got, tolerance in computed(row, inputs):
            if order not in exact:
                exact[order] = oracle.derivative(row, inputs, order)
            if not is_close(got, exact[order], tolerance):
                wrong.append(f"{row.name}{inputs} by {order}, {how}: {got!r}, exact is {exact[order]!r}")
    assert not wrong, "\n".join(wrong)
