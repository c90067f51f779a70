"""Findings on captures: three for each event that claims one (spec CAPT-9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pithbundle.bundle.record import Record
from pithbundle.encoding.spellings import digest_of
from pithbundle.encoding.values import Object
from pithbundle.evidence.capture_urls import CaptureForm, CaptureSubject
from pithbundle.evidence.captures import (
    DOES_NOT_SHOW,
    CaptureClaim,
    CaptureFinding,
    ContentStatus,
    HeldContents,
)
from pithbundle.evidence.event_claims import EventClaim
from pithbundle.evidence.findings import Effect, Finding, not_checked

#: The type of the events.
CAPTURE_EVENT: Final = "storage_attestation"
_CLAUSE: Final = "CAPT-9"
#: What each word means for the claim (CAPT-9); those that are not here leave it open.
_OF_FORM: Final[dict[CaptureForm, Effect]] = {"capture": "supports"}
_OF_SUBJECT: Final[dict[CaptureSubject, Effect]] = {
    "exact": "supports",
    "other_paper": "contradicts",
    "other_record": "contradicts",
}
_OF_CONTENT: Final[dict[ContentStatus, Effect]] = {"matches": "supports"}


def capture_findings(claim: EventClaim, record: Record, held: HeldContents) -> Iterator[Finding]:
    """Check what an event claims of a capture (CAPT-9).

    Args:
        claim: the claim of the event.
        record: its record.
        held: what the user has of captures.
    """
    capture = _capture_of(claim.payload)
    if capture is None:
        sentence = "the event does not name a provider, a URL and a time"
        yield not_checked(claim, "capture_form", sentence, _CLAUSE)
        return
    found = held.check(record, capture)
    value = found.to_value()

    def finding(part: str, effect: Effect, rests_on: tuple[tuple[str, str], ...]) -> Finding:
        of_part: Object = value[part]
        status, sentence = str(of_part["status"]), str(of_part["sentence"])
        return Finding(
            claim,
            None,
            f"capture_{part}",
            status,
            effect,
            sentence,
            rests_on,
            DOES_NOT_SHOW,
            _CLAUSE,
            of_part,
        )

    url = (("captured", found.url.target),) if found.url is not None and found.url.target else ()
    yield finding(
        "form", _OF_FORM.get(found.form, "open"), (("url", capture.url), ("time", capture.captured_at))
    )
    yield finding("subject", _OF_SUBJECT.get(found.subject, "open"), url)
    yield finding("content", _OF_CONTENT.get(found.content.status, "open"), tuple(_rests_on(found)))


def wanted_captures(claims: Iterable[EventClaim]) -> frozenset[tuple[str, str]]:
    """The captures that claims name: what is looked for in WARC files (CAPT-6)."""
    named = (_capture_of(claim.payload) for claim in claims if claim.event_type == CAPTURE_EVENT)
    return frozenset(each.wanted for each in named if each is not None and each.wanted is not None)


def _capture_of(payload: Object) -> CaptureClaim | None:
    """The claim of a payload; None of one without its texts, as an unverified element may have it."""
    provider, url, captured_at = (payload.get(name) for name in ("provider", "url", "captured_at"))
    if type(provider) is not str or type(url) is not str or type(captured_at) is not str:
        return None
    sha256 = payload.get("content_sha256")
    # An unverified element may write it in another way; a text that is no digest is compared with nothing.
    digest = digest_of(sha256) if type(sha256) is str else None
    return CaptureClaim(provider, url, captured_at, None if digest is None else digest.hex())


def _rests_on(found: CaptureFinding) -> Iterator[tuple[str, str]]:
    match = found.content.match
    if match is not None:
        yield "file", match.name
        yield "bytes", match.form
        yield "sha1", match.sha1
