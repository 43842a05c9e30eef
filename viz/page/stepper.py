"""``step``: one HTML page, without a server or a network, that steps through both sweeps over a graph.

How the page looks and works is in the files beside this one.
"""

from __future__ import annotations

import dataclasses
import html
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

from autograd_mini.names import callers_names

from .. import text
from ..figure import Saved
from ..operations import rule_of
from ..options import check
from ..picture import Graph, picture, walk

Mode = Literal["reverse", "forward"]

MOST_NODES = 400


@dataclass(frozen=True, repr=False)
class Page(Saved):
    """A page that steps through a graph. :func:`step` makes them; Jupyter shows them.

    Attributes
    ----------
    title
        What is above it.
    steps
        How many steps it has.
    html
        The whole page as text.
    height
        How high a frame is that shows it, in pixels.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> import viz
    >>> a, b = Value(2), Value(3)
    >>> c = a * b
    >>> page = viz.step(c)
    >>> page.title, page.steps
    ('c = a × b', 4)
    """

    title: str
    steps: int
    html: str = dataclasses.field(repr=False)
    height: int = 900

    formats: ClassVar[tuple[str, ...]] = (".html", ".htm")

    def content(self, ending: str) -> bytes:
        """What a file with this ending holds."""
        return self.html.encode()

    def __str__(self) -> str:
        return f"{self.title}: a page of {self.steps} steps; .save('step.html') keeps it, .show() opens it"

    def _repr_html_(self) -> str:
        """A frame of its own in a notebook: pages know nothing of each other, nor of the notebook."""
        return (
            f'<iframe sandbox="allow-scripts" width="100%" height="{self.height}" frameborder="0" '
            f'title="{html.escape(self.title)}" srcdoc="{html.escape(self.html)}"></iframe>'
        )


def step(
    node: Any,
    *,
    names: Mapping[str, object] | None = None,
    parameters: Sequence[Any] = (),
    mode: Mode = "reverse",
    wrt: Any = None,
    predict: bool = False,
    learning_rate: float = 0.1,
    title: str = "",
) -> Page:
    """One page to step through the computation of a number and of its derivatives, forward and backward.

    The page computes by itself: sliders and fields change its inputs, a switch has it ask for each number before it
    shows it, gradient descent moves the parameters. Every moment has an address that can be linked to
    (``e.html#step=8&b=3``). The graph itself, its gradients too, stays as it is.

    Parameters
    ----------
    node
        The output: a Value, or a Tensor of one number that was computed from such.
    names
        Name → node, for those without a label. By default the caller's variables; ``{}`` for none.
    parameters
        Leaves that gradient descent moves, beside those of ``nn`` modules; where there are none, all that want a
        gradient.
    mode
        "reverse" begins with gradients flowing backward, "forward" with the tangents by one input.
    wrt
        That input: a leaf, or its name. By default the first.
    predict
        Whether the page begins with asking for each number.
    learning_rate
        The step of gradient descent.
    title
        Above the page; by default the formula.

    Returns
    -------
    Page
        ``.save("e.html")``, ``.show()``, ``.html``; shown by Jupyter.

    Raises
    ------
    TypeError
        If `node` is no node; for arrays, and operations that are no formula.
    ValueError
        For more than 400 nodes, nothing that wants a gradient, an unknown `mode` or `wrt`, or a learning rate that is
        not positive.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> a, b = Value(2), Value(1)
    >>> c = a + b
    >>> d = b + 1
    >>> e = c * d
    >>> print(step(e))
    e = (a + b) × (b + 1): a page of 9 steps; .save('step.html') keeps it, .show() opens it
    """
    from .content import Content  # noqa: PLC0415 - loads when the first page is made

    if not all(hasattr(node, needed) for needed in ("op", "inputs", "data", "grad")):
        raise TypeError(f"step takes a node, got {type(node).__name__}: pass a Value, not its .data")
    check(mode=(mode, get_args(Mode)))
    is_number = isinstance(learning_rate, int | float) and not isinstance(learning_rate, bool)
    if not is_number or not 0 < learning_rate < math.inf:
        raise ValueError(f"learning_rate={learning_rate!r}; it has to be a positive number")
    graph = walk([node], parameters=parameters, limit=MOST_NODES)
    if graph is None:
        raise ValueError(
            f"step shows at most {MOST_NODES} nodes, and this graph has more: pass a node nearer to the inputs, "
            "a smaller network or fewer examples; viz.draw collapses large graphs"
        )
    _check(graph)
    content = Content(graph, picture(graph, callers_names(sys._getframe(1)) if names is None else names))
    settings = {"mode": mode, "wrt": content.place(wrt), "predict": bool(predict), "rate": float(learning_rate)}
    said = text.clean(title) or content.title
    return Page(said, content.steps, content.html(said, settings), content.height)


def _check(graph: Graph) -> None:
    """Whether the page can compute every node."""
    from autograd_mini.nary import Sum  # noqa: PLC0415 - so that pictures load quickly
    from autograd_mini.rules import Rule  # noqa: PLC0415 - the same

    for node in graph.nodes:
        if getattr(node.data, "shape", ()) != ():
            raise TypeError(
                f"step recomputes numbers in the page, and this graph has an array of shape {node.data.shape}: "
                "build it of Values; viz.zoom shows the numbers of one matrix node, viz.draw the arrays"
            )
        rule = rule_of(node)
        if rule is not None and not isinstance(rule, Rule | Sum):
            raise TypeError(
                f"step recomputes numbers in the page, and {rule.name!r} is no formula: "
                "write it with the table's functions, or add it with ag.rule"
            )
    if not any(node.requires_grad and not node.op for node in graph.nodes):
        raise ValueError("nothing here wants a gradient: make the inputs Value(…) with requires_grad=True")
