"""Ways to copy a thing, that tests of several modules go through."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest


def pickled(thing: Any, protocol: int = pickle.DEFAULT_PROTOCOL) -> Any:
    return pickle.loads(pickle.dumps(thing, protocol))  # noqa: S301  # the tests' own


each_deep_copy = pytest.mark.parametrize("make_copy", [copy.deepcopy, pickled])
