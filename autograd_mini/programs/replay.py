"""A program as Python code that runs without building a graph.

The code is one generator: it computes the outputs, yields them, and when it is sent the gradient of one of them goes on
to the gradients of the sources, with everything that the forward pass left in its variables. Arrays are written into
buffers, which belong to one run at a time: a run that ends gives its generator function, and so its buffers, back.

>>> from autograd_mini import Value
>>> w = Value(3.0, "w")
>>> compiled = Compiled(record(lambda x: w * x + w, (2.0,)))
>>> print(compiled.source)
def start(arguments, captured):
    x0, = arguments
    c0, = captured
    v0 = c0 * x0
    v1 = v0 + c0
    k, g, into = yield (v1,)
    while True:
        v0 = 1.0 + x0
        k, g, into = yield (v0,)
<BLANKLINE>
>>> run = compiled.start([2.0], [3.0])
>>> next(run), run.send((0, 1.0, [None]))
((9.0,), (3.0,))
"""

from __future__ import annotations

import textwrap
import weakref
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from ..worlds import define, forget
from . import phrases
from .lowering import lower
from .program import Program, record
from .trace import Source, Var

__all__ = ["Compiled", "Writer", "record"]


class Compiled:
    """Generated code.

    Attributes
    ----------
    source
        The code.
    """

    def __init__(self, program: Program) -> None:
        writer = Writer(program.simplified(lower))
        self.source = writer.source()
        setup = textwrap.indent("\n".join(writer.setup), "    ")
        code = f"def make(give_back):\n{setup}\n{textwrap.indent(self.source, '    ')}    return start\n"
        self._make = define("make", code, writer.names)
        weakref.finalize(self, forget, self._make.__code__.co_filename)
        self._idle: list[Callable[..., Any]] = []

    def start(self, arguments: Sequence[Any], captured: Sequence[Any]) -> Any:
        """Begin a run: of the data of the arguments and of what is captured a generator.

        It yields a tuple of the outputs; sent (k, the gradient of output k, for each source an array to write into),
        it yields the gradients of that output by the sources, None where it doesn't depend on one.
        """
        try:
            start = self._idle.pop()
        except IndexError:
            start = self._make(self._idle.append)
        return start(arguments, captured)


class Writer:
    """Writes the code: decides where each variable is kept; ``phrases.py`` says how each step is said."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.names = phrases.names()
        self.setup: list[str] = []  # statements that make buffers, and views of them
        self.lines: list[str] = []
        self._said: dict[int, str] = {}  # what a variable is called
        self._static: dict[int, Any] = {}  # of variables that are always the same buffer, or view: one laid out alike
        self._own: set[int] = set()  # outputs whose array is made for the caller
        self._outputs = {id(x) for x in program.outputs if not x.is_scalar and x.data.ndim}
        self._into: dict[int, str] = {}  # where a gradient is to be written
        self._free: dict[Any, list[str]] = {}  # buffers by shape and dtype
        self._buffer: dict[int, tuple[Any, str]] = {}  # of a variable that was computed into one: key and name
        self._pinned: set[int] = set()  # variables of the forward pass that the backward pass reads
        self._last: dict[int, int] = {}  # where in a section a variable is read last
        self._names: list[str] = []  # that nothing goes by any more
        self._count = 0

    def source(self) -> str:
        """The generator function."""
        program = self.program
        sections = [(k, program.backward(k)) for k, seed in enumerate(program.seeds) if seed is not None]
        for k, steps in sections:
            ours = set(map(id, steps))
            read = [x for var in steps for x in var.reads] + [x for x in program.gradients[k] if x is not None]
            self._pinned.update(id(base(x)) for x in read if id(base(x)) not in ours)
        self._unpack("x", "arguments", program.arguments)
        self._unpack("c", "captured", program.captured_vars)
        self._section(program.forward(), program.outputs, quietly=True)
        self.lines.append(f"k, g, into = yield {_tuple(map(self._output, program.outputs))}")
        body, self.lines = self.lines, []
        loop: list[str] = []
        for k, steps in sections:
            self._backward(k, steps)
            block, self.lines = self.lines, []
            loop += block if len(sections) == 1 else [f"if k == {k}:", *_indented([*block, "continue"])]
        if loop:
            body += ["while True:", *_indented(loop)]
        if self.setup:
            body = ["try:", *_indented(body), "finally:", "    give_back(start)"]
        return "\n".join(["def start(arguments, captured):", *_indented(body), ""])

    def _unpack(self, letter: str, source: str, variables: Sequence[Var]) -> None:
        for i, var in enumerate(variables):
            self._said[id(var)] = f"{letter}{i}"
        if variables:
            self.lines.append(f"{', '.join(self._said[id(var)] for var in variables)}, = {source}")

    def _section(self, steps: Sequence[Var], results: Iterable[Any], quietly: bool = False) -> None:
        """The lines of some steps, derivatives ``quietly``; buffers are used again when nobody needs them any more."""
        if all(var.is_scalar for var in steps):
            self._floats(steps, results)
            return
        self._last = {id(base(x)): i for i, var in enumerate(steps) for x in var.reads}
        self._last |= {id(base(x)): len(steps) for x in results}
        here = []
        for i, var in enumerate(steps):
            before = len(self.lines)
            phrases.say(self, var, [self.name(x) for x in var.operands], i)
            if quietly and var.quiet:
                self.lines[before:] = _quiet(self.lines[before:], within=self.lines[before - 1].startswith("    "))
            here.append(var)
            for x in {id(base(x)): base(x) for x in var.reads}.values():
                self.release(x, i)
        for var in here:
            self.release(base(var), len(steps))

    def _floats(self, steps: Sequence[Var], results: Iterable[Any]) -> None:
        """The same for floats alone: names are used again, so that numbers live no longer than they are needed."""
        last = {id(x): i for i, var in enumerate(steps) for x in var.operands}
        kept = self._pinned.union(map(id, results))
        ours = set(map(id, steps))
        for i, var in enumerate(steps):
            phrases.say(self, var, [self.name(x) for x in var.operands], i)
            for x in var.operands:
                if last[id(x)] == i and id(x) in ours and id(x) not in kept:
                    self._names.append(self._said[id(x)])
                    kept.add(id(x))  # once, if it is there twice

    def release(self, var: Var, i: int) -> None:
        """Let others have the buffer of a variable that is read for the last time at step ``i``."""
        if self._last.get(id(var), i) <= i and id(var) not in self._pinned and id(var) in self._buffer:
            key, name = self._buffer.pop(id(var))
            self._free.setdefault(key, []).append(name)

    def _backward(self, k: int, steps: Sequence[Var]) -> None:
        program = self.program
        if isinstance(program.seeds[k], Var):
            self._said[id(program.seeds[k])] = "g"
            if not program.seeds[k].data.ndim:
                self.lines.append("g = g[()]")  # a number, which is quicker than an array of one
        gradients = program.gradients[k]
        ours = set(map(id, steps))
        later = []
        self._into = {}
        arrays = [(j, x) for j, x in enumerate(gradients) if x is not None and not x.is_scalar]
        if arrays:
            names = ["_"] * (arrays[-1][0] + 1)
            for j, _ in arrays:
                names[j] = f"o{j}"
            self.lines.append(f"{', '.join(names)}, *_ = into")
        for j, x in arrays:
            if id(x) in ours and x.data.ndim and id(x) not in self._into and base(x) is x:
                self._into[id(x)] = f"o{j}"
            else:
                later.append((j, x))
        self._section(steps, [x for x in gradients if x is not None])
        self.lines += [f"copyto(o{j}, {self.name(x)})" for j, x in later]
        found = ["None" if x is None else self.name(x) if x.is_scalar else f"o{j}" for j, x in enumerate(gradients)]
        self.lines.append(f"k, g, into = yield {_tuple(found)}")

    def _output(self, var: Var) -> str:
        if var.is_scalar or id(var) in self._own:
            self._own.discard(id(var))  # the same once more is another array
            return self.name(var)
        return f"array({self.name(var)})"

    # What phrases.py asks for.

    def name(self, var: Var) -> str:
        """What a variable is called; numbers are written as they are."""
        if var.operation is not Source.CONSTANT:
            return self._said[id(var)]
        if var.is_scalar:
            return repr(var.data)
        return self.bound(var.data)

    def bound(self, thing: object) -> str:
        """A name for an object that the code uses."""
        return self._bind("k", thing)

    def _bind(self, letter: str, thing: object) -> str:
        name = f"{letter}{id(thing)}"
        self.names[name] = thing  # which keeps it, so that no other gets its id
        return name

    def fresh(self, letter: str = "v") -> str:
        """A new name."""
        self._count += 1
        return f"{letter}{self._count - 1}"

    def assign(self, var: Var, expression: str, own: bool = False) -> None:
        """A line that gives a variable a name; ``own`` where its array is nobody else's."""
        self._said[id(var)] = name = self._names.pop() if self._names else self.fresh()
        self.lines.append(f"{name} = {expression}")
        if own and id(var) in self._outputs:
            self._own.add(id(var))

    def view(self, var: Var, expression: str, function: Callable[[Any], Any]) -> None:
        """A variable that may be a view of its operand: made once, if it is one of what is always the same buffer."""
        whole = self._static.get(id(var.operands[0]))
        part = None if whole is None else function(whole)
        if isinstance(part, np.ndarray) and np.may_share_memory(part, whole):
            self._said[id(var)] = name = self.fresh("b")
            self.setup.append(f"{name} = {expression}")
            self._static[id(var)] = part
        else:
            self.assign(var, expression)

    def static(self, var: Var) -> Any:
        """An array laid out like the buffer, or view of one, that a variable always is; else None."""
        return self._static.get(id(var))

    def call(self, var: Var, start: str, i: int | None = None) -> None:
        """A call that can write its result into an array: ``start`` is all of it but ``out=…)``.

        With ``i``, the number of the step, it may write into the operand that it is the last to read.
        """
        if i is not None:
            for x in var.operands:
                if id(base(x)) not in map(id, self.program.outputs):
                    self.release(base(x), i)
        place = self.place(var, made=False)
        if place:
            self.lines.append(f"{start}, out={place})")
        else:
            self.assign(var, f"{start})", own=True)

    def place(self, var: Var, made: bool = True) -> str:
        """The name of the array that a variable is to be written into; empty if it should be made, unless ``made``."""
        if id(var) in self._into:
            self._said[id(var)] = name = self._into[id(var)]
            return name
        shape, dtype = var.data.shape, var.data.dtype
        size = f"empty({shape}, {self.bound(dtype)})"
        if id(var) in self._outputs or not shape:
            if made:
                self.assign(var, size, own=True)
                return self.name(var)
            return ""
        key = shape, dtype
        if not self._free.get(key):
            name = self.fresh("b")
            self.setup.append(f"{name} = {size}")
            self._free[key] = [name]
        name = self._free[key].pop()
        self._said[id(var)] = name
        self._buffer[id(var)] = key, name
        self._static[id(var)] = np.empty(shape, dtype)
        return name


def base(var: Var) -> Var:
    """What a variable may be a view of."""
    while phrases.may_be_view(var):
        var = var.operands[0]
    return var


def _quiet(lines: list[str], within: bool) -> list[str]:
    """Lines without warnings; ``within`` where the line before is of that kind."""
    return _indented(lines) if within else ['with errstate(all="ignore"):', *_indented(lines)] if lines else []


def _tuple(names: Iterable[str]) -> str:
    return f"({''.join(f'{name}, ' for name in names)[:-1]})"


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]
