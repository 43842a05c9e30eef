"""What a node is called in a picture: its label, else the caller's variable, else what it is in a neuron.

What a neuron computes is called as in the lecture notes: z is the weighted sum, a the activation; z₃[2] is that of
neuron 3 in layer 2 (pictures raise the [2]), z₃[2]⁽ⁱ⁾ for the i-th example; its second weight, where other neurons have
weights too, is w₃₂[2]. What remains is v1, v2, …
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from autograd_mini.names import candidates

from . import text

_STEM = re.compile(r"(.*?)(\d*)", re.DOTALL)


def name_nodes(nodes: Iterable[Any], variables: Mapping[str, object]) -> dict[int, str]:
    """A name for every node.

    Parameters
    ----------
    nodes
        Nodes in topological order; the unnamed are numbered in that order.
    variables
        Name → node, or → list or tuple of nodes, as ``locals()`` gives it. The first name of a node counts;
        those that start with ``_``, and what is no node, are skipped. An empty mapping leaves the labels.

    Returns
    -------
    dict
        ``id(node)`` → name. Nodes compare by their data, so they cannot be keys themselves.

    Raises
    ------
    TypeError
        If `variables` is not a mapping from strings.
    """
    if not isinstance(variables, Mapping) or not all(isinstance(name, str) for name in variables):
        raise TypeError(f"names is {variables!r:.60}; pass {{name: node}}, names=locals(), or {{}} for labels only")
    everyone = list(nodes)
    names = {id(node): str(node.label) for node in everyone if node.label} | dict(_weights(everyone))
    taken = {text.subscripts(name) for name in names.values()}
    wanted = {id(node) for node in everyone} - names.keys()
    for name, thing in candidates(variables):
        if id(thing) in wanted and text.subscripts(name) not in taken:
            wanted.discard(id(thing))
            names[id(thing)] = name
            taken.add(text.subscripts(name))
    number = 0
    in_neurons = dict(_neurons(everyone))
    for node in everyone:
        if id(node) in names:
            continue
        whose = names.get(id(getattr(node, "gradient_of", None)))
        name = in_neurons.get(id(node), f"d{whose}" if whose else "")
        while not name or name in taken:
            number += 1
            name = text.subscripts(f"v{number}")
        names[id(node)] = name
        taken.add(name)
    return names


def distinct(names: Iterable[str]) -> list[str]:
    """The names, primes after those that were there before.

    >>> distinct(["a", "x", "a", "a"])
    ['a', 'x', 'a′', 'a′′']
    """
    seen: set[str] = set()
    made = []
    for name in names:
        while name in seen:
            name += "′"  # noqa: PLW2901 - until it is new
        seen.add(name)
        made.append(name)
    return made


def _weights(nodes: Sequence[Any]) -> Iterator[tuple[int, str]]:
    """(id, name) of weights and biases, where several neurons have some: w₁₂ is the second weight of neuron 1."""
    leaves = (node for node in nodes if not node.op and node.label and node.scope)
    owned = [node for node in leaves if node.scope[-1].startswith("neuron")]
    if len({node.scope for node in owned}) < 2:
        return
    parts = [_STEM.fullmatch(node.label).groups() for node in owned]  # type: ignore[union-attr]  # matches any text
    numbers = [(_number(node.scope[-1]), _number(node.scope[-2]) if len(node.scope) > 1 else "") for node in owned]
    is_wide = any(len(index) > 1 or len(neuron) > 1 for (_, index), (neuron, _) in zip(parts, numbers, strict=True))
    for node, (letter, index), (neuron, layer) in zip(owned, parts, numbers, strict=True):
        between = "," if is_wide and index else ""
        yield id(node), text.unit(letter, neuron + between + index, layer, "")


def _neurons(nodes: Sequence[Any]) -> Iterator[tuple[int, str]]:
    """(id, name) of every weighted sum in a neuron, and of the activation that takes it."""
    sums: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for node in nodes:
        if node.op == "dot" and node.scope:
            sums[_number(node.scope[-1]), _number(node.scope[-2]) if len(node.scope) > 1 else ""].append(node)
    place: dict[int, tuple[str, str, str]] = {}
    for (neuron, layer), same in sums.items():
        if len({id(z.inputs[0]) for z in same}) == 1:  # else several neurons would share the name
            place.update({id(z): (neuron, layer, str(i) if len(same) > 1 else "") for i, z in enumerate(same, 1)})
    for node in nodes:
        if id(node) in place:
            yield id(node), text.unit("z", *place[id(node)])
        elif node.op and node.scope:
            yield from ((id(node), text.unit("a", *place[id(x)])) for x in node.inputs if id(x) in place)


def _number(part: str) -> str:
    """``neuron 3`` → ``3``."""
    match = re.search(r"\d+$", part)
    return match[0] if match else ""
