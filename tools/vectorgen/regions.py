# ruff: noqa: E501  (tables: one vector, one row)
"""Where a value-level fault of a bundle is: in one element, the only one that it affects, or outside (FAULT-3)."""

from __future__ import annotations

from typing import Final

from kit import Json, bundle, pith_number
from kit.tampered import changed
from vectorgen.fixtures import RECORD, frame, parts
from vectorgen.vector_file import Bytes, File, as_json, hexed, joined, part, text

#: name, comment, members before `events`, the value of `events`, members behind it, code, pointer.
REJECTED: Final = (
    ("object", "an object named events has no elements", "", '{"0":-0}', "", "number_form", "/events/0"),
    (
        "inner",
        "nor has an inner array of that name",
        '"x":{"events":[-0]},',
        "[]",
        "",
        "number_form",
        "/x/events/0",
    ),
    ("inner-array", "nor an array in an array", '"x":[[-0]],', "[]", "", "number_form", "/x/0/0"),
    ("member", "events itself", "", "-0", "", "number_form", "/events"),
    (
        "outside-behind",
        "a fault outside, behind one in an element",
        "",
        "[-0]",
        ',"x":NaN',
        "number_nonfinite",
        "/x",
    ),
    (
        "outside-before",
        "a fault outside, before one in an element",
        '"x":NaN,',
        "[-0]",
        "",
        "number_nonfinite",
        "/x",
    ),
    ("outside-two", "the first of two outside", '"x":1.0,', "[]", ',"y":NaN', "number_form", "/x"),
    ("outside-two-other", "the other way round", '"x":NaN,', "[-0]", ',"y":1.0', "number_nonfinite", "/x"),
    ("twice", "events twice", "", "[1]", ',"events":[2]', "duplicate_key", "/events"),
)
#: name, comment, the elements, the code of each.
CONFINED: Final = (
    ("element", "an element that is the fault itself", ["-0"], ["number_form"]),
    ("inside", "a fault deep in an element", ['{"a":[{"b":NaN}]}'], ["number_nonfinite"]),
    ("first-of-two", "the first of two in an element", ['{"a":1.0,"b":NaN}'], ["number_form"]),
    ("second-first", "the other way round", ['{"a":NaN,"b":1.0}'], ["number_nonfinite"]),
    (
        "two-elements",
        "each element has its own",
        ["-0", "NaN", '{"a":1,"a":2}'],
        ["number_form", "number_nonfinite", "duplicate_key"],
    ),
    ("key", "a key of an element", ['{"\\ue000":1}'], ["key"]),
    ("escaped-name", "the name may be escaped", ["-0"], ["number_form"]),
)


def regions() -> File:
    """JSON bundles with value-level faults."""
    file = File(
        "event",
        "regions",
        "A value-level fault rejects one element, or the bundle.",
        parts={**parts(), "head": _head()},
    )
    tail = text("}")
    file.accept(
        "base",
        "no fault",
        "FAULT-3",
        "check",
        _args(joined(part("head"), text('"events":[]'), tail)),
        elements=[],
    )
    for name, about, before, events, behind, code, pointer in REJECTED:
        data = joined(part("head"), text(f'{before}"events":{events}{behind}'), tail)
        file.reject(name, about, "FAULT-3 FAULT-2", "check", _args(data), code, "base", pointer=pointer)
    for name, about, elements, codes in CONFINED:
        member = "\\u0065vents" if name == "escaped-name" else "events"
        data = joined(part("head"), text(f'"{member}":[{",".join(elements)}]'), tail)
        results: list[Json] = [
            {
                "pointer": f"/events/{index}",
                "event_id": None,
                "verdict": "invalid",
                "code": code,
                "unsigned": [],
            }
            for index, code in enumerate(codes)
        ]
        file.add(
            f"confined-{name}",
            about,
            "FAULT-3 FAULT-2",
            "check",
            _args(data),
            {"ok": {"elements": results}},
            "base",
        )
    for name, about, source, code in (
        ("array", "a fault of a value comes before the type of the top", "[-0]", "number_form"),
        ("scalar", "also of a number alone", "NaN", "number_nonfinite"),
    ):
        args = {"data": text(source), "policy": part("policy"), "format": None}
        file.reject(
            f"top-{name}",
            about,
            "FAULT-3 BUN-1",
            "check",
            args,
            code,
            "base",
            pointer="/0" if name == "array" else "",
        )
    args = {"data": hexed("20 a0"), "policy": part("policy"), "format": None}
    file.reject(
        "space-before-cbor",
        "what begins with a space is JSON",
        "BUN-1 JSON-2",
        "check",
        args,
        "utf8",
        "base",
        offset=1,
    )
    return file


def claimed() -> File:
    """What a bundle claims besides its record: the number's year, aliases."""
    file = File(
        "event",
        "claimed",
        "Claimed numbers of early years, and claimed aliases, compared with the record's own.",
        parts=parts(),
    )
    early = changed(RECORD, ("metadata", "submitted_at"), "0987-12-31T23:59:59Z")
    early = changed(early, ("source", "id"), "x")

    def check(made: Json) -> Json:
        return {"data": as_json(made), "policy": part("policy"), "format": None}

    number = pith_number(early)
    file.accept(
        "year-0987",
        "a year has four digits",
        "NUM-1 NUM-4",
        "check",
        check(bundle(early, [])),
        pith_number=number,
        mismatches=[],
    )
    for name, year in (("987", "987"), ("sign", "+987"), ("two", "00987"), ("none", "")):
        file.reject(f"year-0987-as-{name}", "and no other spelling", "NUM-4", "check",
                    check(bundle(early, [], pith_number=f"pith:{year}:{number[10:]}")), "subject", "year-0987",
                    pointer="/pith_number")  # fmt: skip
    plain = bundle(RECORD, [])
    rows = plain["source_aliases"]
    for name, about, kind, change, differs in (
        ("same", "as derived", "arxiv", lambda value: value, False),
        ("case", "compared exactly", "arxiv", str.upper, True),
        ("short-case", "also a short form", "pith_short_8", str.lower, True),
        (
            "prefixed",
            "with pith: in front it is another value",
            "pith_short_8",
            lambda value: f"pith:{value}",
            True,
        ),
        ("space", "a space behind", "arxiv_version", lambda value: f"{value} ", True),
        ("doi-case", "a doi too", "doi", str.upper, True),
    ):
        index = [row["alias_kind"] for row in rows].index(kind)
        aliases = [
            {**row, "alias_value": change(row["alias_value"])} if row["alias_kind"] == kind else row
            for row in rows
        ]
        file.accept(f"alias-{name}", about, "ALIAS-2 BUN-6", "check", check({**plain, "source_aliases": aliases}),
                    mismatches=[f"/source_aliases/{index}"] if differs else [])  # fmt: skip
    other = [*rows, {"alias_kind": "openalex", "alias_value": "W1"}]
    file.accept("alias-other", "an alias of a kind that is not derived may have any value", "ALIAS-2 BUN-6", "check",
                check({**plain, "source_aliases": other}), mismatches=[])  # fmt: skip
    return file


def _head() -> Bytes:
    """A bundle up to its member ``events``."""
    made = frame()["$text"]
    return text(made.removesuffix('"events":['))


def _args(data: Bytes) -> Bytes:
    return {"data": data, "policy": part("policy"), "format": None}


def files() -> list[File]:
    """The files."""
    return [regions(), claimed()]
