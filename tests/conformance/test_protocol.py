"""The format of vectors and the judgement of answers; shrinking; differential cases; reports."""

from __future__ import annotations

import ast
import json
from base64 import b64encode
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from pithbundle.conformance import differential, reports
from pithbundle.conformance.protocol import (
    ExpectedFailure,
    Result,
    Status,
    Vector,
    VectorError,
    difference,
    expand,
    expected_failure,
    judge,
    read_expected_failures,
    read_vectors,
    requests,
    to_bytes,
)
from pithbundle.conformance.runner import load, reader
from pithbundle.conformance.shrink import Case, shrink
from pithbundle.conformance.worker import answer
from shared_data import REPO

FOLDER = REPO / "vectors"
PACKAGE = REPO / "src" / "pithbundle" / "conformance"


def no_file(name: str) -> bytes:
    raise AssertionError(name)


def b64(data: bytes) -> str:
    return b64encode(data).decode()


def file_of(**changes: Any) -> bytes:
    one = {
        "id": "json/a/b",
        "about": "x",
        "clauses": ["A-1"],
        "op": "parse_json",
        "args": {},
        "expect": {"ok": {}},
    }
    return json.dumps(
        {"vectors_version": "1", "stage": "json", "about": "x", "vectors": [{**one, **changes}]}
    ).encode()


# Files.


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"vectors_version":"2"}',
        b'{"vectors_version":"1","stage":"moon","vectors":[]}',
        b'{"vectors_version":"1","stage":"json","vectors":{}}',
        b'{"vectors_version":"1","stage":"json","vectors":[],"parts":[]}',
        b'{"vectors_version":"1","stage":"json","vectors":[1]}',
        file_of(id=1),
        file_of(about=None),
        file_of(op="moon"),
        file_of(args=[]),
        file_of(expect={}),
        file_of(expect={"ok": {}, "error": {}}),
        file_of(expect={"ok": []}),
        file_of(clauses="A-1"),
        file_of(clauses=[1]),
        file_of(clauses=None),
        file_of(control=1),
        file_of(variants={}),
        file_of(variants=[1]),
        file_of(variants=[{}]),
        file_of(variants=[{"name": "x", "args": []}]),
        file_of(variants=[{"name": "x", "expect": {}}]),
        file_of(expect=[]),
    ],
)
def test_what_is_no_vector_file(data: bytes) -> None:
    with pytest.raises(VectorError):
        read_vectors(data, "x")


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
    (refused,) = read_vectors(file_of(expect={"error": {"code": "x"}}, variants=[{"name": "v"}]), "x")
    assert [each.expect for each in requests(refused, no_file)] == [{"error": {"code": "x"}}] * 2


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
        ({"$bundle": ["p"]}, b"P]}"),
        ({"$bundle": ["p", "p", "p"]}, b"PP,P]}"),
        ({"$concat": []}, b""),
    ],
)
def test_forms(form: dict[str, Any], made: bytes) -> None:
    assert to_bytes(form, {"p": {"$text": "P"}}, lambda name: name.encode() + b"!") == made


@pytest.mark.parametrize(
    "form",
    [
        1,
        {},
        {"$text": "a", "$hex": ""},
        {"$moon": 1},
        {"$hex": "0"},
        {"$hex": 1},
        {"$base64": "A"},
        {"$part": "q"},
        {"$part": []},
        {"$concat": 1},
        {"$concat": [1]},
        {"$repeat": [{"$text": "a"}]},
        {"$repeat": [{"$text": "a"}, "x"]},
        {"$repeat": [{"$text": "aa"}, 1 << 40]},
        {"$bundle": []},
        {"$part": "loop"},
        {"$text": "\ud800"},
        {"$concat": [{"$repeat": [{"$text": "a"}, 60 << 20]}] * 2},
    ],
)
def test_what_is_no_form(form: Any) -> None:
    with pytest.raises(VectorError):
        to_bytes(form, {"loop": {"$part": "loop"}}, no_file)


def test_forms_anywhere() -> None:
    assert expand({"a": [{"$text": "x"}, 1, None], "b": {"c": {"$sha256": "00"}}}, {}, no_file) == {
        "a": ["eA==", 1, None],
        "b": {"c": {"$sha256": "00"}},
    }


# Judgement.


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        (1, 1, True),
        (1, True, False),
        (1, 1.0, False),
        (0, False, False),
        (None, None, True),
        (None, False, False),
        ("a", "a", True),
        ("a", "b", False),
        ([], {}, False),
        ([1], [1], True),
        ([1, 2], [1], False),
        ([1], [1, 2], False),
        ([1, 2], [2, 1], False),
        ({"a": 1}, {"a": 1}, True),
        ({"a": 1}, {}, False),
        ({}, {"a": 1}, False),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, False),
        ("x" * 90, "x" * 91, False),
        (b64(b"text" * 30), b64(b"text" * 29 + b"tXxt"), False),
        ({"$sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}, "", True),
        ({"$sha256": "00"}, "", False),
        ({"$sha256": "00"}, 1, False),
        ({"$sha256": "00"}, "x", False),
        ("x" * 200, 1, False),
        ([0] * 99, None, False),
        ("y" * 80 + "z", "y" * 80, False),
    ],
)
def test_difference(wanted: Any, found: Any, same: bool) -> None:
    told = difference(wanted, found)
    assert (told is None) is same
    assert told is None or len(told) < 500


@pytest.mark.parametrize(
    ("expect", "said", "passes"),
    [
        ({"ok": {"a": 1}}, {"ok": {"a": 1, "more": 2}}, True),
        ({"ok": {"a": 1}}, {"ok": {"a": 2}}, False),
        ({"ok": {"a": 1}}, {"ok": {}}, False),
        ({"ok": {"a": 1}}, {"ok": []}, False),
        ({"ok": {}}, {"error": {"code": "x"}}, False),
        ({"ok": {}}, {"error": 1}, False),
        ({"error": {"code": "x"}}, {"error": {"code": "x"}}, True),
        ({"error": {"code": "x"}}, {"error": {"code": "y"}}, False),
        ({"error": {"code": "x"}}, {"ok": {}}, False),
        ({"error": {"code": "x"}}, {"error": "x"}, False),
        ({"error": {"code": "x", "offset": 3}}, {"error": {"code": "x"}}, True),
        ({"error": {"code": "x", "offset": 3}}, {"error": {"code": "x", "offset": None}}, True),
        ({"error": {"code": "x", "offset": 3}}, {"error": {"code": "x", "offset": 3, "pointer": "/a"}}, True),
        ({"error": {"code": "x", "offset": 3}}, {"error": {"code": "x", "offset": 4}}, False),
        ({"error": {"code": "x", "offset": 1}}, {"error": {"code": "x", "offset": True}}, False),
        ({"error": {"code": "x", "pointer": "/a"}}, {"error": {"code": "x", "pointer": "/b"}}, False),
    ],
)
def test_judge(expect: Any, said: Any, passes: bool) -> None:
    assert (judge(expect, said) is None) is passes


def test_expected_failures() -> None:
    listed = read_expected_failures("# known\n\njson/a/b  because  # not this\njson/c/* all of them\n")
    assert listed == [ExpectedFailure("json/a/b", "because"), ExpectedFailure("json/c/*", "all of them")]
    assert expected_failure(listed, "json/c/d") is listed[1]
    assert expected_failure(listed, "json/a/bb") is None
    with pytest.raises(VectorError, match="line 2"):
        read_expected_failures("json/a/b x\njson/a/c\n")


# Our worker.


def test_an_unknown_operation_is_unsupported() -> None:
    assert answer({"id": 3, "op": "moon", "args": {}}) == {"id": 3, "unsupported": True}
    assert answer({"id": 3, "op": "hello", "args": {}})["ok"]["protocol"] == "1"


def test_serve_is_one_line_for_one_line() -> None:
    import io

    from pithbundle.conformance.worker import serve

    given = io.BytesIO(b'{"id":1,"op":"time","args":{"text":"x"}}\n{"id":2,"op":"moon","args":{}}\n')
    said = io.BytesIO()
    serve(given, said)
    first, second = map(json.loads, said.getvalue().splitlines())
    assert first == {"id": 1, "error": {"code": "time", "pointer": None, "offset": None}}
    assert second == {"id": 2, "unsupported": True}


def test_a_pool_event_that_is_not_valid() -> None:
    (request,) = requests(
        next(v for v in load(FOLDER, "merge") if v.id == "merge/accumulated/20"), reader(FOLDER)
    )
    spoilt = {**request.args, "policy": None}
    assert answer({"id": 1, "op": "accumulate", "args": spoilt})["error"]["code"] == "type"


def test_the_cache_of_the_worker_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from pithbundle.conformance import worker

    monkeypatch.setattr(worker, "_CACHE_SIZE", -1)
    worker._cache[b"", b"", b""] = True
    vector = next(v for v in load(FOLDER, "check") if v.id == "check/faults/base")
    (request,) = requests(vector, reader(FOLDER))
    assert judge(request.expect, answer({"id": 1, "op": request.op, "args": request.args})) is None
    assert (b"", b"", b"") not in worker._cache


# Shrinking.


def test_shrinking_finds_the_one_event() -> None:
    events = [{"n": n, "more": ["x"] * 5} for n in range(40)]
    data = json.dumps({"pad": "p" * 500, "events": events}).encode()
    asked = 0

    def disagrees(case: Case) -> bool:
        nonlocal asked
        asked += 1
        return any(b'"n":23' in each.replace(b" ", b"") for each in case.inputs)

    smallest = shrink(Case("merge", (b"{}", data, b"[]"), b"policy"), disagrees)
    assert smallest.inputs == (b'"n":23',)
    assert smallest.policy is None
    assert asked < 2_000


def test_shrinking_keeps_what_is_needed() -> None:
    case = Case("merge", (b'{"events":[1,2]}', b"ab"), b"p")
    smallest = shrink(
        case,
        lambda c: len(c.inputs) == 2 and c.policy == b"p" and b"2" in c.inputs[0] and b"a" in c.inputs[1],
    )
    assert smallest == Case("merge", (b"2", b"a"), b"p")


def test_shrinking_gives_up_after_its_budget() -> None:
    case = Case("parse_json", (b"x" * 5_000,))
    assert shrink(case, lambda _: False, budget=10) == case
    assert shrink(case, lambda _: True, budget=0) == case


def test_shrinking_never_grows() -> None:
    # Written again with escapes the rest of this text is longer than all of it.
    case = Case("parse_json", (('["' + "\u4e00" * 50 + '",1]').encode(),))
    assert shrink(case, lambda c: b"\xe4" in c.inputs[0]).inputs == (b"\xe4",)


def test_shrinking_deep_and_large() -> None:
    value: Any = [1]
    for _ in range(20):
        value = {"a": value}
    case = Case("parse_json", (json.dumps(value).encode() + b" " * 3_000,))
    assert shrink(case, lambda c: b"1" in c.inputs[0]).inputs == (b"1",)
    case = Case("parse_json", (b"[" * 100_000,))
    assert shrink(case, lambda c: len(c.inputs[0]) > 99_000, budget=300).size > 99_000


# Differential cases.


def corpus() -> differential.Corpus:
    return differential.corpus(load(FOLDER), reader(FOLDER))


def test_cases_hang_on_the_seed_alone() -> None:
    given = corpus()
    assert len(given.events) > 300
    first = list(differential.cases("a", 300, given))
    assert first == list(differential.cases("a", 300, given))
    assert first != list(differential.cases("b", 300, given))
    assert {case.op for case in first} == {"merge", "check", "parse_json", "parse_cbor", "policy", "record"}
    words = [json.loads(json.dumps(answer({"id": 1, **_request(case)}))) for case in first]
    # Both kinds occur often: a run of refusals would compare nothing.
    assert 60 < sum("ok" in said for said in words) < 280


def _request(case: Case) -> dict[str, Any]:
    made = differential.request_of(case)
    return {"op": made.op, "args": made.args}


def test_cases_of_a_bare_corpus() -> None:
    given = differential.Corpus({"canonical_record": {}}, ({"a": "\ud800"},), (None,), (), ())
    assert {case.op for case in differential.cases("x", 200, given)} == {"merge", "check", "record"}


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ({"ok": {"a": 1}}, {"ok": {"a": 1, "b": 2}}, True),
        ({"ok": {"a": 1}}, {"ok": {"a": 2}}, False),
        ({"ok": {}}, {"error": {"code": "x"}}, False),
        ({"error": {"code": "x", "offset": 1}}, {"error": {"code": "x", "offset": 2}}, True),
        ({"error": {"code": "x"}}, {"error": {"code": "y"}}, False),
        ({"unsupported": True}, {"ok": {}}, True),
        (None, {"ok": {}}, False),
        (None, None, False),
    ],
)
def test_disagreement(one: Any, other: Any, agree: bool) -> None:
    assert (differential.disagreement(one, other) is None) is agree


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (Case("merge", (b"{}", b"\xff"), b"{}"), {"ok": {"state": "x"}}),
        (Case("check", (b"{}",)), {"error": {"code": "type", "pointer": "/x"}}),
        (Case("parse_cbor", (b"\xa0",)), {}),
    ],
)
def test_a_found_case_is_a_vector_file(case: Case, said: Any) -> None:
    path, data = differential.vector_file(case, "they differ", said, "found-1")
    (vector,) = read_vectors(data, path)
    (request,) = requests(vector, no_file)
    assert request.args == differential.request_of(case).args
    assert vector.id.startswith(path.removesuffix(".json"))


def test_spoiling_is_total() -> None:
    for data in (b"", b"x", b"1", b"[]", b"{}", b'{"a":[1,{"b":2}]}', b"\xff", b'{"a":"\\ud800"}'):
        for number in range(60):
            draws = differential.Draws(str(number))
            differential._spoilt_text(draws, data)
            differential._bundle(draws, {"a": 1}, [{"x": 1}], True)
            for spell in (
                differential._indented,
                differential._escaped,
                differential._reversed,
                differential._as_cbor,
            ):
                spell(draws, data)


# Reports.

HOSTILE = "\x1b[31m</script><script>alert(1)</script>\u202e\ufffe\x00\"'&]]>\nverified"


def results() -> list[Result]:
    vector = Vector(
        "json",
        "json/<b>/x",
        HOSTILE,
        ("DATA-10", "DATA-9", "odd"),
        "parse_json",
        {},
        {"ok": {}},
        None,
        (),
        {},
    )
    other = Vector("merge", "merge/a/y", "plain", ("MERGE-1",), "merge", {}, {"ok": {}}, None, (), {})
    words: list[Status] = ["passed", "failed", "crash", "timeout", "unsupported", "xfailed", "xpassed"]
    return [Result(vector, word, HOSTILE, HOSTILE, 0.5, HOSTILE) for word in words] + [
        Result(other, "passed")
    ]


def test_summary() -> None:
    found = reports.summary(results())
    assert found.exit_status == 1 and found.total["passed"] == 2 and found.requests == 8
    assert list(found.clauses) == ["odd", "DATA-9", "DATA-10", "MERGE-1"]
    assert list(found.stages) == ["json", "merge"]
    assert reports.summary([results()[0], results()[5], results()[4]]).exit_status == 0
    assert reports.words(found.stages["merge"]) == "1 passed"
    assert reports.words(reports.summary([]).total) == "nothing"
    value = reports.to_value(HOSTILE, results())
    assert json.loads(json.dumps(value))["results"][1]["detail"] == HOSTILE
    assert len(reports.bad(results())) == 4


def test_the_page_holds_no_script_and_no_control() -> None:
    page = reports.to_html(HOSTILE, results())
    assert "<script" not in page and "\x1b" not in page and "\u202e" not in page and "\x00" not in page
    assert "&lt;script&gt;" in page and "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "not conforming" in page
    assert "all as expected" in reports.to_html("x", results()[-1:])


def test_junit_is_xml() -> None:
    root = ElementTree.fromstring(reports.to_junit(HOSTILE, results()))
    assert root.tag == "testsuites" and root.attrib["failures"] == "4"
    suite = root.find("testsuite")
    assert suite is not None and suite.attrib["tests"] == "7" and suite.attrib["skipped"] == "2"
    assert [case.attrib["name"] for case in suite.findall("testcase")] == ["json/<b>/x"] * 7
    assert len(suite.findall("testcase/failure")) == 4 and len(suite.findall("testcase/skipped")) == 2


# Layers within the folder.


@pytest.mark.parametrize("name", ["protocol", "reports", "shrink", "differential"])
def test_the_pure_parts_are_pure(name: str) -> None:
    """Only the runner starts processes and reads files; the worker's streams are given to it."""
    tree = ast.parse((PACKAGE / f"{name}.py").read_bytes())
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    imported |= {
        (node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    }
    assert not imported & {
        "os",
        "sys",
        "subprocess",
        "pathlib",
        "time",
        "random",
        "threading",
        "io",
        "socket",
    }
    named = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert "pithbundle.conformance.runner" not in named
    assert not any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open"
        for node in ast.walk(tree)
    )


def test_nothing_in_the_folder_signs() -> None:
    for path in PACKAGE.glob("*.py"):
        assert "SigningKey" not in path.read_text() and "crypto_sign_detached" not in path.read_text()
    assert Path(PACKAGE / "worker.py").is_file()
