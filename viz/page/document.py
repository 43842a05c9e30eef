"""The parts of a page → one HTML document that asks nobody for anything.

Its policy allows its own script and style, by their hashes, and nothing else. What a user wrote is data: JSON in which
no tag can begin, and text.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import string
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from .. import style

FOLDER = Path(__file__).parent
SCRIPTS = "numbers sweeps words picture state controls quiz inputs descent start".split()


def document(
    *, title: str, loss: str, d: str, picture: str, note: str, formulas: Iterable[str], rules: str, data: object
) -> str:  # fmt: skip
    """The whole page.

    Parameters
    ----------
    title, loss
        What is above the page, and what gradient descent makes small: text.
    d
        How its derivatives are written: "∂", or "d".
    picture
        The figure, an SVG in the colours of `style.PAGE`.
    note
        What is to be known of it, text; or nothing.
    formulas
        MathML, which the scripts find by its place.
    rules
        The functions of the graph, as one JavaScript expression.
    data
        What else the scripts read, as :mod:`json` takes it.
    """
    script = "\n".join([f"const RULES = {rules};", *(f"\n// {name}.js\n{read(name + '.js')}" for name in SCRIPTS)])
    css = f"{_palettes()}\n{read('page.css')}"
    return string.Template(read("page.html")).substitute(
        policy=f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(css)}; "
        "base-uri 'none'; form-action 'none'",
        title=html.escape(title),
        loss=html.escape(loss),
        d=d,
        style=css,
        picture=picture,
        note=f'<p id="note" class="hint">{html.escape(note)}</p>' if note else "",
        templates="\n".join(f'<template id="m{i}">{formula}</template>' for i, formula in enumerate(formulas)),
        graph=inert(data),
        script=script,
    )


def read(name: str) -> str:
    """A file of the page."""
    return (FOLDER / name).read_text("utf-8")


def inert(data: object) -> str:
    r"""JSON that can stand in a page, whatever its strings say.

    >>> inert(["</script>"])
    '["\\u003c/script\\u003e"]'
    """
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return re.sub("[<>&\u2028\u2029]", lambda c: f"\\u{ord(c[0]):04x}", written)


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _palettes() -> str:
    """What the variables of `style.PAGE` are by day and by night."""
    names = [variable[4:-1] for variable in _colours(style.PAGE)]
    light, dark = (" ".join(map("{}: {};".format, names, _colours(p))) for p in (style.LIGHT, style.DARK))
    return (
        f":root {{ color-scheme: light; {light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ color-scheme: dark; {dark} }} }}"
    )


def _colours(palette: style.Palette) -> list[str]:
    pairs = palette.cluster, *(palette.boxes[kind] for kind in style.PAGE.boxes)
    return [palette.background, palette.ink, palette.muted, palette.gradient, palette.edge, *chain(*pairs)]
