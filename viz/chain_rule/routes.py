"""``paths``: every way from an input to an output, what each contributes, and that the sum is the derivative.

>>> from autograd_mini import Value
>>> a, b = Value(2), Value(1)
>>> c = a + b
>>> d = b + 1
>>> e = c * d
>>> print(paths(e, b))
2 paths from b to e, along 4 edges
b → c → e   ∂c/∂b × ∂e/∂c = 1 × 2 = 2
b → d → e   ∂d/∂b × ∂e/∂d = 1 × 3 = 3
∂e/∂b = 2 + 3 = 5

There may be very many: 60 doublings, ``x = x + x``, have 2⁶⁰ paths, but only 120 edges. The backward sweep multiplies
once along each edge, because it adds up at each node what comes from above before it goes on.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograd_mini.names import callers_names

from .. import arrays, text
from ..drawing import Drawing, draw
from ..picture import Edge, Picture
from .derivation import Derivation, derivation

LONGEST = 12  # nodes of a path that is written out
MOST_COUNTED = 10**30  # that is written out


@dataclass(frozen=True)
class Path:
    """One way from the input to the output: its edges in that order, and the product of their derivatives.

    `product` is an array where arrays are on the way.
    """

    edges: tuple[Edge, ...]
    names: tuple[str, ...]
    product: Any

    def __str__(self) -> str:
        names = self.names if len(self.names) <= LONGEST else (*self.names[:3], "…", *self.names[-2:])
        said = [" → ".join(names)]
        if len(self.names) > LONGEST:
            said[0] += f" ({len(self.edges)} edges)"
            return f"{said[0]}   {text_of(self.product)}"
        if not arrays.is_array(self.product) and all(edge.partial is not None for edge in self.edges):
            partials = [text.number(edge.partial) for edge in self.edges if edge.partial is not None]
            said += [" × ".join(edge.symbol for edge in self.edges), " × ".join(map(text.signed, partials))]
        return f"{said[0]}   {' = '.join(dict.fromkeys([*said[1:], text_of(self.product)]))}"


class Paths:
    """The paths that are written out, a sequence of :class:`Path`. :func:`paths` makes them; ``print`` lists them.

    At most ``limit`` of those that ``made`` has are written out; ``variables`` are the names of nodes.

    Attributes
    ----------
    count
        How many there are in all.
    edges
        How many edges they run along.
    gradient
        The sum of all, as the backward sweep finds it.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> import viz
    >>> a, b = Value(2), Value(1)
    >>> e = (a + b) * (b + 1)
    >>> found = viz.paths(e, b)
    >>> found.count, found.edges, found.gradient, len(found[0].edges)
    (2, 4, 5.0, 2)
    """

    def __init__(self, made: Derivation, limit: int, variables: Mapping[str, object]) -> None:
        self._made, self._variables = made, variables
        self.count = _count(made)
        self.edges = sum(map(len, made.incoming.values()))
        self.gradient = made.gradients.get(made.wrt, 0.0)
        self._paths = tuple(_path(made, route) for route in itertools.islice(routes_of(made), limit))

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, index: int) -> Path:
        return self._paths[index]

    def draw(self, which: int | None = None, **options: Any) -> Drawing:
        """The graph with one of the paths highlighted, or with everything that lies on any.

        Parameters
        ----------
        which
            The position of the path in this list; None for all.
        options
            Those of :func:`draw`.

        Raises
        ------
        IndexError
            If the list has no such path.
        """
        made = self._made
        if which is not None and not 0 <= which < len(self):
            raise IndexError(f"there is no path {which}: {_plural(len(self), 'path')} can be drawn, counted from 0")
        chosen = (
            self._paths[which].edges if which is not None else [e for edges in made.incoming.values() for e in edges]
        )
        drawing = draw(made.graph.nodes[-1], **{"names": self._variables, "collapse": None, **options})
        return drawing.showing(highlighted(drawing.picture, chosen))

    def __str__(self) -> str:
        made = self._made
        by, of = (made.names[i] for i in (made.wrt, made.root))
        d = "d" if made.is_total else "∂"
        total = f"{d}{of}/{d}{by}"
        if not self.count:
            return f"{of} is {by} itself: {total} = 1"
        lines = [f"{_plural(self.count, 'path')} from {by} to {of}, along {_plural(self.edges, 'edge')}"]
        lines += map(str, self._paths)
        if len(self) < self.count:
            lines.append(f"… and {_counted(self.count - len(self))} more")
            lines.append(f"{total} = {text_of(self.gradient)}, by one multiplication along each edge")
            return "\n".join(lines)
        first, *rest = [text_of(path.product) for path in self._paths]
        summed = " + ".join([first, *map(text.signed, rest)])
        return "\n".join([*lines, " = ".join(dict.fromkeys([total, summed, text_of(self.gradient)]))])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self)}


def paths(node: Any, wrt: Any, *, limit: int = 20, names: Mapping[str, object] | None = None) -> Paths:
    """Every path from one node to another, with the product of the derivatives along it.

    Parameters
    ----------
    node
        The output; of an array the sum of all elements is meant.
    wrt
        Where the paths begin.
    limit
        How many paths to write out; all are counted.
    names
        As in :func:`draw`.

    Returns
    -------
    Paths
        A sequence; ``print`` lists it with the sum, ``.count``, ``.edges``, ``.draw()`` highlights.

    Raises
    ------
    TypeError
        If one of the two is no node.
    ValueError
        If `node` was not computed from `wrt`, or `wrt` wants no gradient, or `limit` is no positive integer.
    RuntimeError
        If a leaf has changed since `node` was computed.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> x = Value(1.0)
    >>> y = x
    >>> for _ in range(60):
    ...     y = y + y
    >>> paths(y, x).count == 2**60, paths(y, x).edges, paths(y, x).gradient == 2.0**60
    (True, 120, True)
    """
    if type(limit) is not int or limit < 1:
        raise ValueError(f"limit={limit!r}; it has to be a positive integer")
    variables = callers_names(sys._getframe(1)) if names is None else names
    return Paths(derivation(node, wrt, variables), limit, variables)


def routes_of(made: Derivation) -> Iterator[tuple[Edge, ...]]:
    """The edges of each path, from the input to the output, one path after the other."""
    users = made.outgoing
    route: list[Edge] = []
    ahead = [iter(users[made.wrt])]  # of each node on the route the edges that are still to be gone along
    while ahead:
        edge = next(ahead[-1], None)
        if edge is None:
            ahead.pop()
            del route[-1:]
        elif edge.head == made.root:
            yield (*route, edge)
        else:
            route.append(edge)
            ahead.append(iter(users[edge.head]))


def highlighted(picture: Picture, edges: Sequence[Edge]) -> Picture:
    """The picture with these edges, and the boxes at their ends, standing out."""
    chosen = {(edge.tail, edge.head, edge.operand) for edge in edges}
    boxes = {end for edge in edges for end in (edge.tail, edge.head)}
    return replace(
        picture,
        nodes=tuple(replace(box, emphasis=i in boxes) for i, box in enumerate(picture.nodes)),
        edges=tuple(replace(e, emphasis=(e.tail, e.head, e.operand) in chosen) for e in picture.edges),
    )


def text_of(derivative: Any) -> str:
    """A derivative on one line."""
    said = arrays.gradient(derivative)
    if not isinstance(said, tuple):
        return text.number(0.0 if said is None else said)
    rows = (shown if name in ("", "grad") else f"{name} {shown}" for name, shown in said)
    return arrays.unaligned(" ".join(filter(None, rows)))


def _plural(count: int, word: str) -> str:
    return f"{_counted(count)} {word}{'s' * (count > 1)}"


def _counted(count: int) -> str:
    """An integer in full, or of one that is longer than a line of digits how long it is."""
    return f"{count:,}" if count < MOST_COUNTED else f"about 10^{math.log10(count):.1f}"


def _count(made: Derivation) -> int:
    """How many paths there are, by adding up at each node, exactly."""
    ways = {made.wrt: 1}
    for head in made.between[1:]:
        ways[head] = sum(ways[edge.tail] for edge in made.incoming[head])
    return ways[made.root] if made.root != made.wrt else 0


def _path(made: Derivation, route: tuple[Edge, ...]) -> Path:
    from autograd_mini.reverse import stored  # noqa: PLC0415 - as in picture.symbols

    product = made.gradients[made.root]
    for edge in reversed(route):
        product = stored(made.graph.nodes[edge.head])(edge.operand, product)
    names = tuple(made.names[i] for i in (made.wrt, *(edge.head for edge in route)))
    return Path(route, names, product)
