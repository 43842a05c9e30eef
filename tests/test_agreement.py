"""Picture, explanation, paths and page of one graph say the same numbers, and they are the engine's."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from drawn import lecture
from test_stepper_page import GRAPHS, close, graph_of, numbers

import viz
from autograd_mini import Value
from viz import text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from browser import Tab

SHOWN: dict[str, Callable[[], Value]] = {name: GRAPHS[name] for name in GRAPHS if name != "lecture"}
SHOWN["lecture"] = lambda: lecture(backward=False)


@pytest.mark.chromium
@pytest.mark.parametrize("name", SHOWN)
def test_all_four_agree(tab: Tab, tmp_path: Path, name: str) -> None:
    root = SHOWN[name]()
    page = tab.open(viz.step(root, names={}).save(tmp_path / "page.html"), "step=end")
    shown = numbers(page)
    wanted = [node.requires_grad for node in graph_of(root)]
    explained = {i: viz.explain(root, node, names={}) for i, node in enumerate(graph_of(root)) if wanted[i]}
    paths = {i: viz.paths(root, node, names={}) for i, node in enumerate(graph_of(root)) if wanted[i]}
    root.backward()
    boxes = viz.draw(root, names={}).picture.nodes
    for i, node in enumerate(graph_of(root)):
        assert boxes[i].value == node.data
        assert boxes[i].grad == node.grad
        assert close(shown[i][0], node.data)
        assert close(shown[i][1], node.grad)
        if wanted[i]:
            assert explained[i].text.splitlines()[-1].endswith(f" = {text.number(node.grad)}")
            assert paths[i].gradient == pytest.approx(node.grad, rel=1e-12)
            if node is not root:
                assert math.fsum(path.product for path in paths[i]) == pytest.approx(node.grad, rel=1e-12)
