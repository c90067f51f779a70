"""The demo's files: rebuilt byte for byte, real where the README calls them real, and with its properties.

Nothing of the package is used: signatures are verified by nacl, CBOR is read by cbor2.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import cbor2
import pytest
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from kit import SIGNERS, TARGETS, canonical, demo, event_id, pith_number
from kit.data import real
from kit.demo import FILES, FOLDER, RECEIPT, RECORD

KEYS = json.loads((FOLDER / "policy.json").read_bytes())["keys"]


def load(name: str) -> Any:
    return json.loads((FOLDER / name).read_bytes())


def verifies(key_hex: str, message: bytes, signature_b64: str) -> bool:
    try:
        VerifyKey(bytes.fromhex(key_hex)).verify(message, base64.b64decode(signature_b64, validate=True))
    except BadSignatureError:
        return False
    return True


def key_of(event: Any) -> str:
    (found,) = [
        key["public_key_hex"]
        for key in KEYS
        if (key["signer_id"], key["key_id"]) == (event["signer"]["signer_id"], event["signer"]["key_id"])
    ]
    return str(found)


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_what_the_testkit_writes(name: str) -> None:
    assert (FOLDER / name).read_bytes() == FILES[name]()


def test_check_names_a_changed_and_a_missing_file(tmp_path: Any) -> None:
    for name, build in FILES.items():
        (tmp_path / name).write_bytes(build())
    assert demo.stale(tmp_path) == []
    (tmp_path / "bundle.cbor").unlink()
    (tmp_path / "rich.json").write_bytes(b"{}")
    assert demo.stale(tmp_path) == ["bundle.cbor", "rich.json"]


def test_the_folder_contains_nothing_else() -> None:
    assert {path.name for path in FOLDER.iterdir()} - {"README.md", "state.json"} == set(FILES)


def test_record_and_receipt_are_the_real_ones() -> None:
    records = json.loads(real("records.json").read_bytes())
    receipts = json.loads(real("receipts.json").read_bytes())
    (record,) = [one for one in records if one["pith_number"] == pith_number(RECORD)]
    (receipt,) = [one for one in receipts if one["pith_number"] == pith_number(RECORD)]
    assert record["canonical_record"] == RECORD
    assert receipt["signature_b64"] == RECEIPT["signature_b64"]
    assert receipt["key_id"] == RECEIPT["key_id"]
    assert receipt["first_computed"] == RECEIPT["signed_at"]


def test_the_receipt_verifies_under_the_registrys_key() -> None:
    assert KEYS[0]["public_key_hex"] == "b2d552b68890857171a78b36a5dccf368a953413288c353f7c9d9d6f94b709b3"
    digest = hashlib.sha256(canonical(RECORD)).digest()
    assert verifies(KEYS[0]["public_key_hex"], digest, RECEIPT["signature_b64"])
    assert not verifies(KEYS[0]["public_key_hex"], digest[:-1] + b"\0", RECEIPT["signature_b64"])


def test_the_plain_bundle_is_of_the_usual_real_size_and_shape() -> None:
    data = (FOLDER / "bundle.json").read_bytes()
    assert 6_000 <= len(data) <= 7_000
    assert data.count(b'"signature_b64"') == 3
    bundle = json.loads(data)
    assert [event["event_type"] for event in bundle["events"]] == ["record_created", "graph_snapshot"]
    assert bundle["pith_number"] == "pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH"
    assert bundle["short_pith_number"] == "pith:OMJFN3CZ"
    kinds = [alias["alias_kind"] for alias in bundle["source_aliases"]]
    assert kinds == sorted(kinds)
    assert len(kinds) == 6


@pytest.mark.parametrize("name", ["bundle.json", "rich.json"])
def test_every_event_of_the_valid_bundles_verifies(name: str) -> None:
    for event in load(name)["events"]:
        assert event["event_id"] == event_id(event)
        digest = bytes.fromhex(event["event_id"][7:])
        assert verifies(key_of(event), digest, event["signature"]["signature_b64"])


def test_the_cbor_is_the_same_value_in_its_one_encoding() -> None:
    data = (FOLDER / "bundle.cbor").read_bytes()
    assert cbor2.loads(data) == load("bundle.json")
    assert cbor2.dumps(load("bundle.json"), canonical=True) == data


def test_the_rich_bundle_has_every_type_of_the_table_and_one_more() -> None:
    assert {event["event_type"] for event in load("rich.json")["events"]} == {*TARGETS, "peer_review"}


def test_the_rich_bundle_has_a_retraction_and_a_conflict() -> None:
    events = load("rich.json")["events"]
    by_id = {event["event_id"]: event for event in events}
    (taken_back,) = [e for e in events if e["event_type"] == "event_retracted"]
    assert by_id[taken_back["payload"]["event_id"]]["signer"] == taken_back["signer"]
    findings = [e for e in events if e["event_type"] == "pith.integrity.v1"]
    slots = [(e["created_at"], e["payload"]["detector"], e["payload"]["evidence_hash"]) for e in findings]
    assert len(slots) == 3
    assert len(set(slots)) == 2
    assert len({canonical(e["payload"]) for e in findings}) == 3


def test_the_tampered_bundle_contains_a_member_twice() -> None:
    def pairs(members: list[tuple[str, Any]]) -> Any:
        names = [name for name, _ in members]
        twice.extend({name for name in names if names.count(name) > 1})
        return dict(members)

    twice: list[str] = []
    json.loads((FOLDER / "tampered.json").read_bytes(), object_pairs_hook=pairs)
    assert twice == ["target"]


def test_what_is_expected_of_the_tampered_bundle_covers_every_event_and_verdict() -> None:
    expected = load("tampered.expected.json")
    assert [one["pointer"] for one in expected] == [
        f"/events/{index}" for index in range(len(load("tampered.json")["events"]))
    ]
    words = {one["verdict"] for one in expected}
    assert words == {"verified", "unknown_type", "unknown_format", "unknown_key", "not_signed", "invalid"}


def test_no_test_key_poses_as_the_registry() -> None:
    assert all("pith.science" not in signer.signer_id for signer in SIGNERS)
    assert all(not signer.key_id.startswith("pith-v") for signer in SIGNERS)
    assert [key["signer_id"] for key in KEYS].count("pith.science") == 1


@pytest.mark.parametrize(("arguments", "status"), [(["--check"], 0), ([], 2), (["--write", "x"], 2)])
def test_the_generator_checks_verdicts_and_rejects_others(arguments: list[str], status: int) -> None:
    assert demo.main(arguments) == status
