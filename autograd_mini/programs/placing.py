"""An index of one example as one of a batch.

NumPy puts the axes that index arrays make in the place of the first of them if they stand side by side, ahead of all
others if not; beside an array, a whole number is one too. So where they are for the batch has to be worked out.

>>> over_batch((slice(None), [0, 1]), (slice(None), [0, 1]), set(), 4, (2, 3), 2, True)
((slice(None, None, None), slice(None, None, None), array([0, 1])), [0, 1, 2])
>>> apart = [0, 1], slice(None), [0, 1]
>>> index, order = over_batch(apart, apart, set(), 4, (2, 3, 2), 2, True)
>>> np.ones((4, 2, 3, 2))[index].transpose(order).shape
(4, 2, 3)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .trace import Var


def over_batch(
    index: Any, recorded: Any, batched: set[int], n: int, shape: tuple[int, ...], ndim: int, mapped: bool
) -> tuple[tuple[Any, ...], list[int]] | None:
    """The index for a batch, and the order that brings the axes of what it gives in place.

    Parameters
    ----------
    index, recorded
        As it is now, where what is looked up for each example has the batch axis in front; and with
        variables in the places of what is looked up.
    batched
        The ids of the variables that differ from example to example.
    n
        How many examples there are.
    shape, ndim
        Of what is indexed, and the number of axes that result, for one example.
    mapped
        Whether what is indexed has the batch axis in front.

    Returns
    -------
    None for an index that has no such form
    """
    parts, before = _parts(index, len(shape)), _parts(recorded, len(shape))
    if parts is None or before is None:
        return None
    looked_up = [type(part) is Var and id(part) in batched for part in before]
    places = [i for i, part in enumerate(before) if not (isinstance(part, slice) or part is None)]
    depths = [np.ndim(before[i].data if type(before[i]) is Var else before[i]) for i in places]
    depth = max(depths, default=0)  # how many axes the index arrays make for one example
    together = places == list(range(places[0], places[-1] + 1)) if places else True
    start = places[0] if places and together else 0
    if not any(looked_up):
        first = depth if depth and not together else 0
        return (slice(None), *parts), [first, *(i for i in range(ndim + 1) if i != first)]
    parts = [
        part.reshape(n, *(1,) * (depth - part.ndim + 1), *part.shape[1:]) if own else part
        for part, own in zip(parts, looked_up, strict=True)
    ]
    if not mapped:
        return tuple(parts), [start, *(i for i in range(ndim + 1) if i != start)]
    made, rest = range(1, 1 + depth), range(1 + depth, ndim + 1)
    every = np.arange(n).reshape(n, *(1,) * depth)
    return (every, *parts), [0, *rest[:start], *made, *rest[start:]]


def _parts(index: Any, ndim: int) -> list[Any] | None:
    """One part for each axis, without masks and dots; None if there is a lone True or False in it."""
    parts: list[Any] = []
    for part in index if isinstance(index, tuple) else (index,):
        part = np.asarray(part) if isinstance(part, list | np.generic) else part  # noqa: PLW2901  # the same, as arrays
        mask = isinstance(part, bool) or (isinstance(part, np.ndarray) and part.dtype == np.bool_)
        if mask and not np.ndim(part):
            return None
        parts += part.nonzero() if mask else (part,)
    missing = [slice(None)] * (ndim - sum(part is not None and part is not Ellipsis for part in parts))
    for i, part in enumerate(parts):
        if part is Ellipsis:
            return parts[:i] + missing + parts[i + 1 :]
    return parts + missing
