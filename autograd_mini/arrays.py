"""What the public functions of arrays share: what they take, and how they are known to NumPy."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from . import tree
from .graph import Node

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

        summary, gap, more = (on_nodes.__doc__ or "").partition("\n\n")
        origin = f"{originals[0].__module__}.{originals[0].__name__}"
        public.__doc__ = f"{summary}\n\n    Arguments as of :func:`{origin}`, nodes among them.{gap}{more}"
        NUMPY.update(dict.fromkeys(originals, public))
        return public

    return decorate


def has_node(arguments: Any) -> bool:
    """Whether there is a node in nested tuples, lists and dicts."""
    return any(isinstance(leaf, Node) for leaf in tree.leaves(arguments))


def axes_of(axis: Axis, ndim: int) -> tuple[int, ...] | None:
    """The axes as they count from the front; None for all.

    Raises
    ------
    numpy.exceptions.AxisError
        For an axis out of range (a ValueError, and an IndexError).
    ValueError
        For an axis given twice.
    """
    if axis is None:
        return None
    if type(axis) is int and 0 <= axis < ndim:
        return (axis,)
    return normalize_axis_tuple(axis, ndim)
