"""Pages of records for tests."""

from __future__ import annotations

import copy
from typing import Any, Final

from kit.markup import tame
from kit.payloads import (
    attached,
    author_claim,
    event_retracted,
    graph_snapshot,
    integrity,
    orcid,
    replication,
)
from kit.signing import UNKNOWN_SIGNER, Json, Signer, bundle, event, policy, to_json
from kit.stream import made_record
from pithbundle import Policy, Verifier
from pithbundle.bundle.titles import title_sha256
from pithbundle.mirror.pages.place import PUBLISHED, Place
from pithbundle.mirror.pages.record import Download, record_page
from pithbundle.report import Report

#: The places of a page in which E1 tries each of its texts.
PLACES: Final = ("title", "authors", "license", "signer", "type", "reason", "claim", "note")
_WHEN: Final = "2026-06-{:02}T00:00:00Z"


def report_of(parts: list[bytes], keys: Policy) -> Report:
    (report,) = Verifier(keys).verify_together((f"part {at}", part) for at, part in enumerate(parts))
    return report


def page_of(parts: list[bytes], keys: Policy, place: Place = PUBLISHED) -> bytes:
    """The page of the bundles of one record."""
    report = report_of(parts, keys)
    downloads = [Download("pith/S/bundle.json", "bundle.json", len(parts[0]), "ab" * 32)]
    return record_page(report, parts, downloads, place, keys.sha256)


def titled(title: str, seed: int = 1, **changes: Any) -> Json:
    """A record whose title has this hash."""
    record = copy.deepcopy(made_record(seed))
    record["metadata"] |= {"title_canon_sha256": title_sha256(title), **changes}
    return record


def snapshot(record: Json, **paper: Any) -> Json:
    """The payload of a graph snapshot with more members of the paper."""
    made = graph_snapshot(record)
    made["graph_snapshot"]["paper"] |= paper
    return made


def hostile_bundle(texts: dict[str, str]) -> tuple[bytes, Policy]:
    """A bundle with a text at each of :data:`PLACES`, and the policy that has its keys."""
    at = {place: tame(text) for place, text in texts.items()}
    record = titled(at["title"], license=at["license"])
    signer, other = Signer(7, at["signer"][:60], "key"), Signer(8, "other.example", "key")
    moment = (_WHEN.format(day) for day in range(1, 30))
    claim = attached(other, record, "author_claim", author_claim(orcid(1)), next(moment))
    paper = snapshot(record, title=at["title"], authors_text=at["authors"])
    events = [
        claim,
        attached(signer, record, "graph_snapshot", paper, next(moment)),
        event(signer, record, at["type"][:80], "record", {"x": 1}, next(moment)),
        attached(
            other, record, "event_retracted", event_retracted(claim["event_id"], at["reason"]), next(moment)
        ),
        attached(other, record, "replication", replication("somebody", at["claim"]), next(moment)),
        attached(
            other, record, "pith.integrity.v1", integrity(record, next(moment), note=at["note"]), next(moment)
        ),
    ]
    # Of an element that nobody can check, evidence shows texts that no schema bounds.
    for event_type, payload in (
        ("author_claim", {"scheme": "orcid", "identifier": at["claim"]}),
        ("storage_attestation", {"provider": at["note"], "url": at["note"], "captured_at": at["reason"]}),
    ):
        events.append(attached(UNKNOWN_SIGNER, record, event_type, payload, next(moment)))
    keys = Policy.from_bytes(to_json(policy(signer, other)))
    return to_json(bundle(record, events)), keys
