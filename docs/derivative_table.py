"""The page of derivatives, made from the rows of the table."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.util.docutils import SphinxDirective

import autograd_mini as ag
import viz
from autograd_mini import rules
from autograd_mini.algebra import has_nested_fraction, shortest
from autograd_mini.expr import Number
from autograd_mini.notation import TEXTBOOK_LATEX
from viz.mathml import MATHML
from viz.text import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from docutils.nodes import Node

    from autograd_mini.expr import Expr
    from autograd_mini.rules import Rule

NOT_WRITTEN = {  # domains whose row lists some of infinitely many intervals
    **dict.fromkeys(("tan", "sec"), r"x \ne \frac{\pi}{2} + k \pi"),
    **dict.fromkeys(("csc", "cot"), r"x \ne k \pi"),
    **dict.fromkeys(("floor", "ceil"), r"x \ne k"),
    "rint": r"x \ne k + \frac{1}{2}",
    **dict.fromkeys(("floor_divide", "mod"), r"\frac{x}{y} \ne k"),
}
STYLE = MATHML._replace(letters=TEXTBOOK_LATEX.letters)
HEADER = "| function | derivative | domain | by convention | picture |\n|---|---|---|---|---|"


class DerivativeTable(SphinxDirective):
    """Rows of the table, from the first to the last one named: function, derivatives, domain, convention, picture."""

    required_arguments = 2

    def run(self) -> list[Node]:
        """One table."""
        names = [rule.name for rule in rules.TABLE]
        first, last = map(names.index, self.arguments)
        root = Path(self.env.srcdir)
        pictures = root / "build" / "derivatives"
        pictures.mkdir(parents=True, exist_ok=True)
        lines = [HEADER, *(row(rule, pictures, root) for rule in rules.TABLE[first : last + 1])]
        return self.parse_text_to_nodes("\n".join(lines))


def row(rule: Rule, pictures: Path, root: Path) -> str:
    """A row as a line of Markdown; its picture is saved."""
    function = rule.applied(*rule.inputs)
    derivatives = [derivative(rule, i).write(STYLE)[0] for i in range(rule.arity)]
    if rule.arity > 1:
        derivatives = [rf"\partial_{{{x.latex()}}} = {d}" for x, d in zip(rule.inputs, derivatives, strict=True)]
    saved = picture(rule, pictures).relative_to(root).as_posix()
    cells = (
        f"${function.write(STYLE)[0]}$ <br> [`ag.{rule.name}`](#autograd_mini.{rule.name})",
        stacked(f"${each}$" for each in derivatives),
        stacked(f"${each}$" for each in domain(rule)),
        stacked(conventions(rule)),
        f"![{rule.name} and its derivative](/{saved})",
    )
    return "| " + " | ".join(cell.replace("|", r"\vert ") for cell in cells) + " |"


def derivative(rule: Rule, i: int) -> Expr:
    """The derivative as the row has it, or shorter where a quotient would stand in another one."""
    formula = rule.derivative(i, result=rule.applied(*rule.inputs))
    return shortest(formula) if has_nested_fraction(formula) else formula


def stacked(lines: Iterable[str]) -> str:
    """Lines above one another in a cell."""
    return " <br> ".join(lines)


def domain(rule: Rule) -> Iterator[str]:
    """Where each input may lie, as LaTeX."""
    if rule.name in NOT_WRITTEN:
        yield NOT_WRITTEN[rule.name]
        return
    for name, intervals in zip(rule.inputs, rule.domain, strict=True):
        x = name.latex()
        if intervals == rules.NONZERO:
            yield rf"{x} \ne 0"
        elif intervals == rules.REALS:
            yield rf"{x} \in \mathbb{{R}}"
        else:
            yield r"\ \text{or}\ ".join(between(x, *interval) for interval in intervals)


def between(x: str, low: float, high: float) -> str:
    """An open interval as an inequality."""
    below, above = ("" if math.isinf(end) else Number(end).latex() for end in (low, high))
    if below and above:
        return f"{below} < {x} < {above}"
    return f"{x} > {below}" if below else f"{x} < {above}"


def conventions(rule: Rule) -> Iterator[str]:
    """What the derivatives are where the function has none, or a one-sided one."""
    for point, partials in rule.kinks:
        at = ", ".join(f"{name} = {number(value)}" for name, value in zip(rule.inputs, point, strict=True))
        yield f"at {at}: {' and '.join(map(number, partials))}"


def picture(rule: Rule, folder: Path) -> Path:
    """The curve with its derivative; of a function of several inputs the node, with a derivative on each edge."""
    path = folder / f"{rule.name}.svg"
    if rule.arity == 1:
        plot = viz.plot_activation(rule.name, low=-4, high=4)
        plot.set_size_inches(3, 2.4)
        plot.save(path)
    else:
        inputs = [ag.Value(0.5, label=name.name) for name in rule.inputs]
        node = getattr(ag, rule.name)(*inputs)
        node.label = "f"
        viz.draw(node, show=("structure", "local"), edges="formulas", names={}, direction="BT").save(path)
    return path
