"""Neuron, Layer, MLP: networks in which every weight is a Value.

A neuron is one ``dot`` node and one node for its activation. The attributes are micrograd's:
``layers``, ``neurons``, ``w``, ``b``.

>>> neuron = Neuron(2, activation="tanh", seed=0)
>>> a = neuron([1.0, -2.0])
>>> a.op, a.inputs[0].op, len(neuron.parameters())
('tanh', 'dot', 3)
>>> MLP(2, [16, 16, 1], activation="relu")
MLP(2, [16, 16, 1], activation='relu')
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from ..functions import Inputs, affine, inputs, row_of
from ..graph import PARAMETER, Tag
from ..linear import MATMUL
from ..recording import NATIVE, stacked
from ..shapes import stack
from ..tensor import Tensor
from ..value import Value, leaf
from .activations import BY_ROW, Activation, function, named
from .layers import Activation as ActivationLayer
from .layers import Dense, Dropout
from .model import Sequential
from .module import Module
from .parts import NO_WEIGHTS

Seed = int | np.random.Generator | None


class OneByOne(Module):
    """What is called on one example; a batch is run as arrays all the same (:func:`autograd_mini.vmap`)."""

    @cached_property
    def _batched(self) -> Callable[[Any], Any]:
        from ..programs.vmap import vmap

        return vmap(self.__call__)

    def batch(self, X: Any) -> Any:
        """What training and predicting call for a batch X, (m, inputs): a Tensor (m, outputs)."""
        result = self._batched(X)
        return result.reshape(-1, 1) if result.ndim == 1 else result


class Neuron(OneByOne):
    """activation(w · x + b), for an example of n numbers one node.

    The weights are uniform in ±√(6/n), He's choice, when the activation is a relu, else in ±√(3/n),
    LeCun's; the bias is 0.

    Parameters
    ----------
    inputs
        How many numbers it takes.
    activation
        The name of a function of the table, "linear", or a function.
    seed
        An int, or a NumPy Generator to draw the weights from.
    scope
        What it belongs to, outermost first, for pictures.

    Raises
    ------
    ValueError
        For an unknown activation or less than one input; when called with a wrong number of them.

    Examples
    --------
    >>> neuron = Neuron(2, activation="tanh", seed=0)
    >>> neuron.w, neuron.b = [0.5, 0.25], 1.0
    >>> a = neuron([1.0, -2.0])
    >>> a.op, a.inputs[0].op, a.inputs[0].data
    ('tanh', 'dot', 1.0)
    """

    def __init__(
        self, inputs: int, activation: Activation = "tanh", seed: Seed = None, scope: tuple[str, ...] = ("neuron",)
    ) -> None:
        _check_size(inputs, "inputs", scope)
        self.activate(activation)
        limit = np.sqrt((6 if str(activation).endswith("relu") else 3) / inputs)
        weights = np.random.default_rng(seed).uniform(-limit, limit, inputs)
        self._weights = (
            *(leaf(float(w), Tag(f"w{i}", scope), PARAMETER) for i, w in enumerate(weights, start=1)),
            leaf(0.0, Tag("b", scope), PARAMETER),
        )
        self._tag = Tag(scope=scope)

    def activate(self, activation: Activation) -> None:
        """Take another activation."""
        self.activation, self._activate = activation, _activation(activation)

    @property
    def w(self) -> tuple[Value, ...]:
        """The weights, one for each input; to replace some, assign all."""
        return self._weights[:-1]

    @w.setter
    def w(self, weights: Iterable[Value | float]) -> None:
        new = tuple(weights)
        if len(new) != len(self.w):
            raise ValueError(f"{', '.join(self._tag.scope)} has {len(self.w)} weights, got {len(new)}")
        self._assign((*new, self.b))

    @property
    def b(self) -> Value:
        """The bias, a parameter; a number that is assigned becomes one."""
        return self._weights[-1]

    @b.setter
    def b(self, bias: Value | float) -> None:
        self._assign((*self.w, bias))

    def _assign(self, weights: tuple[Value | float, ...]) -> None:
        """Nodes take the place of the old ones; a number becomes a parameter like the old one."""
        self._weights = tuple(
            new if isinstance(new, Value | Tensor) else leaf(Value(new).data, old._tag, PARAMETER)
            for new, old in zip(weights, self._weights, strict=True)
        )

    def __call__(self, x: Iterable[Any]) -> Any:  # type: ignore[override]  # one example, in training as ever
        """The output for one example: an iterable of numbers or nodes; of a Tensor (n,) a Tensor of shape ()."""
        if type(x) is not Inputs:
            x = _one_example(x)
            if type(x) is Tensor:
                return _of_row([self], x)[0]
        seen = inputs(x)
        self._check(len(seen.nodes))
        z = affine(self._weights, seen)
        a = z if self._activate is None else self._activate(z)
        if z._tag is None:  # else it tells which line made it: see detect_anomaly
            z._tag = a._tag = self._tag
        return a

    def _check(self, n: int) -> None:
        if n != len(self._weights) - 1:
            raise ValueError(f"{', '.join(self._tag.scope)} takes {len(self._weights) - 1} inputs, got {n}")

    def inside(self) -> dict[str, Any]:
        return {"w": self.w, "b": self.b}

    def parameters(self) -> list[Value]:
        return list(self._weights if self.b.requires_grad else self.w)

    def __repr__(self) -> str:
        return f"Neuron({len(self.w)}, activation={self.activation!r})"


class Layer(OneByOne):
    """Neurons that all see the same inputs: for an example of n numbers a list of nodes, one for each neuron.

    Parameters
    ----------
    inputs
        How many numbers it takes.
    outputs
        The number of neurons.
    activation, seed, scope
        See :class:`Neuron`.

    Raises
    ------
    ValueError
        For an unknown activation, or less than one input or neuron; when called with a wrong number of inputs.

    Examples
    --------
    >>> layer = Layer(2, 3, activation="relu", seed=0)
    >>> len(layer([1.0, -2.0])), len(layer.parameters())
    (3, 9)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        activation: Activation = "tanh",
        seed: Seed = None,
        scope: tuple[str, ...] = ("layer",),
    ) -> None:
        _check_size(outputs, "outputs", scope)
        draw = np.random.default_rng(seed)
        self.neurons = [Neuron(inputs, activation, draw, (*scope, f"neuron {i}")) for i in range(1, outputs + 1)]

    def __call__(self, x: Iterable[Any]) -> Any:  # type: ignore[override]  # one example, in training as ever
        """The outputs of all neurons for one example: a list; of a Tensor (n,) a Tensor, by one matrix product."""
        x = _one_example(x)
        if type(x) is Tensor:
            return _of_row(self.neurons, x)
        seen = inputs(x)
        return [neuron(seen) for neuron in self.neurons]

    def parameters(self) -> list[Value]:
        return [parameter for neuron in self.neurons for parameter in neuron.parameters()]

    def to_dense(self) -> Dense:
        """The same layer as a matrix, with weights of its own.

        Raises
        ------
        ValueError
            When the neurons differ in activation.
        """
        first = self.neurons[0]
        if any(neuron.activation != first.activation for neuron in self.neurons):
            raise ValueError(f"the neurons of {first._tag.scope[0]} differ in activation: a Dense layer has one")
        use_bias = any(neuron.b.requires_grad or neuron.b.data for neuron in self.neurons)
        dense = Dense(len(self.neurons), first.activation, use_bias)
        arrays = {"W": np.array([[w.data for w in neuron.w] for neuron in self.neurons]).T.copy()}
        dense.take(arrays | ({"b": np.array([neuron.b.data for neuron in self.neurons])} if use_bias else {}))
        return dense

    @classmethod
    def from_dense(cls, dense: Dense, name: str) -> Layer:
        """The layer ``dense`` as neurons, with weights of their own; pictures call it ``name``.

        Raises
        ------
        RuntimeError
            Before the first batch.
        """
        if dense.W is None:
            raise RuntimeError(NO_WEIGHTS)
        W = dense.W.data.astype(float)
        layer = cls(len(W), dense.units, dense.activation, scope=(name,))
        for i, neuron in enumerate(layer.neurons):
            neuron.w = W[:, i].tolist()
            neuron.b = Value(0.0, requires_grad=False) if dense.b is None else float(dense.b.data[i])
        return layer

    def __repr__(self) -> str:
        first = self.neurons[0]
        return f"Layer({len(first.w)}, {len(self.neurons)}, activation={first.activation!r})"


class MLP(OneByOne):
    """A multilayer perceptron: layers one after the other, the last one linear.

    Parameters
    ----------
    inputs
        How many numbers an example holds.
    outputs
        The number of neurons of each layer; the input is not counted as a layer.
    activation
        Of all layers but the last.
    seed
        The same seed gives the same weights.

    Raises
    ------
    ValueError
        For an unknown activation, and for sizes that are no positive integers.

    Examples
    --------
    >>> model = MLP(2, [3, 1], activation="relu", seed=1)
    >>> y = model([0.5, -1.0])  # one output: one node, not a list
    >>> y.backward()
    >>> len(model.parameters())
    13
    """

    def __init__(self, inputs: int, outputs: Sequence[int], activation: Activation = "tanh", seed: Seed = None) -> None:
        if isinstance(outputs, int | str) or not isinstance(outputs, Iterable) or not list(outputs):
            raise ValueError(
                f"an MLP needs the sizes of its layers as a list, such as [16, 1], got outputs={outputs!r}"
            )
        _activation(activation)  # refused here, even if the only layer is linear
        draw = np.random.default_rng(seed)
        sizes = [inputs, *outputs]
        self.activation = activation
        self.layers = [
            Layer(n, m, activation if i < len(outputs) else "linear", draw, (f"layer {i}",))
            for i, (n, m) in enumerate(zip(sizes, outputs, strict=False), start=1)
        ]

    def __call__(self, x: Iterable[Any]) -> Any:  # type: ignore[override]  # one example, in training as ever
        """The output for one example: a node; where the last layer has several neurons a list, or Tensor, of them."""
        outputs: Any = x
        for layer in self.layers:
            outputs = layer(outputs)
        return outputs[0] if len(outputs) == 1 else outputs

    def parameters(self) -> list[Value]:
        layers = {id(layer): layer for layer in self.layers}.values()
        return [parameter for layer in layers for parameter in layer.parameters()]

    def to_sequential(self) -> Sequential:
        """The same network as Dense layers, float64, with weights of its own: a layer's neurons are W's columns.

        Raises
        ------
        ValueError
            For a layer whose neurons differ in activation.

        Examples
        --------
        >>> mlp = MLP(2, [3, 1], activation="tanh", seed=0)
        >>> model = mlp.to_sequential()
        >>> abs(model([[0.5, -1.0]]).item() - mlp([0.5, -1.0]).item()) < 1e-15
        True
        """
        dense = {id(layer): layer.to_dense() for layer in self.layers}  # one that is used twice stays one
        model = Sequential([dense[id(layer)] for layer in self.layers])
        model.build((None, len(self.layers[0].neurons[0].w)))
        return model

    @classmethod
    def from_sequential(cls, model: Sequential) -> MLP:
        """What :meth:`Sequential.to_scalar` gives of ``model``.

        Raises
        ------
        RuntimeError
            Before the first batch.
        ValueError
            For layers that don't act unit by unit.
        """
        mlp = cls.__new__(cls)
        mlp.layers = []
        made: dict[int, Layer] = {}
        for part in _flat(model):
            if isinstance(part, ActivationLayer) and mlp.layers and mlp.layers[-1].neurons[0].activation == "linear":
                for neuron in mlp.layers[-1].neurons:
                    neuron.activate(part.activation)
                continue
            if type(part) is not Dense:
                raise ValueError(f"{part} has no neurons: to_scalar() is for Dense layers, Activation and Dropout")
            if id(part) not in made:
                made[id(part)] = Layer.from_dense(part, f"layer {len(made) + 1}")
            mlp.layers.append(made[id(part)])
        if not mlp.layers:
            raise ValueError(f"{model} has no Dense layer, whose units would be neurons")
        mlp.activation = mlp.layers[0].neurons[0].activation
        return mlp

    def summary(self, examples: int | str = "m") -> None:
        self.to_sequential().summary(examples)

    def __repr__(self) -> str:
        inputs, outputs = len(self.layers[0].neurons[0].w), [len(layer.neurons) for layer in self.layers]
        return f"MLP({inputs}, {outputs}, activation={self.activation!r})"


def _flat(model: Sequential) -> Iterator[Module]:
    """The layers in the order in which they act, without Dropout, which acts in training alone."""
    for layer in model.layers:
        if isinstance(layer, Sequential):
            yield from _flat(layer)
        elif not isinstance(layer, Dropout):
            yield layer


def _one_example(x: Iterable[Any]) -> Any:
    """Numbers that Tensors are among as one Tensor; others as a tuple, which can be looked through twice."""
    if type(x) is Tensor:
        return x
    x = tuple(x)
    return row_of(x) if Tensor in map(type, x) else x


def _of_row(neurons: Sequence[Neuron], x: Tensor) -> Any:
    """The outputs of neurons for an example that is a Tensor (n,), as a Tensor; their weights become one matrix."""
    scope = ", ".join(neurons[0]._tag.scope)
    if x.ndim != 1:
        raise ValueError(f"{scope} takes one example, got a Tensor of shape {x.shape}: for a batch use vmap")
    for neuron in neurons:
        neuron._check(len(x))
    dtype = x.dtype if x.dtype in NATIVE else None
    weights = [w for neuron in neurons for w in neuron.w]
    W = stacked(weights, (len(neurons), len(x)), dtype)
    z = MATMUL(W, x) + stacked([neuron.b for neuron in neurons], (len(neurons),), dtype)
    activation = neurons[0].activation
    if callable(activation) or any(neuron.activation != activation for neuron in neurons):
        units = zip(neurons, z, strict=True)
        return stack([unit if neuron._activate is None else neuron._activate(unit) for neuron, unit in units])
    return z if neurons[0]._activate is None else neurons[0]._activate(z)


def _check_size(size: object, name: str, scope: tuple[str, ...]) -> None:
    if not isinstance(size, int | np.integer) or isinstance(size, bool) or size < 1:
        raise ValueError(f"{', '.join(scope)}: the number of {name} is a positive integer, got {size!r}")


def _activation(activation: Activation) -> Callable[[Any], Any] | None:
    """The function that an activation names; None for "linear"."""
    if activation in BY_ROW:
        raise ValueError(f"{activation} is not of one unit: leave the last layer linear, and take a loss from logits")
    return function(named(activation))
