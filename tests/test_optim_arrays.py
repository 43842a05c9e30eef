"""Optimizers on vectors: whatever has happened to a parameter's array or gradient, a step is what it is by the book."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from copies import each_deep_copy

import autograd_mini as ag
from autograd_mini import Tensor, Value
from autograd_mini.optim import SGD, Adam, AdamW, RMSprop

KINDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "SGD": (SGD, {}),
    "SGD with momentum": (SGD, {"momentum": 0.9}),
    "RMSprop with momentum": (RMSprop, {"momentum": 0.5, "weight_decay": 0.1}),
    "Adam": (Adam, {}),
    "AdamW, clipped": (AdamW, {"clipvalue": 3.0}),
}
each_kind = pytest.mark.parametrize("kind", KINDS)
SHAPES = [(3, 2), (2,), (), (100, 100)]  # the last one is too large to share a vector


def optimizer_of(kind: str, parameters: Sequence[Any]) -> Any:
    make, settings = KINDS[kind]
    return make(parameters, 0.05, **settings)


def tensors(dtype: Any = np.float64) -> list[Tensor]:
    rng = np.random.default_rng(0)
    return [Tensor(rng.normal(size=shape).astype(dtype)) for shape in SHAPES]


def loss(parameters: Sequence[Any]) -> Any:
    """Of Values, of our Tensors or of PyTorch's."""
    terms = [p * p * (i + 1.0) - p for i, p in enumerate(parameters)]
    return sum(term if isinstance(term, Value) else term.sum() for term in terms)


def train(parameters: Sequence[Any], optimizer: Any, steps: int = 3) -> None:
    for _ in range(steps):
        optimizer.zero_grad()
        loss(parameters).backward()
        optimizer.step()


def numbers(parameters: Sequence[Any]) -> list[Any]:
    return [np.array(p.data).tolist() for p in parameters]


def assert_gradients_of_loss(parameters: Sequence[Tensor], times: int = 1) -> None:
    for i, p in enumerate(parameters):
        np.testing.assert_allclose(p.grad, times * (2 * (i + 1) * p.data - 1), rtol=1e-13, atol=1e-13)


def after(kind: str, steps: int = 3) -> list[Any]:
    """Where the parameters are when nothing special has happened."""
    parameters = tensors()
    train(parameters, optimizer_of(kind, parameters), steps)
    return numbers(parameters)


def assign(p: Tensor) -> None:
    p.grad = p.grad.copy()


def copy_data(p: Tensor) -> None:
    p.data = p.data.copy()


def shift_and_back(p: Tensor) -> None:
    p.data += 0.0


@each_kind
@pytest.mark.parametrize("interfere", [assign, copy_data, shift_and_back])
@pytest.mark.parametrize("which", [slice(0, 1), slice(3, 4), slice(None)], ids=["one", "the large one", "all"])
def test_what_changes_no_number_changes_no_step(kind: str, interfere: Callable[[Tensor], None], which: slice) -> None:
    parameters = tensors()
    optimizer = optimizer_of(kind, parameters)
    for _ in range(3):
        optimizer.zero_grad()
        loss(parameters).backward()
        for p in parameters[which]:
            interfere(p)
        optimizer.step()
    assert numbers(parameters) == after(kind)


@each_kind
def test_parameters_of_several_kinds_move_as_if_alone(kind: str) -> None:
    each = [[Value(0.5), Value(-2.0)], tensors(np.float32), tensors(np.float64)]
    for alone in copy.deepcopy(each):
        train(alone, optimizer_of(kind, alone))
        each.append(alone)
    mixed = [p for parameters in each[:3] for p in parameters]
    optimizer = optimizer_of(kind, mixed)
    for _ in range(3):
        optimizer.zero_grad()
        for parameters in each[:3]:
            loss(parameters).backward()
        optimizer.step()
    assert [numbers(parameters) for parameters in each[:3]] == [numbers(parameters) for parameters in each[3:]]


@each_kind
def test_a_gradient_edited_in_place_counts(kind: str) -> None:
    parameters, others = tensors(), tensors()
    optimizer, other = optimizer_of(kind, parameters), optimizer_of(kind, others)
    for _ in range(3):
        for ps, each in ((parameters, optimizer), (others, other)):
            each.zero_grad()
            loss(ps).backward()
        for p, q in zip(parameters, others, strict=True):
            p.grad *= 0.5
            q.grad = 0.5 * q.grad
        optimizer.step()
        other.step()
    assert numbers(parameters) == numbers(others)


def test_gradients_accumulate_until_the_step() -> None:
    parameters = tensors()
    optimizer = SGD(parameters, learning_rate=0.25)
    train(parameters, optimizer)
    optimizer.zero_grad()
    for _ in range(3):
        loss(parameters).backward()
    assert_gradients_of_loss(parameters, times=3)
    expected = [(p.data - 0.25 * p.grad).tolist() for p in parameters]
    optimizer.step()
    assert numbers(parameters) == expected


@pytest.mark.parametrize("clear", ["optimizer", "graph", "by hand"])
def test_gradients_start_anew_after_zero_grad(clear: str) -> None:
    parameters = tensors()
    optimizer = SGD(parameters, learning_rate=0.25)
    for _ in range(3):
        value = loss(parameters)
        value.backward()
        assert_gradients_of_loss(parameters)
        optimizer.step()
        if clear == "optimizer":
            optimizer.zero_grad()
        elif clear == "graph":
            value.zero_grad()
        else:
            for p in parameters:
                p.grad = None
        assert all(p.grad is None for p in parameters)


@each_kind
def test_a_parameter_has_its_gradient_for_itself(kind: str) -> None:
    parameters = tensors()
    optimizer = optimizer_of(kind, parameters)
    train(parameters, optimizer)
    optimizer.zero_grad()
    ag.sum(sum(ag.sum(p) for p in parameters)).backward()
    for p in parameters:
        for q in parameters:
            assert p is q or not np.shares_memory(p.grad, q.grad)
            assert not np.shares_memory(p.grad, q.data)
    parameters[0].grad[...] = 7.0
    assert all((q.grad == 1.0).all() for q in parameters[1:])


def test_gradients_that_parameters_exchange_are_read_before_they_are_written() -> None:
    p, q = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    optimizer = SGD([p, q], learning_rate=1.0)
    train([p, q], optimizer)
    optimizer.zero_grad()
    before = np.array(numbers([p, q]))
    p.grad, q.grad = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    (ag.sum(p) + ag.sum(q)).backward()
    p.grad, q.grad = q.grad, p.grad
    (ag.sum(p) + ag.sum(q)).backward()
    assert (p.grad.tolist(), q.grad.tolist()) == ([5.0, 6.0], [3.0, 4.0])
    optimizer.step()
    assert np.array_equal(before - numbers([p, q]), [[5.0, 6.0], [3.0, 4.0]])


def test_without_an_optimizer_old_gradients_stay_as_they_are() -> None:
    x = Tensor([1.0, 2.0])
    (x * x).sum().backward()
    old, x.grad = x.grad, None
    (x * 5.0).sum().backward()
    assert old.tolist() == [2.0, 4.0]


@pytest.mark.torch
def test_optimizers_of_the_same_parameters_take_turns() -> None:
    """Neither loses sight of the parameters that the other has moved, and each keeps its own state."""
    import torch

    ours = tensors()
    theirs = [torch.tensor(p.data, requires_grad=True) for p in ours]
    optimizers = (
        SGD(ours, 0.05, momentum=0.9),
        Adam(ours[1:], 0.05),
        torch.optim.SGD(theirs, 0.05, momentum=0.9),
        torch.optim.Adam(theirs[1:], 0.05),
    )
    for _ in range(3):
        for parameters, optimizer in zip((ours, ours, theirs, theirs), optimizers, strict=True):
            train(parameters, optimizer, 1)
    for p, q in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-12, atol=1e-12)


@each_kind
@each_deep_copy
def test_a_copy_with_its_optimizer_trains_on_alone(kind: str, make_copy: Any) -> None:
    parameters = tensors()
    optimizer = optimizer_of(kind, parameters)
    train(parameters, optimizer)
    twins, twins_optimizer = make_copy((parameters, optimizer))
    train(twins, twins_optimizer, 2)
    assert numbers(parameters) == after(kind)
    train(parameters, optimizer, 2)
    assert numbers(twins) == numbers(parameters) == after(kind, 5)


@each_deep_copy
def test_a_copied_parameter_has_left_the_optimizer(make_copy: Any) -> None:
    parameters = tensors()
    optimizer = SGD(parameters, 0.1)
    train(parameters, optimizer)
    twins = make_copy(parameters)
    before, gradients = numbers(twins), [p.grad.tolist() for p in parameters]
    loss(twins).backward()
    assert [p.grad.tolist() for p in parameters] == gradients
    optimizer.step()
    assert numbers(twins) == before


def several_kinds() -> list[Any]:
    return [*tensors(np.float32), *tensors(np.float64), Value(0.5), Value(-2.0)]


@each_kind
def test_recall_puts_back_what_remember_kept_and_begins_anew(kind: str) -> None:
    parameters = several_kinds()
    optimizer = optimizer_of(kind, parameters)
    for _ in range(2):  # what is kept the second time takes the place of the first
        train(parameters, optimizer)
        optimizer.remember()
        before = numbers(parameters)
    train(parameters[1:], optimizer)
    for p in parameters:
        p.grad = np.full(np.shape(p.data), np.nan)[()]
    optimizer.step()
    optimizer.recall()
    assert (numbers(parameters), optimizer.steps) == (before, 0)
    twins = copy.deepcopy(parameters)
    train(parameters, optimizer)
    train(twins, optimizer_of(kind, twins))
    assert numbers(parameters) == numbers(twins)


def test_recall_finds_parameters_that_another_optimizer_has_taken() -> None:
    parameters = several_kinds()
    optimizer = SGD(parameters, 0.1)
    optimizer.remember()
    before = numbers(parameters)
    train(parameters[1:], Adam(parameters[1:]))
    optimizer.recall()
    assert numbers(parameters) == before


def test_without_remember_recall_leaves_the_numbers() -> None:
    parameters = several_kinds()
    optimizer = SGD(parameters, 0.1)
    train(parameters, optimizer)
    before = numbers(parameters)
    optimizer.recall()
    assert numbers(parameters) == before


def test_a_graph_of_what_was_recalled_is_stale() -> None:
    p = Tensor([1.0, 2.0])
    optimizer = SGD([p], 0.1)
    optimizer.remember()
    train([p], optimizer)
    squares = (p * p).sum()
    optimizer.zero_grad()
    optimizer.recall()
    with pytest.raises(RuntimeError, match="compute the graph again"):
        squares.backward()


def test_a_sweep_that_fails_leaves_the_gradients() -> None:
    @ag.custom_vjp
    def failing(x: Any) -> Any:
        return x

    def refuse(*_: Any) -> Any:
        raise ZeroDivisionError

    failing.defvjp(lambda x: (x, None), refuse)
    parameters = tensors()
    optimizer = SGD(parameters, 0.1)
    train(parameters, optimizer)
    before = [p.grad.tolist() for p in parameters]
    with pytest.raises(ZeroDivisionError):
        (loss(parameters) + failing(parameters[0]).sum()).backward()
    assert [p.grad.tolist() for p in parameters] == before
    optimizer.zero_grad()
    loss(parameters).backward()
    assert_gradients_of_loss(parameters)


def test_only_what_has_moved_makes_a_graph_stale() -> None:
    p, q = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    of_p, of_q = (p * p).sum(), (q * q).sum()
    of_p.backward()
    SGD([p, q], 0.1).step()
    of_q.backward()
    assert q.grad.tolist() == [6.0, 8.0]
    with pytest.raises(RuntimeError, match="compute the graph again"):
        of_p.backward()


@pytest.mark.parametrize("gradient", [[1.0, 2.0, 3.0], [1.0], 1.0], ids=repr)
@pytest.mark.parametrize("others", [[], [Tensor([1.0])]], ids=["alone", "with another"])
def test_a_gradient_of_another_size_is_refused(gradient: Any, others: list[Tensor]) -> None:
    p = Tensor([1.0, 2.0])
    optimizer = SGD([p, *others], 0.1)
    p.grad = np.array(gradient)
    with pytest.raises(ValueError, match="reshape"):
        optimizer.step()
    assert p.data.tolist() == [1.0, 2.0]


def test_a_value_stays_a_float_whatever_gradient_is_assigned() -> None:
    w = Value(1.0)
    w.grad = np.float64(0.5)
    SGD([w], 0.5).step()
    assert (type(w.data), w.data) == (float, 0.75)
