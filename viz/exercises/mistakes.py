"""Every mistake that we know, looked for in one graph; those with edges, factors and signs are written down here.

>>> from autograd_mini import Value
>>> from ..chain_rule.derivation import derivation
>>> x = Value(3.0)
>>> y = (5 - x) * x
>>> for mistake in factor_by_factor(derivation(y, x, {"x": x, "y": y})):
...     print(mistake.number, mistake.said)
-1.0 in y = v₁ × x both were differentiated on their own, −1 × 1: the derivative of a product is f′g + fg′
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograd_mini.expr import Number

from .. import text
from ..chain_rule.derivation import Derivation
from . import array_mistakes, loss_mistakes, path_mistakes, slip_mistakes
from .mistake import LONGEST_SUM, SIGN, Mistake, added, joined, step_at
from .slips import SLIPS_OF
from .sweeping import Term, at, derivative_with, in_degrees, right, scaled, tangents

MOST_EDGES = 60  # of which each is looked at
MOST_NODES = 1000  # between the two, for more than forgotten paths and factors


def mistakes_in(made: Derivation) -> Iterator[Mistake]:
    """Every mistake that could be made with a graph; one that is made without consequence gives the right number."""
    yield from path_mistakes.mistakes_in(made)
    yield from from_above(made)
    yield from at_edges(made)
    if not made.has_arrays and len(made.between) <= MOST_NODES:
        yield from factor_by_factor(made)
        yield from with_degrees(made)
    if len(made.between) <= MOST_NODES:
        yield from slip_mistakes.mistakes_in(made)
    yield from loss_mistakes.mistakes_in(made)
    yield from array_mistakes.mistakes_in(made)
    yield Mistake(SIGN, -made.gradients[made.wrt], "the sign is wrong")


def step_mistakes(made: Derivation, rate: float, derivative: str) -> Iterator[Mistake]:
    """What could go wrong with a step of gradient descent of which the gradient is right."""
    w, gradient = made.graph.nodes[made.wrt].data, made.gradients[made.wrt]
    name = made.names[made.wrt]
    step = f"α {derivative}"
    yield Mistake("uphill", w + rate * gradient, f"the step went uphill, {name} + {step}: gradient descent subtracts")
    yield Mistake("no rate", w - gradient, f"the learning rate α was forgotten: {name} − {derivative}")
    yield Mistake("step alone", rate * gradient, f"that is the step {step} alone: it is subtracted from {name}")
    yield Mistake("minus step", -rate * gradient, f"that is −{step} alone: it is added to {name}")
    yield Mistake("gradient alone", gradient, f"that is the gradient {derivative}, not yet the new {name}")
    yield Mistake("no step", w, f"that is {name} before the step")


def from_above(made: Derivation) -> Iterator[Mistake]:
    """The gradient that comes from above forgotten: the local derivatives alone."""
    edges = made.outgoing.get(made.wrt, [])
    above = [edge for edge in edges if edge.head != made.root]
    has_arrays = made.has_arrays
    if not above or (len(edges) == len(made.between) - 2 == 1 and not has_arrays):
        return  # where only one factor is there to be forgotten: see at_edges
    terms = [right(made, edge)(np.ones_like(made.gradients[edge.head]) if has_arrays else 1.0) for edge in edges]
    symbols = [edge.symbol for edge in edges]
    if has_arrays:
        named = ", ".join(sorted({f"d{made.names[edge.head]}" for edge in above}))
        said = f"the gradient from above, {named}, was forgotten, as if it were all ones"
    else:
        plural = "s" * (len(edges) > 1)
        spelled = f", {' + '.join(symbols)} = {joined(' + ', terms)}" if len(edges) <= LONGEST_SUM else ""
        total = f" = {text.number(added(terms))}" if plural and spelled else ""
        said = f"the upstream factor{plural} {'were' if plural else 'was'} forgotten: only the local "
        said += f"derivative{plural} {'are' if plural else 'is'} there{spelled}{total}"
    yield Mistake("from above", added(terms), said)


def at_edges(made: Derivation) -> Iterator[Mistake]:
    """A factor of the chain rule, or its minus, forgotten."""
    edges = [edge for head in made.between[1:] for edge in made.incoming[head]]
    if len(edges) > MOST_EDGES:
        return
    for edge in edges:
        formula = edge.derivative
        number = edge.partial
        if formula is None or formula == Number(1) or number == 1:
            continue
        written = f"{edge.symbol} = {formula.text()}" if number is None else f"{edge.symbol} = {text.number(number)}"
        is_slip = any(slip.formula(edge.operand) == Number(1) for slip in SLIPS_OF[made.picture.nodes[edge.head].op])
        if number != -1 and not is_slip and (edge.tail, edge.head) != (made.wrt, made.root):
            yield Mistake(
                f"factor {at(edge)}", derivative_with(made, {at(edge): scaled(made, edge, 1.0)}),
                f"the factor {written} was forgotten",
            )  # fmt: skip
        if formula.text().startswith("−"):
            said = "" if formula == Number(-1) else f" = {formula.text()}"
            yield Mistake(
                f"minus {at(edge)}", derivative_with(made, {at(edge): _turned(right(made, edge))}),
                f"the minus of {edge.symbol}{said} was forgotten",
            )  # fmt: skip


def _turned(term: Term) -> Term:
    return lambda gradient: -term(gradient)


def factor_by_factor(made: Derivation) -> Iterator[Mistake]:
    """(fg)′ taken as f′g′, and (f/g)′ as f′/g′."""
    moving = tangents(made)
    for head in made.between[1:]:
        edges = made.incoming[head]
        op = made.picture.nodes[head].op
        if op not in ("mul", "div") or len(edges) != 2:
            continue
        first, second = (moving[edge.tail] for edge in edges)
        if op == "div" and not second:
            continue
        wrong = first * second if op == "mul" else first / second
        number = made.gradients[made.wrt] + made.gradients[head] * (wrong - moving[head])
        what, sign, rule = ("product", "×", "f′g + fg′") if op == "mul" else ("quotient", "/", "(f′g − fg′)/g²")
        spelled = f"{text.number(first)} {sign} {text.signed(text.number(second))}"
        yield Mistake(
            f"factor by factor {head}", number,
            f"in {step_at(made, head)} both were differentiated on their own, {spelled}: "
            f"the derivative of a {what} is {rule}",
        )  # fmt: skip


def with_degrees(made: Derivation) -> Iterator[Mistake]:
    """Angles in degrees."""
    alone, throughout = in_degrees(made, throughout=False), in_degrees(made, throughout=True)
    said = "the calculator was set to degrees{}: angles are in radians"
    if alone is not None:
        yield Mistake("degrees", alone, said.format(""))
    if throughout is not None and throughout != alone:
        yield Mistake("degrees throughout", throughout, said.format(", for the values too"))
