"""Data to learn from: a real set that ships with the package, and the generators the lectures use.

`digits` holds UCI's handwritten digits, so that a first network needs no download. The file `data/digits.npz` was
made once from scikit-learn's copy of them:

    X, y = sklearn.datasets.load_digits(return_X_y=True)
    numpy.savez_compressed("digits.npz", X=X.astype("uint8"), y=y.astype("uint8"))
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["digits", "moons"]


def digits(classes: Iterable[int] = range(10)) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    r"""Images of handwritten digits, 8×8 pixels each, from real people's handwriting.

    Parameters
    ----------
    classes
        The digits to keep, each in 0…9; the rows stay in the order of the source.

    Returns
    -------
    X
        Shape (m, 64), one row an image, row by row from its top left; ink from 0 (none) to 16 (full).
    y
        Shape (m,), the digit that each row shows. All ten classes together are m = 1,797 rows.

    Raises
    ------
    ValueError
        Where a class is no digit, or none is asked for.

    Notes
    -----
    E. Alpaydin and C. Kaynak: Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998,
    https://doi.org/10.24432/C50P49, licensed CC BY 4.0; its test set, as scikit-learn's ``load_digits`` holds it.

    Examples
    --------
    >>> X, y = digits(classes=(0, 1))
    >>> X.shape, y[:6].tolist()
    ((360, 64), [0, 1, 0, 1, 0, 1])
    >>> print("\n".join("".join(".:+oO#"[int(ink) // 3] for ink in row) for row in X[0].reshape(8, 8)))
    ..:Oo...
    ..O#o#:.
    .:#..o+.
    .:O..++.
    .:+..o+.
    .:o..O+.
    ..O:oO..
    ..+Oo...
    """
    wanted = list(classes)
    if not wanted or not all(digit in range(10) for digit in wanted):
        raise ValueError(f"classes must be digits from 0 to 9, at least one; got {wanted}")
    with np.load(Path(__file__).parent / "data" / "digits.npz", allow_pickle=False) as file:
        X, y = file["X"], file["y"]
    rows = np.isin(y, wanted)
    return X[rows].astype(np.float64), y[rows].astype(np.int64)


def moons(m: int = 100, noise: float = 0.1, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Two half circles in the plane, one inside the other's opening: two classes that no line separates.

    Parameters
    ----------
    m
        The number of points; the first class has half of them, rounded down.
    noise
        The standard deviation of what is added to both coordinates; the circles' radius is 1.
    seed
        The same seed gives the same points.

    Returns
    -------
    X
        Shape (m, 2), shuffled.
    y
        Shape (m,): 0 on the upper half circle, 1 on the lower one.

    Raises
    ------
    ValueError
        Where there is not a point for each class, or the noise is negative or not finite.

    Examples
    --------
    >>> X, y = moons(100, noise=0.1, seed=1)
    >>> X.shape, y.mean().item()
    ((100, 2), 0.5)
    """
    if m < 2:
        raise ValueError(f"moons needs m of at least 2, a point for each class; got {m}")
    if not 0 <= noise < np.inf:
        raise ValueError(f"noise is a standard deviation, a finite number not below 0; got {noise}")
    rng = np.random.default_rng(seed)
    y = (np.arange(m) >= m // 2).astype(np.int64)
    angle = np.concatenate([np.linspace(0, np.pi, m // 2), np.linspace(0, np.pi, m - m // 2)])
    upper, lower = (np.cos(angle), np.sin(angle)), (1 - np.cos(angle), 0.5 - np.sin(angle))
    X = np.where(y[:, None] == 0, np.column_stack(upper), np.column_stack(lower)) + rng.normal(0, noise, (m, 2))
    order = rng.permutation(m)
    return X[order], y[order]
