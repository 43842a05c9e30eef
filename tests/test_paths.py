"""``viz.paths``: every way from an input to an output, what each contributes, and what they are together."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from drawn import lecture
from test_explain import graph, inputs

import autograd_mini as ag
import viz
from autograd_mini import Tensor, Value

if TYPE_CHECKING:
    from collections.abc import Callable


def test_the_lecture_graph() -> None:
    e = lecture(backward=False)
    found = viz.paths(e, inputs(e)["b"], names={})
    assert str(found).splitlines() == [
        "2 paths from b to e, along 4 edges",
        "b → c → e   ∂c/∂b × ∂e/∂c = 1 × 2 = 2",
        "b → d → e   ∂d/∂b × ∂e/∂d = 1 × 3 = 3",
        "∂e/∂b = 2 + 3 = 5",
    ]
    assert (found.count, len(found), found.edges, found.gradient) == (2, 2, 4, 5)
    assert [path.product for path in found] == [2, 3]
    assert [path.names for path in found] == [("b", "c", "e"), ("b", "d", "e")]
    assert [[edge.partial for edge in path.edges] for path in found] == [[1, 2], [1, 3]]


def test_parallel_edges_are_two_paths() -> None:
    x = Value(3)
    y = x * x
    assert str(viz.paths(y, x)).splitlines() == [
        "2 paths from x to y, along 2 edges", "x → y   ∂y/∂x = 3", "x → y   ∂y/∂x = 3", "dy/dx = 3 + 3 = 6",
    ]  # fmt: skip


def test_one_path_is_said_as_one() -> None:
    x = Value(0)
    y = ag.exp(-x)
    assert str(viz.paths(y, x)).splitlines() == [
        "1 path from x to y, along 2 edges", "x → v₁ → y   ∂v₁/∂x × ∂y/∂v₁ = (−1) × 1 = −1", "∂y/∂x = −1",
    ]  # fmt: skip


def test_a_node_by_itself() -> None:
    x = Value(3)
    found = viz.paths(x, x)
    assert (found.count, len(found), found.edges, found.gradient) == (0, 0, 0, 1)
    assert str(found) == "x is x itself: ∂x/∂x = 1"


@pytest.mark.parametrize("seed", range(10))
def test_the_sum_is_the_gradient_and_none_is_touched(seed: int) -> None:
    root, leaves = graph(seed)
    found = [viz.paths(root, leaf, limit=10_000, names={}) for leaf in leaves]
    assert [leaf.grad for leaf in leaves] == [None] * 3
    root.backward()
    for each, leaf in zip(found, leaves, strict=True):
        assert len(each) == each.count == len({(path.names, tuple(e.operand for e in path.edges)) for path in each})
        assert math.fsum(path.product for path in each) == pytest.approx(leaf.grad, rel=1e-12)
        assert each.gradient == pytest.approx(leaf.grad, rel=1e-12)
        for path in each:
            assert math.prod(edge.partial or 0.0 for edge in path.edges) == pytest.approx(path.product, rel=1e-12)


def doubled(times: int) -> tuple[Value, Value]:
    x = Value(1, "x")
    y = x
    for _ in range(times):
        y = y + y
    return y, x


def test_ever_so_many_are_counted_exactly_and_a_few_written_out() -> None:
    root, x = doubled(60)
    found = viz.paths(root, x, limit=2, names={})
    assert (found.count, len(found), found.edges, found.gradient) == (2**60, 2, 120, 2.0**60)
    assert str(found).splitlines() == [
        "1,152,921,504,606,846,976 paths from x to v₆₀, along 120 edges",
        *["x → v₁ → v₂ → … → v₅₉ → v₆₀ (60 edges)   1"] * 2,
        "… and 1,152,921,504,606,846,974 more",
        "dv₆₀/dx = 1.153e+18, by one multiplication along each edge",
    ]


def test_a_count_of_thousands_of_digits_is_exact_and_said_in_few() -> None:
    root, x = doubled(15_000)
    found = viz.paths(root, x, limit=1, names={})
    assert found.count == 2**15_000
    assert str(found).startswith("about 10^4515.4 paths from x to v₁₅₀₀₀, along 30,000 edges\n")
    assert "dv₁₅₀₀₀/dx = inf" in str(found)


def test_a_limit_is_how_many_are_written_out() -> None:
    root, x = doubled(3)
    assert [len(viz.paths(root, x, limit=n)) for n in (1, 7, 8, 9)] == [1, 7, 8, 8]
    assert "more" not in str(viz.paths(root, x, limit=8))


def test_two_inputs_of_one_name_are_told_apart() -> None:
    a, b = Value(2, "x"), Value(5, "x")
    assert str(viz.paths(a * b, b, names={})).splitlines()[1:] == ["x′ → v₁   ∂v₁/∂x′ = 2", "∂v₁/∂x′ = 2"]


def test_nodes_that_want_no_gradient_are_on_no_path() -> None:
    x = Value(2, "x")
    q = Value(3, "q", requires_grad=False)
    found = viz.paths(x * q + x * 4, x, names={})
    assert [path.product for path in found] == [3, 4]


def test_a_path_is_highlighted_or_all_are() -> None:
    e = lecture(backward=False)
    found = viz.paths(e, inputs(e)["b"], names={})

    def strong(drawing: viz.Drawing) -> tuple[set[str], list[str]]:
        picture = drawing.picture
        return {node.name for node in picture.nodes if node.emphasis}, [x.symbol for x in picture.edges if x.emphasis]

    assert strong(found.draw(0)) == ({"b", "c", "e"}, ["∂c/∂b", "∂e/∂c"])
    assert strong(found.draw(1)) == ({"b", "d", "e"}, ["∂d/∂b", "∂e/∂d"])
    assert strong(found.draw()) == ({"b", "c", "d", "e"}, ["∂c/∂b", "∂d/∂b", "∂e/∂c", "∂e/∂d"])
    assert found.draw(0, direction="BT").svg != found.draw(0).svg != viz.draw(e, names={}).svg
    with pytest.raises(IndexError):
        found.draw(2)


def test_of_parallel_edges_one_is_highlighted() -> None:
    x = Value(3)
    picture = viz.paths(x * x, x).draw(1).picture
    assert [edge.emphasis for edge in picture.edges] == [False, True]


def test_paths_through_arrays_end_in_arrays() -> None:
    rng = np.random.default_rng(0)
    W, x = Tensor(rng.normal(size=(2, 3))), Tensor(rng.normal(size=3))
    h = W @ x
    loss = np.sum(h * np.tanh(h) + h)
    found = viz.paths(loss, W)
    loss.backward()
    assert found.count == len(found) == 3
    np.testing.assert_allclose(sum(path.product for path in found), W.grad, rtol=1e-12)
    np.testing.assert_array_equal(found.gradient, W.grad)
    assert "W → h → v₁ → v₂ → v₃ → loss   [" in str(found)


def test_paths_of_large_arrays_are_said_by_their_norm() -> None:
    x = Tensor(np.ones(1000))
    assert str(viz.paths(np.sum(x * x), x)).splitlines()[-1] == "∂v₂/∂x = ‖grad‖ 31.62 + ‖grad‖ 31.62 = ‖grad‖ 63.25"


def test_infinities_and_nan_are_said() -> None:
    x = Value(0)
    assert str(viz.paths(ag.log(x), x)).endswith("∂v₁/∂x = inf")
    y = Value(math.nan)
    assert str(viz.paths(y * 2 + y, y)).endswith("= 2 + 1 = 3")


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        (lambda x, y: viz.paths(x * x, y), ValueError, "v₁ was not computed from y: wrt is one of its inputs"),
        (lambda x, _: viz.paths(x * x, 2.0), TypeError, r"wrt is 2.0 \(float\); it has to be a Value or a Tensor"),
        (lambda x, _: viz.paths(x * x, x, limit=0), ValueError, "limit=0; it has to be a positive integer"),
        (lambda x, _: viz.paths(x * x, x, limit=1.5), ValueError, "limit=1.5; it has to be a positive integer"),
        (lambda x, _: viz.paths(x * x, x, limit=True), ValueError, "limit=True; it has to be a positive integer"),
        (lambda x, _: viz.paths(x * (q := Value(1, requires_grad=False)), q), ValueError, "wants no gradient"),
    ],
)
def test_what_is_no_question_is_refused(given: Callable[..., Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        given(Value(2), Value(3))


def test_jupyter_shows_the_text() -> None:
    rng = random.Random(0)
    x = Value(rng.random())
    found = viz.paths(x * x, x)
    assert found._repr_mimebundle_() == {"text/plain": str(found)}
