# %% [markdown]
# # Forward propagation by hand
#
# A layer of neurons, written three times: unit by unit, as a loop over the columns of W, and as one matrix product. The
# numbers are the lecture's; the derivatives flow through code that you wrote yourself, and equal those of `nn.Dense`.
# You need [arrays](05_arrays_and_broadcasting.py) and [activations](06_activations_and_losses.py).

# %%
import numpy as np

import autograd_mini as ag
import viz
from autograd_mini import Tensor, nn

# %% [markdown]
# ## Unit by unit
#
# Coffee beans are roasted at 200 °C for 17 minutes: x = [200 17]. The first layer has three units, each with its own
# weights and bias. A superscript in square brackets counts layers, a subscript units: w₁^[1] is here `w1_1`, with the
# layer behind.

# %%
x = np.array([200.0, 17.0])
w1_1, b1_1 = Tensor([1, 2]), Tensor(-1)
z1_1 = np.dot(w1_1, x) + b1_1
a1_1 = ag.sigmoid(z1_1)

w2_1, b2_1 = Tensor([-3, 4]), Tensor(1)
z2_1 = np.dot(w2_1, x) + b2_1
a2_1 = ag.sigmoid(z2_1)

w3_1, b3_1 = Tensor([5, -6]), Tensor(2)
z3_1 = np.dot(w3_1, x) + b3_1
a3_1 = ag.sigmoid(z3_1)

print("z =", z1_1.item(), z2_1.item(), z3_1.item())
assert (z1_1.item(), z2_1.item(), z3_1.item()) == (233, -531, 900)

# %% [markdown]
# The sigmoid of such numbers is 1 or 0 as nearly as a float can say. The three activations are the input of the second
# layer, which has a single unit.

# %%
a_1 = ag.stack([a1_1, a2_1, a3_1])
w1_2, b1_2 = Tensor([-7, 8, 9]), Tensor(3)
z1_2 = np.dot(w1_2, a_1) + b1_2
a1_2 = ag.sigmoid(z1_2)
print("a of layer 1 =", np.round(a_1.numpy(), 6).tolist())
print("z of layer 2 =", z1_2.item(), "  a =", round(a1_2.item(), 4))
assert np.allclose(a_1.numpy(), [1, 0, 1])
assert z1_2.item() == 5

# %% [markdown]
# The same network of [layers](glossary.md#layer). In its matrix W of the first layer a column holds the weights of a
# unit. The input is not counted as a layer.

# %%
W1, b1 = np.array([[1.0, -3, 5], [2, 4, -6]]), np.array([-1.0, 1, 2])
W2, b2 = np.array([[-7.0], [8], [9]]), np.array([3.0])
model = nn.Sequential([nn.Dense(3, activation="sigmoid"), nn.Dense(1, activation="sigmoid")])
model.build((None, 2))
model.set_weights([W1, b1, W2, b2])
assert np.isclose(model(x.reshape(1, 2)).item(), a1_2.item())
viz.network(model, size="slide")

# %% [markdown]
# ## A loop over the columns of W
#
# In the notes a layer is a function: for each unit j, take column j of W, and write the activation into an array.


# %%
def linear(z):
    return z


def dense(a_in, W, b, g):
    units = W.shape[1]
    a_out = np.zeros(units)
    for j in range(units):
        w = W[:, j]
        z = np.dot(w, a_in) + b[j]
        a_out[j] = g(z)
    return a_out


a_in = np.array([-2.0, 4])
print(dense(a_in, W1, b1, linear))
assert dense(a_in, W1, b1, linear).tolist() == [5, 23, -32]

# %% [markdown]
# With plain arrays that is right. But `np.zeros(units)` holds numbers, and a number does not know what it was computed
# from, so no derivative can come back through it. With Tensors it is an error therefore, and not a gradient that is
# silently missing. Python shows two messages, NumPy's below and its cause, ours, above:

# %%
W, b = Tensor(W1), Tensor(b1)
try:
    dense(a_in, W, b, linear)
except ValueError as error:
    print(error.__cause__)
    print(error)

# %% [markdown]
# A list can hold nodes, and `ag.stack` makes an array of it that is a node again.


# %%
def dense_of_list(a_in, W, b, g):
    a_out = []
    for j in range(W.shape[1]):
        z = np.dot(W[:, j], a_in) + b[j]
        a_out.append(g(z))
    return ag.stack(a_out)


def dense_at_once(a_in, W, b, g):
    return g(np.matmul(a_in, W) + b)


for layer in (dense_of_list, dense_at_once):
    z = layer(a_in, W, b, linear)
    W.zero_grad()
    np.sum(z).backward()
    print(f"{layer.__name__:14} z = {z.tolist()}   dW = {W.grad.tolist()}")
    assert z.tolist() == [5, 23, -32]
    assert W.grad.tolist() == [[-2, -2, -2], [4, 4, 4]]

# %% [markdown]
# The second needs no loop: the matrix product takes all columns at once. Number and gradient are the same, the graph
# is not: the loop makes a node for every step of every unit. (Of the bias it makes none here: `b1` is a plain array.)

# %%
z = dense_of_list(a_in, W, b1, linear)
viz.draw(z, show=("structure", "value"), size="slide", title="A list of units")

# %%
z = dense_at_once(a_in, W, b1, linear)
viz.draw(z, show=("structure", "value"), size="slide", title="One matrix product")

# %% [markdown]
# ## Four layers in a row
#
# `sequential` gives each layer what the one before gives.

# %%
random = np.random.default_rng(0)
parameters = [
    (Tensor(random.normal(size=(n_in, n_out))), Tensor(random.normal(size=n_out)))
    for n_in, n_out in ((2, 4), (4, 3), (3, 3), (3, 1))
]


def sequential(x, layer):
    (W1, b1), (W2, b2), (W3, b3), (W4, b4) = parameters
    a1 = layer(x, W1, b1, ag.sigmoid)
    a2 = layer(a1, W2, b2, ag.sigmoid)
    a3 = layer(a2, W3, b3, ag.sigmoid)
    return layer(a3, W4, b4, ag.sigmoid)


f_x = sequential(a_in, dense_of_list)
print(f_x)
assert np.isclose(f_x.item(), sequential(a_in, dense_at_once).item())

# %% [markdown]
# `backward()` goes through all of it, though nobody wrote down a derivative. To check, the same weights in layers of
# `nn`, with the same loss:

# %%
L = nn.binary_crossentropy([1], f_x)
L.zero_grad()  # gradients add up, so begin anew if the cell runs twice
L.backward()

network = nn.Sequential([nn.Dense(units, activation="sigmoid") for units in (4, 3, 3, 1)])
network.build((None, 2))
network.set_weights([array.numpy() for pair in parameters for array in pair])
nn.binary_crossentropy([[1]], network(a_in.reshape(1, 2))).backward()

for number, ((W, b), layer) in enumerate(zip(parameters, network.layers, strict=True), start=1):
    assert np.allclose(W.grad, layer.W.grad)
    assert np.allclose(b.grad, layer.b.grad)
    print(f"layer {number}: dW {W.grad.shape} and db {b.grad.shape} are those of nn.Dense")

# %% [markdown]
# ## Many examples at once
#
# `dense_at_once` takes a matrix of examples as well as a single one, each in a row of its own. The bias is a row,
# [broadcast](glossary.md#broadcast) to all examples. (In this example of the notes, W has −2 where W1 has 2.)

# %%
X = Tensor([[200, 17]])
W = Tensor([[1, -3, 5], [-2, 4, -6]])
B = Tensor([[-1, 1, 2]])
Z = np.matmul(X, W) + B
A = ag.sigmoid(Z)
print("Z =", Z.tolist(), "  A =", np.round(A.numpy(), 6).tolist())
assert Z.tolist() == [[165, -531, 900]]
assert np.allclose(A.numpy(), [[1, 0, 1]])

# %% [markdown]
# ## Rows and columns
#
# There are two [conventions](glossary.md#row-and-column-convention). In one, that of `nn.Dense`, an example is a row of
# X and a unit a column of W: Z = X W + b. In the other, that of most formulas, an example is a column and a unit a row:
# Z = W X + b. Everything is transposed; nothing else changes.
#
# | | an example is a row | an example is a column |
# |---|---|---|
# | X | (m, n_in) | (n_in, m) |
# | W | (n_in, n_out) | (n_out, n_in) |
# | b | (1, n_out) or (n_out,) | (n_out, 1) |
# | Z | X W + b, (m, n_out) | W X + b, (n_out, m) |
# | dW | Xᵀ dZ, (n_in, n_out) | dZ Xᵀ, (n_out, n_in) |
#
# In the pictures, "Xᵀ ·" at an edge means that the gradient is multiplied with Xᵀ from the left, "· Xᵀ" from the right.

# %%
roasts = np.array([[200.0, 17], [120, 5], [425, 20], [212, 18]])
X, W, b = Tensor(roasts, requires_grad=False), Tensor(W1), Tensor(b1.reshape(1, 3))
Z = np.dot(X, W) + b
np.mean(Z**2).backward()
by_rows = (Z.numpy(), W.grad, b.grad)
viz.draw(Z, show=("structure", "local"), title="An example is a row")

# %%
X, W, b = Tensor(roasts.T, requires_grad=False), Tensor(W1.T), Tensor(b1.reshape(3, 1))
Z = np.dot(W, X) + b
np.mean(Z**2).backward()
by_columns = (Z.numpy(), W.grad, b.grad)
viz.draw(Z, show=("structure", "local"), title="An example is a column")

# %%
for name, rows, columns in zip(("Z", "dW", "db"), by_rows, by_columns, strict=True):
    print(f"{name:2}  rows {rows.shape}   columns {columns.shape}   equal, transposed: {np.allclose(rows, columns.T)}")
    assert np.allclose(rows, columns.T)

# %% [markdown]
# To take the one for the other is an error at once, unless the sizes happen to be equal:

# %%
try:
    np.dot(X, W)
except ValueError as error:
    print(error)

# %% [markdown]
# ## To try
#
# `viz.exercise` asks for a derivative, and says what a wrong answer may come from. Here X stands where Xᵀ belongs.

# %%
X, W = Tensor([[-2, 4], [1, 3]], requires_grad=False), Tensor(W1)
Z = np.matmul(X, W)
J = np.sum(Z)
question = viz.exercise(J, W)
dZ = np.ones((2, 3))
print(question)
print(question.check(np.dot(X.numpy(), dZ)))
assert question.check(np.dot(X.numpy().T, dZ))

# %% [markdown]
# 1. Which weight of the second layer doesn't matter for x = [200 17]? Compare `w1_2.grad` after `a1_2.backward()`.
# 2. `w1_1.grad` is almost 0 then. Why? What would you do with the temperatures before they enter the network?
# 3. Write `dense` for the column convention: a loop over the rows of W, then one product.
# 4. Give `sequential` the four roasts, a row each. Which of the two layers can take them, and what does the other say?
# 5. Replace the sigmoid of the hidden layers by tanh, in your own layers and in `nn`: are the gradients equal still?
#
# Next: [a shallow network](08_a_shallow_network.py).
