"""What a good teacher says of beginners' mistakes, before anything is learned from them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from autograd_mini import Tensor, nn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 3))
TWO = np.arange(12) % 2
THREE = np.arange(12) % 3
NUMBERS = X[:, 0] * 1.5 + 0.3
SPARSE, ONE_HOT, BINARY = (f"{kind}_crossentropy" for kind in ("sparse_categorical", "categorical", "binary"))


def network(units: int = 1, activation: Any = "sigmoid", loss: Any = BINARY, **settings: Any) -> nn.Sequential:
    """A network that has its weights."""
    model = nn.Sequential([nn.Dense(4, activation="relu"), nn.Dense(units, activation=activation)], seed=0)
    model.build((None, 3))
    model.compile("adam", loss, **settings)
    return model


def check_refused(model: nn.Module, error: type[Exception], text: str, *data: Any, **settings: Any) -> None:
    """Fit refuses it with this text, and nothing has changed: weights, history, gradients, optimizer."""
    history, before = model.history, model.weights()
    with pytest.raises(error, match=text):
        model.fit(*data, **settings)
    after = model.weights()
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert model.history is history
    assert all(p.grad is None for p in model.parameters())
    assert model.optimizer is None or model.optimizer.steps == 0


def with_(value: Any, *place: int) -> Any:
    """X with another value somewhere."""
    changed = X.copy()
    changed[place] = value
    return changed


# X


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (X[:, :2], r"^layer 1: Dense takes 3 features, expected shape \(m, 3\), got \(\d+, 2\)$"),
        (
            X[:, 0],
            r"^X holds examples as rows, expected shape \(m, …\), got \(12,\): one feature is X\.reshape\(-1, 1\), ",
        ),
        (3.0, r"^X holds examples as rows, expected shape \(m, …\), got \(\)$"),
        (X[:0], r"^X holds no examples, got shape \(0, 3\)$"),
        ([], r"^X holds no examples, got shape \(0,\)$"),
        (with_(np.nan, 3, 1), r"^X\[3, 1\] is nan, expected finite numbers: leave such rows out, or fill them$"),
        (with_(-np.inf, 0, 2), r"^X\[0, 2\] is -inf, expected finite numbers"),
        ([[1, 2, 3], [4, 5]], r"^X has rows of different lengths, expected an array of numbers$"),
        ([["a", "b", "c"]] * 12, r"^X holds text such as 'a', expected numbers: encode it as numbers first$"),
        (
            [[1, 2, "c"]] * 12,
            r"^X holds text such as '1', expected numbers|^X holds text such as 'c', expected numbers",
        ),
        ([[1, 2, None]] * 12, r"^X\[0, 2\] is nan, expected finite numbers"),
        (X.astype(complex), r"^X holds values of dtype complex128, expected numbers"),
        (None, r"^X is None, expected "),
    ],
)
def test_x_is_finite_numbers_with_examples_as_rows(data: Any, text: str) -> None:
    check_refused(network(), ValueError, text, data, TWO)
    with pytest.raises(ValueError, match=text):
        network().predict(data)
    with pytest.raises(ValueError, match=text):
        network().evaluate(data, TWO)


def test_a_data_frames_column_is_named() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(with_(np.nan, 3, 1), columns=["age", "size", "price"])
    check_refused(network(), ValueError, r"^X\[3, 1\] \(column 'size'\) is nan, expected finite numbers", frame, TWO)


def test_images_need_flatten() -> None:
    model = nn.Sequential([nn.Dense(1, activation="sigmoid")])
    model.build((None, 8, 3))
    model.compile("adam", BINARY)
    check_refused(
        model,
        ValueError,
        r"gives an array of shape \(8, 1\) for each example: put nn\.Flatten\(\) first",
        np.zeros((12, 8, 3)),
        TWO,
    )


def test_a_tensor_is_read_by_its_numbers() -> None:
    losses = [network().fit(given, TWO, epochs=2, seed=0).history["loss"] for given in (X, Tensor(X))]
    assert losses[0] == losses[1]


# y


@pytest.mark.parametrize(
    ("y", "text"),
    [
        (TWO[:5], "^X has 12 examples, y 5: give as many of both$"),
        ([TWO], r"^X has 12 examples, y 1: examples are rows here, use y\.ravel\(\)$"),
        (1, "^X has 12 examples, y is one number: give as many of both$"),
        (None, "^y is None, expected "),
        ([], r"^y holds no examples, got shape \(0,\)$"),
        (np.where(TWO, np.nan, 0), r"^y\[1\] is nan, expected finite numbers"),
        (
            ["cat", "dog"] * 6,
            r"^y holds text such as 'cat', expected numbers: np\.unique\(y, return_inverse=True\)\[1\]",
        ),
    ],
)
def test_y_is_finite_numbers_one_for_each_example(y: Any, text: str) -> None:
    check_refused(network(), ValueError, text, X, y)
    with pytest.raises(ValueError, match=text):
        network().evaluate(X, y)


@pytest.mark.parametrize(
    ("output", "y", "text"),
    [
        # labels 1…K, out of range, not whole
        (
            (3, "softmax", SPARSE),
            THREE + 1,
            "^labels are whole numbers from 0 to 2, got 3: for labels from 1 to 3 use y - 1$",
        ),
        (
            (2, "softmax", SPARSE),
            THREE,
            "^labels are whole numbers from 0 to 1, got 2: for so many classes 3 outputs are need",
        ),
        ((3, "softmax", SPARSE), THREE - 1, r"from 0 to 2, got -1: number the classes with np\.unique"),
        (
            (3, "softmax", SPARSE),
            THREE + 0.5,
            "from 0 to 2, got .*: for numbers that are no classes use MeanSquaredError$",
        ),
        (
            (1, "sigmoid", BINARY),
            TWO + 1,
            "^binary cross entropy is for labels from 0 to 1, got 2: for labels 1 and 2 use y - 1$",
        ),
        ((1, "sigmoid", BINARY), TWO * 2 - 1, r"from 0 to 1, got -1: for labels -1 and 1 use \(y \+ 1\) / 2$"),
        (
            (1, "sigmoid", BINARY),
            THREE,
            "from 0 to 1, got 2: for more than two classes use SparseCategoricalCrossentropy",
        ),
        ((1, "sigmoid", BINARY), NUMBERS, "^binary cross entropy is for labels from 0 to 1, got -?[0-9.]+$"),
        ((1, None, "hinge"), TWO, r"^the hinge loss is for labels -1 and 1, got 0: for 0 and 1 use 2 \* y - 1$"),
        # the sparse loss and one-hot labels mixed up
        ((3, "softmax", SPARSE), np.eye(3)[THREE], r"use CategoricalCrossentropy, or y\.argmax\(axis=1\)$"),
        ((3, "softmax", ONE_HOT), THREE, r"use SparseCategoricalCrossentropy, or np\.eye\(K\)\[y\]$"),
        ((3, "softmax", ONE_HOT), np.eye(3)[THREE] * 0.5, "^each row of labels sums to 1, .* row 0 sums to 0.5"),
        # y's width
        ((3, "softmax", ONE_HOT), np.eye(4)[THREE], r"got \(12, 4\) and \(12, 3\): the output needs 4 units$"),
        (
            (1, None, "mse"),
            X,
            r"^labels and predictions of one shape are wanted, got \(12, 3\) and \(12, 1\): the output needs 3",
        ),
        ((2, None, "mse"), NUMBERS, r"got \(12,\) and \(12, 2\): the output needs 1 unit$"),
        ((3, "softmax", "mse"), THREE, "for the numbers of classes use SparseCategoricalCrossentropy$"),
        ((1, "sigmoid", SPARSE), TWO, "with one output use BinaryCrossentropy"),
    ],
)
def test_labels_are_what_the_loss_is_for(output: Any, y: Any, text: str) -> None:
    check_refused(network(*output), ValueError, text, X, y)
    with pytest.raises(ValueError, match=text):
        network(*output).evaluate(X, y)
    with pytest.raises(ValueError, match=text):
        network(*output).fit(X, y, validation_split=0.5)


def test_validation_data_are_checked_before_the_first_step() -> None:
    check_refused(network(), ValueError, "got 2: for labels 1 and 2 use y - 1", X, TWO, validation_data=(X, TWO + 1))
    check_refused(network(), ValueError, "Dense takes 3 features", X, TWO, validation_data=(X[:, :2], TWO))


@pytest.mark.parametrize(
    ("output", "y", "name"),
    [
        ((1, None, "mse"), NUMBERS, "accuracy"),
        ((1, None, "mse"), NUMBERS, "acc"),
        ((1, None, "huber"), NUMBERS, "binary_accuracy"),
        ((3, None, "mse"), X, "accuracy"),
        ((3, "softmax", "mse"), X, "categorical_accuracy"),
    ],
)
def test_accuracy_is_of_labels(output: Any, y: Any, name: str) -> None:
    text = f'^{name} counts labels that are right, .* and y holds -?[0-9.]+: for numbers use "mae" or "r2"$'
    check_refused(network(*output, metrics=[name]), ValueError, text, X, y)


# The output and its loss


@pytest.mark.parametrize("loss", [BINARY, SPARSE, "mse"])
@pytest.mark.parametrize("separate", [False, True])
def test_softmax_on_one_unit_is_always_1(loss: str, separate: bool) -> None:
    text = '^softmax on one unit is always 1: use activation="sigmoid" for two classes, or a unit for each class$'
    model = network(1, "softmax", loss)
    if separate:
        model = nn.Sequential([nn.Dense(1), nn.Activation("softmax")])
        model.build((None, 3))
        model.compile("adam", loss)
    check_refused(model, ValueError, text, X, np.zeros(12, int))


@pytest.mark.parametrize(
    ("output", "loss", "y"),
    [
        ((1, "sigmoid"), nn.BinaryCrossentropy(from_logits=True), TWO),
        ((3, "softmax"), nn.SparseCategoricalCrossentropy(from_logits=True), THREE),
        ((3, "softmax"), nn.CategoricalCrossentropy(from_logits=True), np.eye(3)[THREE]),
    ],
)
def test_an_activation_is_not_applied_twice(output: Any, loss: Any, y: Any) -> None:
    g = output[1]
    text = (
        f'^{loss.name} with from_logits=True takes the numbers before {g}, and applies it itself, got .*="{g}": leave'
    )
    check_refused(network(*output, loss), ValueError, text, X, y)


@pytest.mark.parametrize(
    ("output", "y", "behind"),
    [
        ((1, None, BINARY), TWO, "sigmoid"),
        ((3, None, SPARSE), THREE, "softmax"),
    ],
)
def test_an_output_that_is_no_probability_is_warned_of_once(output: Any, y: Any, behind: str) -> None:
    model = network(*output)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, y, validation_data=(X, y), epochs=2)
    assert len(caught) == 1
    said = f"{output[2]} takes probabilities, the output is {output[1] or 'linear'}: use from_logits=True, or end with "
    assert str(caught[0].message) == f'{said}activation="{behind}"'
    assert caught[0].filename == __file__


@pytest.mark.parametrize("call", [lambda model: model.fit(X, TWO), lambda model: model.evaluate(X, TWO)])
def test_a_warning_names_the_line_of_the_call(call: Any) -> None:
    with pytest.warns(UserWarning, match="the output is linear") as caught:
        call(network(1, None))
    assert caught[0].filename == __file__


# Hidden weights, features


@pytest.mark.parametrize(("initializer", "value"), [("zeros", "0"), ("ones", "1"), (nn.Constant(0.25), "0.25")])
def test_hidden_weights_that_are_alike_are_warned_of_once(initializer: Any, value: str) -> None:
    hidden = [nn.Dense(4, activation="tanh", kernel_initializer=initializer) for _ in range(2)]
    model = nn.Sequential([*hidden, nn.Dense(1, activation="sigmoid")])
    model.compile("adam", BINARY)
    with pytest.warns(UserWarning, match="all weights of layer") as caught:
        model.fit(X, TWO, epochs=2, validation_split=0.5)
    assert [str(each.message).partition(":")[0] for each in caught] == [f"all weights of layer 1 are {value}"]
    assert "kernel_initializer=" in str(caught[0].message)


@pytest.mark.parametrize(
    "layers",
    [
        [nn.Dense(1, activation="sigmoid", kernel_initializer="zeros")],  # convex: zeros are fine
        [nn.Dense(3, activation="tanh"), nn.Dense(1, activation="sigmoid", kernel_initializer="zeros")],
        [nn.Dense(1, kernel_initializer="ones"), nn.Dense(1, activation="sigmoid")],  # no other unit to be like
    ],
)
def test_weights_that_may_be_alike_are_not_warned_of(layers: Any) -> None:
    model = nn.Sequential(layers)
    model.compile("adam", BINARY)
    model.fit(X, TWO)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (X + np.array([0, 100, 0]), "feature 1 has mean (99|100)"),
        (X - np.array([0, 100, 0]), "feature 1 has mean -(99|100)"),
        (X * np.array([1, 1, 400]), "feature 2 has mean .* and standard deviation [0-9.]+, which trains badly"),
    ],
)
def test_large_features_are_warned_of_once(data: Any, said: str) -> None:
    with pytest.warns(UserWarning, match=f"^{said}") as caught:
        network().fit(data, TWO, epochs=2, validation_split=0.5)
    assert len(caught) == 1
    assert "put nn.Normalization() first" in str(caught[0].message)
    assert "adapt(X)" in str(caught[0].message)


def test_features_that_are_normalised_are_not_warned_of() -> None:
    model = nn.Sequential([nn.Normalization(), nn.Dense(1, activation="sigmoid")])
    model.layers[0].adapt(1000 * X)
    model.compile("adam", BINARY)
    model.fit(1000 * X, TWO)
    network().fit(40 * (X - X.mean(axis=0)) / X.std(axis=0), TWO)


# Settings


@pytest.mark.parametrize("name", ["epochs", "batch_size"])
@pytest.mark.parametrize("value", [0, -1, 1.5, "3", True, float("nan")])
def test_epochs_and_batch_size_are_positive_integers(name: str, value: Any) -> None:
    check_refused(network(), ValueError, f"^{name} is a positive integer, got {value!r}$", X, TWO, **{name: value})


@pytest.mark.parametrize("value", [-1, 1.5, "3"])
def test_the_initial_epoch_is_no_less_than_0(value: Any) -> None:
    text = f"^initial_epoch is .*, got {value!r}$"
    check_refused(network(), ValueError, text, X, TWO, initial_epoch=value, epochs=3)


@pytest.mark.parametrize("value", [-0.1, 1, 1.5, float("nan"), "a", None])
def test_a_validation_split_is_a_part(value: Any) -> None:
    text = rf"^validation_split is .*in \[0, 1\), got {value!r}$"
    check_refused(network(), ValueError, text, X, TWO, validation_split=value)


@pytest.mark.parametrize("value", [0.01, 0.99])
def test_a_validation_split_leaves_some_of_both(value: float) -> None:
    text = f"^validation_split={value} of 12 examples leaves none to watch, or none to learn from$"
    check_refused(network(), ValueError, text, X, TWO, validation_split=value)


@pytest.mark.parametrize("data", [X, (X,), (X, TWO, None, None), 3])
def test_validation_data_are_x_and_y(data: Any) -> None:
    text = r"^validation_data is \(X, y\) or \(X, y, sample_weight\), got "
    check_refused(network(), ValueError, text, X, TWO, validation_data=data)


@pytest.mark.parametrize("value", ["no", 3, None, -1])
def test_verbose_is_one_of_four(value: Any) -> None:
    check_refused(network(), ValueError, f"^verbose is 'auto', 0, 1 or 2, got {value!r}$", X, TWO, verbose=value)


@pytest.mark.parametrize("value", [3, "x", [print], [nn.EarlyStopping], nn.EarlyStopping])
def test_callbacks_are_objects(value: Any) -> None:
    text = r"^callbacks are objects such as nn\.EarlyStopping\(\), got "
    check_refused(network(), TypeError, text, X, TWO, callbacks=value)


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        (np.ones(3), r"^sample_weight has one number for each example, of shape \(12,\), got \(3,\)$"),
        (np.ones((12, 1)), r"of shape \(12,\), got \(12, 1\)$"),
        (2.0, r"of shape \(12,\), got \(\)$"),
        (-np.ones(12), r"^sample_weight is finite and not negative, got -1$"),
        (np.where(TWO, np.nan, 1), r"^sample_weight is finite and not negative, got nan$"),
        (np.where(TWO, np.inf, 1), r"^sample_weight is finite and not negative, got inf$"),
        (["a"] * 12, "sample_weight holds text such as 'a', expected numbers"),
    ],
)
def test_sample_weights_are_one_for_each_example(weight: Any, said: str) -> None:
    check_refused(network(), ValueError, said, X, TWO, sample_weight=weight)


def test_a_loss_of_one_number_has_no_sample_weights() -> None:
    def total(y_true: Any, y_pred: Any) -> Any:
        return ((y_true - y_pred) ** 2).sum()

    text = r"^total returns one number, and sample_weight needs one loss for each example: return those$"
    model = network(loss=total)
    before = model.weights()
    with pytest.raises(ValueError, match=text):
        model.fit(X, TWO, sample_weight=np.ones(12))
    assert all(np.array_equal(before[name], array) for name, array in model.weights().items())


# compile


@pytest.mark.parametrize(
    ("settings", "error", "text"),
    [
        ({}, ValueError, '^compile needs a loss, such as "mse" for numbers, "binary_crossentropy" for two classes'),
        ({"loss": "foo"}, ValueError, "^unknown loss 'foo': use .*'mean_squared_error'.*'mse'.*, or a function$"),
        ({"loss": 3}, ValueError, "^unknown loss 3: use .*'mse'"),
        ({"loss": "mse", "optimizer": "foo"}, ValueError, "^unknown optimizer 'foo': use 'sgd', 'rmsprop', 'adam', "),
        (
            {"loss": "mse", "optimizer": 3},
            TypeError,
            r"^an optimizer is a name such as 'adam', or an object such as Adam\(\), got 3",
        ),
        (
            {"loss": "mse", "metrics": ["foo"]},
            ValueError,
            "^unknown metric 'foo': use 'accuracy', .*'mae', .*or a function$",
        ),
        ({"loss": "mse", "metrics": [3]}, TypeError, r"^a metric is a name or a function of \(y_true, y_pred\), got 3"),
    ],
)
def test_compile_answers_what_it_doesnt_know_with_what_it_knows(settings: Any, error: Any, text: str) -> None:
    model = network()
    before = model.optimizer, model.loss, model.metrics
    with pytest.raises(error, match=text):
        model.compile(**settings)
    assert (model.optimizer, model.loss, model.metrics) == before


@pytest.mark.parametrize("call", [lambda m: m.fit(X, TWO), lambda m: m.evaluate(X, TWO)])
def test_training_needs_compile(call: Any) -> None:
    model = nn.Sequential([nn.Dense(1)])
    with pytest.raises(
        RuntimeError, match=r'^compile the network first, as in model\.compile\(optimizer="adam", loss="mse"\)$'
    ):
        call(model)


def test_an_optimizer_is_for_one_network() -> None:
    optimizer = nn.optim.Adam()
    one, other = network(), network()
    one.compile(optimizer, BINARY)
    one.fit(X, TWO)
    other.compile(optimizer, BINARY)
    before = other.weights()
    with pytest.raises(ValueError, match="this Adam trains other parameters already: make a new one for these"):
        other.fit(X, TWO)
    assert all(np.array_equal(before[name], array) for name, array in other.weights().items())


def test_a_network_that_has_grown_is_compiled_again() -> None:
    model = network()
    model.fit(X, TWO)
    model.add(nn.Dense(1, activation="sigmoid"))
    with pytest.raises(ValueError, match="make a new one for these, as compile does"):
        model.fit(X, TWO)
    model.compile("adam", BINARY)
    model.fit(X, TWO)


def test_a_network_without_weights_has_nothing_to_learn() -> None:
    model = nn.Sequential([nn.Flatten()])
    model.compile("adam", "mse")
    with pytest.raises(ValueError, match="this network has no weights to train"):
        model.fit(X, X)


@pytest.mark.parametrize("value", [3.0, np.float64(3.0)])
def test_a_loss_depends_on_the_outputs(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^the loss doesn't depend on the weights: compute it from what the network"):
        network(loss=lambda *_: value).fit(X, TWO)
