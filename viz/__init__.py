"""Pictures of computation graphs, for slides, papers and notebooks.

>>> import viz
>>> from autograd_mini import Value
>>> a, b = Value(2), Value(1)
>>> c = a * b
>>> viz.draw(c).source.splitlines()[0]
'digraph {'
"""

from .drawing import Drawing as Drawing
from .drawing import draw as draw
from .plots import plot_decision_boundary as plot_decision_boundary
from .plots import plot_history as plot_history
from .render import RenderError as RenderError
from .zoom import zoom as zoom

__all__ = ["Drawing", "RenderError", "draw", "plot_decision_boundary", "plot_history", "zoom"]
