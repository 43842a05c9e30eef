"""Tensor as a class: what it holds, what it shows of its graph, and its copies."""

from __future__ import annotations

import copy
import gc
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from copies import each_deep_copy, pickled

import autograd_mini as ag
from autograd_mini import Tensor, Value
from autograd_mini.graph import topological
from autograd_mini.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

GRID = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize("shape", [(), (0,), (3,), (1, 1), (2, 3), (2, 0, 4)], ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_it_shows_what_its_array_shows(shape: tuple[int, ...], dtype: Any) -> None:
    array = np.arange(np.prod(shape, dtype=int), dtype=dtype).reshape(shape)
    t = Tensor(array, "t")
    for name in ("shape", "ndim", "size", "dtype"):
        assert getattr(t, name) == getattr(array, name)
    np.testing.assert_array_equal(t.T.numpy(), array.T, strict=True)
    assert t.tolist() == array.tolist()
    assert (t.label, t.op, t.rule, t.inputs, t.grad, t.requires_grad) == ("t", "", None, (), None, True)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 3, 4)], ids=str)
def test_the_transpose_is_a_node_whose_gradient_is_turned_back(shape: tuple[int, ...]) -> None:
    t = Tensor(np.ones(shape))
    seed = np.arange(float(t.size)).reshape(shape[::-1])
    turned = t.T
    turned.backward(seed)
    assert (turned.op, turned.inputs) == ("transpose", (t,))
    np.testing.assert_array_equal(t.grad, seed.T, strict=True)


@pytest.mark.parametrize("data", [2.5, [2.5], [[[2.5]]], np.float32(2.5)], ids=repr)
def test_one_element_is_a_float(data: Any) -> None:
    assert type(Tensor(data).item()) is float
    assert Tensor(data).item() == 2.5


@pytest.mark.parametrize("shape", [(0,), (2,), (1, 0)], ids=str)
def test_none_or_many_elements_are_no_float(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one element"):
        Tensor(np.ones(shape)).item()


def test_what_is_detached_is_data_of_its_own() -> None:
    t = Tensor(GRID, "t")
    loose = (t * 2).detach()
    assert (t.detach().label, loose.requires_grad, loose.op, loose.inputs) == ("t", False, "", ())
    assert not np.may_share_memory(t.detach().data, t.data)
    (t * t.detach()).backward(np.ones((2, 3)))
    np.testing.assert_array_equal(t.grad, GRID)


@pytest.mark.parametrize("there", [np.float32, "float32", np.dtype("f4"), np.float64, float])
@pytest.mark.parametrize("here", [np.float32, np.float64])
def test_astype_changes_the_precision_and_its_gradient_changes_it_back(here: Any, there: Any) -> None:
    t = Tensor(GRID.astype(here))
    cast = t.astype(there)
    cast.backward(GRID)
    assert (cast.dtype, t.grad.dtype) == (np.dtype(there), here)
    np.testing.assert_array_equal(t.grad, GRID)


@pytest.mark.parametrize("dtype", [int, bool, complex, np.float16, object, str])
def test_astype_to_what_no_tensor_holds_is_refused(dtype: Any) -> None:
    with pytest.raises(TypeError, match=r"float32 or float64.*\.data\.astype"):
        Tensor(GRID).astype(dtype)


def test_iteration_gives_nodes_along_the_first_axis() -> None:
    t = Tensor(GRID)
    first, second = t
    assert len(t) == len(list(t)) == 2
    np.sum(first * 10 + second * next(iter(t))).backward()
    np.testing.assert_array_equal(t.grad, [10 + GRID[1], GRID[0]])
    assert 3 in t
    assert 7 not in t


def test_numbers_and_arrays_mixed_in_are_constants() -> None:
    t = Tensor(GRID)
    for node, others in ((t * 3, [3.0]), (3 - t, [3.0]), (t + GRID, [GRID]), (ag.where(GRID > 2, t, 1), [GRID > 2, 1])):
        constants = [x for x in node.inputs if x is not t]
        assert {(x.op, x.requires_grad, type(x)) for x in constants} == {("constant", False, Tensor)}
        for x, want in zip(constants, others, strict=True):
            np.testing.assert_array_equal(x.data, want)
    assert [node.op for node in topological(t * 3 + GRID)] == ["", "mul", "add"]


@pytest.mark.parametrize(
    ("make", "op"),
    [
        (lambda t: t + 1, "add"),
        (np.tanh, "tanh"),
        (lambda t: 2**t, "pow"),
        (lambda t: t @ t.T, "matmul"),
        (lambda t: t.sum(0), "sum"),
        (lambda t: t[0], "getitem"),
        (np.ravel, "reshape"),
        (lambda t: ag.stack([t, t]), "stack"),
    ],
)
def test_a_node_knows_its_operation_by_name_and_rule(make: Callable[[Any], Tensor], op: str) -> None:
    node = make(Tensor(GRID))
    assert node.op == node.rule.name == op
    assert node.rule is RULES.get(op, node.rule)


@pytest.mark.parametrize("seed", [[1, 2], (1.0, 2.0), np.array([1, 2]), Tensor([1, 2]), np.float32([1, 2])], ids=repr)
def test_a_seed_is_anything_of_its_shape(seed: Any) -> None:
    t = Tensor([3.0, 4.0])
    (t * t).backward(seed)
    np.testing.assert_array_equal(t.grad, np.array([6.0, 16.0]), strict=True)


@pytest.mark.parametrize("shape", [(), (1,), (1, 1)], ids=str)
def test_one_element_needs_no_seed(shape: tuple[int, ...]) -> None:
    t = Tensor(np.full(shape, 3.0))
    (t * t).backward()
    np.testing.assert_array_equal(t.grad, np.full(shape, 6.0), strict=True)


def test_a_step_in_place_and_an_assignment_keep_the_buffer() -> None:
    t = Tensor(GRID)
    buffer = t.data
    for value in (GRID, GRID.tolist(), Tensor(GRID), GRID.astype(np.float32), GRID.astype(int)):
        t.data = value
        t.data *= 2
        assert t.data is buffer
        np.testing.assert_array_equal(buffer, 2 * GRID)


def test_only_what_was_computed_from_it_is_stale_after_an_assignment() -> None:
    x, y = Tensor(GRID), Tensor(GRID)
    by_x, by_y = np.sum(x * x), np.sum(y * y)
    x.data = np.zeros((2, 3))
    by_y.backward()
    np.testing.assert_array_equal(y.grad, 2 * GRID)
    with pytest.raises(RuntimeError, match="assigned"):
        (by_x + by_y).backward()


@each_deep_copy
def test_a_copied_model_trains_apart(make_copy: Callable[[Any], Any]) -> None:
    model = {"W": Tensor(GRID, "W"), "b": [Tensor(0.5), Value(2.0)]}
    twin = make_copy(model)
    np.sum(twin["W"] * twin["b"][0] * twin["b"][1]).backward()
    twin["W"].data -= twin["W"].grad
    assert (model["W"].grad, model["b"][0].grad, model["b"][1].grad) == (None, None, None)
    np.testing.assert_array_equal(model["W"].data, GRID)
    np.testing.assert_array_equal(twin["W"].data, GRID - 1)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (1, "Tensor(1.)"),
        ([1, 2.5], "Tensor([1. , 2.5])"),
        ([[1, 2], [3, 4]], "Tensor([[1., 2.],\n        [3., 4.]])"),
        (np.float32([1]), "Tensor([1.], dtype=float32)"),
        (np.ones((0, 2)), "Tensor([], shape=(0, 2))"),
    ],
)
def test_repr(data: Any, text: str) -> None:
    assert repr(Tensor(data)) == text


@pytest.mark.slow
def test_a_chain_of_a_million_nodes() -> None:
    x = Tensor([1.0, 2.0])
    y = x
    for _ in range(1_000_000):
        y = y + 1e-6
    y.backward(np.ones(2))
    np.testing.assert_array_equal(x.grad, [1, 1])
    np.testing.assert_allclose(copy.deepcopy(y).data, pickled(y).data)
    assert len(topological(y)) == 1_000_001
    y.zero_grad()
    assert x.grad is None
    del y
    gc.collect()
