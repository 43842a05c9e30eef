"""Every colour, shape, font and distance of the pictures. No other module holds one.

The tints are Okabe and Ito's, which people who cannot tell red from green can tell apart; and each
kind of box has a shape of its own, so that colour is never the only cue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

LAYOUT_FONT = "DejaVu Sans"  # the widest of the family below: what fits in it fits in all of them
FONT_FAMILY = "Helvetica,Arial,DejaVu Sans,sans-serif"

Background = Literal["white", "transparent", "dark"]
SizeName = Literal["slide", "paper"]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a kind of box is drawn, colours apart."""

    radius: float = 0.0
    penwidth: float = 1.4
    dashed: bool = False


SHAPES: Mapping[str, Shape] = {
    "input": Shape(radius=13),
    "parameter": Shape(penwidth=2.4),
    "operation": Shape(radius=5),
    "constant": Shape(dashed=True),
}
OUTPUT_GAP = 4.0  # between the two borders of an output
EMPHASIS = 2.2  # times the width of a line that stands out
DASHES = "5,3"
ARROW_WIDTH = 0.7  # of its length


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one background. `boxes` maps a kind, or "output", to (fill, border)."""

    background: str
    boxes: Mapping[str, tuple[str, str]]
    ink: str
    muted: str
    gradient: str
    edge: str
    cluster: tuple[str, str]


LIGHT = Palette(
    background="#FFFFFF",
    boxes={
        "input": ("#DDEFFA", "#0072B2"),
        "parameter": ("#FDEFD0", "#B87A00"),
        "operation": ("#FFFFFF", "#4D4D4D"),
        "constant": ("#F2F2F2", "#8A8A8A"),
        "output": ("#D6F0E6", "#007A59"),
    },
    ink="#1A1A1A",
    muted="#5A5A5A",
    gradient="#B34700",
    edge="#6B6B6B",
    cluster=("#FAFAFA", "#BDBDBD"),
)
DARK = Palette(
    background="#16191D",
    boxes={
        "input": ("#12344A", "#56B4E9"),
        "parameter": ("#43340F", "#E69F00"),
        "operation": ("#23272C", "#B8BEC5"),
        "constant": ("#2B2E33", "#8A9099"),
        "output": ("#0E3B30", "#2FC79B"),
    },
    ink="#F4F4F4",
    muted="#B4BAC2",
    gradient="#FFA86B",
    edge="#A3A9B0",
    cluster=("#1C2025", "#59616B"),
)
PALETTES: Mapping[str, Palette] = {"white": LIGHT, "transparent": LIGHT, "dark": DARK}


@dataclass(frozen=True, slots=True)
class Size:
    """Font sizes and distances, in points.

    Parameters
    ----------
    name, body, edge
        Font sizes: a box's first line, its other lines, the labels on edges.
    margin
        Between a box's border and its text, left and right, above and below.
    nodesep, ranksep
        Between boxes of the same and of neighbouring ranks.
    wrap
        Whether a label on an edge, and a long formula, takes two lines.
    """

    name: float = 13.0
    body: float = 11.0
    edge: float = 11.0
    margin: tuple[float, float] = (10.0, 6.0)
    nodesep: float = 28.8
    ranksep: float = 39.6
    pad: float = 14.4
    wrap: bool = False


ORDINARY = Size()
TIGHT = Size(name=12, margin=(5.5, 3.5), nodesep=9, ranksep=9, pad=6, wrap=True)
COMPACT = Size(name=11, body=9, edge=9, margin=(6.0, 4.0), nodesep=10.8, ranksep=28.8)
MANY_EDGES = 120  # beyond them edges without labels are thin and straight
DENSE_ROOM = 3.0  # straight edges have so many times the room between ranks

TITLE = 1.2  # of the font size of names
LABEL_LIFT = 0.15  # of the font size: from an arrow up to the label above it
LINE_HEIGHT = 1.3  # of the font size
MIN_WIDTH = 44.0  # of a box, so that a single letter does not make a sliver
BESIDE_WIDTH = 260.0  # points: a title or caption takes a second line beyond this and beyond the graph's own width
RAISED = 0.7  # of the font size: an index above the line, which is then as small as ₁ and ² are
RAISE = 0.4  # of the font size: how far it is above

SLIDE = (1280.0, 720.0)  # pixels
SLIDE_TEXT = 18.0  # pixels: smaller than this is not readable from the back row
SLIDE_ENLARGE = 4.0  # pixels to a point: a small graph is not blown up beyond this
PAPER_WIDTH = 6.5 * 72  # points: the width of a text column

PIXELS_PER_POINT = 96 / 72
PNG_PIXELS = 24e6  # a larger PNG takes long and opens nowhere: a huge picture is painted smaller
PNG_SCALE: Mapping[str | None, float] = {None: 2.0, "slide": 1.5, "paper": 300 / 96}  # slide: 1920 × 1080

# A word of a label → its colour (a field of Palette) and whether it is bold.
ROLES: Mapping[str, tuple[str, bool]] = {
    "name": ("ink", True),
    "formula": ("ink", False),
    "word": ("muted", False),
    "value": ("ink", False),
    "gradient": ("gradient", True),
    "partial": ("gradient", False),
    "title": ("ink", True),
    "caption": ("muted", False),
}


def edge_width(*, dense: bool) -> float:
    """How thick arrows are, in points: thinner where there are many."""
    return 0.5 if dense else 1.2
