"""What readers receive where programs receive a list in JSON or one line (spec PAGE-12, SERVE-11).

The pages need jinja2. Whoever calls these functions has found that pages can be made.
"""

from __future__ import annotations

from pithbundle.mirror.answers import Choice, Document, Found
from pithbundle.mirror.serve.requests import root_of
from pithbundle.mirror.serve.responses import ERRORS, Rendered, error


def page_for(found: Found | None, target: bytes, text: str | None = None) -> Document | None:
    """Return the page of a list, or of what is not there; None where neither is the answer.

    Args:
        found: what is at the address.
        target: the address, as it was received.
        text: of a search. Hostile.
    """
    root = root_of(target)
    if root is None or not (found is None or isinstance(found, Choice)):
        return None
    from pithbundle.mirror.pages.finding import choices_page, error_page

    if found is not None:
        return choices_page(found, root, text)
    return error_page(404, *ERRORS[404], root) if text is None else error_page(404, *_NOT_FOUND, root, text)


#: What a page says of a search without a result.
_NOT_FOUND = "No record of this mirror has this name", "SERVE-15"


def failed(status: int, target: bytes, readable: bool) -> Rendered:
    """Return an error, as a page if the client reads pages."""
    root = root_of(target) if readable else None
    if root is None:
        return error(status)
    from pithbundle.mirror.pages.finding import error_page

    return error(status, error_page(status, *ERRORS[status], root))
