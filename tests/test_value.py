"""Value: what it holds and refuses, how it compares, how it leaves the graph, copies."""

from __future__ import annotations

import copy
import functools
import math
import operator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from copies import pickled

import autograd_mini as ag
from autograd_mini import Value
from autograd_mini.graph import PARAMETER, Tag
from autograd_mini.recording import is_stale
from autograd_mini.value import leaf

if TYPE_CHECKING:
    from collections.abc import Callable


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


def test_an_integer_too_large_for_a_float_is_infinite() -> None:
    v = Value(1.0)
    assert Value(10**400).data == (v + 10**400).data == (10**400 * v).data == math.inf
    assert Value(-(10**400)).data == ag.sinh(-(10**400)) == -math.inf
    assert v < 10**400


def test_a_new_leaf() -> None:
    v = Value(2, "a")
    assert (v.data, v.grad, v.label, v.op, v.inputs, v.partials) == (2.0, None, "a", "", (), ())
    assert (v.requires_grad, v.is_parameter, v.scope, v.rule) == (True, False, (), None)


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


@pytest.mark.parametrize("label", [5, None, (Value(1),), b"x"], ids=repr)
def test_labels_are_text(label: Any) -> None:
    with pytest.raises(TypeError, match="label"):
        Value(2, label)
    v = Value(2, "v")
    with pytest.raises(TypeError, match="label"):
        v.label = label
    assert v.label == "v"


def test_data_made_of_data_remembers_one_operation_but_no_chain() -> None:
    y = Value(1.0, "y", requires_grad=False)
    rest = 1 - y
    assert (rest.op, rest.inputs, rest.requires_grad) == ("", (), False)
    assert rest.made_of is not None
    rule, (one, operand) = rest.made_of
    assert (rule.name, one.data, one.op, operand is y) == ("sub", 1.0, "constant", True)
    assert (rest * 2).made_of is None
    with ag.no_grad():
        assert (1 - y).made_of is None
    assert copy.deepcopy(rest).made_of is rest.detach().made_of is None
