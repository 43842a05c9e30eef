"""Linear operations: each is the adjoint of its transpose, on arrays and on nodes."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from autograd_mini import Tensor, linear
from autograd_mini.linear import Rearrangement, sum_to
from autograd_mini.operation import Linear, Many, Plain, Selection, Together

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = np.ndarray[Any, Any]
OPERATIONS = {
    name: each for name, each in vars(linear).items() if isinstance(each, Linear) and not isinstance(each, Plain)
}
Shape = tuple[int, ...]

# operation: (shapes of its operands, parameters), …
CASES: dict[str, list[tuple[list[Shape], tuple[Any, ...]]]] = {
    "BROADCAST_TO": [([(3, 1)], ((2, 3, 4),)), ([()], ((2,),)), ([(1,)], ((0,),))],
    "SUM_TO": [
        ([(2, 3, 4)], ((3, 1),)),
        ([(2, 3)], ((3,),)),
        ([(2, 3)], ((2, 1),)),
        ([(2, 3)], ((),)),
        ([(0,)], ((),)),
    ],
    "SUM": [([(2, 3, 4)], (axes, keep)) for axes in (None, (), (0,), (1, 2), (0, 1, 2)) for keep in (True, False)],
    "MEAN": [([(2, 3, 4)], (axes, keep)) for axes in (None, (), (0,), (1, 2), (0, 1, 2)) for keep in (True, False)],
    "CUMSUM": [([(3, 4)], (0,)), ([(3, 4)], (1,)), ([(0,)], (0,))],
    "RESHAPE": [([(2, 6)], ((3, 4),)), ([()], ((1, 1),)), ([(2, 0)], ((0,),))],
    "TRANSPOSE": [([(2, 3, 4)], (None,)), ([(2, 3, 4)], ((2, 0, 1),)), ([()], (None,))],
    "ASTYPE": [([(2, 3)], (np.dtype(np.float64),))],
    "GETITEM": [([(3, 4)], (index,)) for index in (1, np.s_[::-1, 1:3], np.s_[..., None], np.array([0, 0, 2]))],
    "SCATTER": [
        ([(2,)], ((5,), np.s_[1:5:2])),
        ([(3,)], ((5,), np.array([4, 4, 0]))),
        ([(2, 2)], ((3, 2), (np.array([0, 2]),))),
        ([()], ((2, 2), (0, 1))),
        ([(2,)], ((3,), np.array([True, False, True]))),
    ],
    "FLIP": [([(2, 3)], (None,)), ([(2, 3)], (0,)), ([(2, 3)], ((0, 1),))],
    "REPEAT": [([(2, 3)], (2, None)), ([(2, 3)], ([1, 0, 2], 1)), ([(2, 3)], (3, 0))],
    "TILE": [([(2, 3)], (2,)), ([(3,)], ((2, 2),)), ([(2,)], (0,))],
    "DIAGONAL": [([(3, 4)], (0, 0, 1)), ([(3, 4)], (1, 1, 0)), ([(2, 3, 4)], (-1, 0, 2))],
    "ROT90": [([(2, 3)], (k, (0, 1))) for k in range(-1, 5)],
    "ROLL": [([(2, 3)], (1, None)), ([(2, 3)], (-4, 1)), ([(2, 3)], ((1, 2), (0, 1)))],
    "PAD_AS": [([(3, 4)], (2, mode)) for mode in ("edge", "reflect", "symmetric", "wrap")],
    "PAD": [([(2, 3)], (((1, 0), (0, 2)),))],
    "TRIL": [([(3, 4)], (0,)), ([(2, 3, 3)], (-1,))],
    "TRIU": [([(3, 4)], (1,)), ([(2, 3, 3)], (0,))],
    "DIAG": [([(3,)], (0,)), ([(3,)], (-2,))],
    "CONCATENATE": [([(2, 3), (1, 3), (0, 3)], (0,)), ([(2, 1), (2, 3)], (1,))],
    "STACK": [([(2, 3)] * 3, (axis,)) for axis in range(3)] + [([()], (0,))],
    "MATMUL": [
        ([(3,), (3,)], ()),
        ([(2, 3), (3,)], ()),
        ([(3,), (3, 2)], ()),
        ([(2, 3), (3, 4)], ()),
        ([(5, 2, 3), (3,)], ()),
        ([(3,), (5, 3, 2)], ()),
        ([(5, 1, 2, 3), (4, 3, 2)], ()),
        ([(2, 0), (0, 3)], ()),
    ],
    "EINSUM": [
        ([(2, 3), (3, 4)], (("ij", "jk"), "ik")),
        ([(3, 3)], (("ii",), "")),
        ([(3, 3)], (("ii",), "i")),
        ([(2, 3), (2,), (3,)], (("ij", "i", "j"), "")),
        ([(2, 1), (2, 3)], (("ij", "ij"), "j")),
        ([(2, 2, 3)], (("iij",), "j")),
    ],
    "MAX": [([(2, 3, 4)], (axes, keep)) for axes in (None, (1,), (0, 2)) for keep in (True, False)],
    "MIN": [([(2, 3, 4)], (axes, keep)) for axes in (None, (1,), (0, 2)) for keep in (True, False)],
    "SORT": [([(3, 4)], (0,)), ([(3, 4)], (1,)), ([(0,)], (0,))],
}

each_case = pytest.mark.parametrize(
    ("name", "shapes", "params"),
    [
        pytest.param(name, *case, id=f"{name} {case[0]} {case[1]}".replace("\n", ""))
        for name in CASES
        for case in CASES[name]
    ],
)


def random(shape: Shape, seed: int) -> Array:
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def call(operation: Linear, operands: Sequence[Any], params: tuple[Any, ...]) -> Any:
    return operation(operands, *params) if isinstance(operation, Many) else operation(*operands, *params)


def test_every_operation_is_here() -> None:
    assert set(CASES) == set(OPERATIONS)


@each_case
def test_the_transpose_is_the_adjoint(name: str, shapes: list[Shape], params: tuple[Any, ...]) -> None:
    """⟨Aᵀ g, x⟩ = ⟨g, A x⟩ for each operand, or for all at once where it is linear in all at once."""
    operation, xs = OPERATIONS[name], [random(shape, i) for i, shape in enumerate(shapes)]
    out = call(operation, xs, params)
    g = random(np.shape(out), 9)
    there = np.vdot(g, out)
    pulled = [sum_to(np.asarray(operation.pull(i, g, xs, params)), x.shape) for i, x in enumerate(xs)]
    back = [np.vdot(gradient, x) for gradient, x in zip(pulled, xs, strict=True)]
    for each in [sum(back)] if isinstance(operation, Together) else back:
        assert each == pytest.approx(there, rel=1e-12, abs=1e-12)
    for i, x in enumerate(xs):
        tangent = random(x.shape, 5)
        pushed = operation.push(i, tangent, xs, params)
        assert np.vdot(g, pushed) == pytest.approx(np.vdot(pulled[i], tangent), rel=1e-12, abs=1e-12)


@each_case
def test_nodes_give_the_same_in_a_node_of_its_name(name: str, shapes: list[Shape], params: tuple[Any, ...]) -> None:
    operation, xs = OPERATIONS[name], [random(shape, i) for i, shape in enumerate(shapes)]
    want = np.asarray(call(operation, xs, params))
    g = random(want.shape, 9)
    for wanted in itertools.product((True, False), repeat=len(xs)):
        nodes = [Tensor(x, requires_grad=on) for x, on in zip(xs, wanted, strict=True)]
        out = call(operation, nodes, params)
        np.testing.assert_array_equal(out.data, want)
        assert out.requires_grad == any(wanted)
        if not out.requires_grad:
            continue
        assert (out.op, out.rule) == (operation.name, operation)
        out.backward(g)
        for i, (node, on) in enumerate(zip(nodes, wanted, strict=True)):
            if on:
                gradient = np.asarray(operation.pull(i, g, xs, params))
                np.testing.assert_allclose(node.grad, sum_to(gradient, node.shape), 1e-14)
            else:
                assert node.grad is None


@each_case
def test_the_transpose_of_nodes_is_a_node_with_the_same_numbers(name: str, shapes: Any, params: Any) -> None:
    operation, xs = OPERATIONS[name], [random(shape, i) for i, shape in enumerate(shapes)]
    g = random(np.shape(call(operation, xs, params)), 9)
    for i in range(len(xs)):
        node = operation.pull(i, Tensor(g), [Tensor(x) for x in xs], params)
        assert type(node) is Tensor
        np.testing.assert_allclose(node.data, operation.pull(i, g, xs, params), 1e-14)


@each_case
def test_float32_stays_float32(name: str, shapes: list[Shape], params: tuple[Any, ...]) -> None:
    operation, xs = OPERATIONS[name], [random(shape, i).astype(np.float32) for i, shape in enumerate(shapes)]
    out = np.asarray(call(operation, xs, params))
    assert out.dtype == (np.float64 if name == "ASTYPE" else np.float32)
    for i in range(len(xs)):
        assert np.asarray(operation.pull(i, out, xs, params)).dtype == np.float32


def test_a_rearrangement_is_told_by_where_elements_go() -> None:
    evens = Rearrangement("evens", lambda x, twice: np.concatenate([x[::2]] * (1 + twice)))
    t = Tensor(np.arange(5.0))
    out = evens(t, True)
    out.backward(np.arange(1.0, 7))
    np.testing.assert_array_equal(out.data, [0, 2, 4, 0, 2, 4])
    np.testing.assert_array_equal(t.grad, [1 + 4, 0, 2 + 5, 0, 3 + 6])
    assert repr(evens) == "Rearrangement('evens')"


@pytest.mark.parametrize(("name", "share"), [("MAX", [0, 0.5, 0.5]), ("MIN", [1, 0, 0])])
def test_a_selection_is_linear_once_it_is_settled_and_ties_share(name: str, share: list[float]) -> None:
    operation, x = OPERATIONS[name], np.array([1.0, 3.0, 3.0])
    assert isinstance(operation, Selection)
    np.testing.assert_array_equal(operation.pull(0, np.array(1.0), [x], (None, False)), share)
    for tangent in np.eye(3):
        assert operation.push(0, tangent, [x], (None, False)) == share @ tangent


@pytest.mark.parametrize("count", [1, 2, 7])
def test_many_take_any_number_of_operands(count: int) -> None:
    total = Many("total", sum, lambda i, g, xs: g)  # noqa: ARG005 - as transposes are called
    tensors = [Tensor(float(i)) for i in range(count)]
    out = total(tensors)
    out.backward()
    assert (out.item(), out.op, len(out.inputs)) == (sum(range(count)), "total", count)
    assert [t.grad for t in tensors] == [1.0] * count
    assert total([1.0, 2.0]) == 3
