"""to_python of a network: a script that needs NumPy alone, and gives what the network gives."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import autograd_mini as ag
from autograd_mini import nn, to_python
from autograd_mini.nn import activations
from autograd_mini.rules import RULES
from autograd_mini.tables.columns import Column, Columns, Target
from autograd_mini.tables.commands import predict
from autograd_mini.tables.models import ending

if TYPE_CHECKING:
    from pathlib import Path

Array = np.ndarray[Any, Any]

EVERY = [*activations.BY_ROW, *(name for name, row in RULES.items() if row.arity - len(row.defaults) == 1)]


def run(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(text, names)  # noqa: S102 - what is tested is that it runs
    return names


def examples(*shape: int, dtype: Any = np.float64, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def assert_predicts(model: nn.Module, X: Array) -> str:
    """The script gives what the network gives; gives the script."""
    want = model.predict(X)
    text = to_python(model)
    got = run(text)["predict"](X)
    assert got.dtype == want.dtype
    tolerance = 1e-12 if want.dtype == np.float64 else 4 * np.finfo(np.float32).eps
    np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance)
    return text


def body(text: str) -> list[str]:
    return [line.strip() for line in text.partition("def predict(X):\n")[2].splitlines()]


def test_it_reads_like_the_lecture() -> None:
    model = nn.Sequential([nn.Dense(25, activation="relu"), nn.Dense(10, activation="softmax")], seed=0)
    text = assert_predicts(model, examples(5, 64))
    assert body(text) == [
        '"""What the network gives for examples X of shape (m, 64): an array of shape (m, 10)."""',
        "X = np.asarray(X, dtype=np.float64)",
        "Z1 = X @ W1 + b1  # (m, 25)",
        "A1 = relu(Z1)",
        "Z2 = A1 @ W2 + b2  # (m, 10)",
        "A2 = softmax(Z2)",
        "return A2",
    ]
    assert text.startswith("import numpy as np\n\n\ndef relu(x):\n    return np.maximum(0, x)\n\n\ndef softmax(x):\n")


def test_every_kind_of_layer_nested_and_shared() -> None:
    first, within, shared = nn.Normalization(), nn.Normalization(), nn.Dense(3, activation="leaky_relu")
    X = examples(6, 4, 2)
    first.adapt(X)
    within.adapt(examples(9, 3, seed=1))
    inner = nn.Sequential([nn.Dense(3, use_bias=False), nn.Activation("tanh"), within, shared])
    text = assert_predicts(nn.Sequential([first, nn.Flatten(), nn.Dense(3), shared, nn.Dropout(0.5), inner]), X)
    assert body(text)[2:-1] == [
        "X = (X - mean) / std",
        "X = X.reshape(len(X), 8)",
        "Z1 = X @ W1 + b1  # (m, 3)",
        "Z2 = Z1 @ W2 + b2  # (m, 3)",
        "A2 = leaky_relu(Z2, 0.01)",
        "Z3 = A2 @ W3  # (m, 3)",
        "A3 = np.tanh(Z3)",
        "A3 = (A3 - mean3) / std3",
        "Z4 = A3 @ W2 + b2  # (m, 3)",
        "A4 = leaky_relu(Z4, 0.01)",
    ]


@pytest.mark.parametrize("layer", [nn.Dense(2, activation="exp"), nn.Activation("sigmoid"), nn.Flatten()])
def test_a_layer_alone_is_a_network(layer: nn.Module) -> None:
    layer(examples(1, 3))
    assert_predicts(layer, examples(5, 3))


def test_neurons_are_printed_as_matrices() -> None:
    mlp = nn.MLP(2, [3, 1], seed=0)
    assert "A1 = np.tanh(Z1)" in assert_predicts(mlp, examples(5, 2))


def test_an_own_sequential_is_printed_if_it_computes_no_other_way() -> None:
    class Small(nn.Sequential):
        def __init__(self) -> None:
            super().__init__([nn.Dense(2)])

    assert_predicts(Small(), examples(5, 3))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", EVERY)
def test_every_activation(name: str, dtype: Any) -> None:
    model = nn.Sequential([nn.Dense(4, activation=name)], seed=0)
    with np.errstate(all="ignore"):
        assert_predicts(model, examples(50, 3, dtype=dtype))


def test_an_own_rule_is_an_activation() -> None:
    swish = ag.functions.FUNCTIONS.get("script_swish") or ag.rule(script_swish)
    text = assert_predicts(nn.Sequential([nn.Dense(2, activation=swish)], seed=0), examples(5, 3))
    assert "def script_swish(x):\n    return x * sigmoid(x)" in text


def script_swish(x: Any) -> Any:
    return x * ag.sigmoid(x)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ["sigmoid", "softplus", "softmax", "log_softmax", "tanh"])
def test_the_tails_are_right(name: str, dtype: Any) -> None:
    X = np.array([[1000, -1000, 0], [-1000, -1000, -1000], [88, 89, -104]], dtype)
    model = nn.Sequential([nn.Dense(3, name, use_bias=False, kernel_initializer=lambda shape, _: np.eye(*shape))])
    assert np.isfinite(run(assert_predicts(model, X))["predict"](X)).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@given(data=st.data())
def test_the_weights_are_the_same_bit_for_bit(dtype: Any, data: st.DataObject) -> None:
    numbers = st.floats(width=np.finfo(dtype).bits)
    W, b = (data.draw(arrays(dtype, shape, elements=numbers)) for shape in [(2, 3), (3,)])
    model = nn.Sequential([nn.Dense(3)])
    model.build((None, 2), dtype)
    model.load_weights({"layers.0.W": W, "layers.0.b": b})
    made = run(to_python(model))
    for name, array in (("W1", W), ("b1", b)):
        assert made[name].dtype == dtype
        np.testing.assert_array_equal(made[name], array)


def test_a_layer_adapted_in_another_dtype_takes_the_weights() -> None:
    normalization, dense = nn.Normalization(), nn.Dense(2)
    dense.build((None, 3), np.float32)
    normalization.adapt(examples(9, 3))
    text = to_python(nn.Sequential([normalization, dense]))
    assert {run(text)[name].dtype for name in ("mean", "std", "W1", "b1")} == {np.dtype(np.float32)}
    assert_predicts(nn.Sequential([normalization, dense]), examples(5, 3, dtype=np.float32))


def test_predict_takes_lists_and_whole_numbers() -> None:
    model = nn.Sequential([nn.Dense(2, activation="sigmoid")], seed=0)
    model.build((None, 2), np.float32)
    got = run(model.to_python())["predict"]([[1, 2], [3, 4]])
    np.testing.assert_array_equal(got, model.predict([[1, 2], [3, 4]]))
    assert got.dtype == np.float32


def test_the_script_needs_numpy_alone(tmp_path: Path) -> None:
    model = nn.Sequential([nn.Dense(3, activation="relu"), nn.Dense(1)], seed=0)
    X = examples(4, 2)
    model(X)
    (tmp_path / "predict.py").write_text(to_python(model), encoding="utf-8")
    code = f"import sys, predict; print(predict.predict({X.tolist()}).tolist(), 'autograd_mini' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == f"{model.predict(X).tolist()} False"


# Networks that know the columns of a table.


def of_table(tmp_path: Path, classes: list[str] | None, missing: str) -> Path:
    """A folder with a network for a table, and its script."""
    inputs = [Column("weight"), Column("roast", ["dark", "light, or so"])]
    units, last, _ = ending(classes and len(classes))
    model = nn.Sequential([nn.Dense(4, activation="tanh"), nn.Dense(units, activation=last)], seed=0)
    model.build((None, 3))
    fill = [0.5, 0.75, 0.25] if missing == "mean" else []
    model.table = Columns(inputs, Target("taste", classes), missing, fill).config()
    model.save(tmp_path / "model.safetensors")
    (tmp_path / "predict.py").write_text(model.to_python(), encoding="utf-8")
    return tmp_path


def printed(folder: Path, data: str) -> subprocess.CompletedProcess[str]:
    (folder / "data.csv").write_text(data, encoding="utf-8")
    command = [sys.executable, "-W", "error", "predict.py", "data.csv"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


COMMAS = 'id,weight,roast\n1,0.25,dark\n2,-1.5,"light, or so"\n3,2e1,dark\n'
SEMICOLONS = "\ufeffroast; weight\ndark;0,25\nlight, or so;-1,5\ndark;20\n"


@pytest.mark.parametrize("data", [COMMAS, SEMICOLONS], ids=["commas", "semicolons"])
@pytest.mark.parametrize("classes", [None, ["bad", "good"], ["bad", 'so "so"', "good, even"]])
def test_the_script_of_a_table_prints_what_the_command_writes(
    tmp_path: Path, classes: list[str] | None, data: str
) -> None:
    folder = of_table(tmp_path, classes, "refuse")
    said = list(csv.reader(io.StringIO(printed(folder, data).stdout)))
    predict(folder / "model.safetensors", folder / "data.csv", folder / "out.csv")
    with (folder / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.reader(file, delimiter=";" if data is SEMICOLONS else ","))
    added = [row[-2:] if classes else row[-1:] for row in written]
    with_points = [[cell.replace(",", ".") for cell in row] for row in said]
    assert with_points == [[cell.replace(",", ".") for cell in row] for row in added]


def test_missing_cells_are_treated_as_in_training(tmp_path: Path) -> None:
    data = "weight,roast\n,dark\n1,NA\n2,dark\n"
    dropped = printed(of_table(tmp_path, ["bad", "good"], "drop"), data)
    assert [line == "," for line in dropped.stdout.splitlines()] == [False, True, True, False]
    filled = printed(of_table(tmp_path, ["bad", "good"], "mean"), data).stdout.splitlines()
    names = run((tmp_path / "predict.py").read_text(encoding="utf-8"))
    probability = names["predict"]([[0.5, 1, 0], [1, 0.75, 0.25], [2, 1, 0]])
    assert [line.split(",")[1] for line in filled[1:]] == [f"{max(p, 1 - p):.4f}" for p in probability[:, 0]]
    refused = printed(of_table(tmp_path, ["bad", "good"], "refuse"), data)
    assert refused.stderr.endswith("ValueError: row 2, column weight is missing\n")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("weight,roast\n1,pale\n", "row 2, column roast: 'pale' is none of ['dark', 'light, or so']"),
        ("weight,colour\n1,dark\n", "data.csv has no column ['roast']; its columns are ['weight', 'colour']"),
        ("weight,roast\nheavy,dark\n", "could not convert string to float: 'heavy'"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(tmp_path: Path, data: str, said: str) -> None:
    assert printed(of_table(tmp_path, None, "mean"), data).stderr.endswith(f"ValueError: {said}\n")


def test_another_table_is_left_alone() -> None:
    model = nn.Sequential([nn.Dense(1)], seed=0)
    model.build((None, 2))
    plain, model.table = model.to_python(), {"author": "me"}
    assert model.to_python() == plain


# What can't be printed.


class Residual(nn.Module):
    def __init__(self) -> None:
        self.inner = nn.Dense(3)

    def forward(self, X: Any) -> Any:
        return X + self.inner(X)

    def __repr__(self) -> str:
        return "Residual()"


class Doubled(nn.Dense):
    def forward(self, X: Any) -> Any:
        return 2 * super().forward(X)


@pytest.mark.parametrize("own", [Residual(), Doubled(3)])
def test_ones_own_module_is_refused(own: nn.Module) -> None:
    model = nn.Sequential([own])
    X = examples(2, 3)
    model(X)
    with pytest.raises(TypeError) as raised:
        to_python(model)
    assert str(raised.value) == (
        f"{own!r} isn't of nn's layers: to_python(model) prints networks of Sequential, Dense, Activation, Dropout, "
        "Flatten and Normalization; to_python(model, X) prints any other for a batch like X"
    )
    assert "@" in to_python(model, X)


def test_ones_own_function_is_refused() -> None:
    def wave(z: Any) -> Any:
        return ag.sin(z) + z

    model = nn.Sequential([nn.Dense(2, activation=wave)], seed=0)
    X = examples(2, 3)
    model(X)
    with pytest.raises(TypeError) as raised:
        to_python(model)
    assert str(raised.value) == (
        "the activation 'wave' is your own function: to_python(model) prints those of the table, where @ag.rule puts "
        "yours; to_python(model, X) prints any for a batch like X"
    )
    assert "np.sin" in to_python(model, X)


@pytest.mark.parametrize(
    "model",
    [nn.Sequential([nn.Dense(2)]), nn.Sequential(), nn.Activation("relu"), nn.Sequential([nn.Normalization()])],
)
def test_a_network_that_has_seen_no_batch_is_refused(model: nn.Module) -> None:
    with pytest.raises(RuntimeError, match=r"no weights yet: call it on a batch, or build\(\(None,"):
        to_python(model)


def test_a_class_is_no_network() -> None:
    with pytest.raises(TypeError, match="missing"):
        to_python(nn.Dense)


def test_the_script_of_a_table_reads_names_and_signs_as_the_command_does(tmp_path: Path) -> None:
    folder = of_table(tmp_path, None, "refuse")
    plain = printed(folder, "weight,roast\n-1.5,dark\n").stdout
    assert len(plain.splitlines()) == 2
    assert printed(folder, "weight , roast\n−1.5,dark\n").stdout == plain


@pytest.mark.parametrize("number", ["inf", "1e999"])
def test_the_script_of_a_table_refuses_what_is_no_finite_number(tmp_path: Path, number: str) -> None:
    refused = printed(of_table(tmp_path, None, "refuse"), f"weight,roast\n{number},dark\n")
    assert refused.stderr.endswith(f"ValueError: row 2, column weight: {number!r} is no finite number\n")
