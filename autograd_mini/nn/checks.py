"""What fit, evaluate and predict are given, as arrays; and what a good teacher says of a mistake, before it is trained.

>>> features([[1, 2], [3, 4]])
array([[1., 2.],
       [3., 4.]])
"""

from __future__ import annotations

import contextlib
import sys
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from ..graph import data_of
from .labels import check_weights
from .layers import Dense, Normalization

if TYPE_CHECKING:
    from ..tensor import Array
    from .loss import Loss
    from .module import Module

LARGE = 50  # |mean| or standard deviation from which features spoil the first layer


def features(X: Any, dtype: Any = None) -> Array:
    """X as an array of float32 or float64, or of a dtype.

    Raises
    ------
    ValueError : for no examples, text, rows of different lengths, numbers alone, nan or inf
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
    ValueError : for another number of examples, text, nan or inf
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


def check_outputs(loss: Loss, activation: str | None, shape: tuple[int, ...]) -> None:
    """Raise a ValueError for an output that can't be what the loss takes, warn of one that hardly can.

    Parameters
    ----------
    activation : the name of the last one; None where it isn't known
    """
    if activation == "softmax" and shape[-1] == 1:
        raise ValueError(
            'softmax on one unit is always 1: use activation="sigmoid" for two classes, or a unit for each class'
        )
    if loss.from_logits and activation in ("softmax", "sigmoid"):
        raise ValueError(
            f"{loss.name} with from_logits=True takes the numbers before {activation}, and applies it itself, got an "
            f'output with activation="{activation}": leave that away, or from_logits'
        )
    if loss.from_logits is False and activation == "linear":
        _warn(
            f"{loss.name} takes probabilities, the output is linear: use from_logits=True, or end with "
            f'activation="{loss.output_activation}"'
        )


def warn_of_beginners_mistakes(module: Module, X: Array) -> None:
    """Warn of what spoils training: hidden weights that are all alike, features that are large or far from 0."""
    parts = module.modules()
    hidden = [layer for layer in parts if isinstance(layer, Dense) and layer.W is not None][:-1]
    for layer in hidden:
        assert layer.W is not None
        W = layer.W._data
        if layer.units > 1 and (W.flat[0] == W).all():
            _warn(
                f"all weights of {layer.title} are {W.flat[0]:g}: its units see the same gradient "
                'and stay alike; start from random ones, such as kernel_initializer="glorot_uniform"'
            )
            break
    if not any(isinstance(part, Normalization) for part in parts):
        axes = tuple(range(X.ndim - 1))
        size = np.maximum(np.abs(X.mean(axis=axes)), X.std(axis=axes))
        if size.max() > LARGE:
            worst = int(size.argmax())
            _warn(
                f"feature {worst} has mean {X[..., worst].mean():.4g} and standard deviation "
                f"{X[..., worst].std():.4g}, which trains badly: put nn.Normalization() first, after its adapt(X)"
            )


def _warn(message: str) -> None:
    """Warn, at the line that called this package."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("autograd_mini."):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, stacklevel=level)
