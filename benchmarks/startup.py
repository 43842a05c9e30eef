"""W7: what it costs to begin."""

from __future__ import annotations

import subprocess
import sys


def import_milliseconds() -> float:
    """What importing takes beyond NumPy's import, measured inside of one fresh interpreter."""
    code = "import time, numpy; t = time.perf_counter(); import autograd_mini; print(time.perf_counter() - t)"
    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    return float(output) * 1e3
