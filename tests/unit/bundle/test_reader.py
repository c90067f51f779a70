"""BUN-1 to BUN-6: which input is a bundle, the order of its faults, and what is reported only."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit import Json, bundle, cbor, changed, made_record, pith_number, to_json, without
from kit.data import real
from kit.tampered import OTHER_NUMBER, twin_key
from pithbundle.bundle.reader import read_bundle, read_bundle_file
from pithbundle.encoding.canonical import canonical_bytes
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import detect_encoding
from pithbundle.errors import BundleError, Fault, FileError, InputError, PithError, RecordError

RECORD = made_record()
SOUND = bundle(RECORD, [{"any": "thing"}])
MISSING = object()


def rejected(frame: Any, **options: Any) -> tuple[str, str | None]:
    data = frame if isinstance(frame, bytes) else to_json(frame)
    with pytest.raises(PithError) as caught:
        read_bundle(data, **options)
    return caught.value.code, caught.value.pointer


def tampered(path: tuple[str, ...], new: Any, frame: Json = SOUND) -> Json:
    made: Json = without(frame, path) if new is MISSING else changed(frame, path, new)
    return made


def test_a_valid_bundle_is_read_and_recomputed() -> None:
    made = read_bundle(to_json(SOUND))
    assert (made.encoding, str(made.record.number)) == ("json", pith_number(RECORD))
    assert made.record.hex == SOUND["canonical_sha256"]
    assert made.events == ({"any": "thing"},)
    assert made.mismatches == ()


def test_its_repr_is_one_short_line() -> None:
    many = read_bundle(to_json(bundle(RECORD, [{"any": "thing" * 20}] * 500)))
    assert repr(many) == f"Bundle({pith_number(RECORD)}, json, events=500)"


@pytest.mark.parametrize(
    ("first", "format"),
    [(byte, "cbor" if 0xA0 <= byte <= 0xBF else "json") for byte in range(256)],
)
def test_the_first_byte_decides_the_format(first: int, format: str) -> None:
    assert detect_encoding(bytes([first]) + b"x") == format


def test_an_empty_input_is_json_and_rejected() -> None:
    assert detect_encoding(b"") == "json"
    assert rejected(b"")[0] == "syntax"


def test_a_named_format_is_not_replaced() -> None:
    assert read_bundle(cbor(SOUND)).encoding == "cbor"
    assert read_bundle(cbor(SOUND), encoding="cbor").record == read_bundle(to_json(SOUND)).record
    assert rejected(cbor(SOUND), encoding="json")[0] == "utf8"
    assert rejected(to_json(SOUND), encoding="cbor")[0].startswith("cbor_")


@pytest.mark.parametrize("data", ["{}", None, {}])
def test_a_bundle_is_read_from_bytes(data: Any) -> None:
    with pytest.raises(
        TypeError, match=f"^expected bytes, got {type(data).__name__}; .*use read_bundle_file$"
    ):
        read_bundle(data)


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_a_bundle_is_read_from_what_is_bytes_like(kind: Callable[[bytes], Any]) -> None:
    data = to_json(SOUND)
    assert read_bundle(kind(data)) == read_bundle(data)


def test_an_encoding_is_one_of_two() -> None:
    with pytest.raises(TypeError, match=r"^encoding must be .* not 'xml'$"):
        read_bundle(b"{}", encoding="xml")  # type: ignore[arg-type]


def test_a_bundle_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "bundle.json"
    path.write_bytes(to_json(SOUND))
    assert read_bundle_file(path) == read_bundle_file(str(path)) == read_bundle(to_json(SOUND))
    with pytest.raises(InputError) as caught:
        read_bundle_file(path, limits=Limits(size=100))
    assert (caught.value.code, caught.value.limit_name, caught.value.limit) == ("size", "size", 100)
    with pytest.raises(FileError):
        read_bundle_file(tmp_path / "absent")
    with pytest.raises(TypeError, match=r"^expected a path as str"):
        read_bundle_file(b"bundle.json")  # type: ignore[arg-type]


@pytest.mark.parametrize("frame", [None, True, 1, "text", [], [SOUND]])
def test_a_bundle_is_an_object(frame: Any) -> None:
    assert rejected(frame) == ("type", "")


Fault_ = tuple[tuple[str, ...], Any, tuple[str, str]]
OTHER = made_record(1)

#: In the order of BUN-2 and BUN-3.
FAULTS: list[list[Fault_]] = [
    [(("bundle_type",), value, ("type", "/bundle_type"))
     for value in (MISSING, None, 1, "pith_open_graph_bundle ", "Pith_open_graph_bundle", [])],
    [*[(("bundle_version",), value, ("type", "/bundle_version"))
       for value in (MISSING, None, 1, 1.5, True, ["1.0"])],
     *[(("bundle_version",), value, ("version", "/bundle_version"))
       for value in ("1.1", "2.0", "1", "1.0 ", "", "01.0", "1.0.0")]],
    [(("events",), value, ("type", "/events")) for value in (MISSING, None, {}, "[]", 0)],
    [(("canonical_record",), value, ("type", "/canonical_record")) for value in (MISSING, None, [], "x")]
    + [(("canonical_record", "event_type"), "x", ("type", "/canonical_record/event_type")),
       (("canonical_record", "schema_version"), "1.1", ("version", "/canonical_record/schema_version"))],
    [(("canonical_sha256",), value, ("hash_mismatch", "/canonical_sha256"))
     for value in (MISSING, None, 1, "", SOUND["canonical_sha256"].upper(), "0" * 64,
                   "sha256:" + SOUND["canonical_sha256"])],
    [(("pith_number",), value, ("subject", "/pith_number"))
     for value in (MISSING, None, 1, "", OTHER_NUMBER, pith_number(OTHER), pith_number(RECORD)[10:],
                   pith_number(RECORD).lower(), SOUND["short_pith_number"], pith_number(RECORD) + "A",
                   "pith:1990:" + pith_number(RECORD)[10:])],
]  # fmt: skip


@pytest.mark.parametrize(
    "fault", [fault for group in FAULTS for fault in group], ids=lambda f: f"{f[0]} {f[1]!r}"
)
def test_each_fault_of_the_frame_rejects_the_whole_input(fault: Fault_) -> None:
    path, value, expected = fault
    assert rejected(tampered(path, value)) == expected
    if value is not MISSING:
        assert rejected(cbor(tampered(path, value))) == expected


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(FAULTS, 2)))
def test_of_two_faults_the_first_in_order_is_reported(first: list[Fault_], second: list[Fault_]) -> None:
    for (path, value, expected), (other, wrong, _) in itertools.product(first, second[:1] + second[-1:]):
        assert rejected(tampered(path, value, tampered(other, wrong))) == expected


def test_a_missing_hash_and_one_that_differs_have_two_messages() -> None:
    for frame, message in (
        (without(SOUND, ("canonical_sha256",)), "missing"),
        (tampered(("canonical_sha256",), ""), "differs"),
    ):
        with pytest.raises(BundleError, match=message) as caught:
            read_bundle(to_json(frame))
        assert SOUND["canonical_sha256"] in str(caught.value)


def test_the_limits_come_before_the_frame() -> None:
    assert rejected(tampered(("bundle_type",), "x"), limits=Limits(size=100))[0] == "size"
    assert rejected(tampered(("bundle_type",), "x"), limits=Limits(nodes=10))[0] == "nodes"
    assert rejected(tampered(("bundle_type",), "x"), limits=Limits(bundle_depth=3))[0] == "depth"


def laden(member: Any) -> Json:
    """A bundle whose record has an unknown member."""
    return bundle({**RECORD, "x": member}, [])


def test_limits_apply_once_to_the_input_and_not_to_the_record_in_it() -> None:
    """A record within a CBOR input of 0.9 MB was rejected for its 5.4 MB of canonical JSON."""
    controls = laden("\x01" * 900_000)
    data = cbor(controls)
    assert len(data) < Limits().size
    made = read_bundle(data)
    assert len(made.record.canonical) > Limits().size
    assert rejected(to_json(controls)) == ("size", None)
    # And what is over a limit stays so: the limit of one string is one of the input.
    assert rejected(cbor(laden("\x01" * (1024 * 1024 + 1))))[0] == "size"


@pytest.mark.parametrize(
    ("member", "name", "raised"),
    [
        ("x" * (1024 * 1024 + 1), "string", Limits(string=2_000_000)),
        ([0] * 200_001, "nodes", Limits(nodes=300_000)),
        ([["x" * 1_000_000]] * 5, "size", Limits(size=8_000_000)),
        (json.loads("[" * 70 + "]" * 70), "bundle_depth", Limits(bundle_depth=100)),
    ],
    ids=["string", "nodes", "size", "bundle_depth"],
)
def test_a_raised_limit_reaches_the_record(member: Any, name: str, raised: Limits) -> None:
    data = to_json(laden(member))
    with pytest.raises(InputError) as caught:
        read_bundle(data)
    assert caught.value.limit_name == name
    assert f"--limit {name}=" in caught.value.hint
    assert read_bundle(data, limits=raised).record.value["x"] == member


def test_an_error_of_a_limit_names_its_clause_and_the_limit() -> None:
    def error(data: bytes, **limits: int) -> PithError:
        with pytest.raises(PithError) as caught:
            read_bundle(data, limits=Limits(**limits))
        return caught.value

    data = to_json(SOUND)
    for name, clause, limit in (
        ("size", "LIM-1", 100), ("bundle_depth", "LIM-2", 3), ("nodes", "LIM-3", 10),
        ("string", "LIM-4", 5), ("aliases", "LIM-4", 5), ("events", "LIM-5", 0),
    ):  # fmt: skip
        for encoded in (data, cbor(SOUND)):
            found = error(encoded, **{name: limit})
            assert (found.clause, found.limit_name, found.limit) == (clause, name, limit)
    deep = error(to_json(laden(json.loads("[" * 250 + "]" * 250))), bundle_depth=300)
    assert (deep.limit_name, deep.limit, deep.hint) == ("", 200, "this limit is fixed at 200")


def test_bytes_after_the_end_are_called_so() -> None:
    with pytest.raises(InputError, match="bytes after the end of the JSON text"):
        read_bundle(to_json(SOUND) + b"}")


def test_the_number_of_events_and_aliases_is_limited() -> None:
    two = bundle(RECORD, [1, 2])
    assert rejected(two, limits=Limits(events=1)) == ("events", "/events")
    assert read_bundle(to_json(two), limits=Limits(events=2)).events == (1, 2)
    assert len(SOUND["source_aliases"]) == 6
    assert rejected(SOUND, limits=Limits(aliases=5)) == ("size", "/source_aliases")
    read_bundle(to_json(SOUND), limits=Limits(aliases=6))
    read_bundle(to_json(tampered(("source_aliases",), {})), limits=Limits(aliases=0))
    full = bundle(RECORD, [0] * 5_000)
    assert len(read_bundle(to_json(full)).events) == 5_000
    assert rejected(bundle(RECORD, [0] * 5_001)) == ("events", "/events")
    aliases = [{"alias_kind": "x", "alias_value": "y"}] * 1_000
    assert read_bundle(to_json(bundle(RECORD, [], source_aliases=aliases))).mismatches == ()
    assert rejected(bundle(RECORD, [], source_aliases=aliases * 2)) == ("size", "/source_aliases")


def test_either_year_names_the_record() -> None:
    record = made_record()
    record["source"]["id"], record["metadata"]["submitted_at"] = "0912.1234", "2010-01-02T03:04:05Z"
    suffix = pith_number(record)[10:]
    for year in ("2009", "2010"):
        made = read_bundle(to_json(bundle(record, [], pith_number=f"pith:{year}:{suffix}")))
        assert str(made.record.number) == f"pith:2010:{suffix}"
    assert rejected(bundle(record, [], pith_number=f"pith:2011:{suffix}")) == ("subject", "/pith_number")


def test_a_records_fault_is_an_error_of_the_record() -> None:
    with pytest.raises(RecordError):
        read_bundle(to_json(tampered(("canonical_record", "source", "version"), True)))


# FAULT-3: a value-level fault rejects the bundle, or one event.


VALUE_FAULTS: list[tuple[str, Callable[[str], str]]] = [
    ("number_form", lambda where: f"{where}1.0"),
    ("number_range", lambda where: f"{where}9007199254740992"),
    ("number_nonfinite", lambda where: f"{where}NaN"),
    ("surrogate", lambda where: f'{where}"\\ud800"'),
    ("string", lambda where: f'{where}"\\u0000"'),
    ("key", lambda where: f'{where}{{"\\ue000":1}}'),
    ("duplicate_key", lambda where: f'{where}{{"a":1,"a":1}}'),
]


@pytest.mark.parametrize(("code", "make"), VALUE_FAULTS, ids=lambda x: x if type(x) is str else "")
def test_a_value_level_fault_affects_its_event_alone_and_elsewhere_the_bundle(
    code: str, make: Callable[[str], str]
) -> None:
    text = to_json(bundle(RECORD, ["HERE", {"x": "HERE"}, 5], more="THERE")).decode()
    inside = text.replace('"HERE"', make("")).replace('"THERE"', "0")
    first, second, third = read_bundle(inside.encode()).events
    assert isinstance(first, Fault)
    assert isinstance(second, Fault)
    assert (first.code, second.code, third) == (code, code, 5)
    assert (second.pointer or "").startswith("/x")
    outside = text.replace('"HERE"', "0").replace('"THERE"', make(""))
    assert rejected(outside.encode())[0] == code


def test_events_that_are_no_array_confine_nothing() -> None:
    assert rejected(to_json(bundle(RECORD, [], more={"events": [0.5, "HERE"]})).replace(b'"HERE"', b"1.0"))[
        0
    ] == ("number_form")
    assert rejected(to_json({"events": {"0": "HERE"}}).replace(b'"HERE"', b"1.0"))[0] == "number_form"


def test_the_member_events_twice_rejects_the_bundle() -> None:
    text = to_json({**SOUND, "twin": []})
    assert rejected(twin_key(text, "twin", "events"))[0] == "duplicate_key"


# BUN-6: what is compared and has no effect.


def claimed(**changes: Any) -> list[tuple[str, str | None]]:
    made = read_bundle(to_json(bundle(RECORD, [], **changes)))
    plain = read_bundle(to_json(bundle(RECORD, [])))
    assert (made.record, made.events) == (plain.record, plain.events)
    return [(fault.code, fault.pointer) for fault in made.mismatches]


SOURCE = RECORD["source"]
ALIASES = SOUND["source_aliases"]


@pytest.mark.parametrize(
    "value", [None, "", 1, "pith:AAAAAAAA", pith_number(RECORD), pith_number(RECORD)[10:18]]
)
def test_another_short_number_is_reported(value: Any) -> None:
    assert claimed(short_pith_number=value) == [("subject", "/short_pith_number")]


@pytest.mark.parametrize(
    "value",
    [
        None, "arxiv", [], {}, SOURCE | {"version": SOURCE["version"] + 1}, SOURCE | {"version": True},
        SOURCE | {"version": str(SOURCE["version"])}, SOURCE | {"id": "x"}, without(SOURCE, ("kind",)),
    ],
)  # fmt: skip
def test_another_source_is_reported(value: Any) -> None:
    record = RECORD | {"source": SOURCE | {"version": 1}}
    made = read_bundle(to_json(bundle(record, [], source=value)))
    assert [(fault.code, fault.pointer) for fault in made.mismatches] == [("subject", "/source")]
    assert claimed(source=SOURCE | {"more": 1}) == []


@pytest.mark.parametrize("value", [None, {}, "x", 1])
def test_aliases_that_are_no_array_are_reported(value: Any) -> None:
    assert claimed(source_aliases=value) == [("type", "/source_aliases")]


def test_aliases_are_reported_one_by_one() -> None:
    wrong = [
        None, {}, {"alias_kind": 1, "alias_value": "x"}, {"alias_kind": "x"},
        {"alias_kind": "openalex", "alias_value": "W1"},
        *({"alias_kind": one["alias_kind"], "alias_value": "x"} for one in ALIASES),
    ]  # fmt: skip
    assert claimed(source_aliases=wrong) == [
        *[("type", f"/source_aliases/{index}") for index in range(4)],
        *[("subject", f"/source_aliases/{index}") for index in range(5, 5 + len(ALIASES))],
    ]
    assert claimed(source_aliases=[*ALIASES, *ALIASES]) == []


def test_members_that_are_absent_or_unknown_are_no_matter() -> None:
    names = ("short_pith_number", "source", "source_aliases")
    made = read_bundle(to_json(bundle(RECORD, [], omit=names, unknown={"x": [1]})))
    assert made.mismatches == ()


def test_all_differences_are_reported_at_once_in_the_order_of_the_clause() -> None:
    reported = claimed(short_pith_number="x", source={}, source_aliases=[None])
    assert [pointer for _, pointer in reported] == ["/short_pith_number", "/source", "/source_aliases/0"]


# Real data.


def test_every_real_record_makes_a_bundle() -> None:
    for one in json.loads(real("records.json").read_bytes()):
        frame = {
            "bundle_type": "pith_open_graph_bundle",
            "bundle_version": "1.0",
            "events": [],
            **{name: one[name] for name in ("pith_number", "canonical_record", "canonical_sha256")},
        }
        made = read_bundle(to_json(frame))
        assert made.record.canonical == canonical_bytes(one["canonical_record"])
        assert made == read_bundle(to_json(frame, indent=2))
        assert read_bundle(cbor(frame)).record == made.record


def test_limits_of_another_type_are_a_type_error() -> None:
    wrong: Any = 5
    with pytest.raises(TypeError, match="limits must be Limits, not int"):
        read_bundle(b"{}", limits=wrong)
    with pytest.raises(TypeError, match="limits must be Limits, not int"):
        read_bundle_file("bundle.json", limits=wrong)
