"""check_grads: it passes what is right and finds what is wrong, at each order and in each mode."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import Tensor, Value, check_grads

if TYPE_CHECKING:
    from collections.abc import Callable

X = np.array([0.3, -1.2, 2.0])
each_mode = pytest.mark.parametrize("mode", ["fwd", "rev"])


def cube(slope: Callable[[Any], Any]) -> Any:
    """x³ with the derivative that is claimed."""
    f = ag.custom_vjp(lambda x: x**3)
    f.defvjp(lambda x: (x**3, x), lambda x, g: (g * slope(x),))
    f.__name__ = "cube"
    return f


RIGHT = cube(lambda x: 3 * x**2)
WRONG_FIRST = cube(lambda x: 2 * x**2)
WRONG_SECOND = cube(lambda x: 3 * x * ag.stop_gradient(x))
WRONG_THIRD = cube(lambda x: 3 * ag.stop_gradient(x * x) + 6 * (x - ag.stop_gradient(x)) * ag.stop_gradient(x))


@pytest.mark.parametrize(
    "args", [(0.7,), (X,), (np.outer(X, X),), (np.array(0.7),), (2,), (np.array([1, 2]),)], ids=repr
)
def test_what_is_right_passes(args: Any) -> None:
    check_grads(RIGHT, args, order=3)
    check_grads(np.sin, list(args))


@each_mode
@pytest.mark.parametrize(("f", "wrong"), [(WRONG_FIRST, 1), (WRONG_SECOND, 2), (WRONG_THIRD, 3)])
@pytest.mark.parametrize("x", [0.7, X], ids=["number", "array"])
def test_what_is_wrong_from_some_order_on_is_found_there(f: Any, wrong: int, x: Any, mode: str) -> None:
    for order in range(1, 4):
        if order < wrong:
            check_grads(f, (x,), order, [mode])
            continue
        with pytest.raises(AssertionError, match=rf"^cube, order {wrong}, {mode}, by argument 0 at "):
            check_grads(f, (x,), order, [mode])


def test_the_message_has_the_analytic_and_the_numeric_value() -> None:
    with pytest.raises(
        AssertionError, match=r"at 2\.0 \(float\): the sweep gives (\S+), the differences (\S+)"
    ) as error:
        check_grads(WRONG_FIRST, (2.0,))
    analytic, numeric = map(float, re.findall(r"(?:gives|differences) (\S+?)(?:,|$)", str(error.value)))
    assert analytic / numeric == pytest.approx(8 / 12, rel=1e-5)


def test_the_argument_that_is_wrong_is_named() -> None:
    f = ag.custom_vjp(lambda x, y: x * y)
    f.defvjp(lambda x, y: (x * y, (x, y)), lambda r, g: (g * r[1], g))
    with pytest.raises(AssertionError, match=r"by argument 1 at array\(\[ 0\.3, -1\.2, +2\. *\]\)"):
        check_grads(f, (X + 5, X))


@each_mode
def test_one_wrong_number_in_a_structure_is_found(mode: str) -> None:
    def f(p: dict[str, Any], scale: Any) -> Any:
        product = p["W"] @ p["b"][0] * scale
        return {"out": np.tanh(product), "twice": [p["b"][1] * 2, (product,)]}

    def g(p: dict[str, Any], scale: Any) -> Any:
        out = f(p, scale)
        return {**out, "wrong": ag.where(np.arange(3) == 2, ag.stop_gradient(p["b"][0]), p["b"][0])}

    args = {"W": np.outer(X, X), "b": (X, 0.5)}, 0.3
    check_grads(f, args, modes=[mode])
    with pytest.raises(AssertionError, match=rf"^g, order 1, {mode}, by argument 0"):
        check_grads(g, args, modes=[mode])


@each_mode
@pytest.mark.parametrize("cut", [lambda x: x.detach() if isinstance(x, Value | Tensor) else x, ag.stop_gradient])
def test_a_missing_gradient_is_found(cut: Callable[[Any], Any], mode: str) -> None:
    with pytest.raises(AssertionError, match="the sweep gives 0, the differences"):
        check_grads(lambda x: cut(x) * 2, (X,), modes=[mode])


@each_mode
def test_a_gradient_of_another_shape_is_found(mode: str) -> None:
    f = ag.custom_vjp(lambda x: x * 2)
    f.defvjp(lambda x: (x * 2, None), lambda _, g: (g[:1] * 2,))
    with pytest.raises((AssertionError, ValueError), match=r"shape.*\(1,\)"):
        check_grads(f, (X,), modes=[mode])


@each_mode
def test_a_claim_that_is_not_finite_is_found(mode: str) -> None:
    for wrong in (np.nan, np.inf):
        with pytest.raises(AssertionError, match=r"the sweep gives (nan|-?inf)"), np.errstate(all="ignore"):
            check_grads(cube(lambda x, wrong=wrong: x * wrong), (X,), 1, [mode])


def test_the_mode_that_is_asked_for_is_checked() -> None:
    with pytest.raises(AssertionError, match="order 1, fwd"):
        check_grads(WRONG_FIRST, (X,))
    with pytest.raises(AssertionError, match="order 1, rev"):
        check_grads(WRONG_FIRST, (X,), modes=("rev", "fwd"))


@pytest.mark.parametrize("modes", [["reverse"], ("fwd", "bwd"), "rev", [None]], ids=repr)
def test_other_modes_are_refused(modes: Any) -> None:
    with pytest.raises(ValueError, match='modes are "fwd" and "rev", got'):
        check_grads(np.sin, (X,), modes=modes)


@pytest.mark.parametrize("args", [X, 1.0, None, {"x": 1.0}], ids=repr)
def test_arguments_come_as_a_tuple_or_list(args: Any) -> None:
    with pytest.raises(TypeError, match="arguments as a tuple or list"):
        check_grads(np.sin, args)


@pytest.mark.parametrize("bad", ["a", 1j, None, np.ones(2, complex), np.ones(2, np.float16)], ids=repr)
def test_arguments_are_numbers_and_arrays(bad: Any) -> None:
    with pytest.raises(TypeError):
        check_grads(lambda x, _: x, (X, bad))


def test_float32_is_checked_within_its_digits() -> None:
    single = X.astype(np.float32)
    check_grads(RIGHT, (single,), atol=1e-2, rtol=1e-2, eps=1e-1)
    with pytest.raises(AssertionError, match="order 1"):
        check_grads(WRONG_FIRST, (single,), atol=1e-2, rtol=1e-2, eps=1e-1)


def test_tolerances_are_kept() -> None:
    nearly = cube(lambda x: 3.003 * x**2)
    check_grads(nearly, (X,), 1, rtol=1e-2)
    check_grads(nearly, (X,), 1, atol=1)
    with pytest.raises(AssertionError):
        check_grads(nearly, (X,), 1, rtol=1e-4)


@pytest.mark.parametrize(
    "constant", [3.0, np.float64(3), np.ones(2), [1.0, np.ones(2)], Value(3.0), Tensor(X), 3], ids=repr
)
def test_a_constant_has_the_derivative_0(constant: Any) -> None:
    check_grads(lambda _: constant, (X,))


def test_the_arguments_are_left_alone() -> None:
    x = X.copy()
    x.flags.writeable = False
    check_grads(RIGHT, (x,))
    np.testing.assert_array_equal(x, X)
