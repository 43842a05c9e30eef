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
    """Draws weights: called with their shape, and a generator to draw from unless it has a seed of its own."""

    seed: int | None = None

    def __call__(self, shape: tuple[int, ...], generator: np.random.Generator | None = None) -> Array:
        """An array of float64."""
        drawn = np.random.default_rng(self.seed) if generator is None or self.seed is not None else generator
        return self.draw(shape, drawn)

    def draw(self, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
        """An array of a shape."""
        raise NotImplementedError


class Constant(Initializer):
    """All alike. Units of a layer whose weights are alike stay alike forever: they see the same gradient."""

    def __init__(self, value: float = 0.0) -> None:
        self.value = value

    def draw(self, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
        return np.full(shape, float(self.value))


class Zeros(Constant):
    """All 0, as biases are at first."""

    def __init__(self) -> None:
        super().__init__(0.0)


class Ones(Constant):
    """All 1."""

    def __init__(self) -> None:
        super().__init__(1.0)


class Normal(Initializer):
    """Normal around 0; the standard deviation of 0.01 is the lecture notes' ``np.random.randn(…) * 0.01``."""

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
    """Uniform with variance 2 / (inputs + outputs) (Glorot & Bengio, 2010): Keras' choice for Dense."""

    def variance(self, inputs: int, outputs: int) -> float:
        return 2 / (inputs + outputs)


class HeUniform(_Scaled):
    """Uniform with variance 2 / inputs (He et al., 2015), for relu."""

    def variance(self, inputs: int, outputs: int) -> float:
        return 2 / inputs


class LecunUniform(_Scaled):
    """Uniform with variance 1 / inputs (LeCun et al., 1998)."""

    def variance(self, inputs: int, outputs: int) -> float:
        return 1 / inputs


class GlorotNormal(GlorotUniform):
    """Normal with variance 2 / (inputs + outputs)."""

    uniform = False


class HeNormal(HeUniform):
    """Normal with variance 2 / inputs, for relu."""

    uniform = False


class LecunNormal(LecunUniform):
    """Normal with variance 1 / inputs."""

    uniform = False


CLASSES = (
    Zeros, Ones, Constant, Normal, GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal,
)  # fmt: skip
NAMES = {"random_normal": Normal}


def get(initializer: Any) -> Callable[..., Any]:
    """An initializer by its name, such as ``"he_normal"``; a function of (shape, generator) as it is.

    Raises
    ------
    ValueError : for an unknown name
    """
    return find(initializer, "initializer", CLASSES, NAMES)  # type: ignore[no-any-return]  # one of them, or a function
