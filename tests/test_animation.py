from __future__ import annotations

import base64
import io
import random
import re
import sys
from pathlib import Path
from typing import Any, Literal

import pytest
from drawn import chain, lecture, parsed, texts
from PIL import Image

import autograd_mini as ag
from autograd_mini import Tensor, Value
from autograd_mini.graph import topological
from viz.animation.animating import animate
from viz.drawing import draw
from viz.sweeps import backward_steps, shares

BACKWARD = """\
e is computed from a and b
the inputs: a = 2 and b = 1
c = a + b = 2 + 1 = 3
d = b + 1 = 1 + 1 = 2
e = c × d = 3 × 2 = 6
each edge: how fast the result moves with the operand
∂e/∂e = 1: here the backward sweep begins
∂e/∂c += ∂e/∂c · ∂e/∂e: contribution 2 × 1 = 2
∂e/∂d += ∂e/∂d · ∂e/∂e: contribution 3 × 1 = 3
∂e/∂a += ∂c/∂a · ∂e/∂c: contribution 1 × 2 = 2
∂e/∂b += ∂c/∂b · ∂e/∂c: contribution 1 × 2 = 2
∂e/∂b += ∂d/∂b · ∂e/∂d: contribution 1 × 3 = 3; total so far 2 + 3 = 5
one sweep back: ∂e/∂a = 2 and ∂e/∂b = 5"""

FORWARD = """\
∂b/∂b = 1: b moves, the other inputs stand still
∂c/∂b = ∂b/∂b · ∂c/∂b = 1 × 1 = 1
∂d/∂b = ∂b/∂b · ∂d/∂b = 1 × 1 = 1
∂e/∂b = ∂c/∂b · ∂e/∂c + ∂d/∂b · ∂e/∂d = 1 × 2 + 1 × 3 = 5
one sweep forward: ∂e/∂b = 5; the gradient of all 2 inputs needs 2 sweeps"""


def grown(seed: int, *leaves: Any) -> Any:
    """A random expression in which most nodes are used several times."""
    rng = random.Random(seed)
    nodes = list(leaves)
    for _ in range(12):
        x, y = rng.choice(nodes), rng.choice(nodes)
        nodes.append(rng.choice([x * y, x + y, x - y, ag.sin(x), ag.tanh(x), x * rng.uniform(-1, 1)]))
    return ag.sum(nodes)


def leaves(seed: int) -> list[Value]:
    rng = random.Random(seed)
    return [Value(rng.uniform(-2, 2), f"x{i}") for i in range(3)]


def leaves_of(e: Value) -> list[Value]:
    return [node for node in topological(e) if not node.op]


def test_the_sentences_of_the_lecture_graph() -> None:
    assert str(animate(lecture(backward=False))) == BACKWARD


def test_the_sentences_of_a_forward_sweep() -> None:
    e = lecture()
    _, b = leaves_of(e)
    assert str(animate(e, mode="forward", wrt=b)).splitlines()[6:] == FORWARD.splitlines()


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("reverse", ["dy/dv₁ += ∂y/∂v₁ · dy/dy: contribution 3 × 1 = 3",
                     "dy/dx += ∂y/∂x · dy/dy: contribution 6 × 1 = 6",
                     "dy/dx += ∂v₁/∂x · dy/dv₁: contribution 2 × 3 = 6; total so far 6 + 6 = 12",
                     "one sweep back: dy/dx = 12"]),
        ("forward", ["dx/dx = 1: x moves",
                     "dv₁/dx = dx/dx · ∂v₁/∂x = 1 × 2 = 2",
                     "dy/dx = dv₁/dx · ∂y/∂v₁ + dx/dx · ∂y/∂x = 2 × 3 + 1 × 6 = 12",
                     "one sweep forward: dy/dx = 12"]),
    ],
)  # fmt: skip
def test_where_an_edge_has_the_symbol_of_the_whole_the_whole_is_written_with_d(
    mode: Literal["forward", "reverse"], expected: list[str]
) -> None:
    x = Value(3, "x")
    y = (2 * x) * x
    y.label = "y"
    made = animate(y, names={}, mode=mode, wrt=x if mode == "forward" else None)
    assert str(made).splitlines()[-4:] == expected
    assert any("dy/dx" in said for said in texts(made.frames[-1].svg))


def test_values_come_node_by_node_and_gradients_edge_by_edge() -> None:
    frames = animate(lecture(backward=False)).frames
    said = [texts(frame.drawing.svg) for frame in frames]
    values = [sum(line.startswith("value  ") for line in lines) for lines in said]
    gradients = [[line.removeprefix("grad  ") for line in lines if line.startswith("grad")] for lines in said]
    partials = [sum(line.startswith("∂") for line in lines) for lines in said]
    assert values == [0, 2, 3, 4, 5, *[5] * 8]
    assert partials == [*[0] * 5, *[5] * 8]
    assert gradients[:6] == [[]] * 6
    assert gradients[6:11] == [["1"], ["2", "1"], ["2", "3", "1"], ["2", "2", "3", "1"], ["2", "2", "2", "3", "1"]]
    assert gradients[11:] == [["2", "5", "2", "3", "1"]] * 2


def test_what_happens_stands_out() -> None:
    e = lecture(backward=False)
    for frame in animate(e).frames:
        picture = frame.scene.picture
        nodes = [node.name for node in picture.nodes if node.emphasis]
        edges = [edge for edge in picture.edges if edge.emphasis]
        sentence = str(frame)
        if sentence.startswith(("c =", "d =", "e =")):
            assert nodes == [sentence[0]]
            assert all(picture.nodes[edge.head].name == nodes[0] for edge in edges)
        elif "+=" in sentence:
            (edge,) = edges
            assert sentence.startswith(f"∂e/∂{nodes[0]} += ")
            assert f" += ∂{picture.nodes[edge.head].name}/∂{nodes[0]} · " in sentence
        elif "begins" in sentence:
            assert (nodes, edges) == (["e"], [])
        else:
            assert (nodes, edges) == ([], [])


@pytest.mark.parametrize("seed", range(8))
def test_the_last_frame_has_the_engines_gradients(seed: int) -> None:
    e = grown(seed, *leaves(seed))
    last = animate(e, renderer="embedded").frames[-1].scene.picture
    e.backward()
    expected = [node.grad for node in topological(e)]
    assert [box.grad for box in last.nodes] == pytest.approx(expected, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("seed", range(8))
def test_running_totals_add_up(seed: int) -> None:
    picture = draw(grown(seed, *leaves(seed))).picture
    totals: dict[int, float] = {}
    for share in shares(picture):
        assert share.before == totals.get(share.step.node)
        assert share.total == totals.get(share.step.node, 0.0) + share.added
        totals[share.step.node] = share.total
    edges = [share.step.edge for share in shares(picture) if share.step.edge is not None]
    assert sorted(edges) == list(range(len(picture.edges)))


@pytest.mark.parametrize("seed", range(8))
def test_a_node_hands_on_what_is_complete(seed: int) -> None:
    picture = draw(grown(seed, *leaves(seed))).picture
    handed: set[int] = set()
    for step in backward_steps(picture):
        assert step.node not in handed
        if step.edge is not None:
            handed.add(picture.edges[step.edge].head)


@pytest.mark.parametrize("seed", range(4))
def test_forward_frames_end_in_the_tangents_of_jvp(seed: int) -> None:
    inputs = leaves(seed)
    e = grown(seed, *inputs)
    for i, x in enumerate(inputs):
        direction = tuple(float(i == j) for j in range(len(inputs)))
        _, tangent = ag.jvp(lambda *given: grown(seed, *given), tuple(each.data for each in inputs), direction)
        last = animate(e, mode="forward", wrt=x, renderer="embedded").frames[-1].scene.picture
        assert last.nodes[-1].grad == pytest.approx(tangent, rel=1e-12, abs=1e-14)


def test_a_direction_of_several_inputs() -> None:
    e = lecture()
    a, b = leaves_of(e)
    said = str(animate(e, mode="forward", wrt={a: 3.0, b: -2.0})).splitlines()
    assert said[6] == "tangent of a = 3 and tangent of b = −2: a and b move"
    assert said[-2].endswith("= 1 × 2 + (−2) × 3 = −4")


def test_several_outputs_begin_together() -> None:
    a = Value(3, "a")
    p, q = a * a, a * 5
    said = str(animate([p, q])).splitlines()
    assert said[0] == "p and q are computed from a"
    assert said[5:7] == [
        "grad p = 1: here the backward sweep begins",
        "grad q = 1: here the backward sweep begins",
    ]
    assert said[-2] == "grad a += ∂q/∂a · grad q: contribution 5 × 1 = 5; total so far 6 + 5 = 11"


def test_negative_numbers_and_constants_in_sentences() -> None:
    x = Value(-2, "x")
    y = x * x - 3
    said = str(animate(y)).splitlines()
    assert said[2] == "v₁ = x × x = −2 × (−2) = 4"
    assert said[-2] == "∂y/∂x += ∂v₁/∂x · ∂y/∂v₁: contribution −2 × 1 = −2; total so far −2 + (−2) = −4"


def test_a_leaf_that_has_changed_is_not_put_into_the_formula() -> None:
    a = Value(2, "a")
    e = a * 3
    a.data = 7.0
    said = str(animate(e)).splitlines()
    assert said[1:3] == ["the input: a = 7", "e = a × 3 = 6"]


def test_leaves_of_one_name_are_not_mixed_up() -> None:
    e = Value(2, "x") * Value(3, "x")
    assert str(animate(e)).splitlines()[2] == "e = x × x = 6"


def test_no_gradient_is_changed() -> None:
    e = lecture()
    before = [node.grad for node in topological(e)]
    animate(e)
    animate(e, mode="forward", wrt=leaves_of(e)[0])
    assert [node.grad for node in topological(e)] == before


def test_old_gradients_are_not_shown() -> None:
    e = lecture()
    e.backward()  # leaves have twice their gradient now
    assert str(animate(e)) == BACKWARD


@pytest.mark.parametrize(("sweeps", "kept"), [("value", slice(0, 5)), (["grad"], slice(5, 13))])
def test_one_of_the_sweeps(sweeps: Any, kept: slice) -> None:
    first, *others = str(animate(lecture(), sweeps=sweeps)).splitlines()
    assert first == "e is computed from a and b"
    assert others == [line for line in BACKWARD.splitlines()[kept] if line != first]
    last = texts(animate(lecture(), sweeps=sweeps).frames[-1].drawing.svg)
    assert any(line.startswith("grad") for line in last) == ("grad" in sweeps)


@pytest.mark.parametrize("options", [{}, {"size": "slide"}, {"size": "paper"}, {"direction": "BT", "title": "e"}])
def test_nothing_moves(options: Any) -> None:
    def places(svg: str) -> list[str]:
        root = parsed(svg)
        figure = next(each for each in root.iter() if each.get("class") == "figure")
        shapes = [(each.tag, [each.get(k) for k in ("x", "y", "d", "points")]) for each in figure.iter()]
        return [root.attrib["viewBox"], *(str(shape) for shape in shapes if not re.search("text|tspan", shape[0]))]

    first, *others = (places(frame.svg) for frame in animate(lecture(), **options).frames)
    assert all(other == first for other in others)


def test_a_running_total_that_is_longer_than_the_gradient_has_room() -> None:
    x = Value(1 / 3, "x")
    e = x * x - x * (2 / 3)
    frames = animate(e).frames
    widest = max(frames, key=lambda frame: len(str(frame.scene.picture.nodes[0].grad))).scene.picture
    alone = draw(e).showing(widest)
    assert frames[0].drawing.svg  # it is laid out
    (box,) = [g for g in parsed(frames[-1].svg).iter() if g.get("data-node") == "n0"]
    (small,) = [g for g in parsed(alone.svg).iter() if g.get("data-node") == "n0"]
    assert float(box[1].attrib["width"]) >= float(small[1].attrib["width"])


def test_what_cannot_be_read_on_a_slide() -> None:
    with pytest.raises(ValueError, match="Pass a node nearer to the inputs, or size=None"):
        animate(chain(40), size="slide")


def test_a_large_graph_is_drawn_tightly() -> None:
    assert not animate(lecture()).frames[0].drawing.view.tight
    assert animate(chain(12)).frames[0].drawing.view.tight


def test_a_long_sentence_goes_on_in_a_new_line_after_its_semicolon() -> None:
    frame = animate(lecture(backward=False)).frames[-2]
    assert texts(frame.svg)[-2:] == ["∂e/∂b += ∂d/∂b · ∂e/∂d: contribution 1 × 3 = 3;", "total so far 2 + 3 = 5"]


def test_frames_for_slides_are_slides() -> None:
    for frame in animate(lecture(), size="slide").frames[:2]:
        assert Image.open(io.BytesIO(frame.png())).size == (1920, 1080)


def test_the_gif(tmp_path: Path) -> None:
    made = animate(lecture(), milliseconds=500)
    path = made.save(tmp_path / "e.gif")
    assert path == tmp_path / "e.gif"
    assert path.stat().st_size < 300_000
    with Image.open(path) as image:
        assert (image.format, image.size[0], image.info["loop"]) == ("GIF", 800, 0)
        assert image.n_frames == len(made) == len(made.frames) == 13
        shown = []
        for i in range(image.n_frames):
            image.seek(i)
            shown.append(image.info["duration"])
            assert image.convert("RGB").getpixel((1, 1)) == (255, 255, 255)
    assert tuple(shown) == made.durations == (*[500] * 12, 1500)


@pytest.mark.parametrize(
    ("options", "width", "expected"),
    [({}, 400, 400), ({}, None, 800), ({"size": "slide"}, None, 1280), ({"size": "slide"}, 640, 640)],
)
def test_the_gif_is_as_wide_as_wanted(options: Any, width: int | None, expected: int) -> None:
    made = animate(lecture(), sweeps="value", **options).gif(width)
    assert Image.open(io.BytesIO(made)).size[0] == pytest.approx(expected, abs=1)


def test_the_gif_keeps_the_colours_of_the_figure() -> None:
    made = animate(lecture(), background="dark", sweeps="grad")
    still = Image.open(io.BytesIO(made.frames[-1].png(1.0))).convert("RGB").getpixel((1, 1))
    assert Image.open(io.BytesIO(made.gif())).convert("RGB").getpixel((1, 1)) == still


def test_without_pillow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match=r"a GIF needs Pillow: pip install autograd-mini\[plot\]"):
        animate(lecture()).save(tmp_path / "e.gif")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("svg", b"<svg "), ("pdf", b"%PDF")])
def test_numbered_frames(ending: Any, start: bytes, tmp_path: Path) -> None:
    made = animate(lecture(), sweeps="value")
    paths = made.save_frames(tmp_path / "frames", ending)
    assert [path.name for path in paths] == [f"e-0{i}.{ending}" for i in range(1, 6)]
    assert all(path.read_bytes().startswith(start) for path in paths)


def test_jupyter_shows_the_gif() -> None:
    bundle = animate(lecture(), sweeps="value")._repr_mimebundle_()
    assert bundle["text/plain"].startswith("e is computed from a and b\n")
    data = re.search('src="data:image/gif;base64,([^"]*)"', bundle["text/html"])
    assert data is not None
    assert base64.b64decode(data[1]).startswith(b"GIF89a")
    assert 'alt="e is computed from' in bundle["text/html"]


def test_show_opens_the_gif(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    path = animate(lecture(), sweeps="value").show()
    assert opened == [path.as_uri()]
    assert path.read_bytes().startswith(b"GIF89a")


def test_labels_are_inert() -> None:
    x = Value(2, '<img src=x onerror="a">\n&')
    made = animate(x * x, sweeps="value")
    for frame in made.frames:
        assert '<img src=x onerror="a"> &' in "".join(texts(frame.svg))
    assert made._repr_mimebundle_()["text/html"].count("<img") == 1


@pytest.mark.parametrize(
    ("make", "options", "error", "message"),
    [
        (lambda: 3.0, {}, TypeError, "got float"),
        (lambda: ag.sum(Tensor([1.0, 2.0], "X")), {}, TypeError, r"X is an array, \(2,\): viz\.zoom draws the numbers"),
        (lambda: chain(200), {}, ValueError, "at most max_nodes=60, and this graph has more: pass a node nearer"),
        (lecture, {"wrt": Value(1)}, ValueError, 'wrt= is for mode="forward"'),
        (lecture, {"mode": "forward"}, TypeError, "wrt= takes one of the graph's nodes"),
        (lecture, {"mode": "backward"}, ValueError, "mode='backward'; it has to be one of 'reverse', 'forward'"),
        (lecture, {"sweeps": "values"}, ValueError, "sweeps='values'; it has to be one or both of 'value', 'grad'"),
        (lecture, {"sweeps": []}, ValueError, r"sweeps=\[\]; it has to be"),
        (lecture, {"milliseconds": 0}, ValueError, "milliseconds=0; it has to be an integer of at least 20"),
        (lecture, {"size": "poster"}, ValueError, "size='poster'; it has to be one of None, 'slide', 'paper'"),
    ],
)  # fmt: skip
def test_what_cannot_be_animated(make: Any, options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        animate(make(), **options)


def test_files_that_cannot_be_written(tmp_path: Path) -> None:
    made = animate(lecture(), sweeps="value")
    with pytest.raises(ValueError, match=r"the name has to end in \.gif; save_frames\(folder\) writes PNG, SVG or PDF"):
        made.save(tmp_path / "e.png")
    with pytest.raises(FileNotFoundError, match="there is no directory"):
        made.save(tmp_path / "missing" / "e.gif")
    with pytest.raises(ValueError, match="ending='jpg'; it has to be one of 'png', 'svg', 'pdf'"):
        made.save_frames(tmp_path, "jpg")  # type: ignore[arg-type]


def test_a_small_graph_is_not_blown_up() -> None:
    made = animate(Value(2, "a"))
    with Image.open(io.BytesIO(made.gif())) as image, Image.open(io.BytesIO(made.frames[0].png(2.0))) as twice:
        assert image.size == twice.size


def test_a_leaf_alone() -> None:
    assert str(animate(Value(2, "a"))).splitlines() == [
        "a is not computed from anything",
        "the input: a = 2",
        "∂a/∂a = 1: here the backward sweep begins",
        "one sweep back: ∂a/∂a = 1",
    ]


def test_what_wants_no_gradient() -> None:
    x = Value(2, "x", requires_grad=False)
    assert str(animate(x * x)).splitlines()[-1] == "nothing here wants a gradient"
