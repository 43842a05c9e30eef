# %% [markdown]
# # Gradient descent
#
# The derivative of the cost says which way is uphill; so a small step the other way makes the cost smaller, and many
# such steps are called learning. First on a curve and on a surface, then logistic regression over m examples, with
# loops and without, up to images. You need [one neuron and its loss](03_one_neuron_and_its_loss.py), and of NumPy that
# `@` and `np.dot` multiply matrices; [arrays and broadcasting](05_arrays_and_broadcasting.py) has the rest.

# %%
import numpy as np

import autograd_mini as ag
import viz
from autograd_mini import Tensor, Value, datasets, nn

# %% [markdown]
# ## On a curve
#
# One parameter w, and a cost J(w) that is lowest at w = 3. The rule is w := w − α dJ/dw, with the
# [learning rate](glossary.md#learning-rate) α, again and again. Where the slope is positive, w becomes smaller, where
# it is negative, larger; near the minimum the slope is small, and so are the steps.


# %%
def J(w):
    return (w - 3) ** 2


def descend(J, start, learning_rate, steps):
    path = [start]
    for _ in range(steps):
        w = path[-1]
        path.append(w - learning_rate * ag.grad(J)(w))
    return path


path = descend(J, 0.0, learning_rate=0.2, steps=6)
print([round(w, 3) for w in path])
assert np.isclose(path[1], 0 - 0.2 * 2 * (0 - 3))
assert np.isclose(path[-1], 3 - 3 * 0.6**6)  # each step leaves 1 − 2α of the distance

# %%
viz.plot_loss_surface(J, (-1, 7), path=path)

# %% [markdown]
# The first point is the circle, the last one the star; the straight lines are tangents, and their slope decides how
# long the next step is.
#
# ### Too small, too large
#
# With a small α the way takes long. With a large one each step jumps over the minimum to the other side; and beyond
# some α, here 1, it lands higher than it started from. In the picture, the squares begin at w = 4 and climb.

# %%
for learning_rate in (0.01, 0.1, 0.5, 0.95, 1.05):
    w = descend(J, 0.0, learning_rate, steps=20)[-1]
    print(f"α = {learning_rate:<4}: w = {w:8.3f} after 20 steps, J = {J(w):9.3f}")
assert abs(descend(J, 0.0, 0.95, 20)[-1] - 3) < 3 < abs(descend(J, 0.0, 1.05, 20)[-1] - 3)

# %%
viz.plot_loss_surface(
    J, (-2, 8), path={"too small, α = 0.03": descend(J, -1.0, 0.03, 5), "too large, α = 1.15": descend(J, 4.0, 1.15, 4)}
)

# %% [markdown]
# ## On a surface
#
# With two parameters the cost is a landscape; the picture shows it as a map does, with contour lines. The
# [gradient](glossary.md#gradient) is both derivatives together. It is perpendicular to the contour line, straight
# uphill, and each step goes straight downhill. Here is logistic regression with one feature and four examples.

# %%
feature, label = np.array([-2.0, -0.5, 0.5, 2.0]), np.array([0.0, 1.0, 0.0, 1.0])


def cost(w, b):
    return nn.binary_crossentropy(label, ag.sigmoid(w * feature + b))


path = [(-1.5, 1.5)]
for _ in range(30):
    (w, b), (dw, db) = path[-1], ag.grad(cost, (0, 1))(*path[-1])
    path.append((w - 0.8 * dw, b - 0.8 * db))
print(f"J from {cost(*path[0]):.4f} to {cost(*path[-1]):.4f}, at w = {path[-1][0]:.3f}, b = {path[-1][1]:.3f}")
assert cost(*path[-1]) < cost(*path[0])
viz.plot_loss_surface(cost, (-2, 3), (-2, 2), path=path)

# %% [markdown]
# ## Logistic regression over m examples
#
# The lectures put the [examples](glossary.md#example) side by side: X has the shape (n_x, m), one *column* an example
# with n_x [features](glossary.md#feature), the numbers that are known of it; Y, the labels, has the shape (1, m). The
# [cost](glossary.md#cost) J is the mean of the m losses. Twenty points in the plane, in two classes:

# %%
X, y = datasets.blobs(20, centers=[[0, 0], [2, 1]], noise=1.2, seed=1)
X, Y = X.T, y.reshape(1, -1).astype(float)
n_x, m = X.shape
print("X", X.shape, " Y", Y.shape)
assert (X.shape, Y.shape) == ((2, 20), (1, 20))

# %% [markdown]
# ### With loops
#
# One example after the other; derivatives are added up in accumulators that begin with 0, and divided by m.


# %%
def with_loops(w, b):
    J, db = 0.0, 0.0
    dw = np.zeros((n_x, 1))
    for i in range(m):
        z = b
        for j in range(n_x):
            z += w[j, 0] * X[j, i]
        a = 1 / (1 + np.exp(-z))
        J += -(Y[0, i] * np.log(a) + (1 - Y[0, i]) * np.log(1 - a))
        dz = a - Y[0, i]
        for j in range(n_x):
            dw[j, 0] += X[j, i] * dz
        db += dz
    return J / m, dw / m, db / m


# %% [markdown]
# ### Vectorised
#
# The same without a loop: all m examples are columns of one product. It is shorter, and much faster.


# %%
def vectorised(w, b):
    Z = np.dot(w.T, X) + b
    A = 1 / (1 + np.exp(-Z))
    J = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    dZ = A - Y
    dw = np.dot(X, dZ.T) / m
    db = np.sum(dZ) / m
    return J, dw, db


# %% [markdown]
# ### By autograd
#
# Only the forward pass is left to write; the derivatives are found. A [Tensor](glossary.md#tensor) is an array that
# is a node of a graph, and NumPy's functions take it. There are no loops over nodes, either: the graph has a few
# nodes, however many examples there are. `w.grad` is None before `J.backward()`: call it first.


# %%
def by_autograd(w, b):
    w, b = Tensor(w), Tensor(b)
    Z = np.dot(w.T, X) + b
    A = 1 / (1 + np.exp(-Z))
    J = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    J.backward()
    return J.item(), w.grad, b.grad


w, b = np.array([[0.3], [-0.2]]), 0.1
for way in (with_loops, vectorised, by_autograd):
    J, dw, db = way(w, b)
    print(f"{way.__name__:12} J = {J:.6f}, dw = ({dw[0, 0]:.6f}, {dw[1, 0]:.6f}), db = {db:.6f}")
for way in (with_loops, vectorised):
    for ours, theirs in zip(by_autograd(w, b), way(w, b), strict=True):
        assert np.allclose(ours, theirs, rtol=1e-12)

# %% [markdown]
# `to_python` prints what was found, and it is the lectures' formulas, line by line:

# %%
w, b = Tensor(np.zeros((n_x, 1))), Tensor(0.0)
Z = np.dot(w.T, X) + b
A = ag.sigmoid(Z)
J = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
print(ag.to_python(J).partition("# Forward pass")[2])

# %% [markdown]
# ### The loop
#
# Weights begin with 0 here; then every answer is ½, and the cost is ln 2. The loop runs until J < ε. As these two
# classes overlap, J does not fall as low as one likes, so it needs a limit, too.

# %%
w, b, epsilon = np.zeros((n_x, 1)), 0.0, 0.4
now, dw, db = by_autograd(w, b)
print(f"J at first: {now:.4f}")
assert np.isclose(now, np.log(2))
steps = 0
while now >= epsilon and steps < 1000:
    w, b = w - 0.5 * dw, b - 0.5 * db
    now, dw, db = by_autograd(w, b)
    steps += 1
print(f"J after {steps} steps: {now:.4f}")
assert now < epsilon

# %%
viz.plot_decision_boundary(lambda rows: ag.sigmoid(rows @ w + b), X.T, y)

# %% [markdown]
# In a deeper network weights that are all 0 stay equal ([page 08](08_a_shallow_network.py) shows it). Here they may
# begin with 0, because the cost is [convex](glossary.md#convex): a bowl, without a second valley to be caught in. Go
# straight on in any direction: each z changes steadily, dL/dz is a − y, and the derivative of that is a(1 − a). So the
# second derivative of J is the mean of a(1 − a)·(change of z)², and never negative: nowhere does the surface bend down,
# and all starts lead to the same minimum. (With the squared error it is no bowl:
# [page 06](06_activations_and_losses.py) has the picture.)


# %%
def cost_of(w_and_b):
    return nn.binary_crossentropy(Y[0], w_and_b[:2] @ X + w_and_b[2], from_logits=True)


direction, ends = np.array([1.0, 2.0, -3.0]), []  # or any other direction
for start in ([0.0, 0.0, 0.0], [4.0, -4.0, 1.0]):
    w_and_b = np.array(start)
    A, change = ag.sigmoid(w_and_b[:2] @ X + w_and_b[2]), direction[:2] @ X + direction[2]
    second = ag.grad(ag.grad(lambda t, start=w_and_b: cost_of(start + t * direction)))(0.0)
    assert np.isclose(second, np.mean(A * (1 - A) * change**2))
    for _ in range(3000):
        w_and_b = w_and_b - 0.5 * ag.grad(cost_of)(w_and_b)
    ends.append(w_and_b)
    print(f"from {start}: J = {cost_of(w_and_b):.4f} at", w_and_b.round(2))
assert np.allclose(*ends, atol=1e-3)

# %% [markdown]
# ## Normalising the features
#
# Suppose one feature is mostly between −2 and 2 and another between −10 and 10, in other units. Then the bowl is a
# narrow valley: the second weight's slope is far larger, and a learning rate that suits it is too small for the first.
# Divide each feature by its standard deviation (and subtract its mean, about 0 here), and the bowl is rounder: its
# steepest direction curves 3 times as much as its flattest, before 32 times. ([Curvature](glossary.md#curvature) is how
# fast the slope changes.) Two paths of twelve steps, each with a learning rate that suits it, drawn in the raw w₁, w₂,
# where the steps of the normalised one are no longer perpendicular to the lines:

# %%
rng = np.random.default_rng(0)
two = rng.normal(size=(2, 200)) * [[1], [5]]
answers = (rng.uniform(size=200) < ag.sigmoid(1.5 * two[0] + 0.2 * two[1])).astype(float)
size = two.std(axis=1)


def cost_on(X):
    return lambda w1, w2: nn.binary_crossentropy(answers, w1 * X[0] + w2 * X[1], from_logits=True)


def path_on(X, w1, w2, learning_rate):
    path = [(w1, w2)]
    for _ in range(12):
        dw1, dw2 = ag.grad(cost_on(X), (0, 1))(w1, w2)
        w1, w2 = w1 - learning_rate * dw1, w2 - learning_rate * dw2
        path.append((w1, w2))
    return np.array(path)


raw = path_on(two, -1.0, 0.5, learning_rate=0.45)
scaled = two / size[:, None]
normalised = path_on(scaled, -1.0 * size[0], 0.5 * size[1], learning_rate=5.0) / size  # in the same units
plot = viz.plot_loss_surface(cost_on(two), (-1.5, 3), (-0.5, 1), path={"raw features": raw, "normalised": normalised})
plot.axes[0].set(xlabel="$w_1$", ylabel="$w_2$")
plot

# %%
J_raw, J_normalised = cost_on(two)(*raw[-1]), cost_on(two)(*normalised[-1])
print(f"after 12 steps: J = {J_raw:.3f} with raw features, {J_normalised:.3f} with normalised ones")
assert J_normalised < J_raw - 0.03
for name, features, end in (("raw", two, normalised[-1]), ("normalised", scaled, normalised[-1] * size)):
    flattest, steepest = np.linalg.eigvalsh(ag.hessian(lambda w, X=features: cost_on(X)(*w))(end))  # curvatures there
    print(f"{name:10} steepest / flattest: {steepest / flattest:.0f}")
assert round(steepest / flattest) == 3

# %% [markdown]
# ## Images
#
# Is there a cat in it? An image of 64×64 pixels in three colours is 64·64·3 = 12,288 numbers. Unrolled into a column
# they are the features of one example, and m = 209 images are the columns of X. (Ours are drawn by the computer: round
# heads, half of them with a cat's ears.)

# %%
images, is_cat = datasets.images(m=209, size=64)
X, Y = images.reshape(209, -1).T / 255, is_cat.reshape(1, -1)
print("images", images.shape, " X", X.shape, " Y", Y.shape)
assert X.shape == (12_288, 209)
print(f"128×128 in colour: {128 * 128 * 3:,} features; 1000×1000 in grey: {1000 * 1000:,}")
assert (128 * 128 * 3, 1000 * 1000) == (49_152, 1_000_000)
viz.plot_digits(images, is_cat, limit=10)

# %% [markdown]
# The same few lines learn from them; nothing in them depends on the number of features. Raw pixels are never
# negative, so weights that rise together raise every z, and above α ≈ 0.003 the steps jump to and fro. After
# subtracting the mean, α can be twenty times larger. (Dividing by the standard deviation as well hardly matters here,
# since all pixels vary alike, by 0.16 to 0.23.) Each with about the largest α with which J falls at every step:


# %%
def train(X, Y, learning_rate, steps):
    w, b, costs = Tensor(np.zeros((X.shape[0], 1))), Tensor(0.0), []
    for _ in range(steps):
        A = ag.sigmoid(np.dot(w.T, X) + b)
        J = nn.binary_crossentropy(Y, A)
        J.backward()
        costs.append(J.item())
        w, b = Tensor(w.data - learning_rate * w.grad), Tensor(b.data - learning_rate * b.grad)
    return costs, w.data, b.data


images, is_cat = datasets.images(m=209, size=64, seed=7)
X_new, Y_new, mean = images.reshape(209, -1).T / 255, is_cat.reshape(1, -1), X.mean(axis=1, keepdims=True)
for name, shift, learning_rate in (("raw", 0, 0.003), ("centred", mean, 0.06)):
    costs, w, b = train(X - shift, Y, learning_rate, steps=151)
    known, new = (np.mean((w.T @ (x - shift) + b >= 0) == y) for x, y in ((X, Y), (X_new, Y_new)))  # a ≥ ½ for z ≥ 0
    print(f"{name:7} J at step 0, 50, 100, 150:", *(f"{costs[step]:.2f}" for step in (0, 50, 100, 150)))
    print(f"{'':7} right: {known:.0%} of the images it learned from, {new:.0%} of new ones")
    assert np.all(np.diff(costs) < 0)
assert np.allclose((X.std(axis=1).min(), X.std(axis=1).max()), (0.16, 0.23), atol=0.005)

# %% [markdown]
# ## Try it yourself
#
# One step of gradient descent by hand: what is w afterwards? Answers that are wrong are told why.

# %%
w = Value(1)
J = (w - 3) ** 2
question = viz.exercise(J, w, learning_rate=0.1)
print(question)
print(question.check(0.6))
print(question.check(1.4))
assert question.check(1.4)

# %% [markdown]
# 1. Below which α does descent on J(w) = (w − 3)² converge? Find it by trying. And on 5(w − 3)²?
# 2. How many features has a 200×300 image in colour? And how many numbers has w then?
# 3. In `with_loops`, begin with J = 1, as a set of notes prints it. Which of the three results is wrong? (The `assert`
#    below them notices it, too.)
#
# Next: [arrays and broadcasting](05_arrays_and_broadcasting.py), what makes the vectorised form work.
