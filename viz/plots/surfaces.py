"""The loss as a curve or a surface over the parameters, and the way that gradient descent takes on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_mini import Value, grad, no_grad

from .. import text
from ..style import LIGHT
from .plotting import FIRST, GRADIENT, Look, figure, legend, literal, numbers, open_axes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from matplotlib.axes import Axes

    from .matplotlib_figure import Plot

LEVELS = 14
PATHS = (GRADIENT._replace(dashes="-"), Look(LIGHT.ink, "--", "s"), Look(LIGHT.boxes["output"][1], ":", "^"))


def plot_loss_surface(
    loss: Callable[..., Any],
    w_range: tuple[float, float],
    b_range: tuple[float, float] | None = None,
    *,
    path: Any = None,
    resolution: int = 81,
) -> Plot:
    """The loss by two numbers, w and b, as contours; by w alone, as a curve; with the way that descent takes.

    A path begins at its large mark and ends at its star. On a curve each of its points has its tangent, whose slope
    is the next step.

    Parameters
    ----------
    loss
        A function of (w, b), or of w alone, which gets Values and gives a number or a node.
    w_range, b_range
        From where to where each goes; without the second, the loss is a function of w alone.
    path
        The points that descent went through, (k, 2), or (k,) on a curve: numbers or nodes. A dict of several, by name,
        compares them.
    resolution
        Points along each axis of a surface; the loss is computed at every one.

    Raises
    ------
    ValueError
        For a path of another shape, an empty range, or a loss that is nowhere finite.
    ImportError
        Without matplotlib.

    Examples
    --------
    >>> def J(w):
    ...     return (w - 3) ** 2
    >>> path = [0.0]
    >>> for _ in range(10):
    ...     path.append(path[-1] - 0.1 * grad(J)(path[-1]))
    >>> plot = plot_loss_surface(J, (-1, 7), path=path)
    >>> plot.axes[0].get_xlabel(), plot.axes[0].get_ylabel()
    ('$w$', '$J$')
    """
    ranges = [w_range] if b_range is None else [w_range, b_range]
    if any(np.shape(limits) != (2,) or not limits[0] < limits[1] for limits in ranges):
        raise ValueError(f"a range goes from a number to a larger one, as (-1, 1), got {', '.join(map(str, ranges))}")
    paths = {
        name: _checked(points, len(ranges))
        for name, points in (path if isinstance(path, dict) else {} if path is None else {"": path}).items()
    }
    plot = figure()
    if b_range is None:
        axes = open_axes(plot, xlabel="$w$", ylabel="$J$")
        _draw_curve(axes, loss, w_range, paths)
    else:
        axes = plot.add_subplot(xlabel="$w$", ylabel="$b$")
        _draw_surface(axes, loss, w_range, b_range, paths, resolution)
    axes.set_xlim(*w_range)
    if any(paths):
        legend(axes, columns=len(paths))
    return plot


def _checked(path: Any, parameters: int) -> Any:
    """The points of a path, (k, parameters)."""
    points = numbers(path)
    if parameters == 1 and points.ndim == 1:
        points = points[:, None]
    if points.ndim != 2 or points.shape[1] != parameters or not len(points):
        wanted = "(k, 2): pairs (w, b)" if parameters == 2 else "(k,): numbers, for there is no b_range"
        raise ValueError(f"a path has the shape {wanted}, got {points.shape}")
    return points


def _draw_surface(
    axes: Axes,
    loss: Callable[..., Any],
    w_range: tuple[float, float],
    b_range: tuple[float, float],
    paths: Mapping[str, Any],
    resolution: int,
) -> None:
    ws, bs = np.linspace(*w_range, resolution), np.linspace(*b_range, resolution)
    heights = np.array([[_at(loss, w, b) for w in ws] for b in bs])
    heights = np.ma.masked_invalid(heights)
    if not heights.count():
        raise ValueError(f"the loss is nan or infinite everywhere for w in {w_range} and b in {b_range}")
    low, high = float(heights.min()), float(heights.max())
    if high > low:
        # Closer to each other near the minimum, where the surface is flat and the path ends.
        levels = low + (high - low) * np.linspace(0, 1, LEVELS + 1)[1:] ** 2
        lines = axes.contour(ws, bs, heights, levels=levels, colors=FIRST.colour, linewidths=0.9)
        axes.clabel(lines, levels[1::2], fmt=lambda level: text.number(float(f"{level:.2g}")))
    for (name, points), look in zip(paths.items(), PATHS * len(paths), strict=False):
        axes.plot(*points.T, look.dashes, color=look.colour, marker=look.marker, markersize=4, label=literal(name))
        _draw_ends(axes, points, look)
    axes.set_ylim(*b_range)


def _draw_curve(axes: Axes, loss: Callable[..., Any], w_range: tuple[float, float], paths: Mapping[str, Any]) -> None:
    ws = np.linspace(*w_range, 401)
    heights = np.array([_at(loss, w) for w in ws])
    if not np.isfinite(heights).any():
        raise ValueError(f"the loss is nan or infinite everywhere for w in {w_range}")
    axes.plot(ws, heights, color=FIRST.colour, linewidth=2)
    axes.set_ylim(axes.get_ylim())  # tangents may leave the picture
    slope = grad(loss)
    for (name, points), look in zip(paths.items(), PATHS * len(paths), strict=False):
        feet = np.array([(w, _at(loss, w)) for w in points[:, 0]])
        reach = (w_range[1] - w_range[0]) / 12
        for w, height in feet.tolist():
            ends = np.array([w - reach, w + reach])
            axes.plot(ends, height + slope(w) * (ends - w), color=look.colour, linewidth=1)
        axes.plot(*feet.T, look.marker, color=look.colour, label=literal(name))
        _draw_ends(axes, feet, look)


def _draw_ends(axes: Axes, points: Any, look: Look) -> None:
    first, last = points[:1].T, points[-1:].T
    axes.plot(*first, look.marker, markersize=9, color=look.colour, markerfacecolor=LIGHT.background)
    axes.plot(*last, "*", markersize=13, color=look.colour, markeredgecolor=LIGHT.background)


def _at(loss: Callable[..., Any], *parameters: float) -> float:
    with no_grad():
        return float(loss(*map(Value, parameters)))
