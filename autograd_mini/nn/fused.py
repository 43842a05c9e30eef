"""The losses that networks train on, each as one node with a derivative of its own: up to three times as quick.

Tests hold each equal to its composition at both orders and in both modes.

>>> from autograd_mini import Tensor
>>> z = Tensor([0.0, 0.0])
>>> loss = LOGISTIC([np.array([1.0, 0.0]), z])
>>> loss.backward()
>>> loss.op, z.grad
('binary_crossentropy', array([-0.25,  0.25]))
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import linear
from ..custom import Custom


def _logistic(y: Any, z: Any) -> tuple[Any, Any]:
    e = np.exp(-np.abs(z))
    total = np.add.reduce(np.log1p(e) + np.maximum(z, 0.0) - y * z, axis=None)
    return total / z.size, (y, z)


def _logistic_gradients(needs: Any, g: Any) -> tuple[Any, Any]:
    y, z = needs
    scale = g / z.size
    return lambda: -z * scale, lambda: (1.0 / (1.0 + np.exp(-z)) - y) * scale  # what overflows is 0 then, as it should


def _exponentials(z: Any) -> tuple[Any, Any, Any]:
    """The logits less the greatest of their row, their exponentials, and the sums of those along the rows."""
    shifted = z - np.maximum.reduce(z, axis=1, keepdims=True)
    e = np.exp(shifted)
    return shifted, e, _along_rows(e)


def _along_rows(x: Any) -> Any:
    return x.dot(linear._ones(x.shape[1], x.dtype))  # three times as quick as a sum


def _classes(y: Any, z: Any) -> tuple[Any, Any]:
    m = z.shape[0]
    shifted, e, total = _exponentials(z)
    losses = np.log(total) - shifted[np.arange(m), y]
    return np.add.reduce(losses, axis=None) / m, (y, e, total)


def _classes_gradients(needs: Any, g: Any) -> tuple[Any, Any]:
    y, e, total = needs
    m = len(y)
    one_hot = y[:, None] == np.arange(e.shape[1])
    return None, (e / total[:, None] - one_hot) * (g / m)


def _rows(y: Any, z: Any) -> tuple[Any, Any]:
    shifted, e, total = _exponentials(z)
    surprise = np.log(total)[:, None] - shifted  # -ln p
    return np.add.reduce(y * surprise, axis=None) / z.shape[0], (y, surprise, e, total)


def _rows_gradients(needs: Any, g: Any) -> tuple[Any, Any]:
    y, surprise, e, total = needs
    scale = g / e.shape[0]
    # A row of labels sums to 1, but its derivative is that of any row.
    return lambda: surprise * scale, lambda: (e * (_along_rows(y) / total)[:, None] - y) * scale


# Of labels and logits: from 0 to 1, of one shape; the numbers of classes (m,) and (m, K); rows (m, K) of both.
LOGISTIC = Custom("binary_crossentropy", _logistic, _logistic_gradients, copies=False)
CLASSES = Custom("crossentropy", _classes, _classes_gradients, copies=False)
ROWS = Custom("crossentropy", _rows, _rows_gradients, copies=False)
