"""grad, value_and_grad, jvp, hessian, gradient_graph: their results, structures, and limits."""

from __future__ import annotations

import collections
import math
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from by_mode import each_mode, forward

import autograd_mini as ag
from autograd_mini import Value, grad, gradient_graph, hessian, jvp, no_grad, value_and_grad
from autograd_mini.graph import topological

if TYPE_CHECKING:
    from collections.abc import Callable


class Point(NamedTuple):
    x: Any
    y: Any


@each_mode
def test_derivatives_of_plain_numbers_are_plain_floats(D: Any) -> None:
    for x in (2, 2.0, True, np.float64(2), np.float32(2), np.int8(2)):
        result = D(lambda v: v * v)(x)
        assert type(result) is float
        assert result == 2 * x


@each_mode
@pytest.mark.parametrize("order", range(7))
def test_any_order(D: Any, order: int) -> None:
    f: Any = lambda x: ag.sin(2 * x)
    for _ in range(order):
        f = D(f)
    assert f(0.3) == pytest.approx(2**order * math.sin(0.6 + order * math.pi / 2), rel=1e-12)


@each_mode
def test_at_a_node_the_derivative_is_a_node(D: Any) -> None:
    x = Value(2.0, "x")
    slope = D(lambda v: v**3)(x)
    assert type(slope) is Value
    (slope * x).backward()
    assert (slope.data, x.grad) == (12, 12 * 2 + 12)


@each_mode
def test_at_data_the_derivative_is_right(D: Any) -> None:
    assert D(lambda v: v**3)(Value(2.0, requires_grad=False)) == 12


@each_mode
def test_derivatives_leave_no_gradient_behind(D: Any) -> None:
    x = Value(2.0)
    y = x * x
    D(lambda v: v * y)(x)
    assert (x.grad, y.grad) == (None, None)


@each_mode
def test_no_grad_outside_does_not_stop_a_transform(D: Any) -> None:
    with no_grad():
        assert D(lambda x: x * x)(3.0) == 6
        assert D(D(lambda x: x * x))(3.0) == 2
        assert not (Value(1) * 2).requires_grad


@each_mode
def test_no_grad_inside_is_a_constant(D: Any) -> None:
    def f(x: Any) -> Any:
        with no_grad():
            scale = x * x
        return scale * x

    assert D(f)(3.0) == 9


@each_mode
def test_stop_gradient_is_a_constant(D: Any) -> None:
    assert D(lambda x: ag.stop_gradient(x) * x)(3.0) == 3
    assert D(lambda x: x.detach() * x)(3.0) == 3
    assert D(D(lambda x: ag.stop_gradient(x) * x))(3.0) == 0


@each_mode
@pytest.mark.parametrize("constant", [5, 5.0, True, np.float64(5), Value(5), Value(5, requires_grad=False)], ids=repr)
def test_a_function_that_ignores_its_argument(D: Any, constant: Any) -> None:
    result = D(lambda _: constant)(2.0)
    assert type(result) is float
    assert result == 0


@each_mode
def test_the_identity(D: Any) -> None:
    assert D(lambda x: x)(2.0) == 1
    assert D(D(lambda x: x))(2.0) == 0


@each_mode
def test_control_flow_on_data(D: Any) -> None:
    def f(x: Any) -> Any:
        while x < 100:
            x = x * x if x > 2 else x + 1
        return x

    assert D(f)(3.0) == 8 * 3**7


def test_exceptions_leave_the_modes_as_they_were() -> None:
    def fail(x: Any) -> Any:
        with pytest.raises(ZeroDivisionError):
            grad(lambda y: 1 // 0)(x)  # noqa: ARG005
        raise KeyError(x)

    for transform in (grad, hessian, value_and_grad, forward):
        with pytest.raises(KeyError):
            transform(fail)(1.0)
    from autograd_mini.modes import MODES, THREAD

    assert (MODES.active, THREAD.no_grad, THREAD.transforms) == (0, 0, 0)
    x = Value(2.0)
    assert type(grad(lambda v: x * v)(1.0)) is float


STRUCTURES = [
    ({"w": [1.0, 2.0], "b": (3.0,)}, {"w": [2.0, 4.0], "b": (6.0,)}),
    (Point(1.0, {"z": 2.0}), Point(2.0, {"z": 4.0})),
    ([], []),
    ([[], {}, ()], [[], {}, ()]),
    (2, 4.0),
    (collections.OrderedDict(b=1, a=2), {"b": 2.0, "a": 4.0}),
]


def sum_of_squares(tree: Any) -> Any:
    from autograd_mini.tree import leaves

    return ag.sum([x * x for x in leaves(tree)])


@pytest.mark.parametrize(("at", "gradient"), STRUCTURES)
def test_gradients_have_the_structure_of_the_argument(at: Any, gradient: Any) -> None:
    value, got = value_and_grad(sum_of_squares)(at)
    assert got == gradient
    assert type(got) in (type(at), type(gradient))
    assert type(value) is float
    tangent = jvp(sum_of_squares, (at,), (at,))[1]
    assert tangent == 2 * value


@pytest.mark.parametrize(
    ("argnums", "gradient"),
    [(0, 4.0), (1, 3.0), (-1, 3.0), ((0, 1), (4.0, 3.0)), ((1, 0), (3.0, 4.0)), ((1,), (3.0,)), ((), ())],
)
def test_argnums(argnums: Any, gradient: Any) -> None:
    assert grad(lambda a, b: a * b, argnums)(3.0, 4.0) == gradient
    assert value_and_grad(lambda a, b: a * b, argnums=argnums)(3.0, 4.0) == (12.0, gradient)


@pytest.mark.parametrize("argnums", [2, -3, (0, 2)])
def test_argnums_out_of_range(argnums: Any) -> None:
    with pytest.raises(ValueError, match=r"argnums .* of a call with 2 positional arguments"):
        grad(lambda a, b: a * b, argnums)(3.0, 4.0)


def test_other_arguments_are_passed_as_they_are() -> None:
    def f(x: Any, name: str, *rest: Any, scale: Any = 1, flag: Any = None) -> Any:
        assert (name, rest, flag) == ("n", ([1],), None)
        return x * scale

    assert grad(f)(2.0, "n", [1], scale=3) == 3


def test_has_aux() -> None:
    f = lambda x: (x * x, {"twice": x * 2, "text": "t", "n": 1})
    aux = {"twice": 6.0, "text": "t", "n": 1}
    assert value_and_grad(f, has_aux=True)(3.0) == ((9.0, aux), 6.0)
    assert grad(f, has_aux=True)(3.0) == (6.0, aux)
    assert type(grad(f, has_aux=True)(3.0)[1]["twice"]) is float


def test_has_aux_nested() -> None:
    f = lambda x: (x**3, x * 2)
    (slope, aux), second = value_and_grad(grad(f, has_aux=True), has_aux=True)(2.0)
    assert (slope, aux, second) == (12, 4, 12)


@pytest.mark.parametrize("output", [None, "text", [1.0], (Value(1), Value(2)), {}, np.ones(2), 1j], ids=repr)
def test_the_function_returns_one_number(output: Any) -> None:
    for transform in (grad, value_and_grad, hessian):
        with pytest.raises(TypeError, match="must return one number, got"):
            transform(lambda _: output)(1.0)


@pytest.mark.parametrize("argument", [None, "text", 1j, {1.0}, [1.0, "x"], {"a": None}], ids=repr)
def test_differentiation_is_by_numbers(argument: Any) -> None:
    for transform in (grad, hessian):
        with pytest.raises(TypeError, match="differentiation is by numbers, arrays and nodes"):
            transform(lambda _: 1.0)(argument)
    with pytest.raises(TypeError, match="differentiation is by numbers, arrays and nodes"):
        jvp(lambda _: 1.0, (argument,), (1.0,))


def test_names_and_docstrings_are_those_of_the_function() -> None:
    def area(r: Any) -> Any:
        """The area of a circle."""
        return math.pi * r * r

    for transform in (grad, value_and_grad, hessian):
        assert transform(area).__name__ == "area"
        assert transform(area).__doc__ == "The area of a circle."


def test_jvp_gives_the_structure_that_the_function_returns() -> None:
    out, tangent = jvp(lambda x, y: {"sum": x + y, "pair": (x * y, 7.0), "x": [x]}, (2.0, 3.0), (1.0, 10.0))
    assert out == {"sum": 5, "pair": (6, 7), "x": [2]}
    assert tangent == {"sum": 11, "pair": (23, 0), "x": [1]}


def test_jvp_is_linear_in_the_tangent() -> None:
    f = lambda x, y: ag.exp(x) * ag.sin(y)
    at = (0.3, 0.7)
    along = [jvp(f, at, direction)[1] for direction in ((1.0, 0.0), (0.0, 1.0), (2.0, -3.0))]
    assert along[2] == pytest.approx(2 * along[0] - 3 * along[1], rel=1e-14)


def test_jvp_with_nodes_for_tangents_is_differentiable_by_them() -> None:
    t = Value(2.0)
    _, tangent = jvp(lambda x: x**3, (2.0,), (t,))
    tangent.backward()
    assert (tangent.data, t.grad) == (24, 12)


@pytest.mark.parametrize(
    ("primals", "tangents", "error"),
    [
        (1.0, (1.0,), TypeError),
        ((1.0,), 1.0, TypeError),
        ((1.0,), (1.0, 2.0), ValueError),
        ((1.0, 2.0), (1.0,), ValueError),
        ((1.0,), ("x",), ValueError),
        (([1.0, 2.0],), ([1.0],), ValueError),
        (([1.0, 2.0], 3.0), ([1.0], [2.0, 3.0]), ValueError),
    ],
)
def test_jvp_wants_tangents_like_the_primals(primals: Any, tangents: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="primals"):
        jvp(lambda *_: 1.0, primals, tangents)


def test_hessian_of_a_number_and_of_structures() -> None:
    assert hessian(lambda x: x**4)(2.0) == 48
    f = lambda p: p["x"] ** 2 * p["y"]
    assert hessian(f)({"x": 3.0, "y": 5.0}) == {"x": {"x": 10, "y": 6}, "y": {"x": 6, "y": 0}}
    assert hessian(lambda v: v[0] * v[1] ** 2)([2.0, 3.0]) == [[0, 6], [6, 4]]
    assert hessian(lambda a, b: a * b**3, argnums=1)(2.0, 3.0) == 36


def test_hessian_of_what_has_none() -> None:
    assert hessian(lambda v: v[0])([2.0, 3.0]) == [[0, 0], [0, 0]]
    assert hessian(lambda _: 1.0)([2.0, 3.0]) == [[0, 0], [0, 0]]
    assert hessian(lambda x: 3 * x)(1.0) == 0


def test_hessian_nests() -> None:
    assert grad(hessian(lambda x: x**4))(2.0) == 48
    assert hessian(hessian(lambda x: x**4))(2.0) == 24
    assert hessian(lambda x: x * grad(lambda y: x * y * y)(x))(2.0) == 12 * 2


def test_gradient_graph_can_be_differentiated_again() -> None:
    x = Value(2.0, "x")
    y = x**4
    for slope in (32, 48, 48, 24, 0):
        y = gradient_graph(y, x)
        assert y.data == slope


def test_gradient_graph_by_an_inner_node_and_by_a_stranger() -> None:
    x = Value(2.0)
    inner = x * x
    root = inner * inner * x
    assert gradient_graph(root, inner).data == 2 * 4 * 2
    assert gradient_graph(root, Value(1.0)).data == 0
    assert gradient_graph(root, root).data == 1


def test_gradient_graph_under_no_grad_is_a_graph() -> None:
    x = Value(2.0)
    y = x**3
    with no_grad():
        slope = gradient_graph(y, x)
    slope.backward()
    assert x.grad == 12


@pytest.mark.parametrize(
    "make",
    [
        lambda x: x * x,
        lambda x: ag.exp(x) * 2,
        lambda x: ag.dot([x], [x]),
        lambda x: ag.sum([x * x, x]),
        lambda x: x**3,
    ],
)
def test_higher_orders_of_a_graph_whose_leaf_has_changed(make: Callable[[Value], Value]) -> None:
    x = Value(2.0)
    y = make(x)
    before = gradient_graph(y, x).data
    x.data = 3.0
    with pytest.raises(RuntimeError, match="changed since it was computed"):
        gradient_graph(y, x)
    x.data = 2.0
    assert gradient_graph(y, x).data == before


def test_transforms_of_a_changed_closure_are_refused_or_right() -> None:
    w = Value(2.0)
    scale = w * w
    w.data = 10.0
    assert grad(lambda x: scale * x)(1.0) == 4


def test_transforms_in_threads() -> None:
    results = []

    def work() -> None:
        results.extend(grad(grad(lambda x: x**3))(float(k)) for k in range(50))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == sorted([6.0 * k for k in range(50)] * 4)


def test_deep_graphs_under_transforms() -> None:
    def f(x: Any) -> Any:
        for _ in range(20_000):
            x = x + 1e-5
        return x * x

    assert grad(f)(0.0) == pytest.approx(0.4)
    assert hessian(f)(0.0) == pytest.approx(2)
    assert jvp(grad(f), (0.0,), (1.0,))[1] == pytest.approx(2)


def test_a_transform_inside_of_recorded_code_reaches_the_outer_nodes() -> None:
    w = Value(3.0)
    x = Value(2.0)
    slope = grad(lambda v: w * v * v)(x)
    slope.backward()
    assert (slope.data, w.grad, x.grad) == (12, 4, 6)


@pytest.mark.parametrize("argnums", [(0, 0), (0, -2)])
def test_an_argument_is_named_once(argnums: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="argnums"):
        grad(lambda a, b: a * b, argnums)(3.0, 4.0)


def test_integers_that_a_function_returns_become_floats() -> None:
    for result in (*jvp(lambda _: 3, (2,), (1,)), *value_and_grad(lambda _: 3)(2)):
        assert type(result) is float


@pytest.mark.parametrize("x", [0.0, -2.0, 3.0])
@pytest.mark.parametrize("n", range(5))
def test_whole_powers_have_every_derivative(n: int, x: float) -> None:
    f: Any = lambda v: v**n
    for order in range(n + 2):
        assert f(x) == pytest.approx(math.perm(n, order) * x ** max(n - order, 0))
        f = grad(f)


def test_hessian_of_a_power_in_both_arguments() -> None:
    rows = hessian(lambda p: p[0] ** p[1])([3.0, 0.0])
    assert [*rows[0], *rows[1]] == pytest.approx([0, 1 / 3, 1 / 3, math.log(3) ** 2])


@pytest.mark.parametrize(
    ("f", "orders"),
    [
        (ag.tanh, [0, 1, 0, -2, 0, 16, 0, -272]),
        (ag.sech, [1, 0, -1, 0, 5, 0]),
        (ag.sigmoid, [1 / 2, 1 / 4, 0, -1 / 8, 0]),
        (ag.abs, [0, 0, 0, 0]),
        (ag.relu, [0, 0, 0, 0]),
        (ag.atan, [0, 1, 0, -2, 0, 24]),
    ],
)
@each_mode
def test_high_orders_at_0(D: Any, f: Any, orders: list[float]) -> None:
    for exact in orders:
        assert f(0.0) == pytest.approx(exact, abs=1e-14)
        f = D(f)


def test_structures_are_matched_by_key_not_by_order() -> None:
    def f(p: dict[str, Any]) -> Any:
        return p["a"] * 10 + p["b"]

    assert jvp(f, ({"a": 1.0, "b": 2.0},), ({"b": 1.0, "a": 0.0},)) == (12.0, 1.0)


def test_no_grad_around_an_inner_derivative_makes_it_a_constant() -> None:
    def f(x: Any) -> Any:
        with ag.no_grad():
            slope = grad(lambda y: y**3)(x)
        return x * slope

    assert grad(f)(2.0) == 12.0
    with ag.no_grad():
        assert not grad(lambda y: y**3)(Value(2.0)).requires_grad


def test_of_data_a_float() -> None:
    assert grad(lambda y: y**3)(Value(2.0, requires_grad=False)) == 12.0
    assert type(grad(lambda y: y**3)(Value(2.0, requires_grad=False))) is float


def test_what_a_function_gives_beside_its_value_is_left_alone() -> None:
    gradient, aux = grad(lambda x: (x * x, {"n": 5, "ok": True, "y": x + 1}), has_aux=True)(3.0)
    assert (gradient, aux) == (6.0, {"n": 5, "ok": True, "y": 4.0})
    assert [type(x) for x in aux.values()] == [int, bool, float]
    with pytest.raises(TypeError, match=r"with has_aux the function returns \(value, aux\), got Value"):
        grad(lambda x: x * x, has_aux=True)(3.0)


def test_long_dots_look_at_their_operands_once() -> None:
    ones = [1.0] * 20_000  # once for each operand would take minutes
    assert grad(lambda w: ag.dot(w, w))(ones) == [2.0] * 20_000


@pytest.mark.parametrize(("root", "wrt"), [(2.0, Value(1)), (Value(1), "a"), (Value(1), [Value(2)])], ids=repr)
def test_a_gradient_graph_is_of_nodes(root: Any, wrt: Any) -> None:
    with pytest.raises(TypeError, match="gradient_graph takes a node and the node to differentiate it by"):
        ag.gradient_graph(root, wrt)


def test_a_gradient_graph_holds_what_a_reader_expects() -> None:
    x = Value(3.0, "x")
    slope = ag.gradient_graph(x**3, x)
    assert [node.op for node in topological(slope)] == ["", "pow", "mul"]


def test_jvp_refuses_what_is_no_number() -> None:
    with pytest.raises(TypeError, match="returns numbers, arrays or nodes, got 'abc'"):
        jvp(lambda _: "abc", (1.0,), (1.0,))
