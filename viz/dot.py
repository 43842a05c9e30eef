"""Picture → DOT, the language of Graphviz: plain data in, plain text out, the same bytes each time.

Labels are plain ones, never HTML-like, so that ``dot`` and the embedded renderer draw them alike.
Boxes come with their size, measured in the font that ships with the package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import style
from .labels import View, beside_lines, box_size, edge_lines, node_lines, plain
from .text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphviz import Digraph

    from .picture import Node, Picture


def digraph(*, picture: Picture, view: View) -> Digraph:
    """The picture as a ``graphviz.Digraph``, whose ``source`` is the DOT text.

    Nodes are called ``n0``, ``n1``, … in topological order, whatever their labels say.
    """
    from graphviz import Digraph  # noqa: PLC0415 - loads when the first picture is drawn

    colours, sizes = style.PALETTES[view.background], view.sizes
    dense = is_dense(picture, view)
    backward = view.flow == "backward"
    graph = Digraph()
    graph.attr(
        rankdir=view.direction, nodesep=inches(sizes.nodesep), pad=inches(sizes.pad),
        ranksep=inches(sizes.ranksep * (style.DENSE_ROOM if dense else 1)),
        outputorder="edgesfirst", splines="line" if dense else "spline",
        bgcolor="transparent" if view.background == "transparent" else colours.background,
        fontname=style.LAYOUT_FONT, fontsize=f"{sizes.body:g}", fontcolor=colours.muted,
    )  # fmt: skip
    if view.compact:
        graph.attr(nslimit="1")  # an unrolled network of 300 nodes is laid out in 2 s instead of minutes
    if any(node.details and node.scope for node in picture.nodes):
        graph.attr(mclimit="0.01")  # neurons stay in order: where all meet all, no other order has fewer crossings
    beside = beside_lines(picture, view)
    if beside:
        graph.attr(label=label(plain(line) for line in beside), labelloc="t" if view.title else "b")
    graph.attr(
        "node", shape="box", fixedsize="true", fontname=style.LAYOUT_FONT, fontsize=f"{sizes.body:g}",
        fontcolor=colours.ink,
    )  # fmt: skip
    graph.attr(
        "edge", fontname=style.LAYOUT_FONT, fontsize=f"{sizes.edge:g}", fontcolor=colours.gradient,
        color=colours.gradient if backward else colours.edge, penwidth=f"{style.edge_width(dense=dense):g}",
        arrowsize="0.5" if dense else "0.8",
        **({"dir": "back", "style": "dashed"} if backward else {}),
        # Straight edges would pass under boxes of their own rank: they leave and arrive at the sides.
        **(dict(zip(("tailport", "headport"), "ew" if view.direction == "LR" else "ns", strict=True)) if dense else {}),
    )  # fmt: skip
    _boxes(graph, picture, view)
    for edge in picture.edges:
        lines = edge_lines(edge, view)
        # A space on either side keeps the label off its edge.
        said = {"label": label(f" {plain(line)} " for line in lines)} if lines else {}
        graph.edge(f"n{edge.tail}", f"n{edge.head}", **said)
    return graph


def is_dense(picture: Picture, view: View) -> bool:
    """Whether the picture has so many edges that they are drawn thin and straight; labels would lie beside those."""
    is_labelled = any(edge_lines(edge, view) for edge in picture.edges)
    return view.compact or (len(picture.edges) > style.MANY_EDGES and not is_labelled)


def _boxes(graph: Digraph, picture: Picture, view: View) -> None:
    """The boxes, those of a neuron or layer inside a cluster of its name.

    Whole neurons say their layer themselves: in clusters, some versions of Graphviz turn their order around.
    """
    clusters: dict[tuple[str, ...], list[int]] = {(): []}
    for i, node in enumerate(picture.nodes):
        scope = () if node.details else node.scope
        for depth in range(len(scope)):
            clusters.setdefault(scope[: depth + 1], [])
        clusters[scope].append(i)

    # Arrows come in from the left, or from below: names stand where fewest of them pass.
    top, just = ("t", "r") if view.direction == "LR" else ("b", "l")

    def fill(into: Digraph, scope: tuple[str, ...]) -> None:
        for i in clusters[scope]:
            into.node(f"n{i}", **_attributes(picture.nodes[i], view))
        for number, inner in enumerate(clusters):
            if inner[:-1] == scope and inner:
                with into.subgraph(name=f"cluster_{number}") as cluster:
                    fill_colour, border = style.PALETTES[view.background].cluster
                    cluster.attr(
                        label=label([clean(inner[-1])]), labelloc=top, labeljust=just, margin="10",
                        style="rounded,filled", color=border, fillcolor=fill_colour,
                    )  # fmt: skip
                    fill(cluster, inner)

    fill(graph, ())


def _attributes(node: Node, view: View) -> dict[str, str]:
    shape = style.SHAPES[node.kind]
    fill, border = style.PALETTES[view.background].boxes[node.tint]
    width, height = box_size(node, view)
    styles = ("filled", *(("rounded",) if shape.radius else ()), *(("dashed",) if shape.dashed else ()))
    return {
        "label": label(plain(line) for line in node_lines(node, view.show)),
        "width": inches(width),
        "height": inches(height),
        "style": ",".join(styles),
        "fillcolor": fill,
        "color": border,
        "penwidth": f"{shape.penwidth:g}",
        **({"peripheries": "2"} if node.is_output else {}),
    }


def label(lines: Iterable[str]) -> str:
    """Lines of text as a DOT label that shows them literally: no escapes, no entities, no HTML."""
    from graphviz import escape  # noqa: PLC0415

    return r"\n".join(str(escape(line.replace("&", "&amp;"))) for line in lines)


def inches(points: float) -> str:
    """Graphviz takes lengths in inches."""
    return f"{points / 72:.4g}"
