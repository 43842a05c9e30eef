"""Arrays as images: the arrays are those given, and what is wrong says so."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from autograd_mini import datasets, nn
from viz.plots.images import plot_digits, plot_weights

X, Y = datasets.digits()
X, Y = X[:10], Y[:10]


def titles(figure: Any) -> list[str]:
    return [axes.get_title() for axes in figure.axes if axes.images]


def framed(figure: Any) -> list[bool]:
    return [axes.spines["top"].get_linewidth() > 1 for axes in figure.axes]


def arrays(figure: Any) -> list[Any]:
    return [np.asarray(axes.images[0].get_array()) for axes in figure.axes if axes.images]


def network(*layers: Any) -> nn.Sequential:
    return nn.Sequential([nn.Input(shape=(64,)), *layers, nn.Dense(25, activation="relu"), nn.Dense(1)], seed=0)


@pytest.mark.parametrize("images", [X, X.reshape(-1, 8, 8), X.tolist()], ids=["rows", "images", "lists"])
def test_the_images_are_the_digits(images: Any) -> None:
    figure = plot_digits(images, Y)
    np.testing.assert_array_equal(arrays(figure), X.reshape(-1, 8, 8))
    assert titles(figure) == [str(digit) for digit in Y]


def test_one_image_is_as_dark_as_it_is_among_others() -> None:
    (axes, *_) = plot_digits(X).axes
    assert axes.images[0].get_clim() == (0, X.max())


def test_images_in_colour_keep_their_colours() -> None:
    coloured, y = datasets.images(m=4, size=12)
    figure = plot_digits(coloured, y)
    np.testing.assert_allclose(arrays(figure), coloured / 255)


def test_a_wrong_prediction_has_a_frame_and_says_so() -> None:
    figure = plot_digits(X[:3], Y[:3], predicted=[0, 7, 2])
    assert titles(figure) == ["0", "7, not 1", "2"]
    assert framed(figure) == [False, True, False]


@pytest.mark.parametrize(
    "predicted",
    [[0.0, 1.0, 1.0], [[0.2], [0.9], [0.7]], [[0.8, 0.2], [0.1, 0.9], [0.3, 0.7]]],
    ids=["labels", "probability of class 1", "a number for each class"],
)
def test_what_predict_gives_is_a_prediction(predicted: Any) -> None:
    assert titles(plot_digits(X[:3], [0, 1, 0], np.array(predicted))) == ["0", "1", "1, not 0"]


def test_predictions_stand_alone_where_nothing_is_known() -> None:
    figure = plot_digits(X[:2], predicted=[3, 4])
    assert titles(figure) == ["3", "4"]
    assert framed(figure) == [False, False]


def test_only_the_first_are_shown() -> None:
    assert len(plot_digits(np.zeros((500, 4))).axes) == 40
    assert len(plot_digits(X, limit=3).axes) == 3


def test_a_label_is_no_formula() -> None:
    (axes,) = plot_digits(X[:1], ["$x_1$"]).axes
    assert axes.get_title() == r"\$x_1\$"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros((2, 10)),), "(m, n²), (m, h, w) or (m, h, w, 3), got (2, 10): say what they are, as in X.reshape"),
        ((np.zeros(64),), "images have the shape (m, n²), (m, h, w) or (m, h, w, 3), got (64,)"),
        ((np.zeros((0, 64)),), "got (0, 8, 8)"),
        ((np.zeros((2, 8, 8, 4)),), "got (2, 8, 8, 4)"),
        ((X, Y[:3]), "expected y of shape (10,), one for each image, got (3,)"),
        ((X, Y, Y[:3]), "expected predicted of shape (10,), one for each image, got (3,)"),
        ((X, np.eye(10)), "expected y of shape (10,), one for each image, got (10, 10)"),
        ((X, None, np.zeros((10, 2, 2))), "expected predicted of shape (10,), one for each image, got (10, 2, 2)"),
    ],
)
def test_what_is_no_image_is_refused(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        plot_digits(*arguments)


def test_each_unit_shows_its_weights() -> None:
    model = network()
    figure = plot_weights(model)
    np.testing.assert_array_equal(arrays(figure), model.layers[1].W.numpy().T.reshape(25, 8, 8))
    assert titles(figure) == [f"$a_{{{i}}}^{{[1]}}$" for i in range(1, 26)]


def test_0_is_in_the_middle_of_the_colours() -> None:
    figure = plot_weights(network())
    limits = {axes.images[0].get_clim() for axes in figure.axes if axes.images}
    ((low, high),) = limits
    assert -low == high == np.abs(arrays(figure)).max()


def test_without_colour_a_lower_weight_is_darker() -> None:
    colours = plot_weights(network()).axes[0].images[0].get_cmap()
    grey = colours(np.linspace(0, 1, 50))[:, :3] @ (0.299, 0.587, 0.114)
    assert (np.diff(grey) > 0).all()


def test_the_first_layer_with_weights_is_shown() -> None:
    normalization = nn.Normalization()
    normalization.adapt(X)
    figure = plot_weights(network(normalization))
    assert len(arrays(figure)) == 25


def test_a_layer_and_a_network_of_values_show_theirs() -> None:
    mlp = nn.MLP(4, [3, 1], seed=0)
    figure = plot_weights(mlp)
    np.testing.assert_array_equal(arrays(figure)[0].ravel(), [w.data for w in mlp.layers[0].neurons[0].w])
    layer = network().layers[1]
    np.testing.assert_array_equal(arrays(plot_weights(layer)), arrays(plot_weights(network())))


def test_weights_that_are_no_square_need_a_shape() -> None:
    layer = nn.Dense(2)
    layer.build((None, 6))
    with pytest.raises(
        ValueError, match=re.escape("got (2, 6): say what they are, as in X.reshape(-1, h, w), or shape=")
    ):
        plot_weights(layer)
    assert arrays(plot_weights(layer, shape=(2, 3)))[0].shape == (2, 3)
    with pytest.raises(ValueError, match=re.escape("expected weights of 8 features for the shape (2, 4), got 6")):
        plot_weights(layer, shape=(2, 4))


def test_a_layer_without_weights_is_refused() -> None:
    with pytest.raises(RuntimeError, match="this layer has no weights yet: call it on a batch, or build"):
        plot_weights(nn.Dense(3))


@pytest.mark.parametrize("given", [np.zeros((4, 2)), nn.Sequential([nn.Flatten()])], ids=["array", "no Dense"])
def test_what_has_no_dense_layer_is_refused(given: Any) -> None:
    with pytest.raises(TypeError, match="weights are those of a Dense layer or a network with one, got"):
        plot_weights(given)
