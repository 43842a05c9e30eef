r"""Rows of the table as JavaScript: what a page computes with.

The same formulas that run on floats and on arrays (``worlds.py``) are printed once more. JavaScript's
numbers are IEEE floats, so a page computes what Python does, to the last digits of its ``Math``.

>>> from autograd_mini.rules import RULES
>>> print(program([RULES["mul"], RULES["exp2"]]))
(() => {
    "use strict";
    return {
        "mul"(x1, x2) {
            const out = x1 * x2;
            return [out, x2, x1];
        },
        "exp2"(x1) {
            const out = Math.pow(2, x1);
            const d0 = out * 0.6931471805599453;
            return [out, d0];
        },
    };
})()
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable

from .expr import Call, Expr, Symbol
from .nary import Sum
from .notation import JAVASCRIPT, Notation
from .rules import Rule
from .worlds import World, expand, source

HELPERS = {
    # IEEE's power of 1 is 1, whatever the exponent; ECMAScript's is NaN for NaN and ±Infinity.
    "pow": """\
const pow = (x, y) => x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : Math.pow(x, y);""",
    # Halves to even, as the sum with a float that has no places after the point rounds them; Math.sign keeps -0.
    "rint": """\
const rint = (x) => Math.abs(x) < 2 ** 52 ? Math.sign(x) * (Math.abs(x) + 2 ** 52 - 2 ** 52) : x;""",
    # The remainder has the divisor's sign, that of zero too; JavaScript's has the dividend's.
    "mod": """\
const mod = (x, y) => {
    const r = x % y;
    return r === 0 ? (y < 0 ? -0 : 0) : r < 0 === y < 0 ? r : r + y;
};""",
    "floor_divide": """\
const floor_divide = (x, y) => {
    if (y === 0) return x / y;
    const r = x % y;
    const quotient = (x - r) / y - (r !== 0 && r < 0 !== y < 0 ? 1 : 0), whole = Math.floor(quotient);
    return quotient === 0 ? 0 * (x / y) : quotient - whole > 0.5 ? whole + 1 : whole;
};""",
}
NARY = {
    "sum": """\
"sum"(...x) {
    return [x.reduce((s, term) => s + term, 0), ...x.map(() => 1)];
},""",
    "dot": """\
"dot"(...operands) {
    const n = operands.length >> 1;
    const [w, x, b] = [operands.slice(0, n), operands.slice(n, 2 * n), operands.slice(2 * n)];
    const out = [...w.map((weight, i) => weight * x[i]), ...b].reduce((s, term) => s + term, 0);
    return [out, ...x, ...w, ...b.map(() => 1)];
},""",
}
CALLS = {
    **{name: Notation(f"{name}({{}}, {{}})") for name in ("pow", "mod", "floor_divide")},
    "rint": Notation("rint({})"),
    "exp2": Notation("Math.pow(2, {})"),
}
# It has the functions that every world has, all of them in Math but for those.
NUMBERS = World(JAVASCRIPT._replace(notations={**JAVASCRIPT.notations, **CALLS}), {})
TRUTHS = ("lt", "le", "gt", "ge", "eq", "and")


def program(rules: Iterable[Rule | Sum]) -> str:
    """The text of a JavaScript expression: an object with a function for each rule, under its name.

    A function takes the operands as numbers and returns an array: the value, then the partial derivative by
    each operand, in the form that is computed. ``sum`` and ``dot`` take any number of operands. The text
    needs nothing but ``Math``, and may stand in a <script> element.

    Raises
    ------
    TypeError
        For an operation that is neither a row nor ``sum`` or ``dot``.
    ValueError
        For two different functions of one name.

    Examples
    --------
    >>> from autograd_mini.rules import RULES
    >>> "const rint" in program([RULES["mod"]]), "const rint" in program([RULES["div"]])
    (True, False)
    """
    functions: dict[str, str] = {}
    called: set[str] = set()
    for rule in rules:
        text = _function(rule)
        if functions.setdefault(rule.name, text) != text:
            raise ValueError(f"two different functions are called {rule.name!r}: give one of them another name")
        if isinstance(rule, Rule):
            formulas = [expand(formula, NUMBERS.names) for formula in (rule.value, *rule.partials)]
            called |= {part.name for formula in formulas for part in formula.walk() if isinstance(part, Call)}
    helpers = [code for name, code in HELPERS.items() if name in called]
    body = "\n".join(['"use strict";', *helpers, "return {", *(_indented(text) for text in functions.values()), "};"])
    return f"(() => {{\n{_indented(body)}\n}})()"


def _function(rule: Rule | Sum) -> str:
    if isinstance(rule, Sum):
        return NARY[rule.name]
    if not isinstance(rule, Rule):
        raise TypeError(
            f"JavaScript is printed for functions of numbers, and {getattr(rule, 'name', rule)!r} is none: "
            "build the graph of Values, from the table's functions"
        )
    own = _in_javascript(rule)
    statements, partials = source(own, range(own.arity), NUMBERS)
    lines = [*(f"const {line};" for line in statements.splitlines()), f"return [{', '.join(['out', *partials])}];"]
    name = json.dumps(rule.name).replace("<", r"\u003c")
    body = _indented("\n".join(lines))
    return f"{name}({', '.join(map(str, own.inputs))}) {{\n{body}\n}},"


def _in_javascript(rule: Rule) -> Rule:
    """The row with inputs whose names are no words of JavaScript, and with truth as Python has it."""
    inputs = [Symbol(f"x{i}") for i in range(1, rule.arity + 1)]
    names: dict[Expr, Expr] = dict(zip(rule.inputs, inputs, strict=True))
    formulas = (formula.substitute(names).map(_with_truth) for formula in (rule.value, *rule.partials))
    value, *partials = map(_as_number, formulas)
    return Rule(rule.name, value, partials, inputs=inputs)


def _with_truth(part: Expr) -> Expr:
    """A choice whose condition is one: a number is true when it is other than 0, and nan is."""
    if not isinstance(part, Call) or part.name != "where":
        return part
    condition, *branches = part.operands
    return Call("where", condition if _is_truth(condition) else Call("ne", condition, 0), *map(_as_number, branches))


def _as_number(formula: Expr) -> Expr:
    return Call("where", formula, 1, 0) if _is_truth(formula) else formula


def _is_truth(formula: Expr) -> bool:
    return isinstance(formula, Call) and formula.name in TRUTHS


def _indented(text: str) -> str:
    return textwrap.indent(text, "    ")
