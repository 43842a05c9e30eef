"""What a linear operation is: data that the engines, both modes and every order read.

A linear operation is its own derivative: forward mode applies it to the tangent, reverse mode applies its
transpose to the gradient. The operations themselves are in ``linear.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .graph import Node, data_of
from .modes import THREAD


class Linear:
    """An operation that is linear in each of its operands.

    Parameters
    ----------
    name
        What ``node.op`` shows.
    value
        Of the operands and the parameters (axis, shape, index, …), the result.
    transposes
        For each operand, of (gradient, operands, parameters), the operand's gradient; a broadcast
        operand's may still have the larger shape.
    """

    requires_grad = True

    def __init__(self, name: str, value: Callable[..., Any], *transposes: Callable[..., Any]) -> None:
        self.name = name
        self.arity = len(transposes)
        self.value = value
        self.transposes = transposes
        self.pulls = tuple(self._pull(transpose) for transpose in transposes)

    @staticmethod
    def _pull(transpose: Callable[..., Any]) -> Callable[[Any, Any], Any]:
        return lambda g, node: transpose(g, *node.arrays, *node.params)

    def __call__(self, *arguments: Any) -> Any:
        """Of arrays an array, of nodes a node."""
        n = len(self.transposes)
        for x in arguments[:n]:
            if isinstance(x, Node):
                return x.apply(self, arguments[:n], arguments[n:])
        return self.value(*arguments)

    def evaluate(self, operands: Sequence[Any], params: tuple[Any, ...]) -> Any:
        """The result for arrays."""
        return self.value(*operands, *params)

    def pulls_of(self, count: int) -> tuple[Callable[[Any, Any], Any], ...]:
        """For each of so many operands, the function from a node's gradient to the operand's, on arrays."""
        return self.pulls

    def pull(self, i: int, g: Any, operands: Sequence[Any], params: tuple[Any, ...]) -> Any:
        """The gradient by operand ``i``, on arrays or nodes."""
        return self.transposes[i](g, *operands, *params)

    def push(self, i: int, tangent: Any, operands: Sequence[Any], params: tuple[Any, ...]) -> Any:
        """The tangent that comes from operand ``i``."""
        return self(*operands[:i], tangent, *operands[i + 1 :], *params)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


class Plain(Linear):
    """One through which no derivative flows: a comparison, which element is the greatest.

    Its result is plain; only while a program is recorded is it a node, so that it is found again at each replay. Some
    exist only then; of those the result may stand for a node (``gives_plain`` is False).
    """

    requires_grad = False

    def __init__(self, name: str, value: Callable[..., Any], gives_plain: bool = True) -> None:
        super().__init__(name, value)
        self.gives_plain = gives_plain

    def __call__(self, *operands: Any, params: tuple[Any, ...] = ()) -> Any:
        if THREAD.trace is not None:
            for x in operands:
                if isinstance(x, Node):
                    return x.apply(self, operands, params)
        return self.value(*map(data_of, operands), *params)


class Selection(Linear):
    """One that is linear once it is settled which elements it takes: max, sort.

    Which they are is found again in the data, so a node is all that has to be kept.
    """

    def __init__(
        self, name: str, value: Callable[..., Any], transpose: Callable[..., Any], selected: Callable[..., Any]
    ) -> None:
        super().__init__(name, value, transpose)
        self.selected = selected

    def push(self, i: int, tangent: Any, operands: Sequence[Any], params: tuple[Any, ...]) -> Any:
        return self.selected(tangent, *operands, *params)


class Many(Linear):
    """One of any number of operands, linear in each."""

    def __init__(self, name: str, value: Callable[..., Any], transpose: Callable[..., Any]) -> None:
        super().__init__(name, value)
        self.transpose = transpose  # of (i, gradient, operands, parameters)
        self._made: dict[int, tuple[Callable[[Any, Any], Any], ...]] = {}

    def __call__(self, operands: Any, *params: Any) -> Any:  # they come as one sequence
        for x in operands:
            if isinstance(x, Node):
                return x.apply(self, tuple(operands), params)
        return self.value(operands, *params)

    def evaluate(self, operands: Sequence[Any], params: tuple[Any, ...]) -> Any:
        return self.value(operands, *params)

    def pulls_of(self, count: int) -> tuple[Callable[[Any, Any], Any], ...]:
        if count not in self._made:
            self._made[count] = tuple(self._pull_of(i) for i in range(count))
        return self._made[count]

    def _pull_of(self, i: int) -> Callable[[Any, Any], Any]:
        def pull(g: Any, node: Any) -> Any:
            return self.transpose(i, g, node.arrays, *node.params)

        return pull

    def pull(self, i: int, g: Any, operands: Sequence[Any], params: tuple[Any, ...]) -> Any:
        return self.transpose(i, g, operands, *params)

    def push(self, i: int, tangent: Any, operands: Sequence[Any], params: tuple[Any, ...]) -> Any:
        return self([*operands[:i], tangent, *operands[i + 1 :]], *params)


class Together(Many):
    """A Many that is linear in all operands at once, not in each while the others are held: concatenate."""

    def push(self, i: int, tangent: Any, operands: Sequence[Any], params: tuple[Any, ...]) -> Any:
        zeros = [np.zeros(x.shape, x.dtype) for x in map(data_of, operands)]
        return super().push(i, tangent, zeros, params)
