"""Formulas made short: equal to what they were, never longer, and as one would write them."""

from __future__ import annotations

import math
import random

import mpmath as mp
import oracle
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import autograd_mini as ag
from autograd_mini.algebra import has_nested_fraction, shortest
from autograd_mini.expr import Call, Expr, Number, Symbol, symbols
from autograd_mini.rules import TABLE, Rule
from autograd_mini.symbolic import differentiate

a, b, c, w, x, y, z = symbols("a b c w x y z")
NUMBERS = [0, 1, 2, 3, -1, -2, 0.5, 0.1, 1.5, 10, 7, 1 / 3]
EXPONENTS = [2, 3, 4, -1, -2, 0.5, -0.5, 1.5, 1, 0]


def _deeper(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    unary = st.sampled_from("neg square sqrt reciprocal sin exp log abs tanh relu".split())
    binary = st.sampled_from("add sub mul div".split())
    return st.one_of(
        st.builds(Call, binary, inner, inner),
        st.builds(Call, unary, inner),
        st.builds(lambda base, n: base ** Number(n), inner, st.sampled_from(EXPONENTS)),
        st.builds(lambda p, q, yes, no: ag.where(p > q, yes, no), inner, inner, inner, inner),
    )


FORMULAS = st.recursive(
    st.one_of(st.sampled_from([a, b, c]), st.sampled_from(NUMBERS).map(Number)), _deeper, max_leaves=14
)


def value(formula: Expr, at: dict[str, float]) -> mp.mpf | None:
    """Its value to 60 digits; None where it has none, or one far beyond where the float constants are told apart."""
    with mp.workdps(60):
        try:
            found = oracle.evaluate(formula, {name: mp.mpf(number) for name, number in at.items()})
        except (ArithmeticError, ValueError, TypeError):  # TypeError: complex numbers are compared
            return None
        return found if isinstance(found, mp.mpf) and mp.isfinite(found) and abs(found) < 1e30 else None


def length(formula: Expr) -> int:
    return sum(1 for _ in formula.walk())


AT = st.fixed_dictionaries({name: st.floats(0.1, 2) | st.floats(-2, -0.1) for name in "abc"})


@given(FORMULAS, AT)
def test_it_is_equal_wherever_the_formula_is_finite(formula: Expr, at: dict[str, float]) -> None:
    expected = value(formula, at)
    if expected is not None:
        found = value(shortest(formula), at)
        assert found is not None
        assert abs(found - expected) <= 1e-9 * max(1, abs(expected))


@given(FORMULAS)
def test_it_is_never_longer_and_cannot_be_shortened_again(formula: Expr) -> None:
    found = shortest(formula)
    if not has_nested_fraction(formula.simplify()):
        assert length(found) <= length(formula.simplify())
    assert shortest(found) == found


TEXTBOOK = [
    ((a + b) * (b + 1), b, "a + 2b + 1"),
    ((a + b) * (b + 1), a, "b + 1"),
    (ag.sin(x) / x, x, "cos(x) / x − sin(x) / x²"),
    ((a * b + b) * b, b, "2b × (a + 1)"),
    ((a * b + b) * b, a, "b²"),
    (ag.bce(y, ag.sigmoid(z)), z, "σ(z) − y"),
    (-(y * ag.log(ag.sigmoid(z)) + (1 - y) * ag.log(1 - ag.sigmoid(z))), z, "σ(z) − y"),
    (ag.bce(y, ag.sigmoid(w * x + b)), w, "x × (σ(wx + b) − y)"),
    (ag.sqrt(x * x + 1), x, "x / √(x² + 1)"),
    (x / ag.sqrt(x * x + 1), x, "1 / (x² + 1)^1.5"),
    (x**3 - 2 * x**2 + x, x, "3x² − 4x + 1"),
    (x / (x + 1), x, "1 / (x + 1)²"),
    ((x - 1) / (x + 1), x, "2 / (x + 1)²"),
    (x * x, x, "2x"),
    (1 / x, x, "−1 / x²"),
    (x * ag.exp(x), x, "exp(x) × (x + 1)"),
    (ag.exp(-x * x / 2), x, "−x × exp(−x² / 2)"),
    (ag.log(x * x), x, "2 / x"),
    (x * ag.log(x) - x, x, "ln(x)"),
    (ag.tanh(w * x + b), w, "x × (1 − tanh(wx + b)²)"),
    ((w * x + b - y) ** 2, w, "2x × (wx + b − y)"),
    ((w * x + b - y) ** 2 / 2, b, "wx + b − y"),
    (a * x**2 + b * x + c, x, "2ax + b"),
    (ag.sin(x) * ag.cos(x), x, "cos(x)² − sin(x)²"),
    (ag.sin(x) ** 2 + ag.cos(x) ** 2, x, "0"),
    (a / b / c, c, "−a / (bc²)"),
    ((x**2 + 1) ** 5, x, "10x × (x² + 1)⁴"),
    (0.1 * x**2, x, "0.2x"),
    (x / 3 + x / 7, x, "10 / 21"),
    (ag.log(ag.sigmoid(x)), x, "1 − σ(x)"),
    (ag.relu(a * x + b), x, "a if ax + b > 0 else 0"),
    (ag.where(x > 0, x * x, -x), x, "2x if x > 0 else (−1)"),
]


@pytest.mark.parametrize(("formula", "by", "expected"), TEXTBOOK, ids=str)
def test_derivatives_are_written_as_in_textbooks(formula: Expr, by: Symbol, expected: str) -> None:
    assert shortest(differentiate(formula, by, shown=True)).textbook() == expected


def as_sympy(formula: Expr) -> sympy.Expr:
    """An arithmetic formula for SymPy."""
    names = {"sigmoid": lambda u: 1 / (1 + sympy.exp(-u)), "log": sympy.log, "sqrt": sympy.sqrt}
    scope = {name: sympy.Symbol(name, positive=True) for name in "abcwxyz"}
    functions = {name: getattr(sympy, name) for name in "sin cos exp tanh".split()}
    return eval(formula.python(), {**scope, **functions, **names})  # noqa: S307 - our own formula


NO_SYMPY = {"bce", "relu", "where"}


@pytest.mark.parametrize(
    ("formula", "by"),
    [(f, by) for f, by, _ in TEXTBOOK if not NO_SYMPY & {part.name for part in f.walk() if isinstance(part, Call)}],
    ids=str,
)
def test_sympy_finds_the_same_derivatives(formula: Expr, by: Symbol) -> None:
    ours = as_sympy(shortest(differentiate(formula, by, shown=True)))
    assert sympy.simplify(sympy.nsimplify(ours - as_sympy(formula).diff(as_sympy(by)), rational=True)) == 0


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_rows_derivative_keeps_its_value(row: Rule) -> None:
    rng = random.Random(row.name)
    call = row.applied(*row.inputs)
    for by in row.inputs:
        written = shortest(differentiate(call, by, shown=True))
        for _ in range(5):
            at = {
                str(name): _within(rng.choice(interval), rng)
                for name, interval in zip(row.inputs, row.domain, strict=True)
            }
            expected = oracle.derivative(row, [*at.values()], [int(name == by) for name in row.inputs])
            with mp.workdps(60):
                found = float(oracle.evaluate(written, {name: mp.mpf(number) for name, number in at.items()}))
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


def _within(interval: tuple[float, float], rng: random.Random) -> float:
    low, high = max(interval[0], -3), min(interval[1], 3)
    return low + (high - low) * rng.uniform(0.1, 0.9)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 1e-320, 1e308, 5e-7, 123456.789, 2.0**60])
def test_numbers_of_any_size_survive(number: float) -> None:
    assert shortest(Number(number) * x) == Number(number) * x
    assert shortest(x / Number(number)) == x / Number(number)
    assert shortest(Number(number)) == Number(number)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (Number(0.1) + 0.2, "0.3"),
        (x * (1 / 49) * 49, "x"),
        (0.1 * x + 0.2 * x, "0.3 * x"),
        (0.1234 * x * (0.5678 * y), "0.07006652 * x * y"),
        ((10 * x) ** 400, "(10 * x)**400"),
        (x / 49 * 49, "x"),
        (3 * x / 2, "3 * x / 2"),
        (x / 8, "0.125 * x"),
        (0 / x, "0"),
        (x + math.nan, "x + nan"),
    ],
    ids=str,
)
def test_coefficients_are_the_numbers_that_one_would_write(formula: Expr, expected: str) -> None:
    assert str(shortest(formula)) == expected


@pytest.mark.parametrize(
    "formula", [ag.sqrt(x * x), ag.sqrt(x**4), (x**2) ** 0.5, (x**-1) ** 0.5, abs(-x), x**y, (x**y) ** 2], ids=str
)
def test_roots_and_powers_keep_their_sign(formula: Expr) -> None:
    for number in (-1.5, 1.5):
        at = {"x": number, "y": 2.0}
        assert value(shortest(formula), at) == value(formula, at)


def test_equal_sums_are_one_however_they_are_written() -> None:
    assert shortest((a + b) / (b + a)) == Number(1)
    assert shortest((a - b) / (b - a)) == Number(-1)
    assert shortest(ag.sin(a + b) - ag.sin(b + a)) == Number(0)
    assert shortest(ag.where(x > 0, y + 1, 1 + y)) == shortest(y + 1)


def nested(step: str, times: int) -> Expr:
    formula: Expr = x
    for _ in range(times):
        formula = {"mul": (formula + y) * (formula + 1), "div": (formula + y) / (formula + 1), "sin": ag.sin(formula)}[
            step
        ]
    return formula


def test_many_sums_multiplied_are_not_multiplied_out() -> None:
    product = Number(1)
    for i in range(12):
        product = product * (Symbol(f"p{i}") + Symbol(f"q{i}"))
    assert length(shortest(product)) == length(product.simplify())
    assert length(shortest(((9 * x) ** 999999) ** 999999)) <= 5


@pytest.mark.parametrize(("step", "times"), [("mul", 5), ("div", 5), ("sin", 60), ("sin", 200)])
def test_deep_formulas_end(step: str, times: int) -> None:
    formula = nested(step, times)
    assert length(shortest(formula)) <= length(formula)
