"""Arrays as images: digits with what a network says of them, and the weights of its units."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_mini.nn.layers import Dense
from autograd_mini.nn.module import Module

from ..style import DIVERGING, LIGHT
from .plotting import classes, literal, notation, numbers, panels, sequential

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .matplotlib_figure import Plot


def plot_digits(X: Any, y: Any = None, predicted: Any = None, *, limit: int = 40) -> Plot:
    """Images beside each other, such as handwritten digits, with their labels and what a network says of them.

    What is wrong has a frame, and says so: ``7, not 1`` is a 7 where 1 is right.

    Parameters
    ----------
    X
        Shape (m, n²), square images as rows; (m, h, w); or in colour (m, h, w, 3).
    y
        Shape (m,): what they are.
    predicted
        Shape (m,), labels; or what :meth:`predict` gives: (m, K), a number for each class, or (m, 1), the
        probability of class 1.
    limit
        How many are shown, the first ones.

    Raises
    ------
    ValueError
        For what is no image, and for another number of labels than of images.
    ImportError
        Without matplotlib.

    Examples
    --------
    >>> from autograd_mini import datasets
    >>> X, y = datasets.digits()
    >>> plot = plot_digits(X[:3], y[:3], predicted=[0, 7, 2])
    >>> [axes.get_title() for axes in plot.axes]
    ['0', '7, not 1', '2']
    """
    pictures = _images(X)
    given = {"y": y, "predicted": predicted}
    labels = {name: np.asarray(x) for name, x in given.items() if x is not None}
    for name, x in labels.items():
        if not 1 <= x.ndim <= (2 if name == "predicted" else 1) or len(x) != len(pictures):
            raise ValueError(f"expected {name} of shape ({len(pictures)},), one for each image, got {x.shape}")
    if predicted is not None and labels["predicted"].ndim == 2:
        labels["predicted"] = classes(predicted)
    plot, places = panels(min(limit, len(pictures)))
    for i, axes in enumerate(places):
        axes.imshow(pictures[i], cmap="gray_r", vmin=pictures.min(), vmax=pictures.max(), interpolation="nearest")
        _frame(axes, *(literal(labels[name][i]) if name in labels else None for name in given))
    return plot


def plot_weights(layer_or_model: Any, *, shape: tuple[int, int] | None = None, limit: int = 40) -> Plot:
    """The weights of each unit of the first layer as an image of what it looks for.

    Dark blue is negative, light orange positive, grey is 0; so it is without colours.

    Parameters
    ----------
    layer_or_model
        A Dense layer, or a network, of which the first one is taken.
    shape
        The height and width of an image, where it is not square.
    limit
        How many units are shown, the first ones.

    Raises
    ------
    ValueError
        For weights that don't have that shape, or that are no square.
    TypeError
        For what has no Dense layer.
    RuntimeError
        For a layer that has no weights yet.
    ImportError
        Without matplotlib.

    Examples
    --------
    >>> from autograd_mini import nn
    >>> model = nn.Sequential([nn.Input(shape=(64,)), nn.Dense(25, activation="relu"), nn.Dense(1)], seed=0)
    >>> plot = plot_weights(model)
    >>> plot.axes[0].get_title(), plot.axes[0].images[0].get_array().shape
    ('$a_{1}^{[1]}$', (8, 8))
    """
    known = sequential(layer_or_model).modules() if isinstance(layer_or_model, Module) else []
    layer = next((each for each in known if isinstance(each, Dense)), None)
    if layer is None:
        raise TypeError(f"weights are those of a Dense layer or a network with one, got {layer_or_model!r:.100}")
    if layer.W is None:
        raise RuntimeError("this layer has no weights yet: call it on a batch, or build((None, features)), first")
    weights = numbers(layer.W).T
    if shape is not None and math.prod(shape) != weights.shape[1]:
        raise ValueError(
            f"expected weights of {math.prod(shape)} features for the shape {shape}, got {weights.shape[1]}"
        )
    pictures = _images(weights) if shape is None else weights.reshape(-1, *shape)

    plot, places = panels(min(limit, len(pictures)))
    reach = np.abs(pictures).max() or 1.0
    from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415  # it is there: there is a figure

    colours = LinearSegmentedColormap.from_list("diverging", DIVERGING)
    for i, axes in enumerate(places):
        image = axes.imshow(pictures[i], cmap=colours, vmin=-reach, vmax=reach, interpolation="nearest")
        _frame(axes, notation(layer.label(f"a_{i + 1}")))
    plot.colorbar(image, ax=places, label="weight", shrink=0.9)
    return plot


def _images(X: Any) -> Any:
    """Rows as square images; what is images already stays so."""
    images = numbers(X)
    side = math.isqrt(images.shape[1]) if images.ndim == 2 else 0
    if images.ndim == 2 and side**2 == images.shape[1] > 0:
        images = images.reshape(-1, side, side)
    if not images.size or not (images.ndim == 3 or (images.ndim == 4 and images.shape[3] == 3)):
        hint = ": say what they are, as in X.reshape(-1, h, w), or shape=(h, w) for weights" if images.ndim == 2 else ""
        raise ValueError(f"images have the shape (m, n²), (m, h, w) or (m, h, w, 3), got {images.shape}{hint}")
    return images / 255 if images.ndim == 4 and images.max() > 1 else images


def _frame(axes: Axes, label: str | None, predicted: str | None = None) -> None:
    """No ticks; a label above, and a thick frame where the prediction is another one."""
    axes.set_xticks([])
    axes.set_yticks([])
    wrong = None not in (label, predicted) and label != predicted
    axes.set_title(
        f"{predicted}, not {label}" if wrong else label or predicted or "",
        fontsize="medium",
        color=LIGHT.gradient if wrong else LIGHT.ink,
        fontweight="bold" if wrong else "normal",
    )
    axes.spines[:].set(visible=True, color=LIGHT.gradient if wrong else LIGHT.muted, linewidth=3 if wrong else 0.5)
