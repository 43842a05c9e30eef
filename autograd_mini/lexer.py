"""Text to tokens: every character and every pair of neighbours is allowed by name, or refused with a hint.

Here a mathematician's notation becomes Python's (``×``, ``x²``), or is answered with what to write instead (``^``,
``2x``, ``sin^2``). What passes is names, numbers and operators in an order that Python's own parser accepts.

>>> [[token.text for token in statement] for statement in tokenize("c = 2×a; c²")]
[['c', '=', '2', '*', 'a'], ['c', '**', '2']]
"""

from __future__ import annotations

import difflib
import keyword
import math
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from .rules import RULES, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LENGTH = 2000  # characters: more than a picture can show, and little enough for Python's parser
MAX_DEPTH = 100  # parentheses, operations or signs inside one another

ALIASES = {"ln": "log", "σ": "sigmoid", "max": "maximum", "min": "minimum"}
SPELLINGS = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-"})
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
TOKEN = re.compile(
    r"""(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<power>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)
      | (?P<name>[^\W\d_][^\W⁰¹²³⁴⁵⁶⁷⁸⁹]*)
      | (?P<sign>\*\*|[-+*/(),=])
      | (?P<end>[;\n])
      | (?P<space>[ \t\r]+)""",
    re.VERBOSE,
)


class ParseError(ValueError):
    """The text is no expression that can be drawn; the message says why and what to write instead."""


class Token(NamedTuple):
    """A piece of the text: a ``name``, a ``number`` or a ``sign``."""

    kind: str
    text: str


def row(name: str) -> Rule | None:
    """The row of the table that a function's name means, by NumPy's spelling too."""
    if name.startswith("arc"):
        name = f"a{name[3:]}"
    return None if name.startswith("_") else RULES.get(ALIASES.get(name, name))


def _tokens(text: str) -> Iterator[Token]:
    """Cut the text into tokens; superscripts come as ``**`` and a number."""
    spelled, position, before = text.translate(SPELLINGS), 0, ""
    while position < len(spelled):
        match = TOKEN.match(spelled, position)
        if match is None:
            raise ParseError(_refusal(spelled[position], before))
        kind, piece = str(match.lastgroup), match.group()
        position = match.end()
        if kind == "power":
            yield Token("sign", "**")
            piece = piece.translate(SUPERSCRIPTS)
            if piece[0] == "-":
                yield Token("sign", "-")
            kind, piece = "number", piece.lstrip("-")
        if kind == "number" and not math.isfinite(float(piece)):
            raise ParseError(f"{short(piece)} is too large for a number; at most about 1.8e308 is allowed")
        if kind == "name":
            _check_name(piece)
        if kind != "space":
            before = piece
            yield Token(kind, piece)


def _refusal(character: str, before: str) -> str:
    """Why a character is not allowed, and what to write instead."""
    if character == "^":
        return f"^ is not a power here: write {f'{before}(x)**2' if row(before) else '**, as in x**2'}"
    if character == "_":
        return "a name starts with a letter, not with _"
    plain = unicodedata.normalize("NFKC", character)
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    hint = f": write {plain.strip() or 'a space'}" if plain != character and plain.isascii() else ""
    name = "" if character.isascii() else unicodedata.name(character, "")
    named = f" ({name})" if name else ""
    return f"{shown}{named} is not allowed{hint or '; allowed are names, numbers, + - * / ** ( ) , = and ;'}"


def _check_name(name: str) -> None:
    """Python would read a ligature as its letters: what is drawn must be what was written."""
    plain = unicodedata.normalize("NFKC", name)
    if plain != name:
        raise ParseError(f"the name {name} is not allowed: write {plain}")
    if not name.isidentifier():
        raise ParseError(f"the name {name} is not allowed; a name is made of letters, digits and _")
    if keyword.iskeyword(name):
        raise ParseError(f"{name} is a word of Python's, not a name: use another")


def tokenize(text: str) -> Iterator[list[Token]]:
    """The tokens of each statement, checked; a newline within parentheses ends none.

    Raises
    ------
    ParseError
        Where the text is too long, holds what is not allowed, or lacks an operand, an operator or a parenthesis.
    """
    if len(text) > MAX_LENGTH:
        raise ParseError(f"the text has {len(text)} characters; at most {MAX_LENGTH} are allowed")
    tokens: list[Token] = []
    depth = 0
    for token in _tokens(text):
        depth += (token.text == "(") - (token.text == ")")
        if depth < 0:
            raise ParseError(") without a ( before it")
        if depth > MAX_DEPTH:
            raise ParseError(f"more than {MAX_DEPTH} parentheses inside one another")
        if token.kind != "end":
            tokens.append(token)
        elif depth == 0:
            yield from _checked(tokens)
            tokens = []
        elif token.text == ";":
            break
    if depth:
        raise ParseError("( is never closed")
    yield from _checked(tokens)


def _checked(tokens: list[Token]) -> Iterator[list[Token]]:
    """The statement, if there is one, once every pair of neighbours has been looked at."""
    if tokens:
        expression = tokens[2:] if tokens[0].kind == "name" and [t.text for t in tokens[1:2]] == ["="] else tokens
        padding = Token("end", "")
        for left, right in zip([padding, *expression], [*expression, padding], strict=True):
            _check_pair(left, right)
        yield tokens


def _check_pair(left: Token, right: Token) -> None:
    """Two neighbours: an operand must not follow an operand, nor an operator an operator."""
    ended = left.kind in ("name", "number") or left.text == ")"
    starts = right.kind in ("name", "number") or right.text == "("
    if right.text == "=":
        raise ParseError("= assigns to one name at the start of a statement, as in c = a + b; nothing compares here")
    if row(left.text) and right.text != "(":
        example = f"{left.text}(x)**2" if right.text == "**" else f"{left.text}({right.text if starts else 'x'})"
        raise ParseError(f"{left.text} is a function: write {example}")
    if ended and starts and not row(left.text):
        if left.kind == "name" and right.text == "(":
            near = difflib.get_close_matches(left.text, [*RULES, *ALIASES], n=1)
            raise ParseError(
                f"{left.text} is not a function{f', {near[0]} is' if near else ''}: to multiply, write {left.text}*("
            )
        raise ParseError(
            f"no operator between {short(left.text)} and {short(right.text)}: "
            f"to multiply, write {short(left.text)}*{short(right.text)}"
        )
    if not ended and not starts and (right.text not in ("+", "-") or right.kind == "end"):
        where = " and ".join(short(token.text) for token in (left, right) if token.text)
        place = "between" if left.text and right.text else "after" if left.text else "before"
        raise ParseError(f"an operand is missing {place} {where}" if where else "an expression is missing after =")


def short(text: str) -> str:
    """At most some 40 characters of what was written."""
    return text if len(text) <= 40 else f"{text[:20]}…{text[-16:]}"
