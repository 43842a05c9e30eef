"""Sequential: layers one after the other.

>>> from autograd_mini.nn.layers import Dense
>>> model = Sequential([Dense(25, activation="relu"), Dense(10, activation="softmax")], seed=0)
>>> model(np.zeros((5, 64))).shape, model
((5, 10), Sequential([Dense(25, activation='relu'), Dense(10, activation='softmax')]))
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from .layers import Dense, Input, Normalization
from .module import Module
from .running import RUN, running

if TYPE_CHECKING:
    from .scalar import MLP, Seed


class Sequential(Module):
    """Layers, each of which is given what the one before gives.

    Parameters
    ----------
    layers
        Modules: layers, other Sequentials, one's own.
    seed
        The same seed gives the same weights; also the same training where :meth:`fit` is given no seed.
    name
        What errors and tables call it.

    Raises
    ------
    TypeError
        For what is no Module.
    RuntimeError
        When called without a layer.

    Attributes
    ----------
    layers
        A list; a layer that is in it twice has its weights once.

    Examples
    --------
    >>> from autograd_mini.nn import Dense
    >>> model = Sequential([Dense(25, activation="relu"), Dense(10, activation="softmax")], seed=0)
    >>> model(np.zeros((5, 64))).shape
    (5, 10)
    """

    def __init__(self, layers: Iterable[Module] = (), seed: Seed = None, name: str = "") -> None:
        if isinstance(layers, Module):
            raise TypeError(
                f"a Sequential takes its layers as a list, as in nn.Sequential([nn.Dense(1)]), got {layers}"
            )
        self.layers: list[Module] = []
        self.seed = seed
        self.name = name
        self._generator = None if seed is None else np.random.default_rng(seed)
        for layer in layers:
            self.add(layer)

    def add(self, layer: Module) -> None:
        """Put a layer after the others.

        Raises
        ------
        TypeError
            For what is no Module.
        ValueError
            For this network itself, or one that it is in.
        """
        if not isinstance(layer, Module):
            raise TypeError(f"a Sequential is made of layers, such as nn.Dense(3), got {layer!r:.100}")
        if layer is self or self in layer.modules():
            raise ValueError("a Sequential can't be a layer of itself")
        self.layers.append(layer)
        dense = [module for module in self.modules() if isinstance(module, Dense)]
        for number, module in enumerate(dense, start=1):  # the notes count layers with weights only
            module.take_number(number)
        first = self.layers[0]
        if isinstance(first, Input) and not (isinstance(layer, Normalization) and layer.mean is None):
            self.build((None, *first.shape))

    def get_layer(self, name: str | None = None, index: int | None = None) -> Module:
        """The layer of a name, or at an index.

        Raises
        ------
        ValueError
            For another name.
        """
        if index is not None:
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        names = [layer.name for layer in self.layers if layer.name]
        raise ValueError(f"no layer is called {name!r}: there are {names}, and indices below {len(self.layers)}")

    def forward(self, X: Any) -> Any:
        """What the last layer gives for a batch X, (m, …).

        Raises
        ------
        RuntimeError
            Without a layer.
        """
        if not self.layers:
            raise RuntimeError("this network has no layers: add some, as in model.add(nn.Dense(1))")
        with running(weights=self._generator or RUN.weights):
            for layer in self.layers:
                X = layer(X)
        return X

    def to_scalar(self) -> MLP:
        """The same network as neurons of Values, with weights of its own: see :class:`MLP`.

        Raises
        ------
        RuntimeError
            Before the first batch.
        ValueError
            For layers that don't act unit by unit.
        """
        from .scalar import MLP

        return MLP.from_sequential(self)

    def __repr__(self) -> str:
        return f"Sequential([{', '.join(map(repr, self.layers))}])"
