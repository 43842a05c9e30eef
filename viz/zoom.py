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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from autograd_mini.modes import recording
from autograd_mini.names import callers_names

from . import text
from .drawing import Drawing, draw
from .names import name_nodes
from .options import check
from .picture import STALE, Graph, stale_nodes, walk

Array = np.ndarray[Any, Any]
Level = Literal["neurons", "operations"]
NUMBERED = re.compile(r"([^\W\d_])\[?(\d*)\]?")  # X, A1, Z[1]


def zoom(
    node: Any,
    *,
    example: int = 0,
    max_units: int = 8,
    level: Level = "neurons",
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
    level
        "neurons" has a box for each weighted sum; "operations" one for each product and each sum in it.
    names
        As in :func:`draw`: the neurons of ``A1 = tanh(Z1)`` are those of layer 1.
    **options
        The others of :func:`draw`.

    Raises
    ------
    TypeError
        If `node` is not a Tensor.
    ValueError
        If it was computed in another way, there is no such example, or an option is wrong.

    Examples
    --------
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
    if not all(hasattr(node, needed) for needed in ("op", "inputs", "grad", "shape")):
        raise TypeError(f"zoom takes a Tensor, what a layer gave, got {type(node).__name__}: draw takes any node")
    check(level=(level, get_args(Level)))
    graph = walk([node])
    assert graph is not None  # without a limit
    layer = _found(graph)
    if layer is None:
        computed = f"was computed by {node.op!r}" if node.op else "was not computed"
        raise ValueError(
            f"zoom takes what a layer gave, Z = X @ W + b or A = g(Z), got a Tensor that {computed}: pass layer(X)"
        )
    m, units = layer.z.data.shape
    for name, got, allowed in (("example", example, range(m)), ("max_units", max_units, range(1, sys.maxsize))):
        if not isinstance(got, int | np.integer) or got not in allowed:
            said = f"one of {m:,}, counted from 0" if name == "example" else "a positive integer"
            raise ValueError(f"{name}={got!r}; it has to be {said}")
    variables = callers_names(sys._getframe(1)) if names is None else names
    with recording():
        outputs, weights = layer.neurons(example, min(units, max_units), level, variables)
    drawing = draw(outputs, names={}, parameters=weights, **options)
    stale = stale_nodes(graph)
    old = {"operation": id(layer.Z) in stale, "input": id(layer.X) in stale}
    nodes = (replace(box, is_stale=old.get(box.kind, False)) for box in drawing.picture.nodes)
    notes = [note for note in drawing.picture.notes if note != STALE] + [STALE] * any(old.values())
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
        self.give_gradient(node, row, column)

    def give_gradient(self, node: Any, row: int, column: int) -> None:
        """Give a node one of the gradients."""
        node.grad = None if self.grad is None else float(self.grad[row, column])


class Layer:
    """Z = X @ W + b, or Z = W @ X + b, and A = g(Z), which is Z without an activation; their numbers are tables."""

    def __init__(self, A: Any, Z: Any, X: Any, W: Any, b: Any, in_rows: bool) -> None:
        self.A, self.Z, self.X, self.in_rows = A, Z, X, in_rows
        features = W.shape[0 if in_rows else -1]
        units = W.data.size // features
        self.x, self.w = self._table(X, features), self._table(W, units)
        self.z, self.a = self._table(Z, units), self._table(A, units)
        self.b = None if b is None else self._table(b, b.data.size)

    def _table(self, node: Any, columns: int) -> Table:
        def laid(array: Any) -> Any:
            return None if array is None else (array if self.in_rows else array.T).reshape(-1, columns)

        return Table(laid(node.data), laid(node.grad), node.requires_grad)

    def neurons(
        self, example: int, units: int, level: Level, variables: Mapping[str, object]
    ) -> tuple[list[Any], list[Any]]:
        """What the neurons give for an example, as graphs of numbers, and their weights."""
        from autograd_mini.functions import FUNCTIONS, dot  # noqa: PLC0415 - as in picture.symbols
        from autograd_mini.graph import Tag  # noqa: PLC0415 - the same

        called = name_nodes([self.X, self.Z, self.A], variables)
        (letter, below), (_, number) = (_letter_and_number(called[id(node)]) for node in (self.X, self.A))
        scope = self.Z.scope or ((f"layer {number}",) if number else ())
        count = len(self.w.data)
        x = [self.x.value(example, k, text.unit(letter, str(k + 1), below, "")) for k in range(count)]
        outputs, weights = [], []
        for j in range(units):
            w = [self.w.value(k, j, f"w{k + 1}") for k in range(count)]
            b = [] if self.b is None else [self.b.value(0, j % self.b.data.size, "b")]
            sums = [dot(w, x, *b)] if level == "neurons" else list(_one_by_one(w, x, b))
            a = z = sums[-1]
            for part in sums:  # a sum hands its gradient on as it is
                self.z.give_gradient(part, example, j)
            self.z.give(z, example, j)  # before g sees it: a sum in another order may end in other digits
            if self.A is not self.Z:
                a = FUNCTIONS[self.A.op](*(z if each is self.Z else float(each.data) for each in self.A.inputs))
                self.a.give(a, example, j)
            for leaf in (*w, *b):
                leaf._tag = Tag(leaf.label, (*scope, f"neuron {j + 1}"))
            for part in (*sums, a):
                part._tag = Tag(scope=(*scope, f"neuron {j + 1}"))
            if level == "operations":  # else it goes without saying which is the weighted sum
                z.label, a.label = (text.unit(letter, str(j + 1), number, "") for letter in "za")
            outputs.append(a)
            weights += w + b
        return outputs, weights


def _one_by_one(w: Sequence[Any], x: Sequence[Any], b: Sequence[Any]) -> Iterator[Any]:
    """The products of weights and inputs, then their sum, term by term; the last is the whole."""
    products = [each * its for each, its in zip(w, x, strict=True)]
    yield from products
    total = products[0]
    for term in (*products[1:], *b):
        total = total + term
        yield total


def _found(graph: Graph) -> Layer | None:
    """The layer that gave the last node of a graph."""
    *before, node = graph.nodes
    own = [Z for Z in before[::-1] if Z.scope == node.scope != ()]  # an activation of whole rows is several operations
    for A, Z in [(node, node), (node, _argument(node)), *zip(own, own, strict=True)]:
        if Z is not None and (parts := _product_and_bias(Z)):
            return Layer(A, Z, *parts)
    return None


def _argument(node: Any) -> Any:
    """The only operand that is no number, where a function of the table was applied; else None."""
    from autograd_mini.functions import FUNCTIONS  # noqa: PLC0415 - as in picture.symbols

    arrays = [x for x in node.inputs if x.op != "constant" or x.data.ndim]
    return arrays[0] if node.op in FUNCTIONS and len(arrays) == 1 else None


def _product_and_bias(Z: Any) -> tuple[Any, Any, Any, bool] | None:
    """X, W, b or None, and whether Z is X @ W + b, not W @ X + b; None if it is neither."""
    sums = [Z.inputs, Z.inputs[::-1]] if Z.op == "add" else [(Z, None)]
    product, b = next((terms for terms in sums if terms[0].op == "matmul"), (None, None))
    if product is None:
        return None
    left, right = product.inputs
    in_rows = _rank(right) > _rank(left)
    if _rank(right) == _rank(left):
        in_rows = b is None or b.shape != (*Z.shape[:1], 1)
    X, W = (left, right) if in_rows else (right, left)
    units = 1 if W.ndim == 1 else W.shape[1 if in_rows else 0]
    is_bias = b is None or ((_rank(b) or b.op == "constant") and b.size in (1, units))
    fits = W.size and W.ndim <= 2 and (in_rows or X.ndim <= 2)
    return (X, W, b, in_rows) if is_bias and fits else None


def _rank(node: Any) -> int:
    """How likely it is a weight: 2 for a parameter of a network, 1 for another leaf that wants a gradient, 0 else."""
    while node.op == "transpose":
        (node,) = node.inputs
    return 0 if node.op or not node.requires_grad else 1 + node.is_parameter


def _letter_and_number(name: str) -> tuple[str, str]:
    """``a`` and ``1`` of ``A[1]``; ``x`` of a name that tells nothing."""
    found = NUMBERED.fullmatch(name)
    return (found[1].lower(), found[2]) if found else ("x", "")
