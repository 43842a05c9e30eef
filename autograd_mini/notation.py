"""How formulas are written: as Python, as LaTeX, and as a line of Unicode text.

Precedence lives here, once: a :class:`Notation` says how tightly it binds and how tightly each of its
operands must, and parentheses follow from the two. The table adds the notations of its functions.

>>> PYTHON.notations["mul"]
Notation(template='{} * {}', level=5, operands=(5, 6))
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

# How tightly a piece of notation binds, loosest first.
ANY, CHOICE, LOGIC, COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = range(9)


class Notation(NamedTuple):
    """A template such as ``"{} + {}"``, how tightly it binds, and how tightly its operands must."""

    template: str
    level: int = ATOM
    operands: tuple[int, ...] = (ANY, ANY, ANY)


class Style(NamedTuple):
    """A way of writing formulas: a notation for each function, and what calls, names and numbers look like."""

    notations: dict[str, Notation]
    call: str
    parentheses: str
    number: Callable[[float], str]
    symbol: Callable[[str], str] = str


SUPERSCRIPTS = {n: "".join("⁰¹²³⁴⁵⁶⁷⁸⁹⁻"["0123456789-".index(c)] for c in str(n)) for n in range(-9, 10)}


def _shown(value: float) -> str:
    """Four significant digits and a true minus sign: what a label shows of a number."""
    return f"{value:.4g}".replace("-", "−")


def _tex_symbol(name: str) -> str:
    """A letter is italic, a longer name upright, a number at the end a subscript."""
    stem, index = re.fullmatch(r"(.*?)_?(\d*)", name, re.DOTALL).groups()  # type: ignore[union-attr]  # matches any text
    return (stem if len(stem) == 1 else rf"\mathrm{{{stem}}}") + (f"_{{{index}}}" if index else "")


def _infix(sign: str, level: int, left: int, right: int) -> Notation:
    return Notation(f"{{}} {sign} {{}}", level, (left, right))


_COMPARISONS = {
    "lt": _infix("<", COMPARISON, SUM, SUM),
    "le": _infix("<=", COMPARISON, SUM, SUM),
    "gt": _infix(">", COMPARISON, SUM, SUM),
    "ge": _infix(">=", COMPARISON, SUM, SUM),
    "eq": _infix("==", COMPARISON, SUM, SUM),
}

PYTHON = Style(
    {
        "add": _infix("+", SUM, SUM, PRODUCT),
        "sub": _infix("-", SUM, SUM, PRODUCT),
        "mul": _infix("*", PRODUCT, PRODUCT, SIGN),
        "div": _infix("/", PRODUCT, PRODUCT, SIGN),
        "neg": Notation("-{}", SIGN, (SIGN,)),
        "pow": Notation("{}**{}", POWER, (ATOM, SIGN)),
        "and": Notation("({}) & ({})", LOGIC),
        **_COMPARISONS,
    },
    call="{}({})",
    parentheses="({})",
    number=repr,
)
TEXT = Style(
    {
        "add": _infix("+", SUM, SUM, PRODUCT),
        "sub": _infix("−", SUM, SUM, PRODUCT),
        "mul": _infix("×", PRODUCT, PRODUCT, POWER),
        "div": _infix("/", PRODUCT, PRODUCT, POWER),
        "neg": Notation("−{}", SIGN, (PRODUCT,)),
        "pow": Notation("{}^{}", POWER, (ATOM, ATOM)),
        **{f"pow{n}": Notation("{}" + digits, POWER, (ATOM,)) for n, digits in SUPERSCRIPTS.items()},
        "where": Notation("{1} if {0} else {2}", CHOICE, (LOGIC, LOGIC, CHOICE)),
        "and": _infix("and", LOGIC, COMPARISON, COMPARISON),
        **_COMPARISONS,
        "le": _infix("≤", COMPARISON, SUM, SUM),
        "ge": _infix("≥", COMPARISON, SUM, SUM),
        "eq": _infix("=", COMPARISON, SUM, SUM),
    },
    call="{}({})",
    parentheses="({})",
    number=_shown,
)
LATEX = Style(
    {
        "add": _infix("+", SUM, SUM, PRODUCT),
        "sub": _infix("-", SUM, SUM, PRODUCT),
        "mul": _infix(r"\times", PRODUCT, PRODUCT, POWER),
        "div": Notation(r"\frac{{{}}}{{{}}}", POWER),
        "neg": Notation("-{}", SIGN, (PRODUCT,)),
        "pow": Notation("{}^{{{}}}", POWER, (ATOM, ANY)),
        "where": Notation(r"\begin{{cases}} {1} & \text{{if }} {0} \\ {2} & \text{{otherwise}} \end{{cases}}", CHOICE),
        "and": _infix(r"\land", LOGIC, COMPARISON, COMPARISON),
        **_COMPARISONS,
        "le": _infix(r"\le", COMPARISON, SUM, SUM),
        "ge": _infix(r"\ge", COMPARISON, SUM, SUM),
        "eq": _infix("=", COMPARISON, SUM, SUM),
    },
    call=r"\operatorname{{{}}}\left({}\right)",
    parentheses=r"\left({}\right)",
    number=lambda value: f"{value:.4g}",
    symbol=_tex_symbol,
)
