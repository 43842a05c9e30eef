"""compile, fit, evaluate and predict: what :class:`Module` calls.

A step is one function of a batch, its loss. It is recorded at the first batch and replayed at the others (``jit``);
the optimizer, whose vectors the gradients land in, does the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import optim, tree
from ..graph import Node
from ..modes import AnomalyError, RecordingError, no_grad, refuse_in_program
from ..programs.jit import jit
from . import losses, metrics
from .callbacks import History, checked_callbacks
from .checks import (
    check_outputs,
    column_where_one_output,
    features,
    targets,
    warn_of_beginners_mistakes,
    weights_of_examples,
)
from .layers import positive
from .module import RUN, running
from .progress import progress

if TYPE_CHECKING:
    from ..tensor import Array
    from .module import Module

CHUNK = 4096  # examples that evaluate and predict take at once


def compile(module: Module, optimizer: Any, loss: Any, measures: Any, run_eagerly: bool) -> None:  # noqa: A001  # Keras' name
    """See :meth:`Module.compile`."""
    if loss is None:
        raise ValueError(
            'compile needs a loss, such as "mse" for numbers, "binary_crossentropy" for two classes, '
            '"sparse_categorical_crossentropy" for more'
        )
    chosen = optim.get(optimizer), losses.get(loss)
    names = [measures] if isinstance(measures, str) or callable(measures) else list(measures or ())
    for name in names:
        metrics.get(name, chosen[1], 1)  # refuses an unknown one
    module.optimizer, module.loss = chosen
    module.metrics = tuple(names)
    module._step = Step(module, run_eagerly)


class Data:
    """Examples with what is true of them, checked and ready for a network and its loss."""

    def __init__(self, module: Module, X: Any, y: Any, sample_weight: Any) -> None:
        refuse_in_program("fit() and evaluate()", "call it outside of the function")
        if module.loss is None:
            raise RuntimeError('compile the network first, as in model.compile(optimizer="adam", loss="mse")')
        self.X = features(X, _dtype(module))
        self.y = targets(y, len(self.X))
        self.weight = weights_of_examples(sample_weight, len(self.X))
        with no_grad(), running(training=False, activated=[None, "", None]):
            first = module.batch(self.X[:1])
            result, name, _ = RUN.activated or (None, "", None)
        dtype = first.dtype
        shape = (len(self.X), *first.shape[1:])
        check_outputs(module.loss, name if result is first else "", shape)
        self.y = column_where_one_output(self.y, shape)
        module.loss.check(self.y, shape)
        self.metrics = [metrics.get(metric, module.loss, shape[-1]) for metric in module.metrics]
        for metric in self.metrics:
            metric.check(self.y, shape)
        if not isinstance(module.loss, losses.SparseCategoricalCrossentropy):
            self.y = self.y.astype(dtype, copy=False)
        elif self.y.dtype.kind == "f":
            self.y = self.y.astype(np.int64)
        if self.weight is not None:
            self.weight = self.weight.astype(dtype)
        self.outputs = np.empty(shape, dtype)  # what the network gives, for the metrics

    def __len__(self) -> int:
        return len(self.X)

    def take(self, rows: Any) -> Data:
        """Some of the examples."""
        some: Data = object.__new__(Data)
        vars(some).update(vars(self))
        some.X, some.y = self.X[rows], self.y[rows]
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


class Step:
    """The loss of a batch as a function that is recorded once, for as long as the network stays what it is."""

    def __init__(self, module: Module, run_eagerly: bool) -> None:
        self.run_eagerly = run_eagerly
        self.generator = np.random.default_rng(getattr(module, "seed", None))
        self.loss = self._of(module)
        self._recorded: jit | None = None
        self._seen: Any = None

    def _of(self, module: Module) -> Callable[..., Any]:
        def loss(X: Any, y: Any, sample_weight: Any) -> Any:
            with running(training=True, generator=self.generator, activated=[None, "", None]):
                outputs = module.batch(X)
                value = loss_of(module, y, outputs, sample_weight)
            return (value, outputs.detach()) if module.metrics else value

        return loss

    def descent(self, module: Module) -> Callable[..., list[Any]]:
        """What gives the loss of a batch, and its gradients to the parameters; recorded anew once the network has
        other parts or settings.
        """
        seen = _settings_of(module)
        if self._recorded is None or seen != self._seen:
            self._recorded, self._seen = jit(self.loss), seen
        return self._eagerly if self.run_eagerly else self._replayed

    def _replayed(self, *batch: Any) -> list[Any]:
        assert self._recorded is not None
        try:
            return self._recorded.descend(*batch)
        except RecordingError:
            self.run_eagerly = True  # its forward looks at numbers: it can't be replayed
            return self._eagerly(*batch)

    def _eagerly(self, *batch: Any) -> list[Any]:
        results = list(tree.leaves(self.loss(*batch)))
        results[0].backward()
        return [x.data for x in results]


def _settings_of(module: Module) -> list[Any]:
    """What a recording of a network depends on besides the numbers in its weights."""
    seen: list[Any] = [id(module.loss)]
    for path, part in module.parts():
        seen += path, id(part)
        if not isinstance(part, Node):
            seen += [x for x in vars(part).values() if isinstance(x, bool | int | float | str)]
    return seen


def loss_of(module: Module, y: Any, outputs: Any, sample_weight: Any) -> Any:
    """The loss of a network's outputs; of what the last activation was given, where that loses nothing."""
    loss = module.loss
    assert loss is not None
    result, name, given = RUN.activated or (None, "", None)
    if loss.behind == name and result is outputs and not loss.from_logits:
        loss, outputs = loss.on_logits(), given
    value = loss(y, outputs, sample_weight)
    for part in module.modules():
        penalty = part.penalty()
        value = value if penalty is None else value + penalty
    return value


def fit(
    module: Module,
    X: Any,
    y: Any,
    *,
    batch_size: int,
    epochs: int | None,
    verbose: str | int,
    callbacks: Any,
    validation_split: float,
    validation_data: Any,
    shuffle: bool,
    sample_weight: Any,
    initial_epoch: int,
    seed: int | None,
) -> History:
    """See :meth:`Module.fit`."""
    batch_size = positive(batch_size, "batch_size")
    last = 1 if epochs is None else positive(epochs, "epochs")
    called = checked_callbacks(callbacks, module)
    if not 0 <= validation_split < 1:
        raise ValueError(
            f"validation_split is the part of the examples kept from training, in [0, 1), got {validation_split}"
        )
    if verbose not in ("auto", 0, 1, 2):
        raise ValueError(f"verbose is 'auto', 0, 1 or 2, got {verbose!r}")
    step = _step(module)
    if seed is not None:
        step.generator.bit_generator.state = np.random.default_rng(seed).bit_generator.state
    with running(generator=step.generator):
        data = Data(module, X, y, sample_weight)
    validation = None
    if validation_data is not None:
        validation = Data(module, *validation_data, *[None] * (3 - len(validation_data)))
    elif validation_split:
        data, validation = _split(data, validation_split, step.generator)
    warn_of_beginners_mistakes(module, data.X)
    optimizer = module.optimizer
    assert optimizer is not None
    optimizer.bind(module.parameters())
    module.stop_training, module.history = False, History()
    bar = progress(verbose, last - initial_epoch, math.ceil(len(data) / batch_size))
    try:
        with bar:
            for callback in called:
                callback.on_train_begin()
            for epoch in range(initial_epoch, last):
                for callback in called:
                    callback.on_epoch_begin(epoch)
                if called or epoch == initial_epoch:  # callbacks may change the network
                    descend = step.descent(module)
                rows = step.generator.permutation(len(data)) if shuffle else slice(None)
                logs = _epoch(module, descend, data.take(rows), batch_size, epoch, called, bar)
                if validation:
                    logs |= {f"val_{name}": value for name, value in _measure(module, validation).items()}
                for callback in called:
                    callback.on_epoch_end(epoch, logs)
                module.history.append(epoch, logs)
                bar.epoch(epoch, logs)
                if module.stop_training:
                    break
    finally:
        optimizer.zero_grad()
        for callback in called:
            callback.on_train_end()
    if epochs is None and verbose:
        print(f"fit: trained one epoch, {bar.batches} steps, as Keras does unless told; epochs=20 goes on twenty times")
    return module.history


def _step(module: Module) -> Step:
    if module.loss is None:
        raise RuntimeError('compile the network first, as in model.compile(optimizer="adam", loss="mse")')
    module._step = module._step or Step(module, run_eagerly=False)  # which a copy lacks
    return module._step  # type: ignore[no-any-return]  # or None


def _epoch(
    module: Module,
    descend: Callable[..., list[Any]],
    data: Data,
    batch_size: int,
    epoch: int,
    callbacks: Any,
    bar: Any,
) -> dict[str, float]:
    """Go once through the examples; gives the loss and the metrics, as they were on the way."""
    optimizer = module.optimizer
    assert optimizer is not None
    total, batch = 0.0, 0
    for batch, (rows, X, y, sample_weight) in enumerate(data.batches(batch_size)):
        value, *outputs = descend(X, y, sample_weight)
        number = value.item()
        if not math.isfinite(number):
            _stop(module, number, epoch, batch)
        optimizer.remember()
        optimizer.step()
        optimizer.zero_grad()
        total += number * len(X)
        if outputs:
            data.outputs[rows] = outputs[0]
        for callback in callbacks:
            callback.on_batch_end(batch, number)
        bar.batch(epoch, number)
    if not _finite(module):
        _stop(module, math.nan, epoch, batch)
    return {"loss": total / len(data), **data.measured()}


def _finite(module: Module) -> bool:
    assert module.optimizer is not None
    return all(np.isfinite(p.data).all() for p in module.optimizer.parameters)


def _stop(module: Module, loss: float, epoch: int, batch: int) -> None:
    if not _finite(module):
        assert module.optimizer is not None
        module.optimizer.recall()
    raise AnomalyError(
        f"the loss became {loss} in epoch {epoch + 1}, batch {batch + 1}; the weights are the last finite ones: try a "
        "smaller learning_rate, features brought to mean 0 and std 1 (nn.Normalization), or global_clipnorm=1 in the "
        "optimizer, and compile again"
    )


def _split(data: Data, part: float, generator: np.random.Generator) -> tuple[Data, Data]:
    """The examples to learn from and to watch, drawn at random; of each class the same part."""
    m = len(data)
    classes = np.zeros(m, int)
    labels = data.y.argmax(axis=1) if data.y.ndim == 2 and data.y.shape[1] > 1 else data.y.reshape(m, -1)[:, 0]
    if data.y.dtype.kind in "iu" or np.isin(data.y, (-1, 0, 1)).all():
        classes = np.unique(labels, return_inverse=True)[1]
    order = generator.permutation(m)
    order = order[np.argsort(classes[order], kind="stable")]
    kept = np.zeros(m, bool)
    count = round(part * m)
    kept[order[np.floor((np.arange(count) + 0.5) * m / max(count, 1)).astype(int)]] = True
    if not 0 < count < m:
        raise ValueError(f"validation_split={part} of {m} examples leaves none to watch, or none to learn from")
    return data.take(~kept), data.take(kept)


def _measure(module: Module, data: Data) -> dict[str, float]:
    """The loss and the metrics."""
    total = 0.0
    with no_grad():
        for rows, X, y, sample_weight in data.batches(CHUNK):
            with running(training=False, activated=[None, "", None]):
                outputs = module.batch(X)
                total += len(X) * float(loss_of(module, y, outputs, sample_weight))
            data.outputs[rows] = outputs.data
    return {"loss": total / len(data), **data.measured()}


def evaluate(module: Module, X: Any, y: Any, sample_weight: Any) -> dict[str, float]:
    """See :meth:`Module.evaluate`."""
    return _measure(module, Data(module, X, y, sample_weight))


def predict(module: Module, X: Any, batch_size: int) -> Array:
    """See :meth:`Module.predict`."""
    refuse_in_program("predict()", "call the network itself, as in model(X)")
    data = features(X, _dtype(module))
    size = positive(batch_size, "batch_size")
    with no_grad(), running(training=False):
        parts = [module.batch(data[start : start + size]).data for start in range(0, len(data), size)]
    return np.concatenate(parts)


def _dtype(module: Module) -> Any:
    """What the network computes in; None while it has no weights."""
    return next((x.dtype for x in module.parameters() if hasattr(x, "dtype")), None)
