"""autograd_mini: computation graphs that show their derivatives.

>>> import autograd_mini as ag
>>> a, b = ag.Value(2), ag.Value(1)
>>> e = (a + b) * (b + 1)
>>> e.backward()
>>> a.grad, b.grad
(2.0, 5.0)
"""

import importlib
from typing import Any

from . import array_functions as _array_functions
from . import functions as _functions
from . import numpy_api as _numpy_api
from .functions import log, rule, stop_gradient
from .modes import AnomalyError, RecordingError, detect_anomaly, no_grad
from .tensor import Tensor
from .transforms import grad, gradient_graph, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from .value import Value

globals().update(_functions.NAMES)  # ag.sin, ag.arcsin, …: one for each row of the table
globals().update(_array_functions.ARRAY_FUNCTIONS)  # ag.sum, ag.matmul, …

LAZY = {
    "check_grads": "testing",
    "check_rule": "testing",
    "custom_vjp": "custom",
    "dropout": "randomness",
    "jit": "programs.jit",
    "to_python": "source",
    "vmap": "programs.vmap",
}
__version__ = "0.1.0"
__all__ = [
    "AnomalyError",
    "RecordingError",
    "Tensor",
    "Value",
    "check_grads",
    "check_rule",
    "custom_vjp",
    "detect_anomaly",
    "dropout",
    "grad",
    "gradient_graph",
    "hessian",
    "hvp",
    "jacobian",
    "jit",
    "jvp",
    "log",
    "nn",
    "no_grad",
    "optim",
    "rule",
    "stop_gradient",
    "to_python",
    "value_and_grad",
    "vjp",
    "vmap",
    *_functions.NAMES,
    *_array_functions.ARRAY_FUNCTIONS,
]


def __getattr__(name: str) -> Any:
    """What is loaded when it is asked for, and functions that were added with ``@rule``."""
    if name in ("datasets", "nn", "optim", "testing"):
        return importlib.import_module(f".{name}", __name__)
    if name in LAZY:
        return getattr(importlib.import_module(f".{LAZY[name]}", __name__), name)
    if name in _functions.FUNCTIONS:
        return _functions.FUNCTIONS[name]
    import difflib  # only here, because importing should be quick

    near = ["log"] if name == "ln" else difflib.get_close_matches(name, __all__, n=1)
    raise AttributeError(f"autograd_mini has no attribute {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
