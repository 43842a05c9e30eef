"""``viz.exercise``: right answers are right, and a wrong number is told where it comes from.

The wrong numbers are worked out here by hand or by formulas of their own, not by the code that finds them.
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_mini as ag
import viz
from autograd_mini import Tensor, Value, nn
from autograd_mini.functions import FUNCTIONS
from viz.exercises.slips import SLIPS

if TYPE_CHECKING:
    from collections.abc import Callable


def lecture(a: float = 3, b: float = 4, **options: Any) -> viz.Exercise:
    """∂e/∂b of e = (a + b)(b + 1)."""
    a, b = Value(a, "a"), Value(b, "b")
    c, d = a + b, b + 1
    c.label, d.label = "c", "d"
    e = c * d
    e.label = "e"
    return viz.exercise(e, b, names={}, **options)


def of_one(function: Callable[[Value], Any], at: float, **options: Any) -> viz.Exercise:
    x = Value(at, "x")
    return viz.exercise(function(x), x, names={"y": None}, **options)


def squared(z: Any) -> Any:
    return z * z


def doubled(z: Any) -> Any:
    return z + z


def numbers(question: viz.Exercise) -> list[Any]:
    return [number for number, _ in question.mistakes]


# The lecture graph, at inputs that tell its mistakes apart.


def test_a_question_says_formula_inputs_and_what_is_asked() -> None:
    assert str(lecture()) == "e = (a + b) × (b + 1), at a = 3, b = 4. What is ∂e/∂b?"


def test_the_right_answer_is_right() -> None:
    verdict = lecture().check(12)
    assert verdict
    assert (str(verdict), verdict.mistakes) == ("Right: ∂e/∂b = 12.", ())


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (5, "the path b → d → e was forgotten: b → c → e alone is 1 × 5 = 5"),
        (7, "the path b → c → e was forgotten: b → d → e alone is 1 × 7 = 7"),
        (2, "the upstream factors were forgotten: only the local derivatives are there, ∂c/∂b + ∂d/∂b = 1 + 1 = 2"),
        (35, "the paths were multiplied, 5 × 7 = 35: they are added"),
        (14, "the derivatives along a path were added, (1 + 5) + (1 + 7) = 14: they are multiplied"),
        (1 + 7, "the factor ∂e/∂c = 5 was forgotten"),
        (5 + 1, "the factor ∂e/∂d = 7 was forgotten"),
        (1, "in e = c × d both were differentiated on their own, 1 × 1: the derivative of a product is f′g + fg′"),
        (-12, "the sign is wrong"),
    ],
)
def test_each_mistake_with_the_lecture_graph_has_a_number_of_its_own(answer: float, said: str) -> None:
    verdict = lecture().check(answer)
    assert not verdict
    assert verdict.mistakes == (said,)


def test_a_wrong_answer_is_told_what_gives_it_and_what_the_names_mean() -> None:
    assert str(lecture().check(5)).splitlines() == [
        "5 is not right. What gives 5:",
        "– the path b → d → e was forgotten: b → c → e alone is 1 × 5 = 5",
        "Here c = a + b, d = b + 1.",
    ]


def test_what_no_mistake_gives_gets_a_hint_that_does_not_give_the_answer_away() -> None:
    assert str(lecture().check(9)) == (
        "9 is not right. No mistake that is known here gives it. "
        "b is used 2 times: from each, multiply the derivatives along the way to e, and add up."
    )
    assert lecture().check(9).mistakes == ()


def test_an_answer_nearly_right_is_said_to_be_close() -> None:
    assert "It is close: carry more digits on the way" in str(lecture().check(12.04))


def test_by_one_factor_the_derivative_is_the_other_one() -> None:
    c, d = Value(7, "c"), Value(5, "d")
    said = "∂e/∂c was taken as c = 7: by one factor, the derivative of a product is the other one"
    assert viz.exercise(c * d, c, names={"e": None}).check(7).mistakes == (said.replace("∂e", "∂v₁"),)


def test_the_solution_is_the_explanation() -> None:
    assert str(lecture().solution).splitlines()[-1] == "∂e/∂b = a + 2b + 1 = 12"


def test_the_lecturer_sees_all_that_can_go_wrong() -> None:
    found = lecture().mistakes
    assert numbers(lecture()) == [7, 5, 35, 14, 2, 8, 6, 1, -12]
    assert str(found).splitlines()[0] == "7: the path b → c → e was forgotten: b → d → e alone is 1 × 7 = 7"
    assert dict(found)[35] == ("the paths were multiplied, 5 × 7 = 35: they are added",)


# Inputs that tell mistakes apart.


def test_inputs_at_which_mistakes_coincide_are_told() -> None:
    found = lecture(2, 1).ambiguous
    assert {number: len(sentences) for number, sentences in found} == {2: 2, 3: 2}
    assert len(lecture(3, 4).ambiguous) == 0


def test_a_mistake_that_gives_the_right_answer_by_chance_is_ambiguous_and_no_mistake() -> None:
    question = of_one(lambda x: x * x, 2)  # 2 · 2 is 2 + 2
    assert dict(question.ambiguous)[4] == (
        "this is the right answer",
        "the paths were multiplied, 2 × 2 = 4: they are added",
    )
    assert question.check(4)
    assert 4 not in numbers(question)


def test_what_is_the_same_at_any_inputs_is_not_the_inputs_fault() -> None:
    question = of_one(lambda x: 1 / x, 3)
    assert len(question.ambiguous) == 0


def test_clearer_inputs_are_proposed() -> None:
    proposed = lecture(2, 1).clearer()
    assert str(proposed) == "e = (a + b) × (b + 1), at a = 3, b = 2. What is ∂e/∂b?"
    assert len(proposed.ambiguous) == 0
    assert of_one(lambda x: ag.sqrt(-x), -1).clearer() is None  # none of the small numbers is in its domain
    assert viz.exercise(np.sum(w := Tensor([1.0, 2.0], "w")), w, names={}).clearer() is None


def test_a_question_at_other_inputs() -> None:
    question = lecture(2, 1).at(a=3, b=4)
    assert (str(question), question.answer) == (str(lecture()), 12)
    assert lecture().at(a=5).answer == 5 + 2 * 4 + 1
    assert lecture(2, 1, learning_rate=0.5).at(b="3").answer == 3 - 0.5 * (2 + 6 + 1)


def test_at_takes_neurons_and_data_along() -> None:
    w, x, b = [Value(1, "w1"), Value(2, "w2")], [Value(3, "x1", requires_grad=False), Value(4, "x2")], Value(0, "b")
    question = viz.exercise(ag.tanh(ag.dot(w, x, b)), w[1], names={}).at(w1=0, w2=0.1)
    assert question.answer == pytest.approx(4 * (1 - math.tanh(0.4) ** 2), rel=1e-12)


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        (lambda: lecture().at(q=1), ValueError, "there is no input q; there are a, b"),
        (lambda: lecture().at(a="two"), ValueError, "the answer is 'two'; it has to be a number"),
        (lambda: viz.exercise(np.sum(w := Tensor([1.0, 2.0])), w).at(w=1), TypeError, "compute this graph again"),
    ],
)
def test_other_inputs_that_make_no_sense(asked: Callable[[], Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        asked()


# Functions of one input: each wrong row of the table, and the mistakes that need no table.

E, LN2 = math.e, math.log(2)


def sigma(x: float) -> float:
    return 1 / (1 + math.exp(-x))


ROWS: list[tuple[str, Callable[[Value], Any], float, float, str]] = [
    ("mul", lambda x: x * Value(5, "c"), 3, 3, "is the other one"),
    ("div", lambda x: x / 4, 3, 4, "stays where it is"),
    ("div", lambda x: 5 / x, 2, -5 / 2, "has to be squared"),
    ("pow", lambda x: x**3, 2, 4, "missing as a factor"),
    ("pow", lambda x: x**3, 2, 3 * 8, "go down by one"),
    ("pow", lambda x: 2**x, 3, 3 * 4, "the exponent varies"),
    ("pow", lambda x: 2**x, 3, 8, "the ln of the base"),
    ("square", ag.square, 3, 3, "missing as a factor"),
    ("square", ag.square, 3, 18, "go down by one"),
    ("reciprocal", ag.reciprocal, 3, math.log(3), "that is the integral"),
    ("sqrt", ag.sqrt, 9, 1 / 3, "missing as a factor"),
    ("sqrt", ag.sqrt, 9, 1.5, "go down by one"),
    ("exp", ag.exp, 2, 2 * E, "the exponent varies"),
    ("exp2", ag.exp2, 3, 12, "the exponent varies"),
    ("exp2", ag.exp2, 3, 8, "ln 2 is missing"),
    ("expm1", ag.expm1, 2, E**2 - 1, "a constant"),
    ("log", ag.log, 3, 1 / math.log(3), "one over the logarithm"),
    ("log", ag.log, 3, E**3, "its inverse"),
    ("log2", ag.log2, 3, 1 / 3, "1/ln 2 is missing"),
    ("log2", ag.log2, 3, LN2 / 3, "ln 2 divides"),
    ("log10", ag.log10, 3, 1 / 3, "1/ln 10 is missing"),
    ("log10", ag.log10, 3, math.log(10) / 3, "ln 10 divides"),
    ("log_base", lambda x: FUNCTIONS["log_base"](x, 5), 3, 1 / 3, "1/ln of the base is missing"),
    ("log_base", lambda x: FUNCTIONS["log_base"](x, 5), 3, math.log(5) / 3, "ln of the base divides"),
    ("log1p", ag.log1p, 3, 1 / 3, "into the denominator"),
    ("sin", ag.sin, 2, -math.cos(2), "the integral"),
    ("sin", ag.sin, 2, math.sin(2), "its own derivative"),
    ("cos", ag.cos, 2, math.cos(2), "its own derivative"),
    ("tan", ag.tan, 2, 1 / math.cos(2), "has to be squared"),
    ("tan", ag.tan, 2, 1 - math.tan(2) ** 2, "of tanh"),
    ("asin", ag.asin, 0.6, 1 / 0.64, "square root is missing"),
    ("asin", ag.asin, 0.6, 1 / math.sqrt(1.36), "of arsinh"),
    ("acos", ag.acos, 0.6, -1 / 0.64, "square root is missing"),
    ("atan", ag.atan, 0.6, 1 / 0.64, "of artanh"),
    ("atan", ag.atan, 0.6, 1 / math.sqrt(1.36), "of arsinh"),
    ("asec", ag.asec, -2, -1 / (2 * math.sqrt(3)), "absolute value"),
    ("acsc", ag.acsc, -2, 1 / (2 * math.sqrt(3)), "absolute value"),
    ("cosh", ag.cosh, 2, -math.sinh(2), "belongs to the cosine"),
    ("tanh", ag.tanh, 2, 1 - 4, "not its argument"),
    ("tanh", ag.tanh, 2, 1 - math.tanh(2), "has to be squared"),
    ("tanh", ag.tanh, 2, math.tanh(2) * (1 - math.tanh(2)), "of σ"),
    ("tanh", ag.tanh, 2, 1 - math.tanh(math.tanh(2)) ** 2, "applied twice"),
    ("coth", ag.coth, 2, -1 / math.sinh(2), "csch has to be squared"),
    ("acsch", ag.acsch, 0.6, -1 / (0.6 * 0.8), "stands a plus"),
    ("sigmoid", ag.sigmoid, 3, 3 * (1 - 3), "not of z"),
    ("sigmoid", ag.sigmoid, 3, 1 - sigma(3), "a factor is missing"),
    ("sigmoid", ag.sigmoid, 3, sigma(3), "σ itself"),
    ("sigmoid", ag.sigmoid, 3, 1 - sigma(3) ** 2, "of tanh"),
    ("sigmoid", ag.sigmoid, 3, sigma(sigma(3)) * (1 - sigma(sigma(3))), "applied twice"),
    ("relu", ag.relu, -3, 1, "below 0"),
    ("relu", ag.relu, 3, 3, "that is the value"),
    ("leaky_relu", ag.leaky_relu, -3, 0, "of relu"),
    ("leaky_relu", ag.leaky_relu, -3, 1, "is the slope"),
    ("softplus", ag.softplus, 2, sigma(-2), "has a minus"),
    ("softplus", ag.softplus, 2, 1, "of relu"),
    ("abs", abs, -3, 1, "below 0"),
    ("maximum", lambda x: ag.maximum(x, 5), 3, 1, "the greater one"),
    ("minimum", lambda x: ag.minimum(x, 2), 3, 1, "the lesser one"),
    ("bce", lambda x: FUNCTIONS["bce"](0.25, x), 0.5, -0.25 / 0.5 - 0.75 / 0.5, "inner derivative"),
    ("bce_with_logits", lambda x: FUNCTIONS["bce_with_logits"](1, x), 2, sigma(2), "y is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "function", "at", "wrong", "said"), ROWS, ids=[f"{row[0]} {row[4]}" for row in ROWS])
def test_a_wrong_derivative_is_found(
    name: str, function: Callable[[Value], Any], at: float, wrong: float, said: str
) -> None:
    x = Value(at, "x")
    y = function(x)
    assert y.op == name
    verdict = viz.exercise(y, x, names={}).check(wrong)
    assert not verdict
    assert any(said in sentence for sentence in verdict.mistakes)


def test_every_row_of_the_table_has_its_test() -> None:
    for slip in SLIPS:
        assert [row for row in ROWS if row[0] == slip.name and row[4] in slip.why], slip


@pytest.mark.parametrize(
    ("function", "at", "wrong", "said"),
    [
        (lambda x: x * x, 3, 3, "one x of v₁ = x × x was forgotten: it is there 2 times, and each contributes 3"),
        (lambda x: x * x, 3, 9, "the paths were multiplied, 3 × 3 = 9"),
        (lambda x: x * x, 3, 1, "both were differentiated on their own, 1 × 1"),
        (lambda x: x * x * x, 2, 4, "only the path x → v₂ was followed: 4"),
        (lambda x: x * x * x, 2, 8, "the path x → v₂, which is 4, was forgotten"),
        (lambda x: ag.sin(x) / x, 2, math.cos(2), "both were differentiated on their own, −0.4161 / 1"),
        (lambda x: ag.sin(5 * x), 2, math.cos(10), "the factor ∂v₁/∂x = 5 was forgotten"),
        (lambda x: ag.sin(5 * x), 2, 5, "the factor ∂v₂/∂v₁ = −0.8391 was forgotten"),
        (lambda x: ag.sin(5 * x), 2, 5 + math.cos(10), "were added, 5 + (−0.8391) = 4.161"),
        (ag.cos, 2, math.sin(2), "the minus of ∂v₁/∂x = −sin(x) was forgotten"),
        (lambda x: 5 - x, 2, 1, "the minus of ∂v₁/∂x was forgotten"),
        (lambda x: 6 / x, 2, 1.5, "the minus of ∂v₁/∂x = −v₁ / x was forgotten"),
        (lambda x: ag.exp(-x), 2, math.exp(-2), "the minus of ∂v₁/∂x was forgotten"),
        (ag.sin, 30, math.sqrt(3) / 2, "the calculator was set to degrees: angles"),
        (lambda x: x * ag.sin(x), 30, 0.5 + 30 * math.sqrt(3) / 2, "set to degrees, for the values too"),
        (lambda x: x.sigmoid().sigmoid(), 2, sigma(2) * sigma(sigma(2)), "at each of v₁, v₂: ∂/∂x σ(x) taken as out"),
        (lambda x: x, 3, -1, "the sign is wrong"),
        (lambda x: squared(x + 1), 2, 3, "one v₁ of v₂ = v₁ × v₁ was forgotten: it is there 2 times"),
        (lambda x: doubled(x * x), 3, 9, "one of the 4 paths x → v₁ → v₂ was forgotten, and each contributes 3"),
        (lambda x: doubled(x * x), 3, 3, "only the last one was kept (= where += is needed)"),
        (lambda x: doubled(x * x), 3, 6, "one of the shares that arrive at v₁ was forgotten, through ∂v₂/∂v₁"),
        (lambda x: x**x, 3, 27 * math.log(3), "the first x of v₁ = x^x was forgotten: it is there 2 times"),
        (lambda x: x**x, 3, 27, "the second x of v₁ = x^x was forgotten: it is there 2 times"),
        (ag.relu, 0, 1, "∂v₁/∂x was taken as 1: at 0 it is 0, by convention"),
        (abs, 0, 1, "at 0 it is 0, by convention"),
        (ag.leaky_relu, 0, 1, "at 0 it is 0.01, by convention"),
        (lambda x: ag.maximum(x, Value(2, "q")), 2, 1, "in a tie it is 0.5, by convention"),
    ],
)  # fmt: skip
def test_a_mistake_that_needs_no_table_is_found(
    function: Callable[[Value], Any], at: float, wrong: float, said: str
) -> None:
    verdict = of_one(function, at).check(wrong)
    assert not verdict
    assert any(said in sentence for sentence in verdict.mistakes)


def test_the_sign_is_not_said_twice() -> None:
    assert of_one(lambda x: 6 / x, 2).check(1.5).mistakes == ("the minus of ∂v₁/∂x = −v₁ / x was forgotten",)


def test_a_neuron_has_products_too() -> None:
    w, x, b = [Value(2, "w1"), Value(3, "w2")], [Value(5, "x1"), Value(7, "x2")], Value(1, "b")
    z = ag.dot(w, x, b)
    assert "∂v₁/∂w₁ was taken as w₁ = 2" in viz.exercise(z, w[0], names={}).check(2).mistakes[0]
    assert numbers(viz.exercise(z, b, names={})) == [-1]


# One logistic neuron.

W, X, B, Y = 2.0, 0.5, -1.5, 1.0
A = sigma(W * X + B)


def by_hand(y: Any, a: Any) -> Any:
    return -(y * ag.log(a) + (1 - y) * ag.log(1 - a))


LOSSES: dict[str, tuple[Callable[[Any, Any], Any], float, dict[str, float]]] = {
    "by hand": (by_hand, A - Y, {}),
    "bce": (nn.binary_crossentropy, A - Y, {}),
    "mse": (nn.mean_squared_error, 2 * (A - Y) * A * (1 - A), {}),
    "half": (lambda y, a: 0.5 * (a - y) ** 2, (A - Y) * A * (1 - A), {}),
}
DZ = {"cross entropy": A - Y, "(a − y)²": 2 * (A - Y) * A * (1 - A), "½(a − y)²": (A - Y) * A * (1 - A)}
RIGHT = {"by hand": "cross entropy", "bce": "cross entropy", "mse": "(a − y)²", "half": "½(a − y)²"}


def neuron(loss: str, **options: Any) -> viz.Exercise:
    w, x, b = Value(W, "w"), Value(X, "x", requires_grad=False), Value(B, "b")
    z = w * x + b
    a = ag.sigmoid(z)
    z.label, a.label = "z", "a"
    return viz.exercise(LOSSES[loss][0](Y, a), w, names={}, **options)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("other", DZ)
def test_dz_of_another_loss_is_found(loss: str, other: str) -> None:
    verdict = neuron(loss).check(DZ[other] * X)
    assert bool(verdict) == (RIGHT[loss] == other)
    assert verdict or any(f"{other}, and the loss is" in said for said in verdict.mistakes)


@pytest.mark.parametrize("loss", LOSSES)
def test_dz_without_the_derivative_of_sigma_but_with_2_is_found(loss: str) -> None:
    assert any("dz was taken as 2(a − y)" in said for said in neuron(loss).check(2 * (A - Y) * X).mistakes)


def test_of_logits_too() -> None:
    z = Value(0.5, "z")
    verdict = viz.exercise(nn.binary_crossentropy(1, z, from_logits=True), z, names={}).check(
        (sigma(0.5) - 1) * sigma(0.5) * (1 - sigma(0.5))
    )
    assert "belongs to the squared error ½(a − y)²" in verdict.mistakes[0]


@pytest.mark.parametrize(
    ("wrong", "said"), [(A - Y, "that is dz"), (2 * (A - Y), "belongs to the squared error (a − y)²")]
)
def test_da_is_not_dz(wrong: float, said: str) -> None:
    z = Value(W * X + B)
    a = ag.sigmoid(z)
    assert any(said in sentence for sentence in viz.exercise(by_hand(Y, a), a).check(wrong).mistakes)


def test_several_examples_have_their_labels() -> None:
    w = Value(0.3, "w")
    x, y = [1.0, 2.0, -1.0], [1.0, 0.0, 1.0]
    a = [ag.sigmoid(w * each) for each in x]
    p = [sigma(0.3 * each) for each in x]
    wrong = sum((q - t) * q * (1 - q) * u for q, t, u in zip(p, y, x, strict=True)) / 3
    verdict = viz.exercise(nn.binary_crossentropy(y, a), w, names={}).check(wrong)
    assert any("½(a − y)², and the loss is the cross entropy" in said for said in verdict.mistakes)


@pytest.mark.parametrize(
    "function", [ag.sigmoid, lambda x: 2 * ag.sigmoid(x), lambda x: 3 * ag.sigmoid(x) ** 2, lambda x: ag.sigmoid(x) + x]
)
@pytest.mark.parametrize("at", [0, 0.7, -40])
def test_what_is_no_loss_is_not_called_one(function: Callable[[Value], Any], at: float) -> None:
    assert "the loss is" not in str(of_one(function, at).mistakes)


def test_a_squared_sigmoid_is_the_squared_error_of_label_0() -> None:
    sentences = of_one(lambda x: ag.sigmoid(x) ** 2, 0.7).check(sigma(0.7)).mistakes
    assert any(said.endswith("the loss is the squared error (a − y)² with y = 0") for said in sentences)


def test_a_loss_with_weight_decay_is_found() -> None:
    w = Value(W, "w")
    a = ag.sigmoid(w * X + B)
    J = by_hand(Y, a) + 0.01 * w**2
    wrong = DZ["(a − y)²"] * X + 0.02 * W
    assert any("and the loss is the cross entropy" in said for said in viz.exercise(J, w).check(wrong).mistakes)


# A step of gradient descent.


def test_a_step_is_asked_for() -> None:
    question = of_one(lambda x: (x - 3) ** 2, 1, learning_rate=0.1)
    assert str(question).endswith(
        "at x = 1. What is x after one step of gradient descent, x := x − α ∂v₂/∂x, with α = 0.1?"
    )
    assert str(question.check(1.4)) == "Right: the new x = 1.4."
    assert "Find ∂v₂/∂x first, then x − α ∂v₂/∂x." in str(question.check(77))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (0.6, "the step went uphill, x + α ∂v₂/∂x"),
        (5, "the learning rate α was forgotten"),
        (-0.4, "that is the step α ∂v₂/∂x alone"),
        (0.4, "that is −α ∂v₂/∂x alone"),
        (-4, "that is the gradient ∂v₂/∂x, not yet the new x"),
        (1, "that is x before the step"),
        (1.2, "the step is right, but ∂v₂/∂v₁ was taken as v₁ = −2"),
    ],
)
def test_what_goes_wrong_with_a_step_is_found(answer: float, said: str) -> None:
    verdict = of_one(lambda x: (x - 3) ** 2, 1, learning_rate=0.1).check(answer)
    assert not verdict
    assert any(said in sentence for sentence in verdict.mistakes)


def test_that_a_step_went_uphill_is_said_once() -> None:
    said = str(affine("b", learning_rate=0.5).mistakes)
    assert "the step went uphill" in said
    assert "the sign is wrong" not in said


# Arrays.

M = 5
RNG = np.random.default_rng(0)
INPUTS = RNG.normal(size=(3, M)).round(1)
LABELS = np.array([[1.0, 0.0, 1.0, 1.0, 0.0]])
WEIGHTS = RNG.normal(size=(1, 3)).round(1)
P = 1 / (1 + np.exp(-(WEIGHTS @ INPUTS + 0.5)))
HIDDEN = RNG.normal(size=(4, M)).round(1)  # a gradient that is different for every number


def affine(wrt: str, **options: Any) -> viz.Exercise:
    """J = the sum of G ∗ (W @ X + b), divided by m, of which dZ is G / m."""
    W, b = Tensor(RNG.normal(size=(4, 3)), "W"), Tensor(np.zeros((4, 1)), "b")
    Z = W @ INPUTS + b
    Z.label = "Z"
    J = np.sum(HIDDEN * Z) / M
    return viz.exercise(J, {"W": W, "b": b, "Z": Z}[wrt], names={}, **options)


def logistic(wrt: str) -> viz.Exercise:
    w, b = Tensor(WEIGHTS, "w"), Tensor([[0.5]], "b")
    Z = w @ INPUTS + b
    Z.label = "Z"
    A = ag.sigmoid(Z)
    A.label = "A"
    return viz.exercise(nn.binary_crossentropy(LABELS, A), {"w": w, "b": b}[wrt], names={})


def test_a_question_about_an_array_says_its_shape() -> None:
    assert str(affine("b")).endswith("What is db = ∂v₄/∂b, of shape (4, 1)?")
    assert "with W (4, 3), b (4, 1)." in str(affine("b"))


DB = np.sum(HIDDEN, axis=1, keepdims=True) / M


@pytest.mark.parametrize("right", [DB, DB.round(4), DB.tolist(), DB.astype(np.float32)])
def test_the_right_array_is_right(right: Any) -> None:
    assert affine("b").check(right)


@pytest.mark.parametrize(
    ("wrt", "wrong", "said"),
    [
        ("b", HIDDEN / M, "dZ was not summed: (4, 5) is one db for each example"),
        ("b", np.sum(HIDDEN) / M, "np.sum(dZ) is one number for all, the sum has axis=1, keepdims=True"),
        ("b", np.full((4, 1), np.sum(HIDDEN) / M), "np.sum(dZ) is one number for all"),
        ("b", np.sum(HIDDEN, axis=0) / M, "dZ was summed over axis 0, the sum has axis=1, keepdims=True"),
        ("b", np.sum(HIDDEN, axis=0, keepdims=True) / M, "dZ was summed over axis 0"),
        ("b", DB / M, "dZ was averaged over 5 instead of summed"),
        ("b", DB * M, "the factor ∂v₄/∂v₃ = 0.2 was forgotten"),
        ("b", np.full((4, 1), 5.0), "the gradient from above, dZ, was forgotten"),
        ("b", -DB, "the sign is wrong"),
        ("W", -HIDDEN @ INPUTS.T / M, "the sign is wrong"),
        ("W", INPUTS @ HIDDEN.T / M, "dW is transposed"),
        ("W", np.ones((4, M)) @ INPUTS.T, "the gradient from above, dv₁, was forgotten"),
        ("Z", np.full((4, M), 1 / M), "∂v₂/∂Z = array (4, 5) was forgotten"),
    ],
)
def test_what_goes_wrong_with_an_affine_layer_is_found(wrt: str, wrong: Any, said: str) -> None:
    verdict = affine(wrt).check(wrong)
    assert not verdict
    assert any(said in sentence for sentence in verdict.mistakes)


DZ_ROW = (P - LABELS) / M


@pytest.mark.parametrize(
    ("wrt", "wrong", "said"),
    [
        ("w", DZ_ROW @ INPUTS.T * M, " was forgotten: 1/5"),
        ("w", DZ_ROW @ INPUTS.T / M, "1/m was there twice"),
        ("w", DZ_ROW * P * (1 - P) @ INPUTS.T, "dZ was taken as (a − y)·a(1 − a): that belongs to the squared error ½"),
        ("w", 2 * DZ_ROW * P * (1 - P) @ INPUTS.T, "that belongs to the squared error (a − y)²"),
        ("b", [[np.sum(2 * DZ_ROW)]], "dZ was taken as 2(a − y): the loss is the cross entropy"),
        ("b", [[np.sum((1 - P**2) * DZ_ROW / (P * (1 - P)))]], "that is the derivative of tanh"),
    ],
)
def test_what_goes_wrong_with_logistic_regression_is_found(wrt: str, wrong: Any, said: str) -> None:
    assert logistic("w").check(DZ_ROW @ INPUTS.T)
    verdict = logistic(wrt).check(wrong)
    assert not verdict
    assert any(said in sentence for sentence in verdict.mistakes)


def costs(A: Any) -> list[Any]:
    return [
        -1 / M * np.sum(LABELS * np.log(A) + (1 - LABELS) * np.log(1 - A)),
        np.sum((A - LABELS) ** 2) / (2 * M),
        -np.sum(LABELS * np.log(A)) / M,
    ]


@pytest.mark.parametrize("which", range(3))
def test_1_over_m_is_missed_in_the_costs_of_the_notes(which: int) -> None:
    w = Tensor(WEIGHTS, "w")
    question = viz.exercise(costs(ag.sigmoid(w @ INPUTS + 0.5))[which], w, names={})
    assert any("1/m before the sum over" in said for said in question.check(question.answer * M).mistakes)


SCORES = HIDDEN.T  # of 5 examples for 4 classes
CLASSES = np.array([0, 1, 3, 1, 2])
SOFTMAX = np.exp(SCORES) / np.sum(np.exp(SCORES), axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("loss", "labels"),
    [(nn.categorical_crossentropy, np.eye(4)[CLASSES]), (nn.sparse_categorical_crossentropy, CLASSES)],
)
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (SOFTMAX - np.eye(4)[CLASSES], "the 1/m of the mean over Z was forgotten: 1/5"),
        ((SOFTMAX - np.eye(4)[CLASSES]) / 20, "1/20 was taken for 1/5: the mean over Z is one over its 5 examples"),
        ((SOFTMAX - np.eye(4)[CLASSES]) * SOFTMAX * (1 - SOFTMAX) / M, "dZ was taken as (p − y)·p(1 − p)/m"),
        (-np.eye(4)[CLASSES] / SOFTMAX / M, "dZ was taken as −(y/p)/m"),
    ],
)
def test_what_goes_wrong_with_a_softmax_is_found(loss: Callable[..., Any], labels: Any, wrong: Any, said: str) -> None:
    Z = Tensor(SCORES, "Z")
    question = viz.exercise(loss(labels, Z, from_logits=True), Z, names={})
    assert question.check((SOFTMAX - np.eye(4)[CLASSES]) / M)
    assert any(said in each for each in question.check(wrong).mistakes)


def test_one_row_summed_over_its_only_axis_is_found() -> None:
    b = Tensor([[0.5]], "b")
    question = viz.exercise(np.sum(HIDDEN[:1] * (b + np.zeros((1, M)))), b, names={})
    assert any("summed over axis 0" in said for said in question.check(HIDDEN[0]).mistakes)


def test_extreme_logits_warn_of_nothing() -> None:
    Z = Tensor([[-1000.0, 2.0]], "Z")
    question = viz.exercise(nn.binary_crossentropy([[1.0, 0]], Z, from_logits=True), Z, names={})
    assert question.check([[-0.5, sigma(2) / 2]])


def test_of_many_steps_those_with_names_are_said() -> None:
    W1, W2 = Tensor(np.ones((2, 3)), "W1"), Tensor(np.ones((1, 2)), "W2")
    Z1 = W1 @ INPUTS + 0.5
    A1 = ag.tanh(Z1)
    A2 = ag.sigmoid(W2 @ A1)
    J = costs(A2)[0]
    names = {"Z1": Z1, "A1": A1, "A2": A2, "J": J}
    assert str(viz.exercise(J, W1, names=names)).startswith(
        "Z₁ = W₁ @ array (3, 5) + 0.5, A₁ = tanh(Z₁), A₂ = σ(W₂ @ A₁), J = −0.2 × sum("
    )


def test_rows_have_their_examples_along_axis_0() -> None:
    W, b = Tensor(np.eye(3), "W"), Tensor(np.zeros(3), "b")
    question = viz.exercise(np.mean((INPUTS.T @ W + b) ** 2), b, names={})
    raw = 2 * INPUTS.T / 15
    assert question.check(raw.sum(axis=0))
    assert any("the sum has axis=0" in said for said in question.check(raw.sum(axis=1)).mistakes)
    assert any("1/5 was taken for 1/15" in said for said in question.check(3 * raw.sum(axis=0)).mistakes)
    assert any("1/3 was taken for 1/15" in said for said in question.check(5 * raw.sum(axis=0)).mistakes)


def test_a_matrix_that_was_not_transposed_is_found() -> None:
    W, X = Tensor([[1.0, 2.0], [3.0, 5.0]], "W"), np.array([[1.0, 2.0], [0.0, 7.0]])
    J = np.sum(np.array([[1.0, 2.0], [3.0, 4.0]]) * (W @ X))
    wrong = np.array([[1.0, 2.0], [3.0, 4.0]]) @ X
    verdict = viz.exercise(J, W, names={"X": X}).check(wrong)
    assert verdict.mistakes == ("X stands where Xᵀ belongs",)


def test_right_numbers_in_another_shape_are_told_so() -> None:
    assert str(affine("b").check(DB.ravel())).endswith(
        "is not right: db has the shape of b, (4, 1). Its numbers are right: reshape it, or sum with keepdims=True."
    )
    assert "Its numbers are right: transpose it." in str(affine("b").check(DB.T))
    W = Tensor(np.ones((2, 3)), "W")
    question = viz.exercise(np.sum(W * np.arange(6.0).reshape(2, 3)), W, names={})
    assert str(question.check(np.arange(6.0).reshape(3, 2))).endswith("Its numbers are right: reshape it.")
    assert question.check(np.arange(6.0).reshape(2, 3).T).mistakes == ("dW is transposed",)


def test_of_small_numbers_none_is_right_but_they_themselves() -> None:
    W = Tensor([1.0, 4.0], "W")
    question = viz.exercise(np.sum(W * np.array([1e-9, 2e-9])), W, names={})
    assert question.check([1e-9, 2e-9])
    assert not question.check([0, 0])
    assert "numbers are right" not in str(question.check([[0, 0]]))


def test_next_to_large_numbers_small_ones_are_not_rounded_away() -> None:
    W = Tensor([[1.0, 1.0]], "W")
    question = viz.exercise(np.sum(W * np.array([[1000.4, 4.3]])), W, names={})
    assert question.check([[1000, 4]])
    assert question.check([[1000, 4.3]])
    assert not question.check([[1000, 0]])
    assert not question.check([[1000, 10]])


def test_sums_that_cancel_are_0() -> None:
    b = Tensor([[0.0]], "b")
    J = np.sum((b + np.zeros((1, 3))) * np.array([[0.1, 0.2, -0.3]]))
    assert viz.exercise(J, b, names={}).check([[0]])


def test_a_step_with_an_array() -> None:
    question = affine("b", learning_rate=0.5)
    assert question.check(-0.5 * DB)
    assert "the step went uphill, b + α db: gradient descent subtracts" in question.check(0.5 * DB).mistakes
    assert any(
        "the step is right, but np.sum(dZ)" in m for m in question.check(np.full((4, 1), -0.1 * HIDDEN.sum())).mistakes
    )


# What may be answered.


@pytest.mark.parametrize(
    "answer",
    [
        12,
        12.0,
        "12",
        " 12.0 ",
        "1.2e1",
        "24/2",
        "+12",
        "12.",
        np.float32(12),
        np.int64(12),
        np.array(12.0),
        Fraction(24, 2),
    ],
)
def test_a_number_may_be_written_in_many_ways(answer: Any) -> None:
    assert lecture().check(answer)


@pytest.mark.parametrize("answer", ["−3/2", "–1.5", "- 1.5", Decimal("-1.5")])
def test_a_minus_may_be_the_true_one(answer: Any) -> None:
    assert of_one(lambda x: 6 / x, 2).check(answer)


NO_NUMBER = "it has to be one number, such as 12, 0.75 or '3/4'"


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (math.nan, ValueError, "the answer is nan; it has to be a finite number: the right one is"),
        (-math.inf, ValueError, "the answer is -inf; it has to be a finite number"),
        ("1e999", ValueError, "the answer is 1e999; it has to be a finite number"),
        (10**400, ValueError, "it has to be a finite number"),
        pytest.param(10**5000, ValueError, "the answer is inf; it has to be a finite number", id="a long integer"),
        (Fraction(10**5000), ValueError, "the answer is inf; it has to be a finite number"),
        ("12,0", ValueError, r"the answer is '12,0'; it has to be a number .*: write a decimal point, not a comma"),
        ("twelve", ValueError, "the answer is 'twelve'; it has to be a number such as 12, -0.5, 1e-3 or 3/4$"),
        ("nan", ValueError, "the answer is 'nan'"),
        ("1/0", ValueError, "the answer is '1/0'"),
        ("", ValueError, "the answer is ''"),
        (12 + 0j, TypeError, NO_NUMBER),
        (True, TypeError, NO_NUMBER),
        (None, TypeError, NO_NUMBER),
        ([12], TypeError, NO_NUMBER),
        (np.array([12.0, 1.0]), TypeError, rf"an array of shape \(2,\) \(ndarray\); {NO_NUMBER}"),
        (Value(12), TypeError, "the answer is a Value; write its number: answer.data"),
    ],
)
def test_what_is_no_number_is_refused(answer: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        lecture().check(answer)


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        ("12", TypeError, "the answer is '12' .*; it has to be an array of numbers"),
        ([[1], [2, 3]], ValueError, "rows of different lengths"),
        ([math.nan] * 4, ValueError, "nan or inf"),
        ([1j] * 4, TypeError, "an array of numbers"),
        ([True] * 4, TypeError, "an array of numbers"),
        (Tensor([1.0]), TypeError, "the answer is a Tensor; give its numbers: answer.data"),
    ],
)
def test_what_is_no_array_is_refused(answer: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        affine("b").check(answer)


@pytest.mark.parametrize("answer", [0.667, 0.6667, 0.66667, 0.66666667])
def test_three_significant_digits_are_right(answer: float) -> None:
    question = of_one(lambda x: x**2 / 3, 1)
    verdict = question.check(answer)
    assert verdict
    assert str(verdict) == ("Right: ∂v₂/∂x = 0.6667." if answer == 0.66666667 else "Right, rounded: ∂v₂/∂x = 0.666667.")


@pytest.mark.parametrize("answer", [0.67, 0.7, 0.666, 0.668])
def test_fewer_or_wrong_digits_are_not(answer: float) -> None:
    assert not of_one(lambda x: x**2 / 3, 1).check(answer)


@pytest.mark.parametrize(
    ("slope", "answer", "said"),
    [
        (9.9996, 9.9996, "Right: ∂v₁/∂x = 9.9996."),
        (9.9996, 10.0, "Right, rounded: ∂v₁/∂x = 9.9996."),
        (246912, 246912, "Right: ∂v₁/∂x = 246912."),
        (-0.9899924966, -0.989992, "Right: ∂v₁/∂x = −0.989992."),
        (2 / 3, 2 / 3, "Right: ∂v₁/∂x = 0.6667."),
    ],
)
def test_a_right_answer_is_repeated_with_its_digits(slope: float, answer: float, said: str) -> None:
    assert str(of_one(lambda x: slope * x, 3).check(answer)) == said


@pytest.mark.parametrize("answer", [0, 1e-13, -5e-13, -4.248354255291589e-18])
def test_a_very_small_derivative_is_not_0(answer: float) -> None:
    question = of_one(ag.sigmoid, -40)
    assert question.check(question.answer)
    assert not question.check(answer)


@pytest.mark.parametrize(
    ("function", "at"),
    [(ag.sin, math.pi / 2), (ag.cos, math.pi), (lambda x: 0.1 * x + 0.2 * x - 0.3 * x, 1), (lambda x: (x - 1) ** 2, 1)],
)
def test_what_is_0_but_for_rounding_is_0(function: Callable[[Value], Any], at: float) -> None:
    question = of_one(function, at)
    verdict = question.check(0)
    assert str(verdict).endswith("= 0.")
    assert question.answer == 0
    assert not question.check(1e-9)


def test_what_a_mistake_gives_exactly_is_no_rounded_answer() -> None:
    question = of_one(ag.sin, 0.03)
    assert question.check(1).mistakes == ("the calculator was set to degrees: angles are in radians",)
    assert question.check(0.9996)
    assert question.check(math.cos(0.03))
    ((_, sentences),) = question.ambiguous
    assert sentences == ("this is the right answer", "the calculator was set to degrees: angles are in radians")


def test_a_rounded_mistake_is_found_too() -> None:
    assert any("ln" in said for said in of_one(ag.log2, 3).check(0.333).mistakes)


# What may be asked.


def chained(x: Any) -> Any:
    for _ in range(10_000):
        x = x + 1
    return x


def stale() -> viz.Exercise:
    x = Value(2)
    y = x * x
    x.data = 3
    return viz.exercise(y, x)


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        (lambda: viz.exercise(2.0, Value(1)), TypeError, "the first argument is 2.0"),
        (lambda: viz.exercise(Value(1), "x"), TypeError, "wrt is 'x'"),
        (lambda: viz.exercise(Value(1) * 2, Value(3)), ValueError, "was not computed from"),
        (lambda: viz.exercise((x := Value(1, requires_grad=False)) * Value(2), x), ValueError, "wants no gradient"),
        (stale, RuntimeError, "a leaf has changed since"),
        (lambda: of_one(lambda x: 2 * x, math.nan), ValueError, "x is nan, or has nan in it: choose inputs"),
        (lambda: of_one(chained, 1), ValueError, "a question is about 10,000 nodes at most: pass a node nearer"),
        (lambda: of_one(ag.log, 0), ValueError, "∂v₁/∂x is inf: choose inputs at which it is finite"),
        (lambda: lecture(learning_rate=0), ValueError, "learning_rate is 0; it has to be positive and finite"),
        (lambda: lecture(learning_rate=math.nan), ValueError, "learning_rate is nan"),
        (lambda: lecture(learning_rate="0.1"), TypeError, r"learning_rate is '0.1' \(str\); it has to be a number"),
        (lambda: viz.exercise((y := Value(2) * 3) * 2, y, learning_rate=1), ValueError, "a step changes an input"),
    ],
)
def test_what_is_no_question_is_refused(asked: Callable[[], Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        asked()


def test_the_callers_variables_are_the_names() -> None:
    speed = Value(3)
    energy = speed * speed
    assert str(viz.exercise(energy, speed)) == "energy = speed × speed, at speed = 3. What is denergy/dspeed?"


def test_a_question_survives_a_change_of_its_inputs() -> None:
    x = Value(3, "x")
    question = viz.exercise(x * x, x, learning_rate=0.5, names={})
    x.data = 100
    assert question.check(0)
    assert "the step went uphill, x + α dv₁/dx: gradient descent subtracts" in question.check(6).mistakes
    assert "that is x before the step" in question.check(3).mistakes


def test_what_follows_from_a_question_survives_it_too() -> None:
    a, b = Value(2, "a"), Value(1, "b")
    c = a + b
    question = viz.exercise(c * (b + 1), b, names={})
    said = str(question.at(a=3)), str(question.ambiguous), str(question.clearer())
    b.data = 100
    assert (str(question.at(a=3)), str(question.ambiguous), str(question.clearer())) == said
    with pytest.raises(RuntimeError, match="a leaf has changed"):
        question.solution  # noqa: B018 - it is a property


def test_where_the_output_has_no_input_in_it_the_inputs_are_said_all_the_same() -> None:
    question = of_one(lambda x: x * 0, 2)
    assert str(question) == "v₁ = x × 0, at x = 2. What is ∂v₁/∂x?"
    assert str(question.clearer()) == "v₁ = x × 0, at x = 3. What is ∂v₁/∂x?"
    assert "−0:" not in str(of_one(lambda x: x * 0, -2).mistakes)


def test_no_gradient_is_touched() -> None:
    x = Value(3)
    viz.exercise(x * x, x).check(3)
    assert x.grad is None


def test_jupyter_shows_the_text() -> None:
    question = lecture()
    for shown in (question, question.check(5)):
        assert shown._repr_mimebundle_() == {"text/plain": str(shown)} == {"text/plain": repr(shown)}


# Large graphs.


def test_very_many_paths_are_not_listed() -> None:
    x = Value(1, "x")
    y = x
    for _ in range(60):
        y = y + y
    question = viz.exercise(y, x, names={})
    assert question.check(2.0**60)
    assert question.check(1).mistakes == (
        "where several shares arrive at a node, only the last one was kept (= where += is needed)",
    )
    assert "the upstream factors were forgotten" in question.check(2).mistakes[0]


def test_of_some_more_paths_one_share_may_be_forgotten() -> None:
    x = Value(2, "x")
    verdict = viz.exercise(x * x * x * x * x * x * x, x, names={}).check(6 * 64)
    assert "one of the shares that arrive at x was forgotten, through ∂v₆/∂x" in verdict.mistakes


def test_a_long_chain_is_asked_about() -> None:
    x = Value(1, "x")
    y = x
    for _ in range(3000):
        y = ag.sin(y) + x * 0.001
    question = viz.exercise(y, x, names={})
    assert str(question).startswith("8992 steps, ")
    assert question.check(question.answer)
    assert not question.check(-question.answer)


# Any graph.

leaf = st.floats(0.5, 1.5).map(lambda x: round(x, 3))
steps = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=10)
OPERATIONS = [
    lambda p, q: p + q, lambda p, q: p - q, lambda p, q: p * q, lambda p, q: p / (q * q + 1),
    lambda p, q: ag.sin(p) + q, lambda p, q: ag.sigmoid(p) * q, lambda p, _: p**2, lambda p, _: ag.tanh(p) * 3,
]  # fmt: skip


@given(leaf, leaf, steps)
def test_the_right_answer_of_any_graph_is_right_and_no_mistake(first: float, second: float, chosen: Any) -> None:
    x = Value(first, "x")
    nodes = [x, Value(second, "q")]
    for which, left, right in chosen:
        nodes.append(OPERATIONS[which](nodes[left % len(nodes)], nodes[-1 - right % len(nodes)]))
    root = nodes[-1] + 0.5 * x
    question = viz.exercise(root, x, names={})
    root.backward()
    assert question.check(x.grad)
    rounded = float(f"{x.grad:.4g}")
    assert question.check(rounded) or rounded == pytest.approx(nearest(numbers(question), rounded), rel=1e-6)
    for number, sentences in question.mistakes:
        assert sentences
        assert math.isfinite(number)
        assert number != pytest.approx(x.grad, rel=1e-9, abs=1e-12)
        verdict = question.check(number)
        assert verdict or set(sentences) <= set(verdict.mistakes)
        assert bool(verdict) == (number == pytest.approx(question.answer, rel=1e-6, abs=0))


def nearest(found: list[float], number: float) -> float:
    return min(found, key=lambda each: abs(each - number))
