from __future__ import annotations

import pytest

import viz
from autograd_mini import Value
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
    assert name_nodes([a, b], {"b": b, "one": 1}) == {id(a): "v1", id(b): "b"}


def test_numbering_passes_over_names_that_are_taken() -> None:
    assert shown(viz.draw(Value(1, label="v1") + Value(2, label="v2"), names={})) == ["v₁", "v₂", "v₃"]


def test_names_of_another_type_are_refused() -> None:
    with pytest.raises(TypeError, match=r"names is \['a'\]; pass \{name: node\}, names=locals\(\), or \{\} for"):
        viz.draw(Value(1) + 1, names=["a"])
