from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from drawn import SVG, overlaps, parsed, texts

from autograd_mini import nn
from viz import text
from viz.diagrams.layers import network

X = np.array([[200.0, 17.0], [120.0, 5.0], [425.0, 20.0], [212.0, 18.0]])


def dense(inputs: int, *units: int, last: str = "sigmoid", front: tuple[nn.Module, ...] = ()) -> nn.Sequential:
    layers = [nn.Dense(n, activation="tanh") for n in units[:-1]]
    model = nn.Sequential([*front, *layers, nn.Dense(units[-1], activation=last)], seed=0)
    model.build((None, inputs))
    return model


def coffee() -> nn.Sequential:
    normalization = nn.Normalization()
    normalization.adapt(X)
    return dense(2, 3, 1, front=(normalization,))


def images() -> nn.Sequential:
    layers = [nn.Flatten(), nn.Dense(8), nn.Activation("relu"), nn.Dropout(0.5), nn.Dense(3, activation="softmax")]
    model = nn.Sequential(layers, seed=0)
    model.build((None, 4, 4))
    return model


MODELS: dict[str, Any] = {
    "planar": dense(2, 4, 1),
    "mlp": nn.MLP(2, [16, 16, 1], activation="relu", seed=0),
    "digits": dense(64, 25, 15, 10, last="softmax"),
    "coffee": coffee(),
    "images": images(),
    "neuron": nn.Neuron(2, "sigmoid", seed=0),
}
each_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)


def units(svg: str, kind: str = "") -> list[list[str]]:
    """What is written in each unit, and below it."""
    groups = [g for g in parsed(svg).iter(f"{SVG}g") if g.get("class", "").startswith(f"unit {kind}")]
    return [["".join(each.itertext()) for each in group.iter(f"{SVG}text")] for group in groups]


def lines(svg: str, kind: str = "weight") -> list[Any]:
    return [g.find(f"{SVG}path") for g in parsed(svg).iter(f"{SVG}g") if g.get("class") == kind]


def test_the_planar_network_is_drawn_in_the_notes_words() -> None:
    figure = network(MODELS["planar"])
    assert [first for first, *_ in units(figure.svg)] == ["x₁", "x₂", "a₁[1]", "a₂[1]", "a₃[1]", "a₄[1]", "ŷ"]
    assert len(lines(figure.svg)) == 2 * 4 + 4 * 1
    for said in ("input", "2 features", "layer 1", "4 units, tanh", "W (2, 4), b (4,)", "1 unit, sigmoid"):
        assert said in texts(figure.svg)


def test_of_a_wide_layer_the_first_units_and_the_last_are_drawn() -> None:
    svg = network(MODELS["digits"], max_units=4).svg
    assert [first for (first,) in units(svg, "operation")][:4] == ["a₁[1]", "a₂[1]", "a₃[1]", "a₂₅[1]"]
    assert [first for (first,) in units(svg, "output")] == ["ŷ₁", "ŷ₂", "ŷ₃", "ŷ₁₀"]
    assert texts(svg).count("⋮") == 4
    assert len(lines(svg)) == 3 * 4 * 4
    assert "⋮" not in texts(network(MODELS["digits"], max_units=64).svg)


@each_model
@pytest.mark.parametrize("size", [None, "slide", "paper"])
@pytest.mark.parametrize("shows_example", [False, True])
def test_no_two_texts_overlap(model: Any, size: Any, shows_example: bool) -> None:
    example = np.linspace(-1.5, 2, 64)[:16].reshape(4, 4) if model is MODELS["images"] else np.linspace(-1.5, 2, 64)
    row = example if example.ndim == 2 else example[: 64 if model is MODELS["digits"] else 2]
    svg = network(model, size=size, example=row if shows_example else None, title="A network").svg
    assert overlaps(svg) == []


@each_model
def test_text_on_a_slide_is_18_pixels_high(model: Any) -> None:
    root = parsed(network(model, size="slide").svg)
    assert (root.get("width"), root.get("height")) == ("1280", "720")
    scale = 1280 / float(root.get("viewBox", "").split()[2])
    assert min(float(each.get("font-size", "0")) for each in root.iter(f"{SVG}text")) * scale >= 18


def test_a_slide_shows_fewer_units_rather_than_small_text() -> None:
    model, row = MODELS["digits"], np.arange(64.0)
    assert len(units(network(model, example=row).svg)) == 4 * 6
    assert 4 * 2 <= len(units(network(model, example=row, size="slide").svg)) < 4 * 6


def test_what_has_no_room_on_a_slide_says_so() -> None:
    with pytest.raises(ValueError, match=r"18 is the least: .*Pass fewer max_units=, fewer layers, or size=None$"):
        network(nn.MLP(2, [3] * 12, seed=0), size="slide")


def test_weights_are_thick_where_large_and_dashed_below_0() -> None:
    neuron = nn.Neuron(3, "tanh", seed=0)
    neuron.w, neuron.b = (2.0, -1.0, 0.0), 0.5
    drawn = lines(network(neuron, weights="lines").svg)
    widths = [float(line.get("stroke-width")) for line in drawn]
    assert widths == sorted(widths, reverse=True)
    assert len(set(widths)) == 3
    assert [line.get("stroke-dasharray") is not None for line in drawn] == [False, True, False]
    assert len({line.get("stroke") for line in lines(network(neuron, weights=None).svg)}) == 1
    said = texts(network(neuron, weights="lines").svg)
    assert said[-3:] == ["weight above 0", "below 0", "larger, up to 2"]


def test_a_small_network_has_its_weights_and_biases_on_it() -> None:
    model = MODELS["planar"]
    said = texts(network(model).svg)
    for layer in model.layers:
        assert all(text.number(float(w)) in said for w in layer.W.data.flat)
        assert said.count("b  0") == 5
    assert "b  0" not in texts(network(model, weights="lines").svg)
    assert "b  0" not in texts(network(MODELS["mlp"]).svg)


def test_numbers_of_weights_touch_no_other_line() -> None:
    """A line is broken for its own number, and passes by the others'."""
    root = parsed(network(MODELS["planar"]).svg)
    groups = [g for g in root.iter(f"{SVG}g") if g.get("class") == "weight"]
    assert all(len(g.findall(f"{SVG}path")) == 2 for g in groups)
    boxes = []
    for group in groups:
        said = group.find(f"{SVG}text")
        assert said is not None
        x, y, size = (float(said.get(key, "0")) for key in ("x", "y", "font-size"))
        half = text.width("".join(said.itertext()), size) / 2
        boxes.append((x - half, y - 0.7 * size, x + half, y))
    for group in groups:
        for path in group.findall(f"{SVG}path"):
            x0, y0, x1, y1 = map(float, re.findall(r"-?[\d.]+", path.get("d", "")))
            for part in np.linspace(0, 1, 200):
                x, y = x0 + (x1 - x0) * part, y0 + (y1 - y0) * part
                assert not any(left < x < right and top < y < bottom for left, top, right, bottom in boxes)


def test_numbers_without_room_are_refused() -> None:
    with pytest.raises(ValueError, match="no room: pass weights='lines', or fewer max_units="):
        network(MODELS["mlp"], weights="numbers")


@pytest.mark.parametrize("name", ["planar", "mlp", "coffee"])
def test_an_examples_numbers_are_the_models(name: str) -> None:
    model, row = MODELS[name], [0.5, -1.2]
    svg = network(model, example=row, max_units=16, weights="lines").svg
    given = model.predict(np.array([row])).item()
    assert units(svg, "output") == [["ŷ", text.number(given)]]
    assert [words[1] for words in units(svg, "input")] == ["0.5", "−1.2"]
    if name == "planar":
        hidden = model.layers[0](np.array([row])).data[0]
        assert [words[1] for words in units(svg, "operation")] == [text.number(float(a)) for a in hidden]
    if name == "coffee":
        assert [words[0] for words in units(svg, "constant")] == [
            text.number(float(x)) for x in model.layers[0](np.array([row])).data[0]
        ]


def test_units_are_tinted_by_what_they_give() -> None:
    neuron = nn.Neuron(3, "linear", seed=0)
    svg = network(neuron, example=[2.0, -2.0, 0.0]).svg
    fills = [g.find(f"{SVG}circle").get("fill") for g in parsed(svg).iter(f"{SVG}g") if g.get("class") == "unit input"]  # type: ignore[union-attr]
    assert len(set(fills)) == 3


def test_drawing_leaves_the_model_as_it_was() -> None:
    model = dense(2, 4, 1)
    before = model.weights()
    network(model, example=[0.5, 1.0])
    assert all(np.array_equal(before[name], array) for name, array in model.weights().items())
    assert all(p.grad is None for p in model.parameters())


def test_an_activation_belongs_to_its_layer_and_other_modules_are_boxes() -> None:
    figure = network(MODELS["images"])
    assert "8 units, relu" in texts(figure.svg)
    assert "Activation" not in texts(figure.svg)
    assert {"Flatten", "Dropout", "rate 0.5", "(4, 4) → (16,)"} <= set(texts(figure.svg))
    boxes = [g for g in parsed(figure.svg).iter(f"{SVG}g") if g.get("class") == "unit constant"]
    assert len(boxes) == 6 + 6
    assert all(g.find(f"{SVG}rect") is not None for g in boxes)
    assert len(lines(figure.svg, "link")) == 6 + 6


def test_ones_own_module_is_joined_to_all_that_it_sees() -> None:
    class Sums(nn.Module):
        def forward(self, X: Any) -> Any:
            return X @ np.ones((4, 3))

    model = nn.Sequential([nn.Dense(4), Sums(), nn.Dense(1)], seed=0)
    with pytest.raises(RuntimeError, match=r"network\(\) needs to know the widths"):
        network(model)
    model.build((None, 2))
    figure = network(model)
    assert len(lines(figure.svg, "link")) == 4 * 3
    assert "Sums     (4,) → (3,)" in str(figure)


def test_nested_sequentials_and_single_layers() -> None:
    inner = nn.Sequential([nn.Dense(3, activation="relu"), nn.Dense(2)])
    model = nn.Sequential([nn.Input(shape=(4,)), inner, nn.Dense(1)], seed=0)
    assert [line.split()[:2] for line in str(network(model)).splitlines()[:-1]] == [
        ["input", "4"], ["layer", "1"], ["layer", "2"], ["layer", "3"],
    ]  # fmt: skip
    assert len(lines(network(inner.layers[0]).svg)) == 4 * 3
    assert len(lines(network(nn.Layer(2, 3, seed=0)).svg)) == 2 * 3


def test_nan_and_infinite_weights_are_drawn() -> None:
    neuron = nn.Neuron(3, "linear", seed=0)
    neuron.w = (math.nan, -math.inf, 1.0)
    svg = network(neuron, example=[1.0, 1.0, math.nan]).svg
    assert {"nan", "−inf", "1"} <= set(texts(svg))
    assert "NaN" not in svg
    assert not re.search(r'="[^"]*nan', svg)


def test_printed_it_is_a_table() -> None:
    assert str(network(MODELS["planar"], example=[0.0, 0.0])) == (
        "input    2 features                         0  0\n"
        "layer 1  4 units, tanh    W (2, 4), b (4,)  0  0  0  0\n"
        "layer 2  1 unit, sigmoid  W (4, 1), b (1,)  0.5\n"
        "17 parameters; the input layer is not counted"
    )


def test_a_name_of_any_kind_is_shown_literally() -> None:
    model = nn.Sequential([nn.Dense(2, name='</text><script a="'), nn.Dense(1)], seed=0)
    model.build((None, 2))
    svg = network(model, title='"><script>').svg
    assert {'</text><script a="', '"><script>'} <= set(texts(svg))
    assert "<script" not in svg
    assert " id=" not in svg


def test_backgrounds() -> None:
    svgs = {b: network(MODELS["planar"], background=b).svg for b in ("white", "transparent", "dark")}
    assert "#16191D" in svgs["dark"]
    assert svgs["transparent"].count("<rect") == svgs["white"].count("<rect") - 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"size": "poster"}, "size='poster'; it has to be one of None, 'slide', 'paper'"),
        ({"background": "black"}, "background='black'; it has to be one of 'white', 'transparent', 'dark'"),
        ({"weights": "all"}, "weights='all'; it has to be one of 'auto', 'numbers', 'lines', None"),
        ({"max_units": 1}, "max_units=1; it has to be an integer, 2 or more"),
        ({"example": [1.0]}, r"example= is one example of shape \(2,\), got numbers of shape \(1,\)$"),
        ({"example": X}, r"got numbers of shape \(4, 2\): pass one row, as in example=X\[0\]"),
        ({"example": "ab"}, r"example= is one example of shape \(2,\), got 'ab'"),
    ],
)
def test_a_wrong_option_says_what_is_allowed(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        network(MODELS["planar"], **options)


def test_what_is_no_network_or_not_ready_says_what_to_do() -> None:
    with pytest.raises(TypeError, match="takes a Sequential, Dense, MLP, Layer or Neuron of nn, got list"):
        network([1, 2])
    for model in (nn.Sequential([nn.Dense(1)]), nn.Dense(1)):
        with pytest.raises(RuntimeError, match=r"network\(\) needs to know the widths: call the network on a batch"):
            network(model)
    with pytest.raises(ValueError, match="takes a network with layers"):
        network(nn.Sequential())
