"""``explain``: a derivative in words and numbers, as one would write it on the board.

>>> from autograd_mini import Value
>>> a, b = Value(2), Value(1)
>>> c = a + b
>>> d = b + 1
>>> e = c * d
>>> print(explain(e, b, detail="short"))
∂e/∂b = ∂c/∂b × ∂e/∂c + ∂d/∂b × ∂e/∂d = 1 × 2 + 1 × 3 = 5
∂e/∂b = a + 2b + 1 = 5
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

from autograd_mini.algebra import has_nested_fraction, shortest
from autograd_mini.expr import Call, Expr, Number, Symbol
from autograd_mini.names import callers_names
from autograd_mini.rules import RULES
from autograd_mini.worlds import ieee

from ..options import check
from ..picture import Edge
from . import array_terms
from .closed import closed_form
from .derivation import Derivation, derivation
from .explanation import Explanation, Line, Section, sum_of
from .routes import routes_of

Detail = Literal["full", "short"]
MOST_INPUTS = 8  # whose numbers are said at the top
CONVENTION = "a convention at this point"
ACCURATE = "computed in a form that loses no digits"
NOT_FINITE = "as a formula; the sweep meets numbers that are not finite"
NARY = {"dot": "each factor has the other as derivative", "sum": "every term has the derivative 1"}
FEW_PATHS, SHORT_PATH = 4, 8  # so many paths, of at most so many edges, are written as one sum
LONGEST = 160  # characters of a formula that is worth printing


def explain(node: Any, wrt: Any, *, detail: Detail = "full", names: Mapping[str, object] | None = None) -> Explanation:
    """The derivative of one node by another, step by step: rule, substitution, number, and the chain rule summed.

    Parameters
    ----------
    node
        What is differentiated: a number, or an array, of which the sum of all elements is meant.
    wrt
        The node to differentiate by: an input, or any other that `node` was computed from.
    detail
        "full" has every step; "short" the chain rule, and the derivative as one formula.
    names
        As in :func:`draw`.

    Returns
    -------
    Explanation
        ``print`` shows it as text, Jupyter as formulas; ``.text``, ``.latex``, ``.html``.

    Raises
    ------
    TypeError
        If one of the two is no node.
    ValueError
        If `node` was not computed from `wrt`, or `wrt` wants no gradient, or `detail` is another word.
    RuntimeError
        If a leaf has changed since `node` was computed.

    Examples
    --------
    >>> from autograd_mini import Value, sin
    >>> x = Value(2.0)
    >>> s = sin(x)
    >>> y = s / x
    >>> print(explain(y, x))
    dy/dx where y = sin(x) / x, at x = 2
    <BLANKLINE>
    Each step's derivatives
    y = s / x = 0.9093 / 2 = 0.4546             div
      ∂y/∂s = 1 / x = 1 / 2 = 0.5               ∂/∂x (x / y) = 1 / y
      ∂y/∂x = −y / x = −0.4546 / 2 = −0.2273    ∂/∂y (x / y) = −x / y²
    s = sin(x) = sin(2) = 0.9093                sin
      ∂s/∂x = cos(x) = cos(2) = −0.4161         ∂/∂x sin(x) = cos(x)
    <BLANKLINE>
    The chain rule, from y back to x
    dy/ds = ∂y/∂s = 0.5
    dy/dx = ∂s/∂x × dy/ds + ∂y/∂x = −0.4161 × 0.5 + (−0.2273) = −0.4354
    <BLANKLINE>
    As one formula
    dy/dx = cos(x) / x − sin(x) / x² = −0.4354
    """
    check(detail=(detail, get_args(Detail)))
    variables = callers_names(sys._getframe(1)) if names is None else names
    made = derivation(node, wrt, variables)
    if made.has_arrays:
        return array_terms.explained(made, detail, variables)
    words = Words(made)
    closed = closed_form(made.graph, made.names, made.wrt)
    formula: list[Line] = []
    if closed is not None and len(closed.derivative.textbook()) <= LONGEST:
        gradient = words.gradient(made.wrt)
        _, note = words.substituted(closed.derivative, gradient)
        is_finite = not note or math.isfinite(made.gradients[made.wrt])
        said = (words.total(made.wrt), closed.derivative, *([gradient] if is_finite else []))
        formula = [Line(said, note if is_finite else NOT_FINITE, letters=True)]
    if detail == "short":
        return Explanation((), "", (Section("", [*words.over_paths(), *formula]),))
    by, root = made.names[made.wrt], made.names[made.root]
    claim = [Line((words.total(made.wrt),))]
    if closed is not None and closed.function != Symbol(root) and len(closed.function.textbook()) <= LONGEST:
        claim.append(Line((Symbol(made.names[made.root]), closed.function), letters=True))
    sections = [
        Section("Each step's derivatives", [line for i in reversed(made.between[1:]) for line in words.step(i)]),
        Section(f"The chain rule, from {root} back to {by}", [words.chain(i) for i in reversed(made.between[:-1])]),
        Section("As one formula", formula),
    ]
    return Explanation(
        claim, words.inputs(closed and closed.function), [section for section in sections if section.lines]
    )


class Words:
    """The lines of an explanation of numbers."""

    def __init__(self, made: Derivation) -> None:
        self.made = made
        self.users = made.outgoing
        self.places = {name: i for i, name in enumerate(made.names)}

    def symbol(self, i: int) -> Expr:
        """A node by its name."""
        return Symbol(self.made.names[i])

    def number(self, i: int) -> Expr:
        """A node's value."""
        return Number(float(self.made.graph.nodes[i].data))

    def gradient(self, i: int) -> Expr:
        """The root's derivative by a node, as a number."""
        return Number(float(self.made.gradients[i]))

    def total(self, i: int) -> Expr:
        """The root's derivative by a node, along all paths."""
        return Call("total" if self.made.is_total else "derivative", self.symbol(self.made.root), self.symbol(i))

    def partial(self, edge: Edge) -> Expr:
        """The derivative on an edge."""
        return Call("derivative", self.symbol(edge.head), self.symbol(edge.tail))

    def inputs(self, function: Expr | None) -> str:
        """The numbers that a function's inputs have, or all leaves: ``a = 2, b = 1``."""
        made = self.made
        leaves = [i for i, node in enumerate(made.graph.nodes) if i == made.wrt or not made.graph.inputs[id(node)]]
        if function is not None:
            mentioned = {*function.walk()}
            leaves = [i for i in leaves if self.symbol(i) in mentioned]
        said = [f"{self.made.names[i]} = {self.number(i).text()}" for i in leaves[:MOST_INPUTS]]
        return ", ".join(said + ["…"] * (len(leaves) > MOST_INPUTS))

    def step(self, head: int) -> Iterator[Line]:
        """What a node computes, and its derivative by each of its operands that lies on the way."""
        box = self.made.picture.nodes[head]
        said: tuple[Expr, ...] = ()
        if box.expression is not None:
            written = sum_of(_terms(box.expression))
            said = written, self.filled(written)
        yield Line((self.symbol(head), *said, self.number(head)), box.op)
        for edge in self.made.incoming[head]:
            number = Number(edge.partial) if edge.partial is not None else Symbol(edge.formula)
            formulas, note = self.substituted(edge.derivative, number)
            yield Line((self.partial(edge), *formulas, number), note or self.rule(edge), depth=1)

    def substituted(self, formula: Expr | None, number: Expr) -> tuple[tuple[Expr, ...], str]:
        """A formula, and the same with numbers in it unless that is not the number: then it has to be said why."""
        if formula is None:
            return (), ""
        filled = self.filled(formula)
        value = value_of(filled)
        if not isinstance(number, Number) or alike(value, number.value):
            return (formula, filled), ""
        return (formula,), ACCURATE if math.isfinite(value) else CONVENTION

    def filled(self, formula: Expr) -> Expr:
        """A formula with the numbers of its nodes."""
        return formula.map(
            lambda part: (
                self.number(self.places[part.name]) if isinstance(part, Symbol) and part.name in self.places else part
            )
        )

    def rule(self, edge: Edge) -> str | tuple[Expr, ...]:
        """The row of the table that an edge's derivative comes from, in the table's letters."""
        rule = self.made.graph.nodes[edge.head].rule
        if not hasattr(rule, "shown"):
            return NARY.get(rule.name, "")
        x, applied = rule.inputs[edge.operand], rule.applied(*rule.inputs)
        derivative = rule.derivative(edge.operand, result=applied)
        if has_nested_fraction(derivative):
            derivative = shortest(derivative)
        return Call("derivative of", x, applied), derivative

    def chain(self, i: int) -> Line:
        """The chain rule at a node: the sum over those that use it."""
        return self.summed(i, [[edge] for edge in self.users[i]])

    def summed(self, i: int, paths: Sequence[Sequence[Edge]]) -> Line:
        """The derivative by a node: the sum, over paths, of the products of their edges and what is known above."""
        symbols: list[Expr] = []
        numbers: list[Expr] = []
        for path in paths:
            above = path[-1].head
            known = [] if above == self.made.root else [(self.total(above), self.gradient(above))]
            factors = [*((self.partial(edge), Number(edge.partial or 0.0)) for edge in path), *known]
            for terms, chosen in ((symbols, 0), (numbers, 1)):
                terms.append(functools.reduce(operator.mul, (factor[chosen] for factor in factors)))
        are_numbers = all(edge.partial is not None for path in paths for edge in path)
        substituted = [sum_of(numbers)] if are_numbers else []
        return Line((self.total(i), sum_of(symbols), *substituted, self.gradient(i)))

    def over_paths(self) -> list[Line]:
        """The derivative as a sum over all paths, if they are few and short; else the chain rule node by node."""
        routes = list(itertools.islice(routes_of(self.made), FEW_PATHS + 1))
        if len(routes) > FEW_PATHS or any(len(route) > SHORT_PATH for route in routes):
            return [self.chain(i) for i in reversed(self.made.between[:-1])]
        return [self.summed(self.made.wrt, routes)] if routes else []


def value_of(formula: Expr) -> float:
    """The value of a formula of numbers, as the table computes it; nan where there is none."""

    def computed(part: Expr) -> Expr:
        if isinstance(part, Call) and part.name in RULES and all(isinstance(x, Number) for x in part.operands):
            return Number(ieee(RULES[part.name], *(x.value for x in part.operands))[0])  # type: ignore[attr-defined]
        return part.simplify()  # a comparison

    found = formula.map(computed)
    return float(found.value) if isinstance(found, Number) else math.nan


def alike(first: float, second: float) -> bool:
    """Whether two numbers are the same but for rounding."""
    return math.isclose(first, second, rel_tol=1e-6, abs_tol=1e-300) or (math.isnan(first) and math.isnan(second))


def _terms(formula: Expr) -> list[Expr]:
    """Of a sum the terms."""
    terms = []
    while isinstance(formula, Call) and formula.name == "add":
        formula, last = formula.operands
        terms.append(last)
    return [formula, *reversed(terms)]
