"""to_python: the lines that a student would write, and the engine's numbers when they are run."""

from __future__ import annotations

import itertools
import keyword
import random
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import test_arrays
import test_linear
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_properties import function, is_moderate, points, programs

import autograd_mini as ag
from autograd_mini import Tensor, Value, nn, to_python
from autograd_mini.functions import evaluate_row
from autograd_mini.modes import RecordingError
from autograd_mini.rules import RULES, Interval, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

Array = np.ndarray[Any, Any]
RNG = np.random.default_rng(0)


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


def backward_lines(text: str) -> list[str]:
    """Those after the comment that begins the backward pass."""
    written = lines(text)
    (start,) = (i for i, line in enumerate(written) if line.startswith("# Backward pass"))
    return [line for line in written[start + 1 :] if line and not line.startswith("#")]


def run(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(text, names)  # noqa: S102 - what is tested is that it runs
    return names


def assert_close(got: Any, want: Any, relative: float = 1e-12) -> None:
    """To a part of the largest number, but at least of 1."""
    assert np.shape(got) == np.shape(want)
    largest = np.abs(want).max(initial=1, where=np.isfinite(want))
    np.testing.assert_allclose(got, want, rtol=0, atol=relative * largest)


def check(root: Any, leaves: Iterable[Any], prefix: str | None = None, **given: Any) -> str:
    """The program of a labelled node gives its number, and the gradients of these labelled leaves."""
    text = to_python(root, **{"names": {}, **given})
    names = run(text)
    relative = 1e-5 if getattr(root, "dtype", None) == np.float32 else 1e-12
    for leaf in leaves:
        leaf.grad = None
    if root.requires_grad:
        root.backward(np.ones(root.shape, root.dtype) if isinstance(root, Tensor) else 1.0)
    got = {root.label: root.data}
    prefix = f"d{root.label}_d" if prefix is None else prefix
    got |= {f"{prefix}{leaf.label}": leaf.grad for leaf in leaves if leaf.grad is not None}
    for name, want in got.items():
        assert_close(names[name], want, relative)
        if isinstance(root, Tensor):
            assert np.asarray(names[name]).dtype == want.dtype
    assert not {f"{prefix}{leaf.label}" for leaf in leaves if leaf.grad is None} & set(names)
    return text


# What the lecture notes write.


def test_the_lecture_graph() -> None:
    a, b = Value(2), Value(1)
    c = a + b
    d = b + 1
    e = c * d
    assert lines(to_python(e)) == [
        "a = 2.0",
        "b = 1.0",
        "",
        "# Forward pass",
        "c = a + b",
        "d = b + 1",
        "e = c * d",
        "",
        "# Backward pass",
        "de_dc = d",
        "de_dd = c",
        "de_da = de_dc",
        "de_db = de_dc + de_dd",
    ]


def weighted_sum(w1: Value, w2: Value, x1: Value, x2: Value, b: Value) -> Value:
    return w1 * x1 + w2 * x2 + b


@pytest.mark.parametrize("wants_gradient", [False, True])
@pytest.mark.parametrize("combine", [weighted_sum, lambda w1, w2, x1, x2, b: ag.dot([w1, w2], [x1, x2], b)])
def test_the_logistic_neuron(combine: Callable[..., Value], wants_gradient: bool) -> None:
    w1, w2, b = Value(0.5), Value(-0.2), Value(0.1)
    x1, x2, y = (Value(x, requires_grad=wants_gradient) for x in (1.0, 2.0, 1.0))
    z = combine(w1, w2, x1, x2, b)
    a = ag.sigmoid(z)
    L = -(y * ag.log(a) + (1 - y) * ag.log(1 - a))
    text = to_python(L)
    assert "import math" in lines(text)
    assert {
        "z = w1 * x1 + w2 * x2 + b",
        "a = sigmoid(z)",
        "L = -(y * math.log(a) + (1 - y) * math.log(1 - a))",
        "dz = a - y",
        "dw1 = dz * x1",
        "dw2 = dz * x2",
        "db = dz",
    } <= set(lines(text))
    assert ("dx1 = dz * w1" in lines(text)) == wants_gradient
    L.backward()
    names = run(text)
    assert [names[name] for name in ("dw1", "dw2", "db")] == pytest.approx([w1.grad, w2.grad, b.grad], rel=1e-12)


M = 5
X, Y = RNG.normal(size=(2, M)), (RNG.random((1, M)) > 0.5).astype(float)
COSTS: dict[str, Callable[[Any, Any], Any]] = {
    "mean": lambda A, Y: -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A)),
    "sum / m": lambda A, Y: -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / M,
    "-1 / m * sum": lambda A, Y: -1 / M * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)),
    "dot / m": lambda A, Y: -(np.dot(Y, np.log(A).T) + np.dot(1 - Y, np.log(1 - A).T)) / M,
}
KINDS: dict[str, Callable[[Array], Any]] = {
    "arrays": lambda x: x,
    "data": lambda x: Tensor(x, requires_grad=False),
    "Tensors": Tensor,
}


def network(X: Any, Y: Any, cost: Callable[[Any, Any], Any]) -> dict[str, Any]:
    """The two-layer network of the notes, with its variables."""
    rng = np.random.default_rng(1)
    W1, b1 = Tensor(rng.normal(size=(4, 2))), Tensor(rng.normal(size=(4, 1)))
    W2, b2 = Tensor(rng.normal(size=(1, 4))), Tensor(np.zeros((1, 1)))
    Z1 = W1 @ X + b1
    A1 = np.tanh(Z1)
    Z2 = W2 @ A1 + b2
    A2 = ag.sigmoid(Z2)
    J = cost(A2, Y)
    return locals()


@pytest.mark.parametrize("cost", [name for name in COSTS if name != "dot / m"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_two_layer_network(kind: str, cost: str) -> None:
    found = network(KINDS[kind](X), KINDS[kind](Y), COSTS[cost])
    text = to_python(found["J"], names=found)
    expected = [
        "dZ2 = A2 - Y",
        "dW2 = dZ2 @ A1.T / m",
        "db2 = np.sum(dZ2, axis=1, keepdims=True) / m",
        "dZ1 = W2.T @ dZ2 * (1 - A1**2)",
        "dW1 = dZ1 @ X.T / m",
        "db1 = np.sum(dZ1, axis=1, keepdims=True) / m",
    ]
    forward = ["Z1 = W1 @ X + b1", "A1 = np.tanh(Z1)", "Z2 = W2 @ A1 + b2", "A2 = sigmoid(Z2)"]
    assert {f"m = {M}", "import numpy as np", *forward} <= set(lines(text))
    assert [line for line in backward_lines(text) if line[:2] not in ("dX", "dY")] == expected
    assert "dZ2, dZ1: m times the derivative of J" in text


@pytest.mark.parametrize("cost", COSTS)
def test_the_networks_gradients_are_the_engines(cost: str) -> None:
    found = network(X, Y, COSTS[cost])
    names = run(to_python(found["J"], names=found))
    found["J"].backward(np.ones(found["J"].shape))
    assert_close(names["J"], found["J"].data)
    for name in ("W1", "b1", "W2", "b2"):
        assert_close(names[f"d{name}"], found[name].grad)


def test_a_mean_that_is_no_loss_is_left_where_it_stands() -> None:
    t = Tensor([1.0, 2.0, 4.0], "t")
    e = (t * t).mean()
    e.label = "e"
    assert "m = 3" not in lines(check(e, [t]))


# Every operation.


def near(interval: Interval) -> list[float]:
    """Ordinary points of an interval, and hard ones: near its ends, small and large."""
    ends = [end + step for end in interval if np.isfinite(end) for step in (-1e-3, -1e-9, 1e-9, 1e-3)]
    ordinary = [sign * x for sign in (1, -1) for x in (1e-9, 1e-3, 0.3, 0.7, 1.7, 3.0, 20.0, 300.0)]
    return [x for x in (*ends, *ordinary) if interval.low < x < interval.high]


def samples(rule: Rule) -> list[tuple[float, ...]]:
    axes = [[x for interval in intervals for x in near(interval)] for intervals in rule.domain]
    found = list(itertools.product(*axes))
    return random.Random(0).sample(found, min(len(found), 30))


@pytest.mark.parametrize("kind", [Value, lambda x, label: Tensor([x, x], label)], ids=["Value", "Tensor"])
@pytest.mark.parametrize("name", RULES)
def test_every_row(name: str, kind: Callable[..., Any]) -> None:
    rule = RULES[name]
    for at in samples(rule):
        leaves = [kind(x, f"a_{symbol}") for x, symbol in zip(at, rule.inputs, strict=True)]
        root = evaluate_row(rule, *leaves)
        root.label = "e"
        check(root, leaves)


each_dtype = pytest.mark.parametrize("dtype", [np.float64, np.float32])


@each_dtype
@pytest.mark.parametrize("case", test_arrays.CASES)
def test_every_function_of_arrays(case: str, dtype: Any) -> None:
    leaves = [Tensor(x, f"a{i}") for i, x in enumerate(test_arrays.operands(case, dtype))]
    for result in test_arrays.run(case, leaves):
        root = ag.tanh(result) * 2
        root.label = "e"
        check(root, leaves)


@each_dtype
@test_linear.each_case
def test_every_linear_operation(name: str, shapes: Any, params: Any, dtype: Any) -> None:
    leaves = [Tensor(test_linear.random(shape, i).astype(dtype), f"a{i}") for i, shape in enumerate(shapes)]
    root = test_linear.call(test_linear.OPERATIONS[name], leaves, params)
    root.label = "e"
    if name != "ASTYPE":
        check(root, leaves)
    squared = root * root
    root.label, squared.label = "", "e"
    if name != "ASTYPE" or dtype == np.float64:
        check(squared, leaves)


@given(programs(), points)
def test_random_expressions(program: Any, at: tuple[float, float]) -> None:
    assume(is_moderate(program, at))
    leaves = [Value(x, f"x{i}") for i, x in enumerate(at)]
    f = function(program)
    root = f(*leaves)
    if root in leaves:
        return
    root.label = "e"
    check(root, leaves)
    value, gradients = run(to_python(f, *map(Value, at)))["f"](*at)
    assert_close(value, root.data)
    assert_close(gradients, [leaf.grad for leaf in leaves if leaf.grad is not None])


@settings(max_examples=20)
@given(programs(), points)
def test_random_expressions_at_second_order(program: Any, at: tuple[float, float]) -> None:
    assume(is_moderate(program, at))
    f = function(program)
    x0, x1 = (Value(x, f"x{i}") for i, x in enumerate(at))
    first = ag.gradient_graph(f(x0, x1), x0)
    if first.op:
        first.label = "g"
        assert_close(run(to_python(first, names={}))["g"], first.data)


def test_values_and_tensors_in_one_program() -> None:
    v, w, t = Value(2.0, "v"), Value(0.5, "w"), Tensor([1.0, 2.0, 3.0], "t")
    e = (ag.stack([v, 3.0, v * w]) * t * v).sum() + ag.exp(t[1]) * w
    e.label = "e"
    check(e, [t])
    names = run(to_python(e, names={}))
    assert_close([names["de_dv"], names["de_dw"]], [v.grad, w.grad])


@pytest.mark.parametrize("terms", [3, 40])
def test_sums_and_dots_of_values(terms: int) -> None:
    w, x = ([Value(i / 7, f"{name}{i}") for i in range(terms)] for name in "wx")
    e = ag.sum(w) * ag.dot(w, x, bias=Value(1.0, "b"))
    e.label = "e"
    assert max(map(len, check(e, [*w, *x]).splitlines())) <= 120


def test_what_a_custom_vjp_does_is_printed() -> None:
    @ag.custom_vjp
    def halved(x: Any) -> Any:
        return x

    halved.defvjp(lambda x: (np.sin(x) * 2, np.cos(x)), lambda cosine, g: (g * cosine / 2,))
    t = Tensor([1.0, 2.0], "t")
    e = (halved(t) * t).sum()
    e.label = "e"
    assert "np.sin" in check(e, [t])


def test_a_users_own_row_is_a_function_at_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd_mini.rules.RULES", dict(RULES))

    @ag.rule
    def to_python_swish(x: Any) -> Any:
        return x * ag.sigmoid(x)

    x = Value(0.7, "x")
    e = to_python_swish(x)
    e.label = "e"
    text = check(e, [x])
    assert text.index("def sigmoid(x):") < text.index("def to_python_swish(x):\n    return x * sigmoid(x)")
    RULES.pop("to_python_swish", None)


# How it reads.


def test_common_subexpressions_are_shared_and_constants_folded() -> None:
    x, y = Value(0.5, "x"), Value(2.0, "y")
    e = ag.exp(x * y) * y + ag.exp(x * y) * (x * 1 + 0)
    e.label = "e"
    text = check(e, [x, y])
    assert text.count("math.exp(") == 1
    assert "e = v1 * y + v1 * x" in lines(text)


def test_gradients_that_no_leaf_needs_are_left_out() -> None:
    x, k = Value(2.0, "x"), Value(3.0, "k", requires_grad=False)
    c = k * 2
    d = x * c
    e = d * ag.exp(k)
    text = to_python(e)
    assert [line.split(" = ")[0] for line in backward_lines(text)] == ["de_dd", "de_dx"]


def test_long_lines_become_several() -> None:
    x = Value(0.5, "x")
    e = x
    for _ in range(300):
        e = ag.sin(e) + x
    e.label = "e"
    assert max(map(len, check(e, [x]).splitlines())) <= 100


def test_a_deep_graph_needs_no_deep_stack() -> None:
    x = Value(0.5, "x")
    e = x
    for _ in range(1500):
        e = e * 0.999 + x
    e.label = "e"
    check(e, [x])


def test_the_lectures_dz() -> None:
    found = network(X, Y, COSTS["mean"])
    assert "dZ2 = A2 - Y" in lines(to_python(found["J"], names=found))
    z, y = Value(0.3, "z"), Value(0.25, "y", requires_grad=False)
    a = ag.sigmoid(z)
    a.label = "a"
    L = -(y * ag.log(a) + (1 - y) * ag.log(1 - a))
    L.label = "L"
    assert backward_lines(check(L, [z], prefix="d")) == ["dz = a - y"]


def test_a_shorter_form_is_kept_only_where_it_gives_the_same_numbers() -> None:
    """(x + 1e17) - 1e17 is no x in floating point."""
    x = Value(3.0, "x")
    e = x * ((x + 1e17) - 1e17)
    e.label = "e"
    check(e, [x])


@pytest.mark.parametrize(("at", "form"), [(0.5, "1 - out**2"), (20.0, "sech")])
def test_the_textbooks_derivative_unless_its_error_shows(at: float, form: str) -> None:
    x = Value(at, "x")
    out = ag.tanh(x)
    out.label = "out"
    e = out * 1e6
    e.label = "e"
    assert form in check(e, [x])


# Names.


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("z[1]", "z_1"),
        ("x 1", "x_1"),
        ("lambda", "lambda_"),
        ("np", "np_2"),
        ("math", "math_2"),
        ("sigmoid", "sigmoid_2"),
        ("w₁²", "w12"),
        ("1st", "v_1st"),
        ("__x__", "x"),
        ("größe", "größe"),
        ("ﬁ", "fi"),
        ("x'y\"\n; import os", "x_y_import_os"),
        ("∂", "x1"),
        ("a" * 200, "a" * 40),
        ("\ud800x", "x"),
    ],
)
def test_labels_become_names(label: str, name: str) -> None:
    x = Value(0.5, label=label)
    e = ag.sigmoid(x)
    e.label = "e"
    text = to_python(e, names={})
    assert f"e = sigmoid({name})" in lines(text)
    e.backward()
    assert_close(run(text)[f"de_d{name}"], x.grad)


@given(st.lists(st.text(max_size=8), min_size=4, max_size=4))
def test_whatever_the_labels_are_the_names_are_valid_and_distinct(labels: list[str]) -> None:
    a, b = Value(2.0, labels[0]), Value(3.0, labels[1])
    c = a * b
    c.label = labels[2]
    e = ag.sigmoid(c) + a
    e.label = labels[3]
    text = to_python(e, names={})
    assigned = re.findall(r"^(\S+) = ", text, re.MULTILINE)
    assert len(assigned) == len(set(assigned))
    assert all(name.isidentifier() and not keyword.iskeyword(name) for name in assigned)
    e.backward()
    got = [run(text)[name] for name in assigned]
    assert any(x == pytest.approx(a.grad, rel=1e-12) for x in got)
    assert any(x == pytest.approx(e.data, rel=1e-12) for x in got)


somewhere_global = Value(7.0)


def test_names_are_labels_then_the_callers_variables_or_given() -> None:
    labelled, _hidden = Value(1.0, label="x"), Value(2.0)
    weights = [Value(3.0), Value(4.0)]
    e = labelled * _hidden * weights[1] * somewhere_global
    assert "e = x * x1 * weights2 * somewhere_global" in lines(to_python(e))
    assert "result = x * h * x1 * x2" in lines(to_python(e, names={"result": e, "h": _hidden}))
    assert "out = x * x1 * x2 * x3" in lines(to_python(e, names={}))


@pytest.mark.parametrize(
    ("root", "gradient"), [("L", "dx"), ("J", "dx"), ("C", "dx"), ("loss", "dx"), ("cost", "dx"), ("e", "de_dx")]
)
def test_gradients_are_called_after_the_result_unless_it_is_a_loss(root: str, gradient: str) -> None:
    x = Value(2.0, "x")
    e = x * x
    e.label = root
    assert backward_lines(to_python(e, names={})) == [f"{gradient} = 2 * x"]


def test_a_label_that_was_detached_with_its_number_stays_the_steps() -> None:
    x = Value(1.0, "x")
    z = x * 2
    z.label = "z"
    e = ag.stop_gradient(z) * z
    e.label = "e"
    assert {"z = x * 2", "e = z_2 * z"} <= set(lines(check(e, [x])))


def test_a_gradients_name_never_hides_a_node() -> None:
    z, dz = Value(2.0), Value(3.0)
    L = z * dz
    assert backward_lines(to_python(L)) == ["dz_2 = dz", "ddz = z"]


# Functions.


def neuron(w: Any, x: Any, b: Any = 0.0) -> Any:
    z = w * x + b
    a = ag.sigmoid(z)
    return a  # noqa: RET504 - the name is what is tested


def test_a_function_keeps_its_name_its_arguments_and_its_local_names() -> None:
    text = to_python(neuron, 0.5, 2.0, -0.25)
    assert text.split("\n\n\n")[-1] == (
        "def neuron(w, x, b):\n"
        "    # Forward pass\n"
        "    z = w * x + b\n"
        "    a = sigmoid(z)\n"
        "\n"
        "    # Backward pass\n"
        "    da_dz = a * (1 - a)\n"
        "    da_dw = da_dz * x\n"
        "    da_dx = da_dz * w\n"
        "    da_db = da_dz\n"
        "    return a, (da_dw, da_dx, da_db)"
    )
    for at in ((0.5, 2.0, -0.25), (-3.0, 0.1, 4.0)):
        value, gradients = run(text)["neuron"](*at)
        want, wanted = ag.value_and_grad(neuron, (0, 1, 2))(*at)
        assert_close(value, want)
        assert_close(gradients, wanted)


def test_a_functions_own_names_win_over_the_callers() -> None:
    X, Y = np.array([[0.5, 1.0, 2.0]]), np.array([[0.0, 1.0, 1.0]])
    Z = J = Tensor(5.0)

    def cost(w: Any) -> Any:
        Z = w * X
        J = np.sum((ag.sigmoid(Z) - Y) ** 2) / 3
        return J  # noqa: RET504 - its name is what is looked for

    printed = to_python(cost, Tensor([[1.0]]))
    assert "    Z = w * X\n" in printed
    assert "    J = np.sum(" in printed
    assert Z is J


def test_nodes_and_arrays_from_outside_stand_above_the_function() -> None:
    W, b, scale = Tensor([[1.0, 2.0]]), Tensor([0.5]), np.array([1.0, -1.0])

    def loss(x: Any) -> Any:
        return ag.sum(ag.tanh(W @ (x * scale) + b))

    x = np.array([0.3, 0.7])
    text = to_python(loss, x)
    assert {"W = np.array([[1.0, 2.0]])", "b = np.array([0.5])", "scale = np.array([1.0, -1.0])"} <= set(lines(text))
    assert "def loss(x):" in lines(text)
    assert lines(text)[-1].endswith(", (dW, db)")
    value, gradients = run(text)["loss"](x)
    out = loss(x)
    out.backward()
    assert_close(value, out.data)
    assert_close(gradients[0], W.grad)
    assert_close(gradients[1], b.grad)


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (lambda x, y: {"p": [x * y, (x + 1,)], "q": 3.0, "r": np.ones(2), "s": "text", "n": None}, (2.0, 3.0)),
        (lambda x: (ag.sin(x), ag.cos(x)), (np.array([1.0, 2.0]),)),
        (lambda x: x > 0, (np.array([1.0, -2.0]),)),
        (lambda x: 3.0, (2.0,)),  # noqa: ARG005
        (ag.value_and_grad(lambda x: x**3), (2.0,)),
    ],
    ids=["a tree", "two arrays", "a condition", "a constant", "value and gradient"],
)
def test_without_one_result_that_wants_a_gradient_there_is_only_the_value(f: Any, args: Any) -> None:
    text = to_python(f, *args)
    assert "Backward" not in text
    got, want = run(text)["f"](*args), f(*args)
    assert str(ag.tree.map_leaves(type, got)).count("dict") == str(ag.tree.map_leaves(type, want)).count("dict")
    for x, y in zip(ag.tree.leaves(got), ag.tree.leaves(want), strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-12) if not isinstance(y, str | None) else x == y


def test_a_result_of_several_elements_has_its_gradient_as_an_argument() -> None:
    def f(W: Any, x: Any) -> Any:
        e = ag.tanh(W @ x)
        return e  # noqa: RET504 - the name is what is tested

    W, x, g = RNG.normal(size=(2, 3)), RNG.normal(size=3), np.array([1.0, -2.0])
    text = to_python(f, W, x)
    assert "def f(W, x, de):" in lines(text)
    value, gradients = run(text)["f"](W, x, g)
    want, pullback = ag.vjp(f, W, x)
    assert_close(value, want)
    for got, wanted in zip(gradients, pullback(g), strict=True):
        assert_close(got, wanted)


def test_the_program_of_a_node_of_several_elements_begins_with_ones() -> None:
    t = Tensor([1.0, 2.0])
    e = t * t
    text = to_python(e)
    assert "de = np.ones((2,))" in lines(text)
    assert "of the sum of e" in text


def test_arguments_may_be_nested_and_settings() -> None:
    def f(parameters: dict[str, Any], x: Any, power: Any, *more: Any) -> Any:
        return ag.sum((parameters["w"][0] * x + parameters["b"]) ** 2) + more[0] if power == "square" else None

    args = ({"w": [np.array([1.0, 2.0])], "b": 0.5}, np.array([3.0, 4.0]), "square", 1.5)
    text = to_python(f, *args)
    assert "def f(parameters, x, power, more_1):" in lines(text)
    value, gradients = run(text)["f"](*args)
    want, wanted = ag.value_and_grad(lambda w, b, x, m: f({"w": [w], "b": b}, x, "square", m), (0, 1, 2, 3))(
        args[0]["w"][0], 0.5, args[1], 1.5
    )
    assert_close(value, want)
    for got, wished in zip(gradients, wanted, strict=True):
        assert_close(got, wished)


CHOICES: dict[str, tuple[Callable[..., Any], tuple[Any, ...], tuple[Any, ...]]] = {
    "numbers": (
        lambda x, y: ag.where((x > 0) & ~(x > 1) | (y != x) ^ (x <= y), x * x, ag.exp(y)),
        (0.5, 1.0),
        (2.0, 1.0),
    ),
    "arrays": (
        lambda x, y: ag.sum(ag.where((x > 0) & ~(x > 1) | (y == x) ^ (x >= y), x * x, ag.exp(y))),
        (np.array([0.5, -1.0, 2.0]), np.array([1.0, 2.0, 2.0])),
        (np.array([-0.5, 0.3, 2.0]), np.array([1.0, -1.0, 3.0])),
    ),
    "indices": (
        lambda x, i: ag.sum(ag.tanh(x)[i] * x[0]),
        (np.array([0.5, -1.0, 2.0]), np.array([0, 0, 2])),
        (np.array([1.5, 1.0, -2.0]), np.array([1, 2, 2])),
    ),
    "an index": (
        lambda x, i: (x * x)[1:][i],
        (np.array([0.5, -1.0, 2.0]), 1),
        (np.array([1.5, 3.0, 2.0]), 0),
    ),
    "the greatest": (
        lambda x: ag.max(x) * ag.sort(x)[0],
        (np.array([0.5, -1.0, 2.0]),),
        (np.array([7.0, 3.0, 2.0]),),
    ),
}


@pytest.mark.parametrize("case", CHOICES)
def test_choices_are_made_again_with_other_numbers(case: str) -> None:
    f, example, other = CHOICES[case]
    program = run(to_python(f, *example))["f"]
    argnums = tuple(i for i, x in enumerate(example) if np.asarray(x).dtype.kind == "f")
    for args in (example, other):
        value, gradients = program(*args)
        want, wanted = ag.value_and_grad(f, argnums)(*args)
        assert_close(value, want)
        for got, wished in zip(gradients, wanted, strict=True):
            assert_close(got, wished)


def test_a_function_that_looks_at_numbers_is_refused() -> None:
    with pytest.raises(RecordingError, match="where"):
        to_python(lambda x: x if x > 0 else -x, 2.0)


def test_a_method_and_a_model_are_functions_too() -> None:
    mlp = nn.MLP(2, [3, 1], seed=0)
    text = to_python(mlp, [0.5, -1.0])
    value, *_ = run(text)[re.findall(r"^def (\w+)\(x", text, re.MULTILINE)[-1]]([0.5, -1.0])
    assert_close(value, mlp([0.5, -1.0]).data)


def test_a_function_that_is_called_as_one_of_the_table_calls_that_one() -> None:
    value, gradients = run(to_python(ag.sigmoid, 0.5))["sigmoid_2"](-2.0)
    assert (value, *gradients) == pytest.approx((0.11920292202211755, 0.10499358540350652), rel=1e-12)


# It stands alone.


def test_it_runs_alone(tmp_path: Path) -> None:
    found = network(X, Y, COSTS["mean"])
    text = to_python(found["J"], names=found)
    found["J"].backward()
    code = f"{text}\nimport sys\nprint(dW1.tolist(), 'autograd_mini' in sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    printed, imported = done.stdout.rsplit(maxsplit=1)
    assert imported == "False"
    numbers = np.array([float(x) for x in re.findall(r"[-\d.e]+", printed)]).reshape(4, 2)
    assert_close(numbers, found["W1"].grad)


@pytest.mark.parametrize("kind", [Value, Tensor])
@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan, -0.0, 1e300, 5e-324])
def test_all_numbers_are_written_so_that_they_are_read_as_they_are(kind: Any, number: float) -> None:
    x = kind(number, label="x")
    e = x + 1.0
    e.label = "e"
    got = run(to_python(e, names={}))["x"]
    np.testing.assert_array_equal(got, number)
    assert np.signbit(got) == np.signbit(number)


@given(st.lists(st.floats(width=32), min_size=1, max_size=5), st.sampled_from([np.float32, np.float64]))
def test_arrays_are_read_as_they_are(numbers: list[float], dtype: Any) -> None:
    t = Tensor(np.array(numbers, dtype), "t")
    with np.errstate(all="ignore"):
        e = t * 0
    got = run(to_python(e, names={}))["t"]
    np.testing.assert_array_equal(got, t.data)
    assert got.dtype == dtype


# Messages.


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((3.0,), r"a node .* or a function .* got 3.0 .float.*: pass the result"),
        (("e = a + b",), "got 'e = a . b' .str."),
        (([Value(1.0)],), "got .*list"),
        ((Value(1.0), 2.0), "and arguments"),
    ],
)
def test_what_is_neither_node_nor_function_is_refused(args: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        to_python(*args)


def test_names_that_are_no_mapping_are_refused() -> None:
    with pytest.raises(TypeError, match=r"names is .*: pass"):
        to_python(Value(1.0) * 2, names=["a"])  # type: ignore[arg-type]
