"""W3's data and first parameters; of NumPy alone, so that a cold process loads no more."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
RATE = 0.5


def flower() -> tuple[list[Array], tuple[Array, Array]]:
    """W1, b1, W2, b2 to start from; 400 points (2, 400) on a flower's petals, and their colours, 0 or 1 (1, 400)."""
    rng = np.random.default_rng(0)
    m, sizes = 400, ((4, 2), (4, 1), (1, 4), (1, 1))
    start = [0.1 * rng.normal(size=size) for size in sizes]
    Y = np.repeat([[0.0, 1.0]], m // 2, axis=1)
    angle = np.linspace(0, 2 * np.pi, m) + rng.normal(0, 0.2, m)
    radius = 4 * np.sin(4 * angle) + rng.normal(0, 0.2, m)
    return start, (radius * np.array([np.sin(angle), np.cos(angle)]), Y)
