"""What is asked, and what is said of an answer, in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
from .answers import is_close
from .mistake import shown

MOST_STEPS = 8  # that are spelled out
MOST_NUMBERS = 12  # of an array that a verdict repeats


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
        """The operations one after the other; of many the last ones."""
        boxes = [box for box in self.made.picture.nodes if box.formula]
        if not boxes:
            return self.root
        said = [f"{box.name} = {box.formula}" for box in boxes[-MOST_STEPS:]]
        return ", ".join([f"{len(boxes) - MOST_STEPS} steps"] * (len(boxes) > MOST_STEPS) + said)

    def _asked(self) -> str:
        made = self.made
        if self.rate is not None:
            step = f"{self.wrt} := {self.wrt} − α {self.derivative}"
            return f"What is {self.wrt} after one step of gradient descent, {step}, with α = {text.number(self.rate)}?"
        if not self.is_array:
            return f"What is {self.derivative}?"
        of = self.root if not is_array(made.gradients[made.root]) else f"Σ {self.root}"
        return f"What is {self.derivative} = ∂{of}/∂{self.wrt}, of shape {np.shape(made.gradients[made.wrt])}?"

    def praise(self, answer: Any, *, rounded: bool) -> str:
        """What is said of a right answer."""
        if self.is_array:
            return f"Right{', rounded' * rounded}: {self.result} has the shape {answer.shape} and these numbers."
        number = f"{float(answer):.6g}".replace("-", "−") if rounded else shown(answer)
        return f"Right{', rounded' * rounded}: {self.result} = {number}."

    def criticism(self, given: Any, answer: Any, found: Sequence[str]) -> str:
        """What is said of a wrong one, and of the mistakes that were found in it."""
        it = self._repeated(given)
        lines = [f"{it} is not right."]
        if np.shape(given) != np.shape(answer):
            lines[0] = f"{it} is not right: {self.result} has the shape of {self.wrt}, {np.shape(answer)}."
            if np.size(given) == np.size(answer) and np.allclose(np.ravel(given), np.ravel(answer), rtol=5e-4):
                lines[0] += " Its numbers are right: transpose or reshape it, or sum with keepdims=True."
                return lines[0]
        if not found:
            return f"{lines[0]} No mistake that is known here gives it. {self._hint(given, answer)}"
        lines[0] += f" What gives {'it' if np.ndim(given) else it}:"
        lines += [f"– {sentence}" for sentence in found]
        names = " ".join(found)
        mentioned = [
            f"{box.name} = {box.formula}" for box in self.made.picture.nodes[:-1]
            if box.formula and _mentions(names, box.name) and f"{box.name} = {box.formula}" not in names
        ]  # fmt: skip
        if mentioned:
            lines.append(f"Here {', '.join(mentioned[:MOST_STEPS])}.")
        return "\n".join(lines)

    def _repeated(self, given: Any) -> str:
        if not np.ndim(given):
            return f"{float(given):.6g}".replace("-", "−")
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


def _mentions(said: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?![\w′])", said.replace("∂", " ").replace("/", " ")) is not None
