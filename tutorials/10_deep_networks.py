# %% [markdown]
# # Deep networks
#
# More layers than one: which shape everything has, why depth helps, how the weights of many layers begin, and what
# each of the many settings does. You need [a shallow network](08_a_shallow_network.py) and
# [Dense and Sequential](09_dense_and_sequential.py).

# %%
from itertools import pairwise

import numpy as np

import autograd_mini as ag
import viz
from autograd_mini import datasets, nn, optim

# %% [markdown]
# ## L layers, and how they are written
#
# The raised number in square brackets is the layer, in round ones the example; the lower one is the unit:
# $a_2^{[1]\,(i)}$ is the [activation](glossary.md#activation) of unit 2 in layer 1 for example i. The input is
# $a^{[0]} = x$ and no layer: it has no weights. So logistic regression has one layer, and this network has three,
# with n_x = 3, n¹ = 4, n² = 3 and n³ = 1 units.

# %%
model = nn.Sequential(
    [
        nn.Input(shape=(3,)),
        nn.Dense(4, activation="relu"),
        nn.Dense(3, activation="relu"),
        nn.Dense(1, activation="sigmoid"),
    ],
    seed=0,
)
viz.network(model, example=[1.0, 2.0, 3.0])

# %% [markdown]
# ## Getting the matrix dimensions right
#
# With examples as columns, as in the lecture, $W^{[l]}$ is $(n^{[l]}, n^{[l-1]})$ and $b^{[l]}$ is $(n^{[l]}, 1)$;
# $Z^{[l]}$ and $A^{[l]}$ are $(n^{[l]}, m)$, a column for each example. A gradient has the shape of what it is the
# gradient of. With examples as rows, as Dense computes, each of these is transposed. Both tables, for our network:

# %%
widths = [3, 4, 3, 1]
for layer, (before, units) in enumerate(pairwise(widths), start=1):
    print(f"W[{layer}], dW[{layer}] {(units, before)}   b[{layer}], db[{layer}] {(units, 1)}   ", end="")
    print(f"Z[{layer}], A[{layer}], dZ[{layer}], dA[{layer}] ({units}, m)")

# %%
model.summary()

# %% [markdown]
# The forward pass of a layer computes Z and A, and keeps what the backward pass will need of them: the
# [cache](glossary.md#cache). The backward pass gets dA from the layer above, uses the cache, and hands dA on to the
# layer below. (The graph that autograd builds is all those caches, linked.)

# %%
viz.blocks(model, convention="columns", size="slide")

# %%
X = np.random.default_rng(0).normal(size=(5, 3))
loss = nn.binary_crossentropy([[1], [0], [1], [1], [0]], model(X))
loss.backward()
for layer, dense in enumerate(model.layers[1:], start=1):
    print(f"layer {layer}: W {dense.W.shape}, dW {dense.W.grad.shape}, b {dense.b.shape}, db {dense.b.grad.shape}")
    assert dense.W.grad.shape == dense.W.shape == (widths[layer - 1], widths[layer])

# %% [markdown]
# A wrong shape is answered with the layer, what it expected and what it got; by hand, with what met what.

# %%
two = nn.Sequential([nn.Dense(4, activation="relu"), nn.Dense(1, activation="sigmoid")], seed=0)
two.build((None, 3))
for wrong in (np.ones((5, 2)), np.ones(3)):
    try:
        two.predict(wrong)
    except ValueError as error:
        print(error)
try:
    np.dot(ag.Tensor(np.ones((3, 5))), np.ones((4, 400)))
except ValueError as error:
    print(error)

# %% [markdown]
# ## Why deep
#
# Early layers find simple things, later ones put them together: edges, eyes, faces. And some functions need far fewer
# units that way. Take the parity of n bits: is the number of ones odd? Deep, it is a tree of XORs of two bits, three
# units each, n − 1 of them, in 2 log₂ n layers. With one hidden layer whose units each know one pattern of bits,
# there has to be a unit for each odd pattern: 2ⁿ⁻¹. (Units that count the ones do parity with n of them, since only
# their number matters; there are functions without such a shortcut.) Both, with units that are steps:


# %%
def step(z):
    return np.heaviside(z, 1.0)


def deep_parity(bits):
    """Bits (m, n), n a power of 2; gives the parity (m,), the units and the layers."""
    units = layers = 0
    while bits.shape[1] > 1:
        left, right = bits[:, ::2], bits[:, 1::2]
        either, both = step(left + right - 0.5), step(left + right - 1.5)
        bits = step(either - both - 0.5)  # XOR: one of them, not both
        units, layers = units + 3 * bits.shape[1], layers + 2
    return bits[:, 0], units, layers


def shallow_parity(bits):
    n = bits.shape[1]
    patterns = np.array(list(np.ndindex(*[2] * n)))
    odd = patterns[patterns.sum(axis=1) % 2 == 1]
    hidden = step(bits @ (2 * odd - 1).T - odd.sum(axis=1) + 0.5)  # 1 where all bits are the pattern's
    return step(hidden.sum(axis=1) - 0.5), len(odd) + 1, 2


for n in (2, 4, 8, 16):
    bits = np.array(list(np.ndindex(*[2] * n)))
    last = bits[-256:]  # of n = 16 not all for the shallow one: hidden would have 2³¹ numbers
    (deep, units, layers), (shallow, many, _) = deep_parity(bits), shallow_parity(last)
    print(f"n = {n:2}: deep {units:3} units in {layers} layers, shallow {many:6} units in 2")
    assert np.array_equal(deep, bits.sum(axis=1) % 2)
    assert np.array_equal(shallow, last.sum(axis=1) % 2)
    assert (units, many) == (3 * (n - 1), 2 ** (n - 1) + 1)

# %% [markdown]
# ## How the weights of many layers begin
#
# Each layer multiplies by its W. If that makes numbers a little smaller, ten layers make them nothing, and the
# gradients on the way back too; if larger, tanh is flat everywhere. The [variance](glossary.md#variance) of the weights
# decides. [Glorot's](glossary.md#glorot-initialisation), 2 / (n_in + n_out), keeps z about as large as the input; He's,
# 2 / n_in, makes up for the half that ReLU cuts away. Below are ten layers of 100 units before any training. How large
# are the activations of the first layer and the tenth?

# %%
X = np.random.default_rng(0).normal(size=(500, 100))
starts = {
    "tanh, 0.01": ("tanh", nn.Normal(0.01)),
    "tanh, 1": ("tanh", nn.Normal(1.0)),
    "tanh, Glorot": ("tanh", "glorot_uniform"),
    "relu, 0.01": ("relu", nn.Normal(0.01)),
    "relu, Glorot": ("relu", "glorot_uniform"),
    "relu, He": ("relu", "he_normal"),
}
tenth = {}
for name, (activation, initializer) in starts.items():
    layers = [nn.Dense(100, activation=activation, kernel_initializer=initializer) for _ in range(10)]
    tenth[name] = nn.Sequential(layers, seed=0)(X).numpy()
    first = layers[0](X).numpy()
    print(f"{name:12}  standard deviation of A[1] {first.std():.2f}, of A[10] {tenth[name].std():.1e}")
assert tenth["tanh, 0.01"].std() < 1e-9
assert tenth["relu, He"].std() > 0.5

# %%
plot = viz.plot_histograms(tenth)
plot.suptitle("The tenth layer before training")
plot.supxlabel("activation")
plot.supylabel("how many")
plot

# %% [markdown]
# In order: nothing is left; everything sits at −1 and 1, where tanh is flat; it shrinks slowly, to about a third in
# nine layers. Below, with ReLU: nothing; little; as large as at first (mind the scales). `Dense` starts with Glorot's
# uniform weights and biases of 0, as Keras does, who calls W the kernel; `kernel_initializer="he_normal"` is for ReLU.
#
# ## Hyperparameters
#
# What training does not learn, you choose: [hyperparameters](glossary.md#hyperparameter). Here a network learns all
# ten digits from 300 images only, and the 1,497 others say how well; each row changes one thing. The numbers are
# means over two seeds, for single runs differ by about a percent.

# %%
X, Y = datasets.digits()
order = np.random.default_rng(0).permutation(len(X))
X, Y = X[order] / 16, Y[order]
X_train, Y_train, X_test, Y_test = X[:300], Y[:300], X[300:], Y[300:]


def build(layers=1, units=64, activation="relu", l2=0.0, dropout=0.0, initializer="glorot_uniform", seed=0):
    settings = {"activation": activation, "kernel_regularizer": nn.L2(l2), "kernel_initializer": initializer}
    parts = [part for _ in range(layers) for part in (nn.Dense(units, **settings), nn.Dropout(dropout))]
    return nn.Sequential([*parts, nn.Dense(10, activation="softmax")], seed=seed)


def run(optimizer=optim.Adam, settings=None, epochs=20, batch_size=32, **shape):
    """The accuracy on the images it learned from and on the others, in percent, and the size of the weights."""
    results = []
    for seed in range(2):
        model = build(seed=seed, **shape)
        model.compile(
            optimizer(**(settings or {"learning_rate": 0.005})), "sparse_categorical_crossentropy", "accuracy"
        )
        model.fit(X_train, Y_train, epochs=epochs, batch_size=batch_size, verbose=0)
        accuracies = [100 * model.evaluate(*data)[1] for data in ((X_train, Y_train), (X_test, Y_test))]
        results.append([*accuracies, np.abs(model.layers[0].W.data).mean()])
    return np.mean(results, axis=0)


experiments = {
    "as it is": {},
    "learning rate 0.0001": {"settings": {"learning_rate": 0.0001}},
    "learning rate 0.5": {"settings": {"learning_rate": 0.5}},
    "3 epochs": {"epochs": 3},
    "60 epochs": {"epochs": 60},
    "no hidden layer": {"layers": 0},
    "3 hidden layers": {"layers": 3},
    "4 units": {"units": 4},
    "activation sigmoid": {"activation": "sigmoid"},
    "activation linear": {"activation": "linear"},
    "batches of 300": {"batch_size": 300},
    "batches of 8": {"batch_size": 8},
    "L2 0.01": {"l2": 0.01},
    "L2 0.1": {"l2": 0.1},
    "dropout 0.2": {"dropout": 0.2},
    "dropout 0.9": {"dropout": 0.9},
    "SGD": {"optimizer": optim.SGD, "settings": {"learning_rate": 0.05}},
    "SGD, momentum 0.9": {"optimizer": optim.SGD, "settings": {"learning_rate": 0.05, "momentum": 0.9}},
}
results = {name: run(**changes) for name, changes in experiments.items()}
print(f"{'':20}  learned  others  mean |W[1]|")
for name, (learned, others, size) in results.items():
    print(f"{name:20}  {learned:6.1f}%  {others:5.1f}%  {size:.3f}")

# %% [markdown]
# How to read it:
#
# - *Learning rate*: too small, and it has not arrived; too large, and it never does. Try this one first.
# - *Iterations, batches*: more [epochs](glossary.md#epoch) and smaller [batches](glossary.md#batch) are more steps;
#   each costs time. Batches of all 300 make 20 steps altogether, those of 8 make 760.
# - *Layers and units*: 4 units are too few to tell ten digits apart, and three hidden layers no better than one:
#   these digits are easy.
# - *Activation*: with "linear" all layers together are [one linear map](06_activations_and_losses.py), and can do no
#   more than no hidden layer can; it only gets there sooner. Straight lines nearly do here, unlike for the flower.
# - *[Momentum](glossary.md#momentum)* goes on in the direction of the last steps, and arrives earlier than plain SGD;
#   [Adam](glossary.md#adam) gives each weight a step of its own size; its `betas` and `epsilon` seldom need changing.
# - *L2* adds λ Σ w² to the cost, which keeps weights small; *[dropout](glossary.md#dropout)* switches units off at
#   random while it trains. Both are against learning the examples by heart ([overfitting](glossary.md#overfitting)),
#   which shows where the first column is above the second: here by 5 points. Neither helps in 20 epochs, and hardly
#   in 60 (`run(dropout=0.2, epochs=60)` gets 95.3% of the others, L2 95.1%); too much of them costs both columns.

# %%
as_it_is = results["as it is"][1]
assert as_it_is > 92
assert all(results[worse][1] < as_it_is - 2 for worse in ("learning rate 0.0001", "3 epochs", "4 units", "SGD"))
assert results["SGD, momentum 0.9"][1] > results["SGD"][1] + 2
assert results["L2 0.1"][2] < results["L2 0.01"][2] < results["as it is"][2]

# %% [markdown]
# ## Schedules
#
# Large steps at first, small ones at the end: the learning rate may be a function of the steps, here 20 epochs of 10.

# %%
schedules = {
    "1 / (1 + decay · step)": optim.InverseTimeDecay(0.1, decay_steps=100, decay_rate=1.0),
    "exponential": optim.ExponentialDecay(0.1, decay_steps=100, decay_rate=0.5),
    "cosine": optim.CosineDecay(0.1, decay_steps=200),
}
for name, schedule in schedules.items():
    print(f"{name:22}  after 0, 50, 100, 200 steps: {[round(schedule(n), 3) for n in (0, 50, 100, 200)]}")

# %%
for name, rate in {"always 0.1": 0.1, "cosine to 0": schedules["cosine"]}.items():
    learned, others, _ = run(settings={"learning_rate": rate})
    print(f"{name:11}  {learned:5.1f}% of what it learned, {others:.1f}% of the others")

# %% [markdown]
# ## Early stopping
#
# When the loss on what it does not learn from (`val_loss`) has not improved for some epochs, this
# [callback](glossary.md#callback) stops and brings back the best weights: a cheap way to choose the number of epochs.

# %%
model = build(seed=0)
model.compile(optim.Adam(learning_rate=0.02), "sparse_categorical_crossentropy", "accuracy")
stop = nn.EarlyStopping(monitor="val_loss", patience=10, restore_best_weights=True)
history = model.fit(X_train, Y_train, epochs=200, validation_split=0.3, callbacks=[stop], verbose=0)
print(f"stopped after epoch {stop.stopped_epoch + 1} of 200, the best was epoch {stop.best_epoch + 1}")
assert stop.stopped_epoch < 199

# %%
viz.plot_history(history)

# %% [markdown]
# ## Try it
#
# 1. A network has n_x = 5 and layers of 10, 10 and 3 units. How many parameters has it? Check with `summary()` after
#    `build((None, 5))`.
# 2. Add two rows of eight hidden layers to the experiments, `{"layers": 8, "initializer": "he_normal"}` and one with
#    `nn.Normal(0.01)`. Which of them learns?
# 3. Find a setting that is better than every row of the table on the others. Then ask yourself whether the 1,497
#    images are still a fair test.
#
# Next: the same network as neurons and as matrices, [scalar and vector](11_scalar_and_vector.py).
