"""Loss curves in characters, for any history that training leaves."""

from __future__ import annotations

import math

import pytest

from autograd_mini.tables import curves

FALLING = {"loss": [4.0, 2.0, 1.0, 0.5, 0.25], "val_loss": [4.0, 3.0, 2.5, 2.5, 2.5]}


@pytest.mark.parametrize("width", [50, 63, 80, 200])
def test_a_curve_fills_its_width(width: int) -> None:
    lines = curves.as_text(FALLING, width).splitlines()
    assert lines[0].strip() == "loss by epoch: ⠤ training, o held out"
    assert max(map(len, lines)) == width
    assert lines[-1].split() == ["1", "2", "3", "4", "5"]
    assert not set("\x1b") & set("".join(lines))


def test_a_curve_falls_from_its_top_left_to_its_bottom_right() -> None:
    drawn = [line for line in curves.as_text({"loss": FALLING["loss"]}, 60).splitlines() if line.endswith("│")]
    first, last = drawn[0].partition("┤")[2].rstrip("│"), drawn[-1].partition("┤")[2].rstrip("│")
    assert [part.isspace() for part in (first[:2], first[10:], last[:10], last[-2:])] == [False, True, True, False]


@pytest.mark.parametrize("history", [{"loss": []}, {"loss": [1.0]}])
def test_a_curve_needs_two_epochs(history: dict[str, list[float]]) -> None:
    assert curves.as_text(history, 80) == ""


@pytest.mark.parametrize("losses", [[1.0, 1.0], [1e30, 1e-30], [0.0, 0.0, 0.0], [1.0] * 5000])
def test_curves_of_any_size(losses: list[float]) -> None:
    assert "loss by epoch" in curves.as_text({"loss": losses}, 80)


@pytest.mark.parametrize("watched", [[math.inf, math.nan], [1.0, math.inf]])
def test_a_loss_that_is_no_number_has_no_place_in_the_curve(watched: list[float]) -> None:
    history = {"loss": [2.0, 1.0], "val_loss": watched}
    assert "1.0" in curves.as_text(history, 80)


def test_a_narrow_terminal_has_no_room() -> None:
    assert curves.as_text(FALLING, 49) == ""
