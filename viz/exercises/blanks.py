"""What a worksheet leaves blank: which numbers, and the picture without them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, Literal, NamedTuple

from .. import text
from ..arrays import Lines, unaligned
from ..labels import View, edge_lines, plain
from ..picture import Edge, Node, Picture, display
from ..text import FIXED

SHORTEST = 9  # underscores of a blank
PEN = 1.2  # times the width of a printed answer: handwriting is wider
AIR = 3 * FIXED  # after a blank on an edge: the label beside it begins with a sign of its own
RULED = re.compile(f"({FIXED}_+{FIXED})")


Reading = Literal["value", "grad"]
READINGS: tuple[Reading, ...] = ("value", "grad")
Row = tuple[str, list[str]]  # a line's word, and what follows in pieces: every second one is a number


class Blank(NamedTuple):
    """A number that is left out: the value or gradient of a node, or the derivative on an edge, by place."""

    what: Literal["value", "grad", "edge"]
    place: int


def asked(blank: Any, names: Mapping[int, str]) -> tuple[str, ...]:
    """What the caller wants blank as names; nodes are taken by theirs, `names` by id.

    Raises
    ------
    TypeError
        If something is neither a name nor a node.
    ValueError
        If a node is not in the graph.
    """
    several = isinstance(blank, Iterable) and not isinstance(blank, str) and not hasattr(blank, "inputs")
    wanted = tuple(blank) if several else (blank,)
    for each in wanted:
        if not isinstance(each, str) and id(each) not in names:
            error = ValueError if hasattr(each, "inputs") else TypeError
            raise error(
                f"blank has {each!r:.60} ({type(each).__name__}); it may have 'values', 'gradients', 'derivatives', "
                "names such as 'c', 'c.grad' and '∂e/∂c', and nodes of the graph"
            )
    return tuple(each if isinstance(each, str) else names[id(each)] for each in wanted)


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
    """The picture with blanks; and of each edge, then of each node, what belongs into them.

    Blanks of a kind have one length, which tells nothing of the answers.
    """
    labels = {i: _on(edge, view) for i, edge in enumerate(picture.edges) if Blank("edge", i) in blanks}
    boxes = [
        {what: _rows(box, what) for what in READINGS if Blank(what, i) in blanks} for i, box in enumerate(picture.nodes)
    ]
    numbers = [tuple(_answers(chain.from_iterable(rows.values()))) for rows in boxes]

    first, last = (_ruled(each[part] for each in labels.values()) for part in (slice(-1), slice(-1, None)))
    edges = [
        replace(edge, partial=None, formula=" = ".join([first] * (len(labels[i]) - 1) + [last + AIR]))
        if i in labels
        else edge
        for i, edge in enumerate(picture.edges)
    ]
    ruled = _ruled(numbers)
    nodes = [
        _with(box, {what: _blanked(each, ruled) for what, each in rows.items()})
        for box, rows in zip(picture.nodes, boxes, strict=True)
    ]
    answers = (*(labels.get(i, ()) for i in range(len(edges))), *numbers)
    return replace(picture, nodes=tuple(nodes), edges=tuple(edges)), answers


def spelled(name: str) -> str:
    """A name as pictures show it: ``w1.grad`` is that of w₁, ``∂z/∂w1`` the derivative ∂z/∂w₁."""
    if name.startswith("∂") and "/∂" in name:
        return "/".join("∂" + display(part.removeprefix("∂")) for part in name.split("/"))
    start, dot, end = name.rpartition(".")
    return f"{display(start)}.{end}" if dot and end in ("value", "grad") else display(name)


def _on(edge: Edge, view: View) -> tuple[str, ...]:
    """What an edge says: a number, a formula, or both."""
    label = " ".join(map(plain, edge_lines(edge, view)))
    return tuple(label.removeprefix(edge.symbol).lstrip(" :=").split(" = "))


def _with(box: Node, said: Mapping[Reading, Lines]) -> Node:
    return replace(box, value=said.get("value", box.value), grad=said.get("grad", box.grad))


def _rows(box: Node, what: Reading) -> list[Row]:
    """What a box says of its value or gradient, each line in pieces."""
    said: float | Lines = getattr(box, what)
    readings = said if isinstance(said, tuple) else ((what, text.number(said)),)
    # An array's numbers stand in brackets; anything else is one thing to fill in.
    return [
        (name, re.split(r"([^\s\[\]]+)", unaligned(shown)) if "[" in shown else ["", shown, ""])
        for name, shown in readings
    ]


def _answers(rows: Iterable[Row]) -> Iterator[str]:
    return (answer for _, pieces in rows for answer in pieces[1::2] if answer)


def _blanked(rows: Iterable[Row], ruled: str) -> Lines:
    """The lines with blanks for their numbers, each below an empty line to write in."""
    lines: list[tuple[str, str]] = []
    for name, pieces in rows:
        shown = "".join(ruled if i % 2 and piece else piece for i, piece in enumerate(pieces))
        lines += [("", ""), (name, shown)] if shown else [(name, "")]
    return tuple(lines)


def _ruled(answers: Iterable[Iterable[str]]) -> str:
    """A blank in which any of the answers has room."""
    widest = max((text.width(each, 1, bold=True) for several in answers for each in several), default=0)
    return f"{FIXED}{'_' * max(SHORTEST, math.ceil(PEN * widest / text.width('_', 1)))}{FIXED}"
