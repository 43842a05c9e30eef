# %% [markdown]
# # An engine in 60 lines
#
# What computes ∂e/∂b is a short program. This page writes one from nothing, in 60 lines, and compares it with
# autograd_mini; then it shows, one step at a time, what the larger one does beyond, and in which file. You need
# [derivatives on a graph](01_derivatives_on_a_graph.py), and Python's classes, dictionaries and lambdas.

# %%
import gc
import inspect
import math
import operator

import numpy as np

import autograd_mini as ag
import viz
from autograd_mini import Value

# %% [markdown]
# ## The table
#
# All the calculus is here: for each [operation](glossary.md#operation) how it is computed, and its [local
# derivative](glossary.md#local-derivative) by each input. It is given the inputs and the result, and an underscore
# stands for what it doesn't need: of eˣ the derivative is the result itself, of tanh it is 1 − tanh².

# %%
TABLE = {
    "add": (operator.add, lambda *_: (1.0, 1.0)),
    "sub": (operator.sub, lambda *_: (1.0, -1.0)),
    "mul": (operator.mul, lambda x, y, _: (y, x)),
    "truediv": (operator.truediv, lambda _, y, out: (1.0 / y, -out / y)),
    "neg": (operator.neg, lambda *_: (-1.0,)),
    "exp": (math.exp, lambda _, out: (out,)),
    "log": (math.log, lambda x, _: (1.0 / x,)),
    "tanh": (math.tanh, lambda _, out: (1.0 - out * out,)),
    "relu": (lambda x: max(0.0, x), lambda x, _: (1.0 if x > 0 else 0.0,)),
}

# %% [markdown]
# ## A node is data
#
# A [node](glossary.md#node) holds a number, the name of the operation that made it, and the nodes that this was made
# of, in order; x·x has x twice. To apply an operation is to compute the number and to write down the rest.


# %%
class Node:
    """A number, the name of the operation that made it, and the nodes it was made of."""

    def __init__(self, data, op="", inputs=()):
        self.data, self.op, self.inputs, self.grad = data, op, inputs, None


def apply(op, *operands):
    """The node that an operation makes of nodes and numbers."""
    inputs = tuple(x if isinstance(x, Node) else Node(x) for x in operands)
    value, _ = TABLE[op]
    return Node(value(*(x.data for x in inputs)), op, inputs)


def partials(node):
    """The local derivative by each input."""
    if not node.inputs:
        return ()
    _, derivatives = TABLE[node.op]
    return derivatives(*(x.data for x in node.inputs), node.data)


# %% [markdown]
# Python calls `x.__add__(y)` for x + y, and `y.__radd__(1)` for 1 + y. These methods, and `x.tanh()`, follow from the
# table.


# %%
def install(name):
    """Give nodes the operator, or the method, of this name."""

    def method(self, *others):
        return apply(name, self, *others)

    def reflected(self, other):
        return apply(name, other, self)

    if hasattr(operator, name):
        setattr(Node, f"__{name}__", method)
        setattr(Node, f"__r{name}__", reflected)
    else:
        setattr(Node, name, method)


for name in TABLE:
    install(name)

# %% [markdown]
# ## The order, and the sweep
#
# A node may hand its gradient on only when it is complete, so every node has to come after all that use it: a
# [topological order](glossary.md#topological-order), backwards ([why](17_why_a_topological_order.py)). A list serves as
# the stack, because a function that calls itself ends at a depth of 1,000. Then the whole of [reverse
# mode](glossary.md#reverse-mode) is one line of the chain rule: each input's gradient grows by the gradient of the node
# times the local derivative ([why added](18_why_gradients_add_up.py)).


# %%
def topological(root):
    """Every node that the root was made of, inputs first."""
    order, finished, stack = [], set(), [root]
    while stack:
        waiting = [x for x in stack[-1].inputs if x not in finished]
        stack.extend(waiting)
        if not waiting:
            node = stack.pop()
            if node not in finished:
                finished.add(node)
                order.append(node)
    return order


def backward(root):
    """Set the gradient of every node: the derivative of the root by it."""
    order = topological(root)
    for node in order:
        node.grad = 0.0
    root.grad = 1.0
    for node in reversed(order):
        for x, partial in zip(node.inputs, partials(node), strict=True):
            x.grad += node.grad * partial


# %% [markdown]
# That is all. How many lines are these cells?


# %%
def code_lines(function):
    """How many lines of code are in the cell that a function is in, blank lines not counted."""
    lines, number = inspect.findsource(function)
    cell = "".join(lines[:number]).split("# %%")[-1] + "".join(lines[number:]).split("# %%")[0]
    return sum(bool(line.strip()) and not line.startswith("#") for line in cell.splitlines())


lines = sum(map(code_lines, (TABLE["mul"][1], apply, install, backward)))
print(f"the engine has {lines} lines")
assert lines == 60

# %%
a, b = Node(2.0), Node(1.0)
e = (a + b) * (b + 1)
backward(e)
print(f"∂e/∂a = {a.grad:g}, ∂e/∂b = {b.grad:g}")
assert (a.grad, b.grad) == (2, 5)

# %% [markdown]
# ## Is it right?
#
# Three answers to the same question should agree: this engine's, autograd_mini's, and [finite
# differences](glossary.md#finite-difference), which know no rule at all: (f(x + h) − f(x − h)) / 2h.


# %%
def gradient(f, numbers, kind, sweep):
    """By an engine: a kind of node, and its backward sweep."""
    leaves = [kind(number) for number in numbers]
    sweep(f(*leaves))
    return [leaf.grad for leaf in leaves]


def differences(f, numbers, h=1e-6):
    """By moving each number a little to both sides."""

    def f_at(i, number):
        return f(*map(Value, [*numbers[:i], number, *numbers[i + 1 :]])).data

    return [(f_at(i, x + h) - f_at(i, x - h)) / (2 * h) for i, x in enumerate(numbers)]


def loss(w1, w2, b, x1=2.0, x2=3.0, y=1.0):
    """One logistic neuron, and its cross entropy."""
    z = w1 * x1 + w2 * x2 + b
    a = 1 / (1 + (-z).exp())
    return -(y * a.log() + (1 - y) * (1 - a).log())


def mlp(*weights):
    """A network with two inputs, three tanh units and one relu unit."""
    x = (0.5, -1.0)
    hidden = [(weights[i] * x[0] + weights[i + 1] * x[1] + weights[i + 2]).tanh() for i in (0, 3, 6)]
    total = weights[12]
    for h, w in zip(hidden, weights[9:12], strict=True):
        total = total + w * h
    return total.relu()


weights = np.random.default_rng(1).normal(size=12).tolist()
for title, f, numbers in (
    ("(a + b)(b + 1)", lambda a, b: (a + b) * (b + 1), [2.0, 1.0]),
    ("x·x", lambda x: x * x, [3.0]),
    ("one neuron", loss, [0.5, -1.0, 0.1]),
    ("a network", mlp, [*weights, 2.0]),
):
    ours = gradient(f, numbers, Value, Value.backward)
    found = gradient(f, numbers, Node, backward)
    error = max(abs(x - y) for x, y in zip(ours, found, strict=True))
    rough = max(abs(x - y) for x, y in zip(ours, differences(f, numbers), strict=True))
    print(
        f"{title:15} {len(numbers):2} gradients  engines agree to 1e-12: {error <= 1e-12}  differences: {rough < 1e-8}"
    )
    assert error <= 1e-12
    assert rough < 1e-8

# %% [markdown]
# ## Forward mode from the same table
#
# [Forward mode](glossary.md#forward-mode) goes through the same nodes in the other direction: the
# [tangent](glossary.md#tangent) of a node, its derivative by one chosen leaf, is the sum of its inputs' tangents times
# the local derivatives. No new calculus is needed, only nine more lines. One sweep forward answers for one input and
# every result, one sweep backward for one result and every input ([forward and reverse
# mode](12_forward_and_reverse_mode.py)).


# %%
def forward(root, leaf):
    """The derivative of the root by a leaf."""
    tangent = {}
    for node in topological(root):
        if node is leaf:
            tangent[node] = 1.0
        else:
            tangent[node] = sum(tangent[x] * d for x, d in zip(node.inputs, partials(node), strict=True))
    return tangent[root]


print("forward:", forward(e, a), forward(e, b))
assert code_lines(forward) <= 14
assert (forward(e, a), forward(e, b)) == (a.grad, b.grad)

# %% [markdown]
# ## Beyond 60 lines
#
# What is left to do, then? What follows are the steps from here to autograd_mini, each with the file to read.
#
# **The table as formulas** (`rules.py`, `expr.py`). A lambda computes and does nothing else. A row of ours is a
# formula, which is data too: it is printed on edges and as LaTeX, and made into code for floats, arrays and browsers.

# %%
t = ag.tanh(Value(0.5))
print(t.rule)
print(t.rule.derivative(0).latex())
assert str(t.rule) == "tanh(x): d/dx = 1 - out**2"

# %% [markdown]
# **Derivatives kept at the forward pass** (`value.py`). The 60 lines look the numbers up when they go backwards. If one
# was changed in the meantime, as training does with weights, the derivative is that of a computation that never took
# place. A Value keeps its local derivatives as soon as it is computed.

# %%
x, v = Node(3.0), Value(3.0)
y, u = x * x, v * v
x.data = v.data = 100.0
backward(y)
u.backward()
print(f"x·x was computed at 3; its derivative there: 60 lines {x.grad:g}, autograd_mini {v.grad:g}")
assert (x.grad, v.grad) == (200, 6)

# %% [markdown]
# **No closures** (`value.py`). Engines often give each node a function that knows how to go back. It refers to the
# node, and the node to it: a cycle, which is not freed when the last name is gone, but only when Python's garbage
# collector comes by. Our nodes, and those above, are freed at once.


# %%
def add_with_closure(x, y):
    """Add as engines with closures do."""
    out = Node(x.data + y.data, "add", (x, y))

    def hand_on():
        x.grad += out.grad
        y.grad += out.grad

    out.hand_on = hand_on
    return out


def left_for_the_collector(add, one):
    """How many objects are left when a chain of additions is forgotten."""
    gc.collect()
    total = one
    for _ in range(1000):
        total = add(total, one)
    del total
    return gc.collect()


gc.disable()
for title, add, one in (
    ("with closures", add_with_closure, Node(1.0)),
    ("these 60 lines", operator.add, Node(1.0)),
    ("autograd_mini", operator.add, Value(1.0)),
):
    left = left_for_the_collector(add, one)
    print(f"{title:15} leaves a thousand cycles: {left >= 1000}")
    assert (left >= 1000) == (add is add_with_closure)
gc.enable()

# %% [markdown]
# **Counting instead of sorting** (`reverse.py`). The order needs a list and a set as long as the graph. Ours counts how
# many consumers each node has, and takes a node when the last of them has handed on its part: a topological
# order, too, with one small number in each node.
#
# **A [neuron](glossary.md#neuron)'s sum is one node** (`nary.py`). w₁x₁ + w₂x₂ + w₃x₃ + b is six operations in the 60
# lines. `ag.dot` is one, whose local derivatives are the x's and the w's: quicker, and what a lecture draws.

# %%
w1, w2, w3, b = (Value(number) for number in (0.5, -1.0, 0.5, 0.1))
z = ag.dot([w1, w2, w3], [1.0, 2.0, 3.0], b)
output = ag.tanh(z)
output.backward()
assert z.partials == (1, 2, 3, None, None, None, 1)  # by w₁, w₂, w₃, the three numbers, b
viz.draw(output)

# %% [markdown]
# **Arrays** (`tensor.py`, `linear.py`). The rows work on arrays as they stand. Two things are new. An array that was
# repeated by [broadcasting](glossary.md#broadcast) gets the sum of its copies' gradients; that is done in one place,
# not in every row ([arrays and broadcasting](05_arrays_and_broadcasting.py)). And a sum, an index, a matrix product are
# no elementwise rows but [linear operations](glossary.md#linear-operation): each is written with its
# [transpose](glossary.md#transpose), which is what reverse mode needs. That of x[index] puts gradients back in place.

# %%
column, x = ag.Tensor([[10.0], [20.0]]), ag.Tensor([1.0, 2.0, 3.0, 4.0])
(column * np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])).sum().backward()
x[1:3].sum().backward()
print(column.grad.tolist(), x.grad.tolist())
assert column.grad.tolist() == [[6], [15]]
assert x.grad.tolist() == [0, 1, 1, 0]

# %% [markdown]
# **Higher orders** (`higher.py`). Run the derivatives of the table on nodes instead of numbers, and gradients are
# nodes, which can be differentiated again. Even the 60 lines can do so: `1.0 - out * out` doesn't ask what `out` is;
# only relu's `x > 0` does. Formulas have no such holes ([second derivatives](13_second_derivatives.py)).


# %%
def gradient_graph(root, leaf):
    """The gradient as a node."""
    gradients = {root: Node(1.0)}
    for node in reversed(topological(root)):
        if node.inputs:
            _, derivatives = TABLE[node.op]
            for x, partial in zip(node.inputs, derivatives(*node.inputs, node), strict=True):
                gradients[x] = gradients.get(x, 0.0) + gradients[node] * partial
    return gradients[leaf]


x = Node(0.5)
first = gradient_graph(x.tanh(), x)
second = gradient_graph(first, x)
third = gradient_graph(second, x)
wanted = ag.grad(ag.grad(ag.grad(ag.tanh)))(0.5)
print(f"tanh‴(0.5) = {third.data:.6f}, and by ag.grad three times {wanted:.6f}")
assert abs(third.data - wanted) < 1e-12

# %% [markdown]
# **Programs** (`programs/`, `source/`). A graph is a record of what was computed, so it can be printed as the program
# that you would have written by hand, or replayed without building nodes (`ag.jit`), or over a whole batch (`ag.vmap`).

# %%
a, b = Value(2.0), Value(1.0)
e = (a + b) * (b + 1)
print(ag.to_python(e))

# %% [markdown]
# ## To try by yourself
#
# 1. Add a row for the sigmoid to `TABLE` and call `install("sigmoid")`. Compare with `ag.sigmoid`.
# 2. Add `pow`. Which derivative by y fails where x is negative? What does `rules.py` do about it?
# 3. Write `x.grad = …` instead of `x.grad += …` in `backward`. Which of the four comparisons notices?
# 4. `nn.MLP(2, [3, 1], activation="tanh")` has `parameters()`: rebuild its output with `Node`, and compare.
#
# Next: [coming from elsewhere](15_coming_from_elsewhere.py), or [adding an operation](21_adding_an_operation.py).
