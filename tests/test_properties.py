"""Random composite expressions, subexpressions shared: every way to a derivative gives the same one.

An expression is a program: a list of steps, each a function of the table applied to results of earlier
steps. It runs on floats, on nodes, and on mpmath's numbers, where the functions are those of the oracle.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import mpmath as mp
import oracle
import pytest
import sympy
from hypothesis import assume, example, given
from hypothesis import strategies as st

import autograd_mini as ag
from autograd_mini import Value
from autograd_mini.functions import FUNCTIONS
from autograd_mini.graph import topological
from autograd_mini.testing import numeric_derivative

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Step = tuple[str, tuple[int, ...]]  # a function's name, and which earlier results it is applied to

INPUTS = 2
# Functions that are smooth and of moderate size wherever the others leave off: so that all of them compose.
UNARY = "sin cos tanh sigmoid softplus asinh atan acot sech expm1_tanh log1p_square sqrt_1_plus_square".split()
BINARY = "add sub mul hypot_1 div_1_plus_square pow_positive".split()
NARY = "sum dot".split()


def apply(name: str, x: Sequence[Any], call: Callable[..., Any]) -> Any:
    """One step; ``call(name, *x)`` applies a function of the table."""
    match name:
        case "expm1_tanh":
            return call("expm1", call("tanh", x[0]))
        case "log1p_square":
            return call("log1p", call("square", x[0]))
        case "sqrt_1_plus_square":
            return call("sqrt", 1 + x[0] * x[0])
        case "hypot_1":
            return call("hypot", x[0], call("add", call("square", call("sin", x[1])), 1))
        case "div_1_plus_square":
            return x[0] / (1 + x[1] ** 2)
        case "pow_positive":
            return (1.5 + call("sin", x[0])) ** call("tanh", x[1])
        case "add":
            return x[0] + x[1]
        case "sub":
            return x[0] - x[1]
        case "mul":
            return x[0] * x[1]
        case "sum":
            return ag.sum(x) if call is engine else sum(x)
        case "dot":
            weights, others = x[::2], x[1::2]
            return (
                ag.dot(weights, others, 0.5) if call is engine else sum(map(lambda p, q: p * q, weights, others)) + 0.5
            )
    return call(name, *x)


def engine(name: str, *x: Any) -> Any:
    return FUNCTIONS[name](*x)


def run(program: Sequence[Step], inputs: Sequence[Any], call: Callable[..., Any] = engine) -> Any:
    results = list(inputs)
    for name, where in program:
        results.append(apply(name, [results[i] for i in where], call))
    return results[-1]


@st.composite
def programs(draw: st.DrawFn, longest: int = 8) -> list[Step]:
    program: list[Step] = []
    for known in range(INPUTS, INPUTS + draw(st.integers(1, longest))):
        name = draw(st.sampled_from([*UNARY, *BINARY, *NARY]))
        n = 1 if name in UNARY else 2 if name in BINARY else 4
        program.append((name, tuple(draw(st.integers(max(0, known - 4), known - 1)) for _ in range(n))))
    return program


numbers = st.floats(-2, 2, allow_subnormal=False).map(lambda x: round(x, 3))
points = st.tuples(numbers, numbers)


def exact(program: Sequence[Step], at: Sequence[float], orders: tuple[int, ...]) -> float:
    with mp.workdps(60):
        f = lambda *x: run(program, x, oracle.call)
        inputs = tuple(map(mp.mpf, at))
        return oracle.rounded(mp.diff(f, inputs, orders) if any(orders) else f(*inputs))


def backward(program: Sequence[Step], at: Sequence[float]) -> list[float]:
    inputs = [Value(x) for x in at]
    root = run(program, inputs)
    root.backward()
    return [x.grad or 0.0 for x in inputs]


def function(program: Sequence[Step]) -> Callable[..., Any]:
    return lambda *x: run(program, x)


def close(got: Any, want: Any, rel: float) -> bool:
    scale = max(1.0, *map(abs, want))
    return all(abs(g - w) <= rel * scale for g, w in zip(got, want, strict=True))


def is_moderate(program: Sequence[Step], at: Sequence[float]) -> bool:
    """Whether no intermediate result is so large that rounding hides the comparison."""
    results = list(at)
    for name, where in program:
        results.append(apply(name, [results[i] for i in where], engine))
    return max(map(abs, results)) < 100


@given(programs(), points)
@example([("mul", (0, 0)), ("mul", (2, 2)), ("mul", (3, 2))], (1.5, 0.0))
@example([("dot", (0, 0, 1, 0)), ("sum", (2, 2, 0, 1))], (0.5, -0.5))
def test_values_and_gradients_are_exact_in_every_way(program: list[Step], at: tuple[float, float]) -> None:
    assume(is_moderate(program, at))
    f = function(program)
    units = [(1.0, 0.0), (0.0, 1.0)]
    want = [exact(program, at, order) for order in ((1, 0), (0, 1))]
    assert f(*at) == pytest.approx(exact(program, at, (0, 0)), rel=1e-11, abs=1e-11)
    for got in (
        backward(program, at),
        ag.grad(f, (0, 1))(*at),
        [ag.jvp(f, at, unit)[1] for unit in units],
        [ag.gradient_graph(run(program, x := [Value(v) for v in at]), x[i]).data for i in (0, 1)],
    ):
        assert close(got, want, 1e-10)
    slopes = [numeric_derivative(lambda v, i=i: f(*at[:i], v, *at[i + 1 :]), at[i]) for i in (0, 1)]
    assert close(slopes, want, 1e-3)


@given(programs(longest=5), points)
def test_second_derivatives_are_exact_in_every_way(program: list[Step], at: tuple[float, float]) -> None:
    assume(is_moderate(program, at))
    f = function(program)
    units = [(1.0, 0.0), (0.0, 1.0)]
    want = [exact(program, at, order) for order in ((2, 0), (1, 1), (1, 1), (0, 2))]
    assume(max(map(abs, want)) < 1e6)
    pairs = list(itertools.product((0, 1), repeat=2))
    rows = ag.hessian(lambda x: f(*x))(list(at))
    assert close([*rows[0], *rows[1]], want, 1e-9)
    assert rows[0][1] == pytest.approx(rows[1][0], rel=1e-9, abs=1e-9)
    assert close([ag.grad(ag.grad(f, i), j)(*at) for i, j in pairs], want, 1e-9)
    assert close([ag.jvp(ag.grad(f, i), at, units[j])[1] for i, j in pairs], want, 1e-9)
    assert close([ag.grad(lambda *x, i=i: ag.jvp(f, x, units[i])[1], j)(*at) for i, j in pairs], want, 1e-9)
    assert close([ag.jvp(lambda *x, i=i: ag.jvp(f, x, units[i])[1], at, units[j])[1] for i, j in pairs], want, 1e-9)


@given(programs(), points, numbers, numbers)
def test_modes_are_transposed(program: list[Step], at: tuple[float, float], u: float, v: float) -> None:
    """The tangent along (u, v) is the gradient times (u, v)."""
    assume(is_moderate(program, at))
    gradient = ag.grad(function(program), (0, 1))(*at)
    tangent = ag.jvp(function(program), at, (u, v))[1]
    assert tangent == pytest.approx(gradient[0] * u + gradient[1] * v, rel=1e-9, abs=1e-9)


@given(programs(), points)
def test_a_second_sweep_doubles_the_leaves_and_no_other(program: list[Step], at: tuple[float, float]) -> None:
    inputs = [Value(x) for x in at]
    root = run(program, inputs)
    root.backward()
    first = {id(node): node.grad for node in topological(root)}
    root.backward()
    for node in topological(root):
        assert node.grad == (first[id(node)] if node.op else 2 * (first[id(node)] or 0.0))
    root.zero_grad()
    assert {node.grad for node in topological(root)} == {None}


@given(programs(), points)
def test_operations_on_nodes_compute_what_they_compute_on_floats(program: list[Step], at: tuple[float, float]) -> None:
    on_nodes = run(program, [Value(x) for x in at])
    assert on_nodes.data == run(program, at)
    with ag.no_grad():
        assert run(program, [Value(x) for x in at]).data == on_nodes.data


@given(programs(), points)
def test_nan_anywhere_goes_through_and_raises_nothing(program: list[Step], at: tuple[float, float]) -> None:
    for bad in (math.nan, math.inf):
        inputs = [Value(bad), Value(at[1])]
        root = run(program, inputs)
        root.backward()
        assert type(root.data) is float


X, Y = sympy.symbols("x y")


def by_sympy(name: str, *x: Any) -> Any:
    known = {
        "sigmoid": lambda z: 1 / (1 + sympy.exp(-z)),
        "softplus": lambda z: sympy.log(1 + sympy.exp(z)),
        "expm1": lambda z: sympy.exp(z) - 1,
        "log1p": lambda z: sympy.log(1 + z),
        "square": lambda z: z * z,
        "add": lambda p, q: p + q,
        "hypot": lambda p, q: sympy.sqrt(p * p + q * q),
        "acot": lambda z: sympy.pi / 2 - sympy.atan(z),
        "abs": lambda z: sympy.sqrt(z * z),
    }
    return (known.get(name) or getattr(sympy, name))(*x)


@pytest.mark.parametrize(
    "program",
    [
        [("mul", (0, 0)), ("sin", (2,)), ("mul", (3, 2)), ("pow_positive", (4, 1))],
        [("sigmoid", (0,)), ("div_1_plus_square", (2, 1)), ("log1p_square", (3,)), ("sub", (4, 2))],
        [("add", (0, 1)), ("asinh", (2,)), ("hypot_1", (3, 2)), ("softplus", (4,)), ("dot", (5, 2, 0, 1))],
        [("atan", (0,)), ("acot", (1,)), ("dot", (2, 3, 3, 2)), ("sech", (4,)), ("expm1_tanh", (5,))],
    ],
    ids=lambda program: "-".join(name for name, _ in program),
)
@pytest.mark.parametrize("orders", [(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2), (2, 1), (3, 0)], ids=str)
def test_derivatives_of_any_order_are_those_of_computer_algebra(program: list[Step], orders: tuple[int, int]) -> None:
    at = (0.6, -0.8)
    formula = (
        sympy.diff(run(program, (X, Y), by_sympy), X, orders[0], Y, orders[1])
        if any(orders)
        else run(program, (X, Y), by_sympy)
    )
    want = float(formula.evalf(30, subs={X: sympy.Float(at[0], 30), Y: sympy.Float(at[1], 30)}))
    f = function(program)
    for i, order in enumerate(orders):
        for _ in range(order):
            f = ag.grad(f, i)
    assert f(*at) == pytest.approx(want, rel=1e-10, abs=1e-12)
