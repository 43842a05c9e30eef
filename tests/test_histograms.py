"""Histograms: everything is counted, and flat activations and dead units are told."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from viz.plots.histograms import plot_histograms

X = np.random.default_rng(0).normal(size=(50, 4))


def titles(figure: Any) -> list[list[str]]:
    return [axes.get_title().splitlines() for axes in figure.axes]


def counted(axes: Any) -> tuple[int, float, float]:
    """How many numbers, and from where to where."""
    bars = axes.patches
    return int(sum(bar.get_height() for bar in bars)), bars[0].get_x(), bars[-1].get_x() + bars[-1].get_width()


def with_weights(W: Any, activation: Any) -> nn.Sequential:
    model = nn.Sequential([nn.Dense(np.shape(W)[1], activation=activation, use_bias=False)])
    model.build((None, len(W)))
    model.set_weights([W])
    return model


def test_a_network_shows_the_weights_of_each_layer() -> None:
    model = nn.Sequential([nn.Input(shape=(4,)), nn.Dense(5), nn.Sequential([nn.Dense(3), nn.Dense(1)])], seed=0)
    figure = plot_histograms(model)
    assert titles(figure) == [["$W^{[1]}$, (4, 5)"], ["$W^{[2]}$, (5, 3)"], ["$W^{[3]}$, (3, 1)"]]
    for axes, W in zip(figure.axes, model.get_weights()[::2], strict=True):
        assert counted(axes) == pytest.approx((W.size, W.min(), W.max()))


def test_with_examples_it_shows_the_activations_below_the_weights() -> None:
    model = nn.Sequential(
        [nn.Dense(5, activation="tanh"), nn.Dropout(0.5), nn.Dense(2), nn.Activation("softmax")], seed=0
    )
    figure = plot_histograms(model, X)
    assert [lines[0] for lines in titles(figure)] == [
        "$W^{[1]}$, (4, 5)",
        "$W^{[2]}$, (5, 2)",
        "$A^{[1]}$, tanh",
        "$A^{[2]}$, linear",
        "$A$, softmax",
    ]
    assert [axes.get_subplotspec().rowspan.start for axes in figure.axes] == [0, 0, 1, 1, 1]
    A = model.layers[0](X).numpy()
    assert counted(figure.axes[2]) == pytest.approx((A.size, A.min(), A.max()))
    assert counted(figure.axes[4])[0] == 100


@pytest.mark.parametrize(
    ("activation", "column", "flat"),
    [
        ("relu", [-1.0, -2.0, 3.0, 4.0], "50%"),
        ("sigmoid", [-9.0, 0.0, 1.0, 9.0], "50%"),
        ("tanh", [0.0, 1, 2, 9], "25%"),
    ],
)
def test_activations_say_how_many_are_flat(activation: str, column: list[float], flat: str) -> None:
    model = with_weights(np.array([[1.0]]), activation)
    assert titles(plot_histograms(model, np.reshape(column, (4, 1))))[1][1:] == [f"{flat} flat", "0 of 1 units dead"]


def test_a_unit_that_is_flat_for_every_example_is_dead() -> None:
    model = with_weights(np.array([[1.0, -1.0, 1.0]]), "relu")
    figure = plot_histograms(model, np.array([[1.0], [2.0]]))
    assert titles(figure)[1][1:] == ["33% flat", "1 of 3 units dead"]


def test_large_initial_weights_flatten_the_sigmoid() -> None:
    small, large = (
        nn.Sequential([nn.Dense(20, "sigmoid", kernel_initializer=nn.initializers.Normal(size))], seed=0)
        for size in (0.01, 30.0)
    )
    assert titles(plot_histograms(small, X))[1][1] == "0% flat"
    assert int(titles(plot_histograms(large, X))[1][1].split("%")[0]) > 80


def test_a_network_of_values_is_shown_as_its_layers() -> None:
    assert [lines[0] for lines in titles(plot_histograms(nn.MLP(4, [3, 1], seed=0), X))] == [
        "$W^{[1]}$, (4, 3)",
        "$W^{[2]}$, (3, 1)",
        "$A^{[1]}$, tanh",
        "$A^{[2]}$, linear",
    ]


def test_layers_of_ones_own_are_told_apart() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            self.first, self.second = nn.Dense(3), nn.Dense(3, activation=lambda z: z * z)

        def forward(self, X: Any) -> Any:
            return self.second(self.first(X))

    assert titles(plot_histograms(Two(), X)) == [["first.W, (4, 3)"], ["second.W, (3, 3)"], ["$A$, g"]]


@pytest.mark.parametrize(
    ("arrays", "names"),
    [
        ({"small": [1.0, 2.0], "3 $": np.ones((2, 2))}, ["small, (2,)", r"3 \$, (2, 2)"]),
        ([np.zeros(3), ag.Tensor([1.0], label="dW")], ["array 1, (3,)", "dW, (1,)"]),
        (ag.Tensor([1.0, 2.0], label="Z[2]"), ["$Z^{[2]}$, (2,)"]),
        ([1.0, 2.0, 3.0], ["array, (3,)"]),
    ],
    ids=["dict", "list", "node", "numbers"],
)
def test_arrays_are_counted_too(arrays: Any, names: list[str]) -> None:
    assert titles(plot_histograms(arrays)) == [[name] for name in names]


def test_what_is_not_finite_is_told_and_left_out() -> None:
    (axes,) = plot_histograms([1.0, 2.0, np.nan, np.inf]).axes
    assert axes.get_title().splitlines()[1] == "2 nan or infinite"
    assert counted(axes) == pytest.approx((2, 1.0, 2.0))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([1.0], X), ValueError, "X is what a network is called on"),
        (({},), ValueError, "there is nothing to count: got no array"),
        (({"W": []},), ValueError, "there is nothing to count: got {'W': (0,)}"),
        ((nn.Sequential([nn.Dense(1)]),), RuntimeError, "has no weights yet: call it on a batch, or build((None"),
    ],
)
def test_what_cannot_be_counted_is_refused(arguments: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        plot_histograms(*arguments)
