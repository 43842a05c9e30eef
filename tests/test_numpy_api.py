"""NumPy's own functions on nodes: every one in the tables dispatches, the others are refused by name."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import Tensor, Value
from autograd_mini.numpy_api import NUMPY, PLAIN, REDUCTIONS, UFUNCS

if TYPE_CHECKING:
    from collections.abc import Callable

# Numbers within (0, 1), no two of one distance from a corner.
X, Y = np.array([[0.16, 0.61, 0.37], [0.83, 0.29, 0.72]]), np.array([[0.44, 0.9, 0.21]])
CUBE, SQUARE, VECTOR = np.linspace(0.1, 0.9, 8).reshape(2, 2, 2), X.T @ X, X[0]
OPERANDS = {"X": X, "Y": Y, "CUBE": CUBE, "SQUARE": SQUARE, "VECTOR": VECTOR}

CALLS = {"arccosh": "arccosh(X + 1)", "matmul": "matmul(X, SQUARE)", "floor_divide": "floor_divide(X, Y)"}
CALLS |= {
    call.partition("(")[0]: call
    for call in """
    amax(X, 1)|amin(X)|append(X, Y, axis=0)|around(X, 1)|array_split(VECTOR, 2)|atleast_1d(X)|atleast_2d(VECTOR)
    atleast_3d(X)|broadcast_to(Y, (2, 3))|clip(X, 0.2, 0.7)|column_stack([VECTOR, SQUARE])|concatenate([X, Y])|copy(X)
    cross(X, Y)|cumsum(X, axis=1)|diag(SQUARE)|diagonal(X)|diff(X)|dot(X, VECTOR)|dsplit(CUBE, 2)|dstack([X, X])
    einsum("ij,kj->ik", X, Y)|expand_dims(X, 0)|flip(X)|fliplr(X)|flipud(X)|hsplit(X, [1])|hstack([X, X])|inner(X, Y)
    kron(X, Y)|max(X, axis=0)|mean(X, axis=0)|min(X, axis=0)|moveaxis(X, 0, 1)|linalg.norm(X, axis=1)|outer(VECTOR, Y)
    pad(X, 1)|prod(X, axis=1)|ravel(X)|real(X)|repeat(X, 2)|reshape(X, (3, 2))|roll(X, 1)|rollaxis(X, 1)
    round(X, 1)|sinc(X)|sort(X)|split(VECTOR, 3)|squeeze(Y)|stack([X, X])|std(X, axis=1)|sum(X, axis=0)
    rot90(X)|swapaxes(X, 0, 1)|take(X, [0, 2])|vdot(X, X)|take_along_axis(X, np.array([[0, 2], [1, 1]]), 1)
    tensordot(X, SQUARE, 1)|tile(X, 2)|trace(SQUARE)|transpose(X)|tril(X)|triu(X)|var(X, ddof=1)
    vsplit(X, 2)|vstack([X, Y])|where(X > 0.5, X, Y)|linalg.norm(SQUARE)
    """.strip().replace("\n", "|").split("|")
    for call in [call.strip()]
}  # fmt: skip
PLAIN_CALLS = {
    call.partition("(")[0]: call
    for call in """
    allclose(X, X)|argpartition(X, 1)|array_equal(X, Y)|array_equiv(X, X)|array_repr(X)|array_str(X)|isscalar(X)
    digitize(X, VECTOR[:1])|full_like(X, 3)|histogram(X)|isclose(X, Y)|isin(X, VECTOR)|lexsort((X[0], X[1]))|shape(X)
    searchsorted([0.2, 0.5], X)|shares_memory(X, Y)|result_type(X, np.float32)|bincount([0, 1, 1], X[0])
    may_share_memory(X, Y)
    """.strip().replace("\n", "|").split("|")
    for call in [call.strip()]
}  # fmt: skip


def call_of(function: Any, known: dict[str, str]) -> str:
    """How a function of the tables is called: as above, or on as many arrays as it takes."""
    name = ("linalg." if "linalg" in (function.__module__ or "") else "") + function.__name__
    return known.get(name) or f"{name}({', '.join('XY'[: getattr(function, 'nin', 1)])})"


def run(call: str, operands: dict[str, Any]) -> list[Any]:
    results = eval(f"np.{call}", {"np": np, **operands})  # noqa: S307 - the calls above
    return list(results) if isinstance(results, list | tuple) else [results]


def tensors() -> dict[str, Tensor]:
    return {name: Tensor(array) for name, array in OPERANDS.items()}


DIFFERENTIABLE = sorted({call_of(f, CALLS) for f in {*NUMPY, *UFUNCS, np.where}} | {"linalg.norm(SQUARE)"})
RESULTS = sorted({call_of(f, PLAIN_CALLS) for f in PLAIN} - {"empty_like(X)"})


def test_the_tables_hold_what_they_are_for() -> None:
    assert {np.exp, np.add, np.matmul, np.heaviside} <= set(UFUNCS)
    assert {np.sum, np.linalg.norm, np.einsum, np.where} <= {*NUMPY, np.where}
    assert {np.argmax, np.isnan, np.less, np.zeros_like} <= PLAIN
    assert not PLAIN & {*NUMPY, *UFUNCS}
    assert np.empty_like(Tensor(X)).shape == X.shape


@pytest.mark.parametrize("call", DIFFERENTIABLE)
def test_a_function_with_a_derivative_gives_nodes(call: str) -> None:
    results, wanted = run(call, tensors()), run(call, OPERANDS)
    for got, want in zip(results, wanted, strict=True):
        assert type(got) is Tensor
        np.testing.assert_allclose(got.data, want, 1e-15, strict=True)
    used = sorted(set(re.findall("[A-Z]+", call)) & set(OPERANDS))
    ag.check_grads(lambda *xs: run(call, dict(zip(used, xs, strict=True))), [OPERANDS[name] for name in used], order=2)


@pytest.mark.parametrize("call", RESULTS)
def test_a_function_without_one_gives_numpys_plain_result(call: str) -> None:
    assert list(map(repr, run(call, tensors()))) == list(map(repr, run(call, OPERANDS)))


AT_THE_EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 7.0, 8.0, 0.1, 1000.0, 1e-300, np.inf, -np.inf, np.nan]


@pytest.mark.parametrize("name", sorted(f.__name__ for f in UFUNCS if isinstance(f, np.ufunc) and f is not np.matmul))
def test_values_at_the_edges_are_numpys(name: str) -> None:
    f = getattr(np, name)
    arrays = [np.array(AT_THE_EDGES)] if f.nin == 1 else list(map(np.ravel, np.meshgrid(AT_THE_EDGES, AT_THE_EDGES)))
    with np.errstate(all="ignore"):
        got, want = f(*map(Tensor, arrays)).data, f(*arrays)
    np.testing.assert_allclose(got, want, rtol=1e-14, atol=0)


@pytest.mark.parametrize("f", REDUCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("options", [{}, {"axis": 1}, {"axis": None}, {"axis": (0, 1)}, {"axis": -1, "keepdims": True}])
def test_reduce(f: Any, options: dict[str, Any]) -> None:
    t = Tensor(X)
    out = f.reduce(t, **options)
    np.testing.assert_allclose(out.data, f.reduce(X, **options), 1e-15, strict=True)
    ag.check_grads(lambda x: f.reduce(x, **options), (X,))


@pytest.mark.parametrize(
    "f", [np.add, np.subtract, np.multiply, np.divide, np.power, np.maximum], ids=lambda f: f.__name__
)
@pytest.mark.parametrize("operands", [(X, Y), (VECTOR, X), (X, np.array(0.5))], ids=["2d", "1d", "0d"])
def test_outer(f: Any, operands: Any) -> None:
    for i in (0, 1):
        mixed = [Tensor(x) if i == k else x for k, x in enumerate(operands)]
        np.testing.assert_allclose(f.outer(*mixed).data, f.outer(*operands), 1e-15, strict=True)
    ag.check_grads(f.outer, operands, order=1)


@pytest.mark.parametrize("change", [operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ipow])
def test_in_place_on_an_array_is_refused_and_on_a_node_makes_another(change: Callable[..., Any]) -> None:
    array, t = X.copy(), Tensor(X)
    with pytest.raises(TypeError, match=r"can't write a node into an array.*a = a \+ t"):
        change(array, t)
    np.testing.assert_array_equal(array, X)
    other = change(t, Y)
    assert other is not t
    np.testing.assert_array_equal(t.data, X)
    assert other.inputs[0] is t


@pytest.mark.parametrize("node", [Tensor(X), Value(0.5)], ids=["Tensor", "Value"])
@pytest.mark.parametrize(
    "write",
    [
        lambda t, out: np.exp(t, out=out),
        lambda t, out: np.add(out, t, out=(out,)),
        lambda t, out: np.sum(t, axis=0, out=out[0]),
        lambda t, out: np.add.reduce(t, out=out[0]),
        lambda t, out: np.add.at(out, 0, t),
        lambda t, out: np.copyto(out, t),
        lambda t, out: np.put(out, [0], t),
        lambda t, out: np.fill_diagonal(out, t),
        lambda t, out: np.concatenate([[t], [t]], out=out),
    ],
)
def test_nothing_is_written_into_an_array(write: Callable[..., Any], node: Any) -> None:
    out = np.zeros(X.shape)
    with pytest.raises((TypeError, ValueError)):
        write(node, out)
    assert not out.any()


REFUSED = [
    (lambda t: np.exp(t, where=X > 0), r"np\.exp.*doesn't take where="),
    (lambda t: np.exp(t, dtype=np.float32), r"np\.exp.*doesn't take dtype="),
    (np.add.accumulate, r"np\.add\.accumulate has no derivative here"),
    (lambda t: np.add.reduceat(t, [0]), r"np\.add\.reduceat"),
    (np.subtract.reduce, r"np\.subtract\.reduce"),
    (lambda t: np.less.outer(t, t), r"np\.less\.outer"),
    (lambda t: np.add.reduce(t, initial=1.0), "initial"),
    (np.nancumsum, r"np\.nancumsum.*nearest that there is: np\.cumsum"),
    (np.nanmean, r"np\.nanmean.*nearest that there is: np\.mean"),
    (np.nanstd, r"np\.nanstd.*nearest that there is: np\.std"),
    (np.median, r"np\.median has no derivative here"),
    (np.linalg.det, r"np\.linalg\.det has no derivative here.*np\.linalg\.det\(t\.numpy\(\)\)"),
    (np.fft.fft, r"fft has no derivative here"),
    (np.cbrt, r"np\.cbrt has no derivative here"),
    (np.isnat, r"isnat"),
]


@pytest.mark.parametrize(("f", "text"), REFUSED)
def test_what_there_is_not_is_refused_by_name(f: Callable[[Any], Any], text: str) -> None:
    with pytest.raises(TypeError, match=text):
        f(Tensor(SQUARE))


@pytest.mark.parametrize(("f", "want"), [(np.sin, np.sin(0.5)), (np.sum, 0.5), (np.logaddexp, np.logaddexp(0.5, 0.5))])
def test_of_values_they_give_nodes(f: Any, want: float) -> None:
    v = Value(0.5)
    out = f(v, v) if f is np.logaddexp else f(v)
    assert isinstance(out, Value | Tensor)
    assert out.item() == pytest.approx(want, rel=1e-15)
    assert type(np.isnan(v)) is type(np.less(v, 1.0)) is bool
