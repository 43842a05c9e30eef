"""What no question can be asked about: too large a graph, inputs that are no numbers, a step of no use."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..chain_rule.derivation import Derivation
from ..picture import walk
from . import variants

MOST_NODES = 10_000


def check_size(node: Any) -> None:
    """Refuse a graph that takes minutes to look through."""
    if hasattr(node, "inputs") and walk([node], limit=MOST_NODES) is None:
        raise ValueError(f"a question is about {MOST_NODES:,} nodes at most: pass a node nearer to the inputs")


def check_inputs(made: Derivation) -> None:
    """Refuse nan."""
    for i in variants.leaves(made):
        if np.any(np.isnan(made.graph.nodes[i].data)):
            raise ValueError(f"{made.names[i]} is nan, or has nan in it: choose inputs that are numbers")


def checked_rate(rate: Any, made: Derivation) -> float:
    """The learning rate of a step that can be taken."""
    if isinstance(rate, bool) or not isinstance(rate, int | float | np.integer | np.floating):
        raise TypeError(f"learning_rate is {rate!r:.60} ({type(rate).__name__}); it has to be a number, such as 0.1")
    if not 0 < rate < math.inf:
        raise ValueError(f"learning_rate is {rate}; it has to be positive and finite")
    if made.graph.nodes[made.wrt].op:
        raise ValueError(
            f"a step changes an input, and {made.names[made.wrt]} is computed: ask for its derivative alone, "
            "without learning_rate"
        )
    return float(rate)
