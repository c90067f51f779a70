"""What a publication does about pages (PAGE-8)."""

from __future__ import annotations

from pithbundle.mirror.pages.finding import index_page
from pithbundle.mirror.published_pages import Pages

S = "A" * 26
OWN = [f"pith/{S}/index.html", f"pith/{S}/badge.svg"]


def test_pages_are_written_with_what_they_load() -> None:
    found = Pages.wanted(None)
    assert "pith-pages/page.css" in found.assets and found.version and found.left == ()
    assert found.of_record(S) == OWN and found.left_of_record(S) == []


def test_pages_of_an_earlier_publication_are_removed() -> None:
    found = Pages.unwanted({"page.css"}, None)
    assert (found.version, found.assets, found.left) == ("", (), ("pith-pages/page.css",))
    assert found.of_record(S) == [] and found.left_of_record(S) == OWN
    nothing = Pages.unwanted([], None)
    assert nothing.left_of_record(S) == [] and nothing.left == ()


def test_an_index_page_of_others_stays() -> None:
    ours, theirs = index_page(has_search=False).body, b"<!DOCTYPE html>"
    for index, is_written in ((None, True), (ours, True), (theirs, False)):
        assert ("index.html" in Pages.wanted(index).assets) == is_written
    for index, is_removed in ((None, False), (ours, True), (theirs, False)):
        assert ("index.html" in Pages.unwanted([], index).left) == is_removed
