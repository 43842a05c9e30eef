"""Settings: checked when they are given; and objects that are named by a string and described by their settings."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from .value import as_float

PLAIN = bool | int | float | str | None
NOT_NEGATIVE = "a finite number that is not negative"
TAKES_OTHERS = 0x08  # a flag of code: it ends with **others


class Configured:
    """Something whose attributes are called as the arguments that made it."""

    def config(self) -> dict[str, Any]:
        """The class and its settings, of which :func:`from_config` makes it anew; all of it as JSON has it.

        Raises
        ------
        ValueError
            Where a setting is a function, which no file can hold.
        """
        names = settings(type(self))
        if lacking := [name for name in names if not hasattr(self, name)]:
            raise ValueError(f"{type(self).__name__} keeps {lacking[0]} under another name: call the attribute that")
        return {"class": type(self).__name__, **{name: plain(getattr(self, name), name) for name in names}}

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={getattr(self, name)!r}" for name in settings(type(self)) if hasattr(self, name))
        return f"{type(self).__name__}({said})"


def plain(value: Any, name: str) -> Any:
    """A setting as JSON has it; see :meth:`Configured.config`."""
    if isinstance(value, Configured):
        return value.config()
    if isinstance(value, list | tuple):
        return [plain(x, name) for x in value]
    if isinstance(value, PLAIN):
        return value
    raise ValueError(f"{name} is {value!r:.60}, which no file can hold: use what has a name")


def settings(kind: type) -> list[str]:
    """What a class is made from: the names of its arguments, which its objects have as attributes."""
    names: list[str] = []
    for base in kind.__mro__:
        code = getattr(vars(base).get("__init__"), "__code__", None)
        if code is not None:
            names += code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
            if not code.co_flags & TAKES_OTHERS:
                break
    return [name for name in dict.fromkeys(names) if name != "parameters"]


def from_config(config: Any, what: str, classes: Sequence[type]) -> Any:
    """What :meth:`Configured.config` described, of one of these classes, made of them.

    Raises
    ------
    ValueError
        For an unknown class or setting.
    """
    by_name = {kind.__name__: kind for kind in classes}
    given = dict(config) if isinstance(config, Mapping) else {}
    kind = by_name.get(str(given.pop("class", None)))
    if kind is None or not given.keys() <= set(settings(kind)):
        raise ValueError(f"no {what} is described by {config!r:.200}: it may be from a newer version")
    for name, x in given.items():
        given[name] = from_config(x, name, classes) if isinstance(x, Mapping) else x
    try:
        return kind(**given)
    except TypeError as error:  # some are missing
        raise ValueError(f"no {what} is described by {config!r:.200}: {error}") from error


def find(
    given: Any,
    what: str,
    classes: Sequence[type],
    more: Mapping[str, type] = MappingProxyType({}),
    otherwise: str = ", or a function",
) -> Any:
    """What a name stands for, with its usual settings; a function or object as it is.

    A class is found by its name in snake case: ``"he_normal"`` is HeNormal.

    Raises
    ------
    ValueError
        For an unknown name; it lists the known ones.
    """
    names = {snake_case(kind): kind for kind in classes} | dict(more)
    if callable(given):
        return given() if given in classes else given
    for name in (given, snake_case(given)) if isinstance(given, str) else ():
        if name in names:
            return names[name]()
    raise ValueError(f"unknown {what} {given!r}: use {', '.join(map(repr, names))}{otherwise}")


def snake_case(name: str | type) -> str:
    """How the names of classes are written as strings: HeNormal is he_normal, RMSprop rmsprop."""
    text = name if isinstance(name, str) else name.__name__
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", text).lower()


def positive(value: object, name: str) -> int:
    """A setting as an int, if it is a positive integer; else a ValueError that names it."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} is a positive integer, got {value!r}")
    return int(value)


def above_0(value: object, name: str) -> float:
    """A setting as a float, if it is a finite number above 0; else a ValueError that names it."""
    allowed = "a finite number above 0"
    number = number_within(value, name, allowed)
    if not number:
        raise ValueError(f"{name} is {allowed}, got {value!r}")
    return number


def number_within(value: object, name: str, allowed: str, below: float = math.inf) -> float:
    """A setting as a float, if it is a number from 0 to below a limit; else a ValueError that names it."""
    number = None if isinstance(value, bool) else as_float(value)
    if number is None or not 0 <= number < below:
        raise ValueError(f"{name} is {allowed}, got {value!r}")
    return number
