"""How names and numbers are written as LaTeX: valid, and as a lecturer would."""

from __future__ import annotations

import math

import pytest
from latex2mathml.converter import convert

from autograd_mini.expr import Call, Number, Symbol
from autograd_mini.notation import LATEX, TEXT, TEXTBOOK
from autograd_mini.rules import RULES


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("θ", r"\theta"),
        ("Σ", r"\Sigma"),
        ("Α", r"\text{Α}"),  # a capital alpha, for which LaTeX has no command
        ("w₁₂", "w_{12}"),
        ("α_1", r"\alpha_{1}"),
        ("loss rate", r"\text{loss rate}"),
        ("100%", r"\text{100\%}"),
        ("a_b", r"\text{a\_b}"),
        ("{}$&#~^<>", r"\text{\{\}\$\&\#\textasciitilde{}\textasciicircum{}\textless{}\textgreater{}}"),
        ("\\", r"\text{\textbackslash{}}"),
    ],
)
def test_names_in_latex(name: str, latex: str) -> None:
    assert LATEX.symbol(name) == latex
    convert(latex)


@pytest.mark.parametrize(
    ("number", "latex"),
    [
        (2, "2"),
        (-0.5, "-0.5"),
        (1 / 3, "0.3333"),
        (1.5e-9, r"1.5 \cdot 10^{-9}"),
        (-2e30, r"-2 \cdot 10^{30}"),
        (math.nan, r"\mathrm{nan}"),
        (math.inf, r"\infty"),
        (-math.inf, r"-\infty"),
    ],
)
def test_numbers_in_latex(number: float, latex: str) -> None:
    assert LATEX.number(number) == latex
    convert(latex)


@pytest.mark.parametrize("name", ["x", "x1", "A[1]", "z₃[2]", "a⁽²⁾", "a₁[2](3)", "loss(2)"])
@pytest.mark.parametrize("name_of_call", ["square", "transpose", "neg", "exp"])
def test_a_name_with_something_above_it_can_be_raised(name: str, name_of_call: str) -> None:
    latex = Call(name_of_call, Symbol(name)).latex()
    convert(latex)
    convert((Symbol(name) ** 3).latex())


E, A, B = Symbol("e"), Symbol("a"), Symbol("b")


@pytest.mark.parametrize(
    ("formula", "text", "latex"),
    [
        (Call("derivative", E, B), "∂e/∂b", r"\frac{\partial e}{\partial b}"),
        (Call("total", E, B), "de/db", r"\frac{d e}{d b}"),
        (Call("derivative", E, B) * 2, "∂e/∂b × 2", r"\frac{\partial e}{\partial b} \times 2"),
        (Call("differential", Symbol("Z")), "dZ", "dZ"),
        (Call("derivative of", A, A + B), "∂/∂a (a + b)", r"\frac{\partial}{\partial a} \left(a + b\right)"),
        (Call("matmul", A, Call("transpose", B)), "a · bᵀ", r"a \cdot b^{\top}"),
        (Call("matmul", A + B, B) / Number(5), "(a + b) · b / 5", r"\frac{\left(a + b\right) \cdot b}{5}"),
        (Call("then", A, Symbol("spread")), "a, spread", r"a,\ \mathrm{spread}"),
    ],
)
def test_notation_of_explanations(formula: Call, text: str, latex: str) -> None:
    assert formula.text() == text
    assert formula.latex() == latex
    convert(latex)


@pytest.mark.parametrize(
    ("formula", "textbook"),
    [
        (2 * A * B, "2ab"),
        (2 * A**2, "2a²"),
        (A * A, "a × a"),
        (2 * Symbol("rate"), "2 × rate"),
        (Number(math.nan) * A, "nan × a"),
        (A * (B + 1), "a × (b + 1)"),
        (A / (B * E), "a / (be)"),
    ],
    ids=str,
)
def test_letters_stand_side_by_side_where_that_cannot_be_misread(formula: Call, textbook: str) -> None:
    assert formula.write(TEXTBOOK)[0] == textbook
    assert "×" in formula.write(TEXT)[0]


def test_choices_in_one_another_are_rows_of_one_brace() -> None:
    assert RULES["maximum"].derivative(0).latex() == (
        r"\begin{cases} 1 & \text{if } x > y \\ 0.5 & \text{if } x = y \\ 0 & \text{otherwise} \end{cases}"
    )
