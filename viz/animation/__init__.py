"""The sweeps over a graph as a sequence of pictures, a GIF or numbered files."""

from .animating import Animation as Animation
from .animating import animate as animate
