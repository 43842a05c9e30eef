# %% [markdown]
# # Dense and Sequential
#
# Layers and networks in Keras' words: a layer is called on an array, a `Sequential` is layers one after the other,
# and `compile`, `fit`, `predict` and `evaluate` do the rest. At the end a network of yours reads handwritten digits.
# You need to know what a layer computes ([forward propagation](07_forward_propagation_by_hand.py)) and what training
# is ([a shallow network](08_a_shallow_network.py)).

# %%
import tempfile
import warnings
from pathlib import Path

import numpy as np

import viz
from autograd_mini import datasets, nn, optim

# %% [markdown]
# ## A layer is called on an array
#
# Coffee beans, roasted at some temperature (°C) for some minutes, and whether the coffee was good (made up). On this
# page an example is a *row*: X is (m, n_in), and a layer computes A = g(XW + b) with W of shape (n_in, n_out), the
# last page's transposed. The weights are drawn when the layer sees its first [batch](glossary.md#batch), and so n_in.

# %%
x = np.array([[200.0, 17.0], [120.0, 5.0], [425.0, 20.0], [212.0, 18.0]])
y = np.array([1, 0, 0, 1])

layer_1 = nn.Dense(units=3, activation="sigmoid")
layer_2 = nn.Dense(units=1, activation="sigmoid")
a1 = layer_1(x)
a2 = layer_2(a1)
print("x", x.shape, " W", layer_1.W.shape, " b", layer_1.b.shape, " a1", a1.shape, " a2", a2.shape)
assert (layer_1.W.shape, a1.shape, a2.shape) == ((2, 3), (4, 3), (4, 1))

# %% [markdown]
# What comes out is a Tensor, a node of the graph; `.numpy()` gives its numbers as an array. A prediction ŷ is 1 where
# the last activation is at least 0.5.

# %%
yhat = (a2.numpy() >= 0.5).astype(int)
print(type(a2).__name__, type(a2.numpy()).__name__, yhat.shape)

# %% [markdown]
# ## Compile, fit, predict
#
# `Sequential` calls the layers one after the other. `compile` says what to minimise, the loss, and how, the
# [optimizer](glossary.md#optimizer), here [Adam](glossary.md#adam). `fit` goes through the examples `epochs` times (an
# [epoch](glossary.md#epoch) is one time through all of them; labels may be (m,), it makes a column of them), silently
# with `verbose=0`. `predict` gives the last activation for new rows. The same `seed` gives the same weights.


# %%
def network(*first, seed=0):
    model = nn.Sequential(
        [*first, nn.Dense(units=3, activation="sigmoid"), nn.Dense(units=1, activation="sigmoid")], seed=seed
    )
    model.compile(loss=nn.BinaryCrossentropy(), optimizer=optim.Adam(learning_rate=0.01))
    return model


model = network()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    model.fit(x, y, epochs=1000, verbose=0)
print((model.predict(x) >= 0.5).astype(int).ravel(), "is predicted,", y, "is right")
print("Warning:", caught[0].message)

# %% [markdown]
# The warning is right: a temperature of 200 against weights below 1 puts every unit on the flat end of its sigmoid,
# where it learns nothing. Some draws of the weights are lucky.


# %%
def succeeds(model):
    """Whether it learns the four roasts, and that 425 °C for 18.5 minutes is a bad one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(x, y, epochs=1000, verbose=0)
    predictions = model.predict([*x, [425.0, 18.5]]) >= 0.5
    return predictions.ravel().tolist() == [True, False, False, True, False]


raw = sum(succeeds(network(seed=seed)) for seed in range(20))
print(f"raw features: {raw} of 20 succeed")
assert raw < 10

# %% [markdown]
# ## Normalisation
#
# Each feature minus its mean, over its standard deviation: then all features are about as large as the weights
# expect. The `Normalization` layer does it inside of the network, so that raw numbers go in also when it predicts.
# `adapt` takes the mean and standard deviation from the training data.

# %%
norm = nn.Normalization()
norm.adapt(x)
print(norm(x).numpy().round(2))

normalised = sum(succeeds(network(norm, seed=seed)) for seed in range(20))
print(f"normalised features: {normalised} of 20 succeed")
assert normalised == 20

# %% [markdown]
# Four roasts say little about the others. With 200 of them, the network finds the triangle in which coffee is good:
# hot enough, long enough, and not burnt. Its three hidden units are the three sides.

# %%
X, Y = datasets.coffee(m=200)
norm = nn.Normalization()
norm.adapt(X)
model = nn.Sequential([norm, nn.Dense(3, activation="sigmoid"), nn.Dense(1, activation="sigmoid")], seed=1)
model.compile(optimizer=optim.Adam(learning_rate=0.05), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(X, Y, epochs=300, verbose=0)
loss, accuracy = model.evaluate(X, Y)
print(f"right: {accuracy:.1%}; the roast (425, 18.5): {(model.predict([[425, 18.5]]) >= 0.5).astype(int).item()}")
assert accuracy > 0.97
model.summary()

# %%
plot = viz.plot_decision_boundary(model, X, Y)
plot.axes[0].set(xlabel="temperature (°C)", ylabel="duration (min)")
plot

# %% [markdown]
# ## Counting what is right
#
# `evaluate` gives the loss and the [metrics](glossary.md#metric). By hand, mind the shapes: `predict` gives (m, 1),
# the labels are (m,), and NumPy [broadcasts](glossary.md#broadcast) a comparison of the two to (m, m).

# %%
predicted = model.predict(X) >= 0.5
print("the trap:", (predicted == Y).shape, f"{(predicted == Y).mean():.1%}")
print("right:   ", (predicted.ravel() == Y).shape, f"{(predicted.ravel() == Y).mean():.1%}")
assert (predicted.ravel() == Y).mean() == accuracy

# %% [markdown]
# ## Demand prediction
#
# Will a shirt be a top seller? The features are its price, shipping cost, marketing and material; what counts is
# whether people find it affordable, know it, and expect quality (made up: a top seller has two of the three). Nobody
# tells the network about them: it has three hidden units, and finds them.

# %%
X, Y = datasets.demand(m=400)
norm = nn.Normalization()
norm.adapt(X)
model = nn.Sequential([norm, nn.Dense(3, activation="sigmoid"), nn.Dense(1, activation="sigmoid")], seed=0)
model.compile(optimizer=optim.Adam(learning_rate=0.05), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(X, Y, epochs=100, verbose=0)
print(f"right: {model.evaluate(X, Y)[1]:.1%}")
assert model.evaluate(X, Y)[1] > 0.98

print("weights of      unit 1  unit 2  unit 3")
for feature, weights in zip(("price", "shipping cost", "marketing", "material"), model.layers[1].W.data, strict=True):
    print(f"{feature:13}" + "".join(f"{weight:8.1f}" for weight in weights))

# %% [markdown]
# Unit 1 fires where price and material are high: perceived quality. Unit 2 fires where price and shipping cost are
# high, which is affordability with the other sign, and its weight in the next layer is negative. Unit 3 is awareness.

# %%
viz.network(model, example=X[1])

# %% [markdown]
# ## Handwritten digits, 0 or 1
#
# Real people's handwriting, 8×8 pixels an image, unrolled to 64 features; ink is from 0 to 16. Two hidden layers, 25
# and 15 units, and one output: the probability of a 1. It learns 260 images; how it does on the others counts.

# %%
X, Y = datasets.digits(classes=(0, 1))
X_train, Y_train, X_test, Y_test = X[:260] / 16, Y[:260], X[260:] / 16, Y[260:]
model = nn.Sequential(
    [
        nn.Dense(25, activation="sigmoid"),
        nn.Dense(15, activation="sigmoid"),
        nn.Dense(1, activation="sigmoid"),
    ],
    seed=0,
)
model.compile(optimizer="adam", loss=nn.BinaryCrossentropy(), metrics=["accuracy"])
model.fit(X_train, Y_train, epochs=40, verbose=0)
for said, images, labels in (("learned", X_train, Y_train), ("never seen", X_test, Y_test)):
    accuracy = model.evaluate(images, labels)[1]
    print(f"{len(images)} images {said}, right: {accuracy:.0%}")
assert accuracy > 0.97

# %% [markdown]
# ## All ten digits
#
# Ten outputs with [softmax](glossary.md#softmax), one probability for each digit, together 1. The labels are the
# digits themselves, 0 to 9, for which the loss is called *sparse* categorical cross entropy. What counts is how the
# network does on images it has not learned from: 297 are put aside as a test set, and of the others a fifth is
# watched during training ([validation](glossary.md#validation), `validation_split`; its results begin with `val_`).
# Without `verbose=0`, `fit` shows how far it is: some lines in a notebook, a bar in a terminal.

# %%
X, Y = datasets.digits()
order = np.random.default_rng(0).permutation(len(X))
X, Y = X[order] / 16, Y[order]
X_train, Y_train, X_test, Y_test = X[:1500], Y[:1500], X[1500:], Y[1500:]
viz.plot_digits(X_train[:20], Y_train[:20])

# %%
model = nn.Sequential(
    [
        nn.Dense(25, activation="relu"),
        nn.Dense(15, activation="relu"),
        nn.Dense(10, activation="softmax"),
    ],
    seed=0,
)
model.compile(optimizer=optim.Adam(learning_rate=0.005), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(X_train, Y_train, epochs=30, validation_split=0.2)
model.summary()
viz.plot_history(history)

# %%
loss, accuracy = model.evaluate(X_test, Y_test)
probabilities = model.predict(X_test)
predicted = probabilities.argmax(axis=1)  # (m,), as Y_test is
print("probabilities", probabilities.shape, " first image:", predicted[0], "is predicted,", Y_test[0], "is right")
print(f"right on {len(X_test)} images never seen: {accuracy:.1%}")
assert accuracy > 0.93
assert np.mean(predicted == Y_test) == accuracy

# %% [markdown]
# The images it gets wrong: "7, not 4" is a 4 that it took for a 7. Would you have known?

# %%
wrong = predicted != Y_test
viz.plot_digits(X_test[wrong], Y_test[wrong], predicted[wrong])

# %% [markdown]
# ## Keep it
#
# `save` writes the network, its weights, the optimizer's state and the history into one file in the safetensors
# format; `nn.load_model` gives it back, ready to predict or to be trained on.

# %%
with tempfile.TemporaryDirectory() as folder:
    model.save(Path(folder) / "digits.safetensors")
    loaded = nn.load_model(Path(folder) / "digits.safetensors")
print("the same predictions:", np.array_equal(loaded.predict(X_test), probabilities))
assert np.array_equal(loaded.predict(X_test), probabilities)

# %% [markdown]
# ## Try it
#
# 1. Put one hidden layer of 64 units in the place of the two. Is it better on the test set? Try three seeds.
# 2. Put the last 297 images aside (no permutation) instead of random ones, and delete the `assert` that stops. The
#    accuracy falls to about 90%. What might be different about them, and which of the two numbers would you quote?
# 3. Give `fit` labels from 1 to 10, `Y_train + 1`, and the ten outputs. Read what it says.
# 4. End the 0/1 network with softmax on its one unit. What does `fit` say, and why is softmax of one number no use?
# 5. Draw a digit yourself: an array of 8 × 8 numbers from 0 to 1, and `model.predict(yours.reshape(1, 64))`.
#
# Next: more layers, their shapes, how they start, and all the settings, [deep networks](10_deep_networks.py).
