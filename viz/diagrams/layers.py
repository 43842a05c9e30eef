"""``network``: a network as its units, layer by layer, and a line for every weight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, get_args

import numpy as np

from .. import style, text
from ..canvas import Canvas, Point, TooSmallError, element
from ..figure import Sheet
from ..labels import Line, Run
from ..options import check
from .along import broken
from .stages import Array, Stage, activations, stages
from .units import SIZES, Column, Link, Plan, label_size, plan

Weights = Literal["auto", "numbers", "lines"]
FEW_WEIGHTS = 12  # so many at most have their numbers written, unless numbers are asked for
ADVICE = "Pass fewer max_units=, fewer layers, or size=None"


def network(
    model: Any,
    *,
    example: Any = None,
    max_units: int = 6,
    weights: Weights | None = "auto",
    size: style.SizeName | None = None,
    background: style.Background = "white",
    title: str = "",
) -> Sheet:
    """Draw a network as layers of units, with a line for every weight: thicker the larger it is, dashed below 0.

    Parameters
    ----------
    model
        A Sequential whose widths are known, a layer, an MLP, a Layer or a Neuron of ``nn``.
    example
        One row of features, shape (n,): every unit shows what it gives for that, and is tinted by it.
    max_units
        Of a wider layer the first ones and the last are drawn; on a slide fewer, where it would be too small else.
    weights
        "numbers" writes the weights on their lines, and the biases below their units; "lines" doesn't; "auto" does
        where there are at most 12 weights and their numbers fit; with None all lines are alike.
    size
        "slide" is 16:9, with no text under 18 px at 1280; "paper" fits a column of 6.5 inches.
    background
        "white", "transparent" or "dark".
    title
        Text above.

    Returns
    -------
    Sheet
        Shown by Jupyter; ``.save("network.svg")``, ``.show()``; printed, it is a table of the layers.

    Raises
    ------
    TypeError
        If `model` is none of those.
    RuntimeError
        While a width is unknown, because the network has seen no batch.
    ValueError
        If an option is none of those above, the example doesn't fit, the numbers of weights have no room, or text on a
        slide would be too small.

    Examples
    --------
    >>> from autograd_mini import nn
    >>> print(network(nn.MLP(2, [4, 1], activation="tanh", seed=0)))
    input    2 features
    layer 1  4 units, tanh   W (2, 4), b (4,)
    layer 2  1 unit, linear  W (4, 1), b (1,)
    17 parameters; the input layer is not counted
    """
    check(
        weights=(weights, (*get_args(Weights), None)),
        size=(size, (None, *get_args(style.SizeName))),
        background=(background, get_args(style.Background)),
    )
    if not isinstance(max_units, int | np.integer) or isinstance(max_units, bool) or max_units < 2:
        raise ValueError(f"max_units={max_units!r}; it has to be an integer, 2 or more")
    path = stages(model, "network")
    values = None if example is None else activations(path, example)
    failed: list[TooSmallError] = []
    for each in _plans(path, values, max_units, weights):
        try:
            return Sheet(_page(each, title, size, background, is_plain=weights is None), _table(path, values), size)
        except TooSmallError as error:
            failed.append(error)
    if not failed:
        raise ValueError("the numbers of the weights have no room: pass weights='lines', or fewer max_units=")
    raise max(failed, key=lambda error: error.pixels)


def _plans(
    path: Sequence[Stage], values: Sequence[Array] | None, max_units: int, weights: Weights | None
) -> Iterator[Plan]:
    """Where everything may lie, the best first: numbers are given up before units are."""
    heads = [_heading(stage) for stage in path]
    widest = min(max_units, max(2, *(stage.units for stage in path)))
    few = sum(stage.W.size for stage in path if stage.W is not None) <= FEW_WEIGHTS
    if weights == "numbers" or (weights == "auto" and few):
        for room in style.LONG_LINES:
            made = plan(path, heads, values, widest, room)
            if made.labels is not None:
                yield made
    if weights != "numbers":
        for most in range(widest, 1, -1):
            yield plan(path, heads, values, most)


def _heading(stage: Stage) -> list[Line]:
    """What stands below a column."""
    said = [line for words in _said(stage) for line in text.folded(words, SIZES.body, style.HEADING)]
    return [(Run(stage.title, "name"),), *((Run(line, "caption"),) for line in said)]


def _said(stage: Stage) -> list[str]:
    """A stage in words: how large and of which kind, and the shapes of its arrays."""
    if stage.W is not None:
        arrays = [f"{name} {array.shape}" for name, array in (("W", stage.W), ("b", stage.b)) if array is not None]
        return [f"{_count(stage.units, 'unit')}, {stage.activation}", ", ".join(arrays)]
    if not stage.runs:
        return [_count(stage.units, "feature"), *([str(stage.shape)] if len(stage.shape) > 1 else [])]
    return [stage.details] if stage.details else []


def _count(n: int, word: str) -> str:
    return f"{n:,} {word}{'s' * (n != 1)}"


def _table(path: Sequence[Stage], values: Sequence[Array] | None) -> str:
    """The layers as plain text."""
    rows = [[stage.title, *_said(stage)] for stage in path]
    for k, given in enumerate(values or ()):
        numbers = [text.number(float(x)) for x in given]
        rows[k] += [""] * (3 - len(rows[k]))
        rows[k].append("  ".join(numbers if len(numbers) <= 8 else [*numbers[:7], "…", numbers[-1]]))
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(max(map(len, rows)))]
    lines = ["  ".join(cell.ljust(widths[i]) for i, cell in enumerate(row)).rstrip() for row in rows]
    parameters = sum(array.size for stage in path for array in (stage.W, stage.b) if array is not None)
    return "\n".join([*lines, f"{_count(parameters, 'parameter')}; the input layer is not counted"])


def _page(made: Plan, title: str, size: style.SizeName | None, background: style.Background, *, is_plain: bool) -> str:
    """Draw it."""
    canvas = Canvas(background)
    largest = max((abs(w) for *_, w, _ in made.links if w is not None and np.isfinite(w)), default=0.0)
    for i, link in enumerate(made.links):
        _link(canvas, link, largest, made.labels[i] if made.labels else None, is_plain=is_plain)
    for column in made.columns:
        _column(canvas, column, made)
    _headings(canvas, made)
    _legend(canvas, made, 0.0 if is_plain else largest)
    canvas.write_beside(title, [], SIZES, size)
    counted = [column.stage.units for column in made.columns if column.stage.number]
    name = title or f"a network of {_count(len(counted), 'layer')}: {', '.join(map(str, counted))} units"
    return canvas.page(name, pad=SIZES.pad, size=size, smallest=SIZES.body, advice=ADVICE)


def _link(canvas: Canvas, link: Link, largest: float, at: Point | None, *, is_plain: bool) -> None:
    colours, weight = canvas.palette, link.weight
    group = canvas.group("weight" if weight is not None else "link")
    if weight is not None:
        element(group, "title").text = f"{link.said}: {text.number(weight)}"
    stroke, penwidth, dashed = colours.edge, style.edge_width(dense=False), False
    if weight is not None and not is_plain:
        part = min(1.0, abs(weight) / largest) if largest and weight == weight else 0.0
        stroke, penwidth, dashed = _strength(canvas, part, is_negative=weight < 0)
    size = label_size(weight) if at and weight is not None else (0.0, 0.0)
    for start, end in broken((link.tail, link.head), at, size) if at else [(link.tail, link.head)]:
        canvas.line(group, [start, end], stroke=stroke, penwidth=penwidth, dashed=dashed)
    if at and weight is not None:
        _write(canvas, group, (Run(text.number(weight), "value"),), at, SIZES.edge)


def _strength(canvas: Canvas, part: float, *, is_negative: bool) -> tuple[str, float, bool]:
    """Colour, width and dashes of a weight's line."""
    colour = canvas.palette.boxes[style.SIGNED[is_negative]][1]
    shade = style.mixed(canvas.palette.background, colour, style.between(style.WEIGHT_SHADES, part))
    return shade, style.between(style.WEIGHT_WIDTHS, part), is_negative


def _column(canvas: Canvas, column: Column, made: Plan) -> None:
    stage, last = column.stage, column is made.columns[-1]
    kind = "output" if last else "operation" if stage.number else "input" if not stage.runs else "constant"
    fill, border = canvas.palette.boxes[kind]
    for i, y in enumerate(column.ys):
        group = canvas.group(f"unit {kind}")
        value = column.values[i] if column.values else None
        words = column.names[i] or stage.title
        element(group, "title").text = words if value is None else f"{words} = {text.number(value)}"
        if value is not None:
            part = min(1.0, abs(value) / column.largest) if column.largest and value == value else 0.0
            colour = canvas.palette.boxes[style.SIGNED[value < 0]][1]
            unit = style.mixed(canvas.palette.boxes["operation"][0], colour, style.between(style.UNIT_SHADES, part))
        else:
            unit = fill
        _shape(canvas, group, (column.x, y), made.radius, unit, border, stage, is_output=last)
        lines = column.lines(i)
        for k, line in enumerate(lines):
            middle = y + (k - (len(lines) - 1) / 2) * SIZES.body * style.LINE_HEIGHT
            _write(canvas, group, line, (column.x, middle), SIZES.body)
        if made.labels is not None and stage.b is not None:
            bias = (Run("b  ", "word"), Run(text.number(float(stage.b[column.units[i]])), "value"))
            below = y + made.radius + SIZES.edge * 0.8 + style.UNIT_GAP * last
            _write(canvas, group, bias, (column.x, below), SIZES.edge)
    if column.gap is not None:
        _write(canvas, canvas.group("gap"), (Run("⋮", "name"),), (column.x, column.gap), SIZES.name * style.TITLE)


def _shape(
    canvas: Canvas, group: Any, at: Point, radius: float, fill: str, border: str, stage: Stage, *, is_output: bool
) -> None:
    """A unit is a circle, a number that another module gives a box; those of the output have two borders."""
    (x, y), penwidth = at, style.SHAPES["operation"].penwidth
    for r in [radius + style.UNIT_GAP, radius] if is_output else [radius]:
        if stage.number or not stage.runs:
            canvas.circle(group, at, r, fill=fill, stroke=border, penwidth=penwidth)
        else:
            half = r * style.BOX_HEIGHT
            box = x - r, y - half, x + r, y + half
            canvas.rectangle(group, box, fill=fill, stroke=border, penwidth=penwidth, radius=style.OUTPUT_GAP)


def _headings(canvas: Canvas, made: Plan) -> None:
    for column in made.columns:
        y = made.bottom
        for line in column.heading:
            y += SIZES.body * style.LINE_HEIGHT
            canvas.write(canvas.root, line, (column.x, y), SIZES.body)


def _legend(canvas: Canvas, made: Plan, largest: float) -> None:
    """What the lines mean: samples of them in a row, on as many rows as they need."""
    items: list[tuple[list[tuple[float, bool]], str]] = []
    if largest:
        items = [
            ([(1.0, False)], "weight above 0"),
            ([(1.0, True)], "below 0"),
            ([(0.15, False), (0.5, False), (1.0, False)], f"larger, up to {text.number(largest)}"),
        ]
    if made.columns[0].values:
        items.append(([], "in the units: activations for one example, x⁽ⁱ⁾"))
    x0, _, x1, y1 = canvas.bounds()
    room, size = max(x1 - x0, style.BESIDE_WIDTH), SIZES.body
    rows: list[list[tuple[list[tuple[float, bool]], str, float]]] = []
    for samples, words in items:
        width = len(samples) * (style.SAMPLE + 4) + text.width(words, size) + style.LAYER_ROOM[0]
        if not rows or sum(each[2] for each in rows[-1]) + width > room + style.LAYER_ROOM[0]:
            rows.append([])
        rows[-1].append((samples, words, width))
    y = y1 + size * 0.7
    for row in rows:
        y += size * style.LINE_HEIGHT
        x = (x0 + x1 - sum(width for *_, width in row) + style.LAYER_ROOM[0]) / 2
        for samples, words, width in row:
            at = x
            for part, is_negative in samples:
                stroke, penwidth, dashed = _strength(canvas, part, is_negative=is_negative)
                middle = y - style.BASELINE * size
                ends = [(at, middle), (at + style.SAMPLE, middle)]
                canvas.line(canvas.root, ends, stroke=stroke, penwidth=penwidth, dashed=dashed)
                at += style.SAMPLE + 4
            canvas.write(canvas.root, (Run(words, "caption"),), (at, y), size, anchor="start")
            x += width


def _write(canvas: Canvas, group: Any, line: Line, middle: Point, size: float) -> None:
    canvas.write(group, line, (middle[0], middle[1] + style.BASELINE * size), size)
