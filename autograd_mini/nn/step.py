"""Step: the loss of a batch, recorded once and replayed with its gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import tree
from ..graph import Node
from ..modes import RecordingError
from ..programs.jit import jit
from .module import RUN, running

if TYPE_CHECKING:
    from .module import Module


class Step:
    """What gives the loss of a batch, and its gradients to the parameters.

    Attributes
    ----------
    generator : what the order of the examples, dropout, and weights not made yet are drawn from
    """

    def __init__(self, module: Module, run_eagerly: bool = False) -> None:
        self.generator = np.random.default_rng(getattr(module, "seed", None))
        self._eager = run_eagerly
        self._replayed: jit | None = None
        self._seen: Any = None

    def prepare(self, module: Module) -> Callable[..., list[Any]]:
        """A function of (X, y, sample weight) that gives the data of the loss, and of the outputs if there are metrics.

        It is recorded anew once the network has other parts or settings than those that were recorded.
        """

        def loss(X: Any, y: Any, sample_weight: Any) -> Any:
            with running(training=True, generator=self.generator, activated=[None, "", None]):
                outputs = module.batch(X)
                value = loss_of(module, y, outputs, sample_weight)
            return (value, outputs.detach()) if module.metrics else value

        def eagerly(*batch: Any) -> list[Any]:
            results = list(tree.leaves(loss(*batch)))
            results[0].backward()
            return [x.data for x in results]

        def replayed(*batch: Any) -> list[Any]:
            if not self._eager:
                try:
                    return recorded.descend(*batch)
                except RecordingError:
                    self._eager = True  # its forward looks at numbers: it can't be replayed
            return eagerly(*batch)

        seen = _settings_of(module)
        if self._replayed is None or seen != self._seen:
            self._replayed, self._seen = jit(loss), seen
        recorded = self._replayed
        return replayed


def _settings_of(module: Module) -> list[Any]:
    """What a recording of a network depends on besides the numbers in its weights."""
    seen: list[Any] = [id(module.loss)]
    for path, part in module.parts():
        seen += path, id(part)
        if not isinstance(part, Node):
            seen += [x for x in vars(part).values() if isinstance(x, bool | int | float | str)]
    return seen


def loss_of(module: Module, y: Any, outputs: Any, sample_weight: Any) -> Any:
    """The loss of a network's outputs; of what the last activation was given, where that loses nothing."""
    loss = module.loss
    assert loss is not None
    result, name, given = RUN.activated or (None, "", None)
    if loss.behind == name and result is outputs and not loss.from_logits:
        loss, outputs = loss.on_logits(), given
    value = loss(y, outputs, sample_weight)
    for part in module.modules():
        penalty = part.penalty()
        value = value if penalty is None else value + penalty
    return value
