from __future__ import annotations

import io
import re
from typing import Any

import numpy as np
import pytest
from drawn import chain, lecture, overlaps, parsed, texts
from PIL import Image

import autograd_mini as ag
from autograd_mini import Tensor, Value
from autograd_mini.graph import topological
from viz import text
from viz.arrays import unaligned
from viz.exercises.worksheets import Worksheet, worksheet
from viz.figure import Figure

EVERYTHING = ("values", "gradients", "derivatives")


def telling() -> Value:
    """A graph of which every number that is computed has digits of its own, found in none that is given."""
    p, q = Value(2.25, "p"), Value(1.5, "q")
    product = p * q + 0.125
    product.label = "r"
    product.inputs[0].label = "s"
    root = ag.exp(product)
    root.label = "t"
    return root


def network() -> Tensor:
    X = Tensor([[1.0, 2.0], [3.0, 4.0]], "X", requires_grad=False)
    W, b = Tensor([[1.25, -1.0], [0.5, 2.0]], "W"), Tensor([[0.1], [0.2]], "b")
    Z = W @ X + b
    A = ag.sigmoid(Z)
    Z.label, A.label = "Z", "A"
    return A


def transforms(svg: str) -> list[str]:
    return [each.attrib["transform"] for each in parsed(svg).iter() if each.get("class") == "figure"]


def shapes(svg: str) -> list[dict[str, str]]:
    return [dict(each.attrib) for each in parsed(svg).iter() if each.tag.rpartition("}")[2] in ("rect", "path")]


def blanks(sheet: Worksheet) -> int:
    """How many are on the page; the first line is that for the name."""
    return len(re.findall("_+", " ".join(texts(sheet.svg)[1:])))


def test_the_lecture_graph() -> None:
    sheet = worksheet(lecture())
    assert str(sheet) == (
        "e = (a + b) × (b + 1)\n"
        "Fill in the gradient of every node. The gradient of a node, grad, is the derivative of e by it.\n"
        "e = c × d   value 6   grad _________\n"
        "├─ c = a + b   value 3   grad _________   ∂e/∂c = 2\n"
        "│  ├─ a   value 2   grad _________   ∂c/∂a = 1\n"
        "│  └─ b   value 1   grad _________   ∂c/∂b = 1\n"
        "└─ d = b + 1   value 2   grad _________   ∂e/∂d = 3\n"
        "   └─ b   value 1   grad _________   ∂d/∂b = 1"
    )
    assert "b   value 1   grad 5" in str(sheet.key)


@pytest.mark.parametrize(
    ("blank", "left_out"),
    [
        ("values", {"c.value", "d.value", "e.value"}),
        (("gradients",), {"a.grad", "b.grad", "c.grad", "d.grad", "e.grad"}),
        (["derivatives"], {"∂c/∂a", "∂c/∂b", "∂d/∂b", "∂e/∂c", "∂e/∂d"}),
        ("c", {"c.value", "c.grad"}),
        ("b", {"b.grad"}),
        ("b.value", {"b.value"}),
        (("c.grad", "∂e/∂c"), {"c.grad", "∂e/∂c"}),
        (("values", "c.value"), {"c.value", "d.value", "e.value"}),
    ],
)
def test_what_is_left_blank(blank: Any, left_out: set[str]) -> None:
    picture = worksheet(lecture(), blank=blank).drawing.picture
    found = {edge.symbol for edge in picture.edges if "_" in edge.formula}
    for box in picture.nodes:
        found |= {f"{box.name}.{what}" for what, said in (("value", box.value), ("grad", box.grad)) if "_" in str(said)}
    assert found == left_out


def test_answers_stand_nowhere_on_the_sheet() -> None:
    sheet = worksheet(telling(), blank=EVERYTHING)
    answers = {answer for each in sheet.answers for answer in each} - {"1"}
    assert answers == {"3.375", "3.5", "33.12", "49.67", "74.51", "2.25", "1.5"}
    computed = answers - {"2.25", "1.5"}  # which are given, too
    for hiding in (sheet.svg, sheet._repr_mimebundle_()["image/svg+xml"], str(sheet), sheet.title, sheet.task):
        # Text alone: coordinates may hold any digits.
        told = hiding if "<" not in hiding else " ".join(parsed(hiding).itertext()) + str(parsed(hiding).attrib)
        assert not any(re.search(rf"(?<![\d.]){re.escape(answer)}(?![\d.])", told) for answer in computed)
    assert all(answer in texts(sheet.key.svg) for answer in computed)


def test_attributes_hold_no_words() -> None:
    known = {"class", "data-node", "data-edge", "font-family", "transform", "d", "points", "fill", "stroke"}
    known |= {"stroke-width", "stroke-dasharray", "x", "y", "width", "height", "rx", "dy", "text-anchor", "font-size"}
    known |= {"font-weight", "{http://www.w3.org/XML/1998/namespace}space"}
    page, *inside = parsed(worksheet(telling(), blank=EVERYTHING).svg).iter()
    assert {key for each in inside for key in each.attrib} <= known
    assert page.attrib["aria-label"] == "t = exp(p × q + 0.125)"


@pytest.mark.parametrize("make", [lecture, telling, network])
@pytest.mark.parametrize("blank", [EVERYTHING, "gradients"])
def test_the_key_is_the_sheet_with_answers(make: Any, blank: Any) -> None:
    sheet = worksheet(make(), blank=blank)
    assert sheet.key.is_key
    assert shapes(sheet.key.svg) == shapes(sheet.svg)
    assert transforms(sheet.key.svg) == transforms(sheet.svg)
    filled = [answer for each in sheet.answers for answer in each]
    added = sorted(texts(sheet.key.svg))
    for said in texts(sheet.svg)[1:]:  # all but the line for the name
        added.remove(said)
    assert added == sorted([*filled, "Answers"])
    assert blanks(sheet) == len(filled)


def test_answers_lie_on_their_lines() -> None:
    sheet = worksheet(lecture(), blank=EVERYTHING)
    answers = [answer for each in sheet.answers for answer in each]
    on = [one if one in answers else other for one, other in overlaps(sheet.key.svg)]
    assert sorted(on) == sorted(answers)
    assert overlaps(sheet.svg) == []


def test_answers_have_the_colour_of_gradients_and_nothing_else_has() -> None:
    sheet = worksheet(lecture(), blank=("c", "∂d/∂b"))
    colours = [span.get("fill") for span in parsed(sheet.key.svg).iter() if span.tag.endswith("tspan")]
    plain = {each.get(key) for each in parsed(sheet.svg).iter() for key in ("fill", "stroke")} - {None, "none"}
    assert colours.count("#B34700") == 4  # three numbers, and the word at the top
    assert "#B34700" not in plain


@pytest.mark.parametrize(("paper", "size"), [("A4", (794, 1123)), ("letter", (816, 1056)), ("A3", (1123, 1587))])
def test_pages_are_sheets_of_paper(paper: Any, size: tuple[int, int], tmp_path: Any) -> None:
    sheet = worksheet(lecture(), paper=paper)
    assert Image.open(io.BytesIO(sheet.png(1))).size == pytest.approx(size, abs=1)
    assert sheet.save(tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    assert isinstance(sheet, Figure)


def test_wide_graphs_lie_on_their_side() -> None:
    x = Value(0.1, "x")
    y = x
    for _ in range(4):
        y = ag.sin(y)
    width, height = (float(parsed(worksheet(y, direction="LR").svg).attrib[key]) for key in ("width", "height"))
    assert width > height


def test_everything_is_on_the_page() -> None:
    for options in ({}, {"direction": "LR"}, {"direction": "BT"}, {"edges": "both"}):
        page = parsed(worksheet(lecture(), blank=EVERYTHING, **options).svg)
        width, height = map(float, page.attrib["viewBox"].split()[2:])
        (figure,) = (each for each in page.iter() if each.get("class") == "figure")
        x0, y0, scale = map(float, re.findall(r"-?[\d.]+", figure.attrib["transform"]))
        for each in figure.iter():
            if each.tag.endswith("rect"):
                left, top, wide, high = (float(each.attrib[key]) for key in ("x", "y", "width", "height"))
                assert 0 < x0 + scale * left < x0 + scale * (left + wide) < width
                assert 0 < y0 + scale * top < y0 + scale * (top + high) < height


def test_arrays_have_a_blank_for_each_number() -> None:
    sheet = worksheet(network(), blank=("gradients", "A.value"))
    picture = sheet.drawing.picture
    A = next(box for box in picture.nodes if box.name == "A")
    assert [len(re.findall("_+", said)) for _, said in A.value] == [0, 0, 2, 0, 2]  # an empty line above each row
    assert "the sum of all elements of A" in sheet.task
    assert sheet.answered.nodes[-1].grad == (("grad", ""), ("", "[1  1]"), ("", "[1  1]"))


def test_large_arrays_have_a_blank_for_what_is_said_of_them() -> None:
    W = Tensor(np.arange(40.0).reshape(4, 10), "W")
    sheet = worksheet(ag.sum(W * W), blank="gradients")
    assert "min 0   mean 19.5   max 39   ‖grad‖ _______" in str(sheet)


def test_formulas_can_be_asked_for() -> None:
    both = worksheet(lecture(), blank="∂e/∂c", edges="both")
    assert "∂e/∂c = _________ = _________" in str(both)
    assert "Of two blanks on an arrow, the first is for a formula, the second for its number." in both.task
    assert both.answers[3] == ("d", "2")
    formulas = worksheet(lecture(), blank="∂e/∂c", edges="formulas")
    assert formulas.answers[3] == ("d",)
    assert "Of two blanks" not in formulas.task


def test_x_times_x_has_two_edges_of_the_same_name() -> None:
    x = Value(3, "x")
    y = x * x
    sheet = worksheet(y, blank="∂y/∂x")
    assert sheet.answers == (("3",), ("3",), (), ())


def test_names_are_spelled_plainly_or_as_pictures_do() -> None:
    w1, x1 = Value(2, "w1"), Value(3, "x1")
    z = w1 * x1
    same = [worksheet(z, blank=blank).answers for blank in (["w1", "∂z/∂x1"], ["w₁", "∂z/∂x₁"], ["w₁.grad", "∂z/∂x₁"])]
    assert same[0] == same[1] == same[2] == ((), ("2",), ("3",), (), ())


def test_blanks_are_as_long_as_the_longest_answer_needs_and_tell_no_other() -> None:
    x = Value(-1234567.0, "x")
    y = (x * 1234567.0) * 0
    sheet = worksheet(y, blank=("values", "gradients"))
    assert {answer for each in sheet.answers for answer in each} >= {"−1.524e+12", "0", "1"}
    (ruled,) = {*re.findall("_+", str(sheet))}
    assert text.width(ruled, 1) > text.width("−1.524e+12", 1, bold=True)
    assert len({*re.findall("_+", str(worksheet(y, blank="derivatives")))}) == 1


def test_two_of_the_same_name_are_told_apart() -> None:
    one, other = Value(2, "x"), Value(5, "x")
    y = one * other
    blanks = [worksheet(y, blank=blank).answers[2:4] for blank in ("x", "x.grad", "x′", "x′.grad", "x.value")]
    assert blanks == [(("5",), ()), (("5",), ()), ((), ("2",)), ((), ("2",)), (("2",), ())]
    assert worksheet(y, blank="∂y/∂x′").answers[:2] == ((), ("2",))


def test_nodes_stand_for_their_names() -> None:
    e = lecture()
    c, d = e.inputs
    assert worksheet(e, blank=c).answers == worksheet(e, blank="c").answers
    assert worksheet(e, blank=[c, d, "a"]).task == worksheet(e, blank=["c", "d", "a"]).task
    A = network()
    assert worksheet(A, blank=A).answers == worksheet(A, blank="A").answers


@pytest.mark.parametrize("space", ["\u200a", "\xa0", " "])
def test_labels_that_look_like_blanks_are_none(space: str) -> None:
    x, y = Value(2, f"{space}___{space}"), Value(3, "y")
    sheet = worksheet(x * y, blank="gradients")
    assert texts(sheet.key.svg).count("6") == 0 < texts(sheet.key.svg).count("3")


def test_minus_zero_is_zero() -> None:
    x, zero = Value(-2, "x"), Value(0.0, "o")
    y = -(x * zero)
    sheet = worksheet(y, blank=EVERYTHING)
    assert "−0" not in {answer for each in sheet.answers for answer in each}
    W = Tensor([0.0, 1.0], "W")
    z = ag.sum(-W * np.array([0.0, 1.0]))
    assert "−0" not in re.sub("−0.", "", str(worksheet(z, blank=EVERYTHING).key))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_have_no_shape(dtype: Any) -> None:
    W = Tensor(np.array([1, 2], dtype), "W")
    J = ag.sum(W * W)
    sheet = worksheet(J, blank="gradients")
    assert "()" not in str(sheet)
    assert sheet.task.endswith("the derivative of J by it.")


def layer(X: Any, W: Tensor) -> Tensor:
    Z = W @ X
    Z.label = "Z"
    return Z


def test_arrays_that_are_no_nodes_stand_above_the_graph() -> None:
    X, W = np.array([[1.25, 2, 0], [0, 1, 3.75]]), Tensor([[0.5, -1.0]], "W")
    sheet = worksheet(layer(X, W), names={"X": X})
    assert {"X = ", "[1.25  2  0]", "[0  1  3.75]"} <= {unaligned(said) for said in texts(sheet.svg)}
    assert "X = [1.25  2  0] [0  1  3.75]" in str(sheet)
    assert "array (2, 3) = [1.25  2  0] [0  1  3.75]" in str(worksheet(layer(X, W), names={}))
    picked = Tensor([1.0, 2, 3], "v")[np.array([2, 0])]
    assert "array (2,) = [2  0]" in str(worksheet(picked, names={}))
    missing = np.array([[np.nan], [1.0]])
    assert "missing = [nan] [1]" in str(worksheet(layer(missing, W), names={"missing": missing}))


def test_large_arrays_are_handed_out_separately() -> None:
    X, W = np.ones((2, 40)), Tensor([[0.5, -1.0]], "W")
    assert "X = an array (2, 40), handed out separately" in str(worksheet(layer(X, W), names={"X": X}))


def test_two_arrays_need_two_names() -> None:
    W, one, other = Tensor([[0.5, -1.0]], "W"), np.ones((2, 3)), np.zeros((2, 3))
    y = layer(one, W) + layer(other, W)
    with pytest.raises(ValueError, match=r"two arrays would both be called 'array \(2, 3\)': pass names="):
        worksheet(y, names={})
    assert "one = [1  1  1] [1  1  1]\nother = [0" in str(worksheet(y, names={"one": one, "other": other}))
    assert str(worksheet(layer(one, W) + layer(one, W), names={})).count("array (2, 3) =") == 1


def test_the_neuron_of_the_lectures_has_room_for_a_pen() -> None:
    w1, w2, b = Value(0.5, "w1"), Value(-1.0, "w2"), Value(0.1, "b")
    x1, x2, y = (Value(each, requires_grad=False) for each in (2.0, 3.0, 1.0))
    a = ag.sigmoid(w1 * x1 + w2 * x2 + b)
    sheet = worksheet(-(y * ag.log(a) + (1 - y) * ag.log(1 - a)))
    (scale,) = (float(each.rpartition("scale(")[2].rstrip(")")) for each in transforms(sheet.svg))
    (ruled,) = {*re.findall("_+", str(sheet))}
    assert scale * 11 > 7.8  # points; renderers differ a little
    assert scale * text.width(ruled, 11) * 25.4 / 72 > 12  # millimetres
    assert overlaps(sheet.svg) == []


def test_gradients_are_its_own() -> None:
    e = lecture(backward=False)
    assert worksheet(e).answers == ((), (), (), (), (), ("2",), ("5",), ("2",), ("3",), ("1",))
    assert all(node.grad is None for node in topological(e))
    e.backward()
    e.backward()
    assert worksheet(e).answers[6] == ("5",)


def test_titles() -> None:
    assert worksheet(lecture(), title="Week 2").title == "Week 2"
    assert worksheet(network()).title == "The graph of A"
    x = Value(1, "x")
    long = x
    for _ in range(20):
        long = ag.sin(long) + 0.12345
    assert re.fullmatch(r"The graph of v₄₀|The graph of long", worksheet(long).title)


@pytest.mark.parametrize(
    ("make", "options", "error", "message"),
    [
        (lecture, {"blank": "x"}, ValueError, "blank has 'x'; here it may have 'values', 'gradients', 'deriv"),
        (lecture, {"blank": ["a", "∂e/∂a"]}, ValueError, r"blank has '∂e/∂a'; .*'∂c/∂a', '∂c/∂b', '∂d/∂b', '∂e/∂c',"),
        (lecture, {"blank": "a.data"}, ValueError, "blank has 'a.data'"),
        (lecture, {"blank": ()}, ValueError, r"blank=\(\) leaves nothing to fill in"),
        (lecture, {"paper": "A5"}, ValueError, "paper='A5'; it has to be one of 'A4', 'letter'"),
        (lecture, {"edges": "all"}, ValueError, "edges='all'"),
        (lecture, {"direction": "up"}, ValueError, "direction='up'; it has to be one of None, 'LR', 'BT'"),
        (lambda: [lecture()], {}, TypeError, "worksheet takes one node, got a list of 1"),
        (lambda: 3.0, {}, TypeError, "got float"),
        (lambda: Value(1, requires_grad=False) * 2, {}, ValueError, "nothing here wants a gradient"),
        (lambda: chain(200), {}, ValueError, "worksheet shows .*, at most 150, .* pass a node nearer to the inputs$"),
        (lecture, {"blank": 3}, TypeError, r"blank has 3 \(int\); it may have 'values', .* and nodes of the graph"),
        (lecture, {"blank": [None]}, TypeError, r"blank has None \(NoneType\)"),
        (lecture, {"blank": [Value(1)]}, ValueError, r"blank has Value\(1.0\) \(Value\); .* and nodes of the graph"),
        (lecture, {"title": 3}, TypeError, r"title is 3 \(int\); it has to be a text, or None"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(make: Any, options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        worksheet(make(), **options)


@pytest.mark.parametrize(
    ("length", "paper", "advice"),
    [(60, "A4", ""), (60, "A3", ""), (11, "A4", ', or paper="A3"'), (11, "letter", ', or paper="A3"')],
)
def test_what_does_not_fit_on_a_page(length: int, paper: Any, advice: str) -> None:
    said = rf"on {paper} paper the graph's text would be \d\.\d points high, and 7\.7 is the least: "
    with pytest.raises(ValueError, match=f"{said}pass a node nearer to the inputs{advice}$"):
        _ = worksheet(chain(length), paper=paper).svg


def test_a_larger_sheet_holds_more() -> None:
    assert worksheet(chain(11), paper="A3").svg


def test_a_leaf_has_changed() -> None:
    x = Value(2, "x")
    y = x * x
    x.data = 3
    with pytest.raises(RuntimeError, match="a leaf has changed since"):
        worksheet(y)
