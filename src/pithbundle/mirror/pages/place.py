"""Where a page is, from which its relative links follow (spec PAGE-1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Place:
    """The address of a page relative to the base URL of its mirror."""

    #: The base URL, as seen from the page.
    root: str
    #: What follows ``pith/S`` in the address of a page of a record.
    page_end: str
    #: The index page, as seen from the page.
    home: str

    def page_of(self, suffix: str) -> str:
        """Return the link to the page of a record."""
        return f"{self.root}pith/{suffix}{self.page_end}"


#: ``pith/S``, which a server answers.
SERVED: Final = Place("../", "", "../")
#: ``pith/S/index.html``, a file.
PUBLISHED: Final = Place("../../", "/index.html", "../../index.html")
