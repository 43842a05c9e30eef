"""Tutorials executed as notebooks, each once, in a folder of its own."""

from __future__ import annotations

import functools
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import jupytext
import nbclient

FOLDER = Path(__file__).parent.parent / "tutorials"
PAGES = sorted(FOLDER.glob("*.py"))
LIMIT = 60  # seconds that a page may take


class Run(NamedTuple):
    """What became of a page: its cells with their outputs, the seconds it took, what it left in its folder."""

    cells: list[Any]
    seconds: float
    left: list[str]

    @property
    def outputs(self) -> list[Any]:
        return [output for cell in self.cells for output in cell.get("outputs", [])]

    @property
    def text(self) -> list[str]:
        """Every line that was printed, or shown as plain text."""
        whole = ""  # what is printed may come in pieces
        for each in self.outputs:
            whole += each.get("text") or each.get("data", {}).get("text/plain", "") + "\n"
        return [line.rstrip() for line in whole.splitlines()]

    def shown(self, kind: str) -> list[str]:
        """What was shown of a kind, ``"image/svg+xml"`` or another."""
        return [each.data[kind] for each in self.outputs if kind in each.get("data", {})]


@functools.cache
def run(page: Path) -> Run:
    notebook = jupytext.read(page, fmt="py:percent")
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        client = nbclient.NotebookClient(
            notebook, timeout=LIMIT, kernel_name="python3", resources={"metadata": {"path": folder}}
        )
        client.execute()
        return Run(notebook.cells, time.perf_counter() - begun, [path.name for path in Path(folder).iterdir()])
