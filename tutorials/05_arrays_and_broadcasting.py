# %% [markdown]
# # Arrays and broadcasting
#
# A network computes with arrays. This page takes the NumPy of lecture notes line by line and lets a derivative flow
# through every line: products, broadcasting, softmax, images, and what goes wrong with shapes. Before it comes
# [gradient descent](04_gradient_descent.py), on single numbers.

# %%
import time

import numpy as np

import autograd_mini as ag
import viz
from autograd_mini import Tensor, nn

# %% [markdown]
# ## Products
#
# A [tensor](glossary.md#tensor) is an array that is a node of the graph, as a Value is a number that is one. NumPy's
# own functions take it. The dot product adds up products of entries: its derivative with respect to x1 is x2.

# %%
x1 = Tensor([5, 1, 0, 3, 8, 2, 5, 6, 0, 1, 2, 5, 9, 0, 7])
x2 = Tensor([2, 5, 2, 0, 3, 2, 2, 9, 1, 0, 2, 5, 4, 0, 9])
product = np.dot(x1, x2)
product.backward()
print(product)
print(x1.grad)
assert product.item() == 235
assert (x1.grad == x2.numpy()).all()

# %% [markdown]
# The elementwise product leaves the entries beside each other; the outer product multiplies every entry of one with
# every entry of the other; a matrix times a vector is a dot product for each row of the matrix.

# %%
W = Tensor(np.random.default_rng(0).normal(size=(3, 15)))
z = np.dot(W, x1)
print(np.multiply(x1, x2).tolist())
print("outer", np.outer(x1, x2).shape, "  W", W.shape, "  Wx", z.shape)
assert np.multiply(x1, x2).tolist() == [10, 5, 0, 0, 24, 4, 10, 54, 0, 0, 4, 25, 36, 0, 63]
assert np.array_equal(np.outer(x1, x2).numpy(), np.outer(x1.numpy(), x2.numpy()))

# %% [markdown]
# The maximum depends on the largest entry alone, so that gets the whole gradient. Where several are largest, or
# smallest as the three zeros here, they share it.

# %%
for function in (np.max, np.min):
    x1.zero_grad()
    extreme = function(x1)
    extreme.backward()
    print(extreme.item(), np.round(x1.grad, 2).tolist())
assert (np.max(x1).item(), np.min(x1).item()) == (9, 0)
assert np.allclose(x1.grad[[2, 8, 13]], 1 / 3)

# %% [markdown]
# ## Loops, and one call
#
# The same four products as loops; to write one call instead is [vectorisation](glossary.md#vectorisation). An entry of
# a Tensor is a node, and so is a sum of entries; `ag.stack` makes one array of a list. Numbers and gradients are the
# same either way.


# %%
def dot_by_loop(a, b):
    total = 0
    for i in range(len(a)):
        total = total + a[i] * b[i]
    return total


def multiply_by_loop(a, b):
    return [a[i] * b[i] for i in range(len(a))]


def outer_by_loop(a, b):
    return [[a[i] * b[j] for j in range(len(b))] for i in range(len(a))]


def matrix_times_by_loop(W, x):
    return [dot_by_loop(row, x) for row in W]


for z in (ag.stack(matrix_times_by_loop(W, x1)), np.dot(W, x1)):
    W.zero_grad()
    np.sum(z**2).backward()
    assert np.allclose(z.numpy(), W.numpy() @ x1.numpy())
    assert np.allclose(W.grad, 2 * np.outer(z.numpy(), x1.numpy()))

# %% [markdown]
# What differs is the time. Each of these is a million products. The authors of the notes saw 352 ms for the loop of the
# dot product and 1 ms for the one call. Here:

# %%
random = np.random.default_rng(0)
a, b = random.random(1_000_000), random.random(1_000_000)
A, u, v = random.random((1000, 1000)), random.random(1000), random.random(1000)
print("                    loop    one call")
for name, loop, call, operands in [
    ("dot", dot_by_loop, np.dot, (a, b)),
    ("elementwise", multiply_by_loop, np.multiply, (a, b)),
    ("outer", outer_by_loop, np.outer, (u, v)),
    ("matrix · vector", matrix_times_by_loop, np.dot, (A, v)),
]:
    start = time.perf_counter()
    slow = loop(*operands)
    between = time.perf_counter()
    fast = call(*operands)
    end = time.perf_counter()
    assert np.allclose(slow, fast)
    print(f"{name:16} {1000 * (between - start):5.0f} ms    {1000 * (end - between):5.1f} ms")

# %% [markdown]
# ## Broadcasting
#
# A row (1, n) or a column (m, 1) can be added to a matrix (m, n). NumPy acts as if the row stood in every row, the
# column in every column: it is [broadcast](glossary.md#broadcast).

# %%
X = Tensor([[1, 2, 3], [4, 5, 6]])
row, column = Tensor([[10, 20, 30]]), Tensor([[10], [20]])
for sign, operation in {"+": np.add, "−": np.subtract, "×": np.multiply, "÷": np.divide}.items():
    print(f"X {sign} row    =", np.round(operation(X, row).numpy(), 3).tolist())
    print(f"X {sign} column =", np.round(operation(X, column).numpy(), 3).tolist())
assert (X + row).tolist() == [[11, 22, 33], [14, 25, 36]]
assert (X + column).tolist() == [[11, 12, 13], [24, 25, 26]]

# %% [markdown]
# A gradient has the shape of what it belongs to: that of a row is a row. An entry of the row acts in every row of the
# result, and derivatives add up over all paths, so its gradient is a sum over the rows: "Σ over axis 0" in the picture.
# For a column it is Σ over axis 1. At the last edge, "spread": the gradient of a sum is copied to every entry.

# %%
S = X + row
T = S * column
J = np.sum(T)
J.zero_grad()  # gradients add up, so begin anew if the cell runs twice
J.backward()
assert row.grad.tolist() == [[30, 30, 30]]
assert column.grad.tolist() == [[66], [75]]
viz.draw(J, size="slide")

# %% [markdown]
# To check it for all four: write the copies out, so that each has a gradient of its own, and add those up.
# `backward()` starts from a single number, whose derivative with respect to itself is 1. Started from an array,
# it has to be given the gradient that arrives there.

# %%
arriving = np.array([[1.0, 2, 3], [4, 5, 6]])
for operation in (np.add, np.subtract, np.multiply, np.divide):
    for operand, axis in ((row, 0), (column, 1)):
        copies = Tensor(np.repeat(operand.numpy(), X.shape[axis], axis))
        operand.zero_grad()
        operation(X, operand).backward(arriving)
        operation(X, copies).backward(arriving)
        assert np.allclose(operand.grad, np.sum(copies.grad, axis=axis, keepdims=True))
print("gradient of the row", row.grad.shape, "  of the column", column.grad.shape)

# %% [markdown]
# ## Softmax by rows
#
# [Softmax](glossary.md#softmax) makes probabilities of each row: exponentials, divided by their sum. `keepdims=True`
# leaves the sums a column, (2, 1), which broadcasts along the rows. Every exponential acts on two paths: above the
# fraction line, and in the sum below it.

# %%
x = Tensor([[0, 9, 3, 0], [3, 0, 8, 1]])
E = np.exp(x)
s = np.sum(E, axis=1, keepdims=True)
P = E / s
print(P.numpy())
assert np.allclose(P[0].numpy(), [1.23074356e-04, 9.97281837e-01, 2.47201452e-03, 1.23074356e-04])
assert np.allclose(P[1].numpy(), [6.68456877e-03, 3.32805082e-04, 9.92077968e-01, 9.04658008e-04])
assert np.allclose(P.numpy(), ag.softmax(x).numpy())
viz.draw(P, show=("structure", "local"), direction="BT", size="slide")

# %% [markdown]
# Without `keepdims` the sums have the shape (2,), which fits no row of four:

# %%
try:
    E / np.sum(E, axis=1)
except ValueError as error:
    print(error)

# %% [markdown]
# ## Normalising rows
#
# A row divided by its length has length 1. To make the row longer then changes nothing, so the gradient is at right
# angles to the row, whatever is computed from the result.

# %%
rows = Tensor([[3, 2, 4], [1, 8, 2]])
lengths = np.linalg.norm(rows, axis=1, keepdims=True)
unit_rows = rows / lengths
print(lengths.numpy())
print(unit_rows.numpy())
assert np.allclose(lengths.numpy(), [[5.38516481], [8.30662386]])
assert np.allclose(unit_rows.numpy(), [[0.55708601, 0.37139068, 0.74278135], [0.12038585, 0.96308682, 0.24077171]])
np.sum(unit_rows**3).backward()
assert np.allclose(np.sum(rows.numpy() * rows.grad, axis=1), 0)

# %% [markdown]
# ## Unrolling images
#
# An image of h × w pixels in three colours is an array (h, w, 3); a neuron wants one column of features. The sizes come
# from `shape`, never typed in. The gradient comes back as an image.


# %%
def image2vector(image):
    return image.reshape(image.shape[0] * image.shape[1] * image.shape[2], 1)


image = Tensor(np.arange(18.0).reshape(3, 3, 2))
vector = image2vector(image)
np.sum(vector**2).backward()
print("image", image.shape, "  vector", vector.shape, "  gradient", image.grad.shape)
print("(a·b, c)", image.reshape(image.shape[0] * image.shape[1], image.shape[2]).shape)

# %% [markdown]
# Of m images, unroll each and turn the rows into columns with `.T`. To ask `reshape` for that shape directly gives the
# right shape, but every column a mixture of all images.

# %%
images = np.random.default_rng(0).random((209, 64, 64, 3), np.float32)
columns = images.reshape(images.shape[0], -1).T
mixture = images.reshape(-1, images.shape[0])
print(columns.shape, mixture.shape)
assert (columns[:, 17] == images[17].ravel()).all()
assert not (mixture[:, 17] == images[17].ravel()).all()

# %% [markdown]
# ## Rank-1 arrays
#
# An array of shape (5,) has one axis, so it is of [rank](glossary.md#rank) 1. It is neither a row nor a column, and its
# own transpose. A product that was meant to be a matrix is then a number.

# %%
for shape in ((5,), (5, 1), (1, 5), (6,), (6, 1)):
    a = Tensor(np.ones(shape))
    print(f"a {a.shape}   a.T {a.T.shape}   np.dot(a, a.T) {np.dot(a, a.T).shape}")

# %% [markdown]
# The costly mistake is (N,) against (N, 1). To broadcasting, (N,) is a row: the difference is a matrix (N, N), and
# nothing complains. These four predictions are perfect, and yet their mean squared error is not 0.

# %%
y = np.array([1.0, 0, 0, 1])
predicted = Tensor(y.reshape(4, 1))
difference = predicted - y
print(difference.shape, np.mean(difference**2).item())
assert difference.shape == (4, 4)

# %% [markdown]
# NumPy cannot know that this was not meant. The losses of `nn` can, and refuse:

# %%
try:
    nn.mean_squared_error(y, predicted)
except ValueError as error:
    print(error)
assert nn.mean_squared_error(y.reshape(4, 1), predicted).item() == 0

# %% [markdown]
# So write (N, 1) or (1, N). (`fit` also takes labels as (m,), and makes a column of them.) One number fits all shapes.

# %%
print((Tensor([[1], [2], [3]]) + 10).tolist(), Tensor([[1, 2, 3]]).T.tolist())
assert (Tensor([[1], [2], [3]]) + 10).tolist() == [[11], [12], [13]]
assert Tensor([[1, 2, 3]]).T.shape == (3, 1)

# %% [markdown]
# ## From a dot product to a matrix product
#
# Each entry of AᵀW is the dot product of a column of A and a column of W.

# %%
a, w = Tensor([[1], [2]]), Tensor([[3], [4]])
A, W = Tensor([[1, -1], [2, -2]]), Tensor([[3, 5], [4, 6]])
A3, W4 = Tensor([[1, -1, 0.1], [2, -2, 0.2]]), Tensor([[3, 5, 7, 9], [4, 6, 8, 0]])
print("[1 2]·[3 4] =", np.dot(Tensor([1, 2]), Tensor([3, 4])).item())
print("aᵀw =", np.dot(a.T, w).tolist())
print("aᵀW =", (a.T @ W).tolist())
print("AᵀW =", np.matmul(A.T, W).tolist())
print("AᵀW =", np.round(np.matmul(A3.T, W4).numpy(), 12).tolist())
assert np.dot(a.T, w).item() == 11
assert (a.T @ W).tolist() == [[11, 17]]
assert np.matmul(A.T, W).tolist() == [[11, 17], [-11, -17]]
assert np.allclose(np.matmul(A3.T, W4).numpy(), [[11, 17, 23, 9], [-11, -17, -23, -9], [1.1, 1.7, 2.3, 0.9]])

# %% [markdown]
# Only vectors of one length have a dot product. Of matrices, the left one needs as many columns as the right one rows.

# %%
for left, right in ((Tensor([1, 2, 3]), Tensor([1, 2])), (A3, W4)):
    try:
        np.dot(left, right)
    except ValueError as error:
        print(error)

# %% [markdown]
# ## The notes' own code
#
# Code written for arrays runs unchanged when some of them are Tensors, and has derivatives then. Here is logistic
# regression with m examples as columns, and beside it the gradients that the notes derive by hand.


# %%
def forward(w, b, X):
    Z = np.dot(w.T, X) + b
    return 1 / (1 + np.exp(-Z))


random = np.random.default_rng(1)
X, Y, m = random.normal(size=(2, 7)), np.array([[1, 0, 1, 1, 0, 0, 1]]), 7
w, b = Tensor(np.zeros((2, 1))), Tensor(0.0)
A = forward(w, b, X)
J = -np.sum(np.multiply(Y, np.log(A)) + (1 - Y) * np.log(1 - A)) / m
J.backward()
dZ = A.numpy() - Y
print(f"J = {J.item():.6f}")
assert np.allclose(w.grad, np.dot(X, dZ.T) / m)
assert np.allclose(b.grad, np.sum(dZ) / m)

# %% [markdown]
# `ag.check_grads` compares derivatives with differences of function values, and is silent when they agree. The notes'
# other functions:

# %%
for f in (np.abs, np.tanh, np.linalg.norm, lambda x: np.maximum(0, x), lambda x: x * np.heaviside(x, 0)):
    ag.check_grads(f, (np.array([[0.5, 2.0, -1.0]]),))

# %% [markdown]
# One thing cannot run: writing into an array. A node belongs to what it was computed from; an entry changed afterwards
# would be cut off from that. A plain array, for its part, holds numbers and no nodes.

# %%
t = Tensor([1.0, 2, 3])
try:
    t[0] = 5
except TypeError as error:
    print(error)
squares = np.zeros(3)
try:
    squares[0] = t[0] ** 2
except ValueError as error:
    print(error.__cause__)

# %% [markdown]
# Instead, collect the entries in a list, and stack them. `np.zeros_like(t)` and `np.ones_like(t)` are plain arrays:
# their numbers do not depend on t.

# %%
t = Tensor([1.0, 2, 3])
squares = ag.stack([t[i] ** 2 for i in range(3)])
np.sum(squares).backward()
print(squares, t.grad, type(np.zeros_like(t)).__name__, np.ones_like(t))
assert t.grad.tolist() == [2, 4, 6]
assert type(np.zeros_like(t)) is type(np.ones_like(t)) is np.ndarray

# %% [markdown]
# ## To try
#
# `viz.exercise` asks for a derivative, and says what a wrong answer may come from. Here the sum over rows is missing.

# %%
X, row = Tensor([[1, 2, 3], [4, 5, 6]], requires_grad=False), Tensor([[10, 20, 30]])
J = np.sum(X * row)
question = viz.exercise(J, row)
print(question)
print(question.check([[1, 2, 3], [4, 5, 6]]))
assert question.check([[5, 7, 9]])

# %% [markdown]
# 1. What is the gradient of the row in J = Σ X ÷ row? And of a column in J = Σ X × column?
# 2. Softmax and lengths by columns: what changes, and what shape have the sums?
# 3. Which of these products exist, and of what shape are they: (3, 15)·(15,), (15,)·(3, 15), (15, 1)·(1, 15)?
# 4. `np.dot(a, a.T)` of a column a, summed: what is the gradient of a? Draw the graph and read it there.
# 5. Each row of `rows - np.mean(rows, axis=1)` should have mean 0. What happens, and what was forgotten?
#
# Next: [activations and losses](06_activations_and_losses.py).
