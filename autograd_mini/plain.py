"""Operations through which no derivative flows: comparisons, logic, detaching.

They give plain results, bools and arrays of bools; only while a program is recorded do they give nodes, so that
every replay asks again. Then a condition can be combined (``&``, ``|``, ``~``) and handed to ``where``, but has no
``bool()``.

>>> LESS(np.array([1.0, 3.0]), 2.0)
array([ True, False])
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .graph import Node, describe
from .modes import MODES, THREAD
from .operation import Plain

EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL = (
    Plain(name, getattr(np, name)) for name in "equal not_equal less less_equal greater greater_equal".split()
)
AND, OR, XOR, NOT = (
    Plain(name, getattr(np, name)) for name in "logical_and logical_or logical_xor logical_not".split()
)
DETACH, NUMBERS = Plain("detach", lambda x: x, gives_plain=False), Plain("numbers", lambda x: x)
RELATIONS = {
    "eq": EQUAL, "ne": NOT_EQUAL, "lt": LESS, "le": LESS_EQUAL, "gt": GREATER, "ge": GREATER_EQUAL,
}  # fmt: skip
LOGIC = {"and": AND, "or": OR, "xor": XOR}
CONDITIONS = (*RELATIONS.values(), *LOGIC.values(), NOT)


def _comparison(name: str, operation: Plain) -> Callable[[Any, Any], Any]:
    relation = getattr(operator, name)

    def compare(self: Node, other: object) -> Any:
        if MODES.active and THREAD.trace is not None and _is_number(other):
            return operation(self, other)
        return self.compare(relation, other)

    return compare


def _logic(operation: Plain) -> Callable[[Any, Any], Any]:
    def combine(self: Node, other: object) -> Any:
        if THREAD.trace is None or not _is_number(other):
            return NotImplemented  # two nodes are no conditions
        return operation(self, other)

    return combine


def _is_number(x: object) -> bool:
    return isinstance(x, Node | np.ndarray | int | float | np.number | np.bool_ | list | tuple)


def _not(self: Node) -> Any:
    if THREAD.trace is None:
        raise TypeError(f"~ is for conditions such as x > 0, got {describe(self)}")
    return NOT(self)


for _name, _operation in RELATIONS.items():
    setattr(Node, f"__{_name}__", _comparison(_name, _operation))
for _name, _operation in LOGIC.items():
    setattr(Node, f"__{_name}__", _logic(_operation))
    setattr(Node, f"__r{_name}__", _logic(_operation))
setattr(Node, "__invert__", _not)  # noqa: B010  # an operator like those above
