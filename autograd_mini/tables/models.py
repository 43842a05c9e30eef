"""A network for the columns of a table: how it is made, what it is trained on, and what its outputs mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import nn
from ..nn.examples import drawn_evenly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .columns import Column, Target

    Array = NDArray[Any]


def held_out(y: Array, fraction: float, seed: int, by_class: bool) -> NDArray[np.bool_]:
    """Draw the rows that a network is not to learn from, of each class the same part.

    >>> y = np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
    >>> np.bincount(y[held_out(y, 0.25, seed=0, by_class=True)]).tolist()
    [2, 1]
    """
    classes = y if by_class else np.zeros(len(y))
    return drawn_evenly(classes, round(fraction * len(y)), np.random.default_rng(seed))


def means(X: Array) -> Array:
    """Compute each feature's mean over what is known; 0 where nothing is.

    >>> means(np.array([[1.0, np.nan], [3.0, np.nan], [np.nan, np.nan]])).tolist()
    [2.0, 0.0]
    """
    known = ~np.isnan(X)
    return np.asarray(np.where(known, X, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1))


def ending(classes: int | None) -> tuple[int, str, str]:
    """Tell how a network for so many classes, or a number, ends: with how many units, which activation and loss."""
    if classes is None:
        return 1, "linear", "mse"
    if classes == 2:
        return 1, "sigmoid", "binary_crossentropy"
    return classes, "softmax", "sparse_categorical_crossentropy"


def _count(target: Target) -> int | None:
    return None if target.classes is None else len(target.classes)


def network(
    inputs: Sequence[Column],
    target: Target,
    X: Array,
    layers: Sequence[int],
    activation: str,
    learning_rate: float,
    seed: int,
) -> nn.Sequential:
    """Make a network, compiled, that brings the numbers among its inputs to mean 0 and standard deviation 1 in X."""
    normalization = nn.Normalization()
    normalization.adapt(X)
    assert normalization.mean is not None
    assert normalization.std is not None
    categorical = np.repeat([column.categories is not None for column in inputs], [column.width for column in inputs])
    normalization.mean.data[categorical] = 0  # categories stay 0 and 1
    normalization.std.data[categorical] = 1
    units, last, loss = ending(_count(target))
    dense = [*(nn.Dense(n, activation=activation) for n in layers), nn.Dense(units, activation=last)]
    model = nn.Sequential([normalization, *dense], seed=seed)
    model.compile(nn.optim.Adam(learning_rate=learning_rate), loss, ["accuracy"] if target.classes else ["mae"])
    return model


def rescale(model: nn.Sequential, mean: Array | float, std: Array | float, optimizer: nn.optim.Optimizer) -> None:
    """Let a network that learned (y - mean) / std give y; it goes on with a new optimizer."""
    last: Any = model.layers[-1]
    last.W.data = last.W.data * std
    last.b.data = last.b.data * std + mean
    model.compile(optimizer, model.loss, model.metrics)


def predicted(model: nn.Sequential, target: Target, X: Array) -> tuple[Array, Array]:
    """Ask a network for what it says of each row: the number, or the class' place; and how probable it finds that.

    Raises
    ------
    ValueError
        Where the network doesn't fit the target, because their file was changed.
    """
    outputs = model.predict(X)
    if outputs.ndim != 2 or outputs.shape[1] != ending(_count(target))[0]:
        raise ValueError(f"the model gives {outputs.shape[1:]} numbers a row, which is not what its target needs")
    if target.classes is None:
        return outputs[:, 0], np.ones(len(X))
    if len(target.classes) == 2:
        outputs = np.hstack([1 - outputs, outputs])
    return outputs.argmax(axis=1), outputs.max(axis=1)
