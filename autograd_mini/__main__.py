"""The command line: the one file that knows both the engine and the pictures.

Bad input ends with exit code 2 and one line on stderr; what a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
import re
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from . import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .value import Value

PROGRAM = "autograd-mini"
DESCRIPTION = (
    "Draw computation graphs with every derivative on its edge; train networks on tables. Without a command: the demo."
)
EXAMPLE = f'{PROGRAM} draw "c=a+b; d=b+1; e=c*d" --at a=2 b=1 -o e.svg'

NUMBER = r"[-+−]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?|inf|nan)"
ASSIGNMENT = re.compile(rf"([^\W\d]\w*)=({NUMBER})", re.IGNORECASE)
ASSIGNMENTS = re.compile(rf"\s*{ASSIGNMENT.pattern}(?:[,\s]+{ASSIGNMENT.pattern})*[,\s]*", re.IGNORECASE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, 2 for bad input, 130 after Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a console may lack ∂
    given = sys.argv[1:] if arguments is None else arguments
    try:
        options = _parser().parse_args(_gather(given) or ["demo"])
        options.run(options)
    except KeyboardInterrupt:
        return 130
    except (ValueError, OSError, RuntimeError, ImportError, MemoryError) as error:
        print(_line(f"{PROGRAM}: {_message(error)}"), file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=PROGRAM, description=DESCRIPTION, epilog=f"example: {EXAMPLE}", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    command = commands.add_parser("demo", help="draw a graph, train on handwritten digits, draw a trained neuron")
    command.add_argument("-o", "--output", metavar="FOLDER", type=Path, default=Path(f"{PROGRAM}-demo"))
    command.set_defaults(run=_demo)

    command = commands.add_parser(
        "draw",
        help="draw an expression, its values and its derivatives",
        description="Draw an expression: with --at its values and derivatives, without it formulas. "
        "Without -o: the graph as text.",
        epilog=f"example: {EXAMPLE}",
        allow_abbrev=False,
    )
    command.add_argument("expression", help="statements separated by ;, or one expression, over names and functions")
    command.add_argument(
        "--at",
        metavar="NAME=NUMBER",
        type=_assignments,
        action="extend",
        default=[],
        help="the values of the variables, as in a=2 b=1 or a=2,b=1",
    )
    command.add_argument("-o", "--output", metavar="FILE", type=Path, help=".svg, .png, .pdf or .dot")
    command.add_argument("--edges", choices=["numbers", "formulas", "both"], help="what the edges show")
    command.add_argument("--direction", choices=["LR", "BT"], default="LR", help="left to right, or bottom to top")
    command.add_argument("--size", choices=["slide", "paper"])
    command.add_argument("--background", choices=["white", "transparent", "dark"], default="white")
    command.set_defaults(run=_draw)

    command = commands.add_parser(
        "train",
        help="train a network on a CSV file",
        description="Train a network to predict a column of a CSV file from the others, and say how good it is.",
        epilog=f"example: {PROGRAM} train data.csv --target y --layers 16 16 --epochs 50 -o model.safetensors",
        allow_abbrev=False,
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
    command.set_defaults(run=_train_on_table)

    command = commands.add_parser(
        "predict",
        help="let a trained network predict the rows of a CSV file",
        description="Let a network that was trained by the command train predict the rows of a CSV file.",
        epilog=f"example: {PROGRAM} predict model.safetensors new.csv -o predictions.csv",
        allow_abbrev=False,
    )
    command.add_argument("model", metavar="model.safetensors", type=Path)
    command.add_argument("data", metavar="data.csv", type=Path, help="has the columns that the network learned from")
    command.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="the CSV file to write")
    command.set_defaults(run=_predict)
    return parser


class _Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line; the usage is what --help is for."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, _line(f"{self.prog}: {message}") + "\n")


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]+", text) or not int(text):
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, got {text.strip()!r}")
    return int(text)


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


def _line(text: str) -> str:
    """One printable line, whatever the user's text holds."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in " ".join(text.split()))


def _message(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _draw(options: argparse.Namespace) -> None:
    import viz

    from .parser import parse

    program = parse(options.expression.strip())  # see _gather
    values = dict(options.at)
    repeated = [name for name, _ in options.at if [n for n, _ in options.at].count(name) > 1]
    if repeated:
        raise ValueError(f"{repeated[0]} is given twice")
    symbolic = bool(program.variables) and not values
    nodes = program.sketch() if symbolic else program.evaluate(values)
    node = nodes[program.result]
    if not symbolic:
        node.backward()
    picture = viz.draw(
        node,
        names={},
        show=("structure", "local") if symbolic else ("structure", "value", "local", "grad"),
        edges=options.edges or ("formulas" if symbolic else "numbers"),
        direction=options.direction,
        size=options.size,
        background=options.background,
    )
    if options.output:
        picture.save(options.output)
        print(f"wrote {options.output}")
    else:
        print(picture)


def _train_on_table(options: argparse.Namespace) -> None:
    from .tables.commands import train

    train(**{name: value for name, value in vars(options).items() if name != "run"})


def _predict(options: argparse.Namespace) -> None:
    from .tables.commands import predict

    predict(options.model, options.data, options.output)


def _demo(options: argparse.Namespace) -> None:
    import viz

    from . import Value

    folder: Path = options.output
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []

    def save(name: str, node: Value, **names: Value) -> None:
        picture = viz.draw(node, names=names)
        written.extend(picture.save(folder / f"{name}.{ending}") for ending in ("svg", "png"))

    a, b = Value(2), Value(1)
    c = a + b
    d = b + 1
    e = c * d
    e.backward()
    print(f"e = (a + b) × (b + 1) at a = 2, b = 1: e = {e.data:g}, ∂e/∂a = {a.grad:g}, ∂e/∂b = {b.grad:g}")
    save("expression", e, a=a, b=b, c=c, d=d, e=e)

    neuron = _digits()
    save("neuron", neuron["L"], **neuron)
    print("wrote", *written, sep="\n  ")


def _digits() -> dict[str, Value]:
    """Learn to tell handwritten 0s from 1s; gives the output neuron's nodes at the least certain unseen 1."""
    import numpy as np

    import autograd_mini as ag

    from .datasets import digits

    X, y = digits(classes=(0, 1))
    order = np.random.default_rng(0).permutation(len(X))
    X, y = X[order] / 16, y[order]
    held_out = 72

    network = ag.nn.MLP(64, [3, 1], activation="tanh", seed=0)
    loss = ag.nn.BinaryCrossentropy(from_logits=True)
    network.compile(ag.optim.SGD(learning_rate=0.1, momentum=0.9), loss, ["accuracy"])
    network.fit(X[held_out:], y[held_out:], epochs=5, batch_size=16, seed=0)
    accuracy = network.evaluate(X[:held_out], y[:held_out], return_dict=True)["accuracy"]
    print(f"accuracy on {held_out} held-out images: {accuracy:.1%}")

    ones = X[:held_out][y[:held_out] == 1]
    least = ones[network.predict(ones)[:, 0].argmin()]
    hidden = [ag.Value(h.data, f"h{i}", requires_grad=False) for i, h in enumerate(network.layers[0](least), 1)]
    z = network.layers[1].neurons[0](hidden)
    p = ag.sigmoid(z)
    L = ag.nn.binary_crossentropy(1, p)  # the answer is 1
    L.backward()
    return {"z": z, "p": p, "L": L}


if __name__ == "__main__":
    sys.exit(main())
