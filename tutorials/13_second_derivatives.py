# %% [markdown]
# # Second derivatives
#
# A derivative is a function, so it has a derivative, too. The second one tells how a slope bends, and with that how
# large a step one may take: Newton's method finds in a few steps what gradient descent finds in hundreds. Before it:
# [gradient descent](04_gradient_descent.py) and [forward and reverse mode](12_forward_and_reverse_mode.py).

# %%
import numpy as np

import autograd_mini as ag
import viz
from autograd_mini import Value, datasets, grad, hessian, nn, value_and_grad

# %% [markdown]
# ## The derivative of the derivative
#
# `grad` takes a function and gives one, so it can be applied to its own result: x³ → 3x² → 6x → 6.

# %%
f = grad(lambda x: x**3)
print(f(2.0), grad(f)(2.0), grad(grad(f))(2.0), grad(grad(grad(f)))(2.0))
assert (f(2.0), grad(f)(2.0), grad(grad(f))(2.0), grad(grad(grad(f)))(2.0)) == (12, 12, 6, 0)

# %% [markdown]
# ## The graph of a gradient
#
# How can that be? The chain rule consists of products and sums; done with nodes instead of numbers, it is a graph.
# `ag.gradient_graph` makes it. Of e = (a + b)(b + 1) we know ∂e/∂b = 5: it is c · 1 + d · 1, and so a node of its own.

# %%
a, b = Value(2), Value(1)
c = a + b
d = b + 1
e = c * d
slope = ag.gradient_graph(e, b)
slope.backward()
viz.draw(slope)

# %% [markdown]
# And the gradients in this picture are second derivatives: ∂²e/∂a∂b = 1 and ∂²e/∂b² = 2.

# %%
print(slope.data, a.grad, b.grad)
assert (slope.data, a.grad, b.grad) == (5, 1, 2)

# %% [markdown]
# The sigmoid's derivative is s(1 − s), which uses s again. `textbook=True` draws the derivatives as books print them;
# computed they are in a form that keeps its digits where s is nearly 1.

# %%
x = Value(0.5)
s = ag.sigmoid(x)
slope = ag.gradient_graph(s, x, textbook=True)
slope.backward()
viz.draw(slope)

# %% [markdown]
# The gradient of x in this picture is σ″(½) = −0.0576: the curve bends downwards there. In the middle, at 0, it is
# straight, and steepest.

# %%
bend = grad(grad(ag.sigmoid))
print(f"σ″ at −½: {bend(-0.5):.4f}, at ½: {bend(0.5):.4f}")
assert np.isclose(bend(0.5), x.grad)
assert np.isclose(bend(0.5), s.data * (1 - s.data) * (1 - 2 * s.data))
assert (grad(ag.sigmoid)(0.0), bend(0.0)) == (0.25, 0)

# %% [markdown]
# ## The Hessian
#
# For several inputs there is a second derivative for each pair: a table, the [Hessian](glossary.md#hessian). It is
# symmetric, because it does not matter by which input one differentiates first.


# %%
def product(x):
    return (x[0] + x[1]) * (x[1] + 1)


H = hessian(product)(np.array([2.0, 1.0]))
print(H)
assert np.array_equal(H, [[0, 1], [1, 2]])

# %% [markdown]
# ## Newton's method, for a root
#
# Where is x² = 2? At x = 1 we know the value of f(x) = x² − 2 and its slope, and with them the tangent, a line. Go to
# where the line is 0, and begin again there: x := x − f(x) / f′(x). Once near, the number of right digits doubles with
# every step.


# %%
def f(x):
    return x**2 - 2


x = 1.0
for step in range(5):
    value, slope = value_and_grad(f)(x)
    x -= value / slope
    print(f"{step + 1}: x = {x:.15f}")
assert abs(x - np.sqrt(2)) < 1e-15

# %% [markdown]
# ## Newton's method, for a minimum
#
# At a minimum the slope is 0. So look for a root of the *slope*: x := x − f′(x) / f″(x). Gradient descent has a
# learning rate α in the place of 1 / f″(x), which one has to guess.


# %%
def cost(x):
    return x**4 - 3 * x**3 + 2  # lowest at x = 9/4, where 4x³ = 9x²


def steps_of(update):
    x, steps = 4.0, 0
    while abs(grad(cost)(x)) > 1e-8:
        x, steps = update(x), steps + 1
    assert abs(x - 9 / 4) < 1e-8
    return steps


print("gradient descent, α = 0.001:", steps_of(lambda x: x - 0.001 * grad(cost)(x)), "steps")
print("gradient descent, α = 0.01: ", steps_of(lambda x: x - 0.01 * grad(cost)(x)), "steps")
print("Newton:                     ", steps_of(lambda x: x - grad(cost)(x) / grad(grad(cost))(x)), "steps")

# %% [markdown]
# ## Curvature and the learning rate
#
# Why must one guess α, and why does a large one explode? Take the bowl J = ½(w² + 10 b²). Its Hessian has 1 and 10 on
# the diagonal: these are its [curvatures](glossary.md#curvature), and along b it is bent ten times as much. A step of
# gradient descent multiplies w by 1 − α and b by 1 − 10α. As soon as α > 2/10, the second factor is below −1, and b
# grows with each step.


# %%
def bowl(w, b):
    return (w**2 + 10 * b**2) / 2


def descend(rate, steps):
    path = [(4.0, 1.0)]
    for _ in range(steps):
        w, b = path[-1]
        dw, db = grad(bowl, (0, 1))(w, b)
        path.append((w - rate * dw, b - rate * db))
    return path


for rate in (0.05, 0.19, 0.21):
    w, b = descend(rate, 50)[-1]
    print(f"α = {rate}: after 50 steps w = {w:8.4f}, b = {b:8.4f}")

# %% [markdown]
# So the largest curvature bounds α, and along the smallest one it then takes many steps. Newton's step, which divides
# by the curvature of each direction, goes to the bottom of such a bowl at once.

# %%
newton = [(4.0, 1.0), (0.0, 0.0)]
at = np.array([4.0, 1.0])
assert np.allclose(at - np.linalg.solve(np.diag([1.0, 10.0]), grad(lambda p: bowl(p[0], p[1]))(at)), newton[1])
viz.plot_loss_surface(bowl, (-4.5, 4.5), (-1.4, 1.4), path={"α = 0.18": descend(0.18, 15), "Newton": newton})

# %% [markdown]
# In general, the curvatures are the *eigenvalues* of the Hessian: the numbers that stand on its diagonal once the axes
# are turned into the directions of least and most curvature. For logistic regression on the coffee of
# [the layers' page](09_dense_and_sequential.py), temperatures around 200 and minutes around 15, the largest is millions
# of times the smallest. With normalised features they are nearly equal: every direction can take the same step. This is
# why normalisation helps.

# %%
X, y = datasets.coffee(200)


def logistic(X):
    A = np.column_stack([np.ones(len(X)), X])  # a column of ones, whose weight is the bias
    return lambda w: nn.binary_crossentropy(y, A @ w, from_logits=True)


for name, features in {"raw": X, "normalised": (X - X.mean(axis=0)) / X.std(axis=0)}.items():
    curvatures = np.linalg.eigvalsh(hessian(logistic(features))(np.zeros(3)))
    print(f"{name:10} from {curvatures[0]:.4f} to {curvatures[-1]:.4f}; α has to be below {2 / curvatures[-1]:.5f}")

# %% [markdown]
# ## Logistic regression in a few steps
#
# Ten students, how many hours each has learned, and who has passed. The model is σ(w x + b), and the cost the mean
# cross entropy. Newton's step solves H · step = gradient; H is a 2 × 2 table.

# %%
hours = np.array([0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0])
passed = np.array([0, 0, 0, 1, 0, 1, 0, 1, 1, 1])
A = np.column_stack([hours, np.ones(10)])


def J(parameters):
    return nn.binary_crossentropy(passed, A @ parameters, from_logits=True)


p = np.zeros(2)
newton = [p]
for step in range(6):
    value, gradient = value_and_grad(J)(p)
    print(f"step {step}: J = {value:.6f}, the gradient's length {np.linalg.norm(gradient):.0e}")
    p = p - np.linalg.solve(hessian(J)(p), gradient)
    newton.append(p)
print(f"w = {p[0]:.4f}, b = {p[1]:.4f}: at {-p[1] / p[0]:.2f} hours the odds are even")
assert np.linalg.norm(grad(J)(p)) < 1e-8

# %% [markdown]
# Gradient descent goes down into the valley, and then along it, slowly. Each mark is ten of its steps, the first 200 of
# three thousand; each of Newton's is one.

# %%
p, descent = np.zeros(2), [np.zeros(2)]
while np.linalg.norm(grad(J)(p)) > 1e-8:
    p = p - 0.3 * grad(J)(p)
    descent.append(p)
print(f"gradient descent, α = 0.3: {len(descent) - 1} steps")
assert np.allclose(p, newton[-1])

viz.plot_loss_surface(
    lambda w, b: nn.binary_crossentropy(passed, w * hours + b, from_logits=True),
    (-0.5, 2.5),
    (-6, 1),
    path={"gradient descent": descent[:200:10], "Newton": newton},
)

# %% [markdown]
# Statisticians call Newton's way *iteratively reweighted least squares*: with a = σ(A p) the Hessian is Aᵀ S A / m,
# where S has the weights a(1 − a) on its diagonal, and each step is a weighted least squares problem. The derivation
# fills a page; here it is two assertions. (`hvp` gives H times a direction without making H, for larger models.)

# %%
p = np.array([0.5, -1.0])
a = ag.sigmoid(A @ p)
S = np.diag(a * (1 - a))
assert np.allclose(hessian(J)(p), A.T @ S @ A / 10, rtol=0, atol=1e-12)
z = A @ p + (passed - a) / (a * (1 - a))
by_least_squares = np.linalg.solve(A.T @ S @ A, A.T @ S @ z)
assert np.allclose(p - np.linalg.solve(hessian(J)(p), grad(J)(p)), by_least_squares, rtol=0, atol=1e-12)
by_least_squares.round(4)

# %% [markdown]
# ## Checking them
#
# `check_grads` compares derivatives with differences of values, by default up to the second order. The second order
# finds what the first does not see. Here somebody has written x³ with a derivative of its own, and has treated the x in
# it as a constant: the slope is right, how it bends is not.


# %%
@ag.custom_vjp
def cube(x):
    return x**3


cube.defvjp(lambda x: (x**3, ag.stop_gradient(x)), lambda x, g: (g * 3 * x**2,))

ag.check_grads(cube, (2.0,), order=1, modes=["rev"])  # right
try:
    ag.check_grads(cube, (2.0,), order=2, modes=["rev"])
except AssertionError as error:
    print(error)

# %% [markdown]
# ## Where differences fail
#
# Could one do without all this and use the [difference](glossary.md#finite-difference) (f(x + h) − f(x − h)) / 2h? With
# a large h the curve bends within the step; with a small h, two nearly equal numbers are subtracted, and their digits
# are lost. For the second derivative it is worse.

# %%
print("h        error of f′   error of f″      (f = exp, at x = 1)")
for h in (1e-1, 1e-3, 1e-5, 1e-7, 1e-9):
    first = (np.exp(1 + h) - np.exp(1 - h)) / (2 * h)
    second = (np.exp(1 + h) - 2 * np.exp(1) + np.exp(1 - h)) / h**2
    print(f"{h:.0e}    {abs(first - np.e):.0e}         {abs(second - np.e):.0e}")
exact = grad(ag.exp)(1.0), grad(grad(ag.exp))(1.0)
print(f"exact    {abs(exact[0] - np.e):.0e}         {abs(exact[1] - np.e):.0e}")


# %% [markdown]
# When a small thing is added to a large one, a difference sees nothing at all. The chain rule does not look at the
# value; it differentiates each step.


# %%
def far(x):
    return 1e17 + x**2


print("by a difference:", (far(1 + 1e-5) - far(1 - 1e-5)) / 2e-5)
print("by the chain rule:", grad(far)(1.0), grad(grad(far))(1.0))
assert (grad(far)(1.0), grad(grad(far))(1.0)) == (2, 2)

# %% [markdown]
# ## Try it yourself
#
# 1. Draw the graph of the derivative of `tanh`, and that of its second derivative.
# 2. Find π as a root of the sine, by Newton's method from x = 3. How many steps?
# 3. Start Newton's method for the minimum above at x = 1 instead of 4. Where does it go, and what is f″ there?
# 4. Give the ten students minutes instead of hours. How does that change the eigenvalues of the Hessian, the largest α,
#    and the number of Newton's steps?
#
# Next: [an engine in 60 lines](14_an_engine_in_60_lines.py).
