from __future__ import annotations

import pytest

import autograd_mini as ag
import viz
from autograd_mini import Value, nn
from viz.names import name_nodes

somewhere_global = Value(7)


def shown(drawing: viz.Drawing) -> list[str]:
    return [node.name for node in drawing.picture.nodes]


def test_the_callers_variables_name_the_nodes() -> None:
    a, b = Value(2), Value(1)
    c = a + b
    d = b + 1
    assert shown(viz.draw(c * d)) == ["a", "b", "c", "d", "v₁"]


def test_a_label_comes_before_a_variable_and_a_local_before_a_global() -> None:
    labelled = Value(1, label="x")
    inner = somewhere_global
    assert shown(viz.draw(labelled * inner)) == ["x", "inner", "v₁"]
    del inner
    assert shown(viz.draw(labelled * somewhere_global)) == ["x", "somewhere_global", "v₁"]


def test_the_first_variable_counts_and_underscores_are_skipped() -> None:
    _hidden = first = second = Value(1)
    assert shown(viz.draw(_hidden + second)) == ["first", "v₁"]
    assert first is second


def test_elements_of_the_callers_lists_are_numbered_from_1() -> None:
    w, x1 = [Value(1), Value(2)], (Value(3), Value(4))
    assert shown(viz.draw(w[0] * x1[0] + w[1] * x1[1]))[::2] == ["w₁", "v₁", "x1_2", "v₃"]
    assert shown(viz.draw(w[1] * 2)) == ["w₂", "v₁"]


def test_names_can_be_given_and_switched_off() -> None:
    a = Value(2)
    b = a * a
    assert shown(viz.draw(b, names={"input": a})) == ["input", "v₁"]
    assert shown(viz.draw(b, names={})) == ["v₁", "v₂"]
    assert shown(viz.draw(b, names=locals())) == ["a", "b"]


def test_equal_numbers_are_different_nodes() -> None:
    a, b = Value(1), Value(1)
    assert name_nodes([a, b], {"b": b, "one": 1}) == {id(a): "v₁", id(b): "b"}


def test_numbering_passes_over_names_that_are_taken() -> None:
    assert shown(viz.draw(Value(1, label="v1") + Value(2, label="v2"), names={})) == ["v₁", "v₂", "v₃"]


def test_a_neuron_computes_z_and_a() -> None:
    neuron = nn.Neuron(2, "sigmoid", seed=0)
    assert shown(viz.draw(neuron([1, 2]), names={})) == ["w₁", "w₂", "b", "z", "a"]
    p = neuron([1, 2])
    assert shown(viz.draw(p))[-2:] == ["z", "p"]
    z = Value(1)
    assert shown(viz.draw(p * z, names={"z": z}))[3:] == ["v₁", "a", "z", "v₂"]


def test_neurons_of_layers_and_networks_are_numbered() -> None:
    assert [n for n in shown(viz.draw(nn.Layer(1, 2)([1]), names={})) if n[0] in "za"] == ["z₁", "a₁", "z₂", "a₂"]
    out = nn.MLP(1, [2, 1])([1])
    made = viz.draw(out, names={"out": out})
    assert [n for n in shown(made) if n[0] in "zao"] == ["z₁[1]", "a₁[1]", "z₂[1]", "a₂[1]", "out"]
    assert made.picture.nodes[-1].formula == "w₁₁[2] × a₁[1] + w₁₂[2] × a₂[1] + b₁[2]"


def test_several_examples_are_numbered_as_in_the_notes() -> None:
    mlp = nn.MLP(1, [1, 1])
    made = shown(viz.draw([mlp([1]), mlp([2])], names={}))
    assert [n for n in made if n[0] in "za"] == [
        "z₁[1]⁽¹⁾", "a₁[1]⁽¹⁾", "z₁[2]⁽¹⁾", "z₁[1]⁽²⁾", "a₁[1]⁽²⁾", "z₁[2]⁽²⁾",
    ]  # fmt: skip


def test_two_neurons_of_the_same_name_are_only_numbered() -> None:
    made = shown(viz.draw(nn.Neuron(1)([1]) * nn.Neuron(1)([1]), names={}))
    assert [n for n in made if n[0] in "zav"] == ["v₁", "v₂", "v₃", "v₄", "v₅"]


def test_an_activation_of_several_steps_keeps_its_numbers() -> None:
    neuron = nn.Neuron(1, activation=lambda z: z * ag.sigmoid(z))
    assert shown(viz.draw(neuron([1]), names={}))[2:] == ["z", "v₁", "a"]


def test_names_of_another_type_are_refused() -> None:
    with pytest.raises(TypeError, match=r"names is \['a'\]; pass \{name: node\}, names=locals\(\), or \{\} for"):
        viz.draw(Value(1) + 1, names=["a"])
