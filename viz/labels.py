"""What is written where: the lines of a box, of an edge, beside the picture, as runs of words with a role.

Roles ("name", "value", "gradient", …) get their colour and weight in ``style.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from . import style, text
from .arrays import Lines, unaligned
from .picture import FILL_IN, Edge, Node, Picture

Step = Literal["structure", "value", "local", "grad"]
EdgeLabels = Literal["numbers", "formulas", "both"]
STEPS: tuple[Step, ...] = ("structure", "value", "local", "grad")
NO_GRADIENT = "—"  # never 0: nothing has reached the node


class Run(NamedTuple):
    """Words in one role."""

    text: str
    role: str


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What of a picture is shown, and how it lies on the page.

    `show` is what of nodes and edges is written.
    """

    show: tuple[Step, ...] = STEPS
    edges: EdgeLabels = "numbers"
    direction: Literal["LR", "BT"] = "LR"
    flow: Literal["forward", "backward"] = "forward"
    size: style.SizeName | None = None
    tight: bool = False
    background: style.Background = "white"
    compact: bool = False
    title: str = ""
    caption: str = ""

    @property
    def sizes(self) -> style.Size:
        """The font sizes and distances that go with this view."""
        return style.COMPACT if self.compact else style.TIGHT if self.tight else style.ORDINARY


def arrangements(view: View) -> Iterator[View]:
    """The ways to lay a picture out, the best first: on a slide text has to be readable, and space is scarce."""
    yield view
    if view.size == "slide" and not view.compact:
        turned = replace(view, direction="BT" if view.direction == "LR" else "LR")
        yield from (replace(view, tight=True), turned, replace(turned, tight=True))


def node_lines(node: Node, show: tuple[Step, ...], *, wrap: bool = False) -> list[Line]:
    """The lines of a box: ``c = a + b``, ``value 3``, ``grad 2``; with `wrap`, a long sum takes two lines."""
    formula, *more = text.halves(node.formula) if wrap else [node.formula]
    first = (Run(node.name, "name"), *((Run(f" = {formula}", "formula"),) if formula else ()))
    lines: list[Line] = [first, *((Run(half, "formula"),) for half in more)]
    lines += [(Run(detail, "word"),) for detail in (*([node.shape] if node.shape else []), *node.details)]
    if "value" in show and node.value is not None:
        lines += _readings("value", node.value, "value", mark="*" if node.is_stale else "")
    if "grad" in show and node.wants_grad:
        lines += _readings(node.word, ((node.word, NO_GRADIENT),) if node.grad is None else node.grad, "gradient")
    return lines


def _readings(word: str, said: float | Lines, role: str, mark: str = "") -> Iterator[Line]:
    """``value  3``, ``value  [1  2]``; of a large array ``min  0``, …; a matrix has its rows below the word."""
    for name, shown in said if isinstance(said, tuple) else ((word, text.number(said)),):
        if not name or not shown:
            yield (Run(shown, role) if shown else Run(name + mark, "word"),)
        else:
            yield Run(f"{name}  ", "word"), Run(shown + mark, role)


def statements(node: Node, show: tuple[Step, ...]) -> list[str]:
    """What a box says as plain text, one string for each thing; a matrix is one."""
    things: list[str] = []
    for line in node_lines(node, show):
        if not plain(line):
            continue
        if things and line[0].role in ("value", "gradient"):
            things[-1] += f" {plain(line)}"
        else:
            things.append(plain(line))
    return [unaligned(thing) for thing in things]


def edge_lines(edge: Edge, view: View) -> list[Line]:
    """The label of an edge: ``∂e/∂c = 2``, ``∂e/∂c = d = 2`` or ``∂Z/∂W: · Xᵀ``; empty where no derivative flows."""
    if view.compact or "local" not in view.show or not edge.symbol:
        return []
    numbers = [] if edge.partial is None else [text.number(edge.partial)]
    parts = {"numbers": numbers or [edge.formula], "formulas": [edge.formula]}.get(view.edges, [edge.formula, *numbers])
    symbol, derivative = edge.symbol, " = ".join(dict.fromkeys(parts))
    symbol, derivative = (f"{symbol}:", derivative) if edge.is_map else (symbol, f"= {derivative}")
    if view.sizes.wrap:
        return [(Run(symbol, "partial"),), (Run(derivative, "partial"),)]
    return [(Run(f"{symbol} {derivative}", "partial"),)]


def beside_lines(picture: Picture, view: View) -> list[Line]:
    """Title, caption and notes, in that order."""
    title: list[Line] = [(Run(text.clean(view.title), "title"),)] if view.title else []
    said = [text.clean(part) for part in view.caption.splitlines()]
    return title + [(Run(line, "caption"),) for line in (*said, *notes(picture, view))]


def notes(picture: Picture, view: View) -> tuple[str, ...]:
    """The picture's notes; one on gradients only where gradients are shown."""
    return tuple(note for note in picture.notes if "grad" in view.show or FILL_IN not in note)


def plain(line: Line) -> str:
    """A line without its roles, single spaces between the words."""
    return "".join(run.text for run in line).replace("  ", " ")


def box_size(node: Node, view: View) -> tuple[float, float]:
    """Width and height in points that hold the box's text with room to spare."""
    sizes = view.sizes
    lines = node_lines(node, view.show, wrap=sizes.wrap)
    widest = max(line_width(line, font_size(line, sizes)) for line in lines)
    height = style.LINE_HEIGHT * sum(font_size(line, sizes) for line in lines)
    width = max(widest + 2 * sizes.margin[0], style.MIN_WIDTH)
    return round(width + 0.5), round(height + 2 * sizes.margin[1] + 0.5)


def font_size(line: Line, sizes: style.Size) -> float:
    """The font size of a box's line: name and formula are larger."""
    return sizes.name if line[0].role in ("name", "formula") else sizes.body


def line_width(line: Line, size: float) -> float:
    """How wide a line comes out in the layout's font."""
    return sum(
        text.width(part, size * (style.RAISED if is_raised else 1), bold=style.ROLES[run.role][1])
        for run in line
        for part, is_raised in text.raised(run.text)
    )
