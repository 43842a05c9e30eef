"""In which order the sweeps go over a picture: values forward, gradients back edge by edge, or tangents forward.

>>> from autograd_mini import Value
>>> from .drawing import draw
>>> a, b = Value(2), Value(1)
>>> c = a + b
>>> for step in (*forward_steps(draw(c).picture), *backward_steps(draw(c).picture)):
...     print(step)
Step(kind='value', node=2, edge=None)
Step(kind='seed', node=2, edge=None)
Step(kind='edge', node=0, edge=0)
Step(kind='edge', node=1, edge=1)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Literal, NamedTuple

from .picture import Picture

Kind = Literal["value", "seed", "edge", "tangent"]


class Step(NamedTuple):
    """One step: a node gets its value or its tangent, the output its gradient of 1, or an edge hands its part back.

    `node` is who receives it, a position in ``Picture.nodes``; `edge` one in ``Picture.edges``.
    """

    kind: Kind
    node: int
    edge: int | None = None


def forward_steps(picture: Picture) -> list[Step]:
    """Every operation gets its value, inputs before what uses them."""
    return [Step("value", i) for i, node in enumerate(picture.nodes) if node.kind == "operation"]


def backward_steps(picture: Picture) -> list[Step]:
    """The outputs get the gradient 1; then each node whose gradient is complete hands it to its operands."""
    into = flowing(picture)
    reached = {i for i, node in enumerate(picture.nodes) if node.is_output and node.wants_grad}
    steps = [Step("seed", i) for i in sorted(reached)]
    for head in reversed(range(len(picture.nodes))):
        if head in reached:
            steps += [Step("edge", picture.edges[i].tail, i) for i in into[head]]
            reached |= {picture.edges[i].tail for i in into[head]}
    return steps


def tangent_steps(picture: Picture, sources: Collection[int]) -> list[Step]:
    """The sources get their tangent, then every node that depends on them, inputs before what uses them."""
    into = flowing(picture)
    reached = set(sources)
    for head in range(len(picture.nodes)):
        if any(picture.edges[i].tail in reached for i in into[head]):
            reached.add(head)
    return [Step("tangent", i) for i in sorted(reached)]


def flowing(picture: Picture) -> dict[int, list[int]]:
    """The edges on which derivatives flow, by the node that they lead to."""
    into: dict[int, list[int]] = defaultdict(list)
    for i, edge in enumerate(picture.edges):
        if edge.symbol:
            into[edge.head].append(i)
    return into
