"""The command line: the one file that knows both the engine and the pictures.

Bad input ends with exit code 2 and one line on stderr; what a command needs is imported when it runs.
"""

from __future__ import annotations

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from . import __version__
from .arguments import PROGRAM, line, parsed

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from typing import Any

    from viz import Explanation

    from .value import Value


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, 2 for bad input, 130 after Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a console may lack ∂
    try:
        options = parsed(sys.argv[1:] if arguments is None else arguments, __version__)
        COMMANDS[options.command](options)
    except KeyboardInterrupt:
        return 130
    except (ValueError, OSError, RuntimeError, ImportError, MemoryError) as error:
        print(line(f"{PROGRAM}: {_message(error)}"), file=sys.stderr)
        return 2
    return 0


def _message(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


class Graph(NamedTuple):
    """What was typed, as nodes by name; without numbers, what they hold means nothing."""

    result: Value
    nodes: dict[str, Value]
    has_numbers: bool

    @property
    def inputs(self) -> dict[str, Value]:
        """The variables."""
        return {node.label: node for node in self.nodes.values() if not node.op}

    def named(self, wrt: str | None) -> list[Value]:
        """What to differentiate by: the node of this name, or every input.

        Raises
        ------
        ValueError
            If there is no such name.
        """
        if wrt is None:
            return list(self.inputs.values())
        if not wrt or wrt not in self.nodes:
            from .lexer import short

            raise ValueError(
                f"--wrt: the text has no variable {short(wrt)!r}; its variables are {', '.join(self.inputs)}"
            )
        return [self.nodes[wrt]]


def _graph(options: Namespace, needs_numbers: str = "") -> Graph:
    """Build what was typed; `needs_numbers` is what cannot do without ``--at``."""
    from .parser import parse

    program = parse(options.expression)
    names = [name for name, _ in options.at]
    repeated = [name for name in names if names.count(name) > 1]
    if repeated:
        raise ValueError(f"{repeated[0]} is given twice")
    has_numbers = bool(names) or not program.variables
    if needs_numbers and not has_numbers:
        at = " ".join(f"{name}=1" for name in program.variables)
        raise ValueError(f"{needs_numbers} shows numbers: give each variable its own, as in --at {at}")
    nodes = program.evaluate(dict(options.at)) if has_numbers else program.sketch()
    result = nodes[program.result]
    if not result.label:  # a bare expression is called as textbooks call a function
        result.label = next((name for name in "fgh" if name not in nodes), "")
    return Graph(result, nodes, has_numbers)


def _draw(options: Namespace) -> None:
    import viz

    is_forward = options.mode == "forward"
    is_animated = bool(options.output) and options.output.suffix.lower() == ".gif"
    graph = _graph(options, "--mode forward" if is_forward else "a GIF" if is_animated else "")
    given: dict[str, Any] = {"names": {}, "mode": options.mode}
    given |= {name: getattr(options, name) for name in ("direction", "size", "background")}
    given["edges"] = options.edges or ("numbers" if graph.has_numbers else "formulas")
    if is_forward:
        given["wrt"], *more = graph.named(options.wrt)
        if more:
            raise ValueError(f"--mode forward goes from one variable: add --wrt and one of {', '.join(graph.inputs)}")
    elif options.wrt is not None:
        raise ValueError("--wrt is for --mode forward; gradients are by every variable")
    if is_animated:
        _save(viz.animate(graph.result, **given), options.output)
        return
    if graph.has_numbers:
        graph.result.backward()
    else:
        given["show"] = ("structure", "local")
    picture = viz.draw(graph.result, **given)
    if options.output:
        _save(picture, options.output)
    else:
        print(picture)


def _explain(options: Namespace) -> None:
    import viz

    graph = _graph(options)
    explained = [
        viz.explain(graph.result, wrt, detail="short" if options.short else "full", names={})
        for wrt in graph.named(options.wrt)
    ]
    if not graph.has_numbers:
        explained = [_formulas(explained)]
    if options.latex:
        print(*(each.latex for each in explained), sep="\n")
    else:
        print(*explained, sep="\n\n" if options.short else "\n\n\n")


def _formulas(explained: Sequence[Explanation]) -> Explanation:
    """What can be said without numbers: the function, and its derivatives in its inputs."""
    from viz import Explanation
    from viz.chain_rule.explanation import Section

    function = [formula for formula in explained[0].claim if formula.letters]
    derivatives = [
        formula._replace(equals=formula.equals[:2], note="")  # without the number that may follow
        for each in explained
        for section in each.sections
        for formula in section.lines
        if formula.letters
    ]
    if len(derivatives) < len(explained):
        raise ValueError("a derivative is too long to be read as one formula: add --at for each step with its numbers")
    return Explanation((), "", [Section("", [*function, *derivatives])])


def _paths(options: Namespace) -> None:
    import viz

    graph = _graph(options, "a list of paths")
    found = (viz.paths(graph.result, wrt, limit=options.limit, names={}) for wrt in graph.named(options.wrt))
    print(*found, sep="\n\n")


def _step(options: Namespace) -> None:
    import viz

    if not options.output and not options.open:
        raise ValueError("say where the page goes: -o e.html writes it, --open shows it in a browser")
    page = viz.step(_graph(options, "a page").result, names={})
    if not options.output:
        print(f"wrote {page.show()}")
        return
    _save(page, options.output)
    if options.open:
        import webbrowser

        webbrowser.open(options.output.resolve().as_uri())


def _worksheet(options: Namespace) -> None:
    import viz

    sheet = viz.worksheet(_graph(options, "a worksheet").result, blank=options.blank, paper=options.paper, names={})
    _save(sheet, options.output)
    _save(sheet.key, options.output.with_stem(f"{options.output.stem}-answers"))


def _save(figure: Any, path: Path) -> None:
    figure.save(path)
    print(f"wrote {path}")


def _train(options: Namespace) -> None:
    import viz

    from .tables.commands import train

    given = {name: value for name, value in vars(options).items() if name != "command"}
    train(**given, picture=lambda history: viz.plot_history(history).png())


def _predict(options: Namespace) -> None:
    from .tables.commands import predict

    predict(options.model, options.data, options.output)


def _demo(options: Namespace) -> None:
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


COMMANDS = {
    "demo": _demo,
    "draw": _draw,
    "explain": _explain,
    "paths": _paths,
    "step": _step,
    "worksheet": _worksheet,
    "train": _train,
    "predict": _predict,
}

if __name__ == "__main__":
    sys.exit(main())
