from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

import viz
from viz import style

# Machado, Oliveira and Fernandes (2009): what red-green blind eyes see, on linear RGB.
BLIND = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "greyscale": ((0.2126, 0.7152, 0.0722),) * 3,
}


def linear(colour: str) -> list[float]:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def luminance(colour: str, seen_as: str = "greyscale") -> float:
    seen = [sum(m * c for m, c in zip(row, linear(colour), strict=True)) for row in BLIND[seen_as]]
    return sum(w * c for w, c in zip(BLIND["greyscale"][0], seen, strict=True))


def contrast(one: str, other: str, seen_as: str = "greyscale") -> float:
    light, dark = sorted((luminance(one, seen_as), luminance(other, seen_as)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [style.LIGHT, style.DARK])
@pytest.mark.parametrize("seen_as", BLIND)
def test_text_can_be_read_in_every_box_whatever_the_eyes(palette: style.Palette, seen_as: str) -> None:
    for fill, _ in palette.boxes.values():
        for ink in (palette.ink, palette.muted, palette.gradient):
            assert contrast(ink, fill, seen_as) >= (4.5 if seen_as == "greyscale" else 3.5), (ink, fill)
    for ink in (palette.ink, palette.muted, palette.gradient):
        assert contrast(ink, palette.background, seen_as) >= 4.5


@pytest.mark.parametrize("palette", [style.LIGHT, style.DARK])
@pytest.mark.parametrize("seen_as", BLIND)
def test_borders_and_edges_stand_out_whatever_the_eyes(palette: style.Palette, seen_as: str) -> None:
    for _, border in palette.boxes.values():
        assert contrast(border, palette.background, seen_as) >= 3
    assert contrast(palette.edge, palette.background, seen_as) >= 3


def test_kinds_differ_without_colour_too() -> None:
    """Corners, border and dashes tell them apart; an output has two borders, an operation no tint."""
    cues = {kind: (shape.radius > 0, shape.dashed, shape.penwidth) for kind, shape in style.SHAPES.items()}
    cues["operation"] += ("untinted",)
    for one, other in itertools.combinations(cues, 2):
        assert cues[one] != cues[other]
    assert style.LIGHT.boxes["operation"][0] == style.LIGHT.background


def test_the_tints_are_those_of_the_design() -> None:
    assert style.LIGHT.boxes == {
        "input": ("#DDEFFA", "#0072B2"),
        "parameter": ("#FDEFD0", "#B87A00"),
        "operation": ("#FFFFFF", "#4D4D4D"),
        "constant": ("#F2F2F2", "#8A8A8A"),
        "output": ("#D6F0E6", "#007A59"),
        "backward pass": ("#FCE8DB", "#B34700"),
    }
    assert style.LIGHT.gradient == "#B34700"


def test_no_two_colours_of_a_page_share_a_variable() -> None:
    page = style.PAGE
    pairs = (page.cluster, *page.boxes.values())
    variables = [page.background, page.ink, page.muted, page.gradient, page.edge, *itertools.chain(*pairs)]
    assert len(set(variables)) == len(variables)
    assert all(re.fullmatch(r"var\(--[a-z-]+\)", variable) for variable in variables)


def test_no_other_module_holds_a_colour() -> None:
    for path in Path(viz.__file__).parent.rglob("*.*"):
        if path.name != "style.py" and path.suffix in (".py", ".js", ".css", ".html"):
            assert not re.findall(r"#[0-9A-Fa-f]{6}\b", path.read_text("utf-8")), path.name
