"""Checks of derivatives, by central differences: for a reader's own formulas, and for lecture notes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import tree
from .graph import describe
from .rules import REALS, RULES
from .tensor import checked
from .transforms import jvp, vjp
from .value import Value, as_float


def numeric_derivative(f: Callable[[float], float], x: float) -> float:
    """f′(x) by central differences with Richardson's extrapolation: about ten digits of a smooth function.

    >>> round(numeric_derivative(math.sin, 0.0), 10)
    1.0
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
    f : a function of numbers
    derivative : its claimed derivative; for several arguments it returns a tuple of the partial ones
    points : where to check, numbers or tuples of them; unless given, points of the domain that the table
        has for ``f``, or of the whole line
    rtol : the relative error allowed

    Raises
    ------
    ValueError : when the derivative has not one number for each input
    AssertionError : naming the point, what the formula gives, and the slope of ``f``

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
    f : a function of numbers, arrays, and tuples, lists and dicts of them, which returns such; smooth at ``args``
    args : its arguments, as a tuple or list
    order : up to which order of derivative
    modes : "fwd" for the forward sweep, "rev" for the backward sweep
    atol, rtol : the absolute and relative errors allowed
    eps : the largest step of the differences, relative to the size of the arguments
    seed : of the random directions

    Raises
    ------
    AssertionError : naming the input, the mode and order, what the sweep gives, and what the differences give
    ValueError : for another mode

    >>> import autograd_mini as ag
    >>> import numpy as np
    >>> check_grads(lambda W, x: np.tanh(W @ x), (np.ones((2, 3)), np.array([0.1, 0.2, 0.3])))
    >>> @ag.custom_vjp
    ... def cube(x):
    ...     return x**3
    >>> cube.defvjp(lambda x: (x**3, x), lambda x, g: (g * 2 * x,))  # wrong
    >>> check_grads(cube, (2.0,), modes=["rev"])
    Traceback (most recent call last):
    AssertionError: cube, order 1, rev, by argument 0 at 2.0 (float): the sweep gives -0.0664383, the differences -0.199315
    """
    for mode in modes:
        if mode not in ("fwd", "rev"):
            raise ValueError(f'modes are "fwd" and "rev", got {mode!r}')
    if not isinstance(args, tuple | list):
        raise TypeError(f"check_grads takes the arguments as a tuple or list, got {describe(args)}")
    rng = np.random.default_rng(seed)
    name = getattr(f, "__name__", "f")
    args = tuple(tree.map_leaves(_numbers, tuple(args)))
    _check(f, args, name, 1, order, modes, rng, (atol, rtol, eps))


def _check(f: Any, args: Any, name: str, now: int, order: int, modes: Sequence[str], rng: Any, by: Any) -> None:
    atol, rtol, eps = by
    for i in range(len(args)):
        directions = tuple(tree.map_leaves(lambda x, on=i == j: _random(x, rng) if on else 0.0 if isinstance(x, float) else np.zeros_like(x), arg) for j, arg in enumerate(args))
        wanted = _differences(f, args, directions, eps)
        weights = [np.asarray(_random(x, rng)) for x in wanted]
        numeric = _inner(weights, wanted)
        scale = _inner([abs(w) for w in weights], [abs(x) for x in wanted])
        for mode in modes:
            if mode == "fwd":
                found = jvp(f, args, directions)[1]
                analytic = _inner(weights, list(tree.leaves(found)))
            else:
                out, pullback = vjp(f, *args)
                seeds = [w.astype(np.result_type(x)) if np.ndim(x) else float(w) for w, x in zip(weights, tree.leaves(out), strict=True)]
                gradients = pullback(tree.unflatten(out, seeds))
                for g, x in zip(tree.leaves(gradients), tree.leaves(args), strict=True):
                    if np.shape(g) != np.shape(x) or (np.ndim(x) and g.dtype != x.dtype):
                        raise AssertionError(f"{name}: the gradient of {describe(x)} is of another shape or dtype: {describe(g)}")
                analytic = _inner(list(tree.leaves(gradients)), list(tree.leaves(directions)))
            if not abs(analytic - numeric) <= atol + rtol * scale:
                raise AssertionError(
                    f"{name}, order {now}, {mode}, by argument {i} at {describe(args[i])}: "
                    f"the sweep gives {analytic:g}, the differences {numeric:g}"
                )
    if now < order:
        for mode in modes:
            if mode == "fwd":
                fixed = tree.map_leaves(lambda x: _random(x, rng), args)
                _check(lambda *a: jvp(f, a, fixed)[1], args, name, now + 1, order, modes, rng, by)
            else:
                out = f(*args)
                seeds_out = tree.map_leaves(lambda x: _random(x, rng), out)
                _check(lambda *a: vjp(f, *a)[1](seeds_out), args, name, now + 1, order, modes, rng, by)


def _numbers(x: Any) -> Any:
    number = as_float(x)
    return number if number is not None else checked(np.array(x), x)


def _random(x: Any, rng: Any) -> Any:
    """Random numbers of the shape and dtype of x."""
    return rng.normal(size=x.shape).astype(x.dtype) if np.ndim(x) else type(x)(rng.normal()) if isinstance(x, float) else np.asarray(rng.normal(), x.dtype)


def _inner(x: Sequence[Any], y: Sequence[Any]) -> float:
    return float(sum(np.vdot(a, b) for a, b in zip(x, y, strict=True)))


def _differences(f: Any, args: Any, directions: Any, eps: float) -> list[Any]:
    """The derivative of f along a direction, by central differences with Richardson's extrapolation."""

    def moved(step: float) -> list[Any]:
        pairs = zip(tree.leaves(args), tree.leaves(directions), strict=True)
        return [np.asarray(x) for x in tree.leaves(f(*tree.unflatten(args, [_moved(x, step, d) for x, d in pairs])))]

    slopes = [
        [(a - b) / (2 * h) for a, b in zip(moved(h), moved(-h), strict=True)] for h in (eps, eps / 2, eps / 4)
    ]
    better = [[(4 * b - a) / 3 for a, b in zip(*pair, strict=True)] for pair in itertools.pairwise(slopes)]
    return [(16 * b - a) / 15 for a, b in zip(*better, strict=True)]


def _moved(x: Any, step: float, direction: Any) -> Any:
    return x + step * direction if isinstance(x, float) else np.asarray(x + step * direction, x.dtype)


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
