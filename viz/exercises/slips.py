"""THE TABLE of wrong derivatives: what students take the derivative of a function for, each slip written down once.

A row names a row of the engine's table and gives, for each of its inputs, the formula that is written instead of the
derivative (None where the right one is), in the same letters; and why it is wrong. A slip is tried wherever the
function occurs in a graph. To add one, add a row.

>>> print(SLIPS_OF["exp2"][0])
∂/∂x 2^x taken as x × 2^(x − 1): here the exponent varies, and the power rule is for a base that does

Missing here is what needs no table: a minus or a factor that is forgotten, a product differentiated factor by factor,
see ``mistakes.py``. Some rows are misprints of lecture notes.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from autograd_mini.expr import Call, Expr, Formula, Number
from autograd_mini.rules import (
    RULES,
    absolute,
    base,
    cos,
    csch,
    exp,
    log,
    out,
    p,
    sec,
    sigmoid,
    sin,
    sqrt,
    square,
    tanh,
    x,
    y,
    z,
)


class Slip(NamedTuple):
    """One row: the function, what is written for its derivative by each input, and what is wrong with it."""

    name: str
    wrong: tuple[Formula | None, ...]
    why: str

    def formula(self, i: int) -> Expr | None:
        """What is written for the derivative by input `i`."""
        wrong = self.wrong[i]
        return Number(wrong) if isinstance(wrong, int | float) else wrong

    def __str__(self) -> str:
        row = RULES[self.name]
        applied = row.applied(*row.inputs)
        said = [
            f"{Call('derivative of', row.inputs[i], applied).text()} taken as {formula.text()}"
            for i in range(row.arity)
            if (formula := self.formula(i)) is not None
        ]
        return f"{', '.join(said)}: {self.why}"


def exp2(exponent: Formula) -> Call:
    """2 to the power of a formula."""
    return Call("exp2", exponent)


STEP = Call("heaviside", x, 0)
POWER_RULE = "here the exponent varies, and the power rule is for a base that does"

SLIPS = (
    # Arithmetic.
    Slip("mul", (x, y), "by one factor, the derivative of a product is the other one"),
    Slip("div", (y, None), "the denominator stays where it is, 1/y"),
    Slip("div", (None, -(x / y)), "the denominator has to be squared"),
    Slip("pow", (x ** (y - 1), None), "the exponent is missing as a factor"),
    Slip("pow", (y * x**y, None), "the exponent has to go down by one"),
    Slip("pow", (None, y * x ** (y - 1)), POWER_RULE),
    Slip("pow", (None, out), "the ln of the base is missing, which only e doesn't need"),
    Slip("square", (x,), "the exponent 2 is missing as a factor"),
    Slip("square", (2 * square(x),), "the exponent has to go down by one"),
    Slip("reciprocal", (log(x),), "that is the integral"),
    Slip("sqrt", (1 / sqrt(x),), "the exponent ½ is missing as a factor"),
    Slip("sqrt", (sqrt(x) / 2,), "the exponent ½ has to go down by one, to −½"),
    # Exponentials and logarithms.
    Slip("exp", (x * exp(x - 1),), POWER_RULE),
    Slip("exp2", (x * exp2(x - 1),), POWER_RULE),
    Slip("exp2", (out,), "the factor ln 2 is missing, which only e doesn't need"),
    Slip("expm1", (out,), "the −1 is a constant, and its derivative is 0"),
    Slip("log", (1 / log(x),), "that is one over the logarithm, not its derivative"),
    Slip("log", (exp(x),), "that is its inverse, not its derivative"),
    Slip("log2", (1 / x,), "the factor 1/ln 2 is missing, which only e doesn't need"),
    Slip("log2", (log(Number(2)) / x,), "ln 2 divides"),
    Slip("log10", (1 / x,), "the factor 1/ln 10 is missing, which only e doesn't need"),
    Slip("log10", (log(Number(10)) / x,), "ln 10 divides"),
    Slip("log_base", (1 / x, None), "the factor 1/ln of the base is missing, which only e doesn't need"),
    Slip("log_base", (log(base) / x, None), "ln of the base divides"),
    Slip("log1p", (1 / x,), "the 1 belongs into the denominator"),
    # Trigonometric and hyperbolic functions and their inverses.
    Slip("sin", (-cos(x),), "that is the integral, the derivative has no minus"),
    Slip("sin", (sin(x),), "only the exponential is its own derivative"),
    Slip("cos", (cos(x),), "only the exponential is its own derivative"),
    Slip("tan", (sec(x),), "the secant has to be squared"),
    Slip("tan", (1 - square(out),), "that is the derivative of tanh"),
    Slip("asin", (1 / (1 - square(x)),), "the square root is missing"),
    Slip("asin", (1 / sqrt(1 + square(x)),), "that is the derivative of arsinh"),
    Slip("acos", (-1 / (1 - square(x)),), "the square root is missing"),
    Slip("atan", (1 / (1 - square(x)),), "that is the derivative of artanh"),
    Slip("atan", (1 / sqrt(1 + square(x)),), "that is the derivative of arsinh"),
    Slip("asec", (1 / (x * sqrt(square(x) - 1)),), "the absolute value of x is missing"),
    Slip("acsc", (-1 / (x * sqrt(square(x) - 1)),), "the absolute value of x is missing"),
    Slip("cosh", (-Call("sinh", x),), "that minus belongs to the cosine"),
    Slip("tanh", (1 - square(x),), "it is the value of tanh that is squared, not its argument"),
    Slip("tanh", (1 - out,), "the value of tanh has to be squared"),
    Slip("tanh", (out * (1 - out),), "that is the derivative of σ"),
    Slip("tanh", (1 - square(tanh(out)),), "tanh was applied twice"),
    Slip("coth", (-csch(x),), "csch has to be squared"),
    Slip("acsch", (-1 / (absolute(x) * sqrt(1 - square(x))),), "below the root stands a plus"),
    # Activations and choices.
    Slip("sigmoid", (x * (1 - x),), "σ′ is a(1 − a) of the value a = σ(z), not of z"),
    Slip("sigmoid", (1 - out,), "σ′ is a(1 − a), and a factor is missing"),
    Slip("sigmoid", (out,), "that is σ itself, its derivative is a(1 − a)"),
    Slip("sigmoid", (1 - square(out),), "that is the derivative of tanh"),
    Slip("sigmoid", (sigmoid(out) * (1 - sigmoid(out)),), "σ was applied twice"),
    Slip("relu", (1,), "below 0 the derivative is 0"),
    Slip("relu", (out,), "that is the value, the derivative is 0 or 1"),
    Slip("leaky_relu", (STEP, None), "that is the derivative of relu, without the slope below 0"),
    Slip("leaky_relu", (1, None), "below 0 the derivative is the slope"),
    Slip("softplus", (sigmoid(-x),), "the exponent of its derivative, 1/(1 + e⁻ˣ), has a minus"),
    Slip("softplus", (STEP,), "that is the derivative of relu"),
    Slip("abs", (1,), "below 0 the derivative is −1"),
    Slip("maximum", (1, 1), "the gradient goes to the greater one alone"),
    Slip("minimum", (1, 1), "the gradient goes to the lesser one alone"),
    # Losses.
    Slip("bce", (None, -(y / p) - (1 - y) / (1 - p)), "the inner derivative −1 of 1 − ŷ is missing"),
    Slip("bce_with_logits", (None, sigmoid(z)), "y is missing"),
)

SLIPS_OF: dict[str, list[Slip]] = defaultdict(list)
for _slip in SLIPS:
    SLIPS_OF[_slip.name].append(_slip)
