"""``worksheet``: a graph with blanks to fill in by pen, on a page to print, and its answers.

>>> from autograd_mini import Value
>>> a, b = Value(3), Value(4)
>>> c = a + b
>>> d = b + 1
>>> e = c * d
>>> sheet = worksheet(e, blank="values")
>>> print(sheet.title, [answers for answers in sheet.answers if answers])
e = (a + b) × (b + 1) [('7',), ('5',), ('35',)]
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from operator import itemgetter
from typing import Any, Literal, get_args
from xml.etree import ElementTree as ET

from autograd_mini.names import callers_names

from .. import style, text
from ..arrays import unaligned
from ..canvas import Canvas, extent
from ..differences import differentiated
from ..drawing import Drawing
from ..figure import Figure
from ..labels import EdgeLabels, Run, View
from ..options import check
from ..picture import Picture
from ..svg import finish
from ..text import FIXED
from ..tree import tree
from .blanks import RULED, asked, chosen, left_out
from .headings import Given, formula_above, given_arrays, task_of

Paper = Literal["A4", "letter", "A3"]
PAPERS: Mapping[str, tuple[float, float]] = {  # points
    "A4": (595.28, 841.89), "letter": (612.0, 792.0), "A3": (841.89, 1190.55),
}  # fmt: skip
MARGIN, GAP = 36.0, 14.0  # points: around everything, and above the graph
TEXT, TITLE = 11.0, 16.0  # points: font sizes
LARGEST, LEAST = 1.5, 0.7  # times its own size: there has to be room for a pen

# Printed in black: what is filled in alone has a colour.
PRINTED = replace(
    style.LIGHT,
    boxes=dict.fromkeys(style.LIGHT.boxes, (style.LIGHT.background, style.LIGHT.ink)),
    muted=style.LIGHT.ink,
    gradient=style.LIGHT.ink,
)


@dataclass(frozen=True, slots=True)
class Flat(View):
    """A tight view whose labels take one line: from the bottom up there is room beside the arrows, and none above."""

    @property
    def sizes(self) -> style.Size:
        """The font sizes and distances that go with this view."""
        return replace(style.TIGHT, wrap=False)


@dataclass(frozen=True, repr=False)
class Worksheet(Figure):
    """A page with a graph that has blanks. :func:`worksheet` makes it; `key` is the same page with the answers.

    Parameters
    ----------
    drawing
        The graph with the blanks.
    answers
        Of each edge, then of each node, what belongs into its blanks.
    answered
        The graph without blanks.
    title, task, given
        What stands above; `given` are the arrays that are no nodes, with their rows.
    paper, directions
        The page, and how the graph may lie on it.
    is_key
        Whether the answers are shown.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> a, b = Value(3), Value(4)
    >>> e = a * b
    >>> print(worksheet(e, blank="a").key)
    e = a × b
    Fill in the blanks at a. The gradient of a node, grad, is the derivative of e by it.
    e = a × b   value 12   grad 1
    ├─ a   value 3   grad 4   ∂e/∂a = 4
    └─ b   value 4   grad 3   ∂e/∂b = 3
    """

    drawing: Drawing
    answers: tuple[tuple[str, ...], ...]
    answered: Picture
    title: str
    task: str
    given: tuple[Given, ...] = ()
    paper: Paper = "A4"
    directions: tuple[Literal["LR", "BT"], ...] = ("LR", "BT")
    is_key: bool = False

    @property
    def key(self) -> Worksheet:
        """The same page, filled in."""
        return replace(self, is_key=True)

    @property
    def size(self) -> style.SizeName:
        """It is for paper."""
        return "paper"

    @cached_property
    def svg(self) -> str:
        """The page as SVG text."""
        scale, canvas = max(self._pages(tight=False), key=itemgetter(0))
        if scale < 1:
            scale, canvas = max(self._pages(tight=True), key=itemgetter(0))
        if scale < LEAST:
            would_fit = scale * PAPERS["A3"][0] / PAPERS[self.paper][0] >= LEAST
            raise ValueError(
                f"on {self.paper} paper the graph's text would be {scale * TEXT:.1f} points high, and "
                f"{LEAST * TEXT:.1f} is the least: pass a node nearer to the inputs" + would_fit * ', or paper="A3"'
            )
        return canvas.page(self.title + ", answers" * self.is_key, pad=0)

    def _pages(self, *, tight: bool) -> Iterator[tuple[float, Canvas]]:
        """The page upright and on its side, with the graph in either direction; and how many times its own size."""
        views = [replace(self.drawing.view, direction=direction, tight=tight) for direction in self.directions]
        if tight and "BT" in self.directions:
            views.append(Flat(edges=self.drawing.view.edges, direction="BT"))
        for page, view in product((PAPERS[self.paper], PAPERS[self.paper][::-1]), views):  # upright, if both are alike
            yield self._page(page, view)

    def _page(self, page: tuple[float, float], view: View) -> tuple[float, Canvas]:
        width, height = page
        canvas = Canvas()
        canvas.reach((0, 0), page)
        head = canvas.group("head")
        y = MARGIN + TEXT
        if self.is_key:
            canvas.write(head, (Run("Answers", "gradient"),), (width - MARGIN, y), TEXT, "end")
        else:
            ruled = Run(f"Name {'_' * 30}   Date {'_' * 14}", "formula")
            canvas.write(head, (ruled,), (width - MARGIN, y), TEXT, "end")
        y += GAP
        for said, role, size in ((self.title, "title", TITLE), (self.task, "formula", TEXT)):
            for part in text.folded(said, size, width - 2 * MARGIN, bold=role == "title"):
                y += style.LINE_HEIGHT * size
                canvas.write(head, (Run(part, role),), (MARGIN, y), size, "start")
            y += size / 2
        for name, rows in self.given:
            for i, row in enumerate(rows):
                y += style.LINE_HEIGHT * TEXT
                if not i:
                    canvas.write(head, (Run(name, "formula"),), (MARGIN, y), TEXT, "start")
                canvas.write(head, (Run(row, "formula"),), (MARGIN + text.width(name, TEXT), y), TEXT, "start")
        y += GAP
        drawn, (x0, y0, across, down) = self._drawn(view)
        scale = min((width - 2 * MARGIN) / across, (height - MARGIN - y) / down, LARGEST)
        left = (width - scale * across) / 2
        moved = f"translate({left - scale * x0:.2f},{y - scale * y0:.2f}) scale({scale:.4f})"
        canvas.group("figure", transform=moved).extend(drawn.findall("g"))
        return scale, canvas

    def _drawn(self, view: View) -> tuple[ET.Element, tuple[float, float, float, float]]:
        """The graph, in the key with the answers on its blanks, and its extent."""
        drawing = replace(self.drawing, view=view)
        view, layout = drawing.layout
        svg = finish(layout, drawing.picture, view, palette=PRINTED)
        drawn = ET.fromstring(svg.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1))  # noqa: S314 - our own figure
        if self.is_key:
            boxes = (each for each in drawn.iter("g") if "data-edge" in each.attrib or "data-node" in each.attrib)
            for group, answers in zip(boxes, self.answers, strict=True):
                _fill(group, answers)
        return drawn, extent(svg)

    def __str__(self) -> str:
        picture = self.answered if self.is_key else self.drawing.picture
        given = [name + unaligned(" ".join(rows)) for name, rows in self.given]
        graph = unaligned(tree(picture, self.drawing.view)).replace(FIXED, "")
        return "\n".join((self.title, self.task, *given, graph))


def _fill(group: ET.Element, answers: Iterable[str]) -> None:
    """Write the answers on the blanks of a box or an edge."""
    pen, waiting = Canvas(), iter(answers)
    for said in group.findall("text"):
        size, x, y = (float(said.get(key, "0")) for key in ("font-size", "x", "y"))
        spans = [(s.text or "", float(s.get("font-size", size)), "font-weight" in s.attrib) for s in said]
        x -= sum(text.width(words, high, bold=bold) for words, high, bold in spans) / 2
        for words, high, bold in spans:
            for piece in RULED.split(words):
                width = text.width(piece, high, bold=bold)
                if RULED.fullmatch(piece):
                    pen.write(group, (Run(next(waiting), "gradient"),), (x + width / 2, y), size)
                x += width


def worksheet(
    node: Any,
    *,
    blank: str | Sequence[str] = ("gradients",),
    title: str | None = None,
    names: Mapping[str, object] | None = None,
    edges: EdgeLabels = "numbers",
    direction: Literal["LR", "BT"] | None = None,
    parameters: Sequence[Any] = (),
    paper: Paper = "A4",
) -> Worksheet:
    """A graph with blanks to fill in by pen, on a page to print; ``.key`` is the same page with the answers.

    What is left blank is nowhere in the file, hidden or in the length of a blank; what follows from other numbers on
    the sheet stays: in e = c × d, the gradient of c is the derivative on its arrow. The answers are from a sweep of its
    own; no gradient is needed beforehand, and none is changed. Arrays that are no nodes stand above the graph.

    Parameters
    ----------
    node
        The output, a number or an array; of an array the sum of all elements is differentiated.
    blank
        What to leave blank: "values" of all operations, "gradients" of all nodes, "derivatives" on all edges; or single
        ones, ``"c"`` (value, unless it is an input, and gradient), ``"c.value"``, ``"c.grad"``, ``"∂e/∂c"``; or nodes.
        Of two nodes x, the second is called x′.
    title
        Above the graph; by default the formula, ``e = (a + b) × (b + 1)``.
    names
        As for :func:`viz.draw`.
    edges
        The derivatives on the edges as "numbers", as "formulas", or "both".
    direction
        "LR" or "BT"; by default what fits the page better.
    parameters
        Leaves to draw as parameters.
    paper
        "A4", "letter" or "A3", upright or on its side, as gives more room for a pen.

    Returns
    -------
    Worksheet
        A figure, shown by Jupyter; ``.save("sheet.pdf")``, ``.key.save("answers.pdf")``, ``print(...)``.

    Raises
    ------
    TypeError
        If `node` is not one node, `blank` has something other than names and nodes, or `title` is no text.
    ValueError
        If there is nothing of what `blank` names, an option is none of those above, two arrays have the same name, or
        the graph is too large for a page.
    RuntimeError
        If a leaf has changed since `node` was computed.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> a, b = Value(3), Value(4)
    >>> e = a * b
    >>> print(worksheet(e, blank=["b", "∂e/∂a"]))
    e = a × b
    Fill in the blanks at b and ∂e/∂a. The gradient of a node, grad, is the derivative of e by it.
    e = a × b   value 12   grad 1
    ├─ a   value 3   grad 4   ∂e/∂a = _________
    └─ b   value 4   grad _________   ∂e/∂b = 3
    """
    check(
        edges=(edges, get_args(EdgeLabels)), direction=(direction, (None, "LR", "BT")), paper=(paper, get_args(Paper))
    )  # fmt: skip
    if not isinstance(title, str | None):
        raise TypeError(
            f"title is {title!r:.60} ({type(title).__name__}); it has to be a text, or None for the formula"
        )
    names = callers_names(sys._getframe(1)) if names is None else names
    drawing, graph, _ = differentiated(node, names, "worksheet", edges=edges, parameters=parameters)
    boxes = [replace(box, shape="" if box.shape.startswith("()") else box.shape) for box in drawing.picture.nodes]
    picture = replace(drawing.picture, nodes=tuple(boxes))
    wanted = asked(blank, {id(each): box.name for each, box in zip(graph.nodes, boxes, strict=True)})
    with_blanks, answers = left_out(picture, chosen(picture, wanted), drawing.view)
    return Worksheet(
        replace(drawing, picture=with_blanks),
        answers,
        picture,
        formula_above(graph, picture) if title is None else text.clean(title),
        task_of(picture, wanted, has_pairs=any(len(each) > 1 for each in answers[: len(picture.edges)])),
        given_arrays(graph, names),
        paper,
        ("LR", "BT") if direction is None else (direction,),
    )
