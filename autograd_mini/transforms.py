"""Transforms: functions that differentiate functions.

They take functions of numbers, of nodes, or of nested tuples, lists and dicts of them, and give plain
floats back for plain floats. They nest to any order and in either mode, and are free of perturbation
confusion, because each differentiates by fresh nodes of its own.

>>> from autograd_mini import sin
>>> grad(sin)(0.0), grad(grad(sin))(1.0)
(1.0, -0.8414709848078965)
>>> grad(lambda x: x * grad(lambda y: x + y)(x))(1.0)
1.0
>>> hessian(lambda p: p["x"] ** 2 * p["y"])({"x": 3.0, "y": 5.0})
{'x': {'x': 10.0, 'y': 6.0}, 'y': {'x': 6.0, 'y': 0.0}}
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from . import tree
from .forward import tangents
from .graph import descendants, topological
from .higher import derivatives
from .modes import Outer, recording
from .recording import is_stale
from .reverse import cotangents, stored
from .value import Value, as_float, describe

Function = Callable[..., Any]


class _Run:
    """The arguments of one call, those to differentiate by replaced with fresh nodes."""

    def __init__(self, args: Sequence[Any], argnums: int | tuple[int, ...], outer: Outer) -> None:
        numbers = (argnums,) if isinstance(argnums, int) else argnums
        if not all(-len(args) <= number < len(args) for number in numbers):
            raise ValueError(f"argnums {argnums} of a call with {len(args)} positional arguments")
        if len({number % len(args) for number in numbers}) < len(numbers):
            raise ValueError(f"argnums {argnums} names an argument twice")
        chosen = tuple(args[number] for number in numbers)
        fresh = tree.map_leaves(_fresh, chosen)
        self.args = list(args)
        for number, argument in zip(numbers, fresh, strict=True):
            self.args[number] = argument
        self.chosen = chosen[0] if isinstance(argnums, int) else chosen
        self.sources: list[Value] = list(tree.leaves(fresh))
        self.outer = outer
        self.plain = not any(type(leaf) is Value and leaf.requires_grad for leaf in tree.leaves(chosen))
        self.derivatives = stored if self.plain and not outer.transform else derivatives

    def like_arguments(self, replacements: list[Any]) -> Any:
        """These leaves in the structure of what is differentiated by."""
        return tree.unflatten(self.chosen, replacements)

    def results(self, results: Any) -> Any:
        """Results as the caller is to see them: floats, unless they belong to a graph of the caller's."""

        def seen(x: Any) -> Any:
            if type(x) is Value:
                return x.item() if not self._belongs(x) else x.detach() if self.outer.no_grad else x
            number = as_float(x)
            return x if number is None else number

        return tree.map_leaves(seen, results)

    def aside(self, aux: Any) -> Any:
        """What a function gave beside its value: as it is, but for nodes."""
        return tree.map_leaves(lambda x: self.results(x) if type(x) is Value else x, aux)

    def _belongs(self, node: Value) -> bool:
        """Whether a node belongs to a graph of the caller's, not to this call's alone."""
        if not self.plain or not self.outer.transform:
            return not self.plain
        own = {id(source) for source in self.sources}
        return any(leaf.requires_grad and not leaf.operands and id(leaf) not in own for leaf in topological(node))


def _fresh(leaf: Any) -> Value:
    if type(leaf) is Value and leaf.requires_grad:
        return leaf.identity()  # type: ignore[no-any-return]  # a method from the table
    number = as_float(leaf.data if type(leaf) is Value else leaf)
    if number is None:
        raise TypeError(f"differentiation is by numbers and nodes, in tuples, lists and dicts; got {describe(leaf)}")
    return Value(number)


def _scalar(output: Any) -> Value:
    """The output of a function to differentiate: one number, as a node."""
    if type(output) is Value:
        return output
    number = as_float(output)
    if number is None:
        raise TypeError(f"the function to differentiate must return one number, got {describe(output)}")
    return Value(number, requires_grad=False)


def value_and_grad(f: Function, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Function:
    """A function that gives ``f`` and its gradient, by one backward sweep.

    Parameters
    ----------
    f : a function that returns one number; with ``has_aux`` a pair of it and anything else
    argnums : which positional argument, or which ones, to differentiate by

    Returns
    -------
    a function of the same arguments: ``(value, gradient)``, or ``((value, aux), gradient)``; the gradient
    has the structure of the argument, or is a tuple of such for a tuple of ``argnums``

    Raises
    ------
    TypeError : when ``f`` returns anything but one number

    >>> value_and_grad(lambda a, b: (a + b) * (b + 1), argnums=(0, 1))(2.0, 1.0)
    (6.0, (2.0, 5.0))
    """

    @functools.wraps(f)
    def transformed(*args: Any, **kwargs: Any) -> Any:
        with recording() as outer:
            run = _Run(args, argnums, outer)
            output = f(*run.args, **kwargs)
            if has_aux and not (isinstance(output, tuple) and len(output) == 2):
                raise TypeError(f"with has_aux the function returns (value, aux), got {describe(output)}")
            value, aux = output if has_aux else (output, None)
            value = _scalar(value)
            gradients = cotangents(value, run.sources, 1.0, run.derivatives)
            value, gradient = run.results((value, run.like_arguments(gradients)))
            return ((value, run.aside(aux)) if has_aux else value), gradient

    return transformed


def grad(f: Function, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Function:
    """A function that gives the gradient of ``f``: see :func:`value_and_grad`.

    With ``has_aux`` it gives ``(gradient, aux)``.

    >>> grad(lambda a, b: (a + b) * (b + 1), argnums=1)(2.0, 1.0)
    5.0
    """

    @functools.wraps(f)
    def transformed(*args: Any, **kwargs: Any) -> Any:
        value, gradient = value_and_grad(f, argnums, has_aux)(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return transformed


def jvp(f: Function, primals: Sequence[Any], tangents_in: Sequence[Any]) -> tuple[Any, Any]:
    """The value of ``f`` and its derivative along a direction, by one forward sweep.

    Parameters
    ----------
    primals : the arguments of ``f``, as a tuple or list
    tangents_in : the direction, of the same structure

    Returns
    -------
    (value, tangent), each of the structure that ``f`` returns

    >>> jvp(lambda a, b: (a + b) * (b + 1), (2.0, 1.0), (0.0, 1.0))
    (6.0, 5.0)
    """
    if not (isinstance(primals, tuple | list) and isinstance(tangents_in, tuple | list)):
        raise TypeError("jvp takes primals and tangents as tuples or lists, one entry for each argument")
    with recording() as outer:
        run = _Run(primals, tuple(range(len(primals))), outer)
        try:
            leaves = tree.like(tuple(primals), tuple(tangents_in))
            directions = [x if type(x) is Value else as_float(x) for x in leaves]
        except ValueError:
            directions = [None]
        if any(d is None for d in directions):
            raise ValueError(f"tangents must be numbers in the structure of the primals, got {tangents_in!r}")
        if any(type(d) is Value for d in directions):
            run.plain, run.derivatives = False, derivatives
        output = f(*run.args)
        roots = [_scalar(leaf) for leaf in tree.leaves(output)]
        found = tangents(topological(*roots), run.sources, directions, run.derivatives)
        results = tree.map_leaves(lambda leaf: found.get(id(leaf), 0.0), output)
        return run.results(output), run.results(results)


def hessian(f: Function, argnums: int = 0) -> Function:
    """A function that gives the second derivatives of ``f`` by one argument.

    For a number it is a number; for a structure, in each place a structure of the second derivatives.

    >>> hessian(lambda x: x**3)(2.0)
    12.0
    """

    @functools.wraps(f)
    def transformed(*args: Any, **kwargs: Any) -> Any:
        with recording() as outer:
            run = _Run(args, argnums, outer)
            value = _scalar(f(*run.args, **kwargs))
            gradients = [_scalar(g) for g in cotangents(value, run.sources, 1.0, derivatives)]
            rows = [cotangents(g, run.sources, 1.0, run.derivatives) for g in gradients]
            return run.results(run.like_arguments([run.like_arguments(row) for row in rows]))

    return transformed


def gradient_graph(root: Value, wrt: Value) -> Value:
    """The derivative of an existing graph as a graph: to draw, or to differentiate again.

    Raises
    ------
    RuntimeError : when a leaf has changed since the graph was computed
    TypeError : when one of the two is no Value

    >>> a, b = Value(2, "a"), Value(1, "b")
    >>> g = gradient_graph((a + b) * (b + 1), wrt=b)
    >>> g.backward()
    >>> g.data, a.grad, b.grad
    (5.0, 1.0, 2.0)
    """
    for node in (root, wrt):
        if type(node) is not Value:
            raise TypeError(f"gradient_graph takes a Value and the Value to differentiate it by, got {describe(node)}")
    order = topological(root)
    relevant = descendants(order, [wrt])
    for node in order:
        if id(node) in relevant and is_stale(node):
            raise RuntimeError(
                f"the inputs of {node.op} have changed since it was computed, so higher derivatives would be "
                "of another function: compute the graph again"
            )
    with recording():
        return _scalar(cotangents(root, [wrt], 1.0, derivatives)[0])
