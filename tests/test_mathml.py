"""Formulas as MathML: whole, well formed, and names shown literally whatever they are."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from test_stepper import NASTY

import autograd_mini as ag
from autograd_mini.expr import Call, Number, Symbol, symbols
from autograd_mini.rules import TABLE
from viz.mathml import mathml

if TYPE_CHECKING:
    from autograd_mini.expr import Expr

a, b, x = symbols("a b x")


def said(formula: Expr) -> str:
    return "".join(ET.fromstring(mathml(formula)).itertext())


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_row_and_its_derivatives_are_one_element(row: object) -> None:
    call = row.applied(*row.inputs)  # type: ignore[attr-defined]
    for i, name in enumerate(row.inputs):  # type: ignore[attr-defined]
        for formula in (call, row.derivative(i, result=call)):  # type: ignore[attr-defined]
            root = ET.fromstring(mathml(formula))
            assert root.tag == "math"
            assert not any("\\" in text for text in root.itertext())
        assert str(name)[0] in said(call)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (a + b * 2, "a+b×2"),
        (ag.sin(x) / x, "sin(x)x"),
        (Call("derivative", Symbol("e"), b), "∂e∂b"),
        (Call("total", Symbol("y"), x), "dydx"),
        (Call("matmul", Symbol("dZ"), Call("transpose", Symbol("X"))), "dZ·X⊤"),
        (Number(1.5e-9) * x, "1.5·10−9×x"),
        (ag.where(x > 0, x, 0), "{xif x>00otherwise"),
        (ag.sigmoid(Symbol("z")), "σ(z)"),
    ],
    ids=str,
)
def test_what_it_says(formula: Expr, expected: str) -> None:
    assert said(formula).replace("\u00a0", " ").replace("⁡", "") == expected


@pytest.mark.parametrize(
    "name", [*NASTY[:-2], "x_1_2", "θ", "100%", "#1", "a b", "}", "$x$", "&lt;", "été", "重み", "uu", "u41u"]
)
def test_names_are_shown_literally(name: str) -> None:
    from viz.picture import display

    shown = display(name)
    root = ET.fromstring(mathml(Symbol(shown) * 2))
    assert {each.tag for each in root.iter()} <= {*("math mrow mi mn mo mtext msub msup mspace".split())}
    assert all(not each.attrib or set(each.attrib) <= {"display", "mathvariant"} for each in root.iter())


@pytest.mark.parametrize(
    "name", ["a&b", "<b>bold</b>", "100%", "#1", "a b", "}", "{", "$x$", "\\", "\\frac", "重み", "u41u", "~", "^"]
)
def test_what_latex_would_read_as_code_is_text(name: str) -> None:
    assert said(Symbol(name)) == name


def test_a_formula_on_a_line_of_its_own() -> None:
    assert ET.fromstring(mathml(x, display=True)).get("display") == "block"
    assert ET.fromstring(mathml(x)).get("display") == "inline"


def test_numbers_that_are_none() -> None:
    assert [said(Number(float(word))) for word in ("nan", "inf", "-inf")] == ["nan", "∞", "−∞"]


def test_every_row_of_the_table_can_be_shown() -> None:
    assert all("<mtable" in mathml(row._repr_latex_().strip("$"), display=True) for row in TABLE)
