"""How each step of a program is said in the code that replays it.

Steps on floats are the table's formulas, written with Python's operators and ``math``. Steps on arrays are NumPy's
functions, told where to write.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import linear, tree
from ..expr import Expr, Number, Symbol, share
from ..linear import kept
from ..nary import Dot, Sum
from ..operation import Linear, Many, Plain
from ..plain import CONDITIONS, LOGIC, NOT, RELATIONS
from ..rules import RULES, TABLE, Rule, out
from ..worlds import FLOATS, GRADIENT, array_value, expand, floats, least
from .lowering import AS_NUMBER, Guard
from .program import as_index
from .trace import GATHER, Element, Pull, Source, Var

if TYPE_CHECKING:
    from .replay import Writer

LONG = 32  # operands, beyond which a sum is a call
SHORT = 10_000  # elements, up to which a sum is a product with ones
NUMPY = "add array copyto divide dot empty errstate matmul maximum minimum multiply where".split()


def names() -> dict[str, Any]:
    """What the code may call. On floats and arrays alike, what both have is called by different names."""
    ufuncs = {
        f"np_{name}": getattr(np, name) for name in [*UFUNCS.values(), *(row.numpy for row in TABLE if row.numpy)]
    }
    return {
        **{name: getattr(np, name) for name in NUMPY}, **ufuncs, **floats().names,
        "as_index": as_index, "least": least, "mul": operator.mul, "total": sum,
    }  # fmt: skip


def say(to: Writer, var: Var, operands: list[str], i: int) -> None:
    """The lines of one step."""
    operation = var.operation
    if var.is_scalar:
        _on_floats(to, var, operands)
    elif isinstance(operation, Rule) and operation.numpy:
        _ufunc(to, var, operation.numpy, operands, i)
    elif operation in UFUNCS:
        _ufunc(to, var, UFUNCS[operation], operands, i)
    elif isinstance(operation, Guard):
        x, limit = operands[0], operation.least
        smallest = f"{x}.item({x}.argmin())" if operation.positive and var.data.size else f"least({x})"
        to.assign(var, f"{x} if {smallest} >= {limit} else {to.bound(operation.mended)}({', '.join(operands)})")
    else:
        SAID.get(operation, _other)(to, var, operands)


def may_be_view(var: Var) -> bool:
    """Whether a step's result may be in its first operand's memory."""
    operation = var.operation
    if var.is_scalar or isinstance(operation, Source) or not var.operands:
        return False
    if isinstance(operation, Guard) or operation in VIEWS:
        return True
    return (
        isinstance(operation, Linear)
        and operation not in SAID
        and operation not in UFUNCS
        and not isinstance(operation, Plain)
    )


# Floats.


@functools.cache
def _formula(*formulas: Expr) -> tuple[list[tuple[str, str]], list[str]]:
    """Texts with places for operands: what to name first, and what the formulas then are."""
    shared, rest = share(formulas)
    return [(name.name, part.write(FLOATS)[0]) for name, part in shared], [part.write(FLOATS)[0] for part in rest]


def _places(inputs: Sequence[Symbol]) -> dict[Expr, Expr]:
    return {name: Symbol(f"{{{i}}}") for i, name in enumerate(inputs)}


@functools.cache
def _value(rule: Rule) -> tuple[list[tuple[str, str]], list[str]]:
    return _formula(expand(rule.value, floats().names).substitute(_places(rule.inputs)))


@functools.lru_cache(1024)
def _pulled(rule: Rule, i: int, known: tuple[float | None, ...]) -> tuple[Any, Any]:
    """The gradient times the partial; where a quick form is tried first, (the accurate form, and that).

    ``known`` are the numbers among the operands, which simplify it.
    """
    numbers: dict[Expr, Expr] = {x: Number(n) for x, n in zip(rule.inputs, known, strict=True) if n is not None}
    exact, quick = (
        expand(form[i], floats().names).substitute(numbers).simplify() for form in (rule.partials, rule.shown)
    )
    places = _places((GRADIENT, *rule.inputs, out))
    if rule.accurate_above and quick != exact:
        return _formula(exact.substitute(places)), _formula(quick.substitute(places))
    return _formula((GRADIENT * exact).simplify().substitute(places)), None


def _on_floats(to: Writer, var: Var, x: list[str]) -> None:
    operation = var.operation
    if isinstance(operation, Rule):
        first, (value,) = _value(operation)
        to.lines += [f"{name} = {text.format(*x)}" for name, text in first]
        to.assign(var, value.format(*x))
    elif isinstance(operation, Pull):
        _pull(to, var, operation, x)
    elif isinstance(operation, Dot):
        w, seen, bias = operation.split(x)
        if len(x) > LONG:
            to.assign(
                var, f"total(map(mul, ({', '.join([*w, *bias])},), ({', '.join([*seen, *['1.0'] * len(bias)])},)), 0.0)"
            )
        else:
            to.assign(var, " + ".join(["0.0", *(f"{a} * {b}" for a, b in zip(w, seen, strict=True)), *bias]))
    elif isinstance(operation, Sum):
        to.assign(var, f"total(({', '.join(x)},), 0.0)" if len(x) > LONG else " + ".join(["0.0", *x]))
    elif isinstance(operation, Element):
        to.assign(var, f"{x[0]}.item({operation.i if var.operands[0].data.ndim else ''})")
    elif operation in SIGNS:
        to.assign(var, f"1.0 if {SIGNS[operation].format(*x)} else 0.0")
    else:
        to.assign(var, f"float({_call(to, var, x)})")


def _pull(to: Writer, var: Var, operation: Pull, x: list[str]) -> None:
    held = var.operands[1:-1]
    known = tuple(x.data if x.operation is Source.CONSTANT and repr(x.data) not in UNKNOWN else None for x in held)
    (first, (exact,)), tried = _pulled(operation.rule, operation.i, known)
    lines = [f"{name} = {text.format(*x)}" for name, text in first]
    if tried is None:
        to.lines += lines
        to.assign(var, exact.format(*x))
        return
    before, (quick,) = tried
    limit = operation.rule.accurate_above
    to.lines += [f"{name} = {text.format(*x)}" for name, text in [*before, ("d", quick)]]
    to.lines.append(f"if -{limit} < d < {limit}:")
    to.lines += [f"    {line}" for line in [*lines, f"d = {exact.format(*x)}"]]
    to.assign(var, f"{x[0]} * d")


UNKNOWN = ("nan", "-0.0", "0.0")  # numbers that simplifying would be too bold with: 0 times inf is nan
SIGNS = {
    **{RELATIONS[name]: f"{{}} {sign} {{}}" for name, sign in
       {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}.items()},
    LOGIC["and"]: "{} and {}", LOGIC["or"]: "{} or {}", LOGIC["xor"]: "({} != 0) != ({} != 0)", NOT: "not {}",
}  # fmt: skip


# Arrays.

UFUNCS: dict[Any, str] = {operation: operation.name for operation in CONDITIONS}


def _ufunc(to: Writer, var: Var, name: str, x: list[str], i: int) -> None:
    if not var.data.ndim and name in INFIX and all(operand.data.dtype == var.data.dtype for operand in var.operands):
        numbers = [_number(operand) or said for operand, said in zip(var.operands, x, strict=True)]
        to.assign(var, INFIX[name].format(*numbers), own=True)  # a third of the time that a call takes
        return
    to.call(var, f"np_{name}({', '.join(x)}", i)


INFIX = {"add": "{} + {}", "subtract": "{} - {}", "multiply": "{} * {}", "divide": "{} / {}", "negative": "-{}"}


def _number(operand: Var) -> str:
    """A constant as it is written; of a float32 no digit is lost."""
    finite = operand.operation is Source.CONSTANT and np.isfinite(operand.data)
    return f"({float(operand.data)!r})" if finite else ""


def _params(to: Writer, var: Var) -> list[str]:
    return [_param(to, param) for param in var.params]


def _param(to: Writer, param: Any) -> str:
    """The text of a parameter, in which numbers may be looked up."""
    if type(param) is Var:
        return f"as_index({to.name(param)})" if param.is_scalar else to.name(param)
    if isinstance(param, tuple) and any(type(x) is Var for x in tree.leaves(param)):
        return f"({' '.join(f'{_param(to, part)},' for part in param)})"
    if param is None or type(param) in (int, bool):
        return repr(param)
    return to.bound(param)


def _call(to: Writer, var: Var, x: list[str]) -> str:
    """A call of the operation as it is."""
    operation = var.operation
    function = array_value(operation) if isinstance(operation, Rule) else operation.value
    given = [f"({', '.join(x)},)"] if isinstance(operation, Many) else x
    return f"{to.bound(function)}({', '.join([*given, *_params(to, var)])})"


def _other(to: Writer, var: Var, x: list[str]) -> None:
    to.assign(var, _call(to, var, x), own=not may_be_view(var))


def _gather(to: Writer, var: Var, x: list[str]) -> None:
    shape, dtype = var.params
    if shape == ():
        to.assign(var, f"array({x[0]}, {to.bound(dtype)})", own=True)
    else:
        to.assign(var, f"array(({', '.join(x)},), {to.bound(dtype)}).reshape({shape})", own=True)


def _as_number(to: Writer, var: Var, x: list[str]) -> None:
    if not var.data.ndim:
        return _other(to, var, x)
    to.lines.append(f"copyto({to.place(var)}, {x[0]})")
    return None


def _where(to: Writer, var: Var, x: list[str]) -> None:
    to.assign(var, f"where({', '.join(x)})", own=True)


def _matmul(to: Writer, var: Var, x: list[str]) -> None:
    left, right = (operand.data for operand in var.operands)
    if not var.data.ndim:
        to.assign(var, f"{x[0]}.dot({x[1]})")
    elif max(left.ndim, right.ndim) > 2:
        to.call(var, f"matmul({x[0]}, {x[1]}")
    else:
        to.call(var, f"dot({x[0]}, {x[1]}")


def _sum(to: Writer, var: Var, x: list[str]) -> None:
    axes, keepdims = var.params
    operand = var.operands[0]
    if not var.data.ndim and operand.data.dtype.kind == "f":
        whole = to.static(operand)
        if whole is not None and whole.flags.c_contiguous and 0 < whole.size <= SHORT:
            flat = to.fresh("b")
            to.setup.append(f"{flat} = {x[0]}.reshape(-1)")
            return to.assign(var, f"{flat}.dot({to.bound(_ones((operand.data.size,), operand.data.dtype))})")
        return to.assign(var, f"add.reduce({x[0]}, None)")
    return to.call(var, f"add.reduce({x[0]}, axis={axes}, keepdims={keepdims}")


def _mean(to: Writer, var: Var, x: list[str]) -> None:
    axes, keepdims = var.params
    operand = var.operands[0].data
    n = operand.size if axes is None else linear.count(operand.shape, axes)
    if not n or operand.dtype.kind != "f":
        return _other(to, var, x)
    if not var.data.ndim:
        _sum(to, var, x)
        to.lines[-1] += f" / {n}"
        return None
    to.call(var, f"add.reduce({x[0]}, axis={axes}, keepdims={keepdims}")
    to.lines.append(f"divide({to.name(var)}, {n}, out={to.name(var)})")
    return None


@functools.lru_cache(64)
def _ones(shape: tuple[int, ...], dtype: Any) -> Any:
    return np.ones(shape, dtype)


def _sum_to(to: Writer, var: Var, x: list[str]) -> None:
    (shape,), operand = var.params, var.operands[0].data
    axes = linear._repeated(operand.shape, shape)
    if not shape:
        return to.assign(var, f"add.reduce({x[0]}, None)")
    if len(axes) == 1 and operand.ndim == 2:  # a bias: a product with ones takes a third of the time
        n = operand.shape[axes[0]]
        ones = to.bound(_ones((n, 1) if axes == (1,) else (1, n)[2 - len(shape) :], operand.dtype))
        return to.call(var, f"dot({x[0]}, {ones}" if axes == (1,) else f"dot({ones}, {x[0]}")
    whole = kept(operand.shape, axes)
    to.lines.append(f"add.reduce({x[0]}, {axes}, None, {_reshaped(to, var, to.place(var), whole)}, True)")
    return None


def _reshaped(to: Writer, var: Var, place: str, shape: tuple[int, ...]) -> str:
    """The array that is to be written into, in another shape."""
    if var.data.shape == shape:
        return place
    if to.static(var) is None:
        return f"{place}.reshape({shape})"
    name = to.fresh("b")
    to.setup.append(f"{name} = {place}.reshape({shape})")
    return name


def _broadcast_to(to: Writer, var: Var, x: list[str]) -> None:
    if not var.data.ndim:
        return _other(to, var, x)
    scalar = not var.operands[0].data.ndim
    place = to.place(var)
    to.lines.append(f"{place}.fill({x[0]})" if scalar else f"copyto({place}, {x[0]})")
    return None


def _reshape(to: Writer, var: Var, x: list[str]) -> None:
    shape = var.data.shape
    to.view(var, f"{x[0]}.reshape({shape})", lambda whole: whole.reshape(shape))


def _transpose(to: Writer, var: Var, x: list[str]) -> None:
    (axes,) = var.params
    to.view(var, f"{x[0]}.T" if axes is None else f"{x[0]}.transpose({axes})", lambda whole: whole.transpose(axes))


def _getitem(to: Writer, var: Var, x: list[str]) -> None:
    (index,) = var.params
    text = f"{x[0]}[{_param(to, index)}]"
    looked_up = [i for i in tree.leaves(index) if type(i) is Var]
    if looked_up or any(isinstance(i, np.ndarray) for i in tree.leaves(index)):
        to.assign(var, text, own=not all(i.is_scalar for i in looked_up) or not looked_up)
    else:
        to.view(var, text, lambda whole: whole[index])


def _scatter(to: Writer, var: Var, x: list[str]) -> None:
    _, index = var.params
    if not var.data.ndim:
        return _other(to, var, x)
    place = to.place(var)
    parts = index if isinstance(index, tuple) else (index,)
    repeated = any(
        (type(i) is Var and not i.is_scalar) or (isinstance(i, np.ndarray) and i.dtype.kind != "b") for i in parts
    )
    to.lines.append(f"{place}.fill(0)")
    at = _param(to, index)
    to.lines.append(f"add.at({place}, {at}, {x[0]})" if repeated else f"{place}[{at}] = {x[0]}")
    return None


def _stack(to: Writer, var: Var, x: list[str]) -> None:
    (axis,) = var.params
    place = to.place(var)
    if var.data.ndim == 1:
        to.lines.append(f"{place}[:] = {', '.join(x)},")
        return
    for i, part in enumerate(x):
        to.lines.append(f"{place}[{':, ' * axis}{i}] = {part}")


def _concatenate(to: Writer, var: Var, x: list[str]) -> None:
    (axis,) = var.params
    place = to.place(var)
    start = 0
    for operand, part in zip(var.operands, x, strict=True):
        end = start + operand.data.shape[axis]
        to.lines.append(f"{place}[{':, ' * axis}{start}:{end}] = {part}")
        start = end


def _extreme(name: str) -> Callable[[Writer, Var, list[str]], None]:
    def say_extreme(to: Writer, var: Var, x: list[str]) -> None:
        axes, keepdims = var.params
        shape = var.operands[0].data.shape
        if axes == (1,) and len(shape) == 2 and 0 < shape[1] <= LONG:  # NumPy is slow along short rows
            columns = to.fresh("b")
            to.setup.append(f"{columns} = empty({shape[::-1]}, {to.bound(var.data.dtype)}).T")
            to.lines.append(f"copyto({columns}, {x[0]})")
            x = [columns]
        to.call(var, f"{name}.reduce({x[0]}, axis={axes}, keepdims={keepdims}")

    return say_extreme


VIEWS = (linear.RESHAPE, linear.TRANSPOSE, linear.GETITEM)
SAID: dict[Any, Callable[[Writer, Var, list[str]], None]] = {
    GATHER: _gather,
    AS_NUMBER: _as_number,
    RULES["where"]: _where,
    linear.MATMUL: _matmul,
    linear.SUM: _sum,
    linear.MEAN: _mean,
    linear.SUM_TO: _sum_to,
    linear.BROADCAST_TO: _broadcast_to,
    linear.RESHAPE: _reshape,
    linear.TRANSPOSE: _transpose,
    linear.GETITEM: _getitem,
    linear.SCATTER: _scatter,
    linear.STACK: _stack,
    linear.CONCATENATE: _concatenate,
    linear.MAX: _extreme("maximum"),
    linear.MIN: _extreme("minimum"),
}
