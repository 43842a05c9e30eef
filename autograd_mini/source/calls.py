"""Steps on whole arrays as the calls of NumPy that people write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .. import linear, tree
from ..expr import Call, Expr
from ..nary import Dot, Sum
from ..operation import Many
from ..plain import LOGIC, NOT
from ..programs.trace import GATHER, Element, Source, Var
from .script import Script

LONGEST_INDEX = 40  # characters of an array of indices that has no name


def whole(var: Var, place: Callable[[Var], Expr], script: Script) -> Expr:
    """The formula of a step on whole arrays, in terms of what stands for its operands.

    Raises
    ------
    TypeError
        For an operation that has no form here.
    """
    operation, operands = var.operation, list(var.operands)
    if isinstance(operation, Sum):
        terms = list(map(place, operands))
        if isinstance(operation, Dot):
            w, x, bias = operation.split(terms)
            terms = [*(p * q for p, q in zip(w, x, strict=True)), *bias]
        return Call(f"sum([{_places(terms)}])", *terms)
    return Call(_template(_Step(var, operands, script)), *map(place, operands))


def is_whole(formula: Call) -> bool:
    """Whether it is a call on whole arrays."""
    return "{" in formula.name or formula.name == "matmul"


class _Step(NamedTuple):
    """A step that is about to be written; what its parameters look up joins the operands."""

    var: Var
    operands: list[Var]
    script: Script

    @property
    def params(self) -> tuple[Any, ...]:
        return self.var.params

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the first operand."""
        return np.shape(self.operands[0].data)

    def param(self, x: Any) -> str:
        """A parameter as text; long arrays, and variables, become operands."""
        if isinstance(x, np.ndarray) and x.dtype.kind in "ib" and x.ndim == 1 and len(str(x.tolist())) < LONGEST_INDEX:
            return self.script.literal(x.tolist())
        if isinstance(x, np.ndarray) and len(text := self.script.literal(x)) < LONGEST_INDEX:
            return text
        if isinstance(x, np.ndarray):
            x = Var(Source.CONSTANT, data=x, plain=True)
        if type(x) is Var:
            self.operands.append(x)
            return "int({})" if x.is_scalar else "{}"
        if isinstance(x, tuple) and any(isinstance(part, Var | np.ndarray) for part in tree.leaves(x)):
            return f"({', '.join(map(self.param, x))}{',' * (len(x) == 1)})"
        return self.script.literal(x)

    def between(self, index: Any) -> str:
        """What stands between brackets."""
        parts = index if isinstance(index, tuple) else (index,)
        text = ", ".join(map(self.param, parts))
        return f"{text}," if isinstance(index, tuple) and len(parts) == 1 else text or "()"


def _template(step: _Step) -> str:
    """A call with a place for each operand."""
    operation = step.var.operation
    if operation in _SAID:
        return _SAID[operation](step)
    name = getattr(operation, "name", "")
    if operation in _LOGIC and step.var.is_scalar:
        return _LOGIC[operation]
    if operation in _AS_NUMPY:
        places = _places(step.operands)
        given = [f"[{places}]" if isinstance(operation, Many) else places, *map(step.param, step.params)]
        return f"np.{name}({', '.join(given)})"
    if isinstance(operation, Element):
        at = np.unravel_index(operation.i, step.shape)
        return f"{{}}[{', '.join(str(int(place)) for place in at)}]"
    if name in ("max_shares", "min_shares"):
        return f"{step.script.help(name)}({{}}, {step.params[0]})"
    raise TypeError(f"to_python() has no words for the operation {name or operation!r}")


_LOGIC = {
    LOGIC["and"]: "bool(({}) and ({}))", LOGIC["or"]: "bool(({}) or ({}))", LOGIC["xor"]: "(bool({}) != bool({}))",
    NOT: "(not ({}))",
}  # fmt: skip
_AS_NUMPY = {
    linear.CUMSUM, linear.FLIP, linear.REPEAT, linear.TILE, linear.DIAGONAL, linear.ROT90, linear.ROLL, linear.PAD,
    linear.PAD_AS, linear.TRIL, linear.TRIU, linear.DIAG, linear.CONCATENATE, linear.STACK, linear.SORT, linear.ARGSORT,
    *_LOGIC,
}  # fmt: skip


def _places(operands: list[Any]) -> str:
    return ", ".join("{}" for _ in operands)


def _axes(axes: Any, keepdims: bool = False) -> str:
    axis = axes[0] if isinstance(axes, tuple) and len(axes) == 1 else axes
    return ("" if axis is None else f", axis={axis}") + (", keepdims=True" if keepdims else "")


def _reduction(name: str) -> Callable[[_Step], str]:
    return lambda step: f"np.{name}({{}}{_axes(*step.params)})"


def _sum_to(step: _Step) -> str:
    (shape,) = step.params
    if not shape:
        return "np.sum({})"
    ahead = len(step.shape) - len(shape)
    axes = tuple(i for i, n in enumerate(step.shape) if i < ahead or (shape[i - ahead] == 1 and n != 1))
    if axes == tuple(range(ahead)):
        return f"np.sum({{}}{_axes(axes)})"
    return f"np.sum({{}}{_axes(axes, keepdims=True)})" + (f".reshape({shape})" if ahead else "")


def _gather(step: _Step) -> str:
    shape, dtype = step.params
    text = f"np.array([{_places(step.operands)}]{'' if dtype == np.float64 else f', dtype=np.{dtype}'})"
    return text if shape == (len(step.operands),) else f"{text}.reshape({shape})"


def _scatter(step: _Step) -> str:
    shape, index = step.params
    text = step.between(index)
    is_value = isinstance(index, int | np.ndarray | Var)
    return f"{step.script.help('scatter')}({{}}, {shape}, {text if is_value else f'np.s_[{text}]'})"


def _transpose(step: _Step) -> str:
    (axes,) = step.params
    reverse = axes is None or tuple(axes) == tuple(range(len(step.shape)))[::-1]
    return "{}.T" if reverse else f"{{}}.transpose({tuple(axes)})"


def _einsum(step: _Step) -> str:
    inputs, output = step.params
    return f'np.einsum("{",".join(inputs)}->{output}", {_places(step.operands)})'


_SAID: dict[Any, Callable[[_Step], str]] = {
    GATHER: _gather,
    linear.SUM_TO: _sum_to,
    linear.SUM: _reduction("sum"),
    linear.MEAN: _reduction("mean"),
    linear.MAX: _reduction("max"),
    linear.MIN: _reduction("min"),
    linear.RESHAPE: lambda step: f"{{}}.reshape({', '.join(map(str, step.params[0])) or '()'})",
    linear.TRANSPOSE: _transpose,
    linear.ASTYPE: lambda step: f"{{}}.astype({step.script.literal(np.dtype(step.params[0]))})",
    linear.GETITEM: lambda step: f"{{}}[{step.between(step.params[0])}]",
    linear.SCATTER: _scatter,
    linear.MATMUL: lambda _: "matmul",
    linear.EINSUM: _einsum,
}
