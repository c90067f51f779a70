from __future__ import annotations

import copy
import hashlib
import json
import sys
from base64 import b32encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import cbor
from pithbundle.bundle.number import PithNumber
from pithbundle.bundle.record import Record
from pithbundle.encoding.limits import Limits
from pithbundle.errors import InputError, RecordError

Json = Any  # the tests build wrong records on purpose


def record(**changes: Json) -> dict[str, Json]:
    """A well-formed record; ``changes`` name leaves as ``source__id``."""
    value: dict[str, Json] = {
        "source": {"id": "hep-lat/0305021", "kind": "arxiv", "version": 1},
        "metadata": {
            "license": "",
            "primary_cat": "hep-lat",
            "submitted_at": "2003-05-25T19:15:20Z",
            "cross_cats_sorted": ["hep-ph", "hep-th"],
            "title_canon_sha256": "b9cda0029e5f5c593f9f2c9cf46777d449bddbdd0f5305259abc6c7203cee1b3",
            "abstract_canon_sha256": "74a64c9ae08ecafecb6b2deb1251224c620a82aacdb732cdf2d04d6b6d5a9cf2",
        },
        "schema_version": "1.0",
    }
    for path, change in changes.items():
        *parents, leaf = path.split("__")
        inner = value
        for parent in parents:
            inner = inner[parent]
        inner[leaf] = change
    return value


def formula(value: Json) -> bytes:
    """The canonical bytes as the registry's own line computes them."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def rejection(value: Json, pointer: str = "") -> tuple[str, str | None]:
    with pytest.raises(RecordError) as caught:
        Record.from_value(value, pointer)
    return caught.value.code, caught.value.pointer


def test_a_record_is_its_canonical_bytes() -> None:
    value = record()
    before = copy.deepcopy(value)
    made = Record.from_value(value)
    assert value == before
    assert made.value == value
    assert made.canonical == formula(value)
    assert made.sha256 == hashlib.sha256(made.canonical).digest()
    assert made.hex == made.sha256.hex()
    assert (made.years, made.arxiv_id, made.version) == ((2003,), "hep-lat/0305021", 1)
    shuffled = dict(reversed(value.items()))
    assert Record.from_value(shuffled) == made
    assert hash(Record.from_value(shuffled)) == hash(made)
    assert Record.from_value(record(source__version=2)) != made


def test_a_record_keeps_no_value_of_a_caller() -> None:
    """Its value was the dict that the caller gave: a change of it changed what a ledger exported."""
    value = record(extra=["x", {"a": 1}])
    made = Record.from_value(value)
    before = formula(value)
    value["source"]["id"] = "another"
    assert formula(made.value) == before
    changed: Json = made.value
    changed["source"]["id"] = "another"
    changed["extra"][1].clear()
    assert formula(made.value) == before
    assert (made.source_id, made.source_kind) == ("hep-lat/0305021", "arxiv")


def test_a_record_prints_its_number_and_size() -> None:
    made = Record.from_value(record(extra="x" * 100_000))
    assert repr(made) == f"<Record {made.number}: {len(made.canonical)} bytes>"


REQUIRED = [
    "metadata",
    "metadata/abstract_canon_sha256",
    "metadata/cross_cats_sorted",
    "metadata/license",
    "metadata/primary_cat",
    "metadata/submitted_at",
    "metadata/title_canon_sha256",
    "schema_version",
    "source",
    "source/id",
    "source/kind",
    "source/version",
]
WRONG_TYPES = [None, True, 1, 1.5, "text", [], {}, [1], {"a": 1}]
GOOD_TYPE = {
    "metadata": dict,
    "metadata/cross_cats_sorted": list,
    "source": dict,
    "source/version": int,
}


@pytest.mark.parametrize("path", REQUIRED)
def test_every_member_is_required_and_typed(path: str) -> None:
    *parents, leaf = path.split("/")
    value = record()
    inner = value[parents[0]] if parents else value
    del inner[leaf]
    assert rejection(value) == ("type", "/" + path)
    for wrong in WRONG_TYPES:
        if type(wrong) is GOOD_TYPE.get(path, str):
            continue
        assert rejection(record(**{path.replace("/", "__"): wrong})) == ("type", "/" + path)


def test_faults_come_in_sorted_order() -> None:
    """With every fault present, correcting one at a time reveals them in the order of the specification."""
    value: dict[str, Json] = {"source": {}, "metadata": {}, "event_type": "x", "odd": 1.5}
    good = record()
    met = []
    for _ in range(20):
        try:
            Record.from_value(value)
        except RecordError as error:
            assert error.pointer is not None
            met.append(error.pointer[1:])
            *parents, leaf = error.pointer[1:].split("/")
            if leaf in ("event_type", "odd"):
                del value[leaf]
            elif parents:
                value[parents[0]][leaf] = good[parents[0]][leaf]
            else:
                value[leaf] = good[leaf]
    assert met == ["event_type", *[p for p in REQUIRED if p not in ("metadata", "source")], "odd"]


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"metadata__title_canon_sha256": "AB" * 32}, "encoding", "/metadata/title_canon_sha256"),
        ({"metadata__title_canon_sha256": "ab" * 31}, "encoding", "/metadata/title_canon_sha256"),
        ({"metadata__abstract_canon_sha256": ""}, "encoding", "/metadata/abstract_canon_sha256"),
        ({"metadata__submitted_at": "2003-05-25T19:15:20+00:00"}, "time", "/metadata/submitted_at"),
        ({"metadata__submitted_at": "2003-05-25T19:15:20.000000Z"}, "time", "/metadata/submitted_at"),
        ({"metadata__submitted_at": "2003-02-29T19:15:20Z"}, "time", "/metadata/submitted_at"),
        ({"metadata__cross_cats_sorted": ["a", 1]}, "type", "/metadata/cross_cats_sorted/1"),
        ({"metadata__cross_cats_sorted": ["a", "\0"]}, "string", "/metadata/cross_cats_sorted/1"),
        ({"metadata__license": "\ud800"}, "surrogate", "/metadata/license"),
        ({"metadata__primary_cat": "\ufffe"}, "string", "/metadata/primary_cat"),
        ({"schema_version": "1.1"}, "version", "/schema_version"),
        ({"schema_version": "1"}, "version", "/schema_version"),
        ({"source__id": "\udfff"}, "surrogate", "/source/id"),
        ({"source__kind": "\0"}, "string", "/source/kind"),
        ({"source__version": 0}, "type", "/source/version"),
        ({"source__version": -1}, "type", "/source/version"),
        ({"source__version": 2**53}, "number_range", "/source/version"),
        ({"source__version": 10**5000}, "number_range", "/source/version"),
        ({"event_type": "record_created"}, "type", "/event_type"),
        ({"event_type": None}, "type", "/event_type"),
        ({"extra": 1.5}, "number_form", "/extra"),
        ({"metadata__z": {"a/b": [{}, {"~": 0.25}]}}, "number_form", "/metadata/z/a~1b/1/~0"),
        ({"metadata__b": 0.5, "metadata__a": [0, [0.5]]}, "number_form", "/metadata/a/1/0"),
        ({"source__extra": 2.0}, "number_form", "/source/extra"),
        ({"extra": float("nan")}, "number_nonfinite", "/extra"),
        ({"extra": 2**53}, "number_range", "/extra"),
        ({"extra": ["\ud800"]}, "surrogate", "/extra/0"),
        ({"extra": {1, 2}}, "type", "/extra"),
        ({"extra": b""}, "type", "/extra"),
    ],
)
def test_rejected(changes: dict[str, Json], code: str, pointer: str) -> None:
    assert rejection(record(**changes)) == (code, pointer)
    assert rejection(record(**changes), "/canonical_record") == (code, "/canonical_record" + pointer)


@pytest.mark.parametrize("value", [None, True, 1, 1.5, "", [], [record()], "pith:2003:A"])
def test_a_record_is_an_object(value: Json) -> None:
    assert rejection(value) == ("type", "")
    assert rejection(value, "/x") == ("type", "/x")


@pytest.mark.parametrize(
    "changes",
    [
        {"metadata__license": None, "schema_version": 1},
        {"source__version": True},
        {"source__version": 1.0},
    ],
)
def test_equal_in_python_is_not_equal(changes: dict[str, Json]) -> None:
    assert rejection(record(**changes))[0] == "type"


@pytest.mark.parametrize(
    "changes",
    [
        {"extra": None},
        {"extra": {"event_type": "record_created"}},
        {"metadata__event_type": "nested is no matter"},
        {"metadata__é": ["\u202e", {}, [], 0, -1, True]},
        {"source__extra": "kept and hashed"},
    ],
)
def test_unknown_members_are_kept_and_hashed(changes: dict[str, Json]) -> None:
    value = record(**changes)
    made = Record.from_value(value)
    assert made.canonical == formula(value)
    assert made.hex != Record.from_value(record()).hex


def test_every_verdict_is_the_same_on_a_short_stack() -> None:
    deep: Json = 0.5
    for _ in range(40):
        deep = [deep]
    value = record(extra=deep)
    limit = sys.getrecursionlimit()
    depth, frame = 0, sys._getframe()
    while frame.f_back is not None:
        frame, depth = frame.f_back, depth + 1
    try:
        sys.setrecursionlimit(depth + 30)
        assert rejection(value)[0] == "number_form"
    finally:
        sys.setrecursionlimit(limit)


def test_unknown_members_have_limits_that_the_caller_sets() -> None:
    value = record(extra=[0] * 50)
    assert Record.from_value(value, limits=Limits(nodes=100)).canonical == formula(value)
    with pytest.raises(RecordError) as caught:
        Record.from_value(value, "/r", limits=Limits(nodes=20))
    assert caught.value.code == "nodes"
    cycle: list[Json] = []
    cycle.append(cycle)
    assert rejection(record(extra=cycle))[0] == "depth"


@pytest.mark.parametrize(
    ("identifier", "submitted_at", "years"),
    [
        ("2304.01373", "2023-04-03T20:58:15Z", (2023,)),
        ("0801.3306", "2008-01-22T18:08:35Z", (2008,)),
        ("2401.00001", "2023-12-31T23:59:59Z", (2023, 2024)),
        ("hep-th/0310166", "2003-10-16T00:00:00Z", (2003,)),
        ("astro-ph/9910259", "1999-10-14T00:00:00Z", (1999,)),
        ("math/9101001", "1992-01-01T00:00:00Z", (1992, 1991)),
        ("math/9001001", "1992-01-01T00:00:00Z", (1992, 2090)),
        ("math.GT/0309136", "2003-09-08T00:00:00Z", (2003,)),
        ("math.GT/0309136", "2004-09-08T00:00:00Z", (2004, 2003)),
        ("cond-mat.dis-nn/9908449", "2003-09-08T00:00:00Z", (2003, 1999)),
        ("2313.01373", "2003-09-08T00:00:00Z", (2003,)),
        ("2300.01373", "2003-09-08T00:00:00Z", (2003,)),
        ("hep-th/9913001", "2003-09-08T00:00:00Z", (2003,)),
        ("hep-th/9900001", "2003-09-08T00:00:00Z", (2003,)),
        ("math.GT/9913001", "2003-09-08T00:00:00Z", (2003,)),
        ("9912.00001", "2023-01-01T00:00:00Z", (2023, 2099)),
        ("x", "0001-01-01T00:00:00Z", (1,)),
    ],
)
def test_years(identifier: str, submitted_at: str, years: tuple[int, ...]) -> None:
    made = Record.from_value(record(source__id=identifier, metadata__submitted_at=submitted_at))
    assert made.years == years
    assert PithNumber.from_record(made).year == years[0]


def short_aliases(made: Record) -> tuple[tuple[str, str], ...]:
    suffix = b32encode(made.sha256).decode()
    return (
        ("pith_short_12", suffix[:12]),
        ("pith_short_16", suffix[:16]),
        ("pith_short_8", suffix[:8]),
    )


def test_aliases_of_an_arxiv_record() -> None:
    made = Record.from_value(record(source__version=3))
    derived = made.aliases
    assert derived == (
        ("arxiv", "hep-lat/0305021"),
        ("arxiv_version", "hep-lat/0305021v3"),
        ("doi", "10.48550/arxiv.hep-lat/0305021"),
        *short_aliases(made),
    )
    assert [*derived] == sorted(derived)


@pytest.mark.parametrize(
    ("kind", "identifier"),
    [
        ("doi", "2304.01373"),
        ("arXiv", "2304.01373"),
        ("arxiv ", "2304.01373"),
        ("arxiv", ""),
        ("arxiv", "2304.01373v2"),
        ("arxiv", "2304.013"),
        ("arxiv", "2304.013731"),
        ("arxiv", "2304.01373\n"),
        ("arxiv", "٢٣٠٤.01373"),
        ("arxiv", "hep-th/031016"),
        ("arxiv", "Hep-th/0310166"),
        ("arxiv", "hep-th.gt/0310166"),
        ("arxiv", "/0310166"),
        ("arxiv", "https://arxiv.org/abs/2304.01373"),
    ],
)
def test_no_arxiv_aliases_without_an_arxiv_id(kind: str, identifier: str) -> None:
    made = Record.from_value(record(source__kind=kind, source__id=identifier))
    assert made.arxiv_id is None
    assert made.years == (2003,)
    assert made.aliases == short_aliases(made)


@pytest.mark.parametrize("identifier", ["math.GT/0309136", "cond-mat.dis-nn/9908449", "math.co/0309136"])
def test_no_arxiv_aliases_of_an_id_with_a_subject_class(identifier: str) -> None:
    """The arXiv leaves the class out of its own form, and no such record was seen."""
    made = Record.from_value(record(source__id=identifier))
    assert made.arxiv_id is None
    assert made.aliases == short_aliases(made)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.sampled_from([path.replace("/", "__") for path in REQUIRED] + ["extra", "source__e"]), ANYTHING)
def test_any_value_is_a_record_or_rejected(path: str, new: Json) -> None:
    value = record(**{path: new})
    try:
        made = Record.from_value(value, "/r")
    except RecordError as error:
        assert error.pointer is not None and error.pointer.startswith("/r")
    else:
        assert made.canonical == formula(value)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_a_record_is_read_from_bytes_of_either_encoding(kind: Any) -> None:
    made = Record.from_value(record())
    for data in (formula(record()), cbor(record())):
        assert Record.from_bytes(kind(data)) == made
    assert Record.from_bytes(cbor(record()), encoding="cbor") == made
    with pytest.raises(InputError):
        Record.from_bytes(cbor(record()), encoding="json")
    with pytest.raises(TypeError, match=r"^encoding must be"):
        Record.from_bytes(b"{}", encoding="xml")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^expected bytes, got str; .*use Record.from_file$"):
        Record.from_bytes("{}")  # type: ignore[arg-type]


def test_a_record_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(formula(record()))
    assert Record.from_file(path) == Record.from_file(str(path)) == Record.from_value(record())
    with pytest.raises(InputError):
        Record.from_file(path, limits=Limits(size=10))


def test_a_record_on_its_own_has_the_depth_of_any_value() -> None:
    for levels, code in ((31, None), (32, "depth")):
        value = record()
        value["x"] = json.loads("[" * levels + "]" * levels)
        if code is None:
            assert Record.from_bytes(formula(value)).value == value
        else:
            with pytest.raises(InputError) as caught:
                Record.from_bytes(formula(value))
            assert caught.value.code == code


def test_limits_of_another_type_are_a_type_error() -> None:
    wrong: Any = 5
    with pytest.raises(TypeError, match="limits must be Limits, not int"):
        Record.from_bytes(b"{}", limits=wrong)
    with pytest.raises(TypeError, match="limits must be Limits, not int"):
        Record.from_file("record.json", limits=wrong)
