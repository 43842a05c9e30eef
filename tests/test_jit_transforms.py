"""jit with transforms inside and outside, modes, random numbers, warnings."""

from __future__ import annotations

import math
import random
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from jitted import M, X, Y, assert_close, assert_same, each_way, eager, kind

import autograd_mini as ag
from autograd_mini import Tensor, Value, jit, no_grad
from autograd_mini.modes import RecordingError
from autograd_mini.tree import leaves, map_leaves

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).name


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
    for make in (Tensor, np.array):
        fast = jit(f)
        with np.errstate(divide="ignore"):
            fast(make([0.5, 0.7]))
        x = make(numbers)
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
