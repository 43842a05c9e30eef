"""Networks as scikit-learn's estimators: fit, predict, score, in its pipelines and searches. Needs scikit-learn.

>>> from sklearn.datasets import load_iris
>>> from sklearn.model_selection import train_test_split
>>> X, y = load_iris(return_X_y=True)
>>> X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
>>> model = Classifier(layers=(16,), epochs=100, learning_rate=0.01, seed=0).fit(X_train, y_train)
>>> model.score(X_test, y_test) > 0.9, model.model_
(True, Sequential([Normalization(), Dense(16, activation='relu'), Dense(3, activation='softmax')]))
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np

from . import nn, optim
from .tables.models import ending, rescale
from .tensor import Array

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise ImportError(
        "autograd_mini.estimators needs scikit-learn 1.6 or newer: pip install 'autograd-mini[sklearn]'"
    ) from error


class _Network(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """What classifiers and regressors have in common."""

    def __init__(
        self,
        layers: Sequence[int] = (16,),
        activation: str | Callable[[Any], Any] = "relu",
        *,
        optimizer: str | optim.Optimizer = "adam",
        learning_rate: Any = None,
        l2: float = 0.0,
        epochs: int = 100,
        batch_size: int = 32,
        seed: int | None = None,
        verbose: str | int = 0,
    ) -> None:
        self.layers = layers
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.l2 = l2
        self.epochs = epochs
        self.batch_size = batch_size
        self.seed = seed
        self.verbose = verbose

    def _trained(self, X: Array, y: Array, sample_weight: Any, outputs: int, activation: str, loss: str) -> Any:
        """A network that learned these examples."""
        if isinstance(self.layers, int | str):
            raise TypeError(f"layers are the units of each hidden layer, such as (16,), got {self.layers!r}")
        if sample_weight is not None and not np.asarray(sample_weight).any():
            raise ValueError("every sample_weight is zero, which leaves no examples to learn from")
        normalization = nn.Normalization()
        normalization.adapt(X)
        cost = nn.L2(self.l2) if self.l2 else None
        units = [*((n, self.activation) for n in self.layers), (outputs, activation)]
        dense = [nn.Dense(n, activation=g, kernel_regularizer=cost) for n, g in units]
        model = nn.Sequential([normalization, *dense], seed=self.seed)
        model.compile(self._new_optimizer(), loss)
        model.fit(X, y, self.batch_size, self.epochs, self.verbose, sample_weight=sample_weight)
        return model

    def _new_optimizer(self) -> optim.Optimizer:
        optimizer = copy.deepcopy(optim.get(self.optimizer))
        if self.learning_rate is not None:
            optimizer.learning_rate = self.learning_rate
        return optimizer

    def _outputs(self, X: Any) -> Array:
        check_is_fitted(self, "model_")
        data = validate_data(self, X, dtype=(np.float64, np.float32), reset=False)
        return np.asarray(self.model_.predict(data))


class Classifier(ClassifierMixin, _Network):  # type: ignore[misc]  # the same
    """A network that tells classes, which may be text.

    Parameters
    ----------
    layers
        The units of each hidden layer; none is logistic regression.
    activation
        Theirs.
    optimizer
        ``"adam"``, ``"sgd"``, …, or one of :mod:`autograd_mini.optim`, which is copied.
    learning_rate
        A number or schedule; None is the optimizer's own.
    l2
        What Σw² of each layer's weights costs.
    epochs, batch_size, verbose
        See :meth:`autograd_mini.nn.Module.fit`.
    seed
        The same seed gives the same weights.

    Raises
    ------
    ValueError
        From ``fit``, for settings and data that don't fit, or a y of one class.

    Attributes
    ----------
    classes_
        The classes, in order.
    model_
        The trained :class:`Sequential`, with a Normalization first, so that features of any size do; its
        ``history`` is that of the training.
    n_features_in_, feature_names_in_
        What X was.

    Examples
    --------
    >>> model = Classifier(layers=(), epochs=50, seed=0)
    >>> model.fit([[1.0], [2.0], [8.0], [9.0]], ["short", "short", "long", "long"]).classes_.tolist()
    ['long', 'short']
    >>> model.predict_proba([[0.0], [10.0]]).shape
    (2, 2)
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train anew.

        Parameters
        ----------
        X
            (m, features).
        y
            (m,), the class of each.
        sample_weight
            (m,), how much each counts.

        Raises
        ------
        ValueError
            For settings and data that don't fit, or a y of one class.
        TypeError
            For layers that are no sequence of numbers.
        """
        X, y = validate_data(self, X, y, dtype=(np.float64, np.float32))
        check_classification_targets(y)
        self.classes_, number = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y needs two classes or more to tell apart, got one class, {self.classes_.tolist()[0]!r}")
        self.model_ = self._trained(X, number, sample_weight, *ending(len(self.classes_)))
        return self

    def predict_proba(self, X: Any) -> Array:
        """How probable each class is for each row of X, (m, features) → (m, classes); the rows sum to 1."""
        p = self._outputs(X)
        return np.hstack([1 - p, p]) if len(self.classes_) == 2 else p

    def predict(self, X: Any) -> Array:
        """The most probable class of each row of X, (m, features) → (m,)."""
        p = self.predict_proba(X)
        return np.asarray(self.classes_[p.argmax(axis=1)])


class Regressor(RegressorMixin, _Network):  # type: ignore[misc]  # the same
    """A network that gives numbers: one for each example, or as many as a row of y has.

    Its parameters (layers, activation, optimizer, learning_rate, l2, epochs, batch_size, seed, verbose), errors, and
    attributes but ``classes_``, are :class:`Classifier`'s. In training y is brought to mean 0 and
    standard deviation 1, of which the history and ``l2`` speak; ``model_`` gives y as it was.

    >>> X = np.linspace(-1, 1, 40).reshape(-1, 1)
    >>> model = Regressor(activation="tanh", learning_rate=0.01, seed=0).fit(X, 1000 * X.ravel() ** 2)
    >>> model.score(X, 1000 * X.ravel() ** 2) > 0.9, model.predict(X).shape
    (True, (40,))
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train anew.

        Parameters
        ----------
        X
            (m, features).
        y
            (m,) or (m, outputs).
        sample_weight
            (m,), how much each counts.

        Raises
        ------
        ValueError
            For settings and data that don't fit.
        TypeError
            For layers that are no sequence of numbers.
        """
        X, y = validate_data(self, X, y, dtype=(np.float64, np.float32), y_numeric=True, multi_output=True)
        self._one = y.ndim == 1
        y = y.reshape(len(y), -1)
        scale: Any = nn.Normalization()
        scale.adapt(y)
        model = self._trained(X, scale(y).numpy(), sample_weight, y.shape[1], "linear", "mse")
        rescale(model, scale.mean.data, scale.std.data, self._new_optimizer())
        self.model_ = model
        return self

    def predict(self, X: Any) -> Array:
        """What is expected for each row of X, (m, features) → (m,) or (m, outputs), as y was in ``fit``."""
        outputs = self._outputs(X)
        return outputs[:, 0] if self._one else outputs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
