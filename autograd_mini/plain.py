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

from .graph import Node, data_of, describe
from .modes import MODES, THREAD
from .operation import Plain

EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL = (
    Plain(name, getattr(np, name)) for name in "equal not_equal less less_equal greater greater_equal".split()
)
AND, OR, XOR, NOT = (
    Plain(name, getattr(np, name)) for name in "logical_and logical_or logical_xor logical_not".split()
)
DETACH, AS_PLAIN = Plain("detach", lambda x: x, gives_plain=False), Plain("as_plain", lambda x: x)
RELATIONS = {
    "eq": EQUAL, "ne": NOT_EQUAL, "lt": LESS, "le": LESS_EQUAL, "gt": GREATER, "ge": GREATER_EQUAL,
}  # fmt: skip
LOGIC = {"and": AND, "or": OR, "xor": XOR}
BITWISE = {name: Plain(f"bitwise_{name}", getattr(np, f"bitwise_{name}")) for name in LOGIC}
CONDITIONS = (*RELATIONS.values(), *LOGIC.values(), NOT)


def _comparison(name: str, operation: Plain) -> Callable[[Any, Any], Any]:
    relation = getattr(operator, name)

    def compare(self: Node, other: object) -> Any:
        if MODES.active and THREAD.trace is not None and _is_number(other):
            return operation(self, other)
        return self.compare(relation, other)

    return compare


def combine(name: str, x: Any, y: Any) -> Any:
    """What ``&``, ``|`` or ``^`` is of conditions, or of whole numbers."""
    whole = any(getattr(data_of(z), "dtype", None) is not None and data_of(z).dtype.kind in "iu" for z in (x, y))
    if whole:
        return BITWISE[name](*(np.asarray(z) if isinstance(z, int) else z for z in (x, y)))
    return LOGIC[name](x, y)


def _logic(name: str) -> Callable[[Any, Any], Any]:
    def combined(self: Node, other: object) -> Any:
        if THREAD.trace is None or not _is_number(other):
            return NotImplemented  # two nodes are no conditions
        return combine(name, self, other)

    return combined


def _is_number(x: object) -> bool:
    return isinstance(x, Node | np.ndarray | int | float | np.number | np.bool_ | list | tuple)


def _not(self: Node) -> Any:
    if THREAD.trace is None:
        raise TypeError(f"~ is for conditions such as x > 0, got {describe(self)}")
    return NOT(self)


for _name, _operation in RELATIONS.items():
    setattr(Node, f"__{_name}__", _comparison(_name, _operation))
for _name in LOGIC:
    setattr(Node, f"__{_name}__", _logic(_name))
    setattr(Node, f"__r{_name}__", _logic(_name))
setattr(Node, "__invert__", _not)  # noqa: B010  # an operator like those above
