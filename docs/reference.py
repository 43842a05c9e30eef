"""The pages of the reference: every public name with its docstring, grouped by the module it comes from."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
from types import ModuleType
from typing import TYPE_CHECKING

from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from autograd_mini.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils.nodes import Node

MEMBERS = """
   :members:
   :inherited-members: object,Figure,BaseEstimator,ClassifierMixin,RegressorMixin
   :exclude-members: set_fit_request,set_predict_request,set_score_request,get_metadata_routing
"""  # bases that are described elsewhere; what scikit-learn gives each of its estimators


class PublicNames(SphinxDirective):
    """The public names of a package, or those of them that come from some of its modules.

    A name that means the same as one before refers to that one.
    """

    required_arguments = 1
    option_spec = {"from": directives.unchanged}  # noqa: RUF012 - Sphinx's way

    def run(self) -> list[Node]:
        """The entries, in the order of ``__all__``."""
        package = importlib.import_module(self.arguments[0])
        lines = "\n".join(entries(package, self.options.get("from", "").split()))
        return self.parse_text_to_nodes(f"```{{eval-rst}}\n{lines}\n```")


def entries(package: ModuleType, modules: list[str]) -> Iterator[str]:
    """What autodoc is to say, as reStructuredText."""
    first: dict[int, str] = {}
    for name in dict.fromkeys(public(package)):
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
            yield f".. autoexception:: {full}\n" if issubclass(thing, Exception) else f".. autoclass:: {full}{MEMBERS}"
        else:
            yield f".. autofunction:: {full}\n"


def public(package: ModuleType) -> list[str]:
    """``__all__``, or what a module without it defines."""
    own = [name for name, thing in vars(package).items() if getattr(thing, "__module__", "") == package.__name__]
    return getattr(package, "__all__", [name for name in own if not name.startswith("_")])


class CommandLine(SphinxDirective):
    """What a command says of itself."""

    optional_arguments = 1

    def run(self) -> list[Node]:
        """The text as it is printed."""
        return self.parse_text_to_nodes(f"```text\n{said(*self.arguments)}\n```")


def said(*command: str) -> str:
    """What a command prints when it is asked for help."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.suppress(SystemExit):
        main([*command, "--help"])
    return text.getvalue().rstrip()
