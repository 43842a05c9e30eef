"""The operators and methods of Value, made from the table.

Each row becomes a method by one of the templates below: for one operand, for two, and for a number on
the left of a node. ``__mul__``, for instance, becomes

    def method(self, other):
        x = self._data
        if type(other) is Value:
            y = other._data
            try:
                out = x * y
            except FAULTS:
                out, d0, d1 = ieee(RULE, x, y)
            node = new(Value)
            node._data = out
            node.left, node.dleft = self, y
            node.right, node.dright = other, x
            ...

What a reader of such a method may wonder at is there for speed: ``object.__new__`` and stores into
slots instead of a constructor, formulas written in place instead of called, and one look at
``MODES.active`` instead of several at this thread's modes. A method is compiled when it is first called.
"""

from __future__ import annotations

import functools
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

from .graph import DATA
from .modes import MODES
from .recording import new, settle
from .rules import RULES, TABLE, Rule
from .value import Value, as_float
from .worlds import FAULTS, define, floats, ieee, source

ONE = """
def method(self):
    {x} = self._data
    try:
        {compute}
    except FAULTS:
        out, d0 = ieee(RULE, {x})
    {record}
"""
TWO = """
def method(self, {other}{default}):
    {keep}
    {x} = self._data
    if type(other) is Value:
        {y} = other._data
        try:
            {compute}
        except FAULTS:
            out, d0, d1 = ieee(RULE, {x}, {y})
        {record}
    {number}
    {y} = other
    try:
        {compute_left}
    except FAULTS:
        out, d0, d1 = ieee(RULE, {x}, {y})
    {record_left}
"""
REFLECTED = """
def method(self, other):
    {number}
    {x}, {y} = other, self._data
    try:
        {compute_right}
    except FAULTS:
        out, d0, d1 = ieee(RULE, {x}, {y})
    {record_right}
"""
NUMBER = """
if type(other) is not float:
    number = as_float(other)
    if number is None:
        {refuse}
    other = number
"""
RECORD = """
node = new(Value)
node._data = out
node.left = {left}
node.dleft = {dleft}
node.right = {right}
node.dright = {dright}
node.grad = node._tag = node._pending = None
node.origin = RULE
if MODES.active or {data}:
    return settle(node)
return node
"""
REFUSE = "return mixed(RULE, {operands})"  # which is in array_operators.py
ENGINE: dict[str, Any] = {
    "DATA": DATA, "FAULTS": FAULTS, "MODES": MODES, "Value": Value,
    "as_float": as_float, "ieee": ieee, "new": new, "settle": settle,
}  # fmt: skip


def reserved_names() -> set[str]:
    """Names that the generated code uses, so that no input of a row may have them."""
    return {*ENGINE, *floats().names, *RULES, "RULE", "method", "node", "number", "other", "out", "self"}


def install(rule: Rule) -> None:
    """Give Value the method of a row, and its operator if it has one.

    A method refuses what is no number with a TypeError; an operator answers NotImplemented, so that
    Python asks the other operand.
    """
    if rule.arity == 1:
        templates = {rule.name: ONE, f"__{rule.operator}__": ONE}
    elif rule.arity == 2:
        templates = {rule.name: TWO, f"__{rule.operator}__": TWO}
        templates |= {f"_r{rule.name}": REFLECTED, f"__r{rule.operator}__": REFLECTED}
    else:
        return  # `where` is no method, as in NumPy
    for name, template in templates.items():
        if name not in ("____", "__r__"):
            compiled_when_called(Value, rule, name, functools.partial(_compile, rule, template))


def compiled_when_called(kind: type, rule: Any, name: str, compiled: Callable[[str], Callable[..., Any]]) -> None:
    """Give a kind of node a method that is compiled at its first call, so that importing is quick."""

    def method(self: Any, *operands: Any, **named: Any) -> Any:
        if getattr(kind, name) is method:
            setattr(kind, name, described(compiled(name)))
        return getattr(kind, name)(self, *operands, **named)

    def described(made: Callable[..., Any]) -> Callable[..., Any]:
        made.__name__, made.__qualname__ = name, f"{kind.__name__}.{name}"
        made.__doc__ = f"See :func:`autograd_mini.{rule.name}`, of which this is the method."
        return made

    setattr(kind, name, described(method))
    method.__signature__ = _signature(rule)  # type: ignore[attr-defined]  # functions have it


@functools.cache
def _shown(*names: str, default: float | None = None) -> inspect.Signature:
    *others, last = (inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names)
    return inspect.Signature([*others, last if default is None else last.replace(default=default)])


def _signature(operation: Any) -> inspect.Signature:
    """What help() shows of a method that isn't compiled yet."""
    if defaults := getattr(operation, "defaults", ()):
        return _shown("self", str(operation.inputs[-1]), default=defaults[0])
    return _shown(*("self", "other")[: getattr(operation, "arity", 2)])


def _compile(rule: Rule, template: str, name: str) -> Callable[..., Any]:
    refuse = (
        "return NotImplemented"
        if name.startswith("__")
        else fill(REFUSE, {"operands": "other, self" if template is REFLECTED else "self, other"})
    )
    first, last, both = 0, rule.arity - 1, range(rule.arity)
    keyword = str(rule.inputs[last]) if rule.defaults else ""  # leaky_relu(slope=0.1)
    pieces = {
        "x": str(rule.inputs[first]),
        "y": str(rule.inputs[last]),
        "other": keyword or "other",
        "default": f"={rule.defaults[0]}" if rule.defaults else "",
        "keep": f"other = {keyword}" if keyword else "",
        "number": fill(NUMBER, {"refuse": refuse}),
    }
    for side, wanted, left, right in (
        ("", both, "self", "other" if rule.arity == 2 else "None"),
        ("_left", [first], "self", "other"),
        ("_right", [last], "other", "self"),
    ):
        pieces[f"compute{side}"], partials = source(rule, wanted)
        by = dict(zip(wanted, partials, strict=True))
        pieces[f"record{side}"] = fill(RECORD, {
            "left": left,
            "right": right,
            "dleft": by.get(0, "None"),
            "dright": by.get(1, "None"),
            "data": " or ".join(f"{x}.origin is DATA" for x in ["self", "other"][: len(wanted)]),
        })  # fmt: skip
    return define("method", fill(template, pieces), {**floats().names, **ENGINE, "RULE": rule})  # type: ignore[no-any-return]  # a function


def fill(template: str, pieces: dict[str, str]) -> str:
    """The template with its pieces, each line of a piece indented as its place is."""
    lines = []
    for line in template.strip().splitlines():
        text = line.lstrip()
        lines.append(textwrap.indent(text.format(**pieces), line[: len(line) - len(text)]))
    return "\n".join(lines)


for _rule in TABLE:
    install(_rule)
