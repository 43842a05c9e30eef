"""Examples: what a network learns from or is judged by, checked, and taken a batch at a time."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..modes import no_grad
from . import data, losses, metrics
from .running import RUN, Activated, running

if TYPE_CHECKING:
    from ..tensor import Array
    from .module import Module


class Examples:
    """X, y and sample weights, ready for a network that is compiled; one that has no weights yet makes them.

    Attributes
    ----------
    X, y, weight
        Arrays of one length, in the dtype that the network computes in; labels of classes stay integers.
    activation
        The name of the network's last activation; None where it isn't known.
    outputs
        An array for what the network gives, which the metrics look at.

    Raises
    ------
    ValueError
        For what doesn't fit the network, its loss or its metrics.
    """

    def __init__(self, module: Module, X: Any, y: Any, sample_weight: Any = None) -> None:
        assert module.loss is not None
        self.X = data.features(X, dtype_of(module))
        self.y = data.targets(y, self.X.shape)
        self.weight = data.weights_of_examples(sample_weight, len(self.X))
        with no_grad(), running(training=False, activated=Activated()):
            first = outputs_of(module, self.X[:1])
            last = RUN.activated or Activated()
        self.activation = last.name if last.result is first else None
        shape = (len(self.X), *first.shape[1:])
        if len(shape) > max(2, self.y.ndim):
            raise ValueError(
                f"the network gives an array of shape {shape[1:]} for each example: put nn.Flatten() first, which "
                "makes each example one row"
            )
        of_classes = isinstance(module.loss, losses.SparseCategoricalCrossentropy)
        self.y = data.columns_as_wanted(self.y, shape, of_classes)
        module.loss.check(self.y, shape)
        self.metrics = [metrics.get(metric, module.loss, shape[-1]) for metric in module.metrics]
        for metric in self.metrics:
            metric.check(self.y, shape)
        self.y = self.y.astype(np.int64 if of_classes else first.dtype, copy=False)
        if self.weight is not None:
            self.weight = self.weight.astype(first.dtype)
        self.outputs = np.empty(shape, first.dtype)

    def __len__(self) -> int:
        return len(self.X)

    def take(self, rows: Array) -> Examples:
        """Some of the examples, by their numbers."""
        some = copy.copy(self)
        some.X, some.y = self.X.take(rows, axis=0), self.y.take(rows, axis=0)  # three times as quick as X[rows]
        some.weight = None if self.weight is None else self.weight[rows]
        some.outputs = self.outputs[: len(some.X)]
        return some

    def batches(self, size: int) -> Iterator[tuple[slice, Array, Array, Array | None]]:
        """The examples a number at a time, with the rows that they are."""
        for start in range(0, len(self.X), size):
            rows = slice(start, start + size)
            yield rows, self.X[rows], self.y[rows], None if self.weight is None else self.weight[rows]

    def measured(self) -> dict[str, float]:
        """The metrics of :attr:`outputs`."""
        return {metric.name: metric(self.y, self.outputs, self.weight) for metric in self.metrics}

    def split(self, part: float, generator: np.random.Generator) -> tuple[Examples, Examples]:
        """Those to learn from, and a part to watch, drawn at random; of each class the same part.

        Raises
        ------
        ValueError
            When one of the two would be empty.
        """
        m = len(self)
        count = round(part * m)
        if not 0 < count < m:
            raise ValueError(f"validation_split={part} of {m} examples leaves none to watch, or none to learn from")
        watched = drawn_evenly(self._classes(), count, generator)
        return self.take(np.flatnonzero(~watched)), self.take(np.flatnonzero(watched))

    def _classes(self) -> Array:
        """A number for each example's class; all the same where y isn't of classes."""
        y = self.y.reshape(len(self), -1)
        if y.dtype.kind != "i" and not np.isin(y, (-1, 0, 1)).all():
            return np.zeros(len(self))
        return y.argmax(axis=1) if y.shape[1] > 1 else y[:, 0]


def drawn_evenly(classes: Array, count: int, generator: np.random.Generator) -> Array:
    """Draw so many examples, of each class the same part; gives (m,) booleans.

    >>> classes = np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
    >>> np.bincount(classes[drawn_evenly(classes, 3, np.random.default_rng(0))]).tolist()
    [2, 1]
    """
    order = generator.permutation(len(classes))
    order = order[np.argsort(classes[order], kind="stable")]
    drawn = np.zeros(len(classes), bool)
    drawn[order[((np.arange(count) + 0.5) * len(classes) / max(count, 1)).astype(int)]] = True
    return drawn


def outputs_of(module: Module, X: Array) -> Any:
    """What a network gives for a batch.

    Raises
    ------
    ValueError
        Unless that is a row for each example.
    """
    outputs = module.batch(X)
    if outputs.shape[:1] != X.shape[:1]:
        raise ValueError(
            f"a network gives a row for each example, expected shape ({len(X)}, …), got {outputs.shape}: leave the "
            "loss to compile"
        )
    return outputs


def dtype_of(module: Module) -> Any:
    """What a network computes in; None while it has no weights."""
    return next((x.dtype for x in module.parameters() if hasattr(x, "dtype")), None)
