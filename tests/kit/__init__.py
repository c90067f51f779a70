"""The forge: everything that signs lives here, with the tests, and nowhere in the package.

``core`` makes keys, events, bundles and policies; ``payloads`` what goes into an event of
each type; ``tamper`` spoils events in ways that each have one right verdict; ``cbor`` is
an independent encoder; ``stream`` makes events by the thousand; ``demo`` writes
``vectors/demo``.
"""

from __future__ import annotations

from kit.cbor import cbor
from kit.payloads import TARGETS, attached
from kit.signing import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    DEMO_OLD,
    MIRROR,
    REGISTRY_KEY,
    SIGNERS,
    STRANGER,
    Json,
    Signer,
    aliases,
    bundle,
    canonical,
    canonical_hash,
    event,
    event_id,
    flat_event,
    pith_number,
    policy,
    policy_key,
    receipt,
    sha256_hex,
    sign,
    suffix,
    to_json,
)
from kit.stream import Stream, big_bundle, instant, made_record, many_events
from kit.tampered import TAMPERED, Tampered, anonymous, changed, decorated, without

__all__ = [
    "AUTHOR",
    "DEMO",
    "DEMO_NEXT",
    "DEMO_OLD",
    "MIRROR",
    "REGISTRY_KEY",
    "SIGNERS",
    "STRANGER",
    "TAMPERED",
    "TARGETS",
    "Json",
    "Signer",
    "Stream",
    "Tampered",
    "aliases",
    "anonymous",
    "attached",
    "big_bundle",
    "bundle",
    "canonical",
    "canonical_hash",
    "cbor",
    "changed",
    "decorated",
    "event",
    "event_id",
    "flat_event",
    "instant",
    "made_record",
    "many_events",
    "pith_number",
    "policy",
    "policy_key",
    "receipt",
    "sha256_hex",
    "sign",
    "suffix",
    "to_json",
    "without",
]
