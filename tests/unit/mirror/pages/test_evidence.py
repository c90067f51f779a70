"""Findings of evidence on the page of a record (PAGE-13)."""

from __future__ import annotations

from typing import Any

import pytest

from kit.ots import bitcoin, pending, proof
from kit.pages_of import page_of, report_of
from kit.payloads import attached, author_claim, orcid, storage_attestation, timestamp_anchor
from kit.signing import DEMO, UNKNOWN_SIGNER, Json, bundle, canonical_hash, policy, to_json
from kit.stream import made_record
from pithbundle import Policy, read_bundle
from pithbundle.mirror.pages.evidence import RecordEvidence, record_evidence

RECORD = made_record()
DIGEST = bytes.fromhex(canonical_hash(RECORD))
WHEN = "2026-05-18T01:39:14Z"
KEYS = Policy.from_bytes(to_json(policy(DEMO)))


def anchor(data: bytes, signer: Any = DEMO, **changes: Any) -> Json:
    payload = {**timestamp_anchor(RECORD, data), **changes}
    return attached(signer, RECORD, "timestamp_anchor", payload, WHEN)


def evidence(*events: Json) -> RecordEvidence:
    data = to_json(bundle(RECORD, [*events]))
    return record_evidence(report_of([data], KEYS), [read_bundle(data)])


def test_each_claim_has_its_findings_together() -> None:
    capture = attached(DEMO, RECORD, "storage_attestation", storage_attestation(RECORD, WHEN), WHEN)
    found = evidence(anchor(proof(pending(), digest=DIGEST)), capture)
    assert found.signed_count == 2 and not found.unsigned
    stamp, stored = sorted(found.signed, key=lambda card: card.heading, reverse=True)
    (row,) = stamp.findings
    assert (stamp.heading, stamp.signer, row.word, row.tone) == (
        "timestamp_anchor", DEMO.signer_id, "pending", "open",
    )  # fmt: skip
    assert row.rests_on == (("calendar", "https://calendar.example"),)
    # What rests on a file alone is left out, and so is the place, which no reader of a page has.
    assert [row.kind for row in stored.findings] == ["capture form", "capture subject"]
    assert stored.clauses == ("CAPT-9",) and len(stored.does_not_show) == 1 and stored.where == ""


def test_a_timestamp_is_never_confirmed() -> None:
    (card,) = evidence(anchor(proof(bitcoin(0), digest=DIGEST))).signed
    assert [row.word for row in card.findings] == ["no header"]


def test_what_contradicts_comes_first_and_apart_without_a_signature() -> None:
    wrong = author_claim(orcid(1)[:-1] + "0")
    found = evidence(
        anchor(proof(pending(), digest=DIGEST), UNKNOWN_SIGNER),
        attached(UNKNOWN_SIGNER, RECORD, "author_claim", wrong, WHEN),
    )
    assert (found.signed, found.signed_count, found.unsigned_count) == ((), 0, 2)
    first, second = found.unsigned
    assert (first.tone, first.findings[0].meaning) == ("bad", "contradicts the claim")
    assert (first.signer, second.tone) == (None, "open")
    assert len(first.short) == len(second.short) == 12


def test_at_most_two_hundred_claims_are_checked_under_a_heading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pithbundle.mirror.pages.evidence.MOST_ENTRIES", 2)
    proofs = [proof(pending(f"https://{at}.example"), digest=DIGEST) for at in range(3)]
    found = evidence(*(anchor(each, UNKNOWN_SIGNER) for each in proofs), *map(anchor, proofs))
    assert (len(found.unsigned), found.unsigned_count) == (2, 3)
    assert (len(found.signed), found.signed_count) == (2, 3)
    # The entries of a state are in the order of their times, and the latest ones are shown.
    data = to_json(bundle(RECORD, [anchor(each, UNKNOWN_SIGNER) for each in proofs]))
    assert b"1 more claim; the bundle has them all." in page_of([data], KEYS)


def test_without_a_record_nothing_is_checked() -> None:
    with pytest.raises(ValueError, match="every input of the report was rejected"):
        record_evidence(report_of([b"{"], KEYS), [])


def test_a_page_says_what_was_not_checked() -> None:
    page = page_of([to_json(bundle(RECORD, [anchor(proof(pending(), digest=DIGEST))]))], KEYS)
    assert b"no block header, no file and no request was used" in page
    assert b"Claims without a verified signature" not in page
    assert b'id="evidence"' not in page_of([to_json(bundle(RECORD, []))], KEYS)
