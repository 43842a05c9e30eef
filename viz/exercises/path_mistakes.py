"""Paths forgotten, paths multiplied, and shares of a gradient overwritten.

>>> from autograd_mini import Value
>>> from ..chain_rule.derivation import derivation
>>> a, b = Value(3.0), Value(4.0)
>>> e = (a + b) * (b + 1)
>>> made = derivation(e, b, {"a": a, "b": b, "e": e})
>>> for mistake in mistakes_in(made):
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
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from .. import text
from ..arrays import is_array
from ..chain_rule.derivation import Derivation
from ..chain_rule.routes import Path, Paths, text_of
from ..picture import Edge
from .mistake import LONGEST_SUM, Mistake, added, joined, same, step_at
from .sweeping import at, derivative_with

MOST_PATHS = 6  # of which each is looked at
MOST_SHARES = 60  # of which each is looked at
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def mistakes_in(made: Derivation) -> Iterator[Mistake]:
    """Of few paths each one; of more, or where shares arrive on the way, each share."""
    found = Paths(made, MOST_PATHS, {})
    known = [] if found.count > MOST_PATHS else list(_forgotten(made, [found[i] for i in range(len(found))]))
    yield from known
    if found.count > MOST_PATHS or any(len(made.outgoing[i]) > 1 for i in made.between[1:]):
        for mistake in over_shares(made):
            if not any(same(mistake.number, other.number) for other in known):
                yield mistake
    if found.count <= MOST_PATHS:
        yield from _confused(made, [found[i] for i in range(len(found))])


def _forgotten(made: Derivation, paths: Sequence[Path]) -> Iterator[Mistake]:
    """A path forgotten, or only one followed."""
    if len(paths) < 2:
        return
    repeated = Counter(path.names for path in paths)
    for i, path in enumerate(paths):
        others = [other for other in paths if other is not path]
        if repeated[path.names] == len(paths):
            said = _one_of(made, path, paths)
        elif len(others) == 1:
            said = f"the path {_route(path)} was forgotten: {_route(others[0])} alone is {_product(others[0])}"
        else:
            said = f"the path {_route(path)}, which is {_product(path)}, was forgotten"
            yield Mistake(
                f"only path {i}", path.product, f"only the path {_route(path)} was followed: {_product(path)}"
            )
        yield Mistake(f"forgot path {i}", added([other.product for other in others]), said)


def _one_of(made: Derivation, path: Path, paths: Sequence[Path]) -> str:
    """What is said of a path that differs from the others only in which of several parallel edges it takes."""
    are_alike = all(same(path.product, other.product) for other in paths)
    parallel = [(edge, beside) for edge in path.edges if len(beside := _parallel(made, edge)) > 1]
    said = f"one of the {len(paths)} paths {_route(path)} was forgotten"
    if len(parallel) == 1:
        ((edge, beside),) = parallel
        which = "one" if are_alike else f"the {ORDINALS[beside.index(edge.operand)]}"
        said = f"{which} {made.names[edge.tail]} of {step_at(made, edge.head)} was forgotten: "
        said += f"it is there {len(beside)} times"
    elif not are_alike:
        return f"{said}, which is {_product(path)}"
    return f"{said}, and each contributes {text_of(path.product)}" if are_alike and not is_array(path.product) else said


def _parallel(made: Derivation, edge: Edge) -> list[int]:
    """Which operands of an edge's head are its tail."""
    return sorted(other.operand for other in made.incoming[edge.head] if other.tail == edge.tail)


def _confused(made: Derivation, paths: Sequence[Path]) -> Iterator[Mistake]:
    """Products and sums confused: the paths multiplied, or the derivatives along each of them added."""
    if len(paths) > 1 and len({np.shape(path.product) for path in paths}) == 1:
        product = functools.reduce(operator.mul, (path.product for path in paths))
        said = ""
        if not any(is_array(path.product) for path in paths):
            said = f", {joined(' × ', [path.product for path in paths])} = {text.number(float(product) + 0.0)}"
        yield Mistake("paths multiplied", product, f"the paths were multiplied{said}: they are added")
    if not made.has_arrays and any(1 < len(path.edges) <= LONGEST_SUM for path in paths):
        sums = [[edge.partial or 0.0 for edge in path.edges] for path in paths]
        total = math.fsum(map(math.fsum, sums))
        terms = [joined(" + ", numbers) for numbers in sums]
        said = terms[0] if len(terms) == 1 else " + ".join(f"({term})" for term in terms)
        yield Mistake(
            "factors added", total,
            f"the derivatives along a path were added, {said} = {text.number(total)}: they are multiplied",
        )  # fmt: skip


def over_shares(made: Derivation) -> Iterator[Mistake]:
    """What arrives at a node forgotten, everywhere or once."""
    shares = [sorted(edges, key=_time) for edges in made.outgoing.values() if len(edges) > 1]
    lost = {at(edge) for edges in shares for edge in edges[:-1]}
    said = "where several shares arrive at a node, only the last one was kept (= where += is needed)"
    yield Mistake("overwritten", derivative_with(made, {}, lost), said)
    for edge in itertools.chain(*shares) if sum(map(len, shares)) <= MOST_SHARES else ():
        said = f"one of the shares that arrive at {made.names[edge.tail]} was forgotten, through {edge.symbol}"
        yield Mistake(f"forgot share {at(edge)}", derivative_with(made, {}, {at(edge)}), said)


def _time(edge: Edge) -> tuple[int, int]:
    """When the backward sweep goes along an edge: users of a node last to first, their operands first to last."""
    return -edge.head, edge.operand


def _route(path: Path) -> str:
    return str(path).partition("   ")[0]


def _product(path: Path) -> str:
    """``1 × 5 = 5``."""
    numbers = [edge.partial for edge in path.edges]
    if is_array(path.product) or not 1 < len(numbers) <= LONGEST_SUM or None in numbers:
        return text_of(path.product)
    return f"{joined(' × ', numbers)} = {text_of(path.product + 0.0)}"
