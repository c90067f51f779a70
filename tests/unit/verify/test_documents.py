"""Documents under a policy: the outcome (DOC-3), states (DOC-4, DOC-5), integrity documents (DOC-8)."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest

from kit import AUTHOR, DEMO, DEMO_OLD, bundle, policy, policy_key
from kit.documents import (
    ABSTRACT,
    GRAPH,
    beginnings,
    graph_document,
    real_graph,
    real_integrity,
    real_manifest,
    record_document,
    record_value,
)
from kit.signing import b64
from pithbundle.bundle.document import DocumentError, read_document
from pithbundle.bundle.record import Record
from pithbundle.encoding.limits import Limits
from pithbundle.errors import RecordError
from pithbundle.verify.documents import DOCUMENTS, DocumentReport, verify_document
from pithbundle.verify.policy import Policy

REGISTRY = Policy.registry()
RECORD = Record.from_value(record_value())
DIGEST = "ab" * 32


def verify(value: Any, under: Policy = REGISTRY, **options: Any) -> DocumentReport:
    return verify_document(read_document(json.dumps(value).encode()), under, **options)


def pinned(**members: Any) -> Policy:
    key = {**policy_key(DEMO), "event_formats": ["integrity-1"], **members}
    return Policy.from_bytes(json.dumps(policy(key)).encode())


def flat(**members: Any) -> Any:
    return {
        "event_id": 1,
        "event_type": "pith.integrity.v1",
        "payload_sha256": DIGEST,
        "signature_b64": b64(DEMO.sign(bytes.fromhex(DIGEST))),
        "signing_key_id": DEMO.key_id,
        "created_at": "2026-05-19T20:27:21.688265+00:00",
        "payload": {"arxiv_id": "1505.05859"},
        **members,
    }


def state(**members: Any) -> Any:
    return {
        "state_type": "pith_open_graph_state",
        "pith_number": str(RECORD.number),
        "merge_version": "pith-open-graph-merge-v1",
        "current": {"canonical_record": RECORD.value, **members},
    }


def statuses(report: DocumentReport) -> dict[str, str]:
    return {str(one.pointer): one.status for one in report.findings}


@pytest.mark.parametrize(
    "value",
    [record_document(), graph_document(), state(), real_integrity(), real_manifest(),
     real_manifest()["mirrors"][0]["public_key"]],
)  # fmt: skip
def test_the_outcome_is_never_valid(value: Any) -> None:
    report = verify(value)
    assert report.document_type in DOCUMENTS
    assert report.outcome == "unverified"
    assert pickle.loads(pickle.dumps(report)) == report == copy.deepcopy(report)
    assert len(repr(report)) < 120


@pytest.mark.parametrize(
    "value", [bundle(RECORD.value, []), RECORD.value, {}, [], {"event_type": "x", "payload": 1}]
)
def test_another_kind_of_document_is_rejected(value: Any) -> None:
    with pytest.raises(DocumentError) as caught:
        verify(value)
    assert (caught.value.code, caught.value.clause) == ("type", "DOC-2")


def test_a_record_document_has_a_record() -> None:
    with pytest.raises(DocumentError) as caught:
        verify({"record_type": "pith_number_record"})
    assert caught.value.pointer == "/canonical_record"
    (text,) = beginnings("record_document_prefixes")
    report = verify_document(read_document(text.encode(), truncated=True), REGISTRY)
    assert report.record is None and report.outcome == "unverified"


def test_a_record_document_that_does_not_recompute_is_rejected() -> None:
    with pytest.raises(DocumentError) as caught:
        verify({**record_document(), "canonical_sha256": DIGEST})
    assert caught.value.code == "hash_mismatch"


def test_an_abstract_of_the_user() -> None:
    report = verify(record_document(), abstract=ABSTRACT)
    assert statuses(report)["/paper/abstract_excerpt"] == "agrees"
    assert report.record == RECORD and report.number_status == "reproduced"
    with pytest.raises(RecordError):
        verify(record_document(), abstract="\0")


def test_graph_documents() -> None:
    report = verify_document(read_document(real_graph()), REGISTRY)
    assert report.record is not None and report.number_status == "derived"
    assert report.record.number.suffix == GRAPH
    assert sum(one.status == "reproduced" for one in report.findings) == 4
    found = statuses(verify(graph_document()))
    assert found["/claims/snapshot_sha256"] == "reproduced"
    assert found["/references/snapshot_sha256"] == "unknown"
    assert found["/paper/title"] == "claimed"
    without_abstract = verify(graph_document(ABSTRACT))
    assert without_abstract.record is None and without_abstract.number_status is None
    assert verify(graph_document(ABSTRACT), abstract=ABSTRACT).record == RECORD


def test_states() -> None:
    aliases = [
        {"alias_kind": "arxiv", "alias_value": "1505.05859"},
        {"alias_kind": "doi", "alias_value": "10.48550/arxiv.9999.99999"},
        {"alias_kind": "isbn", "alias_value": "x"},
        {"alias_kind": 1, "alias_value": "x"},
        {"alias_kind": "arxiv_version"},
    ]
    report = verify(state(source_aliases=aliases))
    assert report.record == RECORD
    assert statuses(report) == {
        "/state_type": "claimed",
        "/pith_number": "reproduced",
        "/merge_version": "claimed",
        "/current": "claimed",
        "/current/source_aliases/0": "agrees",
        "/current/source_aliases/1": "differs",
    }
    assert statuses(verify({"state_type": "pith_open_graph_state", "pith_number": "x"})) == {
        "/state_type": "claimed",
        "/pith_number": "claimed",
    }
    with pytest.raises(DocumentError):
        verify({**state(), "pith_number": "pith:2015:AAAAAAAAAAAAAAAAAAAAAAAAAA"})


@pytest.mark.parametrize("name", ["state_prefixes", "state_prefixes_claims"])
def test_the_beginnings_of_real_states(name: str) -> None:
    for text in beginnings(name):
        report = verify_document(read_document(text.encode(), truncated=True), REGISTRY)
        found = statuses(report)
        assert report.record is not None and found["/pith_number"] == "reproduced"
        assert [found[f"/current/source_aliases/{index}"] for index in range(6)] == ["agrees"] * 6
        assert "differs" not in found.values() and "not_reproduced" not in found.values()


def test_the_signatures_of_real_integrity_events_verify_and_bind_nothing() -> None:
    for value in (real_integrity(), {"events": real_integrity(), "integrity_snapshot_sha256": "x"}):
        report = verify(value)
        above = "" if isinstance(value, list) else "/events"
        assert [one.pointer for one in report.signatures] == [f"{above}/{index}" for index in range(6)]
        assert {one.status for one in report.signatures} == {"unbound"}
        assert {one.code for one in report.signatures} == {None}
        assert {one.key for one in report.signatures} == {REGISTRY.keys[0]}
        assert report.outcome == "unverified" and report.record is None
        assert len(repr(report.signatures[0])) < 400


@pytest.mark.parametrize(
    ("members", "key", "status", "code"),
    [
        ({}, {}, "unbound", None),
        ({"payload": {"arxiv_id": "altered"}}, {}, "unbound", None),
        ({"signature_b64": None}, {}, "not_signed", None),
        ({"signing_key_id": "other"}, {}, "unknown_key", "key_unknown"),
        ({"signing_key_id": 5}, {}, "unknown_key", "key_unknown"),
        ({"payload_sha256": "cd" * 32}, {}, "invalid", "signature_invalid"),
        ({"payload_sha256": DIGEST.upper()}, {}, "invalid", "encoding"),
        ({"payload_sha256": None}, {}, "invalid", "encoding"),
        ({"signature_b64": "AAAA"}, {}, "invalid", "encoding"),
        ({"signature_b64": 7}, {}, "invalid", "encoding"),
        ({"event_type": None}, {}, "invalid", "key_role"),
        ({}, {"event_types": ["citation"]}, "invalid", "key_role"),
        ({}, {"status": "retired"}, "unbound", None),
        ({}, {"status": "revoked"}, "invalid", "key_revoked"),
        # Where the format of a key's events may be another, nothing is invalid.
        ({"payload_sha256": "cd" * 32}, {"event_formats": ["unknown"]}, "unbound", "signature_invalid"),
        ({"signature_b64": "AAAA"}, {"event_formats": ["unknown"]}, "unbound", "encoding"),
        (
            {"payload_sha256": "cd" * 32},
            {"event_formats": ["integrity-1", "unknown"]},
            "unbound",
            "signature_invalid",
        ),
        ({}, {"event_formats": ["unknown"]}, "unbound", None),
        # A key of other formats alone makes no signature over a digest: none is altered, and none counts.
        ({}, {"event_formats": ["pithbundle-event-1"]}, "unknown_format", None),
        ({"payload_sha256": "cd" * 32}, {"event_formats": ["pithbundle-event-1"]}, "unknown_format", None),
    ],
)
def test_the_verdict_on_the_signature_over_a_digest(
    members: Any, key: Any, status: str, code: str | None
) -> None:
    report = verify([flat(**members)], pinned(**key))
    (found,) = report.signatures
    assert (found.status, found.code) == (status, code)
    assert (found.key is not None) == (status == "unbound" and code is None)
    assert report.outcome == ("invalid" if status == "invalid" else "unverified")


def test_several_keys_of_one_id_are_tried() -> None:
    named: Any = {"event_formats": ["integrity-1"]}
    keys = [{**policy_key(each), **named} for each in (AUTHOR, DEMO, DEMO_OLD)]
    under = Policy.from_bytes(json.dumps(policy(*({**key, "key_id": "k"} for key in keys))).encode())
    (found,) = verify([flat(signing_key_id="k")], under).signatures
    assert found.status == "unbound" and found.key is not None
    assert found.key.public_key.hex == policy_key(DEMO)["public_key_hex"]


def test_the_events_of_an_integrity_document_are_bounded() -> None:
    assert len(verify([flat()] * 2, limits=Limits(events=2)).signatures) == 2
    for value, pointer in (([flat()] * 3, ""), ({"events": [flat()] * 3}, "/events")):
        with pytest.raises(DocumentError) as caught:
            verify(value, limits=Limits(events=2))
        assert (caught.value.code, caught.value.pointer, caught.value.limit_name) == (
            "events",
            pointer,
            "events",
        )


def test_an_integrity_document_that_is_cut() -> None:
    data = json.dumps({"events": [flat(), flat()]}).encode()
    document = read_document(data[:-3], truncated=True)
    assert document.kind.name == "integrity"
    assert verify_document(document, pinned()).signatures == ()
