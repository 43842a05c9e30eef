"""The node protocol, and walks over graphs."""

from __future__ import annotations

import random
from typing import Any

import pytest

import autograd_mini as ag
from autograd_mini import Value
from autograd_mini.expr import symbols
from autograd_mini.graph import DATA, PARAMETER, VARIABLE, Leaf, descendants, topological
from autograd_mini.rules import RULES


def names(order: list[Value]) -> list[str]:
    return [node.op or node.label for node in order]


def test_inputs_come_before_what_uses_them() -> None:
    a, b = Value(2, "a"), Value(1, "b")
    assert names(topological((a + b) * (b + 1))) == ["a", "b", "add", "add", "mul"]


def test_a_leaf_alone() -> None:
    x = Value(1, "x")
    assert topological(x) == [x]
    assert topological() == []


def test_repeats_and_constants_are_no_further_nodes() -> None:
    x = Value(1, "x")
    assert names(topological(ag.sum([x * x, 2.0, x, x * 3]))) == ["x", "mul", "mul", "sum"]


def test_several_roots_share_one_order() -> None:
    a, b = Value(1, "a"), Value(2, "b")
    c = a * b
    order = topological(c, a, c.exp(), c)
    assert names(order) == ["a", "b", "mul", "exp"]


def test_equal_nodes_are_different_nodes() -> None:
    a, b = Value(1, "a"), Value(1, "b")
    assert names(topological(a + b)) == ["a", "b", "add"]


@pytest.mark.parametrize("seed", range(20))
def test_random_graphs(seed: int) -> None:
    rng = random.Random(seed)
    nodes = [Value(rng.random(), str(i)) for i in range(3)]
    for _ in range(60):
        operands = rng.choices(nodes, k=rng.choice([2, 2, 3, 5]))
        nodes.append(ag.sum(operands) if len(operands) > 2 else operands[0] * operands[1])
    order = topological(nodes[-1])
    place = {id(node): i for i, node in enumerate(order)}
    assert len(place) == len(order)
    assert order[-1] is nodes[-1]
    assert all(place[id(x)] < place[id(node)] for node in order for x in node.inputs)


def test_a_long_chain_is_walked_without_recursion() -> None:
    y = Value(0.0)
    for _ in range(100_000):
        y = y + y
    assert len(topological(y)) == 100_001


def test_descendants() -> None:
    a, b = Value(1), Value(2)
    c, d = a + 1, b + 1
    e = c * d
    order = topological(e)
    assert descendants(order, [a]) == {id(a), id(c), id(e)}
    assert descendants(order, [a, b]) == set(map(id, order))
    assert descendants(order, []) == set()


def test_kinds_of_leaf() -> None:
    assert [Value(1).origin, Value(1, requires_grad=False).origin] == [VARIABLE, DATA]
    assert all(isinstance(kind, Leaf) for kind in (VARIABLE, DATA, PARAMETER))
    assert [kind.requires_grad for kind in (VARIABLE, DATA, PARAMETER)] == [True, False, True]


@pytest.mark.parametrize(
    ("make", "op", "text", "derivatives"),
    [
        (lambda x, y: x * y, "mul", "p × q", ["q", "p"]),
        (lambda x, y: x - y, "sub", "p − q", ["1", "−1"]),
        (lambda x, _: x.sigmoid(), "sigmoid", "σ(p)", ["r × (1 − r)"]),
        (lambda x, y: ag.sum([x, y, x]), "sum", "p + q + s", ["1", "1", "1"]),
        (lambda x, y: ag.dot([x], [y], x), "dot", "p × q + s", ["q", "p", "1"]),
        (lambda x, y: ag.where(x > 0, x, y), "where", "q if p else s", ["0", "1 if p else 0", "0 if p else 1"]),
        (lambda x, _: x**3, "pow", "p^q", ["q × p^(q − 1)", "r × ln(p)"]),
    ],
)
def test_a_node_tells_how_it_is_written_and_differentiated(
    make: Any, op: str, text: str, derivatives: list[str]
) -> None:
    node = make(Value(2), Value(3))
    *operands, out = symbols("p q s")[: len(node.inputs)] + symbols("r")
    assert node.op == node.rule.name == op
    assert node.rule.applied(*operands).text() == text
    assert [node.rule.derivative(i, operands, out).text() for i in range(len(operands))] == derivatives


def test_constants_are_built_on_access() -> None:
    node = Value(2) + 5
    first, second = node.inputs[1], node.inputs[1]
    assert first is not second
    assert (first.op, first.data, first.requires_grad, first.inputs) == ("constant", 5.0, False, ())


def test_rules_of_nodes_are_those_of_the_table() -> None:
    assert (Value(1) * 2).rule is RULES["mul"]
    assert Value(1).rule is None
