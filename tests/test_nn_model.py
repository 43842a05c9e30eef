"""Networks: Sequential, one's own Modules, their weights, copies, the table of shapes, and the same as neurons."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from copies import each_deep_copy

import autograd_mini as ag
from autograd_mini import Tensor, nn

X = np.random.default_rng(0).normal(size=(12, 3))


class Residual(nn.Module):
    """Adds what a layer gives to what it was given, weighed by a Tensor of its own."""

    def __init__(self, units: int) -> None:
        self.inner = nn.Dense(units, activation="tanh")
        self.gain = Tensor(np.ones(units))

    def forward(self, X: Any) -> Any:
        return X + self.inner(X) * self.gain


class Branches(nn.Module):
    """Holds its layers in a list and in a dict."""

    def __init__(self) -> None:
        self.heads = [nn.Dense(2), nn.Dense(2)]
        self.named = {"last": nn.Dense(1, use_bias=False)}

    def forward(self, X: Any) -> Any:
        return self.named["last"](self.heads[0](X) * self.heads[1](X))


def equal(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


# Sequential


def test_layers_follow_each_other() -> None:
    model = nn.Sequential([nn.Dense(4, activation="tanh"), nn.Dense(2)], seed=0)
    A = model(X)
    first, second = model.layers
    expected = np.tanh(X @ first.W.data + first.b.data) @ second.W.data + second.b.data
    np.testing.assert_allclose(A.numpy(), expected, rtol=1e-14)
    np.testing.assert_array_equal(model.predict(X), A.numpy())


def test_added_layers_are_as_given_ones() -> None:
    model = nn.Sequential(seed=0)
    for layer in (nn.Dense(4, activation="relu"), nn.Dense(2)):
        model.add(layer)
    given = nn.Sequential([nn.Dense(4, activation="relu"), nn.Dense(2)], seed=0)
    np.testing.assert_array_equal(model.predict(X), given.predict(X))
    assert repr(model) == "Sequential([Dense(4, activation='relu'), Dense(2, activation='linear')])"


def test_sequentials_nest() -> None:
    model = nn.Sequential([nn.Sequential([nn.Dense(4), nn.Dropout(0.5)]), nn.Sequential([nn.Dense(1)])], seed=0)
    flat = nn.Sequential([nn.Dense(4), nn.Dense(1)], seed=0)
    np.testing.assert_array_equal(model.predict(X), flat.predict(X))
    assert list(model.weights()) == [
        "layers.0.layers.0.W",
        "layers.0.layers.0.b",
        "layers.1.layers.0.W",
        "layers.1.layers.0.b",
    ]


def test_a_layer_used_twice_counts_once() -> None:
    shared = nn.Dense(3, activation="tanh")
    model = nn.Sequential([shared, shared, nn.Dense(1)], seed=0)
    model(X).sum().backward()
    assert list(model.weights()) == ["layers.0.W", "layers.0.b", "layers.2.W", "layers.2.b"]
    assert len(model.parameters()) == 4
    W, b, v = shared.W.data, shared.b.data, model.layers[2].W.data
    A1 = np.tanh(X @ W + b)
    A2 = np.tanh(A1 @ W + b)
    Z2 = (1 - A2**2) * v.T
    Z1 = (1 - A1**2) * (Z2 @ W.T)
    np.testing.assert_allclose(shared.W.grad, A1.T @ Z2 + X.T @ Z1, rtol=1e-12)


def test_a_seed_gives_the_same_weights_whatever_makes_them() -> None:
    def weights(make: Any, seed: Any = 0) -> dict[str, Any]:
        model = nn.Sequential([nn.Dense(4), nn.Dense(2)], seed=seed)
        make(model)
        return model.weights()

    called = weights(lambda model: model(X))
    assert equal(called, weights(lambda model: model.predict(X)))
    assert equal(called, weights(lambda model: model.build((None, 3))))
    assert not equal(called, weights(lambda model: model(X), seed=1))
    assert not equal(weights(lambda model: model(X), seed=None), weights(lambda model: model(X), seed=None))
    generators = [np.random.default_rng(5), np.random.default_rng(5)]
    assert equal(*(weights(lambda model: model(X), seed=generator) for generator in generators))


def test_a_layer_added_later_has_weights_of_its_own() -> None:
    model = nn.Sequential([nn.Dense(3)], seed=0)
    model(X)
    model.add(nn.Dense(3))
    model(X)
    first, second = model.layers
    assert (first.W.data != second.W.data).all()


def test_a_seed_gives_the_same_weights_after_a_batch_that_failed() -> None:
    def model() -> nn.Sequential:
        return nn.Sequential([nn.Dense(3), nn.Normalization(), nn.Dense(2)], seed=0)

    late, early = model(), model()
    with pytest.raises(RuntimeError, match="call adapt"):
        late(X)
    for each in (late, early):
        each.layers[1].adapt(X)
        each(X)
    assert equal(late.weights(), early.weights())


def test_zero_grad() -> None:
    model = nn.Sequential([nn.Dense(1)])
    model(X).sum().backward()
    assert all(p.grad is not None for p in model.parameters())
    model.zero_grad()
    assert all(p.grad is None for p in model.parameters())


@pytest.mark.parametrize("layer", ["x", 3, None, nn.Dense, [nn.Dense(1)]])
def test_layers_are_modules(layer: Any) -> None:
    with pytest.raises(TypeError, match=r"^a Sequential is made of layers, such as nn\.Dense\(3\), got "):
        nn.Sequential([layer])


def test_layers_are_given_as_a_list() -> None:
    with pytest.raises(TypeError, match=r"^a Sequential takes its layers as a list, .*got Dense\(1"):
        nn.Sequential(nn.Dense(1))  # type: ignore[arg-type]


def test_a_sequential_is_no_part_of_itself() -> None:
    model = nn.Sequential([nn.Dense(1)])
    for layer in (model, nn.Sequential([nn.Sequential([model])])):
        with pytest.raises(ValueError, match=r"^a Sequential can't be a layer of itself$"):
            model.add(layer)


@pytest.mark.parametrize(
    "use", [lambda model: model(X), lambda model: model.predict(X), lambda model: model.build((None, 3))]
)
def test_a_network_without_layers_says_so(use: Any) -> None:
    with pytest.raises(
        RuntimeError, match=r"^this network has no layers: add some, as in model\.add\(nn\.Dense\(1\)\)$"
    ):
        use(nn.Sequential())


@pytest.mark.parametrize("shape", [3, (3,), None, (None, None), "3", (None, 0)])
def test_a_shape_to_build_for_has_the_number_of_features(shape: Any) -> None:
    model = nn.Sequential([nn.Dense(1)])
    with pytest.raises(ValueError, match=r"build\(\) takes the shape of a batch, such as \(None, 3\)"):
        model.build(shape)
    assert model.parameters() == []


# predict


def test_predict_gives_an_array_whatever_the_size_of_its_batches() -> None:
    model = nn.Sequential([nn.Dense(2)], seed=0)
    whole = model.predict(X)
    assert type(whole) is np.ndarray
    assert whole.shape == (12, 2)
    np.testing.assert_allclose(model.predict(X, batch_size=5), whole, rtol=1e-14)


@pytest.mark.parametrize("given", [X.tolist(), X.astype(np.float32).astype(float).tolist(), tuple(map(tuple, X))])
def test_predict_takes_lists(given: Any) -> None:
    model = nn.Sequential([nn.Dense(2)], seed=0)
    np.testing.assert_allclose(model.predict(given), model.predict(X), rtol=1e-6)


def test_predict_computes_in_the_networks_dtype() -> None:
    model = nn.Sequential([nn.Dense(2)], seed=0)
    model(X.astype(np.float32))
    assert model.predict(X).dtype == np.float32


# One's own Modules


def test_a_module_of_ones_own_has_its_parts_parameters() -> None:
    model = nn.Sequential([nn.Dense(3), Residual(3), Branches()], seed=0)
    model(X)
    assert list(model.weights()) == [
        "layers.0.W",
        "layers.0.b",
        "layers.1.inner.W",
        "layers.1.inner.b",
        "layers.1.gain",
        "layers.2.heads.0.W",
        "layers.2.heads.0.b",
        "layers.2.heads.1.W",
        "layers.2.heads.1.b",
        "layers.2.named.last.W",
    ]
    assert len(model.parameters()) == 10


def test_a_module_of_ones_own_learns() -> None:
    model = nn.Sequential([nn.Dense(3), Residual(3), Branches()], seed=0)
    model.compile(nn.optim.Adam(learning_rate=0.02), "mse")
    before = model.evaluate(X, X[:, 0] * X[:, 1])
    start = model.weights()
    model.fit(X, X[:, 0] * X[:, 1], epochs=200)
    assert model.evaluate(X, X[:, 0] * X[:, 1]) < before / 10
    assert all((start[name] != array).all() for name, array in model.weights().items())


def test_a_module_needs_a_forward() -> None:
    class Empty(nn.Module):
        pass

    with pytest.raises(NotImplementedError, match=r"^Empty needs a method forward\(self, X\)$"):
        Empty()(X)


@pytest.mark.parametrize("wrong", [None, X, 3.0])
def test_forward_gives_a_tensor(wrong: Any) -> None:
    class Wrong(nn.Module):
        def forward(self, X: Any) -> Any:
            return wrong

    with pytest.raises(TypeError, match=r"^Wrong\.forward\(\) gives a Tensor, got "):
        Wrong()(X)


def test_what_forward_keeps_to_be_looked_at_is_no_weight() -> None:
    class Keeps(nn.Module):
        def __init__(self) -> None:
            self.inner = nn.Dense(1)

        def forward(self, X: Any) -> Any:
            self.X, self.Z = X, self.inner(X)
            return self.Z

    model = Keeps()
    model(X)
    assert list(model.weights()) == ["inner.W", "inner.b"]


# weights and load_weights


def test_weights_are_copies() -> None:
    model = nn.Sequential([nn.Dense(1)], seed=0)
    before = model.predict(X)
    for array in model.weights().values():
        array[...] = 0.0
    np.testing.assert_array_equal(model.predict(X), before)


def test_weights_go_from_one_network_to_another() -> None:
    one, other = (nn.Sequential([nn.Dense(4, activation="relu"), nn.Dense(1)], seed=seed) for seed in (0, 1))
    one(X)
    other(X)
    given = one.weights()
    other.load_weights(given)
    np.testing.assert_array_equal(other.predict(X), one.predict(X))
    given["layers.0.W"] += 1
    np.testing.assert_array_equal(other.predict(X), one.predict(X))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"layers.1.b": None}, "layers.1.b is missing"),
        ({"layers.2.W": np.zeros((1, 1))}, "layers.2.W is unknown"),
        ({"layers.0.W": np.zeros((4, 3))}, "layers.0.W is (4, 3) float64, expected (3, 4) float64"),
        ({"layers.0.b": np.zeros(4, np.float32)}, "layers.0.b is (4,) float32, expected (4,) float64"),
    ],
)
def test_weights_are_loaded_all_or_none(change: dict[str, Any], said: str) -> None:
    model = nn.Sequential([nn.Dense(4), nn.Dense(1)], seed=0)
    model(X)
    before = model.weights()
    given = {name: array + 1 for name, array in (before | change).items() if array is not None}
    with pytest.raises(ValueError, match=re.escape(f"these weights are not this network's: {said}")):
        model.load_weights(given)
    assert equal(model.weights(), before)


def test_weights_are_loaded_once_there_are_some() -> None:
    with pytest.raises(RuntimeError, match=r"^this network has no weights yet: call it on a batch, or build\("):
        nn.Sequential([nn.Dense(1)]).load_weights({})


@pytest.mark.torch
def test_weights_are_torchs_transposed() -> None:
    import torch

    model = nn.Sequential([nn.Dense(4, activation="relu"), nn.Dense(1)], seed=0)
    model(X)
    w = model.weights()
    other = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1)).double()
    names = {"0.weight": "layers.0.W", "0.bias": "layers.0.b", "2.weight": "layers.1.W", "2.bias": "layers.1.b"}
    other.load_state_dict({name: torch.tensor(w[ours].T) for name, ours in names.items()})
    np.testing.assert_allclose(other(torch.tensor(X)).detach().numpy(), model.predict(X), rtol=1e-12)


# Copies


@each_deep_copy
@pytest.mark.parametrize("trained", [False, True])
def test_a_copy_is_a_network_of_its_own(make_copy: Any, trained: bool) -> None:
    y = X[:, 0]
    model = nn.Sequential([nn.Dense(4, activation="relu"), nn.Dropout(0.2), nn.Dense(1)], seed=0)
    model.compile("adam", "mse", ["mae"])
    model.fit(X, y, epochs=1 + trained)
    copied = make_copy(model)
    before = model.weights()
    assert equal(copied.weights(), before)
    copied.fit(X, y, epochs=3, seed=1)
    assert equal(model.weights(), before)
    model.fit(X, y, epochs=3, seed=1)
    assert equal(model.weights(), copied.weights())
    assert model.history.history == copied.history.history


@each_deep_copy
def test_a_copy_without_weights_makes_its_own(make_copy: Any) -> None:
    model = nn.Sequential([nn.Dense(4), nn.Dense(1)], seed=0)
    copied = make_copy(model)
    np.testing.assert_array_equal(copied.predict(X), model.predict(X))
    copied.layers[0].W.data = np.zeros((3, 4))
    assert model.layers[0].W.data.all()


@each_deep_copy
def test_a_copy_is_as_eager(make_copy: Any) -> None:
    calls = []

    model = nn.Sequential([nn.Dense(1, activation=Watched(calls))], seed=0)
    model.compile("adam", "mse", run_eagerly=True)
    copied = make_copy(model)
    calls = copied.layers[0].activation.calls
    copied.fit(X, X[:, 0], epochs=4)
    assert len(calls) >= 4


class Watched:
    """An activation that remembers its calls."""

    __name__ = "watched"

    def __init__(self, calls: list[int]) -> None:
        self.calls = calls

    def __call__(self, Z: Any) -> Any:
        self.calls.append(len(Z))
        return Z * 1.0


# summary


def summary(model: nn.Module, capsys: pytest.CaptureFixture[str], *args: Any) -> list[list[str]]:
    """The cells of the table's rows, and the line below."""
    model.summary(*args)
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    return [re.split(r"\s{2,}", line) for line in lines if line and "─" not in line]


def test_summary_says_which_shapes_the_matrices_have(capsys: pytest.CaptureFixture[str]) -> None:
    model = nn.Sequential([nn.Dense(4, activation="tanh"), nn.Dense(1, activation="sigmoid")])
    model.build((None, 3))
    assert summary(model, capsys) == [
        ["layer", "W", "b", "Z", "A", "activation", "parameters"],
        ["layer 1 (Dense)", "(3, 4)", "(4,)", "(m, 4)", "(m, 4)", "tanh", "16"],
        ["layer 2 (Dense)", "(4, 1)", "(1,)", "(m, 1)", "(m, 1)", "sigmoid", "5"],
        ["21 parameters, float64"],
    ]


def test_summary_is_for_a_number_of_examples(capsys: pytest.CaptureFixture[str]) -> None:
    model = nn.Sequential([nn.Flatten(), nn.Dense(25), nn.Dropout(0.5), nn.Dense(1, use_bias=False)])
    model.build((None, 64, 64, 3))
    assert summary(model, capsys, 209)[1:] == [
        ["Flatten", "(209, 12288)", "0"],
        ["layer 1 (Dense)", "(12288, 25)", "(25,)", "(209, 25)", "(209, 25)", "linear", "307,225"],
        ["Dropout", "(209, 25)", "0"],
        ["layer 2 (Dense)", "(25, 1)", "(209, 1)", "(209, 1)", "linear", "25"],
        ["307,250 parameters, float64"],
    ]


def test_summary_has_a_row_for_each_layer_once(capsys: pytest.CaptureFixture[str]) -> None:
    shared = nn.Dense(3)
    model = nn.Sequential([shared, nn.Sequential([shared, nn.Activation(lambda Z: Z * 2)]), nn.Dense(1)])
    model(X.astype(np.float32))
    rows = summary(model, capsys)
    assert [row[0] for row in rows[1:-1]] == ["layer 1 (Dense)", "Activation", "layer 2 (Dense)"]
    assert rows[-1] == ["16 parameters, float32"]


def test_the_rows_of_a_summary_add_up(capsys: pytest.CaptureFixture[str]) -> None:
    model = nn.Sequential([nn.Dense(3), Residual(3)])
    model(X)
    *rows, total = summary(model, capsys)[1:]
    assert sum(int(row[-1]) for row in rows) == int(total[0].split()[0]) == 27


def test_a_single_layer_has_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    layer = nn.Dense(2)
    layer(X)
    assert summary(layer, capsys)[1] == ["Dense", "(3, 2)", "(2,)", "(m, 2)", "(m, 2)", "linear", "8"]


@pytest.mark.parametrize("model", [nn.Sequential([nn.Dense(1)]), nn.Sequential(), nn.Dense(1)])
def test_summary_needs_the_widths(model: nn.Module) -> None:
    with pytest.raises(
        RuntimeError, match=r"^summary\(\) needs to know the widths: call the network on a batch, or build"
    ):
        model.summary()


@pytest.mark.parametrize("examples", [0, -3, 1.5, ""])
def test_a_summary_is_for_a_positive_number_of_examples(examples: Any) -> None:
    model = nn.Sequential([nn.Dense(1)])
    model(X)
    with pytest.raises(ValueError, match=f"positive number of examples, or a name for it, got {examples!r}"):
        model.summary(examples)


# The same network as neurons of Values


def gradients(mlp: nn.MLP) -> list[np.ndarray]:
    """Of each layer's W and b."""
    return [
        part
        for layer in mlp.layers
        for part in (
            np.array([[w.grad for w in neuron.w] for neuron in layer.neurons]).T,
            np.array([neuron.b.grad for neuron in layer.neurons]),
        )
    ]


def check_same(model: nn.Sequential, mlp: nn.MLP, loss: Any, y: Any) -> None:
    """The loss and every gradient are equal to 1e-12."""
    outputs = model(X)
    J = loss(np.reshape(y, outputs.shape), outputs)
    J.backward()
    scalars = [mlp(x) for x in X.tolist()]
    if not isinstance(scalars[0], list):
        scalars = [[a] for a in scalars]
    flat = [a for row in scalars for a in row]
    j = loss(np.ravel(y).tolist(), flat)
    j.backward()
    assert j.item() == pytest.approx(J.item(), rel=1e-12, abs=1e-12)
    own = [p.grad for layer in model.modules() if isinstance(layer, nn.Dense) for p in layer.parameters()]
    for ours, theirs in zip(own, gradients(mlp), strict=True):
        np.testing.assert_allclose(theirs, ours, rtol=1e-12, atol=1e-12)


LABELS = (X[:, :1] > 0).astype(float)
NETWORKS = {
    "one unit": ([nn.Dense(1, activation="sigmoid")], nn.binary_crossentropy, LABELS),
    "regression": ([nn.Dense(4, activation="tanh"), nn.Dense(1)], nn.mean_squared_error, X[:, :1]),
    "two outputs": ([nn.Dense(5, activation="relu"), nn.Dense(2)], nn.huber, X[:, :2]),
    "deep": (
        [nn.Dense(n, activation=g) for n, g in ((4, "softplus"), (3, "leaky_relu"), (3, "sin"), (1, None))],
        nn.mean_absolute_error,
        X[:, :1],
    ),
    "hinge": ([nn.Dense(3, activation="tanh"), nn.Dense(1)], nn.hinge, 2 * LABELS - 1),
    "parts": (
        [
            nn.Sequential([nn.Dense(4), nn.Activation("tanh"), nn.Dropout(0.5)]),
            nn.Dense(1, activation=lambda z: z * z),
        ],
        nn.mean_squared_error,
        X[:, :1],
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_the_same_as_neurons(name: str) -> None:
    layers, loss, y = NETWORKS[name]
    model = nn.Sequential(layers, seed=0)
    model(X)
    check_same(model, model.to_scalar(), loss, y)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", np.tanh, lambda z: z * z])
@pytest.mark.parametrize("sizes", [[1], [4, 1], [3, 3, 2]])
def test_neurons_are_the_same_as_a_network(sizes: list[int], activation: Any) -> None:
    mlp = nn.MLP(3, sizes, activation=activation, seed=0)
    check_same(mlp.to_sequential(), mlp, nn.mean_squared_error, X[:, : sizes[-1]])


def test_a_layer_that_is_used_twice_is_twice_among_the_neurons() -> None:
    shared = nn.Dense(3, activation="tanh")
    model = nn.Sequential([shared, shared], seed=0)
    model(X)
    np.testing.assert_allclose(np.array([[a.data for a in model.to_scalar()(x)] for x in X]), model.predict(X))


def test_weights_go_there_and_back() -> None:
    model = nn.Sequential([nn.Dense(4, activation="relu"), nn.Dense(2, use_bias=False)], seed=0)
    model(X)
    back = model.to_scalar().to_sequential()
    assert equal(back.weights(), model.weights())


def test_neurons_have_as_many_parameters() -> None:
    model = nn.Sequential([nn.Dense(4, use_bias=False), nn.Dense(2)], seed=0)
    model(X)
    assert len(model.to_scalar().parameters()) == sum(p.size for p in model.parameters()) == 22


def test_each_side_has_weights_of_its_own() -> None:
    model = nn.Sequential([nn.Dense(1)], seed=0)
    model(X)
    before = model.weights()
    mlp = model.to_scalar()
    back = mlp.to_sequential()
    for p in mlp.parameters():
        p.data = 0.0
    assert equal(model.weights(), before)
    assert equal(back.weights(), before)


def test_a_network_made_of_neurons_knows_its_shapes(capsys: pytest.CaptureFixture[str]) -> None:
    rows = summary(nn.MLP(3, [4, 1]).to_sequential(), capsys)
    assert [row[1] for row in rows[1:-1]] == ["(3, 4)", "(4, 1)"]


def test_neurons_of_float32_are_of_its_numbers() -> None:
    model = nn.Sequential([nn.Dense(1)], seed=0)
    model(X.astype(np.float32))
    assert [p.data for p in model.to_scalar().parameters()] == [*model.layers[0].W.data[:, 0].tolist(), 0.0]


@pytest.mark.parametrize(
    ("layers", "text"),
    [
        ([nn.Flatten(), nn.Dense(1)], r"^Flatten\(\) has no neurons: to_scalar\(\) is for Dense layers, Activation"),
        ([nn.Activation("tanh"), nn.Dense(1)], r"^Activation\('tanh'\) has no neurons"),
        (
            [nn.Dense(2, activation="softmax")],
            "^softmax is not of one unit: leave the last layer linear, and take a loss",
        ),
        ([nn.Dropout(0.5)], r"^Sequential\(\[Dropout\(0.5\)\]\) has no Dense layer, whose units would be neurons"),
    ],
)
def test_what_has_no_neurons_is_said(layers: list[Any], text: str) -> None:
    model = nn.Sequential(layers)
    model(X)
    with pytest.raises(ValueError, match=text):
        model.to_scalar()


def test_neurons_need_weights() -> None:
    with pytest.raises(RuntimeError, match=r"^this network has no weights yet: call it on a batch, or build"):
        nn.Sequential([nn.Dense(1)]).to_scalar()


def test_a_layer_has_one_activation() -> None:
    mlp = nn.MLP(3, [2, 1])
    mlp.layers[0].neurons[1].activate("relu")
    with pytest.raises(ValueError, match=r"^the neurons of layer 1 differ in activation: a Dense layer has one$"):
        mlp.to_sequential()


# In programs and threads


def test_a_network_is_recorded_as_any_function() -> None:
    model = nn.Sequential([nn.Dense(4, activation="tanh"), nn.Dense(1)], seed=0)
    model(X)
    program = ag.jit(model)
    np.testing.assert_allclose(program(X).numpy(), model.predict(X), rtol=1e-14)
    model.layers[0].W.data = model.layers[0].W.data * 2
    np.testing.assert_allclose(program(X).numpy(), model.predict(X), rtol=1e-14)


def test_weights_that_come_with_a_layer_are_called_after_its_place() -> None:
    model = nn.MLP(2, [3, 1], seed=0).to_sequential()
    assert [(p.label, p.scope) for p in model.parameters()] == [
        ("W[1]", ("layer 1",)), ("b[1]", ("layer 1",)), ("W[2]", ("layer 2",)), ("b[2]", ("layer 2",)),
    ]  # fmt: skip
