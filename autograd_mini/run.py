"""One call of a function that a transform differentiates: fresh nodes in, plain results out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import higher, reverse, tree
from .graph import DATA, VARIABLE, Node, describe, topological
from .linear import ASTYPE
from .modes import THREAD, Outer
from .plain import AS_PLAIN
from .reverse import cotangents
from .tensor import Tensor, checked, leaf
from .value import Value, as_float


class Run:
    """The arguments of one call, those to differentiate by replaced with fresh nodes."""

    def __init__(
        self, args: Sequence[Any], argnums: int | tuple[int, ...], outer: Outer, plain: bool = True, copy: bool = False
    ) -> None:
        numbers = (argnums,) if isinstance(argnums, int) else argnums
        if not all(-len(args) <= number < len(args) for number in numbers):
            raise ValueError(f"argnums {argnums} of a call with {len(args)} positional arguments")
        if len({number % len(args) for number in numbers}) < len(numbers):
            raise ValueError(f"argnums {argnums} names an argument twice")
        chosen = tuple(args[number] for number in numbers)
        fresh = tree.map_leaves(lambda x: _fresh(x, copy), chosen)
        self.args = list(args)
        for number, argument in zip(numbers, fresh, strict=True):
            self.args[number] = argument
        self.chosen = chosen[0] if isinstance(argnums, int) else chosen
        self.sources: list[Any] = list(tree.leaves(fresh))
        self.outer = outer
        self.plain = plain and not any(isinstance(x, Node) and x.requires_grad for x in tree.leaves(chosen))

    @property
    def numeric(self) -> bool:
        """Whether derivatives are numbers; else they are nodes, which someone may differentiate again."""
        return self.plain and not self.outer.transform

    def gradients(self, root: Any, seed: Any = None, numeric: bool | None = None) -> list[Any]:
        """The gradient of a node by each source, zeros where it doesn't depend on one."""
        numeric = self.numeric if numeric is None else numeric
        if seed is None:
            seed = 1.0 if type(root) is Value else np.ones(root.shape, root.dtype)
        trace = THREAD.trace
        deep = not numeric or trace is not None
        seed = data_node(seed) if deep and isinstance(seed, np.ndarray) else seed
        with np.errstate(all="ignore"):
            if numeric and trace is not None:
                found = trace.gradients(root, self.sources, seed)
            else:
                found = cotangents(root, self.sources, seed, higher.pulling if deep else reverse.stored)
        return [zero_like(x) if g is None else g for x, g in zip(self.sources, found, strict=True)]

    def like_arguments(self, replacements: list[Any]) -> Any:
        """These leaves in the structure of what is differentiated by."""
        return tree.unflatten(self.chosen, replacements)

    def results(self, results: Any) -> Any:
        """Results as the caller is to see them: plain, unless they belong to a graph of the caller's."""

        def seen(x: Any) -> Any:
            if isinstance(x, Node) and THREAD.trace is not None:
                return AS_PLAIN(x) if not self._belongs(x) else x
            if isinstance(x, Node):
                return plain(x) if not self._belongs(x) else x.detach() if self.outer.no_grad else x
            number = as_float(x)
            if number is not None or not isinstance(x, np.ndarray):
                return x if number is None else number
            return np.array(x) if x.ndim else x.item()

        return tree.map_leaves(seen, results)

    def derivatives(self, results: list[Any]) -> list[Any]:
        """Derivatives by the sources as the caller is to see them: of an array an array, be it of shape ()."""
        return [
            np.asarray(seen, source.dtype) if type(source) is Tensor and isinstance(seen, float) else seen
            for source, seen in zip(self.sources, self.results(results), strict=True)
        ]

    def aside(self, aux: Any) -> Any:
        """What a function gave beside its value: as it is, but for nodes."""
        return tree.map_leaves(lambda x: self.results(x) if isinstance(x, Node) else x, aux)

    def _belongs(self, node: Any) -> bool:
        """Whether a node belongs to a graph of the caller's, not to this call's alone."""
        if not self.plain or not self.outer.transform:
            return not self.plain
        own = {id(source) for source in self.sources}
        return any(x.requires_grad and not x.operands and id(x) not in own for x in topological(node))


def plain(x: Any) -> Any:
    """The float, or a copy of the array, that a node holds."""
    return x.item() if type(x) is Value or not x.ndim else x.numpy()


def _fresh(x: Any, copy: bool) -> Any:
    if isinstance(x, Node) and x.requires_grad:
        return x.identity()
    if type(x) is Tensor and x._data.dtype.kind in "iub":  # whole numbers that a program is given
        x = ASTYPE(x, np.dtype(np.float64))
    if THREAD.trace is not None and (isinstance(x, Node | np.ndarray) or as_float(x) is not None):
        return THREAD.trace.stand_in(x if isinstance(x, Node) or as_float(x) is not None else checked(x), VARIABLE)
    data = x.data if isinstance(x, Node) else x
    number = as_float(data)
    if number is not None:
        return Value(number)
    if not isinstance(data, np.ndarray):
        raise TypeError(
            f"differentiation is by numbers, arrays and nodes, in tuples, lists and dicts; got {describe(x)}"
        )
    array = checked(data)
    array = array.copy() if copy else array.view()
    array.flags.writeable = False  # a view is the caller's
    return leaf(array, None, VARIABLE)


def data_node(data: Any) -> Any:
    """An array as a node to which no derivative flows."""
    if THREAD.trace is not None:
        return THREAD.trace.stand_in(np.asarray(data), DATA)
    return leaf(np.asarray(data), None, DATA)


def zero_like(source: Any) -> Any:
    """What a derivative by a node is where there is none: zeros of its shape."""
    return 0.0 if type(source) is Value else np.zeros(source.shape, source.dtype)


def as_node(output: Any) -> Any:
    """An output of a function to differentiate, as a node."""
    if isinstance(output, Node):
        return output
    number = as_float(output)
    if number is not None:
        return Value(number, requires_grad=False)
    if isinstance(output, np.ndarray) and output.dtype.kind in "iubf":
        return Tensor(output, requires_grad=False)
    raise TypeError(f"a function to differentiate returns numbers, arrays or nodes, got {describe(output)}")


def as_scalar(output: Any) -> Any:
    """The output of a function to differentiate that has to be one number, as a node."""
    if not isinstance(output, Node | np.ndarray) and as_float(output) is None:
        raise TypeError(f"the function to differentiate must return one number, got {describe(output)}")
    node = as_node(output)
    if type(node) is Tensor and node.size != 1:
        raise TypeError(
            f"the function to differentiate must return one number, got the shape {node.shape}: sum it, or use jacobian"
        )
    return node
