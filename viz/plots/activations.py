"""Activations and their derivatives as curves, with the tangent at a point."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd_mini import value_and_grad
from autograd_mini.expr import Number, Symbol
from autograd_mini.nn import activations
from autograd_mini.rules import RULES

from ..style import LIGHT
from ..text import number
from .plotting import FIRST, GRADIENT, legend, panels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from matplotlib.axes import Axes

    from .matplotlib_figure import Plot

    Both = Callable[[float], tuple[float, float]]  # the value and the slope

POINTS = 401
BESIDE = 1e-8  # where a limit from one side is taken
STEEP = 20  # widths: what goes beyond them is left out, as near a pole


class Curve(NamedTuple):
    """A function of one number in an interval; it breaks where the function jumps."""

    f: Callable[[float], float]
    xs: Any
    ys: Any
    jumps: list[float]


def plot_activation(
    activation: activations.Activation | Iterable[activations.Activation],
    *,
    at: float | None = None,
    low: float = -5.0,
    high: float = 5.0,
) -> Plot:
    """An activation and, dashed, its derivative, as the engine computes it.

    Where the derivative jumps, as that of relu does at 0, open circles are the limits from both sides, and the full one
    is what the engine takes by convention.

    Parameters
    ----------
    activation
        The name of a function of one argument of the table (``"tanh"``, ``"relu"``, …), a function of a number, or a
        list of those, which are drawn side by side.
    at
        Where to draw the tangent, with its slope.
    low, high
        The interval.

    Raises
    ------
    ValueError
        For an unknown name, an empty interval or list, a point that is not within, or softmax, which is a function of
        a row.
    ImportError
        Without matplotlib.

    Examples
    --------
    >>> plot = plot_activation("tanh", at=1)
    >>> [text.get_text() for text in plot.axes[0].get_legend().get_texts()]
    ['a = tanh(z)', 'da/dz = 1 − a²', 'at 1: slope 0.42']
    """
    chosen = [activation] if isinstance(activation, str) or callable(activation) else list(activation)
    known = [activations.named(each) for each in chosen]
    if not known:
        raise ValueError("there is no activation to plot: name some, such as ['relu', 'tanh']")
    if not low < high:
        raise ValueError(f"an interval is wanted, with low below high, got low={low}, high={high}")
    if at is not None and not low <= at <= high:
        raise ValueError(f"at={at} is not in the picture, from {low} to {high}: choose low and high around it")
    if of_rows := [each for each in known if each in activations.BY_ROW]:
        raise ValueError(f"{of_rows[0]} is a function of a row of numbers: here are those of one number, as 'sigmoid'")

    plot, places = panels(len(known), xlabel="$z$")
    for each, axes in zip(known, places, strict=True):
        both = cache(value_and_grad(activations.function(each) or (lambda z: z)))
        _draw(axes, each, both, low, high)
        if at is not None:
            _draw_tangent(axes, float(at), both(float(at)), (high - low) / 6)
        legend(axes)
    return plot


def _draw(axes: Axes, activation: activations.Activation, both: Both, low: float, high: float) -> None:
    value = _curve(lambda z: both(z)[0], low, high)
    slope = _curve(lambda z: both(z)[1], low, high)
    slope.ys[[np.isnan(both(float(z))[0]) for z in slope.xs]] = np.nan  # outside of its domain
    axes.axhline(0, color=LIGHT.cluster[1], linewidth=0.8, zorder=0)
    for curve, look, label in zip((value, slope), (FIRST, GRADIENT), _formulas(activation), strict=True):
        axes.plot(curve.xs, curve.ys, look.dashes, color=look.colour, linewidth=2, label=label)
        _draw_jumps(axes, curve, look.colour)
    if max(np.nanmax(np.abs(curve.ys), initial=0) for curve in (value, slope)) > STEEP * (high - low):
        axes.set_ylim(low, high)
    axes.set_xlim(low, high)


def _draw_jumps(axes: Axes, curve: Curve, colour: str) -> None:
    limits = [(x, curve.f(x + side)) for x in curve.jumps for side in (-BESIDE, BESIDE)]
    taken = [(x, curve.f(x)) for x in curve.jumps]
    for points, face in ((limits, LIGHT.background), (taken, colour)):
        if finite := [point for point in points if np.isfinite(point[1])]:
            axes.plot(*zip(*finite, strict=True), "o", color=colour, markerfacecolor=face)


def _draw_tangent(axes: Axes, at: float, value_and_slope: tuple[float, float], span: float) -> None:
    value, slope = value_and_slope
    reach = span / np.hypot(1, slope)
    xs = np.array([at - reach, at + reach])
    axes.plot(xs, value + slope * (xs - at), "-.", color=LIGHT.ink, label=f"at {number(at)}: slope {number(slope)}")
    axes.plot([at, at], [value, slope], ":", color=LIGHT.muted, linewidth=1, zorder=1)
    axes.scatter([at, at], [value, slope], s=36, color=[FIRST.colour, GRADIENT.colour], zorder=4)


def _formulas(activation: activations.Activation) -> tuple[str, str]:
    """What the two lines are called: where there is a row, as textbooks write it, the derivative in terms of a."""
    rule = RULES.get(activation) if isinstance(activation, str) else None
    if rule is None:
        if activation == "linear":
            return "a = z", "da/dz"
        name = getattr(activation, "__name__", "")
        name = name if name.isidentifier() else "g"
        return f"{name}(z)", f"{name}′(z)"
    operands = [Symbol("z"), *map(Number, rule.defaults)]
    derivative = rule.derivative(0, operands, Symbol("a"))
    return f"a = {rule.applied(*operands).text()}", f"da/dz = {derivative.text()}"


def _curve(f: Callable[[float], float], low: float, high: float) -> Curve:
    """The curve of a function, with a gap at each of its jumps."""
    xs = np.linspace(low, high, POINTS)
    ys = np.array([f(float(x)) for x in xs])
    with np.errstate(invalid="ignore"):  # inf - inf
        changes = np.abs(np.diff(ys))
    smallest = 1e-3 * np.ptp(ys[np.isfinite(ys)]) if np.isfinite(ys).any() else 0.0
    found = [_jump(f, float(xs[i]), float(xs[i + 1])) for i in np.flatnonzero(changes > smallest)]
    jumps = sorted({round(x, 9) + 0.0 for x in found if x is not None})  # + 0.0, for -0.0
    xs = np.union1d(xs, [x + side for x in jumps for side in (-BESIDE, 0.0, BESIDE)])
    return Curve(f, xs, np.array([np.nan if x in jumps else f(float(x)) for x in xs]), jumps)


def _jump(f: Callable[[float], float], left: float, right: float) -> float | None:
    """Where a function jumps between two points; None if it does not, for then nearer points differ less."""
    change = abs(f(right) - f(left))
    for _ in range(40):
        middle = (left + right) / 2
        y = f(middle)
        before, after = abs(y - f(left)), abs(f(right) - y)
        if max(before, after) < change / 4:
            return None
        left, right = (left, middle) if before >= after else (middle, right)
    return left
