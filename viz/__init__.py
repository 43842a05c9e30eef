"""Pictures of computation graphs, for slides, papers and notebooks.

>>> import viz
>>> from autograd_mini import Value
>>> a, b = Value(2), Value(1)
>>> c = a * b
>>> viz.draw(c).source.splitlines()[0]
'digraph {'
"""

from .activations import plot_activation as plot_activation
from .blocks import blocks as blocks
from .drawing import Drawing as Drawing
from .drawing import draw as draw
from .figure import Figure as Figure
from .histograms import plot_histograms as plot_histograms
from .images import plot_digits as plot_digits
from .images import plot_weights as plot_weights
from .network import network as network
from .plots import plot_decision_boundary as plot_decision_boundary
from .plots import plot_history as plot_history
from .render import RenderError as RenderError
from .surfaces import plot_loss_surface as plot_loss_surface
from .zoom import zoom as zoom

__all__ = [
    "Drawing",
    "Figure",
    "RenderError",
    "blocks",
    "draw",
    "network",
    "plot_activation",
    "plot_decision_boundary",
    "plot_digits",
    "plot_histograms",
    "plot_history",
    "plot_loss_surface",
    "plot_weights",
    "zoom",
]
