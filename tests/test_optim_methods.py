"""Each method with each setting: step for step as PyTorch takes them, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from autograd_mini import Tensor, Value
from autograd_mini.optim import SGD, Adam, AdamW, Optimizer, RMSprop

METHODS: list[tuple[type[Optimizer], dict[str, Any]]] = [
    (SGD, {"learning_rate": 0.01}),  # PyTorch's is 0.001
    (SGD, {"learning_rate": 0.05, "momentum": 0.9}),
    (SGD, {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
    (SGD, {"learning_rate": 0.05, "weight_decay": 0.3}),
    (SGD, {"learning_rate": 0.05, "momentum": 0.5, "nesterov": True, "weight_decay": 0.3}),
    (RMSprop, {}),
    (RMSprop, {"learning_rate": 0.05, "rho": 0.5, "epsilon": 0.1}),
    (RMSprop, {"learning_rate": 0.05, "rho": 0.0, "momentum": 0.8, "weight_decay": 0.3}),
    (Adam, {}),
    (Adam, {"learning_rate": 0.05, "betas": (0.5, 0.0), "epsilon": 1.0}),
    (Adam, {"learning_rate": 0.05, "betas": (0.0, 0.9), "weight_decay": 0.3}),
    (AdamW, {}),
    (AdamW, {"learning_rate": 0.05, "betas": (0.8, 0.95), "epsilon": 1e-3, "weight_decay": 0.5}),
]
SHAPES = [(3, 2), (2,), (), (100, 100)]  # the last one is too large to share a vector
PYTORCHS_WORDS = {"learning_rate": "lr", "rho": "alpha", "epsilon": "eps"}
CLIPPING = ["clipvalue", "clipnorm", "global_clipnorm"]

each_kind_of_parameter = pytest.mark.parametrize("dtype", [None, np.float32, np.float64], ids=["Values", "f4", "f8"])


def parameters_of(dtype: Any) -> list[Any]:
    if dtype is None:
        return [Value(x) for x in (0.3, -1.2, 2.0, -0.4)]
    rng = np.random.default_rng(0)
    return [Tensor(rng.normal(size=shape).astype(dtype)) for shape in SHAPES]


def loss(parameters: Sequence[Any], step: int = 0) -> Any:
    """Of Values, of our Tensors or of PyTorch's."""
    terms = [p * p * (i + 1.0) - p * math.cos(step) for i, p in enumerate(parameters)]
    return sum(term if isinstance(term, Value) else term.sum() for term in terms)


def seen_at(step: int, parameters: Sequence[Any]) -> Sequence[Any]:
    """Those that have a gradient at this step: the first and the last one not always, and once none."""
    return {5: parameters[1:], 6: parameters[1:], 9: parameters[:-1], 12: []}.get(step, parameters)


def pytorchs(method: type[Optimizer], settings: dict[str, Any], ours: Sequence[Any]) -> tuple[Any, Any]:
    import torch

    theirs = [torch.from_numpy(np.array(p.data)).requires_grad_() for p in ours]
    named = {PYTORCHS_WORDS.get(name, name): value for name, value in settings.items()}
    return theirs, getattr(torch.optim, method.__name__)(theirs, **named)


def backward(parameters: Sequence[Any], optimizer: Any, step: int) -> None:
    optimizer.zero_grad()
    if seen := seen_at(step, parameters):
        loss(seen, step).backward()


def assert_steps_are_pytorchs(
    method: Any, settings: dict[str, Any], ours: Sequence[Any], tolerance: float, clipping: str = "", limit: float = 0
) -> None:
    theirs, other = pytorchs(method, settings, ours)
    optimizer = method(ours, **settings, **({clipping: limit} if clipping else {}))
    for step in range(24):
        backward(ours, optimizer, step)
        backward(theirs, other, step)
        clip_as_pytorch(theirs, clipping, limit)
        optimizer.step()
        other.step()
        for p, q in zip(ours, theirs, strict=True):
            reference = q.detach().numpy()
            assert np.max(np.abs(p.data - reference)) <= tolerance * max(1.0, np.max(np.abs(reference)))


def clip_as_pytorch(parameters: Sequence[Any], clipping: str, limit: float) -> None:
    from torch.nn.utils import clip_grad_norm_, clip_grad_value_

    if clipping == "global_clipnorm":
        clip_grad_norm_(parameters, limit)
    elif clipping:
        for p in parameters:
            if p.grad is not None:
                (clip_grad_value_ if clipping == "clipvalue" else clip_grad_norm_)(p, limit)


@pytest.mark.torch
@each_kind_of_parameter
@pytest.mark.parametrize(("method", "settings"), METHODS, ids=[f"{m.__name__} {s}" for m, s in METHODS])
def test_steps_are_those_of_pytorch(method: Any, settings: dict[str, Any], dtype: Any) -> None:
    ours = parameters_of(dtype)
    assert_steps_are_pytorchs(method, settings, ours, 2e-6 if dtype is np.float32 else 1e-12)
    assert not dtype or {p.data.dtype for p in ours} == {np.dtype(dtype)}


@pytest.mark.torch
@each_kind_of_parameter
@pytest.mark.parametrize("limit", [0.5, 6.0, 1e9])
@pytest.mark.parametrize("clipping", CLIPPING)
@pytest.mark.parametrize(("method", "settings"), [METHODS[0], METHODS[1], METHODS[9]], ids=["plain", "SGD", "Adam"])
def test_clipping_is_that_of_pytorch(
    method: Any, settings: dict[str, Any], clipping: str, limit: float, dtype: Any
) -> None:
    tolerance = 2e-6 if dtype is np.float32 else 1e-12
    assert_steps_are_pytorchs(method, settings, parameters_of(dtype), tolerance, clipping, limit)


@pytest.mark.torch
@pytest.mark.parametrize("clipping", CLIPPING)
def test_parameters_of_several_kinds_are_clipped_as_those_of_pytorch(clipping: str) -> None:
    ours = [*parameters_of(None), *parameters_of(np.float32), *parameters_of(np.float64)]
    assert_steps_are_pytorchs(*METHODS[1], ours, 1e-5, clipping, 2.0)


@pytest.mark.torch
def test_a_nan_gradient_makes_all_nan_where_they_are_clipped_together() -> None:
    import torch

    ours, gradients = [Tensor([1.0, 2.0]), Tensor([3.0])], [[math.nan, 1.0], [1.0]]
    theirs, other = pytorchs(SGD, {}, ours)
    for p, q, gradient in zip(ours, theirs, gradients, strict=True):
        p.grad, q.grad = np.array(gradient), torch.tensor(gradient, dtype=torch.float64)
    SGD(ours, global_clipnorm=1.0).step()
    clip_as_pytorch(theirs, "global_clipnorm", 1.0)
    other.step()
    assert all(np.isnan(p.data).all() for p in ours)
    assert all(q.isnan().all() for q in theirs)


@each_kind_of_parameter
@pytest.mark.parametrize("clipping", CLIPPING)
def test_clipping_leaves_the_gradients_that_one_sees(clipping: str, dtype: Any) -> None:
    parameters = parameters_of(dtype)
    optimizer = Adam(parameters, **{clipping: 0.01})
    for step in range(3):  # at first they aren't in the optimizer's vector yet
        backward(parameters, optimizer, step)
        gradients = [p.grad for p in parameters]
        numbers = [np.array(g) for g in gradients]
        optimizer.step()
        assert all(p.grad is g for p, g in zip(parameters, gradients, strict=True))
        assert all(np.array_equal(p.grad, g) for p, g in zip(parameters, numbers, strict=True))


def test_a_step_that_fails_leaves_the_gradients_as_they_were_before_clipping() -> None:
    p, q = Tensor([1.0]), Tensor([1.0, 2.0])
    p.grad, q.grad = np.array([5.0]), np.array([5.0, 5.0, 5.0])
    with pytest.raises(ValueError, match="reshape"):
        SGD([p, q], clipvalue=1.0).step()
    assert (p.grad.tolist(), q.grad.tolist()) == ([5.0], [5.0, 5.0, 5.0])


@pytest.mark.parametrize("clipping", CLIPPING)
@pytest.mark.parametrize("limit", [0, -1.0, math.nan, math.inf, "1", True], ids=repr)
def test_limits_that_make_no_sense(clipping: str, limit: Any) -> None:
    with pytest.raises(ValueError, match=rf"^{clipping} is a finite number above 0, got {limit!r}$"):
        SGD(**{clipping: limit})


def test_gradients_are_clipped_one_way() -> None:
    with pytest.raises(ValueError, match="gradients are clipped one way, got clipvalue and global_clipnorm"):
        RMSprop(clipvalue=1.0, global_clipnorm=2.0)


IN_0_1 = r"in \[0, 1\)"
NOT_NEGATIVE = "a finite number that is not negative"
TWO = rf"betas are two numbers {IN_0_1}, such as \(0\.9, 0\.999\), got "
UNFIT: list[tuple[type[Optimizer], dict[str, Any], str]] = [
    *((method, {"learning_rate": -1}, f"learning_rate is {NOT_NEGATIVE}, got -1") for method in (RMSprop, Adam, AdamW)),
    *((SGD, {"momentum": x}, f"momentum is {IN_0_1}, got {x!r}") for x in (-0.1, 1, 1.5, math.nan, "0.9", None)),
    (SGD, {"nesterov": True}, "nesterov looks ahead by the momentum: give momentum, such as 0.9"),
    *((method, {"weight_decay": -0.1}, f"weight_decay is {NOT_NEGATIVE}, got -0.1") for method in (SGD, Adam, AdamW)),
    (RMSprop, {"rho": 1.0}, f"rho is {IN_0_1}, got 1.0"),
    (RMSprop, {"momentum": 1.0}, f"momentum is {IN_0_1}, got 1.0"),
    (RMSprop, {"epsilon": "tiny"}, f"epsilon is {NOT_NEGATIVE}, got 'tiny'"),
    (RMSprop, {"weight_decay": math.inf}, f"weight_decay is {NOT_NEGATIVE}, got inf"),
    (Adam, {"betas": (1.0, 0.9)}, f"a beta is {IN_0_1}, got 1.0"),
    (Adam, {"betas": (0.9, -0.1)}, f"a beta is {IN_0_1}, got -0.1"),
    (AdamW, {"betas": (0.9, math.nan)}, f"a beta is {IN_0_1}, got nan"),
    (Adam, {"betas": "ab"}, f"a beta is {IN_0_1}, got 'a'"),
    (Adam, {"betas": (0.9,)}, rf"{TWO}\(0\.9,\)"),
    (Adam, {"betas": (0.9, 0.99, 0.999)}, rf"{TWO}\(0\.9, 0\.99, 0\.999\)"),
    (Adam, {"betas": 0.9}, rf"{TWO}0\.9"),
    (Adam, {"epsilon": -1e-8}, f"epsilon is {NOT_NEGATIVE}, got -1e-08"),
]


@pytest.mark.parametrize(("method", "settings", "message"), UNFIT, ids=[f"{m.__name__} {s}" for m, s, _ in UNFIT])
def test_settings_that_make_no_sense(method: Any, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        method(**settings)
