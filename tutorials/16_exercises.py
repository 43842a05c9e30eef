# %% [markdown]
# # Exercises
#
# Questions with checked answers, in the order of the course. A right answer is told to be right; to a wrong one the
# page says what was done to get it: every mistake that gives this very number. Answer with pen and paper first.
# What you need is on the pages before, from [derivatives on a graph](01_derivatives_on_a_graph.py) on.

# %%
import tempfile
from pathlib import Path

import numpy as np

import autograd_mini as ag
import viz
from autograd_mini import Tensor, Value, nn

# %% [markdown]
# ## A graph
# A question is made of a [computation graph](glossary.md#computation-graph) and of the [node](glossary.md#node) to
# differentiate by. Printed, it says what is asked.

# %%
a, b = Value(3), Value(4)
c = a + b
d = b + 1
e = c * d
question = viz.exercise(e, b)
question

# %% [markdown]
# Say that your answer is 5.

# %%
question.check(5)

# %% [markdown]
# Two [paths](glossary.md#path) lead from b to e, and 5 is what one of them contributes. The verdict says which one is
# missing, and what c and d are. At these inputs these mistakes all give different numbers, so the number tells
# which one it was.

# %%
for answer in (7, 2, 35):
    print(question.check(answer))
assert [bool(question.check(answer)) for answer in (5, 7, 2, 35, 12)] == [False, False, False, False, True]

# %% [markdown]
# What no mistake that we know gives gets a hint, and not the answer. Numbers may be rounded, to three significant
# digits or more, unless a mistake gives exactly the rounded number; they may be text, too, with a decimal point:
# `"12"`, `"-0.5"`, `"3/4"`.

# %%
print(question.check(9))
print(question.check("24/2"))

# %% [markdown]
# A verdict is true or false, so a program can use it. The solution is there when all else fails.

# %%
if question.check(12):
    print(question.solution)

# %% [markdown]
# ## One function
# In x · x there are two edges from x to y. Who sees one of them finds 3.

# %%
x = Value(3)
y = x * x
square = viz.exercise(y, x)
print(square, square.check(3), sep="\n")
assert square.check(6)

# %% [markdown]
# 2ˣ is no power of x: the exponent varies, and the base does not. The answer of the power rule is 12, the right one
# is 8 ln 2.

# %%
y = 2**x
power = viz.exercise(y, x)
print(power, power.check(12), power.check(5.55), sep="\n")
assert power.check(8 * np.log(2))

# %% [markdown]
# Numbers that look odd may come from a calculator in degrees.

# %%
y = ag.sin(x)
sine = viz.exercise(y, x)
print(sine, sine.check(0.999), sep="\n")
assert sine.check(np.cos(3))

# %% [markdown]
# ## A neuron
# The [neuron](glossary.md#neuron) of the course: z = wx + b, a = σ(z), and the
# [cross entropy](glossary.md#cross-entropy) L of a and the [label](glossary.md#label) y = 1. What is ∂L/∂w?

# %%
w, x, b = Value(0.5), Value(3, requires_grad=False), Value(-2)
z = w * x + b
a = ag.sigmoid(z)
y = 1
L = -(y * ag.log(a) + (1 - y) * ag.log(1 - a))
neuron = viz.exercise(L, w)
neuron

# %% [markdown]
# dz is a − y, and dw is dz · x. With the dz of the squared error, and with σ′ taken as z(1 − z), come other numbers.
# Which [loss](glossary.md#loss) it is, is found in the numbers of the graph, however the loss was written down, and
# whether or not a [regularisation](glossary.md#regularisation) is added to it; σ has to be `ag.sigmoid`.

# %%
dz = a.data - y
print(neuron.check(dz * a.data * (1 - a.data) * 3))
print(neuron.check(5.96))
print(neuron.check(dz * 3))
assert neuron.check(dz * 3)
assert not neuron.ambiguous

# %% [markdown]
# ## A step of gradient descent
# With a [learning rate](glossary.md#learning-rate) α the question is not the derivative, but what w becomes:
# w := w − α ∂J/∂w.

# %%
w = Value(1)
J = (w - 3) ** 2
step = viz.exercise(J, w, learning_rate=0.1)
print(step)
for answer in (0.6, 5, 1.4):
    print(step.check(answer))
assert step.check(1.4)

# %% [markdown]
# ## A layer
# For an array the answer is an array of the same [shape](glossary.md#shape). Here are the bias of a layer,
# Z = W X + b, of m = 4 examples, and a cost J that is the mean of all 3 × 4 losses. The right db sums dZ over the
# examples, the columns: `np.sum(dZ, axis=1, keepdims=True)`.

# %%
X = np.array([[1.0, 2.0, 0.0, -1.0], [0.0, 1.0, 3.0, 2.0]])
Y = np.array([[1.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 0.0]])
W = Tensor([[0.5, -1.0], [1.0, 0.5], [-1.0, 1.0]])
b = Tensor([[0.0], [0.5], [1.0]])
Z = W @ X + b
A = ag.sigmoid(Z)
J = nn.binary_crossentropy(Y, A)
layer = viz.exercise(J, b)
layer

# %%
dZ = (A.numpy() - Y) / Y.size
print(layer.check(np.sum(dZ, axis=1)))
print(layer.check(np.full((3, 1), np.sum(dZ))))
print(layer.check(dZ))
assert layer.check(np.sum(dZ, axis=1, keepdims=True))

# %% [markdown]
# With one number for all units, they would all move alike. The mean is over all 12 numbers, because the loss has three
# rows; who divides by m = 4 is told so.

# %%
print(layer.check(np.sum(dZ * 12 / 4, axis=1, keepdims=True)))

# %% [markdown]
# ## For lecturers: questions about any graph
# Every graph makes a question. `mistakes` is all that can go wrong with it, a number and the sentences for it: the
# paths and factors are looked for in the graph, and the wrong derivatives of functions are a table, whose rows are
# tried wherever the function occurs.

# %%
print(question.mistakes)

# %% [markdown]
# Choose inputs at which the mistakes give different numbers. At a = 2, b = 1 two of them coincide, twice, and
# `ambiguous` says so; `clearer()` proposes inputs at which none do, and `at` asks at inputs of your own, for instance
# other ones for each student.

# %%
small = question.at(a=2, b=1)
print(small, small.ambiguous, sep="\n")
print(small.clearer())
print(question.at(a=5, b=2))
assert not question.ambiguous
assert question.at(a=5, b=2).check(10)

# %% [markdown]
# x · x at 2 is a bad question: who multiplies the paths gets the right answer. So is sin(x) at a small angle, where
# the cosine is nearly 1, in degrees too: it is ambiguous because both are rounded alike.

# %%
x = Value(2)
y = x * x
print(viz.exercise(y, x).ambiguous)
assert viz.exercise(y, x).check(2 * 2)
small_angle = Value(0.03)
y = ag.sin(small_angle)
print(viz.exercise(y, small_angle).ambiguous)
assert not viz.exercise(y, small_angle).check(1)

# %% [markdown]
# ## On paper
# A worksheet is a picture of a graph with blanks: values, gradients, derivatives on edges, or single ones by name.

# %%
a, b = Value(3), Value(4)
c = a + b
d = b + 1
e = c * d
sheet = viz.worksheet(e, blank=("gradients", "∂e/∂c", "∂e/∂d"))
sheet

# %% [markdown]
# `key` is the same page with the answers. Both are saved as PDF to print, as SVG, or as PNG.

# %%
with tempfile.TemporaryDirectory() as folder:
    files = sheet.save(Path(folder, "sheet.svg")), sheet.key.save(Path(folder, "answers.svg"))
    print(*(file.name for file in files))
sheet.key

# %% [markdown]
# ## Try it yourself
#
# 1. Ask for ∂e/∂a. Which mistake gives 7, and why did it not show in ∂e/∂b?
# 2. Make a question about sin(x)/x, and answer it by the quotient rule with its sign wrong.
# 3. At x = 0.5 the question about the neuron is a bad one, for two reasons. `neuron.at(x=0.5).ambiguous` knows them.
# 4. Make a worksheet of the neuron above, with all values blank, and fill it in.
#
# Next: what happens when an engine makes such mistakes, and [why it goes in topological
# order](17_why_a_topological_order.py).
