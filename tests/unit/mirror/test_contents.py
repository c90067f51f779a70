"""The documents of a record and of a mirror that are made: members, titles, keys (MIRROR-14, MIRROR-15)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kit.payloads import attached, graph_snapshot
from kit.signing import AUTHOR, DEMO, DEMO_OLD, Json, bundle, policy, policy_key, to_json
from kit.stores import POLICY, body
from kit.stream import made_record
from pithbundle import Policy, Verifier, title_sha256
from pithbundle.mirror.contents import (
    json_ld_document,
    keys_document,
    manifest_document,
    parts_document,
    record_document,
    title_of,
)

WHEN = "2026-05-18T01:39:14Z"
#: What a mirror knows only from the registry, and does not state.
OF_THE_REGISTRY = {"attestation_state", "verification_status", "schema_url"}


def documents(data: bytes, unverified: int = 0) -> tuple[Json, Json]:
    ledger = Verifier(POLICY).verify(data).ledger
    made = (
        make(ledger.record, ledger.snapshot(), unverified) for make in (record_document, json_ld_document)
    )
    one, other = (json.loads(each) for each in made)
    return one, other


def titled(title: str, *shown: Any) -> bytes:
    """A bundle of a record with this title, and a graph snapshot for each title of a paper."""
    record = made_record(1)
    record["metadata"]["title_canon_sha256"] = title_sha256(title)
    return to_json(bundle(record, [snapshot(record, {"title": each}, at) for at, each in enumerate(shown)]))


def snapshot(record: Json, paper: Any, at: int = 0) -> Json:
    """A graph snapshot that states this of the paper."""
    payload = graph_snapshot(record)
    payload["graph_snapshot"]["paper"] = paper
    return attached(DEMO, record, "graph_snapshot", payload, f"2026-05-18T01:39:{at:02}Z")


def test_a_record_document_has_what_follows_from_record_and_state() -> None:
    data = body(1, 1, 2)
    value, _ = documents(data)
    state = Verifier(POLICY).verify(data).ledger.snapshot()
    assert value["state_sha256"] == state.sha256 and value["valid_event_count"] == 2
    assert value["canonical_record"] == made_record(1) and value["source"] == made_record(1)["source"]
    assert not OF_THE_REGISTRY & value.keys() and None not in value.values()
    assert "title" not in value["paper"] and "unverified_count" not in value
    assert documents(data, 3)[0]["unverified_count"] == 3
    checked = Verifier(POLICY).verify_document(to_json(value))
    assert not [one for one in checked.findings if one.status in ("differs", "not_reproduced")]


def test_the_linked_document_has_the_same_members() -> None:
    value, linked = documents(body(1, 1))
    assert value.items() <= linked.items()
    assert linked.keys() - value.keys() == {"@context", "@type", "identifier", "sameAs"}
    assert all(each.startswith("https://") for each in linked["sameAs"])


def test_a_title_is_written_if_it_reproduces_the_hash() -> None:
    value, linked = documents(titled("On  Surfaces", "Other", "on surfaces", "On\tSurfaces ", 7))
    assert value["paper"]["title"] == linked["name"] == "On\tSurfaces "
    assert "name" not in documents(titled("On Surfaces", "Other", None, {}))[1]
    assert "title" not in documents(titled("On Surfaces"))[0]["paper"]


@pytest.mark.parametrize("paper", [None, [], "x", {}, {"title": None}])
def test_a_snapshot_of_any_form_has_no_title(paper: Any) -> None:
    record = made_record(1)
    ledger = Verifier(POLICY).verify(to_json(bundle(record, [snapshot(record, paper)]))).ledger
    assert len(ledger.snapshot().graph_snapshots) == 1 and title_of(ledger.record, ledger.snapshot()) is None


def test_parts_are_listed_in_their_order() -> None:
    assert json.loads(parts_document("A" * 26, 3, [b"b", b"aa"])) == {
        "events": 3,
        "parts": [
            {"bytes": 1, "sha256": "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d"},
            {"bytes": 2, "sha256": "961b6dd3ede3cb8ecbaacbd68de040cd78eb2ed5889130cceb4c49268ea4d506"},
        ],
        "parts_type": "pithbundle_mirror_parts",
        "parts_version": "1",
        "suffix": "A" * 26,
    }


def test_keys_are_those_of_the_policy() -> None:
    given = Policy.from_bytes(to_json(policy(policy_key(DEMO_OLD, status="retired"), DEMO, AUTHOR)))
    data = keys_document(given, "https://mirror.example")
    assert data is not None
    value = json.loads(data)
    # The first active one is in the form of a key file.
    first = next(key for key in given.keys if key.status == "active")
    assert value["public_key_hex"] == first.public_key.hex
    assert value["url"] == "https://mirror.example/pith-signing-key.json"
    assert [each["status"] for each in value["keys"]] == [key.status for key in given.keys]
    assert all("url" not in each for each in value["keys"])
    none = Policy.from_bytes(to_json(policy(policy_key(DEMO, status="retired"))))
    assert keys_document(none, None) is None
    manifest = json.loads(manifest_document(none, "r", "m", "https://m", WHEN))
    assert "public_key" not in manifest["mirrors"][0] and manifest["merge_version"] == "r"
    bare = keys_document(given, None)
    assert bare is not None and "url" not in json.loads(bare)
