"""``compare_gradients``: the gradients of a graph beside those that another way found, and the first that is wrong."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import zip_longest
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from autograd_mini.graph import data_of, describe
from autograd_mini.names import callers_names

from . import arrays, style, text
from .arrays import Lines
from .canvas import Canvas
from .chain_rule.routes import text_of
from .collapse import FULL_LABELS
from .compare import FEW, side_by_side
from .drawing import Drawing, draw
from .figure import Figure
from .labels import NO_GRADIENT, STEPS, EdgeLabels, Run, Step, View
from .options import check
from .picture import Graph, Node, Picture, picture, refuse_stale, walk
from .render import Renderer
from .svg import finish
from .sweeps import backward_steps, check_small

FIRST = "first wrong"
ROUNDING = 64  # units in the last place of the largest gradient: orders of summation differ by less


class Found(NamedTuple):
    """A node's gradient, and what the other way found; None where nothing has reached it."""

    name: str
    right: Any
    other: Any
    is_wrong: bool

    def __str__(self) -> str:
        shapes = np.shape(self.other), np.shape(self.right)
        if shapes[0] != shapes[1]:
            return f"shape {shapes[0]} instead of {shapes[1]}"
        said = f"{_written(self.other)} instead of {_written(self.right)}"
        if self.is_wrong and _written(self.other) == _written(self.right):
            with np.errstate(all="ignore"):
                said += f", off by {np.max(np.abs(np.subtract(self.other, self.right))):.1g}"
        return said


@dataclass(frozen=True, repr=False)
class Differences(Figure):
    """A graph with two sets of gradients. :func:`compare_gradients` makes it; ``print`` gives a table.

    ``found`` has what was compared in the order in which the backward sweep completes it, the output first.
    """

    found: tuple[Found, ...]
    titles: tuple[str, str]
    drawing: Drawing  # with room for both
    pictures: tuple[Picture, Picture]
    size: style.SizeName | None = None

    @property
    def wrong(self) -> tuple[str, ...]:
        """The names of the nodes that got a wrong gradient, the first one first."""
        return tuple(each.name for each in self.found if each.is_wrong)

    @property
    def verdict(self) -> str:
        """Which node is the first wrong one, what it got, and what is right."""
        first = next((each for each in self.found if each.is_wrong), None)
        if first:
            return f"{FIRST}: {first.name}, {first}"
        return f"no difference: {len(self.found)} gradient{'s' * (len(self.found) != 1)} compared"

    @property
    def others(self) -> str:
        """What is wrong besides, if anything."""
        rest = [f"{each.name} ({each})" for each in self.found if each.is_wrong][1:]
        return f"wrong, too: {', '.join(rest[:FEW] + ['…'] * (len(rest) > FEW))}" if rest else ""

    @cached_property
    def svg(self) -> str:
        """The finished figure as SVG text."""
        return side_by_side(self._drawn, self.drawing.view, self.size, name=self.verdict, below=self._said)

    def _drawn(self, view: View) -> list[str]:
        drawing = replace(self.drawing, view=view)
        _, layout = drawing.layout
        return [
            finish(layout, drawing.picture, replace(view, title=title), picture)
            for title, picture in zip(self.titles, self.pictures, strict=True)
        ]

    def _said(self, canvas: Canvas, sizes: style.Size) -> None:
        """Below both drawings: which node is the first wrong one, and which are wrong besides."""
        x0, _, x1, y = canvas.bounds()
        for said, role, size in ((self.verdict, "name", sizes.name), (self.others, "caption", sizes.body)):
            for part in text.folded(said, size, x1 - x0, bold=True) if said else ():
                y += style.LINE_HEIGHT * size
                canvas.write(canvas.root, (Run(part, role),), ((x0 + x1) / 2, y), size)
        canvas.reach((x0, y + sizes.pad))

    def __str__(self) -> str:
        rows = [("", *self.titles, "")]
        rows += [(f.name, _written(f.right), _written(f.other), "≠" if f.is_wrong else "") for f in self.found]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ("   ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
        return "\n".join(filter(None, (*lines, self.verdict, self.others)))


def compare_gradients(
    node: Any,
    gradients: Mapping[Any, Any],
    *,
    titles: tuple[str, str] = ("right", "wrong"),
    names: Mapping[str, object] | None = None,
    size: style.SizeName | None = None,
    show: Sequence[Step] = STEPS,
    edges: EdgeLabels = "numbers",
    direction: Literal["LR", "BT"] = "LR",
    flow: Literal["forward", "backward"] = "forward",
    background: style.Background = "white",
    parameters: Sequence[Any] = (),
    max_nodes: int = FULL_LABELS,
    renderer: Renderer = "auto",
) -> Differences:
    """The same graph twice, with the right gradients and with those that some other way found.

    Wrong numbers are marked with a ≠, and the first wrong node in the order of the backward sweep, which is where the
    other way went wrong, stands out. Gradients that differ by no more than rounding, in the coarser dtype of the two,
    are alike. The right ones are from a sweep of its own; no gradient is needed beforehand, and none is changed.

    Parameters
    ----------
    node
        The output; of an array the sum of all elements is differentiated.
    gradients
        Node → the gradient that it got, a number or an array; None if it got none. What is left out is not compared.
    titles
        Above the right and above the other gradients.
    names
        As for :func:`viz.draw`.
    size
        "slide" is 16:9 with text that can be read, "paper" fits a column.
    show
        What to show, "grad" among it.
    edges, direction, flow, background, parameters, renderer
        As for :func:`viz.draw`.
    max_nodes
        The largest graph that is drawn; every operation is.

    Returns
    -------
    Differences
        A figure, shown by Jupyter; ``.save("bug.svg")``, ``.wrong``, ``.verdict``, ``print(...)``.

    Raises
    ------
    TypeError
        If `node` is not one node, `gradients` no mapping, a gradient no number or array, or `titles` not two texts.
    ValueError
        If a node in `gradients` is not in the graph, an option is none of those allowed, or the graph too large to show
        every operation.
    RuntimeError
        If a leaf has changed since `node` was computed.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> a, b = Value(2), Value(1)
    >>> e = (a + b) * (b + 1)
    >>> print(compare_gradients(e, {a: 2, b: 3}, titles=("right", "= instead of +=")))
        right   = instead of +=
    a   2       2
    b   5       3                 ≠
    first wrong: b, 3 instead of 5
    """
    check(size=(size, (None, *get_args(style.SizeName))))
    if not isinstance(titles, tuple | list) or len(titles) != 2 or not all(isinstance(each, str) for each in titles):
        raise TypeError(f'titles={titles!r:.60}; it has to be two texts, as in ("right", "wrong")')
    if "grad" not in show:
        raise ValueError(f"show={show!r:.60} leaves out what is compared: add 'grad'")
    if not isinstance(gradients, Mapping):
        raise TypeError(
            f"gradients is a {type(gradients).__name__}; pass a dict of nodes and numbers: {{a: 2.0, b: 3.0}}"
        )
    names = callers_names(sys._getframe(1)) if names is None else names
    drawing, graph, right = differentiated(
        node, names, "compare_gradients", show=show, edges=edges, direction=direction, flow=flow,
        background=background, parameters=parameters, max_nodes=max_nodes, renderer=renderer,
    )  # fmt: skip
    other = _by_place(graph, drawing.picture, gradients)
    wrong = _wrong(right, other)
    complete = {step.node: when for when, step in enumerate(backward_steps(drawing.picture))}
    order = sorted(other, key=lambda i: complete.get(i, len(complete)))
    found = tuple(Found(drawing.picture.nodes[i].name, right[i], other[i], i in wrong) for i in order)
    first = next((i for i in order if i in wrong), None)
    pictures = drawing.picture, _marked(drawing.picture, other, wrong, first)
    return Differences(found, (titles[0], titles[1]), replace(drawing, picture=_with_room(*pictures)), pictures, size)


def differentiated(
    node: Any, names: Mapping[str, object], caller: str, **options: Any
) -> tuple[Drawing, Graph, list[Any]]:
    """The drawing of every operation with the gradients of a sweep of its own, the graph, and these gradients.

    No two nodes have the same name in it, and no number is −0.

    Raises
    ------
    TypeError, ValueError, RuntimeError
        As :func:`compare_gradients`, for `caller`.
    """
    from autograd_mini.reverse import cotangents  # noqa: PLC0415 - as in picture.symbols

    if isinstance(node, list | tuple):
        raise TypeError(
            f"{caller} takes one node, got a {type(node).__name__} of {len(node)}: pass their sum, or one of them"
        )
    is_option = "max_nodes" in options
    options = {"collapse": None, "max_nodes": FULL_LABELS, "parameters": ()} | options
    check_small(node, options["max_nodes"], caller, is_option=is_option)
    drawing = draw(node, names=names, **options)
    graph = walk([node], parameters=options["parameters"])
    assert graph is not None  # without a limit
    refuse_stale(graph)
    if not node.requires_grad:
        raise ValueError("nothing here wants a gradient: make the inputs Value(…) or Tensor(…) with requires_grad=True")
    made = picture(graph, names, told_apart=True)
    seed = np.ones_like(node.data) if isinstance(node.data, np.ndarray) else 1.0
    gradients = [None if each is None else each + 0.0 for each in cotangents(node, graph.nodes, seed)]  # −0 + 0 is 0
    boxes = (
        replace(box, value=arrays.described(each.data + 0.0), grad=arrays.gradient(gradient))
        for box, each, gradient in zip(made.nodes, graph.nodes, gradients, strict=True)
    )
    edges = (edge if edge.partial is None else replace(edge, partial=edge.partial + 0.0) for edge in made.edges)
    made = replace(made, nodes=tuple(boxes), edges=tuple(edges), notes=())
    return replace(drawing, picture=made), graph, gradients


def _by_place(graph: Graph, picture: Picture, gradients: Mapping[Any, Any]) -> dict[int, Any]:
    """The gradients by their node's place in the picture."""
    place = {id(each): i for i, each in enumerate(graph.nodes)}
    found = {}
    for each, gradient in gradients.items():
        if id(each) not in place:
            known = ", ".join(node.name for node in picture.nodes[:FEW]) + ", …" * (len(picture.nodes) > FEW)
            raise ValueError(f"gradients has {each!r:.60}, which is not in the graph; the nodes there are {known}")
        i = place[id(each)]
        numbers = None if gradient is None else np.asarray(data_of(gradient))
        if numbers is not None and numbers.dtype.kind not in "iuf":
            name = picture.nodes[i].name
            raise TypeError(f"the gradient of {name} is {describe(gradient)}; it has to be a number, an array or None")
        found[i] = numbers
    return found


def _wrong(right: Sequence[Any], other: Mapping[int, Any]) -> set[int]:
    """The places where the two differ by more than rounding: None is as good as 0, nan as nan."""
    largest = max(float(np.max(np.abs(each), initial=0, where=np.isfinite(each))) for each in right if each is not None)
    wrong = set()
    for i, got in other.items():
        wanted = np.asarray(0.0 if right[i] is None else right[i])
        numbers = np.zeros(wanted.shape) if got is None else got
        eps = max(float(np.finfo(each.dtype).eps) for each in (wanted, numbers) if each.dtype.kind == "f")
        if numbers.shape != wanted.shape or not np.allclose(
            numbers, wanted, rtol=eps**0.5, atol=ROUNDING * eps * largest, equal_nan=True
        ):
            wrong.add(i)
    return wrong


def _marked(picture: Picture, other: Mapping[int, Any], wrong: Collection[int], first: int | None) -> Picture:
    """The picture with the other gradients, the wrong ones marked."""
    nodes = []
    for i, box in enumerate(picture.nodes):
        got = _lines(arrays.gradient(other.get(i)))
        if i in wrong:
            got = _marked_lines(got, _lines(box.grad))
        nodes.append(replace(box, grad=((FIRST, ""), *got) if i == first else got, emphasis=i == first))
    return replace(picture, nodes=tuple(nodes))


def _lines(grad: float | Lines | None) -> Lines:
    return grad if isinstance(grad, tuple) else (("grad", _written(grad)),)


def _marked_lines(got: Lines, right: Lines) -> Lines:
    """A number with the right one beside it, ``3 ≠ 5``; an array, or what reads alike, with the mark alone."""
    ((word, said), *rest) = got
    if rest or len(right) > 1 or "[" in said or said == right[0][1]:
        return ((f"{word} ≠", said), *rest)
    return ((word, f"{said} ≠ {right[0][1]}"),)


def _with_room(one: Picture, other: Picture) -> Picture:
    """The picture whose boxes have room for the words of both."""

    def room(a: Node, b: Node) -> Node:
        lines = zip_longest(_lines(a.grad), _lines(b.grad), fillvalue=("", ""))
        return replace(a, grad=tuple(max(pair, key=lambda said: text.width("".join(said), 1)) for pair in lines))

    return replace(one, nodes=tuple(map(room, one.nodes, other.nodes)))


def _written(gradient: Any) -> str:
    return NO_GRADIENT if gradient is None else text_of(gradient)
