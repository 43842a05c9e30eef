"""What a student is told of an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, repr=False)
class Verdict:
    """Whether an answer is right, which is also its truth; ``print`` and Jupyter show `text`.

    Parameters
    ----------
    is_right
        Whether it is.
    text
        What is said.
    mistakes
        A sentence for each mistake that gives the number that was answered; none if it is right, or if none is known.

    Examples
    --------
    >>> verdict = Verdict(False, "5 is not right.")
    >>> verdict, bool(verdict)
    (5 is not right., False)
    """

    is_right: bool
    text: str
    mistakes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.is_right

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self.text}
