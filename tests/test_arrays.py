"""Functions of arrays, by every name: values are NumPy's, gradients are exact differences or PyTorch's."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import autograd_mini as ag
from autograd_mini import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Array = np.ndarray[Any, Any]
MASK = np.array([[True, False, True], [False, False, True]])
STEP = 2.0**-6


def listed(cases: str) -> list[str]:
    return [case.strip() for case in re.split(r"[;\n]", cases) if case.strip()]


# A case is a call as a user writes it, with A(2, 3) for an operand of this shape.
AXES = [None, -3, -2, -1, 0, 1, 2, (), (0,), (0, 1), (0, 2), (1, 2), (0, 1, 2), (2, 0), (-1, 0)]
REDUCTIONS = [
    f"{name}(A(2, 3, 2), axis={axis}, keepdims={keepdims})"
    for name in ("sum", "mean", "prod", "max", "min", "var")
    for axis in AXES
    for keepdims in (False, True)
]
REDUCTIONS += [f"var(A(2, 3, 2), axis={axis}, ddof={ddof})" for axis in AXES if axis != () for ddof in (1, 0.5)]
REDUCTIONS += [f"{name}(A{shape})" for name in ("sum", "mean", "prod", "max", "var") for shape in ("()", "(1)")]
REDUCTIONS += [f"{name}(A(2, 0, 3), axis={axis})" for name in ("sum", "prod") for axis in (None, 0, 1, (1, 2))]
REDUCTIONS += [f"{name}(A(2, 0, 3), axis=2)" for name in ("max", "min", "mean", "var")]
REDUCTIONS += listed("""
    A(2, 3).sum(0); A(2, 3).mean(-1, keepdims=True); sum(A(2, 3), -1); amax(A(2, 3), 1); amin(A(2, 3))
    A(2, 3).max((0, 1)); cumsum(A(2, 3)); cumsum(A(2, 3), axis=0); cumsum(A(2, 3), axis=-1); cumsum(A())
    cumsum(A(0, 2), axis=0)
""")
SHAPING = listed("""
    reshape(A(2, 6), (3, 4)); reshape(A(2, 6), -1); reshape(A(2, 6), (2, -1, 3)); A(2, 6).reshape(3, 4)
    A(2, 6).reshape(-1, 1); reshape(A(2, 3), (3, 2), order="F"); reshape(A(), (1, 1)); reshape(A(0, 3), (3, 0))
    reshape(A(1), ()); transpose(A(2, 3, 4)); transpose(A(2, 3, 4), (2, 0, 1)); transpose(A(2, 3, 4), (-1, 0, 1))
    transpose(A()); transpose(A(0, 2)); A(2, 3, 4).transpose(2, 0, 1); A(2, 3, 4).transpose([1, 2, 0]); A(2, 3, 4).T
    A(3).T; A().T; swapaxes(A(2, 3, 4), 0, -1); moveaxis(A(2, 3, 4), 0, -1); moveaxis(A(2, 3, 4), (0, 1), (-1, 0))
    rollaxis(A(2, 3, 4), 2); rollaxis(A(2, 3), 0, 2); squeeze(A(1, 3, 1)); squeeze(A(1, 3, 1), axis=-1)
    squeeze(A(1, 3, 1), axis=(0, 2)); squeeze(A(1, 1)); expand_dims(A(2, 3), 0); expand_dims(A(2, 3), -1)
    expand_dims(A(2, 3), (0, 3)); broadcast_to(A(3, 1), (2, 3, 4)); broadcast_to(A(), (2, 3)); broadcast_to(A(1), (0,))
    broadcast_to(A(2), (2,)); ravel(A(2, 3)); ravel(A(2, 3), order="F"); ravel(A()); A(2, 3).flatten()
    A(2, 3).flatten("F"); A().flatten(); atleast_1d(A()); atleast_1d(A(3)); atleast_2d(A()); atleast_2d(A(3))
    atleast_2d(A(2, 3)); atleast_3d(A()); atleast_3d(A(3)); atleast_3d(A(2, 3)); atleast_3d(A(2, 3, 4))
    atleast_2d(A(), A(2))
""")
JOINING = listed("""
    concatenate([A(2, 3), A(1, 3)]); concatenate((A(2, 3), A(2, 1)), axis=1); concatenate([A(2), A(2, 2)], axis=None)
    concatenate([A(0, 3), A(2, 3), A(1, 3)], axis=-2); append(A(2, 3), A(4)); append(A(2, 3), A(1, 3), axis=0)
    stack([A(2, 3), A(2, 3)]); stack([A(2, 3), A(2, 3)], axis=1); stack((A(2, 3), A(2, 3)), axis=-1); stack([A(), A()])
    stack([A(0)]); hstack([A(), A(3)]); hstack([A(2, 3), A(2, 1)]); vstack([A(3), A(2, 3)]); vstack([A(), A()])
    dstack([A(3), A(3)]); dstack([A(2, 3), A(2, 3)]); column_stack([A(3), A(3, 2)]); hstack([A(2), A(2)])
    split(A(6, 2), 3); split(A(6, 2), [1, 4]); split(A(6, 2), [2, 8]); split(A(2, 6), 2, axis=1); array_split(A(7), 3)
    array_split(A(2, 5), 3, axis=-1); hsplit(A(2, 4), 2); hsplit(A(4), [1]); vsplit(A(4, 2), [1]); dsplit(A(2, 2, 4), 2)
    list(A(3, 2)); list(A(3)); list(A(0, 2)); A(2, 3).astype(np.float64)
""")
REARRANGING = listed("""
    where(MASK, A(2, 3), A(3)); where(MASK, A(2, 3), 0.5); where(MASK, 1.0, A()); where(MASK, A(2, 1), A(4, 1, 1))
    where(True, A(2), A(2)); clip(A(3, 4), -0.55, 0.7); clip(A(3, 4), None, 0.7); clip(A(3, 4), -0.55, None)
    clip(A(3, 4), np.array([0, 0, -1.0, 2]), 2.2); clip(A(2, 3), A(3), A(2, 1)); clip(A(), -0.5, 0.5)
    A(2, 3).clip(max=0.7); pad(A(2, 3), 1); pad(A(2, 3), ((1, 0), (0, 2))); pad(A(2, 3), (2, 1)); pad(A(), 1)
    pad(A(2, 3), 1, constant_values=3.0); pad(A(0, 2), 1); pad(A(3, 4), 2, mode="edge"); pad(A(3, 4), 2, mode="reflect")
    pad(A(3, 4), 2, mode="symmetric"); pad(A(3, 4), 2, mode="wrap"); flip(A(2, 3)); flip(A(2, 3), 0)
    flip(A(2, 3), axis=(0, 1)); flipud(A(2, 3)); fliplr(A(2, 3)); rot90(A(2, 3)); rot90(A(2, 3), 2); rot90(A(2, 3), -1)
    rot90(A(2, 3), 4); rot90(A(2, 3, 2), 1, (1, 2)); repeat(A(2, 3), 2); repeat(A(2, 3), 2, axis=1)
    repeat(A(2, 3), [1, 0, 2], axis=-1); repeat(A(), 3); repeat(A(3), [0, 0, 2]); tile(A(2, 3), 2)
    tile(A(2, 3), (2, 1, 2)); tile(A(3), (2, 2)); tile(A(2), 0); tile(A(), 2); roll(A(2, 3), 1); roll(A(2, 3), -4)
    roll(A(2, 3), 1, axis=1); roll(A(2, 3), (1, 2), axis=(0, 1)); roll(A(2, 3), 2, axis=(0, 1)); roll(A(0), 1)
    diag(A(3)); diag(A(3), 1); diag(A(3), k=-2); diag(A(3, 4)); diag(A(4, 2), -1); diagonal(A(3, 4))
    diagonal(A(3, 4), 1); diagonal(A(3, 2), offset=-1); diagonal(A(2, 3, 4), 0, 0, 2)
    diagonal(A(2, 3, 4), 1, axis1=2, axis2=1); trace(A(3, 4)); trace(A(3, 4), -1); trace(A(2, 3, 4), axis1=1, axis2=2)
    trace(A(2, 3), 5); tril(A(3, 4)); tril(A(3, 4), 1); tril(A(2, 3, 3), k=-1); tril(A(3)); triu(A(3, 4))
    triu(A(3, 4), -1); triu(A(2, 3, 3), k=1); triu(A(3)); diff(A(4)); diff(A(2, 4), 2); diff(A(3, 2), axis=0)
    diff(A(3), 0); diff(A(2), 3); sort(A(3, 4)); sort(A(3, 4), axis=0); sort(A(3, 4), axis=None); sort(A(0))
    sort(A(2, 0)); sort(A(1)); take(A(3, 4), [0, 5, 0]); take(A(3, 4), [0, 2, 0, -1], axis=1)
    take(A(3, 4), [[0, 1], [1, 1]], axis=0); take(A(3, 4), 1, axis=-1); take(A(2), np.array([], int)); round(A(2, 3))
    floor(A(2, 3)); ceil(A(2, 3)); round(A(2, 3), 0); round(A(3), decimals=-1)
""")
MATRICES = """(3)@(3) | (2, 3)@(3) | (3)@(3, 2) | (2, 3)@(3, 4) | (5, 2, 3)@(3) | (3)@(5, 3, 2) | (5, 2, 3)@(3, 4) |
    (2, 3)@(5, 3, 2) | (1, 1)@(1, 1) | (1, 3)@(3, 1) | (0)@(0) | (2, 0)@(0, 3) | (0, 3)@(3, 2) | (2, 3)@(3, 0)"""
BATCHES = """(5, 2, 3)@(5, 3, 4) | (1, 2, 3)@(5, 3, 2) | (5, 1, 2, 3)@(2, 3, 2) | (2, 1, 3)@(1, 3, 1) |
    (2, 2, 0)@(1, 0, 3) | (0, 2, 3)@(1, 3, 2) | (2, 1, 1, 3)@(3, 3, 1) | (0, 2, 3)@(3, 2)"""
PAIRS = {
    "matmul(A{}, A{})": f"{MATRICES} | {BATCHES}",
    "A{} @ A{}": f"{MATRICES} | {BATCHES}",
    "dot(A{}, A{})": f"{MATRICES} | ()@(3) | (2, 3)@() | ()@() | (2, 2, 3)@(2, 3, 2)",
    "inner(A{}, A{})": "(3)@(3) | (2, 3)@(3) | (2, 3)@(4, 3) | ()@(2, 3) | (2, 1, 3)@(2, 3)",
    "outer(A{}, A{})": "(2)@(3) | (2, 2)@(3) | ()@(3) | (0)@(2)",
    "kron(A{}, A{})": "(2)@(3) | (2, 3)@(3, 2) | (2, 3)@(3) | (2, 1, 2)@(2, 3) | ()@(2)",
    "cross(A{}, A{})": "(3)@(3) | (4, 3)@(3) | (2, 1, 3)@(4, 3)",
}
PRODUCTS = [form.format(*pair.split("@")) for form, pairs in PAIRS.items() for pair in re.split(r"\s*\|\s*", pairs)]
PRODUCTS += listed("""
    cross(A(3, 4), A(3, 4), axis=0); tensordot(A(2, 3, 4), A(3, 4, 2)); tensordot(A(2, 3), A(3), axes=1)
    tensordot(A(2), A(3), axes=0); tensordot(A(2, 3, 4), A(3, 2, 2), axes=([1, 0], [0, 2]))
    tensordot(A(2, 3), A(4, 2), axes=(0, 1)); tensordot(A(2, 3), A(2, 3), axes=2); einsum("ij->ji", A(2, 3))
    einsum("ij->", A(2, 3)); einsum("ij->j", A(2, 3)); einsum("ba", A(2, 3)); einsum("ii", A(3, 3))
    einsum("ii->i", A(3, 3)); einsum("ij,jk->ik", A(2, 3), A(3, 4)); einsum("ij,jk", A(2, 3), A(3, 4))
    einsum("i,j->ij", A(2), A(3)); einsum("i,i,i->", A(2), A(2), A(2)); einsum("ij,kj,j->ik", A(2, 3), A(4, 3), A(3))
    einsum("i,->i", A(2), A()); einsum("ij,ij->j", A(2, 1), A(2, 3)); einsum("iij->j", A(2, 2, 3))
    einsum("...ij,...jk->...ik", A(2, 1, 2, 3), A(4, 3, 2)); einsum("i...,i...->...", A(2, 3), A(2, 3))
    einsum("ii,i->", A(3, 3), A(3)); einsum("ij,ik->jk", A(0, 2), A(0, 3)); einsum("...,...", A(2, 3), A(3))
    einsum("ij , jk -> ki", A(2, 3), A(3, 2))
""")
INDICES = listed("""
    0; -1; np.int64(1); 1, 2; 1, 2, 0; (); ...; None; ..., 0; 0, ..., None; None, 1, None, 2; 1:; ::-1; 2:0:-1; 5:9
    :, 1:4:2; ..., :1; -5::2; [0, 0, 2]; [[0, 1], [1, -1]]; []; :, [0, 3, 0]; [0, 1, 0], [2, 2, 2]; np.array(1)
    [0, 1, 0], :, [1, 0, 1]; 0, :, [1, 1]; ([0, 0], None, 1); [[0], [2]], [1, 1, 3]; [True, False, True]
    np.arange(12).reshape(3, 4) % 3 == 0; np.zeros((3, 4, 2), bool); :, np.ones(4, bool); [True, False, True], [0, 0]
    ..., np.array([True, False]); np.ix_([0, 2], [1, 1], [0]); True; False; np.uint8([2, 2]); None, [1, 1], ..., 0
""")
INDEXING = [f"A(3, 4, 2)[{index}]" for index in INDICES]
INDEXING += listed("""
    A()[()]; A()[None]; A()[...]; A(0, 2)[:]; A(0)[...]; A(3)[np.array([[1, 1], [0, 1]])]; A()[True]; A(1)[[0, 0, 0]]
""")
CASES = [*REDUCTIONS, *SHAPING, *JOINING, *REARRANGING, *PRODUCTS, *INDEXING]

ROUTES: dict[str, Callable[[str], Any]] = {
    "as written": lambda _: list,
    "ag": lambda name: getattr(ag, name),
    "np": lambda name: getattr(np.linalg if name == "norm" else np, name),
    "method": lambda name: lambda x, *args, **named: getattr(x, name)(*args, **named),
}
AG_ONLY = ("softmax", "log_softmax", "logsumexp")


def routes(case: str) -> list[str]:
    name, _, arguments = case.partition("(")
    if name in ("A", "list"):
        return ["as written"]
    method = callable(getattr(np.ndarray, name, None)) or name in ("norm", "softmax")
    return ["ag"] + ["np"] * (name not in AG_ONLY) + ["method"] * (method and arguments.startswith("A("))


def run(case: str, operands: Iterable[Any], route: str = "") -> list[Any]:
    """The results, of one or several, as a list."""
    name, each = case.partition("(")[0], iter(operands)
    names = {name: ROUTES[route or routes(case)[0]](name), "A": lambda *_: next(each), "np": np, "MASK": MASK}
    results = eval(case, names)  # noqa: S307 - the cases above
    return list(results) if isinstance(results, tuple | list) else [results]


def numpys(case: str, operands: Iterable[Array]) -> list[Any]:
    return run(case, operands, "np" if "np" in routes(case) else "as written")


def shapes_of(case: str) -> list[tuple[int, ...]]:
    return [tuple(map(int, re.findall(r"\d+", sizes))) for sizes in re.findall(r"\bA\(([\d, ]*)\)", case)]


def operands(case: str, dtype: Any = np.float64) -> list[Array]:
    """Numbers a quarter apart, in no order, no two of one size, none whole or half: so differences are exact."""
    shapes = shapes_of(case)
    sizes = [int(np.prod(shape)) for shape in shapes]
    numbers = np.random.default_rng(0).permutation(sum(sizes)) / 4 - sum(sizes) // 2 / 4 + 3 / 32
    parts = np.split(numbers, np.cumsum(sizes)[:-1])
    return [part.reshape(shape).astype(dtype) for part, shape in zip(parts, shapes, strict=True)]


def seeds_like(outputs: Sequence[Any], dtype: Any = np.float64) -> list[Array]:
    return [np.random.default_rng(i).integers(1, 9, np.shape(out)).astype(dtype) for i, out in enumerate(outputs)]


def products(xs: Sequence[Any], ys: Sequence[Any]) -> float:
    """⟨xs, ys⟩"""
    return float(sum(np.vdot(x, y) for x, y in zip(xs, ys, strict=True)))


def differences(case: str, seeds: list[Array]) -> list[Array]:
    """The gradients by central differences: exact but for rounding where it is linear or quadratic in each number."""
    inputs = operands(case)
    gradients = [np.zeros_like(x) for x in inputs]
    for x, gradient in zip(inputs, gradients, strict=True):
        for at in np.ndindex(x.shape):
            number, totals = x[at], []
            for x[at] in (number + STEP, number - STEP):
                totals.append(products(seeds, numpys(case, inputs)))
            x[at], gradient[at] = number, (totals[0] - totals[1]) / (2 * STEP)
    return gradients


def backward(results: Sequence[Any], seeds: Sequence[Array]) -> None:
    for out, seed in zip(results, seeds, strict=True):
        out.backward(seed)


def assert_same(got: Any, want: Any, dtype: Any = np.float64) -> None:
    """Shape, dtype and numbers: to 1e-12 of the largest, and in float32 to some of its digits."""
    assert (type(got), got.shape, got.dtype) == (np.ndarray, np.shape(want), dtype)
    largest = np.abs(want, where=np.isfinite(want), out=np.zeros(np.shape(want))).max(initial=1)
    np.testing.assert_allclose(got, want, rtol=0, atol=largest * (1e-12 if dtype == np.float64 else 1e-5))


each_case = pytest.mark.parametrize("case", CASES)
each_route = pytest.mark.parametrize(("case", "route"), [(case, route) for case in CASES for route in routes(case)])
each_dtype = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def check(case: str, route: str, dtype: Any) -> None:
    tensors = [Tensor(x) for x in operands(case, dtype)]
    results, wanted = run(case, tensors, route), numpys(case, operands(case, dtype))
    for out, want in zip(results, wanted, strict=True):
        assert type(out) is Tensor
        assert_same(out.numpy(), want, np.asarray(want).dtype)
    seeds = seeds_like(results, dtype)
    backward(results, seeds)
    gradients = [t.grad for t in tensors if results]  # a split into nothing reaches nobody
    for gradient, want in zip(gradients, differences(case, seeds), strict=bool(results)):
        assert_same(gradient, want, dtype)
        assert gradient.flags.writeable
    assert not any(np.shares_memory(x, y) for x, y in itertools.combinations([*gradients, *seeds], 2))


@each_route
@each_dtype
def test_value_shape_dtype_and_gradient(case: str, route: str, dtype: Any) -> None:
    check(case, route, dtype)


@each_case
def test_second_order_in_both_modes(case: str) -> None:
    seeds = seeds_like(numpys(case, operands(case)))

    def curved(*xs: Any) -> Any:
        results = run(case, [ag.sin(x) for x in xs])
        return sum((ag.sum(seed * out * out) for seed, out in zip(seeds, results, strict=True)), 0.0)

    ag.check_grads(curved, tuple(operands(case)), order=2, modes=("fwd", "rev"))


@each_case
@each_dtype
def test_both_modes_are_one_linear_map(case: str, dtype: Any) -> None:
    """⟨seed, J v⟩ = ⟨Jᵀ seed, v⟩, and what comes out has the shapes and dtypes of what went in."""
    inputs = operands(case, dtype)
    directions = [np.cos(np.arange(x.size)).reshape(x.shape).astype(dtype) for x in inputs]
    results, tangents = ag.jvp(lambda *xs: run(case, xs), inputs, directions)
    same, pullback = ag.vjp(lambda *xs: run(case, xs), *inputs)
    seeds = seeds_like(results, dtype)
    gradients = pullback(seeds)
    for got, want in zip([*same, *tangents, *gradients], [*results, *results, *inputs], strict=True):
        assert np.shape(got) == np.shape(want)
        assert np.ndim(got) == 0 or (type(got), got.dtype) == (np.ndarray, want.dtype)
    tolerance = (1 + products(map(np.abs, gradients), map(np.ones_like, gradients))) * 8 * np.finfo(dtype).eps
    assert products(seeds, tangents) == pytest.approx(products(gradients, directions), rel=0, abs=float(tolerance))


@pytest.mark.parametrize("case", [case for case in CASES if "ag" in routes(case)])
def test_of_plain_arrays_they_are_numpys(case: str) -> None:
    for got, want in zip(run(case, operands(case)), numpys(case, operands(case)), strict=True):
        assert not isinstance(got, Tensor)
        np.testing.assert_array_equal(got, want, strict=np.ndim(want) > 0)


@pytest.mark.parametrize("route", ["ag", "np", "as written"])
def test_beside_constants_the_gradient_is_the_same(route: str) -> None:
    for case in CASES:
        inputs = operands(case)
        if len(inputs) < 2 or route not in routes(case):
            continue
        everywhere = [Tensor(x) for x in inputs]
        seeds = seeds_like(results := run(case, everywhere, route))
        backward(results, seeds)
        for i, constant in itertools.product(range(len(inputs)), [np.array, lambda x: Tensor(x, requires_grad=False)]):
            mixed = [Tensor(x) if k == i else constant(x) for k, x in enumerate(inputs)]
            for out, seed in zip(run(case, mixed, route), seeds, strict=True):
                if getattr(out, "requires_grad", False):
                    out.backward(seed)
            np.testing.assert_array_equal(mixed[i].grad, everywhere[i].grad, err_msg=case)
            assert all(getattr(x, "grad", None) is None for k, x in enumerate(mixed) if k != i), case


@pytest.mark.parametrize("case", [c for c in CASES if len(set(shapes_of(c))) == 1 < len(shapes_of(c))])
def test_a_tensor_in_every_place_gets_the_sum(case: str) -> None:
    x = operands(case)[0]
    t, places = Tensor(x), [Tensor(x) for _ in shapes_of(case)]
    for tensors in ([t] * len(places), places):
        results = run(case, tensors)
        backward(results, seeds_like(results))
    np.testing.assert_allclose(t.grad, sum(place.grad for place in places), rtol=1e-13)


LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "Fortran": np.asfortranarray,
    "reversed": lambda x: x[::-1].copy()[::-1],
    "strided": lambda x: np.repeat(x, 2, axis=-1)[..., ::2],
    "broadcast": lambda x: np.broadcast_to(x[:1], x.shape),
    "big-endian": lambda x: x.astype(">f8"),
    "read-only": lambda x: np.frombuffer(x.tobytes(), x.dtype).reshape(x.shape),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_the_same_and_never_written_to(layout: str) -> None:
    laid = lambda x: LAYOUTS[layout](x) if x.size and x.ndim else x
    for case in CASES:
        inputs = [laid(x) for x in operands(case)]
        seeds = [laid(seed) for seed in seeds_like(numpys(case, inputs))]
        plain_inputs, plain_seeds = ([np.array(x, np.float64, order="C") for x in xs] for xs in (inputs, seeds))
        f = lambda *xs, case=case: run(case, xs)
        (values, pullback), (wanted, plain_pullback) = ag.vjp(f, *inputs), ag.vjp(f, *plain_inputs)
        got, want = [*values, *pullback(seeds)], [*wanted, *plain_pullback(plain_seeds)]
        tensors = [Tensor(x) for x in inputs if seeds]
        backward(f(*tensors) if seeds else [], seeds)
        got, want = [*got, *(t.grad for t in tensors)], [*want, *want[len(seeds) :][: len(tensors)]]
        for x, y in zip(got, want, strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-13, atol=1e-13, err_msg=case)
        for now, then in zip([*inputs, *seeds], [*plain_inputs, *plain_seeds], strict=True):
            np.testing.assert_array_equal(now, then, err_msg=case)


# Cases that curve or have ties, and PyTorch's words for them.
BY_PYTORCH = {
    "prod(A(2, 3))": "x.prod()",
    "softmax(A(2, 3))": "x.softmax(-1)",
    "log_softmax(A(4))": "x.log_softmax(-1)",
    "logsumexp(A())": "x.logsumexp(())",
    "norm(A(3, 2))": "torch.linalg.norm(x)",
    "norm(A(2, 3, 2))": "torch.linalg.norm(x)",
    "norm(A(3, 2), 'fro', keepdims=True)": "torch.linalg.norm(x, 'fro', keepdim=True)",
    "norm(A(3, 2, 2), axis=(0, -1))": "torch.linalg.norm(x, dim=(0, -1))",
    "norm(A(4), np.inf)": "torch.linalg.norm(x, np.inf)",
    "clip(A(3, 4), -1, 1)": "x.clamp(-1, 1)",
    "clip(A(3, 4), 0, None)": "x.clamp(min=0)",
}
for axis, keep in itertools.product([axis for axis in AXES if axis != ()], (False, True)):
    dim, x = (0, 1, 2) if axis is None else axis, f"A(2, 3, 2), axis={axis}"
    BY_PYTORCH |= {
        f"max({x}, keepdims={keep})": f"x.amax({dim}, {keep})",
        f"min({x}, keepdims={keep})": f"x.amin({dim}, {keep})",
        f"std({x}, keepdims={keep})": f"x.std({dim}, correction=0, keepdim={keep})",
        f"std({x}, ddof=1, keepdims={keep})": f"x.std({dim}, correction=1, keepdim={keep})",
        f"logsumexp({x}, keepdims={keep})": f"x.logsumexp({dim}, {keep})",
    }
    if isinstance(axis, int):
        BY_PYTORCH |= {f"{name}({x})": f"x.{name}({axis})" for name in ("softmax", "log_softmax", "prod")}
        for p in ("None", "1", "1.5", "2", "3", "np.inf"):
            BY_PYTORCH[f"norm({x}, ord={p}, keepdims={keep})"] = f"torch.linalg.norm(x, {p}, {axis}, {keep})"


@pytest.mark.torch
@pytest.mark.parametrize("case", BY_PYTORCH)
@pytest.mark.parametrize("tied", [False, True], ids=["", "tied"])
def test_as_pytorch(case: str, tied: bool) -> None:
    """Tied numbers are whole, many are equal and some 0; then these functions have corners, and share the gradient."""
    import torch

    array = np.trunc(2 * operands(case)[0]) if tied else operands(case)[0]
    x = torch.tensor(array, requires_grad=True)
    want = eval(BY_PYTORCH[case], {"x": x, "torch": torch, "np": np})  # noqa: S307 - the table above
    (seed,) = seeds_like([want.detach().numpy()])
    want.backward(torch.tensor(seed))
    for route in routes(case):
        t = Tensor(array)
        (out,) = run(case, [t], route)
        out.backward(seed)
        assert_same(out.numpy(), want.detach().numpy())
        assert_same(t.grad, x.grad.numpy())
        (small,) = run(case, [s := Tensor(array.astype(np.float32))], route)
        small.backward(seed.astype(np.float32))
        assert (small.dtype, s.grad.dtype) == (np.float32, np.float32)
    if not tied:
        ag.check_grads(lambda x: run(case, [x])[0], (array,), order=2, modes=("fwd", "rev"))


@pytest.mark.parametrize(
    ("f", "x", "value", "gradient"),
    [
        (ag.logsumexp, [1000, 1000], 1000 + np.log(2), [0.5, 0.5]),
        (ag.logsumexp, [-1000, -1000], np.log(2) - 1000, [0.5, 0.5]),
        (ag.logsumexp, [-np.inf, 0], 0, [0, 1]),
        (ag.logsumexp, [800, 0], 800, [1, 0]),
        (lambda x: ag.softmax(x)[0], [1000, 0], 1, [0, 0]),
        (lambda x: ag.softmax(x)[0], [-np.inf, 0], 0, [0, 0]),
        (lambda x: ag.softmax(x)[0], [-700, 0], np.exp(-700), [np.exp(-700), -np.exp(-700)]),
        (lambda x: ag.log_softmax(x)[1], [1000, 0], -1000, [-1, 1]),
        (lambda x: ag.log_softmax(x)[0], [0, -np.inf], 0, [0, 0]),
        *((lambda x, p=p: ag.norm(x, p), [0, 0], 0, [0, 0]) for p in (None, 1, 1.5, 2, 3, np.inf)),
        (lambda x: ag.sum(ag.norm(x, axis=1)), [[0, 0], [3, 4]], 5, [[0, 0], [0.6, 0.8]]),
        (lambda x: ag.norm(x, 1.5), [0, -4], 4, [0, -1]),
        (ag.std, [2, 2, 2], 0, [0, 0, 0]),
        (lambda x: ag.sum(ag.std(x, 1)), [[7, 7], [1, 3]], 1, [[0, 0], [-0.5, 0.5]]),
        (ag.max, [1, 3, 3, 3], 3, [0, 1 / 3, 1 / 3, 1 / 3]),
        (ag.max, [-np.inf, -np.inf], -np.inf, [0.5, 0.5]),
        (lambda x: ag.sum(ag.clip(x, 0, 1)), [-1, 0, 0.5, 1, 2], 2.5, [0, 1, 1, 1, 0]),
    ],
)  # fmt: skip
def test_corners_and_tails(f: Callable[[Any], Any], x: Any, value: float, gradient: Any) -> None:
    x = np.array(x, np.float64)
    got, (slope,) = ag.vjp(f, x)[0], ag.vjp(f, x)[1](1.0)
    assert got == pytest.approx(value, rel=1e-15)
    np.testing.assert_allclose(slope, gradient, rtol=1e-13, atol=0)
    for direction in np.eye(x.size).reshape(-1, *x.shape):
        along = np.vdot(direction, gradient)
        assert ag.jvp(f, (x,), (direction,))[1] == pytest.approx(along, rel=1e-13, abs=1e-300)


@pytest.mark.parametrize("x", [[2.0, 3, 5, 7], [0.0, 3, 5, 7], [0.0, 3, 0, 7], [0.0, 0, 0, 7], [0.0] * 4], ids=str)
def test_the_second_derivatives_of_a_product_are_right_at_zeros(x: list[float]) -> None:
    others = [[0 if i == k else np.prod(np.delete(x, [i, k])) for k in range(4)] for i in range(4)]
    np.testing.assert_allclose(ag.hessian(ag.prod)(np.array(x)), others, rtol=1e-14)


def test_sorting_sends_each_gradient_to_a_number_of_its_value() -> None:
    x, seed = np.array([1.0, 0, 1, 2, 0, 1]), np.arange(6.0)
    t = Tensor(x)
    ag.sort(t).backward(seed)
    for value in x:
        assert sorted(t.grad[x == value]) == sorted(seed[np.sort(x) == value])


PLAIN = listed("""
    argmax(A(3, 4)); argmax(A(3, 4), axis=1); argmin(A(3, 4), axis=-1, keepdims=True); argsort(A(3, 4))
    argsort(A(3, 4), axis=0); isnan(A(3)); isfinite(A(2)); isinf(A(2)); allclose(A(3), A(3)); isclose(A(3), A(3))
    array_equal(A(3), A(3)); shape(A(2, 3)); ndim(A(2, 3)); size(A(2, 3)); zeros_like(A(2, 3)); ones_like(A(2))
    full_like(A(2), 7); any(A(2, 3), axis=0); all(A(2, 3)); count_nonzero(A(2, 3)); A(2, 3) < A(3); A(3) == A(3)
    A(3) != 0.5; A(2, 3) >= A(2, 1); A(2, 3).shape; A(2, 3).dtype; A(2).size
""")


@pytest.mark.parametrize(("case", "route"), [(case, route) for case in PLAIN for route in routes(case)])
@each_dtype
def test_what_has_no_gradient_is_a_plain_result(case: str, route: str, dtype: Any) -> None:
    assert repr(run(case, map(Tensor, operands(case, dtype)), route)) == repr(numpys(case, operands(case, dtype)))


UP_TO_4D = [shape for ndim in range(5) for shape in itertools.product((0, 1, 2), repeat=ndim)]
PARTIALS: dict[str, Callable[..., tuple[Any, Any]]] = {
    "add": lambda x, y: (1, 1),  # noqa: ARG005 - as the others are called
    "multiply": lambda x, y: (y, x),
    "maximum": lambda x, y: (x > y, x < y),
}


@pytest.mark.parametrize("name", PARTIALS)
def test_every_pair_of_shapes_that_broadcast(name: str) -> None:
    for x_shape, y_shape in itertools.product(UP_TO_4D, repeat=2):
        if any(m != n and 1 not in (m, n) for m, n in zip(x_shape[::-1], y_shape[::-1], strict=False)):
            continue
        x, y = operands(f"A{x_shape} A{y_shape}")
        out = getattr(np, name)(t := Tensor(x), u := Tensor(y))
        assert_same(out.data, getattr(np, name)(x, y))
        (seed,) = seeds_like([out])
        out.backward(seed)
        for node, partial in zip((t, u), PARTIALS[name](x, y), strict=True):
            places = np.broadcast_to(np.arange(node.size).reshape(node.shape), out.shape).ravel()
            assert_same(node.grad, np.bincount(places, (seed * partial).ravel(), node.size).reshape(node.shape))


@given(st.data())
def test_drawn_cases(data: st.DataObject) -> None:
    """Shapes, axes and indices that nobody thought of."""
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=3))
    axes = data.draw(hnp.valid_tuple_axes(len(shape)))
    index = data.draw(hnp.basic_indices(shape, allow_newaxis=True))
    matrices = data.draw(hnp.mutually_broadcastable_shapes(signature="(n?,k),(k,m?)->(n?,m?)", max_dims=2, min_side=0))
    cases = [
        f"{data.draw(st.sampled_from(['sum', 'prod']))}(A{shape}, axis={axes}, keepdims={data.draw(st.booleans())})",
        f"transpose(A{shape}, {data.draw(st.permutations(range(len(shape))))})",
        f"reshape(A{shape}, {data.draw(st.permutations(shape))}, order={data.draw(st.sampled_from('CF'))!r})",
        f"concatenate([A{shape}, A{shape}], axis={data.draw(st.integers(-len(shape), len(shape) - 1))})",
        f"A{shape}[{index!r}]",
        "matmul(A{}, A{})".format(*matrices.input_shapes),
    ]
    if 0 not in shape:
        chosen = data.draw(hnp.integer_array_indices(shape, result_shape=hnp.array_shapes(max_dims=2, max_side=3)))
        cases += [f"max(A{shape}, axis={axes})", f"A{shape}[{tuple(each.tolist() for each in chosen)}]"]
    for case in cases:
        check(case, data.draw(st.sampled_from(routes(case))), np.float64)
