"""Losses over arrays: what their plain compositions give, shapes, labels and dtypes."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import Tensor, Value, grad, jvp
from autograd_mini.nn import binary_crossentropy, hinge, mean_squared_error, sparse_categorical_crossentropy

SHAPES = [(5,), (1, 4), (4, 1), (2, 3), (1,), ()]
classes = sparse_categorical_crossentropy


def logits(y: Any, z: Any) -> Any:
    return binary_crossentropy(y, z, from_logits=True)


def classes_of_logits(y: Any, z: Any) -> Any:
    return sparse_categorical_crossentropy(y, z, from_logits=True)


# loss: its composition, and predictions made of any numbers
ELEMENTWISE: dict[Any, tuple[Any, Any]] = {
    mean_squared_error: (lambda y, p: ag.mean((p - y) ** 2), lambda x: x),
    hinge: (lambda y, p: ag.mean(np.maximum(0, 1 - y * p)), lambda x: x),
    binary_crossentropy: (lambda y, p: -ag.mean(y * ag.log(p) + (1 - y) * ag.log(1 - p)), ag.sigmoid),
    logits: (lambda y, z: -ag.mean(y * ag.log(ag.sigmoid(z)) + (1 - y) * ag.log(ag.sigmoid(-z))), lambda x: x),
}
BY_CLASS: dict[Any, tuple[Any, Any]] = {
    classes: (lambda y, p: -ag.mean(ag.log(ag.sum(np.eye(3)[y] * p, 1))), ag.softmax),
    classes_of_logits: (lambda y, z: -ag.mean(ag.sum(np.eye(3)[y] * ag.log_softmax(z), 1)), lambda z: z),
}
each_elementwise = pytest.mark.parametrize("loss", ELEMENTWISE, ids=lambda loss: loss.__name__)
each_by_class = pytest.mark.parametrize("loss", BY_CLASS, ids=lambda loss: loss.__name__)
each_loss = pytest.mark.parametrize("loss", [*ELEMENTWISE, *BY_CLASS], ids=lambda loss: loss.__name__)


def example(loss: Any, shape: tuple[int, ...] = (6, 3), dtype: Any = np.float64) -> tuple[Any, Any, Any]:
    """The composition, labels and predictions."""
    x = np.random.default_rng([7, *shape]).normal(size=shape).astype(dtype)
    composed, predictions = {**ELEMENTWISE, **BY_CLASS}[loss]
    labels = (np.cos(7 * x) > 0).astype(dtype) if loss in ELEMENTWISE else np.arange(shape[0]) % 3
    return composed, 2 * labels - 1 if loss is hinge else labels, predictions(x)


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


@each_by_class
def test_a_loss_of_classes_is_its_composition(loss: Any) -> None:
    for m in (1, 6):
        check_equal(loss, *example(loss, (m, 3)))


@each_elementwise
def test_labels_may_want_a_gradient_too(loss: Any) -> None:
    composed, y, p = example(loss)
    want = grad(composed, (0, 1))(y, p)
    close(grad(loss, (0, 1))(y, p), want)
    loss(labels := Tensor(y), predictions := Tensor(p)).backward()
    close((labels.grad, predictions.grad), want)


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
def test_plain_arrays_give_a_plain_number(loss: Any) -> None:
    _, y, p = example(loss)
    assert type(loss(y, p)) is float


@each_loss
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_of_the_predictions_is_kept(loss: Any, dtype: Any) -> None:
    _, y, p = example(loss, dtype=dtype)
    t = Tensor(p)
    result = loss(y, t)
    result.backward()
    assert (result.shape, result.dtype, t.grad.dtype) == ((), dtype, dtype)
    assert grad(lambda p: loss(y, p))(p).dtype == dtype
    assert grad(lambda p: ag.sum(grad(lambda q: loss(y, q))(p) ** 2))(p).dtype == dtype


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
        (classes_of_logits, 0.5, "whole numbers from 0 to 2, got 0.5"),
    ],
)
@pytest.mark.parametrize("make", [Tensor, np.array], ids=["Tensor", "array"])
def test_bad_labels_are_named(loss: Any, bad: float, text: str, make: Any) -> None:
    _, y, p = example(loss)
    (y := y.astype(float)).flat[4] = bad
    with pytest.raises(ValueError, match=text):
        loss(y, make(p))


@each_by_class
@pytest.mark.parametrize("shapes", [((6, 1), (6, 3)), ((5,), (6, 3)), ((6,), (6,)), ((0,), (0, 3))], ids=str)
def test_classes_need_a_label_for_each_row(loss: Any, shapes: Any) -> None:
    with pytest.raises(ValueError, match=r"\(m,\) and predictions \(m, K\)") as error:
        loss(np.zeros(shapes[0], int), Tensor(np.ones(shapes[1])))
    assert all(str(shape) in str(error.value) for shape in shapes)


@pytest.mark.parametrize(
    ("loss", "y", "z", "value", "slope"),
    [
        (logits, [1.0, 0.0], [-1000.0, 1000.0], 1000, [-0.5, 0.5]),
        (logits, [1.0, 0.0], [1000.0, -1000.0], 0, [0, 0]),
        (classes_of_logits, [0], [[0.0, 1000.0, 0.0]], 1000, [[-1, 1, 0]]),
        (classes, [0], [[0.0, 1.0, 0.0]], -np.log(1e-7), [[0, 0, 0]]),
    ],
)
def test_tails(loss: Any, y: Any, z: Any, value: float, slope: Any) -> None:
    t = Tensor(z)
    result = loss(np.array(y), t)
    result.backward()
    assert result.item() == pytest.approx(value, rel=1e-14)
    np.testing.assert_allclose(t.grad, slope, atol=1e-300)


@pytest.mark.torch
def test_as_pytorch() -> None:
    import torch
    from torch.nn import functional

    by_logits = functional.binary_cross_entropy_with_logits
    for loss, theirs in ((logits, by_logits), (classes_of_logits, functional.cross_entropy)):
        _, y, z = example(loss)
        x, t = torch.tensor(z, requires_grad=True), Tensor(z)
        for result in (want := theirs(x, torch.tensor(y)), got := loss(y, t)):
            result.backward()
        close(got.item(), want.item())
        close(t.grad, x.grad.numpy())
