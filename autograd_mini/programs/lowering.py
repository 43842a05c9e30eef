"""Steps on arrays in terms of NumPy's own functions, which write into arrays that are there already.

A row that NumPy has no function for becomes the steps of its formula, and so does a row's derivative times the
gradient; then what forward and backward pass have in common, such as exp(-|x|) of a sigmoid, is computed once.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..expr import Call, Expr, Number, Symbol
from ..operation import Plain
from ..plain import AND, NOT_EQUAL, RELATIONS
from ..rules import RULES, Rule
from ..worlds import array_value, arrays, expand, on_arrays, pull_formulas
from .program import Simplifier, constant
from .trace import Pull, Var

IN_FORMULAS = {**{name: RELATIONS[name] for name in ("lt", "le", "gt", "ge", "eq")}, "and": AND}
AS_NUMBER = Plain("as_number", lambda x, dtype: x.astype(dtype))


class Guard(Plain):
    """A partial in the form that is quick, and where a number is too small for that in the accurate one.

    Of (the partial by the quick form, the gradient that it is to be multiplied by, the row's operands, its result).
    The quick form's error is that of 1 - out²: 1e-16. Beside the array's other numbers that is nothing, unless the
    gradients are large or all partials are small.
    """

    def __init__(self, rule: Rule, i: int) -> None:
        super().__init__(f"{rule.name}_guard_{i}", lambda *held: self.accurate(*held[2:]))
        assert rule.accurate_above
        self.least = rule.accurate_above
        self.positive = rule.name != "bce_with_logits"  # the quick form
        self.rule = rule
        self.i = i

    def accurate(self, *held: Any) -> Any:
        """The partial by the accurate form, for arrays."""
        return on_arrays(self.rule)(*held[:-1])[1 + self.i]

    def mended(self, quick: Any, g: Any, *held: Any) -> Any:
        """The partial by the quick form if that is good enough, else with the accurate one where it is too small."""
        if not self.positive:
            return self.accurate(*held)
        if quick.item(quick.argmax()) >= self.least and -LARGE <= g.item(g.argmin()) <= g.item(g.argmax()) <= LARGE:
            return quick
        small = np.flatnonzero(~(quick >= self.least))
        mended = quick.copy()
        mended.reshape(-1)[small] = self.accurate(*(x.reshape(-1)[small] for x in held))
        return mended


LARGE = 2.0**13  # times 1e-16 is within the tolerance of 1e-12
_GUARDS: dict[tuple[Rule, int], Guard] = {}


def lower(simplifier: Simplifier, var: Var) -> Var | None:
    """What to compute instead of a step, or None."""
    operation = var.operation
    if var.is_scalar:
        return None
    if isinstance(operation, Rule) and not operation.numpy and operation.name != "where":
        names: dict[Expr, Var] = dict(zip(operation.inputs, var.operands, strict=True))
        return _Builder(simplifier, names, var).build(_one_level(operation))
    if isinstance(operation, Pull):
        return _pull(simplifier, operation, var)
    return None


def _one_level(rule: Rule) -> Expr:
    return rule.value if not rule.primitive else expand(rule.value, arrays().names)


def _pull(simplifier: Simplifier, operation: Pull, var: Var) -> Var:
    rule, i = operation.rule, operation.i
    g, *held = var.operands
    names: dict[Expr, Var] = dict(zip((*rule.inputs, Symbol("out"), Symbol("g")), (*held, g), strict=True))
    builder = _Builder(simplifier, names, var)
    exact, quick = pull_formulas(rule, i)
    if quick is None:
        return builder.build(exact)
    partial = builder.build(quick)
    guard = _GUARDS.setdefault((rule, i), Guard(rule, i))
    with np.errstate(all="ignore"):
        data = guard.accurate(*(x.data for x in held))
    builder.names[Symbol("d")] = simplifier.make(
        Var(guard, (partial, g, *held), data=np.asarray(data, partial.data.dtype), quiet=var.quiet)
    )
    return builder.build(Symbol("g") * Symbol("d"))


class _Builder:
    """Makes the steps of a formula."""

    def __init__(self, simplifier: Simplifier, names: dict[Expr, Var], var: Var) -> None:
        self.simplifier = simplifier
        self.names = names
        self.dtype = var.data.dtype
        self.quiet = var.quiet

    def build(self, formula: Expr) -> Var:
        """The variable that holds what the formula says."""
        if isinstance(formula, Number):
            return constant(np.array(formula.value, self.dtype))
        if isinstance(formula, Symbol):
            known = {"inf": math.inf, "nan": math.nan}
            return constant(np.array(known[formula.name], self.dtype)) if formula.name in known else self.names[formula]
        assert isinstance(formula, Call)
        if formula.name == "where" and formula.operands[1:] == (Number(1), Number(0)):
            condition = self.build(formula.operands[0])
            if condition.data.dtype != np.bool_:
                condition = self._make(NOT_EQUAL, condition, constant(np.zeros((), condition.data.dtype)))
            return self._make(AS_NUMBER, condition, params=(self.dtype,))
        if formula.name == "zeros_like":
            return constant(np.zeros(self.build(formula.operands[0]).data.shape, self.dtype))
        operation = IN_FORMULAS.get(formula.name) or RULES[formula.name]
        return self._make(operation, *map(self.build, formula.operands))

    def _make(self, operation: Any, *operands: Var, params: tuple[Any, ...] = ()) -> Var:
        with np.errstate(all="ignore"):
            if isinstance(operation, Rule):
                data = array_value(operation)(*(x.data for x in operands))
            else:
                data = operation.value(*(x.data for x in operands), *params)
        return self.simplifier.make(Var(operation, operands, params, np.asarray(data), quiet=self.quiet))
