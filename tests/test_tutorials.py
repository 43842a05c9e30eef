"""The tutorials run as notebooks and as scripts, show what they say, and lead to one another."""

from __future__ import annotations

import base64
import io
import itertools
import re
import runpy
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from drawn import overlaps
from notebooks import FOLDER, LIMIT, PAGES, run
from PIL import Image

GOLDEN = Path(__file__).parent / "golden" / "tutorials"
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def test_there_is_a_page_for_every_part_of_the_course() -> None:
    assert [page.stem[:2] for page in PAGES] == [f"{i:02}" for i in range(1, 22)]


@pytest.mark.slow
@every_page
def test_a_page_runs_as_a_notebook(page: Path) -> None:
    made = run(page)
    assert made.seconds < LIMIT
    assert made.left == []
    assert [each.text for each in made.outputs if each.get("name") == "stderr"] == []


@pytest.mark.slow
@every_page
def test_a_page_shows_the_lines_it_promises(page: Path) -> None:
    shown = run(page).text
    promised = [line.rstrip() for line in (GOLDEN / f"{page.stem}.txt").read_text(encoding="utf-8").splitlines()]
    assert len(promised) >= 5
    assert [line for line in promised if line not in shown] == []
    rest = iter(shown)
    assert all(line in rest for line in promised), "the lines are all there, but in another order"


@pytest.mark.slow
@every_page
def test_a_page_shows_pictures_that_can_be_read(page: Path) -> None:
    made = run(page)
    for svg in made.shown("image/svg+xml"):
        picture = ET.fromstring(svg)
        assert "".join(picture.itertext()).strip(), "a picture without a word"
        if svg.count("translate(") <= 1:  # side by side, each has coordinates of its own
            assert [pair for pair in overlaps(svg) if "___" not in "".join(pair)] == []  # answers stand on blanks
    for png in made.shown("image/png"):
        assert np.ptp(np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("L"))) > 100, "an empty plot"


@every_page
def test_a_page_runs_as_a_script(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(page), run_name="__main__")
    assert list(tmp_path.iterdir()) == []


@every_page
def test_a_page_begins_with_its_title_and_can_be_read(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.match(r"# %% \[markdown\]\n# # \S", text)


@every_page
def test_a_page_leads_somewhere(page: Path) -> None:
    markdown = "".join(re.findall(r"^#.*$", page.read_text(encoding="utf-8"), re.MULTILINE))
    linked = re.findall(r"\]\(((?!http)[^)#\s]+)", markdown)
    assert [path for path in linked if not (FOLDER / path).exists()] == []


def test_the_course_is_one_way() -> None:
    """Each page of the course leads to the next."""
    for page, following in itertools.pairwise(PAGES):
        assert following.name in page.read_text(encoding="utf-8"), page.name
