"""``exercise``: a question about a graph, whose answers are checked.

>>> from autograd_mini import Value
>>> a, b = Value(3), Value(4)
>>> c = a + b
>>> d = b + 1
>>> e = c * d
>>> question = exercise(e, b)
>>> question
e = (a + b) × (b + 1), at a = 3, b = 4. What is ∂e/∂b?
>>> question.check(7)
7 is not right. What gives 7:
– the path b → c → e was forgotten: b → d → e alone is 1 × 7 = 7
Here c = a + b, d = b + 1.
>>> question.check(12)
Right: ∂e/∂b = 12.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from autograd_mini.names import callers_names, identifier

from ..arrays import is_array
from ..chain_rule import Explanation, explain
from ..chain_rule.derivation import derivation
from . import checks, variants
from .answers import as_array, as_number, matches
from .mistake import RIGHT, Mistake, Mistakes, grouped, same, shown, wrong
from .mistakes import mistakes_in, step_mistakes
from .rounding import cleaned, noise, noise_of_step
from .verdict import Verdict
from .wording import Wording


def exercise(
    node: Any, wrt: Any, *, learning_rate: float | None = None, names: Mapping[str, object] | None = None
) -> Exercise:
    """A question about a graph: what is the derivative of one node by another?

    Parameters
    ----------
    node
        What is differentiated: a number, or an array, of which the sum of all elements is meant.
    wrt
        The node to differentiate by; of an array the answer is an array of the same shape.
    learning_rate
        If it is given, the question is what `wrt` becomes in a step of gradient descent, w := w − α ∂J/∂w.
    names
        As in :func:`draw`.

    Returns
    -------
    Exercise
        ``print`` asks; ``.check(answer)`` says whether an answer is right, and if not, what gives it.

    Raises
    ------
    TypeError
        If one of the two is no node, or the learning rate no number.
    ValueError
        If `node` was not computed from `wrt`, `wrt` wants no gradient or, with a learning rate, is no leaf, if the
        learning rate is not positive, an input nan or the right answer not finite, or if there are more than 10,000
        nodes.
    RuntimeError
        If a leaf has changed since `node` was computed.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> w = Value(3.0)
    >>> J = w * w
    >>> question = exercise(J, w, learning_rate=0.1)
    >>> question
    J = w × w, at w = 3. What is w after one step of gradient descent, w := w − α dJ/dw, with α = 0.1?
    >>> question.check(3.6)
    3.6 is not right. What gives 3.6:
    – the step went uphill, w + α dJ/dw: gradient descent subtracts
    >>> bool(question.check(2.4))
    True
    """
    return Exercise(node, wrt, learning_rate, callers_names(sys._getframe(1)) if names is None else names)


class Exercise:
    """A question; :func:`exercise` makes them, of the same `node`, `wrt`, `learning_rate` and `names`.

    Attributes
    ----------
    answer
        The right answer: a number, or an array of the shape of `wrt`.

    Raises
    ------
    ValueError
        If the right answer is not finite.

    Examples
    --------
    >>> from autograd_mini import Value
    >>> x = Value(3.0)
    >>> y = x * x
    >>> exercise(y, x).answer
    6.0
    >>> exercise(y, x).solution.text.splitlines()[-1]
    'dy/dx = 2x = 6'
    """

    @np.errstate(all="ignore")  # wrong ways lead to numbers that are not finite, too
    def __init__(
        self, node: Any, wrt: Any, learning_rate: float | None = None, names: Mapping[str, object] | None = None
    ) -> None:
        self._given = node, wrt, {} if names is None else names
        checks.check_size(node)
        self._made = made = derivation(*self._given)
        checks.check_inputs(made)
        self._rate = None if learning_rate is None else checks.checked_rate(learning_rate, made)
        self._wording = Wording(made, self._rate)
        answer = self._answered(made.gradients[made.wrt])
        if not np.all(np.isfinite(answer)):
            raise ValueError(f"{self._wording.result} is {shown(answer)}: choose inputs at which it is finite")
        self._noise = noise(made) if self._rate is None else noise_of_step(made, self._rate)
        self.answer = cleaned(answer, self._noise)
        # Found now, because leaves may change.
        self._inputs = variants.inputs(made) if variants.can_be_made_again(made) else None
        found = (way._replace(number=cleaned(way.number, self._noise)) for way in self._found())
        self._ways = [Mistake(RIGHT, self.answer, "this is the right answer"), *found]
        self._wrong = grouped(way for way in self._ways if not same(way.number, self.answer))

    def check(self, answer: Any) -> Verdict:
        """Whether an answer is right; if not, every mistake that gives it.

        Parameters
        ----------
        answer
            A number, perhaps rounded to 3 or more significant digits, unless that is what a mistake gives; or text such
            as ``"12"``, ``"-0.5"``, ``"3/4"``, with a decimal point. If `wrt` is an array, an array of its shape, or
            lists.

        Returns
        -------
        Verdict
            True if the answer is right; ``print`` shows what is said of it, ``.mistakes`` has the sentences.

        Raises
        ------
        TypeError
            If the answer is no number, or no array of numbers.
        ValueError
            If it is nan or infinite, or text that is no number.

        Examples
        --------
        >>> from autograd_mini import Value
        >>> x = Value(3.0)
        >>> question = exercise(x * x, x)
        >>> question.check("6")
        Right: dv₁/dx = 6.
        >>> question.check(3).mistakes
        ('one x of v₁ = x × x was forgotten: it is there 2 times, and each contributes 3',)
        """
        given = cleaned(as_array(answer) if is_array(self.answer) else as_number(answer), self._noise)
        match = matches(given, self.answer)
        found = [(way, how) for group in self._wrong if (how := matches(given, group[0].number)) for way in group]
        if match == "exact" or (match and all(how == "rounded" for _, how in found)):
            return Verdict(True, self._wording.praise(given, self.answer, rounded=match == "rounded"))
        said = tuple(way.said for way, _ in found)
        return Verdict(False, self._wording.criticism(given, self.answer, said), said)

    @property
    def solution(self) -> Explanation:
        """The derivative step by step.

        Raises
        ------
        RuntimeError
            If a leaf has changed since `node` was computed.
        """
        node, wrt, names = self._given
        return explain(node, wrt, names=names)

    @cached_property
    def mistakes(self) -> Mistakes:
        """Everything that could go wrong here, for the lecturer, as pairs of a number or array and its sentences."""
        return Mistakes(map(wrong, self._wrong))

    @cached_property
    def ambiguous(self) -> Mistakes:
        """Mistakes that only these inputs don't tell apart, because they give the same number, or the right one.

        The right one rounded, too: at small angles the cosine is nearly 1, in radians and in degrees.

        What is the same at any inputs is not here, unless there are arrays in the graph: those inputs are not varied.

        Examples
        --------
        >>> from autograd_mini import Value
        >>> a, b = Value(2), Value(1)
        >>> c = a + b
        >>> d = b + 1
        >>> e = c * d
        >>> for number, sentences in exercise(e, b).ambiguous:
        ...     print(number, len(sentences))
        3.0 2
        2.0 2
        """
        near = None
        if self._inputs is not None:
            with contextlib.suppress(ValueError):  # near here it is not finite
                near = self._again(variants.nearby(self._inputs))._ways
        return Mistakes(map(wrong, variants.coincidences(self._ways, near)))

    def at(self, **inputs: float) -> Exercise:
        """The same question at other inputs, called by their names; what is not named stays.

        Raises
        ------
        ValueError
            If there is no input of a name, or the answer there is not finite.
        TypeError
            If there are arrays or functions of your own in the graph, or an input is no number.

        Examples
        --------
        >>> from autograd_mini import Value
        >>> a, b = Value(2), Value(1)
        >>> exercise(a * b, b).at(a=5)
        v₁ = ab, at a = 5, b = 1. What is ∂v₁/∂b?
        """
        made = self._made
        if self._inputs is None:
            raise TypeError(
                "at() varies numbers and operations of the table: compute this graph again for other inputs"
            )
        names = {made.graph.nodes[i].label or made.names[i]: made.names[i] for i in variants.leaves(made)}
        names |= {identifier(name): name for name in names.values()}
        if unknown := inputs.keys() - names.keys():
            raise ValueError(f"there is no input {min(unknown)}; there are {', '.join(dict.fromkeys(names.values()))}")
        return self._again({**self._inputs, **{names[name]: as_number(number) for name, number in inputs.items()}})

    def clearer(self) -> Exercise | None:
        """The same question at other, small whole inputs at which nothing is :attr:`ambiguous`; None if none are found.

        Examples
        --------
        >>> from autograd_mini import Value
        >>> a, b = Value(2), Value(1)
        >>> c = a + b
        >>> d = b + 1
        >>> e = c * d
        >>> exercise(e, b).clearer()
        e = (a + b) × (b + 1), at a = 3, b = 2. What is ∂e/∂b?
        """
        if self._inputs is None:
            return None
        for proposed in variants.proposals(self._made):
            inputs = {**self._inputs, **proposed}
            if inputs == self._inputs:
                continue
            try:
                variant = self._again(inputs)
            except ValueError:  # there it is not finite
                continue
            if not variant.ambiguous:
                return variant
        return None

    def _again(self, inputs: Mapping[str, float]) -> Exercise:
        return Exercise(*variants.again(self._made, inputs), self._rate)

    def _answered(self, gradient: Any) -> Any:
        """What follows from a gradient: itself, or the step."""
        return gradient if self._rate is None else self._made.graph.nodes[self._made.wrt].data - self._rate * gradient

    def _found(self) -> Iterator[Mistake]:
        if self._rate is None:
            yield from mistakes_in(self._made)
            return
        yield from step_mistakes(self._made, self._rate, self._wording.derivative)
        for way in mistakes_in(self._made):
            if np.shape(way.number) == np.shape(self.answer):
                yield way._replace(number=self._answered(way.number), said=f"the step is right, but {way.said}")

    def __str__(self) -> str:
        return self._wording.question

    def __repr__(self) -> str:
        return str(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self)}
