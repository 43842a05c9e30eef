"""What a function knows by name from outside of it: the variables that a recording of it depends on.

>>> names = {"w": 2.0}
>>> exec("def scaled(x): return w * x", names)
>>> [look_up() for look_up in variables(eval("lambda x: scaled(x) + 1", names))][1:]
[2.0]
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

LIBRARIES = (__package__, "numpy", "viz")


def variables(f: Any) -> Iterator[Callable[[], Any]]:
    """How to look up each variable from outside that a function uses, or one that it knows by name."""
    for _, found in functions(f):
        yield from found


def functions(f: Any) -> Iterator[tuple[Any, list[Callable[[], Any]]]]:
    """A function, and those of the user's that it knows by name, with how to look up their variables."""
    waiting: list[Any] = [f]
    seen: set[int] = set()
    for thing in waiting:  # grows while it is walked
        function = _function(thing)
        if function is None or id(function) in seen:
            continue
        seen.add(id(function))
        found: list[Callable[[], Any]] = [functools.partial(_same, x) for x in function.__defaults__ or ()]
        for cell in function.__closure__ or ():
            with contextlib.suppress(ValueError):  # an empty one
                waiting.append(cell.cell_contents)
                found.append(functools.partial(getattr, cell, "cell_contents"))
        for name in names_in(function.__code__):
            if name in function.__globals__:
                found.append(functools.partial(function.__globals__.get, name))
                waiting.append(function.__globals__[name])
        yield function, found


def names_in(code: CodeType) -> Iterator[str]:
    """The global names and attributes in some code, and in the functions and comprehensions within it."""
    yield from code.co_names
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from names_in(part)


def _same(x: Any) -> Any:
    return x


def _function(thing: Any) -> Any:
    """The function that a callable of the user's runs; None for anything else."""
    while isinstance(thing, functools.partial):
        thing = thing.func
    if not callable(thing) or isinstance(thing, type):
        return None
    thing = inspect.unwrap(getattr(thing, "__func__", thing))
    function = thing if inspect.isfunction(thing) else getattr(type(thing).__call__, "__func__", type(thing).__call__)
    known = inspect.isfunction(function) and str(function.__module__).partition(".")[0] not in LIBRARIES
    return function if known else None
