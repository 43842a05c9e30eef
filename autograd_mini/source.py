"""Programs printed as Python that a student can read, and run: ``to_python``."""

from __future__ import annotations

import inspect
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType
from typing import Any, NamedTuple

import numpy as np

from . import tree
from .custom import Custom
from .expr import Call, Expr, Symbol
from .formulas import Gradient
from .graph import DATA, Node, describe, flows_to, topological
from .layout import Backward, Forward, Line, Target, Vocabulary, expansions, in_order
from .linear import MEAN, count
from .modes import tracing
from .names import Names, callers_names, candidates, identifier
from .nary import Sum
from .program import Simplifier, needed
from .reverse import cotangents
from .rules import Rule
from .script import Script
from .tape import Pull, Source, Trace, Var, _pulling
from .tensor import Tensor
from .value import Value, as_float

LONG, LINE = 20, 60  # characters of a constant that stands in a formula; of one without elements
LOSSES = ("L", "J", "C", "loss", "cost")  # whose gradients are called dz, as in the lecture notes


def to_python(node_or_function: Any, *example_args: Any, names: Mapping[str, object] | None = None) -> str:
    """The forward and the backward pass as a program that a student could have written.

    Of a node the program begins with the numbers of its inputs. Of a function it is a function with the same arguments,
    which returns (value, gradients); nodes that the function takes from outside stand above it, with their numbers.

    Parameters
    ----------
    node_or_function : a node, or a function of numbers, arrays and nodes
    example_args : arguments of the function, whose shapes and dtypes the program is for. Gradients are by those
        arguments and outer nodes that want one; by all numbers and arrays of floats where none does
    names : name → node, for nodes without a label; the variables of the caller, or of the function, unless given

    Raises
    ------
    TypeError : for what is neither node nor function, or an operation that has no form as Python
    RecordingError : where the function looks at numbers, as in ``if x > 0``

    Notes
    -----
    The program imports nothing but ``math``, or NumPy where there are arrays. It computes what the engine does wherever
    all numbers on the way are finite; then a textbook's derivative serves where its error is harmless. A gradient is
    called ``de_dc``, and ``dc`` where the result is called L, J, C, loss or cost. A result of more than one element has
    no gradient of its own: a function then takes ``de``, a program begins with ones. The mean over m examples is taken
    in the lines of the leaves, as in the lecture notes: ``dW = dZ @ X.T / m``.

    Formulas are shortened with sympy if that is installed: ``pip install "autograd-mini[sympy]"``.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> a, b = Value(2, label="a"), Value(1, label="b")
    >>> c = a + b
    >>> d = b + 1
    >>> e = c * d
    >>> print(to_python(e))
    a = 2.0
    b = 1.0
    <BLANKLINE>
    # Forward pass
    c = a + b
    d = b + 1
    e = c * d
    <BLANKLINE>
    # Backward pass
    de_dc = d
    de_dd = c
    de_da = de_dc
    de_db = de_dc + de_dd

    >>> def area(width, height):
    ...     return width * height
    >>> print(to_python(area, 2.0, 3.0))
    def area(width, height):
        # Forward pass
        out = width * height
    <BLANKLINE>
        # Backward pass
        dwidth = height
        dheight = width
        return out, (dwidth, dheight)
    """
    variables = callers_names(sys._getframe(1)) if names is None else names
    if isinstance(node_or_function, Node) and not example_args:
        return _Program(_of_graph(node_or_function, variables)).script()
    if isinstance(node_or_function, Node) or not callable(node_or_function):
        got = f"{describe(node_or_function)} and arguments" if example_args else describe(node_or_function)
        raise TypeError(
            f"to_python() takes a node (a Value or a Tensor), or a function and examples of its arguments, got {got}: "
            "give the result of a computation, or f, 2.0, 1.0"
        )
    return _Program(_of_function(node_or_function, example_args, variables, names is not None)).function()


# Recording.


class _Recorded(NamedTuple):
    steps: list[Var]
    inputs: list[Var]  # arguments, and what was captured
    output: Any
    gradients: list[tuple[Var, Var, bool]]  # a variable, its gradient, whether it is a leaf
    called: dict[int, str]  # what a variable is called, by its id
    arrays: list[tuple[str, Any]]  # plain arrays that have names
    seed: Var | None
    root: str  # what the result is to be called, if it is one
    examples: int  # over which gradients are the mean in the leaves' lines; 0 if they are none
    name: str = ""
    parameters: tuple[tuple[str, Any], ...] = ()  # of the function; each a tree of variables

    @property
    def outputs(self) -> list[Var]:
        return [x for x in tree.leaves(self.output) if type(x) is Var]


def _of_graph(root: Any, variables: Mapping[str, object]) -> _Recorded:
    trace = Trace()
    with tracing(trace), np.errstate(all="ignore"):
        for node in topological(root):
            if isinstance(node.origin, Custom):  # which has kept numbers, not what it did
                trace.take_for(node, node.origin(node.operands))
            elif node.operands:
                trace.record(node)
        return _recorded(trace, root, variables, {id(var.node) for var in trace.captured_vars})


def _of_function(f: Any, args: Sequence[Any], variables: Mapping[str, object], given: bool) -> _Recorded:
    trace = Trace()
    parameters = _parameters(f, args)
    with tracing(trace), np.errstate(all="ignore"):
        inside = tree.map_leaves(lambda x: trace.argument(_as_variable(x)) if _changes(x) else x, tuple(args))
        wanted = [flows_to(x) for x in tree.leaves(args)]
        local: dict[str, object] = {}
        with _locals_of(f, local):
            returned = f(*inside)
        arguments = list(trace.arguments)
        nodes = [x for x in tree.leaves(returned) if isinstance(x, Node)]
        for node in nodes:
            trace.var(node)
        outer = [var for var in trace.captured_vars if flows_to(var.node)]
        sources = {id(var.node) for var in outer}
        kept = [x for x in tree.leaves(args) if _changes(x)]
        sources |= {id(v.node) for v, x in zip(arguments, kept, strict=True) if flows_to(x) or not (outer or any(wanted))}
        named = variables if given else {**local, **_outer_names(f), **variables}
        recorded = _recorded(trace, returned, named, sources)
    names = iter(arguments)
    trees = tree.map_leaves(lambda x: next(names) if _changes(x) else x, tuple(args))
    name = identifier(getattr(f, "__name__", "")) or "f"
    return recorded._replace(
        name="f" if name == "lambda" or "<" in getattr(f, "__name__", "<") else name,
        parameters=tuple(zip(parameters, trees, strict=True)),
    )


def _changes(x: Any) -> bool:
    """Whether an argument is a number, an array or a node; anything else is a setting."""
    return isinstance(x, Node | np.ndarray) or (as_float(x) is not None and type(x) is not bool)


def _as_variable(x: Any) -> Any:
    """A plain number or array of floats as a node that a gradient can be taken by."""
    if isinstance(x, Node):
        return x
    if isinstance(x, np.ndarray):
        return Tensor(x) if x.dtype.kind == "f" else x
    return Value(x)


def _parameters(f: Any, args: Sequence[Any]) -> list[str]:
    """The names of a function's parameters, one for each argument."""
    try:
        bound = inspect.signature(f).bind(*args)
    except ValueError:  # a function that doesn't say
        return [f"x{i}" for i in range(1, len(args) + 1)]
    names = []
    for name, value in bound.arguments.items():
        if bound.signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL:
            names += [f"{name}_{i}" for i in range(1, len(value) + 1)]
        else:
            names.append(name)
    return names


class _locals_of:  # noqa: N801  # a context manager
    """Take note of a function's local variables when it returns."""

    def __init__(self, f: Any, found: dict[str, object]) -> None:
        inner = inspect.unwrap(f) if hasattr(f, "__wrapped__") else f
        inner = getattr(inner, "__func__", inner)
        self.code = getattr(inner, "__code__", None) or getattr(type(inner).__call__, "__code__", None)
        self.found = found

    def __enter__(self) -> None:
        self.before = sys.getprofile()
        sys.setprofile(self.look)

    def __exit__(self, *exception: object) -> None:
        sys.setprofile(self.before)

    def look(self, frame: FrameType, event: str, _: Any) -> None:
        """What Python calls when a function returns."""
        if event == "return" and frame.f_code is self.code:
            self.found.update(frame.f_locals)


def _outer_names(f: Any) -> dict[str, object]:
    """The variables that a function takes from outside."""
    try:
        known = inspect.getclosurevars(inspect.unwrap(f))
    except TypeError:
        return {}
    return {**known.nonlocals, **known.globals}


def _recorded(trace: Trace, returned: Any, variables: Mapping[str, object], sources: set[int]) -> _Recorded:
    roots = [x for x in tree.leaves(returned) if isinstance(x, Node)]
    output = tree.map_leaves(lambda x: trace.var(x) if isinstance(x, Node) else x, returned)
    wishes = _wishes(trace, variables)
    gradients: list[tuple[Var, Var, bool]] = []
    examples, seed = 0, None
    if len(roots) == 1 and flows_to(roots[0]):
        (root,) = roots
        is_loss = wishes.get(id(trace.var(root))) in LOSSES
        examples = _examples(root) if is_loss and np.size(root._data) == 1 else 0
        if type(root) is Value:
            start: Any = float(examples or 1)
        else:
            start = trace.stand_in(np.full(root.shape, examples or 1, root.dtype), DATA)
            if root.size != 1:
                trace.become_argument(start)
                seed = trace.var(start)
        leaves = [var.node for var in (*trace.arguments, *trace.captured_vars) if id(var.node) in sources]
        leaves = [node for node in leaves if flows_to(node)]
        gradients = _gradients(trace, root, leaves, wishes, start)
    simplifier = Simplifier()
    for var in trace.steps:
        simplifier.add(var)
    found = simplifier.found
    called: dict[int, str] = {}
    for var in (*trace.arguments, *trace.captured_vars, *trace.steps):
        if id(var) in wishes:
            called.setdefault(id(found(var)), wishes[id(var)])
    return _Recorded(
        simplifier.steps,
        [*trace.arguments, *trace.captured_vars],
        tree.map_leaves(lambda x: found(x) if type(x) is Var else x, output),
        [(found(var), found(gradient), is_leaf) for var, gradient, is_leaf in gradients],
        called,
        [(name, x) for name, x in candidates(variables) if isinstance(x, np.ndarray) and x.dtype.kind in "fiub"],
        seed,
        wishes.get(id(trace.var(roots[0])), "out") if len(roots) == 1 else "",
        examples,
    )


def _wishes(trace: Trace, variables: Mapping[str, object]) -> dict[int, str]:
    """What variables are to be called: the label of the node, else the first name that it has."""
    wishes: dict[int, str] = {}
    for var in (*trace.arguments, *trace.captured_vars, *trace.steps):
        label = identifier(var.label)
        if label:
            wishes[id(var)] = label
    for name, thing in candidates(variables):
        if isinstance(thing, Node) and trace.knows(thing):
            wishes.setdefault(id(trace.var(thing)), identifier(name) or "v")
    return wishes


def _gradients(
    trace: Trace, root: Any, leaves: Sequence[Any], wishes: Mapping[int, str], seed: Any
) -> list[tuple[Var, Var, bool]]:
    """The gradients of all leaves, and of all nodes on the way that have a name."""
    stop = {id(leaf) for leaf in leaves}
    marked: dict[int, tuple[Any, Any]] = {}

    def mark(node: Any, g: Any) -> Any:
        if id(node) not in marked:
            marked[id(node)] = node, Gradient()(g) if isinstance(g, Node) else g
        return marked[id(node)][1]

    def pulling(node: Any) -> Callable[[int, Any], Any]:
        if id(node) in stop and node is not root:
            return lambda i, g: None
        pull = _pulling(node)
        if node is root or id(trace.var(node)) not in wishes:
            return pull
        return lambda i, g: pull(i, mark(node, g))

    found = cotangents(root, leaves, seed, pulling)
    inner = [(trace.var(node), trace.var(g), False) for node, g in marked.values()]
    return inner + [(trace.var(x), trace.var(g), True) for x, g in zip(leaves, found, strict=True) if g is not None]


def _examples(root: Any) -> int:
    """Over how many examples a loss is the mean; 0 if it is none."""
    factor, node = 1.0, root
    while node.operands:
        operation, operands = node.origin, node.operands
        numbers = [None if isinstance(x, Node) or np.size(x) != 1 else float(np.asarray(x).item()) for x in operands]
        match operation.name, numbers:
            case "neg" | "reshape" | "identity", [None]:
                node = operands[0]
            case "div", [None, float(number)] if number:
                factor /= number
                node = operands[0]
            case "mul", [None, float(number)]:
                factor *= number
                node = operands[0]
            case "mul", [float(number), None]:
                factor *= number
                node = operands[1]
            case _:
                break
        if not isinstance(node, Node):
            return 0
    if node.origin is MEAN:
        axes, _ = node.params
        lengths = {count(node.operands[0].shape, axes)}
        factor /= max(*lengths, 1)
    else:
        lengths = _lengths(node)
    simple = (0.5, 1.0, 2.0)
    return next((m for m in lengths if m > 1 and any(abs(abs(factor) * m - c) < 1e-9 for c in simple)), 0)


def _lengths(node: Any) -> list[int]:
    """How many terms a sum has, or how long the axes are that it goes along."""
    if isinstance(node.origin, Sum):
        return [len(node.operands)]
    terms, stack = 0, [node]
    found: list[int] = []
    while stack:
        term = stack.pop()
        if isinstance(term, Node) and getattr(term.origin, "name", "") in ("add", "sub", "neg"):
            stack.extend(term.operands)
            continue
        terms += 1
        if type(term) is Tensor:
            shapes = [np.shape(getattr(x, "_data", x)) for x in term.operands]
            found += [length for shape in shapes for length in (int(np.prod(shape)), *shape)]
    return found or ([terms] if terms > 2 else [])


# Printing.


class _Program:
    """The text of a recorded program."""

    def __init__(self, recorded: _Recorded) -> None:
        self.recorded = recorded
        outputs = recorded.outputs
        self.forward = needed(recorded.steps, outputs)
        roots = [gradient for _, gradient, is_leaf in recorded.gradients if is_leaf]
        inner = set(map(id, self.forward))
        self.backward = [var for var in needed(recorded.steps, roots) if id(var) not in inner]
        for var in self.backward:
            if var.op == "add":  # a sweep goes from the last use of a node to the first, people from the first
                var.operands = var.operands[::-1]
        self.inputs = [*recorded.inputs, *([recorded.seed] if recorded.seed else [])]
        everything = [*self.forward, *self.backward, *self.inputs]
        self.text = Script(arrays=not all(var.is_scalar for var in everything))
        self._name()
        self._lay_out()

    def _name(self) -> None:
        """Give names to inputs, to steps that have one, to constant arrays and to gradients."""
        recorded, script = self.recorded, self.text
        self.names = Names({script.module, "float", "sum", "bool", "int", *self._helpers(), recorded.name})
        self.called: dict[int, str] = {}
        self.argument_names: list[str] = []
        arguments = {id(x): path for path, x in _paths(recorded.parameters)}
        for path, x in _paths(recorded.parameters):
            if "[" in path or type(x) is not Var:
                continue
            self.called[id(x)] = self.names.free(identifier(path) or "x")
        for name, _ in recorded.parameters:
            self.names.taken.add(name)
        used = {id(x) for var in (*self.forward, *self.backward) for x in var.reads} | set(map(id, recorded.outputs))
        used |= {id(var) for var, _, _ in recorded.gradients}
        leaves = {id(var) for var, _, is_leaf in recorded.gradients if is_leaf}
        self.used = [var for var in recorded.inputs if id(var) in used]
        for var in self.used:
            if id(var) not in self.called:
                wish = recorded.called.get(id(var)) or identifier(arguments.get(id(var), ""))
                if wish or id(var) in leaves:
                    self.called[id(var)] = self.names.free(wish) if wish else self.names.numbered("x")
        for var in self.forward:
            if id(var) in recorded.called:
                self.called[id(var)] = self.names.free(recorded.called[id(var)])
        self.given: list[Line] = []  # what constants are
        self.named: dict[str, Any] = {}  # constants
        self._constants: dict[Any, Expr] = {}
        derived = self._derived()
        self.root = self.alias = ""
        if recorded.root:
            (output,) = recorded.outputs
            is_step = not isinstance(output.operation, Source)
            self.root = self.called.get(id(output), "") if is_step else ""
            if not self.root:
                self.root = self.names.free(recorded.root)
                if is_step:
                    self.called[id(output)] = self.root
                else:
                    self.alias = self.root
        for var in self.used:
            if id(var) not in self.called and id(var) not in derived:
                self.called[id(var)] = self.names.numbered("x")
        if recorded.seed:
            self.called[id(recorded.seed)] = self.names.free(f"d{self.root}")
        self.derived = derived
        self.divisor = (recorded.examples, Symbol(self.names.free("m"))) if recorded.examples else None

    def _helpers(self) -> set[str]:
        found = set()
        for var in (*self.forward, *self.backward):
            rule = var.operation.rule if isinstance(var.operation, Pull) else var.operation
            if isinstance(rule, Rule):
                found |= self.text.may_define(rule)
            elif var.op in ("scatter", "max_shares", "min_shares"):
                found.add(var.op)
        return found

    def _derived(self) -> dict[int, Expr]:
        """Data without a name that is 1 - y or X.T of data with one: formulas by the ids of variables."""
        data = [var for var in self.used if not flows_to(var.node)]
        named = [(self.called[id(var)], var.data) for var in data if id(var) in self.called]
        found = {id(var): _found(var.data, named) for var in data if id(var) not in self.called and not self.recorded.name}
        return {key: formula for key, formula in found.items() if formula is not None}

    def constant(self, var: Var) -> Expr:
        """What stands for a constant array: a name, or a formula of one that has a name, or the numbers if they are few."""
        data = var.data
        key = (data.shape, data.dtype, data.tobytes())
        if key not in self._constants:
            self._constants[key] = self._constant(data)
        return self._constants[key]

    def _constant(self, data: Any) -> Expr:
        text = self.text.literal(data)
        formula = _found(data, list(self.named.items()))
        if formula is not None:
            return formula
        wish, value = self._wish(data)
        if not wish and len(text) <= (LONG if data.size else LINE):
            formula = Symbol(text)
            self.words.known[formula] = data
            return formula
        name = self.names.free(wish) if wish else self.names.numbered("k")
        self.named[name] = value
        self.words.known[Symbol(name)] = value
        self.given.append(Line(name, Symbol(self.text.literal(value))))
        formula = _found(data, [(name, value)])
        assert formula is not None
        return formula

    def _wish(self, data: Any) -> tuple[str, Any]:
        """The name of the caller's array that a constant is made of, and that array; else the constant itself."""
        for name, array in self.recorded.arrays:
            if array is data:
                return identifier(name), data
        for name, array in self.recorded.arrays:
            if _found(data, [(name, array)]) is not None:
                return identifier(name), array.astype(data.dtype)
        return "", data

    def _lay_out(self) -> None:
        recorded = self.recorded
        self.words = words = Vocabulary(self.text, self.names, self.called, self.constant, self.divisor)
        words.derived = self.derived
        for var in self.used:
            words.symbol(var)
        for var in self.forward:
            words.formula(var)  # which gives names to constants, before gradients take theirs
        outputs = recorded.outputs
        targets = []
        for var, gradient, is_leaf in recorded.gradients:
            if id(var) in self.called:
                targets.append(Target(var, gradient, self._gradient_name(var), is_leaf))
        targets = in_order(targets, words, self.forward)
        backward = Backward(words, self.backward, targets, expansions(words, self.forward), self.root in LOSSES)
        backward.run()
        later = Counter(id(x) for line in backward.lines for x in words.reads(line.formula))
        forward = Forward(words, self.forward)
        forward.run(outputs, later)
        self.forward_lines = forward.lines
        if self.alias:
            self.forward_lines.append(Line(self.alias, forward.piece(outputs[0]).formula))
        places: dict[Expr, Expr] = {words.symbol(x): forward.pieces[id(x)].formula for x in self.forward if id(x) in forward.pieces}
        self.backward_lines = [Line(line.name, line.formula.substitute(places)) for line in backward.lines]
        self.results = [forward.dense(x, forward.piece(x)) for x in outputs]
        self.targets = targets

    def _gradient_name(self, var: Var) -> str:
        own = self.called[id(var)]
        plain = self.root in LOSSES or (self.root == "out" and "out" not in self.recorded.called.values())
        return self.names.free(f"d{own}" if plain else f"d{self.root}_d{own}")

    def _lines(self, lines: Sequence[Line], indent: str = "") -> list[str]:
        return [f"{indent}{line.name} = {self.text.text(line.formula)}" for line in lines]

    def _forward(self) -> list[str]:
        lines = [] if self.divisor is None else [f"{self.divisor[1]} = {self.divisor[0]}"]
        return lines

    def script(self) -> str:
        """The program of a node."""
        inputs = [
            f"{self.called[id(var)]} = {self.text.literal(var.data)}" for var in self.used if id(var) in self.called
        ]
        inputs += self._lines(self.given) + self._forward()
        forward, backward = self._lines(self.forward_lines), self._lines(self.backward_lines)
        seed = self.recorded.seed
        if seed and backward:
            name = self.called[id(seed)]
            backward.insert(0, f"{name} = {self.text.literal(np.ones(seed.data.shape, seed.data.dtype))}")
        blocks = [self._head(), "\n".join(inputs)]
        if forward:
            blocks.append("\n".join(["# Forward pass", *forward]))
        if backward:
            blocks.append("\n".join([self._heading(), *backward]))
        return "\n\n".join(block for block in blocks if block) + "\n"

    def _heading(self) -> str:
        if self.divisor is None:
            if self.recorded.seed:
                return f"# Backward pass, of the sum of {self.root}: its gradient begins with ones"
            return "# Backward pass"
        m = self.divisor[1]
        inner = {target.name for target in self.targets if not target.is_leaf}
        shown = ", ".join(line.name for line in self.backward_lines if line.name in inner)
        times = f"{shown}: {m} times the derivative of {self.root}; " if shown else ""
        return f"# Backward pass ({times}the lines of the leaves divide by {m})"

    def _head(self) -> str:
        used = "\n".join(
            [self.text.text(line.formula) for line in (*self.forward_lines, *self.backward_lines, *self.given)]
            + list(self.text.helpers.values())
            + [self.text.literal(var.data) for var in self.used]
            + list(map(self.text.text, self.results))
        )
        module = self.text.module
        blocks = [{"np": "import numpy as np", "math": "import math"}[module]] if f"{module}." in used else []
        return "\n\n\n".join([*blocks, *self.text.helpers.values()])

    def function(self) -> str:
        """The program of a function."""
        recorded = self.recorded
        arguments = {id(x) for _, x in _paths(recorded.parameters)}
        outer = [
            f"{self.called[id(var)]} = {self.text.literal(var.data)}"
            for var in self.used
            if id(var) not in arguments and id(var) in self.called
        ]
        outer += self._lines(self.given)
        parameters = [name for name, _ in recorded.parameters]
        if recorded.seed and self.backward_lines:
            parameters.append(self.called[id(recorded.seed)])
        body = [f"{self.called[id(x)]} = {path}" for path, x in _paths(recorded.parameters) if "[" in path and id(x) in self.called]
        body += self._forward()
        if self.forward_lines:
            body += ["# Forward pass", *self._lines(self.forward_lines)]
        if self.backward_lines:
            body += ["", self._heading(), *self._lines(self.backward_lines)]
        results = iter(self.results)
        value = _written(tree.map_leaves(lambda x: _Text(self.text.text(next(results)) if type(x) is Var else self.text.literal(x)), recorded.output))
        if self.backward_lines:
            value += f", ({', '.join(t.name for t in sorted((t for t in self.targets if t.is_leaf), key=self._argument_order))},)"
            if sum(t.is_leaf for t in self.targets) > 1:
                value = value[:-2] + ")"
        body.append(f"return {value}")
        text = "\n".join([f"def {recorded.name}({', '.join(parameters)}):", *(f"    {line}" if line else "" for line in "\n".join(body).split("\n"))])
        head = self._head()
        return "\n\n\n".join(block for block in (head, "\n".join(outer), text) if block) + "\n"

    def _argument_order(self, target: Target) -> int:
        return next(i for i, var in enumerate(self.recorded.inputs) if var is target.node)


class _Text(str):
    __slots__ = ()


def _written(x: Any) -> str:
    """A nested result, in which the leaves are text, as text."""
    if isinstance(x, dict):
        return f"{{{', '.join(f'{key!r}: {_written(part)}' for key, part in x.items())}}}"
    if isinstance(x, tuple):
        return f"({', '.join(map(_written, x))}{',' * (len(x) == 1)})"
    if isinstance(x, list):
        return f"[{', '.join(map(_written, x))}]"
    return str(x)


def _paths(parameters: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Every leaf of the arguments, with how it is reached."""
    for path, x in parameters:
        if isinstance(x, dict):
            yield from _paths([(f"{path}[{key!r}]", part) for key, part in x.items()])
        elif isinstance(x, tuple | list):
            yield from _paths([(f"{path}[{i}]", part) for i, part in enumerate(x)])
        else:
            yield path, x


def _found(data: Any, known: Sequence[tuple[str, Any]]) -> Expr | None:
    """A formula in terms of something known that gives this data: itself, transposed, or subtracted from 1."""
    for name, x in known:
        symbol = Symbol(identifier(name))
        if np.shape(x) == np.shape(data) and np.array_equal(x, data):
            return symbol
        if np.ndim(x) > 1 and np.shape(x.T) == np.shape(data) and np.array_equal(x.T, data):
            return Call("{}.T", symbol)
        if np.shape(x) == np.shape(data) and np.asarray(data).dtype.kind == "f" and np.array_equal(1 - x, data):
            return 1 - symbol
    return None


