"""Recording: what becomes of a function, what is refused and in which words, what is left out."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import Tensor, Value, nn, optim
from autograd_mini.modes import THREAD, RecordingError
from autograd_mini.programs.program import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd_mini.programs.program import Program

HERE = Path(__file__).name
X = np.array([1.5, 2.5])
w, W = Value(2.0, label="w"), Tensor([1.0, 2.0], label="W")
ABOUT = "can't be part of a recorded program, which runs with other numbers at each call"
BRANCH = f"`if`, `while`, `and`, `or`, `not` or bool() {ABOUT}: use ag.where(condition, x, y), and & | ~ for conditions"
CUT = f"{ABOUT}: use ag.exp instead of math.exp, ag.stack instead of filling a NumPy array"
INSTEAD = f"{ABOUT}: compute with nodes (ag.where chooses, ag.stop_gradient cuts), or do so outside of the function"
COMPARE = f"{ABOUT}: use comparisons with ag.where"
OUTSIDE = f"{ABOUT}: do so outside of the function"
BACKWARD = f"backward() {ABOUT}: call it on the result of the function, or record ag.value_and_grad(f)"


def loop(x: Any) -> Any:
    while x < 10:
        x = x * 2
    return x


REFUSED: list[tuple[Callable[[Any], Any], Any, str]] = [
    # branches
    (lambda x: x if x > 0 else -x, 1.5, BRANCH),
    (lambda x: x or -x, 1.5, BRANCH),
    (lambda x: x > 0 and x < 1, 1.5, BRANCH),
    (lambda x: 0 < x < 1, 1.5, BRANCH),
    (lambda x: x == 1 or x, 1.5, BRANCH),
    (lambda x: not x, 1.5, BRANCH),
    (lambda x: max(x, 1.0), 1.5, BRANCH),
    (lambda x: sorted([x, 1.0]), 1.5, BRANCH),
    (lambda x: x in [1.0, 2.0], 1.5, BRANCH),
    (lambda x: x if x[0] > 0 else -x, X, BRANCH),
    (lambda x: bool(x[0]), X, BRANCH),
    (lambda x: x if w > 0 else -x, 1.5, BRANCH),
    (lambda x: x if W[0] * 2 > 0 else -x, 1.5, BRANCH),
    # numbers taken out
    (float, 1.5, f"float() {CUT}"),
    (lambda x: float(x[0]), X, f"float() {CUT}"),
    (math.exp, 1.5, f"float() {CUT}"),
    (lambda x: math.floor(x * 2), 1.5, f"float() {CUT}"),
    (np.asarray, X, f"np.asarray() {CUT}"),
    (lambda x: np.array([x, 1.0]), 1.5, f"np.asarray() {CUT}"),
    (lambda x: X[x > 0], X, f"np.asarray() {CUT}"),
    (lambda x: x.item(), 1.5, f".item() {INSTEAD}"),
    (lambda x: x[0].item(), X, f".item() {INSTEAD}"),
    (lambda x: x.data, 1.5, f".data {INSTEAD}"),
    (lambda x: (x > 0).data, X, f".data {INSTEAD}"),
    (lambda x: x.numpy(), X, f".numpy() {INSTEAD}"),
    (lambda x: x.tolist(), X, f".tolist() {INSTEAD}"),
    (lambda x: 1.5 in x, X, f"`in` {INSTEAD}"),
    (lambda x: x * w.data, 1.5, f".data {INSTEAD}"),
    (lambda x: x * W.numpy(), X, f".numpy() {INSTEAD}"),
    (lambda x: x * w.item(), 1.5, f".item() {INSTEAD}"),
    # plain results
    (lambda x: x[np.argmax(x)], X, f"np.argmax() {COMPARE}"),
    (lambda x: x.argmax(), X, f"argmax() {COMPARE}, or do so outside of the function"),
    (ag.argsort, X, f"argsort() {COMPARE}, or do so outside of the function"),
    (np.isnan, X, f"np.isnan() {COMPARE}"),
    (np.isfinite, 1.5, f"np.isfinite() {COMPARE}"),
    (ag.isfinite, X, f"isfinite() {COMPARE}, or do so outside of the function"),
    (lambda x: np.allclose(x, 1), X, f"np.allclose() {COMPARE}"),
    (lambda x: np.array_equal(x, x), X, f"np.array_equal() {COMPARE}"),
    (lambda x: (x > 0).all(), X, f"all() {COMPARE}, or do so outside of the function"),
    (lambda x: np.any(x > 0), X, f"np.any() {COMPARE}"),
    (np.unique, X, f"np.unique() {COMPARE}"),
    (lambda x: np.where(x > 0), X, f"np.nonzero() {COMPARE}"),
    # shapes that would depend on numbers
    (lambda x: x[x > 0], X, f"a mask as index {ABOUT}: use ag.where(mask, x, y), because shapes don't change"),
    (lambda x: W[x > 0], X, f"a mask as index {ABOUT}: use ag.where(mask, x, y), because shapes don't change"),
    (lambda n: W[:n], 1, f"a slice {ABOUT}: its ends are plain numbers, because shapes don't change"),
    # what belongs outside
    (lambda x: (w * x).backward(), 1.5, BACKWARD),
    (lambda x: ag.sum(W * x).backward(), X, BACKWARD),
    (lambda x: setattr(w, "data", 3.0) or x, 1.5, f"assigning to .data {OUTSIDE}"),
    (lambda x: setattr(W, "data", X) or x, 1.5, f"assigning to .data {OUTSIDE}"),
]


@pytest.mark.parametrize(("f", "argument", "text"), REFUSED)
def test_what_looks_at_numbers_is_refused(f: Any, argument: Any, text: str) -> None:
    with pytest.raises(RecordingError) as error:
        record(f, (argument,))
    said, _, line = str(error.value).rpartition(" (")
    assert said == text
    if getattr(f, "__name__", "") == "<lambda>":
        assert re.fullmatch(rf".*{HERE}:{f.__code__.co_firstlineno}\)", line)
    assert (w.data, W.data.tolist(), w.grad) == (2, [1, 2], None)


def test_the_line_is_that_in_the_function() -> None:
    with pytest.raises(RecordingError, match=rf"{HERE}:{loop.__code__.co_firstlineno + 1}\)$"):
        record(loop, (1.5,))


@pytest.mark.parametrize("method", ["step", "zero_grad"])
def test_what_an_optimizer_does_is_refused(method: str) -> None:
    parameters = [Value(2.0), Tensor([1.0, 2.0])]
    optimizer = optim.SGD(parameters, learning_rate=0.1)
    for p in parameters:
        p.grad = p.data * 1.0

    def step(x: Any) -> Any:
        getattr(optimizer, method)()
        return parameters[0] * x

    with pytest.raises(RecordingError, match=f"{method}.*{HERE}"):
        record(step, (1.5,))
    assert [p.data.tolist() if isinstance(p, Tensor) else p.data for p in parameters] == [2, [1, 2]]
    assert parameters[0].grad == 2


@pytest.mark.parametrize(
    "f", [int, lambda n: W[n:], lambda n: ag.sum(W, axis=n), lambda n: [W] * n, lambda n: list(range(n))]
)
def test_whole_numbers_that_shape_the_program_are_refused(f: Any) -> None:
    with pytest.raises(TypeError):
        record(f, (1,))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x * len(W) + W.shape[0] + np.ndim(W) + W.size,
        lambda x: x * ag.zeros_like(W)[0] + ag.ones_like(W)[1],
        lambda x: x if W.dtype == np.float64 else -x,
        lambda x: x if np.isfinite(X).all() else -x,
        lambda x: x * float(X[0]) + math.exp(2.0) + X.tolist()[0],
        lambda x: x * Tensor(X, requires_grad=False).data[0] + Value(1.0, requires_grad=False).item(),
        lambda x: (x, f"{x:.2f} {x!r}")[0],
        lambda x: x if isinstance(x, Value) else None,
        lambda x: sum((row * x for row in W), 0.0),
    ],
)
def test_what_doesnt_change_may_be_looked_at(f: Any) -> None:
    program = record(f, (Value(2.0),))
    (got,) = program.run([Value(3.0)], program.captured, program.outputs)
    assert float(got._data) == float(f(Value(3.0)).data)


def test_data_from_outside_is_looked_at_as_it_is() -> None:
    """What wants no gradient and was not made here is as plain as an array."""
    table = Tensor(X, requires_grad=False)
    program = record(lambda x: x * table.data[0] + table.item() if table.size == 1 else x * table.numpy()[1], (2.0,))
    assert program.run([3.0], program.captured, program.outputs) == [7.5]


# Variables.


def ops(program: Program) -> list[str]:
    return [var.op for var in program.forward()]


def test_arguments_captured_nodes_and_constants() -> None:
    program = record(lambda x, named: {"y": w * x["a"] + 1, "n": named, "t": "text"}, ({"a": 2.0},), {"named": X})
    assert [var.op for var in program.arguments] == ["argument", "argument"]
    assert (program.captured, [var.label for var in program.captured_vars]) == ([w], ["w"])
    mul, add = program.forward()
    assert (mul.op, add.op) == ("mul", "add")
    assert [x.op for x in (*mul.operands, *add.operands)] == ["captured", "argument", "mul", "constant"]
    assert (add.data, add.operands[1].data, mul.is_scalar) == (5.0, 1.0, True)
    assert program.output == {"y": program.outputs[0], "n": program.outputs[1], "t": "text"}
    assert [var.plain for var in program.outputs] == [False, True]
    assert repr(mul) == "<mul float>"
    assert repr(program.arguments[1]) == "<argument float64 (2,)>"


def test_an_example_is_no_part_of_the_program() -> None:
    program = record(lambda x, i: ag.sum(ag.sort(W * x)[::-1] * X) + W[i] + ag.max(x), (X, 0))
    other = np.array([7.0, -3.0])
    got = program.run([Tensor(other), 1.0], program.captured, program.outputs)[0]
    assert got.data == np.sum(np.sort(W.data * other)[::-1] * X) + 2 + 7


def test_integers_keep_their_dtype_and_are_looked_up_by() -> None:
    program = record(lambda x, labels: x[np.arange(2), labels], (np.eye(2), np.array([0, 1])))
    assert program.arguments[1].data.dtype == np.int64
    (step,) = program.forward()
    assert program.arguments[1] in step.reads
    (got,) = program.run([Tensor([[1.0, 2], [3, 4]]), np.array([1, 0])], [], program.outputs)
    np.testing.assert_array_equal(got.data, [2, 3])


def test_values_that_become_an_array_are_one_captured_variable() -> None:
    a, b = Value(1.0), Value(2.0)
    program = record(lambda x: ag.sum(ag.stack([a, b, a]) * x + ag.stack([a, b, a])), (3.0,))
    ((values, shape, dtype),) = program.captured
    assert (list(map(id, values)), shape, dtype) == ([id(a), id(b), id(a)], (3,), np.float64)


def test_a_result_from_outside_is_captured_as_it_is() -> None:
    inner = w * w
    program = record(lambda x: inner * x + w, (2.0,))
    assert [id(node) for node in program.captured] == [id(inner), id(w)]


def test_gradients_are_part_of_the_program() -> None:
    program = record(lambda x: [w * x, x * 2, w * w * 3], (Value(5.0),))
    assert [var.op for var in program.sources] == ["argument", "captured"]
    by_x, by_w = program.gradients[0]
    assert (by_x.data, by_w.data) == (2, 5)
    assert program.gradients[1][1] is None
    assert program.gradients[2][0] is None
    assert program.run([7.0], [4.0], [by_x, by_w, program.gradients[2][1]]) == [4, 7, 24]
    assert program.seeds == [1.0] * 3


def test_data_has_no_gradient() -> None:
    data = Value(2.0, requires_grad=False)
    program = record(lambda x: [data * x, x > 1, w.detach() * x], (3.0,))
    assert (program.sources[1:], program.seeds) == ([], [None] * 3)


def test_forgetting_keeps_shapes() -> None:
    program = record(lambda x: W * x, (X,))
    program.forget()
    (step,) = program.forward()
    assert (step.data.shape, step.data.dtype, step.data.nbytes, step.node) == ((2,), np.float64, 16, None)
    assert step.data.strides == (0,)


def test_modes_outside_are_no_part_of_it() -> None:
    with ag.no_grad():
        program = record(lambda x: w * x, (2.0,))
        assert THREAD.no_grad == 1
    assert (len(program.gradients[0]), program.gradients[0][0].data) == (1, 2)


def test_a_network_of_values_is_recorded_by_its_dots() -> None:
    model = nn.MLP(2, [3, 1], seed=0)
    program = record(model, ([0.5, -1.0],))
    assert ops(program) == ["dot", "tanh"] * 3 + ["dot"]
    x = [0.3, 0.7]
    numbers = [node.data for node in program.captured]
    assert program.run(x, numbers, program.outputs)[0] == pytest.approx(model(x).data, rel=1e-14)


# Simplification.


@pytest.mark.parametrize(
    ("f", "left"),
    [
        (lambda x: x * w + x * w, ["mul", "add"]),
        (lambda x: ag.sin(x) + ag.sin(x) * ag.sin(x), ["sin", "mul", "add"]),
        (lambda x: x * ag.grad(lambda y: 2.0 * y + 3.0)(x), ["mul"]),
        (lambda x: ag.identity(ag.identity(x)) + x.detach(), ["add"]),
        (lambda x: (ag.cos(x), x + 1)[1], ["add"]),
        (lambda x: [x + 0.0, x + -0.0], ["add", "add"]),
        (lambda x: [x * 2, x * 2.0, x * True], ["mul", "mul"]),
        (lambda x: [x - 1, 1 - x], ["sub", "sub"]),
    ],
)
def test_what_is_left_of_numbers(f: Any, left: list[str]) -> None:
    assert ops(record(f, (2.0,)).simplified()) == left


@pytest.mark.parametrize(
    ("f", "left"),
    [
        (lambda x: x.reshape(2) + x.reshape((2,)), ["add"]),
        (lambda x: ag.broadcast_to(x, (2,)) * 2, ["mul"]),
        (lambda x: x.reshape(2, 1) + x.reshape((2, 1)), ["reshape", "add"]),
        (lambda x: x.astype(np.float64) * x.copy(), ["mul"]),
        (lambda x: ag.broadcast_to(x, (3, 2)) * np.ones((3, 2)), ["mul"]),
        (lambda x: ag.broadcast_to(x, (3, 2)) * ag.broadcast_to(x, (3, 2)), ["broadcast_to", "mul"]),
        (lambda x: [x[0], x[0], x[1], x[0:1], x[0:1], x[:1]], ["getitem", "getitem", "getitem", "getitem"]),
        (lambda x: [x[np.array([0, 1])], x[np.array([0, 1])], x[np.array([1, 0])]], ["getitem", "getitem"]),
        (lambda x: ag.sum(x, axis=0) + ag.sum(x, axis=0, keepdims=True), ["sum", "sum", "add"]),
        (
            lambda x: x * np.array([1.0, 2]) + x * np.array([1.0, 2]) + x * np.array([2.0, 1]),
            ["mul", "add", "mul", "add"],
        ),
    ],
)
def test_what_is_left_of_arrays(f: Any, left: list[str]) -> None:
    program = record(f, (X,)).simplified()
    assert ops(program) == left
    other = np.array([3.0, -4.0])
    got = program.run([Tensor(other, requires_grad=False)], [], program.outputs)
    wanted = f(Tensor(other))
    for x, want in zip(got, wanted if isinstance(wanted, list) else [wanted], strict=True):
        np.testing.assert_array_equal(x.data, want.data)


def test_forward_and_backward_share_what_both_compute() -> None:
    program = record(lambda x: ag.exp(w * x), (2.0,)).simplified()
    steps = [var.op for var in [*program.forward(), *program.backward(0)]]
    assert (steps.count("exp"), steps[:2]) == (1, ["mul", "exp"])


def test_constants_that_differ_only_in_sign_or_kind_are_two() -> None:
    program = record(lambda x: [x / 0.0, x / -0.0, x * math.nan, x * math.nan], (2.0,)).simplified()
    got = program.run([3.0], [], program.outputs)
    assert (got[:2], list(map(math.isnan, got[2:]))) == ([math.inf, -math.inf], [True, True])


def test_large_constants_are_told_apart() -> None:
    ones, twos = np.ones(2000), np.full(2000, 2.0)
    program = record(lambda x: [x * ones, x * twos, x * ones], (2.0,)).simplified()
    got = program.run([3.0], [], program.outputs)
    assert [float(x[0]) for x in got] == [3, 6, 3]
