"""The same graph at other inputs: for variants of a question, and to see which mistakes only coincide by chance.

>>> from autograd_mini import Value
>>> from ..chain_rule.derivation import derivation
>>> x = Value(3.0, "x")
>>> y = x * x
>>> root, by = again(derivation(y, x, {"y": y}), {"x": 5.0})
>>> root, by
(Value(25.0, label='y'), Value(5.0, label='x'))
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from autograd_mini import Value
from autograd_mini.functions import FUNCTIONS
from autograd_mini.nary import Sum
from autograd_mini.recording import record
from autograd_mini.rules import RULES

from ..chain_rule.derivation import Derivation
from ..operations import rule_of
from .answers import are_alike
from .mistake import RIGHT, Mistake, grouped, same

SMALL = (2, 3, 4, 5, 7)  # inputs to propose
MOST_TRIED = 60


def can_be_made_again(made: Derivation) -> bool:
    """Whether it is a graph of numbers and of operations of the table."""
    rules = [rule_of(node) for node in made.graph.nodes if made.graph.inputs[id(node)]]
    return not made.has_arrays and all(isinstance(rule, Sum) or RULES.get(rule.name) is rule for rule in rules)


def leaves(made: Derivation) -> list[int]:
    """The places of the inputs."""
    return [i for i, node in enumerate(made.graph.nodes) if not made.graph.inputs[id(node)]]


def inputs(made: Derivation) -> dict[str, float]:
    """The numbers of the inputs, by their names."""
    return {made.names[i]: float(made.graph.nodes[i].data) for i in leaves(made)}


def again(made: Derivation, inputs: Mapping[str, float]) -> tuple[Value, Value]:
    """The output and the input to differentiate by, of a new graph of these inputs."""
    nodes: dict[int, Any] = {}
    for node, name in zip(made.graph.nodes, made.names, strict=True):
        operands = made.graph.inputs[id(node)]
        if operands:
            rule = rule_of(node)
            given = tuple(nodes.get(id(x), float(x.data)) for x in operands)
            if isinstance(rule, Sum):
                value, *partials = rule.evaluate(*(float(getattr(x, "data", x)) for x in given))
                fresh = record(rule, given, value, partials)
            else:
                fresh = FUNCTIONS[rule.name](*given)
            fresh.label = name
        else:
            fresh = Value(inputs[name], name, requires_grad=node.requires_grad)
        nodes[id(node)] = fresh
    return nodes[id(made.graph.nodes[-1])], nodes[id(made.graph.nodes[made.wrt])]


def nearby(inputs: Mapping[str, float]) -> dict[str, float]:
    """Inputs near others, at which nothing coincides by chance."""
    return {name: x + (0.01 + 0.001 * k**0.5) * (abs(x) or 1.0) for k, (name, x) in enumerate(inputs.items(), 1)}


def coincidences(here: Iterable[Mistake], near: Iterable[Mistake] | None) -> Iterator[list[Mistake]]:
    """Groups of mistakes that give the same number here; where it is known what they give near here, not there too.

    To coincide with the right answer it is enough to be the same when rounded.
    """
    elsewhere = {mistake.cause: mistake.number for mistake in near or ()}
    for group in grouped(here, _is_same_answer):
        different: list[Mistake] = []
        for mistake in group:
            number = elsewhere.get(mistake.cause, math.nan)  # nan is not the same as anything
            if not any(same(number, elsewhere.get(other.cause, math.nan)) for other in different):
                different.append(mistake)
        if len(different) > 1:
            yield different


def _is_same_answer(one: Mistake, other: Mistake) -> bool:
    return same(one.number, other.number) or (one.cause == RIGHT and are_alike(one.number, other.number))


def proposals(made: Derivation) -> Iterator[dict[str, float]]:
    """Small whole inputs, no two alike, if they are enough; data stays as it is."""
    names = [made.names[i] for i in leaves(made) if made.graph.nodes[i].requires_grad]
    for numbers in itertools.islice(itertools.permutations(SMALL, len(names)), MOST_TRIED):
        yield dict(zip(names, map(float, numbers), strict=True))
