"""scikit-learn's sets, a quarter held out: how well networks predict it, beside PyTorch's and scikit-learn's own."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPRegressor

from autograd_mini import nn, optim

if TYPE_CHECKING:
    from collections.abc import Iterator

SEEDS = range(5)


class Plan(NamedTuple):
    """A network for a set, and how it is trained. The decay lets results hardly depend on the first weights."""

    units: tuple[int, int]
    ending: str
    loss: str
    rate: float
    decay: float
    epochs: int
    batch_size: int


PLANS = {
    "digits": Plan((64, 10), "softmax", "sparse_categorical_crossentropy", 0.003, 0.001, 30, 64),
    "breast_cancer": Plan((16, 1), "sigmoid", "binary_crossentropy", 0.01, 0.001, 60, 64),
    "iris": Plan((16, 3), "softmax", "sparse_categorical_crossentropy", 0.01, 0.01, 200, 200),
    "wine": Plan((16, 3), "softmax", "sparse_categorical_crossentropy", 0.01, 0.02, 200, 200),
    "diabetes": Plan((16, 1), "linear", "mse", 0.01, 0.1, 200, 400),
}


def quarters(name: str, seed: int, as_frame: bool = False) -> Any:
    """(X to learn from, X held out, y to learn from, y held out)."""
    X, y = getattr(datasets, f"load_{name}")(return_X_y=True, as_frame=as_frame)
    if name == "diabetes":
        return train_test_split(X, (y - y.mean()) / y.std(ddof=0), test_size=0.25, random_state=seed)
    return train_test_split(X, y, test_size=0.25, random_state=seed, stratify=y)


def trained(name: str, X: Any, y: Any, seed: int) -> nn.Sequential:
    plan = PLANS[name]
    normalization = nn.Normalization()
    normalization.adapt(X)
    hidden, outputs = plan.units
    dense = [nn.Dense(hidden, activation="relu"), nn.Dense(outputs, activation=plan.ending)]
    model = nn.Sequential([normalization, *dense], seed=seed)
    optimizer = optim.Adam(learning_rate=plan.rate, weight_decay=plan.decay)
    model.compile(optimizer, plan.loss, ["r2" if plan.loss == "mse" else "accuracy"])
    model.fit(X, y, batch_size=plan.batch_size, epochs=plan.epochs)
    return model


@functools.cache
def scores(name: str) -> list[float]:
    """Accuracies or R², one for each seed, which draws the split too."""
    found = []
    for seed in SEEDS:
        X, X_held, y, y_held = quarters(name, seed)
        found.append(trained(name, X, y, seed).evaluate(X_held, y_held)[1])
    return found


@pytest.mark.parametrize(
    ("name", "least"), [("digits", 0.97), ("breast_cancer", 0.96), ("iris", 0.94), ("wine", 0.96)]
)  # fmt: skip
def test_classes_of_a_held_out_quarter_are_predicted(name: str, least: float) -> None:
    assert np.mean(scores(name)) >= least


@pytest.mark.filterwarnings("ignore", category=ConvergenceWarning)
def test_diabetes_is_predicted_as_by_scikit_learns_network() -> None:
    plan, theirs = PLANS["diabetes"], []
    for seed in SEEDS:
        X, X_held, y, y_held = quarters("diabetes", seed)
        mean, std = X.mean(axis=0), X.std(axis=0)
        network = MLPRegressor(
            hidden_layer_sizes=plan.units[:1],
            learning_rate_init=plan.rate,
            alpha=plan.decay * len(X) / 2,  # its loss is half of ours, and divides alpha by the examples
            max_iter=plan.epochs,
            batch_size=len(X),
            random_state=seed,
        )
        theirs.append(network.fit((X - mean) / std, y).score((X_held - mean) / std, y_held))
    assert np.mean(scores("diabetes")) == pytest.approx(np.mean(theirs), abs=0.03)


@pytest.fixture
def one_thread() -> Iterator[None]:
    """More would wait for each other, the arrays are so small."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("name", PLANS)
def test_the_same_network_in_pytorch_predicts_as_well(name: str) -> None:
    assert np.mean(scores(name)) == pytest.approx(np.mean([in_pytorch(name, seed) for seed in SEEDS]), abs=0.01)


def in_pytorch(name: str, seed: int) -> float:
    """The score of a network that differs from ours in the random numbers alone."""
    import torch

    plan = PLANS[name]
    X, X_held, y, y_held = quarters(name, seed)
    mean, std = X.mean(axis=0), X.std(axis=0)
    std[std == 0] = 1
    inputs, outputs = torch.tensor((X - mean) / std), plan.units[1]
    targets = torch.tensor(y) if outputs > 1 else torch.tensor(y, dtype=torch.float64)[:, None]
    losses = {
        "mse": torch.nn.MSELoss,
        "binary_crossentropy": torch.nn.BCEWithLogitsLoss,
        "sparse_categorical_crossentropy": torch.nn.CrossEntropyLoss,
    }
    loss = losses[plan.loss]()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        sizes = zip((X.shape[1], *plan.units[:-1]), plan.units, strict=True)
        layers = [torch.nn.Linear(n, units, dtype=torch.float64) for n, units in sizes]
        for layer in layers:
            torch.nn.init.xavier_uniform_(layer.weight)
            torch.nn.init.zeros_(layer.bias)
        network = torch.nn.Sequential(layers[0], torch.nn.ReLU(), layers[1])
        optimizer = torch.optim.Adam(network.parameters(), plan.rate, weight_decay=plan.decay)
        for _ in range(plan.epochs):
            for rows in torch.randperm(len(X)).split(plan.batch_size):
                optimizer.zero_grad()
                loss(network(inputs[rows]), targets[rows]).backward()
                optimizer.step()
        given = network(torch.tensor((X_held - mean) / std)).detach().numpy()
    if plan.loss == "mse":
        return float(r2_score(y_held, given))
    return float(accuracy_score(y_held, given.argmax(axis=1) if outputs > 1 else given[:, 0] > 0))


@pytest.mark.parametrize("name", PLANS)
def test_arrays_frames_and_lists_are_the_same(name: str) -> None:
    X, X_held, y, y_held = quarters(name, 0)
    frames = quarters(name, 0, as_frame=True)
    assert isinstance(frames[0], pd.DataFrame)
    assert isinstance(frames[2], pd.Series)
    one = trained(name, X, y, 0)
    for X_other, X_held_other, y_other, y_held_other in (frames, [part.tolist() for part in (X, X_held, y, y_held)]):
        other = trained(name, X_other, y_other, 0)
        np.testing.assert_allclose(other.predict(X_held_other), one.predict(X_held), rtol=1e-9, atol=1e-12)
        assert other.evaluate(X_held_other, y_held_other) == pytest.approx(one.evaluate(X_held, y_held), rel=1e-9)
