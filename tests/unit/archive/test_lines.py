"""Lines: a bundle without insignificant white space, and the parts of a frame (ARCH-2 to ARCH-4)."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import bundle, made_record, to_json
from kit.data import REPO
from pithbundle import PithError, cbor_bytes, parse_json, read_bundle
from pithbundle.archive.lines import (
    Line,
    has_white_space,
    item_end,
    line_of,
    read_line,
    split_items,
    split_lines,
    without_white_space,
)
from pithbundle.encoding.limits import DEFAULT_LIMITS

DEMO = REPO / "vectors" / "demo"


def test_only_insignificant_white_space_is_removed() -> None:
    text = b' {\r\n\t"b" : [ 1.0E+2 , "a \\" b\\\\" , "\\u0041 \\/" ] , "a":null }\n'
    assert without_white_space(text) == b'{"b":[1.0E+2,"a \\" b\\\\","\\u0041 \\/"],"a":null}'
    assert without_white_space(b'{"a":1}') == b'{"a":1}'


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(json_values, st.sampled_from([None, 0, 1, "\t"]), st.booleans())
def test_the_value_is_the_same_and_a_second_time_changes_nothing(
    value: Any, indent: Any, escape: bool
) -> None:
    spaced = json.dumps(value, indent=indent, ensure_ascii=escape).encode("utf-8", "surrogatepass")
    line = without_white_space(spaced)
    tight = json.dumps(value, separators=(",", ":"), ensure_ascii=escape).encode("utf-8", "surrogatepass")
    assert line == tight
    assert b"\n" not in line
    assert without_white_space(line) == line
    assert not has_white_space(line) and has_white_space(spaced) == (spaced != line)


@pytest.mark.parametrize(
    "text", [b'{"a\\"b" :1}', b'{"a\\\\" :1}', b'{"a" :1}', b' {"a":1}', b'{"a":1}\n', b'["", "a"]']
)
def test_white_space_is_found_whatever_is_escaped(text: bytes) -> None:
    assert has_white_space(text)
    assert not has_white_space(json.dumps(json.loads(text), separators=(",", ":")).encode())
    # Of a string nothing is white space that a line has none of.
    assert not has_white_space(b'{"a b\\" c":"\\\\ \\\\"}') and not has_white_space(b'{"a b":" "}')


def test_a_line_of_a_bundle() -> None:
    data = json.dumps(json.loads((DEMO / "bundle.json").read_bytes()), indent=2).encode()
    line = line_of(data)
    assert line.suffix == read_bundle(data).record.number.suffix
    assert line.encoding == "json" and line.digest == sha256(line.data).digest()
    assert parse_json(line.data) == parse_json(data)
    assert line.raw == line.data + b"\n" and line.raw_size == len(line.raw)
    assert line_of(b"  " + line.raw) == line
    assert repr(line) == f"<Line {line.suffix} {line.digest.hex()[:16]}: {len(line.data)} bytes of json>"


def test_a_line_is_read_as_it_is_however_it_is_spelt() -> None:
    value = json.loads((DEMO / "bundle.json").read_bytes())
    # A faulty event is null in what was read, so that it is not written as the line has it.
    value["events"].append({"number": 2**60, "text": '\\ " é'})
    for escape in (False, True):
        data = json.dumps(value, separators=(",", ":"), ensure_ascii=escape).encode()
        assert read_line(data, DEFAULT_LIMITS, "json") == line_of(data)
        for spaced in (data + b"\n", data.replace(b",", b", ", 1), data.replace(b'":', b'"\t:')):
            with pytest.raises(PithError) as caught:
                read_line(spaced, DEFAULT_LIMITS, "json")
            assert (caught.value.code, caught.value.fault.clause) == ("archive", "ARCH-2")
    item = (DEMO / "bundle.cbor").read_bytes()
    assert read_line(item, DEFAULT_LIMITS, "cbor") == line_of(item)


def test_an_item_is_the_bundle_as_it_is() -> None:
    data = (DEMO / "bundle.cbor").read_bytes()
    line = line_of(data)
    assert (line.encoding, line.data, line.raw, line.raw_size) == ("cbor", data, data, len(data))


def test_the_suffix_is_recomputed_and_what_is_no_bundle_is_rejected() -> None:
    value = bundle(made_record(), [])
    other = to_json({**value, "pith_number": "pith:2003:" + "A" * 26})
    with pytest.raises(PithError) as caught:
        line_of(other)
    assert caught.value.code == "subject"
    with pytest.raises(PithError):
        line_of(b"{}")


def test_lines_are_ordered_by_suffix_then_digest() -> None:
    one, two = Line("A" * 26, b"\2", b"x", "json"), Line("B" * 26, b"\1", b"x", "json")
    assert sorted([two, one, Line("A" * 26, b"\1", b"y", "json")])[1:] == [one, two]


# -- the parts of a frame --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        (b"", []),
        (b"a\n", [(0, b"a")]),
        (b"a\nbc\n", [(0, b"a"), (2, b"bc")]),
        (b"a\nbc", [(0, b"a"), (2, b"bc")]),
        (b"\n\n", [(0, b""), (1, b"")]),
    ],
)
def test_split_lines(raw: bytes, parts: list[tuple[int, bytes]]) -> None:
    assert [*split_lines(raw)] == parts


@given(st.lists(json_values.map(lambda value: cbor2.dumps(value)), max_size=5))
def test_items_are_found_without_decoding(items: list[bytes]) -> None:
    assert [part for _, part in split_items(b"".join(items))] == items


def test_an_item_that_contains_the_magic_of_a_frame_is_one_item() -> None:
    item = cbor_bytes({"a": [0x28B52FFD, 1]})
    assert b"\x28\xb5\x2f\xfd" in item
    assert [part for _, part in split_items(item + item)] == [item, item]


@pytest.mark.parametrize(
    ("data", "end"),
    [
        ("00", 1), ("f97e00", 3), ("4461", 5), ("6161", 2), ("a0", 1), ("a16161f6", 4), ("8201", 3),
        ("c100", 2), ("fb00", 9), ("9f", None), ("1c", None), ("5f", None), ("", 1), ("82", 3),
        ("9affffffff", 5 + 0xFFFFFFFF), ("62", 3), ("8219", 5),
    ],
)  # fmt: skip
def test_the_end_of_an_item_or_how_many_bytes_it_needs_at_least(data: str, end: int | None) -> None:
    assert item_end(bytes.fromhex(data), 0) == end


def test_what_cannot_be_divided_is_the_last_part() -> None:
    assert [*split_items(bytes.fromhex("001c0000"))] == [(0, b"\0"), (1, b"\x1c\0\0")]
    assert [*split_items(bytes.fromhex("006261"))] == [(0, b"\0"), (1, b"ba")]
