"""Neural networks: neurons, layers and multilayer perceptrons of Values, and losses to train them by.

>>> from autograd_mini import nn, optim
>>> model = nn.MLP(2, [4, 1], activation="tanh", seed=0)
>>> optimizer = optim.SGD(model.parameters(), learning_rate=0.1)
>>> for _ in range(100):
...     loss = nn.mean_squared_error([1.0, -1.0], [model([0.0, 1.0]), model([1.0, 0.0])])
...     optimizer.zero_grad()
...     loss.backward()
...     optimizer.step()
>>> loss < 1e-3
True
"""

from .losses import binary_crossentropy, hinge, mean_squared_error, sparse_categorical_crossentropy
from .scalar import MLP, Layer, Module, Neuron

__all__ = [
    "MLP",
    "Layer",
    "Module",
    "Neuron",
    "binary_crossentropy",
    "hinge",
    "mean_squared_error",
    "sparse_categorical_crossentropy",
]
