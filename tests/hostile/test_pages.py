"""The pages of a mirror with hostile texts: 189 texts at 8 places add nothing but text (threat E1)."""

from __future__ import annotations

import pytest

from kit.markup import MARKUP, Parsed, tame
from kit.pages_of import PLACES, hostile_bundle, page_of
from pithbundle.escape import visible
from pithbundle.mirror.answers import Choice
from pithbundle.mirror.pages.finding import choices_page, error_page

#: How many characters of a text its place shows.
SHOWN = {"title": 600, "authors": 1_000, "license": 2_000, "reason": 600, "claim": 600, "note": 600}


def parsed(texts: dict[str, str]) -> Parsed:
    data, keys = hostile_bundle(texts)
    return Parsed(page_of([data], keys))


TAME = parsed(dict.fromkeys(PLACES, "x"))


def test_there_are_1512_cases() -> None:
    assert len(set(MARKUP)) * len(PLACES) == 1_512


def test_the_tame_page_has_what_the_others_are_compared_with() -> None:
    names = {name for _, attrs in TAME.elements for name, _ in attrs}
    assert {"class", "href", "content", "http-equiv"} <= names
    assert not [name for name in names if name.startswith("on") or name in ("style", "srcdoc")]
    assert [dict(attrs)["src"] for _, attrs in TAME.elements if "src" in dict(attrs)] == [
        "../../pith-pages/record.js"
    ]
    urls = {value for _, attrs in TAME.elements for name, value in attrs if name == "href"}
    assert {url for url in urls if url and ":" in url} == {
        url for url in urls if url and url.startswith("https://arxiv.org/abs/")
    }


@pytest.mark.parametrize("number", range(len(MARKUP)))
def test_a_text_at_each_place_adds_no_element_attribute_or_url(number: int) -> None:
    # A text for each place, so that each place has each text once, and no two share one.
    texts = {place: MARKUP[(number + at * 23) % len(MARKUP)] for at, place in enumerate(PLACES)}
    found = parsed(texts)
    assert found.form == TAME.form
    for place, text in texts.items():
        shown = tame(text)
        if place == "signer":
            assert any(visible(shown[:60]) in node for node in found.text), place
        elif place == "type":
            assert visible(shown[:80], 80) in found.texts, place
        else:
            assert visible(shown, SHOWN[place]).strip() in found.texts, place


def test_the_text_of_a_search_adds_no_element_attribute_or_url() -> None:
    several = Choice(("A" * 26, "B" * 26))

    def pages(text: str) -> list[Parsed]:
        made = error_page(404, "x", "SERVE-15", "", text), choices_page(several, "", text)
        return [Parsed(one.body) for one in made]

    for text in MARKUP:
        for found, without in zip(pages(text), pages("x"), strict=True):
            assert found.form == without.form, text
            assert visible(text, 200) in found.texts, text
