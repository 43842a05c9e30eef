"""Pictures of arrays: boxes, edges, names, whatever the numbers."""

from __future__ import annotations

import tracemalloc
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from drawn import SVG, texts

import autograd_mini as ag
import viz
from autograd_mini import Tensor, Value
from viz.labels import plain

RNG = np.random.default_rng(0)


def lines(node: object, **options: object) -> list[str]:
    """The text tree, each line without the branches before it."""
    return [line.lstrip("├└│─ ") for line in str(viz.draw(node, **{"names": {}, **options})).splitlines()]


def edges(node: object, **options: object) -> list[str]:
    """What stands at the edges, in the order of the operands."""
    drawing = viz.draw(node, **{"names": {}, **options})
    return [" ".join(map(plain, viz.labels.edge_lines(edge, drawing.view))) for edge in drawing.picture.edges]


def formula(node: object, **options: object) -> str:
    return viz.draw(node, **{"names": {}, **options}).picture.nodes[-1].formula


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (3, "x   ()   value 3"),
        ([1.0, -0.5], "x   (2,)   value [1 −0.5]"),
        ([[1, 2], [3, 0.25]], "x   (2, 2)   value [1 2] [3 0.25]"),
        ([[[1, 2], [3, 4]], [[5, 6], [7, 8]]], "x   (2, 2, 2)   value [[1 2] [3 4]] [[5 6] [7 8]]"),
        ([[1], [2]], "x   (2, 1)   value [1] [2]"),
        (np.float32([0.1, 2]), "x   (2,) float32   value [0.1 2]"),
        (np.arange(100.0), "x   (100,)   min 0   mean 49.5   max 99"),
        (np.ones((1000, 1000)), "x   (1000, 1000)   min 1   mean 1   max 1"),
        ([np.nan, np.inf, -np.inf, -0.0], "x   (4,)   value [nan inf −inf −0]"),
        (np.full(20, np.nan), "x   (20,)   value 20 of 20 are nan"),
        ([np.inf, -np.inf] * 10, "x   (20,)   min −inf   mean nan   max inf"),
        (np.full(20, 1e308), "x   (20,)   min 1e+308   mean inf   max 1e+308"),
        (np.zeros((0, 3)), "x   (0, 3)   value empty"),
        (np.zeros((2, 0)), "x   (2, 0)   value empty"),
    ],
)
def test_a_box_says_shape_and_numbers(data: object, said: str) -> None:
    assert lines(Tensor(data, "x", requires_grad=False)) == [said]


def test_a_missing_gradient_is_a_dash_and_a_large_one_its_norm() -> None:
    x, y = Tensor(np.ones(400), "x"), Tensor([3.0, 4.0], "y")
    assert lines(x)[0].endswith("max 1   grad —")
    (x * 0.5).sum().backward()
    (y * y).sum().backward()
    assert lines(x) == ["x   (400,)   min 1   mean 1   max 1   ‖grad‖ 10"]
    assert lines(y) == ["y   (2,)   value [3 4]   grad [6 8]"]


def test_the_columns_of_a_matrix_are_aligned() -> None:
    drawn = viz.draw(Tensor([[1.5, 10], [22.25, 3]]), names={"x": None}, renderer="embedded").svg
    first, second = (text for text in texts(drawn) if text.startswith("["))
    assert viz.text.width(first, 1) == pytest.approx(viz.text.width(second, 1))


x, y, w = Tensor(RNG.normal(size=(4, 3)), "x"), Tensor(RNG.normal(size=(3, 2)), "y"), Tensor([1.0, 2.0, 3.0], "w")
v, t = Tensor([1.0, 5.0, 4.0], "v"), Tensor(RNG.normal(size=(5, 4, 3)), "t")


@pytest.mark.parametrize(
    ("node", "written", "said"),
    [
        (x @ y, "x @ y", ["∂v₁/∂x: · yᵀ", "∂v₁/∂y: xᵀ ·"]),
        (x @ w, "x @ w", ["∂v₁/∂x: · wᵀ", "∂v₁/∂w: xᵀ ·"]),
        (t @ y, "t @ y", ["∂v₁/∂t: · yᵀ", "∂v₁/∂y: tᵀ ·, Σ over axis 0"]),
        (t @ w, "t @ w", ["∂v₁/∂t: · wᵀ", "∂v₁/∂w: tᵀ ·, Σ over axis 0"]),
        (v @ w, "v @ w", ["∂v₁/∂v = w", "∂v₁/∂w = v"]),
        (x.T, "xᵀ", ["∂v₁/∂x: transposed"]),
        (t.transpose(1, 0, 2), "transpose(t, axes=(1, 0, 2))", ["∂v₁/∂t: axes put back"]),
        (x.reshape(2, -1), "reshape(x, (2, 6))", ["∂v₁/∂x: reshaped to (4, 3)"]),
        (x.sum(), "sum(x)", ["∂v₁/∂x: spread"]),
        (x.sum(axis=-1), "sum(x, axis=1)", ["∂v₁/∂x: spread over axis 1"]),
        (x.mean(), "mean(x)", ["∂v₁/∂x: 1/12, spread"]),
        (t.mean((0, 1), keepdims=True), "mean(t, axis=(0, 1), keepdims=True)", ["∂v₁/∂t: 1/20, spread over axes 0, 1"]),
        (x.max(axis=0), "max(x, axis=0)", ["∂v₁/∂x: to the greatest"]),
        (x[0], "x[0]", ["∂v₁/∂x: put back at [0]"]),
        (x[..., 1:3], "x[..., 1:3]", ["∂v₁/∂x: put back at [..., 1:3]"]),
        (x[[0, 0], ::-1], "x[[0, 0], ::-1]", ["∂v₁/∂x: put back at [[0, 0], ::-1]"]),
        (w[None], "w[None]", ["∂v₁/∂w: put back at [None]"]),
        (ag.concatenate([v, w]), "concatenate(v, w)", ["∂v₁/∂v: its part [0:3]", "∂v₁/∂w: its part [3:6]"]),
        (ag.stack([v, w], axis=1), "stack(v, w, axis=1)", ["∂v₁/∂v: its part [:, 0]", "∂v₁/∂w: its part [:, 1]"]),
        (ag.einsum("ij,jk->ik", x, y), "einsum('ij,jk->ik', x, y)",
         ["∂v₁/∂x: einsum('ik,jk->ij', ·, y)", "∂v₁/∂y: einsum('ik,ij->jk', ·, x)"]),
        (ag.pad(w, 1), "pad(w, [[1, 1]])", ["∂v₁/∂w: back to where it was"]),
        (ag.roll(w, 1), "roll(w, 1)", ["∂v₁/∂w: rolled back"]),
        (ag.tile(w, 2), "tile(w, 2)", ["∂v₁/∂w: Σ over the copies"]),
        (ag.cumsum(x, 1), "cumsum(x, axis=1)", ["∂v₁/∂x: cumsum from the end"]),
        (w.astype(np.float32), "astype(w, float32)", ["∂v₁/∂w: as float64"]),
        (ag.tanh(x), "tanh(x)", ["∂v₁/∂x = 1 − v₁²"]),
        (ag.sigmoid(x), "σ(x)", ["∂v₁/∂x = v₁ × (1 − v₁)"]),
        (x * w, "x × w", ["∂v₁/∂x = w", "∂v₁/∂w = x, Σ over axis 0"]),
        (x - v.sum(), "x − v₁", ["∂v₁/∂v: spread", "∂v₂/∂x = 1", "∂v₂/∂v₁ = −1, Σ over all axes"]),
        (0.1 * x, "0.1 × x", ["∂v₁/∂x = 0.1"]),
        (ag.where(np.ones((4, 3), bool), x, 0), "x if array (4, 3) else 0", ["∂v₁/∂x = 1 if array (4, 3) else 0"]),
    ],
)  # fmt: skip
def test_how_an_operation_and_its_derivative_are_written(node: Tensor, written: str, said: list[str]) -> None:
    drawing = viz.draw(node, names={})
    assert drawing.picture.nodes[-1].formula.replace("\u200a", "") == written
    assert edges(node) == said


@pytest.mark.parametrize("form", sorted(viz.operations.FORMS))
def test_a_form_is_of_an_operation_that_there_is(form: str) -> None:
    known = {thing.name for thing in vars(ag.linear).values() if isinstance(thing, ag.linear.Linear)}
    assert form in known or form in {"matrix transpose", "matmul of vectors", "stack of one"}


def test_where_both_are_numbers_the_derivative_is_one() -> None:
    a, b = Tensor(2.0, "a"), Tensor(3.0, "b")
    assert edges(a * b) == ["∂v₁/∂a = 3", "∂v₁/∂b = 2"]
    assert edges(a * b, edges="both") == ["∂v₁/∂a = b = 3", "∂v₁/∂b = a = 2"]
    assert edges(a * b, edges="formulas") == ["∂v₁/∂a = b", "∂v₁/∂b = a"]
    assert edges(x * w, edges="both") == ["∂v₁/∂x = w", "∂v₁/∂w = x, Σ over axis 0"]


def test_a_float32_number_mixed_in_is_written_as_it_was() -> None:
    assert formula(Tensor(np.float32([1, 2]), "x") * 0.1) == "x × 0.1"


def test_arrays_mixed_in_have_the_callers_names() -> None:
    X, w = np.ones((4, 3)), Tensor(np.ones((2, 3)), "w")
    index = np.arange(6) % 4
    names = {"X": X, "i": index, "_hidden": X[0]}
    assert formula(X @ w.T, names=names) == "X @ v₁"
    assert formula(w @ X.T, names=names) == "w @ Xᵀ"
    assert formula(w @ X.T[:, :2], names=names) == "w @ X[…]"
    assert formula(w @ (X + 1).T, names=names) == "w @ array (3, 4)"
    assert formula(X.T * Tensor(2.0, "c"), names={}) == "array (3, 4) × c"
    assert formula(Tensor(X, "t")[index], names=names) == "t\u200a[i]"
    assert edges(w @ X.T, names=names) == ["∂v₁/∂w: · X"]


def test_the_number_of_a_layer_is_raised() -> None:
    A = ag.tanh(Tensor([1.0, 2.0], "Z[1]"))
    A.label = "A[1]"
    drawn = ET.fromstring(viz.draw(A, renderer="embedded").svg)
    (name,) = (text for text in drawn.iter(f"{SVG}text") if "".join(text.itertext()) == "A[1] = tanh(Z[1])")
    assert [span.text for span in name if float(span.get("dy", 0)) < 0] == ["[1]", "[1]"]


def test_the_index_of_a_numbered_name_is_not_taken_for_a_layer() -> None:
    x1 = Tensor([1.0, 2.0])
    assert "x₁[0]" in str(viz.draw(x1[0]))
    assert any(text.startswith("v₁ = x₁\u200a[0]") for text in texts(viz.draw(x1[0], renderer="embedded").svg))
    assert 'dy="' not in viz.draw(x1[0], renderer="embedded").svg


def test_values_enter_an_array() -> None:
    a, b = Value(2, "a"), Value(3, "b")
    u = ag.stack([a, b, 1.0]) * np.array([1.0, 2.0, 3.0])
    u.sum().backward()
    assert lines(u.sum()) == [
        "v₃ = sum(v₂)   ()   value 11   grad —",
        "v₂ = v₁ × array (3,)   (3,)   value [2 6 3]   grad [1 1 1]   ∂v₃/∂v₂: spread",
        "v₁ = stack(a, b, 1)   (3,)   value [2 3 1]   grad [1 2 3]   ∂v₂/∂v₁ = array (3,)",
        "a   value 2   grad 1   ∂v₁/∂a: its part [0]",
        "b   value 3   grad 2   ∂v₁/∂b: its part [1]",
    ]
    assert edges(a * Tensor(2.0, "t")) == ["∂v₁/∂a = 1", "∂v₂/∂v₁ = 2", "∂v₂/∂t = 2"]


def test_an_own_function_is_called_by_its_name_whatever_that_is() -> None:
    @ag.custom_vjp
    def transpose(x: np.ndarray) -> np.ndarray:
        return x

    transpose.defvjp(lambda x: (x, None), lambda _, g: (g,))
    assert formula(transpose(x)) == "transpose(x)"
    assert edges(transpose(x)) == ["∂v₁/∂x: by its own rule"]


def test_an_old_value_is_marked() -> None:
    t = Tensor([1.0, 2.0], "t")
    u = t * 2
    m = ag.reshape(u, (2, 1))
    t.data = [5.0, 6.0]
    assert lines(u)[0] == "v₁ = t × 2   (2,)   value [2 4]*   grad —"
    assert lines(m)[0] == "v₂ = reshape(v₁, (2, 1))   (2, 1)   value* [2] [4]   grad —"
    assert lines(m)[-1].startswith("a leaf has changed since")


def test_the_note_says_what_to_call() -> None:
    t = Tensor([1.0, 2.0])
    s = t.sum()
    assert viz.draw(s).picture.notes == ("call s.backward() to fill in the gradients",)
    assert viz.draw(t * 2, names={}).picture.notes == ("call backward(seed) on the output to fill in the gradients",)


def test_drawing_changes_nothing_and_copies_no_large_data() -> None:
    big = Tensor(RNG.normal(size=(1000, 1000)), "big")
    loss = ag.mean(big * 2)
    loss.backward()
    data, grad = big.data.copy(), big.grad.copy()
    viz.draw(loss, names={})
    tracemalloc.start()
    drawing = viz.draw(loss, names={})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < big.data.nbytes / 4
    str(drawing)
    np.testing.assert_array_equal(big.data, data)
    np.testing.assert_array_equal(big.grad, grad)


@pytest.mark.parametrize("label", ['"quoted" \\N <b>&amp;', "\ud800\0\u202e", "two\nlines", "漢字" * 40])
def test_hostile_labels_are_harmless(label: str) -> None:
    t = Tensor([[1.0, 2.0], [3.0, 4.0]], label)
    drawing = viz.draw((t @ t).sum(axis=0)[0], names={}, renderer="embedded")
    ET.fromstring(drawing.svg)
    assert "\0" not in drawing.source


def test_frames_reveal_an_array_after_its_shape() -> None:
    structure, values, *_ = viz.draw(x @ y, names={}, renderer="embedded").frames()
    assert "(4, 2)" in texts(structure.svg)
    assert "value" not in texts(structure.svg)
    assert "value" in texts(values.svg)


def test_a_slide_of_logistic_regression_is_readable() -> None:
    X, Y = RNG.normal(size=(2, 400)), np.ones((1, 400))
    w, b = Tensor(np.zeros((2, 1)), "w"), Tensor(0.0, "b")
    J = ag.mean(ag.bce_with_logits(Y, np.dot(w.T, X) + b))
    assert "v₃ = v₂ + b" in texts(viz.draw(J, names={}, size="slide", show=["value", "grad"], renderer="embedded").svg)


def test_examples_computed_alike_collapse() -> None:
    X, w = RNG.normal(size=(60, 3)), Tensor([1.0, 2.0, 3.0], "w")
    loss = sum((x @ w - 1.0) ** 2 for x in X) / 60
    boxes = viz.draw(loss, names={}, collapse="example").picture.nodes
    assert [(n.formula, n.shape, n.details) for n in boxes][1:3] == [
        ("… @ w", "()", ("× 60",)),
        ("v₁ − 1", "()", ("× 60",)),
    ]


def test_what_sums_over_other_axes_is_not_alike() -> None:
    square = Tensor(np.ones((3, 3)), "x")
    both = ag.sum(square, axis=0) * ag.sum(square, axis=1)
    assert len(viz.draw(both, names={}, collapse="example").picture.nodes) == 4


def test_an_array_as_exponent_collapses() -> None:
    nodes = [Tensor([1.0, 2.0]) ** np.array([2.0, 3.0]) for _ in range(200)]
    assert len(viz.draw(ag.sum(ag.stack(nodes)), names={}, collapse="example").picture.nodes) < 10


def test_the_fonts_have_the_signs_of_arrays() -> None:
    assert viz.text.covered("ᵀ‖·Σ\u2007\u2008\u200a")
