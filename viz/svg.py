"""Graphviz's layout and the picture → the finished SVG.

Only positions are taken from Graphviz: where boxes, arrows and labels lie. Shapes and words are drawn here, bold
names and coloured gradients among them, so that both renderers give the same figure. The result has no
ids, scripts, styles or links: any number of figures can stand on one page.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from . import style, text
from .dot import is_dense
from .labels import (
    Line,
    Run,
    View,
    beside_lines,
    box_size,
    edge_lines,
    font_size,
    line_width,
    node_lines,
    plain,
    statements,
)
from .picture import Picture

_SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_PORT = re.compile(r":[ewns]\b")  # the side at which an edge leaves or arrives: n0:e->n1:w
_BASELINE = 0.36  # of the font size: from the middle of a line down to its baseline


class TooSmallError(ValueError):
    """Text on a slide would be only so many `pixels` high."""

    def __init__(self, pixels: float, width: float, height: float) -> None:
        super().__init__(
            f"on a slide the smallest text would be {math.floor(10 * pixels) / 10:g} px high, "
            f"and {style.SLIDE_TEXT:g} is the least: "
            f"at that size the picture is {width:.0f} × {height:.0f}, and a slide {style.SLIDE[0]:g} × "
            f"{style.SLIDE[1]:g}. Pass fewer of show=, collapse=, a node nearer to the inputs, or size=None"
        )
        self.pixels = pixels


@dataclass(slots=True)
class _Canvas:
    """Elements drawn so far, and how far they reach."""

    root: ET.Element
    xs: list[float] = field(default_factory=list)
    ys: list[float] = field(default_factory=list)

    def reach(self, *points: tuple[float, float]) -> None:
        for x, y in points:
            self.xs.append(x)
            self.ys.append(y)

    def bounds(self) -> tuple[float, float, float, float]:
        return min(self.xs), min(self.ys), max(self.xs), max(self.ys)


def finish(layout: bytes, picture: Picture, view: View) -> str:
    """Draw the figure.

    Parameters
    ----------
    layout
        The SVG that Graphviz made of ``dot.digraph(picture=picture, view=view)``.
    picture, view
        What is drawn, and how.

    Returns
    -------
    str
        SVG, without an XML declaration, so that it can stand inside a page.

    Raises
    ------
    TooSmallError
        If text on a slide would be too small to read.
    """
    graph = ET.fromstring(layout).find(f"{_SVG}g")  # noqa: S314 - our own renderer's output, from our own text
    if graph is None:
        raise ValueError(f"Graphviz gave no drawing: {layout[:200]!r}")
    groups: dict[str, dict[str, list[ET.Element]]] = defaultdict(lambda: defaultdict(list))
    for group in graph.findall(f"{_SVG}g"):
        title = _PORT.sub("", group.findtext(f"{_SVG}title", ""))
        groups[group.get("class", "")][title].append(group)

    canvas = _Canvas(ET.Element("g", {"font-family": style.FONT_FAMILY}))
    for same in groups["cluster"].values():
        _cluster(canvas, same[0], view)
    parallel = {title: iter(same) for title, same in groups["edge"].items()}
    for i, edge in enumerate(picture.edges):
        _edge(canvas, next(parallel[f"n{edge.tail}->n{edge.head}"]), picture, i, view)
    for i in range(len(picture.nodes)):
        _node(canvas, groups["node"][f"n{i}"][0], picture, i, view)
    _beside(canvas, picture, view)
    return _page(canvas, picture, view)


def _points(element: ET.Element) -> list[tuple[float, float]]:
    numbers = [float(n) for n in _NUMBER.findall(element.get("points") or element.get("d") or "")]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _bounds(points: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _outline(group: ET.Element) -> list[tuple[float, float]]:
    shapes = [*group.findall(f"{_SVG}polygon"), *group.findall(f"{_SVG}path")]
    return [point for shape in shapes for point in _points(shape)]


def _cluster(canvas: _Canvas, group: ET.Element, view: View) -> None:
    x0, y0, x1, y1 = _bounds(_outline(group))
    colours = style.PALETTES[view.background]
    out = ET.SubElement(canvas.root, "g", {"class": "cluster"})
    _rectangle(out, (x0, y0, x1, y1), radius=10, fill=colours.cluster[0], stroke=colours.cluster[1], penwidth=1.0)
    canvas.reach((x0, y0), (x1, y1))
    said = group.find(f"{_SVG}text")
    if said is not None:
        name, size = "".join(said.itertext()).strip(), view.sizes.body
        half = text.width(name, size) / 2 + 8
        x = x1 - half if view.direction == "LR" else x0 + half
        _write(canvas, out, (Run(name, "caption"),), (x, float(said.get("y", "0"))), size, view)


def _edge(canvas: _Canvas, group: ET.Element, picture: Picture, i: int, view: View) -> None:
    edge, colours = picture.edges[i], style.PALETTES[view.background]
    backward = view.flow == "backward"
    colour = colours.gradient if backward else colours.edge
    out = ET.SubElement(canvas.root, "g", {"class": "edge", "data-edge": f"n{edge.tail}-n{edge.head}"})
    width = style.edge_width(dense=is_dense(picture, view))
    for path in group.findall(f"{_SVG}path"):
        line = _element(out, "path", d=path.get("d", ""), fill="none", stroke=colour, **{"stroke-width": width})
        if backward:
            line.set("stroke-dasharray", "5,3")
        canvas.reach(*_points(path))
    for head in group.findall(f"{_SVG}polygon"):
        _element(out, "polygon", points=head.get("points", ""), fill=colour, stroke=colour)
        canvas.reach(*_points(head))
    # What is not revealed yet is written aside: it takes its room, so that no frame is cropped differently.
    into = out if "local" in view.visible else ET.Element("g")
    for said, words in zip(group.findall(f"{_SVG}text"), edge_lines(edge, view), strict=True):
        # From left to right, labels lie on top of their arrows: some air between the two.
        y = float(said.get("y", "0")) - (style.LABEL_LIFT * view.sizes.edge if view.direction == "LR" else 0)
        _write(canvas, into, words, (float(said.get("x", "0")), y), view.sizes.edge, view)


def _node(canvas: _Canvas, group: ET.Element, picture: Picture, i: int, view: View) -> None:
    node, colours, sizes = picture.nodes[i], style.PALETTES[view.background], view.sizes
    shape = style.SHAPES[node.kind]
    x0, y0, x1, y1 = _bounds(_outline(group))
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    width, height = box_size(node, view)
    fill, border = colours.boxes["output" if node.is_output else node.kind]
    kind = f"node {node.kind}" + " output" * node.is_output
    out = ET.SubElement(canvas.root, "g", {"class": kind, "data-node": f"n{i}"})
    ET.SubElement(out, "title").text = ", ".join((node.called, *statements(node, view.visible)[1:]))
    if node.is_output:
        gap = style.OUTPUT_GAP
        outer = (x - width / 2 - gap, y - height / 2 - gap, x + width / 2 + gap, y + height / 2 + gap)
        radius = shape.radius + gap if shape.radius else 0
        _rectangle(out, outer, radius=radius, fill="none", stroke=border, penwidth=shape.penwidth)
        canvas.reach(outer[:2], outer[2:])
    inner = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    _rectangle(out, inner, radius=shape.radius, fill=fill, stroke=border, penwidth=shape.penwidth, dashed=shape.dashed)
    canvas.reach(inner[:2], inner[2:])

    lines = node_lines(node, view.show, wrap=sizes.wrap)
    shown = set(node_lines(node, view.visible, wrap=sizes.wrap))
    top = y - style.LINE_HEIGHT * sum(font_size(line, sizes) for line in lines) / 2
    for line in lines:
        size = font_size(line, sizes)
        if line in shown:
            _write(canvas, out, line, (x, top + style.LINE_HEIGHT * size / 2 + _BASELINE * size), size, view)
        top += style.LINE_HEIGHT * size


def _beside(canvas: _Canvas, picture: Picture, view: View) -> None:
    """Title above, caption and notes below, on as many lines as they need."""
    (x0, y0, x1, y1), sizes = canvas.bounds(), view.sizes
    room = max(x1 - x0, style.BESIDE_WIDTH)
    if view.size == "slide":
        room = max(room, (y1 - y0) * style.SLIDE[0] / style.SLIDE[1])
    y = y1 + sizes.body * 0.7
    for (run,) in beside_lines(picture, view):
        size = sizes.name * style.TITLE if run.role == "title" else sizes.body
        parts = text.folded(run.text, size, room, bold=style.ROLES[run.role][1])
        top = y0 - sizes.name - len(parts) * size * style.LINE_HEIGHT if run.role == "title" else y
        for i, part in enumerate(parts, 1):
            at = (x0 + x1) / 2, top + i * size * style.LINE_HEIGHT
            _write(canvas, canvas.root, (Run(part, run.role),), at, size, view)
        if run.role != "title":
            y = at[1]


def _write(canvas: _Canvas, parent: ET.Element, line: Line, at: tuple[float, float], size: float, view: View) -> None:
    colours = style.PALETTES[view.background]
    x, y = at
    element = _element(parent, "text", x=x, y=y, **{"text-anchor": "middle", "xml:space": "preserve"})
    element.set("font-size", _coordinate(size))
    was_raised = False
    for run in line:
        colour, bold = style.ROLES[run.role]
        for part, is_raised in text.raised(run.text):
            span = ET.SubElement(element, "tspan", {"fill": getattr(colours, colour)})
            if bold:
                span.set("font-weight", "bold")
            if is_raised:
                span.set("font-size", _coordinate(size * style.RAISED))
            if is_raised != was_raised:
                span.set("dy", _coordinate(size * (-style.RAISE if is_raised else style.RAISE)))
            span.text, was_raised = part, is_raised
    half = line_width(line, size) / 2
    canvas.reach((x - half, y - size), (x + half, y + size * 0.3))


def _rectangle(
    parent: ET.Element, bounds: tuple[float, float, float, float], *,
    radius: float, fill: str, stroke: str, penwidth: float, dashed: bool = False,
) -> None:  # fmt: skip
    x0, y0, x1, y1 = bounds
    element = _element(parent, "rect", x=x0, y=y0, width=x1 - x0, height=y1 - y0, fill=fill, stroke=stroke)
    element.set("stroke-width", _coordinate(penwidth))
    if radius:
        element.set("rx", f"{radius:g}")
    if dashed:
        element.set("stroke-dasharray", "4,3")


def _element(parent: ET.Element, tag: str, **attributes: str | float) -> ET.Element:
    return ET.SubElement(parent, tag, {k: v if isinstance(v, str) else _coordinate(v) for k, v in attributes.items()})


def _coordinate(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _page(canvas: _Canvas, picture: Picture, view: View) -> str:
    """The canvas on its page: cropped, or fitted to a slide or a column."""
    pad = view.sizes.pad
    x0, y0, x1, y1 = canvas.bounds()
    x, y, width, height = x0 - pad, y0 - pad, x1 - x0 + 2 * pad, y1 - y0 + 2 * pad
    scale = style.PIXELS_PER_POINT
    if view.size == "paper":
        scale *= min(1.0, style.PAPER_WIDTH / width)
    elif view.size == "slide":
        across, down = style.SLIDE
        scale = min(across / width, down / height, style.SLIDE_ENLARGE)
        smallest = min(view.sizes.body, view.sizes.edge)
        if smallest * scale < style.SLIDE_TEXT:
            least = style.SLIDE_TEXT / smallest
            raise TooSmallError(smallest * scale, width * least, height * least)
        x, y = x - (across / scale - width) / 2, y - (down / scale - height) / 2
        width, height = across / scale, down / scale
    colours = style.PALETTES[view.background]
    named = view.title or ", ".join(plain(node_lines(n, ())[0]) for n in picture.nodes if n.is_output)
    page = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": _coordinate(width * scale),
            "height": _coordinate(height * scale),
            "viewBox": " ".join(map(_coordinate, (x, y, width, height))),
            "role": "img",
            "aria-label": text.clean(named),
        },
    )
    ET.SubElement(page, "title").text = text.clean(named)
    if view.background != "transparent":
        _element(page, "rect", x=x, y=y, width=width, height=height, fill=colours.background)
    page.append(canvas.root)
    return ET.tostring(page, encoding="unicode") + "\n"
