"""The backward sweep: from a node to everything that it was computed from, by the chain rule.

Twice, because speed asks for it: :func:`backward` for Values, in place, from the derivatives that the
forward pass stored; :func:`cotangents` for the transforms, on floats or, for higher orders, on nodes.
Both visit a node when all its consumers have been: then its gradient is complete.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from operator import mul
from typing import TYPE_CHECKING, Any

from .graph import MANY, descendants, describe_inputs, topological
from .modes import THREAD, AnomalyError

if TYPE_CHECKING:
    from .value import Value


class Share:
    """Operands that several n-ary nodes share: the neurons of a layer their inputs, a neuron's calls its weights.

    They count as one consumer of each operand. Their gradients are gathered, and handed on together when
    the last one is there: for operand i the sum of gradient times derivative, which is a column of a
    little matrix product.
    """

    __slots__ = ("consumers", "gradients", "partials")

    def __init__(self) -> None:
        self.consumers = 1
        self.gradients: list[float] = []
        self.partials: list[Sequence[float]] = []

    def hand_on(self, part: tuple[Value, ...], ready: list[Value]) -> None:
        """Add to the gradients of the operands, and put those that wait for no other consumer in ``ready``."""
        gradients = self.gradients
        for child, column in zip(part, zip(*self.partials, strict=False), strict=False):  # a dot's numbers may be more
            child.grad += sum(map(mul, gradients, column))
            waiting = child._pending
            if waiting:
                child._pending = waiting - 1
            else:
                child._pending = None
                ready.append(child)


def backward(root: Value, seed: float) -> None:
    """Set the gradients of inner nodes, and add to those of leaves; all or nothing.

    The first pass counts for each node how many consumers it has; the second takes a node whose consumers
    have all been there and hands its gradient on. No recursion, no sorting, no set. The lines that count
    are written out for each slot, because calling them would take longer than running them.
    """
    if not root.origin.requires_grad:
        raise RuntimeError(
            "nothing to differentiate: this node was computed from data alone; "
            "make the inputs Value(…) with requires_grad=True, outside of no_grad()"
        )
    reached = [root]
    leaves: list[tuple[Value, float | None]] = []
    shares: dict[int, Share] = {}
    try:
        for node in reached:  # grows while it is walked
            if node.dleft is MANY:
                for part, _ in node.left:
                    share = shares.get(id(part))
                    if share is not None:
                        share.consumers += 1
                        continue
                    shares[id(part)] = Share()
                    for child in part:
                        if child._pending is None:
                            reached.append(child)
                            child._pending = 0
                        else:
                            child._pending += 1
            else:
                if node.dleft is not None:
                    child = node.left
                    if child._pending is None:
                        reached.append(child)
                        child._pending = 0
                    else:
                        child._pending += 1
                elif node.left is None:
                    leaves.append((node, node.grad))
                if node.dright is not None:
                    child = node.right
                    if child._pending is None:
                        reached.append(child)
                        child._pending = 0
                    else:
                        child._pending += 1
            node.grad = 0.0
        _hand_on(root, seed, shares)
        totals = [node.grad if old is None else node.grad + old for node, old in leaves]  # type: ignore[operator]  # the sweep has set it
    except BaseException:
        for node in reached:
            node._pending = None
            if node.left is not None:  # a leaf that is not in `leaves` yet was not touched
                node.grad = None
        for node, old in leaves:
            node.grad = old
        raise
    for (node, _), total in zip(leaves, totals, strict=True):
        node.grad = total


def _hand_on(root: Value, seed: float, shares: dict[int, Share]) -> None:
    checked = THREAD.anomaly
    root.grad = seed
    ready = [root]
    for node in ready:  # grows while it is walked
        gradient: Any = node.grad
        if checked:
            check(node, gradient, "gradient")
        partial = node.dleft
        if partial is MANY:
            for part, partials in node.left:
                share = shares[id(part)]
                share.gradients.append(gradient)
                share.partials.append(partials)
                if len(share.gradients) == share.consumers:
                    share.hand_on(part, ready)
            continue
        if partial is not None:
            child = node.left
            child.grad += gradient * partial
            waiting = child._pending
            if waiting:
                child._pending = waiting - 1
            else:
                child._pending = None
                ready.append(child)
        partial = node.dright
        if partial is not None:
            child = node.right
            child.grad += gradient * partial
            waiting = child._pending
            if waiting:
                child._pending = waiting - 1
            else:
                child._pending = None
                ready.append(child)


def check(node: Value, number: Any, what: str) -> None:
    """Under ``detect_anomaly``: refuse a gradient or tangent that is nan or inf, and derivatives that will make one."""
    made_at = f", made at {node._tag.made_at}" if node._tag and node._tag.made_at else ""
    if isinstance(number, float) and not math.isfinite(number):
        name = node.op or f"the leaf {node.label or node.data}"
        raise AnomalyError(f"the {what} of {name} became {number}{made_at}")
    for partial in node.partials:
        if partial is not None and not math.isfinite(partial):
            raise AnomalyError(f"{node.op} has the derivative {partial} for {describe_inputs(node)}{made_at}")


def stored(node: Value) -> Callable[[int], float | None]:
    """The derivatives of a node by its operands, as the forward pass stored them."""
    return node.partials.__getitem__


def times(gradient: Any, partial: Any) -> Any:
    """Their product; a factor that is the number 1 is left out, so that graphs of derivatives stay small."""
    if type(partial) is float and partial == 1.0:
        return gradient
    if type(gradient) is float and gradient == 1.0:
        return partial
    return gradient * partial


def cotangents(
    root: Value,
    sources: Sequence[Value],
    seed: Any = 1.0,
    derivatives: Callable[[Value], Callable[[int], Any]] = stored,
) -> list[Any]:
    """The derivative of ``root``, times ``seed``, by each source; no node's ``grad`` is touched.

    ``derivatives`` says what the derivative of a node by each of its operands is: the number that the
    forward pass stored, or, for higher orders, a node.

    >>> from autograd_mini import Value
    >>> a, b = Value(2), Value(1)
    >>> cotangents((a + b) * (b + 1), [a, b])
    [2.0, 5.0]
    """
    order = topological(root)
    wanted = descendants(order, sources)
    gradients: dict[int, Any] = {id(root): seed} if id(root) in wanted else {}
    for node in reversed(order):
        gradient = gradients.get(id(node))
        if gradient is None:
            continue
        if THREAD.anomaly:
            check(node, gradient, "gradient")
        operands = node.operands
        by = derivatives(node) if operands else stored(node)
        for i, child in enumerate(operands):
            if id(child) in wanted and (partial := by(i)) is not None:
                term = times(gradient, partial)
                earlier = gradients.get(id(child))
                gradients[id(child)] = term if earlier is None else earlier + term
    return [gradients.get(id(source), 0.0) for source in sources]
