"""Pictures of computation graphs, for slides, papers and notebooks, and every derivative explained.

>>> import viz
>>> from autograd_mini import Value
>>> a, b = Value(2), Value(1)
>>> c = a * b
>>> viz.draw(c).source.splitlines()[0]
'digraph {'
>>> print(viz.explain(c, a, detail="short"))
∂c/∂a = 1
∂c/∂a = b = 1
"""

import importlib
from typing import TYPE_CHECKING, Any

from .drawing import Drawing, draw
from .figure import Figure
from .render import RenderError
from .zoom import zoom

if TYPE_CHECKING:  # loaded when they are asked for
    from .animation import Animation as Animation
    from .animation import animate as animate
    from .chain_rule import Explanation as Explanation
    from .chain_rule import Paths as Paths
    from .chain_rule import explain as explain
    from .chain_rule import paths as paths
    from .compare import Comparison as Comparison
    from .compare import compare_modes as compare_modes
    from .diagrams import blocks as blocks
    from .diagrams import network as network
    from .differences import compare_gradients as compare_gradients
    from .exercises import Exercise as Exercise
    from .exercises import Worksheet as Worksheet
    from .exercises import exercise as exercise
    from .exercises import worksheet as worksheet
    from .page import Page as Page
    from .page import step as step
    from .plots import plot_activation as plot_activation
    from .plots import plot_decision_boundary as plot_decision_boundary
    from .plots import plot_digits as plot_digits
    from .plots import plot_histograms as plot_histograms
    from .plots import plot_history as plot_history
    from .plots import plot_loss_surface as plot_loss_surface
    from .plots import plot_weights as plot_weights

LAZY = {
    name: room
    for room, names in {
        "animation": "Animation animate",
        "chain_rule": "Explanation Paths explain paths",
        "compare": "Comparison compare_modes",
        "diagrams": "blocks network",
        "differences": "compare_gradients",
        "exercises": "Exercise Worksheet exercise worksheet",
        "page": "Page step",
        "plots": "plot_activation plot_decision_boundary plot_digits plot_histograms plot_history plot_loss_surface "
        "plot_weights",
    }.items()
    for name in names.split()
}
__all__ = ["Drawing", "Figure", "RenderError", "draw", "zoom", *LAZY]  # noqa: PLE0604 - the names of LAZY are text


def __getattr__(name: str) -> Any:
    """What is loaded when it is asked for."""
    if name in LAZY:
        return getattr(importlib.import_module(f".{LAZY[name]}", __name__), name)
    import difflib  # noqa: PLC0415 - importing should be quick

    near = difflib.get_close_matches(name, __all__, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(sorted(__all__))}"
    raise AttributeError(f"viz has no attribute {name!r}; {hint}")
