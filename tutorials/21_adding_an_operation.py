# %% [markdown]
# # Adding an operation
#
# There are three kinds of [operation](glossary.md#operation), and one way to add each: an
# [elementwise](glossary.md#elementwise) function is a formula, a linear operation is code with its transpose, and
# anything else is code with its derivative. This page adds one of each, and ends with the list of files to touch when
# it should belong to autograd_mini itself. You need [arrays and broadcasting](05_arrays_and_broadcasting.py); how the
# engine works is in [an engine in 60 lines](14_an_engine_in_60_lines.py).

# %%
import numpy as np

import autograd_mini as ag
import viz
from autograd_mini import Tensor, Value, nn
from autograd_mini.operation import Linear
from autograd_mini.rules import RULES, Rule, exp, out, square, x

# %% [markdown]
# ## By a formula: `@ag.rule`
#
# Swish is x σ(x), an activation like a relu without its corner. The function below is called once, with symbols instead
# of numbers, and what it returns is kept as a formula. From this its derivative follows.


# %%
@ag.rule
def swish(x):
    """Like relu, but smooth: x σ(x)."""
    return x * ag.sigmoid(x)


z = Value(0.5)
a = swish(z)
a.backward()
print(a.rule)
assert np.isclose(z.grad, ag.sigmoid(0.5) * (1 + 0.5 * (1 - ag.sigmoid(0.5))))
viz.draw(a)

# %% [markdown]
# Now it is like any function of the table: of numbers, arrays and nodes, in both modes, to any order, replayed by
# [`jit`](glossary.md#jit), explained, plotted, and known as an activation by its name.

# %%
print(viz.explain(a, z, detail="short"))
print(f"swish″(0.5) = {ag.grad(ag.grad(swish))(0.5):.6f}")
print(swish(np.array([-1.0, 0.0, 1.0])).round(4).tolist())
print(ag.jit(ag.grad(lambda X: np.sum(swish(X))))(np.array([-1.0, 0.0, 1.0])).round(4).tolist())
print(nn.Dense(3, activation="swish")(np.ones((1, 2))).shape)

# %%
viz.plot_activation("swish", at=0.5)

# %% [markdown]
# Two checks go with every new function. `check_rule` compares a derivative that you have on paper with the slope of the
# function; `check_grads` compares both sweeps with [finite differences](glossary.md#finite-difference), here to second
# order. A misprint is found, with the point where it shows.

# %%
ag.check_rule(swish, lambda x: ag.sigmoid(x) * (1 + x * (1 - ag.sigmoid(x))))
ag.check_grads(swish, (np.array([-2.0, 0.3, 4.0]),), order=2)
try:
    ag.check_rule(swish, lambda x: ag.sigmoid(x) * (1 + x))
except AssertionError as misprint:
    print(misprint)

# %% [markdown]
# What the formula may contain is the functions of the table. Python's `if` and `math` see a symbol, not a number, and
# say so: `ag.where` chooses, `ag.exp` computes.

# %%
try:

    @ag.rule
    def ramp(x):
        """Not a formula."""
        return 2 * x if x > 0 else 0
except TypeError as error:
    print(error)

# %% [markdown]
# ## By a row of the table
#
# A function that everybody needs is a row of `rules.py`, and a row can say more: its derivatives in the form that is
# accurate, how it is written, where it is defined, NumPy's name for it. A row of e^(−x²), for example:

# %%
gaussian = Rule("gaussian", exp(-square(x)), [-2 * x * out])
print(gaussian)
print("as LaTeX:", gaussian.value.latex(), "has the derivative", gaussian.derivative(0).latex())

# %% [markdown]
# `x` and `out` are symbols, for the input and for the value itself: a derivative that uses `out` computes nothing
# twice. Among the other rows, that line is all: `ag.gaussian` and `Value.gaussian` exist, pictures label its edges, the
# command line knows it, the page of `viz.step` computes it in JavaScript, and the tests try it at hard points against
# hundreds of digits.
#
# Those tests are why some rows have two derivatives. tanh′ is *shown* as 1 − tanh², as in every book, and *computed* as
# sech²: at 20, tanh is so near to 1 that nothing is left of the difference.

# %%
row = RULES["tanh"]
print("shown:", row.shown[0], "  computed:", row.partials[0])
print(f"at 20: 1 − tanh² = {1 - np.tanh(20.0) ** 2:g}, tanh′ = {ag.grad(ag.tanh)(20.0):.3g}")
assert 1 - np.tanh(20.0) ** 2 == 0
assert np.isclose(ag.grad(ag.tanh)(20.0), 4 * np.exp(-40.0))

# %% [markdown]
# ## By code: `custom_vjp`
#
# Heron's method finds √x by taking the mean of y and x/y again and again. It is a loop, no formula. Differentiated as
# it stands, each of its steps becomes nodes; but we know better: if y² = x, then dy/dx = 1 / (2y). `forward` returns
# the result and what `backward` will need. `backward` gets that and the [upstream
# derivative](glossary.md#upstream-derivative), and returns the gradient by each argument: the [vector-Jacobian
# product](glossary.md#vjp), or [pullback](glossary.md#pullback).


# %%
def by_heron(x):
    """The square root, by twenty steps."""
    y = (1 + x) / 2
    for _ in range(20):
        y = (y + x / y) / 2
    return y


def forward(x):
    """The result, and what backward needs."""
    y = by_heron(x)
    return y, y


def backward(y, gradient):
    """The gradient by each argument."""
    return (gradient / (2 * y),)


heron = ag.custom_vjp(by_heron)
heron.defvjp(forward, backward)
t = Tensor([4.0, 9.0])
total = ag.sum(heron(t))
total.backward()
print(t.grad.round(4).tolist())
assert np.allclose(t.grad, [1 / 4, 1 / 6])
viz.draw(total)

# %% [markdown]
# One node, called by its name. Both functions are written in NumPy's words, so they serve nodes as well, and with them
# every order and both modes. A wrong derivative looks just as good; only the check tells.

# %%
ag.check_grads(heron, (np.array([4.0, 9.0]),), order=2)
print(f"the second derivative at 4: {ag.grad(ag.grad(heron))(4.0):g}")
assert np.isclose(ag.grad(ag.grad(heron))(4.0), -1 / 32)

wrong = ag.custom_vjp(by_heron)
wrong.defvjp(forward, lambda y, gradient: (gradient / y,))
try:
    ag.check_grads(wrong, (4.0,), modes=["rev"])
except AssertionError as error:
    print(error)

# %% [markdown]
# ## A linear operation and its transpose
#
# A [linear operation](glossary.md#linear-operation) is its own derivative: the [tangent](glossary.md#tangent) goes
# through it as the numbers did, and the gradient through its [transpose](glossary.md#transpose). In `linear.py` each
# has a line: the sum spreads its gradient, `x[index]` puts it back in place. Take the differences of neighbours,
# yᵢ = xᵢ₊₁ − xᵢ, which `np.diff` composes of two slices. xⱼ is in yⱼ₋₁ with + and in yⱼ with −, so its gradient is
# gⱼ₋₁ − gⱼ, where a g beyond either end is 0.

# %%
differences = Linear(
    "differences",
    lambda x: x[1:] - x[:-1],
    lambda g, x: np.pad(g, (1, 0)) - np.pad(g, (0, 1)),  # noqa: ARG005 - a transpose is given the operands as well
)
(transpose,) = differences.transposes  # one for each operand
t = Tensor([1.0, 4.0, 2.0])
steps = differences(t)
print(steps.numpy().tolist(), transpose(np.array([10.0, 20.0]), t).tolist())

# %% [markdown]
# Whether a transpose is right is one equation: (A x) · g = x · (Aᵀ g) for all x and g. Random ones find every mistake.
# The operation is written with arrays in mind, but NumPy's words work on nodes: so the Hessian of Σ yᵢ² is there too,
# the matrix 2 AᵀA.

# %%
rng = np.random.default_rng(0)
v, g = rng.normal(size=5), rng.normal(size=4)
assert np.isclose(differences(v) @ g, v @ transpose(g, v))

A = np.array([[-1.0, 1.0, 0.0], [0.0, -1.0, 1.0]])
H = ag.hessian(lambda x: np.sum(differences(x) ** 2))(np.array([1.0, 4.0, 2.0]))
print(H)
assert np.allclose(H, 2 * A.T @ A)

# %% [markdown]
# ## Into autograd_mini itself
#
# A function of the table:
# - its row in `rules.py`, with `numpy="…"` if NumPy has it, and `kinks=…` where its derivative is a convention
# - no test: `test_rules.py` goes over the table
#
# A linear operation:
# - its line in `linear.py`; a `Selection` if, as with max, the data decide which elements it takes
# - its public function in `shapes.py`, `elements.py`, `reductions.py` or `products.py`, under NumPy's name by
#   `@of_numpy`, and its own name in the list of `array_functions.py`
# - for programs nothing; they are quicker with a line in `programs/phrases.py` and in `programs/batching.py`, and
#   `to_python` needs one in `source/calls.py`
# - a case of shapes in `test_linear.py`, which tries the equation above
#
# Both: a line in `CHANGELOG.md`, then `make test` and `make lint`. What else holds is in CONTRIBUTING.
#
# ## To try by yourself
#
# 1. Add `mish(x)` = x tanh(softplus(x)) with `@ag.rule`, plot it, and check it to third order.
# 2. Write relu with `custom_vjp` so that its derivative at 0 is 1, as one set of notes has it. Does `ag.grad` agree?
# 3. Write the transpose of `lambda x: x[::-1]`, and test it by the equation.
#
# The words of all pages are in the [glossary](glossary.md).
