"""What every picture can: be shown, be saved as SVG, PNG or PDF, be seen in Jupyter, be printed as text."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from autograd_mini import files

from . import render, style

if TYPE_CHECKING:
    import os


class Saved:
    """What can be written to a file and opened: in which formats, and what is in it, subclasses say."""

    formats: ClassVar[tuple[str, ...]]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"  # what is in it would fill pages where a notebook shows a list of frames

    def content(self, ending: str) -> bytes:
        """What a file with this ending holds."""
        raise NotImplementedError

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write it to a file, in the format that the file's ending names.

        Parameters
        ----------
        path
            Ends in one of `formats`. A file that is there is replaced, in one step.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ValueError
            If the ending is another one.
        FileNotFoundError, NotADirectoryError
            If there is no such directory.
        RenderError
            If what the format needs is not installed.
        """
        target = Path(path)
        ending = target.suffix.lower()
        if ending not in self.formats:
            raise ValueError(f"cannot save {str(target)!r}: the name has to end in one of {', '.join(self.formats)}")
        files.check(target)
        files.write(target, self.content(ending))
        return target

    def show(self) -> Path:
        """Open it in the program that shows such files here, as a rule a browser; the file's path is returned."""
        import webbrowser  # noqa: PLC0415 - a figure is rarely opened from here

        path = self.save(Path(tempfile.mkdtemp(prefix="autograd-mini-"), f"picture{self.formats[0]}"))
        webbrowser.open(path.as_uri())
        return path


class Figure(Saved):
    """A finished picture; what is in it, subclasses say.

    >>> import viz
    >>> from autograd_mini import Value
    >>> picture = viz.draw(Value(2, label="a"))
    >>> isinstance(picture, viz.Figure), picture.formats
    (True, ('.svg', '.png', '.pdf', '.dot', '.gv'))
    """

    formats: ClassVar[tuple[str, ...]] = (".svg", ".png", ".pdf")

    @property
    def svg(self) -> str:
        """The finished figure as SVG text."""
        raise NotImplementedError

    @property
    def size(self) -> style.SizeName | None:
        """What it is drawn for, "slide" or "paper", or None."""
        return None

    def png(self, scale: float | None = None) -> bytes:
        """The figure as a PNG.

        Parameters
        ----------
        scale
            Pixels of the PNG to one of the SVG: by default 2, 300 dpi for paper, 1920 × 1080 for a slide;
            less for a picture of more than 24 million pixels.
        """
        return render.png(self.svg, scale=style.PNG_SCALE[self.size] if scale is None else scale)

    def pdf(self) -> bytes:
        """The figure as a PDF of one page; needs the ``pdf`` extra."""
        return render.pdf(self.svg)

    def content(self, ending: str) -> bytes:
        """What a file with this ending holds."""
        match ending:
            case ".svg":
                return self.svg.encode()
            case ".png":
                return self.png()
        return self.pdf()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        fitting = self.svg.replace("<svg ", '<svg style="max-width: 100%; height: auto" ', 1)
        return {"image/svg+xml": fitting, "text/plain": str(self)}


class Sheet(Figure):
    """A figure that is drawn already, and what it says as plain text."""

    def __init__(self, svg: str, text: str = "", size: style.SizeName | None = None) -> None:
        self._svg, self._text, self._size = svg, text, size

    @property
    def svg(self) -> str:
        """The finished figure as SVG text."""
        return self._svg

    @property
    def size(self) -> style.SizeName | None:
        """For what it is drawn."""
        return self._size

    def __str__(self) -> str:
        return self._text
