"""The reader of truncated JSON: what is complete, what is open, and what no JSON text begins with."""

from __future__ import annotations

import json

import pytest

from kit.data import real
from pithbundle.encoding.json_truncated import Truncated, read_truncated
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import Value
from pithbundle.errors import InputError


def read(text: str | bytes) -> Truncated:
    return read_truncated(text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize(
    ("text", "value", "open_path"),
    [
        # Whole texts.
        ('{"a":[1,{}]}', {"a": [1, {}]}, None),
        (" [ ] \n", [], None),
        ('"a"', "a", None),
        ("true", True, None),
        ("12 ", 12, None),
        # A number is complete if a byte follows it; a literal by its last letter.
        ("12", None, ()),
        ("[12", [], ()),
        ("[12 ", [12], ()),
        ("[12,", [12], ()),
        ("[1,0.", [1], ()),
        ("[1,0.5", [1], ()),
        ("[1,-", [1], ()),
        ("[1,-0", [1], ()),
        ("[1,5e", [1], ()),
        ("[1,5e-", [1], ()),
        ("[1,5.0E+1", [1], ()),
        ("[1,tru", [1], ()),
        ("[1,true", [1, True], ()),
        ("[1,-Inf", [1], ()),
        ("[null", [None], ()),
        # Strings, cut anywhere.
        ('["a', [], ()),
        ('["a"', ["a"], ()),
        ('["a\\', [], ()),
        ('["a\\"', [], ()),
        ('["a\\u00e', [], ()),
        ('["a\\ud83d', [], ()),
        ('["a","\\\\"', ["a", "\\"], ()),
        # Members: the name, the colon and the value.
        ("{", {}, ()),
        ('{"a', {}, ()),
        ('{"a"', {}, ()),
        ('{"a" ', {}, ()),
        ('{"a":', {}, ()),
        ('{"a": 1', {}, ()),
        ('{"a": "x"', {"a": "x"}, ()),
        ('{"a":1,"b', {"a": 1}, ()),
        ('{"a":1,"b":', {"a": 1}, ()),
        # Nesting.
        ('{"a":1,"b":{"c":[1,2', {"a": 1, "b": {"c": [1]}}, ("b", "c")),
        ('{"b":{"c":[1]', {"b": {"c": [1]}}, ("b",)),
        ('{"b":{"c":[1]}', {"b": {"c": [1]}}, ()),
        ('[[],[{"a":"b"', [[], [{"a": "b"}]], (1, 0)),
        # Nothing at all.
        ("", None, ()),
        ("  ", None, ()),
    ],
)
def test_complete_values(text: str, value: Value, open_path: tuple[str | int, ...] | None) -> None:
    found = read(text)
    assert (found.parsed.value, found.open) == (value, open_path)
    assert repr(found.parsed.value) == repr(value)


@pytest.mark.parametrize(
    "text",
    [
        "}", "[}", "{]", "[1,]", "[1 2", "[1 tru", "[1,xyz", "[1,trux",
        '{"a":1,tr', '{"a":1,2', "{1", '["a" "b',
        '{"a":"b" "c', '{"a" "b', '{"a" 1', '{"a":1:', "[1:", "[,", "{,", '{"a":1,}', "[01", "[1.x",
        "[1e+-", "[--", '["a",\xe9', "[\ufffd",
        '["a\\q', '["a\\u00g', '["a\x01', '["a\x01b"', "[1]]", "{} tru", '{} "a', "[] 1", "nul ", "[Nan",
        "[+1", "[.5", "'a",
    ],
)  # fmt: skip
def test_what_no_json_text_begins_with(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert caught.value.code == "syntax"
    assert caught.value.offset is not None and 0 <= caught.value.offset <= len(text.encode())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"a":1,"a":', "duplicate_key"),
        ('{"a":1,"a":2,', "duplicate_key"),
        ("[-0,", "number_form"),
        ("[1.0]", "number_form"),
        ("[9007199254740992,", "number_range"),
        ("[NaN", "number_nonfinite"),
        ('["\\ud800"', "surrogate"),
        ('["\\u0000"', "string"),
    ],
)
def test_faults_of_complete_values_are_those_of_the_profile(text: str, code: str) -> None:
    """An incomplete value has none: the missing part could correct it."""
    found = read(text)
    assert [fault.code for fault in found.parsed.faults.values()] == [code]
    assert found.parsed.value is None
    with pytest.raises(InputError):
        found.parsed.whole()


def test_a_fault_is_confined_to_the_element_that_contains_it() -> None:
    data = b'{"a":1,"events":[{"b":1.0,"c":{"d":2'
    found = read_truncated(data, confine="events")
    assert found.parsed.value == {"a": 1, "events": [None]}
    assert found.open == ("events", 0, "c")
    assert [(at, fault.code) for at, fault in found.parsed.faults.items()] == [(0, "number_form")]


def test_utf8_may_be_cut_inside_a_character() -> None:
    whole = '["a","\U0001f600"]'.encode()
    for end in range(6, len(whole) - 2):
        assert read(whole[:end]).parsed.value == ["a"]
    for bad in (b'["\xff', b'["\xf0\x80', b'["\xc3(', b'["\xed\xa0', b"\xe9[]"):
        with pytest.raises(InputError) as caught:
            read(bad)
        assert caught.value.code == "utf8"


def test_a_byte_order_mark_is_rejected() -> None:
    with pytest.raises(InputError) as caught:
        read(b'\xef\xbb\xbf{"a":1')
    assert caught.value.code == "bom"


@pytest.mark.parametrize(
    ("limits", "text", "code"),
    [
        (Limits(size=4), "[1,2,", "size"),
        (Limits(depth=1), "[[", "depth"),
        (Limits(nodes=3), "[1,2,3,4", "nodes"),
        (Limits(string=2), '["abc"', "size"),
    ],
)
def test_limits(limits: Limits, text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read_truncated(text.encode(), limits)
    assert caught.value.code == code


def test_a_given_depth_replaces_that_of_the_limits() -> None:
    assert read_truncated(b"[[", Limits(depth=1), depth=2).open == (0,)


def test_only_bytes_and_limits_are_taken() -> None:
    with pytest.raises(TypeError):
        read_truncated("[]")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        read_truncated(b"[]", 5)  # type: ignore[arg-type]


def test_open_containers_are_not_complete() -> None:
    found = read('{"a":{"b":[1,{"c":2,"d":3')
    assert found.open == ("a", "b", 1)
    for path in ((), ("a",), ("a", "b"), ("a", "b", 1)):
        assert not found.is_complete(*path)
    assert found.is_complete("a", "b", 0) and found.is_complete("a", "b", 1, "c")
    whole = read("{}")
    assert whole.is_complete() and whole.is_complete("a")


def test_the_beginnings_of_real_documents() -> None:
    for name in ("bundle_prefixes", "state_prefixes", "state_prefixes_claims", "record_document_prefixes"):
        for row in json.loads(real(f"{name}.json").read_bytes()):
            found = read_truncated(row["text"].encode())
            assert found.open, name
            value = found.parsed.whole()
            assert isinstance(value, dict) and row["source_url"].split("/")[4].startswith(
                str(value["pith_number"])[10:]
            )
