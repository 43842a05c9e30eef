"""``sum`` and ``dot`` of Values: one node of many operands, so that a neuron is no chain of additions.

They are linear in every operand, so their derivative is 1 or the operand's partner in a product,
whatever the operands are: formulas, floats, or nodes.

>>> from autograd_mini.expr import Symbol
>>> w1, w2, x1, x2, b = map(Symbol, ["w1", "w2", "x1", "x2", "b"])
>>> DOT.applied(w1, w2, x1, x2, b)
w1 * x1 + w2 * x2 + b
>>> DOT.derivative(0, [w1, w2, x1, x2, b]), DOT.derivative(4, [w1, w2, x1, x2, b])
(x1, 1)
>>> DOT.evaluate(1.0, 2.0, 3.0, 4.0)
(11.0, 3.0, 4.0, 1.0, 2.0)
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Sequence
from typing import Any

from .expr import Expr, Formula, Number


def inner(w: Iterable[float], x: Iterable[float]) -> float:
    """The sum of the products of pairs, as far as both reach, always added in the same order."""
    return sum(map(operator.mul, w, x), 0.0)


class Sum:
    """The sum of its operands."""

    name = "sum"
    requires_grad = True

    def applied(self, *operands: Formula) -> Expr:
        """The operation as it is written: ``x1 + x2 + x3``."""
        return functools.reduce(operator.add, map(_formula, operands))

    def of(self, operands: Sequence[Any]) -> Any:
        """The value, of whatever can be added."""
        return functools.reduce(operator.add, operands)

    def partial(self, i: int, operands: Sequence[Any]) -> Any:
        """The derivative by operand ``i``: 1."""
        return 1.0

    def derivative(self, i: int, operands: Sequence[Expr], result: Expr | None = None) -> Expr:
        """The derivative by operand ``i`` as a formula."""
        return _formula(self.partial(i, operands))

    def evaluate(self, *operands: float) -> tuple[float, ...]:
        """(value, derivative by each operand) on floats."""
        return float(sum(operands)), *(self.partial(i, operands) for i in range(len(operands)))


class Dot(Sum):
    """w₁x₁ + w₂x₂ + … + b: the operands are the w's, then as many x's, then b if their number is odd."""

    name = "dot"

    def applied(self, *operands: Formula) -> Expr:
        """The operation as it is written: ``w1 * x1 + w2 * x2 + b``."""
        w, x, bias = self.split(operands)
        return super().applied(*(_formula(p) * q for p, q in zip(w, x, strict=True)), *bias)

    def of(self, operands: Sequence[Any]) -> Any:
        """The value, of whatever can be multiplied and added."""
        w, x, bias = self.split(operands)
        return super().of([*map(operator.mul, w, x), *bias])

    def partial(self, i: int, operands: Sequence[Any]) -> Any:
        """The derivative by operand ``i``: its partner, or 1 for b."""
        n = len(operands) // 2
        return 1.0 if i == 2 * n else operands[i + n if i < n else i - n]

    def evaluate(self, *operands: float) -> tuple[float, ...]:
        """(value, derivative by each operand) on floats."""
        w, x, bias = self.split(operands)
        return inner((*w, *bias), (*x, 1.0)), *x, *w, *([1.0] * len(bias))

    @staticmethod
    def split(operands: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any], Sequence[Any]]:
        """The w's, the x's, and b or nothing."""
        n = len(operands) // 2
        return operands[:n], operands[n : 2 * n], operands[2 * n :]


def _formula(value: Formula) -> Expr:
    return value if isinstance(value, Expr) else Number(value)


SUM, DOT = Sum(), Dot()
