"""``viz.explain`` of arrays: gradients as formulas in arrays, with their shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_explain import compiles
from test_stepper import NASTY

import autograd_mini as ag
import viz
from autograd_mini import Tensor, nn
from viz import text


def two_layers(*, rows: bool) -> dict[str, Any]:
    """The notes' network of three tanh units and a sigmoid, with its cost; an example a row or a column."""
    rng = np.random.default_rng(0)
    m = 5
    X, Y = rng.normal(size=(2, m)), (rng.random((1, m)) > 0.5) * 1.0
    W1, b1 = Tensor(rng.normal(size=(3, 2))), Tensor(np.zeros((3, 1)))
    W2, b2 = Tensor(rng.normal(size=(1, 3))), Tensor(np.zeros((1, 1)))
    if rows:
        X, Y = X.T.copy(), Y.T.copy()
        W1, b1, W2, b2 = (Tensor(each.data.T.copy()) for each in (W1, b1, W2, b2))
    Z1 = X @ W1 + b1 if rows else W1 @ X + b1
    A1 = np.tanh(Z1)
    Z2 = A1 @ W2 + b2 if rows else W2 @ A1 + b2
    A2 = ag.sigmoid(Z2)
    J = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
    known = locals()
    return {name: known[name] for name in "X Y W1 b1 Z1 A1 W2 b2 Z2 A2 J".split()}


def section(explained: viz.Explanation, heading: str) -> list[str]:
    """The lines under a heading."""
    (found,) = [part for part in explained.text.split("\n\n") if part.startswith(heading)]
    return [" ".join(line.split()) for line in found.splitlines()[1:]]


NOTES = {
    False: {
        "W1": ["dZ₂ = A₂ − Y", "dZ₁ = W₂ᵀ · dZ₂ × (1 − A₁²)", "dW₁ = dZ₁ · Xᵀ / m"],
        "b1": ["dZ₂ = A₂ − Y", "dZ₁ = W₂ᵀ · dZ₂ × (1 − A₁²)", "db₁ = (Σ dZ₁ over axis 1) / m"],
        "W2": ["dZ₂ = A₂ − Y", "dW₂ = dZ₂ · A₁ᵀ / m"],
    },
    True: {
        "W1": ["dZ₂ = A₂ − Y", "dZ₁ = dZ₂ · W₂ᵀ × (1 − A₁²)", "dW₁ = Xᵀ · dZ₁ / m"],
        "b1": ["dZ₂ = A₂ − Y", "dZ₁ = dZ₂ · W₂ᵀ × (1 − A₁²)", "db₁ = (Σ dZ₁ over axis 0) / m"],
        "W2": ["dZ₂ = A₂ − Y", "dW₂ = A₁ᵀ · dZ₂ / m"],
    },
}


@pytest.mark.parametrize("rows", [False, True], ids=["columns", "rows"])
@pytest.mark.parametrize("name", ["W1", "b1", "W2"])
def test_a_two_layer_network_as_in_the_notes(name: str, *, rows: bool) -> None:
    known = two_layers(rows=rows)
    explained = viz.explain(known["J"], known[name], names=known)
    assert section(explained, "As lecture notes write it, dividing by m at the end") == NOTES[rows][name]
    assert viz.explain(known["J"], known[name], names=known, detail="short").text.splitlines() == NOTES[rows][name]
    compiles(explained)


@pytest.mark.parametrize("rows", [False, True], ids=["columns", "rows"])
def test_those_formulas_give_the_engines_gradients(*, rows: bool) -> None:
    known = two_layers(rows=rows)
    X, Y, A1, A2, W2 = (np.asarray(getattr(known[name], "data", known[name])) for name in "X Y A1 A2 W2".split())
    known["J"].backward()
    dZ2 = A2 - Y
    dZ1 = (dZ2 @ W2.T if rows else W2.T @ dZ2) * (1 - A1**2)
    np.testing.assert_allclose(known["W1"].grad, (X.T @ dZ1 if rows else dZ1 @ X.T) / 5, rtol=1e-12)
    np.testing.assert_allclose(known["b1"].grad, dZ1.sum(axis=0 if rows else 1, keepdims=True) / 5, rtol=1e-12)


def test_the_chain_rule_has_matrix_products_and_shapes() -> None:
    known = two_layers(rows=False)
    explained = viz.explain(known["J"], known["W1"], names=known)
    assert explained.text.startswith("dW₁ = ∂J/∂W₁\n")
    lines = section(explained, "The chain rule, from J back to W₁")
    for line in (
        "dv₁₀ = 1 / 5 a number", "dv₈ = dv₉, spread (1, 5)", "dA₂ = dv₃ / A₂ − dv₅ (1, 5)",
        "dZ₂ = dA₂ × (A₂ × (1 − A₂)) (1, 5)", "dA₁ = W₂ᵀ · dv₂ (3, 5)", "dW₁ = dv₁ · Xᵀ (3, 2)",
    ):  # fmt: skip
        assert line in lines
    steps = section(explained, "Each step, with the shape of its result")
    assert steps[:2] == ["v₁ = W₁ · X matmul, (3, 5)", "Z₁ = v₁ + b₁ add, (3, 5)"]
    assert all(each.grad is None for each in known.values() if isinstance(each, Tensor))


def test_layers_of_a_model_have_the_notes_names() -> None:
    model = ag.nn.Sequential([ag.nn.Dense(3, activation="tanh"), ag.nn.Dense(1, activation="sigmoid")])
    X, Y = np.ones((4, 2)), np.ones((4, 1))
    L = np.mean(ag.bce(Y, model(X)))
    W1, b1, *_ = model.parameters()
    said = {name: viz.explain(L, wrt, detail="short").text.splitlines()[-1] for name, wrt in {"W": W1, "b": b1}.items()}
    assert said == {"W": "dW[1] = Xᵀ · dZ[1] / m", "b": "db[1] = (Σ dZ[1] over axis 0) / m"}
    compiles(viz.explain(L, W1))


def test_what_was_broadcast_is_summed() -> None:
    M, b = Tensor(np.ones((4, 3))), Tensor(np.zeros(3))
    s = np.sum(M * b)
    assert section(viz.explain(s, b), "The chain rule") == [
        "dv₁ = 1, spread (4, 3)",
        "db = Σ (dv₁ × M) over axis 0 (3,)",
    ]


def test_of_an_array_the_sum_is_meant_and_said() -> None:
    x = Tensor([1.0, 2.0])
    y = np.tanh(x)
    assert section(viz.explain(y, x), "The chain rule") == [
        "dy = 1 (2,), as of the sum of all", "dx = dy × (1 − y²) (2,)",
    ]  # fmt: skip


def test_a_tensor_of_one_number_is_a_number() -> None:
    t = Tensor(2.0)
    y = np.sin(t) * t
    assert viz.explain(y, t, detail="short").text.splitlines()[-1] == "dy/dt = t × cos(t) + sin(t) = 0.077"


def test_a_name_that_only_the_printed_program_knows_is_not_used() -> None:
    M = Tensor(np.ones((4, 3)))
    softmax = np.exp(M) / np.sum(np.exp(M), axis=1, keepdims=True)
    explained = viz.explain(np.sum(softmax * softmax), M)
    names = {word for line in section(explained, "Each step") for word in line.split() if word.startswith("v")}
    for heading in ("As lecture", "The chain rule"):
        if heading in explained.text:
            used = {word.strip("(),") for line in section(explained, heading) for word in line.split()}
            assert {word for word in used if word[:1] == "v"} <= names


def test_many_uses_and_many_steps_end() -> None:
    x = Tensor(np.ones(3))
    y = sum((x * k for k in range(1500)), x)
    assert " + … + " in viz.explain(np.sum(y), x, detail="short").text.splitlines()[-1]
    z = x
    for _ in range(60):
        z = z + z
    assert len(viz.explain(np.sum(z), x, detail="short").text.splitlines()) >= 60


def test_an_own_function_goes_by_its_own_rule() -> None:
    @ag.custom_vjp
    def doubled(x: Any) -> Any:
        return x * 2

    doubled.defvjp(lambda x: (x * 2, None), lambda _, grad: (2 * grad,))
    t = Tensor([1.0, 2.0])
    lines = section(viz.explain(np.sum(doubled(t) * 3), t), "The chain rule")
    assert lines[-1] == "dt = dv₁, by the rule of doubled (2,)"


@pytest.mark.parametrize(
    ("activation", "dZ1"),
    [
        ("relu", "W₂ᵀ · dZ₂ × (Z₁ > 0)"),
        ("leaky_relu", "(dA₁ if Z₁ > 0 else 0.01 × dA₁)"),
        ("softplus", "W₂ᵀ · dZ₂ × σ(Z₁)"),
    ],
)
def test_hidden_layers_in_the_notes_form(activation: str, dZ1: str) -> None:
    W1, W2 = Tensor(np.array([[0.5, -1.0], [1.0, 2.0]])), Tensor(np.array([[1.0, -1.0]]))
    X, Y = np.array([[1.0, 2.0, 0.5], [0.0, 1.0, -1.0]]), np.array([[1.0, 0.0, 1.0]])
    Z1 = W1 @ X
    A1 = getattr(ag, activation)(Z1)
    Z2 = W2 @ A1
    A2 = ag.sigmoid(Z2)
    J = ag.nn.binary_crossentropy(Y, A2)
    first, *_, last_but_one, last = str(viz.explain(J, W1, detail="short")).splitlines()
    assert (first, last_but_one, last) == ("dZ₂ = A₂ − Y", f"dZ₁ = {dZ1}", "dW₁ = dZ₁ · Xᵀ / m")


def test_a_loss_with_a_rule_of_its_own_is_named() -> None:
    Z = Tensor([[0.5, -1.0]], "Z")
    lines = section(viz.explain(ag.nn.binary_crossentropy(np.ones((1, 2)), Z, from_logits=True), Z), "The chain rule")
    assert lines == ["dZ = by the rule of binary_crossentropy (1, 2)"]


@pytest.mark.parametrize("label", NASTY, ids=lambda label: repr(label[:20]))
def test_labels_are_shown_and_do_nothing(label: str) -> None:
    W = Tensor(np.ones((2, 2)), label)
    explained = viz.explain(np.sum(W @ W), W, names={})
    compiles(explained)
    assert "\0" not in explained.html + explained.latex
    if text.clean(label).strip():
        assert text.shorten(text.clean(label), 32) in explained.text


def test_what_overflows_on_the_way_to_0_is_no_warning() -> None:
    Z = Tensor([[-1000.0, 2.0]])
    J = nn.binary_crossentropy([[1.0, 0.0]], Z, from_logits=True)
    assert str(viz.explain(J, Z, detail="short")).startswith("dZ = ")
