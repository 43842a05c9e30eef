"""What training has come to: the curves of its history, and the boundary between the classes that it found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_mini import Tensor, no_grad

from ..style import LIGHT
from .plotting import FIRST, SECOND, classes, figure, legend, literal, margin_of, panels

if TYPE_CHECKING:
    from collections.abc import Callable

    from .matplotlib_figure import Plot

# Classes differ by colour, by hatching and by marker, so that none is needed.
CLASSES = [LIGHT.boxes[kind] for kind in ("input", "parameter", "output", "constant")]
HATCHES = ("", "/", "|", ".")
MARKERS = "os^DvPX*"
FEW = 12  # epochs: then each has a mark


def plot_decision_boundary(model: Callable[[Any], Any], X: Any, y: Any, resolution: int = 300) -> Plot:
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

    Examples
    --------
    >>> X, y = np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 0.0]]), np.array([0, 1, 1])
    >>> plot = plot_decision_boundary(lambda X: X[:, 0], X, y)
    >>> plot.axes[0].get_xlabel(), plot.axes[0].get_ylabel()
    ('$x_1$', '$x_2$')
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
    predict = getattr(model, "predict_proba", getattr(model, "predict", model))
    threshold = getattr(getattr(model, "loss", None), "threshold", 0.5)
    with no_grad():
        predicted = predict(grid)
    predicted = predicted.numpy() if isinstance(predicted, Tensor) else np.asarray(predicted)
    regions = classes(predicted, threshold).reshape(resolution, resolution)

    plot = figure()
    axes = plot.add_subplot(xlabel="$x_1$", ylabel="$x_2$")
    count = max(len(names), regions.max() + 1)
    colours = [CLASSES[i % len(CLASSES)] for i in range(count)]
    field, levels = regions, np.arange(count + 1) - 0.5
    if count == 2:  # then the line between is smooth
        field, levels = margin_of(predicted, threshold).reshape(resolution, resolution), np.array([-2.0, 0.0, 2.0])
    hatches = [HATCHES[i % len(HATCHES)] for i in range(count)]
    fills = axes.contourf(across, up, field, levels=levels, colors=[fill for fill, _ in colours], hatches=hatches)
    fills.set(edgecolor=LIGHT.cluster[1], linewidth=0)  # the edges are the hatching
    axes.contour(across, up, field, levels=levels[1:-1], colors=LIGHT.ink, linewidths=1.4)
    are_numbers = names.dtype.kind in "biu" and names[0] >= 0 and names[-1] < count  # else they are numbered in order
    for i, name in enumerate(names):
        chosen = points[labels == name]
        number = int(name) if are_numbers else i
        fill, border = colours[number]
        axes.scatter(
            chosen[:, 0],
            chosen[:, 1],
            s=28,
            marker=MARKERS[number % len(MARKERS)],
            color=fill,
            edgecolors=border,
            label=f"y = {literal(name)}",
        )
    legend(axes, columns=len(names))
    return plot


def plot_history(history: Any) -> Plot:
    """What :meth:`fit` measured, epoch by epoch: a curve for each number, dashed for validation data.

    Parameters
    ----------
    history
        A History, its dict of lists, or the network that was trained.

    Raises
    ------
    ValueError
        Before the first epoch.
    ImportError
        Without matplotlib.

    Examples
    --------
    >>> plot = plot_history({"loss": [0.5, 0.25, 0.125], "val_loss": [0.6, 0.4, 0.3]})
    >>> plot.axes[0].get_xlabel(), plot.axes[0].get_ylabel()
    ('epoch', 'loss')
    """
    measured: Any = history
    while hasattr(measured, "history"):  # of a network its History, of that the dict
        measured = measured.history
    names = [name for name in measured or () if not name.startswith("val_")]
    if not names:
        raise ValueError("there is no epoch to plot yet: train the network first, with fit(X, y, epochs=20)")
    plot, places = panels(len(names), xlabel="epoch")
    for axes, name in zip(places, names, strict=True):
        axes.set_ylabel(literal(name))
        for key, look in ((name, FIRST), (f"val_{name}", SECOND)):
            if key in measured:
                values = measured[key]
                few = "" if len(values) > FEW else look.marker
                epochs = range(1, len(values) + 1)
                axes.plot(epochs, values, look.dashes, marker=few, color=look.colour, linewidth=2, label=literal(key))
        axes.locator_params(axis="x", integer=True)
        legend(axes, columns=2)
    return plot
