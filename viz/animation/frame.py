"""A frame of an animation: the graph, below it what happens in a sentence, and how far the sweeps are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from .. import style, text
from ..canvas import NEARER_NODE, Canvas
from ..drawing import Drawing
from ..figure import Figure
from ..labels import Run
from .scenes import Scene


@dataclass(frozen=True, repr=False)
class Frame(Figure):
    """One picture of an animation, a figure like any other.

    `drawing` has no size of its own; `width` and `rows` are those of the sentence's panel, the same in every frame;
    `progress` goes from 0 to 1.
    """

    drawing: Drawing
    scene: Scene
    progress: float
    width: float
    rows: int
    size: style.SizeName | None = None

    @cached_property
    def svg(self) -> str:
        """The finished frame as SVG text."""
        sizes = self.drawing.view.sizes
        canvas = Canvas(self.drawing.view.background)
        canvas.place(self.drawing.svg, (0, 0))
        self._panel(canvas, sizes)
        return canvas.page(
            self.scene.sentence, pad=0, size=self.size, smallest=min(sizes.body, sizes.edge), advice=NEARER_NODE
        )

    def _panel(self, canvas: Canvas, sizes: style.Size) -> None:
        x0, _, x1, top = canvas.bounds()
        left, line = (x0 + x1 - self.width) / 2, style.LINE_HEIGHT * sizes.name
        right, bottom = left + self.width, top + self.rows * line + 2 * style.PANEL_MARGIN
        fill, border = canvas.palette.cluster
        of_values = self.scene.sweep == "value"
        colour = canvas.palette.muted if of_values else canvas.palette.gradient
        out = canvas.group("panel")
        canvas.rectangle(out, (left, top, right, bottom), fill=fill, stroke=border, penwidth=style.PANEL_BORDER)
        done = left, bottom - style.PANEL_BAR, left + self.width * self.progress, bottom
        canvas.rectangle(out, done, fill=colour, stroke="none", penwidth=0)
        lines = folded(self.scene.sentence, self.width, sizes)
        middle = (top + bottom - style.PANEL_BAR) / 2
        for i, words in enumerate(lines):
            y = middle + (i + 1 - len(lines) / 2) * line - (line - sizes.name * style.CAPITALS) / 2
            canvas.write(out, (Run(words, "value" if of_values else "partial"),), ((left + right) / 2, y), sizes.name)
        canvas.reach((left - sizes.pad, bottom + sizes.pad), (right + sizes.pad, bottom + sizes.pad))

    def __str__(self) -> str:
        return self.scene.sentence


def folded(sentence: str, width: float, sizes: style.Size) -> list[str]:
    """A sentence on as many lines as it needs in a panel so wide, a new one after each semicolon if one is too few."""
    said, room = text.clean(sentence), width - 2 * style.PANEL_MARGIN
    lines = text.folded(said, sizes.name, room)
    parts = said.replace("; ", ";\n").splitlines()
    return lines if len(lines) == 1 else [line for part in parts for line in text.folded(part, sizes.name, room)]
