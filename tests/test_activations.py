"""Plots of activations: curves and derivatives are the closed forms, tangents touch, jumps are gaps."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from viz.plots.activations import plot_activation


def curves(axes: Any) -> list[Any]:
    """The function and its derivative, and the tangent where there is one."""
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    return [next(line for line in axes.lines if line.get_label() == label) for label in labels]


def marks(axes: Any, full: bool) -> list[tuple[float, float]]:
    """The circles at jumps."""
    circles = [x for x in axes.lines if x.get_marker() == "o"]
    chosen = [x for x in circles if (x.get_markerfacecolor() == x.get_color()) is full]
    return [(round(x, 6), round(y, 6)) for line in chosen for x, y in line.get_xydata().tolist()]


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


FORMULAS: dict[str, tuple[Any, Any]] = {
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(0, z), lambda z: 1.0 * (z > 0)),
    "leaky_relu": (lambda z: np.where(z > 0, z, 0.01 * z), lambda z: np.where(z > 0, 1, 0.01)),
    "softplus": (lambda z: np.log(1 + np.exp(z)), sigmoid),
    "linear": (lambda z: z, np.ones_like),
    "sin": (np.sin, np.cos),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_the_lines_are_the_function_and_its_derivative(name: str) -> None:
    (axes,) = plot_activation(name).axes
    for line, formula in zip(curves(axes), FORMULAS[name], strict=True):
        z, drawn = line.get_data()
        there = ~np.isnan(drawn)
        assert there.sum() > 400
        np.testing.assert_allclose(drawn[there], formula(z[there]), rtol=1e-12, atol=1e-12)


def test_the_derivative_differs_by_more_than_colour() -> None:
    (axes,) = plot_activation("tanh").axes
    assert [line.get_linestyle() for line in curves(axes)] == ["-", "--"]


def test_the_legend_says_the_derivative_as_textbooks_do() -> None:
    axes = plot_activation(["sigmoid", "leaky_relu"]).axes
    assert [[line.get_label() for line in curves(each)] for each in axes] == [
        ["a = σ(z)", "da/dz = a × (1 − a)"],
        ["a = leaky_relu(z, 0.01)", "da/dz = 1 if z > 0 else 0.01"],
    ]


def test_the_tangent_touches_with_the_slope_it_says() -> None:
    (axes,) = plot_activation("tanh", at=1).axes
    tangent = curves(axes)[2]
    (left, right), (low, high) = tangent.get_data()
    slope = 1 - np.tanh(1.0) ** 2
    assert (high - low) / (right - left) == pytest.approx(slope, rel=1e-12)
    assert low + slope * (1 - left) == pytest.approx(np.tanh(1.0), rel=1e-12)
    assert tangent.get_label() == f"at 1: slope {slope:.4g}"


@pytest.mark.parametrize(
    ("activation", "at", "limits", "taken"),
    [
        ("relu", 0.0, [0.0, 1.0], 0.0),
        ("leaky_relu", 0.0, [0.01, 1.0], 0.01),
        ("abs", 0.0, [-1.0, 1.0], 0.0),
        (lambda z: ag.maximum(0.0, z), 0.0, [0.0, 1.0], 0.5),
        (lambda z: ag.relu(z - 0.3), 0.3, [0.0, 1.0], 0.0),
    ],
    ids=["relu", "leaky_relu", "abs", "tied", "elsewhere"],
)
def test_a_derivative_that_jumps_has_a_gap_its_limits_and_the_convention(
    activation: Any, at: float, limits: list[float], taken: float
) -> None:
    (axes,) = plot_activation(activation).axes
    value, derivative = curves(axes)
    z, drawn = derivative.get_data()
    assert z[np.isnan(drawn)].tolist() == [at]
    assert not np.isnan(value.get_ydata()).any()
    assert marks(axes, full=False) == [(at, limit) for limit in limits]
    assert marks(axes, full=True) == [(at, taken)]


@pytest.mark.parametrize("activation", ["sigmoid", lambda z: ag.tanh(50 * z), lambda z: z * z])
def test_a_smooth_derivative_has_no_gap(activation: Any) -> None:
    (axes,) = plot_activation(activation).axes
    assert not any(np.isnan(line.get_ydata()).any() for line in curves(axes))


def test_a_function_is_not_drawn_across_its_poles() -> None:
    (axes,) = plot_activation("tan").axes
    z, drawn = curves(axes)[0].get_data()
    np.testing.assert_allclose(z[np.isnan(drawn)], [-1.5 * np.pi, -0.5 * np.pi, 0.5 * np.pi, 1.5 * np.pi], atol=1e-8)
    assert axes.get_ylim() == (-5, 5)


def test_outside_of_its_domain_there_is_neither_function_nor_derivative() -> None:
    (axes,) = plot_activation("log").axes
    for line in curves(axes):
        z, drawn = line.get_data()
        assert np.isnan(drawn[z < 0]).all()
        assert np.isfinite(drawn[z > 1e-6]).all()


def test_several_are_drawn_side_by_side() -> None:
    axes = plot_activation(["sigmoid", "tanh", ag.relu, lambda z: z**3], at=0.5).axes
    assert [curves(each)[0].get_label() for each in axes] == ["a = σ(z)", "a = tanh(z)", "a = relu(z)", "g(z)"]
    assert curves(axes[3])[2].get_label() == "at 0.5: slope 0.75"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"activation": "rellu"}, "unknown activation 'rellu': use 'linear', 'relu'"),
        ({"activation": "softmax"}, "softmax is a function of a row of numbers"),
        ({"activation": []}, "there is no activation to plot"),
        ({"activation": "tanh", "low": 1, "high": 1}, "low below high, got low=1, high=1"),
        ({"activation": "tanh", "at": 7}, "at=7 is not in the picture, from -5.0 to 5.0"),
    ],
)
def test_what_cannot_be_plotted_is_refused(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        plot_activation(**arguments)
