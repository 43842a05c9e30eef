# %% [markdown]
# # Forward and reverse mode
#
# The chain rule multiplies derivatives along the edges of a graph. One can start at an input and go forward, or at the
# output and go backward: the results are the same, the work is not. Before it:
# [derivatives on a graph](01_derivatives_on_a_graph.py).

# %%
import numpy as np

import autograd_mini as ag
import viz
from autograd_mini import Value

a, b = Value(2), Value(1)
c = a + b
d = b + 1
e = c * d

# %% [markdown]
# ## Forward: one input, everything that depends on it
#
# Let b move, and ask of every node how fast it moves along: ∂b/∂b = 1 to begin with, then ∂c/∂b = 1 and ∂d/∂b = 1, at
# last ∂e/∂b = 2 · 1 + 3 · 1 = 5. Such a derivative *by one input* is called a [tangent](glossary.md#tangent). The sweep
# goes in the order in which the numbers were computed.

# %%
viz.draw(e, mode="forward", wrt=b)

# %% [markdown]
# The derivative by a needs a sweep of its own, with ∂a/∂a = 1.

# %%
value, by_a = ag.jvp(lambda a, b: (a + b) * (b + 1), (2.0, 1.0), (1.0, 0.0))
value, by_b = ag.jvp(lambda a, b: (a + b) * (b + 1), (2.0, 1.0), (0.0, 1.0))
print(f"e = {value:g}, ∂e/∂a = {by_a:g}, ∂e/∂b = {by_b:g}")
assert (value, by_a, by_b) == (6, 2, 5)

# %% [markdown]
# ## Reverse: one output, everything it depends on
#
# Now ask of every node how fast *e* moves when that node does: ∂e/∂e = 1 to begin with, then ∂e/∂c = 2 and ∂e/∂d = 3,
# at last ∂e/∂a and ∂e/∂b, both from the one sweep. Such a derivative *of one output* is called a
# [cotangent](glossary.md#cotangent), or simply a gradient.

# %%
e.backward()
assert (a.grad, b.grad) == (2, 5)
viz.draw(e, flow="backward")

# %% [markdown]
# ## What it costs
#
# A sweep multiplies once for each edge that it uses. Side by side, with the longer of the two forward sweeps:

# %%
both = viz.compare_modes(e)
both

# %%
print(both)
assert (dict(both.by_input), dict(both.by_output)) == ({"a": 2, "b": 4}, {"e": 5})

# %% [markdown]
# Six against five is not much. But a neuron with its loss has many inputs and one output, and a network has thousands:

# %%
w1, w2, bias = Value(0.5), Value(-1.0), Value(0.1)
x1, x2, y = (Value(number, requires_grad=False) for number in (2.0, 3.0, 1.0))
z = w1 * x1 + w2 * x2 + bias
loss = (ag.sigmoid(z) - y) ** 2
neuron = viz.compare_modes(loss)
print(neuron)

# %% [markdown]
# The other way round, with one input and several outputs, forward mode wins: a point runs along a spiral, and its
# place (x, y) depends on the time t alone.

# %%
t = Value(2.0)
angle = 3 * t
radius = ag.exp(-t / 4)
x = radius * ag.cos(angle)
y = radius * ag.sin(angle)
spiral = viz.compare_modes([x, y])
print(spiral)
assert sum(n for _, n in spiral.by_input) < sum(n for _, n in spiral.by_output)

# %% [markdown]
# So for n inputs and k outputs: n forward sweeps or k reverse ones. Learning has millions of weights and one loss, and
# this is the reason why it uses reverse mode. The price is memory. A reverse sweep begins where the forward pass ends,
# so all that was computed on the way has to be kept until then. A forward sweep goes along and keeps nothing.
#
# ## The Jacobian, by columns and by rows
#
# A function with several inputs and outputs has a table of derivatives, the [Jacobian](glossary.md#jacobian): a row for
# each output, a column for each input. Here is one from two numbers to three.


# %%
def f(x, y):
    t = x * y
    return t + x, t**2, 2 * t


x, y = Value(2), Value(3)
p, q, r = f(x, y)
viz.draw([p, q, r], mode="forward", wrt=x)

# %% [markdown]
# The tangents of p, q and r are the first column: 4, 36, 6. (The arrow ∂p/∂x = 1 is only the direct way from x to p;
# dp/dx = 4 is the sum of both ways.) A forward sweep gives a column. `ag.jvp` is one forward sweep: it takes the
# function, the point, and the tangents of the inputs.

# %%
columns = [ag.jvp(f, (2.0, 3.0), tangents)[1] for tangents in [(1.0, 0.0), (0.0, 1.0)]]
for name, column in zip("xy", columns, strict=True):
    print(f"by {name}:", *column)

# %% [markdown]
# A reverse sweep gives a row. `ag.vjp` computes the function and gives, beside its value, another function, the
# [pullback](glossary.md#pullback): it takes cotangents of the outputs back to the inputs.

# %%
outputs, pull_back = ag.vjp(f, 2.0, 3.0)
rows = [pull_back(cotangents) for cotangents in [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)]]
for name, row in zip("pqr", rows, strict=True):
    print(f"of {name}:", *row)

J = np.array(rows)
assert np.array_equal(J, np.array(columns).T)
assert np.array_equal(J, [[4, 2], [36, 24], [6, 4]])
assert outputs == (8, 36, 12)

# %% [markdown]
# Two columns or three rows: here forward mode is cheaper.

# %%
table = viz.compare_modes([p, q, r])
print(table)
assert (sum(n for _, n in table.by_input), sum(n for _, n in table.by_output)) == (9, 10)

# %% [markdown]
# One sweep need not start with a single 1. With the tangents (1, 10) it gives the derivative along that direction,
# J · (1, 10): hence the name [jvp](glossary.md#jvp), *Jacobian-vector product*. With the cotangents (1, 10, 100) the
# other gives (1, 10, 100) · J, the gradient of p + 10q + 100r: [vjp](glossary.md#vjp), *vector-Jacobian product*. The
# Jacobian itself is never made; for a layer with a thousand neurons it would have a million entries.

# %%
along = ag.jvp(f, (2.0, 3.0), (1.0, 10.0))[1]
mixed = pull_back((1.0, 10.0, 100.0))
print("along (1, 10):", *along)
print("of p + 10q + 100r:", *mixed)
assert np.array_equal(along, J @ [1, 10])
assert np.array_equal(mixed, [1, 10, 100] @ J)

# %% [markdown]
# When one wants the whole table, `ag.jacobian` makes it, row by row.


# %%
def of_array(x):
    return ag.stack([x[0] * x[1] + x[0], (x[0] * x[1]) ** 2, 2 * x[0] * x[1]])


ag.jacobian(of_array)(np.array([2.0, 3.0]))

# %%
assert np.allclose(ag.jacobian(of_array)(np.array([2.0, 3.0])), J)

# %% [markdown]
# ## Both at once
#
# The second derivatives of a function of n numbers are a table of n · n, the [Hessian](glossary.md#hessian) H. Often
# one needs only H · v: how the *gradient* changes along v. The gradient is a function like any other, computed by a
# reverse sweep; so send a tangent forward through that sweep. This is *forward over reverse*, and it costs a few
# gradients, however large n is; the whole table costs n times that.


# %%
def g(x):
    return np.sum(x**3) + x[0] * x[1]


at, v = np.array([1.0, 2.0]), np.array([1.0, 10.0])
_, curved = ag.jvp(ag.grad(g), (at,), (v,))
print(curved)
assert np.allclose(curved, [16, 121])  # H = [[6, 1], [1, 12]]
assert np.allclose(curved, ag.hessian(g)(at) @ v)
assert np.allclose(curved, ag.hvp(g)(at, v))  # the same, by name

# %% [markdown]
# ## Why sweeps, and not paths?
#
# The derivative is a sum over all paths. Each line below doubles a number; three of them make 2 · 2 · 2 = 8 paths.

# %%
start = Value(1)
h = start
for _ in range(3):
    h = h + h
h.backward()
assert viz.paths(h, start).count == 8
viz.draw(h)

# %% [markdown]
# Sixty of them make 2⁶⁰ paths. At a million paths a second, adding them up would take more than 36,000 years. A sweep
# visits each edge once, in either direction, because it adds up what arrives at a node before it goes on from there.

# %%
start = Value(1)
h = start
for _ in range(60):
    h = h + h
h.backward()
many = viz.paths(h, start)
print(f"{many.count:,} paths, but {many.edges} edges; the gradient is {start.grad:,.0f}")
assert start.grad == many.count == 2**60


# %%
def doubled(x):
    for _ in range(60):
        x = x + x
    return x


assert ag.jvp(doubled, (1.0,), (1.0,)) == (2.0**60, 2.0**60)

# %% [markdown]
# ## Try it yourself
#
# 1. Draw `viz.draw(e, mode="forward", wrt=a)`. Why is one node's tangent 0?
# 2. A function has 5 inputs and 3 outputs. How many sweeps does each mode need for the whole Jacobian? Build one and
#    ask `viz.compare_modes`. Is the mode with fewer sweeps always the one with fewer multiplications?
# 3. What does `ag.jvp(f, (2.0, 3.0), (0.0, 0.0))` give, and why?
# 4. Compute the second column of H of g above by `ag.hvp`, without the first.
# 5. Answer the question below rightly. Which mistake gives 1, and which 5?

# %%
question = viz.exercise(p, x)
print(question)
print(question.check(3))

# %% [markdown]
# Next: [second derivatives](13_second_derivatives.py), and what they are good for.
