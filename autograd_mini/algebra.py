"""Formulas made short: like terms collected, common factors cancelled, as one would on paper.

>>> from .expr import symbols
>>> a, b, y = symbols("a b y")
>>> shortest((b + 1) + (a + b)), shortest((a + 1) * b + (a * b + b))
(a + 2 * b + 1, 2 * b * (a + 1))
>>> shortest(-(y / a * a * (1 - a) - (1 - y) / (1 - a) * a * (1 - a)))
a - y

A formula is written as a sum of products of powers, and as a product of powers whose bases may be sums; of these and
the formula itself the shortest is taken. What is no arithmetic, such as ``sin(x)``, is a base like any other. The
result is equal wherever the formula is finite.
"""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from .expr import Call, Expr, Number, Symbol

MOST_TERMS = 40  # of a product that is multiplied out
MOST_PASSES = 5
MOST_CONDITIONS = 3  # of a formula that is split into cases
HIGHEST_POWER = 4  # of a sum that is multiplied out
LARGEST = 10**6  # numerator and denominator of a number that is reckoned with
DIGITS = 15  # of a number that is raised to a power
ROOT = Fraction(1, 2)

Powers = Mapping[Expr, Fraction]  # base → exponent
Monomial = frozenset[tuple[Expr, Fraction]]
Sum = Mapping[Monomial, Fraction]  # product of powers → coefficient


class Product(NamedTuple):
    """A number times powers; a base is a symbol, a call, or a sum whose terms share nothing."""

    coefficient: Fraction
    powers: Powers

    @property
    def monomial(self) -> Monomial:
        """The powers as a key."""
        return frozenset(self.powers.items())


@functools.lru_cache(4096)
def shortest(formula: Expr) -> Expr:
    """The shortest way found to write a formula.

    >>> from .expr import Symbol
    >>> x = Symbol("x")
    >>> shortest(Call("cos", x) / x + Call("sin", x) * (-1 / Call("square", x)))
    cos(x) / x - sin(x) / x**2
    """
    for _ in range(MOST_PASSES):  # what was under a root is at hand when the root has gone
        formula, before = _shorter(formula), formula
        if formula == before:
            break
    return formula


@functools.lru_cache(4096)
def _shorter(formula: Expr) -> Expr:
    """The shortest of the forms that one pass finds."""
    folded = formula.simplify()
    try:
        terms = _sum(folded)
        products = _product(folded), _factored(terms), _together(terms)
        forms = [_written_sum(terms), *map(_written, products), *_by_cases(folded), folded]
    except (OverflowError, RecursionError):  # a number beyond floats, or a formula too deep to be read
        return folded
    return min(forms, key=_length)


def _length(formula: Expr) -> tuple[int, int]:
    """How much there is to read, a fraction in a fraction counting more; and how many names."""
    parts = [*formula.walk()]
    return len(parts) + 3 * has_nested_fraction(formula), sum(isinstance(part, Symbol) for part in parts)


def has_nested_fraction(formula: Expr) -> bool:
    """Whether a fraction stands in another one.

    >>> from .expr import Symbol
    >>> x, y = Symbol("x"), Symbol("y")
    >>> has_nested_fraction(x / y / y), has_nested_fraction(x / y**2)
    (True, False)
    """
    fractions = [part for part in formula.walk() if isinstance(part, Call) and part.name == "div"]
    inner = (part for fraction in fractions for x in fraction.operands for part in x.walk())
    return any(isinstance(part, Call) and part.name == "div" for part in inner)


def _by_cases(formula: Expr) -> Iterator[Expr]:
    """The formula as one choice, between what it is where a condition in it holds, and where it doesn't."""
    conditions = {part.operands[0] for part in formula.walk() if isinstance(part, Call) and part.name == "where"}
    if 1 <= len(conditions) <= MOST_CONDITIONS:
        condition = min(conditions, key=str)
        branches = [shortest(_chosen(formula, condition, i)) for i in (1, 2)]
        yield Call("where", condition, *branches) if branches[0] != branches[1] else branches[0]


def _chosen(formula: Expr, condition: Expr, branch: int) -> Expr:
    def choose(part: Expr) -> Expr:
        is_choice = isinstance(part, Call) and part.name == "where" and part.operands[0] == condition
        return part.operands[branch] if is_choice else part  # type: ignore[attr-defined]  # a choice is a Call

    return formula.map(choose)


# From a formula to products and sums.


@functools.lru_cache(4096)
def _product(formula: Expr) -> Product:
    """The formula as a product of powers."""
    match formula:
        case Number(value=value) if (number := _fraction(value)) is not None:
            return Product(number, {})
        case Call(name="mul", operands=(x, y)):
            return _times(_product(x), _product(y))
        case Call(name="div", operands=(x, y)):
            return _times(_product(x), _power(_product(y), Fraction(-1)))
        case Call(name="neg", operands=(x,)):
            return _scaled(_product(x), -1)
        case Call(name="square", operands=(x,)):
            return _power(_product(x), Fraction(2))
        case Call(name="reciprocal", operands=(x,)):
            return _power(_product(x), Fraction(-1))
        case Call(name="sqrt", operands=(x,)):
            return _power(_product(x), ROOT)
        case Call(name="pow", operands=(x, Number(value=n))) if (exponent := _fraction(n)) is not None:
            return _power(_product(x), exponent)
        case Call(name="add" | "sub"):
            return _factored(_sum(formula))
        case Call(name="log", operands=(Number(value=math.e),)):
            return Product(Fraction(1), {})
        case Call(name=name, operands=operands) if name not in ("and", "lt", "le", "gt", "ge", "eq"):
            formula = Call(name, *map(shortest, operands))
    return Product(Fraction(1), {formula: Fraction(1)})


def _fraction(value: float) -> Fraction | None:
    """A number to be reckoned with, if it is written with few digits; what is a float's error is left out."""
    if not abs(value) <= LARGEST:
        return None
    fraction = Fraction(f"{value:.15g}")
    return fraction if fraction.denominator <= LARGEST else None


def _times(first: Product, second: Product) -> Product:
    powers = defaultdict(Fraction, first.powers)
    for base, exponent in second.powers.items():
        powers[base] += exponent
    return Product(first.coefficient * second.coefficient, {base: n for base, n in powers.items() if n})


def _scaled(product: Product, factor: Fraction | int) -> Product:
    return product._replace(coefficient=product.coefficient * factor)


def _power(product: Product, exponent: Fraction) -> Product:
    """A product to a power; a power to one that isn't whole becomes a base, because √(x²) is not x."""
    is_base = product.coefficient == 1 and [*product.powers.values()] == [1]
    is_whole = exponent.denominator == 1 and (product.coefficient or exponent > 0)
    size = max(abs(product.coefficient.numerator), product.coefficient.denominator)
    if is_base or (is_whole and abs(exponent) * math.log10(size) < DIGITS):
        powers = {base: n * exponent for base, n in product.powers.items()}
        return Product(Fraction(1) if is_base else product.coefficient ** int(exponent), powers)
    return Product(Fraction(1), {_written(product): exponent})


@functools.lru_cache(4096)
def _sum(formula: Expr) -> Sum:
    """The formula as a sum of products, multiplied out where that isn't long."""
    match formula:
        case Call(name="add", operands=(x, y)):
            return _plus(_sum(x), _sum(y))
        case Call(name="sub", operands=(x, y)):
            return _plus(_sum(x), _sum(-y))
        case Call(name="neg", operands=(x,)):
            return {monomial: -coefficient for monomial, coefficient in _sum(x).items()}
    return _multiplied_out(_product(formula))


def _plus(*sums: Sum) -> Sum:
    total: dict[Monomial, Fraction] = defaultdict(Fraction)
    for terms in sums:
        for monomial, coefficient in terms.items():
            total[monomial] += coefficient
    return {monomial: coefficient for monomial, coefficient in total.items() if coefficient}


def _terms(terms: Sum) -> list[Product]:
    return [Product(coefficient, dict(monomial)) for monomial, coefficient in terms.items()]


def _multiplied_out(product: Product) -> Sum:
    """A product as a sum: a sum in it is multiplied with the rest, those with fractions first, as they may cancel."""
    sums = {
        base: _terms(_sum(base))
        for base, exponent in product.powers.items()
        if _is_sum(base) and exponent in range(1, HIGHEST_POWER + 1)
    }
    if not sums or math.prod(map(len, sums.values())) > MOST_TERMS:
        return {product.monomial: product.coefficient}
    base = max(sums, key=lambda base: any(n < 0 for term in sums[base] for n in term.powers.values()))
    rest = _times(product, Product(Fraction(1), {base: Fraction(-1)}))
    return _plus(*(_multiplied_out(_times(rest, term)) for term in sums[base]))


def _is_sum(base: Expr) -> bool:
    return isinstance(base, Call) and base.name in ("add", "sub")


def _factored(terms: Sum) -> Product:
    """What all terms share, times the rest."""
    return _without(terms, lambda exponents: min(exponents, key=abs) if _alike(exponents) else Fraction(0))


def _alike(exponents: Sequence[Fraction]) -> bool:
    return all(n > 0 for n in exponents) or all(n < 0 for n in exponents)


def _together(terms: Sum) -> Product:
    """All terms over a common denominator."""
    return _without(terms, min)


def _without(terms: Sum, shared_exponent: Callable[[Sequence[Fraction]], Fraction]) -> Product:
    """A sum as what is taken out of it, `shared_exponent` of a base's exponents in all terms, times the rest."""
    products = _terms(terms)
    bases = {base for product in products for base in product.powers}
    taken = {base: shared_exponent([p.powers.get(base, Fraction(0)) for p in products]) for base in bases}
    if len(products) < 2:
        return products[0] if products else Product(Fraction(0), {})
    inverse = Product(Fraction(1), {base: -n for base, n in taken.items()})
    rest = _plus(*(_multiplied_out(_times(product, inverse)) for product in products))
    shared = Product(Fraction(1), {base: n for base, n in taken.items() if n})
    if len(rest) < 2:
        return _times(shared, _factored(rest))
    coefficients = rest.values()
    content = Fraction(math.gcd(*(c.numerator for c in coefficients)), math.lcm(*(c.denominator for c in coefficients)))
    if rest[min(rest, key=_names)] < 0:  # a sum and its negative have the same base
        content = -content
    base = _written_sum({monomial: coefficient / content for monomial, coefficient in rest.items()})
    return _times(_scaled(shared, content), Product(Fraction(1), {base: Fraction(1)}))


# And back.


def _names(monomial: Monomial) -> list[str]:
    return sorted(str(base) for base, _ in monomial)


def _degree(term: Product) -> Fraction:
    return sum((n for base, n in term.powers.items() if not isinstance(base, Number)), Fraction(0))


def _written_sum(terms: Sum) -> Expr:
    """A sum, higher powers first and numbers last; one that would begin with a minus sign ends with it."""
    ordered = sorted(_terms(terms), key=lambda term: (-_degree(term), _names(term.monomial)))
    if ordered and ordered[0].coefficient < 0:
        ordered.sort(key=lambda term: term.coefficient < 0)
    total: Expr = Number(0)
    for term in ordered:
        part = _written(_scaled(term, -1 if term.coefficient < 0 else 1))
        total = total - part if term.coefficient < 0 else total + part
    return total.simplify()


def _written(product: Product) -> Expr:
    """A product with its number first, then names, calls, sums; with one fraction stroke."""
    coefficient, powers = product
    if not coefficient:
        return Number(0)
    differences = (base for base, n in powers.items() if n == 1 and _is_plain_difference(base))
    difference = min(differences, key=str, default=None)
    if coefficient < 0 and isinstance(difference, Call):  # -(a - b) is b - a
        first, last = difference.operands
        others = {base: n for base, n in powers.items() if base is not difference}
        return _written(_times(Product(-coefficient, others), Product(Fraction(1), {last - first: Fraction(1)})))
    above, below = _number(abs(coefficient))
    ordered = sorted(powers.items(), key=lambda power: (isinstance(power[0], Call) + _is_sum(power[0]), str(power[0])))
    for base, exponent in ordered:
        (above if exponent > 0 else below).append(_raised(base, abs(exponent)))
    whole = _joined(above) / _joined(below) if below else _joined(above)
    return (-whole if coefficient < 0 else whole).simplify()


def _number(size: Fraction) -> tuple[list[Expr], list[Expr]]:
    """A positive number as what stands above and below the fraction stroke: 3 / 2 and 1 / 3, but 0.1."""
    is_decimal = size.denominator not in (2, 4) and 10**DIGITS % size.denominator == 0
    if is_decimal or max(size.as_integer_ratio()) > 10**DIGITS:
        above, below = Number(float(size)), Number(1)
    else:
        above, below = Number(size.numerator), Number(size.denominator)
    return [above] * (above != Number(1)), [below] * (below != Number(1))


def _joined(factors: Iterable[Expr]) -> Expr:
    total: Expr = Number(1)
    for factor in factors:
        total = factor if total == Number(1) else total * factor
    return total


def _raised(base: Expr, exponent: Fraction) -> Expr:
    if exponent == ROOT:
        return Call("sqrt", base)
    if exponent == 2:
        return Call("square", base)
    return base if exponent == 1 else base ** Number(int(exponent) if exponent.denominator == 1 else float(exponent))


def _is_plain_difference(base: Expr) -> bool:
    return isinstance(base, Call) and base.name == "sub" and not _is_sum(base.operands[0])
