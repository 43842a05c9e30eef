"""Losses mixed up: the dz of the squared error where the loss is the cross entropy, and the reverse.

Which loss a graph has is found in its numbers: of a sigmoid's value a and the derivative by it follows the label y
that each loss would have, and then the loss itself has to come out. So it does not matter how the loss was written.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import text
from ..chain_rule.derivation import Derivation
from ..picture import Edge
from .mistake import Mistake
from .sweeping import Term, at, swept

CROSS_ENTROPY, SQUARED, HALF = "the cross entropy", "the squared error (a − y)²", "the squared error ½(a − y)²"

DZ: Mapping[str, tuple[str, Callable[[Any, Any], Any]]] = {
    CROSS_ENTROPY: ("a − y", lambda a, y: a - y),
    SQUARED: ("2(a − y)·a(1 − a)", lambda a, y: 2 * (a - y) * a * (1 - a)),
    HALF: ("(a − y)·a(1 − a)", lambda a, y: (a - y) * a * (1 - a)),
    "": ("2(a − y)", lambda a, y: 2 * (a - y)),
}
DA: Mapping[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "dz": ("a − y", lambda a, y: a - y),
    CROSS_ENTROPY: ("−y/a + (1 − y)/(1 − a)", lambda a, y: (a - y) / (a * (1 - a))),
    SQUARED: ("2(a − y)", lambda a, y: 2 * (a - y)),
    HALF: ("a − y", lambda a, y: a - y),
}


OF_LOGITS = ("bce_with_logits", "binary_crossentropy")  # operations that have σ in them


class Found(NamedTuple):
    """A loss, the number that its sum is divided by, and all labels."""

    loss: str
    divisor: int
    labels: Any


def mistakes_in(made: Derivation) -> Iterator[Mistake]:
    """The derivative of another loss, taken by z = what the sigmoids were applied to, or by a."""
    if np.size(made.graph.nodes[made.root].data) != 1:
        return
    edges = [edge for i in made.between[1:] for edge in made.incoming[i]]
    logits = [edge for edge in edges if made.picture.nodes[edge.head].op in OF_LOGITS and edge.operand == 1]
    outputs = _outputs(made)
    before = logits or [edge for i in outputs for edge in made.incoming.get(i, ())]
    if made.wrt not in outputs and not before:
        return
    a = 1 / (1 + np.exp(-_together(made, [edge.tail for edge in logits]))) if logits else _together(made, outputs)
    found = _found(made, logits, outputs, a)
    if found is None:
        return
    if before:
        yield from _by_z(made, before, found, a)
    elif outputs == [made.wrt]:
        yield from _by_a(made, found, a)


def _by_z(made: Derivation, edges: Sequence[Edge], found: Found, a: Any) -> Iterator[Mistake]:
    sizes = [np.size(made.graph.nodes[edge.tail].data) for edge in edges]
    names = ", ".join(f"d{made.names[edge.tail]}" for edge in edges[:2]) + ", …" * (len(edges) > 2)
    for loss, (formula, dz) in DZ.items():
        if loss == found.loss:
            continue
        wrong = np.split(dz(a, found.labels) / found.divisor, np.cumsum(sizes)[:-1])
        terms = {at(edge): _given(made, edge, part) for edge, part in zip(edges, wrong, strict=True)}
        number = f" = {text.number(wrong[0].item())}" if len(a) == 1 else ""
        why = f"that belongs to {loss}, and the loss is {found.loss}" if loss else f"the loss is {found.loss}"
        yield Mistake(f"dz {loss}", swept(made, terms), f"{names} was taken as {formula}{number}: {why}")


def _by_a(made: Derivation, found: Found, a: Any) -> Iterator[Mistake]:
    name = made.names[made.wrt]
    for loss, (formula, da) in DA.items():
        if loss == found.loss or (loss == "dz" and found.loss != CROSS_ENTROPY):
            continue
        number = _given(made, made.wrt, da(a, found.labels) / found.divisor)(None)
        said = f"that is dz, where z is what σ was applied to, not d{name}"
        if loss != "dz":
            said = f"that belongs to {loss}, and the loss is {found.loss}"
        yield Mistake(f"da {loss}", number, f"d{name} was taken as {formula}: {said}")


def _given(made: Derivation, to: Edge | int, numbers: Any) -> Term:
    """These numbers, whatever the gradient is, in the shape of a node."""
    data = made.graph.nodes[to.tail if isinstance(to, Edge) else to].data
    shaped = np.reshape(numbers, np.shape(data)) if isinstance(data, np.ndarray) else float(numbers[0])
    return lambda _: shaped


def _outputs(made: Derivation) -> list[int]:
    """The sigmoids after which there is no other one."""
    found: list[int] = []
    covered: set[int] = set()
    for i in reversed(made.between):
        above = {edge.head for edge in made.outgoing[i]}
        if not above.isdisjoint(covered):
            covered.add(i)
        elif made.graph.nodes[i].op == "sigmoid":
            found.append(i)
            covered.add(i)
    return found[::-1]


def _found(made: Derivation, logits: Sequence[Edge], outputs: Sequence[int], a: Any) -> Found | None:
    """The loss of which the numbers are these, if one is."""
    total = float(made.graph.nodes[made.root].data)
    places = [edge.tail for edge in logits] or outputs
    gradient = np.concatenate([np.ravel(made.gradients[i]) for i in places])
    for divisor in dict.fromkeys((1, len(a))):
        step = gradient * divisor
        labels = {CROSS_ENTROPY: a - step * a * (1 - a), SQUARED: a - step / 2, HALF: a - step}
        for loss, y in {CROSS_ENTROPY: a - step}.items() if logits else labels.items():
            if math.isclose(_loss(loss, a, y), total * divisor, rel_tol=1e-6, abs_tol=1e-12):
                return Found(loss, divisor, y)
    return None


def _loss(loss: str, a: Any, y: Any) -> float:
    if loss == CROSS_ENTROPY:
        with np.errstate(all="ignore"):  # of a label that it is not, or where σ is 0 or 1
            return float(-np.sum(y * np.log(a) + (1 - y) * np.log(1 - a)))
    return float(np.sum((a - y) ** 2)) / (2 if loss == HALF else 1)


def _together(made: Derivation, places: Sequence[int]) -> Any:
    return np.concatenate([np.ravel(made.graph.nodes[i].data) for i in places])
