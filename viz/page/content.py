"""What the page knows of a graph: its nodes and edges as data, the order of the sweeps, formulas as MathML.

A formula is kept once for all nodes of one operation, with holes for the operands: words.js fills them, by names and by
numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from autograd_mini.expr import Expr, Number, Symbol
from autograd_mini.javascript import program

from .. import render, style, text
from ..canvas import extent, is_large
from ..collapse import FULL_LABELS
from ..dot import digraph
from ..labels import View
from ..mathml import mathml
from ..operations import rule_of
from ..picture import Graph, Picture
from ..svg import finish
from ..sweeps import backward_steps, forward_steps, is_total
from .document import document

MOST_TITLE = 60  # characters
MOST_HOLES = 12  # operands of a formula that is shown with its numbers put in
ROOM = "−0.01234"  # as wide as numbers usually come out
HOLE, RESULT = 0xE000, "\uf8ff"  # characters that stand for operand 0, and for the result
TAKEN = ("step", "mode", "wrt", "predict", "rate", "sweeps", "updates")  # what an address says besides inputs
PATTERNS = {
    "add": "add distributes: each operand gets the gradient as it is.",
    "sum": "sum distributes: every operand gets the gradient as it is.",
    "sub": "sub distributes: the first operand gets the gradient as it is, the second with a minus.",
    "mul": "multiply swaps: each operand gets the gradient times the other's value.",
    "dot": "dot swaps: each w gets the gradient times its x, each x times its w, and a bias as it is.",
    "maximum": "max routes: the gradient goes to the greater operand alone; a tie shares it evenly.",
    "minimum": "min routes: the gradient goes to the lesser operand alone; a tie shares it evenly.",
    "where": "where routes: the gradient goes to the branch that was taken.",
}
FROZEN = "The condition of where stays as it was when the graph was made."


class Content:
    """What a page shows of one graph."""

    def __init__(self, graph: Graph, made: Picture) -> None:
        self.graph, self.made = graph, made
        self.leaves = [i for i, node in enumerate(made.nodes) if not node.op]
        self.wanting = [i for i in self.leaves if made.nodes[i].wants_grad]
        self.forward = [step.node for step in forward_steps(made)]
        self.backward = [step.edge for step in backward_steps(made) if step.edge is not None]
        self.formulas: dict[str, int] = {}  # MathML → its place
        self.patterns: dict[str, int] = {}  # what is said of a derivative → its place

    @property
    def steps(self) -> int:
        """How many steps there are forward and back."""
        return len(self.forward) + 1 + len(self.backward)

    @property
    def height(self) -> int:
        """How many pixels high a frame has to be for the page."""
        return round(min(extent(self.svg)[3] * style.PIXELS_PER_POINT, 500) + 650)

    def place(self, wrt: Any) -> int:
        """The position of the input to differentiate by, given as a node or by name; by default the first.

        Raises
        ------
        ValueError
            If there is none of that name, or it wants no gradient.
        """
        if wrt is None:
            return self.wanting[0]
        for i in self.wanting:
            names = (self.made.nodes[i].called, self.made.nodes[i].name)
            if self.graph.nodes[i] is wrt or (isinstance(wrt, str) and wrt in names):
                return i
        known = ", ".join(self.made.nodes[i].name for i in self.wanting[:MOST_HOLES])
        got = repr(wrt) if isinstance(wrt, str) else "a node that is none of them"
        raise ValueError(f"wrt is {got}; it has to be an input that wants a gradient: {known}")

    def html(self, title: str, settings: Mapping[str, object]) -> str:
        """The whole page; `settings` are what it begins with."""
        data = {**settings, **self._data()}
        return document(
            title=title,
            loss=self.made.nodes[-1].name,
            d="d" if is_total(self.made) else "∂",
            picture=self.svg,
            note=FROZEN if any(b.op == "where" and not isinstance(b.operands[0], int) for b in self.made.nodes) else "",
            formulas=self.formulas,
            rules=program(rule for rule in map(rule_of, self.graph.nodes) if rule),
            data=data,
        )

    @cached_property
    def svg(self) -> str:
        """The picture, with room for any numbers."""
        nodes, edges = self.made.nodes, self.made.edges
        wide = Picture(
            tuple(replace(n, value=(("value", ROOM),), grad=(("grad", ROOM),), is_stale=False) for n in nodes),
            tuple(replace(e, formula=ROOM) for e in edges),
        )
        view = View(edges="formulas", background="transparent", compact=len(nodes) > FULL_LABELS)
        svg = _drawn(wide, view)
        return _drawn(wide, replace(view, tight=True)) if is_large(svg) and not view.compact else svg

    @cached_property
    def title(self) -> str:
        """The output as a formula of the inputs, as far as it is short and names are unique."""
        nodes = self.made.nodes
        called = Counter(box.name for box in nodes)
        formulas: list[Expr] = []
        for node, box in zip(self.graph.nodes, nodes, strict=True):
            formulas.append(Symbol(box.name))
            if box.op and all(called[nodes[x].name] == 1 for x in box.operands if isinstance(x, int)):
                whole = rule_of(node).applied(*(formulas[x] if isinstance(x, int) else Number(x) for x in box.operands))
                if len(box.operands) <= MOST_HOLES and len(whole.text()) <= MOST_TITLE:
                    formulas[-1] = whole
        last, shown = nodes[-1], formulas[-1].text()
        return f"{last.name} = {last.formula if shown == last.name else shown}" if last.op else last.name

    def _data(self) -> dict[str, object]:
        parameters = [i for i in self.wanting if self.made.nodes[i].kind == "parameter"]
        return {
            "nodes": self._nodes(),
            "edges": [self._edge(j) for j in range(len(self.made.edges))],
            "isTotal": is_total(self.made),
            "output": len(self.made.nodes) - 1,
            "leaves": self.leaves,
            "wanting": self.wanting,
            "parameters": parameters or self.wanting,
            "forward": self.forward,
            "backward": self.backward,
            "patterns": list(self.patterns),
        }

    def _nodes(self) -> list[dict[str, object]]:
        boxes = self.made.nodes
        called = Counter(box.name for box in boxes)
        keys = dict(zip(self.leaves, _keys(boxes[i].called for i in self.leaves), strict=True))
        said = []
        for i, (node, box) in enumerate(zip(self.graph.nodes, boxes, strict=True)):
            known: dict[str, object] = {
                "name": box.name, "called": text.shorten(box.called, 200), "op": box.op, "wants": box.wants_grad,
                "math": self._formula(Symbol(box.name)),
            }  # fmt: skip
            if box.op:
                known |= self._operation(i)
            else:
                known |= {"key": keys[i], "value": repr(float(node.data))}
                if called[box.name] > 1 and node.scope:
                    known["where"] = text.clean(f"({', '.join(reversed(node.scope))})")
            said.append(known)
        return said

    def _operation(self, i: int) -> dict[str, object]:
        box = self.made.nodes[i]
        known: dict[str, object] = {
            "formula": box.formula,
            "operands": [x if isinstance(x, int) else repr(x) for x in box.operands],
            "edges": [j for j, edge in enumerate(self.made.edges) if edge.head == i],
        }
        if len(box.operands) <= MOST_HOLES:
            applied = rule_of(self.graph.nodes[i]).applied(*self._holes(i))
            known |= {"form": self._formula(applied), "pieces": list(_pieces(applied.text()))}
        return known

    def _edge(self, j: int) -> dict[str, object]:
        edge = self.made.edges[j]
        known: dict[str, object] = {"tail": edge.tail, "head": edge.head, "operand": edge.operand}
        if edge.symbol:
            rule = self.graph.nodes[edge.head].rule
            partial = rule.derivative(edge.operand, self._holes(edge.head), Symbol(RESULT))
            pattern = PATTERNS.get(rule.name) or _by_rule(rule, edge.operand)
            known |= {
                "symbol": edge.symbol,
                "text": edge.formula,
                "form": self._formula(partial),
                "pattern": self.patterns.setdefault(pattern, len(self.patterns)),
            }
        return known

    def _holes(self, i: int) -> list[Expr]:
        """The operands of a node: numbers as they are, for each node a character that will be replaced."""
        operands = self.made.nodes[i].operands
        return [Symbol(chr(HOLE + k)) if isinstance(x, int) else Number(x) for k, x in enumerate(operands)]

    def _formula(self, formula: Expr) -> int:
        return self.formulas.setdefault(mathml(formula), len(self.formulas))


def _drawn(picture: Picture, view: View) -> str:
    layout = render.layout(str(digraph(picture=picture, view=view).source))
    return finish(layout, picture, view, palette=style.PAGE)


def _pieces(written: str) -> Iterator[str | int]:
    """A formula's text, and between its pieces the numbers of its holes."""
    for i, piece in enumerate(re.split(f"([{chr(HOLE)}-{chr(HOLE + MOST_HOLES)}])", written)):
        yield ord(piece) - HOLE if i % 2 else piece


def _by_rule(rule: Any, operand: int) -> str:
    """What a row says of its derivative: ``tanh: 1 − out²``; ``div by y: −out / y``."""
    by = f" by {rule.inputs[operand].text()}" if rule.arity > 1 else ""
    return f"{rule.name}{by}: {rule.derivative(operand).text()}"


def _keys(names: Iterable[str]) -> list[str]:
    """What an address calls the inputs: by their names where these are short, plain and unique, else 1, 2, …"""
    listed = list(names)
    count = Counter(listed)
    return [
        name if name.isidentifier() and len(name) <= 20 and count[name] == 1 and name not in TAKEN else str(i)
        for i, name in enumerate(listed, 1)
    ]
