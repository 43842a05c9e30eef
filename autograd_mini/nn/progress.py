"""How training goes on: a progress bar in a terminal, a few lines in a notebook, or a line an epoch."""

from __future__ import annotations

import time
from typing import Any

from .callbacks import Callback, Logs

FEW = 10  # lines that a notebook keeps
INTERVAL = 0.05  # seconds between two updates, which would take longer than small steps


class Lines(Callback):
    """A line an epoch, or one for every so many and the last."""

    def __init__(self, epochs: int, every: int = 1) -> None:
        self._epochs, self._every = epochs, every

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        if (epoch + 1) % self._every == 0 or epoch + 1 == self._epochs:
            print(f"epoch {epoch + 1}: {_said(logs)}")


class Bar(Callback):
    """How far it is, the loss, what else is measured, and the time that is left."""

    def __init__(self, epochs: int, batches: int) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(bar_width=12),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[said]}"),
        )
        self._room = self._bar.console.width - len(f"epoch {epochs} {'━' * 12} 00:00 ")
        self._task: Any = self._bar.add_task("", total=epochs * batches, epoch=1, said="")
        self._measured = ""
        self._epoch = self._done = 0
        self._shown = 0.0

    def on_train_begin(self) -> None:
        self._bar.start()

    def on_train_end(self) -> None:
        self._bar.update(self._task, completed=self._done)
        self._bar.stop()

    def on_epoch_begin(self, epoch: int) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        self._done += 1
        now = time.monotonic()
        if now - self._shown > INTERVAL:
            self._shown = now
            self._show(self._measured or _said(logs))

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        self._measured = _said(logs)
        self._show(self._measured)

    def _show(self, said: str) -> None:
        short = said if len(said) <= self._room else f"{said[: self._room - 1]}…"  # else all columns would shrink
        self._bar.update(self._task, completed=self._done, epoch=self._epoch + 1, said=short)


def shown(verbose: str | int, epochs: int, batches: int) -> list[Callback]:
    """What shows the progress of so many epochs with so many steps each."""
    if verbose == 2:
        return [Lines(epochs)]
    if verbose:
        from rich import get_console

        console = get_console()
        if console.is_jupyter:  # where a bar would want ipywidgets, and leave nothing that can be read later
            return [Lines(epochs, every=-(-epochs // FEW))]
        if console.is_terminal:
            return [Bar(epochs, batches)]
    return []


def _said(logs: Logs) -> str:
    return "  ".join(f"{name} {value:.4g}" for name, value in logs.items())
