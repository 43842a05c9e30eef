"""Losses, called as Keras calls them: (what is true, what was predicted); as functions, and as objects for ``compile``.

Both are single numbers or sequences of one length, of numbers and Values, or arrays and Tensors of one shape; the
loss is the mean over all of them. With ``sample_weight``, a number for each of the m examples, each example's loss
counts so often, and the sum is divided by m as ever.

>>> float(mean_squared_error([1.0, 0.0], [0.5, 0.5]))
0.25
>>> Huber(delta=0.5)([1.0, 0.0], [0.5, 2.0], sample_weight=[1, 2]), get("mse")
(0.9375, MeanSquaredError())
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Self

import numpy as np

from ..array_functions import clip
from ..configured import above_0, find
from ..configured import from_config as made_anew
from ..functions import FUNCTIONS
from ..graph import data_of
from ..linear import ASTYPE
from ..recording import array
from ..reductions import log_softmax, sum
from ..tensor import Array, Tensor
from . import fused, labels
from .averaging import in_dtype_of, is_recorded, mean_of, mean_of_examples
from .loss import FunctionLoss, Loss

SMALL = 1e-7  # how near probabilities come to 0 and 1, as in Keras


def mean_squared_error(y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
    """The mean of (ŷ - y)².

    Parameters
    ----------
    y_true, y_pred
        Two single numbers, sequences of one length, or arrays of one shape; of numbers and nodes.
    sample_weight
        How much each of m examples counts, (m,).

    Raises
    ------
    ValueError
        When the two differ in length or shape, or are empty.

    Examples
    --------
    >>> mean_squared_error([1.0, 0.0], [0.5, 0.5])
    0.25
    """
    return mean_of(lambda y, p: (p - y) ** 2, y_true, y_pred, sample_weight)


def mean_absolute_error(y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
    """The mean of ``|ŷ - y|``, whose derivative is 0 where both are equal.

    Parameters
    ----------
    y_true, y_pred
        Two single numbers, sequences of one length, or arrays of one shape; of numbers and nodes.
    sample_weight
        How much each of m examples counts, (m,).

    Raises
    ------
    ValueError
        When the two differ in length or shape, or are empty.

    Examples
    --------
    >>> mean_absolute_error([1, 0], [0.75, 0.5])
    0.375
    """
    return mean_of(lambda y, p: FUNCTIONS["abs"](p - y), y_true, y_pred, sample_weight)


def huber(y_true: Any, y_pred: Any, delta: float = 1.0, sample_weight: Any = None) -> Any:
    """The mean of ½(ŷ - y)² where ``|ŷ - y|`` is below δ, and of ``δ(|ŷ - y| - ½δ)`` above: outliers pull no harder.

    Parameters
    ----------
    y_true, y_pred
        Two single numbers, sequences of one length, or arrays of one shape; of numbers and nodes.
    delta
        The δ, a positive number.
    sample_weight
        How much each of m examples counts, (m,).

    Raises
    ------
    ValueError
        When the two differ in length or shape, or are empty; when δ is no positive number.

    Examples
    --------
    >>> huber([0, 0], [0.5, 3.0]) == (0.125 + 2.5) / 2
    True
    """
    limit = above_0(delta, "delta")

    def loss(y: Any, p: Any) -> Any:
        error = p - y
        near = clip(error, -limit, limit)
        return near * (error - 0.5 * near)

    return mean_of(loss, y_true, y_pred, sample_weight)


def hinge(y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
    """The mean of max(0, 1 - y ŷ), for labels y of -1 and 1.

    Parameters
    ----------
    y_true, y_pred
        Two single numbers, sequences of one length, or arrays of one shape; of numbers and nodes.
    sample_weight
        How much each of m examples counts, (m,).

    Raises
    ------
    ValueError
        When the two differ in length or shape or are empty, or for other labels.

    Examples
    --------
    >>> hinge([1, -1], [0.25, -3.0])
    0.375
    """
    return mean_of(lambda y, p: FUNCTIONS["relu"](1 - y * p), y_true, y_pred, sample_weight, check=labels.signs)


def binary_crossentropy(y_true: Any, y_pred: Any, from_logits: bool = False, sample_weight: Any = None) -> Any:
    """The mean of -(y ln p + (1-y) ln(1-p)), for labels y from 0 to 1.

    Parameters
    ----------
    y_true
        Numbers from 0 to 1, of the shape of ``y_pred``.
    y_pred
        The probabilities p, of any shape, kept within [1e-7, 1 - 1e-7] as by Keras.
    from_logits
        Whether ``y_pred`` is not p but z, where p = σ(z); then nothing is lost however large z is.
    sample_weight
        How much each of m examples counts, (m,).

    Raises
    ------
    ValueError
        When the two differ in length or shape or are empty, or for labels outside of [0, 1].

    Examples
    --------
    >>> round(binary_crossentropy([1, 1, 0, 0, 1], [0.78, 0.89, 0.12, 0.08, 0.97]) * 5, 12)
    0.606669363488
    >>> binary_crossentropy(0, 1000.0, from_logits=True)
    1000.0
    """
    loss = FUNCTIONS["bce_with_logits" if from_logits else "bce"]
    return mean_of(loss, y_true, y_pred, sample_weight, labels.probabilities, fused.LOGISTIC if from_logits else None)


def categorical_crossentropy(y_true: Any, y_pred: Any, from_logits: bool = False, sample_weight: Any = None) -> Any:
    """The mean over rows of -Σ y ln p, for labels y of which each row is one-hot, or probabilities.

    Parameters
    ----------
    y_true
        (m, K), each row sums to 1.
    y_pred
        The probabilities p, (m, K), kept within [1e-7, 1 - 1e-7] as by Keras.
    from_logits
        Whether ``y_pred`` is not p but z, where p = softmax(z).
    sample_weight
        How much each of m examples counts, (m,).

    Raises
    ------
    ValueError
        When the shapes don't fit, or for rows of labels that don't sum to 1.

    Examples
    --------
    >>> z = Tensor([[0.0, 0.0]])
    >>> categorical_crossentropy([[0.25, 0.75]], z, from_logits=True).backward()
    >>> z.grad
    array([[ 0.25, -0.25]])
    """
    predicted = array(y_pred)
    true = in_dtype_of(predicted, y_true)
    labels.rows(data_of(true), predicted.shape, values=not is_recorded(true))
    if from_logits and sample_weight is None and type(predicted) is Tensor:
        return fused.ROWS([true, predicted])
    log_p = log_softmax(predicted) if from_logits else _log(predicted)
    return mean_of_examples(-sum(true * log_p, axis=1), sample_weight)


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, sample_weight: Any = None
) -> Any:
    """The mean of -ln p[y], for labels y that are the numbers of classes, 0 to K - 1.

    Parameters
    ----------
    y_true
        m whole numbers, (m,).
    y_pred
        The probabilities p, (m, K), kept within [1e-7, 1 - 1e-7] as by Keras.
    from_logits
        Whether ``y_pred`` is not p but z, where p = softmax(z).
    sample_weight
        How much each of m examples counts, (m,).

    Raises
    ------
    ValueError
        When the shapes don't fit, or for labels that are no whole numbers from 0 to K - 1.

    Examples
    --------
    >>> z = Tensor([[0.0, 0.0], [0.0, 0.0]])
    >>> loss = sparse_categorical_crossentropy([0, 1], z, from_logits=True)
    >>> loss.backward()
    >>> loss, z.grad
    (Tensor(0.693147), array([[-0.25,  0.25],
           [ 0.25, -0.25]]))
    """
    predicted = array(y_pred)
    true = y_true if type(y_true) is Tensor else np.asarray(y_true)
    if is_recorded(true):
        labels.classes(data_of(true), predicted.shape, values=False)
        true = true if true.dtype.kind in "iu" else ASTYPE(true, np.dtype(np.intp))
    else:
        true = labels.classes(data_of(true), predicted.shape)
    if from_logits and sample_weight is None and type(predicted) is Tensor:
        return fused.CLASSES([true, predicted])
    row, column = np.arange(len(true)), true
    log_p = log_softmax(predicted)[row, column] if from_logits else _log(predicted[row, column])
    return mean_of_examples(-log_p, sample_weight)


def _log(p: Any) -> Any:
    return FUNCTIONS["log"](clip(p, SMALL, 1 - SMALL))


class _Known(Loss):
    """One of the functions above, with its settings, which are the attributes."""

    function: ClassVar[Callable[..., Any]]

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        if type(self).call is not Loss.call:  # somebody's own, made of one of these
            return super().__call__(y_true, y_pred, sample_weight)
        return self.function(y_true, y_pred, sample_weight=sample_weight, **vars(self))

    def check(self, y: Array, shape: labels.Shape) -> None:
        labels.fitting(y, shape)


class MeanSquaredError(_Known):
    """:func:`mean_squared_error` as an object.

    >>> MeanSquaredError()([1.0, 0.0], [0.5, 0.5])
    0.25
    """

    function = staticmethod(mean_squared_error)


class MeanAbsoluteError(_Known):
    """:func:`mean_absolute_error` as an object.

    >>> MeanAbsoluteError()([1, 0], [0.75, 0.5])
    0.375
    """

    function = staticmethod(mean_absolute_error)


class Huber(_Known):
    """:func:`huber` with this ``delta``, as an object.

    Raises
    ------
    ValueError
        When delta is no positive number.

    Examples
    --------
    >>> Huber(delta=0.5)([1.0, 0.0], [0.5, 2.0])
    0.5
    """

    function = staticmethod(huber)

    def __init__(self, delta: float = 1.0) -> None:
        self.delta = above_0(delta, "delta")


class Hinge(_Known):
    """:func:`hinge` as an object.

    >>> Hinge()([1, -1], [0.25, -3.0])
    0.375
    """

    function, threshold = staticmethod(hinge), 0.0  # of labels -1 and 1

    def check(self, y: Array, shape: labels.Shape) -> None:
        labels.signs(labels.fitting(y, shape))


class _CrossEntropy(_Known):
    """One that may be of logits."""

    def __init__(self, from_logits: bool = False) -> None:
        if not isinstance(from_logits, bool):
            raise ValueError(f"from_logits is True or False, got {from_logits!r}")  # noqa: TRY004  # as other settings
        self.from_logits = from_logits

    def on_logits(self) -> Self:
        return type(self)(from_logits=True)


class BinaryCrossentropy(_CrossEntropy):
    """:func:`binary_crossentropy` as an object, of logits with ``from_logits``.

    Raises
    ------
    ValueError
        When ``from_logits`` is neither True nor False.

    Examples
    --------
    >>> BinaryCrossentropy(from_logits=True)(0, 1000.0)
    1000.0
    """

    function, output_activation = staticmethod(binary_crossentropy), "sigmoid"

    def check(self, y: Array, shape: labels.Shape) -> None:
        labels.probabilities(labels.fitting(y, shape))


class CategoricalCrossentropy(_CrossEntropy):
    """:func:`categorical_crossentropy` as an object, of logits with ``from_logits``.

    Raises
    ------
    ValueError
        When ``from_logits`` is neither True nor False.

    Examples
    --------
    >>> loss = CategoricalCrossentropy()([[0, 1]], np.array([[0.25, 0.75]]))
    >>> bool(np.isclose(loss, -np.log(0.75)))
    True
    """

    function, output_activation = staticmethod(categorical_crossentropy), "softmax"

    def check(self, y: Array, shape: labels.Shape) -> None:
        labels.rows(labels.numbers(y), shape)


class SparseCategoricalCrossentropy(_CrossEntropy):
    """:func:`sparse_categorical_crossentropy` as an object, of logits with ``from_logits``.

    Raises
    ------
    ValueError
        When ``from_logits`` is neither True nor False.

    Examples
    --------
    >>> loss = SparseCategoricalCrossentropy(from_logits=True)([1], np.array([[0.0, 0.0]]))
    >>> round(float(loss), 6)
    0.693147
    """

    function, output_activation = staticmethod(sparse_categorical_crossentropy), "softmax"

    def check(self, y: Array, shape: labels.Shape) -> None:
        labels.classes(labels.numbers(y), shape)


CLASSES = (
    MeanSquaredError,
    MeanAbsoluteError,
    Huber,
    Hinge,
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)


def get(loss: Any) -> Loss:
    """A loss by its name, such as ``"mse"`` or ``"binary_crossentropy"``; a function of (y_true, y_pred) made one.

    Raises
    ------
    ValueError
        For an unknown name.

    Examples
    --------
    >>> get("mse")
    MeanSquaredError()
    """
    loss = next((kind for kind in CLASSES if kind.function is loss), loss)
    found = find(loss, "loss", CLASSES, {"mse": MeanSquaredError, "mae": MeanAbsoluteError, "bce": BinaryCrossentropy})
    return found if isinstance(found, Loss) else FunctionLoss(found)


def from_config(config: Any) -> Loss:
    """The loss that :meth:`Loss.config` described.

    Raises
    ------
    ValueError
        For an unknown class or setting.

    Examples
    --------
    >>> from_config(Huber(delta=0.5).config())
    Huber(delta=0.5)
    """
    return made_anew(config, "loss", CLASSES)  # type: ignore[no-any-return]  # one of them
