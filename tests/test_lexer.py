"""What is refused, character by character and pair by pair, and what the hint says."""

from __future__ import annotations

import unicodedata

import pytest

from autograd_mini.lexer import ParseError, tokenize


def cut(text: str) -> list[str]:
    return [" ".join(token.text for token in statement) for statement in tokenize(text)]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("c=a+b; d=b+1", ["c = a + b", "d = b + 1"]),
        ("c = a\nd = (b +\n 1)\n\n;", ["c = a", "d = ( b + 1 )"]),
        ("a×b·c÷d−1", ["a * b * c / d - 1"]),
        ("x² + y⁻¹⁰", ["x ** 2 + y ** - 10"]),
        ("x2**2e3", ["x2 ** 2e3"]),
        (".5*1.*1e-3", [".5 * 1. * 1e-3"]),
        ("σ(θ₀)".replace("₀", "0"), ["σ ( θ0 )"]),
        ("- -+a", ["- - + a"]),
        ("", []),
        (" \n;; \t", []),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert cut(text) == tokens


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x^2", "^ is not a power here: write **, as in x**2"),
        ("sin^2(x)", "^ is not a power here: write sin(x)**2"),
        ("sin²(x)", "sin is a function: write sin(x)**2"),
        ("sin**2", "sin is a function: write sin(x)**2"),
        ("sin x", "sin is a function: write sin(x)"),
        ("2*sin", "sin is a function: write sin(x)"),
        ("2x", "no operator between 2 and x: to multiply, write 2*x"),
        ("2 x", "no operator between 2 and x: to multiply, write 2*x"),
        ("2e", "no operator between 2 and e: to multiply, write 2*e"),
        ("2j", "no operator between 2 and j: to multiply, write 2*j"),
        ("0x10", "no operator between 0 and x10: to multiply, write 0*x10"),
        ("1_000", "a name starts with a letter, not with _"),
        ("a b", "no operator between a and b: to multiply, write a*b"),
        ("(a)(b)", "no operator between ) and (: to multiply, write )*("),
        ("x(y)", "x is not a function: to multiply, write x*("),
        ("sigmiod(y)", "sigmiod is not a function, sigmoid is: to multiply, write sigmiod*("),
        ("1..2", "no operator between 1. and .2: to multiply, write 1.*.2"),
        ("a +", "an operand is missing after +"),
        ("* a", "an operand is missing before *"),
        ("a * / b", "an operand is missing between * and /"),
        ("a // b", "an operand is missing between / and /"),
        ("sin()", "an operand is missing between ( and )"),
        ("c =", "an expression is missing after ="),
        ("(a", "( is never closed"),
        ("(a; b)", "( is never closed"),
        ("a)", ") without a ( before it"),
        ("a == b", "= assigns to one name at the start of a statement, as in c = a + b; nothing compares here"),
        ("a + b = c", "= assigns to one name at the start of a statement, as in c = a + b; nothing compares here"),
        ("lambda", "lambda is a word of Python's, not a name: use another"),
        ("True", "True is a word of Python's, not a name: use another"),
        ("a if b else c", "if is a word of Python's, not a name: use another"),
        ("__import__('os')", "a name starts with a letter, not with _"),
        ("a.b", ". is not allowed; allowed are names, numbers, + - * / ** ( ) , = and ;"),
        ("a[0]", "[ is not allowed; allowed are names, numbers, + - * / ** ( ) , = and ;"),
        ("'a'", "' is not allowed; allowed are names, numbers, + - * / ** ( ) , = and ;"),
        ('f"{a}"', '" is not allowed; allowed are names, numbers, + - * / ** ( ) , = and ;'),
        ("(a := 1)", ": is not allowed; allowed are names, numbers, + - * / ** ( ) , = and ;"),
        ("a\0", "U+0000 is not allowed; allowed are names, numbers, + - * / ** ( ) , = and ;"),
        (
            "a\u202eb",
            "U+202E (RIGHT-TO-LEFT OVERRIDE) is not allowed; allowed are names, numbers, + - * / ** ( ) , = and ;",
        ),
        ("a\u00a0+ b", "U+00A0 (NO-BREAK SPACE) is not allowed: write a space"),
        ("\ufb01", "the name \ufb01 is not allowed: write fi"),
        ("x₁", "the name x₁ is not allowed: write x1"),
        ("𝐱", "the name 𝐱 is not allowed: write x"),
        ("（a)", "（ (FULLWIDTH LEFT PARENTHESIS) is not allowed: write ("),
        ("1e999", "1e999 is too large for a number; at most about 1.8e308 is allowed"),
        ("9" * 400, f"{'9' * 20}…{'9' * 16} is too large for a number; at most about 1.8e308 is allowed"),
        ("9" * 5000, "the text has 5000 characters; at most 2000 are allowed"),
        ("-" * 200_000 + "a", "the text has 200001 characters; at most 2000 are allowed"),
        ("(" * 300 + "a" + ")" * 300, "more than 100 parentheses inside one another"),
    ],
)
def test_refusals(text: str, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        cut(text)
    assert str(caught.value) == message


def test_names_mean_to_python_what_they_show() -> None:
    """Whatever character Python's parser would replace is refused, and nothing is left to it to refuse."""
    for code in (*range(0x3400), *range(0xF900, 0x10000), *range(0x1D400, 0x1D800)):
        character = chr(code)
        try:
            tokens = cut(f"x{character}")
        except ParseError:
            continue
        for token in tokens:
            name = token.split(" ")[0]
            assert unicodedata.normalize("NFKC", name) == name
            assert name.isidentifier()
