"""Networks of the lecture notes, typed as their reader types them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd_mini import datasets, nn
from autograd_mini.nn import Activation, Dense, Dropout, Flatten, Normalization, Sequential, optim


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def right(model: Sequential, X: Any, y: Any) -> float:
    """The part that a network gets right, as the notes count it."""
    return float(((model.predict(X) >= 0.5).astype(int)[:, 0] == y).mean())


# Gradient descent


@pytest.fixture(scope="module")
def pictures() -> tuple[Any, Any]:
    X, y = datasets.images(m=209)
    return (X / 255 - 0.5).astype(np.float32), y


def test_209_images_are_classified_by_12288_features(pictures: Any) -> None:
    X, y = pictures
    model = Sequential([Flatten(), Dense(1, activation="sigmoid", kernel_initializer="zeros")])
    model.compile(optim.SGD(learning_rate=0.005), "binary_crossentropy", ["accuracy"])
    history = model.fit(X, y, epochs=60, batch_size=209)
    assert model.layers[1].W.shape == (12288, 1)
    assert history.history["accuracy"][-1] > 0.6
    assert (np.diff(history.history["loss"]) < 0).all()


def test_a_network_fits_what_one_neuron_does_not(pictures: Any) -> None:
    X, y = pictures
    model = Sequential([Flatten(), Dense(8, activation="relu"), Dense(1, activation="sigmoid")], seed=0)
    model.compile("adam", "binary_crossentropy")
    model.fit(X, y, epochs=20)
    assert right(model, X, y) > 0.9


def test_logistic_regression_starts_from_zeros_and_is_the_notes_loop() -> None:
    X, Y = datasets.blobs(100, centers=2, seed=1)
    model = Sequential([Dense(1, activation="sigmoid", kernel_initializer="zeros")])
    model.compile(optim.SGD(learning_rate=0.1), "binary_crossentropy")
    history = model.fit(X, Y, epochs=50, batch_size=100).history["loss"]
    x, y, w, b, costs = X.T, Y.reshape(1, -1), np.zeros((2, 1)), 0.0, []
    for _ in range(50):  # as in the notes: an example is a column
        A = sigmoid(np.dot(w.T, x) + b)
        costs.append(-np.mean(y * np.log(A) + (1 - y) * np.log(1 - A)))
        dZ = A - y
        w = w - 0.1 * np.dot(x, dZ.T) / 100
        b = b - 0.1 * np.sum(dZ) / 100
    np.testing.assert_allclose(history, costs, rtol=1e-12)
    np.testing.assert_allclose(model.layers[0].W.data, w, rtol=1e-10)


def test_normalised_features_descend_faster() -> None:
    even = np.random.default_rng(0).normal(size=(200, 2))
    y = (even.sum(axis=1) > 0).astype(int)
    X = even * np.array([5.0, 0.2])
    norm = Normalization()
    norm.adapt(X)
    losses = []
    for layers in ([], [norm]):
        model = Sequential([*layers, Dense(1, activation="sigmoid", kernel_initializer="zeros")])
        model.compile(optim.SGD(learning_rate=0.5), "binary_crossentropy")
        losses.append(model.fit(X, y, epochs=50, batch_size=200).history["loss"][-1])
    assert losses[1] < losses[0] / 2


# Coffee roasting

x = np.array([[200.0, 17.0], [120.0, 5.0], [425.0, 20.0], [212.0, 18.0]])
y = np.array([1, 0, 0, 1])
x_new = np.array([[425.0, 18.5]])


def roast(seed: int, normalised: bool) -> bool:
    """Whether a network learns the four roasts, and what to say of the fifth."""
    layers: list[Any] = [Dense(units=3, activation="sigmoid"), Dense(units=1, activation="sigmoid")]
    if normalised:
        norm = Normalization()
        norm.adapt(x)
        layers.insert(0, norm)
    model = Sequential(layers, seed=seed)
    model.compile(optimizer=optim.Adam(learning_rate=0.01), loss=nn.BinaryCrossentropy())
    model.fit(x, y, epochs=1000)
    yhat = (np.r_[model.predict(x), model.predict(x_new)] >= 0.5).astype(int)
    return yhat.ravel().tolist() == [1, 0, 0, 1, 0]


def test_coffee_is_roasted_well_from_normalised_features() -> None:
    assert all(roast(seed, normalised=True) for seed in range(8))


@pytest.mark.filterwarnings("ignore:feature 0 has mean")
def test_coffee_is_roasted_badly_from_raw_features() -> None:
    assert sum(roast(seed, normalised=False) for seed in range(8)) < 5


def test_raw_features_of_coffee_are_warned_of() -> None:
    model = Sequential([Dense(3, activation="sigmoid"), Dense(1, activation="sigmoid")])
    model.compile(loss=nn.BinaryCrossentropy())
    with pytest.warns(UserWarning, match=r"^feature 0 has mean 239.2 and .*: put nn.Normalization\(\) first"):
        model.fit(x, y, epochs=1)


def test_layers_are_called_one_by_one() -> None:
    layer_1 = Dense(units=3, activation="sigmoid")
    a1 = layer_1(x)
    layer_2 = Dense(units=1, activation="sigmoid")
    a2 = layer_2(a1)
    assert (a1.numpy().shape, a2.numpy().shape) == ((4, 3), (4, 1))
    model = Sequential([layer_1, layer_2])
    np.testing.assert_array_equal(model.predict(x), a2.numpy())


def test_200_roasts_are_learned() -> None:
    X, Y = datasets.coffee()
    norm_l = Normalization()
    norm_l.adapt(X)
    Xn = norm_l(X)
    model = Sequential([Dense(3, activation="sigmoid"), Dense(1, activation="sigmoid")], seed=1)
    model.compile(loss=nn.BinaryCrossentropy(), optimizer=optim.Adam(learning_rate=0.05))
    model.fit(Xn, Y, epochs=300)
    assert right(model, Xn, Y) > 0.97
    assert (model.predict(norm_l(x)) >= 0.5).ravel().tolist() == [True, False, False, True]


def test_raw_features_go_in_where_normalization_is_a_layer() -> None:
    X, Y = datasets.demand()
    norm = Normalization()
    norm.adapt(X)
    model = Sequential([norm, Dense(3, activation="sigmoid"), Dense(1, activation="sigmoid")], seed=0)
    model.compile(optim.Adam(learning_rate=0.05), "binary_crossentropy", metrics=["accuracy"])
    model.fit(X, Y, epochs=100)
    assert model.evaluate(X, Y)[1] > 0.98


# Handwritten digits


def test_zeros_and_ones_by_25_15_1() -> None:
    X, y = datasets.digits(classes=(0, 1))
    model = Sequential(
        [Dense(25, activation="sigmoid"), Dense(15, activation="sigmoid"), Dense(1, activation="sigmoid")], seed=0
    )
    model.compile(loss=nn.BinaryCrossentropy(), optimizer="adam")
    model.fit(X, y, epochs=20)
    assert right(model, X, y) == 1.0


@pytest.mark.parametrize(
    ("activation", "loss"),
    [
        ("softmax", nn.SparseCategoricalCrossentropy()),
        ("linear", nn.SparseCategoricalCrossentropy(from_logits=True)),
        ("softmax", nn.CategoricalCrossentropy()),
    ],
)
def test_all_ten_digits(activation: str, loss: nn.Loss) -> None:
    X, y = datasets.digits()
    y = np.eye(10)[y] if isinstance(loss, nn.CategoricalCrossentropy) else y
    model = Sequential([Dense(25, "relu"), Dense(15, "relu"), Dense(10, activation)], seed=0)
    model.compile(loss=loss, optimizer=optim.Adam(learning_rate=0.005), metrics=["accuracy"])
    history = model.fit(X / 16, y, epochs=40, validation_split=0.25).history
    assert history["val_accuracy"][-1] > 0.92
    chosen = model.predict(X[:100] / 16).argmax(axis=1)
    assert (chosen == (y.argmax(axis=1) if y.ndim == 2 else y)[:100]).mean() > 0.92


def test_probabilities_are_the_same_from_logits() -> None:
    X, y = datasets.digits()
    given = Sequential([Dense(10, activation="softmax")], seed=0)
    logits = Sequential([Dense(10)], seed=0)
    given.compile("sgd", nn.SparseCategoricalCrossentropy())
    logits.compile("sgd", nn.SparseCategoricalCrossentropy(from_logits=True))
    for model in (given, logits):
        model.fit(X / 16, y, epochs=3)
    np.testing.assert_allclose(Activation("softmax")(logits.predict(X / 16)).numpy(), given.predict(X / 16), rtol=1e-9)


# Shallow and deep networks: the flower


@pytest.fixture(scope="module")
def flower() -> tuple[Any, Any]:
    return datasets.flower(m=400)


def planar(flower: Any, layers: Any, optimizer: Any, epochs: int, batch_size: int = 400, seed: int = 0) -> Sequential:
    model = Sequential(layers, seed=seed)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    model.fit(*flower, epochs=epochs, batch_size=batch_size, shuffle=batch_size < 400)
    return model


def shallow(units: int = 4, activation: str = "tanh", initializer: Any = "normal", **more: Any) -> list[Any]:
    return [
        Dense(units, activation=activation, kernel_initializer=initializer, **more),
        Dense(1, activation="sigmoid", kernel_initializer=initializer),
    ]


def test_four_tanh_units_learn_the_flower(flower: Any) -> None:
    X, y = flower
    model = planar(flower, shallow(), optim.SGD(learning_rate=1.2), epochs=2000)
    assert right(model, X, y) > 0.9
    grid = np.stack(np.meshgrid(np.linspace(-5, 5, 50), np.linspace(-5, 5, 50)), axis=-1).reshape(-1, 2)
    assert 0.3 < (model.predict(grid) >= 0.5).mean() < 0.7


def test_logistic_regression_does_not_learn_the_flower(flower: Any) -> None:
    model = planar(flower, [Dense(1, activation="sigmoid")], optim.SGD(learning_rate=0.1), epochs=300)
    assert right(model, *flower) < 0.65


def test_the_notes_formulas_are_autograds(flower: Any) -> None:
    X, y = flower
    model = Sequential(shallow(), seed=0)
    model.compile(optim.SGD(learning_rate=1.2), "binary_crossentropy")
    model.build((None, 2))
    (W1, b1), (W2, b2) = ((layer.W.data.T, layer.b.data[:, None]) for layer in model.layers)
    model.fit(X, y, epochs=100, batch_size=400, shuffle=False)
    A0, Y, m = X.T, y.reshape(1, -1), 400
    for _ in range(100):
        A1 = np.tanh(np.dot(W1, A0) + b1)
        A2 = sigmoid(np.dot(W2, A1) + b2)
        dZ2 = A2 - Y
        dW2 = np.dot(dZ2, A1.T) / m
        db2 = np.sum(dZ2, axis=1, keepdims=True) / m
        dZ1 = np.dot(W2.T, dZ2) * (1 - A1**2)
        dW1 = np.dot(dZ1, A0.T) / m
        db1 = np.sum(dZ1, axis=1, keepdims=True) / m
        W1, b1, W2, b2 = W1 - 1.2 * dW1, b1 - 1.2 * db1, W2 - 1.2 * dW2, b2 - 1.2 * db2
    for layer, W, b in zip(model.layers, (W1, W2), (b1, b2), strict=True):
        np.testing.assert_allclose(layer.W.data, W.T, rtol=1e-9)
        np.testing.assert_allclose(layer.b.data, b[:, 0], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("initializer", ["zeros", nn.Constant(0.5)])
@pytest.mark.filterwarnings("ignore:all weights of layer 1")
def test_units_that_start_alike_stay_alike(flower: Any, initializer: Any) -> None:
    model = planar(flower, shallow(initializer=initializer), optim.SGD(learning_rate=1.2), epochs=200)
    for array in (model.layers[0].W.data, model.layers[0].b.data, model.layers[1].W.data.T):
        assert (np.ptp(array, axis=-1) <= 1e-12).all()
    assert right(model, *flower) < 0.7


def test_units_that_start_at_random_differ(flower: Any) -> None:
    model = planar(flower, shallow(), optim.SGD(learning_rate=1.2), epochs=200)
    assert np.ptp(model.layers[0].W.data, axis=1).min() > 0.1


def test_large_weights_start_on_the_flat_part_of_the_sigmoid(flower: Any) -> None:
    X, y = flower
    slopes = []
    for stddev in (0.01, 100.0):
        model = Sequential([Dense(1, activation="sigmoid", kernel_initializer=nn.Normal(stddev, seed=0))])
        A = model(X)
        A.sum().backward()
        slopes.append(np.abs(model.layers[0].b.grad).item() / len(y))
    assert slopes[0] > 0.2
    assert slopes[1] < 0.02


def test_linear_layers_are_one_linear_map(flower: Any) -> None:
    deep = planar(flower, [Dense(4), Dense(4), Dense(1, activation="sigmoid")], "adam", epochs=100)
    assert right(deep, *flower) < 0.65
    *hidden, last = deep.layers
    W, b = np.eye(2), np.zeros(2)
    for layer in (*hidden, last):
        W, b = W @ layer.W.data, b @ layer.W.data + layer.b.data
    np.testing.assert_allclose(deep.predict(flower[0]), sigmoid(flower[0] @ W + b), rtol=1e-9)


# What each hyperparameter does


def final(flower: Any, layers: Any = None, optimizer: Any = None, epochs: int = 300, batch_size: int = 400) -> float:
    """The loss that training comes to."""
    layers = shallow(initializer="glorot_uniform") if layers is None else layers
    model = planar(flower, layers, optimizer or optim.SGD(learning_rate=1.2), epochs, batch_size)
    return float(model.evaluate(*flower)[0])


def test_a_learning_rate_can_be_too_small_and_too_large(flower: Any) -> None:
    small, good, large = (final(flower, optimizer=optim.SGD(learning_rate=rate)) for rate in (0.001, 1.2, 300.0))
    assert good < small
    assert good < large


def test_more_iterations_learn_more(flower: Any) -> None:
    assert final(flower, epochs=500) < final(flower, epochs=100) < final(flower, epochs=5)


def test_more_units_and_layers_learn_more(flower: Any) -> None:
    one, wide = (final(flower, shallow(units, initializer="glorot_uniform")) for units in (1, 10))
    deep = final(flower, [Dense(10, "tanh"), Dense(10, "tanh"), Dense(1, "sigmoid")], "adam", batch_size=32, epochs=100)
    assert wide < one
    assert deep < one


@pytest.mark.parametrize("activation", ["relu", "tanh", "leaky_relu"])
def test_activations_learn_what_a_linear_layer_does_not(flower: Any, activation: str) -> None:
    adam = lambda: optim.Adam(learning_rate=0.02)
    linear = final(flower, shallow(8, "linear", "glorot_uniform"), adam())
    assert final(flower, shallow(8, activation, "glorot_uniform"), adam()) < linear - 0.2


def test_momentum_smaller_batches_and_adam_are_faster(flower: Any) -> None:
    plain = final(flower, optimizer=optim.SGD(learning_rate=0.1), epochs=100)
    assert final(flower, optimizer=optim.SGD(learning_rate=0.1, momentum=0.9), epochs=100) < plain
    assert final(flower, optimizer=optim.SGD(learning_rate=0.1), epochs=100, batch_size=32) < plain
    assert final(flower, optimizer=optim.Adam(learning_rate=0.1), epochs=100) < plain


def test_l2_keeps_weights_small(flower: Any) -> None:
    def size(l2: float) -> float:
        layers = shallow(20, initializer="glorot_uniform", kernel_regularizer=nn.L2(l2))
        model = planar(flower, layers, optim.Adam(learning_rate=0.05), epochs=200)
        return float(np.abs(model.layers[0].W.data).mean())

    assert size(0.1) < size(0.01) < size(0.0)


def test_dropout_and_l2_narrow_the_gap_to_what_was_not_seen() -> None:
    X, y = datasets.digits()
    X, y = X[:200] / 16, y[:200]

    def gap(rate: float, l2: float) -> float:
        layers = [Dense(64, "relu", kernel_regularizer=nn.L2(l2)), Dropout(rate), Dense(10, "softmax")]
        model = Sequential(layers, seed=0)
        model.compile(optim.Adam(learning_rate=0.01), nn.SparseCategoricalCrossentropy())
        model.fit(X[:100], y[:100], epochs=40)
        model.layers[0].kernel_regularizer = None  # to compare the losses without the penalty
        return float(model.evaluate(X[100:], y[100:]) - model.evaluate(X[:100], y[:100]))

    assert gap(0.5, 0.0) < gap(0.0, 0.0)
    assert gap(0.0, 0.01) < gap(0.0, 0.0)
