"""Checks of derivatives, by central differences: for a reader's own formulas, and for lecture notes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

from .rules import REALS, RULES
from .value import Value


def numeric_derivative(f: Callable[[float], float], x: float) -> float:
    """f′(x) by central differences with Richardson's extrapolation: about ten digits of a smooth function.

    >>> round(numeric_derivative(math.sin, 0.0), 10)
    1.0
    """
    h = 1e-3 * max(1.0, abs(x))
    slopes = [(f(x + step) - f(x - step)) / (2 * step) for step in (h, h / 2, h / 4)]
    better = [(4 * fine - coarse) / 3 for coarse, fine in itertools.pairwise(slopes)]
    return (16 * better[1] - better[0]) / 15


def check_rule(
    f: Callable[..., Any],
    derivative: Callable[..., Any],
    points: Sequence[Any] | None = None,
    rtol: float = 1e-6,
) -> None:
    """Check a formula for the derivative of ``f``, as one finds it printed, against the slope of ``f`` itself.

    Parameters
    ----------
    f : a function of numbers
    derivative : its claimed derivative; for several arguments it returns a tuple of the partial ones
    points : where to check, numbers or tuples of them; unless given, points of the domain that the table
        has for ``f``, or of the whole line
    rtol : the relative error allowed

    Raises
    ------
    ValueError : when the derivative has not one number for each input
    AssertionError : naming the point, what the formula gives, and the slope of ``f``

    >>> import autograd_mini as ag
    >>> check_rule(ag.tanh, lambda x: 1 - ag.tanh(x) ** 2)
    >>> check_rule(ag.coth, lambda x: -ag.csch(x))  # as some notes print it: the square is missing
    Traceback (most recent call last):
    AssertionError: coth at x = -2.5: the formula gives 0.165284, the slope is -0.0273187
    """
    name = getattr(f, "__name__", "f")
    checked = 0
    for point in _points(name) if points is None else points:
        inputs = tuple(map(float, point)) if isinstance(point, tuple | list) else (float(point),)
        claims = derivative(*inputs)
        claims = claims if isinstance(claims, tuple) else (claims,)
        if len(claims) != len(inputs):
            raise ValueError(f"{name} takes {len(inputs)} inputs, and the derivative gave {len(claims)} numbers")
        for i, claim in enumerate(claims):
            slope = numeric_derivative(_along(f, inputs, i), inputs[i])
            if math.isnan(slope):
                continue
            checked += 1
            noise = 1e-12 * abs(_number(f(*inputs))) / max(1.0, abs(inputs[i]))  # of the slope: f has sixteen digits
            if not abs(_number(claim) - slope) <= rtol * abs(slope) + noise:
                at = ", ".join(f"{x} = {value:g}" for x, value in zip("xyzuvw", inputs, strict=False))
                raise AssertionError(f"{name} at {at}: the formula gives {_number(claim):g}, the slope is {slope:g}")
    if not checked:
        raise AssertionError(f"{name} has a slope at none of the points: say where to check, points=[…]")


def _along(f: Callable[..., Any], inputs: tuple[float, ...], i: int) -> Callable[[float], float]:
    """``f`` as a function of its input ``i`` alone."""
    return lambda x: _number(f(*inputs[:i], x, *inputs[i + 1 :]))


def _points(name: str) -> list[tuple[float, ...]]:
    """Points inside of the domain of each input, away from its ends and from 0."""
    domain = RULES[name].domain if name in RULES else [REALS]
    grid = [k / 8 for k in range(-20, 21) if k]
    axes = [[x for x in grid if any(low + 0.1 < x < high - 0.1 for low, high in intervals)] for intervals in domain]
    longest = max(map(len, axes))
    return list(zip(*(list(itertools.islice(itertools.cycle(axis), longest)) for axis in axes), strict=True))


def _number(result: Any) -> float:
    return result.item() if isinstance(result, Value) else float(result)
