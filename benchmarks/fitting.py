"""W4 as its users train it: ten epochs through ``fit``, and what they write where there is none.

Each contestant gets ready (imports, data, two epochs, in which it may compile or record), and gives what trains ten
more.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_mini import datasets

EPOCHS, BATCH = 10, 64
Ready = Callable[[], float]  # trains, and says whether it has learned: 1.0


def _digits() -> tuple[Any, Any]:
    X, y = datasets.digits()
    return (X / 16).astype(np.float32), y


def ours() -> Ready:
    """autograd_mini: Sequential."""
    from autograd_mini import nn  # noqa: PLC0415  # a process is to pay for what it uses, as below

    X, y = _digits()
    model = nn.Sequential([nn.Dense(25, activation="relu"), nn.Dense(15, activation="relu"), nn.Dense(10)], seed=0)
    model.compile(optimizer="adam", loss=nn.SparseCategoricalCrossentropy(from_logits=True))

    def run(epochs: int = EPOCHS) -> float:
        history = model.fit(X, y, epochs=epochs, batch_size=BATCH, verbose=0)
        return float(history.history["loss"][-1] < 1)

    run(2)
    return run


def pytorch() -> Ready:
    """PyTorch: the loop that everyone writes."""
    import torch  # noqa: PLC0415

    torch.set_num_threads(1)
    X, y = map(torch.tensor, _digits())
    layer, relu = torch.nn.Linear, torch.nn.ReLU
    model = torch.nn.Sequential(layer(64, 25), relu(), layer(25, 15), relu(), layer(15, 10))
    optimizer = torch.optim.Adam(model.parameters())
    criterion = torch.nn.CrossEntropyLoss()

    def run(epochs: int = EPOCHS) -> float:
        for _ in range(epochs):
            total = 0.0
            order = torch.randperm(len(X))
            for start in range(0, len(X), BATCH):
                rows = order[start : start + BATCH]
                loss = criterion(model(X[rows]), y[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.item() * len(rows)
        return float(total / len(X) < 1)

    run(2)
    return run


def keras(backend: str) -> Ready:
    """Keras, on one of its backends."""
    os.environ |= {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    import keras as k  # noqa: PLC0415

    dense = k.layers.Dense
    X, y = _digits()
    model = k.Sequential([dense(25, activation="relu"), dense(15, activation="relu"), dense(10)])
    model.compile(optimizer="adam", loss=k.losses.SparseCategoricalCrossentropy(from_logits=True))

    def run(epochs: int = EPOCHS) -> float:
        history = model.fit(X, y, epochs=epochs, batch_size=BATCH, verbose=0)
        return float(history.history["loss"][-1] < 1)

    run(2)
    return run


def _installed(*names: str) -> bool:
    return all(importlib.util.find_spec(name) for name in names)


BACKENDS = {"Keras, TensorFlow": "tensorflow", "Keras, PyTorch": "torch", "Keras, JAX": "jax"}
PREPARED = {
    "autograd_mini": "ours()",
    "PyTorch": "pytorch()",
    **{name: f"keras({backend!r})" for name, backend in BACKENDS.items() if _installed("keras", backend)},
}
