"""Steps on numbers, or on the elements of arrays, as the formulas that people write.

>>> from autograd_mini.expr import symbols
>>> g, x = symbols("g x")
>>> times(g, -1 / x), tidy(-g * x + 1 * x)
(-(g / x), x - g * x)
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .. import linear
from ..expr import Call, Expr, Number
from ..nary import Sum
from ..operation import Plain
from ..plain import CONDITIONS, LOGIC, NOT, RELATIONS
from ..programs.trace import GATHER, Element, Pull, Source, Var
from ..rules import Interval, Rule, out
from .script import Script, is_condition

LONGEST_SUM = 12  # terms that are written with +
CLOSE = 1e-12  # how near to the engine's numbers a program's have to be
ONE_OR_ZERO = Number(1), Number(0)


class Gradient(Plain):
    """What marks the gradient of a node that has a name, so that it becomes a line."""

    def __init__(self) -> None:
        super().__init__("gradient", lambda x: x)


def elementwise(var: Var, place: Callable[[Var], Expr], script: Script, known: Mapping[Expr, Any]) -> Expr | None:
    """The formula of a step in terms of what stands for its operands; None if it is one on whole arrays."""
    operation = var.operation
    x = list(map(place, var.operands))
    if isinstance(operation, Rule):
        return Call(operation.name, *x).simplify()
    if isinstance(operation, Pull):
        return _pulled(operation, x, var.data, script, known)
    if isinstance(operation, Sum) and len(x) <= LONGEST_SUM:
        return operation.applied(*x).simplify()
    if isinstance(operation, Gradient) or operation is linear.BROADCAST_TO:
        return x[0]
    if operation is GATHER and not var.data.ndim:
        return x[0]
    if isinstance(operation, Element):
        spread = _spread(var.operands[0])
        return None if spread is None else place(spread)
    if operation in _LOGIC and not all(map(_is_condition, var.operands)):
        return None
    return Call(_CONDITIONS[operation], *x).simplify() if operation in _CONDITIONS else None


_LOGIC = {**{operation: name for name, operation in LOGIC.items()}, NOT: "not"}
_CONDITIONS = {**{operation: name for name, operation in RELATIONS.items()}, **_LOGIC}


def _is_condition(var: Var) -> bool:
    is_constant = var.operation is Source.CONSTANT and type(var.data) is float and var.data in (0, 1)
    return var.operation in CONDITIONS or is_constant or getattr(var.data, "dtype", None) == np.bool_


def _spread(var: Var) -> Var | None:
    """What holds the one number that an array is everywhere, if something does."""
    if not var.data.ndim:
        return var
    if var.operation is linear.BROADCAST_TO and np.ndim(var.operands[0].data) == 0:
        return var.operands[0]
    return var if var.operation is Source.CONSTANT and (var.data == var.data.flat[0]).all() else None


def _pulled(operation: Pull, x: list[Expr], data: Any, script: Script, known: Mapping[Expr, Any]) -> Expr:
    """The gradient times the partial, in the textbook's form where that gives the engine's numbers."""
    rule, i = operation.rule, operation.i
    g, *operands = x
    places: dict[Expr, Expr] = dict(zip((*rule.inputs, out), operands, strict=True))
    forms = [rule.shown[i], rule.partials[i]] if shown_is_accurate(rule, i) else [rule.partials[i]]
    shown, *computed = [times(g, _ties(form.substitute(places).simplify())) for form in forms]
    if not computed or shown == computed[0]:
        return shown
    with np.errstate(all="ignore"):
        return shown if agree(script.value(shown, known), data) else computed[0]


def times(g: Expr, partial: Expr) -> Expr:
    """Their product, multiplied and divided from left to right.

    >>> from autograd_mini.expr import symbols
    >>> g, x, y = symbols("g x y")
    >>> times(g, y * (1 - y)), times(g, 2 * x)
    (g * y * (1 - y), 2 * g * x)
    """
    match partial:
        case Number(value=value):
            return (Number(value) * g).simplify()
        case Call(name="neg", operands=(x,)):
            return tidy(-times(g, x))
        case Call(name="mul", operands=(x, y)):
            return times(times(g, x), y)
        case Call(name="div", operands=(x, y)):
            return tidy(times(g, x) / y)
        case Call(name="where", operands=(choice, x, y)):
            return g * partial if _is_indicator(partial) else Call("where", choice, times(g, x), times(g, y))
    return tidy(g * partial)


def _is_indicator(formula: Expr) -> bool:
    """Whether it is 1 where a condition holds and 0 elsewhere, so that it is written as the condition in a product."""
    match formula:
        case Call(name="where", operands=(choice, *rest)):
            return is_condition(choice) and tuple(rest) == ONE_OR_ZERO
    return False


def _ties(partial: Expr) -> Expr:
    """The partial of max and min, with their ties, which share, as a case of its own."""
    match partial:
        case Call(name="div", operands=(Call(name="add", operands=(Call(name="where", operands=(more, _, _)), _)), _)):
            assert isinstance(more, Call)
            x, y = more.operands
            return Call("where", more, 1, Call("where", x.eq(y), 0.5, 0))
    return partial


def tidy(formula: Expr) -> Expr:
    """The formula with its signs in front, its numbers folded and its sums without parentheses.

    >>> from autograd_mini.expr import symbols
    >>> g, x = symbols("g x")
    >>> tidy(2 * (3 * x)), tidy(g * (-x)), tidy(g + (x - 1))
    (6 * x, -(g * x), g + x - 1)
    """
    return formula.simplify().map(_tidied).simplify()


def _tidied(part: Expr) -> Expr:
    match part:
        case Call(name="mul" | "div" as name, operands=(Call(name="neg", operands=(x,)), y)):
            return _tidied(-_tidied(Call(name, x, y)))
        case Call(name="mul" | "div" as name, operands=(x, Call(name="neg", operands=(y,)))):
            return _tidied(-_tidied(Call(name, x, y)))
        case Call(name="neg", operands=(Call(name="neg", operands=(x,)),)):
            return x
        case Call(name="neg", operands=(Call(name="sub", operands=(x, y)),)):
            return y - x
        case Call(name="add", operands=(x, Call(name="neg", operands=(y,)))):
            return x - y
        case Call(name="add", operands=(Call(name="neg", operands=(x,)), y)):
            return y - x
        case Call(name="sub", operands=(x, Call(name="neg", operands=(y,)))):
            return _tidied(x + y)
        case Call(name="add", operands=(x, Call(name="add" | "sub" as name, operands=(y, z)))):
            return Call(name, _tidied(x + y), z)
        case Call(name="mul", operands=(Number(value=a), Number(value=b))):
            return _whole(a * b)
        case Call(name="div", operands=(Number(value=a), Number(value=b))) if b:
            return _whole(a / b)
        case Call(name="mul", operands=(Number() as a, Call(name="mul", operands=(Number() as b, x)))):
            return _tidied(_tidied(a * b) * x)
        case Call(name="mul", operands=(Number() as a, Call(name="mul" | "div" as name, operands=(x, y)))):
            return Call(name, _tidied(a * x), y)
        case Call(name="mul", operands=(x, Number() as a)):
            return _tidied(a * x)
        case Call(name="mul", operands=(Number(value=1), x)):
            return x
        case Call(
            name="mul", operands=(Call(name="where", operands=(choice, Number() as a, Number() as b)) as picked, x)
        ):
            if _is_indicator(picked):
                return x * picked
            return Call("where", choice, *(_tidied(n * x) if n.value else n for n in (a, b)))
    return part


def _whole(value: float) -> Number:
    """A number, without the error that multiplying by 1/m and by m may leave."""
    return Number(round(value) if abs(value) < 1e6 and abs(value - round(value)) < CLOSE * abs(value) else value)


def agree(x: Any, reference: Any) -> bool:
    """Whether numbers are as near to the engine's as a program's have to be."""
    reference = np.asarray(reference)
    tolerance = 1e-6 if reference.dtype == np.float32 else CLOSE
    off = np.abs(np.asarray(x, float) - reference)
    scale = np.max(np.abs(reference), initial=1.0, where=np.isfinite(reference))
    return bool(np.all((off <= tolerance * scale) | (np.isnan(x) & np.isnan(reference)) | (x == reference)))


@functools.cache
def shown_is_accurate(rule: Rule, i: int) -> bool:
    """Whether the textbook's form of a partial may be tried: it loses nothing, or its loss is harmless.

    >>> from autograd_mini.rules import RULES
    >>> [shown_is_accurate(RULES[name], 0) for name in ("atan", "atanh", "tanh")]
    [True, False, True]
    """
    if rule.accurate_above or rule.shown[i] == rule.partials[i]:
        return True
    script = Script(arrays=True)
    axes = [[point for interval in intervals for point in points_in(interval)] for intervals in rule.domain]
    columns = np.array(list(itertools.product(*axes))).T
    known: dict[Expr, Any] = dict(zip(rule.inputs, columns, strict=True))
    with np.errstate(all="ignore"):
        known[out] = script.value(rule.applied(*rule.inputs), known)
        shown, computed = (script.value(form[i], known) for form in (rule.shown, rule.partials))
        finite = np.isfinite(shown) & np.isfinite(computed)
        return bool(np.all(~finite | (np.abs(shown - computed) <= CLOSE * np.abs(computed))))


def points_in(interval: Interval) -> list[float]:
    """Ordinary and hard points of an interval: near its ends, near 0, small and large."""
    near = [end + step for end in interval if np.isfinite(end) for step in (-1e-3, -1e-9, 1e-9, 1e-3)]
    points = [*near, *(sign * size for sign in (1, -1) for size in (1e-9, 1e-3, 0.3, 0.7, 1.7, 3.0, 20.0, 1e4))]
    return sorted({float(point) for point in points if interval.low < point < interval.high})
