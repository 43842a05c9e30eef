"""The text of a program: imports, helpers, inputs, the forward pass and the backward pass."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..expr import Call, Expr, Number, Symbol
from ..graph import flows_to
from ..names import Names, identifier
from ..programs.program import constant, needed
from ..programs.trace import Pull, Source, Var
from ..rules import RULES, Rule
from .calls import is_whole
from .layout import Backward, Forward, Line, Target, in_order
from .named import LOSSES, Named
from .script import Script
from .words import Words

LONGEST_CONSTANT = 20  # characters of an array that stands in a formula
LONGEST_TEXT = 120  # characters of a line that is not wrapped
TAKEN = "np math float sum bool int abs max min round".split()
IMPORTS = {"math": "import math", "np": "import numpy as np"}


class Page:
    """What is printed of a recording."""

    def __init__(self, named: Named) -> None:
        self.named = named
        outputs = named.outputs
        self.forward = needed(named.steps, outputs)
        computed = set(map(id, self.forward))
        leaves = [gradient for _, gradient, is_leaf in named.gradients if is_leaf]
        self.backward = [var for var in needed(named.steps, leaves) if id(var) not in computed]
        for var in self.backward:
            if var.op == "add" and var.operands[0] is var.operands[1]:
                var.operation, var.operands = RULES["mul"], (constant(2.0), var.operands[0])
            elif var.op == "add":  # a sweep goes from the last use of a node to the first, people from the first on
                var.operands = var.operands[::-1]
        self.paths = list(_paths(named.parameters))
        arguments = {id(x) for _, x in self.paths}
        steps = (*self.forward, *self.backward)
        used = {id(x) for var in steps for x in var.reads} | set(map(id, outputs)) | {id(x[0]) for x in named.gradients}
        self.inputs = [var for var in named.inputs if id(var) in used]
        self.outer = [var for var in self.inputs if id(var) not in arguments]
        everything = (*steps, *named.inputs)
        self.script = Script(arrays=not all(var.is_scalar for var in everything))
        self.names = Names({*TAKEN, *self._helpers()})
        self.function = self.names.free(named.name) if named.name else ""
        self.called: dict[int, str] = {}
        self.parameters: list[str] = []
        self.given: list[Line] = []  # constant arrays
        self._constants: dict[Any, Expr] = {}
        self._named_arrays: list[tuple[str, Any]] = []
        self._name_variables()
        self._lay_out()

    # Names.

    def _helpers(self) -> set[str]:
        """What the functions at the top may be called."""
        found = set()
        for var in (*self.forward, *self.backward):
            rule = var.operation.rule if isinstance(var.operation, Pull) else var.operation
            found |= self.script.may_define(rule) if isinstance(rule, Rule) else {var.op}
        return found

    def _name_variables(self) -> None:
        """Give names to arguments, to the result, to inputs, and to steps that are to have one."""
        named, free = self.named, self.names.free
        for name, x in named.parameters:
            self.parameters.append(free(name))
            if type(x) is Var:
                self.called[id(x)] = self.parameters[-1]
        self.root = self.alias = ""  # an alias is another name of an input
        if named.root and not isinstance(named.outputs[0].operation, Source):
            self.root = self.called[id(named.outputs[0])] = free(named.root)
        paths = {id(x): identifier(path) for path, x in self.paths}
        flowing = [var for var in self.inputs if flows_to(var.node)]
        for var in (*flowing, *self.forward, *self.inputs):
            wish = named.called.get(id(var)) or paths.get(id(var))
            if wish and id(var) not in self.called:
                self.called[id(var)] = free(wish)
        if named.root and not self.root:
            own = named.called.get(id(named.outputs[0]), "")
            self.alias = free(named.root) if named.root not in (own, "out") else ""
            self.root = self.alias or self.called.get(id(named.outputs[0]), "out")
        self.derived = self._derived()
        for var in self.inputs:
            if id(var) not in self.called and id(var) not in self.derived:
                self.called[id(var)] = self.names.numbered("x")

    def _derived(self) -> dict[int, Expr]:
        """What is written for a node that is data without a name, but 1 - y or X.T of one that has a name."""
        found: dict[int, Expr] = {}
        known: list[tuple[str, Any]] = []  # what stands nearest first, for that is likely meant where several fit
        for var in [] if self.named.name else self.inputs:
            if flows_to(var.node):
                continue
            if id(var) in self.called:
                known.insert(0, (self.called[id(var)], var.data))
            elif (formula := _made_of(var.data, known)) is not None:
                found[id(var)] = formula
        return found

    def _constant(self, var: Var) -> Expr:
        """What is written for a constant array: a name, what is made of one, or the numbers if they are few."""
        data = var.data
        key = (data.shape, data.dtype, data.tobytes())
        if key not in self._constants:
            self._constants[key] = self._found_constant(data)
        return self._constants[key]

    def _found_constant(self, data: Any) -> Expr:
        formula = _made_of(data, self._named_arrays)
        if formula is not None:
            return formula
        text = self.script.literal(data)
        wish, value = self._wish(data)
        if not wish and len(text) <= (LONGEST_CONSTANT if data.size else LONGEST_TEXT):
            self.words.known[Symbol(text)] = data
            return Symbol(text)
        name = self.names.free(wish) if wish else self.names.numbered("k")
        self._named_arrays.append((name, value))
        self.words.known[Symbol(name)] = value
        self.given.append(Line(name, Symbol(self.script.literal(value, len(f"{name} = ")))))
        formula = _made_of(data, [(name, value)])
        assert formula is not None
        return formula

    def _wish(self, data: Any) -> tuple[str, Any]:
        """The name of the user's array that a constant is made of, and that array; else the constant itself."""
        for name, array in self.named.arrays:
            if array is data and identifier(name):
                return identifier(name), data
        for name, array in self.named.arrays:
            same = array.astype(data.dtype)
            if identifier(name) and np.array_equal(same, array) and _made_of(data, [(name, same)]) is not None:
                return identifier(name), same
        return "", data

    # Lines.

    def _lay_out(self) -> None:
        named = self.named
        outputs = named.outputs
        self.m = Symbol(self.names.free("m"))
        divisor = (named.examples, self.m) if named.examples else None
        self.words = words = Words(self.script, self.names, self.called, self.derived, self._constant, divisor)
        for var in self.inputs:
            words.symbol(var)
        for var in self.forward:
            words.expand(var)
        self.seed = ""
        if named.seed:
            self.seed = self.called[id(named.seed)] = self.names.free(f"d{self.root}")
        leaves = {id(var) for var, _, is_leaf in named.gradients if is_leaf}
        targets = [
            Target(var, gradient, self._gradient_name(self.called[id(var)]), is_leaf)
            for var, gradient, is_leaf in named.gradients
            if id(var) in self.called and (is_leaf or id(var) not in leaves)
        ]
        self.targets = in_order(targets, words, self.forward)
        backward = Backward(words, self.backward, self.targets, absorbs=self.root in LOSSES)
        backward.run()
        later = Counter(id(x) for line in backward.lines for x in words.reads(line.formula))
        forward = Forward(words, self.forward)
        forward.run(outputs, later)
        self.forward_lines = forward.lines
        if self.alias:
            self.forward_lines.append(Line(self.alias, forward.piece(outputs[0]).formula))
        pieces = {words.symbol(var): (var, forward.piece(var)) for var in self.forward}
        places: dict[Expr, Expr] = {symbol: forward.dense(*piece) for symbol, piece in pieces.items()}
        arrays: dict[Expr, Expr] = {symbol: forward.dense(*piece, as_array=True) for symbol, piece in pieces.items()}
        self.backward_lines = [Line(name, _filled(formula, places, arrays)) for name, formula in backward.lines]
        self.results = [forward.dense(var, forward.piece(var)) for var in outputs]

    def _gradient_name(self, name: str) -> str:
        is_plain = self.root in LOSSES or (self.root == "out" and "out" not in self.named.called.values())
        return self.names.free(f"d{name}" if is_plain else f"d{self.root}_d{name}")

    # Text.

    def _text(self, lines: Sequence[Line]) -> list[str]:
        return [_wrapped(f"{name} = {self.script.text(formula)}") for name, formula in lines]

    def _inputs(self) -> list[str]:
        """The lines that give numbers to what comes from outside."""
        called = [(self.called[id(var)], var.data) for var in self.outer if id(var) in self.called]
        return [f"{name} = {self.script.literal(data, len(f'{name} = '))}" for name, data in called] + self._text(
            self.given
        )

    def _passes(self, first: Sequence[str]) -> list[str]:
        """The blocks of the two passes; ``first`` are the lines before them."""
        counted = [f"{self.m} = {self.named.examples}"] if self.named.examples else []
        forward, backward = self._text(self.forward_lines), self._text(self.backward_lines)
        seed = self.named.seed
        if seed and backward and not self.named.name:
            backward.insert(0, f"{self.seed} = {self.script.literal(np.ones(seed.data.shape, seed.data.dtype))}")
        blocks = [
            [*first, *counted],
            ["# Forward pass", *forward] if forward else [],
            [self._heading(), *backward] if backward else [],
        ]
        return ["\n".join(block) for block in blocks if block]

    def _heading(self) -> str:
        """What is to be known about the backward pass."""
        if self.named.examples:
            inner = {target.name for target in self.targets if not target.is_leaf}
            shown = ", ".join(name for name, _ in self.backward_lines if name in inner)
            times = f"{shown}: {self.m} times the derivative of {self.root}; " if shown else ""
            return _wrapped(f"# Backward pass ({times}the lines of the leaves divide by {self.m})")
        if self.named.seed and not self.named.name:
            return f"# Backward pass, of the sum of {self.root}: {self.seed} is all ones"
        return "# Backward pass"

    def _whole(self, blocks: Sequence[str]) -> str:
        """The program, with its imports and helpers."""
        parts = [*self.script.helpers.values(), *(block for block in blocks if block)]
        imports = "\n".join(line for module, line in IMPORTS.items() if re.search(rf"\b{module}\.", "\n".join(parts)))
        separated = not self.script.helpers and not self.named.name
        return ("\n\n" if separated else "\n\n\n").join([imports] * bool(imports) + parts)

    def of_node(self) -> str:
        """The program of a node."""
        return self._whole(["\n\n".join(self._passes(self._inputs()))])

    def of_function(self) -> str:
        """The program of a function."""
        named = self.named
        parameters = self.parameters + [self.seed] * bool(self.seed and self.backward_lines)
        unpacked = [f"{self.called[id(x)]} = {path}" for path, x in self.paths if "[" in path and id(x) in self.called]
        results = iter(self.results)
        value = self._returned(named.output, results)
        leaves = {id(target.node): target.name for target in self.targets if target.is_leaf}
        gradients = [leaves[id(var)] for var in named.inputs if id(var) in leaves]
        returned = f"return {value}"
        if gradients:
            several = ", ".join(gradients) + "," * (len(gradients) == 1)
            returned = f"{returned}, ({several})"
            if len(returned) > LONGEST_TEXT:
                returned = f"return {value}, (\n{textwrap.indent(textwrap.fill(several, LONGEST_TEXT), ' ' * 4)},\n)"
        passes = self._passes(unpacked)
        body = "\n\n".join(passes) + "\n" * bool(passes) + returned
        head = f"def {self.function}({', '.join(parameters)}):"
        return self._whole(["\n".join(self._inputs()), f"{head}\n{textwrap.indent(body, ' ' * 4)}"])

    def _returned(self, x: Any, results: Iterator[Expr]) -> str:
        """A nested result as text."""
        if isinstance(x, dict):
            return f"{{{', '.join(f'{key!r}: {self._returned(part, results)}' for key, part in x.items())}}}"
        if isinstance(x, tuple | list):
            parts = ", ".join(self._returned(part, results) for part in x)
            return f"[{parts}]" if isinstance(x, list) else f"({parts}{',' * (len(x) == 1)})"
        return self.script.text(next(results)) if type(x) is Var else self.script.literal(x)


def _filled(formula: Expr, places: Mapping[Expr, Expr], arrays: Mapping[Expr, Expr]) -> Expr:
    """A formula with others in it; as operands of calls on whole arrays they are arrays."""
    if formula in places:
        return places[formula]
    if not isinstance(formula, Call):
        return formula
    here = arrays if is_whole(formula) else {}
    operands = (here[x] if x in here else _filled(x, places, arrays) for x in formula.operands)
    filled = Call(formula.name, *operands)
    simple = filled.simplify()
    return filled if isinstance(simple, Number) else simple


def _made_of(data: Any, known: Sequence[tuple[str, Any]]) -> Expr | None:
    """A formula that gives this data in terms of something known: itself, transposed, negated, 1 - it or it - 1."""
    for name, x in known:
        symbol = Symbol(name)
        if np.asarray(x).dtype != np.asarray(data).dtype:
            continue
        if np.array_equal(x, data):
            return symbol
        if np.ndim(x) > 1 and np.array_equal(x.T, data):
            return Call("{}.T", symbol)
        if np.asarray(data).dtype.kind in "fi" and np.shape(x) == np.shape(data):
            if np.array_equal(1 - x, data):
                return 1 - symbol
            if np.array_equal(-x, data):
                return -symbol
            if np.array_equal(x - 1, data):
                return symbol - 1
    return None


def _paths(parameters: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Every leaf of the arguments, with how it is reached."""
    for path, x in parameters:
        if isinstance(x, dict):
            yield from _paths([(f"{path}[{key!r}]", part) for key, part in x.items()])
        elif isinstance(x, tuple | list):
            yield from _paths([(f"{path}[{i}]", part) for i, part in enumerate(x)])
        else:
            yield path, x


def _wrapped(line: str) -> str:
    """A line, wrapped if it is long and may be."""
    indent = "# " if line.startswith("#") else " " * 4
    if (
        len(line) <= LONGEST_TEXT
        or "\n" in line
        or not (line.startswith("#") or re.match(r"\w+ = \w+\(\[.*\]\)$", line))
    ):
        return line
    return "\n".join(
        textwrap.wrap(line, LONGEST_TEXT, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    )
