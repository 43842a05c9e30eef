from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from drawn import SVG, overlaps, parsed, texts

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.nn import losses
from viz.diagrams.building_blocks import blocks
from viz.diagrams.formulas import Formula, blocks_of


def dense(inputs: int, *units: int, last: str = "sigmoid", loss: Any = None, hidden: str = "tanh") -> nn.Sequential:
    model = nn.Sequential([*(nn.Dense(n, hidden) for n in units[:-1]), nn.Dense(units[-1], last)], seed=0)
    model.build((None, inputs))
    if loss is not None:
        model.compile("sgd", loss)
    return model


def normalised() -> nn.Sequential:
    normalization = nn.Normalization()
    normalization.adapt([[200.0, 17.0], [120.0, 5.0]])
    model = nn.Sequential([normalization, nn.Dense(3, "relu"), nn.Dropout(0.5), nn.Dense(1, "sigmoid")], seed=0)
    model.build((None, 2))
    return model


MODELS: dict[str, Any] = {
    "planar": dense(2, 4, 1),
    "digits": dense(64, 25, 15, 10, last="softmax", hidden="relu"),
    "deep": dense(3, 5, 5, 5, 5, 5, 1, last="linear", loss="mse"),
    "coffee": normalised(),
    "neuron": nn.Neuron(2, "sigmoid", seed=0),
}
each_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
each_convention = pytest.mark.parametrize("convention", ["rows", "columns"])


def softmax(Z: Any, axis: int) -> Any:
    e = np.exp(Z)
    return e / e.sum(axis=axis, keepdims=True)


class Notes:
    """Computes what a formula says, in NumPy, as a reader would."""

    def __init__(self, convention: str, m: int, known: dict[str, Any]) -> None:
        self.known, over, along = known, *((0, 1) if convention == "rows" else (1, 0))
        sigmoid = lambda z: 1 / (1 + np.exp(-z))
        self.words = {
            "v": known, "m": m, "σ": sigmoid, "tanh": np.tanh, "relu": lambda z: np.maximum(z, 0),
            "softmax": lambda z: softmax(z, along), "log_softmax": lambda z: np.log(softmax(z, along)),
            "σ_prime": lambda z: sigmoid(z) * (1 - sigmoid(z)), "tanh_prime": lambda z: 1 - np.tanh(z) ** 2,
            "relu_prime": lambda z: (z > 0) * 1.0,
            "total": lambda x: x.sum(axis=over, keepdims=convention == "columns"),
            "classes": lambda x: x.sum(axis=along, keepdims=True),
        }  # fmt: skip

    def compute(self, formula: Formula) -> None:
        said = re.sub(r"d?[WbZA]\[\d+\]|\bY\b", lambda found: f"v['{found[0]}']", formula.right)
        said = re.sub(r"Σₖ (\S+ ∗ \S+)\)", r"classes(\1))", said)
        said = re.sub(r"Σₖ (\S+)$", r"classes(\1)", said)
        said = re.sub(r"Σ (\S+)", r"total(\1)", said)
        for sign, written in {"ᵀ": ".T", "′": "_prime", "∗": "*", "−": "-", "2 (": "2 * ("}.items():
            said = said.replace(sign, written)
        said = re.sub(r"(?<=[\]T]) (?=v)", " @ ", said)
        self.known[formula.name] = eval(said, self.words)  # noqa: S307 - formulas of our own
        assert str(self.known[formula.name].shape) == formula.shape


@each_convention
@pytest.mark.parametrize(
    ("sizes", "last", "loss", "hidden"),
    [
        ((4, 1), "sigmoid", "binary_crossentropy", "tanh"),
        ((4, 3), "sigmoid", "binary_crossentropy", "relu"),
        ((4, 3, 3), "softmax", "categorical_crossentropy", "sigmoid"),
        ((4, 3), "linear", nn.CategoricalCrossentropy(from_logits=True), "tanh"),
        ((4, 1), "linear", nn.BinaryCrossentropy(from_logits=True), "linear"),
        ((4, 2), "linear", "mse", "tanh"),
        ((4, 2), "tanh", "mse", "softmax"),
        ((4, 3), "softmax", "mse", "tanh"),
        ((4, 3), "log_softmax", "mse", "tanh"),
    ],
)
def test_the_formulas_and_shapes_are_autograds(
    convention: Any, sizes: tuple[int, ...], last: str, loss: Any, hidden: str
) -> None:
    model = dense(2, *sizes, last=last, loss=loss, hidden=hidden)
    rng = np.random.default_rng(1)
    X, Y = rng.normal(size=(7, 2)), np.eye(sizes[-1] + 1)[rng.integers(0, sizes[-1], 7)][:, : sizes[-1]]
    for layer in model.layers:
        layer.b.data = rng.normal(size=layer.b.shape)
    losses.get(loss)(Y, model(X)).backward()
    layers = dict(enumerate(model.layers, start=1))
    turned = (lambda x: x) if convention == "rows" else (lambda x: x.T if x.ndim == 2 else x.reshape(-1, 1))
    known = {f"W[{k}]": turned(layer.W.data) for k, layer in layers.items()}
    known |= {f"b[{k}]": turned(layer.b.data) for k, layer in layers.items()}
    notes = Notes(convention, len(X), known | {"A[0]": turned(X), "Y": turned(Y)})
    made = blocks_of(model, convention=convention, examples=7)
    for formula in (each for block in made for each in block.forward):
        if formula.name == "J":
            continue
        if formula.right:
            notes.compute(formula)
        else:
            assert str(notes.known[formula.name].shape) == formula.shape
    for formula in (each for block in reversed(made) for each in block.backward):
        notes.compute(formula)
    for k, layer in layers.items():
        for name in "Wb":
            np.testing.assert_allclose(notes.known[f"d{name}[{k}]"], turned(getattr(layer, name).grad), atol=1e-14)


def test_each_block_hands_its_cache_down_and_its_gradient_back() -> None:
    first, second, loss = blocks_of(MODELS["planar"])
    assert [block.cache for block in (first, second, loss)] == ["A[0], Z[1]", "A[1], Z[2]", "A[2], Y"]
    assert first.returns is None
    assert second.returns == ("dA[1]", "dZ[2] W[2]ᵀ", "(m, 4)")
    assert loss.returns == ("dZ[2]", "A[2] − Y", "(m, 1)")
    svg = blocks(MODELS["planar"]).svg
    kinds = [g.get("class") for g in parsed(svg).iter(f"{SVG}g") if g.get("class", "").startswith("arrow")]
    assert [kinds.count(f"arrow {kind}") for kind in ("forward", "cache", "backward")] == [3, 3, 2]


def test_the_loss_is_the_given_the_compiled_or_the_one_that_goes_with_the_output() -> None:
    kinds = [
        blocks_of(MODELS["planar"])[-1].kind,
        blocks_of(MODELS["deep"])[-1].kind,
        blocks_of(MODELS["deep"], loss="mae")[-1].kind,
        blocks_of(dense(2, 1, last="linear"))[-1].kind,
    ]
    assert kinds == ["binary cross entropy", "mean squared error", "mean absolute error", ""]
    assert [str(line) for line in blocks_of(dense(2, 1, last="linear"))[-1].backward] == ["dA[1] = ∂ℓ/∂A[1]  (m, 1)"]


@each_model
@each_convention
@pytest.mark.parametrize("size", [None, "slide", "paper"])
def test_no_two_texts_overlap(model: Any, convention: Any, size: Any) -> None:
    figure = blocks(model, convention=convention, size=size, title="The building blocks")
    assert overlaps(figure.svg) == []


@each_model
def test_text_on_a_slide_is_18_pixels_high_and_stays_in_its_box(model: Any) -> None:
    root = parsed(blocks(model, size="slide").svg)
    scale = 1280 / float(root.get("viewBox", "").split()[2])
    assert min(float(each.get("font-size", "0")) for each in root.iter(f"{SVG}text")) * scale >= 18
    for group in root.iter(f"{SVG}g"):
        box = group.find(f"{SVG}rect")
        if not group.get("class", "").startswith("block"):
            continue
        assert box is not None
        top = float(box.get("y", ""))
        ys = [float(each.get("y", "")) for each in group.iter(f"{SVG}text")]
        assert top < min(ys) - 8
        assert max(ys) + 2 < top + float(box.get("height", ""))


def test_of_many_layers_the_first_and_the_last_are_drawn() -> None:
    said = texts(blocks(MODELS["deep"], max_layers=3).svg)
    assert [word for word in said if word.startswith("layer")] == ["layer 1", "layer 2", "layer 6"]
    assert said.count("⋯") == 2
    assert {"A[2]", "A[5]", "dA[2]", "dA[5]"} <= set(said)
    assert "⋯" not in texts(blocks(MODELS["deep"], max_layers=6).svg)
    assert all(f"W[{k}]" in str(blocks(MODELS["deep"], size="slide")) for k in range(1, 7))


def test_three_layers_fit_a_slide() -> None:
    assert "⋯" not in texts(blocks(MODELS["digits"], size="slide").svg)


def test_layers_raise_their_numbers_in_gradients_too() -> None:
    svg = blocks(MODELS["planar"]).svg
    spans = [span for each in parsed(svg).iter(f"{SVG}text") for span in each]
    assert {"[0]", "[1]", "[2]"} == {span.text for span in spans if float(span.get("dy", "0")) < 0}
    assert not any(re.search(r"\[\d\].", span.text or "") for span in spans)


def test_what_acts_besides_layers_is_said() -> None:
    assert texts(blocks(MODELS["coffee"]).svg)[-1] == "A[0] is X normalised; Dropout, in training, is left out"


def test_printed_it_lists_every_formula_with_its_shape() -> None:
    said = str(blocks(MODELS["planar"], examples=400, convention="columns")).splitlines()
    assert "  layer 1   W[1]                          (4, 2)" in said
    assert "            db[1] = Σ dZ[1] / 400         (4, 1)" in said
    assert said[-1].startswith("dZ, dA are derivatives of each example's loss ℓ")


def test_figures_are_inert_and_have_their_background() -> None:
    model = nn.Sequential([nn.Dense(1, "sigmoid", name="<script>")], seed=0)
    model.build((None, 2))
    svg = blocks(model, title='" onload="', examples="<m>", background="dark").svg
    assert {"<script>", '" onload="', "(<m>, 1)"} <= set(texts(svg))
    assert "<script" not in svg
    assert " id=" not in svg
    assert "#16191D" in svg


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"convention": "row"}, "convention='row'; it has to be one of 'rows', 'columns'"),
        ({"size": "poster"}, "size='poster'; it has to be one of None, 'slide', 'paper'"),
        ({"background": "black"}, "background='black'; it has to be one of 'white', 'transparent', 'dark'"),
        ({"max_layers": 1}, "max_layers=1; it has to be an integer, 2 or more"),
        ({"examples": 0}, "examples=0; it has to be a positive number of them, or a name for it"),
        ({"loss": "msa"}, "msa"),
    ],
)
def test_a_wrong_option_says_what_is_allowed(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        blocks(MODELS["planar"], **options)


def test_other_networks_are_refused() -> None:
    class Own(nn.Module):
        def forward(self, X: Any) -> Any:
            return ag.tanh(X)

    model = nn.Sequential([nn.Dense(2), Own()], seed=0)
    model.build((None, 2))
    with pytest.raises(ValueError, match=r"blocks\(\) draws Dense layers, .* in front of them; got Own$"):
        blocks(model)
    with pytest.raises(ValueError, match="got a network without one"):
        blocks(nn.Sequential([nn.Input(shape=(2,))]))
    with pytest.raises(RuntimeError, match=r"blocks\(\) needs to know the widths: call the network on a batch"):
        blocks(nn.Sequential([nn.Dense(1)]))
    with pytest.raises(TypeError, match=r"blocks\(\) takes a Sequential, Dense, MLP, Layer or Neuron of nn, got int"):
        blocks(3)
