"""What the errors say, word for word: what was got, what is allowed, what to do."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import Value, nn, optim
from autograd_mini.expr import Symbol

if TYPE_CHECKING:
    from collections.abc import Callable


def changed_leaf() -> Value:
    x = Value(2)
    y = x * x
    x.data = 3
    return ag.gradient_graph(y, x)


def own_rule(result: Any, name: str = "own") -> Any:
    def formula(_: Any) -> Any:
        return result

    formula.__name__ = name
    return ag.rule(formula)


MESSAGES: list[tuple[Callable[[], Any], type[Exception], str]] = [
    # values
    (
        lambda: Value("abc"),
        TypeError,
        "Value holds one real number (int, float, bool or NumPy scalar), got 'abc' (str)",
    ),
    (
        lambda: Value(None),
        TypeError,
        "Value holds one real number (int, float, bool or NumPy scalar), got None (NoneType)",
    ),
    (lambda: Value(1j), TypeError, "Value holds one real number (int, float, bool or NumPy scalar), got 1j (complex)"),
    (
        lambda: Value("a" * 10_000),
        TypeError,
        f"Value holds one real number (int, float, bool or NumPy scalar), got '{'a' * 56}… (str)",
    ),
    (lambda: setattr(Value(1), "data", "x"), TypeError, "data must be one real number, got 'x' (str)"),
    (
        lambda: float(Value(1)),
        TypeError,
        (
            "float() of a node that wants a gradient would cut the graph: use x.item() or x.numpy() for the numbers, "
            "ag.exp instead of math.exp, ag.stack instead of filling a NumPy array"
        ),
    ),
    (
        lambda: math.exp(Value(1)),
        TypeError,
        (
            "float() of a node that wants a gradient would cut the graph: use x.item() or x.numpy() for the numbers, "
            "ag.exp instead of math.exp, ag.stack instead of filling a NumPy array"
        ),
    ),
    (lambda: Value(1).value, AttributeError, "Value has no attribute 'value': the number is .data"),
    (lambda: Value(1) + "1", TypeError, "unsupported operand type(s) for +: 'Value' and 'str'"),
    (lambda: None * Value(1), TypeError, "unsupported operand type(s) for *: 'NoneType' and 'Value'"),
    (
        lambda: Value(1).maximum("1"),
        TypeError,
        "maximum() takes numbers, arrays of float32 or float64, and nodes, got '1' (str)",
    ),
    (lambda: Value(1) < "a", TypeError, "'<' not supported between instances of 'Value' and 'str'"),
    # sweeps
    (
        lambda: Value(1, requires_grad=False).backward(),
        RuntimeError,
        (
            "nothing to differentiate: this node was computed from data alone; "
            "make the inputs Value(…) or Tensor(…) with requires_grad=True, outside of no_grad()"
        ),
    ),
    (lambda: Value(1).backward("2"), TypeError, "the seed of a Value is one real number, got '2' (str)"),
    # functions
    (
        lambda: ag.exp("1"),
        TypeError,
        "exp() takes real numbers, arrays of float32 or float64, and nodes; got '1' (str)",
    ),
    (
        lambda: ag.exp(np.array([1j])),
        TypeError,
        "exp() takes real numbers, arrays of float32 or float64, and nodes; got array([0.+1.j]) (ndarray)",
    ),
    (
        lambda: ag.atan2(1.0, None),
        TypeError,
        "atan2() takes real numbers, arrays of float32 or float64, and nodes; got 1.0 (float), None (NoneType)",
    ),
    (lambda: ag.dot([1, 2], [1]), ValueError, "dot of two sequences of one length, got 2 and 1 numbers"),
    (lambda: ag.simgoid, AttributeError, "autograd_mini has no attribute 'simgoid'; did you mean 'sigmoid'?"),
    (lambda: own_rule(1.0), TypeError, "@rule needs a function that returns a formula, own returned 1.0 (float)"),
    (
        lambda: own_rule(Symbol("x"), "sin"),
        ValueError,
        "the name 'sin' is taken by a function of the table or an attribute of Value",
    ),
    (lambda: bool(Symbol("x") > 0), TypeError, "the formula x > 0 is neither true nor false: write where(…), not if"),
    # transforms
    (
        lambda: ag.grad(lambda x: [x])(1.0),
        TypeError,
        "the function to differentiate must return one number, got [Value(1.0)] (list)",
    ),
    (
        lambda: ag.grad(lambda _: None)(1.0),
        TypeError,
        "the function to differentiate must return one number, got None (NoneType)",
    ),
    (
        lambda: ag.grad(lambda x: x)("a"),
        TypeError,
        "differentiation is by numbers, arrays and nodes, in tuples, lists and dicts; got 'a' (str)",
    ),
    (lambda: ag.grad(lambda x: x, 1)(1.0), ValueError, "argnums 1 of a call with 1 positional arguments"),
    (
        lambda: ag.jvp(lambda x: x, 1.0, 1.0),
        TypeError,
        "jvp takes primals and tangents as tuples or lists, one entry for each argument",
    ),
    (
        lambda: ag.jvp(lambda x: x, (1.0,), ("a",)),
        ValueError,
        "tangents must be numbers in the structure and shapes of the primals, got ('a',) (tuple)",
    ),
    (
        changed_leaf,
        RuntimeError,
        (
            "the inputs of mul have changed since it was computed, so higher derivatives would be of another function: "
            "compute the graph again"
        ),
    ),
    # networks
    (
        lambda: nn.MLP(2, [3, 1], "rleu"),
        ValueError,
        (
            "unknown activation 'rleu': use 'linear', 'relu', 'leaky_relu', 'sigmoid', 'softplus', 'tanh', in a Dense "
            "layer 'softmax', another function of one argument of the table, or a function"
        ),
    ),
    (lambda: nn.MLP(2, [3, 1])([1.0]), ValueError, "layer 1, neuron 1 takes 2 inputs, got 1"),
    (
        lambda: nn.hinge([0], [1.0]),
        ValueError,
        "the hinge loss is for labels -1 and 1, got 0: for 0 and 1 use 2 * y - 1",
    ),
    (lambda: nn.binary_crossentropy([2], [0.5]), ValueError, "binary cross entropy is for labels from 0 to 1, got 2"),
    (
        lambda: nn.mean_squared_error([1], []),
        ValueError,
        "a loss needs as many labels as predictions, got 1 and 0",
    ),
    (
        lambda: optim.SGD([Value(1)], learning_rate=-1),
        ValueError,
        "learning_rate is a finite number that is not negative, got -1",
    ),
    (lambda: optim.SGD([1.0]), TypeError, "an optimizer's parameters are Values and Tensors, got 1.0 (float)"),
]


@pytest.mark.parametrize(("act", "error", "text"), MESSAGES, ids=[text[:40] for _, _, text in MESSAGES])
def test_messages(act: Callable[[], Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error) as caught:
        act()
    assert type(caught.value) is error
    assert str(caught.value) == text


@pytest.mark.parametrize(("act", "error", "_text"), MESSAGES, ids=[text[:40] for _, _, text in MESSAGES])
def test_no_error_leaves_a_mode_on(act: Callable[[], Any], error: type[Exception], _text: str) -> None:
    with pytest.raises(error):
        act()
    assert (Value(1) * 2).requires_grad


def test_a_long_array_is_shown_in_short() -> None:
    with pytest.raises(TypeError) as error:
        Value(np.arange(1e5))
    assert len(str(error.value)) < 200
    assert "\n" not in str(error.value)
