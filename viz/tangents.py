"""Forward mode in a picture: the derivative of every node by one input, instead of one output's by every node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from . import arrays
from .picture import FILL_IN, Node, Picture, walk
from .sweeps import is_total


def with_tangents(picture: Picture, roots: Sequence[Any], wrt: Any) -> Picture:
    """The picture with tangents where gradients were.

    Parameters
    ----------
    picture
        Of the graph below `roots`, a box per node.
    roots
        The outputs.
    wrt
        The node that starts with the tangent 1; or node → tangent, for a direction in which several change, or arrays.

    Raises
    ------
    TypeError
        If `wrt` is no node of the graph, or an array without a tangent of its own.
    ValueError
        If a tangent's shape is not its node's, or the picture is collapsed.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> from .drawing import draw
    >>> a, b = Value(2), Value(1)
    >>> e = (a + b) * (b + 1)
    >>> [(node.word, node.grad) for node in draw(e, mode="forward", wrt=b).picture.nodes]
    [('∂a/∂b', 0.0), ('∂b/∂b', 1.0), ('∂v₁/∂b', 1.0), ('∂v₂/∂b', 1.0), ('∂e/∂b', 5.0)]
    """
    from autograd_mini.forward import tangents  # noqa: PLC0415 - as in picture.symbols

    graph = walk(roots)
    if graph is None or len(graph.nodes) != len(picture.nodes):
        raise ValueError('mode="forward" draws every node: pass collapse=None, or a smaller part of the graph')
    place = {id(node): i for i, node in enumerate(graph.nodes)}
    given = wrt if isinstance(wrt, Mapping) else {wrt: None}
    directions = [_direction(source, given[source], place) for source in given]
    by = "" if isinstance(wrt, Mapping) else picture.nodes[place[id(wrt)]].name
    found = tangents(graph.nodes, list(given), directions)
    d = "d" if is_total(picture, [place[id(source)] for source in given]) else "∂"

    def forward(box: Node, node: Any) -> Node:
        word = f"{d}{box.name}/{d}{by}" if by else "tangent"
        if not box.wants_grad:
            return replace(box, grad=None)
        return replace(box, grad=arrays.described(found.get(id(node), 0.0), word), word=word)

    nodes = tuple(map(forward, picture.nodes, graph.nodes))
    said = f"forward mode: one sweep gives every node's derivative {f'by {by}' if by else 'along the tangents given'}"
    return replace(picture, nodes=nodes, notes=(*(n for n in picture.notes if FILL_IN not in n), said))


def _direction(source: Any, given: Any, place: Mapping[int, int]) -> Any:
    """The tangent that a source starts with."""
    if id(source) not in place:
        raise TypeError(
            f'mode="forward" goes from an input: wrt= takes one of the graph\'s nodes, or {{node: tangent}}, '
            f"got {_said(source)}"
        )
    if given is None and not arrays.is_array(source.data):
        given = 1.0
    if given is None:
        raise TypeError(f"wrt has the shape {source.data.shape}: give the direction too, as wrt={{node: tangent}}")
    if np.shape(given) != np.shape(source.data):
        raise ValueError(f"a tangent has its node's shape, {np.shape(source.data)}, got {np.shape(given)}")
    return np.asarray(given, source.data.dtype) if isinstance(source.data, np.ndarray) else float(given)


def _said(thing: object) -> str:
    return "a node of another graph" if hasattr(thing, "requires_grad") else repr(thing)[:60]
