"""Networks in files: the safetensors format, whose header says what the network is; nothing in it is ever run.

A file has an array for each weight (``weights/layers.0.W``), for what the optimizer keeps (``optimizer/…``) and for
each list of the history (``history/loss``). Its metadata are the format's ``version``, the ``model`` as JSON
(architecture, loss, metrics, optimizer, table), and a ``checksum``: the SHA-256 of that text and of each array's name,
dtype, shape and bytes, in the order of their names.

>>> import tempfile, pathlib
>>> from autograd_mini import nn
>>> model = nn.Sequential([nn.Dense(2, activation="relu"), nn.Dense(1)], seed=0)
>>> model.build((None, 3))
>>> with tempfile.TemporaryDirectory() as folder:
...     path = pathlib.Path(folder, "model.safetensors")
...     model.save(path)
...     load_model(path)
Sequential([Dense(2, activation='relu'), Dense(1, activation='linear')])
"""

from __future__ import annotations

import hashlib
import json
import operator
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import files, optim
from ..configured import from_config, plain, settings
from ..tensor import Array
from . import initializers, losses, metrics, regularizers
from .callbacks import History
from .layers import Activation, Dense, Dropout, Flatten, Input, Normalization, Weighted
from .model import Sequential
from .module import Module
from .parts import check_weights

if TYPE_CHECKING:
    import os

    File = str | os.PathLike[str]

VERSION = "1"
LAYERS = (Input, Dense, Activation, Dropout, Flatten, Normalization)
SETTINGS = (*initializers.CLASSES, *regularizers.CLASSES)  # what a layer's setting may be besides plain data
UNFIT = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)  # what nonsense raises


def save(model: Module, path: File) -> None:
    """See :meth:`Module.save`."""
    target = Path(path)
    files.check(target)
    architecture = _described(model, "", {})
    _made(architecture, "", {})  # refuses what could be written but not read, such as subclasses of one's own
    layers = [layer for layer in model.modules() if isinstance(layer, Weighted)]
    if not layers or any(getattr(layer, name) is None for layer in layers for name in layer.shapes(0)):
        raise RuntimeError(
            "a network is saved when its widths are known: call it on a batch, or build((None, features)), first"
        )
    said: dict[str, Any] = {"architecture": architecture, "table": model.table, "compile": _compiled(model)}
    arrays = {f"weights/{name}": array for name, array in model.weights().items()}
    if said["compile"] and model.optimizer is not None:
        arrays |= {f"optimizer/{name}": array for name, array in model.optimizer.state().items()}
    if model.history is not None:
        said["history"] = {"epoch": model.history.epoch, "names": list(model.history.history)}
        arrays |= {f"history/{name}": np.array(values, float) for name, values in model.history.history.items()}
    files.write(target, _packed(arrays, json.dumps(said)))


def load_model(path: File) -> Any:
    """The network that :meth:`Module.save` wrote: a :class:`Sequential` or layer, compiled as it was.

    Training goes on where it ended, bit for bit.

    Parameters
    ----------
    path
        Where :meth:`Module.save` wrote.

    Returns
    -------
    Module
        Compiled as it was, unless its loss, metrics or optimizer were one's own.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        Where there is no file.
    ValueError
        For a file that isn't one of a network's, isn't whole, or is from a newer version.

    Examples
    --------
    >>> import tempfile
    >>> from autograd_mini import nn
    >>> model = nn.Sequential([nn.Dense(1)], seed=0)
    >>> model.build((None, 2))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(folder + "/model.safetensors")
    ...     again = nn.load_model(folder + "/model.safetensors")
    >>> np.array_equal(again.predict([[1.0, 2.0]]), model.predict([[1.0, 2.0]]))
    True
    """
    with _reading(path):
        arrays, said = _unpacked(path)
        model = _made(said["architecture"], "", {})
        _give(model, _below("weights/", arrays))
        model.table = said["table"]
        if said["compile"]:
            _compile(model, said["compile"], _below("optimizer/", arrays))
        if "history" in said:
            model.history = History()
            model.history.epoch = list(map(operator.index, said["history"]["epoch"]))
            model.history.history = {name: arrays[f"history/{name}"].tolist() for name in said["history"]["names"]}
    return model


def read_weights(path: File) -> dict[str, Array]:
    """The weights in a file, by the path in the network that leads to each."""
    with _reading(path):
        return _below("weights/", _unpacked(path)[0])


@contextmanager
def _reading(path: File) -> Iterator[None]:
    from safetensors import SafetensorError

    source = Path(path)
    if source.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a directory, expected a file that save() wrote")
    with source.open("rb"):  # else a FileNotFoundError that names it
        pass
    try:
        yield
    except (*UNFIT, SafetensorError, OSError) as error:
        said = f"it has no {error}" if isinstance(error, KeyError) else str(error) or type(error).__name__
        raise ValueError(f"{str(path)!r} is no file that save() wrote, or isn't whole: {said:.200}") from error


def _described(part: Any, path: str, known: dict[int, str]) -> dict[str, Any]:
    """What a network is made of, as JSON has it; a layer that was described before by where that was."""
    if id(part) in known:
        return {"same": known[id(part)]}
    known[id(part)] = path
    kind = type(part)
    if kind is Sequential:
        made_of: dict[str, Any] = {
            "seed": int(part.seed) if isinstance(part.seed, int | np.integer) else None,
            "layers": [_described(layer, f"{path}.{i}", known) for i, layer in enumerate(part.layers)],
            "name": part.name,
        }
    elif kind in LAYERS:
        made_of = {name: plain(getattr(part, name), f"{kind.__name__}'s {name}") for name in settings(kind)}
    else:
        raise ValueError(
            f"no file can hold a {kind.__name__}'s code: save networks of nn's own layers, and of others "
            "the weights, as in np.savez(path, **model.weights())"
        )
    return {"class": kind.__name__, **made_of, "shapes": [part.input_shape, part.output_shape]}


def _made(config: Any, path: str, known: dict[str, Module]) -> Any:
    """What :func:`_described` described."""
    if "same" in config:
        return known[config["same"]]
    given = dict(config)
    shapes = given.pop("shapes")
    if given["class"] == "Sequential":
        layers = [_made(layer, f"{path}.{i}", known) for i, layer in enumerate(given["layers"])]
        part: Any = Sequential(layers, given["seed"], given["name"])
    else:
        part = from_config(given, "layer", (*LAYERS, *SETTINGS))
    part.input_shape, part.output_shape = (x if x is None else tuple(map(operator.index, x)) for x in shapes)
    known[path] = part
    return part


def _give(model: Module, weights: Mapping[str, Array]) -> None:
    """Give the layers their arrays, if those are what the layers need."""
    for path, layer in model.parts():
        if isinstance(layer, Weighted):
            prefix = f"{path}." if path else ""
            own = {name: weights[prefix + name] for name in layer.shapes(0)}
            features = layer.input_shape[-1] if layer.input_shape else len(next(iter(own.values())))
            for name, shape in layer.shapes(features).items():
                if own[name].shape != shape or own[name].dtype not in (np.float32, np.float64):
                    got = f"{own[name].shape} {own[name].dtype}"
                    raise ValueError(f"{prefix}{name} is {got}, expected {shape}, float32 or float64")
            layer.take(own)
    check_weights(model.weights(), weights)


def _compiled(model: Module) -> dict[str, Any] | None:
    """What a network was compiled with, as JSON has it, and where its random numbers are.

    None before it was, and with functions of one's own: then the network can be read, but is to be compiled again.
    """
    if model.loss is None or model.optimizer is None:
        return None
    try:
        if model.optimizer.parameters:
            model.optimizer.bind(model.parameters())  # refuses where it is of fewer than there are now
        return {
            "optimizer": _config(model.optimizer, (*optim.CLASSES, *optim.SCHEDULES)),
            "loss": _config(model.loss, losses.CLASSES),
            "metrics": list(map(_metric, model.metrics)),
            "run_eagerly": model.run_eagerly,
            "generator": model._step and model._step.generator.bit_generator.state,
            "planned": model._step and list(model._step.planned.items()),
        }
    except ValueError:
        return None


def _config(x: Any, classes: Sequence[type]) -> dict[str, Any]:
    """What an object is made from, if it can be read back."""
    if type(x) not in classes:
        raise ValueError(f"no file can hold {type(x).__name__}, a class of one's own")
    config: dict[str, Any] = x.config()
    from_config(config, "setting", classes)  # refuses a setting of one's own
    return config


def _metric(metric: Any) -> str:
    """The name of a metric that has one."""
    name = metric if isinstance(metric, str) else getattr(metric, "__name__", "")
    if name is not metric and getattr(metrics, name, None) is not metric:
        raise ValueError(f"no file can hold the metric {metric!r:.60}")
    return str(name)


def _compile(model: Module, how: Any, state: dict[str, Array]) -> None:
    """Compile a network as :func:`_compiled` described."""
    optimizer = optim.from_config(how["optimizer"])
    if len(state) > 1:  # it was trained: before, there is the number of steps alone
        optimizer.bind(model.parameters())
    optimizer.load_state(state)
    model.compile(optimizer, losses.from_config(how["loss"]), how["metrics"], bool(how["run_eagerly"]))
    if how["generator"]:
        model._step.generator.bit_generator.state = how["generator"]
        model._step.plan({operator.index(size): operator.index(count) for size, count in how["planned"]})


def _below(prefix: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _packed(arrays: Mapping[str, Array], model: str) -> bytes:
    from safetensors.numpy import save as pack

    kept = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    packed: bytes = pack(kept, {"version": VERSION, "model": model, "checksum": _checksum(kept, model)})
    return packed


def _unpacked(path: File) -> tuple[dict[str, Array], Any]:
    from safetensors import safe_open

    with safe_open(path, "np") as file:
        metadata = file.metadata() or {}
        if metadata["version"] != VERSION:
            raise ValueError(
                f"its format is version {metadata['version']}, this reads {VERSION}: use a newer autograd-mini"
            )
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # it can't be iterated over
    if metadata["checksum"] != _checksum(arrays, metadata["model"]):
        raise ValueError("its content isn't what was written")
    return arrays, json.loads(metadata["model"])


def _checksum(arrays: Mapping[str, Array], model: str) -> str:
    digest = hashlib.sha256(model.encode())
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(array.data)
    return digest.hexdigest()
