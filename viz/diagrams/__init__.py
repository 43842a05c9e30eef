"""Networks as lectures draw them: layers of units, and blocks that hand values forward and gradients back."""

from .blocks import blocks as blocks
from .network import network as network
