"""A row of the table, made to run: on floats and on arrays (on nodes: ``higher.py``).

The same formulas are printed as code and compiled against different sets of names. Each is made on
first use, because a program uses few of the rows and importing should be quick.

>>> on_floats(RULES["tanh"])(1000.0)
(1.0, 0.0)
>>> on_floats(RULES["div"])(1.0, 0.0)
(inf, inf, -inf)
>>> statements, partials = source(RULES["square"], [0])
>>> print(statements)
out = x * x
d0 = 2.0 * x

Python raises where IEEE arithmetic has an answer (``1 / 0``, ``math.exp(1000)``), and NumPy gives
that answer. So floats are computed with ``math``, which is quick, and when it raises, once more as
arrays: that is the one place where the two number systems are reconciled.
"""

from __future__ import annotations

import functools
import itertools
import linecache
import math
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .expr import Call, Expr, Symbol, share
from .notation import CHOICE, COMPARISON, LOGIC, PYTHON, Notation, Style
from .rules import RULES, Rule, out

_numbers = itertools.count()
FAULTS = (ArithmeticError, ValueError)  # what the math module raises where IEEE arithmetic has inf or nan

_OPERATORS = {name: PYTHON.notations[name] for name in "add sub mul div neg lt le gt ge eq and".split()}
CALLS = Style(_OPERATORS, call="{}({})", parentheses="({})", number=repr)  # for arrays and nodes
FLOATS = CALLS._replace(
    notations={
        **_OPERATORS,
        "and": Notation("{} and {}", LOGIC, (COMPARISON, COMPARISON)),
        "where": Notation("{1} if {0} else {2}", CHOICE, (LOGIC, LOGIC, CHOICE)),
    },
    number=lambda value: repr(float(value)),
)


def define(name: str, code: str, names: dict[str, Any]) -> Any:
    """Run source text that this package printed; give back what it binds to ``name``.

    The source is registered with ``linecache``, so that tracebacks and debuggers show it.
    """
    file = f"<autograd_mini {next(_numbers)}>"
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
    exec(compile(code, file, "exec"), names)
    return names[name]


def expand(formula: Expr) -> Expr:
    """The formula in terms of arithmetic and of the functions that ``math`` and NumPy have."""

    def definition(part: Expr) -> Expr:
        row = RULES.get(part.name) if isinstance(part, Call) else None
        if row is None or row.primitive or not isinstance(part, Call):
            return part
        return expand(row.value).substitute(dict(zip(row.inputs, part.operands, strict=True)))

    return formula.map(definition)


def source(rule: Rule, wanted: Sequence[int], style: Style = FLOATS) -> tuple[str, list[str]]:
    """Statements from the inputs' names to ``out`` and the wanted partials, and what those partials are called.

    A partial that is a name or a number needs no statement: it is called what it is.
    """
    shared, (value, *partials) = share([expand(rule.value), *(expand(rule.partials[i]) for i in wanted)])
    after_out = [(name, part) for name, part in shared if out in part.walk()]
    lines = [*(pair for pair in shared if pair not in after_out), (out, value), *after_out]
    results = []
    for i, partial in zip(wanted, partials, strict=True):
        if isinstance(partial, Call):
            lines.append((Symbol(f"d{i}"), partial))
        results.append(f"d{i}" if isinstance(partial, Call) else partial.write(style)[0])
    return "\n".join(f"{name} = {formula.write(style)[0]}" for name, formula in lines), results


def _function(rule: Rule, style: Style, names: dict[str, Any], wanted: Sequence[int]) -> Any:
    statements, results = source(rule, wanted, style)
    code = f"""\
def evaluate({", ".join(map(str, rule.inputs))}):  # {rule.name}
{textwrap.indent(statements, "    ")}
    return {", ".join(["out", *results])}
"""
    return define("evaluate", code, dict(names))


@functools.cache
def float_names() -> dict[str, Any]:
    """What the functions of a formula are called in the world of floats."""
    primitives = {rule.name: getattr(math, rule.name) for rule in RULES.values() if hasattr(math, rule.name)}
    return {**primitives, "abs": math.fabs, "pow": math.pow, "inf": math.inf, "nan": math.nan}


@functools.cache
def array_names() -> dict[str, Any]:
    """What the functions of a formula are called in the world of arrays."""
    primitives = {rule.name: getattr(np, rule.numpy) for rule in RULES.values() if rule.numpy}
    return {**primitives, "where": np.where, "inf": np.inf, "nan": np.nan}


@functools.cache
def on_arrays(rule: Rule) -> Callable[..., tuple[Any, ...]]:
    """The row as a function of arrays: (value, partial by each input)."""
    function: Callable[..., tuple[Any, ...]] = _function(rule, CALLS, array_names(), range(rule.arity))
    return function


@functools.cache
def array_value(rule: Rule) -> Callable[..., Any]:
    """The value of the row on arrays: NumPy's own function where it has one."""
    value: Callable[..., Any] = getattr(np, rule.numpy) if rule.numpy else _function(rule, CALLS, array_names(), [])
    return value


def ieee(rule: Rule, *inputs: float) -> tuple[float, ...]:
    """The row on floats, by array arithmetic: slow, silent, and right where ``math`` raises."""
    with np.errstate(all="ignore"):  # arrays of one number, because NumPy's scalars take other paths
        results = on_arrays(rule)(*(np.array([x]) for x in inputs))
        return tuple(float(np.asarray(result).item()) for result in results)


@functools.cache
def on_floats(rule: Rule) -> Callable[..., tuple[float, ...]]:
    """The row as a function of floats: (value, partial by each input)."""
    quick = _function(rule, FLOATS, float_names(), range(rule.arity))

    def evaluate(*inputs: float) -> tuple[float, ...]:
        try:
            results: tuple[float, ...] = quick(*inputs)
        except FAULTS:
            return ieee(rule, *inputs)
        return results

    return evaluate
