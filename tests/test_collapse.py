from __future__ import annotations

import random
import time

import numpy as np
import pytest
from drawn import RENDERERS, SVG, chain, forward, lecture, network, parameters, parsed, regression

import autograd_mini as ag
import viz
from autograd_mini import Tensor, Value, nn
from autograd_mini.graph import PARAMETER, Tag
from autograd_mini.value import leaf


def boxes(drawing: viz.Drawing) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(node.name, node.formula, node.details) for node in drawing.picture.nodes]


def test_examples_that_are_computed_alike_share_a_box() -> None:
    assert boxes(viz.draw(regression(100), names={}, collapse="example")) == [
        ("w", "", ()),
        ("b", "", ()),
        ("v₁", "w × …", ("× 100",)),
        ("v₂", "v₁ + b", ("× 100",)),
        ("v₃", "v₂ − …", ("× 100",)),
        ("v₄", "v₃²", ("× 100",)),
        ("v₅", "Σ v₄", ("100 additions",)),
        ("v₆", "v₅ / 100", ()),
    ]


def test_exponents_tell_functions_apart() -> None:
    x = [Value(i) for i in range(6)]
    made = viz.draw(sum(each**2 for each in x[:3]) * sum(each**3 for each in x[3:]), names={}, collapse="example")
    assert [formula for _, formula, details in boxes(made) if details == ("× 3",) and formula] == ["v₁²", "v₂³"]


def test_neurons_and_layers_are_boxes_with_their_parameters_inside() -> None:
    x = [Value(i, f"x{i}", requires_grad=False) for i in (1, 2)]
    out = network((3, 1), x)
    layers = viz.draw(out, names={}, collapse="layer")
    assert boxes(layers) == [
        ("x₁", "", ()),
        ("x₂", "", ()),
        ("layer 1", "", ("12 operations", "6 parameters")),
        ("layer 2", "", ("6 operations", "3 parameters")),
    ]
    assert [(edge.tail, edge.head) for edge in layers.picture.edges] == [(0, 2), (1, 2), (2, 3)]
    neurons = viz.draw(out, names={}, collapse="neuron").picture
    assert sorted(node.name for node in neurons.nodes if node.details) == [
        "neuron 1",
        "neuron 1",
        "neuron 2",
        "neuron 3",
    ]
    (output,) = (node for node in neurons.nodes if node.is_output)
    assert output.details == ("layer 2", "6 operations", "3 parameters")


def test_a_neuron_or_layer_that_gives_one_thing_says_it() -> None:
    out = nn.MLP(2, [3, 1], seed=0)([1.0, 2.0])
    out.backward()
    made = viz.draw(out, names={}, collapse="neuron").picture.nodes
    units = [node for node in out.inputs if node.op == "tanh"]
    assert [(box.value, box.grad) for box in made] == [(node.data, node.grad) for node in (*units, out)]
    first, last = viz.draw(out, names={}, collapse="layer").picture.nodes
    assert (first.value, first.grad, first.wants_grad) == (None, None, False)
    assert (last.value, last.grad, last.wants_grad) == (out.data, 1.0, True)


def test_a_layer_of_arrays_has_the_shape_that_it_gives_and_as_many_parameters_as_numbers() -> None:
    W, b = Tensor(np.full((2, 3), 0.5), "W"), Tensor([1.0, 2.0, 3.0], "b")
    product = np.ones((5, 2)) @ W
    Z = product + b
    product._tag = Z._tag = Tag(scope=("hidden",))
    (layer,) = viz.draw(Z, names={}, parameters=[W, b], collapse="layer").picture.nodes
    assert (layer.name, layer.shape, layer.details) == ("hidden", "(5, 3)", ("2 operations", "9 parameters"))
    assert dict(layer.value) == {"min": "2", "mean": "3", "max": "4"}


def test_what_shares_a_box_is_written_once_in_a_sum() -> None:
    weights = [leaf(0.5, Tag(f"w{i}"), PARAMETER) for i in range(1, 6)]
    x = [Value(i, f"x{i}", requires_grad=False) for i in range(1, 6)]
    made = viz.draw(ag.dot(weights, x, Value(1, "b")), names={}, collapse="example").picture
    assert made.nodes[-1].formula == "Σ (w₁ … w₅ × x₁ … x₅) + b"
    w, x, b = Value(2, "w"), Value(3, "x"), Value(1, "b")
    assert viz.draw(ag.dot([w, w], [x, x], b), names={}).picture.nodes[-1].formula == "w × x + w × x + b"


def test_a_network_over_many_examples_collapses_by_layer() -> None:
    rng = random.Random(0)
    layers = parameters((3, 1), 2, rng)
    loss = sum((forward(layers, [rng.random(), rng.random()]) - rng.random()) ** 2 for _ in range(100))
    made = viz.draw(loss, names={}, collapse="layer")
    assert [name for name, *_ in boxes(made)][:2] == ["layer 1", "layer 2"]
    assert len(made.picture.nodes) == 5


def test_a_large_graph_collapses_by_itself_where_it_can() -> None:
    made = viz.draw(regression(1000), names={})
    assert len(made.picture.nodes) == 8
    assert made.picture.notes[-1] == "5,003 nodes, collapsed by example"


def test_beyond_150_nodes_a_picture_collapses_if_that_makes_it_readable() -> None:
    small, large = regression(29), regression(40)
    assert len(viz.draw(small, names={}).picture.nodes) == 148
    made = viz.draw(large, names={}).picture
    assert len(made.nodes) == 8
    assert made.notes[-1] == "203 nodes, collapsed by example, collapse=None draws each"
    assert len(viz.draw(large, names={}, collapse=None).picture.nodes) == 203
    node = Value(1.0)
    for _ in range(200):
        node = node * 2
    assert len(viz.draw(node, names={}).picture.nodes) == 201


def test_of_the_ways_to_collapse_the_one_that_shows_most_is_taken() -> None:
    x = [Value(i, f"x{i}") for i in (1, 2)]
    made = viz.draw(network((10, 10, 1), x), names={}).picture
    assert "collapsed by neuron" in made.notes[-1]
    assert len(made.nodes) == 23
    rng = random.Random(0)
    layers = parameters((2, 1), 2, rng)
    loss = sum((forward(layers, [rng.random(), rng.random()]) - rng.random()) ** 2 for _ in range(100))
    assert "collapsed by example" in viz.draw(loss, names={}).picture.notes[-1]


@pytest.mark.parametrize("renderer", RENDERERS)
def test_neurons_stay_in_order(renderer: str) -> None:
    drawing = viz.draw(nn.MLP(2, [16, 16, 1], seed=0)([Value(1), Value(2)]), names={}, renderer=renderer)
    height: dict[str, list[tuple[float, str]]] = {}
    for group in parsed(drawing.svg).iter(f"{SVG}g"):
        if "operation" in group.get("class", ""):
            name, layer, *_ = group.iter(f"{SVG}text")
            column = height.setdefault("".join(layer.itertext()), [])
            column.append((float(name.get("y")), "".join(name.itertext())))
    neurons = [f"neuron {i}" for i in range(1, 17)]
    assert [[name for _, name in sorted(column)] for column in height.values()] == [neurons, neurons, neurons[:1]]


def test_100_000_nodes_are_refused_at_once_naming_both_arguments() -> None:
    node = Value(0.5)
    for _ in range(100_000):
        node = node * 2
    started = time.process_time()
    with pytest.raises(ValueError, match=r"100,001 nodes, and max_nodes=1500 .* collapse=\"neuron\""):
        viz.draw(node)
    assert time.process_time() - started < 3


def test_a_chain_of_additions_is_one_sum() -> None:
    assert boxes(viz.draw(chain(100_000), names={})) == [("v₁", "", ()), ("v₂", "Σ v₁", ("100,000 additions",))]


def test_a_million_deep_chain_is_refused_too() -> None:
    node = chain(1_000_000)
    started = time.process_time()
    with pytest.raises(ValueError, match=r"more than 200,000 nodes, and max_nodes=1500 .* collapse="):
        viz.draw(node)
    assert time.process_time() - started < 5


def test_100_000_nodes_collapse_when_asked() -> None:
    assert len(viz.draw(regression(20_000), names={}, collapse="example").picture.nodes) == 8


def test_a_collapse_that_does_not_help_says_so() -> None:
    with pytest.raises(ValueError, match="collapse='layer' leaves more boxes than that, and max_nodes=3"):
        viz.draw(lecture(), collapse="layer", max_nodes=3)
    with pytest.raises(ValueError, match="max_nodes=0; it has to be a positive number"):
        viz.draw(lecture(), max_nodes=0)


def test_a_wide_sum_or_dot_is_small() -> None:
    w, x = ([Value(i / 100) for i in range(300)] for _ in "wx")
    assert len(viz.draw(ag.dot(w, x, bias=Value(1))).picture.nodes) == 4  # w, x, b and the dot
    assert len(viz.draw(ag.sum([*w, *x]), collapse="example").picture.nodes) == 2
