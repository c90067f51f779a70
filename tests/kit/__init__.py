"""What several tests and the writer of the vectors use. Everything that signs is here, not in the package.

``signing`` makes keys, events, bundles and policies; ``payloads`` the payload of each event type;
``tampered`` is the table of tampered events; ``oracle`` computes a merge a second time, from the
specification; ``results`` goes from events to a verified bundle, a ledger, a state; ``strategies``
draws sets of events; ``cbor`` is an independent encoder; ``stream`` and ``crowds`` make events by the
thousand; ``demo`` writes ``vectors/demo``.
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
    UNKNOWN_SIGNER,
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
    "TAMPERED",
    "TARGETS",
    "UNKNOWN_SIGNER",
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
