from __future__ import annotations

import io
import itertools
import random
from typing import Any

import numpy as np
import pytest
from drawn import chain, lecture, parsed, texts
from PIL import Image

import autograd_mini as ag
from autograd_mini import Tensor, Value
from autograd_mini.graph import topological
from viz.differences import Differences, compare_gradients
from viz.figure import Figure


def named(root: Any) -> dict[str, Any]:
    return {node.label: node for node in topological(root)}


def compared(numbers: dict[str, Any], **options: Any) -> Differences:
    e = lecture(backward=False)
    nodes = named(e)
    return compare_gradients(e, {nodes[name]: number for name, number in numbers.items()}, **options)


RIGHT = {"a": 2, "b": 5, "c": 2, "d": 3, "e": 1}


def boxes(comparison: Differences) -> list[dict[str, Any]]:
    return [{box.name: box.grad for box in picture.nodes} for picture in comparison.pictures]


def test_the_lecture_graph_with_the_last_path_alone() -> None:
    found = compared(RIGHT | {"b": 3}, titles=("right", "= instead of +="))
    assert str(found) == (
        "    right   = instead of +=\n"
        "e   1       1\n"
        "c   2       2\n"
        "d   3       3\n"
        "a   2       2\n"
        "b   5       3                 ≠\n"
        "first wrong: b, 3 instead of 5"
    )
    assert (found.wrong, found.verdict) == (("b",), "first wrong: b, 3 instead of 5")


def test_the_first_is_the_first_of_the_sweep_whatever_the_order_given() -> None:
    wrong = {"a": 0, "b": 0, "c": 7, "d": None, "e": 1}
    for order in itertools.permutations(wrong):
        found = compared({name: wrong[name] for name in order})
        assert found.wrong == ("c", "d", "a", "b")
        assert found.verdict == "first wrong: c, 7 instead of 2"
        assert found.others == "wrong, too: d (— instead of 3), a (0 instead of 2), b (0 instead of 5)"


@pytest.mark.parametrize("seed", range(5))
def test_all_that_feeds_the_first_wrong_one_is_right(seed: int) -> None:
    rng = random.Random(seed)
    nodes: list[Any] = [Value(rng.uniform(1, 2), f"x{i}") for i in range(3)]
    for _ in range(12):
        nodes.append(rng.choice(nodes) * rng.choice(nodes) + rng.uniform(-1, 1))
    root = ag.sum(nodes)
    root.backward()
    order = topological(root)
    broken = rng.choice([node for node in order if node.op])
    spoilt = {id(broken)}
    for node in reversed(order):  # what is below it is wrong, too
        if id(node) in spoilt:
            spoilt |= {id(x) for x in node.inputs}
    found = compare_gradients(
        root, {node: node.grad + (id(node) in spoilt) for node in order}, names={"broken": broken}
    )
    assert found.wrong[0] == "broken"
    assert len(found.wrong) == sum(id(node) in spoilt for node in order)


def test_nothing_differs() -> None:
    found = compared(RIGHT)
    assert (found.wrong, found.others, found.verdict) == ((), "", "no difference: 5 gradients compared")
    assert compared({"a": 2}).verdict == "no difference: 1 gradient compared"
    assert compared({}).verdict == "no difference: 0 gradients compared"
    assert not any(box.emphasis for picture in found.pictures for box in picture.nodes)
    assert "≠" not in found.svg


@pytest.mark.parametrize(
    ("number", "is_wrong"),
    [
        (5 + 1e-12, False), (5.0001, True), (np.float32(5), False), (np.array(5), False), (Value(5), False),
        (5, False), (4, True), (None, True), (float("nan"), True), (float("inf"), True), (np.array([5.0]), True),
    ],
)  # fmt: skip
def test_what_is_wrong(number: Any, is_wrong: bool) -> None:
    assert bool(compared({"b": number}).wrong) is is_wrong


def test_rounding_is_that_of_the_largest_gradient() -> None:
    x, y = Value(0.1, "x"), Value(3, "y")
    cancelled = (x + x + x) * y - x * 9
    assert compare_gradients(cancelled, {x: 1e-15}).wrong == ()
    tiny = x * 1e-12
    assert compare_gradients(tiny, {x: 2e-12}).wrong == ("x",)


def test_no_gradient_is_as_good_as_0_and_nan_as_nan() -> None:
    x, y = Value(2, "x"), Value(-1, "y")
    z = x * 0 + ag.log(y)
    z.label = "z"
    found = compare_gradients(z, {x: None, y: -1})
    assert found.wrong == ()
    data = Value(2, requires_grad=False)
    assert compare_gradients(data * y, {data: 0, y: 2}).wrong == ()
    bad = ag.sqrt(y)
    assert compare_gradients(bad, {y: float("nan")}).wrong == ()


def test_wrong_numbers_stand_beside_the_right_ones() -> None:
    right, other = boxes(compared({"a": 2, "b": 3, "c": 5}))
    assert right == {"a": 2, "b": 5, "c": 2, "d": 3, "e": 1}
    assert other["c"] == (("first wrong", ""), ("grad", "5 ≠ 2"))
    assert other["b"] == (("grad", "3 ≠ 5"),)
    assert other["d"] == (("grad", "—"),)  # it was left out
    found = compared({"b": 3, "c": 5})
    assert [box.name for box in found.pictures[1].nodes if box.emphasis] == ["c"]
    said = texts(found.svg)
    assert said[-2:] == ["first wrong: c, 5 instead of 2", "wrong, too: b (3 instead of 5)"]
    assert sum("≠" in line for line in said) == 2


def test_both_drawings_lie_alike() -> None:
    found = compared({"b": 3, "c": 123456.789}, titles=("A", "B"))
    figures = [each for each in parsed(found.svg).iter() if each.get("class") == "figure"]
    rects = [
        [
            {key: each.attrib[key] for key in ("x", "y", "width", "height")}
            for each in figure.iter()
            if "rx" in each.attrib
        ]
        for figure in figures
    ]
    assert rects[0] == rects[1]
    assert [line for line in texts(found.svg) if line in ("A", "B")] == ["A", "B"]


def test_arrays() -> None:
    X, W, b = Tensor(np.ones((2, 3)), "X"), Tensor([[1.0, -1.0]], "W"), Tensor([[0.5]], "b")
    J = ag.sum(W @ X + b)
    found = compare_gradients(J, {W: [[3.0, 0.0]], b: np.ones(3), X: np.array([[1.0] * 3, [-1.0] * 3])})
    assert found.wrong == ("b", "W")
    assert found.verdict == "first wrong: b, shape (3,) instead of (1, 1)"
    assert found.others == "wrong, too: W ([3  0] instead of [3  3])"
    assert boxes(found)[1]["W"] == (("grad ≠", "[3  0]"),)
    assert compare_gradients(J, {b: Tensor([[3.0]])}).wrong == ()


def test_float32_rounds_more() -> None:
    x = Tensor(np.float32([1, 2, 3]), "x")
    y = ag.sum(x * x)
    assert compare_gradients(y, {x: [2.00001, 4, 6]}).wrong == ()
    assert compare_gradients(y, {x: [2.01, 4, 6]}).wrong == ("x",)


@pytest.mark.parametrize("ours", [np.float32, np.float64])
@pytest.mark.parametrize("theirs", [np.float32, np.float64])
def test_rounding_is_that_of_the_coarser_dtype(ours: Any, theirs: Any) -> None:
    W = Tensor(np.array([0.1, 0.7], ours), "W")
    y = ag.sum(ag.exp(W))
    right = np.exp(np.array([0.1, 0.7], theirs))
    assert compare_gradients(y, {W: right}).wrong == ()
    assert compare_gradients(y, {W: right * theirs(1.01)}).wrong == ("W",)


@pytest.mark.parametrize("number", [5 + 1e-7, np.float64(5 - 1e-7)])
def test_numbers_that_read_alike_say_how_far_they_are_off(number: Any) -> None:
    found = compared({"b": number})
    assert found.verdict == "first wrong: b, 5 instead of 5, off by 1e-07"
    assert boxes(found)[1]["b"] == (("first wrong", ""), ("grad ≠", "5"))
    W = Tensor([1.0, 2.0], "W")
    assert compare_gradients(ag.sum(W * W), {W: [2.0, 4.00001]}).verdict.endswith(
        "[2  4] instead of [2  4], off by 1e-05"
    )


def test_two_of_the_same_name_are_told_apart() -> None:
    one, other = Value(2, "x"), Value(3, "x")
    found = compare_gradients(one * other, {one: 3, other: 5})
    assert found.verdict == "first wrong: x′, 5 instead of 2"


def test_minus_zero_is_zero() -> None:
    x, zero = Value(-2, "x"), Value(0.0, "o")
    y = -(x * zero)
    right, _ = boxes(compare_gradients(y, {}, names={"y": y}))
    assert not any(str(number).startswith("-0") for number in right.values())


def test_gradients_are_neither_needed_nor_changed() -> None:
    e = lecture()
    e.backward()
    before = [node.grad for node in topological(e)]
    found = compare_gradients(e, {named(e)["b"]: 5})
    assert found.wrong == ()
    assert [node.grad for node in topological(e)] == before


@pytest.mark.parametrize("options", [{}, {"direction": "BT"}, {"size": "slide"}, {"size": "paper"}])
def test_both_drawings_are_on_the_page_and_the_verdict_below(options: Any) -> None:
    root = parsed(compared({"b": 3}, **options).svg)
    _, top, _, height = map(float, root.attrib["viewBox"].split())
    figures = [each for each in root.iter() if each.get("class") == "figure"]
    assert [sum("data-node" in each.attrib for each in figure.iter()) for figure in figures] == [5, 5]
    (verdict,) = root.findall("{*}g/{*}text")
    assert "".join(verdict.itertext()) == root.attrib["aria-label"] == "first wrong: b, 3 instead of 5"
    assert top < float(verdict.attrib["y"]) < top + height


def test_jupyter_shows_it_and_files_are_written(tmp_path: Any) -> None:
    found = compared({"b": 3})
    assert isinstance(found, Figure)
    assert found._repr_mimebundle_()["text/plain"] == str(found)
    assert found.save(tmp_path / "bug.pdf").read_bytes().startswith(b"%PDF")
    slide = compared({"b": 3}, size="slide")
    assert Image.open(io.BytesIO(slide.png())).size == (1920, 1080)


@pytest.mark.parametrize(
    ("make", "options", "error", "message"),
    [
        (lambda: (lecture(), {}), {"size": "poster"}, ValueError, "size='poster'; it has to be one of None, 'slide'"),
        (lambda: (lecture(), [3.0]), {}, TypeError, "gradients is a list; pass a dict of nodes and numbers"),
        (lambda: (lecture(), {"b": 3}), {}, ValueError, "'b', which is not in the graph; .* a, b, c, d, e$"),
        (lambda: (lecture(), {Value(1): 3}), {}, ValueError, r"gradients has Value\(1.0\), which is not in the graph"),
        (lambda: ([lecture()], {}), {}, TypeError, "compare_gradients takes one node, got a list of 1"),
        (lambda: (3.0, {}), {}, TypeError, "draw takes a node or a list of nodes, got float"),
        (lambda: (chain(200), {}), {}, ValueError, "compare_gradients shows every operation, at most max_nodes=150"),
        (lambda: (Value(1, requires_grad=False) * 2, {}), {}, ValueError, "nothing here wants a gradient"),
        (lambda: (lecture(), {}), {"show": ("structure",)}, ValueError, "leaves out what is compared: add 'grad'"),
        (lambda: (lecture(), {}), {"show": ("grad", "all")}, ValueError, "show has 'all'"),
        (lambda: (lecture(), {}), {"mode": "forward"}, TypeError, r"compare_gradients\(\) got .* argument 'mode'"),
        (lambda: (lecture(), {}), {"foo": 1}, TypeError, r"compare_gradients\(\) got .* argument 'foo'"),
        (lambda: (lecture(), {}), {"titles": ("x",)}, TypeError, r"titles=\('x',\); it has to be two texts"),
        (lambda: (lecture(), {}), {"titles": "ab"}, TypeError, "titles='ab'; it has to be two texts"),
        (lambda: (lecture(), {}), {"titles": (1, 2)}, TypeError, r"titles=\(1, 2\); it has to be two texts"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared(make: Any, options: Any, error: type[Exception], message: str) -> None:
    node, gradients = make()
    with pytest.raises(error, match=message):
        compare_gradients(node, gradients, **options)


@pytest.mark.parametrize("number", ["3", 1j, [1, "x"], object(), True, [True, False]])
def test_gradients_are_numbers(number: Any) -> None:
    with pytest.raises(TypeError, match=r"the gradient of b is .*; it has to be a number, an array or None"):
        compared({"b": number})


def test_a_leaf_has_changed() -> None:
    x = Value(2, "x")
    y = x * x
    x.data = 3
    with pytest.raises(RuntimeError, match="a leaf has changed since"):
        compare_gradients(y, {x: 6})
