"""Every operation under jit: recorded with one set of numbers, compared with eager on another."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from test_arrays import BY_PYTORCH, CASES, operands, routes, run, seeds_like
from test_rules import SMALLEST_NORMAL, smooth_points
from test_tensor_elementwise import each_row, each_row_of_several, easy_arrays, easy_point, hard_points

import autograd_mini as ag
from autograd_mini import Tensor, Value, jit
from autograd_mini.functions import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd_mini.rules import Rule

Array = np.ndarray[Any, Any]
each_dtype = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def assert_agrees(got: Any, want: Any, beside: Any = 0.0) -> None:
    """The same shapes, dtypes, infs and nans, and numbers to 1e-12 of themselves or of what they stand beside."""
    got, want = np.asarray(got), np.asarray(want)
    assert (got.shape, got.dtype) == (want.shape, want.dtype)
    relative = 1e-12 if want.dtype == np.float64 else 1e-5
    with np.errstate(all="ignore"):
        tolerance = relative * np.maximum(np.abs(want), beside) + SMALLEST_NORMAL
        same = (got == want) | (np.isnan(got) & np.isnan(want)) | (np.abs(got - want) <= tolerance)
    assert same.all(), (got[~same], want[~same], np.argwhere(~same)[:5])


def with_gradients(f: Callable[..., Any], inputs: Sequence[Any], seeds: Sequence[Array] | None = None) -> list[Any]:
    """The results and the gradients by inputs that are nodes."""
    with np.errstate(all="ignore"):
        results = f(*inputs)
        results = list(results) if isinstance(results, tuple | list) else [results]
        seeds = seeds_like(results, getattr(results[0], "dtype", float)) if seeds is None and results else seeds
        for out, seed in zip(results, seeds or [], strict=True):
            out.backward(float(seed) if type(out) is Value else seed)
    return [*(out.data for out in results), *(x.grad for x in inputs if isinstance(x, Value | Tensor))]


def nodes(kind: Any, numbers: Sequence[Any]) -> list[Any]:
    return [kind(x) for x in numbers]


def compare(
    f: Callable[..., Any], fast: Callable[..., Any], make: Callable[[], Sequence[Any]], beside: float = 0.0
) -> None:
    """A function and its jit, by value and gradients, on inputs that are made for each."""
    for got, want in zip(with_gradients(fast, make()), with_gradients(f, make()), strict=True):
        if want is None:
            assert got is None
        else:
            assert_agrees(got, want, beside)


def hard_arrays(row: Rule, dtype: Any = np.float64) -> Array:
    """Hard and special points of a dtype, an array for each input."""
    with np.errstate(over="ignore"):
        points = hard_points(row).astype(dtype)
    return points[:, np.isfinite(points[0])] if "bce" in row.name else points  # an infinite label means nothing


# Rows of the table.


@each_row
def test_rows_of_values(row: Rule) -> None:
    f = FUNCTIONS[row.name]
    fast = jit(f)
    with_gradients(fast, nodes(Value, easy_point(row)))
    for at in hard_arrays(row).T.tolist():
        compare(f, fast, lambda at=at: nodes(Value, at))
    assert fast.recordings == 1


@each_row
def test_rows_of_floats(row: Rule) -> None:
    f = FUNCTIONS[row.name]
    fast = jit(f)
    fast(*easy_point(row))
    for at in hard_arrays(row).T.tolist():
        got = fast(*at)
        assert type(got) is float
        assert_agrees(got, f(*at))
    assert fast.recordings == 1


@each_row
@each_dtype
def test_rows_of_arrays(row: Rule, dtype: Any) -> None:
    """Nodes, plain arrays and both."""
    f, hard = FUNCTIONS[row.name], list(hard_arrays(row, dtype))
    easy = easy_arrays(row, *[hard[0].shape] * row.arity, dtype=dtype)
    for kinds in itertools.product([Tensor, np.array], repeat=row.arity):
        fast = jit(f)
        make = lambda numbers, kinds=kinds: [kind(x) for kind, x in zip(kinds, numbers, strict=True)]
        if Tensor in kinds:
            with_gradients(fast, make(easy))
            compare(f, fast, lambda make=make: make(hard), beside=1.0)
        else:
            with np.errstate(all="ignore"):
                fast(*easy)
                got, want = fast(*hard), f(*hard)
            assert type(got) is np.ndarray
            assert_agrees(got, want)
        assert fast.recordings == 1


@each_row
def test_rows_of_arrays_of_one_number(row: Rule) -> None:
    """Nothing is lost in the tails where nothing large stands beside."""
    f, fast = FUNCTIONS[row.name], jit(FUNCTIONS[row.name])
    with_gradients(fast, nodes(Tensor, easy_arrays(row, *[(1,)] * row.arity)))
    for at in hard_arrays(row).T:
        compare(f, fast, lambda at=at: [Tensor([x]) for x in at])
    assert fast.recordings == 1


CONSTANTS = [0.0, -0.0, 1.0, -1.0, 2.0, 3.0, 0.5, -2.0, np.inf, np.nan]


@each_row_of_several
@pytest.mark.parametrize("constant", CONSTANTS)
def test_rows_beside_a_constant(row: Rule, constant: float) -> None:
    """What is simplified because a number is known must keep its infs and nans."""
    numbers = hard_arrays(row)
    for i in range(row.arity):
        if "bce" in row.name and not i and not np.isfinite(constant):
            continue
        f = lambda *xs, i=i: FUNCTIONS[row.name](*xs[:i], constant, *xs[i:])
        others = np.unique(np.delete(numbers, i, 0), axis=1)
        fast = jit(f)
        with_gradients(fast, nodes(Tensor, [np.full(others.shape[1], 0.3)] * len(others)))
        compare(f, fast, lambda others=others: nodes(Tensor, others), beside=1.0)
        with_gradients(fast, nodes(Value, [0.3] * len(others)))
        for at in others.T[::3].tolist():
            compare(f, fast, lambda at=at: nodes(Value, at))


@each_row
def test_rows_of_one_node_in_every_place(row: Rule) -> None:
    f = lambda x: FUNCTIONS[row.name](*[x] * row.arity)
    numbers = np.unique(hard_arrays(row)[0])
    fast = jit(f)
    with_gradients(fast, [Tensor(np.full(numbers.shape, 0.3))])
    compare(f, fast, lambda: [Tensor(numbers)], beside=1.0)


@each_row_of_several
def test_rows_of_broadcast_operands(row: Rule) -> None:
    f = FUNCTIONS[row.name]
    shapes = [((2, 1), (1, 3), (3,)), ((), (2, 2), (2,)), ((0, 1), (1, 2), ())]
    for places in (place for shape in shapes for place in itertools.permutations(shape[: row.arity])):
        easy = easy_arrays(row, *places)
        fast = jit(f)
        with_gradients(fast, nodes(Tensor, [x * 1.01 for x in easy]))
        compare(f, fast, lambda easy=easy: nodes(Tensor, easy))


def second(transform: Callable[..., Any], f: Callable[..., Any], i: int, j: int) -> Callable[..., Any]:
    """A second derivative of an elementwise function of arrays."""
    total = lambda g: lambda *xs: ag.sum(g(*xs))
    return transform(ag.grad(total(ag.grad(total(f), i)), j))


@each_row
def test_second_derivatives_of_rows(row: Rule) -> None:
    """On arrays, at hard points and kinks."""
    f = FUNCTIONS[row.name]
    numbers = list(np.concatenate([hard_arrays(row), *(np.array(at)[:, None] for at, _ in row.kinks)], axis=1))
    easy = easy_arrays(row, *[numbers[0].shape] * row.arity)
    for i, j in itertools.product(range(row.arity), repeat=2):
        fast, inside = second(jit, f, i, j), second(lambda g: g, jit(f), i, j)
        with np.errstate(all="ignore"):
            fast(*easy)
            want = second(lambda g: g, f, i, j)(*numbers)
            # Of the cross entropy, terms as large as the label cancel.
            beside = np.abs(numbers[0]) if row.name == "bce_with_logits" else 0.0
            assert_agrees(fast(*numbers), want, beside)
            inside(*easy)
            assert_agrees(inside(*numbers), want, beside)


@each_row
def test_second_derivatives_of_rows_of_floats(row: Rule) -> None:
    f = lambda p: FUNCTIONS[row.name](*p)
    hessian = ag.hessian(f)
    fast, inside = jit(hessian), ag.hessian(jit(f))
    fast(list(easy_point(row)))
    inside(list(easy_point(row)))
    for at in smooth_points(row)[::3]:
        want = np.array(hessian(list(at)))
        largest = np.abs(want[np.isfinite(want)]).max(initial=0)
        assert_agrees(np.array(fast(list(at))), want, largest)
        assert_agrees(np.array(inside(list(at))), want, largest)


# Functions of arrays.


def others(case: str, dtype: Any = np.float64) -> list[Array]:
    """Numbers like those of the case in another order: another is the greatest, another is clipped."""
    return [np.asarray((x[::-1] if x.ndim else -x) * dtype(-1.25)) for x in operands(case, dtype)]


def function(case: str) -> Callable[..., Any]:
    return lambda *xs: run(case, xs)


each_case = pytest.mark.parametrize("case", [*CASES, *BY_PYTORCH])


@each_case
def test_functions_of_arrays(case: str) -> None:
    f, fast = function(case), jit(function(case))
    for dtype in (np.float64, np.float32):
        with_gradients(fast, nodes(Tensor, others(case, dtype)))
        compare(f, fast, lambda dtype=dtype: nodes(Tensor, operands(case, dtype)))
    assert fast.recordings == 2


@each_case
def test_functions_of_arrays_to_second_order(case: str) -> None:
    f, inputs = function(case), operands(case)
    seeds = seeds_like(run(case, inputs, routes(case)[0]))

    def curved(g: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *xs: sum(
            (ag.sum(seed * out * out) for seed, out in zip(seeds, g(*map(ag.sin, xs)), strict=True)), 0.0
        )

    def along(g: Callable[..., Any]) -> Callable[..., Any]:
        """A gradient whose own gradient is taken."""
        slopes = ag.grad(curved(g), tuple(range(len(inputs))))
        return lambda *xs: sum((ag.sum(slope * np.cos(x)) for slope, x in zip(slopes(*xs), xs, strict=True)), 0.0)

    derivative = lambda g: ag.grad(along(g), tuple(range(len(inputs))))
    fast, want = jit(derivative(f)), derivative(f)(*inputs)
    fast(*others(case))
    for got, expected in zip(fast(*inputs), want, strict=True):
        assert_agrees(got, expected, np.abs(expected).max(initial=1))


ON_PLAIN_ARRAYS = [case for case in CASES if "ag" in routes(case)]


@pytest.mark.parametrize("part", range(8))
def test_functions_of_plain_arrays(part: int) -> None:
    for case in ON_PLAIN_ARRAYS[part::8]:
        fast = jit(function(case))
        fast(*others(case))
        for got, want in zip(fast(*operands(case)), run(case, operands(case)), strict=True):
            assert not isinstance(got, Tensor), case
            assert_agrees(got, want)
