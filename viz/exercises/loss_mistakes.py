"""Losses mixed up: the dz of the squared error where the loss is the cross entropy, and the reverse.

Which loss a graph has is found in its numbers: of a sigmoid's value a and the derivative by it follows the label y
that each loss would have, and then the loss itself has to come out. So it does not matter how the loss was written.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

import autograd_mini as ag

from .. import text
from ..chain_rule.derivation import Derivation, derivation
from ..picture import Edge
from . import variants
from .mistake import Mistake
from .sweeping import Term, at, derivative_with, right

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
ROUNDING = 1e-6  # of a label, or relative to a loss


class Found(NamedTuple):
    """A loss, the number that its sum is divided by, and all labels."""

    loss: str
    divisor: int
    labels: Any

    def __str__(self) -> str:
        return self.loss if self.loss == CROSS_ENTROPY or np.any(self.labels) else f"{self.loss} with y = 0"


class Output(NamedTuple):
    """Where a graph has its probabilities a: after the last sigmoids, or in losses of logits that hold them.

    `before` are the edges from what the sigmoids are applied to, `places` the nodes whose gradients tell the loss.
    """

    before: Sequence[Edge]
    places: Sequence[int]
    is_of_logits: bool
    a: Any


def mistakes_in(made: Derivation) -> Iterator[Mistake]:
    """The derivative of another loss, taken by z = what the sigmoids were applied to, or by a."""
    yield from _with_softmax(made)
    output = _output(made)
    found = output and _found(made, output)
    if output is None or found is None or _is_by_chance(made, found):
        return
    if output.before:
        yield from _by_z(made, output.before, found, output.a)
    elif output.places == [made.wrt]:
        yield from _by_a(made, found, output.a)


def _output(made: Derivation) -> Output | None:
    edges = [edge for i in made.between[1:] for edge in made.incoming[i]]
    logits = [edge for edge in edges if made.picture.nodes[edge.head].op in OF_LOGITS and edge.operand == 1]
    places = [edge.tail for edge in logits] or _sigmoids(made)
    if not places or made.root in places or np.size(made.graph.nodes[made.root].data) != 1:
        return None
    data = np.concatenate([np.ravel(made.graph.nodes[i].data) for i in places])
    before = logits or [edge for i in places for edge in made.incoming.get(i, ())]
    return Output(before, places, bool(logits), ag.sigmoid(data) if logits else data)


def _by_z(made: Derivation, edges: Sequence[Edge], found: Found, a: Any) -> Iterator[Mistake]:
    sizes = [np.size(made.graph.nodes[edge.tail].data) for edge in edges]
    names = ", ".join(f"d{made.names[edge.tail]}" for edge in edges[:2]) + ", …" * (len(edges) > 2)
    for loss, (formula, dz) in DZ.items():
        if loss == found.loss:
            continue
        wrong = np.split(dz(a, found.labels) / found.divisor, np.cumsum(sizes)[:-1])
        terms = {at(edge): _given(made, edge, part) for edge, part in zip(edges, wrong, strict=True)}
        number = f" = {text.number(wrong[0].item())}" if len(a) == 1 else ""
        why = f"that belongs to {loss}, and the loss is {found}" if loss else f"the loss is {found}"
        yield Mistake(f"dz {loss}", derivative_with(made, terms), f"{names} was taken as {formula}{number}: {why}")


def _by_a(made: Derivation, found: Found, a: Any) -> Iterator[Mistake]:
    name = made.names[made.wrt]
    for loss, (formula, da) in DA.items():
        if loss == found.loss or (loss == "dz" and found.loss != CROSS_ENTROPY):
            continue
        number = _given(made, made.wrt, da(a, found.labels) / found.divisor)(None)
        said = f"that is dz, where z is what σ was applied to, not d{name}"
        if loss != "dz":
            said = f"that belongs to {loss}, and the loss is {found}"
        yield Mistake(f"da {loss}", number, f"d{name} was taken as {formula}: {said}")


def _given(made: Derivation, to: Edge | int, numbers: Any) -> Term:
    """These numbers, whatever the gradient is, in the shape of a node."""
    data = made.graph.nodes[to.tail if isinstance(to, Edge) else to].data
    shaped = np.reshape(numbers, np.shape(data)) if isinstance(data, np.ndarray) else float(numbers[0])
    return _always(shaped)


def _sigmoids(made: Derivation) -> list[int]:
    """Those after which there is no other one."""
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


def _found(made: Derivation, output: Output) -> Found | None:
    """The loss of which the numbers are these, if one is; its labels are from 0 to 1."""
    a, total = output.a, _cost(made, output.places)
    gradient = np.concatenate([np.ravel(made.gradients[i]) for i in output.places])
    for divisor in dict.fromkeys((1, len(a))):
        step = gradient * divisor
        labels = {CROSS_ENTROPY: a - step * a * (1 - a), SQUARED: a - step / 2, HALF: a - step}
        for loss, y in {CROSS_ENTROPY: a - step}.items() if output.is_of_logits else labels.items():
            is_label = np.all((y >= -ROUNDING) & (y <= 1 + ROUNDING))
            if is_label and math.isclose(_loss(loss, a, y), total * divisor, rel_tol=ROUNDING):
                return Found(loss, divisor, y)
    return None


def _cost(made: Derivation, places: Sequence[int]) -> float:
    """The loss alone, of a cost to which something is added that has no part in the output: weight decay."""
    above = set(places)
    for head in made.between:
        if any(edge.tail in above for edge in made.incoming[head]):
            above.add(head)
    i = made.root
    while made.graph.nodes[i].op in ("add", "sum"):
        terms = [edge.tail for edge in made.incoming[i] if edge.tail in above]
        if len(terms) != 1 or np.size(made.graph.nodes[terms[0]].data) != 1:
            break
        i = terms[0]
    return float(np.asarray(made.graph.nodes[i].data).item())


def _is_by_chance(made: Derivation, found: Found) -> bool:
    """Whether, at other outputs, the labels are others: then these numbers only look like a loss."""
    if not variants.can_be_made_again(made):
        return False
    output = _output(made)
    below = set(output.places) if output else set()
    for i in reversed(range(len(made.graph.nodes))):
        if i in below:
            operands = {id(x) for x in made.graph.inputs[id(made.graph.nodes[i])]}
            below |= {j for j in range(i) if id(made.graph.nodes[j]) in operands}
    inputs = variants.inputs(made)
    names = {made.names[i] for i in below}
    near = {name: x for name, x in variants.nearby(inputs).items() if name in names}
    root, by = variants.again(made, {**inputs, **near})
    again = derivation(root, by, {})
    output = _output(again)
    other = output and _found(again, output)
    return other is None or other.loss != found.loss or not np.allclose(other.labels, found.labels, atol=ROUNDING)


def _loss(loss: str, a: Any, y: Any) -> float:
    if loss == CROSS_ENTROPY:
        with np.errstate(all="ignore"):  # of a label that it is not, or where σ is 0 or 1
            return float(-np.sum(y * np.log(a) + (1 - y) * np.log(1 - a)))
    return float(np.sum((a - y) ** 2)) / (2 if loss == HALF else 1)


def _with_softmax(made: Derivation) -> Iterator[Mistake]:
    """The loss of logits of many classes: its derivative by them taken with a p(1 − p) too many, or by p."""
    for head in made.between[1:]:
        for edge in made.incoming[head]:
            if made.picture.nodes[head].op != "crossentropy" or edge.operand != 1:
                continue
            p, gradient = ag.softmax(made.graph.nodes[edge.tail].data), made.gradients[head]
            dz = right(made, edge)(gradient)
            m = p.size // p.shape[-1]
            why = f"with the softmax p of {made.names[edge.tail]} the derivative of the cross entropy is (p − y)/m"
            for formula, wrong in (("(p − y)·p(1 − p)/m", dz * p * (1 - p)), ("−(y/p)/m", (dz - gradient * p / m) / p)):
                number = derivative_with(made, {at(edge): _always(wrong)})
                yield Mistake(f"softmax {formula}", number, f"d{made.names[edge.tail]} was taken as {formula}: {why}")


def _always(data: Any) -> Term:
    return lambda _: data
