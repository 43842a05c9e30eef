"""What nodes are called: the caller's variables, and names as Python takes them.

>>> identifier("z[1]"), identifier("x₁²"), identifier("lambda"), identifier("∂")
('z_1', 'x12', 'lambda_', '')
"""

from __future__ import annotations

import itertools
import keyword
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

LONGEST_LIST = 10_000
LONGEST_NAME = 40
HIDDEN = ("_", "@")  # @ is how pytest begins the variables that it adds to a test


def callers_names(frame: FrameType) -> Mapping[str, object]:
    """The variables that code in `frame` sees: its locals first, then its globals."""
    here = frame.f_locals
    return {**here, **{name: thing for name, thing in frame.f_globals.items() if name not in here}}


def candidates(variables: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """The variables themselves, then the elements of lists and tuples, counted from 1."""
    public = [(name, thing) for name, thing in variables.items() if not name.startswith(HIDDEN)]
    yield from public
    for name, thing in public:
        if isinstance(thing, list | tuple) and len(thing) <= LONGEST_LIST:
            between = "_" if name[-1].isdigit() else ""
            yield from ((f"{name}{between}{i}", element) for i, element in enumerate(thing, 1))


def identifier(label: str) -> str:
    """A label as a name in Python; empty if nothing of it can be one."""
    letters = unicodedata.normalize("NFKC", label)[:LONGEST_NAME]
    words = "".join(c if f"a{c}".isidentifier() else " " for c in letters).split()
    name = "_".join(words).strip("_")
    if name and not name.isidentifier():
        name = f"v_{name}"
    return f"{name}_" if keyword.iskeyword(name) else name


class Names:
    """Names that are given out once each."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)
        self.numbers: dict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))

    def free(self, wish: str) -> str:
        """The wish, or the wish with a number that makes it distinct."""
        name, number = wish, 1
        while name in self.taken:
            number += 1
            name = f"{wish}_{number}"
        self.taken.add(name)
        return name

    def numbered(self, letter: str) -> str:
        """The first of v1, v2, … that is free."""
        while (name := f"{letter}{next(self.numbers[letter])}") in self.taken:
            pass
        self.taken.add(name)
        return name
