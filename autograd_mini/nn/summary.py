"""The table that says which shapes a network's matrices have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..graph import Node
from .module import Module

if TYPE_CHECKING:
    from collections.abc import Iterator


def show(module: Module, examples: int | str) -> None:
    """Print the table of :meth:`Module.summary`."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    if not (examples and isinstance(examples, str)) and not (isinstance(examples, int) and examples > 0):
        raise ValueError(f"summary() is for a positive number of examples, or a name for it, got {examples!r}")
    table = Table(box=box.SIMPLE, pad_edge=False)
    for heading in ("layer", "W", "b", "Z", "A", "activation"):
        table.add_column(heading, no_wrap=True)
    table.add_column("parameters", justify="right")
    rows = list(_rows(module))
    if not rows or any(part.output_shape is None for part, _ in rows):
        raise RuntimeError(
            "summary() needs to know the widths: call the network on a batch, or build((None, features)), first"
        )
    for part, own in rows:
        table.add_row(*_row(part, own, examples))
    console = Console()
    console.width = max(console.width, 100)  # a table that wraps can't be read
    console.print(table)
    parameters = module.parameters()
    dtypes = sorted({str(p.dtype) for p in parameters if hasattr(p, "dtype")})
    console.print(", ".join([f"{_count(parameters):,} parameters", *dtypes]), highlight=False)


def _rows(module: Module) -> Iterator[tuple[Module, dict[str, Any]]]:
    """The modules that have no parts but arrays, or arrays of their own, each with those by name."""
    for part in module.modules():
        inner = part.modules()[1:]
        within = {id(x) for each in inner for _, x in each.parts()}
        own = {path: x for path, x in part.parts() if isinstance(x, Node) and id(x) not in within}
        if own or not inner:
            yield part, own


def _row(part: Module, own: dict[str, Any], examples: int | str) -> list[str]:
    kind = type(part).__name__
    title = getattr(part, "title", kind)
    gives = _shape((examples, *(part.output_shape or ())))
    activation: Any = getattr(part, "activation", "")
    said = activation if isinstance(activation, str) else getattr(activation, "__name__", "a function")
    W, b = (_shape(own[key].shape) if key in own else "" for key in ("W", "b"))
    count = _count([x for x in own.values() if x.requires_grad])
    named = title if title == kind else f"{title} ({kind})"
    return [named, W, b, gives if "W" in own else "", gives, said, f"{count:,}"]


def _shape(sizes: tuple[Any, ...]) -> str:
    return f"({', '.join(map(str, sizes))}{',' if len(sizes) == 1 else ''})"


def _count(parameters: list[Any]) -> int:
    return sum(int(getattr(p, "size", 1)) for p in parameters)
