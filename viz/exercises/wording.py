"""What is asked, and what is said of an answer, in words."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from autograd_mini.expr import Symbol
from autograd_mini.notation import TEXTBOOK

from .. import text
from ..arrays import is_array, kind
from ..chain_rule.closed import closed_form
from ..chain_rule.derivation import Derivation
from ..chain_rule.explaining import LONGEST, Words
from ..chain_rule.explanation import Line
from .answers import is_close, matches
from .mistake import shown

MOST_STEPS = 8  # that are spelled out
MOST_BOXES, MOST_PUT = 60, 60  # of a graph whose formulas are put into one another, and how long these may be
MOST_NUMBERS = 12  # of an array that a verdict repeats
ROUNDED_DIGITS = ECHOED_DIGITS = 6
FEWEST_DIGITS, MOST_DIGITS = 4, 6  # of an exact answer that is repeated
UNNAMED = re.compile(r"(?<!\w)v[₀-₉]+(?!\w)")


class Wording:
    """The texts about one graph; with a learning rate the question is a step of gradient descent."""

    def __init__(self, made: Derivation, rate: float | None) -> None:
        self.made, self.rate = made, rate
        self.words = Words(made)
        self.wrt, self.root = made.names[made.wrt], made.names[made.root]
        self.is_array = is_array(made.gradients[made.wrt])
        self.derivative = f"d{self.wrt}" if self.is_array else self.words.total(made.wrt).text()
        self.result = self.derivative if rate is None else f"the new {self.wrt}"
        self.question = f"{self._given()} {self._asked()}"

    def _given(self) -> str:
        made = self.made
        if not made.has_arrays:
            closed = closed_form(made.graph, made.names, made.wrt)
            if (
                closed is not None
                and any(isinstance(part, Symbol) for part in closed.function.walk())
                and closed.function != Symbol(self.root)
                and len(closed.function.textbook()) <= LONGEST
            ):
                function = Line((Symbol(self.root), closed.function), letters=True).written(TEXTBOOK)
                return f"{function}, at {self.words.inputs(closed.function)}."
            return f"{self._steps()}, at {self.words.inputs(None)}."
        leaves = [i for i, node in enumerate(made.graph.nodes) if not made.graph.inputs[id(node)]][:MOST_STEPS]
        shapes = ", ".join(f"{made.names[i]} {kind(made.graph.nodes[i].data) or 'a number'}" for i in leaves)
        return f"{self._steps()}, with {shapes}."

    def _steps(self) -> str:
        """The operations that have a name of their own one after the other; of many the last, and those with `wrt`."""
        made = self.made
        last = made.picture.nodes[-1]
        if not last.formula:
            return self.root
        inside = {name for formula in self.definitions.values() for name in UNNAMED.findall(formula)}
        steps = [
            f"{name} = {formula}" for name, formula in self.definitions.items()
            if name == last.name or name in inside or not UNNAMED.fullmatch(name)
        ]  # fmt: skip
        using = (i for i, step in enumerate(steps) if _mentions(step, self.wrt))
        chosen = {len(steps) - 1, *(using if len(steps) <= MOST_BOXES else ())}
        others = [i for i in reversed(range(len(steps))) if i not in chosen]
        chosen |= {*others[: max(MOST_STEPS - len(chosen), 0)]}
        said = []
        for is_chosen, run in itertools.groupby(range(len(steps)), chosen.__contains__):
            found = [steps[i] for i in run]
            said += found if is_chosen else [f"{len(found)} step{'s' * (len(found) > 1)}"]
        return ", ".join(said)

    @cached_property
    def definitions(self) -> dict[str, str]:
        """The formula of each step, in it those of the steps without a name of their own, as far as they are short."""
        made: dict[str, str] = {}
        for box in self.made.picture.nodes:
            if not box.formula:
                continue
            formula = box.formula
            for name in dict.fromkeys(UNNAMED.findall(formula)):
                if name in made and len(self.made.picture.nodes) <= MOST_BOXES and len(made[name]) <= MOST_PUT:
                    formula = _put(formula, name, made[name])
            made[box.name] = formula
        return made

    def _asked(self) -> str:
        made = self.made
        if self.rate is not None:
            step = f"{self.wrt} := {self.wrt} − α {self.derivative}"
            return f"What is {self.wrt} after one step of gradient descent, {step}, with α = {text.number(self.rate)}?"
        if not self.is_array:
            return f"What is {self.derivative}?"
        of = self.root if not is_array(made.gradients[made.root]) else f"Σ {self.root}"
        return f"What is {self.derivative} = ∂{of}/∂{self.wrt}, of shape {np.shape(made.gradients[made.wrt])}?"

    def praise(self, given: Any, answer: Any, *, rounded: bool) -> str:
        """What is said of a right answer: it is repeated with the digits that were given, or more."""
        right = f"Right{', rounded' * rounded}: {self.result}"
        if self.is_array:
            return f"{right} has the shape {answer.shape} and these numbers."
        digits = ROUNDED_DIGITS if rounded else _digits(float(given))
        return f"{right} = {_with_digits(answer, digits)}."

    def criticism(self, given: Any, answer: Any, found: Sequence[str]) -> str:
        """What is said of a wrong one, and of the mistakes that were found in it."""
        echo = self._repeated(given)
        lines = [f"{echo} is not right."]
        if np.shape(given) != np.shape(answer):
            lines[0] = f"{echo} is not right: {self.result} has the shape of {self.wrt}, {np.shape(answer)}."
            if matches(np.ravel(given), np.ravel(answer)):
                sums = ", or sum with keepdims=True" * (np.ndim(given) < np.ndim(answer))
                how = "transpose it" if matches(np.transpose(given), answer) else f"reshape it{sums}"
                lines[0] += f" Its numbers are right: {how}."
                return lines[0]
        if not found:
            return f"{lines[0]} No mistake that is known here gives it. {self._hint(given, answer)}"
        lines[0] += f" What gives {'it' if np.ndim(given) else echo}:"
        lines += [f"– {sentence}" for sentence in found]
        names = " ".join(found)
        mentioned = [
            f"{name} = {formula}" for name, formula in self.definitions.items()
            if name != self.root and _mentions(names, name) and f"{name} = {formula}" not in names
        ]  # fmt: skip
        if mentioned:
            lines.append(f"Here {', '.join(mentioned[:MOST_STEPS])}.")
        return "\n".join(lines)

    def _repeated(self, given: Any) -> str:
        if not np.ndim(given):
            return _with_digits(given, ECHOED_DIGITS)
        return shown(given) if given.size <= MOST_NUMBERS else f"This array of shape {given.shape}"

    def _hint(self, given: Any, answer: Any) -> str:
        made = self.made
        if is_close(given, answer):
            return "It is close: carry more digits on the way, and round at the end, to 3 significant digits or more."
        users = made.outgoing[made.wrt]
        if self.rate is not None:
            return f"Find {self.derivative} first, then {self.wrt} − α {self.derivative}."
        if len(users) > 1:
            return (
                f"{self.wrt} is used {len(users)} times: from each, multiply the derivatives along the way "
                f"to {self.root}, and add up."
            )
        edges = sum(map(len, made.incoming.values()))
        if self.is_array:
            return f"Begin at {self.root} and go back step by step; what you write for each array has its shape."
        if edges == 1:
            return f"One step leads from {self.wrt} to {self.root}: which rule belongs to it?"
        return f"Begin at {self.root} and go back: multiply by one local derivative at each step."


def _put(formula: str, name: str, inner: str) -> str:
    """A formula with another one in the place of a name, in parentheses where they are needed.

    >>> _put("v₁ + b", "v₁", "W @ x"), _put("ln(v₁)", "v₁", "1 − a"), _put("y × v₁", "v₁", "a + b")
    ('W @ x + b', 'ln(1 − a)', 'y × (a + b)')
    """
    outside = inner  # of all parentheses
    while "(" in outside and (shorter := re.sub(r"\([^()]*\)", "", outside)) != outside:
        outside = shorter

    def put(found: re.Match[str]) -> str:
        before, after = formula[: found.start()], formula[found.end() :]
        is_alone = before[-1:] in ("", "(") and after[:1] in ("", ")", ",")
        is_product = not re.search(" [+−] |^−", outside)
        is_term = (not before or before.endswith(("(", "+ "))) and (not after or after.startswith((")", " +", " −")))
        return inner if is_alone or " " not in outside or (is_product and is_term) else f"({inner})"

    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", put, formula)


def _digits(number: float) -> int:
    """With how many digits an answer was written; one of very many was computed, and is not repeated in full."""
    digits = len(f"{number:.{MOST_DIGITS}e}".partition("e")[0].strip("-0").replace(".", "").rstrip("0"))
    return max(digits, FEWEST_DIGITS) if digits <= MOST_DIGITS else FEWEST_DIGITS


def _with_digits(number: Any, digits: int) -> str:
    return f"{float(number):.{digits}g}".replace("-", "−")


def _mentions(said: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?![\w′])", said.replace("∂", " ").replace("/", " ")) is not None
