"""Wrong derivatives of single functions, the table of ``slips.py``, tried at each place of a graph.

>>> from autograd_mini import Value
>>> from ..chain_rule.derivation import derivation
>>> x = Value(3.0)
>>> y = 2**x
>>> for mistake in mistakes_in(derivation(y, x, {"x": x, "y": y})):
...     print(mistake.said)
∂y/∂x was taken as x × 2^(x − 1) = 12: here the exponent varies, and the power rule is for a base that does
∂y/∂x was taken as y = 8: the ln of the base is missing, which only e doesn't need
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from autograd_mini.expr import Expr, Number, Symbol
from autograd_mini.rules import RULES, out

from .. import text
from ..arrays import is_array
from ..chain_rule.derivation import Derivation
from ..picture import Edge
from .mistake import LONGEST_SUM, Mistake, same
from .slips import SLIPS_OF, Slip
from .sweeping import at, by_row, derivative_with, inputs_of, scaled

MOST_PLACES = 8  # where one slip is looked for, place by place


def mistakes_in(made: Derivation) -> Iterator[Mistake]:
    """Wrong derivatives of single functions: at each place, and at all places of a function at once."""
    places: dict[str, list[int]] = defaultdict(list)
    for head in made.between[1:]:
        places[made.picture.nodes[head].op].append(head)
    for op, heads in places.items():
        for k, slip in enumerate(SLIPS_OF["mul" if op == "dot" else op]):
            found = [(head, wrong) for head in heads if (wrong := _slipped(made, head, slip))]
            numbers = []
            for head, wrong in found if len(found) <= MOST_PLACES else ():
                terms = {at(edge): scaled(made, edge, number) for edge, _, number in wrong}
                numbers.append(derivative_with(made, terms))
                taken = ", ".join(_taken(*each) for each in wrong)
                yield Mistake(f"{op} {k} {head}", numbers[-1], f"{taken}: {_at_kink(made, head) or slip.why}")
            if len(found) > 1:
                everywhere = {at(edge): scaled(made, edge, number) for _, wrong in found for edge, _, number in wrong}
                number = derivative_with(made, everywhere)
                if not any(same(number, other) for other in numbers):
                    yield Mistake(f"{op} {k}", number, f"at each of {_names(made, [i for i, _ in found])}: {slip}")


def _slipped(made: Derivation, head: int, slip: Slip) -> list[tuple[Edge, Expr, Any]]:
    """The edges to a node whose derivative a slip concerns, with the wrong formula and the wrong number."""
    node, box = made.graph.nodes[head], made.picture.nodes[head]
    data = inputs_of(made, head)
    if box.op == "dot":
        weights = len(data) // 2 * 2  # and the inputs, but not the bias
        edges = [edge for edge in made.incoming[head] if edge.operand < weights]
        return [(edge, Symbol(made.names[edge.tail]), data[edge.operand]) for edge in edges]
    rule = RULES.get(box.op)
    if rule is None or node.rule is not rule or box.expression is None:
        return []
    written: dict[Expr, Expr] = dict(zip(rule.inputs, box.expression.operands, strict=True))  # type: ignore[attr-defined]  # a Call
    found = []
    for edge in made.incoming[head]:
        formula = slip.formula(edge.operand)
        if formula is not None:
            said = formula.substitute({**written, out: Symbol(made.names[head])}).simplify()
            found.append((edge, said, by_row(rule, formula, data, node.data)))
    return found


def _at_kink(made: Derivation, head: int) -> str:
    """Why a derivative is wrong where there is none but by convention: of numbers at 0, or of two that are tied."""
    rule, data = made.graph.nodes[head].rule, inputs_of(made, head)
    if not getattr(rule, "kinks", ()) or any(map(is_array, data)):
        return ""
    is_tie = all(rule.kinks[0][0])
    if data[0] != (data[1] if is_tie else 0):
        return ""
    partials = dict.fromkeys(text.number(float(edge.partial or 0)) for edge in made.incoming[head])
    return f"{'in a tie' if is_tie else 'at 0'} it is {' and '.join(partials)}, by convention"


def _taken(edge: Edge, formula: Expr, number: Any) -> str:
    said = f"{edge.symbol} was taken as {formula.text()}"
    return said if is_array(number) or isinstance(formula, Number) else f"{said} = {text.number(float(number))}"


def _names(made: Derivation, places: Sequence[int]) -> str:
    names = [made.names[i] for i in places]
    return ", ".join(names if len(names) <= LONGEST_SUM else [*names[:2], "…", names[-1]])
