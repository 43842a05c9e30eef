# %% [markdown]
# # One neuron and its loss
#
# A logistic neuron weighs its inputs, adds them up and says how sure it is: a = σ(wᵀx + b). Here is its graph with the
# loss on top, its derivatives by hand and by the graph, and where the loss comes from. You need
# [derivatives on a graph](01_derivatives_on_a_graph.py).

# %%
import numpy as np

import autograd_mini as ag
import viz
from autograd_mini import Value, nn

w1, w2, b = Value(0.5), Value(-1.5), Value(0.3)
x1, x2, y = (Value(number, requires_grad=False) for number in (1.2, 0.7, 1.0))
z = w1 * x1 + w2 * x2 + b
a = ag.sigmoid(z)
L = nn.binary_crossentropy(y, a)
L.backward()
viz.draw(L)

# %% [markdown]
# The neuron has two inputs x₁ and x₂, a [weight](glossary.md#weight) for each, w₁ and w₂, and a
# [bias](glossary.md#bias) b. Its z is a plain sum; the [sigmoid](glossary.md#sigmoid) σ(z) = 1/(1 + e⁻ᶻ) turns that
# into a number between 0 and 1, the [activation](glossary.md#activation) a. It is read as a probability, that of the
# [label](glossary.md#label) y, the right answer, being 1. The [loss](glossary.md#loss), large where a is far from y, is
# L = −(y ln a + (1 − y) ln(1 − a)): BCE in the picture, the binary cross entropy. (In programs ln is called log.)
#
# The inputs and the label are data: nobody wants to change them, so they are Values with `requires_grad=False` and get
# no gradient. The weights and the bias are [parameters](glossary.md#parameter): what can be learned.

# %%
print(f"z = {z.data:.4f}, a = {a.data:.4f}, L = {L.data:.4f}")
assert np.isclose(z.data, 0.5 * 1.2 - 1.5 * 0.7 + 0.3)
assert np.isclose(a.data, 1 / (1 + np.exp(-z.data)))
assert np.isclose(L.data, -np.log(a.data if y.data else 1 - a.data))  # of the two terms one is 0

# %% [markdown]
# ## By hand
#
# From the loss back to the weights, one step of the chain rule after the other:
#
# - ∂L/∂a = −y/a + (1 − y)/(1 − a)
# - ∂a/∂z = a(1 − a), the derivative of the sigmoid
# - ∂L/∂z = ∂L/∂a · a(1 − a) = −y(1 − a) + (1 − y)a = **a − y**
# - ∂z/∂wⱼ = xⱼ and ∂z/∂b = 1, so that ∂L/∂wⱼ = (a − y)xⱼ and ∂L/∂b = a − y
#
# Most of it cancels: what reaches z is the error a − y, how far the answer is from the label. In code, the lectures
# write `dz` for ∂L/∂z, and so on.

# %%
da = -y.data / a.data + (1 - y.data) / (1 - a.data)
dz = a.data - y.data
dw1, dw2, db = dz * x1.data, dz * x2.data, dz
print(f"da = {da:.4f}, dz = {dz:.4f}, dw1 = {dw1:.4f}, dw2 = {dw2:.4f}, db = {db:.4f}")
assert np.allclose([da, dz, dw1, dw2, db], [a.grad, z.grad, w1.grad, w2.grad, b.grad])

# %% [markdown]
# ## By graph
#
# `backward()` has found the same numbers, and `explain` says how; here in short for z and w₁, in full with
# `viz.explain(L, w1)`.

# %%
print(viz.explain(L, z, detail="short"))
print()
print(viz.explain(L, w1, detail="short"))

# %% [markdown]
# ## As a program
#
# `to_python` prints the two sweeps over the graph as you would have written them by hand. With the loss written out,
# it is what lectures have on the board; that `dz` is `a - y` it finds out by itself.

# %%
L = -(y * ag.log(a) + (1 - y) * ag.log(1 - a))
program = ag.to_python(L)
print(program.partition("# Forward pass")[2])
assert "dz = a - y" in program

# %% [markdown]
# Of two inputs the sum wᵀx + b is quickly written; of a hundred, `ag.dot` takes the list of weights, the list of inputs
# and the bias, and makes one node of them. The neuron is then what lectures draw: x → z → a → L.

# %%
z = ag.dot([w1, w2], [x1, x2], b)
a = ag.sigmoid(z)
L = nn.binary_crossentropy(y, a)
L.zero_grad()  # w₁, w₂ and b still have the gradients of the graph above
L.backward()
assert np.allclose([w1.grad, w2.grad, b.grad], [dw1, dw2, db])
viz.draw(L)

# %% [markdown]
# ## Where the loss comes from
#
# If ŷ is the probability of y = 1, then that of y = 0 is 1 − ŷ. Both in one formula: p(y|x) = ŷ^y (1 − ŷ)^(1 − y), for
# one of the two exponents is 0. That is the [likelihood](glossary.md#likelihood) of what really happened, and a good
# neuron makes it large. Of several independent examples the probabilities multiply. A logarithm makes a sum of the
# product, and a minus makes something to be minimised of it: −ln p(y|x) = −(y ln ŷ + (1 − y) ln(1 − ŷ)). So the
# [cross entropy](glossary.md#cross-entropy) is the negative log likelihood.


# %%
def likelihood(y, p):
    return p**y * (1 - p) ** (1 - y)


print("y   ŷ     p(y|x)    −ln p   cross entropy")
for label in (0, 1):
    for p in (0.1, 0.9):
        cross_entropy = nn.binary_crossentropy(label, p)
        print(f"{label}  {p}  {likelihood(label, p):8.4f} {-ag.log(likelihood(label, p)):8.4f} {cross_entropy:11.4f}")
        assert np.isclose(cross_entropy, -ag.log(likelihood(label, p)))

# %% [markdown]
# ### The bounding cases
#
# For y = 1 only −ln ŷ is left. Its derivative −1/ŷ is negative everywhere, so going downhill makes ŷ larger: it is
# pushed to 1, the harder the farther away it is. For y = 0 only −ln(1 − ŷ) is left, with the derivative 1/(1 − ŷ) > 0:
# ŷ is pushed to 0. Here are five steps downhill for each, from the circle to the star, with the slope at each of them.


# %%
def pushed(y, p):
    path = [p]
    for _ in range(5):
        path.append(path[-1] - 0.03 * ag.grad(nn.binary_crossentropy, 1)(y, path[-1]))
    plot = viz.plot_loss_surface(lambda p: nn.binary_crossentropy(y, p), (0.02, 0.98), path=path)
    plot.axes[0].set(xlabel="ŷ", ylabel=f"L for y = {y}")
    return plot


pushed(1, 0.1)

# %%
pushed(0, 0.9)

# %%
slope = ag.grad(nn.binary_crossentropy, 1)  # by its second argument, the prediction
for label in (1, 0):
    slopes = [slope(label, p) for p in (0.1, 0.5, 0.9)]
    print(f"y = {label}: ∂L/∂ŷ at 0.1, 0.5, 0.9:", " ".join(f"{each:8.3f}" for each in slopes))
    assert all(each < 0 if label == 1 else each > 0 for each in slopes)
    assert np.allclose(slopes, [-label / p + (1 - label) / (1 - p) for p in (0.1, 0.5, 0.9)])

# %% [markdown]
# As a function of ŷ the loss gets ever steeper; as a function of z it does not: σ is flat where it is sure of itself,
# and what is left is a − y, between −1 and 1. That is why sigmoid and cross entropy go together. A neuron that is sure
# and wrong has a slope near ±1, so it learns; one that is right has a slope near 0, so it stays.

# %%
for answer in (-4.0, 0.0, 4.0):
    dz = ag.grad(lambda z: nn.binary_crossentropy(1, ag.sigmoid(z)))(answer)
    print(f"z = {answer:4}: a = {ag.sigmoid(answer):.4f}, dz = a − 1 = {dz:.4f}")
    assert np.isclose(dz, ag.sigmoid(answer) - 1)

# %% [markdown]
# ## A network is neurons after each other
#
# What one neuron gives can be the input of the next: x → z¹ → a¹ → z² → a² → L. The superscript is the layer. Backward,
# the error a² − y goes through w² and through the derivative of the first activation, here tanh with 1 − a¹²:
#
# dz² = a² − y, dw² = dz² a¹, db² = dz², and then dz¹ = dz² w² (1 − a¹²), dw¹ = dz¹ x, db¹ = dz¹.

# %%
w1, b1, w2, b2 = Value(0.4), Value(0.1), Value(-0.6), Value(0.2)
x, y = (Value(number, requires_grad=False) for number in (1.5, 1.0))
z1 = ag.dot([w1], [x], b1)
a1 = ag.tanh(z1)
z2 = ag.dot([w2], [a1], b2)
a2 = ag.sigmoid(z2)
L = nn.binary_crossentropy(y, a2)
L.backward()
viz.draw(L, size="slide", show=("value", "grad"))

# %%
dz2 = a2.data - y.data
dz1 = dz2 * w2.data * (1 - a1.data**2)
by_hand = [dz2 * a1.data, dz2, dz1 * x.data, dz1]
by_graph = [w2.grad, b2.grad, w1.grad, b1.grad]
for name, number, gradient in zip(("dw2", "db2", "dw1", "db1"), by_hand, by_graph, strict=True):
    print(f"{name} = {number:8.5f} by hand, {gradient:8.5f} by the graph")
assert np.allclose(by_hand, by_graph)

# %%
print(ag.to_python(L).partition("# Backward pass")[2])

# %% [markdown]
# ## Try it yourself
#
# 1. The neuron at the top has y = 1. Set y to 0, run the cells again, and say beforehand which gradients change sign.
# 2. What is ∂z¹/∂w¹ in the last network? Ask `viz.exercise(z1, w1)`, and check your answer with `.check(…)`.
# 3. Replace the cross entropy by ½(a − y)², and find ∂L/∂z by hand. Which factor stays that cancelled before? Check
#    with `backward()`.
# 4. `viz.step(L)` makes a page of the last graph. Press "update" in it, and see how L falls.
#
# Next: [gradient descent](04_gradient_descent.py), which turns these derivatives into learning.
