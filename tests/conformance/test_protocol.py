"""Lists of expected failures, our worker, shrinking, differential cases, reports, and layers."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from kit.data import REPO
from pithbundle.conformance import differential, mutated, reports
from pithbundle.conformance.digest_operations import DIGEST_OPERATIONS
from pithbundle.conformance.protocol import (
    ExpectedFailure,
    Result,
    Run,
    Status,
    Vector,
    VectorError,
    expected_failure,
    read_expected_failures,
)
from pithbundle.conformance.requests import RequestError
from pithbundle.conformance.runner import load, reader
from pithbundle.conformance.shrink import Case, shrink
from pithbundle.conformance.vectorfiles import read_vectors, requests
from pithbundle.conformance.worker import answer

FOLDER = REPO / "vectors"
PACKAGE = REPO / "src" / "pithbundle" / "conformance"


def no_file(name: str) -> bytes:
    raise AssertionError(name)


def test_expected_failures() -> None:
    listed = read_expected_failures("# known\n\njson/a/b  because  # not this\njson/c/* all of them\n")
    assert listed == [ExpectedFailure("json/a/b", "because"), ExpectedFailure("json/c/*", "all of them")]
    assert expected_failure(listed, "json/c/d") is listed[1]
    assert expected_failure(listed, "json/a/bb") is None
    inner = ExpectedFailure("json/a/*-[x]-*", "brackets are no pattern")
    assert (
        inner.covers("json/a/1-[x]-2")
        and not inner.covers("json/a/1-x-2")
        and not inner.covers("json/a/1-[x]")
    )
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
    output = io.BytesIO()
    serve(given, output)
    first, second = map(json.loads, output.getvalue().splitlines())
    assert first == {"id": 1, "error": {"code": "time", "pointer": None, "offset": None}}
    assert second == {"id": 2, "unsupported": True}


def test_a_pool_event_that_is_not_valid() -> None:
    (request,) = requests(
        next(v for v in load(FOLDER, "merge") if v.id == "merge/accumulated/20"), reader(FOLDER)
    )
    tampered = {**request.args, "policy": None}
    assert answer({"id": 1, "op": "accumulate", "args": tampered})["error"]["code"] == "type"


def test_the_cache_of_the_worker_is_bounded() -> None:
    from pithbundle.conformance import worker

    assert worker._verifier_of.cache_info().maxsize == 16
    assert worker._verifier_of(None).cache_size == 10_000


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


def test_shrinking_removes_what_a_policy_does_not_need() -> None:
    case = Case("merge", (b"a",), b'{"policy_version":"1","keys":[1,2]}')
    smallest = shrink(
        case, lambda c: c.policy is not None and b"keys" in c.policy and c.policy.endswith(b"}")
    )
    assert smallest.policy is not None
    assert b"policy_version" not in smallest.policy


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
    # It could be read, and Python could not write it again.
    case = Case("parse_json", (b"[" * 900 + b"]" * 900,))
    assert shrink(case, lambda c: b"[" in c.inputs[0]).inputs == (b"[",)
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
    assert {case.op for case in first} == {
        "merge", "check", "parse_json", "parse_cbor", "policy", "record", "format",
    }  # fmt: skip
    answers = [json.loads(json.dumps(answer({"id": 1, **_request(case)}))) for case in first]
    # Both kinds occur often: a run of rejections would compare nothing.
    assert 60 < sum("ok" in one for one in answers) < 280


def _request(case: Case) -> dict[str, Any]:
    made = differential.request_of(case)
    return {"op": made.op, "args": made.args}


def test_cases_of_a_bare_corpus() -> None:
    given = differential.Corpus({"canonical_record": {}}, ({"a": "\ud800"},), (None,), (), ())
    assert {case.op for case in differential.cases("x", 200, given)} == {"merge", "check", "record", "format"}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"ok": {"a": 1}}, {"ok": {"a": 1, "b": 2}}, None),
        ({"ok": {"a": 1}}, {"ok": {"a": 2}}, "at /a: 2, where 1 is expected"),
        ({"ok": {}}, {"error": {"code": "x"}}, "accepted and x"),
        ({"error": {"code": "x", "offset": 1}}, {"error": {"code": "x", "offset": 2}}, None),
        ({"error": {"code": "x"}}, {"error": {"code": "y"}}, "x and y"),
        # What is not compared is no agreement.
        ({"unsupported": True}, {"ok": {"a": 1}}, "one of them does not support the operation"),
        ({"unsupported": True}, {"unsupported": True}, "one of them does not support the operation"),
        ({"ok": {"b": 1}}, {"ok": {"b": 1}}, "an answer lacks a"),
        ({"ok": {"a": 1}}, {"ok": {}}, "an answer lacks a"),
        (None, {"ok": {}}, "one of them gave no answer"),
        (None, None, "neither gave an answer"),
    ],
)
def test_disagreement(one: Any, other: Any, expected: str | None) -> None:
    members = ["a"] if expected and "lacks" in expected else []
    assert differential.disagreement(one, other, members) == expected


def test_the_members_that_may_not_be_missing_are_those_of_the_vectors() -> None:
    members = corpus().members
    assert members["parse_json"] == {"canonical", "sha256"}
    assert {"state", "state_sha256", "trace", "verdicts"} <= members["merge"]


def test_cases_need_bundles_with_events() -> None:
    with pytest.raises(VectorError, match="no bundle with events"):
        differential.corpus(load(FOLDER, "json"), reader(FOLDER))
    empty = [v for v in load(FOLDER, "merge") if v.id == "merge/sets/empty"]
    with pytest.raises(VectorError, match="no bundle with events"):
        differential.corpus(empty, reader(FOLDER))


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (Case("merge", (b"{}", b"\xff"), b"{}"), {"ok": {"state": "x"}}),
        (Case("check", (b"{}",)), {"error": {"code": "type", "pointer": "/x"}}),
        (Case("parse_cbor", (b"\xa0",)), {}),
        (Case("parse_json", (b"[" * 900 + b"]" * 900,)), {"error": {"code": "depth"}}),
    ],
)
def test_a_found_case_is_a_vector_file(case: Case, expected: Any) -> None:
    path, data = differential.vector_file(case, "they differ", expected, "found-1")
    (vector,) = read_vectors(data, path)
    (request,) = requests(vector, no_file)
    assert request.args == differential.request_of(case).args
    assert vector.id.startswith(path.removesuffix(".json"))


def test_tampering_is_total() -> None:
    for data in (
        b"",
        b"x",
        b"1",
        b"[]",
        b"{}",
        b'{"a":[1,{"b":2}]}',
        b"\xff",
        b'{"a":"\\ud800"}',
        b"[" * 900 + b"]" * 900,
    ):
        for number in range(60):
            draws = mutated.Draws(str(number))
            mutated.tampered_text(draws, data)
            differential._bundle(draws, {"a": 1}, [{"x": 1}], True)
            for spell in (
                mutated.indented,
                mutated.escaped,
                mutated.with_members_reversed,
                mutated.as_cbor,
            ):
                spell(draws, data)


# Reports.

HOSTILE = "\x1b[31m</script><script>alert(1)</script>\u202e\ufffe\x00\"'&]]>\nverified"


def run_of(results: list[Result]) -> Run:
    """A run of these results, by whatever vectors they are of."""
    return Run(tuple(result.vector for result in results), tuple(results))


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
    return [
        Result(vector, status, HOSTILE, HOSTILE, 0.5, HOSTILE, "1\n2" if status == "failed" else "", HOSTILE)
        for status in words
    ] + [Result(other, "passed")]


def test_summary() -> None:
    found = reports.summary(run_of(results()))
    assert found.exit_status == 1 and found.total["passed"] == 2 and found.requests == 8
    assert list(found.clauses) == ["odd", "DATA-9", "DATA-10", "MERGE-1"]
    assert list(found.stages) == ["json", "merge"]
    assert found.outcome == "not_conforming"
    expected = reports.summary(run_of([results()[0], results()[5], results()[4]]))
    assert (expected.outcome, expected.exit_status) == ("as_expected", 0)
    good = reports.summary(run_of([results()[0], results()[4]]))
    assert (good.outcome, good.exit_status) == ("conforming", 0)
    failed = reports.summary(Run((), tuple(results()), ("x",)))
    assert (failed.outcome, failed.exit_status) == ("run_failed", 3)
    assert failed.faults[0] == "x" and "too many results" in failed.faults[1]
    assert reports.counts_text(found.stages["merge"]) == "1 passed"
    assert reports.counts_text(reports.summary(run_of([])).total) == "nothing"
    value = reports.to_value(HOSTILE, run_of(results()))
    assert json.loads(json.dumps(value))["results"][1]["detail"] == HOSTILE
    assert value["faults"] == []
    assert len(reports.bad(results())) == 4


def test_the_page_contains_no_script_and_no_control() -> None:
    page = reports.to_html(HOSTILE, Run((), tuple(results()), (HOSTILE,)))
    assert "<script" not in page and "\x1b" not in page and "\u202e" not in page and "\x00" not in page
    assert "&lt;script&gt;" in page and "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "Conformance: run failed" in page and "<pre>1\n2</pre>" in page
    assert "Conformance: conforming" in reports.to_html("x", run_of(results()[-1:]))


def test_junit_is_xml() -> None:
    root = ElementTree.fromstring(reports.to_junit(HOSTILE, run_of(results())))
    assert root.tag == "testsuites" and (root.attrib["failures"], root.attrib["errors"]) == ("4", "0")
    suite = root.find("testsuite")
    assert suite is not None and suite.attrib["tests"] == "7" and suite.attrib["skipped"] == "2"
    assert [case.attrib["name"] for case in suite.findall("testcase")] == ["json/<b>/x"] * 7
    assert len(suite.findall("testcase/failure")) == 4 and len(suite.findall("testcase/skipped")) == 2
    broken = ElementTree.fromstring(reports.to_junit("x", Run((), (), (HOSTILE, "y"))))
    assert broken.attrib["errors"] == "2" and len(broken.findall("testsuite/testcase/error")) == 2


# Layers within the folder.


@pytest.mark.parametrize(
    "name",
    ["protocol", "byteforms", "vectorfiles", "answers", "display", "reports", "shrink", "differential"],
)
def test_the_pure_parts_are_pure(name: str) -> None:
    """Only ``process`` starts processes, and ``runner`` reads files; the worker's streams are given to it."""
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
    assert not named & {f"pithbundle.conformance.{name}" for name in ("runner", "process", "pairs")}
    assert not any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open"
        for node in ast.walk(tree)
    )


def test_nothing_in_the_folder_signs() -> None:
    for path in PACKAGE.glob("*.py"):
        assert "SigningKey" not in path.read_text() and "crypto_sign_detached" not in path.read_text()
    assert Path(PACKAGE / "worker.py").is_file()


def test_nothing_to_merge_is_an_error_of_the_merge() -> None:
    reported = answer({"id": 1, "op": "merge", "args": {"inputs": [], "policy": None}})
    assert reported["error"]["code"] == "type"


def test_a_file_that_a_request_lacks_is_a_fault_of_the_request() -> None:
    with pytest.raises(RequestError, match="is missing"):
        DIGEST_OPERATIONS["read_tree"]({"root": "00" * 32, "records": 1, "files": []})
