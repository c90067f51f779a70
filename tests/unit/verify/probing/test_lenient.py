"""PROBE-2 by experiment: what the lenient reader keeps, what it rejects, and at which cost."""

from __future__ import annotations

import contextlib
import json
import time
from itertools import product
from typing import Any

import pytest

from kit import cbor
from kit.processor import slowness
from pithbundle.encoding.limits import Limits
from pithbundle.errors import InputError
from pithbundle.verify.probing.lenient import Layout, Number, node_of, read_lenient, render, value_at, walk


def written(text: str, **layout: Any) -> str:
    return render(read_lenient(text.encode()), Layout(**layout))


@pytest.mark.parametrize("number", ["1.0", "1e-05", str(2**60), "-0", "1E+2", "0.10", "-1.5e400"])
def test_numbers_keep_their_spelling(number: str) -> None:
    assert read_lenient(number.encode()) == Number(number)
    assert written(f'{{"a":[{number}]}}') == f'{{"a":[{number}]}}'


def test_members_keep_their_order_and_the_last_of_a_name_counts() -> None:
    text = '{"b":1,"a":{"d":2,"c":3},"b":4}'
    assert written(text, in_order=True) == '{"b":4,"a":{"d":2,"c":3}}'
    assert written(text) == '{"a":{"c":3,"d":2},"b":4}'


@pytest.mark.parametrize(
    "value",
    [None, True, False, "", "x", [], {}, [[]], {"a": {}}, {"é": "\x7f\u2028😀", "a": [1, {"b": [None, 2]}]}],
)
def test_it_writes_what_python_writes(value: Any) -> None:
    node = read_lenient(json.dumps(value, indent=1).encode())
    for ascii_only, spaced, in_order, indent in product(
        (False, True), (False, True), (False, True), (0, 2, 4)
    ):
        separators = (", ", ": ") if spaced else (",", ":")
        text = json.dumps(
            value, sort_keys=not in_order, ensure_ascii=ascii_only, indent=indent or None,
            separators=None if indent else separators,
        )  # fmt: skip
        assert render(node, Layout(in_order, ascii_only, spaced and not indent, indent)) == text


def test_lone_surrogates_are_read() -> None:
    assert written('"\\ud800"', ascii_only=True) == '"\\ud800"'


def test_cbor_is_read_as_everywhere() -> None:
    value = {"a": [1, -2, 1.5, "x", None, True], "b": {}}
    assert render(read_lenient(cbor(value))) == json.dumps(value, separators=(",", ":"))
    assert node_of({"a": 1}) == {"a": Number("1")}
    with pytest.raises(InputError):
        read_lenient(b"\xa1\x61a\xf9\x3c\x00")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "syntax"), (b"{", "syntax"), (b"[1", "syntax"), (b"[1,]", "syntax"), (b"{,}", "syntax"),
        (b'{"a"}', "syntax"), (b'{"a":}', "syntax"), (b'{"a":1,}', "syntax"), (b'{"a":1 "b":2}', "syntax"),
        (b"[1]x", "syntax"), (b"01", "syntax"), (b"]", "syntax"), (b":", "syntax"), (b"NaN", "syntax"),
        (b'"\\x"', "syntax"), (b'{"\\x":1}', "syntax"), (b'"\n"', "syntax"), (b'"', "syntax"),
        (b"{1:2}", "syntax"), (b"[1:2]", "syntax"), (b"\xff", "utf8"),
        (b"\xef\xbb\xbf[1]", "bom"), (b"[" * 100, "depth"),
    ],
)  # fmt: skip
def test_what_is_no_json_is_rejected(data: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read_lenient(data)
    assert caught.value.code == code


def test_limits_hold() -> None:
    with pytest.raises(InputError) as caught:
        read_lenient(b"[1,2,3]", Limits(nodes=3))
    assert caught.value.code == "nodes"
    with pytest.raises(InputError) as caught:
        read_lenient(b"[1,2,3]", Limits(size=3))
    assert caught.value.code == "size"


def test_the_worst_inputs_take_linear_time() -> None:
    for data in (
        b'"' + b"a" * 4_000_000,
        b" " * 4_000_000,
        b"[" * 4_000_000,
        b'"\\' * 2_000_000,
        b"1" * 4_000_000,
    ):
        start = time.process_time()
        with contextlib.suppress(InputError):
            read_lenient(data)
        seconds = time.process_time() - start
        assert seconds < 2 or seconds < 2 * slowness()


def test_paths_lead_to_values() -> None:
    node = read_lenient(b'{"a":[{"b":null},7],"c":"x"}')
    assert value_at(node, ("a", 1)) == Number("7")
    assert value_at(node, ("a", 0, "b")) is value_at(node, ("a", 9)) is value_at(node, ("c", "d")) is None
    assert [path for path, _ in walk(node, 2)] == [(), ("a",), ("a", 0), ("a", 1), ("c",)]
