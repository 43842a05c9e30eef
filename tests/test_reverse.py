"""The backward sweep: gradients, accumulation, all or nothing, and the sweep for the transforms."""

from __future__ import annotations

import itertools
import linecache
import math
import random
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

import autograd_mini as ag
from autograd_mini import Value, nn, reverse
from autograd_mini.reverse import cotangents, times

if TYPE_CHECKING:
    from collections.abc import Callable


def lecture() -> tuple[Value, ...]:
    a, b = Value(2, "a"), Value(1, "b")
    c, d = a + b, b + 1
    return a, b, c, d, c * d


def test_the_lecture_graph() -> None:
    nodes = lecture()
    nodes[-1].backward()
    assert [node.data for node in nodes] == [2, 1, 3, 2, 6]
    assert [node.grad for node in nodes] == [2, 5, 2, 3, 1]


def test_gradients_are_none_before() -> None:
    assert {node.grad for node in lecture()} == {None}


def test_a_second_sweep_doubles_the_leaves_and_nothing_else() -> None:
    m = Value(2)
    t = 3 * m
    f = t**2
    for total in (36, 72, 108):
        f.backward()
        assert (m.grad, t.grad, f.grad) == (total, 12, 1)


def test_two_roots_accumulate_into_shared_leaves_only() -> None:
    x = Value(3)
    shared = x * x
    first, second = shared * 2, shared * 5
    first.backward()
    second.backward()
    assert (x.grad, shared.grad, first.grad) == (42, 5, 1)


def test_an_inner_node_swept_from_is_still_an_inner_node() -> None:
    x = Value(3)
    y = x * x
    z = y * 2
    z.backward()
    y.backward()
    assert (x.grad, y.grad, z.grad) == (18, 1, 1)


def test_a_leaf_swept_from_accumulates() -> None:
    x = Value(3)
    x.backward()
    x.backward(2)
    assert x.grad == 3


@pytest.mark.parametrize("seed", [2, 2.5, -1, True, 0, math.inf])
def test_a_seed_scales_the_gradients(seed: float) -> None:
    x = Value(3)
    (x * 4).backward(seed)
    assert x.grad == 4 * seed


@pytest.mark.parametrize("seed", [None, "one", [1.0], 1j])
def test_a_seed_is_a_number(seed: Any) -> None:
    x = Value(3)
    y = x * x
    with pytest.raises(TypeError):
        y.backward(seed)
    assert (x.grad, y.grad) == (None, None)


@pytest.mark.parametrize(
    "data",
    [
        Value(1, requires_grad=False),
        Value(1, requires_grad=False) * 2,
        ag.sum([Value(1, requires_grad=False), 2]),
        Value(1).detach(),
        ag.stop_gradient(Value(1)),
    ],
    ids=["leaf", "product", "sum", "detached", "stopped"],
)
def test_nothing_to_differentiate(data: Value) -> None:
    with pytest.raises(RuntimeError, match=r"nothing to differentiate.*requires_grad=True"):
        data.backward()
    assert data.grad is None


def test_shared_and_repeated_operands() -> None:
    x = Value(3)
    y = x * x + x * x * x - x / x
    y.backward()
    assert x.grad == pytest.approx(6 + 27)


def test_a_diamond_of_unequal_depth_is_visited_once_its_consumers_are_done() -> None:
    x = Value(2)
    short = x * 3
    long = short
    for _ in range(50):
        long = long + 1
    (long * short).backward()
    assert short.grad == long.data + short.data
    assert x.grad == 3 * short.grad


@pytest.mark.parametrize("n", [1, 2, 3, 10])
def test_sums_and_dots_of_any_length(n: int) -> None:
    w, x, b = [Value(i + 1) for i in range(n)], [Value(-i) for i in range(n)], Value(7)
    z = ag.dot(w, x, b)
    total = ag.sum([*w, z, w[0]])
    total.backward()
    assert [v.grad for v in w] == [-i + 1 + (i == 0) for i in range(n)]
    assert [v.grad for v in x] == [i + 1 for i in range(n)]
    assert b.grad == 1


def test_one_node_in_every_place_of_a_dot() -> None:
    x = Value(3)
    z = ag.dot([x, x], [x, 2], bias=x)
    z.backward()
    assert (z.data, x.grad) == (18, 9)


def test_data_gets_no_gradient() -> None:
    x, data = Value(2), Value(5, requires_grad=False)
    node = data * 2
    z = x * data + node * x + ag.dot([x], [data]) + ag.sum([data, x])
    z.backward()
    assert (x.grad, data.grad, node.grad) == (21, None, None)


def test_zero_grad_clears_everything_the_node_was_computed_from() -> None:
    *nodes, e = lecture()
    other = nodes[0] * 7
    other.backward()
    e.backward()
    e.zero_grad()
    assert {node.grad for node in (*nodes, e)} == {None}
    assert other.grad == 1


def test_infinite_and_nan_partials_flow() -> None:
    x = Value(0.0)
    (x.sqrt() + x).backward()
    assert x.grad == math.inf
    y = Value(-1.0)
    y.log().backward()
    assert y.grad == -1.0
    z = Value(math.nan)
    (z * 2 + z * z).backward()
    assert math.isnan(z.grad)


class Bomb(float):
    """A number whose multiplication fails once it is armed: a product stores it as its partial."""

    error: BaseException | None = None

    def __mul__(self, other: float) -> float:
        if self.error:
            raise self.error
        return float(self) * other

    __rmul__ = __mul__


PLACES = ("near the leaves", "in the middle", "in a dot", "near the root")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("x"), MemoryError(), SystemExit()], ids=repr)
@pytest.mark.parametrize("where", PLACES)
def test_a_fault_leaves_leaves_as_they_were(error: BaseException, where: str) -> None:
    bomb = Bomb(1.0)
    factor = {place: Value(1.0) for place in PLACES}
    factor[where]._data = bomb

    def f(x: Any, y: Any) -> Any:
        first = x * y * factor["near the leaves"]
        middle = first.sin() * factor["in the middle"] * x
        total = ag.sum([middle, x, ag.dot([first, x], [factor["in a dot"], 2.0])])
        return total.tanh() * factor["near the root"] * y

    x, y = Value(2.0), Value(0.1)
    x.grad = 100.0
    root = f(x, y)
    bomb.error = error
    with pytest.raises(type(error)):
        root.backward()
    assert (x.grad, y.grad) == (100.0, None)

    bomb.error = None
    root.backward()
    assert (x.grad - 100, y.grad) == pytest.approx(ag.grad(f, (0, 1))(2.0, 0.1))
    assert {each.grad is None for each in factor.values()} == {False}


def test_an_interrupt_in_the_middle_of_a_long_sweep() -> None:
    """A real signal, at whatever line the sweep is on."""
    x = y = Value(1.0)
    x.grad = 7.0
    for _ in range(300_000):
        y = y + 0.0

    def interrupt() -> None:
        time.sleep(0.02)
        signal.raise_signal(signal.SIGINT)

    for _ in range(3):
        before = x.grad
        thread = threading.Thread(target=interrupt)
        try:
            thread.start()  # on a busy machine the signal may come before it returns
            while True:
                y.backward()
                before += 1
        except KeyboardInterrupt:
            pass
        thread.join()
        assert x.grad in (before, before + 1)  # + 1 when it came after the sweep was done
    x.grad = None
    y.backward()
    assert x.grad == 1


def test_threads_on_disjoint_graphs() -> None:
    results: dict[int, float | None] = {}

    def work(k: int) -> None:
        for _ in range(200):
            x = Value(k)
            y = x
            for _ in range(20):
                y = y * x
            y.backward()
        results[k] = x.grad

    threads = [threading.Thread(target=work, args=(k,)) for k in (1, 2, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {k: 21 * k**20 for k in (1, 2, 3, 4)}


@pytest.mark.parametrize(
    ("f", "exact"),
    [
        (lambda x: x.exp() * x.sin(), lambda x: math.exp(x) * (math.sin(x) + math.cos(x))),
        (lambda x: x**x, lambda x: x**x * (math.log(x) + 1)),
        (lambda x: (x * x + 1).sqrt().log(), lambda x: x / (x * x + 1)),
        (lambda x: 1 / (1 + (-x).exp()), lambda x: math.exp(-x) / (1 + math.exp(-x)) ** 2),
        (lambda x: ag.where(x > 1, x**3, x), lambda x: 3 * x**2 if x > 1 else 1),
    ],
)
@pytest.mark.parametrize("at", [0.3, 1.7, 5.0])
def test_compositions(f: Callable[[Value], Value], exact: Callable[[float], float], at: float) -> None:
    x = Value(at)
    f(x).backward()
    assert x.grad == pytest.approx(exact(at), rel=1e-13)


def test_cotangents_touch_no_grad() -> None:
    a, b, _, _, e = lecture()
    assert cotangents(e, [a, b]) == [2, 5]
    assert (a.grad, b.grad, e.grad) == (None, None, None)


def test_cotangents_of_inner_nodes_of_the_root_and_of_strangers() -> None:
    _, _, c, d, e = lecture()
    assert cotangents(e, [c, d, e, Value(1)], seed=2.0) == [4, 6, 2, None]


def test_cotangents_of_an_inner_node_count_only_what_passes_it() -> None:
    x = Value(3)
    y = x * x
    assert cotangents(y * x, [y, x]) == [3, 27]


@pytest.mark.parametrize(("gradient", "partial", "product"), [(1.0, 5.0, 5.0), (5.0, 1.0, 5.0), (2.0, 3.0, 6.0)])
def test_a_factor_one_is_left_out(gradient: float, partial: float, product: float) -> None:
    assert times(gradient, partial) == product
    node = Value(2)
    assert times(1.0, node) is times(node, 1.0) is node


@pytest.mark.parametrize("seed", range(60))
def test_nodes_that_share_their_operands(seed: int) -> None:
    """Tuples of operands, each used by several sums and dots, as weights here and as inputs there."""
    rng = random.Random(seed)
    leaves = nodes = [Value(rng.uniform(-1, 1)) for _ in range(4)]
    data = Value(0.5, requires_grad=False)
    tuples = [tuple(rng.choices([*leaves, data, 2.0] if i == 2 else leaves, k=3)) for i in range(3)]
    kinds = [lambda w, _: ag.sum(w), ag.dot, lambda w, x: ag.dot(w[:2], x[:2], x[2])]
    for _ in range(12):
        nodes = [*nodes, rng.choice(kinds)(*rng.choices(tuples, k=2))]
        nodes = [*nodes, rng.choice(nodes).tanh() * rng.choice(nodes[-3:])]
        tuples = [*tuples, tuple(rng.choices(nodes[-6:], k=3))]
    root = ag.sum(nodes)
    root.backward()
    assert [leaf.grad for leaf in leaves] == pytest.approx(cotangents(root, leaves), rel=1e-9, abs=1e-12)
    once = [leaf.grad for leaf in leaves]
    inner = [node.grad for node in nodes[4:]]
    root.backward()
    assert [leaf.grad for leaf in leaves] == [2 * slope for slope in once]
    assert [node.grad for node in nodes[4:]] == inner


def test_a_layer_used_again_on_its_own_outputs() -> None:
    """A recurrent network: its weights are shared by all steps, and each step needs the one before."""
    layer = nn.Layer(2, 2, "tanh", seed=0)
    x = [Value(0.3), Value(-0.2)]

    def unrolled(state: Any) -> Any:
        for _ in range(5):
            state = layer(state)
        return ag.dot(state, state)

    root = unrolled(x)
    root.backward()
    assert [v.grad for v in x] == pytest.approx(ag.grad(unrolled)([0.3, -0.2]), rel=1e-13)
    assert [p.grad for p in layer.parameters()] == pytest.approx(cotangents(root, layer.parameters()), rel=1e-13)


LAST_STEP = ("for (node, _), total in zip(leaves, totals, strict=True):", "node.grad = total")


def test_an_interrupt_at_any_line_but_the_last_leaves_gradients_as_they_were() -> None:
    xs, ws = [Value(i + 1.0) for i in range(3)], [Value(0.5 * i + 0.1) for i in range(3)]
    h = ag.dot(ws, xs, bias=Value(1.0))
    y = h.tanh() * xs[0] + ag.sum(ws) * h
    y.backward()
    before = [leaf.grad for leaf in (*xs, *ws)]
    for stop in itertools.count(1):
        line = interrupted(y.backward, stop)
        if line is None:
            break
        if line not in LAST_STEP:
            assert [leaf.grad for leaf in (*xs, *ws)] == before, line
        y.zero_grad()
        y.backward()
        assert [leaf.grad for leaf in (*xs, *ws)] == before, line
    assert stop > 100


def interrupted(sweep: Callable[[], None], stop: int) -> str | None:
    """Interrupt a sweep at the ``stop``-th line of reverse.py that it runs, and say which; None if it ends before."""
    left = stop

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal left
        if frame.f_code.co_filename != reverse.__file__:
            return None
        left -= event == "line"
        if not left:
            sys.settrace(None)
            raise KeyboardInterrupt(frame.f_lineno)
        return trace

    sys.settrace(trace)
    try:
        sweep()
    except KeyboardInterrupt as interrupt:
        return linecache.getline(reverse.__file__, interrupt.args[0]).strip()
    finally:
        sys.settrace(None)
    return None
