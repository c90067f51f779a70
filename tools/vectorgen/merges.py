"""The events, the bundles and the arrangements that the vectors of a merge share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from kit import (
    AUTHOR,
    DEMO,
    MIRROR,
    Json,
    Signer,
    attached,
    event,
    event_id,
    payloads,
    receipt,
    to_json,
)
from kit.stream import Stream
from vectorgen.answers import answer
from vectorgen.fixtures import CREATED, POLICY, RECORD, frame
from vectorgen.vector_file import Bytes, File, as_json, joined, made_of, part, repeated, text

DAY: Final = "2026-06-{:02}T00:00:00Z"


def day(number: int) -> str:
    """Midnight of a day of June 2026."""
    return DAY.format(number)


def own_receipt(signer: Signer = DEMO) -> Json:
    """A receipt that verifies."""
    return receipt(signer, RECORD, CREATED)


def made(kind: str, payload: Any, when: str = CREATED, signer: Signer = DEMO, **extra: Any) -> Json:
    """A signed event of a known type."""
    return attached(signer, RECORD, kind, payload, when, **extra)


def created(when: str = CREATED, signer: Signer = DEMO, claimed: Any = None, **extra: Any) -> Json:
    """A record_created, by default with a receipt that verifies."""
    return made(
        "record_created",
        payloads.record_created(RECORD, own_receipt() if claimed is None else claimed, **extra),
        when,
        signer,
    )


def alias(
    value: str, when: str = CREATED, signer: Signer = DEMO, kind: str = "example", **extra: Any
) -> Json:
    """An alias_added."""
    return made("alias_added", payloads.alias_added(kind, value), when, signer, **extra)


def claim(
    when: str, signer: Signer = DEMO, number: int = 1, *, strength: str = "strong", **members: Any
) -> Json:
    """An author_claim of the slot of ``number``; ``strength`` decides a conflict, more members do not."""
    return made(
        "author_claim",
        payloads.author_claim(payloads.orcid(number), strength=strength, **members),
        when,
        signer,
    )


def retract(
    target: Json | str, when: str = CREATED, signer: Signer = DEMO, reason: str | None = None
) -> Json:
    """A retraction of an event."""
    name = target if isinstance(target, str) else event_id(target)
    return made("event_retracted", payloads.event_retracted(name, reason), when, signer)


def checkpoint(events: Sequence[Json | str], when: str = CREATED, signer: Signer = DEMO) -> Json:
    """A checkpoint of events."""
    return made(
        "checkpoint",
        payloads.checkpoint(e if isinstance(e, str) else event_id(e) for e in events),
        when,
        signer,
    )


def finding(when: str, evidence: int = 1, signer: Signer = DEMO, **members: Any) -> Json:
    """An integrity finding of the slot of its evidence."""
    return made(
        "pith.integrity.v1",
        payloads.integrity(RECORD, when, evidence={"ref": evidence}, **members),
        when,
        signer,
    )


def other(kind: str, when: str = CREATED, signer: Signer = DEMO, **payload: Any) -> Json:
    """An event of a type that is not in the rule set."""
    return event(signer, RECORD, kind, "record", payload, when)


def _shortened(spelt: str) -> Bytes:
    """A text, a long run of one character in it written as a repetition."""
    run = re.search(r"(.|0,)\1{499,}", spelt)
    if run is None:
        return text(spelt)
    return joined(
        text(spelt[: run.start()]),
        repeated(run[1], len(run[0]) // len(run[1])),
        _shortened(spelt[run.end() :]),
    )


#: Vectors that draw their orders from another seed than their name: a drawn order never changes.
SEEDS: Final = {
    "alias-derived-reasons": "alias-derived-words",
    "alias-reasons": "alias-words",
    "all-stays-plural": "each-stays-plural",
    "latest-reasons": "latest-words",
    "latest-tie-reasons": "latest-tie-words",
    "nonconforming": "misfits",
    "of-all": "of-each",
    "receipt-rejected-restated": "receipt-refused-restated",
    "receipt-retracted-then-rejected": "receipt-retracted-then-refused",
    "retracted": "taken-back",
    "retracted-all": "taken-back-all",
    "retracted-before": "taken-back-before",
    "retracted-by-another": "taken-back-by-another",
    "retracted-by-rotated-key": "taken-back-by-rotated-key",
    "retracted-is-listed": "taken-back-is-listed",
    "retracted-newest": "taken-back-newest",
    "retracted-nonconforming": "taken-back-misfit",
    "retracted-shared": "taken-back-shared",
    "retracted-twice": "taken-back-twice",
    "revoked-accepted": "revoked-honours",
    "twice-one-rejected": "twice-one-refused",
}


class Merges(File):
    """A file of merge vectors: its events are parts, by name."""

    def __init__(self, stage: str, name: str, about: str, claimed: Json = POLICY) -> None:
        super().__init__(stage, name, about, {"frame": frame(), "policy": as_json(claimed)})
        self.claimed = claimed
        self.seen: dict[str, str] = {}

    def name_of(self, made_event: Json | str) -> str:
        """The part of an element; one is made for each."""
        spelt = made_event if isinstance(made_event, str) else to_json(made_event).decode()
        if spelt not in self.seen:
            self.seen[spelt] = f"e{len(self.seen)}"
            self.parts[self.seen[spelt]] = _shortened(spelt)
        return self.seen[spelt]

    def of(self, *events: Json | str) -> Json:
        """A bundle of elements."""
        return made_of("frame", *(self.name_of(each) for each in events))

    def merge(
        self, name: str, about: str, clauses: str, events: Sequence[Json], *, claimed: Json | None = None,
        receipts: Sequence[str] = (), arrangements: bool = True, op: str = "merge", **ok: Any,
    ) -> None:  # fmt: skip
        """A vector of a set of valid events: one expectation, many ways to deliver it."""
        policy_part = "policy"
        if claimed is not None:
            policy_part = f"policy-{name}"
            self.parts[policy_part] = as_json(claimed)
        args = {"inputs": [self.of(*events)], "policy": part(policy_part)}
        expect = ok or answer(RECORD, events, claimed or self.claimed, receipts=receipts)
        variants = self.arranged(name, list(events)) if arrangements else []
        control = (
            None
            if ok or not any(v["verdict"] not in ("verified", "unknown_type") for v in expect["verdicts"])
            else "base"
        )
        self.add(name, about, clauses, op, args, {"ok": expect}, control, variants)

    def arranged(self, name: str, events: list[Json]) -> list[Json]:
        """Orders, repeats and partitions of one set: nothing of them may show."""
        stream = Stream(f"arrangements of {SEEDS.get(name, name)}")
        found: list[tuple[str, list[list[Json]]]] = [
            ("reversed", [events[::-1]]),
            ("each twice", [[*events, *events]]),
            ("one at a time", [[], *([one] for one in events)]),
            ("the same bundle twice", [events, events]),
            ("two halves", [events[::2], events[1::2]]),
            ("overlapping parts", [events[: len(events) * 2 // 3], events[len(events) // 3 :]]),
            ("an empty bundle beside", [[], events, []]),
        ]
        for number in (1, 2, 3):
            drawn = sorted(events, key=lambda _: stream.integer())
            found.append((f"drawn order {number}", [drawn]))
        kept: list[tuple[str, list[Json]]] = []
        for label, inputs in found:
            spelt = [self.of(*one) for one in inputs]
            if not any(spelt == before for _, before in kept) and spelt != [self.of(*events)]:
                kept.append((label, spelt))
        return [{"name": label, "args": {"inputs": inputs}} for label, inputs in kept]


def base_events() -> list[Json]:
    """One event of each event type, and one of an unknown type."""
    first = created()
    gone = alias("gone", day(3))
    made_events = [
        first,
        alias("W1", day(2)),
        gone,
        made("graph_snapshot", payloads.graph_snapshot(RECORD), day(4)),
        made("timestamp_anchor", payloads.timestamp_anchor(RECORD), day(5)),
        made("storage_attestation", payloads.storage_attestation(RECORD, day(6)), day(6), MIRROR),
        claim(day(7), AUTHOR),
        made(
            "citation", payloads.citation("pith:2017:J2LUZ564FUOB74RUDD6Q7Q3WSE", "extends"), day(8), AUTHOR
        ),
        made("replication", payloads.replication("Ada M\u00fcller \u6570\u5b66", "claim-1"), day(9)),
        finding(day(10)),
        retract(gone, day(11)),
        other("peer_review", day(12), score=0.5),
    ]
    return [*made_events, checkpoint(made_events, day(13))]
