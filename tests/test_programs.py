"""Programs in unusual company: what was once computed wrongly, or refused without need."""

from __future__ import annotations

import copy
import functools
import pickle
import threading
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import RecordingError, Tensor, Value, jit, vmap

WHOLE = [np.array([1, 2, 3]), np.array([3, 0, 2], np.uint8), np.array([100_000, 2, 3], np.int32)]
weight = Value(2.0)


def scaled(x: Any) -> Any:
    return weight * x


def squares(x: Any) -> Any:
    with ag.no_grad():
        y = x * x
    return x * y


@pytest.mark.parametrize("numbers", WHOLE, ids=lambda x: str(x.dtype))
@pytest.mark.parametrize("f", [ag.square, lambda x: ag.sub(x, 128), ag.prod, ag.norm, lambda x: x + 1, lambda x: x & 1])
def test_whole_numbers_are_as_they_are_in_eager_code(f: Any, numbers: Any) -> None:
    fast = jit(f)
    fast(numbers + 1)
    np.testing.assert_allclose(fast(numbers), f(numbers), rtol=1e-12)


def test_derivatives_by_whole_numbers_are_floats() -> None:
    gradient = ag.grad(lambda x: ag.sum(ag.sin(x)))
    for x in WHOLE:
        np.testing.assert_allclose(jit(gradient)(x), np.cos(x.astype(float)), rtol=1e-12)
    np.testing.assert_allclose(vmap(ag.grad(ag.sin))(WHOLE[0]), np.cos(WHOLE[0]), rtol=1e-12)


def test_what_no_grad_cut_stays_cut_at_every_order_and_in_forward_mode() -> None:
    assert ag.grad(ag.grad(jit(squares)))(3.0) == ag.grad(ag.grad(squares))(3.0) == 0
    assert ag.jvp(jit(squares), (3.0,), (1.0,)) == ag.jvp(squares, (3.0,), (1.0,)) == (27.0, 9.0)


def test_forward_mode_uses_the_numbers_that_were_drawn() -> None:
    drop = jit(lambda x: ag.dropout(x, 0.5, np.random.default_rng(0)))
    value, tangent = ag.jvp(drop, (np.ones(50),), (np.ones(50),))
    np.testing.assert_array_equal(value, tangent)


def test_saturated_units_keep_their_derivatives() -> None:
    large = np.array([1.0, 1e16])
    gradient = jit(ag.grad(lambda x: ag.sum(large * ag.sigmoid(x))))
    np.testing.assert_allclose(gradient(np.array([0.0, 40.0])), [0.25, 1e16 * np.exp(-40.0)], rtol=1e-12)


def test_a_variable_that_helpers_use_may_be_assigned_another_node(monkeypatch: pytest.MonkeyPatch) -> None:
    for fast in (jit(scaled), jit(lambda x: scaled(x)), jit(lambda x: sum([scaled(y) for y in [x]]))):  # noqa: PLW0108  # a helper
        assert fast(3.0).data == 6
        with monkeypatch.context() as patch:
            patch.setitem(globals(), "weight", Value(5.0))
            assert fast(3.0).data == 15
    batched = vmap(scaled)
    assert batched(np.ones(2)).tolist() == [2, 2]
    monkeypatch.setitem(globals(), "weight", Value(5.0))
    assert batched(np.ones(2)).tolist() == [5, 5]
    assert jit(functools.partial(lambda a, x: a * x, 2.0))(3.0) == 6


@pytest.mark.parametrize("duplicate", [copy.deepcopy, copy.copy, lambda x: pickle.loads(pickle.dumps(x))])  # noqa: S301  # its own
def test_a_copy_of_what_is_recorded_is_refused(duplicate: Any) -> None:
    with pytest.raises(RecordingError, match="a copy can't be part of a recorded program"):
        jit(lambda x: duplicate(x) * 2)(np.ones(1))


def test_an_index_is_whole() -> None:
    pick = jit(lambda x, i: x[i])
    assert pick(np.arange(3.0), 1) == 1
    with pytest.raises(IndexError, match=r"whole number, got 1\.5"):
        pick(np.arange(3.0), 1.5)


def test_a_row_that_was_looked_up_is_the_callers_own() -> None:
    row = jit(lambda x, i: (x * 2)[i])
    first = row(np.ones((2, 3)), 1)
    row(np.zeros((2, 3)), 1)
    assert first.tolist() == [2, 2, 2]


def test_a_variable_that_is_not_bound_yet() -> None:
    def outer() -> Any:
        def f(x: Any) -> Any:
            return x if x is None else (late if False else x * 2)

        made = jit(f)(3.0)
        late = 1.0
        return made + 0 * late

    assert outer() == 6


def test_a_jitted_function_is_copied_and_takes_settings() -> None:
    @jit(max_nodes=3)
    def f(x: Any) -> Any:
        return x * 2

    assert (copy.deepcopy(f)(2.0), f(3.0), f.recordings) == (4, 6, 1)
    with pytest.raises(ValueError, match="max_nodes=3"):
        jit(lambda x: x * x * x * x * x, max_nodes=3)(2.0)


def test_numbers_that_others_draw_are_not_blamed_on_a_function() -> None:
    done = threading.Event()

    def draw() -> None:
        while not done.is_set():
            np.random.rand()  # noqa: NPY002  # what others do

    thread = threading.Thread(target=draw)
    thread.start()
    try:
        for n in range(1, 20):
            jit(np.tanh)(np.ones(n))
            jit(lambda x: np.tanh(x) * 2)(np.ones(n))
    finally:
        done.set()
        thread.join()


def test_the_graph_of_a_result_is_of_the_values_that_it_was_computed_from() -> None:
    w = Value(3.0)
    f = jit(lambda x: ag.sum(x * w) ** 2)
    with ag.no_grad():
        f(np.ones(2))
    (f(np.ones(2)) * 2).backward()
    assert w.grad == 48
    w.data = 4.0
    assert ag.gradient_graph(f(np.ones(2)), w).item() == 32


def test_a_function_of_the_users_may_be_called_as_an_operation_is() -> None:
    as_plain = ag.rule(_named("as_plain", lambda x: x * 2))
    assert jit(as_plain)(Value(3.0)).data == 6


def _named(name: str, f: Any) -> Any:
    f.__name__ = name
    return f


def test_where_floats_fail_and_ieee_arithmetic_does_not() -> None:
    f = jit(lambda x: (1 / x) * np.ones(2))
    assert f(4.0).tolist() == [0.25, 0.25]
    with np.errstate(all="ignore"):
        assert type(f(0.0)) is np.ndarray
        assert f(0.0).tolist() == [np.inf, np.inf]
        v = Value(0.0)
        jit(lambda v: ag.sum(ag.sqrt(v) * ag.broadcast_to(v * 1.0, (3,))))(v).backward()
    assert np.isnan(v.grad)


def test_a_gradient_of_one_number_that_meets_an_array_over_a_batch() -> None:
    f = vmap(lambda a, x: ag.grad(lambda z: ag.sum(z * np.ones(2)))(a) + x, in_axes=(None, 0))
    assert f(1.5, np.arange(3.0)).tolist() == [2, 3, 4]


def test_tensors_and_values_of_a_jitted_result_are_drawn() -> None:
    import viz

    t, v = Tensor([1.0, 2.0], "t"), Value(3.0, "v")

    @jit
    def cost(x: Any) -> Any:
        return ag.sum(t * x) * v

    assert "cost(t, " in str(viz.draw(cost(2.0)))
