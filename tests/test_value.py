"""Value: what it holds, its operators, what it refuses, copies, and graphs of any size."""

from __future__ import annotations

import copy
import functools
import gc
import linecache
import math
import operator
import tracemalloc
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from copies import pickled

import autograd_mini as ag
from autograd_mini import Value
from autograd_mini.graph import PARAMETER, Tag
from autograd_mini.operators import install
from autograd_mini.rules import RULES
from autograd_mini.value import is_stale, leaf

if TYPE_CHECKING:
    from collections.abc import Callable

MILLION = 1_000_000


@pytest.mark.parametrize(
    "data",
    [3, 3.0, True, 10**300, np.float64(3), np.float32(0.1), np.int8(3), np.uint64(2**63), np.bool_(True), math.inf],
    ids=repr,
)
def test_numbers_become_floats(data: Any) -> None:
    assert type(Value(data).data) is float
    assert Value(data).data == float(data)


@pytest.mark.parametrize(
    "data",
    [
        "abc",
        "3",
        None,
        1j,
        [1.0],
        (1.0,),
        np.array(1.0),
        np.array([1.0]),
        b"1",
        Value(1),
        np.float16(1),
        np.longdouble(1),
    ],
    ids=lambda data: f"{type(data).__name__} {data!r}",
)
def test_anything_else_is_a_type_error_that_names_it(data: Any) -> None:
    with pytest.raises(TypeError, match="got") as error:
        Value(data)
    assert type(data).__name__ in str(error.value)
    v = Value(1.0)
    with pytest.raises(TypeError, match=type(data).__name__):
        v.data = data
    assert v.data == 1.0


def test_an_integer_too_large_for_a_float_is_infinite_or_refused_alike() -> None:
    v = Value(1.0)
    for attempt in (lambda: Value(10**400), lambda: v + 10**400, lambda: 10**400 * v, lambda: ag.sin(10**400)):
        with pytest.raises(OverflowError):
            attempt()


def test_a_new_leaf() -> None:
    v = Value(2, "a")
    assert (v.data, v.grad, v.label, v.op, v.inputs, v.partials) == (2.0, None, "a", "", (), ())
    assert (v.requires_grad, v.is_parameter, v.scope, v.rule) == (True, False, (), None)


BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
NUMBERS = [2, 2.0, True, np.float64(2), np.float32(2), np.int32(2)]


@pytest.mark.parametrize("op", BINARY)
@pytest.mark.parametrize("number", NUMBERS, ids=lambda n: type(n).__name__)
def test_numbers_stand_on_either_side(op: Callable[[Any, Any], Any], number: Any) -> None:
    v = Value(3.0)
    right, left = op(v, number), op(number, v)
    assert type(right) is type(left) is Value
    assert right.data == op(3.0, float(number))
    assert left.data == op(float(number), 3.0)
    assert [x.op for x in right.inputs] == ["", "constant"]
    assert [x.op for x in left.inputs] == ["constant", ""]
    assert right.inputs[1].data == left.inputs[0].data == float(number)
    assert right.partials[1] is left.partials[0] is None


@pytest.mark.parametrize("op", BINARY)
@pytest.mark.parametrize("other", ["2", None, 1j, [1.0], {}, np.float16(1)], ids=repr)
def test_operators_refuse_what_is_no_number(op: Callable[[Any, Any], Any], other: Any) -> None:
    with pytest.raises(TypeError):
        op(Value(1.0), other)
    with pytest.raises(TypeError):
        op(other, Value(1.0))


@pytest.mark.parametrize(
    ("result", "data", "partials"),
    [
        (Value(2) ** Value(3), 8, (12, 8 * math.log(2))),
        (2 ** Value(3), 8, (None, 8 * math.log(2))),
        (Value(2) ** 3, 8, (12, None)),
        (Value(6) / Value(3), 2, (1 / 3, -2 / 3)),
        (6 / Value(3), 2, (None, -2 / 3)),
        (1 - Value(3), -2, (None, -1)),
        (-Value(3), -3, (-1,)),
        (abs(Value(-3)), 3, (-1,)),
        (Value(3).relu(), 3, (1,)),
        (Value(0).exp(), 1, (1,)),
        (Value(0).tanh(), 0, (1,)),
        (Value(-2).leaky_relu(), -0.02, (0.01, None)),
        (Value(-2).leaky_relu(0.5), -1, (0.5, None)),
        (Value(-2).leaky_relu(slope=0.5), -1, (0.5, None)),
        (Value(-2).leaky_relu(Value(0.5)), -1, (0.5, -2)),
        (Value(1).maximum(1), 1, (0.5, None)),
    ],
    ids=lambda x: x.op if isinstance(x, Value) else "",
)
def test_operations_hold_value_and_partials(result: Value, data: float, partials: tuple[float | None, ...]) -> None:
    assert result.data == pytest.approx(data, rel=1e-15)
    assert result.partials == tuple(d if d is None else pytest.approx(d, rel=1e-15) for d in partials)


def test_one_operand_twice_is_two_inputs() -> None:
    x = Value(3)
    for y in (x * x, x**x, x - x, x / x):
        assert len(y.inputs) == len(y.partials) == 2
        assert all(each is x for each in y.inputs)


def test_unary_plus_adds_no_node() -> None:
    x = Value(3)
    assert +x is x


def test_augmented_assignment_makes_a_new_node() -> None:
    x = y = Value(3)
    y += 1
    y *= 2
    y -= x
    y /= 5
    y **= 2
    assert (x.data, y.data) == (3, 1)


@pytest.mark.parametrize("op", [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge])
@pytest.mark.parametrize(("a", "b"), [(1, 2), (2, 1), (1, 1), (math.nan, 1), (-0.0, 0.0)])
def test_comparisons_are_of_data(op: Callable[[Any, Any], Any], a: float, b: float) -> None:
    want = op(a, b)
    assert op(Value(a), Value(b)) is op(Value(a), b) is op(a, Value(b)) is want


@pytest.mark.parametrize("other", ["a", None, 1j, [1], object()], ids=["None", "text", "complex", "list", "object"])
def test_comparison_with_no_number(other: Any) -> None:
    assert (Value(1) == other) is False
    assert (Value(1) != other) is True
    with pytest.raises(TypeError):
        Value(1) < other  # noqa: B015
    with pytest.raises(TypeError):
        other >= Value(1)  # noqa: B015


def test_comparison_with_numpy_scalars_is_a_bool() -> None:
    assert type(Value(1) == np.float64(1)) is bool
    assert type(Value(1) < np.float32(2)) is bool
    assert type(np.float64(2) > Value(1)) is bool


def test_truth_is_that_of_the_data() -> None:
    assert [bool(Value(x)) for x in (0, -0.0, 2, math.nan)] == [False, False, True, True]


def test_nodes_hash_by_identity() -> None:
    a, b = Value(1), Value(1)
    assert a == b
    assert len({id(x): x for x in (a, b)}) == 2
    assert {a: "a", b: "b"}[a] == "a"


def test_item_is_a_number_outside_of_the_graph() -> None:
    assert type(Value(2).item()) is float


def test_detached_nodes_are_data() -> None:
    x = Value(2, "x")
    d = x.detach()
    assert (d.data, d.label, d.requires_grad) == (2.0, "x", False)
    y = x * d
    y.backward()
    assert (x.grad, d.grad) == (2.0, None)


def test_data_and_constants_have_no_partial() -> None:
    x, data = Value(2), Value(3, requires_grad=False)
    assert (x * data).partials == (3.0, None)
    assert (data * x).partials == (None, 3.0)
    nothing = data * data + 1
    assert (nothing.data, nothing.requires_grad, nothing.inputs) == (10.0, False, ())


@pytest.mark.parametrize(
    "make", [lambda x: x.sin(), lambda x: x * x, lambda x: ag.sum([x, x]), lambda x: ag.dot([x], [x])]
)
def test_what_is_made_of_data_is_data(make: Callable[[Value], Value]) -> None:
    result = make(Value(2, requires_grad=False))
    assert type(result) is Value
    assert not result.requires_grad
    assert result.inputs == ()


CUTS = [float, int, math.exp, np.asarray, np.array, np.float64, complex, lambda x: np.array([x], dtype=float)]


@pytest.mark.parametrize("cut", CUTS)
def test_the_graph_is_not_cut_unseen(cut: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError):
        cut(Value(1))


@pytest.mark.parametrize("cut", [float, math.exp, np.asarray])
def test_data_may_leave_the_graph(cut: Callable[[Any], Any]) -> None:
    assert cut(Value(1, requires_grad=False)) == cut(1.0)
    with ag.no_grad():
        assert cut(Value(1)) == cut(1.0)


def test_a_copied_array_is_asked_for_as_numpy_asks() -> None:
    data = Value(1.5, requires_grad=False)
    assert np.array(data, dtype=np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="copy"):
        np.asarray(data, copy=False)


@pytest.mark.parametrize(
    ("v", "text"),
    [
        (Value(2), "Value(2.0)"),
        (Value(-0.0, "w₁"), "Value(-0.0, label='w₁')"),
        (Value(math.nan), "Value(nan)"),
    ],
)
def test_repr(v: Value, text: str) -> None:
    assert repr(v) == str(v) == f"{v}" == text


def test_repr_after_backward_shows_the_gradient() -> None:
    x = Value(2, "x")
    (x * x).backward()
    assert repr(x) == "Value(2.0, label='x', grad=4.0)"


def test_formats_like_a_float() -> None:
    assert f"{Value(1 / 3):.3f}|{Value(1e6):>10.1e}" == f"{1 / 3:.3f}|{1e6:>10.1e}"


def test_label_can_be_given_later() -> None:
    x = Value(1)
    y = x + 1
    y.label = "y"
    assert y.label == "y"
    assert x.label == ""
    y.label = ""
    assert y.label == ""


def test_an_unknown_attribute_cannot_be_set() -> None:
    with pytest.raises(AttributeError):
        Value(1).colour = "red"


def test_attributes_that_are_computed_cannot_be_set() -> None:
    for name in ("op", "inputs", "partials", "requires_grad", "is_parameter", "rule", "scope"):
        with pytest.raises(AttributeError):
            setattr(Value(1), name, None)


def leaves_of_every_kind() -> list[Value]:
    return [
        Value(2, "x"),
        Value(-0.0),
        Value(math.nan, "n"),
        Value(2, "d", requires_grad=False),
        leaf(0.5, Tag("w1", ("layer 1", "neuron 1")), PARAMETER),
        Value(3, "p") * 2,
    ]


COPIES = [copy.copy, copy.deepcopy, *(functools.partial(pickled, protocol=p) for p in range(2, 6))]


@pytest.mark.parametrize("make_copy", COPIES)
def test_copies_are_leaves_with_data_and_label(make_copy: Callable[[Value], Value]) -> None:
    for v in leaves_of_every_kind():
        v.grad = 7.0
        c = make_copy(v)
        assert repr(c.data) == repr(v.data)
        assert (c.label, c.scope) == (v.label, v.scope)
        assert (c.requires_grad, c.is_parameter) == (v.requires_grad, v.is_parameter)
        assert (c.inputs, c.grad, c.op) == ((), None, "")


def test_a_copied_list_shares_what_was_shared() -> None:
    x = Value(1)
    a, b = copy.deepcopy([x, x])
    assert a is b
    assert a is not x


def test_value_cannot_be_subclassed() -> None:
    with pytest.raises(TypeError, match="can't be subclassed"):
        type("Sub", (Value,), {})


def test_the_number_is_not_called_value() -> None:
    with pytest.raises(AttributeError, match=r"\.data"):
        _ = Value(1).value
    assert not hasattr(Value(1), "value")


def test_changed_data_leaves_the_partials_of_the_forward_pass() -> None:
    x = Value(3)
    y = x * x
    x.data = 100
    y.backward()
    assert (y.data, x.grad) == (9, 6)
    assert is_stale(y)


def test_the_usual_loop_of_descent() -> None:
    w = Value(1.0)
    for _ in range(100):
        w.zero_grad()
        loss = (w - 3) ** 2
        loss.backward()
        w.data -= 0.1 * w.grad
    assert w.data == pytest.approx(3)


@pytest.mark.parametrize(
    ("result", "data"),
    [
        (lambda x: (x * 1000).exp(), math.inf),
        (lambda x: (x - 1).log(), -math.inf),
        (lambda x: (-x).log(), math.nan),
        (lambda x: x / 0, math.inf),
        (lambda x: -x / 0, -math.inf),
        (lambda x: (x - 1) / 0, math.nan),
        (lambda x: 0 / (x - 1), math.nan),
        (lambda x: (-x) ** 0.5, math.nan),
        (lambda x: (x - 1) ** -1, math.inf),
        (lambda x: (-x * 8) ** (1 / 3), math.nan),
        (lambda x: (x * 1e200) * 1e200, math.inf),
        (lambda x: (x * 1e200) ** 2, math.inf),
        (lambda x: (x * math.inf).sin(), math.nan),
        (lambda x: (x * math.nan) ** 0, 1),
        (lambda x: (x * math.inf) - math.inf, math.nan),
        (lambda x: (x * 800).cosh(), math.inf),
        (lambda x: (x * 2).acos(), math.nan),
        (lambda x: (-x).log1p(), -math.inf),
        (lambda x: (x - 1).reciprocal(), math.inf),
        (lambda x: (x - 1).cot(), math.inf),
        (lambda x: x.atanh(), math.inf),
        (lambda x: ag.log(x, 1), math.nan),
    ],
)
def test_arithmetic_is_ieee_and_silent(result: Callable[[Value], Value], data: float) -> None:
    y = result(Value(1.0))
    assert type(y.data) is float
    assert y.data == data or (math.isnan(y.data) and math.isnan(data))
    y.backward()


def chain(length: int) -> tuple[Value, Value]:
    x = y = Value(1.0)
    for _ in range(length):
        y = y + 1.0
    return x, y


@pytest.mark.slow
def test_a_chain_of_a_million_nodes() -> None:
    x, y = chain(MILLION)
    assert y.data == MILLION + 1
    y.backward()
    assert x.grad == 1
    assert repr(y) == f"Value({y.data}, grad=1.0)"
    assert (copy.deepcopy(y).data, pickled(y).data) == (y.data, y.data)
    y.zero_grad()
    assert x.grad is None
    del y
    gc.collect()


@pytest.mark.parametrize(
    "step",
    [
        lambda y: y.tanh(),
        lambda y: 1.0 - y,
        lambda y: ag.sum([y, 1.0]),
        lambda y: ag.dot([y], [1.0], 0.5),
        lambda y: y * y,
    ],
    ids=["one operand", "reflected", "sum", "dot", "twice"],
)
def test_deep_chains_of_every_kind_are_deleted(step: Callable[[Value], Value]) -> None:
    y = Value(0.5)
    for _ in range(100_000):
        y = step(y)
    y.backward()
    del y


def test_sixty_doublings_are_two_to_the_sixty_paths() -> None:
    x = y = Value(1)
    for _ in range(60):
        y = y + y
    y.backward()
    assert y.data == x.grad == 2**60


@pytest.mark.slow
def test_a_dropped_graph_leaves_no_memory() -> None:
    def graph() -> None:
        x = Value(0.5)
        y = ag.sum([(x * x).sin() + i for i in range(10)]) / ag.dot([x, x], [2.0, x], x)
        y.backward()
        ag.grad(ag.grad(lambda v: v * v.exp()))(0.5)

    gc.collect()
    gc.disable()
    try:
        tracemalloc.start()
        for _ in range(3000):
            graph()  # fills the interpreter's own free lists
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(1000):
            graph()
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        gc.enable()
    assert after - before < 5_000


def test_graphs_hold_no_reference_cycle() -> None:
    def graph() -> None:
        x = Value(0.5)
        y = ag.where(x > 0, ag.sum([x, x * 2, x**x]), x)
        y.backward()
        with ag.no_grad(), ag.detect_anomaly():
            (y * 2).exp()
        ag.hessian(lambda p: p[0] * p[1])([1.0, 2.0])
        ag.jvp(ag.grad(ag.sin), (1.0,), (1.0,))
        ag.gradient_graph(y, x).backward()

    graph()
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            graph()
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_methods_exist_for_every_row_of_one_or_two_inputs() -> None:
    for name, row in RULES.items():
        assert hasattr(Value, name) == (row.arity <= 2)
        if row.arity <= 2:
            assert name in str(getattr(Value, name).__doc__)


def test_operands_are_in_order() -> None:
    a, b, c = Value(1), Value(2), Value(3)
    for made, data in (
        (b - a, [2, 1]),
        (5 - a, [5, 1]),
        (c / 2, [3, 2]),
        (ag.sum([c, 4, a]), [3, 4, 1]),
        (ag.dot([a, 7], [b, c], 9), [1, 7, 2, 3, 9]),
    ):
        assert [x.data for x in made.inputs] == data
        assert all(any(x is node for node in (a, b, c)) for x in made.inputs if x.op != "constant")


@pytest.mark.parametrize("label", [5, None, (Value(1),), b"x"], ids=repr)
def test_labels_are_text(label: Any) -> None:
    with pytest.raises(TypeError, match="label"):
        Value(2, label)
    v = Value(2, "v")
    with pytest.raises(TypeError, match="label"):
        v.label = label
    assert v.label == "v"


def test_a_method_is_compiled_once_though_it_was_taken_before_its_first_call() -> None:
    install(RULES["acsch"])
    taken = Value.acsch
    for _ in range(2):
        before = len(linecache.cache)
        assert taken(Value(2.0)).op == "acsch"
    assert len(linecache.cache) == before


@pytest.mark.parametrize("call", [lambda v: v.sin(2), lambda v: v.maximum(), lambda v: v.maximum(1, 2)])
def test_errors_of_methods_name_the_method(call: Callable[[Value], Any]) -> None:
    Value(1).sin(), Value(1).maximum(2)
    with pytest.raises(TypeError, match=r"(sin|maximum)\(\)"):
        call(Value(1))
