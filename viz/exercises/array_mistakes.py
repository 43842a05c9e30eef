"""What goes wrong with arrays alone: a bias not summed over the examples, or over the wrong axis; 1/m; transposes.

Mistakes here may have another shape than the right answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd_mini.rules import Rule
from autograd_mini.worlds import pull

from ..arrays import is_array
from ..chain_rule.derivation import Derivation
from ..picture import Edge
from .mistake import Mistake
from .sweeping import at, derivative_with, right

MEANS = ("mean", "binary_crossentropy", "crossentropy")  # the last two of logits, all in one


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
            if made.picture.nodes[head].op == "sum" and np.size(made.graph.nodes[head].data) == 1:
                yield from _divided(made, edge)
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
        if (axis,) != axes:
            for keeps in (True, False) if node.shape[axis] > 1 else (False,):
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
    averaged, op = made.graph.nodes[edge.tail], made.picture.nodes[edge.head].op
    size = averaged.data.size
    m = size // (averaged.shape[-1] if op == "crossentropy" else max(np.size(made.graph.nodes[edge.head].data), 1))
    name = made.names[edge.tail]
    if m < 2:
        return
    yield Mistake("no 1/m", _times(made, edge, m), f"the 1/m of the mean over {name} was forgotten: 1/{m}")
    yield Mistake("1/m twice", _times(made, edge, 1 / m), f"1/m was there twice: the mean over {name} has one, 1/{m}")
    over = f"all its {m} numbers" if m == size else f"its {m} examples"
    for axis, n in enumerate((*averaged.shape, size)):
        if n > 1 and n != m:
            yield Mistake(
                f"1/m of axis {axis}", _times(made, edge, m / n),
                f"1/{n} was taken for 1/{m}: the mean over {name} is one over {over}",
            )  # fmt: skip


def _divided(made: Derivation, edge: Edge) -> Iterator[Mistake]:
    """1/m forgotten where a sum, and not a mean, has such a factor: −1/m, 1/m, 1/(2m)."""
    factor = abs(float(made.gradients[edge.head]))
    summed = made.graph.nodes[edge.tail]
    for m in sorted({*summed.shape, np.size(summed.data)} - {0, 1}):
        if any(math.isclose(factor * m, share, rel_tol=1e-6) for share in (1, 0.5)):
            said = f"the 1/m before the sum over {made.names[edge.tail]} was forgotten: 1/{m}"
            yield Mistake(f"no 1/m of sum {at(edge)} {m}", _times(made, edge, m), said)


def _times(made: Derivation, edge: Edge, factor: float) -> Any:
    """The derivative if an edge handed back so many times what it does."""
    term = right(made, edge)
    return derivative_with(made, {at(edge): lambda gradient: term(gradient) * factor})


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
    yield Mistake(
        f"untransposed {at(edge)}", derivative_with(made, {at(edge): term}), f"{plain} stands where {name} belongs"
    )
