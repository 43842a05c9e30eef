"""``zoom``: a layer's matrices, for one example, as the neurons that they are.

>>> import numpy as np
>>> from autograd_mini import Tensor, tanh
>>> X, W, b = np.array([[1.0, -2.0]]), Tensor([[0.5], [0.25]]), Tensor([1.0])
>>> A = tanh(X @ W + b)
>>> print(zoom(A, show="value"))
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
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograd_mini.names import callers_names

from . import operations, text
from .drawing import Drawing, draw
from .names import name_nodes
from .picture import STALE, stale_nodes, walk

Array = np.ndarray[Any, Any]
ON_THE_LOSS = "call backward() on the loss to fill in the gradients"
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

    Values and gradients are those of the layer's arrays; the gradients of weights are therefore sums over all examples.

    Parameters
    ----------
    node
        What a Dense layer gave, or any other Z = X @ W + b (examples in rows), Z = W @ X + b (in columns), with b or
        without, and what an activation made of it.
    example
        Which one, counted from 0.
    max_units
        How many neurons to draw at most, the first ones.
    names
        As in :func:`draw`: X, W and b are found without names, but A1 gives neurons of layer 1.
    options
        Those of :func:`draw`.

    Returns
    -------
    Drawing

    Raises
    ------
    TypeError
        If `node` is not a Tensor.
    ValueError
        If it was not computed so, or there is no such example.
    """
    if not all(hasattr(node, needed) for needed in ("op", "inputs", "data", "grad", "shape")):
        raise TypeError(f"zoom takes a Tensor, the Z or A of a layer, got {type(node).__name__}: {node!r:.60}")
    if names is None:
        names = callers_names(sys._getframe(1))
    layer = _layer(node)
    if layer is None:
        written = f"{node.op}({', '.join(x.op or x.label or 'x' for x in node.inputs)})" if node.op else "a leaf"
        raise ValueError(
            f"zoom takes what a layer gives, Z = X @ W + b or an activation of it, got {written}: "
            "pass the output of a Dense layer, layer(X)"
        )
    
