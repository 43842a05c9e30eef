"""A drawing with the gradients of a sweep of its own, for worksheets and comparisons: those of the nodes do not matter.

>>> from autograd_mini import Value
>>> x = Value(3)
>>> y = x * x
>>> drawing, graph, gradients = differentiated(y, {"x": x, "y": y}, "the example")
>>> print(drawing, gradients, x.grad)
y = x × x   value 9   grad 1
├─ x   value 3   grad 6   ∂y/∂x = 3
└─ x   value 3   grad 6   ∂y/∂x = 3 [6.0, 1.0] None
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from . import arrays
from .collapse import FULL_LABELS
from .drawing import Drawing, draw
from .picture import STALE, Graph, picture, walk
from .sweeps import check_small


def differentiated(
    node: Any, names: Mapping[str, object], caller: str, **options: Any
) -> tuple[Drawing, Graph, list[Any]]:
    """The drawing of every operation with the gradients of a sweep of its own, the graph, and these gradients.

    No two nodes have the same name in it, and no number is −0.

    Raises
    ------
    TypeError, ValueError, RuntimeError
        As :func:`viz.compare_gradients`, for `caller`.
    """
    from autograd_mini.reverse import cotangents  # noqa: PLC0415 - as in picture.symbols

    if isinstance(node, list | tuple):
        raise TypeError(
            f"{caller} takes one node, got a {type(node).__name__} of {len(node)}: pass their sum, or one of them"
        )
    is_option = "max_nodes" in options
    options = {"collapse": None, "max_nodes": FULL_LABELS, "parameters": ()} | options
    check_small(node, options["max_nodes"], caller, is_option=is_option)
    drawing = draw(node, names=names, **options)
    if STALE in drawing.picture.notes:
        raise RuntimeError(
            "a leaf has changed since this was computed, so its gradients would be of another graph: compute it again"
        )
    if not node.requires_grad:
        raise ValueError("nothing here wants a gradient: make the inputs Value(…) or Tensor(…) with requires_grad=True")
    graph = walk([node], parameters=options["parameters"])
    assert graph is not None  # without a limit
    made = picture(graph, names, told_apart=True)
    seed = np.ones_like(node.data) if isinstance(node.data, np.ndarray) else 1.0
    gradients = [None if each is None else each + 0.0 for each in cotangents(node, graph.nodes, seed)]  # −0 + 0 is 0
    boxes = (
        replace(box, value=arrays.described(each.data + 0.0), grad=arrays.gradient(gradient))
        for box, each, gradient in zip(made.nodes, graph.nodes, gradients, strict=True)
    )
    edges = (edge if edge.partial is None else replace(edge, partial=edge.partial + 0.0) for edge in made.edges)
    made = replace(made, nodes=tuple(boxes), edges=tuple(edges), notes=())
    return replace(drawing, picture=made), graph, gradients
