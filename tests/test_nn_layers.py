"""Layers: what they compute, when they make their weights, what these are at first and cost, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import Tensor, nn
from autograd_mini.nn import initializers

X = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75], [-2.0, 1.0, 0.0], [0.1, 0.2, 0.3]])

# Dense


@pytest.mark.parametrize(
    ("activation", "g"),
    [
        ("linear", lambda z: z),
        (None, lambda z: z),
        ("relu", lambda z: np.maximum(z, 0)),
        ("leaky_relu", lambda z: np.where(z > 0, z, 0.01 * z)),
        ("sigmoid", lambda z: 1 / (1 + np.exp(-z))),
        ("softplus", lambda z: np.log1p(np.exp(z))),
        ("sin", np.sin),
        ("softmax", lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)),
        (ag.tanh, np.tanh),
        (np.tanh, np.tanh),
        (lambda z: z * z, lambda z: z * z),
    ],
)
@pytest.mark.parametrize("use_bias", [True, False])
def test_dense_is_g_of_x_w_plus_b(activation: Any, g: Any, use_bias: bool) -> None:
    layer = nn.Dense(4, activation=activation, use_bias=use_bias, bias_initializer=nn.Constant(0.5))
    A = layer(X)
    assert type(A) is Tensor
    np.testing.assert_allclose(A.numpy(), g(X @ layer.W.data + 0.5 * use_bias), rtol=1e-14)
    assert (layer.b is None) == (not use_bias)


@pytest.mark.parametrize(
    ("given", "known"),
    [(None, "linear"), ("tanh", "tanh"), (ag.relu, "relu"), (ag.softmax, "softmax"), (np.tanh, np.tanh)],
)
def test_an_activation_is_known_by_its_name_where_it_has_one(given: Any, known: Any) -> None:
    assert nn.Dense(1, activation=given).activation == nn.Activation(given).activation == known


def test_gradients_reach_weights_bias_and_input() -> None:
    layer = nn.Dense(2, activation="tanh")
    x = Tensor(X)
    layer(x).sum().backward()
    slope = 1 - np.tanh(X @ layer.W.data + layer.b.data) ** 2
    np.testing.assert_allclose(layer.W.grad, X.T @ slope, rtol=1e-12)
    np.testing.assert_allclose(layer.b.grad, slope.sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(x.grad, slope @ layer.W.data.T, rtol=1e-12)


def test_a_layer_makes_its_weights_once_for_the_first_batch() -> None:
    layer = nn.Dense(2)
    assert layer.W is layer.b is None
    assert layer.parameters() == []
    layer(X)
    W = layer.W
    layer(-X)
    assert layer.W is W
    assert (layer.W.shape, layer.b.shape) == ((3, 2), (2,))
    assert [p is q for p, q in zip(layer.parameters(), (layer.W, layer.b), strict=True)] == [True, True]


@pytest.mark.parametrize(
    ("dtype", "own"),
    [(np.float32, np.float32), (np.float64, np.float64), (int, np.float64), (np.uint8, np.float64), (bool, np.float64)],
)
def test_weights_have_the_first_batchs_dtype(dtype: Any, own: Any) -> None:
    layer = nn.Dense(2)
    assert layer(X.astype(dtype)).dtype == layer.W.dtype == layer.b.dtype == own


@pytest.mark.parametrize("batch", [[[1.0, 2.0]], ((1.0, 2.0),), np.array([[1, 2]]), Tensor([[1.0, 2.0]])])
def test_a_layer_is_called_on_what_holds_numbers(batch: Any) -> None:
    assert nn.Dense(1, kernel_initializer="ones")(batch).tolist() == [[3.0]]


def test_dense_sees_the_last_axis() -> None:
    layer = nn.Dense(2)
    batch = np.arange(24.0).reshape(2, 3, 4)
    np.testing.assert_allclose(layer(batch).numpy(), batch @ layer.W.data, rtol=1e-14)


def test_a_batch_without_examples_has_no_outputs() -> None:
    assert nn.Dense(2)(np.zeros((0, 3))).shape == (0, 2)


def test_weights_are_called_as_in_the_notes() -> None:
    model = nn.Sequential([nn.Dense(2), nn.Dropout(0.5), nn.Dense(1)])
    A = model(X)
    assert [p.label for p in model.parameters()] == ["W[1]", "b[1]", "W[2]", "b[2]"]
    assert [model.layers[i].title for i in (0, 2)] == ["layer 1", "layer 2"]
    assert (A.label, A.scope) == ("A[2]", ("layer 2",))


# What is refused


@pytest.mark.parametrize("units", [0, -1, 2.0, True, "3", None])
def test_units_are_a_positive_integer(units: Any) -> None:
    with pytest.raises(ValueError, match=f"^units is a positive integer, got {units!r}$"):
        nn.Dense(units)


@pytest.mark.parametrize("activation", ["rely", "", 3, "maximum", True])
@pytest.mark.parametrize("make", [nn.Activation, lambda activation: nn.Dense(1, activation)])
def test_an_unknown_activation_is_answered_with_the_known_ones(make: Any, activation: Any) -> None:
    with pytest.raises(ValueError, match=f"^unknown activation {activation!r}: use 'linear', 'relu', .*'softmax'.*"):
        make(activation)


@pytest.mark.parametrize(("name", "known"), [("kernel_initializer", "'he_normal'"), ("bias_initializer", "'zeros'")])
@pytest.mark.parametrize("wrong", ["zero", 0.5, None])
def test_an_unknown_initializer_is_answered_with_the_known_ones(name: str, known: str, wrong: Any) -> None:
    with pytest.raises(ValueError, match=f"^unknown initializer {wrong!r}: use .*{known}.*, or a function$"):
        nn.Dense(1, **{name: wrong})


@pytest.mark.parametrize("name", ["kernel_regularizer", "bias_regularizer"])
@pytest.mark.parametrize("wrong", ["l3", 0.01])
def test_an_unknown_regularizer_is_answered_with_the_known_ones(name: str, wrong: Any) -> None:
    with pytest.raises(
        ValueError, match=rf"^unknown regularizer {wrong!r}: use 'l1', 'l2', .*, or an object such as nn\.L2\(0\.01\)$"
    ):
        nn.Dense(1, **{name: wrong})


def test_another_number_of_features_is_answered_with_layer_expected_and_got() -> None:
    model = nn.Sequential([nn.Dense(2), nn.Dense(1)])
    model(X)
    with pytest.raises(ValueError, match=r"^layer 1: Dense takes 3 features, expected shape \(m, 3\), got \(4, 2\)$"):
        model(X[:, :2])
    with pytest.raises(ValueError, match=r"^layer 2: Dense takes 2 features, expected shape \(m, 2\), got \(4, 3\)$"):
        model.layers[1](X)
    layer = nn.Dense(1)
    layer(X)
    with pytest.raises(ValueError, match=r"^Dense takes examples as rows, expected shape \(m, features\), got \(3,\)$"):
        layer(X[0])


@pytest.mark.parametrize("batch", [[["a"]], np.zeros((1, 1), complex), [[None]]])
def test_what_is_no_number_is_refused(batch: Any) -> None:
    with pytest.raises(TypeError, match="a Tensor holds float32 or float64"):
        nn.Dense(1)(batch)


def test_a_number_alone_is_no_batch() -> None:
    with pytest.raises(ValueError, match=r"Dense takes examples as rows, expected shape \(m, features\), got \(\)"):
        nn.Dense(1)(3.0)


def test_a_program_makes_no_weights() -> None:
    with pytest.raises(ag.RecordingError, match="a layer can't make its weights while a program is recorded: call it"):
        ag.jit(nn.Dense(1))(X)


# Initializers


@pytest.mark.parametrize(
    ("initializer", "low", "high"),
    [("zeros", 0, 0), ("ones", 1, 1), (nn.Constant(0.3), 0.3, 0.3), ("constant", 0, 0), (nn.Zeros, 0, 0)],
)
def test_constant_initializers(initializer: Any, low: float, high: float) -> None:
    layer = nn.Dense(3, kernel_initializer=initializer)
    layer(X)
    assert (layer.W.data.min(), layer.W.data.max()) == (low, high)


@pytest.mark.parametrize(
    ("name", "variance", "uniform"),
    [
        ("normal", 1e-4, False),
        ("random_normal", 1e-4, False),
        ("glorot_uniform", 2 / 500, True),
        ("glorot_normal", 2 / 500, False),
        ("he_uniform", 2 / 200, True),
        ("he_normal", 2 / 200, False),
        ("lecun_uniform", 1 / 200, True),
        ("lecun_normal", 1 / 200, False),
    ],
)
def test_random_initializers_have_their_papers_variance(name: str, variance: float, uniform: bool) -> None:
    W = initializers.get(name)((200, 300), np.random.default_rng(0))
    assert abs(W.mean()) < 0.02 * variance**0.5
    assert W.var() == pytest.approx(variance, rel=0.02)
    limit = (3 * variance) ** 0.5
    assert (np.abs(W).max() <= limit) == uniform


def test_an_initializer_with_a_seed_always_draws_the_same() -> None:
    initializer = nn.HeNormal(seed=3)
    generator = np.random.default_rng(0)
    np.testing.assert_array_equal(initializer((2, 2), generator), initializer((2, 2)))
    assert (nn.HeNormal()((2, 2), generator) != nn.HeNormal()((2, 2), generator)).all()


def test_an_initializer_may_be_a_function() -> None:
    layer = nn.Dense(2, kernel_initializer=lambda shape, _: np.arange(6.0).reshape(shape))
    layer(X)
    assert layer.W.tolist() == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]


def test_an_initializer_of_another_shape_is_refused() -> None:
    layer = nn.Dense(2, kernel_initializer=lambda *_: np.zeros(3))
    with pytest.raises(ValueError, match=r"an array of the shape that it is asked for, \(3, 2\), got \(3,\)$"):
        layer(X)
    assert layer.W is layer.b is None


# Regularizers


@pytest.mark.parametrize(
    ("regularizer", "cost", "slope"),
    [
        ("l1", lambda w: 0.01 * np.abs(w).sum(), lambda w: 0.01 * np.sign(w)),
        ("l2", lambda w: 0.01 * (w**2).sum(), lambda w: 0.02 * w),
        (nn.L1(0.5), lambda w: 0.5 * np.abs(w).sum(), lambda w: 0.5 * np.sign(w)),
        (nn.L2(0.5), lambda w: 0.5 * (w**2).sum(), lambda w: w),
        (nn.L1L2(0.1, 0.2), lambda w: (0.1 * np.abs(w) + 0.2 * w**2).sum(), lambda w: 0.1 * np.sign(w) + 0.4 * w),
        (lambda w: (w**4).sum(), lambda w: (w**4).sum(), lambda w: 4 * w**3),
    ],
)
def test_a_regularizer_costs_what_it_says(regularizer: Any, cost: Any, slope: Any) -> None:
    layer = nn.Dense(2, kernel_regularizer=regularizer, bias_regularizer=regularizer, bias_initializer=nn.Constant(2.0))
    layer(X)
    penalty = layer.penalty()
    assert penalty.item() == pytest.approx(cost(layer.W.data) + cost(layer.b.data))
    penalty.backward()
    np.testing.assert_allclose(layer.W.grad, slope(layer.W.data), rtol=1e-12)
    np.testing.assert_allclose(layer.b.grad, slope(layer.b.data), rtol=1e-12)


@pytest.mark.parametrize("amount", [-0.1, float("nan"), float("inf"), "a"])
@pytest.mark.parametrize(("kind", "name"), [(nn.L1, "l1"), (nn.L2, "l2")])
def test_a_regularizers_amount_is_a_number_that_is_not_negative(kind: Any, name: str, amount: Any) -> None:
    with pytest.raises(ValueError, match=f"^{name} is a finite number that is not negative, got {amount!r}$"):
        kind(amount)


# Activation, Dropout, Flatten


def test_an_activation_layer_is_the_activation() -> None:
    np.testing.assert_array_equal(nn.Activation("relu")(X).numpy(), np.maximum(X, 0))
    assert nn.Activation("relu").parameters() == []


def test_dropout_drops_in_training_only() -> None:
    ones = np.ones((200, 50))
    model = nn.Sequential([nn.Dropout(0.25)], seed=0)
    assert (model(ones).numpy() == 1).all()
    assert (model.predict(ones) == 1).all()
    dropped = model(ones, training=True).numpy()
    assert set(np.unique(dropped)) == {0.0, 1 / 0.75}
    assert (dropped == 0).mean() == pytest.approx(0.25, abs=0.02)


def test_dropout_passes_the_gradient_of_what_it_kept() -> None:
    x = Tensor(np.ones((4, 50)))
    y = nn.Dropout(0.5)(x, training=True)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, y.numpy())


def test_training_reaches_parts_of_parts() -> None:
    model = nn.Sequential([nn.Sequential([nn.Dropout(0.5)])])
    assert (model(np.ones((10, 10)), training=True).numpy() == 0).any()
    assert (model(np.ones((10, 10))).numpy() == 1).all()


@pytest.mark.parametrize("rate", [1, 1.0, -0.1, float("nan"), "a"])
def test_a_dropout_rate_is_below_one(rate: Any) -> None:
    with pytest.raises(ValueError, match=rf"^the rate of dropout is in \[0, 1\), got {rate!r}$"):
        nn.Dropout(rate)


@pytest.mark.parametrize("shape", [(5, 2, 3), (5, 6), (0, 2, 3), (5, 8, 8, 3), (5, 0, 3)])
def test_flatten_keeps_the_examples(shape: tuple[int, ...]) -> None:
    batch = np.arange(float(np.prod(shape))).reshape(shape)
    flat = nn.Flatten()(batch)
    assert flat.shape == (shape[0], int(np.prod(shape[1:])))
    np.testing.assert_array_equal(flat.numpy().reshape(shape), batch)


# Normalization


def test_normalization_gives_mean_0_and_standard_deviation_1() -> None:
    data = np.random.default_rng(0).normal([200.0, 17.0], [30.0, 2.0], (500, 2))
    layer = nn.Normalization()
    layer.adapt(data)
    np.testing.assert_allclose(layer(data).numpy().mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(layer(data).numpy().std(axis=0), 1)
    np.testing.assert_allclose(layer.mean.data, data.mean(axis=0))
    np.testing.assert_allclose(layer.std.data, data.std(axis=0))


def test_normalization_forgets_what_it_was_adapted_to_before() -> None:
    layer = nn.Normalization()
    layer.adapt([[5.0], [9.0]])
    layer.adapt([[0.0], [2.0], [4.0]])
    assert layer([[2.0]]).tolist() == [[0.0]]


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e9])
def test_a_feature_that_never_changes_becomes_0(constant: float) -> None:
    layer = nn.Normalization()
    layer.adapt(np.full((7, 1), constant))
    assert np.abs(layer([[constant]]).numpy()).max() < 1e-6
    assert layer.std.tolist() == [1.0]


def test_normalization_is_over_all_axes_but_the_last() -> None:
    images = np.random.default_rng(0).uniform(0, 255, (6, 4, 5, 3))
    layer = nn.Normalization()
    layer.adapt(images)
    assert layer.mean.shape == (3,)
    np.testing.assert_allclose(layer(images).numpy().std(axis=(0, 1, 2)), 1)


def test_normalization_takes_lists_ints_and_float32() -> None:
    layer = nn.Normalization()
    layer.adapt([[1, 2], [3, 4]])
    assert layer([[2, 3]]).tolist() == [[0.0, 0.0]]
    layer.adapt(X.astype(np.float32))
    assert layer(X.astype(np.float32)).dtype == np.float32


def test_normalization_keeps_its_digits_when_it_sees_float32() -> None:
    layer = nn.Normalization()
    layer.adapt(X / 3)
    before = layer(X).numpy()
    layer(X.astype(np.float32))
    np.testing.assert_array_equal(layer(X).numpy(), before)


def test_mean_and_std_are_weights_that_are_not_trained() -> None:
    model = nn.Sequential([nn.Normalization(), nn.Dense(1)])
    model.layers[0].adapt(X)
    model(X)
    assert list(model.weights()) == ["layers.0.mean", "layers.0.std", "layers.1.W", "layers.1.b"]
    assert len(model.parameters()) == 2


def test_normalization_has_to_be_adapted() -> None:
    with pytest.raises(RuntimeError, match=r"^Normalization doesn't know its mean and std yet: call adapt\(X\)"):
        nn.Normalization()(X)


def test_normalization_refuses_another_number_of_features() -> None:
    layer = nn.Normalization()
    layer.adapt(X)
    with pytest.raises(ValueError, match=r"^Normalization takes 3 features, expected shape \(m, 3\), got \(4, 2\)$"):
        layer(X[:, :2])


@pytest.mark.parametrize(
    ("data", "error", "text"),
    [
        ([], ValueError, r"adapt\(\) takes examples as rows, expected shape \(m, features\), got \(0,\)"),
        ([1, 2], ValueError, r"adapt\(\) takes examples as rows, expected shape \(m, features\), got \(2,\)"),
        ([[1, float("nan")]], ValueError, r"adapt\(\) takes finite numbers, got nan or inf"),
        ([["a"]], TypeError, "a Tensor holds float32 or float64"),
    ],
)
def test_what_normalization_is_not_adapted_to(data: Any, error: type[Exception], text: str) -> None:
    layer = nn.Normalization()
    layer.adapt(X)
    mean = layer.mean
    with pytest.raises(error, match=text):
        layer.adapt(data)
    assert layer.mean is mean
