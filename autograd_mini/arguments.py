"""What can be typed on the command line: the commands, their options, and how numbers are written.

>>> parsed(["paths", "e = a*b", "--at", "a=2", "b=1", "--wrt", "b"])
Namespace(command='paths', expression='e = a*b', at=[('a', 2.0), ('b', 1.0)], wrt='b', limit=20)
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PROGRAM = "autograd-mini"
LECTURE = '"c=a+b; d=b+1; e=c*d" --at a=2 b=1'

PICTURES = (".svg", ".png", ".pdf", ".dot", ".gv", ".gif")
SHEETS = (".pdf", ".svg", ".png")
PAGES = (".html", ".htm")

NUMBER = r"[-+−]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?|inf|nan)"
ASSIGNMENT = re.compile(rf"([^\W\d]\w*)=({NUMBER})", re.IGNORECASE)
ASSIGNMENTS = re.compile(rf"\s*{ASSIGNMENT.pattern}(?:[,\s]+{ASSIGNMENT.pattern})*[,\s]*", re.IGNORECASE)


def parsed(arguments: Iterable[str], version: str = "") -> argparse.Namespace:
    """The command, and what was said of it; without any the demo. `version` is what ``--version`` answers.

    Raises
    ------
    SystemExit
        With 2 for what cannot be understood, when one line on stderr has said why; with 0 after ``--help``.
    """
    return _parser(version).parse_args(_gather(arguments) or ["demo"])


def line(text: str) -> str:
    r"""One printable line, whatever the user's text holds.

    >>> line("a +\n \x1b[31mb")
    'a + \\u001b[31mb'
    """
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in " ".join(text.split()))


def _parser(version: str) -> _Parser:
    parser = _Parser(
        prog=PROGRAM,
        description="Draw and explain computation graphs, every derivative on its edge; train networks on tables. "
        "Without a command: the demo.",
        epilog=f"example: {PROGRAM} draw {LECTURE} -o e.svg",
        allow_abbrev=False,
    )
    parser.add_argument("-V", "--version", action="version", version=f"{PROGRAM} {version}")
    commands = parser.add_subparsers(dest="command", title="commands", metavar="COMMAND", required=True)

    def add(name: str, summary: str, description: str, *examples: str) -> _Parser:
        return commands.add_parser(
            name,
            help=summary,
            description=description,
            epilog="\n".join(f"example: {PROGRAM} {name} {example}" for example in examples),
            formatter_class=_Examples,
            allow_abbrev=False,
        )

    command = commands.add_parser("demo", help="draw a graph, train on handwritten digits, draw a trained neuron")
    command.add_argument("-o", "--output", metavar="FOLDER", type=Path, default=Path(f"{PROGRAM}-demo"))

    command = add(
        "draw",
        "draw an expression, its values and its derivatives",
        "Draw an expression: with --at its values and derivatives, without it formulas. Without -o: the graph as text.",
        f"{LECTURE} -o e.svg",
        '"y = x*sin(x)" --at x=2 -o y.gif',
    )
    _add_expression(command)
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=_file(*PICTURES),
        help=f"{', '.join(PICTURES[:-1])}; or {PICTURES[-1]}: both sweeps step by step",
    )
    command.add_argument(
        "--mode",
        choices=["reverse", "forward"],
        default="reverse",
        help="what the boxes show: gradients of the result, or tangents by --wrt",
    )
    command.add_argument("--wrt", metavar="NAME", type=str.strip, help="the name that --mode forward differentiates by")
    command.add_argument("--edges", choices=["numbers", "formulas", "both"], help="what the edges show")
    command.add_argument("--direction", choices=["LR", "BT"], default="LR", help="left to right, or bottom to top")
    command.add_argument("--size", choices=["slide", "paper"])
    command.add_argument("--background", choices=["white", "transparent", "dark"], default="white")

    command = add(
        "explain",
        "write down a derivative, from the rules to the number",
        "Explain the derivatives of an expression: with --at each step, the chain rule and the number; "
        "without it the formula.",
        f"{LECTURE} --wrt b",
        '"y = sin(x)/x" --latex',
    )
    _add_expression(command)
    _add_wrt(command)
    command.add_argument("--short", action="store_true", help="the chain rule and the formula alone")
    command.add_argument("--latex", action="store_true", help="as LaTeX, for the package amsmath")

    command = add(
        "paths",
        "list the paths from a variable to the result",
        "List every path from a variable to the result, the product of the derivatives along it, and their sum.",
        f"{LECTURE} --wrt b",
    )
    _add_expression(command)
    _add_wrt(command)
    command.add_argument("--limit", metavar="N", type=_count, default=20, help="paths to list at most (%(default)s)")

    command = add(
        "step",
        "make a page that steps through both sweeps",
        "Make one HTML file that steps through an expression, forward and backward; its inputs can be changed there.",
        f"{LECTURE} -o e.html",
        f"{LECTURE} --open",
    )
    _add_expression(command)
    command.add_argument("-o", "--output", metavar="FILE", type=_file(*PAGES), help="the page to write, .html")
    command.add_argument("--open", action="store_true", help="show it in a browser; without -o from a temporary file")

    command = add(
        "worksheet",
        "make a page with blanks to fill in, and its answers",
        "Make a worksheet to print: an expression's graph with blanks, and in a second file its answers.",
        f"{LECTURE} -o sheet.pdf",
        '"y = x*sin(x)" --at x=2 --blank values,derivatives -o sheet.svg',
    )
    _add_expression(command)
    command.add_argument(
        "--blank",
        metavar="WHAT",
        type=lambda text: [what.strip() for what in text.split(",")],
        default=["gradients"],
        help="values, gradients, derivatives, or single ones such as c or c.grad, with commas between (gradients)",
    )
    command.add_argument("--paper", choices=["A4", "A3", "letter"], default="A4")
    command.add_argument("-o", "--output", metavar="FILE", type=_file(*SHEETS), required=True, help=", ".join(SHEETS))

    _add_train(add)

    command = add(
        "predict",
        "let a trained network predict the rows of a CSV file",
        "Let a network that was trained by the command train predict the rows of a CSV file.",
        "model.safetensors new.csv -o predictions.csv",
    )
    command.add_argument("model", metavar="model.safetensors", type=Path)
    command.add_argument("data", metavar="data.csv", type=Path, help="has the columns that the network learned from")
    command.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="the CSV file to write")
    return parser


def _add_expression(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "expression",
        type=str.strip,  # see _gather
        help="statements separated by ;, or one expression, over names and functions",
    )
    command.add_argument(
        "--at",
        metavar="NAME=NUMBER",
        type=_assignments,
        action="extend",
        default=[],
        help="the values of the variables, as in a=2 b=1 or a=2,b=1",
    )


def _add_wrt(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--wrt", metavar="NAME", type=str.strip, help="differentiate by this name; otherwise by each variable in turn"
    )


def _add_train(add: Callable[..., argparse.ArgumentParser]) -> None:
    command = add(
        "train",
        "train a network on a CSV file",
        "Train a network to predict a column of a CSV file from the others, and say how good it is.",
        "data.csv --target y --layers 16 16 --epochs 50 -o model.safetensors",
    )
    command.add_argument("data", metavar="data.csv", type=Path, help="separated by commas, semicolons or tabs")
    command.add_argument("--target", metavar="COLUMN", type=str.strip, required=True, help="what to predict")
    command.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="the model, .safetensors")
    command.add_argument("--task", choices=["classification", "regression"], help="guessed when not given")
    command.add_argument("--ignore", metavar="COLUMN", type=str.strip, nargs="+", default=[], help="not to learn from")
    command.add_argument(
        "--missing",
        choices=["refuse", "drop", "mean"],
        default="refuse",
        help="refuse tables with missing cells, drop such rows, or put the column's mean (%(default)s)",
    )
    command.add_argument(
        "--test-fraction", metavar="PART", type=float, default=0.25, help="part of the rows to hold out (%(default)s)"
    )
    command.add_argument(
        "--layers", metavar="N", type=_count, nargs="*", default=[16, 16], help="units of the hidden layers (16 16)"
    )
    command.add_argument("--activation", metavar="NAME", default="relu", help="of the hidden layers (%(default)s)")
    command.add_argument("--epochs", metavar="N", type=_count, default=50, help="rounds through the rows (%(default)s)")
    command.add_argument("--batch-size", metavar="N", type=_count, default=32, help="rows in a step (%(default)s)")
    command.add_argument(
        "--learning-rate", metavar="RATE", type=float, default=0.003, help="the size of a step (%(default)s)"
    )
    command.add_argument("--seed", metavar="N", type=int, default=0, help="for another model and split (%(default)s)")


class _Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line; the usage is what --help is for."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, line(f"{self.prog}: {message}") + "\n")


class _Examples(argparse.HelpFormatter):
    """The examples are lines to copy; all other text is folded."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if text.startswith("example: ") else super()._fill_text(text, width, indent)


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]+", text) or not int(text):
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, got {text.strip()!r}")
    return int(text)


def _file(*endings: str) -> Callable[[str], Path]:
    def file(text: str) -> Path:
        if Path(text).suffix.lower() not in endings:
            hint = "; a page is what the command step makes" if Path(text).suffix.lower() in PAGES else ""
            raise argparse.ArgumentTypeError(
                f"cannot save {text!r}: the name has to end in one of {', '.join(endings)}{hint}"
            )
        return Path(text)

    return file


def _gather(arguments: Iterable[str]) -> list[str]:
    """Hand argparse what it can read.

    ``--at`` takes the assignments that follow it and nothing else, which argparse's ``nargs`` cannot say; and an
    expression may start with a minus sign: a space in front tells argparse that it is no option.

    >>> _gather(["draw", "--at", "a=2", "b=1", "-a*b"])
    ['draw', '--at=a=2,b=1', ' -a*b']
    """
    gathered: list[str] = []
    at: list[str] | None = None
    for argument in [*arguments, None]:
        if at is not None and argument is not None and ASSIGNMENTS.fullmatch(argument):
            at.append(argument)
            continue
        if at is not None:
            gathered.append(f"--at={','.join(at) or argument or ''}")
            at = None
        if argument == "--at":
            at = []
        elif argument is not None:
            gathered.append(f" {argument}" if re.match(r"-(?!-[a-z]|-$|h$|o|$)", argument) else argument)
    return gathered


def _assignments(text: str) -> list[tuple[str, float]]:
    """The type of ``--at``: names and numbers; whether they are finite and wanted is the program's to say."""
    if not ASSIGNMENTS.fullmatch(text):
        raise argparse.ArgumentTypeError(f"expected NAME=NUMBER, as in a=2 b=1 or a=2,b=1; got {text!r}")
    return [(name, float(number.replace("−", "-"))) for name, number in ASSIGNMENT.findall(text)]
