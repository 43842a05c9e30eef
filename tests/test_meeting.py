"""Values and Tensors in one graph."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from by_mode import each_two_modes

import autograd_mini as ag
from autograd_mini import Tensor, Value, grad, hessian, jacobian, no_grad

if TYPE_CHECKING:
    from collections.abc import Callable

OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.mod]
FUNCTIONS = [ag.maximum, ag.minimum, ag.pow, np.add, np.multiply, np.power, np.maximum, np.arctan2]
ARRAY = np.array([[1.5, 0.5, 2.5]])
each_function = pytest.mark.parametrize("f", OPERATORS + FUNCTIONS, ids=lambda f: f.__name__)


@each_function
@pytest.mark.parametrize("make", [Tensor, np.array], ids=["Tensor", "array"])
@pytest.mark.parametrize("swapped", [False, True])
def test_a_value_beside_numbers_is_a_tensor_of_shape_0d(f: Any, make: Any, swapped: bool) -> None:
    """The gradient is that of a 0-d Tensor in its place, which is that of an array filled with it, added up."""
    v, t, filled, alone = Value(2.0), make(ARRAY), Tensor(np.full(ARRAY.shape, 2.0)), Tensor(ARRAY)
    results = [f(*pair[::-1]) if swapped else f(*pair) for pair in ((v, t), (filled, alone))]
    for out in results:
        assert type(out) is Tensor
        out.backward(ARRAY)
    np.testing.assert_array_equal(results[0].data, results[1].data, strict=True)
    assert type(v.grad) is float
    assert v.grad == pytest.approx(np.sum(filled.grad), rel=1e-14)
    if make is Tensor:
        np.testing.assert_allclose(t.grad, alone.grad, 1e-14)


@each_function
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_value_is_weak_in_dtype(f: Any, dtype: Any) -> None:
    t, v = Tensor(ARRAY.astype(dtype)), Value(2.0)
    for out in (f(v, t), f(t, v), f(v, ARRAY.astype(dtype)), f(ARRAY.astype(dtype), v)):
        out.backward(ARRAY)
        assert (type(out), out.dtype, type(v.grad)) == (Tensor, dtype, float)
    assert t.grad.dtype == dtype


def test_a_value_enters_by_a_node_of_its_own() -> None:
    v, t = Value(2.0), Tensor(ARRAY)
    door, right = (v * t).inputs
    assert (right is t, door.op, door.shape, door.inputs) == (True, "stack", (), (v,))


@pytest.mark.parametrize("stack", [ag.stack, np.stack, lambda xs: ag.concatenate([xs]), lambda xs: ag.reshape(xs, -1)])
def test_a_list_of_values_and_numbers_is_a_tensor(stack: Callable[[Any], Tensor]) -> None:
    a, b = Value(2.0), Value(3.0)
    out = stack([a, 7.0, b, a])
    out.backward([1, 10, 100, 1000])
    np.testing.assert_array_equal(out.data, [2, 7, 3, 2])
    assert (a.grad, b.grad) == (1001, 100)


def test_nested_lists_of_values_are_a_matrix() -> None:
    rows, seed = [[Value(float(i)) for i in range(3)] for _ in range(2)], np.arange(6.0).reshape(2, 3)
    ag.stack(rows).backward(seed)
    np.testing.assert_array_equal([[v.grad for v in row] for row in rows], seed)


def test_elements_are_nodes_which_meet_values_again() -> None:
    v = Value(2.0)
    x = ag.stack([v, v * 3])
    z = ag.stack([x[1] * v, v])  # 3v² and v
    np.sum(z * z).backward()
    assert v.grad == 36 * 2**3 + 2 * 2


@pytest.mark.parametrize("join", [ag.dot, lambda x, y: ag.sum([p * q for p, q in zip(x, y, strict=True)])])
@pytest.mark.parametrize("swapped", [False, True])
def test_values_and_elements_in_one_sum(join: Callable[..., Any], swapped: bool) -> None:
    v, t = Value(2.0), Tensor([3.0, 5.0])
    pair = [v, 1.0], [t[0], t[1]]
    out = join(*pair[::-1]) if swapped else join(*pair)
    out.backward()
    assert (out.item(), v.grad, t.grad.tolist()) == (2 * 3 + 5, 3, [2, 1])


def test_shared_values_collect_from_every_place() -> None:
    """h = v² is in the stack twice and beside it once, v once: all of their paths are counted, each once."""
    v = Value(2.0)
    h = v * v
    x = ag.stack([h, v, h])
    out = np.sum(x * np.array([1.0, 10.0, 100.0])) * h  # 101 v⁴ + 10 v³
    out.backward()
    assert out.item() == 101 * 2**4 + 10 * 2**3
    assert v.grad == 404 * 2**3 + 30 * 2**2
    assert h.grad == 2 * 101 * 4 + 10 * 2
    np.testing.assert_array_equal(x.grad, [4, 40, 400])


def test_values_deep_in_a_scalar_graph() -> None:
    v = Value(1.0)
    deep = v
    for i in range(50_000):
        deep = deep + (1e-5 if i % 2 else v * 1e-5)
    np.sum(ag.stack([deep, v]) ** 2 * ARRAY[0, :2]).backward()
    factor = 1 + 25_000 * 1e-5
    assert v.grad == pytest.approx(2 * 1.5 * deep.data * factor + 2 * 0.5, rel=1e-12)


def test_many_doors_in_a_chain() -> None:
    first = x = Value(1.01)
    for _ in range(200):
        x = np.sum(ag.stack([x, first]) * 0.5) * Value(1.0)
    x.backward()
    assert first.grad == pytest.approx(1, rel=1e-12)


def test_gradients_accumulate_in_both_until_zeroed() -> None:
    v, t = Value(2.0), Tensor(ARRAY)
    out = np.sum(v * v * t)
    for times in (1, 2, 3):
        out.backward()
        assert v.grad == times * 4 * ARRAY.sum()
        np.testing.assert_array_equal(t.grad, times * np.full(ARRAY.shape, 4.0))
    out.zero_grad()
    assert (v.grad, t.grad) == (None,) * 2


@pytest.mark.parametrize("f", [lambda v, t: v * t, lambda v, _: ag.stack([v, v]), lambda v, _: v + ARRAY])
def test_without_gradients_what_comes_out_is_data(f: Callable[..., Any]) -> None:
    with no_grad():
        assert not f(Value(2.0), Tensor(ARRAY)).requires_grad
    assert not f(Value(2.0, requires_grad=False), Tensor(ARRAY, requires_grad=False)).requires_grad


def test_constants_get_no_gradient() -> None:
    v, t, fixed = Value(2.0), Tensor(ARRAY), Value(3.0, requires_grad=False)
    np.sum(ag.stack([v, fixed, 1.0]) * fixed * t).backward()
    assert (v.grad, fixed.grad) == (3 * 1.5, None)


def test_a_value_that_changed_since_leaves_the_gradient_as_it_was_computed() -> None:
    v = Value(2.0)
    out = np.sum(v * Tensor(ARRAY) * v)
    v.data = 7.0
    out.backward()
    assert v.grad == pytest.approx(2 * 2.0 * ARRAY.sum())


def mixed(v: Any) -> Any:
    """v² (1 + v⁴ + v²) = v² + v⁶ + v⁴, by way of arrays and back."""
    x = ag.stack([v, v * v])
    return (np.sum(x * x) + x[0] / v) * v * x[0]


@each_two_modes
def test_higher_orders_go_through(D: Any, E: Any) -> None:
    assert mixed(2.0) == 4 + 64 + 16
    assert E(mixed)(2.0) == pytest.approx(2 * 2 + 6 * 2**5 + 4 * 2**3, rel=1e-14)
    assert D(E(mixed))(2.0) == pytest.approx(2 + 30 * 2**4 + 12 * 2**2, rel=1e-14)
    assert D(D(E(mixed)))(2.0) == pytest.approx(120 * 2**3 + 24 * 2, rel=1e-13)


SCALAR_AND_VECTOR: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "sum of squares": (lambda x: ag.sum([v * v for v in x]), lambda x: np.sum(x * x)),
    "dot": (lambda x: ag.dot(x, [v**3 for v in x]), lambda x: x @ x**3),
    "norm": (lambda x: ag.sqrt(sum(v * v for v in x)), np.linalg.norm),
    "logsumexp": (lambda x: ag.log(sum(ag.exp(v) for v in x)), ag.logsumexp),
    "tanh": (lambda x: sum(ag.tanh(v) * i for i, v in enumerate(x)), lambda x: np.tanh(x) @ np.arange(3.0)),
    "product": (lambda x: x[0] * x[1] * x[2], np.prod),
}


@pytest.mark.parametrize("name", SCALAR_AND_VECTOR)
def test_a_scalar_function_and_its_vector_form_agree(name: str) -> None:
    scalar, vector = SCALAR_AND_VECTOR[name]
    by_stack = lambda x: vector(ag.stack(x))
    numbers = [0.5, -1.5, 2.0]
    for transform, shape in (
        (lambda f: f, ()),
        (grad, (3,)),
        (hessian, (3, 3)),
        (lambda f: jacobian(hessian(f)), (3,) * 3),
    ):
        want = transform(vector)(np.array(numbers))
        assert np.shape(want) == shape
        for f in (scalar, by_stack):
            np.testing.assert_allclose(transform(f)(numbers), want, rtol=1e-11, atol=1e-13)


def test_gradients_of_a_structure_of_numbers_and_arrays() -> None:
    f = lambda p: np.sum(p["w"] * p["x"]) ** 2 + p["w"] * ag.stack([p["w"], p["b"][0]])[1]
    x, total = ARRAY, ARRAY.sum()
    got = grad(f)({"w": 2.0, "x": x, "b": [3.0]})
    assert (type(got["w"]), got["w"], got["b"]) == (float, 2 * 2.0 * total**2 + 3, [2.0])
    np.testing.assert_allclose(got["x"], np.full(x.shape, 2 * 2.0**2 * total))
