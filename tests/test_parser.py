"""What a lecturer types becomes the graph that is meant, or an error that says what to write."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini.functions import FUNCTIONS
from autograd_mini.graph import topological
from autograd_mini.parser import ParseError, parse
from autograd_mini.rules import RULES


def value(text: str, **values: float) -> float:
    """The value of an expression, which may have no variables."""
    program = parse(text if "=" in text else f"result = {text}")
    return program.evaluate(values)[program.result].data


def derivatives(text: str, **values: float) -> dict[str, float | None]:
    program = parse(text)
    nodes = program.evaluate(values)
    nodes[program.result].backward()
    return {name: nodes[name].grad for name in values}


def refusal(text: str, **values: float) -> str:
    with pytest.raises(ParseError) as caught:
        parse(text).evaluate(values)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_lecture_graph() -> None:
    program = parse("c=a+b; d=b+1; e=c*d")
    nodes = program.evaluate({"a": 2, "b": 1})
    nodes["e"].backward()
    assert list(nodes) == ["a", "b", "c", "d", "e"]
    assert {name: node.data for name, node in nodes.items()} == {"a": 2, "b": 1, "c": 3, "d": 2, "e": 6}
    assert {name: node.grad for name, node in nodes.items()} == {"a": 2, "b": 5, "c": 2, "d": 3, "e": 1}
    assert [node.label for node in topological(nodes["e"])] == ["a", "b", "c", "d", "e"]
    assert [node.partials for node in topological(nodes["e"])] == [(), (), (1, 1), (1, None), (2, 3)]


def test_a_bare_expression_is_the_result_without_a_name() -> None:
    program = parse("(a + b)*(b + 1)")
    assert program.result == ""
    assert program.evaluate({"a": 2, "b": 1})[""].data == 6


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-2**2", -4),
        ("2**3**2", 512),
        ("2**-1", 0.5),
        ("1 - 2 - 3", -4),
        ("8/4/2", 1),
        ("2 + 3 × 4 − 6 ÷ 3", 12),
        ("2·3", 6),
        ("5²", 25),
        ("-5²", -25),
        ("2⁻²", 0.25),
        ("2³²", 2**32),
        ("--3", 3),
        ("+3", 3),
        ("ln(e)", 1),
        ("log(8, 2)", 3),
        ("sin(π/2) + cos(pi)", 0),
        ("e**2", math.exp(2)),
        ("max(1, 2) + min(1, 2)", 3),
        ("σ(0)", 0.5),
        ("arctan(1) - atan(1)", 0),
        ("leaky_relu(-1)", -0.01),
        ("leaky_relu(-1, 0.5)", -0.5),
        ("(-8)**3", -512),
        ("1e3 + .5 + 2.", 1002.5),
        ("007", 7),
    ],
)
def test_values(text: str, expected: float) -> None:
    assert value(text) == pytest.approx(expected, rel=1e-15, abs=1e-15)


@pytest.mark.parametrize(
    "name", [name for name, rule in RULES.items() if not rule.operator and name != "log_base" and name[0] != "_"]
)
def test_every_function_of_the_table(name: str) -> None:
    rule = RULES[name]
    point = [
        0.5 if low < 0.5 < high else (1.5 if low < 1.5 < high else -0.5) for low, high in (d[-1] for d in rule.domain)
    ]
    names = [f"x{i}" for i in range(rule.arity)]
    got = value(f"y = {name}({', '.join(names)})", **dict(zip(names, point, strict=True)))
    assert got == FUNCTIONS[name](*point)


def test_constants_give_way_to_what_is_assigned_or_given() -> None:
    assert parse("e*x").variables == ("x",)
    assert derivatives("e*x", x=2, e=3) == {"x": 3, "e": 2}
    assert value("e = 2*x; y = e*e", x=1) == 4
    assert value("pi*x", x=1) == math.pi
    assert derivatives("π*x", x=2, π=3) == {"x": 3, "π": 2}


def test_e_to_a_power_is_the_exponential() -> None:
    nodes = parse("y = e**x").evaluate({"x": 1})
    assert nodes["y"].op == "exp"
    # A variable that happens to hold that number is a variable.
    assert parse("y = a**x").evaluate({"a": math.e, "x": 1})["y"].op == "pow"


def test_numbers_fold_and_an_assigned_number_is_a_leaf() -> None:
    nodes = parse("a = 2**3; y = 2*3*a").evaluate({})
    assert (nodes["a"].data, nodes["a"].op) == (8, "")
    assert [node.op for node in nodes["y"].inputs] == ["constant", ""]
    assert nodes["y"].data == 48


def test_repeats_stay_repeats() -> None:
    y = parse("y = x*x").evaluate({"x": 3})["y"]
    assert y.inputs[0] is y.inputs[1]


def test_a_second_name_for_a_node_keeps_the_first() -> None:
    nodes = parse("c = a*a; y = c").evaluate({"a": 2})
    assert nodes["y"] is nodes["c"]
    assert nodes["c"].label == "c"


def test_a_sketch_needs_no_values() -> None:
    nodes = parse("y = acosh(x) + ln(x - 7)/0**x").sketch()
    assert [node.op for node in topological(nodes["y"])] == ["", "acosh", "sub", "log", "pow", "div", "add"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the text is empty; write an expression such as (a + b)*(b + 1)"),
        (" ;\n", "the text is empty; write an expression such as (a + b)*(b + 1)"),
        ("a, b", "(a, b) is not allowed; allowed are + - * / **, signs and functions"),
        ("(a, b) * 2", "(a, b) is not allowed; allowed are + - * / **, signs and functions"),
        ("sin(a, b)", "sin takes 1 argument; got 2"),
        ("log(a, b, c)", "log takes 1 or 2 arguments; got 3"),
        ("leaky_relu(a, b, c)", "leaky_relu takes 1 or 2 arguments; got 3"),
        ("max(a)", "max takes 2 arguments; got 1"),
        ("sin = 2", "sin is a function: assign to another name"),
        ("a; b", "only the last statement may go without a name: write NAME = a"),
        ("c = a; c = b", "c is assigned twice: give each its own name"),
        ("c = a; y = b", "c is assigned, but no later statement uses it; the last statement is the result"),
        ("y = x + 1; x = 2; z = x*y", "x is used before it is assigned"),
        ("x = x + 1", "x is used before it is assigned"),
        ("2 + 3", "2 + 3 has no variables: there is nothing to draw"),
        ("9**9**9**9", "9**9**9 is inf: pow has no finite value there"),
        ("1/0", "1 / 0 is inf: division by zero"),
        ("y = (-8)**(1/3)", "(-8)**(1 / 3) is nan: pow is not defined there"),
        ("ln(0)", "log(0) is -inf: log has no finite value there"),
        ("-" * 150 + "a", "more than 100 operations inside one another: name a part of it, as in c = a + b; e = c*d"),
        ("-" * 1900 + "a", "more than 100 operations inside one another: name a part of it, as in c = a + b; e = c*d"),
        (
            "+".join("a" * 900),
            "more than 100 operations inside one another: name a part of it, as in c = a + b; e = c*d",
        ),
        (
            "**".join("a" * 600),
            "more than 100 operations inside one another: name a part of it, as in c = a + b; e = c*d",
        ),
        ("sin(" * 90 + "a", "( is never closed"),
    ],
)
def test_refusals(text: str, message: str) -> None:
    begin = time.perf_counter()
    assert refusal(text) == message
    assert time.perf_counter() - begin < 1


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("a + b", {"a": 1}, "no value for b; its variables are a, b"),
        ("a + b", {}, "no value for a, b; its variables are a, b"),
        ("a + b", {"a": 1, "b": 1, "c": 1}, "c is given a value, but the text has no c; its variables are a, b"),
        ("y = 2", {"c": 1}, "c is given a value, but the text has no c; it has no variables"),
        ("c = a + b; c*c", {"a": 1, "b": 1, "c": 1}, "c is given a value, but the text assigns it"),
        ("a", {"a": math.nan}, "a must be a finite number; got nan"),
        ("a", {"a": -math.inf}, "a must be a finite number; got -inf"),
        ("c = a/b", {"a": 1, "b": 0}, "a / b is inf at a = 1, b = 0: division by zero"),
        ("c = a/(a - b)", {"a": 1, "b": 1}, "a / (a - b) is inf at a = 1, a - b = 0: division by zero"),
        ("y = 0/x", {"x": 0}, "0 / x is nan at x = 0: division by zero"),
        ("y = x; z = ln(y*y - 2)", {"x": 1}, "log(y * y - 2) is nan at y * y - 2 = -1: log is not defined there"),
        ("sqrt(x) + 1", {"x": -1}, "sqrt(x) is nan at x = -1: sqrt is not defined there"),
        ("exp(x)", {"x": 1000}, "exp(x) is inf at x = 1000: exp has no finite value there"),
        ("x**y", {"x": -8, "y": 1 / 3}, "x**y is nan at x = -8, y = 0.3333: pow is not defined there"),
        ("x**x", {"x": 1000}, "x**x is inf at x = 1000: pow has no finite value there"),
    ],
)
def test_refused_values(text: str, values: dict[str, float], message: str) -> None:
    assert refusal(text, **values) == message


def test_as_deep_as_it_may_be() -> None:
    assert value("+".join("a" * 101), a=1) == 101
    assert value("(" * 100 + "a" + ")" * 100, a=1) == 1


@given(st.text(alphabet="abex12.()+-*/,;=^_ \n'[]sin²−×\0", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    message = "fine"
    try:
        program = parse(text)
        program.evaluate(dict.fromkeys(program.variables, 0.7))
        program.sketch()
    except ParseError as error:
        message = str(error)
    assert message
    assert message.isprintable()


@st.composite
def formulas(draw: st.DrawFn) -> str:
    """Text that Python too can read."""
    parts = st.recursive(
        st.sampled_from(["a", "b", "2", "0.5", "3.25"]),
        lambda inner: st.one_of(
            st.tuples(st.just("("), inner, st.sampled_from([" + ", "-", "*", " * "]), inner, st.just(")")).map("".join),
            st.tuples(inner, st.sampled_from(["+", " - ", "*"]), inner).map("".join),
            st.tuples(st.sampled_from(["-", "+", "- "]), inner).map("".join),
            st.tuples(st.sampled_from(["sin", "tanh", "atan"]), st.just("("), inner, st.just(")")).map("".join),
            st.tuples(st.just("("), inner, st.just(")**2")).map("".join),
        ),
        max_leaves=12,
    )
    return draw(parts)


@given(formulas(), st.floats(-2, 2), st.floats(-2, 2))
def test_precedence_is_pythons(text: str, a: float, b: float) -> None:
    names = {"sin": math.sin, "tanh": math.tanh, "atan": math.atan}
    expected = eval(text, names, {"a": a, "b": b})  # noqa: S307 - the oracle, on text that this test made
    program = parse(f"result = {text}")
    got = program.evaluate({name: {"a": a, "b": b}[name] for name in program.variables})["result"].data
    assert got == pytest.approx(expected, rel=1e-12, abs=1e-12)
