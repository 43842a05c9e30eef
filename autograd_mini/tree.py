"""Nested tuples, lists and dicts: taking the leaves out, and putting others in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def leaves(tree: Any) -> Iterator[Any]:
    """The leaves from left to right; dicts in the order of their keys' insertion.

    >>> list(leaves({"w": [1, 2], "b": (3,)}))
    [1, 2, 3]
    """
    if isinstance(tree, dict):
        tree = tree.values()
    elif not isinstance(tree, tuple | list):
        yield tree
        return
    for branch in tree:
        yield from leaves(branch)


def like(tree: Any, other: Any) -> list[Any]:
    """The leaves of ``other`` in the order of those of ``tree``, to which it must be alike.

    Raises
    ------
    ValueError
        When they are not of one structure.

    Examples
    --------
    >>> like({"w": [1, 2], "b": 3}, {"b": 30, "w": [10, 20]})
    [10, 20, 30]
    """
    if isinstance(tree, dict) and isinstance(other, dict) and tree.keys() == other.keys():
        return [leaf for key in tree for leaf in like(tree[key], other[key])]
    branches = (tuple, list)
    if isinstance(tree, branches) and isinstance(other, branches) and len(tree) == len(other):
        return [leaf for pair in zip(tree, other, strict=True) for leaf in like(*pair)]
    if any(isinstance(x, (dict, *branches)) for x in (tree, other)):
        raise ValueError(f"{other!r} is not of the structure of {tree!r}")
    return [other]


def map_leaves(change: Callable[[Any], Any], tree: Any) -> Any:
    """The same structure with every leaf changed; named tuples stay what they are.

    >>> map_leaves(lambda x: -x, {"w": [1, 2], "b": (3,)})
    {'w': [-1, -2], 'b': (-3,)}
    """
    if isinstance(tree, dict):
        return {key: map_leaves(change, branch) for key, branch in tree.items()}
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(map_leaves(change, branch) for branch in tree))
    if isinstance(tree, tuple | list):
        return type(tree)(map_leaves(change, branch) for branch in tree)
    return change(tree)


def unflatten(tree: Any, replacements: list[Any]) -> Any:
    """The structure of ``tree`` with these leaves, from left to right.

    >>> unflatten({"w": [1, 2], "b": (3,)}, [4, 5, 6])
    {'w': [4, 5], 'b': (6,)}
    """
    queue = iter(replacements)
    return map_leaves(lambda _: next(queue), tree)
