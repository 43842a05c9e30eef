"""jit of functions that Hypothesis draws, and whatever else there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jitted import assert_close, data
from test_properties import function, is_moderate, points, programs

import autograd_mini as ag
from autograd_mini import Tensor, Value, jit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


# Whatever else there is.


@given(programs(), points, points)
@settings(max_examples=60)
def test_drawn_expressions(program: Any, first: tuple[float, float], then: tuple[float, float]) -> None:
    """Recorded with some numbers, compared on others."""
    assume(is_moderate(program, then))
    f = function(program)
    fast, results = jit(f), []
    fast(*map(Value, first))
    for each in (fast, f):
        inputs = [Value(x) for x in then]
        out = each(*inputs)
        out.backward()
        results.append([out.data, *(x.grad or 0.0 for x in inputs)])
    assert_close(*results)
    gradient = ag.grad(lambda p: sum(ag.grad(lambda q: f(*q))(p), 0.0))
    fast = jit(gradient)
    fast(list(first))
    assert_close(fast(list(then)), gradient(list(then)), 1e-9)


SHAPES = [(3, 3), (3, 1), (1, 3), (3,), (), (2, 3, 3)]
UNARY = "tanh sin sigmoid softplus square abs relu neg expm1".split()
BINARY = "add sub mul maximum minimum hypot".split()
ARRAY_STEPS: dict[str, Callable[[Any, Any, Any], Any]] = {
    **{name: lambda x, *_, name=name: getattr(ag, name)(ag.tanh(x)) for name in UNARY},
    **{name: lambda x, y, _, name=name: getattr(ag, name)(x, y) for name in BINARY},
    "where": lambda x, y, z: ag.where((x < y) | (z >= 0.25), x * y, z),
    "total": lambda x, *_: ag.sum(x),
    "sum": lambda x, *_: ag.sum(x, axis=-1, keepdims=True) if x.ndim else x,
    "mean": lambda x, *_: ag.mean(x, axis=0) if x.ndim else x,
    "max": lambda x, y, _: ag.max(x * y, axis=-1, keepdims=True) if np.ndim(x * y) else x,
    "softmax": lambda x, *_: ag.softmax(x) if x.ndim else x,
    "norm": lambda x, *_: ag.norm(x, axis=-1, keepdims=True) if x.ndim else x,
    "sort": lambda x, *_: ag.sort(x) if x.ndim else x,
    "flip": lambda x, *_: x[..., ::-1] if x.ndim else x,
    "gather": lambda x, *_: x[..., [0, -1, 0]] if x.ndim else x,
    "transpose": lambda x, *_: x.T,
    "matmul": lambda x, y, _: ag.broadcast_to(x, (3, 3)) @ y,
    "reshape": lambda x, *_: x.reshape(x.shape[::-1]),
    "cumsum": lambda x, *_: ag.cumsum(x, axis=-1) if x.ndim else x,
    "stack": lambda x, y, _: ag.sum(ag.stack([x * y, y * x + x]), axis=0),
}


@st.composite
def array_programs(draw: st.DrawFn) -> list[tuple[str, tuple[int, int, int]]]:
    return [
        (draw(st.sampled_from(sorted(ARRAY_STEPS))), tuple(draw(st.integers(0, known - 1)) for _ in range(3)))
        for known in range(3, 3 + draw(st.integers(1, 7)))
    ]


def run_arrays(steps: Any, inputs: Sequence[Any]) -> list[Any]:
    """All results; a step whose shapes don't fit is left out."""
    results = list(inputs)
    for name, where in steps:
        operands = [results[i] for i in where]
        try:
            np.broadcast_shapes(*(x.shape for x in operands))
            results.append(ag.tanh(ARRAY_STEPS[name](*operands)))
        except ValueError:
            results.append(-operands[0])
    return results


drawn_shapes = st.tuples(*[st.sampled_from(SHAPES)] * 3)
seeds = st.integers(0, 99)


@given(array_programs(), drawn_shapes, seeds, st.lists(st.integers(1, 3), min_size=1, max_size=4))
@settings(max_examples=60)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_drawn_graphs_of_arrays(dtype: Any, steps: Any, shapes: Any, seed: int, order: list[int]) -> None:
    """With gradients of the last results, in any order and more than once."""
    rng = np.random.default_rng(seed)
    first, then = ([rng.normal(size=shape).astype(dtype) for shape in shapes] for _ in range(2))
    captured = Tensor(first[2])
    f = lambda x, y: run_arrays(steps, (x, y, captured))[-3:]
    fast, results = jit(f), []
    fast(Tensor(first[0]), first[1])
    captured.data = then[2]
    for each, y in ((fast, then[1]), (f, Tensor(then[1], requires_grad=False))):
        captured.grad = None
        x = Tensor(then[0])
        outputs = each(x, y)
        for k in order:
            if getattr(outputs[-k], "requires_grad", False):
                outputs[-k].backward(np.cos(outputs[-k].data))
        results.append([*map(data, outputs), x.grad, captured.grad])
    for got, want in zip(*results, strict=True):
        assert (got is None) == (want is None)
        if want is not None:
            assert_close(got, want, 1e-12 if dtype is np.float64 else 1e-4)
            assert not np.ndim(got) or got.dtype == want.dtype


@given(array_programs(), drawn_shapes, seeds)
@settings(max_examples=60)
def test_second_derivatives_of_drawn_graphs_of_arrays(steps: Any, shapes: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, then = ([rng.normal(size=shape) for shape in shapes] for _ in range(2))
    f = lambda xs: sum((ag.sum(x) * (1 + k / 7) for k, x in enumerate(run_arrays(steps, xs))), 0.0)
    gradients = ag.grad(lambda xs: sum((ag.sum(g * g) for g in ag.grad(f)(xs)), 0.0))
    fast = jit(gradients)
    fast(first)
    for got, want in zip(fast(then), gradients(then), strict=True):
        assert_close(got, want, 1e-10)
