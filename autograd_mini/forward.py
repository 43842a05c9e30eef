"""The forward sweep: from inputs to everything that was computed from them, by the chain rule.

The tangent of a node is its derivative along one direction of the inputs. It is carried from operand
to result by the same derivatives that the backward sweep uses; one sweep serves all results, where a
backward sweep serves all inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .graph import MANY, Leaf
from .modes import THREAD
from .operation import Linear
from .reverse import check, times
from .rules import Rule
from .worlds import on_arrays

Tangents = list[Any]  # of a node's operands; None where an operand doesn't depend on the sources


def add_up(terms: list[Any]) -> Any:
    """The sum of one or more terms."""
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def stored(node: Any, given: Tangents) -> Any:
    """The tangent of a node from those of its operands, by what the forward pass stored."""
    if node.edges is None:
        pairs = zip(given, node.partials, strict=True)
        terms = [times(t, partial) for t, partial in pairs if t is not None and partial is not None]
        return add_up(terms) if terms else None
    if node.edges is MANY:
        return np.array([0.0 if t is None else t for t in given], node.dtype).reshape(node.shape)
    operation, data = node.origin, node.arrays
    if isinstance(operation, Rule):
        partials = on_arrays(operation)(*data)[1:]
        terms = [t * partials[i] for i, t in enumerate(given) if t is not None]
    else:
        terms = linear_terms(operation, given, data, node.params)
    total = add_up(terms)
    return np.broadcast_to(np.asarray(total, node.dtype), node.shape)


def linear_terms(operation: Linear, given: Tangents, operands: Sequence[Any], params: tuple[Any, ...]) -> list[Any]:
    """What each operand of a linear operation adds to the tangent, on arrays or nodes."""
    return [operation.push(i, t, operands, params) for i, t in enumerate(given) if t is not None]


def tangents(
    order: Sequence[Any],
    sources: Sequence[Any],
    directions: Sequence[Any],
    push: Callable[[Any, Tangents], Any] = stored,
) -> dict[int, Any]:
    """The tangent of every node, of a topological order, that depends on the sources, by the node's id.

    ``push`` says how the tangents of operands become that of their node: by what the forward pass stored, or,
    for higher orders, on nodes.

    >>> from autograd_mini import Value
    >>> from autograd_mini.graph import topological
    >>> a, b = Value(2), Value(1)
    >>> e = (a + b) * (b + 1)
    >>> tangents(topological(e), [b], [1.0])[id(e)]
    5.0
    """
    pairs = zip(sources, directions, strict=True)
    # A direction of 0 is none: 0 times an infinite derivative would be nan.
    result = {
        id(source): direction
        for source, direction in pairs
        if not isinstance(direction, float | np.ndarray) or np.any(direction)
    }
    with np.errstate(all="ignore"):
        for node in order:
            if id(node) in result or isinstance(node.origin, Leaf):
                continue
            given = [result.get(id(x)) for x in node.operands]
            if all(t is None for t in given):
                continue
            total = push(node, given)
            if total is not None:
                result[id(node)] = total
                if THREAD.anomaly:
                    check(node, total, "tangent")
    return result
