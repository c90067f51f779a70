"""The readers against independent oracles: the formula, the CBOR of the test kit, and each other."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kit.cbor import cbor
from kit.strategies import values
from pithbundle.encoding.canonical import canonical_bytes, encode
from pithbundle.encoding.cbor import cbor_bytes, parse_cbor, read_cbor
from pithbundle.encoding.json_reader import _fast, parse_json, read_json
from pithbundle.encoding.json_strict import read_strictly
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.parsed import Parsed
from pithbundle.encoding.values import Value
from pithbundle.errors import PithError

SMALL = Limits(size=2_000, depth=5, nodes=40, string=24)


def formula(value: Value) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def same(one: Value, other: Value) -> bool:
    """Equal in value and in type: in Python, 1 == True == 1.0."""
    return repr(one) == repr(other)


# --- Values ----------------------------------------------------------------------------


@given(values())
def test_encode_is_the_formula(value: Value) -> None:
    assert encode(value) == canonical_bytes(value) == formula(value)


@given(values())
def test_json_round_trip(value: Value) -> None:
    written = canonical_bytes(value)
    read = parse_json(written)
    assert canonical_bytes(read) == written
    assert same(read_strictly(written, DEFAULT_LIMITS, 32, None).value, read)


@given(values(), st.sampled_from([None, 0, 2, "\t"]), st.booleans(), st.booleans())
def test_every_spelling_reads_as_the_same_value(
    value: Value, indent: int | str | None, ascii_only: bool, sort: bool
) -> None:
    spelling = json.dumps(value, indent=indent, ensure_ascii=ascii_only, sort_keys=sort).encode()
    assert canonical_bytes(parse_json(spelling)) == canonical_bytes(value)


@given(values())
def test_cbor_is_what_the_testkit_writes_and_reads_back(value: Value) -> None:
    written = cbor_bytes(value)
    assert written == cbor(value)
    assert canonical_bytes(parse_cbor(written)) == canonical_bytes(value)


@given(values())
def test_json_and_cbor_are_twins(value: Value) -> None:
    as_json, as_cbor = canonical_bytes(value), cbor_bytes(value)
    assert cbor_bytes(parse_json(as_json)) == as_cbor
    assert canonical_bytes(parse_cbor(as_cbor)) == as_json
    one, other = read_json(as_json), read_cbor(as_cbor)
    assert (one.depth, one.nodes) == (other.depth, other.nodes)


# --- The two tiers of the JSON reader --------------------------------------------------

SPACE = st.sampled_from(["", "", "", "", "", "", " ", "\n", "\t", "\r", "\n  ", "\r\n\t"])
#: Few, so that objects repeat them, in other spellings too; two look like a key and its colon.
KEYS = st.sampled_from(['"a"', '"a"', '"b"', '"c"', '""', r'"\u0061"', r'"a\":"', '":"', '"é"', r'"\u00e9"'])
PLAIN = st.sampled_from(
    [
        '""',
        '"a"',
        '":"',
        r'"\n"',
        r'"\\u0000"',
        '" a b "',
        r'"\u0041\/"',
        r'"\u00e9\u00E9é"',
        r'"\\\/"',
        r'"\\u0022\\"',
        r'"\u0022"',
        r'"\"\u005c"',
        r'"\ud83d\ude00"',
        '"é"',
        '"\ufdfa"',
        "0",
        "1",
        "-1",
        "9007199254740991",
        "0.5",
        "null",
    ]
)
ODD = st.sampled_from(
    [
        *(
            r'"\u0041"',
            r'"\/"',
            r'"\ud83d\ude00"',
            '"' + "a" * 24 + '"',
            '"' + "é" * 12 + '"',
            "-0.25",
            "0.0001",
        ),
        *(r'"\ud800"', r'"\u0000"', '"\ufffe"', '"\ufdd0"', '"\U0001ffff"', '"' + "a" * 25 + '"'),
        *('"' + "é" * 13 + '"', "-0", "-0.0", "1.0", "1e2", "1E400", "-1e400", "1e-400", "0.10", "1e16"),
        *("9007199254740992", "-9007199254740992", "18446744073709551616", "NaN", "-Infinity", "0.00001"),
    ]
)
BAD_KEYS = st.sampled_from([r'"\ud800"', r'"\u0000"', '"\ufffe"', '"\ue000"', '"' + "k" * 257 + '"'])
BROKEN = st.sampled_from([r'"\x"', '"\x01"', '"', "'a'", "-NaN", "+1", ".5", "1.", "01", "nul", "\x0b1", ""])


@st.composite
def near_json(draw: st.DrawFn, depth: int = 4) -> str:
    """A text that is JSON with, now and then, something that the profile or the grammar rejects."""
    kind = draw(st.sampled_from(["scalar", "array", "object", "object"])) if depth else "scalar"
    if kind == "scalar":
        chance = draw(st.integers(0, 39))
        return draw(BROKEN if chance == 39 else ODD if chance > 33 else PLAIN)
    parts = []
    for _ in range(draw(st.integers(0, 3))):
        item = draw(near_json(depth - 1))
        if kind == "object":
            key = draw(BAD_KEYS if draw(st.integers(0, 39)) == 39 else KEYS)
            item = f"{key}{draw(SPACE)}:{draw(SPACE)}{item}"
        parts.append(draw(SPACE) + item)
    inside = ",".join(parts) + draw(SPACE)
    return f"[{inside}]" if kind == "array" else f"{{{inside}}}"


BYTES = st.sampled_from(
    [
        *(
            b'"',
            b",",
            b"]",
            b"}",
            b"[",
            b"0",
            b"-",
            b" ",
            b"\t",
            b"\n",
            b"\x0b",
            b"\xff",
            b"\xef\xbb\xbf",
            b"",
        ),
        *(
            b"\\",
            b"/",
            b"\\/",
            b"\\\\",
            b"\\u0022",
            b"\\u005C",
            b"\\u0020",
            b"\\u000a",
            b"\\ud800",
            b"\\u0000",
        ),
    ]
)


def mutated(draw: st.DrawFn, data: bytes) -> bytes:
    """The data with a byte or two changed, dropped or doubled, or with its end cut off."""
    for _ in range(max(0, draw(st.integers(-3, 2)))):
        at = draw(st.integers(0, len(data)))
        rest = draw(st.sampled_from([data[at + 1 :], data[at:], data[max(at - 1, 0) :], b""]))
        data = data[:at] + draw(BYTES) + rest
    return data


@st.composite
def texts_of_any_kind(draw: st.DrawFn) -> bytes:
    kind = draw(st.integers(0, 3))
    if kind == 0:
        text: str = draw(near_json())
    elif kind == 1:
        text = json.dumps(draw(values()), separators=(",", ":"), ensure_ascii=draw(st.booleans()))
    elif kind == 2:
        text = json.dumps({"events": draw(st.lists(values(5), max_size=3))}, separators=(",", ":"))
    else:
        events = ",".join(draw(st.lists(near_json(2), max_size=4)))
        text = f'{{"events":[{events}],"x":{draw(near_json(1))}}}'
    return mutated(draw, text.encode("utf-8", "surrogatepass"))


def outcome(read: Any) -> tuple[object, ...]:
    """Everything that a reader returns: bytes of the value and each fault, or the error."""
    try:
        document: Parsed = read()
    except PithError as error:
        return ("rejected", error.fault)
    return ("read", canonical_bytes(document.value), document.faults, document.depth, document.nodes)


@given(texts_of_any_kind(), st.sampled_from([DEFAULT_LIMITS, SMALL]), st.sampled_from([None, "events"]))
@example(b'{"a" :1,"a" :2,"x\\":":3}', DEFAULT_LIMITS, None)
@example(b'[-0,"' + b"a" * 25 + b'"]', SMALL, None)
def test_the_tiers_agree(data: bytes, limits: Limits, confine: str | None) -> None:
    fast = _fast(data, limits, limits.depth)
    strict = outcome(lambda: read_strictly(data, limits, limits.depth, confine))
    if fast is not None:
        assert outcome(lambda: fast) == strict
        assert same(fast.value, read_strictly(data, limits, limits.depth, confine).value)
    if len(data) <= limits.size:
        assert outcome(lambda: read_json(data, limits, confine=confine)) == strict


@given(
    values(),
    st.sampled_from([None, 0, 2, 4, "\t"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "\n", "\r\n "]),
)
def test_the_fast_tier_takes_the_usual_spellings(
    value: Value, indent: int | str | None, ascii_only: bool, slashes: bool, end: str
) -> None:
    """Where it takes the compact one: indented or not, all escaped or not, with a line end or not."""
    compact = canonical_bytes([value])
    text = json.dumps([value], indent=indent, ensure_ascii=ascii_only)
    if slashes:
        text = text.replace("/", "\\/")
    data = (text + end).encode()
    if _fast(compact, DEFAULT_LIMITS, 32) is not None and "\\" not in compact.decode():
        fast = _fast(data, DEFAULT_LIMITS, 32)
        assert fast is not None
        assert same(fast.value, [value])


def agree(data: bytes) -> bool:
    """Whether the fast tier took a text, which it may only do as the strict one does."""
    fast = _fast(data, DEFAULT_LIMITS, 32)
    if fast is None:
        return False
    strict = read_strictly(data, DEFAULT_LIMITS, 32, None)
    assert (strict.faults, strict.depth, strict.nodes) == ({}, fast.depth, fast.nodes), data
    assert same(strict.value, fast.value), data
    return True


#: Pieces of texts: of strings, of tokens, and of escapes that may or may not be ones.
IN_STRINGS = ('"', "\\", "/", "u0022", "u005c", "u0041", "u000a", " ", "\t", ",", ":", "n", "é")
IN_TEXTS = (
    '"',
    '"a"',
    "0",
    "1",
    "-",
    ".",
    "e",
    " ",
    "\n",
    "true",
    "t",
    ",",
    ":",
    "[",
    "]",
    "{",
    "}",
    "\\",
    "/",
    "\x0b",
)


@pytest.mark.parametrize(
    ("pieces", "length", "frames"),
    [
        pytest.param(IN_STRINGS, 4, ('["%s"]', '{"%s":1,"b":2}'), id="strings"),
        pytest.param(IN_TEXTS, 3, ("[%s]", '{"a":%s}', '{"a":1%s}'), id="texts"),
        pytest.param(IN_STRINGS, 5, ('["%s"]', '["a%s\\\\"]'), id="longer-strings", marks=pytest.mark.long),
        pytest.param(IN_TEXTS, 4, ("[%s]", '{"a":1%s}', "%s"), id="longer-texts", marks=pytest.mark.slow),
    ],
)
def test_the_tiers_agree_on_all_short_texts(
    pieces: tuple[str, ...], length: int, frames: tuple[str, ...]
) -> None:
    taken = 0
    for chosen in product(pieces, repeat=length):
        inner = "".join(chosen)
        for frame in frames:
            taken += agree((frame % inner).encode())
    assert taken > 20


@given(texts_of_any_kind())
def test_what_is_read_is_in_the_model_and_what_python_reads(data: bytes) -> None:
    document = read_json(data, confine="events") if outcome(lambda: read_json(data))[0] == "read" else None
    if document is not None and not document.faults:
        assert same(document.value, json.loads(data.decode()))
    if document is not None:
        canonical_bytes(document.value)


@given(texts_of_any_kind())
def test_parse_raises_the_first_fault_by_position(data: bytes) -> None:
    try:
        confined = read_json(data, confine="events")
    except PithError:
        return
    if not confined.faults:
        assert same(parse_json(data), confined.value)
        return
    first = min(confined.faults.values(), key=lambda fault: fault.offset or 0)
    assert outcome(lambda: Parsed(parse_json(data), {}, 0, 0)) == ("rejected", first)


# --- CBOR: nothing but what the test kit writes is accepted ----------------------


@st.composite
def near_cbor(draw: st.DrawFn) -> bytes:
    data = bytearray(cbor(draw(values(8))))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(data) - 1))
        data[at : at + draw(st.integers(0, 2))] = draw(
            st.binary(max_size=2)
            | st.sampled_from([b"\x18\x01", b"\xc0", b"\xf9\x7c\x00", b"\xf7", b"\x9f", b"\xff", b"\xa0"])
        )
        if not data:
            break
    return bytes(data)


@given(near_cbor())
def test_accepted_cbor_is_deterministic(data: bytes) -> None:
    try:
        value = parse_cbor(data)
    except PithError:
        return
    assert cbor(value) == data
    canonical_bytes(value)


@given(st.lists(values(5), max_size=5), st.lists(st.integers(0, 4), max_size=3))
def test_a_confined_cbor_fault_affects_its_element_alone(events: list[Value], tampered: list[int]) -> None:
    tampered = sorted({index for index in tampered if index < len(events)})
    parts = [b"\x82" + cbor(event) + b"\xf9\x7c\x00" for event in events]
    plain = [cbor(event) for event in events]
    chosen = [parts[i] if i in tampered else plain[i] for i in range(len(events))]
    data = b"\xa1\x66events" + bytes([0x80 | len(events)]) + b"".join(chosen)
    document = read_cbor(data, confine="events")
    assert list(document.faults) == tampered
    assert {fault.code for fault in document.faults.values()} <= {"number_nonfinite"}
    expected: Value = {"events": [None if i in tampered else event for i, event in enumerate(events)]}
    assert canonical_bytes(document.value) == canonical_bytes(expected)
