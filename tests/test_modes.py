"""no_grad and detect_anomaly: nested, as decorators, after exceptions, per thread."""

from __future__ import annotations

import math
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import autograd_mini as ag
from autograd_mini import AnomalyError, Value, detect_anomaly, no_grad
from autograd_mini.modes import recording

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).name


def records() -> bool:
    return (Value(1) * 2).requires_grad


@pytest.mark.parametrize(
    "make",
    [
        lambda x: x * 2,
        lambda x: 2 - x,
        lambda x: -x,
        lambda x: x**x,
        lambda x: x.sin(),
        lambda x: ag.sum([x, 1]),
        lambda x: ag.dot([x], [1.0], x),
        lambda x: ag.where(x > 0, x, 0),
        lambda x: x.leaky_relu(),
    ],
)
def test_no_grad_makes_plain_data(make: Callable[[Value], Value]) -> None:
    x = Value(3)
    with no_grad():
        y = make(x)
    assert type(y) is Value
    assert (y.requires_grad, y.inputs, y.partials, y.op) == (False, (), (), "")
    assert y.data == make(x).data
    assert make(x).requires_grad


def test_leaves_made_under_no_grad_want_gradients_afterwards() -> None:
    with no_grad():
        x = Value(3)
    assert x.requires_grad
    assert records()


def test_no_grad_nests() -> None:
    with no_grad():
        with no_grad():
            assert not records()
        assert not records()
    assert records()


def test_one_context_can_be_entered_twice() -> None:
    quiet = no_grad()
    with quiet, quiet:
        assert not records()
    assert records()


def test_no_grad_is_a_decorator() -> None:
    @no_grad()
    def predict() -> bool:
        """Documented."""
        return records()

    assert [predict(), records(), predict()] == [False, True, False]
    assert (predict.__name__, predict.__doc__) == ("predict", "Documented.")


@pytest.mark.parametrize("mode", [no_grad, detect_anomaly])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, GeneratorExit])
def test_modes_end_with_exceptions(mode: Any, error: type[BaseException]) -> None:
    with pytest.raises(error), mode():
        raise error
    assert records()


def test_no_grad_belongs_to_a_thread() -> None:
    inside, checked = threading.Event(), threading.Event()
    seen = []

    def other() -> None:
        inside.wait(5)
        seen.append(records())
        with no_grad():
            seen.append(records())
        checked.set()

    thread = threading.Thread(target=other)
    thread.start()
    with no_grad():
        inside.set()
        assert checked.wait(5)
        assert not records()
    thread.join()
    assert seen == [True, False]


def test_anomaly_belongs_to_a_thread() -> None:
    seen = []
    with detect_anomaly():
        thread = threading.Thread(target=lambda: seen.append(Value(0).log().data))
        thread.start()
        thread.join()
    assert seen == [-math.inf]


def test_backward_under_no_grad_works() -> None:
    x = Value(3)
    y = x * x
    with no_grad():
        y.backward()
    assert x.grad == 6


def test_recording_ends_an_outer_no_grad_and_restores_it() -> None:
    with no_grad():
        with recording() as outer:
            assert records()
            with recording() as deeper:
                pass
        assert not records()
    assert (outer, deeper) == ((False, True), (True, False))


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda x, _: x.log(), "log gave -inf for x = 0.0"),
        (lambda x, y: y / x, "div gave inf for y = 2.0, x = 0.0"),
        (lambda x, _: 1 / x, "div gave inf for 1.0, x = 0.0"),
        (lambda _, y: (y * 1000).exp(), "exp gave inf for x = 2000.0"),
        (lambda _, y: ag.sum([y, math.inf]), "sum gave inf for y = 2.0, inf"),
        (lambda _, y: ag.dot([y], [math.nan]), "dot gave nan for y = 2.0, nan"),
        (lambda x, y: ag.where(y > 0, y / 0, x), "div gave inf for y = 2.0, 0.0"),
    ],
)
def test_an_anomaly_names_operation_inputs_and_line(make: Callable[[Value, Value], Value], text: str) -> None:
    line = make.__code__.co_firstlineno
    with pytest.raises(AnomalyError) as error, detect_anomaly():
        make(Value(0, "x"), Value(2, "y"))
    assert re.fullmatch(rf"{re.escape(text)}, at .*{HERE}:{line}", str(error.value))


def test_an_anomaly_on_the_way_back_names_the_line_that_made_the_node() -> None:
    x = Value(0, "x")
    with detect_anomaly():
        y = x * 1
        z = y.sqrt() + 1
        line = z.inputs[0]._tag.made_at.rpartition(":")[2]
        with pytest.raises(AnomalyError, match=rf"sqrt has the derivative inf for x = 0\.0, made at .*{HERE}:{line}"):
            z.backward()
    assert x.grad is None


def test_an_anomaly_at_a_leaf_on_the_way_back_names_it() -> None:
    x = Value(0, "x")
    y = x.sqrt()
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"sqrt has the derivative inf for x = 0\.0"):
        y.backward()
    assert x.grad is None
    y.backward()
    assert x.grad == math.inf


def test_an_infinite_seed_is_an_anomaly() -> None:
    x = Value(1)
    with detect_anomaly(), pytest.raises(AnomalyError):
        (x * 2).backward(math.inf)


def test_an_anomaly_is_the_error_that_numpy_and_pytorch_users_expect() -> None:
    assert issubclass(AnomalyError, FloatingPointError)
    assert issubclass(AnomalyError, RuntimeError)


def test_what_is_finite_is_no_anomaly() -> None:
    with detect_anomaly():
        x = Value(2, "x")
        y = ag.sum([x.exp(), x / 3, ag.maximum(x, 1)])
        y.backward()
    assert x.grad == pytest.approx(math.exp(2) + 1 / 3 + 1)


def test_anomalies_are_found_under_no_grad_and_in_transforms() -> None:
    with detect_anomaly(), no_grad(), pytest.raises(AnomalyError):
        Value(0).log()
    with detect_anomaly(), pytest.raises(AnomalyError):
        ag.grad(ag.log)(0.0)
    with detect_anomaly(), pytest.raises(AnomalyError):
        ag.grad(ag.sqrt)(0.0)


@pytest.mark.parametrize("transform", [ag.grad, ag.hessian, lambda f: lambda x: ag.jvp(f, (x,), (1.0,))])
def test_anomalies_of_a_transforms_own_sweep(transform: Any) -> None:
    """The value is finite, the derivative is not."""
    with detect_anomaly(), pytest.raises(AnomalyError):
        transform(ag.sqrt)(0.0)
