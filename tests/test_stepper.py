"""The page that steps through a graph, as text: what it may hold, what it refuses."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from drawn import lecture

import autograd_mini as ag
import viz
from autograd_mini import Tensor, Value
from viz import style
from viz.page.stepper import MOST_NODES, step

if TYPE_CHECKING:
    from pathlib import Path

NASTY = [
    "</script>", "<!--<script", '" onload="alert(1)', "javascript:alert(1)", "]]>", "<b>bold</b>", "&amp;", "a\u202eb",
    "x\0y", "\\", "line\nbreak", "${x}", "$title", "\u2028", "L" * 10_000, "\ud800", "\ue000",
]  # fmt: skip

MATHML = ("mrow", "mi", "mn", "mo", "mtext", "msub", "mspace")  # which of them a name takes depends on the name


class Parts(HTMLParser):
    """The elements of a page, each with the names of its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[tuple[str, ...]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add((tag, *(name for name, _ in attrs)))


def parts(page: str) -> set[tuple[str, ...]]:
    reader = Parts()
    reader.feed(page)
    return {part for part in reader.found if part[0] not in MATHML}


def data(page: str) -> dict[str, Any]:
    """What the page's scripts read."""
    (written,) = re.findall(r'<script type="application/json" id="graph">(.*?)</script>', page, re.DOTALL)
    return dict(json.loads(written, parse_constant=lambda word: pytest.fail(f"bare {word}")))


def test_the_lecture_graph_is_a_small_file_that_says_what_it_is() -> None:
    page = step(lecture())
    assert len(page.html.encode()) < 60_000
    assert str(page) == "e = (a + b) × (b + 1): a page of 9 steps; .save('step.html') keeps it, .show() opens it"
    assert "<title>e = (a + b) × (b + 1)</title>" in page.html


def test_names_are_the_callers_variables() -> None:
    a = Value(2)
    f = a * a
    assert step(f).title == "f = a × a"
    assert step(f, names={"loss": f, "w": a}).title == "loss = w × w"
    assert step(f, names={}).title == "v₂ = v₁ × v₁"
    assert step(f, title="squares").title == "squares"


def test_the_policy_allows_this_script_and_this_style_alone() -> None:
    page = step(lecture()).html
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    script, css = (
        re.findall(rf"<{tag}>(.*?)</{tag.split()[0]}>", page, re.DOTALL) for tag in ('script type="module"', "style")
    )
    expected = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in (*script, *css)]
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{expected[0]}'; style-src 'sha256-{expected[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r'\s(on\w+|style|src|href)="', page)
    assert "innerHTML" not in page


@pytest.mark.parametrize("label", NASTY, ids=lambda label: repr(label[:20]))
def test_a_label_cannot_become_part_of_the_page(label: str) -> None:
    page, harmless = (step(Value(2, said) * 3, title=said).html for said in (label, "x"))
    assert parts(page) == parts(harmless)
    assert "\0" not in page
    assert page.encode()
    assert [node["op"] for node in data(page)["nodes"]] == ["", "mul"]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, -0.0])
def test_what_json_has_no_word_for_is_text(number: float) -> None:
    x = Value(number, "x")
    f = x * math.inf
    known = data(step(f).html)
    assert known["nodes"][0]["value"] == repr(number)
    assert known["nodes"][1]["operands"] == [0, "inf"]


@pytest.mark.parametrize(("background", "when"), [("white", 0), ("dark", 1)])
def test_the_picture_has_the_colours_of_a_drawing_by_day_and_by_night(background: style.Background, when: int) -> None:
    neuron = ag.nn.Neuron(1, activation="tanh", seed=0)
    loss = neuron([Value(2, "x")]) ** 2
    loss.backward()
    page = step(loss, names={}).html
    colours = dict(re.findall(r"(--[\w-]+): (#\w+);", re.findall(":root {[^}]*}", page)[when]))
    (picture,) = re.findall(r"<svg .*?</svg>", page.partition('<div id="picture">')[2], re.DOTALL)[:1]
    shown = re.sub(r"var\((--[\w-]+)\)", lambda m: colours[m[1]], picture)
    drawn = viz.draw(loss, names={}, edges="formulas", background=background).svg
    _, *expected = re.findall('(?:fill|stroke)="([^"]*)"', drawn)  # the first is its background
    assert re.findall('(?:fill|stroke)="([^"]*)"', shown) == expected


def test_every_variable_of_the_page_has_a_colour() -> None:
    page = step(lecture()).html
    assert all(f"{name}: " in page for name in re.findall(r"var\((--[\w-]+)\)", page))


def test_a_formula_is_kept_once_for_all_nodes_of_one_operation() -> None:
    x = Value(1.0, "x")
    f = x
    for _ in range(20):
        f = ag.tanh(f)
    assert len({node.get("form") for node in data(step(f).html)["nodes"]}) == 2


def test_the_graph_stays_as_it_is() -> None:
    e = lecture(backward=False)
    step(e)
    c, _ = e.inputs
    assert [node.grad for node in (e, c, *c.inputs)] == [None] * 4
    e.backward()
    step(e)
    assert [x.grad for x in c.inputs] == [2, 5]


def test_numbers_of_tensors_are_numbers_too() -> None:
    t = Tensor(0.5)
    f = np.tanh(t) * 2
    assert step(f).title == "f = tanh(t) × 2"


def test_parameters_are_those_of_networks_or_those_named_or_all_that_want_a_gradient() -> None:
    w, x = Value(2, "w"), Value(3, "x")
    f = w * x
    assert data(step(f).html)["parameters"] == [0, 1]
    assert data(step(f, parameters=[w]).html)["parameters"] == [0]
    neuron = ag.nn.Neuron(1, seed=0)
    known = data(step(neuron([Value(1, "x")])).html)
    assert [known["nodes"][i]["name"] for i in known["parameters"]] == ["w₁", "b"]


def test_leaves_of_one_name_are_told_apart() -> None:
    network = ag.nn.MLP(1, [1, 1], seed=0)
    known = data(step(network([Value(1, "x")])).html)
    leaves = [known["nodes"][i] for i in known["leaves"]]
    assert len({(leaf["name"], leaf.get("where")) for leaf in leaves}) == len({leaf["key"] for leaf in leaves}) == 5


def test_a_page_begins_as_it_is_told_to() -> None:
    e = lecture()
    b = e.inputs[1].inputs[0]
    for wrt in (b, "b"):
        known = data(step(e, mode="forward", wrt=wrt, predict=True, learning_rate=1).html)
        assert (known["mode"], known["nodes"][known["wrt"]]["name"], known["predict"], known["rate"]) == (
            "forward", "b", True, 1,
        )  # fmt: skip


def test_jupyter_shows_it_in_a_frame_that_may_run_scripts_and_nothing_else() -> None:
    page = step(lecture())
    shown = page._repr_html_()
    assert shown.startswith('<iframe sandbox="allow-scripts" ')
    (inside,) = re.findall(r'srcdoc="([^"]*)"', shown)
    assert html.unescape(inside) == page.html


@pytest.mark.parametrize("name", ["e.html", "e.HTM"])
def test_a_page_is_saved(tmp_path: Path, name: str) -> None:
    page = step(lecture())
    assert page.save(tmp_path / name).read_text("utf-8") == page.html


def test_saving_says_what_is_wrong(tmp_path: Path) -> None:
    page = step(lecture())
    with pytest.raises(ValueError, match=r"cannot save '.*e\.png': the name has to end in one of \.html, \.htm"):
        page.save(tmp_path / "e.png")
    with pytest.raises(FileNotFoundError, match="there is no directory"):
        page.save(tmp_path / "nowhere" / "e.html")


def test_show_opens_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    path = step(lecture()).show()
    assert opened == [path.as_uri()]
    assert path.name == "picture.html"


def large() -> Value:
    x = Value(1.0)
    for _ in range(MOST_NODES):
        x = x + 1.0
    return x


@pytest.mark.parametrize(
    ("node", "options", "error", "message"),
    [
        (lambda: 3.0, {}, TypeError, "step takes a node, got float: pass a Value, not its .data"),
        (large, {}, ValueError, "step shows at most 400 nodes, and this graph has more: pass a node nearer"),
        (
            lambda: Tensor([1.0, 2.0]).sum(), {}, TypeError,
            r"step recomputes numbers in the page, and this graph has an array of shape \(2,\): build it of Values;",
        ),
        (lambda: Value(1, requires_grad=False), {}, ValueError, "nothing here wants a gradient: make the inputs"),
        (lecture, {"mode": "backward"}, ValueError, "mode='backward'; it has to be one of 'reverse', 'forward'"),
        (lecture, {"wrt": "q"}, ValueError, "wrt is 'q'; it has to be an input that wants a gradient: a, b"),
        (lecture, {"wrt": Value(1)}, ValueError, "wrt is a node that is none of them; it has to be an input"),
        (lecture, {"learning_rate": 0}, ValueError, "learning_rate=0; it has to be a positive number"),
        (lecture, {"learning_rate": math.nan}, ValueError, "learning_rate=nan; it has to be a positive number"),
        (lecture, {"learning_rate": "fast"}, ValueError, "learning_rate='fast'; it has to be a positive number"),
        (lecture, {"names": 3}, TypeError, "names is 3; pass"),
    ],
)  # fmt: skip
def test_what_is_refused(node: Any, options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        step(node(), **options)


def test_an_operation_without_a_formula_is_refused() -> None:
    @ag.custom_vjp
    def twice(x: Any) -> Any:
        return 2 * x

    twice.defvjp(lambda x: (2 * x, None), lambda _, g: (2 * g,))
    with pytest.raises(TypeError, match=r"and 'twice' is no formula: write it with the table's functions, or add it"):
        step(twice(Tensor(1.0)))
