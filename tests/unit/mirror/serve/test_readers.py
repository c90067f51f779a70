"""When readers receive a page in place of a list or a line (PAGE-12, SERVE-11)."""

from __future__ import annotations

from pithbundle.mirror.answers import HTML, JSON, Choice, Document, Redirect
from pithbundle.mirror.serve.readers import failed, page_for

CHOICE = Choice(("A" * 26, "B" * 26))


def test_a_page_for_what_is_no_document() -> None:
    for answer in (Redirect("pith/S"), Document(b"{}", JSON, immutable=False)):
        assert page_for(answer, b"/pith/x") is None
    for found, target, text, words in (
        (None, b"/x", None, b"Nothing is at this address"),
        (None, b"/find?q=a", "a", b"No record of this mirror has this name"),
        (CHOICE, b"/pith/x", None, b"Several records"),
    ):
        page = page_for(found, target, text)
        assert page is not None and page.media_type == HTML and words in page.body
        assert page_for(found, b"/" * 11, text) is None


def test_an_error_is_a_page_for_those_who_read_pages() -> None:
    line, page = failed(421, b"/x", False), failed(421, b"/x", True)
    assert (line.status, page.status) == (421, 421)
    assert line.body.count(b"\n") == 1 and page.body.startswith(b"<!DOCTYPE html>")
    assert failed(421, b"/" * 11, True).body == line.body
