"""One form for the spellings of a work (spec GRAPH-3).

For the graph alone: the state keeps every spelling as signed, and nothing that is compared or digested
passes here. A spelling is taken for an identifier only if it says which one it is: digits that look like an
arXiv id stay a text, since they may be of another registry.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple, TypeAlias

#: What a text is taken for.
WorkKind: TypeAlias = Literal["arxiv", "doi", "pith", "other"]

_MONTH: Final = "(?:0[1-9]|1[0-2])"
_NEW_ID: Final = rf"[0-9]{{2}}{_MONTH}\.[0-9]{{4,5}}"
#: Archive, subject class and number: the class is no part of the identifier.
_OLD_ID: Final = rf"[a-z-]+(?:\.[a-z-]+)?/[0-9]{{2}}{_MONTH}[0-9]{{3}}"
_ID: Final = rf"(?P<id>{_NEW_ID}|{_OLD_ID})(?:v[1-9][0-9]{{0,3}})?"
_FLAGS: Final = re.ASCII | re.IGNORECASE
_ARXIV: Final = re.compile(
    rf"(?:arxiv:|https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html|format|e-print)/){_ID}(?:\.pdf)?",
    _FLAGS,
).fullmatch
_DOI: Final = re.compile(
    r"(?:doi:|https?://(?:dx\.|www\.)?doi\.org/)?(?P<doi>10\.[0-9]{4,9}(?:\.[0-9]+)*/[!-~]+)", _FLAGS
).fullmatch
_DOI_OF_ARXIV: Final = re.compile(rf"10\.48550/arxiv\.{_ID}", _FLAGS).fullmatch
#: The year of a number is not needed to find its record, and a record may have two (NUM-3).
_PITH: Final = re.compile(r"pith:(?:[0-9]{4}:)?(?P<suffix>[A-Z2-7]{26})", re.ASCII).fullmatch


class Work(NamedTuple):
    """A work by its identifier, without scheme and version; ``value`` of another text is all of it."""

    kind: WorkKind
    value: str

    @property
    def id(self) -> str:
        """The name of its node; of ``arxiv``, ``doi`` and ``pith`` a spelling of the same work."""
        return f"{self.kind}:{self.value}"


def work_of(text: str) -> Work:
    """Return the work that a text names; total, and no text is repaired."""
    if found := _ARXIV(text):
        return Work("arxiv", _without_class(found["id"]))
    if found := _DOI(text):
        of_arxiv = _DOI_OF_ARXIV(found["doi"])
        # The names of DOI are compared without regard to the case of ASCII letters.
        return (
            Work("arxiv", _without_class(of_arxiv["id"])) if of_arxiv else Work("doi", found["doi"].lower())
        )
    if found := _PITH(text):
        return Work("pith", found["suffix"])
    return Work("other", text)


def _without_class(identifier: str) -> str:
    archive, slash, number = identifier.lower().partition("/")
    return f"{archive.partition('.')[0]}/{number}" if slash else identifier
