from __future__ import annotations

from drawn import lecture, parsed, texts

import viz


def test_jupyter_gets_the_figure_and_the_tree() -> None:
    drawing = viz.draw(lecture(), renderer="embedded")
    bundle = drawing._repr_mimebundle_()
    assert bundle["text/plain"] == str(drawing)
    root = parsed(bundle["image/svg+xml"])
    assert root.attrib.pop("style") == "max-width: 100%; height: auto"  # a wide one is not cut at the cell's edge
    assert (root.attrib, texts(bundle["image/svg+xml"])) == (parsed(drawing.svg).attrib, texts(drawing.svg))
    assert drawing.svg.startswith("<svg ")
