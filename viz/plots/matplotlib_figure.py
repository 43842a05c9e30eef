"""Plot: a figure of matplotlib that is shown, saved and seen in Jupyter like every other picture.

pyplot knows nothing of it, so that nothing is shown by force, and none has to be closed.
"""

from __future__ import annotations

import io
from typing import Any

from matplotlib.figure import Figure as MatplotlibFigure

from .. import style
from ..figure import Figure

INCH = 96  # pixels of an SVG


class Plot(Figure, MatplotlibFigure):  # type: ignore[misc]  # shown without pyplot, which matplotlib's show() wants
    """A figure of matplotlib; ``axes`` and ``savefig`` are there to go on with.

    >>> plot = Plot(figsize=(4, 3))
    >>> line = plot.add_subplot().plot([1, 4, 9])
    >>> plot.svg.count("<svg"), plot.png()[1:4], plot.pdf()[:4]
    (1, b'PNG', b'%PDF')
    """

    @property
    def svg(self) -> str:
        """The figure as SVG text."""
        return self._written("svg").decode()

    def png(self, scale: float | None = None) -> bytes:
        """The figure as a PNG; ``scale`` is how many of its pixels are one of the SVG, 2 by default."""
        return self._written("png", dpi=INCH * (style.PNG_SCALE[None] if scale is None else scale))

    def pdf(self) -> bytes:
        """The figure as a PDF of one page."""
        return self._written("pdf")

    def _written(self, ending: str, **how: Any) -> bytes:
        content = io.BytesIO()
        self.savefig(content, format=ending, **how)
        return content.getvalue()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        """A PNG, which stays small where an SVG would hold thousands of points."""
        width, height = (round(INCH * inches) for inches in self.get_size_inches())
        shown = {"image/png": self.png(), "text/plain": str(self)}
        return shown, {"image/png": {"width": width, "height": height}}
