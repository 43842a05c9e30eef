"""CSV files as spreadsheets and programs write them: read as rows of text, written back in the same dialect.

Columns are separated by commas, semicolons or tabs, cells may be quoted, a byte order mark may come first. What the
cells mean is said in ``columns.py``.
"""

from __future__ import annotations

import contextlib
import csv
import difflib
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

DELIMITERS = ";\t,"  # a file of the first two may have commas in its numbers and names, so they win a tie
MARK = "\ufeff"
COMMA = re.compile(r"[-+−]?[0-9]+,[0-9]+")
MISSING = {"", "?", "na", "n/a", "nan", "null", "<na>"}


class Table(NamedTuple):
    """A header and the rows below it.

    Attributes
    ----------
    names
        The columns' names; "" for those without, as pandas writes a column of row numbers.
    rows
        The cells, stripped, one list a row, as long as the names.
    numbers
        The row of the file that each is in, as a spreadsheet counts: the header is row 1.
    delimiter, mark
        What is between the cells, and what the file starts with: a byte order mark, or nothing.
    """

    names: list[str]
    rows: list[list[str]]
    numbers: list[int]
    delimiter: str
    mark: str

    def find(self, name: str) -> int:
        """The place of a column.

        Raises
        ------
        ValueError
            Where there is none of this name; the message lists those that are there.
        """
        named = [each for each in self.names if each]
        if name not in named:
            close = difflib.get_close_matches(name, named, n=1)
            hint = f": did you mean {shown(close[0])}?" if close else f"; the columns are {listed(named)}"
            raise ValueError(f"there is no column {shown(name)}{hint}")
        return self.names.index(name)

    def cells(self, name: str) -> list[str]:
        """A column, with "" for every missing cell, such as ``NA``."""
        i = self.find(name)
        return ["" if row[i].lower() in MISSING else row[i] for row in self.rows]

    def place(self, row: int, name: str) -> str:
        """Where a cell is, in words."""
        return f"row {self.numbers[row]}, column {shown(name)}"

    @property
    def decimal(self) -> str:
        """What stands before the decimals: a comma where the delimiter is none and some cell has one, else a point."""
        commas = self.delimiter != "," and any(COMMA.fullmatch(cell) for row in self.rows for cell in row)
        return "," if commas else "."

    def written(self) -> bytes:
        """The table as a file in the dialect that it was read in."""
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.delimiter, lineterminator="\n").writerows([self.names, *self.rows])
        return (self.mark + text.getvalue()).encode()


def read(path: Path) -> Table:
    r"""Read a CSV file.

    Raises
    ------
    OSError
        Where it can't be read.
    ValueError
        Where it is not UTF-8, its quotes don't end, it has no row below its header, two columns share a name, or a row
        has more or fewer cells than the header; the message says where.

    Examples
    --------
    >>> file = Path(getfixture("tmp_path")) / "beans.csv"
    >>> _ = file.write_text("weight;roast\n0,5;dark\n0,7;light\n", encoding="utf-8")
    >>> table = read(file)
    >>> table.names, table.cells("weight"), table.place(1, "weight")
    (['weight', 'roast'], ['0,5', '0,7'], "row 3, column 'weight'")
    """
    content = path.read_bytes()
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"{path}: line {line} is not UTF-8 text (byte {content[error.start]:#04x}): "
            "in the spreadsheet, save it as 'CSV UTF-8'"
        ) from None
    mark = MARK if text.startswith(MARK) else ""
    text = text.removeprefix(MARK)
    delimiter = _delimiter(text)
    records = []
    try:
        for number, record in enumerate(_records(text, delimiter), start=1):
            cells = [cell.strip() for cell in record]
            if any(cells):
                records.append((number, cells))
    except csv.Error as error:
        last = records[-1][0] if records else 0
        raise ValueError(
            f"{path}: after row {last} the quotes don't fit ({error}): write a quote within as two"
        ) from None
    if len(records) < 2:
        raise ValueError(f"{path}: expected a line of column names and rows below it, got {len(records)} rows")
    (_, names), *rows = records
    _check_names(path, names)
    for number, cells in rows:
        if len(cells) != len(names):
            raise ValueError(f"{path}: row {number} has {len(cells)} cells, the header has {len(names)} columns")
    return Table(names, [cells for _, cells in rows], [number for number, _ in rows], delimiter, mark)


def _records(text: str, delimiter: str) -> Iterable[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)


def _delimiter(text: str) -> str:
    """What splits the header into two or more, and the most of the first rows into as many."""

    def agreeing(delimiter: str) -> int:
        widths: list[int] = []
        with contextlib.suppress(csv.Error):  # what comes before it counts
            widths.extend(len(record) for record in itertools.islice(_records(text, delimiter), 100) if record)
        return widths.count(widths[0]) if widths and widths[0] > 1 else 0

    return max(DELIMITERS, key=agreeing)


def _check_names(path: Path, names: Sequence[str]) -> None:
    for name, count in Counter(names).items():
        if name and count > 1:
            raise ValueError(f"{path}: {count} columns are named {shown(name)}: give each a name of its own")


def shown(text: str) -> str:
    """Text from a file in a message: quoted, printable, not too long."""
    return repr(text if len(text) <= 40 else text[:39] + "…")


def listed(texts: Iterable[str], most: int = 10) -> str:
    """Texts from a file, the first of many.

    >>> listed("abc"), listed("abc", most=2)
    ("'a', 'b', 'c'", "'a', 'b', … (3)")
    """
    every = list(texts)
    more = [f"… ({len(every)})"] if len(every) > most else []
    return ", ".join([*map(shown, every[:most]), *more])
