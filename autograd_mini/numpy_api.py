"""NumPy's own functions on nodes: ``np.exp(t)``, ``np.sum(t, axis=1)``, ``np.add(1, v)``.

NumPy asks its arguments before it computes (``__array_ufunc__`` and ``__array_function__``, NEP 13 and 18). The
answer is looked up: functions that have a derivative in ``array_functions.py`` and the table, those whose result has
none (argmax, isnan, comparisons, zeros_like) in the list below, which run on the plain arrays. Nothing is wrapped.

>>> from autograd_mini import Tensor
>>> x = Tensor([1.0, 2.0])
>>> np.exp(x).op, np.isnan(x), np.ones_like(x)
('exp', array([False, False]), array([1., 1.]))
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from . import reductions, tree
from .array_functions import OF_SHAPE
from .array_functions import PLAIN as PLAIN_NAMES
from .arrays import NUMPY
from .functions import FUNCTIONS
from .graph import Node, data_of
from .modes import THREAD, refuse_in_program
from .plain import CONDITIONS, LOGIC, combine
from .recording import array
from .rules import TABLE
from .shapes import reshape
from .value import Value

PLAIN = {
    getattr(np, name)
    for name in """
    equal not_equal less less_equal greater greater_equal logical_and logical_or logical_not logical_xor
    signbit flatnonzero argwhere searchsorted empty_like array_equiv array_repr array_str result_type iscomplexobj
    isrealobj isscalar unique bincount digitize may_share_memory shares_memory lexsort argpartition nanargmax
    nanargmin isin iscomplex isreal isneginf isposinf histogram
    """.split()
    + PLAIN_NAMES
    if hasattr(np, name)
}

UFUNCS: dict[Any, Callable[..., Any]] = {
    **{getattr(np, row.numpy): FUNCTIONS[row.name] for row in TABLE if row.numpy},
    **NUMPY,
}
RECORDED: dict[Any, Callable[..., Any]] = {operation.value: operation for operation in CONDITIONS}
RECORDED |= {getattr(np, f"bitwise_{name}"): functools.partial(combine, name) for name in LOGIC}
REDUCTIONS = {
    np.add: reductions.sum,
    np.multiply: reductions.prod,
    np.maximum: reductions.max,
    np.minimum: reductions.min,
}


def array_ufunc(self: Node, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
    """What a ufunc with a node among its arguments gives."""
    if method == "__call__" and not kwargs:
        function = UFUNCS.get(ufunc)
        if function is not None:
            return function(*inputs)
        if ufunc in RECORDED and THREAD.trace is not None:
            return RECORDED[ufunc](*inputs)
        if ufunc in PLAIN:
            refuse_in_program(f"np.{ufunc.__name__}()", "use comparisons with ag.where")
            result = ufunc(*map(data_of, inputs))
            return bool(result) if type(self) is Value and type(result) is np.bool_ else result
    if "out" in kwargs:
        raise TypeError(
            f"np.{ufunc.__name__} can't write a node into an array, because that would cut the graph: "
            "write a = a + t, not a += t; collect the parts in a list and use ag.stack"
        )
    unknown = {name: value for name, value in kwargs.items() if value is not None and name not in ("axis", "keepdims")}
    if method == "reduce" and ufunc in REDUCTIONS and not unknown:
        return REDUCTIONS[ufunc](
            *inputs, **{"axis": 0, **{k: v for k, v in kwargs.items() if v is not None or k == "axis"}}
        )
    if method == "outer" and len(inputs) == 2 and not kwargs and ufunc in UFUNCS:
        x, y = map(array, inputs)
        return UFUNCS[ufunc](reshape(x, x.shape + (1,) * y.ndim), y)
    raise refuse(ufunc.__name__ + ("" if method == "__call__" else f".{method}"), kwargs)


def array_function(_: Node, function: Any, _types: Any, args: Any, kwargs: Any) -> Any:
    """What another of NumPy's functions with a node among its arguments gives."""
    ours = NUMPY.get(function)
    if ours is None and function is np.where:
        ours = FUNCTIONS["where"] if len(args) == 3 else np.nonzero
    if ours is not None:
        given = {name: value for name, value in kwargs.items() if value is not np._NoValue}
        try:
            return ours(*args, **given)
        except TypeError as error:
            if "unexpected keyword" in str(error):
                raise refuse(function.__name__, given) from error
            raise
    if function in PLAIN:
        if function.__name__ not in OF_SHAPE:
            refuse_in_program(f"np.{function.__name__}()", "use comparisons with ag.where")
        return function(*tree.map_leaves(data_of, args), **tree.map_leaves(data_of, kwargs))
    raise refuse(function.__name__, {}, function.__module__)


def refuse(name: str, kwargs: dict[str, Any], module: str = "") -> TypeError:
    """The error for a NumPy function, or arguments of it, that nodes don't have."""
    if kwargs:
        return TypeError(f"np.{name} of a node doesn't take {', '.join(f'{key}=' for key in kwargs)}")
    import difflib  # only here, because importing should be quick

    module = "linalg." if "linalg" in module else ""
    near = difflib.get_close_matches(name, [f.__name__ for f in UFUNCS], n=1, cutoff=0.65 if len(name) > 4 else 0.8)
    said = f"; the nearest that there is: np.{near[0]}" if near else ""
    return TypeError(
        f"np.{module}{name} has no derivative here, so it doesn't take nodes{said}; "
        f"of plain numbers: np.{module}{name}(t.numpy())"
    )


for _name, _answer in (("__array_ufunc__", array_ufunc), ("__array_function__", array_function)):
    setattr(Node, _name, _answer)
