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

from ..expr import Call, Expr, Number, Symbol, share
from ..notation import ANY, ATOM, COMPARISON, LOGIC, PRODUCT, PYTHON, SIGN, SUM, Notation
from ..rules import RULES, Rule
from ..worlds import FLOATS, array_value, on_floats

WIDTH = 100  # of a printed array
RELATIONS = {"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal"}
LOGICAL = {"and": "logical_and", "or": "logical_or", "xor": "logical_xor", "not": "logical_not"}
_OPERATORS = "add sub mul div neg pow square reciprocal identity floor_divide mod lt le gt ge eq".split()
_SIGNS = {"and": "&", "or": "|", "xor": "^"}
_NOTATIONS = {
    **{name: PYTHON.notations[name] for name in _OPERATORS},
    "ne": Notation("{} != {}", COMPARISON, (SUM, SUM)),
    **{name: Notation(f"{{}} {sign} {{}}", LOGIC, (SUM, SUM)) for name, sign in _SIGNS.items()},
    "matmul": Notation("{} @ {}", PRODUCT, (SIGN, SIGN)),
}  # fmt: skip
_IN_MATH = {
    **{name: f"math.{name}" for name in RULES if hasattr(math, name)},
    "log_base": "math.log", "abs": "abs", "maximum": "max", "minimum": "min", "rint": "round",
}  # fmt: skip
_IN_NUMPY = {
    **{name: f"np.{rule.numpy}" for name, rule in RULES.items() if rule.numpy}, "abs": "np.abs", "where": "np.where",
}  # fmt: skip
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
    """Notations; a function that is called ``np.sum({}, axis=0)`` is its own."""

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
    arrays
        Whether it is written with NumPy.

    Attributes
    ----------
    helpers
        The functions that it defines at its top, in order.
    """

    def __init__(self, arrays: bool) -> None:
        self.arrays = arrays
        self.helpers: dict[str, str] = {}
        self.module = "np" if arrays else "math"
        self.calls = _IN_NUMPY if arrays else _IN_MATH
        own = {"not": Notation("~{}", SIGN, (ATOM,))} if arrays else {
            "not": Notation("not {}", LOGIC, (ATOM,)), "where": FLOATS.notations["where"],
        }  # fmt: skip
        self.style = PYTHON._replace(notations=_Templates({**_NOTATIONS, **own}), number=self.number)

    def number(self, value: float) -> str:
        """A number as Python reads it."""
        if math.isfinite(value):
            return repr(value)
        return f"-{self.module}.inf" if value < 0 else f"{self.module}.{value}"

    def write(self, formula: Expr) -> tuple[str, int]:
        """The text of a formula, and how tightly it binds."""
        return formula.map(self._said).write(self.style)

    def text(self, formula: Expr) -> str:
        """The text of a formula."""
        return self.write(formula)[0]

    def _said(self, part: Expr) -> Expr:
        """A call of a function of the table as Python calls it."""
        if not isinstance(part, Call):
            return part
        match part:
            case Call(name="neg", operands=(Call(name="mul" | "div" as name, operands=(x, y)),)):
                return Call(name, self._said(-x), y)
            case Call(name="neg", operands=(Number(value=value),)):
                return Number(-value)
            case Call(name="mul", operands=(x, Call(operands=(choice, Number(value=1), Number(value=0))))):
                return part if isinstance(x, Number) else x * choice
            case Call(name="log_base", operands=(x, base)) if self.arrays:
                return Call("np.log", x) / Call("np.log", base)
        if part.name in self.style.notations or part.name not in RULES:
            return part
        if part.name in self.calls:
            return Call(self.calls[part.name], *part.operands)
        row = RULES[part.name]
        if part.name.startswith("_"):  # a piece of a derivative, which has no name for people
            return row.value.map(self._said).substitute(dict(zip(row.inputs, part.operands, strict=True)))
        self._define(row)
        return part

    def _define(self, row: Rule) -> None:
        if row.name not in self.helpers:
            shared, (value,) = share([row.value])
            lines = [f"{name} = {self.text(formula)}" for name, formula in shared] + [f"return {self.text(value)}"]
            body = "".join(f"\n    {line}" for line in lines)
            self.helpers[row.name] = f"def {row.name}({', '.join(map(str, row.inputs))}):{body}"

    def help(self, name: str) -> str:
        """Have one of the helpers that are no rows; gives its name."""
        self.helpers[name] = HELPERS[name]
        return name

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

    def value(self, formula: Expr, known: Mapping[Expr, Any]) -> Any:
        """What a formula is, where it is known of symbols and of calls that are no functions of the table."""
        if formula in known:
            return known[formula]
        if isinstance(formula, Number):
            return float(formula.value)
        if isinstance(formula, Symbol):
            return {"inf": math.inf, "nan": math.nan}[formula.name]
        assert isinstance(formula, Call)
        operands = [self.value(x, known) for x in formula.operands]
        is_indicator = formula.operands[1:] == (Number(1), Number(0))
        return (_on_arrays if self.arrays else _on_floats)(formula.name, is_indicator)(*operands)

    def literal(self, x: Any, indent: int = 0) -> str:
        """A number, an array, a shape, an index, … as Python reads it."""
        match x:
            case np.ndarray():
                return self._array(x, indent)
            case np.generic():
                return self.literal(x.item())
            case float():
                return self.number(x)
            case np.dtype():
                return f"np.{x.name}"
            case tuple():
                return f"({', '.join(map(self.literal, x))}{',' * (len(x) == 1)})"
            case list():
                return f"[{', '.join(map(self.literal, x))}]"
            case slice():
                start, stop, step = ("" if part is None else str(part) for part in (x.start, x.stop, x.step))
                return f"{start}:{stop}" + (f":{step}" if step else "")
        return "..." if x is Ellipsis else repr(x)

    def _array(self, x: Any, indent: int) -> str:
        dtype = "" if x.dtype in (np.float64, np.int64, np.bool_) else f", dtype=np.{x.dtype.name}"
        first = x.flat[0] if x.size else 0
        if not x.size or (x.size > 1 and x.dtype.kind in "fb" and x.tobytes() == x.flat[:1].tobytes() * x.size):
            name = "full"
            if x.dtype != np.bool_ and (first == 1 or not x.tobytes().strip(b"\0")):  # -0.0 isn't 0.0
                name = "ones" if first == 1 else "zeros"
            return f"np.{name}({x.shape}{f', {self.literal(first)}' if name == 'full' else ''}{dtype})"
        if x.size > 2 and x.dtype.kind == "i" and (x.ravel() == np.arange(x.size)).all():
            return f"np.arange({x.size}{dtype})" + (f".reshape{x.shape}" if x.ndim > 1 else "")
        written: Any = {"float_kind": lambda number: str(number) if np.isfinite(number) else self.number(number)}
        numbers = np.array2string(
            x,
            max_line_width=WIDTH,
            separator=", ",
            threshold=sys.maxsize,
            prefix=" " * (indent + len("np.array(")),
            formatter=written,
        )
        return f"np.array({numbers}{dtype})"


def is_condition(formula: Expr) -> bool:
    """Whether it is true or false, so that it may be multiplied by."""
    return isinstance(formula, Call) and (formula.name in RELATIONS or formula.name in LOGICAL)


def _on_arrays(name: str, is_indicator: bool) -> Callable[..., Any]:
    if name == "where":
        return (lambda c, *_: (np.asarray(c) != 0).astype(np.int8)) if is_indicator else np.where
    own = {**RELATIONS, **LOGICAL, "{}.T": "transpose", "matmul": "matmul"}.get(name)
    return getattr(np, own) if own else array_value(RULES[name])


def _on_floats(name: str, _: bool) -> Callable[..., Any]:
    if name == "where":
        return lambda c, x, y: x if c else y
    if name in RELATIONS:
        return getattr(operator, name)  # type: ignore[no-any-return]  # a function
    if name in LOGICAL:
        return lambda *x: bool(getattr(np, LOGICAL[name])(*x))
    return lambda *x: on_floats(RULES[name])(*map(float, x))[0]
