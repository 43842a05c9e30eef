"""jit: what a user relies on. Nothing of the first call may be in the second."""

from __future__ import annotations

import itertools
import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from copies import each_deep_copy
from jitted import Array, M, X, Y, assert_close, assert_same, data, each_way, eager

import autograd_mini as ag
from autograd_mini import Tensor, Value, jit, nn, optim

if TYPE_CHECKING:
    from collections.abc import Callable


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
