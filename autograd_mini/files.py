"""Writing a file: all of it, or nothing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def check(target: Path) -> None:
    """Raise what the caller can mend before work is done in vain.

    Raises
    ------
    FileNotFoundError
        If the directory is missing; the message names it.
    IsADirectoryError
        If `target` is a directory.
    """
    if not target.parent.is_dir():
        raise FileNotFoundError(f"cannot save {str(target)!r}: there is no directory {str(target.parent)!r}")
    if target.is_dir():
        raise IsADirectoryError(f"cannot save {str(target)!r}: it is a directory")


def write(target: Path, content: bytes) -> None:
    """Write `content` into a file beside the target, which then takes its place."""
    handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if target.exists():
            Path(beside).chmod(target.stat().st_mode & 0o777)
        else:
            umask = os.umask(0)
            os.umask(umask)
            Path(beside).chmod(0o666 & ~umask)
        Path(beside).replace(target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
