"""What a loss says of all labels before training: what is wrong, what is allowed, what to do."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from autograd_mini.nn.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Hinge,
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)

BINARY, SPARSE, CATEGORICAL = BinaryCrossentropy(), SparseCategoricalCrossentropy(), CategoricalCrossentropy()
REGRESSION = [MeanSquaredError(), MeanAbsoluteError(), Huber()]
EYE = np.eye(3)

GOOD: list[tuple[Any, Any, tuple[int, ...]]] = [
    (BINARY, [0, 1, 1], (3, 1)),
    (BINARY, [[0], [1], [1]], (3, 1)),
    (BINARY, [[0.5], [0.1], [1]], (3, 1)),
    (BINARY, [[True, False]], (1, 2)),
    (Hinge(), [-1, 1], (2, 1)),
    (SPARSE, [0, 2, 1, 1], (4, 3)),
    (SPARSE, [0.0, 2.0], (2, 3)),
    (SPARSE, np.array([0, 1], np.uint8), (2, 3)),
    (SPARSE, [True, False], (2, 2)),
    (CATEGORICAL, EYE, (3, 3)),
    (CATEGORICAL, EYE.astype(np.float32) * 0.9 + np.float32(0.1 / 3), (3, 3)),
    (CATEGORICAL, EYE.astype(bool), (3, 3)),
    (CATEGORICAL, np.full((1, 1000), 0.001, np.float32), (1, 1000)),
    (CATEGORICAL, [[0.33333, 0.33333, 0.33333]], (1, 3)),
    *((loss, y, (2, 1)) for loss in REGRESSION for y in ([1.5, -3], [[1e9], [0]], [True, False])),
    *((loss, np.ones((2, 3)), (2, 3)) for loss in REGRESSION),
]


@pytest.mark.parametrize(("loss", "y", "shape"), GOOD)
def test_good_labels(loss: Any, y: Any, shape: Any) -> None:
    assert loss.check(np.array(y), shape) is None


OF_BINARY, OF_CLASSES = "binary cross entropy is for labels from 0 to 1", "labels are whole numbers from 0 to 2"
OF_HINGE, ONE_SHAPE = "the hinge loss is for labels -1 and 1", "labels and predictions of one shape are wanted"
ROWS = "labels and predictions of one shape (m, K) are wanted"
A_LABEL_EACH = "labels of shape (m,) and predictions (m, K) are wanted"
USE_SPARSE = ": for the numbers of classes use SparseCategoricalCrossentropy"
NO_CLASSES = ": for numbers that are no classes use MeanSquaredError"
ONE_HOT = "for one-hot labels use CategoricalCrossentropy, or y.argmax(axis=1)"
NUMBER_THEM = ": number the classes with np.unique(y, return_inverse=True)"
# the loss, labels, the shape of the predictions; what is allowed, what was got and what to do
BAD: list[tuple[Any, Any, tuple[int, ...], str, str]] = [
    (BINARY, [0, 2], (2, 1), OF_BINARY, "2"),
    (BINARY, [0.5, -0.5], (2, 1), OF_BINARY, "-0.5"),
    (BINARY, [1, -1], (2, 1), OF_BINARY, "-1: for labels -1 and 1 use (y + 1) / 2"),
    (BINARY, [1, 2, 2], (3, 1), OF_BINARY, "2: for labels 1 and 2 use y - 1"),
    (
        BINARY,
        [0, 1, 2],
        (3, 1),
        OF_BINARY,
        "2: for more than two classes use SparseCategoricalCrossentropy, and an output for each class",
    ),
    (Hinge(), [0, 1], (2, 1), OF_HINGE, "0: for 0 and 1 use 2 * y - 1"),
    (Hinge(), [False, True], (2, 1), OF_HINGE, "0: for 0 and 1 use 2 * y - 1"),
    (SPARSE, [1, 2, 3], (3, 3), OF_CLASSES, "3: for labels from 1 to 3 use y - 1"),
    (SPARSE, [0, 1, 9], (3, 3), OF_CLASSES, "9: for so many classes 10 outputs are needed"),
    (SPARSE, [-1, 1], (2, 3), OF_CLASSES, f"-1{NUMBER_THEM}"),
    (SPARSE, [0, 0.5], (2, 3), OF_CLASSES, f"0.5{NO_CLASSES}"),
    (SPARSE, [0, np.nan], (2, 3), OF_CLASSES, f"nan{NO_CLASSES}"),
    (
        SPARSE,
        [0, 1],
        (2, 1),
        "labels are whole numbers from 0 to 0",
        "1: with one output use BinaryCrossentropy, or one output for each class",
    ),
    (CATEGORICAL, [[2, -1]], (1, 2), "labels of classes are from 0 to 1", "-1"),
    (SPARSE, EYE, (3, 3), A_LABEL_EACH, f"(3, 3) and (3, 3): {ONE_HOT}"),
    (SPARSE, [[0], [1]], (2, 3), A_LABEL_EACH, "(2, 1) and (2, 3): use y[:, 0]"),
    (SPARSE, [[0, 1, 2]], (1, 2), A_LABEL_EACH, "(1, 3) and (1, 2)"),
    (CATEGORICAL, [0, 2], (2, 3), ROWS, f"(2,) and (2, 3){USE_SPARSE}, or np.eye(K)[y]"),
    (CATEGORICAL, [[0], [2]], (2, 3), ROWS, f"(2, 1) and (2, 3){USE_SPARSE}, or np.eye(K)[y]"),
    (CATEGORICAL, EYE, (3, 4), ROWS, "(3, 3) and (3, 4): the output needs 3 units"),
    (BINARY, [0, 2, 1], (3, 3), ONE_SHAPE, f"(3,) and (3, 3){USE_SPARSE}"),
    *((loss, [0.5, 1, 2], (3, 3), ONE_SHAPE, "(3,) and (3, 3): the output needs 1 unit") for loss in REGRESSION),
    *(
        (loss, np.ones((3, 2)), (3, 1), ONE_SHAPE, "(3, 2) and (3, 1): the output needs 2 units")
        for loss in [BINARY, Hinge(), *REGRESSION]
    ),
]


@pytest.mark.parametrize(("loss", "y", "shape", "allowed", "got"), BAD)
def test_bad_labels(loss: Any, y: Any, shape: Any, allowed: str, got: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(f'{allowed}, got {got}')}$"):
        loss.check(np.array(y), shape)


def test_rows_that_sum_to_something_else() -> None:
    text = (
        "each row of labels sums to 1, being one-hot or probabilities, but row 1 sums to 2: "
        "where an example has several labels use sigmoid outputs and BinaryCrossentropy"
    )
    with pytest.raises(ValueError, match=f"^{text}$"):
        CATEGORICAL.check(np.array([[1, 0], [1, 1]]), (2, 2))


@pytest.mark.parametrize("loss", [BINARY, SPARSE, CATEGORICAL, Hinge(), *REGRESSION])
@pytest.mark.parametrize("y", [["cat", "dog"], [None, None]])
def test_labels_are_numbers(loss: Any, y: Any) -> None:
    with pytest.raises(TypeError, match=r"labels are numbers, got .*: number the classes with classes, y = np.unique"):
        loss.check(np.array(y), (2, 1))


def test_all_labels_are_looked_at() -> None:
    y = np.zeros(100_000, int)
    y[99_999] = 3
    with pytest.raises(ValueError, match="got 3"):
        SPARSE.check(y, (100_000, 3))
