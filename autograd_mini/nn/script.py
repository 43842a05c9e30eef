r"""Networks as scripts that need NumPy alone, and read like the lecture.

>>> from autograd_mini import nn
>>> model = nn.Sequential([nn.Dense(2, activation="relu"), nn.Dense(1, activation="sigmoid", use_bias=False)])
>>> model.build((None, 3))
>>> print(script(model).partition("float64)\n")[2])  # above it are imports, relu, sigmoid, weights, def predict(X)
    Z1 = X @ W1 + b1  # (m, 2)
    A1 = relu(Z1)
    Z2 = A1 @ W2  # (m, 1)
    A2 = sigmoid(Z2)
    return A2
<BLANKLINE>
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..expr import Symbol
from ..names import Names
from ..rules import RULES
from ..source.script import Script
from ..tensor import Array
from . import script_table
from .layers import Activation, Dense, Dropout, Flatten, Normalization, Weighted
from .model import Sequential
from .module import Module
from .parts import NO_WEIGHTS
from .scalar import MLP

BY_ROW = {
    "softmax": """\
def softmax(x):
    t1 = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return t1 / np.sum(t1, axis=-1, keepdims=True)""",
    "log_softmax": """\
def log_softmax(x):
    t1 = x - np.max(x, axis=-1, keepdims=True)
    return t1 - np.log(np.sum(np.exp(t1), axis=-1, keepdims=True))""",
}


def script(model: Module) -> str:
    """See :meth:`Module.to_python`."""
    network = _Network(model.to_sequential() if isinstance(model, MLP) else model)
    weights = [f"{name} = {network.words.literal(array, len(name) + 3)}" for name, array in network.arrays.items()]
    numpy, helpers, table = "import numpy as np", network.words.helpers.values(), model.table
    if not script_table.knows_columns(table):
        parts = [numpy, *helpers, "\n".join(weights), network.function()]
    else:
        constants = "\n".join([script_table.constants(table), *weights])
        table_parts = script_table.reading(table), script_table.main(table)
        parts = [f"import csv\nimport sys\n\n{numpy}", *helpers, constants, network.function(), *table_parts]
    return "\n\n\n".join(filter(None, parts)) + "\n"


class _Network:
    """The lines of a network.

    Attributes
    ----------
    words
        How formulas and numbers are written; it collects the functions that they need.
    arrays
        The weights, by what they are called.
    lines
        What predict does.
    shape
        That of an example, after the last line.
    """

    def __init__(self, model: Module) -> None:
        layers = [part for part in model.modules() if isinstance(part, Weighted)]
        shapes = [model.input_shape, *(x.shape[:1] for layer in layers for x in layer.weights().values())]
        self.shape = next((shape for shape in shapes if shape), ())
        if not self.shape or not all(layer.weights() for layer in layers):
            raise RuntimeError(NO_WEIGHTS)
        self.dtype = next((x.dtype for x in model.parameters()), np.dtype(float))
        self.words = Script(arrays=True)
        self.arrays: dict[str, Array] = {}
        self.lines: list[str] = []
        self._said = f"examples X of shape {self._shape()}"
        self._names = Names()
        self._called: dict[int, str] = {}  # arrays by their ids: a layer may occur twice
        self._dense = 0
        self._last = "X"
        self._write(model)

    def function(self) -> str:
        """What predicts."""
        said = f'"""What the network gives for {self._said}: an array of shape {self._shape()}."""'
        first = f"X = np.asarray(X, dtype={self.words.literal(self.dtype)})"
        return "\n    ".join(["def predict(X):", said, first, *self.lines, f"return {self._last}"])

    def _write(self, layer: Module) -> None:
        for kind, write in _WRITTEN.items():
            if isinstance(layer, kind) and type(layer).forward is kind.forward:
                return write(self, layer)
        raise TypeError(
            f"{layer!r:.100} isn't of nn's layers: to_python(model) prints networks of Sequential, Dense, Activation, "
            "Dropout, Flatten and Normalization; to_python(model, X) prints any other for a batch like X"
        )

    def _sequential(self, layer: Any) -> None:
        for each in layer.layers:
            self._write(each)

    def _dense_layer(self, layer: Any) -> None:
        self._dense += 1
        self.shape = (*self.shape[:-1], layer.units)
        product = f"{self._last} @ {self._array('W', layer.W)}"
        self._step("Z", product if layer.b is None else f"{product} + {self._array('b', layer.b)}")
        self.lines[-1] += f"  # {self._shape()}"
        self._activation(layer)

    def _activation(self, layer: Any) -> None:
        name = layer.activation
        if not isinstance(name, str):
            raise TypeError(
                f"the activation {getattr(name, '__name__', name)!r} is your own function: to_python(model) prints "
                "those of the table, where @ag.rule puts yours; to_python(model, X) prints any for a batch like X"
            )
        if name in BY_ROW:
            self.words.helpers[name] = BY_ROW[name]
            self._step("A", f"{name}({self._last})")
        elif name != "linear":
            row = RULES[name]
            self._step("A", self.words.text(row.applied(Symbol(self._last), *row.defaults)))

    def _normalization(self, layer: Any) -> None:
        mean, std = self._array("mean", layer.mean), self._array("std", layer.std)
        self.lines.append(f"{self._last} = ({self._last} - {mean}) / {std}")

    def _flatten(self, layer: Any) -> None:
        self.shape = (math.prod(self.shape),)
        self.lines.append(f"{self._last} = {self._last}.reshape(len({self._last}), {self.shape[0]})")

    def _dropout(self, layer: Any) -> None:
        """Only training drops."""

    def _step(self, letter: str, formula: str) -> None:
        self._last = f"{letter}{self._dense}"
        self.lines.append(f"{self._last} = {formula}")

    def _array(self, name: str, x: Any) -> str:
        """What an array is called."""
        if id(x) not in self._called:
            name = self._names.free(f"{name}{self._dense or ''}")
            self._called[id(x)] = name
            self.arrays[name] = x.numpy().astype(self.dtype)
        return self._called[id(x)]

    def _shape(self) -> str:
        return f"(m, {', '.join(map(str, self.shape))})"


_WRITTEN: dict[type[Module], Callable[[_Network, Any], None]] = {
    Sequential: _Network._sequential,
    Dense: _Network._dense_layer,
    Activation: _Network._activation,
    Dropout: _Network._dropout,
    Flatten: _Network._flatten,
    Normalization: _Network._normalization,
}
