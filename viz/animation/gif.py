"""PNGs → one GIF that begins again when it ends, by Pillow."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

COLOURS = 255  # a GIF may have one more, which Pillow needs: it leaves out what stays as it was
FOREVER = 0  # how often it is repeated

Array = np.ndarray[Any, Any]


def gif(pngs: Sequence[bytes], milliseconds: Sequence[int]) -> bytes:
    """An animation of pictures of the same size.

    The colours that the first and the last use most make one palette for all, and no picture is dithered: what is flat
    stays flat, so that text stays crisp and the file small. What is transparent becomes white.

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

    def opened(png: bytes) -> Array:
        """The colours of the pixels, each as one number."""
        picture = Image.open(io.BytesIO(png)).convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
        return np.asarray(picture).view("<i4")[..., 0] & 0xFFFFFF

    counts = np.bincount(np.concatenate([opened(png).ravel() for png in (pngs[0], pngs[-1])]))
    used = np.flatnonzero(counts)
    palette = used[np.argsort(-counts[used], kind="stable")][:COLOURS]
    place = np.full(1 << 24, -1, np.int16)  # of every colour that there can be, in the palette
    frames = []
    for pixels in map(opened, pngs):
        new = np.unique(pixels[place[pixels] < 0])
        place[new] = _nearest(new, palette)
        frames.append(Image.fromarray(place[pixels].astype(np.uint8)))
        frames[-1].putpalette(_parts(palette).astype(np.uint8).tobytes())
    written = io.BytesIO()
    first, *others = frames
    first.save(written, "GIF", save_all=True, append_images=others, duration=list(milliseconds), loop=FOREVER)
    return written.getvalue()


def _parts(colours: Array) -> Array:
    """Red, green and blue of each."""
    return np.stack([colours & 255, colours >> 8 & 255, colours >> 16], axis=-1)


def _nearest(colours: Array, palette: Array) -> Array:
    """Of each colour the place of the nearest one in the palette. Pillow's own search mixes similar ones up."""
    away = [np.square(_parts(colours) - each).sum(axis=-1) for each in _parts(palette)]
    return np.asarray(np.argmin(away, axis=0))
