"""Attacks on Tensors that they withstand: nested modes, third orders, structures, deep graphs, aliases, threads."""

from __future__ import annotations

import gc
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import Tensor, Value, check_grads, no_grad

if TYPE_CHECKING:
    from collections.abc import Callable

V = np.array([0.3, -0.7, 1.2])
M = np.array([[0.5, -1.1, 0.8], [1.4, 0.2, -0.6], [-0.9, 1.7, 0.1]])


def by_reverse(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return ag.grad(lambda x: np.sum(f(x)))


def by_forward(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: ag.jvp(f, (x,), (np.ones(np.shape(x)),))[1]


MODES = pytest.mark.parametrize("inner", [by_reverse, by_forward], ids=["of reverse", "of forward"])


@MODES
@pytest.mark.parametrize("outer", [by_reverse, by_forward], ids=["reverse", "forward"])
def test_nested_derivatives_of_arrays_are_not_confused(inner: Any, outer: Any) -> None:
    x = np.array([1.0, 2.0])
    assert np.array_equal(outer(lambda x: x * inner(lambda y: x + y)(np.ones(2)))(x), [1, 1])
    assert np.array_equal(outer(lambda x: x * inner(lambda y: x * y * y)(x))(x), 6 * x**2)
    assert np.array_equal(outer(lambda _: inner(lambda y: x * y)(x))(x), [0, 0])


# Inner transforms, to be differentiated by both modes: of a function of y in which x stands as well.
NESTED: dict[str, Callable[[Any], Any]] = {
    "grad": lambda x: ag.grad(lambda y: np.sum(np.sin(x * y)))(x),
    "value_and_grad": lambda x: ag.value_and_grad(lambda y: np.sum(np.sin(x * y)))(x),
    "jvp": lambda x: ag.jvp(lambda y: np.sin(x * y), (x,), (x**2,)),
    "vjp": lambda x: ag.vjp(lambda y: np.sin(x * y), x)[1](x**2),
    "jacobian": lambda x: ag.jacobian(lambda y: np.sin(x * y))(x),
    "hessian": lambda x: ag.hessian(lambda y: np.sum(np.sin(x * y)))(x),
    "hvp": lambda x: ag.hvp(lambda y: np.sum(np.sin(x * y)))(x, x**2),
}


@pytest.mark.parametrize("nested", NESTED.values(), ids=NESTED)
def test_every_transform_can_be_differentiated_twice(nested: Callable[[Any], Any]) -> None:
    check_grads(nested, (V,), order=2)


THIRD: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "max": (lambda x: np.max(x**3), (V,)),
    "sort": (lambda x: np.sort(x**3)[1], (V,)),
    "norm": (np.linalg.norm, (V,)),
    "norm of another order": (lambda x: np.linalg.norm(x, 2.5, axis=1), (M,)),
    "softmax": (lambda x: ag.softmax(x) ** 2, (V,)),
    "logsumexp": (lambda x: ag.logsumexp(x, axis=0), (M,)),
    "getitem": (lambda x: x[[0, 0, 2]] ** 3 * x[1], (V,)),
    "einsum": (lambda x: np.einsum("ij,ij,ii->j", x, x, x), (M,)),
    "where": (lambda x: np.where(x > 0, x**3, np.exp(x)), (V,)),
    "clip": (lambda x: np.clip(x, -0.5, 0.5) ** 3, (V,)),
    "std": (lambda x: np.std(x, axis=0, ddof=1), (M,)),
    "prod": (lambda x: np.prod(x, axis=0), (M,)),
    "stack of numbers": (lambda a, b: ag.stack([a * b, ag.sin(a), b]) ** 2, (1.3, 0.7)),
    "a number times an array": (lambda a, x: np.sum(np.tanh(a * x)) * a, (1.3, V)),
}


@pytest.mark.parametrize("case", THIRD)
def test_third_derivatives(case: str) -> None:
    f, args = THIRD[case]
    check_grads(f, args, order=3)


def test_a_custom_vjp_to_third_order_over_numbers_and_arrays() -> None:
    cube = ag.custom_vjp(lambda x: x**3)
    cube.defvjp(lambda x: (x**3, x), lambda x, g: (g * 3 * x**2,))
    for x in (1.3, V, M):
        check_grads(cube, (x,), order=3)
    by_name = ag.custom_vjp(lambda x, scale=2.0: x * scale)
    by_name.defvjp(lambda x, scale: (x * scale, (x, scale)), lambda kept, g: (g * kept[1], g * kept[0]))
    assert ag.grad(lambda x: by_name(x=x))(5.0) == 2


def test_structured_arguments_and_results_in_both_modes() -> None:
    def f(p: Any) -> Any:
        return {"a": p["w"]["u"] ** 2 * p["b"][0], "c": (np.sum(p["w"]["u"]) * p["b"][1],)}

    check_grads(f, ({"w": {"u": V}, "b": [2.0, M]},), order=2)
    found = ag.jacobian(f)({"w": {"u": V}, "b": [2.0, M]})
    assert found["a"]["b"][1].shape == found["c"][0]["w"]["u"].shape == (3, 3, 3)
    assert np.array_equal(found["a"]["w"]["u"], np.diag(4 * V))


def test_aux_comes_back_plain_in_its_structure() -> None:
    gradient, aux = ag.grad(lambda x: (np.sum(x**2), {"n": x, "s": "text", "k": [np.sum(x), 3]}), has_aux=True)(V)
    assert np.array_equal([gradient, aux["n"]], [2 * V, V])
    assert (aux["s"], aux["k"]) == ("text", [np.sum(V), 3])
    assert (type(aux["n"]), type(aux["k"][0])) == (np.ndarray, float)
    assert not np.shares_memory(aux["n"], V)


@pytest.mark.parametrize("shape", [(), (0,), (2, 0), (3,)], ids=str)
def test_arguments_that_are_ignored_have_zeros_of_their_shape(shape: tuple[int, ...]) -> None:
    x = np.ones(shape, np.float32)
    for zeros in (
        ag.grad(lambda _, y: y)(x, 3.0),
        ag.vjp(lambda _: 3.0, x)[1](1.0)[0],
        ag.jvp(lambda x: x * 0, (x,), (x,))[1],
        ag.jacobian(lambda _: 3.0)(x),
        ag.hvp(lambda _: 3.0)(x, x),
    ):
        assert np.array_equal(zeros, np.zeros(shape))
    assert np.shape(ag.hessian(lambda _: 3.0)(x)) == shape * 2
    assert ag.jacobian(lambda _: np.ones(2))(x).shape == (2, *shape)


INTEGERS = np.arange(3)
ON_INTEGERS: dict[str, Callable[[], Any]] = {
    "grad": lambda: ag.grad(lambda x: np.sum(x**2))(INTEGERS),
    "vjp": lambda: ag.vjp(lambda x: x**2, INTEGERS)[1](np.ones(3, int))[0],
    "jvp": lambda: ag.jvp(lambda x: x**2, (INTEGERS,), (np.ones(3, int),))[1],
    "jacobian": lambda: ag.jacobian(lambda x: x**2)(INTEGERS).diagonal(),
    "hvp": lambda: ag.hvp(lambda x: np.sum(x**3) / 3)(INTEGERS, np.ones(3, int)),
}


@pytest.mark.parametrize("of_integers", ON_INTEGERS.values(), ids=ON_INTEGERS)
def test_integer_arrays_are_differentiated_as_floats(of_integers: Callable[[], Any]) -> None:
    found = of_integers()
    assert (found.dtype, found.tolist()) == (np.float64, [0, 2, 4])


FLOAT32: dict[str, Callable[[Any], Any]] = {
    "softmax": lambda x: np.sum(ag.softmax(x) ** 2),
    "norm": np.linalg.norm,
    "std": np.std,
    "prod": np.prod,
    "sort": lambda x: np.sum(np.sort(x)[0] ** 2),
    "where": lambda x: np.sum(np.where(x > 0, x**2, 0.0)),
    "pad": lambda x: np.sum(np.pad(x, 1, constant_values=2.0) ** 2),
    "concatenate": lambda x: np.sum(np.append(x, 3.0) ** 2),
    "matmul": lambda x: np.sum((x @ x[0]) ** 2),
    "a Value": lambda x: np.sum(np.float64(2) * x**2 * Value(3.0)),
}


@pytest.mark.parametrize("f", FLOAT32.values(), ids=FLOAT32)
def test_float32_stays_float32_in_every_transform(f: Callable[[Any], Any]) -> None:
    x = M.astype(np.float32)
    found = [ag.grad(f)(x), ag.hessian(f)(x), ag.hvp(f)(x, x), ag.vjp(f, x)[1](1.0)[0]]
    found += [ag.jacobian(ag.grad(f))(x), ag.jvp(ag.grad(f), (x,), (x,))[1]]
    assert {g.dtype for g in found} == {np.dtype(np.float32)}


def test_values_and_tensors_in_one_graph() -> None:
    a, b, W = Value(1.0), Value(2.0), Tensor(M)
    t = ag.stack([a, b, a * b, a])  # a twice, and once more through a product
    y = (W @ t[:3])[1] * a + t[3]
    y.backward()
    y.backward()
    assert (a.grad, b.grad) == pytest.approx((2 * (M[1] @ [2, 2, 4] + 1), 2 * (M[1] @ [0, 1, 1])))
    assert np.array_equal(W.grad, [[0] * 3, [2, 4, 4], [0] * 3])


def test_no_grad_inside_a_differentiated_function_makes_constants() -> None:
    def f(x: Any) -> Any:
        with no_grad():
            y = x**2
        return np.sum(x * y)

    assert np.array_equal(ag.grad(f)(V), V**2)
    assert not ag.hessian(f)(V).any()
    with no_grad():
        assert np.array_equal(ag.hessian(lambda x: np.sum(x**2))(V), 2 * np.eye(3))
        assert np.array_equal(ag.jvp(lambda x: x**2, (V,), (V,))[1], 2 * V**2)


def test_a_chain_of_a_hundred_thousand() -> None:
    x = y = Tensor([1.0])
    for _ in range(100_000):
        y = y + 1
    y.backward()
    assert (x.grad, repr(y)) == ([1], "Tensor([100001.])")
    del y  # without recursion


def test_sixty_doublings_in_every_transform() -> None:
    def f(x: Any) -> Any:
        for _ in range(60):
            x = x + x
        return np.sum(x)

    one = np.ones(1)
    assert ag.grad(f)(one) == ag.jvp(f, (one,), (one,))[1] == 2.0**60
    assert ag.hvp(f)(one, one) == 0


@pytest.mark.slow
def test_a_thousand_graphs_leave_nothing_without_the_collector() -> None:
    def graph() -> None:
        W, v = Tensor(M), Value(1.0)
        (ag.softmax(np.tanh(W @ W) * v).max(axis=1).sum() + ag.norm(np.sort(W)) + np.std(W[[0, 0]])).backward()
        ag.hvp(lambda W: np.sum(np.tanh(W @ W)))(M, M)

    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        for _ in range(500):
            graph()  # fills the interpreter's own free lists
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(1000):
            graph()
        assert tracemalloc.get_traced_memory()[0] - before < 5_000
    finally:
        tracemalloc.stop()
        gc.enable()


def test_results_of_transforms_are_arrays_of_their_own() -> None:
    x, c = V.copy(), np.ones(3)
    out, pullback = ag.vjp(lambda x: x, x)
    value, tangent = ag.jvp(lambda x: x, (x,), (c,))
    gradients = ag.grad(lambda x, y: np.sum(x + y), argnums=(0, 1))(x, x)
    results = [out, *pullback(c), value, tangent, *gradients, ag.grad(lambda x: np.sum(x * c))(x)]
    for i, result in enumerate(results):
        assert result.flags.writeable
        assert not any(np.shares_memory(result, other) for other in (x, c, *results[:i]))


def test_threads_have_modes_and_graphs_of_their_own() -> None:
    def work(k: int) -> bool:
        with no_grad():
            plain = not (Tensor(V) * k).requires_grad
        return plain and np.array_equal(ag.hvp(lambda x: np.sum(x**3))(np.full(3, k), np.ones(3)), [6 * k] * 3)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(200)))
