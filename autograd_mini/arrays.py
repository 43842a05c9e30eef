"""What the public functions of arrays share: what they take, and how they are known to NumPy."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from . import tree
from .graph import Node, describe
from .recording import NATIVE, as_operand, from_values, gather
from .tensor import Tensor
from .value import Value, as_float

Axis = int | Sequence[int] | None

NUMPY: dict[Any, Callable[..., Any]] = {}  # NumPy's functions → what they are on nodes


def of_numpy(*originals: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator for what NumPy's functions are on nodes: of plain arrays, the first of them is called."""

    def decorate(on_nodes: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(on_nodes)
        def public(*args: Any, **kwargs: Any) -> Any:
            if (args and isinstance(args[0], Node)) or has_node((args, kwargs)):
                return on_nodes(*args, **kwargs)
            result = originals[0](*args, **kwargs)
            return float(result) if type(result) is np.float64 else result

        NUMPY.update(dict.fromkeys(originals, public))
        return public

    return decorate


def has_node(arguments: Any) -> bool:
    """Whether there is a node in nested tuples, lists and dicts."""
    return any(isinstance(leaf, Node) for leaf in tree.leaves(arguments))


def array(x: Any) -> Any:
    """A Tensor of what may be a Tensor, a Value, or lists that hold some; else a plain array."""
    if type(x) is Tensor:
        return x
    if type(x) is Value:
        return from_values([x], ())
    made = gather(x)
    if type(made) is Tensor:
        return made
    made = np.asarray(made)
    if made.dtype.kind not in "iub" and made.dtype.newbyteorder("=") not in NATIVE:
        raise TypeError(f"numbers, arrays of float32 or float64, and nodes are wanted, got {describe(x)}")
    return made


def arrays(*xs: Any) -> list[Any]:
    """As :func:`array` for each of several: numbers and Values in the dtype of the others, which they don't change."""
    scalars = [type(x) is Value or as_float(x) is not None for x in xs]
    made = [None if scalar else array(x) for x, scalar in zip(xs, scalars, strict=True)]
    floating = [x.dtype for x in made if x is not None and x.dtype.kind == "f"]
    dtype = np.result_type(*floating) if floating else None
    return [as_operand(x, dtype) if scalar else y for x, y, scalar in zip(xs, made, scalars, strict=True)]


def axes_of(axis: Axis, ndim: int) -> tuple[int, ...] | None:
    """The axes as they count from the front; None for all.

    Raises
    ------
    numpy.exceptions.AxisError : for an axis out of range (a ValueError, and an IndexError)
    ValueError : for an axis given twice
    """
    if axis is None:
        return None
    if type(axis) is int and 0 <= axis < ndim:
        return (axis,)
    return normalize_axis_tuple(axis, ndim)


def data_of(x: Any) -> Any:
    """What a node holds; anything else as it is."""
    return x._data if isinstance(x, Node) else x
