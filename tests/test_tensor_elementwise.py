"""Every elementwise row on arrays: what the Value engine gives, number by number, is what a Tensor gives at once."""

from __future__ import annotations

import itertools
import operator
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from test_rules import HARD, HUGE, PAIRS, SMALLEST_NORMAL, SPECIAL, TOLERANCES, is_close, smooth_points

import autograd_mini as ag
from autograd_mini import Tensor, Value
from autograd_mini.functions import FUNCTIONS
from autograd_mini.rules import TABLE, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Array = np.ndarray[Any, Any]
ROWS = [row for row in TABLE if not row.name.startswith("_")]
SHAPES = [((3, 1), (1, 4)), ((), (3,)), ((2, 3), (3,)), ((1,), (2, 0)), ((2, 1, 1), (3, 1)), ((1, 1), ()), ((0,), ())]

each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
each_row_of_several = pytest.mark.parametrize("row", [r for r in ROWS if r.arity > 1], ids=lambda row: row.name)


def hard_points(row: Rule) -> Array:
    """Hard and special points, an array for each input."""
    axis = {1: (*HARD, *SPECIAL), 2: (*(pair[0] for pair in PAIRS[::7]), *SPECIAL), 3: SPECIAL}[row.arity]
    points = [at for at in itertools.product(axis, repeat=row.arity) if "bce" not in row.name or np.isfinite(at[0])]
    return np.array(points).T  # but an infinite label means nothing


def easy_point(row: Rule) -> tuple[float, ...]:
    """A smooth point where nothing is tiny or huge, nor near a singularity."""
    return next(at for at in smooth_points(row) if all(0.2 < abs(x) < 4 and not 0 < abs(abs(x) - 1) < 0.05 for x in at))


def easy_arrays(row: Rule, *shapes: tuple[int, ...], dtype: Any = np.float64) -> list[Array]:
    """Different numbers near the easy point, an array of its shape for each input."""
    inputs = zip(easy_point(row), shapes, strict=True)
    return [x * (1 + np.arange(np.prod(shape)).reshape(shape) / 100).astype(dtype) for x, shape in inputs]


def reverse(f: Callable[..., Any], i: int) -> Callable[..., Any]:
    """The derivative of an elementwise function by input ``i``, by the backward sweep."""
    return lambda *xs: ag.vjp(f, *xs)[1](np.ones(np.shape(xs[0])))[i]


def forward(f: Callable[..., Any], i: int) -> Callable[..., Any]:
    """The same by the forward sweep."""
    return lambda *xs: ag.jvp(f, xs, [np.full(np.shape(x), float(i == j)) for j, x in enumerate(xs)])[1]


each_mode = pytest.mark.parametrize("D", [reverse, forward])


def gradients(f: Callable[..., Any], tensors: Sequence[Tensor], seed: Any = None) -> tuple[Array, list[Array]]:
    """The value and the gradients; only the forward pass may warn."""
    with np.errstate(all="ignore"):
        out = f(*tensors)
    out.backward(np.ones(out.shape) if seed is None else seed)
    return out.numpy(), [t.grad for t in tensors]


def value_and_partials(f: Callable[..., Any], inputs: Sequence[float]) -> list[float]:
    nodes = [Value(x) for x in inputs]
    out = f(*nodes)
    out.backward()
    return [out.data, *(node.grad for node in nodes)]


def assert_agree(got: Array, want: Any, tolerance: Any, inputs: Array) -> None:
    """The same infs and nans, and else no further apart than so much."""
    want = np.asarray(want)
    assert got.shape == want.shape
    with np.errstate(invalid="ignore"):
        same = (got == want) | (np.isnan(got) & np.isnan(want)) | (np.abs(got - want) <= tolerance)
    wrong = [(inputs[:, j].tolist(), got[j], want[j]) for j in np.flatnonzero(~same)]
    assert not wrong, "\n".join(f"at {at}: {g!r}, a Value gives {w!r}" for at, g, w in wrong)


def gathered(full: Array, shape: tuple[int, ...]) -> Array:
    """A gradient in the shape of the output, added up where broadcasting repeated a number of this shape."""
    places = np.broadcast_to(np.arange(np.prod(shape, dtype=int)).reshape(shape), full.shape)
    return np.bincount(places.ravel(), full.ravel(), np.prod(shape, dtype=int)).reshape(shape)


@each_row
@pytest.mark.parametrize("size", [1, 1000], ids=["one by one", "all at once"])
def test_values_and_first_derivatives_are_those_of_values(row: Rule, size: int) -> None:
    """One by one, because a form that is chosen for a whole array has to suit every number in it."""
    f, inputs = FUNCTIONS[row.name], hard_points(row)
    parts = np.array_split(inputs, max(1, inputs.shape[1] // size), axis=1)
    results = [gradients(f, [Tensor(x) for x in part]) for part in parts]
    value, *partials = map(np.concatenate, zip(*((value, *partials) for value, partials in results), strict=True))
    wanted, *wants = np.array([value_and_partials(f, at) for at in inputs.T.tolist()]).T
    with np.errstate(invalid="ignore"):
        assert_agree(value, wanted, 4 * np.spacing(np.abs(wanted)), inputs)
        for got, want in zip(partials, wants, strict=True):
            assert got.dtype == np.float64
            assert_agree(got, want, TOLERANCES[1] * np.abs(want) + SMALLEST_NORMAL, inputs)


@each_row
def test_forward_mode_gives_the_same_derivatives(row: Rule) -> None:
    f, inputs = FUNCTIONS[row.name], np.array(smooth_points(row)).T
    wants = np.array([value_and_partials(f, at) for at in inputs.T.tolist()]).T[1:]
    for i, want in enumerate(wants):
        with np.errstate(all="ignore"):
            got = forward(f, i)(*inputs)
        assert_agree(got, want, TOLERANCES[1] * np.abs(want) + SMALLEST_NORMAL, inputs)


@each_row
@pytest.mark.parametrize("outer", [reverse, forward], ids=["reverse", "forward"])
@pytest.mark.parametrize("inner", [reverse, forward], ids=["of reverse", "of forward"])
def test_second_derivatives_are_those_of_values(row: Rule, inner: Any, outer: Any) -> None:
    f, points = FUNCTIONS[row.name], smooth_points(row)
    wants = np.array([ag.hessian(lambda p: f(*p))(list(at)) for at in points])
    for i, k in itertools.product(range(row.arity), repeat=2):
        with np.errstate(all="ignore"):
            got = outer(inner(f, i), k)(*np.array(points).T)
        assert got.shape == (len(points),)
        for at, number, want in zip(points, got, wants, strict=True):
            if row.arity > 1 and not np.abs(want).max() < HUGE:
                continue  # then a factor of another entry may be too large for a float
            exact, tolerance = float(want[i, k]), TOLERANCES[2] * float(np.abs(want).max())
            assert is_close(float(number), exact, tolerance), (at, number, exact)


@each_row
def test_kinks_have_their_convention(row: Rule) -> None:
    f = FUNCTIONS[row.name]
    for at, partials in row.kinks:
        inputs = [np.full((2, 1), float(x)) for x in at]
        _, got = gradients(f, [Tensor(x) for x in inputs])
        for i, partial in enumerate(partials):
            np.testing.assert_array_equal(got[i], np.full((2, 1), partial))
            np.testing.assert_array_equal(forward(f, i)(*inputs), np.full((2, 1), partial))


def warnings_of(f: Callable[..., Any], *operands: Any) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        f(*operands)
    return sorted({str(each.message) for each in caught})


@each_row
def test_the_forward_pass_warns_where_numpy_does(row: Rule) -> None:
    f = FUNCTIONS[row.name]
    numpys = getattr(np, row.numpy) if row.numpy else f
    for inputs in hard_points(row).T:
        arrays = [np.array([x]) for x in inputs]
        assert warnings_of(f, *map(Tensor, arrays)) == warnings_of(numpys, *arrays), inputs


@each_row
@pytest.mark.parametrize("seed", [1e300, np.inf, np.nan])
def test_the_backward_pass_never_warns(row: Rule, seed: float) -> None:
    inputs = hard_points(row)
    gradients(FUNCTIONS[row.name], [Tensor(x) for x in inputs], np.full(inputs.shape[1], seed))


def routes(row: Rule) -> dict[str, Callable[..., Any]]:
    """Every way to say the row of a Tensor."""
    ways = {f"ag.{row.name}": getattr(ag, row.name)}
    if row.arity < 3:
        ways[f"t.{row.name}"] = lambda t, *u: getattr(t, row.name)(*u)
    if row.numpy:
        ways[f"np.{row.numpy}"] = getattr(np, row.numpy)
        ways[f"ag.{row.numpy}"] = getattr(ag, row.numpy)
    if row.operator:
        ways[row.operator] = getattr(operator, row.operator)
    return ways


each_way = pytest.mark.parametrize(
    ("row", "way"), [pytest.param(row, f, id=name) for row in ROWS for name, f in routes(row).items()]
)


@each_way
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_by_every_name_it_is_the_same_and_keeps_its_dtype(row: Rule, way: Any, dtype: Any) -> None:
    arrays = easy_arrays(row, *[(2, 3)] * row.arity, dtype=dtype)
    tensors = [Tensor(x) for x in arrays]
    out = way(*tensors)
    out.backward(np.ones((2, 3), dtype))
    expected = [value_and_partials(FUNCTIONS[row.name], at) for at in zip(*(x.ravel() for x in arrays), strict=True)]
    for got, want in zip([out.numpy(), *(t.grad for t in tensors)], np.array(expected).T, strict=True):
        assert got.dtype == dtype
        np.testing.assert_allclose(got, want.reshape(2, 3), rtol=64 * np.finfo(dtype).eps, atol=np.finfo(dtype).eps)
    assert out.op == row.name
    assert list(map(id, out.inputs)) == list(map(id, tensors))


@each_row
@each_mode
def test_derivatives_of_float32_are_float32_at_every_order(row: Rule, D: Any) -> None:
    arrays = easy_arrays(row, *[(3,)] * row.arity, dtype=np.float32)
    f = FUNCTIONS[row.name]
    for _ in range(3):
        f = D(f, 0)
        assert f(*arrays).dtype == np.float32


@each_row_of_several
@pytest.mark.parametrize("scalar", [float, np.float64, np.float32, Value, lambda x: Value(x, requires_grad=False)])
def test_a_number_beside_float32_leaves_it_float32(row: Rule, scalar: Any) -> None:
    for (name, way), i in itertools.product(routes(row).items(), range(row.arity)):
        if (name.startswith("t.") and i) or (row.name == "where" and not i):
            continue  # a number has no methods, and what is chosen by has no part in the dtype
        t = Tensor(np.float32([x := easy_point(row)[i], x]))
        out = way(*(t if j == i else scalar(x) for j, x in enumerate(easy_point(row))))
        out.backward(np.ones(2))
        assert (type(out), out.dtype, t.grad.dtype) == (Tensor, np.float32, np.float32)


@each_row_of_several
def test_beside_float64_the_gradient_of_float32_stays_float32(row: Rule) -> None:
    arrays = easy_arrays(row, *[(3,)] * row.arity)
    for i in range(row.arity):
        t = Tensor(arrays[i].astype(np.float32))
        out = FUNCTIONS[row.name](*(t if j == i else x for j, x in enumerate(arrays)))
        out.backward(np.ones(3))
        assert (out.dtype, t.grad.dtype) == (np.float64, np.float32)


@each_row_of_several
def test_constants_get_no_gradient_and_change_nobody_elses(row: Rule) -> None:
    arrays = easy_arrays(row, *[(2, 3)] * row.arity)
    value, want = gradients(FUNCTIONS[row.name], [Tensor(x) for x in arrays])
    kinds = (Tensor, lambda x: x, lambda x: Tensor(x, requires_grad=False))
    for f in [FUNCTIONS[row.name], *([getattr(np, row.numpy)] if row.numpy else [])]:
        for chosen in itertools.product(kinds, repeat=row.arity):
            if Tensor not in chosen:
                continue
            operands = [kind(x) for kind, x in zip(chosen, arrays, strict=True)]
            out = f(*operands)
            out.backward(np.ones((2, 3)))
            np.testing.assert_array_equal(out.numpy(), value)
            for kind, x, gradient in zip(chosen, operands, want, strict=True):
                if kind is Tensor:
                    np.testing.assert_array_equal(x.grad, gradient)
                else:
                    assert getattr(x, "grad", None) is None


@each_row_of_several
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
@pytest.mark.parametrize("swapped", [False, True])
def test_broadcasting_is_undone(row: Rule, shapes: Any, swapped: bool) -> None:
    shapes = ((shapes[::-1] if swapped else shapes) * 2)[: row.arity]
    arrays, shape = easy_arrays(row, *shapes), np.broadcast_shapes(*shapes)
    f, seed = FUNCTIONS[row.name], 1 + np.arange(np.prod(shape, dtype=int)).reshape(shape) % 7
    value, got = gradients(f, [Tensor(x) for x in arrays], seed)
    full_value, full = gradients(f, [Tensor(np.broadcast_to(x, shape)) for x in arrays], seed)
    np.testing.assert_array_equal(value, full_value)
    for gradient, whole, x in zip(got, full, arrays, strict=True):
        assert gradient.shape == x.shape
        np.testing.assert_allclose(gradient, gathered(whole, x.shape), rtol=1e-13)
    tangents = [np.cos(x) for x in arrays]
    _, along = ag.jvp(f, arrays, tangents)
    assert np.shape(along) == shape
    there = sum(np.vdot(g, t) for g, t in zip(got, tangents, strict=True))
    np.testing.assert_allclose(np.vdot(seed, along), there, rtol=1e-12)


@each_row_of_several
def test_broadcast_operands_to_second_order(row: Rule) -> None:
    ag.check_grads(FUNCTIONS[row.name], easy_arrays(row, *[(2, 1), (1, 3), (3,)][: row.arity]), order=2)


@each_row
def test_repeated_operands_add_up(row: Rule) -> None:
    """The same node in every place: the gradient is the sum of the places' partials."""
    at = next((x for x in HARD if (x,) * row.arity in smooth_points(row)), 0.5)
    t = Tensor(np.full(3, at))
    FUNCTIONS[row.name](*[t] * row.arity).backward(np.ones(3))
    partials = value_and_partials(FUNCTIONS[row.name], [at] * row.arity)[1:]
    np.testing.assert_allclose(t.grad, np.full(3, sum(partials)), rtol=1e-13, atol=1e-300)


@each_row
@pytest.mark.parametrize("shape", [(), (0,), (2, 0), (1, 1)], ids=str)
def test_shapes_of_one_number_or_none(row: Rule, shape: tuple[int, ...]) -> None:
    tensors = [Tensor(x) for x in easy_arrays(row, *[shape] * row.arity)]
    value, got = gradients(FUNCTIONS[row.name], tensors)
    assert type(FUNCTIONS[row.name](*tensors)) is Tensor
    wanted = value_and_partials(FUNCTIONS[row.name], easy_point(row))
    for each, want in zip([value, *got], wanted, strict=True):
        np.testing.assert_allclose(each, np.full(shape, want), rtol=1e-14)


@each_row
def test_inputs_are_copied_and_gradients_are_their_owners(row: Rule) -> None:
    """A read-only seed works, nobody's array is written to, and no two gradients share memory."""
    arrays = easy_arrays(row, *[(4,)] * row.arity)
    seed = np.broadcast_to(np.float64(2), (4,))
    tensors = [Tensor(x) for x in arrays]
    for x in arrays:
        x[...] = np.nan
    out = FUNCTIONS[row.name](*tensors)
    out.backward(seed)
    out.backward(seed)
    partials = value_and_partials(FUNCTIONS[row.name], easy_point(row))[1:]
    for t, partial in zip(tensors, partials, strict=True):
        assert t.grad[0] == pytest.approx(4 * partial, rel=1e-13)
        assert t.grad.flags.writeable
    owners = [*(t.grad for t in tensors), *(t.data for t in tensors)]
    assert not any(np.shares_memory(x, y) for x, y in itertools.combinations(owners, 2))


@pytest.mark.parametrize("at", [0.0, -0.0])
def test_where_lets_no_nan_through_from_the_branch_not_taken(at: float) -> None:
    f = lambda x: ag.where(x > 0, ag.log(ag.where(x > 0, x, 1.0)), x)
    x = np.array([at, 2.0])
    np.testing.assert_array_equal(reverse(f, 0)(x), [1, 0.5])
    np.testing.assert_array_equal(forward(f, 0)(x), [1, 0.5])


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 0.5, -1, -2])
@pytest.mark.parametrize("as_node", [False, True], ids=["constant", "node"])
def test_powers_at_zero_and_below(exponent: float, as_node: bool) -> None:
    base, power = [-2.0, -0.0, 0.0, 2.0], float(exponent)
    f = lambda x: x ** (Tensor(power) if as_node else exponent)
    scalar = lambda x: x ** (Value(power) if as_node else exponent)
    _, (got,) = gradients(f, [Tensor(base)])
    np.testing.assert_allclose(got, [value_and_partials(scalar, (x,))[1] for x in base], rtol=1e-14)
