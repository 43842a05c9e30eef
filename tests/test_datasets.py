"""The digits are the ones they say they are; the generators are what the lectures draw."""

from __future__ import annotations

import numpy as np
import pytest

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


def test_moons_lie_on_their_half_circles() -> None:
    X, y = datasets.moons(101, noise=0)
    assert X.shape == (101, 2)
    assert np.bincount(y).tolist() == [50, 51]
    centre = np.where(y[:, None] == 0, [0, 0], [1, 0.5])
    assert np.allclose(np.hypot(*(X - centre).T), 1)
    assert np.all((X - centre)[:, 1] * np.where(y == 0, 1, -1) >= -1e-15)


def test_moons_follow_their_seed() -> None:
    assert np.array_equal(datasets.moons(seed=3)[0], datasets.moons(seed=3)[0])
    assert not np.array_equal(datasets.moons(seed=3)[0], datasets.moons(seed=4)[0])


def test_noise_is_a_standard_deviation() -> None:
    X, y = datasets.moons(5000, noise=0.05)
    centre = np.where(y[:, None] == 0, [0, 0], [1, 0.5])
    assert np.std(np.hypot(*(X - centre).T)) == pytest.approx(0.05, rel=0.1)


@pytest.mark.parametrize("m", [1, 0, -3])
def test_too_few_moons(m: int) -> None:
    with pytest.raises(ValueError, match=f"moons needs m of at least 2, a point for each class; got {m}"):
        datasets.moons(m)


@pytest.mark.parametrize("noise", [-0.1, float("nan"), float("inf")])
def test_noise_out_of_range(noise: float) -> None:
    with pytest.raises(ValueError, match="noise is a standard deviation, a finite number not below 0; got"):
        datasets.moons(10, noise=noise)
