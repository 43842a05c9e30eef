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

from . import forward, higher, tree
from .forward import tangents
from .graph import GRADIENT_SCOPE, NO_TAG, Node, descendants, describe, topological
from .modes import THREAD, recording
from .recording import is_stale
from .reverse import cotangents
from .run import Run, as_node, as_scalar, data_node, zero_like
from .shapes import reshape, stack
from .tensor import Tensor
from .value import Value, as_float

Function = Callable[..., Any]


def value_and_grad(f: Function, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Function:
    """A function that gives ``f`` and its gradient, by one backward sweep.

    Parameters
    ----------
    f
        A function that returns one number; with ``has_aux`` a pair of it and anything else.
    argnums
        Which positional argument, or which ones, to differentiate by.

    Returns
    -------
    function
        Of the same arguments: ``(value, gradient)``, or ``((value, aux), gradient)``; the gradient has the structure
        and shapes of the argument, or is a tuple of such for a tuple of ``argnums``.

    Raises
    ------
    TypeError
        When ``f`` returns anything but one number, or with ``has_aux`` no pair.

    Examples
    --------
    >>> value_and_grad(lambda a, b: (a + b) * (b + 1), argnums=(0, 1))(2.0, 1.0)
    (6.0, (2.0, 5.0))
    """

    @functools.wraps(f)
    def transformed(*args: Any, **kwargs: Any) -> Any:
        with recording() as outer:
            run = Run(args, argnums, outer)
            output = f(*run.args, **kwargs)
            if has_aux and not (isinstance(output, tuple) and len(output) == 2):
                raise TypeError(f"with has_aux the function returns (value, aux), got {describe(output)}")
            value, aux = output if has_aux else (output, None)
            value = as_scalar(value)
            gradient = run.like_arguments(run.derivatives(run.gradients(value)))
            return ((run.results(value), run.aside(aux)) if has_aux else run.results(value)), gradient

    return transformed


def grad(f: Function, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Function:
    """A function that gives the gradient of ``f``: see :func:`value_and_grad`.

    ``argnums`` says by which argument, or arguments. With ``has_aux`` it gives ``(gradient, aux)``.

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
    f
        A function of numbers, arrays, nodes, or structures of them, which returns such.
    primals
        The arguments of ``f``, as a tuple or list.
    tangents_in
        The direction, of the same structure.

    Returns
    -------
    tuple
        (value, tangent), each of the structure and shapes that ``f`` returns.

    Raises
    ------
    TypeError
        When ``primals`` or ``tangents_in`` is no tuple or list.
    ValueError
        When the direction is not of the structure and shapes of the primals.

    Examples
    --------
    >>> jvp(lambda a, b: (a + b) * (b + 1), (2.0, 1.0), (0.0, 1.0))
    (6.0, 5.0)
    """
    if not (isinstance(primals, tuple | list) and isinstance(tangents_in, tuple | list)):
        raise TypeError("jvp takes primals and tangents as tuples or lists, one entry for each argument")
    with recording() as outer:
        plain_directions = not any(isinstance(d, Node) for d in tree.leaves(tangents_in))
        run = Run(primals, tuple(range(len(primals))), outer, plain_directions)
        directions = _directions(primals, tangents_in, run.sources)
        output = f(*run.args)
        roots = [as_node(x) for x in tree.leaves(output)]
        deep = not run.numeric or THREAD.trace is not None
        if deep:
            directions = [data_node(d) if isinstance(d, np.ndarray) and d.any() else d for d in directions]
        push = higher.push if deep else forward.stored
        found = tangents(topological(*roots), run.sources, directions, push)
        results = [zero_like(root) if id(root) not in found else found[id(root)] for root in roots]
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
    return np.array(x, source.dtype)  # the caller may edit it


def vjp(f: Function, *primals: Any) -> tuple[Any, Function]:
    """The value of ``f``, and the function that pulls a gradient of it back to the arguments.

    Parameters
    ----------
    f
        A function of numbers, arrays, nodes, or structures of them, which returns such.
    primals
        Its arguments.

    Returns
    -------
    tuple
        (value, pullback): the pullback takes a cotangent of the structure and shapes of the value, and gives a tuple
        with the gradient by each argument, of the argument's structure and shapes; it may be called again and again.

    Raises
    ------
    ValueError
        By the pullback, when the cotangent is not of the value's structure and shapes.

    Examples
    --------
    >>> out, pullback = vjp(lambda x: x * x, np.array([1.0, 2.0, 3.0]))
    >>> out, pullback(np.array([1.0, 10.0, 100.0]))
    (array([1., 4., 9.]), (array([  2.,  40., 600.]),))
    """
    with recording() as outer:
        recorded = Run(primals, tuple(range(len(primals))), outer, copy=True)
        output = f(*recorded.args)
        roots = [as_node(x) for x in tree.leaves(output)]

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
            totals = [zero_like(source) for source in run.sources]
            for root, seed in zip(roots, seeds, strict=True):
                totals = [t + g for t, g in zip(totals, run.gradients(root, seed, numeric), strict=True)]
            return run.like_arguments(run.derivatives(totals))

    return recorded.results(output), pullback


def jacobian(f: Function, argnums: int | tuple[int, ...] = 0) -> Function:
    """A function that gives all first derivatives of ``f``, by one backward sweep for each number of its output.

    Parameters
    ----------
    f
        A function of numbers, arrays, nodes, or structures of them, which returns such.
    argnums
        Which positional argument, or which ones, to differentiate by.

    Returns
    -------
    function
        Of the same arguments: for an output of shape s and an argument of shape t an array of shape s + t; for
        structures the structure of the output, in each place that of the argument.

    Examples
    --------
    >>> jacobian(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """

    @functools.wraps(f)
    def transformed(*args: Any, **kwargs: Any) -> Any:
        with recording() as outer:
            run = Run(args, argnums, outer)
            output = f(*run.args, **kwargs)
            blocks = [_block(run, as_node(x)) for x in tree.leaves(output)]
            return tree.unflatten(output, blocks)

    return transformed


def _block(run: Run, root: Any, numeric: bool | None = None) -> Any:
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
    """A function that gives the second derivatives of ``f`` by one argument, the one that ``argnums`` counts from 0.

    For a number it is a number, for an array of shape t an array of shape t + t; for a structure, in each place a
    structure of the second derivatives.

    Raises
    ------
    TypeError
        When ``f`` returns anything but one number.

    Examples
    --------
    >>> hessian(lambda x: x**3)(2.0)
    12.0
    """

    @functools.wraps(f)
    def transformed(*args: Any, **kwargs: Any) -> Any:
        with recording() as outer:
            run = Run(args, argnums, outer)
            gradients = run.gradients(as_scalar(f(*run.args, **kwargs)), numeric=False)
            return run.like_arguments([_block(run, as_node(g)) for g in gradients])

    return transformed


def hvp(f: Function, argnums: int = 0) -> Function:
    """A function that gives the Hessian of ``f`` times a direction, without making the Hessian.

    It takes the arguments of ``f`` and then the direction, of the structure and shapes of the argument that ``argnums``
    counts from 0, which its result has too; it runs a forward sweep over a backward one.

    Raises
    ------
    TypeError
        When ``f`` returns anything but one number.
    ValueError
        For another ``argnums``, or a direction of another structure or shape.

    Examples
    --------
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


def gradient_graph(root: Any, wrt: Any, textbook: bool = False) -> Any:
    """The derivative of ``root`` by ``wrt``, nodes of an existing graph, as a graph: to draw, or differentiate again.

    With ``textbook`` its derivatives are in the form that textbooks print, a (1 - a) of a = σ(z), not in the one that
    is accurate everywhere: for pictures.

    Raises
    ------
    RuntimeError
        When a leaf has changed since the graph was computed.
    TypeError
        When one of the two is no node, or the first one holds several numbers.

    Examples
    --------
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
        if id(node) in relevant and THREAD.trace is None and is_stale(node):
            raise RuntimeError(
                f"the inputs of {node.op} have changed since it was computed, so higher derivatives would be "
                "of another function: compute the graph again"
            )
    with recording(), np.errstate(all="ignore"):
        seed = 1.0 if type(root) is Value else data_node(np.ones_like(as_scalar(root)._data))
        between = [node for node in order if id(node) in relevant]
        pulling = functools.partial(higher.pulling, textbook=textbook)
        gradients = dict(zip(map(id, between), cotangents(root, between, seed, pulling), strict=True))
        gradient = gradients.get(id(wrt))
        made = as_node(zero_like(wrt) if gradient is None else gradient)
        _tag(made, order, [(gradients[id(node)], node) for node in between])
        return made


def _tag(derivative: Any, order: Sequence[Any], gradients: Sequence[tuple[Any, Any]]) -> None:
    """Have the nodes of a gradient's graph, but not those it was made from, say so: pictures tell them apart."""
    known = set(map(id, order))
    whole = {id(gradient): node for gradient, node in gradients}
    for node in topological(derivative):
        if id(node) not in known and node.op:
            node._tag = (node._tag or NO_TAG)._replace(scope=(GRADIENT_SCOPE,), gradient_of=whole.get(id(node)))
