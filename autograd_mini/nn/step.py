"""Step: the loss of a batch, recorded once and replayed with its gradients."""

from __future__ import annotations

import contextlib
import weakref
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .. import tree
from ..configured import PLAIN, Configured, settings
from ..graph import Node
from ..modes import THREAD, RecordingError
from ..programs.jit import jit
from ..randomness import refuse_draws
from .module import Module
from .running import RUN, Activated, running

FEW = 32  # so many steps take less time than recording one

# What a recording doesn't depend on.
BESIDES = {"optimizer", "loss", "metrics", "history", "table", "stop_training", "input_shape", "output_shape"}


class Step:
    """What gives the loss of a batch, and its gradients to the parameters.

    Attributes
    ----------
    generator
        What the order of the examples, dropout, and weights not made yet are drawn from.
    planned
        How many steps there were, or will be, by the number of examples in a batch.
    """

    def __init__(self, module: Module) -> None:
        self.generator = np.random.default_rng(getattr(module, "seed", None))
        self._eager = module.run_eagerly
        self._replayed: jit | None = None
        self._seen: Any = None
        self.planned: Counter[int] = Counter()

    def plan(self, steps: Mapping[int, int]) -> None:
        """Say how many steps there will be, by the number of examples in a batch: a few aren't worth a recording."""
        self.planned.update(steps)

    def prepare(self, module: Module, run: object) -> Callable[..., list[Any]]:
        """A function of (X, y, sample weight) that gives the data of the loss, and of the outputs if there are metrics.

        It is recorded anew once the network has other parts or settings than those that were recorded. What it can't
        look into (one's own functions, dicts, …) counts as other in each ``run`` of fit.
        """
        network = weakref.ref(module)  # else only the garbage collector would free it
        penalized = penalized_in(module)

        def loss(X: Any, y: Any, sample_weight: Any) -> Any:
            module: Any = network()
            with running(training=True, generator=self.generator, activated=Activated()), _refused_draws(module):
                outputs = module.batch(X)
                value = loss_of(module, y, outputs, sample_weight, penalized)
            if not isinstance(value, Node) or not value.requires_grad:
                raise ValueError("the loss doesn't depend on the weights: compute it from what the network gives")
            return (value, outputs.detach()) if module.metrics else value

        def eagerly(*batch: Any) -> list[Any]:
            results = list(tree.leaves(loss(*batch)))
            results[0].backward()
            return [x.data for x in results]

        def replayed(*batch: Any) -> list[Any]:
            if not self._eager and self.planned[len(batch[0])] >= FEW:
                try:
                    return recorded.descend(*batch)
                except RecordingError:
                    self._eager = True  # its forward looks at numbers: it can't be replayed
            return eagerly(*batch)

        seen = _settings_of(module, run)
        if self._replayed is None or seen != self._seen:
            self._replayed, self._seen = jit(loss), seen
        recorded = self._replayed
        return replayed


@contextlib.contextmanager
def _refused_draws(module: Module) -> Iterator[None]:
    """While recording: a RecordingError for random numbers that code of one's own draws, and replays would repeat."""
    with contextlib.ExitStack() as stack:
        if THREAD.trace is not None:
            calls: list[Any] = [part.forward for part in module.modules()]
            calls += [module.loss.call, *vars(module.loss).values()] if module.loss else []
            for call in calls:
                if callable(call) and not getattr(call, "__module__", "").startswith("autograd_mini."):
                    stack.enter_context(refuse_draws(call))
        yield


def _settings_of(module: Module, run: object) -> list[Any]:
    """What a recording of a network depends on besides the numbers in its weights."""
    seen: list[Any] = [*_setting(module.loss, run), bool(module.metrics)]
    for path, part in module.parts():
        seen += path, id(part)
        if isinstance(part, Module):
            for name, x in part.inside().items():
                if name not in BESIDES and not name.startswith("_"):
                    seen += _setting(x, run)
    return seen


def _setting(x: Any, run: object) -> list[Any]:
    if isinstance(x, Configured) and type(x).__module__.startswith("autograd_mini."):
        return [type(x), *(y for name in settings(type(x)) for y in _setting(getattr(x, name), run))]
    if isinstance(x, list | tuple):
        return [len(x), *(y for part in x for y in _setting(part, run))]
    if isinstance(x, PLAIN):
        return [x]
    return [] if isinstance(x, Module | Node) else [run]  # those are parts, which are gone through by themselves


def penalized_in(module: Module) -> list[Module]:
    """The parts of a network that add something to the loss."""
    return [part for part in module.modules() if part.penalty() is not None]


def loss_of(module: Module, y: Any, outputs: Any, sample_weight: Any, penalized: Sequence[Module]) -> Any:
    """The loss of a network's outputs; of what the last activation was given, where that loses nothing."""
    loss = module.loss
    assert loss is not None
    last = RUN.activated or Activated()
    if (
        loss.output_activation
        and loss.output_activation == last.name
        and last.result is outputs
        and not loss.from_logits
    ):
        loss, outputs = loss.on_logits(), last.given
    value = loss(y, outputs, sample_weight)
    for part in penalized:
        value = value + part.penalty()
    return value
