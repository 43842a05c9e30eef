"""Curves and boundaries, by matplotlib: functions give a figure, which Jupyter shows and ``savefig`` writes.

They need the extra ``plot``: ``pip install autograd-mini[plot]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .style import LIGHT

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

# Classes differ by colour and by marker, so that neither is needed.
CLASSES = [LIGHT.boxes[kind] for kind in ("input", "parameter", "output", "constant")]
MARKERS = "os^DvPX*"


def plot_decision_boundary(model: Callable[[Any], Any], X: Any, y: Any, resolution: int = 300) -> Figure:
    """The plane, coloured by the class that a network predicts, with the examples it learned from.

    Parameters
    ----------
    model
        A network of two features, a classifier with ``predict_proba``, or a function from X, (m, 2), to predictions:
        (m,) or (m, 1) of one number, where the boundary is 0.5 (0 for a network that is compiled with logits or
        hinge), or (m, K) of a number for each class.
    X
        Shape (m, 2).
    y
        Shape (m,): classes.
    resolution
        Points along each axis.

    Raises
    ------
    ValueError
        Unless there are two features.
    ImportError
        Without matplotlib.
    """
    points, labels = np.asarray(X, float), np.asarray(y).reshape(-1)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) != len(labels):
        raise ValueError(
            f"a boundary is drawn in the plane: expected X of shape (m, 2), y (m,), got {points.shape}, {np.shape(y)}"
            f"{': examples are rows here, use X.T' if points.shape[:1] == (2,) else ''}"
        )
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.08 * (high - low)
    across, up = (np.linspace(low[i] - margin[i], high[i] + margin[i], resolution) for i in (0, 1))
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    names = np.unique(labels)
    regions = _classes(model, grid).reshape(resolution, resolution)

    figure = _figure()
    axes = figure.add_subplot(xlabel="$x_1$", ylabel="$x_2$")
    levels = np.arange(max(len(names), regions.max() + 1) + 1) - 0.5
    axes.contourf(across, up, regions, levels=levels, colors=[fill for fill, _ in _colours(len(levels) - 1)])
    axes.contour(across, up, regions, levels=levels[1:-1], colors=LIGHT.ink, linewidths=1.4)
    for name, (fill, border), marker in zip(names, _colours(len(names)), MARKERS * len(names), strict=False):
        chosen = points[labels == name]
        axes.scatter(
            chosen[:, 0],
            chosen[:, 1],
            s=28,
            marker=marker,
            color=fill,
            edgecolors=border,
            label=f"y = {name:g}" if labels.dtype.kind == "f" else f"y = {name}",
        )
    axes.legend()
    return figure


def plot_history(history: Any) -> Figure:
    """What :meth:`fit` measured, epoch by epoch: a curve for each number, dashed for validation data.

    Parameters
    ----------
    history
        A History, its dict of lists, or the network that was trained.

    Raises
    ------
    ImportError
        Without matplotlib.
    """
    measured: Any = history
    while hasattr(measured, "history"):  # of a network its History, of that the dict
        measured = measured.history
    names = [name for name in measured if not name.startswith("val_")]
    figure = _figure(width=4.8 * max(1, len(names)))
    for i, name in enumerate(names, start=1):
        axes = figure.add_subplot(1, len(names), i, xlabel="epoch", ylabel=name)
        for key, dashes, colour in ((name, "-", "input"), (f"val_{name}", "--", "parameter")):
            if key in measured:
                values = measured[key]
                axes.plot(range(1, len(values) + 1), values, dashes, color=LIGHT.boxes[colour][1], label=key)
        axes.legend()
    return figure


def _classes(model: Any, grid: Any) -> Any:
    """The number of the class that is predicted for each point."""
    predict = getattr(model, "predict_proba", None) or getattr(model, "predict", model)
    predicted = np.asarray(predict(grid))
    if predicted.ndim == 2 and predicted.shape[1] > 1:
        return predicted.argmax(axis=1)
    return (predicted.reshape(-1) >= getattr(getattr(model, "loss", None), "threshold", 0.5)).astype(int)


def _colours(count: int) -> list[tuple[str, str]]:
    return [CLASSES[i % len(CLASSES)] for i in range(count)]


def _figure(width: float = 6.4) -> Figure:
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415  # an extra, and slow to load
    except ImportError as error:
        raise ImportError("plots need matplotlib: pip install autograd-mini[plot]") from error
    return Figure(figsize=(width, 4.8), layout="constrained")
