"""custom_vjp: a function whose derivative its author writes, by code instead of a formula."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import higher
from .array_functions import array
from .array_functions import sum as sum_of
from .graph import VARIABLE, Node, describe
from .linear import Many, spread
from .modes import no_grad, recording
from .recording import apply
from .reverse import cotangents
from .tensor import Tensor, leaf
from .value import as_float


class custom_vjp:
    """A decorator: a function of arrays with a derivative of its own, as ``jax.custom_vjp``.

    ``f.defvjp(forward, backward)`` tells it: ``forward(*args)`` gives (result, what backward needs), and
    ``backward(needs, gradient)`` a tuple with the gradient by each argument, None where there is none. Written in
    NumPy's words, or in ``ag.``'s, both serve every order of derivative, and forward mode. It is one node, and appears
    in pictures by its name.

    Raises
    ------
    RuntimeError : when it is called before ``defvjp``
    TypeError : when forward or backward return something else

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
        self.operation: _Custom | None = None

    def defvjp(self, forward: Callable[..., Any], backward: Callable[..., Any]) -> None:
        """Say how the result and the gradients are computed."""
        self.operation = _Custom(self.function.__name__, forward, backward)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.operation is None:
            raise RuntimeError(f"{self.function.__name__} has no derivative yet: call its defvjp(forward, backward) first")
        bound = inspect.signature(self.function).bind(*args, **kwargs)
        bound.apply_defaults()
        operands = bound.args
        if not any(isinstance(x, Node) for x in operands):
            return self.function(*operands)
        return apply(self.operation, tuple(array(x) if isinstance(x, list | tuple) else x for x in operands))


class _Custom(Many):
    """The operation: not linear, but like a linear one it takes gradients to gradients by code."""

    def __init__(self, name: str, forward: Callable[..., Any], backward: Callable[..., Any]) -> None:
        super().__init__(name, lambda xs: self._forward(xs)[0], lambda i, g, xs: self._gradients(g, xs)[i])
        self.forward = forward
        self.backward = backward
        self._last: tuple[Any, Any] = (None, None)

    def _forward(self, xs: Sequence[Any]) -> tuple[Any, Any]:
        result = self.forward(*xs)
        if not isinstance(result, tuple) or len(result) != 2:
            raise TypeError(f"forward of {self.name} returns (result, what backward needs), got {describe(result)}")
        return result

    def _gradients(self, g: Any, xs: Sequence[Any]) -> list[Any]:
        """The gradients by all operands; asked for one after the other, they are computed once."""
        if self._last[0] is not g:
            gradients = self.backward(self._forward(xs)[1], g)
            if not isinstance(gradients, tuple) or len(gradients) != len(xs):
                raise TypeError(
                    f"backward of {self.name} returns a tuple of {len(xs)} gradients, one for each argument, got {describe(gradients)}"
                )
            self._last = g, [self._shaped(x, d) for x, d in zip(xs, gradients, strict=True)]
        return self._last[1]

    def _shaped(self, x: Any, gradient: Any) -> Any:
        shape = np.shape(x._data if isinstance(x, Node) else x)
        if gradient is None:
            return np.zeros(shape)
        gradient = gradient if type(gradient) is Tensor else array(gradient) if isinstance(gradient, Node) else np.array(gradient)
        if gradient.shape != shape:
            raise ValueError(f"backward of {self.name} gave a gradient of shape {gradient.shape} for an argument of shape {shape}")
        return gradient

    def pull(self, i: int, g: Any, operands: Sequence[Any], params: tuple[Any, ...]) -> Any:
        return self._gradients(g, operands)[i]

    def push(self, i: int, tangent: Any, operands: Sequence[Any], params: tuple[Any, ...]) -> Any:
        """By the transpose of the transpose: backward is linear in the gradient u, so its derivative by u is the push."""
        with recording():
            nodes = [leaf(np.asarray(x), None, VARIABLE) if not isinstance(x, Node) else x for x in operands]
            out = self._forward(nodes)[0]
            u = leaf(spread(np.zeros(()), np.shape(out._data if isinstance(out, Node) else out)), None, VARIABLE)
            image = sum_of(self._gradients(u, nodes)[i] * tangent)
            seed = leaf(np.ones(()), None, VARIABLE)
            (found,) = cotangents(image, [u], seed, higher.pulling) if isinstance(image, Node) else (None,)
        found = np.zeros(u.shape) if found is None else found
        return found if any(isinstance(x, Node) for x in (tangent, *operands)) or not isinstance(found, Node) else found._data
