"""Formulas as MathML, which browsers show by themselves: no script, and nothing from the network."""

from __future__ import annotations

from typing import Any

from docutils import nodes

from viz.mathml import mathml


def inline(writer: Any, node: nodes.math) -> None:
    """A formula within a line."""
    writer.body.append(mathml(node.astext()))
    raise nodes.SkipNode


def block(writer: Any, node: nodes.math_block) -> None:
    """A formula on a line of its own."""
    writer.body.append(f'<div class="math">{mathml(node.astext(), display=True)}</div>')
    raise nodes.SkipNode
