# ruff: noqa: E501  (tables: one vector, one row)
"""Stage mirror: comparison with a published state (REPORT-3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kit import (
    bundle,
    oracle,
    payloads,
)
from kit.tampered import changed, without
from vectorgen.answers import counted_state
from vectorgen.fixtures import POLICY, RECORD
from vectorgen.merges import (
    Merges,
    alias,
    claim,
    created,
    day,
    made,
)
from vectorgen.vector_file import Bytes, File, as_json, as_text, joined, part, repeated, text


def comparing() -> File:
    """Comparing with a downloaded state (REPORT-3)."""
    file = Merges(
        "mirror", "compare", "Comparing a merged set with a downloaded state: every difference, in its group."
    )
    events = [
        created(),
        alias("x", day(2)),
        claim(day(3)),
        claim(day(4), number=2),
        made("graph_snapshot", payloads.graph_snapshot(RECORD), day(5)),
    ]
    state = counted_state(RECORD, events, POLICY["keys"])

    def compare(name: str, about: str, theirs: Any, differences: list[list[str]]) -> None:
        same = all(group != "signed" for group, _, _ in differences)
        file.add(name, about, "REPORT-3 REPORT-5", "compare", {"inputs": [file.of(*events)], "policy": part("policy"), "state": as_text(oracle.to_bytes(theirs))},
                 {"ok": {"differences": differences, "same": same}}, None if same else "same")  # fmt: skip

    compare("same", "no difference", state, [])
    compare("member-order", "the order of members is nothing", dict(reversed(state.items())), [])
    for member, value in (
        ("merge_version", "pith-open-graph-merge-v1"),
        ("event_count", 7),
        ("state_version", "1.1"),
        ("valid_event_count", 1),
        ("equivocation_count", 2),
        ("invalid_event_count", 1),
    ):
        compare(
            f"label-{member.replace('_', '-')}",
            "a label: reported",
            changed(state, (member,), value),
            [["labels", f"/{member}", "differs"]],
        )
    compare(
        "label-only-theirs",
        "a member that only they know",
        {**state, "generated_at": "x"},
        [["labels", "/generated_at", "only theirs"]],
    )
    compare(
        "label-only-ours",
        "a member that only we know",
        without(state, ("unrecognised",)),
        [["labels", "/unrecognised", "only ours"]],
    )
    compare(
        "number",
        "another number",
        changed(state, ("pith_number",), "pith:2003:" + "A" * 26),
        [["signed", "/pith_number", "differs"]],
    )
    compare(
        "number-missing",
        "no number",
        without(state, ("pith_number",)),
        [["signed", "/pith_number", "only ours"]],
    )
    compare(
        "empty-section-missing",
        "an empty section that only we know",
        without(state, ("current", "citations")),
        [["labels", "/current/citations", "only ours"]],
    )
    compare(
        "empty-section-more",
        "an empty section that only they know",
        changed(state, ("current", "views"), []),
        [["labels", "/current/views", "only theirs"]],
    )
    compare(
        "section-missing",
        "a section with entries",
        without(state, ("current", "author_claims")),
        [["signed", "/current/author_claims", "only ours"]],
    )
    compare(
        "section-more",
        "an unknown section with entries",
        changed(state, ("current", "views"), [1]),
        [["signed", "/current/views", "only theirs"]],
    )
    compare(
        "entry-missing",
        "an entry less",
        without(state, ("current", "author_claims", 0)),
        [["signed", "/current/author_claims/0", "only ours"]],
    )
    more = claim(day(9), number=3)
    entry = counted_state(RECORD, [more], POLICY["keys"])["current"]["author_claims"][0]
    compare(
        "entry-more",
        "an entry more",
        changed(state, ("current", "author_claims"), [*state["current"]["author_claims"], entry]),
        [["signed", "/current/author_claims/2", "only theirs"]],
    )
    compare(
        "entry-changed",
        "an entry with another payload",
        changed(state, ("current", "author_claims", 1, "payload", "strength"), "weak"),
        [["signed", "/current/author_claims/1/payload/strength", "differs"]],
    )
    compare(
        "entry-time",
        "with another time",
        changed(state, ("current", "author_claims", 1, "created_at"), day(8)),
        [["signed", "/current/author_claims/1/created_at", "differs"]],
    )
    compare(
        "entries-reordered",
        "the order of a list is a label",
        changed(state, ("current", "author_claims"), state["current"]["author_claims"][::-1]),
        [["labels", "/current/author_claims", "differs"]],
    )
    compare(
        "receipt-null",
        "another receipt",
        changed(state, ("current", "receipt"), None),
        [["signed", "/current/receipt", "differs"]],
    )
    compare(
        "record-member",
        "another record",
        changed(state, ("current", "canonical_record", "source", "version"), 2),
        [["signed", "/current/canonical_record/source/version", "differs"]],
    )
    aliases = state["current"]["source_aliases"]
    at = next(index for index, one in enumerate(aliases) if one["alias_value"] == "x")
    compare(
        "alias-time",
        "the time of an alias is unsigned",
        changed(state, ("current", "source_aliases", at, "created_at"), day(9)),
        [["unsigned", f"/current/source_aliases/{at}/created_at", "differs"]],
    )
    compare(
        "alias-more",
        "an alias more",
        changed(state, ("current", "source_aliases"), [*aliases, {"alias_kind": "y", "alias_value": "z"}]),
        [["unsigned", f"/current/source_aliases/{len(aliases)}", "only theirs"]],
    )
    compare(
        "alias-missing",
        "an alias less",
        without(state, ("current", "source_aliases", at)),
        [["unsigned", f"/current/source_aliases/{at}", "only ours"]],
    )
    compare("alias-derived", "another value of a derived alias", changed(state, ("current", "source_aliases", 0, "alias_value"), "2304.01373"),
            [["unsigned", "/current/source_aliases/0", "only ours"], ["signed", "/current/source_aliases/0", "only theirs"]])  # fmt: skip
    compare("label-bundle-type", "a state is one by its state_type, whatever other type members it has",
            {**state, "bundle_type": "pith_open_graph_bundle"}, [["labels", "/bundle_type", "only theirs"]])  # fmt: skip
    classed = changed(RECORD, ("source", "id"), "math.GT/0309136")
    derived = counted_state(classed, [], POLICY["keys"])
    shorts = derived["current"]["source_aliases"]
    for kind, group in (
        ("arxiv", "unsigned"),
        ("arxiv_version", "unsigned"),
        ("doi", "unsigned"),
        ("pith_short_8", "signed"),
    ):
        theirs = changed(
            derived,
            ("current", "source_aliases"),
            [*shorts, {"alias_kind": kind, "alias_value": "math.GT/0309136"}],
        )
        same = group == "unsigned"
        file.add(f"alias-of-a-class-{kind.replace('_', '-')}", "only theirs, where the id has a subject class: " + ("the record derives no such alias" if same else "the record derives the alias"),
                 "REPORT-3 ALIAS-1", "compare", {"inputs": [as_json(bundle(classed, []))], "policy": part("policy"), "state": as_text(oracle.to_bytes(theirs))},
                 {"ok": {"differences": [[group, f"/current/source_aliases/{len(shorts)}", "only theirs"]], "same": same}}, None if same else "same")  # fmt: skip
    compare(
        "true-is-not-1",
        "types are exact",
        changed(state, ("current", "canonical_record", "source", "version"), True),
        [["signed", "/current/canonical_record/source/version", "differs"]],
    )
    empties: tuple[tuple[str, Any, str], ...] = (
        ("null", None, "labels"), ("string", "", "labels"), ("object", {}, "labels"), ("false", False, "signed"),
        ("zero", 0, "signed"), ("null-inside", [None], "signed"), ("space", " ", "signed"),
    )  # fmt: skip
    for name, value, group in empties:
        compare(f"only-theirs-{name}", f"a member of current that only they have: {'empty' if group == 'labels' else 'not empty'}",
                changed(state, ("current", "views"), value), [[group, "/current/views", "only theirs"]])  # fmt: skip
    compare(
        "receipt-missing",
        "a member that is not empty and only ours",
        without(state, ("current", "receipt")),
        [["signed", "/current/receipt", "only ours"]],
    )
    compare("empty-inside-entry", "inside an entry an empty member is signed", changed(state, ("current", "author_claims", 0, "views"), []),
            [["signed", "/current/author_claims/0/views", "only theirs"]])  # fmt: skip
    compare(
        "aliases-absent",
        "no aliases at all: unsigned, as a whole",
        without(state, ("current", "source_aliases")),
        [["unsigned", "/current/source_aliases", "only ours"]],
    )
    compare(
        "aliases-null",
        "aliases that are no array",
        changed(state, ("current", "source_aliases"), None),
        [["unsigned", "/current/source_aliases", "differs"]],
    )
    compare(
        "aliases-object",
        "aliases that are no array",
        changed(state, ("current", "source_aliases"), {}),
        [["unsigned", "/current/source_aliases", "differs"]],
    )
    compare(
        "aliases-reordered",
        "the order of aliases is a label",
        changed(state, ("current", "source_aliases"), aliases[::-1]),
        [["labels", "/current/source_aliases", "differs"]],
    )
    compare("alias-doi", "another value of the doi alias is unsigned", changed(state, ("current", "source_aliases", next(n for n, one in enumerate(aliases) if one["alias_kind"] == "doi"), "alias_value"), "10.1/x"),
            [["unsigned", f"/current/source_aliases/{next(n for n, one in enumerate(aliases) if one['alias_kind'] == 'doi')}", how] for how in ("only ours", "only theirs")])  # fmt: skip
    compare("alias-again", "an alias twice: the second one is matched by nothing", changed(state, ("current", "source_aliases"), [*aliases, aliases[0]]),
            [["signed", f"/current/source_aliases/{len(aliases)}", "only theirs"]])  # fmt: skip
    claims = state["current"]["author_claims"]
    compare("entry-again", "an entry twice", changed(state, ("current", "author_claims"), [claims[0], *claims]), [["signed", "/current/author_claims/1", "only theirs"]])  # fmt: skip
    compare("entry-without-id", "an entry without an event_id is matched by its value", changed(state, ("current", "author_claims"), [*claims, {"payload": 1}]),
            [["signed", "/current/author_claims/2", "only theirs"]])  # fmt: skip
    compare("entry-null-id", "an event_id that is null is none", changed(state, ("current", "author_claims", 0, "event_id"), None),
            [["signed", "/current/author_claims/0", "only ours"], ["signed", "/current/author_claims/0", "only theirs"]])  # fmt: skip
    compare("entry-other-id", "another event_id is another entry", changed(state, ("current", "author_claims", 0, "event_id"), 7),
            [["signed", "/current/author_claims/0", "only ours"], ["signed", "/current/author_claims/0", "only theirs"]])  # fmt: skip
    compare("entry-and-string", "a string equal to an event_id is another entry", changed(state, ("current", "author_claims"), [*claims, claims[0]["event_id"]]),
            [["signed", "/current/author_claims/2", "only theirs"]])  # fmt: skip
    compare("entry-inserted", "an entry more in front: at its index there, those behind it at ours", changed(changed(state, ("current", "author_claims", 1, "payload", "strength"), "weak"), ("current", "author_claims"),
            [entry, claims[0], changed(claims[1], ("payload", "strength"), "weak")]), [["signed", "/current/author_claims/1/payload/strength", "differs"], ["signed", "/current/author_claims/0", "only theirs"]])  # fmt: skip
    compare("lists-inside", "an array inside an entry is compared index by index", changed(state, ("current", "canonical_record", "metadata", "cross_cats_sorted"), ["x", *RECORD["metadata"]["cross_cats_sorted"]]),
            _walked(RECORD["metadata"]["cross_cats_sorted"], "/current/canonical_record/metadata/cross_cats_sorted"))  # fmt: skip
    compare("order", "in the order of our members, then of theirs", {"z": 1, "a": 1, **changed(changed(without(state, ("merge_version",)), ("current", "views"), [1]), ("pith_number",), "x")},
            [["signed", "/pith_number", "differs"], ["labels", "/merge_version", "only ours"], ["signed", "/current/views", "only theirs"], ["labels", "/z", "only theirs"], ["labels", "/a", "only theirs"]])  # fmt: skip
    compare(
        "array-and-object",
        "two JSON types",
        changed(state, ("current", "citations"), {}),
        [["signed", "/current/citations", "differs"]],
    )
    rejections: tuple[tuple[str, Any], ...] = (
        ("bundle", bundle(RECORD, [])), ("empty-object", {}), ("manifest", {"manifest_type": "pith_mirror_manifest", "mirrors": []}),
        ("type-missing", without(state, ("state_type",))), ("type-other", {**state, "state_type": "pith_open_graph_bundle"}), ("type-number", {**state, "state_type": 1}),
    )  # fmt: skip
    for name, other_document in rejections:
        file.reject(f"not-a-state-{name}", "what is no state is not compared", "REPORT-3", "compare",
                    {"inputs": [file.of(*events)], "policy": part("policy"), "state": as_json(other_document)}, "type", "same")  # fmt: skip
    deep: Any = 1
    for _ in range(60):
        deep = {"a": deep}
    record = {**RECORD, "deep": deep}
    file.add("deep", "a record of 61 levels gives a state of 63, which is read", "REPORT-3 LIM-7", "compare",
             {"inputs": [as_json(bundle(record, []))], "policy": part("policy"), "state": as_text(oracle.to_bytes(counted_state(record, [], POLICY["keys"])))},
             {"ok": {"differences": [], "same": True}})  # fmt: skip
    many: Bytes = joined(
        text(oracle.to_bytes(state).decode()[:-1] + ',"more":['), repeated("0,", 200_000), text("0]}")
    )
    file.add("many-values", "a state of more values than an input may have", "REPORT-3 LIM-7", "compare",
             {"inputs": [file.of(*events)], "policy": part("policy"), "state": many},
             {"ok": {"differences": [["labels", "/more", "only theirs"]], "same": True}})  # fmt: skip
    for levels in (199, 200):
        inner = joined(repeated("[", levels), repeated("]", levels), text("}"))
        nested = joined(text(oracle.to_bytes(state).decode()[:-1] + ',"more":'), inner)
        args = {"inputs": [file.of(*events)], "policy": part("policy"), "state": nested}
        if levels == 199:
            file.add("levels-200", "a state is read to 200 levels", "LIM-7 LIM-2", "compare", args,
                     {"ok": {"differences": [["labels", "/more", "only theirs"]], "same": True}})  # fmt: skip
        else:
            file.reject(
                "levels-201", "one level deeper", "LIM-7 LIM-2", "compare", args, "depth", "levels-200"
            )
    file.reject(
        "state-array",
        "a state is an object",
        "REPORT-3",
        "compare",
        {"inputs": [file.of(*events)], "policy": part("policy"), "state": text("[]")},
        "type",
        "same",
    )
    file.reject(
        "state-page",
        "read strictly",
        "REPORT-3",
        "compare",
        {"inputs": [file.of(*events)], "policy": part("policy"), "state": text("<!doctype html>")},
        "syntax",
        "same",
    )
    return file


def _walked(ours: Sequence[str], where: str) -> list[list[str]]:
    """The differences of an array and itself behind one element more."""
    theirs = ["x", *ours]
    found = [
        ["signed", f"{where}/{n}", "differs"]
        for n, (a, b) in enumerate(zip(ours, theirs, strict=False))
        if a != b
    ]
    return [*found, ["signed", f"{where}/{len(ours)}", "only theirs"]]


def files() -> list[File]:
    """The files of this module."""
    return [comparing()]
