"""Findings on timestamps, of events and of files (EVID-20)."""

from __future__ import annotations

import base64
from typing import Any, Final

import pytest

from kit import mined, ots
from kit.mined import extended
from kit.ots import DIGEST, bitcoin, pending, proof
from pithbundle.evidence import Block, Checkpoints, EventClaim, Finding, Headers, read_headers
from pithbundle.evidence.timestamp_claims import EFFECTS, proof_finding, timestamp_finding
from pithbundle.evidence.timestamps import DOES_NOT_SHOW, TimestampStatus
from pithbundle.joined import Location
from pithbundle.newtypes import Pointer

MESSAGE: Final = DIGEST[::-1]
CHAIN: Final = extended(b"", 40, roots={30: MESSAGE})
GOOD: Final = proof(ots.REVERSE + bitcoin(30))


def chain(strength: str = "chain") -> Headers:
    work = 1 if strength == "chain" else 1 << 200
    blocks = [] if strength == "chain" else [Block(39, mined.digest_at(CHAIN, 39))]
    network = mined.network(CHAIN, work)
    return read_headers([("a", CHAIN)], blocks=blocks, checkpoints=Checkpoints(()), network=network)


def finding(data: bytes = GOOD, headers: Headers | None = None, **members: Any) -> Finding:
    payload = {"canonical_sha256": DIGEST.hex(), "proof_b64": base64.b64encode(data).decode(), **members}
    payload = {name: value for name, value in payload.items() if value is not ...}
    claim = EventClaim(
        "not_signed", "timestamp_anchor", payload, None, "0" * 64, None, Location(0, "a", 0, Pointer(""))
    )
    found = timestamp_finding(claim, DIGEST, headers or Headers())
    assert found.claim is claim and found.file is None and found.kind == "timestamp"
    assert found.clause == "EVID-20"
    return found


@pytest.mark.parametrize("strength", ["chain", "given"])
def test_a_confirmed_proof_supports_the_claim(strength: str) -> None:
    one = finding(headers=chain(strength))
    assert (one.status, one.effect) == ("confirmed", "supports")
    assert one.sentence == "existed by block 30, header time 2011-03-13T09:36:40Z"
    assert one.rests_on == (
        ("block", f"30:{mined.digest_at(CHAIN, 30)[::-1].hex()}"),
        ("time", "2011-03-13T09:36:40Z"),
        ("strength", strength),
    )
    assert one.does_not_show == DOES_NOT_SHOW
    assert one.details is not None and one.details["status"] == "confirmed"


@pytest.mark.parametrize(
    ("data", "headers", "status", "effect"),
    [
        (proof(ots.SHA256 + bitcoin(30)), chain(), "contradicted", "contradicts"),
        (proof(ots.SHA256 + bitcoin(30)), chain("given"), "differs_from_given", "open"),
        (proof(bitcoin(41)), chain(), "no_header", "open"),
        (proof(pending()), None, "pending", "open"),
        (proof(ots.attested(ots.LITECOIN, b"\x01")), None, "unsupported", "open"),
        (proof(pending(), digest=bytes(32)), None, "other_digest", "contradicts"),
        (proof(bitcoin(3), digest=bytes(20), tag=ots.SHA1), None, "unsupported", "open"),
    ],
)
def test_each_word_of_a_proof_has_its_effect(data: bytes, headers: Any, status: str, effect: str) -> None:
    one = finding(data, headers)
    assert (one.status, one.effect) == (status, effect)
    assert one.does_not_show == "that the claim is true, or that it is not"


def test_a_pending_proof_rests_on_its_calendar() -> None:
    assert finding(proof(pending())).rests_on == (("calendar", ots.URI),)
    assert finding(proof(bitcoin(41))).rests_on == ()


def test_every_word_has_an_effect() -> None:
    assert {*EFFECTS} == {*TimestampStatus.__args__}  # type: ignore[attr-defined]


def test_the_claim_of_another_hash_is_contradicted_whatever_its_proof_shows() -> None:
    one = finding(headers=chain(), canonical_sha256="0" * 64)
    assert (one.status, one.effect, one.details) == ("other_digest", "contradicts", None)


@pytest.mark.parametrize("claimed", [..., None, 7, "", DIGEST.hex().upper(), f"sha256:{DIGEST.hex()}"])
def test_a_hash_that_is_not_claimed_accuses_nobody(claimed: Any) -> None:
    one = finding(headers=chain(), canonical_sha256=claimed)
    assert (one.status, one.effect) == ("confirmed", "supports")
    # The proof has the digest that it is of.
    other = finding(proof(pending(), digest=bytes(32)), canonical_sha256=claimed)
    assert (other.status, other.effect) == ("other_digest", "contradicts")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (..., "not_checked"), (None, "not_checked"), (1, "unreadable"), ("", "unreadable"),
        ("=====", "unreadable"), ("AAA", "unreadable"), ("AAAA", "unreadable"), ("A\u00e9==", "unreadable"),
        ("AB==", "unreadable"),
    ],
)  # fmt: skip
def test_what_is_no_proof_accuses_nobody(text: Any, status: str) -> None:
    one = finding(proof_b64=text)
    assert (one.status, one.effect) == (status, "open")


def test_a_proof_that_cannot_be_read_says_why() -> None:
    one = finding(GOOD[:40])
    details: Any = one.details
    assert details["fault"]["code"] == "ots_invalid"
    assert "ots_invalid, EVID-" in one.sentence


def test_a_file_needs_no_event() -> None:
    one = proof_finding("a.ots", GOOD, DIGEST, chain())
    assert (one.claim, one.file, one.status) == (None, "a.ots", "confirmed")
    assert proof_finding("a.ots", b"", DIGEST, chain()).status == "unreadable"
