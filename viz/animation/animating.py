"""``animate``: both sweeps over a graph, step by step, as a GIF or as numbered pictures for slides."""

from __future__ import annotations

import base64
import html
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

from autograd_mini import files
from autograd_mini.names import callers_names, identifier

from .. import style
from ..canvas import TooSmallError, extent, is_large
from ..drawing import Drawing, draw
from ..figure import Saved
from ..labels import STEPS, arrangements, box_size
from ..options import check
from ..picture import walk
from ..sweeps import check_numbers, check_small
from .frame import Frame, folded
from .gif import gif
from .scenes import Scene, Sweep, scenes

if TYPE_CHECKING:
    import os

Ending = Literal["png", "svg", "pdf"]

LEAST = 20  # milliseconds: viewers show what is faster slowly
MOST = 60  # boxes: with more, nobody watches to the end
HELD = 3  # times as long as the others the last frame is shown


@dataclass(frozen=True, repr=False)
class Animation(Saved):
    """The sweeps over a graph as a sequence of pictures. :func:`animate` makes them; ``print`` gives the sentences.

    Attributes
    ----------
    frames
        Figures like any other, with ``.svg``, ``.png()`` and ``.save(path)``. In the last one, which is shown longer,
        everything is there.
    milliseconds
        How long each of the others is shown.
    name
        What files of single frames are called.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> import viz
    >>> a, b = Value(2), Value(3)
    >>> c = a * b
    >>> animation = viz.animate(c)
    >>> len(animation), animation.name, animation.milliseconds
    (8, 'c', 1600)
    """

    frames: tuple[Frame, ...]
    milliseconds: int
    name: str

    formats: ClassVar[tuple[str, ...]] = (".gif",)

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def durations(self) -> tuple[int, ...]:
        """How many milliseconds each frame is shown."""
        return (*[self.milliseconds] * (len(self) - 1), HELD * self.milliseconds)

    def gif(self, width: int | None = None) -> bytes:
        """The animation as a GIF that begins again when it ends.

        Parameters
        ----------
        width
            Of the GIF in pixels: by default 1280 for a slide, else about 800, more where text would be too small.

        Raises
        ------
        ImportError
            Without Pillow.
        """
        natural = float(self.frames[0].svg.partition(' width="')[2].partition('"')[0])
        least, most = (natural * scale for scale in style.GIF_SCALE)
        usual = natural if self.frames[0].size == "slide" else min(max(style.GIF_WIDTH, least), most)
        scale = (usual if width is None else width) / natural
        return gif([frame.png(scale) for frame in self.frames], self.durations)

    def save(self, path: str | os.PathLike[str], width: int | None = None) -> Path:
        """Write the animation to a GIF, ``width`` pixels wide, and return its path.

        Raises
        ------
        ValueError
            If the path ends in something else than ``.gif``.
        FileNotFoundError
            If there is no such directory.
        ImportError
            Without Pillow.
        """
        target = Path(path)
        if target.suffix.lower() != ".gif":
            raise ValueError(
                f"cannot save {str(target)!r}: the name has to end in .gif; save_frames(folder) writes PNG, SVG or PDF"
            )
        files.check(target)
        files.write(target, self.gif(width))
        return target

    def save_frames(self, folder: str | os.PathLike[str], ending: Ending = "png") -> tuple[Path, ...]:
        """Write each frame to a file, ``e-01.png``, ``e-02.png``, …, and return their paths.

        Parameters
        ----------
        folder
            Is made if it is not there.
        ending
            "png", "svg" or "pdf".

        Raises
        ------
        ValueError
            If the ending is another one.
        """
        check(ending=(ending, get_args(Ending)))
        into = Path(folder)
        into.mkdir(parents=True, exist_ok=True)
        digits = max(2, len(str(len(self))))
        return tuple(frame.save(into / f"{self.name}-{i:0{digits}}.{ending}") for i, frame in enumerate(self.frames, 1))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        data, said = base64.b64encode(self.gif()).decode(), html.escape(str(self))
        return {"text/html": f'<img alt="{said}" src="data:image/gif;base64,{data}">', "text/plain": str(self)}

    def __str__(self) -> str:
        return "\n".join(map(str, self.frames))


def animate(
    node: Any,
    *,
    names: Mapping[str, object] | None = None,
    mode: Literal["reverse", "forward"] = "reverse",
    wrt: Any = None,
    sweeps: Sweep | Sequence[Sweep] = ("value", "grad"),
    milliseconds: int = 1600,
    size: style.SizeName | None = None,
    **options: Any,
) -> Animation:
    """The sweeps over the graph below a node, step by step: values appear, then gradients flow back edge by edge.

    Nothing moves from one frame to the next; what happens stands out, and a sentence below says it. The numbers are
    from sweeps of their own: no gradient is needed beforehand, and none is changed.

    Parameters
    ----------
    node
        The output, or a list or tuple of outputs, computed from numbers.
    names
        As for :func:`viz.draw`.
    mode, wrt
        "forward" carries tangents from the input `wrt` to the outputs instead.
    sweeps
        Of "value" and "grad", which to go through step by step: without "value" all values are there from the start,
        without "grad" no gradients appear.
    milliseconds
        How long a frame of the GIF is shown; the last one is shown three times as long.
    size
        "slide" is 16:9 with text that can be read, "paper" fits a column.
    options
        What else :func:`viz.draw` takes: `title`, `direction`, `background`, `edges`, `flow`, `parameters`, …

    Returns
    -------
    Animation
        Shown by Jupyter; ``.save("e.gif")``, ``.save_frames("folder")``, ``.frames``, ``print(...)``.

    Raises
    ------
    TypeError
        If `node` is not a node, or something in its graph is an array.
    ValueError
        If an option is none of those above, or the graph has more than 60 nodes, or `max_nodes`.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> x = Value(3)
    >>> y = x * x
    >>> print(animate(y, sweeps="grad"))
    y is computed from x
    each edge: how fast the result moves with the operand
    dy/dy = 1: here the backward sweep begins
    dy/dx += ∂y/∂x · dy/dy: contribution 3 × 1 = 3
    dy/dx += ∂y/∂x · dy/dy: contribution 3 × 1 = 3; total so far 3 + 3 = 6
    one sweep back: dy/dx = 6
    """
    wanted = {sweeps} if isinstance(sweeps, str) else set(sweeps)
    if not wanted or not wanted <= set(get_args(Sweep)):
        raise ValueError(f"sweeps={sweeps!r}; it has to be one or both of {', '.join(map(repr, get_args(Sweep)))}")
    if not isinstance(milliseconds, int) or milliseconds < LEAST:
        raise ValueError(f"milliseconds={milliseconds!r}; it has to be an integer of at least {LEAST}")
    check(size=(size, (None, *get_args(style.SizeName))))
    names = callers_names(sys._getframe(1)) if names is None else names
    given: dict[str, Any] = {"collapse": None, "max_nodes": MOST, "show": STEPS if "grad" in wanted else "value"}
    given |= options
    check_small(node, given["max_nodes"], "animate")
    base = draw(node, names=names, mode=mode, wrt=wrt, **given)
    check_numbers(base.picture, "animate")
    if size is None and is_large(base.svg):
        base = replace(base, view=replace(base.view, tight=True))
    told = scenes(base.picture, _places(node, wrt) if mode == "forward" else (), wanted)
    output = next(each for each in base.picture.nodes if each.is_output)
    return Animation(_frames(base, told, size), milliseconds, identifier(output.called) or "frame")


def _places(node: Any, wrt: Any) -> set[int]:
    """Where in the picture the nodes are from which the sweep goes forward."""
    graph = walk(node if isinstance(node, list | tuple) else [node])
    assert graph is not None  # without a limit
    sources = {id(source) for source in (wrt if isinstance(wrt, Mapping) else [wrt])}
    return {i for i, each in enumerate(graph.nodes) if id(each) in sources}


def _frames(base: Drawing, told: Sequence[Scene], size: style.SizeName | None) -> tuple[Frame, ...]:
    """The scenes, drawn in the first way in which their text can be read."""
    last = told[-1].picture
    every = zip(*(scene.picture.nodes for scene in told), strict=True)
    widest = tuple(max(moments, key=lambda node: box_size(node, base.view)) for moments in every)
    failed: list[TooSmallError] = []
    for view in arrangements(replace(base.view, size=size)):
        drawing = replace(base, picture=replace(last, nodes=widest), view=replace(view, size=None))
        _, _, across, down = extent(drawing.svg)
        width = max(across - 2 * view.sizes.pad, style.BESIDE_WIDTH)
        if size == "slide":
            width = max(width, down * style.SLIDE[0] / style.SLIDE[1])
        rows = max(len(folded(scene.sentence, width, view.sizes)) for scene in told)
        frames = tuple(
            Frame(drawing.showing(scene.picture), scene, i / len(told), width, rows, size)
            for i, scene in enumerate(told, 1)
        )
        try:
            _ = frames[0].svg
        except TooSmallError as error:
            failed.append(error)
        else:
            return frames
    raise max(failed, key=lambda error: error.pixels)
