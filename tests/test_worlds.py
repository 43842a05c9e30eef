"""Rows made to run: what is generated, on floats and on arrays, and that tracebacks show it."""

from __future__ import annotations

import linecache
import math
import traceback
from typing import TYPE_CHECKING

import numpy as np
import pytest

from autograd_mini.expr import Symbol
from autograd_mini.rules import RULES, TABLE, Rule
from autograd_mini.worlds import (
    World,
    array_value,
    arrays,
    define,
    expand,
    floats,
    forget,
    ieee,
    on_arrays,
    on_floats,
    source,
)

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("name", "wanted", "statements", "partials"),
    [
        ("mul", [0, 1], "out = x * y", ["y", "x"]),
        ("mul", [1], "out = x * y", ["x"]),
        ("div", [0, 1], "out = x / y\nd0 = 1.0 / y\nd1 = -(out / y)", ["d0", "d1"]),
        ("exp", [0], "out = exp(x)", ["out"]),
        ("tanh", [], "out = tanh(x)", []),
        ("relu", [0], "out = 0.0 if 0.0 >= x else x if 0.0 < x else 0.0 + x\nd0 = 1.0 if x > 0.0 else 0.0", ["d0"]),
    ],
)
def test_the_code_of_a_row_is_readable(name: str, wanted: list[int], statements: str, partials: list[str]) -> None:
    assert source(RULES[name], wanted) == (statements, partials)


def test_arrays_have_functions_where_floats_have_operators() -> None:
    assert source(RULES["abs"], [], arrays())[0] == "out = abs(x)"
    assert source(RULES["relu"], [0], arrays())[0] == "out = maximum(0, x)\nd0 = where(x > 0, 1, 0)"
    assert source(RULES["pow"], [], arrays())[0] == "out = pow(x, y)"


@pytest.mark.parametrize("name", ["sigmoid", "softplus"])
def test_what_is_needed_twice_is_computed_once(name: str) -> None:
    statements, _ = source(RULES[name], [0])
    assert statements.count("exp(-abs(x))") == 1


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
@pytest.mark.parametrize("world", [floats, arrays], ids=["floats", "arrays"])
def test_rows_are_written_in_functions_that_math_and_numpy_have(row: Rule, world: Callable[[], World]) -> None:
    for formula in (row.value, *row.partials):
        names = {part.name for part in expand(formula, world().names).walk() if hasattr(part, "operands")}
        assert names <= {*world().names, *world().style.notations}


def test_a_formula_of_formulas_is_expanded() -> None:
    z = Symbol("z")
    assert str(expand(RULES["csc"].applied(z), floats().names)) == "1 / sin(z)"
    assert expand(RULES["sin"].applied(z), floats().names) == RULES["sin"].applied(z)


@pytest.mark.parametrize(
    ("name", "inputs", "results"),
    [
        ("div", (1.0, 0.0), (math.inf, math.inf, -math.inf)),
        ("exp", (1000.0,), (math.inf, math.inf)),
        ("log", (0.0,), (-math.inf, math.inf)),
        ("log", (-1.0,), (math.nan, -1.0)),
        ("sqrt", (0.0,), (0.0, math.inf)),
        ("pow", (-8.0, 1 / 3), (math.nan, math.nan, math.nan)),
        ("pow", (0.0, -1.0), (math.inf, -math.inf, -math.inf)),
        ("sin", (math.inf,), (math.nan, math.nan)),
        ("cosh", (800.0,), (math.inf, math.inf)),
        ("acosh", (0.5,), (math.nan, math.nan)),
        ("reciprocal", (-0.0,), (-math.inf, -math.inf)),
    ],
)
def test_where_math_raises_ieee_answers_silently(
    name: str, inputs: tuple[float, ...], results: tuple[float, ...]
) -> None:
    assert on_floats(RULES[name])(*inputs) == pytest.approx(results, nan_ok=True, rel=0)
    assert ieee(RULES[name], *inputs) == pytest.approx(results, nan_ok=True, rel=0)
    assert {type(result) for result in on_floats(RULES[name])(*inputs)} == {float}


def test_arrays_warn_where_numpy_does() -> None:
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        array_value(RULES["log"])(np.array([0.0]))


def test_arrays_keep_their_shape() -> None:
    out, d = on_arrays(RULES["sigmoid"])(np.zeros((2, 3)))
    assert out.shape == d.shape == (2, 3)


def test_worlds_are_made_once() -> None:
    assert on_floats(RULES["sin"]) is on_floats(RULES["sin"])
    assert on_arrays(RULES["sin"]) is on_arrays(RULES["sin"])


def test_tracebacks_show_generated_code() -> None:
    fail = define("fail", "def fail(x):\n    return x.no_such_thing\n", {})
    try:
        fail(1)
    except AttributeError as error:
        shown = "".join(traceback.format_exception(error))
    assert "return x.no_such_thing" in shown
    assert "<autograd_mini" in shown


def test_generated_code_stays_when_the_cache_is_checked() -> None:
    fail = define("again", "def again(x):\n    return x.nothing\n", {})
    linecache.checkcache()
    assert linecache.getline(fail.__code__.co_filename, 2) == "    return x.nothing\n"


def test_pieces_of_code_have_names_of_their_own() -> None:
    made = [define("f", f"def f(): return {n}\n", {}) for n in range(3)]
    linecache.clearcache()
    made += [define("f", f"def f(): return {n}\n", {}) for n in range(3)]
    assert len({f.__code__.co_filename for f in made}) == len(made)


def test_a_source_is_forgotten_only_when_the_next_is_defined() -> None:
    """A finalizer may run while linecache walks through its cache, and must not change it."""
    file = define("f", "def f():\n    return 1\n", {}).__code__.co_filename
    forget(file)
    assert file in linecache.cache
    define("g", "def g():\n    return 2\n", {})
    assert file not in linecache.cache
