"""jit: what a user relies on. Nothing of the first call may be in the second."""

from __future__ import annotations

import contextvars
import gc
import itertools
import math
import random
import re
import signal
import threading
import tracemalloc
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from copies import each_deep_copy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_properties import function, is_moderate, points, programs

import autograd_mini as ag
from autograd_mini import Tensor, Value, jit, nn, no_grad, optim
from autograd_mini.modes import MODES, THREAD, RecordingError
from autograd_mini.tree import leaves, map_leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Array = np.ndarray[Any, Any]
HERE = Path(__file__).name
X = np.array([0.3, -1.2, 2.0])
Y = np.array([-0.7, 0.4, 1.5])
M = np.array([[0.5, -1.1, 0.8], [1.4, 0.2, -0.6], [-0.9, 1.7, 0.1]])


def eager(f: Callable[..., Any]) -> Callable[..., Any]:
    return f


# What holds for both is what "as eager" means.
each_way = pytest.mark.parametrize("wrap", [eager, jit])


@pytest.fixture(autouse=True)
def modes_end() -> Iterator[None]:
    yield
    assert (MODES.active, THREAD.trace, THREAD.no_grad, THREAD.transforms) == (0, None, 0, 0)


def kind(x: Any) -> Any:
    """What tells results apart beside their numbers; a plain number may be of any type."""
    if isinstance(x, Value | Tensor):
        return type(x), x.requires_grad, x.data.dtype if type(x) is Tensor else float
    if isinstance(x, float | np.generic | np.ndarray):
        return (np.ndarray, x.dtype) if np.ndim(x) else bool if isinstance(x, np.bool_) else float
    return type(x)


def data(x: Any) -> Any:
    return x.data if isinstance(x, Value | Tensor) else x


def assert_same(got: Any, want: Any) -> None:
    """The same structure, kinds, shapes, dtypes and numbers."""
    assert map_leaves(kind, got) == map_leaves(kind, want)
    for x, y in zip(leaves(got), leaves(want), strict=True):
        if isinstance(y, str | None):
            assert x == y
            continue
        assert_close(data(x), data(y), 1e-6 if "float32" in str(kind(x)) + str(kind(y)) else 1e-12)


def assert_close(got: Any, want: Any, relative: float = 1e-12) -> None:
    """To a part of the largest number, but at least of 1."""
    assert np.shape(got) == np.shape(want)
    largest = np.abs(want).max(initial=1, where=np.isfinite(want))
    np.testing.assert_allclose(got, want, rtol=0, atol=relative * largest)


# Arguments and results.


class Pair(NamedTuple):
    a: Any
    b: Any


KINDS: dict[str, tuple[Any, Any]] = {  # two arguments of one signature
    "floats": (2.0, -0.5),
    "NumPy's scalars": (np.float64(2), np.float64(-0.5)),
    "arrays": (X, Y),
    "float32": (X.astype(np.float32), Y.astype(np.float32)),
    "matrices": (M, M.T),
    "shape ()": (np.array(2.0), np.array(0.5)),
    "nothing": (np.ones((0, 2)), np.ones((0, 2))),
    "Values": (Value(2), Value(-0.5)),
    "Tensors": (Tensor(X), Tensor(Y)),
    "data": (Tensor(X, requires_grad=False), Tensor(Y, requires_grad=False)),
    "a Value that is data": (Value(2, requires_grad=False), Value(3, requires_grad=False)),
    "a result": (Tensor(X) * 2, Tensor(Y) * 3),
}
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "a formula": lambda x: ag.tanh(x * x + 1) / 2,
    "itself": lambda x: x,
    "a sum": lambda x: ag.sum(x) if np.ndim(x) else x + 0.0,
    "a view": lambda x: x.T[...] if np.ndim(x) else x,
    "a constant": lambda _: 3.0,
    "constants": lambda x: (x * 1, "text", None, {"array": np.ones(2)}),
    "several": lambda x: {"y": [x * 2, (x + 1,)], "z": Pair(-x, abs(x))},
    "one twice": lambda x: [y := ag.sin(x), y, y * 1.0],
    "an element": lambda x: (ag.tanh(x)[0] if np.ndim(x) and np.size(x) else x) * 1,
    "spread twice": lambda x: ag.broadcast_to(x, (2, *np.shape(x))) * ag.broadcast_to(x * 1, (2, *np.shape(x))),
    "conditions": lambda x: [x > 0, (x > 0) & (x <= 1), x == x * 1],
    "a choice": lambda x: ag.where((x > 0) & (x <= 1) | (x == -0.5), x * x, ag.exp(x)),
}


@pytest.mark.parametrize("f", FUNCTIONS.values(), ids=FUNCTIONS)
@pytest.mark.parametrize("arguments", KINDS.values(), ids=KINDS)
def test_it_gives_what_the_function_gives(f: Callable[[Any], Any], arguments: tuple[Any, Any]) -> None:
    fast = jit(f)
    for x in (*arguments, arguments[0]):
        assert_same(fast(x), f(x))
    assert fast.recordings == 1


W, V, C = Tensor(M), Value(1.5), Tensor(X, requires_grad=False)


@pytest.mark.parametrize("captured", [V, W[0], C, Value(2.0, requires_grad=False)], ids=repr)
@pytest.mark.parametrize("arguments", KINDS.values(), ids=KINDS)
def test_beside_captured_nodes_it_gives_the_same_kinds(captured: Any, arguments: tuple[Any, Any]) -> None:
    if np.shape(data(arguments[0])) not in ((), (3,)):
        return
    f = lambda x: {"both": x * captured, "one": captured, "none": ag.sin(x)}
    fast = jit(f)
    for x in arguments:
        assert_same(fast(x), f(x))


def test_a_function_without_arguments() -> None:
    w = Value(3.0)
    square, seven = jit(lambda: w * w), jit(lambda: 7.0)
    square().backward()
    w.data = 5.0
    square().backward()
    assert (w.grad, square().data, seven(), seven()) == (16, 25, 7, 7)


@each_way
def test_arguments_by_keyword_and_in_any_order(wrap: Any) -> None:
    f = wrap(lambda x, *, scale=1.0, p=None: x * scale - (p["a"] / p["b"] if p else 0))
    assert f(2.0) == 2
    assert f(2.0, scale=3.0) == 6
    assert f(2.0, scale=3.0, p={"a": 1.0, "b": 4.0}) == f(x=2.0, p={"b": 4.0, "a": 1.0}, scale=3.0) == 5.75
    assert f(3.0, p={"b": 2.0, "a": 1.0}, scale=1.0) == 2.5


def test_python_numbers_change_without_another_recording() -> None:
    f = jit(lambda x, n, flag: ag.where(flag, x * n, -x))
    assert [f(2.0, n, flag) for n in (3, -4) for flag in (True, False)] == [6, -2, -8, -2]
    assert [f(x, 3, True) for x in (0.0, -0.0, math.inf)] == [0, 0, math.inf]
    assert math.copysign(1, f(-0.0, 3, True)) == -1
    assert math.isnan(f(math.nan, 3, True))
    assert f.recordings == 1


def test_text_and_other_settings_are_taken_by_value() -> None:
    f = jit(lambda x, name, bias=None, *more: getattr(ag, name)(x) + (0 if bias is None else bias) + len(more))
    for _ in range(2):
        assert f(2.0, "square") == 4
        assert f(3.0, "square", None) == 9
        assert f(2.0, "exp") == pytest.approx(math.exp(2))
        assert f(2.0, "square", 5.0) == 9
        assert f(2.0, "square", 5.0, "a", "b") == 11
    assert f.recordings <= 5


def test_settings_that_cant_be_told_apart_are_refused() -> None:
    with pytest.raises(TypeError, match=r"settings that can be hashed; got .*\{1, 2\} \(set\)"):
        jit(lambda x, _: x)(2.0, {1, 2})


@pytest.mark.parametrize("hide", [lambda x: {x}, lambda x: SimpleNamespace(x=x), lambda x: iter([x])])
def test_results_that_hide_nodes_are_refused(hide: Any) -> None:
    """They would be the nodes of the recording for ever."""
    with pytest.raises(TypeError):
        jit(hide)(Value(2.0))


def test_a_recording_for_each_signature() -> None:
    f = jit(lambda x: ag.sum(x * 2))
    counts = []
    arguments = [X, Y, M, X.astype(np.float32), M, [X, X], [Y, Y], Tensor(X), Tensor(Y), 1.0, 2.0, Y.astype(np.float32)]
    for x in arguments:
        f(x if not isinstance(x, list) else np.stack(x))
        counts.append(f.recordings)
    assert counts == [1, 1, 2, 3, 3, 4, 4, 5, 5, 6, 6, 6]


def test_data_and_what_wants_a_gradient_are_told_apart() -> None:
    f = jit(lambda x: ag.sum(x * x))
    for wanted in (False, True, False):
        t = Tensor(X, requires_grad=wanted)
        out = f(t)
        assert out.requires_grad == wanted
        if wanted:
            out.backward()
            np.testing.assert_array_equal(t.grad, 2 * X)


def test_numbers_of_lists_and_tuples() -> None:
    f = jit(lambda xs: sum((x * x for x in xs), 0.0))
    assert [f([1, 2]), f([3.0, 4.0]), f((1, 2)), f([1, 2, 3])] == [5, 25, 5, 14]
    a, b = Value(1), Value(2)
    f([a, b]).backward()
    f([b, a]).backward()
    assert (a.grad, b.grad) == (4, 8)


def test_one_node_in_two_places_and_then_two() -> None:
    """That both were one node at the first call is nothing to rely on."""
    f = jit(lambda x, y: x * y - x / y)
    a, b = Value(2.0), Value(4.0)
    f(a, a).backward()
    assert a.grad == 4
    a.zero_grad()
    f(a, b).backward()
    assert (a.grad, b.grad) == (4 - 1 / 4, 2 + 2 / 16)


def test_a_captured_node_that_is_an_argument_too() -> None:
    w = Tensor(X)
    f = jit(lambda x: ag.sum(w * x))
    f(w).backward()
    np.testing.assert_array_equal(w.grad, 2 * X)
    f(Tensor(Y)).backward()
    np.testing.assert_array_equal(w.grad, 2 * X + Y)


# Integers and booleans.


def test_labels_masks_and_indices_are_read_afresh() -> None:
    w = Tensor(M)

    def f(x: Any, labels: Any, mask: Any, i: Any) -> Any:
        picked = (w * x)[np.arange(3), labels]
        return ag.sum(ag.where(mask, picked, 0.5)) + w[i, 0] - ag.sum(ag.take(w, labels, axis=1)[1])

    fast = jit(f)
    cases = [
        (X, np.array([0, 1, 2]), np.array([True, True, False]), 0),
        (Y, np.array([2, 2, 0]), np.array([False, True, True]), 2),
        (X, np.array([1, -1, 1]), np.array([True, False, True]), -1),
    ]
    for case in cases:
        gradients = []
        for each in (fast, f):
            w.zero_grad()
            out = each(*case)
            out.backward()
            gradients.append((out, w.grad))
        assert_same(gradients[0][0], gradients[1][0])
        np.testing.assert_allclose(gradients[0][1], gradients[1][1], rtol=1e-13)
    assert fast.recordings == 1
    with pytest.raises(IndexError):
        fast(X, np.array([0, 1, 3]), np.array([True, True, False]), 0)
    assert_same(fast(*cases[0]), f(*cases[0]))


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8, bool])
@pytest.mark.parametrize(
    "f",
    [
        lambda k: k,
        lambda k: k[::-1].reshape(3, 1),
        lambda k: k == 1,
        lambda k: (k > 0) & (k < 2),
        lambda k: k * 2.5,
        lambda k: k @ M,
        ag.exp,
        lambda k: np.concatenate([k, X]),
        lambda k: ag.where(k == 1, X, k),
        lambda k: np.mean(k == 1),
    ],
)
def test_integers_and_booleans_keep_their_dtype(f: Any, dtype: Any) -> None:
    fast = jit(f)
    for numbers in ([0, 1, 2], [1, 1, 0]):
        k = np.array(numbers).astype(dtype)
        assert_same(fast(k), f(k))
    assert fast.recordings == 1


def test_whole_numbers_stay_whole_as_long_as_they_are_indices() -> None:
    f = jit(lambda table, i, j: table[i][..., j])
    table = np.arange(12.0).reshape(3, 4)
    for i, j in ((0, 3), (2, 1)):
        assert f(table, i, j) == table[i, j]
        assert f(table, np.array([i, i]), j).tolist() == [table[i, j]] * 2
        assert f(table, np.uint8(i), np.int64(j)) == table[i, j]


@pytest.mark.parametrize(
    "loss",
    [
        lambda y, z: nn.sparse_categorical_crossentropy(y[:, 0], z, from_logits=True),
        lambda y, z: nn.sparse_categorical_crossentropy(y[:, 0], ag.softmax(z)),
        lambda y, z: nn.binary_crossentropy(y, z, from_logits=True),
        lambda y, z: nn.binary_crossentropy(y, ag.sigmoid(z)),
        nn.mean_squared_error,
        lambda y, z: nn.hinge(2 * y - 1, z),
    ],
)
def test_losses_with_other_labels(loss: Any) -> None:
    z, fast = Tensor(M[:, :2]), jit(loss)
    for labels in ([[0, 1], [1, 1], [0, 0]], [[1, 1], [1, 0], [0, 1]]):
        results = []
        for each in (fast, loss):
            z.grad = None
            out = each(np.array(labels), z)
            out.backward()
            results.append([out.item(), z.grad])
        for got, want in zip(*results, strict=True):
            assert_close(got, want)
    assert fast.recordings == 1


# Captured nodes.


def test_plain_arrays_that_it_closes_over_are_those_of_the_first_call() -> None:
    c, d, index = np.ones(2), np.ones(2), np.array([0, 1])
    f = jit(lambda x: [x * c, x * d, x[index], c, ag.where(c > 0, x, 0.0)])
    f(X[:2])
    c[...], index[...] = -5.0, 0
    for got in f(Y[:2])[:3]:
        np.testing.assert_array_equal(got, Y[:2])
    np.testing.assert_array_equal(f(Y[:2])[3], np.ones(2))
    np.testing.assert_array_equal(f(Y[:2])[4], Y[:2])


def test_captured_nodes_are_read_afresh() -> None:
    v, t, c = Value(2.0), Tensor(X), Tensor(Y, requires_grad=False)
    f = jit(lambda x: ag.sum(t * x + c) * v)
    want = lambda x: np.sum(t.data * x + c.data) * v.data
    assert f(3.0).data == pytest.approx(want(3.0))
    v.data = -1.5
    t.data = Y
    c.data -= 1.0
    assert f(2.0).data == pytest.approx(want(2.0))
    t.data[0] = 7.0
    v.data += 1
    out = f(2.0)
    assert out.data == pytest.approx(want(2.0))
    out.backward()
    np.testing.assert_allclose(t.grad, np.full(3, 2 * v.data))
    assert (v.grad, c.grad) == (pytest.approx(np.sum(t.data * 2 + c.data)), None)


@pytest.mark.parametrize("make", [optim.SGD, lambda p, rate: optim.SGD(p, rate, momentum=0.9), optim.Adam])
def test_training_is_the_same(make: Any) -> None:
    """An optimizer moves the arrays of its parameters into one vector at its first step."""

    def train(wrap: Any) -> list[Any]:
        rng = np.random.default_rng(0)
        W1, b1, W2 = Tensor(rng.normal(size=(2, 4))), Tensor(np.zeros(4)), Tensor(rng.normal(size=(4, 1)))
        scale = Value(0.5)
        x, y = rng.normal(size=(8, 2)), np.sign(rng.normal(size=(8, 1)))
        optimizer = make([W1, b1, W2, scale], 0.1)
        loss = wrap(lambda x, y: ag.mean((ag.tanh(x @ W1 + b1) @ W2 * scale - y) ** 2))
        losses = []
        for k in range(10):
            out = loss(np.roll(x, k), y)
            optimizer.zero_grad()
            out.backward()
            optimizer.step()
            losses.append(out.item())
        return [*losses, W1.numpy(), b1.numpy(), W2.numpy(), scale.data]

    for got, want in zip(train(jit), train(eager), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-11)


def test_a_network_of_values_trains_the_same() -> None:
    def train(wrap: Any) -> list[float]:
        model = nn.MLP(2, [3, 1], activation="tanh", seed=0)
        optimizer = optim.SGD(model.parameters(), learning_rate=0.2)
        loss = wrap(lambda a, b: nn.hinge([1, -1], [model(a), model(b)]))
        losses = []
        for k in range(5):
            out = loss([0.1 * k, 1.0], [1.0, 0.2 * k])
            optimizer.zero_grad()
            out.backward()
            optimizer.step()
            losses.append(out.data)
        return losses

    assert train(jit) == pytest.approx(train(eager), rel=1e-12)


@each_way
def test_gradients_flow_through_captured_results_to_their_leaves(wrap: Any) -> None:
    w = Tensor(X)
    inner = w * w
    f = wrap(lambda x: ag.sum(inner * x))
    f(2.0).backward()
    np.testing.assert_array_equal(w.grad, 4 * X)
    np.testing.assert_array_equal(inner.grad, np.full(3, 2.0))


@each_way
def test_captured_values_among_arrays(wrap: Any) -> None:
    a, b = Value(2.0), Value(3.0)
    f = wrap(lambda x: ag.sum(ag.stack([a, b, a]) * x) * b)
    f(X).backward()
    assert (a.grad, b.grad) == pytest.approx((3 * (X[0] + X[2]), 2 * X[0] + 6 * X[1] + 2 * X[2]))
    a.data, a.grad, b.grad = 5.0, None, None
    out = f(Y)
    out.backward()
    assert out.data == pytest.approx((5 * Y[0] + 3 * Y[1] + 5 * Y[2]) * 3)
    assert (a.grad, b.grad) == pytest.approx((3 * (Y[0] + Y[2]), 5 * Y[0] + 6 * Y[1] + 5 * Y[2]))


# Backward.


@each_way
def test_gradients_accumulate(wrap: Any) -> None:
    w, v = Tensor(X), Value(2.0)
    f = wrap(lambda x: ag.sum(w * w * x) * v)
    first = f(1.0)
    first.backward()
    once, twice = w.grad.copy(), v.grad
    first.backward()
    np.testing.assert_array_equal(w.grad, 2 * once)
    assert v.grad == 2 * twice
    f(3.0).backward()
    np.testing.assert_allclose(w.grad, 5 * once)
    assert v.grad == pytest.approx(5 * twice)


@each_way
def test_calls_may_interleave(wrap: Any) -> None:
    w = Tensor(X)
    f = wrap(lambda x: ag.sum(ag.tanh(w * x) ** 2))
    want = {}
    for k in (1.0, 2.0, 3.0):
        f(k).backward()
        want[k] = w.grad
        w.grad = None
    results = {k: f(k) for k in (3.0, 1.0, 2.0)}
    for k in (1.0, 3.0, 2.0, 1.0):
        results[k].backward()
        np.testing.assert_allclose(w.grad, want[k], rtol=1e-13)
        w.grad = None


@each_way
def test_results_and_gradients_are_the_callers_own(wrap: Any) -> None:
    """However long they are kept, and whatever is written into them."""
    w = Tensor(M)
    f = wrap(lambda x: [w @ x, ag.tanh(w @ x), np.sum(w @ x), ag.sin(x), x + 0])

    def call(k: int) -> list[Any]:
        w.grad = None
        outputs = f(M + k)
        outputs[1].backward(np.ones((3, 3)))
        return [*map(data, outputs), w.grad]

    kept = [call(k) for k in range(4)]
    copies = [[np.copy(x) for x in results] for results in kept]
    for k in range(4):
        call(k + 10)
    arrays = [*itertools.chain(*kept)]
    for x, copy in zip(arrays, itertools.chain(*copies), strict=True):
        np.testing.assert_array_equal(x, copy)
    assert not any(np.shares_memory(x, y) for x, y in itertools.combinations(arrays, 2))
    for x in arrays:
        x[...] = np.nan
    for x, copy in zip(call(0), copies[0], strict=True):
        np.testing.assert_array_equal(x, copy)


@pytest.mark.parametrize("f", [lambda x: x, lambda x: x.T, lambda x: x[:2], lambda x: x.reshape(-1), lambda x: x * 1])
def test_a_result_that_is_an_argument_is_a_copy_of_it(f: Any) -> None:
    fast, x = jit(f), M.copy()
    for _ in range(2):
        out = fast(x)
        assert not np.shares_memory(out, x)
        assert out.flags.writeable
        out[...] = 0
    np.testing.assert_array_equal(x, M)


def test_constant_results_are_copies_too() -> None:
    f = jit(lambda x: (np.ones(3), ag.ones_like(x), ag.zeros_like(x) + 1))
    for _ in range(3):
        for out in f(X):
            np.testing.assert_array_equal(out, np.ones(3))
            out[...] = 7


def test_inputs_may_be_edited_after_the_call() -> None:
    f = jit(lambda x: (x * 1, x, ag.sum(x)))
    x = X.copy()
    results = f(x)
    x[...] = 0
    np.testing.assert_array_equal(results[0], X)
    np.testing.assert_array_equal(results[1], X)
    assert results[2] == np.sum(X)


LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "Fortran": np.asfortranarray,
    "transposed": lambda x: x.T.copy().T,
    "reversed": lambda x: x[::-1].copy()[::-1],
    "strided": lambda x: np.repeat(x, 2, axis=-1)[..., ::2],
    "broadcast": lambda x: np.broadcast_to(x[:1], x.shape),
    "big-endian": lambda x: x.astype(">f8"),
    "read-only": lambda x: np.frombuffer(x.tobytes(), x.dtype).reshape(x.shape),
}


@pytest.mark.parametrize("first", ["C", "Fortran", "broadcast"])
def test_every_layout_of_inputs(first: str) -> None:
    w = Tensor(M)
    f = lambda x: ag.sum(ag.tanh(x @ w + x.T) * x.reshape(-1)[::2][:3])
    fast = jit(f)
    if first != "C":
        fast(LAYOUTS[first](M))
    for layout in LAYOUTS.values():
        x = layout(M)
        before = x.copy()
        grads = []
        for each in (fast, f):
            w.grad = None
            each(x).backward()
            grads.append(w.grad)
        assert_same(fast(x), f(x))
        np.testing.assert_allclose(*grads, rtol=1e-13)
        np.testing.assert_array_equal(x, before)


def test_float32_stays_float32() -> None:
    w = Tensor(M.astype(np.float32))
    f = jit(lambda x, s: ag.mean(ag.softmax(w @ x * s + 0.5) ** 2) / np.float64(3))
    for s in (2.0, np.float64(3), Value(0.5)):
        out = f(X.astype(np.float32), s)
        out.backward()
        assert (out.dtype, w.grad.dtype) == (np.float32, np.float32)
    plain = jit(lambda x: ag.sum(x) * 2.5 + np.mean(x) * x)(X.astype(np.float32))
    assert plain.dtype == np.float32


@each_way
def test_results_of_several_numbers_need_a_seed(wrap: Any) -> None:
    w = Tensor(M)
    f = wrap(lambda x: ag.tanh(w @ x))
    for x, seed in ((X, np.ones(3)), (Y, [1.0, -2.0, 0.0]), (Y, Tensor([1.0, 2.0, 3.0]))):
        w.grad = None
        out = f(x)
        with pytest.raises(RuntimeError, match="seed"):
            out.backward()
        with pytest.raises(ValueError, match="seed"):
            out.backward(np.ones(2))
        assert w.grad is None
        out.backward(seed)
        np.testing.assert_allclose(w.grad, np.outer(data(seed) * (1 - np.tanh(M @ x) ** 2), x), rtol=1e-12)


@each_way
def test_a_seed_of_a_number(wrap: Any) -> None:
    v, t = Value(3.0), Tensor(X)
    f, g = wrap(lambda x: v * v * x), wrap(lambda x: ag.sum(t * x))
    for seed in (1.0, -2.0, 0.0, math.inf):
        v.grad = t.grad = None
        f(2.0).backward(seed)
        g(2.0).backward(seed)
        assert v.grad == (12 * seed if seed else 0)
        np.testing.assert_array_equal(t.grad, np.full(3, 2 * seed))


@each_way
@pytest.mark.parametrize("x", [2.0, X], ids=["float", "array"])
def test_several_results_each_have_their_gradient(wrap: Any, x: Any) -> None:
    w = Value(1.5) if np.ndim(x) == 0 else Tensor(Y)
    f = wrap(lambda x: [ag.sum(w * x) if np.ndim(x) else w * x, (ag.sum(w * w) if np.ndim(x) else w * w), w, 3.0])
    f(x + 1)
    a, b, c, _ = f(x)
    wants = [x * np.ones(np.shape(x)), 2 * data(w), np.ones(np.shape(x))]
    for out, want in zip((a, b, c), wants, strict=True):
        w.grad = None
        out.backward(np.ones(out.shape) if type(out) is Tensor else 1.0)
        np.testing.assert_allclose(w.grad, want)
    w.grad = None
    (a * 3 + b - (ag.sum(c) if np.ndim(x) else c) * a).backward()
    want = 3 * wants[0] + wants[1] - wants[2] * a.data - wants[0] * np.sum(c.data)
    np.testing.assert_allclose(w.grad, want)


@each_way
def test_a_result_goes_on_in_eager_code(wrap: Any) -> None:
    w, v = Tensor(M), Value(0.5)
    f, g = wrap(lambda x: ag.tanh(w @ x)), wrap(lambda h: ag.sum(h * h) * v)
    h = f(X)
    loss = g(h) + ag.sum(h * w[0]) + g(f(h))
    loss.backward()
    W_, v_ = Tensor(M), Value(0.5)
    h_ = ag.tanh(W_ @ X)
    (ag.sum(h_ * h_) * v_ + ag.sum(h_ * W_[0]) + ag.sum(ag.tanh(W_ @ h_) ** 2) * v_).backward()
    np.testing.assert_allclose(w.grad, W_.grad, rtol=1e-12)
    assert v.grad == pytest.approx(v_.grad)
    np.testing.assert_allclose(h.grad, h_.grad, rtol=1e-12)


@each_way
def test_zero_grad_of_a_result_reaches_what_it_was_computed_from(wrap: Any) -> None:
    w, x = Tensor(X), Tensor(Y)
    out = wrap(lambda x: ag.sum(w * x))(x)
    out.backward()
    assert out.grad == 1
    out.zero_grad()
    assert (out.grad, w.grad, x.grad) == (None, None, None)


@each_way
def test_what_nothing_depends_on_gets_no_gradient(wrap: Any) -> None:
    w, unused, x = Value(2.0), Value(3.0), Value(4.0)
    f = wrap(lambda x, y: [w * x, unused * 2 + y])
    out = f(x, Value(1.0))[0]
    out.backward()
    assert (w.grad, x.grad, unused.grad) == (4, 2, None)
    plain = wrap(lambda x: Value(1.0, requires_grad=False) * x)(2.0)
    with pytest.raises(RuntimeError, match="nothing to differentiate"):
        plain.backward()


def test_a_custom_vjp_brings_its_own_derivative() -> None:
    """Which is no derivative here, to tell it from one."""
    tripled = ag.custom_vjp(lambda x: x * x)
    tripled.defvjp(lambda x: (x * x, x), lambda x, g: (np.clip(g, -1, 1) * 3 * x,))
    f = jit(lambda x: 10 * tripled(x))
    f(Tensor(Y)).backward(np.ones(3))
    x = Tensor(X)
    out = f(x)
    out.backward(np.array([0.01, 1.0, -1.0]))
    np.testing.assert_allclose(out.data, 10 * X * X)
    np.testing.assert_allclose(x.grad, np.array([0.1, 1, -1]) * 3 * X)
    gradient = jit(ag.grad(lambda x: ag.sum(tripled(x))))
    gradient(Y)
    np.testing.assert_allclose(gradient(X), 3 * X)


@each_deep_copy
def test_a_copy_of_a_result_is_a_leaf(make_copy: Any) -> None:
    w = Tensor(X)
    copy = make_copy(jit(lambda x: w * x)(2.0))
    np.testing.assert_array_equal(copy.data, 2 * X)
    assert (copy.requires_grad, copy.inputs) == (True, ())


# Data that changes in between.


@pytest.mark.parametrize("change", [lambda w: setattr(w, "data", w.data + 1), lambda w: optim.SGD([w]).step()])
def test_backward_over_changed_tensors_is_refused(change: Any) -> None:
    w, x = Tensor(X, label="weights"), Tensor(Y)
    f = jit(lambda x: ag.sum(w * w * x))
    f(x).backward()
    out = f(x)
    change(w)
    before = w.grad.copy()
    with pytest.raises(RuntimeError, match=r"weights|changed"):
        out.backward()
    np.testing.assert_array_equal(w.grad, before)
    w.grad = x.grad = None
    f(x).backward()
    np.testing.assert_allclose(w.grad, 2 * w.data * Y)
    out = f(x)
    x.data = x.data * 2
    with pytest.raises(RuntimeError):
        out.backward()


@each_way
def test_a_values_gradients_stay_those_of_its_forward_pass(wrap: Any) -> None:
    v, x = Value(3.0), Value(2.0)
    f = wrap(lambda x: v * v * x)
    f(x)
    out = f(x)
    v.data, x.data = 100.0, 200.0
    out.backward()
    assert (v.grad, x.grad) == (12, 9)


# Transforms.


def model(p: Any, x: Any) -> Any:
    return ag.sum(ag.tanh(x @ p["W"] + p["b"][0]) ** 2) * p["b"][1]


P = {"W": M, "b": (X, 0.5)}
Q = {"W": M.T * 0.7, "b": (Y, -1.5)}
CUBIC: Callable[[Any], Any] = lambda x: ag.sum(x**3 * ag.sin(x))
TRANSFORMED: dict[str, Callable[[Any], Callable[[], Any]]] = {  # of wrap a function of a point
    "jit of grad": lambda wrap: wrap(ag.grad(CUBIC)),
    "grad of jit": lambda wrap: ag.grad(wrap(CUBIC)),
    "jit of value_and_grad": lambda wrap: wrap(ag.value_and_grad(CUBIC)),
    "value_and_grad of jit": lambda wrap: ag.value_and_grad(wrap(CUBIC)),
    "jit of grad of grad": lambda wrap: wrap(ag.grad(lambda x: ag.sum(ag.grad(CUBIC)(x) * x))),
    "grad of jit of grad": lambda wrap: ag.grad(lambda x: ag.sum(wrap(ag.grad(CUBIC))(x) * x)),
    "grad of grad of jit": lambda wrap: ag.grad(lambda x: ag.sum(ag.grad(wrap(CUBIC))(x) * x)),
    "jit of hessian": lambda wrap: wrap(ag.hessian(CUBIC)),
    "hessian of jit": lambda wrap: ag.hessian(wrap(CUBIC)),
    "jit of jacobian": lambda wrap: wrap(ag.jacobian(lambda x: ag.exp(x) * x[::-1])),
    "jacobian of jit": lambda wrap: ag.jacobian(wrap(lambda x: ag.exp(x) * x[::-1])),
    "jit of jvp": lambda wrap: wrap(lambda x: ag.jvp(CUBIC, (x,), (Y,))),
    "jit of jvp along an argument": lambda wrap: wrap(lambda x: ag.jvp(CUBIC, (x,), (x * 2,))),
    "jvp of jit": lambda wrap: lambda x: ag.jvp(wrap(CUBIC), (x,), (Y,)),
    "jit of vjp": lambda wrap: wrap(lambda x: ag.vjp(lambda x: ag.exp(x) * x[::-1], x)[1](Y)),
    "vjp of jit": lambda wrap: lambda x: ag.vjp(wrap(lambda x: ag.exp(x) * x[::-1]), x)[1](Y),
    "jit of hvp": lambda wrap: wrap(lambda x: ag.hvp(CUBIC)(x, Y)),
    "hvp of jit": lambda wrap: lambda x: ag.hvp(wrap(CUBIC))(x, Y),
    "third order": lambda wrap: wrap(ag.grad(lambda x: ag.sum(ag.hessian(CUBIC)(x)))),
    "third order of jit": lambda wrap: ag.grad(lambda x: ag.sum(ag.hessian(wrap(CUBIC))(x))),
    "jit of jit": lambda wrap: wrap(lambda x: wrap(CUBIC)(x) + wrap(ag.grad(wrap(CUBIC)))(x)),
    "perturbations": lambda wrap: wrap(lambda x: x * ag.grad(wrap(lambda y: ag.sum(x * y)))(x)),
}


@pytest.mark.parametrize("make", TRANSFORMED.values(), ids=TRANSFORMED)
def test_transforms_inside_and_outside(make: Any) -> None:
    fast, slow = make(jit), make(eager)
    for x in (X, Y, X):
        assert_same(fast(x), slow(x))


@pytest.mark.parametrize("make", TRANSFORMED.values(), ids=TRANSFORMED)
def test_transforms_at_float32(make: Any) -> None:
    fast = make(jit)
    fast(X.astype(np.float32))
    got, want = fast(Y.astype(np.float32)), make(eager)(Y.astype(np.float32))
    assert map_leaves(kind, got) == map_leaves(kind, want)
    for x, y in zip(leaves(got), leaves(want), strict=True):
        assert_close(x, y, 1e-5)


SCALAR: Callable[[Any], Any] = lambda x: x**3 * ag.sin(x)
OF_NUMBERS: dict[str, Callable[[Any], Any]] = {
    "grad": lambda wrap: wrap(ag.grad(SCALAR)),
    "grad of jit": lambda wrap: ag.grad(wrap(SCALAR)),
    "third order": lambda wrap: wrap(ag.grad(ag.grad(ag.grad(SCALAR)))),
    "third order of jit": lambda wrap: ag.grad(ag.grad(ag.grad(wrap(SCALAR)))),
    "jvp": lambda wrap: wrap(lambda x: ag.jvp(SCALAR, (x,), (x,))),
    "jvp of jit": lambda wrap: lambda x: ag.jvp(wrap(SCALAR), (x,), (2.0,)),
    "hessian": lambda wrap: lambda x: wrap(ag.hessian(lambda p: p[0] ** 2 * ag.sin(p[1])))([x, x + 1]),
    "hessian of jit": lambda wrap: lambda x: ag.hessian(wrap(lambda p: p[0] ** 2 * ag.sin(p[1])))([x, x + 1]),
    "in between": lambda wrap: ag.grad(lambda x: wrap(ag.grad(lambda y: x * SCALAR(y)))(x)),
}


@pytest.mark.parametrize("make", OF_NUMBERS.values(), ids=OF_NUMBERS)
def test_transforms_of_numbers(make: Any) -> None:
    fast, slow = make(jit), make(eager)
    for x in (0.7, -1.3, 2.5):
        assert_same(fast(x), slow(x))


@pytest.mark.parametrize("argnums", [0, 1, (0, 1)], ids=str)
def test_value_and_grad_of_structures(argnums: Any) -> None:
    f = ag.value_and_grad(model, argnums)
    fast, inside = jit(f), ag.value_and_grad(jit(model), argnums)
    for p, x in ((P, M), (Q, M + 1), (P, M)):
        assert_same(fast(p, x), f(p, x))
        assert_same(inside(p, x), f(p, x))
    assert fast.recordings == 1


def test_has_aux() -> None:
    f = ag.value_and_grad(lambda x: (ag.sum(x * x), {"twice": 2 * x, "n": 5, "s": "text"}), has_aux=True)
    fast = jit(f)
    for x in (X, Y):
        assert_same(fast(x), f(x))


@each_way
def test_captured_parameters_get_gradients_beside_those_that_grad_takes(wrap: Any) -> None:
    """A gradient penalty: the derivative by x is differentiated by w."""
    w = Tensor(M)
    f = wrap(lambda x: ag.sum(ag.grad(lambda x: ag.sum(ag.tanh(w @ x) ** 2))(x) ** 2))
    f(Tensor(Y))
    f(Tensor(X)).backward()
    t = Tensor(M)
    ag.sum(ag.grad(lambda x: ag.sum(ag.tanh(t @ x) ** 2))(Tensor(X)) ** 2).backward()
    np.testing.assert_allclose(w.grad, t.grad, rtol=1e-11)


@each_way
def test_a_derivative_of_a_result_as_a_graph(wrap: Any) -> None:
    w = Value(3.0)
    f = wrap(lambda x: w**3 * x)
    f(1.0)
    slope = ag.gradient_graph(f(2.0), w)
    slope.backward()
    assert (slope.data, w.grad) == (pytest.approx(54), pytest.approx(36))


# Modes.


@pytest.mark.parametrize("first", [True, False])
def test_no_grad_around_makes_plain_data(first: bool) -> None:
    w = Tensor(X)
    f = jit(lambda x: ag.sum(w * x))
    for quiet in (first, not first, first):
        if quiet:
            with no_grad():
                out = f(Y)
            assert (type(out), out.requires_grad, out.inputs) == (Tensor, False, ())
        else:
            w.grad = None
            out = f(Y)
            out.backward()
            np.testing.assert_array_equal(w.grad, Y)
        assert out.data == pytest.approx(X @ Y)


def test_no_grad_inside_stays() -> None:
    def f(x: Any) -> Any:
        with no_grad():
            y = x * x
        return ag.sum(x * y)

    fast = jit(ag.grad(f))
    for x in (X, Y):
        np.testing.assert_allclose(fast(x), x**2)


def test_detect_anomaly_around_names_operation_and_line() -> None:
    w = Value(2.0, label="w")
    f = jit(lambda x: ag.log(w * x))
    line = f.__code__.co_firstlineno if hasattr(f, "__code__") else f.__wrapped__.__code__.co_firstlineno
    f(1.0)
    with ag.detect_anomaly(), pytest.raises(ag.AnomalyError, match=rf"log gave -inf.*{HERE}:{line}"):
        f(0.0)
    with ag.detect_anomaly():
        f(3.0).backward()
    assert w.grad == 0.5
    root = jit(ag.sqrt)
    with ag.detect_anomaly(), pytest.raises(ag.AnomalyError, match="sqrt has the derivative inf"):
        root(Value(0.0)).backward()
    assert f(0.0).data == -math.inf


@pytest.mark.parametrize("x", [Value(0.0), Tensor([1.0, 0.0])])
def test_an_anomaly_on_the_way_back(x: Any) -> None:
    f = jit(lambda x: ag.sum(ag.sqrt(x)) if np.ndim(x) else ag.sqrt(x))
    with np.errstate(all="ignore"):
        f(x)
        out = f(x)
    with ag.detect_anomaly(), pytest.raises(ag.AnomalyError):
        out.backward()
    assert x.grad is None
    with no_grad():
        out.backward()
    assert np.max(x.grad) == math.inf


# Random numbers.

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    "draw",
    [
        lambda x: np.random.rand() * x,  # noqa: NPY002  # what users write
        lambda x: x + random.random(),
        lambda x: x * RNG.normal(size=2),
        lambda x, rng=RNG: x * rng.uniform(),
    ],
)
def test_numbers_that_would_be_drawn_only_once_are_refused(draw: Any) -> None:
    with pytest.raises(RecordingError, match=r"draws random numbers.*ag\.dropout"):
        jit(draw)(1.0)


def test_dropout_is_drawn_afresh() -> None:
    w = Tensor(np.ones(100))

    def losses(wrap: Any) -> list[Any]:
        generator = np.random.default_rng(0)
        f = wrap(lambda x: ag.dropout(w * x, 0.25, generator))
        kept = []
        for k in range(1, 4):
            w.grad = None
            out = f(float(k))
            out.backward(np.ones(100))
            np.testing.assert_array_equal(w.grad, out.data)
            kept.append(out.data / k)
        return kept

    fast, slow = losses(jit), losses(eager)
    for got, want in zip(fast, slow, strict=True):
        np.testing.assert_allclose(got, want)
    assert not np.array_equal(fast[0], fast[1])
    f = jit(lambda x: ag.dropout(x) + ag.dropout(x))
    assert len({f(np.ones(50)).tobytes() for _ in range(5)}) == 5
    assert {0.0, 2.0, 4.0} == set(f(np.ones(1000)).tolist())


# Warnings.

WARNING: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "log": (ag.log, [0.0, -1.0]),
    "divide": (lambda x: 1 / x, [0.0, 2.0]),
    "divide by 0": (lambda x: x / 0.0, [0.0, 2.0]),
    "overflow": (lambda x: ag.exp(x) * 2, [1000.0, 1.0]),
    "power": (lambda x: x**-2.0, [0.0, 1.0]),
    "invalid": (lambda x: ag.sqrt(x) - 1, [-1.0, 1.0]),
    "inf - inf": (lambda x: x - x, [np.inf, 1.0]),
    "guarded": (lambda x: ag.where(x > 0, ag.log(ag.where(x > 0, x, 1.0)), x), [0.0, 2.0]),
    "sigmoid": (ag.sigmoid, [-800.0, 800.0]),
    "softplus": (ag.softplus, [-800.0, np.inf]),
    "softmax": (ag.softmax, [-800.0, 800.0]),
    "logsumexp": (ag.logsumexp, [-np.inf, -np.inf]),
    "comparison": (lambda x: ag.where(x > 0, x, 1.0), [np.nan, 1.0]),
    "sum": (ag.sum, [np.inf, -np.inf]),
    "nothing": (lambda x: x * 2 + 1, [1.0, 2.0]),
}


def warnings_of(f: Callable[[], Any]) -> set[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        f()
    return {str(each.message).split(" encountered in")[0] for each in caught}


@pytest.mark.parametrize("case", WARNING)
def test_a_replay_warns_where_eager_does_and_backward_never(case: str) -> None:
    f, numbers = WARNING[case]
    for kind in (Tensor, np.array):
        fast = jit(f)
        with np.errstate(divide="ignore"):
            fast(kind([0.5, 0.7]))
        x = kind(numbers)
        assert warnings_of(lambda fast=fast, x=x: fast(x)) == warnings_of(lambda x=x: f(x))
    with np.errstate(all="ignore"):
        out = fast(Tensor(numbers))
    out.backward(np.ones(out.shape))
    values = jit(lambda xs: [f(x) for x in xs] if case not in ("softmax", "logsumexp", "sum") else xs)
    values([0.5, 0.7])
    for out in values([Value(x) for x in numbers]):
        out.backward()  # of Values nothing ever warns


@pytest.mark.parametrize("case", WARNING)
def test_derivatives_under_jit_warn_no_more_than_eager(case: str) -> None:
    f, numbers = WARNING[case]
    slow = ag.value_and_grad(lambda x: ag.sum(f(x)))
    fast = jit(slow)
    with np.errstate(divide="ignore"):
        fast(np.array([0.5, 0.7]))
    x = np.array(numbers)
    assert warnings_of(lambda: fast(x)) <= warnings_of(lambda: slow(x))


# Faults.


def test_an_exception_leaves_everything_as_it_was() -> None:
    w = Tensor(X)
    fail = True

    def f(x: Any) -> Any:
        y = w * x
        if fail:
            raise KeyboardInterrupt
        return ag.sum(y)

    fast = jit(f)
    with pytest.raises(KeyboardInterrupt):
        fast(Y)
    assert (THREAD.trace, (w * 2).op, fast.recordings) == (None, "mul", 0)
    fail = False
    fast(Y).backward()
    np.testing.assert_array_equal(w.grad, Y)
    with pytest.raises(ValueError, match=r"shape|broadcast"):
        fast(np.ones(2))
    fast(X).backward()
    np.testing.assert_allclose(w.grad, X + Y)
    assert fast.recordings == 1


def test_an_error_while_it_is_replayed_leaves_the_next_call_right() -> None:
    w = Tensor(M)
    f = jit(lambda x, i: ag.sum((ag.tanh(w @ x) @ w)[i] / x))
    want = f(X, 1)
    want.backward()
    gradient = w.grad
    with pytest.raises(IndexError):
        f(X, 5)
    with np.errstate(all="raise"), pytest.raises(FloatingPointError):
        f(np.zeros(3), 1)
    w.grad = None
    out = f(X, 1)
    out.backward()
    assert out.data == want.data
    np.testing.assert_array_equal(w.grad, gradient)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="interrupts come from a timer of Unix")
@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # one that comes while something is freed
def test_interrupts_at_any_time_leave_the_next_call_right() -> None:
    contextvars.copy_context().run(_interrupt_again_and_again)  # NumPy's errstate may be left as it was within


def _interrupt_again_and_again() -> None:
    w, v = Tensor(M), Value(2.0)
    f = jit(lambda x: ag.sum(ag.tanh(w @ x @ w) @ w) * v)
    out = f(M)
    out.backward()
    want = (out.data, w.grad, v.grad)

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        for k in range(200):
            try:
                signal.setitimer(signal.ITIMER_REAL, 1e-5 + k * 1e-6)
                for _ in range(100):
                    f(M + k).backward()
            except KeyboardInterrupt:
                pass
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            w.grad = v.grad = None
            out = f(M)
            out.backward()
            assert (out.data, v.grad) == (want[0], want[2])
            np.testing.assert_array_equal(w.grad, want[1])
    finally:
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("bad", [np.array([1j]), np.array(["a"]), np.array([None]), np.ones(2, "f2")])
def test_what_no_node_holds_is_no_argument(bad: Any) -> None:
    with pytest.raises(TypeError):
        jit(lambda x: x * 2)(bad)


def test_a_function_of_more_nodes_than_max_nodes_is_refused() -> None:
    def f(x: Any) -> Any:
        for _ in range(60):
            x = x * 1.5 + 1
        return x

    with pytest.raises(ValueError, match="max_nodes") as error:
        jit(f, max_nodes=100)(1.0)
    assert re.search(r"\b100\b", str(error.value))
    assert jit(f, max_nodes=1000)(1.0) == f(1.0)


def test_it_is_a_decorator_of_functions_and_methods() -> None:
    @jit
    def f(x: Any) -> Any:
        """Documented."""
        return x * 2

    class Model:
        def __init__(self) -> None:
            self.w = Value(3.0)

        @jit
        def __call__(self, x: Any) -> Any:
            return self.w * x

    assert (f.__name__, f.__doc__, f(2.0)) == ("f", "Documented.", 4)
    first, second = Model(), Model()
    second.w.data = 5.0
    assert [first(2.0).data, second(2.0).data, first(3.0).data] == [6, 10, 9]


def test_its_name_stays_a_function_after_its_module_is_loaded() -> None:
    assert ag.jit is jit
    assert (callable(ag.jit), callable(ag.trace)) == (True, True)
    assert ag.trace(M) == np.trace(M)


# Long and wide.


def test_a_long_chain() -> None:
    def f(x: Any) -> Any:
        for k in range(2000):
            x = ag.sin(x) if k % 7 == 0 else x * 1.001 + 0.01
        return x

    fast = jit(f)
    fast(Value(0.5))
    for make in (Value, lambda x: Tensor([x])):
        got, want = make(-0.3), make(-0.3)
        fast(got).backward()
        f(want).backward()
        np.testing.assert_allclose(got.grad, want.grad, rtol=1e-11)


def test_sixty_doublings() -> None:
    def f(x: Any) -> Any:
        for _ in range(60):
            x = x + x
        return x

    fast = jit(f)
    x = Value(1.0)
    fast(x).backward()
    assert (fast(2.0), x.grad) == (2.0**61, 2.0**60)


def test_a_wide_sum() -> None:
    weights = [Value(0.001 * i) for i in range(1500)]
    f = jit(lambda x: ag.dot(weights, [x] * 1500) + ag.sum([w * x for w in weights]))
    f(1.0)
    out = f(2.0)
    out.backward()
    assert out.data == pytest.approx(4 * sum(w.data for w in weights))
    assert {w.grad for w in weights} == {4.0}


# Memory and threads.


@pytest.mark.slow
@pytest.mark.parametrize("sweep", [True, False])
def test_a_thousand_calls_leave_nothing_without_the_collector(sweep: bool) -> None:
    w, v = Tensor(M), Value(1.0)
    f = jit(lambda x, i: [ag.sum(ag.softmax(ag.tanh(w @ x) * v).max(axis=1)) + w[i, 0], w @ x])

    def call(k: int) -> None:
        out = f(M + k, k % 3)
        if sweep:
            w.grad = v.grad = None
            out[0].backward()

    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        for k in range(3000):
            call(k)  # fills the interpreter's own free lists
        before = tracemalloc.get_traced_memory()[0]
        for k in range(1000):
            call(k)
        assert tracemalloc.get_traced_memory()[0] - before < 5_000
    finally:
        tracemalloc.stop()
        gc.enable()


def test_the_arrays_of_the_first_call_are_not_kept() -> None:
    f = jit(lambda x, y: ag.sum(ag.tanh(x) * y))
    x, y = np.ones(100_000), Tensor(np.ones(100_000))
    held = weakref.ref(x), weakref.ref(y._data)
    f(x, y).backward()
    f(np.zeros(100_000), Tensor(np.zeros(100_000)))
    del x, y
    gc.collect()
    assert [each() for each in held] == [None, None]


def test_threads_share_a_function() -> None:
    c, s = Tensor(M, requires_grad=False), Value(2.0, requires_grad=False)
    f = jit(lambda w, x: ag.sum(ag.tanh(c @ w) * x) * s)
    g = jit(ag.value_and_grad(lambda w, x: ag.sum(ag.tanh(M @ w) * x) * 2.0))
    start = threading.Barrier(8)

    def work(k: int) -> bool:
        start.wait(30)
        good = True
        for i in range(60):
            w, x = X * (k + 1) / 8 + i, Y - k
            h = np.tanh(M @ w)
            t = Tensor(w)
            out = f(t, x)
            out.backward()
            value, gradient = g(w, x)
            want = (np.sum(h * x) * 2, M.T @ ((1 - h * h) * x) * 2)
            good &= bool(np.allclose(out.data, want[0], 1e-9, 1e-12) and np.allclose(t.grad, want[1], 1e-7, 1e-12))
            good &= bool(np.allclose(value, want[0], 1e-9, 1e-12) and np.allclose(gradient, want[1], 1e-7, 1e-12))
        return good

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))
    assert (f.recordings, g.recordings) == (1, 1)


def test_a_thread_records_while_another_computes() -> None:
    inside, done = threading.Event(), threading.Event()

    def f(x: Any) -> Any:
        inside.set()
        assert done.wait(30)
        return x * 2

    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(jit(f), 2.0)
        assert inside.wait(30)
        v = Value(3.0)
        (v * v).backward()
        seen = (v.grad, v > 2, float(v.detach()))
        done.set()
        assert (result.result(), seen) == (4, (6, True, 3.0))


# Whatever else there is.


@given(programs(), points, points)
@settings(max_examples=60)
def test_drawn_expressions(program: Any, first: tuple[float, float], then: tuple[float, float]) -> None:
    """Recorded with some numbers, compared on others."""
    assume(is_moderate(program, then))
    f = function(program)
    fast, results = jit(f), []
    fast(*map(Value, first))
    for each in (fast, f):
        inputs = [Value(x) for x in then]
        out = each(*inputs)
        out.backward()
        results.append([out.data, *(x.grad or 0.0 for x in inputs)])
    assert_close(*results)
    gradient = ag.grad(lambda p: sum(ag.grad(lambda q: f(*q))(p), 0.0))
    fast = jit(gradient)
    fast(list(first))
    assert_close(fast(list(then)), gradient(list(then)), 1e-9)


SHAPES = [(3, 3), (3, 1), (1, 3), (3,), (), (2, 3, 3)]
UNARY = "tanh sin sigmoid softplus square abs relu neg expm1".split()
BINARY = "add sub mul maximum minimum hypot".split()
ARRAY_STEPS: dict[str, Callable[[Any, Any, Any], Any]] = {
    **{name: lambda x, *_, name=name: getattr(ag, name)(ag.tanh(x)) for name in UNARY},
    **{name: lambda x, y, _, name=name: getattr(ag, name)(x, y) for name in BINARY},
    "where": lambda x, y, z: ag.where((x < y) | (z >= 0.25), x * y, z),
    "total": lambda x, *_: ag.sum(x),
    "sum": lambda x, *_: ag.sum(x, axis=-1, keepdims=True) if x.ndim else x,
    "mean": lambda x, *_: ag.mean(x, axis=0) if x.ndim else x,
    "max": lambda x, y, _: ag.max(x * y, axis=-1, keepdims=True) if np.ndim(x * y) else x,
    "softmax": lambda x, *_: ag.softmax(x) if x.ndim else x,
    "norm": lambda x, *_: ag.norm(x, axis=-1, keepdims=True) if x.ndim else x,
    "sort": lambda x, *_: ag.sort(x) if x.ndim else x,
    "flip": lambda x, *_: x[..., ::-1] if x.ndim else x,
    "gather": lambda x, *_: x[..., [0, -1, 0]] if x.ndim else x,
    "transpose": lambda x, *_: x.T,
    "matmul": lambda x, y, _: ag.broadcast_to(x, (3, 3)) @ y,
    "reshape": lambda x, *_: x.reshape(x.shape[::-1]),
    "cumsum": lambda x, *_: ag.cumsum(x, axis=-1) if x.ndim else x,
    "stack": lambda x, y, _: ag.sum(ag.stack([x * y, y * x + x]), axis=0),
}


@st.composite
def array_programs(draw: st.DrawFn) -> list[tuple[str, tuple[int, int, int]]]:
    return [
        (draw(st.sampled_from(sorted(ARRAY_STEPS))), tuple(draw(st.integers(0, known - 1)) for _ in range(3)))
        for known in range(3, 3 + draw(st.integers(1, 7)))
    ]


def run_arrays(steps: Any, inputs: Sequence[Any]) -> list[Any]:
    """All results; a step whose shapes don't fit is left out."""
    results = list(inputs)
    for name, where in steps:
        operands = [results[i] for i in where]
        try:
            np.broadcast_shapes(*(x.shape for x in operands))
            results.append(ag.tanh(ARRAY_STEPS[name](*operands)))
        except ValueError:
            results.append(-operands[0])
    return results


drawn_shapes = st.tuples(*[st.sampled_from(SHAPES)] * 3)
seeds = st.integers(0, 99)


@given(array_programs(), drawn_shapes, seeds, st.lists(st.integers(1, 3), min_size=1, max_size=4))
@settings(max_examples=60)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_drawn_graphs_of_arrays(dtype: Any, steps: Any, shapes: Any, seed: int, order: list[int]) -> None:
    """With gradients of the last results, in any order and more than once."""
    rng = np.random.default_rng(seed)
    first, then = ([rng.normal(size=shape).astype(dtype) for shape in shapes] for _ in range(2))
    captured = Tensor(first[2])
    f = lambda x, y: run_arrays(steps, (x, y, captured))[-3:]
    fast, results = jit(f), []
    fast(Tensor(first[0]), first[1])
    captured.data = then[2]
    for each, y in ((fast, then[1]), (f, Tensor(then[1], requires_grad=False))):
        captured.grad = None
        x = Tensor(then[0])
        outputs = each(x, y)
        for k in order:
            if getattr(outputs[-k], "requires_grad", False):
                outputs[-k].backward(np.cos(outputs[-k].data))
        results.append([*map(data, outputs), x.grad, captured.grad])
    for got, want in zip(*results, strict=True):
        assert (got is None) == (want is None)
        if want is not None:
            assert_close(got, want, 1e-12 if dtype is np.float64 else 1e-4)
            assert not np.ndim(got) or got.dtype == want.dtype


@given(array_programs(), drawn_shapes, seeds)
@settings(max_examples=60)
def test_second_derivatives_of_drawn_graphs_of_arrays(steps: Any, shapes: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, then = ([rng.normal(size=shape) for shape in shapes] for _ in range(2))
    f = lambda xs: sum((ag.sum(x) * (1 + k / 7) for k, x in enumerate(run_arrays(steps, xs))), 0.0)
    gradients = ag.grad(lambda xs: sum((ag.sum(g * g) for g in ag.grad(f)(xs)), 0.0))
    fast = jit(gradients)
    fast(first)
    for got, want in zip(fast(then), gradients(then), strict=True):
        assert_close(got, want, 1e-10)
