"""jit: a function that is recorded once, and then replayed.

The first call with arguments of some shapes records what the function does (``trace.py``, ``program.py``) and writes
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

import contextlib
import functools
import gc
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from .. import tree
from ..closures import variables
from ..graph import CLOCK, DATA, Node, data_of, describe
from ..modes import MODES, THREAD
from ..plain import CONDITIONS
from ..randomness import refuse_draws
from ..recording import new, new_node, new_tensor, settle
from ..tensor import Tensor, leaf
from ..value import Value, as_float
from .program import is_variable, record
from .replay import Compiled
from .replayed import Replayed, Run
from .sources import Reached, Reading
from .trace import Var, as_input


class jit:
    """A function that is recorded at its first call with arguments of some shapes, and replayed at later ones.

    Nodes that ``f`` closes over are read at each call, and a variable that is assigned another node is noticed; plain
    numbers and arrays that it closes over, gradients, and the contents of lists and models, are those of the first.
    Under ``detect_anomaly``, and while another function is recorded, ``f`` itself runs.

    Parameters
    ----------
    f
        A function of numbers, arrays, nodes, or structures of them; other arguments (strings, None, …) are settings.
    max_nodes
        Refuse to record a larger function; writing code takes about 0.1 ms a node.

    Returns
    -------
    jit
        A function of the same arguments, with the same results: nodes whose ``backward()`` runs code too, numbers and
        arrays where ``f`` gives those. Its ``recordings`` are how often it had to record: once for each structure,
        shape and dtype of the arguments, and value of the settings.

    Raises
    ------
    RecordingError
        Where ``f`` looks at numbers that change from call to call, as in ``if x > 0``.
    ValueError
        For a function of more than ``max_nodes`` nodes.
    TypeError
        For arguments that are neither numbers nor hashable settings.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> w = Value(3.0)
    >>> square = jit(lambda x: (w * x) ** 2)
    >>> result = square(2.0)
    >>> result.backward()
    >>> w.data = 1.0
    >>> result, w.grad, square(2.0), square.recordings
    (Value(36.0, grad=1.0), 24.0, Value(4.0), 1)
    """

    def __new__(cls, f: Callable[..., Any] | None = None, max_nodes: int = 200_000) -> Any:
        """A decorator where only settings are given: ``@jit(max_nodes=…)``."""
        return functools.partial(cls, max_nodes=max_nodes) if f is None else super().__new__(cls)

    def __init__(self, f: Callable[..., Any], max_nodes: int = 200_000) -> None:
        functools.update_wrapper(self, f)
        self.function = f
        self.max_nodes = max_nodes
        self.recordings = 0
        self._recorded: dict[Any, Recorded | None] = {}
        self._watched: list[Callable[[], Any]] | None = None
        self._lock = threading.RLock()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        recorded, leaves = self._find(args, kwargs)
        return self.function(*args, **kwargs) if recorded is None else recorded(leaves)

    def descend(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Run forward and at once backward, without making nodes: what a step of training needs.

        ``*args`` and ``**kwargs`` are the function's.

        Returns
        -------
        list
            The data of the results, after the gradients of the first one, a single number, have landed in the leaves.

        Examples
        --------
        >>> from autograd_mini import Tensor
        >>> w = Tensor([1.0, 2.0])
        >>> loss = jit(lambda x: (w * x).sum())
        >>> loss.descend(np.array([3.0, 4.0])), w.grad
        ([array(11.)], array([3., 4.]))
        """
        recorded, leaves = self._find(args, kwargs)
        if recorded is not None and recorded.one is not None and not (MODES.active and THREAD.no_grad):
            return recorded.descend(leaves)
        results = self.function(*args, **kwargs) if recorded is None else recorded(leaves)
        given = [x for x in tree.leaves(results) if is_variable(x)]
        given[0].backward()
        return [data_of(x) for x in given]

    def _find(self, args: Any, kwargs: Any) -> tuple[Recorded | None, list[Any]]:
        """The recording for these arguments, None where ``f`` itself is to run; and what changes from call to call."""
        if MODES.active and (THREAD.trace is not None or THREAD.anomaly):
            return None, []
        if self._watched is None:
            self._watched = watched(self.function)
        key: list[Any] = [THREAD.transforms > 0]
        leaves: list[Any] = []
        key += [id(named()) for named in self._watched]
        for x in args:
            if type(x) is ndarray:  # as look() does, at once
                key.append(x.shape)
                key.append(x.dtype)
                leaves.append(x)
            else:
                look(x, key, leaves)
        for name, x in kwargs.items():
            key.append(name)
            look(x, key, leaves)
        signature = tuple(key)
        try:
            recorded = self._recorded.get(signature, NEW)
        except TypeError as error:
            raise TypeError(
                "the arguments of a jitted function are numbers, arrays, nodes, structures of them, and settings that "
                f"can be hashed; got {', '.join(map(describe, args))}"
            ) from error
        if recorded is NEW:
            recorded = self._record(signature, args, kwargs)
        return recorded, leaves

    def _record(self, signature: Any, args: Any, kwargs: Any) -> Recorded | None:
        """The recording for a signature; None where ``f`` itself is to run.

        That is within a transform when ``f`` closes over nodes: they may be the transform's, which live for one call.
        """
        with self._lock:
            recorded = self._recorded.get(signature, NEW)
            if recorded is NEW:
                recorded = Recorded(self, args, kwargs)
                self.recordings += 1
                if THREAD.transforms and recorded.program.captured:
                    recorded = None
                while len(self._recorded) >= SIGNATURES:
                    self._recorded.pop(next(iter(self._recorded)))
                self._recorded[signature] = recorded
            return recorded  # type: ignore[no-any-return]  # it isn't NEW

    def __reduce__(self) -> Any:
        return type(self), (self.function, self.max_nodes)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else functools.partial(self, instance)


NEW: Any = object()
SIGNATURES = 64  # that one function keeps recordings of


def watched(f: Callable[..., Any]) -> list[Callable[[], Any]]:
    """How to look up the variables that hold nodes, which somebody may assign other nodes to."""
    return [look_up for look_up in variables(f) if isinstance(look_up(), Node)]


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
        self.name = getattr(owner, "__name__", "the function")
        with refuse_draws(owner.function), _not_collecting():
            program = record(owner.function, args, kwargs)
        if program.size > owner.max_nodes:
            raise ValueError(
                f"{self.name} computes {program.size} nodes, more than max_nodes={owner.max_nodes}: write it "
                "with arrays, or one example and vmap, raise max_nodes (code takes about 0.1 ms a node to write), or "
                "call it without jit"
            )
        self.program = program
        self.outputs = program.outputs
        # What is drawn is an output too, for who performs the steps once more.
        self.draws = [var for var in program.steps if getattr(var.operation, "random", False)]
        program.outputs = [*program.outputs, *self.draws]
        self.reading = Reading(program)
        with _not_collecting():
            self.compiled = Compiled(program)
        self.lone = type(program.output) is Var
        given = [x for x in tree.leaves((tuple(args), kwargs)) if is_variable(x)]
        self.readers = [_reader(x) for x in given]
        self.as_they_are = not any(self.readers)
        self.reached = [Reached(program, by) for by in program.gradients]
        self.one = self._seed() if self.outputs else None
        program.forget()

    def _seed(self) -> Any:
        """The gradient of the first output by itself, if gradients of it go to captured leaves alone; else None."""
        first = self.outputs[0]
        if first.is_scalar or first.data.size != 1 or self.reached[0].leaves is None:
            return None
        return np.ones(first.data.shape, first.data.dtype)

    def _run(self, leaves: list[Any]) -> Run:
        arguments = leaves
        if not self.as_they_are:
            arguments = [x if read is None else read(x) for x, read in zip(leaves, self.readers, strict=True)]
        return Run(self, leaves, arguments, self.reading())

    def descend(self, leaves: list[Any]) -> list[Any]:
        """See :meth:`jit.descend`."""
        run = self._run(leaves)
        results = run.forward()
        run.descend(0, self.one)
        return list(results[: len(self.outputs)])

    def __call__(self, leaves: list[Any]) -> Any:
        run = self._run(leaves)
        results = run.forward()
        if self.lone:
            return self._result(run, 0, results[0])
        handed = [self._result(run, k, results[k]) for k in range(len(self.outputs))]
        queue = iter(handed)
        return tree.map_leaves(lambda x: next(queue) if type(x) is Var else _copied(x), self.program.output)

    def _result(self, run: Run, k: int, data: Any) -> Any:
        var = self.outputs[k]
        if var.plain:
            return bool(data) if var.operation in CONDITIONS and var.is_scalar else _plain(data)
        if self.program.seeds[k] is None or (MODES.active and THREAD.no_grad):
            return Value(data, requires_grad=False) if var.is_scalar else leaf(np.asarray(data), None, DATA)
        operation, reached = Replayed(run, k), self.reached[k]
        if var.is_scalar:
            values = reached.values_of(run)
            return new_node(operation, data, (values,), ((values, operation),))
        if reached.fixed is None:
            return new_tensor(operation, data, reached.operands_of(run), (), reached.pulls)
        node = new(Tensor)
        node._data = data if type(data) is ndarray else np.asarray(data)
        node.operands, node.edges = reached.fixed
        node.arrays = node.params = ()
        node.grad = node._tag = node._pending = None
        node.time = CLOCK.now
        node.origin = operation
        return settle(node) if MODES.active else node


@contextlib.contextmanager
def _not_collecting() -> Iterator[None]:
    """No garbage collection: a recording makes many objects, all of them kept, and going through them takes longest."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _reader(x: Any) -> Callable[[Any], Any] | None:
    """What takes the data out of an argument; None for an array that is given as it is."""
    if isinstance(x, Node):
        return _data
    if isinstance(x, np.ndarray):
        return None if as_input(x) is x else as_input
    return as_float


def _data(x: Any) -> Any:
    return x._data


def _plain(data: Any) -> Any:
    return data.item() if isinstance(data, np.generic | np.ndarray) and not data.ndim else data


def _copied(x: Any) -> Any:
    return x.copy() if isinstance(x, np.ndarray) else x
