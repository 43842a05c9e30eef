"""Lifting: neurons that were written one by one run over a batch as the matrix that they are.

In what was recorded of one example, dots that share their inputs become one matrix product, and the same function of
each of its elements one function of the vector. What used an element takes it out of there.

    a₁ = tanh(w₁·x + b₁)
    a₂ = tanh(w₂·x + b₂)   →   a = tanh(W x + b)
    s  = v·[a₁, a₂]            s = v·a

Sums of products are dots, too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..linear import GETITEM, MATMUL, STACK
from ..rules import RULES
from .batching import is_elementwise
from .program import Program, constant
from .trace import Source, Var

ADD, MUL = RULES["add"], RULES["mul"]


def lift(program: Program, batched: set[int], kept: set[int]) -> None:
    """Change the steps of a program.

    Parameters
    ----------
    batched
        The ids of the arguments that differ from example to example.
    kept
        The ids of steps that stay as they are.
    """
    if any(getattr(var.operation, "random", False) for var in program.steps):
        return  # numbers are drawn in the order in which the function asks for them
    lifter = _Lifter(program, batched, kept)
    lifter.find_dots()
    by_depth: dict[int, list[Var]] = defaultdict(list)
    depths: dict[Var, int] = defaultdict(int)
    for var in _in_order(program.outputs):
        if var in lifter.batched and not isinstance(var.operation, Source):
            depths[var] = 1 + max(depths[x] for x in var.reads)
            by_depth[depths[var]].append(var)
    for depth in sorted(by_depth):
        lifter.lift(by_depth[depth])
    program.outputs = [lifter.found(var) for var in program.outputs]
    program.steps = [var for var in _in_order(program.outputs) if not isinstance(var.operation, Source)]


def _in_order(roots: Sequence[Var]) -> list[Var]:
    """Everything that these variables are computed from, each before what reads it."""
    order: dict[Var, None] = {}
    stack = [(var, False) for var in reversed(roots)]
    while stack:
        var, done = stack.pop()
        if done:
            order[var] = None
        elif var not in order:
            stack.append((var, True))
            stack.extend((x, False) for x in reversed(var.reads) if x not in order)
    return list(order)


class _Lifter:
    def __init__(self, program: Program, batched: set[int], kept: set[int]) -> None:
        self.program = program
        self.batched = {var for var in program.arguments if id(var) in batched}
        self.kept = kept
        for var in program.steps:
            if not self.batched.isdisjoint(var.reads):
                self.batched.add(var)
        captured = zip(program.captured_vars, program.captured, strict=True)
        self.doors = {var: x for var, x in captured if isinstance(x, tuple)}
        self._made: dict[Any, Var] = {}
        self._same: dict[Var, Var] = {}

    def differs(self, x: Var) -> bool:
        """Whether a variable differs from example to example."""
        return x in self.batched

    def found(self, x: Var) -> Var:
        """What stands for a variable now."""
        return self._same.get(x, x)

    # Sums of products.

    def find_dots(self) -> None:
        """Let sums of products of a number that is the same for all examples and one that isn't be dots."""
        uses = Counter(x for var in self.program.steps for x in var.reads)
        uses.update(self.program.outputs)
        inner: set[Var] = set()
        for var in reversed(self.program.steps):
            if self._is_scalar(var, ADD) and var not in inner:
                products, rest = [], []
                waiting = list(var.operands[::-1])
                while waiting:
                    term = waiting.pop()
                    if self._is_scalar(term, ADD) and uses[term] == 1:
                        inner.add(term)
                        waiting.extend(term.operands[::-1])
                    elif self._is_scalar(term, MUL) and sum(map(self.differs, term.operands)) == 1:
                        products.append(sorted(term.operands, key=self.differs))
                    else:
                        rest.append(term)
                if len(products) > 1 and len({x.data.dtype for pair in products for x in pair}) == 1:
                    self._become_dot(var, products, rest)

    def _is_scalar(self, var: Var, operation: Any) -> bool:
        return var.operation is operation and self.differs(var) and var.data.shape == () and id(var) not in self.kept

    def _become_dot(self, var: Var, products: Sequence[Sequence[Var]], rest: Sequence[Var]) -> None:
        w, x = (self.side_by_side(part) for part in zip(*products, strict=True))
        total = self.make(MATMUL, (w, x), (), np.asarray(w.data @ x.data))
        for term in rest[:-1]:
            total = self.make(ADD, (total, term), (), total.data + term.data)
        var.operation, var.operands = (ADD, (total, rest[-1])) if rest else (MATMUL, total.operands)

    # Vectors of what is computed alike.

    def lift(self, steps: Sequence[Var]) -> None:
        """Let steps of one depth that are alike be one."""
        alike: dict[Any, list[Var]] = defaultdict(list)
        for var in steps:
            var.operands = tuple(map(self.found, var.operands))
            if id(var) in self.kept or any(type(p) is not int for p in var.params):
                continue
            key = (var.operation, *var.operands, var.params)
            same = self._made.setdefault(key, var)
            if same is not var:
                self._same[var] = self.found(same)
            elif var.operation is STACK and var.params == (0,) and all(map(self.lane, var.operands)):
                self._same[var] = self.side_by_side(var.operands)
            elif (kind := self._kind(var)) is not None:
                alike[kind].append(var)
        for kind, members in alike.items():
            if len(members) > 1:
                self._join(members, self._product if kind[0] is MATMUL else self._elementwise)

    def _kind(self, var: Var) -> Any:
        """What steps have in common that can become one; None for one that can't."""
        operands = var.operands
        if var.operation is MATMUL and all(x.data.ndim == 1 for x in operands):
            w, x = sorted(operands, key=self.differs)
            return None if self.differs(w) else (MATMUL, x, w.data.dtype)
        if not is_elementwise(var.operation) or any(np.shape(x.data) for x in (var, *operands)):
            return None
        if any(x.is_scalar for x in operands):
            return None
        return (var.operation, var.params, var.data.dtype, *map(self._origin, operands))

    def _origin(self, x: Var) -> Any:
        if not self.differs(x):
            return x.data.dtype
        lane = self.lane(x)
        return lane[0] if lane else x

    def _join(self, members: Sequence[Var], together: Callable[[Sequence[Var]], tuple[Var, ...]]) -> None:
        data = np.array([var.data for var in members])
        operation, params = members[0].operation, members[0].params
        vector = self.make(operation, together(members), params, data)
        vector.plain = all(var.plain for var in members)
        for i, var in enumerate(members):
            var.operation, var.operands, var.params = GETITEM, (vector,), (i,)

    def _product(self, members: Sequence[Var]) -> tuple[Var, ...]:
        pairs = [sorted(var.operands, key=self.differs) for var in members]
        return self.side_by_side([w for w, _ in pairs]), pairs[0][1]

    def _elementwise(self, members: Sequence[Var]) -> tuple[Var, ...]:
        columns = zip(*(var.operands for var in members), strict=True)
        return tuple(xs[0] if all(x is xs[0] for x in xs) else self.side_by_side(xs) for xs in columns)

    def side_by_side(self, xs: Sequence[Var]) -> Var:
        """The array that holds these along a new first axis: the one that they are from, if there is one."""
        lanes = [self.lane(x) for x in xs]
        whole = lanes[0] and lanes[0][0]
        if whole and all(lane and lane[0] is whole for lane in lanes):
            places = [i for _, i in lanes]  # type: ignore[misc]  # none is None
            if places == list(range(len(whole.data))):
                return whole
            first, end = places[0], places[-1] + 1
            index = slice(first, end) if places == list(range(first, end)) else np.array(places)
            part = self.make(GETITEM, (whole,), (index,), whole.data[index], (tuple(places),))
            part.plain = all(x.plain for x in xs)
            return part
        data = np.array([x.data for x in xs])
        if all(x.operation is Source.CONSTANT for x in xs):
            return constant(data)
        if all(x in self.doors for x in xs) and len({x.data.dtype for x in xs}) == 1:
            return self._door(xs, data)
        return self.make(STACK, tuple(xs), (0,), data)

    def lane(self, x: Var) -> tuple[Var, int] | None:
        """The array that a variable is an element or row of, and which."""
        if x.operation is GETITEM and type(x.params[0]) is int:
            (whole,) = x.operands
            return whole, x.params[0] % len(whole.data)
        return None

    def _door(self, xs: Sequence[Var], data: Any) -> Var:
        """Values from outside that became several arrays as one."""
        key = tuple(xs)
        if key not in self._made:
            door = self._made[key] = Var(Source.CAPTURED, data=data)
            values = tuple(value for x in xs for value in self.doors[x][0])
            self.doors[door] = values, data.shape, data.dtype
            self.program.captured.append(self.doors[door])
            self.program.captured_vars.append(door)
        return self._made[key]

    def make(self, operation: Any, operands: tuple[Var, ...], params: Any, data: Any, key: Any = None) -> Var:
        """A new variable, or the one that there is already."""
        key = (operation, *operands, params if key is None else key)
        if key not in self._made:
            var = self._made[key] = Var(operation, operands, params, data, all(x.plain for x in operands))
            if not self.batched.isdisjoint(operands):
                self.batched.add(var)
        return self.found(self._made[key])
