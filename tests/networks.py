"""Small networks and data to train them on, for the tests of training and of callbacks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd_mini import nn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
NUMBERS = X @ np.array([[1.0, 0.5], [-2.0, 0.0], [0.5, 1.0]])
TWO = (X[:, 0] * X[:, 1] > 0).astype(int)
THREE = RNG.integers(0, 3, 40)
WEIGHTS = RNG.uniform(0.0, 2.0, 40)

# The loss, the last layer's units and activation, y.
TASKS: dict[str, tuple[Any, int, str | None, Any]] = {
    "mse": ("mse", 2, None, NUMBERS),
    "mae": ("mae", 1, None, NUMBERS[:, 0]),
    "huber": (nn.Huber(delta=0.5), 2, None, NUMBERS),
    "binary": ("binary_crossentropy", 1, "sigmoid", TWO),
    "binary from logits": (nn.BinaryCrossentropy(from_logits=True), 1, None, TWO),
    "sparse": ("sparse_categorical_crossentropy", 3, "softmax", THREE),
    "sparse from logits": (nn.SparseCategoricalCrossentropy(from_logits=True), 3, None, THREE),
    "one-hot": ("categorical_crossentropy", 3, "softmax", np.eye(3)[THREE]),
    "hinge": ("hinge", 1, "tanh", 2 * TWO - 1),
}
each_task = pytest.mark.parametrize("task", TASKS)


def network(task: str = "binary", optimizer: Any = "adam", more: Any = (), **settings: Any) -> nn.Sequential:
    loss, units, activation, _ = TASKS[task]
    model = nn.Sequential([nn.Dense(5, activation="tanh"), *more, nn.Dense(units, activation=activation)], seed=0)
    model.compile(optimizer, loss, **settings)
    return model


def equal(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


def close(a: dict[str, Any], b: dict[str, Any], tolerance: float = 1e-12) -> None:
    assert a.keys() == b.keys()
    for name, array in a.items():
        np.testing.assert_allclose(array, b[name], rtol=tolerance, atol=tolerance)


class Watch(nn.Callback):
    """Does something after a number of steps."""

    def __init__(self, after: int, what: Any) -> None:
        self.after, self.what = after, what

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        self.after -= 1
        if not self.after:
            self.what()


def interrupt() -> None:
    raise KeyboardInterrupt
