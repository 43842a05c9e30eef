# %% [markdown]
# # Questions
#
# What people who use micrograd and its like ask again and again, each answered by a cell that runs. Read what you came
# for; nothing here needs what stands above it. The [first page](01_derivatives_on_a_graph.py) is enough to begin with.

# %%
import io
import math
import warnings

import numpy as np

import autograd_mini as ag
import viz
from autograd_mini import Tensor, Value, nn, optim

# %% [markdown]
# ## Gradients
#
# ### Why is my gradient doubled?
# Because [leaves](glossary.md#leaf) add up what the sweeps bring, and two have come by. In a loop, call `zero_grad()`
# before each `backward()`; [why zero_grad](19_why_zero_grad.py) shows what happens otherwise.

# %%
x = Value(3)
for _ in range(2):
    y = x * x
    y.backward()
print(f"after two sweeps {x.grad:g}", end=", ")
x.grad = None  # or y.zero_grad(), optimizer.zero_grad(), model.zero_grad()
y.backward()
print(f"after one {x.grad:g}")
assert x.grad == 6

# %% [markdown]
# ### May I call backward twice on the same graph?
# Yes. Leaves then hold the sum of both sweeps, here 36 and 72; inner nodes show the last sweep's gradient. An engine
# that leaves inner gradients where they are hands them on once more, and gets 36 + 72 = 108. Here nobody has to reset
# inner nodes, and `optimizer.zero_grad()`, which knows only parameters, is enough.

# %%
m = Value(2)
t = 3 * m
f = t**2
f.backward()
first = m.grad
f.backward()
print(f"m: {first:g}, then {m.grad:g}; t: {t.grad:g}")
assert (first, m.grad, t.grad) == (36, 72, 12)

# %% [markdown]
# ### Why does the sweep add, and why is the derivative of x·x wrong elsewhere?
# In x·x the same node is used twice, and each use is a path of its own: 3 + 3 = 6. An engine that writes `=` for `+=`
# says 3, and one that keeps a node's inputs in a set can't draw the second edge: see [why gradients add
# up](18_why_gradients_add_up.py), and [why a topological order](17_why_a_topological_order.py) is needed.

# %%
x = Value(3)
y = x * x
y.backward()
assert (x.grad, len(y.inputs)) == (6, 2)
viz.draw(y)

# %% [markdown]
# ### Why does backward start with 1?
# Because ∂e/∂e = 1: when the [root](glossary.md#root) e grows by a little, e grows by just that. The number is called
# the [seed](glossary.md#seed). Another one multiplies every gradient, as if e were the input of one more step.

# %%
a, b = Value(2), Value(1)
e = (a + b) * (b + 1)
e.backward(10)
print(f"with the seed 10: ∂/∂a = {a.grad:g}, ∂/∂b = {b.grad:g}")
assert (a.grad, b.grad) == (20, 50)

# %% [markdown]
# ### Why has this variable no gradient?
# Because the graph was cut on the way from it. `x.data`, `x.item()` and `t.numpy()` are plain numbers that remember
# nothing. `float(x)` and `math.exp(x)` would cut without a word, so they are errors while a gradient is wanted.

# %%
x = Value(2)
y = Value(3) * x.data
y.backward()
print("cut by .data:", x.grad)
try:
    math.exp(x)
except TypeError as error:
    print(error)
try:
    (Value(1, requires_grad=False) * 2).backward()
except RuntimeError as error:
    print(error)

# %% [markdown]
# ### Should the derivative of exp use the input or the output?
# The output: (eˣ)′ = eˣ, which the forward pass has just computed. When in doubt, let `check_rule` compare a formula
# with the slope of the function.

# %%
ag.check_rule(ag.exp, ag.exp)
try:
    ag.check_rule(ag.exp, lambda x: x)
except AssertionError as error:
    print(error)

# %% [markdown]
# ### Why is relu′(0) = 0? What if two are the greatest?
# At a [kink](glossary.md#kink) there is no derivative: every slope from 0 to 1 touches [relu](glossary.md#relu) at 0,
# and is called a [subgradient](glossary.md#subgradient). Something has to be chosen, and it is a
# [convention](glossary.md#convention). 0 is most engines' choice for relu. For max and min ours is that equals share
# evenly, so that the result doesn't depend on their order; hence max(0, x) has ½ where relu has 0.

# %%
slopes = [ag.grad(f)(0.0) for f in (ag.relu, ag.leaky_relu, ag.abs, lambda x: ag.maximum(0, x))]
print("at 0: relu {:g}, leaky relu {:g}, abs {:g}, max(0, x) {:g}".format(*slopes))
print("max of 1, 3, 3:", ag.grad(ag.max)(np.array([1.0, 3.0, 3.0])).tolist())
assert slopes == [0, 0.01, 0, 0.5]

# %% [markdown]
# ### How do I get the second derivative?
# Differentiate the derivative: `grad(grad(f))`, or `ag.hessian(f)` for several inputs. Of a graph that is there,
# `ag.gradient_graph(y, x)` is the derivative as a node ([second derivatives](13_second_derivatives.py)).

# %%
print(f"(x³)″ at 3 is {ag.grad(ag.grad(lambda x: x**3))(3.0):g}")
x = Value(3)
slope = ag.gradient_graph(x**3, x)
slope.backward()
print(f"by its graph: x³ has the slope {slope.data:g}, and that has the slope {x.grad:g}")
assert (slope.data, x.grad) == (27, 18)

# %% [markdown]
# ## Numbers
#
# ### Where does this nan come from?
# Ask for the line: within `detect_anomaly()` the first nan or inf, forward or backward, is an error that names the
# operation, its inputs, and where in your code it was. √(w²) at w = 0 is a favourite: its derivative there is ∞ · 0.

# %%
w = Value(0)
ag.sqrt(w * w).backward()
print("without:", w.grad)
try:
    with ag.detect_anomaly():
        ag.sqrt(w * w).backward()
except ag.AnomalyError as error:
    print(str(error).partition(", made at")[0])

# %% [markdown]
# ### Can I use NumPy's functions?
# Yes: a [Tensor](glossary.md#tensor) goes where an array went. What has no derivative refuses, and says what to do.

# %%
X = Tensor([[1.0, 2.0], [3.0, 4.0]])
np.sum(np.exp(X) / np.linalg.norm(X)).backward()
print(X.grad.shape)
try:
    np.linalg.svd(X)
except TypeError as error:
    print(error)

# %% [markdown]
# ### What is wrong with (N,) against (N, 1)?
# NumPy [broadcasts](glossary.md#broadcast) them to N × N without a word; its mean is another loss. Losses refuse.

# %%
labels, predictions = np.array([0.0, 1.0, 1.0]), Tensor([[0.2], [0.7], [0.9]])
print("labels − predictions has the shape", (labels - predictions).shape)
try:
    nn.mean_squared_error(labels, predictions)
except ValueError as error:
    print(error)
print(f"{nn.mean_squared_error(labels, predictions.ravel()).item():.4f}")

# %% [markdown]
# ## Training
#
# ### Why does my loss not fall?
# First suspect the [learning rate](glossary.md#learning-rate): too small crawls, too large jumps over the valley, and
# higher on the other side each time. For J = w² everything from α = 1 on is too large.

# %%
for rate in (0.001, 0.1, 1.1):
    w = Value(1)
    optimizer = optim.SGD([w], learning_rate=rate)
    for _ in range(20):
        optimizer.zero_grad()
        (w * w).backward()
        optimizer.step()
    print(f"α = {rate:<5} J after 20 steps: {w.data**2:.4f}")

# %% [markdown]
# Then ask `fit`, which looks before it trains: for features without [normalisation](glossary.md#normalisation), for an
# [initialisation](glossary.md#initialisation) with hidden weights all alike, for a [softmax](glossary.md#softmax) on
# one unit. In a loop of your own look for a missing `zero_grad()`, and for `+=` in place of `-=`.

# %%
coffee, roasted = np.array([[200.0, 17.0], [120.0, 5.0], [425.0, 20.0], [212.0, 18.0]]), np.array([1, 0, 0, 1])
for title, layers in (
    ("raw", [nn.Dense(3, activation="sigmoid"), nn.Dense(1, activation="sigmoid")]),
    ("all alike", [nn.Dense(3, activation="tanh", kernel_initializer="zeros"), nn.Dense(1, activation="sigmoid")]),
    ("softmax", [nn.Dense(1, activation="softmax")]),
):
    features = coffee if title == "raw" else (coffee - coffee.mean(axis=0)) / coffee.std(axis=0)
    model = nn.Sequential(layers, seed=0)
    model.compile(optimizer="adam", loss="binary_crossentropy")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            model.fit(features, roasted, epochs=1, verbose=0)
        except (UserWarning, ValueError) as said:
            print(f"{title}: {said}")

# %% [markdown]
# ### How do I freeze parameters?
# Give the [optimizer](glossary.md#optimizer) only those [parameters](glossary.md#parameter) that shall move. A number
# that never shall is `Value(…, requires_grad=False)`.

# %%
model = nn.Sequential([nn.Dense(3, activation="tanh"), nn.Dense(1)], seed=0)
model.build((None, 2))
before = model.get_weights()
optimizer = optim.SGD(model.layers[-1].parameters(), learning_rate=0.1)
loss = nn.mean_squared_error(np.ones((1, 1)), model(np.array([[0.5, 1.0]])))
model.zero_grad()
loss.backward()
optimizer.step()
kept = [np.array_equal(old, new) for old, new in zip(before, model.get_weights(), strict=True)]
print("kept as they were: W1, b1, W2, b2:", kept)
assert kept == [True, True, False, False]

# %% [markdown]
# ### How do I save what was trained?
# `model.save("name.safetensors")`, and `nn.load_model("name.safetensors")` gives it back. Or the weights alone, as
# arrays, in whatever file you like: `get_weights` and `set_weights`. `model.to_python()` is the network as a script
# that needs NumPy alone.

# %%
file = io.BytesIO()
np.savez(file, *model.get_weights())
file.seek(0)
other = nn.Sequential([nn.Dense(3, activation="tanh"), nn.Dense(1)])
other.build((None, 2))
other.set_weights(list(np.load(file).values()))
same = np.array_equal(other.predict(np.ones((1, 2))), model.predict(np.ones((1, 2))))
print("the same predictions:", same)
assert same

# %% [markdown]
# ## Graphs
#
# ### How do I see the graph?
# `viz.draw(e)`, or as text `print(viz.draw(e))`. Gradients appear after `backward()`; before, there are none. A network
# is too large to show every node: `collapse="neuron"` or `"layer"` draws one box for each.

# %%
network = nn.MLP(2, [3, 1], activation="tanh", seed=0)
loss = (network([0.5, 1.0]) - 1) ** 2
loss.backward()
viz.draw(loss, collapse="neuron")

# %% [markdown]
# ### How deep may a graph be?
# As deep as memory allows. No sweep calls itself, so Python's limit of a thousand calls doesn't matter.

# %%
x = total = Value(1)
for _ in range(100_000):
    total = total + x
total.backward()
print(f"{x.grad:g}")

# %% [markdown]
# ### Is it slow? Can the order of the nodes be kept?
# A graph is made anew at each step, because the numbers are new, and an `if` may have gone the other way. If the
# operations stay the same, [`ag.jit`](glossary.md#jit) records them once and replays them, order included.
# [`ag.vmap`](glossary.md#vmap) makes of a function of one example one of a whole [batch](glossary.md#batch), and
# Tensors do a layer's work in one operation ([scalar and vector](11_scalar_and_vector.py)). The numbers stay the same.


# %%
def squared_error(x, y):
    """Of one example."""
    return (network(x) - y) ** 2


inputs, targets = np.random.default_rng(0).normal(size=(50, 2)), np.ones(50)
one_by_one = sum(squared_error(x, y).item() for x, y in zip(inputs, targets, strict=True)) / 50
at_once = ag.jit(lambda X, Y: ag.vmap(squared_error)(X, Y).mean())(inputs, targets)
print(f"{one_by_one:.6f} one by one, {at_once.item():.6f} at once")
assert abs(one_by_one - at_once.item()) < 1e-12

# %% [markdown]
# ## To try by yourself
#
# 1. Which of these questions would a picture have answered? Draw the graph where the gradient was cut by `.data`.
# 2. J = w² falls for α < 1. What is the limit for J = 5w²? Try, then explain by the second derivative.
# 3. Find the line that makes the first nan in `ag.log(1 - ag.tanh(Value(20)))`, and another way to write it.
#
# Next: [adding an operation](21_adding_an_operation.py).
