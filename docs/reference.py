"""The pages of the reference: every public name with its docstring, grouped by the module it comes from."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import re
from types import ModuleType
from typing import TYPE_CHECKING

from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from autograd_mini.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils.nodes import Node


class PublicNames(SphinxDirective):
    """The public names of a package, or those of them that come from some of its modules.

    A name that means the same as one before refers to that one.
    """

    required_arguments = 1
    option_spec = {"from": directives.unchanged, "names": directives.unchanged}  # noqa: RUF012 - Sphinx's way

    def run(self) -> list[Node]:
        """The entries, in the order of ``__all__``."""
        package = importlib.import_module(self.arguments[0])
        lines = "\n".join(entries(package, self.options.get("from", "").split(), self.options.get("names", "").split()))
        return self.parse_text_to_nodes(f"```{{eval-rst}}\n{lines}\n```")


def entries(package: ModuleType, modules: list[str], only: list[str]) -> Iterator[str]:
    """What autodoc is to say, as reStructuredText."""
    first: dict[int, str] = {}
    for name in dict.fromkeys(only or public(package)):
        thing = getattr(package, name)
        home = getattr(thing, "__module__", "").removeprefix(f"{package.__name__}.")
        if isinstance(thing, ModuleType) or (modules and home not in modules):
            continue
        full = f"{package.__name__}.{name}"
        if id(thing) in first:
            yield f".. py:function:: {full}\n\n   The same function as :func:`{first[id(thing)]}`.\n"
            continue
        first[id(thing)] = full
        if inspect.isclass(thing):
            kind = "autoexception" if issubclass(thing, Exception) else "autoclass"
            yield f".. {kind}:: {full}\n   :members:\n   :inherited-members: {','.join(ELSEWHERE)}\n"
        else:
            yield f".. autofunction:: {full}\n"


def public(package: ModuleType) -> list[str]:
    """``__all__``, or what a module without it defines."""
    own = [name for name, thing in vars(package).items() if getattr(thing, "__module__", "") == package.__name__]
    return getattr(package, "__all__", [name for name in own if not name.startswith("_")])


class CommandLine(SphinxDirective):
    """What each command says of itself."""

    def run(self) -> list[Node]:
        """A section for each command, under the text for all."""
        general = said()
        commands = re.findall(r"^    ([a-z]+) ", general, re.MULTILINE)
        parts = [block(general), *(f"## {name}\n\n{block(said(name))}" for name in commands)]
        return self.parse_text_to_nodes("\n\n".join(parts), allow_section_headings=True)


def said(*command: str) -> str:
    """What a command prints when it is asked for help."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.suppress(SystemExit):
        main([*command, "--help"])
    return text.getvalue()


def block(text: str) -> str:
    """Text as it is."""
    return f"```text\n{text.rstrip()}\n```"


ELSEWHERE = ("object", "Exception", "RuntimeError", "FloatingPointError", "ValueError", "Figure")
