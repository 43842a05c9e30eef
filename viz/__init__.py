"""Pictures of computation graphs, for slides, papers and notebooks.

>>> import viz
>>> from autograd_mini import Value
>>> a, b = Value(2), Value(1)
>>> c = a * b
>>> viz.draw(c).source.splitlines()[0]
'digraph {'
"""

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
from .drawing import Drawing as Drawing
from .drawing import draw as draw
from .figure import Figure as Figure
from .page import Page as Page
from .page import step as step
from .plots import plot_activation as plot_activation
from .plots import plot_decision_boundary as plot_decision_boundary
from .plots import plot_digits as plot_digits
from .plots import plot_histograms as plot_histograms
from .plots import plot_history as plot_history
from .plots import plot_loss_surface as plot_loss_surface
from .plots import plot_weights as plot_weights
from .render import RenderError as RenderError
from .zoom import zoom as zoom

__all__ = [
    "Animation",
    "Comparison",
    "Drawing",
    "Explanation",
    "Figure",
    "Page",
    "Paths",
    "RenderError",
    "animate",
    "blocks",
    "compare_modes",
    "draw",
    "explain",
    "network",
    "paths",
    "plot_activation",
    "plot_decision_boundary",
    "plot_digits",
    "plot_histograms",
    "plot_history",
    "plot_loss_surface",
    "plot_weights",
    "step",
    "zoom",
]
