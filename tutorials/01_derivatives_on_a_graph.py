# %% [markdown]
# # Derivatives on a graph
#
# The expression e = (a + b)(b + 1), computed step by step, is a graph: every step is a node, and an edge leads
# from what a step uses to the step. Run the cells from top to bottom.

# %%
import viz
from autograd_mini import Value, check_rule, coth, csch, grad

a, b = Value(2), Value(1)
c = a + b
d = b + 1
e = c * d
e.data

# %% [markdown]
# Each edge has a derivative of its own, the *local* one: how much a step changes with one of its inputs. They are
# known as soon as the step is computed.

# %%
picture = viz.draw(e)
picture

# %% [markdown]
# The derivative of e by b is the sum over all paths from b to e of the product of the local derivatives on the path:
# 1 · 2 + 1 · 3 = 5. `backward()` computes it for every node at once, from e backwards.

# %%
e.backward()
assert (a.grad, b.grad, c.grad, d.grad) == (2, 5, 2, 3)
print(viz.draw(e))

# %% [markdown]
# A leaf collects gradients: a second `backward()` doubles them, until `zero_grad()`. Inner nodes show the last sweep's.

# %%
m = Value(2)
t = 3 * m
f = t**2
f.backward()
assert (m.grad, t.grad) == (36, 12)
f.backward()
assert (m.grad, t.grad) == (72, 12)

# %% [markdown]
# Functions can be differentiated too, as often as one likes.

# %%
assert grad(lambda x: x**3)(2.0) == 12
assert grad(grad(lambda x: x**3))(2.0) == 12
assert grad(grad(grad(lambda x: x**3)))(2.0) == 6

# %% [markdown]
# And a formula from a book can be checked. Some notes print coth′ = −csch; the square is missing.

# %%
check_rule(coth, lambda x: -(csch(x) ** 2))
try:
    check_rule(coth, lambda x: -csch(x))
except AssertionError as misprint:
    print(misprint)
