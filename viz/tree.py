"""A picture as a text tree: for terminals, for doctests, for those who cannot see the drawing."""

from __future__ import annotations

from collections import defaultdict

from .labels import View, edge_lines, notes, plain, statements
from .picture import Edge, Picture


def tree(picture: Picture, view: View) -> str:
    """The output first, its operands below it; a node with several users is written out once.

    Parameters
    ----------
    picture, view
        What is shown, and how much of it.

    Returns
    -------
    str
        One line per edge, and one per output.
    """
    operands: dict[int, list[Edge]] = defaultdict(list)
    for each in picture.edges:
        operands[each.head].append(each)
    lines: list[str] = []
    written: set[int] = set()
    outputs = [i for i, node in enumerate(picture.nodes) if node.is_output]
    stack: list[tuple[int, Edge | None, str, str]] = [(i, None, "", "") for i in reversed(outputs)]
    while stack:
        i, edge, first, rest = stack.pop()
        said = statements(picture.nodes[i], view.show)
        partial = [" ".join(map(plain, edge_lines(edge, view)))] if edge else []
        if i in written and operands[i]:
            said = [picture.nodes[i].name, "(see above)"]
        lines.append(first + "   ".join([*said, *filter(None, partial)]))
        if i in written:
            continue
        written.add(i)
        below = operands[i]
        for operand in reversed(below):
            corner, beside = ("└─ ", "   ") if operand is below[-1] else ("├─ ", "│  ")
            stack.append((operand.tail, operand, rest + corner, rest + beside))
    return "\n".join([*lines, *notes(picture, view)])
