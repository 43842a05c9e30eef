"""``blocks``: the building blocks of a network, forward above, backward below, and the caches between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from autograd_mini.nn.loss import Loss

from .. import style, text
from ..canvas import Bounds, Canvas, Point, TooSmallError
from ..figure import Sheet
from ..labels import Line, Run, line_width
from ..options import check
from .formulas import Block, Convention, Formula, blocks_of, left_out

SIZES = style.ORDINARY
SIZE = SIZES.body
ROW = SIZE * style.LINE_HEIGHT
ADVICE = "Pass fewer max_layers=, or size=None"
MEANING = "dZ, dA are derivatives of each example's loss ℓ, dW, db of J; ∗ is elementwise, Σ over the examples"


def blocks(
    model: Any,
    *,
    loss: Loss | str | None = None,
    convention: Convention = "rows",
    examples: int | str = "m",
    max_layers: int = 4,
    size: style.SizeName | None = None,
    background: style.Background = "white",
    title: str = "",
) -> Sheet:
    """Draw what every layer computes forward, what it keeps for the backward pass, and what it computes then.

    Parameters
    ----------
    model
        A Sequential of Dense layers whose widths are known, a Dense, an MLP, a Layer or a Neuron of ``nn``.
    loss
        Its name, or the loss; by default what the network was compiled with, else the cross entropy that goes with a
        sigmoid or softmax at the end.
    convention
        "rows": Z = X W + b, an example is a row, as Dense computes; "columns": Z = W X + b, as the lecture notes write.
    examples
        Their number, or a name for it.
    max_layers
        Of more layers the first ones and the last are drawn; on a slide fewer, where text would be too small else.
    size
        "slide" is 16:9, with no text under 18 px at 1280; "paper" fits a column of 6.5 inches.
    background
        "white", "transparent" or "dark".
    title
        Text above.

    Returns
    -------
    Sheet
        Shown by Jupyter; ``.save("blocks.svg")``, ``.show()``; printed, it is a list of all the formulas and shapes.

    Raises
    ------
    TypeError
        If `model` is none of those.
    RuntimeError
        While a width is unknown, because the network has seen no batch.
    ValueError
        If an option is none of those above, the network has other layers, or text on a slide would be too small.

    Examples
    --------
    >>> from autograd_mini import nn
    >>> print(blocks(nn.Neuron(2, "sigmoid", seed=0), convention="columns"))
    forward
      layer 1   W[1]                      (1, 2)
                b[1]                      (1, 1)
                Z[1] = W[1] A[0] + b[1]   (1, m)
                A[1] = σ(Z[1])            (1, m)
                cache A[0], Z[1]
      loss      Y                         (1, m)
                J = Σ ℓ(A[1], Y) / m
                cache A[1], Y
    backward
      loss      dZ[1] = A[1] − Y          (1, m)
      layer 1   dW[1] = dZ[1] A[0]ᵀ / m   (1, 2)
                db[1] = Σ dZ[1] / m       (1, 1)
    dZ, dA are derivatives of each example's loss ℓ, dW, db of J; ∗ is elementwise, Σ over the examples
    """
    check(
        convention=(convention, get_args(Convention)),
        size=(size, (None, *get_args(style.SizeName))),
        background=(background, get_args(style.Background)),
    )
    if not isinstance(max_layers, int | np.integer) or isinstance(max_layers, bool) or max_layers < 2:
        raise ValueError(f"max_layers={max_layers!r}; it has to be an integer, 2 or more")
    if not (examples and isinstance(examples, str)) and not (isinstance(examples, int) and examples > 0):
        raise ValueError(f"examples={examples!r}; it has to be a positive number of them, or a name for it")
    made = blocks_of(model, loss=loss, convention=convention, examples=examples)
    notes = [note for note in (MEANING, left_out(model)) if note]
    failed: list[TooSmallError] = []
    for most in range(min(max_layers, max(2, len(made) - 1)), 1, -1):
        for narrow in (False, True):
            try:
                svg = _page(_first_and_last(made, most), notes, title, size, background, narrow=narrow)
            except TooSmallError as error:
                failed.append(error)
            else:
                return Sheet(svg, "\n".join([*_listed(made), *notes]), size)
    raise max(failed, key=lambda error: error.pixels)


def _first_and_last(made: Sequence[Block], most: int) -> list[tuple[Block, bool]]:
    """The blocks, and whether they are drawn: for all of those left out one stands there that isn't."""
    *layers, loss = made
    if len(layers) <= most:
        return [(block, True) for block in made]
    return [
        *((block, True) for block in layers[: most - 1]),
        (layers[most - 1], False),
        (layers[-1], True),
        (loss, True),
    ]


def _listed(made: Sequence[Block]) -> Iterator[str]:
    """Everything as plain text."""
    formulas = [line for block in made for line in (*block.forward, *block.backward)]
    wide = max(len(_equation(line)) for line in formulas) + 3
    first = max(len(block.title) for block in made) + 3
    for heading, parts, order in (
        ("forward", [block.forward for block in made], made),
        ("backward", [block.backward for block in reversed(made)], list(reversed(made))),
    ):
        yield heading
        for block, lines in zip(order, parts, strict=True):
            said = [f"{_equation(line):{wide}}{line.shape}" for line in lines]
            said += [f"cache {block.cache}"] * (heading == "forward")
            for i, line in enumerate(said):
                yield f"  {'' if i else block.title:{first}}{line}".rstrip()


def _equation(line: Formula) -> str:
    return f"{line.name} = {line.right}" if line.right else line.name


@dataclass(frozen=True, slots=True)
class Half:
    """One of a block's two boxes: its heading, and its lines, each with what stands at its right end."""

    heading: list[Line]
    lines: list[tuple[Line, Line]]

    @property
    def width(self) -> float:
        """What the words need."""
        rooms = [line_width(left, SIZE) + bool(right) * (style.COLUMN_ROOM + line_width(right, SIZE))
                 for left, right in self.lines]  # fmt: skip
        return max([*rooms, *(line_width(line, SIZE) for line in self.heading)]) + 2 * style.BLOCK_MARGIN[0]

    @property
    def height(self) -> float:
        """What the lines need."""
        return ROW * (len(self.heading) + len(self.lines)) + 2 * style.BLOCK_MARGIN[1]


def _half(heading: list[Line], formulas: Sequence[Formula], role: str, room: float) -> Half:
    """A box whose formulas take another line beyond `room`."""
    lines: list[tuple[Line, Line]] = []
    for formula in formulas:
        right: Line = (Run(formula.shape, "word"),) if formula.shape else ()
        parts = _folded(_equation(formula), room)
        written: list[Line] = [
            (Run(formula.name, role), Run(part.removeprefix(formula.name), "formula"))
            if i == 0
            else (Run(part, "formula"),)
            for i, part in enumerate(parts)
        ]
        lines += [(line, ()) for line in written[:-1]]
        fits = line_width(written[-1], SIZE) + style.COLUMN_ROOM + line_width(right, SIZE) <= room
        lines += [(written[-1], right)] if fits or not right else [(written[-1], ()), ((), right)]
    return Half(heading, lines)


def _folded(equation: str, room: float) -> list[str]:
    """An equation on as many lines as it needs, broken before a sign."""
    lines = [""]
    for i, piece in enumerate(equation.replace(" ∗ ", "\0∗ ").replace(" + ", "\0+ ").split("\0")):
        longer = f"{lines[-1]} {piece}" if i else piece
        if i and line_width((Run(longer, "formula"),), SIZE) > room:
            lines.append(f"   {piece}")
        else:
            lines[-1] = longer
    return lines


def _page(
    made: Sequence[tuple[Block, bool]],
    notes: list[str],
    title: str,
    size: style.SizeName | None,
    background: style.Background,
    *,
    narrow: bool,
) -> str:
    canvas = Canvas(background)
    room = style.BLOCK_WIDTH - 2 * style.BLOCK_MARGIN[0] if narrow else np.inf
    halves = [_halves(block, room) for block, is_drawn in made if is_drawn]
    upper, lower = (max(pair[i].height for pair in halves) for i in (0, 1))
    bottom = upper + style.CACHE_ROOM
    middles = upper / 2, bottom + lower / 2
    x, drawn = 0.0, iter(halves)
    for block, is_drawn in made:
        x = _arrows(canvas, block, x, middles)
        if is_drawn:
            above, below = next(drawn)
            width = max(above.width, below.width)
            _box(canvas, (x, 0, x + width, upper), above, "output" if block is made[-1][0] else "operation")
            _box(canvas, (x, bottom, x + width, bottom + lower), below, "gradient")
            _cache(canvas, block, x + width / 2, upper, bottom)
        else:
            width, big = SIZES.name * style.TITLE, SIZES.name * style.TITLE
            for y in middles:
                canvas.write(canvas.root, (Run("⋯", "name"),), (x + width / 2, y + style.BASELINE * big), big)
        x += width
    canvas.write_beside(title, notes, SIZES, size)
    name = title or f"the building blocks of a network: {', '.join(block.title for block, _ in made)}"
    pad = style.TIGHT.pad if narrow else SIZES.pad
    return canvas.page(name, pad=pad, size=size, smallest=SIZE, advice=ADVICE)


def _halves(block: Block, room: float) -> tuple[Half, Half]:
    """What stands in the box above and in that below."""
    heading: list[Line] = [(Run(block.title, "name"),)]
    heading += [(Run(line, "word"),) for line in text.folded(block.kind, SIZE, room) if line]
    note: list[Line] = [(Run(line, "word"),) for line in text.folded(block.note, SIZE, room) if line]
    return _half(heading, block.forward, "name", room), _half(note, block.backward, "gradient", room)


def _arrows(canvas: Canvas, block: Block, x: float, middles: Point) -> float:
    """The arrows between a block and what is left of it, above and below; where the block begins then."""
    said = [formula for formula in (block.takes, block.returns) if formula]
    widest = max(line_width((Run(word, "name"),), SIZE) for formula in said for word in (formula.name, formula.shape))
    end = x + widest + style.BLOCK_ARROW
    for formula, y, is_back in ((block.takes, middles[0], False), (block.returns, middles[1], True)):
        if formula is None:
            continue
        group = canvas.group("arrow backward" if is_back else "arrow forward")
        colours = canvas.palette
        canvas.line(
            group, [(end, y), (x, y)] if is_back else [(x, y), (end, y)],
            stroke=colours.gradient if is_back else colours.edge,
            penwidth=style.edge_width(dense=False), dashed=is_back, arrow=style.ARROW_HEAD,
        )  # fmt: skip
        at, lift = (x + end) / 2, style.LABEL_LIFT * SIZE
        canvas.write(group, (Run(formula.name, "gradient" if is_back else "name"),), (at, y - 3 * lift), SIZE)
        canvas.write(group, (Run(formula.shape, "word"),), (at, y + SIZE + lift), SIZE)
    return end


def _box(canvas: Canvas, bounds: Bounds, half: Half, kind: str) -> None:
    """One half of a block."""
    group = canvas.group(f"block {kind}")
    fill, border = canvas.palette.boxes.get(kind) or (canvas.palette.background, canvas.palette.gradient)
    shape = style.SHAPES["operation"]
    canvas.rectangle(group, bounds, fill=fill, stroke=border, penwidth=shape.penwidth, radius=shape.radius)
    left, right = bounds[0] + style.BLOCK_MARGIN[0], bounds[2] - style.BLOCK_MARGIN[0]
    y = (bounds[1] + bounds[3] - half.height) / 2 + style.BLOCK_MARGIN[1] + ROW / 2 + style.BASELINE * SIZE
    for line in half.heading:
        canvas.write(group, line, ((left + right) / 2, y), SIZE)
        y += ROW
    for formula, shape_of_it in half.lines:
        if formula:
            canvas.write(group, formula, (left, y), SIZE, anchor="start")
        if shape_of_it:
            canvas.write(group, shape_of_it, (right, y), SIZE, anchor="end")
        y += ROW


def _cache(canvas: Canvas, block: Block, x: float, top: float, bottom: float) -> None:
    """The arrow down, and what it carries."""
    group = canvas.group("arrow cache")
    canvas.line(group, [(x, top), (x, bottom)], stroke=canvas.palette.edge, penwidth=style.edge_width(dense=False),
                arrow=style.ARROW_HEAD)  # fmt: skip
    for row, (words, role) in enumerate((("cache", "word"), (block.cache, "name"))):
        y = (top + bottom) / 2 + (row - 0.5) * ROW + style.BASELINE * SIZE - style.ARROW_HEAD / 4
        canvas.write(group, (Run(words, role),), (x + SIZE / 2, y), SIZE, anchor="start")
