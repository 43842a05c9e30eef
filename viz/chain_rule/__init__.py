"""The chain rule in words and numbers: what each step contributes, and along which paths."""

from .explain import explain as explain
from .explanation import Explanation as Explanation
from .paths import Paths as Paths
from .paths import paths as paths
