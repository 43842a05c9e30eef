from __future__ import annotations

import dataclasses
import math

import pytest
from drawn import lecture, network

import autograd_mini as ag
import viz
from autograd_mini import Value
from autograd_mini.expr import Number, Symbol
from viz.picture import Edge, Picture, display


def test_the_lectures_graph_as_data() -> None:
    made = viz.draw(lecture()).picture
    assert [(n.name, n.kind, n.formula, n.value, n.grad, n.is_output) for n in made.nodes] == [
        ("a", "input", "", 2, 2, False),
        ("b", "input", "", 1, 5, False),
        ("c", "operation", "a + b", 3, 2, False),
        ("d", "operation", "b + 1", 2, 3, False),
        ("e", "operation", "c × d", 6, 1, True),
    ]
    one, c, d = Number(1), Symbol("c"), Symbol("d")
    assert made.edges == (
        Edge(0, 2, "∂c/∂a", 1, "1", derivative=one), Edge(1, 2, "∂c/∂b", 1, "1", operand=1, derivative=one),
        Edge(1, 3, "∂d/∂b", 1, "1", derivative=one),
        Edge(2, 4, "∂e/∂c", 2, "d", derivative=d), Edge(3, 4, "∂e/∂d", 3, "c", operand=1, derivative=c),
    )  # fmt: skip
    assert [(n.op, n.expression, n.operands) for n in made.nodes[2:]] == [
        ("add", Symbol("a") + Symbol("b"), (0, 1)), ("add", Symbol("b") + 1, (1, 1.0)), ("mul", c * d, (2, 3))
    ]  # fmt: skip
    assert made.notes == ()


def test_a_product_with_itself_is_one_node_and_two_edges() -> None:
    a = Value(3)
    made = viz.draw(a * a).picture
    assert len(made.nodes) == 2
    assert made.edges == tuple(Edge(0, 1, "∂v₁/∂a", 3, "a", operand=i, derivative=Symbol("a")) for i in range(2))


def test_a_power_of_itself_has_two_different_derivatives() -> None:
    a = Value(2)
    assert [edge.partial for edge in viz.draw(a**a).picture.edges] == [4, pytest.approx(4 * math.log(2))]


def test_drawing_changes_nothing() -> None:
    e = lecture()
    c = e.inputs[0]
    before = (e.data, e.grad, c.data, c.grad, e.label)
    drawing = viz.draw(e, names={})
    str(drawing), drawing.svg
    assert (e.data, e.grad, c.data, c.grad, e.label) == before


def test_before_backward_gradients_are_missing_not_zero() -> None:
    e = lecture(backward=False)
    made = viz.draw(e).picture
    assert {node.grad for node in made.nodes} == {None}
    assert made.notes == ("call e.backward() to fill in the gradients",)
    x = Value(1)
    assert viz.draw(x * 2, names={}).picture.notes == ("call backward() on the output to fill in the gradients",)


def test_data_show_neither_gradient_nor_derivative() -> None:
    x, w = Value(2, requires_grad=False), Value(3)
    made = viz.draw(w * x).picture
    assert [node.wants_grad for node in made.nodes] == [True, False, True]
    assert [edge.symbol for edge in made.edges] == ["∂v₁/∂w", ""]


def test_parameters_are_a_kind_of_their_own() -> None:
    x, w = Value(2), Value(3)
    assert [node.kind for node in viz.draw(w * x, parameters=[w]).picture.nodes] == ["parameter", "input", "operation"]
    assert {n.kind for n in viz.draw(network((1,), [1.0, 2.0])).picture.nodes} == {"parameter", "operation"}


def test_an_old_value_is_marked() -> None:
    a = Value(2)
    b = a * a
    c = b + 1
    assert not any(node.is_stale for node in viz.draw(c).picture.nodes)
    a.data = 5
    made = viz.draw(c).picture
    assert [node.value for node in made.nodes] == [5, 4, 5]
    assert [node.is_stale for node in made.nodes] == [False, True, True]
    assert "a leaf has changed since" in made.notes[-1]
    assert "value 4*" in str(viz.draw(c))


def test_a_constant_condition_is_true_or_false() -> None:
    a, b = Value(2), Value(3)
    assert [viz.draw(ag.where(c, a, b)).picture.nodes[-1].formula for c in (True, False)] == [
        "a if true else b",
        "a if false else b",
    ]


def test_the_model_is_frozen() -> None:
    made = viz.draw(lecture()).picture
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.nodes = ()  # type: ignore[misc]
    assert isinstance(made, Picture)
    assert hash(made) == hash(viz.draw(lecture()).picture)


def test_a_long_name_is_cut_in_the_box_and_whole_in_the_tooltip() -> None:
    long = "x" * 10_000
    (node,) = viz.draw(Value(1, label=long)).picture.nodes
    assert len(node.name) == 32
    assert node.called == long
    assert display("\0") == "?"


def test_several_outputs_share_a_picture() -> None:
    a = Value(2)
    made = viz.draw([a + 1, a * 2]).picture
    assert [node.is_output for node in made.nodes] == [False, True, True]


@pytest.mark.parametrize("wrong", [3.0, "e", None, [], [1.0]])
def test_what_is_no_node_is_refused(wrong: object) -> None:
    with pytest.raises(TypeError, match=r"draw takes a node or a list of nodes, got \w+: pass a Value, not its \.data"):
        viz.draw(wrong)


def logistic() -> tuple[Value, Value]:
    w, x = Value(0.5, "w"), Value(2, "x")
    z = w * x
    z.label = "z"
    loss = (ag.sigmoid(z) - 1) ** 2
    loss.label = "L"
    return loss, w


def test_the_graph_of_a_gradient_has_a_tint_and_names_of_its_own() -> None:
    loss, w = logistic()
    made = viz.draw([loss, ag.gradient_graph(loss, w)], names={}).picture
    forward = viz.draw(loss, names={}).picture
    tints = {box.name: box.tint for box in made.nodes}
    assert [box.tint for box in made.nodes[: len(forward.nodes)]] == [box.tint for box in forward.nodes]
    assert {box.scope for box in made.nodes[len(forward.nodes) :]} == {("backward pass",)}
    assert (tints["dz"], tints["dw"], tints["z"]) == ("backward pass", "output", "operation")
    gradient = next(box for box in made.nodes if box.name == "dw")
    assert (gradient.formula, gradient.value) == ("dz × x", pytest.approx(ag.grad(logistic_loss)(0.5)))


def logistic_loss(w: Value) -> Value:
    return (ag.sigmoid(w * 2) - 1) ** 2


def test_a_gradient_that_was_there_already_is_no_part_of_the_backward_pass() -> None:
    a, b = Value(2, "a"), Value(1, "b")
    product = a * b
    assert ag.gradient_graph(product, a) is b
    assert b.scope == product.scope == ()


def test_a_gradients_gradient_is_named_after_it() -> None:
    x = Value(0.3, "x")
    y = ag.sin(x)
    y.label = "y"
    second = ag.gradient_graph(ag.gradient_graph(y, x), x)
    assert {box.tint for box in viz.draw(second, names={}).picture.nodes} == {"input", "backward pass", "output"}
    assert second.data == pytest.approx(-math.sin(0.3))


def test_the_graph_of_a_gradient_as_textbooks_print_it() -> None:
    loss, w = logistic()
    accurate, textbook = (ag.gradient_graph(loss, w, textbook=flag) for flag in (False, True))
    assert textbook.data == pytest.approx(accurate.data, rel=1e-14)
    formulas = {box.formula for box in viz.draw(textbook, names={}).picture.nodes}
    assert any(formula.startswith("1 − ") for formula in formulas)  # a (1 − a)
    assert not any("sech" in formula for formula in formulas)
    assert ag.gradient_graph(textbook, w).data == pytest.approx(ag.grad(ag.grad(logistic_loss))(0.5), rel=1e-12)
