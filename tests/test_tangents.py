"""``viz.draw(mode="forward")``: every box shows its derivative by an input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from drawn import lecture, network, texts
from test_explain import graph, inputs

import autograd_mini as ag
import viz
from autograd_mini import Tensor, Value

if TYPE_CHECKING:
    from collections.abc import Callable


def tangents(node: Any, wrt: Any, **options: Any) -> dict[str, Any]:
    return {box.name: box.grad for box in viz.draw(node, mode="forward", wrt=wrt, **options).picture.nodes}


def test_the_lecture_graph() -> None:
    e = lecture()
    drawing = viz.draw(e, mode="forward", wrt=inputs(e)["b"], names={})
    assert [(box.name, box.word, box.grad) for box in drawing.picture.nodes] == [
        ("a", "∂a/∂b", 0), ("b", "∂b/∂b", 1), ("c", "∂c/∂b", 1), ("d", "∂d/∂b", 1), ("e", "∂e/∂b", 5),
    ]  # fmt: skip
    said = " ".join(texts(drawing.svg))
    assert "∂e/∂b" in said
    assert "grad" not in said.split()
    assert "forward mode: one sweep gives every node's derivative by b" in " ".join(drawing.picture.notes)


@pytest.mark.parametrize("seed", range(5))
def test_tangents_are_those_of_forward_mode(seed: int) -> None:
    root, leaves = graph(seed)
    for leaf in leaves:
        found = tangents(root, leaf, names={})
        assert [each.grad for each in leaves] == [None] * 3
        shown = [*found.values()][-1]
        again, others = graph(seed)
        again.backward()
        assert shown == pytest.approx(others[leaves.index(leaf)].grad, rel=1e-12)


def test_they_are_those_of_jvp() -> None:
    def f(x: Any, y: Any) -> Any:
        return ag.sin(x * y) / (x + y)

    x, y = Value(0.7), Value(1.9)
    _, expected = ag.jvp(f, (0.7, 1.9), (0.3, -2.0))
    drawn = viz.draw(f(x, y), mode="forward", wrt={x: 0.3, y: -2.0})
    assert drawn.picture.nodes[-1].grad == pytest.approx(expected, rel=1e-12)
    assert {box.word for box in drawn.picture.nodes} == {"tangent"}


def test_arrays_take_a_direction() -> None:
    W, x = Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([1.0, -1.0])
    drawn = viz.draw(W @ x, mode="forward", wrt={W: [[1, 0], [0, 1]]})
    assert drawn.picture.nodes[-1].grad == (("tangent", "[1  −1]"),)


def test_by_an_inner_node() -> None:
    e = lecture()
    assert tangents(e, inputs(e)["c"], names={}) == {"a": 0, "b": 0, "c": 1, "d": 0, "e": 2}


def test_what_wants_no_gradient_has_none() -> None:
    x, q = Value(2), Value(3, requires_grad=False)
    assert tangents(x * q, x, names={"x": x, "q": q}) == {"x": 1, "q": None, "v₁": 3}


@pytest.mark.parametrize(
    ("wrt", "error", "said"),
    [
        (lambda _: Value(1), TypeError, "one of the graph's nodes, or {node: tangent}, got a node of another graph"),
        (lambda _: 2.0, TypeError, "or {node: tangent}, got 2.0"),
        (lambda t: t, TypeError, r"wrt has the shape \(3,\): give the direction too, as wrt={node: tangent}"),
        (lambda t: {t: [1, 2]}, ValueError, r"a tangent has its node's shape, \(3,\), got \(2,\)"),
    ],
)
def test_what_is_no_direction_is_refused(wrt: Callable[[Tensor], Any], error: type[Exception], said: str) -> None:
    t = Tensor(np.ones(3))
    with pytest.raises(error, match=said):
        viz.draw(np.sum(t * t), mode="forward", wrt=wrt(t))


def test_a_collapsed_picture_has_no_tangents() -> None:
    x = Value(0.5)
    root = network((3, 1), [x, Value(-1)])
    with pytest.raises(ValueError, match='mode="forward" draws every node: pass collapse=None'):
        viz.draw(root, mode="forward", wrt=x, collapse="neuron")
