"""The index page, lists and errors (PAGE-11, PAGE-12)."""

from __future__ import annotations

from kit.markup import Parsed
from pithbundle.mirror.answers import HTML, MOST_CHOICES, Choice, Document
from pithbundle.mirror.pages.finding import choices_page, error_page, index_page


def links(page: Document) -> set[str]:
    elements = Parsed(page.body).elements
    return {
        value or "" for _, attrs in elements for name, value in attrs if name in ("href", "src", "action")
    }


def test_the_index_page_of_a_server_has_a_search_and_that_of_a_publication_says_why_it_has_none() -> None:
    served, published = index_page(has_search=True), index_page(has_search=False)
    assert served.media_type == HTML and not served.immutable and served.content_policy
    assert "find" in links(served) and "find" not in links(published)
    assert b"a search needs a server" in published.body and b"a search needs a server" not in served.body
    assert {"pith-pages/page.css", "pith-pages/mirror-index.js", "pith-pages/check.html"} < links(published)
    assert "./" in links(served) and "index.html" in links(published)


def test_an_error_page_has_the_sentence_and_the_search_where_it_helps() -> None:
    page = error_page(404, "Nothing is here", "MIRROR-11", "../../")
    assert {"../../pith-pages/page.css", "../../find", "../../"} == links(page) - {"#content"}
    assert b"<h1>Nothing is here</h1>" in page.body and b"MIRROR-11" in page.body
    assert b"You looked for" not in page.body
    assert "find" not in links(error_page(421, "x", "SERVE-6", ""))
    assert b"Try again" in error_page(503, "x", "SERVE-11", "").body


def test_a_list_leads_to_each_record_and_says_where_it_ends() -> None:
    names = tuple(f"{number:026}" for number in range(MOST_CHOICES))
    page = choices_page(Choice(names), "../", "W1")
    assert {f"../pith/{name}" for name in names} < links(page)
    assert b"No more than 100 are listed" in page.body and b"W1" in page.body
    assert b"No more than" not in choices_page(Choice(names[1:]), "").body
