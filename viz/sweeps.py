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

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from typing import Any, Literal, NamedTuple

from .picture import Picture, walk

Kind = Literal["value", "seed", "edge", "tangent"]


class Step(NamedTuple):
    """One step: a node gets its value or its tangent, the output its gradient of 1, or an edge hands its part back.

    `node` is who receives it, a position in ``Picture.nodes``; `edge` one in ``Picture.edges``.
    """

    kind: Kind
    node: int
    edge: int | None = None


class Share(NamedTuple):
    """A step of the backward sweep in numbers.

    The gradient `given` by the node that the edge leads to, times the edge's derivative, is `added` to what the
    step's node had `before`, if anything.
    """

    step: Step
    given: float
    added: float
    before: float | None

    @property
    def total(self) -> float:
        """The gradient so far."""
        return self.added if self.before is None else self.before + self.added


def forward_steps(picture: Picture) -> list[Step]:
    """Every operation gets its value, inputs before what uses them."""
    return [Step("value", i) for i, node in enumerate(picture.nodes) if node.kind == "operation"]


def backward_steps(picture: Picture) -> list[Step]:
    """The outputs get the gradient 1; then each node whose gradient is complete hands it to its operands.

    Of two that are complete, the first operand's goes first, so that sums come in the order in which they are written.
    """
    into = flowing(picture)
    reached = {i for i, node in enumerate(picture.nodes) if node.is_output and node.wants_grad}
    steps = [Step("seed", i) for i in sorted(reached)]
    for head in _users_first(picture):
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


def is_total(picture: Picture, sources: Collection[int] = ()) -> bool:
    """Whether a sweep's derivatives have to be told from an edge's: with x in y = x · x it is dy/dx, not ∂y/∂x.

    So it is where several paths lead from a node to another one, and one of them is an edge: to an output, or, forward,
    from one of the `sources`.
    """
    if sources:
        moving = {step.node for step in tangent_steps(picture, sources)}
        used = [edge for edge in picture.edges if edge.symbol and edge.tail in moving]
        terms = Counter(edge.head for edge in used)
        return any(terms[edge.head] > 1 for edge in used if edge.tail in sources)
    used = [picture.edges[step.edge] for step in backward_steps(picture) if step.edge is not None]
    users = Counter(edge.tail for edge in used)
    return any(users[edge.tail] > 1 for edge in used if picture.nodes[edge.head].is_output)


def flowing(picture: Picture) -> dict[int, list[int]]:
    """The edges on which derivatives flow, by the node that they lead to."""
    into: dict[int, list[int]] = defaultdict(list)
    for i, edge in enumerate(picture.edges):
        if edge.symbol:
            into[edge.head].append(i)
    return into


def shares(picture: Picture) -> Iterator[Share]:
    """The backward sweep in numbers, of a picture whose derivatives are numbers.

    >>> from autograd_mini import Value
    >>> from .drawing import draw
    >>> x = Value(3)
    >>> for share in shares(draw(x * x).picture):
    ...     print(share[1:], share.total)
    (1.0, 1.0, None) 1.0
    (1.0, 3.0, None) 3.0
    (1.0, 3.0, 3.0) 6.0
    """
    totals: dict[int, float] = {}
    for step in backward_steps(picture):
        given = added = 1.0
        if step.edge is not None:
            edge = picture.edges[step.edge]
            given = totals[edge.head]
            added = given * (math.nan if edge.partial is None else edge.partial)
        share = Share(step, given, added, totals.get(step.node))
        totals[step.node] = share.total
        yield share


def check_small(node: Any, max_nodes: int, caller: str, *, is_option: bool = True) -> None:
    """Refuse, for `caller`, a graph that is too large to show every operation; `max_nodes` may be its option.

    Raises
    ------
    ValueError
        If there are more than `max_nodes` nodes.
    """
    roots = [root for root in (node if isinstance(node, list | tuple) else [node]) if hasattr(root, "inputs")]
    if walk(roots, limit=max_nodes) is None:
        most, larger = ("max_nodes=", ", or a larger max_nodes") if is_option else ("", "")
        raise ValueError(
            f"{caller} shows every operation, at most {most}{max_nodes}, and this graph has more: "
            f"pass a node nearer to the inputs{larger}"
        )


def check_numbers(picture: Picture, caller: str) -> None:
    """Refuse, for `caller`, a picture whose values and derivatives are not all numbers, or not all of them.

    Raises
    ------
    TypeError
        If there is an array.
    ValueError
        If the picture is collapsed.
    """
    for node in picture.nodes:
        if node.details:
            raise ValueError(f"{caller} shows every operation, and {node.name} holds several: pass collapse=None")
        if not isinstance(node.value, float):
            raise TypeError(
                f"{caller} carries numbers from box to box, and {node.name} is an array, {node.shape}: "
                "viz.zoom draws the numbers inside a layer, viz.draw(...).frames() reveals arrays in steps"
            )
    for edge in picture.edges:
        if edge.symbol and edge.partial is None:
            raise TypeError(f"{caller} carries numbers from box to box, and {edge.symbol} is none: {edge.formula}")


def _users_first(picture: Picture) -> list[int]:
    """All nodes, each after those that use it, and else in the order of the operands."""
    operands: dict[int, list[int]] = defaultdict(list)
    for edge in picture.edges:
        operands[edge.head].append(edge.tail)
    order: list[int] = []
    seen: set[int] = set()
    stack = [(i, False) for i, node in enumerate(picture.nodes) if node.is_output]
    while stack:
        i, done = stack.pop()
        if done:
            order.append(i)
        elif i not in seen:
            seen.add(i)
            stack.append((i, True))
            stack.extend((operand, False) for operand in operands[i] if operand not in seen)
    return order[::-1]
