from __future__ import annotations

import math
import unicodedata

import pytest

from viz import text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3.0, "3"), (-0.5, "−0.5"), (1 / 3, "0.3333"), (-0.0, "−0"), (math.nan, "nan"), (math.inf, "inf"),
        (-math.inf, "−inf"), (1e-300, "1e−300"), (123456.0, "1.235e+05"),
    ],
)  # fmt: skip
def test_numbers_have_four_digits_and_a_true_minus_sign(value: float, shown: str) -> None:
    assert text.number(value) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [("w1", "w₁"), ("x_12", "x₁₂"), ("loss", "loss"), ("a1b", "a1b"), ("1", "1"), ("θ0", "θ₀"), ("w_1_2", "w_1_2")],
)
def test_a_number_at_the_end_of_a_name_is_a_subscript(name: str, shown: str) -> None:
    assert text.subscripts(name) == shown


def test_cleaning_keeps_what_can_be_shown_and_drops_what_cannot() -> None:
    assert text.clean('"quotes" \\ {}|<b> & \\N') == '"quotes" \\ {}|<b> & \\N'
    assert text.clean("a\0b\x1b[0m\ud800\ufffe") == "ab[0m��"
    assert text.clean("a\u202eb\u2066c") == "abc"
    assert text.clean("two\nlines\tand a tab") == "two lines and a tab"
    assert text.clean("שלום\u200f") == "שלום\u200f"


def test_widths_are_the_fonts_own() -> None:
    """In 2048ths of an em, as DejaVu Sans 2.37 has them."""
    assert [text.width(c, 2048) for c in "aW∂₁−"] == [1255, 2025, 1059, 821, 1716]
    assert [text.width(c, 2048, bold=True) for c in "aW∂₁−"] == [1382, 2259, 1114, 897, 1716]


def test_the_fonts_have_every_sign_that_pictures_need() -> None:
    assert text.covered("∂×−+/=σΣ·…—√²³₀₁₉αθπ∞ø")
    assert not text.covered("漢")
    assert text.width("漢", 10) > text.width("a", 10) > text.width(unicodedata.lookup("COMBINING ACUTE ACCENT"), 10)


def test_long_formulas_lose_their_middle() -> None:
    long = " + ".join(f"f(a{i} + b)" for i in range(9))
    assert text.abbreviate(long, 44) == "f(a0 + b) + f(a1 + b) + … + f(a8 + b)"
    assert text.abbreviate("x" * 50, 10) == "x" * 9 + "…"
    assert text.halves("a + b") == ["a + b"]
