"""What a script does with a CSV file, where the network knows the columns of a table: ``Module.table``.

>>> table = {
...     "inputs": [{"name": "weight", "categories": None}, {"name": "roast", "categories": ["dark", "light"]}],
...     "target": {"name": "price", "classes": None},
...     "missing": "refuse",
...     "fill": [],
... }
>>> print(constants(table))
COLUMNS = {  # and their categories
    'weight': None,
    'roast': ['dark', 'light'],
}
"""

from __future__ import annotations

from typing import Any

READ = '''\
def read(path):
    """The rows of a CSV file as examples: numbers, and of categories a 1 in the place of the right one."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        delimiter = max(";\\t,", key=file.readline().count)
        file.seek(0)
        reader = csv.DictReader(file, delimiter=delimiter, skipinitialspace=True)
        reader.fieldnames = [name.strip() for name in reader.fieldnames or ()]
        rows = list(reader)
    lacking = [name for name in COLUMNS if name not in reader.fieldnames]
    if lacking:
        raise ValueError(f"{path} has no column {lacking}; its columns are {reader.fieldnames}")
    X = []
    for number, row in enumerate(rows, start=2):
        x = []
        for name, categories in COLUMNS.items():
            cell = (row[name] or "").strip().replace("−", "-")
            if cell.lower() in ("", "?", "na", "n/a", "nan", "null", "<na>"):
                MISSING
            elif categories is None:
                x.append(float(cell if delimiter == "," else cell.replace(",", ".")))
                if not np.isfinite(x[-1]):
                    raise ValueError(f"row {number}, column {name}: {cell!r} is no finite number")
            elif cell in categories:
                x += [float(cell == each) for each in categories]
            else:
                raise ValueError(f"row {number}, column {name}: {cell!r} is none of {categories}")
        X.append(x)
    return np.array(X)'''


def knows_columns(table: Any) -> bool:
    """Whether a network's table is one that the command ``train`` made."""
    return isinstance(table, dict) and {"inputs", "target", "missing", "fill"} <= table.keys()


def constants(table: Any) -> str:
    """The columns and classes, as lines."""
    columns = "".join(f"    {column['name']!r}: {column['categories']!r},\n" for column in table["inputs"])
    classes = table["target"]["classes"]
    lines = [f"COLUMNS = {{  # and their categories\n{columns}}}"]
    lines += [f"CLASSES = {classes!r}"] if classes else []
    lines += [f"FILL = {table['fill']!r}  # for missing cells"] if table["missing"] == "mean" else []
    return "\n".join(lines)


def reading(table: Any) -> str:
    """The function that reads a file."""
    is_refused = table["missing"] == "refuse"
    refuse = 'raise ValueError(f"row {number}, column {name} is missing")'
    return READ.replace("MISSING", refuse if is_refused else "x += [np.nan] * len(categories or [name])")


def main(table: Any) -> str:
    """What prints a label and its probability, or a number, for each row of a file."""
    name, classes = f"predicted_{table['target']['name']}", table["target"]["classes"]
    header = [name, "probability"] if classes else [name]
    cells = '[CLASSES[y.argmax()], f"{y.max():.4f}"]' if classes else '[f"{y[0]:.10g}"]'
    if table["missing"] == "drop":
        cells += f" if np.isfinite(x).all() else {[''] * len(header)!r}"
    return "\n    ".join([
        'if __name__ == "__main__":',
        "if len(sys.argv) != 2:",
        '    sys.exit("usage: python predict.py data.csv")',
        "X = read(sys.argv[1])",
        *(["X = np.where(np.isnan(X), FILL, X)"] if table["missing"] == "mean" else []),
        "Y = predict(X)",
        *(["Y = np.hstack([1 - Y, Y])"] if classes and len(classes) == 2 else []),
        'out = csv.writer(sys.stdout, lineterminator="\\n")',
        f"out.writerow({header!r})",
        "for x, y in zip(X, Y):",
        f"    out.writerow({cells})",
    ])  # fmt: skip
