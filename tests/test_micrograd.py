"""The expressions of micrograd's two tests (MIT licence, Andrej Karpathy), run by us and by the others.

An expression is a function of whatever numbers it is given: our Values, micrograd's, PyTorch's
tensors, mpmath's numbers. So what we get is compared with what each of them gets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mpmath as mp
import pytest

from autograd_mini import Value, grad, jvp

if TYPE_CHECKING:
    from collections.abc import Callable


def relu(x: Any) -> Any:
    return x.relu() if hasattr(x, "relu") else max(x, mp.mpf(0))


def sanity_check(x: Any) -> Any:
    z = 2 * x + 2 + x
    q = relu(z) + z * x
    h = relu(z * z)
    return h + q + q * x


def more_ops(a: Any, b: Any) -> Any:
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + relu(b + a)
    d += 3 * d + relu(b - a)
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return g


EXPRESSIONS = [(sanity_check, (-4.0,)), (more_ops, (-4.0, 2.0))]
each_expression = pytest.mark.parametrize(("f", "at"), EXPRESSIONS, ids=lambda f: getattr(f, "__name__", ""))


def by_backward(number: Callable[[float], Any], f: Callable[..., Any], at: tuple[float, ...]) -> list[float]:
    """The value of an expression and its gradient, by the numbers' own backward()."""
    inputs = [number(x) for x in at]
    result = f(*inputs)
    result.backward()
    return [float(getattr(x, "data", x)) for x in [result]] + [float(x.grad) for x in inputs]


def ours(f: Callable[..., Any], at: tuple[float, ...]) -> list[float]:
    inputs = [Value(x) for x in at]
    result = f(*inputs)
    result.backward()
    return [result.data, *(x.grad for x in inputs)]


@each_expression
def test_as_mpmath(f: Callable[..., Any], at: tuple[float, ...]) -> None:
    with mp.workdps(60):
        exact = tuple(map(mp.mpf, at))
        slopes = [mp.diff(f, exact, tuple(int(i == j) for j in range(len(at)))) for i in range(len(at))]
        want = [float(f(*exact)), *map(float, slopes)]
    assert ours(f, at) == pytest.approx(want, rel=1e-14)


@each_expression
def test_by_transforms(f: Callable[..., Any], at: tuple[float, ...]) -> None:
    axes = range(len(at))
    value, *gradient = ours(f, at)
    assert f(*map(Value, at)).data == value
    assert list(grad(f, tuple(axes))(*at)) == pytest.approx(gradient, rel=1e-15)
    assert [jvp(f, at, tuple(float(i == j) for j in axes))[1] for i in axes] == pytest.approx(gradient, rel=1e-14)


def test_by_hand() -> None:
    """At x = -4: z = -10, relu(z) = 0, q = 40, h = 100, so y = 100 + 40 - 160 and dy/dx = -60 - 22 + 40 + 88."""
    assert ours(sanity_check, (-4.0,)) == [-20, 46]


@pytest.mark.torch
@each_expression
def test_as_pytorch(f: Callable[..., Any], at: tuple[float, ...]) -> None:
    import torch

    theirs = by_backward(lambda x: torch.tensor(x, dtype=torch.float64, requires_grad=True), f, at)
    assert ours(f, at) == pytest.approx(theirs, rel=0, abs=0 if f is sanity_check else 1e-6)


@pytest.mark.torch
@each_expression
def test_as_micrograd(f: Callable[..., Any], at: tuple[float, ...]) -> None:
    engine = pytest.importorskip("micrograd.engine")
    assert ours(f, at) == pytest.approx(by_backward(engine.Value, f, at), rel=1e-15)
