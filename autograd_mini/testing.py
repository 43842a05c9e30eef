"""Checks of derivatives, by central differences: for a reader's own formulas, and for lecture notes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from . import tree
from .graph import Node, describe
from .modes import no_grad
from .rules import REALS, RULES
from .tensor import checked
from .transforms import jvp, vjp
from .value import Value, as_float


def numeric_derivative(f: Callable[[float], float], x: float) -> float:
    """f′(x) by central differences with Richardson's extrapolation: about ten digits of a smooth function.

    >>> round(numeric_derivative(lambda x: x**3, 2.0), 8)
    12.0
    """
    h = 1e-3 * max(1.0, abs(x))
    slopes = [(f(x + step) - f(x - step)) / (2 * step) for step in (h, h / 2, h / 4)]
    better = [(4 * fine - coarse) / 3 for coarse, fine in itertools.pairwise(slopes)]
    return (16 * better[1] - better[0]) / 15


def check_rule(
    f: Callable[..., Any],
    derivative: Callable[..., Any],
    points: Sequence[Any] | None = None,
    rtol: float = 1e-6,
) -> None:
    """Check a formula for the derivative of ``f``, as one finds it printed, against the slope of ``f`` itself.

    Parameters
    ----------
    f
        A function of numbers.
    derivative
        Its claimed derivative; for several arguments it returns a tuple of the partial ones.
    points
        Where to check, numbers or tuples of them; unless given, points of the domain that the table
        has for ``f``, or of the whole line.
    rtol
        The relative error allowed.

    Raises
    ------
    ValueError
        When the derivative has not one number for each input.
    AssertionError
        Naming the point, what the formula gives, and the slope of ``f``.

    Examples
    --------
    >>> import autograd_mini as ag
    >>> check_rule(ag.tanh, lambda x: 1 - ag.tanh(x) ** 2)
    >>> check_rule(ag.coth, lambda x: -ag.csch(x))  # as some notes print it: the square is missing
    Traceback (most recent call last):
    AssertionError: coth at x = -2.5: the formula gives 0.165284, the slope is -0.0273187
    """
    name = getattr(f, "__name__", "f")
    checked = 0
    for point in _points(name) if points is None else points:
        inputs = tuple(map(float, point)) if isinstance(point, tuple | list) else (float(point),)
        claims = derivative(*inputs)
        claims = claims if isinstance(claims, tuple) else (claims,)
        if len(claims) != len(inputs):
            raise ValueError(f"{name} takes {len(inputs)} inputs, and the derivative gave {len(claims)} numbers")
        for i, claim in enumerate(claims):
            slope = numeric_derivative(_along(f, inputs, i), inputs[i])
            if math.isnan(slope):
                continue
            checked += 1
            noise = 1e-12 * abs(_number(f(*inputs))) / max(1.0, abs(inputs[i]))  # of the slope: f has sixteen digits
            if not abs(_number(claim) - slope) <= rtol * abs(slope) + noise:
                at = ", ".join(f"{x} = {value:g}" for x, value in zip("xyzuvw", inputs, strict=False))
                raise AssertionError(f"{name} at {at}: the formula gives {_number(claim):g}, the slope is {slope:g}")
    if not checked:
        raise AssertionError(f"{name} has a slope at none of the points: say where to check, points=[…]")


def check_grads(
    f: Callable[..., Any],
    args: Sequence[Any],
    order: int = 2,
    modes: Sequence[str] = ("fwd", "rev"),
    atol: float = 1e-6,
    rtol: float = 1e-6,
    eps: float = 1e-3,
    seed: int = 0,
) -> None:
    """Check the derivatives of a function of numbers and arrays against central differences, in random directions.

    Parameters
    ----------
    f
        A function of numbers, arrays, and tuples, lists and dicts of them, which returns such; smooth at ``args``.
    args
        Its arguments, as a tuple or list.
    order
        Up to which order of derivative.
    modes
        "fwd" for the forward sweep, "rev" for the backward sweep.
    atol, rtol
        The absolute and relative errors allowed.
    eps
        The largest step of the differences, relative to the size of the arguments.
    seed
        Of the random directions.

    Raises
    ------
    TypeError
        When ``args`` is no tuple or list.
    AssertionError
        Naming the input, the mode and order, what the sweep gives, and what the differences give.
    ValueError
        For another mode, or an order below 1.

    Examples
    --------
    >>> import autograd_mini as ag
    >>> import numpy as np
    >>> check_grads(lambda W, x: np.tanh(W @ x), (np.ones((2, 3)), np.array([0.1, 0.2, 0.3])))
    >>> @ag.custom_vjp
    ... def cube(x):
    ...     return x**3
    >>> cube.defvjp(lambda x: (x**3, x), lambda x, g: (g * 2 * x,))  # wrong
    >>> check_grads(cube, (2.0,), modes=["rev"])
    Traceback (most recent call last):
    AssertionError: cube, order 1, rev, by argument 0 at 2.0 (float): the sweep gives 1.13575, the differences 3.40726
    """
    if not modes or not set(modes) <= {"fwd", "rev"}:
        raise ValueError(f'modes are "fwd" and "rev", got {modes!r}')
    if order < 1:
        raise ValueError(f"order is 1 or more, got {order!r}")
    if not isinstance(args, tuple | list):
        raise TypeError(f"check_grads takes the arguments as a tuple or list, got {describe(args)}")
    name = getattr(f, "__name__", "f")
    _check(
        f, tuple(tree.map_leaves(_numbers, tuple(args))), name, 1, _Settings(order, tuple(modes), atol, rtol, eps, seed)
    )


class _Settings(NamedTuple):
    order: int
    modes: tuple[str, ...]
    atol: float
    rtol: float
    eps: float
    seed: int


def _check(f: Any, args: tuple[Any, ...], name: str, order: int, settings: _Settings) -> None:
    """Check this order, by each argument, and those above, which are the first order of the derivatives."""
    rng = np.random.default_rng(settings.seed + order)
    for i, argument in enumerate(args):
        directions = tuple(_random(x, rng) if j == i else _zeros(x) for j, x in enumerate(args))
        wanted = _differences(f, args, directions, settings.eps)
        weights = [_random(x, rng) for x in wanted]
        numeric = _inner(weights, wanted)
        coarse = max([1e3 * np.finfo(x.dtype).eps for x in tree.leaves(args) if isinstance(x, np.ndarray)], default=0.0)
        scale = _inner(map(np.abs, weights), map(np.abs, wanted))
        allowed = max(settings.atol, coarse) + max(settings.rtol, coarse) * scale
        for mode in settings.modes:
            analytic = (_by_forward if mode == "fwd" else _by_reverse)(f, args, directions, weights)
            if not abs(analytic - numeric) <= allowed:
                raise AssertionError(
                    f"{name}, order {order}, {mode}, by argument {i} at {describe(argument)}: "
                    f"the sweep gives {analytic:g}, the differences {numeric:g}"
                )
    if order < settings.order:
        along = tuple(_random(x, rng) for x in args)
        seeds = _random(tree.map_leaves(_numbers, f(*args)), rng)
        derivatives = {"fwd": lambda *a: jvp(f, a, along)[1], "rev": lambda *a: vjp(f, *a)[1](seeds)}
        for mode in settings.modes:
            _check(derivatives[mode], args, name, order + 1, settings)


def _by_forward(f: Any, args: tuple[Any, ...], directions: tuple[Any, ...], weights: list[Any]) -> float:
    return _inner(weights, tree.leaves(jvp(f, args, directions)[1]))


def _by_reverse(f: Any, args: tuple[Any, ...], directions: tuple[Any, ...], weights: list[Any]) -> float:
    out, pullback = vjp(f, *args)
    seeds = [
        w.astype(np.result_type(x)) if np.ndim(x) else float(w) for w, x in zip(weights, tree.leaves(out), strict=True)
    ]
    gradients = pullback(tree.unflatten(out, seeds))
    for g, x in zip(tree.leaves(gradients), tree.leaves(args), strict=True):
        if np.shape(g) != np.shape(x) or (np.ndim(x) and g.dtype != x.dtype):
            raise AssertionError(f"the gradient of {describe(x)} is of another shape or dtype: {describe(g)}")
    return _inner(tree.leaves(gradients), tree.leaves(directions))


def _numbers(x: Any) -> Any:
    x = x._data if isinstance(x, Node) else x
    number = as_float(x)
    return number if number is not None else checked(np.array(x), x)


def _random(structure: Any, rng: np.random.Generator) -> Any:
    """Random numbers in the structure, shapes and dtypes of these."""

    def like(x: Any) -> Any:
        numbers = rng.normal(size=np.shape(x))
        return float(numbers) if isinstance(x, float) else np.asarray(numbers, x.dtype)

    return tree.map_leaves(like, structure)


def _zeros(structure: Any) -> Any:
    return tree.map_leaves(lambda x: 0.0 if isinstance(x, float) else np.zeros_like(x), structure)


def _inner(x: Iterable[Any], y: Iterable[Any]) -> float:
    return float(sum(np.vdot(a, b) for a, b in zip(x, y, strict=True)))


def _differences(f: Any, args: Any, directions: Any, eps: float) -> list[Any]:
    """The derivative of f along a direction, by central differences with Richardson's extrapolation."""

    @no_grad()  # f may have nodes of its own
    def moved(step: float) -> list[Any]:
        pairs = zip(tree.leaves(args), tree.leaves(directions), strict=True)
        result = f(*tree.unflatten(args, [_moved(x, step, d) for x, d in pairs]))
        return [np.asarray(_numbers(x)) for x in tree.leaves(result)]

    slopes = [[(a - b) / (2 * h) for a, b in zip(moved(h), moved(-h), strict=True)] for h in (eps, eps / 2, eps / 4)]
    better = [[(4 * b - a) / 3 for a, b in zip(*pair, strict=True)] for pair in itertools.pairwise(slopes)]
    return [(16 * b - a) / 15 for a, b in zip(*better, strict=True)]


def _moved(x: Any, step: float, direction: Any) -> Any:
    return x + step * direction if isinstance(x, float) else np.asarray(x + step * np.float64(direction))  # in float64


def _along(f: Callable[..., Any], inputs: tuple[float, ...], i: int) -> Callable[[float], float]:
    """``f`` as a function of its input ``i`` alone."""
    return lambda x: _number(f(*inputs[:i], x, *inputs[i + 1 :]))


def _points(name: str) -> list[tuple[float, ...]]:
    """Points inside of the domain of each input, away from its ends and from 0."""
    domain = RULES[name].domain if name in RULES else [REALS]
    grid = [k / 8 for k in range(-20, 21) if k]
    axes = [[x for x in grid if any(low + 0.1 < x < high - 0.1 for low, high in intervals)] for intervals in domain]
    longest = max(map(len, axes))
    return list(zip(*(list(itertools.islice(itertools.cycle(axis), longest)) for axis in axes), strict=True))


def _number(result: Any) -> float:
    return result.item() if isinstance(result, Value) else float(result)
