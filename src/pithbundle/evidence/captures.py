"""What is found of a claim that an archive has a copy of the paper (spec CAPT-1 to CAPT-8).

Three findings, none of which implies another: the form of the claim, what was captured, and the content,
which alone is of bytes that were looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from pithbundle.brief import brief
from pithbundle.bundle.record import Record
from pithbundle.evidence.capture_urls import (
    CaptureForm,
    CaptureSubject,
    CaptureUrl,
    form_of,
    read_url,
    subject_of,
)
from pithbundle.evidence.contents import Content
from pithbundle.evidence.payloads import Payload, capture_key

#: What is found of the content (CAPT-4).
ContentStatus: TypeAlias = Literal["matches", "differs", "no_content_hash", "no_payload", "not_given"]

#: How many contents, and how many payloads, a finding names at most; the others are counted (CAPT-4).
MOST_NAMED: Final = 20
#: What no finding about a capture shows (CAPT-8).
DOES_NOT_SHOW: Final = (
    "that the archive has it, now or later: nothing was requested; that the time is right: "
    "neither a file nor an index of the archive is signed"
)
_FORMS: Final[dict[CaptureForm, str]] = {
    "capture": "the URL names one capture of the time of the claim",
    "time_differs": "the URL names a capture of another time than the claim",
    "not_a_capture": "the URL names no single capture of the Internet Archive",
    "malformed": "the URL is of the Internet Archive, and in no form in which it names captures",
    "other_provider": "the URL is of another provider, and its form is not checked",
}
_SUBJECTS: Final[dict[CaptureSubject, str]] = {
    "exact": "it is of this version of the paper",
    "unversioned": "it is of the paper without a version: the one that was the newest then",
    "other_version": "it is of another version of the paper",
    "other_paper": "it is of another paper",
    "record_page": "it is of the page of this record in the registry, and of no paper",
    "other_record": "it is of the page of another record in the registry",
    "not_recognised": "it cannot be seen from the URL what it is of",
}
_BYTES: Final = {
    "file": "the file",
    "message": "the payload as it was sent, in chunks,",
    "payload": "the payload, before its Content-Encoding is undone,",
    "decoded": "the payload, after its Content-Encoding is undone,",
}


@dataclass(frozen=True, slots=True)
class CaptureClaim:
    """A claim that an archive has a copy, as the payload of its event has it (KIND-7)."""

    provider: str
    url: str
    captured_at: str
    #: 64 hex digits; None without one.
    content_sha256: str | None = None

    __repr__ = brief

    @property
    def wanted(self) -> tuple[str, str] | None:
        """The URL that was captured and 14 digits of the time: what is looked for in WARC files (CAPT-6)."""
        url = read_url(self.url)
        return (url.target, url.stamp) if url is not None and url.is_capture else None


@dataclass(frozen=True, slots=True)
class ContentFinding:
    """What is found of the content (CAPT-4)."""

    status: ContentStatus
    #: The content that matches; None without one.
    match: Content | None
    #: What was compared, or was there to be compared: the first 20.
    contents: tuple[Content, ...]
    #: How many there are.
    count: int

    __repr__ = brief

    @property
    def sentence(self) -> str:
        """What was found, for people (CAPT-8)."""
        if self.match is not None:
            which = f"{_BYTES[self.match.form]} {self.match.name}"
            return f"stored: the SHA-256 of {which} is the one of the claim"
        return _CONTENTS[self.status]


_CONTENTS: Final[dict[ContentStatus, str]] = {
    "matches": "",
    "differs": "the content that you gave has another SHA-256 than the claim",
    "no_content_hash": "the claim has no SHA-256 of the content that can be read",
    "no_payload": "the WARC files that you gave have no payload of this capture",
    "not_given": "no content was given, and none was checked",
}


@dataclass(frozen=True, slots=True)
class CaptureFinding:
    """What is found of a claim that an archive has a copy (CAPT-1)."""

    claim: CaptureClaim
    #: The URL as it was read; None of another provider.
    url: CaptureUrl | None
    form: CaptureForm
    subject: CaptureSubject
    content: ContentFinding
    #: The payloads of WARC files that are of this capture: the first 20.
    payloads: tuple[Payload, ...]
    #: How many there are.
    payload_count: int

    __repr__ = brief

    @property
    def sentence(self) -> str:
        """What was found, for people (CAPT-8)."""
        return f"{_FORMS[self.form]}; {_SUBJECTS[self.subject]}; {self.content.sentence}"

    def to_value(self) -> dict[str, Any]:
        """The finding as JSON: strings, integers, arrays and null."""
        url, match = self.url, self.content.match
        return {
            "form": {
                "status": self.form,
                "sentence": _FORMS[self.form],
                "clause": "CAPT-2",
                "time": None if url is None else url.stamp or None,
                "original_bytes": None if url is None else url.is_original,
                "target": None if url is None else url.target or None,
            },
            "subject": {"status": self.subject, "sentence": _SUBJECTS[self.subject], "clause": "CAPT-3"},
            "content": {
                "status": self.content.status,
                "sentence": self.content.sentence,
                "clause": "CAPT-4",
                "match": None if match is None else match.to_value(),
                "contents": [each.to_value() for each in self.content.contents],
                "more_contents": self.content.count - len(self.content.contents),
                "payloads": [each.to_value() for each in self.payloads],
                "more_payloads": self.payload_count - len(self.payloads),
            },
            "sentence": self.sentence,
            "does_not_show": DOES_NOT_SHOW,
        }


@dataclass(slots=True)
class _Group:
    """The first contents and payloads of one capture, how many there are, and each content by its SHA-256."""

    contents: list[Content] = field(default_factory=list)
    payloads: list[Payload] = field(default_factory=list)
    count: int = 0
    payload_count: int = 0
    by_sha256: dict[str, Content] = field(default_factory=dict)

    def add(self, contents: Iterable[Content], payload: Payload | None = None) -> None:
        for content in contents:
            self.count += 1
            self.by_sha256.setdefault(content.sha256, content)
            if len(self.contents) < MOST_NAMED:
                self.contents.append(content)
        if payload is not None:
            self.payload_count += 1
            if len(self.payloads) < MOST_NAMED:
                self.payloads.append(payload)


class HeldContents:
    """What the user has of captures, each looked at once, however many claims there are (CAPT-4).

    Args:
        files: the digests of files that the user says are the content.
        payloads: those of WARC files that the user has, of any captures; None without such files.
    """

    def __init__(self, files: Iterable[Content] = (), payloads: Iterable[Payload] | None = None) -> None:
        self._files = _Group()
        self._files.add(files)
        self._captures: dict[tuple[str, str], _Group] = {}
        self._is_searched = payloads is not None
        for payload in payloads or ():
            key = capture_key(payload.target, payload.stamp)
            self._captures.setdefault(key, _Group()).add(payload.contents, payload)

    def check(self, record: Record, claim: CaptureClaim) -> CaptureFinding:
        """Check a claim that an archive has a copy (CAPT-1 to CAPT-4)."""
        url = read_url(claim.url)
        form, subject = form_of(claim.provider, url, claim.captured_at), subject_of(record, url)
        wanted = claim.wanted
        own = _Group() if wanted is None else self._captures.get(capture_key(*wanted), _Group())
        content = self._content(claim.content_sha256, own)
        return CaptureFinding(claim, url, form, subject, content, tuple(own.payloads), own.payload_count)

    def _content(self, sha256: str | None, own: _Group) -> ContentFinding:
        count = self._files.count + own.count
        contents = tuple((self._files.contents + own.contents)[:MOST_NAMED])
        if not count:
            return ContentFinding("no_payload" if self._is_searched else "not_given", None, (), 0)
        if sha256 is None:
            return ContentFinding("no_content_hash", None, contents, count)
        match = self._files.by_sha256.get(sha256) or own.by_sha256.get(sha256)
        return ContentFinding("differs" if match is None else "matches", match, contents, count)


def check_capture(
    record: Record,
    claim: CaptureClaim,
    files: Sequence[Content] = (),
    payloads: Iterable[Payload] | None = None,
) -> CaptureFinding:
    """Check a claim that an archive has a copy (CAPT-1 to CAPT-4).

    Args:
        record: the record of the paper.
        claim: the claim.
        files: the digests of files that the user says are this content.
        payloads: those of WARC files that the user has, of any captures; None without such files.
    """
    return HeldContents(files, payloads).check(record, claim)
