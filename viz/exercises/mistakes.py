"""Every mistake that we know, looked for in one graph: paths, factors, signs, and derivatives of single functions.

>>> from autograd_mini import Value
>>> from ..chain_rule.derivation import derivation
>>> a, b = Value(3.0), Value(4.0)
>>> e = (a + b) * (b + 1)
>>> made = derivation(e, b, {"a": a, "b": b, "e": e})
>>> for mistake in over_paths(made):
...     print(mistake.number, mistake.said)
7.0 the path b → v₁ → e was forgotten: b → v₂ → e alone is 1 × 7 = 7
5.0 the path b → v₂ → e was forgotten: b → v₁ → e alone is 1 × 5 = 5
35.0 the paths were multiplied, 5 × 7 = 35: they are added
14.0 the derivatives along a path were added, (1 + 5) + (1 + 7) = 14: they are multiplied
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd_mini.expr import Expr, Number, Symbol
from autograd_mini.rules import RULES, out

from .. import text
from ..arrays import is_array
from ..chain_rule.derivation import Derivation
from ..chain_rule.routes import Path, Paths, text_of
from ..picture import Edge
from . import array_mistakes, loss_mistakes
from .mistake import SIGN, Mistake, same
from .slips import SLIPS_OF, Slip
from .sweeping import Term, at, by_row, in_degrees, inputs_of, right, scaled, swept, tangents

MOST_PATHS = 6  # of which each is looked at
MOST_EDGES = 60  # of which each is looked at
MOST_NODES = 1000  # between the two, for more than forgotten paths and factors
MOST_PLACES = 8  # where one slip is looked for, place by place
LONGEST_SUM = 8  # of factors or terms that a sentence spells out


def mistakes_in(made: Derivation) -> Iterator[Mistake]:
    """Every mistake that could be made with a graph; one that is made without consequence gives the right number."""
    yield from over_paths(made)
    yield from from_above(made)
    yield from at_edges(made)
    if not made.has_arrays and len(made.between) <= MOST_NODES:
        yield from factor_by_factor(made)
        yield from with_degrees(made)
    if len(made.between) <= MOST_NODES:
        yield from slips(made)
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


def over_paths(made: Derivation) -> Iterator[Mistake]:
    """A path forgotten, only one followed, the paths multiplied; of very many paths, shares overwritten."""
    found = Paths(made, MOST_PATHS, {})
    if found.count > MOST_PATHS:
        yield from over_shares(made)
        return
    paths = [found[i] for i in range(len(found))]
    repeated = Counter(path.names for path in paths)
    for i, path in enumerate(paths):
        others = [other for other in paths if other is not path]
        if not others:
            break
        if repeated[path.names] == len(paths):
            said = f"one {made.names[made.wrt]} of {_step(made, path.edges[0].head)} was forgotten: "
            said += f"it is there {len(paths)} times"
            if _is_number(path.product) and len({float(each.product) for each in paths}) == 1:
                said += f", and each contributes {text.number(path.product)}"
        elif len(others) == 1:
            said = f"the path {_route(path)} was forgotten: {_route(others[0])} alone is {_product(others[0])}"
        else:
            said = f"the path {_route(path)}, which is {_product(path)}, was forgotten"
            yield Mistake(
                f"only path {i}", path.product, f"only the path {_route(path)} was followed: {_product(path)}"
            )
        yield Mistake(f"forgot path {i}", _sum([other.product for other in others]), said)
    if len(paths) > 1 and len({np.shape(path.product) for path in paths}) == 1:
        product = functools.reduce(operator.mul, (path.product for path in paths))
        yield Mistake(
            "paths multiplied", product, f"the paths were multiplied{_written(paths, product)}: they are added"
        )
    if not made.has_arrays and any(1 < len(path.edges) <= LONGEST_SUM for path in paths):
        sums = [[edge.partial or 0.0 for edge in path.edges] for path in paths]
        total = math.fsum(map(math.fsum, sums))
        terms = [_join(" + ", numbers) for numbers in sums]
        said = terms[0] if len(terms) == 1 else " + ".join(f"({term})" for term in terms)
        yield Mistake(
            "factors added", total,
            f"the derivatives along a path were added, {said} = {text.number(total)}: they are multiplied",
        )  # fmt: skip


def over_shares(made: Derivation) -> Iterator[Mistake]:
    """Of more paths than one can write down: what arrives at a node forgotten, once or everywhere."""
    shares = [sorted(edges, key=_time) for edges in made.outgoing.values() if len(edges) > 1]
    lost = {at(edge) for edges in shares for edge in edges[:-1]}
    said = "where several shares arrive at a node, only the last one was kept (= where += is needed)"
    yield Mistake("overwritten", swept(made, {}, lost), said)
    for edge in itertools.chain(*shares) if sum(map(len, shares)) <= MOST_EDGES else ():
        said = f"one of the shares that arrive at {made.names[edge.tail]} was forgotten, through {edge.symbol}"
        yield Mistake(f"forgot share {at(edge)}", swept(made, {}, {at(edge)}), said)


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
        spelled = f", {' + '.join(symbols)} = {_join(' + ', terms)}" if len(edges) <= LONGEST_SUM else ""
        total = f" = {text.number(_sum(terms))}" if plural and spelled else ""
        said = f"the upstream factor{plural} {'were' if plural else 'was'} forgotten: only the local "
        said += f"derivative{plural} {'are' if plural else 'is'} there{spelled}{total}"
    yield Mistake("from above", _sum(terms), said)


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
                f"factor {at(edge)}", swept(made, {at(edge): scaled(made, edge, 1.0)}),
                f"the factor {written} was forgotten",
            )  # fmt: skip
        if formula.text().startswith("−"):
            said = "" if formula == Number(-1) else f" = {formula.text()}"
            yield Mistake(
                f"minus {at(edge)}", swept(made, {at(edge): _turned(right(made, edge))}),
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
            f"in {_step(made, head)} both were differentiated on their own, {spelled}: "
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


def slips(made: Derivation) -> Iterator[Mistake]:
    """Wrong derivatives of single functions: at each place, and at all places of a function at once."""
    places: dict[str, list[int]] = defaultdict(list)
    for head in made.between[1:]:
        places[made.picture.nodes[head].op].append(head)
    for op, heads in places.items():
        for k, slip in enumerate(SLIPS_OF["mul" if op == "dot" else op]):
            found = [(head, wrong) for head in heads if (wrong := _slipped(made, head, slip))]
            numbers = []
            for head, wrong in found if len(found) <= MOST_PLACES else ():
                terms = {at(edge): scaled(made, edge, number) for edge, _, number in wrong}
                numbers.append(swept(made, terms))
                taken = ", ".join(_taken(*each) for each in wrong)
                yield Mistake(f"{op} {k} {head}", numbers[-1], f"{taken}: {slip.why}")
            if len(found) > 1:
                everywhere = {at(edge): scaled(made, edge, number) for _, wrong in found for edge, _, number in wrong}
                number = swept(made, everywhere)
                if not any(same(number, other) for other in numbers):
                    yield Mistake(f"{op} {k}", number, f"at each of {_listed(made, [i for i, _ in found])}: {slip}")


def _slipped(made: Derivation, head: int, slip: Slip) -> list[tuple[Edge, Expr, Any]]:
    """The edges to a node whose derivative a slip concerns, with the wrong formula and the wrong number."""
    node, box = made.graph.nodes[head], made.picture.nodes[head]
    data = inputs_of(made, head)
    if box.op == "dot":
        weights = len(data) // 2 * 2  # and the inputs, but not the bias
        edges = [edge for edge in made.incoming[head] if edge.operand < weights]
        return [(edge, Symbol(made.names[edge.tail]), data[edge.operand]) for edge in edges]
    rule = RULES.get(box.op)
    if rule is None or node.rule is not rule or box.expression is None:
        return []
    written: dict[Expr, Expr] = dict(zip(rule.inputs, box.expression.operands, strict=True))  # type: ignore[attr-defined]  # a Call
    found = []
    for edge in made.incoming[head]:
        formula = slip.formula(edge.operand)
        if formula is not None:
            said = formula.substitute({**written, out: Symbol(made.names[head])}).simplify()
            found.append((edge, said, by_row(rule, formula, data, node.data)))
    return found


def _taken(edge: Edge, formula: Expr, number: Any) -> str:
    said = f"{edge.symbol} was taken as {formula.text()}"
    return said if is_array(number) or isinstance(formula, Number) else f"{said} = {text.number(float(number))}"


def _listed(made: Derivation, places: Sequence[int]) -> str:
    names = [made.names[i] for i in places]
    return ", ".join(names if len(names) <= LONGEST_SUM else [*names[:2], "…", names[-1]])


def _time(edge: Edge) -> tuple[int, int]:
    """When the backward sweep goes along an edge: users of a node last to first, their operands first to last."""
    return -edge.head, edge.operand


def _step(made: Derivation, i: int) -> str:
    box = made.picture.nodes[i]
    return f"{box.name} = {box.formula}"


def _route(path: Path) -> str:
    return str(path).partition("   ")[0]


def _product(path: Path) -> str:
    """``1 × 5 = 5``."""
    numbers = [edge.partial for edge in path.edges]
    if is_array(path.product) or not 1 < len(numbers) <= LONGEST_SUM or None in numbers:
        return text_of(path.product)
    return f"{_join(' × ', numbers)} = {text_of(path.product + 0.0)}"


def _written(paths: Sequence[Path], product: Any) -> str:
    if not all(_is_number(path.product) for path in paths):
        return ""
    return f", {_join(' × ', [path.product for path in paths])} = {text.number(float(product) + 0.0)}"


def _join(sign: str, numbers: Sequence[Any]) -> str:
    first, *rest = [text.number(float(number)) for number in numbers]
    return sign.join([first, *map(text.signed, rest)])


def _is_number(x: Any) -> bool:
    return not is_array(x)


def _sum(terms: Sequence[Any]) -> Any:
    return functools.reduce(operator.add, terms)
