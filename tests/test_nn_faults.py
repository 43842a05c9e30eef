"""Faults that somebody found in networks, none of which comes back."""

from __future__ import annotations

import copy
import re
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from rich.console import Console

import autograd_mini as ag
from autograd_mini import datasets, nn, optim

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

X = np.random.default_rng(0).normal(size=(70, 3))
Y = X @ [1.0, 2.0, 3.0]


def network(loss: Any = "mse", **settings: Any) -> nn.Sequential:
    model = nn.Sequential([nn.Dense(4, activation="tanh"), nn.Dense(1)], seed=0)
    model.compile("sgd", loss, **settings)
    return model


def losses(model: nn.Module, **settings: Any) -> list[float]:
    return model.fit(X, Y, epochs=4, **settings).history["loss"]


@pytest.mark.parametrize("eagerly", [False, True])
def test_gradients_that_are_there_dont_count(eagerly: bool) -> None:
    model = network(run_eagerly=eagerly)
    (1000 * model(X)).sum().backward()
    assert losses(model) == losses(network(run_eagerly=eagerly))


@pytest.mark.parametrize("when", ["on_train_batch_end", "on_epoch_end", "on_epoch_begin"])
def test_a_callback_may_look_at_gradients(when: str) -> None:
    class Look(nn.Callback):
        def look(self, *_: Any) -> None:
            nn.mean_squared_error(Y[:, None], self.model(X)).backward()

    setattr(Look, when, Look.look)
    assert losses(network(), callbacks=[Look()]) == losses(network())


def test_a_layer_that_a_callback_adds_is_refused() -> None:
    class Add(nn.Callback):
        def on_epoch_begin(self, epoch: int) -> None:
            if epoch == 1:
                self.model.add(nn.Dense(1))
                self.model(X)

    with pytest.raises(ValueError, match="this SGD trains other parameters already"):
        network().fit(X, Y, epochs=3, callbacks=[Add()])


def test_a_fit_within_a_fit_has_a_history_of_its_own() -> None:
    class Inner(nn.Callback):
        def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
            if epoch == 1:
                network().fit(X, Y, epochs=5)
                self.model.fit(X, Y, epochs=7)

    model = network()
    history = model.fit(X, Y, epochs=3, callbacks=[Inner()])
    assert history.epoch == [0, 1, 2]
    assert model.history is history


@pytest.mark.parametrize("name", ["normal", "random", "standard_normal"])
def test_random_numbers_are_drawn_afresh(name: str) -> None:
    generator = np.random.default_rng(0)

    class Noisy(nn.Module):
        def __init__(self) -> None:
            self.inner = nn.Dense(1)
            self.seen: list[float] = []

        def forward(self, X: Any) -> Any:
            noise = getattr(generator, name)(size=X.shape)
            self.seen.append(noise[0, 0])
            return self.inner(X + noise)

    model = Noisy()
    model.compile("sgd", "mse")
    model.fit(X, Y, epochs=50)
    assert len(set(model.seen)) == len(model.seen) > 100


class Pinball(nn.Loss):
    def __init__(self, q: float) -> None:
        self.quantile = q

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return ag.maximum(self.quantile * (y_true - y_pred), (self.quantile - 1) * (y_true - y_pred))


class Cubic(nn.MeanSquaredError):
    def call(self, y_true: Any, y_pred: Any) -> Any:
        return abs(y_true - y_pred) ** 3


def test_losses_of_ones_own_may_call_their_attributes_as_they_like() -> None:
    model = network(Pinball(0.9))
    assert losses(model)[-1] < losses(network(Pinball(0.9)))[0]
    with pytest.raises(ValueError, match="Pinball keeps q under another name"):
        Pinball(0.9).config()
    assert repr(Pinball(0.9)) == "Pinball()"


def test_a_loss_made_of_another_says_what_it_is() -> None:
    assert float(Cubic()(np.array([1.0, 0.0]), np.array([0.0, 2.0]))) == 4.5
    assert float(Cubic()(np.array([1.0, 0.0]), np.array([0.0, 2.0]), [1.0, 0.0])) == 0.5


def test_a_loss_of_ones_own_doesnt_set_a_row_beside_a_column() -> None:
    class Flat(nn.Module):
        def __init__(self) -> None:
            self.inner = nn.Dense(1)

        def forward(self, X: Any) -> Any:
            return self.inner(X)[:, 0]

    model = Flat()
    model.compile("sgd", lambda y, p: (y - p) ** 2)
    with pytest.raises(ValueError, match=r"returns an array \(32, 32\) for labels \(32, 1\) and predictions \(32,\)"):
        model.fit(X, Y[:, None])


@pytest.mark.parametrize("metrics", [["mae", "mae"], [lambda *_: 1.0, lambda *_: 2.0]])
def test_metrics_have_names_of_their_own(metrics: list[Any]) -> None:
    with pytest.raises(ValueError, match="each metric has a name of its own, and none is called loss, got"):
        network(metrics=metrics)


def test_masked_arrays_and_too_large_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^X is a masked array, expected numbers: leave masked rows out"):
        network().fit(np.ma.masked_array(X, X > 0), Y)
    model = network()
    model.build((None, 3), np.float32)
    with pytest.raises(ValueError, match=r"^X holds numbers too large for float32, in which the network computes"):
        model.fit(np.where(X > 2, 1e300, X), Y)


def interrupted(call: Callable[[], Any], function: str, line: int) -> None:
    """A call that is interrupted where a function of this package reaches one of its lines."""
    reached = []

    def trace(frame: Any, event: str, _: Any) -> Any:
        if frame.f_code.co_name == function and "autograd_mini" in frame.f_code.co_filename and event == "line":
            reached.append(frame.f_lineno)
            if len(reached) == line:
                sys.settrace(None)
                raise KeyboardInterrupt
        return trace

    sys.settrace(trace)
    try:
        call()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(None)


@pytest.mark.parametrize(
    ("function", "line"),
    [("_activate", 1), ("__enter__", 1), *(("running", line) for line in range(1, 9))],
)
def test_an_interrupt_leaves_no_mode_on(function: str, line: int) -> None:
    model = network()
    model.add(nn.Dropout(0.5))
    model.fit(X, Y, seed=0, epochs=2)
    expected = model(X).data
    interrupted(lambda: model.evaluate(X, Y), function, line)
    assert np.array_equal(model(X).data, expected)
    w = ag.Value(2.0)
    assert (w * w).requires_grad


def test_a_network_that_was_loaded_goes_on_bit_for_bit(tmp_path: Path) -> None:
    model = network(nn.Huber(0.7), run_eagerly=False)
    model.fit(X, Y, epochs=30, batch_size=32)
    model.save(tmp_path / "m.safetensors")
    loaded = nn.load_model(tmp_path / "m.safetensors")
    assert losses(loaded, batch_size=32) == losses(model, batch_size=32)
    eager = network(run_eagerly=True)
    eager.fit(X, Y, epochs=1)
    eager.save(tmp_path / "e.safetensors")
    assert nn.load_model(tmp_path / "e.safetensors").run_eagerly


def test_every_weight_of_neurons_is_among_the_weights() -> None:
    mlp = nn.MLP(3, [4, 4, 1], seed=0)
    weights = mlp.weights()
    assert len(weights) == len(mlp.parameters()) == 41
    changed = {name: x + 1 for name, x in weights.items()}
    mlp.load_weights(changed)
    assert {name: float(x) for name, x in mlp.weights().items()} == {name: float(x) for name, x in changed.items()}
    mlp.compile("sgd", "mse")
    before = copy.deepcopy(mlp)
    stopping = nn.EarlyStopping(monitor="loss", restore_best_weights=True)
    mlp.fit(X, Y, epochs=2, callbacks=[stopping])
    assert all(type(p.data) is float for p in mlp.parameters())
    assert mlp.weights() != before.weights()


# Keras' words


def test_layers_are_found_by_name() -> None:
    layers = [nn.Input(shape=(3,), name="in"), nn.Dense(2, name="hidden"), nn.Dropout(0.5, name="drop"), nn.Dense(1)]
    model = nn.Sequential(layers, seed=0)
    assert [model.get_layer(layer.name) for layer in layers[:3]] == layers[:3]
    assert model.get_layer(index=3) is layers[3]
    with pytest.raises(ValueError, match=r"no layer is called 'x': there are \['in', 'hidden', 'drop'\], and indices"):
        model.get_layer("x")


def test_weights_as_a_list() -> None:
    layer = nn.Sequential([nn.Input((3,)), nn.Dense(2, name="hidden")]).get_layer("hidden")
    layer.set_weights([np.ones((3, 2)), np.array([1, 2])])
    W, b = layer.get_weights()
    assert (W.sum(), b.tolist()) == (6.0, [1.0, 2.0])
    assert layer([[1.0, 1.0, 1.0]]).tolist() == [[4.0, 5.0]]
    with pytest.raises(ValueError, match="2 arrays are wanted, W, b, got 1"):
        layer.set_weights([W])


def test_input_makes_the_weights_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = nn.Sequential([nn.Input(shape=(3,)), nn.Dense(2), nn.Dense(1)], seed=0, name="small")
    model.summary()
    assert "11 parameters" in capsys.readouterr().out
    later = nn.Sequential([nn.Dense(2), nn.Dense(1)], seed=0)
    assert np.array_equal(model.predict(X), later.predict(X))
    with pytest.raises(ValueError, match=r"Input takes examples of shape \(3,\), expected \(m, 3\), got \(70, 2\)"):
        model(X[:, :2])
    model.save(tmp_path / "m.safetensors")
    loaded = nn.load_model(tmp_path / "m.safetensors")
    assert loaded.name == "small"
    assert np.array_equal(loaded.predict(X), model.predict(X))


def test_hints() -> None:
    with pytest.raises(ValueError, match=r"axis=-1, got axis=0"):
        nn.Normalization(axis=0)
    with pytest.raises(AttributeError, match=r"nn has no attribute 'softmax': it is ag\.softmax$"):
        nn.softmax  # noqa: B018  # asking is what is tested
    with pytest.raises(TypeError, match=r"a learning rate is given by name, as in learning_rate=0\.01$"):
        optim.Adam(0.001)
    with pytest.raises(ValueError, match=r"^X has 3 examples, y 1: examples are rows here, use X\.T and y\.ravel\(\)$"):
        network().fit(X.T, Y.reshape(1, -1))
    assert float(nn.regularizers.l1_l2(l2=0.1)(np.array([1.0, 2.0]))) == 0.5


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        (lambda: optim.SGD(lr=0.1), TypeError, "SGD takes no argument lr: the size of a step is called learning_rate"),
        (lambda: optim.Adam(beta_1=0.9), TypeError, "Adam takes no argument beta_1"),
        (lambda: nn.Linear, AttributeError, "has no attribute 'Linear'; did you mean 'Dense'?"),
        (lambda: nn.MSELoss, AttributeError, "did you mean 'MeanSquaredError'?"),
        (lambda: nn.Sequental, AttributeError, "did you mean 'Sequential'?"),
        (lambda: nn.Dense(3).set_weights([np.ones((2, 3))]), RuntimeError, "has no weights yet: call it on a batch"),
        (
            lambda: nn.mean_squared_error(np.ones(4), ag.Tensor(np.ones((4, 1)))),
            ValueError,
            "got (4,) and (4, 1): give the labels as one column, y.reshape(-1, 1)",
        ),
    ],
)
def test_what_comes_from_other_libraries_is_answered_with_ours(wrong: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=re.escape(said)):
        wrong()


def test_in_a_notebook_training_leaves_a_few_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("rich._console", Console(force_jupyter=True))
    points, labels = datasets.moons(20)
    model = nn.Sequential([nn.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    model.fit(points, labels, epochs=25)
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        f"epoch {epoch}" for epoch in (3, 6, 9, 12, 15, 18, 21, 24, 25)
    ]
