"""The page that ``viz.step`` makes: what it knows of a graph, and the HTML, style and scripts that show it.

``content.py`` gathers the data, ``document.py`` puts the page together; each script begins with what it does.
"""

from .stepper import Page as Page
from .stepper import step as step
