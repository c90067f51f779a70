# ruff: noqa: E501  (tables: one vector, one row)
"""Stage merge: retractions, checkpoints, policies, and junk among the events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kit import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    DEMO_OLD,
    MIRROR,
    UNKNOWN_SIGNER,
    Json,
    Signer,
    attached,
    bundle,
    event_id,
    flat_event,
    made_record,
    payloads,
    policy,
    policy_key,
    to_json,
)
from kit.tampered import changed, decorated, flipped, without
from vectorgen.answers import NOTHING, Beside, answer
from vectorgen.fixtures import FLAT_POLICY, POLICY, RECORD
from vectorgen.merges import Merges, alias, checkpoint, claim, created, day, made, other, retract
from vectorgen.vector_file import File, as_json, as_text, hexed, part, text


def retractions() -> File:
    """Retractions and what they do (MERGE-7)."""
    file = Merges(
        "merge", "retractions", "Retractions: applied, waiting, rejected; the order of arrival never matters."
    )
    merge = file.merge
    first, second = claim(day(1)), claim(day(2), note="second")
    merge(
        "base",
        "the winner is retracted, and the next in its slot comes back",
        "MERGE-7 LAW-4 TRACE-2",
        [first, second, retract(second, day(3))],
    )
    merge(
        "earlier-than-target",
        "a retraction dated before its target applies as well",
        "MERGE-7 LAW-4",
        [second, retract(second, day(1))],
    )
    merge(
        "loser",
        "retracting a loser changes no current entry",
        "MERGE-7 TRACE-2",
        [first, second, retract(first, day(3))],
    )
    merge(
        "all",
        "all of a slot retracted: no entry",
        "MERGE-7",
        [first, second, retract(first, day(3)), retract(second, day(3))],
    )
    merge("waiting", "the target is not there yet", "MERGE-7 TRACE-2", [first, retract(second, day(3))])
    merge("waiting-nothing", "or never will be", "MERGE-7", [retract("sha256:" + "0" * 64, day(3))])
    merge(
        "by-another",
        "another signer's retraction is rejected",
        "MERGE-7 TRACE-2",
        [first, retract(first, day(3), AUTHOR)],
    )
    merge(
        "by-rotated-key",
        "another key of the same signer may",
        "MERGE-7 POL-3",
        [first, retract(first, day(3), DEMO_NEXT)],
    )
    merge(
        "of-retraction",
        "a retraction cannot be retracted",
        "MERGE-7",
        [first, one := retract(first, day(3)), retract(one, day(4))],
    )
    merge(
        "of-checkpoint",
        "a checkpoint can: it is shown no longer, the retraction is",
        "MERGE-7 MERGE-9 TRACE-3",
        [first, one := checkpoint([first], day(2)), retract(one, day(3))],
    )
    merge(
        "of-checkpoint-by-another",
        "only by its signer",
        "MERGE-7 MERGE-9",
        [first, one := checkpoint([first], day(2)), retract(one, day(3), AUTHOR)],
    )
    merge(
        "of-itself-impossible",
        "of a retraction that waits",
        "MERGE-7",
        [one := retract("sha256:" + "1" * 64, day(3)), retract(one, day(4))],
    )
    merge(
        "twice",
        "two retractions of one event",
        "MERGE-7 LAW-4",
        [first, retract(first, day(3)), retract(first, day(4), reason="again")],
    )
    merge(
        "twice-one-rejected",
        "one applies, one is rejected",
        "MERGE-7 LAW-4",
        [first, retract(first, day(3)), retract(first, day(2), AUTHOR)],
    )
    merge(
        "of-all",
        "an entry of an event type of which all are current",
        "MERGE-7 TRACE-3",
        [
            gone := made("citation", payloads.citation("w"), day(1)),
            retract(gone, day(2)),
            made("citation", payloads.citation("v"), day(1)),
        ],
    )
    merge(
        "of-nonconforming",
        "the target need not conform",
        "MERGE-7 MERGE-6",
        [gone := made("citation", {"citing_work": "w"}, day(1)), retract(gone, day(2))],
    )
    merge(
        "of-unknown-type",
        "nor be of a known type: only then does an unknown type show in current",
        "MERGE-7 MERGE-6 LAW-3",
        [gone := other("peer_review", day(1)), retract(gone, day(2))],
    )
    merge(
        "of-created",
        "the receipt goes with its event",
        "MERGE-7 STATE-4",
        [gone := created(), retract(gone, day(2))],
        receipts=["verified"],
    )
    merge(
        "tie-comes-back",
        "of a tie the other id comes back",
        "MERGE-7 MERGE-5 MERGE-8",
        [
            a := claim(day(1)),
            b := claim(day(1), strength="weak"),
            retract(min(a, b, key=event_id), day(2)),
        ],
    )
    merge(
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
    merge(
        "reason",
        "with a reason, which is shown",
        "MERGE-7 KIND-12",
        [first, retract(first, day(3), reason="typo in \u00e9\u6570")],
    )
    merge(
        "nonconforming-retraction",
        "a nonconforming retraction retracts nothing",
        "MERGE-7 MERGE-6",
        [first, made("event_retracted", {"event_id": event_id(first)[7:]}, day(2))],
    )
    merge(
        "waiting-is-not-valid-target",
        "an event that is not valid is no target",
        "MERGE-7",
        [
            retract(
                attached(UNKNOWN_SIGNER, RECORD, "alias_added", payloads.alias_added("example", "s"), day(1)),
                day(2),
            )
        ],
    )
    # Each subset of a retraction, its target and the next in the slot.
    trio = [first, second, retract(second, day(3))]
    for mask in range(1, 7):
        chosen = [one for index, one in enumerate(trio) if mask >> index & 1]
        merge(
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
    merge = file.merge
    one, two, three = alias("1", day(1)), alias("2", day(2)), alias("3", day(3), AUTHOR)
    merge(
        "base",
        "nothing that the signer listed is missing",
        "MERGE-9 KIND-13",
        [one, two, checkpoint([one, two], day(4))],
    )
    merge("missing", "an id of no event in the set", "MERGE-9", [one, checkpoint([one, two], day(4))])
    absent = [alias(f"absent {n}", day(1)) for n in range(8)]
    merge(
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
    merge("unknown", "without a checkpoint nothing is known", "MERGE-9", [one, two])
    merge(
        "two-signers",
        "each signer for itself",
        "MERGE-9",
        [one, three, checkpoint([one, three], day(4)), checkpoint([three, two], day(5), AUTHOR)],
    )
    merge(
        "of-others", "a checkpoint may list events of others", "MERGE-9", [three, checkpoint([three], day(4))]
    )
    merge(
        "two-checkpoints",
        "the ids of all, the greatest as X",
        "MERGE-9",
        [one, two, checkpoint([one], day(4)), checkpoint([two], day(3))],
    )
    merge(
        "two-one-missing",
        "an older one counts as well",
        "MERGE-9",
        [one, checkpoint([one], day(5)), checkpoint([two], day(4))],
    )
    merge(
        "same-instant",
        "at one instant the greater id is X",
        "MERGE-9 MERGE-4",
        [one, two, checkpoint([one], day(4)), checkpoint([two], day(4))],
    )
    merge("empty", "a checkpoint of nothing", "MERGE-9 KIND-13", [one, checkpoint([], day(4))])
    merge(
        "retracted-counts",
        "a retracted event is not missing",
        "MERGE-9 MERGE-7",
        [one, retract(one, day(2)), checkpoint([one], day(4))],
    )
    merge(
        "unknown-type-counts",
        "so is one of a type of the future",
        "MERGE-9 MERGE-6",
        [gone := other("peer_review", day(1)), checkpoint([gone], day(4))],
    )
    old, new = checkpoint([one, two], day(4)), checkpoint([one], day(5))
    merge(
        "retracted",
        "a retracted checkpoint lists nothing: only the other one counts, as X too",
        "MERGE-9 MERGE-7",
        [one, old, new, retract(old, day(6))],
    )
    merge(
        "retracted-newest",
        "X is the greatest of those that are left",
        "MERGE-9 MERGE-7",
        [one, two, old, new, retract(new, day(6))],
    )
    merge(
        "retracted-shared",
        "an id that another one lists too is still listed",
        "MERGE-9 MERGE-7",
        [one, old, other_list := checkpoint([two], day(5)), retract(other_list, day(6))],
    )
    merge(
        "retracted-all",
        "with none left nothing is known",
        "MERGE-9 MERGE-7",
        [one, old, retract(old, day(6))],
    )
    merge(
        "retracted-before",
        "the times of checkpoint and retraction do not matter",
        "MERGE-9 MERGE-7",
        [one, old, retract(old, day(1))],
    )
    merge(
        "retracted-twice",
        "retracted twice is retracted",
        "MERGE-9 MERGE-7",
        [one, old, checkpoint([one, two], day(5)), retract(old, day(6)), retract(old, day(7))],
    )
    merge(
        "retracted-by-another",
        "another signer cannot",
        "MERGE-9 MERGE-7",
        [one, old, retract(old, day(6), AUTHOR)],
    )
    merge(
        "retracted-by-rotated-key",
        "another key of the signer can",
        "MERGE-9 MERGE-7 POL-3",
        [one, old, retract(old, day(6), DEMO_NEXT)],
    )
    merge(
        "retracted-nonconforming",
        "a nonconforming retraction retracts nothing",
        "MERGE-9 MERGE-6",
        [one, old, made("event_retracted", {"event_id": event_id(old), "reason": ""}, day(6))],
    )
    merge(
        "retracted-is-listed",
        "a checkpoint may list a retracted event, and its retraction: both are in the set",
        "MERGE-9 MERGE-7",
        [one, old, back := retract(old, day(6)), checkpoint([one, old, back], day(7))],
    )
    merge(
        "nonconforming-checkpoint",
        "a nonconforming checkpoint lists nothing",
        "MERGE-9 MERGE-6",
        [one, made("checkpoint", {"event_ids": ["sha256:" + "1" * 64, "sha256:" + "0" * 64]}, day(4))],
    )
    merge(
        "rotation",
        "keys of one signer are one signer",
        "MERGE-9 POL-3",
        [one, checkpoint([one], day(4)), checkpoint([two], day(5), DEMO_NEXT)],
    )
    merge(
        "year-9999",
        "the greatest instant is year 9999",
        "MERGE-9 TIME-2",
        [one, two, checkpoint([one], "9999-12-31T23:59:59Z"), checkpoint([two], day(4))],
    )
    high, low = Signer(20, "\U00010000", "k1"), Signer(21, "\uff5e", "k2")
    merge(
        "signers-sorted",
        "signers sort as UTF-8: U+FF5E before U+10000",
        "MERGE-9 STATE-4",
        [alias("1", day(1), high), alias("2", day(1), low)],
        claimed=policy(high, low),
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
        claimed: Json,
        rejected: dict[int, tuple[str, str | None]],
        receipts: Sequence[str] = ("verified",),
    ) -> None:
        valid = [one for index, one in enumerate(events) if index not in rejected]
        beside = Beside(tuple((event_id(events[index]), *status) for index, status in rejected.items()))
        file.parts[f"policy-{name}"] = as_json(claimed)
        file.add(name, about, clauses, "merge", {"inputs": [file.of(*events)], "policy": part(f"policy-{name}")},
                 {"ok": answer(RECORD, valid, claimed, beside, receipts=receipts)}, None if name == "base" else "base", file.arranged(name, events))  # fmt: skip

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
    under("nobody", "a policy of another key: no event is valid, the record is as before", "CHECK-5 STATE-4", policy(UNKNOWN_SIGNER),
          {index: ("unknown_key", "key_unknown") for index in range(5)}, ["unknown_key"])  # fmt: skip
    under("no-right-to-receipts", "a key that may not sign record_created makes no receipt", "RCPT-2 STATE-4",
          policy(policy_key(DEMO, event_types=["author_claim"]), DEMO_OLD, MIRROR), {0: ("invalid", "key_role")}, ["invalid"])  # fmt: skip
    return file


def junk() -> File:
    """Junk among the events changes counters and the report, and nothing else (LAW-2)."""
    file = Merges(
        "merge", "junk", "Junk among the events: current, unrecognised and the two digests do not change."
    )
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

    file.parts["flat-policy"] = as_json(FLAT_POLICY)

    def with_junk(
        name: str,
        about: str,
        clauses: str,
        rows: Sequence[Json | str],
        beside: Beside,
        *,
        receipts: Sequence[str] = ("verified",),
        claimed: Json = POLICY,
    ) -> None:
        keys = "policy" if claimed is POLICY else "flat-policy"
        expect = answer(RECORD, events, claimed, beside, receipts=receipts)
        same = {
            member: expect[member] == clean[member]
            for member in ("state_sha256", "events_sha256", "trace", "completeness")
        }
        if not all(same.values()):
            raise ValueError(f"{name} is no junk")
        at_end = replace(
            beside,
            without_id=tuple(
                (0, f"/events/{len(events) + n}", status, code)
                for n, (_, _, status, code) in enumerate(beside.without_id)
            ),
        )
        at_front = replace(
            beside,
            without_id=tuple(
                (0, f"/events/{n}", status, code) for n, (_, _, status, code) in enumerate(beside.without_id)
            ),
        )
        beside_it = replace(
            beside,
            without_id=tuple(
                (1, f"/events/{n}", status, code) for n, (_, _, status, code) in enumerate(beside.without_id)
            ),
        )

        def expected(places: Beside) -> Json:
            return answer(RECORD, events, claimed, places, receipts=receipts)

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
        file.add(name, about, f"LAW-2 STATE-7 REPORT-2 {clauses}".strip(), "merge", {"inputs": [file.of(*events, *rows)], "policy": part(keys)},
                 {"ok": expected(at_end)}, "base", variants)  # fmt: skip

    one = alias("junk", day(4))
    strange = alias("s", day(1), UNKNOWN_SIGNER)
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
        "no format reads an object without members",
        "FORMAT-8 CHECK-12",
        ["{}", '{"event_type":"citation"}'],
        Beside(without_id=((0, "", "unknown_format", None),) * 2),
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
    tampered_flat = changed(flat, ("signature_b64",), "A" * 86 + "==")
    for label, rows in (("", [flat, tampered_flat]), ("-reversed", [tampered_flat, flat])):
        with_junk(f"flat-unbound-and-invalid{label}", "an unbound element decides, and an invalid one of the same id counts", "EVT-8 CHECK-11",
                  rows, Beside(((flat_id, "unbound", None),), invalid_too=(flat_id,)), claimed=FLAT_POLICY)  # fmt: skip
    unsigned_one = without(flipped(one), ("signature",))
    with_junk("unsigned-and-invalid", "an invalid element counts, one without a signature beside it or not", "CHECK-11",
              [unsigned_one, flipped(one)], Beside(((event_id(one), "invalid", "signature_invalid"),)))  # fmt: skip
    with_junk("unknown-signer-and-invalid", "an element of an unknown key and an invalid one have one id", "CHECK-11 CHECK-5",
              [changed(one, ("signature", "key_id"), "x"), flipped(one)], Beside(((event_id(one), "invalid", "signature_invalid"),)))  # fmt: skip
    with_junk(
        "flat",
        "a flat event",
        "EVT-7",
        [flat],
        Beside(((flat["payload_sha256"], "unbound", None),)),
        claimed=FLAT_POLICY,
    )
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
        [gone := retract(events[1], day(5), UNKNOWN_SIGNER)],
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
        ("rejected-page", "an error page together with a bundle", [page, file.of(*events)], ((0, "syntax"),)),
        ("rejected-cbor", "a CBOR bundle with a byte string", [file.of(*events), binary], ((1, "cbor_type"),)),
        ("rejected-hash", "a bundle with another hash", [file.of(*events[:2]), wrong, file.of(*events[2:])], ((1, "hash_mismatch"),)),
        ("rejected-several", "several", [page, wrong, file.of(*events), binary], ((0, "syntax"), (1, "hash_mismatch"), (3, "cbor_type"))),
    ):  # fmt: skip
        file.add(name, f"{about}: it is named, the others go on", "BUN-5 LAW-2", "merge", {"inputs": inputs, "policy": part("policy")},
                 {"ok": answer(RECORD, events, POLICY, Beside(rejected=rejected), receipts=["verified"])}, "base")  # fmt: skip
    file.reject(
        "rejected-all",
        "where every input is rejected the code of the first is the answer",
        "BUN-5",
        "merge",
        {"inputs": [page, wrong], "policy": part("policy")},
        "syntax",
        "base",
    )
    elsewhere = made_record(3)
    bundle_of_unknown_signer = as_text(to_json(bundle(elsewhere, [])))
    file.reject(
        "other-record",
        "bundles of two records do not merge",
        "MERGE-2",
        "merge",
        {"inputs": [file.of(*events), bundle_of_unknown_signer], "policy": part("policy")},
        "subject",
        "base",
    )
    more = {**RECORD, "future": 1}
    file.reject("other-hash", "a record with one more member is another record", "MERGE-2 DATA-9", "merge", {"inputs": [file.of(*events), as_text(to_json(bundle(more, [])))], "policy": part("policy")},
                "subject", "base")  # fmt: skip
    return file


def files() -> list[File]:
    """The files of this module."""
    return [retractions(), checkpoints(), policies(), junk()]
