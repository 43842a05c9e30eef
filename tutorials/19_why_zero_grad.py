# %% [markdown]
# # Why zero_grad?
#
# `backward()` adds to the gradients that are there already, so a training loop has to clear them, with `zero_grad()`.
# This page leaves that out, and then shows what the adding up is good for. Before it: [gradient
# descent](04_gradient_descent.py) and [why gradients add up](18_why_gradients_add_up.py).

# %%
import numpy as np

import autograd_mini as ag
import viz
from autograd_mini import Value

a, b = Value(2), Value(1)
c = a + b
d = b + 1
e = c * d
for sweep in (1, 2, 3):
    e.backward()
    print(f"after backward() number {sweep}: a {a.grad:g}, b {b.grad:g};  c {c.grad:g}, d {d.grad:g}, e {e.grad:g}")
assert (a.grad, b.grad) == (6, 15)
assert (c.grad, d.grad, e.grad) == (2, 3, 1)

e.zero_grad()
print("after zero_grad():", a.grad, b.grad, c.grad)
assert a.grad is None

# %% [markdown]
# The [leaves](glossary.md#leaf), a and b, collect the gradients of all sweeps. The nodes between them and the output
# don't: they show the last one. `zero_grad()` sets all to None, "nothing has arrived", which is not the same as 0.
#
# ## Training without it
# A line ŷ = w·x through the points (1, 2), (2, 4), (3, 6), so w should become 2, by
# [gradient descent](glossary.md#gradient-descent) with the [learning rate](glossary.md#learning-rate) 0.02:


# %%
def train(is_zeroed, steps=60):
    """The loss at every step, each over all three points (an epoch), and the w at the end."""
    w, losses = Value(0, "w"), []
    for _ in range(steps):
        loss = ag.sum([(w * x - 2 * x) ** 2 for x in (1, 2, 3)]) / 3
        if is_zeroed:
            loss.zero_grad()
        loss.backward()
        w.data -= 0.02 * w.grad
        losses.append(loss.data)
    return losses, w.data


with_zero_grad, w = train(is_zeroed=True)
without, never_zeroed = train(is_zeroed=False)
print(f"with zero_grad    w = {w:.4f}, loss {with_zero_grad[-1]:.2e}")
print(f"without           w = {never_zeroed:.4f}, loss {without[-1]:.2e}, at worst {max(without[5:]):.1f}")
assert np.isclose(w, 2)
assert max(without[40:]) > 15
viz.plot_history({"loss, with zero_grad": with_zero_grad, "loss, without": without})

# %% [markdown]
# Nothing raises an error, and the loss does fall at first: that makes it a nasty bug. But the old gradients never fade.
# When w has reached 2 they still push it on, until as many of the opposite sign have gathered; then all the way back.
# It is a ball that rolls through a valley without friction ([momentum](glossary.md#momentum) is this with friction).
#
# So each step of a loop is: forward, `zero_grad()`, `backward()`, update. `fit` and the optimizers' examples do so.
#
# ## Why not begin from zero each time?
# Because sums of losses are wanted. The derivative of a sum is the sum of the derivatives, so two losses that share a
# weight can be swept one after the other:


# %%
def losses_of(w):
    """How far off w is for some data, and a penalty for a large w."""
    return (w * 3 - 7) ** 2, 0.1 * w * w


w = Value(2)
fit, penalty = losses_of(w)
fit.backward()
penalty.backward()

together = Value(2)
ag.sum(losses_of(together)).backward()
print(f"one after the other {w.grad:g}, their sum {together.grad:g}")
assert np.allclose((w.grad, together.grad), -5.6)

# %% [markdown]
# The same holds for the examples of a [minibatch](glossary.md#minibatch). A thousand that don't fit into memory at once
# are swept in four parts, each loss divided by the whole number of examples; the gradient is that of the mean over all.

# %%
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(1000, 3)), rng.normal(size=(1000, 1))
W = ag.Tensor(np.zeros((3, 1)), "W")
whole = ag.sum((X @ W - Y) ** 2) / 1000
whole.backward()
at_once = W.grad.copy()

W.zero_grad()
for part in range(0, 1000, 250):
    ag.sum((X[part : part + 250] @ W - Y[part : part + 250]) ** 2 / 1000).backward()
print("four parts give the gradient of the whole:", np.allclose(W.grad, at_once, rtol=1e-12))
assert np.allclose(W.grad, at_once, rtol=1e-12)

# %% [markdown]
# ## Why only the leaves?
# micrograd adds up in *all* nodes. Here is its sweep in a few lines: the output gets 1, and every other node, inner
# ones too, adds what arrives to what it has.


# %%
def sweep_everywhere(below, gradients):
    """Add the shares to all gradients; what an earlier sweep left in inner nodes is handed on once more."""
    gradients[below[0]] = 1
    for node in below:
        for x, derivative in zip(node.inputs, node.partials, strict=True):
            if derivative is not None:
                gradients[x] = gradients.get(x, 0) + gradients[node] * derivative


gradients = {}
sweep_everywhere([e, c, d], gradients)
first = dict(gradients)
print("first sweep: ", viz.compare_gradients(e, first).verdict)
sweep_everywhere([e, c, d], gradients)
print(f"second sweep: a {gradients[a]:g}, b {gradients[b]:g}")
assert (gradients[a], gradients[b]) == (6, 15)

# %% [markdown]
# Two sweeps should have doubled the leaves: 4 and 10. They got 6 and 15, three times as much. To see why, take from
# each leaf what the first sweep had left there, and compare what the second one handed on with the right gradients:

# %%
second = {node: total if node.op else total - first[node] for node, total in gradients.items()}
comparison = viz.compare_gradients(e, second, titles=("a sweep", "the second sweep, added up everywhere"))
print(comparison)
assert comparison.wrong == ("c", "d", "a", "b")
comparison

# %% [markdown]
# c still held its 2 from the first sweep, and got another 2: it handed on 4, the gradient of *two* sweeps, to leaves
# that had the first one already. A third sweep would make it 12 and 30, not 6 and 15; the deeper the graph, the faster
# it grows. In autograd_mini the gradient of an inner node is always that of the last sweep.
#
# (`backward()` twice on *the same* graph is rare. But an inner node that two losses share, such as the output of a
# network, is one, and there it happens unseen.)
#
# ## To try
# 1. How large must the learning rate be for the loop *with* `zero_grad()` to be worse than the one without?
# 2. Multiply `w.grad` by 0.9 after each update, in place of `zero_grad()`. What is this called?
# 3. Put `zero_grad()` between `backward()` and the update. What happens, and what does the error say?
# 4. Predict what `sweep_everywhere` gives for b in the third sweep, then run it.
#
# Next: [questions that users ask](20_questions.py).
