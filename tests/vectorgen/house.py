"""The record, the policy and the bundles that the vectors of events share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from forge import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    DEMO_OLD,
    MIRROR,
    Json,
    bundle,
    canonical,
    canonical_hash,
    event_id,
    pith_number,
    policy,
    policy_key,
    sha256_hex,
    to_json,
)
from forge.demo import CREATED, RECORD
from vectorgen.core import Bytes, as_json, as_text, joined, part, text

NUMBER: Final = pith_number(RECORD)
RECORD_SHA256: Final = canonical_hash(RECORD)

#: Every test signer, for every type; DEMO has two keys.
POLICY: Final = policy(DEMO, DEMO_NEXT, AUTHOR, MIRROR)


def policy_sha256(stated: Json) -> str:
    """The digest of a policy whose defaults are written out, as those of the forge are (POL-5)."""
    keys = [{**key, "honours": sorted(key["honours"])} for key in stated["keys"]]
    for key in keys:
        if key["event_types"] != "*":
            key["event_types"] = sorted(key["event_types"])
    keys.sort(key=lambda key: (key["signer_id"], key["key_id"]))
    return sha256_hex(canonical({**stated, "keys": keys}))


def frame(record: Json = RECORD, **changes: Any) -> Bytes:
    """A bundle up to its first element, for ``$bundle``: the events stand last."""
    made = bundle(record, [], aliases_at=CREATED, **changes)
    del made["events"]
    return text(to_json(made).decode()[:-1] + ',"events":[')


def element(event: Json | bytes | str) -> Bytes:
    """One element as it stands in a bundle."""
    if isinstance(event, str):
        return text(event)
    return as_text(event if isinstance(event, bytes) else to_json(event))


def bundle_of(*events: Json | bytes | str) -> Bytes:
    """The bundle of some elements, its frame the part ``frame``."""
    elements: list[Bytes] = []
    for place, event in enumerate(events):
        elements += ([text(",")] if place else []) + [element(event)]
    return joined(part("frame"), *elements, text("]}"))


def parts(stated: Json = POLICY) -> dict[str, Bytes]:
    """The parts that a file of event vectors begins with."""
    return {"frame": frame(), "policy": as_json(stated)}


def args(*events: Json | bytes | str, format: str | None = None) -> Json:
    """The arguments of ``check``."""
    return {"data": bundle_of(*events), "policy": part("policy"), "format": format}


def copy(
    place: int, event: Json | None, verdict: str, code: str | None = None, unsigned: Iterable[str] = ()
) -> Json:
    """One entry of ``copies``; ``event`` is None for an element without an id."""
    return {
        "pointer": f"/events/{place}",
        "event_id": None if event is None else event_id(event),
        "verdict": verdict,
        "code": code,
        "unsigned": sorted(unsigned),
    }


__all__ = [
    "AUTHOR", "CREATED", "DEMO", "DEMO_NEXT", "DEMO_OLD", "MIRROR", "NUMBER", "POLICY", "RECORD",
    "RECORD_SHA256", "args", "bundle_of", "copy", "element", "frame", "parts", "policy_key", "policy_sha256",
]  # fmt: skip
