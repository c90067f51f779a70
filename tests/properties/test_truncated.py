"""Laws of the reader of truncated JSON: at each cut, values of the whole document only (TRUNC-3)."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.data import fuzz_count
from kit.processor import slowness
from kit.strategies import values
from pithbundle.codes import CODES
from pithbundle.encoding.json_reader import read_json
from pithbundle.encoding.json_truncated import Truncated, read_truncated
from pithbundle.encoding.values import Value
from pithbundle.errors import PithError

Path = tuple[str | int, ...]


def leaves(value: Value, path: Path = ()) -> Iterator[tuple[Path, Value]]:
    """Every value in a value, with its path; a container before what it contains."""
    yield path, value
    if isinstance(value, dict):
        for name, member in value.items():
            yield from leaves(member, (*path, name))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from leaves(element, (*path, index))


def held(found: Truncated) -> dict[Path, Value]:
    """The complete values of a result by their paths."""
    if found.open == () and found.parsed.value is None:
        return {}  # nothing of the top level is complete
    return {path: value for path, value in leaves(found.parsed.value) if found.is_complete(*path)}


def open_paths(found: Truncated) -> list[Path]:
    return [] if found.open is None else [found.open[:length] for length in range(len(found.open) + 1)]


def check_every_cut(data: bytes, whole: Value) -> None:
    """At each cut: only values of the whole, no fewer than at the cut before, and all at the end."""
    expected = {path: repr(value) for path, value in leaves(whole)}
    before: dict[Path, Value] = {}
    for end in range(len(data) + 1):
        found = read_truncated(data[:end])
        now = held(found)
        assert {path: repr(value) for path, value in now.items()}.items() <= expected.items()
        assert now.keys() >= before.keys()
        for path in open_paths(found):
            assert path in expected and path not in now
        before = now
    final = read_truncated(data + b" ")
    assert final.open is None and repr(final.parsed.value) == repr(whole)


@given(values(), st.sampled_from([None, 1]), st.booleans())
def test_every_cut_of_a_document_has_only_its_values(
    value: Value, indent: int | None, ascii_only: bool
) -> None:
    data = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    check_every_cut(data, value)


def test_every_cut_of_a_document_with_all_kinds_of_tokens() -> None:
    data = (
        rb'{"a":[1,-20,0.5,true,false,null,"","\u00e9\\\"\ud83d\ude00"],'
        rb'"b":{"c":[[],{}],"":[{"d":12}]},"e":"x"}'
    )
    check_every_cut(data, json.loads(data))


def test_all_that_is_complete_is_found() -> None:
    """A value is there as soon as its last byte is, a number one byte later."""
    data = b'{"a":1,"b":["x",true,{"c":2}],"d":null}'
    ends: dict[Path, bytes] = {
        ("a",): b'1,', ("b", 0): b'"x"', ("b", 1): b"true", ("b", 2, "c"): b"2}", ("b", 2): b"2}",
        ("b",): b"2}]", ("d",): b"null", (): b"null}",
    }  # fmt: skip
    for path, _ in leaves(json.loads(data)):
        first = next(end for end in range(len(data) + 1) if path in held(read_truncated(data[:end])))
        assert first == data.index(ends[path]) + len(ends[path]), path


@given(values())
def test_a_complete_text_reads_as_by_the_reader(value: Value) -> None:
    data = json.dumps(value).encode() + b"\n"
    one, other = read_truncated(data), read_json(data)
    assert one.open is None
    assert repr(one.parsed) == repr(other)


TOKENS = [
    *("{", "}", "[", "]", ",", ":", '"a"', '"a', '"', "\\", "\\u", "0", "-", ".", "e", "1", "tru", "true"),
    *("nul", "N", "NaN", " ", "\n", "x", "é", "\x00", "\ud7ff", "Infinity", "-Infinity", "1e5", "-0", "01"),
]  # fmt: skip
#: What can be missing of a token, then of a member, before the containers are closed.
ENDS = [
    *("", "0", '"', '\\"', '0"', '00"', '000"', '0000"', 'u0000"', '\x80"', '\x80\x80"', '\x80\x80\x80"'),
    *(word[at:] for word in ("true", "false", "null", "NaN", "Infinity") for at in range(len(word))),
]  # fmt: skip
MEMBERS = ["", ":0", "0", '"zz":0']


def whole_text(data: bytes) -> bool:
    """Whether the ordinary reader finds no fault of the text."""
    try:
        read_json(data, confine="a")
    except PithError:
        return False
    return True


def can_be_completed(data: bytes) -> bool:
    """Whether some of the endings makes a text of it, by the ordinary reader."""
    for end in ENDS:
        for member in MEMBERS:
            longer = data + end.encode("latin-1") + member.encode()
            brackets = re.sub(rb'"(?:[^"\\]|\\.)*"', b"", longer, flags=re.DOTALL)
            closing: list[bytes] = []
            for byte in brackets:
                if byte in b"{[":
                    closing.append(b"}" if byte == 123 else b"]")
                elif byte in b"}]" and closing:
                    closing.pop()
            if whole_text(longer + b"".join(reversed(closing))):
                return True
    return False


@pytest.mark.slow
def test_what_is_accepted_is_the_beginning_of_a_text() -> None:
    """Hostile texts: one is accepted if and only if it can be completed."""
    stream = random.Random(20261126)
    accepted = 0
    for _ in range(fuzz_count(2_500)):
        data = "".join(stream.choices(TOKENS, k=stream.randrange(1, 10))).encode()
        if stream.random() < 0.2:
            data = data[: stream.randrange(len(data) + 1)] + bytes([stream.randrange(256)])
        try:
            found = read_truncated(data, confine="a")
        except PithError as error:
            assert error.code in CODES
            assert not can_be_completed(data), (data, error)
            continue
        accepted += 1
        assert can_be_completed(data), data
        if found.open is None:
            assert whole_text(data), data
    assert accepted > 200


@pytest.mark.slow
def test_a_hostile_text_costs_linear_time() -> None:
    size = 1024 * 1024
    for piece in (
        b"[",
        b'"',
        b'\\"',
        b'"a',
        b"1",
        b"x",
        b"tru",
        b'{"a":',
        b'"",',
        b"\xf0\x9f\x98\x80",
        b" ",
        b"-",
    ):
        data: Any = (piece * (size // len(piece) + 1))[:size]
        for start in (b"", b"[", b'["'):
            began = time.process_time()
            try:
                read_truncated((start + data)[:size])
            except PithError as error:
                assert error.code in CODES
            seconds = time.process_time() - began
            assert seconds < 2 or seconds < 2 * slowness(), (start, piece)
