# %% [markdown]
# # Why a topological order?
#
# `backward()` visits every node once, and a node only after all that use it. This page breaks that rule on purpose,
# three times, and shows what goes wrong and at which node first. Before it: [derivatives on a
# graph](01_derivatives_on_a_graph.py); the engine written from nothing is [another page](14_an_engine_in_60_lines.py).

# %%
import sys

import viz
from autograd_mini import Value

a = Value(2)
b = a + 1
c = 2 * b
e = b * c
e.backward()
print(f"e = {e.data:g}, ∂e/∂b = {b.grad:g}, ∂e/∂a = {a.grad:g}")
assert (b.grad, a.grad) == (12, 12)
viz.draw(e)

# %% [markdown]
# Here b is used twice: by e at once, and by c, which e uses as well. Its [gradient](glossary.md#gradient), the
# derivative of e by it, is the sum over both [paths](glossary.md#path): 6 + 3 · 2 = 12.
#
# A [node](glossary.md#node) is data: `inputs` are the nodes that it was computed from, and `partials` the
# [local derivatives](glossary.md#local-derivative), the numbers on the edges (None where an input is just a number).
# That is all that an engine needs, so a broken one is a few lines.


# %%
def edges_below(node):
    """The inputs of a node, each with the derivative on its edge."""
    return [(x, derivative) for x, derivative in zip(node.inputs, node.partials, strict=True) if derivative is not None]


edges_below(e)

# %% [markdown]
# ## First attempt: depth first, every node once
# Go down from the output, hand every node's gradient on to its inputs, and remember who has been visited.


# %%
def depth_first(node, gradients, visited):
    """Hand on what a node has got so far, then go down to its inputs."""
    visited.add(node)
    for x, derivative in edges_below(node):
        gradients[x] = gradients.get(x, 0) + gradients[node] * derivative
    for x, _ in edges_below(node):
        if x not in visited:
            depth_first(x, gradients, visited)


gradients = {e: 1}
depth_first(e, gradients, set())
comparison = viz.compare_gradients(e, gradients, titles=("right", "depth first"))
print(comparison)
assert comparison.wrong == ("a",)
comparison

# %% [markdown]
# b is right in the end, 12; a is wrong. The sweep went from e to b first, and b handed on to a the 6 that it had then.
# Later c handed b its other 6, but b had been visited: nobody told a. *A node was handed on before all of its gradient
# had arrived.*
#
# The nasty part: with the factors swapped, c is visited first, and every number is right. A bug that depends on the
# order in which a product is written is found by no test that happens to write it the other way.

# %%
swapped = c * b
gradients = {swapped: 1}
depth_first(swapped, gradients, set())
lucky = viz.compare_gradients(swapped, gradients)
print(lucky.verdict)
assert lucky.wrong == ()

# %% [markdown]
# ## Second attempt: hand on at every visit
# So let a node hand its gradient on again whenever something arrives.


# %%
def at_every_visit(node, gradients):
    """Hand on what a node has got so far, as often as it is reached."""
    for x, derivative in edges_below(node):
        gradients[x] = gradients.get(x, 0) + gradients[node] * derivative
        at_every_visit(x, gradients)


gradients = {e: 1}
at_every_visit(e, gradients)
comparison = viz.compare_gradients(e, gradients, titles=("right", "at every visit"))
print(comparison)
assert comparison.wrong == ("a",)
comparison

# %% [markdown]
# Now a gets too much: 6 at b's first visit, and 12 at the second, in which the first 6 are counted again.
#
# ## Third attempt: hand on what is new
# The remedy is to hand on only what has just arrived. That is the sum over all paths, one after the other, and right.


# %%
def along_every_path(node, arriving, gradients):
    """Hand on what arrives, as often as something does; gives the number of visits."""
    gradients[node] = gradients.get(node, 0) + arriving
    return 1 + sum(along_every_path(x, arriving * derivative, gradients) for x, derivative in edges_below(node))


gradients = {}
visits = along_every_path(e, 1, gradients)
print(f"{visits} visits:", viz.compare_gradients(e, gradients).verdict)

# %% [markdown]
# But there may be very many paths. Every x = x + x doubles their number:


# %%
def doubled(times):
    """x, and x doubled so many times."""
    x = y = Value(1)
    for _ in range(times):
        y = y + y
    return x, y


for times in (1, 2, 4, 8, 16):
    x, y = doubled(times)
    visits = along_every_path(y, 1, {})
    print(f"{times:2} doublings: {visits:7,} visits along {viz.paths(y, x).edges} edges")
    assert visits == 2 ** (times + 1) - 1

x, y = doubled(60)
print(f"60 doublings: {viz.paths(y, x).count:,} paths along {viz.paths(y, x).edges} edges")
y.backward()
assert x.grad == 2**60

# %% [markdown]
# At a million visits in a second, 60 doublings would take 70,000 years. `backward()` took one multiplication for each
# of the 120 edges, because it adds up at each node what comes from above *before* it goes on.
#
# ## What is right and quick: wait until all have arrived
# Count how many edges lead from each node to its users. A node is ready when as many contributions have arrived. The
# order in which the nodes become ready is a [topological order](glossary.md#topological-order), from the
# [root](glossary.md#root) down: no node before any that uses it.


# %%
def in_order(root):
    """The gradient of every node, each handed on once, when it is complete."""
    waiting, reached = {root: 0}, [root]
    for node in reached:  # grows while it is walked
        for x, _ in edges_below(node):
            if x not in waiting:
                reached.append(x)
            waiting[x] = waiting.get(x, 0) + 1
    gradients, ready = {root: 1}, [root]
    for node in ready:
        for x, derivative in edges_below(node):
            gradients[x] = gradients.get(x, 0) + gradients[node] * derivative
            waiting[x] -= 1
            if waiting[x] == 0:
                ready.append(x)
    return gradients


print(viz.compare_gradients(e, in_order(e)).verdict)
assert in_order(y)[x] == 2**60

# %% [markdown]
# There is no recursion in it either, and that matters. micrograd sorts its nodes by a function that calls itself; it is
# right, but Python allows a function to call itself only so often.


# %%
def sorted_by_recursion(node, order, visited):
    """Put a node into the order, after all that it was computed from."""
    if node not in visited:
        visited.add(node)
        for x, _ in edges_below(node):
            sorted_by_recursion(x, order, visited)
        order.append(node)


def chain(length):
    """x, and a sum of so many terms that begins with it."""
    x = y = Value(1)
    for _ in range(length):
        y = y + 1
    return x, y


limit = sys.getrecursionlimit()
sys.setrecursionlimit(1000)  # Python's own; notebooks may have set a higher one
x, y = chain(1000)
try:
    sorted_by_recursion(y, [], set())
except RecursionError as error:
    print("a sum of 1,000 terms:", type(error).__name__)
finally:
    sys.setrecursionlimit(limit)

x, y = chain(100_000)
y.backward()
assert in_order(y)[x] == x.grad == 1
print("a sum of 100,000 terms, without recursion:", x.grad)

# %% [markdown]
# A thousand steps are not many: the loss over a thousand examples, added up one by one, is such a chain.
#
# ## To try
# 1. For e = b · c with b = a · a, c = b + a at a = 3, which nodes does `depth_first` get wrong? Draw the graph, say
#    it beforehand, then ask `viz.compare_gradients`.
# 2. Find a graph of ten nodes on which `at_every_visit` is right. What do they have in common?
# 3. `in_order` visits a node when its last user has been there. Print the order for the graph above, and find another
#    one that would be right as well.
# 4. Let `along_every_path` count its visits on a network: `nn.MLP(2, [4, 4, 1])` from `autograd_mini.nn`. How many
#    paths lead from the output to one of the inputs, and how many edges are there (`viz.paths(y, x)`)?
#
# Next: [why gradients add up](18_why_gradients_add_up.py).
