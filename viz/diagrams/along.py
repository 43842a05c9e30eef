"""Where the labels of lines go: each on its own line, which is broken for it, and away from all others.

>>> ways = [((0, 0), (100, 0)), ((0, 40), (100, 40))]
>>> places(ways, [(30, 12), (30, 12)], [])
[(50.0, 0.0), (50.0, 40.0)]
>>> places(ways[:1] * 2, [(30, 12), (30, 12)], []) is None  # one line on the other
True
"""

from __future__ import annotations

from collections.abc import Sequence

from ..canvas import Bounds, Point

Way = tuple[Point, Point]
PARTS = (0.5, 0.55, 0.45, 0.6, 0.4, 0.65, 0.35, 0.7, 0.3, 0.75, 0.25, 0.8, 0.2)  # of the line, the best first
TRIES = 20_000


def places(ways: Sequence[Way], sizes: Sequence[Point], taken: Sequence[Bounds]) -> list[Point] | None:
    """The middle of each line's label, so that it touches no other label, no other line and nothing that is `taken`.

    Parameters
    ----------
    ways
        The lines, from point to point.
    sizes
        Width and height of each line's label.
    taken
        Boxes where no label may be.

    Returns
    -------
    list of points, or None
        None if they have no room.
    """
    possible = [
        [
            at
            for at in (_on(way, part) for part in PARTS)
            if not any(_overlap(_box(at, size), each) for each in taken)
            and not any(_crosses(other, _box(at, size)) for j, other in enumerate(ways) if j != i)
        ]
        for i, (way, size) in enumerate(zip(ways, sizes, strict=True))
    ]
    order = sorted(range(len(ways)), key=lambda i: len(possible[i]))  # those with the least room choose first
    chosen: dict[int, Point] = {}
    tried = [iter(possible[i]) for i in order[:1]]
    for _ in range(TRIES):
        if len(chosen) == len(ways) or not tried:
            break
        i = order[len(tried) - 1]
        chosen.pop(i, None)
        for at in tried[-1]:
            if not any(_overlap(_box(at, sizes[i]), _box(other, sizes[j])) for j, other in chosen.items()):
                chosen[i] = at
                tried += [iter(possible[j]) for j in order[len(tried) : len(tried) + 1]]
                break
        else:
            tried.pop()
    return [chosen[i] for i in range(len(ways))] if len(chosen) == len(ways) else None


def broken(way: Way, at: Point, size: Point) -> list[Way]:
    """What is left of a line whose middle part makes room for a label."""
    (x0, y0), (x1, y1) = way
    across, down = abs(x1 - x0), abs(y1 - y0)
    half = min(size[0] / 2 / across if across else 1.0, size[1] / 2 / down if down else 1.0)
    part = (at[0] - x0) / (x1 - x0)
    return [(way[0], _on(way, max(0.0, part - half))), (_on(way, min(1.0, part + half)), way[1])]


def _on(way: Way, part: float) -> Point:
    (x0, y0), (x1, y1) = way
    return x0 + (x1 - x0) * part, y0 + (y1 - y0) * part


def _box(at: Point, size: Point) -> Bounds:
    (x, y), (width, height) = at, size
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _overlap(one: Bounds, other: Bounds) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _crosses(way: Way, box: Bounds) -> bool:
    """Whether a line, which leads to the right, goes through a box."""
    (x0, y0), (x1, y1) = way
    left, right = max(x0, box[0]), min(x1, box[2])
    if left >= right:
        return False
    ends = [y0 + (y1 - y0) * (x - x0) / (x1 - x0) for x in (left, right)]
    return max(ends) > box[1] and min(ends) < box[3]
