"""What the weights are before training.

>>> HeNormal(seed=0)((2, 3)).shape
(2, 3)
>>> get("zeros")((2,))
array([0., 0.])
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..configured import Configured, find
from ..tensor import Array


class Initializer(Configured):
    """Draws weights: called with their shape, and a generator to draw from unless it has a seed of its own.

    >>> class Identity(Initializer):
    ...     def draw(self, shape, generator):
    ...         return np.eye(*shape)
    >>> Identity()((2, 2)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    seed: int | None = None

    def __call__(self, shape: tuple[int, ...], generator: np.random.Generator | None = None) -> Array:
        """An array of float64, of this shape."""
        drawn = np.random.default_rng(self.seed) if generator is None or self.seed is not None else generator
        return self.draw(shape, drawn)

    def draw(self, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
        """An array of this shape, from this generator: what a subclass says."""
        raise NotImplementedError


class Constant(Initializer):
    """All alike, ``value``. Units of a layer whose weights are alike stay alike forever: they see the same gradient.

    >>> Constant(0.5)((2,)).tolist()
    [0.5, 0.5]
    """

    def __init__(self, value: float = 0.0) -> None:
        self.value = value

    def draw(self, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
        return np.full(shape, float(self.value))


class Zeros(Constant):
    """All 0, as biases are at first.

    >>> Zeros()((2,)).tolist()
    [0.0, 0.0]
    """

    def __init__(self) -> None:
        super().__init__(0.0)


class Ones(Constant):
    """All 1, as the weights of an example by hand.

    >>> Ones()((2,)).tolist()
    [1.0, 1.0]
    """

    def __init__(self) -> None:
        super().__init__(1.0)


class Normal(Initializer):
    """Normal around 0 with standard deviation ``stddev``; 0.01 is the lecture notes' ``np.random.randn(…) * 0.01``.

    >>> Normal(stddev=0.01, seed=0)((1000, 10)).std().round(3).item()
    0.01

    With a ``seed`` it draws the same at each call.
    """

    def __init__(self, stddev: float = 0.01, seed: int | None = None) -> None:
        self.stddev = stddev
        self.seed = seed

    def draw(self, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
        return generator.normal(0.0, self.stddev, shape)


class _Scaled(Initializer):
    """Mean 0, and a variance that keeps a layer's outputs as large as its inputs."""

    uniform = True

    def __init__(self, seed: int | None = None) -> None:
        self.seed = seed

    def variance(self, inputs: int, outputs: int) -> float:
        """Of a weight, of a layer of so many inputs and outputs."""
        raise NotImplementedError

    def draw(self, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
        deviation = math.sqrt(self.variance(shape[0], shape[-1]))
        if not self.uniform:
            return generator.normal(0.0, deviation, shape)
        return generator.uniform(-math.sqrt(3) * deviation, math.sqrt(3) * deviation, shape)


class GlorotUniform(_Scaled):
    """Uniform with variance 2 / (inputs + outputs) (Glorot & Bengio, 2010): Keras' choice for Dense.

    With a ``seed`` it draws the same at each call.

    >>> W = GlorotUniform(seed=0)((60, 30))
    >>> bool(abs(W.var() - 2 / (60 + 30)) < 0.002)
    True
    """

    def variance(self, inputs: int, outputs: int) -> float:
        return 2 / (inputs + outputs)


class HeUniform(_Scaled):
    """Uniform with variance 2 / inputs (He et al., 2015), for relu.

    With a ``seed`` it draws the same at each call.

    >>> W = HeUniform(seed=0)((60, 30))
    >>> bool(abs(W.var() - 2 / 60) < 0.002)
    True
    """

    def variance(self, inputs: int, outputs: int) -> float:
        return 2 / inputs


class LecunUniform(_Scaled):
    """Uniform with variance 1 / inputs (LeCun et al., 1998).

    With a ``seed`` it draws the same at each call.

    >>> W = LecunUniform(seed=0)((60, 30))
    >>> bool(abs(W.var() - 1 / 60) < 0.002)
    True
    """

    def variance(self, inputs: int, outputs: int) -> float:
        return 1 / inputs


class GlorotNormal(GlorotUniform):
    """Normal with variance 2 / (inputs + outputs).

    With a ``seed`` it draws the same at each call.

    >>> W = GlorotNormal(seed=0)((60, 30))
    >>> bool(abs(W.var() - 2 / (60 + 30)) < 0.002)
    True
    """

    uniform = False


class HeNormal(HeUniform):
    """Normal with variance 2 / inputs, for relu.

    With a ``seed`` it draws the same at each call.

    >>> W = HeNormal(seed=0)((60, 30))
    >>> bool(abs(W.var() - 2 / 60) < 0.002)
    True
    """

    uniform = False


class LecunNormal(LecunUniform):
    """Normal with variance 1 / inputs.

    With a ``seed`` it draws the same at each call.

    >>> W = LecunNormal(seed=0)((60, 30))
    >>> bool(abs(W.var() - 1 / 60) < 0.002)
    True
    """

    uniform = False


CLASSES = (
    Zeros, Ones, Constant, Normal, GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal,
)  # fmt: skip
NAMES = {"random_normal": Normal}


def get(initializer: Any) -> Callable[..., Any]:
    """An initializer by its name, such as ``"he_normal"``; a function of (shape, generator) as it is.

    Raises
    ------
    ValueError
        For an unknown name.

    Examples
    --------
    >>> get("he_normal")((64, 25)).shape
    (64, 25)
    """
    return find(initializer, "initializer", CLASSES, NAMES)  # type: ignore[no-any-return]  # one of them, or a function
