"""Tensor: an array that remembers how it was computed.

>>> W, x = Tensor([[1.0, 2.0], [3.0, 4.0]], "W"), Tensor([5.0, 6.0], "x")
>>> z = W @ x
>>> z.sum().backward()
>>> z.data, W.grad, x.grad
(array([17., 39.]), array([[5., 6.],
       [5., 6.]]), array([4., 6.]))

It is a node like a Value, and shows the same: ``data``, ``grad``, ``label``, ``op``, ``inputs``. Its elementwise
operations come from the same table; the others (sums, products of matrices, indexing, …) are linear, and bring
their transpose (``linear.py``). NumPy's own functions take it too: ``np.exp(z)``, ``np.sum(z, axis=0)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from . import reverse
from .graph import (
    BACKWARD,
    BRANCH,
    CLOCK,
    CONSTANT,
    DATA,
    INSTEAD,
    MANY,
    VARIABLE,
    Leaf,
    Node,
    Tag,
    as_label,
    data_of,
    describe,
    flows_to,
)
from .modes import MODES, THREAD, refuse_in_program
from .plain import DETACH

Array = np.ndarray[Any, Any]


class Tensor(Node):
    """A node of a computation graph that holds an array.

    Parameters
    ----------
    data
        An array or nested sequences of numbers, of any shape; it is copied. float32 and float64 stay
        what they are, ints and bools become float64.
    label
        A name for pictures.
    requires_grad
        False makes it plain data, to which no derivative flows.

    Raises
    ------
    TypeError
        For complex numbers, objects, text, float16 and longdouble, and a label that is no string.
    ValueError
        For nested sequences of different lengths.

    Attributes
    ----------
    grad
        The derivative of the node that ``backward()`` was called on by this one, an array of this one's
        shape and dtype; None before.

    Examples
    --------
    >>> W, x = Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([5.0, 6.0])
    >>> z = W @ x
    >>> z.sum().backward()
    >>> z, x.grad, W.grad.shape
    (Tensor([17., 39.]), array([4., 6.]), (2, 2))
    """

    __slots__ = ("_data", "_pending", "_tag", "arrays", "edges", "grad", "home", "operands", "origin", "params", "time")
    __hash__ = Node.__hash__
    _holds = "array"

    _data: Array
    operands: tuple[Any, ...]  # Tensors, and the arrays and numbers mixed in
    arrays: tuple[Array, ...]  # what the operands hold
    params: tuple[Any, ...]  # what else the operation was given: axis, shape, index
    edges: (
        Any  # for each Tensor that a derivative flows to: it, and from the gradient of this one to its; of Values MANY
    )
    time: float  # on the clock, when it was computed or assigned
    home: Array | None  # of a leaf: the part of an optimizer's vector that sweeps write its gradient into
    _pending: int | None  # while a sweep runs: how many consumers it waits for besides one

    def __init__(self, data: Any, label: str = "", requires_grad: bool = True) -> None:
        self._data = as_array(data)
        self.operands = self.arrays = self.edges = self.params = ()
        self.grad = self.home = self._pending = None
        self.time = 0
        self.origin = VARIABLE if requires_grad else DATA
        self._tag = Tag(as_label(label)) if label != "" else None

    @property
    def data(self) -> Array:
        """The array itself, which may be written to.

        What is *assigned* is copied into it and keeps its shape and dtype; backward through what was computed
        before is then refused. Writing to elements, ``t.data[0] = 1``, goes unseen: do so before computing.
        """
        if MODES.active:
            self.refuse_to_look(".data", INSTEAD)
        return self._data

    @data.setter
    def data(self, value: Any) -> None:
        if MODES.active:
            refuse_in_program("assigning to .data", "do so outside of the function")
        if value is not self._data:  # which it is after `t.data -= step`
            new = value._data if isinstance(value, Tensor) else as_array(value)
            if new.shape != self.shape:
                raise ValueError(f"data keeps its shape {self.shape}, got {new.shape}: make a new Tensor")
            self._data[...] = new
        CLOCK.now += 1
        changed = [self]
        for node in changed:  # and what it is a view of; grows while it is walked
            node.time = np.inf if node.operands else CLOCK.now
            changed += [x for x in node.operands if type(x) is Tensor and np.may_share_memory(x._data, node._data)]

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return self._data.shape  # type: ignore[no-any-return]  # of any number of axes

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._data.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return self._data.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """float32 or float64."""
        return self._data.dtype  # type: ignore[no-any-return]  # of either kind

    @property
    def T(self) -> Tensor:
        """The transpose, (m, n) → (n, m), all axes in reversed order."""
        return self.transpose()  # type: ignore[no-any-return]  # a method from array_functions.py

    @property
    def inputs(self) -> tuple[Any, ...]:
        """The operands as nodes; a number or array mixed in becomes a constant node, a new one at each access."""
        return tuple(x if isinstance(x, Node) else constant(x) for x in self.operands)

    def numpy(self) -> Array:
        """A copy of the array, outside of the graph."""
        self.refuse_to_look(".numpy()", INSTEAD)
        return self._data.copy()

    def item(self) -> float:
        """The number that a Tensor of one element holds.

        Raises
        ------
        ValueError
            When there are more elements, or none.
        """
        if self.size != 1:
            raise ValueError(f"item() is for a Tensor of one element, got the shape {self.shape}: use numpy()")
        self.refuse_to_look(".item()", INSTEAD)
        return float(self._data.item())

    def tolist(self) -> Any:
        """The numbers as nested lists."""
        self.refuse_to_look(".tolist()", INSTEAD)
        return self._data.tolist()

    def detach(self) -> Tensor:
        """A copy as data to which no derivative flows."""
        if THREAD.trace is not None:
            return DETACH(self)  # type: ignore[no-any-return]  # of a Tensor a Tensor
        return Tensor(self._data, self.label, requires_grad=False)

    def backward(self, seed: Any = None) -> None:
        """Compute the derivative of this node, times ``seed``, by every node that it was computed from.

        Leaves accumulate into ``grad`` (call :meth:`zero_grad` in between); inner nodes show this sweep's.

        Parameters
        ----------
        seed
            An array of this node's shape; 1 where there is one element.

        Raises
        ------
        RuntimeError
            Without a seed when there is more than one element; when nothing that this node was
            computed from wants a gradient; when ``data`` of such a node was assigned since.
        ValueError
            When the seed is not of this node's shape.

        Examples
        --------
        >>> x = Tensor([1.0, 2.0, 3.0])
        >>> (x * x).backward([1.0, 10.0, 100.0])
        >>> x.grad
        array([  2.,  40., 600.])
        """
        refuse_in_program("backward()", BACKWARD)
        data = self._data
        if seed is None:
            if data.size != 1:
                raise RuntimeError(
                    f"backward() of a Tensor of shape {self.shape} needs a seed of that shape; "
                    "or make it one number first, as with .sum() or .mean()"
                )
            seed = np.ones(data.shape, data.dtype) if data.ndim else np.array(1.0, data.dtype)
        else:
            seed = np.array(seed._data if isinstance(seed, Tensor) else seed)  # the caller may edit it
            if seed.shape != data.shape:
                raise ValueError(f"the seed of a Tensor of shape {data.shape} has that shape, got {seed.shape}")
            if seed.dtype != data.dtype:
                seed = checked(seed).astype(data.dtype, copy=False)
        reverse.backward_tensor(self, seed)

    if TYPE_CHECKING:  # what operators.py and functions.py add, for type checkers

        def __add__(self, other: Any) -> Tensor: ...
        def __neg__(self) -> Tensor: ...
        def __getitem__(self, index: Any) -> Tensor: ...
        def __getattr__(self, name: str) -> Any: ...

        __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __add__
        __pow__ = __rpow__ = __mod__ = __rmod__ = __matmul__ = __rmatmul__ = __add__
        __abs__ = __neg__

    def __setitem__(self, index: Any, value: Any) -> None:
        raise TypeError(
            "a Tensor's elements can't be assigned, because that would cut the graph: collect the parts in a list and "
            "use ag.stack, or ag.where to choose; for plain data, t.data[...] = ... before computing with it"
        )

    def compare(self, relation: Callable[[Any, Any], Any], other: object) -> Any:
        """What a ``relation`` says of the data and the ``other``, as a boolean array."""
        return relation(self._data, data_of(other))

    def __bool__(self) -> bool:
        if self.size != 1:
            raise ValueError(f"a Tensor of shape {self.shape} is neither true nor false: use (t > 0).all() or .any()")
        self.refuse_to_look(*BRANCH)
        return bool(self._data.item())

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("a Tensor of shape () has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __contains__(self, element: Any) -> bool:
        self.refuse_to_look("`in`", INSTEAD)
        return bool(np.any(self == element))

    def __pos__(self) -> Tensor:
        return self

    def __float__(self) -> float:
        self.refuse_to_cut("float()")
        return self.item()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        self.refuse_to_cut("np.asarray()")
        return np.array(self._data, dtype, copy=copy) if copy is not None else np.asarray(self._data, dtype)

    @property
    def is_stale(self) -> bool:
        """Whether this node's data, or that of what it was computed from, was assigned since."""
        if self.edges is MANY:
            now = np.array([x._data if isinstance(x, Node) else x for x in self.operands], self.dtype)
            return not np.array_equal(now, self._data.reshape(-1), equal_nan=True)
        return self.time == np.inf or any(isinstance(x, Tensor) and x.time > self.time for x in self.operands)

    def become_data(self) -> None:
        """Forget how it was computed: no derivative flows here."""
        self.operands = self.arrays = self.edges = self.params = ()
        self.origin = DATA

    def stop_at_data(self) -> None:
        """Let no derivative flow to operands that want none."""
        if self.edges is not MANY:
            self.edges = tuple([edge for edge in self.edges if flows_to(edge[0])])

    def summary(self) -> str:
        """The array in few words: its numbers if they are few, else shape and range."""
        if self.size <= SHORT:
            return np.array2string(self._data, precision=4, separator=", ").replace("\n", "")
        least, most = np.min(self._data), np.max(self._data)
        return f"shape {self.shape} from {least:.4g} to {most:.4g}"

    def __repr__(self) -> str:
        with np.printoptions(threshold=100, edgeitems=2, precision=6):
            numbers = np.array2string(self._data, separator=", ", prefix="Tensor(")
        large = f", shape={self.shape}" if self.size > 100 or not self.size else ""
        dtype = f", dtype={self.dtype}" if self.dtype != np.float64 else ""
        label = f", label={self.label!r}" if self.label else ""
        return f"Tensor({numbers}{large}{dtype}{label})"

    def __format__(self, spec: str) -> str:
        return format(self._data.item(), spec) if spec else repr(self)

    def __reduce__(self) -> tuple[Any, ...]:
        self.refuse_to_look("a copy", INSTEAD)
        return leaf, (self._data.copy(), *self.copied_leaf())


SHORT = 9  # elements that error messages show


def as_array(data: Any) -> Array:
    """A new array of float32 or float64 that holds what a caller gave."""
    try:
        array = np.array(data)
    except ValueError as error:
        raise ValueError(f"rows of different lengths make no array: {describe(data)}") from error
    return checked(array, data)


def checked(array: Array, data: Any = None) -> Array:
    """The array with a dtype to compute in.

    Raises
    ------
    TypeError
        For one that isn't of float32, float64, ints or bools.
    """
    if array.dtype.kind in "iub":
        return array.astype(np.float64)
    if array.dtype.newbyteorder("=") not in (np.float32, np.float64):
        said = describe(array if data is None else data)
        raise TypeError(f"a Tensor holds float32 or float64 (ints and bools become float64), got {array.dtype}: {said}")
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def leaf(data: Array, tag: Tag | None, origin: Leaf) -> Tensor:
    """A leaf of a given kind, which holds this array, not a copy."""
    node = Tensor(0.0)
    node._data, node._tag, node.origin = data, tag, origin
    return node


def constant(data: Any) -> Tensor:
    """The node that stands for a number or array mixed in."""
    return leaf(np.asarray(data), CONSTANT, DATA)
