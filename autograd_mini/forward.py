"""The forward sweep: from inputs to everything that was computed from them, by the chain rule.

The tangent of a node is its derivative along one direction of the inputs. It is carried from operand
to result by the same derivatives that the backward sweep uses; one sweep serves all results, where a
backward sweep serves all inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .graph import Leaf
from .modes import THREAD
from .reverse import check, stored, times

if TYPE_CHECKING:
    from .value import Value


def tangents(
    order: Sequence[Value],
    sources: Sequence[Value],
    directions: Sequence[Any],
    derivatives: Callable[[Value], Callable[[int], Any]] = stored,
) -> dict[int, Any]:
    """The tangent of every node, of a topological order, that depends on the sources, by the node's id.

    ``derivatives`` says what the derivative of a node by each of its operands is: the number that the
    forward pass stored, or, for higher orders, a node.

    >>> from autograd_mini import Value
    >>> from autograd_mini.graph import topological
    >>> a, b = Value(2), Value(1)
    >>> e = (a + b) * (b + 1)
    >>> tangents(topological(e), [b], [1.0])[id(e)]
    5.0
    """
    pairs = zip(sources, directions, strict=True)
    # A direction of 0 is none: 0 times an infinite derivative would be nan.
    result = {id(source): direction for source, direction in pairs if type(direction) is not float or direction}
    for node in order:
        if id(node) in result or isinstance(node.origin, Leaf):
            continue
        by = derivatives(node)
        terms = [
            times(result[id(child)], partial)
            for i, child in enumerate(node.operands)
            if id(child) in result and (partial := by(i)) is not None
        ]
        if terms:
            total = terms[0]
            for term in terms[1:]:
                total = total + term
            result[id(node)] = total
            if THREAD.anomaly:
                check(node, total, "tangent")
    return result
