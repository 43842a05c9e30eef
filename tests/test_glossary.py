"""The glossary: every term is defined, and every link to it, in it and from it arrives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TUTORIALS = ROOT / "tutorials"
PAGES = sorted(TUTORIALS.glob("[0-9][0-9]_*.py"))
GLOSSARY = (TUTORIALS / "glossary.md").read_text("utf-8")
TERMS = re.findall(r"^## (.+)$", GLOSSARY, re.MULTILINE)
DEFINITIONS = dict(zip(TERMS, re.split(r"^## .+$", GLOSSARY, flags=re.MULTILINE)[1:], strict=True))
# What no course before this one has told a student: some page has to say what it is, and link it.
NEW = """
node leaf gradient local-derivative cotangent tangent vjp jvp jacobian hessian seed topological-order forward-mode
reverse-mode broadcast batch epoch learning-rate loss logit softmax weight bias layer linear-operation transpose
""".split()


def anchor(heading: str) -> str:
    """What GitHub calls a heading in a link."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def linked(text: str) -> set[str]:
    """The terms that a page links."""
    return set(re.findall(r"glossary\.md#([^)\s]*)", text))


ANCHORS = {anchor(term) for term in TERMS}
each_term = pytest.mark.parametrize("term", TERMS)


def test_terms_are_lower_case_each_once_and_in_alphabetical_order() -> None:
    assert [term.lower() for term in TERMS] == TERMS
    assert sorted(TERMS) == TERMS
    assert len(ANCHORS) == len(TERMS)


@each_term
def test_a_definition_is_whole_sentences_and_ends_with_the_page_that_treats_the_term(term: str) -> None:
    definition = " ".join(DEFINITIONS[term].split())
    page = re.search(r"\.\)? See \[[^]]+\]\((\d\d_\w+\.py)\)\.$", definition)
    assert page, definition
    assert (TUTORIALS / page[1]).is_file()


@each_term
def test_links_inside_of_a_definition_lead_to_other_terms(term: str) -> None:
    assert set(re.findall(r"\]\(#([^)]*)\)", DEFINITIONS[term])) <= ANCHORS - {anchor(term)}


@each_term
def test_a_term_is_linked_from_a_page_or_from_another_definition(term: str) -> None:
    assert f"](#{anchor(term)})" in GLOSSARY or any(anchor(term) in linked(page.read_text("utf-8")) for page in PAGES)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda page: page.name)
def test_links_to_the_glossary_lead_to_terms(page: Path) -> None:
    assert linked(page.read_text("utf-8")) <= ANCHORS


@pytest.mark.parametrize("term", NEW)
def test_a_word_that_students_meet_here_first_is_linked_from_a_page(term: str) -> None:
    assert any(term in linked(page.read_text("utf-8")) for page in PAGES)
