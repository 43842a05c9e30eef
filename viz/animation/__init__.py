"""The sweeps over a graph as a sequence of pictures, a GIF or numbered files."""

from .animate import Animation as Animation
from .animate import animate as animate
