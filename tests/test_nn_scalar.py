"""Neuron, Layer, MLP: attributes, seeds, scopes, calls, copies, and what they refuse."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest
from copies import each_deep_copy

import autograd_mini as ag
from autograd_mini import Tensor, Value, nn
from autograd_mini.graph import topological


def numbers(model: nn.Module) -> list[float]:
    return [p.data for p in model.parameters()]


def test_attributes_are_micrograds() -> None:
    model = nn.MLP(3, [4, 4, 1])
    assert [len(layer.neurons) for layer in model.layers] == [4, 4, 1]
    neuron = model.layers[0].neurons[0]
    assert len(neuron.w) == 3
    assert type(neuron.b) is Value
    assert len(model.parameters()) == 41


def test_parameters_have_one_order_and_appear_once() -> None:
    model = nn.MLP(2, [2, 1])
    flat = [p for layer in model.layers for neuron in layer.neurons for p in (*neuron.w, neuron.b)]
    assert [id(p) for p in model.parameters()] == [id(p) for p in flat]
    assert len(set(map(id, flat))) == 9


def test_parameters_say_what_they_are_and_where() -> None:
    model = nn.MLP(2, [2, 1])
    assert all(p.is_parameter and p.requires_grad and p.grad is None for p in model.parameters())
    last = model.layers[0].neurons[1]
    assert [p.label for p in last.parameters()] == ["w1", "w2", "b"]
    assert {p.scope for p in last.parameters()} == {("layer 1", "neuron 2")}


def test_operations_say_where_they_are() -> None:
    x = [Value(1.0), Value(2.0)]
    y = nn.MLP(2, [2, 1], activation="relu", seed=0)(x)
    operations = [node for node in topological(y) if node.op]
    assert [(node.op, node.scope) for node in operations] == [
        ("dot", ("layer 1", "neuron 1")),
        ("relu", ("layer 1", "neuron 1")),
        ("dot", ("layer 1", "neuron 2")),
        ("relu", ("layer 1", "neuron 2")),
        ("dot", ("layer 2", "neuron 1")),
    ]
    assert [each.scope for each in x] == [(), ()]


@pytest.mark.parametrize(
    "activation", ["linear", "relu", "leaky_relu", "sigmoid", "softplus", "tanh", "sin", "abs", "square"]
)
def test_a_neuron_is_activation_of_a_weighted_sum(activation: str) -> None:
    neuron = nn.Neuron(3, activation, seed=1)
    neuron.b.data = 0.25
    x = [0.5, -1.0, 2.0]
    z = sum(w.data * each for w, each in zip(neuron.w, x, strict=True)) + 0.25
    a = neuron(x)
    assert a.data == pytest.approx(z if activation == "linear" else getattr(ag, activation)(z))
    assert [node.op for node in topological(a) if node.op] == (
        ["dot"] if activation == "linear" else ["dot", activation]
    )


def test_an_activation_may_be_any_function() -> None:
    neuron = nn.Neuron(1, activation=lambda z: z * z + 1, seed=0)
    assert neuron([2.0]).data == pytest.approx((2 * neuron.w[0].data) ** 2 + 1)
    assert nn.Neuron(1, activation=ag.tanh, seed=0)([2.0]).op == "tanh"


def test_an_activation_that_gives_a_number_or_its_argument() -> None:
    assert nn.Neuron(1, activation=lambda z: z, seed=0)([1.0]).op == "dot"
    assert nn.Layer(1, 2, activation=lambda z: z * 2, seed=0)([1.0])[0].op == "mul"


def test_the_last_layer_is_linear() -> None:
    model = nn.MLP(1, [2, 2], activation="sigmoid", seed=0)
    outputs = model([1.0])
    assert [y.op for y in outputs] == ["dot", "dot"]
    assert {x.op for x in outputs[0].inputs if x.op} == {"sigmoid"}


def test_one_output_is_a_node_several_are_a_list() -> None:
    assert type(nn.MLP(1, [3, 1])([1.0])) is Value
    assert [type(y) for y in nn.MLP(1, [3, 2])([1.0])] == [Value, Value]
    assert [type(y) for y in nn.Layer(1, 1)([1.0])] == [Value]
    assert type(nn.Neuron(1)([1.0])) is Value


@pytest.mark.parametrize(
    "make",
    [
        list,
        tuple,
        iter,
        np.array,
        lambda x: (each for each in x),
        lambda x: np.array(x, np.float32),
        lambda x: [Value(v) for v in x],
    ],
)
def test_any_iterable_of_numbers_or_nodes_is_an_example(make: Any) -> None:
    model = nn.MLP(2, [3, 1], seed=0)
    assert model(make([1.0, -2.0])).data == model([1, -2]).data
    assert nn.Neuron(2, seed=0)(make([1.0, -2.0])).data == nn.Neuron(2, seed=0)([1.0, -2.0]).data
    assert nn.Layer(2, 2, seed=0)(make([1.0, -2.0]))[1].data == nn.Layer(2, 2, seed=0)([1.0, -2.0])[1].data


def units(model: Any) -> list[Any]:
    return [neuron for layer in getattr(model, "layers", [model]) for neuron in getattr(layer, "neurons", [layer])]


@pytest.mark.parametrize("activation", ["linear", "relu", "leaky_relu", "sigmoid", lambda z: ag.sin(z) * z, ag.tanh])
@pytest.mark.parametrize(
    "make",
    [
        lambda a: nn.Neuron(3, a, seed=0),
        lambda a: nn.Layer(3, 4, a, seed=0),
        lambda a: nn.MLP(3, [4, 3, 1], a, seed=0),
        lambda a: nn.MLP(3, [4, 2], a, seed=0),
    ],
    ids=["Neuron", "Layer", "MLP", "MLP of two outputs"],
)
def test_an_example_that_is_a_tensor_gives_a_tensor_and_the_same_numbers(make: Any, activation: Any) -> None:
    model, x = make(activation), Tensor([0.5, -1.0, 2.0])
    for i, neuron in enumerate(units(model)):
        neuron.b = 0.25 * i - 0.5
    values = [Value(number) for number in x.data]
    slow, quick = model(values), model(x)
    assert type(quick) is Tensor
    slow, shape = (slow, (len(slow),)) if isinstance(slow, list) else ([slow], ())
    assert quick.shape == shape
    seeds = np.cos(np.arange(quick.size)) + 2
    ag.dot(slow, seeds.ravel().tolist()).backward()
    gradients = [p.grad for p in model.parameters()]
    model.zero_grad()
    quick.backward(seeds.reshape(shape))
    assert quick.data.ravel().tolist() == pytest.approx([y.data for y in slow], rel=1e-12)
    assert [p.grad for p in model.parameters()] == pytest.approx(gradients, rel=1e-12, abs=1e-12)
    assert x.grad == pytest.approx([v.grad for v in values], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    "x",
    [[Tensor(0.5), Value(-1.0), 2.0], (0.5, -1, Tensor(2.0)), iter([Tensor(0.5), -1.0, Tensor(2.0)])],
    ids=["list", "tuple", "iterator"],
)
@pytest.mark.parametrize("model", [nn.Neuron(3, seed=0), nn.Layer(3, 2, seed=0), nn.MLP(3, [3, 1], seed=0)], ids=repr)
def test_tensors_may_be_among_the_numbers_of_an_example(x: Any, model: Any) -> None:
    x = copy.copy(x)
    assert model(x).tolist() == pytest.approx(model(Tensor([0.5, -1.0, 2.0])).tolist(), rel=1e-12)


def test_neurons_that_see_a_tensor_are_one_product_whatever_their_number() -> None:
    few, many = (nn.Layer(3, n, seed=0)(Tensor([1.0, 2.0, 3.0])) for n in (2, 20))
    assert [x.op for x in topological(few) if x.op] == [x.op for x in topological(many) if x.op]


def test_neurons_of_a_layer_may_have_different_activations() -> None:
    layer = nn.Layer(2, 3, "relu", seed=0)
    layer.neurons[1], layer.neurons[2] = nn.Neuron(2, "tanh", seed=1), nn.Neuron(2, "linear", seed=2)
    x = [0.3, -0.4]
    assert layer(Tensor(x)).tolist() == pytest.approx([y.data for y in layer(x)], rel=1e-12)


def test_float32_stays_float32() -> None:
    assert nn.MLP(2, [3, 2], seed=0)(Tensor(np.ones(2, np.float32))).dtype == np.float32


def test_a_weight_may_be_a_tensor_too() -> None:
    neuron = nn.Neuron(2, "tanh", seed=0)
    w = Tensor(0.7)
    neuron.w = [w, 2.0]
    for x in ([0.3, -0.4], Tensor([0.3, -0.4])):
        w.grad = None
        y = neuron(x)
        y.backward()
        assert y.item() == pytest.approx(math.tanh(0.7 * 0.3 - 0.8), rel=1e-12)
        assert w.grad == pytest.approx(0.3 * (1 - y.item() ** 2), rel=1e-12)


@pytest.mark.parametrize("model", [nn.Neuron(2), nn.Layer(2, 3), nn.MLP(2, [3, 1])], ids=repr)
def test_tensors_that_are_no_example(model: Any) -> None:
    with pytest.raises(ValueError, match=r"takes one example, got a Tensor of shape \(4, 2\): for a batch use vmap"):
        model(Tensor(np.ones((4, 2))))
    with pytest.raises(ValueError, match="takes 2 inputs, got 3"):
        model(Tensor(np.ones(3)))
    with pytest.raises(ValueError, match=r"got a Tensor of shape \(2,\) in it"):
        model([Tensor(np.ones(2)), 1.0])


def test_gradients_reach_the_inputs_too() -> None:
    x = [Value(0.3), Value(-0.4)]
    model = nn.MLP(2, [3, 1], activation="tanh", seed=3)
    model(x).backward()
    slopes = ag.grad(model.__call__)([0.3, -0.4])
    assert [v.grad for v in x] == pytest.approx(slopes, rel=1e-14)
    assert all(slopes)


def test_parameters_are_differentiated_by_transforms_that_replace_them() -> None:
    model = nn.MLP(1, [2, 1], seed=0)

    def loss(w: Any) -> Any:
        twin = copy.deepcopy(model)
        neuron = twin.layers[0].neurons[0]
        neuron.w = (w, *neuron.w[1:])
        return twin([0.7])

    model([0.7]).backward()
    w = model.layers[0].neurons[0].w[0]
    assert ag.grad(loss)(w.data) == pytest.approx(w.grad)


@pytest.mark.parametrize("seed", [0, 7, np.int64(7)])
def test_the_same_seed_gives_the_same_weights(seed: Any) -> None:
    assert numbers(nn.MLP(3, [4, 1], seed=seed)) == numbers(nn.MLP(3, [4, 1], seed=seed))


def test_other_seeds_and_no_seed_give_others() -> None:
    drawn = [numbers(nn.MLP(3, [4, 1], seed=seed)) for seed in (0, 1, None, None)]
    assert len({tuple(each) for each in drawn}) == 4


def test_a_generator_may_be_the_seed() -> None:
    rng = np.random.default_rng(0)
    first, second = nn.Neuron(2, seed=rng), nn.Neuron(2, seed=rng)
    assert numbers(first) == numbers(nn.Neuron(2, seed=0)) != numbers(second)


def test_the_global_random_state_is_left_alone() -> None:
    state = np.random.get_state()[1].tolist()  # noqa: NPY002 - the global state is what must not change
    nn.MLP(3, [4, 1], seed=0)
    nn.MLP(3, [4, 1])
    assert np.random.get_state()[1].tolist() == state  # noqa: NPY002 - the global state is what must not change


@pytest.mark.parametrize(
    ("activation", "limit"),
    [("relu", math.sqrt(6 / 100)), ("leaky_relu", math.sqrt(6 / 100)), ("tanh", math.sqrt(3 / 100))],
)
def test_weights_are_uniform_within_their_limits_and_biases_zero(activation: str, limit: float) -> None:
    layer = nn.Layer(100, 100, activation, seed=0)
    w = [each.data for neuron in layer.neurons for each in neuron.w]
    assert -limit <= min(w) < -0.99 * limit
    assert limit >= max(w) > 0.99 * limit
    assert np.std(w) == pytest.approx(limit / math.sqrt(3), rel=0.02)
    assert {neuron.b.data for neuron in layer.neurons} == {0.0}


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: nn.Neuron(0), "neuron: the number of inputs is a positive integer, got 0"),
        (lambda: nn.Neuron(-1), "got -1"),
        (lambda: nn.Neuron(2.0), "got 2.0"),
        (lambda: nn.Neuron("2"), "got '2'"),
        (lambda: nn.Neuron(True), "got True"),
        (lambda: nn.Layer(2, 0), "layer: the number of outputs is a positive integer, got 0"),
        (lambda: nn.MLP(2, []), r"an MLP needs the sizes of its layers as a list, such as \[16, 1\], got outputs=\[\]"),
        (lambda: nn.MLP(2, [3, 0]), "layer 2: the number of outputs is a positive integer, got 0"),
        (lambda: nn.MLP(0, [3]), "layer 1.* the number of inputs is a positive integer, got 0"),
        (lambda: nn.MLP(2, [3, "1"]), "layer 2: the number of outputs is a positive integer, got '1'"),
    ],
)
def test_sizes_are_positive_integers(make: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        make()


def test_sizes_may_be_numpy_integers() -> None:
    assert len(nn.MLP(np.int64(2), [np.int64(3), np.int32(1)]).parameters()) == 13


def test_outputs_may_be_a_tuple_but_not_a_number() -> None:
    assert len(nn.MLP(2, (3, 1)).layers) == 2
    with pytest.raises((TypeError, ValueError)):
        nn.MLP(2, 3)


@pytest.mark.parametrize("activation", ["rleu", "maximum", "where", "", 3], ids=repr)
def test_an_unknown_activation_is_refused_where_the_layer_is_made(activation: Any) -> None:
    with pytest.raises(ValueError, match=rf"unknown activation {activation!r}: use 'linear', 'relu'"):
        nn.MLP(2, [3, 1], activation=activation)


def test_an_unknown_activation_is_refused_though_only_the_linear_layer_is_there() -> None:
    with pytest.raises(ValueError, match="unknown activation"):
        nn.MLP(2, [1], activation="rleu")


@pytest.mark.parametrize("x", [[], [1.0], [1.0, 2.0, 3.0]])
def test_an_example_of_the_wrong_width(x: list[float]) -> None:
    with pytest.raises(ValueError, match=f"layer 1, neuron 1 takes 2 inputs, got {len(x)}"):
        nn.MLP(2, [3, 1])(x)
    with pytest.raises(ValueError, match=f"neuron takes 2 inputs, got {len(x)}"):
        nn.Neuron(2)(x)


@pytest.mark.parametrize("x", [[1.0, None], ["a", 1.0], [[1.0], [2.0]], "ab", np.ones((2, 2))], ids=repr)
def test_an_example_that_holds_no_numbers(x: Any) -> None:
    with pytest.raises(TypeError, match="got"):
        nn.MLP(2, [3, 1])(x)


@pytest.mark.parametrize(
    ("module", "text"),
    [
        (nn.Neuron(2), "Neuron(2, activation='tanh')"),
        (nn.Layer(2, 3, "relu"), "Layer(2, 3, activation='relu')"),
        (nn.MLP(2, [3, 1]), "MLP(2, [3, 1], activation='tanh')"),
    ],
)
def test_repr_can_be_typed_in_again(module: nn.Module, text: str) -> None:
    assert repr(module) == text
    assert repr(eval(text, vars(nn))) == text  # noqa: S307 - what the project itself printed


@pytest.mark.parametrize("module", [nn.Neuron(2), nn.Layer(2, 3), nn.MLP(2, [3, 1])], ids=repr)
def test_zero_grad_clears_parameters(module: Any) -> None:
    out = module([1.0, 2.0])
    ag.sum(out if isinstance(out, list) else [out]).backward()
    assert None not in [p.grad for p in module.parameters()]
    module.zero_grad()
    assert {p.grad for p in module.parameters()} == {None}


@each_deep_copy
def test_copies_have_the_same_weights_and_train_alone(make_copy: Any) -> None:
    model = nn.MLP(2, [3, 1], activation="relu", seed=0)
    twin = make_copy(model)
    assert repr(twin) == repr(model)
    assert numbers(twin) == numbers(model)
    assert [(p.label, p.scope, p.is_parameter) for p in twin.parameters()] == [
        (p.label, p.scope, p.is_parameter) for p in model.parameters()
    ]
    assert twin([1.0, -1.0]).data == model([1.0, -1.0]).data
    twin([1.0, -1.0]).backward()
    assert {p.grad for p in model.parameters()} == {None}
    assert twin.layers[0].neurons[0].w[0].grad is not None


def test_no_grad_predicts_without_a_graph() -> None:
    model = nn.MLP(2, [3, 1], seed=0)
    with ag.no_grad():
        y = model([1.0, 2.0])
    assert (y.requires_grad, y.inputs, y.data) == (False, (), model([1.0, 2.0]).data)


def test_anomalies_in_a_network_name_the_line() -> None:
    model = nn.MLP(1, [1], seed=0)
    model.layers[0].neurons[0].b.data = math.inf
    with ag.detect_anomaly(), pytest.raises(ag.AnomalyError, match=r"dot gave inf .*test_nn_scalar\.py"):
        model([1.0])


@pytest.mark.torch
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "softplus"])
def test_values_and_gradients_are_those_of_pytorch(activation: str) -> None:
    import torch

    model = nn.MLP(3, [4, 2], activation=activation, seed=0)
    x = [0.5, -1.5, 2.0]
    weights = [[[w.data for w in neuron.w] for neuron in layer.neurons] for layer in model.layers]
    W = [torch.tensor(w, dtype=torch.float64, requires_grad=True) for w in weights]
    hidden = getattr(torch.nn.functional, activation)(W[0] @ torch.tensor(x, dtype=torch.float64))
    theirs = W[1] @ hidden
    theirs.sum().backward()
    ours = model(x)
    ag.sum(ours).backward()
    assert [y.data for y in ours] == pytest.approx(theirs.tolist(), rel=1e-14)
    for layer, w in zip(model.layers, W, strict=True):
        assert [[v.grad for v in neuron.w] for neuron in layer.neurons] == [
            pytest.approx(row, rel=1e-13) for row in w.grad.tolist()
        ]


def test_a_network_learns_xor() -> None:
    model = nn.MLP(2, [4, 1], activation="tanh", seed=1)
    optimizer = ag.optim.SGD(model.parameters(), learning_rate=0.2)
    examples = [((-1, -1), -1), ((-1, 1), 1), ((1, -1), 1), ((1, 1), -1)]
    for _ in range(200):
        loss = nn.mean_squared_error([y for _, y in examples], [model(x) for x, _ in examples])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 1e-3


def test_equal_weights_stay_equal() -> None:
    """Why weights are drawn at random: neurons that start alike learn alike."""
    model = nn.MLP(2, [3, 1], activation="tanh", seed=0)
    for p in model.parameters():
        p.data = 0.5
    optimizer = ag.optim.SGD(model.parameters(), learning_rate=0.1)
    for _ in range(10):
        loss = nn.mean_squared_error([1.0], [model([0.3, -0.8])])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert len({tuple(numbers(neuron)) for neuron in model.layers[0].neurons}) == 1
    assert model.layers[0].neurons[0].w[0].data != 0.5


def test_weights_are_assigned_as_numbers_or_nodes() -> None:
    neuron = nn.Neuron(2, "linear", seed=0)  # lecture L7, unit by unit
    neuron.w, neuron.b = [1, 2], -1
    assert neuron([200, 17]).data == 233
    assert [p.label for p in neuron.parameters()] == ["w1", "w2", "b"]
    assert all(p.is_parameter for p in neuron.parameters())
    mine = Value(5.0)
    neuron.b = mine
    assert neuron.b is mine
    with pytest.raises(ValueError, match="neuron has 2 weights, got 3"):
        neuron.w = [1, 2, 3]
    with pytest.raises(TypeError, match="one real number"):
        neuron.b = "x"  # type: ignore[assignment]
