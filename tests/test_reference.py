"""The reference: every public name says what it is, what it takes, what it raises, and shows an example that runs."""

from __future__ import annotations

import ast
import builtins
import doctest
import functools
import inspect
import re
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import autograd_mini as ag
import viz
from autograd_mini import datasets, estimators, nn, optim, testing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

PLACES = (
    ag,
    nn,
    nn.initializers,
    nn.losses,
    nn.metrics,
    nn.regularizers,
    optim,
    datasets,
    testing,
    estimators,
    viz,
)
OURS = ("autograd_mini", "viz")
ELSEWHERE = re.compile(r"^See :func:`autograd_mini\.\w+`, of which this is the method|Arguments as of :func:`numpy\.")
DESCRIPTORS = (property, functools.cached_property, staticmethod, classmethod)


def public(place: ModuleType) -> dict[str, Any]:
    """What ``place`` offers: what its ``__all__`` lists, else the functions and classes that are defined there."""
    if hasattr(place, "__all__"):
        return {name: getattr(place, name) for name in place.__all__}
    return {
        name: thing
        for name, thing in vars(place).items()
        if callable(thing) and thing.__module__ == place.__name__ and not name.startswith("_")
    }


def is_exception(thing: Any) -> bool:
    return inspect.isclass(thing) and issubclass(thing, BaseException)


def members(kind: type) -> dict[str, Any]:
    """Public methods and properties of a class and of those classes of ours that it inherits from, where they are."""
    return {
        f"{owner.__module__}.{owner.__qualname__}.{name}": getattr(owner, name)
        for owner in kind.__mro__
        if owner.__module__.split(".")[0] in OURS
        for name, thing in vars(owner).items()
        if not name.startswith("_") and (inspect.isfunction(thing) or isinstance(thing, DESCRIPTORS))
    }


def once(things: dict[str, Any]) -> dict[str, Any]:
    """Each by the first of its names."""
    return dict({id(thing): (name, thing) for name, thing in reversed(things.items())}.values())


NAMES = once({f"{place.__name__}.{name}": thing for place in PLACES for name, thing in public(place).items()})
CLASSES = [thing for thing in NAMES.values() if inspect.isclass(thing) and not is_exception(thing)]
METHODS = once({path: thing for kind in CLASSES for path, thing in members(kind).items()})
ALL = once(NAMES | METHODS)
CALLED = {path: thing for path, thing in ALL.items() if callable(thing) and not is_exception(thing)}


def documentation(thing: Any) -> str:
    return inspect.getdoc(thing) or ""


def code(thing: Any) -> Any:
    """The function whose arguments a call of ``thing`` takes; None where Python's own makes the object."""
    if not inspect.isclass(thing):
        return thing
    made = thing.__init__ if inspect.isfunction(thing.__init__) else thing.__new__
    return made if inspect.isfunction(made) and made.__module__.split(".")[0] in OURS else None


def parameters(thing: Any) -> Iterator[str]:
    if (function := code(thing)) is None:
        return
    names = [name for name in inspect.signature(function).parameters if not name.startswith("_")]
    yield from (name for name in names if name not in ("self", "cls"))


def raised(thing: Any) -> set[str]:
    """The errors that the source of ``thing`` itself raises, but for what a subclass has to write."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(code(thing))))
    except (OSError, TypeError):  # made by a dataclass
        return set()
    errors = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise)]
    names = [ast.unparse(error.func) for error in errors if isinstance(error, ast.Call)]
    return {name for name in names if name[0].isupper()} - {"NotImplementedError"}


def said(thing: Any) -> set[str]:
    """The errors that the docstring announces."""
    found = re.search(r"^Raises\n-+\n(.*?)(?=^\w+\n---|\Z)", documentation(thing), re.MULTILINE | re.DOTALL)
    return set(re.findall(r"\w+(?:Error|Exception)", found[1])) if found else set()


def test_every_public_name_says_what_it_is() -> None:
    assert not [path for path, thing in ALL.items() if len(documentation(thing).split()) < 3]


def test_every_public_name_has_an_example() -> None:
    missing = [path for path, thing in NAMES.items() if ">>> " not in documentation(thing)]
    assert not [path for path in missing if not is_exception(NAMES[path])]


def test_every_parameter_is_described() -> None:
    missing = {
        path: [name for name in parameters(thing) if not re.search(rf"\b{name}\b", documentation(thing))]
        for path, thing in CALLED.items()
        if not ELSEWHERE.search(documentation(thing))
    }
    assert not {path: names for path, names in missing.items() if names}


def test_every_error_is_announced() -> None:
    missing = {path: raised(thing) - said(thing) for path, thing in CALLED.items()}
    assert not {path: names for path, names in missing.items() if names}


def test_the_first_line_of_a_property_has_no_colon_before_which_sphinx_would_see_a_type() -> None:
    properties = [path for path, thing in METHODS.items() if isinstance(thing, property | functools.cached_property)]
    summaries = {path: re.sub("`.*?`", "", documentation(METHODS[path]).partition("\n")[0]) for path in properties}
    assert not {path: summary for path, summary in summaries.items() if ":" in summary}


@pytest.mark.parametrize("path", [path for path, thing in NAMES.items() if ">>> " in documentation(thing)])
def test_examples_run_for_one_who_has_imported_the_public_names_only(path: str) -> None:
    thing = NAMES[path]
    place = next(place for place in reversed(PLACES) if place is thing or path.startswith(f"{place.__name__}."))
    known = {name: each for name, each in (public(ag) | public(place)).items() if not hasattr(builtins, name)}
    known |= {"ag": ag, "np": np, path.rsplit(".", 1)[1]: thing}
    test = doctest.DocTestParser().get_doctest(documentation(thing), known, path, None, None)
    report: list[str] = []
    doctest.DocTestRunner(verbose=False).run(test, out=report.append)
    assert not report, "".join(report)
