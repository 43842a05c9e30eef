"""``zoom``: the arrays of a layer, for one example, as the neurons that they are.

>>> from autograd_mini import Tensor, tanh
>>> X, W, b = np.array([[1.0, -2.0]]), Tensor([[0.5], [0.25]]), Tensor([1.0])
>>> print(zoom(tanh(X @ W + b), show="value"))
a₁ = tanh(z₁)   value 0.7616
└─ z₁ = w₁ × x₁ + w₂ × x₂ + b   value 1
   ├─ w₁   value 0.5
   ├─ w₂   value 0.25
   ├─ x₁   value 1
   ├─ x₂   value −2
   └─ b   value 1
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from autograd_mini.names import callers_names

from . import text
from .drawing import Drawing, draw
from .names import name_nodes
from .picture import FILL_IN, STALE, stale_nodes, walk

Array = np.ndarray[Any, Any]
NUMBERED = re.compile(r"([^\W\d_])\[?(\d*)\]?")  # X, A1, Z[1]


def zoom(
    node: Any,
    *,
    example: int = 0,
    max_units: int = 8,
    names: Mapping[str, object] | None = None,
    **options: Any,
) -> Drawing:
    """Draw the neurons of a layer, with the numbers that they have for one example.

    The numbers are those of the layer's arrays: the gradient of a weight is the sum over all examples. An activation of
    whole rows, such as softmax, is left out.

    Parameters
    ----------
    node
        What a layer gave: Z = X @ W + b with examples as rows, Z = W @ X + b with examples as columns, or A = g(Z).
    example
        Which one, counted from 0.
    max_units
        How many neurons to draw at most: the first ones.
    names
        As in :func:`draw`: the neurons of ``A1 = tanh(Z1)`` are those of layer 1.
    options
        The others of :func:`draw`.

    Raises
    ------
    TypeError
        If `node` is not a Tensor.
    ValueError
        If it was computed in another way, there is no such example, or an option is wrong.
    """
    if not all(hasattr(node, needed) for needed in ("op", "inputs", "grad", "shape")):
        raise TypeError(f"zoom takes a Tensor, what a layer gave, got {type(node).__name__}: draw takes any node")
    layer = _found(node)
    if layer is None:
        computed = f"was computed by {node.op!r}" if node.op else "was not computed"
        raise ValueError(
            f"zoom takes what a layer gave, Z = X @ W + b or A = g(Z), got a Tensor that {computed}: pass layer(X)"
        )
    m, units = layer.z.data.shape
    if example not in range(m):
        raise ValueError(f"example={example!r}; it has to be a whole number from 0 to {m - 1}")
    if max_units not in range(1, sys.maxsize):
        raise ValueError(f"max_units={max_units!r}; it has to be a positive integer")
    variables = callers_names(sys._getframe(1)) if names is None else names
    outputs, weights = layer.neurons(example, min(units, max_units), variables)
    drawing = draw(outputs, names={}, parameters=weights, **options)
    is_stale = id(layer.Z) in stale_nodes(walk([layer.Z]))
    nodes = (replace(box, is_stale=is_stale and box.kind == "operation") for box in drawing.picture.nodes)
    notes = [note for note in drawing.picture.notes if note != STALE]
    if is_stale:
        notes.append(STALE)
    if m > 1:
        summed = "" if layer.w.grad is None else f"; gradients of weights are sums over all {m:,}"
        notes.append(f"example {example} of {m:,}{summed}")
    if units > max_units:
        notes.append(f"neurons 1 to {max_units} of {units:,}: max_units={units} draws each")
    return replace(drawing, picture=replace(drawing.picture, nodes=tuple(nodes), notes=tuple(notes)))


class Table(NamedTuple):
    """What a node holds, and its gradient, as (examples, features) or (features, units)."""

    data: Array
    grad: Array | None
    requires_grad: bool

    def value(self, row: int, column: int, label: str) -> Any:
        """One of the numbers as a leaf."""
        from autograd_mini import Value  # noqa: PLC0415 - as in picture.symbols

        made = Value(0.0, label, requires_grad=self.requires_grad)
        self.give(made, row, column)
        return made

    def give(self, node: Any, row: int, column: int) -> None:
        """Give a node one of the numbers, and its gradient."""
        node.data = float(self.data[row, column])
        node.grad = None if self.grad is None else float(self.grad[row, column])


class Layer:
    """Z = X @ W + b, or Z = W @ X + b, and A = g(Z), which is Z without an activation; their numbers are tables."""

    def __init__(self, A: Any, Z: Any, product: Any, b: Any) -> None:
        self.A, self.Z = A, Z
        left, right = product.inputs
        self.in_rows = _in_rows(left, right, b)
        self.X, W = (left, right) if self.in_rows else (right, left)
        features = W.shape[0 if self.in_rows else -1]
        units = W.data.size // features
        self.x, self.w = self._table(self.X, features), self._table(W, units)
        self.z, self.a = self._table(Z, units), self._table(A, units)
        self.b = None if b is None else self._table(b, b.data.size)

    def _table(self, node: Any, columns: int) -> Table:
        def laid(array: Any) -> Any:
            return None if array is None else (array if self.in_rows else array.T).reshape(-1, columns)

        return Table(laid(node.data), laid(node.grad), node.requires_grad)

    def neurons(self, example: int, units: int, variables: Mapping[str, object]) -> tuple[list[Any], list[Any]]:
        """What the neurons give for an example, as graphs of numbers, and their weights."""
        from autograd_mini.functions import FUNCTIONS, dot  # noqa: PLC0415 - as in picture.symbols
        from autograd_mini.graph import Tag  # noqa: PLC0415

        features = len(self.w.data)
        of_inputs, number = _letter_and_number(self.X, variables)
        letter = of_inputs.lower() or "x"
        x = [self.x.value(example, k, text.unit(letter, str(k + 1), number, "")) for k in range(features)]
        outputs, weights = [], []
        for j in range(units):
            w = [self.w.value(k, j, f"w{k + 1}") for k in range(features)]
            b = [] if self.b is None else [self.b.value(0, j % self.b.data.size, "b")]
            z = dot(w, x, *b)
            ...
        return outputs, weights
