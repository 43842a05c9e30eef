"""The tutorials run from top to bottom, and assert their own numbers."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

TUTORIALS = sorted((Path(__file__).parent.parent / "tutorials").glob("[0-9][0-9]_*.py"))


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_tutorial_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = runpy.run_path(str(path))
    assert names


def test_the_first_tutorial_names_the_misprint(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(TUTORIALS[0]))
    said = capsys.readouterr().out
    assert "e = c × d   value 6   grad 1" in said
    assert "coth at x = -2.5: the formula gives 0.165284, the slope is -0.0273187" in said
