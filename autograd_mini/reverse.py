"""The backward sweep: from a node to everything that it was computed from, by the chain rule.

Thrice, because speed asks for it: :func:`backward` for Values, in place, from the derivatives that the forward
pass stored; :func:`backward_tensor` for Tensors, which compute them now; :func:`cotangents` for the transforms,
on numbers or, for higher orders, on nodes. All visit a node when all its consumers have been: then its gradient
is complete.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from operator import mul
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import asarray, ndarray

from .graph import CLOCK, DATA, MANY, descendants, describe_inputs, flows_to, topological
from .linear import SUM_TO, sum_to
from .modes import THREAD, AnomalyError
from .nary import SUM
from .rules import Rule
from .worlds import pull as pull_by

if TYPE_CHECKING:
    from .tensor import Tensor
    from .value import Value


unbroadcast = SUM_TO.value
NOTHING = (
    "nothing to differentiate: this node was computed from data alone; "
    "make the inputs Value(…) or Tensor(…) with requires_grad=True, outside of no_grad()"
)


LARGE = 8192  # elements of an array that is better kept where it is than joined with others


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
        raise RuntimeError(NOTHING)
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


def backward_tensor(root: Tensor, seed: Any) -> None:
    """The same for Tensors; what reaches Values is handed on together, by one sweep of theirs if there is more to do.

    A leaf's gradient becomes an array of its own, or is written to its ``home``, an optimizer's vector.
    """
    if not root.origin.requires_grad:
        raise RuntimeError(NOTHING)
    now = CLOCK.now
    checked = THREAD.anomaly > 0
    sweep = getattr(root.origin, "sweep", None)  # which a replayed program brings
    if sweep is not None and not checked:
        if root.time != now:
            _refuse_stale(root)
        if sweep(root, seed):
            return
    reached = [root]
    leaves: list[tuple[Tensor, Any]] = []
    doors: list[Tensor] = []  # where Values enter
    try:
        for node in reached:  # grows while it is walked
            if node.edges is MANY:
                doors.append(node)
            elif node.edges:
                if node.time != now:
                    _refuse_stale(node)
                for child, _ in node.edges:
                    if child._pending is None:
                        reached.append(child)
                        child._pending = 0
                    else:
                        child._pending += 1
            else:
                leaves.append((node, node.grad))
            node.grad = None
        _pull_back(root, seed, checked)
        totals = [node.grad if old is None else asarray(node.grad + old) for node, old in leaves]
        values = _by_values(doors)
        others = [x for x, _ in values if x.left is not None or x.grad is not None]  # than fresh leaves
        if others or (values and checked):
            backward(_together(values), 1.0)
            values = []
    except BaseException:
        for node in reached:
            node._pending = None
            if node.edges:
                node.grad = None
        for node, old in leaves:
            node.grad = old
        raise
    for (node, _), total in zip(leaves, totals, strict=True):
        home = node.home
        if home is None or home.size > LARGE:
            node.grad = total
        else:
            home[...] = total
            node.grad = home
    for x, gradient in values:  # fresh leaves, for which a sweep would do no more
        x.grad = gradient if x.grad is None else x.grad + gradient


def _refuse_stale(node: Tensor) -> None:
    if node.is_stale:
        raise RuntimeError(
            f"the data of {node.label or node.op} or of its inputs was assigned after it was computed, so its "
            f"derivative is gone ({node.op} of {describe_inputs(node)}): compute the graph again"
        )


@np.errstate(all="ignore")
def _pull_back(root: Tensor, seed: Any, checked: bool) -> None:
    root.grad = seed
    ready = [root]
    for node in ready:  # grows while it is walked
        gradient = node.grad
        if checked:
            check(node, gradient, "gradient")
        if node.edges is MANY:
            continue
        for child, pull in node.edges:
            term = pull(gradient, node)
            if checked:
                check(node, term, "derivative times gradient")
            data = child._data
            if term.shape != data.shape:
                term = unbroadcast(term, data.shape)
            if type(term) is not ndarray or term.dtype is not data.dtype:
                term = asarray(term, data.dtype)
            if child.grad is not None:
                child.grad = asarray(child.grad + term)
            elif child.edges or not _is_view(term, gradient):
                child.grad = term
            else:
                child.grad = term.copy()  # a leaf's gradient is an array of its own
            waiting = child._pending
            if waiting:
                child._pending = waiting - 1
            else:
                child._pending = None
                if child.edges or checked:
                    ready.append(child)


def _is_view(term: Any, gradient: Any) -> bool:
    """Whether a term shares memory with the gradient that it came from."""
    base = term.base
    return term is gradient or (base is not None and (base is gradient or base is gradient.base))


def _by_values(doors: Sequence[Tensor]) -> list[tuple[Value, float]]:
    """Each Value that entered, with the gradient by its place."""
    return [
        (x, gradient)
        for node in doors
        for x, gradient in zip(node.operands, node.grad.ravel().tolist(), strict=True)
        if type(x) is not float and x.origin is not DATA
    ]


def _together(pairs: Sequence[tuple[Value, float]]) -> Value:
    """One node whose derivatives by Values are these."""
    values, gradients = zip(*pairs, strict=True)
    node: Value = object.__new__(type(values[0]))
    node._data = 0.0
    node.dleft, node.left, node.right, node.origin = MANY, ((values, gradients),), (values,), SUM
    node.grad = node._pending = node._tag = None
    return node


def check(node: Any, number: Any, what: str) -> None:
    """Under ``detect_anomaly``: refuse a gradient or tangent that is nan or inf, and derivatives that will make one."""
    made_at = f", made at {node._tag.made_at}" if node._tag and node._tag.made_at else ""
    if isinstance(number, float | ndarray) and not np.isfinite(number).all():
        name = node.op or f"the leaf {node.label or node.summary()}"
        wrong = number if isinstance(number, float) else number[~np.isfinite(number)][0]
        raise AnomalyError(f"the {what} of {name} became {wrong}{made_at}")
    for partial in node.partials if node.edges is None else ():
        if partial is not None and not math.isfinite(partial):
            raise AnomalyError(f"{node.op} has the derivative {partial} for {describe_inputs(node)}{made_at}")


def stored(node: Any) -> Callable[[int, Any], Any]:
    """What the forward pass stored, as a function from (i, gradient of the node) to the gradient by operand i."""
    if node.edges is None:
        partials = node.partials
        return lambda i, gradient: None if partials[i] is None else times(gradient, partials[i])
    if node.edges is MANY:
        numbers = node.operands
        return lambda i, gradient: float(gradient.flat[i]) if flows_to(numbers[i]) else None

    def pull(i: int, gradient: Any) -> Any:
        operand, operation = node.operands[i], node.origin
        if not flows_to(operand):
            return None
        term = (pull_by(operation, i) if isinstance(operation, Rule) else operation.pulls_of(i + 1)[i])(gradient, node)
        return asarray(sum_to(term, operand.shape), operand.dtype)

    return pull


def times(gradient: Any, partial: Any) -> Any:
    """Their product; a factor that is the number 1 is left out, so that graphs of derivatives stay small."""
    if type(partial) is float and partial == 1.0:
        return gradient
    if type(gradient) is float and gradient == 1.0:
        return partial
    return gradient * partial


def cotangents(
    root: Any,
    sources: Sequence[Any],
    seed: Any = 1.0,
    pulling: Callable[[Any], Callable[[int, Any], Any]] = stored,
) -> list[Any]:
    """The derivative of ``root``, times ``seed``, by each source, or None; no node's ``grad`` is touched.

    ``pulling`` says how the gradient of a node becomes that of its operands: by what the forward pass stored, or,
    for higher orders, on nodes.

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
        if gradient is None or not node.operands:
            continue
        if THREAD.anomaly:
            check(node, gradient, "gradient")
        if node.edges is not None and node.edges is not MANY and node.time != CLOCK.now:
            _refuse_stale(node)
        pull = pulling(node)
        for i, child in enumerate(node.operands):
            if id(child) in wanted and (term := pull(i, gradient)) is not None:
                if THREAD.anomaly:
                    check(node, term, "derivative times gradient")
                earlier = gradients.get(id(child))
                gradients[id(child)] = term if earlier is None else earlier + term
    return [gradients.get(id(source)) for source in sources]
