"""The loss as a surface or a curve: heights are the loss, and the path is the one that descent took."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from matplotlib.contour import QuadContourSet

import autograd_mini as ag
from viz.plots.surfaces import plot_loss_surface


def bowl(w: Any, b: Any) -> Any:
    return (w - 1) ** 2 + 4 * (b + 1) ** 2


def parabola(w: Any) -> Any:
    return (w - 3) ** 2


def drawn(axes: Any, label: str) -> Any:
    return next(line for line in axes.lines if line.get_label() == label)


def starts(axes: Any) -> list[tuple[float, ...]]:
    return [tuple(line.get_xydata()[0]) for line in axes.lines if line.get_markersize() == 9]


def ends(axes: Any) -> list[tuple[float, ...]]:
    return [tuple(line.get_xydata()[0]) for line in axes.lines if line.get_marker() == "*"]


def test_on_a_contour_the_loss_is_its_level() -> None:
    (axes,) = plot_loss_surface(bowl, (-2, 4), (-3, 1), resolution=101).axes
    (contours,) = [x for x in axes.collections if isinstance(x, QuadContourSet)]
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        heights = bowl(*path.vertices.T)
        np.testing.assert_allclose(heights, level, rtol=0.02, atol=0.02)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("$w$", "$b$")


def test_the_loss_may_be_written_with_nodes_arrays_and_numbers() -> None:
    x, y = np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 1.0])
    losses = (
        lambda w, b: np.mean((ag.sigmoid(w * x + b) - y) ** 2),
        lambda w, b: (
            ag.sum([((w * p + b).sigmoid() - q) ** 2 for p, q in zip(x.tolist(), y.tolist(), strict=True)]) / 3
        ),
        lambda w, b: sum((1 / (1 + np.exp(-(w.data * x + b.data))) - y) ** 2) / 3,
    )
    axes = [plot_loss_surface(loss, (-2, 2), (-1, 1), resolution=9).axes[0] for loss in losses]
    first, *others = (each.collections[0].levels for each in axes)
    assert len(first) > 5
    for levels in others:
        np.testing.assert_allclose(levels, first, rtol=1e-12)


def test_a_path_goes_through_its_points() -> None:
    path = [(3.0, 0.5)]
    for _ in range(5):
        w, b = path[-1]
        dw, db = ag.grad(bowl, argnums=(0, 1))(w, b)
        path.append((w - 0.1 * dw, b - 0.1 * db))
    (axes,) = plot_loss_surface(bowl, (-2, 4), (-3, 1), path=path, resolution=9).axes
    (line,) = [line for line in axes.lines if len(line.get_xdata()) == 6]
    np.testing.assert_array_equal(line.get_xydata(), path)
    assert starts(axes) == [path[0]]
    assert ends(axes) == [path[-1]]


def test_paths_are_compared_by_name_dash_and_marker() -> None:
    paths = {"raw": [(0, 0), (1, 1)], "normalised": [(0, 0), (0.5, 1)]}
    (axes,) = plot_loss_surface(bowl, (-2, 4), (-3, 3), path=paths, resolution=9).axes
    lines = [drawn(axes, name) for name in paths]
    assert len({line.get_linestyle() for line in lines}) == len({line.get_marker() for line in lines}) == 2
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["raw", "normalised"]


def test_nodes_are_points_too() -> None:
    (axes,) = plot_loss_surface(bowl, (-2, 4), (-3, 3), path=[(ag.Value(2), ag.Value(1))], resolution=9).axes
    assert starts(axes) == [(2.0, 1.0)]


def test_without_b_the_loss_is_a_curve() -> None:
    (axes,) = plot_loss_surface(parabola, (-1, 7)).axes
    (line,) = axes.lines
    np.testing.assert_allclose(line.get_ydata(), parabola(line.get_xdata()), rtol=1e-12)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("$w$", "$J$")


@pytest.mark.parametrize("path", [[0.0, 1.2, 2.0], [[0.0], [1.2], [2.0]]])
def test_each_point_on_a_curve_has_its_tangent(path: Any) -> None:
    (axes,) = plot_loss_surface(parabola, (-1, 7), path=path).axes
    tangents = [line.get_xydata() for line in axes.lines if len(line.get_xdata()) == 2]
    slopes = [(y[1] - y[0]) / (x[1] - x[0]) for x, y in (ends.T for ends in tangents)]
    np.testing.assert_allclose(slopes, [2 * (w - 3) for w in (0.0, 1.2, 2.0)], rtol=1e-12)
    np.testing.assert_allclose([ends.mean(axis=0) for ends in tangents], [(0, 9), (1.2, 3.24), (2, 1)], rtol=1e-12)
    assert starts(axes) == [(0.0, 9.0)]
    assert ends(axes) == [(2.0, 1.0)]


def test_where_the_loss_is_not_finite_there_is_no_surface() -> None:
    (axes,) = plot_loss_surface(lambda w, b: ag.log(w) ** 2 + b * b, (-1, 3), (-1, 1), resolution=21).axes
    points = np.concatenate([path.vertices for path in axes.collections[0].get_paths()])
    assert points[:, 0].min() > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((bowl, (-1, 1), (-1, 1), [0.0, 1.0]), "a path has the shape (k, 2): pairs (w, b), got (2,)"),
        ((bowl, (-1, 1), (-1, 1), np.zeros((3, 4))), "a path has the shape (k, 2): pairs (w, b), got (3, 4)"),
        ((parabola, (-1, 1), None, [(0.0, 1.0)]), "a path has the shape (k,): numbers, for there is no b_range, got"),
        ((bowl, (1, -1), (0, 1), None), "a range goes from a number to a larger one, as (-1, 1), got (1, -1), (0, 1)"),
        ((parabola, 5, None, None), "a range goes from a number to a larger one, as (-1, 1), got 5"),
        ((lambda w, b: ag.log(-w * w - b * b), (-1, 1), (-1, 1), None), "the loss is nan or infinite everywhere"),
        ((lambda w: w * np.nan, (-1, 1), None, None), "the loss is nan or infinite everywhere"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments: Any, message: str) -> None:
    loss, w_range, b_range, path = arguments
    with pytest.raises(ValueError, match=re.escape(message)):
        plot_loss_surface(loss, w_range, b_range, path=path, resolution=5)
