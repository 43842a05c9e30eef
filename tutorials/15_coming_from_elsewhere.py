# %% [markdown]
# # Coming from elsewhere
#
# For those who know micrograd, PyTorch, Keras, JAX or HIPS autograd: what is called what here, and where the same words
# behave differently. The others' lines stand in tables only, and nothing of theirs has to be installed; ours are
# executed.

# %%
import math

import numpy as np

import autograd_mini as ag
import viz
from autograd_mini import Tensor, Value, datasets, nn, optim
from autograd_mini.nn import Dense, Sequential, SparseCategoricalCrossentropy
from autograd_mini.optim import Adam

# %% [markdown]
# ## From micrograd
#
# | micrograd | here |
# |---|---|
# | `Value(2.0)`, `.data`, `.grad`, `.backward()`, `.relu()` | the same |
# | `v._prev`, a set; `v._op`, as `'+'` | `v.inputs`, in order and with repeats; `v.op`, as `'add'` |
# | `.grad` is 0 before the first sweep | `None` |
# | `nn.MLP(2, [16, 16, 1])`, always relu | `nn.MLP(2, [16, 16, 1], activation="relu")` |
# | `for p in model.parameters(): p.data -= rate * p.grad` | the same, or `optim.SGD` |
# | `draw_dot(g)` | `viz.draw(g)` |
# | + × powers by constants, relu | over fifty functions, `x**y` of two Values |
#
# The example in its README runs as it stands, and gives the numbers printed there.

# %%
a = Value(-4.0)
b = Value(2.0)
c = a + b
d = a * b + b**3
c += c + 1
c += 1 + c + (-a)
d += d * 2 + (b + a).relu()
d += 3 * d + (b - a).relu()
e = c - d
f = e**2
g = f / 2.0
g += 10.0 / f
print(f"{g.data:.4f}")
g.backward()
print(f"{a.grad:.4f} {b.grad:.4f}")
assert (round(g.data, 4), round(a.grad, 4), round(b.grad, 4)) == (24.7041, 138.8338, 645.5773)

# %% [markdown]
# Its demo, two moons: a network with two layers of 16 neurons, a loss that asks for a margin of 1 on the right side
# (the *hinge*, with labels −1 and 1), and a little of the weights' squares, so that they stay small. Twenty steps, in
# micrograd's words:

# %%
X, y = datasets.moons(100, noise=0.1, seed=1)
y = 2 * y - 1
model = nn.MLP(2, [16, 16, 1], activation="relu", seed=0)


def cost():
    scores = [model(x) for x in X]
    losses = [(1 - yi * score).relu() for yi, score in zip(y, scores, strict=True)]
    return sum(losses) / len(losses) + 1e-4 * sum(p * p for p in model.parameters())


def descend(loss, rate):
    model.zero_grad()
    loss.backward()
    for p in model.parameters():
        p.data -= rate * p.grad


for step in range(20):
    total = cost()
    descend(total, rate=1.0 - 0.009 * step)
    if step % 5 == 0:
        print(f"step {step}: loss {total.data:.4f}")

# %% [markdown]
# And the other eighty, as a function of one example, which `ag.vmap` runs for all of them at once and `ag.jit` replays
# ([how](11_scalar_and_vector.py)). The parameters are the same Values.

# %%
of_examples = ag.vmap(lambda x, yi: (1 - yi * model(x)).relu())


@ag.jit
def replayed(X, y):
    return of_examples(X, y).mean() + 1e-4 * sum(p * p for p in model.parameters())


assert abs(replayed(X, y).item() - cost().data) < 1e-12
for step in range(20, 100):
    descend(replayed(X, y), rate=1.0 - 0.009 * step)

scores = ag.vmap(model)
accuracy = np.mean((scores(X).data > 0) == (y > 0))
print(f"after 100 steps: accuracy {accuracy:.0%}")
assert accuracy == 1

# %%
viz.plot_decision_boundary(lambda X: ag.sigmoid(scores(X)).numpy(), X, y)

# %% [markdown]
# In two places micrograd's graph is another one. Its set of inputs has only one h for h · h, so that a drawing has one
# arrow. And its second `backward()` adds to what the first left in *inner* nodes: 36 at first, then 108 where 72 would
# be right. Here a second sweep doubles the leaves and nothing else.

# %%
x = Value(2)
h = 3 * x
k = h * h
k.backward()
first = x.grad
k.backward()
print(f"{len(k.inputs)} inputs; the gradient of x is {first}, and after a second sweep {x.grad}")
assert (len(k.inputs), first, x.grad, h.grad) == (2, 36, 72, 12)

# %% [markdown]
# And the topological order is found without recursion. At about 1,000 nodes in a row micrograd ends in a
# `RecursionError`.

# %%
x = Value(1)
deep = x
for _ in range(100_000):
    deep = deep + 1e-5
deep.backward()
assert x.grad == 1
round(deep.data, 6)

# %% [markdown]
# ## From PyTorch
#
# | PyTorch | here |
# |---|---|
# | `torch.tensor(x, requires_grad=True)` | `Tensor(x)`; data is `Tensor(x, requires_grad=False)`, or the array itself |
# | `torch.exp(t)`, `torch.stack`, `torch.where` | `np.exp(t)` or `ag.exp(t)`, `ag.stack`, `ag.where` |
# | `t.detach()`, `t.item()`, `torch.no_grad()` | the same, and `ag.no_grad()` |
# | `t.detach().numpy()`, which shares its memory | `t.numpy()`, a copy |
# | `torch.optim.SGD(parameters, lr=0.1)`, `.step()` | `optim.SGD(parameters, learning_rate=0.1)`, `.step()` |
# | `torch.nn.Linear(2, 3)`, weight (3, 2) | `nn.Dense(3)`, W (2, 3): columns are neurons |
# | `F.mse_loss(prediction, y)` | `nn.mean_squared_error(y, prediction)` |
# | `F.binary_cross_entropy_with_logits(z, y)` | `nn.binary_crossentropy(y, z, from_logits=True)` |
# | `F.cross_entropy(logits, labels)` | `nn.sparse_categorical_crossentropy(labels, logits, from_logits=True)` |
# | `torch.func.grad`, `vjp`, `jvp`, `torch.vmap`, `torch.compile` | `ag.grad`, `vjp`, `jvp`, `vmap`, `jit` |
# | `torch.autograd.gradcheck`, `detect_anomaly` | `ag.check_grads`, `ag.detect_anomaly` |
#
# The training loop is the same. Gradients *accumulate* in both, hence `zero_grad` in each round; it puts `None`.

# %%
points = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
targets = np.array([[2.0], [3.0], [5.0]])
W, B = Tensor(np.zeros((2, 1))), Tensor(np.zeros(1))
optimizer = optim.SGD([W, B], learning_rate=0.3)
for _ in range(300):
    loss = nn.mean_squared_error(targets, points @ W + B)  # y first, as in Keras
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("W =", W.numpy().ravel().round(3))
assert np.allclose(points @ W.data + B.data, targets, atol=1e-3)

# %% [markdown]
# What bites:
#
# - **Labels come first.** A mean squared error does not notice when the two change places, a cross entropy does.
# - **Probabilities or logits?** [Logits](glossary.md#logit) are what stands before the sigmoid or softmax. Say
#   `from_logits=True` when the last layer is linear; the default expects probabilities.

# %%
by_logit = nn.binary_crossentropy([[1.0]], Tensor([[2.0]]), from_logits=True)
by_probability = nn.binary_crossentropy([[1.0]], ag.sigmoid(Tensor([[2.0]])))
assert np.isclose(by_logit.item(), by_probability.item())
by_logit.item()

# %% [markdown]
# - **(m, 1) against (m,).** A model with one output gives a column; subtracted from a row of labels it would broadcast
#   to m × m. PyTorch's `mse_loss` warns; here a loss refuses. For `fit` and `evaluate` either shape of labels does.

# %%
try:
    nn.mean_squared_error(np.zeros(3), Tensor(np.ones((3, 1))))
except ValueError as error:
    print(error)
nn.mean_squared_error(np.zeros(3), Tensor(np.ones((3, 1))).ravel())

# %% [markdown]
# - **float64.** PyTorch, Keras and JAX make float32 of Python numbers; here, as in NumPy, they are float64, and float32
#   arrays stay float32.

# %%
print(Tensor([1.0]).dtype, Tensor(np.ones(1, np.float32)).dtype, Tensor([1, 2]).dtype)
assert np.exp(Tensor(np.ones(1, np.float32))).dtype == np.float32

# %% [markdown]
# - **NumPy's functions take nodes, `math`'s do not.** With a PyTorch tensor that wants a gradient it is the other way
#   round: `np.exp(t)` is an error, `math.exp(t)` gives a plain number, without a derivative, and one warning.

# %%
t = Value(1)
assert isinstance(np.exp(t), Value)
try:
    math.exp(t)
except TypeError as error:
    print(error)

# %% [markdown]
# - **A second `backward()`** is mostly an error in PyTorch without `retain_graph=True`; here the graph stays, and the
#   leaves add up. Inner nodes keep their gradients, without `retain_grad()`.
# - **`.data`** may be assigned between forward and backward. In PyTorch the derivative is then wrong without a word: 10
#   in this example. Here a Value keeps the derivative of its forward pass, 4, and a Tensor says that it cannot.

# %%
w = Value(2)
squared = w**2
w.data = 5
squared.backward()
assert w.grad == 4

w = Tensor([2.0])
squared = np.sum(w**2)
w.data = [5.0]
try:
    squared.backward()
except RuntimeError as error:
    print(error)

# %% [markdown]
# - **Weights are transposed.** `Linear` keeps (n_out, n_in), `Dense` (n_in, n_out). To bring some over:

# %%
weight, bias = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([0.1, 0.2, 0.3])  # a Linear(2, 3), as arrays
moved = Sequential([Dense(3)])
moved.build((None, 2))
moved.set_weights([weight.T, bias])
print(moved.predict(np.array([[1.0, 1.0]])))
assert np.allclose(moved.predict(points), points @ weight.T + bias)

# %% [markdown]
# - **At a [kink](glossary.md#kink)**, where a curve has a corner, there is no derivative, only a convention.
#
# | derivative at 0 | here | PyTorch | JAX | micrograd |
# |---|---|---|---|---|
# | relu | 0 | 0 | 0 | 0 |
# | leaky relu, slope 0.01 | 0.01 | 0.01 | 1 | |
# | abs | 0 | 0 | 1 | |
# | maximum(0, x) | ½ | ½ | ½ | |

# %%
kinks = {f.__name__: ag.grad(f)(0.0) for f in (ag.relu, ag.leaky_relu, ag.abs)}
print(kinks, ag.grad(lambda x: np.maximum(0, x))(0.0))
assert list(kinks.values()) == [0, 0.01, 0]

# %% [markdown]
# ## From Keras
#
# The words are Keras' own: `Sequential`, `Dense`, `Input`, `Dropout`, `Normalization`, `compile`, `fit`, `evaluate`,
# `predict`, `summary`, `save`, callbacks, the names of losses and optimizers. Only the import changes:
#
# | Keras | here |
# |---|---|
# | `from keras import Sequential` | `from autograd_mini.nn import Sequential` |
# | `from keras.layers import Dense` | `from autograd_mini.nn import Dense` |
# | `from keras.losses import SparseCategoricalCrossentropy` | the same from `autograd_mini.nn` |
# | `from keras.optimizers import Adam` | `from autograd_mini.optim import Adam` |
# | `layer.kernel`, `layer.bias` | `layer.W`, `layer.b`, of the same shapes |
# | `keras.utils.set_random_seed(0)` | `Sequential(…, seed=0)` |
# | `keras.models.load_model("x.keras")` | `nn.load_model("x.safetensors")` |
# | `tf.GradientTape`, `tape.gradient` | `loss.backward()`, or `ag.value_and_grad` |

# %%
images, digits = datasets.digits()
network = Sequential(
    [Dense(25, activation="relu"), Dense(15, activation="relu"), Dense(10, activation="linear")], seed=0
)
network.compile(
    loss=SparseCategoricalCrossentropy(from_logits=True), optimizer=Adam(learning_rate=0.003), metrics=["accuracy"]
)
history = network.fit(images, digits, epochs=20, validation_split=0.2, verbose=0)
print(", ".join(history.history))
loss, accuracy = network.evaluate(images, digits, verbose=0)
print(f"accuracy above 95%: {accuracy > 0.95}")

# %% [markdown]
# `evaluate` is the line that traps no one. `((network.predict(X) > 0.5) == y).mean()` works with a column (m, 1) of
# predictions and a row (m,) of labels, too, and compares each with each; that trap is Keras' as well. Take `.ravel()`
# of the predictions first. Different here: weights have the dtype of the first batch, not float32.

# %%
predicted = np.argmax(network.predict(images), axis=1)
assert predicted.shape == digits.shape == (1797,)
assert np.isclose(np.mean(predicted == digits), accuracy)

# %% [markdown]
# ## From JAX or HIPS autograd
#
# | JAX, autograd | here |
# |---|---|
# | `import jax.numpy as np`, `import autograd.numpy as np` | `import numpy as np`: NumPy itself takes our nodes |
# | `jax.grad`, `value_and_grad`, `vjp`, `jvp`, `jit`, `vmap` | `ag.grad`, …, called in the same way |
# | `jax.jacobian`, `hessian`; `autograd.hessian_vector_product` | `ag.jacobian`, `ag.hessian`, `ag.hvp` |
# | `autograd.elementwise_grad(f)` | `ag.vmap(ag.grad(f))` |
# | `jax.custom_vjp`, `autograd.extend.primitive` | `ag.custom_vjp`, `@ag.rule` |
# | `jax.grad(f)(3)`, an int, is an error | integers are taken as floats |

# %%
slopes = ag.vmap(ag.grad(np.tanh))(np.array([0.0, 1.0]))
print(slopes.round(4), ag.grad(lambda x: x * x)(3))
assert np.allclose(slopes, 1 - np.tanh([0.0, 1.0]) ** 2)

# %% [markdown]
# A function is still a function, but values need not be: one may also build a graph of nodes, call `backward()`, and
# draw it. `jit` refuses an `if` on numbers, as JAX's does: [see there](11_scalar_and_vector.py).
#
# ## Try it yourself
#
# 1. Take a training loop of your own in PyTorch, and bring it here. Which lines changed?
# 2. Which of the differences above would you have found by the numbers alone, and which not?
# 3. Draw the example from micrograd's README: `viz.draw(g)`. Where does its picture have one arrow, and ours two?
#
# Next: [exercises](16_exercises.py) whose answers are checked.
