# ruff: noqa: E501  (tables: one vector, one row)
"""Stage merge: each member of each event type, conforming and not (KIND-2 to KIND-13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kit import (
    DEMO,
    Json,
    event,
    payloads,
    pith_number,
    sha256_hex,
)
from kit.oracle import EVENT_TYPES, schema_error
from kit.tampered import changed, without
from vectorgen.answers import answer
from vectorgen.fixtures import POLICY, RECORD, frame
from vectorgen.merges import Merges, day, own_receipt
from vectorgen.vector_file import File, made_of, part


def schema_errors() -> File:
    """Each member of each event type, conforming and not (KIND-2 to KIND-13)."""
    file = Merges(
        "merge",
        "schema",
        "One event of an event type, one member changed: current in its section, or unrecognised with the code in the comment.",
    )
    target_of = payloads.TARGETS
    seen: dict[str, int] = {}

    def one(
        event_type: str, clause: str, label: str, about: str, payload: Any, target: str | None = None
    ) -> None:
        seen[event_type] = seen.get(event_type, 0) + 1
        made_event = event(
            DEMO, RECORD, event_type, target_of[event_type] if target is None else target, payload, day(1)
        )
        expect = answer(
            RECORD,
            [made_event],
            POLICY,
            receipts=receipts_of(payload) if event_type == "record_created" else [],
        )
        wanted = {name: expect[name] for name in ("state", "state_sha256", "verdicts", "exit_status")}
        expected = about.rpartition(": ")[2]
        if (schema_error(made_event, RECORD) or "conforms") != expected:
            raise ValueError(f"{event_type}-{label} does not give what the row expects: {expected}")
        if label != "base":
            # Hundreds of states that differ in one entry: the digest is enough, the comment has the rest.
            wanted["state"] = {"$sha256": sha256_hex(expect["state"]["$text"].encode())}
        slug = event_type.replace("_", "-").replace(".", "-")
        file.add(f"{slug}-{label}", about, f"KIND-2 {clause} MERGE-6", "merge", {"inputs": [file.of(made_event)], "policy": part("policy")}, {"ok": wanted}, None if label == "base" else f"{slug}-base")  # fmt: skip

    def receipts_of(payload: Json) -> list[str]:
        if "receipt" not in payload:
            return []
        claimed = payload["receipt"]
        return ["verified" if isinstance(claimed, dict) and claimed == own_receipt() else "invalid"]

    def members_of(
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
    members_of("record_created", "KIND-3", payloads.record_created(RECORD, own_receipt()), [
        ("canonical_sha256", "another hash", "0" * 64, "hash_mismatch"), *(("canonical_sha256", *row) for row in bad_hex),
        ("canonical_record", "another record", {**RECORD, "future": 1}, "hash_mismatch"), ("canonical_record", "empty", {}, "hash_mismatch"),
        ("canonical_sha256", "65 digits", hexes + "0", "encoding"), ("canonical_sha256", "newline", hexes + "\n", "encoding"), ("canonical_record", "true for 1", changed(RECORD, ("source", "version"), True), "hash_mismatch"),
        ("canonical_record", "other order of members", dict(reversed(RECORD.items())), None), ("receipt", "empty", {}, None), ("future", "more members", [1], None)])  # fmt: skip
    members_of("alias_added", "KIND-4", payloads.alias_added("example", "x"), [
        ("alias_kind", "one letter", "a", None), ("alias_kind", "64 characters", "a" * 64, None), ("alias_kind", "65 characters", "a" * 65, "encoding"), ("alias_kind", "empty", "", "encoding"),
        ("alias_kind", "upper case", "Example", "encoding"), ("alias_kind", "digit first", "1a", "encoding"), ("alias_kind", "hyphen", "a-b", "encoding"), ("alias_kind", "underscore first", "_a", "encoding"),
        ("alias_kind", "newline", "example\n", "encoding"), ("alias_kind", "not ASCII", "\u00e9", "encoding"), ("alias_kind", "proto", "__proto__", "encoding"), ("alias_kind", "constructor", "constructor", None),
        ("alias_value", "one character", "!", None), ("alias_value", "512 characters", "~" * 512, None), ("alias_value", "513 characters", "~" * 513, "encoding"), ("alias_value", "empty", "", "encoding"),
        ("alias_value", "space", "a b", "encoding"), ("alias_value", "not ASCII", "\u00e9", "encoding"), ("alias_value", "delete", "a\x7f", "encoding"), ("alias_value", "newline", "a\n", "encoding"), ("alias_value", "backslash", "\\", None),
        *(("alias_kind", alias_kind.replace("_", "-"), alias_kind, None) for alias_kind in ("pith_short", "pith_shorts_8", "arxivs", "arxiv_versions", "arxiv_version_", "pith_number"))])  # fmt: skip
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
    members_of(
        "graph_snapshot",
        "KIND-5",
        {"graph_snapshot": {"a": 1}},
        [
            ("graph_snapshot", "empty", {}, None),
            ("graph_snapshot", "array", [], "type"),
            ("graph_snapshot", "string", "x", "type"),
        ],
    )
    members_of("timestamp_anchor", "KIND-6", payloads.timestamp_anchor(RECORD, b"\x01\x02"), [
        ("canonical_sha256", "another hash", "0" * 64, "hash_mismatch"), *(("canonical_sha256", *row) for row in bad_hex), ("proof_b64", "empty", "", "encoding"), ("proof_b64", "one byte", "AQ==", None),
        ("proof_b64", "unused bits", "AR==", "encoding"), ("proof_b64", "unpadded", "AQ", "encoding"), ("proof_b64", "url safe", "-_-_", "encoding"), ("proof_b64", "newline", "AQID\n", "encoding"),
        ("proof_b64", "padding only", "====", "encoding"), ("proof_b64", "three bytes", "AQID", None)])  # fmt: skip
    members_of("storage_attestation", "KIND-7", payloads.storage_attestation(RECORD, times, content_sha256=hexes), [
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
    members_of("author_claim", "KIND-8", payloads.author_claim("0000-0001-2345-6789"), [
        ("scheme", "upper case", "ORCID", "encoding"), ("scheme", "empty", "", "encoding"), ("scheme", "one letter", "a", None), ("scheme", "64 characters", "a" * 64, None), ("scheme", "65 characters", "a" * 65, "encoding"), ("scheme", "points", "a.b-c_1", None), ("scheme", "digit first", "1a", "encoding"), ("scheme", "newline", "a\n", "encoding"),
        ("identifier", "one character", "!", None), ("identifier", "newline", "a\n", "encoding"), ("identifier", "not ASCII", "\u00e9", "encoding"), ("identifier", "empty", "", "encoding"), ("identifier", "512 characters", "i" * 512, None), ("identifier", "513 characters", "i" * 513, "encoding"),
        ("identifier", "space", "a b", "encoding"), ("strength", "weak", "weak", None), ("strength", "another value", "medium", "type"), ("strength", "upper case", "Strong", "type"), ("strength", "empty", "", "type"), ("strength", "true", True, "type"),
        ("strength", "array", ["strong"], "type"), ("strength", "to string", "toString", "type")])  # fmt: skip
    members_of("citation", "KIND-9", payloads.citation("pith:2017:J2LUZ564FUOB74RUDD6Q7Q3WSE"), [
        *(("relationship", value, value, None) for value in payloads.RELATIONSHIPS), ("relationship", "another value", "mentions", "type"), ("relationship", "upper case", "Cites", "type"), ("relationship", "constructor", "constructor", "type"),
        ("citing_work", "any token", "doi:10.1/x", None), ("citing_work", "empty", "", "encoding"), ("citing_work", "space", "a b", "encoding"), ("citing_work", "one character", "~", None), ("citing_work", "not ASCII", "\u00e9", "encoding"), ("citing_work", "newline", "a\n", "encoding"), ("citing_work", "512 characters", "w" * 512, None), ("citing_work", "513 characters", "w" * 513, "encoding")])  # fmt: skip
    members_of("replication", "KIND-10", payloads.replication("Ada", "claim-1", url="https://example.org/1"), [
        ("claimant", "any script", "\u6570\u5b66 \U0001f600", None), ("claimant", "empty", "", "encoding"), ("claimant", "512 bytes", "\u00e9" * 256, None), ("claimant", "one byte", "a", None), ("claimant", "512 in ASCII", "a" * 512, None), ("claimant", "513 bytes", "a" * 513, "encoding"), ("claimant", "128 characters of four bytes", "\U0001f600" * 128, None), ("claimant", "space", " ", None), ("claimant", "514 bytes", "\u00e9" * 257, "encoding"), ("claimant", "newline", "a\nb", None),
        ("claim", "4096 bytes", "c" * 4096, None), ("claim", "4097 bytes", "c" * 4097, "encoding"), ("claim", "empty", "", "encoding"), ("claim", "4096 in two bytes", "\u00e9" * 2048, None), ("claim", "4098 in two bytes", "\u00e9" * 2049, "encoding"), ("url", "2040 behind the scheme", "https://" + "a" * 2040, None), ("url", "2041 behind it", "https://" + "a" * 2041, "encoding"), ("url", "http", "http://x", None), ("url", "empty", "", "encoding"),
        *((member, label, value, "type") for member in ("kind", "outcome", "moderation") for label, value in (("empty", ""), ("constructor", "constructor"))), ("kind", "upper case", "Replication", "type"), ("outcome", "upper case", "Supports", "type"), ("moderation", "upper case", "Pending", "type"), ("url", "null", None, None), ("url", "ftp", "ftp://x", "encoding"), ("url", "number", 1, "type"),
        *(("kind", value, value, None) for value in payloads.REPLICATION_KINDS), ("kind", "another value", "review", "type"), *(("outcome", value, value, None) for value in payloads.OUTCOMES), ("outcome", "another value", "fails", "type"),
        *(("moderation", value, value, None) for value in payloads.MODERATIONS), ("moderation", "another value", "held", "type")], ["url"])  # fmt: skip
    whole = payloads.integrity(RECORD, times)
    members_of("pith.integrity.v1", "KIND-11", whole, [
        ("event_type", "another value", "pith.integrity.v2", "type"), ("detector", "128 characters", "d" * 128, None), ("detector", "129 characters", "d" * 129, "encoding"), ("detector", "point first", ".d", "encoding"), ("detector", "space", "a b", "encoding"),
        ("detector", "colon", "a:b", None), *((member, label, value, code) for member in ("detector", "finding_type") for label, value, code in (("digit first", "0a", None), ("upper case", "A", None), ("all of its characters", "a_.:-9Z", None), ("underscore first", "_a", "encoding"), ("solidus", "a/b", "encoding"), ("newline", "a\n", "encoding"), ("not ASCII", "\u00e9", "encoding"))),
        ("finding_type", "128 characters", "f" * 128, None), ("finding_type", "129 characters", "f" * 129, "encoding"), ("finding_type", "space", "a b", "encoding"), ("detector", "empty", "", "encoding"),
        ("detector_version", "nine digits each", "999999999.999999999.999999999", None), ("detector_version", "ten digits in the second", "0.1000000000.0", "encoding"), ("detector_version", "ten digits in the third", "0.0.1000000000", "encoding"), ("detector_version", "empty group", "1..2", "encoding"), ("detector_version", "empty", "", "encoding"), ("detector_version", "newline", "1.2.3\n", "encoding"), ("detector_version", "sign", "1.2.-3", "encoding"), ("detector_version", "two groups", "1.2", "encoding"), ("detector_version", "four groups", "1.2.3.4", "encoding"), ("detector_version", "nine digits", "999999999.0.0", None),
        ("detector_version", "ten digits", "1000000000.0.0", "encoding"), ("detector_version", "leading zeros", "01.002.0", None), ("detector_version", "letters", "1.2.x", "encoding"), ("detector_version", "arabic digits", "\u0661.2.3", "encoding"),
        ("finding_type", "empty", "", "encoding"), *(("verdict_class", value, value, None) for value in payloads.VERDICT_CLASSES), ("verdict_class", "another value", "certain", "type"), *(("severity", value, value, None) for value in payloads.SEVERITIES),
        ("severity", "another value", "high", "type"), ("arxiv_id", "another record", "2304.01373", "subject"), ("arxiv_id", "empty", "", "encoding"), ("arxiv_id", "64 characters", "1" * 64, "subject"), ("arxiv_id", "65 characters", "1" * 65, "encoding"), ("arxiv_id", "space", "a b", "encoding"), ("arxiv_id", "version", "hep-lat/0305021v1", "subject"), *((member, label, value, "type") for member in ("verdict_class", "severity") for label, value in (("empty", ""), ("constructor", "constructor"))), ("verdict_class", "upper case", "Rescinded", "type"), ("severity", "upper case", "Critical", "type"), ("event_type", "upper case", "Pith.integrity.v1", "type"),
        ("audited_at", "year 1", "0001-01-01T00:00:00Z", None), ("audited_at", "six digits", "2026-06-02T08:00:00.123456Z", None), ("audited_at", "empty", "", "time"), ("paper_version", "largest", 2**53 - 1, None), ("paper_version", "negative", -1, "type"), ("ref_index", "string", "0", "type"), ("ref_index", "true", True, "type"), ("ref_index", "half", 0.5, "type"), ("ref_index", "null", None, None), *(("evidence_hash", *row) for row in bad_hex),
        ("evidence", "empty", {}, None), ("evidence", "array", [], "type"), ("audited_at", "date", "2026-06-02", "time"), ("paper_version", "1", 1, None), ("paper_version", "0", 0, "type"), ("paper_version", "string", "1", "type"), ("paper_version", "true", True, "type"),
        ("paper_version", "half", 1.5, "type"), ("paper_version", "null", None, None), ("ref_index", "0", 0, None), ("ref_index", "negative", -1, "type"), ("ref_index", "largest", 2**53 - 1, None), *((name, label, value, code) for name in ("snippet", "note", "detected_doi", "detected_arxiv_id", "external_url", "resolved_title", "detector_url") for label, value, code in (("65536 bytes", "n" * 65536, None), ("65537 bytes", "n" * 65537, "encoding"), ("empty", "", "encoding"), ("null", None, None))),
        ("note", "65536 in two bytes", "\u00e9" * 32768, None), ("note", "65538 in two bytes", "\u00e9" * 32769, "encoding"), ("resolved_title", "any script", "\u6570\u5b66 a\nb", None), ("external_url", "javascript", "javascript:alert(1)", None), *((name, "string", "x", None) for name in ("detected_doi", "detected_arxiv_id", "external_url", "resolved_title", "detector_url")),
        *((name, "number", 1, "type") for name in ("detected_doi", "detected_arxiv_id", "external_url", "resolved_title", "detector_url", "snippet", "note"))])  # fmt: skip
    ids = ["sha256:" + digit * 64 for digit in "0123"]
    members_of("event_retracted", "KIND-12", payloads.event_retracted(ids[0], "because"), [
        ("event_id", "bare", "0" * 64, None), ("event_id", "upper case", ids[0].upper(), "encoding"), ("event_id", "empty", "", "encoding"), ("event_id", "63 digits", ids[0][:-1], "encoding"), ("event_id", "65 digits", ids[0] + "0", "encoding"), ("event_id", "another hash", ids[0].replace("256", "512"), "encoding"), ("event_id", "upper prefix", ids[0].replace("sha", "SHA"), "encoding"), ("event_id", "newline", ids[0] + "\n", "encoding"), ("reason", "any script", "\u6570 a\nb", None), ("reason", "4096 in two bytes", "\u00e9" * 2048, None), ("reason", "4098 in two bytes", "\u00e9" * 2049, "encoding"), ("reason", "null", None, None), ("reason", "empty", "", "encoding"), ("reason", "4096 bytes", "r" * 4096, None),
        ("reason", "4097 bytes", "r" * 4097, "encoding"), ("reason", "number", 1, "type")], ["reason"])  # fmt: skip
    members_of("checkpoint", "KIND-13", {"event_ids": ids}, [
        ("event_ids", "empty", [], None), ("event_ids", "one", ids[:1], None), ("event_ids", "last two unsorted", [ids[0], ids[2], ids[1]], "encoding"), ("event_ids", "last twice", [ids[0], ids[1], ids[1]], "encoding"), ("event_ids", "upper case", [ids[0].upper()], "encoding"), ("event_ids", "bare behind a good one", [ids[0], "1" * 64], None), ("event_ids", "bare in another order", ["1" * 64, ids[0]], "encoding"), ("event_ids", "the same bare", [ids[0], "0" * 64], "encoding"), ("event_ids", "bad before number", ["x", 1], "encoding"), ("event_ids", "number before bad", [1, "x"], "type"), ("event_ids", "array inside", [[ids[0]]], "type"), ("event_ids", "unsorted", ids[::-1], "encoding"), ("event_ids", "twice", [ids[0], ids[0]], "encoding"), ("event_ids", "bare", ["0" * 64], None),
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
            tampered = {**payload, first[0]: first[1], second[0]: second[1]}
            one(
                name,
                clause,
                f"order-{first[0]}-{second[0]}",
                f"{first[0]} before {second[0]}: {first[2]}",
                tampered,
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
    """Pairs of members of an event type, each tampered, whose order shows in the code: neighbours, or the nearest."""
    names = [name.removesuffix("?") for name in checks]

    def tampered(name: str) -> dict[str, Any]:
        """By code, a value that gives it."""
        check = checks.get(name) or checks[f"{name}?"]
        tried: tuple[Any, ...] = (True, "", "today")
        return {code: value for value in tried[::-1] if (code := check(value)) is not None}

    found: dict[tuple[str, str], tuple[tuple[str, Any, str], tuple[str, Any, str]]] = {}
    for index, name in enumerate(names):
        for others in (names[index + 1 :], names[:index][::-1]):
            for other in others:
                first, second = (name, other) if names.index(other) > index else (other, name)
                codes = next(
                    ((x, y) for x in tampered(first) for y in tampered(second) if x != y),
                    None,
                )
                if codes is not None:
                    x, y = codes
                    found[first, second] = ((first, tampered(first)[x], x), (second, tampered(second)[y], y))
                    break
    return list(found.values())


def files() -> list[File]:
    """The files of this module."""
    return [schema_errors()]
