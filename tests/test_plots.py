"""Plots of training: what is drawn from a network or a history, what is refused, and how every plot is shown."""

from __future__ import annotations

import io
import re
import sys
from typing import TYPE_CHECKING, Any

import matplotlib.image
import numpy as np
import pytest
from matplotlib.contour import QuadContourSet

import autograd_mini as ag
import viz
from autograd_mini import nn, optim

if TYPE_CHECKING:
    from pathlib import Path

CORNERS = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])


def boundary(figure: Any) -> Any:
    """The points of the line between the classes."""
    (axes,) = figure.axes
    lines = [x for x in axes.collections if isinstance(x, QuadContourSet) and not x.filled]
    return np.concatenate([path.vertices for line in lines for path in line.get_paths()])


def legend(axes: Any) -> list[str]:
    return [text.get_text() for text in axes.get_legend().get_texts()]


def line(loss: Any, bias: float) -> nn.Sequential:
    """A network whose output is x1 + bias."""
    model = nn.Sequential([nn.Dense(1)])
    model.compile(loss=loss)
    model.build((None, 2))
    model.load_weights({"layers.0.W": np.array([[1.0], [0.0]]), "layers.0.b": np.array([bias])})
    return model


def by_sides(X: Any) -> Any:
    """Three classes: right, above, left."""
    return np.stack([X[:, 0], X[:, 1], -X[:, 0]], axis=1)


@pytest.mark.parametrize(
    ("model", "place"),
    [
        (lambda X: X[:, 0], 0.5),
        (lambda X: X[:, :1] + 0.25, 0.25),
        (lambda X: np.stack([0 * X[:, 0], X[:, 0] + 0.5], axis=1), -0.5),
        (lambda X: ag.Tensor(2.0) * X[:, 0], 0.25),
        (line(nn.BinaryCrossentropy(from_logits=True), 0.25), -0.25),
        (line("hinge", -0.5), 0.5),
        (line("mse", 0.0), 0.5),
    ],
    ids=["a number", "a column", "two classes", "nodes", "logits", "hinge", "probabilities"],
)
def test_the_boundary_is_where_the_predicted_class_changes(model: Any, place: float) -> None:
    found = boundary(viz.plot_decision_boundary(model, CORNERS, [0, 0, 1, 1], resolution=201))
    assert np.abs(found[:, 0] - place).max() < 0.02


def test_every_class_has_its_marks() -> None:
    X, y = np.repeat(CORNERS, 3, axis=0), np.arange(12) % 3
    (axes,) = viz.plot_decision_boundary(by_sides, X, y).axes
    assert legend(axes) == ["y = 0", "y = 1", "y = 2"]


def test_the_regions_differ_by_more_than_colour() -> None:
    (axes,) = viz.plot_decision_boundary(by_sides, CORNERS, [0, 1, 2, 2]).axes
    (regions,) = [x for x in axes.collections if isinstance(x, QuadContourSet) and x.filled]
    assert len(set(regions.hatches)) == 3


def test_a_class_keeps_its_colour_when_another_has_no_examples() -> None:
    (whole,) = viz.plot_decision_boundary(by_sides, CORNERS, [0, 1, 2, 2]).axes
    (part,) = viz.plot_decision_boundary(by_sides, CORNERS, [0, 0, 2, 2]).axes
    colours, seen = ([tuple(x.get_facecolor()[0]) for x in axes.get_legend().legend_handles] for axes in (whole, part))
    assert seen == [colours[0], colours[2]]


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


def test_training_and_validation_differ_by_more_than_colour() -> None:
    (axes,) = viz.plot_history({"loss": [3.0, 2.0], "val_loss": [3.0, 2.5]}).axes
    assert len({(line.get_linestyle(), line.get_marker()) for line in axes.lines}) == 2


@pytest.mark.parametrize("history", [{}, nn.Sequential([nn.Dense(1)])], ids=["empty", "untrained"])
def test_a_history_without_epochs_is_refused(history: Any) -> None:
    with pytest.raises(ValueError, match="train the network first"):
        viz.plot_history(history)


def test_many_metrics_stay_on_one_slide() -> None:
    figure = viz.plot_history({name: [1.0] for name in ("loss", "accuracy", "mae", "mse", "r2")})
    assert tuple(figure.get_size_inches()) == (9.6, 5.4)
    assert len({axes.get_subplotspec().rowspan.start for axes in figure.axes}) == 2


def test_jupyter_gets_a_png_of_the_size_it_is_drawn_for() -> None:
    figure = viz.plot_history({"loss": [2.0, 1.0]})
    shown, details = figure._repr_mimebundle_()
    width, height = (round(96 * inches) for inches in figure.get_size_inches())
    assert details == {"image/png": {"width": width, "height": height}}
    drawn = matplotlib.image.imread(io.BytesIO(shown["image/png"]))
    assert np.abs(np.subtract(drawn.shape[:2], (2 * height, 2 * width))).max() <= 1  # half a pixel is cut


def test_plots_are_saved_like_every_picture(tmp_path: Path) -> None:
    figure = viz.plot_history({"loss": [2.0, 1.0]})
    starts = {ending: figure.save(tmp_path / f"loss{ending}").read_bytes()[:5] for ending in (".svg", ".png", ".pdf")}
    assert starts == {".svg": b"<?xml", ".png": b"\x89PNG\r", ".pdf": b"%PDF-"}
    with pytest.raises(ValueError, match=re.escape("the name has to end in one of .svg, .png, .pdf")):
        figure.save(tmp_path / "loss.gif")


def test_pyplot_keeps_no_figure() -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    viz.plot_history({"loss": [2.0, 1.0]})
    assert pyplot.get_fignums() == []


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "viz.plots.matplotlib_figure", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=re.escape("pip install autograd-mini[plot]")):
        viz.plot_history({"loss": [1.0]})
