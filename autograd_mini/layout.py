"""The steps of a program as lines: what has a name is a line of its own, the rest is written where it is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .expr import Call, Expr, Number, Symbol
from .formulas import agree, elementwise, tidy, whole
from .names import Names
from .notation import PRODUCT
from .rules import Rule
from .script import Script
from .simplify import forms
from .tape import Source, Var

LONGEST_LINE = 88
SHORT = 20  # characters that may stand at several places
ABSORBED = 60  # characters of a line that is two steps of the chain rule
LONGEST_EXPANSION = 300


class Line(NamedTuple):
    """``name = formula``."""

    name: str
    formula: Expr


class Piece(NamedTuple):
    """What is written where a variable is used, and what that is in the example."""

    formula: Expr
    value: Any


class Target(NamedTuple):
    """A gradient that gets a line."""

    node: Var  # whose gradient it is
    gradient: Var
    name: str
    is_leaf: bool


class Vocabulary:
    """What formulas are made of, for all passes of a program.

    Parameters
    ----------
    script : how they are written
    names : where further names come from
    called : the names that variables have, by their ids
    constant : the formula of a constant array
    divisor : how many examples there are, and what that number is called, where gradients are scaled by it
    """

    def __init__(
        self,
        script: Script,
        names: Names,
        called: Mapping[int, str],
        constant: Callable[[Var], Expr],
        divisor: tuple[int, Symbol] | None,
    ) -> None:
        self.script = script
        self.names = names
        self.called = called
        self.constant = constant
        self.divisor = divisor
        self.derived: dict[int, Expr] = {}  # what is written for inputs that are 1 - y for another y
        self.known: dict[Expr, Any] = {}  # what symbols and calls on whole arrays are in the example
        self.variables: dict[Expr, Var] = {}
        self._symbols: dict[int, Symbol] = {}
        self._formulas: dict[int, tuple[Expr, bool]] = {}

    def symbol(self, var: Var) -> Symbol:
        """What a variable is called; # and a number while it has no name."""
        found = self._symbols.get(id(var))
        if found is None:
            found = Symbol(self.called.get(id(var), f"#{len(self._symbols)}"))
            self._symbols[id(var)] = found
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
        return place if var.is_scalar or not isinstance(place, Number) else Symbol(self.script.literal(var.data))

    def formula(self, var: Var) -> tuple[Expr, bool]:
        """A step in terms of its operands, and whether it works on numbers or elements."""
        found = self._formulas.get(id(var))
        if found is None:
            formula = elementwise(var, self.place, self.script, self.known)
            found = (whole(var, self._whole_place, self.script), False) if formula is None else (formula, True)
            self._formulas[id(var)] = found
        return found

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


def as_number(data: Any) -> float | None:
    """The number that an array is everywhere, or that a float is."""
    if type(data) is float:
        return data
    if data.size and (not data.ndim or data.dtype.kind == "f") and (data == data.flat[0]).all():
        return float(str(data.flat[0])) if data.dtype.kind == "f" else data.flat[0].item()
    return None


class Lines:
    """Steps that become lines."""

    letter = "v"  # what the names of steps without a name begin with

    def __init__(self, words: Vocabulary, steps: Sequence[Var]) -> None:
        self.words = words
        self.steps = steps
        self.own = set(map(id, steps))
        self.pieces: dict[int, Piece] = {}
        self.lines: list[Line] = []
        self.uses: Counter[int] = Counter()
        self.users: dict[int, Var] = {}

    def count(self, roots: Iterable[Var]) -> None:
        """How often each step is used by others and as a root."""
        self.uses.update(map(id, roots))
        for var in reversed(self.steps):
            if self.uses[id(var)]:
                for x in self.words.reads(self.words.formula(var)[0]):
                    self.uses[id(x)] += 1
                    self.users[id(x)] = var

    def piece(self, var: Var) -> Piece:
        """What is written for a variable."""
        found = self.pieces.get(id(var))
        return Piece(self.words.place(var), var.data) if found is None else found

    def compose(self, var: Var, fit: bool = True) -> Piece:
        """A step with the formulas of its operands in it; those that make it too long become lines first."""
        formula, on_elements = self.words.formula(var)
        operands = list({id(x): x for x in self.words.reads(formula) if id(x) in self.pieces}.values())
        places: dict[Expr, Expr] = {
            self.words.symbol(x): self.pieces[id(x)].formula if on_elements else self.dense(x, self.pieces[id(x)], True)
            for x in operands
        }
        written = self.tidied(formula.substitute(places)) if places else formula
        if fit and self.words.length(written) > LONGEST_LINE:
            long = [x for x in operands if isinstance(self.pieces[id(x)].formula, Call)]
            if long:
                x = max(long, key=lambda x: self.words.length(self.pieces[id(x)].formula))
                self.assign(self.words.names.numbered(self.letter), x, self.pieces[id(x)])
                return self.compose(var)
        if not on_elements:
            self.words.known[written] = var.data
            return Piece(written, var.data)
        values = {self.words.symbol(x): self.pieces[id(x)].value for x in operands}
        with np.errstate(all="ignore"):
            return Piece(written, self.words.script.value(formula, {**self.words.known, **values}))

    def tidied(self, formula: Expr) -> Expr:
        """A formula in which others were filled in."""
        return formula.simplify()

    def dense(self, var: Var, piece: Piece, as_array: bool = False) -> Expr:
        """A formula that gives the whole array: of the variable's shape and dtype; one without axes may be a float."""
        formula, value = piece
        data = var.data
        if type(data) is float:
            return Call("float({})", formula) if isinstance(value, bool | np.bool_) else formula
        if isinstance(formula, Number):
            return Symbol(self.words.script.literal(np.full(data.shape, formula.value, data.dtype)))
        if np.shape(value) != data.shape:
            formula = Call(f"np.broadcast_to({{}}, {data.shape})", formula)
        if type(value) is float:
            return Call(f"np.{data.dtype.name}({{}})", formula) if as_array else formula
        if value.dtype != data.dtype:
            formula = Call(f"{{}}.astype(np.{data.dtype.name})", formula)
        return formula

    def assign(self, name: str, var: Var, piece: Piece) -> None:
        """A line for a step."""
        formula = self.dense(var, piece)
        self.lines.append(Line(name, self.finished(formula)))
        symbol = Symbol(name)
        self.words.known[symbol] = var.data
        self.pieces[id(var)] = Piece(symbol, var.data)

    def finished(self, formula: Expr) -> Expr:
        """A formula as it is printed."""
        return formula


class Forward(Lines):
    """The forward pass."""

    def run(self, roots: Sequence[Var], later: Counter[int]) -> None:
        """Make the lines; ``later`` is how often the backward pass uses each step."""
        self.count([*roots, *(var for var in self.steps if later[id(var)])])
        for var in self.steps:
            if not self.uses[id(var)]:
                continue
            piece = self.compose(var)
            name = self.words.called.get(id(var))
            if name is not None:
                self.assign(name, var, piece)
            elif self.inlines(var, piece, later[id(var)]):
                self.pieces[id(var)] = piece
            else:
                self.assign(self.words.names.numbered(self.letter), var, piece)

    def inlines(self, var: Var, piece: Piece, later: int) -> bool:
        """Whether a step without a name is written where it is used."""
        if not isinstance(piece.formula, Call):
            return True
        here = self.uses[id(var)] - bool(later)
        if not later:
            return here <= 1
        short = self.words.formula(var)[1] and self.words.length(piece.formula) <= SHORT
        return here <= 1 and later <= 2 and short

    def compose(self, var: Var, fit: bool = True) -> Piece:
        formula, value = super().compose(var, fit)
        if self.words.divisor and isinstance(formula, Call) and formula.name == "div":
            number, symbol = self.words.divisor
            if formula.operands[1] == Number(number) and np.size(var.data) == 1:
                formula = formula.operands[0] / symbol
        return Piece(formula, value)


def expansions(words: Vocabulary, steps: Sequence[Var]) -> dict[Expr, Expr]:
    """The steps without names in terms of those with names, where they work on elements."""
    found: dict[Expr, Expr] = {}
    for var in steps:
        formula, on_elements = words.formula(var)
        if on_elements and id(var) not in words.called:
            formula = formula.substitute(found)
            if sum(1 for _ in formula.walk()) < LONGEST_EXPANSION:
                found[words.symbol(var)] = formula
    return found


class Backward(Lines):
    """The backward pass, of the lines for ``targets``.

    Parameters
    ----------
    forward : what steps of the forward pass without names are, in terms of those that have one
    absorbs : whether a line may hold the gradient of an activation, too: ``dZ1 = W2.T @ dZ2 * (1 - A1**2)``
    """

    letter = "t"

    def __init__(
        self,
        words: Vocabulary,
        steps: Sequence[Var],
        targets: Sequence[Target],
        forward: Mapping[Expr, Expr],
        absorbs: bool,
    ) -> None:
        super().__init__(words, steps)
        self.targets = targets
        self.forward = forward
        self.absorbs = absorbs
        self.order = {id(var): i for i, var in enumerate(steps)}
        self.by_node = {id(target.node): target for target in targets}
        self.leaves: dict[int, str] = {}
        self.count({id(target.gradient): target.gradient for target in targets if target.is_leaf}.values())

    def run(self) -> None:
        """Make the lines."""
        for target in self.targets:
            gradient = target.gradient
            if target.is_leaf:
                self.leaf(target)
            elif id(gradient) not in self.own:  # a number
                self.lines.append(Line(target.name, self.dense(gradient, self.piece(gradient))))
            elif self.uses[id(gradient)] and not self.absorbed(target):
                self.settle_operands(gradient)
                self.assign(target.name, gradient, self.compose(gradient))

    def leaf(self, target: Target) -> None:
        """The line of a leaf, in which it is divided by the number of examples."""
        gradient, divisor = target.gradient, self.words.divisor
        first = self.leaves.setdefault(id(gradient), target.name)
        if first != target.name:
            self.lines.append(Line(target.name, Symbol(first)))
            return
        if id(gradient) in self.own and id(gradient) not in self.pieces:
            if divisor and self.uses[id(gradient)] > 1:
                self.settle(gradient)
            else:
                self.settle_operands(gradient)
                self.pieces[id(gradient)] = self.compose(gradient)
        piece = self.piece(gradient)
        formula = self.finished(self.dense(gradient, piece))
        self.lines.append(Line(target.name, formula / divisor[1] if divisor else formula))
        if divisor is None and isinstance(piece.formula, Call):
            self.words.known[Symbol(target.name)] = gradient.data
            self.pieces[id(gradient)] = Piece(Symbol(target.name), gradient.data)

    def settle(self, var: Var) -> None:
        """Decide how a step is written, and first how those are that it needs."""
        waiting = {id(var): var}
        stack = [var]
        while stack:
            for x in self.words.reads(self.words.formula(stack.pop())[0]):
                if id(x) in self.own and id(x) not in self.pieces and id(x) not in waiting:
                    waiting[id(x)] = x
                    stack.append(x)
        for x in sorted(waiting.values(), key=lambda x: self.order[id(x)]):
            if id(x) in self.pieces:
                continue
            piece = self.compose(x)
            if self.uses[id(x)] > 1 and not _is_brief(piece.formula):
                self.assign(self.words.names.numbered(self.letter), x, piece)
            else:
                self.pieces[id(x)] = piece

    def settle_operands(self, var: Var) -> None:
        """Decide how all that a step needs is written."""
        for x in self.words.reads(self.words.formula(var)[0]):
            if id(x) in self.own and id(x) not in self.pieces:
                self.settle(x)

    def absorbed(self, target: Target) -> bool:
        """Whether the gradient of an activation becomes part of the next line, that of what it is a function of."""
        gradient, node = target.gradient, target.node
        below = isinstance(node.operation, Rule) and node.operation.arity == 1 and self.by_node.get(id(node.operands[0]))
        if not below or self.uses[id(gradient)] != 1:
            return False
        user = self.users[id(gradient)]
        if user is not (below.gradient if below.is_leaf else below.gradient.operands[0]):
            return False
        self.settle_operands(gradient)
        own = self.pieces[id(gradient)] = self.compose(gradient)
        together = self.compose(user, fit=False)
        short = self.finished(together.formula)
        apart = self.words.formula(user)[0].substitute({self.words.symbol(gradient): Symbol(target.name)})
        if short != together.formula and self.words.length(short) <= self.words.length(apart):
            self.pieces[id(user)] = Piece(short, together.value)
            return True
        is_product = self.words.script.write(own.formula)[1] >= PRODUCT
        if self.absorbs and not below.is_leaf and is_product and self.words.length(together.formula) <= ABSORBED:
            return True
        del self.pieces[id(gradient)]
        return False

    def tidied(self, formula: Expr) -> Expr:
        return tidy(formula)

    def finished(self, formula: Expr) -> Expr:
        """The shortest form that is known and gives the same numbers."""
        if not isinstance(formula, Call):
            return formula
        expanded = formula.substitute(self.forward)
        limit = min(self.words.length(formula) + 1, self.words.length(expanded))
        for form in forms(expanded):
            if self.words.length(form) < limit and agree(self.words.value(form), self.words.value(expanded)):
                return form
        return formula


def _is_brief(formula: Expr) -> bool:
    """Whether it is a name, a number, or a transposed matrix with a name."""
    return not isinstance(formula, Call) or (formula.name == "{}.T" and isinstance(formula.operands[0], Symbol))


def in_order(targets: Sequence[Target], words: Vocabulary, steps: Sequence[Var]) -> list[Target]:
    """The targets in the order of a backward sweep: of the last line its operands, from left to right, and so on."""
    own = set(map(id, steps))
    key: dict[int, tuple[int, int]] = {}
    last = len(steps)
    for i, line in enumerate(steps):
        if id(line) not in words.called and i + 1 < last:
            continue
        stack = [line]
        while stack:
            var = stack.pop()
            if var is not line:
                if id(var) in key:
                    continue
                key[id(var)] = (-i, len(key))
                if id(var) not in own or id(var) in words.called:
                    continue
            stack.extend(reversed(list(words.reads(words.formula(var)[0]))))
    return sorted(targets, key=lambda target: key.get(id(target.node), (-last, 0)))
