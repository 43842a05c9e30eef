"""Optimizers: a step by hand, what is trained, the learning rate, names, and what a file keeps of them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from copies import each_deep_copy

from autograd_mini import Tensor, Value, nn, optim
from autograd_mini.optim import SGD, Adam, AdamW, CosineDecay, ExponentialDecay, Optimizer, RMSprop

OPTIMIZERS: list[Callable[[], Optimizer]] = [
    SGD,
    lambda: SGD(learning_rate=ExponentialDecay(0.05, 4, 0.9), momentum=0.9, nesterov=True, global_clipnorm=1.0),
    lambda: RMSprop(learning_rate=0.05, rho=0.9, epsilon=1e-6, momentum=0.5, weight_decay=0.1, clipnorm=2.0),
    lambda: Adam(betas=(0.8, 0.95)),
    lambda: AdamW(learning_rate=CosineDecay(0.05, 8), clipvalue=0.5),
]
each_optimizer = pytest.mark.parametrize("make", OPTIMIZERS, ids=lambda make: repr(make()))
each_method = pytest.mark.parametrize("method", [SGD, RMSprop, Adam, AdamW])


def descend(optimizer: Optimizer, w: Value, steps: int) -> list[float]:
    path = []
    for _ in range(steps):
        optimizer.zero_grad()
        (w * w).backward()
        optimizer.step()
        path.append(w.data)
    return path


def test_a_step_is_the_rate_times_the_gradient() -> None:
    w = Value(1.0)
    assert descend(SGD([w], learning_rate=0.25), w, 3) == [0.5, 0.25, 0.125]


def test_momentum_keeps_a_part_of_the_last_direction() -> None:
    w = Value(1.0)
    path = descend(SGD([w], learning_rate=0.1, momentum=0.5), w, 3)
    v1 = 2.0
    v2 = 0.5 * v1 + 2 * 0.8
    v3 = 0.5 * v2 + 2 * (0.8 - 0.1 * v2)
    assert path == pytest.approx([0.8, 0.8 - 0.1 * v2, 0.8 - 0.1 * v2 - 0.1 * v3])


@each_method
def test_a_parameter_without_gradient_stays(method: Any) -> None:
    w, v = Value(1.0), Value(2.0)
    optimizer = method([w, v])
    w.grad = 0.5
    optimizer.step()
    assert w.data < 1.0
    assert (v.data, v.grad, optimizer.steps) == (2.0, None, 1)


def test_a_parameter_given_twice_counts_once() -> None:
    w = Value(1.0)
    optimizer = SGD([w, w, Value(1.0)], learning_rate=0.1)
    w.grad = 1.0
    optimizer.step()
    assert (w.data, len(optimizer.parameters)) == (0.9, 2)


def test_zero_grad_sets_none() -> None:
    w = Value(1.0)
    w.grad = 3.0
    SGD(iter([w])).zero_grad()
    assert w.grad is None


# What is trained


@each_optimizer
def test_parameters_may_be_bound_later_and_again(make: Any) -> None:
    path = []
    for again in (False, True):
        w, v = Value(1.0), Value(2.0)
        optimizer = make()
        optimizer.bind([w, v])
        descend(optimizer, w, 3)
        if again:
            optimizer.bind(iter([w, v, w]))
        path.append(descend(optimizer, w, 3))
    assert path[0] == path[1]


@pytest.mark.parametrize("chosen", [[1], [0, 1], [1, 0]], ids=["another", "one more", "another first"])
def test_other_parameters_want_another_optimizer(chosen: list[int]) -> None:
    parameters = [Value(1.0), Value(2.0)]
    optimizer = Adam(parameters[:1])
    with pytest.raises(ValueError, match="this Adam trains other parameters already: make a new one for these"):
        optimizer.bind(parameters[i] for i in chosen)
    assert list(map(id, optimizer.parameters)) == [id(parameters[0])]


@pytest.mark.parametrize("method", ["step", "zero_grad"])
def test_without_parameters_there_is_no_step(method: str) -> None:
    optimizer = Adam(learning_rate=0.1)
    with pytest.raises(RuntimeError, match=r"has no parameters yet: give it some, as in Adam\(model\.parameters\(\)\)"):
        getattr(optimizer, method)()
    assert optimizer.steps == 0


def test_nothing_to_train() -> None:
    with pytest.raises(ValueError, match="needs at least one parameter, got none"):
        SGD([])


@pytest.mark.parametrize("parameter", [1.0, None, "w", [Value(1)]], ids=repr)
def test_parameters_are_values(parameter: Any) -> None:
    optimizer = SGD()
    with pytest.raises(TypeError, match="an optimizer's parameters are Values and Tensors, got"):
        optimizer.bind([Value(1), parameter])
    assert not optimizer.parameters


def test_parameters_are_a_list() -> None:
    with pytest.raises(TypeError, match=r"an optimizer takes a list .* such as model\.parameters\(\), got 0\.1"):
        SGD(0.1)  # type: ignore[arg-type]


# The learning rate


def test_the_rate_may_change_on_the_way() -> None:
    w = Value(1.0)
    optimizer = SGD([w], learning_rate=0.0)
    assert descend(optimizer, w, 1) == [1.0]
    optimizer.learning_rate = 0.5
    assert descend(optimizer, w, 1) == [0.0]


@pytest.mark.parametrize("rate", [-0.1, math.nan, math.inf, "0.1", None, True, 1j, [0.1]], ids=repr)
def test_rates_that_make_no_sense(rate: Any) -> None:
    optimizer = SGD(learning_rate=0.25)
    message = re.escape(f"learning_rate is a finite number that is not negative, got {rate!r}")
    with pytest.raises(ValueError, match=message):
        SGD(learning_rate=rate)
    with pytest.raises(ValueError, match=message):
        optimizer.learning_rate = rate
    assert optimizer.learning_rate == 0.25


@pytest.mark.parametrize("number", [np.float64(0.1), np.float32(0.5), np.int64(0)], ids=repr)
def test_numpy_numbers_are_numbers(number: Any) -> None:
    config = SGD(learning_rate=number, momentum=number, weight_decay=number, clipnorm=number + 1).config()
    assert json.loads(json.dumps(config)) == config
    assert config["learning_rate"] == number


def several_kinds() -> list[Any]:
    rng = np.random.default_rng(0)
    tensors = [Tensor(rng.normal(size=shape).astype(dtype)) for shape, dtype in (((3, 2), "f4"), ((100, 100), "f8"))]
    return [Value(0.5), *tensors, Value(-2.0)]


def train(parameters: list[Any], optimizer: Optimizer, steps: int) -> None:
    for step in range(steps):
        optimizer.zero_grad()
        seen = parameters[step % 2 :]  # the first one not always
        sum((p * p).sum() if isinstance(p, Tensor) else p * p for p in seen).backward()
        optimizer.step()


def numbers(parameters: list[Any]) -> list[Any]:
    return [np.array(p.data).tolist() for p in parameters]


@each_method
def test_a_schedule_is_asked_once_a_step_with_the_steps_before(method: Any) -> None:
    asked = []
    train(several_kinds(), optimizer := method(learning_rate=lambda step: asked.append(step) or 0.1), 0)
    parameters = several_kinds()
    optimizer.bind(parameters)
    train(parameters, optimizer, 4)
    assert asked == [0, 1, 2, 3]
    assert (optimizer.steps, optimizer.rate) == (4, 0.1)


@pytest.mark.parametrize("rate", [-0.1, math.nan, None, "0.1"], ids=repr)
@each_method
def test_a_schedules_rates_are_checked_before_anything_moves(method: Any, rate: Any) -> None:
    ours, twins = several_kinds(), several_kinds()
    optimizer, other = method(ours), method(twins)
    train(ours, optimizer, 3)
    train(twins, other, 3)
    optimizer.learning_rate = lambda _: rate
    with pytest.raises(ValueError, match=f"a schedule's learning rate is a finite number .*, got {rate!r}"):
        optimizer.step()
    optimizer.learning_rate = other.learning_rate
    train(ours, optimizer, 3)
    train(twins, other, 3)
    assert numbers(ours) == numbers(twins)


# Names and files


@pytest.mark.parametrize(
    ("name", "kind"), [("sgd", SGD), ("rmsprop", RMSprop), ("adam", Adam), ("adamw", AdamW), ("Adam", Adam), (SGD, SGD)]
)
def test_an_optimizer_by_its_name(name: Any, kind: type[Optimizer]) -> None:
    assert repr(optim.get(name)) == repr(kind())


def test_an_optimizer_is_itself() -> None:
    optimizer = Adam()
    assert optim.get(optimizer) is optimizer


def test_unknown_names_are_told_the_choices() -> None:
    with pytest.raises(ValueError, match=r"^unknown optimizer 'adma': use 'sgd', 'rmsprop', 'adam', 'adamw'$"):
        optim.get("adma")


@pytest.mark.parametrize("optimizer", [None, 0.1, [Adam()], Optimizer, lambda _: None])
def test_other_things_are_no_optimizers(optimizer: Any) -> None:
    with pytest.raises(TypeError, match=r"an optimizer is a name such as 'adam', or an object such as Adam\(\), got"):
        optim.get(optimizer)


@each_optimizer
def test_training_goes_on_bit_for_bit_from_what_a_file_keeps(make: Any) -> None:
    ours, optimizer = several_kinds(), make()
    optimizer.bind(ours)
    train(ours, optimizer, 5)
    config, state = json.loads(json.dumps(optimizer.config())), optimizer.state()
    again, other = several_kinds(), optim.from_config(config)
    for p, q in zip(ours, again, strict=True):
        q.data = p.data
    other.bind(again)
    other.load_state(state)
    kept = {name: array.copy() for name, array in state.items()}
    for each in ((ours, optimizer), (again, other)):
        train(*each, 5)
    assert numbers(ours) == numbers(again)
    assert (type(other), other.steps, other.config()) == (type(optimizer), 10, config)
    assert all(np.array_equal(state[name], kept[name]) for name in kept)  # it is a copy, and was copied


UNFIT: dict[str, Callable[[dict[str, Any]], Any]] = {
    "missing": lambda state: state.pop("0.1"),
    "unknown": lambda state: state.update({"9.0": np.zeros(3)}),
    "mis-shaped": lambda state: state.update({"2.0": state["2.0"][:-1]}),
    "of another dtype": lambda state: state.update({"1.0": state["1.0"].astype(float)}),
    "no counts": lambda state: state.update({"2.steps": state["2.steps"] + 0.5}),
}


@pytest.mark.parametrize("spoil", UNFIT.values(), ids=UNFIT)
def test_a_state_is_taken_whole_or_not_at_all(spoil: Any) -> None:
    parameters = several_kinds()
    optimizer = Adam(parameters)
    train(parameters, optimizer, 3)
    before, state = optimizer.state(), Adam(several_kinds()).state()
    spoil(state)
    with pytest.raises(ValueError, match=r"this state is not of a Adam of such parameters: got {.*}, expected {.*}$"):
        optimizer.load_state(state)
    after = optimizer.state()
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_no_file_holds_a_function() -> None:
    with pytest.raises(ValueError, match=r"learning_rate is <function .* which no file can hold"):
        Adam(learning_rate=lambda _: 0.1).config()


@pytest.mark.parametrize(
    "config",
    [
        {"class": "Adagrad"},
        {"class": "Adam", "rho": 0.9},
        {"class": "SGD", "parameters": []},
        {"class": "SGD", "learning_rate": {"class": "Warmup"}},
        {"learning_rate": 0.1},
        {"class": ["SGD"]},
        "adam",
        None,
    ],
    ids=repr,
)
def test_descriptions_of_no_optimizer(config: Any) -> None:
    with pytest.raises(ValueError, match=r"no (optimizer|learning_rate) is described by .*: it may be from a newer"):
        optim.from_config(config)


def test_a_schedule_is_no_optimizer() -> None:
    with pytest.raises(TypeError, match=r"an optimizer is a name .*, got CosineDecay"):
        optim.from_config(CosineDecay(0.1, 10).config())


@each_deep_copy
def test_a_copied_model_and_optimizer_train_on_alone(make_copy: Any) -> None:
    model = nn.MLP(2, [3, 1], seed=0)
    optimizer = SGD(model.parameters(), learning_rate=0.1, momentum=0.9)

    def train(model: Any, optimizer: SGD, steps: int) -> list[float]:
        for _ in range(steps):
            loss = nn.mean_squared_error([1.0, -1.0], [model([0.0, 1.0]), model([1.0, 0.0])])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return [p.data for p in model.parameters()]

    train(model, optimizer, 3)
    twin, twins_optimizer = make_copy((model, optimizer))
    before = [p.data for p in model.parameters()]
    after = train(twin, twins_optimizer, 5)
    assert [p.data for p in model.parameters()] == before
    assert after == train(model, optimizer, 5) != before
