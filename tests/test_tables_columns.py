"""What columns are taken for, and their arrays; a cell that could be misread is named, never guessed."""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini.tables.columns import (
    Column,
    Columns,
    Target,
    complete,
    encode,
    encode_target,
    learn_inputs,
    learn_target,
    numbers,
)
from autograd_mini.tables.table import Table


def table(delimiter: str = ";", **columns: Any) -> Table:
    """Columns of cells; a text is split at its spaces."""
    cells = [column.split(" ") if isinstance(column, str) else list(map(str, column)) for column in columns.values()]
    rows = [["" if cell == "_" else cell for cell in row] for row in zip(*cells, strict=True)]
    return Table(list(columns), rows, list(range(2, len(rows) + 2)), delimiter, "")


def refused(function: Any, *arguments: Any) -> str:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the text is compared
        function(*arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("1 -2 +3 .5 2. 1e-3 1E5", [1, -2, 3, 0.5, 2, 1e-3, 1e5]),
        ("1 −2,5 0,125 ,5 1,25e2", [1, -2.5, 0.125, 0.5, 125]),
        ("1 NA _ 4", [1, np.nan, np.nan, 4]),
        ("1,234 2,345", [1.234, 2.345]),
    ],
)
def test_numbers(cells: str, expected: list[float]) -> None:
    assert np.array_equal(numbers(table(x=cells), "x"), expected, equal_nan=True)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ("1 2 abc", "row 4, column 'x': 'abc' is no number"),
        ("1 1_000", "row 3, column 'x': '1_000' is no number"),
        ("1 ٣", "row 3, column 'x': '٣' is no number"),
        (
            "1 2.345.678,5",
            "row 3, column 'x': '2.345.678,5' is no number: write it without thousands separators",
        ),
        ("1 2'345", "row 3, column 'x': \"2'345\" is no number: write it without thousands separators"),
        ("1 inf", "row 3, column 'x': 'inf' is no finite number"),
        ("1 -Infinity", "row 3, column 'x': '-Infinity' is no finite number"),
        ("1 1e999", "row 3, column 'x': '1e999' is no finite number"),
        (
            "1 1,5 2.5",
            "column 'x' has decimal commas, as '1,5' in row 3, and points, as '2.5' in row 4: write all alike",
        ),
    ],
)
def test_what_is_no_number(cells: str, message: str) -> None:
    assert refused(numbers, table(x=cells), "x") == message


def test_thousands_are_not_mistaken_for_decimals() -> None:
    """Where a file's habit says that a mark may be between thousands, and nothing in the column says otherwise."""
    message = "row 2, column 'x': is '1,234' 1234 or 1.234? Write one of them"
    assert refused(numbers, table(",", x="1,234 5"), "x") == message
    assert numbers(table(",", x="1,234 5,25"), "x").tolist() == [1.234, 5.25]
    assert numbers(table(",", x="0,234 0,125"), "x").tolist() == [0.234, 0.125]
    message = "row 2, column 'x': is '1.234' 1234 or 1,234? Write one of them"
    assert refused(numbers, table(x="1.234 5", y="0,5 1"), "x") == message
    assert numbers(table(x="1.234 5", y="0.5 1"), "x").tolist() == [1.234, 5]


def kind(cells: Any) -> Any:
    """How a column is used: "numbers", its categories, or the reason why it isn't."""
    inputs, left_out = learn_inputs(
        table(x=cells, other=range(len(list(cells.split(" ") if isinstance(cells, str) else cells)))), ()
    )
    return left_out.get("x") or inputs[0].categories or "numbers"


def test_kinds_of_columns() -> None:
    assert kind("1 2,5 _ 3") == "numbers"
    assert kind("red blue red _ blue") == ["blue", "red"]
    assert kind("0 1 2 3+ 0 1 2 3+") == ["0", "1", "2", "3+"]
    assert kind("a b c d") == "it has 4 different texts in 4 rows"
    assert kind("a a b b c") == "it has 3 different texts in 5 rows"
    assert kind("x x _") == "every cell is 'x'"
    assert kind("1 1 1") == "every cell is '1'"
    assert kind("_ NA ?") == "every cell is empty"
    assert kind([f"c{i % 100}" for i in range(300)]) == sorted(f"c{i}" for i in range(100))
    assert kind([f"c{i % 101}" for i in range(300)]) == "it has 101 different texts in 300 rows"


@pytest.mark.parametrize("cells", [[*range(30), "3O"] * 9, "1.5 2.5 x"])
def test_a_slip_among_numbers_makes_no_category(cells: Any) -> None:
    assert "is no number" in refused(kind, cells)


def test_columns_that_are_not_learned_from() -> None:
    data = table(y="1 2 3 4", a="1 2 4 3", b="5 6 7 9")._replace(names=["y", "a", ""])
    assert learn_inputs(data, {"y"}) == ([Column("a")], {"": "it has no name"})
    assert refused(learn_inputs, data, {"y", "a"}) == "there is no column to learn from; '' is left out: it has no name"


def test_categories_are_columns_of_zeros_and_ones() -> None:
    data = table(n="1 _ 3", colour="red _ blue")
    X = encode(data, [Column("colour", ["blue", "red"]), Column("n")])
    assert np.array_equal(X, [[0, 1, 1], [np.nan, np.nan, np.nan], [1, 0, 3]], equal_nan=True)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([Column("m"), Column("n")], "the table has no column 'm'; its columns are 'n', 'colour'"),
        ([Column("k"), Column("l")], "the table has no column 'k', 'l'; its columns are 'n', 'colour'"),
        ([Column("colour")], "row 2, column 'colour': 'red' is no number"),
        ([Column("colour", ["red"])], "row 3, column 'colour': 'blue' is none of what was learned: 'red'"),
    ],
)
def test_a_table_that_is_not_as_learned(inputs: list[Column], message: str) -> None:
    assert refused(encode, table(n="1 2", colour="red blue"), inputs) == message


def test_the_order_of_columns_does_not_matter() -> None:
    inputs = [Column("n"), Column("m")]
    for names in itertools.permutations("nmx"):
        data = table(**{name: {"n": "1 2", "m": "3 4", "x": "a b"}[name] for name in names})
        assert encode(data, inputs).tolist() == [[1, 3], [2, 4]]


def test_missing_cells() -> None:
    data = table(n="1 _ 3 _", colour="red red _ _")
    inputs = [Column("n"), Column("colour", ["blue", "red"])]
    X = encode(data, inputs)
    assert complete(data, inputs, X).tolist() == [True, False, False, False]
    message = "row 3, column 'n' is missing (3 rows lack a cell): fill it"
    assert refused(complete, data, inputs, X, "fill it") == message
    assert "row 4, column 'colour' is missing" in refused(complete, data, inputs[1:], X[:, 1:], "fill it")
    assert complete(data, inputs, X[:1], "fill it").all()


@pytest.mark.parametrize(
    ("cells", "task", "target", "why"),
    [
        ("no yes no yes", None, Target("y", ["no", "yes"]), "it is text"),
        ("1 a 1 a", None, Target("y", ["1", "a"]), "it is text"),
        ("10 9 10 9", None, Target("y", ["9", "10"]), "'y' has two values"),
        ("0,5 −1 0,5 −1", None, Target("y", ["−1", "0,5"]), "'y' has two values"),
        ("10 9 −1 10 9 −1", None, Target("y", ["−1", "9", "10"]), "'y' has 3 different whole numbers"),
        ("10 9 8 10 9 8,5", None, Target("y"), "'y' has 4 different numbers"),
        ("1 2 3 4", None, Target("y"), "'y' has 4 different numbers"),
        ("0 1 0", None, Target("y"), "'y' has 2 different numbers"),
        ([*range(11)] * 3, None, Target("y"), "'y' has 11 different numbers"),
        ([*range(11)] * 3, "classification", Target("y", [str(i) for i in range(11)]), ""),
        ("0 1 0 1 _", "regression", Target("y"), ""),
    ],
)
def test_tasks_are_guessed_or_asked_for(cells: Any, task: str | None, target: Target, why: str) -> None:
    found, reason = learn_target(table(y=cells), "y", task)
    assert found == target
    assert why in reason


ALONE = "a class needs two rows at least, one to learn from and one to test"


@pytest.mark.parametrize(
    ("cells", "task", "message"),
    [
        ("a a", None, "the target 'y' says 'a' in every row: there is nothing to learn"),
        ("_ ?", None, "the target 'y' is empty: there is nothing to learn"),
        ("a b a", None, f"row 3, column 'y': no other row is 'b': {ALONE}"),
        (
            "1 2 1",
            "classification",
            f"row 3, column 'y': no other row is '2': {ALONE}, or --task regression for numbers",
        ),
        ("a b a b", "regression", "row 2, column 'y': 'a' is no number"),
        ("1 inf 2 3", None, "row 3, column 'y': 'inf' is no finite number"),
    ],
)
def test_targets_that_can_not_be_learned(cells: str, task: str | None, message: str) -> None:
    assert refused(learn_target, table(y=cells), "y", task) == message


def test_targets_as_arrays() -> None:
    data = table(y="b _ a", n="1,5 _ 2")
    assert np.array_equal(encode_target(data, Target("y", ["a", "b"])), [1, np.nan, 0], equal_nan=True)
    assert np.array_equal(encode_target(data, Target("n")), [1.5, np.nan, 2], equal_nan=True)


def test_columns_survive_json() -> None:
    columns = Columns([Column("n"), Column("c", ["a", "b"])], Target("y", ["0", "1"]), "mean", [0.1, 0.25, 0.75])
    assert Columns.from_config(json.loads(json.dumps(columns.config()))) == columns


GOOD = Columns([Column("n")], Target("y"), "refuse", []).config()


@pytest.mark.parametrize(
    "config",
    [
        None,
        [],
        {},
        {**GOOD, "inputs": None},
        {**GOOD, "inputs": [{}]},
        {**GOOD, "inputs": [{"name": 3}]},
        {**GOOD, "inputs": [{"name": "n", "categories": "ab"}]},
        {**GOOD, "inputs": [{"name": "n", "other": 1}]},
        {**GOOD, "target": {"name": "y", "classes": [0, 1]}},
        {**GOOD, "missing": "guess"},
        {**GOOD, "missing": "mean"},
        {**GOOD, "missing": "mean", "fill": [float("nan")]},
        {**GOOD, "missing": "mean", "fill": ["a"]},
    ],
)
def test_what_are_no_columns(config: Any) -> None:
    assert (
        refused(Columns.from_config, config) == "what the model says of its table's columns is damaged: train it again"
    )


@given(st.lists(st.lists(st.text("ab019.,-+e inf\x00", max_size=5), min_size=2, max_size=2), min_size=1))
def test_any_cells_are_finite_features_or_a_value_error(rows: list[list[str]]) -> None:
    data = Table(["x", "y"], rows, list(range(len(rows))), ";", "")
    try:
        inputs, _ = learn_inputs(data, ())
        target, _ = learn_target(data, "y", None)
    except ValueError:
        return
    X, y = encode(data, inputs), encode_target(data, target)
    assert X.shape == (len(rows), sum(column.width for column in inputs))
    assert not np.isinf(X).any()
    assert not np.isinf(y).any()
