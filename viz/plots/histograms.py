"""How the weights and activations of a network are spread, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_mini import no_grad, vjp
from autograd_mini.graph import Node
from autograd_mini.nn import activations
from autograd_mini.nn.layers import Dense
from autograd_mini.nn.module import Module
from autograd_mini.nn.running import RUN, Activated, running

from ..style import LIGHT, PLOTS
from .plotting import figure, layers, notation, numbers, open_axes, panels, sequential

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .matplotlib_figure import Plot

FLAT = 0.01  # a slope below it hands hardly any gradient back


def plot_histograms(model_or_arrays: Any, X: Any = None, *, bins: int = 30) -> Plot:
    """Histograms of the weights of each layer, and of its activations for some examples.

    The activations are those of each layer; of a Module of one's own, the last that it computes. They come with
    how many are flat: there the slope of g is below 0.01, as left of 0 on a relu or at the ends of a sigmoid. A unit
    that is flat for every example is dead: it learns nothing.

    Parameters
    ----------
    model_or_arrays
        A network of layers, a layer, an array, a list of arrays, or a dict of arrays by name.
    X
        Examples, (m, …), that the network is called on.
    bins
        How many bars.

    Raises
    ------
    ValueError
        For X with arrays, and where there is nothing to count.
    RuntimeError
        For a network that has no weights yet.
    ImportError
        Without matplotlib.

    Examples
    --------
    >>> from autograd_mini import nn
    >>> model = nn.Sequential([nn.Dense(25, activation="relu"), nn.Dense(1, activation="sigmoid")], seed=0)
    >>> plot = plot_histograms(model, np.random.default_rng(0).normal(size=(100, 4)))
    >>> [axes.get_title().splitlines()[0] for axes in plot.axes]
    ['$W^{[1]}$, (4, 25)', '$W^{[2]}$, (25, 1)', '$A^{[1]}$, relu', '$A^{[2]}$, sigmoid']
    """
    if isinstance(model_or_arrays, Module):
        model = sequential(model_or_arrays)
        activated = [] if X is None else _activated(layers(model), X)  # this makes weights, where there are none yet
        arrays = _weights(model)
    elif X is None:
        activated, arrays = [], _named(model_or_arrays)
    else:
        raise ValueError("X is what a network is called on: pass the network with it, or arrays alone")

    if activated:
        plot, columns = figure(PLOTS), max(len(arrays), len(activated))
        places = [open_axes(plot, 2, columns, i + 1) for i in range(len(arrays))]
        for i, (layer, seen) in enumerate(activated, start=columns + 1):
            _draw(open_axes(plot, 2, columns, i), numbers(seen.result), bins, _said(layer, seen), "input")
        plot.supxlabel(f"flat: the slope of g is below {FLAT}; dead: flat for every example", fontsize="medium")
    else:
        plot, places = panels(len(arrays))
    for axes, (name, array) in zip(places, arrays.items(), strict=True):
        _draw(axes, array, bins, f"{notation(name)}, {array.shape}", "parameter")
    return plot


def _draw(axes: Axes, array: Any, bins: int, title: str, kind: str) -> None:
    fill, border = LIGHT.boxes[kind]
    finite = np.isfinite(array)
    axes.hist(array[finite], bins=bins, color=fill, edgecolor=border, linewidth=0.8)
    axes.set_title(title + ("" if finite.all() else f"\n{(~finite).sum()} nan or infinite"), fontsize="medium")
    axes.locator_params(nbins=4)


def _named(arrays: Any) -> dict[str, Any]:
    """Arrays by name."""
    if isinstance(arrays, Mapping):
        named = dict(arrays)
    elif isinstance(arrays, list | tuple) and all(isinstance(x, Node | np.ndarray) for x in arrays):
        named = {getattr(x, "label", "") or f"array {i}": x for i, x in enumerate(arrays, start=1)}
    else:
        named = {getattr(arrays, "label", "") or "array": arrays}
    named = {str(name): numbers(array) for name, array in named.items()}
    if not named or not all(array.size for array in named.values()):
        raise ValueError(
            f"there is nothing to count: got {({name: x.shape for name, x in named.items()}) or 'no array'}"
        )
    return named


def _weights(model: Module) -> dict[str, Any]:
    """The matrices that are trained, as the lectures call those of numbered layers, else by the path to them."""
    numbered = {id(layer.W): layer.label("W") for layer in model.modules() if isinstance(layer, Dense) and layer.number}
    found = [(path, x) for path, x in model.parts() if isinstance(x, Node) and x.requires_grad and np.ndim(x.data) > 1]
    if not found:
        raise RuntimeError("this network has no weights yet: call it on a batch, or build((None, features)), first")
    return {numbered.get(id(x), path): numbers(x) for path, x in found}


def _activated(given: list[Any], X: Any) -> list[tuple[Any, Activated]]:
    """Each layer that ends in an activation, with what that was given and gave."""
    seen = []
    for layer in given:
        with no_grad(), running(activated=Activated()):
            X = layer(X)
            if RUN.activated is not None and RUN.activated.result is not None:
                seen.append((layer, RUN.activated))
    return seen


def _said(layer: Any, activated: Activated) -> str:
    """What a layer's activations are called, and how many of them are flat."""
    name = layer.label("A") if isinstance(layer, Dense) else "A"
    title = f"{notation(name)}, {activated.name or 'g'}"
    if activated.name is None or activated.name in ("linear", *activations.BY_ROW):
        return title
    slopes = numbers(_slopes(activated.name, numbers(activated.given)))
    flat = np.abs(slopes) < FLAT
    dead = flat.all(axis=0)
    return f"{title}\n{flat.mean():.0%} flat\n{dead.sum()} of {dead.size} units dead"


def _slopes(name: str, Z: Any) -> Any:
    """The derivative of an activation at each of Z."""
    g = activations.function(name)
    assert g is not None
    result, pullback = vjp(g, Z)
    return pullback(np.ones_like(result))[0]
