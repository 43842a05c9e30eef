"""How arrays read in a picture: a small one in full, a large one by its extent, its gradient by its norm.

>>> described(np.array([1.5, 2])), described(np.arange(1000.0))
((('value', '[1.5  2]'),), (('min', '0'), ('mean', '499.5'), ('max', '999')))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograd_mini.names import HIDDEN

from . import text

MOST_NUMBERS, MOST_ROWS, MOST_COLUMNS = 12, 4, 6  # of an array that is shown in full
MOST_INDICES = 4  # of an array that indexes another
FIGURE, POINT, HAIR = "\u2007", "\u2008", "\u200a"  # spaces as wide as a digit, as a decimal point, as a hair

Array = np.ndarray[Any, Any]
Lines = tuple[tuple[str, str], ...]  # an array in words: of each line what it is, "value" or "max", and what it says


def is_array(data: Any) -> bool:
    """Whether it has axes, and is not just a number."""
    return isinstance(data, np.ndarray) and data.ndim > 0


def kind(data: Any) -> str:
    """Shape and, if it is not float64, dtype; of a number nothing."""
    if not isinstance(data, np.ndarray):
        return ""
    return str(data.shape) + (f" {data.dtype}" if data.dtype != np.float64 else "")


def described(data: Any, word: str = "value") -> float | Lines:
    """The number, or the array in words."""
    if not is_array(data):
        return float(data)
    if not data.size:
        return ((word, "empty"),)
    if _is_small(data):
        rows = _rows(data)
        return ((word, rows[0]),) if len(rows) == 1 else ((word, ""), *(("", row) for row in rows))
    missing = np.count_nonzero(np.isnan(data))
    if missing:
        return ((word, f"{missing:,} of {data.size:,} are nan"),)
    with np.errstate(all="ignore"):
        extent = {"min": np.min(data), "mean": np.mean(data, dtype=np.float64), "max": np.max(data)}
    return tuple((what, text.number(float(x))) for what, x in extent.items())


def gradient(grad: Any) -> float | Lines | None:
    """As `described`, but a large one by its norm."""
    if grad is None:
        return None
    if not is_array(grad) or not grad.size or _is_small(grad):
        return described(grad, "grad")
    with np.errstate(all="ignore"):
        return (("‖grad‖", text.number(float(np.linalg.norm(grad)))),)


def _is_small(array: Array) -> bool:
    rows = len(array) if array.ndim > 1 else 1
    return array.size <= MOST_NUMBERS and rows <= MOST_ROWS and array.shape[-1] <= MOST_COLUMNS


def _rows(array: Array) -> list[str]:
    """A line for each index of the first axis, with the numbers of a column below each other; a vector is one line."""
    cells = [[text.number(float(x)) for x in row] for row in array.reshape(-1, array.shape[-1])]
    columns = [_aligned(column) for column in zip(*cells, strict=True)]
    rows = [f"[{'  '.join(row)}]" for row in zip(*columns, strict=True)]
    for length in array.shape[1:-1][::-1]:
        rows = [f"[{'  '.join(rows[i : i + length])}]" for i in range(0, len(rows), length)]
    return rows


def _aligned(numbers: Sequence[str]) -> list[str]:
    """Numbers of the same width, with the decimal points below each other unless there are exponents."""
    if any("e" in n for n in numbers):
        return [FIGURE * (max(map(len, numbers)) - len(n)) + n for n in numbers]
    parts = [n.partition(".") for n in numbers]
    before, point, after = (max(map(len, pieces)) for pieces in zip(*parts, strict=True))
    return [
        FIGURE * (before - len(whole)) + whole + (dot or POINT * point) + decimals + FIGURE * (after - len(decimals))
        for whole, dot, decimals in parts
    ]


def unaligned(line: str) -> str:
    """A line for where nothing stands below it: without the spaces that align."""
    return line.translate(dict.fromkeys(map(ord, (FIGURE, POINT, HAIR)), ""))


# Arrays mixed in.


def named(arrays: Iterable[Array], variables: Mapping[str, object]) -> dict[int, str]:
    """``id(array)`` → what the caller calls the data that it holds, ``X``, ``Xᵀ``, ``X[…]``; else its shape."""
    wanted = list(arrays)
    if not wanted:
        return {}
    whole: dict[object, str] = {}
    parts: dict[int, str] = {}
    for name, thing in variables.items():
        if isinstance(thing, np.ndarray) and not name.startswith(HIDDEN):
            whole.setdefault(_place(thing), name)
            parts.setdefault(id(thing), f"{name}[…]")
            if thing.ndim == 2:
                whole.setdefault(_place(thing.T), f"{name}ᵀ")
    return {
        id(array): whole.get(_place(array)) or parts.get(id(array.base)) or f"array {array.shape}" for array in wanted
    }


def _place(array: Array) -> object:
    """Where in memory its numbers are: the same for views of the same."""
    if array.dtype.kind != "f":  # an index is a copy
        return array.tobytes(), array.shape, array.dtype
    return array.__array_interface__["data"][0], array.shape, array.strides, array.dtype


def mixed_in(inputs: Iterable[Any], nodes: Iterable[Any]) -> Iterator[Array]:
    """The plain arrays among operands, and those that operations index with."""
    yield from (x.data for x in inputs if x.op == "constant" and is_array(x.data))
    for node in nodes:
        for param in getattr(node, "params", ()):
            yield from (p for p in (param if isinstance(param, tuple) else (param,)) if isinstance(p, np.ndarray))


def number(data: Any) -> float:
    """A number mixed in, as it was written: 0.1 is 0.1 in float32 too."""
    return float(str(data)) if isinstance(data, np.ndarray) and data.dtype.kind == "f" else float(data)
