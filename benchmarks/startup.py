"""W7: what it costs to begin."""

from __future__ import annotations

import os
import subprocess
import sys


def import_milliseconds() -> float:
    """What importing takes beyond NumPy's import, measured inside of one fresh interpreter."""
    code = "import time, numpy; t = time.perf_counter(); import autograd_mini; print(time.perf_counter() - t)"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(2):  # the first one may have to compile
        output = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment
        ).stdout
    return float(output) * 1e3
