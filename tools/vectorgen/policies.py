# ruff: noqa: E501  (tables: one vector, one row)
"""Stage policy: which files are a policy, and the effective policy that is hashed."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

import make_ed25519_vectors as made
from kit import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    DEMO_OLD,
    REGISTRY_KEY,
    Json,
    Signer,
    canonical,
    sha256_hex,
    to_json,
)
from kit.formats import CONSTANT_SIGNER, FAMILY, HEX_ID, LAYOUTS, OURS, SIGNED_HEX, renamed
from kit.oracle import formats
from kit.tampered import changed, without
from vectorgen.fixtures import format_name
from vectorgen.vector_file import Bytes, File, as_json, as_text, text

ID: Final = "sha256:" + "1" * 64
OTHER_ID: Final = "sha256:" + "0" * 64


def minimal(*signers: Any) -> Json:
    """A policy with no defaults written out."""
    keys = [
        {"signer_id": s.signer_id, "key_id": s.key_id, "public_key_hex": s.public_key.hex()} for s in signers
    ]
    return {"policy_type": "pithbundle_policy", "policy_version": "1", "keys": keys}


def effective(claimed: Json) -> Json:
    """The effective policy, written from POL-5."""
    keys = []
    for key in claimed["keys"]:
        full = {
            "event_formats": ["pithbundle-event-1"],
            "event_types": "*",
            "accepted_event_ids": [],
            "status": "active",
            **key,
        }
        if full["event_types"] != "*":
            full["event_types"] = sorted(full["event_types"])
        full["accepted_event_ids"] = sorted(full["accepted_event_ids"])
        full["event_formats"] = sorted(map(format_name, formats.listed(full)))
        keys.append(full)
    return {**claimed, "keys": sorted(keys, key=lambda key: bytes.fromhex(key["public_key_hex"]))}


def of_name(count: int, **changes: Any) -> list[Json]:
    """So many keys, each with another raw key, under one signer_id and key_id unless changed."""
    raw = [Signer(100 + number, "s", "k").public_key.hex() for number in range(count)]
    return [{"signer_id": "s", "key_id": "k", "public_key_hex": one, **changes} for one in raw]


def with_keys(*keys: Json) -> Json:
    """A policy of keys spelt out."""
    return {**minimal(), "keys": list(keys)}


def answer(claimed: Json) -> dict[str, Any]:
    """What ``policy`` answers."""
    made_effective = effective(claimed)
    return {"effective": as_json(made_effective), "policy_sha256": sha256_hex(canonical(made_effective))}


BASE: Final = minimal(DEMO)
REVOKED: Final = changed(BASE, ("keys", 0, "status"), "revoked")


def shapes() -> File:
    """Policies and what is not one."""
    value: Any
    file = File(
        "policy", "shapes", "Policies: members, defaults, clashes, and the digest of the effective policy."
    )

    def accept(name: str, about: str, clauses: str, claimed: Json, spelt: Bytes | None = None) -> None:
        file.accept(name, about, clauses, "policy", {"data": spelt or as_json(claimed)}, **answer(claimed))

    def reject(name: str, about: str, clauses: str, claimed: Any, control: str, pointer: str | None = None,
               code: str = "policy") -> None:  # fmt: skip
        file.reject(
            name, about, clauses, "policy", {"data": as_json(claimed)}, code, control, pointer=pointer
        )

    def key(name: str, value: Any) -> Json:
        made_policy: Json = changed(BASE, ("keys", 0, name), value)
        return made_policy

    default = {"policy_type": "pithbundle_policy", "policy_version": "1", "keys": [REGISTRY_KEY]}
    file.accept("built-in", "without a policy only the registry's key is known", "POL-5 KEY-1", "policy", {"data": None},
                **answer(default))  # fmt: skip
    accept("base", "the required members; every default is written out", "POL-1 POL-2 POL-5", BASE)
    accept(
        "defaults-written",
        "the same with the defaults written: the same digest",
        "POL-5 FORMAT-7",
        changed(effective(BASE), ("keys", 0, "event_formats"), ["pithbundle-event-1"]),
    )
    accept("event-types", "a list of types, sorted in the effective policy", "POL-2 POL-5",
           key("event_types", ["citation", "author_claim"]))  # fmt: skip
    accept(
        "event-type-any-string", "a type is any string", "POL-2", key("event_types", ["peer review \u6570"])
    )
    for status in ("active", "retired", "revoked"):
        accept(f"status-{status}", "a status", "POL-2 POL-4", key("status", status))
    accept("accepted_event_ids", "accepted ids of a revoked key, sorted in the effective policy", "POL-2 POL-4 POL-5",
           changed(REVOKED, ("keys", 0, "accepted_event_ids"), [ID, OTHER_ID]))  # fmt: skip
    accept("accepted_event_ids-empty", "an empty list is no list", "POL-2", key("accepted_event_ids", []))
    for document in {one["name"]: one for one in (*FAMILY.values(), *LAYOUTS, CONSTANT_SIGNER)}.values():
        accept(
            f"format-{document['name']}",
            "a format as a document",
            "FORMAT-6 FORMAT-7 POL-2",
            key("event_formats", [document]),
        )
    for name in ("pithbundle-event-1", "integrity-1"):
        accept(
            f"format-name-{name}",
            "a built-in format by its name",
            "FORMAT-6 FORMAT-7 POL-2",
            key("event_formats", [name]),
        )
    accept(
        "format-default",
        "the default written out",
        "FORMAT-6 POL-2",
        key("event_formats", ["pithbundle-event-1"]),
    )
    accept(
        "format-unknown",
        "another format than any that the policy lists",
        "POL-2 FORMAT-6",
        key("event_formats", ["unknown"]),
    )
    for name, value in (("last", [SIGNED_HEX, "unknown"]), ("first", ["unknown", SIGNED_HEX]),
                        ("before-in-ascii", ["unknown", "pithbundle-event-1"]), ("integrity", ["unknown", "integrity-1", OURS])):  # fmt: skip
        accept(f"format-and-unknown-{name}", "formats and unknown, which is last in the effective policy", "POL-2 POL-5 FORMAT-7",
               key("event_formats", value))  # fmt: skip
    eight = [*LAYOUTS]
    for name, value in (("two", [OURS, SIGNED_HEX]), ("two-reversed", [SIGNED_HEX, OURS]), ("eight", eight), ("eight-reversed", eight[::-1]),
                        ("seven-and-unknown", ["unknown", *eight[1:]]), ("renamed", [renamed(SIGNED_HEX, "another-name")])):  # fmt: skip
        accept(f"formats-{name}", "several formats, sorted by digest; a name is a label", "FORMAT-6 FORMAT-7", key("event_formats", value))  # fmt: skip
    accept("formats-of-two-keys", "each key its own", "FORMAT-6 FORMAT-7",
           with_keys(*({**one, "event_formats": value} for one, value in zip(of_name(2), ([OURS, "unknown"], [SIGNED_HEX]), strict=True))))  # fmt: skip
    accept(
        "formats-shared",
        "one document in two keys",
        "FORMAT-6",
        with_keys(*of_name(2, event_formats=[SIGNED_HEX])),
    )
    accept("formats-two-names-of-one", "two names of one format", "FORMAT-6",
           with_keys(*({**one, "event_formats": [renamed(SIGNED_HEX, name)]} for one, name in zip(of_name(2), "ab", strict=True))))  # fmt: skip
    accept("rotation", "two keys of one signer", "POL-3 POL-5", minimal(DEMO_NEXT, DEMO))
    accept("several", "keys are sorted by raw key", "POL-5", minimal(DEMO_OLD, AUTHOR, DEMO_NEXT, DEMO))
    accept(
        "several-reversed",
        "in any order",
        "POL-5",
        minimal(DEMO, DEMO_NEXT, AUTHOR, DEMO_OLD),
    )
    accept("one-name", "four keys of one signer_id and key_id: the registry issued new keys under an old name", "POL-6 POL-5",
           with_keys(*of_name(4)))  # fmt: skip
    accept("one-key-id-of-16", "sixteen keys of one key_id", "POL-6",
           with_keys(*(one | {"signer_id": f"s{n // 4}"} for n, one in enumerate(of_name(16)))))  # fmt: skip
    accept("one-signer", "the keys of one signer_id are not bounded", "POL-6 POL-3",
           with_keys(*(one | {"key_id": f"k{n}"} for n, one in enumerate(of_name(20)))))  # fmt: skip
    own: tuple[Json, ...] = (
        {"status": "revoked", "accepted_event_ids": [ID]}, {"status": "retired"}, {"event_types": ["citation"]},
        {"event_formats": ["unknown"]},
    )  # fmt: skip
    accept("status-of-raw-keys", "keys of one name have each their own status, types and formats", "POL-6 POL-4",
           with_keys(*({**one, **more} for one, more in zip(of_name(4), own, strict=True))))  # fmt: skip
    most = with_keys(*(one | {"key_id": f"k{n}"} for n, one in enumerate(of_name(1_000))))
    file.accept("keys-1000", "1,000 keys", "POL-1", "policy", {"data": as_json(most)},
                policy_sha256=answer(most)["policy_sha256"])  # fmt: skip
    one_id = changed(minimal(DEMO, AUTHOR), ("keys", 1, "key_id"), DEMO.key_id)
    accept("one-key-id", "two signers may use one key id", "POL-2", one_id)
    accept("unicode-order", "event types are sorted by code point, not by UTF-16", "POL-5 CANON-1",
           key("event_types", ["\U00010000", "\uffee", "z", "Z"]))  # fmt: skip
    accept(
        "event-type-256", "the longest type, counted in UTF-8", "POL-2", key("event_types", ["\u00e9" * 128])
    )
    accept(
        "event-types-many",
        "a list of types has no limit of its own",
        "POL-2",
        key("event_types", [f"t{n}" for n in range(2_000)]),
    )
    accept("name-256", "the longest name", "POL-2", key("signer_id", "s" * 256))
    accept("name-one", "the shortest name", "POL-2", key("key_id", "k"))
    accept("name-256-bytes", "counted in UTF-8", "POL-2", key("signer_id", "\u00e9" * 128))
    accept("key-order", "the order of members does not matter", "POL-1", BASE,
           text('{"keys":[{"signer_id":"demo.example","public_key_hex":"' + DEMO.public_key.hex()
                + '","key_id":"demo-2026-05"}],"policy_version":"1","policy_type":"pithbundle_policy"}'))  # fmt: skip

    for name, value in (("null", None), ("array", []), ("string", "x"), ("number", 1)):
        reject(f"is-{name}", "a policy is an object", "POL-1", value, "base")
    reject("is-empty", "its type is required", "POL-1", {}, "base")
    reject(
        "without-type",
        "its type is required",
        "POL-1",
        without(BASE, ("policy_type",)),
        "base",
        "/policy_type",
    )
    reject("without-version", "its version is required", "POL-1", without(BASE, ("policy_version",)), "base",
           "/policy_version")  # fmt: skip
    reject("without-keys", "its keys are required", "POL-1", without(BASE, ("keys",)), "base", "/keys")
    reject("other-type", "another file", "POL-1", changed(BASE, ("policy_type",), "pith_mirror_manifest"), "base",
           "/policy_type")  # fmt: skip
    reject("other-version", "another version", "POL-1", changed(BASE, ("policy_version",), "2"), "base",
           "/policy_version")  # fmt: skip
    reject("version-number", "the version is a string", "POL-1", changed(BASE, ("policy_version",), 1), "base",
           "/policy_version")  # fmt: skip
    reject(
        "unknown-member",
        "a misspelt member must not be ignored",
        "POL-1",
        {**BASE, "key": []},
        "base",
        "/key",
    )
    reject(
        "no-keys",
        "a policy without keys makes no event valid",
        "POL-1",
        changed(BASE, ("keys",), []),
        "base",
        "/keys",
    )
    reject("keys-object", "an array of keys", "POL-1", changed(BASE, ("keys",), {}), "base", "/keys")
    reject("keys-null", "an array of keys", "POL-1", changed(BASE, ("keys",), None), "base", "/keys")
    reject("key-string", "a key is an object", "POL-2", changed(BASE, ("keys", 0), "x"), "base", "/keys/0")
    reject("key-unknown-member", "a misspelt member must not be ignored", "POL-1 POL-2", key("event_type", "x"), "base",
           "/keys/0/event_type")  # fmt: skip
    for name in ("signer_id", "key_id"):
        slug = name.replace("_", "-")
        reject(
            f"without-{slug}",
            "a required member",
            "POL-2",
            without(BASE, ("keys", 0, name)),
            "base",
            f"/keys/0/{name}",
        )
        for label, value in (("empty", ""), ("number", 1), ("null", None), ("257", "s" * 257),
                             ("258-bytes", "\u00e9" * 129)):  # fmt: skip
            reject(f"{slug}-{label}", "a name is a string of 1 to 256 bytes", "POL-2", key(name, value), "name-256",
                   f"/keys/0/{name}")  # fmt: skip
    reject("without-public-key", "a required member", "POL-2", without(BASE, ("keys", 0, "public_key_hex")), "base",
           "/keys/0/public_key_hex")  # fmt: skip
    hexes = DEMO.public_key.hex()
    for name, value in (("upper", hexes.upper()), ("short", hexes[:-2]), ("long", hexes + "00"), ("space", hexes[:-1] + " "),
                        ("empty", ""), ("number", 1), ("null", None), ("base64", "A" * 43 + "=")):  # fmt: skip
        reject(f"public-key-{name}", "64 lower-case hex digits", "POL-2 TEXT-2", key("public_key_hex", value), "base",
               "/keys/0/public_key_hex")  # fmt: skip
    for name, raw, is_acceptable in made.pinned():
        if not is_acceptable and name in (
            "order-8-1",
            "mixed-1",
            "y-is-p-plus-3",
            "not-on-the-curve",
            "order-1-0",
        ):
            reject(f"invalid-key-{name}", "a key that is not acceptable", "POL-2 KEY-2 SIG-3", key("public_key_hex", raw.hex()), "base",
                   "/keys/0/public_key_hex", "key_invalid")  # fmt: skip
    for name, value in (("string", "citation"), ("empty-string", ""), ("null", None), ("object", {}), ("true", True),
                        ("empty", []), ("number", [1]), ("empty-name", [""]), ("repeat", ["a", "b", "a"]),
                        ("star-in-list-twice", ["*", "*"]), ("257", ["a", "s" * 257]), ("258-bytes", ["\u00e9" * 129])):  # fmt: skip
        at = {
            "number": "/0",
            "empty-name": "/0",
            "repeat": "/2",
            "star-in-list-twice": "/1",
            "257": "/1",
            "258-bytes": "/0",
        }.get(name, "")
        reject(f"event-types-{name}", "* or a list of names without repeats, not empty", "POL-2 POL-7", key("event_types", value),
               "event-types", f"/keys/0/event_types{at}")  # fmt: skip
    for name, value in (
        ("other", "expired"),
        ("upper", "Active"),
        ("null", None),
        ("true", True),
        ("empty", ""),
    ):
        reject(
            f"status-{name}",
            "one of the listed values",
            "POL-2",
            key("status", value),
            "status-active",
            "/keys/0/status",
        )
    for status in ("active", "retired"):
        reject(f"accepted_event_ids-{status}", "only a revoked key has accepted_event_ids", "POL-2 POL-4",
               changed(key("accepted_event_ids", [ID]), ("keys", 0, "status"), status), "accepted_event_ids", "/keys/0/accepted_event_ids")  # fmt: skip
    for name, value in (("string", ID), ("null", None), ("bare", ["1" * 64]), ("upper", [ID.upper()]), ("number", [1]),
                        ("repeat", [ID, ID]), ("repeat-later", [ID, OTHER_ID, OTHER_ID])):  # fmt: skip
        at = {"bare": "/0", "upper": "/0", "number": "/0", "repeat": "/1", "repeat-later": "/2"}.get(name, "")
        reject(f"accepted_event_ids-{name}", "a list of event ids without repeats", "POL-2 POL-7 TEXT-4",
               changed(REVOKED, ("keys", 0, "accepted_event_ids"), value), "accepted_event_ids", f"/keys/0/accepted_event_ids{at}")  # fmt: skip
    for status in ("active", "retired"):
        reject(f"accepted_event_ids-bad-id-{status}", "the list is at fault before its items", "POL-7",
               changed(key("accepted_event_ids", ["x"]), ("keys", 0, "status"), status), "accepted_event_ids", "/keys/0/accepted_event_ids")  # fmt: skip
        accept(f"accepted_event_ids-empty-{status}", "the empty list goes with any status", "POL-2",
               changed(key("accepted_event_ids", []), ("keys", 0, "status"), status))  # fmt: skip
    for name, value, at in (
        ("other", ["event-v1"], "/0"), ("integrity", ["integrity-v1"], "/0"), ("full-digest", ["event-full-digest"], "/0"),
        ("null", None, ""), ("empty-name", [""], "/0"), ("upper", ["EVENT-V1"], "/0"), ("unknown-upper", ["Unknown"], "/0"),
        ("string", "pithbundle-event-1", ""), ("string-unknown", "unknown", ""), ("empty", [], ""), ("object", {}, ""), ("number", [1], "/0"),
        ("null-item", ["pithbundle-event-1", None], "/1"), ("other-behind-unknown", ["unknown", "event-v1"], "/1"),
        ("repeat", ["pithbundle-event-1", "pithbundle-event-1"], "/1"), ("unknown-twice", ["unknown", "unknown"], "/1"),
        ("name-and-document", ["pithbundle-event-1", OURS], "/1"), ("same-document", [SIGNED_HEX, "unknown", renamed(SIGNED_HEX, "x")], "/2"),
        ("nine", ["unknown", *eight], ""), ("name-of-no-built-in", ["signed-hex"], "/0"), ("array-item", [[]], "/0"),
        ("repeat-behind-unknown", ["pithbundle-event-1", "unknown", "pithbundle-event-1"], "/2"),
    ):  # fmt: skip
        reject(f"formats-{name}", "built-in names, documents and unknown, 1 to 8, none twice", "POL-2 POL-7 FORMAT-6", key("event_formats", value),
               "format-and-unknown-last", f"/keys/0/event_formats{at}")  # fmt: skip
    reject("event-rule", "the member is named event_formats", "POL-1 POL-2", key("event_rule", "pithbundle-event-1"), "format-default",
           "/keys/0/event_rule")  # fmt: skip
    wrong_document = changed(SIGNED_HEX, ("body", "escape"), "x")
    reject("format-document", "a document that is none, at its location", "POL-2 FORMAT-1", key("event_formats", ["unknown", wrong_document]),
           "format-and-unknown-last", "/keys/0/event_formats/1/body/escape", "format")  # fmt: skip
    reject("format-document-before-later-item", "items in order", "POL-7", key("event_formats", [wrong_document, "x"]),
           "format-and-unknown-last", "/keys/0/event_formats/0/body/escape", "format")  # fmt: skip
    two_names = with_keys(*({**one, "event_formats": [made]} for one, made in
                            zip(of_name(2), (SIGNED_HEX, renamed(HEX_ID, "signed-hex")), strict=True)))  # fmt: skip
    reject(
        "formats-one-name",
        "two formats of one name",
        "FORMAT-6 POL-7",
        two_names,
        "formats-of-two-keys",
        "/keys/1/event_formats",
    )
    nine = with_keys(
        *({**one, "event_formats": value} for one, value in zip(of_name(2), (eight, [HEX_ID]), strict=True))
    )
    reject(
        "formats-ninth",
        "nine different formats",
        "FORMAT-6 POL-7",
        nine,
        "formats-of-two-keys",
        "/keys/1/event_formats",
    )
    # The order of POL-7: within a key, two faults each.
    wrong = {"public_key_hex": "x", "signer_id": "", "key_id": "", "event_types": [], "status": "x", "accepted_event_ids": "x",
             "event_formats": []}  # fmt: skip
    at_fault = {
        "event_types": "/event_types",
        "accepted_event_ids": "/accepted_event_ids",
        "event_formats": "/event_formats",
    }
    for earlier, later in pairwise(wrong):
        reject(f"order-{earlier}-before-{later}".replace("_", "-"), f"{earlier}, then {later}", "POL-7",
               changed(key(earlier, wrong[earlier]), ("keys", 0, later), wrong[later]), "base",
               f"/keys/0{at_fault.get(earlier, '/' + earlier)}")  # fmt: skip
    reject("order-unknown-before-public-key", "unknown members before the others", "POL-7",
           changed(key("public_key_hex", "x"), ("keys", 0, "zz"), 1), "base", "/keys/0/zz")  # fmt: skip
    reject("order-unknown-sorted", "the first in sorted order, not in the order of the file", "POL-7",
           changed(key("b", 1), ("keys", 0, "a"), 1), "base", "/keys/0/a")  # fmt: skip
    spelt = to_json({**minimal(DEMO), "b": 1, "a": 1})
    file.reject(
        "order-unknown-sorted-top",
        "whatever their order",
        "POL-7",
        "policy",
        {"data": as_text(spelt)},
        "policy",
        "base",
        pointer="/a",
    )
    spelt = to_json(with_keys({**minimal(DEMO)["keys"][0], "b": 1, "a": 1}))
    file.reject(
        "order-unknown-sorted-key",
        "in a key too",
        "POL-7",
        "policy",
        {"data": as_text(spelt)},
        "policy",
        "base",
        pointer="/keys/0/a",
    )
    not_acceptable = next(
        raw for name, raw, is_acceptable in made.pinned() if not is_acceptable and name == "order-8-1"
    ).hex()
    reject("order-invalid-key-before-signer-id", "a key that is not acceptable before the names", "POL-7 KEY-2",
           changed(key("public_key_hex", not_acceptable), ("keys", 0, "signer_id"), ""), "base", "/keys/0/public_key_hex", "key_invalid")  # fmt: skip
    reject("order-first-key-before-invalid-key", "the first key at fault, whatever its code", "POL-7",
           with_keys(*of_name(1, status="x"), *of_name(1, public_key_hex=not_acceptable)), "base", "/keys/0/status")  # fmt: skip
    reject("accepted_event_ids-before-formats", "accepted_event_ids that the status does not allow, then event_formats", "POL-7",
           changed(key("accepted_event_ids", [ID]), ("keys", 0, "event_formats"), []), "accepted_event_ids", "/keys/0/accepted_event_ids")  # fmt: skip
    for name, digits in (("66", hexes + "00"), ("62", hexes[:-2]), ("128", hexes * 2), ("63", hexes[:-1])):
        reject(f"public-key-{name}-digits", "another length is no key at all", "POL-2 TEXT-2", key("public_key_hex", digits), "base",
               "/keys/0/public_key_hex")  # fmt: skip
    twice = minimal(DEMO, AUTHOR)
    reject("keys-1001", "one key more", "POL-1", {**minimal(), "keys": [0] * 1_001}, "keys-1000", "/keys")
    reject("order-unknown-before-length", "unknown members before the number of keys", "POL-7",
           {**minimal(), "keys": [0] * 1_001, "zz": 1}, "keys-1000", "/zz")  # fmt: skip
    reject("one-name-of-5", "a fifth key of one signer_id and key_id", "POL-6 POL-7", with_keys(*of_name(5)), "one-name",
           "/keys/4/key_id")  # fmt: skip
    of_17 = [one | {"signer_id": f"s{n // 4}"} for n, one in enumerate(of_name(17))]
    reject("one-key-id-of-17", "a seventeenth key of one key_id", "POL-6 POL-7", with_keys(*of_17), "one-key-id-of-16",
           "/keys/16/key_id")  # fmt: skip
    reject("clash-raw-before-pair", "of one key the raw key first", "POL-6 POL-7",
           with_keys(*of_name(4), *of_name(1)), "one-name", "/keys/4/public_key_hex")  # fmt: skip
    reject("clash-key-by-key", "an earlier key's clash first: a fifth of a pair before a raw key twice", "POL-7",
           with_keys(*of_name(5), *of_name(1, key_id="x")), "one-name", "/keys/4/key_id")  # fmt: skip
    reject("clash-key-by-key-raw", "and a raw key twice before a fifth of a pair", "POL-7",
           with_keys(*of_name(1), *of_name(1, key_id="x"), *of_name(5)[1:]), "one-name", "/keys/1/public_key_hex")  # fmt: skip
    reject("clash-in-file-order", "clashes are found in the order of the file, not of raw keys", "POL-7",
           with_keys(*reversed(of_name(5))), "one-name", "/keys/4/key_id")  # fmt: skip
    reject("same-key", "a raw key belongs to one signer, once", "POL-2",
           changed(twice, ("keys", 1, "public_key_hex"), hexes), "several", "/keys/1/public_key_hex")  # fmt: skip
    reject("same-key-rotated", "nor twice to one signer", "POL-2",
           changed(minimal(DEMO, DEMO_NEXT), ("keys", 1, "public_key_hex"), hexes), "rotation",
           "/keys/1/public_key_hex")  # fmt: skip
    reject("type-before-version", "type, then version", "POL-2",
           changed(changed(BASE, ("policy_type",), "x"), ("policy_version",), "2"), "base", "/policy_type")  # fmt: skip
    reject("version-before-unknown", "version, then unknown members", "POL-2",
           {**changed(BASE, ("policy_version",), "2"), "a": 1}, "base", "/policy_version")  # fmt: skip
    reject("unknown-before-keys", "unknown members, then keys", "POL-2", {**changed(BASE, ("keys",), []), "a": 1}, "base",
           "/a")  # fmt: skip
    reject("keys-in-order", "the first key at fault", "POL-2",
           changed(changed(twice, ("keys", 1, "status"), "x"), ("keys", 0, "key_id"), ""), "several", "/keys/0/key_id")  # fmt: skip
    reject("keys-before-clashes", "each key, then clashes", "POL-2",
           changed(changed(minimal(DEMO, AUTHOR, DEMO_OLD), ("keys", 1, "public_key_hex"), hexes),
                   ("keys", 2, "status"), "x"), "several", "/keys/2/status")  # fmt: skip
    for name, source, code in (
        ("syntax", "{", "syntax"),
        ("bom", "\ufeff{}", "bom"),
        ("comment", "{} // mine", "syntax"),
    ):
        file.reject(
            name, "a policy is read strictly", "POL-1", "policy", {"data": text(source)}, code, "base"
        )
    doubled = text('{"policy_type":"pithbundle_policy","policy_type":"pithbundle_policy"}')
    file.reject(
        "duplicate", "a member twice", "POL-1 DATA-8", "policy", {"data": doubled}, "duplicate_key", "base"
    )
    return file


def files() -> list[File]:
    """The files of the stage."""
    return [shapes()]
