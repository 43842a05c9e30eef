# %% [markdown]
# # Scalar and vector are the same
#
# The same small network twice: as neurons that compute number by number, and as matrices. Both give the same loss and
# the same gradients; one is far faster. Before it: [Dense and Sequential](09_dense_and_sequential.py) and
# [arrays and broadcasting](05_arrays_and_broadcasting.py).

# %%
import time

import numpy as np

import autograd_mini as ag
import viz
from autograd_mini import Tensor, Value, datasets, nn

X, y = datasets.moons(100, noise=0.1, seed=0)  # 100 points in the plane, of two classes
X.shape, y.shape

# %% [markdown]
# ## Number by number
#
# `nn.MLP` is a network in which every weight is a `Value`, a node that holds one number. Ours has three hidden neurons
# with tanh and one output neuron. Its output is a [logit](glossary.md#logit), the number z that a sigmoid would turn
# into a probability; the loss is the cross entropy of that probability.

# %%
neurons = nn.MLP(2, [3, 1], activation="tanh", seed=0)
by_numbers = nn.binary_crossentropy(y, [neurons(x) for x in X], from_logits=True)
by_numbers.backward()

print(f"the loss is {by_numbers.data:.12f}, from {len(viz.draw(by_numbers, collapse=None).picture.nodes)} nodes")

# %% [markdown]
# ## As matrices
#
# `to_sequential` copies the weights into matrices: the weights of one neuron are one *column* of W. The whole
# [batch](glossary.md#batch), all 100 examples, goes through a layer as one product Z = X W + b. The model gives a
# column, (100, 1), so the labels have to be a column, too.

# %%
matrices = neurons.to_sequential()
labels = y.reshape(-1, 1).astype(float)
by_matrices = nn.binary_crossentropy(labels, matrices(X), from_logits=True)
by_matrices.backward()

print(f"the loss is {by_matrices.data:.12f}, from {len(viz.draw(by_matrices).picture.nodes)} nodes")
assert abs(by_matrices.data - by_numbers.data) < 1e-12

# %% [markdown]
# The gradients are equal as well: column j of W's gradient is the gradient of neuron j's weights.

# %%
for layer, dense in zip(neurons.layers, matrices.layers, strict=True):
    dw = np.array([[w.grad for w in neuron.w] for neuron in layer.neurons])
    db = np.array([neuron.b.grad for neuron in layer.neurons])
    assert np.allclose(dense.W.grad, dw.T, rtol=0, atol=1e-12)
    assert np.allclose(dense.b.grad, db, rtol=0, atol=1e-12)
    print(f"the gradients of W {dense.W.shape} and b {dense.b.shape} are equal to 1e-12")

# %% [markdown]
# The graph of the matrices: as many boxes for 100 examples as for one, and as many for 3 neurons as for 300.

# %%
viz.draw(by_matrices, names={"J": by_matrices, "y": labels}, show=("structure",))

# %% [markdown]
# The graph of the numbers has a box for each example and each neuron. Drawn with one box for what is computed alike for
# every example, it is the network that one sees in every book.

# %%
viz.draw(by_numbers, collapse="example", show=("structure",))

# %% [markdown]
# ## From the matrix to its numbers
#
# What happens inside of one matrix node? Here is a layer in small: five examples, two neurons. One node A holds 5 · 2
# activations.

# %%
five = X[:5]
W, b = Tensor([[0.5, -1.0], [1.0, 0.5]]), Tensor([0.0, 0.1])
A = np.tanh(five @ W + b)
J = np.mean((A - labels[:5]) ** 2)
J.backward()
viz.draw(A, parameters=[W, b])

# %% [markdown]
# `viz.zoom` opens it: the neurons of the layer, with the numbers that they have for one example.

# %%
viz.zoom(A, example=1)

# %% [markdown]
# And once more: the weighted sum of each neuron as single products and sums. The gradients are those of the matrix
# node, number for number; nothing was computed anew.

# %%
opened = viz.zoom(A, example=1, max_units=1, level="operations")
opened

# %%
print(opened)
x1, x2 = five[1]
assert np.isclose(A.data[1, 0], np.tanh(0.5 * x1 + 1.0 * x2 + 0.0))
assert np.allclose(W.grad[:, 0], [-0.07094, 0.09724], atol=5e-6)

# %% [markdown]
# ## The code of one example, the speed of matrices
#
# [`ag.vmap`](glossary.md#vmap) takes a function of *one* example and makes one of a whole batch from it. The neurons
# stay neurons of Values, and their gradients land where they always do; but what runs is matrix products. (v is for
# *vectorise*, map for "do it to each".)

# %%
of_a_batch = ag.vmap(neurons)
assert np.allclose(of_a_batch(X).data, matrices(X).data.ravel(), rtol=0, atol=1e-12)

neurons.zero_grad()
batched = nn.binary_crossentropy(y, of_a_batch(X), from_logits=True)
batched.backward()
assert np.allclose([w.grad for w in neurons.layers[0].neurons[0].w], matrices.layers[0].W.grad[:, 0], atol=1e-12)

# %% [markdown]
# [`ag.jit`](glossary.md#jit) goes one step further. It records what a function does at its first call, and at later
# ones replays that as straight NumPy, without a graph to build. (jit: just in time.) It records once for each shape,
# not once for each call.


# %%
@ag.jit
def replayed(X, y):
    return nn.binary_crossentropy(y, of_a_batch(X), from_logits=True)


for start in range(0, 100, 20):
    replayed(X[start : start + 20], y[start : start + 20])
print(f"5 calls, {replayed.recordings} recording")
assert abs(replayed(X, y).data - by_numbers.data) < 1e-12
print(f"a batch of another size: {replayed.recordings} recordings")

# %% [markdown]
# ## How much faster?
#
# The times differ from computer to computer, and so this is the one cell whose output nobody checks. On most, the
# matrices are thirty to a hundred times as fast as the single numbers, with the same result: Python has eleven nodes to
# handle instead of eight hundred.

# %%
ways = {
    "numbers": lambda: nn.binary_crossentropy(y, [neurons(x) for x in X], from_logits=True),
    "numbers, vmap": lambda: nn.binary_crossentropy(y, of_a_batch(X), from_logits=True),
    "numbers, jit(vmap)": lambda: replayed(X, y),
    "matrices": lambda: nn.binary_crossentropy(labels, matrices(X), from_logits=True),
}
for name, loss in ways.items():
    begin = time.perf_counter()
    for _ in range(10):
        loss().backward()
    print(f"{name:20} {(time.perf_counter() - begin) * 100:6.2f} ms for the loss and all gradients")

# %% [markdown]
# ## What jit refuses
#
# A recording is one straight line. It has no forks: an `if` that looks at a number would be answered once, at the first
# call, and wrongly at a later one. So it is an error, not a wrong number.


# %%
@ag.jit
def leaky(x):
    if x > 0:
        return x
    return 0.01 * x


try:
    leaky(3.0)
except ag.RecordingError as error:
    print(str(error).rpartition(" (")[0])  # in brackets: the file and the line of the `if`

# %% [markdown]
# The message says what to write: `ag.where` computes both sides and picks one for each number. An `if` on what never
# changes with the numbers, such as a shape or a setting, is allowed.


# %%
@ag.jit
def leaky_by_where(x):
    return ag.where(x > 0, x, 0.01 * x)


assert (leaky_by_where(3.0), leaky_by_where(-2.0)) == (3.0, -0.02)
leaky_by_where.recordings

# %% [markdown]
# For the same reason a loop that runs until J < ε stays outside of the function that is recorded: jit the step, not the
# loop. And `float(x)` or `math.exp(x)` would turn a node into a plain number, which the recording could only keep as it
# was at the first call:

# %%
try:
    ag.jit(lambda x: float(x) ** 2)(3.0)
except ag.RecordingError as error:
    print(str(error).rpartition(" (")[0])

# %% [markdown]
# ## And back
#
# `to_scalar` makes neurons of a network of matrices, so that a trained model can be opened and drawn.

# %%
again = matrices.to_scalar()
assert abs(again(X[0]).data - neurons(X[0]).data) < 1e-12
again

# %% [markdown]
# ## The backward pass of the lecture, printed
#
# A graph is a program; `to_python` writes it down, forward and backward. Here is the network with two layers as in the
# lecture, one *column* an example, and what comes out are the formulas of
# [the shallow network](08_a_shallow_network.py): dZ² = A² − Y, dW² = dZ² A¹ᵀ / m, and so on.

# %%
rng = np.random.default_rng(0)
X, Y = X[:3].T.round(1), labels[:3].T  # (2, 3) and (1, 3): three examples
W1, b1, W2, b2 = (Tensor(rng.normal(size=shape).round(1)) for shape in [(2, 2), (2, 1), (1, 2), (1, 1)])
Z1 = W1 @ X + b1
A1 = np.tanh(Z1)
Z2 = W2 @ A1 + b2
A2 = ag.sigmoid(Z2)
J = -np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))
print(ag.to_python(J))

# %% [markdown]
# And the same for one neuron of Values: the formulas of [one neuron](03_one_neuron_and_its_loss.py). Capitals became
# small letters, products of matrices became products; the formulas are the same.

# %%
w1, w2, b = Value(0.5), Value(-1.0), Value(0.1)
x1, x2, y = (Value(number, requires_grad=False) for number in (2.0, 3.0, 1.0))
z = w1 * x1 + w2 * x2 + b
a = ag.sigmoid(z)
L = -(y * ag.log(a) + (1 - y) * ag.log(1 - a))
print(ag.to_python(L))

# %% [markdown]
# ## Try it yourself
#
# 1. How many nodes has the graph of the numbers with 200 examples? And that of the matrices? Guess, then count.
# 2. Draw `viz.zoom(A, example=4)`. Which numbers change, which stay?
# 3. Write a neuron as a function of one example, `lambda x: ag.tanh(ag.dot([w1, w2], x, b))`, and run it over all
#    points of `datasets.moons()` with `ag.vmap`. Compare it with a loop.
# 4. Write |x| for `ag.jit` without `if`. What is its derivative at 0?
#
# Next: the same graph in two directions, [forward and reverse mode](12_forward_and_reverse_mode.py).
