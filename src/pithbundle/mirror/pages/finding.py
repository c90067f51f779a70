"""The pages by which readers find a record: the index, lists, errors (spec PAGE-11 and PAGE-12)."""

from __future__ import annotations

from typing import Final

from pithbundle.mirror.answers import HTML, MOST_CHOICES, Choice, Document
from pithbundle.mirror.pages.rendering import CONTENT_POLICY, render
from pithbundle.mirror.served_folder import GENERATOR, INDEX

#: The address of the index page of a server, as seen from the base URL.
_BASE: Final = "./"


def index_page(*, has_search: bool) -> Document:
    """Return the index page: that of a server, which has a search, or the one of a publication.

    It follows from nothing of the store, so that it changes only with its template.
    """
    home = _BASE if has_search else INDEX
    return _page("index.html", root="", home=home, has_search=has_search, generator=GENERATOR)


def error_page(status: int, sentence: str, clause: str, root: str, query: str | None = None) -> Document:
    """Return the page of an error of a server.

    Args:
        status: of the response.
        sentence: what is wrong, without a full stop.
        clause: that has the rule.
        root: the base URL, as seen from the page.
        query: the text of a search that found nothing. Hostile.
    """
    given = {"status": status, "sentence": sentence, "clause": clause, "query": query}
    return _page("error.html", root=root, home=root or _BASE, **given)


def choices_page(found: Choice, root: str, query: str | None = None) -> Document:
    """Return the list of the records that have a name.

    Args:
        found: the records.
        root: as for :func:`error_page`.
        query: the text of the search. Hostile.
    """
    given = {"suffixes": found.suffixes, "most": MOST_CHOICES, "query": query}
    return _page("choices.html", root=root, home=root or _BASE, **given)


def _page(template: str, **values: object) -> Document:
    return Document(render(template, values), HTML, immutable=False, content_policy=CONTENT_POLICY)
