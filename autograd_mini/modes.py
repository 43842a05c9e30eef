"""Modes: ``no_grad``, ``detect_anomaly``, and what is on while transforms and programs record.

A mode belongs to a thread. Because operations must be quick, they look at one count over all
threads, ``MODES.active``; only while it is not 0 do they ask their own thread.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ContextDecorator, contextmanager
from typing import Any, Literal, NamedTuple


class _Modes(threading.local):
    """What is on in this thread, as depths, so that modes nest."""

    no_grad = 0
    anomaly = 0
    transforms = 0
    trace: Any = None  # what a program is being recorded into: see trace.py


class _Count:
    __slots__ = ("active",)

    def __init__(self) -> None:
        self.active = 0


THREAD = _Modes()
MODES = _Count()
_lock = threading.Lock()


def _activate(change: int) -> None:
    with _lock:
        MODES.active += change


class no_grad(ContextDecorator):
    """Compute without recording: results are plain data, without inputs or gradient.

    A context manager and a decorator, for this thread only; it nests, and ends with an exception too.

    >>> from autograd_mini import Value
    >>> x = Value(3)
    >>> with no_grad():
    ...     y = x * x
    >>> y.requires_grad, y.inputs
    (False, ())
    """

    def __enter__(self) -> None:
        _activate(1)  # first, so that an interrupt in between leaves no mode on
        THREAD.no_grad += 1

    def __exit__(self, *exception: object) -> Literal[False]:
        THREAD.no_grad -= 1
        _activate(-1)
        return False


class detect_anomaly(ContextDecorator):
    """Turn the first nan or inf, forward or backward, into an :class:`AnomalyError`.

    The error names the operation, its inputs and the source line that made the node. Slower, so a
    tool for the search of a fault; what was made outside is checked on the way back without its line.

    >>> from autograd_mini import Value
    >>> with detect_anomaly():
    ...     Value(0.0, label="x").log()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    autograd_mini.modes.AnomalyError: log gave -inf for x = 0.0, at ...:2
    """

    def __enter__(self) -> None:
        _activate(1)
        THREAD.anomaly += 1

    def __exit__(self, *exception: object) -> Literal[False]:
        THREAD.anomaly -= 1
        _activate(-1)
        return False


class AnomalyError(FloatingPointError, RuntimeError):
    """A nan or inf under :class:`detect_anomaly` (NumPy's type for it and PyTorch's)."""


class RecordingError(TypeError):
    """Something that a recorded program couldn't do again with other numbers."""


def refuse_in_program(what: str, instead: str) -> None:
    """Raise a RecordingError while a program is recorded; the numbers that are there then are only an example."""
    if THREAD.trace is not None:
        raise RecordingError(
            f"{what} can't be part of a recorded program, which runs with other numbers at each call: "
            f"{instead} ({calling_line()})"
        )


def calling_line() -> str:
    """The line of the caller's code that led here, as file:line."""
    package = os.path.dirname(__file__) + os.sep
    frame = sys._getframe(1)
    while frame.f_back and (frame.f_code.co_filename.startswith((package, "<autograd_mini"))):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


@contextmanager
def tracing(trace: Any) -> Iterator[None]:
    """Record a program: everything that is computed, whatever modes are on outside."""
    outer = THREAD.trace, THREAD.no_grad, THREAD.anomaly
    THREAD.trace, THREAD.no_grad, THREAD.anomaly = trace, 0, 0
    _activate(1)
    try:
        yield
    finally:
        _activate(-1)
        THREAD.trace, THREAD.no_grad, THREAD.anomaly = outer


class Outer(NamedTuple):
    """What was on where a transform was called."""

    transform: bool
    no_grad: bool


@contextmanager
def recording() -> Iterator[Outer]:
    """Record, inside an outer ``no_grad`` too; gives what was on outside."""
    outer = Outer(THREAD.transforms > 0, THREAD.no_grad > 0)
    depth, THREAD.no_grad = THREAD.no_grad, 0
    THREAD.transforms += 1
    try:
        yield outer
    finally:
        THREAD.transforms -= 1
        THREAD.no_grad = depth
