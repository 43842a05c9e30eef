"""Nested tuples, lists and dicts (``autograd_mini.tree``; ``test_tree`` is that of pictures)."""

from __future__ import annotations

import collections
from typing import Any, NamedTuple

import pytest

from autograd_mini.tree import leaves, map_leaves, unflatten


class Pair(NamedTuple):
    left: Any
    right: Any


TREES: list[tuple[Any, list[Any]]] = [
    (1, [1]),
    (None, [None]),
    ("text", ["text"]),
    ([], []),
    ({}, []),
    ([[], (), {}], []),
    ([1, (2, 3), {"b": 4, "a": [5]}], [1, 2, 3, 4, 5]),
    (Pair(1, Pair(2, [3])), [1, 2, 3]),
    (((((1,),),),), [1]),
]


@pytest.mark.parametrize(("tree", "flat"), TREES)
def test_leaves_stand_from_left_to_right(tree: Any, flat: list[Any]) -> None:
    assert list(leaves(tree)) == flat


@pytest.mark.parametrize(("tree", "flat"), TREES)
def test_unflatten_undoes_leaves(tree: Any, flat: list[Any]) -> None:
    again = unflatten(tree, flat)
    assert again == tree
    assert type(again) is type(tree)


def test_every_leaf_is_changed_and_nothing_else() -> None:
    tree = {"w": [1, Pair(2, (3,))]}
    assert map_leaves(lambda x: x * 10, tree) == {"w": [10, Pair(20, (30,))]}
    assert tree == {"w": [1, Pair(2, (3,))]}


def test_structures_may_take_the_place_of_leaves() -> None:
    assert unflatten({"x": 0, "y": 0}, [{"a": 1}, [2]]) == {"x": {"a": 1}, "y": [2]}


def test_too_few_leaves_are_an_error() -> None:
    with pytest.raises((StopIteration, RuntimeError, ValueError)):
        unflatten([1, 2], [1])


def test_kinds_of_dict_and_list_are_kept() -> None:
    class Own(list[Any]):
        pass

    assert type(map_leaves(abs, Own([-1]))) is Own
    ordered = map_leaves(abs, collections.OrderedDict(b=-1, a=-2))
    assert list(ordered.items()) == [("b", 1), ("a", 2)]
