"""Findings on captures, of events (CAPT-9)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

import pytest

from kit.captures import STAMP, TARGET, claim, record
from pithbundle.evidence import Content, EventClaim, Finding, Payload, content_of
from pithbundle.evidence.capture_claims import CAPTURE_EVENT, capture_findings, wanted_captures
from pithbundle.evidence.captures import HeldContents
from pithbundle.joined import Location
from pithbundle.newtypes import Pointer

BODY: Final = b"%PDF-1.5"
FILE: Final = content_of("paper.pdf", [BODY])


def event(target: str = TARGET, event_type: str = CAPTURE_EVENT, **members: Any) -> EventClaim:
    made = claim(target)
    payload = {"provider": made.provider, "url": made.url, "captured_at": made.captured_at, **members}
    place = Location(0, "a", 0, Pointer(""))
    return EventClaim("not_signed", event_type, payload, None, "0" * 64, None, place)


def findings(
    one: EventClaim, *contents: Content, payloads: tuple[Payload, ...] | None = None
) -> dict[str, Finding]:
    found = list(capture_findings(one, record(), HeldContents(contents, payloads)))
    assert all(each.claim is one and each.clause == "CAPT-9" for each in found)
    return {each.kind.removeprefix("capture_"): each for each in found}


def test_a_capture_has_three_findings() -> None:
    found = findings(event(content_sha256=sha256(BODY).hexdigest()), FILE)
    assert [(name, each.status, each.effect) for name, each in found.items()] == [
        ("form", "capture", "supports"),
        ("subject", "exact", "supports"),
        ("content", "matches", "supports"),
    ]
    assert found["subject"].rests_on == (("captured", TARGET),)
    assert found["content"].rests_on == (("file", "paper.pdf"), ("bytes", "file"), ("sha1", FILE.sha1))
    assert all(each.details is not None and each.details["status"] == each.status for each in found.values())


def test_payloads_are_compared() -> None:
    payload = Payload("a.warc", TARGET, STAMP, (FILE,), "agrees")
    one = event(content_sha256=sha256(BODY).hexdigest())
    assert findings(one, payloads=(payload,))["content"].status == "matches"
    assert findings(one, payloads=())["content"].status == "no_payload"


@pytest.mark.parametrize(
    ("target", "status", "effect"),
    [
        ("https://arxiv.org/abs/1203.00002", "other_paper", "contradicts"),
        (f"https://pith.science/pith/{'A' * 26}", "other_record", "contradicts"),
        ("https://arxiv.org/abs/1203.00001", "unversioned", "open"),
        ("https://arxiv.org/abs/1203.00001v1", "other_version", "open"),
        ("https://example.org/", "not_recognised", "open"),
    ],
)
def test_only_another_paper_or_record_contradicts(target: str, status: str, effect: str) -> None:
    found = findings(event(target))["subject"]
    assert (found.status, found.effect) == (status, effect)


def test_what_is_not_known_is_open() -> None:
    found = findings(event(url="https://example.org/a", captured_at="x"), FILE)
    assert [each.effect for each in found.values()] == ["open"] * 3
    assert found["subject"].rests_on == found["content"].rests_on == ()
    # A file with another content can be another file.
    assert findings(event(content_sha256="0" * 64), FILE)["content"].effect == "open"
    assert findings(event(content_sha256=7), FILE)["content"].status == "no_content_hash"
    # An unverified element may write the hash in another way; what is no hash is compared with nothing.
    digest = sha256(BODY).hexdigest()
    assert findings(event(content_sha256=f"sha256:{digest}"), FILE)["content"].status == "matches"
    assert findings(event(content_sha256=digest.upper()), FILE)["content"].status == "no_content_hash"
    malformed = findings(event(url=f"https://web.archive.org/save/{TARGET}"))
    assert (malformed["form"].status, malformed["subject"].rests_on) == ("malformed", ())


@pytest.mark.parametrize("member", ["provider", "url", "captured_at"])
@pytest.mark.parametrize("value", [None, 7, {}])
def test_a_claim_without_its_texts_is_not_checked(member: str, value: Any) -> None:
    one = event(**{member: value})
    assert [each.status for each in findings(one).values()] == ["not_checked"]
    assert wanted_captures([one]) == frozenset()


def test_captures_of_claims_are_looked_for() -> None:
    calendar = event(url=f"https://web.archive.org/web/*/{TARGET}")
    assert wanted_captures([event(), event(event_type="citation"), calendar]) == {(TARGET, STAMP)}
    assert wanted_captures([event(event_type="citation")]) == frozenset()
