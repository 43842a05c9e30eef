"""Layers in Keras' words, for batches whose rows are examples: Z = X W + b, A = g(Z).

A layer makes its weights when it sees its first batch, in the batch's dtype.

>>> X = np.array([[200.0, 17.0]])
>>> layer = Dense(3, activation="sigmoid")
>>> layer(X).shape, layer.W.shape, layer.b.shape
((1, 3), (2, 3), (3,))
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..configured import positive
from ..graph import DATA, PARAMETER, Tag
from ..modes import THREAD, RecordingError
from ..randomness import dropout
from ..tensor import Array, Tensor, checked, leaf
from . import activations, initializers, regularizers
from .module import Module
from .running import RUN, Activated


class Weighted(Module):
    """A layer with arrays of its own, which it makes when it sees its first batch.

    Attributes
    ----------
    number
        Which of a Sequential's Dense layers it is, from 1; the notes count no others.
    """

    number: int | None = None
    origin = PARAMETER

    def shapes(self, features: int) -> dict[str, tuple[int, ...]]:
        """The shape of each of its arrays by the attribute that holds it, for so many features."""
        raise NotImplementedError

    def take(self, arrays: dict[str, Array]) -> None:
        """Take arrays for its own, by the attributes that hold them."""
        for name, array in arrays.items():
            setattr(self, name, self.node(name, array))

    def take_number(self, number: int) -> None:
        """Be the layer of this number; weights that are there already are called after it."""
        self.number = number
        for name, x in self.parts():
            if isinstance(x, Tensor):
                x._tag = Tag(self.label(name), (self.title,))

    def node(self, name: str, array: Array) -> Tensor:
        """The node that an array becomes, called ``name``."""
        return leaf(array, Tag(self.label(name), (self.title,)), self.origin)

    @property
    def title(self) -> str:
        """What errors and pictures call it."""
        return self.name or (f"layer {self.number}" if self.number else type(self).__name__)

    def label(self, name: str) -> str:
        """What the matrix ``name`` of this layer is called: W of layer 2 is W[2], which pictures raise."""
        return f"{name}[{self.number}]" if self.number else name

    def check(self, X: Any, features: int) -> None:
        """Look whether the examples X, (m, features), have so many features.

        Raises
        ------
        ValueError
            Naming this layer, unless they have.
        """
        kind = type(self).__name__
        said = kind if self.title == kind else f"{self.title}: {kind}"
        if X.ndim < 2:
            raise ValueError(f"{said} takes examples as rows, expected shape (m, features), got {X.shape}")
        if X.shape[-1] != features:
            raise ValueError(f"{said} takes {features} features, expected shape (m, {features}), got {X.shape}")


class Dense(Weighted):
    """Units that all see all features: A = g(X W + b), for X (m, n), W (n, units), b (units,).

    Parameters
    ----------
    units
        How many.
    activation
        g: a function of the table by its name, ``"softmax"``, a function; None is linear.
    use_bias
        Whether there is a b.
    kernel_initializer, bias_initializer
        What W and b are at first: names such as ``"he_normal"``, or objects of
        :mod:`autograd_mini.nn.initializers`.
    kernel_regularizer, bias_regularizer
        What W and b cost: ``"l1"``, ``"l2"``, ``nn.L2(0.01)``; None for nothing.
    name
        What errors, tables and pictures call it, and :meth:`Sequential.get_layer` finds it by.

    Raises
    ------
    ValueError
        For an unknown name, or a number of units that is no positive integer; when called on examples
        that have another number of features than those before.

    Attributes
    ----------
    W, b
        Tensors; None before the first batch.

    Examples
    --------
    >>> layer = Dense(1, use_bias=False, kernel_initializer="ones")
    >>> layer([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[3.0], [7.0]]
    """

    W: Tensor | None = None
    b: Tensor | None = None

    def __init__(
        self,
        units: int,
        activation: activations.Activation | None = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        name: str = "",
    ) -> None:
        self.name = name
        self.units = positive(units, "units")
        self.activation = activations.named(activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)

    def shapes(self, features: int) -> dict[str, tuple[int, ...]]:
        return {"W": (features, self.units), **({"b": (self.units,)} if self.use_bias else {})}

    def forward(self, X: Any) -> Any:
        if self.W is None:
            self._draw(X)
        assert self.W is not None
        self.check(X, self.W.shape[0])
        product = X @ self.W
        Z = product if self.b is None else product + self.b
        A = _activated(self, Z)
        if self.number:
            self._tag(A=A, Z=Z, product=product)
        return A

    def _tag(self, **nodes: Any) -> None:
        """Say in pictures what belongs to this layer, and what Z and A are."""
        for name, node in nodes.items():
            if node._tag is None:  # else it tells which line made it: see detect_anomaly
                node._tag = Tag(self.label(name) if len(name) == 1 else "", (self.title,))

    def _draw(self, X: Any) -> None:
        if THREAD.trace is not None:
            raise RecordingError(
                "a layer can't make its weights while a program is recorded: call it on a batch before"
            )
        self.check(X, X.shape[-1] if X.ndim else 0)
        generator = RUN.weights or RUN.generator or np.random.default_rng()
        how = {"W": self.kernel_initializer, "b": self.bias_initializer}
        shapes = self.shapes(X.shape[-1])
        self.take({name: _drawn(how[name], shape, generator, X.dtype) for name, shape in shapes.items()})

    def penalty(self) -> Any:
        pairs = [(self.kernel_regularizer, self.W), (self.bias_regularizer, self.b)]
        costs = [cost(w) for cost, w in pairs if cost is not None and w is not None]
        return sum(costs) if costs else None

    def __repr__(self) -> str:
        return f"Dense({self.units}, activation={self.activation!r}{'' if self.use_bias else ', use_bias=False'})"


class Activation(Module):
    """An activation as a layer of its own, for networks that are written so: X (m, …) → (m, …).

    Parameters
    ----------
    activation
        A function of the table by its name, ``"softmax"``, or a function.
    name
        What errors, tables and pictures call it.

    Raises
    ------
    ValueError
        For an unknown name.

    Examples
    --------
    >>> Activation("relu")([[-1.0, 2.0]]).tolist()
    [[0.0, 2.0]]
    """

    def __init__(self, activation: activations.Activation, name: str = "") -> None:
        self.name = name
        self.activation = activations.named(activation)

    def forward(self, X: Any) -> Any:
        return _activated(self, X)

    def __repr__(self) -> str:
        return f"Activation({self.activation!r})"


class Dropout(Module):
    """In training each number is 0 with probability ``rate``, and divided by 1 - rate otherwise; else as it is.

    Parameters
    ----------
    rate
        In [0, 1).
    name
        What errors, tables and pictures call it.

    Raises
    ------
    ValueError
        For a rate outside of [0, 1).

    Examples
    --------
    >>> Dropout(0.5)([[1.0, 2.0]]).tolist()
    [[1.0, 2.0]]
    """

    def __init__(self, rate: float, name: str = "") -> None:
        self.name = name
        dropout(0.0, rate)  # refuses a wrong one
        self.rate = float(rate)

    def forward(self, X: Any) -> Any:
        return dropout(X, self.rate, RUN.generator) if RUN.training and self.rate else X

    def __repr__(self) -> str:
        return f"Dropout({self.rate})"


class Flatten(Module):
    """Each example as one row: (m, 8, 8) becomes (m, 64); ``name`` is what tables call it.

    >>> Flatten()(np.zeros((5, 8, 8))).shape
    (5, 64)
    """

    def __init__(self, name: str = "") -> None:
        self.name = name

    def forward(self, X: Any) -> Any:
        return X.reshape(X.shape[0], int(np.prod(X.shape[1:])))

    def __repr__(self) -> str:
        return "Flatten()"


class Normalization(Weighted):
    """Features brought to mean 0 and standard deviation 1: (X - mean) / std, as of the data that it was adapted to.

    Parameters
    ----------
    axis
        -1, the last axis, whose features are brought there one by one.
    name
        What errors, tables and pictures call it.

    Raises
    ------
    RuntimeError
        When called before :meth:`adapt`.
    ValueError
        When called on another number of features; for another axis.

    Attributes
    ----------
    mean, std
        Tensors (features,) that are not trained; None before :meth:`adapt`. A feature that never changes
        has std 1.

    Examples
    --------
    >>> layer = Normalization()
    >>> layer.adapt([[200.0, 17.0], [210.0, 13.0]])
    >>> layer([[205.0, 17.0]]).tolist()
    [[0.0, 1.0]]
    """

    mean: Tensor | None = None
    std: Tensor | None = None
    origin = DATA

    def __init__(self, axis: int = -1, name: str = "") -> None:
        if axis != -1:
            raise ValueError(f"Normalization is for features on the last axis, axis=-1, got axis={axis!r}")
        self.axis = axis
        self.name = name

    def shapes(self, features: int) -> dict[str, tuple[int, ...]]:
        return {"mean": (features,), "std": (features,)}

    def adapt(self, X: Any) -> None:
        """Take the mean and standard deviation of each feature, over all axes of X (m, …, features) but the last.

        Raises
        ------
        ValueError
            For X without examples, or with nan or inf in it.
        """
        data = checked(np.asarray(X, order="C"), X)
        if data.ndim < 2 or not data.size:
            raise ValueError(f"adapt() takes examples as rows, expected shape (m, features), got {data.shape}")
        if not np.isfinite(data).all():
            raise ValueError("adapt() takes finite numbers, got nan or inf")
        axes = tuple(range(data.ndim - 1))
        mean = data.mean(axis=axes, dtype=np.float64)
        std = data.std(axis=axes, dtype=np.float64)
        std = np.where(std > 1e-12 * np.abs(mean), std, 1.0)  # of equal numbers it may be a rounding error
        self.take({"mean": mean.astype(data.dtype), "std": std.astype(data.dtype)})

    def forward(self, X: Any) -> Any:
        """(X - mean) / std, in the shape of X, (m, …, features).

        Raises
        ------
        RuntimeError
            Before :meth:`adapt`.
        ValueError
            For another number of features.
        """
        if self.mean is None or self.std is None:
            raise RuntimeError("Normalization doesn't know its mean and std yet: call adapt(X) with the training data")
        self.check(X, self.mean.shape[0])
        mean, std = self.mean, self.std
        if X.dtype != mean.dtype:  # else every result would take the wider dtype
            mean, std = (self.node(x.label, x._data.astype(X.dtype)) for x in (mean, std))
        return (X - mean) / std

    def __repr__(self) -> str:
        return "Normalization()"


def _activated(layer: Dense | Activation, Z: Any) -> Any:
    """g(Z), which training may want to take back, because a loss that knows Z loses nothing."""
    g = activations.function(layer.activation)
    A = Z if g is None else g(Z)
    if RUN.activated is not None:
        name = layer.activation if isinstance(layer.activation, str) else None
        RUN.activated = Activated(A, name, Z)
    return A


def _drawn(initializer: Any, shape: tuple[int, ...], generator: np.random.Generator, dtype: Any) -> Array:
    array = np.array(initializer(shape, generator), dtype)
    if array.shape != shape:
        raise ValueError(f"an initializer gives an array of the shape that it is asked for, {shape}, got {array.shape}")
    return array


class Input(Module):
    """What a network is given, in front: then a Sequential makes its weights at once, not at the first batch.

    Parameters
    ----------
    shape
        Of one example, such as (2,).
    name
        What errors and tables call it.

    Raises
    ------
    ValueError
        When called on examples of another shape.

    Examples
    --------
    >>> from autograd_mini.nn import Sequential
    >>> Sequential([Input(shape=(2,)), Dense(3)]).layers[1].W.shape
    (2, 3)
    """

    def __init__(self, shape: tuple[int, ...], name: str = "") -> None:
        self.name = name
        self.shape = tuple(positive(n, "a size of the shape of one example") for n in shape)

    def forward(self, X: Any) -> Any:
        """The examples X, (m, …), as they are.

        Raises
        ------
        ValueError
            For examples of another shape.
        """
        if X.shape[1:] != self.shape:
            expected = f"(m, {', '.join(map(str, self.shape))})"
            raise ValueError(f"Input takes examples of shape {self.shape}, expected {expected}, got {X.shape}")
        return X

    def __repr__(self) -> str:
        return f"Input({self.shape})"
