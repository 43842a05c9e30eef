"""Graphviz's layout and the picture → the finished SVG.

Only positions are taken from Graphviz: where boxes, arrows and labels lie. Shapes and words are drawn here, bold
names and coloured gradients among them, so that both renderers give the same figure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from xml.etree import ElementTree as ET

from . import style, text
from .canvas import Bounds, Canvas, Point, coordinate, element
from .dot import is_dense
from .labels import Run, View, beside_lines, box_size, edge_lines, font_size, node_lines, plain, statements
from .picture import Edge, Node, Picture, empty

_SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_PORT = re.compile(r":[ewns]\b")  # the side at which an edge leaves or arrives: n0:e->n1:w


def finish(
    layout: bytes, picture: Picture, view: View, shown: Picture | None = None, palette: style.Palette | None = None
) -> str:
    """Draw the figure.

    Parameters
    ----------
    layout
        The SVG that Graphviz made of ``dot.digraph(picture=picture, view=view)``.
    picture, view
        What is drawn, and how.
    shown
        The same picture with other words in it, each in the lines of the first: what is written, where `picture` says
        how much room everything has.
    palette
        Its colours; by default those of the view's background.

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

    said = shown or picture
    canvas = Canvas(view.background)
    canvas.palette = palette or canvas.palette
    for same in groups["cluster"].values():
        _cluster(canvas, same[0], view)
    parallel = {title: iter(same) for title, same in groups["edge"].items()}
    width = style.edge_width(dense=is_dense(picture, view))
    for edge in said.edges:
        _edge(canvas, next(parallel[f"n{edge.tail}->n{edge.head}"]), edge, view, width)
    for i, (node, as_laid_out) in enumerate(zip(said.nodes, picture.nodes, strict=True)):
        _node(canvas, groups["node"][f"n{i}"][0], i, node, box_size(as_laid_out, view), view)
    beside = [run.text for (run,) in beside_lines(picture, view)]
    title = beside.pop(0) if view.title else ""
    canvas.write_beside(title, beside, view.sizes, view.size)
    named = view.title or ", ".join(plain(node_lines(n, ())[0]) for n in picture.nodes if n.is_output)
    smallest = min(view.sizes.body, view.sizes.edge)
    return canvas.page(named, pad=view.sizes.pad, size=view.size, smallest=smallest)


def _points(element: ET.Element) -> list[Point]:
    numbers = [float(n) for n in _NUMBER.findall(element.get("points") or element.get("d") or "")]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _bounds(points: list[Point]) -> Bounds:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _outline(group: ET.Element) -> list[Point]:
    shapes = [*group.findall(f"{_SVG}polygon"), *group.findall(f"{_SVG}path")]
    return [point for shape in shapes for point in _points(shape)]


def _cluster(canvas: Canvas, group: ET.Element, view: View) -> None:
    x0, y0, x1, y1 = _bounds(_outline(group))
    colours = canvas.palette
    out = canvas.group("cluster")
    canvas.rectangle(out, (x0, y0, x1, y1), radius=10, fill=colours.cluster[0], stroke=colours.cluster[1], penwidth=1.0)
    said = group.find(f"{_SVG}text")
    if said is not None:
        name, size = "".join(said.itertext()).strip(), view.sizes.body
        half = text.width(name, size) / 2 + 8
        x = x1 - half if view.direction == "LR" else x0 + half
        canvas.write(out, (Run(name, "caption"),), (x, float(said.get("y", "0"))), size)


def _edge(canvas: Canvas, group: ET.Element, edge: Edge, view: View, width: float) -> None:
    colours, backward = canvas.palette, view.flow == "backward"
    stressed = colours.gradient if edge.symbol else colours.ink  # it carries a derivative, or a value
    colour = stressed if edge.emphasis else colours.gradient if backward and edge.symbol else colours.edge
    out = canvas.group("edge" + " emphasis" * edge.emphasis, **{"data-edge": f"n{edge.tail}-n{edge.head}"})
    for path in group.findall(f"{_SVG}path"):
        line = element(out, "path", d=path.get("d", ""), fill="none", stroke=colour)
        line.set("stroke-width", coordinate(width * style.EMPHASIS if edge.emphasis else width))
        if backward:
            line.set("stroke-dasharray", style.DASHES)
        canvas.reach(*_points(path))
    for head in group.findall(f"{_SVG}polygon"):
        element(out, "polygon", points=head.get("points", ""), fill=colour, stroke=colour, **{"stroke-width": width})
        canvas.reach(*_points(head))
    # A label that is left out still has its room: no frame is cropped differently.
    places = [(float(said.get("x", "0")), float(said.get("y", "0"))) for said in group.findall(f"{_SVG}text")]
    canvas.reach(*places)
    for (x, y), words in zip(places, edge_lines(edge, view), strict=False):
        # Labels lie on their arrows, or to the right of them: some air between the two.
        air = style.LABEL_LIFT * view.sizes.edge
        canvas.write(out, words, (x, y - air) if view.direction == "LR" else (x + air, y), view.sizes.edge)


def _node(canvas: Canvas, group: ET.Element, i: int, node: Node, size: Point, view: View) -> None:
    colours, sizes = canvas.palette, view.sizes
    shape = style.SHAPES[node.kind]
    x0, y0, x1, y1 = _bounds(_outline(group))
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    across, down = size[0] / 2, size[1] / 2
    fill, border = colours.boxes[node.tint]
    penwidth = shape.penwidth
    if node.emphasis:
        is_value = node.grad == empty(node.grad)  # nothing is said of a gradient yet
        border, penwidth = colours.ink if is_value else colours.gradient, penwidth * style.EMPHASIS
    kind = f"node {node.kind}" + " output" * node.is_output + " emphasis" * node.emphasis
    out = canvas.group(kind, **{"data-node": f"n{i}"})
    ET.SubElement(out, "title").text = ", ".join((node.called, *statements(node, view.show)[1:]))
    if node.is_output:
        gap = style.OUTPUT_GAP
        outer = (x - across - gap, y - down - gap, x + across + gap, y + down + gap)
        radius = shape.radius + gap if shape.radius else 0
        canvas.rectangle(out, outer, radius=radius, fill="none", stroke=border, penwidth=penwidth)
    inner = (x - across, y - down, x + across, y + down)
    canvas.rectangle(out, inner, radius=shape.radius, fill=fill, stroke=border, penwidth=penwidth, dashed=shape.dashed)

    lines = node_lines(node, view.show, wrap=sizes.wrap)
    top = y - style.LINE_HEIGHT * sum(font_size(line, sizes) for line in lines) / 2
    for line in lines:
        size_of = font_size(line, sizes)
        if plain(line):
            canvas.write(out, line, (x, top + style.LINE_HEIGHT * size_of / 2 + style.BASELINE * size_of), size_of)
        top += style.LINE_HEIGHT * size_of
