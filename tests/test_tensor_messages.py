"""What a Tensor promises, what it refuses, and that the errors say what was got, what is allowed and what to do."""

from __future__ import annotations

import copy
import itertools
import math
import operator
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from copies import pickled

import autograd_mini as ag
from autograd_mini import AnomalyError, Tensor, Value, detect_anomaly, no_grad

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).name
T = lambda *shape: Tensor(np.ones(shape))
WITH_TWO = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, np.maximum, np.dot, ag.minimum]
BOTH_SHAPES = r"(?s)\(2, ?3\).*\(4,\)|\(4,\).*\(2, ?3\)"
REDUCTIONS = [np.sum, np.mean, np.prod, np.max, np.min, np.var, np.std, np.argmax, ag.logsumexp, ag.softmax]
BAD_AXES = [
    (2, np.exceptions.AxisError, r"axis 2\b.*\b2\b"),
    (-3, np.exceptions.AxisError, r"axis -3\b.*\b2\b"),
    ((0, 0), ValueError, r"(?i)duplicate|repeated"),
]
CUT = r"would cut the graph: use .*item\(\).*ag\.exp instead of math\.exp.*ag\.stack instead of filling"
NOTHING = r"nothing to differentiate.*requires_grad=True"
HOLDS = "float32 or float64.*got "

REFUSED: list[tuple[str, Callable[[], Any], type[Exception], str]] = [
    # Line 1: backward.
    ("no seed", lambda: (T(2, 3) * 2).backward(None), RuntimeError, r"\(2, 3\).*seed.*sum\(\)"),
    ("no seed for nothing", lambda: (T(0) * 2).backward(None), RuntimeError, r"\(0,\).*seed"),
    ("seed's shape", lambda: (T(2, 3) * 2).backward(np.ones((3, 2))), ValueError, r"seed.*\(2, 3\).*\(3, 2\)"),
    ("complex seed", lambda: (T(1) * 2).backward(np.array([1j])), TypeError, "complex128"),
    ("data", lambda: Tensor(1, requires_grad=False).backward(), RuntimeError, NOTHING),
    ("detached", lambda: (T().detach() * 2).backward(None), RuntimeError, NOTHING),
    # What it holds.
    ("complex", lambda: Tensor(1j), TypeError, HOLDS + "complex128"),
    ("object", lambda: Tensor([None]), TypeError, HOLDS + "object"),
    ("string", lambda: Tensor("abc"), TypeError, HOLDS + "<U3.*'abc'"),
    ("half", lambda: Tensor(np.float16(1)), TypeError, HOLDS + "float16"),
    ("long", lambda: Tensor(np.longdouble(1)), TypeError, HOLDS + "(longdouble|float128)"),
    ("ragged", lambda: Tensor([[1, 2], [3]]), ValueError, r"length.*\[\[1, 2\], \[3\]\]"),
    ("new shape", lambda: setattr(T(2, 3), "data", np.ones(3)), ValueError, r"\(2, 3\).*\(3,\)"),
    ("new dtype", lambda: setattr(T(1), "data", np.array([1j])), TypeError, "complex128"),
    # Line 12: leaving the graph.
    ("float", lambda: float(T()), TypeError, CUT),
    ("math.exp", lambda: math.exp(T()), TypeError, CUT),
    ("np.asarray", lambda: np.asarray(T(2)), TypeError, CUT),
    ("np.array", lambda: np.array([T(), T()], dtype=float), TypeError, CUT),
    ("filling", lambda: operator.setitem(np.zeros(2), slice(2), T(2)), TypeError, CUT),
    ("adding to an array", lambda: operator.iadd(np.zeros(2), T(2)), TypeError, r"np\.add.*cut the graph.*a = a \+ t"),
    ("truth", lambda: bool(T(2, 3)), ValueError, r"(?s)\(2, 3\).*(all\(\).*any\(\)|any\(\).*all\(\))"),
    ("item of many", lambda: T(2, 3).item(), ValueError, r"\(2, 3\).*numpy\(\)"),
    ("assignment", lambda: operator.setitem(T(2), 0, 1.0), TypeError, r"ag\.stack.*ag\.where"),
    ("length", lambda: len(T()), TypeError, r"\(\)|0-d"),
    ("value", lambda: T(2).value, AttributeError, r"value.*\.data"),
    # Operands.
    ("text", lambda: T(2) + "a", TypeError, r"\+.*'Tensor' and 'str'"),
    ("complex array", lambda: T(2) * np.ones(2, complex), TypeError, r"got array\(\[1\.\+0\.j"),
    ("order of text", lambda: T(2) < "a", TypeError, "not supported|less"),
    # Line 9: shapes, axes, indices.
    ("matmul", lambda: T(2, 3) @ T(2, 3), ValueError, r"\(2, ?3\).*\(2, ?3\)"),
    ("tensordot", lambda: np.tensordot(T(2, 3), T(4), 1), ValueError, BOTH_SHAPES),
    ("inner", lambda: np.inner(T(2, 3), T(4)), ValueError, BOTH_SHAPES),
    ("where", lambda: np.where(True, T(2, 3), T(4)), ValueError, BOTH_SHAPES),
    ("broadcast_to", lambda: np.broadcast_to(T(2, 3), (4,)), ValueError, BOTH_SHAPES),
    ("concatenate", lambda: np.concatenate([T(2, 3), T(4)]), ValueError, BOTH_SHAPES + r"|2 dim.*1 dim"),
    ("stack", lambda: ag.stack([T(2, 3), T(4)]), ValueError, r"shape"),
    ("reshape", lambda: T(2, 3).reshape(4, 2), ValueError, r"6.*\(4, ?2\)|\(2, ?3\).*\(4, ?2\)"),
    ("transpose", lambda: T(2, 3).transpose(0, 0), ValueError, "(?i)repeated|duplicate"),
    ("index", lambda: T(2, 3)[2], IndexError, "index 2.*size 2"),
    ("indices", lambda: T(2, 3)[0, 0, 0], IndexError, r"(?s)too many.*2.*3"),
    ("mask", lambda: T(2, 3)[np.ones((3, 2), bool)], IndexError, r"(?s)boolean.*2.*3"),
    ("float index", lambda: T(3)[1.0], IndexError, "integers"),
    ("node index", lambda: T(3)[T()], IndexError, "index.*astype"),
    # Line 10: nothing to reduce.
    ("max of nothing", lambda: np.max(T(0)), ValueError, "(?i)zero-size|empty"),
    ("min along nothing", lambda: np.min(T(2, 0), axis=1), ValueError, "(?i)zero-size|empty"),
    ("argmax of nothing", lambda: np.argmax(T(0)), ValueError, "(?i)empty"),
    # Line 13: NumPy's functions that there are none of.
    ("nansum", lambda: np.nansum(T(2)), TypeError, r"nansum.*np\.sum"),
    ("nanmax", lambda: np.nanmax(T(2)), TypeError, r"nanmax.*np\.a?max\b"),
    ("median", lambda: np.median(T(2)), TypeError, r"median.*np\.mean"),
    ("np.linalg.inv", lambda: np.linalg.inv(T(2, 2)), TypeError, r"inv\b"),
    ("ufunc", lambda: np.nextafter(T(2), 1), TypeError, "nextafter"),
    ("accumulate", lambda: np.add.accumulate(T(2)), TypeError, r"add\.accumulate"),
    ("out", lambda: np.exp(T(2), out=np.zeros(2)), TypeError, r"write.*cut the graph.*ag\.stack"),
    *[(f"{f.__name__} of shapes", lambda f=f: f(T(2, 3), T(4)), ValueError, BOTH_SHAPES) for f in WITH_TWO],
    *[(f"array, {f.__name__}", lambda f=f: f(np.ones(4), T(2, 3)), ValueError, BOTH_SHAPES) for f in WITH_TWO],
    *[
        (f"{f.__name__} along {axis}", lambda f=f, axis=axis: f(T(2, 3), axis=axis), error, text)
        for f in REDUCTIONS
        for axis, error, text in BAD_AXES
        if not (f is np.argmax and isinstance(axis, tuple))
    ],
]


@pytest.mark.parametrize(("act", "error", "text"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused(act: Callable[[], Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text) as caught:
        act()
    assert len(str(caught.value)) < 400
    assert (Tensor(1) * 2).requires_grad  # no mode is left on


@pytest.mark.parametrize(
    ("f", "shape", "number", "options"),
    [
        (np.mean, (0,), 1, {}),
        (np.var, (3,), 1, {"ddof": 3}),
        (np.std, (2, 3), 1, {"axis": 0, "ddof": 2}),
        (np.log, (2,), 0, {}),
        (np.sqrt, (2,), -1, {}),
    ],
)
def test_warnings_are_numpys_and_come_on_the_way_forward_only(f: Any, shape: Any, number: float, options: Any) -> None:
    texts, results = [], []
    for make in (np.array, Tensor):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            results.append(f(make(np.full(shape, float(number))), **options))
        texts.append({str(each.message).replace("scalar ", "") for each in caught})
    assert texts[0] & texts[1]
    np.testing.assert_array_equal(results[1].numpy(), results[0])
    results[1].backward(np.ones_like(results[1]))


# Inputs of every make (11).
def read_only(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    array.flags.writeable = False
    return array


INPUTS = {
    "read-only": read_only(np.arange(1.0, 7).reshape(2, 3)),
    "reversed": np.arange(1.0, 7).reshape(2, 3)[::-1, ::-1],
    "Fortran": np.asfortranarray(np.arange(1.0, 7).reshape(2, 3)),
    "strided": np.arange(1.0, 13).reshape(2, 6)[:, ::2],
    "broadcast": np.broadcast_to(np.arange(1.0, 4), (2, 3)),
    "big-endian": np.arange(1.0, 7).astype(">f8").reshape(2, 3),
    "size 0": np.empty((2, 0)),
    "0-d": np.array(2.0),
}


def uses(t: Any, c: Any) -> Any:
    """Operations of every kind, of the shape of t."""
    product = t @ c.T if t.ndim else np.dot(t, c)
    views = t.T.reshape(-1) * c.T.ravel() + np.cumsum(t)[::-1]
    return np.maximum(t * c - c / t, np.where(c > 2, t, c)) ** 2 + np.sum(product) + np.sum(np.outer(views, c))


@pytest.mark.parametrize("array", INPUTS.values(), ids=INPUTS)
def test_arrays_of_every_make_work_and_are_never_written_to(array: np.ndarray[Any, Any]) -> None:
    before, plain = array.copy(), np.ascontiguousarray(array, float).reshape(array.shape)
    t, simple = Tensor(array), Tensor(plain)
    seed = read_only(np.broadcast_to(1.5, array.shape))
    uses(t, array).backward(seed)
    uses(simple, plain).backward(seed)
    np.testing.assert_array_equal(array, before, strict=True)
    np.testing.assert_allclose(t.grad, simple.grad, 1e-13, strict=True)


def test_data_is_copied_in_and_out() -> None:
    array = np.ones((2, 2))
    t = Tensor(array)
    buffer = t.data
    array[:] = 7
    t.numpy()[:] = 7
    assert (t == 1).all()
    t.data = array
    assert t.data is buffer
    array[:] = 9
    assert (t == 7).all()
    t.detach().data[:] = 9
    buffer[0, 0] = 5
    assert (t.numpy() == [[5, 7], [7, 7]]).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept_in_value_and_gradient_beside_what_is_weak(dtype: Any) -> None:
    t = Tensor(np.ones((2, 3), dtype))
    weak = [2, 2.0, True, np.float64(2), Value(2.0)]
    for x in weak:
        for result in (t * x, x * t, t - x, x / t, t**x, np.maximum(x, t), ag.maximum(t, x), np.where(t > 2, t, x)):
            assert result.dtype == dtype
    (np.mean(np.exp(t) * t.sum(axis=0)) * np.float64(3) + np.linalg.norm(t)).backward()
    assert t.grad.dtype == dtype
    t.data = np.zeros((2, 3))
    t.data -= 0.5 * np.ones((2, 3))
    assert t.dtype == t.detach().dtype == t.numpy().dtype == dtype


def test_whole_numbers_become_float64_and_two_precisions_the_higher() -> None:
    assert {Tensor(data).dtype for data in (1, True, [1, 2], np.int8(3), np.ones(2, bool))} == {np.dtype(np.float64)}
    single, double = Tensor(np.ones(2, np.float32)), Tensor(np.ones(2))
    product = single * double
    product.backward(np.ones(2, np.float32))
    assert (product.dtype, single.grad.dtype, double.grad.dtype) == (np.float64, np.float32, np.float64)


# Assigned data (5).
@pytest.mark.parametrize("change", ["=", "-="])
@pytest.mark.parametrize("make", [lambda t: t * t, np.exp, lambda t: t.T @ t, lambda t: t[0] ** 2, np.linalg.norm])
def test_backward_over_data_that_was_assigned_since_names_the_node(make: Callable[..., Any], change: str) -> None:
    t = Tensor(np.ones((2, 2)), "weights")
    t.grad = np.full((2, 2), 3.0)
    stale = np.sum(make(t))
    if change == "=":
        t.data = np.zeros((2, 2))
    else:
        t.data -= 0.5
    with pytest.raises(RuntimeError, match=r"assigned.*weights = "):
        stale.backward()
    np.testing.assert_array_equal(t.grad, np.full((2, 2), 3.0))
    np.sum(make(t)).backward()  # a new graph is right


@pytest.mark.parametrize("view", [lambda t: t.T, lambda t: t[0], lambda t: t.reshape(4)], ids=["T", "row", "reshape"])
@pytest.mark.parametrize("assigned", ["base", "view"])
def test_a_view_shares_the_version_of_its_base(view: Callable[[Tensor], Tensor], assigned: str) -> None:
    t = Tensor(np.ones((2, 2)))
    seen = view(t)
    stale = {"base": np.sum(seen * seen), "view": np.sum(t * t)}[assigned]
    {"base": t, "view": seen}[assigned].data -= 1
    with pytest.raises(RuntimeError, match="assigned"):
        stale.backward()


def test_a_refused_assignment_changes_nothing() -> None:
    t = Tensor([1.0, 2.0])
    y = np.sum(t * t)
    for bad in (np.ones(3), 1.0, np.ones(2, complex), "a", None):
        with pytest.raises((TypeError, ValueError)):
            t.data = bad
    y.backward()
    np.testing.assert_array_equal(t.grad, [2, 4])


# Gradients.
def test_a_second_sweep_doubles_the_leaves_and_nothing_else() -> None:
    x, c = Tensor([1.0, 2.0], "x"), np.array([3.0, 4.0])
    y = x * c
    z = np.sum(y * y)
    assert [node.grad for node in (x, y, z)] == [None] * 3
    for times in (1, 2, 3):
        z.backward()
        np.testing.assert_array_equal(x.grad, times * 2 * c * c * x.data)
        np.testing.assert_array_equal(y.grad, 2 * y.data)
    assert y.inputs[0] is x
    assert [(node.op, node.grad) for node in y.inputs[1:]] == [("constant", None)]
    z.zero_grad()
    assert [node.grad for node in (x, y, z)] == [None] * 3


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_fault_in_the_middle_of_backward_leaves_the_leaves_as_they_were(error: type[BaseException]) -> None:
    faults = [error]

    def bwd(_: Any, g: Any) -> tuple[Any]:
        if faults:
            raise faults.pop()
        return (g,)

    identity = ag.custom_vjp(lambda x: x * 1)
    identity.defvjp(lambda x: (x * 1, None), bwd)
    x, y, v = Tensor([1.0, 2.0]), Tensor([3.0, 4.0]), Value(5.0)
    total = np.sum(x * y + y * v + identity(x * 2) * y)
    np.sum(x * 10).backward()
    with pytest.raises(error):
        total.backward()
    np.testing.assert_array_equal(x.grad, [10, 10])
    assert (y.grad, v.grad) == (None, None)
    total.backward()
    np.testing.assert_array_equal(x.grad, 10 + 3 * y.data)
    np.testing.assert_array_equal(y.grad, 3 * x.data + 5)
    assert v.grad == 7


JOINS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "itself": lambda a, _: +a,
    "sum": lambda a, b: a + b,
    "twice": lambda a, b: a + b + a,
    "product": lambda a, b: a * b,
    "views": lambda a, b: a.T + b.reshape(4).reshape(2, 2)[:],
    "squeezed": lambda a, b: np.squeeze(a[None] + b[None]),
    "reduced": lambda a, b: np.sum(a) + np.sum(b, axis=0),
    "broadcast": lambda a, b: np.broadcast_to(a + b, (3, 2, 2)),
    "joined": lambda a, b: np.concatenate([a, b]) + ag.stack([a, b]).reshape(4, 2),
}


@pytest.mark.parametrize("join", JOINS.values(), ids=JOINS)
def test_a_leafs_gradient_is_an_array_of_its_own(join: Callable[[Tensor, Tensor], Tensor]) -> None:
    a, b = Tensor(np.eye(2)), Tensor(np.ones((2, 2)))
    result = join(a, b)
    seed = np.ones(result.shape)
    for _ in range(2):  # the first sweep sets, the second adds
        result.backward(seed)
        arrays = [a.data, b.data, seed, *(x.grad for x in (a, b) if x.grad is not None)]
        assert not any(np.may_share_memory(x, y) for x, y in itertools.combinations(arrays, 2))
        for grad in arrays[3:]:
            assert grad.flags.writeable
            assert (type(grad), grad.shape, grad.dtype) == (np.ndarray, (2, 2), np.float64)


# Modes.
@pytest.mark.parametrize("make", [np.exp, np.sum, lambda t: t + 1, lambda t: t @ t, lambda t: t[0]])
def test_no_grad_makes_plain_data(make: Callable[[Any], Tensor]) -> None:
    t = T(2, 2)
    plain = no_grad()(make)(t)
    assert (plain.requires_grad, plain.inputs, plain.op) == (False, (), "")
    assert make(t).requires_grad
    with no_grad(), no_grad():
        assert float(np.sum(t)) == np.asarray(t).sum() == 4
    assert np.asarray(Tensor([1.0], requires_grad=False), np.float32).dtype == np.float32


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda x, _: np.log(x), "log gave .*inf.*x = .*0"),
        (lambda x, y: y / x, "div gave .*inf.*y = .*x = "),
        (lambda x, _: np.sum(x * math.inf), "mul gave .*nan.*x = "),
        (lambda x, y: np.sqrt(x * 1) @ y, "sqrt has .*inf|gradient of .*inf"),
    ],
)
def test_an_anomaly_names_operation_inputs_and_line(make: Any, text: str) -> None:
    line = make.__code__.co_firstlineno
    x, y = Tensor([0.0, 1.0], "x"), Tensor([1.0, 2.0], "y")
    with np.errstate(all="ignore"), detect_anomaly(), pytest.raises(AnomalyError, match=rf"(?s){text}.*{HERE}:{line}"):
        np.sum(make(x, y)).backward()
    assert x.grad is None


# A node as an object.
@pytest.mark.parametrize("make_copy", [copy.copy, copy.deepcopy, pickled])
@pytest.mark.parametrize("wanted", [True, False])
def test_copies_have_data_label_and_the_wish_for_a_gradient(make_copy: Callable[[Any], Any], wanted: bool) -> None:
    t = Tensor(np.ones((2, 3), np.float32), "W", requires_grad=wanted)
    t.grad = np.ones((2, 3), np.float32)
    for node in (t, t * 2):
        twin = make_copy(node)
        np.testing.assert_array_equal(twin.data, node.data, strict=True)
        assert not np.may_share_memory(twin.data, node.data)
        assert (twin.label, twin.requires_grad, twin.inputs, twin.grad, twin.op) == (node.label, wanted, (), None, "")
    first, second = make_copy([t, t])
    assert first is second


@pytest.mark.parametrize("relation", [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge])
@pytest.mark.parametrize(("a", "b"), [([1.0, 2.0], [1.0, 3.0]), ([1.0, 2.0], 1.0), ([[1.0], [2.0]], [1.0, 3.0])])
def test_comparisons_give_boolean_arrays(relation: Callable[..., Any], a: Any, b: Any) -> None:
    want = relation(np.array(a), np.array(b))
    for left, right in ((Tensor(a), Tensor(b)), (Tensor(a), np.array(b)), (np.array(a), Tensor(b)), (Tensor(a), b)):
        np.testing.assert_array_equal(relation(left, right), want, strict=True)


def test_nodes_hash_by_identity_and_one_element_has_a_truth() -> None:
    a, b = Tensor([1.0]), Tensor([1.0])
    assert {a: "a", b: "b"}[a] == "a"
    assert [bool(Tensor(data)) for data in (0, 2, [0.0], [[-1.0]], math.nan)] == [False, True, False, True, True]


def test_text_is_short() -> None:
    assert f"{np.mean(Tensor([0.0, 1.0])):.3f}|{Tensor([[2.0]]):>8.2e}" == "0.500|2.00e+00"
    w = Tensor([1.0, 2.0], "w")
    assert re.fullmatch(r"Tensor\(\[1\., 2\.\], label='w'\)", repr(w))
    assert repr(w) == str(w) == f"{w}"
    assert "float32" in repr(Tensor(np.ones(2, np.float32)))
    large = repr(Tensor(np.arange(1e6).reshape(1000, 1000), "W"))
    assert len(large) < 400
    assert re.search("1000.*1000.*W", large, re.DOTALL)
