"""``draw``, and the drawing that it gives."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, get_args

from autograd_mini.names import callers_names

from . import render, style
from .canvas import TooSmallError
from .collapse import FULL_LABELS, How, fitted
from .dot import digraph
from .figure import Figure
from .labels import STEPS, EdgeLabels, Step, View, arrangements
from .options import check
from .picture import Picture
from .svg import finish
from .tangents import with_tangents
from .tree import tree

if TYPE_CHECKING:
    from typing import Literal

    import graphviz


@dataclass(frozen=True, repr=False)
class Drawing(Figure):
    """A picture, ready to be shown, saved and printed. :func:`draw` makes them.

    Attributes
    ----------
    picture
        The boxes and arrows as plain data.
    view
        How they are shown: the options of :func:`draw`.
    renderer
        "dot", "embedded", or "auto".
    timeout
        The seconds after which a layout that isn't done is an error.
    laid_out
        The picture whose layout it has, where that is not its own: see :meth:`showing`.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> a, b = Value(2, label="a"), Value(1, label="b")
    >>> e = (a + b) * (b + 1)
    >>> e.backward()
    >>> print(draw(e))
    e = v₁ × v₂   value 6   grad 1
    ├─ v₁ = a + b   value 3   grad 2   ∂e/∂v₁ = 2
    │  ├─ a   value 2   grad 2   ∂v₁/∂a = 1
    │  └─ b   value 1   grad 5   ∂v₁/∂b = 1
    └─ v₂ = b + 1   value 2   grad 3   ∂e/∂v₂ = 3
       └─ b   value 1   grad 5   ∂v₂/∂b = 1
    """

    picture: Picture
    view: View
    renderer: render.Renderer = "auto"
    timeout: float = 60.0
    laid_out: Picture | None = None  # what the layout is of, where it isn't of `picture`

    formats: ClassVar[tuple[str, ...]] = (*Figure.formats, ".dot", ".gv")

    @property
    def size(self) -> style.SizeName | None:
        """What it is drawn for, "slide" or "paper", or None."""
        return self.view.size

    @property
    def digraph(self) -> graphviz.Digraph:
        """The drawing as a ``graphviz.Digraph``, to go on with in Graphviz's own terms."""
        return digraph(picture=self.picture, view=self.view)

    @cached_property
    def source(self) -> str:
        """The DOT text; it needs no renderer."""
        return str(self.digraph.source)

    @cached_property
    def layout(self) -> tuple[View, bytes]:
        """How the picture lies, and where Graphviz then puts everything, as its own SVG.

        Raises
        ------
        ValueError
            If text on a slide is too small to read, however the picture lies.
        """
        failed: list[TooSmallError] = []
        for view in arrangements(self.view):
            source = str(digraph(picture=self.picture, view=view).source)
            layout = render.layout(source, renderer=self.renderer, timeout=self.timeout)
            try:
                finish(layout, self.picture, view)
            except TooSmallError as error:
                failed.append(error)
            else:
                return view, layout
        raise max(failed, key=lambda error: error.pixels)

    @cached_property
    def svg(self) -> str:
        """The finished figure as SVG text."""
        view, layout = self.layout
        return finish(layout, self.laid_out or self.picture, view, self.picture)

    def content(self, ending: str) -> bytes:
        """What a file with this ending holds."""
        return self.source.encode() if ending in (".dot", ".gv") else super().content(ending)

    def frames(self) -> tuple[Drawing, ...]:
        """The figure revealed step by step: structure, values, local derivatives, gradients.

        Every frame has the same layout, so nothing moves from one slide to the next. Steps that the
        drawing does not show are left out.
        """
        steps = self.view.show
        return tuple(self.showing(self.picture.revealed(steps[: i + 1])) for i in range(len(steps)))

    def showing(self, picture: Picture) -> Drawing:
        """The same figure, everything in its place, with the words of another picture of the same boxes."""
        made = replace(self, picture=picture, laid_out=self.laid_out or self.picture)
        made.__dict__["layout"] = self.layout  # it is the same one: Graphviz runs once
        return made

    def __str__(self) -> str:
        return tree(self.picture, self.view)


def draw(
    node: Any,
    *,
    names: Mapping[str, object] | None = None,
    mode: Literal["reverse", "forward"] = "reverse",
    wrt: Any = None,
    show: Sequence[Step] = STEPS,
    edges: EdgeLabels = "numbers",
    direction: Literal["LR", "BT"] = "LR",
    flow: Literal["forward", "backward"] = "forward",
    size: style.SizeName | None = None,
    background: style.Background = "white",
    parameters: Sequence[Any] = (),
    max_nodes: int = 1500,
    collapse: How | Literal["auto"] | None = "auto",
    title: str = "",
    caption: str = "",
    renderer: render.Renderer = "auto",
) -> Drawing:
    """Draw the graph below a node: a box per operation, its value and gradient, the local derivative on every edge.

    Small arrays are shown in full, large ones by their extent and the norm of their gradient. A derivative that is no
    number is a formula (``∂A/∂Z = A × (1 − A)``), or says what becomes of the gradient (``∂Z/∂W: · Xᵀ``).

    Parameters
    ----------
    node
        The output, or a list or tuple of outputs.
    names
        Name → node or array, for those without a label: ``{"loss": e}`` or ``locals()``. By default the caller's
        variables; ``{}`` for none. What has no name is numbered v₁, v₂, …
    mode, wrt
        "forward" shows tangents where gradients are else: the derivative of every node by `wrt`, a node; or along a
        direction, where `wrt` is a dict of nodes and their tangents, as arrays need it.
    show
        Which of "structure", "value", "local" and "grad" to show.
    edges
        The local derivatives as "numbers", as "formulas", or "both".
    direction
        "LR" from left to right, "BT" from the bottom up.
    flow
        "backward" turns the arrows into those of the backward pass, dashed.
    size
        "slide" is 16:9, with no text under 18 px at 1280, for which labels may take two lines and the graph may lie in
        the other direction; "paper" fits a column of 6.5 inches.
    background
        "white", "transparent" or "dark".
    parameters
        Leaves to draw as parameters, beside those of ``nn`` modules.
    max_nodes
        The most boxes to draw. Beyond 150, pictures are compact: small boxes, straight edges without labels.
    collapse
        "neuron" or "layer" makes one box of each; "example" makes one of what is computed alike for many examples.
        "auto" does so beyond 150 nodes, where one of the three leaves at most 50 boxes (the one that leaves most of
        them), and beyond `max_nodes`. None draws every node.
    title, caption
        Text above and below.
    renderer
        "dot", "embedded", or "auto": ``dot`` where it is installed.

    Returns
    -------
    Drawing
        Shown by Jupyter; ``.save("e.svg")``, ``.show()``, ``.frames()``, ``.source``, ``print(...)``.

    Raises
    ------
    TypeError
        If `node` is not a node, or `wrt` none of the graph.
    ValueError
        If an option is none of those above, or the graph is larger than `max_nodes` and nothing in it can be collapsed.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> m = Value(2)
    >>> t = m * m
    >>> print(draw(t))
    t = m × m   value 4   grad —
    ├─ m   value 2   grad —   ∂t/∂m = 2
    └─ m   value 2   grad —   ∂t/∂m = 2
    call t.backward() to fill in the gradients
    """
    roots = tuple(node) if isinstance(node, list | tuple) else (node,)
    check(
        edges=(edges, get_args(EdgeLabels)), direction=(direction, ("LR", "BT")),
        flow=(flow, ("forward", "backward")), mode=(mode, ("reverse", "forward")),
        size=(size, (None, *get_args(style.SizeName))),
        background=(background, get_args(style.Background)), collapse=(collapse, ("auto", None, *get_args(How))),
        renderer=(renderer, get_args(render.Renderer)),
    )  # fmt: skip
    steps = _steps(show)
    for root in roots or (None,):
        if not all(hasattr(root, needed) for needed in ("op", "inputs", "data", "grad")):
            got = type(root).__name__
            hint = "what the network gives, as in model(X)" if hasattr(root, "parameters") else "a Value, not its .data"
            raise TypeError(f"draw takes a node or a list of nodes, got {got}: pass {hint}")
    if names is None:
        names = callers_names(sys._getframe(1))
    made = fitted(roots, variables=names, parameters=parameters, max_nodes=max_nodes, collapse=collapse)
    if mode == "forward":
        made = with_tangents(made, roots, wrt)
    elif wrt is not None:
        raise ValueError('wrt= is for mode="forward"; gradients are by every node')
    compact = len(made.nodes) > FULL_LABELS
    if compact:
        said = f'{len(made.nodes):,} nodes: collapse="neuron", "layer" or "example" may draw fewer boxes'
        made = replace(made, notes=(*made.notes, said))
    view = View(
        show=steps, edges=edges, direction=direction, flow=flow, size=size, background=background,
        compact=compact, title=title, caption=caption,
    )  # fmt: skip
    return Drawing(made, view, renderer)


def _steps(show: Sequence[Step]) -> tuple[Step, ...]:
    wanted = (show,) if isinstance(show, str) else tuple(show)
    wrong = [step for step in wanted if step not in STEPS]
    if wrong:
        raise ValueError(f"show has {wrong[0]!r}; it may have {', '.join(map(repr, STEPS))}")
    return tuple(step for step in STEPS if step in wanted or step == "structure")
