"""Vector files and the compact forms of byte strings: faults are reported with their location."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest

from pithbundle.conformance import byteforms
from pithbundle.conformance.byteforms import MAX_EXPANDED, expand, to_bytes
from pithbundle.conformance.display import shown_vector
from pithbundle.conformance.protocol import VectorError
from pithbundle.conformance.vectorfiles import MAX_DEPTH, check_requests, depth, read_vectors, requests


def no_file(name: str) -> bytes:
    raise AssertionError(name)


def b64(data: bytes) -> str:
    return b64encode(data).decode()


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


ONE = {
    "id": "json/a/b",
    "about": "x",
    "clauses": ["A-1"],
    "op": "parse_json",
    "args": {},
    "expect": {"ok": {}},
}


def whole(**changes: Any) -> bytes:
    """A file of one vector, with other members of the file."""
    frame = {"vectors_version": "1", "stage": "json", "about": "x", "vectors": [ONE]}
    return json.dumps({**frame, **changes}).encode()


def file_of(**changes: Any) -> bytes:
    """A file of one vector, with other members of the vector."""
    return whole(vectors=[{**ONE, **changes}])


def without(name: str) -> bytes:
    return whole(vectors=[{key: value for key, value in ONE.items() if key != name}])


def in_args(form: Any, **more: Any) -> bytes:
    return whole(vectors=[{**ONE, "args": {"data": form}}], **more)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "f.json: Expecting value"),
        (b"\xff", "f.json: 'utf-8' codec"),
        (b"\xef\xbb\xbf{}", "BOM"),
        (b"[" * 100_000, "nests more than 64 levels"),
        (json.dumps(nested(MAX_DEPTH + 1)).encode(), f"f.json: nests more than {MAX_DEPTH} levels"),
        (b'{"a":1,"a":2}', "an object has a member twice: ['a', 'a']"),
        (b"1.0", "1.0 is not an integer"),
        (b"1e400", "1e400 is not an integer"),
        (b"NaN", "NaN is not an integer"),
        (b"9007199254740992", "an integer beyond 9007199254740991"),
        (b"-9007199254740992", "an integer beyond"),
        (b"1" * 5_000, "an integer beyond"),
        (b"[]", 'f.json: vectors_version must be "1"'),
        (b"{}", "vectors_version"),
        (whole(vectors_version="2"), "vectors_version"),
        (whole(vectors_version=1), "vectors_version"),
        (whole(stage="moon"), "f.json: /stage must be one of cbor, "),
        (whole(stage=[]), "f.json: /stage must be one of"),
        (whole(vectors={}), "f.json: /vectors must be an array of at least 1 items"),
        (whole(vectors=[]), "f.json: /vectors must be an array of at least 1 items"),
        (whole(parts=[]), "f.json: /parts must be an object"),
        (whole(about=""), "f.json: /about must be a string that is not empty"),
        (whole(more=1), "f.json: the top level has the unknown member 'more'"),
        (whole(vectors=[1]), "f.json: /vectors/0 must be an object"),
        (whole(vectors=[ONE, {**ONE, "id": "json/a/c", "more": 1}]), "/vectors/1 has the unknown member"),
        *((without(name), f"f.json: /vectors/0 has no member '{name}'") for name in ONE),
        (file_of(id=1), "/vectors/0/id must be a string of the form"),
        (file_of(id="json/a"), "/vectors/0/id must be a string of the form"),
        (file_of(id="json/a/b c"), "/vectors/0/id must be a string of the form"),
        (file_of(id="json/a/b\n"), "/vectors/0/id must be a string of the form"),
        (file_of(id="cbor/a/b"), "/vectors/0/id must begin with the stage, json/"),
        (file_of(about=None), "/vectors/0/about must be a string"),
        (file_of(op="moon"), "/vectors/0/op must be one of"),
        (file_of(op=[]), "/vectors/0/op must be one of"),
        (file_of(args=[]), "/vectors/0/args must be an object"),
        (file_of(args=1), "/vectors/0/args must be an object"),
        (file_of(expect={}), "/vectors/0/expect must have one member, ok or error"),
        (file_of(expect={"ok": {}, "error": {"code": "type"}}), "/vectors/0/expect must have one member"),
        (file_of(expect={"ok": []}), "/vectors/0/expect/ok must be an object"),
        (file_of(expect=[]), "/vectors/0/expect must be an object"),
        (file_of(expect={"error": {}}), "/vectors/0/expect/error has no member 'code'"),
        (file_of(expect={"error": {"code": "moon"}}), "/vectors/0/expect/error/code must be one of"),
        (file_of(expect={"error": {"code": 1}}), "/vectors/0/expect/error/code must be one of"),
        (file_of(expect={"error": "type"}), "/vectors/0/expect/error must be an object"),
        (file_of(expect={"error": {"code": "type", "where": 1}}), "/error has the unknown member 'where'"),
        (file_of(expect={"error": {"code": "type", "pointer": 1}}), "/error/pointer must be a JSON pointer"),
        (file_of(expect={"error": {"code": "type", "offset": -1}}), "/error/offset must be an integer"),
        (file_of(expect={"error": {"code": "type", "offset": True}}), "/error/offset must be an integer"),
        (file_of(clauses="A-1"), "/vectors/0/clauses must be an array"),
        (file_of(clauses=[]), "/vectors/0/clauses must be an array of at least 1 items"),
        (file_of(clauses=[1]), "/vectors/0/clauses/0 must be a string of the form"),
        (file_of(clauses=["A-1", "A-1"]), "/vectors/0/clauses names a clause twice"),
        (file_of(control=1), "/vectors/0/control must be a string of the form"),
        (file_of(variants={}), "/vectors/0/variants must be an array"),
        (file_of(variants=[1]), "/vectors/0/variants/0 must be an object"),
        (file_of(variants=[{}]), "/vectors/0/variants/0 has no member 'name'"),
        (file_of(variants=[{"name": ""}]), "/vectors/0/variants/0/name must be a string"),
        (file_of(variants=[{"name": "x", "args": []}]), "/vectors/0/variants/0/args must be an object"),
        (file_of(variants=[{"name": "x", "expect": {}}]), "/vectors/0/variants/0/expect has no member 'ok'"),
        (file_of(variants=[{"name": "x", "expect": {"ok": 1}}]), "/variants/0/expect/ok must be an object"),
        (file_of(variants=[{"name": "x"}, {"name": "x"}]), "/variants has two variants of one name"),
        (
            file_of(expect={"error": {"code": "type"}}, variants=[{"name": "x", "expect": {"ok": {}}}]),
            "/vectors/0/variants/0 has the unknown member 'expect'",
        ),
        # Byte strings, wherever they are.
        (in_args({"$moon": 1}), "/vectors/0/args/data must be an object with one member, one of $base64"),
        (in_args({"$text": "a", "$hex": ""}), "/vectors/0/args/data must be an object with one member"),
        (in_args({"$text": "a", "x": ""}), "/vectors/0/args/data must be an object with one member"),
        (in_args({"$text": 1}), "/args/data/$text must be a string without lone surrogates"),
        (in_args({"$text": "\ud800"}), "/args/data/$text must be a string without lone surrogates"),
        (in_args({"$hex": "0"}), "/args/data/$hex must be pairs of lower-case hex digits"),
        (in_args({"$hex": "AA"}), "/args/data/$hex must be pairs of lower-case hex digits"),
        (in_args({"$hex": 1}), "/args/data/$hex must be pairs"),
        (in_args({"$base64": "A"}), "/args/data/$base64 must be padded standard base64"),
        (in_args({"$base64": "AB=="}), "/args/data/$base64 must be padded standard base64"),
        (in_args({"$base64": "\u00e9"}), "/args/data/$base64 must be padded standard base64"),
        (in_args({"$base64": 1}), "/args/data/$base64 must be padded standard base64"),
        (in_args({"$part": "q"}), "/args/data/$part must be the name of a part of this file"),
        (in_args({"$part": []}), "/args/data/$part must be the name of a part of this file"),
        (in_args({"$concat": 1}), "/args/data/$concat must be an array of byte strings"),
        (in_args({"$concat": [1]}), "/args/data/$concat/0 must be an object with one member"),
        (in_args({"$repeat": [{"$text": "a"}]}), "/args/data/$repeat must be an array of a byte string and"),
        (in_args({"$repeat": [{"$text": "a"}, "x"]}), "/args/data/$repeat/1 must be an integer from 0 to"),
        (in_args({"$repeat": [{"$text": "a"}, True]}), "/args/data/$repeat/1 must be an integer from 0 to"),
        (in_args({"$repeat": [{"$text": "a"}, -1]}), "/args/data/$repeat/1 must be an integer from 0 to"),
        (in_args({"$repeat": [{"$text": ""}, 1 << 40]}), "/args/data/$repeat/1 must be an integer from 0"),
        (in_args({"$repeat": [{"$text": "aa"}, MAX_EXPANDED]}), "/args/data expands to more than"),
        (in_args({"$file": 1}), "/args/data/$file must be the path of a file"),
        (in_args({"$bundle": []}), "/args/data/$bundle must be an array of names of parts"),
        (in_args({"$bundle": "p"}), "/args/data/$bundle must be an array of names of parts"),
        (in_args({"$bundle": ["q"]}), "/args/data/$bundle/0 must be the name of a part"),
        (in_args({"$sha256": "0" * 64}), "/args/data must be an object with one member"),
        (file_of(expect={"ok": {"a": {"$sha256": "00"}}}), "/expect/ok/a/$sha256 must be a SHA-256 digest"),
        (file_of(expect={"ok": {"a": {"$sha256": 1}}}), "/expect/ok/a/$sha256 must be a SHA-256 digest"),
        (file_of(expect={"ok": {"a": [{"$hex": "0"}]}}), "/expect/ok/a/0/$hex must be pairs"),
        (file_of(variants=[{"name": "x", "args": {"a": {"$hex": "0"}}}]), "/variants/0/args/a/$hex must be"),
        (whole(parts={"p": {"$hex": "0"}}), "f.json: /parts/p/$hex must be pairs"),
        (whole(parts={"p": 1}), "f.json: /parts/p must be an object with one member"),
        (whole(parts={"p": {"$part": "p"}}), "nests more than 16 forms, or refers to itself"),
        (
            in_args([{"$repeat": [{"$text": "a"}, 60 << 20]}, {"$repeat": [{"$text": "a"}, 60 << 20]}]),
            "f.json: /vectors/0/args/data expands to more than 67108864 bytes",
        ),
    ],
)  # fmt: skip
def test_a_wrong_vector_file_is_rejected_with_its_location(data: bytes, message: str) -> None:
    with pytest.raises(VectorError) as error:
        read_vectors(data, "f.json")
    assert message in error.value.fault.detail
    assert error.value.fault.detail.startswith("f.json: ")


def test_parts_that_multiply_cost_a_message_and_not_the_time() -> None:
    """Each part is a hundred of the one before: ten levels would be 10^20 forms."""
    parts: dict[str, Any] = {"p0": {"$text": ""}}
    for level in range(1, 11):
        parts[f"p{level}"] = {"$concat": [{"$part": f"p{level - 1}"}] * 100}
    with pytest.raises(VectorError, match="more than 100000 forms"):
        read_vectors(whole(parts=parts), "f.json")


def test_the_limits_themselves_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(byteforms, "MAX_EXPANDED", 10)
    form = {"$repeat": [{"$text": "ab"}, 5]}
    assert to_bytes(form, {}, no_file) == b"ab" * 5
    with pytest.raises(VectorError, match="more than 10 bytes"):
        to_bytes({"$concat": [form, {"$text": "x"}]}, {}, no_file)
    with pytest.raises(VectorError, match="more than 10 bytes"):
        to_bytes({"$file": "f"}, {}, lambda name: b"x" * 11)
    monkeypatch.setattr(byteforms, "MAX_FORMS", 3)
    assert to_bytes({"$concat": [{"$text": "a"}] * 2}, {}, no_file) == b"aa"
    with pytest.raises(VectorError, match="more than 3 forms"):
        to_bytes({"$concat": [{"$text": "a"}] * 3}, {}, no_file)


def test_levels_of_forms() -> None:
    form: Any = {"$text": "a"}
    for _ in range(16):
        form = {"$concat": [form]}
    assert to_bytes(form, {}, no_file) == b"a"
    with pytest.raises(VectorError, match="nests more than 16 forms"):
        to_bytes({"$concat": [form]}, {}, no_file)
    assert depth(nested(MAX_DEPTH)) == MAX_DEPTH


def test_a_valid_file() -> None:
    more = {"control": "json/a/c", "variants": [{"name": "v"}]}
    (vector,) = read_vectors(file_of(**more), "f.json")
    assert (vector.id, vector.control, vector.where) == ("json/a/b", "json/a/c", "f.json: /vectors/0")
    (rejected,) = read_vectors(
        file_of(expect={"error": {"code": "type", "pointer": "/a", "offset": 0}}), "f.json"
    )
    assert rejected.expect == {"error": {"code": "type", "pointer": "/a", "offset": 0}}


def test_requests_of_variants() -> None:
    (vector,) = read_vectors(
        file_of(
            args={"data": {"$text": "1"}, "x": 1},
            expect={"ok": {"a": {"$text": "A"}, "b": 2}},
            variants=[
                {"name": "v", "args": {"data": {"$hex": "00"}}, "expect": {"ok": {"b": 3}}},
                {"name": "w"},
            ],
        ),
        "x",
    )
    first, second, third = requests(vector, no_file)
    assert (first.args, first.expect) == ({"data": b64(b"1"), "x": 1}, {"ok": {"a": b64(b"A"), "b": 2}})
    assert (second.name, second.args, second.expect) == (
        "v",
        {"data": b64(b"\0"), "x": 1},
        {"ok": {"a": b64(b"A"), "b": 3}},
    )
    assert third.expect == first.expect and vector.requests == 3
    assert json.loads(first.line(7)) == {"id": 7, "op": "parse_json", "args": first.args}
    (rejected,) = read_vectors(file_of(expect={"error": {"code": "type"}}, variants=[{"name": "v"}]), "x")
    assert [each.expect for each in requests(rejected, no_file)] == [{"error": {"code": "type"}}] * 2


def test_requests_are_checked_with_the_files_that_they_name() -> None:
    def read(name: str) -> bytes:
        if name == "absent":
            raise VectorError("type", "names a file that is not there")
        return b"x" * (40 << 20)

    (vector,) = read_vectors(
        file_of(args={"a": {"$file": "f"}}, variants=[{"name": "v", "args": {"b": {"$file": "f"}}}]), "f.json"
    )
    with pytest.raises(VectorError, match=r"f\.json: /vectors/0/variants/0/args expands to more than"):
        check_requests([vector], read)
    (vector,) = read_vectors(file_of(expect={"ok": {"a": {"$file": "absent"}}}), "f.json")
    with pytest.raises(VectorError, match=r"f.json: /vectors/0/expect/ok/a/\$file names a file that is not"):
        check_requests([vector], read)
    (vector,) = read_vectors(file_of(args={"a": {"$file": "f"}}), "f.json")
    check_requests([vector], read)


@pytest.mark.parametrize(
    ("form", "made"),
    [
        ({"$text": "\u00e9"}, "\u00e9".encode()),
        ({"$hex": "00ff"}, b"\x00\xff"),
        ({"$base64": "AP8="}, b"\x00\xff"),
        ({"$part": "p"}, b"P"),
        ({"$file": "f"}, b"f!"),
        ({"$concat": [{"$text": "a"}, {"$part": "p"}]}, b"aP"),
        ({"$repeat": [{"$text": "ab"}, 3]}, b"ababab"),
        ({"$repeat": [{"$text": "ab"}, 0]}, b""),
        ({"$bundle": ["p"]}, b"P]}"),
        ({"$bundle": ["p", "p", "p"]}, b"PP,P]}"),
        ({"$concat": []}, b""),
    ],
)
def test_forms(form: dict[str, Any], made: bytes) -> None:
    def read(name: str) -> bytes:
        return name.encode() + b"!"

    parts = {"p": {"$text": "P"}}
    assert to_bytes(form, parts, read) == made
    assert byteforms.Measure("", parts, read).form(form, ()) == len(made)


def test_forms_anywhere() -> None:
    digest = {"$sha256": "00" * 32}
    assert expand({"a": [{"$text": "x"}, 1, None], "b": {"c": digest}}, {}, no_file) == {
        "a": ["eA==", 1, None],
        "b": {"c": digest},
    }
    with pytest.raises(VectorError):
        expand({"a": {"$text": 1}}, {}, no_file)


def test_a_vector_is_shown_decoded() -> None:
    (vector,) = read_vectors(
        file_of(
            control="json/a/c",
            args={"inputs": [{"$text": "\u00e9"}, {"$hex": "ff"}], "policy": None},
            expect={"ok": {"n": [1], "d": {"$sha256": "00" * 32}}},
            variants=[{"name": "v", "args": {"policy": {"$text": "p"}}}],
        ),
        "f.json",
    )
    shown = shown_vector(vector, no_file)
    assert (shown["id"], shown["control"], shown["op"]) == ("json/a/b", "json/a/c", "parse_json")
    first, second = shown["requests"]
    assert first["request"] == {
        "id": 1,
        "op": "parse_json",
        "args": {"inputs": ["w6k=", "/w=="], "policy": None},
    }
    assert first["decoded"] == {
        "args": {"inputs": [{"bytes": 2, "text": "\u00e9"}, {"bytes": 1, "hex": "ff"}], "policy": None},
        "expect": {"ok": {"n": [1], "d": {"$sha256": "00" * 32}}},
    }
    assert (second["variant"], second["request"]["args"]["policy"]) == ("v", "cA==")
    assert second["decoded"] == {"args": {"policy": {"bytes": 1, "text": "p"}}, "expect": {"ok": {}}}
