"""PNGs → one GIF that begins again when it ends, by Pillow."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

COLOURS = 256  # the most that a GIF may have
FOREVER = 0  # how often it is repeated

Array = np.ndarray[Any, Any]


def gif(pngs: Sequence[bytes], milliseconds: Sequence[int]) -> bytes:
    """An animation of pictures of the same size.

    The colours that are used most make one palette for all, and no picture is dithered: what is flat stays flat, so
    that text stays crisp and the file small. What is transparent becomes white.

    Parameters
    ----------
    pngs
        The pictures.
    milliseconds
        How long each is shown.

    Raises
    ------
    ImportError
        Without Pillow.
    """
    try:
        from PIL import Image  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ImportError("a GIF needs Pillow: pip install autograd-mini[plot]") from error

    def opened(png: bytes) -> Image.Image:
        picture = Image.open(io.BytesIO(png)).convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")

    used: Counter[Any] = Counter()
    for picture in map(opened, pngs):
        counts = picture.getcolors(picture.width * picture.height) or ()
        used.update({colour: count for count, colour in counts})
    colours = np.array([colour for colour, _ in used.most_common()])
    palette = colours[:COLOURS]
    place = np.zeros(1 << 24, np.uint8)  # of every colour that there can be, in the palette
    place[_coded(colours)] = _nearest(colours, palette)

    frames = [Image.fromarray(place[_coded(np.asarray(opened(png)))]) for png in pngs]
    for frame in frames:
        frame.putpalette(palette.astype(np.uint8).tobytes())
    written = io.BytesIO()
    first, *others = frames
    first.save(written, "GIF", save_all=True, append_images=others, duration=list(milliseconds), loop=FOREVER)
    return written.getvalue()


def _coded(colours: Array) -> Array:
    """Red, green and blue as one number."""
    red, green, blue = np.moveaxis(colours.astype(np.int32), -1, 0)
    code: Array = red << 16 | green << 8 | blue
    return code


def _nearest(colours: Array, palette: Array) -> Array:
    """Of each colour the place of the nearest one in the palette. Pillow's own search mixes similar ones up."""
    away: Array = np.stack([np.square(colours - each).sum(axis=-1) for each in palette])
    return np.asarray(away.argmin(axis=0))
