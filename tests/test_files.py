from __future__ import annotations

import os
from pathlib import Path

import pytest
from drawn import lecture

import viz
from autograd_mini import files


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no directory '.*nowhere'"):
        viz.draw(lecture()).save(tmp_path / "nowhere" / "e.svg")
    (tmp_path / "d.svg").mkdir()
    with pytest.raises(IsADirectoryError, match=r"d\.svg': it is a directory"):
        viz.draw(lecture()).save(tmp_path / "d.svg")


def test_a_failed_write_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "e.dot"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        files.write(path, b"new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="there are no such permissions")
def test_permissions_are_the_old_files_or_the_usual_ones(tmp_path: Path) -> None:
    usual, old, new = tmp_path / "usual", tmp_path / "old", tmp_path / "new"
    usual.write_text("")
    old.write_text("")
    old.chmod(0o640)
    for path in (old, new):
        files.write(path, b"x")
    assert [path.stat().st_mode & 0o777 for path in (old, new)] == [0o640, usual.stat().st_mode & 0o777]
