# ruff: noqa: E501  (tables: one vector, one row)
"""Stages merge and equivocation: what follows from a set of valid events, however it arrives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from kit import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    DEMO_OLD,
    MIRROR,
    STRANGER,
    Json,
    Signer,
    attached,
    bundle,
    cbor,
    event,
    event_id,
    flat_event,
    made_record,
    payloads,
    pith_number,
    policy,
    policy_key,
    receipt,
    sha256_hex,
    to_json,
)
from kit.oracle import EVENT_TYPES, schema_error
from kit.stream import Stream
from kit.tampered import changed, decorated, flipped, without
from vectorgen.answers import NOTHING, Beside, answer
from vectorgen.core import Bytes, File, as_json, as_text, hexed, joined, made_of, part, repeated, text
from vectorgen.house import CREATED, POLICY, RECORD, element, frame

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


def created(when: str = CREATED, signer: Signer = DEMO, stated: Any = None, **extra: Any) -> Json:
    """A record_created, by default with a receipt that verifies."""
    return made(
        "record_created",
        payloads.record_created(RECORD, own_receipt() if stated is None else stated, **extra),
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
    """An event of a type that no kind has."""
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


#: Vectors that draw their orders from another word than their name: a drawn order never changes.
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

    def __init__(self, stage: str, name: str, about: str, stated: Json = POLICY) -> None:
        super().__init__(stage, name, about, {"frame": frame(), "policy": as_json(stated)})
        self.stated = stated
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

    def fold(
        self, name: str, about: str, clauses: str, events: Sequence[Json], *, stated: Json | None = None,
        receipts: Sequence[str] = (), arrangements: bool = True, op: str = "merge", **ok: Any,
    ) -> None:  # fmt: skip
        """A vector of a set of valid events: one expectation, many ways to deliver it."""
        policy_part = "policy"
        if stated is not None:
            policy_part = f"policy-{name}"
            self.parts[policy_part] = as_json(stated)
        args = {"inputs": [self.of(*events)], "policy": part(policy_part)}
        expect = ok or answer(RECORD, events, stated or self.stated, receipts=receipts)
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
    """One event of each kind, and one of a type of the future."""
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


def kinds_and_order() -> File:
    """Each kind, the order of events, aliases, receipts, slots."""
    file = Merges(
        "merge",
        "sets",
        "Sets of valid events, each in many arrangements with one expected state, trace and digests.",
    )
    fold = file.fold
    everything = base_events()
    fold("base", "one event of each event type, and one of a later type", "MERGE-1 MERGE-3 MERGE-4 KIND-1 STATE-1 STATE-2 STATE-3 STATE-5 STATE-6 STATE-7 LAW-1 TRACE-1 TRACE-4 CHECK-10",
         everything, receipts=["verified"])  # fmt: skip
    file.vectors[-1]["variants"].append(
        {"name": "as CBOR", "args": {"inputs": [hexed(cbor(bundle(RECORD, everything, aliases_at=CREATED)))]}}
    )
    fold(
        "empty",
        "no event at all: every section is there, empty or null",
        "STATE-2 MERGE-5 LAW-1 STATE-4 TRACE-2",
        [],
    )
    for one in everything[:-2]:
        fold(f"only-{one['event_type'].replace('_', '-').replace('.', '-')}-{event_id(one)[7:11]}", "one event alone", "KIND-1 STATE-2 STATE-3 MERGE-5 TRACE-2", [one],
             receipts=["verified"] if one["event_type"] == "record_created" else [], arrangements=False)  # fmt: skip
    # Order (MERGE-4).
    fold(
        "same-instant",
        "at one instant the id orders",
        "MERGE-4 STATE-3",
        [alias(str(n), day(1)) for n in range(6)]
        + [made("citation", payloads.citation(f"w{n}"), day(1)) for n in range(6)],
    )
    spelt = (
        "2026-06-01T00:00:00Z",
        "2026-06-01T00:00:00+00:00",
        "2026-06-01T00:00:00.000000Z",
        "2026-06-01T00:00:00.000001Z",
        "2026-05-31T23:59:59.999999+00:00",
    )
    fold(
        "spellings-of-instants",
        "instants are compared, spellings are kept",
        "TIME-2 MERGE-4 STATE-3",
        [made("citation", payloads.citation(f"w{n}"), when) for n, when in enumerate(spelt)],
    )
    far = (
        "9999-12-31T23:59:59.999999Z",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "2038-01-19T03:14:08Z",
        "2262-04-11T23:47:17Z",
        "1582-10-10T00:00:00Z",
    )
    fold(
        "far-instants",
        "the years 0001 and 9999, and what overflows clocks",
        "TIME-1 TIME-2 MERGE-4",
        [made("citation", payloads.citation(f"w{n}"), when) for n, when in enumerate(far)],
    )
    fold(
        "year-9999-wins",
        "an event of the year 9999 is current in its slot, and only there",
        "MERGE-5 TIME-2",
        [claim("9999-12-31T23:59:59Z", note="late"), claim(day(1)), claim(day(2), number=2)],
    )
    fold(
        "micro-wins",
        "a microsecond later is later",
        "TIME-2 MERGE-5",
        [claim("2026-06-01T00:00:00.000001Z", note="later"), claim("2026-06-01T00:00:00Z", note="earlier")],
    )
    # Aliases (STATE-4).
    fold(
        "alias-two-times",
        "an alias has the time of its smallest event",
        "STATE-4 TRACE-3 TRACE-2",
        [alias("x", day(5)), alias("x", day(2)), alias("x", day(9))],
    )
    fold(
        "alias-two-signers",
        "whoever signed it",
        "STATE-4 TRACE-3",
        [alias("x", day(5)), alias("x", day(2), AUTHOR), alias("x", day(2), MIRROR)],
    )
    fold(
        "alias-derived-signed",
        "a derived alias that is signed too gets a time",
        "STATE-4 KIND-4 TRACE-2",
        [alias("hep-lat/0305021", day(2), kind="arxiv"), alias("OMJFN3CZ", day(3), kind="pith_short_8")],
    )
    fold(
        "alias-doi-other",
        "another doi is another alias: the derived one stays",
        "STATE-4 KIND-4 ALIAS-1",
        [
            alias("10.1016/j.x", day(2), kind="doi"),
            alias("10.48550/arxiv.hep-lat/0305021", day(3), kind="doi"),
        ],
    )
    fold("alias-retracted", "a retracted alias is removed, a derived one loses only its time", "STATE-4 MERGE-7 TRACE-3",
         [gone := alias("x", day(2)), retract(gone, day(3)), own := alias("hep-lat/0305021", day(2), kind="arxiv"), retract(own, day(4))])  # fmt: skip
    fold(
        "alias-retracted-first",
        "the next signed event gives the time",
        "STATE-4 MERGE-7 TRACE-3",
        [gone := alias("x", day(2)), alias("x", day(5)), retract(gone, day(3))],
    )
    fold("alias-sorting", "sorted by kind and value as UTF-8: 10 before 9, upper case before lower", "STATE-4",
         [alias(value, day(1), kind=kind) for kind, value in (("b", "9"), ("b", "10"), ("b", "a"), ("b", "A"), ("b_", "1"), ("b1", "1"), ("a", "~"), ("zz", "!"))])  # fmt: skip
    fold(
        "alias-proto-value",
        "values that are names of object members",
        "STATE-4 MERGE-5",
        [
            alias(value, day(1))
            for value in ("__proto__", "constructor", "toString", "hasOwnProperty", "10", "9")
        ],
    )
    # Receipts.
    second = created(day(3))
    fold(
        "receipt-first",
        "of two restatements the first is current",
        "KIND-3 MERGE-5 TRACE-2 TRACE-3",
        [second, created(day(2))],
        receipts=["verified"],
    )
    fold(
        "receipt-two-signers",
        "over all signers",
        "KIND-3 MERGE-5",
        [created(day(3)), created(day(2), AUTHOR, own_receipt(AUTHOR))],
        receipts=["verified"],
    )
    bad = {**own_receipt(), "signature_b64": own_receipt(AUTHOR)["signature_b64"]}
    fold(
        "receipt-unverified",
        "a receipt that does not verify is not in the state; its event is current",
        "STATE-4 TRACE-2 RCPT-2 RCPT-3",
        [created(day(2), stated=bad)],
        receipts=["invalid"],
    )
    fold(
        "receipt-unverified-first",
        "nor does the next one replace it",
        "STATE-4 MERGE-5 TRACE-2",
        [created(day(2), AUTHOR, bad), created(day(3))],
        receipts=["invalid", "verified"],
    )
    fold(
        "receipt-not-signed",
        "a receipt without a signature",
        "STATE-4 RCPT-2",
        [created(day(2), stated=without(own_receipt(), ("signature_b64",)))],
        receipts=["not_signed"],
    )
    fold(
        "receipt-retracted",
        "a retracted record_created shows no receipt",
        "MERGE-7 TRACE-2",
        [gone := created(day(2)), retract(gone, day(3))],
        receipts=["verified"],
    )
    fold(
        "receipt-retracted-next",
        "and the next one is current",
        "MERGE-7 MERGE-5 TRACE-2",
        [gone := created(day(2)), created(day(4)), retract(gone, day(3))],
        receipts=["verified"],
    )
    fold("receipt-retracted-then-rejected", "losers are sorted by (instant, id), also where there is no winner", "TRACE-1 TRACE-2",
         [gone := created(day(2)), created(day(4), stated=bad, note="x"), created(day(5)), retract(gone, day(3))], receipts=["verified", "invalid"])  # fmt: skip
    tied = sorted((created(day(2), stated=receipt(DEMO, RECORD, day(n))) for n in range(1, 4)), key=event_id)
    fold(
        "receipt-tie",
        "at one instant the smallest id is current, as the receipt shows; the reason is first",
        "MERGE-5 MERGE-4 TRACE-2",
        tied,
        receipts=["verified"],
    )
    fold(
        "receipt-tie-spellings",
        "in two spellings of the instant, of two signers, too",
        "MERGE-5 MERGE-4 TIME-2",
        [
            created("2026-06-02T00:00:00.000000Z", AUTHOR, receipt(AUTHOR, RECORD, day(1))),
            created("2026-06-02T00:00:00+00:00", stated=receipt(DEMO, RECORD, day(2))),
            created("2026-06-02T00:00:00Z", stated=receipt(DEMO, RECORD, day(3))),
        ],
        receipts=["verified"],
    )
    fold(
        "receipt-rejected-restated",
        "an event equal to the current one with an invalid receipt is restated, others are superseded",
        "TRACE-2 TRACE-3",
        [created(day(2), stated=bad), created(day(3), stated=bad), created(day(4))],
        receipts=["verified", "invalid"],
    )
    fold(
        "receipt-retracted-is-not-restated",
        "a retracted loser is retracted, whatever its payload",
        "TRACE-2",
        [created(day(2)), gone := created(day(3)), created(day(4)), retract(gone, day(5))],
        receipts=["verified"],
    )
    fold(
        "receipt-nonconforming",
        "a nonconforming record_created is no candidate: no decision, no receipt",
        "TRACE-1 MERGE-6 STATE-4",
        [
            made(
                "record_created",
                {**payloads.record_created(RECORD, own_receipt()), "canonical_sha256": "0" * 64},
                day(1),
            )
        ],
        receipts=["verified"],
    )
    # Slots (MERGE-5).
    fold(
        "latest-revision",
        "another instant is a revision",
        "MERGE-5 MERGE-8 TRACE-2",
        [claim(day(1)), claim(day(2), note="second"), claim(day(3), note="third")],
    )
    fold(
        "latest-restated",
        "the same payload later is a restatement",
        "MERGE-5 TRACE-2",
        [claim(day(1)), claim(day(2)), claim(day(3))],
    )
    fold("latest-restated-same-instant", "one payload twice at one instant is no conflict", "MERGE-5 MERGE-8 TRACE-2",
         [claim(day(1)), made("author_claim", payloads.author_claim(payloads.orcid(1)), day(1), extra={"sequence": 2}), made("author_claim", payloads.author_claim(payloads.orcid(1)), day(1), extra={"sequence": 3})])  # fmt: skip
    fold(
        "slots-by-signer",
        "each signer has slots of its own",
        "MERGE-5",
        [claim(day(1)), claim(day(2), AUTHOR), claim(day(3), MIRROR)],
    )
    fold(
        "strength-is-no-slot",
        "another strength is a revision in the same slot",
        "MERGE-5 KIND-8 MERGE-8 TRACE-2",
        [claim(day(1)), claim(day(2), strength="weak")],
    )
    fold("slots-by-member", "each slot member distinguishes slots", "MERGE-5 KIND-8", [claim(day(1)), claim(day(3), number=2),
         made("author_claim", payloads.author_claim(payloads.orcid(1), scheme="isni"), day(4))])  # fmt: skip
    fold("slots-not-normalised", "nothing is normalised: case and form distinguish slots", "MERGE-5",
         [made("author_claim", payloads.author_claim(value), day(1 + n)) for n, value in enumerate(("A", "a", "A.", "__proto__", "10", "9"))])  # fmt: skip
    fold(
        "latest-reasons",
        "the losers: restated, superseded, and retracted, whatever the payload",
        "TRACE-2 TRACE-3 MERGE-5",
        [
            claim(day(1)),
            gone := claim(day(2)),
            claim(day(3), note="x"),
            claim(day(4)),
            retract(gone, day(5)),
        ],
    )
    fold(
        "latest-tie-reasons",
        "of a tie too: what is below it is restated or superseded",
        "TRACE-2 TRACE-3 MERGE-5",
        [
            claim(day(1)),
            claim(day(1), note="x"),
            claim(day(2)),
            claim(day(2), note="x"),
            claim(day(2), note="y"),
        ],
    )
    pair = sorted((claim(day(2)), claim(day(2), note="x")), key=event_id)
    for label, gone in (("smallest", pair[0]), ("greatest", pair[1])):
        fold(
            f"latest-tie-{label}-retracted",
            "a tie of which one is retracted is none: the reason is newest, and only without an older one",
            "TRACE-2 TRACE-3 MERGE-7",
            [claim(day(1)), *pair, retract(gone, day(3))],
        )
        fold(
            f"latest-tie-{label}-retracted-alone",
            "only, where nothing else is left",
            "TRACE-2 TRACE-3 MERGE-7",
            [*pair, retract(gone, day(3))],
        )
    fold(
        "alias-reasons",
        "the first signed one wins, with one left it is the only one; retracted is not restated",
        "TRACE-2 TRACE-3 STATE-4",
        [
            gone := alias("x", day(1)),
            alias("x", day(2)),
            alias("y", day(1)),
            gone_too := alias("y", day(2)),
            alias("z", day(1)),
            alias("z", day(2)),
            retract(gone, day(3)),
            retract(gone_too, day(3)),
        ],
    )
    fold(
        "alias-derived-reasons",
        "a derived one stays derived: with a winner, with losers, with neither",
        "TRACE-2 TRACE-3 STATE-4",
        [
            alias("hep-lat/0305021", day(2), kind="arxiv"),
            alias("hep-lat/0305021", day(1), AUTHOR, kind="arxiv"),
            gone := alias("OMJFN3CZ", day(3), kind="pith_short_8"),
            alias("OMJFN3CZ", day(4), kind="pith_short_8"),
            retract(gone, day(5)),
        ],
    )
    fold(
        "rotation-one-slot",
        "keys of one signer share its slots",
        "POL-3 MERGE-5",
        [claim(day(1)), claim(day(2), DEMO_NEXT, note="x")],
    )
    fold(
        "findings",
        "one evidence is one finding, the newest emission is current",
        "KIND-11 MERGE-5",
        [finding(day(1)), finding(day(2), severity="critical"), finding(day(3), evidence=2)],
    )
    fold(
        "finding-rescinded",
        "a rescinded finding is current in its slot",
        "KIND-11 MERGE-5",
        [finding(day(1)), finding(day(2), verdict_class="rescinded")],
    )
    fold(
        "finding-detectors",
        "another detector, another slot",
        "KIND-11 MERGE-5",
        [finding(day(1)), finding(day(1), detector="ref_match")],
    )
    fold("all-stays-plural", "in an event type of which all are current nothing replaces anything", "MERGE-5 KIND-9 KIND-10",
         [made("citation", payloads.citation("w", rel), day(1 + n)) for n, rel in enumerate(payloads.RELATIONSHIPS)]
         + [made("replication", payloads.replication("a", "c", outcome=o, moderation=m), day(10 + n)) for n, (o, m) in enumerate((o, m) for o in payloads.OUTCOMES for m in payloads.MODERATIONS)])  # fmt: skip
    fold("extra-members", "members that merge does not read are kept and shown, sorted", "KIND-1 STATE-3 CANON-1 DATA-9",
         [made("author_claim", {**payloads.author_claim(payloads.orcid(1)), "__proto__": {"constructor": 1}, "10": "ten", "9": "nine", "\u00e9": [0.5, None], "zz": {"b": 1, "a": 2}}, day(1))])  # fmt: skip
    fold("utf16-traps", "strings that sort differently in UTF-16, in payloads and signers", "CANON-1 STATE-3",
         [made("replication", payloads.replication("\U00010000\uff5e", "\uff5e\U00010000"), day(1))])  # fmt: skip
    # Unknown types and misfits.
    fold("unknown-types", "types of the future are listed, never dropped and never applied", "MERGE-6 LAW-3 CHECK-10",
         [other("peer_review", day(2), a=1), other("__proto__", day(1)), other("constructor", day(1)), other("", day(3)), other("record_created ", day(4)), alias("x", day(5))])  # fmt: skip
    fold(
        "unknown-types-any-target",
        "whatever its target and payload, a type outside the rule set is unknown_type",
        "MERGE-6 CHECK-10",
        [
            event(DEMO, RECORD, kind, target, payload, day(1))
            for kind in ("peer_review", "citations", "Citation")
            for target, payload in (
                ("graph", {}),
                ("event", {"event_id": "sha256:" + "0" * 64}),
                ("bundle", {"event_ids": 1}),
                ("moon", payloads.citation("w")),
                ("", {}),
            )
        ],
    )
    fold(
        "unrecognised-order",
        "unrecognised is sorted by (instant, id), unknown types and schema errors together",
        "STATE-4 MERGE-6 MERGE-4",
        [
            one
            for when in (day(2), day(1), "2026-06-01T00:00:00.000000+00:00")
            for one in (
                other("x", when),
                other("a", when, n=1),
                made("citation", {}, when),
                made("alias_added", {}, when),
            )
        ],
    )
    fold("nonconforming", "a nonconforming event is listed with its code and is no less valid", "MERGE-6 KIND-2 CHECK-12",
         [made("alias_added", {"alias_kind": "X", "alias_value": "y"}, day(1)), made("citation", {"citing_work": "w"}, day(2)), made("timestamp_anchor", {"canonical_sha256": "0" * 64, "proof_b64": "AQ=="}, day(3)),
          made("storage_attestation", {**payloads.storage_attestation(RECORD, day(1)), "captured_at": "today"}, day(4)), alias("other", day(5), kind="arxiv")])  # fmt: skip
    return file


def retractions() -> File:
    """Retractions and what they do (MERGE-7)."""
    file = Merges(
        "merge", "retractions", "Retractions: applied, waiting, rejected; the order of arrival never matters."
    )
    fold = file.fold
    first, second = claim(day(1)), claim(day(2), note="second")
    fold(
        "base",
        "the winner is retracted, and the next in its slot comes back",
        "MERGE-7 LAW-4 TRACE-2",
        [first, second, retract(second, day(3))],
    )
    fold(
        "earlier-than-target",
        "a retraction dated before its target applies as well",
        "MERGE-7 LAW-4",
        [second, retract(second, day(1))],
    )
    fold(
        "loser",
        "retracting a loser changes no current entry",
        "MERGE-7 TRACE-2",
        [first, second, retract(first, day(3))],
    )
    fold(
        "all",
        "all of a slot retracted: no entry",
        "MERGE-7",
        [first, second, retract(first, day(3)), retract(second, day(3))],
    )
    fold("waiting", "the target is not there yet", "MERGE-7 TRACE-2", [first, retract(second, day(3))])
    fold("waiting-nothing", "or never will be", "MERGE-7", [retract("sha256:" + "0" * 64, day(3))])
    fold(
        "by-another",
        "another signer's retraction is rejected",
        "MERGE-7 TRACE-2",
        [first, retract(first, day(3), AUTHOR)],
    )
    fold(
        "by-rotated-key",
        "another key of the same signer may",
        "MERGE-7 POL-3",
        [first, retract(first, day(3), DEMO_NEXT)],
    )
    fold(
        "of-retraction",
        "a retraction cannot be retracted",
        "MERGE-7",
        [first, one := retract(first, day(3)), retract(one, day(4))],
    )
    fold(
        "of-checkpoint",
        "a checkpoint can: it is shown no longer, the retraction is",
        "MERGE-7 MERGE-9 TRACE-3",
        [first, one := checkpoint([first], day(2)), retract(one, day(3))],
    )
    fold(
        "of-checkpoint-by-another",
        "only by its signer",
        "MERGE-7 MERGE-9",
        [first, one := checkpoint([first], day(2)), retract(one, day(3), AUTHOR)],
    )
    fold(
        "of-itself-impossible",
        "of a retraction that waits",
        "MERGE-7",
        [one := retract("sha256:" + "1" * 64, day(3)), retract(one, day(4))],
    )
    fold(
        "twice",
        "two retractions of one event",
        "MERGE-7 LAW-4",
        [first, retract(first, day(3)), retract(first, day(4), reason="again")],
    )
    fold(
        "twice-one-rejected",
        "one applies, one is rejected",
        "MERGE-7 LAW-4",
        [first, retract(first, day(3)), retract(first, day(2), AUTHOR)],
    )
    fold(
        "of-all",
        "an entry of an event type of which all are current",
        "MERGE-7 TRACE-3",
        [
            gone := made("citation", payloads.citation("w"), day(1)),
            retract(gone, day(2)),
            made("citation", payloads.citation("v"), day(1)),
        ],
    )
    fold(
        "of-nonconforming",
        "the target need not conform",
        "MERGE-7 MERGE-6",
        [gone := made("citation", {"citing_work": "w"}, day(1)), retract(gone, day(2))],
    )
    fold(
        "of-unknown-type",
        "nor be of a known type: only then does an unknown type show in current",
        "MERGE-7 MERGE-6 LAW-3",
        [gone := other("peer_review", day(1)), retract(gone, day(2))],
    )
    fold(
        "of-created",
        "the receipt goes with its event",
        "MERGE-7 STATE-4",
        [gone := created(), retract(gone, day(2))],
        receipts=["verified"],
    )
    fold(
        "tie-comes-back",
        "of a tie the other id comes back",
        "MERGE-7 MERGE-5 MERGE-8",
        [
            a := claim(day(1)),
            b := claim(day(1), strength="weak"),
            retract(min(a, b, key=event_id), day(2)),
        ],
    )
    fold(
        "chain",
        "of three revisions the middle one",
        "MERGE-7 MERGE-5",
        [
            claim(day(1), note="1"),
            claim(day(2), note="2"),
            third := claim(day(3), note="3"),
            retract(third, day(4)),
        ],
    )
    fold(
        "reason",
        "with a reason, which is shown",
        "MERGE-7 KIND-12",
        [first, retract(first, day(3), reason="typo in \u00e9\u6570")],
    )
    fold(
        "nonconforming-retraction",
        "a nonconforming retraction retracts nothing",
        "MERGE-7 MERGE-6",
        [first, made("event_retracted", {"event_id": event_id(first)[7:]}, day(2))],
    )
    fold(
        "waiting-is-not-valid-target",
        "an event that is not valid is no target",
        "MERGE-7",
        [
            retract(
                attached(STRANGER, RECORD, "alias_added", payloads.alias_added("example", "s"), day(1)),
                day(2),
            )
        ],
    )
    # Each subset of a retraction, its target and the next in the slot.
    trio = [first, second, retract(second, day(3))]
    for mask in range(1, 7):
        chosen = [one for place, one in enumerate(trio) if mask >> place & 1]
        fold(
            f"subset-{mask:03b}",
            "each subset gives its own state; joined they give the whole",
            "LAW-4 MERGE-3 MERGE-7",
            chosen,
            arrangements=False,
        )
    return file


def checkpoints() -> File:
    """Completeness (MERGE-9)."""
    file = Merges("merge", "checkpoints", "Checkpoints: complete as of, missing, unknown.")
    fold = file.fold
    one, two, three = alias("1", day(1)), alias("2", day(2)), alias("3", day(3), AUTHOR)
    fold(
        "base",
        "nothing that the signer listed is missing",
        "MERGE-9 KIND-13",
        [one, two, checkpoint([one, two], day(4))],
    )
    fold("missing", "an id of no event in the set", "MERGE-9", [one, checkpoint([one, two], day(4))])
    absent = [alias(f"absent {n}", day(1)) for n in range(8)]
    fold(
        "missing-sorted",
        "the missing ids of all of its checkpoints, each once, sorted",
        "MERGE-9",
        [
            checkpoint(absent[:5], day(4)),
            checkpoint([*absent[3:], one], day(5)),
            checkpoint(absent[2:4], day(6)),
            one,
        ],
    )
    fold("unknown", "without a checkpoint nothing is known", "MERGE-9", [one, two])
    fold(
        "two-signers",
        "each signer for itself",
        "MERGE-9",
        [one, three, checkpoint([one, three], day(4)), checkpoint([three, two], day(5), AUTHOR)],
    )
    fold(
        "of-others", "a checkpoint may list events of others", "MERGE-9", [three, checkpoint([three], day(4))]
    )
    fold(
        "two-checkpoints",
        "the ids of all, the greatest as X",
        "MERGE-9",
        [one, two, checkpoint([one], day(4)), checkpoint([two], day(3))],
    )
    fold(
        "two-one-missing",
        "an older one counts as well",
        "MERGE-9",
        [one, checkpoint([one], day(5)), checkpoint([two], day(4))],
    )
    fold(
        "same-instant",
        "at one instant the greater id is X",
        "MERGE-9 MERGE-4",
        [one, two, checkpoint([one], day(4)), checkpoint([two], day(4))],
    )
    fold("empty", "a checkpoint of nothing", "MERGE-9 KIND-13", [one, checkpoint([], day(4))])
    fold(
        "retracted-counts",
        "a retracted event is held all the same",
        "MERGE-9 MERGE-7",
        [one, retract(one, day(2)), checkpoint([one], day(4))],
    )
    fold(
        "unknown-type-counts",
        "so is one of a type of the future",
        "MERGE-9 MERGE-6",
        [gone := other("peer_review", day(1)), checkpoint([gone], day(4))],
    )
    old, new = checkpoint([one, two], day(4)), checkpoint([one], day(5))
    fold(
        "retracted",
        "a retracted checkpoint lists nothing: only the other one counts, as X too",
        "MERGE-9 MERGE-7",
        [one, old, new, retract(old, day(6))],
    )
    fold(
        "retracted-newest",
        "X is the greatest of those that are left",
        "MERGE-9 MERGE-7",
        [one, two, old, new, retract(new, day(6))],
    )
    fold(
        "retracted-shared",
        "an id that another one lists too is still listed",
        "MERGE-9 MERGE-7",
        [one, old, other_list := checkpoint([two], day(5)), retract(other_list, day(6))],
    )
    fold(
        "retracted-all",
        "with none left nothing is known",
        "MERGE-9 MERGE-7",
        [one, old, retract(old, day(6))],
    )
    fold(
        "retracted-before",
        "the times of checkpoint and retraction do not matter",
        "MERGE-9 MERGE-7",
        [one, old, retract(old, day(1))],
    )
    fold(
        "retracted-twice",
        "retracted twice is retracted",
        "MERGE-9 MERGE-7",
        [one, old, checkpoint([one, two], day(5)), retract(old, day(6)), retract(old, day(7))],
    )
    fold(
        "retracted-by-another",
        "another signer cannot",
        "MERGE-9 MERGE-7",
        [one, old, retract(old, day(6), AUTHOR)],
    )
    fold(
        "retracted-by-rotated-key",
        "another key of the signer can",
        "MERGE-9 MERGE-7 POL-3",
        [one, old, retract(old, day(6), DEMO_NEXT)],
    )
    fold(
        "retracted-nonconforming",
        "a nonconforming retraction retracts nothing",
        "MERGE-9 MERGE-6",
        [one, old, made("event_retracted", {"event_id": event_id(old), "reason": ""}, day(6))],
    )
    fold(
        "retracted-is-listed",
        "a checkpoint may list a retracted event, and its retraction: both are in the set",
        "MERGE-9 MERGE-7",
        [one, old, back := retract(old, day(6)), checkpoint([one, old, back], day(7))],
    )
    fold(
        "nonconforming-checkpoint",
        "a nonconforming checkpoint lists nothing",
        "MERGE-9 MERGE-6",
        [one, made("checkpoint", {"event_ids": ["sha256:" + "1" * 64, "sha256:" + "0" * 64]}, day(4))],
    )
    fold(
        "rotation",
        "keys of one signer are one signer",
        "MERGE-9 POL-3",
        [one, checkpoint([one], day(4)), checkpoint([two], day(5), DEMO_NEXT)],
    )
    fold(
        "year-9999",
        "the greatest instant is year 9999",
        "MERGE-9 TIME-2",
        [one, two, checkpoint([one], "9999-12-31T23:59:59Z"), checkpoint([two], day(4))],
    )
    high, low = Signer(20, "\U00010000", "k1"), Signer(21, "\uff5e", "k2")
    fold(
        "signers-sorted",
        "signers sort as UTF-8: U+FF5E before U+10000",
        "MERGE-9 STATE-4",
        [alias("1", day(1), high), alias("2", day(1), low)],
        stated=policy(high, low),
    )
    return file


def policies() -> File:
    """One bundle under several policies."""
    file = Merges(
        "merge", "policies", "The same events under other policies: only the effect of the policy changes."
    )
    events = [
        created(),
        claim(day(1)),
        claim(day(2), DEMO_OLD, note="old"),
        alias("m", day(3), MIRROR),
        retract(claim(day(1)), day(4), DEMO_OLD),
    ]

    def under(
        name: str,
        about: str,
        clauses: str,
        stated: Json,
        refused: dict[int, tuple[str, str | None]],
        receipts: Sequence[str] = ("verified",),
    ) -> None:
        valid = [one for place, one in enumerate(events) if place not in refused]
        beside = Beside(tuple((event_id(events[place]), *word) for place, word in refused.items()))
        file.parts[f"policy-{name}"] = as_json(stated)
        file.add(name, about, clauses, "merge", {"inputs": [file.of(*events)], "policy": part(f"policy-{name}")},
                 {"ok": answer(RECORD, valid, stated, beside, receipts=receipts)}, None if name == "base" else "base", file.arranged(name, events))  # fmt: skip

    under("base", "every key", "POL-3 LAW-1", policy(DEMO, DEMO_OLD, MIRROR), {})
    under(
        "without-mirror",
        "a key less is an unknown key more",
        "CHECK-5 POL-3 LAW-2",
        policy(DEMO, DEMO_OLD),
        {3: ("unknown_key", "key_unknown")},
    )
    under(
        "retired",
        "a retired key verifies as an active one",
        "POL-4",
        policy(DEMO, policy_key(DEMO_OLD, status="retired"), MIRROR),
        {},
    )
    under("revoked", "a revoked key's events are gone, all", "POL-4 CHECK-6", policy(DEMO, policy_key(DEMO_OLD, status="revoked"), MIRROR),
          {2: ("invalid", "key_revoked"), 4: ("invalid", "key_revoked")})  # fmt: skip
    under("revoked-accepted", "but those whose ids the policy accepts", "POL-4 CHECK-6", policy(DEMO, policy_key(DEMO_OLD, status="revoked", accepted_event_ids=[event_id(events[2])]), MIRROR),
          {4: ("invalid", "key_revoked")})  # fmt: skip
    under(
        "roles",
        "a key for some types",
        "CHECK-6 POL-2",
        policy(DEMO, policy_key(DEMO_OLD, event_types=["event_retracted"]), MIRROR),
        {2: ("invalid", "key_role")},
    )
    renamed = policy(policy_key(DEMO, signer_id="x.example"), DEMO_OLD, MIRROR)
    under("other-name", "an event names a signer that the policy calls otherwise", "CHECK-5 POL-3", renamed,
          {0: ("unknown_key", "key_unknown"), 1: ("unknown_key", "key_unknown")})  # fmt: skip
    under("nobody", "a policy of another key: no event is valid, the record is as before", "CHECK-5 STATE-4", policy(STRANGER),
          {place: ("unknown_key", "key_unknown") for place in range(5)}, ["unknown_key"])  # fmt: skip
    under("no-right-to-receipts", "a key that may not sign record_created makes no receipt", "RCPT-2 STATE-4",
          policy(policy_key(DEMO, event_types=["author_claim"]), DEMO_OLD, MIRROR), {0: ("invalid", "key_role")}, ["invalid"])  # fmt: skip
    return file


def junk() -> File:
    """What lies beside the events changes counters and the report, and nothing else (LAW-2)."""
    file = Merges("merge", "junk", "Junk beside the events: current, unrecognised and the two digests stay.")
    events = [created(), claim(day(1)), claim(day(2), note="x"), alias("a", day(3))]
    clean = answer(RECORD, events, POLICY, receipts=["verified"])
    file.add(
        "base",
        "no junk",
        "LAW-2 STATE-7",
        "merge",
        {"inputs": [file.of(*events)], "policy": part("policy")},
        {"ok": clean},
    )

    def with_junk(
        name: str,
        about: str,
        clauses: str,
        rows: Sequence[Json | str],
        beside: Beside,
        *,
        receipts: Sequence[str] = ("verified",),
    ) -> None:
        expect = answer(RECORD, events, POLICY, beside, receipts=receipts)
        same = {
            member: expect[member] == clean[member]
            for member in ("state_sha256", "events_sha256", "trace", "completeness")
        }
        if not all(same.values()):
            raise ValueError(f"{name} is no junk")
        at_end = replace(
            beside,
            without_id=tuple(
                (0, f"/events/{len(events) + n}", word, code)
                for n, (_, _, word, code) in enumerate(beside.without_id)
            ),
        )
        at_front = replace(
            beside,
            without_id=tuple(
                (0, f"/events/{n}", word, code) for n, (_, _, word, code) in enumerate(beside.without_id)
            ),
        )
        beside_it = replace(
            beside,
            without_id=tuple(
                (1, f"/events/{n}", word, code) for n, (_, _, word, code) in enumerate(beside.without_id)
            ),
        )

        def expected(places: Beside) -> Json:
            return answer(RECORD, events, POLICY, places, receipts=receipts)

        variants = [
            {
                "name": "in front",
                "args": {"inputs": [file.of(*rows, *events)]},
                "expect": {"ok": {"without_id": expected(at_front)["without_id"]}},
            },
            {
                "name": "in a bundle of its own",
                "args": {"inputs": [file.of(*events), file.of(*rows)]},
                "expect": {"ok": {"without_id": expected(beside_it)["without_id"]}},
            },
        ]
        file.add(name, about, f"LAW-2 STATE-7 REPORT-2 {clauses}".strip(), "merge", {"inputs": [file.of(*events, *rows)], "policy": part("policy")},
                 {"ok": expected(at_end)}, "base", variants)  # fmt: skip

    one = alias("junk", day(4))
    strange = alias("s", day(1), STRANGER)
    flat = flat_event(DEMO, payloads.integrity(RECORD, day(1)), "2026-06-02T08:00:01.000000+00:00", 7)
    with_junk(
        "not-events",
        "elements that are no event",
        "CHECK-12",
        ["null", "1", '"x"', "[]"],
        Beside(without_id=((0, "", "invalid", "type"),) * 4),
    )
    with_junk(
        "empty-objects",
        "an object without members is not signed",
        "CHECK-2 CHECK-12",
        ["{}", '{"event_type":"citation"}'],
        Beside(without_id=((0, "", "not_signed", None),) * 2),
    )
    with_junk("value-faults", "elements with value-level faults", "FAULT-3", ["-0", '{"a":1,"a":2}', '["\\ud800"]', "NaN"],
              Beside(without_id=tuple((0, "", "invalid", code) for code in ("number_form", "duplicate_key", "surrogate", "number_nonfinite"))))  # fmt: skip
    with_junk(
        "unsigned",
        "an event without a signature",
        "CHECK-2",
        [without(one, ("signature",))],
        Beside(((event_id(one), "not_signed", None),)),
    )
    with_junk(
        "forged",
        "an event with another signature",
        "CHECK-9",
        [flipped(one)],
        Beside(((event_id(one), "invalid", "signature_invalid"),)),
    )
    with_junk(
        "altered",
        "an event with another payload",
        "CHECK-3",
        [swapped := changed(one, ("payload", "alias_value"), "z")],
        Beside(((event_id(swapped), "invalid", "hash_mismatch"),)),
    )
    with_junk(
        "unknown-signer",
        "an event of no known signer",
        "CHECK-5",
        [strange],
        Beside(((event_id(strange), "unknown_key", "key_unknown"),)),
    )
    flat_id = flat["payload_sha256"]
    spoilt_flat = changed(flat, ("signature_b64",), "A" * 86 + "==")
    for label, rows in (("", [flat, spoilt_flat]), ("-reversed", [spoilt_flat, flat])):
        with_junk(f"flat-unbound-and-invalid{label}", "an unbound element decides, and an invalid one of the same id counts", "EVT-8 CHECK-11",
                  rows, Beside(((flat_id, "unbound", None),), invalid_too=(flat_id,)))  # fmt: skip
    unsigned_one = without(flipped(one), ("signature",))
    with_junk("unsigned-and-invalid", "an invalid element counts, one without a signature beside it or not", "CHECK-11",
              [unsigned_one, flipped(one)], Beside(((event_id(one), "invalid", "signature_invalid"),)))  # fmt: skip
    with_junk("unknown-signer-and-invalid", "an element of an unknown key and an invalid one have one id", "CHECK-11 CHECK-5",
              [changed(one, ("signature", "key_id"), "x"), flipped(one)], Beside(((event_id(one), "invalid", "signature_invalid"),)))  # fmt: skip
    with_junk("flat", "a flat event", "EVT-7", [flat], Beside(((flat["payload_sha256"], "unbound", None),)))
    with_junk(
        "tampered-elements",
        "tampered elements of valid events do not change them",
        "CHECK-11",
        [flipped(events[1]), without(events[2], ("signature",)), decorated(events[3])],
        NOTHING,
    )
    with_junk(
        "unknown-signer-retracts",
        "a retraction by an unknown signer",
        "MERGE-7 CHECK-5",
        [gone := retract(events[1], day(5), STRANGER)],
        Beside(((event_id(gone), "unknown_key", "key_unknown"),)),
    )
    with_junk(
        "forged-retraction",
        "a forged retraction",
        "MERGE-7 CHECK-9",
        [gone := flipped(retract(events[1], day(5)))],
        Beside(((event_id(gone), "invalid", "signature_invalid"),)),
    )
    with_junk(
        "forged-checkpoint",
        "a forged checkpoint",
        "MERGE-9 CHECK-9",
        [gone := flipped(checkpoint(["sha256:" + "0" * 64], day(5)))],
        Beside(((event_id(gone), "invalid", "signature_invalid"),)),
    )
    with_junk(
        "forged-conflict",
        "a forged conflict is none",
        "MERGE-8 CHECK-9",
        [gone := flipped(claim(day(2), strength="weak", note="y"))],
        Beside(((event_id(gone), "invalid", "signature_invalid"),)),
    )
    # Rejection inputs (BUN-5).
    page, binary = text("<!doctype html><title>502</title>"), hexed("a1 61 61 41 00")
    wrong = as_text(to_json(changed(bundle(RECORD, events), ("canonical_sha256",), "0" * 64)))
    for name, about, inputs, rejected in (
        ("rejected-page", "an error page beside a bundle", [page, file.of(*events)], ((0, "syntax"),)),
        ("rejected-cbor", "a CBOR bundle with a byte string", [file.of(*events), binary], ((1, "cbor_type"),)),
        ("rejected-hash", "a bundle with another hash", [file.of(*events[:2]), wrong, file.of(*events[2:])], ((1, "hash_mismatch"),)),
        ("rejected-several", "several", [page, wrong, file.of(*events), binary], ((0, "syntax"), (1, "hash_mismatch"), (3, "cbor_type"))),
    ):  # fmt: skip
        file.add(name, f"{about}: it is named, the others go on", "BUN-5 LAW-2", "merge", {"inputs": inputs, "policy": part("policy")},
                 {"ok": answer(RECORD, events, POLICY, Beside(rejected=rejected), receipts=["verified"])}, "base")  # fmt: skip
    file.refuse(
        "rejected-all",
        "where every input is rejected the code of the first is the answer",
        "BUN-5",
        "merge",
        {"inputs": [page, wrong], "policy": part("policy")},
        "syntax",
        "base",
    )
    elsewhere = made_record(3)
    stranger_bundle = as_text(to_json(bundle(elsewhere, [])))
    file.refuse(
        "other-record",
        "bundles of two records do not merge",
        "MERGE-2",
        "merge",
        {"inputs": [file.of(*events), stranger_bundle], "policy": part("policy")},
        "subject",
        "base",
    )
    more = {**RECORD, "future": 1}
    file.refuse("other-hash", "a record with one more member is another record", "MERGE-2 DATA-9", "merge", {"inputs": [file.of(*events), as_text(to_json(bundle(more, [])))], "policy": part("policy")},
                "subject", "base")  # fmt: skip
    return file


def conflicts() -> File:
    """Equivocations (MERGE-8)."""
    file = Merges(
        "equivocation", "groups", "Contradictions of one signer: found, kept whole, with a fixed effect."
    )
    fold = file.fold
    a, b = claim(day(1)), claim(day(1), strength="weak")
    noted = claim(day(1), note="decides nothing")
    fold("base", "a revision is no conflict", "MERGE-8", [a, claim(day(2), strength="weak")])
    fold(
        "tie",
        "two strengths of one slot at one instant: the smallest id is current",
        "MERGE-8 MERGE-5 KIND-8 STATE-4 TRACE-2 TRACE-3 LAW-4",
        [a, b],
    )
    fold(
        "tie-of-three",
        "of three findings no two decide alike",
        "MERGE-8 KIND-11 LAW-4",
        [finding(day(1), severity=word) for word in payloads.SEVERITIES],
    )
    fold(
        "tie-and-revision",
        "a later revision is current, the conflict stays",
        "MERGE-8 MERGE-5",
        [a, b, claim(day(2), note="d")],
    )
    fold(
        "two-ties",
        "two instants, two groups, ordered by instant",
        "MERGE-8 STATE-4",
        [a, b, claim(day(2)), claim(day(2), strength="weak")],
    )
    fold(
        "tie-with-restatement",
        "whoever is of the slot and instant is in the group: a restatement",
        "MERGE-8",
        [a, b, made("author_claim", a["payload"], day(1), extra={"sequence": 1})],
    )
    fold(
        "tie-with-equal-decision",
        "and an event that differs in other members",
        "MERGE-8",
        [a, b, noted],
    )
    fold(
        "no-tie-by-other-member",
        "a difference in no deciding member is no conflict",
        "MERGE-8 KIND-8 TRACE-2",
        [a, noted, claim(day(1), note={"strength": "weak"})],
    )
    fold(
        "tie-by-spelling",
        "one instant in two spellings",
        "MERGE-8 TIME-2",
        [claim("2026-06-01T00:00:00Z"), claim("2026-06-01T00:00:00.000000+00:00", strength="weak")],
    )
    fold(
        "no-tie-by-microsecond",
        "a microsecond apart is a revision",
        "MERGE-8 TIME-2",
        [claim("2026-06-01T00:00:00Z"), claim("2026-06-01T00:00:00.000001Z", strength="weak")],
    )
    fold(
        "no-tie-by-signer",
        "two signers do not contradict each other",
        "MERGE-8",
        [a, claim(day(1), AUTHOR, strength="weak")],
    )
    fold("no-tie-by-slot", "nor do two slots", "MERGE-8", [a, claim(day(1), number=2, strength="weak")])
    fold(
        "no-tie-by-envelope",
        "the payload counts, not what is beside it",
        "MERGE-8",
        [a, made("author_claim", a["payload"], day(1), extra={"strength": "weak"})],
    )
    fold(
        "tie-by-rotated-key",
        "two keys of one signer contradict each other",
        "MERGE-8 POL-3",
        [a, claim(day(1), DEMO_NEXT, strength="weak")],
    )
    two_of_each: dict[str, list[Json]] = {
        "record-created": [created(), created(note="x")],
        "alias-added": [
            alias("a"),
            alias("b"),
            made("alias_added", {**payloads.alias_added("example", "a"), "note": "x"}),
        ],
        "graph-snapshot": [made("graph_snapshot", {"graph_snapshot": {"n": n}}, CREATED) for n in (1, 2)],
        "timestamp-anchor": [
            made("timestamp_anchor", payloads.timestamp_anchor(RECORD, proof), CREATED)
            for proof in (b"1", b"2")
        ],
        "storage-attestation": [
            made("storage_attestation", payloads.storage_attestation(RECORD, when), CREATED)
            for when in (day(1), day(2))
        ],
        "citation": [
            made("citation", payloads.citation("w", word), CREATED) for word in ("supports", "refutes")
        ],
        "replication": [
            made("replication", payloads.replication("a", "c", outcome=word), CREATED)
            for word in payloads.OUTCOMES
        ],
        "event-retracted": [retract("sha256:" + "0" * 64), retract("sha256:" + "0" * 64, reason="x")],
        "checkpoint": [checkpoint([]), checkpoint(["sha256:" + "0" * 64])],
    }
    for slug, pair in two_of_each.items():
        fold(
            f"no-tie-of-{slug}",
            "an event type without deciding members never conflicts",
            "MERGE-8 KIND-1",
            pair,
            receipts=["verified"] if slug == "record-created" else [],
        )
    first = finding(day(1))
    for member, value in (
        ("finding_type", "other"),
        ("verdict_class", "rescinded"),
        ("severity", "critical"),
    ):
        fold(
            f"finding-{member.replace('_', '-')}",
            f"two findings of one evidence at one instant: {member} decides",
            "MERGE-8 KIND-11",
            [first, finding(day(1), 1, DEMO, **{member: value})],
        )
    others: Json = {
        "detector_version": "9.9.9", "evidence": {"ref": 7}, "audited_at": day(9), "paper_version": 2,
        "ref_index": 3, "note": "x", "snippet": "x", "detected_doi": "x", "future": "x",
    }  # fmt: skip
    fold(
        "finding-other-members",
        "no other member of a finding decides",
        "MERGE-8 KIND-11 TRACE-2",
        [first, *(made("pith.integrity.v1", {**first["payload"], name: value}, day(1)) for name, value in others.items())],
    )  # fmt: skip
    fold(
        "retracted-one",
        "a retracted event counts: a conflict stays",
        "MERGE-8 MERGE-7 LAW-4",
        [a, b, retract(a, day(2))],
    )
    fold(
        "retracted-both",
        "both retracted",
        "MERGE-8 MERGE-7 LAW-4",
        [a, b, retract(a, day(2)), retract(b, day(3))],
    )
    fold(
        "nonconforming-one",
        "a nonconforming event is in no group",
        "MERGE-8 MERGE-6",
        [a, made("author_claim", {**b["payload"], "strength": "maybe"}, day(1))],
    )
    fold(
        "created-receipts",
        "two record_created whose receipts differ in time or in the key are no conflict",
        "MERGE-8 STATE-4 KIND-3",
        [
            created(day(1), stated=receipt(DEMO, RECORD, CREATED)),
            created(day(1), stated=receipt(DEMO, RECORD, day(1))),
            created(day(1), DEMO_NEXT, receipt(DEMO_NEXT, RECORD, CREATED)),
            created(day(9), note="another"),
        ],
        receipts=["verified"],
    )
    high, low = Signer(20, "\U00010000", "k1"), Signer(21, "\uff5e", "k2")
    fold(
        "sorted-by-signer",
        "groups sort by signer as UTF-8: U+FF5E before U+10000",
        "STATE-4",
        [claim(day(1), signer, strength=word) for signer in (high, low) for word in payloads.STRENGTHS],
        stated=policy(high, low),
    )
    fold(
        "sorted-by-type",
        "by type first",
        "STATE-4",
        [finding(day(1)), finding(day(1), severity="critical"), a, b],
    )
    fold(
        "sorted-by-slot",
        "then by slot, as canonical bytes",
        "STATE-4",
        [claim(day(1), number=n, strength=word) for n in (10, 9, 1) for word in payloads.STRENGTHS],
    )
    loud = Signer(22, 'a"\\\u00e9\u6570\u2028', "k3")
    fold(
        "slot-begins-with-the-signer",
        "the first element of a slot is the signer_id, the others are the members: canonical JSON",
        "STATE-4 MERGE-5 CANON-1",
        [claim(day(1), loud, strength=word) for word in payloads.STRENGTHS],
        stated=policy(loud),
    )
    return file


def fits() -> File:
    """Each member of each kind, fitting and not (KIND-2 to KIND-13)."""
    file = Merges(
        "merge",
        "schema",
        "One event of an event type, one member changed: current in its section, or unrecognised with the code in the comment.",
    )
    target_of = payloads.TARGETS
    seen: dict[str, int] = {}

    def one(kind: str, clause: str, label: str, about: str, payload: Any, target: str | None = None) -> None:
        seen[kind] = seen.get(kind, 0) + 1
        made_event = event(DEMO, RECORD, kind, target_of[kind] if target is None else target, payload, day(1))
        expect = answer(
            RECORD, [made_event], POLICY, receipts=receipts_of(payload) if kind == "record_created" else []
        )
        wanted = {name: expect[name] for name in ("state", "state_sha256", "verdicts", "exit_status")}
        said = about.rpartition(": ")[2]
        if (schema_error(made_event, RECORD) or "conforms") != said:
            raise ValueError(f"{kind}-{label} does not do what the row says: {said}")
        if label != "base":
            # Hundreds of states that differ in one entry: the digest is enough, the comment says the rest.
            wanted["state"] = {"$sha256": sha256_hex(expect["state"]["$text"].encode())}
        slug = kind.replace("_", "-").replace(".", "-")
        file.add(f"{slug}-{label}", about, f"KIND-2 {clause} MERGE-6", "merge", {"inputs": [file.of(made_event)], "policy": part("policy")}, {"ok": wanted}, None if label == "base" else f"{slug}-base")  # fmt: skip

    def receipts_of(payload: Json) -> list[str]:
        if "receipt" not in payload:
            return []
        stated = payload["receipt"]
        return ["verified" if isinstance(stated, dict) and stated == own_receipt() else "invalid"]

    def kind(
        name: str,
        clause: str,
        payload: Json,
        rows: Sequence[tuple[str, str, Any, str | None]],
        optional: Sequence[str] = (),
    ) -> None:
        one(name, clause, "base", "conforms", payload)
        one(name, clause, "target", "another target: type", payload, "moon")
        required = [member for member in payload if member not in optional]
        for member in required:
            one(name, clause, f"{member}-missing", f"{member} is required: type", without(payload, (member,)))
            one(
                name,
                clause,
                f"{member}-null",
                f"{member} is required: type",
                changed(payload, (member,), None),
            )
            wrong: Any = 1 if not isinstance(payload[member], int) else "1"
            one(
                name,
                clause,
                f"{member}-type",
                f"{member} of another type: type",
                changed(payload, (member,), wrong),
            )
        for member, label, value, code in rows:
            about = f"{member}: {label}: {'conforms' if code is None else code}"
            one(name, clause, f"{member}-{label.replace(' ', '-')}", about, {**payload, member: value})

    hexes, times = "ab" * 32, "2026-06-02T08:00:00Z"
    bad_hex = [
        ("upper case", hexes.upper(), "encoding"),
        ("63 digits", hexes[:63], "encoding"),
        ("prefix", "sha256:" + hexes, "encoding"),
    ]
    kind("record_created", "KIND-3", payloads.record_created(RECORD, own_receipt()), [
        ("canonical_sha256", "another hash", "0" * 64, "hash_mismatch"), *(("canonical_sha256", *row) for row in bad_hex),
        ("canonical_record", "another record", {**RECORD, "future": 1}, "hash_mismatch"), ("canonical_record", "empty", {}, "hash_mismatch"),
        ("canonical_sha256", "65 digits", hexes + "0", "encoding"), ("canonical_sha256", "newline", hexes + "\n", "encoding"), ("canonical_record", "true for 1", changed(RECORD, ("source", "version"), True), "hash_mismatch"),
        ("canonical_record", "other order of members", dict(reversed(RECORD.items())), None), ("receipt", "empty", {}, None), ("future", "more members", [1], None)])  # fmt: skip
    kind("alias_added", "KIND-4", payloads.alias_added("example", "x"), [
        ("alias_kind", "one letter", "a", None), ("alias_kind", "64 characters", "a" * 64, None), ("alias_kind", "65 characters", "a" * 65, "encoding"), ("alias_kind", "empty", "", "encoding"),
        ("alias_kind", "upper case", "Example", "encoding"), ("alias_kind", "digit first", "1a", "encoding"), ("alias_kind", "hyphen", "a-b", "encoding"), ("alias_kind", "underscore first", "_a", "encoding"),
        ("alias_kind", "newline", "example\n", "encoding"), ("alias_kind", "not ASCII", "\u00e9", "encoding"), ("alias_kind", "proto", "__proto__", "encoding"), ("alias_kind", "constructor", "constructor", None),
        ("alias_value", "one character", "!", None), ("alias_value", "512 characters", "~" * 512, None), ("alias_value", "513 characters", "~" * 513, "encoding"), ("alias_value", "empty", "", "encoding"),
        ("alias_value", "space", "a b", "encoding"), ("alias_value", "not ASCII", "\u00e9", "encoding"), ("alias_value", "delete", "a\x7f", "encoding"), ("alias_value", "newline", "a\n", "encoding"), ("alias_value", "backslash", "\\", None),
        *(("alias_kind", kind.replace("_", "-"), kind, None) for kind in ("pith_short", "pith_shorts_8", "arxivs", "arxiv_versions", "arxiv_version_", "pith_number"))])  # fmt: skip
    for alias_kind, value in (
        ("arxiv", "hep-lat/0305021"),
        ("arxiv_version", "hep-lat/0305021v1"),
        ("pith_short_8", "OMJFN3CZ"),
        ("pith_short_12", "OMJFN3CZBZK4"),
        ("pith_short_16", "OMJFN3CZBZK4KRI4"),
    ):
        slug = alias_kind.replace("_", "-")
        one(
            "alias_added",
            "KIND-4",
            f"{slug}-derived",
            "the derived value: conforms",
            payloads.alias_added(alias_kind, value),
        )
        one(
            "alias_added",
            "KIND-4",
            f"{slug}-other",
            "another than the derived value: subject",
            payloads.alias_added(alias_kind, value + "x"),
        )
    one(
        "alias_added",
        "KIND-4",
        "doi-other",
        "a doi is not bound: conforms",
        payloads.alias_added("doi", "10.1/x"),
    )
    one(
        "alias_added",
        "KIND-4",
        "pith-short-9",
        "bound, and no such derived alias: subject",
        payloads.alias_added("pith_short_9", "x"),
    )
    kind(
        "graph_snapshot",
        "KIND-5",
        {"graph_snapshot": {"a": 1}},
        [
            ("graph_snapshot", "empty", {}, None),
            ("graph_snapshot", "array", [], "type"),
            ("graph_snapshot", "string", "x", "type"),
        ],
    )
    kind("timestamp_anchor", "KIND-6", payloads.timestamp_anchor(RECORD, b"\x01\x02"), [
        ("canonical_sha256", "another hash", "0" * 64, "hash_mismatch"), *(("canonical_sha256", *row) for row in bad_hex), ("proof_b64", "empty", "", "encoding"), ("proof_b64", "one byte", "AQ==", None),
        ("proof_b64", "unused bits", "AR==", "encoding"), ("proof_b64", "unpadded", "AQ", "encoding"), ("proof_b64", "url safe", "-_-_", "encoding"), ("proof_b64", "newline", "AQID\n", "encoding"),
        ("proof_b64", "padding only", "====", "encoding"), ("proof_b64", "three bytes", "AQID", None)])  # fmt: skip
    kind("storage_attestation", "KIND-7", payloads.storage_attestation(RECORD, times, content_sha256=hexes), [
        ("provider", "upper case", "Archive", "encoding"), ("provider", "64 characters", "a" * 64, None), ("provider", "65 characters", "a" * 65, "encoding"), ("provider", "one letter", "a", None), ("provider", "digit first", "1a", "encoding"), ("provider", "hyphen first", "-a", "encoding"), ("provider", "empty", "", "encoding"), ("provider", "newline", "a\n", "encoding"), ("provider", "points", "a.b-c_d", None), ("provider", "point first", ".a", "encoding"),
        ("url", "http", "http://x", None), ("url", "scheme only", "https://", "encoding"), ("url", "ftp", "ftp://x", "encoding"), ("url", "upper scheme", "HTTPS://x", "encoding"), ("url", "space", "https://a b", "encoding"),
        ("url", "2040 behind the scheme", "https://" + "a" * 2040, None), ("url", "2041 behind it", "https://" + "a" * 2041, "encoding"), ("url", "http with 2040", "http://" + "a" * 2040, None), ("url", "http with 2041", "http://" + "a" * 2041, "encoding"), ("url", "delete", "https://a\x7f", "encoding"), ("url", "newline", "https://a\n", "encoding"), ("url", "bounds of ASCII", "https://!~", None), ("url", "not ASCII", "https://\u00e9", "encoding"), ("url", "javascript", "javascript:alert(1)", "encoding"),
        ("captured_at", "six digits", "2026-06-02T08:00:00.123456+00:00", None), ("captured_at", "three digits", "2026-06-02T08:00:00.123Z", None), ("captured_at", "four digits", "2026-06-02T08:00:00.1234Z", "time"), ("captured_at", "empty", "", "time"), ("captured_at", "year 9999", "9999-12-31T23:59:59.999999Z", None), ("captured_at", "date", "2026-06-02", "time"), ("captured_at", "leap second", "2016-12-31T23:59:60Z", "time"),
        ("content_sha256", "null", None, None), ("content_sha256", "number", 1, "type"), *(("content_sha256", *row) for row in bad_hex)], ["content_sha256"])  # fmt: skip
    one(
        "storage_attestation",
        "KIND-7",
        "content-absent",
        "an optional member absent: conforms",
        payloads.storage_attestation(RECORD, times),
    )
    kind("author_claim", "KIND-8", payloads.author_claim("0000-0001-2345-6789"), [
        ("scheme", "upper case", "ORCID", "encoding"), ("scheme", "empty", "", "encoding"), ("scheme", "one letter", "a", None), ("scheme", "64 characters", "a" * 64, None), ("scheme", "65 characters", "a" * 65, "encoding"), ("scheme", "points", "a.b-c_1", None), ("scheme", "digit first", "1a", "encoding"), ("scheme", "newline", "a\n", "encoding"),
        ("identifier", "one character", "!", None), ("identifier", "newline", "a\n", "encoding"), ("identifier", "not ASCII", "\u00e9", "encoding"), ("identifier", "empty", "", "encoding"), ("identifier", "512 characters", "i" * 512, None), ("identifier", "513 characters", "i" * 513, "encoding"),
        ("identifier", "space", "a b", "encoding"), ("strength", "weak", "weak", None), ("strength", "another value", "medium", "type"), ("strength", "upper case", "Strong", "type"), ("strength", "empty", "", "type"), ("strength", "true", True, "type"),
        ("strength", "array", ["strong"], "type"), ("strength", "to string", "toString", "type")])  # fmt: skip
    kind("citation", "KIND-9", payloads.citation("pith:2017:J2LUZ564FUOB74RUDD6Q7Q3WSE"), [
        *(("relationship", word, word, None) for word in payloads.RELATIONSHIPS), ("relationship", "another value", "mentions", "type"), ("relationship", "upper case", "Cites", "type"), ("relationship", "constructor", "constructor", "type"),
        ("citing_work", "any token", "doi:10.1/x", None), ("citing_work", "empty", "", "encoding"), ("citing_work", "space", "a b", "encoding"), ("citing_work", "one character", "~", None), ("citing_work", "not ASCII", "\u00e9", "encoding"), ("citing_work", "newline", "a\n", "encoding"), ("citing_work", "512 characters", "w" * 512, None), ("citing_work", "513 characters", "w" * 513, "encoding")])  # fmt: skip
    kind("replication", "KIND-10", payloads.replication("Ada", "claim-1", url="https://example.org/1"), [
        ("claimant", "any script", "\u6570\u5b66 \U0001f600", None), ("claimant", "empty", "", "encoding"), ("claimant", "512 bytes", "\u00e9" * 256, None), ("claimant", "one byte", "a", None), ("claimant", "512 in ASCII", "a" * 512, None), ("claimant", "513 bytes", "a" * 513, "encoding"), ("claimant", "128 characters of four bytes", "\U0001f600" * 128, None), ("claimant", "space", " ", None), ("claimant", "514 bytes", "\u00e9" * 257, "encoding"), ("claimant", "newline", "a\nb", None),
        ("claim", "4096 bytes", "c" * 4096, None), ("claim", "4097 bytes", "c" * 4097, "encoding"), ("claim", "empty", "", "encoding"), ("claim", "4096 in two bytes", "\u00e9" * 2048, None), ("claim", "4098 in two bytes", "\u00e9" * 2049, "encoding"), ("url", "2040 behind the scheme", "https://" + "a" * 2040, None), ("url", "2041 behind it", "https://" + "a" * 2041, "encoding"), ("url", "http", "http://x", None), ("url", "empty", "", "encoding"),
        *((member, label, value, "type") for member in ("kind", "outcome", "moderation") for label, value in (("empty", ""), ("constructor", "constructor"))), ("kind", "upper case", "Replication", "type"), ("outcome", "upper case", "Supports", "type"), ("moderation", "upper case", "Pending", "type"), ("url", "null", None, None), ("url", "ftp", "ftp://x", "encoding"), ("url", "number", 1, "type"),
        *(("kind", word, word, None) for word in payloads.REPLICATION_KINDS), ("kind", "another value", "review", "type"), *(("outcome", word, word, None) for word in payloads.OUTCOMES), ("outcome", "another value", "fails", "type"),
        *(("moderation", word, word, None) for word in payloads.MODERATIONS), ("moderation", "another value", "held", "type")], ["url"])  # fmt: skip
    whole = payloads.integrity(RECORD, times)
    kind("pith.integrity.v1", "KIND-11", whole, [
        ("event_type", "another value", "pith.integrity.v2", "type"), ("detector", "128 characters", "d" * 128, None), ("detector", "129 characters", "d" * 129, "encoding"), ("detector", "point first", ".d", "encoding"), ("detector", "space", "a b", "encoding"),
        ("detector", "colon", "a:b", None), *((member, label, value, code) for member in ("detector", "finding_type") for label, value, code in (("digit first", "0a", None), ("upper case", "A", None), ("all of its characters", "a_.:-9Z", None), ("underscore first", "_a", "encoding"), ("solidus", "a/b", "encoding"), ("newline", "a\n", "encoding"), ("not ASCII", "\u00e9", "encoding"))),
        ("finding_type", "128 characters", "f" * 128, None), ("finding_type", "129 characters", "f" * 129, "encoding"), ("finding_type", "space", "a b", "encoding"), ("detector", "empty", "", "encoding"),
        ("detector_version", "nine digits each", "999999999.999999999.999999999", None), ("detector_version", "ten digits in the second", "0.1000000000.0", "encoding"), ("detector_version", "ten digits in the third", "0.0.1000000000", "encoding"), ("detector_version", "empty group", "1..2", "encoding"), ("detector_version", "empty", "", "encoding"), ("detector_version", "newline", "1.2.3\n", "encoding"), ("detector_version", "sign", "1.2.-3", "encoding"), ("detector_version", "two groups", "1.2", "encoding"), ("detector_version", "four groups", "1.2.3.4", "encoding"), ("detector_version", "nine digits", "999999999.0.0", None),
        ("detector_version", "ten digits", "1000000000.0.0", "encoding"), ("detector_version", "leading zeros", "01.002.0", None), ("detector_version", "letters", "1.2.x", "encoding"), ("detector_version", "arabic digits", "\u0661.2.3", "encoding"),
        ("finding_type", "empty", "", "encoding"), *(("verdict_class", word, word, None) for word in payloads.VERDICT_CLASSES), ("verdict_class", "another value", "certain", "type"), *(("severity", word, word, None) for word in payloads.SEVERITIES),
        ("severity", "another value", "high", "type"), ("arxiv_id", "another record", "2304.01373", "subject"), ("arxiv_id", "empty", "", "encoding"), ("arxiv_id", "64 characters", "1" * 64, "subject"), ("arxiv_id", "65 characters", "1" * 65, "encoding"), ("arxiv_id", "space", "a b", "encoding"), ("arxiv_id", "version", "hep-lat/0305021v1", "subject"), *((member, label, value, "type") for member in ("verdict_class", "severity") for label, value in (("empty", ""), ("constructor", "constructor"))), ("verdict_class", "upper case", "Rescinded", "type"), ("severity", "upper case", "Critical", "type"), ("event_type", "upper case", "Pith.integrity.v1", "type"),
        ("audited_at", "year 1", "0001-01-01T00:00:00Z", None), ("audited_at", "six digits", "2026-06-02T08:00:00.123456Z", None), ("audited_at", "empty", "", "time"), ("paper_version", "largest", 2**53 - 1, None), ("paper_version", "negative", -1, "type"), ("ref_index", "string", "0", "type"), ("ref_index", "true", True, "type"), ("ref_index", "half", 0.5, "type"), ("ref_index", "null", None, None), *(("evidence_hash", *row) for row in bad_hex),
        ("evidence", "empty", {}, None), ("evidence", "array", [], "type"), ("audited_at", "date", "2026-06-02", "time"), ("paper_version", "1", 1, None), ("paper_version", "0", 0, "type"), ("paper_version", "string", "1", "type"), ("paper_version", "true", True, "type"),
        ("paper_version", "half", 1.5, "type"), ("paper_version", "null", None, None), ("ref_index", "0", 0, None), ("ref_index", "negative", -1, "type"), ("ref_index", "largest", 2**53 - 1, None), *((name, label, value, code) for name in ("snippet", "note", "detected_doi", "detected_arxiv_id", "external_url", "resolved_title", "detector_url") for label, value, code in (("65536 bytes", "n" * 65536, None), ("65537 bytes", "n" * 65537, "encoding"), ("empty", "", "encoding"), ("null", None, None))),
        ("note", "65536 in two bytes", "\u00e9" * 32768, None), ("note", "65538 in two bytes", "\u00e9" * 32769, "encoding"), ("resolved_title", "any script", "\u6570\u5b66 a\nb", None), ("external_url", "javascript", "javascript:alert(1)", None), *((name, "string", "x", None) for name in ("detected_doi", "detected_arxiv_id", "external_url", "resolved_title", "detector_url")),
        *((name, "number", 1, "type") for name in ("detected_doi", "detected_arxiv_id", "external_url", "resolved_title", "detector_url", "snippet", "note"))])  # fmt: skip
    ids = ["sha256:" + digit * 64 for digit in "0123"]
    kind("event_retracted", "KIND-12", payloads.event_retracted(ids[0], "because"), [
        ("event_id", "bare", "0" * 64, "encoding"), ("event_id", "upper case", ids[0].upper(), "encoding"), ("event_id", "empty", "", "encoding"), ("event_id", "63 digits", ids[0][:-1], "encoding"), ("event_id", "65 digits", ids[0] + "0", "encoding"), ("event_id", "another hash", ids[0].replace("256", "512"), "encoding"), ("event_id", "upper prefix", ids[0].replace("sha", "SHA"), "encoding"), ("event_id", "newline", ids[0] + "\n", "encoding"), ("reason", "any script", "\u6570 a\nb", None), ("reason", "4096 in two bytes", "\u00e9" * 2048, None), ("reason", "4098 in two bytes", "\u00e9" * 2049, "encoding"), ("reason", "null", None, None), ("reason", "empty", "", "encoding"), ("reason", "4096 bytes", "r" * 4096, None),
        ("reason", "4097 bytes", "r" * 4097, "encoding"), ("reason", "number", 1, "type")], ["reason"])  # fmt: skip
    kind("checkpoint", "KIND-13", {"event_ids": ids}, [
        ("event_ids", "empty", [], None), ("event_ids", "one", ids[:1], None), ("event_ids", "last two unsorted", [ids[0], ids[2], ids[1]], "encoding"), ("event_ids", "last twice", [ids[0], ids[1], ids[1]], "encoding"), ("event_ids", "upper case", [ids[0].upper()], "encoding"), ("event_ids", "bare behind a good one", [ids[0], "1" * 64], "encoding"), ("event_ids", "bad before number", ["x", 1], "encoding"), ("event_ids", "number before bad", [1, "x"], "type"), ("event_ids", "array inside", [[ids[0]]], "type"), ("event_ids", "unsorted", ids[::-1], "encoding"), ("event_ids", "twice", [ids[0], ids[0]], "encoding"), ("event_ids", "bare", ["0" * 64], "encoding"),
        ("event_ids", "number", [1], "type"), ("event_ids", "null inside", [None], "type"), ("event_ids", "object", {}, "type"), ("event_ids", "string", ids[0], "type"), ("event_ids", "number after unsorted", [ids[1], ids[0], 1], "encoding")])  # fmt: skip
    # The order of KIND-2: target, members in the order of the table, match.
    one(
        "citation",
        "KIND-9",
        "order-target-first",
        "the target before the members: type",
        {"citing_work": "", "relationship": "x"},
        "moon",
    )
    whole_payloads: dict[str, tuple[str, Json]] = {
        "record_created": ("KIND-3", payloads.record_created(RECORD, own_receipt())),
        "alias_added": ("KIND-4", payloads.alias_added("example", "x")),
        "timestamp_anchor": ("KIND-6", payloads.timestamp_anchor(RECORD, b"\x01")),
        "storage_attestation": ("KIND-7", payloads.storage_attestation(RECORD, times, content_sha256=hexes)),
        "author_claim": ("KIND-8", payloads.author_claim("0000-0001-2345-6789")),
        "citation": ("KIND-9", payloads.citation("w")),
        "replication": ("KIND-10", payloads.replication("a", "c", url="https://example.org/1")),
        "pith.integrity.v1": ("KIND-11", {**payloads.integrity(RECORD, times), **dict.fromkeys(
            ("snippet", "note", "detected_doi", "detected_arxiv_id", "external_url", "resolved_title", "detector_url"), "x",
        ), "paper_version": 1, "ref_index": 1}),
        "event_retracted": ("KIND-12", payloads.event_retracted("sha256:" + "0" * 64, "because")),
    }  # fmt: skip
    for name, (clause, payload) in whole_payloads.items():
        for first, second in _decided_by_order(EVENT_TYPES[name][4]):
            spoilt = {**payload, first[0]: first[1], second[0]: second[1]}
            one(
                name,
                clause,
                f"order-{first[0]}-{second[0]}",
                f"{first[0]} before {second[0]}: {first[2]}",
                spoilt,
            )
    one(
        "alias_added",
        "KIND-4",
        "order-match-last",
        "the grammar before the match: encoding",
        payloads.alias_added("arxiv", "a b"),
    )
    created_payload = payloads.record_created(RECORD, own_receipt())
    one(
        "record_created",
        "KIND-3",
        "order-match-last",
        "the receipt before the match: type",
        {**created_payload, "canonical_sha256": "0" * 64, "receipt": 1},
    )
    one(
        "timestamp_anchor",
        "KIND-6",
        "order-match-last",
        "the proof before the match: encoding",
        {"canonical_sha256": "0" * 64, "proof_b64": ""},
    )
    one(
        "pith.integrity.v1",
        "KIND-11",
        "order-match-last",
        "an optional member before the match: type",
        {**whole, "arxiv_id": "x", "detector_url": 1},
    )
    complete = {
        **{name: payload for name, (_, payload) in whole_payloads.items()},
        "graph_snapshot": {"graph_snapshot": {}},
        "checkpoint": {"event_ids": []},
    }
    for name, target in target_of.items():
        for wrong_target in sorted({"record", "graph", "event", "bundle", "", target.title()} - {target}):
            one(
                name,
                "KIND-1",
                f"target-{wrong_target or 'empty'}",
                "a target of another event type: type",
                complete[name],
                wrong_target,
            )
    # A record of another kind has no arXiv aliases, and what is derived of the short ones is its own.
    paper = {**RECORD, "source": {"id": "x-1", "kind": "journal", "version": 1}}
    file.parts["frame-journal"] = frame(paper)
    short = pith_number(paper)[10:]
    for label, about, payload in (
        ("arxiv", "no arxiv alias is derived: subject", payloads.alias_added("arxiv", "x-1")),
        ("arxiv-version", "nor an arxiv_version: subject", payloads.alias_added("arxiv_version", "x-1v1")),
        ("doi", "a doi is not bound: conforms", payloads.alias_added("doi", "10.48550/arxiv.x-1")),
        ("short", "its own short form: conforms", payloads.alias_added("pith_short_12", short[:12])),
        (
            "short-of-another",
            "the form of another record: subject",
            payloads.alias_added("pith_short_12", "OMJFN3CZBZK4"),
        ),
    ):
        made_event = event(DEMO, paper, "alias_added", "record", payload, day(1))
        expect = answer(paper, [made_event], POLICY)
        wanted = {name: expect[name] for name in ("state", "state_sha256", "verdicts", "exit_status")}
        inputs = [made_of("frame-journal", file.name_of(made_event))]
        file.add(f"journal-{label}", f"of a record without arXiv id: {about}", "KIND-4 ALIAS-1 MERGE-6", "merge", {"inputs": inputs, "policy": part("policy")}, {"ok": wanted})  # fmt: skip
    return file


def _decided_by_order(checks: Mapping[str, Any]) -> list[tuple[tuple[str, Any, str], tuple[str, Any, str]]]:
    """Pairs of members of a kind, each spoilt, whose order shows in the code: neighbours, or the nearest."""
    names = [name.removesuffix("?") for name in checks]

    def spoilt(name: str) -> dict[str, Any]:
        """By code, a value that gives it."""
        check = checks.get(name) or checks[f"{name}?"]
        tried: tuple[Any, ...] = (True, "", "today")
        return {code: value for value in tried[::-1] if (code := check(value)) is not None}

    found: dict[tuple[str, str], tuple[tuple[str, Any, str], tuple[str, Any, str]]] = {}
    for place, name in enumerate(names):
        for others in (names[place + 1 :], names[:place][::-1]):
            for other in others:
                first, second = (name, other) if names.index(other) > place else (other, name)
                codes = next(
                    ((x, y) for x in spoilt(first) for y in spoilt(second) if x != y),
                    None,
                )
                if codes is not None:
                    x, y = codes
                    found[first, second] = ((first, spoilt(first)[x], x), (second, spoilt(second)[y], y))
                    break
    return list(found.values())


#: Every family of the two stages.
FAMILIES: Final[tuple[Callable[[], File], ...]] = (
    kinds_and_order,
    retractions,
    checkpoints,
    policies,
    junk,
    fits,
    conflicts,
)


def files() -> list[File]:
    """The files of the two stages."""
    return [family() for family in FAMILIES]


__all__ = ["element", "files"]
