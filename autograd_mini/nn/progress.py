"""A progress bar while a network trains: in a terminal or notebook, and quiet elsewhere."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

INTERVAL = 0.05  # seconds between two updates, which would take longer than small steps


class Quiet:
    """Shows nothing; the others show more."""

    def __init__(self, epochs: int, batches: int) -> None:
        self.epochs = epochs
        self.batches = batches

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End."""

    def batch(self, epoch: int, loss: float) -> None:
        """A step is done."""

    def epoch(self, epoch: int, logs: Mapping[str, float]) -> None:
        """An epoch is done."""


class Lines(Quiet):
    """A line an epoch."""

    def epoch(self, epoch: int, logs: Mapping[str, float]) -> None:
        print(f"epoch {epoch + 1}: {_said(logs)}")


class Bar(Quiet):
    """How far it is, the loss, what else is measured, and the time that is left."""

    def __init__(self, epochs: int, batches: int) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        super().__init__(epochs, batches)
        self._bar = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(bar_width=12),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[said]}"),
        )
        self._room = self._bar.console.width - len(f"epoch {epochs} {'━' * 12} 00:00 ")
        self._task: Any = self._bar.add_task("", total=epochs * batches, epoch=1, said="")
        self._measured = ""
        self._done = 0
        self._shown = 0.0

    def __enter__(self) -> None:
        self._bar.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.update(self._task, completed=self._done)
        self._bar.stop()

    def batch(self, epoch: int, loss: float) -> None:
        self._done += 1
        now = time.monotonic()
        if now - self._shown > INTERVAL:
            self._shown = now
            self._show(epoch, self._measured or f"loss {loss:.4g}")

    def epoch(self, epoch: int, logs: Mapping[str, float]) -> None:
        self._measured = _said(logs)
        self._show(epoch, self._measured)

    def _show(self, epoch: int, said: str) -> None:
        short = said if len(said) <= self._room else f"{said[: self._room - 1]}…"  # else all columns would shrink
        self._bar.update(self._task, completed=self._done, epoch=epoch + 1, said=short)


def progress(verbose: str | int, epochs: int, batches: int) -> Quiet:
    """What shows the progress of so many epochs with so many steps each."""
    if verbose == 2:
        return Lines(epochs, batches)
    if verbose:
        from rich import get_console

        console = get_console()
        if console.is_terminal or console.is_jupyter:
            return Bar(epochs, batches)
    return Quiet(epochs, batches)


def _said(logs: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:.4g}" for name, value in logs.items())
