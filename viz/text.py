"""Text for pictures: numbers, names with subscripts, harmless labels, and how wide they come out.

Widths come from the font that ships beside this file. Boxes are therefore the same size whichever
program lays them out, on a machine without fonts too.

>>> number(-0.5), number(1 / 3), subscripts("w_12")
('−0.5', '0.3333', 'w₁₂')
"""

from __future__ import annotations

import re
import struct
import unicodedata
from functools import cache
from pathlib import Path

FONTS = {bold: Path(__file__).with_name("fonts") / f"DejaVuSans{'-Bold' * bold}.ttf" for bold in (False, True)}

_INDEXED = re.compile(r"([^\W\d_]+)_?(\d+)")
_LAYER = re.compile(r"((?<=[₀-₉])\[\d+\]|(?<=\b[WbZA])\[\d+\]|(?<=\bd[WbZA])\[\d+\])")  # of z₃[2], W[2], dW[2]
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")

FIXED = "\xa0"  # the space on either side of a worksheet's blank: in names it is an ordinary one

# Marks that turn the direction of whatever follows them: they would reorder the text around a label.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def number(value: float) -> str:
    """Four significant digits and a true minus sign: ``−0.5``, ``1.235e+05``, ``nan``, ``−inf``, ``−0``."""
    return f"{value:.4g}".replace("-", "−")


def signed(number: str) -> str:
    """A number as it stands after a sign: ``(−2)``, ``3``."""
    return f"({number})" if number.startswith("−") else number


def subscripts(name: str) -> str:
    """``w1``, ``w_1`` → ``w₁``; any other name is left alone."""
    match = _INDEXED.fullmatch(name)
    return match[1] + match[2].translate(_SUBSCRIPTS) if match else name


def unit(role: str, neuron: str, layer: str, example: str) -> str:
    """What a neuron computes, as the lecture notes write it; any of the numbers may be empty.

    >>> unit("z", "3", "2", ""), unit("a", "", "", "12")
    ('z₃[2]', 'a⁽¹²⁾')
    """
    above = f"[{layer}]" if layer else ""
    return role + neuron.translate(_SUBSCRIPTS) + above + (f"({example})" if example else "").translate(_SUPERSCRIPTS)


def raised(text: str) -> list[tuple[str, bool]]:
    """`text` in pieces, and of each whether it stands above the line, as the layer in ``z₃[2]`` does.

    >>> raised("σ(z₃[2]) + W[2]")
    [('σ(z₃', False), ('[2]', True), (') + W', False), ('[2]', True)]
    """
    return [(piece, i % 2 == 1) for i, piece in enumerate(_LAYER.split(text)) if piece]


def folded(text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    """`text` on as many lines as it needs to be no wider than `room`, broken between words.

    >>> folded("from left to right", 10, 50)
    ['from left', 'to right']
    """
    lines: list[str] = []
    for word in text.split(" "):
        if lines and width(f"{lines[-1]} {word}", size, bold=bold) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def clean(text: str) -> str:
    r"""`text` on one line, without what XML forbids or what would reorder its neighbours.

    Parameters
    ----------
    text
        Any string, lone surrogates and control characters included.

    Returns
    -------
    str
        Line breaks, tabs and fixed spaces are spaces, control characters are gone, surrogates are ``�``.

    Examples
    --------
    >>> clean("loss\0\nper\texample")
    'loss per example'
    """
    return "".join(" " if c in f"\t\n\r\x0b\x0c\x85\u2028\u2029{FIXED}" else _printable(c) for c in text)


def _printable(c: str) -> str:
    if c in _TURNING or unicodedata.category(c) == "Cc":
        return ""
    return "�" if "\ud800" <= c <= "\udfff" or ord(c) & 0xFFFE == 0xFFFE else c


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters; what was longer ends in ``…``."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def abbreviate(formula: str, limit: int) -> str:
    """A sum of many terms keeps its first two and its last; any other long formula its beginning.

    >>> abbreviate("w₁ × x₁ + w₂ × x₂ + w₃ × x₃ + w₄ × x₄ + b", 36)
    'w₁ × x₁ + w₂ × x₂ + … + b'
    """
    if len(formula) <= limit:
        return formula
    terms = _terms(formula)
    if len(terms) > 3:
        formula = " + ".join((*terms[:2], "…", terms[-1]))
    return shorten(formula, limit)


def halves(formula: str, limit: int = 18) -> list[str]:
    """A sum that is longer than `limit`, in two lines of much the same length; any other formula as it is.

    >>> halves("w₁ × x₁ + w₂ × x₂ + b")
    ['w₁ × x₁', '+ w₂ × x₂ + b']
    """
    terms = _terms(formula)
    if len(formula) <= limit or len(terms) < 2:
        return [formula]
    splits = [(" + ".join(terms[:i]), "+ " + " + ".join(terms[i:])) for i in range(1, len(terms))]
    return list(min(splits, key=lambda split: max(map(len, split))))


def _terms(formula: str) -> list[str]:
    """The terms of a sum, split where no parenthesis is open."""
    terms, depth = [""], 0
    for piece in re.split(r"( \+ |[()])", formula):
        depth += (piece == "(") - (piece == ")")
        if piece == " + " and depth == 0:
            terms.append("")
        else:
            terms[-1] += piece
    return terms


def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide `text` is at font size `size`, in the units of `size`.

    >>> width("value", 10) < width("value", 10, bold=True) < width("values", 12, bold=True)
    True
    """
    advances = _advances(bold)
    return size * sum(advances.get(c) or _guess(c) for c in text)


def covered(text: str) -> bool:
    """Whether the font that ships with the package has every character of `text`."""
    return all(c in _advances(False) for c in text)


def _guess(c: str) -> float:
    """For a character that our font lacks: what a system font will make of it, in ems, rather too much."""
    if unicodedata.category(c) in ("Cf", "Mn"):
        return 0.0
    return 1.1 if unicodedata.east_asian_width(c) in "WF" else 0.8


@cache
def _advances(bold: bool) -> dict[str, float]:
    """Character → advance width in ems, read from the font's own tables (cmap format 4, hmtx)."""
    font = FONTS[bold].read_bytes()
    tables = {
        font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0]
        for at in range(12, 12 + 16 * struct.unpack_from(">H", font, 4)[0], 16)
    }
    (em,) = struct.unpack_from(">H", font, tables[b"head"] + 18)
    (measured,) = struct.unpack_from(">H", font, tables[b"hhea"] + 34)
    metrics = struct.unpack_from(">" + "Hh" * measured, font, tables[b"hmtx"])[::2]

    cmap = tables[b"cmap"]
    records = [
        struct.unpack_from(">HHI", font, cmap + 4 + 8 * i) for i in range(struct.unpack_from(">H", font, cmap + 2)[0])
    ]
    start = next(cmap + at for _, _, at in records if struct.unpack_from(">H", font, cmap + at) == (4,))
    segments = struct.unpack_from(">H", font, start + 6)[0] // 2
    ends, _, starts, deltas, offsets = (
        struct.unpack_from(f">{segments}{code}", font, start + 14 + skip)
        for code, skip in (
            ("H", 0), ("H", 0), ("H", 2 * segments + 2), ("h", 4 * segments + 2), ("H", 6 * segments + 2),
        )
    )  # fmt: skip
    advances = {}
    for i in range(segments):
        for code in range(starts[i], min(ends[i], 0xFFFE) + 1):
            glyph = code
            if offsets[i]:
                at = start + 16 + 6 * segments + 2 * i + offsets[i] + 2 * (code - starts[i])
                (glyph,) = struct.unpack_from(">H", font, at)
            glyph = (glyph + deltas[i]) & 0xFFFF if glyph or not offsets[i] else 0
            if glyph:
                advances[chr(code)] = metrics[min(glyph, measured - 1)] / em
    return advances
