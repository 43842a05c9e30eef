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
        "backward pass": ("#FCE8DB", "#B34700"),
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
        "backward pass": ("#4A2410", "#FF9D5C"),
    },
    ink="#F4F4F4",
    muted="#B4BAC2",
    gradient="#FFA86B",
    edge="#A3A9B0",
    cluster=("#1C2025", "#59616B"),
)


def _variables(tint: str) -> tuple[str, str]:
    name = tint.replace(" ", "-")
    return f"var(--{name}-fill)", f"var(--{name}-border)"


PAGE = Palette(  # of a page, whose style sheet says which colours these are by day and by night
    background="var(--background)",
    boxes={tint: _variables(tint) for tint in LIGHT.boxes},
    ink="var(--ink)",
    muted="var(--muted)",
    gradient="var(--gradient)",
    edge="var(--edge)",
    cluster=_variables("cluster"),
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
LABEL_LIFT = 0.15  # of the font size: between an arrow and the label above or beside it
LINE_HEIGHT = 1.3  # of the font size
MIN_WIDTH = 44.0  # of a box, so that a single letter does not make a sliver
BESIDE_WIDTH = 260.0  # points: a title or caption takes a second line beyond this and beyond the graph's own width
RAISED = 0.7  # of the font size: an index above the line, which is then as small as ₁ and ² are
RAISE = 0.4  # of the font size: how far it is above

SLIDE = (1280.0, 720.0)  # pixels
SLIDE_TEXT = 18.0  # pixels: smaller than this is not readable from the back row
SLIDE_ENLARGE = 4.0  # pixels to a point: a small graph is not blown up beyond this
SCREEN = 1240.0, 417.0  # points: what is larger would have text under 11 pixels beside a page's controls
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

COMPARED_WIDTH = 1200.0  # points: drawings that are wider together stand below each other
PANEL_MARGIN = 9.0  # of a panel of text, on all sides
PANEL_BORDER = 1.0
PANEL_BAR = 3.0  # how thick the bar is that shows how far an animation is
CAPITALS = 0.72  # of the font size: how high its capitals are
GIF_WIDTH = 800.0  # pixels
GIF_SCALE = (0.75, 2.0)  # the least and the most that a GIF is scaled to become so wide

PLOT = (6.4, 4.8)  # inches: a plot alone
PLOTS = (9.6, 5.4)  # inches: several beside each other; a slide's proportions, on which 10 points are 18 pixels
# A number below 0, 0, above 0: what is darker is lower, so that grey tells them apart as well.
DIVERGING = ("#06304F", "#9A9A9A", "#FFD48C")

# Weights and what units give: the larger, the thicker and the further from the background.
SIGNED = {False: "input", True: "parameter"}  # whether a number is below 0 → the kind whose border's colour it has
WEIGHT_WIDTHS = (0.5, 3.0)  # points
WEIGHT_SHADES = (0.3, 1.0)  # of the way from the background to the colour
UNIT_SHADES = (0.0, 0.42)  # of the way from the fill to the colour: words in it stay readable
UNIT_ROOM = 10.0  # points between two units of a layer
UNIT_GAP = 3.0  # points between the two borders of an output
ELLIPSIS = 0.6  # of the distance between two units: what those left out take besides
UNIT_RADIUS = 17.0  # points, where what is written needs no more
BOX_HEIGHT = 0.62  # of its width: a number that is no unit's
LAYER_ROOM = (26.0, 52.0)  # points between the headings of two layers, and between their units: no less
LONG_LINES = (120.0, 160.0, 210.0)  # points between layers, the shortest first, for numbers on lines to have room
SAMPLE = 26.0  # points: a line of the legend
HEADING = 132.0  # points: a layer's heading takes another line beyond this
BASELINE = 0.36  # of the font size: from the middle of a line of words down to its baseline

# The building blocks of a network: a box for each layer, forward above and backward below.
BLOCK_WIDTH = 138.0  # points: narrow boxes, where formulas take two lines
BLOCK_MARGIN = (8.0, 6.0)  # points between a box's border and its words, left and right, above and below
BLOCK_ARROW = 10.0  # points of an arrow beside its label
CACHE_ROOM = 44.0  # points between the boxes above and those below
COLUMN_ROOM = 10.0  # points between a formula and the shape of its result
ARROW_HEAD = 8.0  # points


def mixed(one: str, other: str, part: float) -> str:
    """The colour so far on the way from one to another.

    >>> mixed("#000000", "#FFFFFF", 0.5)
    '#808080'
    """
    pairs = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * part):02X}" for a, b in pairs)


def between(ends: tuple[float, float], part: float) -> float:
    """The number so far on the way from one end to the other."""
    return ends[0] + (ends[1] - ends[0]) * part


def edge_width(*, dense: bool) -> float:
    """How thick arrows are, in points: thinner where there are many."""
    return 0.5 if dense else 1.2
