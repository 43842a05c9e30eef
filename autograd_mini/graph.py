"""Graphs of nodes: what a node is, what kinds of leaf there are, and walks that never recurse.

A node is data: a value, a gradient, a label, its ``origin`` (the operation that made it, or the kind of
leaf it is) and its operands. ``Value`` and ``Tensor`` are nodes; walks ask of them only ``operands``.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .modes import THREAD, refuse_in_program


class Leaf(enum.Enum):
    """What a node is that no operation made."""

    VARIABLE = enum.auto()
    PARAMETER = enum.auto()
    DATA = enum.auto()

    @property
    def requires_grad(self) -> bool:
        """Whether derivatives flow to it."""
        return self is not Leaf.DATA


VARIABLE, PARAMETER, DATA = Leaf


class Tag(NamedTuple):
    """What few nodes have: a label, the neuron or layer they belong to, the line that made them.

    One that ``gradient_graph`` made may be the whole gradient of another node: then that is ``gradient_of``. Data that
    was computed from data, such as 1 - y of labels, is ``made_of`` an operation and its operands, for pictures.
    """

    label: str = ""
    scope: tuple[str, ...] = ()
    made_at: str = ""
    gradient_of: Any = None
    made_of: tuple[Any, tuple[Any, ...]] | None = None


NO_TAG = Tag()
GRADIENT_SCOPE = "backward pass"  # the scope of what gradient_graph makes
# What to do instead, where a program is recorded: see refuse_to_look.
INSTEAD = "compute with nodes (ag.where chooses, ag.stop_gradient cuts), or do so outside of the function"
BRANCH = "`if`, `while`, `and`, `or`, `not` or bool()", "use ag.where(condition, x, y), and & | ~ for conditions"
BACKWARD = "call it on the result of the function, or record ag.value_and_grad(f)"
CONSTANT = Tag()  # what a number mixed in is told by
MANY = (
    object()
)  # stands in a Value's dleft when it has more than two operands, in a Tensor's edges when they are Values


class _Clock:
    """Counts the assignments to ``data``, so that a node knows whether what it was computed from is older."""

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now = 0


CLOCK = _Clock()


class Node:
    """What :class:`Value` and :class:`Tensor` have in common."""

    __slots__ = ()
    __hash__ = object.__hash__

    apply: Callable[..., Any]  # a linear operation to operands of which one is a node
    if TYPE_CHECKING:  # what both have as slots, or more narrowly
        _data: Any
        _tag: Any
        data: Any
        grad: Any
        origin: Any

        @property
        def operands(self) -> tuple[Any, ...]: ...
        def detach(self) -> Any: ...
        def item(self) -> float: ...
        def compare(self, relation: Any, other: object) -> Any: ...
        def __lt__(self, other: Any) -> Any: ...

        __le__ = __gt__ = __ge__ = __lt__

        def __getattr__(self, name: str) -> Any: ...

    @property
    def label(self) -> str:
        """The name in pictures; empty unless given."""
        return (self._tag or NO_TAG).label

    @label.setter
    def label(self, label: str) -> None:
        self._tag = (self._tag or NO_TAG)._replace(label=as_label(label))

    @property
    def scope(self) -> tuple[str, ...]:
        """The layer and neuron that this node belongs to, outermost first."""
        return (self._tag or NO_TAG).scope

    @property
    def gradient_of(self) -> Any:
        """The node whose gradient this one is, if ``gradient_graph`` made it; else None."""
        return (self._tag or NO_TAG).gradient_of

    @property
    def made_of(self) -> tuple[Any, tuple[Any, ...]] | None:
        """Of data that was computed from data the operation and its operands, if they are remembered."""
        return (self._tag or NO_TAG).made_of

    @property
    def op(self) -> str:
        """The name of the operation that made this node; empty for a leaf, "constant" for a number mixed in."""
        if isinstance(self.origin, Leaf):
            return "constant" if self._tag is CONSTANT else ""
        return str(self.origin.name)

    @property
    def rule(self) -> Any:
        """The operation that made this node, a row of the table or one like it; None for a leaf."""
        return None if isinstance(self.origin, Leaf) else self.origin

    @property
    def requires_grad(self) -> bool:
        """Whether derivatives flow to this node."""
        return bool(self.origin.requires_grad)

    @property
    def is_parameter(self) -> bool:
        """Whether it is a weight or bias of a network."""
        return self.origin is PARAMETER

    def refuse_to_look(self, what: str, instead: str) -> None:
        """Refuse to be looked at while a program is recorded, unless this is data from outside of it.

        Raises
        ------
        RecordingError
            With ``what`` is refused, and what to do ``instead``.
        """
        if THREAD.trace is not None and (self.requires_grad or THREAD.trace.knows(self)):
            refuse_in_program(what, instead)

    def refuse_to_cut(self, what: str) -> None:
        """Raise an error unless no derivative flows here anyway.

        Raises
        ------
        TypeError
            With ``what`` would cut the graph, and what to do.
        """
        self.refuse_to_look(what, "use ag.exp instead of math.exp, ag.stack instead of filling a NumPy array")
        if self.requires_grad and not THREAD.no_grad:
            raise TypeError(
                f"{what} of a node that wants a gradient would cut the graph: use x.item() or x.numpy() for the "
                "numbers, ag.exp instead of math.exp, ag.stack instead of filling a NumPy array"
            )

    def __int__(self) -> int:
        self.refuse_to_cut("int()")
        return int(self.item())

    def zero_grad(self) -> None:
        """Set ``grad`` to None here and in everything that this node was computed from."""
        refuse_in_program("zero_grad()", "call it outside of the function")
        for node in topological(self):
            node.grad = None

    def __init_subclass__(cls) -> None:
        if cls.__module__.partition(".")[0] != __package__:
            name = cls.__mro__[1].__name__
            raise TypeError(
                f"{name} can't be subclassed: operations ask for type(x) is {name}, which is quick; hold one instead"
            )

    @property
    def value(self) -> Any:
        # A property, because __getattr__ would make every attribute of every node slow to read.
        """Nothing but an error, which says that the number or array is in ``data``.

        Raises
        ------
        AttributeError
            Always.
        """
        raise AttributeError(f"{type(self).__name__} has no attribute 'value': the {self._holds} is .data")

    @value.setter
    def value(self, data: Any) -> None:
        raise AttributeError(f"{type(self).__name__} has no attribute 'value': assign to .data")

    _holds = "number"

    def copied_leaf(self) -> tuple[Tag | None, Leaf]:
        """What a copy keeps beside the data: the label and the wish for a gradient, not the graph."""
        tag = None if self._tag is None else self._tag._replace(made_at="", gradient_of=None, made_of=None)
        return tag, self.origin if isinstance(self.origin, Leaf) else VARIABLE


def as_label(label: object) -> str:
    """A label, if it is a string."""
    if not isinstance(label, str):
        raise TypeError(f"a label is a string, got {describe(label)}")
    return label


def describe(thing: object) -> str:
    """Something unwelcome, for an error message: what it is and of which type."""
    text = " ".join(repr(thing).split())
    return f"{text if len(text) <= 60 else text[:57] + '…'} ({type(thing).__name__})"


def data_of(x: Any) -> Any:
    """What a node holds; anything else as it is."""
    return x._data if isinstance(x, Node) else x


def flows_to(operand: Any) -> bool:
    """Whether a derivative flows to an operand."""
    return isinstance(operand, Node) and operand.origin is not DATA


def topological(*roots: Any) -> list[Any]:
    """Every node the roots were computed from, each once, inputs before what uses them.

    Numbers mixed in are no nodes of the graph and don't appear.

    >>> from autograd_mini import Value
    >>> a, b = Value(2, "a"), Value(1, "b")
    >>> [node.op or node.label for node in topological((a + b) * (b + 1))]
    ['a', 'b', 'add', 'add', 'mul']
    """
    order: list[Any] = []
    seen: set[int] = set()
    finished: set[int] = set()
    stack = list(reversed(roots))
    while stack:
        node = stack[-1]
        key = id(node)
        if key in seen:
            stack.pop()
            if key not in finished:
                finished.add(key)
                order.append(node)
            continue
        seen.add(key)
        stack.extend(child for child in reversed(nodes(node.operands)) if id(child) not in seen)
    return order


def nodes(operands: Iterable[Any]) -> list[Any]:
    """The operands that are nodes, not numbers or arrays."""
    return [operand for operand in operands if isinstance(operand, Node)]


def describe_inputs(node: Any) -> str:
    """The operands of a node as ``x = 0.0, y = 2.0``, for error messages."""
    names = getattr(node.origin, "inputs", None) or [""] * len(node.operands)
    named = [(x, x.label or str(name)) for x, name in zip(node.inputs, names, strict=True)]
    return ", ".join(f"{name} = {x.summary()}" if name and x.op != "constant" else x.summary() for x, name in named)


def descendants(order: Sequence[Any], sources: Iterable[Any]) -> set[int]:
    """The ids of those nodes of a topological order that were computed from the sources, sources included."""
    reached = {id(source) for source in sources}
    for node in order:
        if any(id(child) in reached for child in nodes(node.operands)):
            reached.add(id(node))
    return reached
