from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from drawn import RENDERERS, SVG, lecture, network, parsed, texts

import autograd_mini as ag
import viz
from autograd_mini import Value, nn
from viz import style, text

HOSTILE = [
    '"quotes"', "back\\", "a\nb", "{}|<>", "<b>bold</b>", "&amp; & &lt;", r"\N \G \L", "שלום", "x\0y", "\ud800",
    "</script><script>alert(1)</script>", "<!--<script", '" onload="alert(1)', "javascript:alert(1)", "]]>", "漢字", "",
]  # fmt: skip


@pytest.mark.parametrize("renderer", RENDERERS)
def test_the_lectures_figure_has_every_number(renderer: str) -> None:
    assert sorted(texts(viz.draw(lecture(), renderer=renderer).svg)) == sorted([
        "a", "value  2", "grad  2", "b", "value  1", "grad  5", "c = a + b", "value  3", "grad  2",
        "d = b + 1", "value  2", "grad  3", "e = c × d", "value  6", "grad  1",
        " ∂c/∂a = 1 ".strip(), "∂c/∂b = 1", "∂d/∂b = 1", "∂e/∂c = 2", "∂e/∂d = 3",
    ])  # fmt: skip


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("label", HOSTILE)
def test_any_label_is_shown_literally_and_harmless(renderer: str, label: str) -> None:
    svg = viz.draw(Value(1, label=label) * 2, names={}, renderer=renderer, title=label, caption=label).svg
    root = parsed(svg)
    assert text.clean(label) in {said.removesuffix("\u200e") for said in texts(svg)} or not label
    allowed = {"svg", "g", "title", "rect", "path", "polygon", "text", "tspan"}
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= allowed
    names = {name for element in root.iter() for name in element.attrib}
    assert not any(name.startswith("on") or "href" in name or name in ("id", "style") for name in names)
    assert "://" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_10_kb_of_label_stay_a_box_with_the_whole_in_its_tooltip() -> None:
    svg = viz.draw(Value(1, label="long & " * 1500), renderer="embedded").svg
    assert float(parsed(svg).get("width", "inf")) < 500
    assert svg.count("long &amp; " * 1499) >= 1


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("direction", ["LR", "BT"])
def test_text_fits_its_box_and_nothing_is_clipped(renderer: str, direction: str) -> None:
    a = Value(-1.2345e-300, "a_rather_long_name_for_a_variable")
    out = (a * Value(math.inf, "θ1") + math.nan) * network((2, 1), [a, -2.0])
    out.backward()
    for options in (
        {},
        {"edges": "both", "title": "A long title that is wider than the figure " * 3},
        {"size": "paper"},
    ):
        root = parsed(viz.draw(out, renderer=renderer, direction=direction, **options).svg)
        x0, y0, width, height = map(float, root.get("viewBox", "").split())
        for group in root.iter(f"{SVG}g"):
            rect = group.find(f"{SVG}rect[last()]")
            for each in group.findall(f"{SVG}text"):
                size, x, y = (float(each.get(key, "0")) for key in ("font-size", "x", "y"))
                half = sum(text.width(span.text, size, bold="font-weight" in span.attrib) for span in each) / 2
                assert x0 <= x - half
                assert x + half <= x0 + width
                assert y0 <= y - size * 0.8
                assert y + size * 0.25 <= y0 + height
                if rect is not None and group.get("class", "").startswith("node"):
                    left, top, wide, high = (float(rect.get(key, "0")) for key in ("x", "y", "width", "height"))
                    assert left + 3 <= x - half
                    assert x + half <= left + wide - 3
                    assert top + 2 <= y - size * 0.75
                    assert y + size * 0.25 <= top + high - 1


@pytest.mark.parametrize("renderer", RENDERERS)
def test_parallel_edges_keep_their_labels_apart(renderer: str) -> None:
    a = Value(2)
    root = parsed(viz.draw(a**a, edges="both", renderer=renderer).svg)
    labels = [edge.find(f"{SVG}text") for edge in root.iter(f"{SVG}g") if edge.get("class") == "edge"]
    said = ["".join(each.itertext()) for each in labels]
    assert said == ["∂v₁/∂a = a × a^(a − 1) = 4", "∂v₁/∂a = v₁ × ln(a) = 2.773"] or len(set(said)) == 2
    assert abs(float(labels[0].get("y")) - float(labels[1].get("y"))) > 11


def test_bold_and_colour_are_where_they_belong() -> None:
    svg = viz.draw(lecture(), renderer="embedded").svg
    assert '<tspan fill="#1A1A1A" font-weight="bold">c</tspan><tspan fill="#1A1A1A"> = a + b</tspan>' in svg
    assert '<tspan fill="#5A5A5A">grad  </tspan><tspan fill="#B34700" font-weight="bold">5</tspan>' in svg


@pytest.mark.parametrize("direction", ["LR", "BT"])
def test_frames_reveal_step_by_step_and_nothing_moves(direction: str) -> None:
    frames = viz.draw(lecture(), renderer="embedded", direction=direction).frames()
    said = [texts(frame.svg) for frame in frames]
    assert said[0] == ["a", "b", "c = a + b", "d = b + 1", "e = c × d"]
    assert [sum("value" in each for each in every) for every in said] == [0, 5, 5, 5]
    assert [sum("∂" in each for each in every) for every in said] == [0, 0, 5, 5]
    assert [sum("grad" in each for each in every) for every in said] == [0, 0, 0, 5]
    shapes = [
        re.findall(r"<(?:rect|path|polygon|svg) [^>]*>", re.sub(r' aria-label="[^"]*"', "", f.svg)) for f in frames
    ]
    assert shapes[0] == shapes[1] == shapes[2] == shapes[3]
    assert set(texts(frames[1].svg)) <= set(texts(frames[3].svg))
    assert frames[3].svg == viz.draw(lecture(), renderer="embedded", direction=direction).svg


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("direction", ["LR", "BT"])
def test_a_slide_is_16_to_9_and_can_be_read(renderer: str, direction: str) -> None:
    root = parsed(viz.draw(lecture(), size="slide", renderer=renderer, direction=direction, title="L1").svg)
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    assert (width, height) == (1280, 720)
    scale = width / float(root.get("viewBox", "").split()[2])
    assert min(float(each.get("font-size", "0")) for each in root.iter(f"{SVG}text")) * scale >= 18


def test_what_does_not_fit_on_a_slide_says_what_to_pass() -> None:
    node = Value(1)
    for _ in range(12):
        node = node.tanh()
    drawing = viz.draw(node, size="slide", renderer="embedded")
    with pytest.raises(
        ValueError, match=r"the smallest text would be [\d.]+ px high, and 18 is the least: .*fewer of show=, collapse="
    ):
        drawing.svg  # noqa: B018
    assert drawing.source.startswith("digraph")


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_slide_is_the_ordinary_picture_enlarged_as_far_as_it_can(renderer: str) -> None:
    drawing = viz.draw(lecture(), size="slide", renderer=renderer)
    assert "∂e/∂c = 2" in texts(drawing.svg)
    x, _, width, _ = map(float, parsed(drawing.svg).get("viewBox", "").split())
    boxes = [*parsed(drawing.svg).iter(f"{SVG}rect")][1:]
    left = min(float(rect.get("x", "0")) for rect in boxes) - x
    right = x + width - max(float(rect.get("x", "0")) + float(rect.get("width", "0")) for rect in boxes)
    assert 0.02 * width < left < 0.05 * width
    assert right == pytest.approx(left, abs=1)
    page, box, *_ = parsed(viz.draw(Value(1), size="slide").svg).iter(f"{SVG}rect")
    assert float(box.get("width", "0")) < 0.3 * float(page.get("width", "0"))


def test_a_crowded_slide_folds_its_labels_then_turns() -> None:
    x = [Value(i, f"x{i}", requires_grad=False) for i in (1, 2)]
    tight = viz.draw(nn.Neuron(2, "sigmoid", seed=0)(x) * 1.5, names={}, size="slide", renderer="embedded")
    assert (tight.layout[0].tight, tight.layout[0].direction) == (True, "LR")
    assert {"= 1", "∂z/∂w₁", "+ w₂ × x₂ + b"} <= set(texts(tight.svg))
    first, *_, last = tight.frames()
    assert last.svg == tight.svg
    assert re.findall("<rect [^>]*>", first.svg) == re.findall("<rect [^>]*>", tight.svg)
    turned = viz.draw(ag.sum([Value(i, f"x{i}") for i in range(7)]), names={}, size="slide", renderer="embedded")
    assert turned.layout[0].direction == "BT"


def test_long_titles_and_captions_fold() -> None:
    said = "A title that says what the picture shows, and what the picture does not show, at some length"
    for size in (None, "slide"):
        drawing = viz.draw(lecture(), size=size, title=said, caption=said, renderer="embedded")
        bare = viz.draw(lecture(), size=size, renderer="embedded")
        assert " ".join(line for line in texts(drawing.svg) if line in said and len(line) > 1) == f"{said} {said}"
        assert float(parsed(drawing.svg).get("width")) <= float(parsed(bare.svg).get("width")) + 1


def test_the_number_of_a_layer_is_raised_and_comes_down_again() -> None:
    svg = viz.draw(Value(1, label="z₃[2]") * 2, names={}, renderer="embedded").svg
    name = next(each for each in parsed(svg).iter(f"{SVG}text") if "".join(each.itertext()) == "v₁ = z₃[2] × 2")
    shifts = [float(span.get("dy", "0")) for span in name]
    assert [span.text for span in name] == ["v₁", " = z₃", "[2]", " × 2"]
    assert shifts[2] < 0 == shifts[2] + shifts[3]
    assert name[2].get("font-size") == "9.1"


def test_paper_fits_a_column() -> None:
    out = network((3, 1), [1.0, 2.0])
    assert float(parsed(viz.draw(out, size="paper", renderer="embedded").svg).get("width")) <= 6.5 * 96 + 0.01


def test_two_figures_on_one_page_share_no_ids() -> None:
    assert " id=" not in viz.draw(lecture(), renderer="embedded").svg


def test_a_figure_says_what_it_is_to_those_who_cannot_see_it() -> None:
    root = parsed(viz.draw(lecture(), renderer="embedded").svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == root.findtext(f"{SVG}title") == "e = c × d"


def test_before_backward_the_figure_says_what_to_call() -> None:
    said = texts(viz.draw(lecture(backward=False), renderer="embedded").svg)
    assert said.count("grad  —") == 5
    assert said[-1] == "call e.backward() to fill in the gradients"


def test_backward_arrows_are_reversed_and_dashed() -> None:
    forward = viz.draw(lecture(), renderer="embedded").svg
    backward = viz.draw(lecture(), renderer="embedded", flow="backward").svg
    assert forward.count('stroke-dasharray="5,3"') == 0
    assert backward.count('stroke-dasharray="5,3"') == 5
    heads = [re.findall(r'<polygon points="([-\d.]+)', svg) for svg in (forward, backward)]
    assert min(map(float, heads[1])) < min(map(float, heads[0]))


def test_where_no_derivative_flows_a_backward_arrow_has_no_colour_of_gradients() -> None:
    f = Value(2, "x") * Value(3, "y", requires_grad=False)
    edges = parsed(viz.draw(f, names={}, flow="backward").svg).findall(f".//{SVG}g[@class='edge']")
    colours = {edge.attrib["data-edge"]: edge[0].attrib["stroke"] for edge in edges}
    assert colours == {"n0-n2": style.LIGHT.gradient, "n1-n2": style.LIGHT.edge}


@pytest.mark.parametrize(("steps", "colour"), [(("value",), "ink"), (("value", "local", "grad"), "gradient")])
def test_what_stands_out_is_thick_but_for_the_head_and_its_colour_says_what_it_is_about(
    steps: tuple[str, ...], colour: str
) -> None:
    drawing = viz.draw(lecture(), names={})
    picture = drawing.picture.revealed(steps)
    stressed = replace(
        picture,
        nodes=tuple(replace(node, emphasis=node.name == "b") for node in picture.nodes),
        edges=tuple(replace(edge, emphasis=edge.operand == 1) for edge in picture.edges),
    )
    plain, strong = (parsed(drawing.showing(each).svg) for each in (picture, stressed))
    expected = getattr(style.LIGHT, colour)
    for kind, count in (("node", 1), ("edge", 2)):
        groups = [each for each in strong.iter() if re.fullmatch(f"{kind} .*emphasis", each.get("class", ""))]
        assert len(groups) == count
        for group in groups:
            (same,) = [each for each in plain.iter() if each.get(f"data-{kind}") == group.get(f"data-{kind}")]
            for shape, before in zip(group, same, strict=True):
                if "stroke" in shape.attrib:
                    assert shape.attrib["stroke"] == expected
                    wider = 1 if shape.tag == f"{SVG}polygon" else style.EMPHASIS
                    width = float(before.attrib["stroke-width"]) * wider
                    assert float(shape.attrib["stroke-width"]) == pytest.approx(width, abs=0.01)


def test_backgrounds() -> None:
    svgs = {b: viz.draw(lecture(), renderer="embedded", background=b).svg for b in ("white", "transparent", "dark")}
    assert ['fill="#FFFFFF" /><g' in svgs["white"], "#16191D" in svgs["dark"]] == [True, True]
    assert svgs["transparent"].count("<rect") == svgs["white"].count("<rect") - 1
