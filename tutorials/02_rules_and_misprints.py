# %% [markdown]
# # The rules, and what lecture notes misprint
#
# All rules of differentiation that a calculus course has, each checked against the slope of the function itself; then
# what is printed wrong in a set of lecture notes, and how the graph finds it. You need
# [derivatives on a graph](01_derivatives_on_a_graph.py); the last part has a few NumPy arrays, which
# [arrays and broadcasting](05_arrays_and_broadcasting.py) explains.

# %%
import math

import numpy as np

import autograd_mini as ag
import viz
from autograd_mini import Tensor, Value, nn
from autograd_mini.rules import RULES

# %% [markdown]
# ## Rules for what is put together
#
# With f = sin x, g = x² + 1 and the numbers c = 7, a = 3, n = 5. Each line is a rule as it is written in every book.
# `ag.check_rule` compares a formula with the slope of the function, as one gets it by moving x a little, and says
# nothing if they agree; `ag.grad` walks the graph. (The natural logarithm ln is called log in programs and many notes.)

# %%
f, df = ag.sin, ag.cos
g, dg = lambda x: x**2 + 1, lambda x: 2 * x
combined = {
    "(c)′ = 0": (lambda x: 7 + 0 * x, lambda x: 0 * x),
    "(c f)′ = c f′": (lambda x: 7 * f(x), lambda x: 7 * df(x)),
    "(xⁿ)′ = n xⁿ⁻¹": (lambda x: x**5, lambda x: 5 * x**4),
    "(f + g)′ = f′ + g′": (lambda x: f(x) + g(x), lambda x: df(x) + dg(x)),
    "(f − g)′ = f′ − g′": (lambda x: f(x) - g(x), lambda x: df(x) - dg(x)),
    "(f g)′ = f′ g + f g′": (lambda x: f(x) * g(x), lambda x: df(x) * g(x) + f(x) * dg(x)),
    "(f / g)′ = (f′ g − f g′) / g²": (lambda x: f(x) / g(x), lambda x: (df(x) * g(x) - f(x) * dg(x)) / g(x) ** 2),
    "f(g(x))′ = f′(g(x)) g′": (lambda x: f(g(x)), lambda x: df(g(x)) * dg(x)),
    "(e^g)′ = e^g g′": (lambda x: ag.exp(g(x)), lambda x: ag.exp(g(x)) * dg(x)),
    "(a^g)′ = ln(a) a^g g′": (lambda x: 3 ** g(x), lambda x: math.log(3) * 3 ** g(x) * dg(x)),
    "(ln g)′ = g′ / g": (lambda x: ag.log(g(x)), lambda x: dg(x) / g(x)),
    "(log_a g)′ = g′ / (g ln a)": (lambda x: ag.log(g(x), 3), lambda x: dg(x) / (g(x) * math.log(3))),
}
print(f"{'':32} at x = 1")
for rule, (function, derivative) in combined.items():
    ag.check_rule(function, derivative, points=[0.3, 1.0, 2.5])
    by_graph = ag.grad(function)(1.0)
    assert np.isclose(by_graph, derivative(1.0))
    print(f"{rule:32} {by_graph:8.4f}")

# %% [markdown]
# The graph knows the derivatives of each *operation*, and the sum over paths does the rest. Here is the quotient
# sin x / (x² + 1). Of y = p / q it knows ∂y/∂p = 1/q and ∂y/∂q = −p/q² = −y/q; (f′ g − f g′) / g² comes out by itself.
# A step to which you gave no name is called v₁, v₂, …

# %%
x = Value(1)
p = ag.sin(x)
q = x**2 + 1
y = p / q
y.backward()
viz.draw(y, edges="formulas")

# %%
print(viz.explain(y, x, detail="short"))
assert np.isclose(x.grad, (math.cos(1) * 2 - math.sin(1) * 2) / 4)

# %% [markdown]
# ## The table
#
# What the graph does know is one table, a row for each function. Its rows can be printed; `out` is the value of the
# function itself, which is known by then: csc′ = −csc x · cot x. In a notebook, a row is shown as a formula.

# %%
RULES["coth"]

# %%
powers = ["exp", "exp2", "log", "log2", "log10"]
trigonometric = "sin cos tan csc sec cot".split()
inverse = "asin acos atan acsc asec acot".split()
hyperbolic = "sinh cosh tanh csch sech coth".split()
inverse_hyperbolic = "asinh acosh atanh acsch asech acoth".split()
for name in powers + trigonometric + inverse + hyperbolic + inverse_hyperbolic:
    function = getattr(ag, name)  # ag.sin, ag.cos, …
    ag.check_rule(function, ag.grad(function))
    print(RULES[name])

# %% [markdown]
# Two rows have both inputs variable: the power xʸ, which has a derivative with respect to its exponent, too, and the
# logarithm to any base, where log_a x has 1/(x ln a).

# %%
print(RULES["pow"])
print(RULES["log_base"])
x, n = Value(2), Value(3)
power = x**n
power.backward()
print(f"2³ = {power.data:g}, by x: {x.grad:g}, by n: {n.grad:.4f}")
assert (x.grad, n.grad) == (3 * 2**2, 2**3 * math.log(2))
assert np.isclose(ag.grad(lambda x: 3**x)(2.0), math.log(3) * 3**2)
assert np.isclose(ag.grad(lambda x: ag.log(x, 10))(2.0), 1 / (2 * math.log(10)))

# %% [markdown]
# ### Conventions
#
# Where an inverse function has several values, books choose differently, and the derivative follows the choice. Here
# arccot goes from 0 to π, so that it has no jump at 0; arcsec x = arccos(1/x) and arccsc x = arcsin(1/x), so that
# arcsec rises on both sides and arccsc falls: that is why there is |x| in their derivatives. arsech has a derivative
# for 0 < x < 1, arcoth for |x| > 1. Beyond its domain a function is nan ("not a number"), as in NumPy. The picture is
# made for neurons, and says z and a for x and y.

# %%
viz.plot_activation(inverse[3:] + inverse_hyperbolic[3:], low=-4, high=4)

# %%
assert np.isclose(ag.acot(-1.0), 3 * math.pi / 4)  # where others have −π/4
for x in (-3.0, -1.5, 1.5, 3.0):
    assert np.isclose(ag.asec(x), math.acos(1 / x))
    assert np.isclose(ag.acsc(x), math.asin(1 / x))
    assert np.isclose(ag.grad(ag.asec)(x), 1 / (abs(x) * math.sqrt(x**2 - 1)))
    assert np.isclose(ag.grad(ag.acsch)(x), -1 / (abs(x) * math.sqrt(1 + x**2)))
    assert np.isclose(ag.grad(ag.acoth)(x), 1 / (1 - x**2))
assert np.isclose(ag.grad(ag.asech)(0.6), -1 / (0.6 * math.sqrt(1 - 0.6**2)))
print("arccot(−1) =", round(ag.acot(-1.0), 4), "  arsech(2) =", ag.asech(2.0))

# %% [markdown]
# ### What practice needs beside them
#
# `expm1` is eˣ − 1 and `log1p` is ln(1 + x), accurate for small x. At a [kink](glossary.md#kink), a corner of the graph
# of a function, there is no derivative, but a program has to give a number: |x| has 0 at 0; where the two inputs of
# `maximum` are equal, each gets half.

# %%
for name in "sqrt abs expm1 log1p maximum minimum where sign".split():
    print(RULES[name])
print("|x|′ at −2, 0, 2:", [ag.grad(ag.abs)(x) for x in (-2.0, 0.0, 2.0)])
print("max(0, x)′ at −2, 0, 2:", [ag.grad(lambda x: ag.maximum(0, x))(x) for x in (-2.0, 0.0, 2.0)])
assert ag.expm1(1e-20) == ag.log1p(1e-20) == 1e-20
assert math.exp(1e-20) - 1 == 0
assert ag.grad(lambda x: ag.where(x > 0, x**2, -x))(3.0) == 6

# %% [markdown]
# ## Misprinted derivatives
#
# Four derivatives in the notes are wrong. Each is refused with a point at which one can see it. coth′ lacks its square;
# arcsch′ has a minus for a plus below the root; arcsec′ and arccsc′ lack the absolute value, so they are right for
# positive x and have the wrong sign for negative ones.

# %%
misprints = [  # the function, what is printed, what is right
    (ag.coth, lambda x: -ag.csch(x), lambda x: -(ag.csch(x) ** 2)),
    (ag.acsch, lambda x: -1 / (abs(x) * ag.sqrt(1 - x**2)), lambda x: -1 / (abs(x) * ag.sqrt(1 + x**2))),
    (ag.asec, lambda x: 1 / (x * ag.sqrt(x**2 - 1)), lambda x: 1 / (abs(x) * ag.sqrt(x**2 - 1))),
    (ag.acsc, lambda x: -1 / (x * ag.sqrt(x**2 - 1)), lambda x: -1 / (abs(x) * ag.sqrt(x**2 - 1))),
]
for function, printed, right in misprints:
    ag.check_rule(function, right)
    try:
        ag.check_rule(function, printed)
    except AssertionError as refused:
        print(refused)
ag.check_rule(ag.asec, misprints[2][1], points=[1.5, 2, 10])  # nothing to see where x is positive

# %% [markdown]
# ## Misprinted losses
#
# The cross entropy says how wrong a prediction ŷ is when y is true; [page 03](03_one_neuron_and_its_loss.py) derives
# it. In one place its second half is printed (1 − y)(1 − ln ŷ) instead of (1 − y) ln(1 − ŷ). Take y = 0: a
# prediction near 0 is right and should cost nothing, one near 1 is wrong and should cost much. As printed, every
# prediction costs less than nothing, and a wrong one hardly more than an undecided one.


# %%
def right(y, p):
    return -(y * ag.log(p) + (1 - y) * ag.log(1 - p))


def printed(y, p):
    return -(y * ag.log(p) + (1 - y) * (1 - ag.log(p)))


print("  ŷ      right   printed     (y = 0)")
for p in (0.01, 0.2, 0.5, 0.99):
    print(f"{p:4}  {right(0, p):8.4f}  {printed(0, p):8.4f}")
    assert np.isclose(right(0, p), nn.binary_crossentropy(0, p))
assert max(printed(0, 0.01), printed(0, 0.99)) < 0
assert right(0, 0.99) > 4

# %% [markdown]
# The derivative that the notes themselves go on with, −y/ŷ + (1 − y)/(1 − ŷ), is that of the right form:


# %%
def slope(p):
    return 1 / (1 - p)  # what is left of it for y = 0


ag.check_rule(lambda p: right(0, p), slope, points=[0.2, 0.7])
try:
    ag.check_rule(lambda p: printed(0, p), slope, points=[0.2, 0.7])
except AssertionError as refused:
    print(refused)

# %% [markdown]
# The sums over n entries run from j = 0 to n, which are n + 1 terms. Python counts from 0 to n − 1, and says so:

# %%
y_hat, y = [0.78, 0.89, 0.12, 0.08, 0.97], [1, 1, 0, 0, 1]
n = len(y)
print(f"j = 0 … n−1: {sum(right(y[j], y_hat[j]) for j in range(n)):.4f}")
try:
    sum(right(y[j], y_hat[j]) for j in range(n + 1))
except IndexError as error:
    print("j = 0 … n:", error)

# %% [markdown]
# ## Misprinted gradients
#
# Here are a layer of four tanh units and one sigmoid unit over m = 5 examples, column by column, and the cost J. The
# graph has all its derivatives. In two places the notes give the derivative by the bias b² as dZ² = A² − Y, without the
# sum over the examples. That is m numbers, and the bias is one: its gradient has to have its shape.

# %%
rng = np.random.default_rng(0)
m = 5
X, Y = rng.normal(size=(2, m)), np.array([[0.0, 1, 1, 0, 1]])
W1, b1 = Tensor(rng.normal(size=(4, 2))), Tensor(np.zeros((4, 1)))
W2, b2 = Tensor(rng.normal(size=(1, 4))), Tensor(np.zeros((1, 1)))
A1 = np.tanh(W1 @ X + b1)
A2 = ag.sigmoid(W2 @ A1 + b2)
J = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
J.backward()
dZ2 = A2.data - Y
print("dJ/db² as printed:", dZ2.shape, "  as the graph has it:", b2.grad.shape)
assert np.allclose(b2.grad, np.sum(dZ2, axis=1, keepdims=True) / m)

# %% [markdown]
# In one set db¹ is `np.sum(dZ1) / m`, without `axis=1, keepdims=True`. That is *one* number, summed over the units as
# well. NumPy [broadcasts](glossary.md#broadcast) it, that is, repeats it for every unit, and nothing complains: every
# unit's bias moves alike, and they were meant to learn different things.

# %%
dZ1 = W2.data.T @ dZ2 * (1 - A1.data**2)
as_printed = b1.data - 0.1 * np.sum(dZ1) / m
as_meant = b1.data - 0.1 * np.sum(dZ1, axis=1, keepdims=True) / m
print("b¹ after a step, as printed:", as_printed.ravel().round(3))
print("b¹ after a step, as meant:  ", as_meant.ravel().round(3))
assert np.allclose(b1.grad, np.sum(dZ1, axis=1, keepdims=True) / m)
assert np.ptp(as_printed) == 0 < np.ptp(as_meant)

# %% [markdown]
# An accumulator is called dLb where it is set to zero, and dJb where it is used. And the cost J, which adds up the
# losses of m examples and is divided by m, starts at 1; it should start at 0. With all weights 0 each loss is ln 2, and
# so is their mean:

# %%
dLb = 0.0
try:
    dJb += 0.5
except NameError as error:
    print(error)
for start in (1, 0):
    J = start
    for label in y:
        J += right(label, 0.5)
    J /= n
    print(f"J from {start}: {J:.4f}")
assert np.isclose(J, math.log(2))

# %% [markdown]
# ## A convention, not a misprint
#
# ReLU has a kink at 0. One set of notes gives its derivative there as 0, the other as 1; and that of the leaky ReLU as
# 0.01 and as 1. Nothing depends on it. Ours are 0 and 0.01; the others are written with `where`. In the picture the
# full circle is what the convention takes.

# %%
print("ours:      ", ag.grad(ag.relu)(0.0), ag.grad(ag.leaky_relu)(0.0))
others = [ag.grad(lambda x, low=low: ag.where(x >= 0, x, low * x))(0.0) for low in (0, 0.01)]
print("the others:", *others)
assert (ag.grad(ag.relu)(0.0), ag.grad(ag.leaky_relu)(0.0)) == (0, 0.01)
assert others == [1, 1]
viz.plot_activation(["relu", "leaky_relu"], low=-2, high=2)

# %% [markdown]
# ## Misprinted arrays
#
# What NumPy finds by itself: the sizes of `randn` are separate arguments; a matrix wants outer brackets, `[[1, 2],
# [3, 4]]`; an image that is called 3×3×3 has eighteen numbers, so it is 3×3×2.

# %%
image = np.arange(18)
attempts = [
    lambda: np.random.randn((4, 2)),  # noqa: NPY002 - as printed
    lambda: np.array([1, 2], [3, 4]),
    lambda: image.reshape(3, 3, 3),
]
for attempt in attempts:
    try:
        attempt()
    except (TypeError, ValueError) as error:
        print(f"{type(error).__name__}: {error}")
assert rng.normal(size=(4, 2)).shape == (4, 2)
assert np.array([[1, 2], [3, 4]]).shape == (2, 2)
assert image.reshape(3, 3, 2).shape == (3, 3, 2)

# %% [markdown]
# And what the graph finds. A weight vector w2_1 has two entries in one version, but it meets three activations; in the
# other it is [−7 8 9]. A table gives Z² and A² the shape (n², 1), which holds for one example; for m it is (n², m).

# %%
a1 = Tensor([1.0, 0.0, 1.0])
try:
    np.dot(Tensor([-7.0, 8.0]), a1)
except ValueError as error:
    print(error)
z2 = np.dot(Tensor([-7.0, 8.0, 9.0]), a1) + 3
print("with [−7 8 9]:", z2.data)
print("A² of", m, "examples:", A2.shape)
assert z2.data == 5
assert A2.shape == (1, m)

# %% [markdown]
# Last, activations of sigmoid units are printed as 1.466, 1.125, 3.216. A sigmoid lies between 0 and 1, whatever it is
# given, so no z leads there: z = ln(a / (1 − a)) has no answer.

# %%
print(ag.sigmoid([-800.0, 0.0, 800.0]), [ag.log(a / (1 - a)) for a in (1.466, 1.125, 3.216)])
assert all(0 <= ag.sigmoid(z) <= 1 for z in (-800.0, 0.0, 800.0))

# %% [markdown]
# ## Try it yourself
#
# 1. What is the derivative of x ln x? Write it for `0 * x`, until nothing is said:
#    `ag.check_rule(lambda x: x * ag.log(x), lambda x: 0 * x, points=[0.5, 2])`
# 2. Is sin′ = cos when x is in degrees? Check `lambda x: ag.sin(x * math.pi / 180)`.
# 3. Some books have tan′ = 1 + tan², others 1 / cos², the table has sec². Which of them is right?
# 4. Take a formula from your own notes and check it. Should it be refused, look at the point that is named.
#
# Next: [one neuron and its loss](03_one_neuron_and_its_loss.py).
