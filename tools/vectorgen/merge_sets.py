# ruff: noqa: E501  (tables: one vector, one row)
"""Stage merge: sets of valid events, each in many arrangements."""

from __future__ import annotations

from kit import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    MIRROR,
    bundle,
    cbor,
    event,
    event_id,
    payloads,
    receipt,
)
from kit.tampered import without
from vectorgen.fixtures import CREATED, RECORD
from vectorgen.merges import (
    Merges,
    alias,
    base_events,
    claim,
    created,
    day,
    finding,
    made,
    other,
    own_receipt,
    retract,
)
from vectorgen.vector_file import File, hexed


def kinds_and_order() -> File:
    """Each event type, the order of events, aliases, receipts, slots."""
    file = Merges(
        "merge",
        "sets",
        "Sets of valid events, each in many arrangements with one expected state, trace and digests.",
    )
    merge = file.merge
    everything = base_events()
    merge("base", "one event of each event type, and one of a later type", "MERGE-1 MERGE-3 MERGE-4 KIND-1 STATE-1 STATE-2 STATE-3 STATE-5 STATE-6 STATE-7 LAW-1 TRACE-1 TRACE-4 CHECK-10",
         everything, receipts=["verified"])  # fmt: skip
    file.vectors[-1]["variants"].append(
        {"name": "as CBOR", "args": {"inputs": [hexed(cbor(bundle(RECORD, everything, aliases_at=CREATED)))]}}
    )
    merge(
        "empty",
        "no event at all: every section is there, empty or null",
        "STATE-2 MERGE-5 LAW-1 STATE-4 TRACE-2",
        [],
    )
    for one in everything[:-2]:
        merge(f"only-{one['event_type'].replace('_', '-').replace('.', '-')}-{event_id(one)[7:11]}", "one event alone", "KIND-1 STATE-2 STATE-3 MERGE-5 TRACE-2", [one],
             receipts=["verified"] if one["event_type"] == "record_created" else [], arrangements=False)  # fmt: skip
    # Order (MERGE-4).
    merge(
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
    merge(
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
    merge(
        "far-instants",
        "the years 0001 and 9999, and what overflows clocks",
        "TIME-1 TIME-2 MERGE-4",
        [made("citation", payloads.citation(f"w{n}"), when) for n, when in enumerate(far)],
    )
    merge(
        "year-9999-wins",
        "an event of the year 9999 is current in its slot, and only there",
        "MERGE-5 TIME-2",
        [claim("9999-12-31T23:59:59Z", note="late"), claim(day(1)), claim(day(2), number=2)],
    )
    merge(
        "micro-wins",
        "a microsecond later is later",
        "TIME-2 MERGE-5",
        [claim("2026-06-01T00:00:00.000001Z", note="later"), claim("2026-06-01T00:00:00Z", note="earlier")],
    )
    # Aliases (STATE-4).
    merge(
        "alias-two-times",
        "an alias has the time of its smallest event",
        "STATE-4 TRACE-3 TRACE-2",
        [alias("x", day(5)), alias("x", day(2)), alias("x", day(9))],
    )
    merge(
        "alias-two-signers",
        "whoever signed it",
        "STATE-4 TRACE-3",
        [alias("x", day(5)), alias("x", day(2), AUTHOR), alias("x", day(2), MIRROR)],
    )
    merge(
        "alias-derived-signed",
        "a derived alias that is signed too gets a time",
        "STATE-4 KIND-4 TRACE-2",
        [alias("hep-lat/0305021", day(2), kind="arxiv"), alias("OMJFN3CZ", day(3), kind="pith_short_8")],
    )
    merge(
        "alias-doi-other",
        "another doi is another alias: the derived one stays",
        "STATE-4 KIND-4 ALIAS-1",
        [
            alias("10.1016/j.x", day(2), kind="doi"),
            alias("10.48550/arxiv.hep-lat/0305021", day(3), kind="doi"),
        ],
    )
    merge("alias-retracted", "a retracted alias is removed, a derived one only has no time", "STATE-4 MERGE-7 TRACE-3",
         [gone := alias("x", day(2)), retract(gone, day(3)), own := alias("hep-lat/0305021", day(2), kind="arxiv"), retract(own, day(4))])  # fmt: skip
    merge(
        "alias-retracted-first",
        "the next signed event gives the time",
        "STATE-4 MERGE-7 TRACE-3",
        [gone := alias("x", day(2)), alias("x", day(5)), retract(gone, day(3))],
    )
    merge("alias-sorting", "sorted by kind and value as UTF-8: 10 before 9, upper case before lower", "STATE-4",
         [alias(value, day(1), kind=kind) for kind, value in (("b", "9"), ("b", "10"), ("b", "a"), ("b", "A"), ("b_", "1"), ("b1", "1"), ("a", "~"), ("zz", "!"))])  # fmt: skip
    merge(
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
    merge(
        "receipt-first",
        "of two restatements the first is current",
        "KIND-3 MERGE-5 TRACE-2 TRACE-3",
        [second, created(day(2))],
        receipts=["verified"],
    )
    merge(
        "receipt-two-signers",
        "over all signers",
        "KIND-3 MERGE-5",
        [created(day(3)), created(day(2), AUTHOR, own_receipt(AUTHOR))],
        receipts=["verified"],
    )
    bad = {**own_receipt(), "signature_b64": own_receipt(AUTHOR)["signature_b64"]}
    merge(
        "receipt-unverified",
        "a receipt that does not verify is not in the state; its event is current",
        "STATE-4 TRACE-2 RCPT-2 RCPT-3",
        [created(day(2), claimed=bad)],
        receipts=["invalid"],
    )
    merge(
        "receipt-unverified-first",
        "nor does the next one replace it",
        "STATE-4 MERGE-5 TRACE-2",
        [created(day(2), AUTHOR, bad), created(day(3))],
        receipts=["invalid", "verified"],
    )
    merge(
        "receipt-not-signed",
        "a receipt without a signature",
        "STATE-4 RCPT-2",
        [created(day(2), claimed=without(own_receipt(), ("signature_b64",)))],
        receipts=["not_signed"],
    )
    merge(
        "receipt-retracted",
        "a retracted record_created shows no receipt",
        "MERGE-7 TRACE-2",
        [gone := created(day(2)), retract(gone, day(3))],
        receipts=["verified"],
    )
    merge(
        "receipt-retracted-next",
        "and the next one is current",
        "MERGE-7 MERGE-5 TRACE-2",
        [gone := created(day(2)), created(day(4)), retract(gone, day(3))],
        receipts=["verified"],
    )
    merge("receipt-retracted-then-rejected", "losers are sorted by (instant, id), also where there is no winner", "TRACE-1 TRACE-2",
         [gone := created(day(2)), created(day(4), claimed=bad, note="x"), created(day(5)), retract(gone, day(3))], receipts=["verified", "invalid"])  # fmt: skip
    tied = sorted((created(day(2), claimed=receipt(DEMO, RECORD, day(n))) for n in range(1, 4)), key=event_id)
    merge(
        "receipt-tie",
        "at one instant the smallest id is current, as the receipt shows; the reason is first",
        "MERGE-5 MERGE-4 TRACE-2",
        tied,
        receipts=["verified"],
    )
    merge(
        "receipt-tie-spellings",
        "in two spellings of the instant, of two signers, too",
        "MERGE-5 MERGE-4 TIME-2",
        [
            created("2026-06-02T00:00:00.000000Z", AUTHOR, receipt(AUTHOR, RECORD, day(1))),
            created("2026-06-02T00:00:00+00:00", claimed=receipt(DEMO, RECORD, day(2))),
            created("2026-06-02T00:00:00Z", claimed=receipt(DEMO, RECORD, day(3))),
        ],
        receipts=["verified"],
    )
    merge(
        "receipt-rejected-restated",
        "an event equal to the current one with an invalid receipt is restated, others are superseded",
        "TRACE-2 TRACE-3",
        [created(day(2), claimed=bad), created(day(3), claimed=bad), created(day(4))],
        receipts=["verified", "invalid"],
    )
    merge(
        "receipt-retracted-is-not-restated",
        "a retracted loser is retracted, whatever its payload",
        "TRACE-2",
        [created(day(2)), gone := created(day(3)), created(day(4)), retract(gone, day(5))],
        receipts=["verified"],
    )
    merge(
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
    merge(
        "latest-revision",
        "another instant is a revision",
        "MERGE-5 MERGE-8 TRACE-2",
        [claim(day(1)), claim(day(2), note="second"), claim(day(3), note="third")],
    )
    merge(
        "latest-restated",
        "the same payload later is a restatement",
        "MERGE-5 TRACE-2",
        [claim(day(1)), claim(day(2)), claim(day(3))],
    )
    merge("latest-restated-same-instant", "one payload twice at one instant is no conflict", "MERGE-5 MERGE-8 TRACE-2",
         [claim(day(1)), made("author_claim", payloads.author_claim(payloads.orcid(1)), day(1), extra={"sequence": 2}), made("author_claim", payloads.author_claim(payloads.orcid(1)), day(1), extra={"sequence": 3})])  # fmt: skip
    merge(
        "slots-by-signer",
        "each signer has slots of its own",
        "MERGE-5",
        [claim(day(1)), claim(day(2), AUTHOR), claim(day(3), MIRROR)],
    )
    merge(
        "strength-is-no-slot",
        "another strength is a revision in the same slot",
        "MERGE-5 KIND-8 MERGE-8 TRACE-2",
        [claim(day(1)), claim(day(2), strength="weak")],
    )
    merge("slots-by-member", "each slot member distinguishes slots", "MERGE-5 KIND-8", [claim(day(1)), claim(day(3), number=2),
         made("author_claim", payloads.author_claim(payloads.orcid(1), scheme="isni"), day(4))])  # fmt: skip
    merge("slots-not-normalised", "nothing is normalised: case and form distinguish slots", "MERGE-5",
         [made("author_claim", payloads.author_claim(value), day(1 + n)) for n, value in enumerate(("A", "a", "A.", "__proto__", "10", "9"))])  # fmt: skip
    merge(
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
    merge(
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
        merge(
            f"latest-tie-{label}-retracted",
            "a tie of which one is retracted is none: the reason is newest, and only without an older one",
            "TRACE-2 TRACE-3 MERGE-7",
            [claim(day(1)), *pair, retract(gone, day(3))],
        )
        merge(
            f"latest-tie-{label}-retracted-alone",
            "only, where nothing else is left",
            "TRACE-2 TRACE-3 MERGE-7",
            [*pair, retract(gone, day(3))],
        )
    merge(
        "alias-reasons",
        "the first signed one is current, with one left it is the only one; retracted is not restated",
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
    merge(
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
    merge(
        "rotation-one-slot",
        "keys of one signer share its slots",
        "POL-3 MERGE-5",
        [claim(day(1)), claim(day(2), DEMO_NEXT, note="x")],
    )
    merge(
        "findings",
        "one evidence is one finding, the newest emission is current",
        "KIND-11 MERGE-5",
        [finding(day(1)), finding(day(2), severity="critical"), finding(day(3), evidence=2)],
    )
    merge(
        "finding-rescinded",
        "a rescinded finding is current in its slot",
        "KIND-11 MERGE-5",
        [finding(day(1)), finding(day(2), verdict_class="rescinded")],
    )
    merge(
        "finding-detectors",
        "another detector, another slot",
        "KIND-11 MERGE-5",
        [finding(day(1)), finding(day(1), detector="ref_match")],
    )
    merge("all-stays-plural", "in an event type of which all are current nothing replaces anything", "MERGE-5 KIND-9 KIND-10",
         [made("citation", payloads.citation("w", rel), day(1 + n)) for n, rel in enumerate(payloads.RELATIONSHIPS)]
         + [made("replication", payloads.replication("a", "c", outcome=o, moderation=m), day(10 + n)) for n, (o, m) in enumerate((o, m) for o in payloads.OUTCOMES for m in payloads.MODERATIONS)])  # fmt: skip
    merge("extra-members", "members that merge does not read are kept and shown, sorted", "KIND-1 STATE-3 CANON-1 DATA-9",
         [made("author_claim", {**payloads.author_claim(payloads.orcid(1)), "__proto__": {"constructor": 1}, "10": "ten", "9": "nine", "\u00e9": [0.5, None], "zz": {"b": 1, "a": 2}}, day(1))])  # fmt: skip
    merge("utf16-traps", "strings that sort differently in UTF-16, in payloads and signers", "CANON-1 STATE-3",
         [made("replication", payloads.replication("\U00010000\uff5e", "\uff5e\U00010000"), day(1))])  # fmt: skip
    # Unknown types and nonconforming events.
    merge("unknown-types", "types of the future are listed, never dropped and never applied", "MERGE-6 LAW-3 CHECK-10",
         [other("peer_review", day(2), a=1), other("__proto__", day(1)), other("constructor", day(1)), other("", day(3)), other("record_created ", day(4)), alias("x", day(5))])  # fmt: skip
    merge(
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
    merge(
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
    merge("nonconforming", "a nonconforming event is listed with its code and is no less valid", "MERGE-6 KIND-2 CHECK-12",
         [made("alias_added", {"alias_kind": "X", "alias_value": "y"}, day(1)), made("citation", {"citing_work": "w"}, day(2)), made("timestamp_anchor", {"canonical_sha256": "0" * 64, "proof_b64": "AQ=="}, day(3)),
          made("storage_attestation", {**payloads.storage_attestation(RECORD, day(1)), "captured_at": "today"}, day(4)), alias("other", day(5), kind="arxiv")])  # fmt: skip
    return file


def files() -> list[File]:
    """The files of this module."""
    return [kinds_and_order()]
