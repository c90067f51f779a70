# ruff: noqa: E501  (tables: one vector, one row)
"""Stage record: canonical records, their hash and number, titles and derived aliases."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from itertools import pairwise
from typing import Any, Final

from kit import Json, canonical, canonical_hash, pith_number
from kit.tampered import changed, without
from vectorgen.policies import minimal
from vectorgen.vector_file import Bytes, File, as_json, as_text, joined, repeated, text

BASE: Final[Json] = {
    "metadata": {
        "abstract_canon_sha256": "74a64c9ae08ecafecb6b2deb1251224c620a82aacdb732cdf2d04d6b6d5a9cf2",
        "cross_cats_sorted": ["stat.ML"],
        "license": "",
        "primary_cat": "hep-lat",
        "submitted_at": "2003-05-25T19:15:20Z",
        "title_canon_sha256": "b9cda0029e5f5c593f9f2c9cf46777d449bddbdd0f5305259abc6c7203cee1b3",
    },
    "schema_version": "1.0",
    "source": {"id": "hep-lat/0305021", "kind": "arxiv", "version": 1},
}


MONTH: Final = "(?:0[1-9]|1[012])"


def derived(record: Json) -> list[list[str]]:
    """The aliases of ALIAS-1, written from the clause."""
    suffix = base64.b32encode(hashlib.sha256(canonical(record)).digest()).decode()[:26]
    found = {f"pith_short_{n}": suffix[:n] for n in (8, 12, 16)}
    source = record["source"]
    if source["kind"] == "arxiv" and re.fullmatch(
        rf"[0-9]{{2}}{MONTH}\.[0-9]{{4,5}}|[a-z-]+/[0-9]{{2}}{MONTH}[0-9]{{3}}", source["id"]
    ):
        found |= {
            "arxiv": source["id"],
            "arxiv_version": f"{source['id']}v{source['version']}",
            "doi": "10.48550/arxiv." + source["id"],
        }
    return [[kind, found[kind]] for kind in sorted(found)]


def years(record: Json) -> list[int]:
    """The years of NUM-3, written from the clause."""
    submitted = int(record["metadata"]["submitted_at"][:4])
    source = record["source"]
    if source["kind"] != "arxiv":
        return [submitted]
    if re.fullmatch(rf"[0-9]{{2}}{MONTH}\.[0-9]{{4,5}}", source["id"]):
        year = 2000 + int(source["id"][:2])
    elif found := re.fullmatch(rf"[a-z-]+(?:\.[A-Za-z-]+)?/([0-9]{{2}}){MONTH}[0-9]{{3}}", source["id"]):
        year = int(found[1]) + (1900 if int(found[1]) >= 91 else 2000)
    else:
        return [submitted]
    return [submitted] if year == submitted else [submitted, year]


def answer(record: Json) -> Json:
    """What ``record`` answers."""
    return {
        "canonical": as_json(record),
        "canonical_sha256": canonical_hash(record),
        "pith_number": pith_number(record),
        "years": years(record),
        "aliases": derived(record),
    }


def at(path: str) -> tuple[str | int, ...]:
    """A pointer as a path."""
    return tuple(int(step) if step.isdigit() else step for step in path.split("/")[1:])


#: name, comment, clauses, pointer, value in its place.
ACCEPTED: Final[tuple[tuple[str, str, str, str, Any], ...]] = (
    ("empty-license", "a license may be the empty string", "REC-2", "/metadata/license", ""),
    ("license", "or an address", "REC-2", "/metadata/license", "http://creativecommons.org/licenses/by/4.0/"),
    ("no-cross-cats", "no further categories", "REC-2", "/metadata/cross_cats_sorted", []),
    ("cross-cats-unsorted", "whether they are sorted is not checked", "REC-2", "/metadata/cross_cats_sorted",
     ["b", "a", "a"]),
    ("unknown-member", "unknown members are kept and hashed", "REC-4 REC-5", "/future", {"x": [1, None, True]}),
    ("unknown-in-metadata", "in the metadata too", "REC-4 REC-5", "/metadata/future", "x"),
    ("unknown-in-source", "and in the source", "REC-4 REC-5", "/source/future", -1),
    ("unknown-proto", "a member named __proto__ is hashed", "REC-4 CANON-1", "/__proto__", {"license": "x"}),
    ("unknown-numeric", "members that look like integers sort as strings", "REC-4 CANON-1", "/future",
     {"10": 1, "9": 2}),
    ("event-type-inside", "only at the top a member event_type is forbidden", "REC-4", "/source/event_type", "x"),
    ("non-ascii", "strings in any script", "REC-2", "/metadata/primary_cat", "数学-\u00e9-\U0001f600"),
    ("version-large", "the largest version", "REC-2", "/source/version", 2**53 - 1),
    ("other-kind", "another kind has no arXiv aliases and one year", "ALIAS-1 NUM-3", "/source/kind", "openreview"),
    ("kind-case", "the kind is compared exactly", "ALIAS-1 NUM-3", "/source/kind", "arXiv"),
    ("id-new-style", "a new-style id, and its year beside that of the submission", "ALIAS-1 NUM-3", "/source/id",
     "0704.0001"),
    ("id-new-style-five", "of five digits", "ALIAS-1 NUM-3", "/source/id", "2304.01373"),
    ("id-same-year", "the same year twice is one year", "NUM-3", "/source/id", "0301.0001"),
    ("id-old-style-class", "a subject class: no alias, but a year", "ALIAS-1 NUM-3", "/source/id", "math.CO/0105021"),
    ("id-class-gt", "the example of the clause", "ALIAS-1 NUM-3", "/source/id", "math.GT/0109136"),
    ("id-class-dis-nn", "a class in lower case with a hyphen", "ALIAS-1 NUM-3", "/source/id", "cond-mat.dis-nn/9908449"),
    ("id-class-long", "a class of any length", "ALIAS-1 NUM-3", "/source/id", "cond-mat.mtrl-sci/9912001"),
    ("id-class-one", "of one letter too", "ALIAS-1 NUM-3", "/source/id", "math.G/9912001"),
    ("id-class-month", "a class and no such month", "ALIAS-1 NUM-3", "/source/id", "math.GT/9913001"),
    ("id-class-empty", "a point and no class", "ALIAS-1 NUM-3", "/source/id", "math./9912001"),
    ("id-class-digit", "a class has no digits", "ALIAS-1 NUM-3", "/source/id", "math.G2/9912001"),
    ("id-class-twice", "one class", "ALIAS-1 NUM-3", "/source/id", "math.GT.GT/9912001"),
    ("id-class-other-kind", "of no arXiv source: no year", "ALIAS-1 NUM-3", "/source", {"id": "math.GT/9909136", "kind": "x", "version": 1}),
    ("id-other-kind-year", "a new-style id of no arXiv source: no year", "NUM-3", "/source", {"id": "2304.01373", "kind": "ArXiv", "version": 1}),
    ("id-old-style-hyphen", "an archive with a hyphen", "ALIAS-1 NUM-3", "/source/id", "astro-ph/9912345"),
    ("id-91", "the archive begins in 1991", "NUM-3", "/source/id", "hep-th/9108028"),
    ("id-90", "so 90 is 2090", "NUM-3", "/source/id", "hep-th/9012001"),
    ("id-00", "and 00 is 2000", "NUM-3", "/source/id", "hep-th/0001001"),
    ("id-new-91", "a new-style id is always of 20YY", "NUM-3", "/source/id", "9101.0001"),
    ("id-with-version", "an id with a version is not of the grammar", "ALIAS-1 NUM-3", "/source/id", "2304.01373v2"),
    ("id-three-digits", "nor one of three digits", "ALIAS-1 NUM-3", "/source/id", "2304.013"),
    ("id-six-digits", "nor one of six", "ALIAS-1 NUM-3", "/source/id", "2304.013731"),
    ("id-upper-archive", "nor an archive in upper case", "ALIAS-1 NUM-3", "/source/id", "HEP-TH/0305021"),
    ("id-class-lower", "a class in lower case has a year too", "ALIAS-1 NUM-3", "/source/id", "math.co/0105021"),
    ("id-archive-empty", "the archive is not empty", "ALIAS-1 NUM-3", "/source/id", "/0105021"),
    ("id-archive-digit", "nor has it digits", "ALIAS-1 NUM-3", "/source/id", "q1/0105021"),
    ("id-archive-hyphens", "hyphens alone are an archive", "ALIAS-1 NUM-3", "/source/id", "--/0105021"),
    ("id-old-six", "an old-style id has seven digits", "ALIAS-1 NUM-3", "/source/id", "hep-th/010502"),
    ("id-old-eight", "and no more", "ALIAS-1 NUM-3", "/source/id", "hep-th/01050211"),
    ("id-old-version", "and no version", "ALIAS-1 NUM-3", "/source/id", "hep-th/0105021v1"),
    ("id-space", "nothing is before it", "ALIAS-1 NUM-3", "/source/id", " 2304.01373"),
    ("id-scheme", "no scheme", "ALIAS-1 NUM-3", "/source/id", "arXiv:2304.01373"),
    ("id-old-newline", "nothing is after it", "ALIAS-1 NUM-3", "/source/id", "hep-th/0105021\n"),
    *((f"id-month-{month}", "a month is 01 to 12", "ALIAS-1 NUM-3", "/source/id", f"23{month}.01373") for month in ("00", "01", "09", "10", "12", "20", "99")),
    *((f"id-old-month-{month}", "in an old-style id too", "ALIAS-1 NUM-3", "/source/id", f"hep-th/99{month}021") for month in ("00", "01", "09", "10", "12", "13", "20", "99")),
    ("id-newline", "the whole id matches, a line end is not ignored", "ALIAS-1", "/source/id", "2304.01373\n"),
    ("id-arabic-digits", "ASCII digits", "ALIAS-1 NUM-3", "/source/id", "٢٣٠٤.01373"),
    ("id-month-13", "no such month: no alias and no year", "ALIAS-1 NUM-3", "/source/id", "2313.01373"),
    ("id-free", "any string is an id", "REC-2", "/source/id", ""),
    ("submitted-first", "the first year", "REC-2 NUM-1", "/metadata/submitted_at", "0001-01-01T00:00:00Z"),
    ("submitted-last", "the last year", "REC-2 NUM-1", "/metadata/submitted_at", "9999-12-31T23:59:59Z"),
    ("submitted-leap", "a leap day", "REC-2", "/metadata/submitted_at", "2024-02-29T00:00:00Z"),
)  # fmt: skip

#: name, comment, clauses, pointer, value in its place, code, control.
REJECTED: Final[tuple[tuple[str, str, str, str, Any, str, str], ...]] = (
    ("hash-upper", "hex is lower case", "REC-2 TEXT-2", "/metadata/title_canon_sha256", "B" * 64, "encoding", "base"),
    ("hash-short", "64 digits", "REC-2", "/metadata/title_canon_sha256", "b" * 63, "encoding", "base"),
    ("hash-long", "64 digits", "REC-2", "/metadata/abstract_canon_sha256", "b" * 65, "encoding", "base"),
    ("hash-prefixed", "no prefix", "REC-2", "/metadata/abstract_canon_sha256", "sha256:" + "b" * 57, "encoding", "base"),
    ("hash-number", "a string", "REC-2", "/metadata/title_canon_sha256", 1, "type", "base"),
    ("hash-null", "a string", "REC-2", "/metadata/abstract_canon_sha256", None, "type", "base"),
    ("cross-cats-string", "an array", "REC-2", "/metadata/cross_cats_sorted", "stat.ML", "type", "no-cross-cats"),
    ("cross-cats-null", "an array", "REC-2", "/metadata/cross_cats_sorted", None, "type", "no-cross-cats"),
    ("cross-cats-object", "an array", "REC-2", "/metadata/cross_cats_sorted", {}, "type", "no-cross-cats"),
    ("cross-cats-number", "of strings", "REC-2", "/metadata/cross_cats_sorted/0", 1, "type", "no-cross-cats"),
    ("license-null", "never null", "REC-2", "/metadata/license", None, "type", "empty-license"),
    ("license-false", "a string", "REC-2", "/metadata/license", False, "type", "empty-license"),
    ("primary-cat-array", "a string", "REC-2", "/metadata/primary_cat", ["x"], "type", "base"),
    ("submitted-fraction", "no fraction in a record", "REC-2", "/metadata/submitted_at", "2003-05-25T19:15:20.000000Z",
     "time", "base"),
    ("submitted-offset", "only Z in a record", "REC-2", "/metadata/submitted_at", "2003-05-25T19:15:20+00:00", "time",
     "base"),
    ("submitted-february-30", "a real time", "REC-2", "/metadata/submitted_at", "2003-02-30T19:15:20Z", "time", "base"),
    ("submitted-february-29", "no leap year", "REC-2", "/metadata/submitted_at", "2003-02-29T19:15:20Z", "time",
     "submitted-leap"),
    ("submitted-leap-second", "no leap second", "REC-2", "/metadata/submitted_at", "2016-12-31T23:59:60Z", "time",
     "submitted-last"),
    ("submitted-year-0", "no year 0000", "REC-2", "/metadata/submitted_at", "0000-01-01T00:00:00Z", "time",
     "submitted-first"),
    ("submitted-number", "a string", "REC-2", "/metadata/submitted_at", 20030525, "type", "base"),
    ("schema-1-1", "another version", "REC-3", "/schema_version", "1.1", "version", "base"),
    ("schema-empty", "another string", "REC-3", "/schema_version", "", "version", "base"),
    ("schema-1", "1 is not 1.0", "REC-3", "/schema_version", "1", "version", "base"),
    ("schema-number", "a number is no string", "REC-3", "/schema_version", 1, "type", "base"),
    ("schema-null", "null is no string", "REC-3", "/schema_version", None, "type", "base"),
    ("id-number", "a string", "REC-2", "/source/id", 2304, "type", "base"),
    ("kind-null", "a string", "REC-2", "/source/kind", None, "type", "base"),
    ("version-zero", "from 1", "REC-2", "/source/version", 0, "type", "base"),
    ("version-negative", "from 1", "REC-2", "/source/version", -1, "type", "base"),
    ("version-true", "true is not 1", "REC-2", "/source/version", True, "type", "base"),
    ("version-string", "a string is no integer", "REC-2", "/source/version", "1", "type", "base"),
    ("version-half", "an integer", "REC-2", "/source/version", 1.5, "type", "base"),
    ("event-type", "no signature over a record is one over an event", "REC-4", "/event_type", "x", "type",
     "event-type-inside"),
    ("event-type-null", "whatever its value", "REC-4", "/event_type", None, "type", "event-type-inside"),
    ("metadata-null", "an object", "REC-1", "/metadata", None, "type", "base"),
    ("metadata-array", "an object", "REC-1", "/metadata", [], "type", "base"),
    ("source-string", "an object", "REC-1", "/source", "arxiv", "type", "base"),
    ("float", "a record contains no float", "REC-4", "/future", 0.5, "number_form", "unknown-member"),
    ("float-in-array", "anywhere", "REC-4", "/future", [1, [0.5]], "number_form", "unknown-member"),
    ("float-in-metadata", "anywhere", "REC-4", "/metadata/future", 0.5, "number_form", "unknown-in-metadata"),
)  # fmt: skip


def shapes() -> File:
    """Records and what is not one."""
    file = File("record", "shapes", "Canonical records: members, types, hash, number, aliases.")
    file.accept("base", "a record as the registry writes it", "REC-1 REC-5 NUM-1 ALIAS-1", "record",
                {"data": as_json(BASE)}, **answer(BASE))  # fmt: skip
    backwards = json.dumps(dict(reversed(BASE.items())), indent=2)
    file.accept("respelt", "order and white space of the text do not matter", "REC-5 CANON-1", "record",
                {"data": text(backwards)}, **answer(BASE))  # fmt: skip
    for name, about, clauses, pointer, value in ACCEPTED:
        record = changed(BASE, at(pointer), value)
        file.accept(name, about, clauses, "record", {"data": as_json(record)}, **answer(record))
    for name, about, clauses, pointer, value, code, control in REJECTED:
        record = changed(BASE, at(pointer), value)
        where = {"float-in-array": "/future/1/0"}.get(name, pointer)
        file.reject(name, about, clauses, "record", {"data": as_json(record)}, code, control, pointer=where)
    for pointer in (
        "/metadata", "/schema_version", "/source",
        *(f"/metadata/{name}" for name in sorted(BASE["metadata"])),
        *(f"/source/{name}" for name in sorted(BASE["source"])),
    ):  # fmt: skip
        name = pointer[1:].replace("/", "-").replace("_", "-")
        file.reject(f"without-{name}", "every member is required, and a missing one is reported by its pointer", "REC-1 ERR-1", "record",
                    {"data": as_json(without(BASE, at(pointer)))}, "type", "base", pointer=pointer)  # fmt: skip
    for name, source in (
        ("null", "null"),
        ("array", "[]"),
        ("string", '"x"'),
        ("number", "1"),
        ("true", "true"),
    ):
        file.reject(f"is-{name}", "a record is an object", "REC-1 REC-4", "record", {"data": text(source)}, "type", "base",
                    pointer="")  # fmt: skip
    file.reject(
        "is-empty", "an object without members", "REC-1", "record", {"data": text("{}")}, "type", "base"
    )
    return file


def orders() -> File:
    """Two faults at a time: which one is named."""
    file = File("record", "orders", "Records with two faults: the order of the checks decides.")
    file.accept("base", "none", "REC-4", "record", {"data": as_json(BASE)}, **answer(BASE))

    def both(
        name: str, about: str, first: tuple[str, Any], second: tuple[str, Any], code: str, pointer: str
    ) -> None:
        record = changed(changed(BASE, at(first[0]), first[1]), at(second[0]), second[1])
        file.reject(name, about, "REC-4", "record", {"data": as_json(record)}, code, "base", pointer=pointer)

    both("event-type-first", "event_type before the members", ("/event_type", "x"), ("/schema_version", "2"), "type",
         "/event_type")  # fmt: skip
    both("metadata-before-schema", "members in sorted order", ("/metadata/license", None), ("/schema_version", "2"), "type",
         "/metadata/license")  # fmt: skip
    both("schema-before-source", "members in sorted order", ("/schema_version", "2"), ("/source/version", 0), "version",
         "/schema_version")  # fmt: skip
    both("depth-first", "all of metadata before schema_version", ("/metadata/title_canon_sha256", "x"),
         ("/schema_version", 1), "encoding", "/metadata/title_canon_sha256")  # fmt: skip
    both("abstract-before-title", "sorted inside too", ("/metadata/title_canon_sha256", "x"),
         ("/metadata/abstract_canon_sha256", 1), "type", "/metadata/abstract_canon_sha256")  # fmt: skip
    both(
        "id-before-version",
        "sorted inside too",
        ("/source/version", 0),
        ("/source/id", None),
        "type",
        "/source/id",
    )
    both("members-before-floats", "required members before floats", ("/a", 0.5), ("/source/version", 0), "type",
         "/source/version")  # fmt: skip
    both("floats-sorted", "the first float in sorted order", ("/zz", 0.5), ("/a", 1.5), "number_form", "/a")

    leaves: tuple[tuple[str, Any], ...] = (
        ("/event_type", "x"), ("/metadata/abstract_canon_sha256", 1), ("/metadata/cross_cats_sorted", {}),
        ("/metadata/license", None), ("/metadata/primary_cat", None), ("/metadata/submitted_at", 1),
        ("/metadata/title_canon_sha256", 1), ("/schema_version", 1), ("/source/id", None), ("/source/kind", None),
        ("/source/version", 0),
    )  # fmt: skip
    pairs = [*pairwise(leaves), (leaves[0], ("/metadata", None)), (leaves[0], leaves[7]), (leaves[0], ("/source", 1)),
             (("/metadata", None), leaves[7]), (("/metadata", None), ("/source", 1)), (leaves[7], ("/source", 1)),
             (leaves[1], leaves[6]), (leaves[6], ("/source", 1))]  # fmt: skip
    both(
        "kind-then-version-string",
        "the types of both are wrong",
        ("/source/kind", None),
        ("/source/version", "1"),
        "type",
        "/source/kind",
    )
    for first, second in pairs:
        name = "-then-".join(
            pointer[1:].replace("/", "-").replace("_", "-") for pointer, _ in (first, second)
        )
        both(name, "in sorted order, depth first", first, second, "type", first[0])
    for name, wrong, index in (("first", [1, "a", None], 0), ("second", ["a", None, 1], 1)):
        record = changed(BASE, at("/metadata/cross_cats_sorted"), wrong)
        file.reject(f"cross-cats-{name}", "the first that is no string", "REC-2 REC-4", "record", {"data": as_json(record)}, "type",
                    "base", pointer=f"/metadata/cross_cats_sorted/{index}")  # fmt: skip

    def text_of(*members: str) -> Bytes:
        """The record with members in front of its own, written verbatim."""
        return joined(text("{" + "".join(f"{member}," for member in members)), as_text(canonical(BASE)[1:]))

    for name, about, members, code, pointer in (
        (
            "floats-unsorted",
            "in sorted order, whatever the order in the text",
            ('"zz":0.5', '"a":1.5'),
            "number_form",
            "/a",
        ),
        ("floats-unsorted-inside", "inside too", ('"q":{"b":0.5,"10":0.5,"9":0.5}',), "number_form", "/q/10"),
        (
            "floats-depth-first",
            "depth first",
            ('"b":0.5', '"a":[[1],[{"z":[0.5]}]]'),
            "number_form",
            "/a/1/0/z/0",
        ),
        ("float-location", "a pointer is escaped", ('"a/b~":{"~1":0.5}',), "number_form", "/a~1b~0/~01"),
    ):
        file.reject(
            name, about, "REC-4 ERR-1", "record", {"data": text_of(*members)}, code, "base", pointer=pointer
        )
    return file


#: name, comment, text, the text that is hashed.
TITLES: Final = (
    ("plain", "lower-cased", "The Pith Graph", "the pith graph"),
    ("spaces", "a run of white space is one space", "a  b\t\tc \n d", "a b c d"),
    ("trimmed", "the ends are trimmed", "  a b  ", "a b"),
    ("empty", "nothing", "", ""),
    ("only-space", "nothing but white space", " \n\t ", ""),
    ("one-space", "a space is kept between words", "a b", "a b"),
    ("tex", "TeX stays", r"The $\mathcal{N}=4$ Bound", r"the $\mathcal{n}=4$ bound"),
    ("punctuation", "punctuation stays", "A: B -- C?!", "a: b -- c?!"),
    ("accents", "accents stay", "\u00c9tude", "\u00e9tude"),
    ("nfd", "nothing is normalised", "E\u0301tude", "e\u0301tude"),
    ("greek", "upper-case Greek", "\u0391\u0392\u0393", "\u03b1\u03b2\u03b3"),
    ("final-sigma", "a sigma at the end of a word", "\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c2"),
    ("final-sigma-two-words", "at the end of each word", "\u03a3\u0391\u03a3 \u03a3\u0391\u03a3", "\u03c3\u03b1\u03c2 \u03c3\u03b1\u03c2"),
    ("sigma-alone", "not at the end of a word if nothing is before it", "\u03a3", "\u03c3"),
    ("sharp-s", "a sharp s is lower case already: no case folding", "Stra\u00dfe", "stra\u00dfe"),
    ("capital-sharp-s", "the capital one becomes the small one", "STRA\u1e9eE", "stra\u00dfe"),
    ("dotted-i", "U+0130 becomes two characters: the full mapping", "\u0130x", "i\u0307x"),
    ("dotless-i", "U+0131 is lower case; no locale", "I\u0131", "i\u0131"),
    ("kelvin", "U+212A becomes k", "\u212a", "k"),
    ("angstrom", "U+212B becomes U+00E5", "\u212b", "\u00e5"),
    ("ligature", "a ligature stays", "\ufb01eld", "\ufb01eld"),
    ("titlecase", "U+01C5 becomes U+01C6", "\u01c5", "\u01c6"),
    ("cyrillic", "upper-case Cyrillic", "\u0414\u0410", "\u0434\u0430"),
    ("armenian", "upper-case Armenian", "\u0531", "\u0561"),
    ("georgian", "Georgian capitals of 2018", "\u1c90", "\u10d0"),
    ("cherokee", "Cherokee: the capitals are the older letters", "\u13a0", "\uab70"),
    ("deseret", "a letter above U+FFFF", "\U00010400", "\U00010428"),
    ("fullwidth", "full-width letters", "\uff21", "\uff41"),
    ("cjk", "no case", "\u6570\u5b66", "\u6570\u5b66"),
    ("nul-free-controls", "U+0001 is no white space", "a\x01b", "a\x01b"),
    ("zero-width-space", "U+200B is no white space", "a\u200bb", "a\u200bb"),
    ("bom", "U+FEFF is no white space", "\ufeffa", "\ufeffa"),
    ("word-joiner", "U+2060 is no white space", "a\u2060b", "a\u2060b"),
    ("mongolian", "U+180E is no white space", "a\u180eb", "a\u180eb"),
    ("braille-blank", "U+2800 is no white space", "a\u2800b", "a\u2800b"),
    ("delete", "U+007F is no white space", "a\x7fb", "a\x7fb"),
    ("1b", "U+001B is no white space", "a\x1bb", "a\x1bb"),
    ("08", "U+0008 is no white space", "a\x08b", "a\x08b"),
    # Final_Sigma, and the version of Unicode.
    ("sigma-between", "a letter follows", "a\u03a3b", "a\u03c3b"),
    ("sigma-first", "no letter comes before", "\u03a3a", "\u03c3a"),
    ("sigma-twice", "the first has one behind it", "a\u03a3\u03a3", "a\u03c3\u03c2"),
    ("sigma-after-digit", "a digit is neither Cased nor Case_Ignorable", "a1\u03a3", "a1\u03c3"),
    ("sigma-before-digit", "and ends the word", "a\u03a31b", "a\u03c21b"),
    ("sigma-after-space", "nor is a space", "a \u03a3", "a \u03c3"),
    ("sigma-after-ignorable", "a point, a soft hyphen and a mark are passed over", "a.\xad\u0301\u03a3",
     "a.\xad\u0301\u03c2"),
    ("sigma-before-ignorable", "also after it, up to the end", "a\u03a3.\xad\u0301", "a\u03c2.\xad\u0301"),
    ("sigma-ignorable-letter", "or up to a letter", "a\u03a3.\xad\u0301b", "a\u03c3.\xad\u0301b"),
    ("sigma-only-ignorable", "with nothing before them", "'\u03a3", "'\u03c3"),
    ("sigma-after-both", "U+02B0 is Cased and Case_Ignorable: passed over", "\u02b0\u03a3", "\u02b0\u03c3"),
    ("sigma-before-both", "also after it", "a\u03a3\u02b0", "a\u03c2\u02b0"),
    ("sigma-after-feminine", "U+00AA is a Cased letter without case", "\xaa\u03a3", "\xaa\u03c2"),
    ("sigma-after-cjk", "a letter that is not Cased", "\u6570\u03a3", "\u6570\u03c3"),
    ("sigma-after-astral", "a Cased letter above U+FFFF", "\U00010428\u03a3", "\U00010428\u03c2"),
    ("sigma-before-astral", "also after it", "a\u03a3\U00010400", "a\u03c3\U00010428"),
    ("sigma-after-space-run", "white space first: the run is one space", "a\u03a3 \t\u03a3", "a\u03c2 \u03c3"),
    ("sigma-small", "a small sigma and a final one stay as they are", "a\u03c3 a\u03c2b", "a\u03c3 a\u03c2b"),
    ("sigma-after-dotted-i", "a letter that becomes two characters", "\u0130\u03a3", "i\u0307\u03c2"),
    ("sigma-after-0ece", "U+0ECE is unassigned in Unicode 14, a mark in 15", "a\u0ece\u03a3", "a\u0ece\u03c3"),
    ("sigma-after-1df25", "U+1DF25 is unassigned in Unicode 14, a small letter in 15", "\U0001df25\u03a3",
     "\U0001df25\u03c3"),
    ("sigma-after-0295", "U+0295 is a small letter in Unicode 14, in a later version without case", "\u0295\u03a3",
     "\u0295\u03c2"),
    ("capital-of-15", "U+1C89 is a capital since Unicode 16", "\u1c89", "\u1c89"),
    ("capital-of-16", "U+A7CB too", "\ua7cb", "\ua7cb"),
    ("capital-of-16-astral", "U+10D50 too", "\U00010d50", "\U00010d50"),
    ("capital-of-14", "U+A7C0 is a capital of Unicode 14", "\ua7c0", "\ua7c1"),
    ("capital-of-14-vithkuqi", "and so is U+10570", "\U00010570", "\U00010597"),
    ("private-use", "U+E000 is no letter", "\ue000A\u03a3", "\ue000a\u03c2"),
)  # fmt: skip

WHITE_SPACE: Final = (
    *range(0x09, 0x0E), *range(0x1C, 0x21), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F,
    0x205F, 0x3000,
)  # fmt: skip


def titles() -> File:
    """What of a title is hashed."""
    file = File("record", "titles", "The hash of a title; the hashed text was written by hand.")
    for name, about, title, hashed in TITLES:
        file.accept(name, about, "TITLE-1 TITLE-2", "title", {"text": title},
                    sha256=hashlib.sha256(hashed.encode()).hexdigest())  # fmt: skip
    for code in WHITE_SPACE:
        file.accept(f"space-{code:04x}", f"U+{code:04X} is white space", "TITLE-1", "title",
                    {"text": f"{chr(code)}a{chr(code)}{chr(code)}b{chr(code)}"},
                    sha256=hashlib.sha256(b"a b").hexdigest())  # fmt: skip
    for name, about, title in (
        ("nul", "U+0000", "a\0b"),
        ("ffff", "a non-character", "a\uffffb"),
        ("fdd0", "a non-character", "a\ufdd0b"),
        ("10ffff", "the last code point", "\U0010ffff"),
        ("nul-ascii", "also in a title of ASCII alone", "\0"),
    ):
        file.reject(
            name,
            f"a title is of the data model: {about}",
            "TITLE-1 DATA-6",
            "title",
            {"text": title},
            "string",
            "plain",
        )
    return file


def limits() -> File:
    """Unknown members are within the data model and the limits of an input."""
    file = File("record", "limits", "Unknown members of a record, deep and large.")
    head, tail = canonical(BASE)[:-1], b"}"

    def data(member: Bytes) -> Json:
        return {"data": joined(as_text(head), text(',"zz":'), member, as_text(tail))}

    deep = changed(BASE, ("zz",), json.loads("[" * 31 + "]" * 31))
    file.accept("depth-32", "the record is the first level", "REC-4 LIM-2", "record",
                data(joined(repeated("[", 31), repeated("]", 31))), canonical_sha256=canonical_hash(deep))  # fmt: skip
    file.reject("depth-33", "one level more", "REC-4 LIM-2", "record",
                data(joined(repeated("[", 32), repeated("]", 32))), "depth", "depth-32")  # fmt: skip
    for name, about, source, code in (
        ("duplicate", "one key twice", '{"a":1,"a":2}', "duplicate_key"),
        ("minus-zero", "a number outside of the model", "-0", "number_form"),
        ("surrogate", "a lone surrogate", '"\\ud800"', "surrogate"),
        ("nul", "U+0000", '"\\u0000"', "string"),
        ("large", "an integer beyond 2^53 - 1", "9007199254740992", "number_range"),
    ):
        file.reject(name, about, "REC-4 FAULT-3", "record", data(text(source)), code, "depth-32")
    return file


def depths() -> list[File]:
    """The depth of other documents that are read alone (LIM-2)."""
    policy = File("policy", "depth", "A policy is as deep as any other input: 32.")
    proof = File("equivocation", "depth", "A proof is as deep as a bundle: 64.")
    head = as_text(canonical(minimal())[:-1] + b',"x":')
    front = text(
        '{"proof_type":"pithbundle_equivocation_proof","proof_version":"1","rules":"pithbundle-merge-1","canonical_record":'
    )
    for levels, code in ((31, "policy"), (32, "depth")):
        data = joined(head, repeated("[", levels), repeated("]", levels), text("}"))
        about = "an unknown member, as deep as an input may be" if code == "policy" else "one level deeper"
        policy.reject(
            f"nested-{levels + 1}", about, "LIM-2 POL-1", "policy", {"data": data}, code, "policy/shapes/base"
        )
    for levels, code in ((63, "type"), (64, "depth")):
        data = joined(front, repeated("[", levels), repeated("]", levels), text("}"))
        about = "no record, but no deeper than a bundle" if code == "type" else "one level deeper"
        proof.reject(f"nested-{levels + 1}", about, "LIM-2 PROOF-2", "verify_proof", {"data": data, "policy": None}, code,
                     "equivocation/proofs/proves")  # fmt: skip
    return [policy, proof]


def files() -> list[File]:
    """The files of the stage."""
    return [shapes(), orders(), titles(), limits(), *depths()]
