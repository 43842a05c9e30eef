"""The operators and methods of Tensor, made from the table as those of Value are.

Only the value is computed when a node is made. Its derivatives are functions (``pull`` in ``worlds.py``),
which the backward sweep calls on the arrays that the node and its operands hold anyway. A number or array
that meets a Tensor stays what it is; a Value becomes an array of one number first.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .graph import CLOCK, DATA, Node, describe
from .modes import MODES
from .operators import REFUSE, compiled_when_called, fill
from .recording import as_operand, new, new_tensor, settle
from .rules import TABLE, Rule
from .tensor import Tensor
from .value import Value, as_float
from .worlds import array_value, define, pull

ONE = """
def method(self):
    out = FUNCTION(self._data)
    {record}
"""
TWO = """
def method(self, {other}{default}):
    {keep}
    if type(other) is Tensor:
        out = FUNCTION(self._data, other._data)
        pulls = BOTH
        data = self.origin is DATA or other.origin is DATA
    else:
        operand = as_operand(other, self.dtype)
        if operand is None:
            {refuse}
        other = operand
        y, data, pulls = (other._data, True, BOTH) if type(other) is Tensor else (other, self.origin is DATA, LEFT)
        out = FUNCTION(self._data, y)
    {record}
"""
REFLECTED = """
def method(self, other):
    operand = as_operand(other, self.dtype)
    if operand is None:
        {refuse}
    if type(operand) is Tensor:
        return getattr(operand, NAME)(self)
    out = FUNCTION(operand, self._data)
    pulls, data = RIGHT, self.origin is DATA
    {record}
"""
RECORD = """
node = new(Tensor)
node._data = out if type(out) is ndarray else asarray(out)
node.operands = {operands}
node.pulls = {pulls}
node.params = ()
node.grad = node._tag = node._pending = None
node.time = CLOCK.now
node.origin = RULE
if MODES.active or {data}:
    return settle(node)
return node
"""
ENGINE = {
    "CLOCK": CLOCK, "DATA": DATA, "MODES": MODES, "Tensor": Tensor, "as_operand": as_operand,
    "asarray": np.asarray, "describe": describe, "ndarray": np.ndarray, "new": new, "settle": settle,
}  # fmt: skip


def install(rule: Rule) -> None:
    """Give Tensor the method of a row, and its operator if it has one."""
    if rule.arity > 2:
        return
    operator = f"__{rule.operator}__" if rule.operator else ""
    templates = {rule.name: ONE if rule.arity == 1 else TWO, operator: ONE if rule.arity == 1 else TWO}
    if rule.arity == 2:
        templates |= {f"_r{rule.name}": REFLECTED, f"__r{rule.operator}__" if operator else "": REFLECTED}
    for name, template in templates.items():
        if name:
            compiled_when_called(Tensor, rule, name, lambda name, template=template: _compile(rule, name, template))


def _compile(rule: Rule, name: str, template: str) -> Any:
    keyword = str(rule.inputs[-1]) if rule.defaults else ""  # leaky_relu(slope=0.1)
    operands, pulls, data = {
        ONE: ("(self,)", "ALL", "self.origin is DATA"),
        TWO: ("(self, other)", "pulls", "data"),
        REFLECTED: ("(operand, self)", "pulls", "data"),
    }[template]
    code = fill(template, {
        "other": keyword or "other",
        "default": f"={rule.defaults[0]}" if rule.defaults else "",
        "keep": f"other = {keyword}" if keyword else "",
        "refuse": "return NotImplemented" if name.startswith("__") else fill(REFUSE, {"name": rule.name}),
        "record": fill(RECORD, {"operands": operands, "pulls": pulls, "data": data}),
    })  # fmt: skip
    names = {**ENGINE, "FUNCTION": array_value(rule), "RULE": rule, "NAME": rule.name}
    if rule.arity == 1:
        names["ALL"] = (pull(rule, 0, (True,)),)
    else:
        names["BOTH"] = tuple(pull(rule, i, (True, True)) for i in (0, 1))
        names["LEFT"] = (pull(rule, 0, (True, False)), None)
        names["RIGHT"] = (None, pull(rule, 1, (False, True)))
    return define("method", code, names)


def elementwise(rule: Rule, *operands: Any) -> Any:
    """A row on operands of any number and kind, of which one is a Tensor or an array."""
    scalars = [type(x) is Value or as_float(x) is not None for x in operands]
    kept = [None if scalar else as_operand(x) for x, scalar in zip(operands, scalars, strict=True)]
    floating = [x.dtype for x in kept if x is not None and x.dtype.kind == "f"]
    dtype = np.result_type(*floating) if floating else None
    kept = [as_operand(x, dtype) if scalar else y for x, y, scalar in zip(operands, kept, scalars, strict=True)]
    for x, given in zip(kept, operands, strict=True):
        if x is None:
            raise TypeError(
                f"{rule.name}() takes numbers, arrays of float32 or float64, and nodes, got {describe(given)}"
            )
    nodes = tuple(isinstance(x, Node) for x in kept)
    out = array_value(rule)(*(x._data if is_node else x for x, is_node in zip(kept, nodes, strict=True)))
    pulls = tuple(pull(rule, i, nodes) if is_node else None for i, is_node in enumerate(nodes))
    return new_tensor(rule, out, tuple(kept), pulls)


for _rule in TABLE:
    install(_rule)
