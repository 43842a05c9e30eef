"""What stands above the graph of a worksheet: its formula, the task, and the arrays that it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..arrays import described, mixed_in
from ..chain_rule.closed import closed_form
from ..picture import Graph, Picture, names_of_arrays
from .blanks import spelled

TITLE_LIMIT = 60  # characters of a formula that stands above

Given = tuple[str, tuple[str, ...]]  # an array that is no node: its name and its rows


def formula_above(graph: Graph, picture: Picture) -> str:
    """The output as a formula in the inputs, if it is a short one."""
    names = [box.name for box in picture.nodes]
    closed = closed_form(graph, names, by=0) if len({*names}) == len(names) else None
    formula = f"{names[-1]} = {closed.function.text()}" if closed and len(names) > 1 else ""
    return formula if 0 < len(formula) <= TITLE_LIMIT else f"The graph of {names[-1]}"


def given_arrays(graph: Graph, names: Mapping[str, object]) -> tuple[Given, ...]:
    """The arrays mixed in: without their numbers, nothing could be filled in."""
    called = names_of_arrays(graph, names)
    operands = (x for inputs in graph.inputs.values() for x in inputs)
    found: dict[str, Any] = {}
    for array in mixed_in(operands, graph.nodes):
        name = called[id(array)]
        if not np.array_equal(found.setdefault(name, array), array, equal_nan=True):
            raise ValueError(f'two arrays would both be called {name!r}: pass names={{"X": X, …}} with a name for each')
    return tuple((f"{name} = ", _rows(array)) for name, array in found.items())


def _rows(array: Any) -> tuple[str, ...]:
    rows = tuple(shown for _, shown in described(array) if shown)  # type: ignore[union-attr]  # it is an array
    return rows if "[" in rows[0] else (f"an array {array.shape}, handed out separately",)


def task_of(picture: Picture, wanted: Sequence[str], *, has_pairs: bool) -> str:
    """What is to be done, in a sentence or two."""
    output = picture.nodes[-1]
    groups = {
        "values": "the value of every operation",
        "gradients": "the gradient of every node",
        "derivatives": "the derivative on every arrow",
    }
    tasks = [said for name, said in groups.items() if name in wanted]
    single = [spelled(name) for name in dict.fromkeys(wanted) if name not in groups]
    if single:
        tasks.append(f"the blanks at {_listed(single)}")
    whole = f"the sum of all elements of {output.name}" if output.shape else output.name
    pairs = " Of two blanks on an arrow, the first is for a formula, the second for its number." * has_pairs
    return f"Fill in {_listed(tasks)}. The gradient of a node, grad, is the derivative of {whole} by it.{pairs}"


def _listed(things: Sequence[str]) -> str:
    """``a, b and c``."""
    *most, last = things
    return f"{', '.join(most)} and {last}" if most else last
