"""Recording: how the results of operations become nodes, and what the modes make of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import asarray, ndarray

from . import tree
from .graph import CLOCK, DATA, MANY, NO_TAG, Node, Tag, data_of, describe, describe_inputs, flows_to, nodes
from .linear import ASTYPE, RESHAPE, STACK
from .modes import MODES, THREAD, AnomalyError, calling_line
from .nary import Sum
from .operation import Linear
from .rules import Rule
from .tensor import Tensor, checked
from .value import Value, as_float
from .worlds import on_floats

new = object.__new__


def new_node(
    operation: Rule | Sum | Linear,
    data: float,
    parts: tuple[tuple[Any, ...], ...],
    groups: tuple[tuple[Any, Any], ...],
) -> Value:
    """A node of any number of operands: see the comment on Value's slots."""
    node = new(Value)
    node._data = data
    node.left = groups
    node.right = parts
    node.dleft = MANY
    node.dright = node.grad = node._tag = node._pending = None
    node.origin = operation
    return settle(node) if MODES.active else node


def record(operation: Rule | Sum, operands: tuple[Any, ...], data: float, partials: Sequence[float]) -> Any:
    """A node of any operands, some of them floats or data; just the number when none is a node."""
    if Value not in map(type, operands):
        return data
    flowing = [(x, partial) for x, partial in zip(operands, partials, strict=False) if flows_to(x)]
    groups: Any = (tuple(zip(*flowing, strict=True)),) if flowing else ()
    node = new_node(operation, data, (operands,), groups)
    return node if MODES.active else settle(node)


def new_tensor(
    operation: Any,
    data: Any,
    operands: tuple[Any, ...],
    arrays: tuple[Any, ...],
    pulls: Any,
    params: tuple[Any, ...] = (),
) -> Any:
    """A Tensor of operands that are Tensors and arrays; ``arrays`` are what they hold."""
    edges: Any = MANY
    if pulls is not MANY:
        edges = [
            (x, pull) for x, pull in zip(operands, pulls, strict=False) if type(x) is Tensor and x.origin is not DATA
        ]
    node = new(Tensor)
    node._data = data if type(data) is ndarray else asarray(data)
    node.operands = operands
    node.arrays = arrays
    node.edges = edges
    node.params = params
    node.grad = node._tag = node._pending = None
    node.time = CLOCK.now
    node.origin = operation
    return settle(node) if MODES.active or edges is MANY or not edges else node


def as_operand(x: Any, dtype: Any = None) -> Any:
    """What an operation on arrays keeps of an operand: a Tensor or an array; None of what is neither nor a number.

    A number becomes an array of shape (), a Value a Tensor of shape (), of the dtype of what it meets.
    """
    kind = type(x)
    if kind is Tensor or (kind is np.ndarray and x.dtype in NATIVE):
        return x
    if dtype not in NATIVE:
        if type(x) is int and dtype is not None and dtype.kind in "iu":  # labels that a program is given
            return np.array(x, dtype)
        dtype = None
    number = as_float(x)
    if number is not None:
        return np.array(number, dtype)
    if type(x) is Value:
        return from_values([x], (), dtype)
    x = gather(x, dtype)
    if type(x) is Tensor:
        return x
    try:
        array = np.asarray(x)
    except (TypeError, ValueError):
        return None
    if array.dtype.kind in "iub":
        return array
    return checked(array, x) if array.dtype.kind == "f" and array.dtype.itemsize in (4, 8) else None


WANTED = "numbers, arrays of float32 or float64, and nodes"
NATIVE = (np.dtype(np.float64), np.dtype(np.float32))


def from_values(values: Sequence[Any], shape: tuple[int, ...], dtype: Any = None) -> Any:
    """The Tensor that holds these Values and numbers."""
    kept = tuple([x if type(x) is Value else as_float(x) for x in values])
    if THREAD.trace is not None and (door := THREAD.trace.door(kept, shape, dtype or np.float64)) is not None:
        return door
    data = np.array([x._data if type(x) is Value else x for x in kept], dtype or np.float64)
    return new_tensor(STACK, data.reshape(shape), kept, (), MANY)


def is_scalar(x: Any) -> bool:
    """Whether it is a number or a Value."""
    return type(x) is Value or as_float(x) is not None


def array(x: Any, of: str = "") -> Any:
    """A Tensor of what may be a Tensor, a Value, or lists that hold some; else a plain array."""
    if type(x) is Tensor:
        return x
    if type(x) is Value:
        return from_values([x], ())
    made = gather(x)
    if type(made) is Tensor:
        return made
    made = np.asarray(made)
    if made.dtype.kind not in "iub" and made.dtype.newbyteorder("=") not in NATIVE:
        raise TypeError(f"{f'{of}() takes {WANTED}' if of else f'{WANTED} are wanted'}, got {describe(x)}")
    return made


def arrays(*xs: Any, of: str = "") -> list[Any]:
    """As :func:`array` for each of several: numbers and Values in the dtype of the others, which they don't change."""
    weak = [is_scalar(x) or _holds_values(x) for x in xs]
    made = [None if it_is else array(x, of) for x, it_is in zip(xs, weak, strict=True)]
    floating = [x.dtype for x in made if x is not None and x.dtype.kind == "f"]
    dtype = np.result_type(*floating) if floating else None
    return [as_operand(x, dtype) if it_is else y for x, y, it_is in zip(xs, made, weak, strict=True)]


def _holds_values(x: Any) -> bool:
    return isinstance(x, list | tuple) and any(type(part) is Value for part in x) and all(map(is_scalar, x))


def stacked(scalars: Sequence[Any], shape: tuple[int, ...], dtype: Any = None) -> Any:
    """The Tensor of this shape that holds these Values, numbers and Tensors of shape ()."""
    if not any(type(x) is Tensor for x in scalars):
        return from_values(scalars, shape, dtype)
    dtype = dtype or np.result_type(*(x.dtype for x in scalars if type(x) is Tensor))
    row = apply(STACK, tuple(as_operand(x, dtype) for x in scalars), (0,))
    return row if row.shape == shape else apply(RESHAPE, (row,), (shape,))


def gather(x: Any, dtype: Any = None) -> Any:
    """Nested lists that hold nodes as one Tensor, of this dtype if they are Values; anything else as it is."""
    if not isinstance(x, list | tuple) or not any(isinstance(leaf, Node) for leaf in tree.leaves(x)):
        return x
    parts = [gather(part, dtype) for part in x]
    if all(map(is_scalar, parts)):
        return from_values(parts, (len(parts),), dtype)
    dtype = next((part.dtype for part in parts if type(part) is Tensor), None)
    return apply(STACK, tuple(_array_operand(STACK, part, dtype) for part in parts), (0,))


def apply(operation: Linear, operands: tuple[Any, ...], params: tuple[Any, ...] = ()) -> Any:
    """The node of a linear ``operation``, or of a plain one, for these operands and params."""
    if not operation.requires_grad and all(map(is_scalar, operands)):
        numbers = [x._data if type(x) is Value else as_float(x) for x in operands]
        scalars = tuple(x if type(x) is Value else number for x, number in zip(operands, numbers, strict=True))
        return new_node(operation, float(operation.evaluate(numbers, params)), (scalars,), ())
    if len(operands) == 1 and type(operands[0]) is Tensor:
        arrays: tuple[Any, ...] = (operands[0]._data,)
    else:
        operands = tuple([x if type(x) is Tensor else _array_operand(operation, x) for x in operands])
        arrays = tuple([x._data if type(x) is Tensor else x for x in operands])
    data = operation.evaluate(arrays, params if THREAD.trace is None else concrete(params))
    return new_tensor(operation, data, operands, arrays, operation.pulls_of(len(operands)), params)


def concrete(params: tuple[Any, ...]) -> tuple[Any, ...]:
    """Parameters without nodes, which an index may hold while a program is recorded."""
    held: tuple[Any, ...] = tree.map_leaves(lambda x: int(x._data) if type(x) is Value else data_of(x), params)
    return held


def _array_operand(operation: Linear, x: Any, dtype: Any = None) -> Any:
    operand = as_operand(x, dtype)
    if operand is None:
        raise TypeError(f"{operation.name}() takes {WANTED}, got {describe(x)}")
    return operand


def is_stale(node: Any) -> bool:
    """Whether the data of a node's operands has changed since the node was computed from it."""
    if type(node) is Tensor:
        return node.is_stale
    if not node.operands:
        return False
    inputs = [x if isinstance(x, float) else x.data for x in node.operands]
    operation = node.origin
    evaluate = on_floats(operation) if isinstance(operation, Rule) else operation.evaluate
    value, *partials = evaluate(*inputs)
    then = [node.data, *(p for p in node.partials if p is not None)]
    now = [value, *(p for p, old in zip(partials, node.partials, strict=True) if old is not None)]
    return any(a != b and not (a != a and b != b) for a, b in zip(then, now, strict=True))


def settle(node: Any) -> Any:
    """Finish a new node where more is to be done: a mode is on, or an operand wants no gradient."""
    if THREAD.anomaly:
        node._tag = Tag(made_at=calling_line())
        if not np.isfinite(node._data).all():
            raise AnomalyError(f"{node.op} gave {node.summary()} for {describe_inputs(node)}, at {node._tag.made_at}")
    if THREAD.trace is not None:
        if _is_narrow(node):  # of small whole numbers NumPy makes floats that no Tensor holds
            first, *rest = (ASTYPE(x, NATIVE[0]) for x in node.operands)
            return getattr(first, node.origin.name)(*rest)
        THREAD.trace.record(node)
    if THREAD.no_grad or not node.origin.requires_grad or not any(map(flows_to, node.operands)):
        made_of = _remembered(node)
        node.become_data()
        if made_of is not None:
            node._tag = (node._tag or NO_TAG)._replace(made_of=made_of)
    else:
        node.stop_at_data()
    return node


def _remembered(node: Any) -> tuple[Any, tuple[Any, ...]] | None:
    """What pictures say of data that was computed from data: one operation, so that no chain of them is kept."""
    if type(node) is not Value or MODES.active or any(x.made_of for x in nodes(node.operands)):
        return None
    return node.origin, node.inputs


def _is_narrow(node: Any) -> bool:
    if type(node) is Value or not isinstance(node.origin, Rule) or node.dtype.kind != "f" or node.dtype == NATIVE[0]:
        return False
    return all(x.dtype.kind in "iub" for x in node.arrays)


Node.apply = staticmethod(apply)  # for operations, which know no node
