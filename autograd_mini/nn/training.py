"""compile, fit, evaluate and predict: what :class:`Module` calls.

A step is one function of a batch, its loss. It is recorded at the first batch and replayed at the others (``step.py``);
the optimizer, whose vectors the gradients land in, does the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import optim
from ..configured import number_within, positive
from ..graph import describe
from ..modes import THREAD, AnomalyError, no_grad, refuse_in_program
from . import losses, metrics
from .callbacks import Callback, History, checked_callbacks
from .data import features
from .examples import Examples, dtype_of, outputs_of
from .mistakes import check_outputs, warn_of_beginners_mistakes
from .module import CHUNK
from .progress import shown
from .running import RUN, Activated, running
from .step import Step, loss_of, penalized_in

if TYPE_CHECKING:
    from ..optim import Optimizer
    from ..tensor import Array
    from .loss import Loss
    from .module import Module


def compile(module: Module, optimizer: Any, loss: Any, measures: Any, run_eagerly: bool) -> None:  # noqa: A001  # Keras' name
    """See :meth:`Module.compile`."""
    if loss is None:
        raise ValueError(
            'compile needs a loss, such as "mse" for numbers, "binary_crossentropy" for two classes, '
            '"sparse_categorical_crossentropy" for more'
        )
    chosen = optim.get(optimizer), losses.get(loss)
    names = [measures] if isinstance(measures, str) or callable(measures) else list(measures or ())
    called = [metrics.get(name, chosen[1], 1).name for name in names]  # refuses an unknown one
    if len({"loss", *called}) <= len(called):
        raise ValueError(f"each metric has a name of its own, and none is called loss, got {', '.join(called)}")
    module.optimizer, module.loss = chosen
    module.metrics, module.run_eagerly = tuple(names), bool(run_eagerly)
    module._step = Step(module)


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
    optimizer, _ = _compiled(module)
    if THREAD.no_grad:
        raise RuntimeError("fit() needs gradients: call it outside of no_grad()")
    batch_size = positive(batch_size, "batch_size")
    last = 1 if epochs is None else positive(epochs, "epochs")
    if not isinstance(initial_epoch, int | np.integer) or initial_epoch < 0:
        raise ValueError(f"initial_epoch is the number of an epoch, 0 or more, got {initial_epoch!r}")
    if verbose not in ("auto", 0, 1, 2):
        raise ValueError(f"verbose is 'auto', 0, 1 or 2, got {verbose!r}")
    step = module._step = module._step or Step(module)  # which a copy lacks
    with _kept_unless_it_works(step.generator):
        if seed is not None:
            step.generator.bit_generator.state = np.random.default_rng(seed).bit_generator.state
        with running(generator=step.generator):
            examples, watched = _examples(module, X, y, sample_weight, validation_data, validation_split)
        measured = ["loss", *(metric.name for metric in examples.metrics)]
        called = checked_callbacks(callbacks, module, [*measured, *(f"val_{name}" for name in measured if watched)])
        optimizer.bind(_weights_of(module))
    warn_of_beginners_mistakes(module, examples.X)
    module.stop_training, module.history = False, (history := History())
    count, rest = divmod(len(examples), batch_size)
    step.plan({batch_size: count * (last - initial_epoch), rest: last - initial_epoch})
    run, everyone = object(), [*called, *shown(verbose, last - initial_epoch, math.ceil(len(examples) / batch_size))]
    try:
        _tell(everyone, "on_train_begin")
        for epoch in range(initial_epoch, last):
            _tell(everyone, "on_epoch_begin", epoch)
            if called or epoch == initial_epoch:  # callbacks may have changed the network
                optimizer, _ = _compiled(module)
                optimizer.bind(_weights_of(module))
                descend = step.prepare(module, run)
            ordered = examples.take(step.generator.permutation(len(examples))) if shuffle else examples
            with np.errstate(all="ignore"):  # what goes wrong is seen by the loss
                logs = _epoch(optimizer, descend, ordered, batch_size, epoch, everyone)
            if watched:
                logs |= {f"val_{name}": value for name, value in _measure(module, watched, CHUNK).items()}
            _tell(everyone, "on_epoch_end", epoch, logs)
            history.append(epoch, logs)
            if module.stop_training:
                break
    finally:
        optimizer.zero_grad()
        _tell(everyone, "on_train_end")
    module.history = history
    if epochs is None and verbose:
        print("fit: one epoch, as Keras does unless told; for more say epochs=20")
    return history


@contextmanager
def _kept_unless_it_works(generator: np.random.Generator) -> Iterator[None]:
    """A call that is refused draws nothing."""
    before = generator.bit_generator.state
    try:
        yield
    except BaseException:
        generator.bit_generator.state = before
        raise


def _examples(
    module: Module, X: Any, y: Any, sample_weight: Any, validation_data: Any, validation_split: float
) -> tuple[Examples, Examples | None]:
    """The examples to learn from, and those to watch."""
    number_within(validation_split, "validation_split", "a part of the examples, in [0, 1)", below=1.0)
    _, loss = _compiled(module)
    examples = Examples(module, X, y, sample_weight)
    check_outputs(loss, examples.activation, examples.outputs.shape)
    if validation_data is not None:
        if not isinstance(validation_data, tuple | list) or len(validation_data) not in (2, 3):
            raise ValueError(f"validation_data is (X, y) or (X, y, sample_weight), got {describe(validation_data)}")
        return examples, Examples(module, *validation_data)
    assert RUN.generator is not None
    return examples.split(validation_split, RUN.generator) if validation_split else (examples, None)


def _weights_of(module: Module) -> list[Any]:
    parameters = module.parameters()
    if not parameters:
        raise ValueError("this network has no weights to train: add a layer that has some, such as nn.Dense(1)")
    return parameters


def _compiled(module: Module) -> tuple[Optimizer, Loss]:
    refuse_in_program("fit() and evaluate()", "call it outside of the function")
    if module.optimizer is None or module.loss is None:
        raise RuntimeError('compile the network first, as in model.compile(optimizer="adam", loss="mse")')
    return module.optimizer, module.loss


def _tell(callbacks: Sequence[Callback], what: str, *news: Any) -> None:
    for callback in callbacks:
        getattr(callback, what)(*news)


def _epoch(
    optimizer: Optimizer,
    descend: Callable[..., list[Any]],
    examples: Examples,
    batch_size: int,
    epoch: int,
    callbacks: Sequence[Callback],
) -> dict[str, float]:
    """Go once through the examples; gives the loss and the metrics, as they were on the way."""
    total, batch = 0.0, 0
    optimizer.zero_grad()  # what somebody has left
    for batch, (rows, X, y, sample_weight) in enumerate(examples.batches(batch_size)):
        value, *outputs = descend(X, y, sample_weight)
        loss = value.item()
        if not math.isfinite(loss):
            _stop(optimizer, loss, epoch, batch)
        optimizer.remember()
        optimizer.step()
        optimizer.zero_grad()
        total += loss * len(X)
        if outputs:
            examples.outputs[rows] = outputs[0]
        if callbacks:
            _tell(callbacks, "on_train_batch_end", batch, {"loss": loss})
            optimizer.zero_grad()
    if not _finite(optimizer):
        _stop(optimizer, math.nan, epoch, batch)
    return {"loss": total / len(examples), **examples.measured()}


def _finite(optimizer: Optimizer) -> bool:
    return all(np.isfinite(p.data).all() for p in optimizer.parameters)


def _stop(optimizer: Optimizer, loss: float, epoch: int, batch: int) -> None:
    if not _finite(optimizer):
        optimizer.recall()
    raise AnomalyError(
        f"the loss became {loss} in epoch {epoch + 1}, batch {batch + 1}; the weights are the last finite ones: try a "
        "smaller learning_rate, features brought to mean 0 and std 1 (nn.Normalization), or global_clipnorm=1 in the "
        "optimizer, and compile again"
    )


def _measure(module: Module, examples: Examples, batch_size: int) -> dict[str, float]:
    """The loss and the metrics."""
    total = 0.0
    penalized = penalized_in(module)
    with no_grad(), np.errstate(all="ignore"):
        for rows, X, y, sample_weight in examples.batches(batch_size):
            with running(training=False, activated=Activated()):
                outputs = outputs_of(module, X)
                total += len(X) * float(loss_of(module, y, outputs, sample_weight, penalized))
            examples.outputs[rows] = outputs.data
    return {"loss": total / len(examples), **examples.measured()}


def evaluate(module: Module, X: Any, y: Any, batch_size: int, sample_weight: Any) -> dict[str, float]:
    """See :meth:`Module.evaluate`."""
    _, loss = _compiled(module)
    examples = Examples(module, X, y, sample_weight)
    check_outputs(loss, examples.activation, examples.outputs.shape)
    return _measure(module, examples, positive(batch_size, "batch_size"))


def predict(module: Module, X: Any, batch_size: int) -> Array:
    """See :meth:`Module.predict`."""
    refuse_in_program("predict()", "call the network itself, as in model(X)")
    data = features(X, dtype_of(module))
    size = positive(batch_size, "batch_size")
    with no_grad(), running(training=False):
        parts = [outputs_of(module, data[start : start + size]).data for start in range(0, len(data), size)]
    return np.concatenate(parts)
