"""What is called while a network trains, and what remains of it: History.

>>> class Shout(Callback):
...     def on_epoch_end(self, epoch, logs):
...         print(f"epoch {epoch + 1}!")
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import os

    from ..tensor import Array
    from .module import Module

Logs = Mapping[str, float]


class History:
    """What was measured in each epoch.

    Attributes
    ----------
    epoch
        The numbers of the epochs, from 0.
    history
        A list for each name: ``"loss"``, the metrics, and with ``"val_"`` in front those of validation data.

    Examples
    --------
    >>> history = History()
    >>> history.append(0, {"loss": 0.5})
    >>> history.append(1, {"loss": 0.25})
    >>> history, history.history
    (<History of 2 epochs, loss 0.25>, {'loss': [0.5, 0.25]})
    """

    def __init__(self) -> None:
        self.epoch: list[int] = []
        self.history: dict[str, list[float]] = {}

    def append(self, epoch: int, logs: Logs) -> None:
        """Keep what was measured in an epoch, ``logs``: number by name."""
        self.epoch.append(epoch)
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)

    def __repr__(self) -> str:
        last = "".join(f", {name} {values[-1]:.4g}" for name, values in self.history.items())
        return f"<History of {len(self.epoch)} epoch{'s' if len(self.epoch) != 1 else ''}{last}>"


class Callback:
    """What is called while a network trains: override what you need. ``model`` is the network.

    >>> from autograd_mini import nn
    >>> class Shout(nn.Callback):
    ...     def on_epoch_end(self, epoch, logs):
    ...         print(f"epoch {epoch + 1}, loss {logs['loss']:.2f}!")
    >>> model = nn.Sequential([nn.Dense(1, kernel_initializer="zeros")])
    >>> model.compile("sgd", "mse")
    >>> history = model.fit([[1.0], [2.0]], [1.0, 1.0], epochs=1, callbacks=[Shout()])
    epoch 1, loss 1.00!
    """

    model: Module

    def on_train_begin(self) -> None:
        """Before the first epoch."""

    def on_train_end(self) -> None:
        """After the last epoch, also when it was the last because of an error."""

    def on_epoch_begin(self, epoch: int) -> None:
        """Before each epoch; the first is 0."""

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """After each epoch, with what was measured; what is added to ``logs`` is kept in the History."""

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        """After each step, with the number of the batch in this epoch, from 0, and its loss in ``logs``."""


class _Monitor(Callback):
    """Watches one of the numbers for its best."""

    def __init__(self, monitor: str, mode: str) -> None:
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"mode is 'auto', 'min' or 'max', got {mode!r}")
        self.monitor = monitor
        self.mode = mode

    def check(self, measured: Sequence[str]) -> None:
        """Look whether the number is measured.

        Raises
        ------
        ValueError
            Unless it is among ``measured``.
        """
        if self.monitor not in measured:
            unwatched = self.monitor.startswith("val_") and "val_loss" not in measured
            hint = ": give fit validation_split or validation_data" if unwatched else ""
            raise ValueError(
                f"{type(self).__name__} watches {self.monitor!r}, fit measures {', '.join(measured)}{hint}"
            )

    def read(self, logs: Logs) -> float:
        """The number among ``logs``, turned so that less is better."""
        self.check(list(logs))
        more = self.mode == "max" or (self.mode == "auto" and ("acc" in self.monitor or self.monitor.endswith("r2")))
        value = -logs[self.monitor] if more else logs[self.monitor]
        return math.inf if math.isnan(value) else value


class EarlyStopping(_Monitor):
    """Stop when a number hasn't become better for some epochs.

    Parameters
    ----------
    monitor
        The number: ``"val_loss"``, ``"loss"``, ``"val_accuracy"``, …
    min_delta
        By how much it has to become better.
    patience
        After how many epochs without.
    mode
        Whether less is better (``"min"``), or more (``"max"``); ``"auto"`` knows accuracies and r2.
    restore_best_weights
        Whether the weights of the best epoch come back at the end.

    Raises
    ------
    ValueError
        For settings out of their range; in fit, when the number isn't measured.

    Examples
    --------
    >>> from autograd_mini import nn
    >>> X, y = np.array([[-1.0], [1.0]]), np.array([-1.0, 1.0])
    >>> model = nn.Sequential([nn.Dense(1)], seed=0)
    >>> model.compile(nn.optim.SGD(learning_rate=0.1), "mse")
    >>> stop = EarlyStopping("loss", min_delta=0.01, patience=2)
    >>> history = model.fit(X, y, epochs=100, callbacks=[stop])
    >>> len(history.epoch) < 100, stop.best_epoch < stop.stopped_epoch
    (True, True)
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        mode: str = "auto",
        restore_best_weights: bool = False,
    ) -> None:
        super().__init__(monitor, mode)
        if not isinstance(patience, int | np.integer) or patience < 0:
            raise ValueError(f"patience is a number of epochs, 0 or more, got {patience!r}")
        self.min_delta = abs(min_delta)
        self.patience = patience
        self.restore_best_weights = restore_best_weights
        self.stopped_epoch: int | None = None
        self.best_epoch: int | None = None
        self._weights: dict[str, Array] | None = None

    def on_train_begin(self) -> None:
        self.best = math.inf
        self.stopped_epoch = self.best_epoch = None
        self._weights = None
        self._waited = 0

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        value = self.read(logs)
        if value < self.best - self.min_delta or self.best_epoch is None:
            self.best, self.best_epoch, self._waited = value, epoch, 0
            if self.restore_best_weights:
                self._weights = self.model.weights()
            return
        self._waited += 1
        if self._waited >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self) -> None:
        if self._weights is not None:
            self.model.load_weights(self._weights)
            self._weights = None


class ModelCheckpoint(_Monitor):
    """Save the network after each epoch, or after those that are the best so far.

    Parameters
    ----------
    filepath
        May name numbers, as in ``"digits-{epoch:02d}-{val_loss:.3f}.safetensors"``; epochs count from 1 there.
    monitor, mode
        See :class:`EarlyStopping`.
    save_best_only
        Whether an epoch has to be the best so far.

    Raises
    ------
    ValueError
        For another mode; in fit, when a number that is named isn't measured, or the network can't be saved.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from autograd_mini import nn
    >>> X, y = np.array([[-1.0], [1.0]]), np.array([-1.0, 1.0])
    >>> model = nn.Sequential([nn.Dense(1)], seed=0)
    >>> model.compile(nn.optim.SGD(learning_rate=0.1), "mse")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     keep = ModelCheckpoint(folder + "/{epoch}.safetensors")
    ...     history = model.fit(X, y, epochs=2, callbacks=[keep])
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['1.safetensors', '2.safetensors']
    """

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        save_best_only: bool = False,
        mode: str = "auto",
    ) -> None:
        super().__init__(monitor, mode)
        self.filepath = filepath
        self.save_best_only = save_best_only
        self.best = math.inf

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Save the network after this epoch, if its ``logs`` say so.

        Raises
        ------
        ValueError
            When the filepath names a number that isn't measured.
        """
        if self.save_best_only:
            value = self.read(logs)
            if not value < self.best:
                return
            self.best = value
        try:
            path = str(self.filepath).format(epoch=epoch + 1, **logs)
        except (KeyError, IndexError) as error:
            raise ValueError(f"filepath names {error}, fit measures epoch, {', '.join(logs)}") from error
        self.model.save(path)


class LearningRateScheduler(Callback):
    """Set the learning rate before each epoch.

    Parameters
    ----------
    schedule
        A function of (epoch, rate), or of the epoch alone, counted from 0, that gives the rate.

    Raises
    ------
    TypeError
        For a schedule that can't be called.

    Examples
    --------
    >>> from autograd_mini import nn
    >>> halve = LearningRateScheduler(lambda epoch, rate: rate / 2 if epoch else rate)
    >>> model = nn.Sequential([nn.Dense(1)], seed=0)
    >>> model.compile(nn.optim.SGD(learning_rate=0.1), "mse")
    >>> model.fit([[1.0], [2.0]], [1.0, 1.0], epochs=3, callbacks=[halve]).history["learning_rate"]
    [0.1, 0.05, 0.025]
    """

    def __init__(self, schedule: Callable[..., float]) -> None:
        if not callable(schedule):
            raise TypeError(f"a schedule is a function of (epoch, learning rate), got {schedule!r}")
        self.schedule = schedule
        self._takes = len(inspect.signature(schedule).parameters)

    def on_epoch_begin(self, epoch: int) -> None:
        optimizer = self.model.optimizer
        assert optimizer is not None
        optimizer.learning_rate = self.schedule(*(epoch, optimizer.rate)[: self._takes])

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        assert self.model.optimizer is not None
        logs["learning_rate"] = self.model.optimizer.rate


def checked_callbacks(callbacks: Any, model: Module, measured: Sequence[str]) -> list[Callback]:
    """The callbacks, which know the network from now on; ``measured`` is what they may watch."""
    given = list(callbacks) if isinstance(callbacks, list | tuple) else [] if callbacks is None else [callbacks]
    known = {name for name in dir(Callback) if name.startswith("on_")}
    for callback in given:
        if not isinstance(callback, Callback):
            raise TypeError(f"callbacks are objects such as nn.EarlyStopping(), got {callback!r:.100}")
        if unknown := {name for name in dir(callback) if name.startswith("on_")} - known:
            raise TypeError(f"nothing calls {', '.join(sorted(unknown))}: there are {', '.join(sorted(known))}")
    if all(type(callback).__module__ == __name__ for callback in given):  # others may measure more
        for callback in given:
            if isinstance(callback, EarlyStopping) or (
                isinstance(callback, ModelCheckpoint) and callback.save_best_only
            ):
                callback.check([*measured, "learning_rate"])
    for callback in given:
        callback.model = model
    return given
