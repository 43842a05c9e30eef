"""What lies between a node and one that it is differentiated by: the ground of ``explain`` and ``paths``.

>>> from autograd_mini import Value
>>> a, b = Value(2), Value(1)
>>> c = a + b
>>> d = b + 1
>>> e = c * d
>>> made = derivation(e, b, {"a": a, "b": b, "c": c, "d": d, "e": e})
>>> [made.names[i] for i in made.between], [made.gradients[i] for i in made.between]
(['b', 'c', 'd', 'e'], [5.0, 2.0, 3.0, 1.0])
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays import is_array
from ..names import name_nodes
from ..picture import Edge, Graph, Picture, picture, refuse_stale, walk
from ..sweeps import flowing

MOST_NAMES = 8  # that an error lists


@dataclass(frozen=True)
class Derivation:
    """A graph, and of it the part between the last node, `root`, and the node `wrt`.

    `names` are the nodes' names, no two alike; `between` the places of nodes that depend on `wrt` and that the root
    depends on, in topological order; `gradients` the root's derivative by each, as the backward sweep finds it;
    `incoming` the edges between them, by the node they lead to.
    """

    graph: Graph
    picture: Picture
    names: Sequence[str]
    wrt: int
    between: Sequence[int]
    gradients: Mapping[int, Any]
    incoming: Mapping[int, Sequence[Edge]]

    @property
    def root(self) -> int:
        """The place of the node that is differentiated."""
        return len(self.graph.nodes) - 1

    @functools.cached_property
    def outgoing(self) -> dict[int, list[Edge]]:
        """The edges between, by the node they come from, in the order in which the root is written."""
        users: dict[int, list[Edge]] = {i: [] for i in self.between}
        for edges in self.incoming.values():
            for edge in edges:
                users[edge.tail].append(edge)
        return users

    @functools.cached_property
    def is_total(self) -> bool:
        """Whether the whole derivative has to be told from an edge's: with x in y = x · x it is dy/dx, not ∂y/∂x."""
        users = self.outgoing
        return any(len(users[edge.tail]) > 1 for edge in self.incoming[self.root])

    @functools.cached_property
    def has_arrays(self) -> bool:
        """Whether some node between holds an array."""
        return any(is_array(self.graph.nodes[i].data) for i in self.between)


def derivation(node: Any, wrt: Any, variables: Mapping[str, object]) -> Derivation:
    """Read the graph below `node`, and find what lies between it and `wrt`.

    Raises
    ------
    TypeError
        If one of them is no node.
    ValueError
        If `wrt` is not below `node`, or wants no gradient.
    RuntimeError
        If a leaf has changed since.
    """
    from autograd_mini.reverse import cotangents  # noqa: PLC0415 - as in picture.symbols

    for what, given in (("the first argument", node), ("wrt", wrt)):
        if not all(hasattr(given, needed) for needed in ("op", "inputs", "data", "grad")):
            raise TypeError(
                f"{what} is {given!r:.60} ({type(given).__name__}); it has to be a Value or a Tensor, not its data"
            )
    graph = walk([node])
    assert graph is not None  # without a limit
    place = {id(each): i for i, each in enumerate(graph.nodes)}
    if id(wrt) not in place:
        called = name_nodes([*graph.nodes, wrt], variables)
        inputs = [called[id(each)] for each in graph.nodes if not each.op and each.requires_grad]
        some = ", ".join(inputs[:MOST_NAMES] + ["…"] * (len(inputs) > MOST_NAMES)) or "it has none"
        raise ValueError(
            f"{called[id(node)]} was not computed from {called[id(wrt)]}: wrt is one of its inputs ({some}), "
            "or a node between"
        )
    if not wrt.requires_grad:
        raise ValueError("wrt wants no gradient: make it without requires_grad=False")
    refuse_stale(graph)
    made = picture(graph, variables, told_apart=True)
    into = flowing(made)
    start = place[id(wrt)]
    between, incoming = [start], {}
    reached = {start}
    for head in range(start + 1, len(graph.nodes)):
        edges = [made.edges[i] for i in into[head] if made.edges[i].tail in reached]
        if edges:
            between.append(head)
            reached.add(head)
            incoming[head] = edges
    seed = np.ones_like(node.data) if isinstance(node.data, np.ndarray) else 1.0
    with np.errstate(all="ignore"):  # as in backward()
        found = cotangents(node, [graph.nodes[i] for i in between], seed)
    gradients = dict(zip(between, found, strict=True))
    between = [i for i in between if gradients[i] is not None]
    return Derivation(
        graph, made, [box.name for box in made.nodes], start, between,
        {i: gradients[i] for i in between}, {head: incoming.get(head, []) for head in between},
    )  # fmt: skip
