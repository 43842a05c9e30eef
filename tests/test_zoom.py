"""zoom: the neurons of a layer have the numbers of its arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from drawn import RENDERERS, texts

import autograd_mini as ag
import viz
from autograd_mini import Tensor, Value, nn

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
    assert column(drawing, "w₁") == pairs(W.data[0], W.grad[0])
    assert column(drawing, "w₂") == pairs(W.data[1], W.grad[1])
    assert column(drawing, "b") == pairs(b.data, b.grad)


def test_the_picture_is_that_of_neurons() -> None:
    drawing = viz.zoom(dense(), names={})
    by_name = {box.name: box for box in drawing.picture.nodes}
    z, a = by_name["z₃[2]"], by_name["a₃[2]"]
    assert (z.formula, a.formula) == ("w₁ × a₁[1] + w₂ × a₂[1] + b", "tanh(z₃[2])")
    assert z.scope == a.scope == ("layer 2", "neuron 3")
    assert [box.name for box in drawing.picture.nodes if box.is_output] == ["a₁[2]", "a₂[2]", "a₃[2]"]
    assert {box.name for box in drawing.picture.nodes if box.kind == "parameter"} == {"w₁", "w₂", "b"}
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


@pytest.mark.parametrize("backward", [True, False])
def test_it_is_what_scalar_layers_give(backward: bool) -> None:
    layer = nn.Layer(2, 3, seed=0)
    x = [Value(number, f"x{i}", requires_grad=False) for i, number in enumerate(X[0], start=1)]
    out = layer(x)
    W = Tensor([[w.data for w in neuron.w] for neuron in layer.neurons])
    A = ag.tanh(W @ X[0] + Tensor([neuron.b.data for neuron in layer.neurons]))
    if backward:
        sum(out).backward()
        A.sum().backward()
    drawn, zoomed = (str(viz.draw(out, names={})), str(viz.zoom(A, names={})))
    assert zoomed.splitlines()[:-1] == drawn.splitlines()[:-1]
    assert zoomed.splitlines()[-1] == drawn.splitlines()[-1] or not backward


# Which nodes are a layer's.

W, b, W_column, b_column = Tensor(RNG.normal(size=(2, 3))), Tensor([1.0, 2, 3]), Tensor(np.ones((3, 2))), Tensor(np.ones((3, 1)))
w = Tensor([0.5, -1.0])
DATA = Tensor(X, requires_grad=False)


@pytest.mark.parametrize(
    ("Z", "in_rows"),
    [
        (X @ W + b, True),
        (b + X @ W, True),
        (X @ W, True),
        (DATA @ W + 1.0, True),
        (X[0] @ W + b, True),
        (np.dot(X, W), True),
        (Tensor(X) @ W + b, True),
        (ag.tanh(Tensor(X)) @ W, True),
        (X @ w + 3.0, True),
        (X.reshape(1, 5, 2) @ W + b, True),
        (X @ W_column.T + b, True),
        (W_column @ X.T + b_column, False),
        (W_column @ X.T, False),
        (W_column @ X[0] + b, False),
        (W_column @ Tensor(X.T) + b_column, False),
        (W.T @ X.T + b_column, False),
        (w @ X.T + Tensor(1.0), False),
    ],
)  # fmt: skip
def test_z_is_found_in_rows_and_in_columns_with_b_or_without(Z: Tensor, in_rows: bool) -> None:
    rows = (Z.data if in_rows else Z.data.T).reshape(-1, 3 if Z.size > 5 or Z.shape == (3,) else 1)
    for example, row in enumerate(rows):
        drawing = viz.zoom(Z, example=example, names={})
        found = {box.name: box.value for box in drawing.picture.nodes}
        assert [found[f"z{'₁₂₃'[j]}"] for j in range(len(row))] == row.tolist()
        assert [found["x₁"], found["x₂"]] == pytest.approx(np.asarray(_inputs(Z)).reshape(-1, 2)[example].tolist() if in_rows else None)
