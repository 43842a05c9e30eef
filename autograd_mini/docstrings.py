"""The docstrings of the table's functions, written from their rows.

>>> from autograd_mini.rules import RULES
>>> print(described(RULES["coth"]).splitlines()[2].strip())
Derivatives: ``d/dx = -csch(x)**2``. Smooth where ``x < 0 or 0 < x``, and tested there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from .rules import Interval, Rule


def described(rule: Rule) -> str:
    """The docstring of a row's function; made at each import, so that nothing is computed for it."""
    inputs = [x.name for x in rule.inputs]
    names = ", ".join(inputs)
    call, written = f"{rule.name}({names})", str(rule.applied(*rule.inputs))
    formula = written if written != call else "" if rule.numpy or rule.primitive else str(rule.value)
    slopes, partials = [f"d/d{x}" for x in inputs], [str(partial) for partial in rule.shown]
    smooth = " and ".join(filter(None, map(_condition, rule.domain, inputs)))
    kinks = [f"at ``{_equal(inputs, at)}``: ``{_equal(slopes, there)}``" for at, there in rule.kinks]
    sentences = [
        f"Derivatives: ``{_equal(slopes, partials)}``"
        + ", where ``out`` is the value" * ("out" in str(partials))
        + ".",
        f"Smooth where ``{smooth}``, and tested there." * bool(smooth),
        f"By convention, {'; '.join(kinks)}." * bool(kinks),
    ]
    points = [next(x for x in POINTS[i % 2 :] if _holds(rule.domain[i], x)) for i in range(rule.arity)]
    agree = [f"np.allclose({x}.grad, {partial})" for x, partial in zip(inputs, partials, strict=True)]
    return f"""``{call}``, element by element{f": ``{formula}``" * bool(formula)}{
        f"; NumPy's ``{rule.numpy}``, by that name too" * bool(rule.numpy)
    }.

    {" ".join(filter(None, sentences))}

    Parameters
    ----------
    {names}
        Number, list, array, Value, Tensor or formula{", of shapes that broadcast" * (rule.arity > 1)}.

    Returns
    -------
    float, array, Value, Tensor or formula
        Of the kind and {"broadcast " * (rule.arity > 1)}shape of what it is given.

    Raises
    ------
    TypeError
        For what is no real number, array of them, or node.

    Examples
    --------
    >>> {names} = {", ".join(f"Value({point})" for point in points)}
    >>> out = {call}
    >>> out.backward()
    >>> {", ".join(agree)}
    {"(" * (rule.arity > 1)}{", ".join(["True"] * rule.arity)}{")" * (rule.arity > 1)}
    """


POINTS = (0.5, 2.0, 1.5, 0.25)  # an example is at the first where the function is smooth


def _holds(intervals: Sequence[Interval], x: float) -> bool:
    return any(low < x < high for low, high in intervals)


def _condition(intervals: Sequence[Interval], x: str) -> str:
    """The intervals as a condition on x; nothing for all numbers."""
    sides = [
        (f"{low:.8g} < " if low > -math.inf else "") + f"{x}" + (f" < {high:.8g}" if high < math.inf else "")
        for low, high in intervals
    ]
    return "" if sides == [x] else " or ".join(sides)


def _equal(names: Iterable[Any], values: Iterable[Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in zip(names, values, strict=True))
