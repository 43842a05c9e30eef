"""What each layer of a network computes, forward and backward, as formulas with the shapes of their results.

They are the lecture notes': dZ and dA are derivatives of an example's loss ℓ, dW and db of the cost J, the mean of ℓ.

>>> from autograd_mini import nn
>>> model = nn.Sequential([nn.Dense(4, activation="tanh"), nn.Dense(1, activation="sigmoid")], seed=0)
>>> model.build((None, 2))
>>> for block in blocks_of(model):
...     print([str(line) for line in block.backward])
['dZ[1] = dA[1] ∗ tanh′(Z[1])  (m, 4)', 'dW[1] = A[0]ᵀ dZ[1] / m  (2, 4)', 'db[1] = Σ dZ[1] / m  (4,)']
['dW[2] = A[1]ᵀ dZ[2] / m  (4, 1)', 'db[2] = Σ dZ[2] / m  (1,)', 'dA[1] = dZ[2] W[2]ᵀ  (m, 4)']
['dZ[2] = A[2] − Y  (m, 1)']
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from autograd_mini import nn
from autograd_mini.expr import Symbol
from autograd_mini.nn import losses
from autograd_mini.nn.loss import Loss
from autograd_mini.rules import RULES

from .. import text
from .stages import TITLE_LIMIT, Stage, stages

Convention = Literal["rows", "columns"]
ENTROPY = {"sigmoid": "binary_crossentropy", "softmax": "categorical_crossentropy"}  # where no loss is known


class Formula(NamedTuple):
    """``Z[1] = A[0] W[1] + b[1]`` and its shape; without a right side it is what is there already."""

    name: str
    right: str
    shape: str

    def __str__(self) -> str:
        return f"{self.name}{' = ' * bool(self.right)}{self.right}  {self.shape}"


@dataclass(frozen=True, slots=True)
class Block:
    """A layer or the loss: what it computes forward, keeps for backward, and computes then.

    `takes` and `gives` are what goes in and comes out forward, `returns` what goes out backward, if anything does.
    `note` is what its backward half has to be told about.
    """

    title: str
    kind: str
    forward: tuple[Formula, ...]
    cache: str
    backward: tuple[Formula, ...]
    takes: Formula
    returns: Formula | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shapes:
    """How shapes are written, for examples as rows or as columns."""

    convention: Convention
    m: int | str

    def batch(self, units: int) -> str:
        """The shape of X, Z, A."""
        return f"({self.m}, {units})" if self.convention == "rows" else f"({units}, {self.m})"

    def weights(self, given: int, units: int) -> str:
        """The shape of W."""
        return f"({given}, {units})" if self.convention == "rows" else f"({units}, {given})"

    def bias(self, units: int) -> str:
        """The shape of b."""
        return f"({units},)" if self.convention == "rows" else f"({units}, 1)"


def blocks_of(
    model: Any, *, loss: Loss | str | None = None, convention: Convention = "rows", examples: int | str = "m"
) -> list[Block]:
    """The layers' blocks and the loss's, in the order of the forward pass.

    Raises
    ------
    TypeError
        If `model` is no network of ``nn``.
    RuntimeError
        While a width is unknown.
    ValueError
        For a network with other layers in it, or an unknown loss.
    """
    path = stages(model, "blocks")
    layers = [stage for stage in path if stage.number]
    _check(path)
    given = loss if loss is not None else getattr(model, "loss", None)
    given = given or ENTROPY.get(layers[-1].activation)
    known = None if given is None else losses.get(given)
    shapes = Shapes(convention, examples)
    end, fused = _loss(layers[-1], known, shapes)
    made = [_layer(stage, shapes, is_fused=fused and stage is layers[-1]) for stage in layers]
    return [*made, end]


def left_out(model: Any) -> str:
    """What acts between the layers without being one, in words; empty without any."""
    others = [stage for stage in stages(model, "blocks") if stage.runs and not stage.number]
    said = {"Normalization": "A[0] is X normalised", "Dropout": "Dropout, in training, is left out"}
    return "; ".join(dict.fromkeys(said.get(stage.kind.__name__, "") for stage in others)).strip("; ")


def _check(path: list[Stage]) -> None:
    first = next((i for i, stage in enumerate(path) if stage.number), len(path))
    for i, stage in enumerate(path):
        before = stage.kind in (nn.Normalization, nn.Flatten) and i < first
        if stage.runs and not stage.number and stage.kind is not nn.Dropout and not before:
            raise ValueError(
                "blocks() draws Dense layers, with an Activation each, and Dropout; Normalization and Flatten in "
                f"front of them; got {stage.title}"
            )
    if first == len(path):
        raise ValueError("blocks() draws Dense layers, got a network without one")


def _layer(stage: Stage, shapes: Shapes, *, is_fused: bool) -> Block:
    assert stage.W is not None
    given, units = stage.W.shape
    k, before = stage.number, stage.number - 1
    W, b, Z, A, dZ, X = f"W[{k}]", f"b[{k}]", f"Z[{k}]", f"A[{k}]", f"dZ[{k}]", f"A[{before}]"
    by_row = shapes.convention == "rows"
    bias = [] if stage.b is None else [b]
    forward = [
        Formula(W, "", shapes.weights(given, units)),
        *(Formula(b, "", shapes.bias(units)) for b in bias),
        Formula(Z, " + ".join([f"{X} {W}" if by_row else f"{W} {X}", *bias]), shapes.batch(units)),
        Formula(A, _applied(stage.activation, Z), shapes.batch(units)),
    ]
    backward = [] if is_fused else [Formula(dZ, _through(stage.activation, k), shapes.batch(units))]
    product = f"{X}ᵀ {dZ}" if by_row else f"{dZ} {X}ᵀ"
    backward.append(Formula(f"d{W}", f"{product} / {shapes.m}", shapes.weights(given, units)))
    backward += [Formula(f"d{b}", f"Σ {dZ} / {shapes.m}", shapes.bias(units)) for b in bias]
    returns = None
    if before:
        returns = Formula(f"d{X}", f"{dZ} {W}ᵀ" if by_row else f"{W}ᵀ {dZ}", shapes.batch(given))
        backward.append(returns)
    kind = f"{units} unit{'s' * (units != 1)}, {stage.activation}"
    takes = Formula(X if before else "X = A[0]", "", shapes.batch(given))
    return Block(stage.title, kind, tuple(forward), f"{X}, {Z}", tuple(backward), takes, returns)


def _loss(last: Stage, loss: Loss | None, shapes: Shapes) -> tuple[Block, bool]:
    """The loss's block, and whether it hands dZ back, its derivative and the activation's in one."""
    k, units = last.number, last.units
    A, shape = f"A[{k}]", shapes.batch(units)
    share = f" / {units}" if units > 1 else ""
    wanted, from_logits = (loss.output_activation, loss.from_logits) if loss else (None, None)
    fused = wanted is not None and last.activation == ("linear" if from_logits else wanted)
    note = ""
    if fused and wanted:
        said = _applied(wanted, A) if from_logits else A
        right = f"{said} − Y"
        if wanted == "sigmoid" and units > 1:
            right = f"({right}){share}"
        note = f"{wanted} and loss in one"
    elif isinstance(loss, nn.MeanSquaredError):
        right = f"2 ({A} − Y){share}"
    else:
        right = f"∂ℓ/∂{A}"
    returns = Formula(f"dZ[{k}]" if fused else f"d{A}", right, shape)
    name = text.shorten(text.clean(loss.name), TITLE_LIMIT + 8) if loss else ""
    name = name.replace("_", " ").replace("crossentropy", "cross entropy")
    forward = (Formula("Y", "", shape), Formula("J", f"Σ ℓ({A}, Y) / {shapes.m}", ""))
    return Block("loss", name, forward, f"{A}, Y", (returns,), Formula(A, "", shape), returns, note), fused


def _applied(activation: str, Z: str) -> str:
    if activation == "linear":
        return Z
    rule = RULES.get(activation)
    return rule.applied(Symbol(Z)).text() if rule else f"{activation}({Z})"


def _through(activation: str, k: int) -> str:
    """What comes of dA on its way back through an activation."""
    dA, A, Z = f"dA[{k}]", f"A[{k}]", f"Z[{k}]"
    match activation:
        case "linear":
            return dA
        case "softmax":
            return f"{A} ∗ ({dA} − Σₖ {A} ∗ {dA})"
        case "log_softmax":
            return f"{dA} − softmax({Z}) ∗ Σₖ {dA}"
    applied = _applied(activation, Z)
    name = applied.removesuffix(f"({Z})") if applied.endswith(f"({Z})") else activation
    return f"{dA} ∗ {name}′({Z})"
