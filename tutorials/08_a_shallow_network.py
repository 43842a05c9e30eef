# %% [markdown]
# # A shallow network
#
# One logistic neuron draws a straight line through the plane. Here a network with one
# [hidden layer](glossary.md#hidden-layer) learns what no straight line can separate, by a loop of your own: forward,
# backward, a small step, again. You need [forward propagation](07_forward_propagation_by_hand.py) and
# [gradient descent](04_gradient_descent.py).

# %%
import numpy as np

import autograd_mini as ag
import viz
from autograd_mini import datasets, nn

# %% [markdown]
# ## The flower
#
# 400 points in the plane, in two classes that take turns like petals. As in the lecture each example is a *column*: X
# has the shape (n_x, m) = (2, 400), and Y the shape (1, 400).

# %%
X, y = datasets.flower(m=400)  # (400, 2): a row for each example, as Dense layers want it
X, Y = X.T, y.reshape(1, -1)
m = X.shape[1]
print("X", X.shape, " Y", Y.shape, " in class 1:", Y.sum())
assert (X.shape, Y.shape) == ((2, 400), (1, 400))

# %% [markdown]
# ## Logistic regression fails
#
# A single neuron first, a = σ(wᵀx + b). Its [decision boundary](glossary.md#decision-boundary), where a = 0.5, is
# always a straight line. Its cost is [convex](glossary.md#convex), so zeros are a fine start, and gradient descent
# finds the line of the lowest *cost*. Here that line gets fewer right than guessing; the best line of all gets 70%.

# %%
w, b = ag.Tensor(np.zeros((2, 1))), ag.Tensor(0.0)
for _ in range(500):
    A = ag.sigmoid(np.dot(w.T, X) + b)
    cost_of_line = -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    cost_of_line.backward()
    for p in (w, b):
        p.data -= 0.1 * p.grad
        p.zero_grad()

right_by_line = np.mean((A.data > 0.5) == Y)
print(f"cost {cost_of_line.item():.3f}, right {right_by_line:.0%}")
assert right_by_line < 0.5

# %%
viz.plot_decision_boundary(lambda rows: ag.sigmoid(np.dot(w.T, rows.T) + b).numpy().T, X.T, y)

# %% [markdown]
# ## A hidden layer
#
# Four units with tanh see the point, and one unit with the sigmoid sees the four: n_x = 2, n_h = 4, n_y = 1. The
# raised number is the layer.
#
# | | shape | here |
# |---|---|---|
# | W¹ | (n_h, n_x) | (4, 2) |
# | b¹ | (n_h, 1) | (4, 1) |
# | Z¹ = W¹X + b¹, A¹ = tanh(Z¹) | (n_h, m) | (4, 400) |
# | W² | (n_y, n_h) | (1, 4) |
# | b² | (n_y, 1) | (1, 1) |
# | Z² = W²A¹ + b², A² = σ(Z²) | (n_y, m) | (1, 400) |
#
# As a function, whose intermediate results have the lecture's names:


# %%
def cost(X, Y, W1, b1, W2, b2):
    m = X.shape[1]
    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = ag.sigmoid(Z2)
    J = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
    return J  # noqa: RET504 - the program below says J


def initialise(n_h, scale=0.01, seed=1):
    rng = np.random.default_rng(seed)
    W1, W2 = rng.normal(size=(n_h, 2)) * scale, rng.normal(size=(1, n_h)) * scale
    return [ag.Tensor(array) for array in (W1, np.zeros((n_h, 1)), W2, np.zeros((1, 1)))]


four = initialise(n_h=4)
print(f"the cost at first: {cost(X, Y, *four).item():.4f}, as of guessing: ln 2 = {np.log(2):.4f}")

# %% [markdown]
# ## The formulas of the lecture are what backward() computes
#
# The backward pass goes from the end to the beginning. dZ² stands for the derivative of each example's loss, in which
# the derivatives of σ and of the cross entropy make A² − Y together; the mean over the examples, 1/m, comes in with
# the sums. `to_python` prints the program that a function stands for, both passes, as one would write it by hand. Below
# it, the formulas in NumPy, beside the gradients of `backward()`.

# %%
program = ag.to_python(cost, X, Y, *four)
print(program)
for line in ("dZ2 = A2 - Y", "dZ1 = W2.T @ dZ2 * (1 - A1**2)", "dW1 = dZ1 @ X.T / m"):
    assert line in program

# %%
W1, b1, W2, b2 = four = initialise(n_h=4)
Z1 = np.dot(W1, X) + b1
A1 = np.tanh(Z1)
Z2 = np.dot(W2, A1) + b2
A2 = ag.sigmoid(Z2)
J = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
J.backward()

dZ2 = A2.data - Y
dZ1 = np.dot(W2.data.T, dZ2) * (1 - A1.data**2)
dW1, dW2 = np.dot(dZ1, X.T) / m, np.dot(dZ2, A1.data.T) / m
db1, db2 = (np.sum(dZ, axis=1, keepdims=True) / m for dZ in (dZ1, dZ2))
for name, formula, parameter in zip("dW1 db1 dW2 db2".split(), (dW1, db1, dW2, db2), four, strict=True):
    same = np.allclose(formula, parameter.grad, rtol=1e-10, atol=1e-15)
    print(f"{name} {formula.shape} by hand equals autograd's: {same}")
    assert same

# %% [markdown]
# On the graph, the same from where dZ² arrives, with the [local derivative](glossary.md#local-derivative) on each edge.
# "· A₁ᵀ" means that the gradient is multiplied by A¹ᵀ from the right, "W₂ᵀ ·" from the left. b² was
# [broadcast](glossary.md#broadcast) to all examples, so its gradient is the sum over them.

# %%
viz.draw(Z2, show=("structure", "local"), direction="BT", flow="backward")

# %% [markdown]
# ## Descent
#
# The same loop as before, with four parameters. [`ag.jit`](glossary.md#jit) records the graph of the cost at its
# first call and replays it afterwards, which saves the time of building it again; the gradients are the same.


# %%
def predict(X, W1, b1, W2, b2):
    return ag.sigmoid(np.dot(W2, np.tanh(np.dot(W1, X) + b1)) + b2).numpy()


def right(parameters):
    return np.mean((predict(X, *parameters) > 0.5) == Y)  # (1, m) beside (1, m)


def train(cost, parameters, steps=3000, learning_rate=1.2):
    fast_cost, costs = ag.jit(cost), []
    for _ in range(steps):
        for p in parameters:
            p.zero_grad()
        J = fast_cost(X, Y, *parameters)
        J.backward()
        for p in parameters:
            p.data -= learning_rate * p.grad
        costs.append(J.item())
    return costs


four = initialise(n_h=4)
costs = train(cost, four)
for step in (0, 100, 500, 2999):
    print(f"step {step:4}: cost {costs[step]:.3f}")
print(f"right: {right(four):.0%}, logistic regression: {right_by_line:.0%}")
assert right(four) > 0.9

# %%
viz.plot_decision_boundary(lambda rows: predict(rows.T, *four).T, X.T, y)

# %% [markdown]
# ## How many hidden units
#
# One unit still draws one straight line (tanh only rises), though a better one: 67%. Two gain nothing, three or four
# draw the petals, twenty gain little: some points lie on the wrong side by chance, and no boundary should follow them.

# %%
trained = {}
for n_h in (1, 2, 3, 4, 20):
    trained[n_h] = initialise(n_h)
    costs = train(cost, trained[n_h])
    print(f"{n_h:2} hidden units: cost {costs[-1]:.2f}, right {right(trained[n_h]):.0%}")
assert right_by_line < 0.5 < right(trained[1]) < 0.7
assert right(trained[4]) > 0.9

# %%
viz.plot_decision_boundary(lambda rows: predict(rows.T, *trained[1]).T, X.T, y)

# %% [markdown]
# ## Why the weights start at random
#
# For one neuron zeros were a fine start. In a hidden layer they are not: units with equal weights compute the same,
# get the same gradient, and stay equal forever, so that four of them are worth one. All zero is worse still: dW¹ has
# W² as a factor and dW² has A¹, which are both 0, so that no weight moves at all.

# %%
for start in (0.0, 0.5):
    equal = [ag.Tensor(np.full(p.shape, start)) for p in four]
    train(cost, equal, steps=1000)
    print(f"all {start} at first: right {right(equal):.0%}; W1 after 1000 steps, a row for each unit:")
    print(equal[0].data.round(2) + 0.0)
    assert np.ptp(equal[0].data, axis=0).max() < 1e-9

# %% [markdown]
# ## Why they start small
#
# Random weights break the tie. Large ones, though, put the units on the flat ends of tanh and of the sigmoid
# ([saturation](glossary.md#saturation)), where the slope is [nearly 0](06_activations_and_losses.py); and the gradient
# of a unit's weights has that slope as a factor: dZ¹ = W²ᵀdZ² ∗ (1 − A¹²).

# %%
for scale in (0.01, 1, 100):
    first, _, second, _ = initialise(n_h=4, scale=scale)  # the biases are 0
    hidden = np.tanh(np.dot(first, X)).data
    out = ag.sigmoid(np.dot(second, hidden)).data
    print(f"weights × {scale:<4}  mean slope of tanh {np.mean(1 - hidden**2):.2f}, of σ {np.mean(out * (1 - out)):.2f}")
assert np.mean(1 - hidden**2) < 0.05

# %% [markdown]
# With weights a hundred times too large, σ rounds to exactly 0 or 1, and the cost written by hand takes the logarithm
# of 0. `nn.binary_crossentropy` with `from_logits=True` takes the [logit](glossary.md#logit) instead, the number
# before σ, and stays finite. Even so the descent begins far away and goes slowly.


# %%
def safe_cost(g):
    def cost(X, Y, W1, b1, W2, b2):
        return nn.binary_crossentropy(Y, np.dot(W2, g(np.dot(W1, X) + b1)) + b2, from_logits=True)

    return cost


for scale in (0.01, 100):
    parameters = initialise(n_h=4, scale=scale)
    costs = train(safe_cost(np.tanh), parameters, steps=501)
    print(f"weights × {scale:<4}  cost {costs[0]:.2f}, after 500 steps {costs[500]:.2f}; right {right(parameters):.0%}")
assert right(parameters) < right(four)

# %% [markdown]
# ## Why tanh in the hidden layer
#
# tanh has its values around 0, the sigmoid around 0.5. Four units with either, from five draws of the weights:

# %%
ends = [[train(safe_cost(g), initialise(4, seed=s), 1000)[-1] for s in range(5)] for g in (np.tanh, ag.sigmoid)]
print(f"mean cost after 1000 steps: tanh {np.mean(ends[0]):.3f}, sigmoid {np.mean(ends[1]):.3f}")
assert max(ends[0]) < min(ends[1])

# %% [markdown]
# ## Try it
#
# 1. Leave `np.tanh` away in `cost` and in `predict`. How much does the network get right, and why is that no better
#    than logistic regression? (The `assert`s check the page's own numbers: delete those that stop.)
# 2. Put `ag.relu` in its place. Which of the formulas by hand changes, and into what? Compare with `ag.to_python`.
# 3. Train with the learning rates 0.01, 0.1 and 20. Why do all three end at a higher cost than the 0.198 that 1.2
#    gives, and what do their `costs` look like on the way?
# 4. Take `datasets.moons(400)` for the flower. How few hidden units suffice?
#
# Next: the same network in four lines, and one that reads handwriting,
# [Dense and Sequential](09_dense_and_sequential.py).
