from __future__ import annotations

from pathlib import Path

import pytest
from drawn import RENDERERS, lecture

import viz
from autograd_mini import nn


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize(
    ("ending", "start"),
    [("svg", b"<svg "), ("SVG", b"<svg "), ("png", b"\x89PNG"), ("dot", b"digraph"), ("gv", b"digraph")],
)
def test_the_ending_names_the_format(renderer: str, ending: str, start: bytes, tmp_path: Path) -> None:
    path = viz.draw(lecture(), renderer=renderer).save(str(tmp_path / f"e.{ending}"))
    assert path.read_bytes().startswith(start)
    assert [each.name for each in tmp_path.iterdir()] == [f"e.{ending}"]


@pytest.mark.parametrize("name", ["e.jpg", "e", "svg", "e.svg.gz"])
def test_an_unknown_ending_lists_the_known(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"the name has to end in one of \.svg, \.png, \.pdf, \.dot, \.gv"):
        viz.draw(lecture()).save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "wrong", "allowed"),
    [
        ("edges", "none", "'numbers', 'formulas', 'both'"),
        ("direction", "TB", "'LR', 'BT'"),
        ("flow", "up", "'forward', 'backward'"),
        ("size", "poster", "None, 'slide', 'paper'"),
        ("background", "black", "'white', 'transparent', 'dark'"),
        ("collapse", "all", "'auto', None, 'neuron', 'layer', 'example'"),
        ("renderer", "neato", "'auto', 'dot', 'embedded'"),
    ],
)
def test_an_unknown_option_lists_the_known(option: str, wrong: str, allowed: str) -> None:
    with pytest.raises(ValueError, match=f"{option}='{wrong}'; it has to be one of {allowed}"):
        viz.draw(lecture(), **{option: wrong})


def test_show_takes_steps() -> None:
    assert viz.draw(lecture(), show=["grad"]).view.show == ("structure", "grad")
    assert viz.draw(lecture(), show="value").view.show == ("structure", "value")
    with pytest.raises(ValueError, match="show has 'values'; it may have 'structure', 'value', 'local', 'grad'"):
        viz.draw(lecture(), show=["values"])


def test_show_opens_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    path = viz.draw(lecture(), renderer="embedded").show()
    assert opened == [path.as_uri()]
    assert path.read_text("utf-8").startswith("<svg ")


def test_frames_can_be_saved_one_by_one(tmp_path: Path) -> None:
    for i, frame in enumerate(viz.draw(lecture(), renderer="embedded", size="slide").frames()):
        frame.save(tmp_path / f"{i}.svg")
    assert len(list(tmp_path.iterdir())) == 4
    assert len(viz.draw(lecture(), show=["value"]).frames()) == 2


def test_a_network_is_drawn_by_what_it_gives() -> None:
    with pytest.raises(TypeError, match=r"got Sequential: pass what the network gives, as in model\(X\)$"):
        viz.draw(nn.Sequential([nn.Dense(1)]))
