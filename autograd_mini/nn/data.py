"""What fit, evaluate and predict are given, as arrays.

>>> features([[1, 2], [3, 4]])
array([[1., 2.],
       [3., 4.]])
"""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

from ..graph import data_of
from ..tensor import Array
from .labels import check_weights


def features(X: Any, dtype: Any = None) -> Array:
    """X as an array of float32 or float64, or of a dtype.

    Raises
    ------
    ValueError
        For no examples, text, rows of different lengths, numbers alone, nan or inf.
    """
    array = _array(X, "X")
    if array.ndim < 2:
        hint = ": one feature is X.reshape(-1, 1), one example X.reshape(1, -1)" if array.ndim else ""
        raise ValueError(f"X holds examples as rows, expected shape (m, …), got {array.shape}{hint}")
    if dtype is None:
        dtype = array.dtype if array.dtype in (np.float32, np.float64) else np.float64
    _check_finite(array, X, "X")
    with np.errstate(over="ignore"):
        array = array.astype(dtype, order="C", copy=False)  # a DataFrame's order would give other last digits
    if not np.isfinite(array).all():
        raise ValueError(f"X holds numbers too large for {np.dtype(dtype)}, in which the network computes: scale them")
    return array


def targets(y: Any, shape: tuple[int, ...]) -> Array:
    """The labels y as an array of numbers, one row an example, for an X of a shape.

    Raises
    ------
    ValueError
        For another number of examples, text, nan or inf.
    """
    array, m = _array(y, "y"), shape[0]
    if array.ndim < 1 or len(array) != m:
        hint = "give as many of both"
        if array.ndim == 2 and len(array) == 1 and array.size in (m, shape[1]):  # examples as columns
            hint = f"examples are rows here, use {'X.T and ' if array.size != m else ''}y.ravel()"
        raise ValueError(f"X has {m} examples, y {len(array) if array.ndim else 'is one number'}: {hint}")
    _check_finite(array, y, "y")
    return array.astype(np.int64) if array.dtype == bool else array


def weights_of_examples(sample_weight: Any, m: int) -> Array | None:
    """The weights (m,) of the examples as an array, None for none."""
    if sample_weight is None:
        return None
    array = _array(sample_weight, "sample_weight").astype(np.float64)
    check_weights(array, (m,))
    return array


def _array(given: Any, name: str) -> Array:
    if given is None:
        raise ValueError(f"{name} is None, expected an array of numbers")
    given = data_of(given)
    if np.ma.isMaskedArray(given):
        raise ValueError(f"{name} is a masked array, expected numbers: leave masked rows out, or use {name}.filled(…)")
    try:
        array = np.asarray(given)
    except ValueError as error:
        raise ValueError(f"{name} has rows of different lengths, expected an array of numbers") from error
    if array.dtype.kind == "O":  # such as a DataFrame of ints and floats, or of text
        with contextlib.suppress(TypeError, ValueError):
            array = array.astype(np.float64)
    if array.dtype.kind not in "biuf":
        hint = "np.unique(y, return_inverse=True)[1] numbers them" if name == "y" else "encode it as numbers first"
        raise ValueError(f"{name} holds {_kind(array)}{_column(given)}, expected numbers: {hint}")
    if not array.size:
        raise ValueError(f"{name} holds no examples, got shape {array.shape}")
    return array


def _column(given: Any) -> str:
    """Which column of a DataFrame holds no numbers."""
    kinds: Any = getattr(given, "dtypes", None)
    wrong = [name for name, kind in kinds.items() if kind.kind not in "biuf"] if hasattr(kinds, "items") else []
    return f" in column {wrong[0]!r}" if wrong else ""


def _kind(array: Array) -> str:
    if array.dtype.kind in "US":
        return f"text such as {array.flat[0].item()!r:.40}" if array.size else "text"
    wrong = next((x for x in array.flat if not isinstance(x, int | float | np.number)), None)
    return f"text such as {wrong!r:.40}" if isinstance(wrong, str) else f"values of dtype {array.dtype}"


def _check_finite(array: Array, given: Any, name: str) -> None:
    finite = np.isfinite(array)
    if not finite.all():
        place = tuple(int(i) for i in np.argwhere(~finite)[0])
        names = getattr(given, "columns", None)
        column = f" (column {names[place[1]]!r})" if names is not None and len(place) > 1 else ""
        where = ", ".join(map(str, place))
        raise ValueError(
            f"{name}[{where}]{column} is {array[place]}, expected finite numbers: leave such rows out, or fill them"
        )


def columns_as_wanted(y: Array, shape: tuple[int, ...], of_classes: bool) -> Array:
    """A y of one axis as one column, where the outputs have the shape (m, 1); the reverse for numbers of classes."""
    if of_classes:
        return y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    return y.reshape(-1, 1) if y.ndim == 1 and shape[1:] == (1,) else y
