"""Commands on expressions: what ``explain``, ``paths``, ``step`` and ``draw`` print and write, and what all refuse."""

from __future__ import annotations

import re
import webbrowser
from pathlib import Path

import pytest
from command_line import refusal, run
from PIL import Image

import viz
from autograd_mini.parser import parse

LECTURE = "c=a+b; d=b+1; e=c*d"
NUMBERS = ("--at", "a=2", "b=1")
ONTO_FILES = {
    "draw": ["-o", "e.svg"],
    "explain": [],
    "paths": [],
    "step": ["-o", "e.html"],
    "worksheet": ["-o", "e.svg"],
}

every_command = pytest.mark.parametrize("command", ONTO_FILES)


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The addresses that a browser was asked to show; temporary files go into the test's folder."""
    addresses: list[str] = []
    monkeypatch.setattr(webbrowser, "open", addresses.append)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return addresses


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command that succeeds prints."""
    assert run(*arguments) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_explain_goes_from_the_rules_to_the_number(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "explain", LECTURE, *NUMBERS, "--wrt", "b")
    assert out.startswith("∂e/∂b where e = (a + b) × (b + 1), at a = 2, b = 1\n")
    assert "∂/∂x (x × y) = y" in out
    assert "∂e/∂b = ∂c/∂b × ∂e/∂c + ∂d/∂b × ∂e/∂d = 1 × 2 + 1 × 3 = 5\n" in out
    assert out.endswith("∂e/∂b = a + 2b + 1 = 5\n")
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize(
    "arguments", [("--wrt", "b", LECTURE, *NUMBERS), (*NUMBERS, "--wrt=b", LECTURE), (LECTURE, "--wrt", " b", *NUMBERS)]
)
def test_options_stand_in_any_order(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    assert said(capsys, "explain", *arguments) == said(capsys, "explain", LECTURE, *NUMBERS, "--wrt", "b")
    assert said(capsys, "paths", *arguments) == said(capsys, "paths", LECTURE, *NUMBERS, "--wrt", "b")


def test_every_variable_is_explained_in_turn(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "explain", LECTURE, *NUMBERS, "--short") == (
        "∂e/∂a = ∂c/∂a × ∂e/∂c = 1 × 2 = 2\n"
        "∂e/∂a = b + 1 = 2\n"
        "\n"
        "∂e/∂b = ∂c/∂b × ∂e/∂c + ∂d/∂b × ∂e/∂d = 1 × 2 + 1 × 3 = 5\n"
        "∂e/∂b = a + 2b + 1 = 5\n"
    )
    whole = said(capsys, "explain", LECTURE, *NUMBERS)
    alone = [said(capsys, "explain", LECTURE, *NUMBERS, "--wrt", name) for name in "ab"]
    assert whole == "\n\n".join(alone)


def test_numbers_in_the_text_are_variables_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "explain", f"a=2; b=1; {LECTURE}", "--short") == said(
        capsys, "explain", LECTURE, *NUMBERS, "--short"
    )
    assert said(capsys, "paths", "a = 3; c = a; y = a*c").endswith("dy/da = 3 + 3 = 6\n")


def test_a_named_part_can_be_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "explain", LECTURE, *NUMBERS, "--wrt", "c", "--short").endswith("∂e/∂c = b + 1 = 2\n")


def test_without_numbers_explain_gives_the_formulas(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "explain", LECTURE) == "e = (a + b) × (b + 1)\n∂e/∂a = b + 1\n∂e/∂b = a + 2b + 1\n"
    assert said(capsys, "explain", LECTURE, "--short", "--wrt", "b") == "∂e/∂b = a + 2b + 1\n"
    assert said(capsys, "explain", "y = ln(x - 9)", "--short") == "∂y/∂x = 1 / (x − 9)\n"  # whatever x is, no nan


def test_explain_writes_latex(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "explain", "y = x²/w", "--latex") == (
        "\\begin{align*}\n"
        "y &= \\frac{x^{2}}{w} \\\\\n"
        "\\frac{\\partial y}{\\partial x} &= \\frac{2 x}{w} \\\\\n"
        "\\frac{\\partial y}{\\partial w} &= -\\frac{x^{2}}{w^{2}}\n"
        "\\end{align*}\n"
    )
    out = said(capsys, "explain", LECTURE, *NUMBERS, "--latex")
    assert out.count("\\begin{align*}") == out.count("\\end{align*}") == 6  # three parts for each variable
    assert "\\frac{\\partial e}{\\partial b} &= a + 2 b + 1 = 5\n" in out


def test_paths_add_up_to_the_derivative(capsys: pytest.CaptureFixture[str]) -> None:
    by_b = (
        "2 paths from b to e, along 4 edges\n"
        "b → c → e   ∂c/∂b × ∂e/∂c = 1 × 2 = 2\n"
        "b → d → e   ∂d/∂b × ∂e/∂d = 1 × 3 = 3\n"
        "∂e/∂b = 2 + 3 = 5\n"
    )
    assert said(capsys, "paths", LECTURE, *NUMBERS, "--wrt", "b") == by_b
    by_a = "1 path from a to e, along 2 edges\na → c → e   ∂c/∂a × ∂e/∂c = 1 × 2 = 2\n∂e/∂a = 2\n"
    assert said(capsys, "paths", LECTURE, *NUMBERS) == f"{by_a}\n{by_b}"


def test_many_paths_are_counted_and_some_listed(capsys: pytest.CaptureFixture[str]) -> None:
    doubled = "; ".join(["x1 = x + x", *(f"x{i} = x{i - 1} + x{i - 1}" for i in range(2, 61))])
    out = said(capsys, "paths", doubled, "--at", "x=1", "--limit", "3").splitlines()
    assert out[0] == f"{2**60:,} paths from x to x₆₀, along 120 edges"
    assert out[4] == f"… and {2**60 - 3:,} more"
    assert len(out) == 6


def test_step_writes_the_page(capsys: pytest.CaptureFixture[str], opened: list[str]) -> None:
    assert said(capsys, "step", LECTURE, *NUMBERS, "-o", "e.html") == "wrote e.html\n"
    nodes = parse(LECTURE).evaluate({"a": 2, "b": 1})
    assert Path("e.html").read_text(encoding="utf-8") == viz.step(nodes["e"], names={}).html
    assert opened == []


def test_step_shows_the_page(capsys: pytest.CaptureFixture[str], opened: list[str]) -> None:
    assert said(capsys, "step", LECTURE, *NUMBERS, "-o", "e.html", "--open") == "wrote e.html\n"
    assert opened == [Path("e.html").resolve().as_uri()]


def test_step_shows_a_page_that_is_kept_nowhere(capsys: pytest.CaptureFixture[str], opened: list[str]) -> None:
    path = Path(said(capsys, "step", LECTURE, *NUMBERS, "--open").removeprefix("wrote ").strip())
    assert opened == [path.as_uri()]
    assert "e = (a + b) × (b + 1)" in path.read_text(encoding="utf-8")
    assert not list(Path().glob("*.html"))


def test_worksheet_writes_the_blanks_and_the_answers(capsys: pytest.CaptureFixture[str]) -> None:
    written = said(capsys, "worksheet", LECTURE, *NUMBERS, "--blank", "values, ∂e/∂d", "-o", "sheet.svg")
    assert written == "wrote sheet.svg\nwrote sheet-answers.svg\n"
    sheet, answers = (Path(name).read_text(encoding="utf-8") for name in ("sheet.svg", "sheet-answers.svg"))
    assert "Fill in the value of every operation and the blanks at ∂e/∂d." in re.sub(r"<[^>]+>", "", sheet)
    assert (">6<" in sheet, ">6<" in answers) == (False, True)


def test_draw_shows_tangents(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "draw", LECTURE, *NUMBERS, "--mode", "forward", "--wrt", "b")
    assert out.splitlines()[0] == "e = c × d   value 6   ∂e/∂b 5"
    assert said(capsys, "draw", "y = x**2", "--at", "x=3", "--mode=forward").startswith("y = x²   value 9   ∂y/∂x 6\n")


@pytest.mark.parametrize(("mode", "width"), [((), 800), (("--mode=forward", "--wrt=b", "--size=slide"), 1280)])
def test_draw_animates_the_sweeps(capsys: pytest.CaptureFixture[str], mode: tuple[str, ...], width: int) -> None:
    assert said(capsys, "draw", LECTURE, *NUMBERS, *mode, "-o", "e.gif") == "wrote e.gif\n"
    with Image.open("e.gif") as picture:
        assert picture.n_frames > 5
        assert picture.width == width


@every_command
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([""], "autograd-mini: the text is empty; write an expression such as (a + b)*(b + 1)"),
        (["x^2"], "autograd-mini: ^ is not a power here: write **, as in x**2"),
        (["2x"], "autograd-mini: no operator between 2 and x: to multiply, write 2*x"),
        (["sin^2(x)"], "autograd-mini: ^ is not a power here: write sin(x)**2"),
        (["a b"], "autograd-mini: no operator between a and b: to multiply, write a*b"),
        (["(a"], "autograd-mini: ( is never closed"),
        (["a)"], "autograd-mini: ) without a ( before it"),
        (["a+\nb\u202e"], "autograd-mini: an operand is missing after +"),
        (["a\0"], "autograd-mini: U+0000 is not allowed; allowed are names, numbers, + - * / ** ( ) , = and ;"),
        (["ﬁ"], "autograd-mini: the name ﬁ is not allowed: write fi"),
        (["a.b"], "autograd-mini: . is not allowed; allowed are"),
        (["a[0]"], "autograd-mini: [ is not allowed; allowed are"),
        (["'a'"], "autograd-mini: ' is not allowed; allowed are"),
        (["(a := 2)"], "autograd-mini: : is not allowed; allowed are"),
        (["lambda: a"], "autograd-mini: lambda is a word of Python's, not a name: use another"),
        (["True*a"], "autograd-mini: True is a word of Python's, not a name: use another"),
        (["__import__(a)"], "autograd-mini: a name starts with a letter, not with _"),
        (["open(a)"], "autograd-mini: open is not a function"),
        (["2j*a"], "autograd-mini: no operator between 2 and j: to multiply, write 2*j"),
        (["sin(a, b)"], "autograd-mini: sin takes 1 argument; got 2"),
        (["a*9**9**9**9", "--at", "a=1"], "autograd-mini: 9**9**9 is inf: pow has no finite value there"),
        (["a*1e999"], "autograd-mini: 1e999 is too large for a number; at most about 1.8e308 is allowed"),
        (["a*" + "9" * 5000], "autograd-mini: the text has 5002 characters; at most 2000 are allowed"),
        (["-" * 200_000 + "a"], "autograd-mini: the text has 200001 characters; at most 2000 are allowed"),
        (["(" * 300 + "a" + ")" * 300], "autograd-mini: more than 100 parentheses inside one another"),
        (["7"], "autograd-mini: 7 has no variables: there is nothing to draw"),
        (["a", "--at", "a=nan"], "autograd-mini: a must be a finite number; got nan"),
        (["a", "--at", "a=1", "a=1"], "autograd-mini: a is given twice"),
        (["a*b", "--at", "a=1"], "autograd-mini: no value for b; its variables are a, b"),
        (["a", "--at", "a=1", "c=1"], "autograd-mini: c is given a value, but the text has no c; its variables are a"),
        (["y = 1/a", "--at", "a=0"], "autograd-mini: 1 / a is inf at a = 0: division by zero"),
        (["y = ln(a)", "--at", "a=-1"], "autograd-mini: log(a) is nan at a = -1: log is not defined there"),
        (["a", "--at"], "expected NAME=NUMBER, as in a=2 b=1 or a=2,b=1; got ''"),
        (["--at", "a=one", "a"], "expected NAME=NUMBER, as in a=2 b=1 or a=2,b=1; got 'a=one'"),
        ([], "the following arguments are required: expression"),
    ],
)  # fmt: skip
def test_what_no_command_takes(
    capsys: pytest.CaptureFixture[str], command: str, arguments: list[str], message: str
) -> None:
    assert message in refusal(capsys, command, *ONTO_FILES[command], *arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["explain", LECTURE, "--wrt", "z"], "--wrt: the text has no variable 'z'; its variables are a, b"),
        (["explain", "a*b", "--wrt", ""], "autograd-mini: --wrt: the text has no variable ''; its variables are a, b"),
        (["explain", "a*pi", "--wrt=pi"], "autograd-mini: --wrt: the text has no variable 'pi'; its variables are a"),
        (["paths", LECTURE, *NUMBERS, "--wrt", "\x1b[31m"], r"the text has no variable '\x1b[31m'; its variables are"),
        (["paths", LECTURE], "a list of paths shows numbers: give each variable its own, as in --at a=1 b=1"),
        (["paths", LECTURE, *NUMBERS, "--limit", "0"], "--limit: expected a whole number from 1, got '0'"),
        (["paths", LECTURE, *NUMBERS, "--limit=-1"], "--limit: expected a whole number from 1, got '-1'"),
        (["step", LECTURE, "-o", "e.html"], "a page shows numbers: give each variable its own, as in --at a=1 b=1"),
        (["step", LECTURE, *NUMBERS], "say where the page goes: -o e.html writes it, --open shows it in a browser"),
        (["step", LECTURE, *NUMBERS, "-o", "e.svg"], "cannot save 'e.svg': the name has to end in one of .html, .htm"),
        (["step", LECTURE, *NUMBERS, "-o", "nowhere/e.html"], "there is no directory 'nowhere'"),
        (["step", LECTURE, *NUMBERS, "-o", ""], "cannot save '': the name has to end in one of .html, .htm"),
        (["draw", LECTURE, *NUMBERS, "--mode=forward", "--wrt=z"], "--wrt: the text has no variable 'z'"),
    ],
)  # fmt: skip
def test_refusals(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str, opened: list[str]) -> None:
    assert message in refusal(capsys, *arguments)
    assert opened == []


def test_a_formula_that_nobody_reads_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    nested = "; ".join(["y1 = sin(x)", *(f"y{i} = sin(y{i - 1})" for i in range(2, 60))])
    message = "a derivative is too long to be read as one formula: add --at for each step with its numbers"
    assert message in refusal(capsys, "explain", nested)
    assert said(capsys, "explain", nested, "--at", "x=1").startswith("∂y₅₉/∂x, at x = 1\n")


@pytest.mark.parametrize(
    ("text", "at", "derivative"), [("y = sqrt(x)", "x=0", "inf"), ("y = 1e300*x*1e300", "x=0", "inf")]
)
def test_a_derivative_may_be_infinite(capsys: pytest.CaptureFixture[str], text: str, at: str, derivative: str) -> None:
    for command in ("explain", "paths"):
        assert f"∂y/∂x = {derivative}\n" in said(capsys, command, text, "--at", at)
    assert said(capsys, "step", text, "--at", at, "-o", "y.html") == "wrote y.html\n"


def test_all_commands_tell_the_same_number(capsys: pytest.CaptureFixture[str]) -> None:
    text = "z = w*x + b; a = sigmoid(z); L = -(y*ln(a) + (1 - y)*ln(1 - a))"
    given = (text, "--at", "w=.5", "x=2", "b=-.5", "y=1")
    tree = said(capsys, "draw", *given)
    tangents = said(capsys, "draw", *given, "--mode", "forward", "--wrt", "w")
    told = [said(capsys, command, *given, "--wrt", "w") for command in ("explain", "paths")]
    assert {
        re.findall(r" w   value 0.5   grad (\S+)", tree)[0],
        re.findall(r"\AL = .*   ∂L/∂w (\S+)", tangents)[0],
        *(text.rpartition(" = ")[2].strip() for text in told),
    } == {"−0.7551"}


def test_a_bare_expression_is_called_f(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "explain", "x*x", "--at", "x=3", "--short").endswith("df/dx = 2x = 6\n")
    assert said(capsys, "paths", "f*x", "--at", "f=2", "x=3", "--wrt", "x").endswith("∂g/∂x = 2\n")
