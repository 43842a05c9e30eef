"""The command line, as its user types it: files written, what is printed, exit codes, nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from command_line import refusal, run

LECTURE = "c=a+b; d=b+1; e=c*d"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def words(svg: str) -> str:
    return " ".join("".join(ET.fromstring(svg).itertext()).split())


def test_draw_writes_the_lecture_graph(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("draw", LECTURE, "--at", "a=2", "b=1", "-o", "e.svg") == 0
    assert capsys.readouterr() == ("wrote e.svg\n", "")
    text = words(Path("e.svg").read_text(encoding="utf-8"))
    for piece in ("∂c/∂a = 1", "∂c/∂b = 1", "∂d/∂b = 1", "∂e/∂c = 2", "∂e/∂d = 3"):
        assert piece in text


@pytest.mark.parametrize(
    "arguments",
    [
        (LECTURE, "--at", "a=2", "b=1"),
        (LECTURE, "--at", "a=2,b=1"),
        (LECTURE, "--at", "a=2,", "b=1"),
        (LECTURE, "--at", "a=2 b=1"),
        (LECTURE, "--at=a=2,b=1"),
        (LECTURE, "--at", "a=2", "--at", "b=1"),
        ("--at", "a=2", "b=1", LECTURE),
        ("--at", "b=+1.", "a=.2e1", "--", LECTURE),
        ("--direction", "BT", "--at", "a=2", "b=1", LECTURE),
        ("a=2; b=1; " + LECTURE,),
    ],
)
def test_at_may_stand_anywhere(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    assert run("draw", *arguments) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines()[0] == "e = c × d   value 6   grad 1"
    assert "b   value 1   grad 5" in out


@pytest.mark.parametrize("text", ["-a*b", "-(a*b)", "−a*b", "- a*b", "---a*b"])
def test_an_expression_may_start_with_a_minus(capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert run("draw", text, "--at", "a=-2", "b=−3") == 0
    assert "value −6" in capsys.readouterr().out


def test_without_values_the_picture_is_symbolic(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("draw", "y = ln(x - 9)*x²", "-o", "y.svg") == 0
    text = words(Path("y.svg").read_text(encoding="utf-8"))
    assert "value" not in text
    assert "grad" not in text
    assert "nan" not in text
    assert re.search(r"∂v.?/∂x = 2 × x", text)
    assert run("draw", "y = ln(x - 9)*x²") == 0
    assert "value" not in capsys.readouterr().out


@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("dot", b"digraph"), ("svg", b"<")])
def test_the_ending_names_the_format(ending: str, start: bytes) -> None:
    assert run("draw", LECTURE, "-o", f"e.{ending}") == 0
    assert Path(f"e.{ending}").read_bytes().startswith(start)


def test_options_reach_the_picture() -> None:
    for options in ("--edges=both", "--direction=BT", "--size=slide", "--background=dark"):
        assert run("draw", LECTURE, "--at", "a=2", "b=1", options, "-o", f"{options}.dot".strip("-")) == 0
    sources = {path.read_bytes() for path in Path().iterdir()}
    assert len(sources) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x^2"], "autograd-mini: ^ is not a power here: write **, as in x**2"),
        (["2x"], "autograd-mini: no operator between 2 and x: to multiply, write 2*x"),
        (["sin^2(x)"], "autograd-mini: ^ is not a power here: write sin(x)**2"),
        ([""], "autograd-mini: the text is empty; write an expression such as (a + b)*(b + 1)"),
        (["a+\nb\u202e"], "autograd-mini: an operand is missing after +"),
        (["-" * 200_000 + "a"], "autograd-mini: the text has 200001 characters; at most 2000 are allowed"),
        (["a", "--at", "a=nan"], "autograd-mini: a must be a finite number; got nan"),
        (["a", "--at", "a=1", "a=1"], "autograd-mini: a is given twice"),
        (["a*b", "--at", "a=1"], "autograd-mini: no value for b; its variables are a, b"),
        (["a", "--at", "a=1", "c=1"], "autograd-mini: c is given a value, but the text has no c; its variables are a"),
        (["y = 1/a", "--at", "a=0"], "autograd-mini: 1 / a is inf at a = 0: division by zero"),
        (["y = ln(a)", "--at", "a=-1"], "autograd-mini: log(a) is nan at a = -1: log is not defined there"),
        (["a", "--at"], "expected NAME=NUMBER, as in a=2 b=1 or a=2,b=1; got ''"),
        (["--at", "a=one", "a"], "expected NAME=NUMBER, as in a=2 b=1 or a=2,b=1; got 'a=one'"),
        (["a", "b"], "autograd-mini: unrecognized arguments: b"),
        ([], "the following arguments are required: expression"),
        (["a", "--colour=red"], "unrecognized arguments: --colour=red"),
        (["a", "--direction=up"], "invalid choice: 'up'"),
        (["a", "-o", "a.gif"], "cannot save 'a.gif': the name has to end in one of .svg, .png, .pdf, .dot"),
        (["a", "-o", "nowhere/a.svg"], "nowhere"),
        (["a", "-o", "."], "cannot save '.'"),
    ],
)
def test_refusals(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    assert message in refusal(capsys, "draw", *arguments)


def test_a_command_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert "invalid choice: 'c=a+b'" in refusal(capsys, "c=a+b")


def test_a_folder_that_cannot_be_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert run("demo", "-o", "file/demo") == 2
    assert capsys.readouterr().err == "autograd-mini: file/demo: Not a directory\n"


def test_ctrl_c_is_quiet(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("autograd_mini.parser.parse", interrupted)
    assert run("draw", "a") == 128 + signal.SIGINT
    assert capsys.readouterr() == ("", "")


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    assert "draw" in capsys.readouterr().out
    assert run("draw", "--help") == 0
    assert "--at" in capsys.readouterr().out
    assert run("--version") == 0
    assert re.fullmatch(r"autograd-mini \d+\.\d+\.\d+\S*\n", capsys.readouterr().out)


def test_as_a_module_on_a_console_without_our_letters() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "autograd_mini", "draw", "y = x**2", "--at", "x=3"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("y = x\\xb2   value 9   grad 1\n")


def test_the_demo(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "e = 6, ∂e/∂a = 2, ∂e/∂b = 5" in out
    accuracy = re.search(r"accuracy on 72 held-out images: ([\d.]+)%", out)
    assert accuracy
    assert float(accuracy[1]) > 97
    written = [Path(line.strip()) for line in out.partition("wrote\n")[2].splitlines()]
    assert [path.as_posix() for path in written] == [
        f"autograd-mini-demo/{name}" for name in ("expression.svg", "expression.png", "neuron.svg", "neuron.png")
    ]
    assert sorted(Path("autograd-mini-demo").iterdir()) == sorted(written)
    assert "∂e/∂c = 2" in words(written[0].read_text(encoding="utf-8"))
    gradients = dict(re.findall(r"<title>(\w+), value \S+, grad (\S+)</title>", written[2].read_text(encoding="utf-8")))
    assert gradients["b"] == gradients["z"]  # of this image alone: nothing is left from training
    assert {"w1", "w2", "w3"} < set(gradients)
