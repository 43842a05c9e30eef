"""Scalar code that runs over a batch as the matrices it is: always the numbers of the loop without vmap."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import Tensor, Value
from autograd_mini.graph import topological
from autograd_mini.programs.vmap import vmap

if TYPE_CHECKING:
    from collections.abc import Callable

N = 5  # examples


class Neuron:
    """A student's, whose call is one of the functions below."""

    def __init__(self, draw: Any, inputs: int, call: Callable[..., Any], activation: Callable[[Any], Any]) -> None:
        self.w = [Value(w) for w in draw.normal(size=inputs)]
        self.b = Value(draw.normal())
        self.call, self.activation = call, activation

    def __call__(self, x: Any) -> Any:
        return self.activation(self.call(self, x))


WAYS = {
    "dot with a bias": lambda n, x: ag.dot(n.w, x, bias=n.b),
    "dot, bias first": lambda n, x: n.b + ag.dot(x, n.w),
    "micrograd's": lambda n, x: sum((w * xi for w, xi in zip(n.w, x, strict=True)), n.b),
    "products the other way round": lambda n, x: sum(xi * w for w, xi in zip(n.w, x, strict=True)) + n.b,
    "ag.sum of products": lambda n, x: ag.sum([w * xi for w, xi in zip(n.w, x, strict=True)]) + n.b,
    "differences": lambda n, x: n.b - (n.w[0] - x[0]) / (2 + n.w[1] ** 2) - x[1] * n.w[1],
    "powers": lambda n, x: ag.exp(n.w[0] * x[1]) ** 2 - n.b / (3 + ag.sin(x[0])),
}


def network(call: Callable[..., Any], activation: Any = ag.tanh, sizes: Any = (3, 4, 4, 1)) -> Any:
    draw = np.random.default_rng(3)
    layers = [[Neuron(draw, n, call, activation) for _ in range(m)] for n, m in itertools.pairwise(sizes)]

    def run(x: Any) -> Any:
        for layer in layers:
            x = [neuron(x) for neuron in layer]
        return x[0]

    run.layers, run.parameters = layers, [p for layer in layers for n in layer for p in (*n.w, n.b)]
    return run


def examples(k: int = 3) -> np.ndarray[Any, Any]:
    return np.random.default_rng(1).normal(size=(N, k))


def agree(f: Callable[[Any], Any], parameters: list[Value], X: Any = None) -> None:
    """Values, gradients by everything, and second derivatives, against a loop."""
    X = examples() if X is None else X
    found = []
    for batched in (vmap(f), lambda X: ag.stack([f(x) for x in X])):
        for p in parameters:
            p.grad = None
        x = Tensor(X)
        y = batched(x)
        y.backward(np.cos(np.arange(y.size)).reshape(y.shape))
        curved = ag.hvp(lambda x, g=batched: ag.sum(g(x) ** 2))(X, np.sin(X))
        found.append((y.numpy(), x.grad, np.array([p.grad for p in parameters], float), curved))
    for got, want in zip(*found, strict=True):
        assert got.shape == want.shape
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("activation", [ag.tanh, lambda z: ag.maximum(z, 0.1 * z), lambda z: ag.where(z > 0, z, z**2)])
@pytest.mark.parametrize("way", WAYS)
def test_networks_of_neurons_that_are_written_by_hand(way: str, activation: Any) -> None:
    model = network(WAYS[way], activation)
    agree(model, model.parameters)


@pytest.mark.parametrize("way", WAYS)
def test_the_number_of_neurons_does_not_matter(way: str) -> None:
    few, many = (
        [node.op for node in topological(vmap(network(WAYS[way], sizes=(2, n, n, 1)))(examples(2))) if node.op]
        for n in (2, 12)
    )
    if way == "ag.sum of products":  # a dot is known by its additions
        assert len(many) < 20 * len(few)
    else:
        assert few == many


def test_layers_of_one_input() -> None:
    for way in ("dot with a bias", "micrograd's"):
        model = network(WAYS[way], sizes=(1, 4, 1))
        agree(model, model.parameters, examples(1))
    w = [Value(x) for x in (1.0, -2.0, 3.0)]
    agree(lambda x: ag.stack([ag.sin(wi * x) - wi for wi in w]), w, examples()[:, 0])


model = network(WAYS["dot with a bias"])
first, second = model.layers[0], model.layers[1]


def hidden(x: Any) -> list[Any]:
    return [neuron(x) for neuron in first]


def with_no_grad(x: Any) -> Any:
    with ag.no_grad():
        cut = first[0](x)
    return sum(hidden(x)) * cut + first[0](x)


CASES: dict[str, Callable[[Any], Any]] = {
    "in two orders": lambda x: second[0](h := hidden(x)) * second[1]([h[i] for i in (2, 0, 3, 1)]),
    "some of them": lambda x: second[0](h := hidden(x)) * ag.dot(second[1].w[:2], [h[3], h[1]]),
    "neighbours": lambda x: second[0](h := hidden(x)) * ag.dot(second[1].w[:2], h[1:3]),
    "one twice": lambda x: second[0](h := hidden(x)) * second[1]([h[1], h[1], h[0], h[2]]),
    "past a layer": lambda x: second[0]([first[0](x), x[1], first[1](x), 2.0]),
    "different functions": lambda x: second[0]([(ag.sin, ag.exp)[i % 2](n.call(n, x)) for i, n in enumerate(first)]),
    "the order of operands": lambda x: (first[0](x) - first[1](x)) / (3 + first[2](x)) - (first[1](x) - first[0](x)),
    "elements of several": lambda x: sum(
        a / (2 + b) for a, b in zip(hidden(x), [n(x * x) for n in first[::-1]], strict=True)
    ),
    "several results": lambda x: ag.stack([n(x) for n in first[::-1]]),
    "one as a stack": lambda x: ag.stack([first[2](x)]) * ag.sum(ag.stack(hidden(x))),
    "of a captured matrix's rows": lambda x: sum(Tensor(np.arange(9.0).reshape(3, 3))[i] @ x * i for i in range(3)),
    "within no_grad": with_no_grad,
    "stopped": lambda x: ag.stop_gradient(first[0](x)) * first[0](x) + ag.stop_gradient(first[1](x)) * first[1](x),
    "slopes": lambda x: ag.sum(ag.stack([ag.sum(ag.grad(n)(x)) for n in first])),
    "constants": lambda x: (x[0] * 2.0 + x[1] * 3.0) * (x[1] * -1.0 + x[2] * 0.5),
    "long sums": lambda x: sum(((x[i % 3] * float(i)) for i in range(40)), first[0].b),
    "sums within sums": lambda x: (x[0] * 2.0 + (x[1] * 3.0 + (x[2] + first[0].b))) + x[0] * first[0].w[0],
    "a part of a sum elsewhere": lambda x: (s := x[0] * 2.0 + x[1] * first[0].w[0]) * (s + x[2] * 4.0),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_else_is_computed_side_by_side(name: str) -> None:
    agree(CASES[name], model.parameters if name != "of a captured matrix's rows" else [])


def test_float32_stays_float32() -> None:
    assert vmap(network(WAYS["micrograd's"]))(examples().astype(np.float32)).dtype == np.float32


def test_plain_and_other_results_of_one_vector_stay_what_they_are() -> None:
    w, X = Value(3.0), examples()
    plain, node = vmap(lambda x: (x[0] * 2.0, x[0] * w))(X)
    assert (type(plain), type(node)) == (np.ndarray, Tensor)
    np.testing.assert_array_equal(plain, 2 * X[:, 0])


def test_the_same_function_of_other_shapes() -> None:
    batched = vmap(lambda x: sum(n(x[:3]) for n in first) * ag.sum(x))
    for k in (3, 4):
        X = examples(k)
        want = [sum(n(x[:3]).data for n in first) * x.sum() for x in X.tolist() for x in [np.array(x)]]
        np.testing.assert_allclose(batched(X).data, want, rtol=1e-12)
