"""custom_vjp: a function with a derivative of its author's, as JAX documents it."""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from by_mode import each_mode, each_two_modes

import autograd_mini as ag
from autograd_mini import Tensor, Value, custom_vjp
from autograd_mini.graph import topological
from autograd_mini.linear import sum_to

if TYPE_CHECKING:
    from collections.abc import Callable

X = np.array([0.3, -1.2, 2.0])


def made(f: Callable[..., Any], forward: Callable[..., Any], backward: Callable[..., Any]) -> Any:
    custom = custom_vjp(f)
    custom.defvjp(forward, backward)
    return custom


# JAX's own examples.
f = made(
    lambda x, y: ag.sin(x) * y,
    lambda x, y: (ag.sin(x) * y, (ag.cos(x), ag.sin(x), y)),
    lambda needs, g: (needs[0] * g * needs[2], needs[1] * g),
)
log1pexp = made(ag.softplus, lambda x: (ag.softplus(x), x), lambda x, g: ((1 - 1 / (1 + ag.exp(x))) * g,))
cube = made(lambda x: x**3, lambda x: (x**3, x), lambda x, g: (3 * x**2 * g,))


@each_mode
def test_it_is_the_function_with_the_derivative_that_was_given(D: Any) -> None:
    assert D(log1pexp)(3.0) == pytest.approx(1 / (1 + math.exp(-3)))
    assert log1pexp(0.0) == pytest.approx(math.log(2))


@each_two_modes
def test_second_order(D: Any, E: Any) -> None:
    assert D(E(cube))(2.0) == 12
    assert D(D(E(lambda x: x * cube(2 * x))))(2.0) == pytest.approx(8 * 4 * 3 * 2 * 2)


@pytest.mark.parametrize("args", [(0.3, 0.7), (X, X + 1), (X, 2.0), (0.3, X), (np.outer(X, X), X)], ids=str)
def test_derivatives_of_several_arguments_of_any_shape(args: Any) -> None:
    shape = np.broadcast_shapes(*map(np.shape, args))
    g = made(
        lambda x, y: ag.sin(x) * y,
        lambda x, y: (ag.sin(x) * y, (x, y)),
        lambda r, g: (sum_to(g * ag.cos(r[0]) * r[1], r[0].shape), sum_to(g * ag.sin(r[0]), r[1].shape)),
    )
    ag.check_grads(g, args, order=2)
    plain, seed = (lambda x, y: ag.sin(x) * y), np.cos(np.arange(np.prod(shape, dtype=int))).reshape(shape)
    for got, want in zip(ag.vjp(g, *args)[1](seed), ag.vjp(plain, *args)[1](seed), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-13)


def test_values_and_tensors_are_operands() -> None:
    assert ag.grad(f, (0, 1))(2.0, 3.0) == pytest.approx((3 * math.cos(2), math.sin(2)))
    v, t = Value(0.5), Tensor(X)
    out = f(v, 2.0) + ag.sum(f(t, X))
    out.backward()
    assert v.grad == pytest.approx(2 * math.cos(0.5))
    np.testing.assert_allclose(t.grad, X * np.cos(X))
    assert (type(f(2.0, 3.0)), type(f(X, X))) == (float, np.ndarray)


@each_mode
def test_none_is_no_gradient(D: Any) -> None:
    scaled = made(lambda x, n: x * n, lambda x, n: (x * n, n), lambda n, g: (g * n, None))
    assert D(lambda x: scaled(x, 3.0))(2.0) == 3
    assert D(lambda n: scaled(2.0, n))(3.0) == 0


def test_keyword_arguments_and_defaults_are_brought_into_order() -> None:
    @custom_vjp
    def scaled(x: Any, factor: Any = 2.0, shift: Any = 0.0) -> Any:
        return x * factor + shift

    scaled.defvjp(lambda x, factor, shift: (x * factor + shift, (x, factor)), lambda r, g: (g * r[1], g * r[0], g))
    x, factor = Value(3.0), Value(5.0)
    for call in (lambda: scaled(x, factor), lambda: scaled(factor=factor, x=x), lambda: scaled(x, factor=factor)):
        (out := call()).zero_grad()
        out.backward()
        assert (out.item(), x.grad, factor.grad) == (15, 5, 3)
    assert scaled(3.0) == 6
    assert scaled(3.0, shift=1.0) == scaled(Value(3.0), shift=1.0).item() == 7


@pytest.mark.parametrize("x", [3.0, Value(3.0)], ids=["number", "node"])
def test_keyword_only_arguments_are_obeyed_or_refused(x: Any) -> None:
    @custom_vjp
    def scaled(x: Any, *, factor: Any = 2.0) -> Any:
        return x * factor

    scaled.defvjp(lambda x, factor=2.0: (x * factor, factor), lambda factor, g: (g * factor,))
    with contextlib.suppress(TypeError):
        assert scaled(x, factor=5.0) == 15


def test_forward_runs_once_in_a_first_order_pass_and_backward_once_for_all_arguments() -> None:
    calls: list[str] = []
    g = made(
        lambda *_: calls.append("function"),
        lambda x, y: (calls.append("forward"), (x * y, (x, y)))[1],
        lambda r, g: (calls.append("backward"), (g * r[1], g * r[0]))[1],
    )
    x, y = Tensor(X), Tensor(X)
    np.sum(g(x, y)).backward()
    assert calls == ["forward", "backward"]
    calls.clear()
    ag.grad(lambda x: np.sum(g(x, X)))(X)
    assert calls == ["forward", "backward"]


def test_it_has_its_name_and_docstring() -> None:
    @custom_vjp
    def swish(x: Any) -> Any:
        """x σ(x)."""
        return x * ag.sigmoid(x)

    swish.defvjp(lambda x: (x * ag.sigmoid(x), x), lambda x, g: (g * ag.grad(lambda x: x * ag.sigmoid(x))(x),))
    x = Tensor(0.5)
    assert [node.op for node in topological(swish(x) * 2)] == ["", "swish", "mul"]
    assert (swish.__name__, swish.__doc__) == ("swish", "x σ(x).")
    assert swish(x).inputs == (x,)


@each_two_modes
def test_nested_in_derivatives(D: Any, E: Any) -> None:
    """No perturbation confusion: d/dx x (d/dy (x y)³ at y = x) = d/dx 3 x⁶."""
    assert D(lambda x: x * E(lambda y: cube(x * y))(x))(1.5) == pytest.approx(18 * 1.5**5)


@each_two_modes
def test_one_inside_of_another(D: Any, E: Any) -> None:
    outer = made(lambda x: cube(x) * 2, lambda x: (cube(x) * 2, x), lambda x, g: (2 * g * E(cube)(x),))
    assert D(outer)(2.0) == D(D(outer))(2.0) == 24


def test_a_seed_that_was_written_to_since_is_a_new_seed() -> None:
    t, seed = Tensor(X), np.ones(3)
    out = cube(t)
    out.backward(seed)
    seed[:] = 10
    out.backward(seed)
    np.testing.assert_allclose(t.grad, 33 * X**2)


@pytest.mark.parametrize("give", [np.float32, np.float64])
def test_a_gradient_has_the_dtype_of_its_argument(give: Any) -> None:
    g = made(lambda x: x * 2, lambda x: (x * 2, None), lambda _, g: (np.asarray(g * 2, give),))
    for dtype in (np.float32, np.float64):
        t = Tensor(X.astype(dtype))
        out = g(t)
        out.backward(np.ones(3))
        assert (out.dtype, t.grad.dtype) == (dtype, dtype)
        assert ag.vjp(g, X.astype(dtype))[1](X.astype(dtype))[0].dtype == dtype


def test_without_a_derivative_it_says_so() -> None:
    with pytest.raises(RuntimeError, match="<lambda> has no derivative yet: call its defvjp"):
        custom_vjp(lambda x: x)(1.0)


@pytest.mark.parametrize(
    ("forward", "backward", "error", "text"),
    [
        (lambda x: x, lambda _, g: (g,), TypeError, r"forward of <lambda> returns \(result, what backward needs\)"),
        (lambda x: ("a", x), lambda _, g: (g,), TypeError, r"<lambda>.*'a'"),
        (lambda x: (x * 1, None), lambda _, g: g, TypeError, r"backward of <lambda> returns a tuple of 1 gradients"),
        (lambda x: (x * 1, None), lambda _, g: (g[:1],), ValueError, r"shape \(1,\) for an argument of shape \(3,\)"),
    ],
)
def test_what_forward_and_backward_must_not_return(forward: Any, backward: Any, error: Any, text: str) -> None:
    x = Tensor(X)
    with pytest.raises(error, match=text):
        made(lambda x: x, forward, backward)(x).backward(np.ones(3))
    assert x.grad is None


@pytest.mark.parametrize(("args", "named"), [((), {}), ((X, X), {}), ((X,), {"y": 1})])
def test_arguments_are_those_of_the_function(args: Any, named: Any) -> None:
    with pytest.raises(TypeError, match="argument"):
        cube(*map(Tensor, args), **named)


@pytest.mark.parametrize("bad", ["text", 1j, {"a": 1.0}], ids=repr)
def test_arguments_are_numbers_arrays_and_nodes(bad: Any) -> None:
    with pytest.raises(TypeError, match="takes numbers, arrays of float32 or float64, and nodes"):
        f(Tensor(X), bad)
