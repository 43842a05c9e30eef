"""What large weights cost: it is added to the loss, so that training keeps them small.

>>> from autograd_mini import Tensor
>>> L2(0.1)(Tensor([[1.0, -2.0]]))
Tensor(0.5)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import reductions
from ..configured import NOT_NEGATIVE, Configured, find, number_within
from ..functions import FUNCTIONS


class L1L2(Configured):
    """l1 Σ|w| + l2 Σw², as in Keras. The notes' λ/(2m) Σw² is l2 = λ/(2m).

    Raises
    ------
    ValueError
        For a factor that is negative or not finite.

    Examples
    --------
    >>> from autograd_mini import Tensor
    >>> L1L2(l1=1.0, l2=0.5)(Tensor([1.0, -2.0]))
    Tensor(5.5)
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = number_within(l1, "l1", NOT_NEGATIVE)
        self.l2 = number_within(l2, "l2", NOT_NEGATIVE)

    def __call__(self, w: Any) -> Any:
        """What weights cost: a node for a node, else a number."""
        size = self.l1 * reductions.sum(FUNCTIONS["abs"](w)) if self.l1 else 0
        square = self.l2 * reductions.sum(w * w) if self.l2 else 0
        return size + square


class L1(L1L2):
    """l1 Σ|w|: makes weights 0 that help little.

    Raises
    ------
    ValueError
        For a factor that is negative or not finite.

    Examples
    --------
    >>> from autograd_mini import Tensor
    >>> L1(0.5)(Tensor([1.0, -2.0]))
    Tensor(1.5)
    """

    def __init__(self, l1: float = 0.01) -> None:
        super().__init__(l1, 0.0)


class L2(L1L2):
    """l2 Σw²: makes weights small.

    Raises
    ------
    ValueError
        For a factor that is negative or not finite.

    Examples
    --------
    >>> from autograd_mini import Tensor
    >>> L2(0.5)(Tensor([1.0, -2.0]))
    Tensor(2.5)
    """

    def __init__(self, l2: float = 0.01) -> None:
        super().__init__(0.0, l2)


l1, l2, l1_l2 = L1, L2, L1L2  # as Keras has them too
CLASSES = (L1, L2, L1L2)


def get(regularizer: Any) -> Callable[[Any], Any] | None:
    """A regularizer by its name, such as ``"l2"``; a function of the weights as it is; None for none.

    Raises
    ------
    ValueError
        For an unknown name.

    Examples
    --------
    >>> from autograd_mini import Tensor
    >>> get("l2")(Tensor([1.0, -2.0]))
    Tensor(0.05)
    """
    otherwise = ", or an object such as nn.L2(0.01)"
    return None if regularizer is None else find(regularizer, "regularizer", CLASSES, otherwise=otherwise)
