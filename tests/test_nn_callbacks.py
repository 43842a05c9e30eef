"""Callbacks: when they are called, and what EarlyStopping, ModelCheckpoint and LearningRateScheduler do."""

from __future__ import annotations

from typing import Any

import pytest
from networks import TWO, Watch, X, equal, interrupt, network

from autograd_mini import nn


def test_callbacks_are_called_in_order() -> None:
    calls: list[Any] = []

    class Note(nn.Callback):
        def on_train_begin(self) -> None:
            calls.append("begin")

        def on_epoch_begin(self, epoch: int) -> None:
            calls.append(epoch)

        def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
            calls.append((batch, type(logs["loss"])))

        def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
            calls.append(sorted(logs))
            logs["mine"] = epoch

        def on_train_end(self) -> None:
            calls.append("end")

    note = Note()
    model = network()
    history = model.fit(X, TWO, epochs=2, callbacks=[note], validation_split=0.1)
    epoch = [(0, float), (1, float), ["loss", "val_loss"]]
    assert calls == ["begin", 0, *epoch, 1, *epoch, "end"]
    assert history.history["mine"] == [0, 1]
    assert note.model is model


def test_looking_on_changes_nothing() -> None:
    looked_at, alone = (network(more=(nn.Dropout(0.3),)) for _ in range(2))
    look = lambda: (looked_at.predict(X[:3]), looked_at.evaluate(X, TWO), looked_at(X))
    looked_at.fit(X, TWO, epochs=3, batch_size=16, callbacks=Watch(2, look))
    alone.fit(X, TWO, epochs=3, batch_size=16)
    assert equal(looked_at.weights(), alone.weights())


def test_a_callbacks_error_is_the_one_that_is_raised() -> None:
    class Fails(nn.Callback):
        def on_train_begin(self) -> None:
            raise OSError("the disk is full")

    with pytest.raises(OSError, match=r"^the disk is full$"):
        network().fit(X, TWO, callbacks=[Fails(), nn.EarlyStopping("loss")])


def test_stop_training_ends_after_the_epoch() -> None:
    model = network()

    def stop() -> None:
        model.stop_training = True

    assert model.fit(X, TWO, epochs=9, callbacks=Watch(3, stop)).epoch == [0, 1]
    assert model.fit(X, TWO, epochs=2).epoch == [0, 1]


class Report(nn.Callback):
    """Measures what it is told."""

    def __init__(self, name: str, values: list[float]) -> None:
        self.name, self.values = name, values

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        logs[self.name] = self.values[epoch]


@pytest.mark.parametrize(
    ("name", "settings", "values", "stopped", "best"),
    [
        ("x", {}, [3, 2, 2, 1], 2, 1),
        ("x", {"patience": 2}, [3, 2, 2, 1, 1, 1, 1], 5, 3),
        ("x", {"min_delta": 1.5}, [3, 2, 1], 1, 0),
        ("x", {"min_delta": -1.5}, [3, 2, 1], 1, 0),
        ("x", {"mode": "max"}, [1, 2, 2], 2, 1),
        ("val_accuracy", {}, [0.1, 0.2, 0.2], 2, 1),
        ("my_acc", {}, [0.1, 0.2, 0.2], 2, 1),
        ("val_r2", {}, [0.1, 0.2, 0.1], 2, 1),
        ("val_r2", {"mode": "min"}, [0.1, 0.2], 1, 0),
        ("x", {}, [float("nan"), 1, 2], 2, 1),
        ("x", {"patience": 1}, [2, float("nan"), 1], 1, 0),
        ("x", {"patience": 5}, [3, 2, 1], None, 2),
    ],
)
def test_early_stopping(
    name: str, settings: dict[str, Any], values: list[float], stopped: int | None, best: int
) -> None:
    stopping = nn.EarlyStopping(name, **settings)
    history = network().fit(X, TWO, epochs=len(values), callbacks=[Report(name, values), stopping])
    assert (stopping.stopped_epoch, stopping.best_epoch) == (stopped, best)
    assert len(history.epoch) == (len(values) if stopped is None else stopped + 1)


@pytest.mark.parametrize("restore", [False, True])
def test_early_stopping_brings_the_best_weights_back(restore: bool) -> None:
    weights: list[dict[str, Any]] = []

    class Keep(nn.Callback):
        def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
            weights.append(self.model.weights())

    model = network()
    stopping = nn.EarlyStopping("x", patience=2, restore_best_weights=restore)
    model.fit(X, TWO, epochs=9, callbacks=[Keep(), Report("x", [3, 1, 2, 2, 0]), stopping])
    assert equal(model.weights(), weights[1 if restore else 3])
    model.fit(X, TWO, epochs=1)
    assert not equal(model.weights(), weights[1 if restore else 3])


def test_the_best_weights_come_back_after_ctrl_c_too() -> None:
    best, model = network(), network()
    best.fit(X, TWO, epochs=1, batch_size=16)
    stopping = nn.EarlyStopping("x", patience=9, restore_best_weights=True)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, TWO, epochs=9, batch_size=16, callbacks=[Report("x", [1, 2, 3]), stopping, Watch(8, interrupt)])
    assert equal(model.weights(), best.weights())


def test_early_stopping_can_be_used_again() -> None:
    stopping = nn.EarlyStopping("x")
    for _ in range(2):
        assert network().fit(X, TWO, epochs=3, callbacks=[Report("x", [1, 2, 0]), stopping]).epoch == [0, 1]


@pytest.mark.parametrize("callback", [nn.EarlyStopping(), nn.ModelCheckpoint("never", save_best_only=True)])
def test_what_is_watched_has_to_be_measured(callback: nn.Callback) -> None:
    model = network()
    model.build((None, 3))
    before = model.weights()
    with pytest.raises(
        ValueError, match=r"watches 'val_loss', fit measures loss, learning_rate: give fit validation_split or valid"
    ):
        model.fit(X, TWO, callbacks=callback)
    assert equal(model.weights(), before)


def test_a_checkpoint_is_saved_each_epoch(tmp_path: Any) -> None:
    model = network()
    path = str(tmp_path / "at-{epoch:02d}-{loss:.3f}.safetensors")
    history = model.fit(X, TWO, epochs=2, callbacks=nn.ModelCheckpoint(path)).history
    names = [f"at-{epoch:02d}-{loss:.3f}.safetensors" for epoch, loss in enumerate(history["loss"], start=1)]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert equal(nn.load_model(tmp_path / names[1]).weights(), model.weights())


def test_a_checkpoint_may_keep_the_best(tmp_path: Any) -> None:
    path = tmp_path / "{epoch}"
    checkpoint = nn.ModelCheckpoint(path, monitor="x", save_best_only=True)
    network().fit(X, TWO, epochs=4, callbacks=[Report("x", [2, 3, 1, 1]), checkpoint])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1", "3"]


def test_a_checkpoints_path_names_what_is_measured() -> None:
    with pytest.raises(ValueError, match=r"^filepath names 'val_loss', fit measures epoch, loss$"):
        network().fit(X, TWO, callbacks=nn.ModelCheckpoint("{val_loss}"))


@pytest.mark.parametrize("schedule", [lambda epoch, rate: rate / 2 if epoch else rate, lambda epoch: 0.01 / 2**epoch])
def test_a_schedule_sets_the_learning_rate(schedule: Any) -> None:
    model = network(optimizer=nn.optim.SGD(learning_rate=0.01))
    history = model.fit(X, TWO, epochs=3, callbacks=nn.LearningRateScheduler(schedule)).history
    assert history["learning_rate"] == [0.01, 0.005, 0.0025]
    assert model.optimizer.learning_rate == 0.0025
