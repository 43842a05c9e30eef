"""Graphs that several tests of pictures draw."""

from __future__ import annotations

import itertools
import random
from xml.etree import ElementTree as ET

import pytest

from autograd_mini.graph import PARAMETER, Tag
from autograd_mini.value import Value, leaf
from viz import text

SVG = "{http://www.w3.org/2000/svg}"
RENDERERS = [pytest.param("dot", marks=pytest.mark.graphviz), "embedded"]


def lecture(*, backward: bool = True) -> Value:
    """e = (a + b)(b + 1) at a = 2, b = 1, every node labelled."""
    a, b = Value(2, "a"), Value(1, "b")
    c, d = a + b, b + 1
    e = c * d
    for node, label in zip((c, d, e), "cde", strict=True):
        node.label = label
    if backward:
        e.backward()
    return e


def network(sizes: tuple[int, ...], inputs: list[Value | float], seed: int = 0) -> Value:
    """A network of tanh neurons, its operations and parameters scoped as those of ``nn`` are."""
    rng = random.Random(seed)
    return forward(parameters(sizes, len(inputs), rng), inputs)


def parameters(sizes: tuple[int, ...], width: int, rng: random.Random) -> list[list[list[Value]]]:
    layers = []
    for i, size in enumerate(sizes, 1):
        scopes = [(f"layer {i}", f"neuron {j}") for j in range(1, size + 1)]
        layers.append(
            [[leaf(rng.uniform(-1, 1), Tag("w", scope), PARAMETER) for _ in range(width)] for scope in scopes]
        )
        width = size
    return layers


def forward(layers: list[list[list[Value]]], x: list[Value | float]) -> Value:
    for i, layer in enumerate(layers, 1):
        outputs = []
        for j, weights in enumerate(layer, 1):
            total = weights[0] * x[0]
            for w, each in zip(weights[1:], x[1:], strict=True):
                product = w * each
                product._tag = total._tag = Tag("", (f"layer {i}", f"neuron {j}"))
                total = total + product
            out = total.tanh()
            out._tag = total._tag = Tag("", (f"layer {i}", f"neuron {j}"))
            outputs.append(out)
        x = list(outputs)
    return outputs[0]


def regression(examples: int) -> Value:
    """The mean squared error of w·x + b over so many examples."""
    rng = random.Random(0)
    w, b = Value(0.3, "w"), Value(0.1, "b")
    return sum((w * rng.random() + b - rng.random()) ** 2 for _ in range(examples)) / examples


def chain(length: int) -> Value:
    node = Value(1.0)
    for _ in range(length):
        node = node + 1
    return node


def texts(svg: str) -> list[str]:
    """What stands in a figure, an element a string."""
    return ["".join(each.itertext()) for each in parsed(svg).iter(f"{SVG}text")]


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def overlaps(svg: str) -> list[tuple[str, str]]:
    """The texts of a figure that lie on one another."""
    boxes = []
    for each in parsed(svg).iter(f"{SVG}text"):
        x, y, size = (float(each.get(key, "0")) for key in ("x", "y", "font-size"))
        words = [(span.text or "", float(span.get("font-size", size)), "font-weight" in span.attrib) for span in each]
        width = sum(text.width(said, high, bold=bold) for said, high, bold in words)
        left = x - width * {"start": 0, "middle": 0.5, "end": 1}[each.get("text-anchor", "start")]
        boxes.append(("".join(each.itertext()), (left, y - 0.75 * size, left + width, y + 0.2 * size)))
    return [
        (one, other)
        for (one, a), (other, b) in itertools.combinations(boxes, 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]
