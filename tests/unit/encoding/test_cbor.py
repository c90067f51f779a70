"""The CBOR reader, head by head: code, byte offset and pointer of every fault."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from pithbundle.codes import CODES
from pithbundle.encoding.cbor import cbor_bytes, parse_cbor, read_cbor
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.parsed import MAX_DEPTH
from pithbundle.encoding.values import Value
from pithbundle.errors import InputError

SMALL = Limits(size=60, depth=4, nodes=10, string=20)


def rejection(data: str | bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[str, int | None, str | None]:
    with pytest.raises(InputError) as caught:
        parse_cbor(bytes.fromhex(data) if isinstance(data, str) else data, limits)
    assert caught.value.code in CODES
    return caught.value.code, caught.value.offset, caught.value.pointer


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("00", 0),
        ("17", 23),
        ("1818", 24),
        ("18ff", 255),
        ("190100", 256),
        ("1a00010000", 65536),
        ("1b0000000100000000", 4294967296),
        ("1b001fffffffffffff", 9007199254740991),
        ("20", -1),
        ("3b001ffffffffffffe", -9007199254740991),
        ("60", ""),
        ("62c3a9", "é"),
        ("7818" + "61" * 24, "a" * 24),
        ("80", []),
        ("a0", {}),
        ("f4", False),
        ("f5", True),
        ("f6", None),
        ("f93800", 0.5),
        ("fa3dcccccd", 0.10000000149011612),
        ("fb3fb999999999999a", 0.1),
        ("8301820203820405", [1, [2, 3], [4, 5]]),
        ("a2616101616282f6a0", {"a": 1, "b": [None, {}]}),
        ("a3600061620162616102", {"": 0, "b": 1, "aa": 2}),
    ],
)
def test_accepts(data: str, value: Value) -> None:
    read = parse_cbor(bytes.fromhex(data))
    assert read == value
    assert type(read) is type(value)
    assert cbor_bytes(value).hex() == data


@pytest.mark.parametrize(
    ("data", "code", "offset", "pointer"),
    [
        ("", "cbor_truncated", 0, ""),
        ("18", "cbor_truncated", 0, ""),
        ("1901", "cbor_truncated", 0, ""),
        ("fb3ff0", "cbor_truncated", 0, ""),
        ("f8", "cbor_truncated", 0, ""),
        ("1817", "cbor_nonminimal", 0, ""),
        ("1900ff", "cbor_nonminimal", 0, ""),
        ("1a0000ffff", "cbor_nonminimal", 0, ""),
        ("1b00000000ffffffff", "cbor_nonminimal", 0, ""),
        ("3817", "cbor_nonminimal", 0, ""),
        ("7817", "cbor_nonminimal", 0, ""),
        ("9800", "cbor_nonminimal", 0, ""),
        ("b800", "cbor_nonminimal", 0, ""),
        ("d80001", "cbor_nonminimal", 0, ""),
        ("fa3f000000", "cbor_nonminimal", 0, ""),
        ("fb3fe0000000000000", "cbor_nonminimal", 0, ""),
        ("fb3fb99999a0000000", "cbor_nonminimal", 0, ""),
        ("1c", "cbor_reserved", 0, ""),
        ("7e", "cbor_reserved", 0, ""),
        ("fc", "cbor_reserved", 0, ""),
        ("1f", "cbor_reserved", 0, ""),
        ("3f", "cbor_reserved", 0, ""),
        ("df00", "cbor_reserved", 0, ""),
        ("5f", "cbor_indefinite", 0, ""),
        ("7fff", "cbor_indefinite", 0, ""),
        ("9fff", "cbor_indefinite", 0, ""),
        ("bfff", "cbor_indefinite", 0, ""),
        ("ff", "cbor_indefinite", 0, ""),
        ("81ff", "cbor_indefinite", 1, "/0"),
        ("c000", "cbor_tag", 0, ""),
        ("d9d9f700", "cbor_tag", 0, ""),
        ("c2", "cbor_tag", 0, ""),
        ("40", "cbor_type", 0, ""),
        ("41", "cbor_type", 0, ""),
        ("5b0000000100000000", "cbor_type", 0, ""),
        ("e0", "cbor_type", 0, ""),
        ("f3", "cbor_type", 0, ""),
        ("f7", "cbor_type", 0, ""),
        ("f800", "cbor_type", 0, ""),
        ("f814", "cbor_type", 0, ""),
        ("f8ff", "cbor_type", 0, ""),
        ("a10000", "cbor_key_type", 1, ""),
        ("8181a1f600", "cbor_key_type", 3, "/0/0"),
        ("a1fc00", "cbor_key_type", 1, ""),
        ("a1f800", "cbor_key_type", 1, ""),
        ("a15f00", "cbor_key_type", 1, ""),
        ("a1c26000", "cbor_tag", 1, ""),
        ("a1de00", "cbor_reserved", 1, ""),
        ("a17f00", "cbor_indefinite", 1, ""),
        ("a1781700", "cbor_nonminimal", 1, ""),
        ("a1" + "62c0af" + "00", "utf8", 1, ""),
        ("a16161", "cbor_truncated", 3, "/a"),
        ("a261610061", "cbor_truncated", 4, ""),
        ("a26161006162", "cbor_truncated", 6, "/b"),
        ("a2616200616100", "cbor_key_order", 4, "/a"),
        ("a262616100616200", "cbor_key_order", 5, "/b"),
        ("62", "cbor_truncated", 0, ""),
        ("7a00100000", "cbor_truncated", 0, ""),
        ("7bffffffffffffffff", "cbor_truncated", 0, ""),
        ("9bffffffffffffffff", "cbor_truncated", 0, ""),
        ("bb7fffffffffffffff", "cbor_truncated", 0, ""),
        ("8200", "cbor_truncated", 0, ""),
        ("a2600060", "cbor_truncated", 0, ""),  # three bytes for two pairs
        ("bb8000000000000000", "cbor_truncated", 0, ""),
        ("82811800", "cbor_nonminimal", 2, "/0/0"),
        ("61ff", "utf8", 0, ""),
        ("6361c3a9"[:-2] + "ff", "utf8", 0, ""),
        ("63eda080", "utf8", 0, ""),
        ("0000", "trailing", 1, None),
        ("8000", "trailing", 1, None),
        ("1b0020000000000000", "number_range", 0, ""),
        ("3b001fffffffffffff", "number_range", 0, ""),
        ("3bffffffffffffffff", "number_range", 0, ""),
        ("f90000", "number_form", 0, ""),
        ("f98000", "number_form", 0, ""),
        ("f93c00", "number_form", 0, ""),
        ("fa3f800000", "number_form", 0, ""),
        ("fb3ff0000000000000", "number_form", 0, ""),
        ("fb7e37e43c8800759c", "number_form", 0, ""),
        ("f97c00", "number_nonfinite", 0, ""),
        ("f97e01", "number_nonfinite", 0, ""),
        ("fa7fc00000", "number_nonfinite", 0, ""),
        ("fbfff0000000000000", "number_nonfinite", 0, ""),
        ("8163efbfbf", "string", 1, "/0"),
        ("816100", "string", 1, "/0"),
        ("a1610000", "string", 1, "/\ufffd"),
        ("a163ee808000", "key", 1, "/\ue000"),
        ("a1790101" + "6b" * 257 + "00", "key", 1, "/" + "k" * 257),
        ("a2616100616101", "duplicate_key", 4, "/a"),
        ("a2610000610000", "string", 1, "/\ufffd"),
        ("82f97c00ff", "cbor_indefinite", 4, "/1"),
        ("a26161f97c00616101", "number_nonfinite", 3, "/a"),
    ],
)
def test_rejects(data: str, code: str, offset: int, pointer: str | None) -> None:
    assert rejection(data) == (code, offset, pointer)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("81818180", None),
        ("8181818180", "depth"),
        ("81818181 9f", "cbor_indefinite"),
        ("81818181 81", "depth"),  # before the length that nothing backs
        ("8181a1616100", None),
        ("81818181a0", "depth"),
        ("89" + "00" * 9, None),
        ("8a" + "00" * 10, "nodes"),
        ("8a" + "00" * 9 + "63", "nodes"),
        ("8a" + "00" * 9 + "f7", "cbor_type"),
        ("a9" + "".join(f"61{0x61 + i:x}00" for i in range(9)), None),
        ("74" + "61" * 20, None),
        ("75" + "61" * 21, "size"),
        ("75" + "ff" * 21, "size"),
        ("75" + "61" * 20, "cbor_truncated"),
        ("a175" + "61" * 21 + "00", "size"),
        ("00" * 61, "size"),
        ("00" * 60, "trailing"),
    ],
)
def test_limits(data: str, code: str | None) -> None:
    if code is None:
        parse_cbor(bytes.fromhex(data), SMALL)
    else:
        assert rejection(data, SMALL)[0] == code


def test_depth_and_nodes_are_exact() -> None:
    for data, depth, nodes in [("01", 0, 1), ("80", 1, 1), ("a261618201a0616202", 3, 5)]:
        document = read_cbor(bytes.fromhex(data))
        assert (document.depth, document.nodes) == (depth, nodes)


def test_depth_may_be_given_and_has_a_ceiling() -> None:
    assert read_cbor(b"\x81" * 32 + b"\x80", depth=33).depth == 33
    assert rejection(b"\x81" * 32 + b"\x80")[:2] == ("depth", 32)
    raised = replace(DEFAULT_LIMITS, depth=10_000, bundle_depth=10_000)
    deepest = b"\x81" * (MAX_DEPTH - 1) + b"\x80"
    assert cbor_bytes(parse_cbor(deepest, raised), raised) == deepest
    assert rejection(b"\x81" + deepest, raised)[0] == "depth"


def test_a_single_beyond_the_range_of_a_half_is_in_its_shortest_form() -> None:
    assert parse_cbor(bytes.fromhex("fa47c35040")) == 100000.5


@pytest.mark.parametrize("data", [bytearray(b"\x80"), memoryview(b"\x80"), type("B", (bytes,), {})(b"\x80")])
def test_takes_what_is_bytes_like(data: bytes) -> None:
    assert read_cbor(data).value == []


@pytest.mark.parametrize("data", ["80", None, 1, [0]])
def test_takes_nothing_else(data: object) -> None:
    with pytest.raises(TypeError, match=f"^expected bytes, got {type(data).__name__}; "):
        read_cbor(data)  # type: ignore[arg-type]


def test_writing_checks_the_value() -> None:
    with pytest.raises(InputError) as caught:
        cbor_bytes([{1: 2}])  # type: ignore[dict-item]
    assert (caught.value.code, caught.value.pointer) == ("type", "/0")
    with pytest.raises(InputError) as caught:
        cbor_bytes([24] * 30, Limits(size=60))
    assert caught.value.code == "size"


# --- Regions ---------------------------------------------------------------------------

EVENTS = "666576656e7473"  # the text "events"


def read(data: str) -> tuple[Value, dict[int | None, tuple[str, str | None, int | None]]]:
    document = read_cbor(bytes.fromhex(data), confine="events")
    return document.value, {at: (f.code, f.pointer, f.offset) for at, f in document.faults.items()}


def test_each_region_keeps_its_first_fault() -> None:
    events = ["a2616101616101", "02", "f97c00", "a1616281a161636100", "a0"]
    value, faults = read("a2617801" + EVENTS + "85" + "".join(events))
    assert value == {"x": 1, "events": [None, 2, None, None, {}]}
    assert faults == {
        0: ("duplicate_key", "/events/0/a", 16),
        2: ("number_nonfinite", "/events/2", 20),
        3: ("string", "/events/3/b/0/c", 30),
    }


def test_a_faulty_element_of_any_size_becomes_null() -> None:
    value, faults = read("a1" + EVENTS + "83" + "f90000" + "1818" + "f90000")
    assert value == {"events": [None, 24, None]}
    assert list(faults) == [0, 2]


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ("a1" + EVENTS + "f90000", "/events"),
        ("a1" + EVENTS + "a16130f90000", "/events/0"),
        ("a16178a1" + EVENTS + "81f90000", "/x/events/0"),
        ("a2617881f90000" + EVENTS + "8101", "/x/0"),
        ("a2" + (EVENTS + "8101") * 2, "/events"),
        ("f90000", ""),
    ],
)
def test_any_other_path_is_outside(data: str, pointer: str) -> None:
    value, faults = read(data)
    assert value is None
    assert list(faults) == [None]
    assert faults[None][1] == pointer


def test_the_lists_of_other_members_are_not_elements() -> None:
    assert read("a2617882010266" + EVENTS[2:] + "8201f90000")[0] == {"x": [1, 2], "events": [1, None]}


def test_reading_json_does_not_load_cbor2() -> None:
    code = "import sys; from pithbundle.encoding import cbor, json_reader; sys.exit('cbor2' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}).returncode == 0
    )


def test_limits_of_another_type_are_a_type_error() -> None:
    wrong: Any = 5
    with pytest.raises(TypeError, match="limits must be Limits, not int"):
        parse_cbor(b"\xa0", wrong)
    with pytest.raises(TypeError, match="limits must be Limits, not int"):
        cbor_bytes(1, wrong)
