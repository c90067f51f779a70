"""What the URL of a capture says: the time, how it is shown, and what was captured (spec CAPT-2, CAPT-3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pithbundle.brief import brief
from pithbundle.bundle.record import Record
from pithbundle.encoding.timestamps import instant
from pithbundle.evidence.papers import named_by_url, paper_of

#: What is found of the form of a URL (CAPT-2).
CaptureForm: TypeAlias = Literal["capture", "time_differs", "not_a_capture", "malformed", "other_provider"]
#: What is found of what was captured (CAPT-3).
CaptureSubject: TypeAlias = Literal[
    "exact",
    "unversioned",
    "other_version",
    "other_paper",
    "record_page",
    "other_record",
    "not_recognised",
]

#: The names of the Internet Archive among providers (CAPT-2).
PROVIDERS: Final = frozenset(
    {
        "archive.org", "ia", "internet-archive", "internet_archive", "internetarchive", "wayback",
        "wayback-machine", "wayback_machine", "web.archive.org",
    }
)  # fmt: skip
_URL: Final = re.compile(
    r"https?://(?i:web\.archive\.org)/(?:web/)?(?:([0-9]*)(\*|[a-z]{2}_)?/)?(https?://.+)"
).fullmatch
#: The beginning of every URL of the archive, in a form of captures or not.
_OF_ARCHIVE: Final = re.compile(r"https?://(?i:web\.archive\.org)(?=[:/?#]|\Z)").match
#: The page of a record in the registry.
_PAGE: Final = re.compile(r"https?://(?i:pith\.science)/pith/([A-Z2-7]{26})/?").fullmatch


@dataclass(frozen=True, slots=True)
class CaptureUrl:
    """A URL of the Internet Archive, read once (CAPT-2)."""

    #: 14 digits that are a time in UTC, as ``20260520000000``; empty without them.
    stamp: str
    #: How the archive shows it: ``id_`` as it was captured, empty or another word rewritten.
    modifier: str
    #: The URL that was captured; empty where that cannot be seen.
    target: str
    #: Whether it is in a form in which the archive names captures.
    is_well_formed: bool = True

    __repr__ = brief

    @property
    def is_capture(self) -> bool:
        """Whether it names one capture, and no calendar of them or the nearest one."""
        return bool(self.stamp) and self.modifier != "*"

    @property
    def is_original(self) -> bool:
        """Whether the archive answers with the bytes as they were captured."""
        return self.modifier == "id_"


def read_url(url: str) -> CaptureUrl | None:
    """Read a URL; None of one that is not of the Internet Archive (CAPT-2)."""
    found = _URL(url)
    if found is None:
        return CaptureUrl("", "", "", is_well_formed=False) if _OF_ARCHIVE(url) else None
    digits, modifier, target = found[1] or "", found[2] or "", found[3]
    real = len(digits) == 14 and instant(_written(digits)) is not None
    return CaptureUrl(digits if real else "", modifier, target, len(digits) <= 14)


def form_of(provider: str, url: CaptureUrl | None, captured_at: str) -> CaptureForm:
    """What is found of the form of a capture (CAPT-2).

    Args:
        provider: that of the claim.
        url: its URL, as it was read.
        captured_at: its time, as it is written there.
    """
    if url is None:
        return "not_a_capture" if provider in PROVIDERS else "other_provider"
    if not url.is_well_formed:
        return "malformed"
    if not url.is_capture:
        return "not_a_capture"
    time = instant(captured_at)
    # To the second: the archive has no finer time.
    same = time is not None and time[:19] == _written(url.stamp)[:19]
    return "capture" if same else "time_differs"


def subject_of(record: Record, url: CaptureUrl | None) -> CaptureSubject:
    """What is found of what was captured, by the URL alone (CAPT-3)."""
    if url is None:
        return "not_recognised"
    page = _PAGE(url.target)
    if page is not None:
        return "record_page" if page[1] == record.number.suffix else "other_record"
    named, paper = named_by_url(url.target), paper_of(record)
    if named is None or paper is None:
        return "not_recognised"
    if named.arxiv_id != paper:
        return "other_paper"
    if named.version is None:
        return "unversioned"
    return "exact" if named.version == record.version else "other_version"


def _written(digits: str) -> str:
    """14 digits as a time in the one grammar (TIME-1)."""
    year, *rest = digits[:4], *(digits[at : at + 2] for at in range(4, 14, 2))
    return "{}-{}-{}T{}:{}:{}Z".format(year, *rest)
