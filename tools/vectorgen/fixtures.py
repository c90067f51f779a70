"""The record, the policy and the bundles that the vectors of events share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from kit import (
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
from kit.demo import CREATED, RECORD
from kit.oracle import formats
from vectorgen.vector_file import Bytes, as_json, joined, part, repeated, text

NUMBER: Final = pith_number(RECORD)
RECORD_SHA256: Final = canonical_hash(RECORD)

#: Every test signer, for every type; DEMO has two keys.
POLICY: Final = policy(DEMO, DEMO_NEXT, AUTHOR, MIRROR)


def format_name(item: Any) -> str:
    """How the effective policy names a format: ``integrity-1`` and ``unknown`` sort behind hex (FORMAT-7)."""
    return item if isinstance(item, str) else formats.format_sha256(item)


def policy_sha256(claimed: Json) -> str:
    """The digest of a policy whose defaults are written out, as those of the test kit are (POL-5)."""
    keys = [
        {
            **key,
            "accepted_event_ids": sorted(key["accepted_event_ids"]),
            "event_formats": sorted(map(format_name, formats.listed(key))),
        }
        for key in claimed["keys"]
    ]
    for key in keys:
        if key["event_types"] != "*":
            key["event_types"] = sorted(key["event_types"])
    keys.sort(key=lambda key: bytes.fromhex(key["public_key_hex"]))
    return sha256_hex(canonical({**claimed, "keys": keys}))


def frame(record: Json = RECORD, **changes: Any) -> Bytes:
    """A bundle up to its first element, for ``$bundle``: the events come last."""
    made = bundle(record, [], aliases_at=CREATED, **changes)
    del made["events"]
    return text(to_json(made).decode()[:-1] + ',"events":[')


#: What a long filler looks like in JSON: zeros of an array, or one letter.
_FILLER: Final = re.compile(r"(?:0,){1000,}|f{1000,}|x{1000,}")


def element(event: Json | bytes | str) -> Bytes:
    """One element as it is written in a bundle, its long fillers written as repetitions."""
    if not isinstance(event, str):
        event = (event if isinstance(event, bytes) else to_json(event)).decode()
    pieces: list[Bytes] = []
    end = 0
    for filler in _FILLER.finditer(event):
        unit = "0," if filler[0].startswith("0") else filler[0][0]
        pieces += [text(event[end : filler.start()]), repeated(unit, len(filler[0]) // len(unit))]
        end = filler.end()
    return joined(*pieces, text(event[end:])) if pieces else text(event)


def bundle_of(*events: Json | bytes | str) -> Bytes:
    """The bundle of some elements, its frame the part ``frame``."""
    elements: list[Bytes] = []
    for index, event in enumerate(events):
        elements += ([text(",")] if index else []) + [element(event)]
    return joined(part("frame"), *elements, text("]}"))


def parts(claimed: Json = POLICY) -> dict[str, Bytes]:
    """The parts that a file of event vectors begins with."""
    return {"frame": frame(), "policy": as_json(claimed)}


def args(*events: Json | bytes | str, format: str | None = None) -> Json:
    """The arguments of ``check``."""
    return {"data": bundle_of(*events), "policy": part("policy"), "format": format}


def copy(
    index: int, event: Json | None, verdict: str, code: str | None = None, unsigned: Iterable[str] = ()
) -> Json:
    """One entry of ``copies``; ``event`` is None for an element without an id."""
    return {
        "pointer": f"/events/{index}",
        "event_id": None if event is None else event_id(event),
        "verdict": verdict,
        "code": code,
        "unsigned": sorted(unsigned),
    }


def decided(
    made: Json,
    verdict: str,
    code: str | None = None,
    unsigned: Iterable[str] = (),
    event_id_: str | None = None,
) -> Json:
    """One entry of ``events``: the verdict of an id, and the unsigned members of its elements."""
    return {
        "event_id": event_id_ or event_id(made),
        "verdict": verdict,
        "code": code,
        "unsigned": sorted(unsigned),
    }


#: The same with the flat shape.
FLAT_POLICY: Final = {
    **POLICY,
    "keys": [{**key, "event_formats": ["integrity-1", "pithbundle-event-1"]} for key in POLICY["keys"]],
}

__all__ = [
    "AUTHOR",
    "CREATED",
    "DEMO",
    "DEMO_NEXT",
    "DEMO_OLD",
    "FLAT_POLICY",
    "MIRROR",
    "NUMBER",
    "POLICY",
    "RECORD",
    "RECORD_SHA256",
    "args",
    "bundle_of",
    "copy",
    "decided",
    "element",
    "format_name",
    "frame",
    "parts",
    "policy_key",
    "policy_sha256",
]  # fmt: skip
