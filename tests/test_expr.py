"""Formulas: how they print, where parentheses stand, what is folded, what is shared."""

from __future__ import annotations

import itertools
import math

import pytest

from autograd_mini.expr import Call, Expr, Number, Symbol, share, symbols

a, b, c, x = symbols("a b c x")
sin = Call("sin", x)


@pytest.mark.parametrize(
    ("formula", "python", "text", "latex"),
    [
        (a + b * c, "a + b * c", "a + b × c", r"a + b \times c"),
        ((a + b) * c, "(a + b) * c", "(a + b) × c", r"\left(a + b\right) \times c"),
        (a - (b - c), "a - (b - c)", "a − (b − c)", r"a - \left(b - c\right)"),
        (a - b - c, "a - b - c", "a − b − c", "a - b - c"),
        (a / (b / c), "a / (b / c)", "a / (b / c)", r"\frac{a}{\frac{b}{c}}"),
        (a / b / c, "a / b / c", "a / b / c", r"\frac{\frac{a}{b}}{c}"),
        (a / (b * c), "a / (b * c)", "a / (b × c)", r"\frac{a}{b \times c}"),
        (a * (b / c), "a * (b / c)", "a × (b / c)", r"a \times \frac{b}{c}"),
        (-(a + b), "-(a + b)", "−(a + b)", r"-\left(a + b\right)"),
        (-a * b, "-a * b", "−a × b", r"-a \times b"),
        ((-a) ** 2, "(-a)**2", "(−a)²", r"\left(-a\right)^{2}"),
        (-(a**2), "-a**2", "−a²", "-a^{2}"),
        (a**b**c, "a**b**c", "a^(b^c)", "a^{b^{c}}"),
        ((a**b) ** c, "(a**b)**c", "(a^b)^c", r"\left(a^{b}\right)^{c}"),
        (a ** (b + 1), "a**(b + 1)", "a^(b + 1)", "a^{b + 1}"),
        (a**-1, "a**-1", "a⁻¹", "a^{-1}"),
        (a**0.5, "a**0.5", "a^0.5", "a^{0.5}"),
        (a + -2, "a + -2", "a + (−2)", r"a + \left(-2\right)"),
        (a * -2, "a * -2", "a × (−2)", r"a \times \left(-2\right)"),
        (-2 * a, "-2 * a", "−2 × a", r"-2 \times a"),
        (Call("pow", 2, a), "2**a", "2^a", "2^{a}"),
        (Number(-2) ** a, "(-2)**a", "(−2)^a", r"\left(-2\right)^{a}"),
        (sin**2, "sin(x)**2", "sin(x)²", r"\sin\left(x\right)^{2}"),
        (Call("exp", a + b), "exp(a + b)", "exp(a + b)", "e^{a + b}"),
        (Call("exp", a) ** 2, "exp(a)**2", "exp(a)²", r"\left(e^{a}\right)^{2}"),
        (Call("unknown", a, b), "unknown(a, b)", "unknown(a, b)", r"\operatorname{unknown}\left(a, b\right)"),
        (a.eq(0) & (b >= 0), "(a == 0) & (b >= 0)", "a = 0 and b ≥ 0", r"a = 0 \land b \ge 0"),
        (Call("where", a > 0, b, c), "where(a > 0, b, c)", "b if a > 0 else c", None),
        (Call("where", a < 0, b, c) * 2, "where(a < 0, b, c) * 2", "(b if a < 0 else c) × 2", None),
        (Call("square", a + b), "(a + b)**2", "(a + b)²", r"\left(a + b\right)^{2}"),
        (Call("abs", a) * b, "abs(a) * b", "|a| × b", r"\left|a\right| \times b"),
    ],
)
def test_three_ways_of_writing(formula: Expr, python: str, text: str, latex: str | None) -> None:
    assert formula.python() == repr(formula) == str(formula) == python
    assert formula.text() == text
    assert latex is None or formula.latex() == latex


OPERATORS = ["__add__", "__sub__", "__mul__", "__truediv__", "__pow__"]


@pytest.mark.parametrize("signs", list(itertools.product([1, -1], repeat=2)))
@pytest.mark.parametrize("outer", OPERATORS)
@pytest.mark.parametrize("inner", OPERATORS)
def test_python_text_means_the_formula(outer: str, inner: str, signs: tuple[int, int]) -> None:
    values = {"a": 3.0, "b": 2.0, "c": 5.0}
    p, q = (n if sign > 0 else -n for n, sign in zip((a, b), signs, strict=True))
    for formula, parts in (
        (getattr(getattr(p, inner)(q), outer)(c), lambda f, g, s, t: getattr(getattr(s, f)(t), g)(5.0)),
        (getattr(c, outer)(getattr(p, inner)(q)), lambda f, g, s, t: getattr(5.0, g)(getattr(s, f)(t))),
    ):
        want = parts(inner, outer, 3.0 * signs[0], 2.0 * signs[1])
        assert eval(formula.python(), {}, values) == pytest.approx(want)  # noqa: S307 - what the project itself printed


@pytest.mark.parametrize(
    ("value", "text"), [(2.0, "2"), (-2.0, "-2"), (0.5, "0.5"), (1e300, "1e+300"), (-0.0, "-0.0"), (1e16, "1e+16")]
)
def test_whole_numbers_print_without_a_point(value: float, text: str) -> None:
    assert Number(value).python() == text


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_numbers_that_are_not_finite(value: float) -> None:
    assert Number(value) == Number(value)
    assert Number(value).python() == repr(value)


def test_labels_show_four_digits_and_a_true_minus() -> None:
    assert Number(-1.23456789).text() == "−1.235"
    assert Number(1e-300).text() == "1e−300"


@pytest.mark.parametrize(
    ("name", "latex"),
    [("x", "x"), ("x1", "x_{1}"), ("w_12", "w_{12}"), ("speed", r"\mathrm{speed}"), ("lr2", r"\mathrm{lr}_{2}")],
)
def test_names_in_latex(name: str, latex: str) -> None:
    assert Symbol(name).latex() == latex


def test_formulas_are_equal_when_they_are_written_alike() -> None:
    assert a + b == symbols("a")[0] + symbols("b")[0]
    assert a + b != b + a
    assert a != "a"
    assert Number(2) == Number(2.0)
    assert Number(0.0) != Number(-0.0)
    assert Symbol("sin") != Call("sin")
    assert len({a * b, a * b, b * a}) == 2


def test_a_formula_is_neither_true_nor_false() -> None:
    with pytest.raises(TypeError, match=r"the formula a > 0 is neither true nor false: write where\(…\), not if"):
        bool(a > 0)


@pytest.mark.parametrize(
    ("formula", "folded"),
    [
        (a + 0, a),
        (0 + a, a),
        (a - 0, a),
        (0 - a, -a),
        (a * 1, a),
        (1 * a, a),
        (a * 0, Number(0)),
        (-1 * a, -a),
        (a * -1, -a),
        (a / 1, a),
        (a / -1, -a),
        (a**1, a),
        (a**0, Number(1)),
        (-Call("neg", a), a),
        (a + -2, a - 2),
        (a - -2, a + 2),
        (a + -b, a - b),
        (Number(2) + 3, Number(5)),
        (Number(2) * 3 - 1, Number(5)),
        (a ** (Number(2) - 1), a),
        (Number(1) / 3, Number(1) / 3),
        (sin * 1 + 0 * b, sin),
    ],
)
def test_what_any_reader_folds_is_folded(formula: Expr, folded: Expr) -> None:
    assert formula.simplify() == folded


def test_substitution_replaces_parts() -> None:
    assert (a * b + a).substitute({a: c, b: Number(2)}) == c * 2 + c
    assert (Call("sin", a) + 1).substitute({Call("sin", a): b}) == b + 1
    assert (a + b).substitute({a: b, b: a}) == b + a


def test_walk_gives_operands_first() -> None:
    assert list((a + b * 2).walk()) == [a, b, Number(2), b * 2, a + b * 2]


def test_sharing_names_what_occurs_twice() -> None:
    shared, formulas = share([sin * sin + a, Call("exp", sin * sin)])
    assert [(str(name), str(part)) for name, part in shared] == [("t1", "sin(x)"), ("t2", "t1 * t1")]
    assert [str(each) for each in formulas] == ["t2 + a", "exp(t2)"]


def test_nothing_shared_is_left_as_it_is() -> None:
    assert share([a + b, a * b]) == ([], [a + b, a * b])


@pytest.mark.parametrize("reflected", [2 + a, 2 - a, 2 * a, 2 / a])
def test_numbers_on_the_left(reflected: Expr) -> None:
    assert str(reflected).startswith("2 ")


def test_every_operator_of_a_value_works_on_formulas() -> None:
    assert [str(2**a), str(abs(a)), str(+a), str(-a)] == ["2**a", "abs(a)", "a", "-a"]
