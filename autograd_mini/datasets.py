"""Data to learn from: a real set that ships with the package, and the generators the lectures use.

`digits` holds UCI's handwritten digits, so that a first network needs no download. The file `data/digits.npz` was
made once from scikit-learn's copy of them:

    X, y = sklearn.datasets.load_digits(return_X_y=True)
    numpy.savez_compressed("digits.npz", X=X.astype("uint8"), y=y.astype("uint8"))

The generators make `m` points, a ValueError where that is too few for the classes, which share them evenly; `noise` is
the standard deviation of what is added to each coordinate; the same `seed` gives the same points.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

    Points = tuple[NDArray[np.float64], NDArray[np.int64]]

__all__ = ["blobs", "circles", "coffee", "demand", "digits", "flower", "good_roast", "images", "moons"]


def digits(classes: Iterable[int] = range(10)) -> Points:
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


def moons(m: int = 100, noise: float = 0.1, seed: int = 0) -> Points:
    """Two half circles in the plane, one inside the other's opening: two classes that no line separates.

    Parameters
    ----------
    m
        How many points; at least one of each class.
    noise
        The standard deviation of what is added to both coordinates.
    seed
        The same seed gives the same points.

    Returns
    -------
    X
        Shape (m, 2), shuffled.
    y
        Shape (m,): 0 on the upper half circle, 1 on the lower one; their radius is 1.

    Raises
    ------
    ValueError
        For less than a point of each class, or noise that is negative or infinite.

    Examples
    --------
    >>> X, y = moons(100, noise=0.1, seed=1)
    >>> X.shape, y.mean().item()
    ((100, 2), 0.5)
    """
    y, rng = _labels("moons", m, 2), np.random.default_rng(seed)
    angle = np.concatenate([np.linspace(0, np.pi, m // 2), np.linspace(0, np.pi, m - m // 2)])
    upper, lower = (np.cos(angle), np.sin(angle)), (1 - np.cos(angle), 0.5 - np.sin(angle))
    X = np.where(y[:, None] == 0, np.column_stack(upper), np.column_stack(lower))
    return _shuffled(X + rng.normal(0, _spread(noise), (m, 2)), y, rng)


def circles(m: int = 100, noise: float = 0.1, factor: float = 0.5, seed: int = 0) -> Points:
    """Two circles around one centre.

    Parameters
    ----------
    factor
        The inner circle's radius, above 0 and below 1; the outer one's is 1.
    m
        How many points; at least one of each class.
    noise
        The standard deviation of what is added to both coordinates.
    seed
        The same seed gives the same points.

    Returns
    -------
    X
        Shape (m, 2), shuffled.
    y
        Shape (m,): 0 on the outer circle, 1 on the inner one.

    Raises
    ------
    ValueError
        For less than a point of each class, noise that is negative or infinite, or a factor not between 0 and 1.

    Examples
    --------
    >>> X, y = circles(60, noise=0, factor=0.25)
    >>> sorted(set(np.hypot(*X.T).round(9).tolist()))
    [0.25, 1.0]
    """
    if not 0 < factor < 1:
        raise ValueError(f"factor is the inner circle's radius, above 0 and below 1; got {factor}")
    y, rng = _labels("circles", m, 2), np.random.default_rng(seed)
    angle = rng.uniform(0, 2 * np.pi, m)
    X = np.where(y == 0, 1, factor) * np.array([np.cos(angle), np.sin(angle)])
    return _shuffled(X.T + rng.normal(0, _spread(noise), (m, 2)), y, rng)


def blobs(m: int = 100, centers: int | ArrayLike = 3, noise: float = 1.0, seed: int = 0) -> Points:
    """Clouds of points, one a class.

    Parameters
    ----------
    centers
        How many, to be drawn from the square [-10, 10]², or their coordinates, shape (classes, n).
    m
        How many points; at least one of each class.
    noise
        The standard deviation of what is added to both coordinates.
    seed
        The same seed gives the same points.

    Returns
    -------
    X
        Shape (m, n), shuffled.
    y
        Shape (m,): the cloud that each point belongs to, from 0.

    Raises
    ------
    ValueError
        For less than a point of each class, noise that is negative or infinite, or centers that are no finite
        coordinates.

    Examples
    --------
    >>> X, y = blobs(6, centers=[[0, 0, 0], [5, 5, 5]], noise=0)
    >>> X.sum(axis=1).tolist() == (15 * y).tolist()
    True
    """
    rng = np.random.default_rng(seed)
    middle = rng.uniform(-10, 10, (max(centers, 0), 2)) if isinstance(centers, int) else np.asarray(centers, np.float64)
    if middle.ndim != 2 or not middle.size or not np.isfinite(middle).all():
        raise ValueError(f"centers are a number of them, or finite coordinates (classes, n); got shape {middle.shape}")
    y = _labels("blobs", m, len(middle))
    return _shuffled(middle[y] + rng.normal(0, _spread(noise), (m, middle.shape[1])), y, rng)


def flower(m: int = 400, noise: float = 0.2, seed: int = 0) -> Points:
    """A flower in the plane, eight petals in two classes that take turns: what the lectures' shallow network learns.

    Parameters
    ----------
    noise
        The standard deviation of what is added to angle (in radians) and radius; a petal is 4 long.
    m
        How many points; at least one of each class.
    seed
        The same seed gives the same points.

    Returns
    -------
    X
        Shape (m, 2), shuffled.
    y
        Shape (m,): 0 for angles from 0 to π, 1 for the others. The radius is 4 sin(4 angle); where that is negative,
        the petal lies on the far side, so that the classes take turns.

    Raises
    ------
    ValueError
        For less than a point of each class, or noise that is negative or infinite.

    Examples
    --------
    >>> X, y = flower()
    >>> X.shape, np.bincount(y).tolist()
    ((400, 2), [200, 200])
    """
    y, rng = _labels("flower", m, 2), np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, m) + rng.normal(0, _spread(noise), m)
    radius = 4 * np.sin(4 * angle) + rng.normal(0, noise, m)
    return _shuffled(np.column_stack([radius * np.sin(angle), radius * np.cos(angle)]), y, rng)


def good_roast(X: ArrayLike) -> NDArray[np.int64]:
    """Tell well roasted coffee: the rule that :func:`coffee` follows, three lines that enclose a triangle.

    Beans need more than 175 °C and 14 minutes, and less than burns them: 22 minutes at 175 °C, 8 fewer at 260 °C.

    Parameters
    ----------
    X
        Shape (m, 2): temperature in °C, duration in minutes.

    Returns
    -------
    y
        Shape (m,): 1 for a good roast, else 0.

    Examples
    --------
    >>> good_roast([[200, 17], [120, 5], [425, 20], [212, 18], [425, 18.5]]).tolist()
    [1, 0, 0, 1, 0]
    """
    temperature, duration = np.asarray(X, np.float64).T
    burnt = duration >= 22 - 8 * (temperature - 175) / 85
    return np.asarray((temperature > 175) & (duration > 14) & ~burnt, np.int64)


def coffee(m: int = 200, seed: int = 0) -> Points:
    """Coffee that was roasted well or not: features of different size, which a network wants normalised.

    Parameters
    ----------
    m
        How many roasts.
    seed
        The same seed gives the same points.

    Returns
    -------
    X
        Shape (m, 2): temperature from 150 to 285 °C, duration from 12 to 24 minutes.
    y
        Shape (m,): 1 for a good roast, about one in five, as :func:`good_roast` says.

    Raises
    ------
    ValueError
        For less than one roast.

    Examples
    --------
    >>> X, y = coffee()
    >>> X.mean(axis=0).round().tolist(), y.mean().round(1).item()
    ([224.0, 18.0], 0.2)
    """
    _labels("coffee", m, 1)
    X = np.random.default_rng(seed).uniform([150, 12], [285, 24], (m, 2))
    return X, good_roast(X)


def demand(m: int = 400, seed: int = 0) -> Points:
    """Shirts and whether they sell: affordable, known, seemingly good, of which a top seller is two at least.

    Parameters
    ----------
    m
        How many shirts.
    seed
        The same seed gives the same points.

    Returns
    -------
    X
        Shape (m, 4): price from 5 to 45 and shipping cost from 0 to 10, in euros; marketing from 0 to 100, in thousands
        of euros; material from 0 to 10, a grade.
    y
        Shape (m,): 1 for a top seller. A shirt is affordable where price and shipping cost stay below 30, known where
        marketing is above 50, and seems good where a fifth of its price and the material's grade exceed 10.

    Raises
    ------
    ValueError
        For less than one shirt.

    Examples
    --------
    >>> X, y = demand(3)
    >>> X.round().tolist()
    [[30.0, 3.0, 4.0, 0.0], [38.0, 9.0, 61.0, 7.0], [27.0, 9.0, 82.0, 0.0]]
    >>> y.tolist()
    [0, 1, 0]
    """
    _labels("demand", m, 1)
    X = np.random.default_rng(seed).uniform(0, 1, (m, 4)) * [40, 10, 100, 10] + [5, 0, 0, 0]
    price, shipping, marketing, material = X.T
    hidden = np.array([price + shipping < 30, marketing > 50, price / 5 + material > 10])
    return X, (hidden.sum(axis=0) >= 2).astype(np.int64)


def images(m: int = 209, size: int = 64, seed: int = 0) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Coloured drawings of cats and of things that are none, for classification of size × size × 3 features.

    Each is a round head with eyes, near the middle, mostly darker than what is behind it; a cat has pointed ears.

    Parameters
    ----------
    size
        The height and width in pixels, at least 8.
    m
        How many, half of them cats.
    seed
        The same seed gives the same drawings.

    Returns
    -------
    X
        Shape (m, size, size, 3), red, green and blue from 0 to 255, shuffled.
    y
        Shape (m,): 1 for a cat, as is half of them.

    Raises
    ------
    ValueError
        For less than two, or a size below 8.

    Examples
    --------
    >>> X, y = images(m=2, size=12, seed=3)
    >>> X.shape, X.dtype.name, y.tolist()
    ((2, 12, 12, 3), 'uint8', [0, 1])
    """
    if size < 8:
        raise ValueError(f"images are at least 8 pixels high and wide; got size {size}")
    y, rng = _labels("images", m, 2), np.random.default_rng(seed)
    across, down = np.meshgrid(*[np.linspace(-1, 1, size)] * 2)
    x = np.abs(across - rng.uniform(-0.2, 0.2, (m, 1, 1)))  # the left is the right's mirror image
    z = down - rng.uniform(-0.05, 0.35, (m, 1, 1))
    radius = rng.uniform(0.4, 0.6, (m, 1, 1))
    head = x**2 + z**2 < radius**2
    ears = (z < -0.5 * radius) & (np.abs(x - 0.6 * radius) < 0.3 * (z + 1.6 * radius)) & (y == 1)[:, None, None]
    eyes = (x - 0.4 * radius) ** 2 + (z + 0.2 * radius) ** 2 < (0.15 * radius) ** 2
    ground, fur = rng.uniform(80, 255, (m, 1, 1, 3)), rng.uniform(0, 170, (m, 1, 1, 3))
    picture = np.where((head | ears)[..., None], fur, ground) * ~eyes[..., None]
    light = rng.uniform(0.6, 1, (m, 1, 1, 1))
    return _shuffled((picture * light + rng.normal(0, 8, picture.shape)).clip(0, 255).astype(np.uint8), y, rng)


def _labels(name: str, m: int, classes: int) -> NDArray[np.int64]:
    """The classes of m points, in order and evenly shared."""
    if m < classes:
        each = ", a point for each class" if classes > 1 else ""
        raise ValueError(f"{name} needs m of at least {classes}{each}; got {m}")
    return ((np.arange(m) + 1) * classes - 1) // m


def _spread(noise: float) -> float:
    if not 0 <= noise < np.inf:
        raise ValueError(f"noise is a standard deviation, a finite number not below 0; got {noise}")
    return noise


def _shuffled(
    X: NDArray[Any], y: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    order = rng.permutation(len(y))
    return X[order], y[order]
