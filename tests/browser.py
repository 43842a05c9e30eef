"""Chromium, driven by Playwright: a page that reports what it complained of and what it asked the network for."""

from __future__ import annotations

import importlib.util
import shutil
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Request

NAMES = ("chromium", "chromium-browser", "google-chrome")  # as systems call it
EXECUTABLE = next(filter(None, map(shutil.which, NAMES)), None)
MISSING = (EXECUTABLE is None or importlib.util.find_spec("playwright") is None) and (
    "needs Chromium on the PATH and Playwright: pip install -e '.[test]'"
)
QUIET = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"]


class Tab:
    """One page of a browser that is offline.

    Attributes
    ----------
    page : Playwright's page
    faults : what it complained of: errors, warnings and messages of the console, exceptions, dialogs
    requests : the addresses that it asked for, beside the file that was opened
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.faults.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.faults.append(f"exception: {error}"))
        page.on("dialog", self._dismiss)
        page.on("request", self._note)

    def open(self, path: Path, fragment: str = "") -> Page:
        """Open a file as a person would, with ``file://``; ``fragment`` is what follows the #."""
        self.page.goto(path.as_uri() + (f"#{fragment}" if fragment else ""))
        return self.page

    def _dismiss(self, dialog: Any) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _note(self, request: Request) -> None:
        opened = request.is_navigation_request() and request.frame == self.page.main_frame
        if not (opened and request.url.startswith("file:")):
            self.requests.append(request.url)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, started once by each process of tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Tab]:
    """A fresh page; the test fails if at its end the page has complained, or asked for anything."""
    with chromium.new_context(offline=True) as context:
        tab = Tab(context.new_page())
        yield tab
        assert (tab.faults, tab.requests) == ([], [])
