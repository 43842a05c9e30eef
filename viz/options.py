"""What an option may be."""

from __future__ import annotations


def check(**options: tuple[object, tuple[object, ...]]) -> None:
    """Raise a ValueError unless each option, ``name=(got, allowed)``, is one of those allowed.

    >>> check(size=("poster", (None, "slide")))
    Traceback (most recent call last):
    ValueError: size='poster'; it has to be one of None, 'slide'
    """
    for name, (got, allowed) in options.items():
        if not any(got is each or (isinstance(got, str) and got == each) for each in allowed):
            raise ValueError(f"{name}={got!r}; it has to be one of {', '.join(map(repr, allowed))}")
