"""Manifests of mirrors (DOC-9) and key files (DOC-10)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kit import DEMO, changed, policy, policy_key, without
from kit.documents import real_manifest
from pithbundle.bundle.document import DocumentError, read_document
from pithbundle.errors import InvalidKeyError
from pithbundle.newtypes import Pointer
from pithbundle.verify.documents import DocumentReport, verify_document
from pithbundle.verify.key_documents import DocumentKey
from pithbundle.verify.policy import Policy

REGISTRY = Policy.registry()
MANIFEST = real_manifest()
MIRROR = ("mirrors", 0)
KEY = MANIFEST["mirrors"][0]["public_key"]
OTHER_HEX = policy_key(DEMO)["public_key_hex"]


def verify(value: Any, under: Policy = REGISTRY) -> DocumentReport:
    return verify_document(read_document(json.dumps(value).encode()), under)


def statuses(value: Any) -> dict[str, str]:
    return {str(one.pointer): one.status for one in verify(value).findings}


def test_the_real_manifest() -> None:
    report = verify(MANIFEST)
    found = statuses(MANIFEST)
    for name in ("base_url", "bundle_pattern", "state_pattern", "well_known_pattern"):
        assert found[f"/mirrors/0/{name}"] == "well_formed"
    for name in ("fingerprint_sha256_hex", "fingerprint_sha256_b32_first128bits"):
        assert found[f"/mirrors/0/public_key/{name}"] == "reproduced"
    assert found["/mirrors/0/public_key/public_key_b64"] == "agrees"
    assert report.keys == (DocumentKey(Pointer("/mirrors/0/public_key"), REGISTRY.keys[0]),)
    assert {"/mirrors", "/mirrors/0/public_key"}.isdisjoint(found)
    assert found["/notes"] == found["/mirrors/0/name"] == "claimed"


def test_a_key_that_the_policy_does_not_have() -> None:
    under = Policy.from_bytes(json.dumps(policy(policy_key(DEMO))).encode())
    assert verify(MANIFEST, under).keys == (DocumentKey(Pointer("/mirrors/0/public_key"), None),)
    assert verify(KEY, under).keys == (DocumentKey(Pointer(""), None),)


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("bundle_pattern", "https://a.example/{suffix}", "well_formed"),
        ("bundle_pattern", "https://a.example:8443/x/{suffix}.json?a=%20", "well_formed"),
        ("bundle_pattern", "https://a.example/x", "malformed"),
        ("bundle_pattern", "https://a.example/{suffix}/{suffix}", "malformed"),
        ("bundle_pattern", "https://{suffix}.example/x", "malformed"),
        ("bundle_pattern", "https://a.example/{number}/{suffix}", "malformed"),
        ("bundle_pattern", "https://a.example{suffix}", "malformed"),
        ("bundle_pattern", "http://a.example/{suffix}", "malformed"),
        ("bundle_pattern", "https://user@a.example/{suffix}", "malformed"),
        ("bundle_pattern", "https://a.example/ {suffix}", "malformed"),
        ("bundle_pattern", "https://a.example/{suffix}\n", "malformed"),
        ("bundle_pattern", "https://a.example/{suffix}#x", "malformed"),
        ("bundle_pattern", "https:///{suffix}", "malformed"),
        ("bundle_pattern", "file:///{suffix}", "malformed"),
        ("bundle_pattern", "https://ä.example/{suffix}", "malformed"),
        ("bundle_pattern", None, "malformed"),
        ("state_pattern", ["https://a.example/{suffix}"], "malformed"),
        ("well_known_pattern", "", "malformed"),
        ("base_url", "https://a.example", "well_formed"),
        ("base_url", "https://a.example/x/", "well_formed"),
        ("base_url", "https://a.example/{suffix}", "malformed"),
        ("base_url", "a.example", "malformed"),
        ("status", "gone", "claimed"),
        ("public_key", "x", "claimed"),
        ("new_member", {}, "claimed"),
    ],
)
def test_the_addresses_of_a_mirror(name: str, value: Any, status: str) -> None:
    found = statuses(changed(MANIFEST, (*MIRROR, name), value))
    assert found[f"/mirrors/0/{name}"] == status


@pytest.mark.parametrize("mirrors", [None, {}, [], [None, 5, [], {}]])
def test_mirrors_of_another_shape(mirrors: Any) -> None:
    report = verify({**MANIFEST, "mirrors": mirrors})
    assert report.keys == () and report.outcome == "unverified"
    assert [one.pointer for one in report.findings if one.pointer.startswith("/mirrors/")] == []


@pytest.mark.parametrize(
    ("name", "value", "status", "code"),
    [
        ("public_key_b64", "AAAA", "malformed", "encoding"),
        ("public_key_b64", 5, "malformed", "encoding"),
        ("public_key_hex", "00" * 32, "malformed", "key_invalid"),
        ("public_key_hex", KEY["public_key_hex"].upper(), "malformed", "encoding"),
        ("fingerprint_sha256_hex", "0" * 32, "differs", "hash_mismatch"),
        ("fingerprint_sha256_hex", None, "differs", "hash_mismatch"),
        ("fingerprint_sha256_b32_first128bits", "A" * 26, "differs", "hash_mismatch"),
    ],
)
def test_a_key_that_contradicts_itself(name: str, value: Any, status: str, code: str) -> None:
    """A finding of a mirror in a manifest; a key file is rejected."""
    path = (*MIRROR, "public_key", name)
    found = statuses(changed(MANIFEST, path, value))
    assert found[f"/mirrors/0/public_key/{name}"] == status
    with pytest.raises((DocumentError, InvalidKeyError)) as caught:
        verify({**KEY, name: value})
    assert (caught.value.code, caught.value.pointer) == (code, f"/{name}")


def test_two_spellings_of_two_keys() -> None:
    found = statuses(changed(MANIFEST, (*MIRROR, "public_key", "public_key_hex"), OTHER_HEX))
    assert found["/mirrors/0/public_key/public_key_hex"] == "well_formed"
    assert found["/mirrors/0/public_key/public_key_b64"] == "differs"
    assert found["/mirrors/0/public_key/fingerprint_sha256_hex"] == "differs"
    with pytest.raises(DocumentError) as caught:
        verify({**KEY, "public_key_hex": OTHER_HEX})
    assert (caught.value.code, caught.value.clause) == ("hash_mismatch", "DOC-10")


@pytest.mark.parametrize("name", ["public_key_hex", "public_key_b64"])
def test_one_spelling_is_enough(name: str) -> None:
    other = {"public_key_hex": "public_key_b64", "public_key_b64": "public_key_hex"}[name]
    report = verify(without(KEY, (other,)))
    assert report.keys == (DocumentKey(Pointer(""), REGISTRY.keys[0]),)
    assert report.findings[0].status == "well_formed"


def test_a_mirror_without_an_acceptable_key() -> None:
    bare = changed(MANIFEST, (*MIRROR, "public_key"), {"fingerprint_sha256_hex": "0" * 32, "key_id": "x"})
    assert statuses(bare)["/mirrors/0/public_key/fingerprint_sha256_hex"] == "unknown"
    assert verify(bare).keys == ()


def test_a_key_file_that_is_cut_before_its_key() -> None:
    """It is recognised by its key, so that has to be complete."""
    data = json.dumps(KEY).encode()
    for cut in range(len(data)):
        document = read_document(data[:cut], truncated=True)
        if document.kind.name == "key":
            assert verify_document(document, REGISTRY).keys == (DocumentKey(Pointer(""), REGISTRY.keys[0]),)
