"""Networks in files: the safetensors format, whose header says what the network is; nothing in it is ever run.

A file has an array for each weight (``weights/layers.0.W``), for what the optimizer keeps (``optimizer/…``) and for
each list of the history (``history/loss``). Its metadata are the format's ``version``, the ``model`` as JSON
(architecture, loss, metrics, optimizer, table), and a ``checksum`` of all this.

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
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import files, optim
from ..tensor import Array
from . import initializers, losses, regularizers
from .callbacks import History
from .configured import from_config, settings
from .layers import Activation, Dense, Dropout, Flatten, Normalization, Weighted
from .model import Sequential
from .module import Module, check_weights

if TYPE_CHECKING:
    import os

    File = str | os.PathLike[str]

VERSION = 1
LAYERS = (Dense, Activation, Dropout, Flatten, Normalization)
PARTS = (*LAYERS, *initializers.CLASSES, *regularizers.CLASSES)
PLAIN = bool | int | float | str | None


def save(model: Module, path: File) -> None:
    """See :meth:`Module.save`."""
    target = Path(path)
    files.check(target)
    if not model.parameters() or any(isinstance(x, Weighted) and not any(x.weights()) for x in model.modules()):
        raise RuntimeError(
            "a network is saved when its widths are known: call it on a batch, or build((None, features)), first"
        )
    arrays = {f"weights/{name}": array for name, array in model.weights().items()}
    said: dict[str, Any] = {"architecture": _described(model, "", {}), "table": model.table}
    if model.loss is not None and model.optimizer is not None:
        try:
            said["compile"] = {
                "optimizer": model.optimizer.config(),
                "loss": model.loss.config(),
                "metrics": [_plain(metric, "metric") for metric in model.metrics],
            }
        except ValueError:
            pass  # a function of one's own: the network can be saved, and is to be compiled again
        else:
            arrays |= {f"optimizer/{name}": array for name, array in model.optimizer.state().items()}
    if model.history is not None:
        said["epochs"] = model.history.epoch
        arrays |= {f"history/{name}": np.array(values) for name, values in model.history.history.items()}
    files.write(target, _packed(arrays, json.dumps(said)))


def load_model(path: File) -> Any:
    """The network that :meth:`Module.save` wrote: a :class:`Sequential` or layer, compiled as it was.

    Training goes on where it ended, bit for bit but for the order of the examples.

    Raises
    ------
    FileNotFoundError, IsADirectoryError : where there is no file
    ValueError : for a file that isn't one of a network's, isn't whole, or is from a newer version
    """
    arrays, said = _unpacked(path)
    try:
        model = _made(said["architecture"], {}, "")
        weights = _below("weights/", arrays)
        _give(model, weights)
        check_weights(model.weights(), weights)
        model.table = said["table"]
        if "compile" in said:
            how = said["compile"]
            model.loss, model.metrics = losses.from_config(how["loss"]), tuple(map(str, how["metrics"]))
            model.optimizer = optim.from_config(how["optimizer"])
            model.optimizer.bind(model.parameters())
            model.optimizer.load_state(_below("optimizer/", arrays))
        if "epochs" in said:
            model.history = History()
            model.history.epoch = list(said["epochs"])
            model.history.history = {name: x.tolist() for name, x in _below("history/", arrays).items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _unreadable(path, error) from error
    return model


def read_weights(path: File) -> dict[str, Array]:
    """The weights in a file, by the path in the network that leads to each."""
    return _below("weights/", _unpacked(path)[0])


def _described(part: Any, path: str, known: dict[int, str]) -> dict[str, Any]:
    """What a network is made of, as JSON has it; a layer that was described before by where that was."""
    if id(part) in known:
        return {"same": known[id(part)]}
    known[id(part)] = path
    shapes = {"shapes": [part.input_shape, part.output_shape]} if isinstance(part, Module) else {}
    if type(part) is Sequential:
        layers = [_described(layer, f"{path}.{i}", known) for i, layer in enumerate(part.layers)]
        seed = part.seed if isinstance(part.seed, int) else None
        return {"class": "Sequential", "seed": seed, "layers": layers, **shapes}
    if type(part) not in PARTS:
        raise ValueError(
            f"{part!r:.100} can't be made anew from a file: save networks of nn's own layers, and of others weights()"
        )
    of = f"{type(part).__name__}'s "
    return {
        "class": type(part).__name__,
        **{name: _plain(getattr(part, name), of + name) for name in settings(type(part))},
        **shapes,
    }


def _plain(value: Any, what: str) -> Any:
    if isinstance(value, PLAIN):
        return value
    if type(value) in PARTS:
        return _described(value, "", {})
    raise ValueError(f"{what} is {value!r:.60}, a function that no file can hold: use one that has a name, or @ag.rule")


def _made(config: Any, known: dict[str, Module], path: str) -> Any:
    """What :func:`_described` described."""
    if "same" in config:
        return known[config["same"]]
    given = dict(config)
    shapes = given.pop("shapes", None)
    if given["class"] == "Sequential":
        layers = [_made(layer, known, f"{path}.{i}") for i, layer in enumerate(given["layers"])]
        part: Any = Sequential(layers, given["seed"])
    else:
        inner = {name: _made(x, {}, "") if isinstance(x, dict) else x for name, x in given.items()}
        part = from_config(inner, "layer", PARTS)
    if shapes:
        part.input_shape, part.output_shape = (None if shape is None else tuple(shape) for shape in shapes)
    known[path] = part
    return part


def _give(model: Module, weights: Mapping[str, Array]) -> None:
    """Give the layers their arrays, if those are of the shapes that the layers need."""
    for path, layer in model.parts():
        if isinstance(layer, Weighted):
            prefix = f"{path}." if path else ""
            own = {name[len(prefix) :]: array for name, array in weights.items() if name.startswith(prefix)}
            shapes = layer.shapes((layer.input_shape or (0,))[-1])
            if {name: array.shape for name, array in own.items()} != shapes:
                raise ValueError(f"{path or type(layer).__name__} has arrays of other names or shapes than {shapes}")
            layer.take(own)
    if len({array.dtype for array in weights.values()} & {np.dtype("f4"), np.dtype("f8")}) != 1 or not weights:
        raise ValueError("weights are float32 or float64")


def _below(prefix: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _packed(arrays: Mapping[str, Array], model: str) -> bytes:
    from safetensors.numpy import save as pack

    kept = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    metadata = {"version": str(VERSION), "model": model, "checksum": _checksum(kept, model)}
    packed: bytes = pack(kept, metadata)
    return packed


def _unpacked(path: File) -> tuple[dict[str, Array], Any]:
    from safetensors import SafetensorError, safe_open

    source = Path(path)
    if source.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a directory, expected a file that save() wrote")
    with source.open("rb"):  # else a FileNotFoundError that names it
        pass
    try:
        with safe_open(source, "np") as file:
            metadata = file.metadata() or {}
            if int(metadata["version"]) > VERSION:
                raise ValueError(
                    f"its format is version {metadata['version']}, this reads {VERSION}: use a newer autograd-mini"
                )
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # it can't be iterated over
        if metadata["checksum"] != _checksum(arrays, metadata["model"]):
            raise ValueError("its content isn't what was written")
        return arrays, json.loads(metadata["model"])
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
        raise _unreadable(path, error) from error


def _checksum(arrays: Mapping[str, Array], model: str) -> str:
    digest = hashlib.sha256(model.encode())
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        digest.update(arrays[name].tobytes())
    return digest.hexdigest()


def _unreadable(path: File, error: Exception) -> ValueError:
    said = f"it has no {error}" if isinstance(error, KeyError) else str(error) or type(error).__name__
    return ValueError(f"{str(path)!r} is no file that save() wrote, or isn't whole: {said:.200}")
