"""Which paper of arXiv a URL or an identifier names (spec CAPT-3, ORCID-5).

Each text is read once, by one pattern: no percent sign is decoded, and nothing is followed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pithbundle.bundle.record import Record

#: What names the paper.
NamedBy: TypeAlias = Literal["arxiv", "doi"]

_ID: Final = (
    r"(?P<id>[0-9]{2}(?:0[1-9]|1[0-2])\.[0-9]{4,5}|[a-z-]+(?:\.[A-Za-z-]+)?/[0-9]{7})"
    r"(?:v(?P<version>[1-9][0-9]{0,5}))?"
)
_DOI: Final = rf"10\.48550/(?i:arxiv)\.{_ID}"
_DOI_URL: Final = rf"https?://(?:dx\.)?(?i:doi\.org)/{_DOI}"
_ARXIV_URL: Final = (
    rf"https?://(?:www\.|export\.)?(?i:arxiv\.org)/(?:abs|pdf|html|e-print|src|format)/{_ID}(?:\.pdf)?/?"
)
_OF_URL: Final = tuple(
    (by, re.compile(pattern).fullmatch) for by, pattern in (("arxiv", _ARXIV_URL), ("doi", _DOI_URL))
)
_OF_ARXIV: Final = re.compile(rf"(?:(?i:arxiv):)?{_ID}").fullmatch
_OF_DOI: Final = re.compile(rf"(?:(?i:doi):)?{_DOI}").fullmatch
_CLASS: Final = re.compile(r"\.[A-Za-z-]+/")


@dataclass(frozen=True, slots=True)
class Named:
    """The paper that a text names."""

    by: NamedBy
    #: As ``2304.01373`` or ``math/0309136``, without a subject class.
    arxiv_id: str
    #: None without one.
    version: int | None


def named_by_url(url: str) -> Named | None:
    """The paper that a URL names; None of one that is not of the forms of CAPT-3."""
    for by, matches in _OF_URL:
        found = matches(url)
        if found is not None:
            return _named("doi" if by == "doi" else "arxiv", found)
    return None


def named_by_identifier(text: str) -> Named | None:
    """The paper that an arXiv identifier, a DOI or a URL names; None of another text (ORCID-5)."""
    found = _OF_ARXIV(text)
    if found is not None:
        return _named("arxiv", found)
    found = _OF_DOI(text)
    return named_by_url(text) if found is None else _named("doi", found)


def paper_of(record: Record) -> str | None:
    """The identifier of the paper of a record, without a subject class; None if it is not of arXiv."""
    named = _OF_ARXIV(record.source_id) if record.source_kind == "arxiv" else None
    return None if named is None else _named("arxiv", named).arxiv_id


def _named(by: NamedBy, found: re.Match[str]) -> Named:
    # arXiv leaves the class out of its own form of an old identifier; both name one paper.
    arxiv_id = _CLASS.sub("/", found["id"], count=1)
    return Named(by, arxiv_id, None if found["version"] is None else int(found["version"]))
