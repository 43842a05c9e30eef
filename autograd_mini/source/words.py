"""What formulas are made of: what stands for each variable of a program, and what it is in the example."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from ..algebra import shortest
from ..expr import Call, Expr, Number, Symbol
from ..names import Names
from ..programs.trace import Source, Var
from .calls import whole
from .formulas import agree, elementwise, tidy
from .script import Script

LONGEST_EXPANSION = 300  # parts of a formula in which steps without names were filled in
MOST_OPERATIONS = 60  # in a formula that is worth shortening


class Words:
    """The words of a program, for all of its passes.

    Parameters
    ----------
    script
        How formulas are written.
    names
        Where further names come from.
    called
        The names that variables have, by their ids.
    derived
        What is written for inputs without a name: 1 - y for another y.
    constant
        What is written for a constant array.
    divisor
        How many examples there are, and what that number is called, where gradients are scaled by it.
    """

    def __init__(
        self,
        script: Script,
        names: Names,
        called: Mapping[int, str],
        derived: Mapping[int, Expr],
        constant: Callable[[Var], Expr],
        divisor: tuple[int, Symbol] | None,
    ) -> None:
        self.script = script
        self.names = names
        self.called = called
        self.derived = derived
        self.constant = constant
        self.divisor = divisor
        self.known: dict[Expr, Any] = {}  # what symbols and calls on whole arrays are in the example
        self.variables: dict[Expr, Var] = {}
        self.expansions: dict[Expr, Expr] = {}  # steps of the forward pass without names, in terms of those with one
        self._symbols: dict[int, Symbol] = {}
        self._formulas: dict[int, tuple[Expr, bool]] = {}

    def symbol(self, var: Var) -> Symbol:
        """What a variable is called; # and a number while it has no name."""
        found = self._symbols.get(id(var))
        if found is None:
            found = self._symbols[id(var)] = Symbol(self.called.get(id(var), f"#{len(self._symbols)}"))
            self.variables[found] = var
            self.known[found] = var.data
        return found

    def place(self, var: Var) -> Expr:
        """What stands for a variable in a formula."""
        if var.operation is not Source.CONSTANT:
            return self.derived[id(var)] if id(var) in self.derived else self.symbol(var)
        number = as_number(var.data)
        return self.constant(var) if number is None else Number(number)

    def _whole_place(self, var: Var) -> Expr:
        """The same in a call that needs the array itself."""
        place = self.place(var)
        return Symbol(self.script.literal(var.data)) if isinstance(place, Number) and not var.is_scalar else place

    def formula(self, var: Var) -> tuple[Expr, bool]:
        """A step in terms of its operands, and whether it works on numbers or elements."""
        found = self._formulas.get(id(var))
        if found is None:
            formula = elementwise(var, self.place, self.script, self.known)
            found = (whole(var, self._whole_place, self.script), False) if formula is None else (formula, True)
            self._formulas[id(var)] = found
        return found

    def expand(self, var: Var) -> None:
        """Take note of what a step of the forward pass is, so that formulas may be shortened with it."""
        formula, on_elements = self.formula(var)
        if on_elements and id(var) not in self.called:
            formula = self._expanded(formula)
            if sum(1 for _ in formula.walk()) < LONGEST_EXPANSION:
                self.expansions[self.symbol(var)] = formula

    def _expanded(self, formula: Expr) -> Expr:
        if formula in self.expansions:
            return self.expansions[formula]
        if isinstance(formula, Call) and formula not in self.known:
            return Call(formula.name, *map(self._expanded, formula.operands))
        return formula

    def shortest(self, formula: Expr) -> Expr:
        """The shortest form that is known and gives the same numbers."""
        expanded = self._expanded(formula)
        if not 0 < operations(expanded) <= MOST_OPERATIONS:
            return formula
        form = tidy(shortest(expanded))
        is_shorter = self.length(form) <= self.length(formula) and operations(form) < operations(expanded)
        return form if is_shorter and self._agree(form, expanded) else formula

    def _agree(self, form: Expr, expanded: Expr) -> bool:
        try:
            return agree(self.value(form), self.value(expanded))
        except KeyError:  # a call on whole arrays that is written in another way than where it was met
            return False

    def reads(self, formula: Expr) -> Iterator[Var]:
        """The variables in a formula, as often as they occur."""
        return (self.variables[part] for part in formula.walk() if part in self.variables)

    def value(self, formula: Expr) -> Any:
        """What a formula is in the example."""
        with np.errstate(all="ignore"):
            return self.script.value(formula, self.known)

    def length(self, formula: Expr) -> int:
        """How long a formula is when it is written."""
        return len(self.script.text(formula))


def operations(formula: Expr) -> int:
    """How many operations a formula has."""
    return sum(isinstance(part, Call) for part in formula.walk())


def as_number(data: Any) -> float | None:
    """The number that a float is, or that an array is everywhere."""
    if type(data) is float:
        return data
    first = data.flat[0] if data.size else None
    if first is None or (data.ndim and (data.dtype.kind != "f" or not (data == first).all())):
        return None
    return float(str(first)) if data.dtype.kind == "f" else first.item()
