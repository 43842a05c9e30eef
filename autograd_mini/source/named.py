"""A recording with the names that its user gave, and with the gradients of all that has one."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Any, NamedTuple

import numpy as np

from .. import tree
from ..custom import Custom
from ..graph import DATA, Node, flows_to, topological
from ..linear import MEAN, count
from ..modes import tracing
from ..names import candidates, identifier
from ..nary import Sum
from ..programs.program import Simplifier
from ..programs.trace import Trace, Var, pulling_once
from ..reverse import cotangents
from ..tensor import Tensor
from ..value import Value, as_float
from .formulas import Gradient

LOSSES = ("L", "J", "C", "loss", "cost")  # whose gradients are called dz, as in the lecture notes


class Named(NamedTuple):
    """What is to be printed."""

    steps: list[Var]
    inputs: list[Var]  # arguments, and what was captured
    output: Any  # with variables in the places of nodes
    gradients: list[tuple[Var, Var, bool]]  # a variable, its gradient, whether it is a leaf
    called: dict[int, str]  # what a variable is called, by its id
    arrays: list[tuple[str, Any]]  # plain arrays that have names
    seed: Var | None  # the gradient of a result of more than one element
    root: str  # what the result is to be called; empty if there are several
    examples: int  # over how many the loss is the mean; 0 if it is none
    name: str = ""  # of the function
    parameters: tuple[tuple[str, Any], ...] = ()  # of the function: names, and trees of variables and settings

    @property
    def outputs(self) -> list[Var]:
        """The variables in the output."""
        return [x for x in tree.leaves(self.output) if type(x) is Var]


def of_graph(root: Any, variables: Mapping[str, object]) -> Named:
    """What is to be printed of a node."""
    trace = Trace()
    with tracing(trace), np.errstate(all="ignore"):
        for node in topological(root):
            if isinstance(node.origin, Custom):  # which has kept numbers, not what it did
                trace.take_for(node, node.origin(node.operands))
            elif node.operands:
                trace.record(node)
        trace.var(root)
        return _named(trace, root, variables, trace.captured_vars)


def of_function(f: Any, args: tuple[Any, ...], variables: Mapping[str, object], with_locals: bool) -> Named:
    """What is to be printed of a function."""
    trace = Trace()
    local: dict[str, object] = {}
    names = _parameters(f, args)
    with tracing(trace), np.errstate(all="ignore"):
        inside = tree.map_leaves(lambda x: trace.argument(_as_node(x)) if _changes(x) else x, args)
        with _LocalsOf(f, local):
            returned = f(*inside)
        arguments = list(trace.arguments)
        for x in tree.leaves(returned):
            if isinstance(x, Node):
                trace.var(x)  # which captures it, if it is from outside
        outer = [var for var in trace.captured_vars if flows_to(var.node)]
        given = zip(arguments, filter(_changes, tree.leaves(args)), strict=True)
        wanted = [var for var, x in given if flows_to(x)] + outer
        known = {**_outer_names(f), **variables, **local} if with_locals else variables
        named = _named(trace, returned, known, wanted or arguments)
    queue = iter(arguments)
    trees = tree.map_leaves(lambda x: next(queue) if _changes(x) else x, args)
    name = getattr(f, "__name__", type(f).__name__.lower())
    return named._replace(
        name=name if name and identifier(name) == name else "f", parameters=tuple(zip(names, trees, strict=True))
    )


def _changes(x: Any) -> bool:
    """Whether an argument is a number, an array or a node; anything else is a setting."""
    return isinstance(x, Node | np.ndarray) or (as_float(x) is not None and not isinstance(x, bool))


def _as_node(x: Any) -> Any:
    """A number or an array of floats as a node that a gradient can be taken by."""
    if isinstance(x, Node):
        return x
    if isinstance(x, np.ndarray):
        return Tensor(x) if x.dtype.kind == "f" else x
    return Value(x)


def _parameters(f: Any, args: tuple[Any, ...]) -> list[str]:
    """The names of a function's parameters, one for each argument."""
    try:
        bound = inspect.signature(f).bind(*args)
    except ValueError:  # of a function that doesn't tell
        return [f"x{i}" for i in range(1, len(args) + 1)]
    names = []
    for name, value in bound.arguments.items():
        several = bound.signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
        names += [f"{name}_{i}" for i in range(1, len(value) + 1)] if several else [name]
    return names


class _LocalsOf:
    """Take note of a function's local variables when it returns."""

    def __init__(self, f: Any, found: dict[str, object]) -> None:
        inner = inspect.unwrap(f)
        inner = getattr(inner, "__func__", inner)
        self.code = getattr(inner, "__code__", None) or getattr(type(inner).__call__, "__code__", None)
        self.found = found

    def __enter__(self) -> None:
        self.before = sys.getprofile()
        sys.setprofile(self.look)

    def __exit__(self, *exception: object) -> None:
        sys.setprofile(self.before)

    def look(self, frame: FrameType, event: str, _: Any) -> None:
        """What Python calls when a function begins or returns."""
        if event == "return" and frame.f_code is self.code:
            self.found.update(frame.f_locals)


def _outer_names(f: Any) -> dict[str, object]:
    """The variables that a function takes from outside."""
    try:
        known = inspect.getclosurevars(inspect.unwrap(f))
    except TypeError:  # of what is callable, but no function
        return {}
    return {**known.nonlocals, **known.globals}


def _named(trace: Trace, returned: Any, variables: Mapping[str, object], sources: Sequence[Var]) -> Named:
    roots = [x for x in tree.leaves(returned) if isinstance(x, Node)]
    output = tree.map_leaves(lambda x: trace.var(x) if isinstance(x, Node) else x, returned)
    wishes = _wishes(trace, variables)
    root = wishes.get(id(trace.var(roots[0])), "out") if len(roots) == 1 else ""
    examples, seed = 0, None
    gradients: list[tuple[Var, Var, bool]] = []
    if root and flows_to(roots[0]):
        examples = examples_of(roots[0]) if root in LOSSES and np.size(roots[0]._data) == 1 else 0
        start = _seed(trace, roots[0], examples or 1)
        seed = trace.var(start) if np.size(roots[0]._data) != 1 else None
        gradients = _gradients(trace, roots[0], [var.node for var in sources if flows_to(var.node)], wishes, start)
    simplifier = Simplifier()
    for var in trace.steps:
        simplifier.add(var)
    found = simplifier.found
    called: dict[int, str] = {}
    for var in (*trace.arguments, *trace.captured_vars, *trace.steps):
        if id(var) in wishes:
            called.setdefault(id(found(var)), wishes[id(var)])
    return Named(
        steps=simplifier.steps,
        inputs=[*trace.arguments, *trace.captured_vars],
        output=tree.map_leaves(lambda x: found(x) if type(x) is Var else x, output),
        gradients=[(found(var), found(gradient), is_leaf) for var, gradient, is_leaf in gradients],
        called=called,
        arrays=[(name, x) for name, x in candidates(variables) if isinstance(x, np.ndarray) and x.dtype.kind in "fiub"],
        seed=seed,
        root=root,
        examples=examples,
    )


def _wishes(trace: Trace, variables: Mapping[str, object]) -> dict[int, str]:
    """What variables are to be called: the label of the node, else the first name that it has."""
    wishes: dict[int, str] = {}
    for var in (*trace.arguments, *trace.captured_vars, *trace.steps):
        label = identifier(var.label)
        if label:
            wishes[id(var)] = label
    gathered = {
        tuple(map(id, x[0])): var
        for x, var in zip(trace.captured, trace.captured_vars, strict=True)
        if type(x) is tuple
    }
    for name, thing in candidates(variables):
        found = None
        if isinstance(thing, Node):
            found = trace.var(thing) if trace.knows(thing) else gathered.get((id(thing),))
        elif isinstance(thing, list | tuple):  # of Values that became an array
            found = gathered.get(tuple(map(id, thing)))
        if found is not None and identifier(name):
            wishes.setdefault(id(found), identifier(name))
    return wishes


def _seed(trace: Trace, root: Any, examples: int) -> Any:
    """The gradient that the sweep begins with: how many examples there are, so that those lines are plain."""
    if type(root) is Value:
        return float(examples)
    seed = trace.stand_in(np.full(root.shape, examples, root.dtype), DATA)
    if root.size != 1:
        trace.become_argument(seed)
    return seed


def _gradients(
    trace: Trace, root: Any, leaves: Sequence[Any], wishes: Mapping[int, str], seed: Any
) -> list[tuple[Var, Var, bool]]:
    """The gradients of the leaves, and of the nodes on the way that have a name."""
    stop = {id(leaf) for leaf in leaves}
    marked: dict[int, tuple[Any, Any]] = {}

    def mark(node: Any, g: Any) -> Any:
        if id(node) not in marked:
            marked[id(node)] = node, Gradient()(g) if isinstance(g, Node) else g
        return marked[id(node)][1]

    def pulling(node: Any) -> Callable[[int, Any], Any]:
        if id(node) in stop and node is not root:
            return lambda *_: None
        pull = pulling_once(node)
        if node is root or id(trace.var(node)) not in wishes:
            return pull
        return lambda i, g: pull(i, mark(node, g))

    found = cotangents(root, leaves, seed, pulling)
    inner = [(trace.var(node), trace.var(g), False) for node, g in marked.values()]
    return inner + [(trace.var(x), trace.var(g), True) for x, g in zip(leaves, found, strict=True) if g is not None]


def examples_of(root: Any) -> int:
    """Over how many examples a loss is the mean; 0 if it is none.

    >>> examples_of(Tensor([1.0, 2.0, 4.0]).mean()), examples_of(Value(1.0) / 2)
    (3, 0)
    """
    factor, node = 1.0, root
    while isinstance(node, Node) and node.operands:
        operands = node.operands
        numbers = [None if isinstance(x, Node) or np.size(x) != 1 else float(np.asarray(x).item()) for x in operands]
        match node.op, numbers:
            case "neg" | "reshape" | "identity", _:
                node = operands[0]
            case "div", [None, float(number)] if number:
                factor, node = factor / number, operands[0]
            case "mul", [None, float(number)]:
                factor, node = factor * number, operands[0]
            case "mul", [float(number), None]:
                factor, node = factor * number, operands[1]
            case _:
                break
    lengths = _lengths(node)
    if getattr(node, "origin", None) is MEAN:
        lengths = [count(node.operands[0].shape, node.params[0])]
        factor /= max(*lengths, 1)
    return next((m for m in lengths if m > 1 and any(abs(abs(factor) * m - c) < 1e-9 for c in (0.5, 1, 2))), 0)


def _lengths(node: Any) -> list[int]:
    """How many terms a sum has, or how long the axes are that it goes along."""
    if isinstance(getattr(node, "origin", None), Sum):
        return [len(node.operands)]
    terms, stack = 0, [node]
    found: list[int] = []
    while stack:
        term = stack.pop()
        if isinstance(term, Node) and term.op in ("add", "sub", "neg"):
            stack.extend(term.operands)
            continue
        terms += isinstance(term, Node)
        if type(term) is Tensor:
            shapes = [np.shape(getattr(x, "_data", x)) for x in term.operands]
            found += [length for shape in shapes for length in (int(np.prod(shape)), *shape)]
    return found or ([terms] if terms > 2 else [])
