"""The steps of a program as lines: what has a name is a line of its own, the rest is written where it is used."""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import linear
from ..expr import Call, Expr, Number, Symbol
from ..notation import PRODUCT
from ..plain import CONDITIONS
from ..programs.trace import Var
from ..rules import Rule
from .formulas import CLOSE, tidy
from .words import Words

LONGEST_LINE = 88
SHORT = 20  # characters of what may stand at several places
ABSORBED = 60  # characters of a line that is two steps of the chain rule


MOVED = (linear.RESHAPE, linear.TRANSPOSE, linear.ASTYPE)


class Line(NamedTuple):
    """``name = formula``."""

    name: str
    formula: Expr


class Piece(NamedTuple):
    """What is written where a variable is used, and what that is in the example: a number stands for an array of it."""

    formula: Expr
    value: Any


class Target(NamedTuple):
    """A gradient that gets a line."""

    node: Var  # whose gradient it is
    gradient: Var
    name: str
    is_leaf: bool


class Lines:
    """Steps that become lines."""

    letter = "v"  # what the names of steps without a name begin with

    def __init__(self, words: Words, steps: Sequence[Var]) -> None:
        self.words = words
        self.steps = steps
        self.lines: list[Line] = []
        self.uses: Counter[int] = Counter()
        self._own = set(map(id, steps))
        self._pieces: dict[int, Piece] = {}
        self._users: dict[int, Var] = {}

    def count(self, roots: Iterable[Var]) -> None:
        """Count how often each step is used, by others or as a root."""
        self.uses.update(map(id, roots))
        for var in reversed(self.steps):
            if self.uses[id(var)]:
                for x in self.words.reads(self.words.formula(var)[0]):
                    self.uses[id(x)] += 1
                    self._users[id(x)] = var

    def piece(self, var: Var) -> Piece:
        """What is written for a variable."""
        found = self._pieces.get(id(var))
        return Piece(self.words.place(var), var.data) if found is None else found

    def compose(self, var: Var, fit: bool = True) -> Piece:
        """A step with its operands filled in; to fit a line, long operands become lines first."""
        formula, on_elements = self.words.formula(var)
        operands = list({id(x): x for x in self.words.reads(formula) if id(x) in self._pieces}.values())
        places: dict[Expr, Expr] = {}
        for x in operands:
            piece = self._pieces[id(x)]
            places[self.words.symbol(x)] = piece.formula if on_elements else self.dense(x, piece, as_array=True)
        written = self.tidied(formula.substitute(places)) if places else formula
        if fit and self.words.length(written) > LONGEST_LINE:
            long = [x for x in operands if isinstance(self._pieces[id(x)].formula, Call)]
            if long:
                x = max(long, key=lambda x: self.words.length(self._pieces[id(x)].formula))
                self.assign(self.words.names.numbered(self.letter), x, self._pieces[id(x)])
                return self.compose(var)
        if var.operation in MOVED and isinstance(self.piece(operands[0]).formula if operands else None, Number):
            return self.piece(operands[0])  # a number stands for an array of any shape
        if not on_elements:
            self.words.known[written] = var.data
            return Piece(written, var.data)
        values: dict[Expr, Any] = {self.words.symbol(x): self._pieces[id(x)].value for x in operands}
        with np.errstate(all="ignore"):
            return Piece(written, self.words.script.value(formula, ChainMap(values, self.words.known)))

    def tidied(self, formula: Expr) -> Expr:
        """A formula in which others were filled in."""
        return formula.simplify()

    def dense(self, var: Var, piece: Piece, as_array: bool = False) -> Expr:
        """A formula that gives a variable's shape and dtype; one without axes may be a float unless ``as_array``."""
        formula, value = piece
        data = var.data
        if type(data) is float:
            is_number = var.operation not in CONDITIONS
            return Call("float({})", formula) if is_number and isinstance(value, bool | np.bool_) else formula
        if isinstance(formula, Number):
            return Symbol(self.words.script.literal(np.full(data.shape, formula.value, data.dtype)))
        if np.shape(value) != data.shape:
            formula = Call(f"np.broadcast_to({{}}, {data.shape})", formula)
        if type(value) is float:
            return Call(f"np.{data.dtype}({{}})", formula) if as_array else formula
        if value.dtype != data.dtype:
            formula = Call(f"{{}}.astype(np.{data.dtype})", formula)
        return formula

    def assign(self, name: str, var: Var, piece: Piece) -> None:
        """Make a line for a step."""
        self.lines.append(Line(name, self.dense(var, self.finished(piece))))
        self.call(name, var)

    def call(self, name: str, var: Var) -> None:
        """From here on a step is what a line is called."""
        symbol = Symbol(name)
        self.words.known[symbol] = var.data
        self._pieces[id(var)] = Piece(symbol, var.data)

    def finished(self, piece: Piece) -> Piece:
        """A piece as a line has it."""
        return piece


class Forward(Lines):
    """The forward pass."""

    def run(self, roots: Sequence[Var], later: Counter[int]) -> None:
        """Make the lines; ``later`` is how often the backward pass uses each step."""
        self.count([*roots, *(var for var in self.steps if later[id(var)])])
        for var in self.steps:
            if not self.uses[id(var)]:
                continue
            piece = self.compose(var)
            if id(var) in self.words.called:
                self.assign(self.words.called[id(var)], var, piece)
            elif self._stands_where_used(var, piece, later[id(var)]):
                self._pieces[id(var)] = piece
            else:
                self.assign(self.words.names.numbered(self.letter), var, piece)

    def _stands_where_used(self, var: Var, piece: Piece, later: int) -> bool:
        here = self.uses[id(var)] - bool(later)
        if not isinstance(piece.formula, Call) or here > 1 or not later:
            return here <= 1 or not isinstance(piece.formula, Call)
        return later <= 2 and self.words.formula(var)[1] and self.words.length(piece.formula) <= SHORT

    def compose(self, var: Var, fit: bool = True) -> Piece:
        formula, value = super().compose(var, fit)
        if self.words.divisor and np.size(var.data) == 1:
            m, symbol = self.words.divisor
            match formula:
                case Call(name="div", operands=(x, Number(value=n))) if n == m:
                    formula = x / symbol
                case Call(name="mul", operands=(Number(value=n), x)) if abs(abs(n) * m - 1) < CLOSE:
                    formula = Number(round(n * m)) / symbol * x
        return Piece(formula, value)


class Backward(Lines):
    """The backward pass, of lines for ``targets``.

    Parameters
    ----------
    absorbs
        Whether a line may hold the gradient of an activation, too: ``dZ1 = W2.T @ dZ2 * (1 - A1**2)``.
    """

    letter = "t"

    def __init__(self, words: Words, steps: Sequence[Var], targets: Sequence[Target], absorbs: bool) -> None:
        super().__init__(words, steps)
        self.targets = targets
        self.absorbs = absorbs
        self._order = {id(var): i for i, var in enumerate(steps)}
        self._by_node = {id(target.node): target for target in targets}
        self._leaves: dict[int, str] = {}
        self.count({id(target.gradient): target.gradient for target in targets if target.is_leaf}.values())

    def run(self) -> None:
        """Make the lines."""
        for target in self.targets:
            gradient = target.gradient
            if target.is_leaf:
                self._leaf(target)
            elif id(gradient) not in self._own:  # a number
                self.lines.append(Line(target.name, self.dense(gradient, self.piece(gradient))))
            elif self.uses[id(gradient)] and not self._is_absorbed(target):
                self._settle_operands(gradient)
                self.assign(target.name, gradient, self.compose(gradient))
        self._drop_unused()

    def _drop_unused(self) -> None:
        """Leave out lines without a name of the user's that shorter forms of others no longer need."""
        wanted: set[Expr] = {Symbol(target.name) for target in self.targets}
        kept = []
        for line in reversed(self.lines):
            if Symbol(line.name) in wanted:
                kept.append(line)
                wanted.update(line.formula.walk())
        self.lines = kept[::-1]

    def _leaf(self, target: Target) -> None:
        """The line of a leaf, in which it is divided by the number of examples."""
        gradient, divisor = target.gradient, self.words.divisor
        first = self._leaves.setdefault(id(gradient), target.name)
        if first != target.name:
            self.lines.append(Line(target.name, Symbol(first)))
            return
        if id(gradient) in self._own and id(gradient) not in self._pieces:
            if divisor and self.uses[id(gradient)] > 1:
                self._settle(gradient)
            else:
                self._settle_operands(gradient)
                self._pieces[id(gradient)] = self.compose(gradient)
        piece = self.piece(gradient)
        formula = self.dense(gradient, self.finished(piece))
        self.lines.append(Line(target.name, formula / divisor[1] if divisor else formula))
        if divisor is None and isinstance(piece.formula, Call):
            self.call(target.name, gradient)

    def _settle(self, var: Var) -> None:
        """Decide how a step is written, and first how those are that it needs."""
        waiting = {id(var): var}
        stack = [var]
        while stack:
            for x in self.words.reads(self.words.formula(stack.pop())[0]):
                if id(x) in self._own and id(x) not in self._pieces and id(x) not in waiting:
                    waiting[id(x)] = x
                    stack.append(x)
        for x in sorted(waiting.values(), key=lambda x: self._order[id(x)]):
            piece = self.compose(x)
            if self.uses[id(x)] > 1 and not _is_brief(piece.formula):
                self.assign(self.words.names.numbered(self.letter), x, piece)
            else:
                self._pieces[id(x)] = piece

    def _settle_operands(self, var: Var) -> None:
        for x in self.words.reads(self.words.formula(var)[0]):
            if id(x) in self._own and id(x) not in self._pieces:
                self._settle(x)

    def _is_absorbed(self, target: Target) -> bool:
        """Whether the gradient of an activation becomes part of the next line, that of what it is a function of."""
        gradient, node = target.gradient, target.node
        if not isinstance(node.operation, Rule) or node.operation.arity != 1 or self.uses[id(gradient)] != 1:
            return False
        below, user = self._by_node.get(id(node.operands[0])), self._users[id(gradient)]
        if below is None or user is not (below.gradient if below.is_leaf else below.gradient.operands[0]):
            return False
        self._settle_operands(gradient)
        own = self._pieces[id(gradient)] = self.compose(gradient)
        self._settle_operands(user)
        together = self.compose(user, fit=False)
        short = self.finished(together)
        apart = self.words.formula(user)[0].substitute({self.words.symbol(gradient): Symbol(target.name)})
        if short is not together and self.words.length(short.formula) <= self.words.length(apart):
            self._pieces[id(user)] = short
            return True
        is_product = self.words.script.write(own.formula)[1] >= PRODUCT
        if self.absorbs and not below.is_leaf and is_product and self.words.length(together.formula) <= ABSORBED:
            return True
        del self._pieces[id(gradient)]
        return False

    def compose(self, var: Var, fit: bool = True) -> Piece:
        piece = super().compose(var, fit)
        match piece.formula:
            case Call(name="{}.T", operands=(Call(name="matmul", operands=(x, y)),)):
                is_simpler = any(isinstance(z, Call) and z.name == "{}.T" for z in (x, y))
                if is_simpler and all(z.data.ndim == 2 for z in var.operands[0].operands):
                    piece = Piece(Call("matmul", _transposed(y), _transposed(x)), var.data)
                    self.words.known[piece.formula] = var.data
        return piece

    def tidied(self, formula: Expr) -> Expr:
        return tidy(formula)

    def finished(self, piece: Piece) -> Piece:
        short = self.words.shortest(piece.formula)
        return piece if short == piece.formula else Piece(short, self.words.value(short))


def _transposed(formula: Expr) -> Expr:
    is_transposed = isinstance(formula, Call) and formula.name == "{}.T"
    return formula.operands[0] if is_transposed else Call("{}.T", formula)  # type: ignore[attr-defined]  # a Call


def _is_brief(formula: Expr) -> bool:
    """Whether it is a name, a number, or the transpose of what has a name."""
    return not isinstance(formula, Call) or (formula.name == "{}.T" and isinstance(formula.operands[0], Symbol))


def in_order(targets: Sequence[Target], words: Words, steps: Sequence[Var]) -> list[Target]:
    """The targets in the order of a backward sweep: the operands of the last line, from left to right, and so on."""
    own = set(map(id, steps))
    keys: dict[int, tuple[int, int]] = {}
    for i, line in enumerate(steps):
        if id(line) not in words.called and line is not steps[-1]:
            continue
        stack = [line]
        while stack:
            var = stack.pop()
            if var is not line:
                if id(var) in keys:
                    continue
                keys[id(var)] = (-i, len(keys))
                if id(var) not in own or id(var) in words.called:
                    continue
            stack.extend(reversed(list(words.reads(words.formula(var)[0]))))
    return sorted(targets, key=lambda target: keys.get(id(target.node), (-len(steps), 0)))
