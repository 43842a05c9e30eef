"""What an animation shows, moment by moment, as data: a picture of what is known by then, and a sentence.

>>> from autograd_mini import Value
>>> from ..drawing import draw
>>> x = Value(3)
>>> y = x * x
>>> for scene in scenes(draw(y).picture):
...     print(scene.sentence)
y is computed from x
the input: x = 3
y = x × x = 3 × 3 = 9
each edge: how fast the result moves with the operand
dy/dy = 1: here the backward sweep begins
dy/dx += ∂y/∂x · dy/dy: contribution 3 × 1 = 3
dy/dx += ∂y/∂x · dy/dy: contribution 3 × 1 = 3; total so far 3 + 3 = 6
one sweep back: dy/dx = 6
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Literal, NamedTuple

from ..picture import STALE, Node, Picture
from ..sweeps import flowing, forward_steps, shares, tangent_steps
from . import sentences

Sweep = Literal["value", "grad"]


class Scene(NamedTuple):
    """A moment of a sweep over values, "value", or over derivatives, "grad"."""

    picture: Picture
    sentence: str
    sweep: Sweep


def scenes(
    picture: Picture, sources: Collection[int] = (), sweeps: Collection[Sweep] = ("value", "grad")
) -> list[Scene]:
    """The sweeps over a graph, from nothing known to everything known.

    Parameters
    ----------
    picture
        Of numbers, a box per operation. For a forward sweep of tangents it holds them; gradients are computed here.
    sources
        Where a forward sweep of tangents starts; none for the backward sweep.
    sweeps
        Which are told step by step: that over values, that over derivatives. Of the first only the end is told else,
        of the second nothing.
    """
    picture = replace(picture, notes=tuple(note for note in picture.notes if note == STALE))
    told = list(_values(picture))
    if "value" not in sweeps:
        told = [Scene(picture.revealed(("value",)), told[0].sentence, "value")]
    if "grad" in sweeps:
        told += _tangents(picture, sources) if sources else _gradients(picture)
    return told


def _values(picture: Picture) -> Iterator[Scene]:
    """The structure, then the leaves, then every operation."""
    now = picture.revealed(())
    yield Scene(now, sentences.beginning(picture), "value")
    leaves = [i for i, node in enumerate(picture.nodes) if node.kind != "operation"]
    now = _with(now, {i: replace(now.nodes[i], value=picture.nodes[i].value) for i in leaves})
    yield Scene(now, sentences.inputs(picture), "value")
    for _, i, _ in forward_steps(picture):
        now = _with(now, {i: replace(now.nodes[i], value=picture.nodes[i].value)})
        into = (e for e, edge in enumerate(picture.edges) if edge.head == i)
        yield Scene(_stressed(now, [i], into), sentences.value(picture, i), "value")


def _gradients(picture: Picture) -> Iterator[Scene]:
    """The derivatives, the seed, then edge by edge what each node has so far."""
    now = picture.revealed(("value", "local"))
    if picture.edges:
        yield Scene(now, sentences.LOCAL, "grad")
    totals: dict[int, float] = {}
    for share in shares(picture):
        i, edge = share.step.node, share.step.edge
        totals[i] = share.total
        now = _with(now, {i: replace(now.nodes[i], grad=share.total)})
        yield Scene(_stressed(now, [i], [] if edge is None else [edge]), sentences.share(picture, share), "grad")
    last = _with(picture, {i: replace(node, grad=totals.get(i)) for i, node in enumerate(picture.nodes)})
    yield Scene(last, sentences.end(last, ()), "grad")


def _tangents(picture: Picture, sources: Collection[int]) -> Iterator[Scene]:
    """The derivatives, the sources and what doesn't depend on them, then node by node what does."""
    now = picture.revealed(("value", "local"))
    if picture.edges:
        yield Scene(now, sentences.LOCAL, "grad")
    into = flowing(picture)
    moving = [i for _, i, _ in tangent_steps(picture, sources) if i not in sources]
    still = (i for i in range(len(picture.nodes)) if i not in moving)
    now = _with(now, {i: replace(now.nodes[i], grad=picture.nodes[i].grad) for i in still})
    yield Scene(_stressed(now, sources, []), sentences.start(picture, sources), "grad")
    for i in moving:
        now = _with(now, {i: replace(now.nodes[i], grad=picture.nodes[i].grad)})
        used = [e for e in into[i] if picture.edges[e].tail in (*sources, *moving)]
        said = sentences.tangent(picture, i, (picture.edges[e] for e in used))
        yield Scene(_stressed(now, [i], used), said, "grad")
    yield Scene(picture, sentences.end(picture, sources), "grad")


def _with(picture: Picture, changed: dict[int, Node]) -> Picture:
    return replace(picture, nodes=tuple(changed.get(i, node) for i, node in enumerate(picture.nodes)))


def _stressed(picture: Picture, nodes: Collection[int], edges: Iterable[int]) -> Picture:
    """The picture with some boxes and arrows standing out."""
    stressed = set(edges)
    return replace(
        picture,
        nodes=tuple(replace(node, emphasis=i in nodes) for i, node in enumerate(picture.nodes)),
        edges=tuple(replace(edge, emphasis=i in stressed) for i, edge in enumerate(picture.edges)),
    )
