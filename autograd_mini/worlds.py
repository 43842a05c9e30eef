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
import operator
import textwrap
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import numpy as np

from .expr import Call, Expr, Number, Symbol, share
from .notation import CHOICE, COMPARISON, LOGIC, PYTHON, Notation, Style
from .rules import RULES, Rule, out

_numbers = itertools.count()
_forgotten: list[str] = []  # see forget()
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


class World(NamedTuple):
    """How formulas are written for one kind of number, and what their functions are called there."""

    style: Style
    names: dict[str, Any]


def define(name: str, code: str, names: dict[str, Any]) -> Any:
    """Run source text that this package printed; give back what it binds to ``name``.

    The source is registered with ``linecache``, so that tracebacks and debuggers show it.
    """
    while _forgotten:
        linecache.cache.pop(_forgotten.pop(), None)
    file = f"<autograd_mini {next(_numbers)}>"
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
    exec(compile(code, file, "exec"), names)
    return names[name]


def forget(file: str) -> None:
    """Let go of a source that was defined, when the next one is.

    Whoever calls this may be a finalizer, which runs at any time, also while ``linecache`` walks through its cache.
    """
    _forgotten.append(file)


def expand(formula: Expr, names: Collection[str]) -> Expr:
    """The formula in terms of arithmetic and of the functions that a world has."""

    def definition(part: Expr) -> Expr:
        row = RULES.get(part.name) if isinstance(part, Call) else None
        if row is None or not isinstance(part, Call):
            return part
        if part.name in floats().names and all(isinstance(x, Number) for x in part.operands):
            return Number(floats().names[part.name](*(x.value for x in part.operands)))  # type: ignore[attr-defined]  # Numbers
        if part.name in names or row.primitive:
            return part
        return expand(row.value, names).substitute(dict(zip(row.inputs, part.operands, strict=True)))

    return formula.map(definition)


def source(rule: Rule, wanted: Sequence[int], world: World | None = None) -> tuple[str, list[str]]:
    """Statements from the inputs' names to ``out`` and the wanted partials, and what those partials are called.

    A partial that is a name or a number needs no statement: it is called what it is.
    """
    style, names = world or floats()
    shared, (value, *partials) = share([expand(rule.value, names), *(expand(rule.partials[i], names) for i in wanted)])
    after_out = [(name, part) for name, part in shared if out in part.walk()]
    lines = [*(pair for pair in shared if pair not in after_out), (out, value), *after_out]
    results = []
    for i, partial in zip(wanted, partials, strict=True):
        if isinstance(partial, Call):
            lines.append((Symbol(f"d{i}"), partial))
        results.append(f"d{i}" if isinstance(partial, Call) else partial.write(style)[0])
    return "\n".join(f"{name} = {formula.write(style)[0]}" for name, formula in lines), results


def _function(rule: Rule, world: World, wanted: Sequence[int]) -> Any:
    statements, results = source(rule, wanted, world)
    code = f"""\
def evaluate({", ".join(map(str, rule.inputs))}):  # {rule.name}
{textwrap.indent(statements, "    ")}
    return {", ".join(["out", *results])}
"""
    return define("evaluate", code, dict(world.names))


@functools.cache
def floats() -> World:
    """Formulas on floats."""
    primitives = {rule.name: getattr(math, rule.name) for rule in RULES.values() if hasattr(math, rule.name)}
    whole = {name: _as_float(getattr(math, name)) for name in ("floor", "ceil")}
    return World(FLOATS, {
        **primitives, **whole, "rint": _as_float(round), "mod": operator.mod, "floor_divide": operator.floordiv,
        "abs": math.fabs, "pow": math.pow, "inf": math.inf, "nan": math.nan,
    })  # fmt: skip


def _as_float(function: Callable[[float], int]) -> Callable[[float], float]:
    return lambda x: math.copysign(function(x), x)  # of 0 too


@functools.cache
def arrays() -> World:
    """Formulas on arrays."""
    primitives = {rule.name: getattr(np, rule.numpy) for rule in RULES.values() if rule.numpy}
    return World(CALLS, {**primitives, "where": _where, "inf": np.inf, "nan": np.nan})


def _where(condition: Any, x: Any, y: Any) -> Any:
    """NumPy's, but quick for 1 and 0, and without a choice where numbers compare to a bool."""
    if type(condition) is bool:
        return x if condition else y
    if x is ONE and y is ZERO and getattr(condition, "dtype", None) == np.bool_:
        return condition.view(np.int8)  # times a float of any precision a float of that precision
    if x is ONE and isinstance(condition, np.ndarray) and not condition.any():
        return y  # a guard that guards nothing
    return np.where(condition, x, y)


ONE, ZERO = 1, 0  # small ints are always the same objects


@functools.cache
def on_arrays(rule: Rule) -> Callable[..., tuple[Any, ...]]:
    """The row as a function of arrays: (value, partial by each input)."""
    function: Callable[..., tuple[Any, ...]] = _function(rule, arrays(), range(rule.arity))
    return function


@functools.cache
def array_value(rule: Rule) -> Callable[..., Any]:
    """The value of the row on arrays: NumPy's own function where it has one."""
    value: Callable[..., Any] = getattr(np, rule.numpy) if rule.numpy else _function(rule, arrays(), [])
    return value


@functools.cache
def pull(rule: Rule, i: int) -> Callable[[Any, Any], Any]:
    """The gradient by operand ``i`` of a Tensor that the row made: of (its own gradient, the Tensor)."""
    names = {**arrays().names, "least": least, "zeros_like": np.zeros_like}
    function: Callable[[Any, Any], Any] = define("pull", pull_source(rule, i), names)
    return function


def pull_source(rule: Rule, i: int) -> str:
    """The code of :func:`pull`, in which simple products with the gradient are written as people write them.

    >>> print(pull_source(RULES["log"], 0))
    def pull(g, node):  # log
        x = node.arrays[0]
        return g / x
    <BLANKLINE>
    """
    style, names = arrays()
    exact, quick = pull_formulas(rule, i)
    used = {part for form in (exact, exact if quick is None else quick) for part in form.walk()}
    lines = [f"{x} = node.arrays[{j}]" for j, x in enumerate(rule.inputs) if x in used]
    lines += ["out = node._data"] if out in used else []
    if quick is not None:
        lines.append(f"d = {quick.write(style)[0]}")
        lines.append(f"if not least(d) >= {rule.accurate_above}:")
        shared, (partial,) = share([expand(rule.partials[i], names).simplify()])
        lines += [f"    {name} = {part.write(style)[0]}" for name, part in [*shared, (Symbol("d"), partial)]]
        exact = GRADIENT * Symbol("d")
    shared, (product,) = share([exact])
    lines += [f"{name} = {part.write(style)[0]}" for name, part in shared]
    body = "\n    ".join([*lines, f"return {product.write(style)[0]}"])
    return f"def pull(g, node):  # {rule.name}\n    {body}\n"


def pull_formulas(rule: Rule, i: int) -> tuple[Expr, Expr | None]:
    """The gradient times the partial by input ``i``, on arrays; and the textbook's partial if it is to be tried first.

    >>> pull_formulas(RULES["log"], 0), pull_formulas(RULES["tanh"], 0)[1]
    ((g / x, None), 1 - out**2)
    """
    names = arrays().names
    partial, quick = (expand(form[i], names).simplify() for form in (rule.partials, rule.shown))
    tried = quick if rule.accurate_above and quick != partial else None
    match partial:
        case Number(value=0):
            return Call("zeros_like", GRADIENT), tried  # where 0 times inf is nan
        case Call(name="div", operands=(Number(value=1), divisor)):
            return GRADIENT / divisor, tried
        case Call(name="div", operands=(factor, Number() as divisor)):
            return GRADIENT * factor / divisor, tried
    return (GRADIENT * partial).simplify(), tried


GRADIENT = Symbol("g")


def least(x: Any) -> float:
    """The least magnitude, nan if there is one; argmin, because min takes three times as long."""
    if not x.size:
        return math.inf
    smallest: float = x.item(x.argmin())
    return least(np.abs(x)) if smallest < 0 else smallest


def ieee(rule: Rule, *inputs: float) -> tuple[float, ...]:
    """The row on floats, by array arithmetic: slow, silent, and right where ``math`` raises."""
    with np.errstate(all="ignore"):  # arrays of one number, because NumPy's scalars take other paths
        results = on_arrays(rule)(*(np.array([x]) for x in inputs))
        return tuple(float(np.asarray(result).item()) for result in results)


@functools.cache
def on_floats(rule: Rule) -> Callable[..., tuple[float, ...]]:
    """The row as a function of floats: (value, partial by each input)."""
    quick = _function(rule, floats(), range(rule.arity))

    def evaluate(*inputs: float) -> tuple[float, ...]:
        try:
            results: tuple[float, ...] = quick(*inputs)
        except FAULTS:
            return ieee(rule, *inputs)
        return results

    return evaluate
