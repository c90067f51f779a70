# ruff: noqa: E501  (tables: one vector, one row)
"""Stage check: the frame of a bundle (BUN-1 to BUN-6)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from kit import (
    DEMO,
    REGISTRY_KEY,
    UNKNOWN_SIGNER,
    Json,
    attached,
    bundle,
    canonical_hash,
    cbor,
    payloads,
    pith_number,
    policy,
    policy_key,
    to_json,
)
from kit.tampered import OTHER_NUMBER, changed, without
from vectorgen.events import alias
from vectorgen.fixtures import (
    CREATED,
    NUMBER,
    RECORD,
    RECORD_SHA256,
    copy,
    parts,
    policy_sha256,
)
from vectorgen.vector_file import Bytes, File, as_text, hexed, joined, part, repeated, text


def bundles() -> File:
    """The frame of a bundle (BUN-1 to BUN-6)."""
    file = File(
        "check",
        "bundles",
        "The frame of a bundle: faults that reject it, and those that are only reported.",
        parts(),
    )
    made = alias("in a bundle")
    value: Any
    new: Any
    claimed: Any
    base = bundle(RECORD, [made], aliases_at=CREATED)
    sound = {
        "pith_number": NUMBER,
        "canonical_sha256": RECORD_SHA256,
        "elements": [copy(0, made, "verified")],
        "mismatches": [],
    }

    def arguments(data: Bytes, format: str | None = None) -> Json:
        return {"data": data, "policy": part("policy"), "format": format}

    def spelt(value: Any) -> Bytes:
        return as_text(to_json(value))

    def accept(name: str, about: str, clauses: str, value: Json, **more: Any) -> None:
        file.accept(name, about, clauses, "check", arguments(spelt(value)), **{**sound, **more})

    def reject(
        name: str,
        about: str,
        clauses: str,
        data: Bytes,
        code: str,
        control: str = "base",
        *,
        pointer: str | None = None,
        format: str | None = None,
    ) -> None:
        file.reject(name, about, clauses, "check", arguments(data, format), code, control, pointer=pointer)

    accept("base", "a bundle as the registry orders it", "BUN-1 BUN-2 BUN-3", base)
    accept("reversed", "the order of members does not matter", "BUN-2", dict(reversed(base.items())))
    accept(
        "unknown-member", "other members are ignored", "BUN-6", {**base, "future": {"x": 1}, "__proto__": []}
    )
    accept(
        "no-optional",
        "what is only compared may be absent",
        "BUN-6",
        {
            name: base[name]
            for name in (
                "bundle_type",
                "bundle_version",
                "canonical_record",
                "canonical_sha256",
                "pith_number",
                "events",
            )
        },
    )
    accept(
        "no-events",
        "a bundle may be without events",
        "BUN-2",
        changed(base, ("events",), []),
        elements=[],
        events=[],
    )
    accept("respelt-json", "white space and escapes do not matter", "BUN-1", base)
    file.vectors[-1]["args"]["data"] = as_text(json.dumps(base, indent=2).encode())
    binary = cbor(base)
    file.accept(
        "cbor",
        "the same in CBOR, known by its first byte",
        "BUN-1",
        "check",
        arguments(hexed(binary)),
        **sound,
    )
    file.accept("cbor-named", "the format named", "BUN-1", "check", arguments(hexed(binary), "cbor"), **sound)
    file.accept("json-named", "the format named", "BUN-1", "check", arguments(spelt(base), "json"), **sound)
    reject(
        "json-as-cbor",
        "a requested format is not replaced",
        "BUN-1",
        spelt(base),
        "cbor_truncated",
        "json-named",
        format="cbor",
    )
    reject(
        "cbor-as-json",
        "a requested format is not replaced",
        "BUN-1 JSON-2",
        hexed(binary),
        "utf8",
        "cbor-named",
        format="json",
    )
    reject(
        "cbor-array",
        "a CBOR array is read as JSON, since its first byte is not that of a map",
        "BUN-1",
        hexed(b"\x81" + binary),
        "utf8",
        "cbor",
    )
    reject(
        "cbor-empty",
        "the empty map is CBOR too",
        "BUN-1 BUN-2",
        hexed("a0"),
        "type",
        "cbor",
        pointer="/bundle_type",
    )
    reject(
        "cbor-indefinite",
        "and the head of an indefinite one",
        "BUN-1 CBOR-3",
        hexed("bf ff"),
        "cbor_indefinite",
        "cbor",
    )
    reject("cbor-c0", "the next byte is none of a map", "BUN-1 JSON-2", hexed("c0 a0"), "utf8", "cbor")
    for name, source in (("null", "null"), ("array", "[]"), ("string", '"x"'), ("number", "1")):
        reject(f"is-{name}", "a bundle is an object", "BUN-1", text(source), "type", pointer="")
    for name, source, code in (
        ("empty", "", "syntax"),
        ("cut", to_json(base).decode()[:-1], "syntax"),
        ("html", "<!doctype html>", "syntax"),
    ):
        reject(f"text-{name}", "a text-level fault rejects the input", "FAULT-3 JSON-6", text(source), code)
    reject(
        "gzip", "nothing is decompressed", "FAULT-3 JSON-2", hexed("1f 8b 08 00 00 00 00 00 00 03"), "utf8"
    )
    for member, value, code, about in (
        ("bundle_type", "pith_mirror_manifest", "type", "another file"), ("bundle_type", None, "type", "null"), ("bundle_type", "Pith_open_graph_bundle", "type", "another case"),
        ("bundle_version", "1.1", "version", "a newer version"), ("bundle_version", "0.9", "version", "an older version"), ("bundle_version", "1", "version", "1 is not 1.0"),
        ("bundle_version", 1, "type", "a number"), ("bundle_version", None, "type", "null"), ("events", None, "type", "null"), ("events", {}, "type", "an object"),
        ("events", "x", "type", "a string"), ("canonical_record", None, "type", "null"), ("canonical_record", [], "type", "an array"),
        ("canonical_sha256", "0" * 64, "hash_mismatch", "another hash"), ("canonical_sha256", RECORD_SHA256.upper(), "hash_mismatch", "upper case"),
        ("canonical_sha256", None, "hash_mismatch", "null"), ("canonical_sha256", "sha256:" + RECORD_SHA256, "hash_mismatch", "a prefix"),
        ("pith_number", OTHER_NUMBER, "subject", "another number"), ("pith_number", NUMBER.lower(), "subject", "lower case"), ("pith_number", "pith:" + NUMBER[10:18], "subject", "a short form"),
        ("pith_number", "pith:2004:" + NUMBER[10:], "subject", "another year"), ("pith_number", None, "subject", "null"), ("pith_number", 1, "subject", "a number"),
    ):  # fmt: skip
        label = f"{member.replace('_', '-')}-{about.replace(' ', '-')}"
        reject(label, f"{member}: {about}", "BUN-2" if member in ("bundle_type", "bundle_version", "events") else "BUN-3 REC-1" if member == "canonical_record" else "BUN-3",
               spelt(changed(base, (member,), value)), code, pointer=f"/{member}")  # fmt: skip
    for member, code in (
        ("bundle_type", "type"),
        ("bundle_version", "type"),
        ("events", "type"),
        ("canonical_record", "type"),
        ("canonical_sha256", "hash_mismatch"),
        ("pith_number", "subject"),
    ):
        reject(
            f"without-{member.replace('_', '-')}",
            f"{member} is required",
            "BUN-2 BUN-3",
            spelt(without(base, (member,))),
            code,
        )
    for leaf in (
        ("metadata", "license"),
        ("metadata", "title_canon_sha256"),
        ("source", "version"),
        ("metadata", "submitted_at"),
        ("source", "id"),
    ):
        value = {
            "license": "x",
            "title_canon_sha256": "0" * 64,
            "version": 2,
            "submitted_at": "2003-05-25T19:15:21Z",
            "id": "hep-lat/0305022",
        }[leaf[1]]
        reject(f"record-{leaf[1].replace('_', '-')}", "a changed record has another hash", "BUN-3 CANON-2", spelt(changed(base, ("canonical_record", *leaf), value)), "hash_mismatch",
               pointer="/canonical_sha256")  # fmt: skip
    reject(
        "record-member-added",
        "an added member too",
        "BUN-3 DATA-9",
        spelt(changed(base, ("canonical_record", "x"), 1)),
        "hash_mismatch",
    )
    reject(
        "record-member-removed",
        "a required member",
        "BUN-3 REC-1",
        spelt(without(base, ("canonical_record", "source"))),
        "type",
        pointer="/canonical_record/source",
    )
    reject(
        "record-event-type",
        "a record is no event",
        "BUN-3 REC-4",
        spelt(changed(base, ("canonical_record", "event_type"), "x")),
        "type",
        pointer="/canonical_record/event_type",
    )
    reject("record-time", "a fault of the record points into the bundle", "BUN-3 REC-2", spelt(changed(base, ("canonical_record", "metadata", "submitted_at"), "2003")), "time",
           pointer="/canonical_record/metadata/submitted_at")  # fmt: skip
    # Year of the arXiv id.
    crossed = {**RECORD, "source": {**RECORD["source"], "id": "hep-lat/0212001"}}
    named = pith_number(crossed).replace("pith:2003:", "pith:2002:")
    for label, claimed in (("submitted", pith_number(crossed)), ("arxiv-id", named)):
        subject = attached(
            DEMO, crossed, "alias_added", payloads.alias_added("example", "year"), CREATED, subject=named
        )
        file.accept(f"year-of-{label}", "either year may be claimed", "BUN-3 NUM-3 CHECK-4", "check", arguments(spelt(bundle(crossed, [subject], pith_number=claimed))),
                    pith_number=pith_number(crossed), elements=[copy(0, subject, "verified")], canonical_sha256=canonical_hash(crossed))  # fmt: skip
    # The order of BUN-4.
    for name, about, value, code in (
        ("type-first", "the type before the version", changed(changed(base, ("bundle_type",), "x"), ("bundle_version",), "2"), "type"),
        ("version-first", "the version before the events", changed(changed(base, ("bundle_version",), "2"), ("events",), None), "version"),
        ("events-first", "the events before the record", changed(changed(base, ("events",), None), ("canonical_record", "schema_version"), "2"), "type"),
        ("record-first", "the record before its hash", changed(changed(base, ("canonical_record", "schema_version"), "2"), ("canonical_sha256",), "x"), "version"),
        ("hash-first", "the hash before the number", changed(changed(base, ("canonical_sha256",), "x"), ("pith_number",), "x"), "hash_mismatch"),
    ):  # fmt: skip
        reject(f"order-{name}", about, "BUN-4", spelt(value), code)
    reject("order-value-fault-first", "a value-level fault of the frame before the frame", "BUN-4 FAULT-3 FAULT-1",
           text(to_json(changed(base, ("bundle_type",), "x")).decode()[:-1] + ',"x":-0}'), "number_form")  # fmt: skip
    # FAULT-3 outside of elements.
    whole = to_json(base).decode()
    for name, source, code in (
        ("value-fault-outside", whole[:-1] + ',"x":1.0}', "number_form"), ("value-fault-in-record", whole.replace('"version":1', '"version":1.0', 1), "number_form"),
        ("duplicate-events", whole[:-1] + ',"events":[]}', "duplicate_key"), ("duplicate-outside", whole[:-1] + ',"pith_number":""}', "duplicate_key"),
        ("surrogate-outside", whole[:-1] + ',"x":"\\ud800"}', "surrogate"), ("fault-in-nested-events", whole[:-1] + ',"x":{"events":[1.0]}}', "number_form"),
    ):  # fmt: skip
        reject(
            name, "a value-level fault outside the elements rejects the bundle", "FAULT-3", text(source), code
        )
    # BUN-6.
    for name, about, path, new, claimed in (
        ("short-other", "another short form", ("short_pith_number",), "pith:AAAAAAAA", ["/short_pith_number"]),
        ("short-12", "a form of 12 characters is not the one of this member", ("short_pith_number",), "pith:" + NUMBER[10:22], ["/short_pith_number"]),
        ("short-16", "nor one of 16", ("short_pith_number",), "pith:" + NUMBER[10:26], ["/short_pith_number"]),
        ("short-bare", "nor the bare characters", ("short_pith_number",), NUMBER[10:18], ["/short_pith_number"]),
        ("short-full", "nor the full number", ("short_pith_number",), NUMBER, ["/short_pith_number"]),
        ("source-no-version", "a member is missing", ("source",), {"kind": "arxiv", "id": RECORD["source"]["id"]}, ["/source"]),
        ("source-kind", "another kind", ("source", "kind"), "doi", ["/source"]),
        ("source-id", "another id", ("source", "id"), "x", ["/source"]),
        ("source-array", "an array", ("source",), [], ["/source"]),
        ("alias-number-kind", "a kind that is not a string", ("source_aliases", 1, "alias_kind"), 1, ["/source_aliases/1"]),
        ("alias-derived-null", "a derived kind without a value", ("source_aliases", 0), {"alias_kind": "arxiv"}, ["/source_aliases/0"]),
        ("alias-other-null", "an alias of another kind without a string", ("source_aliases", 1), {"alias_kind": "openalex", "alias_value": None}, ["/source_aliases/1"]),
        ("alias-other-number", "or with a number", ("source_aliases", 1), {"alias_kind": "openalex", "alias_value": 1}, ["/source_aliases/1"]),
        ("alias-repeated", "each alias is compared", ("source_aliases", 1), {"alias_kind": "arxiv", "alias_value": "x"}, ["/source_aliases/1"]),
        ("aliases-object", "an object is no array", ("source_aliases",), {}, ["/source_aliases"]),
        ("short-null", "null", ("short_pith_number",), None, ["/short_pith_number"]),
        ("source-version", "another version", ("source", "version"), 2, ["/source"]),
        ("source-true", "true is not 1", ("source", "version"), True, ["/source"]),
        ("source-null", "null", ("source",), None, ["/source"]),
        ("source-extra", "more members than are compared", ("source", "x"), 1, []),
        ("alias-value", "another value of a derived alias", ("source_aliases", 0, "alias_value"), "1", ["/source_aliases/0"]),
        ("alias-kind", "an alias of another kind", ("source_aliases", 0, "alias_kind"), "openalex", []),
        ("alias-time", "its time is not compared", ("source_aliases", 0, "created_at"), "never", []),
        ("alias-string", "an alias is an object", ("source_aliases", 1), "x", ["/source_aliases/1"]),
        ("alias-null-value", "with two strings", ("source_aliases", 1, "alias_value"), None, ["/source_aliases/1"]),
        ("aliases-null", "an array", ("source_aliases",), None, ["/source_aliases"]),
        ("aliases-empty", "it may be empty", ("source_aliases",), [], []),
    ):  # fmt: skip
        accept(
            f"claimed-{name}",
            f"{about}: reported at most, no effect",
            "BUN-6 ALIAS-2",
            changed(base, path, new),
            mismatches=claimed,
        )
    everything = {
        **base,
        "source_aliases": ["x", *base["source_aliases"], None],
        "source": None,
        "short_pith_number": 1,
    }
    accept("claimed-all", "in the order of the clause, not of the members", "BUN-6", everything,
           mismatches=["/short_pith_number", "/source", "/source_aliases/0", f"/source_aliases/{len(base['source_aliases']) + 1}"])  # fmt: skip
    # Limits of a bundle.
    frame = parts()["frame"]
    accept_depth = joined(frame, text("]"), text(',"x":'), repeated("[", 63), repeated("]", 63), text("}"))
    file.accept("depth-64", "in a bundle 64 levels", "LIM-2", "check", arguments(accept_depth), elements=[])
    reject(
        "depth-65",
        "one more",
        "LIM-2",
        joined(frame, text("]"), text(',"x":'), repeated("[", 64), repeated("]", 64), text("}")),
        "depth",
        "depth-64",
    )
    nulls = joined(frame, repeated("0,", 4_999), text("0]}"))
    file.accept("events-5000", "5,000 elements", "LIM-5", "check", arguments(nulls), events=[])
    reject(
        "events-5001",
        "one more",
        "LIM-5",
        joined(frame, repeated("0,", 5_000), text("0]}")),
        "events",
        "events-5000",
        pointer="/events",
    )
    bare = to_json({**base, "events": []}).decode().partition('"source_aliases":[')
    rest = bare[2][bare[2].index("]") :]
    one = '{"alias_kind":"x","alias_value":"y"}'
    file.accept(
        "aliases-1000",
        "1,000 aliases",
        "LIM-4",
        "check",
        arguments(joined(text(bare[0] + bare[1]), repeated(one + ",", 999), text(one + rest))),
        mismatches=[],
    )
    reject(
        "aliases-1001",
        "one more",
        "LIM-4",
        joined(text(bare[0] + bare[1]), repeated(one + ",", 1_000), text(one + rest)),
        "size",
        "aliases-1000",
    )
    _limits_apply_once(file, arguments)
    file.accept("built-in-policy", "without a policy only the registry's key is known", "POL-5", "check", {"data": spelt(base), "policy": None, "format": None},
                policy_sha256=policy_sha256(policy(REGISTRY_KEY)), elements=[copy(0, None, "unknown_format")])  # fmt: skip
    keyed = {
        **base,
        "keys": [policy_key(UNKNOWN_SIGNER)],
        "policy": policy(UNKNOWN_SIGNER),
        "public_key": UNKNOWN_SIGNER.public_key.hex(),
    }
    strange = attached(UNKNOWN_SIGNER, RECORD, "alias_added", payloads.alias_added("example", "k"), CREATED)
    file.accept("keys-in-bundle", "nothing in a bundle adds a key", "POL-3", "check", arguments(spelt({**keyed, "events": [strange]})),
                elements=[copy(0, strange, "unknown_key", "key_unknown")])  # fmt: skip
    return file


#: Used by the tests of the generator: these functions stay in the order of the checks.
def _limits_apply_once(file: File, arguments: Callable[[Bytes], Json]) -> None:
    """LIM-10: the record in a bundle is part of the input and no input of its own."""

    def laden(member: str) -> Json:
        return bundle({**RECORD, "x": member}, [])

    def with_run(data: bytes, run: bytes, times: int) -> Bytes:
        front, behind = data.split(run * times)
        return joined(hexed(front), repeated(hexed(run), times), hexed(behind))

    many, most = 900_000, 1_048_576
    value = laden("\x01" * many)
    file.accept("record-canonical-over-size", "a CBOR input of 0.9 MB; the canonical bytes of its record have 5.4 MB",
                "LIM-10", "check", arguments(with_run(cbor(value), b"\x01", many)),
                canonical_sha256=value["canonical_sha256"], elements=[])  # fmt: skip
    file.reject("record-json-over-size", "the same bundle in JSON is an input of 5.4 MB", "LIM-10 LIM-1", "check",
                arguments(with_run(to_json(value), b"\\u0001", many)), "size", "record-canonical-over-size")  # fmt: skip
    file.accept("record-string-at-limit", "a string of the record has the limit of any string", "LIM-10 LIM-4", "check",
                arguments(with_run(cbor(laden("y" * most)), b"y", most)), elements=[])  # fmt: skip
    file.reject("record-string-over-limit", "one byte more", "LIM-10 LIM-4", "check",
                arguments(with_run(cbor(laden("y" * (most + 1))), b"y", most + 1)), "size", "record-string-at-limit")  # fmt: skip


def files() -> list[File]:
    """The files of this module."""
    return [bundles()]
