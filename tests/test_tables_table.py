"""CSV files as people have them: every dialect read alike, and one clear line for what can't be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini.tables.table import Table, listed, read, shown


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(content: str | bytes) -> Table:
    path = Path("data.csv")
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(path)


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1.5,x y\n2,z\n",
        "a;b\n1.5;x y\n2;z\n",
        "a\tb\n1.5\tx y\n2\tz\n",
        "a,b\r\n1.5,x y\r\n2,z",
        "a,b\r1.5,x y\r2,z\r",
        "\ufeffa,b\n1.5,x y\n2,z\n",
        '"a","b"\n"1.5","x y"\n"2","z"\n',
        " a , b\n1.5, x y\n 2 ,z \n",
        "\n\na,b\n\n1.5,x y\n,\n2,z\n\n",
    ],
)
def test_dialects_are_read_alike(content: str) -> None:
    assert table(content)[:2] == (["a", "b"], [["1.5", "x y"], ["2", "z"]])


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("a;b\n1,5;2,5\n", ["a", "b"]),
        ("price, euros;weight, kg\n1,5;2,5\n", ["price, euros", "weight, kg"]),
        ("name;x\nMiller, Ann;1\n", ["name", "x"]),
        ('a,"b;c"\n1,2\n', ["a", "b;c"]),
        ("a;b,c\n1,2\n3,4\n", ["a;b", "c"]),
        ("a\tb, c\n1\t2, 3\n", ["a", "b, c"]),
        ("alone\n1\n", ["alone"]),
    ],
)
def test_what_separates_is_what_the_rows_agree_on(content: str, names: list[str]) -> None:
    assert table(content).names == names


def test_quoted_cells_hold_anything() -> None:
    assert table('a,b\n"1,5 ""x""\nand on",2\n').rows == [['1,5 "x"\nand on', "2"]]


@pytest.mark.parametrize("word", ["", " ", "?", "NA", "n/a", "NaN", "null", "<NA>"])
def test_words_for_nothing(word: str) -> None:
    assert table(f"a,b\n{word},1\nx,2\n").cells("a") == ["", "x"]


def test_places_are_counted_as_spreadsheets_do() -> None:
    found = table("\na,b\n\n1,2\n3,4\n")
    assert [found.place(row, "b") for row in (0, 1)] == ["row 4, column 'b'", "row 5, column 'b'"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "data.csv: expected a line of column names and rows below it, got 0 rows"),
        (b"\n ,\n", "data.csv: expected a line of column names and rows below it, got 0 rows"),
        (b"a,b\n", "data.csv: expected a line of column names and rows below it, got 1 rows"),
        (b"a,b,a\n1,2,3\n", "data.csv: 2 columns are named 'a': give each a name of its own"),
        (b"a, a\n1,2\n", "data.csv: 2 columns are named 'a': give each a name of its own"),
        (b"a,b\n1,2\n\n1,2,3\n", "data.csv: row 4 has 3 cells, the header has 2 columns"),
        (b"a,b\n1,2\n1\n", "data.csv: row 3 has 1 cells, the header has 2 columns"),
        (
            b"a,b\n1,caf\xe9\n",
            "data.csv: line 2 is not UTF-8 text (byte 0xe9): in the spreadsheet, save it as 'CSV UTF-8'",
        ),
        ("a,b\n1,2\n".encode("utf-16"), "data.csv: line 1 is not UTF-8 text (byte 0xff): in the spreadsheet, save"),
        (b'a,b\n1,2\n1,"2\n1,2\n', "data.csv: after row 2 the quotes don't fit (unexpected end of data): write"),
        (
            b'a,b\n"1"0,2\n',
            "data.csv: after row 1 the quotes don't fit (',' expected after '\"'): write a quote within as two",
        ),
    ],
)
def test_what_can_not_be_read(content: bytes, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the whole text is compared
        table(content)
    assert str(caught.value).startswith(message)


def test_files_that_are_none() -> None:
    with pytest.raises(FileNotFoundError):
        read(Path("nowhere.csv"))
    with pytest.raises(IsADirectoryError):
        read(Path())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("sepal lenght", "there is no column 'sepal lenght': did you mean 'sepal length'?"),
        ("z", "there is no column 'z'; the columns are 'sepal length', 'b'"),
        ("", "there is no column ''; the columns are 'sepal length', 'b'"),
    ],
)
def test_a_column_that_is_not_there(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"^there is no column") as caught:
        table("sepal length,b,\n1,2,3\n").find(name)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("content", "decimal"),
    [("a;b\n1,5;x\n", ","), ("a;b\n1.5;x, y\n", "."), ('a,b\n"1,5",x\n', "."), ("a\tb\n−1,5\tx\n", ",")],
)
def test_a_decimal_comma_is_a_habit_of_the_whole_file(content: str, decimal: str) -> None:
    assert table(content).decimal == decimal


def test_a_table_is_written_in_the_dialect_that_it_was_read_in() -> None:
    content = '\ufeffa;"b;c"\n1,5;x y\n2;"""z"""\n'
    assert table(content).written().decode() == content


@given(
    st.sampled_from(",;\t"),
    st.lists(
        st.lists(st.text("ab1 ,;\t\"'\n", min_size=1).map(str.strip).filter(bool), min_size=3, max_size=3), min_size=1
    ),
)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, delimiter: str, rows: list[list[str]]
) -> None:
    """Whatever the cells hold, once the header tells the delimiter."""
    path = tmp_path_factory.getbasetemp() / "again.csv"
    path.write_bytes(Table(["x", "y", "z"], rows, [], delimiter, "").written())
    assert read(path)[:2] == (["x", "y", "z"], rows)


def test_text_from_a_file_can_not_break_a_message() -> None:
    assert shown("x" * 50) == repr("x" * 39 + "…")
    assert shown("a\x1b[2J\u202e\n'b'").isprintable()
    assert listed(["a", "b", "c"], most=2) == "'a', 'b', … (3)"


@given(st.one_of(st.binary(), st.text("a1 ,;\t\"'\n\r\0\ufeff\u202e.").map(str.encode)))
def test_any_bytes_are_a_table_or_a_value_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    try:
        found = read(path)
    except ValueError as error:
        assert str(error).startswith(f"{path}: ")  # noqa: PT017  # there may be none
    else:
        assert {len(row) for row in found.rows} == {len(found.names)}
