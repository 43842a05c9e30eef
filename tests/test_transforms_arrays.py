"""Transforms over floats, arrays and structures of them, against closed forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import Tensor, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from autograd_mini.tree import leaves

if TYPE_CHECKING:
    from collections.abc import Callable

Array = np.ndarray[Any, Any]
X, V = np.array([0.3, -1.2, 2.0]), np.array([1.0, -0.5, 0.25])
W = np.arange(6.0).reshape(2, 3) / 5
P = {"W": W, "b": [0.5, (X,)]}  # numbers and arrays, nested


def model(p: Any) -> Any:
    """b Σ (W x)²: of p its derivatives have closed forms."""
    return p["b"][0] * ag.sum((p["W"] @ p["b"][1][0]) ** 2)


Z = W @ X
GRADIENT = {"W": np.outer(Z, X), "b": [float(Z @ Z), (W.T @ Z,)]}
DIRECTION = {"W": np.cos(W), "b": [2.0, (V,)]}


def assert_like(got: Any, want: Any) -> None:
    """The same structure, types, shapes, dtypes and numbers."""
    assert type(got) is type(want), (got, want)
    if isinstance(want, dict):
        assert_like(list(got.items()), list(want.items()))
    elif isinstance(want, list | tuple):
        for x, y in zip(got, want, strict=True):
            assert_like(x, y)
    elif isinstance(want, str):
        assert got == want
    elif isinstance(want, np.ndarray):
        np.testing.assert_allclose(got, want, 1e-12, 1e-13, strict=True)
    else:
        assert got == pytest.approx(want, rel=1e-12, abs=1e-13)


def directional(gradient: Any, direction: Any) -> float:
    return float(sum(np.vdot(g, d) for g, d in zip(leaves(gradient), leaves(direction), strict=True)))


def test_first_order_of_a_structure() -> None:
    value = float(0.5 * Z @ Z)
    assert_like(grad(model)(P), GRADIENT)
    assert_like(value_and_grad(model)(P), (value, GRADIENT))
    assert_like(vjp(model, P)[1](1.0), (GRADIENT,))
    assert_like(jvp(model, (P,), (DIRECTION,)), (value, directional(GRADIENT, DIRECTION)))
    assert_like(jacobian(model)(P), GRADIENT)


def test_second_order_of_a_structure() -> None:
    H = hessian(model)(P)
    assert_like(H["b"][0]["b"], [0.0, (2 * W.T @ Z,)])
    assert_like(H["b"][1][0]["b"][1][0], W.T @ W)
    assert_like(H["W"]["b"][0], 2 * np.outer(Z, X))
    assert_like(H["W"]["W"], np.einsum("ik,j,l->ijkl", np.eye(2), X, X))
    assert_like(jacobian(grad(model))(P), H)
    along = jvp(grad(model), (P,), (DIRECTION,))[1]
    assert_like(hvp(model)(P, DIRECTION), along)
    assert_like(grad(lambda p: jvp(model, (p,), (DIRECTION,))[1])(P), along)
    assert_like(vjp(grad(model), P)[1](DIRECTION), (along,))  # H is symmetric


QUARTIC = lambda x: ag.sum(x**4)
OUTER = np.eye(3)[:, :, None] * np.eye(3)


along_v = lambda f: lambda x: jvp(f, (x,), (V,))[1]
pulled_v = lambda f: lambda x: vjp(f, x)[1](V)[0]


@pytest.mark.parametrize(
    ("derivative", "want"),
    [
        (grad(QUARTIC), 4 * X**3),
        (along_v(QUARTIC), float(V @ (4 * X**3))),
        (pulled_v(grad(QUARTIC)), 12 * X**2 * V),
        (grad(along_v(QUARTIC)), 12 * X**2 * V),
        (along_v(along_v(QUARTIC)), float(V**2 @ (12 * X**2))),
        (along_v(along_v(along_v(QUARTIC))), float(V**3 @ (24 * X))),
        (grad(along_v(along_v(QUARTIC))), 24 * X * V**2),
        (along_v(grad(along_v(QUARTIC))), 24 * X * V**2),
        (pulled_v(along_v(grad(QUARTIC))), 24 * X * V**2),
        (grad(lambda x: ag.sum(hvp(QUARTIC)(x, V) * V)), 24 * X * V**2),
        (jacobian(hessian(QUARTIC)), 24 * OUTER * X),
        (hessian(along_v(QUARTIC)), np.diag(24 * X * V)),
        (hessian(lambda x: ag.sum(hessian(QUARTIC)(x))), np.diag([24.0] * 3)),
    ],
)
def test_orders_and_modes_mix(derivative: Callable[[Any], Any], want: Any) -> None:
    assert_like(derivative(X), want)


@pytest.mark.parametrize(
    ("f", "want"),
    [
        (lambda x: x * x, np.diag(2 * X)),
        (lambda x: W @ x, W),
        (lambda x: np.outer(x, x), np.einsum("ik,j->ijk", np.eye(3), X) + np.einsum("jk,i->ijk", np.eye(3), X)),
        (lambda x: {"c": 3.0, "t": (x[1:],)}, {"c": np.zeros(3), "t": (np.eye(3)[1:],)}),
        (lambda _: np.ones((2, 1)), np.zeros((2, 1, 3))),
        (lambda x: x[:0], np.zeros((0, 3))),
    ],
)  # fmt: skip
def test_jacobians_have_the_shapes_of_output_and_argument(f: Any, want: Any) -> None:
    assert_like(jacobian(f)(X), want)


def test_argnums_of_numbers_arrays_and_text() -> None:
    def f(a: Any, name: str, x: Any, *, power: int = 1) -> Any:
        assert name == "n"
        return ag.sum(a * x**power)

    assert_like(grad(f, argnums=(2, 0))(2.0, "n", X, power=2), (4 * X, float(np.sum(X**2))))
    assert_like(value_and_grad(f, argnums=-1)(2.0, "n", X), (float(np.sum(2 * X)), np.full(3, 2.0)))
    assert_like(jacobian(lambda a, x: a * x, (0, 1))(2.0, X), (X, 2 * np.eye(3)))
    assert_like(hessian(f, argnums=2)(2.0, "n", X, power=2), 4 * np.eye(3))


@pytest.mark.parametrize("argnums", [0, 1, -1, -2])
def test_hvp_by_any_argument(argnums: int) -> None:
    f = lambda x, y: ag.sum(x**3 * y**2)
    want = 6 * X * V**2 * W[0] if argnums in (0, -2) else 2 * X**3 * W[0]
    assert_like(hvp(f, argnums)(X, V, W[0]), want)


def test_has_aux_with_arrays() -> None:
    result = value_and_grad(lambda x: (ag.sum(x * x), {"twice": 2 * x, "n": 5}), has_aux=True)(X)
    assert_like(result, ((float(X @ X), {"twice": 2 * X, "n": 5}), 2 * X))


def test_perturbations_are_not_confused() -> None:
    assert_like(grad(lambda x: ag.sum(x * grad(lambda y: ag.sum(x + y))(x)))(X), np.ones(3))
    assert_like(jacobian(lambda x: x * jvp(lambda y: x * y, (x,), (np.ones(3),))[1])(X), np.diag(2 * X))
    assert_like(along_v(lambda x: x * along_v(lambda y: x * y)(x))(X), 2 * X * V**2)
    assert_like(grad(lambda x: ag.sum(vjp(lambda y: x * y * y, x)[1](x)[0]))(X), 6 * X**2)


@pytest.mark.parametrize("shape", [(), (0,), (2, 1), (3, 0)], ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_unused_arguments_have_zeros_of_their_shape_and_dtype(shape: tuple[int, ...], dtype: Any) -> None:
    unused = np.ones(shape, dtype)
    f = lambda x, _: ag.sum(x)
    assert_like(grad(f, (0, 1))(X, unused), (np.ones(3), np.zeros(shape, dtype)))
    assert_like(vjp(f, X, unused)[1](2.0), (np.full(3, 2.0), np.zeros(shape, dtype)))
    assert_like(hessian(f, 1)(X, unused), np.zeros(shape + shape, dtype))
    np.testing.assert_array_equal(hvp(f, 1)(X, unused, unused), np.zeros(shape))
    assert_like(jvp(lambda _: X, (unused,), (unused,)), (X, np.zeros(3)))


@pytest.mark.parametrize("dtype", [np.float32, np.int64, bool, ">f8"])
def test_other_dtypes(dtype: Any) -> None:
    x = np.array([1, 0, 1], dtype)
    kept = np.float32 if dtype is np.float32 else np.float64
    f = lambda x: ag.sum(x**3)
    assert_like(grad(f)(x), 3 * x.astype(kept) ** 2)
    assert_like(jacobian(grad(f))(x), np.diag(6 * x.astype(kept)))
    assert_like(jvp(grad(f), (x,), (x,))[1], 6 * x.astype(kept) ** 2)


def test_at_tensors_of_the_caller_derivatives_are_nodes_of_their_graph() -> None:
    x, w = Tensor(X), Tensor(V)
    for make in (
        lambda f: grad(f)(x),
        lambda f: vjp(f, x)[1](1.0)[0],
        lambda f: ag.stack([jvp(f, (x,), (row,))[1] for row in np.eye(3)]),
        lambda f: jacobian(f)(x),
    ):
        slope = make(lambda v: ag.sum(w * v**3))
        np.sum(slope).zero_grad()
        slope.backward(np.ones(3))
        assert_like((slope.numpy(), x.grad, w.grad), (3 * V * X**2, 6 * V * X, 3 * X**2))
    assert_like(grad(lambda v: ag.sum(w * v**3))(x.detach()), 3 * V * X**2)


@pytest.mark.parametrize("between", [lambda pull: pull(Tensor(V)), lambda pull: grad(lambda c: ag.sum(pull(c)[0]))(V)])
def test_a_pullback_serves_again_and_again(between: Callable[[Any], Any]) -> None:
    _, pullback = vjp(lambda x: x * x, X)
    for _ in range(2):
        assert_like(pullback(V), (2 * X * V,))
        between(pullback)


@pytest.mark.parametrize("bad", [np.ones(2), 1.0, [X], None], ids=repr)
def test_cotangents_and_tangents_of_another_shape_are_refused(bad: Any) -> None:
    for pulled in (True, False):
        with pytest.raises(ValueError, match="cotangent" if pulled else "tangents"):
            vjp(lambda x: x * x, X)[1](bad) if pulled else jvp(lambda x: x * x, (X,), (bad,))
