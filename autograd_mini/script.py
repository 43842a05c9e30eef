"""How formulas are written in a program for people: with ``math`` where numbers are floats, else with NumPy.

>>> x, script = Symbol("x"), Script(arrays=False)
>>> script.text(Call("maximum", 0, x) + Call("log", x) * Call("sigmoid", x))
'max(0, x) + math.log(x) * sigmoid(x)'
>>> print(script.helpers["sigmoid"])
def sigmoid(x):
    return math.exp(min(x, 0)) / (1 + math.exp(-abs(x)))
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .expr import Call, Expr, Number, Symbol, share
from .notation import ANY, ATOM, COMPARISON, PRODUCT, PYTHON, SIGN, SUM, Notation
from .rules import RULES, Rule
from .worlds import FLOATS, array_value, on_floats

LINE = 100  # how wide an array is printed
RELATIONS = {"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal"}
_OPERATORS = "add sub mul div neg pow square reciprocal identity floor_divide mod lt le gt ge eq and".split()
_NOTATIONS = {
    **{name: PYTHON.notations[name] for name in _OPERATORS},
    "ne": Notation("{} != {}", COMPARISON, (SUM, SUM)),
    "matmul": Notation("{} @ {}", PRODUCT, (SIGN, SIGN)),
}
_IN_MATH = {
    **{name: f"math.{name}" for name in RULES if hasattr(math, name)},
    "log_base": "math.log", "abs": "abs", "maximum": "max", "minimum": "min", "rint": "round",
}  # fmt: skip
_IN_NUMPY = {**{name: f"np.{rule.numpy}" for name, rule in RULES.items() if rule.numpy}, "abs": "np.abs", "where": "np.where"}
HELPERS = {
    "scatter": """\
def scatter(g, shape, index):
    out = np.zeros(shape, g.dtype)
    np.add.at(out, index, g)
    return out""",
    **{f"{name}_shares": f"""\
def {name}_shares(x, axis):
    won = x == np.{name}(x, axis=axis, keepdims=True)
    return (won / np.sum(won, axis=axis, keepdims=True)).astype(x.dtype)""" for name in ("max", "min")},
}  # fmt: skip


class _Templates(dict[str, Notation]):
    """Notations; what is called like ``np.sum({}, axis=0)`` is its own."""

    def get(self, name: str, default: Any = None) -> Any:
        found = super().get(name)
        if found is None and "{" in name:
            first = ATOM if name.startswith("{}") else ANY
            found = self[name] = Notation(name, ATOM, (first, *[ANY] * name.count("{}")))
        return found or default


class Script:
    """The words of one program.

    Parameters
    ----------
    arrays : whether it is written with NumPy

    Attributes
    ----------
    helpers : the functions that it defines at its top, in order
    """

    def __init__(self, arrays: bool) -> None:
        self.arrays = arrays
        self.helpers: dict[str, str] = {}
        self.module = "np" if arrays else "math"
        self.calls = _IN_NUMPY if arrays else _IN_MATH
        choices = {} if arrays else {name: FLOATS.notations[name] for name in ("and", "where")}
        self.style = PYTHON._replace(notations=_Templates({**_NOTATIONS, **choices}), number=self.number)

    def number(self, value: float) -> str:
        """A number as Python reads it."""
        if math.isfinite(value):
            return repr(value)
        return f"{self.module}.{value}" if value >= 0 or value != value else f"-{self.module}.inf"

    def write(self, formula: Expr) -> tuple[str, int]:
        """The text of a formula, and how tightly it binds."""
        return formula.map(self._said).write(self.style)

    def text(self, formula: Expr) -> str:
        """The text of a formula."""
        return self.write(formula)[0]

    def _said(self, part: Expr) -> Expr:
        """A call of the table by its name in Python."""
        if not isinstance(part, Call):
            return part
        row = RULES.get(part.name)
        match part:
            case Call(name="neg", operands=(Call(name="mul" | "div" as name, operands=(x, y)),)):
                return Call(name, self._said(-x), y)
            case Call(name="neg", operands=(Number(value=value),)):
                return Number(-value)
            case Call(name="mul", operands=(x, Call(operands=(choice, Number(value=1), Number(value=0))))):
                return part if isinstance(x, Number) else x * choice
            case Call(name="log_base", operands=(x, base)) if self.arrays:
                return Call("np.log", x) / Call("np.log", base)
        if row is None or part.name in self.style.notations:
            return part
        if part.name in self.calls:
            return Call(self.calls[part.name], *part.operands)
        if part.name.startswith("_"):
            return row.value.map(self._said).substitute(dict(zip(row.inputs, part.operands, strict=True)))
        self.define(row)
        return part

    def define(self, row: Rule) -> None:
        """Have a function of the table among the helpers."""
        if row.name not in self.helpers:
            shared, (value,) = share([row.value])
            lines = [f"{name} = {self.text(formula)}" for name, formula in shared] + [f"return {self.text(value)}"]
            body = "".join(f"\n    {line}" for line in lines)
            self.helpers[row.name] = f"def {row.name}({', '.join(map(str, row.inputs))}):{body}"

    def help(self, name: str) -> None:
        """Have one of the other helpers."""
        self.helpers[name] = HELPERS[name]

    def may_define(self, row: Rule) -> set[str]:
        """The names of the functions that a row and its derivatives may need at the top."""
        found: set[str] = set()
        waiting = [row.applied(*row.inputs), *row.shown, *row.partials]
        while waiting:
            names = {part.name for part in waiting.pop().walk() if isinstance(part, Call)} & RULES.keys() - found
            missing = {name for name in names if name not in self.calls and name not in self.style.notations}
            found |= missing
            waiting += [RULES[name].value for name in missing]
        return found

    # The same formulas as numbers.

    def value(self, formula: Expr, known: Mapping[Expr, Any]) -> Any:
        """What a formula is, where something is known of its symbols and of calls that are no rows of the table."""
        if formula in known:
            return known[formula]
        if isinstance(formula, Number):
            return float(formula.value)
        if isinstance(formula, Symbol):
            return {"inf": math.inf, "nan": math.nan}[formula.name]
        assert isinstance(formula, Call)
        operands = [self.value(x, known) for x in formula.operands]
        return (_on_arrays if self.arrays else _on_floats)(formula.name, formula.operands)(*operands)

    # Other things in a program.

    def literal(self, x: Any) -> str:
        """A number, an array, a shape, an index, … as Python reads it."""
        match x:
            case np.ndarray():
                return self._array(x)
            case float():
                return self.number(float(x))
            case np.generic():
                return self.literal(x.item())
            case np.dtype():
                return f"np.{x.name}"
            case tuple():
                return f"({', '.join(map(self.literal, x))}{',' * (len(x) == 1)})"
            case list():
                return f"[{', '.join(map(self.literal, x))}]"
            case dict():
                return f"{{{', '.join(f'{key!r}: {self.literal(part)}' for key, part in x.items())}}}"
            case slice():
                parts = ["" if part is None else str(part) for part in (x.start, x.stop, x.step)]
                return f"{parts[0]}:{parts[1]}" + (f":{parts[2]}" if parts[2] else "")
        return "..." if x is Ellipsis else repr(x)

    def _array(self, x: Any) -> str:
        dtype = "" if x.dtype in (np.float64, np.int64, np.bool_) else f", dtype=np.{x.dtype.name}"
        first = x.flat[0] if x.size else 0
        if not x.size or (x.size > 1 and x.dtype.kind == "f" and (x == first).all()):
            name = "zeros" if not np.any(x) else "ones" if first == 1 else "full"
            return f"np.{name}({x.shape}{f', {self.literal(first)}' if name == 'full' else ''}{dtype})"
        if x.size > 2 and x.dtype.kind == "i" and (x.ravel() == np.arange(x.size)).all():
            return f"np.arange({x.size}{dtype})" + (f".reshape{x.shape}" if x.ndim > 1 else "")
        numbers = np.array2string(
            x,
            max_line_width=LINE,
            separator=", ",
            threshold=sys.maxsize,
            prefix=" " * 20,
            formatter={"float_kind": lambda number: self.number(number) if not np.isfinite(number) else str(number)},
        )
        return f"np.array({numbers}{dtype})"


def _on_arrays(name: str, operands: tuple[Expr, ...]) -> Callable[..., Any]:
    if name == "where":
        return lambda c, x, y: (np.asarray(c) != 0).astype(np.int8) if operands[1:] == (Number(1), Number(0)) else np.where(c, x, y)
    if name in RELATIONS:
        function: Callable[..., Any] = getattr(np, RELATIONS[name])
        return function
    return np.logical_and if name == "and" else array_value(RULES[name])


def _on_floats(name: str, operands: tuple[Expr, ...]) -> Callable[..., Any]:
    if name == "where":
        return lambda c, x, y: x if c else y
    if name in RELATIONS:
        relation: Callable[..., Any] = getattr(operator, name)
        return relation
    return operator.and_ if name == "and" else lambda *x: on_floats(RULES[name])(*map(float, x))[0]
