"""Where the units of a network lie on the page, and the lines between them: positions, nothing drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from .. import style, text
from ..canvas import Bounds, Point
from ..labels import Line, Run, line_width
from .along import places
from .stages import Array, Stage

SIZES = style.ORDINARY


class Link(NamedTuple):
    """A line from a unit to one of the next column, with a weight where there is one; `said` is what that is."""

    tail: Point
    head: Point
    weight: float | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A stage on the page: which of its units are drawn, where, and with which name and value."""

    stage: Stage
    heading: Sequence[Line]
    units: Sequence[int]
    names: Sequence[str]
    values: Sequence[float] | None
    largest: float  # of all the stage's values, signs apart
    ys: Sequence[float] = ()
    gap: float | None = None  # where units are left out
    x: float = 0.0

    def lines(self, i: int) -> list[Line]:
        """What is written in a unit: its name, and its value."""
        name: list[Line] = [(Run(self.names[i], "name"),)] if self.names[i] else []
        return name + ([(Run(short(self.values[i]), "value"),)] if self.values else [])


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything in its place. `labels` are where the numbers of the links are written, None where they are not."""

    columns: Sequence[Column]
    links: Sequence[Link]
    radius: float
    bottom: float  # of the units, and of what is written below them
    labels: Sequence[Point] | None = None


def plan(
    path: Sequence[Stage],
    headings: Sequence[Sequence[Line]],
    values: Sequence[Array] | None,
    most: int,
    long: float | None = None,
) -> Plan:
    """Put units and lines in their places.

    Parameters
    ----------
    path, headings, values
        The stages; of each what is written below, and what it gives for an example.
    most
        So many units of a stage at most are drawn.
    long
        How long lines are at least, for numbers to have room on them; without it none are written.
    """
    columns = []
    for k, stage in enumerate(path):
        units = _first_and_last(stage.units, most)
        names = [_name(path, k, i) for i in units]
        given = values[k].astype(float) if values else None
        largest = 0.0 if given is None else float(np.max(np.abs(given), where=np.isfinite(given), initial=0.0))
        drawn = None if given is None else [float(given[i]) for i in units]
        columns.append(Column(stage, headings[k], units, names, drawn, largest))
    radius = max(style.UNIT_RADIUS, *(_needed(column.lines(i)) for column in columns for i in range(len(column.units))))
    below = SIZES.edge * style.LINE_HEIGHT if long is not None else 0.0  # where biases are written
    columns = _placed(columns, radius, 2 * radius + style.UNIT_ROOM + below, long)
    links = [link for pair in pairwise(columns) for link in _links(*pair)]
    bottom = max(column.ys[-1] + (below if column.stage.b is not None else 0) for column in columns)
    bottom += radius + style.UNIT_GAP
    made = Plan(columns, links, radius, bottom)
    if long is None:
        return made
    taken = [box for column in columns for y in column.ys for box in _taken(column.x, y, radius, below)]
    sizes = [label_size(link.weight) for link in links]
    return Plan(columns, links, radius, bottom, places([(link.tail, link.head) for link in links], sizes, taken))


def label_size(weight: float | None) -> Point:
    """Width and height of a number on a line, with some air."""
    said = "" if weight is None else text.number(weight)
    return text.width(said, SIZES.edge) + 4, SIZES.edge * style.LINE_HEIGHT


def short(value: float) -> str:
    """A number that fits in a unit: with four digits, or with two where that takes much less room.

    >>> short(-0.12345), short(1.23456e-8), short(1234567.0), short(2.5e-231)
    ('−0.1235', '1.2e−08', '1.2e+06', '≈ 0')
    """
    if 0 < abs(value) < 1e-99:
        return "≈ 0"
    said = text.number(value)
    return said if len(said) <= 7 else f"{value:.2g}".replace("-", "−")


def _first_and_last(units: int, most: int) -> list[int]:
    return list(range(units)) if units <= most else [*range(most - 1), units - 1]


def _name(path: Sequence[Stage], k: int, i: int) -> str:
    """What the notes call a unit: an x, an a of its layer, or what the network says, ŷ."""
    stage, number = path[k], str(i + 1)
    if k == 0:
        return text.unit("x", number, "", "")
    if k == len(path) - 1:
        return text.unit("ŷ", number if stage.units > 1 else "", "", "")
    return text.unit("a", number, str(stage.number), "") if stage.number else ""


def _needed(lines: Sequence[Line]) -> float:
    """The radius of a circle that holds lines."""
    height = SIZES.body * style.LINE_HEIGHT * len(lines)
    widest = max((line_width(line, SIZES.body) for line in lines), default=0.0)
    return math.hypot(widest / 2, height / 2 - 0.3 * SIZES.body) + 2


def _placed(columns: Sequence[Column], radius: float, pitch: float, long: float | None) -> list[Column]:
    """The columns beside each other, each in the middle of the height."""
    halves = [max([radius, *(line_width(line, SIZES.body) / 2 for line in column.heading)]) for column in columns]
    made: list[Column] = []
    x = 0.0
    for k, column in enumerate(columns):
        room = style.LAYER_ROOM[1] if long is None or column.stage.W is None else long
        x += max(2 * radius + room, halves[k - 1] + halves[k] + style.LAYER_ROOM[0]) if k else 0.0
        ys = [pitch * i for i in range(len(column.units))]
        gap = None
        if len(ys) < column.stage.units:
            ys[-1] += pitch * style.ELLIPSIS
            gap = (ys[-2] + ys[-1]) / 2
        middle = ys[-1] / 2
        gap = None if gap is None else gap - middle
        made.append(replace(column, ys=[y - middle for y in ys], gap=gap, x=x))
    return made


def _links(left: Column, right: Column) -> Iterator[Link]:
    """The lines between neighbouring columns: all to all, or each unit to its own."""
    W = right.stage.W
    for j, y, name in zip(right.units, right.ys, right.names, strict=True):
        for i, before, user in zip(left.units, left.ys, left.names, strict=True):
            ends = (left.x, before), (right.x, y)
            if W is not None:
                yield Link(*ends, float(W[i, j]), f"{user or left.stage.title} → {name}")
            elif i == j or not right.stage.one_to_one:
                yield Link(*ends)


def _taken(x: float, y: float, radius: float, below: float) -> list[Bounds]:
    across = radius + style.UNIT_GAP
    return [(x - across, y - across, x + across, y + across + below)]
