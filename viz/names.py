"""What a node is called in a picture: its label, else the caller's variable, else v1, v2, …"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

LONGEST_LIST = 10_000
HIDDEN = ("_", "@")  # @ is how pytest begins the variables that it adds to a test


def callers_names(frame: FrameType) -> Mapping[str, object]:
    """The variables that code in `frame` sees: its locals first, then its globals."""
    here = frame.f_locals
    return {**here, **{name: thing for name, thing in frame.f_globals.items() if name not in here}}


def name_nodes(nodes: Iterable[Any], variables: Mapping[str, object]) -> dict[int, str]:
    """A name for every node.

    Parameters
    ----------
    nodes
        Nodes in topological order; the unnamed are numbered in that order.
    variables
        Name → node, or → list or tuple of nodes, as ``locals()`` gives it. The first name of a node counts;
        those that start with ``_``, and what is no node, are skipped. An empty mapping leaves the labels.

    Returns
    -------
    dict
        ``id(node)`` → name. Nodes compare by their data, so they cannot be keys themselves.

    Raises
    ------
    TypeError
        If `variables` is not a mapping from strings.
    """
    if not isinstance(variables, Mapping) or not all(isinstance(name, str) for name in variables):
        raise TypeError(f"names is {variables!r:.60}; pass {{name: node}}, names=locals(), or {{}} for labels only")
    everyone = list(nodes)
    names = {id(node): str(node.label) for node in everyone if node.label}
    taken = set(names.values())
    wanted = {id(node) for node in everyone} - names.keys()
    for name, thing in _candidates(variables):
        if id(thing) in wanted and name not in taken:
            wanted.discard(id(thing))
            names[id(thing)] = name
            taken.add(name)
    number = 0
    for node in everyone:
        if id(node) not in names:
            number += 1
            while f"v{number}" in taken:
                number += 1
            names[id(node)] = f"v{number}"
    return names


def _candidates(variables: Mapping[str, object]) -> Iterable[tuple[str, object]]:
    """The variables themselves, then the elements of lists and tuples, counted from 1."""
    public = [(name, thing) for name, thing in variables.items() if not name.startswith(HIDDEN)]
    yield from public
    for name, thing in public:
        if isinstance(thing, list | tuple) and len(thing) <= LONGEST_LIST:
            between = "_" if name[-1].isdigit() else ""
            yield from ((f"{name}{between}{i}", element) for i, element in enumerate(thing, 1))
