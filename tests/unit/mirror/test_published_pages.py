"""What a publication does about pages (PAGE-8)."""

from __future__ import annotations

from pithbundle.mirror.published_pages import Pages

S = "A" * 26


def test_pages_are_written_with_what_they_load() -> None:
    found = Pages.wanted()
    assert "pith-pages/page.css" in found.assets and found.version and found.left == ()
    assert found.of_record(S) == [f"pith/{S}/index.html"] and found.left_of_record(S) == []


def test_pages_of_an_earlier_publication_are_removed() -> None:
    found = Pages.unwanted({"page.css"})
    assert (found.version, found.assets, found.left) == ("", (), ("pith-pages/page.css",))
    assert found.of_record(S) == [] and found.left_of_record(S) == [f"pith/{S}/index.html"]
    nothing = Pages.unwanted([])
    assert nothing.left_of_record(S) == [] and nothing.left == ()
