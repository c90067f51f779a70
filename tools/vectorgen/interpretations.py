# ruff: noqa: E501  (tables: one vector, one row)
"""Stages policy, check and merge: vectors that deliberately wrong readings of a clause passed before."""

from __future__ import annotations

import json
from typing import Any, Final

from kit import (
    UNKNOWN_SIGNER,
    Json,
    Signer,
    attached,
    event,
    event_id,
    flat_event,
    oracle,
    payloads,
    policy,
    policy_key,
    receipt,
    sign,
)
from kit.formats import FAMILY
from kit.oracle.formats import check_answer
from kit.signing import b64
from kit.tampered import changed, flipped, without
from vectorgen.answers import Beside, answer
from vectorgen.fixtures import CREATED, DEMO, FLAT_POLICY, NUMBER, RECORD, args, copy, frame, parts
from vectorgen.merges import Merges, alias, checkpoint, claim, day, finding, other, retract
from vectorgen.receipts import created
from vectorgen.vector_file import File, as_json, as_text, hexed, joined, part, repeated, text

BASE: Final = alias("base")
NO_TIME: Final = "event-no-time-digest"


def rule(name: str) -> Json:
    """An event format of the test kit by the name that a policy gives it."""
    return FAMILY[name]


def checks() -> File:
    """What a bundle is taken for, faults in their order, keys and receipts."""
    file = File(
        "check",
        "interpretations",
        "Interpretations of a clause that other vectors do not distinguish.",
        parts(),
    )
    base = "check/bundles/base"
    for name, data, code in (("map-of-one-byte-length", "b801", "cbor_nonminimal"), ("map-of-no-length", "bfff", "cbor_indefinite"),
                             ("map-of-23", "b7", "cbor_truncated"), ("map-reserved", "bc00", "cbor_reserved")):  # fmt: skip
        file.reject(name, "every first byte from A0 to BF begins CBOR", "BUN-1", "check",
                    {"data": hexed(data), "policy": part("policy"), "format": None}, code, "check/bundles/cbor", offset=0)  # fmt: skip
    for name, data in (("array-of-cbor", "80"), ("tag-of-cbor", "c0a0")):
        file.reject(name, "and no other one does", "BUN-1", "check",
                    {"data": hexed(data), "policy": part("policy"), "format": None}, "utf8", "check/bundles/cbor", offset=0)  # fmt: skip

    def of_head(head: Any) -> Json:
        many = joined(head, repeated("0,", 5000), text("0]}"))
        return {"data": many, "policy": part("policy"), "format": None}

    file.parts["other-hash"] = frame(canonical_sha256="0" * 64)
    file.parts["no-record"] = frame(canonical_record={})
    entries = [{"alias_kind": "x", "alias_value": "y"}] * 1001
    file.parts["many-aliases"] = frame(source_aliases=entries)
    for name, about in (("other-hash", "the number of events is looked at before the hash"), ("no-record", "and before the record"),
                        ("many-aliases", "and before the number of aliases")):  # fmt: skip
        file.reject(f"events-before-{name}", about, "BUN-4 LIM-5", "check", of_head(part(name)), "events", base, pointer="/events")  # fmt: skip

    for length in (8, 12, 16):
        made = event(DEMO, RECORD, "alias_added", "record", BASE["payload"], CREATED, subject="pith:" + NUMBER[10 : 10 + length])  # fmt: skip
        file.add(f"subject-of-{length}", "a short number names no record", "CHECK-4 NUM-5", "check", args(made),
                 {"ok": {"elements": [copy(0, made, "invalid", "subject")]}}, "event/valid/base")  # fmt: skip

    unknown = policy(policy_key(DEMO, event_formats=["pithbundle-event-1", "unknown"]))
    file.parts["unknown"] = as_json(unknown)
    for name, path, value in (("fingerprint-of-nobody", ("signer", "public_key_fingerprint"), UNKNOWN_SIGNER.fingerprint),
                              ("key-id-of-nobody", ("signer", "key_id"), "x"), ("signature-of-another", ("signature", "key_id"), "x")):  # fmt: skip
        made = changed(BASE, path, value)
        file.add(name, "a key of unknown format excuses only what names it", "CHECK-5 CHECK-13", "check",
                 {**args(made), "policy": part("unknown")}, {"ok": check_answer(unknown, RECORD, [made])}, "event/valid/base")  # fmt: skip
    return file


def receipts() -> File:
    """Which receipts are among the 16 (RCPT-4)."""
    file = File("receipt", "interpretations", "Which receipts of unverified elements are checked.", parts())

    def made_up(number: int, **changes: Any) -> Json:
        claimed = {**receipt(DEMO, RECORD, CREATED), "signature_b64": b64(bytes(40) + number.to_bytes(24, "big")), **changes}  # fmt: skip
        made: Json = without(created(claimed), ("signature",))
        return made

    def check(
        name: str, about: str, elements: list[Json], words: list[str], claimed: Json | None = None
    ) -> None:
        arguments = args(*elements)
        if claimed is not None:
            file.parts[f"policy-{name}"] = as_json(claimed)
            arguments["policy"] = part(f"policy-{name}")
        code = {"invalid": "signature_invalid", "not_checked": None, "verified": None}
        rows = [{"event_id": event_id(made), "pointer": f"/events/{index}/payload/receipt", "verdict": status, "code": code[status]}
                for index, (made, status) in enumerate(zip(elements, words, strict=True))]  # fmt: skip
        file.add(name, about, "RCPT-4", "check", arguments, {"ok": {"receipts": rows}}, "receipt/limit/one")

    second = Signer(120, "second.example", "second-1")
    both = [made_up(n, key_id=key_id) for key_id in (DEMO.key_id, second.key_id) for n in range(9)]
    check("pairs-of-two-keys", "one signature under two key ids is two pairs", both, ["invalid"] * 16 + ["not_checked"] * 2, policy(DEMO, second))  # fmt: skip
    own = created(receipt(DEMO, RECORD, CREATED))
    # The receipt of the valid event begins with a letter between "/" and "z".
    high = [made_up(n, signature_b64=b64(bytes.fromhex("cf3cf3") * 10 + bytes(33) + bytes([n]))) for n in range(17)]  # fmt: skip
    check("valid-before-sixteen", "the receipt of a valid record_created does not count, where its pair is the smallest",
          [own, *high], ["verified", *["invalid"] * 16, "not_checked"])  # fmt: skip
    low = [made_up(n, signature_b64=b64(b"\xff" * 30 + bytes(33) + bytes([n]))) for n in range(17)]
    check("valid-after-sixteen", "nor where its pair is the largest", [own, *low], ["verified", *["invalid"] * 16, "not_checked"])  # fmt: skip
    return file


def merges() -> File:
    """What is counted, and what an outcome rests on."""
    file = Merges(
        "merge", "interpretations", "Interpretations of a clause that other vectors do not distinguish."
    )
    file.merge("base", "the events alone", "MERGE-3", [BASE], arrangements=False)

    keys = [Signer(130 + n, f"s{n:02}.example", f"s{n:02}") for n in range(17)]
    many = policy(DEMO, *keys)
    file.parts["policy-many"] = as_json(many)
    attested = [
        attached(DEMO, RECORD, "citation", {**payloads.citation(f"w{n}"), "receipt": receipt(one, RECORD, CREATED)}, day(n + 1))
        for n, one in enumerate(keys)
    ]  # fmt: skip
    file.add("receipts-not-checked", "a receipt that is not checked changes no outcome", "RCPT-4 REPORT-2", "merge",
             {"inputs": [file.of(*attested)], "policy": part("policy-many")},
             {"ok": {"exit_status": 0, "verdicts": answer(RECORD, attested, many)["verdicts"]}})  # fmt: skip

    no_time = policy(DEMO, policy_key(UNKNOWN_SIGNER, event_formats=[rule(NO_TIME)]))
    file.parts["policy-no-time"] = as_json(no_time)
    unbound = attached(UNKNOWN_SIGNER, RECORD, "alias_added", payloads.alias_added("example", "unbound"), CREATED, document=rule(NO_TIME))  # fmt: skip
    wrong = flipped(unbound)
    name = event_id(unbound, rule(NO_TIME))
    beside = Beside(((name, "unbound", None),))

    def counted(count: int) -> Json:
        """The answer with so many invalid ids."""
        made = answer(RECORD, [BASE], no_time, beside)
        state = json.loads(made["state"]["$text"])
        state["event_count"] += count
        state["invalid_event_count"] += count
        return {**made, "state": as_text(oracle.to_bytes(state))}

    for label, elements, count in (("unbound-alone", [unbound], 0), ("unbound-and-invalid", [unbound, wrong], 1), ("invalid-and-unbound", [wrong, unbound], 1)):  # fmt: skip
        file.add(label, "an id counts where any element of it is invalid, whichever decides", "STATE-7 CHECK-11", "merge",
                 {"inputs": [file.of(BASE, *elements)], "policy": part("policy-no-time")}, {"ok": counted(count)}, "base")  # fmt: skip

    file.parts["flat-policy"] = as_json(FLAT_POLICY)
    flat = flat_event(DEMO, payloads.integrity(RECORD, day(1)), day(1), 7)
    bad = changed(flat, ("signature_b64",), b64(bytes(64)))
    beside = Beside(((bad["payload_sha256"], "invalid", "signature_invalid"),))
    file.add("flat-invalid", "an invalid flat event counts by its digest", "STATE-7 EVT-8", "merge",
             {"inputs": [file.of(BASE, bad)], "policy": part("flat-policy")}, {"ok": answer(RECORD, [BASE], FLAT_POLICY, beside)}, "base")  # fmt: skip
    file.add("flat-invalid-and-unbound", "also where another element of that digest is unbound", "STATE-7 CHECK-11", "merge",
             {"inputs": [file.of(BASE, flat, bad)], "policy": part("flat-policy")},
             {"ok": _with_one_more(answer(RECORD, [BASE], FLAT_POLICY, Beside(((flat["payload_sha256"], "unbound", None),))))}, "base")  # fmt: skip

    def outcome(
        name: str,
        about: str,
        elements: list[Any],
        status: int,
        outcomes: str,
        inputs: list[Any] | None = None,
        claimed: str = "policy",
    ) -> None:
        file.add(name, about, "REPORT-2", "merge", {"inputs": [file.of(*elements), *(inputs or [])], "policy": part(claimed)},
                 {"ok": {"exit_status": status, "outcomes": outcomes.split()}}, None if outcomes == "valid" else "base")  # fmt: skip

    nobody = created({**receipt(DEMO, RECORD, CREATED), "key_id": "nobody"})
    own = created(receipt(DEMO, RECORD, CREATED))
    outcome(
        "receipt-of-nobody", "a receipt of an unknown key beside a verified event", [nobody], 3, "unverified"
    )
    outcome("receipt-verified", "a verified receipt", [own], 0, "valid")
    unsigned = without(own, ("signature",))
    outcome("receipt-alone", "a verified receipt of an unsigned event", [unsigned], 3, "unverified")
    outcome("receipt-of-invalid", "a signature of a receipt is one: nothing is unverified", [flipped(own)], 1, "invalid")  # fmt: skip
    outcome("nothing-of-invalid", "without it something is", [flipped(BASE)], 1, "invalid unverified")
    flat_good, flat_bad = (
        changed(flat, ("payload", "receipt"), claimed)
        for claimed in (receipt(DEMO, RECORD, CREATED), {**receipt(DEMO, RECORD, CREATED), "algorithm": "x"})
    )
    for label, elements in (("good-first", [flat_good, flat_bad]), ("bad-first", [flat_bad, flat_good])):
        outcome(f"flat-receipts-{label}", "elements of one claimed digest carry receipts of their own", elements, 1, "invalid unverified", claimed="flat-policy")  # fmt: skip
    absent = checkpoint([BASE, claim(day(1))], day(3))
    two = [claim(day(1), strength=value) for value in payloads.STRENGTHS]
    outcome("all-but-rejected", "all that apply are listed", [flipped(BASE), *two, absent, unsigned], 1, "invalid conflict incomplete unverified")  # fmt: skip
    outcome("all", "in their order", [flipped(BASE), *two, absent, unsigned], 1,
            "rejected invalid conflict incomplete unverified", [text("x")])  # fmt: skip
    outcome("rejected-beside-valid", "an input is rejected", [BASE], 1, "rejected", [text("x")])

    clashes = [claim(day(when), number=number, strength=value) for number, when in ((1, 2), (2, 1)) for value in payloads.STRENGTHS]  # fmt: skip
    slots = sorted({str(one["payload"]["identifier"]) for one in clashes})
    if [one["payload"]["identifier"] for one in clashes[::2]] != slots:
        raise ValueError("the later conflict is not that of the first slot")
    file.merge("conflicts-by-slot-before-instant", "conflicts are sorted by slot before instant", "STATE-4", clashes, arrangements=False)  # fmt: skip
    last, first = Signer(140, "z.example", "z"), Signer(141, "a.example", "a")
    typed = [*(claim(day(1), last, strength=value) for value in payloads.STRENGTHS),
             *(finding(day(1), signer=first, severity=value) for value in ("critical", "advisory"))]  # fmt: skip
    file.merge("conflicts-by-type-before-signer", "and by type before signer", "STATE-4", typed, claimed=policy(first, last), arrangements=False)  # fmt: skip

    name_again = alias("again", day(1))
    again = [name_again, retract(name_again, day(2)), alias("again", day(3))]
    file.merge("alias-again", "an alias whose event was retracted is added again", "TIMELINE-2", again, arrangements=False, op="timeline",
              timeline=[[event_id(one), change] for one, change in zip(again, ("adds", "retracts", "adds"), strict=True)])  # fmt: skip

    elsewhere = [sign({**without(other("peer_review", day(2)), ("signature",)), "target": target}, DEMO) for target in ("graph", "bundle", "event", "x", "")]  # fmt: skip
    file.merge("unknown-type-of-any-target", "an unknown type is unknown whatever its target", "MERGE-6", elsewhere, arrangements=False)  # fmt: skip

    alone = rule("event-payload-digest")
    broken = {**receipt(DEMO, RECORD, CREATED), "signature_b64": "x"}
    whole = event(
        DEMO, RECORD, "record_created", "record", own["payload"], CREATED, extra={"receipt": broken}
    )
    content = without(without(whole, ("event_id",)), ("signature",))
    nested = event(UNKNOWN_SIGNER, RECORD, "record_created", "record", content, CREATED, document=alone)
    file.parts["policy-payload"] = as_json(policy(DEMO, policy_key(UNKNOWN_SIGNER, event_formats=[alone])))
    for label, elements in (("verified-first", [whole, nested]), ("unbound-first", [nested, whole])):
        file.add(f"receipts-of-one-id-{label}", "an event and a payload of one id have receipts of their own", "RCPT-4 CHECK-11",
                 "merge", {"inputs": [file.of(*elements)], "policy": part("policy-payload")},
                 {"ok": {"exit_status": 1, "outcomes": ["invalid"]}}, "base")  # fmt: skip
    return file


def _with_one_more(made: Json) -> Json:
    """An answer whose state counts one more invalid id."""
    state = json.loads(made["state"]["$text"])
    state["event_count"] += 1
    state["invalid_event_count"] += 1
    return {**made, "state": as_text(oracle.to_bytes(state))}


def files() -> list[File]:
    """The files of this module."""
    return [checks(), receipts(), merges()]
