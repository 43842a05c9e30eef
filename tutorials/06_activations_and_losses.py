# %% [markdown]
# # Activations and losses
#
# What stands at the end of every neuron, and at the end of the network: the activation a = g(z), the loss L(ŷ, y), and
# the derivative of each. Before it come [one neuron](03_one_neuron_and_its_loss.py) and
# [arrays](05_arrays_and_broadcasting.py).

# %%
import numpy as np

import autograd_mini as ag
import viz
from autograd_mini import Tensor, Value, nn

# %% [markdown]
# ## Activations and their derivatives
#
# An [activation](glossary.md#activation) is applied to each weighted sum z. Its derivative, dashed, is the factor that
# a gradient takes on its way back through the neuron.

# %%
viz.plot_activation(["sigmoid", "tanh", "relu", "leaky_relu", "softplus"])

# %% [markdown]
# Some derivatives can be written in terms of a, which the forward pass has already: a(1 − a) for the sigmoid, 1 − a²
# for tanh. Their numbers, as the engine computes them:

# %%
points = [-2.0, -1, 0, 1, 2]


def slope(g, at=points):
    z = Tensor(at)
    np.sum(g(z)).backward()
    return z.grad


a = ag.sigmoid(Tensor(points)).numpy()
print("sigmoid ", a)
print("  slope ", slope(ag.sigmoid))
assert np.allclose(a, [0.11920292, 0.26894142, 0.5, 0.73105858, 0.88079708])
assert np.allclose(slope(ag.sigmoid), [0.10499359, 0.19661193, 0.25, 0.19661193, 0.10499359])
assert np.allclose(slope(ag.sigmoid), a * (1 - a))
assert np.allclose(slope(ag.tanh), 1 - np.tanh(points) ** 2)

# %% [markdown]
# Softplus, log(1 + eᶻ), is a ReLU without the corner; its derivative 1/(1 + e⁻ᶻ) is the sigmoid. (Here as in NumPy,
# log is the natural logarithm, ln.) The slope of the leaky ReLU left of 0 can be chosen.

# %%
print("relu          ", slope(ag.relu).tolist())
print("leaky_relu    ", slope(ag.leaky_relu).tolist())
print("  slope=0.2   ", slope(lambda z: ag.leaky_relu(z, slope=0.2)).tolist())
assert slope(ag.leaky_relu).tolist() == [0.01, 0.01, 0.01, 1, 1]
assert np.allclose(slope(ag.softplus), a)

# %% [markdown]
# The slopes at 0, in the middle, are a [convention](02_rules_and_misprints.py). Written with other functions, the ReLU
# has theirs: in `np.maximum(0, z)` both numbers are the largest at 0, and they share.

# %%
for name, g in {
    "ag.relu(z)": ag.relu,
    "np.maximum(0, z)": lambda z: np.maximum(0, z),
    "z * np.heaviside(z, 1)": lambda z: z * np.heaviside(z, 1),
}.items():
    print(f"{name:23} slope at 0: {slope(g, at=[0.0])[0]}")
assert slope(ag.relu, at=[0.0]) == 0

# %% [markdown]
# ## Why an activation at all
#
# Two layers without one: W₂(W₁x + b₁) + b₂ = (W₂W₁)x + (W₂b₁ + b₂). That is one linear map, however many layers there
# are. The [Jacobian](glossary.md#jacobian), the matrix of all derivatives ∂(output)/∂(input), is W₂W₁ at every x. With
# a ReLU between the layers it depends on x: only then can the network bend.

# %%
random = np.random.default_rng(0)
W1, b1, W2, b2 = (random.normal(size=size) for size in ((4, 3), 4, (2, 4), 2))


def linear_layers(x):
    return np.dot(W2, np.dot(W1, x) + b1) + b2


def relu_between(x):
    return np.dot(W2, ag.relu(np.dot(W1, x) + b1)) + b2


here, there = np.array([1.0, 2, 3]), np.array([-1.0, 0, 2])
for layers in (linear_layers, relu_between):
    same = np.allclose(ag.jacobian(layers)(here), ag.jacobian(layers)(there))
    print(f"{layers.__name__}: the same Jacobian in two places? {same}")
assert np.allclose(ag.jacobian(linear_layers)(here), W2 @ W1)
assert np.allclose(linear_layers(here), W2 @ W1 @ here + (W2 @ b1 + b2))

# %% [markdown]
# ## Which one where
#
# In hidden layers tanh serves better than the sigmoid. Its values lie around 0, those of the sigmoid around ½ and all
# above 0. A weight of the next layer has the gradient dw = a·dz, so where every a is positive, all weights of a unit
# rise together or fall together.

# %%
random = np.random.default_rng(0)
z = random.normal(size=(1000, 20))
print(f"mean of tanh {np.tanh(z).mean():.2f}, of the sigmoid {ag.sigmoid(z).mean():.2f}")
for g in (ag.tanh, ag.sigmoid):
    w = Tensor(random.normal(size=20))
    np.dot(w, g(z[0])).backward()
    print(f"after {g.__name__}: {int(np.sum(w.grad > 0))} of 20 weights have a gradient above 0")
assert abs(np.tanh(z).mean()) < 0.01
assert abs(ag.sigmoid(z).mean() - 0.5) < 0.01

# %% [markdown]
# Both are flat at the ends, or [saturated](glossary.md#saturation): there the gradient is multiplied with almost 0. And
# the sigmoid is nowhere steeper than ¼, so ten of them in a row leave less than a millionth of a gradient.

# %%
print(f"slope of the sigmoid at 0: {slope(ag.sigmoid, at=[0.0])[0]}, at 10: {slope(ag.sigmoid, at=[10.0])[0]:.6f}")
x = Value(0.0)
a = x
for _ in range(10):
    a = ag.sigmoid(a)
a.backward()
print(f"through ten sigmoids: {x.grad:.7f}")
assert x.grad < 0.25**10 < 1e-6
viz.plot_activation(["sigmoid", "tanh"], at=4, low=-8, high=8)

# %% [markdown]
# The sigmoid belongs to the output, where a number between 0 and 1 is wanted: a probability.
#
# ## Losses
#
# Five predictions ŷ and what is true, y. L1 is Σ|y − ŷ|, L2 is Σ(y − ŷ)², and the
# [cross entropy](glossary.md#cross-entropy) is −Σ(y log ŷ + (1 − y) log(1 − ŷ)).

# %%
y_hat, y = Tensor([0.78, 0.89, 0.12, 0.08, 0.97]), np.array([1, 1, 0, 0, 1])
L1 = np.sum(np.abs(y - y_hat))
L2 = np.sum((y - y_hat) ** 2)
cross_entropy = -np.sum(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))
print(f"L1 {L1.item():.2f}   L2 {L2.item():.4f}   cross entropy {cross_entropy.item():.12f}")
assert np.isclose(L1.item(), 0.56)
assert np.isclose(L2.item(), 0.0822)
assert np.isclose(cross_entropy.item(), 0.6066693634880955)

# %% [markdown]
# Their derivatives with respect to ŷ say what they punish: L1 pulls at every prediction alike, L2 in proportion to the
# error, the cross entropy with −1/ŷ or 1/(1 − ŷ), without bound for a prediction that is certain and wrong. The square
# is often halved, ½(ŷ − y)², so that its derivative is ŷ − y without a 2.

# %%
half = np.sum((y_hat - y) ** 2 / 2)
for name, loss in (("L1", L1), ("L2", L2), ("½(ŷ − y)²", half), ("cross entropy", cross_entropy)):
    y_hat.zero_grad()
    loss.backward()
    print(f"{name:14}", np.round(y_hat.grad, 3).tolist())
    if loss is half:
        assert np.allclose(y_hat.grad, y_hat.numpy() - y)
assert np.allclose(y_hat.grad, -y / y_hat.numpy() + (1 - y) / (1 - y_hat.numpy()))

# %% [markdown]
# The cost J of m examples is the mean of their losses. So it does not grow with m, and a learning rate that suits ten
# examples suits a thousand.

# %%
J = cross_entropy / len(y)
print(f"J = {J.item():.6f}")
assert np.isclose(J.item(), nn.binary_crossentropy(y, y_hat).item())

# %% [markdown]
# ## Where the cross entropy comes from
#
# It is the negative logarithm of the [likelihood](glossary.md#likelihood), as derived on the page of
# [one neuron](03_one_neuron_and_its_loss.py). Of all five that is the product of their p(y|x) = ŷ^y (1 − ŷ)^(1−y):

# %%
likelihood = np.prod(y_hat**y * (1 - y_hat) ** (1 - y))
print(f"likelihood {likelihood.item():.4f}, its negative logarithm {-np.log(likelihood).item():.12f}")
assert np.isclose(-np.log(likelihood).item(), cross_entropy.item())

# %% [markdown]
# If y = 1, L = −log ŷ pushes ŷ up to 1; if y = 0, L = −log(1 − ŷ) pushes it down to 0. With ŷ = σ(z), the derivative
# with respect to z is ŷ − y: never large, and 0 only where the prediction is right.


# %%
def loss_if_y_is_1(z):
    return -ag.log(ag.sigmoid(z))


def loss_if_y_is_0(z):
    return -ag.log(1 - ag.sigmoid(z))


y_hat_at_3 = ag.sigmoid(3.0)
assert np.isclose(ag.grad(loss_if_y_is_1)(3.0), y_hat_at_3 - 1)
assert np.isclose(ag.grad(loss_if_y_is_0)(3.0), y_hat_at_3)
plot = viz.plot_activation([loss_if_y_is_1, loss_if_y_is_0])
for y_true, axes in zip((1, 0), plot.axes, strict=True):
    value, derivative = axes.get_legend().get_texts()
    value.set_text(f"L(σ(z), {y_true})")
    derivative.set_text(f"dL/dz = σ(z) − {y_true}")
plot

# %% [markdown]
# ## Why not the squared error
#
# For logistic regression it is not [convex](glossary.md#convex): a line between two points of the curve may run below
# it, and descent may end in a valley that is not the lowest. Six examples show it, one with a large feature and five
# with a small one. From w = −1, descent goes the wrong way, to a valley where it stays.

# %%
features, labels = np.array([10, -0.3, -0.3, -0.3, -0.3, -0.3]), np.array([1, 1, 1, 1, 1, 0])


def squared(w):
    return nn.mean_squared_error(labels, ag.sigmoid(w * features))


def entropy(w):
    return nn.binary_crossentropy(labels, w * features, from_logits=True)


def descend(J, w, learning_rate, steps):
    path = [w]
    for _ in range(steps):
        w = w - learning_rate * ag.grad(J)(w)
        path.append(w)
    return path


wrong_way = descend(squared, -1.0, learning_rate=60, steps=16)
assert abs(ag.grad(squared)(wrong_way[-1])) < 1e-3
assert squared(wrong_way[-1]) > squared(0.2)
viz.plot_loss_surface(squared, (-8, 4), path={"squared error": wrong_way})

# %% [markdown]
# The cross entropy of the same examples has one valley, and its slope far away is steep, not flat:

# %%
right_way = descend(entropy, -4.0, learning_rate=0.3, steps=12)
print(f"descent ends at w = {wrong_way[-1]:.1f} and w = {right_way[-1]:.1f}")
viz.plot_loss_surface(entropy, (-8, 4), path={"cross entropy": right_way})

# %% [markdown]
# Convex means that the second derivative is nowhere negative. dz of ½(a − y)² is (a − y)·a(1 − a): where the answer is
# certain and wrong it shrinks towards 0, so the slope falls while the error grows. There the curve bends down.

# %%
grid = np.linspace(-8, 4, 49)
print(f"smallest second derivative: squared error {min(map(ag.grad(ag.grad(squared)), grid)):.2f}, ", end="")
print(f"cross entropy {min(map(ag.grad(ag.grad(entropy)), grid)):.2f}")
z = Value(8.0)  # certain, and y is 0
for name, loss in (("squared error", ag.sigmoid(z) ** 2 / 2), ("cross entropy", -ag.log(1 - ag.sigmoid(z)))):
    z.zero_grad()
    loss.backward()
    print(f"dz of the {name}: {z.grad:.4f}")
assert min(map(ag.grad(ag.grad(squared)), grid)) < 0 <= min(map(ag.grad(ag.grad(entropy)), grid))

# %% [markdown]
# ## Logarithms of 0
#
# σ(40) is so near to 1 that a float cannot tell the two apart. Then 1 − ŷ is 0, its logarithm −∞, and the gradient is
# lost. The losses of `nn` keep ŷ at least 10⁻⁷ away from 0 and 1, so that the loss stays finite, but there it is
# flat. With `from_logits=True` the loss is given the [logit](glossary.md#logit) z instead of ŷ = σ(z), and is exact.

# %%
for name, loss in {
    "by hand": lambda z: -ag.log(1 - ag.sigmoid(z)),
    "nn, from ŷ": lambda z: nn.binary_crossentropy(0, ag.sigmoid(z)),
    "nn, from z": lambda z: nn.binary_crossentropy(0, z, from_logits=True),
}.items():
    z = Value(40.0)
    L = loss(z)
    L.backward()
    print(f"{name:11} L = {L.data:.6g}, dz = {z.grad:g}")
assert (L.data, z.grad) == (40, 1)

# %% [markdown]
# The same happens with softplus written out: e¹⁰⁰⁰ is infinite for a float, log(1 + e¹⁰⁰⁰) is not.

# %%
z = Value(1000.0)
print(ag.log(1 + ag.exp(z)).data, ag.softplus(z).data)
assert ag.softplus(z).data == 1000

# %% [markdown]
# ## The losses of nn
#
# Each takes what is true first, then what was predicted, and gives the mean. For classes numbered 0, 1, 2, … there is
# `sparse_categorical_crossentropy`; for [one-hot](glossary.md#one-hot) rows, a 1 at the class and 0 elsewhere,
# `categorical_crossentropy`.

# %%
print(f"mean squared error   {nn.mean_squared_error(y, y_hat).item():.5f}")
print(f"mean absolute error  {nn.mean_absolute_error(y, y_hat).item():.5f}")
print(f"binary cross entropy {nn.binary_crossentropy(y, y_hat).item():.5f}")
logits, classes = np.array([[0.0, 9, 3, 0], [3, 0, 8, 1]]), np.array([1, 2])
print(f"of classes           {nn.sparse_categorical_crossentropy(classes, logits, from_logits=True):.5f}")
print(f"of one-hot rows      {nn.categorical_crossentropy(np.eye(4)[classes], ag.softmax(logits)):.5f}")
assert np.isclose(nn.mean_squared_error(y, y_hat).item(), 0.0822 / 5)
assert np.isclose(nn.mean_absolute_error(y, y_hat).item(), 0.56 / 5)

# %% [markdown]
# Mind the order. The squared error doesn't change when the two are exchanged, the cross entropy does, and no error can
# say so, because a label may be a probability too:

# %%
print(f"binary_crossentropy(ŷ, y) = {nn.binary_crossentropy(y_hat.numpy(), y):.5f}")
assert nn.binary_crossentropy(y_hat.numpy(), y) > 10 * nn.binary_crossentropy(y, y_hat).item()

# %% [markdown]
# ## To try
#
# `viz.exercise` asks for a derivative, and says what a wrong answer may come from. What is dz of the squared error?

# %%
z, y = Value(2.0), 0
a = ag.sigmoid(z)
L = (a - y) ** 2 / 2
question = viz.exercise(L, z)
print(question)
print(question.check(a.data - y))
assert question.check((a.data - y) * a.data * (1 - a.data))

# %% [markdown]
# 1. Derive σ′ = σ(1 − σ) by hand, then let `ag.check_rule(ag.sigmoid, …)` judge it; also the wrong z(1 − z).
# 2. At which z is tanh steeper than the sigmoid? Plot both, and a = z / (1 + |z|) as a function of your own.
# 3. What is the cost of five predictions of ½, whatever the labels? Why log 2?
# 4. Which ŷ makes y log ŷ + (1 − y) log(1 − ŷ) largest for y = 0.3? Find it with `ag.grad`.
# 5. Draw ½(σ(z) − y)² and the cross entropy as graphs, at z = 8 and y = 0: which edge stops the gradient?
#
# Next: [forward propagation by hand](07_forward_propagation_by_hand.py).
