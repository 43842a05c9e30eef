"""``train`` and ``predict`` on files as people have them: what is said and written, and nothing where it can't be."""

from __future__ import annotations

import csv
import re
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import refusal, run

from autograd_mini import nn
from autograd_mini.tables.commands import train

NUMBER = r"(-?[\d.]+)"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, columns: dict[str, Any], delimiter: str = ",", decimal: str = ".", mark: str = "") -> None:
    """A CSV file; None is an empty cell."""
    with Path(name).open("w", newline="", encoding="utf-8") as file:
        file.write(mark)
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(columns)
        for row in zip(*columns.values(), strict=True):
            cells = ["" if cell is None else cell if isinstance(cell, str) else f"{cell:.4f}" for cell in row]
            writer.writerow([cell.replace(".", decimal) for cell in cells])


def read(name: str, delimiter: str = ",") -> list[dict[str, str]]:
    with Path(name).open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def beans(m: int = 120) -> dict[str, Any]:
    """Beans that are good where they are heavy and dark: a number, a category, a name for each, and text labels."""
    rng = np.random.default_rng(0)
    weight, colour = rng.uniform(100, 200, m), rng.choice(["dark", "light", "green"], m)
    good = np.where((weight > 140) & (colour == "dark"), "good", np.where(weight > 150, "fair", "bad"))
    return {
        "name": [f"bean {i}" for i in range(m)],
        "weight": weight.tolist(),
        "colour": colour.tolist(),
        "verdict": good.tolist(),
    }


def line(m: int = 160) -> dict[str, Any]:
    """Numbers far from 0, which a network has to bring back: y = 5000 + 300 a - 200 b."""
    a, b = np.random.default_rng(1).uniform(-1, 1, (2, m))
    return {"a": a.tolist(), "b": b.tolist(), "y": (5000 + 300 * a - 200 * b).tolist()}


def scores(out: str) -> list[tuple[str, ...]]:
    """The table at the end: what is scored, and the numbers."""
    return re.findall(rf"^(\w.*?) +{NUMBER}(?:%| +{NUMBER})$", out, re.MULTILINE)


def test_text_labels_from_a_european_spreadsheet(capsys: pytest.CaptureFixture[str]) -> None:
    columns = beans()
    write("beans.csv", columns, delimiter=";", decimal=",", mark="\ufeff")
    assert run("train", "beans.csv", "--target", "verdict", "--learning-rate", "0.02", "-o", "m.safetensors") == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith(
        "beans.csv: 120 rows, 4 columns\n"
        "task: classification of 'verdict', because it is text: 'bad', 'fair', 'good'\n"
        "numbers: 'weight'\n"
        "categories: 'colour', one of 'dark', 'green', 'light'\n"
        "left out: 'name', it has 120 different texts in 120 rows\n"
        "90 rows to learn from, 30 held out\n"
    )
    (_, learned, _), (what, unseen, _), (constant, baseline, _) = scores(out)
    assert what == "network, 30 rows held out"
    assert constant == "always 'bad', 30 rows held out"
    assert float(learned) >= float(unseen) > 80
    assert float(baseline) < 60
    assert out.endswith("wrote m.safetensors\nwrote m.loss.png\n")
    assert Path("m.loss.png").read_bytes().startswith(b"\x89PNG")

    del columns["verdict"]
    write("new.csv", dict(reversed(columns.items())) | {"more": ["x"] * 120}, delimiter="\t")
    for name, delimiter in (("beans.csv", ";"), ("new.csv", "\t")):
        assert run("predict", "m.safetensors", name, "-o", "out.csv") == 0
        assert capsys.readouterr() == ("wrote out.csv: 120 rows\n", "")
        written = read("out.csv", delimiter)
        assert [row["name"] for row in written] == columns["name"]
        right = [row["predicted_verdict"] == verdict for row, verdict in zip(written, beans()["verdict"], strict=True)]
        assert np.mean(right) > 0.8
        decimal = "," if delimiter == ";" else "."
        assert all(re.fullmatch(rf"[01]\{decimal}[0-9]{{4}}", row["probability"]) for row in written)
        assert all(1 / 3 <= float(row["probability"].replace(",", ".")) <= 1 for row in written)
    assert Path("out.csv").read_text(encoding="utf-8").startswith("colour\tweight\tname\tmore\tpredicted_verdict\tprob")


def test_numbers_come_in_the_targets_own_units(capsys: pytest.CaptureFixture[str]) -> None:
    columns = line()
    write("line.csv", columns)
    assert run("train", "line.csv", "--target", "y", "--layers", "--learning-rate=.05", "-o", "m.safetensors") == 0
    out = capsys.readouterr().out
    assert "task: regression of 'y', because 'y' has 160 different numbers" in out
    (_, _, _), (_, r2, error), (constant, nothing, far) = scores(out)
    assert re.match("always their mean, (4|5)[0-9]{3}, 40 rows held out", constant)
    assert float(r2) > 0.999
    assert float(nothing) == pytest.approx(0, abs=0.05)
    assert float(error) < 5
    assert float(far) > 100
    assert run("predict", "m.safetensors", "line.csv", "-o", "out.csv") == 0
    written = [float(row["predicted_y"]) for row in read("out.csv")]
    assert np.allclose(written, columns["y"], atol=20)
    assert "probability" not in read("out.csv")[0]
    model = nn.load_model("m.safetensors")
    assert np.allclose(model.predict(np.transpose([columns["a"], columns["b"]]))[:, 0], written, rtol=1e-4)


def test_two_classes_and_the_probability_of_the_one_that_is_said() -> None:
    x = np.linspace(-1, 1, 80)
    write("data.csv", {"x": x.tolist(), "y": np.where(x > 0, "yes", "no").tolist()})
    assert run("train", "data.csv", "--target", "y", "--learning-rate", "0.05", "-o", "m.safetensors") == 0
    assert run("predict", "m.safetensors", "data.csv", "-o", "out.csv") == 0
    written = read("out.csv")
    assert [row["predicted_y"] == row["y"] for row in written].count(True) >= 78
    probability = [float(row["probability"]) for row in written]
    assert min(probability) >= 0.5
    assert probability[0] > 0.9 < probability[-1]


def test_the_same_seed_gives_the_same_model() -> None:
    write("line.csv", line())
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        assert run("train", "line.csv", "--target", "y", "--epochs=3", "--seed", seed, "-o", f"{name}.safetensors") == 0
    a, b, c = (nn.load_model(f"{name}.safetensors").weights() for name in "abc")
    assert all(np.array_equal(a[name], b[name]) for name in a)
    assert not np.array_equal(a["layers.1.W"], c["layers.1.W"])


def test_each_class_is_held_out_in_its_part(capsys: pytest.CaptureFixture[str]) -> None:
    """The baseline's score on what is held out is the share of the most frequent class, whatever the seed."""
    write("data.csv", {"x": np.arange(100.0).tolist(), "y": ["a"] * 60 + ["b"] * 40})
    for seed in "123":
        assert (
            run(
                "train",
                "data.csv",
                "--target=y",
                "--epochs=1",
                "--seed",
                seed,
                "--test-fraction=.2",
                "-o=m.safetensors",
            )
            == 0
        )
        assert scores(capsys.readouterr().out)[-1] == ("always 'a', 20 rows held out", "60.0", "")


def test_nothing_held_out(capsys: pytest.CaptureFixture[str]) -> None:
    write("line.csv", line())
    assert (
        run("train", "line.csv", "--target", "y", "--test-fraction", "0", "--epochs", "2", "-o", "m.safetensors") == 0
    )
    out = capsys.readouterr().out
    assert "160 rows to learn from, 0 held out" in out
    assert [name for name, _, _ in scores(out)] == ["network, 160 rows it learned from"]


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_task_that_is_asked_for(capsys: pytest.CaptureFixture[str], task: str) -> None:
    write("data.csv", {"x": np.arange(40.0).tolist(), "y": ["1", "2", "3", "4"] * 10})
    assert run("train", "data.csv", "--target", "y", "--task", task, "--epochs", "1", "-o", "m.safetensors") == 0
    assert f"task: {task} of 'y', asked for" in capsys.readouterr().out


def test_columns_to_ignore(capsys: pytest.CaptureFixture[str]) -> None:
    write("line.csv", line())
    assert run("train", "line.csv", "--target", "y", "--ignore", "a", "--epochs", "1", "-o", "m.safetensors") == 0
    out = capsys.readouterr().out
    assert "numbers: 'b'\nleft out: 'a', --ignore\n" in out
    assert nn.load_model("m.safetensors").table["inputs"] == [{"name": "b", "categories": None}]


def with_gaps() -> dict[str, Any]:
    columns = beans()
    columns["weight"][4] = columns["colour"][5] = columns["verdict"][6] = None
    return columns


def test_missing_cells_are_refused_by_row_and_column(capsys: pytest.CaptureFixture[str]) -> None:
    write("data.csv", with_gaps())
    message = refusal(capsys, "train", "data.csv", "--target", "verdict", "-o", "m.safetensors")
    assert message == (
        "autograd-mini: row 8, column 'verdict' is missing (1 rows lack a cell): --missing drop leaves such rows out, "
        "--missing mean puts the column's mean there"
    )
    message = refusal(capsys, "train", "data.csv", "--target=verdict", "--missing=refuse", "-o", "m.safetensors")
    write("data.csv", {**with_gaps(), "verdict": beans()["verdict"]})
    message = refusal(capsys, "train", "data.csv", "--target=verdict", "-o", "m.safetensors")
    assert message.startswith("autograd-mini: row 6, column 'weight' is missing (2 rows lack a cell): --missing drop")


@pytest.mark.parametrize(("missing", "used", "empty"), [("drop", 117, [4, 5]), ("mean", 119, [])])
def test_missing_cells_are_dropped_or_filled(
    capsys: pytest.CaptureFixture[str], missing: str, used: int, empty: list[int]
) -> None:
    """A row without a target teaches nothing; to be predicted, it needs none."""
    write("data.csv", with_gaps())
    assert run("train", "data.csv", "--target=verdict", "--missing", missing, "--epochs=2", "-o=m.safetensors") == 0
    held = round(used / 4)
    out = capsys.readouterr().out
    assert f"{used - held} rows to learn from, {held} held out; {120 - used} left out, as they lack a cell" in out
    assert run("predict", "m.safetensors", "data.csv", "-o", "out.csv") == 0
    said = f", {len(empty)} of them without a prediction, as they lack a cell" if empty else ""
    assert capsys.readouterr().out == f"wrote out.csv: 120 rows{said}\n"
    assert [i for i, row in enumerate(read("out.csv")) if not row["predicted_verdict"]] == empty


def test_missing_cells_stay_refused_where_they_were(capsys: pytest.CaptureFixture[str]) -> None:
    write("data.csv", beans())
    assert run("train", "data.csv", "--target", "verdict", "--epochs", "1", "-o", "m.safetensors") == 0
    write("data.csv", with_gaps())
    capsys.readouterr()
    assert refusal(capsys, "predict", "m.safetensors", "data.csv", "-o", "out.csv") == (
        "autograd-mini: row 6, column 'weight' is missing (2 rows lack a cell): fill them, or train with "
        "--missing drop or --missing mean"
    )


def test_predicting_again_replaces_what_was_predicted() -> None:
    write("data.csv", beans())
    assert run("train", "data.csv", "--target", "verdict", "--epochs", "1", "-o", "m.safetensors") == 0
    assert run("predict", "m.safetensors", "data.csv", "-o", "out.csv") == 0
    once = Path("out.csv").read_bytes()
    Path("out.csv").rename("in.csv")
    assert run("predict", "m.safetensors", "in.csv", "-o", "out.csv") == 0
    assert Path("out.csv").read_bytes() == once


class Interrupt(nn.Callback):
    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        history = self.model.history
        if history and len(history.epoch) == 2:
            raise KeyboardInterrupt


def test_ctrl_c_keeps_what_there_is(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    fit = nn.Sequential.fit
    monkeypatch.setattr(nn.Sequential, "fit", lambda *given, **more: fit(*given, **more, callbacks=[Interrupt()]))
    write("line.csv", line())
    assert run("train", "line.csv", "--target", "y", "-o", "m.safetensors") == 128 + signal.SIGINT
    out, err = capsys.readouterr()
    assert err == ""
    assert "interrupted in epoch 3 of 50\n" in out
    assert len(scores(out)) == 3
    assert out.endswith("wrote m.safetensors\nwrote m.loss.png\n")
    model = nn.load_model("m.safetensors")
    assert model.history.epoch == [0, 1]
    assert 4000 < model.predict([[0.0, 0.0]]).item() < 6000


def test_a_loss_that_is_no_number_leaves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    write("line.csv", line())
    assert run("train", "line.csv", "--target", "y", "--learning-rate", "1e300", "-o", "m.safetensors") == 2
    message = r"autograd-mini: the loss became \w+ in epoch 1, batch \d: try a smaller --learning-rate\n"
    assert re.fullmatch(message, capsys.readouterr().err)
    assert [path.name for path in Path().iterdir()] == ["line.csv"]


def test_without_matplotlib_the_picture_is_left_away(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    write("line.csv", line())
    assert run("train", "line.csv", "--target", "y", "--epochs", "2", "-o", "m.safetensors") == 0
    assert capsys.readouterr().out.endswith(
        'wrote m.safetensors\nfor the loss curve as a picture: pip install "autograd-mini[plot]"\n'
    )
    assert not Path("m.loss.png").exists()


def test_the_losses_are_drawn_by_who_is_asked_to(capsys: pytest.CaptureFixture[str]) -> None:
    write("line.csv", line())
    drawn: list[Any] = []

    def picture(history: Any) -> bytes:
        drawn.append(history)
        return b"a picture"

    train(Path("line.csv"), "y", Path("m.safetensors"), epochs=3, picture=picture)
    (losses,) = drawn
    assert {name: len(values) for name, values in losses.items()} == {"loss": 3, "val_loss": 3}
    assert Path("m.loss.png").read_bytes() == b"a picture"
    train(Path("line.csv"), "y", Path("bare.safetensors"), epochs=3)
    assert capsys.readouterr().out.endswith("wrote bare.safetensors\n")
    assert not Path("bare.loss.png").exists()


def test_a_narrow_terminal_gets_the_loss_in_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write("line.csv", line())
    for width, curve in (("30", False), ("60", True)):
        monkeypatch.setenv("COLUMNS", width)
        assert run("train", "line.csv", "--target", "y", "--epochs", "3", "-o", "m.safetensors") == 0
        out = capsys.readouterr().out
        assert "\x1b" not in out
        assert ("loss by epoch: ⠤ training, o held out" in out) == curve
        assert bool(re.search(r"^loss by epoch: [\d.]+ to [\d.]+$", out, re.MULTILINE)) != curve


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        ("", [], "data.csv: expected a line of column names and rows below it, got 0 rows"),
        ("x,y\n1,2,3\n", [], "data.csv: row 2 has 3 cells, the header has 2 columns"),
        ("y,y\n1,2\n", [], "data.csv: 2 columns are named 'y': give each a name of its own"),
        ("x,z\n1,2\n2,4\n", [], "there is no column 'y'; the columns are 'x', 'z'"),
        ("x,y\n1,2\n2,2\n", [], "the target 'y' says '2' in every row: there is nothing to learn"),
        ("x,y\n1,2\n1,3\n", [], "there is no column to learn from; 'x' is left out: every cell is '1'"),
        ("y\n1\n2\n", [], "there is no column to learn from"),
        ("x,y\n1,a\n2,b\n3,a\n", [], "row 3, column 'y': no other row is 'b': a class needs two rows at least"),
        ("x,y\n1,a\n2,b\n3,a\n4,b\n", ["--task=regression"], "row 2, column 'y': 'a' is no number"),
        ("x,y\n1,1.5\n2,2.5\n", ["--test-fraction=.5"], "the 1 rows to learn from don't differ in 'y': give more"),
        ("x,y\n1,2\n2,3\n", ["--ignore", "z"], "there is no column 'z'; the columns are 'x', 'y'"),
        ("x,y\n1,2\n2,3\n", ["--test-fraction=1"], "the part of the rows to hold out, in [0, 1), got 1"),
        ("x,y\n1,2\n2,3\n", ["--seed=-1"], "--seed is a whole number that is not negative, got -1"),
        ("x,y\n1,2\n2,3\n", ["--layers", "16", "-1"], "argument --layers: expected a whole number from 1, got '-1'"),
        ("x,y\n1,2\n2,3\n", ["--epochs", "0"], "argument --epochs: expected a whole number from 1, got '0'"),
        ("x,y\n1,2\n2,3\n", ["--batch-size", "1.5"], "--batch-size: expected a whole number from 1, got '1.5'"),
        ("x,y\n1,2\n2,3.5\n3,3\n", ["--activation=rleu"], "unknown activation 'rleu': use 'linear', 'relu'"),
        ("x,y\n1,2\n2,3.5\n3,3\n", ["--learning-rate", "-1"], "learning_rate is"),
        ("x,y\n1,2\n2,3.5\n3,3\n", ["--learning-rate", "nan"], "learning_rate is"),
        ("x,y\n1,2\n2,3\n", ["--missing=guess"], "invalid choice: 'guess'"),
        ("x,y\n1,2\n2,3\n", ["-o", "m.pt"], "a model's file has to end in .safetensors, got 'm.pt'"),
        ("x,y\n1,2\n2,3\n", ["-o", "nowhere/m.safetensors"], "there is no directory 'nowhere'"),
        ("x\x1b,y\n1,2\n\u202e,3\n", [], "no column to learn from"),
    ],
)  # fmt: skip
def test_refusals_to_train(
    capsys: pytest.CaptureFixture[str], content: str, arguments: list[str], message: str
) -> None:
    Path("data.csv").write_text(content, encoding="utf-8")
    assert message in refusal(capsys, "train", "data.csv", "--target", "y", "-o", "m.safetensors", *arguments)


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        ("a,c\n1,2\n", [], "the table has no column 'b'; its columns are 'a', 'c'"),
        ("a,b\n1,two\n", [], "row 2, column 'b': 'two' is no number"),
        ("a,b\n", [], "data.csv: expected a line of column names and rows below it, got 1 rows"),
        ("a,b\n1,2\n", ["nowhere.safetensors"], "nowhere.safetensors"),
        ("a,b\n1,2\n", ["data.csv"], "data.csv"),
        ("a,b\n1,2\n", ["plain.safetensors"], "plain.safetensors was not written by the command train"),
        ("a,b\n1,2\n", ["-o", "data.csv"], "'data.csv' is to be read: write the predictions to another file"),
        ("a,b\n1,2\n", ["-o", "m.safetensors"], "'m.safetensors' is to be read: write the predictions to another file"),
        ("a,b\n1,2\n", ["-o", "."], "it is a directory"),
    ],
)
def test_refusals_to_predict(
    capsys: pytest.CaptureFixture[str], content: str, arguments: list[str], message: str
) -> None:
    write("line.csv", line())
    assert run("train", "line.csv", "--target", "y", "--epochs", "1", "-o", "m.safetensors") == 0
    plain = nn.Sequential([nn.Dense(1)])
    plain.build((None, 2))
    plain.save("plain.safetensors")
    Path("data.csv").write_text(content, encoding="utf-8")
    capsys.readouterr()
    model = [] if arguments and arguments[0] != "-o" else ["m.safetensors"]
    output = [] if "-o" in arguments else ["-o", "out.csv"]
    first, *more = [*model, *arguments]
    assert message in refusal(capsys, "predict", first, "data.csv", *more, *output)


def test_a_model_whose_table_was_changed(capsys: pytest.CaptureFixture[str]) -> None:
    write("line.csv", line())
    assert run("train", "line.csv", "--target", "y", "--epochs", "1", "-o", "m.safetensors") == 0
    model = nn.load_model("m.safetensors")
    good = model.table
    for table, message in (
        ({"inputs": 3}, "what the model says of its table's columns is damaged: train it again"),
        ({**good, "target": {"name": "y", "classes": ["a", "b", "c"]}}, "the model gives (1,) numbers a row"),
        ({**good, "inputs": good["inputs"][:1]}, "2"),
    ):
        model.table = table
        model.save("changed.safetensors")
        capsys.readouterr()
        assert message in refusal(capsys, "predict", "changed.safetensors", "line.csv", "-o", "out.csv")


def test_categories_that_were_never_learned(capsys: pytest.CaptureFixture[str]) -> None:
    columns = beans()
    write("data.csv", columns)
    assert run("train", "data.csv", "--target", "verdict", "--epochs", "1", "-o", "m.safetensors") == 0
    columns["colour"][7] = "purple"
    write("data.csv", columns)
    capsys.readouterr()
    message = refusal(capsys, "predict", "m.safetensors", "data.csv", "-o", "out.csv")
    assert (
        message
        == "autograd-mini: row 9, column 'colour': 'purple' is none of what was learned: 'dark', 'green', 'light'"
    )


def test_help_says_what_the_options_are_when_not_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("train", "--help") == 0
    assert re.search(r"--epochs N +rounds through the rows \(50\)", capsys.readouterr().out)
    assert run("predict", "--help") == 0
    assert "predict model.safetensors new.csv -o predictions.csv" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--ignore", "y"], "autograd-mini: 'y' is the target, and to be ignored: say which"),
        (
            ["--test-fraction", "0.999"],
            "autograd-mini: --test-fraction 0.999 holds out all 160 rows: leave some to learn",
        ),
    ],
)
def test_options_that_leave_nothing_to_learn(capsys: pytest.CaptureFixture[str], options: list[str], text: str) -> None:
    write("line.csv", line())
    assert refusal(capsys, "train", "line.csv", "--target", "y", *options, "-o", "m.safetensors").startswith(text)


def test_a_network_that_no_memory_holds_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    write("line.csv", line())
    assert run("train", "line.csv", "--target", "y", "--layers", "99999999999", "-o", "m.safetensors") == 2
    err = capsys.readouterr().err
    assert err.startswith("autograd-mini: Unable to allocate")
    assert err.count("\n") == 1
    assert not Path("m.safetensors").exists()
