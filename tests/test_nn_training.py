"""compile, fit, evaluate and predict: what is learned, step for step, what is measured, and what interrupts it."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from networks import NUMBERS, TASKS, THREE, TWO, WEIGHTS, Watch, X, close, each_task, equal, interrupt, network

import autograd_mini as ag
from autograd_mini import Tensor, nn

# Step for step


TORCHS_LOSS = {
    "mse": lambda F, z, y: F.mse_loss(z, y),
    "mae": lambda F, z, y: F.l1_loss(z, y[:, None]),
    "huber": lambda F, z, y: F.huber_loss(z, y, delta=0.5),
    "binary": lambda F, z, y: F.binary_cross_entropy_with_logits(z, y[:, None]),
    "binary from logits": lambda F, z, y: F.binary_cross_entropy_with_logits(z, y[:, None]),
    "sparse": lambda F, z, y: F.cross_entropy(z, y.long()),
    "sparse from logits": lambda F, z, y: F.cross_entropy(z, y.long()),
    "one-hot": lambda F, z, y: F.cross_entropy(z, y),
    "hinge": lambda _, z, y: (1 - y[:, None] * z.tanh()).clamp(min=0).mean(),
}
OPTIMIZERS = {
    "SGD": ({"learning_rate": 0.05, "momentum": 0.9}, {"lr": 0.05, "momentum": 0.9}),
    "RMSprop": ({"learning_rate": 0.01}, {"lr": 0.01}),
    "Adam": ({"learning_rate": 0.01}, {"lr": 0.01}),
    "AdamW": ({"learning_rate": 0.01, "weight_decay": 0.1}, {"lr": 0.01, "weight_decay": 0.1}),
}


def torchs(model: nn.Sequential, task: str, optimizer: str, epochs: int, size: int, l2: float) -> dict[str, Any]:
    """The weights that PyTorch's own loop comes to from a network's, taking the batches in order."""
    import torch

    y = torch.tensor(np.asarray(TASKS[task][3], model.layers[0].W.dtype))
    data = torch.tensor(X.astype(model.layers[0].W.dtype))
    parameters = {name: torch.tensor(array, requires_grad=True) for name, array in model.weights().items()}
    W1, b1, W2, b2 = parameters.values()
    stepper = getattr(torch.optim, optimizer)(parameters.values(), **OPTIMIZERS[optimizer][1])
    for _ in range(epochs):
        for start in range(0, len(data), size):
            rows = slice(start, start + size)
            z = (data[rows] @ W1 + b1).tanh() @ W2 + b2
            loss = TORCHS_LOSS[task](torch.nn.functional, z, y[rows]) + l2 * (W1**2).sum()
            stepper.zero_grad()
            loss.backward()
            stepper.step()
    return {name: p.detach().numpy() for name, p in parameters.items()}


@pytest.mark.torch
@each_task
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_training_is_pytorchs_step_for_step(task: str, optimizer: str) -> None:
    model = network(task, getattr(nn.optim, optimizer)(**OPTIMIZERS[optimizer][0]))
    model.build((None, 3))
    expected = torchs(model, task, optimizer, epochs=10, size=16, l2=0.0)
    model.fit(X, TASKS[task][3], epochs=10, batch_size=16, shuffle=False)
    close(model.weights(), expected, 1e-9)


@pytest.mark.torch
def test_training_in_float32_is_pytorchs() -> None:
    model = network("sparse", nn.optim.Adam(learning_rate=0.01))
    model.build((None, 3), np.float32)
    expected = torchs(model, "sparse", "Adam", epochs=5, size=16, l2=0.0)
    model.fit(X, THREE, epochs=5, batch_size=16, shuffle=False)
    assert {p.dtype for p in model.parameters()} == {np.dtype(np.float32)}
    close(model.weights(), expected, 1e-4)


@pytest.mark.torch
def test_l2_is_pytorchs() -> None:
    model = nn.Sequential(
        [nn.Dense(5, "tanh", kernel_regularizer=nn.L2(0.1)), nn.Dense(1, activation="sigmoid")], seed=0
    )
    model.compile(nn.optim.SGD(learning_rate=0.05, momentum=0.9), "binary_crossentropy")
    model.build((None, 3))
    expected = torchs(model, "binary", "SGD", epochs=5, size=16, l2=0.1)
    model.fit(X, TWO, epochs=5, batch_size=16, shuffle=False)
    close(model.weights(), expected, 1e-9)


@each_task
@pytest.mark.parametrize("more", [(), (nn.Dropout(0.5),)])
def test_a_replayed_step_is_the_eager_one(task: str, more: Any) -> None:
    metrics = ["accuracy" if task.startswith(("sparse", "one-hot")) else "mae"]
    eager, replayed = (network(task, more=more, metrics=metrics, run_eagerly=eager) for eager in (True, False))
    for model in (eager, replayed):
        model.fit(X, TASKS[task][3], epochs=5, batch_size=16, sample_weight=WEIGHTS if more else None)
    close(eager.weights(), replayed.weights())
    for name, values in eager.history.history.items():
        np.testing.assert_allclose(values, replayed.history.history[name], rtol=1e-12)


def test_a_forward_that_looks_at_numbers_is_run_at_each_step() -> None:
    class Looking(nn.Module):
        def __init__(self) -> None:
            self.inner = nn.Dense(1)
            self.seen: set[bool] = set()

        def forward(self, X: Any) -> Any:
            Z = self.inner(X)
            positive = bool(Z.data.sum() > 0)
            self.seen.add(positive)
            return Z if positive else -Z

    model = Looking()
    model.compile("sgd", "mse")
    model.fit(X, NUMBERS[:, 0], epochs=10, batch_size=1, seed=0)
    assert model.seen == {True, False}


def test_a_setting_changed_between_epochs_counts() -> None:
    class Without(nn.Callback):
        def on_epoch_begin(self, epoch: int) -> None:
            self.model.layers[1].rate = 0.0

    plain, dropping = network(), network(more=(nn.Dropout(0.5),))
    plain.fit(X, TWO, epochs=3, shuffle=False)
    dropping.fit(X, TWO, epochs=3, shuffle=False, callbacks=Without())
    np.testing.assert_array_equal(plain.predict(X), dropping.predict(X))


@pytest.mark.parametrize(
    ("name", "value"),
    [("kernel_regularizer", nn.L2(5.0)), ("activation", "relu"), ("activation", ag.sin), ("W", Tensor(np.eye(3, 5)))],
)
def test_what_is_changed_between_fits_counts(name: str, value: Any) -> None:
    model = network(optimizer=nn.optim.SGD(learning_rate=0.0))
    model.fit(X, TWO, batch_size=40)
    if name == "W":
        model.compile(nn.optim.SGD(learning_rate=0.0), "binary_crossentropy")
    setattr(model.layers[0], name, value)
    loss = model.evaluate(X, TWO)
    assert model.fit(X, TWO, batch_size=40).history["loss"] == pytest.approx([loss])


def test_weights_assigned_between_fits_are_trained_on() -> None:
    model = network(optimizer="sgd")
    model.fit(X, TWO)
    model.layers[0].W.data = np.full((3, 5), 0.25) + np.arange(5)
    before = model.weights()["layers.0.W"]
    model.fit(X, TWO, epochs=1)
    moved = np.abs(model.weights()["layers.0.W"] - before).max()
    assert 0 < moved < 0.1


def test_fit_is_gradient_descent_in_the_notes_words() -> None:
    model = nn.Sequential([nn.Dense(1, activation="sigmoid")], seed=0)
    model.compile(nn.optim.SGD(learning_rate=0.5), "binary_crossentropy")
    model.build((None, 3))
    w, b = model.weights().values()
    model.fit(X, TWO, epochs=20, batch_size=40)
    for _ in range(20):
        A = 1 / (1 + np.exp(-(X @ w + b)))
        dZ = A - TWO[:, None]
        w, b = w - 0.5 * X.T @ dZ / 40, b - 0.5 * dZ.mean(axis=0)
    close(model.weights(), {"layers.0.W": w, "layers.0.b": b})


# What fit takes


@pytest.mark.parametrize("task", ["mae", "binary", "hinge"])
def test_a_y_of_one_axis_is_one_column(task: str) -> None:
    y = TASKS[task][3]
    one, other = network(task), network(task)
    one.fit(X, y, epochs=2)
    other.fit(X, y[:, None], epochs=2)
    assert equal(one.weights(), other.weights())
    assert one.evaluate(X, y) == one.evaluate(X, y[:, None])


@pytest.mark.parametrize("convert", [np.ndarray.tolist, lambda a: a.astype(np.float32).astype(float), list])
def test_lists_are_read_as_arrays(convert: Any) -> None:
    data = np.round(X, 2).astype(np.float32).astype(float)
    one, other = network(), network()
    one.fit(data, TWO, epochs=2)
    other.fit(convert(data), convert(TWO) if convert is not list else list(TWO), epochs=2)
    assert equal(one.weights(), other.weights())


def test_data_frames_are_read_as_arrays() -> None:
    pandas = pytest.importorskip("pandas")
    one, other = network(), network()
    one.fit(X, TWO, epochs=2)
    other.fit(pandas.DataFrame(X, columns=list("abc")), pandas.Series(TWO), epochs=2)
    assert equal(one.weights(), other.weights())


def test_what_a_layer_gave_is_data() -> None:
    norm = nn.Normalization()
    norm.adapt(X)
    model, whole = network(), network()
    model.fit(norm(X), TWO, epochs=2)
    whole.fit((X - X.mean(axis=0)) / X.std(axis=0), TWO, epochs=2)
    close(model.weights(), whole.weights())


def test_data_are_left_as_they_are() -> None:
    data, y, weight = X.copy(), TWO.copy(), WEIGHTS.copy()
    for array in (data, y, weight):
        array.flags.writeable = False
    network(more=(nn.Dropout(0.5),)).fit(data, y, epochs=2, sample_weight=weight, validation_split=0.25)
    np.testing.assert_array_equal(data, X)


@pytest.mark.parametrize("size", [40, 41, 1000])
def test_a_batch_is_no_larger_than_the_data(size: int) -> None:
    one, other = network(), network()
    one.fit(X, TWO, epochs=2, batch_size=40)
    other.fit(X, TWO, epochs=2, batch_size=size)
    assert equal(one.weights(), other.weights())


def test_float32_data_make_a_float32_network() -> None:
    model = network()
    model.fit(X.astype(np.float32), TWO)
    assert {p.dtype for p in model.parameters()} == {np.dtype(np.float32)}
    assert model.predict(X).dtype == np.float32


def test_a_bare_fit_is_one_epoch_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    history = network().fit(X, TWO)
    assert history.epoch == [0]
    assert "one epoch" in capsys.readouterr().out
    network().fit(X, TWO, epochs=1)
    network().fit(X, TWO, verbose=0)
    assert capsys.readouterr().out == ""


def test_verbose_2_is_a_line_an_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    history = network(metrics=["accuracy"]).fit(X, TWO, epochs=2, verbose=2, validation_split=0.25).history
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["epoch 1", "epoch 2"]
    assert f"loss {history['loss'][1]:.4g}" in lines[1]
    assert f"val_accuracy {history['val_accuracy'][1]:.4g}" in lines[1]


@pytest.mark.parametrize("verbose", ["auto", 1])
def test_a_bar_is_for_terminals(
    verbose: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    network().fit(X, TWO, epochs=2, verbose=verbose)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv("FORCE_COLOR", "1")  # which makes rich take what it writes to for a terminal
    history = network(metrics=["accuracy"]).fit(X, TWO, epochs=2, verbose=verbose).history
    shown = capsys.readouterr().out
    assert f"loss {history['loss'][1]:.4g}" in shown
    assert f"accuracy {history['accuracy'][1]:.4g}" in shown


# History, metrics, evaluate


def test_a_history_has_what_was_measured() -> None:
    model = network(metrics=["accuracy", "mae"])
    history = model.fit(X, TWO, epochs=3, validation_split=0.25)
    assert history is model.history
    assert history.epoch == [0, 1, 2]
    assert list(history.history) == ["loss", "accuracy", "mae", "val_loss", "val_accuracy", "val_mae"]
    assert {len(values) for values in history.history.values()} == {3}
    assert all(type(value) is float for values in history.history.values() for value in values)


def test_the_loss_of_an_epoch_is_the_mean_over_its_examples() -> None:
    model = network("mse", nn.optim.SGD(learning_rate=0.0), metrics=["mse", "mae"])
    history = model.fit(X, NUMBERS, batch_size=16).history
    errors = model.predict(X) - NUMBERS
    assert history["loss"] == pytest.approx([(errors**2).mean()])
    assert history["mse"] == pytest.approx(history["loss"])
    assert history["mae"] == pytest.approx([np.abs(errors).mean()])
    assert model.evaluate(X, NUMBERS, return_dict=True) == pytest.approx({k: v[0] for k, v in history.items()})


def test_evaluate_gives_one_number_or_a_list() -> None:
    model = network()
    assert type(model.evaluate(X, TWO)) is float
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    loss, accuracy = model.evaluate(X, TWO)
    assert model.evaluate(X, TWO, return_dict=True) == {"loss": loss, "accuracy": accuracy}
    p = model.predict(X)[:, 0]
    assert accuracy == ((p >= 0.5) == TWO).mean()
    assert loss == pytest.approx(-np.log(np.where(TWO, p, 1 - p)).mean())


@pytest.mark.parametrize(
    ("task", "right"),
    [
        ("binary", lambda p: (p[:, 0] >= 0.5) == TWO),
        ("binary from logits", lambda p: (p[:, 0] >= 0) == TWO),
        ("hinge", lambda p: (p[:, 0] >= 0) == TWO),
        ("sparse", lambda p: p.argmax(axis=1) == THREE),
        ("sparse from logits", lambda p: p.argmax(axis=1) == THREE),
        ("one-hot", lambda p: p.argmax(axis=1) == THREE),
    ],
)
def test_accuracy_is_the_part_that_is_right(task: str, right: Any) -> None:
    model = network(task, metrics=["accuracy"])
    model.fit(X, TASKS[task][3], epochs=20)
    assert model.evaluate(X, TASKS[task][3])[1] == right(model.predict(X)).mean()


def test_metrics_may_be_functions() -> None:
    def worst(y_true: Any, y_pred: Any) -> Any:
        return np.abs(y_true - y_pred).max()

    model = network("mse", metrics=[worst, nn.metrics.r2_score])
    logs = model.evaluate(X, NUMBERS, return_dict=True)
    assert list(logs) == ["loss", "worst", "r2_score"]
    assert logs["worst"] == np.abs(model.predict(X) - NUMBERS).max()


def test_a_loss_may_be_a_function() -> None:
    one, other = network("mse"), network("mse")
    one.compile("adam", lambda y_true, y_pred: (y_pred - y_true) ** 2)
    for model in (one, other):
        model.fit(X, NUMBERS, epochs=3, sample_weight=WEIGHTS)
    close(one.weights(), other.weights())


def test_penalties_are_part_of_the_loss() -> None:
    plain, costly = network(), network()
    costly.layers[0].kernel_regularizer = nn.L2(0.5)
    difference = costly.evaluate(X, TWO) - plain.evaluate(X, TWO)
    assert difference == pytest.approx(0.5 * (costly.layers[0].W.data ** 2).sum())


@pytest.mark.parametrize(("regularizer", "zero"), [(None, False), (nn.L1(0.5), True)])
def test_l1_makes_weights_0_that_help_little(regularizer: Any, zero: bool) -> None:
    model = nn.Sequential([nn.Dense(1, kernel_regularizer=regularizer)], seed=0)
    model.compile(nn.optim.SGD(learning_rate=0.01), "mse")
    model.fit(X, 3 * X[:, 0] + 0.1 * X[:, 1], epochs=200, batch_size=40)
    W = np.abs(model.layers[0].W.data[:, 0])
    assert W[0] > 1
    assert (W[1] < 0.02) == zero


def test_evaluate_and_predict_take_keras_arguments() -> None:
    model = network()
    loss, p = model.evaluate(X, TWO), model.predict(X)
    assert model.evaluate(X, TWO, batch_size=7, verbose=0) == pytest.approx(loss)
    np.testing.assert_allclose(model.predict(X, batch_size=7, verbose=0), p)


# Sample weights


@each_task
def test_sample_weights_scale_each_examples_loss(task: str) -> None:
    y = TASKS[task][3]
    model = network(task)
    model.build((None, 3))
    each = np.array([model.evaluate(X[i : i + 1], y[i : i + 1]) for i in range(40)])
    assert model.evaluate(X, y, sample_weight=WEIGHTS) == pytest.approx((WEIGHTS * each).mean())
    history = model.fit(X, y, batch_size=40, sample_weight=WEIGHTS)
    assert history.history["loss"] == pytest.approx([(WEIGHTS * each).mean()])


def test_a_weight_of_2_is_an_example_given_twice() -> None:
    doubled, weighed = (network(optimizer=nn.optim.SGD(learning_rate=rate)) for rate in (0.1, 0.1 * 40 / 80))
    weight = np.where(np.arange(40) < 20, 2.0, 0.0)
    doubled.fit(np.r_[X[:20], X[:20]], np.r_[TWO[:20], TWO[:20]], epochs=3, batch_size=40, shuffle=False)
    weighed.compile(nn.optim.SGD(learning_rate=0.1), "binary_crossentropy")
    weighed.fit(X, TWO, epochs=3, batch_size=40, shuffle=False, sample_weight=weight)
    close(doubled.weights(), weighed.weights())


def test_metrics_are_weighted_too() -> None:
    model = network("mae", metrics=["mae"])
    model.build((None, 3))
    error = np.abs(model.predict(X)[:, 0] - NUMBERS[:, 0])
    measured = model.evaluate(X, NUMBERS[:, 0], sample_weight=WEIGHTS, return_dict=True)["mae"]
    assert measured == pytest.approx((WEIGHTS * error).sum() / WEIGHTS.sum())


# Validation


class Seen(nn.Callback):
    """Which rows, numbered in the first column, a network was trained on, and which it was only shown."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.trained = 0

    def layer(self, units: int) -> nn.Module:
        """A network that notes what it is given."""
        inner, rows = nn.Dense(units), self.rows

        class Noting(nn.Module):
            def __init__(self) -> None:
                self.inner = inner

            def forward(self, X: Any) -> Any:
                rows.extend(np.rint(X.data[:, 0] * 100).astype(int).tolist())
                return self.inner(X)

        return Noting()

    def on_train_begin(self) -> None:
        self.rows.clear()

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        self.trained = len(self.rows)


def split(y: Any, part: float, loss: Any, units: int, seed: int = 0) -> tuple[list[int], list[int]]:
    """The rows that are learned from, and those that are watched."""
    seen = Seen()
    model = seen.layer(units)
    model.compile("sgd", loss, run_eagerly=True)
    model.fit(np.arange(len(y))[:, None] / 100, y, validation_split=part, seed=seed, callbacks=seen)
    return sorted(seen.rows[: seen.trained]), sorted(seen.rows[seen.trained :])


LOGITS = nn.SparseCategoricalCrossentropy(from_logits=True)
SORTED = np.repeat([0, 1, 2], [60, 30, 10])


def test_a_validation_split_is_a_part_of_the_examples() -> None:
    trained, watched = split(SORTED, 0.2, LOGITS, 3)
    assert len(watched) == 20
    assert sorted(trained + watched) == list(range(100))


@pytest.mark.parametrize(
    ("y", "loss", "units"),
    [
        (SORTED, LOGITS, 3),
        (SORTED.astype(float), LOGITS, 3),
        (np.eye(3)[SORTED], nn.CategoricalCrossentropy(from_logits=True), 3),
        ((SORTED > 0).astype(float), nn.BinaryCrossentropy(from_logits=True), 1),
        ((SORTED > 0)[:, None], nn.BinaryCrossentropy(from_logits=True), 1),
        (2 * (SORTED > 0) - 1, "hinge", 1),
    ],
)
def test_a_validation_split_has_all_classes_in_proportion(y: Any, loss: Any, units: int) -> None:
    watched = np.array(split(y, 0.2, loss, units)[1])
    counts = np.bincount(SORTED[watched]) if units == 3 else [(watched < 60).sum(), (watched >= 60).sum()]
    assert list(counts) == ([12, 6, 2] if units == 3 else [12, 8])


def test_a_validation_split_is_drawn_by_the_seed() -> None:
    drawn = [split(SORTED, 0.2, LOGITS, 3, seed)[1] for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert drawn[0] != list(range(80, 100))


def test_numbers_are_split_at_random() -> None:
    watched = split(np.linspace(0.0, 1.0, 100) ** 2, 0.2, "mse", 1)[1]
    assert len(watched) == 20
    assert 20 < np.mean(watched) < 80


def test_validation_data_is_what_evaluate_measures() -> None:
    model = network(metrics=["accuracy"])
    history = model.fit(X[:30], TWO[:30], epochs=2, validation_data=(X[30:], TWO[30:])).history
    assert model.evaluate(X[30:], TWO[30:]) == [history["val_loss"][-1], history["val_accuracy"][-1]]
    history = model.fit(X[:30], TWO[:30], validation_data=(X[30:], TWO[30:], WEIGHTS[30:])).history
    assert model.evaluate(X[30:], TWO[30:], sample_weight=WEIGHTS[30:])[0] == history["val_loss"][-1]


def test_validation_data_change_nothing() -> None:
    watched, alone = (network(more=(nn.Dropout(0.5),)) for _ in range(2))
    watched.fit(X, TWO, epochs=3, validation_data=(X[:5], TWO[:5]))
    alone.fit(X, TWO, epochs=3)
    assert equal(watched.weights(), alone.weights())


# Seeds


def trained(seed: Any, fit_seed: Any = None, y: Any = TWO, **settings: Any) -> dict[str, Any]:
    layers = [nn.Dense(5, activation="tanh"), nn.Dropout(0.3), nn.Dense(1, activation="sigmoid")]
    model = nn.Sequential(layers, seed=seed)
    model.compile("adam", "binary_crossentropy")
    model.fit(X, y, epochs=3, batch_size=16, validation_split=0.2, seed=fit_seed, **settings)
    return model.weights()


@pytest.mark.parametrize(("seed", "fit_seed"), [(0, None), (None, 0), (0, 1)])
def test_the_same_seed_gives_the_same_weights(seed: int | None, fit_seed: int | None) -> None:
    assert equal(trained(seed, fit_seed), trained(seed, fit_seed))


@pytest.mark.parametrize(("one", "other"), [((0, None), (1, None)), ((None, 0), (None, 1)), ((0, 0), (0, 1))])
def test_another_seed_gives_other_weights(one: Any, other: Any) -> None:
    assert not equal(trained(*one), trained(*other))


def test_without_a_seed_each_training_is_another() -> None:
    assert not equal(trained(None), trained(None))


def test_a_generator_is_a_seed_too() -> None:
    assert equal(trained(np.random.default_rng(3)), trained(np.random.default_rng(3)))


def test_training_goes_on_where_it_ended() -> None:
    whole, halves = (network(more=(nn.Dropout(0.3),)) for _ in range(2))
    whole.fit(X, TWO, epochs=4)
    halves.fit(X, TWO, epochs=2)
    history = halves.fit(X, TWO, epochs=4, initial_epoch=2)
    assert history.epoch == [2, 3]
    assert equal(whole.weights(), halves.weights())


def test_the_order_changes_each_epoch_unless_told() -> None:
    model = network("mse", nn.optim.SGD(learning_rate=0.0))
    seen: list[float] = []

    class Note(nn.Callback):
        def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
            seen.append(logs["loss"])

    model.fit(X, NUMBERS, epochs=2, batch_size=10, callbacks=Note())
    assert len(set(seen)) == 8
    seen.clear()
    model.fit(X, NUMBERS, epochs=2, batch_size=10, callbacks=Note(), shuffle=False)
    assert len(set(seen)) == 4
    assert seen[:4] == seen[4:]


def test_threads_train_each_their_own() -> None:
    alone = [trained(seed) for seed in range(4)]
    together: dict[int, Any] = {}
    threads = [threading.Thread(target=lambda i=i: together.update({i: trained(i)})) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(equal(alone[i], together[i]) for i in range(4))


# Interrupted


def test_a_nan_loss_names_epoch_and_batch_and_leaves_the_last_finite_weights() -> None:
    model = network("mse", nn.optim.SGD(learning_rate=1e30))
    with pytest.raises(
        ag.AnomalyError, match=r"^the loss became (nan|inf) in epoch \d+, batch \d+; the weights are"
    ) as e:
        model.fit(X, NUMBERS, epochs=30, batch_size=16)
    assert all(hint in str(e.value) for hint in ("smaller learning_rate", "nn.Normalization", "global_clipnorm"))
    assert all(np.isfinite(array).all() for array in model.weights().values())
    assert np.isfinite(model.predict(X)).all()


def test_the_last_finite_weights_are_those_before_the_step_that_spoiled_them() -> None:
    def spoil(y_true: Any, y_pred: Any) -> Any:
        return ag.sqrt(((y_pred - y_true) ** 2).mean() * 0.0)  # 0, and its gradient is nan

    model = network("mse", "sgd")
    model.compile("sgd", spoil)
    model.build((None, 3))
    before = model.weights()
    with np.errstate(all="ignore"), pytest.raises(ag.AnomalyError, match=r"epoch 1, batch [12]"):
        model.fit(X, NUMBERS, epochs=3, batch_size=32)
    assert equal(model.weights(), before)


def test_ctrl_c_leaves_a_usable_model_and_its_history() -> None:
    model = network(metrics=["accuracy"])
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, TWO, epochs=9, batch_size=16, callbacks=Watch(7, interrupt))
    assert model.history.epoch == [0, 1]
    assert len(model.history.history["accuracy"]) == 2
    again = network(metrics=["accuracy"])
    again.fit(X, TWO, epochs=2, batch_size=16)
    assert model.history.history == again.history.history
    assert np.isfinite(model.predict(X)).all()
    assert all(p.grad is None for p in model.parameters())
    assert len(model.fit(X, TWO, epochs=2).epoch) == 2


# Neurons of Values, and modes


@pytest.mark.parametrize(
    ("sizes", "loss", "y"),
    [
        ([4, 1], "mse", NUMBERS[:, 0]),
        ([1], nn.BinaryCrossentropy(from_logits=True), TWO),
        ([4, 3], nn.SparseCategoricalCrossentropy(from_logits=True), THREE),
        ([3, 2], "huber", NUMBERS),
    ],
)
def test_neurons_are_trained_as_their_layers(sizes: list[int], loss: Any, y: Any) -> None:
    mlp = nn.MLP(3, sizes, seed=0)
    model = mlp.to_sequential()
    for each in (mlp, model):
        each.compile(nn.optim.Adam(learning_rate=0.01), loss)
        each.fit(X, y, epochs=5, batch_size=16, seed=0, sample_weight=WEIGHTS)
    np.testing.assert_allclose(mlp.predict(X), model.predict(X), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(mlp.history.history["loss"], model.history.history["loss"], rtol=1e-9)
    assert mlp.evaluate(X, y) == pytest.approx(model.evaluate(X, y))


def test_fit_in_detect_anomaly_is_the_same() -> None:
    plain, watched = network(), network()
    plain.fit(X, TWO, epochs=2)
    with ag.detect_anomaly():
        watched.fit(X, TWO, epochs=2)
    close(plain.weights(), watched.weights())


@pytest.mark.parametrize("call", [lambda m: m.fit(X, TWO), lambda m: m.evaluate(X, TWO), lambda m: m.predict(X)])
def test_training_is_no_part_of_a_program(call: Any) -> None:
    model = network()
    model.build((None, 3))
    with pytest.raises(ag.RecordingError, match="can't be part of a recorded program"):
        ag.jit(lambda a: (call(model), a * 2)[1])(np.ones(2))


def test_fit_in_no_grad_says_so() -> None:
    model = network()
    model.build((None, 3))
    before = model.weights()
    with ag.no_grad(), pytest.raises(RuntimeError, match=r"fit\(\) .*no_grad"):
        model.fit(X, TWO, epochs=2)
    assert equal(model.weights(), before)
