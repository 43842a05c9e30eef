"""What a worksheet leaves blank: which numbers, and the picture without them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from .. import text
from ..arrays import HAIR, Lines, unaligned
from ..labels import View, edge_lines, plain
from ..picture import Edge, Node, Picture, display

SHORTEST = 7  # underscores of a blank
RULED = re.compile(f"({HAIR}_+{HAIR})")


class Blank(NamedTuple):
    """A number that is left out: the value or gradient of a node, or the derivative on an edge, by place."""

    what: Literal["value", "grad", "edge"]
    place: int


def chosen(picture: Picture, wanted: Sequence[str]) -> set[Blank]:
    """What is to be left blank."""
    values = {i: Blank("value", i) for i, box in enumerate(picture.nodes) if box.kind == "operation"}
    gradients = {i: Blank("grad", i) for i, box in enumerate(picture.nodes) if box.grad is not None}
    derivatives = {i: Blank("edge", i) for i, edge in enumerate(picture.edges) if edge.symbol}
    groups = {"values": values, "gradients": gradients, "derivatives": derivatives}
    choices = {name: set(group.values()) for name, group in groups.items()}
    for i, box in enumerate(picture.nodes):
        own = {"value": Blank("value", i), "grad": gradients.get(i)}
        choices |= {f"{box.name}.{what}": {each} for what, each in own.items() if each}
        choices[box.name] = {each for each in (values.get(i), gradients.get(i)) if each}
    for i, each in derivatives.items():
        choices.setdefault(picture.edges[i].symbol, set()).add(each)  # x × x has two of the same
    found: set[Blank] = set()
    for name in wanted:
        if spelled(name) not in choices:
            listed = [*groups, *(box.name for box in picture.nodes), *(e.symbol for e in picture.edges if e.symbol)]
            raise ValueError(f"blank has {name!r}; here it may have {', '.join(map(repr, dict.fromkeys(listed)))}")
        found |= choices[spelled(name)]
    if not found:
        raise ValueError(f"blank={wanted!r} leaves nothing to fill in: name something that the graph has")
    return found


def left_out(picture: Picture, blanks: set[Blank], view: View) -> tuple[Picture, tuple[tuple[str, ...], ...]]:
    """The picture with blanks; and of each edge, then of each node, what belongs into them."""
    lines = [_edge(edge, view) if Blank("edge", i) in blanks else (edge, ()) for i, edge in enumerate(picture.edges)]
    boxes = [_node(box, {what for what, place in blanks if place == i}) for i, box in enumerate(picture.nodes)]
    made = replace(picture, nodes=tuple(box for box, _ in boxes), edges=tuple(edge for edge, _ in lines))
    return made, tuple(answers for _, answers in (*lines, *boxes))


def spelled(name: str) -> str:
    """A name as pictures show it: ``w1.grad`` is that of w₁, ``∂z/∂w1`` the derivative ∂z/∂w₁."""
    if name.startswith("∂") and "/∂" in name:
        return "/".join("∂" + display(part.removeprefix("∂")) for part in name.split("/"))
    start, dot, end = name.rpartition(".")
    return f"{display(start)}.{end}" if dot and end in ("value", "grad") else display(name)


def _node(box: Node, blanks: set[str]) -> tuple[Node, tuple[str, ...]]:
    """The box with blanks, and what belongs into them."""
    answers: list[str] = []
    if "value" in blanks and box.value is not None:
        value, found = _blanked(box.value, "value")
        box, answers = replace(box, value=value), found
    if "grad" in blanks and box.grad is not None:
        grad, found = _blanked(box.grad, "grad")
        box, answers = replace(box, grad=grad), answers + found
    return box, tuple(answers)


def _blanked(said: float | Lines, word: str) -> tuple[Lines, list[str]]:
    """A number or an array with blanks for its numbers, each below an empty line to write in, and the numbers."""
    readings = said if isinstance(said, tuple) else ((word, text.number(said)),)
    # An array's numbers stand in brackets; anything else is one thing to fill in.
    rows = [re.split(r"([^\s\[\]]+)", unaligned(s)) if "[" in s else ["", s, ""] for _, s in readings]
    answers = [answer for row in rows for answer in row[1::2] if answer]
    ruled = _ruled(max(answers, key=len))
    lines: list[tuple[str, str]] = []
    for (name, shown), row in zip(readings, rows, strict=True):
        if shown:
            row[1::2] = [ruled] * len(row[1::2])
            lines.append(("", ""))
        lines.append((name, "".join(row)))
    return tuple(lines), answers


def _edge(edge: Edge, view: View) -> tuple[Edge, tuple[str, ...]]:
    """The edge with blanks for its derivative, and what belongs into them."""
    label = " ".join(map(plain, edge_lines(edge, view)))
    answers = label.removeprefix(edge.symbol).lstrip(" :=").split(" = ")
    return replace(edge, partial=None, formula=" = ".join(map(_ruled, answers))), tuple(answers)


def _ruled(answer: str) -> str:
    """A blank in which an answer has room."""
    wide = text.width(answer, 1, bold=True) / text.width("_", 1)
    return f"{HAIR}{'_' * max(SHORTEST, math.ceil(wide))}{HAIR}"
