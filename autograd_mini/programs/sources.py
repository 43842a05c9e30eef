"""What a program depends on: reading the data of captured nodes, and handing gradients to their nodes.

Tensors are read, and get their gradients, one by one. Values are many: all are read at once, what became arrays
together is cut out of the array of all, and their gradients come back as one array.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import shapes
from ..graph import Node
from ..recording import from_values
from ..tensor import Tensor
from .program import Program
from .trace import Var

if TYPE_CHECKING:
    from .replayed import Run


class Reading:
    """Reads the captured nodes of a program; called, it gives their data in the order of ``program.captured_vars``.

    That order is made here: Tensors, then Values that became arrays together, then single Values.
    """

    def __init__(self, program: Program) -> None:
        pairs = list(zip(program.captured, program.captured_vars, strict=True))
        self.tensors = [x for x, _ in pairs if type(x) is Tensor]
        doors = [(x, var) for x, var in pairs if not isinstance(x, Node)]
        singles = [x for x, var in pairs if var.is_scalar]
        pairs.sort(key=lambda pair: (pair[1].is_scalar, not isinstance(pair[0], Node)))
        program.captured = [x for x, _ in pairs]
        program.captured_vars = [var for _, var in pairs]
        together = [x for (values, _, _), _ in doors for x in values]
        self.values = _distinct([*singles, *(x for x in together if isinstance(x, Node))])
        self.numbers = [x for x in together if not isinstance(x, Node)]
        self.singles = len(_distinct(singles))
        place = {id(x): i for i, x in enumerate([*self.values, *self.numbers])}
        self.doors = [(_index([place[id(x)] for x in values]), shape, dtype) for (values, shape, dtype), _ in doors]

    def __call__(self) -> list[Any]:
        data = [x._data for x in self.tensors]
        if self.values:
            numbers = [x._data for x in self.values]
            if self.doors:
                vector = np.array(numbers + self.numbers)
                data += [vector[index].reshape(shape).astype(dtype, copy=False) for index, shape, dtype in self.doors]
            data += numbers[: self.singles]
        return data


def _distinct(values: Sequence[Any]) -> list[Any]:
    return list({id(x): x for x in values}.values())


def _index(places: list[int]) -> Any:
    """A slice where that is the same."""
    start, end = places[0], places[-1] + 1
    return slice(start, end) if places == list(range(start, end)) else np.array(places)


class Place(NamedTuple):
    """Where a source of a program is found."""

    source: int  # its number among the sources
    among: str  # "arguments" or "captured"
    i: int

    def node(self, run: Run) -> Any:
        """The node; of Values that became an array together (the Values, shape, dtype)."""
        return run.leaves[self.i] if self.among == "arguments" else run.recorded.program.captured[self.i]


class Reached:
    """The sources that one output depends on, as operands of its node.

    They are the Tensors, and at the end, for a node that is a Tensor, all Values as one Tensor.

    Attributes
    ----------
    tensors, doors, singles
        Where they are: Tensors, Values that became arrays together, single Values.
    order
        The numbers of the Tensors among the program's sources.
    pulls
        For each operand the function from a node's gradient to the operand's.
    fixed
        (operands, edges) of every node where all sources are captured Tensors; else None.
    leaves
        (Tensors, Values) where all sources are captured leaves; else None.
    """

    def __init__(self, program: Program, gradients: Sequence[Var | None]) -> None:
        places = {id(var): ("arguments", i) for i, var in enumerate(program.arguments)}
        places |= {id(var): ("captured", i) for i, var in enumerate(program.captured_vars)}
        found = [(Place(j, *places[id(var)]), var) for j, var in enumerate(program.sources) if gradients[j] is not None]
        captured = [place.among == "captured" for place, _ in found]

        def is_door(place: Place) -> bool:
            return place.among == "captured" and not isinstance(program.captured[place.i], Node)

        self.tensors = [place for place, var in found if not var.is_scalar and not is_door(place)]
        self.doors = [place for place, _ in found if is_door(place)]
        self.singles = [place for place, var in found if var.is_scalar]
        self.into = [
            (j, x.data.shape, x.data.dtype) for j, x in enumerate(gradients) if x is not None and not x.is_scalar
        ]
        self.order = [place.source for place in self.tensors]
        self.nothing = [None] * len(program.sources)
        self.pulls: list[Callable[[Any, Any], Any]] = [_pull(place.source) for place in self.tensors]
        self.parts = [program.captured[place.i] for place in self.doors]  # (the Values, shape, dtype)
        together = [x for values, _, _ in self.parts for x in values]
        own = [program.captured[place.i] for place in self.singles if place.among == "captured"]
        self.values = tuple(_distinct([x for x in (*together, *own) if isinstance(x, Node)]))
        place_of = {id(x): i for i, x in enumerate(self.values)}
        n = len(self.values)
        self.index = [place_of.get(id(x), -1) for x in together]  # of each gradient that is computed, whose it is
        for place in self.singles:
            if place.among == "captured":
                self.index.append(place_of[id(program.captured[place.i])])
            else:
                self.index.append(n)
                n += 1
        self.count = n
        self.once = self.index == list(range(n))
        self._owners = np.array([n if i < 0 else i for i in self.index], np.intp)
        if n:
            self.pulls.append(lambda g, node: self.gathered(node.origin.run.gradients(node.origin.k, g)))
        self.fixed: Any = None
        self.leaves: Any = None
        if found and all(captured):
            tensors = tuple(program.captured[place.i] for place in self.tensors)
            if not n:
                self.fixed = tensors, list(zip(tensors, self.pulls, strict=True))
            if not any(x.operands for x in (*tensors, *self.values)):
                self.leaves = tensors, self.values

    def arrays(self) -> list[Any]:
        """New arrays for the gradients by all sources, None for what is a number or isn't there."""
        into: list[Any] = [*self.nothing]
        for j, shape, dtype in self.into:
            into[j] = np.empty(shape, dtype)
        return into

    def gathered(self, found: Sequence[Any]) -> Any:
        """The gradients by all Values, of those that a program gives by its sources."""
        parts = [found[place.source].reshape(-1) for place in self.doors]
        parts.append([found[place.source] for place in self.singles])
        flat = np.concatenate(parts)
        # Numbers among the Values count for one more that is left out.
        return flat if self.once else np.bincount(self._owners, flat, self.count + 1)[: self.count]

    def values_of(self, run: Run) -> tuple[Any, ...]:
        """The Values."""
        given = [place.node(run) for place in self.singles if place.among == "arguments"]
        return (*self.values, *given) if given else self.values

    def operands_of(self, run: Run) -> tuple[Any, ...]:
        """The operands of a Tensor."""
        operands = tuple([place.node(run) for place in self.tensors])
        values = self.values_of(run)
        return (*operands, from_values(values, (len(values),))) if values else operands

    def parts_of(self, vector: Any) -> list[tuple[Place, Any]]:
        """What the places of Values hold, when a vector holds all Values."""
        pairs = []
        start = 0
        for place, (values, shape, _) in zip(self.doors, self.parts, strict=True):
            end = start + len(values)
            index = self.index[start:end]
            if -1 in index:  # numbers among the Values
                pieces = [x if i < 0 else vector[i] for i, x in zip(index, values, strict=True)]
                pairs.append((place, shapes.reshape(shapes.stack(pieces), shape)))
            else:
                pairs.append((place, vector[np.array(index)].reshape(shape)))
            start = end
        pairs += [(place, vector[i]) for place, i in zip(self.singles, self.index[start:], strict=True)]
        return pairs


def _pull(source: int) -> Callable[[Any, Any], Any]:
    return lambda g, node: node.origin.run.gradients(node.origin.k, g)[source]
