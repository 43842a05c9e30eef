"""The table as JavaScript: how it is printed, and that Chromium computes with it what Python does."""

from __future__ import annotations

import itertools
import math
import random
from typing import TYPE_CHECKING, Any

import pytest
from test_own_functions import clean_table  # noqa: F401 - a fixture
from test_rules import HARD, PAIRS, SMALLEST_NORMAL, SPECIAL, each_row

import autograd_mini as ag
from autograd_mini import Value
from autograd_mini.expr import Number, symbols
from autograd_mini.functions import FUNCTIONS
from autograd_mini.javascript import HELPERS, program
from autograd_mini.linear import MATMUL
from autograd_mini.nary import DOT, SUM, Sum
from autograd_mini.rules import RULES, TABLE, Rule
from autograd_mini.worlds import on_floats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from browser import Tab
    from playwright.sync_api import Browser, Page

Results = list[list[float]]
Points = list[tuple[float, ...]]

TOLERANCE = 1e-12  # relative; Chromium 156 and glibc 2.36 differ by 1e-15 at most, and that in pow and hypot alone
STRANGE = "</script><!--<b>__proto__\u2028\"'"


def functions(text: str) -> dict[str, str]:
    """The functions of a program by their names, without indentation."""
    lines = text.partition("    return {\n")[2].splitlines()
    starts = [i for i, line in enumerate(lines) if line.startswith('        "')]
    return {
        lines[i].split('"')[1]: "\n".join(line[8:] for line in lines[i:j])
        for i, j in itertools.pairwise([*starts, len(lines) - 2])
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mul", '"mul"(x1, x2) {\n    const out = x1 * x2;\n    return [out, x2, x1];\n},'),
        ("log", '"log"(x1) {\n    const out = Math.log(x1);\n    const d0 = 1 / x1;\n    return [out, d0];\n},'),
    ],
)
def test_the_text_of_a_row(name: str, text: str) -> None:
    assert functions(program([RULES[name]])) == {name: text}


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("neg", "const out = -x1;"),
        ("relu", "const d0 = x1 > 0 ? 1 : 0;"),
        ("pow", "const out = pow(x1, x2);"),
        ("sigmoid", "const t1 = Math.exp(-Math.abs(x1 / 2));"),
        ("sign", "const out = x1 > 0 ? 1 : x1 < 0 ? -1 : x1;"),
        ("hypot", "const d0 = x1 / (t2 && t3 ? 1 : t1);"),
        ("where", "const t1 = x1 != 0;"),
        ("bce", "const t1 = x2 < 1e-07 ? 1e-07 : x2 > 0.9999999 ? 0.9999999 : x2;"),
    ],
)
def test_lines_of_rows(name: str, line: str) -> None:
    assert f"    {line}\n" in functions(program([RULES[name]]))[name]


def test_only_what_is_needed_is_helped_with() -> None:
    def helped(*names: str) -> set[str]:
        text = program(RULES[name] for name in names)
        return {name for name in HELPERS if f"const {name} = " in text}

    assert helped("mul", "sin", "exp2", "relu") == set()
    assert helped("mod") == {"mod", "rint"}
    assert helped("pow", "floor_divide", "pow") == {"pow", "floor_divide"}
    assert helped(*RULES) == set(HELPERS)


def test_a_function_is_there_once() -> None:
    text = program([RULES["mul"], SUM, RULES["mul"], SUM])
    assert text.count('"mul"') == text.count('"sum"') == 1
    assert list(functions(text)) == ["mul", "sum"]


def test_two_functions_of_one_name_are_refused() -> None:
    other = Rule("mul", RULES["add"].value, [1, 1])
    with pytest.raises(ValueError, match="two different functions are called 'mul': give one of them another name"):
        program([RULES["mul"], other])


def test_what_is_no_function_of_numbers_is_refused() -> None:
    message = "JavaScript is printed for functions of numbers, and 'matmul' is none: build the graph of Values"
    with pytest.raises(TypeError, match=message):
        program([MATMUL])


def test_the_text_is_inert_in_html() -> None:
    x = symbols("x")[0]
    text = program([Rule(STRANGE, x * x, [2 * x]), *TABLE, SUM, DOT])
    assert "</" not in text
    assert "<!" not in text
    assert text.isascii()


def points(row: Rule) -> Points:
    """Hard points of the row, its kinks, and random ones of its domain."""
    some = (*SPECIAL, *(x for pair in PAIRS[::8] for x in pair), 2.5, -2.5, 3.5, math.pi)
    axis = {1: (*HARD, *some), 2: some, 3: SPECIAL}.get(row.arity, SPECIAL[1:4])
    drawn = random.Random(row.name)
    return [
        *itertools.product(axis, repeat=row.arity),
        *(at for at, _ in row.kinks),
        *(tuple(draw(drawn, intervals) for intervals in row.domain) for _ in range(100)),
    ]


def draw(drawn: random.Random, intervals: Sequence[tuple[float, float]]) -> float:
    low, high = drawn.choice(intervals)
    return drawn.uniform(max(low, -20), min(high, 20))


def run(page: Page, rules: Iterable[Rule | Sum], places: dict[str, Points]) -> dict[str, Results]:
    """What the page's functions, by their names, return at these places."""
    code = f"""places => {{
        const functions = {program(rules)};
        return places.map(([name, points]) => points.map(operands => functions[name](...operands)));
    }}"""
    results = page.evaluate(code, [[name, at] for name, at in places.items()])
    return dict(zip(places, results, strict=True))


def is_same(got: float, want: float) -> bool:
    """The same inf, nan, or zero with its sign; another number within the tolerance."""
    if want == 0 or not math.isfinite(want):
        return repr(float(got)) == repr(float(want))
    return math.isclose(got, want, rel_tol=TOLERANCE, abs_tol=SMALLEST_NORMAL)


def assert_same(name: str, places: Points, results: Results, wanted: Iterable[Sequence[float]]) -> None:
    wrong = [
        f"{name}{at}: {got}, Python has {want}"
        for at, got, want in zip(places, results, wanted, strict=True)
        if not all(is_same(x, y) for x, y in zip(got, want, strict=True))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.fixture(scope="module")
def computed(chromium: Browser) -> dict[str, Results]:
    """Every row at its points, computed in one page."""
    page = chromium.new_page()
    results = run(page, TABLE, {row.name: points(row) for row in TABLE})
    page.close()
    return results


@pytest.mark.chromium
@each_row
def test_a_page_computes_what_python_does(row: Rule, computed: dict[str, Results]) -> None:
    places = points(row)
    assert_same(row.name, places, computed[row.name], (on_floats(row)(*at) for at in places))


@pytest.mark.chromium
@pytest.mark.parametrize("operation", [SUM, DOT], ids=lambda operation: operation.name)
def test_a_page_adds_up_any_number_of_operands(operation: Sum, tab: Tab) -> None:
    drawn = random.Random(0)
    places = [tuple(drawn.uniform(0, 9) for _ in range(n)) for n in range(9)]
    places += [(-0.0,), (math.inf, -math.inf), (math.inf, 0.0, 1.0), (math.nan, 1.0, 2.0)]
    results = run(tab.page, [operation], {operation.name: places})[operation.name]
    assert_same(operation.name, places, results, (operation.evaluate(*at) for at in places))


OWN: dict[str, Callable[..., Any]] = {
    "swish": lambda x: x * ag.sigmoid(x),
    "words": lambda var, Math, x2, x1, arguments: (var - Math) * x2 / x1 + arguments,
    "signs": lambda x: -(-(-x)) - (-3 - -x) * Number(-0.0) + (-x) ** 2,  # noqa: B002 - the doubled signs are the matter
    "large": lambda x: ag.where(x > 0, math.inf, 10**20 * x) * 1e-300,
    "truth": lambda c, x: ag.where(c, x, 2 * x),  # nan is true in Python, false in JavaScript
    "step": lambda x: x > 0,
    "steps": lambda x, y: ag.where((x > 0) & (y > x), x.eq(1), (y >= 1) * x),
    "__proto__": lambda x: x * x,
    "function": lambda x: x + 1,
}


@pytest.mark.chromium
@pytest.mark.usefixtures("clean_table")
@pytest.mark.parametrize("name", OWN)
def test_a_page_computes_own_rules(name: str, tab: Tab) -> None:
    formula = OWN[name]
    formula.__name__ = name
    row = ag.rule(formula)(*map(Value, range(1, formula.__code__.co_argcount + 1))).rule
    places = points(row)
    results = run(tab.page, [row], {name: places})[name]
    assert_same(name, places, results, (on_floats(row)(*at) for at in places))
    assert not any(isinstance(number, bool) for result in results for number in result)


REVERSE = """([leaves, steps]) => {
    const functions = %s, values = [...leaves], partials = leaves.map(() => []);
    for (const [name, operands] of steps) {
        const [value, ...d] = functions[name](...operands.map(i => values[i]));
        values.push(value);
        partials.push(d);
    }
    const gradients = values.map((_, i) => i === values.length - 1 ? 1 : 0);
    for (let i = values.length - 1; i >= leaves.length; i--)
        steps[i - leaves.length][1].forEach((operand, k) => gradients[operand] += partials[i][k] * gradients[i]);
    return [values, gradients];
}"""
STEPS = {
    **{name: (1, FUNCTIONS[name]) for name in "sin cos tanh sigmoid softplus atan asinh sech relu abs".split()},
    **{name: (2, FUNCTIONS[name]) for name in "add sub mul hypot maximum minimum".split()},
    "where": (3, ag.where),
    "sum": (4, lambda *x: ag.sum(x)),
    "dot": (5, lambda w1, w2, x1, x2, b: ag.dot([w1, w2], [x1, x2], b)),
}


@pytest.mark.chromium
@pytest.mark.parametrize("seed", range(5))
def test_a_page_differentiates_random_graphs(seed: int, tab: Tab) -> None:
    drawn = random.Random(seed)
    nodes = [Value(drawn.uniform(-2, 2)) for _ in range(3)]
    inputs, steps = [node.data for node in nodes], []
    for _ in range(40):
        name, (arity, function) = drawn.choice(list(STEPS.items()))
        operands = [drawn.randrange(max(0, len(nodes) - 8), len(nodes)) for _ in range(arity)]
        nodes.append(function(*(nodes[i] for i in operands)))
        steps.append([name, operands])
    steps.append(["sum", list(range(len(nodes)))])
    nodes.append(ag.sum(nodes))
    nodes[-1].backward()
    rules = [node.rule for node in nodes if node.rule]
    values, gradients = tab.page.evaluate(REVERSE % program(rules), [inputs, steps])
    assert values == pytest.approx([node.data for node in nodes], rel=TOLERANCE)
    assert gradients == pytest.approx([node.grad for node in nodes], rel=TOLERANCE)


@pytest.mark.chromium
def test_a_script_element_holds_the_text(tab: Tab, tmp_path: Path) -> None:
    x = symbols("x")[0]
    text = program([Rule(STRANGE, x * x, [2 * x]), *TABLE])
    file = tmp_path / "page.html"
    file.write_text(f"<!doctype html><script>const functions = {text};</script><p>whole</p>", encoding="utf-8")
    page = tab.open(file)
    assert page.evaluate("Object.keys(functions)") == [STRANGE, *(row.name for row in TABLE)]
    assert page.evaluate("name => functions[name](3)", STRANGE) == [9, 6]
    assert page.inner_text("body") == "whole"


@pytest.mark.chromium
def test_a_tab_tells_what_a_page_complains_of_and_asks_for(tab: Tab, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(
        """<!doctype html><img src="http://127.0.0.1:9/a.png"><iframe src="b.html"></iframe><script>
        console.log("said"); alert("asked"); fail();</script>""",
        encoding="utf-8",
    )
    tab.open(file, "moment").wait_for_load_state("networkidle")
    faults, requests = "\n".join(tab.faults), set(tab.requests)
    tab.faults.clear()
    tab.requests.clear()
    assert requests == {"http://127.0.0.1:9/a.png", (tmp_path / "b.html").as_uri()}
    for fault in ("log: said", "dialog: asked", "exception: fail is not defined", "error: Failed to load resource"):
        assert fault in faults
