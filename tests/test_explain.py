"""``viz.explain``: the chain rule in words and numbers, for numbers; of arrays see test_explain_arrays.py."""

from __future__ import annotations

import math
import random
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from drawn import lecture, network
from latex2mathml.converter import convert
from test_stepper import NASTY

import autograd_mini as ag
import viz
from autograd_mini import Value
from autograd_mini.functions import FUNCTIONS
from autograd_mini.rules import RULES, TABLE, Rule
from viz import text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LECTURE = """\
∂e/∂b where e = (a + b) × (b + 1), at a = 2, b = 1

Each step's derivatives
e = c × d = 3 × 2 = 6    mul
  ∂e/∂c = d = 2          ∂/∂x (x × y) = y
  ∂e/∂d = c = 3          ∂/∂y (x × y) = x
d = b + 1 = 1 + 1 = 2    add
  ∂d/∂b = 1              ∂/∂x (x + y) = 1
c = a + b = 2 + 1 = 3    add
  ∂c/∂b = 1              ∂/∂y (x + y) = 1

The chain rule, from e back to b
∂e/∂d = 3
∂e/∂c = 2
∂e/∂b = ∂c/∂b × ∂e/∂c + ∂d/∂b × ∂e/∂d = 1 × 2 + 1 × 3 = 5

As one formula
∂e/∂b = a + 2b + 1 = 5"""


def inputs(root: Value) -> dict[str, Value]:
    """Of a graph the nodes, by label."""
    found, stack = {}, [root]
    while stack:
        node = stack.pop()
        found[node.label] = node
        stack += [x for x in node.inputs if isinstance(x, Value)]
    return found


def short(node: Value, wrt: Value, **names: Value) -> list[str]:
    return viz.explain(node, wrt, detail="short", names=names).text.splitlines()


def test_the_lecture_graph() -> None:
    e = lecture(backward=False)
    assert viz.explain(e, inputs(e)["b"], names={}).text == LECTURE
    assert str(viz.explain(e, inputs(e)["b"], names={})) == LECTURE
    assert short(e, inputs(e)["b"]) == LECTURE.splitlines()[-4:-3] + LECTURE.splitlines()[-1:]


def neuron(loss: Callable[[Any, Value], Value], y: Any) -> dict[str, Value]:
    w, x, b = Value(0.5), Value(-2), Value(0.1)
    z = w * x + b
    a = ag.sigmoid(z)
    return {"w": w, "x": x, "b": b, "z": z, "a": a, "L": loss(y, a)}


LOSSES = {
    "row": ag.bce,
    "by hand": lambda y, a: -(y * ag.log(a) + (1 - y) * ag.log(1 - a)),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_of_the_logistic_neuron_dz_is_a_minus_y(loss: str) -> None:
    y = Value(1, "y")
    known = neuron(LOSSES[loss], y)
    said = {name: short(known["L"], known[name], **known)[-1] for name in ("z", "w", "b")}
    assert said == {
        "z": "∂L/∂z = σ(z) − y = −0.7109",
        "w": "∂L/∂w = x × (σ(wx + b) − y) = 1.422",
        "b": "∂L/∂b = σ(wx + b) − y = −0.7109",
    }


def test_of_a_label_that_is_a_number_dz_is_a_minus_that_number() -> None:
    known = neuron(LOSSES["by hand"], 1.0)
    assert short(known["L"], known["z"], **known)[-1] == "∂L/∂z = σ(z) − 1 = −0.7109"


def test_each_use_is_a_term() -> None:
    x = Value(3)
    assert short(x * x, x, x=x) == ["dv₁/dx = ∂v₁/∂x + ∂v₁/∂x = 3 + 3 = 6", "dv₁/dx = 2x = 6"]
    a, b = Value(2), Value(1)
    v = a * b
    assert short((v + b) * b, b, a=a, b=b) == [
        "dv₃/db = ∂v₁/∂b × ∂v₂/∂v₁ × ∂v₃/∂v₂ + ∂v₂/∂b × ∂v₃/∂v₂ + ∂v₃/∂b = 2 × 1 × 1 + 1 × 1 + 3 = 6",
        "dv₃/db = 2b × (a + 1) = 6",
    ]


def test_by_an_inner_node_only_what_matters_is_named() -> None:
    e = lecture(backward=False)
    nodes = inputs(e)
    assert viz.explain(e, nodes["c"]).text.startswith("∂e/∂c where e = c × (b + 1), at b = 1, c = 3\n")
    assert viz.explain(e, e).text == "∂e/∂e, at e = 6\n\nAs one formula\n∂e/∂e = 1"
    assert short(e, e) == ["∂e/∂e = 1"]


def test_two_inputs_of_one_name_are_told_apart() -> None:
    a, b = Value(2, "x"), Value(5, "x")
    lines = viz.explain(a * b + a, b, names={}).text.splitlines()
    assert lines[5].split() == "v₁ = x × x′ = 2 × 5 = 10 mul".split()
    assert lines[6].split() == "∂v₁/∂x′ = x = 2 ∂/∂y (x × y) = x".split()
    assert lines[-1] == "∂v₂/∂x′ = x = 2"


def test_two_inputs_of_one_name_beside_one_that_has_the_other_name() -> None:
    a, b, c = Value(2, "x"), Value(3, "x"), Value(5, "x′")
    assert short(a * b * c, b)[-1] == "∂v₂/∂x′ = xx′′ = 10"


def test_callers_names_are_found() -> None:
    rate, time = Value(2), Value(3)
    distance = rate * time
    assert viz.explain(distance, time, detail="short").text.splitlines() == [
        "∂distance/∂time = 2", "∂distance/∂time = rate = 2",
    ]  # fmt: skip
    assert short(distance, time)[-1] == "∂v₃/∂v₂ = v₁ = 2"


def graph(seed: int) -> tuple[Value, list[Value]]:
    """A random graph, and its leaves."""
    rng = random.Random(seed)
    leaves = [Value(rng.uniform(0.5, 1.5), f"x{i}") for i in range(3)]
    nodes = list(leaves)
    for _ in range(8):
        p, q = rng.choice(nodes), rng.choice(nodes[-3:])
        nodes.append(rng.choice([p + q, p * q, p - q, ag.sin(p) * q, ag.tanh(q), ag.maximum(p, q), 0.5 * p + q]))
    return ag.sum(nodes), leaves


@pytest.mark.parametrize("seed", range(10))
def test_every_number_is_the_engines(seed: int) -> None:
    root, leaves = graph(seed)
    said = {leaf: viz.explain(root, leaf, names={}) for leaf in leaves}
    assert all(leaf.grad is None for leaf in leaves)
    root.backward()
    for leaf, explained in said.items():
        number = text.number(leaf.grad)
        assert explained.text.splitlines()[-1].endswith(f" = {number}")
        assert re.sub(r"\\[a-z]+\*?|[{}&\s]", "", explained.latex.splitlines()[-2]).endswith(
            "=" + number.replace("−", "-")
        )
        last = [*ET.fromstring(explained.html).iter("math")][-1]
        assert "".join(last.itertext()).endswith("=" + number)


def test_no_gradient_is_touched() -> None:
    e = lecture()
    before = {name: node.grad for name, node in inputs(e).items()}
    explained = viz.explain(e, inputs(e)["b"])
    assert explained.text
    assert explained.latex
    assert explained.html
    assert {name: node.grad for name, node in inputs(e).items()} == before


def inside(interval: tuple[float, float]) -> float:
    low = max(interval[0], -3)
    return low + 0.3 * (min(interval[1], low + 2) - low)


@pytest.mark.parametrize("row", [row for row in TABLE if row.name in FUNCTIONS], ids=lambda row: row.name)
def test_every_row_is_named_and_compiles(row: Rule) -> None:
    nodes = [Value(inside(interval), f"x{i}") for i, (interval, *_) in enumerate(row.domain)]
    root = FUNCTIONS[row.name](*nodes)
    root.backward()
    for node in nodes:
        explained = viz.explain(root, node, names={})
        assert any(line.startswith("v") and line.endswith(f"    {row.name}") for line in explained.text.splitlines())
        number = explained.text.splitlines()[-1].rpartition(" = ")[2]
        assert float(number.replace("−", "-")) == pytest.approx(node.grad, rel=1e-3)
        compiles(explained)


def compiles(explained: viz.Explanation) -> None:
    """Each line of LaTeX is taken by a compiler, and the page by a parser of XML."""
    latex = explained.latex
    assert latex.count(r"\left") == latex.count(r"\right")
    assert latex.count("{") - latex.count(r"\{") == latex.count("}") - latex.count(r"\}")
    for line in latex.splitlines():
        if not line.startswith((r"\begin{align", r"\end{align", "%")):
            convert(line.removesuffix(r" \\"))
    ET.fromstring(explained.html)


GRAPHS: dict[str, Callable[[], tuple[Value, Value]]] = {
    "lecture": lambda: ((e := lecture(backward=False)), inputs(e)["b"]),
    "two layers": lambda: ((x := Value(0.5, "x")), network((3, 1), [x, Value(-1)]))[::-1],
    "choices": lambda: ((x := Value(2, "x")), ag.maximum(x, 2) * ag.where(x > 1, x, 3) + ag.relu(x - 2))[::-1],
    "fractions": lambda: ((x := Value(2, "x")), 1 / (1 + 1 / (1 + 1 / x)))[::-1],
    "sum and dot": lambda: ((x := Value(2, "x")), ag.sum([x, x, ag.dot([x, 3.0], [x, 4.0], x)]))[::-1],
    "nan": lambda: ((x := Value(math.nan, "x")), x * x + 1)[::-1],
    "inf": lambda: ((x := Value(0, "x")), ag.log(x))[::-1],
}


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("detail", ["short", "full"])
def test_latex_compiles_and_html_is_xml(name: str, detail: Any) -> None:
    root, wrt = GRAPHS[name]()
    compiles(viz.explain(root, wrt, detail=detail, names={}))


@pytest.mark.parametrize("name", [name for name in GRAPHS if name not in ("nan", "inf")])
def test_the_one_formula_says_the_gradient(name: str) -> None:
    root, wrt = GRAPHS[name]()
    said = viz.explain(root, wrt, names={}).text.splitlines()[-1]
    root.backward()
    assert said.endswith(f" = {text.number(wrt.grad)}")


@pytest.mark.parametrize("label", NASTY, ids=lambda label: repr(label[:20]))
def test_labels_are_shown_and_do_nothing(label: str) -> None:
    x = Value(2, label)
    explained = viz.explain(x * x, x, names={})
    compiles(explained)
    assert {each.tag for each in ET.fromstring(explained.html).iter()} <= {
        *("div p h4 table tr td math mrow mi mn mo mtext mfrac msub msup mspace".split())
    }
    assert not any("\n" in line for line in explained.text.split("\n"))
    assert not re.search(
        "[\u202a-\u202e\u2066-\u2069\0\ud800-\udfff]", explained.text + explained.latex + explained.html
    )
    shown = text.shorten(text.clean(label), 32)
    if shown.strip():
        assert shown in explained.text
        assert shown in "".join(ET.fromstring(explained.html).itertext())


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        (lambda x, y: viz.explain(x * x, y), ValueError, "v₁ was not computed from y: wrt is one of its inputs"),
        (lambda x, _: viz.explain(x, x * x), ValueError, "x was not computed from v₁"),
        (lambda x, _: viz.explain(x * x, 2.0), TypeError, r"wrt is 2.0 \(float\); it has to be a Value or a Tensor"),
        (lambda x, _: viz.explain(4, x), TypeError, r"the first argument is 4 \(int\)"),
        (lambda x, _: viz.explain(x * x, x, detail="long"), ValueError, "detail='long'; it has to be one of"),
        (lambda x, _: viz.explain(x * (q := Value(1, requires_grad=False)), q), ValueError, "wants no gradient"),
    ],
)  # fmt: skip
def test_what_is_no_question_is_refused(given: Callable[..., Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        given(Value(2), Value(3))


def chain(step: Callable[[Value], Value], length: int) -> tuple[Value, Value]:
    x = Value(0.5, "x")
    y = x
    for _ in range(length):
        y = step(y)
    return y, x


@pytest.mark.parametrize("length", [100, 290, 2000])
@pytest.mark.parametrize("step", [ag.sin, lambda y: y + 1, lambda y: -y, ag.relu])
def test_a_long_chain_is_explained_line_by_line(step: Callable[[Value], Value], length: int) -> None:
    root, x = chain(step, length)
    assert len(short(root, x)) >= length
    full = viz.explain(root, x, names={})
    assert full.text.count("\n") > 3 * length


def test_of_ever_so_many_paths_the_chain_rule_is_said_node_by_node() -> None:
    root, x = chain(lambda y: y + y, 60)
    lines = short(root, x)
    assert len(lines) == 60
    assert (
        lines[-1]
        == "dv₆₀/dx = ∂v₁/∂x × dv₆₀/dv₁ + ∂v₁/∂x × dv₆₀/dv₁ = " + " + ".join(["1 × 5.765e+17"] * 2) + " = 1.153e+18"
    )


def test_long_sums_are_cut() -> None:
    x = Value(2, "x")
    root = ag.sum([x * k for k in range(3000)])
    lines = viz.explain(root, x, names={}).text.splitlines()
    assert "v₃₀₀₁ = v₁ + v₂ + … + v₃₀₀₀ = 0 + 2 + … + 5998 = 8.997e+06    sum" in lines
    assert lines[-1].startswith("∂v₃₀₀₁/∂x = ∂v₁/∂x × ∂v₃₀₀₁/∂v₁ + ∂v₂/∂x × ∂v₃₀₀₁/∂v₂ + … + ")


def test_sums_and_dots_of_many_operands() -> None:
    w, x = Value(2), Value(3)
    z = ag.dot([w, 4.0], [x, 5.0], 1.0)
    lines = viz.explain(z, w).text.splitlines()
    assert lines[3].split("    ")[0] == "z = w × x + 4 × 5 + 1 = 2 × 3 + 4 × 5 + 1 = 27"
    assert lines[4].split("    ")[0] == "  ∂z/∂w = x = 3"
    assert lines[4].endswith("    each factor has the other as derivative")
    s = ag.sum([w, x, w])
    assert "  ∂s/∂x = 1                      every term has the derivative 1" in viz.explain(s, x).text.splitlines()


def test_an_own_row_is_a_row(request: pytest.FixtureRequest) -> None:
    @ag.rule
    def cubed(x: Any) -> Any:
        return x * x * x

    request.addfinalizer(lambda: RULES.pop("cubed"))
    x = Value(2)
    assert short(cubed(x), x, x=x)[0] == "∂v₁/∂x = 12"


def test_an_own_derivative_has_no_formula() -> None:
    @ag.custom_vjp
    def doubled(x: Any) -> Any:
        return x * 2

    doubled.defvjp(lambda x: (x * 2, None), lambda _, grad: (2 * grad,))
    x = Value(4)
    lines = viz.explain(doubled(x) * 3, x, names={"x": x}).text.splitlines()
    assert lines[0] == "∂v₃/∂x, at x = 4"
    assert "  ∂v₂/∂v₁ = by its own rule" in lines
    assert "∂v₃/∂v₁ = ∂v₂/∂v₁ × ∂v₃/∂v₂ = 6" in lines
    assert lines[-1] == "∂v₃/∂x = ∂v₁/∂x × ∂v₃/∂v₁ = 1 × 6 = 6"


def test_a_program_has_a_number_but_no_formula() -> None:
    compiled = ag.jit(lambda x: ag.sin(x) * x)
    x = Value(2)
    lines = short(compiled(x) * 2, x, x=x)
    assert lines == ["∂v₂/∂x = ∂v₁/∂x × ∂v₂/∂v₁ = 0.077 × 2 = 0.154"]


def test_jupyter_is_given_all_three() -> None:
    e = lecture()
    explained = viz.explain(e, inputs(e)["b"])
    assert explained._repr_mimebundle_() == {
        "text/html": explained.html, "text/latex": explained.latex, "text/plain": explained.text,
    }  # fmt: skip
    assert " id=" not in explained.html
    assert "<script" not in explained.html


def test_where_a_formula_has_no_value_the_number_is_said_to_be_a_convention() -> None:
    x, y = Value(0, "x"), Value(2, "y")
    z = x**y
    z.label = "z"
    lines = str(viz.explain(z, y, names={})).splitlines()
    said = [line for line in lines if line.endswith("a convention at this point")]
    assert [line.split("    ")[0].strip() for line in said] == ["∂z/∂y = z × ln(x) = 0", "∂z/∂y = ln(x) × x^y = 0"]
    assert "convention" not in str(viz.explain(z, x, names={}))


def test_choices_are_kept_apart_from_what_they_equal() -> None:
    x = Value(0, "x")
    m, w = ag.maximum(x, 0.0), ag.where(x >= 0, x * 2, x)
    m.label, w.label = "m", "w"
    assert "∂m/∂x = (1 if x > 0 else 0.5 if x = 0 else 0) = (1 if 0 > 0 else 0.5 if 0 = 0 else 0) = 0.5" in str(
        viz.explain(m, x, names={})
    )
    assert "w = (v₁ if true else x) = (0 if true else 0) = 0" in str(viz.explain(w, x, names={}))


def test_dz_of_the_hand_written_loss_with_labels_as_data() -> None:
    w, b = Value(0.5, "w"), Value(0.1, "b")
    x, y = (Value(number, label, requires_grad=False) for number, label in ((2.0, "x"), (1.0, "y")))
    z = w * x + b
    a = ag.sigmoid(z)
    L = -(y * ag.log(a) + (1 - y) * ag.log(1 - a))
    z.label, a.label, L.label = "z", "a", "L"
    assert str(viz.explain(L, z, detail="short", names={})).splitlines()[-1] == "∂L/∂z = σ(z) − y = −0.2497"
    (complement,) = (box for box in viz.draw(L, names={}).picture.nodes if box.formula == "1 − y")
    assert (complement.value, complement.wants_grad) == (0, False)


@pytest.mark.parametrize("ask", [viz.explain, viz.paths])
def test_a_graph_whose_leaf_has_changed_is_computed_again_first(ask: Any) -> None:
    a = Value(2, "a")
    b = a * a
    a.data = 5
    with pytest.raises(RuntimeError, match=r"a leaf has changed since this was computed.*compute it again"):
        ask(b, a)


@pytest.mark.parametrize("ask", [viz.explain, viz.paths])
def test_a_node_of_another_graph_is_named(ask: Any) -> None:
    a, b, q = Value(2, "a"), Value(1, "b"), Value(3, "q")
    e = a * b
    e.label = "e"
    with pytest.raises(ValueError, match=r"e was not computed from q: wrt is one of its inputs \(a, b\), or a node"):
        ask(e, q, names={})


def test_where_the_textbooks_form_loses_digits_another_is_said_to_be_computed() -> None:
    z = Value(50, "z")
    a = ag.sigmoid(z)
    a.label = "a"
    (line,) = (line for line in str(viz.explain(a, z, names={})).splitlines() if line.startswith("  ∂a/∂z"))
    assert line.endswith("∂a/∂z = a × (1 − a) = 1.929e−22    computed in a form that loses no digits")


def test_what_is_not_finite_is_not_called_a_convention() -> None:
    x = Value(1000, "x")
    y = ag.exp(x) - ag.exp(x)
    y.label = "y"
    said = str(viz.explain(y, x, names={}))
    assert said.splitlines()[-1] == "∂y/∂x = 0    as a formula; the sweep meets numbers that are not finite"
    assert "convention" not in said


@pytest.mark.parametrize("ending", ["txt", "tex", "html"])
def test_it_is_saved_as_it_reads(ending: str, tmp_path: Path) -> None:
    a = Value(2, "a")
    made = viz.explain(a * a, a)
    path = made.save(tmp_path / f"a.{ending}")
    said = {"txt": made.text, "tex": made.latex, "html": made.html}[ending]
    assert path.read_text(encoding="utf-8").endswith(said + "\n")
    with pytest.raises(ValueError, match=r"the name has to end in one of \.txt, \.tex, \.html"):
        made.save(tmp_path / "a.png")
