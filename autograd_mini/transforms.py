"""Transforms: functions that differentiate functions.

They take functions of numbers, of arrays, of nodes, or of nested tuples, lists and dicts of them, and give plain
floats and arrays back for plain ones. They nest to any order and in either mode, and are free of perturbation
confusion, because each differentiates by fresh nodes of its own.

>>> from autograd_mini import sin
>>> grad(sin)(0.0), grad(grad(sin))(1.0)
(1.0, -0.8414709848078965)
>>> grad(lambda x: x * grad(lambda y: x + y)(x))(1.0)
1.0
>>> grad(lambda W, x: np.sum(np.tanh(W @ x)))(np.zeros((2, 2)), np.array([1.0, 2.0]))
array([[1., 2.],
       [1., 2.]])
>>> hessian(lambda p: p["x"] ** 2 * p["y"])({"x": 3.0, "y": 5.0})
{'x': {'x': 10.0, 'y': 6.0}, 'y': {'x': 6.0, 'y': 0.0}}
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

import numpy as np

from . import forward, higher, reverse, tree
from .forward import tangents
from .graph import DATA, VARIABLE, Node, descendants, describe, topological
from .modes import Outer, recording
from .recording import is_stale
from .reverse import cotangents
from .shapes import reshape, stack
from .tensor import Tensor, checked, leaf
from .value import Value, as_float

Function = Callable[..., Any]


class _Run:
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
        seed = seed if numeric or type(root) is Value or type(seed) is Tensor else _data_node(seed)
        with np.errstate(all="ignore"):
            found = cotangents(root, self.sources, seed, reverse.stored if numeric else higher.pulling)
        return [_zero(x) if g is None else g for x, g in zip(self.sources, found, strict=True)]

    def like_arguments(self, replacements: list[Any]) -> Any:
        """These leaves in the structure of what is differentiated by."""
        return tree.unflatten(self.chosen, replacements)

    def results(self, results: Any) -> Any:
        """Results as the caller is to see them: plain, unless they belong to a graph of the caller's."""

        def seen(x: Any) -> Any:
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


def _data_node(data: Any) -> Any:
    return leaf(np.asarray(data), None, DATA)


def _zero(source: Any) -> Any:
    return 0.0 if type(source) is Value else np.zeros(source.shape, source.dtype)


def _node(output: Any) -> Any:
    """An output of a function to differentiate, as a node."""
    if isinstance(output, Node):
        return output
    number = as_float(output)
    if number is not None:
        return Value(number, requires_grad=False)
    if isinstance(output, np.ndarray) and output.dtype.kind in "iubf":
        return Tensor(output, requires_grad=False)
    raise TypeError(f"a function to differentiate returns numbers, arrays or nodes, got {describe(output)}")


def _scalar(output: Any) -> Any:
    """The output of a function to differentiate that has to be one number, as a node."""
    if not isinstance(output, Node | np.ndarray) and as_float(output) is None:
        raise TypeError(f"the function to differentiate must return one number, got {describe(output)}")
    node = _node(output)
    if type(node) is Tensor and node.size != 1:
        raise TypeError(
            f"the function to differentiate must return one number, got the shape {node.shape}: sum it, or use jacobian"
        )
    return node


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
            gradient = run.like_arguments(run.derivatives(run.gradients(value)))
            return ((run.results(value), run.aside(aux)) if has_aux else run.results(value)), gradient

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
        plain_directions = not any(isinstance(d, Node) for d in tree.leaves(tangents_in))
        run = _Run(primals, tuple(range(len(primals))), outer, plain_directions)
        directions = _directions(primals, tangents_in, run.sources)
        output = f(*run.args)
        roots = [_node(x) for x in tree.leaves(output)]
        if not run.numeric:
            directions = [_data_node(d) if isinstance(d, np.ndarray) and d.any() else d for d in directions]
        push = forward.stored if run.numeric else higher.push
        found = tangents(topological(*roots), run.sources, directions, push)
        results = [_zero(root) if id(root) not in found else found[id(root)] for root in roots]
        return run.results(output), tree.unflatten(output, [run.results(x) for x in results])


def _directions(primals: Any, given: Any, sources: Sequence[Any]) -> list[Any]:
    """The direction for each source: a float or node for a number, an array or node of its shape for an array."""
    try:
        leaves = tree.like(tuple(primals), tuple(given))
    except ValueError:
        leaves = [None] * len(sources)
    kept = [_direction(source, x) for source, x in zip(sources, leaves, strict=True)]
    for source, x in zip(sources, kept, strict=True):
        if x is None or np.shape(x._data if isinstance(x, Node) else x) != np.shape(source._data):
            raise ValueError(
                f"tangents must be numbers in the structure and shapes of the primals, got {describe(given)}"
            )
    return kept


def _direction(source: Any, x: Any) -> Any:
    if isinstance(x, Node) or x is None:
        return x
    if type(source) is Value:
        return as_float(x.item() if isinstance(x, np.ndarray) and not x.ndim else x)
    return np.asarray(x, source.dtype)


def vjp(f: Function, *primals: Any) -> tuple[Any, Function]:
    """The value of ``f``, and the function that pulls a gradient of it back to the arguments.

    Returns
    -------
    (value, pullback) : pullback takes a cotangent of the structure and shapes of the value, and gives a tuple with
        the gradient by each argument; it may be called again and again

    Raises
    ------
    ValueError : by pullback, when the cotangent is not of the value's structure and shapes

    >>> out, pullback = vjp(lambda x: x * x, np.array([1.0, 2.0, 3.0]))
    >>> out, pullback(np.array([1.0, 10.0, 100.0]))
    (array([1., 4., 9.]), (array([  2.,  40., 600.]),))
    """
    with recording() as outer:
        recorded = _Run(primals, tuple(range(len(primals))), outer, copy=True)
        output = f(*recorded.args)
        roots = [_node(x) for x in tree.leaves(output)]

    def pullback(cotangent: Any) -> Any:
        with recording() as now:
            try:
                seeds = _directions((output,), (cotangent,), roots)
            except ValueError:
                raise ValueError(
                    f"the cotangent has the structure and shapes of the value, got {describe(cotangent)}"
                ) from None
            numeric = recorded.numeric and not now.transform and not any(isinstance(seed, Node) for seed in seeds)
            run = copy(recorded)
            run.plain = recorded.plain and numeric
            totals = [_zero(source) for source in run.sources]
            for root, seed in zip(roots, seeds, strict=True):
                totals = [t + g for t, g in zip(totals, run.gradients(root, seed, numeric), strict=True)]
            return run.like_arguments(run.derivatives(totals))

    return recorded.results(output), pullback


def jacobian(f: Function, argnums: int | tuple[int, ...] = 0) -> Function:
    """A function that gives all first derivatives of ``f``, by one backward sweep for each number of its output.

    Returns
    -------
    a function of the same arguments: for an output of shape s and an argument of shape t an array of shape s + t;
    for structures the structure of the output, in each place that of the argument

    >>> jacobian(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """

    @functools.wraps(f)
    def transformed(*args: Any, **kwargs: Any) -> Any:
        with recording() as outer:
            run = _Run(args, argnums, outer)
            output = f(*run.args, **kwargs)
            blocks = [_block(run, _node(x)) for x in tree.leaves(output)]
            return tree.unflatten(output, blocks)

    return transformed


def _block(run: _Run, root: Any, numeric: bool | None = None) -> Any:
    """The derivatives of one output by all arguments, in their structure."""
    if type(root) is Value:
        return run.like_arguments(run.derivatives(run.gradients(root, numeric=numeric)))
    rows = []
    for i in range(root.size):
        seed = np.zeros(root.size, root.dtype)
        seed[i] = 1
        rows.append(run.gradients(root, seed.reshape(root.shape), numeric))
    shapes = [np.shape(source._data) for source in run.sources]
    blocks = [
        _stacked([row[j] for row in rows], root.shape + shape, source.dtype if type(source) is Tensor else root.dtype)
        for j, (source, shape) in enumerate(zip(run.sources, shapes, strict=True))
    ]
    return run.like_arguments(run.derivatives(blocks))


def _stacked(rows: list[Any], shape: tuple[int, ...], dtype: Any) -> Any:
    if not rows:
        return np.zeros(shape, dtype)
    return reshape(stack(rows), shape)


def hessian(f: Function, argnums: int = 0) -> Function:
    """A function that gives the second derivatives of ``f`` by one argument.

    For a number it is a number, for an array of shape t an array of shape t + t; for a structure, in each place a
    structure of the second derivatives.

    >>> hessian(lambda x: x**3)(2.0)
    12.0
    """

    @functools.wraps(f)
    def transformed(*args: Any, **kwargs: Any) -> Any:
        with recording() as outer:
            run = _Run(args, argnums, outer)
            gradients = run.gradients(_scalar(f(*run.args, **kwargs)), numeric=False)
            return run.like_arguments([_block(run, _node(g)) for g in gradients])

    return transformed


def hvp(f: Function, argnums: int = 0) -> Function:
    """A function that gives the Hessian of ``f`` times a direction, without making the Hessian.

    It takes the arguments of ``f`` and then the direction, and runs a forward sweep over a backward one.

    >>> hvp(lambda x: np.sum(x**3))(np.array([1.0, 2.0]), np.array([1.0, 10.0]))
    array([  6., 120.])
    """

    @functools.wraps(f)
    def transformed(*args: Any, **kwargs: Any) -> Any:
        *arguments, direction = args
        if not isinstance(argnums, int) or not -len(arguments) <= argnums < len(arguments):
            raise ValueError(f"hvp's argnums is one of {len(arguments)} arguments, got {argnums!r}")
        i = argnums % len(arguments)

        def gradient(x: Any) -> Any:
            return grad(f, i)(*arguments[:i], x, *arguments[i + 1 :], **kwargs)

        return jvp(gradient, (arguments[i],), (direction,))[1]

    return transformed


def gradient_graph(root: Any, wrt: Any) -> Any:
    """The derivative of an existing graph as a graph: to draw, or to differentiate again.

    Raises
    ------
    RuntimeError : when a leaf has changed since the graph was computed
    TypeError : when one of the two is no node, or the first one holds several numbers

    >>> a, b = Value(2, "a"), Value(1, "b")
    >>> g = gradient_graph((a + b) * (b + 1), wrt=b)
    >>> g.backward()
    >>> g.data, a.grad, b.grad
    (5.0, 1.0, 2.0)
    """
    for node in (root, wrt):
        if not isinstance(node, Node):
            raise TypeError(f"gradient_graph takes a node and the node to differentiate it by, got {describe(node)}")
    order = topological(root)
    relevant = descendants(order, [wrt])
    for node in order:
        if id(node) in relevant and is_stale(node):
            raise RuntimeError(
                f"the inputs of {node.op} have changed since it was computed, so higher derivatives would be "
                "of another function: compute the graph again"
            )
    with recording():
        seed = 1.0 if type(root) is Value else _data_node(np.ones_like(_scalar(root).data))
        gradient = cotangents(root, [wrt], seed, higher.pulling)[0]
        return _node(_zero(wrt) if gradient is None else gradient)
