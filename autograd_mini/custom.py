"""custom_vjp: a function whose derivative its author writes, by code instead of a formula."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import higher, tree
from .functions import stop_gradient
from .graph import DATA, VARIABLE, Node, data_of, describe
from .modes import THREAD, recording
from .operation import Many
from .recording import NATIVE, array, as_operand, new_tensor
from .reductions import sum as sum_of
from .reverse import cotangents
from .tensor import Tensor, checked, leaf

ARRAYS = (Tensor, np.ndarray)


class custom_vjp:
    """A decorator: a function of arrays with a derivative of its own, as ``jax.custom_vjp``.

    ``f.defvjp(forward, backward)`` tells it: ``forward(*args)`` gives (result, what backward needs), and
    ``backward(needs, gradient)`` a tuple with the gradient by each argument, None where there is none. Written in
    NumPy's words, or in ``ag.``'s, both serve every order of derivative, and forward mode. It is one node, and appears
    in pictures by its name. Arguments are numbers, arrays and nodes; the result is one array.

    Raises
    ------
    RuntimeError
        When it is called before ``defvjp``.
    TypeError
        When forward or backward return something else.

    Examples
    --------
    >>> import autograd_mini as ag
    >>> @custom_vjp
    ... def clipped_gradient(x):
    ...     return x
    >>> clipped_gradient.defvjp(lambda x: (x, None), lambda _, g: (np.clip(g, -1, 1),))
    >>> x = Tensor([1.0, 2.0])
    >>> (10 * clipped_gradient(x)).sum().backward()
    >>> x.grad
    array([1., 1.])
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.operation: Custom | None = None

    def defvjp(self, forward: Callable[..., Any], backward: Callable[..., Any]) -> None:
        """Say how the result and the gradients are computed.

        Parameters
        ----------
        forward
            Of the arguments, gives the result and what backward needs of them, whatever that is.
        backward
            Of what it needs and the result's gradient, in the result's shape, gives a tuple of the arguments'
            gradients, each in its argument's shape; None for 0.
        """
        self.operation = Custom(self.function.__name__, forward, backward)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.operation is None:
            raise RuntimeError(
                f"{self.function.__name__} has no derivative yet: call its defvjp(forward, backward) first"
            )
        bound = inspect.signature(self.function).bind(*args, **kwargs)
        bound.apply_defaults()
        if bound.kwargs:
            raise TypeError(
                f"{self.function.__name__} takes {', '.join(bound.kwargs)} by keyword alone, and a custom_vjp no such"
            )
        operands = bound.args
        if not any(isinstance(x, Node) for x in tree.leaves(operands)):
            return self.function(*operands)
        return self.operation(operands)


class Custom(Many):
    """The operation: not linear, but like a linear one it takes gradients to gradients by code.

    What ``forward`` says that backward needs is kept with the node. For higher orders both run again, on nodes.
    """

    def __init__(
        self, name: str, forward: Callable[..., Any], backward: Callable[..., Any], copies: bool = True
    ) -> None:
        self.copies = copies  # whether a gradient may be an array that belongs to somebody
        super().__init__(name, lambda xs, *_: self.run(xs)[0], lambda i, g, xs, *_: self._gradients(g, xs)[i])
        self.forward = forward
        self.backward = backward

    def __call__(self, operands: Sequence[Any], *_: Any) -> Any:
        kept = tuple([x if type(x) is Tensor else self._operand(x) for x in operands])
        arrays = tuple([data_of(x) for x in kept])
        if THREAD.trace is not None:  # then what it does is recorded
            value = as_operand(self.run([stop_gradient(x) for x in kept])[0])
            return new_tensor(self, data_of(value), kept, arrays, self.pulls_of(len(kept)), (value,))
        value, needs = self.run(arrays)
        value = value if type(value) is np.ndarray and value.dtype in NATIVE else self._array(value)
        # With the node: what backward needs, and its gradients, which are asked for one by one and computed once.
        return new_tensor(self, value, kept, arrays, self.pulls_of(len(kept)), ([needs, None, None],))

    def _array(self, value: Any) -> Any:
        array = np.asarray(None if isinstance(value, tuple | list) else value)
        if array.dtype.kind not in "iubf":
            raise TypeError(f"{self.name} has one result, an array or a number, got {describe(value)}")
        return checked(array, value)

    def _operand(self, x: Any) -> Any:
        operand = as_operand(x)
        if operand is None:
            raise TypeError(f"{self.name} takes numbers, arrays of float32 or float64, and nodes, got {describe(x)}")
        return operand

    def _pull_of(self, i: int) -> Callable[[Any, Any], Any]:
        def pull(g: Any, node: Any) -> Any:
            (state,) = node.params
            needs, last, _ = state
            if last is not g:
                state[1:] = g, self._checked(self.backward(needs, g), node.arrays)
            gradient = self._shaped(state[2][i], node.arrays[i])
            return np.array(gradient) if self.copies else gradient

        return pull

    def run(self, xs: Sequence[Any]) -> tuple[Any, Any]:
        """The result, and what backward needs."""
        result = self.forward(*xs)
        if not isinstance(result, tuple) or len(result) != 2:
            raise TypeError(f"forward of {self.name} returns (result, what backward needs), got {describe(result)}")
        return result

    def _gradients(self, g: Any, xs: Sequence[Any]) -> list[Any]:
        gradients = self._checked(self.backward(self.run(xs)[1], g), xs)
        return [self._shaped(gradient, x) for gradient, x in zip(gradients, xs, strict=True)]

    def _checked(self, gradients: Any, xs: Sequence[Any]) -> tuple[Any, ...]:
        if not isinstance(gradients, tuple) or len(gradients) != len(xs):
            raise TypeError(
                f"backward of {self.name} returns a tuple of {len(xs)} gradients, one for each argument, "
                f"got {describe(gradients)}"
            )
        return gradients

    def _shaped(self, gradient: Any, x: Any) -> Any:
        """A gradient of an argument's shape; one that is a function is computed only now."""
        shape = x.shape if isinstance(x, ARRAYS) else np.shape(x)
        gradient = gradient() if callable(gradient) else np.zeros(shape) if gradient is None else gradient
        gradient = gradient if isinstance(gradient, ARRAYS) else array(gradient)
        if gradient.shape != shape:
            raise ValueError(
                f"backward of {self.name} gave a gradient of shape {gradient.shape} for an argument of shape {shape}"
            )
        return gradient

    def push(self, i: int, tangent: Any, operands: Sequence[Any], params: tuple[Any, ...]) -> Any:
        """Backward is linear in the gradient u: its transpose, which is the derivative by u, is the push."""
        with recording():
            nodes = [leaf(x, None, DATA) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x for x in operands]
            out = self.run(nodes)[0]
            u = leaf(np.zeros(np.shape(out._data if isinstance(out, Node) else out)), None, VARIABLE)
            image = sum_of(self._gradients(u, nodes)[i] * tangent)
            seed = leaf(np.ones(()), None, DATA)
            (found,) = cotangents(image, [u], seed, higher.pulling) if isinstance(image, Node) else (None,)
        found = np.zeros(u.shape) if found is None else found
        return (
            found
            if any(isinstance(x, Node) for x in (tangent, *operands)) or not isinstance(found, Node)
            else found._data
        )
