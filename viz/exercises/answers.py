"""What a student answers: a number, written in one of the usual ways, or an array; and whether it is meant by another.

>>> as_number("−3/4"), matches(0.667, 2 / 3), matches(0.67, 2 / 3), matches(12.04, 12.0)
(-0.75, 'rounded', '', '')
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from autograd_mini.graph import Node

from ..arrays import Array

FEWEST_DIGITS, MOST_DIGITS = 3, 7  # significant ones, to which an answer may be rounded
EXACT = 1e-6  # up to which relative error nothing is said of rounding
NUMBER = r"[-+]?\s*(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
WRITTEN = re.compile(rf"\s*({NUMBER})\s*(?:/\s*({NUMBER})\s*)?")
MINUS = str.maketrans("−–", "--")
Match = Literal["", "exact", "rounded"]


def as_number(answer: Any) -> float:
    """The number that is answered: an int, float, Fraction, Decimal, or text such as ``"12"``, ``"-0.5"``, ``"3/4"``.

    Raises
    ------
    TypeError
        For anything else.
    ValueError
        For text that is no such number, and for nan and inf.
    """
    if isinstance(answer, str):
        number = _read(answer)
    elif isinstance(answer, Node):
        raise TypeError(
            f"the answer is a {type(answer).__name__}; write its number: answer.data, or b.grad of a leaf b"
        )
    elif isinstance(answer, np.ndarray) and answer.ndim == 0:
        return as_number(answer.item())
    elif isinstance(answer, bool | np.bool_) or not isinstance(
        answer, int | float | np.integer | np.floating | Fraction | Decimal
    ):
        got = f"an array of shape {answer.shape}" if isinstance(answer, np.ndarray) else f"{answer!r:.60}"
        raise TypeError(
            f"the answer is {got} ({type(answer).__name__}); it has to be one number, such as 12, 0.75 or '3/4'"
        )
    else:
        number = _float(answer)
    if not math.isfinite(number):
        said = answer if isinstance(answer, str) else number  # an integer may have too many digits to be written
        raise ValueError(f"the answer is {said!s:.60}; it has to be a finite number: the right one is")
    return number


def _read(written: str) -> float:
    found = WRITTEN.fullmatch(written.translate(MINUS))
    top, bottom = (float("".join((part or "1").split())) for part in found.groups()) if found else (0.0, 0.0)
    if not bottom:
        hint = ": write a decimal point, not a comma" if "," in written else ""
        raise ValueError(f"the answer is {written!r:.60}; it has to be a number such as 12, -0.5, 1e-3 or 3/4{hint}")
    return top / bottom


def _float(number: Any) -> float:
    try:
        return float(number)
    except OverflowError:  # a whole number beyond every float
        return math.inf


def as_array(answer: Any) -> Array:
    """The array that is answered; lists and numbers may be given for one.

    Raises
    ------
    TypeError
        For what holds no real numbers.
    ValueError
        For rows of different lengths, and for nan and inf.
    """
    if isinstance(answer, Node):
        raise TypeError(
            f"the answer is a {type(answer).__name__}; give its numbers: answer.data, or W.grad of a leaf W"
        )
    try:
        array = np.asarray(answer)
    except ValueError:
        raise ValueError("the answer has rows of different lengths; an array has rows of one length") from None
    if array.dtype.kind not in "iuf":
        raise TypeError(f"the answer is {answer!r:.60} ({type(answer).__name__}); it has to be an array of numbers")
    if not np.all(np.isfinite(array)):
        raise ValueError("the answer has nan or inf in it; it has to be finite: the right one is")
    return array.astype(np.float64)


def matches(answer: Any, number: Any) -> Match:
    """Whether an answer is this number, or array of the same shape, perhaps rounded to 3 or more significant digits.

    An array may be rounded as ``np.round`` does it: all of its numbers to so many decimals, at least 3 significant
    digits of the largest, and to whole numbers at most. What is not 0 is not rounded to 0.
    """
    if np.shape(answer) != np.shape(number):
        return ""
    given, wanted = np.ravel(answer), np.ravel(number)
    if np.all(np.abs(given - wanted) <= EXACT * np.abs(wanted)):
        return "exact"
    size = np.abs(wanted)
    if _rounded(given, wanted, size).all():
        return "rounded"
    return "rounded" if _rounded(given, wanted, np.max(size), 1.0).all() else ""


def is_close(answer: Any, number: Any) -> bool:
    """Whether an answer is no more than a hundredth off."""
    if np.shape(answer) != np.shape(number):
        return False
    return bool(np.max(np.abs(np.subtract(answer, number))) <= 0.01 * np.max(np.abs(number)))


def are_alike(first: Any, second: Any) -> bool:
    """Whether both are answered alike by who rounds to the fewest digits."""
    return np.shape(first) == np.shape(second) and all(
        f"{one:.{FEWEST_DIGITS}g}" == f"{other:.{FEWEST_DIGITS}g}"
        for one, other in zip(np.ravel(first), np.ravel(second), strict=True)
    )


def _rounded(given: Array, wanted: Array, size: Any, largest_unit: float = math.inf) -> Array:
    """Of each number whether it is the nearest one with so many digits of what has this size."""
    found = given == wanted
    with np.errstate(all="ignore"):  # next to the smallest floats
        exponent = np.floor(np.log10(np.where(size == 0, 1.0, size)))
        for digits in range(FEWEST_DIGITS, MOST_DIGITS + 1):
            unit = np.minimum(10.0 ** (exponent - digits + 1), largest_unit)
            steps = given / unit
            whole = np.round(steps)
            is_written_so = (np.abs(steps - whole) < 1e-6) & (whole != 0)
            found |= is_written_so & (np.abs(given - wanted) <= unit * (0.5 + 1e-9))
    return np.asarray(found)
