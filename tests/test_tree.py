from __future__ import annotations

from drawn import chain, lecture

import viz
from autograd_mini import Value


def test_a_shared_operation_is_written_out_once() -> None:
    a = Value(2, "a")
    b = a * 3
    c = b * b
    assert str(viz.draw(c, show=["structure", "value"])).splitlines() == [
        "c = b × b   value 36",
        "├─ b = a × 3   value 6",
        "│  └─ a   value 2",
        "└─ b   (see above)",
    ]


def test_a_tree_shows_what_the_picture_shows() -> None:
    assert str(viz.draw(lecture(), edges="formulas")).splitlines()[1] == "├─ c = a + b   value 3   grad 2   ∂e/∂c = d"


def test_60_doublings_are_60_lines_and_a_deep_chain_does_not_recurse() -> None:
    node = Value(1)
    for _ in range(60):
        node = node + node
    assert len(str(viz.draw(node)).splitlines()) == 1 + 2 * 60 + 1
    assert len(str(viz.draw(chain(1400), collapse=None)).splitlines()) == 1401 + 2
