r"""THE TABLE: every elementary function, written down once.

A row says what a function is (its value as a formula), its partial derivatives (formulas in the
inputs and in ``out``, the value itself), how it is written, where it is defined, and what holds at
its kinks. Everything else is read off the row: both engines, both modes, every higher order, the
labels in pictures, the LaTeX of derivations, the methods of ``Value``, the public functions, the
tests' parametrisation. To add a function, add a row.

>>> row = RULES["tanh"]
>>> row.applied(Symbol("z")), row.derivative(0)
(tanh(z), 1 - out**2)
>>> print(row)
tanh(x): d/dx = 1 - out**2
>>> RULES["div"].derivative(1).latex()
'-\\frac{\\mathrm{out}}{y}'

A partial has two forms where they differ: ``shown``, as textbooks print it, and the one that is
computed, accurate where the textbook's is not (1 - tanh² is 0 in the tails, 1 - x² cancels near 1).
The computed form is a product wherever it can be, because differentiating a product of the table's
functions again cancels nothing. The last rows, whose names begin with an underscore, exist only to make that possible.

Sources: Abramowitz & Stegun, *Handbook of Mathematical Functions*, 4.1-4.6, for values and
derivatives; the ranges of the inverse functions are theirs but for acot, which is in (0, π).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .expr import Call, Expr, Formula, Number, Symbol, symbols
from .notation import ATOM, LATEX, POWER, PRODUCT, PYTHON, SIGN, TEXT, Notation


class Interval(NamedTuple):
    """An open interval of the real line."""

    low: float
    high: float


class Rule:
    """One row: a function, its partial derivatives, its notation, its domain.

    Parameters
    ----------
    name
        The public name, ``ag.<name>``; also what ``node.op`` shows.
    value
        The formula of the value; a call of the row itself where ``math`` and NumPy have the function.
    partials
        One formula per input, in the inputs and ``out``; the form that is computed.
    shown
        The partials as textbooks print them, where that differs.
    domain
        For each input the intervals on which the function is defined and smooth.
    kinks
        (inputs, partials there) where the derivative is a convention.
    text, latex, python
        How a call is written, where not as ``name(x)``.
    numpy
        NumPy's name of the function, where it has it.
    operator
        The Python operator that means it (``"add"`` for ``__add__``).
    inputs
        The names of the inputs, ``x`` and ``y`` unless given.
    defaults
        Values of the last inputs when they are left out.
    accurate_above
        What the shown derivative is accurate above; arrays nowhere below take it, for it is quicker.
    """

    requires_grad = True  # what an operation records always wants a gradient: see settle() in recording.py

    def __init__(
        self,
        name: str,
        value: Expr,
        partials: Sequence[Formula],
        *,
        shown: Sequence[Formula] | None = None,
        domain: Sequence[Sequence[Interval]] | None = None,
        kinks: Sequence[tuple[tuple[float, ...], tuple[float, ...]]] = (),
        text: str | Notation = "",
        latex: str | Notation = "",
        python: str | Notation = "",
        numpy: str = "",
        operator: str = "",
        inputs: Sequence[Symbol] | None = None,
        defaults: tuple[float, ...] = (),
        accurate_above: float | None = None,
    ) -> None:
        self.name = name
        self.inputs = tuple(inputs or (x, y)[: len(partials)])
        self.value = value
        self.partials = tuple(Number(p) if isinstance(p, int | float) else p for p in partials)
        self.shown = tuple(Number(p) if isinstance(p, int | float) else p for p in shown or partials)
        self.domain = tuple(domain or [REALS] * len(self.inputs))
        self.kinks = tuple(kinks)
        self.numpy = numpy
        self.operator = operator
        self.defaults = defaults
        self.accurate_above = accurate_above
        for style, notation in ((TEXT, text), (LATEX, latex), (PYTHON, python)):
            if notation:
                style.notations[name] = Notation(notation) if isinstance(notation, str) else notation

    @property
    def arity(self) -> int:
        """The number of inputs."""
        return len(self.inputs)

    @property
    def primitive(self) -> bool:
        """Whether ``math`` and NumPy compute the value, rather than a formula."""
        return self.value == Call(self.name, *self.inputs)

    def applied(self, *operands: Formula) -> Expr:
        """The function applied to formulas, as it is written: ``sigmoid(z)``, not its definition."""
        return Call(self.name, *operands)

    def derivative(self, i: int, operands: Sequence[Expr] | None = None, result: Expr | None = None) -> Expr:
        """The partial derivative by input ``i`` as textbooks print it, in terms of these operands and result."""
        values: dict[Expr, Expr] = dict(zip(self.inputs, self.inputs if operands is None else operands, strict=True))
        return self.shown[i].substitute({**values, out: out if result is None else result}).simplify()

    def __repr__(self) -> str:
        return f"Rule({self.name!r})"

    def __str__(self) -> str:
        """The row as a line of Python."""
        partials = (f"d/d{name} = {shown}" for name, shown in zip(self.inputs, self.shown, strict=True))
        return f"{self.applied(*self.inputs)}: {', '.join(partials)}"

    def _repr_latex_(self) -> str:
        """The row as LaTeX, which Jupyter shows."""
        f, precedence = self.applied(*self.inputs).write(LATEX)
        f = f if precedence >= POWER else rf"\left({f}\right)"
        rows = r" \\ ".join(
            rf"\frac{{\partial}}{{\partial {name.latex()}}} {f} &= {self.derivative(i).latex()}"
            for i, name in enumerate(self.inputs)
        )
        return rf"$$\begin{{split}} {rows} \end{{split}}$$"


def _function(name: str) -> Callable[..., Call]:
    return lambda *operands: Call(name, *operands)


def _tex(name: str) -> str:
    return rf"\{name}\left({{}}\right)"


x, y, z, p, out, base, slope, condition = symbols("x y z p out base slope condition")
sin, cos, tan, csc, sec, cot = map(_function, "sin cos tan csc sec cot".split())
asin, acos, atan, atan2, hypot = map(_function, "asin acos atan atan2 hypot".split())
sinh, cosh, tanh, csch, sech, coth = map(_function, "sinh cosh tanh csch sech coth".split())
asinh, acosh, atanh = map(_function, "asinh acosh atanh".split())
maximum, minimum, floor, modulo, rint = map(_function, "maximum minimum floor mod rint".split())
exp, log, sqrt, expm1, log1p = map(_function, "exp log sqrt expm1 log1p".split())
absolute, sign, square, where = map(_function, "abs sign square where".split())
sigmoid, one_minus_square, rsqrt_1_plus, rsqrt_minus_1, cosine = map(
    _function, "sigmoid _one_minus_square _rsqrt_one_plus_square _rsqrt_square_minus_one _cosine".split()
)

INF, PI = math.inf, math.pi
REALS = (Interval(-INF, INF),)
POSITIVE = (Interval(0, INF),)
NONZERO = (Interval(-INF, 0), Interval(0, INF))
UNIT = (Interval(-1, 1),)
OUTSIDE = (Interval(-INF, -1), Interval(1, INF))
ABOVE_MINUS_1 = (Interval(-1, INF),)
ABOVE_1 = (Interval(1, INF),)
BETWEEN_POLES = (Interval(-PI / 2, PI / 2), Interval(PI / 2, 3 * PI / 2))  # of tan and sec, which repeat
BETWEEN_ZEROS = (Interval(-PI, 0), Interval(0, PI))  # of sin, so the poles of csc and cot
DECAY = exp(-absolute(x))  # never overflows
BETWEEN_0_1 = (Interval(0, 1),)
BETWEEN_WHOLE = [(Interval(-1, 0), Interval(0, 1))]
CLIPPED = where(p < 1e-7, 1e-7, where(p > 1 - 1e-7, 1 - 1e-7, p))
TIED = where(x.eq(y), 0.5, 0)
AT_ORIGIN = y.eq(0) & x.eq(0)
SAFE = where(AT_ORIGIN, 1, hypot(x, y))
RATIO = y / SAFE

TABLE = (
    # Arithmetic. Its notation is part of the styles in notation.py, because precedence is.
    Rule("add", x + y, [1, 1], numpy="add", operator="add"),
    Rule("sub", x - y, [1, -1], numpy="subtract", operator="sub"),
    Rule("mul", x * y, [y, x], numpy="multiply", operator="mul"),
    Rule("div", x / y, [1 / y, -(out / y)], numpy="divide", operator="truediv", domain=[REALS, NONZERO]),
    Rule("neg", -x, [-1], numpy="negative", operator="neg"),
    # The guards give x**0 the derivative 0 at x = 0, and 0**y the derivative 0 for y >= 0.
    Rule("pow", x**y, [y * where(AT_ORIGIN, 1, x) ** (y - 1),
                              out * log(where(x.eq(0) & (y >= 0), 1, x))],
         shown=[y * x ** (y - 1), out * log(x)], numpy="power", operator="pow", domain=[POSITIVE, REALS],
         kinks=[((0, 0), (0, 0)), ((0, 1), (1, 0)), ((0, 2), (0, 0))]),
    Rule("identity", x, [1], numpy="positive", text="{}", latex="{}", python="{}"),
    Rule("square", x * x, [2 * x], numpy="square", text=Notation("{}²", POWER, (ATOM,)),
         latex=Notation("{}^{{2}}", POWER, (ATOM,)), python=Notation("{}**2", POWER, (ATOM,))),
    Rule("reciprocal", 1 / x, [-(out * out)], shown=[-1 / square(x)], numpy="reciprocal", domain=[NONZERO],
         text=Notation("1 / {}", PRODUCT, (POWER,)), latex=Notation(r"\frac{{1}}{{{}}}", POWER),
         python=Notation("1 / {}", PRODUCT, (SIGN,))),
    Rule("sqrt", sqrt(x), [0.5 / out], shown=[1 / (2 * out)], numpy="sqrt", domain=[POSITIVE],
         text=Notation("√{}", POWER, (ATOM,)), latex=r"\sqrt{{{}}}"),
    # Exponentials and logarithms.
    Rule("exp", exp(x), [out], numpy="exp", latex=Notation("e^{{{}}}", POWER)),
    Rule("expm1", expm1(x), [exp(x)], numpy="expm1"),
    Rule("log", log(x), [1 / x], numpy="log", domain=[POSITIVE], text="ln({})", latex=_tex("ln")),
    Rule("exp2", Call("exp2", x), [out * log(Number(2))], numpy="exp2",
         text=Notation("2^{}", POWER, (ATOM,)), latex=Notation("2^{{{}}}", POWER)),
    Rule("log2", Call("log2", x), [1 / (x * log(Number(2)))], numpy="log2", domain=[POSITIVE],
         text="log₂({})", latex=r"\log_2\left({}\right)"),
    Rule("log10", Call("log10", x), [1 / (x * log(Number(10)))], numpy="log10", domain=[POSITIVE],
         text="log₁₀({})", latex=r"\log_{{10}}\left({}\right)"),
    Rule("log1p", log1p(x), [1 / (1 + x)], numpy="log1p", domain=[ABOVE_MINUS_1]),
    Rule("log_base", log(x) / log(base), [1 / (x * log(base)), -(out / (base * log(base)))], inputs=[x, base],
         domain=[POSITIVE, (Interval(0, 1), Interval(1, INF))],
         text="log({}, {})", latex=r"\log_{{{1}}}\left({0}\right)", python="log({}, {})"),
    # Trigonometric functions and their inverses.
    Rule("sin", sin(x), [cos(x)], numpy="sin", latex=_tex("sin")),
    Rule("cos", cos(x), [-sin(x)], numpy="cos", latex=_tex("cos")),
    Rule("tan", tan(x), [1 + square(out)], shown=[square(sec(x))], numpy="tan", latex=_tex("tan"),
         domain=[BETWEEN_POLES]),
    Rule("csc", 1 / sin(x), [-out * cot(x)], domain=[BETWEEN_ZEROS], latex=_tex("csc")),
    Rule("sec", 1 / cos(x), [out * tan(x)], domain=[BETWEEN_POLES], latex=_tex("sec")),
    Rule("cot", 1 / tan(x), [-(1 + square(out))], shown=[-square(csc(x))], domain=[BETWEEN_ZEROS], latex=_tex("cot")),
    Rule("asin", asin(x), [1 / sqrt(one_minus_square(x))], shown=[1 / sqrt(1 - square(x))],
         numpy="arcsin", domain=[UNIT], text="arcsin({})", latex=_tex("arcsin")),
    Rule("acos", acos(x), [-1 / sqrt(one_minus_square(x))], shown=[-1 / sqrt(1 - square(x))],
         numpy="arccos", domain=[UNIT], text="arccos({})", latex=_tex("arccos")),
    Rule("atan", atan(x), [square(rsqrt_1_plus(x))], shown=[1 / (1 + square(x))],
         numpy="arctan", text="arctan({})", latex=_tex("arctan")),
    Rule("acsc", atan2(sign(x), _root := sqrt(absolute(x) - 1) * sqrt(absolute(x) + 1)),
         [-(rsqrt_minus_1(x) / absolute(x))], shown=[-1 / (absolute(x) * sqrt(square(x) - 1))],
         domain=[OUTSIDE], text="arccsc({})", latex=r"\operatorname{{arccsc}}\left({}\right)"),
    Rule("asec", atan2(_root, sign(x)),
         [rsqrt_minus_1(x) / absolute(x)], shown=[1 / (absolute(x) * sqrt(square(x) - 1))],
         domain=[OUTSIDE], text="arcsec({})", latex=r"\operatorname{{arcsec}}\left({}\right)"),
    Rule("acot", atan2(1, x), [-square(rsqrt_1_plus(x))], shown=[-1 / (1 + square(x))],
         text="arccot({})", latex=r"\operatorname{{arccot}}\left({}\right)"),
    Rule("atan2", atan2(x, y), [y / hypot(x, y) / hypot(x, y), -(x / hypot(x, y) / hypot(x, y))],
         shown=[y / (square(x) + square(y)), -(x / (square(x) + square(y)))], numpy="arctan2",
         domain=[NONZERO, NONZERO]),
    Rule("hypot", hypot(x, y), [cosine(x, y), cosine(y, x)], shown=[x / out, y / out],
         numpy="hypot", domain=[NONZERO, NONZERO], kinks=[((0, 0), (0, 0))]),
    # Hyperbolic functions and their inverses.
    Rule("sinh", sinh(x), [cosh(x)], numpy="sinh", latex=_tex("sinh")),
    Rule("cosh", cosh(x), [sinh(x)], numpy="cosh", latex=_tex("cosh")),
    Rule("tanh", tanh(x), [square(sech(x))], shown=[1 - square(out)], numpy="tanh", latex=_tex("tanh"),
         accurate_above=2**-14),
    Rule("csch", 1 / sinh(x), [-out * coth(x)], domain=[NONZERO], latex=r"\operatorname{{csch}}\left({}\right)"),
    Rule("sech", 2 * DECAY / (1 + square(DECAY)), [-out * tanh(x)],
         latex=r"\operatorname{{sech}}\left({}\right)"),
    Rule("coth", 1 / tanh(x), [-square(csch(x))], domain=[NONZERO], latex=_tex("coth")),
    Rule("asinh", asinh(x), [rsqrt_1_plus(x)], shown=[1 / sqrt(1 + square(x))], numpy="arcsinh",
         text="arsinh({})", latex=r"\operatorname{{arsinh}}\left({}\right)"),
    Rule("acosh", acosh(x), [1 / (sqrt(x - 1) * sqrt(x + 1))], shown=[1 / sqrt(square(x) - 1)], numpy="arccosh",
         domain=[ABOVE_1], text="arcosh({})", latex=r"\operatorname{{arcosh}}\left({}\right)"),
    Rule("atanh", atanh(x), [1 / one_minus_square(x)], shown=[1 / (1 - square(x))], numpy="arctanh",
         domain=[UNIT], text="artanh({})", latex=r"\operatorname{{artanh}}\left({}\right)"),
    Rule("acsch", asinh(1 / x), [-(rsqrt_1_plus(x) / absolute(x))], shown=[-1 / (absolute(x) * sqrt(1 + square(x)))],
         domain=[NONZERO], text="arcsch({})", latex=r"\operatorname{{arcsch}}\left({}\right)"),
    Rule("asech", log1p(sqrt(one_minus_square(x))) - log(x), [-(1 / x) / sqrt(one_minus_square(x))],
         shown=[-1 / (x * sqrt(1 - square(x)))],
         domain=[BETWEEN_0_1], text="arsech({})", latex=r"\operatorname{{arsech}}\left({}\right)"),
    Rule("acoth", sign(x) * log1p(2 / (absolute(x) - 1)) / 2, [-square(rsqrt_minus_1(x))],
         shown=[1 / (1 - square(x))],
         domain=[OUTSIDE], text="arcoth({})", latex=r"\operatorname{{arcoth}}\left({}\right)"),
    # Activations. relu'(0) is 0; maximum(0, x) is another function with 1/2 there, because ties share evenly.
    Rule("sigmoid", exp(minimum(x, 0)) / (1 + DECAY), [square(sech(x / 2)) / 4], shown=[out * (1 - out)],
         text="σ({})", latex=r"\sigma\left({}\right)", accurate_above=2**-14),
    Rule("relu", maximum(0, x), [where(x > 0, 1, 0)], kinks=[((0,), (0,))]),
    Rule("leaky_relu", where(x > 0, x, slope * x), [where(x > 0, 1, slope), where(x > 0, 0, x)],
         inputs=[x, slope], defaults=(0.01,), kinks=[((0, 0.01), (0.01, 0))]),
    Rule("softplus", maximum(0, x) + log1p(DECAY), [sigmoid(x)]),
    # Choices.
    Rule("abs", absolute(x), [sign(x)], numpy="absolute", operator="abs", kinks=[((0,), (0,))],
         text="|{}|", latex=r"\left|{}\right|", domain=[NONZERO]),
    Rule("sign", where(x > 0, 1, where(x < 0, -1, x)), [0], numpy="sign", kinks=[((0,), (0,))], domain=[NONZERO]),
    Rule("maximum", where(x >= y, x, where(x < y, y, x + y)),  # x + y is nan when either is
         [(where(x > y, 1, 0) + where(x >= y, 1, 0)) / 2, (where(x < y, 1, 0) + where(x <= y, 1, 0)) / 2],
         shown=[where(x > y, 1, TIED), where(x < y, 1, TIED)], numpy="maximum",
         kinks=[((1, 1), (0.5, 0.5))], text="max({}, {})", latex=r"\max\left({}, {}\right)"),
    Rule("minimum", where(x <= y, x, where(x > y, y, x + y)),
         [(where(x < y, 1, 0) + where(x <= y, 1, 0)) / 2, (where(x > y, 1, 0) + where(x >= y, 1, 0)) / 2],
         shown=[where(x < y, 1, TIED), where(x > y, 1, TIED)], numpy="minimum",
         kinks=[((1, 1), (0.5, 0.5))], text="min({}, {})", latex=r"\min\left({}, {}\right)"),
    Rule("heaviside", where(x > 0, 1, where(x < 0, 0, where(x.eq(0), y, x))), [0, 0], numpy="heaviside",
         kinks=[((0, 0.5), (0, 0))], domain=[NONZERO, REALS]),
    Rule("floor", floor(x), [0], numpy="floor", domain=BETWEEN_WHOLE, text="⌊{}⌋",
         latex=r"\left\lfloor {} \right\rfloor"),
    Rule("ceil", Call("ceil", x), [0], numpy="ceil", domain=BETWEEN_WHOLE, text="⌈{}⌉",
         latex=r"\left\lceil {} \right\rceil"),
    Rule("rint", rint(x), [0], numpy="rint", domain=[(Interval(-0.5, 0.5), Interval(0.5, 1.5))],
         text="round({})", latex=r"\operatorname{{round}}\left({}\right)"),
    Rule("floor_divide", Call("floor_divide", x, y), [0, 0], numpy="floor_divide", operator="floordiv",
         domain=[(Interval(0, 1),), (Interval(1, 2),)], text="⌊{} / {}⌋",
         latex=r"\left\lfloor \frac{{{}}}{{{}}} \right\rfloor", python=Notation("{} // {}", PRODUCT, (PRODUCT, POWER))),
    Rule("mod", modulo(x, y), [1, -rint((x - out) / y)], numpy="mod", operator="mod",
         domain=[(Interval(0, 1),), (Interval(1, 2),)], text=Notation("{} mod {}", PRODUCT, (PRODUCT, POWER)),
         latex=Notation(r"{} \bmod {}", PRODUCT, (PRODUCT, POWER)),
         python=Notation("{} % {}", PRODUCT, (PRODUCT, POWER))),
    Rule("where", where(condition, x, y), [0, where(condition, 1, 0), where(condition, 0, 1)],
         inputs=[condition, x, y], domain=[NONZERO, REALS, REALS]),
    # Losses of one prediction, for a label y from 0 to 1: of a probability p, and of z where p is sigmoid(z).
    # Keras' convention keeps p within [1e-7, 1 - 1e-7]; of z nothing is lost, however large it is.
    Rule("bce", -(y * log(CLIPPED) + (1 - y) * log1p(-CLIPPED)),
         [log1p(-CLIPPED) - log(CLIPPED), where(p.eq(CLIPPED), (1 - y) / (1 - CLIPPED) - y / CLIPPED, 0)],
         shown=[log(1 - p) - log(p), (1 - y) / (1 - p) - y / p], inputs=[y, p],
         domain=[BETWEEN_0_1, (Interval(1e-7, 1 - 1e-7),)],
         text="BCE({}, {})", latex=r"\operatorname{{BCE}}\left({}, {}\right)"),
    Rule("bce_with_logits", maximum(0, z) - y * z + log1p(exp(-absolute(z))),
         [-z, (1 - y) * sigmoid(z) - y * sigmoid(-z)], shown=[-z, sigmoid(z) - y], inputs=[y, z],
         domain=[BETWEEN_0_1, REALS], accurate_above=2**-14,
         text="BCE({}, σ({}))",
         latex=r"\operatorname{{BCE}}\left({}, \sigma\left({}\right)\right)"),
    # Pieces of other rows' derivatives, in the form whose own derivative is accurate at both ends.
    Rule("_one_minus_square", (1 - x) * (1 + x), [-2 * x], text=Notation("1 − {}²", SIGN, (ATOM,)),
         latex=Notation("1 - {}^{{2}}", SIGN, (ATOM,))),
    Rule("_cosine", x / SAFE,
         [RATIO * RATIO / SAFE, -(x / SAFE) * RATIO / SAFE], domain=[NONZERO, NONZERO], kinks=[((0, 0), (0, 0))],
         text="cos∠({}, {})", latex=r"\cos\angle\left({}, {}\right)"),
    Rule("_rsqrt_one_plus_square", 1 / hypot(1, x), [-(x * out) * out * out],
         text=Notation("1 / √(1 + {}²)", POWER, (ATOM,)),
         latex=Notation(r"\frac{{1}}{{\sqrt{{1 + {}^{{2}}}}}}", POWER, (ATOM,))),
    Rule("_rsqrt_square_minus_one", 1 / (sqrt(absolute(x) - 1) * sqrt(absolute(x) + 1)), [-(x * out) * out * out],
         domain=[OUTSIDE], text=Notation("1 / √({}² − 1)", POWER, (ATOM,)),
         latex=Notation(r"\frac{{1}}{{\sqrt{{{}^{{2}} - 1}}}}", POWER, (ATOM,))),
)  # fmt: skip

RULES: dict[str, Rule] = {row.name: row for row in TABLE}
