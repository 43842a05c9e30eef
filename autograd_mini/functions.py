"""The public functions: ``ag.sin``, ``ag.maximum``, ``ag.sum``, ….

One for each row of the table, by its name and by NumPy's. They give back the kind that they are given:
of a number a float, of a list or array an array, of a node a node, of a formula a formula.

>>> sin(0.0), relu([-1.0, 2.0])
(0.0, array([0., 2.]))
>>> sin(Value(0.0))
Value(0.0)
>>> arcsin is asin
True
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import array_operators
from .array_operators import elementwise
from .docstrings import described
from .expr import Call, Expr, Symbol
from .graph import DATA, describe
from .linear import ASTYPE, MATMUL
from .linear import SUM as SUM_OF_ARRAY
from .modes import MODES
from .nary import DOT, SUM, inner
from .operators import install, reserved_names
from .recording import NATIVE, gather, new_node, record, stacked
from .rules import RULES, TABLE, Rule
from .symbolic import differentiate
from .tensor import Tensor
from .value import Value, as_float, in_order
from .worlds import array_value, on_floats

_add_up = sum  # Python's own, before this module's hides it

if TYPE_CHECKING:

    def __getattr__(name: str) -> Callable[..., Any]: ...  # what globals() is given at the end


def function(rule: Rule) -> Callable[..., Any]:
    """The public function of a row."""
    name = rule.name
    reflected = f"_r{name}"
    names = [symbol.name for symbol in rule.inputs]

    def one(x: Any) -> Any:
        if type(x) not in NODES:
            return evaluate_row(rule, x)
        return getattr(floating(x) if MODES.active else x, name)()

    def two(x: Any, y: Any) -> Any:
        if MODES.active:
            x, y = floating(x), floating(y)
        kind, other = type(x), type(y)
        if kind is Tensor or (kind is Value and (other is Value or as_float(y) is not None)):
            return getattr(x, name)(y)
        if other is Tensor or (other is Value and as_float(x) is not None):
            return getattr(y, reflected)(x)
        return evaluate_row(rule, x, y)

    def several(*operands: Any, **named: Any) -> Any:
        operands += tuple(named.pop(key) for key in names[len(operands) :] if key in named)
        operands += rule.defaults[len(operands) - rule.arity :] if len(operands) < rule.arity else ()
        if named or len(operands) != rule.arity:
            raise TypeError(f"{name}({', '.join(names)}) got {[*operands, *named]}")
        if rule.arity == 2:
            return two(*operands)
        return evaluate_row(rule, *operands)

    public: Callable[..., Any] = several if rule.defaults or rule.arity > 2 else one if rule.arity == 1 else two
    public.__name__ = public.__qualname__ = name
    public.__doc__ = described(rule)
    if public is several or names != ["x", "y"][: rule.arity]:  # what help() shows
        defaults = [inspect.Parameter.empty] * (rule.arity - len(rule.defaults)) + list(rule.defaults)
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD if public is several else inspect.Parameter.POSITIONAL_ONLY
        parameters = [inspect.Parameter(n, kind, default=d) for n, d in zip(names, defaults, strict=True)]
        public.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # functions have it
    return public


def evaluate_row(rule: Rule, *operands: Any) -> Any:
    """A row on formulas, on numbers, on arrays, or on nodes for which it has no method."""
    if any(isinstance(operand, Expr) for operand in operands):
        return Call(rule.name, *operands)
    operands = tuple(map(gather, operands))
    if any(type(x) is Tensor or (type(x) is not Value and as_float(x) is None) for x in operands):
        if rule.name == "where":
            condition = operands[0]
            operands = (condition if type(condition) in NODES else np.asarray(condition) != 0, *operands[1:])
        if any(type(x) in NODES for x in operands):
            first = operands[:1] if rule.name == "where" else ()
            return elementwise(rule, *first, *map(floating, operands[len(first) :]))
    else:
        value, *partials = on_floats(rule)(*(x._data if type(x) is Value else as_float(x) for x in operands))
        return record(rule, tuple(x if type(x) is Value else as_float(x) for x in operands), value, partials)
    arrays = [np.asarray(operand) for operand in operands]
    arrays = [
        array.astype(np.float64 if array.dtype.kind in "iub" else array.dtype.newbyteorder("=")) for array in arrays
    ]
    if any(array.dtype not in (np.float32, np.float64) for array in arrays):
        raise _refuse(rule, *operands)
    return array_value(rule)(*arrays)


def floating(x: Any) -> Any:
    """Whole numbers that a program is given as floats, as those of plain arrays become in functions."""
    return ASTYPE(x, NATIVE[0]) if type(x) is Tensor and x._data.dtype.kind in "iub" else x


NODES = (Value, Tensor)


def _look(nodes: tuple[Any, ...]) -> tuple[tuple[Any, ...], list[float], bool | None]:
    """Numbers and nodes as operands, their numbers, and whether derivatives flow to all, to none, or (None) to some."""
    try:
        numbers = [x._data for x in nodes if x.origin is not DATA]
        if 0 < len(numbers) == len(nodes):
            return nodes, numbers, True
    except AttributeError:
        if set(map(type, nodes)) == {float}:
            return nodes, list(nodes), False
    kept: Any = tuple([x if type(x) in NODES else as_float(x) for x in nodes])
    for x, number in zip(nodes, kept, strict=True):
        if number is None:
            raise TypeError(f"a sequence of numbers and nodes is wanted, got {describe(x)} in it")
    return kept, [x if type(x) is float else x._data for x in kept], None


def row_of(scalars: tuple[Any, ...], dtype: Any = None) -> Any:
    """The Tensor (n,) of so many numbers, Values and Tensors of shape ().

    Raises
    ------
    ValueError
        When there is a Tensor of another shape among them.
    """
    for x in scalars:
        if type(x) is Tensor and x.ndim:
            raise ValueError(f"a sequence of numbers is wanted, got a Tensor of shape {x.shape} in it")
    return stacked(scalars, (len(scalars),), dtype)


class Inputs(NamedTuple):
    """The x of w · x + b, looked through once for all the neurons that see it."""

    nodes: tuple[Any, ...]
    numbers: list[float]  # with a 1 at the end, for b
    flows: bool | None


def inputs(x: Iterable[Any]) -> Inputs:
    """Numbers and nodes, ready to be dotted with several weights."""
    if type(x) is Inputs:
        return x
    nodes, numbers, flows = _look(tuple(x))
    return Inputs(nodes, [*numbers, 1.0], flows)


def _refuse(rule: Rule, *operands: Any) -> TypeError:
    got = ", ".join(describe(operand) for operand in operands)
    return TypeError(f"{rule.name}() takes real numbers, arrays of float32 or float64, and nodes; got {got}")


FUNCTIONS: dict[str, Callable[..., Any]] = {}


for _rule in TABLE:
    FUNCTIONS[_rule.name] = function(_rule)

_natural_log = FUNCTIONS["log"]


def log(x: Any, base: Any = None) -> Any:
    """The natural logarithm of x, element by element, or that to a base: of numbers, arrays and nodes.

    >>> log(8.0, 2), log(Value(1.0))
    (3.0, Value(0.0))
    """
    return _natural_log(x) if base is None else FUNCTIONS["log_base"](x, base)


def sum(values: Iterable[Any]) -> Any:
    """The sum of numbers and nodes, as one node.

    >>> sum([Value(1), 2.0, Value(3)]).op
    'sum'
    >>> sum([1, 2])
    3.0
    """
    nodes, numbers, flows = _look(tuple(values))
    total = _add_up(numbers, 0.0)
    if type(total) is not float:  # there are Tensors of shape () among them
        return SUM_OF_ARRAY(row_of(nodes), (0,), False)
    if flows:
        return new_node(SUM, total, (nodes,), ((nodes, (1.0,) * len(nodes)),))
    return record(SUM, nodes, total, (1.0,) * len(nodes))


def dot(w: Iterable[Any], x: Iterable[Any], bias: Any = 0.0) -> Any:
    """w₁x₁ + w₂x₂ + … + bias of numbers and nodes, as one node: all of a neuron but its activation.

    Raises
    ------
    ValueError
        When w and x are not of one length.

    Examples
    --------
    >>> w, x = [Value(1), Value(2)], [3.0, 4.0]
    >>> z = dot(w, x, bias=Value(5))
    >>> z.data, z.partials
    (16.0, (3.0, 4.0, None, None, 1.0))
    """
    biased = type(bias) is Value or as_float(bias) != 0
    weights, seen = (*w, bias) if biased else tuple(w), inputs(x)
    if len(weights) != len(seen.nodes) + biased:
        raise ValueError(
            f"dot of two sequences of one length, got {len(weights) - biased} and {len(seen.nodes)} numbers"
        )
    return affine(weights, seen)


def affine(weights: tuple[Any, ...], x: Inputs) -> Any:
    """The dot of w and x, plus b, for ``weights`` that are (w…, b), or (w…) without b.

    Neurons call it with always the same tuple, so that the backward sweep knows what they share.
    """
    xs, x_numbers, to_x = x
    ws, w_numbers, to_w = _look(weights)
    total = inner(w_numbers, x_numbers)
    if type(total) is not float:  # there are Tensors of shape () among them
        return _of_tensors(ws, xs)
    if to_w and to_x:
        return new_node(DOT, total, (ws, xs), ((ws, x_numbers), (xs, w_numbers)))
    if to_w and to_x is False:
        return new_node(DOT, total, (ws, xs), ((ws, x_numbers),))
    n = len(xs)
    return record(DOT, in_order(ws, xs), total, (*x_numbers[:n], *w_numbers[:n], 1.0))


def _of_tensors(weights: tuple[Any, ...], x: tuple[Any, ...]) -> Any:
    """The dot of w and x, plus b, as a Tensor of shape ()."""
    n = len(x)
    seen = row_of(x, next((w.dtype for w in weights if type(w) is Tensor), None))
    z = MATMUL(row_of(weights[:n], seen.dtype), seen)
    return z + weights[n] if len(weights) > n else z


def stop_gradient(x: Any) -> Any:
    """The same number as data to which no derivative flows: ``x.detach()`` as a function.

    >>> stop_gradient(Value(2)).requires_grad
    False
    """
    return x.detach() if type(x) in NODES else x


def rule(formula: Callable[..., Any]) -> Callable[..., Any]:
    """Add an elementwise function to the table: a decorator for a function that is one formula.

    ``formula`` is called once, with symbols; its derivative follows from the table by the chain rule. What it
    makes is like any other row: a function of numbers, arrays and nodes, a method of Value, a box in
    pictures, differentiable to any order.

    Raises
    ------
    TypeError
        When the function does not return a formula (use ``ag.exp``, not ``math.exp``; ``ag.where``, not ``if``).
    ValueError
        When the name is taken.

    Examples
    --------
    >>> from autograd_mini import sigmoid
    >>> @rule
    ... def swish(x):
    ...     return x * sigmoid(x)
    >>> swish(0.0), Value(1).swish(), swish(Value(1)).op
    (0.0, Value(0.7310585786300049), 'swish')
    """
    name = formula.__name__
    if name in _TAKEN or (hasattr(Value, name) and name not in RULES):
        raise ValueError(f"the name {name!r} is taken by a function of the table or an attribute of Value")
    parameters = inspect.signature(formula).parameters.values()
    for parameter in parameters:
        if parameter.name in reserved_names() or re.fullmatch(r"[dt]\d+", parameter.name):
            raise ValueError(f"the parameter name {parameter.name!r} of {name} is used by generated code: rename it")
    inputs = [Symbol(parameter.name) for parameter in parameters]
    value = formula(*inputs)
    if not isinstance(value, Expr):
        raise TypeError(f"@rule needs a function that returns a formula, {name} returned {describe(value)}")
    value = value.map(_without_own_functions)
    defaults = tuple(float(p.default) for p in parameters if p.default is not p.empty)
    computed, printed = ([differentiate(value, by, shown) for by in inputs] for shown in (False, True))
    row = Rule(name, value, computed, shown=printed, inputs=inputs, defaults=defaults)
    RULES[name] = row
    install(row)
    array_operators.install(row)
    FUNCTIONS[name] = public = function(row)
    public.__doc__ = formula.__doc__ or public.__doc__
    return public


def _without_own_functions(part: Expr) -> Expr:
    """A call of a function that was added with ``@rule`` as its formula, which a later definition doesn't change."""
    row = RULES.get(part.name) if isinstance(part, Call) else None
    if row is None or row in TABLE or not isinstance(part, Call):
        return part
    return row.value.substitute(dict(zip(row.inputs, part.operands, strict=True)))


# NumPy's names beside the table's: arcsin is asin.
NAMES = {**{row.numpy: FUNCTIONS[row.name] for row in TABLE if row.numpy}, **FUNCTIONS, "log": log}
NAMES = {name: function for name, function in NAMES.items() if not name.startswith("_")}
globals().update(NAMES)
_TAKEN = {*NAMES, "sum", "dot", "stop_gradient", "rule"}
