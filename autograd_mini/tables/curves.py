"""The loss by epoch as a picture in characters, for a terminal.

>>> print(as_text({"loss": [4.0, 2.0, 1.0], "val_loss": [4.0, 3.0, 2.5]}, width=50).splitlines()[0].strip())
loss by epoch: ⠤ training, o held out
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import plotext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    History = Mapping[str, Sequence[float]]

NARROWEST = 50  # characters, so that the title fits
HEIGHT = 15  # lines
TITLE = "loss by epoch"


def as_text(history: History, width: int) -> str:
    """Draw with characters alone, without colour codes; "" where there is too little room, or fewer than two epochs."""
    epochs = range(1, len(history["loss"]) + 1)
    if width < NARROWEST or len(epochs) < 2:
        return ""
    plotext.clear_figure()
    plotext.limit_size(False, False)
    plotext.plot_size(width, HEIGHT)
    plotext.theme("clear")
    for name, marker in (("loss", "braille"), ("val_loss", "o")):
        finite = [(epoch, loss) for epoch, loss in enumerate(history.get(name, ()), start=1) if math.isfinite(loss)]
        if finite:
            plotext.plot(*map(list, zip(*finite, strict=True)), marker=marker)
    plotext.title(f"{TITLE}: ⠤ training, o held out" if "val_loss" in history else TITLE)
    ticks = sorted({1 + round(part * (len(epochs) - 1) / 4) for part in range(5)})
    plotext.xticks(ticks, list(map(str, ticks)))
    return "\n".join(line.rstrip() for line in plotext.uncolorize(plotext.build()).splitlines())
