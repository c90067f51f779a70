"""The documents of a record that a mirror makes: pure, and canonical bytes (spec MIRROR-13 to MIRROR-15)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from pithbundle.bundle.record import Record
from pithbundle.bundle.titles import title_sha256
from pithbundle.ed25519.strict import PublicKey
from pithbundle.encoding.canonical import encode_canonical
from pithbundle.encoding.values import Object, Value, string_fault
from pithbundle.merge.state import State
from pithbundle.mirror.parts import PARTS_TYPE, PARTS_VERSION, check_parts
from pithbundle.verify.policy import Policy, PolicyKey

RECORD_TYPE: Final = "pith_number_record"
MANIFEST_TYPE: Final = "pith_mirror_manifest"
MANIFEST_VERSION: Final = "1.0"
#: Where an identifier of an alias leads.
_LINKS: Final = {"arxiv": "https://arxiv.org/abs/", "doi": "https://doi.org/"}
_CONTEXT: Final = "https://schema.org"
_HINT: Final = "The keys of the policy of this mirror. They are a hint: pin the keys that you trust yourself."
_NOTES: Final = (
    "Any conforming mirror may host the same bundles. Nothing in this file is signed: the state follows from "
    "the bundles and from the keys that a reader pinned."
)


def record_document(record: Record, state: State, unverified: int) -> bytes:
    """Return ``/pith/S.json``: what follows from the record and the state (MIRROR-14).

    Args:
        record: the record.
        state: the state of what is served.
        unverified: the number of elements that could not be checked under the policy.
    """
    return encode_canonical(_record_value(record, state, unverified))


def json_ld_document(record: Record, state: State, unverified: int) -> bytes:
    """Return what a mirror answers to ``Accept: application/ld+json`` (MIRROR-14)."""
    value = _record_value(record, state, unverified)
    value["@context"], value["@type"] = _CONTEXT, "ScholarlyArticle"
    value["identifier"] = str(record.number)
    links: list[Value] = [_LINKS[kind] + name for kind, name in record.aliases if kind in _LINKS]
    if links:
        value["sameAs"] = links
    title = title_of(record, state)
    if title is not None:
        value["name"] = title
    return encode_canonical(value)


def _record_value(record: Record, state: State, unverified: int) -> Object:
    number = record.number
    value = record.value
    metadata = _object(value["metadata"])
    paper: Object = {
        "license": metadata["license"],
        "cross_cats": metadata["cross_cats_sorted"],
        "primary_cat": metadata["primary_cat"],
        "submitted_at": metadata["submitted_at"],
    }
    title = title_of(record, state)
    if title is not None:
        paper["title"] = title
    aliases: list[Value] = []
    for alias in state.source_aliases:
        of_alias: Object = {"alias_kind": alias.alias_kind, "alias_value": alias.alias_value}
        if alias.created_at is not None:
            of_alias["created_at"] = alias.created_at
        aliases.append(of_alias)
    found: Object = {
        "record_type": RECORD_TYPE,
        "pith_number": str(number),
        "short_pith_number": number.short,
        "schema_version": value["schema_version"],
        "canonical_sha256": record.hex,
        "source": value["source"],
        "paper": paper,
        "canonical_record": value,
        "source_aliases": aliases,
        "merge_version": state.rules.name,
        "valid_event_count": state.valid_event_count,
        "events_sha256": state.events_sha256,
        "state_sha256": state.sha256,
        "status": state.status(),
    }
    if unverified:
        found["unverified_count"] = unverified
    return found


def title_of(record: Record, state: State) -> str | None:
    """Return the title of a graph snapshot that reproduces the hash of the record; None without one."""
    expected = _object(record.value["metadata"])["title_canon_sha256"]
    for snapshot in reversed(state.graph_snapshots):
        title = _object(snapshot.graph_snapshot.get("paper")).get("title")
        if type(title) is str and string_fault(title) is None and title_sha256(title) == expected:
            return title
    return None


def parts_document(suffix: str, events: int, parts: Sequence[bytes]) -> bytes:
    """Return ``parts.json`` of a record that is served in several parts (MIRROR-13).

    Args:
        suffix: of the record.
        events: the number of its valid events.
        parts: in their order.

    Raises:
        InputError: ``size``: no reader would accept the list.
    """
    check_parts(suffix, parts)
    listed: list[Value] = [{"bytes": len(part), "sha256": sha256(part).hexdigest()} for part in parts]
    return encode_canonical(
        {
            "events": events,
            "parts": listed,
            "parts_type": PARTS_TYPE,
            "parts_version": PARTS_VERSION,
            "suffix": suffix,
        }
    )


# -- the mirror -----------------------------------------------------------------------------


def keys_document(policy: Policy, base_url: str | None) -> bytes | None:
    """Return ``pith-signing-key.json``: the keys of a policy, the first active one as DOC-10 has it.

    None if no key of the policy is active.
    """
    active = [key for key in policy.keys if key.status == "active"]
    if not active:
        return None
    value = _key_value(active[0], base_url)
    value["notes"] = _HINT
    value["keys"] = [
        {**_key_value(key, None), "signer_id": key.signer_id, "status": key.status} for key in policy.keys
    ]
    return encode_canonical(value)


def _key_value(key: PolicyKey, base_url: str | None) -> Object:
    value: Object = {"key_id": key.key_id, "algorithm": "ed25519", "format": "raw", **_bytes(key.public_key)}
    if base_url is not None:
        value["url"] = f"{base_url}/pith-signing-key.json"
    return value


def _bytes(key: PublicKey) -> Object:
    return {
        "public_key_b64": key.base64,
        "public_key_hex": key.hex,
        "fingerprint_sha256_hex": key.fingerprint_hex,
        "fingerprint_sha256_b32_first128bits": key.fingerprint_base32,
    }


def manifest_document(policy: Policy, rules: str, name: str, base_url: str, generated_at: str) -> bytes:
    """Return ``pith-mirrors.json``, which lists this mirror alone (MIRROR-15).

    Args:
        policy: of the mirror.
        rules: the name of the merge rules.
        name: of the mirror.
        base_url: without a slash at the end.
        generated_at: of the head.
    """
    mirror: Object = {
        "name": name,
        "mirror_type": "https",
        "base_url": base_url,
        "bundle_pattern": base_url + "/pith/{suffix}/bundle.json",
        "state_pattern": base_url + "/pith/{suffix}/state.json",
        "well_known_pattern": base_url + "/.well-known/pith/{suffix}/bundle.json",
        "head_url": f"{base_url}/pith-digests/head.json",
        "status": "mirror",
    }
    active = [key for key in policy.keys if key.status == "active"]
    if active:
        mirror["public_key"] = {**_key_value(active[0], base_url), "notes": _HINT}
    return encode_canonical(
        {
            "manifest_type": MANIFEST_TYPE,
            "manifest_version": MANIFEST_VERSION,
            "generated_at": generated_at,
            "merge_version": rules,
            "mirrors": [mirror],
            "notes": _NOTES,
        }
    )


def _object(value: Value) -> Object:
    return value if type(value) is dict else {}
