"""Formulas as MathML, which browsers and Jupyter show by themselves; latex2mathml turns LaTeX into it.

>>> from autograd_mini.expr import Symbol
>>> mathml(Symbol("d") * 2)
'<math display="inline"><mrow><mi>d</mi><mo>×</mo><mn>2</mn></mrow></math>'
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from autograd_mini.notation import LATEX

if TYPE_CHECKING:
    from autograd_mini.expr import Expr

_PLAIN = re.compile(r"[A-Za-z0-9_{}^\\()\[\]]*")
_SPELLING = re.compile(r"u((?:[0-9a-f]{2})*)u")
_NAMESPACE = re.compile(r' xmlns="[^"]*"')


def _symbol(name: str) -> str:
    """A name as LaTeX that the library takes; an unusual one spelled in digits, and put back at the end."""
    latex = LATEX.symbol(name)
    if _PLAIN.fullmatch(latex) and r"\text" not in latex and r"\mathrm" not in latex:
        return latex
    return rf"\text{{{_spelled(name)}}}"


def _spelled(name: str) -> str:
    return f"u{name.encode().hex()}u"


# How formulas are written for `mathml`: the library would take an underscore or a digit in a function's name for more.
MATHML = LATEX._replace(symbol=_symbol, function=_spelled, call=r"\text{{{}}}\left({}\right)")


def mathml(formula: Expr | str, *, display: bool = False) -> str:
    """A formula as one ``<math>`` element, to be put into a page as it is.

    Parameters
    ----------
    formula
        A formula, or LaTeX for math mode, whose names were written by ``MATHML``. Names may be any text: they are shown
        literally.
    display
        Whether it stands on a line of its own.
    """
    latex = formula if isinstance(formula, str) else formula.write(MATHML)[0]
    return _converted(latex, "block" if display else "inline")


@functools.lru_cache(4096)
def _converted(latex: str, display: str) -> str:
    from latex2mathml.converter import convert  # noqa: PLC0415 - loads when the first formula is shown

    root = ET.fromstring(_NAMESPACE.sub("", convert(latex, display=display)))  # noqa: S314 - from our own LaTeX
    for element in root.iter("mtext"):
        spelled = _SPELLING.fullmatch(element.text or "")
        if spelled:
            element.text = bytes.fromhex(spelled[1]).decode()
    return ET.tostring(root, encoding="unicode")
