"""Module: a network or a part of one, which knows its parameters and what it gives for a batch.

A layer is a Module, and so is a network of layers. For one's own, make the layers in ``__init__`` and say in
``forward`` what comes of a batch; then it is called, trained and looked at like those of this package.

>>> from autograd_mini.nn.layers import Dense
>>> class Residual(Module):
...     def __init__(self, units):
...         self.inner = Dense(units, activation="tanh")
...
...     def forward(self, X):
...         return X + self.inner(X)
>>> block = Residual(3)
>>> block(np.ones((5, 3))).shape, list(block.weights())
((5, 3), ['inner.W', 'inner.b'])
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..graph import DATA, Node, describe
from ..modes import refuse_in_program
from ..tensor import Array, Tensor, checked, leaf
from .parts import BATCH, NO_WEIGHTS, check_weights, parts
from .running import running

if TYPE_CHECKING:
    import os

    from ..optim import Optimizer
    from .callbacks import History
    from .loss import Loss


CHUNK = 4096  # examples that are evaluated or predicted at once


class Module:
    """A network or a part of one; one's own has its layers from ``__init__``, and ``forward``.

    Its parts are the Modules, Tensors and Values that its attributes hold, or lists, tuples and dicts there.

    Attributes
    ----------
    name
        What errors and tables call it.
    optimizer, loss
        What :meth:`compile` was given, as objects.
    metrics
        Their names and functions, as they were given.
    run_eagerly
        Whether each step runs :meth:`forward`, instead of replaying its recording.
    input_shape, output_shape
        Of one example, when it was last called.
    history
        The :class:`History` of the last :meth:`fit`, also of one that was interrupted.
    stop_training
        A callback sets it to end :meth:`fit` after this epoch.
    table
        The columns, categories and classes of the table that it learned from, saved with it; None without one.

    Examples
    --------
    >>> from autograd_mini import nn
    >>> class Residual(nn.Module):
    ...     def __init__(self, units):
    ...         self.inner = nn.Dense(units, activation="tanh")
    ...
    ...     def forward(self, X):
    ...         return X + self.inner(X)
    >>> block = Residual(3)
    >>> block(np.ones((5, 3))).shape, list(block.weights())
    ((5, 3), ['inner.W', 'inner.b'])
    """

    name: str = ""
    run_eagerly: bool = False
    optimizer: Optimizer | None = None
    loss: Loss | None = None
    metrics: tuple[Any, ...] = ()
    history: History | None = None
    stop_training: bool = False
    table: dict[str, Any] | None = None
    _step: Any = None  # what fit replays
    input_shape: tuple[int, ...] | None = None  # of one example, when it was last called
    output_shape: tuple[int, ...] | None = None

    def forward(self, X: Any) -> Any:
        """What comes of a batch X, a Tensor of shape (m, …), the first axis counting examples: a Tensor.

        A longer :meth:`fit` records it once and replays that: numbers that it reads, and draws, are then those of the
        first batch. Use :class:`Dropout` or :func:`autograd_mini.dropout` to draw afresh, ``compile(…,
        run_eagerly=True)`` to run it at each step.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method forward(self, X)")

    def __call__(self, X: Any, training: bool | None = None) -> Any:
        """What comes of a batch.

        Parameters
        ----------
        X
            An array, list or Tensor of shape (m, …), the first axis counting examples.
        training
            Whether Dropout drops; as around it where this is a part, else False.

        Returns
        -------
        Tensor
            Of shape (m, …).
        """
        if not isinstance(X, Node):
            X = leaf(checked(np.asarray(X), X), BATCH, DATA)
        if training is None:
            result = self.forward(X)
        else:
            with running(training=training):
                result = self.forward(X)
        if not isinstance(result, Tensor):
            raise TypeError(f"{type(self).__name__}.forward() gives a Tensor, got {describe(result)}")
        self.input_shape, self.output_shape = X.shape[1:], result.shape[1:]
        return result

    def batch(self, X: Any) -> Any:
        """What training and predicting call for a batch X, (m, …); as calling, unless that takes one example."""
        return self(X)

    def inside(self) -> Mapping[str, Any]:
        """What it is made of, by name: its attributes."""
        return vars(self)

    def parts(self) -> Iterator[tuple[str, Any]]:
        """Every Module and leaf node within, this one first, each once, with the path that leads there."""
        return parts(self, "", {})

    def parameters(self) -> list[Any]:
        """Every node that is trained, once each, always in the same order."""
        return [x for _, x in self.parts() if isinstance(x, Node) and x.requires_grad]

    def modules(self) -> list[Module]:
        """Itself and every Module within, once each."""
        return [x for _, x in self.parts() if isinstance(x, Module)]

    def zero_grad(self) -> None:
        """Set every parameter's gradient to None."""
        for parameter in self.parameters():
            parameter.grad = None

    def penalty(self) -> Any:
        """What the regularizers of this module alone, without its parts, add to the loss; None without one."""
        return None

    def weights(self) -> dict[str, Array]:
        """Copies of all weights, and of what else was learned, by the path that leads there.

        ``layers.0.W`` has shape (inputs, units): PyTorch's ``Linear`` keeps it transposed, so that
        ``{"0.weight": w["layers.0.W"].T, "0.bias": w["layers.0.b"]}`` is what its ``load_state_dict`` takes.

        >>> from autograd_mini import nn
        >>> model = nn.Sequential([nn.Dense(4), nn.Dense(1)], seed=0)
        >>> _ = model(np.zeros((1, 2)))
        >>> {name: array.shape for name, array in model.weights().items()}
        {'layers.0.W': (2, 4), 'layers.0.b': (4,), 'layers.1.W': (4, 1), 'layers.1.b': (1,)}
        """
        return {path: np.array(x._data) for path, x in self.parts() if isinstance(x, Node)}

    def get_weights(self) -> list[Array]:
        """Copies of all weights as a list, in Keras' words: of a Dense layer [W, b]."""
        return list(self.weights().values())

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Take ``weights``, a list of arrays such as :meth:`get_weights` gives.

        Raises
        ------
        ValueError
            For another number of arrays, or other shapes.
        RuntimeError
            While the module has none, because it has seen no batch.
        """
        own = self.weights()
        if weights and not own:
            raise RuntimeError(NO_WEIGHTS)
        if len(weights) != len(own):
            raise ValueError(f"{len(own)} arrays are wanted, {', '.join(own)}, got {len(weights)}")
        self.load_weights({name: np.asarray(x, own[name].dtype) for name, x in zip(own, weights, strict=True)})

    def load_weights(self, weights: Mapping[str, Array] | str | os.PathLike[str]) -> None:
        """Take weights as :meth:`weights` gives them, or those of a file that :meth:`save` wrote: all, or none.

        Raises
        ------
        ValueError
            For a missing or unknown name, another shape or dtype, or a file that isn't whole.
        RuntimeError
            While the module has none, because it has seen no batch.
        FileNotFoundError, IsADirectoryError
            For a path where there is no file.
        """
        refuse_in_program("load_weights()", "call it outside of the function")
        if not isinstance(weights, Mapping):
            from .saving import read_weights

            weights = read_weights(weights)
        own = {path: x for path, x in self.parts() if isinstance(x, Node)}
        if not own:
            raise RuntimeError(NO_WEIGHTS)
        check_weights({path: np.asarray(x._data) for path, x in own.items()}, weights)
        for path, x in own.items():
            x.data = np.asarray(weights[path])[()]

    def build(self, shape: tuple[int | None, ...], dtype: Any = np.float64) -> None:
        """Make the weights for batches of a shape and dtype, without one: ``model.build((None, 2))``.

        Raises
        ------
        ValueError
            For a shape without a number of features.
        """
        sizes = shape[1:] if isinstance(shape, tuple | list) else ()
        if not sizes or not all(isinstance(n, int) and n > 0 for n in sizes):
            raise ValueError(f"build() takes the shape of a batch, such as (None, 3) for three features, got {shape!r}")
        self.batch(np.zeros((1, *sizes), dtype))

    def compile(self, optimizer: Any = "adam", loss: Any = None, metrics: Any = (), run_eagerly: bool = False) -> None:
        """Say how it is to be trained.

        Parameters
        ----------
        optimizer
            ``"sgd"``, ``"rmsprop"``, ``"adam"``, ``"adamw"``, or one of :mod:`autograd_mini.optim`.
        loss
            ``"mse"``, ``"binary_crossentropy"``, …, or a loss, or a function of (y_true, y_pred).
        metrics
            What is shown besides: ``"accuracy"``, ``"mae"``, ``"mse"``, ``"r2"``, or functions of
            (y_true, y_pred).
        run_eagerly
            Run ``forward`` at each step, to look into it, instead of replaying its recording: slower.

        Raises
        ------
        ValueError
            For unknown names; it lists the known ones.
        TypeError
            For what can be no optimizer.
        """
        from . import training

        training.compile(self, optimizer, loss, metrics, run_eagerly)

    def fit(
        self,
        X: Any,
        y: Any,
        batch_size: int = 32,
        epochs: int | None = None,
        verbose: str | int = "auto",
        callbacks: Any = (),
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        seed: int | None = None,
    ) -> History:
        """Train.

        Parameters
        ----------
        X
            (m, …), an array, DataFrame or lists of numbers.
        y
            (m,) or (m, outputs); one number an example is one column where the model has one output.
        batch_size
            Examples a step; more than m are m.
        epochs
            How often to go through the examples; without it once, as Keras does, which is said.
        verbose
            ``"auto"`` or 1 shows a progress bar in a terminal and about ten lines in a notebook, 0 nothing, 2 a line
            an epoch.
        callbacks
            :class:`EarlyStopping`, :class:`ModelCheckpoint`, :class:`LearningRateScheduler`, one's own.
        validation_split
            The part of the examples that is kept from training to watch its progress. Unlike
            Keras, which takes the last ones, they are drawn at random, and with all classes in proportion.
        validation_data
            (X, y) or (X, y, sample_weight), to watch that instead.
        shuffle
            Whether to take the examples in another order each epoch.
        sample_weight
            (m,), how much each example's loss counts.
        initial_epoch
            The number of the first epoch, to go on where another call has ended.
        seed
            The same seed gives the same weights, bit for bit; it draws the order, dropout, and weights not made yet
            unless the network has a seed of its own.

        Returns
        -------
        History
            Its ``history`` has a list for ``"loss"``, for each metric, and for ``"val_loss"``, …

        Raises
        ------
        RuntimeError
            Before :meth:`compile`, and within ``no_grad``.
        ValueError
            For data or settings that don't fit, before any weight changes.
        TypeError
            For callbacks that are none.
        AnomalyError
            When the loss becomes nan or infinite; the weights are the last finite ones.

        Examples
        --------
        >>> from autograd_mini import nn
        >>> X, y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
        >>> model = nn.Sequential([nn.Dense(8, activation="tanh"), nn.Dense(1, activation="sigmoid")], seed=0)
        >>> model.compile(optimizer=nn.optim.Adam(learning_rate=0.1), loss="binary_crossentropy", metrics=["accuracy"])
        >>> history = model.fit(X, y, epochs=100)
        >>> history.history["accuracy"][-1], model.predict(X).round().ravel().tolist()
        (1.0, [0.0, 1.0, 1.0, 0.0])
        """
        from . import training

        return training.fit(
            self,
            X,
            y,
            batch_size=batch_size,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_split=validation_split,
            validation_data=validation_data,
            shuffle=shuffle,
            sample_weight=sample_weight,
            initial_epoch=initial_epoch,
            seed=seed,
        )

    def evaluate(
        self,
        X: Any,
        y: Any,
        batch_size: int = CHUNK,
        verbose: str | int = "auto",
        sample_weight: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """The loss and the metrics on given examples, as in Keras: the loss alone, else a list.

        Parameters
        ----------
        X
            (m, …), as in :meth:`fit`.
        y
            (m,) or (m, outputs), as in :meth:`fit`.
        batch_size
            Examples at once; that changes nothing but the memory it takes.
        verbose
            Nothing is shown whatever it is.
        sample_weight
            (m,), how much each example counts, in the metrics too.
        return_dict
            Give a dict by name instead.

        Raises
        ------
        RuntimeError
            Before :meth:`compile`.
        ValueError
            For data that doesn't fit.
        """
        from . import training

        logs = training.evaluate(self, X, y, batch_size, sample_weight)
        values = list(logs.values())
        return logs if return_dict else values if len(values) > 1 else values[0]

    def predict(self, X: Any, batch_size: int = CHUNK, verbose: str | int = "auto") -> Array:
        """What the network gives for X, (m, …), as an array (m, outputs).

        ``batch_size`` is how many examples it takes at once; nothing is shown whatever ``verbose`` is.

        Raises
        ------
        ValueError
            When X doesn't fit.
        RuntimeError
            For a network without layers.
        """
        from . import training

        return training.predict(self, X, batch_size)

    def summary(self, examples: int | str = "m") -> None:
        """Print a table: each layer's shapes for a number of examples, its activation, how many parameters it has.

        Raises
        ------
        RuntimeError
            While a width is unknown, because the network has seen no batch.
        """
        from .summary import show

        show(self, examples)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the network, its weights, what it was compiled with, its optimizer's state and its history.

        The file at ``path`` is in the safetensors format, and :func:`load_model` reads it. It is written whole or not
        at all. A loss, metric or optimizer of one's own can't be in it: then the network is to be compiled again after
        loading.

        Raises
        ------
        RuntimeError
            While a width is unknown, because the network has seen no batch.
        ValueError
            For parts that can't be made anew from a file: one's own Modules and functions.
        FileNotFoundError, IsADirectoryError
            Where there can be no file.
        """
        from .saving import save

        save(self, path)

    def to_python(self) -> str:
        """A script that predicts with NumPy alone, the weights in it."""
        from .script import script

        return script(self)

    def __getstate__(self) -> dict[str, Any]:
        """Copies record anew: what was recorded knows this module's weights, not theirs."""
        return vars(self) | {"_step": None}
