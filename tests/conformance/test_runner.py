"""The runner, against workers that are wrong in every way a process can be."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from pithbundle.conformance.protocol import ExpectedFailure, Result, Vector, VectorError, read_vectors
from pithbundle.conformance.runner import SELF, Worker, command_of, load, reader, run
from shared_data import REPO

FOLDER = REPO / "vectors"
BROKEN = Path(__file__).with_name("broken_worker.py")


def nowhere(name: str) -> bytes:
    raise AssertionError(name)


def vector(name: str, text: str, expect: dict[str, object], **more: object) -> Vector:
    """A vector of the JSON reader."""
    whole = {
        "vectors_version": "1",
        "stage": "json",
        "about": "x",
        "vectors": [
            {
                "id": name,
                "about": "x",
                "clauses": ["DATA-1"],
                "op": "parse_json",
                "args": {"data": {"$text": text}},
                "expect": expect,
                **more,
            }
        ],
    }
    return read_vectors(json.dumps(whole).encode(), "x")[0]


#: Three vectors; the worker goes wrong at the second request.
THREE = [
    vector("json/x/one", "1", {"ok": {"canonical": {"$text": "1"}}}),
    vector("json/x/two", "[2]", {"ok": {"canonical": {"$text": "[2]"}}}),
    vector("json/x/three", "x", {"error": {"code": "syntax"}}),
]


def broken(
    how: str,
    vectors: Sequence[Vector] = THREE,
    *,
    timeout: float = 20.0,
    jobs: int = 1,
    when: int = 2,
    listed: Sequence[ExpectedFailure] = (),
    marker: Path | None = None,
) -> list[Result]:
    command = [sys.executable, str(BROKEN), how, str(when), *([str(marker)] if marker else [])]
    return run(command, vectors, nowhere, timeout=timeout, jobs=jobs, listed=listed)


def statuses(results: Sequence[Result]) -> list[str]:
    return [result.status for result in results]


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(REPO / "src"))


def test_a_right_worker_passes() -> None:
    assert statuses(broken("right")) == ["passed"] * 3


# After a failure the worker is started again and counts from one, so the next vector passes.
@pytest.mark.parametrize(
    ("how", "status", "detail"),
    [
        ("crash", "crash", "killed by signal 6"),
        ("exit", "crash", "exited with status 7"),
        ("wrong", "failed", "/canonical"),
        ("accepts", "failed", "lacks canonical"),
        ("refuses", "failed", "refused with 'syntax'"),
        ("garbage", "failed", "not JSON"),
        ("not-an-object", "failed", "not an object"),
        ("no-answer", "failed", "neither ok, error nor unsupported"),
        ("deep", "failed", "not JSON"),
        ("other-id", "failed", "answers request 3, not 2"),
        ("true-for-one", "passed", ""),
        ("extra", "failed", "more than one line"),
        ("unsupported", "failed", "not supported"),
    ],
)
def test_what_a_worker_can_do_wrong(how: str, status: str, detail: str) -> None:
    results = broken(how, THREE[:2])
    assert statuses(results) == ["passed", status]
    assert detail in results[1].detail


def test_the_next_vector_has_a_fresh_worker() -> None:
    assert statuses(broken("crash")) == ["passed", "crash", "passed"]


def test_true_is_not_one() -> None:
    results = broken("true-for-one", when=1, vectors=[number_vector()])
    assert statuses(results) == ["failed"]


def number_vector() -> Vector:
    """Its answer has the number 1, which a worker may give as true."""
    whole = {
        "vectors_version": "1",
        "stage": "number",
        "about": "x",
        "vectors": [
            {
                "id": "number/x/y",
                "about": "x",
                "clauses": ["NUM-4"],
                "op": "number",
                "args": {"text": "pith:0001:" + "A" * 26},
                "expect": {"ok": {"year": 1}},
            }
        ],
    }
    return read_vectors(json.dumps(whole).encode(), "x")[0]


@pytest.mark.parametrize("how", ["hang", "close"])
def test_silence_is_ended(how: str) -> None:
    started = time.monotonic()
    results = broken(how, THREE[:2], timeout=2.0)
    assert time.monotonic() - started < 20
    assert statuses(results)[1] in ("timeout", "crash")
    assert how == "close" or results[1].status == "timeout"


def test_a_worker_that_does_not_read_is_ended() -> None:
    large = vector("json/x/large", "[" + "1," * 400_000 + "1]", {"error": {"code": "nodes"}})
    # More than a pipe holds, so that writing it blocks.
    assert statuses(run(["sleep", "60"], [large], nowhere, timeout=1.0)) == ["timeout"]
    assert statuses(run(["true"], [large], nowhere, timeout=20.0)) == ["crash"]


def test_a_line_without_end_is_cut() -> None:
    with Worker([sys.executable, str(BROKEN), "long", "1"], 20.0, max_line=1 << 20) as worker:
        from pithbundle.conformance.protocol import requests

        answer = worker.ask(next(requests(THREE[0], nowhere)))
    assert answer.fault == "garbage"
    assert "over 1048576 bytes" in answer.detail


def test_a_crash_that_does_not_come_back(tmp_path: Path) -> None:
    results = broken("once", marker=tmp_path / "marker")
    assert statuses(results) == ["passed", "crash", "passed"]


def test_children_of_a_worker_go_with_it(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    script = f"sleep 300 & echo $! > {pid}; wait"
    results = run(["/bin/sh", "-c", script], THREE[:1], nowhere, timeout=1.0)
    assert statuses(results) == ["timeout"]
    child = pid.read_text().strip()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", child], capture_output=True, text=True, check=False
        ).stdout.strip()
        if not state or state.startswith("Z"):
            return
        time.sleep(0.1)
    raise AssertionError("the child of the worker is still there")


def test_several_workers_keep_the_order() -> None:
    many = [vector(f"json/x/{n}", str(n), {"ok": {"canonical": {"$text": str(n)}}}) for n in range(40)]
    seen: list[int] = []
    results = run(
        [sys.executable, str(BROKEN), "right", "1"],
        many,
        nowhere,
        timeout=20.0,
        jobs=3,
        progress=lambda done, _: seen.append(done),
    )
    assert [result.vector.id for result in results] == [each.id for each in many]
    assert statuses(results) == ["passed"] * 40
    assert sorted(seen) == seen and seen[-1] == 40


def test_expected_failures() -> None:
    listed = [ExpectedFailure("json/x/two", "known"), ExpectedFailure("json/x/thr*", "thought so")]
    results = broken("crash", listed=listed)
    assert statuses(results) == ["passed", "xfailed", "xpassed"]
    assert [result.bad for result in results] == [False, False, True]
    assert results[1].reason == "known"


def test_an_extra_operation_may_be_missing() -> None:
    extra = read_vectors(
        json.dumps(
            {
                "vectors_version": "1",
                "stage": "mirror",
                "about": "x",
                "vectors": [
                    {
                        "id": "mirror/x/y",
                        "about": "x",
                        "clauses": ["STATUS-1"],
                        "op": "status",
                        "args": {"inputs": [], "policy": None},
                        "expect": {"ok": {}},
                    }
                ],
            }
        ).encode(),
        "x",
    )
    assert statuses(broken("unsupported", extra, when=1)) == ["unsupported"]
    # Nor does an expectation that it fails turn it into a failure.
    listed = [ExpectedFailure("mirror/*", "not built")]
    assert statuses(broken("unsupported", extra, when=1, listed=listed)) == ["unsupported"]


def test_a_variant_decides_too() -> None:
    two = vector(
        "json/x/v",
        "1",
        {"ok": {"canonical": {"$text": "1"}}},
        variants=[
            {"name": "same", "args": {"data": {"$text": " 1"}}},
            {"name": "other", "args": {"data": {"$text": "2"}}},
        ],
    )
    (result,) = broken("right", [two])
    assert (result.status, result.variant) == ("failed", "other")


def test_a_command_that_is_not_there() -> None:
    with pytest.raises(OSError):
        run(["/nonexistent/worker"], THREE, nowhere)


def test_bytes_that_cannot_be_expanded() -> None:
    spoilt = read_vectors(
        json.dumps(
            {
                "vectors_version": "1",
                "stage": "json",
                "about": "x",
                "vectors": [
                    {
                        "id": "json/x/s",
                        "about": "x",
                        "clauses": [],
                        "op": "parse_json",
                        "args": {"data": {"$part": "none"}},
                        "expect": {"ok": {}},
                    }
                ],
            }
        ).encode(),
        "x",
    )[0]
    with pytest.raises(VectorError):
        broken("right", [spoilt, *THREE])


def test_self_is_this_interpreter() -> None:
    assert command_of(SELF, str.split)[0] == sys.executable
    assert command_of("a b", str.split) == ["a", "b"]


def test_self_answers_over_the_wire() -> None:
    vectors = load(FOLDER, "policy")
    results = run(command_of(SELF, str.split), vectors, reader(FOLDER), timeout=60.0)
    assert set(statuses(results)) == {"passed"}


def test_folders(tmp_path: Path) -> None:
    with pytest.raises(VectorError, match="no vectors"):
        load(tmp_path)
    (tmp_path / "json").mkdir()
    text = (FOLDER / "number" / "forms.json").read_text().replace('"stage": "number"', '"stage": "json"')
    (tmp_path / "json" / "a.json").write_text(text)
    assert len(load(tmp_path)) == len(load(FOLDER / ".." / "vectors", "number")) - 97 - 70
    (tmp_path / "json" / "b.json").write_text(text)
    with pytest.raises(VectorError, match="two vectors"):
        load(tmp_path)


def test_files_stay_inside(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"x")
    assert reader(tmp_path)("in") == b"x"
    for name in ("../x", "/etc/passwd", "a/../../x"):
        with pytest.raises(VectorError, match="outside"):
            reader(tmp_path)(name)
    with pytest.raises(VectorError, match="cannot be read"):
        reader(tmp_path)("absent")
