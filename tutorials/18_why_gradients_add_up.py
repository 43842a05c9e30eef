# %% [markdown]
# # Why gradients add up
#
# In every engine there is a line `x.grad += …`. This page puts `=` in its place, shows which node is wrong first, and
# why the sum is right. Before it: [derivatives on a graph](01_derivatives_on_a_graph.py) and [why a topological
# order](17_why_a_topological_order.py).

# %%
import numpy as np

import autograd_mini as ag
import viz
from autograd_mini import Tensor, Value

a, b = Value(2), Value(1)
c = a + b
d = b + 1
e = c * d
e.backward()
assert (a.grad, b.grad) == (2, 5)

# %% [markdown]
# ## With = instead of +=
# A small engine: every [node](glossary.md#node) that `below` lists, users first, hands its gradient times the
# [local derivative](glossary.md#local-derivative) to its inputs. Where something has arrived already, the new share
# takes its place.


# %%
def assigning(below):
    """The gradients, where the last share that arrives is all that remains."""
    gradients = {below[0]: 1}
    for node in below:
        for x, derivative in zip(node.inputs, node.partials, strict=True):
            if derivative is not None:
                gradients[x] = gradients[node] * derivative
    return gradients


comparison = viz.compare_gradients(e, assigning([e, c, d]), titles=("+=", "= instead of +="))
print(comparison)
assert comparison.verdict == "first wrong: b, 3 instead of 5"
comparison

# %% [markdown]
# a is right, because one [path](glossary.md#path) alone leads from it to e. b is used by c and by d; d came last, and
# its 3 replaced the 2 that c had handed down. Visit d before c, which is just as good an order, and b gets the other:

# %%
print(viz.compare_gradients(e, assigning([e, d, c])).verdict)

# %% [markdown]
# The smallest graph on which it fails has one operation. Both factors of x · x are x, and each edge brings a share
# of 3:

# %%
x = Value(3)
y = x * x
comparison = viz.compare_gradients(y, assigning([y]), titles=("+=", "= instead of +="))
print(comparison.verdict)
assert assigning([y])[x] == 3
comparison

# %% [markdown]
# ## Why the sum is right
# Move b a little, by h, and look at e. It is moved twice: because c moves, and because d moves. Let one of them move at
# a time:

# %%
h = 0.001


def product(b_in_c, b_in_d):
    """Our e at a = 2, with two b's that can be moved one at a time."""
    return (2 + b_in_c) * (b_in_d + 1)


through_c = (product(1 + h, 1) - product(1, 1)) / h
through_d = (product(1, 1 + h) - product(1, 1)) / h
through_both = (product(1 + h, 1 + h) - product(1, 1)) / h
print(f"through c alone {through_c:.3f}, through d alone {through_d:.3f}, through both {through_both:.3f}")
assert np.allclose((through_c, through_d, through_both), (2, 3, 5 + h))

# %% [markdown]
# 2 and 3 and, together, 5; the 0.001 too much is h, and vanishes with it. This is the
# [chain rule](glossary.md#chain-rule) for functions of several variables,
#
# $$\frac{\partial e}{\partial b} = \frac{\partial e}{\partial c}\,\frac{\partial c}{\partial b} +
# \frac{\partial e}{\partial d}\,\frac{\partial d}{\partial b} = 2 \cdot 1 + 3 \cdot 1 = 5,$$
#
# and for a whole graph: multiply along each path, and add up the paths.

# %%
paths = viz.paths(e, b)
print(paths)
assert paths.gradient == 5
paths.draw()

# %% [markdown]
# ## Where it happens in networks
# Whatever is used several times gets a sum, and a network uses its [weights](glossary.md#weight) once for every
# [example](glossary.md#example). Take ŷ = w·x + b and the squared error of three examples, one by one:

# %%
w, b = Value(0.5), Value(0)
examples = [(1, 2), (2, 3), (3, 7)]
losses = [(w * x + b - y) ** 2 for x, y in examples]
J = ag.sum(losses)
J.backward()
shares = [2 * (w.data * x + b.data - y) for x, y in examples]  # what each example alone hands to b
print("∂J/∂b:", " + ".join(f"({share:g})" for share in shares), "=", f"{b.grad:g}")
assert b.grad == sum(shares) == -18

# %% [markdown]
# With `=` only the last example would count. The same sum hides in [broadcasting](glossary.md#broadcast): in
# Z = W X + B one B is added to every column, so its gradient is the sum over the columns. To forget that is a common
# slip in derivatives written by hand (`db = dz`, or a sum without `axis=1, keepdims=True`). Its shape gives it away.

# %%
X, Y = np.array([[1.0, 2.0, 3.0]]), np.array([[2.0, 3.0, 7.0]])
W, B = Tensor([[0.5]], "W"), Tensor([[0.0]], "B")
Z = W @ X + B
J = ag.sum((Z - Y) ** 2)
J.backward()
dz = 2 * (Z.numpy() - Y)
print("B.grad", B.grad, " dz", dz)
assert np.array_equal(B.grad, np.sum(dz, axis=1, keepdims=True))

comparison = viz.compare_gradients(J, {Z: dz, B: dz, W: dz @ X.T}, titles=("summed", "db = dz"))
print(comparison.verdict)
assert comparison.wrong == ("B",)
comparison

# %% [markdown]
# Every operation, then, is allowed to forget how often its inputs are used elsewhere. It hands down its own share, and
# `+=` is the only line that knows about the rest of the graph.
#
# ## To try
# 1. What does `assigning` give for b at a = 3, b = 4, in either order? Both are answers that an
#    [exercise](16_exercises.py) recognises:

# %%
a, b = Value(3), Value(4)
c = a + b
d = b + 1
e = c * d
question = viz.exercise(e, b)
print(question)
print(question.check(7))
assert question.check(12)

# %% [markdown]
# 2. `y = x * x * x` at x = 2: draw it, predict what `assigning` gives for x, and check. The list needs the node
#    between, too: `y.inputs[0]`.
# 3. Which graphs does `assigning` get right? Say it in a sentence, with the word *path*.
# 4. A weight that two layers share: let h = w·x and z = w·h. Find dz/dw at w = 3, x = 2 by the two paths, then with
#    `viz.paths(z, w)`.
#
# Next: [why zero_grad](19_why_zero_grad.py), where adding up goes on for longer than one wants.
