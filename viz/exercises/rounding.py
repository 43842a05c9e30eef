"""What is 0 but for rounding: the sine's derivative at π/2 comes out as 6·10⁻¹⁷, and whoever answers 0 is right.

At −40 the derivative of σ is as small, and is not 0. What tells them apart is how much of it the last digit of an
input, or of a term of a sum, makes.

>>> from autograd_mini import Value, sin
>>> from ..chain_rule.derivation import derivation
>>> x = Value(np.pi / 2, "x")
>>> made = derivation(sin(x), x, {})
>>> cleaned(made.gradients[made.wrt], noise(made))
0.0
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd_mini.reverse import cotangents

from ..arrays import is_array
from ..chain_rule.derivation import Derivation
from . import variants
from .sweeping import right

FEW = 8  # rounding errors
MOST = 1e-12  # unless the whole derivative is noise
TINY = 1e-9  # beside the largest gradient on the way: there it is asked whether it is 0


def noise(made: Derivation) -> float:
    """The size up to which a derivative may be nothing but rounding errors."""
    gradient = made.gradients[made.wrt]
    terms = [right(made, edge)(np.abs(made.gradients[edge.head])) for edge in made.outgoing[made.wrt]]
    found = FEW * _epsilon(gradient) * _largest(sum(np.abs(term) for term in terms or [gradient]))
    if _largest(gradient) > found:
        found = min(found, MOST)
    if variants.can_be_made_again(made) and abs(gradient) < TINY * max(map(_largest, made.gradients.values())):
        moved = abs(_at_inputs_one_digit_off(made) - gradient)
        found = max(found, moved if math.isfinite(moved) else 0.0)
    return found


def noise_of_step(made: Derivation, rate: float) -> float:
    """The same of w − α ∂J/∂w."""
    w = made.graph.nodes[made.wrt].data
    return max(min(FEW * _epsilon(w) * _largest(w), MOST), rate * noise(made))


def cleaned(number: Any, noise: float) -> Any:
    """A number or an array with 0 for what is no more than noise."""
    found = np.where(np.abs(number) <= noise, 0.0, number) + 0.0  # not −0
    return found if is_array(found) else float(found)


def _at_inputs_one_digit_off(made: Derivation) -> float:
    inputs = {
        name: x * (1 + (-1) ** k * FEW * _epsilon(x)) for k, (name, x) in enumerate(variants.inputs(made).items())
    }
    root, by = variants.again(made, inputs)
    (gradient,) = cotangents(root, [by], 1.0)
    return math.nan if gradient is None else float(gradient)


def _epsilon(data: Any) -> float:
    return float(np.finfo(data.dtype if isinstance(data, np.ndarray) else np.float64).eps)


def _largest(data: Any) -> float:
    return float(np.max(np.abs(data), initial=0.0))
