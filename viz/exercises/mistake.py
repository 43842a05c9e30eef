"""What a mistake is: the number that it gives, and a sentence that says what was done."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import text
from ..arrays import is_array
from ..chain_rule.derivation import Derivation
from ..chain_rule.routes import text_of

LONGEST_SUM = 8  # of factors or terms that a sentence spells out
RIGHT = "right"  # the cause of the right answer
SIGN = "sign"  # the cause of a number that is right but for its sign


class Mistake(NamedTuple):
    """A wrong way to the derivative.

    `cause` says which, whatever the inputs are; `number`, an array too, is what comes out, and `said` a sentence.
    """

    cause: str
    number: Any
    said: str


class Wrong(NamedTuple):
    """A wrong number, or array, and a sentence for each mistake that gives it."""

    number: Any
    sentences: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(f"{shown(self.number)}: {said}" for said in self.sentences)


class Mistakes(Sequence[Wrong]):
    """What could go wrong: pairs of a wrong number and its sentences, which ``print`` lists, a line for each sentence.

    >>> print(Mistakes([Wrong(5.0, ("a path was forgotten",))]))
    5: a path was forgotten
    """

    def __init__(self, wrong: Iterable[Wrong]) -> None:
        self._wrong = tuple(wrong)

    def __len__(self) -> int:
        return len(self._wrong)

    def __getitem__(self, index: Any) -> Any:
        return self._wrong[index]

    def __iter__(self) -> Iterator[Wrong]:
        return iter(self._wrong)

    def __str__(self) -> str:
        return "\n".join(map(str, self)) or "none"

    def __repr__(self) -> str:
        return str(self)


def grouped(
    mistakes: Iterable[Mistake], is_same: Callable[[Mistake, Mistake], bool] | None = None
) -> list[list[Mistake]]:
    """Those that give the same number together; what is the same may be told.

    What has no finite number is left out, and what is said twice; also that the sign is wrong, where more is said.
    """
    is_same = is_same or (lambda one, other: same(one.number, other.number))
    groups: list[list[Mistake]] = []
    for mistake in mistakes:
        if not np.all(np.isfinite(mistake.number)):
            continue
        group = next((group for group in groups if is_same(group[0], mistake)), None)
        if group is None:
            groups.append([mistake])
        elif mistake.cause != SIGN and mistake.said not in (other.said for other in group):
            group.append(mistake)
    return groups


def wrong(group: Sequence[Mistake]) -> Wrong:
    """Mistakes that give the same, in one."""
    return Wrong(group[0].number, tuple(mistake.said for mistake in group))


def same(first: Any, second: Any) -> bool:
    """Whether two numbers, or arrays of one shape, are the same in the first nine digits."""
    return np.shape(first) == np.shape(second) and np.allclose(first, second, rtol=1e-9, atol=0)


def shown(number: Any) -> str:
    """A number or an array on one line; of an array with axes also its shape."""
    if not is_array(number):
        return text.number(float(number))
    said = text_of(number)
    if said.startswith("["):
        return f"{said}, shape {number.shape}"
    return f"an array of shape {number.shape} and norm {text.number(float(np.linalg.norm(number)))}"


def step_at(made: Derivation, i: int) -> str:
    """What a node computes, ``c = a + b``."""
    box = made.picture.nodes[i]
    return f"{box.name} = {box.formula}"


def joined(sign: str, numbers: Sequence[Any]) -> str:
    """``1 + (−2) + 3``."""
    first, *rest = [text.number(float(number) + 0.0) for number in numbers]  # not −0
    return sign.join([first, *map(text.signed, rest)])


def added(terms: Sequence[Any]) -> Any:
    """The sum of numbers or arrays."""
    return functools.reduce(operator.add, terms)
