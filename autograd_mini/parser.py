"""Text to graph: what a lecturer types, and nothing else.

Text is cut into names, numbers and operators; every other character is refused there, with a hint where a
mathematician's notation differs from Python's (``^``, ``2x``, ``sin^2``). What is left has its precedence from
Python's own parser, whose tree becomes a formula by an allow-list. Nothing is ever handed to ``eval``.

>>> program = parse("c = a + b; d = b + 1; e = c × d")
>>> program.variables
('a', 'b')
>>> nodes = program.evaluate({"a": 2, "b": 1})
>>> nodes["e"].backward()
>>> nodes["e"].data, nodes["a"].grad, nodes["b"].grad
(6.0, 2.0, 5.0)
"""

from __future__ import annotations

import ast
import math
from typing import TYPE_CHECKING, NamedTuple

from .expr import Call, Expr, Number, Symbol
from .functions import FUNCTIONS
from .lexer import MAX_DEPTH, ParseError, Token, row, short, tokenize
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .rules import Rule

__all__ = ["ParseError", "Program", "parse"]

CONSTANTS = {"e": math.e, "pi": math.pi, "π": math.pi}
OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
    ast.USub: "neg",
}


class Statement(NamedTuple):
    """A formula and the name it is assigned to, ``""`` for a bare expression."""

    name: str
    formula: Expr


class Program(NamedTuple):
    """Formulas that build on one another; the last one is the result."""

    statements: tuple[Statement, ...]

    @property
    def result(self) -> str:
        """The name of the last statement, ``""`` for a bare expression."""
        return self.statements[-1].name

    @property
    def names(self) -> tuple[str, ...]:
        """All names that are used, in order of appearance, constants among them, and not assigned."""
        assigned = {statement.name for statement in self.statements}
        used = (name for _, formula in self.statements for name in _symbols(formula))
        return tuple(dict.fromkeys(name for name in used if name not in assigned))

    @property
    def variables(self) -> tuple[str, ...]:
        """The names that need a value: those that are neither assigned nor a constant."""
        return tuple(name for name in self.names if name not in CONSTANTS)

    def evaluate(self, values: Mapping[str, float]) -> dict[str, Value]:
        """Build the graph at these values.

        Parameters
        ----------
        values
            One finite number for each of `variables`. A constant (``e``, ``pi``) that is given becomes a variable.

        Returns
        -------
        dict
            The labelled nodes by name, the variables first; the result is under the name `result`.

        Raises
        ------
        ValueError
            Where a value is missing, not used or not finite, or where a result is not finite: a division by zero, a
            logarithm of a negative number. The message names the operation.

        Examples
        --------
        >>> parse("ln(x)/x").evaluate({"x": -1.0})
        Traceback (most recent call last):
            ...
        autograd_mini.lexer.ParseError: log(x) is nan at x = -1: log is not defined there
        """
        for name, value in values.items():
            if name in (statement.name for statement in self.statements):
                raise ParseError(f"{name} is given a value, but the text assigns it")
            if name not in self.names:
                raise ParseError(f"{name} is given a value, but the text has no {name}; {self._wants()}")
            if not math.isfinite(value):
                raise ParseError(f"{name} must be a finite number; got {value}")
        missing = [name for name in self.variables if name not in values]
        if missing:
            raise ParseError(f"no value for {', '.join(missing)}; {self._wants()}")
        return self._build(values, checked=True)

    def sketch(self) -> dict[str, Value]:
        """Build the graph for its structure only: as `evaluate`, but what numbers it holds means nothing."""
        return self._build(dict.fromkeys(self.variables, 0.5), checked=False)

    def _wants(self) -> str:
        return f"its variables are {', '.join(self.variables)}" if self.variables else "it has no variables"

    def _build(self, values: Mapping[str, float], *, checked: bool) -> dict[str, Value]:
        nodes = {name: Value(values[name], label=name) for name in self.names if name in values}
        constants: dict[Expr, Expr] = {Symbol(n): Number(CONSTANTS[n]) for n in self.names if n not in nodes}
        for name, formula in self.statements:
            node = _evaluate(formula.substitute(constants), nodes, checked)
            if not isinstance(node, Value):
                if not name:
                    raise ParseError(f"{formula.python()} has no variables: there is nothing to draw")
                node = Value(node, label=name)
            elif not node.label:
                node.label = name
            nodes[name] = node
        return nodes


def parse(text: str) -> Program:
    """Read statements such as ``c = a + b; e = c * d``, separated by ``;`` or newlines, or one bare expression.

    The operators are Python's ``+ - * / **`` with Python's precedence (``-2**2`` is −4), also spelled ``× · ÷ −``
    and ``x²``; the functions are those of the derivative table.

    Parameters
    ----------
    text
        At most 2,000 characters.

    Raises
    ------
    ParseError
        A ValueError, where the text is anything else.

    Examples
    --------
    >>> [statement.formula for statement in parse("z = w·x + b; a = 1/(1 + e**−z); ln(a)²").statements]
    [w * x + b, 1 / (1 + e**-z), log(a)**2]
    >>> parse("2x + 1")
    Traceback (most recent call last):
        ...
    autograd_mini.lexer.ParseError: no operator between 2 and x: to multiply, write 2*x
    """
    statements = [_statement(tokens) for tokens in tokenize(text)]
    if not statements:
        raise ParseError("the text is empty; write an expression such as (a + b)*(b + 1)")
    _check_names(statements)
    return Program(tuple(statements))


def _statement(tokens: list[Token]) -> Statement:
    """One statement: perhaps ``NAME =``, then an expression."""
    name = ""
    if "=" in (token.text for token in tokens[:2]):
        name, tokens = tokens[0].text, tokens[2:]
        if row(name):
            raise ParseError(f"{name} is a function: assign to another name")
    source = " ".join(repr(float(piece)) if kind == "number" else piece for kind, piece in tokens)
    try:
        return Statement(name, _formula(ast.parse(source, mode="eval").body))
    except (RecursionError, MemoryError):  # that is how Python's parser says it
        raise ParseError(TOO_DEEP) from None


TOO_DEEP = f"more than {MAX_DEPTH} operations inside one another: name a part of it, as in c = a + b; e = c*d"


def _formula(tree: ast.expr, depth: int = 0) -> Expr:
    """The allow-list: the five operators, signs, calls of the table's functions, names and numbers."""
    if depth > MAX_DEPTH:
        raise ParseError(TOO_DEEP)
    match tree:
        case ast.Constant(float(number)):
            return Number(number)
        case ast.Name(name):
            return Symbol(name)
        case ast.UnaryOp(ast.UAdd(), operand):
            return _formula(operand, depth + 1)
        case ast.UnaryOp(sign, operand) if type(sign) in OPERATORS:
            return Call(OPERATORS[type(sign)], _formula(operand, depth + 1))
        case ast.BinOp(left, sign, right) if type(sign) in OPERATORS:
            return Call(OPERATORS[type(sign)], _formula(left, depth + 1), _formula(right, depth + 1))
        case ast.Call(ast.Name(name), operands, []) if rule := row(name):
            return _call(name, rule, [_formula(operand, depth + 1) for operand in operands])
        case _:
            raise ParseError(f"{short(ast.unparse(tree))} is not allowed; allowed are + - * / **, signs and functions")


def _call(name: str, rule: Rule, operands: list[Expr]) -> Call:
    """A call of a row; ``log`` with a base is a row of its own."""
    if rule.name == "log" and len(operands) == 2:
        return Call("log_base", *operands)
    most = 2 if rule.name == "log" else rule.arity
    fewest = rule.arity - len(rule.defaults)
    if not fewest <= len(operands) <= most:
        allowed = f"{fewest} or {most} arguments" if fewest < most else f"{most} argument{'s' * (most > 1)}"
        raise ParseError(f"{name} takes {allowed}; got {len(operands)}")
    return Call(rule.name, *operands)


def _check_names(statements: list[Statement]) -> None:
    """Each name is assigned once, before it is used, and every statement serves the last one."""
    assigned = [statement.name for statement in statements]
    used = [_symbols(statement.formula) for statement in statements]
    for i, (name, formula) in enumerate(statements[:-1]):
        if not name:
            raise ParseError(f"only the last statement may go without a name: write NAME = {short(formula.python())}")
        if name in assigned[i + 1 :]:
            raise ParseError(f"{name} is assigned twice: give each its own name")
        if not any(name in later for later in used[i + 1 :]):
            raise ParseError(f"{name} is assigned, but no later statement uses it; the last statement is the result")
    for i, names in enumerate(used):
        early = next((name for name in names if name in assigned[i:]), None)
        if early:
            raise ParseError(f"{early} is used before it is assigned")


def _symbols(formula: Expr) -> list[str]:
    return [part.name for part in formula.walk() if isinstance(part, Symbol)]


def _evaluate(formula: Expr, nodes: Mapping[str, Value], checked: bool) -> Value | float:
    """The formula on nodes; what holds no variable stays a number."""
    if isinstance(formula, Number):
        return float(formula.value)
    if isinstance(formula, Symbol):
        return nodes[formula.name]
    assert isinstance(formula, Call)
    operands = [_evaluate(operand, nodes, checked) for operand in formula.operands]
    if formula.name == "pow" and isinstance(operands[0], float) and operands[0] == math.e:
        result = FUNCTIONS["exp"](operands[1])  # so that its derivative is the one that lectures print
    else:
        result = FUNCTIONS[formula.name](*operands)
    if (checked or isinstance(result, float)) and not math.isfinite(_number(result)):
        raise ParseError(_not_finite(formula, [_number(operand) for operand in operands], _number(result)))
    return result  # type: ignore[no-any-return]  # the table's functions give back the kind that they are given


def _number(operand: Value | float) -> float:
    return operand.data if isinstance(operand, Value) else operand


def _not_finite(formula: Call, numbers: list[float], result: float) -> str:
    """Which operation has no finite result, at which inputs, and why."""
    pairs = [(part.python(), x) for part, x in zip(formula.operands, numbers, strict=True) if _symbols(part)]
    at = ", ".join(dict.fromkeys(f"{text} = {x:.4g}" for text, x in pairs))
    if formula.name == "div" and numbers[1] == 0:
        why = "division by zero"
    elif math.isnan(result):
        why = f"{formula.name} is not defined there"
    else:
        why = f"{formula.name} has no finite value there"
    return f"{short(formula.python())} is {result:.4g}{f' at {at}' if at else ''}: {why}"
