"""``explain`` for arrays: the gradient of each as a formula in arrays, with its shape.

As in the lecture notes dW is the derivative of the cost by W, and has W's shape.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

import numpy as np

from autograd_mini.expr import Call, Expr, Number, Symbol
from autograd_mini.names import identifier

from .. import arrays
from ..operations import OWN
from ..picture import Edge, display
from .derivation import Derivation
from .explanation import Explanation, Line, Section, sum_of

_AFTER = re.compile(r"(?P<summed>.*?)(?:, Σ over (?P<over>.*))?", re.DOTALL)


def explained(made: Derivation, detail: str, variables: Mapping[str, object]) -> Explanation:
    """The explanation of a derivative of which some step is an array."""
    wrt, root = (made.names[i] for i in (made.wrt, made.root))
    short = [Line((_named(made, i), _chain(made, i)), _shape(made, i)) for i in reversed(made.between[:-1])]
    in_notes = as_in_notes(made, variables)
    is_late = any(Symbol("m") in line.equals[1].walk() for line in in_notes)
    written = Section("As lecture notes write it" + ", dividing by m at the end" * is_late, in_notes)
    if detail == "short":
        return Explanation((), "", (Section("", list(written.lines) or short),))
    if arrays.is_array(made.gradients[made.root]):
        short.insert(0, Line((_named(made, made.root), Number(1)), f"{_shape(made, made.root)}, as of the sum of all"))
    steps = Section("Each step, with the shape of its result", [_step(made, i) for i in made.between[1:]])
    chain = Section(f"The chain rule, from {root} back to {wrt}", short)
    claim = [Line((_named(made, made.wrt), Call("derivative", Symbol(root), Symbol(wrt))))]
    return Explanation(claim, "", [section for section in (steps, chain, written) if section.lines])


def _named(made: Derivation, i: int) -> Expr:
    """DW for W; 1 for the root itself."""
    return Call("differential", Symbol(made.names[i]))


def _shape(made: Derivation, i: int) -> str:
    return str(np.shape(made.gradients[i]) or "a number")


def _step(made: Derivation, head: int) -> Line:
    box = made.picture.nodes[head]
    formula = _as_formula(box.formula) if box.expression is None else box.expression
    return Line((Symbol(made.names[head]), formula), f"{box.op}, {_shape(made, head)}")


def _as_formula(formula: str) -> Expr:
    """``W @ X`` of an operation on arrays."""
    left, sign, right = formula.partition(" @ ")
    return Call("matmul", _matrix(left), _matrix(right)) if sign and "@" not in right else Symbol(formula)


def _matrix(name: str) -> Expr:
    return Call("transpose", Symbol(name[:-1])) if name.endswith("ᵀ") else Symbol(name)


def _chain(made: Derivation, i: int) -> Expr:
    """The gradient of a node: the sum of what comes back from those that use it."""
    return sum_of([_term(made, edge) for edge in made.outgoing[i]]).simplify()


def _term(made: Derivation, edge: Edge) -> Expr:
    """What an edge hands back of the gradient of its head."""
    gradient = (
        Number(1)
        if edge.head == made.root and not arrays.is_array(made.gradients[made.root])
        else _named(made, edge.head)
    )
    summed, over = _AFTER.fullmatch(edge.formula).group("summed", "over")  # type: ignore[union-attr]  # matches any text
    if edge.derivative is not None:
        term = _times(gradient, edge.derivative).simplify()
    elif not edge.is_map:
        term = (gradient * Symbol(summed)).simplify()
    elif summed.startswith("· "):
        term = Call("matmul", gradient, _matrix(summed[2:]))
    elif summed.endswith(" ·"):
        term = Call("matmul", _matrix(summed[:-2]), gradient)
    elif summed.startswith("1/"):
        share, _, rest = summed.partition(", ")
        term = Call("then", gradient / Number(int(share[2:])), Symbol(rest))
    elif summed == OWN:  # "1, by its own rule" would look like 1
        said = Symbol(f"by the rule of {made.picture.nodes[edge.head].op}")
        term = said if gradient == Number(1) else Call("then", gradient, said)
    else:
        term = Call("then", gradient, Symbol(summed))
    return Call("sum over", term, Symbol(over)) if over else term


def _times(gradient: Expr, derivative: Expr) -> Expr:
    match derivative:
        case Call(name="div", operands=(first, last)) if first == Number(1):
            return gradient / last
    return gradient * derivative


# What to_python prints, as formulas.


def as_in_notes(made: Derivation, variables: Mapping[str, object]) -> list[Line]:
    """The lines of the printed backward pass that lead to the derivative."""
    from autograd_mini.source import to_python  # noqa: PLC0415 - only arrays need it

    try:
        program = to_python(made.graph.nodes[-1], names=variables)
    except (TypeError, RecursionError):  # an operation that has no form as Python, or very many in one another
        return []
    lines = ast.parse(program.partition("# Backward pass")[2].partition("\n")[2]).body
    called = {identifier(name): name for name in made.names}
    by, of = (identifier(made.names[i]) for i in (made.wrt, made.root))
    wanted, found = {f"d{by}", f"d{of}_d{by}"}, []
    for line in reversed(lines):
        match line:
            case ast.Assign([ast.Name(name)], value) if name in wanted:
                formula = _formula(value, called)
                if formula is None:
                    return []
                if any(re.fullmatch(r"v\d+", name) and name not in variables for name in _names(value)):
                    return []  # to_python has its own names of what has none
                found.append(Line((_symbol(name, called), formula)))
                wanted |= _names(value)
    return found[::-1]


def _names(tree: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(tree) if isinstance(part, ast.Name)}


_SIGNS: Mapping[type[ast.AST], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.MatMult: "matmul", ast.Pow: "pow",
    ast.Gt: "gt", ast.GtE: "ge", ast.Lt: "lt", ast.LtE: "le", ast.Eq: "eq",
}  # fmt: skip


def _symbol(name: str, called: Mapping[str, str]) -> Expr:
    """``dW2`` as dW₂, ``de_dW`` as ∂e/∂W, anything else as what it is called."""

    def symbol(identifier: str) -> Symbol:
        return Symbol(called.get(identifier, display(identifier)))

    if ratio := re.fullmatch(r"d(\w+)_d(\w+)", name):
        return Call("derivative", symbol(ratio[1]), symbol(ratio[2]))
    is_gradient = name not in called and name[0] == "d" and (name[1:] in called or name[1:2].isupper())
    return Call("differential", symbol(name[1:])) if is_gradient else symbol(name)


def _formula(tree: ast.expr, called: Mapping[str, str]) -> Expr | None:
    """Python as a formula; None for what isn't written in formulas."""
    match tree:
        case ast.Constant(int() | float() as number):
            return Number(number)
        case ast.Name(name):
            return _symbol(name, called)
        case ast.Attribute(matrix, "T"):
            operands, name = [matrix], "transpose"
        case ast.UnaryOp(ast.USub(), operand):
            operands, name = [operand], "neg"
        case ast.BinOp(left, sign, right) | ast.Compare(left, [sign], [right]) if type(sign) in _SIGNS:
            operands, name = [left, right], _SIGNS[type(sign)]
        case ast.Call(ast.Attribute(ast.Name("np"), "sum"), [summed], keywords):
            axis = next((ast.unparse(k.value) for k in keywords if k.arg == "axis"), None)
            inner = _formula(summed, called)
            return None if inner is None else Call("sum over", inner, Symbol("all" if axis is None else f"axis {axis}"))
        case ast.Call(ast.Attribute(ast.Name("np"), name) | ast.Name(name), operands, []):
            pass
        case _:
            return None
    formulas = [formula for operand in operands if (formula := _formula(operand, called)) is not None]
    return Call(name, *formulas) if len(formulas) == len(operands) else None
