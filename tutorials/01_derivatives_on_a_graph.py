# %% [markdown]
# # Derivatives on a graph
#
# The expression e = (a + b)(b + 1), computed step by step at a = 2, b = 1, and its derivatives, in every way one can
# look at them. You need a little Python and the derivatives of a sum and of a product. Run the cells from top to
# bottom; change the numbers, and run them again. Lines with `assert` check the page's own numbers: when you change
# them, those lines stop, so delete them.

# %%
import autograd_mini as ag
import viz
from autograd_mini import Value

a, b = Value(2), Value(1)
c = a + b
d = b + 1
e = c * d
viz.draw(e)

# %% [markdown]
# That is a [computation graph](glossary.md#computation-graph). Every box is a [node](glossary.md#node): a number, and
# how it came about. The inputs a and b came from nowhere; they are the [leaves](glossary.md#leaf). An arrow, an
# [edge](glossary.md#edge), leads from what a step uses to the step. The picture takes the names from your variables,
# and it is there as soon as you compute: `e` is a number that remembers where it came from.

# %%
print(c.data, d.data, e.data)
assert (c.data, d.data, e.data) == (3, 2, 6)

# %% [markdown]
# ## One derivative on each edge
#
# Each edge carries a [local derivative](glossary.md#local-derivative): how fast a step changes with *one* of the
# numbers that it uses, the others held still. A sum changes as fast as its terms, so ∂c/∂a = ∂c/∂b = ∂d/∂b = 1. For
# the product e = c·d the one factor's derivative is the other factor: ∂e/∂c = d = 2 and ∂e/∂d = c = 3. With
# `edges="both"` the edges show the formula beside the number.

# %%
print("of c:", c.partials, "of d:", d.partials, "of e:", e.partials)
assert (c.partials, d.partials, e.partials) == ((1, 1), (1, None), (2, 3))  # the 1 of b + 1 is no node

# %%
viz.draw(e, edges="both")

# %% [markdown]
# ## The sum over all paths
#
# If b grows a little, e changes by way of c *and* by way of d. Along one [path](glossary.md#path) each step multiplies
# the change that reaches it by its local derivative, and over all paths the products add up. That is the
# [chain rule](glossary.md#chain-rule). By a and by b, that is, with respect to them, e has the derivatives
#
# ∂e/∂a = 1·2 = 2 and ∂e/∂b = 1·2 + 1·3 = 5.

# %%
print(viz.paths(e, a))
print()
print(viz.paths(e, b))

# %%
viz.paths(e, b).draw(1, show=("value", "local"))  # the second one, counted from 0

# %% [markdown]
# Is it true? Move b a little to either side, and divide the change of e by that of b. No graph is needed for that.


# %%
def f(a, b):
    return (a + b) * (b + 1)


h = 1e-4
slope = (f(2, 1 + h) - f(2, 1 - h)) / (2 * h)
print(f"e changes {slope:.6f} times as fast as b")
assert abs(slope - 5) < 1e-6

# %% [markdown]
# `explain` writes down the whole calculation, for whatever you have computed: of each step the rule, what is put in,
# and the number; then the chain rule; then the derivative as one formula. `viz.explain(e, b).latex` is for slides.

# %%
print(viz.explain(e, b))

# %% [markdown]
# ## Backward: one sweep for all inputs
#
# Paths are good for understanding, but a larger graph has more of them than one can count. `backward()` visits each
# node once. It begins at the end with ∂e/∂e = 1 and goes back against the arrows: each node hands on its own
# derivative, times the local one, to what it was computed from, and what arrives at a node is added up. So b receives
# 1·2 from c and 1·3 from d. Afterwards each node has its derivative of e, its [gradient](glossary.md#gradient), in
# `.grad`.

# %%
e.zero_grad()  # should this cell have run before: see "Leaves collect", below
e.backward()
print(viz.draw(e))
assert (a.grad, b.grad, c.grad, d.grad, e.grad) == (2, 5, 2, 3, 1)

# %%
viz.draw(e, flow="backward")

# %% [markdown]
# `animate` plays both sweeps: first values appear from left to right, then gradients flow back, edge by edge.
# `print` gives the sentences below its pictures.

# %%
sweeps = viz.animate(e)
print(sweeps)

# %%
sweeps

# %% [markdown]
# ## Forward: one sweep for each input
#
# One can also walk with the computation, and ask at each node how fast it changes with b. These derivatives are called
# [tangents](glossary.md#tangent): ∂b/∂b = 1, then ∂c/∂b = 1 and ∂d/∂b = 1, at last ∂e/∂b = 1·2 + 1·3 = 5.

# %%
viz.draw(e, mode="forward", wrt=b)

# %% [markdown]
# Now the sum over paths is formed from their beginning instead of from their end. The result is the same, but ∂e/∂a
# needs a second sweep, from a. `jvp` is a forward sweep over a function: it gives the value, and the tangent in the
# direction that you name, here along a and then along b.

# %%
along_a, along_b = ag.jvp(f, (2.0, 1.0), (1.0, 0.0)), ag.jvp(f, (2.0, 1.0), (0.0, 1.0))
print(along_a, along_b)
assert (along_a, along_b) == ((6, 2), (6, 5))

# %% [markdown]
# A network may have a million inputs (its weights) and has one output (its loss). So it learns by the backward sweep.
# [Forward and reverse mode](12_forward_and_reverse_mode.py) has a page of its own.

# %%
modes = viz.compare_modes(e)
print(modes)

# %%
modes

# %% [markdown]
# ## A page to step through
#
# `viz.step` makes a page on which you go through both sweeps at your own pace, drag a and b, and guess each number
# before it is shown. It is one file, it needs no network, and it can be given to somebody who has no Python.

# %%
page = viz.step(e)
page

# %% [markdown]
# Everything on this page can be saved: `viz.draw(e).save("e.svg")`, where the ending of the name says as what, `.svg`,
# `.png` or `.pdf`; `sweeps.save("e.gif")`; `page.save("e.html")`. With `size="slide"` a picture is 16:9; of a larger
# graph leave the edges' numbers out then, by `show=("value", "grad")`. `frames()` are pictures for slides that follow
# each other: first the boxes, then values, local derivatives, gradients.

# %%
slides = viz.draw(e, size="slide").frames()
print(len(slides), "slides")

# %% [markdown]
# ## Leaves collect
#
# A second `backward()` *adds* to the gradients of the leaves; inner nodes show those of the last sweep. That is
# wanted where a loss comes in parts; where it is not, call `zero_grad()` before.
# [Why zero_grad](19_why_zero_grad.py) shows what happens to those who forget it.

# %%
m = Value(2)
t = 3 * m
y = t**2
y.backward()
print(m.grad, t.grad)  # dy/dm = 2t·3 = 36, dy/dt = 2t = 12
assert (m.grad, t.grad) == (36, 12)
y.backward()
print(m.grad, t.grad)
assert (m.grad, t.grad) == (72, 12)
y.zero_grad()
y.backward()
assert m.grad == 36  # as at first

# %% [markdown]
# ## Derivatives of functions
#
# `grad` makes a function's derivative a function again, which you can differentiate as often as you like: x³, then
# 3x², 6x, and 6. Of several inputs it takes the first, or those you number.


# %%
def cube(x):
    return x**3


print(ag.grad(cube)(2.0), ag.grad(ag.grad(cube))(2.0), ag.grad(ag.grad(ag.grad(cube)))(2.0))
print(ag.grad(f, (0, 1))(2.0, 1.0))
assert (ag.grad(cube)(2.0), ag.grad(ag.grad(cube))(2.0), ag.grad(ag.grad(ag.grad(cube)))(2.0)) == (12, 12, 6)
assert ag.grad(f, (0, 1))(2.0, 1.0) == (2, 5)

# %% [markdown]
# ## Try it yourself
#
# 1. What is ∂e/∂b at a = 3, b = 4? Work it out on paper, then ask. A wrong answer is told what went wrong:

# %%
a, b = Value(3), Value(4)
c = a + b
d = b + 1
e = c * d
question = viz.exercise(e, b)
print(question)
print(question.check(5))
print(question.check(12))
assert question.check(12)

# %% [markdown]
# 2. Draw g = (a + b)(a − b) at a = 3, b = 2. How many paths lead from b to g? Check with `viz.paths`.
# 3. Draw x·x at x = 3. Why does the picture have two edges from x, and what does that say about (x²)′ = 2x?
# 4. Build a graph with two inputs and two outputs, and call `viz.compare_modes([f, g])`. Which mode is cheaper?
#
# Next: [the rules](02_rules_and_misprints.py), and what is misprinted in lecture notes.
