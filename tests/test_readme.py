"""What the README shows runs, and prints what it says."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)
PYTHON = [text for language, text in BLOCKS if language == "python"]


def run(code: str, folder: Path) -> dict[str, object]:
    script = folder / "readme.py"
    script.write_text(code, encoding="utf-8")
    return runpy.run_path(str(script))


def test_the_code_runs_and_prints_the_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    main_job, explained, neurons, network, arrays, programs, _, own = PYTHON
    names = run(f"{main_job}\n{explained}\n{neurons}\n{network}\n{arrays}\n{programs}\n{own}", tmp_path)
    tree, explanation, *_ = (text for language, text in BLOCKS if not language)
    shown = capsys.readouterr().out
    assert shown.startswith(tree + explanation)
    lines = shown.splitlines()
    rows = re.findall(r"^\|[^|`]+\| (`[^|]+ = [^|]+`) \|$", README, re.MULTILINE)
    promised = [line for row in rows for line in re.findall(r"`(.+?)`", row)]
    assert len(promised) == 17
    assert [line for line in promised if line not in lines] == []
    assert {path.name for path in tmp_path.iterdir()} >= {"e.svg", "e.html", "e.gif", "modes.svg"}
    assert names["network"].evaluate(names["images"], names["digits"])[1] > 0.97  # type: ignore[attr-defined]
    assert names["loss"] < 0.1  # type: ignore[operator]


def test_the_row_that_it_shows_is_one(tmp_path: Path) -> None:
    made = run(f"from autograd_mini.rules import *\n(row,) = ({PYTHON[6]})", tmp_path)["row"]
    assert str(made) == "gaussian(x): d/dx = -2 * x * out"


def test_the_measured_rows_are_those_that_were_measured() -> None:
    measured = (ROOT / "benchmarks" / "results.md").read_text(encoding="utf-8").splitlines()
    shown = re.findall(r"^\| (?:W\d|cold) .*$", README, re.MULTILINE)
    assert len(shown) > 10
    assert [row for row in shown if row not in measured] == []


def test_every_file_of_the_layout_exists_and_every_file_is_in_it() -> None:
    layout = next(text for _, text in BLOCKS if "THE TABLE" in text)
    named = set(re.findall(r"\b(\w+\.py)\b", layout))
    there = {path.name for folder in ("autograd_mini", "viz") for path in (ROOT / folder).glob("*.py")}
    assert there - named == {"__init__.py"}
    rooms = {path.name for folder in ("autograd_mini", "viz") for path in (ROOT / folder).iterdir() if path.is_dir()}
    assert {name for name in rooms if f"{name}/" not in layout} <= {"__pycache__", "data", "fonts"}
    assert named <= there | {path.name for path in (ROOT / "autograd_mini" / "programs").glob("*.py")}


@pytest.mark.parametrize("path", re.findall(r"\]\(((?!http)[^)]+)\)", README))
def test_links_lead_somewhere(path: str) -> None:
    assert (ROOT / path).exists()
