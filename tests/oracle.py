"""Exact values of formulas and rows by mpmath, and their derivatives by differences at hundreds of digits.

Nothing here knows a derivative: what the table claims is compared with the function itself. A row
is evaluated by its own definition in ``DEFINITIONS`` or, if it is a function of mpmath, by that; a row
that is neither is evaluated by its value formula, so that a new row needs no line here.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import mpmath as mp

from autograd_mini.expr import Call, Expr, Number, Symbol
from autograd_mini.rules import RULES, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def digits(inputs: Sequence[float]) -> int:
    """As many as are left after cancellation: 1 - x² at x = 1e-300 needs 600, exp(-709) beside 1 needs 310."""
    return 700 if any(x and not 1e-9 < abs(x) < 1e9 for x in inputs) else 350


def clipped(p: Any) -> Any:
    """A probability, kept from 0 and 1 as by Keras."""
    return min(max(p, mp.mpf(1e-7)), mp.mpf(1 - 1e-7))


DEFINITIONS: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "pow": lambda x, y: mp.exp(y * mp.log(x)) if x > 0 else x**y,
    "abs": abs,
    "exp2": lambda x: mp.mpf(2) ** x,
    "log2": lambda x: mp.log(x, 2),
    "floor_divide": lambda x, y: mp.floor(x / y),
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1 / x,
    "log_base": lambda x, base: mp.log(x) / mp.log(base),
    "acsc": lambda x: mp.asin(1 / x),
    "asec": lambda x: mp.acos(1 / x),
    "acot": lambda x: mp.pi / 2 - mp.atan(x),
    "acsch": lambda x: mp.asinh(1 / x),
    "asech": lambda x: mp.acosh(1 / x),
    "acoth": lambda x: mp.atanh(1 / x),
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
    "relu": lambda x: max(x, mp.mpf(0)),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "bce": lambda y, p: -(y * mp.log(clipped(p)) + (1 - y) * mp.log(1 - clipped(p))),
    "bce_with_logits": lambda y, z: mp.log(1 + mp.exp(z)) - y * z,
    "maximum": max,
    "minimum": min,
    "where": lambda condition, x, y: x if condition else y,
    "heaviside": lambda x, y: mp.mpf(1) if x > 0 else mp.mpf(0) if x < 0 else y,
    "rint": mp.nint,  # halves to even
    "mod": lambda x, y: x - y * mp.floor(x / y),
    "lt": lambda x, y: x < y,
    "le": lambda x, y: x <= y,
    "gt": lambda x, y: x > y,
    "ge": lambda x, y: x >= y,
    "eq": lambda x, y: x == y,
    "and": lambda x, y: x and y,
}


def evaluate(formula: Expr, values: Mapping[str, Any]) -> Any:
    """A formula at mpmath's numbers; of a choice only the branch that is taken."""
    match formula:
        case Symbol(name=name):
            return values[name]
        case Number(value=value):
            return mp.mpf(value)
        case Call(name="where", operands=(condition, yes, no)):
            return evaluate(yes if evaluate(condition, values) else no, values)
        case Call(name=name, operands=operands):
            return call(name, *(evaluate(operand, values) for operand in operands))
    raise TypeError(formula)


def call(name: str, *inputs: Any) -> Any:
    """A function of the table at mpmath's numbers."""
    known = DEFINITIONS.get(name) or getattr(mp, name, None)
    if known:
        return known(*inputs)
    row = RULES[name]
    assert not row.primitive, f"{name} has no definition in oracle.py, and mpmath has no function of this name"
    return evaluate(row.value, dict(zip(map(str, row.inputs), inputs, strict=True)))


def derivative(row: Rule, inputs: Sequence[float], orders: Sequence[int]) -> float:
    """A partial derivative of a row, correctly rounded to a float; inf when it is too large for one."""
    with mp.workdps(digits(inputs)):
        at = tuple(map(mp.mpf, inputs))
        if not any(orders):
            exact = call(row.name, *at)
        else:
            exact = mp.diff(lambda *shifted: call(row.name, *shifted), at, tuple(orders))
        return rounded(exact)


def rounded(exact: Any) -> float:
    try:
        return float(exact)
    except OverflowError:
        return math.copysign(math.inf, exact)
