"""jit where something fails, where graphs are long or wide, and with threads."""

from __future__ import annotations

import contextvars
import gc
import re
import signal
import threading
import tracemalloc
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from jitted import M, X, Y

import autograd_mini as ag
from autograd_mini import Tensor, Value, jit
from autograd_mini.modes import THREAD

if TYPE_CHECKING:
    pass


# Faults.


def test_an_exception_leaves_everything_as_it_was() -> None:
    w = Tensor(X)
    fail = True

    def f(x: Any) -> Any:
        y = w * x
        if fail:
            raise KeyboardInterrupt
        return ag.sum(y)

    fast = jit(f)
    with pytest.raises(KeyboardInterrupt):
        fast(Y)
    assert (THREAD.trace, (w * 2).op, fast.recordings) == (None, "mul", 0)
    fail = False
    fast(Y).backward()
    np.testing.assert_array_equal(w.grad, Y)
    with pytest.raises(ValueError, match=r"shape|broadcast"):
        fast(np.ones(2))
    fast(X).backward()
    np.testing.assert_allclose(w.grad, X + Y)
    assert fast.recordings == 1


def test_an_error_while_it_is_replayed_leaves_the_next_call_right() -> None:
    w = Tensor(M)
    f = jit(lambda x, i: ag.sum((ag.tanh(w @ x) @ w)[i] / x))
    want = f(X, 1)
    want.backward()
    gradient = w.grad
    with pytest.raises(IndexError):
        f(X, 5)
    with np.errstate(all="raise"), pytest.raises(FloatingPointError):
        f(np.zeros(3), 1)
    w.grad = None
    out = f(X, 1)
    out.backward()
    assert out.data == want.data
    np.testing.assert_array_equal(w.grad, gradient)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="interrupts come from a timer of Unix")
@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # one that comes while something is freed
def test_interrupts_at_any_time_leave_the_next_call_right() -> None:
    contextvars.copy_context().run(_interrupt_again_and_again)  # NumPy's errstate may be left as it was within


def _interrupt_again_and_again() -> None:
    w, v = Tensor(M), Value(2.0)
    f = jit(lambda x: ag.sum(ag.tanh(w @ x @ w) @ w) * v)
    out = f(M)
    out.backward()
    want = (out.data, w.grad, v.grad)

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        for k in range(200):
            try:
                signal.setitimer(signal.ITIMER_REAL, 1e-5 + k * 1e-6)
                for _ in range(100):
                    f(M + k).backward()
            except KeyboardInterrupt:
                pass
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            w.grad = v.grad = None
            out = f(M)
            out.backward()
            assert (out.data, v.grad) == (want[0], want[2])
            np.testing.assert_array_equal(w.grad, want[1])
    finally:
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("bad", [np.array([1j]), np.array(["a"]), np.array([None]), np.ones(2, "f2")])
def test_what_no_node_holds_is_no_argument(bad: Any) -> None:
    with pytest.raises(TypeError):
        jit(lambda x: x * 2)(bad)


def test_a_function_of_more_nodes_than_max_nodes_is_refused() -> None:
    def f(x: Any) -> Any:
        for _ in range(60):
            x = x * 1.5 + 1
        return x

    with pytest.raises(ValueError, match="max_nodes") as error:
        jit(f, max_nodes=100)(1.0)
    assert re.search(r"\b100\b", str(error.value))
    assert jit(f, max_nodes=1000)(1.0) == f(1.0)


def test_it_is_a_decorator_of_functions_and_methods() -> None:
    @jit
    def f(x: Any) -> Any:
        """Documented."""
        return x * 2

    class Model:
        def __init__(self) -> None:
            self.w = Value(3.0)

        @jit
        def __call__(self, x: Any) -> Any:
            return self.w * x

    assert (f.__name__, f.__doc__, f(2.0)) == ("f", "Documented.", 4)
    first, second = Model(), Model()
    second.w.data = 5.0
    assert [first(2.0).data, second(2.0).data, first(3.0).data] == [6, 10, 9]


def test_its_name_stays_a_function_after_its_module_is_loaded() -> None:
    assert ag.jit is jit
    assert (callable(ag.jit), callable(ag.trace)) == (True, True)
    assert ag.trace(M) == np.trace(M)


# Long and wide.


def test_a_long_chain() -> None:
    def f(x: Any) -> Any:
        for k in range(2000):
            x = ag.sin(x) if k % 7 == 0 else x * 1.001 + 0.01
        return x

    fast = jit(f)
    fast(Value(0.5))
    for make in (Value, lambda x: Tensor([x])):
        got, want = make(-0.3), make(-0.3)
        fast(got).backward()
        f(want).backward()
        np.testing.assert_allclose(got.grad, want.grad, rtol=1e-11)


def test_sixty_doublings() -> None:
    def f(x: Any) -> Any:
        for _ in range(60):
            x = x + x
        return x

    fast = jit(f)
    x = Value(1.0)
    fast(x).backward()
    assert (fast(2.0), x.grad) == (2.0**61, 2.0**60)


def test_a_wide_sum() -> None:
    weights = [Value(0.001 * i) for i in range(1500)]
    f = jit(lambda x: ag.dot(weights, [x] * 1500) + ag.sum([w * x for w in weights]))
    f(1.0)
    out = f(2.0)
    out.backward()
    assert out.data == pytest.approx(4 * sum(w.data for w in weights))
    assert {w.grad for w in weights} == {4.0}


# Memory and threads.


@pytest.mark.slow
@pytest.mark.parametrize("sweep", [True, False])
def test_a_thousand_calls_leave_nothing_without_the_collector(sweep: bool) -> None:
    w, v = Tensor(M), Value(1.0)
    f = jit(lambda x, i: [ag.sum(ag.softmax(ag.tanh(w @ x) * v).max(axis=1)) + w[i, 0], w @ x])

    def call(k: int) -> None:
        out = f(M + k, k % 3)
        if sweep:
            w.grad = v.grad = None
            out[0].backward()

    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        for k in range(3000):
            call(k)  # fills the interpreter's own free lists
        before = tracemalloc.get_traced_memory()[0]
        for k in range(1000):
            call(k)
        assert tracemalloc.get_traced_memory()[0] - before < 5_000
    finally:
        tracemalloc.stop()
        gc.enable()


def test_the_arrays_of_the_first_call_are_not_kept() -> None:
    f = jit(lambda x, y: ag.sum(ag.tanh(x) * y))
    x, y = np.ones(100_000), Tensor(np.ones(100_000))
    held = weakref.ref(x), weakref.ref(y._data)
    f(x, y).backward()
    f(np.zeros(100_000), Tensor(np.zeros(100_000)))
    del x, y
    gc.collect()
    assert [each() for each in held] == [None, None]


def test_threads_share_a_function() -> None:
    c, s = Tensor(M, requires_grad=False), Value(2.0, requires_grad=False)
    f = jit(lambda w, x: ag.sum(ag.tanh(c @ w) * x) * s)
    g = jit(ag.value_and_grad(lambda w, x: ag.sum(ag.tanh(M @ w) * x) * 2.0))
    start = threading.Barrier(8)

    def work(k: int) -> bool:
        start.wait(30)
        good = True
        for i in range(60):
            w, x = X * (k + 1) / 8 + i, Y - k
            h = np.tanh(M @ w)
            t = Tensor(w)
            out = f(t, x)
            out.backward()
            value, gradient = g(w, x)
            want = (np.sum(h * x) * 2, M.T @ ((1 - h * h) * x) * 2)
            good &= bool(np.allclose(out.data, want[0], 1e-9, 1e-12) and np.allclose(t.grad, want[1], 1e-7, 1e-12))
            good &= bool(np.allclose(value, want[0], 1e-9, 1e-12) and np.allclose(gradient, want[1], 1e-7, 1e-12))
        return good

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))
    assert (f.recordings, g.recordings) == (1, 1)


def test_a_thread_records_while_another_computes() -> None:
    inside, done = threading.Event(), threading.Event()

    def f(x: Any) -> Any:
        inside.set()
        assert done.wait(30)
        return x * 2

    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(jit(f), 2.0)
        assert inside.wait(30)
        v = Value(3.0)
        (v * v).backward()
        seen = (v.grad, v > 2, float(v.detach()))
        done.set()
        assert (result.result(), seen) == (4, (6, True, 3.0))
