"""vmap: a function of one example over a batch, against a loop over the examples without it."""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from by_mode import each_mode

import autograd_mini as ag
from autograd_mini import Tensor, Value, nn, stop_gradient
from autograd_mini.graph import topological
from autograd_mini.modes import RecordingError
from autograd_mini.programs.vmap import vmap
from autograd_mini.rules import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

LENGTHS = pytest.mark.parametrize("n", [1, 3])  # 3 is also the length of other axes, so that shapes tell nothing
draw = np.random.default_rng(5)
W, U, T3 = draw.normal(size=(4, 3)), draw.normal(size=3), draw.normal(size=(3, 4, 3))


def rows(n: int, *shapes: tuple[int, ...]) -> list[np.ndarray[Any, Any]]:
    """A batch of n examples for each of these shapes, all numbers different."""
    source = np.random.default_rng(n)
    return [source.uniform(0.2, 1.8, size=(n, *shape)) for shape in shapes]


def loop(f: Callable[..., Any], in_axes: Any = 0) -> Callable[..., Any]:
    """What vmap(f) gives, one example after the other."""

    def looped(*args: Any) -> Any:
        axes = in_axes if isinstance(in_axes, tuple) else (in_axes,) * len(args)
        n = next(x.shape[axis] for x, axis in zip(args, axes, strict=True) if axis is not None)
        picked = [
            [x if axis is None else np.moveaxis(x, axis, 0)[i] for x, axis in zip(args, axes, strict=True)]
            for i in range(n)
        ]
        return ag.stack([f(*example) for example in picked])

    return looped


def close(got: Any, want: Any) -> None:
    got, want = (x.data if isinstance(x, Value | Tensor) else np.asarray(x) for x in (got, want))
    assert np.shape(got) == np.shape(want)
    assert got.dtype == want.dtype
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12 * max(1, np.max(np.abs(want), initial=0)))


def check(f: Callable[..., Any], *args: Any, in_axes: Any = 0, order: int = 2) -> None:
    """Values, gradients by all arguments, and second derivatives along a direction."""
    batched, looped = vmap(f, in_axes), loop(f, in_axes)
    want = looped(*map(Tensor, args)).numpy()
    close(batched(*args), want)
    seed, directions = np.cos(np.arange(want.size)).reshape(want.shape), tuple(np.sin(x) for x in args)

    def loss(g: Callable[..., Any]) -> Callable[[Any], Any]:
        return lambda given: ag.sum(seed * g(*given))

    for got, wanted in zip(ag.grad(loss(batched))(args), ag.grad(loss(looped))(args), strict=True):
        close(got, wanted)
    if order > 1:
        pairs = zip(ag.hvp(loss(batched))(args, directions), ag.hvp(loss(looped))(args, directions), strict=True)
        for got, wanted in pairs:
            close(got, wanted)


@LENGTHS
@pytest.mark.parametrize("row", [row for row in TABLE if not row.name.startswith("_")], ids=lambda row: row.name)
def test_every_elementwise_row(row: Any, n: int) -> None:
    public, source = getattr(ag, row.name), np.random.default_rng(n)
    lows = [max(intervals[-1].low + 0.1, -1.5) for intervals in row.domain]
    bounds = [(low, min(intervals[-1].high - 0.1, low + 3)) for low, intervals in zip(lows, row.domain, strict=True)]

    def f(*xs: Any) -> Any:
        return public(*xs)

    def batches(*shapes: tuple[int, ...]) -> list[Any]:
        return [source.uniform(*bound, size=shape) for bound, shape in zip(bounds, shapes, strict=False)]

    check(f, *batches((n, 2, 3), (n, 3), (n,)))
    if row.arity > 1:
        axes = (0, None, 0)[: row.arity]
        check(f, *batches((n, 3), (3, 3), (n, 1, 1)), in_axes=axes)
        check(f, *batches((n,), (), (n, 1)), in_axes=axes)


def squared(f: Callable[..., Any]) -> Callable[..., Any]:
    """Something linear, made to have a second derivative."""
    return lambda *xs: f(*(x * x for x in xs)) ** 2


LINEAR = {
    "sum": (ag.sum, (2, 3)),
    "sum of a number": (ag.sum, ()),
    "sum axis": (lambda x: ag.sum(x, axis=0), (2, 3)),
    "sum last axis": (lambda x: ag.sum(x, axis=-1, keepdims=True), (2, 3)),
    "sum axes": (lambda x: ag.sum(x, axis=(0, -1)), (2, 3, 3)),
    "mean": (lambda x: ag.mean(x, keepdims=True), (2, 3)),
    "mean axis": (lambda x: ag.mean(x, axis=1), (2, 3)),
    "max": (ag.max, (2, 3)),
    "max axis": (lambda x: ag.max(x, axis=0, keepdims=True), (2, 3)),
    "min axis": (lambda x: ag.min(x, axis=-1), (2, 3)),
    "sort": (lambda x: ag.sort(x, axis=0), (3, 3)),
    "sort last": (ag.sort, (2, 3)),
    "cumsum": (lambda x: ag.cumsum(x, axis=1), (2, 3)),
    "cumsum of all": (ag.cumsum, (2, 3)),
    "prod": (lambda x: ag.prod(x, axis=0), (3, 3)),
    "var": (lambda x: ag.var(x, axis=0, ddof=1), (3, 2)),
    "norm": (lambda x: ag.norm(x, axis=1), (2, 3)),
    "logsumexp": (lambda x: ag.logsumexp(x, axis=0), (2, 3)),
    "softmax": (ag.softmax, (2, 3)),
    "trace": (lambda x: ag.trace(x, 1), (3, 3)),
    "flip": (ag.flip, (2, 3)),
    "flip axis": (lambda x: ag.flip(x, -1), (2, 3)),
    "roll": (lambda x: ag.roll(x, 2), (2, 3)),
    "roll axes": (lambda x: ag.roll(x, (1, 2), (0, -1)), (2, 3)),
    "rot90": (ag.rot90, (2, 3)),
    "rot90 of other axes": (lambda x: ag.rot90(x, 3, (2, 0)), (2, 3, 4)),
    "repeat": (lambda x: ag.repeat(x, 2), (2, 3)),
    "repeat by axis": (lambda x: ag.repeat(x, [1, 0, 2], axis=-1), (2, 3)),
    "tile": (lambda x: ag.tile(x, 2), (2, 3)),
    "tile to more axes": (lambda x: ag.tile(x, (2, 1, 3)), (2, 3)),
    "pad": (lambda x: ag.pad(x, 1), (2, 3)),
    "pad one axis": (lambda x: ag.pad(x, ((0, 0), (2, 1)), constant_values=3.0), (2, 3)),
    "pad by edge": (lambda x: ag.pad(x, (0, 2), "edge"), (2, 3)),
    "diagonal": (lambda x: ag.diagonal(x, -1), (3, 3)),
    "diagonal of other axes": (lambda x: ag.diagonal(x, 0, 2, 0), (3, 2, 3)),
    "diag": (ag.diag, (3,)),
    "diag above": (lambda x: ag.diag(x, 1), (3,)),
    "diag below": (lambda x: ag.diag(x, -2), (3,)),
    "tril": (ag.tril, (3, 3)),
    "tril of a vector": (ag.tril, (3,)),
    "triu": (lambda x: ag.triu(x, 1), (2, 3, 3)),
    "reshape": (lambda x: ag.reshape(x, (3, -1)), (2, 3)),
    "reshape by columns": (lambda x: ag.reshape(x, (3, 2), order="F"), (2, 3)),
    "ravel": (lambda x: x.ravel(), (2, 3)),
    "transpose": (lambda x: x.T, (2, 3, 3)),
    "transpose axes": (lambda x: ag.transpose(x, (1, -1, 0)), (2, 3, 4)),
    "moveaxis": (lambda x: ag.moveaxis(x, 0, -1), (3, 3, 3)),
    "squeeze": (ag.squeeze, (1, 3, 1)),
    "expand_dims": (lambda x: ag.expand_dims(x, (0, -1)), (2, 3)),
    "broadcast_to": (lambda x: ag.broadcast_to(x, (2, 3, 3)), (3, 1)),
    "astype": (lambda x: x.astype(np.float32).astype(np.float64), (3,)),
    "split": (lambda x: ag.stack(ag.split(x, 3, axis=1)), (2, 3)),
    "concatenate": (lambda x: ag.concatenate([x, U, x[:1]]), (3,)),
    "concatenate matrices": (lambda x: ag.concatenate([W, x], axis=-1), (4, 3)),
    "stack": (lambda x: ag.stack([x, U, 2 * x], axis=1), (3,)),
    "stack of numbers": (lambda x: ag.stack([x[1], 2.0, x[0]]), (3,)),
    "nested lists": (lambda x: ag.sum([[x[0], 1.0], [x[1], x[2]]], axis=0), (3,)),
    "rows": (lambda x: sum(i * row[i] for i, row in enumerate(x)), (3, 3)),
    "clip": (lambda x: ag.clip(x, 0.5, 1.0), (2, 3)),
    "where": (lambda x: ag.where((x > 0.5) & ~(x >= 1.0), x, -x), (2, 3)),
    "where by number": (lambda x: ag.where(x[0] > 1.0, x, U), (3,)),
    "stop_gradient": (lambda x: x * stop_gradient(x), (3,)),
    "a constant": (lambda x: ag.sum(x) + U, (3,)),
}  # fmt: skip


@LENGTHS
@pytest.mark.parametrize("name", LINEAR)
def test_every_operation(name: str, n: int) -> None:
    f, shape = LINEAR[name]
    check(squared(f), *rows(n, shape))


INDICES = {
    "number": 1,
    "from the end": -1,
    "slice": slice(None, None, -1),
    "dots": (..., 0),
    "new axis": (None, 1, slice(1, 3), None),
    "list": [2, 0, 2],
    "array of two axes": np.array([[0, 1], [2, 2]]),
    "arrays side by side": (slice(None), [0, 1], [2, 0]),
    "arrays apart": ([0, 1], slice(None), [2, 0]),
    "array and number apart": (1, slice(None), [2, 0]),
    "number and array behind": (slice(1, None), 1, [[2, 0]]),
    "array, new axis, array": ([0, 1], None, [2, 0]),
    "mask": np.array([True, False, True]),
    "mask of two axes": np.eye(3, dtype=bool),
    "mask behind": (slice(None), np.array([True, False, True])),
    "mask and array apart": (np.array([True, False, True]), slice(None), [0, 1]),
    "lone truth": (True, 1),
    "nothing": (),
    "empty list": [],
}


@LENGTHS
@pytest.mark.parametrize("name", INDICES)
def test_every_kind_of_index(name: str, n: int) -> None:
    check(squared(lambda x: x[INDICES[name]]), *rows(n, (3, 3, 3)))


PLACES = {
    "a label": (lambda x, i: x[i], ()),
    "a label behind": (lambda x, i: x[..., i], ()),
    "a label after a slice": (lambda x, i: x[1:, i], ()),
    "a label beside a list": (lambda x, i: x[i, [0, 2]], ()),
    "a label beside a list, apart": (lambda x, i: x[[0, 2], :, i], ()),
    "several": (lambda x, i: x[i], (2,)),
    "several behind": (lambda x, i: x[:, :, i], (2,)),
    "several after a number": (lambda x, i: x[0, i], (2,)),
    "several in a square": (lambda x, i: x[:, i], (2, 2)),
    "several apart": (lambda x, i: x[i, :, [0, 2]], (2,)),
    "several beside a column": (lambda x, i: x[i, [[0], [2]]], (2,)),
    "of a constant": (lambda x, i: ag.sum(Tensor(T3)[:, 1:, i] ** 2) * x[0, 0], (2,)),
    "a label of a constant": (lambda x, i: ag.sum(Tensor(W)[i] ** 2) * x[0, 0], ()),
    "take": (lambda x, i: ag.take(x, i, axis=1), (2,)),
    "take_along_axis": (lambda x, i: ag.take_along_axis(x, i, axis=1), (3, 2, 3)),
}


@LENGTHS
@pytest.mark.parametrize("mapped", [True, False], ids=["of each example", "of all"])
@pytest.mark.parametrize("name", PLACES)
def test_indices_that_are_looked_up(name: str, mapped: bool, n: int) -> None:
    f, shape = PLACES[name]
    (x,), places = rows(n, (3, 3, 3)), np.random.default_rng(n).integers(-3, 3, size=(n, *shape) if mapped else shape)
    batched = vmap(squared_by(f), in_axes=(0, 0 if mapped else None))

    def looped(x: Any, places: Any) -> Any:
        return ag.stack([squared_by(f)(x[i], places[i] if mapped else places) for i in range(n)])

    close(batched(x, places), looped(Tensor(x), places))
    seed, direction = np.cos(np.arange(batched(x, places).size)).reshape(batched(x, places).shape), np.sin(x)
    for transform in (lambda f: ag.grad(f)(x), lambda f: ag.hvp(f)(x, direction)):
        got, want = (transform(lambda x, g=g: ag.sum(seed * g(x, places))) for g in (batched, looped))
        close(got, want)


def squared_by(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, i: f(x * x, i) ** 2


SHAPES = [
    ((3,), (3,)), ((3,), (3, 2)), ((2, 3), (3,)), ((3, 3), (3, 3)), ((3,), (2, 3, 4)), ((4, 2, 3), (3,)),
    ((2, 3), (4, 3, 2)), ((4, 2, 3), (3, 2)), ((4, 2, 3), (4, 3, 2)), ((4, 1, 2, 3), (3, 3, 2)),
]  # fmt: skip


@LENGTHS
@pytest.mark.parametrize("in_axes", [(0, 0), (0, None), (None, 0)], ids=["both", "left", "right"])
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_every_product_of_matrices(shapes: Any, in_axes: Any, n: int) -> None:
    args = [x if axis == 0 else x[0] for x, axis in zip(rows(n, *shapes), in_axes, strict=True)]
    check(lambda x, y: (x @ y) ** 2, *args, in_axes=in_axes)


EINSUMS = {
    "ij,jk->ki": ((2, 3), (3, 3)), "i,i->": ((3,), (3,)), "ii,i->i": ((3, 3), (3,)), "...j,j->...": ((2, 3, 3), (3,)),
    "ij,kl->il": ((2, 3), (3, 3)),
}  # fmt: skip


@LENGTHS
@pytest.mark.parametrize("in_axes", [(0, 0), (0, None), (None, 0)], ids=["both", "left", "right"])
@pytest.mark.parametrize("subscripts", EINSUMS)
def test_every_einsum(subscripts: str, in_axes: Any, n: int) -> None:
    args = [x if axis == 0 else x[0] for x, axis in zip(rows(n, *EINSUMS[subscripts]), in_axes, strict=True)]
    check(lambda x, y: ag.einsum(subscripts, x, y) ** 2, *args, in_axes=in_axes)


@pytest.mark.parametrize("name", [name for name in LINEAR if name != "tril of a vector"])
def test_the_graph_does_not_grow_with_the_batch(name: str) -> None:
    f, shape = LINEAR[name]
    sizes = [len(topological(vmap(f)(Tensor(x)))) for n in (2, 7) for x in rows(n, shape)]
    assert sizes[0] == sizes[1]


# Functions with a derivative of their own.


def made(backward: Callable[..., Any]) -> Any:
    product = ag.custom_vjp(lambda x, k: ag.sin(x) * k)
    product.defvjp(lambda x, k: (ag.sin(x) * k, (x, k)), backward)
    return product


CUSTOM = {
    "gradients": made(lambda needs, g: (g * ag.cos(needs[0]) * needs[1], ag.sum(g * ag.sin(needs[0])))),
    "gradients when asked for": made(
        lambda needs, g: (lambda: g * ag.cos(needs[0]) * needs[1], lambda: ag.sum(g * ag.sin(needs[0])))
    ),
    "no gradient by one": made(lambda needs, g: (g * ag.cos(needs[0]) * needs[1], None)),
    "another one than the derivative": made(lambda _, g: (g * 10, ag.sum(g))),
}


@LENGTHS
@pytest.mark.parametrize("name", CUSTOM)
def test_custom_derivatives(name: str, n: int) -> None:
    f = CUSTOM[name]
    check(lambda x, k: f(x, k) ** 2, *rows(n, (3,), ()))
    check(lambda x, k: f(x, k) ** 2, *rows(n, (3,)), np.float64(1.5).reshape(()), in_axes=(0, None))
    check(lambda x: f(U, ag.sum(x)) * x, *rows(n, (3,)))


@LENGTHS
def test_losses_of_one_example(n: int) -> None:
    (logits,), labels = rows(n, (3,)), np.arange(n) % 3

    def loss(z: Any, label: Any) -> Any:
        return nn.sparse_categorical_crossentropy(np.reshape(label, (1,)), ag.reshape(z, (1, 3)), from_logits=True)

    want = nn.sparse_categorical_crossentropy(labels, logits, from_logits=True)
    close(vmap(loss)(logits, labels).mean(), np.float64(want))
    got = ag.grad(lambda z: vmap(loss)(z, labels).mean())(logits)
    close(got, ag.grad(lambda z: nn.sparse_categorical_crossentropy(labels, z, from_logits=True))(logits))


# What f closes over, and what it is given.

X = np.array([0.5, -1.0, 2.0])


def test_the_result_is_a_node_whose_backward_reaches_what_the_function_closes_over() -> None:
    w, b, M = Value(2.0), Value(-1.0), Tensor([[1.0, 2.0], [3.0, 4.0]])
    f = vmap(lambda x: ag.sum(M @ ag.stack([w * x, b])))
    y = f(X)
    assert type(y) is Tensor
    y.sum().backward()
    close(y, (1 + 3) * 2 * X - 6)
    assert (w.grad, b.grad) == (4 * X.sum(), 6 * 3)
    close(M.grad, [[2 * X.sum(), -3.0], [2 * X.sum(), -3.0]])


def test_what_it_closes_over_is_read_at_each_call() -> None:
    w, t = Value(2.0), Tensor([1.0, 2.0])
    f = vmap(lambda x: w * x + ag.sum(t))
    close(f(X), 2 * X + 3)
    w.data, t.data = 5.0, [10.0, 20.0]
    close(f(X), 5 * X + 30)


@pytest.mark.parametrize(
    "transform", [ag.grad, lambda f: ag.jit(ag.grad(f)), lambda f: lambda w: ag.jvp(f, (w,), (1.0,))[1]]
)
def test_what_a_transform_replaces_is_found_again(transform: Any) -> None:
    held = {}
    batched = vmap(lambda x: held["w"] ** 2 * x)

    def f(w: Any, scale: float = 1.0) -> Any:
        held["w"] = w * scale
        return ag.sum(batched(X))

    for scale in (1.0, 3.0):
        slope = transform(lambda w, scale=scale: f(w, scale))(2.0)
        assert float(slope) == pytest.approx(4 * scale**2 * X.sum(), rel=1e-12)


def test_nodes_that_were_computed_before_pass_the_gradient_on() -> None:
    v = Value(2.0)
    w = v * v
    vmap(lambda x: w * x)(X).sum().backward()
    assert v.grad == 4 * X.sum()


def test_gradients_reach_arguments_that_are_nodes() -> None:
    x, c, v = Tensor(X), Tensor([3.0, 4.0]), Value(7.0)
    vmap(lambda x, c, v: ag.sum(c) * x * x * v, in_axes=(0, None, None))(x, c, v).sum().backward()
    close(x.grad, 2 * X * 7 * 7)
    close(c.grad, [7 * (X @ X)] * 2)
    assert v.grad == pytest.approx(7 * (X @ X))


def test_of_plain_arguments_with_no_node_around_the_result_is_plain() -> None:
    y = vmap(lambda x: x * x)(X)
    assert type(y) is np.ndarray
    same = vmap(lambda x: x)(X)
    same[0] = 100.0
    assert X[0] == 0.5
    assert vmap(lambda x: x > 0)(X).tolist() == [True, False, True]


def test_what_does_not_depend_on_the_example_is_repeated() -> None:
    w, t = Value(2.0), Tensor([1.0, 2.0])
    node, array, number, matrix = vmap(lambda _: (w * w, t, 3, np.eye(2)))(X)
    close(node, [4.0, 4.0, 4.0])
    close(array, [[1.0, 2.0]] * 3)
    assert number.tolist() == [3, 3, 3]
    assert matrix.shape == (3, 2, 2)
    node.sum().backward()
    assert w.grad == 12


def test_structures_go_in_and_come_out() -> None:
    def f(example: Any, scale: Any) -> Any:
        return {"sum": example["a"] + example["b"][0], "rest": (example["b"][1] * scale["k"], None, "text")}

    out = vmap(f, in_axes=(0, None))({"a": X, "b": [X, Tensor(X)]}, {"k": 2.0})
    close(out["sum"], 2 * X)
    close(out["rest"][0], 2 * X)
    assert out["rest"][1:] == (None, "text")
    assert type(out["sum"]) is np.ndarray


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_any_axis_may_count_the_examples(axis: int) -> None:
    x = np.random.default_rng(0).normal(size=(3, 3, 3))
    check(lambda x: ag.cumsum(x, axis=0) ** 2, x, in_axes=axis)


def test_each_argument_has_its_own_axis() -> None:
    x, y = rows(3, (2,))[0], rows(2, (3,))[0]
    check(lambda x, y: x * y**2, x, y, in_axes=(0, 1))
    check(lambda x, y: x[:, None] * y**2, x, y[0], in_axes=(0, None))


def test_settings_are_given_as_they_are() -> None:
    def f(x: Any, activation: Any, n: Any, negate: Any = False) -> Any:
        for _ in range(n):
            x = getattr(ag, activation)(x)
        return -x if negate else x

    g = vmap(f, in_axes=(0, None, None))
    close(g(X, "sin", 2), np.sin(np.sin(X)))
    close(g(X, "sin", 3), np.sin(np.sin(np.sin(X))))
    close(g(X, "tanh", 1), np.tanh(X))
    close(vmap(functools.partial(f, n=1, negate=True))(X, "tanh"), -np.tanh(X))
    close(vmap(lambda x, scale: x * scale, in_axes=(0, None))(X, 2.5), 2.5 * X)


def test_keyword_arguments_are_mapped() -> None:
    close(vmap(lambda x, y: x * y[0])(X, y=np.stack([X, X], axis=1)), X * X)


def test_numbers_that_change_from_call_to_call_do_not_stay_those_of_the_first() -> None:
    calls = []

    def f(x: Any, scale: Any) -> Any:
        calls.append(scale)
        return x * scale

    g = vmap(f, in_axes=(0, None))
    for scale in (2.0, 3.0, -1.0):
        close(g(X, scale), scale * X)
    close(g(np.array([1.0, 2.0]), 3.0), [3.0, 6.0])
    assert len(calls) == 1
    close(g(X.astype(np.float32), 3.0), (3 * X).astype(np.float32))
    close(g(np.stack([X, X]), 3.0), np.stack([3 * X, 3 * X]))
    assert len(calls) == 3


def test_float32_stays_float32() -> None:
    w, x = Value(2.0), X.astype(np.float32)
    for f in (lambda x: x * 2, lambda x: w * x, lambda x: x.detach() * 3.0, lambda x: ag.where(x > 0, x, 0.0)):
        assert vmap(f)(x).dtype == np.float32
    check(lambda x: ag.sum(2.0 * x * x), np.ones((3, 2), np.float32))


def test_labels_and_masks_keep_their_dtype() -> None:
    places, mask = np.array([2, 0, 1]), np.array([True, False, True])
    close(vmap(lambda x, i, m: ag.where(m, x[i], 0.0))(np.diag(X), places, mask), [0.0, 0.0, 0.0])
    close(vmap(lambda x, i, m: ag.where(m, x[i], 7.0))(np.diag(X), np.arange(3), mask), [0.5, 7.0, 2.0])


def test_read_only_reversed_and_broadcast_arrays_are_taken() -> None:
    for x in (X[::-1], np.broadcast_to(X, (4, 3)), np.arange(8.0)[::2]):
        x.flags.writeable = False
        close(vmap(lambda x: ag.sum(x) ** 2)(x), np.sum(x.reshape(len(x), -1), axis=1) ** 2)


def test_a_batch_of_one_is_a_batch() -> None:
    assert vmap(lambda x: ag.sum(x * x))(np.ones((1, 3))).tolist() == [3.0]


# Derivatives outside, inside, and around.


@each_mode
def test_derivatives_of_a_batch(D: Any) -> None:
    w = Value(3.0)
    got = D(lambda s: ag.sum(vmap(lambda x: ag.sin(s * x) * w)(X)))(2.0)
    assert float(got) == pytest.approx(3 * np.sum(np.cos(2 * X) * X), rel=1e-12)


@each_mode
def test_a_batch_of_derivatives(D: Any) -> None:
    close(vmap(D(lambda x: ag.sin(x) * x))(X), np.cos(X) * X + np.sin(X))
    close(vmap(D(D(lambda x: ag.sin(x) * x)))(X), 2 * np.cos(X) - X * np.sin(X))


def test_jacobians_and_hessians_for_each_example() -> None:
    (x,) = rows(3, (3,))
    close(vmap(ag.jacobian(lambda x: x * x[0]))(x), np.stack([ag.jacobian(lambda x: x * x[0])(row) for row in x]))
    f = lambda x: ag.sum(x**3) * x[1]
    close(vmap(ag.hessian(f))(x), np.stack([ag.hessian(f)(row) for row in x]))
    close(vmap(ag.value_and_grad(f))(x)[1], np.stack([ag.grad(f)(row) for row in x]))


def test_gradients_for_each_example_by_shared_weights() -> None:
    (x,), w = rows(3, (3,)), np.array([0.5, -1.0, 2.0])
    f = lambda w, x: ag.tanh(w @ x) ** 2
    close(vmap(ag.grad(f), in_axes=(None, 0))(w, x), np.stack([ag.grad(f)(w, row) for row in x]))


@each_mode
def test_a_derivative_within_a_batch_within_a_derivative(D: Any) -> None:
    def of_batch(w: Any) -> Any:
        return ag.sum(vmap(ag.grad(lambda x: w * x * x))(X))

    assert float(D(of_batch)(2.0)) == pytest.approx(2 * X.sum())
    assert float(D(lambda s: ag.sum(vmap(ag.grad(lambda x: x * x * x))(s * X)))(2.0)) == pytest.approx(12 * (X @ X))


def test_derivatives_of_nodes_are_nodes() -> None:
    w, x = Value(3.0), Tensor(X)
    slopes = vmap(ag.grad(lambda x: w * x * x * x))(x)
    slopes.sum().backward()
    close(slopes, 9 * X * X)
    close(x.grad, 18 * X)
    assert w.grad == pytest.approx(3 * (X @ X))


def test_a_batch_within_a_batch() -> None:
    w, Y = Value(2.0), np.array([1.0, 3.0])
    table = vmap(lambda x: vmap(lambda y: w * x * y + x)(Y))(X)
    table.sum().backward()
    close(table, 2 * np.outer(X, Y) + X[:, None])
    assert w.grad == pytest.approx(np.outer(X, Y).sum())
    (x,) = rows(2, (3, 3))
    close(vmap(vmap(lambda row: ag.softmax(row)[0]))(x), ag.softmax(x)[..., 0])
    close(vmap(vmap(lambda column: column[0] - column[1], in_axes=1), in_axes=1)(x), x[0] - x[1])


def test_within_and_around_jit() -> None:
    w, x = Value(3.0), X.copy()

    def f(x: Any) -> Any:
        return w * x * ag.sin(x)

    for batched in (ag.jit(vmap(f)), vmap(ag.jit(f)), ag.jit(vmap(ag.jit(f)))):
        w.grad = None
        for scale in (1.0, 2.0):
            y = batched(scale * x)
            close(y, 3 * scale * x * np.sin(scale * x))
        y.sum().backward()
        assert w.grad == pytest.approx(np.sum(2 * x * np.sin(2 * x)), rel=1e-12)
    slopes = ag.jit(vmap(ag.grad(lambda x: ag.sum(x * x * x))))
    for scale in (1.0, 2.0):
        close(slopes(scale * np.diag(X)), 3 * scale**2 * np.diag(X) ** 2)
    value, slope = ag.jit(ag.value_and_grad(lambda c: ag.sum(vmap(lambda x: ag.exp(c * x))(X))))(0.5)
    assert value == pytest.approx(np.sum(np.exp(0.5 * X)), rel=1e-12)
    assert slope == pytest.approx(np.sum(X * np.exp(0.5 * X)), rel=1e-12)


@pytest.mark.parametrize("name", PLACES)
def test_indices_within_jit(name: str) -> None:
    f, shape = PLACES[name]
    (x,), draw = rows(3, (3, 3, 3)), np.random.default_rng(0)
    replayed, loss = ag.jit(vmap(f)), lambda x, i: ag.sum(vmap(squared_by(f))(x, i))
    slope = ag.jit(ag.grad(loss))
    for _ in range(2):
        places = draw.integers(-3, 3, size=(3, *shape))
        close(replayed(x, places), vmap(f)(x, places))
        close(slope(x, places), ag.grad(loss)(x, places))


def test_what_is_cut_stays_cut() -> None:
    w = Value(3.0)

    def f(x: Any) -> Any:
        with ag.no_grad():
            c = w * x
        return c * x + stop_gradient(w * x) + w

    vmap(f)(X).sum().backward()
    assert w.grad == 3


def test_without_gradients_when_there_are_none_outside() -> None:
    w = Value(3.0)
    f = vmap(lambda x: w * x)
    with ag.no_grad():
        assert not f(X).requires_grad
    assert f(X).requires_grad


def test_what_becomes_nan_is_found() -> None:
    with np.errstate(invalid="ignore"), ag.detect_anomaly(), pytest.raises(ag.AnomalyError, match="log gave"):
        vmap(ag.log)(X)


def test_threads_share_a_function() -> None:
    f, results = vmap(lambda x, k: x * k, in_axes=(0, None)), {}
    threads = [threading.Thread(target=lambda k=k: results.update({k: f(X, float(k))})) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for k in range(8):
        close(results[k], k * X)


def test_random_numbers_are_drawn_for_each_example() -> None:
    x = np.ones((4, 5))
    own = np.random.default_rng(1)
    f = vmap(lambda x: ag.dropout(x, 0.5, own))
    same = np.random.default_rng(1)
    close(f(x), ag.dropout(x, 0.5, same))
    close(f(x), ag.dropout(x, 0.5, same))


# Refusals.


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: vmap(ag.sin, in_axes=1.0), TypeError, "in_axes is a whole number, None, or a tuple of them, got 1.0"),
        (lambda: vmap(ag.sin, in_axes=("x",)), TypeError, "in_axes"),
        (lambda: vmap(ag.sin, in_axes=True), TypeError, "in_axes"),
        (lambda: vmap(ag.add, in_axes=(0,))(X, X), ValueError, "in_axes has 1 entries, for 2 positional arguments"),
        (lambda: vmap(ag.sin, in_axes=None)(X), ValueError, "maps none of the 1 arguments"),
        (vmap(lambda: 1.0), ValueError, "maps none of the 0 arguments"),
        (lambda: vmap(ag.add)(X, X[:2]), ValueError, "argument 0 has 3 examples, argument 1 has 2"),
        (lambda: vmap(lambda p: p["a"])({"a": X, "b": X[:2]}), ValueError, r"argument 0\['b'\] has 2"),
        (
            lambda: vmap(ag.add)(X, 1.0),
            ValueError,
            r"argument 1 has no axis 0 .* 1.0 \(float\).*None for it in in_axes",
        ),
        (lambda: vmap(ag.add)(X, Value(1.0)), ValueError, "argument 1 has no axis 0"),
        (lambda: vmap(ag.sin)([1.0, 2.0]), ValueError, r"argument 0\[0\] has no axis 0 .* of a list np.asarray"),
        (lambda: vmap(ag.sin)(np.float64(1.0)), ValueError, "argument 0 has no axis 0"),
        (lambda: vmap(ag.sin)(np.array(1.0)), ValueError, r"argument 0 of shape \(\) has no axis 0"),
        (lambda: vmap(ag.sin, in_axes=2)(np.ones((2, 2))), ValueError, r"argument 0 of shape \(2, 2\) has no axis 2"),
        (lambda: vmap(ag.sin, in_axes=-3)(np.ones((2, 2))), ValueError, "no axis -3"),
        (lambda: vmap(ag.sin)(np.ones((0, 2))), ValueError, "argument 0 is a batch of 0 examples"),
        (lambda: vmap(lambda x, _: x)(X, {1, 2}), TypeError, "unhashable type: 'set'"),
        (lambda: vmap(ag.sin)(np.array([1j])), TypeError, "complex"),
        (lambda: vmap(lambda x: x if x > 0 else -x)(X), RecordingError, "use ag.where"),
        (lambda: vmap(lambda x: x.item())(X), RecordingError, r"test_vmap.py:\d+"),
        (lambda: vmap(lambda x: np.random.rand() * x)(X), RecordingError, "draws random numbers"),  # noqa: NPY002
        (lambda: vmap(lambda x: x @ np.ones(2))(np.ones((4, 3))), ValueError, "3 elements meet 2 elements"),
    ],
)
def test_what_is_refused(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_after_an_error_everything_is_as_before() -> None:
    w = Value(2.0)
    with pytest.raises(RecordingError):
        vmap(lambda x: w if x > 0 else x)(X)
    assert bool(w > 1)
    assert float(ag.grad(lambda x: x * x)(3.0)) == 6
