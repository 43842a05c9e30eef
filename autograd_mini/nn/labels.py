"""What labels and sample weights may be, and what is said of others: which is wrong, what is allowed, what to do.

>>> classes(np.array([1, 2, 3]), (3, 3))
Traceback (most recent call last):
ValueError: labels are whole numbers from 0 to 2, got 3: for labels from 1 to 3 use y - 1
"""

from __future__ import annotations

import numpy as np

from ..graph import describe
from ..tensor import Array

Shape = tuple[int, ...]
ROUNDING = 1e-4  # by which the sum of a row of labels may differ from 1


def signs(y: Array) -> None:
    """Raise a ValueError unless all labels are -1 or 1."""
    wrong = y[(y != 1) & (y != -1)]
    if wrong.size:
        raise ValueError(f"the hinge loss is for labels -1 and 1, got {float(wrong[0]):g}: for 0 and 1 use 2 * y - 1")


def probabilities(y: Array) -> None:
    """Raise a ValueError unless all labels are from 0 to 1."""
    if not (y.item(y.argmin()) >= 0 and y.item(y.argmax()) <= 1):  # quicker than min and max
        wrong = y[~((y >= 0) & (y <= 1))]
        kinds = set(np.unique(y)[:3].tolist())
        hint = ""
        if kinds == {-1, 1}:
            hint = ": for labels -1 and 1 use (y + 1) / 2"
        elif kinds == {1, 2}:
            hint = ": for labels 1 and 2 use y - 1"
        elif len(kinds) > 2 and _whole(y):
            hint = ": for more than two classes use SparseCategoricalCrossentropy, and an output for each class"
        raise ValueError(f"binary cross entropy is for labels from 0 to 1, got {float(wrong[0]):g}{hint}")


def classes(y: Array, shape: Shape, values: bool = True) -> Array:
    """Labels (m,) as whole numbers, each that of a class, for predictions of shape (m, K).

    Raises
    ------
    ValueError
        For another shape, and for labels that are no whole numbers from 0 to K - 1.
    """
    if len(shape) != 2 or y.shape != shape[:1] or not y.size:
        hint = ""
        if y.shape == shape and _one_hot(y):
            hint = ": for one-hot labels use CategoricalCrossentropy, or y.argmax(axis=1)"
        elif y.shape == (*shape[:1], 1):
            hint = ": use y[:, 0]"
        raise ValueError(f"labels of shape (m,) and predictions (m, K) are wanted, got {y.shape} and {shape}{hint}")
    if not values:
        return y
    count = shape[1]
    if y.dtype.kind in "iu":
        whole = y
    else:
        with np.errstate(invalid="ignore"):  # of a nan
            whole = numbers(y).astype(np.intp)
    least, most = whole.item(whole.argmin()), whole.item(whole.argmax())  # quicker than min and max
    if not 0 <= least <= most < count or (whole is not y and (whole != y).any()):
        wrong = y[(whole != y) | (whole < 0) | (whole >= count)][0]
        if not _whole(y):
            hint = ": for numbers that are no classes use MeanSquaredError"
        elif count == 1:
            hint = ": with one output use BinaryCrossentropy, or one output for each class"
        elif least > 0 and most == count:
            hint = f": for labels from 1 to {count} use y - 1"
        elif least >= 0:
            hint = f": for so many classes {most + 1} outputs are needed"
        else:
            hint = ": number the classes with np.unique(y, return_inverse=True)"
        raise ValueError(f"labels are whole numbers from 0 to {count - 1}, got {float(wrong):g}{hint}")
    return whole


def rows(y: Array, shape: Shape, values: bool = True) -> None:
    """Raise a ValueError unless labels (m, K) have the predictions' shape, and each row is probabilities."""
    if len(shape) != 2 or y.shape != shape or not y.size:
        hint = ""
        if y.shape in (shape[:1], (*shape[:1], 1)) and y.size and _whole(y):
            hint = ": for the numbers of classes use SparseCategoricalCrossentropy, or np.eye(K)[y]"
        elif y.ndim == 2 and y.shape[:1] == shape[:1]:
            hint = f": the output needs {y.shape[1]} units"
        raise ValueError(f"labels and predictions of one shape (m, K) are wanted, got {y.shape} and {shape}{hint}")
    if not values:
        return
    sums = y.sum(axis=1)
    if not (y.item(y.argmin()) >= 0 and abs(sums - 1).max() <= ROUNDING):
        negative = y[~(y >= 0)]
        if negative.size:
            raise ValueError(f"labels of classes are from 0 to 1, got {float(negative[0]):g}")
        i = int(abs(sums - 1).argmax())
        raise ValueError(
            f"each row of labels sums to 1, being one-hot or probabilities, but row {i} sums to {sums[i]:g}: "
            "where an example has several labels use sigmoid outputs and BinaryCrossentropy"
        )


def fitting(y: Array, shape: Shape) -> Array:
    """Labels as many as predictions of this shape, where (m,) labels are read as one column.

    Raises
    ------
    ValueError
        For another shape.
    """
    y = numbers(y)
    if y.shape != shape and (y.ndim != 1 or (*y.shape, 1) != shape):
        hint = ""
        if len(shape) == 2 and y.shape in (shape[:1], (*shape[:1], 1)) and y.size and _whole(y) and y.max() < shape[1]:
            hint = ": for the numbers of classes use SparseCategoricalCrossentropy"
        elif y.ndim == 2 and y.shape[:1] == shape[:1]:
            hint = f": the output needs {y.shape[1]} units"
        elif y.ndim == 1 and len(shape) == 2:
            hint = ": the output needs 1 unit"
        raise ValueError(f"labels and predictions of one shape are wanted, got {y.shape} and {shape}{hint}")
    return y


def numbers(y: Array) -> Array:
    """Labels as numbers.

    Raises
    ------
    TypeError
        For text and other things.
    """
    if y.dtype.kind not in "iubf":
        first = describe(y.reshape(-1)[:1].tolist()[0] if y.size else y)
        raise TypeError(
            f"labels are numbers, got {first}: number the classes with classes, y = np.unique(y, return_inverse=True)"
        )
    return y.astype(np.int8) if y.dtype.kind == "b" else y


def check_weights(weights: Array, shape: Shape, values: bool = True) -> None:
    """Raise a ValueError unless weights have this shape, and none is negative or nan."""
    if weights.shape != shape:
        raise ValueError(f"sample_weight has one number for each example, of shape {shape}, got {weights.shape}")
    if values and not (np.isfinite(weights) & (weights >= 0)).all():
        wrong = weights[~(np.isfinite(weights) & (weights >= 0))]
        raise ValueError(f"sample_weight is finite and not negative, got {float(wrong.flat[0]):g}")


def _whole(y: Array) -> bool:
    return bool(np.isfinite(y).all() and (y == np.rint(y)).all())


def _one_hot(y: Array) -> bool:
    """Whether each row has a single 1, and else 0."""
    return bool(((y == 0) | (y == 1)).all() and (y.sum(axis=-1) == 1).all())
