"""Canonical bytes: the formula for values of the model, an error with a code for everything else."""

from __future__ import annotations

import json
from dataclasses import replace
from enum import IntEnum, StrEnum
from typing import Any

import pytest

from pithbundle.encoding.canonical import (
    canonical_bytes,
    decode,
    digest,
    encode,
    encode_ordered,
    require_model,
    sha256_hex,
    string_excess,
)
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.parsed import MAX_DEPTH, pointer_to
from pithbundle.encoding.values import MAX_INTEGER, Value
from pithbundle.errors import InputError


class Number(IntEnum):
    ONE = 1


class Word(StrEnum):
    ONE = "one"


class Text(str):
    """A subclass may print anything."""

    def __str__(self) -> str:
        return "another text"


def foreign() -> object:
    """An instance whose very type name is foreign code."""

    class Meta(type):
        @property
        def __name__(cls) -> str:  # type: ignore[override]
            raise RuntimeError("foreign code ran")

    return Meta("Foreign", (), {})()


def nested(depth: int) -> Value:
    value: Value = []
    for _ in range(depth - 1):
        value = [value]
    return value


def rejection(value: object, limits: Limits = DEFAULT_LIMITS) -> tuple[str, str | None]:
    with pytest.raises(InputError) as caught:
        canonical_bytes(value, limits)  # type: ignore[arg-type]
    return caught.value.code, caught.value.pointer


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -9007199254740991,
        0.5,
        123456.75,
        "",
        '\x1f\x7f\u2028\U0001f600"\\/\b\f\n\r\t',
        [],
        {},
        {"b": 1, "a": [{}, [], None, False, 1.5], "\u00e9": "\u00e9", "": {"z": 0, "\x7f": 1, "\ud7ff": 2}},
    ],
)
def test_the_formula(value: Value) -> None:
    expected = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert canonical_bytes(value) == expected == encode(value)


def test_order_of_members() -> None:
    value: Value = {"b": {"d": 0, "c": 1}, "a": 2}
    assert canonical_bytes(value) == b'{"a":2,"b":{"c":1,"d":0}}'
    assert encode_ordered(value) == b'{"b":{"d":0,"c":1},"a":2}'


@pytest.mark.parametrize(
    ("value", "code", "pointer"),
    [
        ((1, 2), "type", ""),
        ([b"bytes"], "type", "/0"),
        ({"a": {1, 2}}, "type", "/a"),
        ([Number.ONE], "type", "/0"),
        ([Word.ONE], "type", "/0"),
        ([Text("a")], "type", "/0"),
        ([foreign()], "type", "/0"),
        (foreign, "type", ""),
        ([1, 2j], "type", "/1"),
        ({"a": {1: 2}}, "type", "/a"),
        ({True: 1}, "type", ""),
        ({None: 1}, "type", ""),
        ({float("nan"): 1}, "type", ""),
        ({Text("a"): 1}, "type", ""),
        ({Word.ONE: 1}, "type", ""),
        ({"a": 1, "b": [9007199254740992]}, "number_range", "/b/0"),
        (-9007199254740992, "number_range", ""),
        (10**400, "number_range", ""),
        (1.0, "number_form", ""),
        (-0.0, "number_form", ""),
        (1e16, "number_form", ""),
        (0.00001, "number_form", ""),
        (float("nan"), "number_nonfinite", ""),
        ([float("-inf")], "number_nonfinite", "/0"),
        (["\ud800"], "surrogate", "/0"),
        (["\x00"], "string", "/0"),
        (["\uffff"], "string", "/0"),
        ({"\ud800a/": 1}, "surrogate", "/\ufffda~1"),
        ({"\ue000": 1}, "key", "/\ue000"),
        ({"k" * 257: 1}, "key", "/" + "k" * 257),
        ({"a": [1, {"b": -0.5, "c": ()}], "d": -0.0}, "type", "/a/1/c"),
        ([[], [[1]], "\x00"], "string", "/2"),
    ],
)
def test_rejects(value: object, code: str, pointer: str) -> None:
    assert rejection(value) == (code, pointer)


@pytest.mark.parametrize("value", [object(), {"a": {1: 2}}])
def test_a_value_outside_the_model_names_its_clause_and_what_to_give(value: object) -> None:
    with pytest.raises(InputError) as caught:
        canonical_bytes(value)  # type: ignore[arg-type]
    assert caught.value.clause == "DATA-1"
    assert caught.value.hint.startswith("give a dict with str keys, a list,")


def test_subclasses_of_containers_are_foreign() -> None:
    assert rejection(type("D", (dict,), {})()) == ("type", "")
    assert rejection([type("L", (list,), {})()]) == ("type", "/0")


def test_limits() -> None:
    assert canonical_bytes(nested(64))
    assert rejection(nested(65)) == ("depth", "/0" * 64)
    raised = replace(DEFAULT_LIMITS, bundle_depth=1000)
    assert canonical_bytes(nested(MAX_DEPTH), raised)
    assert rejection(nested(MAX_DEPTH + 1), raised)[0] == "depth"
    assert rejection([1, 2, 3], Limits(nodes=3)) == ("nodes", "/2")
    assert canonical_bytes([1, 2], Limits(nodes=3)) == b"[1,2]"
    assert rejection("aaaa", Limits(string=3)) == ("size", "")
    assert rejection({"aaaa": 1}, Limits(string=3)) == ("size", "/aaaa")
    assert rejection("\n" * 5, Limits(size=8)) == ("size", None)
    assert rejection(["aaaa", "aaaaa"], Limits(size=8)) == ("size", "/1")
    assert rejection({"aaaa": "aaaa", "b": 1}, Limits(size=8)) == ("size", "/b")


def test_cycles_and_shared_parts_end() -> None:
    cycle: list[Any] = []
    cycle.append({"a": cycle})
    assert rejection(cycle)[0] == "depth"
    shared: Value = "a" * 1000
    for _ in range(60):
        shared = [shared, shared]
    assert rejection(shared)[0] == "size"
    shared = []
    for _ in range(60):
        shared = [shared, shared]
    assert rejection(shared)[0] == "nodes"


def test_messages_name_the_type() -> None:
    with pytest.raises(InputError, match="a Python tuple is not a value of the model"):
        canonical_bytes(())  # type: ignore[arg-type]
    with pytest.raises(InputError, match="a Python int is not a member name"):
        canonical_bytes({1: 2})  # type: ignore[dict-item]
    with pytest.raises(InputError, match="an object of a foreign class"):
        require_model(foreign())


def test_the_size_of_a_string_is_in_utf8_bytes() -> None:
    assert string_excess("é" * 10, 20) is None
    assert string_excess("é" * 10, 19) == 20
    assert string_excess("\ud800", 3) is None
    assert string_excess("\ud800", 2) == 3


def test_pointers_can_always_be_reported() -> None:
    assert pointer_to(["a/b", 0, "~", ""]) == "/a~1b/0/~0/"
    assert canonical_bytes(pointer_to(["\ud800", "\x00", "\uffff", "\U0001f600"])).decode() == (
        '"/\ufffd/\ufffd/\ufffd/\U0001f600"'
    )


def test_what_was_encoded_is_decoded_anew_each_time() -> None:
    value: Value = {"b": [1, 2.5, None, True, MAX_INTEGER, {"é": "\x7f\U0001f600"}], "a": {}}
    data = canonical_bytes(value)
    again = decode(data)
    assert encode(again) == data
    assert again == value
    assert decode(data) is not again
    deep = nested(MAX_DEPTH)
    assert decode(encode(deep)) == deep


def test_digests() -> None:
    assert sha256_hex(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest(b"") == bytes.fromhex(sha256_hex(b""))


def test_limits_of_another_type_are_a_type_error() -> None:
    wrong: Any = 5
    with pytest.raises(TypeError, match="limits must be Limits, not int"):
        canonical_bytes(1, wrong)
