"""Programs printed as Python that a student can read, and run: ``to_python``.

A recording (``trace.py``, ``program.py``) goes through these rooms:

- ``named``: it is made, with the names that the user gave and the gradients of all that has one;
- ``script``: how formulas are written, with ``math`` or with NumPy;
- ``formulas``, ``calls``: each step as a formula, or as a call on whole arrays;
- ``words``: what stands for a variable, in the shortest form (``algebra.py``);
- ``layout``: which steps are lines, in which order, and what is written where it is used;
- ``page``: the whole text.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from ..graph import Node, describe
from ..names import callers_names
from .named import of_function, of_graph
from .page import Page

__all__ = ["to_python"]


def to_python(node_or_function: Any, *example_args: Any, names: Mapping[str, object] | None = None) -> str:
    """The forward and the backward pass as a program that a student could have written.

    Of a node the program begins with the numbers of its inputs. Of a function it is a function with the same arguments,
    which returns the value, or (value, gradients) where one result wants a gradient; nodes and arrays that the function
    takes from outside stand above it, with their numbers. Of a network of ``nn``'s layers it is ``predict``, with its
    weights; with an example batch, as in ``to_python(model, X)``, any network is a function like others.

    Parameters
    ----------
    node_or_function
        A node, a function of numbers, arrays and nodes, or a network.
    example_args
        Arguments of the function, for whose shapes and dtypes the program is. Gradients are by the arguments
        and outer nodes that want one; where none does, by all numbers and arrays of floats.
    names
        Name → node, for nodes without a label; unless given, the variables of the caller, or of the function.

    Returns
    -------
    str
        A program that imports nothing but ``math``, or NumPy where there are arrays. It computes what the engine does
        wherever all numbers on the way are finite.

    Raises
    ------
    TypeError
        For what is neither node nor function, or an operation that has no form as Python.
    RecordingError
        Where a function looks at numbers, as in ``if x > 0``.

    Notes
    -----
    - A gradient is called ``de_dc``, and ``dc`` where the result is called L, J, C, loss or cost, or has no name.
    - A textbook's derivative serves where it gives the engine's numbers, and so does a shorter form of a formula.
    - The mean over m examples is taken in the lines of the leaves, as in lecture notes: ``dW = dZ @ X.T / m``.
    - A result of more than one element has no gradient of its own: the function takes one more argument for it, called
      ``de``; the program of a node begins with ones.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> a, b = Value(2, label="a"), Value(1, label="b")
    >>> c = a + b
    >>> d = b + 1
    >>> e = c * d
    >>> print(to_python(e))
    a = 2.0
    b = 1.0
    <BLANKLINE>
    # Forward pass
    c = a + b
    d = b + 1
    e = c * d
    <BLANKLINE>
    # Backward pass
    de_dc = d
    de_dd = c
    de_da = de_dc
    de_db = de_dc + de_dd

    >>> def area(width, height):
    ...     return width * height
    >>> print(to_python(area, 2.0, 3.0))
    def area(width, height):
        # Forward pass
        out = width * height
    <BLANKLINE>
        # Backward pass
        dwidth = height
        dheight = width
        return out, (dwidth, dheight)
    """
    if names is not None and not (isinstance(names, Mapping) and all(isinstance(name, str) for name in names)):
        raise TypeError(f"names is {describe(names)}: pass {{name: node}}, names=locals(), or {{}} for labels only")
    variables = callers_names(sys._getframe(1)) if names is None else names
    if isinstance(node_or_function, Node) and not example_args:
        return Page(of_graph(node_or_function, variables)).of_node()
    if not example_args and hasattr(type(node_or_function), "to_python"):  # nn's modules, which this doesn't know
        return str(node_or_function.to_python())
    if isinstance(node_or_function, Node) or not callable(node_or_function):
        arguments = " and arguments" if example_args else ""
        raise TypeError(
            "to_python() takes a node (a Value or a Tensor), or a function and examples of its arguments, "
            f"got {describe(node_or_function)}{arguments}: pass the result of a computation, as in to_python(e), "
            "or to_python(f, 2.0, 1.0)"
        )
    return Page(of_function(node_or_function, example_args, variables, with_locals=names is None)).of_function()
