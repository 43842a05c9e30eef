"""How operations on arrays read in a picture, and their derivatives.

Elementwise operations are formulas of the engine's table, for arrays as for numbers. The others are linear: `FORMS`
says how each is written, and what becomes of the gradient on its way back through it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .arrays import HAIR, MOST_INDICES, is_array, kind

if TYPE_CHECKING:
    from autograd_mini.expr import Expr

ENGINES = ("autograd_mini.linear", "autograd_mini.operation")  # where linear operations are


OWN = "by its own rule"  # the gradient of what someone else's function made


class Form(NamedTuple):
    """How a linear operation is written, and what each operand's gradient is.

    `params` are the names of its parameters; with ``=`` and a default they are written as keywords, unless they have
    the default. In the texts, ``{x}``, ``{y}`` and ``{xs}`` are the operands, ``{xT}`` is a transpose; the others
    are in `COMPUTED`.
    """

    params: str = ""
    gradients: tuple[str, ...] = (OWN,)  # of each operand; the last is for those that follow too
    written: str = "{name}({xs}{arguments})"
    is_factor: bool = False  # whether the gradient is multiplied by that, element by element


class Derivative(NamedTuple):
    """The derivative of an operation by an operand: the number if it is one, and the formula as text.

    If it ``is_map`` the gradient is not multiplied by it, but so changed; else ``expression`` is the formula as data,
    up to a sum over what was broadcast.
    """

    number: float | None
    formula: str
    is_map: bool
    expression: Expr | None = None


COPIED = ("Σ over the copies",)
RETURNED = ("back to where it was",)

FORMS: Mapping[str, Form] = {
    "sum": Form("axis=None keepdims=False", ("spread{over}",)),
    "mean": Form("axis=None keepdims=False", ("1/{n}, spread{over}",)),
    "max": Form("axis=None keepdims=False", ("to the greatest",)),
    "min": Form("axis=None keepdims=False", ("to the least",)),
    "cumsum": Form("axis=", ("cumsum from the end",)),
    "sort": Form("axis=", RETURNED),
    "sum_to": Form("shape", ("spread to {was}",)),
    "broadcast_to": Form("shape", COPIED),
    "repeat": Form("repeats axis=None", COPIED),
    "tile": Form("reps", COPIED),
    "reshape": Form("", ("reshaped to {was}",), "reshape({x}, {shape})"),
    "transpose": Form("axes=None", ("axes put back",)),
    "matrix transpose": Form("", ("transposed",), "{xT}"),
    "astype": Form("dtype", ("as {dtype_was}",)),
    "getitem": Form("", ("put back at [{at}]",), "{x}{hair}[{at}]"),
    "scatter": Form("", ("taken at [{at}]",), "{x} put at [{at}]"),
    "flip": Form("axis=None", ("flipped back",)),
    "rot90": Form("k=1 axes=", ("turned back",)),
    "roll": Form("shift axis=None", ("rolled back",)),
    "pad": Form("width mode=constant", RETURNED),
    "tril": Form("k=0", ("its lower triangle",)),
    "triu": Form("k=0", ("its upper triangle",)),
    "diag": Form("k=0", ("its diagonal",)),
    "diagonal": Form("offset=0 axis1=0 axis2=1", ("put on the diagonal",)),
    "concatenate": Form("axis=0", ("its part [{part}]",)),
    "stack": Form("axis=0", ("its part [{part}]",)),
    "stack of one": Form("", ("1",), "array({x})", is_factor=True),
    "matmul": Form("", ("· {yT}{batch}", "{xT} ·{batch}"), "{x} @ {y}"),
    "matmul of vectors": Form("", ("{y}", "{x}"), "{x} @ {y}", is_factor=True),
    "einsum": Form("", ("einsum('{turned}', {others})",), "einsum('{subscripts}', {xs})"),
}


def rule_of(node: Any) -> Any:
    """The operation that made a node, data too that was computed from data; None for any other leaf."""
    return node.made_of[0] if node.made_of else node.rule


def op_of(node: Any) -> str:
    """The name of that operation; empty for a leaf, "constant" for a number mixed in."""
    return str(node.made_of[0].name) if node.made_of else str(node.op)


def inputs_of(node: Any) -> tuple[Any, ...]:
    """Its operands as nodes."""
    return tuple(node.made_of[1] if node.made_of else node.inputs)


def is_linear(node: Any) -> bool:
    """Whether the operation of `node` is no formula: an own function of arrays or a replayed program is none either."""
    rule = rule_of(node)
    return not hasattr(rule, "derivative") or (hasattr(rule, "pulls_of") and kind(node.data) != "")


def _form(node: Any) -> Form:
    name = node.rule.name
    if type(node.rule).__module__ not in ENGINES:  # someone's own function, which may have any name
        return Form()
    if name == "transpose" and node.ndim == 2:
        name = "matrix transpose"
    elif name == "matmul" and all(x.ndim == 1 for x in node.inputs):
        name = "matmul of vectors"
    elif name == "stack" and not node.ndim:
        name = "stack of one"
    return FORMS.get(name, Form())


def function(node: Any) -> str:
    """The operation with its parameters, by which the function is told from others; an index may be any."""
    if not kind(node.data):
        return op_of(node)
    params = "" if node.op == "getitem" else node.params
    return f"{node.op}{params} {node.shape}"


def is_same(first: Any, second: Any) -> bool:
    """Whether two constants are the same number or the same array."""
    return first is second or (not is_array(first) and not is_array(second) and bool(first == second))


def written(node: Any, operands: Sequence[str], names: Mapping[int, str]) -> str:
    """A linear operation on operands, as text."""
    form = _form(node)
    return form.written.format_map(_Facts(node, node.inputs, form, operands, names))


def derivatives(
    node: Any, inputs: Sequence[Any], operands: Sequence[Any], out: Any, names: Mapping[int, str]
) -> Iterator[Derivative | None]:
    """What the edges to a node say, one for each operand; None where no derivative flows.

    Parameters
    ----------
    node, inputs
        The node, and its operands.
    operands, out
        The same as formulas.
    names
        ``id(array)`` → name, for arrays that index.
    """
    if is_linear(node):
        form = _form(node)
        facts = _Facts(node, inputs, form, [operand.text() for operand in operands], names)
        for i, x in enumerate(inputs):
            facts.i = i
            said = form.gradients[min(i, len(form.gradients) - 1)].format_map(facts)
            yield Derivative(1.0 if said == "1" else None, said, not form.is_factor) if x.requires_grad else None
        return
    for i, (x, number) in enumerate(zip(inputs, _numbers(node, inputs), strict=True)):
        if not x.requires_grad:
            yield None
            continue
        formula = node.rule.derivative(i, operands, out)
        summed = _broadcast(x.data.shape, node.shape) if kind(node.data) else ""
        constant = None if summed else getattr(formula, "value", None)
        yield Derivative(constant if number is None else float(number), formula.text() + summed, False, formula)


def _numbers(node: Any, inputs: Sequence[Any]) -> Sequence[float | None]:
    """The derivatives by the operands, where they are numbers: those of a Value, or of an array of shape ()."""
    from autograd_mini.worlds import on_floats  # noqa: PLC0415 - so that the data model stands alone

    if not node.requires_grad:  # data that was computed from data
        return (None,) * len(inputs)
    if not kind(node.data):
        return node.partials  # type: ignore[no-any-return]  # a Value's
    return (None,) * len(inputs) if node.ndim else on_floats(node.rule)(*(float(x.data) for x in inputs))[1:]


class _Facts(dict[str, str]):
    """What the texts of a form may ask for: operands and parameters, and what `COMPUTED` has of one operand."""

    i = 0  # which operand

    def __init__(
        self, node: Any, inputs: Sequence[Any], form: Form, operands: Sequence[str], names: Mapping[int, str]
    ) -> None:
        super().__init__(name=node.rule.name, xs=", ".join(operands), shape=str(node.shape), hair=HAIR)
        self.node, self.inputs, self.operands, self.names = node, inputs, operands, names
        for letter, x in zip("xy", operands, strict=False):
            self |= {letter: x, f"{letter}T": x[:-1] if x.endswith("ᵀ") else f"{x}ᵀ"}
        arguments = []
        for declared, value in zip(form.params.split(), node.params, strict=False):
            param, is_keyword, default = declared.partition("=")
            said = self[param] = _argument(value, names)
            if said != default:
                arguments.append(f", {param}={said}" if is_keyword else f", {said}")
        self["arguments"] = "".join(arguments)

    @property
    def x(self) -> Any:
        """The operand itself."""
        return self.inputs[self.i]

    def __missing__(self, key: str) -> str:
        return str(COMPUTED[key](self))


def _argument(value: Any, names: Mapping[int, str]) -> str:
    """A parameter as the caller would write it: an axis, a shape, a dtype, an index."""
    if isinstance(value, tuple):
        return _argument(value[0], names) if len(value) == 1 else f"({', '.join(_argument(v, names) for v in value)})"
    if isinstance(value, slice):
        ends = ["" if end is None else str(end) for end in (value.start, value.stop, value.step)]
        return ":".join(ends if value.step is not None else ends[:2])
    if isinstance(value, np.ndarray):
        is_short = value.size <= MOST_INDICES
        return str(value.tolist()) if is_short else names.get(id(value), f"array {value.shape}")
    return "..." if value is Ellipsis else str(value)


def _axes(axes: Sequence[int]) -> str:
    return f"{'axis' if len(axes) == 1 else 'axes'} {', '.join(map(str, axes))}"


def _broadcast(shape: tuple[int, ...], to: tuple[int, ...]) -> str:
    """What broadcasting from one shape to another does to the gradient: it is summed over what was repeated."""
    ahead = len(to) - len(shape)
    axes = [i for i, n in enumerate(to) if i < ahead or (shape[i - ahead] == 1 and n != 1)]
    return "" if not axes else ", Σ over all axes" if len(axes) == len(to) > 1 else f", Σ over {_axes(axes)}"


def _over(facts: _Facts) -> str:
    axes = facts.node.params[0]
    return "" if axes is None else f" over {_axes(axes)}"


def _at(facts: _Facts) -> str:
    index = facts.node.params[-1]
    parts = index if isinstance(index, tuple) else (index,)
    return ", ".join(_argument(part, facts.names) for part in parts) or "()"


def _part(facts: _Facts) -> str:
    """Where an operand is in what it was put into."""
    axis = int(facts["axis"])
    part = str(facts.i)
    if facts.node.rule.name == "concatenate":
        start = sum(x.shape[axis] for x in facts.inputs[: facts.i])
        part = f"{start}:{start + facts.x.shape[axis]}"
    return ":, " * axis + part


def _batch(facts: _Facts) -> str:
    """The sum over the batch, where one operand is the same for all of it."""
    vectors = sum(x.ndim == 1 for x in facts.inputs)
    return _broadcast(facts.x.shape[:-2], facts.node.shape[: facts.node.ndim - 2 + vectors])


def _turned(facts: _Facts) -> str:
    """The subscripts that take the gradient and the other operands to the gradient of this one."""
    terms, output = facts.node.params
    others = [term for j, term in enumerate(terms) if j != facts.i]
    return f"{','.join((output, *others))}->{terms[facts.i]}"


COMPUTED: Mapping[str, Callable[[_Facts], Any]] = {
    "axis": lambda _: 0,  # of a stack of Values, which has no parameters
    "was": lambda facts: facts.x.shape,
    "dtype_was": lambda facts: facts.x.dtype,
    "n": lambda facts: facts.x.size // max(facts.node.size, 1),
    "over": _over,
    "at": _at,
    "part": _part,
    "batch": _batch,
    "subscripts": lambda facts: f"{','.join(facts.node.params[0])}->{facts.node.params[1]}",
    "turned": _turned,
    "others": lambda facts: ", ".join(("·", *facts.operands[: facts.i], *facts.operands[facts.i + 1 :])),
}
