"""The page that steps through a graph, in Chromium: what it shows, computes and does when it is used.

The fixture `tab` fails a test whose page complained, or asked the network for anything.
"""

from __future__ import annotations

import math
import random
import re
from typing import TYPE_CHECKING, Any

import pytest
from drawn import lecture, network
from test_stepper import NASTY

import autograd_mini as ag
from autograd_mini import Value
from viz import style, text
from viz.page.document import read
from viz.page.stepper import step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from browser import Tab
    from playwright.sync_api import Page

pytestmark = pytest.mark.chromium

COLOURS = (style.LIGHT.ink, style.LIGHT.gradient)
READ = "groups => groups.map(g => [g.dataset.value, g.dataset.grad])"


@pytest.fixture
def opened(tab: Tab, tmp_path: Path) -> Callable[..., Page]:
    """A function that opens the page of a graph."""

    def open_(node: Value, fragment: str = "", **options: Any) -> Page:
        return tab.open(step(node, names={}, **options).save(tmp_path / "page.html"), fragment)

    return open_


def numbers(page: Page) -> list[tuple[float | None, float | None]]:
    """Of each node its value and its gradient, in full; None where there is none yet."""
    found = page.eval_on_selector_all(".node", READ)
    return [tuple(float(said) if said else None for said in pair) for pair in found]  # type: ignore[misc]  # two each


def graph_of(root: Value) -> list[Value]:
    """The nodes in the order of the picture."""
    from viz.picture import walk

    graph = walk([root])
    assert graph is not None
    return list(graph.nodes)


def close(x: float | None, y: float | None) -> bool:
    if x is None or y is None:
        return x is y
    return x == y or (math.isnan(x) and math.isnan(y)) or abs(x - y) <= 1e-12 * max(1, abs(y))


def neuron() -> Value:
    w, x, b, y = Value(0.5, "w"), Value(-2, "x"), Value(0.1, "b"), Value(1, "y", requires_grad=False)
    z = ag.dot([w], [x], b)
    z.label = "z"
    a = ag.sigmoid(z)
    a.label = "a"
    return ag.bce(y, a)


def choices() -> Value:
    x, y = Value(1.5, "x"), Value(-0.5, "y")
    return ag.maximum(x, y) * ag.minimum(x * x, 4) - ag.sum([x, y, ag.relu(y)]) / (2 + ag.exp(-x))


GRAPHS: dict[str, Callable[[], Value]] = {
    "lecture": lambda: lecture(backward=False),
    "square": lambda: (x := Value(3, "x")) * x,
    "sinc": lambda: ag.sin(x := Value(3, "x")) / x,
    "twice": lambda: ((a := Value(2, "a")) * (b := Value(-1.5, "b")) + b) * a,
    "neuron": neuron,
    "choices": choices,
    "two layers": lambda: (network((3, 1), [Value(0.5), Value(-1)]) - 1) ** 2,
}


@pytest.mark.parametrize("name", GRAPHS)
def test_at_the_end_every_number_is_the_engines(opened: Callable[..., Page], name: str) -> None:
    root = GRAPHS[name]()
    page = opened(root, "step=end")
    root.backward()
    for shown, node in zip(numbers(page), graph_of(root), strict=True):
        assert close(shown[0], node.data)
        assert close(shown[1], node.grad)


@pytest.mark.parametrize("name", GRAPHS)
def test_changed_inputs_are_computed_afresh(opened: Callable[..., Page], name: str) -> None:
    page = opened(GRAPHS[name](), "step=end")
    rng = random.Random(0)
    root = GRAPHS[name]()
    fields = page.locator("#fields input[type=text]")
    given = [rng.uniform(0.1, 0.9) for _ in range(fields.count())]
    for i, x in enumerate(given):
        fields.nth(i).fill(str(x))
        fields.nth(i).press("Enter")
    leaves = iter(given)
    remade = again(root, lambda node: Value(next(leaves), requires_grad=node.requires_grad))
    remade.backward()
    for shown, node in zip(numbers(page), graph_of(remade), strict=True):
        assert close(shown[0], node.data)
        assert close(shown[1], node.grad)


def again(root: Value, leaf: Callable[[Value], Value]) -> Value:
    """The same graph of other leaves."""
    made: dict[int, Any] = {}
    for node in graph_of(root):
        operands = [x if isinstance(x, float) else made[id(x)] for x in node.operands]
        if not operands:
            made[id(node)] = leaf(node)
        elif node.op == "sum":
            made[id(node)] = ag.sum(operands)
        elif node.op == "dot":
            n = len(operands) // 2
            made[id(node)] = ag.dot(operands[:n], operands[n : 2 * n], *operands[2 * n :])
        else:
            made[id(node)] = getattr(ag, ag_name(node.op))(*operands)
    return made[id(root)]


def ag_name(op: str) -> str:
    return {"sub": "subtract", "mul": "multiply", "div": "divide", "pow": "power", "neg": "negative"}.get(op, op)


def test_the_lecture_graph_says_every_step(opened: Callable[..., Page]) -> None:
    page = opened(lecture())
    said = []
    for i in range(10):
        said.append(page.inner_text("#said"))
        assert page.inner_text("#count") == f"step {i} / 9"
        page.click("#step", force=True)
    assert said == [
        "a = 2, b = 1. Step forward to compute e.",
        "c = a + b = 2 + 1 = 3",
        "d = b + 1 = 1 + 1 = 2",
        "e = c × d = 3 × 2 = 6",
        "∂e/∂e = 1: here the backward sweep begins",
        "From e back to c, ∂e/∂c times the gradient of e: contribution 2 × 1 = 2",
        "From e back to d, ∂e/∂d times the gradient of e: contribution 3 × 1 = 3",
        "From c back to a, ∂c/∂a times the gradient of c: contribution 1 × 2 = 2",
        "From c back to b, ∂c/∂b times the gradient of c: contribution 1 × 2 = 2",
        "From d back to b, ∂d/∂b times the gradient of d: contribution 1 × 3 = 3; total so far 2 + 3 = 5",
    ]
    assert page.locator("#step").is_disabled()


def formula(page: Page) -> str:
    """The formula of the step, its fractions as ∂e/∂b."""
    said = page.eval_on_selector(
        "#formula",
        """place => {
        const copy = place.cloneNode(true);
        for (const ratio of copy.querySelectorAll("mfrac")) ratio.firstElementChild.append("/");
        return [...copy.children].map(m => m.textContent).join("; ");
    }""",
    )
    return re.sub(r"\s", "", said)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("step=1", "c=a+b=2+1=3"),
        ("step=4", "∂e/∂e=1"),
        ("step=8", "∂e/∂b+=∂c/∂b·∂e/∂c=1×2=2"),
        ("step=9", "∂e/∂b+=∂d/∂b·∂e/∂d=1×3=3;∂e/∂b=∂c/∂b·∂e/∂c+∂d/∂b·∂e/∂d=2+3=5"),
        ("step=1&a=-2&b=-1", "c=a+b=−2+(−1)=−3"),
        ("step=end&mode=forward&wrt=b", "∂e/∂b=∂c/∂b·∂e/∂c+∂d/∂b·∂e/∂d=1×2+1×3=5"),
    ],
)
def test_the_chain_rule_is_written_in_mathml(opened: Callable[..., Page], at: str, expected: str) -> None:
    assert formula(opened(lecture(), at)) == expected


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (lambda x: x**2, "v₁=x2=(−3)2=9"),
        (ag.exp, "v₁=ex=e−3=0.04979"),
        (ag.tanh, "v₁=tanh(x)=tanh(−3)=−0.9951"),
        (lambda x: 1 / x, "v₁=1/x=1/−3=−0.3333"),
        (lambda x: 2 - x, "v₁=2−x=2−(−3)=5"),
        (lambda x: x - 2, "v₁=x−2=−3−2=−5"),
    ],
)
def test_negative_numbers_are_put_into_parentheses_where_a_sign_precedes(
    opened: Callable[..., Page], node: Callable[[Value], Value], expected: str
) -> None:
    page = opened(node(Value(-3, "x")), "step=1")
    assert formula(page).replace("v1", "v₁") == expected


def test_values_appear_before_gradients_and_gradients_one_by_one(opened: Callable[..., Page]) -> None:
    page = opened(lecture())
    counts = []
    for _ in range(10):
        found = numbers(page)
        counts.append((sum(v is not None for v, _ in found), sum(g is not None for _, g in found)))
        page.keyboard.press("ArrowRight")
    assert counts == [(2, 0), (3, 0), (4, 0), (5, 0), (5, 1), (5, 2), (5, 3), (5, 4), (5, 5), (5, 5)]


def test_the_box_shows_what_python_would_draw(opened: Callable[..., Page]) -> None:
    page = opened(lecture(), "step=end")
    assert [re.sub(r"\s+", " ", said) for said in page.locator(".node").all_text_contents()] == [
        "a, value 2, grad 2avalue 2grad 2", "b, value 1, grad 5bvalue 1grad 5",
        "c, value 3, grad 2c = a + bvalue 3grad 2", "d, value 2, grad 3d = b + 1value 2grad 3",
        "e, value 6, grad 1e = c × dvalue 6grad 1",
    ]  # fmt: skip
    labels = [said.strip() for said in page.locator("g.edge text").all_text_contents()]
    assert sorted(labels) == ["∂c/∂a = 1", "∂c/∂b = 1", "∂d/∂b = 1", "∂e/∂c = 2", "∂e/∂d = 3"]


@pytest.mark.parametrize(
    ("node", "pattern"),
    [
        (lambda x, y: x + y, "add distributes"),
        (lambda x, y: x - y, "sub distributes"),
        (lambda x, y: x * y, "multiply swaps"),
        (ag.maximum, "max routes"),
        (ag.minimum, "min routes"),
        (lambda x, y: ag.sum([x, y, x]), "sum distributes"),
        (lambda x, y: ag.dot([x], [y]), "dot swaps"),
        (lambda x, _: ag.tanh(x), "tanh: 1 − out²"),
        (lambda x, y: x / y, "div by y: −out / y"),
    ],
)
def test_patterns_are_named(opened: Callable[..., Page], node: Callable[..., Value], pattern: str) -> None:
    page = opened(node(Value(2, "x"), Value(3, "y")), "step=end")
    assert page.inner_text("#pattern").startswith(pattern)


def test_backward_once_more_adds_to_leaves_alone_and_zero_grad_forgets(opened: Callable[..., Page]) -> None:
    page = opened(lecture(), "step=end")
    page.click("#again")
    assert page.inner_text("#count") == "step 10 / 15"
    page.click("#all")
    root = lecture()
    root.backward()
    assert [grad for _, grad in numbers(page)] == [node.grad for node in graph_of(root)]
    assert page.inner_text("#said").endswith("total so far 7 + 3 = 10; gradient 10 after 2 sweeps")
    page.click("#zero")
    assert [grad for _, grad in numbers(page)] == [None] * 5
    assert page.inner_text("#count") == "step 3 / 9"


@pytest.mark.parametrize("name", ["lecture", "sinc", "two layers"])
def test_tangents_are_those_of_jvp(opened: Callable[..., Page], name: str) -> None:
    root = GRAPHS[name]()
    page = opened(root, "step=end", mode="forward")
    root.backward()
    order = graph_of(root)
    leaves = [i for i, node in enumerate(order) if not node.op]
    options = page.locator("#wrt option")
    assert options.count() == len(leaves)
    for k, i in enumerate(leaves):
        page.select_option("#wrt", index=k)
        page.click("#all")
        shown = [grad for _, grad in numbers(page)]
        values = [order[j].data for j in leaves]

        def rebuilt(*given: Value) -> Value:
            found = iter(given)
            return again(root, lambda _: next(found))

        _, tangent = ag.jvp(rebuilt, tuple(values), tuple(float(j == i) for j in leaves))
        assert close(shown[-1], tangent)
        assert close(shown[-1], order[i].grad)


def test_forward_mode_says_how_many_sweeps_it_needs(opened: Callable[..., Page]) -> None:
    page = opened(lecture(), "mode=forward&wrt=b&step=end")
    assert page.inner_text("#said").endswith("∂e/∂b = 1 × 2 + 1 × 3 = 5 after 1 sweep")
    assert page.inner_text("#pattern").startswith("Forward mode: the gradient of all 2 inputs needs 2 sweeps")
    assert [grad for _, grad in numbers(page)] == [0, 1, 1, 1, 5]
    assert "∂c/∂b" in (page.locator(".node").nth(2).text_content() or "")


def test_keys_step_through(opened: Callable[..., Page]) -> None:
    page = opened(lecture())
    counts = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "End", "ArrowRight", "ArrowLeft", "Home", "ArrowLeft"):
        page.keyboard.press(key)
        counts.append(int(page.inner_text("#count").split()[1]))
    assert counts == [1, 2, 1, 9, 9, 8, 0, 0]


def test_keys_in_a_field_stay_there(opened: Callable[..., Page]) -> None:
    page = opened(lecture(), "step=3")
    page.focus("#fields input[type=text]")
    for key in ("ArrowLeft", "Home", "End", " "):
        page.keyboard.press(key)
    assert page.inner_text("#count") == "step 3 / 9"


def test_play_goes_to_the_end_and_stops(opened: Callable[..., Page]) -> None:
    page = opened(lecture(), "step=6")
    page.select_option("#speed", "fast")
    page.keyboard.press(" ")
    assert page.inner_text("#play") == "❚❚ pause"
    page.locator("#count", has_text="step 9 / 9").wait_for()
    assert page.inner_text("#play") == "▶ play"
    page.click("#reset")
    page.click("#play")
    page.click("#play")
    assert page.inner_text("#play") == "▶ play"
    assert page.inner_text("#count") == "step 1 / 9"


def test_the_address_is_the_state(opened: Callable[..., Page]) -> None:
    page = opened(lecture())
    page.click("#forward")
    page.select_option("#wrt", label="b")
    page.locator("#fields input[type=text]").first.fill("-0,5")
    page.keyboard.press("Enter")
    page.click("#predict")
    page.click("#all")
    fragment = "step=7&mode=forward&wrt=b&predict=1&a=-0.5"
    page.wait_for_url(f"**#{fragment}")
    before = (numbers(page), page.inner_text("#said"))
    page.goto("about:blank")
    page = opened(lecture(), fragment)
    assert (numbers(page), page.inner_text("#said")) == before
    page.evaluate("location.hash = '#step=2&b=4'")
    page.locator("#count", has_text="step 2 / 9").wait_for()
    assert numbers(page)[1] == (4, None)
    assert page.locator("#reverse").is_checked()


@pytest.mark.parametrize("fragment", ["step=abc&mode=x&wrt=q&rate=-1&updates=-3&a=", "%E0%A4%A", "step=-5", "&&==&"])
def test_an_address_that_makes_no_sense_shows_the_beginning(opened: Callable[..., Page], fragment: str) -> None:
    page = opened(lecture(), fragment)
    assert page.inner_text("#count") == "step 0 / 9"
    assert [value for value, _ in numbers(page)] == [2, 1, None, None, None]


def test_predict_first_asks_and_judges(opened: Callable[..., Page]) -> None:
    page = opened(lecture(), "step=8", predict=True)
    page.keyboard.press("ArrowRight")
    asked = page.inner_text("#said")
    assert asked == "Predict first. What is d's contribution to ∂e/∂b: ∂d/∂b times the gradient of d?"
    assert numbers(page)[1] == (1, 2)
    assert page.evaluate("document.activeElement.id") == "answer"
    page.fill("#answer", "three")
    page.keyboard.press("Enter")
    assert page.get_attribute("#answer", "aria-invalid") == "true"
    page.fill("#answer", "3.01")
    page.keyboard.press("Enter")
    assert page.inner_text("#said").startswith("Right, it is 3. From d back to b")
    assert page.inner_text("#score") == "1 of 1 right"
    assert numbers(page)[1] == (1, 5)
    page.keyboard.press("Home")
    page.click("#step")
    assert page.inner_text("#said") == "Predict first. What is c = a + b?"
    page.fill("#answer", "−4")
    page.click("#check")
    assert page.inner_text("#said") == "You said −4; it is 3. c = a + b = 2 + 1 = 3"
    assert page.inner_text("#score") == "1 of 2 right"
    page.click("#step")
    page.click("#reveal")
    assert page.inner_text("#said") == "d = b + 1 = 1 + 1 = 2"
    assert page.inner_text("#score") == "1 of 2 right"


def test_enter_gives_the_verdict_and_stays_at_it(opened: Callable[..., Page]) -> None:
    page = opened(lecture(), predict=True)
    page.keyboard.press("ArrowRight")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    assert page.inner_text("#said") == "Right, it is 3. c = a + b = 2 + 1 = 3"
    assert page.inner_text("#count") == "step 1 / 9"
    page.keyboard.press("Enter")
    assert page.inner_text("#said") == "Predict first. What is d = b + 1?"


def test_predict_first_keeps_the_output_to_itself(opened: Callable[..., Page]) -> None:
    page = opened(lecture(), "step=2&updates=3")
    assert page.inner_text("#loss").startswith("update 3: e from")
    page.click("#predict")
    assert page.inner_text("#loss") == ""
    assert page.locator("#curve").is_hidden()
    page.click("#step")
    page.click("#reveal")
    assert page.inner_text("#loss").startswith("update 3: e from")
    assert page.locator("#curve").is_visible()


FROZEN = "The condition of where stays as it was when the graph was made."


def test_a_condition_that_is_a_number_is_said_to_stay(opened: Callable[..., Page]) -> None:
    x = Value(0.5, "x")
    page = opened(ag.where(x > 0, x, -x) + ag.where(x > 1, x, 2), "x=-2")
    assert page.get_by_text(FROZEN).count() == 1


@pytest.mark.parametrize("node", [ag.abs, ag.relu, lambda x: ag.where(Value(1, "c", requires_grad=False), x, -x)])
def test_conditions_that_follow_the_inputs_need_no_word(
    opened: Callable[..., Page], node: Callable[[Value], Value]
) -> None:
    assert not opened(node(Value(2, "x"))).get_by_text(FROZEN).count()


@pytest.mark.parametrize(
    ("at", "written", "said"),
    [
        ("step=3", "dy/dy=1", "dy/dy = 1: here"),
        ("step=5", "dy/dx+=∂y/∂x·dy/dy=6×1=6", "From y back to x, ∂y/∂x times the gradient of y"),
        ("step=6", "dy/dx+=∂v1/∂x·dy/dv1=2×3=6;dy/dx=∂y/∂x·dy/dy+∂v1/∂x·dy/dv1=6+6=12", "From v₁ back to x, ∂v₁/∂x"),
        ("step=end&mode=forward", "dy/dx=dv1/dx·∂y/∂v1+dx/dx·∂y/∂x=2×3+1×6=12", "Tangent of y, tangents times"),
    ],
)
def test_where_an_edge_has_the_symbol_of_the_whole_the_whole_is_written_with_d(
    opened: Callable[..., Page], at: str, written: str, said: str
) -> None:
    x = Value(3, "x")
    y = (2 * x) * x
    y.label = "y"
    page = opened(y, at)
    assert formula(page) == written
    assert page.inner_text("#said").startswith(said)
    assert page.inner_text("#descent h2") == "Gradient descent: w ← w − α dy/dw"


def test_gradient_descent_is_the_engines(opened: Callable[..., Page]) -> None:
    root = GRAPHS["two layers"]()
    page = opened(root, learning_rate=0.05)
    page.click("#update")
    page.click("#update10")
    order = graph_of(root)
    for _ in range(11):
        root = again(root, lambda node: node)
        for node in order:
            node.grad = None
        root.backward()
        for node in order:
            if node.is_parameter:
                node.data -= 0.05 * node.grad
    root = again(root, lambda node: node)
    root.zero_grad()
    root.backward()
    for shown, node in zip(numbers(page), graph_of(root), strict=True):
        assert close(shown[0], node.data)
        assert close(shown[1], node.grad)
    assert page.inner_text("#loss").startswith("update 11: ")
    assert page.inner_text("#loss").endswith(f"to {text.number(root.data)}")
    assert page.locator("#curve svg").get_attribute("aria-label").endswith("in 11 updates")  # type: ignore[union-attr]
    page.click("#undo")
    assert page.locator("#curve").is_hidden()


def test_descent_says_each_move_and_takes_another_rate(opened: Callable[..., Page]) -> None:
    w = Value(3, "w")
    page = opened(w * w)
    page.click("#update")
    assert page.inner_text("#loss") == "update 1: v₁ from 9 to 5.76"
    assert page.locator("#moves li").all_inner_texts() == ["w ← 3 − 0.1 × 6 = 2.4"]
    page.fill("#rate", "0.5")
    page.keyboard.press("Enter")
    page.click("#update")
    assert page.locator("#moves li").all_inner_texts() == ["w ← 2.4 − 0.5 × 4.8 = 0"]
    page.fill("#rate", "-1")
    page.keyboard.press("Enter")
    assert page.get_attribute("#rate", "aria-invalid") == "true"


def test_sliders_are_dragged_by_keys_too(opened: Callable[..., Page]) -> None:
    page = opened(lecture(), "step=end")
    page.focus("#fields input[type=range]")
    page.keyboard.press("ArrowRight")
    assert numbers(page)[0][0] == 2.05
    assert page.inner_text("#count") == "step 9 / 9"
    page.click("#restore")
    assert numbers(page)[0][0] == 2


def test_fractions_are_read(opened: Callable[..., Page]) -> None:
    page = opened(ag.exp(Value(2, "x")))
    field = page.locator("#fields input[type=text]")
    for typed, value in (("1/3", 1 / 3), ("−1,5 / 4", -0.375), ("1e1/4", 2.5)):
        field.fill(typed)
        field.press("Enter")
        assert numbers(page)[0][0] == value
    for typed in ("1/0", "1/", "/3", "1/2/3"):
        field.fill(typed)
        field.press("Enter")
        assert field.get_attribute("aria-invalid") == "true"
        assert numbers(page)[0][0] == 2.5


def test_infinities_and_nan_are_read_and_shown(opened: Callable[..., Page]) -> None:
    page = opened(ag.log(Value(2, "x")), "step=end")
    field = page.locator("#fields input[type=text]")
    for typed, value, grad in (("0", "−inf", "inf"), ("-1", "nan", "−1"), ("inf", "inf", "0"), ("nan", "nan", "nan")):
        field.fill(typed)
        field.press("Enter")
        assert page.locator(".node").nth(1).locator("text").all_text_contents()[1] == f"value  {value}"
        assert page.locator(".node").first.locator("text").all_text_contents()[2] == f"grad  {grad}"
    field.fill("one")
    field.press("Enter")
    assert field.get_attribute("aria-invalid") == "true"


def test_edges_tell_their_derivative(opened: Callable[..., Page]) -> None:
    page = opened(lecture(), "step=end")
    label = "∂e/∂c = d = 2"
    edge = page.get_by_role("img", name=label, exact=True)
    edge.focus()
    assert re.sub(r"\s", "", page.locator("#edge").text_content() or "") == "∂e∂c=d=2"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "∂e/∂d = c = 3"
    page.keyboard.press("ArrowRight")
    page.locator("#back").focus()
    assert page.inner_text("#edge").startswith("Point at an arrow")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "∂e/∂d = c = 3"


def test_numbers_are_written_as_python_writes_them(tab: Tab) -> None:
    rng = random.Random(1)
    xs = [0.0, -0.0, 1.0625, 10005.0, 10015.0, 0.0001, 0.00001, 99995.0, 9999.5, 1e-300, -2.5e21, 0.5, 1 / 3, 123456.0]
    xs += [rng.choice((-1, 1)) * rng.random() * 10 ** rng.randint(-8, 8) for _ in range(500)]
    xs += [rng.randint(-(10**6), 10**6) / 2 ** rng.randint(0, 8) for _ in range(500)]
    shown = tab.page.evaluate(f"xs => {{ {read('numbers.js')}; return xs.map(number) }}", xs)
    assert shown == [text.number(x) for x in xs]


def test_labels_are_shown_and_do_nothing(opened: Callable[..., Page]) -> None:
    labels = [label for label in NASTY if label != "\u2028"]  # which is white space
    page = opened(ag.sum([Value(2, label) for label in labels]), "step=end", title=" ".join(NASTY))
    shown = page.locator("#fields b").all_text_contents()
    assert shown == [text.shorten(text.clean(label), 32) for label in labels]
    assert page.locator("h1").inner_text().split() == text.clean(" ".join(NASTY)).split()
    assert page.locator("main, script, iframe, img").count() == 2
    assert numbers(page)[-1] == (2 * len(labels), 1)


def test_printed_it_shows_everything_and_no_controls(opened: Callable[..., Page]) -> None:
    page = opened(lecture(), "step=2")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert numbers(page)[1] == (1, 5)
    assert page.locator("#transcript li").count() == 9
    assert not page.locator("button:visible, input:visible").count()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert numbers(page)[1] == (1, None)
    assert page.inner_text("#count") == "step 2 / 9"


HEIGHTS = "['#picture', '#picture > svg'].map(s => document.querySelector(s).getBoundingClientRect().height)"


def logistic() -> Value:
    """The logistic neuron of the lectures with its loss."""
    neuron = ag.nn.Neuron(2, activation="sigmoid", seed=0)
    x, y = [Value(1, "x1"), Value(-2, "x2")], Value(1, "y", requires_grad=False)
    return ag.bce(y, neuron(x))


def test_the_logistic_neuron_is_seen_whole(opened: Callable[..., Page]) -> None:
    page = opened(logistic())
    page.set_viewport_size({"width": 1280, "height": 720})
    frame, picture = page.evaluate(HEIGHTS)
    assert picture <= frame + 1
    assert not page.eval_on_selector("#picture", "f => f.scrollWidth > f.clientWidth")


@pytest.mark.parametrize("size", [(1280, 300), (400, 720)])
def test_before_text_gets_too_small_the_picture_scrolls(opened: Callable[..., Page], size: tuple[int, int]) -> None:
    page = opened(logistic())
    page.set_viewport_size({"width": size[0], "height": size[1]})
    scale = page.eval_on_selector("#picture svg", "s => s.getBoundingClientRect().width / s.viewBox.baseVal.width")
    assert 11 * scale == pytest.approx(11, abs=0.1)  # pixels, of a font of 11 points


def test_what_is_marked_has_the_colour_of_gradients_where_it_is_about_them(opened: Callable[..., Page]) -> None:
    colour = (
        "document.querySelector('.node.now rect') && getComputedStyle(document.querySelector('.node.now rect')).stroke"
    )
    page = opened(lecture())
    found = []
    for _ in range(6):
        found.append(page.evaluate(colour))
        page.keyboard.press("ArrowRight")
    ink, gradient = (f"rgb({', '.join(str(int(c[i : i + 2], 16)) for i in (1, 3, 5))})" for c in COLOURS)
    assert found == [None, ink, ink, ink, gradient, gradient]


def test_by_night_it_is_dark(opened: Callable[..., Page]) -> None:
    page = opened(lecture())
    colours = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        colours[scheme] = page.evaluate(
            "['body', '.node.input rect'].map(s => getComputedStyle(document.querySelector(s)))"
            ".map((s, i) => i ? s.fill : s.backgroundColor)"
        )
    assert colours == {
        "light": ["rgb(255, 255, 255)", "rgb(221, 239, 250)"],
        "dark": ["rgb(22, 25, 29)", "rgb(18, 52, 74)"],
    }


def test_two_pages_in_a_notebook_know_nothing_of_each_other(tab: Tab, tmp_path: Path) -> None:
    shown = [step(GRAPHS[name](), names={})._repr_html_() for name in ("lecture", "sinc")]
    path = tmp_path / "notebook.html"
    path.write_text("<!DOCTYPE html><title>notebook</title>" + "".join(shown), "utf-8")
    page = tab.open(path)
    frames = page.frames[1:]
    frames[0].click("#all")
    frames[1].click("#step")
    assert [frame.inner_text("#count") for frame in frames] == ["step 9 / 9", "step 1 / 6"]
    tab.requests[:] = [url for url in tab.requests if url != "about:srcdoc"]


def test_a_large_graph_redraws_only_what_changed(opened: Callable[..., Page]) -> None:
    inputs = [Value(0.1 * i) for i in range(4)]
    root = network((8, 8, 1), inputs)
    page = opened(root, "step=40")
    changed = page.evaluate("""() => new Promise(done => {
        let changes = 0;
        const watch = new MutationObserver(found => { changes += found.length; });
        const all = { subtree: true, childList: true, characterData: true, attributes: true };
        watch.observe(document.querySelector("#picture svg"), all);
        document.getElementById("step").click();
        setTimeout(() => done(changes), 100);
    })""")
    assert 0 < changed < 30


def test_a_graph_of_one_leaf_is_a_page_of_one_step(opened: Callable[..., Page]) -> None:
    page = opened(Value(4, "x"), "step=end")
    assert page.inner_text("#count") == "step 1 / 1"
    assert numbers(page) == [(4, 1)]


def test_data_made_of_data_follows_it(opened: Callable[..., Page]) -> None:
    def loss(label: float) -> tuple[Value, Value]:
        w = Value(0.5, "w")
        x, y = Value(2.0, "x", requires_grad=False), Value(label, "y", requires_grad=False)
        a = ag.sigmoid(w * x)
        return -(y * ag.log(a) + (1 - y) * ag.log(1 - a)), w

    shown, _ = loss(1.0)
    page = opened(shown, "step=end&y=0")
    expected, w = loss(0.0)
    expected.backward()
    values, gradients = zip(*numbers(page), strict=True)
    assert values[-1] == pytest.approx(expected.data, rel=1e-12)
    assert w.grad is not None
    assert any(g == pytest.approx(w.grad, rel=1e-12) for g in gradients if g is not None)
