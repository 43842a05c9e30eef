"""What goes wrong with arrays alone: a bias not summed over the examples, or over the wrong axis; 1/m; transposes.

Mistakes here may have another shape than the right answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd_mini.rules import Rule
from autograd_mini.worlds import pull

from ..arrays import is_array
from ..chain_rule.derivation import Derivation
from ..picture import Edge
from .mistake import Mistake
from .sweeping import at, swept

MEANS = ("mean", "binary_crossentropy")  # the latter of logits, all in one


def mistakes_in(made: Derivation) -> Iterator[Mistake]:
    """Each for what it asks for: a broadcast operand, a mean, a matrix."""
    if not made.has_arrays:
        return
    edges = made.outgoing.get(made.wrt, [])
    if len(edges) == 1:
        yield from _summed(made, edges[0])
    for head in made.between[1:]:
        for edge in made.incoming[head]:
            if made.picture.nodes[head].op in MEANS and edge.operand == len(made.graph.nodes[head].inputs) - 1:
                yield from _averaged(made, edge)
            if made.picture.nodes[head].op == "matmul":
                yield from _untransposed(made, edge)
    gradient = made.gradients[made.wrt]
    if is_array(gradient) and gradient.ndim == 2 and min(gradient.shape) > 1:
        yield Mistake("transposed", gradient.T, f"d{made.names[made.wrt]} is transposed")


def _summed(made: Derivation, edge: Edge) -> Iterator[Mistake]:
    """The sum over what was broadcast left out, over all, over another axis, or a mean instead."""
    node, gradient = made.graph.nodes[edge.head], made.gradients[made.wrt]
    if not isinstance(node.rule, Rule) or np.shape(gradient) == node.shape:
        return
    name, above = f"d{made.names[made.wrt]}", f"d{made.names[edge.head]}"
    whole = np.broadcast_to(np.asarray(pull(node.rule, edge.operand)(made.gradients[edge.head], node)), node.shape)
    if edge.formula.partition(",")[0] != "1":
        above += f" × {edge.formula.partition(',')[0]}"
    yield Mistake("not summed", whole, f"{above} was not summed: {whole.shape} is one {name} for each example")
    everything = np.sum(whole)
    axes = _axes(np.shape(gradient), node.shape)
    right = f"axis={axes[0]}" if len(axes) == 1 else f"axis={axes}"
    right += ", keepdims=True" * (np.ndim(gradient) == node.ndim)
    if len(axes) < node.ndim and everything.size != np.size(gradient):
        said = f"np.sum({above}) is one number for all, the sum has {right}"
        yield Mistake("sum of all", everything, said)
        yield Mistake("sum of all, filled", np.full_like(gradient, everything), said)
    for axis in range(node.ndim):
        if (axis,) != axes and node.shape[axis] > 1:
            for keeps in (True, False):
                yield Mistake(
                    f"sum over {axis} {keeps}", np.sum(whole, axis=axis, keepdims=keeps),
                    f"{above} was summed over axis {axis}, the sum has {right}",
                )  # fmt: skip
    count = whole.size // np.size(gradient)
    if all(box.op not in MEANS for box in made.picture.nodes):  # else it is the same as 1/m twice
        yield Mistake("mean", gradient / count, f"{above} was averaged over {count} instead of summed")


def _axes(shape: tuple[int, ...], to: tuple[int, ...]) -> tuple[int, ...]:
    """Over which axes an array of one shape was broadcast to another."""
    ahead = len(to) - len(shape)
    return tuple(i for i, n in enumerate(to) if i < ahead or (shape[i - ahead] == 1 and n != 1))


def _averaged(made: Derivation, edge: Edge) -> Iterator[Mistake]:
    """1/m forgotten, of another m, or there twice."""
    averaged, gradient = made.graph.nodes[edge.tail], made.gradients[made.wrt]
    m = averaged.data.size // max(np.size(made.graph.nodes[edge.head].data), 1)
    name = made.names[edge.tail]
    if m < 2:
        return
    yield Mistake("no 1/m", gradient * m, f"the 1/m of the mean over {name} was forgotten: 1/{m}")
    yield Mistake("1/m twice", gradient / m, f"1/m was there twice: the mean over {name} has one, 1/{m}")
    for axis, n in enumerate(averaged.shape):
        if 1 < n < m:
            yield Mistake(
                f"1/m of axis {axis}", gradient * m / n,
                f"1/{n} was taken for 1/m: the mean over {name} is one over all its {m} numbers",
            )  # fmt: skip


def _untransposed(made: Derivation, edge: Edge) -> Iterator[Mistake]:
    """A factor of a matrix product that should have been transposed."""
    node = made.graph.nodes[edge.head]
    other = made.graph.inputs[id(node)][1 - edge.operand].data
    if other.ndim != 2 or other.shape[0] != other.shape[1] or np.ndim(made.gradients[edge.head]) != 2:
        return

    def term(gradient: Any) -> Any:
        return gradient @ other if edge.operand == 0 else other @ gradient

    name = edge.formula.strip("· ")
    plain = name[:-1] if name.endswith("ᵀ") else f"{name}ᵀ"
    yield Mistake(f"untransposed {at(edge)}", swept(made, {at(edge): term}), f"{plain} stands where {name} belongs")
