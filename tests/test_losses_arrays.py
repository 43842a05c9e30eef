"""Losses over arrays: what their plain compositions give, shapes, labels and dtypes."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import Tensor, Value, grad, jit, jvp, vmap
from autograd_mini.nn.losses import (
    binary_crossentropy,
    categorical_crossentropy,
    hinge,
    huber,
    mean_absolute_error,
    mean_squared_error,
    sparse_categorical_crossentropy,
)

SHAPES = [(5,), (1, 4), (4, 1), (2, 3), (1,), ()]
classes, rows = sparse_categorical_crossentropy, categorical_crossentropy


def logits(y: Any, z: Any, **weights: Any) -> Any:
    return binary_crossentropy(y, z, from_logits=True, **weights)


def classes_of_logits(y: Any, z: Any, **weights: Any) -> Any:
    return sparse_categorical_crossentropy(y, z, from_logits=True, **weights)


def rows_of_logits(y: Any, z: Any, **weights: Any) -> Any:
    return categorical_crossentropy(y, z, from_logits=True, **weights)


def itself(x: Any) -> Any:
    return x


# loss: its composition, and predictions made of any numbers
ELEMENTWISE: dict[Any, tuple[Any, Any]] = {
    mean_squared_error: (lambda y, p: ag.mean((p - y) ** 2), itself),
    mean_absolute_error: (lambda y, p: ag.mean(np.abs(p - y)), itself),
    huber: (lambda y, p: ag.mean(ag.where(abs(p - y) < 1, (p - y) ** 2 / 2, np.abs(p - y) - 0.5)), itself),
    hinge: (lambda y, p: ag.mean(np.maximum(0, 1 - y * p)), itself),
    binary_crossentropy: (lambda y, p: -ag.mean(y * ag.log(p) + (1 - y) * ag.log(1 - p)), ag.sigmoid),
    logits: (lambda y, z: -ag.mean(y * ag.log(ag.sigmoid(z)) + (1 - y) * ag.log(ag.sigmoid(-z))), itself),
}
BY_CLASS: dict[Any, tuple[Any, Any]] = {
    classes: (lambda y, p: -ag.mean(ag.log(ag.sum(np.eye(3)[y] * p, 1))), ag.softmax),
    classes_of_logits: (lambda y, z: -ag.mean(ag.sum(np.eye(3)[y] * ag.log_softmax(z), 1)), itself),
}
BY_ROW: dict[Any, tuple[Any, Any]] = {
    rows: (lambda y, p: -ag.mean(ag.sum(y * ag.log(p), 1)), ag.softmax),
    rows_of_logits: (lambda y, z: -ag.mean(ag.sum(y * ag.log_softmax(z), 1)), itself),
}
OF_ROWS = {**BY_CLASS, **BY_ROW}
ALL = {**ELEMENTWISE, **OF_ROWS}


def each_of(losses: Any) -> Any:
    return pytest.mark.parametrize("loss", losses, ids=lambda loss: loss.__name__)


each_elementwise, each_by_class, each_of_rows, each_loss = map(each_of, (ELEMENTWISE, BY_CLASS, OF_ROWS, ALL))
each_dtype = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def example(loss: Any, shape: tuple[int, ...] = (6, 3), dtype: Any = np.float64) -> tuple[Any, Any, Any]:
    """The composition, labels and predictions."""
    x = np.random.default_rng([7, *shape]).normal(size=shape).astype(dtype)
    composed, predictions = ALL[loss]
    if loss in BY_ROW:
        labels = np.eye(shape[1], dtype=dtype)[np.arange(shape[0]) % 3] * 0.75 + np.array([0.0, 0.2, 0.05], dtype)
    elif loss in BY_CLASS:
        labels = np.arange(shape[0]) % 3
    else:
        labels = (np.cos(7 * x) > 0).astype(dtype) * (2 if loss is hinge else 1) - (loss is hinge)
    return composed, labels.astype(labels.dtype), predictions(x)


close = functools.partial(np.testing.assert_allclose, rtol=1e-12, atol=1e-12)


def check_equal(loss: Any, composed: Any, y: Any, p: Any) -> None:
    """Value, first and second order, forward, backward, and one over the other."""
    u, v = np.cos(1 + np.arange(p.size)).reshape(p.shape), np.sin(1 + np.arange(p.size)).reshape(p.shape)
    along = lambda f, d: lambda x: jvp(f, (x,), (d,))[1]
    t = Tensor(p)
    loss(y, t).backward()
    close(t.grad, grad(lambda p: composed(y, p))(p))
    results = []
    for f in (lambda p: loss(y, p), lambda p: composed(y, p)):
        pairing = lambda x, f=f: ag.sum(grad(f)(x) * u)
        twice = [along(along(f, u), v)(p), ag.sum(grad(along(f, u))(p) * v), along(pairing, v)(p)]
        results.append([f(p), along(f, u)(p), ag.sum(grad(f)(p) * u), *twice, ag.sum(grad(pairing)(p) * v)])
    close(*results)


@each_elementwise
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_an_elementwise_loss_is_its_composition(loss: Any, shape: tuple[int, ...]) -> None:
    check_equal(loss, *example(loss, shape))


@each_of_rows
def test_a_loss_of_rows_is_its_composition(loss: Any) -> None:
    for m in (1, 6):
        check_equal(loss, *example(loss, (m, 3)))


@each_loss
def test_weighted_examples_count_so_often(loss: Any) -> None:
    composed, y, p = example(loss)
    w = np.array([0.5, 0.0, 2.0, 1.0, 3.0, 0.25])
    cut = lambda i: slice(i, i + 1)
    weighted = lambda y, p: ag.mean(ag.stack([w[i] * composed(y[cut(i)], p[cut(i)]) for i in range(6)]))
    check_equal(functools.partial(loss, sample_weight=w), weighted, y, p)
    close(loss(y, p, sample_weight=np.ones(6)), loss(y, p))


@each_elementwise
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("make", [Tensor, np.array], ids=["Tensor", "array"])
def test_there_is_a_weight_for_each_element_of_the_first_axis(loss: Any, shape: tuple[int, ...], make: Any) -> None:
    _, y, p = example(loss, shape)
    want = loss(y, p)
    result = loss(y, make(p), sample_weight=np.full(shape[:1], 3.0))
    close(result.item() if make is Tensor else result, 3 * want)
    with pytest.raises(ValueError, match=r"one number for each example, of shape .*, got \(2, 2\)"):
        loss(y, make(p), sample_weight=np.ones((2, 2)))


@each_loss
def test_a_weight_may_want_a_gradient(loss: Any) -> None:
    _, y, p = example(loss)
    each = [loss(y[i : i + 1], p[i : i + 1]) / 6 for i in range(6)]
    close(grad(lambda w: loss(y, p, sample_weight=w))(np.ones(6)), each)


@each_of({**ELEMENTWISE, **BY_ROW})
def test_labels_may_want_a_gradient_too(loss: Any) -> None:
    composed, y, p = example(loss)
    want = grad(composed, (0, 1))(y, p)
    close(grad(loss, (0, 1))(y, p), want)
    loss(labels := Tensor(y), predictions := Tensor(p)).backward()
    close((labels.grad, predictions.grad), want)
    of_both = [grad(lambda y, p, f=f: ag.sum(grad(f, 1)(y, p) * np.sin(p)))(y, p) for f in (loss, composed)]
    close(*of_both)


@each_elementwise
def test_arrays_give_what_numbers_and_values_give(loss: Any) -> None:
    _, y, p = example(loss, (6,))
    values, tensor = [Value(x) for x in p], Tensor(p)
    loss(y.tolist(), values).backward()
    result = loss(y, tensor)
    result.backward()
    close(result.item(), loss(y.tolist(), p.tolist()))
    close([v.grad for v in values], tensor.grad)


@each_loss
@each_dtype
def test_plain_arrays_give_a_plain_number(loss: Any, dtype: Any) -> None:
    _, y, p = example(loss, dtype=dtype)
    result = loss(y, p)
    assert (type(result), type(loss(y, p, sample_weight=np.ones(6)))) == (float, float)
    assert result == pytest.approx(loss(y, Tensor(p)).item(), rel=1e-6)


@each_dtype
@pytest.mark.parametrize("loss", [binary_crossentropy, classes, rows])
def test_certain_and_wrong_is_finite(loss: Any, dtype: Any) -> None:
    p = Tensor(np.array([[0.0, 1.0]], dtype))
    y = np.array([0]) if loss is classes else np.array([[1.0, 0.0]])
    result = loss(y, p)
    result.backward()
    assert 15.9 < result.item() < 16.2
    assert np.isfinite(p.grad).all()


@each_loss
@each_dtype
@pytest.mark.parametrize("weights", [{}, {"sample_weight": np.arange(6.0)}], ids=["plain", "weighted"])
@pytest.mark.parametrize("wrap", [lambda f: f, jit], ids=["eager", "jit"])
def test_the_dtype_of_the_predictions_is_kept(loss: Any, dtype: Any, weights: Any, wrap: Any) -> None:
    _, y, p = example(loss)
    loss, p = wrap(loss), p.astype(dtype)
    t = Tensor(p)
    result = loss(y, t, **weights)
    result.backward()
    assert (result.shape, result.dtype, t.grad.dtype) == ((), dtype, dtype)
    assert grad(lambda p: loss(y, p, **weights))(p).dtype == dtype
    assert grad(lambda p: ag.sum(grad(lambda q: loss(y, q, **weights))(p) ** 2))(p).dtype == dtype


@each_loss
@each_dtype
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_a_program_is_given_labels_and_weights_afresh(loss: Any, dtype: Any, weighted: bool) -> None:
    _, y, p = example(loss)
    t, fast = Tensor(p.astype(dtype)), jit(loss)
    for k in range(3):
        given = [np.roll(y, k, axis=0), {"sample_weight": np.arange(6.0) + k} if weighted else {}]
        results = []
        for f in (fast, loss):
            t.grad = None
            out = f(given[0], t, **given[1])
            out.backward()
            results.append([out.item(), *t.grad.ravel()])
        np.testing.assert_allclose(*results, rtol=1e-12 if dtype is np.float64 else 1e-5, atol=1e-7)
    assert fast.recordings == 1


@each_of({**ELEMENTWISE, **BY_ROW})
def test_whole_and_boolean_labels_in_a_program(loss: Any) -> None:
    p = example(loss)[2]
    hot = np.eye(3)[np.arange(6) % 3]
    kinds = [np.int64, np.int8, np.float32] if loss is hinge else [np.int64, np.uint8, bool, np.float32]
    fast, t = jit(loss), Tensor(p)
    for kind in kinds:
        labels = (2 * hot - 1 if loss is hinge else hot).astype(kind)
        close(fast(labels, t).item(), loss(labels, t).item())
        close(grad(lambda q, y=labels: fast(y, q))(p), grad(lambda q, y=labels: loss(y, q))(p))


@each_by_class
@pytest.mark.parametrize("kind", [np.int8, np.uint64, bool, np.float32, np.float64])
def test_numbers_of_classes_of_any_kind(loss: Any, kind: Any) -> None:
    _, y, p = example(loss)
    fast = jit(loss)
    for labels in (y.astype(kind), np.roll(y, 1).astype(kind)):
        want = grad(lambda q, y=labels: loss(y.astype(int), q))(p)
        for f in (loss, fast):
            close(grad(lambda q, f=f, y=labels: f(y, q))(p), want)
            close(f(labels, Tensor(p)).item(), loss(labels.astype(int), p))


@each_loss
def test_the_losses_of_a_batch_of_one_example_each(loss: Any) -> None:
    _, y, p = example(loss)
    of_one = lambda y, p: loss(ag.reshape(y, (1, *y.shape)), ag.reshape(p, (1, 3)))
    for f in (of_one, jit(of_one)):
        close(np.mean(vmap(f)(y, p)), loss(y, p))
        close(grad(lambda q, f=f: ag.mean(vmap(f)(y, q)))(p), grad(lambda q: loss(y, q))(p))


@each_loss
def test_shapes_are_checked_while_a_program_is_recorded_and_numbers_of_labels_not(loss: Any) -> None:
    _, y, p = example(loss)
    with pytest.raises(ValueError, match="shape"):
        jit(loss)(y[:-1], Tensor(p))
    with pytest.raises(ValueError, match=r"sample_weight has one number for each example, of shape \(6,\), got \(5,\)"):
        jit(loss)(y, Tensor(p), sample_weight=np.ones(5))
    jit(loss)(np.abs(y) / 2 if loss not in BY_CLASS else y, Tensor(p), sample_weight=-np.ones(6))


@each_elementwise
@pytest.mark.parametrize(
    "labels", [list, lambda y: y.astype(int), lambda y: y.astype(float)], ids=["list", "int", "64"]
)
def test_labels_of_any_kind_beside_float32(loss: Any, labels: Any) -> None:
    _, y, p = example(loss, (4,))
    t = Tensor(p.astype(np.float32))
    loss(labels(y), t).backward()
    assert t.grad.dtype == np.float32
    np.testing.assert_allclose(t.grad, grad(lambda p: loss(y, p))(p), rtol=1e-5)


@each_elementwise
@pytest.mark.parametrize("shapes", [((4,), (4, 1)), ((4, 1), (4,)), ((3,), (2, 3)), ((), (2,)), ((0,), (0,))], ids=str)
@pytest.mark.parametrize("make", [Tensor, np.array], ids=["Tensor", "array"])
def test_labels_and_predictions_are_of_one_shape(loss: Any, shapes: Any, make: Any) -> None:
    """(N,) against (N, 1) would broadcast to (N, N), silently."""
    y, p = (np.ones(shape) for shape in shapes)
    with pytest.raises(ValueError, match=r"one shape, got .*") as error:
        loss(y, make(p * 0.5))
    assert all(str(shape) in str(error.value) for shape in shapes)


@pytest.mark.parametrize(
    ("loss", "bad", "text"),
    [
        (hinge, 0, r"labels -1 and 1, got 0: for 0 and 1 use 2 \* y - 1"),
        (binary_crossentropy, 1.5, "labels from 0 to 1, got 1.5"),
        (logits, np.nan, "labels from 0 to 1, got nan"),
        (classes, 3, "whole numbers from 0 to 2, got 3"),
        (classes, -1, "whole numbers from 0 to 2, got -1"),
        (classes, np.nan, "whole numbers from 0 to 2, got nan"),
        (classes_of_logits, 0.5, "whole numbers from 0 to 2, got 0.5"),
        (rows, 1.5, "each row of labels sums to 1, .* but row 1 sums to"),
        (rows, -0.1, "labels of classes are from 0 to 1, got -0.1"),
        (rows_of_logits, np.nan, "labels of classes are from 0 to 1, got nan"),
    ],
)
@pytest.mark.parametrize("make", [Tensor, np.array], ids=["Tensor", "array"])
def test_bad_labels_are_named(loss: Any, bad: float, text: str, make: Any) -> None:
    _, y, p = example(loss)
    (y := y.astype(float)).flat[4] = bad
    with pytest.raises(ValueError, match=text):
        loss(y, make(p))


@each_of(BY_ROW)
@pytest.mark.parametrize("shapes", [((6,), (6, 3)), ((6, 2), (6, 3)), ((3,), (3,)), ((0, 3), (0, 3))], ids=str)
def test_rows_of_labels_are_beside_rows_of_predictions(loss: Any, shapes: Any) -> None:
    with pytest.raises(ValueError, match=r"labels and predictions of one shape \(m, K\) are wanted") as error:
        loss(np.zeros(shapes[0]), Tensor(np.ones(shapes[1])))
    assert all(str(shape) in str(error.value) for shape in shapes)


@each_by_class
@pytest.mark.parametrize("shapes", [((6, 1), (6, 3)), ((5,), (6, 3)), ((6,), (6,)), ((0,), (0, 3))], ids=str)
def test_classes_need_a_label_for_each_row(loss: Any, shapes: Any) -> None:
    with pytest.raises(ValueError, match=r"\(m,\) and predictions \(m, K\)") as error:
        loss(np.zeros(shapes[0], int), Tensor(np.ones(shapes[1])))
    assert all(str(shape) in str(error.value) for shape in shapes)


@each_of_rows
def test_rows_may_be_lists_of_values(loss: Any) -> None:
    _, y, p = example(loss, (2, 3))
    nodes = [[Value(x) for x in row] for row in p]
    loss(y.tolist(), nodes).backward()
    close([[v.grad for v in row] for row in nodes], grad(lambda p: loss(y, p))(p))


HOT = [[1.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    ("loss", "y", "z", "value", "slope"),
    [
        (logits, [1.0, 0.0], [-1000.0, 1000.0], 1000, [-0.5, 0.5]),
        (logits, [1.0, 0.0], [1000.0, -1000.0], 0, [0, 0]),
        (binary_crossentropy, [1.0, 1.0], [0.0, 0.0], -np.log(1e-7), [0, 0]),
        (binary_crossentropy, [1.0, 0.0], [1.0, 0.0], 1e-7, [0, 0]),
        (classes_of_logits, [0], [[0.0, 1000.0, 0.0]], 1000, [[-1, 1, 0]]),
        (classes_of_logits, [1], [[-1000.0, 1000.0, 0.0]], 0, [[0, 0, 0]]),
        (classes, [0], [[0.0, 1.0, 0.0]], -np.log(1e-7), [[0, 0, 0]]),
        (classes, [1], [[0.0, 1.0, 0.0]], 1e-7, [[0, 0, 0]]),
        (rows_of_logits, HOT, [[-1000.0, 1000.0, 0.0]], 2000, [[-1, 1, 0]]),
        (rows_of_logits, HOT, [[1000.0, -1000.0, 0.0]], 0, [[0, 0, 0]]),
        (rows_of_logits, [[0.25, 0.75, 0.0]], [[1000.0, -1000.0, 0.0]], 1500, [[0.75, -0.75, 0]]),
        (rows, HOT, [[0.0, 1.0, 0.0]], -np.log(1e-7), [[0, 0, 0]]),
        (rows, HOT, [[1.0, 0.0, 0.0]], 1e-7, [[0, 0, 0]]),
        (huber, [0.0, 0.0], [1000.0, -1000.0], 999.5, [0.5, -0.5]),
    ],
)
@each_dtype
@pytest.mark.parametrize("weights", [{}, {"sample_weight": [1]}], ids=["plain", "weighted"])
@pytest.mark.parametrize("wrap", [lambda f: f, jit], ids=["eager", "jit"])
def test_tails(loss: Any, y: Any, z: Any, value: float, slope: Any, dtype: Any, weights: Any, wrap: Any) -> None:
    t = Tensor(np.array(z, dtype))
    weights = {name: np.ones(len(z)) for name in weights}
    result = wrap(loss)(np.array(y), t, **weights)
    result.backward()
    rounding = 1e-14 if dtype is np.float64 else 1e-7
    assert result.item() == pytest.approx(value, rel=rounding, abs=rounding)
    np.testing.assert_allclose(t.grad, slope, atol=1e-300)


def as_pytorch() -> dict[Any, Any]:
    from torch.nn import functional

    return {
        mean_squared_error: lambda y, p: functional.mse_loss(p, y),
        mean_absolute_error: lambda y, p: functional.l1_loss(p, y),
        huber: lambda y, p: functional.huber_loss(p, y),
        hinge: lambda y, p: (1 - y * p).relu().mean(),
        binary_crossentropy: lambda y, p: functional.binary_cross_entropy(p, y),
        logits: lambda y, z: functional.binary_cross_entropy_with_logits(z, y),
        classes: lambda y, p: functional.nll_loss(p.log(), y),
        classes_of_logits: lambda y, z: functional.cross_entropy(z, y),
        rows: lambda y, p: -(y * p.log()).sum(1).mean(),
        rows_of_logits: lambda y, z: functional.cross_entropy(z, y),
    }


@pytest.mark.torch
@each_loss
@each_dtype
@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_as_pytorch(loss: Any, dtype: Any, scale: float) -> None:
    """Value, gradient, and the derivative of the gradient along a direction."""
    import torch

    _, y, p = example(loss, dtype=dtype)
    p = p if loss in (binary_crossentropy, classes, rows) else p * dtype(scale)
    u = np.cos(1 + np.arange(p.size)).reshape(p.shape).astype(dtype)
    x, theirs = torch.tensor(p, requires_grad=True), as_pytorch()[loss]
    value = theirs(torch.tensor(y), x)
    (slope,) = torch.autograd.grad(value, x, create_graph=True)
    curved = slope.requires_grad
    second = np.zeros_like(p)
    if curved:
        second = torch.autograd.grad((slope * torch.tensor(u)).sum(), x, materialize_grads=True)[0].numpy(force=True)
    f = lambda p: loss(y, p)
    got = [f(p), grad(f)(p), grad(lambda q: ag.sum(grad(f)(q) * u))(p), jvp(grad(f), (p,), (u,))[1]]
    rounding = 1e-10 if dtype is np.float64 else 1e-5  # PyTorch adds 1e-12 to p (1 - p)
    for mine, want in zip(got, [value.item(), slope.detach().numpy(), second, second], strict=True):
        np.testing.assert_allclose(mine, want, rtol=rounding, atol=rounding * max(1, np.abs(want).max()))
    np.testing.assert_allclose(jvp(f, (p,), (u,))[1], (slope.detach().numpy() * u).sum(), rtol=rounding, atol=rounding)
