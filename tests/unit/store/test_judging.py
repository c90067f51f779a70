"""Admission: what is kept of the bundles that arrive (STORE-5)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from kit import DEMO, Json, bundle, made_record, receipt, to_json
from kit.payloads import attached, record_created
from kit.signing import UNKNOWN_SIGNER
from kit.stores import POLICY, WIDER, body, event, invalid, suffix, unverified, wanted
from pithbundle import Verifier, cbor_bytes, parse_json
from pithbundle.encoding.parsed import detect_encoding
from pithbundle.store import judging
from pithbundle.store.judging import Facts, Judge, ids_in


def judged(data: bytes, requested: str = "", policy: Any = POLICY) -> Facts:
    return Judge(Verifier(policy)).judge(data, detect_encoding(data), sha256(data).hexdigest(), requested)


def carrying(known: bool) -> Json:
    """An element of an unknown key with a receipt of a known or of an unknown one."""
    record = made_record(1)
    paid = record_created(record, receipt(DEMO if known else UNKNOWN_SIGNER, record, "2026-01-01T00:00:00Z"))
    return attached(UNKNOWN_SIGNER, record, "record_created", paid, "2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    "data",
    [
        body(1, 1),
        cbor_bytes(parse_json(body(1, 1))),
        body(1, 1, more=(unverified(1, 2), invalid(1, 3))),
        body(1, more=(carrying(True),)),
    ],
    ids=["event", "cbor", "event among others", "receipt of an unverified element"],
)
def test_one_signature_over_the_record_admits(data: bytes) -> None:
    facts = judged(data, suffix(1))
    assert (facts.code, facts.reason, facts.suffix) == ("", "", suffix(1))


@pytest.mark.parametrize(
    ("data", "requested", "code"),
    [
        (b"junk", "", "syntax"),
        (b"", "", "syntax"),
        (b"\xa1", "", "cbor_truncated"),
        (to_json([1]), "", "type"),
        (body(1, 1, canonical_sha256="0" * 64), "", "hash_mismatch"),
        (body(1, 1, pith_number="pith:2003:" + "A" * 26), "", "subject"),
        (body(1, 1), suffix(2), "subject"),
        (body(1), "", "key_unknown"),
        (body(1, more=(unverified(1, 2),)), "", "key_unknown"),
        (body(1, more=(invalid(1, 2),)), "", "key_unknown"),
        (body(1, more=(event(2, 1),)), "", "key_unknown"),
        (body(1, more=(carrying(False),)), "", "key_unknown"),
    ],
)
def test_everything_else_does_not(data: bytes, requested: str, code: str) -> None:
    facts = judged(data, requested)
    assert facts.code == code and facts.reason
    assert (facts.valid_ids, facts.unverified_ids) == (b"", b"")


def test_the_policy_decides() -> None:
    data = body(1, more=(unverified(1, 2),))
    assert judged(data).code == "key_unknown"
    assert judged(data, policy=WIDER).code == ""


def test_what_is_in_a_bundle() -> None:
    more = (unverified(1, 3), unverified(1, 3), unverified(1, 4), invalid(1, 5), 17)
    facts = judged(to_json(bundle(made_record(1), [event(1, 2), event(1, 1), event(1, 1), *more])))
    assert {"sha256:" + each for each in ids_in(facts.valid_ids)} == wanted(1, 1, 2)
    assert ids_in(facts.valid_ids) == sorted(ids_in(facts.valid_ids))
    assert len(ids_in(facts.unverified_ids)) == 2
    assert facts.invalid == 2


def test_a_judge_verifies_equal_bytes_once_and_holds_a_bounded_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []
    real = Verifier.verify

    def counted(self: Verifier, data: bytes, **options: Any) -> Any:
        calls.append(data)
        return real(self, data, **options)

    monkeypatch.setattr(Verifier, "verify", counted)
    monkeypatch.setattr(judging, "_MOST_BUNDLES", 2)
    judge = Judge(Verifier(POLICY))

    def take(seed: int) -> None:
        data = body(seed, 1)
        judge.judge(data, "json", sha256(data).hexdigest(), "")

    for seed in (1, 1, 2, 1, 3, 1, 2):
        take(seed)
    assert len(calls) == 4
    monkeypatch.setattr(judging, "_MOST_BYTES", 1)
    take(4)
    take(4)
    assert len(calls) == 6
