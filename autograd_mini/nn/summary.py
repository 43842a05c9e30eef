"""The table that says which shapes a network's matrices have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .module import Module


def show(module: Module, examples: int | str) -> None:
    """Print the table of :meth:`Module.summary`."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    layers = [part for part in module.modules() if len(part.modules()) == 1]
    if not layers or any(layer.output_shape is None for layer in layers):
        raise RuntimeError(
            "summary() needs to know the widths: call the network on a batch, or build((None, features)), first"
        )
    table = Table(box=box.SIMPLE, pad_edge=False)
    for heading in ("layer", "W", "b", "Z", "A", "activation"):
        table.add_column(heading)
    table.add_column("parameters", justify="right")
    for layer in layers:
        table.add_row(*_row(layer, examples))
    console = Console(width=max(80, table.columns.__len__() * 16))
    console.print(table)
    parameters = module.parameters()
    total = sum(_size(p) for p in parameters)
    dtypes = {str(p.dtype) for p in parameters if hasattr(p, "dtype")}
    console.print(f"{total:,} parameters{', ' if dtypes else ''}{' and '.join(sorted(dtypes))}", highlight=False)


def _row(layer: Module, examples: int | str) -> list[str]:
    kind = type(layer).__name__
    name = f"{layer.name} ({kind})" if layer.name else kind
    arrays = {path: x for path, x in layer.parts() if path}
    gives = _shape((examples, *(layer.output_shape or ())))
    activation: Any = getattr(layer, "activation", "")
    said = activation if isinstance(activation, str) else getattr(activation, "__name__", "a function")
    W, b = (_shape(arrays[key].shape) if key in arrays else "" for key in ("W", "b"))
    count = f"{sum(_size(p) for p in layer.parameters()):,}"
    return [name, W, b, gives if "W" in arrays else "", gives, said, count]


def _shape(sizes: tuple[Any, ...]) -> str:
    return f"({', '.join(map(str, sizes))}{',' if len(sizes) == 1 else ''})"


def _size(parameter: Any) -> int:
    return int(getattr(parameter, "size", 1))
