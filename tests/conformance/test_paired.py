"""Two workers on the same cases: what stops early, or compares nothing, is no agreement."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from kit.data import REPO
from pithbundle.conformance import paired
from pithbundle.conformance.paired import Comparison, Disagreement, as_vector, compare
from pithbundle.conformance.runner import SELF, command_of
from pithbundle.conformance.shrink import Case
from pithbundle.conformance.vectorfiles import read_vectors

BROKEN = str(Path(__file__).with_name("broken_worker.py"))
OURS = command_of(SELF, str.split)
CASES = [Case("parse_json", (b"[1,2]",)), Case("parse_json", (b"[x",)), Case("parse_json", (b'{"a":[1]}',))]
MEMBERS = {"parse_json": frozenset({"canonical", "sha256"})}


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(REPO / "src"))


def worker(how: str, when: int = 1) -> list[str]:
    return [sys.executable, BROKEN, how, str(when)]


def compared(
    one: Sequence[str],
    other: Sequence[str],
    cases: Sequence[Case] = CASES,
    count: int = 3,
    timeout: float = 30.0,
) -> Comparison:
    return compare([one, other], iter(cases), count, timeout=timeout, members=MEMBERS)


def test_two_that_agree() -> None:
    seen: list[int] = []
    found = compare([OURS, OURS], CASES, 3, timeout=30.0, progress=seen.append)
    assert found == Comparison(3, 2)
    assert seen == [1, 2, 3]


@pytest.mark.parametrize(
    ("how", "description"),
    [
        ("wrong", "an answer lacks sha256"),
        ("accepts", "an answer lacks canonical"),
        ("refuses", "accepted and syntax"),
        ("unsupported", "one of them does not support the operation"),
        ("exit", "one of them gave no answer second: crash exited with status 7"),
        ("garbage", "second: garbage not JSON"),
        ("deep", "second: garbage nests"),
        ("hang", "second: timeout no answer in 5 s"),
    ],
)
def test_what_is_a_disagreement(how: str, description: str) -> None:
    found = compared(OURS, worker(how, 3), timeout=5.0 if how == "hang" else 30.0)
    assert found.compared == 3 and found.fault == ""
    assert found.found is not None and description in found.found.description


def test_a_disagreement_is_shrunk_unless_each_question_takes_the_whole_time() -> None:
    found = compared(OURS, worker("refuses", 3)).found
    assert found is not None and found.smallest.size < found.case.size
    # The smallest case is still one that one accepts, not one that both reject with
    # different codes.
    assert found.answers[0] is not None and "ok" in found.answers[0]
    slow = compared(OURS, worker("hang", 3), timeout=5.0).found
    assert slow is not None and slow.smallest == slow.case == CASES[2]


@pytest.mark.parametrize("how", ["silent", "hello-unsupported", "hello-other-protocol"])
@pytest.mark.parametrize("first", [True, False])
def test_a_worker_that_answers_hello_wrongly_is_a_fault(how: str, first: bool) -> None:
    one, other = (worker(how), OURS) if first else (OURS, worker(how))
    found = compared(one, other, timeout=1.0)
    assert found.compared == 0 and "hello" in found.fault


def test_cases_that_are_missing_are_a_fault() -> None:
    found = compared(OURS, OURS, CASES[:2])
    assert found == Comparison(2, 1, None, "2 of 3 cases were compared")


def test_an_exception_in_the_cases_leaves_no_agreement() -> None:
    def cases() -> Iterator[Case]:
        yield CASES[0]
        raise MemoryError

    with pytest.raises(MemoryError):
        compare([OURS, OURS], cases(), 2, timeout=30.0)


def test_rejections_alone_compare_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paired, "_ENOUGH", 2)
    rejected = [CASES[1]] * 2
    found = compared(OURS, OURS, rejected, 2)
    assert "no case was accepted by both" in found.fault
    assert compared(OURS, OURS, [*rejected[:1], CASES[0]], 2).fault == ""


def test_a_line_too_many_at_the_end_is_a_fault() -> None:
    found = compared(OURS, worker("extra-later", 3))
    assert "answers no request" in found.fault


@pytest.mark.parametrize(
    ("answers", "expect"),
    [
        (({"error": {"code": "syntax"}}, {"ok": {}}), {"error": {"code": "syntax"}}),
        ((None, {"error": {"code": "syntax"}}), {"error": {"code": "syntax"}}),
        (({"unsupported": True}, {"ok": {"canonical": "AA=="}}), {"ok": {"canonical": "AA=="}}),
        # What a vector cannot expect: a code that does not exist, a number that is not an integer.
        (({"error": {"code": "moon"}}, {"ok": {"a": 1}}), {"ok": {"a": 1}}),
        (({"ok": {"a": 1.5}}, {"error": {"code": "moon"}}), {"ok": {}}),
        ((None, None), {"ok": {}}),
    ],
)
def test_the_vector_that_is_written_can_be_read(answers: Any, expect: Any) -> None:
    found = Disagreement(CASES[0], CASES[0], "they differ", answers)
    path, data = as_vector(found, "found-1-2")
    assert path == "json/found-1-2.json"
    (vector,) = read_vectors(data, path)
    assert vector.expect == expect
    assert json.loads(data)["vectors"][0]["about"].endswith("they differ")
