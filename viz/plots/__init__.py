"""Curves, surfaces, histograms and images, by matplotlib, in the colours of the other pictures.

Functions give a figure, which Jupyter shows and ``save`` writes. They need the extra ``plot``:
``pip install autograd-mini[plot]``.
"""

from .activations import plot_activation as plot_activation
from .histograms import plot_histograms as plot_histograms
from .images import plot_digits as plot_digits
from .images import plot_weights as plot_weights
from .surfaces import plot_loss_surface as plot_loss_surface
from .training import plot_decision_boundary as plot_decision_boundary
from .training import plot_history as plot_history
