"""``compare_modes``: forward and reverse mode on the same graph, side by side, and what each of them costs."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from operator import itemgetter
from typing import Any, Literal, get_args

from autograd_mini.names import callers_names

from . import style, text
from .canvas import NEARER_NODE, Canvas, extent
from .collapse import FULL_LABELS
from .drawing import Drawing, draw
from .figure import Figure
from .labels import Run, View, arrangements
from .options import check
from .picture import STALE, Picture, walk
from .sweeps import check_numbers, check_small, shares

Costs = tuple[tuple[str, int], ...]  # by name: names may be alike

FEW = 6  # of a list that is written out


@dataclass(frozen=True, repr=False)
class Comparison(Figure):
    """Both sweeps over a graph, and what they cost. :func:`compare_modes` makes them; ``print`` gives the table.

    ``size`` is what it is drawn for.

    Attributes
    ----------
    forward, reverse
        The graph with the tangents of one forward sweep, and with the gradients of one reverse sweep.
    by_input, by_output
        The multiplications of each forward and of each reverse sweep.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> import viz
    >>> a, b = Value(2), Value(3)
    >>> c = a * b
    >>> viz.compare_modes(c).verdict
    'here both take 2 multiplications'
    """

    forward: Drawing
    reverse: Drawing
    by_input: Costs
    by_output: Costs
    size: style.SizeName | None = None

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The rows of the table, a header, then forward and reverse mode."""
        costs = (("forward", "input", self.by_input), ("reverse", "output", self.by_output))
        return (
            ("", "one sweep for each", "sweeps", "multiplications"),
            *((f"{mode} mode", f"{each}: {_listed(by)}", f"{len(by)}", _added(by)) for mode, each, by in costs),
        )

    @property
    def verdict(self) -> str:
        """Which of the two takes fewer multiplications."""
        forward, reverse = (sum(count for _, count in by) for by in (self.by_input, self.by_output))
        if forward == reverse:
            return f"here both take {forward:,} multiplications"
        cheaper, fewer, more = ("reverse", reverse, forward) if reverse < forward else ("forward", forward, reverse)
        return f"here {cheaper} mode is cheaper: {fewer:,} multiplications instead of {more:,}"

    @cached_property
    def svg(self) -> str:
        """The finished figure as SVG text."""
        return side_by_side(self._drawn, self.forward.view, self.size, name=self.verdict, below=self._table)

    def _drawn(self, view: View) -> list[str]:
        each = (self.forward, self.reverse)
        views = (replace(one.view, direction=view.direction, tight=view.tight, size=None) for one in each)
        return [replace(one, view=view).svg for one, view in zip(each, views, strict=True)]

    def _table(self, canvas: Canvas, sizes: style.Size) -> None:
        """The table below what is drawn, and the verdict."""
        x0, _, x1, top = canvas.bounds()
        line, gap = style.LINE_HEIGHT * sizes.name, 2 * sizes.name
        widths = [max(text.width(cell, sizes.name) for cell in column) for column in zip(*self.rows, strict=True)]
        out = canvas.group("table")
        left = start = (x0 + x1 - sum(widths) - gap * (len(widths) - 1)) / 2
        for column, width in zip(zip(*self.rows, strict=True), widths, strict=True):
            for i, cell in enumerate(column):
                role = "word" if i == 0 else "formula" if left > start else "name"
                canvas.write(out, (Run(cell, role),), (left, top + (i + 1) * line), sizes.name, "start")
            left += width + gap
        bottom = top + (len(self.rows) + 1.4) * line
        canvas.write(out, (Run(self.verdict, "name"),), ((x0 + x1) / 2, bottom), sizes.name)
        canvas.reach((x0, bottom + sizes.pad))

    def __str__(self) -> str:
        widths = [max(map(len, column)) for column in zip(*self.rows, strict=True)]
        lines = ("   ".join(map(str.ljust, row, widths)).rstrip() for row in self.rows)
        return "\n".join((*lines, self.verdict))


def compare_modes(
    node: Any,
    *,
    names: Mapping[str, object] | None = None,
    wrt: Any = None,
    size: style.SizeName | None = None,
    **options: Any,
) -> Comparison:
    """Both modes on the same graph: the forward sweep from one input, the reverse sweep from one output, their costs.

    A forward sweep gives the derivatives of everything by one input, a reverse sweep those of one output by everything:
    for n inputs and k outputs forward mode takes n sweeps, reverse mode k. A sweep is counted as one multiplication for
    each edge that it uses, whatever the number on it: a forward sweep uses the edges that start at its input or at what
    depends on that, a reverse sweep those that lead to its output or to what that depends on. The numbers are from
    sweeps of their own; no gradient is needed beforehand, and none is changed.

    Parameters
    ----------
    node
        The output, or a list or tuple of outputs, computed from numbers.
    names
        As for :func:`viz.draw`.
    wrt
        The input whose sweep is drawn, with the edges that it uses standing out; by default the one with the longest
        sweep. The reverse sweep drawn is the longest, too.
    size
        "slide" is 16:9 with text that can be read, "paper" fits a column.
    options
        What else :func:`viz.draw` takes: `direction`, `background`, `edges`, `parameters`, …

    Returns
    -------
    Comparison
        A figure, shown by Jupyter; ``.save("modes.svg")``, ``.by_input``, ``.by_output``, ``print(...)``.

    Raises
    ------
    TypeError
        If `node` is not a node, something in its graph is an array, or `wrt` is none of its nodes.
    ValueError
        If an option is none of those above, or nothing in the graph wants a gradient.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> a, b = Value(2), Value(1)
    >>> e = (a + b) * (b + 1)
    >>> print(compare_modes(e))
                   one sweep for each   sweeps   multiplications
    forward mode   input: a, b          2        2 + 4 = 6
    reverse mode   output: e            1        5
    here reverse mode is cheaper: 5 multiplications instead of 6
    """
    check(size=(size, (None, *get_args(style.SizeName))))
    if isinstance(wrt, Mapping):
        raise TypeError("compare_modes draws the sweep from one input: wrt= takes a node, got a dict of nodes")
    names = callers_names(sys._getframe(1)) if names is None else names
    options = {"collapse": None, "max_nodes": FULL_LABELS} | options
    check_small(node, options["max_nodes"], "compare_modes")
    plain = draw(node, names=names, **options)
    check_numbers(plain.picture, "compare_modes")
    inputs, outputs = multiplications(plain.picture)
    if not inputs or not outputs:
        raise ValueError("nothing here wants a gradient: make the inputs Value(…) with requires_grad=True")
    graph = walk(node if isinstance(node, list | tuple) else [node])
    assert graph is not None  # without a limit
    wrt = graph.nodes[max(inputs, key=lambda i: inputs[i])] if wrt is None else wrt
    forward = draw(node, names=names, mode="forward", wrt=wrt, **options)
    output = max(outputs, key=lambda i: outputs[i])
    reverse = replace(plain, picture=with_gradients(plain.picture, output))
    nodes = plain.picture.nodes
    return Comparison(
        _swept(forward, "forward", next(i for i, each in enumerate(graph.nodes) if each is wrt)),
        _swept(reverse, "reverse", output),
        tuple((nodes[i].name, count) for i, count in inputs.items()),
        tuple((nodes[i].name, count) for i, count in outputs.items()),
        size,
    )


def multiplications(picture: Picture) -> tuple[dict[int, int], dict[int, int]]:
    """How many the forward sweep from each input takes, and how many the reverse sweep from each output."""
    wanting = [i for i, node in enumerate(picture.nodes) if node.wants_grad]
    inputs = (i for i in wanting if picture.nodes[i].kind != "operation")
    outputs = (i for i in wanting if picture.nodes[i].is_output)
    return (
        {i: len(used(picture, i, "forward")) for i in inputs},
        {i: len(used(picture, i, "reverse")) for i in outputs},
    )


def used(picture: Picture, start: int, mode: Literal["forward", "reverse"]) -> set[int]:
    """The edges that a sweep from an input, or from an output, uses."""
    onwards: dict[int, list[int]] = defaultdict(list)
    for i, edge in enumerate(picture.edges):
        if edge.symbol:
            onwards[edge.tail if mode == "forward" else edge.head].append(i)
    found: set[int] = set()
    reached, waiting = {start}, [start]
    while waiting:
        edges = onwards[waiting.pop()]
        found |= set(edges)
        ends = {picture.edges[i].head if mode == "forward" else picture.edges[i].tail for i in edges} - reached
        reached |= ends
        waiting += ends
    return found


def with_gradients(picture: Picture, output: int) -> Picture:
    """The picture with the derivatives of one output in it, 0 where that doesn't depend on a node."""
    alone = replace(picture, nodes=tuple(replace(node, is_output=i == output) for i, node in enumerate(picture.nodes)))
    found = {share.step.node: share.total for share in shares(alone)}
    by = picture.nodes[output].name
    nodes = (
        replace(node, grad=found.get(i, 0.0) if node.wants_grad else None, word=f"∂{by}/∂{node.name}")
        for i, node in enumerate(picture.nodes)
    )
    return replace(picture, nodes=tuple(nodes))


def _swept(drawing: Drawing, mode: Literal["forward", "reverse"], start: int) -> Drawing:
    """The drawing of one sweep, the edges that it uses standing out."""
    made = drawing.picture
    stressed = used(made, start, mode)
    edges = (replace(edge, emphasis=i in stressed) for i, edge in enumerate(made.edges))
    notes = tuple(note for note in made.notes if note == STALE)
    title = f"{mode} mode, from {made.nodes[start].name}"
    view = replace(drawing.view, title=title, flow="forward" if mode == "forward" else "backward")
    return replace(drawing, picture=replace(made, edges=tuple(edges), notes=notes), view=view)


def side_by_side(
    drawn: Callable[[View], Sequence[str]],
    view: View,
    size: style.SizeName | None,
    *,
    name: str,
    below: Callable[[Canvas, style.Size], None],
) -> str:
    """Two drawings of a graph on one page, one below the other where that fits better.

    Parameters
    ----------
    drawn
        Gives both as SVG, in the direction of a view and as tightly.
    view, size
        How they lie if there is room, and for what the page is.
    name
        What the figure is called.
    below
        Writes what stands below them.

    Returns
    -------
    str
        The page as SVG.
    """
    views = sorted(arrangements(replace(view, size=size)), key=lambda view: view.tight)
    tried: list[tuple[float, Canvas, style.Size]] = []
    for each, beside in product(views, (True, False)):
        canvas = _laid(drawn(replace(each, size=None)), each, beside)
        below(canvas, each.sizes)
        tried.append((_fit(canvas, each.sizes, size), canvas, each.sizes))
        if tried[-1][0] >= 1:
            break
    _, canvas, sizes = max(tried, key=itemgetter(0))
    return canvas.page(name, pad=0, size=size, smallest=sizes.body, advice=NEARER_NODE)


def _laid(drawn: Sequence[str], view: View, beside: bool) -> Canvas:
    """The two drawings beside or below each other."""
    (_, _, width, height), (_, _, other_width, other_height) = map(extent, drawn)
    canvas = Canvas(view.background)
    if beside:
        canvas.place(drawn[0], (0, max(other_height - height, 0) / 2))
        canvas.place(drawn[1], (width + view.sizes.nodesep, max(height - other_height, 0) / 2))
    else:
        canvas.place(drawn[0], (max(other_width - width, 0) / 2, 0))
        canvas.place(drawn[1], (max(width - other_width, 0) / 2, height))
    return canvas


def _fit(canvas: Canvas, sizes: style.Size, size: style.SizeName | None) -> float:
    """How well the figure fits: from 1 on it is not too wide, and its text on a slide not too small."""
    x0, y0, x1, y1 = canvas.bounds()
    if size == "slide":
        across, down = style.SLIDE
        return sizes.body * min(across / (x1 - x0), down / (y1 - y0)) / style.SLIDE_TEXT
    return (style.PAPER_WIDTH if size == "paper" else style.COMPARED_WIDTH) / (x1 - x0)


def _listed(by: Costs) -> str:
    names = [name for name, _ in by]
    return ", ".join(names if len(names) <= FEW else [*names[: FEW - 1], "…"])


def _added(by: Costs) -> str:
    total = f"{sum(count for _, count in by):,}"
    return total if not 1 < len(by) <= FEW else f"{' + '.join(f'{count:,}' for _, count in by)} = {total}"
