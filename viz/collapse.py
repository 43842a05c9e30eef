"""Graphs too large to read: one box for a neuron, for a layer, or for what is computed alike per example.

A graph is divided into groups, and the picture is the graph of the groups. Two operations are alike if they
are the same function of operands that are alike, where data count as alike and parameters do not; a chain
of additions counts as one sum. One pass in topological order finds the groups, whatever the size.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import repeat
from typing import Any, Literal, get_args

import numpy as np

from . import arrays, operations, text
from .names import name_nodes
from .picture import (
    FEW,
    FORMULA_LIMIT,
    Edge,
    Graph,
    Node,
    Picture,
    box,
    callers_word,
    display,
    edges_to,
    formula,
    names_of_arrays,
    notes,
    picture,
    stale_nodes,
    symbols,
    walk,
)

How = Literal["neuron", "layer", "example"]

FULL_LABELS = 150  # nodes; beyond them pictures are compact: small boxes, straight edges without labels
READABLE = 50  # boxes up to which a collapsed picture still shows what a graph computes
TRIED = 200_000  # nodes up to which a collapse is looked for unasked; beyond, the question comes back at once
LONGEST_SUM = 8  # terms that are not alike, up to which a chain of additions counts as one sum


@dataclass(slots=True)
class Group:
    """Nodes that share a box: the members of a neuron or layer (`scope`), or nodes that are alike."""

    members: list[Any] = field(default_factory=list)
    scope: tuple[str, ...] = ()

    @property
    def first(self) -> Any:
        """The member that speaks for all: an operation, unless there is none."""
        return self.members[0]


def fitted(
    roots: Sequence[Any],
    *,
    variables: Mapping[str, object],
    parameters: Sequence[Any] = (),
    max_nodes: int = 1500,
    collapse: How | Literal["auto"] | None = "auto",
) -> Picture:
    """The picture of a graph in at most `max_nodes` boxes.

    Unasked, a graph of more than `FULL_LABELS` nodes is collapsed if that makes it readable, in the way that keeps
    the most boxes, and one of more than `max_nodes` in any case.

    Raises
    ------
    ValueError
        If that cannot be done; it says what to pass.
    """
    if max_nodes < 1:
        raise ValueError(f"max_nodes={max_nodes!r}; it has to be a positive number")
    most = {"auto": max(TRIED, max_nodes), None: max_nodes}.get(collapse)
    graph = walk(roots, parameters=parameters, limit=most)
    if graph is None:
        raise ValueError(f"the graph has more than {most:,} nodes, and {_remedy(max_nodes)}")
    size = len(graph.nodes)
    if collapse is None or (collapse == "auto" and size <= min(FULL_LABELS, max_nodes)):
        return picture(graph, variables)
    if collapse != "auto":
        if groups := grouped(graph, collapse, max_nodes):
            return collapsed(graph, groups, variables)
        raise ValueError(f"collapse={collapse!r} leaves more boxes than that, and {_remedy(max_nodes)}")
    limit = READABLE if size <= max_nodes else max_nodes
    scopes = {node.scope for node in graph.nodes}
    helpful = [how for how in get_args(How) if how == "example" or any(_part(scope, how) for scope in scopes)]
    tried = {how: groups for how in helpful if (groups := grouped(graph, how, limit))}
    if tried:
        # The most that can be read; if nothing can, the least.
        how = max(tried, key=lambda how: len(tried[how]) if len(tried[how]) <= READABLE else -len(tried[how]))
        made = collapsed(graph, tried[how], variables)
        every = ", collapse=None draws each" if size <= max_nodes else ""
        return replace(made, notes=(*made.notes, f"{size:,} nodes, collapsed by {how}{every}"))
    if size <= max_nodes:
        return picture(graph, variables)
    raise ValueError(f"the graph has {size:,} nodes, and {_remedy(max_nodes)}")


def _remedy(max_nodes: int) -> str:
    return (
        f'max_nodes={max_nodes} are drawn at most: pass collapse="neuron", "layer" or "example", '
        "a larger max_nodes, or a node nearer to the inputs"
    )


def grouped(graph: Graph, how: How, limit: int) -> list[Group]:
    """Divide a graph into groups: leaves first, then operations in topological order; [] if it takes over `limit`."""
    classes = _classes(graph, how, limit)
    if not classes:
        return []
    groups: dict[object, Group] = {}
    for node in graph.nodes:
        if graph.inputs[id(node)]:
            group = groups.setdefault(classes[id(node)], Group(scope=_part(node.scope, how)))
            group.members.append(node)
    for key, leaves in _leaf_groups(graph, how, classes).items():
        into = key if key in groups else ("leaves", key)
        groups.setdefault(into, Group()).members.extend(leaves)
    place = {id(node): i for i, node in enumerate(graph.nodes)}
    made = sorted(groups.values(), key=lambda group: (bool(graph.inputs[id(group.first)]), place[id(group.first)]))
    return made if len(made) <= limit else []


@cache
def _part(scope: tuple[str, ...], how: How) -> tuple[str, ...]:
    """The part of a scope that names a neuron, or the layer around it, which may be called anything; () without one."""
    layer = scope[: next((i for i, part in enumerate(scope) if part.startswith("neuron")), len(scope))]
    return {"layer": layer, "neuron": scope[: len(layer) + 1] if layer != scope else ()}.get(how, ())


def _is_fixed(graph: Graph, leaf: Any, uses: int) -> bool:
    """Whether a leaf is one and the same for all examples, as far as the graph tells."""
    return graph.kind(leaf) == "parameter" or (leaf.requires_grad and uses > 1)


def _classes(graph: Graph, how: How, limit: int) -> dict[int, int]:
    """``id(node)`` → the number of its class; nodes of one class are alike. {} if there are more than `limit`."""
    numbers: dict[object, int] = {}
    classes: dict[int, int] = {}
    terms: dict[int, frozenset[int]] = {}
    count = 0
    uses = Counter(id(x) for operands in graph.inputs.values() for x in operands)
    for node in graph.nodes:
        operands = graph.inputs[id(node)]
        scope = _part(node.scope, how) if operands else ()
        if not operands:
            kind: object = ("leaf", id(node)) if _is_fixed(graph, node, uses[id(node)]) else "data"
        elif scope:
            kind = scope
        else:
            of = [
                classes[id(x)] if x.op != "constant"
                else numbers.setdefault(_constant(node, x), len(numbers))
                for x in operands
            ]  # fmt: skip
            alike: object = tuple(of)
            op = operations.function(node)
            if node.op in ("add", "sum") and not operations.is_linear(node):
                flat = frozenset().union(*(terms.get(number, {number}) for number in of))
                if len(flat) <= LONGEST_SUM:
                    alike = flat
                    op = f"add {arrays.kind(node.data)}"
            kind = (op, node.scope, alike)
            count += kind not in numbers
            if count > limit:
                return {}
        classes[id(node)] = number = numbers.setdefault(kind, len(numbers))
        if isinstance(kind, tuple) and isinstance(kind[-1], frozenset):
            terms[number] = kind[-1]
    return classes


def _constant(node: Any, x: Any) -> object:
    """What a number mixed in is told by: an exponent belongs to the function, any other may be data."""
    return arrays.number(x.data) if node.op == "pow" and not arrays.is_array(x.data) else "number"


def _role(op: str, i: int, operands: int) -> int:
    """What operand `i` is to an operation: its place, but of a sum any term, and of a dot one of w, x and b."""
    return 0 if op == "sum" else i // max(operands // 2, 1) if op == "dot" else i


def _leaf_groups(graph: Graph, how: How, classes: Mapping[int, int]) -> dict[object, list[Any]]:
    """Leaves by what they are used for: parameters of a box go into it, data that are used alike share one."""
    users: dict[int, set[tuple[int, int]]] = defaultdict(set)
    scoped = set()
    uses: Counter[int] = Counter()
    for node in graph.nodes:
        inside = bool(_part(node.scope, how))
        for i, x in enumerate(graph.inputs[id(node)]):
            users[id(x)].add((classes[id(node)], 0 if inside else _role(node.op, i, len(graph.inputs[id(node)]))))
            uses[id(x)] += 1
        if inside:
            scoped.add(classes[id(node)])
    alike: dict[object, list[Any]] = defaultdict(list)
    for node in graph.nodes:
        if graph.inputs[id(node)]:
            continue
        owners = {number for number, _ in users[id(node)]}
        if len(owners) == 1 and owners <= scoped and graph.kind(node) == "parameter":
            alike[owners.pop()].append(node)
        else:
            fixed = _is_fixed(graph, node, uses[id(node)])
            alike[fixed, frozenset(users[id(node)])].append(node)
    apart: dict[object, list[Any]] = {}
    for key, leaves in alike.items():
        together = isinstance(key, int) or len(leaves) > FEW or (how == "example" and not key[0])  # type: ignore[index]
        apart.update({key: leaves} if together else {(key, i): [leaf] for i, leaf in enumerate(leaves)})
    return apart


def collapsed(graph: Graph, groups: Sequence[Group], variables: Mapping[str, object]) -> Picture:
    """The picture of the groups: labels stay where one node meets one node."""
    spoken = [member for group in groups for member in _speakers(graph, group)]
    called = name_nodes(spoken, variables)
    names = {key: name for group in groups for name in [_name(group, called)] for key in map(id, group.members)}
    names |= names_of_arrays(graph, variables)
    place = {id(member): i for i, group in enumerate(groups) for member in group.members}
    stale = stale_nodes(graph)
    nodes = tuple(
        replace(_box(graph, group, names, is_stale=any(id(m) in stale for m in group.members)),
                called=text.clean(", ".join(group.scope) or called[id(group.first)]))
        for group in groups
    )  # fmt: skip
    edges: list[Edge] = []
    seen: set[tuple[int, int]] = set()
    for node in graph.nodes:
        head = place[id(node)]
        labels = edges_to(graph, node, names) if _is_single(groups[head]) else repeat(Edge(0, 0))
        for x, label in zip(graph.inputs[id(node)], labels, strict=False):
            tail = place.get(id(x), head)  # numbers are nowhere
            if tail == head:
                continue
            if _is_single(groups[tail]) and _is_single(groups[head]):
                edges.append(replace(label, tail=tail, head=head))
            elif (tail, head) not in seen:
                edges.append(Edge(tail, head))
            seen.add((tail, head))
    root = graph.nodes[-1]
    word = callers_word(graph, {id(root): called.get(id(root), "")}, variables)
    return Picture(nodes, tuple(edges), notes([*nodes, box(graph, root, names)], word))


def _is_single(group: Group) -> bool:
    return len(group.members) == 1 and not group.scope


def _speakers(graph: Graph, group: Group) -> list[Any]:
    """The members that are named: x₁ and x₆₄ of the leaves x₁ … x₆₄, the first of operations."""
    leaves = len(group.members) > 1 and not graph.inputs[id(group.first)]
    return [group.members[0], group.members[-1]] if leaves and group.members[-1].label else [group.first]


def _name(group: Group, called: Mapping[int, str]) -> str:
    if group.scope:
        return display(group.scope[-1])
    first, last = called[id(group.first)], called.get(id(group.members[-1]), "")
    return display(first) if last in ("", first) else f"{display(first)} … {display(last)}"


def _box(graph: Graph, group: Group, names: Mapping[int, str], *, is_stale: bool) -> Node:
    if _is_single(group):
        return box(graph, group.first, names, is_stale=is_stale)
    is_output = any(id(member) in graph.outputs for member in group.members)
    name = names[id(group.first)]
    if group.scope:
        return replace(_box_of_part(graph, group, names, is_stale=is_stale), is_output=is_output)
    details = (f"× {len(group.members):,}",)
    shapes = {arrays.kind(member.data) for member in group.members}
    shape = shapes.pop() if len(shapes) == 1 else ""
    if not graph.inputs[id(group.first)]:
        return Node(name, graph.kind(group.first), details=details, shape=shape)
    terms = _terms(graph, group, names)
    if terms:
        written = text.abbreviate(f"Σ ({' + '.join(terms)})" if len(terms) > 1 else f"Σ {terms[0]}", FORMULA_LIMIT)
        details = (_count(len(group.members), "addition"),)
    else:
        written = _formula(graph, group, names)
    return Node(name, "operation", written, is_output=is_output, details=details, shape=shape)


def _box_of_part(graph: Graph, group: Group, names: Mapping[int, str], *, is_stale: bool) -> Node:
    """The box of a neuron or layer: what is in it, and its result if it has one."""
    computed = [member for member in group.members if graph.inputs[id(member)]]
    inside = {id(x) for member in computed for x in graph.inputs[id(member)]}
    results = [member for member in computed if id(member) not in inside]
    size = sum(np.size(member.data) for member in group.members if not graph.inputs[id(member)])
    said = (*group.scope[:-1], _count(len(computed), "operation"), _count(size, "parameter"))
    single = len(results) == 1
    made = box(graph, results[0], names, is_stale=is_stale) if single else Node(names[id(group.first)], "operation")
    return replace(made, formula="", scope=group.scope[:-1], details=said)


def _terms(graph: Graph, group: Group, names: Mapping[int, str]) -> list[str]:
    """What a chain of additions adds up; nothing if the group is no chain."""
    own = {id(member) for member in group.members}
    operands = [x for member in group.members for x in graph.inputs[id(member)]]
    if not any(id(x) in own for x in operands):
        return []
    return list(dict.fromkeys(names[id(x)] for x in operands if id(x) in names and id(x) not in own))


def _formula(graph: Graph, group: Group, names: Mapping[int, str]) -> str:
    """The formula of the first member; a number that is another one in other members is an ellipsis."""
    from autograd_mini.expr import Symbol  # noqa: PLC0415 - as in picture.symbols

    operands = graph.inputs[id(group.first)]
    every = [graph.inputs[id(member)] for member in group.members]
    shown = [
        s
        if all(other[i].op != "constant" or operations.is_same(other[i].data, x.data) for other in every)
        else Symbol("…")
        for i, (x, s) in enumerate(zip(operands, symbols(operands, names, group.first.op), strict=True))
    ]
    return formula(group.first, shown, names)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + "s" * (number != 1)
