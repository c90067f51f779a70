# ruff: noqa: E501  (tables: one vector, one row)
"""Stage mirror: a set exported and read back (EXPORT-1 to EXPORT-3)."""

from __future__ import annotations

from kit import (
    Json,
    bundle,
    canonical,
    cbor,
    event_id,
    oracle,
    payloads,
    sha256_hex,
    to_json,
)
from kit.tampered import changed, flipped, signature_of, signed_again, without
from vectorgen.answers import answer
from vectorgen.fixtures import POLICY, RECORD
from vectorgen.merges import (
    Merges,
    alias,
    base_events,
    checkpoint,
    claim,
    created,
    day,
    made,
    other,
    retract,
)
from vectorgen.vector_file import File, hexed, joined, made_of, part, repeated, text


def exporting() -> File:
    """Exports read back (EXPORT-1 to EXPORT-3)."""
    file = Merges(
        "mirror",
        "export",
        "A set exported, read back and merged again: the same digests; each element exactly as in EXPORT-1.",
    )
    for name, about, events, receipts in (
        ("base", "one event of each event type", base_events(), ["verified"]),
        ("empty", "no event: one bundle without events", [], []),
        ("retracted", "retracted events travel too", [one := claim(day(1)), claim(day(2), note="x"), retract(one, day(3))], []),
        ("conflict", "a conflict travels whole", [claim(day(1)), claim(day(1), strength="weak")], []),
        ("extra", "unknown members are in the body and travel", [alias("x", day(1), extra={"__proto__": 1, "10": [0.5]})], []),
        ("unknown-type", "types of the future travel", [other("peer_review", day(1), x=1)], []),
    ):  # fmt: skip
        ordered = sorted(events, key=oracle.order)
        expect = answer(RECORD, events, POLICY, receipts=receipts)
        expect["elements"] = [sha256_hex(canonical(one)) for one in ordered]
        file.add(
            name,
            about,
            "EXPORT-1 EXPORT-2 EXPORT-3",
            "export",
            {"inputs": [file.of(*events)], "policy": part("policy")},
            {"ok": expect},
        )
    whole = claim(day(1))
    marked = changed(changed(whole, ("signature", "note"), 1), ("signature", "kind"), "pith_event_signature")
    expect = answer(RECORD, [whole], POLICY)
    expect["elements"] = [sha256_hex(canonical(whole))]
    file.add(
        "unsigned-member",
        "what nothing signs does not travel",
        "EXPORT-1 EVT-5",
        "export",
        {"inputs": [file.of(marked)], "policy": part("policy")},
        {"ok": expect},
    )
    nameless = without(whole, ("event_id",))
    file.add(
        "without-id",
        "an exported event contains its id",
        "EXPORT-1",
        "export",
        {"inputs": [file.of(nameless)], "policy": part("policy")},
        {"ok": expect},
    )
    file.add("junk-stays", "what is not valid does not travel", "EXPORT-2 LAW-2", "export",
             {"inputs": [file.of(whole, flipped(claim(day(2))), "null", without(alias("y"), ("signature",)))], "policy": part("policy")}, {"ok": expect})  # fmt: skip
    # CHECK-11 over several inputs: whatever the event is, the smallest signature is kept.
    taken = claim(day(1))
    for name, one in (
        ("unknown-type", other("peer_review", day(1))),
        ("nonconforming", made("citation", {}, day(1))),
        ("retraction", retract(taken, day(2))),
        ("checkpoint", checkpoint([taken], day(2))),
        ("created", created(day(1))),
        ("citation", made("citation", payloads.citation("w"), day(1))),
    ):
        occurrences = sorted((one, *(signed_again(one, nonce) for nonce in (12345, 67890))), key=signature_of)
        events = [taken, occurrences[0]]
        expect = answer(RECORD, events, POLICY, receipts=["verified"] if name == "created" else [])
        expect["elements"] = [sha256_hex(canonical(each)) for each in sorted(events, key=oracle.order)]
        variants = [
            {
                "name": f"copies {order}",
                "args": {"inputs": [file.of(taken), *(file.of(occurrences[n]) for n in order)]},
            }
            for order in ((0, 1, 2), (1, 0, 2), (2, 0, 1), (1, 2, 0), (0, 2, 1))
        ]
        file.add(f"occurrences-of-{name}", "of validly signed elements in several bundles the smallest signature is exported", "EXPORT-1 CHECK-11 MERGE-3", "export",
                 {"inputs": [file.of(taken), *(file.of(each) for each in occurrences[::-1])], "policy": part("policy")}, {"ok": expect}, variants=variants)  # fmt: skip
    # EXPORT-2: over one limit of an input an export is several bundles.
    roomy = [claim(day(1 + n), note="n" * 250_000) for n in range(18)]
    many_values = [claim(day(1 + n), note=[0] * 19_000) for n in range(11)]
    for name, about, events in (
        ("split-by-size", "4.5 MB of events are two bundles at least", roomy),
        ("split-by-values", "209,000 values are two bundles at least", many_values),
    ):
        expect = answer(RECORD, events, POLICY)
        wanted: Json = {
            name: expect[name]
            for name in ("state_sha256", "events_sha256", "verdicts", "rejected", "exit_status")
        }
        wanted["elements"] = [sha256_hex(canonical(one)) for one in events]
        half = len(events) // 2
        file.add(name, about, "EXPORT-2 EXPORT-3 LIM-1 LIM-3", "export", {"inputs": [file.of(*events[:half]), file.of(*events[half:])], "policy": part("policy")}, {"ok": wanted})  # fmt: skip
    # EXPORT-2, LIM-10: what was read as CBOR may be too large as JSON.
    for name, about, count, code in (
        ("record-fits", "3.6 MB of canonical JSON fit into a bundle", 600_000, None),
        ("record-too-large", "5.4 MB do not, though they were read from 0.9 MB of CBOR", 900_000, "size"),
    ):
        record = {**RECORD, "x": "\x01" * count}
        front, behind = cbor(bundle(record, [])).split(b"\x01" * count)
        inputs = [joined(hexed(front), repeated(hexed(b"\x01"), count), hexed(behind))]
        args: Json = {"inputs": inputs, "policy": part("policy")}
        if code is None:
            expected: Json = answer(record, [], POLICY)
            expected = {key: expected[key] for key in ("state_sha256", "events_sha256", "rejected")}
            file.add(name, about, "EXPORT-2 LIM-10", "export", args, {"ok": {**expected, "elements": []}})
        else:
            file.reject(name, about, "EXPORT-2 LIM-10", "export", args, code, "record-fits")
    _crowd(file, 5_001)
    return file


def _crowd(file: Merges, count: int) -> None:
    """More events than one bundle may have, each written as what differs: its number and its signature."""
    events = [alias(f"{n:04}", day(1)) for n in range(count)]
    front, behind = to_json(without(alias("NNNN", day(1)), ("event_id",))).decode().split("NNNN")
    signature = without(alias("NNNN", day(1)), ("event_id",))["signature"]["signature_b64"]
    behind, end = behind.split(signature)
    file.parts |= {
        "front": text(front),
        "behind": text(behind),
        "end": text(end),
        "next": text(f"{end},{front}"),
    }
    for name, some in (("crowd", events[:-1]), ("more", events[-1:])):
        pieces = [part("front")]
        for index, one in enumerate(some):
            pieces += [part("next")] if index else []
            pieces += [
                text(one["payload"]["alias_value"]),
                part("behind"),
                text(one["signature"]["signature_b64"]),
            ]
        file.parts[name] = joined(*pieces, part("end"))
    names = {event_id(one): one for one in events}
    expect = {"events_sha256": oracle.events_sha256(names), "rejected": [], "exit_status": 0}
    inputs = [made_of("frame", "crowd"), made_of("frame", "more")]
    file.add("split-by-events", f"{count:,} events are two bundles at least", "EXPORT-2 EXPORT-3 LIM-5", "export", {"inputs": inputs, "policy": part("policy")}, {"ok": expect})  # fmt: skip


def files() -> list[File]:
    """The files of this module."""
    return [exporting()]
