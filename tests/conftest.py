"""What a test may need, and what a skip means: locally a note, under CI a failure."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import MISSING, chromium, tab  # noqa: F401 - the last two are fixtures, which every test file may ask for
from hypothesis import settings

from autograd_mini.modes import MODES, THREAD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SITE = Path(__file__).parent.parent / "build" / "docs" / "index.html"
CI = bool(os.environ.get("CI"))

# Deadlines measure the machine, not the code. Under CI the same examples run each time.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if CI else "local")


@pytest.fixture(autouse=True)
def modes_end() -> Iterator[None]:
    """Whatever a test does, no mode stays on."""
    yield
    assert (MODES.active, THREAD.trace, THREAD.no_grad, THREAD.anomaly, THREAD.transforms) == (0, None, 0, 0, 0)


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    missing = {
        "built": not SITE.exists() and "needs the documentation site: make docs",
        "chromium": MISSING,
        "graphviz": shutil.which("dot") is None and "needs Graphviz's `dot` on the PATH",
        "torch": importlib.util.find_spec("torch") is None and "needs PyTorch: pip install -e '.[bench]'",
    }
    for item in items:
        for marker, reason in missing.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if CI and reporter and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = len(terminalreporter.stats.get("skipped", ()))
    if CI and skipped:
        terminalreporter.line(f"CI is set: every skipped test ({skipped}) counts as a failure", red=True)
