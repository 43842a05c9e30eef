"""Value: a number that remembers how it was computed.

>>> a, b = Value(2, "a"), Value(1, "b")
>>> c = a + b
>>> d = b + 1
>>> e = c * d
>>> e.backward()
>>> e.data, a.grad, b.grad
(6.0, 2.0, 5.0)

A Value is data, and can be looked at: what it holds, what made it, of what, with which derivatives.

>>> e.op, e.inputs, e.partials
('mul', (Value(3.0, grad=2.0), Value(2.0, grad=3.0)), (2.0, 3.0))

No operation is written in this file: ``operators.py`` makes each row of the table (``rules.py``) an
operator or a method.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from . import reverse
from .graph import (
    BACKWARD,
    BRANCH,
    CONSTANT,
    DATA,
    INSTEAD,
    MANY,
    VARIABLE,
    Leaf,
    Node,
    Tag,
    as_label,
    describe,
    flows_to,
)
from .modes import MODES, THREAD, refuse_in_program
from .plain import DETACH

Operand = Any  # a Value, or what float() makes a number of: int, float, bool, NumPy scalar


class Value(Node):
    """A node of a computation graph that holds a float.

    Parameters
    ----------
    data
        Int, float, bool or NumPy scalar; kept as a float.
    label
        A name for pictures.
    requires_grad
        False makes it plain data, to which no derivative flows.

    Raises
    ------
    TypeError
        For anything that is no real number, and a label that is no string.

    Attributes
    ----------
    grad
        The derivative of the node that ``backward()`` was called on by this one; None before.

    Examples
    --------
    >>> a, b = Value(2, label="a"), Value(1, label="b")
    >>> e = (a + b) * (b + 1)
    >>> e.backward()
    >>> e, a.grad, b.grad
    (Value(6.0, grad=1.0), 2.0, 5.0)
    """

    __slots__ = ("_data", "_pending", "_tag", "dleft", "dright", "grad", "left", "origin", "right")
    __hash__ = Node.__hash__
    edges = None  # what a Tensor has; a Value keeps the derivatives themselves

    # One or two operands are in left and right, with the derivatives by them in dleft and dright (None where
    # none flows): fields are quicker than tuples. A node of more has MANY in dleft; in right its operands,
    # in one part or, of a dot, in two, (w…, b) and (x…); and in left groups of (operands, derivatives by
    # them) for those that a derivative flows to. Neurons that see the same x share its part and numbers.
    _data: float
    grad: float | None
    origin: Any  # a row, a Sum, or what kind of Leaf it is
    left: Any
    right: Any
    dleft: Any
    dright: Any
    _pending: int | None  # while a sweep runs: how many consumers it waits for besides one
    _tag: Tag | None

    def __init__(self, data: Operand, label: str = "", requires_grad: bool = True) -> None:
        number = as_float(data)
        if number is None:
            raise TypeError(f"Value holds one real number (int, float, bool or NumPy scalar), got {describe(data)}")
        self._data = number
        self.left = self.right = self.dleft = self.dright = self.grad = None
        self.origin = VARIABLE if requires_grad else DATA
        self._pending = None
        self._tag = Tag(as_label(label)) if label != "" else None

    @property
    def data(self) -> float:
        """The number. Assigning one, coerced as by ``Value(…)``, changes this node, not what was computed from it."""
        if MODES.active:
            self.refuse_to_look(".data", INSTEAD)
        return self._data

    @data.setter
    def data(self, value: Operand) -> None:
        if MODES.active:
            refuse_in_program("assigning to .data", "do so outside of the function")
        number = value if type(value) is float else as_float(value)
        if number is None:
            raise TypeError(f"data must be one real number, got {describe(value)}")
        self._data = number

    @property
    def operands(self) -> tuple[Value | float, ...]:
        """What the operation was applied to, in order; nodes, and floats for numbers mixed in."""
        left, right = self.left, self.right
        if self.dleft is MANY:
            return in_order(*right)
        return () if left is None else (left,) if right is None else (left, right)

    @property
    def inputs(self) -> tuple[Value, ...]:
        """The operands as nodes; a number mixed in becomes a constant node, a new one at each access."""
        return tuple(constant(x) if isinstance(x, float) else x for x in self.operands)

    @property
    def partials(self) -> tuple[float | None, ...]:
        """The derivative by each operand that the forward pass stored; None where none flows."""
        if self.dleft is not MANY:
            return (self.dleft, self.dright)[: len(self.operands)]
        flowing = (d for operands, partials in self.left for _, d in zip(operands, partials, strict=False))
        return in_order(*(tuple(next(flowing) if flows_to(x) else None for x in part) for part in self.right))

    def item(self) -> float:
        """The number, as a float that is outside of the graph."""
        self.refuse_to_look(".item()", INSTEAD)
        return self._data

    def detach(self) -> Value:
        """The same number as data to which no derivative flows."""
        if MODES.active and THREAD.trace is not None:
            return DETACH(self)  # type: ignore[no-any-return]  # of a Value a Value
        return Value(self._data, self.label, requires_grad=False)

    def backward(self, seed: float = 1.0) -> None:
        """Compute the derivative of this node, times ``seed``, by every node that it was computed from.

        Leaves accumulate into ``grad`` (call :meth:`zero_grad` in between); inner nodes show this sweep's.
        Threads may each differentiate graphs of their own; while two graphs share nodes, or leaves, one
        sweep has to end before the other starts: hold a lock.

        >>> m = Value(2)
        >>> t = 3 * m
        >>> f = t**2
        >>> f.backward()
        >>> f.backward()
        >>> m.grad, t.grad
        (72.0, 12.0)

        Raises
        ------
        RuntimeError
            When nothing that this node was computed from wants a gradient.
        TypeError
            When the seed is no real number.
        """
        refuse_in_program("backward()", BACKWARD)
        number = as_float(seed)
        if number is None:
            raise TypeError(f"the seed of a Value is one real number, got {describe(seed)}")
        reverse.backward(self, number)

    if TYPE_CHECKING:  # what operators.py adds, for type checkers; a test holds it to the table

        def __add__(self, other: Operand) -> Value: ...
        def __neg__(self) -> Value: ...
        def __getattr__(self, name: str) -> Any: ...

        __sub__ = __mul__ = __truediv__ = __pow__ = __add__
        __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rpow__ = __add__
        __abs__ = __neg__

    def compare(self, relation: Callable[[float, float], bool], other: object) -> Any:
        """What a ``relation`` says of the data and the ``other``; NotImplemented for no node or number."""
        number = other._data if isinstance(other, Value) else as_float(other)
        return NotImplemented if number is None else relation(self._data, number)

    def __bool__(self) -> bool:
        self.refuse_to_look(*BRANCH)
        return bool(self._data)

    def __pos__(self) -> Value:
        return self

    def __float__(self) -> float:
        self.refuse_to_cut("float()")
        return self._data

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        if copy is False:
            raise ValueError("a Value holds no array, so np.asarray has to copy its number: leave out copy=False")
        self.refuse_to_cut("np.asarray()")
        return np.asarray(self._data, dtype)

    def become_data(self) -> None:
        """Forget how it was computed: no derivative flows here."""
        self.left = self.right = self.dleft = self.dright = None
        self.origin = DATA

    def stop_at_data(self) -> None:
        """Let no derivative flow to operands that want none."""
        if self.dleft is not MANY:
            self.dleft = self.dleft if flows_to(self.left) else None
            self.dright = self.dright if flows_to(self.right) else None

    def summary(self) -> str:
        """The number as text."""
        return str(self._data)

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        grad = f", grad={self.grad}" if self.grad is not None else ""
        return f"Value({self._data}{label}{grad})"

    def __format__(self, spec: str) -> str:
        return format(self._data, spec) if spec else repr(self)

    def __reduce__(self) -> tuple[Any, ...]:
        self.refuse_to_look("a copy", INSTEAD)
        return leaf, (self._data, *self.copied_leaf())


def as_float(value: Any) -> float | None:
    """A real number as a float; None for anything else (float16 and longdouble, as in Tensor, among it)."""
    if not isinstance(value, _NUMBERS):
        return None
    try:
        return float(value)
    except OverflowError:  # an int beyond every float
        return math.inf if value > 0 else -math.inf


_NUMBERS = (int, float, np.integer, np.float32, np.bool_)


def leaf(data: float, tag: Tag | None, origin: Leaf) -> Value:
    """A leaf of a given kind: parameters of networks, copies."""
    node = Value(data)
    node._tag, node.origin = tag, origin
    return node


def constant(number: float) -> Value:
    """The node that stands for a number mixed in."""
    return leaf(number, CONSTANT, DATA)


def in_order(first: tuple[Any, ...], second: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    """The parts of an n-ary node's operands in their order: of a dot w and b, and x, it is w, x, b."""
    n = len(second)
    return (*first[:n], *second, *first[n:])
