"""The operators and methods of Tensor, made from the table as those of Value are.

Only the value is computed when a node is made. Its derivatives are functions (``pull`` in ``worlds.py``),
which the backward sweep calls on the arrays that the node and its operands hold anyway. A number or array
that meets a Tensor stays what it is; a Value becomes an array of one number first.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .graph import CLOCK, DATA, data_of
from .linear import MATMUL
from .modes import MODES
from .operation import Linear
from .operators import ENGINE as OF_VALUES
from .operators import REFUSE, compiled_when_called, fill
from .recording import arrays, as_operand, new, new_tensor, settle
from .rules import TABLE, Rule
from .tensor import Tensor
from .worlds import array_value, define, pull

ONE = """
def method(self):
    x = self._data
    out = FUNCTION(x)
    {record}
"""
TWO = """
def method(self, {other}{default}):
    {keep}
    x = self._data
    if type(other) is not Tensor:
        operand = as_operand(other, x.dtype)
        if operand is None:
            {refuse}
        other = operand
    if type(other) is Tensor:
        y, edges, data = other._data, ((self, FIRST), (other, SECOND)), self.origin is DATA or other.origin is DATA
    else:
        y, edges, data = other, ((self, FIRST),), self.origin is DATA
    out = FUNCTION(x, y)
    {record}
"""
REFLECTED = """
def method(self, other):
    operand = as_operand(other, self.dtype)
    if operand is None:
        {refuse}
    if type(operand) is Tensor:
        return getattr(operand, NAME)(self)
    x, y = operand, self._data
    out = FUNCTION(x, y)
    edges, data = ((self, SECOND),), self.origin is DATA
    {record}
"""
RECORD = """
node = new(Tensor)
node._data = out if type(out) is ndarray else asarray(out)
node.operands = {operands}
node.arrays = {arrays}
node.edges = {edges}
node.params = ()
node.grad = node._tag = node._pending = None
node.time = CLOCK.now
node.origin = RULE
if MODES.active or {data}:
    return settle(node)
return node
"""
ENGINE: dict[str, Any] = {
    "CLOCK": CLOCK, "DATA": DATA, "MODES": MODES, "Tensor": Tensor, "as_operand": as_operand,
    "asarray": np.asarray, "ndarray": np.ndarray, "new": new, "settle": settle,
}  # fmt: skip


def install(rule: Rule) -> None:
    """Give Tensor the method of a row, and its operator if it has one."""
    if rule.arity == 1:
        templates = {rule.name: ONE, f"__{rule.operator}__": ONE}
    elif rule.arity == 2:
        templates = {rule.name: TWO, f"__{rule.operator}__": TWO}
        templates |= {f"_r{rule.name}": REFLECTED, f"__r{rule.operator}__": REFLECTED}
    else:
        return
    for name, template in templates.items():
        if name not in ("____", "__r__"):
            _lazily(rule, name, template)


def _lazily(operation: Rule | Linear, name: str, template: str) -> None:
    compiled_when_called(Tensor, operation, name, lambda name: _compile(operation, name, template))


def _compile(rule: Rule | Linear, name: str, template: str) -> Any:
    keyword, default = "", ""
    if isinstance(rule, Rule) and rule.defaults:  # leaky_relu(slope=0.1)
        keyword, default = str(rule.inputs[-1]), f"={rule.defaults[0]}"
    refuse = fill(REFUSE, {"operands": "other, self" if template is REFLECTED else "self, other"})
    operands, arrays, edges, data = {
        ONE: ("(self,)", "(x,)", "((self, FIRST),)", "self.origin is DATA"),
        TWO: ("(self, other)", "(x, y)", "edges", "data"),
        REFLECTED: ("(operand, self)", "(x, y)", "edges", "data"),
    }[template]
    code = fill(template, {
        "other": keyword or "other",
        "default": default,
        "keep": f"other = {keyword}" if keyword else "",
        "refuse": "return NotImplemented" if name.startswith("__") else refuse,
        "record": fill(RECORD, {"operands": operands, "arrays": arrays, "edges": edges, "data": data}),
    })  # fmt: skip
    function = array_value(rule) if isinstance(rule, Rule) else rule.value
    first, second = (pull(rule, i) if isinstance(rule, Rule) else rule.pulls[i] for i in (0, rule.arity - 1))
    names = {
        "FUNCTION": function,
        "RULE": rule,
        "NAME": name.replace("_r", "_" if name[:2] == "__" else "", 1),
        "FIRST": first,
        "SECOND": second,
    }
    return define("method", code, {**ENGINE, **names})


def elementwise(rule: Rule, *operands: Any) -> Any:
    """A row on operands of any number and kind, of which one is a Tensor or an array."""
    kept = tuple(arrays(*operands, of=rule.name))
    held = tuple([data_of(x) for x in kept])
    pulls = [pull(rule, i) for i in range(rule.arity)]
    return new_tensor(rule, array_value(rule)(*held), kept, held, pulls)


OF_VALUES["mixed"] = ENGINE["mixed"] = elementwise

for _rule in TABLE:
    install(_rule)
_lazily(MATMUL, "__matmul__", TWO)
_lazily(MATMUL, "__rmatmul__", REFLECTED)
