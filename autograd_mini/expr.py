r"""Formulas: symbols, numbers and calls, and how they print.

A formula is data. The derivative table (``rules.py``) is written in formulas, and every reader of
the table reads the same ones: the engines turn them into code, the pictures into text, the
derivations into LaTeX.

>>> x, y = symbols("x y")
>>> f = (x + 1) * y / 2
>>> f.text()
'(x + 1) × y / 2'
>>> f.python()
'(x + 1) * y / 2'
>>> f.latex()
'\\frac{\\left(x + 1\\right) \\times y}{2}'
>>> f.substitute({x: Number(3)}).simplify()
4 * y / 2

How a formula is written is in ``notation.py``, and so is precedence.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence

from .notation import ANY, ATOM, CHOICE, LATEX, PYTHON, SIGN, TEXT, TEXTBOOK, Style


class Expr:
    """A formula: a :class:`Symbol`, a :class:`Number` or a :class:`Call` of a function on formulas.

    Two formulas are equal when they are written alike: ``==`` compares formulas, ``x.eq(y)`` is one.
    """

    __slots__ = ()

    def _key(self) -> tuple[object, ...]:
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expr) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return self.python()

    __array_ufunc__ = None  # so that np.exp(x) refuses

    def __float__(self) -> float:
        raise TypeError(f"the formula {self} is no number: use ag.exp, not math.exp")

    def __bool__(self) -> bool:
        raise TypeError(f"the formula {self} is neither true nor false: write where(…), not if")

    def __add__(self, other: Formula) -> Call:
        return Call("add", self, other)

    def __radd__(self, other: Formula) -> Call:
        return Call("add", other, self)

    def __sub__(self, other: Formula) -> Call:
        return Call("sub", self, other)

    def __rsub__(self, other: Formula) -> Call:
        return Call("sub", other, self)

    def __mul__(self, other: Formula) -> Call:
        return Call("mul", self, other)

    def __rmul__(self, other: Formula) -> Call:
        return Call("mul", other, self)

    def __truediv__(self, other: Formula) -> Call:
        return Call("div", self, other)

    def __rtruediv__(self, other: Formula) -> Call:
        return Call("div", other, self)

    def __pow__(self, other: Formula) -> Call:
        return Call("pow", self, other)

    def __rpow__(self, other: Formula) -> Call:
        return Call("pow", other, self)

    def __neg__(self) -> Call:
        return Call("neg", self)

    def __pos__(self) -> Expr:
        return self

    def __abs__(self) -> Call:
        return Call("abs", self)

    def __lt__(self, other: Formula) -> Call:
        return Call("lt", self, other)

    def __le__(self, other: Formula) -> Call:
        return Call("le", self, other)

    def __gt__(self, other: Formula) -> Call:
        return Call("gt", self, other)

    def __ge__(self, other: Formula) -> Call:
        return Call("ge", self, other)

    def eq(self, other: Formula) -> Call:
        return Call("eq", self, other)

    def __and__(self, other: Formula) -> Call:
        return Call("and", self, other)

    def map(self, change: Callable[[Expr], Expr]) -> Expr:
        """Rebuild the formula from the inside out, every part passed through ``change``."""
        return change(self)

    def walk(self) -> Iterator[Expr]:
        """Every part of the formula, operands before the call they belong to."""
        yield self

    def substitute(self, values: Mapping[Expr, Expr]) -> Expr:
        """The formula with every part that is a key of ``values`` replaced."""
        return self.map(lambda part: values.get(part, part))

    def simplify(self) -> Expr:
        """Fold what any reader would fold: numbers, ``0 + x``, ``1 * x``, ``x**1``, ``x + -2``.

        >>> x = Symbol("x")
        >>> (3 * x ** (Number(2) - 1) + 0).simplify()
        3 * x
        """
        return self.map(_fold)

    def python(self) -> str:
        """The formula as a student would write it in Python."""
        return self.write(PYTHON)[0]

    def textbook(self) -> str:
        """The formula as `text`, but with letters side by side for a product: ``2ab``.

        >>> a, b = symbols("a b")
        >>> (2 * a * b + b * (a + 1)).textbook()
        '2ab + b × (a + 1)'
        """
        return self.write(TEXTBOOK)[0]

    def latex(self) -> str:
        """The formula as LaTeX, for math mode."""
        return self.write(LATEX)[0]

    def text(self) -> str:
        """The formula as a line of Unicode, for labels: ``x² × 2``, with a true minus sign."""
        return self.write(TEXT)[0]

    def write(self, style: Style) -> tuple[str, int]:
        """The formula in a style, and how tightly what is written binds."""
        raise NotImplementedError


class Symbol(Expr):
    """A variable, by its name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def _key(self) -> tuple[object, ...]:
        return ("symbol", self.name)

    def write(self, style: Style) -> tuple[str, int]:
        return style.symbol(self.name), ATOM


class Number(Expr):
    """A constant. A whole number is kept as an int, so that it prints as ``2``, not ``2.0``."""

    __slots__ = ("value",)

    def __init__(self, value: float) -> None:
        if not isinstance(value, int | float) and not hasattr(value, "dtype"):
            raise TypeError(f"a formula is made of symbols and numbers, got {value!r} ({type(value).__name__})")
        value = value if type(value) is int else float(value)
        whole = abs(value) < 1e15 and value == int(value) and math.copysign(1, value) == (1 if value >= 0 else -1)
        self.value = int(value) if whole else value

    def _key(self) -> tuple[object, ...]:
        return ("number", repr(self.value))  # as text nan equals itself, and 0 is not -0

    def write(self, style: Style) -> tuple[str, int]:
        text = style.number(self.value)
        return text, SIGN if text[0] in "-−" else ATOM


class Call(Expr):
    """A function, by its name in the table, applied to formulas."""

    __slots__ = ("name", "operands")

    def __init__(self, name: str, *operands: Formula) -> None:
        self.name = name
        self.operands = tuple(x if isinstance(x, Expr) else Number(x) for x in operands)

    def _key(self) -> tuple[object, ...]:
        return (self.name, self.operands)

    def map(self, change: Callable[[Expr], Expr]) -> Expr:
        return change(Call(self.name, *(operand.map(change) for operand in self.operands)))

    def walk(self) -> Iterator[Expr]:
        for operand in self.operands:
            yield from operand.walk()
        yield self

    def write(self, style: Style) -> tuple[str, int]:
        name = self.name
        if name == "where" and style.choice is not None:
            return style.choice(*self._choices(style)), CHOICE
        exponent = self.operands[-1]
        if name == "pow" and f"pow{exponent}" in style.notations:
            name = f"pow{exponent}"
        notation = style.notations.get(name)
        if style.letters and name == "mul" and _are_letters(*self.operands):
            notation = style.notations["mul"]._replace(template=style.letters)
        if notation is None:
            operands = ", ".join(operand.write(style)[0] for operand in self.operands)
            return style.call.format(style.function(name), operands), ATOM
        parts: list[str] = []
        for operand, needed in zip(self.operands, notation.operands, strict=False):
            text, level = operand.write(style)
            # x + (−2) and −(−2), but −2 + x
            signed = (parts or name == "neg") and needed > ANY and text[0] in "-−" and style is not PYTHON
            parts.append(style.parentheses.format(text) if level < needed or signed else text)
        return notation.template.format(*parts), notation.level

    def _choices(self, style: Style) -> tuple[list[tuple[str, str]], str]:
        """Of choices in one another, (value, condition) of each as text, and the value that is left."""
        choices: list[tuple[str, str]] = []
        rest: Expr = self
        while isinstance(rest, Call) and rest.name == "where":
            condition, value, rest = rest.operands
            choices.append((value.write(style)[0], condition.write(style)[0]))
        return choices, rest.write(style)[0]


Formula = Expr | float


def _is_letter(formula: Expr) -> bool:
    """Whether it is a name of one letter, perhaps with an index, or its power."""
    if isinstance(formula, Call) and (formula.name == "square" or (formula.name == "pow" and _is_whole(formula))):
        formula = formula.operands[0]
    return isinstance(formula, Symbol) and formula.name[:1].isalpha() and not any(map(str.isalpha, formula.name[1:]))


def _is_whole(power: Call) -> bool:
    exponent = power.operands[1]
    return isinstance(exponent, Number) and exponent.value in range(10)


def _are_letters(first: Expr, last: Expr) -> bool:
    """Whether a product is one of a number and different letters."""
    if isinstance(first, Call) and first.name == "mul" and not _are_letters(*first.operands):
        return False
    is_product = isinstance(first, Call) and first.name == "mul"
    is_number = isinstance(first, Number) and f"{first.value:.4g}".strip("-.0123456789") == ""  # no exponent, inf, nan
    return _is_letter(last) and last not in first.walk() and (is_product or is_number or _is_letter(first))


def symbols(names: str) -> list[Symbol]:
    """One symbol per word of ``names``."""
    return [Symbol(name) for name in names.split()]


def share(formulas: Sequence[Expr]) -> tuple[list[tuple[Symbol, Expr]], list[Expr]]:
    """Name each call that occurs more than once: the assignments, and the formulas in their terms.

    >>> x = Symbol("x")
    >>> share([Call("exp", x) + 1, Call("exp", x) * 2])
    ([(t1, exp(x))], [t1 + 1, t1 * 2])
    """
    count: dict[Expr, int] = {}

    def visit(part: Expr) -> None:
        if part in count:
            count[part] += 1
        elif isinstance(part, Call):
            for operand in part.operands:
                visit(operand)
            count[part] = 1  # after its operands, which are then named before it

    for whole in formulas:
        visit(whole)
    names: dict[Expr, Expr] = {}
    assignments: list[tuple[Symbol, Expr]] = []
    for part in [part for part, times in count.items() if times > 1]:
        written = part.substitute(names)
        if isinstance(written, Call):
            names[written] = name = Symbol(f"t{len(assignments) + 1}")
            assignments.append((name, written))
    return assignments, [whole.substitute(names) for whole in formulas]


def _fold(part: Expr) -> Expr:
    if not isinstance(part, Call):
        return part
    first, last = part.operands[0], part.operands[-1]
    if part.name in _ARITHMETIC and all(isinstance(operand, Number) for operand in part.operands):
        return Number(_ARITHMETIC[part.name](*(operand.value for operand in part.operands)))  # type: ignore[attr-defined]  # all are Numbers
    match part.name:
        case "add" if first == Number(0):
            return last
        case "add" | "sub" if last == Number(0):
            return first
        case "add" if isinstance(last, Number) and last.value < 0:
            return first - Number(-last.value)
        case "add" if isinstance(last, Call) and last.name == "neg":
            return first - last.operands[0]
        case "sub" if first == Number(0):
            return _fold(-last)
        case "sub" if isinstance(last, Number) and last.value < 0:
            return first + Number(-last.value)
        case "mul" if Number(0) in (first, last):
            return Number(0)
        case "mul" if first == Number(1):
            return last
        case "mul" | "div" | "pow" if last == Number(1):
            return first
        case "mul" if first == Number(-1):
            return _fold(-last)
        case "mul" | "div" if last == Number(-1):
            return _fold(-first)
        case "and" if Number(0) in (first, last):
            return Number(0)
        case "where" if isinstance(first, Number):
            return part.operands[1] if first.value else last
        case "pow" if last == Number(0):
            return Number(1)
        case "neg" if isinstance(first, Call) and first.name == "neg":
            return first.operands[0]
    return part


_ARITHMETIC: dict[str, Callable[..., float]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "neg": operator.neg,
}
