"""Pages where jinja2 is installed, and none where it is not (spec PAGE-1)."""

from __future__ import annotations

from collections.abc import Callable

from pithbundle.mirror.answers import Document
from pithbundle.store import View


def are_installed() -> bool:
    """Whether pages can be made."""
    try:
        import pithbundle.mirror.pages.documents  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name != "jinja2":
            raise
        return False
    return True


def found_at(
    path: str,
    view: View,
    paths_of: Callable[[str], list[str]],
    of_record: Callable[[str], Document | None],
    *,
    has_search: bool,
) -> Document | None:
    """Return a page or what pages load, by its address; None where pages cannot be made.

    Args:
        path: relative to the base URL. Hostile.
        view: the records.
        paths_of: returns the addresses of the other documents of a record.
        of_record: returns one of them.
        has_search: whether the index page is that of a server.
    """
    if not are_installed():
        return None
    from pithbundle.mirror.pages import documents

    return documents.found_at(path, view, paths_of, of_record, has_search=has_search)
