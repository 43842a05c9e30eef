"""What the columns of a table mean to a network: numbers, categories and a target, as arrays.

A category is a feature for each of its texts, 1 where a cell says it, else 0 ("one-hot"). A missing cell is nan in all
of them, so that their means, which can stand in for it, are each category's share.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .table import listed, shown

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from .table import Table

    Array = NDArray[np.float64]

TASKS = ("classification", "regression")
MISSING = ("refuse", "drop", "mean")
CATEGORIES = 100  # text with more of them is left out
CODES = 20  # so many, where most of them are numbers: else it is a number with a slip of the pen
TEXT = "it is text"
CLASSES = 10  # whole numbers with so many values at most are taken for classes

NUMBER = re.compile(r"[-+−]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:e[-+]?[0-9]+)?|[-+−]?inf(?:inity)?", re.IGNORECASE)
GROUPED = re.compile(r"[-+−]?[0-9]{1,3}(?:[.,'’\s][0-9]{3})+(?:[.,][0-9]+)?")
THOUSAND = re.compile(r"[-+−]?[1-9][0-9]{0,2}[.,][0-9]{3}")


class Column(NamedTuple):
    """An input: a number, or one of some categories."""

    name: str
    categories: list[str] | None = None

    @property
    def width(self) -> int:
        """How many features it is."""
        return 1 if self.categories is None else len(self.categories)


class Target(NamedTuple):
    """What is to be predicted: one of some classes, or a number."""

    name: str
    classes: list[str] | None = None


class Columns(NamedTuple):
    """All that predicting needs to know of the table that a network has learned from; it is kept in the model's file.

    Attributes
    ----------
    missing
        What to do with a missing cell: "refuse" it, "drop" its row, or take the column's "mean".
    fill
        Those means, of all features; none unless they are wanted.
    """

    inputs: list[Column]
    target: Target
    missing: str
    fill: list[float]

    def config(self) -> dict[str, Any]:
        """As plain lists and dicts, for JSON."""
        return {
            "inputs": [column._asdict() for column in self.inputs],
            "target": self.target._asdict(),
            "missing": self.missing,
            "fill": self.fill,
        }

    @classmethod
    def from_config(cls, config: Any) -> Columns:
        """Make what :meth:`config` gave.

        Raises
        ------
        ValueError
            For anything else.

        Examples
        --------
        >>> columns = Columns([Column("weight"), Column("roast", ["dark", "light"])], Target("price"), "refuse", [])
        >>> Columns.from_config(columns.config()) == columns
        True
        """
        try:
            inputs = [Column(**column) for column in config["inputs"]]
            target, missing, fill = Target(**config["target"]), config["missing"], config["fill"]
            lists = [
                texts for texts in (target.classes, *(column.categories for column in inputs)) if texts is not None
            ]
            texts = [target.name, *(column.name for column in inputs), *itertools.chain(*lists)]
            width = sum(column.width for column in inputs)
            good = all(isinstance(text, str) for text in texts) and all(isinstance(each, list) for each in lists)
            good &= missing in MISSING and len(fill) == (width if missing == "mean" else 0) and np.isfinite(fill).all()
        except (KeyError, TypeError, ValueError):
            good = False
        if not good:
            raise ValueError("what the model says of its table's columns is damaged: train it again")
        return cls(inputs, target, missing, fill)


def learn_inputs(table: Table, without: Collection[str]) -> tuple[list[Column], dict[str, str]]:
    """Find out what a table's columns are, but for some.

    Returns
    -------
    inputs
        The columns to learn from.
    left_out
        The others by name, with the reason.

    Raises
    ------
    ValueError
        Where a column of numbers has a cell that is none, or that can be read in two ways; where no column is left.
    """
    inputs, left_out = [], {}
    for name in table.names:
        if name in without:
            continue
        column = _kind(table, name) if name else "it has no name"
        if isinstance(column, Column):
            inputs.append(column)
        else:
            left_out[name] = column
    if not inputs:
        reasons = "".join(f"; {shown(name)} is left out: {reason}" for name, reason in left_out.items())
        raise ValueError(f"there is no column to learn from{reasons}")
    return inputs, left_out


def _kind(table: Table, name: str) -> Column | str:
    """What a column is, or why it is left out."""
    texts = Counter(filter(None, table.cells(name)))
    cells = texts.total()
    if len(texts) < 2:
        return f"every cell is {shown(*texts)}" if texts else "every cell is empty"
    numeric = sum(count for text, count in texts.items() if NUMBER.fullmatch(text) or GROUPED.fullmatch(text))
    mostly = 2 * numeric > cells
    if numeric < cells and 2 * len(texts) <= cells and len(texts) <= (CODES if mostly else CATEGORIES):
        return Column(name, sorted(texts))
    if mostly:
        numbers(table, name)
        return Column(name)
    return f"it has {len(texts)} different texts in {cells} rows"


def numbers(table: Table, name: str) -> Array:
    """Read a column of numbers, with decimal points or commas; nan where a cell is missing.

    Raises
    ------
    ValueError
        Where a cell is no finite number, or could be two; the message says which.
    """
    cells = table.cells(name)
    first: dict[str, int] = {}  # the decimal signs, and where each is seen first
    for row, cell in enumerate(cells):
        if cell and not NUMBER.fullmatch(cell):
            hint = ": write it without thousands separators" if GROUPED.fullmatch(cell) else ""
            raise ValueError(f"{table.place(row, name)}: {shown(cell)} is no number{hint}")
        for sign in ",.":
            if sign in cell:
                first.setdefault(sign, row)
    if len(first) == 2:
        comma, point = (f"{shown(cells[first[sign]])} in row {table.numbers[first[sign]]}" for sign in ",.")
        raise ValueError(
            f"column {shown(name)} has decimal commas, as {comma}, and points, as {point}: write all alike"
        )
    for sign, row in first.items():
        other = table.delimiter if sign == "," else table.decimal
        if other == "," and all(THOUSAND.fullmatch(cell) for cell in cells if sign in cell):
            whole, part = cells[row].split(sign)
            decimal = f"{whole}{',' if sign == '.' else '.'}{part}"
            raise ValueError(
                f"{table.place(row, name)}: is {shown(cells[row])} {whole + part} or {decimal}? Write one of them"
            )
    array = np.array([_number(cell or "nan") for cell in cells])
    for row in np.flatnonzero(np.isinf(array))[:1]:
        raise ValueError(f"{table.place(row, name)}: {shown(cells[row])} is no finite number")
    return array


def _number(text: str) -> float:
    return float(text.replace(",", ".").replace("−", "-"))


def encode(table: Table, inputs: list[Column]) -> Array:
    """Put what a network learns from into an array (m, features), nan where a cell is missing.

    Raises
    ------
    ValueError
        Where a column is not there, a number can't be read, or a text is none of the categories.
    """
    lacking = [column.name for column in inputs if column.name not in table.names]
    if lacking:
        raise ValueError(f"the table has no column {listed(lacking)}; its columns are {listed(table.names)}")
    return np.hstack([_block(table, column) for column in inputs])


def _block(table: Table, column: Column) -> Array:
    if column.categories is None:
        return numbers(table, column.name)[:, None]
    k = len(column.categories)
    return np.vstack([np.eye(k), np.full((1, k), np.nan)])[_places(table, column.name, column.categories)]


def _places(table: Table, name: str, texts: list[str]) -> NDArray[np.intp]:
    """The place of each cell among some texts, -1 where it is missing."""
    place = {"": -1} | {text: i for i, text in enumerate(texts)}
    cells = table.cells(name)
    for row, cell in enumerate(cells):
        if cell not in place:
            raise ValueError(f"{table.place(row, name)}: {shown(cell)} is none of what was learned: {listed(texts)}")
    return np.array([place[cell] for cell in cells])


def complete(table: Table, inputs: list[Column], X: Array, refusal: str = "") -> NDArray[np.bool_]:
    """Tell which rows of an array lack no cell.

    Raises
    ------
    ValueError
        With a refusal: where one is missing. The refusal says what to do about it.
    """
    known = ~np.isnan(X)
    if refusal and not known.all():
        row, feature = np.argwhere(~known)[0]
        name = [column.name for column in inputs for _ in range(column.width)][feature]
        rows = (~known).any(axis=1).sum()
        raise ValueError(f"{table.place(row, name)} is missing ({rows} rows lack a cell): {refusal}")
    return np.asarray(known.all(axis=1))


def learn_target(table: Table, name: str, task: str | None) -> tuple[Target, str]:
    """Find out what is to be predicted.

    Returns
    -------
    target
        With classes, or without.
    why
        The reason for the task, where none is asked for.

    Raises
    ------
    ValueError
        Where the column isn't there, has one value only or a class in one row only, or is no number for a regression.
    """
    texts = Counter(filter(None, table.cells(name)))
    if len(texts) < 2:
        what = f"says {shown(*texts)} in every row" if texts else "is empty"
        raise ValueError(f"the target {shown(name)} {what}: there is nothing to learn")
    guess, why = _guess(table, name, texts)
    if (task or guess) == "regression":
        numbers(table, name)
        return Target(name), why
    for text, count in texts.items():
        if count == 1:
            hint = "" if why == TEXT else ", or --task regression for numbers"
            raise ValueError(
                f"{table.place(table.cells(name).index(text), name)}: no other row is {shown(text)}: a class needs two "
                f"rows at least, one to learn from and one to test{hint}"
            )
    return Target(name, sorted(texts, key=None if why == TEXT else _number)), why


def _guess(table: Table, name: str, texts: Counter[str]) -> tuple[str, str]:
    """The task that a target's values suggest, and why."""
    if not all(map(NUMBER.fullmatch, texts)):
        return "classification", TEXT
    values = numbers(table, name)
    if 2 * len(texts) <= texts.total():  # they repeat
        if len(texts) == 2:
            return "classification", f"{shown(name)} has two values"
        if len(texts) <= CLASSES and (values == values.round())[~np.isnan(values)].all():
            return "classification", f"{shown(name)} has {len(texts)} different whole numbers"
    return "regression", f"{shown(name)} has {len(texts)} different numbers"


def encode_target(table: Table, target: Target) -> Array:
    """Put what is to be predicted into an array (m,): numbers, or the classes' places; nan where a cell is missing."""
    if target.classes is None:
        return numbers(table, target.name)
    places = _places(table, target.name, target.classes).astype(np.float64)
    return np.where(places < 0, np.nan, places)
