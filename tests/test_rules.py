"""Every row of the table against an exact oracle, at its hard points, in both modes and orders."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import TYPE_CHECKING

import mpmath as mp
import numpy as np
import oracle
import pytest

import autograd_mini as ag
from autograd_mini.expr import symbols
from autograd_mini.functions import FUNCTIONS
from autograd_mini.rules import RULES, TABLE, Rule
from autograd_mini.worlds import array_value, on_arrays, on_floats

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parent.parent
MAGNITUDES = (
    *(1e-300, 1e-160, 1e-20, 1e-10, 1e-5, 0.1, 0.5, 0.9, 1 - 1e-10, 1 - 2**-53, 1 + 1e-10, 1.5, math.pi / 2, 3.0),
    *(10.0, 36.8, 100.0, 709.0, 720.0, 800.0, 1e5, 1e10, 1e20, 1e100, 1e160, 1e300),
)
HARD = (0.0, *MAGNITUDES, *(-x for x in MAGNITUDES))
PAIRS = tuple(itertools.product((1e-300, 0.3, 0.9, -1.5, 700.0, -1e5, 1e300), repeat=2))
TRIPLES = ((1.0, 2.0, 3.0), (-1.0, 1e300, -3.0))
PERIODIC = ("sin", "cos", "tan", "csc", "sec", "cot")
TIES = ("maximum", "minimum")
STEPS = ("floor", "ceil", "rint", "mod", "floor_divide")  # defined everywhere: their domain is where they don't jump
TOLERANCES = (1e-12, 1e-11, 1e-9)  # relative, of the value, the first and the second derivative
HUGE = 1e299  # nearly too large for a float
SMALLEST_NORMAL = sys.float_info.min  # what is smaller has fewer digits

each_row = pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)


def is_smooth(row: Rule, inputs: Sequence[float]) -> bool:
    """Whether the row has derivatives there, rather than conventions or poles."""
    inside = all(
        any(low < x < high for low, high in intervals) or (row.name in PERIODIC and abs(x) > 1e-9)
        for x, intervals in zip(inputs, row.domain, strict=True)
    )
    if row.name in ("mod", "floor_divide"):
        x, y = inputs
        inside = x % y != 0 and math.isfinite(x / y)
        inside &= abs(y) > 1e-150  # else 1 / y² is infinite, and 0 times that nan
    tied = row.name in TIES and inputs[0] == inputs[1]
    return inside and not tied and tuple(inputs) not in [at for at, _ in row.kinks]


def smooth_points(row: Rule) -> list[tuple[float, ...]]:
    candidates: Sequence[tuple[float, ...]] = [tuple((x,) for x in HARD), PAIRS, TRIPLES][row.arity - 1]
    return [inputs for inputs in candidates if is_smooth(row, inputs)]


def unit(i: int, n: int) -> tuple[float, ...]:
    return tuple(float(i == j) for j in range(n))


def disagreements(row: Rule, inputs: tuple[float, ...], order: int) -> Iterator[str]:
    """Where a derivative of this order, in either mode, is not what the oracle says, to a part of the largest one."""
    f, axes = FUNCTIONS[row.name], range(row.arity)
    exact = {}
    for by in itertools.product(axes, repeat=order):
        exact[by] = oracle.derivative(row, inputs, [by.count(i) for i in axes])
    if order == 2 and row.arity > 1 and max(map(abs, exact.values())) > HUGE:
        return  # then a factor of another entry may be too large for a float
    scale = max((abs(want) for want in exact.values() if math.isfinite(want)), default=0.0)
    for by, want in exact.items():
        inner = f
        for i in by[:-1]:
            inner = ag.grad(inner, i)
        results = {"value": f(*inputs)} if not by else {
            "reverse": ag.grad(inner, by[-1])(*inputs),
            "forward": ag.jvp(inner, inputs, unit(by[-1], row.arity))[1],
        }  # fmt: skip
        for how, got in results.items():
            if not is_close(got, want, TOLERANCES[order] * scale):
                yield f"{row.name}{inputs} by {by}, {how}: {got!r}, exact is {want!r}"


def is_close(got: float, want: float, tolerance: float) -> bool:
    if abs(want) > HUGE:
        return abs(got) > HUGE and got * want > 0
    return abs(got - want) <= tolerance + SMALLEST_NORMAL


@each_row
@pytest.mark.parametrize("order", [0, 1, 2], ids=["value", "first", "second"])
def test_derivatives_are_exact_at_hard_points(row: Rule, order: int) -> None:
    points = smooth_points(row)
    assert points
    wrong = [each for inputs in points for each in disagreements(row, inputs, order)]
    assert not wrong, "\n".join(wrong)


@each_row
def test_kinks_have_their_convention(row: Rule) -> None:
    f = FUNCTIONS[row.name]
    for at, partials in row.kinks:
        for i, partial in enumerate(partials):
            assert ag.grad(f, i)(*at) == partial
            assert ag.jvp(f, at, unit(i, row.arity))[1] == partial
            assert on_arrays(row)(*map(np.float64, at))[1 + i] == partial


@pytest.mark.parametrize(
    ("name", "at", "partials"),
    [
        ("relu", (0,), (0,)),
        ("leaky_relu", (0, 0.01), (0.01, 0)),
        ("leaky_relu", (0, 0.2), (0.2, 0)),
        ("abs", (0,), (0,)),
        ("sign", (0,), (0,)),
        ("maximum", (0, 0), (0.5, 0.5)),
        ("minimum", (-3, -3), (0.5, 0.5)),
        ("hypot", (0, 0), (0, 0)),
        ("heaviside", (0, 0.5), (0, 0)),
        ("pow", (0, 0), (0, 0)),
        ("pow", (0, 1), (1, 0)),
        ("pow", (0, 3), (0, 0)),
        ("pow", (0, 0.5), (math.inf, 0)),
        ("pow", (-2, 3), (12, math.nan)),
        ("pow", (-2, 0), (0, math.nan)),
    ],
)
def test_conventions_of_the_design(name: str, at: tuple[float, ...], partials: tuple[float, ...]) -> None:
    got = [ag.grad(FUNCTIONS[name], i)(*map(float, at)) for i in range(len(at))]
    assert got == pytest.approx(partials, rel=0, nan_ok=True)


@each_row
def test_shown_partials_equal_the_computed_ones(row: Rule) -> None:
    for inputs in smooth_points(row):
        with mp.workdps(700):
            names = dict(zip(map(str, row.inputs), map(mp.mpf, inputs), strict=True))
            names["out"] = oracle.call(row.name, *names.values())
            for shown, partial in zip(row.shown, row.partials, strict=True):
                assert mp.almosteq(oracle.evaluate(shown, names), oracle.evaluate(partial, names), 1e-30, 1e-300), (
                    inputs
                )


SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.01, math.inf, -math.inf, math.nan)


@each_row
def test_floats_and_arrays_agree_to_4_ulp(row: Rule) -> None:
    axis = (*HARD, *SPECIAL) if row.arity == 1 else (*(x for pair in PAIRS[::8] for x in pair), *SPECIAL)
    grid = list(itertools.product(*[axis] * row.arity))
    with np.errstate(all="ignore"):
        arrays = on_arrays(row)(*np.array(grid).T)
    for j, inputs in enumerate(grid):
        for k, got in enumerate(on_floats(row)(*inputs)):
            want = float(np.broadcast_to(arrays[k], len(grid))[j])
            same = got == want or (math.isnan(got) and math.isnan(want))
            assert same or abs(got - want) <= 4 * math.ulp(want), (inputs, k, got, want)


@each_row
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_arrays_keep_their_dtype(row: Rule, dtype: type[np.floating]) -> None:
    inputs = [np.array([0.25, 0.5], dtype) for _ in range(row.arity)]
    with np.errstate(all="ignore"):
        assert FUNCTIONS[row.name](*inputs).dtype == dtype


@each_row
def test_values_are_nan_exactly_outside_of_the_domain(row: Rule) -> None:
    for inputs in itertools.product((-2.5, -0.5, 0.5, 2.5), repeat=row.arity):
        outside = any(
            not any(low <= x <= high for low, high in intervals)
            for x, intervals in zip(inputs, row.domain, strict=True)
        )
        outside &= row.name not in (*PERIODIC, *STEPS, "bce", "bce_with_logits")  # the last need no domain
        assert math.isnan(FUNCTIONS[row.name](*inputs)) == outside, inputs


@each_row
def test_rows_print_as_python_that_computes_them(row: Rule) -> None:
    inputs = smooth_points(row)[0]
    names = dict(zip(map(str, row.inputs), inputs, strict=True))
    written = row.applied(*row.inputs).python()
    computed = eval(written, {**FUNCTIONS, "log": ag.log}, names)  # noqa: S307 - what the project itself printed
    assert computed == pytest.approx(FUNCTIONS[row.name](*inputs), rel=1e-15)


@each_row
def test_rows_print_as_balanced_latex(row: Rule) -> None:
    latex = row._repr_latex_()
    assert latex.count("{") == latex.count("}") > 0
    assert latex.count(r"\left") == latex.count(r"\right")
    assert "{}" not in latex


@pytest.mark.parametrize(
    ("name", "text", "derivative"),
    [
        ("mul", "a × b", "b"),
        ("add", "a + b", "1"),
        ("sigmoid", "σ(a)", "r × (1 − r)"),
        ("tanh", "tanh(a)", "1 − r²"),
        ("asin", "arcsin(a)", "1 / √(1 − a²)"),
        ("pow", "a^b", "b × a^(b − 1)"),
        ("square", "a²", "2 × a"),
        ("log", "ln(a)", "1 / a"),
        ("sec", "sec(a)", "r × tan(a)"),
        ("coth", "coth(a)", "−csch(a)²"),
        ("abs", "|a|", "sign(a)"),
        ("acsc", "arccsc(a)", "−1 / (|a| × √(a² − 1))"),
    ],
)
def test_textbook_notation(name: str, text: str, derivative: str) -> None:
    row = RULES[name]
    operands = symbols("a b")[: row.arity]
    assert row.applied(*operands).text() == text
    assert row.derivative(0, operands, symbols("r")[0]).text() == derivative


def test_numpy_names_are_numpy_functions() -> None:
    for row in TABLE:
        if row.numpy:
            assert getattr(ag, row.numpy) is getattr(ag, row.name)
            assert array_value(row) is getattr(np, row.numpy)


RIGHT = 'Rule("gauss", exp(-square(x)), [-(2 * x * out)], latex=r"G\\left({}\\right)"),'
WRONG = RIGHT.replace("2 * x", "3 * x")


@pytest.mark.slow
@pytest.mark.parametrize(("row", "fails"), [(RIGHT, 0), (WRONG, 1)], ids=["right", "wrong"])
def test_one_added_line_is_tested_by_this_file(row: str, fails: int, tmp_path: Path) -> None:
    """A copy of the package gets one more row; the tests above run for it by themselves."""
    copytree(ROOT / "autograd_mini", tmp_path / "autograd_mini", ignore=ignore_patterns("__pycache__"))
    table = tmp_path / "autograd_mini" / "rules.py"
    source = table.read_text(encoding="utf-8")
    table.write_text(source.replace("TABLE = (\n", f"TABLE = (\n    {row}\n"), encoding="utf-8")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import pytest; sys.exit(pytest.main(sys.argv[1:]))"
    options = [__file__, "-q", "-k", "gauss", "-p", "no:cacheprovider", f"--rootdir={ROOT}"]
    run = subprocess.run(
        [sys.executable, "-c", code, *options], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == fails, run.stdout
    assert "passed" in run.stdout
    assert ("test_derivatives_are_exact_at_hard_points[first-gauss]" in run.stdout) == bool(fails)


def test_the_second_derivative_of_hypot_does_not_cancel() -> None:
    by_x = ag.hessian(lambda p: ag.hypot(p[0], p[1]))([1e6, 1.0])[0][0]
    assert by_x == pytest.approx((1e12 + 1) ** -1.5, rel=1e-12, abs=0)


def test_a_power_is_one_whether_its_exponent_is_a_number_or_a_node() -> None:
    base = -math.inf  # math has the power, but not the logarithm that the derivative by the exponent takes
    assert (ag.Value(base) ** 0.5).data == (ag.Value(base) ** ag.Value(0.5)).data == math.inf
