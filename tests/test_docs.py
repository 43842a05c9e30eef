"""The documentation site, as `make docs` built it: complete, offline, quiet."""

from __future__ import annotations

import html
import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from browser import Tab
from notebooks import PAGES

import autograd_mini as ag
from autograd_mini.rules import TABLE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
SITE = ROOT / "build" / "docs"
SITES_PAGES = sorted(path.relative_to(SITE) for path in SITE.rglob("*.html"))
pytestmark = pytest.mark.built


def text_of(page: str) -> str:
    return (SITE / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("package", ["", ".nn", ".nn.metrics", ".optim", ".datasets", ".estimators", "viz"])
def test_the_reference_has_every_public_name(package: str) -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in (SITE / "docs" / "reference").glob("*.html"))
    module = importlib.import_module(package if package == "viz" else f"autograd_mini{package}")
    package = module.__name__
    own = [name for name, thing in vars(module).items() if getattr(thing, "__module__", "") == package]
    names = {name for name in getattr(module, "__all__", own) if not name.startswith("_")}
    names -= {name for name in names if isinstance(getattr(module, name), type(ag))}
    assert names
    assert {name for name in names if f'id="{package}.{name}"' not in pages} == set()


def test_the_derivative_table_has_every_row_with_its_picture() -> None:
    page = text_of("docs/derivative_table.html")
    names = [row.name for row in TABLE if not row.name.startswith("_")]
    assert [name for name in names if f"ag.{name}</" not in page] == []
    assert [name for name in names if f'alt="{name} and its derivative"' not in page] == []


def test_the_derivative_table_shows_derivatives_and_conventions() -> None:
    said = {}
    for row in re.findall(r"<tr.*?</tr>", text_of("docs/derivative_table.html"), re.DOTALL):
        if name := re.search(r"ag\.(\w+)</", row):
            said[name[1]] = html.unescape(re.sub(r"<[^>]+>|\s", "", row))
    assert "−" in said["coth"] or "-" in said["coth"]
    assert "csch(x)2" in said["coth"].replace("\u2061", "")
    assert said["relu"].endswith("atx=0:0")
    assert "x≠" in said["tan"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_tutorial_is_a_page_with_its_outputs(page: Path) -> None:
    assert 'class="cell_output' in text_of(f"tutorials/{page.stem}.html")


@pytest.mark.parametrize("page", SITES_PAGES, ids=lambda page: page.as_posix())
def test_links_within_the_site_lead_somewhere(page: Path) -> None:
    source = (SITE / page).read_text(encoding="utf-8")
    broken = []
    for link in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', source):
        path, _, anchor = unquote(html.unescape(link)).partition("#")
        if re.match(r"\w+:", path):
            continue
        target = (SITE / page.parent / path) if path else SITE / page
        if not target.exists() or (anchor and f'id="{anchor}"' not in target.read_text(encoding="utf-8")):
            broken.append(link)
    assert broken == []


@pytest.mark.chromium
@pytest.mark.parametrize("page", SITES_PAGES, ids=lambda page: page.as_posix())
def test_a_page_of_the_site_is_quiet_and_offline(chromium: Browser, page: Path) -> None:
    with chromium.new_context(offline=True) as context:
        tab = Tab(context.new_page())
        tab.open(SITE / page)
        assert tab.faults == []
        assert [url for url in tab.requests if not url.startswith(("file:", "data:"))] == []
