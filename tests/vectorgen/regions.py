"""Where a value-level fault of a bundle is: in one element, which it spoils alone, or outside (FAULT-3)."""

from __future__ import annotations

from typing import Final

from forge import Json
from vectorgen.core import Bytes, File, joined, part, text
from vectorgen.house import frame, parts

#: name, comment, members before `events`, the value of `events`, members behind it, code, pointer.
REFUSED: Final = (
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
        "A value-level fault spoils one element, or the bundle.",
        parts={**parts(), "head": _head()},
    )
    tail = text("}")
    file.accept(
        "base",
        "no fault",
        "FAULT-3",
        "check",
        _args(joined(part("head"), text('"events":[]'), tail)),
        copies=[],
    )
    for name, about, before, events, behind, code, pointer in REFUSED:
        data = joined(part("head"), text(f'{before}"events":{events}{behind}'), tail)
        file.refuse(name, about, "FAULT-3 FAULT-2", "check", _args(data), code, "base", pointer=pointer)
    for name, about, elements, codes in CONFINED:
        member = "\\u0065vents" if name == "escaped-name" else "events"
        data = joined(part("head"), text(f'"{member}":[{",".join(elements)}]'), tail)
        copies: list[Json] = [
            {
                "pointer": f"/events/{place}",
                "event_id": None,
                "verdict": "invalid",
                "code": code,
                "unsigned": [],
            }
            for place, code in enumerate(codes)
        ]
        file.add(
            f"confined-{name}",
            about,
            "FAULT-3 FAULT-2",
            "check",
            _args(data),
            {"ok": {"copies": copies}},
            "base",
        )
    return file


def _head() -> Bytes:
    """A bundle up to its member ``events``."""
    made = frame()["$text"]
    return text(made.removesuffix('"events":['))


def _args(data: Bytes) -> Bytes:
    return {"data": data, "policy": part("policy"), "format": None}


def files() -> list[File]:
    """The files."""
    return [regions()]
