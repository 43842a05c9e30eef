"""A network as the stages that an example goes through: plain data that ``layers.py`` and ``building_blocks.py`` draw.

>>> from autograd_mini import nn
>>> mlp = nn.MLP(2, [3, 1], activation="relu", seed=0)
>>> [(stage.title, stage.units, stage.activation) for stage in stages(mlp, "network")]
[('input', 2, ''), ('layer 1', 3, 'relu'), ('layer 2', 1, 'linear')]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograd_mini import nn
from autograd_mini.graph import data_of
from autograd_mini.modes import no_grad
from autograd_mini.nn.activations import BY_ROW

from .. import text

Array = np.ndarray[Any, Any]
ONE_TO_ONE = (nn.Normalization, nn.Dropout, nn.Flatten, nn.Activation, nn.Input)
TITLE_LIMIT = 24


@dataclass(frozen=True, slots=True)
class Stage:
    """What an example becomes: the input, what a layer of units makes of it, or what another module does.

    `number` is that of a layer, counted as the notes do, and 0 of all else; W is (inputs, units) and b (units,). `runs`
    are what is called, one after the other. Of another module `details` says what it does; where each number that it
    gives comes of one that it gets, it is ``one_to_one``.
    """

    title: str
    shape: tuple[int, ...]
    number: int = 0
    activation: str = ""
    W: Array | None = None
    b: Array | None = None
    runs: tuple[Callable[[Any], Any], ...] = ()
    details: str = ""
    one_to_one: bool = False
    kind: type = object

    @property
    def units(self) -> int:
        """How many numbers there are of an example."""
        return math.prod(self.shape)


def stages(model: Any, asker: str) -> list[Stage]:
    """The input and what follows, in the order in which it acts.

    Parameters
    ----------
    model
        A Sequential, a layer of it, an MLP, a Layer or a Neuron.
    asker
        The function that was called, for errors.

    Raises
    ------
    TypeError
        For something else.
    RuntimeError
        While a width is unknown.
    ValueError
        For a Sequential without layers.
    """
    match model:
        case nn.MLP():
            return _of_neurons([layer.neurons for layer in model.layers], model.layers)
        case nn.Layer():
            return _of_neurons([model.neurons], [model])
        case nn.Neuron():
            return _of_neurons([[model]], [model])
        case nn.Sequential() | nn.Dense() if _is_plain(model):
            parts = list(_flat(model))
            if not parts:
                raise ValueError(f"{asker}() takes a network with layers: add some, as in model.add(nn.Dense(1))")
            return _of_modules(parts, asker)
    raise TypeError(f"{asker}() takes a Sequential, Dense, MLP, Layer or Neuron of nn, got {type(model).__name__}")


def activations(path: Sequence[Stage], example: Any) -> list[Array]:
    """What every stage gives for one example, each flat: the network's own numbers, by its own forward pass.

    Raises
    ------
    ValueError
        For an example of another shape than the input's.
    """
    row = np.asarray(data_of(example) if not isinstance(example, list | tuple) else [data_of(x) for x in example])
    if row.shape != path[0].shape or row.dtype.kind not in "fiub":
        got = f"numbers of shape {row.shape}" if row.dtype.kind in "fiub" else f"{example!r:.40}"
        first = ": pass one row, as in example=X[0]" if row.shape[1:] == path[0].shape else ""
        raise ValueError(f"example= is one example of shape {path[0].shape}, got {got}{first}")
    is_scalar = any(isinstance(run, nn.Layer | nn.Neuron) for stage in path for run in stage.runs)
    given: Any = row.tolist() if is_scalar else row[None]
    found = [row.ravel()]
    with no_grad():
        for stage in path[1:]:
            for run in stage.runs:
                given = run(given)
            made = given if isinstance(given, list) else [given]
            found.append(np.ravel([data_of(x) for x in made]))
    return found


def _is_plain(module: nn.Module) -> bool:
    """Whether it does what its class of ``nn`` does, and not what a subclass made of that."""
    return any(type(module).forward is kind.forward for kind in (nn.Sequential, nn.Dense, *ONE_TO_ONE))


def _flat(module: nn.Module) -> Iterator[nn.Module]:
    if isinstance(module, nn.Sequential) and _is_plain(module):
        for layer in module.layers:
            yield from _flat(layer)
    else:
        yield module


def _of_neurons(layers: Sequence[Sequence[nn.Neuron]], runs: Sequence[Callable[[Any], Any]]) -> list[Stage]:
    path = [Stage("input", (len(layers[0][0].w),))]
    for number, (neurons, run) in enumerate(zip(layers, runs, strict=True), start=1):
        W = np.array([[w.data for w in neuron.w] for neuron in neurons]).T
        b = np.array([neuron.b.data for neuron in neurons])
        said = ", ".join(dict.fromkeys(_called(neuron.activation) for neuron in neurons))
        path.append(Stage(f"layer {number}", (len(neurons),), number, said, W, b, (run,)))
    return path


def _of_modules(parts: Sequence[nn.Module], asker: str) -> list[Stage]:
    unknown = f"{asker}() needs to know the widths: call the network on a batch, or build((None, features)), first"
    if any(isinstance(part, nn.Dense) and part.W is None for part in parts):
        raise RuntimeError(unknown)
    shape = next((shape for shape in map(_takes, parts) if shape), None)
    if shape is None:
        raise RuntimeError(unknown)
    path = [Stage("input", shape)]
    for part in parts:
        last = path[-1]
        if isinstance(part, nn.Dense) and _is_plain(part):
            assert part.W is not None
            number = 1 + max(stage.number for stage in path)
            b = None if part.b is None else part.b.data
            path.append(
                Stage(_title(part, f"layer {number}"), (part.units,), number, _called(part.activation),
                      part.W.data, b, (part,), kind=nn.Dense)
            )  # fmt: skip
        elif type(part) is nn.Activation and last.activation == "linear":
            path[-1] = replace(last, activation=_called(part.activation), runs=(*last.runs, part))
        elif type(part) is not nn.Input:
            path.append(_other(part, last.shape, unknown))
    return path


def _other(part: nn.Module, given: tuple[int, ...], unknown: str) -> Stage:
    """What is no layer of units."""
    one_to_one = isinstance(part, ONE_TO_ONE) and _is_plain(part)
    shape = (math.prod(given),) if isinstance(part, nn.Flatten) else given if one_to_one else part.output_shape
    if shape is None:
        raise RuntimeError(unknown)
    match part:
        case nn.Normalization():
            details = "(x − mean) / std"
        case nn.Dropout():
            details = f"rate {text.number(part.rate)}"
        case nn.Activation() if one_to_one:
            details, one_to_one = _called(part.activation), part.activation not in BY_ROW
        case _:
            details = f"{given} → {shape}" if given != shape else ""
    return Stage(
        _title(part, type(part).__name__), shape, runs=(part,), details=details, one_to_one=one_to_one, kind=type(part)
    )


def _takes(part: nn.Module) -> tuple[int, ...] | None:
    """The shape of an example that a module takes, where it tells."""
    match part:
        case nn.Dense(W=W) if W is not None:
            return (W.shape[0],)
        case nn.Normalization(mean=mean) if mean is not None:
            return mean.shape
        case nn.Input():
            return part.shape
    return part.input_shape


def _title(part: nn.Module, otherwise: str) -> str:
    return text.shorten(text.clean(part.name), TITLE_LIMIT) or otherwise


def _called(activation: Any) -> str:
    said = activation if isinstance(activation, str) else getattr(activation, "__name__", "a function")
    return text.shorten(text.clean(said), TITLE_LIMIT)
