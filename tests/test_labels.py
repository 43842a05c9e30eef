from __future__ import annotations

import pytest

from viz.labels import View, arrangements, box_size, edge_lines, node_lines, plain
from viz.picture import Edge, Node


def test_only_a_slide_may_lie_in_another_way() -> None:
    assert list(arrangements(View())) == [View()]
    assert [(v.direction, v.tight) for v in arrangements(View(size="slide", direction="BT"))] == [
        ("BT", False), ("BT", True), ("LR", False), ("LR", True),
    ]  # fmt: skip
    assert len(list(arrangements(View(size="slide", compact=True)))) == 1


@pytest.mark.parametrize(
    ("edges", "said"),
    [("numbers", "∂e/∂c = 2"), ("formulas", "∂e/∂c = d"), ("both", "∂e/∂c = d = 2")],
)
def test_an_edge_says_number_formula_or_both(edges: str, said: str) -> None:
    assert [plain(line) for line in edge_lines(Edge(0, 1, "∂e/∂c", 2.0, "d"), View(edges=edges))] == [said]


def test_no_derivative_no_label() -> None:
    assert edge_lines(Edge(0, 1), View()) == edge_lines(Edge(0, 1, "∂e/∂c", 2.0, "d"), View(show=("value",))) == []


def test_a_number_is_not_said_twice() -> None:
    assert [plain(line) for line in edge_lines(Edge(0, 1, "∂c/∂a", 1.0, "1"), View(edges="both"))] == ["∂c/∂a = 1"]


def test_a_missing_gradient_is_a_dash_and_data_have_none() -> None:
    steps = ("structure", "value", "grad")
    assert [plain(line) for line in node_lines(Node("x", "input", value=1, wants_grad=True), steps)][1:] == [
        "value 1",
        "grad —",
    ]
    assert [plain(line) for line in node_lines(Node("x", "input", value=1), steps)][1:] == ["value 1"]


def test_a_raised_number_takes_less_room() -> None:
    wide, narrow = (box_size(Node(f"{name}[12345678]", "input"), View())[0] for name in ("x", "z₃"))
    assert narrow < wide
