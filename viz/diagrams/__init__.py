"""Networks as lectures draw them: layers of units, and blocks that hand values forward and gradients back."""

from .building_blocks import blocks as blocks
from .layers import network as network
