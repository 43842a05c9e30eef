"""The chain rule in words and numbers: what each step contributes, and along which paths."""

from .explaining import explain as explain
from .explanation import Explanation as Explanation
from .routes import Paths as Paths
from .routes import paths as paths
