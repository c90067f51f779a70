"""The JSON reader, rule by rule: code, byte offset and pointer of every fault."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pithbundle.codes import CODES
from pithbundle.encoding.json_reader import _fast, parse_json, read_json
from pithbundle.encoding.json_strict import read_strictly
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.parsed import MAX_DEPTH, Parsed
from pithbundle.encoding.values import Value
from pithbundle.errors import Fault, InputError

SMALL = Limits(size=200, depth=4, nodes=10, string=20)


def rejection(data: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[str, int | None, str | None]:
    with pytest.raises(InputError) as caught:
        parse_json(data, limits)
    assert caught.value.code in CODES
    return caught.value.code, caught.value.offset, caught.value.pointer


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"null", None),
        (b" true ", True),
        (b"\t\n\r false", False),
        (b"0", 0),
        (b"-1", -1),
        (b"9007199254740991", 9007199254740991),
        (b"-9007199254740991", -9007199254740991),
        (b"0.5", 0.5),
        (b"-0.0001", -0.0001),
        (b"123456789.125", 123456789.125),
        (b'""', ""),
        (b"[]", []),
        (b"{ }", {}),
        (b"[ ]", []),
        (b'{"":{}}', {"": {}}),
        (b'[1,[2,{"a":[3]}],4]', [1, [2, {"a": [3]}], 4]),
        (b'{"b":1,"a":[{}, []]}', {"b": 1, "a": [{}, []]}),
        (rb'"\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00"', '"\\/\b\f\n\r\tA\u00e9\U0001f600'),
        (b'"\x7f\xe2\x80\xa8\xef\xbb\xbf"', "\x7f\u2028\ufeff"),
        (b'{"\\u0061":1}', {"a": 1}),
        ('{"\ud7ff":1}'.encode(), {"\ud7ff": 1}),
        (b'["\xc2\xbf\xef\xb8\x8f"]', ["\u00bf\ufe0f"]),
    ],
)
def test_accepts(data: bytes, value: Value) -> None:
    for document in (read_json(data), read_strictly(data, DEFAULT_LIMITS, 32, None)):
        assert document.value == value
        assert type(document.value) is type(value)
        assert document.faults == {}


@pytest.mark.parametrize(
    ("data", "code", "offset"),
    [
        (b'{"a":"\xff"}', "utf8", 6),
        (b'"\xed\xa0\x80"', "utf8", 1),
        (b'"\xc0\xaf"', "utf8", 1),
        (b"\xff\xfe[\x00]\x00", "utf8", 0),
        (b"\xef\xbb\xbf[]", "bom", 0),
        (b"\xef\xbb\xbf", "bom", 0),
        (b"", "syntax", 0),
        (b"  ", "syntax", 2),
        (b"[1,]", "syntax", 3),
        (b"[,1]", "syntax", 1),
        (b"[1 2]", "syntax", 3),
        (b"[1}", "syntax", 2),
        (b'{"a":1]', "syntax", 6),
        (b"[", "syntax", 1),
        (b"{", "syntax", 1),
        (b"]", "syntax", 0),
        (b"[]]", "syntax", 2),
        (b'{"a"}', "syntax", 4),
        (b'{"a" 1}', "syntax", 5),
        (b'{"a":}', "syntax", 5),
        (b'{"a":1,}', "syntax", 7),
        (b"{1:2}", "syntax", 1),
        (b"{a:2}", "syntax", 1),
        (b'{"a":1 "b":2}', "syntax", 7),
        (b"1 2", "syntax", 2),
        (b"01", "syntax", 1),
        (b"+1", "syntax", 0),
        (b"1.", "syntax", 1),
        (b".5", "syntax", 0),
        (b"1e", "syntax", 1),
        (b"-", "syntax", 0),
        (b"-NaN", "syntax", 0),
        (b"-infinity", "syntax", 0),
        (b"nan", "syntax", 0),
        (b"truex", "syntax", 4),
        (b"True", "syntax", 0),
        (b"'a'", "syntax", 0),
        (b'"a', "syntax", 0),
        (b'"\x1f"', "syntax", 0),
        (b'"\n"', "syntax", 0),
        (rb'"\x41"', "syntax", 0),
        (rb'"\v"', "syntax", 0),
        (b'["a" :1]', "syntax", 5),
        (rb'"\u00g0"', "syntax", 0),
        (rb'"\u 123"', "syntax", 0),
        (b"[1]\x00", "syntax", 3),
        (b"\x0b[1]", "syntax", 0),
        (b"\xc2\xa0[1]", "syntax", 0),
        (b"[1]//", "syntax", 3),
        (b"[\xc3\xa9]", "syntax", 1),
        ("[\u0661]".encode(), "syntax", 1),  # a digit, but not an ASCII one
        (b'["\xc3\xa9" 1]', "syntax", 6),
    ],
)
def test_rejects_a_text(data: bytes, code: str, offset: int) -> None:
    assert rejection(data) == (code, offset, None)


@pytest.mark.parametrize(
    ("data", "code", "offset", "pointer"),
    [
        (b"9007199254740992", "number_range", 0, ""),
        (b"-9007199254740992", "number_range", 0, ""),
        (b"[18446744073709551616]", "number_range", 1, "/0"),
        (b"[1" + b"0" * 5000 + b"]", "number_range", 1, "/0"),
        (b"1e400", "number_range", 0, ""),
        (b"-1e400", "number_range", 0, ""),
        (b"1" * 400 + b".5", "number_range", 0, ""),
        (b"-0", "number_form", 0, ""),
        (b"-0.0", "number_form", 0, ""),
        (b"1.0", "number_form", 0, ""),
        (b"0.10", "number_form", 0, ""),
        (b"0.1000000000000000055", "number_form", 0, ""),
        (b"9007199254740991.5", "number_form", 0, ""),  # not the shortest text of that float
        (b"1e2", "number_form", 0, ""),
        (b"1E+2", "number_form", 0, ""),
        (b"1e22", "number_form", 0, ""),
        (b"1e+22", "number_form", 0, ""),
        (b"1e-05", "number_form", 0, ""),
        (b"1e-7", "number_form", 0, ""),
        (b"0.00001", "number_form", 0, ""),
        (b"1e-400", "number_form", 0, ""),
        (b"1e16", "number_form", 0, ""),
        (b"NaN", "number_nonfinite", 0, ""),
        (b"[1, Infinity]", "number_nonfinite", 4, "/1"),
        (b"[-Infinity]", "number_nonfinite", 1, "/0"),
        (rb'["\ud800"]', "surrogate", 1, "/0"),
        (rb'["\udc00\ud800"]', "surrogate", 1, "/0"),
        (rb'["\ud800\u0000"]', "surrogate", 1, "/0"),
        (rb'["\u0000"]', "string", 1, "/0"),
        (rb'["\uffff"]', "string", 1, "/0"),
        (b'["\xef\xb7\x90"]', "string", 1, "/0"),
        (b'["\xf0\x9f\xbf\xbe"]', "string", 1, "/0"),
        (rb'{"\ud800":1}', "surrogate", 1, "/\ufffd"),
        (rb'{"a\u0000":1}', "string", 1, "/a\ufffd"),
        (b'{"\xee\x80\x80":1}', "key", 1, "/\ue000"),
        (b'{"' + b"k" * 257 + b'":1}', "key", 1, "/" + "k" * 257),
        (b'{"a":1,"a":2}', "duplicate_key", 7, "/a"),
        (b'{"a":1,"\\u0061":2}', "duplicate_key", 7, "/a"),
        (b'{"a" :1,"x\\":":0,"a" :2}', "duplicate_key", 17, "/a"),
        (b'{"~/":[0,{"b":0,"b":0}]}', "duplicate_key", 16, "/~0~1/1/b"),
        (b'["\xc3\xa9",-0]', "number_form", 6, "/1"),
        (b"[[],[1],-0]", "number_form", 8, "/2"),
    ],
)
def test_rejects_a_value(data: bytes, code: str, offset: int, pointer: str) -> None:
    assert rejection(data) == (code, offset, pointer)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff" * 201, "size"),
        (b"\xef\xbb\xbf\xff", "utf8"),
        (b"\xef\xbb\xbf[[[[[", "bom"),
        (b"[[[[[,,,,,,,,,,,", "depth"),
        (b"1,,,,,,,,,,", "nodes"),
        (b'["' + b"a" * 21 + b'"', "syntax"),
        (b'[-0,"' + b"a" * 21 + b'"]', "size"),
        (b'{"' + b"a" * 21 + b'":-0}', "size"),
        (rb'{"a":-0,"a":"\ud800"}', "number_form"),
        (rb'{"a":"\ud800","a":-0}', "surrogate"),
        (rb'{"\ud800":1,"\ud800":-0}', "surrogate"),
    ],
)
def test_order_of_faults(data: bytes, code: str) -> None:
    assert rejection(data, SMALL)[0] == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"[[[[]]]]", None),
        (b"[[[[[]]]]]", "depth"),
        (b'[{"a":[{}]}]', None),
        (b"]]]][[[[", "syntax"),  # a prefix, not the greatest difference
        (b"]]]]" + b"[" * 9, "depth"),
        (b'["[[[[[[[[["]', None),
        (b'["[[[[[[[[[\\"[[[[[[[[["', "syntax"),
        (b'"[[[[[[[[[', "syntax"),
        (b'"[[[[[[[[[\\', "syntax"),
        (b"[1,2,3,4,5,6,7,8,9]", None),
        (b"[1,2,3,4,5,6,7,8,9,10]", "nodes"),
        (b"[[],{},[ ],{\n},[],[],[],[],[]]", None),
        (b'[[""],{},[],[],[],[],[],[],[]]', "nodes"),
        (b'[",,,,,,,,,,,,,,,"]', None),
        (b"[}{]" * 5, "syntax"),  # brackets that do not match are empty too
        (b"[1,2,3,4,5,6,7,8,[", "nodes"),  # the opening bracket counts the value that would be inside
        (b"[1,2,3,4,5,6,7,[", "syntax"),
        (b'"' + b"a" * 20 + b'"', None),
        (b'"' + b"a" * 21 + b'"', "size"),
        (b'"' + rb"\u00e9" * 10 + b'"', None),
        (b'"' + rb"\u00e9" * 11 + b'"', "size"),
        (b'"' + rb"\ud83d\ude00" * 5 + b'"', None),
        (b'"' + rb"\ud83d\ude00" * 5 + b'a"', "size"),
        (rb'"\ud800' + b"a" * 18 + b'"', "size"),  # a lone surrogate counts three bytes
        (b" " * 198 + b"[]", None),
        (b" " * 199 + b"[]", "size"),
    ],
)
def test_limits(data: bytes, code: str | None) -> None:
    if code is None:
        parse_json(data, SMALL)
    else:
        assert rejection(data, SMALL)[0] == code


def test_offsets_of_text_level_faults() -> None:
    assert rejection(b'{"\xc3\xa9[":[[["]", [[', SMALL) == ("depth", 15, None)
    assert rejection(b'["a","\xc3\xa9' + b"a" * 19 + b'"]', SMALL) == ("size", 5, None)


def test_the_first_string_over_the_limit_is_named() -> None:
    assert rejection(b'["' + b"a" * 21 + b'","' + b"a" * 22 + b'"]', SMALL) == ("size", 1, None)


def test_depth_and_nodes_are_exact() -> None:
    for data, depth, nodes in [(b"1", 0, 1), (b"[]", 1, 1), (b'{"a":[1,{}],"b":2}', 3, 5)]:
        for document in (read_json(data), read_strictly(data, DEFAULT_LIMITS, 32, None)):
            assert (document.depth, document.nodes) == (depth, nodes)


def test_depth_may_be_given_and_has_a_ceiling() -> None:
    assert read_json(b"[" * 33 + b"]" * 33, depth=33).depth == 33
    assert rejection(b"[" * 33 + b"]" * 33)[:2] == ("depth", 32)
    raised = replace(DEFAULT_LIMITS, depth=10_000)
    assert read_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, raised).depth == MAX_DEPTH
    assert rejection(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), raised)[0] == "depth"


@pytest.mark.parametrize("data", [bytearray(b"[]"), memoryview(b"[]"), type("B", (bytes,), {})(b"[]")])
def test_takes_what_is_bytes_like(data: bytes) -> None:
    assert read_json(data).value == []


@pytest.mark.parametrize("data", ["[]", None, 1, [0]])
def test_takes_nothing_else(data: object) -> None:
    with pytest.raises(TypeError, match=f"^expected bytes, got {type(data).__name__}; "):
        read_json(data)  # type: ignore[arg-type]


# --- Regions ---------------------------------------------------------------------------


def read(data: bytes) -> tuple[Value, dict[int | None, tuple[str, str | None, int | None]]]:
    document = read_json(data, confine="events")
    return document.value, {at: (f.code, f.pointer, f.offset) for at, f in document.faults.items()}


def test_each_region_keeps_its_first_fault() -> None:
    value, faults = read(rb'{"events":[{"a":1,"a":-0},2,-0,{"b":[{"c":"\ud800"}]},{}],"x":1}')
    assert value == {"events": [None, 2, None, None, {}], "x": 1}
    assert faults == {
        0: ("duplicate_key", "/events/0/a", 18),
        2: ("number_form", "/events/2", 28),
        3: ("surrogate", "/events/3/b/0/c", 42),
    }


def test_offsets_count_bytes_in_every_region() -> None:
    _, faults = read('{"é":"é","events":["é",-0,"é",-0]}'.encode())
    assert faults == {1: ("number_form", "/events/1", 26), 3: ("number_form", "/events/3", 34)}


def test_an_escaped_member_name_confines_too() -> None:
    assert read(rb'{"\u0065vents":[-0]}') == ({"events": [None]}, {0: ("number_form", "/events/0", 16)})


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        (b'{"events":-0}', "/events"),
        (b'{"events":{"0":-0}}', "/events/0"),
        (b'{"x":{"events":[-0]}}', "/x/events/0"),
        (b'{"x":[-0],"events":[1]}', "/x/0"),
        (b'[["events",[-0]]]', "/0/1/0"),
        (b'{"events":[1],"events":[2]}', "/events"),
        (b"-0", ""),
    ],
)
def test_any_other_path_is_outside(data: bytes, pointer: str) -> None:
    value, faults = read(data)
    assert value is None
    assert list(faults) == [None]
    assert faults[None][1] == pointer


def test_a_fault_outside_leaves_no_value_and_is_raised_first() -> None:
    document = read_json(b'{"events":[-0],"x":NaN}', confine="events")
    assert document.value is None
    assert set(document.faults) == {0, None}
    with pytest.raises(InputError) as caught:
        document.whole()
    assert caught.value.code == "number_nonfinite"


def test_without_confine_nothing_is_confined() -> None:
    assert list(read_json(b'{"events":[-0]}').faults) == [None]


def test_whole_raises_the_fault_of_the_lowest_index() -> None:
    document = Parsed(None, {3: Fault("key"), 1: Fault("string")}, 0, 1)
    with pytest.raises(InputError) as caught:
        document.whole()
    assert caught.value.code == "string"


# --- The fast tier may only do what the strict one would -------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"1",
        b'"a"',
        b"[0.5]",
        b"[1.0]",
        b"[-0]",
        b"[9007199254740992]",
        b"[18446744073709551616]",
        b"[1 2]",
        b"[- 1]",
        b"[t rue]",
        b"[ -0 ]",
        b'["a\tb" ]',
        b'["a\nb" ]',
        b'{"a":1,"a":1}',
        b'{"a":1, "a":1}',
        b'{"a":1,"\\u0061":1}',
        b'{"a":[1,2],"a":[1,2]}\n',
        b'{"a":1,"b\\u0022:2,\\u0022c":3,"a":1}',
        b'{"a" :1,"a" :2,"x\\":":3}',
        rb'["\u0000"]',
        rb'["\\u0000"]',
        rb'["\\", "\u0022"]',  # a pair, and a long escape of a quotation mark: doubtful
        rb'["\\/", "\/"]',
        rb'["\uffff"]',
        rb'["\ufdd0"]',
        rb'["\ud83f\udffe"]',
        rb'["\ud800"]',
        rb'["\udc00\ud800"]',
        rb'["\q"]',
        rb'["\u00"]',
        rb'["\U00000041"]',
        b'["\xef\xbf\xbe"]',
        b'["\xef\xbf\xbf"]',
        b'["\xef\xb7\x90"]',
        b'["\xf4\x8f\xbf\xbf"]',
        b'{"\xc3\xa9":1}',
        b'{"' + b"k" * 257 + b'":1}',
        b"[" * 33 + b"]" * 33,
        b"[1,]",
        b"",
    ],
)
def test_the_fast_tier_leaves_what_is_doubtful(data: bytes) -> None:
    assert _fast(data, DEFAULT_LIMITS, 32) is None


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":[1,-9007199254740991,true,false,null,{}],"a":""}',
        rb'["\n\u001f\"\\"]',
        b'["\xc2\xbf\xef\xb8\x8f\x7f"]',
        b'{"' + b"k" * 256 + b'":[]}',
        # White space.
        b"[ 1]",
        b'{"a":[1, true,\t"x"]}\n',
        b'\r\n {\r\n\t"a" : [ ] ,\r\n\t"b c" : " d "\r\n}\r\n',
        b'{\n  "a": [\n    1,\n    {}\n  ],\n  "b": " "\n}\n',
        b'[\n    {\n        "a": 1\n    }\n]',
        # Escapes that need not be, or not be so long.
        rb'["\u0041\u00e9\u00E9"]',
        rb'["\/", "a\/b"]',
        rb'["\ud83d\ude00", "\uD83D\uDE00"]',
        '["\\u00e9\u00e9\u6570\U0001f600"]'.encode(),
        rb'["\u0022\u005c\u005C\u0008\u0009\u000a\u000A\u000c\u000d"]',
        rb'["\u001f\u001F\u000b", "\u0041"]',
        rb'{"\u0061":" \u0020"}',
        rb'["\\u0041", "\u0041"]',
        rb'["\\\u0041", "\\\\u00e9\""]',
        rb'["\"\u0041\/"]',
    ],
)
def test_the_fast_tier_takes_every_spelling_of_what_is_plain(data: bytes) -> None:
    assert _fast(data, DEFAULT_LIMITS, 32) == read_strictly(data, DEFAULT_LIMITS, 32, None)


@pytest.mark.parametrize(
    ("data", "takes"),
    [
        (b"[1,2,3,4,5,6,7,8,9]", True),
        (b"[1,2,3,4,5,6,7,8,9,0]", False),
        (b'["' + b"a" * 20 + b'",1]', False),
        (b'["aaaaa","aaaaa","aaaaa"]', True),
        (b'{"aaaaaaaaaaaaaaaaaaaaa":1}', False),
        (b'{"aaaaaaaaaaaaaaaaaaaa":1}', True),
        (b"[[[[]]]]", True),
        (b"[[[[[]]]]]", False),
    ],
)
def test_the_fast_tier_keeps_the_limits(data: bytes, takes: bool) -> None:
    assert (_fast(data, SMALL, SMALL.depth) is not None) == takes
    # The bound by bytes alone suffices below the limit on values; above it, the counts do.
    assert (_fast(data, replace(SMALL, nodes=len(data)), SMALL.depth) is not None) == (
        takes or data.count(b",") == 9
    )


@pytest.mark.parametrize("value", ["x", None, True, 1.0, -1])
@pytest.mark.parametrize("name", ["size", "depth", "nodes", "string", "events", "aliases", "bundle_depth"])
def test_a_limit_is_an_int_from_0(name: str, value: Any) -> None:
    with pytest.raises(TypeError, match=f"limit {name} must be an int from 0, not "):
        Limits(**{name: value})
    assert getattr(Limits(**{name: 0}), name) == 0


def test_limits_of_another_type_are_a_type_error() -> None:
    wrong: Any = 5
    with pytest.raises(TypeError, match="limits must be Limits, not int"):
        parse_json(b"{}", wrong)


def test_a_released_memoryview_is_a_value_error() -> None:
    data = memoryview(b"{}")
    data.release()
    with pytest.raises(ValueError, match="released memoryview"):
        parse_json(data)
