"""Where figures are drawn: shapes and lines of words on an SVG that grows with them.

Everything is in points. The result has no ids, scripts, styles or links: any number of figures can stand on
one page.

>>> canvas = Canvas()
>>> canvas.rectangle(canvas.root, (0, 0, 40, 20), fill="none", stroke=canvas.palette.edge, penwidth=1)
>>> canvas.write(canvas.root, (Run("x", "name"),), (20, 14), 12)
>>> canvas.page("a box", pad=5)[:43]
'<svg xmlns="http://www.w3.org/2000/svg" wid'
"""

from __future__ import annotations

import math
from xml.etree import ElementTree as ET

from . import style, text
from .labels import Line, Run, line_width

Point = tuple[float, float]
Bounds = tuple[float, float, float, float]  # left, top, right, bottom


SMALLER_GRAPH = "Pass fewer of show=, collapse=, a node nearer to the inputs, or size=None"
NEARER_NODE = "Pass a node nearer to the inputs, or size=None"


class TooSmallError(ValueError):
    """Text on a slide would be only so many `pixels` high; `advice` says what would help."""

    def __init__(self, pixels: float, width: float, height: float, advice: str) -> None:
        super().__init__(
            f"on a slide the smallest text would be {math.floor(10 * pixels) / 10:g} px high, "
            f"and {style.SLIDE_TEXT:g} is the least: "
            f"at that size the picture is {width:.0f} × {height:.0f}, and a slide {style.SLIDE[0]:g} × "
            f"{style.SLIDE[1]:g}. {advice}"
        )
        self.pixels = pixels


class Canvas:
    """Elements drawn so far, and how far they reach."""

    def __init__(self, background: style.Background = "white") -> None:
        self.background = background
        self.palette = style.PALETTES[background]
        self.root = ET.Element("g", {"font-family": style.FONT_FAMILY})
        self.xs: list[float] = []
        self.ys: list[float] = []

    def reach(self, *points: Point) -> None:
        """Have the page hold these points."""
        for x, y in points:
            self.xs.append(x)
            self.ys.append(y)

    def bounds(self) -> Bounds:
        """How far everything reaches."""
        return min(self.xs), min(self.ys), max(self.xs), max(self.ys)

    def group(self, name: str, **attributes: str) -> ET.Element:
        """A part of the figure, to draw in."""
        return ET.SubElement(self.root, "g", {"class": name, **attributes})

    def rectangle(
        self, parent: ET.Element, bounds: Bounds, *,
        fill: str, stroke: str, penwidth: float, radius: float = 0, dashed: bool = False,
    ) -> None:  # fmt: skip
        """A box, its corners rounded by `radius`."""
        x0, y0, x1, y1 = bounds
        made = element(parent, "rect", x=x0, y=y0, width=x1 - x0, height=y1 - y0, fill=fill, stroke=stroke)
        made.set("stroke-width", coordinate(penwidth))
        if radius:
            made.set("rx", f"{radius:g}")
        if dashed:
            made.set("stroke-dasharray", "4,3")
        self.reach((x0, y0), (x1, y1))

    def circle(
        self, parent: ET.Element, centre: Point, radius: float, *, fill: str, stroke: str, penwidth: float
    ) -> None:
        """A circle."""
        (x, y), r = centre, radius
        made = element(parent, "circle", cx=x, cy=y, r=r, fill=fill, stroke=stroke)
        made.set("stroke-width", coordinate(penwidth))
        self.reach((x - r, y - r), (x + r, y + r))

    def line(
        self, parent: ET.Element, points: list[Point], *,
        stroke: str, penwidth: float, dashed: bool = False, arrow: float = 0,
    ) -> None:  # fmt: skip
        """A line through `points`, with an arrow head `arrow` points long at its end."""
        *_, before, end = points
        if arrow:
            angle = math.atan2(end[1] - before[1], end[0] - before[0])
            back = end[0] - arrow * math.cos(angle), end[1] - arrow * math.sin(angle)
            half = style.ARROW_WIDTH * arrow / 2
            across = half * math.sin(angle), -half * math.cos(angle)
            head = end, (back[0] + across[0], back[1] + across[1]), (back[0] - across[0], back[1] - across[1])
            element(parent, "polygon", points=" ".join(f"{x:.2f},{y:.2f}" for x, y in head), fill=stroke)
            points = [*points[:-1], back]
        drawn = element(parent, "path", d="M" + " L".join(f"{x:.2f},{y:.2f}" for x, y in points), fill="none")
        drawn.set("stroke", stroke)
        drawn.set("stroke-width", coordinate(penwidth))
        if dashed:
            drawn.set("stroke-dasharray", style.DASHES)
        self.reach(*points, end)

    def write(self, parent: ET.Element, line: Line, at: Point, size: float, anchor: str = "middle") -> None:
        """A line of words whose middle (or "start", "end") is at a point of its baseline."""
        x, y = at
        made = element(parent, "text", x=x, y=y, **{"text-anchor": anchor, "xml:space": "preserve"})
        made.set("font-size", coordinate(size))
        was_raised = False
        for run in line:
            colour, bold = style.ROLES[run.role]
            for part, is_raised in text.raised(run.text):
                span = ET.SubElement(made, "tspan", {"fill": getattr(self.palette, colour)})
                if bold:
                    span.set("font-weight", "bold")
                if is_raised:
                    span.set("font-size", coordinate(size * style.RAISED))
                if is_raised != was_raised:
                    span.set("dy", coordinate(size * (-style.RAISE if is_raised else style.RAISE)))
                span.text, was_raised = part, is_raised
        width = line_width(line, size)
        left = x - width * {"start": 0, "middle": 0.5, "end": 1}[anchor]
        self.reach((left, y - size), (left + width, y + size * 0.3))

    def write_beside(self, title: str, lines: list[str], sizes: style.Size, size: style.SizeName | None = None) -> None:
        """A title above everything, captions and notes below, each on as many lines as it needs."""
        x0, y0, x1, y1 = self.bounds()
        room = max(x1 - x0, style.BESIDE_WIDTH)
        if size == "slide":
            room = max(room, (y1 - y0) * style.SLIDE[0] / style.SLIDE[1])
        if title:
            big = sizes.name * style.TITLE
            parts = text.folded(title, big, room, bold=True)
            top = y0 - sizes.name - len(parts) * big * style.LINE_HEIGHT
            for i, part in enumerate(parts, 1):
                self.write(self.root, (Run(part, "title"),), ((x0 + x1) / 2, top + i * big * style.LINE_HEIGHT), big)
        y = y1 + sizes.body * 0.7
        for part in (part for line in lines for part in text.folded(line, sizes.body, room)):
            y += sizes.body * style.LINE_HEIGHT
            self.write(self.root, (Run(part, "caption"),), ((x0 + x1) / 2, y), sizes.body)

    def place(self, svg: str, at: Point) -> None:
        """Put a finished figure here, its left upper corner at a point; it keeps its size in points.

        Parameters
        ----------
        svg
            What :meth:`page` gave, without a size.
        at
            Where.
        """
        drawn = ET.fromstring(svg.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1))  # noqa: S314 - our own figure
        x, y, width, height = extent(svg)
        moved = coordinate(at[0] - x), coordinate(at[1] - y)
        part = self.group("figure", transform=f"translate({','.join(moved)})")
        part.extend(drawn.findall("g"))
        self.reach(at, (at[0] + width, at[1] + height))

    def page(
        self, name: str, *,
        pad: float, size: style.SizeName | None = None, smallest: float = 11.0, advice: str = SMALLER_GRAPH,
    ) -> str:  # fmt: skip
        """The drawing on its page: cropped, or fitted to a slide or a column.

        Parameters
        ----------
        name
            What the figure is called, for those who cannot see it.
        pad
            The room around it.
        size
            "slide", "paper", or None.
        smallest
            The smallest font size in it.
        advice
            What would make it smaller, for the error.

        Returns
        -------
        str
            SVG, without an XML declaration, so that it can stand inside a page.

        Raises
        ------
        TooSmallError
            If text on a slide would be too small to read.
        """
        x0, y0, x1, y1 = self.bounds()
        x, y, width, height = x0 - pad, y0 - pad, x1 - x0 + 2 * pad, y1 - y0 + 2 * pad
        scale = style.PIXELS_PER_POINT
        if size == "paper":
            scale *= min(1.0, style.PAPER_WIDTH / width)
        elif size == "slide":
            across, down = style.SLIDE
            scale = min(across / width, down / height, style.SLIDE_ENLARGE)
            if smallest * scale < style.SLIDE_TEXT:
                least = style.SLIDE_TEXT / smallest
                raise TooSmallError(smallest * scale, width * least, height * least, advice)
            x, y = x - (across / scale - width) / 2, y - (down / scale - height) / 2
            width, height = across / scale, down / scale
        page = ET.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "width": coordinate(width * scale),
                "height": coordinate(height * scale),
                "viewBox": " ".join(map(coordinate, (x, y, width, height))),
                "role": "img",
                "aria-label": text.clean(name),
            },
        )
        ET.SubElement(page, "title").text = text.clean(name)
        if self.background != "transparent":
            element(page, "rect", x=x, y=y, width=width, height=height, fill=self.palette.background)
        page.append(self.root)
        return ET.tostring(page, encoding="unicode") + "\n"


def extent(svg: str) -> Bounds:
    """Where a finished figure begins, left and above, and how wide and high it is, in points."""
    x, y, width, height = svg.partition('viewBox="')[2].partition('"')[0].split()
    return float(x), float(y), float(width), float(height)


def is_large(svg: str) -> bool:
    """Whether a finished figure does not fit on a screen with readable text: it is laid out tightly then."""
    return any(length > most for length, most in zip(extent(svg)[2:], style.SCREEN, strict=True))


def element(parent: ET.Element, tag: str, **attributes: str | float) -> ET.Element:
    """An element of SVG, its numbers short."""
    return ET.SubElement(parent, tag, {k: v if isinstance(v, str) else coordinate(v) for k, v in attributes.items()})


def coordinate(value: float) -> str:
    """A length with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
