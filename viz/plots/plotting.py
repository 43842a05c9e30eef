"""What all plots share: their figure, their lines, the classes that they colour.

Plots need the extra ``plot``: ``pip install autograd-mini[plot]``.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd_mini import no_grad

from ..style import LIGHT, PLOT, PLOTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .matplotlib_figure import Plot


class Look(NamedTuple):
    """How a line is drawn: two of them differ by more than colour."""

    colour: str
    dashes: str
    marker: str


FIRST = Look(LIGHT.boxes["input"][1], "-", "o")
SECOND = Look(LIGHT.boxes["parameter"][1], "--", "s")
GRADIENT = Look(LIGHT.gradient, "--", "o")


def figure(size: tuple[float, float] = PLOT) -> Plot:
    """A figure of so many inches, still empty.

    Raises
    ------
    ImportError
        Without matplotlib.
    """
    try:
        from .matplotlib_figure import Plot  # noqa: PLC0415  # an extra, and slow to load
    except ImportError as error:
        raise ImportError("plots need matplotlib: pip install autograd-mini[plot]") from error
    return Plot(figsize=size, layout="constrained")


def panels(count: int, **labels: Any) -> tuple[Plot, list[Axes]]:
    """A figure of so many plots, on as many rows as make it a slide's proportions; ``labels`` are for each of them."""
    across, up = PLOTS
    rows = max(1, round(math.sqrt(count * up / across)))
    columns = math.ceil(count / rows)
    plot = figure(PLOT if count == 1 else PLOTS)
    return plot, [open_axes(plot, rows, columns, i, **labels) for i in range(1, count + 1)]


def open_axes(plot: Plot, *place: int, **labels: Any) -> Axes:
    """Axes without a frame above and to the right, which would only take room."""
    axes: Axes = plot.add_subplot(*place, **labels)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def legend(axes: Axes, columns: int = 1) -> None:
    """What the lines are, above them, where it hides none."""
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, frameon=False)


def numbers(data: Any) -> Any:
    """Numbers, arrays, or nodes within lists, as an array of floats."""
    with no_grad():
        return np.asarray(data, float)


def notation(name: str) -> str:
    """A name as the lectures write it, for matplotlib.

    >>> notation("W[2]"), notation("a_1[2]"), notation("loss")
    ('$W^{[2]}$', '$a_{1}^{[2]}$', 'loss')
    """
    match = re.fullmatch(r"([A-Za-z])(?:_(\d+))?(?:\[(\d+)\])?", name)
    if not match:
        return literal(name)
    letter, below, above = match.groups()
    return f"${letter}{f'_{{{below}}}' if below else ''}{f'^{{[{above}]}}' if above else ''}$"


def classes(predicted: Any, threshold: float = 0.5) -> Any:
    """The number of the class that is predicted for each example, of shape (m,).

    Parameters
    ----------
    predicted
        Shape (m, K), a number for each class; or (m,) or (m, 1), one for class 1.
    threshold
        Where class 1 begins.
    """
    predicted = np.asarray(predicted)
    if predicted.ndim == 2 and predicted.shape[1] > 1:
        return predicted.argmax(axis=1)
    return (predicted.reshape(-1) >= threshold).astype(int)


def margin_of(predicted: Any, threshold: float) -> Any:
    """By how much each example belongs to class 1 rather than to class 0, from -1 to 1, of shape (m,)."""
    numbers = predicted.reshape(len(predicted), -1).astype(float)
    margin = numbers[:, 1] - numbers[:, 0] if numbers.shape[1] > 1 else numbers[:, 0] - threshold
    return margin / (np.abs(margin).max() or 1.0)


def sequential(model: Any) -> Any:
    """A network of Values as one of arrays; any other as it is."""
    return model.to_sequential() if hasattr(model, "to_sequential") else model


def layers(model: Any) -> list[Any]:
    """The layers of a network, one after the other, those of the networks within too; a layer is its own only one."""
    return [inner for layer in model.layers for inner in layers(layer)] if hasattr(model, "layers") else [model]


def literal(text: object) -> str:
    r"""A label, in which matplotlib is to see no formula; numbers as short as they can be.

    >>> literal(np.float64(7)), literal("3 $")
    ('7', '3 \\$')
    """
    return f"{text:g}" if isinstance(text, float) else str(text).replace("$", r"\$")
