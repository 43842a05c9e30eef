"""Plots: what is drawn from a network or a history, and what is refused."""

from __future__ import annotations

import re
import sys
from typing import Any

import numpy as np
import pytest
from matplotlib.contour import QuadContourSet

import viz
from autograd_mini import nn, optim

CORNERS = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])


def boundary(figure: Any) -> Any:
    """The points of the line between the classes."""
    (axes,) = figure.axes
    lines = [x for x in axes.collections if isinstance(x, QuadContourSet) and not x.filled]
    return np.concatenate([path.vertices for line in lines for path in line.get_paths()])


def line(loss: Any, bias: float) -> nn.Sequential:
    """A network whose output is x1 + bias."""
    model = nn.Sequential([nn.Dense(1)])
    model.compile(loss=loss)
    model.build((None, 2))
    model.load_weights({"layers.0.W": np.array([[1.0], [0.0]]), "layers.0.b": np.array([bias])})
    return model


@pytest.mark.parametrize(
    ("model", "place"),
    [
        (lambda X: X[:, 0], 0.5),
        (lambda X: X[:, :1] + 0.25, 0.25),
        (lambda X: np.stack([0 * X[:, 0], X[:, 0] + 0.5], axis=1), -0.5),
        (line(nn.BinaryCrossentropy(from_logits=True), 0.25), -0.25),
        (line("hinge", -0.5), 0.5),
        (line("mse", 0.0), 0.5),
    ],
    ids=["a number", "a column", "two classes", "logits", "hinge", "probabilities"],
)
def test_the_boundary_is_where_the_predicted_class_changes(model: Any, place: float) -> None:
    found = boundary(viz.plot_decision_boundary(model, CORNERS, [0, 0, 1, 1], resolution=201))
    assert np.abs(found[:, 0] - place).max() < 0.02


def test_every_class_has_its_marks() -> None:
    X, y = np.repeat(CORNERS, 3, axis=0), np.arange(12) % 3
    figure = viz.plot_decision_boundary(lambda X: np.stack([X[:, 0], X[:, 1], -X[:, 0]], axis=1), X, y)
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["y = 0", "y = 1", "y = 2"]


@pytest.mark.parametrize(("X", "y"), [(np.zeros((4, 3)), [0, 1, 0, 1]), (CORNERS, [0, 1]), (CORNERS[:, 0], [0] * 4)])
def test_what_is_no_plane_is_refused(X: Any, y: Any) -> None:
    with pytest.raises(ValueError, match=re.escape("expected X of shape (m, 2), y (m,), got")):
        viz.plot_decision_boundary(lambda X: X[:, 0], X, y)


def test_a_history_has_a_curve_for_every_number() -> None:
    model = nn.Sequential([nn.Dense(1, activation="sigmoid")], seed=0)
    model.compile(optimizer=optim.SGD(), loss="binary_crossentropy", metrics=["accuracy"])
    history = model.fit(CORNERS, [0, 0, 1, 1], epochs=5, validation_data=(CORNERS, [0, 1, 0, 1]))
    figure = viz.plot_history(history)
    drawn = {line.get_label(): line.get_ydata() for axes in figure.axes for line in axes.lines}
    assert drawn.keys() == history.history.keys() == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert all(np.array_equal(drawn[name], values) for name, values in history.history.items())


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=re.escape("pip install autograd-mini[plot]")):
        viz.plot_history({"loss": [1.0]})
