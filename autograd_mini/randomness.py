"""Random numbers in functions that are recorded: drawn afresh at each replay, or refused.

>>> import autograd_mini as ag
>>> x = np.ones(4)
>>> dropout(x, rate=0.5, generator=np.random.default_rng(1))
array([2., 2., 0., 2.])
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .closures import functions, names_in, variables
from .functions import FUNCTIONS
from .modes import THREAD, RecordingError
from .operation import Plain
from .recording import array, new_tensor
from .value import as_float


class Draw(Plain):
    """Uniform random numbers from 0 to 1, of a shape."""

    random = True

    def __call__(self, *operands: Any, params: tuple[Any, ...] = ()) -> Any:
        if THREAD.trace is None:
            return self.value(*params)
        _, shape = params
        return new_tensor(self, np.ones(shape), (), (), (), params)  # what is drawn is drawn by the program


UNIFORM = Draw("uniform", lambda generator, shape: generator.random(shape))


def dropout(x: Any, rate: float = 0.5, generator: np.random.Generator | None = None) -> Any:
    """Each element 0 with probability ``rate``, and divided by 1 - rate otherwise, so that the mean stays.

    Parameters
    ----------
    rate
        In [0, 1).
    generator
        Where the random numbers come from; a new one unless given.

    Raises
    ------
    ValueError
        For another rate.

    Examples
    --------
    >>> from autograd_mini import Tensor
    >>> x = Tensor([1.0, 2.0, 3.0])
    >>> dropout(x, 0.5, np.random.default_rng(1)).sum().backward()
    >>> x.grad
    array([2., 2., 0.])
    """
    number = as_float(rate)
    if number is None or not 0 <= number < 1:
        raise ValueError(f"the rate of dropout is in [0, 1), got {rate!r}")
    x = array(x, of="dropout")
    draws = UNIFORM(params=(generator or np.random.default_rng(), x.shape))
    return FUNCTIONS["where"](draws >= number, x / (1 - number), 0.0)


@contextmanager
def refuse_draws(f: Callable[..., Any]) -> Iterator[None]:
    """Raise a RecordingError if random numbers were drawn that every replay would repeat.

    Seen are Python's and NumPy's own generators, and those that a function knows by name, or that an object has which
    it knows by name; one that is made within the function is not.
    """
    generators = list(_known_to(f))

    def states() -> list[str]:
        return [repr(_state(generator)) for generator in generators]

    before = states()
    yield
    if states() != before:
        raise RecordingError(
            f"{getattr(f, '__name__', 'the function')} draws random numbers, which a recorded program would repeat at "
            "each call: use ag.dropout, which draws afresh, or give the numbers as an argument"
        )


def _state(generator: Any) -> Any:
    if isinstance(generator, np.random.Generator):
        return generator.bit_generator.state
    return generator.getstate() if isinstance(generator, random.Random) else generator.get_state()


def _known_to(f: Any) -> Iterator[Any]:
    """Generators that a function may draw from: the modules' own only if it mentions them, for others use them too."""
    things = [getattr(f, "__self__", f), *(look_up() for look_up in variables(f))]
    if any("random" in names_in(function.__code__) for function, _ in functions(f)):
        things += [np.random.rand, random.random]  # methods of theirs
    for thing in things:
        held = getattr(thing, "__dict__", None)
        parts = held.values() if type(held) is dict and not inspect.ismodule(thing) else ()
        for x in (thing, getattr(thing, "__self__", None), *parts):
            if isinstance(x, (np.random.Generator, np.random.RandomState, random.Random)):
                yield x
