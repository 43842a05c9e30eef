"""How formulas are written: as Python, as LaTeX, as JavaScript, and as a line of Unicode text.

Precedence lives here, once: a :class:`Notation` says how tightly it binds and how tightly each of its
operands must, and parentheses follow from the two. The table adds the notations of its functions.

>>> PYTHON.notations["mul"]
Notation(template='{} * {}', level=5, operands=(5, 6))
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
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
    function: Callable[[str], str] = str  # how a function's name is written in a call
    choice: Callable[[Sequence[tuple[str, str]], str], str] | None = None  # of (value, condition) pairs, else the last
    letters: str = ""  # how a number or letter stands before a letter that it multiplies, where no sign is needed


SUPERSCRIPTS = {n: "".join("⁰¹²³⁴⁵⁶⁷⁸⁹⁻"["0123456789-".index(c)] for c in str(n)) for n in range(-9, 10)}


def _shown(value: float) -> str:
    """Four significant digits and a true minus sign: what a label shows of a number."""
    return f"{value:.4g}".replace("-", "−")


def _tex_number(value: float) -> str:
    if not math.isfinite(value):
        return rf"\mathrm{{{value}}}" if math.isnan(value) else r"\infty" if value > 0 else r"-\infty"
    digits, _, exponent = f"{value:.4g}".partition("e")
    if not exponent:
        return digits
    factor = {"1": "", "-1": "-"}.get(digits, rf"{digits} \cdot ")
    return f"{factor}10^{{{int(exponent)}}}"


_INDEXED = re.compile(r"(.*?)_?(\d*)(\[\d+\])?(\(\d+\))?", re.DOTALL)  # x1, w_12, z3[2], a(7), once digits are plain


def _tex_symbol(name: str) -> str:
    """A letter is italic, a longer name upright, a number at the end a subscript; layer and example stand above."""
    if " " in name:
        return _tex_name(name)
    plain = "".join(c if c.isascii() else unicodedata.normalize("NFKC", c) for c in name)
    stem, index, layer, example = _INDEXED.fullmatch(plain).groups("")  # type: ignore[union-attr]  # matches any text
    above, below = layer + example, _tex_name(stem) + (f"_{{{index}}}" if index else "")
    return f"{{{below}^{{{above}}}}}" if above else below  # in braces, so that it can be raised once more


def _tex_name(stem: str) -> str:
    if len(stem) == 1 and stem.isascii() and stem.isalpha():
        return stem
    words = unicodedata.name(stem, "").split() if len(stem) == 1 else []
    if words[:3] == ["GREEK", "SMALL", "LETTER"] and words[3:] != ["OMICRON"] and len(words) == 4:
        return f"\\{words[-1].lower().replace('lamda', 'lambda')}"  # Unicode's spelling
    if words[:3] == ["GREEK", "CAPITAL", "LETTER"] and words[-1] in _TEX_CAPITALS:
        return f"\\{words[-1].capitalize().replace('Lamda', 'Lambda')}"
    if stem.isascii() and stem.isalnum():
        return rf"\mathrm{{{stem}}}"
    return tex_text(stem)


def tex_text(words: str) -> str:
    r"""Any words in a formula, literally.

    >>> print(tex_text("100 %"))
    \text{100 \%}
    """
    return rf"\text{{{''.join(_TEX_ESCAPES.get(c, c) for c in words)}}}"


_TEX_CAPITALS = "GAMMA DELTA THETA LAMDA XI PI SIGMA UPSILON PHI PSI OMEGA".split()  # the others look like Latin ones
_TEX_ESCAPES = {
    **{c: f"\\{c}" for c in "{}$&#%_"},
    "\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": r"\textless{}", ">": r"\textgreater{}",
}  # fmt: skip


def _tex_cases(choices: Sequence[tuple[str, str]], last: str) -> str:
    rows = [rf"{value} & \text{{if }} {condition}" for value, condition in choices]
    return r"\begin{cases} " + r" \\ ".join([*rows, rf"{last} & \text{{otherwise}}"]) + r" \end{cases}"


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
        "derivative": Notation("∂{}/∂{}"),
        "total": Notation("d{}/d{}"),
        "differential": Notation("d{}"),
        "derivative of": Notation("∂/∂{0} {1}", PRODUCT, (ANY, POWER)),
        "matmul": _infix("·", PRODUCT, PRODUCT, POWER),
        "transpose": Notation("{}ᵀ", ATOM, (ATOM,)),
        "sum over": Notation("Σ {} over {}", ANY, (POWER, ANY)),
        "then": Notation("{}, {}", ANY),
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
        "and": _infix(r"\land", LOGIC, COMPARISON, COMPARISON),
        **_COMPARISONS,
        "le": _infix(r"\le", COMPARISON, SUM, SUM),
        "ge": _infix(r"\ge", COMPARISON, SUM, SUM),
        "eq": _infix("=", COMPARISON, SUM, SUM),
        "derivative": Notation(r"\frac{{\partial {}}}{{\partial {}}}", POWER),
        "total": Notation(r"\frac{{d {}}}{{d {}}}", POWER),
        "differential": Notation("d{}"),
        "derivative of": Notation(r"\frac{{\partial}}{{\partial {0}}} {1}", PRODUCT, (ANY, POWER)),
        "matmul": _infix(r"\cdot", PRODUCT, PRODUCT, POWER),
        "transpose": Notation(r"{}^{{\top}}", POWER, (ATOM,)),
        "sum over": Notation(r"\sum_{{{1}}} {0}", SUM, (POWER, ANY)),
        "then": Notation(r"{},\ {}", ANY),
    },
    call=r"\operatorname{{{}}}\left({}\right)",
    parentheses=r"\left({}\right)",
    number=_tex_number,
    symbol=_tex_symbol,
    function=lambda name: name.replace("_", r"\_"),
    choice=_tex_cases,
)
TEXTBOOK = TEXT._replace(letters="{}{}")  # 2ab, where labels in pictures have 2 × a × b
TEXTBOOK_LATEX = LATEX._replace(letters="{} {}")
JAVASCRIPT = Style(
    {
        **{name: PYTHON.notations[name] for name in "add sub mul div".split()},
        "neg": Notation("-{}", SIGN, (POWER,)),  # --x counts down
        "where": Notation("{} ? {} : {}", CHOICE, (LOGIC, ANY, ANY)),
        "and": _infix("&&", LOGIC, COMPARISON, COMPARISON),
        **_COMPARISONS,
        "ne": _infix("!=", COMPARISON, SUM, SUM),
    },
    call="Math.{}({})",
    parentheses="({})",
    number=lambda value: repr(value).replace("inf", "Infinity").replace("nan", "NaN"),
)
