"""The forward sweep: tangents, carried by the same derivatives as cotangents."""

from __future__ import annotations

import math

import pytest

import autograd_mini as ag
from autograd_mini import Value
from autograd_mini.forward import tangents
from autograd_mini.graph import topological
from autograd_mini.higher import push
from autograd_mini.reverse import cotangents


def test_one_sweep_of_the_lecture_graph_per_input() -> None:
    a, b = Value(2), Value(1)
    c, d = a + b, b + 1
    e = c * d
    order = topological(e)
    by_b = tangents(order, [b], [1.0])
    assert [by_b[id(node)] for node in (b, c, d, e)] == [1, 1, 1, 5]
    assert id(a) not in by_b
    assert tangents(order, [a], [1.0]) == {id(a): 1, id(c): 1, id(e): 2}
    assert tangents(order, [a, b], [10.0, 1.0])[id(e)] == 25


def test_an_inner_node_can_be_the_source() -> None:
    x = Value(3)
    y = x * x
    square = y * y
    z = square + x
    assert tangents(topological(z), [y], [1.0]) == {id(y): 1, id(square): 18, id(z): 18}


def test_operands_that_repeat_count_each_time() -> None:
    x = Value(3)
    z = ag.sum([x * x, x, x, 2.0])
    assert tangents(topological(z), [x], [1.0])[id(z)] == 8
    dot = ag.dot([x, x], [x, 5.0], bias=x)
    assert tangents(topological(dot), [x], [1.0])[id(dot)] == 12


def test_data_stops_tangents() -> None:
    x = Value(3)
    z = x * x.detach()
    assert tangents(topological(z), [x], [1.0])[id(z)] == 3
    assert tangents(topological(z), [], []) == {}


def test_a_zero_direction_is_zero_where_the_other_partial_is_infinite() -> None:
    assert ag.jvp(lambda x, y: x / y, (1.5, 1e-300), (1.0, 0.0))[1] == pytest.approx(1e300)
    assert ag.jvp(lambda x, y: ag.sqrt(x) * y, (0.0, 2.0), (0.0, 1.0)) == (0.0, 0.0)
    assert ag.jvp(ag.sqrt, (0.0,), (0.0,)) == (0.0, 0.0)


@pytest.mark.parametrize("x", [0.3, 1.0, 2.5])
def test_reverse_and_forward_give_one_number(x: float) -> None:
    leaf = Value(x)
    node = (leaf.sin() * leaf.exp() + ag.dot([leaf, leaf], [leaf, 3.0])).sqrt() / leaf
    order = topological(node)
    forward = tangents(order, [leaf], [1.0])[id(node)]
    assert forward == pytest.approx(cotangents(node, [leaf])[0], rel=1e-14)
    on_nodes = tangents(order, [leaf], [1.0], push)[id(node)]
    assert on_nodes.data == pytest.approx(forward, rel=1e-14)


def test_tangents_on_nodes_are_differentiable() -> None:
    x = Value(0.5)
    y = x.sin()
    slope = tangents(topological(y), [x], [1.0], push)[id(y)]
    slope.backward()
    assert (slope.data, x.grad) == (math.cos(0.5), -math.sin(0.5))
