# ruff: noqa: E501  (tables: one vector, one row)
"""Stage mirror: corrupted downloads, and the exit status of a report."""

from __future__ import annotations

import json
from collections.abc import Sequence

from kit import (
    AUTHOR,
    UNKNOWN_SIGNER,
    Json,
    payloads,
)
from kit.tampered import flipped, without
from vectorgen.merges import (
    Merges,
    checkpoint,
    claim,
    day,
    finding,
    made,
    other,
    retract,
)
from vectorgen.vector_file import File, as_text, hexed, part, text


def damaged() -> File:
    """Bundles as a bad mirror delivers them."""
    file = Merges(
        "mirror",
        "damaged",
        "One bundle as bad mirrors deliver it: cut, garbled, wrapped. Rejection whole, with one code.",
    )
    whole = as_text(b"")
    data = _whole(file)
    whole = as_text(data)
    file.add(
        "whole",
        "as it was published",
        "BUN-1 BUN-5 FAULT-3",
        "merge",
        {"inputs": [whole], "policy": part("policy")},
        {"ok": {"exit_status": 0, "rejected": []}},
    )
    for name, about, inputs, code in (
        ("cut", "cut in the middle", as_text(data[: len(data) // 2]), "syntax"),
        ("cut-last", "its last byte missing", as_text(data[:-1]), "syntax"),
        ("appended", "a byte more", as_text(data + b"x"), "syntax"),
        ("twice", "twice in one file", as_text(data + b"\n" + data), "syntax"),
        ("bom", "a byte order mark in front", hexed(b"\xef\xbb\xbf" + data), "bom"),
        ("utf-16", "in UTF-16", hexed(data.decode().encode("utf-16")), "utf8"),
        ("latin-1", "one byte garbled", hexed(data.replace(b"demo", b"d\xe9mo", 1)), "utf8"),
        ("wrapped", "inside another object", as_text(b'{"data":' + data + b"}"), "type"),
        ("listed", "inside an array", as_text(b"[" + data + b"]"), "type"),
        ("jsonp", "as a call", as_text(b"callback(" + data + b")"), "syntax"),
        ("html", "an error page", text("<html></html>"), "syntax"),
        ("error-object", "an error object", text('{"error":"not found"}'), "type"),
        ("empty", "nothing", text(""), "syntax"),
    ):  # fmt: skip
        file.reject(
            name,
            about,
            "FAULT-3 BUN-5 LAW-2",
            "merge",
            {"inputs": [inputs], "policy": part("policy")},
            code,
            "whole",
        )
    return file


def _whole(file: Merges) -> bytes:
    frame = str(file.parts["frame"]["$text"])
    return (frame + json.dumps(claim(day(1))) + "]}").encode()


def outcomes() -> File:
    """What the inputs of one record come to (REPORT-2)."""
    file = Merges(
        "mirror",
        "outcomes",
        "The exit status of a report: the first outcome that applies, each alone and before the next.",
    )
    one, absent = claim(day(1)), claim(day(2), number=2)
    listing = checkpoint([one, absent], day(3))
    conflict = [finding(day(4)), finding(day(4), severity="critical")]
    unknown = made("citation", payloads.citation("W1", "cites"), day(5), UNKNOWN_SIGNER)

    def outcome(name: str, about: str, status: int, *inputs: Sequence[Json | str] | Json) -> None:
        made_inputs = [each if isinstance(each, dict) else file.of(*each) for each in inputs]
        args = {"inputs": made_inputs, "policy": part("policy")}
        expect = {"ok": {"exit_status": status}}
        control = None if status == 0 else "signed"
        file.add(name, about, "REPORT-2 MERGE-9" if "checkpoint" in about else "REPORT-2", "merge", args, expect, control)  # fmt: skip

    outcome("signed", "valid: one event, verified", 0, [one])
    outcome(
        "unknown-type",
        "valid: the signature of an event of an unknown type verifies",
        0,
        [other("peer_review", day(1))],
    )
    outcome("nothing", "unverified: no element at all", 3, [])
    outcome("nothing-beside", "valid: an input without elements together with a signed one", 0, [], [one])
    outcome("not-signed", "unverified: the one event has no signature", 3, [without(one, ("signature",))])
    outcome(
        "not-signed-beside",
        "unverified: an event without a signature together with one that is verified",
        3,
        [one, without(absent, ("signature",))],
    )
    outcome(
        "not-signed-elsewhere",
        "valid: another input has the signature",
        0,
        [without(one, ("signature",))],
        [one],
    )
    outcome("unknown-key", "unverified: a key that the policy does not have", 3, [one, unknown])
    outcome("incomplete", "incomplete: a checkpoint lists an event that is absent", 3, [one, listing])
    outcome("complete", "valid: all that the checkpoint lists is there", 0, [one, listing, absent])
    outcome(
        "complete-of-two", "valid: another input has what the checkpoint lists", 0, [one, listing], [absent]
    )
    outcome(
        "incomplete-not-valid",
        "incomplete: what the checkpoint lists is there without its signature",
        3,
        [one, listing, without(absent, ("signature",))],
    )
    outcome(
        "checkpoint-before-absent",
        "a checkpoint of another signer is one too",
        3,
        [one, checkpoint([absent], day(3), AUTHOR)],
    )
    outcome(
        "checkpoint-retracted",
        "valid: the checkpoint that lists what is absent is retracted",
        0,
        [one, listing, retract(listing, day(4))],
    )
    outcome("conflict", "conflict: two findings of one instant", 1, conflict)
    outcome(
        "conflict-and-incomplete",
        "conflict before incomplete: a checkpoint lists what is absent",
        1,
        [one, listing, *conflict],
    )
    outcome("invalid", "invalid: a signature that does not verify", 1, [one, flipped(absent)])
    outcome(
        "invalid-elsewhere",
        "valid: another input has the event with its own signature",
        0,
        [flipped(one)],
        [one],
    )
    outcome(
        "invalid-and-incomplete",
        "invalid before incomplete: a checkpoint lists what is absent",
        1,
        [one, listing, flipped(absent)],
    )
    outcome(
        "invalid-and-unverified",
        "invalid before unverified",
        1,
        [flipped(one), without(absent, ("signature",))],
    )
    outcome("malformed", "invalid: an element that is no object", 1, [one, "null"])
    outcome(
        "rejected",
        "rejected: an input that is no bundle, together with one that is valid",
        1,
        text("[]"),
        [one],
    )
    outcome("rejected-and-nothing", "rejected before unverified", 1, text("[]"), [])
    return file


def files() -> list[File]:
    """The files of this module."""
    return [damaged(), outcomes()]
