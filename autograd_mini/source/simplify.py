"""Shorter forms of a formula, found with sympy where that is installed.

>>> a, y = Symbol("a"), Symbol("y")
>>> formula = ((1 - y) / (1 - a) - y / a) * a * (1 - a)
>>> forms(formula)[0]
a - y

Only arithmetic is sympy's; any other part of the formula is a symbol to it. What is found is equal wherever the
formula itself is finite: common factors of numerator and denominator go, nothing else.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from ..expr import Call, Expr, Number, Symbol

MOST_OPERATIONS = 60
HIGHEST_POWER = 8
LARGEST_DENOMINATOR = 10**6


def forms(formula: Expr) -> list[Expr]:
    """Other ways to write a formula; none without sympy, or where nothing can cancel."""
    if _sympy() is None:
        return []
    parts: dict[Expr, Expr] = {}
    plain = _abstract(formula, parts)
    arithmetic = [part for part in plain.walk() if isinstance(part, Call)]
    occurring = [part for part in plain.walk() if isinstance(part, Symbol)]
    numbers = [part for part in plain.walk() if isinstance(part, Number)]
    if len(set(occurring)) == len(occurring) and len(numbers) < 2:
        return []
    if not 0 < len(arithmetic) <= MOST_OPERATIONS:
        return []
    back = {symbol: part for part, symbol in parts.items()}
    return [form.substitute(back) for form in _forms(plain)]


def _sympy() -> Any:
    """The module, which is an extra and takes a second to load; None where it is not installed."""
    try:
        return importlib.import_module("sympy")
    except ImportError:
        return None


def _abstract(formula: Expr, parts: dict[Expr, Expr]) -> Expr:
    """The formula with symbols x0, x1, … for what is no arithmetic, in the order in which they occur."""
    match formula:
        case Number(value=value) if _is_simple(value):
            return formula
        case Call(name="add" | "sub" | "mul" | "div" | "neg" | "square" | "reciprocal" as name, operands=operands):
            return Call(name, *(_abstract(x, parts) for x in operands))
        case Call(name="pow", operands=(x, Number(value=int(n)))) if abs(n) <= HIGHEST_POWER:
            return Call("pow", _abstract(x, parts), n)
    return parts.setdefault(formula, Symbol(f"x{len(parts)}"))


def _is_simple(value: float) -> bool:
    return abs(value) <= LARGEST_DENOMINATOR and Fraction(repr(value)).denominator <= LARGEST_DENOMINATOR


@functools.lru_cache(1024)  # the same layers have the same formulas
def _forms(formula: Expr) -> list[Expr]:
    sympy = _sympy()
    cancelled = sympy.cancel(_to_sympy(formula))
    found = {cancelled, sympy.factor(cancelled), sympy.factor_terms(cancelled)}
    return sorted((_from_sympy(form) for form in found), key=lambda form: len(str(form)))


def _to_sympy(formula: Expr) -> Any:
    sympy = _sympy()
    if isinstance(formula, Number):
        return sympy.Rational(repr(formula.value))
    if isinstance(formula, Symbol):
        return sympy.Symbol(f"x{int(formula.name[1:]):06d}")
    assert isinstance(formula, Call)
    x, *rest = map(_to_sympy, formula.operands)
    match formula.name:
        case "add":
            return x + rest[0]
        case "sub":
            return x - rest[0]
        case "mul":
            return x * rest[0]
        case "div":
            return x / rest[0]
        case "neg":
            return -x
    return x ** {"square": 2, "reciprocal": -1}.get(formula.name, rest[0] if rest else 1)


def _from_sympy(form: Any) -> Expr:
    """Sums with what is subtracted at the end, products with their number first, and one fraction stroke."""
    sympy = _sympy()
    if form.is_Symbol:
        return Symbol(f"x{int(form.name[1:])}")
    if form.is_Rational:
        return Number(form.p) / Number(form.q) if form.q != 1 else Number(int(form))
    if form.is_Add:
        terms = sorted(form.args, key=lambda term: (_is_negative(term), term.is_Number, term.sort_key()))
        total = _from_sympy(terms[0])
        for term in terms[1:]:
            total = total - _from_sympy(-term) if _is_negative(term) else total + _from_sympy(term)
        return total
    if form.is_Mul and _is_negative(form):
        return -_from_sympy(-form)
    if form.is_Pow and form.exp.is_Integer and form.exp > 0:
        return _from_sympy(form.base) ** Number(int(form.exp))
    above, below = sympy.fraction(form)
    top = _product(above)
    return top if below == 1 else top / _product(below)


def _product(form: Any) -> Expr:
    factors: Sequence[Any] = form.args if form.is_Mul else [form]
    ordered = sorted(factors, key=lambda factor: (not factor.is_Number, factor.is_Add, factor.sort_key()))
    product = _from_sympy(ordered[0])
    for factor in ordered[1:]:
        product = product * _from_sympy(factor)
    return product


def _is_negative(form: Any) -> bool:
    return bool(form.as_coeff_Mul()[0] < 0)
