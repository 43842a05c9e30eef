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
from autograd_mini.modes import RecordingError
from autograd_mini.rules import TABLE
from autograd_mini.vmap import vmap

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
        pairs = zip(
            ag.hvp(loss(batched))(args, directions), ag.hvp(loss(looped))(args, directions), strict=True
        )
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
    "sum": (lambda x: ag.sum(x), (2, 3)),
    "sum of a number": (lambda x: ag.sum(x), ()),
    "sum axis": (lambda x: ag.sum(x, axis=0), (2, 3)),
    "sum last axis": (lambda x: ag.sum(x, axis=-1, keepdims=True), (2, 3)),
    "sum axes": (lambda x: ag.sum(x, axis=(0, -1)), (2, 3, 3)),
    "mean": (lambda x: ag.mean(x, keepdims=True), (2, 3)),
    "mean axis": (lambda x: ag.mean(x, axis=1), (2, 3)),
    "max": (lambda x: ag.max(x), (2, 3)),
    "max axis": (lambda x: ag.max(x, axis=0, keepdims=True), (2, 3)),
    "min axis": (lambda x: ag.min(x, axis=-1), (2, 3)),
    "sort": (lambda x: ag.sort(x, axis=0), (3, 3)),
    "sort last": (lambda x: ag.sort(x), (2, 3)),
    "cumsum": (lambda x: ag.cumsum(x, axis=1), (2, 3)),
    "cumsum of all": (lambda x: ag.cumsum(x), (2, 3)),
    "prod": (lambda x: ag.prod(x, axis=0), (3, 3)),
    "var": (lambda x: ag.var(x, axis=0, ddof=1), (3, 2)),
    "norm": (lambda x: ag.norm(x, axis=1), (2, 3)),
    "logsumexp": (lambda x: ag.logsumexp(x, axis=0), (2, 3)),
    "softmax": (lambda x: ag.softmax(x), (2, 3)),
    "trace": (lambda x: ag.trace(x, 1), (3, 3)),
    "flip": (lambda x: ag.flip(x), (2, 3)),
    "flip axis": (lambda x: ag.flip(x, -1), (2, 3)),
    "roll": (lambda x: ag.roll(x, 2), (2, 3)),
    "roll axes": (lambda x: ag.roll(x, (1, 2), (0, -1)), (2, 3)),
    "rot90": (lambda x: ag.rot90(x), (2, 3)),
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
    "diag": (lambda x: ag.diag(x), (3,)),
    "diag above": (lambda x: ag.diag(x, 1), (3,)),
    "diag below": (lambda x: ag.diag(x, -2), (3,)),
    "tril": (lambda x: ag.tril(x), (3, 3)),
    "tril of a vector": (lambda x: ag.tril(x), (3,)),
    "triu": (lambda x: ag.triu(x, 1), (2, 3, 3)),
    "reshape": (lambda x: ag.reshape(x, (3, -1)), (2, 3)),
    "reshape by columns": (lambda x: ag.reshape(x, (3, 2), order="F"), (2, 3)),
    "ravel": (lambda x: x.ravel(), (2, 3)),
    "transpose": (lambda x: x.T, (2, 3, 3)),
    "transpose axes": (lambda x: ag.transpose(x, (1, -1, 0)), (2, 3, 4)),
    "moveaxis": (lambda x: ag.moveaxis(x, 0, -1), (3, 3, 3)),
    "squeeze": (lambda x: ag.squeeze(x), (1, 3, 1)),
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
