"""Commands as their user types them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from autograd_mini.__main__ import main

if TYPE_CHECKING:
    import pytest


def run(*arguments: str) -> int:
    """The exit code, argparse's own way out included."""
    try:
        return main(arguments)
    except SystemExit as leaving:
        return int(leaving.code or 0)


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line on stderr of a command that must fail and leave nothing."""
    before = {path: path.read_bytes() for path in Path().iterdir()}
    assert run(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err[:-1].isprintable()
    assert {path: path.read_bytes() for path in Path().iterdir()} == before
    return err.strip()
