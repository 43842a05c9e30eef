from __future__ import annotations

from drawn import lecture

import viz


def test_jupyter_gets_the_figure_and_the_tree() -> None:
    drawing = viz.draw(lecture(), renderer="embedded")
    bundle = drawing._repr_mimebundle_()
    assert bundle == {"image/svg+xml": drawing.svg, "text/plain": str(drawing)}
    assert drawing.svg.startswith("<svg ")
