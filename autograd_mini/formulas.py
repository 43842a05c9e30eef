"""The steps of a recorded program as formulas, as people write them."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from . import linear, tree
from .expr import Call, Expr, Number, Symbol
from .nary import Sum
from .operation import Many, Plain
from .plain import LOGIC, NOT, RELATIONS
from .rules import Interval, Rule, out
from .script import Script
from .tape import GATHER, Pull, Source, Var

LONGEST_SUM = 12  # terms that are written with +
CLOSE = 1e-12


class Gradient(Plain):
    """What marks the gradient of a node that has a name, so that it is a line of its own."""

    def __init__(self) -> None:
        super().__init__("gradient", lambda x: x)


# Elementwise steps.


def elementwise(var: Var, place: Callable[[Var], Expr], script: Script, known: dict[Expr, Any]) -> Expr | None:
    """The formula of a step in terms of what stands for its operands, where it is one on numbers or on elements."""
    operation = var.operation
    x = list(map(place, var.operands))
    if isinstance(operation, Rule):
        return Call(operation.name, *x).simplify()
    if isinstance(operation, Pull):
        return _pulled(operation, x, var.data, script, known)
    if isinstance(operation, Sum) and len(x) <= LONGEST_SUM:
        return operation.applied(*x).simplify()
    if isinstance(operation, Gradient) or operation is linear.BROADCAST_TO or (operation is GATHER and not var.data.ndim):
        return x[0]
    if operation is linear.GETITEM and _is_only(var):
        return place(var.operands[0].operands[0])
    return Call(_COMPARISONS[operation], *x) if operation in _COMPARISONS else None


def _is_only(var: Var) -> bool:
    """Whether it takes the only number of an array that has no axes."""
    row = var.operands[0]
    return row.operation is linear.RESHAPE and not row.operands[0].data.ndim and var.params == (0,)


_COMPARISONS = {operation: name for name, operation in RELATIONS.items()}


def _pulled(operation: Pull, x: list[Expr], data: Any, script: Script, known: dict[Expr, Any]) -> Expr:
    """The gradient times the partial, in the textbook's form where that gives the engine's numbers."""
    rule, i = operation.rule, operation.i
    g, *operands = x
    places: dict[Expr, Expr] = dict(zip((*rule.inputs, out), operands, strict=True))
    forms = [rule.shown[i], rule.partials[i]] if shown_is_accurate(rule, i) else [rule.partials[i]]
    products = [times(g, _ties(form.substitute(places).simplify())) for form in forms]
    if len(products) == 1 or products[0] == products[1]:
        return products[0]
    with np.errstate(all="ignore"):
        return products[0] if agree(script.value(products[0], known), data) else products[1]


def times(g: Expr, partial: Expr) -> Expr:
    """Their product, multiplied and divided from left to right.

    >>> g, x, y = Symbol("g"), Symbol("x"), Symbol("y")
    >>> times(g, -1 / x), times(g, y * (1 - y)), times(g, 2 * x)
    (-(g / x), g * y * (1 - y), 2 * g * x)
    """
    match partial:
        case Number(value=value):
            return (Number(value) * g).simplify()
        case Call(name="neg", operands=(x,)):
            return tidy(-times(g, x))
        case Call(name="mul", operands=(x, y)):
            return times(times(g, x), y)
        case Call(name="div", operands=(x, y)):
            return tidy(times(g, x) / y)
        case Call(name="where", operands=(choice, x, y)) if not (_is_relation(choice) and (x, y) == (Number(1), Number(0))):
            return Call("where", choice, times(g, x), times(g, y))
    return tidy(g * partial)


def _is_relation(formula: Expr) -> bool:
    """Whether it is true or false, so that it may be multiplied by."""
    return isinstance(formula, Call) and formula.name in ("lt", "le", "gt", "ge", "eq", "ne", "and")


def _ties(partial: Expr) -> Expr:
    """Where ties share, their half as a case of its own."""
    match partial:
        case Call(name="div", operands=(
            Call(name="add", operands=(Call(name="where", operands=(Call(operands=(x, y)) as more, _, _)), Call(name="where"))),
            Number(value=2),
        )):  # fmt: skip
            return Call("where", more, 1, Call("where", x.eq(y), 0.5, 0))
    return partial


def tidy(formula: Expr) -> Expr:
    """The formula with its signs in front and its numbers folded.

    >>> g, x = Symbol("g"), Symbol("x")
    >>> tidy(-g * x + 1 * x), tidy(2 * (3 * x)), tidy(g * (-x))
    (x - g * x, 6 * x, -(g * x))
    """
    return formula.simplify().map(_tidied).simplify()


def _tidied(part: Expr) -> Expr:
    match part:
        case Call(name="mul" | "div" as name, operands=(Call(name="neg", operands=(x,)), y)):
            return _tidied(-_tidied(Call(name, x, y)))
        case Call(name="mul" | "div" as name, operands=(x, Call(name="neg", operands=(y,)))):
            return _tidied(-_tidied(Call(name, x, y)))
        case Call(name="neg", operands=(Call(name="neg", operands=(x,)),)):
            return x
        case Call(name="neg", operands=(Call(name="sub", operands=(x, y)),)):
            return y - x
        case Call(name="add", operands=(x, Call(name="neg", operands=(y,)))):
            return x - y
        case Call(name="add", operands=(Call(name="neg", operands=(x,)), y)):
            return y - x
        case Call(name="sub", operands=(x, Call(name="neg", operands=(y,)))):
            return x + y
        case Call(name="add", operands=(x, Call(name="add" | "sub" as name, operands=(y, z)))):
            return Call(name, _tidied(x + y), z)
        case Call(name="mul", operands=(Number(value=a), Number(value=b))):
            return _whole(a * b)
        case Call(name="div", operands=(Number(value=a), Number(value=b))) if b:
            return _whole(a / b)
        case Call(name="mul", operands=(Number() as a, Call(name="mul", operands=(Number() as b, x)))):
            return _tidied(_tidied(a * b) * x)
        case Call(name="mul", operands=(x, Number() as a)):
            return _tidied(a * x)
        case Call(name="mul", operands=(Number(value=1), x)):
            return x
    return part


def _whole(value: float) -> Number:
    """A number, without the error that multiplying by 1/m and by m may leave."""
    return Number(round(value) if abs(value) < 1e6 and abs(value - round(value)) < CLOSE * abs(value) else value)


def agree(x: Any, reference: Any) -> bool:
    """Whether numbers are as near to the engine's as a program's have to be."""
    reference = np.asarray(reference)
    tolerance = CLOSE if reference.dtype == np.float64 else 1e-6
    off = np.abs(np.asarray(x, float) - reference)
    scale = np.max(np.abs(reference), initial=1.0, where=np.isfinite(reference))
    return bool(np.all((off <= tolerance * scale) | (np.isnan(x) & np.isnan(reference)) | (x == reference)))


@functools.cache
def shown_is_accurate(rule: Rule, i: int) -> bool:
    """Whether the textbook's form of a partial loses nothing, near the ends of the domain either.

    >>> from autograd_mini.rules import RULES
    >>> shown_is_accurate(RULES["atan"], 0), shown_is_accurate(RULES["atanh"], 0)
    (True, False)
    """
    if rule.accurate_above or rule.shown[i] == rule.partials[i]:
        return True
    script = Script(arrays=True)
    points = itertools.product(*([p for interval in intervals for p in points_in(interval)] for intervals in rule.domain))
    columns = [np.array(column) for column in zip(*points, strict=True)]
    with np.errstate(all="ignore"):
        known: dict[Expr, Any] = dict(zip(rule.inputs, columns, strict=True))
        known[out] = script.value(rule.value if not rule.primitive else Call(rule.name, *rule.inputs), known)
        shown, computed = (np.broadcast_to(script.value(form[i], known), columns[0].shape) for form in (rule.shown, rule.partials))
        finite = np.isfinite(shown) & np.isfinite(computed)
        return bool(np.all(np.abs(shown - computed)[finite] <= CLOSE * np.abs(computed)[finite]))


def points_in(interval: Interval) -> list[float]:
    """Ordinary and hard points of an interval: near its ends, near 0 and 1, small and large."""
    near = [end + step for end in interval if np.isfinite(end) for step in (-1e-3, -1e-9, 1e-9, 1e-3)]
    points = [*near, *(sign * p for sign in (1, -1) for p in (1e-9, 1e-3, 0.3, 0.7, 1.7, 3.0, 20.0, 1e4))]
    return sorted({float(p) for p in points if interval.low < p < interval.high})


# Steps on whole arrays.


def whole(var: Var, place: Callable[[Var], Expr], script: Script) -> Expr:
    """The formula of a step on whole arrays, in terms of what stands for its operands.

    Raises
    ------
    TypeError : for an operation that has no form here
    """
    operation, operands = var.operation, list(var.operands)
    if isinstance(operation, Sum):
        terms = list(map(place, operands))
        if operation.name == "dot":
            w, x, bias = operation.split(terms)
            terms = [*(p * q for p, q in zip(w, x, strict=True)), *bias]
        return Call(f"sum([{', '.join('{}' for _ in terms)}])", *terms)
    text = _template(var, operands, script)
    return Call(text, *map(place, operands))


def _template(var: Var, operands: list[Var], script: Script) -> str:
    """What is filled with the operands, to which variables among the parameters are added."""
    operation = var.operation
    if var.is_scalar and operation in _LOGIC:
        return _LOGIC[operation]
    if operation in _SAID:
        return _SAID[operation](_Call(var, operands, script))
    name = getattr(operation, "name", "")
    if operation in (*LOGIC.values(), NOT) or operation in _LIKE_NUMPY:
        places = ", ".join("{}" for _ in operands)
        more = [_param(x, operands, script) for x in var.params]
        return f"np.{name}({', '.join([f'[{places}]' if isinstance(operation, Many) else places, *more])})"
    if name in ("max_shares", "min_shares"):
        script.help(name)
        return f"{name}({{}}, {var.params[0]})"
    raise TypeError(f"to_python() has no words for the operation {name or operation!r}")


_LOGIC = {
    LOGIC["and"]: "bool(({}) and ({}))", LOGIC["or"]: "bool(({}) or ({}))", LOGIC["xor"]: "(bool({}) != bool({}))",
    NOT: "(not ({}))",
}  # fmt: skip
_LIKE_NUMPY = {
    linear.CUMSUM, linear.FLIP, linear.REPEAT, linear.TILE, linear.DIAGONAL, linear.ROT90, linear.ROLL, linear.PAD,
    linear.PAD_AS, linear.TRIL, linear.TRIU, linear.DIAG, linear.CONCATENATE, linear.STACK, linear.SORT, linear.ARGSORT,
}  # fmt: skip


def _param(x: Any, operands: list[Var], script: Script) -> str:
    """A parameter as text; arrays that are long, and variables, become operands."""
    if isinstance(x, np.ndarray) and x.dtype.kind in "ib" and x.ndim == 1 and len(str(x.tolist())) < LONGEST_INDEX:
        return script.literal(x.tolist())
    if isinstance(x, np.ndarray):
        text = script.literal(x)
        if len(text) < LONGEST_INDEX:
            return text
        x = Var(Source.CONSTANT, data=x, plain=True)
    if type(x) is Var:
        operands.append(x)
        return "int({})" if x.is_scalar else "{}"
    if isinstance(x, tuple) and any(isinstance(part, Var | np.ndarray) for part in tree.leaves(x)):
        return f"({', '.join(_param(part, operands, script) for part in x)}{',' * (len(x) == 1)})"
    return script.literal(x)


LONGEST_INDEX = 40


class _Call:
    """A step that is about to be written."""

    def __init__(self, var: Var, operands: list[Var], script: Script) -> None:
        self.var = var
        self.params = var.params
        self.operands = operands
        self.script = script
        self.shape = var.operands[0].data.shape if var.operands and not var.operands[0].is_scalar else ()

    def index(self, index: Any) -> str:
        """What stands between brackets."""
        parts = index if isinstance(index, tuple) else (index,)
        text = ", ".join(_param(part, self.operands, self.script) for part in parts)
        return f"{text}," if isinstance(index, tuple) and len(parts) == 1 else text or "()"


def _axes(axes: Any, keepdims: bool = False) -> str:
    axis = axes[0] if isinstance(axes, tuple) and len(axes) == 1 else axes
    return ("" if axis is None else f", axis={axis}") + (", keepdims=True" if keepdims else "")


def _sum_to(call: _Call) -> str:
    (shape,) = call.params
    axes = linear._repeated(call.shape, shape)  # noqa: SLF001  # what the operation itself asks
    if not shape:
        return "np.sum({})"
    ahead = len(call.shape) - len(shape)
    if axes == tuple(range(ahead)):
        return f"np.sum({{}}{_axes(axes)})"
    return f"np.sum({{}}{_axes(axes, keepdims=True)})" + (f".reshape({shape})" if ahead else "")


def _gather(call: _Call) -> str:
    shape, dtype = call.params
    numbers = ", ".join("{}" for _ in call.operands)
    dtype = "" if dtype == np.float64 else f", dtype=np.{dtype}"
    if not shape:
        return f"np.array({numbers}{dtype or ', dtype=float'})"
    return f"np.array([{numbers}]{dtype})" + (f".reshape({shape})" if len(shape) > 1 or shape[0] != len(call.operands) else "")


def _scatter(call: _Call) -> str:
    call.script.help("scatter")
    shape, index = call.params
    text = call.index(index)
    plain = isinstance(index, int | np.ndarray | Var)
    return f"scatter({{}}, {shape}, {text if plain else f'np.s_[{text}]'})"


def _transpose(call: _Call) -> str:
    (axes,) = call.params
    reverse = tuple(range(len(call.shape)))[::-1]
    return "{}.T" if axes is None or tuple(axes) == reverse else f"{{}}.transpose({tuple(axes)})"


def _einsum(call: _Call) -> str:
    inputs, output = call.params
    return f'np.einsum("{",".join(inputs)}->{output}", {", ".join("{}" for _ in inputs)})'


def _reduction(name: str) -> Callable[[_Call], str]:
    return lambda call: f"np.{name}({{}}{_axes(*call.params)})"


def _matmul(call: _Call) -> str:
    return "matmul"


_SAID: dict[Any, Callable[[_Call], str]] = {
    GATHER: _gather,
    linear.SUM_TO: _sum_to,
    linear.SUM: _reduction("sum"),
    linear.MEAN: _reduction("mean"),
    linear.MAX: _reduction("max"),
    linear.MIN: _reduction("min"),
    linear.RESHAPE: lambda call: f"{{}}.reshape({', '.join(map(str, call.params[0])) or '()'})",
    linear.TRANSPOSE: _transpose,
    linear.ASTYPE: lambda call: f"{{}}.astype({call.script.literal(np.dtype(call.params[0]))})",
    linear.GETITEM: lambda call: f"{{}}[{call.index(call.params[0])}]",
    linear.SCATTER: _scatter,
    linear.MATMUL: _matmul,
    linear.EINSUM: _einsum,
}
