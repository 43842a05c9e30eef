"""What a module is made of, and whether weights are those of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ..graph import Leaf, Node, Tag
from ..tensor import Array

BATCH = Tag("X")  # of what a batch becomes, which is no part
NO_WEIGHTS = "this network has no weights yet: call it on a batch, or build((None, features)), first"


def parts(thing: Any, path: str, seen: dict[int, Any]) -> Iterator[tuple[str, Any]]:
    """The Modules and leaf nodes in a Module, list, tuple or dict, each once, with the path that leads there.

    Parameters
    ----------
    path
        The one that leads to the thing itself.
    seen
        What was gone through before, by id.
    """
    if hasattr(thing, "inside"):
        inside: Mapping[Any, Any] = thing.inside()
    elif isinstance(thing, dict):
        inside = thing
    elif isinstance(thing, list | tuple):
        inside = dict(enumerate(thing))
    elif isinstance(thing, Node) and isinstance(thing.origin, Leaf) and thing._tag is not BATCH:
        inside = {}
    else:
        return
    if id(thing) in seen:
        return
    seen[id(thing)] = thing  # kept, because a freed id is given again
    if not isinstance(thing, dict | list | tuple):
        yield path, thing
    for name, part in inside.items():
        yield from parts(part, f"{path}.{name}" if path else str(name), seen)


def check_weights(own: Mapping[str, Array], given: Mapping[str, Array]) -> None:
    """Raise a ValueError unless the arrays have the names, shapes and dtypes of the module's own."""
    problems = [f"{name} is missing" for name in own.keys() - given.keys()]
    problems += [f"{name} is unknown" for name in given.keys() - own.keys()]
    for name in own.keys() & given.keys():
        array = np.asarray(given[name])
        if (array.shape, array.dtype) != (own[name].shape, own[name].dtype):
            expected = f"{own[name].shape} {own[name].dtype}"
            problems.append(f"{name} is {array.shape} {array.dtype}, expected {expected}")
    if problems:
        raise ValueError(f"these weights are not this network's: {'; '.join(sorted(problems)[:5])}")
