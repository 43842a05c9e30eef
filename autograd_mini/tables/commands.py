"""The commands ``train`` and ``predict``: from a CSV file to a network that knows its columns, and back to one."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import files, nn
from ..modes import AnomalyError
from . import columns, curves, models
from .columns import Column, Columns, Target
from .table import Table, listed, read, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from .curves import History

    Array = NDArray[Any]

ENDING = ".safetensors"
TO_TRAIN = "--missing drop leaves such rows out, --missing mean puts the column's mean there"
TO_PREDICT = "fill them, or train with --missing drop or --missing mean"


@np.errstate(all="ignore")  # a loss that is no number is told in words
def train(
    data: Path,
    target: str,
    output: Path,
    *,
    task: str | None = None,
    ignore: Collection[str] = (),
    missing: str = "refuse",
    test_fraction: float = 0.25,
    layers: Sequence[int] = (16, 16),
    activation: str = "relu",
    epochs: int = 50,
    batch_size: int = 32,
    learning_rate: float = 0.003,
    seed: int = 0,
    picture: Callable[[History], bytes] | None = None,
) -> None:
    """Train a network on a table, say how good it is on rows that it hasn't seen, and save it.

    Parameters
    ----------
    data, output
        The CSV file to read, and the model's file to write.
    target, ignore
        The column to predict, and those not to learn from.
    task
        "classification" or "regression"; None guesses.
    missing
        What to do with missing cells: "refuse", "drop" their rows, or put the column's "mean".
    test_fraction
        The part of the rows to hold out.
    picture
        Draws the losses by epoch as a PNG, which goes beside the model; an ImportError says that it can't here.

    Raises
    ------
    ValueError, OSError
        For what can't be read, learned or written; then nothing is written.
    KeyboardInterrupt
        After Ctrl-C in training, when what there is has been saved.
    """
    _check_options(output, target, ignore, test_fraction, seed)
    table = read(data)
    for name in ignore:
        table.find(name)
    goal, why = columns.learn_target(table, target, task)
    inputs, left_out = columns.learn_inputs(table, {*ignore, target})
    X, y = _known(table, inputs, goal, missing)
    held = models.held_out(y, test_fraction, seed, by_class=goal.classes is not None)
    if held.all():
        raise ValueError(f"--test-fraction {test_fraction} holds out all {len(y)} rows: leave some to learn from")
    if len(set(y[~held].tolist())) < 2:
        raise ValueError(f"{data}: the {(~held).sum()} rows to learn from don't differ in {shown(target)}: give more")
    fill = models.means(X[~held]) if missing == "mean" else np.empty(0)
    X = np.where(np.isnan(X), fill, X) if missing == "mean" else X

    model = models.network(inputs, goal, X[~held], layers, activation, learning_rate, seed)
    model.table = Columns(inputs, goal, missing, fill.tolist()).config()
    mean, spread = (0.0, 1.0) if goal.classes else (y[~held].mean(), y[~held].std())
    truth = (y - mean) / spread  # numbers near 1 are what networks learn best

    print(f"{data}: {len(table.rows)} rows, {len(table.names)} columns")
    _say_task(goal, task, why)
    _say_columns(inputs, left_out, ignore)
    dropped = f"; {len(table.rows) - len(y)} left out, as they lack a cell" if len(y) < len(table.rows) else ""
    print(f"{(~held).sum()} rows to learn from, {held.sum()} held out{dropped}")
    interrupted = False
    try:
        watched = (X[held], truth[held]) if held.any() else None
        model.fit(X[~held], truth[~held], batch_size, epochs, validation_data=watched, seed=seed)
    except AnomalyError as error:
        raise ValueError(f"{str(error).partition(';')[0]}: try a smaller --learning-rate") from error
    except KeyboardInterrupt:
        interrupted = True
        print(f"interrupted in epoch {len(model.history.epoch) + 1 if model.history else 1} of {epochs}")
    if goal.classes is None:
        models.rescale(model, mean, spread, nn.optim.Adam(learning_rate=learning_rate))
    model.save(output)

    history = model.history.history if model.history else {}
    _show_curve(history)
    _say_scores(model, goal, X, y, held)
    print(f"wrote {output}")
    if history and picture:
        _save_curve(history, output.with_suffix(".loss.png"), picture)
    if interrupted:
        raise KeyboardInterrupt


def _check_options(output: Path, target: str, ignore: Collection[str], test_fraction: float, seed: int) -> None:
    if output.suffix != ENDING:
        raise ValueError(f"a model's file has to end in {ENDING}, got {shown(output.name)}")
    files.check(output)
    if not 0 <= test_fraction < 1:
        raise ValueError(f"--test-fraction is the part of the rows to hold out, in [0, 1), got {test_fraction}")
    if seed < 0:
        raise ValueError(f"--seed is a whole number that is not negative, got {seed}")
    if target in ignore:
        raise ValueError(f"{shown(target)} is the target, and to be ignored: say which")


def _known(table: Table, inputs: list[Column], goal: Target, missing: str) -> tuple[Array, Array]:
    """The examples: those rows that lack nothing."""
    X, y = columns.encode(table, inputs), columns.encode_target(table, goal)
    refusal = TO_TRAIN if missing == "refuse" else ""
    rows = columns.complete(table, [Column(goal.name)], y[:, None], refusal)
    if missing != "mean":
        rows &= columns.complete(table, inputs, X, refusal)
    return X[rows], y[rows]


def _say_task(goal: Target, task: str | None, why: str) -> None:
    said = "asked for" if task else f"because {why}"
    if goal.classes is None:
        print(f"task: regression of {shown(goal.name)}, {said}")
    else:
        print(f"task: classification of {shown(goal.name)}, {said}: {listed(goal.classes)}")


def _say_columns(inputs: list[Column], left_out: dict[str, str], ignore: Collection[str]) -> None:
    numeric = [column.name for column in inputs if column.categories is None]
    if numeric:
        print(f"numbers: {listed(numeric)}")
    for column in inputs:
        if column.categories is not None:
            print(f"categories: {shown(column.name)}, one of {listed(column.categories)}")
    for name, reason in {**dict.fromkeys(ignore, "--ignore"), **left_out}.items():
        print(f"left out: {shown(name)}, {reason}")


def _say_scores(model: nn.Sequential, goal: Target, X: Array, y: Array, held: NDArray[np.bool_]) -> None:
    """Print how good the network is beside what needs none: the most frequent class, or the mean."""
    rows = [(f"network, {(~held).sum()} rows it learned from", y[~held], models.predicted(model, goal, X[~held])[0])]
    if held.any():
        rows.append((f"network, {held.sum()} rows held out", y[held], models.predicted(model, goal, X[held])[0]))
        if goal.classes is None:
            constant, name = y[~held].mean(), f"always their mean, {y[~held].mean():.4g}"
        else:
            constant = np.bincount(y[~held].astype(int)).argmax()
            name = f"always {shown(goal.classes[constant])}"
        rows.append((f"{name}, {held.sum()} rows held out", y[held], np.full(held.sum(), constant)))
    width = max(len(name) for name, _, _ in rows)
    print(f"{'':{width}}  {'accuracy' if goal.classes else '    R²  mean absolute error'}")
    for name, true, predicted in rows:
        if goal.classes:
            print(f"{name:{width}}  {(true == predicted).mean():8.1%}")
        else:
            r2, error = nn.metrics.r2_score(true, predicted), nn.metrics.mean_absolute_error(true, predicted)
            print(f"{name:{width}}  {r2:6.3f}  {error:19.4g}")


def _show_curve(history: dict[str, list[float]]) -> None:
    """Print the loss curve, where the console has room and the characters."""
    text = curves.as_text(history, min(shutil.get_terminal_size().columns, 80)) if history else ""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = ""
    if text:
        print(text)
    elif history:
        print(f"loss by epoch: {history['loss'][0]:.4g} to {history['loss'][-1]:.4g}")


def _save_curve(history: History, path: Path, picture: Callable[[History], bytes]) -> None:
    try:
        content = picture({name: history[name] for name in ("loss", "val_loss") if name in history})
    except ImportError:
        print('for the loss curve as a picture: pip install "autograd-mini[plot]"')
    else:
        files.write(path, content)
        print(f"wrote {path}")


@np.errstate(all="ignore")
def predict(model: Path, data: Path, output: Path) -> None:
    """Let a network that :func:`train` saved predict the rows of a table; writes them with what it says of each.

    The columns are found by their names; others are left alone, and written too. A row that lacks a cell
    gets no prediction where such rows were dropped in training.

    Parameters
    ----------
    model, data, output
        The model's file, the CSV file to read, and the one to write, in the same dialect.

    Raises
    ------
    ValueError, OSError
        For what can't be read or written, or doesn't fit the model; then nothing is written.
    """
    files.check(output)
    if output.exists() and any(output.samefile(given) for given in (model, data) if given.exists()):
        raise ValueError(f"{shown(str(output))} is to be read: write the predictions to another file")
    network = nn.load_model(model)
    if network.table is None:
        raise ValueError(f"{model} was not written by the command train: it doesn't say which columns it takes")
    inputs, goal, missing, fill = Columns.from_config(network.table)
    table = read(data)
    X = columns.encode(table, inputs)
    if missing == "mean":
        X = np.where(np.isnan(X), fill, X)
    rows = columns.complete(table, inputs, X, TO_PREDICT if missing == "refuse" else "")

    added = [f"predicted_{goal.name}"] + (["probability"] if goal.classes else [])
    said = np.full((len(X), len(added)), "", object)
    if rows.any():
        result, probability = models.predicted(network, goal, X[rows])
        if goal.classes:
            said[rows, 0] = [goal.classes[place] for place in result]
            said[rows, 1] = [f"{p:.4f}".replace(".", table.decimal) for p in probability]
        else:
            said[rows, 0] = [f"{number:.10g}".replace(".", table.decimal) for number in result]
    kept = [i for i, name in enumerate(table.names) if name not in added]  # not those of an earlier prediction
    written = table._replace(
        names=[table.names[i] for i in kept] + added,
        rows=[[row[i] for i in kept] + list(new) for row, new in zip(table.rows, said, strict=True)],
    )
    files.write(output, written.written())
    without = f", {(~rows).sum()} of them without a prediction, as they lack a cell" if not rows.all() else ""
    print(f"wrote {output}: {len(X)} rows{without}")
