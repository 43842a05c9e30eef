from __future__ import annotations

import io
import random
import re
from typing import Any

import pytest
from drawn import chain, lecture, parsed, texts
from PIL import Image

import autograd_mini as ag
from autograd_mini import Tensor, Value
from autograd_mini.graph import topological
from viz.compare import Comparison, compare_modes, multiplications
from viz.drawing import draw
from viz.picture import Picture, walk

TABLE = """\
               one sweep for each   sweeps   multiplications
forward mode   input: a, b          2        2 + 4 = 6
reverse mode   output: e            1        5
here reverse mode is cheaper: 5 multiplications instead of 6"""


def random_graph(seed: int) -> list[Any]:
    """Some outputs of a random expression, one of them used by others."""
    rng = random.Random(seed)
    nodes: list[Any] = [Value(rng.uniform(-1, 1), f"x{i}", requires_grad=i != 3) for i in range(4)]
    for _ in range(10):
        nodes.append(rng.choice(nodes) * rng.choice(nodes) + rng.uniform(-1, 1))
    return [nodes[-4], nodes[-1], ag.sum(nodes[:3])]


def paths(picture: Picture) -> list[list[int]]:
    """Every path along edges on which derivatives flow, as the numbers of its edges; by brute force."""
    flowing = [i for i, edge in enumerate(picture.edges) if edge.symbol]
    found = [[i] for i in flowing]
    for path in found:
        found += [[*path, i] for i in flowing if picture.edges[i].tail == picture.edges[path[-1]].head]
    return found


def test_the_lecture_graph() -> None:
    assert str(compare_modes(lecture())) == TABLE


@pytest.mark.parametrize("seed", range(10))
def test_a_sweep_uses_the_edges_that_lie_on_paths(seed: int) -> None:
    picture = draw(random_graph(seed)).picture
    every = paths(picture)
    by_input, by_output = multiplications(picture)
    for i, count in by_input.items():
        assert count == len({edge for path in every if picture.edges[path[0]].tail == i for edge in path})
    for i, count in by_output.items():
        assert count == len({edge for path in every if picture.edges[path[-1]].head == i for edge in path})
    assert {picture.nodes[i].name for i in by_input} == {"x₀", "x₁", "x₂"}
    assert len(by_output) == 3


def test_one_input_and_many_outputs() -> None:
    t = Value(2, "t")
    compared = compare_modes([ag.sin(t), ag.cos(t), t * t])
    assert (compared.by_input, [count for _, count in compared.by_output]) == ((("t", 4),), [1, 1, 2])
    assert compared.verdict == "here both take 4 multiplications"
    u = t * 3
    compared = compare_modes([u * 2, u * 4])
    assert compared.verdict == "here forward mode is cheaper: 3 multiplications instead of 4"


def test_many_inputs() -> None:
    x = [Value(i, f"x{i}") for i in range(1, 11)]
    said = str(compare_modes(ag.sum(x), names={})).splitlines()
    assert said[1].split() == "forward mode input: x₁, x₂, x₃, x₄, x₅, … 10 10".split()
    assert "here both take 10 multiplications" in said


def derivatives(drawing: Any) -> dict[str, float]:
    return {node.word: node.grad for node in drawing.picture.nodes}


def test_tangents_on_the_left_and_gradients_on_the_right() -> None:
    compared = compare_modes(lecture(backward=False))
    assert derivatives(compared.forward) == {"∂a/∂b": 0, "∂b/∂b": 1, "∂c/∂b": 1, "∂d/∂b": 1, "∂e/∂b": 5}
    assert derivatives(compared.reverse) == {"∂e/∂a": 2, "∂e/∂b": 5, "∂e/∂c": 2, "∂e/∂d": 3, "∂e/∂e": 1}
    said = texts(compared.svg)
    assert [line for line in said if line.startswith(("forward mode,", "reverse mode,"))] == [
        "forward mode, from b",
        "reverse mode, from e",
    ]
    assert said[-1] == TABLE.splitlines()[-1]


@pytest.mark.parametrize("seed", range(6))
def test_the_gradients_are_the_engines(seed: int) -> None:
    outputs = random_graph(seed)
    for output, label in zip(outputs, "pqr", strict=True):
        output.label = label
    drawn = compare_modes(outputs).reverse
    root = outputs["pqr".index(drawn.view.title.removeprefix("reverse mode, from "))]
    root.backward()
    graph = walk(outputs)
    assert graph is not None
    for box, node in zip(drawn.picture.nodes, graph.nodes, strict=True):
        assert box.grad == (pytest.approx(node.grad or 0.0, rel=1e-12) if node.requires_grad else None)
    assert all(box.word == f"∂{root.label}/∂{box.name}" for box in drawn.picture.nodes)


def test_the_edges_of_the_sweep_stand_out() -> None:
    e = lecture()
    a = next(node for node in topological(e) if node.label == "a")
    compared = compare_modes(e, wrt=a)
    assert [edge.symbol for edge in compared.forward.picture.edges if edge.emphasis] == ["∂c/∂a", "∂e/∂c"]
    assert all(edge.emphasis for edge in compared.reverse.picture.edges)
    assert compared.forward.view.title == "forward mode, from a"


def test_no_gradient_is_changed() -> None:
    e = lecture()
    before = [node.grad for node in topological(e)]
    compare_modes(e)
    assert [node.grad for node in topological(e)] == before == [2, 5, 2, 3, 1]


@pytest.mark.parametrize("options", [{}, {"direction": "BT"}, {"size": "slide"}, {"size": "paper"}])
def test_both_drawings_are_on_the_page(options: Any) -> None:
    root = parsed(compare_modes(lecture(), **options).svg)
    x, y, width, height = map(float, root.attrib["viewBox"].split())
    figures = [each for each in root.iter() if each.get("class") == "figure"]
    assert [sum("data-node" in each.attrib for each in figure.iter()) for figure in figures] == [5, 5]
    assert len({figure.attrib["transform"] for figure in figures}) == 2
    for each in root.findall("*[@class='table']/*"):
        assert x < float(each.attrib["x"]) < x + width
        assert y < float(each.attrib["y"]) < y + height


def test_a_slide_is_a_slide_with_readable_text() -> None:
    compared = compare_modes(lecture(), size="slide")
    assert Image.open(io.BytesIO(compared.png())).size == (1920, 1080)
    root = parsed(compared.svg)
    scale = 1280 / float(root.attrib["viewBox"].split()[2])
    sizes = [float(each.attrib["font-size"]) for each in root.iter() if each.tag.endswith("text")]
    assert min(sizes) * scale >= 18


def test_what_cannot_be_read_on_a_slide() -> None:
    with pytest.raises(ValueError, match="Pass a node nearer to the inputs, or size=None"):
        _ = compare_modes(chain(40), size="slide").svg


def test_what_cannot_be_read_says_how_near_it_comes() -> None:
    neuron = ag.nn.Neuron(2, activation="sigmoid", seed=0)
    loss = ag.bce(1, neuron([Value(1, "x1"), Value(-2, "x2")]))
    with pytest.raises(ValueError, match=r"would be 1\d\.\d px high"):
        _ = compare_modes(loss, size="slide").svg


def test_wide_drawings_stand_below_each_other() -> None:
    x = Value(0.1, "x")
    y = x
    for _ in range(8):
        y = ag.sin(y)
    figures = (each for each in parsed(compare_modes(y).svg).iter() if each.get("class") == "figure")
    (x0, y0), (x1, y1) = (map(float, re.findall(r"[\d.]+", each.attrib["transform"])) for each in figures)
    assert abs(x1 - x0) < 40  # they are of nearly the same width
    assert y1 - y0 > 80


def test_jupyter_shows_it_and_files_are_written(tmp_path: Any) -> None:
    compared = compare_modes(lecture())
    assert isinstance(compared, Comparison)
    shown = compared._repr_mimebundle_()
    assert texts(shown["image/svg+xml"]) == texts(compared.svg)
    assert shown["text/plain"] == TABLE
    assert compared.save(tmp_path / "modes.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("make", "options", "error", "message"),
    [
        (lambda: 3.0, {}, TypeError, "got float"),
        (lambda: ag.sum(Tensor([1.0, 2.0], "X")), {}, TypeError, r"compare_modes carries .* X is an array, \(2,\)"),
        (lambda: Value(1, requires_grad=False) * 2, {}, ValueError, "nothing here wants a gradient: make the inputs"),
        (lecture, {"max_nodes": 4}, ValueError, "every operation, at most max_nodes=4, and this graph has more: pass"),
        (lecture, {"wrt": Value(1)}, TypeError, "got a node of another graph"),
        (lecture, {"wrt": {}}, TypeError, "wrt= takes a node, got a dict of nodes"),
        (lecture, {"size": "poster"}, ValueError, "size='poster'; it has to be one of None, 'slide', 'paper'"),
        (lecture, {"direction": "up"}, ValueError, "direction='up'"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared(make: Any, options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        compare_modes(make(), **options)
