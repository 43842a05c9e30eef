"""An explanation as lines of formulas, and how they are written: for a terminal, in LaTeX, in MathML."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar, NamedTuple

from autograd_mini.expr import Expr, Symbol
from autograd_mini.notation import CHOICE, SUM, TEXTBOOK, TEXTBOOK_LATEX, Style, tex_text

from ..figure import Saved
from ..mathml import MATHML, mathml

GAP = "    "  # between a line and what is said of it
MOST_TERMS = 8  # of a sum that is written out
WIDEST = 60  # characters up to which lines are made equally long, so that what is said of them stands in a column


class Line(NamedTuple):
    """Formulas that are equal to one another, and what is said of them: a word, or formulas that are equal again.

    With `letters`, ``ab`` is a product.
    """

    equals: tuple[Expr, ...]
    note: str | tuple[Expr, ...] = ""
    depth: int = 0
    letters: bool = False

    def written(self, style: Style) -> str:
        """The formulas with = between them; what is written alike is written once."""
        if not self.letters:
            style = style._replace(letters="")
        parts = (formula.write(style) for formula in self.equals)
        is_text = style.notations is TEXTBOOK.notations  # where "1 if x = y else 0" would run into the = that follows
        return " = ".join(
            dict.fromkeys(f"({said})" if is_text and CHOICE <= level < SUM else said for said, level in parts)
        )

    def noted(self, style: Style) -> str:
        """What is said of them."""
        return self.note if isinstance(self.note, str) else Line(self.note).written(style)


def sum_of(terms: Sequence[Expr]) -> Expr:
    """The sum of terms; of many the first two and the last."""
    some = terms if len(terms) <= MOST_TERMS else [*terms[:2], Symbol("…"), terms[-1]]
    return functools.reduce(operator.add, some)


def _part(formula: Expr, style: Style) -> str:
    said, level = formula.write(style)
    is_choice = CHOICE <= level < SUM  # "1 if x = y else 0" would run into the = that follows
    return f"({said})" if is_choice and style.notations is TEXTBOOK.notations else said


class Section(NamedTuple):
    """Lines under a heading."""

    heading: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class Explanation(Saved):
    """What :func:`explain` gives: printed as text, shown by Jupyter as formulas, saved as .txt, .tex or .html.

    Attributes
    ----------
    claim
        What is explained.
    where
        The numbers that it holds for, as text.
    sections
        The steps, each with a heading and lines of formulas.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> import viz
    >>> a, b = Value(2), Value(3)
    >>> c = a * b
    >>> explanation = viz.explain(c, a, detail="short")
    >>> explanation.text.splitlines()
    ['∂c/∂a = 3', '∂c/∂a = b = 3']
    """

    claim: Sequence[Line]
    where: str
    sections: Sequence[Section]

    formats: ClassVar[tuple[str, ...]] = (".txt", ".tex", ".html")

    def content(self, ending: str) -> bytes:
        """What a file with this ending holds."""
        page = f'<!doctype html><meta charset="utf-8">{self.html}'
        return {".txt": self.text, ".tex": self.latex, ".html": page}[ending].encode() + b"\n"

    @property
    def text(self) -> str:
        """Lines of Unicode for a terminal."""
        claimed = " where ".join(line.written(TEXTBOOK) for line in self.claim)
        blocks = [claimed + self._at] if claimed else []
        for heading, lines in self.sections:
            written = [("  " * line.depth + line.written(TEXTBOOK), line.noted(TEXTBOOK)) for line in lines]
            width = max((len(said) for said, note in written if note and len(said) <= WIDEST), default=0)
            rows = (f"{said:<{width}}{GAP}{note}".rstrip() for said, note in written)
            blocks.append("\n".join([*([heading] if heading else []), *rows]))
        return "\n\n".join(blocks)

    @property
    def latex(self) -> str:
        """LaTeX for a slide, an ``align*`` for each part, which needs the package amsmath."""
        blocks = []
        for heading, lines in self.sections:
            rows = " \\\\\n".join(map(_row, lines))
            comment = f"% {heading}\n" if heading else ""
            blocks.append(f"{comment}\\begin{{align*}}\n{rows}\n\\end{{align*}}")
        return "\n".join(blocks)

    @property
    def html(self) -> str:
        """MathML for a page, which browsers show by themselves; without ids or scripts."""
        claimed = " where ".join(mathml(line.written(_MATHML)) for line in self.claim)
        parts = [f"<p>{claimed}{escape(self._at)}</p>"] if claimed else []
        for heading, lines in self.sections:
            rows = "".join(map(_html_row, lines))
            parts.append(f"{f'<h4>{escape(heading)}</h4>' if heading else ''}<table>{rows}</table>")
        return f"<div>{''.join(parts)}</div>"

    @property
    def _at(self) -> str:
        return f", at {self.where}" if self.where else ""

    def __str__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html, "text/latex": self.latex, "text/plain": self.text}


_MATHML = MATHML._replace(letters=TEXTBOOK_LATEX.letters)


def _row(line: Line) -> str:
    left, equals, right = line.written(TEXTBOOK_LATEX).partition(" = ")
    note = line.noted(TEXTBOOK_LATEX)
    if isinstance(line.note, str):
        note = tex_text(note)
    return f"{left}{' &= ' if equals else ' &'}{right}{f' && {note}' if line.note else ''}"


def _html_row(line: Line) -> str:
    note = line.noted(_MATHML)
    said = "&#8195;" * line.depth + _math(line.written(_MATHML))
    cells = said, escape(note) if isinstance(line.note, str) else _math(note)
    return "<tr>" + "".join(f'<td style="text-align: left">{cell}</td>' for cell in cells) + "</tr>"


def _math(latex: str) -> str:
    """A formula with fractions as large as on a line of their own; Jupyter's tables would centre it, or shrink it."""
    return mathml(latex).replace("<math ", '<math displaystyle="true" ', 1)
