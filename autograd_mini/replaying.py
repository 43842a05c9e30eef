"""jit: a function that is recorded once, and then replayed.

The first call with arguments of some shapes records what the function does (``tape.py``, ``program.py``) and writes
code for it (``replay.py``); later calls run that code, forward, and backward when it is asked for. The graph gets one
node, whose operands are what a gradient is wanted for.

>>> from autograd_mini import Tensor
>>> import autograd_mini as ag
>>> W = Tensor([[1.0, 2.0], [3.0, 4.0]])
>>> @jit
... def loss(x):
...     return ag.sum(ag.tanh(W @ x) ** 2)
>>> result = loss(np.array([0.1, -0.2]))
>>> result.backward()
>>> result, W.grad.round(3).tolist(), loss.recordings
(Tensor(0.298415), [[-0.053, 0.107], [-0.073, 0.145]], 1)
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from . import tree
from .graph import CLOCK, DATA, Node, describe
from .modes import MODES, THREAD
from .plain import CONDITIONS
from .program import Program, is_variable, record
from .randomness import refuse_draws
from .recording import new, new_node, new_tensor, settle
from .replay import Compiled
from .replayed import Place, Replayed, Run
from .tensor import Tensor, leaf
from .tape import Var, as_input
from .value import Value, as_float


class jit:
    """A function that is recorded at its first call with arguments of some shapes, and replayed at later ones.

    Parameters
    ----------
    f : a function of numbers, arrays, nodes, or structures of them; other arguments (strings, None, …) are settings
    max_nodes : refuse to record a larger function; writing code for it takes about 20 µs a node

    Returns
    -------
    a function of the same arguments, with the same results: nodes whose ``backward()`` runs code too, numbers and arrays
    where ``f`` gives those. Its ``recordings`` are how often it had to record: once for each structure, shape and dtype
    of the arguments, and value of the settings

    Raises
    ------
    RecordingError : where ``f`` looks at numbers that change from call to call, as in ``if x > 0``
    ValueError : for a function of more than ``max_nodes`` nodes
    TypeError : for arguments that are neither numbers nor hashable settings

    Nodes that ``f`` closes over are read at each call; plain numbers and arrays that it closes over are those of the
    first. Under ``detect_anomaly``, and while another function is recorded, ``f`` itself runs.

    >>> from autograd_mini import Value
    >>> w = Value(3.0)
    >>> square = jit(lambda x: (w * x) ** 2)
    >>> result = square(2.0)
    >>> result.backward()
    >>> w.data = 1.0
    >>> result, w.grad, square(2.0), square.recordings
    (Value(36.0, grad=1.0), 24.0, Value(4.0), 1)
    """

    def __init__(self, f: Callable[..., Any], max_nodes: int = 200_000) -> None:
        functools.update_wrapper(self, f)
        self.function = f
        self.max_nodes = max_nodes
        self._recorded: dict[Any, Recorded] = {}
        self._lock = threading.RLock()

    @property
    def recordings(self) -> int:
        """How often it has been recorded."""
        return len(self._recorded)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if MODES.active and (THREAD.trace is not None or THREAD.anomaly):
            return self.function(*args, **kwargs)
        key: list[Any] = []
        leaves: list[Any] = []
        for x in args:
            if type(x) is ndarray:  # as look() does, at once
                key.append(x.shape)
                key.append(x.dtype)
                leaves.append(x)
            else:
                look(x, key, leaves)
        for name in kwargs:
            key.append(name)
            look(kwargs[name], key, leaves)
        signature = tuple(key)
        try:
            recorded = self._recorded.get(signature)
        except TypeError as error:
            raise TypeError(
                "the arguments of a jitted function are numbers, arrays, nodes, structures of them, and settings that "
                f"can be hashed; got {', '.join(map(describe, args))}"
            ) from error
        if recorded is None:
            with self._lock:
                recorded = self._recorded.get(signature)
                if recorded is None:
                    recorded = self._recorded[signature] = Recorded(self, args, kwargs)
        return recorded(leaves)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else functools.partial(self, instance)


def look(x: Any, key: list[Any], leaves: list[Any]) -> None:
    """Append what tells apart arguments of different signature, and the leaves that change from call to call."""
    kind = type(x)
    if kind is np.ndarray:
        key += (x.shape, x.dtype)
        leaves.append(x)
    elif kind is Tensor:
        key += (Tensor, x.origin is DATA, x._data.shape, x._data.dtype)
        leaves.append(x)
    elif kind is Value:
        key += (Value, x.origin is DATA)
        leaves.append(x)
    elif kind is float or as_float(x) is not None:
        key.append(float)
        leaves.append(x)
    elif isinstance(x, dict):
        key += (kind, *x)
        key.append(len(x))
        for part in x.values():
            look(part, key, leaves)
    elif isinstance(x, tuple | list):
        key += (kind, len(x))
        for part in x:
            look(part, key, leaves)
    else:
        key += (kind, x)


class Recorded:
    """The recording of a function for one signature, and how its results are handed out."""

    def __init__(self, owner: jit, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
        with refuse_draws(owner.function):
            program = record(owner.function, args, kwargs)
        if program.size > owner.max_nodes:
            raise ValueError(
                f"{owner.__name__} computes {program.size} nodes, more than max_nodes={owner.max_nodes}: write it "
                "with arrays, or one example and vmap, raise max_nodes (code takes about 20 µs a node to write), or "
                "call it without jit"
            )
        self.name = getattr(owner, "__name__", "program")
        self.compiled = Compiled(program)
        self.program = program
        self.outputs = program.outputs
        self.lone = type(program.output) is Var
        given = [x for x in tree.leaves((tuple(args), kwargs)) if is_variable(x)]
        self.reads = [_reader(x) for x in given]
        self.as_they_are = not any(self.reads)
        self.captured = [x for x in program.captured if isinstance(x, Node)]
        self.doors = [i for i, x in enumerate(program.captured) if not isinstance(x, Node)]
        self._find_sources()
        program.forget()

    def _find_sources(self) -> None:
        """For each output which sources it depends on: Tensors, and Values, or Values that became an array together."""
        program = self.program
        places = {id(var): ("arguments", i) for i, var in enumerate(program.arguments)}
        places |= {id(var): ("captured", i) for i, var in enumerate(program.captured_vars)}
        self.tensors: list[list[Place]] = []
        self.values: list[list[Place]] = []
        self.pulls: list[list[Callable[[Any, Any], Any]]] = []
        for by in program.gradients:
            pairs = [
                (Place(j, *places[id(var)]), var) for j, var in enumerate(program.sources) if by[j] is not None
            ]
            doors = [place for place, _ in pairs if place.among == "captured" and place.i in self.doors]
            self.values.append([place for place, var in pairs if var.is_scalar or place in doors])
            self.tensors.append([place for place, var in pairs if not var.is_scalar and place not in doors])
            pulls = [_pull(place.source) for place in self.tensors[-1]]
            self.pulls.append([*pulls, _pull_values(self.values[-1])] if self.values[-1] else pulls)
        # For outputs that depend on captured Tensors alone: the operands and edges, which are always the same.
        self.fixed: dict[int, Any] = {}
        for k, places in enumerate(self.tensors):
            if places and not self.values[k] and all(place.among == "captured" for place in places):
                operands = tuple(program.captured[place.i] for place in places)
                self.fixed[k] = operands, list(zip(operands, self.pulls[k], strict=True))
        self._value_operands: dict[int, tuple[Any, ...]] = {}

    def value_operands(self, run: Run, k: int) -> tuple[Any, ...]:
        """The Values that output ``k`` depends on."""
        found = self._value_operands.get(k)
        if found is None:
            nodes = [(place, run.node(place)) for place in self.values[k]]
            found = tuple(x for _, node in nodes for x in ([node] if isinstance(node, Node) else node[0]))
            if all(place.among == "captured" for place, _ in nodes):  # always the same, which lets sweeps share them
                self._value_operands[k] = found
        return found

    def __call__(self, leaves: list[Any]) -> Any:
        arguments = leaves
        if not self.as_they_are:
            arguments = [x if read is None else read(x) for x, read in zip(leaves, self.reads, strict=True)]
        captured = [x._data for x in self.captured]
        for i in self.doors:
            captured.insert(i, _array(*self.program.captured[i]))
        run = Run(self, leaves, arguments, captured)
        results = run.forward()
        if self.lone:
            return self._result(run, 0, results[0])
        handed = [self._result(run, k, data) for k, data in enumerate(results)]
        queue = iter(handed)
        return tree.map_leaves(lambda x: next(queue) if type(x) is Var else _copied(x), self.program.output)

    def _result(self, run: Run, k: int, data: Any) -> Any:
        wanted = self.program.seeds[k] is not None and not (MODES.active and THREAD.no_grad)
        if wanted and k in self.fixed:
            node = new(Tensor)
            node._data = data if type(data) is ndarray else np.asarray(data)
            node.operands, node.edges = self.fixed[k]
            node.arrays = node.params = ()
            node.grad = node._tag = node._pending = None
            node.time = CLOCK.now
            node.origin = Replayed(run, k)
            return settle(node) if MODES.active else node
        var = self.outputs[k]
        if var.plain:
            return bool(data) if var.operation in CONDITIONS and var.is_scalar else _plain(data)
        if not wanted:
            return Value(data, requires_grad=False) if var.is_scalar else leaf(np.asarray(data), None, DATA)
        operation = Replayed(run, k)
        if var.is_scalar:
            values = operation.value_operands()
            return new_node(operation, data, (values,), ((values, operation),))
        return new_tensor(operation, data, operation.tensor_operands(), (), self.pulls[k])


def _pull(source: int) -> Callable[[Any, Any], Any]:
    return lambda g, node: node.origin.run.gradients(node.origin.k, g)[source]


def _pull_values(places: Sequence[Place]) -> Callable[[Any, Any], Any]:
    def pull(g: Any, node: Any) -> Any:
        found = node.origin.run.gradients(node.origin.k, g)
        return np.concatenate([np.reshape(found[place.source], -1) for place in places])

    return pull


def _reader(x: Any) -> Callable[[Any], Any] | None:
    """What takes the data out of an argument; None for an array that is given as it is."""
    if isinstance(x, Node):
        return _data
    if isinstance(x, np.ndarray):
        return None if as_input(x) is x else as_input
    return as_float


def _data(x: Any) -> Any:
    return x._data


def _array(values: Sequence[Any], shape: tuple[int, ...], dtype: Any) -> Any:
    return np.array([x if type(x) is float else x._data for x in values], dtype).reshape(shape)


def _plain(data: Any) -> Any:
    return data.item() if isinstance(data, np.generic | np.ndarray) and not data.ndim else data


def _copied(x: Any) -> Any:
    return x.copy() if isinstance(x, np.ndarray) else x
