"""zoom: the neurons of a layer have the numbers of its arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from drawn import RENDERERS, texts

import autograd_mini as ag
import viz
from autograd_mini import Tensor, Value, nn
from autograd_mini.graph import Tag

Array = np.ndarray[Any, Any]
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(5, 2)), RNG.normal(size=(5, 3))


def boxes(drawing: viz.Drawing) -> dict[str, list[tuple[Any, Any]]]:
    """(value, gradient) of the boxes by their names, in the order of the neurons."""
    found: dict[str, list[tuple[Any, Any]]] = {}
    for box in drawing.picture.nodes:
        found.setdefault(box.name, []).append((box.value, box.grad))
    return found


def column(drawing: viz.Drawing, *names: str) -> list[list[Any]]:
    """Values and gradients of boxes, by name."""
    return [list(each) for name in names for each in boxes(drawing)[name]]


def pairs(data: Array, grad: Array) -> list[list[float]]:
    return np.stack([data, grad], axis=-1).tolist()


def dense(activation: str | None = "tanh", use_bias: bool = True) -> Tensor:
    """What the second layer of a network gives, after a backward pass."""
    model = nn.Sequential([nn.Dense(2), nn.Dense(3, activation, use_bias)], seed=0)
    model.build((None, 2))
    if use_bias:
        model.layers[1].b.data = [0.1, 0.2, 0.3]
    A = model(X)
    ((A - Y) ** 2).mean().backward()
    return A


def parts(A: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Z, the layer's input, W and b of A = g(input @ W + b)."""
    Z = A.inputs[0]
    product, b = Z.inputs
    return Z, *product.inputs, b


def test_every_number_is_one_of_the_layers_arrays() -> None:
    A = dense()
    Z, inputs, W, b = parts(A)
    drawing = viz.zoom(A, example=3)
    assert column(drawing, "z₁[2]", "z₂[2]", "z₃[2]") == pairs(Z.data[3], Z.grad[3])
    assert column(drawing, "a₁[2]", "a₂[2]", "a₃[2]") == pairs(A.data[3], A.grad[3])
    assert column(drawing, "a₁[1]", "a₂[1]") == pairs(inputs.data[3], inputs.grad[3])
    assert column(drawing, "w₁₁[2]", "w₂₁[2]", "w₃₁[2]") == pairs(W.data[0], W.grad[0])
    assert column(drawing, "w₁₂[2]", "w₂₂[2]", "w₃₂[2]") == pairs(W.data[1], W.grad[1])
    assert column(drawing, "b₁[2]", "b₂[2]", "b₃[2]") == pairs(b.data, b.grad)


def test_the_picture_is_that_of_neurons() -> None:
    drawing = viz.zoom(dense(), names={})
    by_name = {box.name: box for box in drawing.picture.nodes}
    z, a = by_name["z₃[2]"], by_name["a₃[2]"]
    assert (z.formula, a.formula) == ("w₃₁[2] × a₁[1] + w₃₂[2] × a₂[1] + b₃[2]", "tanh(z₃[2])")
    assert z.scope == a.scope == ("layer 2", "neuron 3")
    assert [box.name for box in drawing.picture.nodes if box.is_output] == ["a₁[2]", "a₂[2]", "a₃[2]"]
    assert {box.name for box in drawing.picture.nodes if box.kind == "parameter"} == {
        f"{letter}[2]" for letter in "w₁₁ w₁₂ b₁ w₂₁ w₂₂ b₂ w₃₁ w₃₂ b₃".split()
    }
    assert {box.name for box in drawing.picture.nodes if box.kind == "input"} == {"a₁[1]", "a₂[1]"}
    assert drawing.picture.notes == ("example 0 of 5; gradients of weights are sums over all 5",)


def test_the_local_derivatives_are_those_of_the_chain_rule() -> None:
    A = dense()
    drawing = viz.zoom(A, example=2)
    nodes = drawing.picture.nodes
    for edge in drawing.picture.edges:
        if nodes[edge.tail].name.startswith("z"):
            assert nodes[edge.tail].grad == pytest.approx(nodes[edge.head].grad * edge.partial, rel=1e-12)
    into_a = [edge for edge in drawing.picture.edges if nodes[edge.tail].name == "a₁[1]"]
    by_all = sum(nodes[edge.head].grad * edge.partial for edge in into_a)
    assert nodes[into_a[0].tail].grad == pytest.approx(by_all, rel=1e-12)


def test_it_is_what_scalar_layers_give() -> None:
    layer = nn.Layer(2, 3, seed=0, scope=("layer 1",))
    out = layer([Value(number, f"x{i}", requires_grad=False) for i, number in enumerate(X[0], start=1)])
    sum(out).backward()
    W = Tensor([[w.data for w in neuron.w] for neuron in layer.neurons])
    A1 = ag.tanh(W @ X[0] + Tensor([neuron.b.data for neuron in layer.neurons]))
    A1.sum().backward()
    assert str(viz.zoom(A1)) == str(viz.draw(out, names={}))


# Which nodes are a layer's.

W, b = Tensor(RNG.normal(size=(2, 3)), "W"), Tensor([1.0, 2.0, 3.0], "b")
V, c = Tensor(RNG.normal(size=(3, 2)), "W"), Tensor([[1.0], [2.0], [3.0]], "b")
w = Tensor([0.5, -1.0], "w")
M, N = Tensor(X), Tensor(X.T)


@pytest.mark.parametrize(
    ("Z", "in_rows"),
    [
        (X @ W + b, True), (b + X @ W, True), (X @ W, True), (X @ W + 1.0, True), (X @ V.T + b, True),
        (np.dot(X, W), True), (ag.relu(M) @ W + b, True), (M @ W + b, True), (X[:1] @ W + b, True),
        (V @ X.T + c, False), (V @ X.T, False), (W.T @ X.T + c, False), (V @ ag.relu(N) + c, False),
        (V @ N + c, False), (V @ X[:1].T + c, False),
    ],
)  # fmt: skip
def test_a_layer_is_found_in_rows_and_in_columns_with_b_and_without(Z: Tensor, in_rows: bool) -> None:
    rows = Z.data if in_rows else Z.data.T
    of_inputs = Z.inputs[0] if Z.op == "add" and Z.inputs[0].op == "matmul" else Z.inputs[1] if Z.op == "add" else Z
    inputs = of_inputs.inputs[0].data if in_rows else of_inputs.inputs[1].data.T
    for example in range(len(rows)):
        found = boxes(viz.zoom(Z, example=example, names={}))
        assert [found[name][0][0] for name in ("z₁", "z₂", "z₃")] == rows[example].tolist()
        assert [found[name][0][0] for name in ("x₁", "x₂")] == inputs[example].tolist()


@pytest.mark.parametrize("Z", [X[3] @ W + b, V @ X[3] + b, w @ X[3] + 1.0, X[3] @ w])
def test_one_example_alone_is_a_layers_too(Z: Tensor) -> None:
    found = boxes(viz.zoom(Z, names={}))
    assert [found[name][0][0] for name in ("z₁", "z₂", "z₃") if name in found] == np.atleast_1d(Z.data).tolist()
    assert [found[name][0][0] for name in ("x₁", "x₂")] == X[3].tolist()


@pytest.mark.parametrize("Z", [X @ w + Tensor(1.0), w @ X.T + Tensor(1.0)])
def test_one_neuron_for_many_examples(Z: Tensor) -> None:
    drawing = viz.zoom(Z, example=4, names={})
    assert boxes(drawing)["z₁"] == [(Z.data[4], None)]
    assert drawing.picture.notes[-1] == "example 4 of 5"


def test_rows_of_rows_are_examples() -> None:
    Z = np.stack([X, X + 1]) @ W + b
    assert boxes(viz.zoom(Z, example=6, names={}))["z₂"] == [(Z.data[1, 1, 1], None)]


def test_parameters_tell_weights_from_inputs_where_both_want_gradients() -> None:
    model = nn.Sequential([nn.Dense(2, use_bias=False)], seed=0)
    inputs = Tensor(X[:2])
    Z = model(inputs)
    assert boxes(viz.zoom(Z, example=1, names={}))["x₁"] == [(X[1, 0], None)]
    assert boxes(viz.zoom(model.layers[0].W.T @ inputs.T, example=1, names={}))["x₁"] == [(X[1, 0], None)]


@pytest.mark.parametrize(
    ("A", "formula"),
    [
        (ag.leaky_relu(X @ W + b, 0.2), "leaky_relu(z₁, 0.2)"),
        (np.maximum(0, X @ W + b), "max(0, z₁)"),
        ((X @ W + b) ** 2, "z₁²"),
        (ag.sigmoid(V @ X.T + c), "σ(z₁)"),
    ],
)
def test_an_activation_is_any_function_of_the_table(A: Tensor, formula: str) -> None:
    (box,) = (box for box in viz.zoom(A, names={}).picture.nodes if box.name == "a₁")
    assert (box.formula, box.value) == (formula, A.data.flat[0])


@pytest.mark.parametrize("activation", ["softmax", lambda z: z * ag.sigmoid(z), None])
def test_an_activation_of_whole_rows_or_of_several_steps_is_left_out(activation: Any) -> None:
    A = dense(activation)
    drawing = viz.zoom(A, names={})
    assert [box.name for box in drawing.picture.nodes if box.is_output] == ["z₁[2]", "z₂[2]", "z₃[2]"]


def test_a_layer_by_hand_has_the_names_that_its_arrays_have() -> None:
    A1 = Tensor(RNG.normal(size=(2, 4)))
    Z2 = V @ A1 + c
    A2 = ag.sigmoid(Z2)
    found = viz.zoom(A2).picture.nodes
    assert {"a₁[1]", "a₂[1]", "z₃[2]", "a₃[2]"} <= {box.name for box in found}
    assert ("layer 2", "neuron 3") in {box.scope for box in found}


def test_neurons_belong_to_what_the_layer_is_called() -> None:
    Z = X @ W + b
    Z._tag = Tag("Z[1]", ("hidden",))
    scopes = [box.scope for box in viz.zoom(Z).picture.nodes if box.kind == "operation"]
    assert scopes == [("hidden", f"neuron {i}") for i in (1, 2, 3)]


@pytest.mark.parametrize(
    ("node", "computed"),
    [
        (W, "was not computed"),
        ((X @ W + b).mean(), "was computed by 'mean'"),
        (X @ W + Tensor(Y), "was computed by 'add'"),
        (W + W, "was computed by 'add'"),
        (np.ones((4, 5, 2)) @ Tensor(np.ones((4, 2, 3))), "was computed by 'matmul'"),
        (V @ np.ones((4, 2, 5)), "was computed by 'matmul'"),
    ],
)
def test_what_is_no_layer_is_refused(node: Tensor, computed: str) -> None:
    with pytest.raises(ValueError, match="zoom takes") as raised:
        viz.zoom(node)
    assert str(raised.value) == (
        f"zoom takes what a layer gave, Z = X @ W + b or A = g(Z), got a Tensor that {computed}: pass layer(X)"
    )


@pytest.mark.parametrize("thing", [Value(1), X, 3])
def test_what_is_no_tensor_is_refused(thing: object) -> None:
    with pytest.raises(TypeError, match=f"zoom takes a Tensor, what a layer gave, got {type(thing).__name__}"):
        viz.zoom(thing)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"example": 5}, "example=5; it has to be one of 5, counted from 0"),
        ({"example": -1}, "example=-1; it has to be one of 5, counted from 0"),
        ({"example": 1.0}, "example=1.0; it has to be one of 5, counted from 0"),
        ({"max_units": 0}, "max_units=0; it has to be a positive integer"),
    ],
)
def test_a_wrong_option_is_refused(option: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match="has to be") as raised:
        viz.zoom(X @ W + b, **option)
    assert str(raised.value) == said


# What is said beside the picture.


def test_without_a_backward_pass_gradients_are_dashes() -> None:
    drawing = viz.zoom(X @ W + b, names={})
    assert {grad for each in boxes(drawing).values() for _, grad in each} == {None}
    assert drawing.picture.notes == ("call backward() on the output to fill in the gradients", "example 0 of 5")


def test_weights_that_are_not_learned_have_no_sums() -> None:
    Z = ag.relu(M) @ Tensor(W.data, requires_grad=False) + 0.5
    Z.sum().backward()
    assert viz.zoom(Z).picture.notes == ("example 0 of 5",)


def test_after_a_step_what_the_layer_is_given_is_marked_as_old_too() -> None:
    A = dense()
    inputs = parts(A)[1]
    inputs.inputs[0].inputs[1].data = np.eye(2)
    assert all(box.is_stale for box in viz.zoom(A).picture.nodes if box.kind != "parameter")


def test_after_a_step_values_are_marked_as_old() -> None:
    A = dense()
    Z, _, W, _ = parts(A)
    then = Z.data[1, 0]
    W.data = W.data + 1
    drawing = viz.zoom(A, example=1)
    (z,) = (box for box in drawing.picture.nodes if box.name == "z₁[2]")
    assert (z.value, z.is_stale) == (then, True)
    assert boxes(drawing)["w₁₁[2]"] == [(W.data[0, 0], W.grad[0, 0])]
    assert not any(box.is_stale for box in drawing.picture.nodes if box.kind != "operation")
    assert viz.picture.STALE in drawing.picture.notes
    (into_a,) = (e for e in drawing.picture.edges if drawing.picture.nodes[e.head].name == "a₁[2]")
    assert into_a.partial == pytest.approx(1 - np.tanh(then) ** 2)


def test_numbers_of_float32_are_not_old() -> None:
    model = nn.Sequential([nn.Dense(3, "tanh")], seed=0)
    drawing = viz.zoom(model(X.astype(np.float32)))
    assert not any(box.is_stale for box in drawing.picture.nodes)


def test_of_many_units_the_first_are_drawn() -> None:
    model = nn.Sequential([nn.Dense(25, "relu")], seed=0)
    A = model(X)
    drawing = viz.zoom(A)
    assert [name for name in boxes(drawing) if name.startswith("b")] == [f"b{i}[1]" for i in "₁₂₃₄₅₆₇₈"]
    assert drawing.picture.notes[-1] == "neurons 1 to 8 of 25: max_units=25 draws each"
    assert len(viz.zoom(A, max_units=3).picture.nodes) == 3 * 5 + 2


def test_of_many_features_weights_share_boxes() -> None:
    model = nn.Sequential([nn.Dense(8, "relu")], seed=0)
    A = model(RNG.normal(size=(2, 64)))
    drawing = viz.zoom(A)
    assert len(drawing.picture.nodes) == 1 + 8 * 4
    (z,) = (box for box in drawing.picture.nodes if box.name == "z₁[1]")
    assert z.formula == "Σ (w₁,₁[1] … w₁,₆₄[1] × x₁ … x₆₄) + b₁[1]"
    assert [box.value for box in drawing.picture.nodes if box.name.startswith("a")] == A.data[0].tolist()


def test_it_takes_the_options_of_draw_and_changes_nothing() -> None:
    A = dense()
    before = A.data.copy(), A.grad.copy(), A.label
    drawing = viz.zoom(A, show="value", direction="BT", title="layer 2")
    assert (drawing.view.show, drawing.view.direction, drawing.view.title) == (("structure", "value"), "BT", "layer 2")
    np.testing.assert_array_equal(A.data, before[0])
    np.testing.assert_array_equal(A.grad, before[1])
    assert A.label == before[2]


def test_it_draws_under_no_grad() -> None:
    A = dense()
    with ag.no_grad():
        assert "tanh(z₁[2])" in str(viz.zoom(A))


@pytest.mark.parametrize("renderer", RENDERERS)
def test_it_can_be_rendered(renderer: str) -> None:
    said = texts(viz.zoom(dense(), renderer=renderer).svg)
    assert {"layer 2", "neuron 1", "neuron 2", "neuron 3"} <= set(said)


@pytest.mark.parametrize("activation", ["tanh", "linear"])
def test_down_to_single_operations(activation: str) -> None:
    layer = nn.Sequential([nn.Dense(2, activation=activation)], seed=0)
    A = layer(np.array([[1.0, -2.0, 0.5], [0.5, 1.0, 2.0]]))
    A.sum().backward()
    coarse, fine = (viz.zoom(A, example=1, level=level).picture for level in ("neurons", "operations"))
    outputs = [[(n.value, n.grad) for n in p.nodes if n.is_output] for p in (coarse, fine)]
    leaves = [sorted((n.name, n.value, n.grad) for n in p.nodes if not n.op and n.wants_grad) for p in (coarse, fine)]
    assert outputs[0] == outputs[1]
    assert leaves[0] == leaves[1]
    assert {n.op for n in fine.nodes} == {"", "mul", "add", activation} - {"linear"}
    flows = {i: n.grad for i, n in enumerate(fine.nodes)}
    for i, node in enumerate(fine.nodes):  # every inner gradient is what its users hand back
        if node.op and not node.is_output:
            back = [flows[e.head] * e.partial for e in fine.edges if e.tail == i]
            assert sum(back) == pytest.approx(node.grad, rel=1e-12)


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match=r"level='atoms'; it has to be one of 'neurons', 'operations'"):
        viz.zoom(Tensor([[1.0]]) @ Tensor([[1.0]]), level="atoms")  # type: ignore[arg-type]
