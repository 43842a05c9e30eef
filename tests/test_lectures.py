"""The numbers of the lecture notes, L0 to L4, as far as Values go."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import Value, check_rule, grad, nn
from autograd_mini.expr import Symbol, symbols
from autograd_mini.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

# L0: what the notes print wrong, and what is right.
ERRATA: list[tuple[Callable[..., Any], Callable[[float], float], Callable[[float], float]]] = [
    (ag.coth, lambda x: -ag.csch(x), lambda x: -(ag.csch(x) ** 2)),
    (
        ag.acsch,
        lambda x: -1 / (abs(x) * math.sqrt(1 - x * x)) if abs(x) < 1 else math.nan,
        lambda x: -1 / (abs(x) * math.sqrt(1 + x * x)),
    ),
    (ag.asec, lambda x: 1 / (x * math.sqrt(x * x - 1)), lambda x: 1 / (abs(x) * math.sqrt(x * x - 1))),
    (ag.acsc, lambda x: -1 / (x * math.sqrt(x * x - 1)), lambda x: -1 / (abs(x) * math.sqrt(x * x - 1))),
]


@pytest.mark.parametrize(("f", "printed", "right"), ERRATA, ids=lambda f: f.__name__)
def test_misprinted_derivatives_are_found(f: Any, printed: Any, right: Any) -> None:
    check_rule(f, right)
    with pytest.raises(AssertionError, match=rf"{f.__name__} at x = .*: the formula gives .*, the slope is"):
        check_rule(f, printed)


@pytest.mark.parametrize("name", ["asec", "acsc"])
def test_without_the_absolute_value_only_negative_inputs_are_wrong(name: str) -> None:
    f, printed, _ = next(each for each in ERRATA if each[0].__name__ == name)
    check_rule(f, printed, points=[1.5, 2.0, 10.0])
    with pytest.raises(AssertionError):
        check_rule(f, printed, points=[-1.5])


def test_the_misprinted_cross_entropy_is_another_function() -> None:
    printed = lambda y, p: -(y * ag.log(p) + (1 - y) * (1 - ag.log(p)))
    assert printed(0, 0.2) != pytest.approx(nn.binary_crossentropy(0, 0.2))
    assert grad(nn.binary_crossentropy, 1)(0, 0.2) == pytest.approx(1 / (1 - 0.2))
    assert grad(printed, 1)(0, 0.2) == pytest.approx(1 / 0.2)


def test_conventions_at_0_and_both_of_the_notes() -> None:
    assert (grad(ag.relu)(0.0), grad(ag.leaky_relu)(0.0)) == (0, 0.01)
    assert [grad(lambda x: ag.where(x >= 0, x, slope * x))(0.0) for slope in (0.0, 0.01)] == [1, 1]  # noqa: B023 - called at once
    assert grad(lambda x: ag.maximum(0, x))(0.0) == 0.5


# L1: computation graphs.
def test_the_graph_of_the_lecture() -> None:
    a, b = Value(2, "a"), Value(1, "b")
    c = a + b
    d = b + 1
    e = c * d
    e.backward()
    assert (c.data, d.data, e.data) == (3, 2, 6)
    assert (c.partials, d.partials, e.partials) == ((1, 1), (1, None), (2, 3))
    assert (a.grad, b.grad) == (2, 5)
    assert b.grad == 1 * 2 + 1 * 3


def test_forward_one_sweep_per_input_backward_one_for_all() -> None:
    f = lambda a, b: (a + b) * (b + 1)
    assert [ag.jvp(f, (2.0, 1.0), direction)[1] for direction in ((1.0, 0.0), (0.0, 1.0))] == [2, 5]
    assert grad(f, (0, 1))(2.0, 1.0) == (2, 5)


def test_accumulation_of_the_issue() -> None:
    m = Value(2)
    t = 3 * m
    f = t**2
    f.backward()
    assert (m.grad, t.grad) == (36, 12)
    f.backward()
    assert (m.grad, t.grad) == (72, 12)


@pytest.mark.parametrize("y", [0, 1])
def test_one_logistic_neuron(y: int) -> None:
    w, x, b = [Value(0.5, "w1"), Value(-1.5, "w2")], [1.2, 0.7], Value(0.3, "b")
    z = ag.dot(w, x, b)
    a = ag.sigmoid(z)
    loss = nn.binary_crossentropy(y, a)
    loss.backward()
    error = a.data - y
    assert a.grad == pytest.approx(-y / a.data + (1 - y) / (1 - a.data), rel=1e-14)
    assert z.grad == pytest.approx(error, rel=1e-14)
    assert [v.grad for v in w] == pytest.approx([error * v for v in x], rel=1e-14)
    assert b.grad == pytest.approx(error, rel=1e-14)


def test_a_network_of_two_layers() -> None:
    """x → z¹ → a¹ → z² → a² → L, with the derivatives that are written by hand."""
    w1, b1, w2, b2, x, y = (Value(v) for v in (0.4, 0.1, -0.6, 0.2, 1.5, 1.0))
    z1 = w1 * x + b1
    a1 = ag.tanh(z1)
    z2 = w2 * a1 + b2
    a2 = ag.sigmoid(z2)
    loss = -(y * ag.log(a2) + (1 - y) * ag.log(1 - a2))
    loss.backward()
    dz2 = a2.data - y.data
    dz1 = dz2 * w2.data * (1 - a1.data**2)
    got = [z2.grad, w2.grad, b2.grad, z1.grad, w1.grad, b1.grad]
    assert got == pytest.approx([dz2, dz2 * a1.data, dz2, dz1, dz1 * x.data, dz1], rel=1e-14)


# L2: the rules.
f, g, h = ag.sin, ag.exp, lambda x: x * x + 1


@pytest.mark.parametrize(
    ("rule", "derivative"),
    [
        (lambda x: 7 + 0 * x, lambda _: 0),
        (lambda x: 7 * f(x), lambda x: 7 * math.cos(x)),
        (lambda x: x**5, lambda x: 5 * x**4),
        (lambda x: f(x) + g(x), lambda x: math.cos(x) + math.exp(x)),
        (lambda x: f(x) - g(x), lambda x: math.cos(x) - math.exp(x)),
        (lambda x: f(x) * g(x), lambda x: math.cos(x) * math.exp(x) + math.sin(x) * math.exp(x)),
        (lambda x: f(x) / h(x), lambda x: (math.cos(x) * (x * x + 1) - math.sin(x) * 2 * x) / (x * x + 1) ** 2),
        (lambda x: f(h(x)), lambda x: math.cos(x * x + 1) * 2 * x),
        (lambda x: ag.exp(h(x)), lambda x: math.exp(x * x + 1) * 2 * x),
        (lambda x: 3 ** h(x), lambda x: math.log(3) * 3 ** (x * x + 1) * 2 * x),
        (lambda x: ag.log(h(x)), lambda x: 2 * x / (x * x + 1)),
        (lambda x: ag.log(h(x), 10), lambda x: 2 * x / ((x * x + 1) * math.log(10))),
        (
            lambda x: h(x) ** f(x),
            lambda x: (
                (x * x + 1) ** math.sin(x) * (math.cos(x) * math.log(x * x + 1) + math.sin(x) * 2 * x / (x * x + 1))
            ),
        ),
    ],
    ids="constant multiple power sum difference product quotient chain e^g a^g ln log_a g^f".split(),
)
@pytest.mark.parametrize("x", [0.3, 1.0, 2.5])
def test_rules_of_differentiation(rule: Any, derivative: Callable[[float], float], x: float) -> None:
    assert grad(rule)(x) == pytest.approx(derivative(x), rel=1e-14, abs=1e-15)
    check_rule(rule, derivative, points=[x])


PRINTED: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "log": lambda x: 1 / x,
    "sin": math.cos,
    "cos": lambda x: -math.sin(x),
    "tan": lambda x: 1 / math.cos(x) ** 2,
    "csc": lambda x: -1 / math.sin(x) / math.tan(x),
    "sec": lambda x: math.tan(x) / math.cos(x),
    "cot": lambda x: -1 / math.sin(x) ** 2,
    "asin": lambda x: 1 / math.sqrt(1 - x * x),
    "acos": lambda x: -1 / math.sqrt(1 - x * x),
    "atan": lambda x: 1 / (1 + x * x),
    "acot": lambda x: -1 / (1 + x * x),
    "asec": lambda x: 1 / (abs(x) * math.sqrt(x * x - 1)),
    "acsc": lambda x: -1 / (abs(x) * math.sqrt(x * x - 1)),
    "sinh": math.cosh,
    "cosh": math.sinh,
    "tanh": lambda x: 1 / math.cosh(x) ** 2,
    "csch": lambda x: -1 / math.sinh(x) / math.tanh(x),
    "sech": lambda x: -math.tanh(x) / math.cosh(x),
    "coth": lambda x: -1 / math.sinh(x) ** 2,
    "asinh": lambda x: 1 / math.sqrt(x * x + 1),
    "acosh": lambda x: 1 / math.sqrt(x * x - 1),
    "atanh": lambda x: 1 / (1 - x * x),
    "acsch": lambda x: -1 / (abs(x) * math.sqrt(1 + x * x)),
    "asech": lambda x: -1 / (x * math.sqrt(1 - x * x)),
    "acoth": lambda x: 1 / (1 - x * x),
    "sqrt": lambda x: 1 / (2 * math.sqrt(x)),
    "abs": lambda x: math.copysign(1, x),
    "expm1": math.exp,
    "log1p": lambda x: 1 / (1 + x),
    "sigmoid": lambda x: math.exp(-x) / (1 + math.exp(-x)) ** 2,
    "relu": lambda x: float(x > 0),
    "leaky_relu": lambda x: 1 if x > 0 else 0.01,
    "softplus": lambda x: 1 / (1 + math.exp(-x)),
}


@pytest.mark.parametrize("name", PRINTED)
def test_the_table_of_the_notes(name: str) -> None:
    """The derivatives as they are printed, where they are right, and the slopes of the functions themselves."""
    function, printed = getattr(ag, name), PRINTED[name]
    points = [
        x for x in (-7.3, -2.5, -0.6, 0.4, 0.9, 1.4, 8.2) if any(low < x < high for low, high in RULES[name].domain[0])
    ]
    assert points
    for x in points:
        assert grad(function)(x) == pytest.approx(printed(x), rel=1e-12)
    check_rule(function, printed, points=[x for x in points if abs(x) < 5])


def test_ranges_of_the_inverse_functions() -> None:
    assert ag.acot(0.0) == pytest.approx(math.pi / 2)
    assert 0 < ag.acot(1e9) < ag.acot(-1e9) < math.pi
    for x in (-3.0, -1.0, 1.0, 3.0):
        assert ag.asec(x) == pytest.approx(math.acos(1 / x), rel=1e-15)
        assert ag.acsc(x) == pytest.approx(math.asin(1 / x), rel=1e-15)


def test_rules_are_printed_as_in_the_notes() -> None:
    x, a = symbols("x a")
    shown = {name: RULES[name].derivative(0, [x], a).text() for name in PRINTED if RULES[name].arity == 1}
    assert shown["sigmoid"] == "a × (1 − a)"
    assert shown["tanh"] == "1 − a²"
    assert shown["acoth"] == shown["atanh"] == "1 / (1 − x²)"
    assert shown["acot"] == "−1 / (1 + x²)"
    base = symbols("x b")
    assert RULES["log_base"].derivative(0, base).text() == "1 / (x × ln(b))"
    assert RULES["pow"].derivative(1, base, Symbol("y")).text() == "y × ln(x)"


# L3: activations.
def test_the_sigmoid_of_the_notes() -> None:
    x = [-2.0, -1.0, 0.0, 1.0, 2.0]
    values = [0.11920292, 0.26894142, 0.5, 0.73105858, 0.88079708]
    slopes = [0.10499359, 0.19661193, 0.25, 0.19661193, 0.10499359]
    assert np.round(ag.sigmoid(x), 8).tolist() == values
    assert [round(ag.sigmoid(Value(v)).data, 8) for v in x] == values
    assert [round(grad(ag.sigmoid)(v), 8) for v in x] == slopes
    assert [round(a * (1 - a), 8) for a in ag.sigmoid(x)] == slopes


@pytest.mark.parametrize("slope", [0.01, 0.2])
def test_relus(slope: float) -> None:
    assert [grad(ag.relu)(x) for x in (-2.0, 3.0)] == [0, 1]
    assert [grad(ag.leaky_relu)(x, slope) for x in (-2.0, 3.0)] == [slope, 1]


def test_linear_activations_make_one_linear_map() -> None:
    model = nn.MLP(2, [3, 3, 1], activation="linear", seed=0)
    at, (p, q) = model([0.0, 0.0]).data, grad(model.__call__)([0.0, 0.0])
    for x in ([1.0, 2.0], [-3.0, 5.0]):
        assert model(x).data == pytest.approx(at + p * x[0] + q * x[1])
    assert ag.hessian(model.__call__)([1.0, 2.0]) == [[0, 0], [0, 0]]


# L4: losses.
Y_HAT, Y = [0.78, 0.89, 0.12, 0.08, 0.97], [1, 1, 0, 0, 1]


def test_losses_of_the_notes() -> None:
    predictions = [Value(p) for p in Y_HAT]
    l1 = ag.sum([abs(y - p) for y, p in zip(Y, predictions, strict=True)])
    l2 = ag.sum([(y - p) ** 2 for y, p in zip(Y, predictions, strict=True)])
    assert l1.data == pytest.approx(0.56, abs=1e-12)
    assert l2.data == pytest.approx(0.0822, abs=1e-12)
    assert 5 * nn.mean_squared_error(Y, Y_HAT) == pytest.approx(0.0822, abs=1e-12)
    assert 5 * nn.binary_crossentropy(Y, Y_HAT) == pytest.approx(0.6066693634880955, abs=1e-12)
    cross_entropy = -ag.sum([y * ag.log(p) + (1 - y) * ag.log(1 - p) for y, p in zip(Y, predictions, strict=True)])
    assert cross_entropy.data == pytest.approx(0.6066693634880955, abs=1e-12)
    cross_entropy.backward()
    assert [p.grad for p in predictions] == pytest.approx(
        [-y / p + (1 - y) / (1 - p) for y, p in zip(Y, Y_HAT, strict=True)]
    )


def test_half_the_square_has_the_error_as_its_derivative() -> None:
    assert grad(lambda p: (p - 1) ** 2 / 2)(0.7) == pytest.approx(0.7 - 1)


def test_the_cost_is_the_mean_over_examples() -> None:
    losses = [nn.binary_crossentropy(y, p) for y, p in zip(Y, Y_HAT, strict=True)]
    assert nn.binary_crossentropy(Y, Y_HAT) == pytest.approx(sum(losses) / 5, rel=1e-15)


def test_bounding_cases_push_the_prediction_to_the_label() -> None:
    slope = grad(nn.binary_crossentropy, 1)
    assert all(slope(1, p) < 0 < slope(0, p) for p in (0.01, 0.5, 0.99))
    assert slope(1, 0.01) < slope(1, 0.5) < slope(1, 0.99)


def test_cross_entropy_is_the_negative_log_likelihood() -> None:
    likelihood = lambda y, p: p**y * (1 - p) ** (1 - y)
    for y, p in zip(Y, Y_HAT, strict=True):
        assert nn.binary_crossentropy(y, p) == pytest.approx(-ag.log(likelihood(y, p)), rel=1e-14)
        assert grad(lambda q, y=y: -ag.log(likelihood(y, q)))(p) == pytest.approx(
            grad(nn.binary_crossentropy, 1)(y, p), rel=1e-12
        )


def test_squared_error_is_not_convex_for_logistic_regression_and_cross_entropy_is() -> None:
    squared = ag.hessian(lambda w: (ag.sigmoid(w) - 1) ** 2)
    crossed = ag.hessian(lambda w: nn.binary_crossentropy(1, w, from_logits=True))
    w = [x / 4 for x in range(-40, 41)]
    assert min(map(squared, w)) < 0 < max(map(squared, w))
    assert all(crossed(x) > 0 for x in w)
