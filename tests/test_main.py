"""The command line, as its user types it: files written, what is printed, exit codes, nothing left behind."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from command_line import refusal, run

from autograd_mini.__main__ import COMMANDS

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
        (["a", "b"], "autograd-mini: unrecognized arguments: b"),
        ([], "the following arguments are required: expression"),
        (["a", "--colour=red"], "unrecognized arguments: --colour=red"),
        (["a", "--direction=up"], "invalid choice: 'up'"),
        (["a", "-o", "a.jpg"], "cannot save 'a.jpg': the name has to end in one of .svg, .png, .pdf, .dot, .gv, .gif"),
        (["a", "-o", "a.html"], ".svg, .png, .pdf, .dot, .gv, .gif; a page is what the command step makes"),
        (["a", "-o", "nowhere/a.svg"], "nowhere"),
        (["a", "-o", "."], "cannot save '.'"),
        (["a*b", "--at", "a=1", "b=1", "--mode=forward"],
         "--mode forward goes from one variable: add --wrt and one of a, b"),
        (["a*b", "--mode", "forward", "--wrt", "b"],
         "--mode forward shows numbers: give each variable its own, as in --at a=1 b=1"),
        (["a", "--wrt", "a"], "--wrt is for --mode forward; gradients are by every variable"),
        (["a*b", "-o", "a.gif"], "a GIF shows numbers: give each variable its own, as in --at a=1 b=1"),
    ],
)  # fmt: skip
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


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    assert re.findall(r"^    ([a-z]+)  ", capsys.readouterr().out, re.MULTILINE) == list(COMMANDS)


@pytest.mark.parametrize("command", list(COMMANDS)[1:])
def test_help_ends_with_examples_to_copy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    assert run(command, "--help") == 0
    examples = [line for line in capsys.readouterr().out.splitlines() if line.startswith("example: ")]
    assert examples
    given: list[argparse.Namespace] = []
    monkeypatch.setitem(COMMANDS, command, given.append)
    for example in examples:
        assert shlex.split(example)[1] == "autograd-mini"
        assert run(*shlex.split(example)[2:]) == 0
    assert [options.command for options in given] == [command] * len(examples)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
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
