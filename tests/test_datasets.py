"""The digits are the ones they say they are; the generators are what the lectures draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from autograd_mini import datasets


def test_digits_are_whole() -> None:
    X, y = datasets.digits()
    assert X.shape == (1797, 64)
    assert X.dtype == np.float64
    assert (X.min(), X.max()) == (0, 16)
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert X.sum() == 561718


def test_digits_of_some_classes() -> None:
    X, y = datasets.digits(classes=(0, 1))
    everything, digit = datasets.digits()
    assert np.array_equal(X, everything[digit <= 1])
    assert np.array_equal(y, digit[digit <= 1])
    assert np.array_equal(datasets.digits(iter([1, 0]))[0], X)


def test_digits_are_the_callers_own() -> None:
    X, _ = datasets.digits()
    X[:] = -1
    assert datasets.digits()[0].min() == 0


@pytest.mark.parametrize("classes", [(), (0, 10), (-1,), (0.5,)])
def test_what_is_no_digit_is_refused(classes: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"classes must be digits from 0 to 9, at least one; got \["):
        datasets.digits(classes)


GENERATORS: dict[str, Callable[..., tuple[NDArray[Any], NDArray[np.int64]]]] = {
    name: getattr(datasets, name) for name in datasets.__all__ if name not in ("digits", "good_roast")
}
NOISY = ("moons", "circles", "blobs", "flower")


@pytest.mark.parametrize("name", GENERATORS)
def test_generators_give_as_many_points_as_asked_by_their_seed(name: str) -> None:
    make = GENERATORS[name]
    X, y = make(m=31, seed=3)
    assert (len(X), y.shape, y.dtype) == (31, (31,), np.int64)
    assert X.dtype == (np.uint8 if name == "images" else np.float64)
    again, other = make(m=31, seed=3), make(m=31, seed=4)
    assert np.array_equal(again[0], X)
    assert np.array_equal(again[1], y)
    assert not np.array_equal(other[0], X)


@pytest.mark.parametrize(
    ("name", "classes"), [("moons", 2), ("circles", 2), ("blobs", 3), ("flower", 2), ("images", 2)]
)
def test_classes_share_the_points_evenly_and_come_mixed(name: str, classes: int) -> None:
    y = GENERATORS[name](m=50 * classes + 1)[1]
    assert sorted(np.bincount(y)) == [50] * (classes - 1) + [51]
    assert {*y[:20]} == {*range(classes)}


@pytest.mark.parametrize("name", GENERATORS)
def test_too_few_points(name: str) -> None:
    least = {"blobs": 3, "coffee": 1, "demand": 1}.get(name, 2)
    GENERATORS[name](m=least)
    each = ", a point for each class" if least > 1 else ""
    with pytest.raises(ValueError, match=f"^{name} needs m of at least {least}{each}; got {least - 1}$"):
        GENERATORS[name](m=least - 1)


@pytest.mark.parametrize("name", NOISY)
@pytest.mark.parametrize("noise", [-0.1, float("nan"), float("inf")])
def test_noise_out_of_range(name: str, noise: float) -> None:
    with pytest.raises(ValueError, match="noise is a standard deviation, a finite number not below 0; got"):
        GENERATORS[name](noise=noise)


def test_moons_lie_on_their_half_circles() -> None:
    X, y = datasets.moons(101, noise=0)
    assert np.bincount(y).tolist() == [50, 51]
    centre = np.where(y[:, None] == 0, [0, 0], [1, 0.5])
    assert np.allclose(np.hypot(*(X - centre).T), 1)
    assert np.all((X - centre)[:, 1] * np.where(y == 0, 1, -1) >= -1e-15)


def test_noise_is_a_standard_deviation() -> None:
    X, y = datasets.moons(5000, noise=0.05)
    centre = np.where(y[:, None] == 0, [0, 0], [1, 0.5])
    assert np.std(np.hypot(*(X - centre).T)) == pytest.approx(0.05, rel=0.1)
    X, y = datasets.blobs(5000, centers=[[1, 2], [3, 4]], noise=0.5)
    assert np.allclose(X[y == 1].mean(axis=0), [3, 4], atol=0.05)
    assert np.allclose(X[y == 1].std(axis=0), 0.5, rtol=0.05)


def test_circles_lie_one_within_the_other() -> None:
    X, y = datasets.circles(200, noise=0, factor=0.3)
    assert np.allclose(np.hypot(*X.T), np.where(y == 1, 0.3, 1))


@pytest.mark.parametrize("factor", [0, 1, -0.5, float("nan")])
def test_circles_of_other_radii_are_refused(factor: float) -> None:
    with pytest.raises(ValueError, match="factor is the inner circle's radius, above 0 and below 1; got"):
        datasets.circles(factor=factor)


@pytest.mark.parametrize("centers", [0, -1, [], [1, 2], [[float("nan"), 0]], [[[0]]]])
def test_blobs_need_centers(centers: Any) -> None:
    with pytest.raises(ValueError, match=r"finite coordinates \(classes, n\); got shape \("):
        datasets.blobs(centers=centers)


def test_petals_take_turns() -> None:
    X, y = datasets.flower(4000, noise=0)
    petal = np.floor(np.arctan2(X[:, 0], X[:, 1]) / (np.pi / 4)).astype(int) % 8
    long = np.hypot(*X.T) > 1
    classes = [{*y[(petal == i) & long].tolist()} for i in range(8)]
    assert classes == [{0}, {1}, {0}, {1}, {1}, {0}, {1}, {0}]
    assert np.hypot(*X.T).max() == pytest.approx(4, abs=1e-3)


def test_coffee_is_good_within_a_triangle() -> None:
    """The lectures' rows, the triangle's corners, and what is drawn."""
    rows = [[200, 17], [120, 5], [425, 20], [212, 18], [425, 18.5]]
    assert datasets.good_roast(rows).tolist() == [1, 0, 0, 1, 0]
    inside = [[175.01, 14.01], [175.01, 21.99], [259.8, 14.01]]
    outside = [[174.99, 14.01], [175.01, 22.01], [260.2, 14.01], [200, 13.99]]
    assert datasets.good_roast(inside + outside).tolist() == [1] * 3 + [0] * 4
    X, y = datasets.coffee(1000)
    assert np.array_equal(y, datasets.good_roast(X))
    assert 0.15 < y.mean() < 0.25


def test_top_sellers_have_two_of_three_virtues() -> None:
    X, y = datasets.demand(1000)
    virtues = (X[:, 0] + X[:, 1] < 30).astype(int) + (X[:, 2] > 50) + (X[:, 0] / 5 + X[:, 3] > 10)
    assert np.array_equal(y, virtues > 1)
    assert 0.4 < y.mean() < 0.6


def test_cats_have_ears() -> None:
    """The same picture with and without: what lies above the head tells them apart."""
    X, y = datasets.images(m=100, size=32)
    assert X.shape == (100, 32, 32, 3)
    ground = X[:, 0].mean(axis=1, keepdims=True)[:, None]
    drawn = (np.abs(X - ground).max(axis=3) > 40).sum(axis=2)  # how much of each row
    narrow = ((drawn > 0) & (drawn < 8))[:, :16].sum(axis=1)
    assert narrow[y == 1].mean() > 2 * narrow[y == 0].mean()


def test_images_are_large_enough_to_show_something() -> None:
    assert datasets.images(m=2, size=8)[0].shape == (2, 8, 8, 3)
    with pytest.raises(ValueError, match="images are at least 8 pixels high and wide; got size 7"):
        datasets.images(m=2, size=7)
