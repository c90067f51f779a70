"""The runner, against workers that are wrong in every way a process can be."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from kit.data import REPO
from pithbundle.conformance import answers, process, runner
from pithbundle.conformance.process import MAX_LINE, Worker
from pithbundle.conformance.protocol import (
    ExpectedFailure,
    Request,
    Result,
    Run,
    Vector,
    VectorError,
    account,
)
from pithbundle.conformance.reports import CONFORMING, RUN_FAILED, summary
from pithbundle.conformance.runner import SELF, command_of, greet, load, reader, run, run_vector
from pithbundle.conformance.vectorfiles import read_vectors, requests

FOLDER = REPO / "vectors"
BROKEN = Path(__file__).with_name("broken_worker.py")


def nowhere(name: str) -> bytes:
    raise AssertionError(name)


def vectors_of(stage: str, *given: dict[str, object]) -> list[Vector]:
    """Vectors of a stage, with what every vector has."""
    frame = {"about": "x", "clauses": ["DATA-1"]}
    whole = {
        "vectors_version": "1",
        "stage": stage,
        "about": "x",
        "vectors": [{**frame, **one} for one in given],
    }
    return read_vectors(json.dumps(whole).encode(), "x.json")


def vector(name: str, text: str, expect: dict[str, object], **more: object) -> Vector:
    """A vector of the JSON reader."""
    args = {"data": {"$text": text}}
    return vectors_of("json", {"id": name, "op": "parse_json", "args": args, "expect": expect, **more})[0]


#: Three vectors; the worker goes wrong at the second request.
THREE = [
    vector("json/x/one", "1", {"ok": {"canonical": {"$text": "1"}}}),
    vector("json/x/two", "[2]", {"ok": {"canonical": {"$text": "[2]"}}}),
    vector("json/x/three", "x", {"error": {"code": "syntax"}}),
]
EXTRA_ONE = vectors_of(
    "mirror",
    {
        "id": "mirror/x/y",
        "op": "status",
        "args": {"inputs": [], "policy": None},
        "expect": {"ok": {}},
    },
)


def broken_run(
    how: str,
    vectors: Sequence[Vector] = THREE,
    *,
    timeout: float = 20.0,
    jobs: int = 1,
    when: int = 2,
    listed: Sequence[ExpectedFailure] = (),
    marker: Path | None = None,
) -> Run:
    command = [sys.executable, str(BROKEN), how, str(when), *([str(marker)] if marker else [])]
    return run(command, vectors, nowhere, timeout=timeout, jobs=jobs, listed=listed)


def broken(how: str, vectors: Sequence[Vector] = THREE, **more: object) -> list[Result]:
    """The results of a run that accounts for every vector."""
    found = broken_run(how, vectors, **more)  # type: ignore[arg-type]
    assert found.faults == () and len(found.results) == len(vectors)
    return [*found.results]


def statuses(results: Sequence[Result]) -> list[str]:
    return [result.status for result in results]


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(REPO / "src"))


def test_a_right_worker_passes() -> None:
    found = broken_run("right")
    assert statuses(found.results) == ["passed"] * 3
    assert account(found) == [] and summary(found).outcome == CONFORMING


# After a failure the worker is started again and counts from one, so the next vector passes.
@pytest.mark.parametrize(
    ("how", "status", "detail"),
    [
        ("crash", "crash", "killed by signal 6"),
        ("exit", "crash", "exited with status 7"),
        ("partial", "crash", 'exited with status 0 inside of a line: \'{"id": '),
        ("child", "crash", "exited with status 7"),
        ("escaped-child", "crash", "exited with status 7"),
        ("wrong", "failed", "/canonical"),
        ("accepts", "failed", "lacks canonical"),
        ("refuses", "failed", "rejected with 'syntax'"),
        ("error-without-code", "failed", "error must be an object with a code"),
        ("error-text", "failed", "error must be an object with a code"),
        ("ok-list", "failed", "ok must be an object"),
        ("garbage", "failed", "not JSON"),
        ("not-utf8", "failed", "not JSON"),
        ("nan", "failed", "not JSON"),
        ("member-twice", "failed", "not JSON"),
        ("not-an-object", "failed", "not an object"),
        ("no-answer", "failed", "must have one of ok, error and unsupported"),
        ("two-answers", "failed", "must have one of ok, error and unsupported"),
        ("deep", "failed", "nests more than 64 levels"),
        ("deep-in-bounds", "failed", "nests more than 64 levels"),
        ("deep-decoded", "failed", "/canonical"),
        ("many-values", "failed", "more than 2000000 commas and brackets"),
        ("other-id", "failed", "answers request 4, not 3"),
        ("true-id", "failed", "answers request True, not 3"),
        ("true-for-one", "passed", ""),
        ("extra", "failed", "more than one line"),
        ("unsupported", "failed", "not supported"),
        ("unsupported-false", "failed", "unsupported must be true"),
        ("huge", "failed", f"a line over {MAX_LINE} bytes"),
        ("endless", "failed", f"a line over {MAX_LINE} bytes"),
    ],
)
def test_what_a_worker_can_do_wrong(how: str, status: str, detail: str) -> None:
    found = broken_run(how, THREE[:2])
    assert statuses(found.results) == ["passed", status]
    assert detail in found.results[1].detail
    # The run is accounted for, and does not conform.
    assert account(found) == []
    assert summary(found).exit_status == (0 if status == "passed" else 1)


def test_the_next_vector_has_a_fresh_worker() -> None:
    assert statuses(broken("crash")) == ["passed", "crash", "passed"]


def test_true_is_not_one() -> None:
    number = vectors_of(
        "number",
        {
            "id": "number/x/y",
            "op": "number",
            "args": {"text": "pith:0001:" + "A" * 26},
            "expect": {"ok": {"year": 1}},
        },
    )
    assert statuses(broken("true-for-one", number, when=1)) == ["failed"]


@pytest.mark.parametrize("how", ["hang", "close", "partial-hang", "drip"])
def test_silence_is_ended(how: str) -> None:
    started = time.monotonic()
    # Long enough for hello on a machine that does much else.
    results = broken(how, THREE[:2], timeout=4.0)
    assert time.monotonic() - started < 30
    assert statuses(results)[1] == ("crash" if how == "close" else "timeout")


def test_a_worker_that_does_not_read_is_ended() -> None:
    large = vector("json/x/large", "[" + "1," * 400_000 + "1]", {"error": {"code": "nodes"}})
    (request,) = requests(large, nowhere)
    # More than a pipe buffers, so that writing it blocks.
    with Worker(["sleep", "60"], 1.0) as worker:
        assert worker.ask(request).fault == "timeout"
    with Worker(["true"], 20.0) as worker:
        assert worker.ask(request).fault == "crash"
    # It reads nothing, but writes a line at once.
    with Worker(["sh", "-c", "echo x; sleep 60"], 20.0) as worker:
        assert worker.ask(request).detail == "an answer before the whole request was read"


def test_a_full_pipe_is_left_for_later() -> None:
    large = Request("", "parse_json", {"data": "A" * 3_000_000}, {})
    with Worker(["sleep", "60"], 20.0) as worker:
        worker.begin(large)
        for _ in range(4):
            worker.attend(ready=True)
        assert worker.busy and worker.take() is None


def test_a_worker_that_closes_its_input_fails_the_next_vector() -> None:
    results = broken("deaf", THREE[:2], when=1)
    assert statuses(results) == ["passed", "crash"]


def test_a_line_without_end_is_cut() -> None:
    with Worker([sys.executable, str(BROKEN), "long", "1"], 20.0, max_line=1 << 20) as worker:
        answer = worker.ask(next(requests(THREE[0], nowhere)))
    assert answer.fault == "garbage"
    assert "over 1048576 bytes" in answer.detail


def test_an_answer_that_exceeds_the_memory_fails_its_vector(monkeypatch: pytest.MonkeyPatch) -> None:
    real = process._answer

    def small_memory(line: bytes, number: int) -> process.Answer:
        if number == 3:
            raise MemoryError
        return real(line, number)

    monkeypatch.setattr(process, "_answer", small_memory)
    results = broken("right")
    assert statuses(results) == ["passed", "failed", "passed"]
    assert results[1].detail == "an answer that exceeds the memory"


@pytest.mark.parametrize("megabytes", [160, 200, 280])
def test_a_real_answer_of_60_mb_under_a_memory_limit_is_accounted_for(megabytes: int, tmp_path: Path) -> None:
    """The whole command, in a process without memory for the answer."""
    script = (
        "import resource, sys; _, most = resource.getrlimit(resource.RLIMIT_AS);"
        f"resource.setrlimit(resource.RLIMIT_AS, ({megabytes} << 20, most));"
        "from pithbundle.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    worker = tmp_path / "worker.py"
    worker.write_text(
        "import json, sys\n"
        "for line in sys.stdin.buffer:\n"
        "    request = json.loads(line)\n"
        '    ok = {"name": "x", "version": "1", "protocol": "1"}\n'
        '    if request["op"] != "hello":\n'
        '        ok = {"bytes": "A" * 60_000_000}\n'
        '    print(json.dumps({"id": request["id"], "ok": ok}), flush=True)\n'
    )
    impl = f"sh -c 'ulimit -S -v unlimited; exec {sys.executable} {worker}'"
    arguments = [
        "conformance",
        "run",
        "--vectors",
        str(FOLDER),
        "--only",
        "number/spellings/hex-ff",
        "--impl",
        impl,
    ]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout.startswith("NOT CONFORMING")
    assert "failed        number/spellings/hex-ff" in done.stdout
    assert megabytes > 200 or "exceeds the memory" in done.stdout


def test_a_crash_that_does_not_come_back(tmp_path: Path) -> None:
    results = broken("first", marker=tmp_path / "marker")
    assert statuses(results) == ["passed", "crash", "passed"]


def gone(child: str) -> bool:
    """Whether a process ends within ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", child], capture_output=True, text=True, check=False
        ).stdout.strip()
        if not state or state.startswith("Z"):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("how", ["child", "child-answers"])
def test_children_of_a_worker_go_with_it(how: str, tmp_path: Path) -> None:
    """Also those that a worker leaves behind when it exits, or when the run is over."""
    pid = tmp_path / "pid"
    broken(how, THREE[:1], when=1, marker=pid)
    assert gone(pid.read_text().strip())


def test_children_of_a_shell_that_hangs_go_with_it(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    with Worker(["/bin/sh", "-c", f"sleep 300 & echo $! > {pid}; wait"], 1.0) as worker:
        assert worker.ask(next(requests(THREE[0], nowhere))).fault == "timeout"
    assert gone(pid.read_text().strip())


@pytest.mark.signals
def test_a_child_in_a_session_of_its_own_delays_nothing(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    started = time.monotonic()
    results = broken("escaped-child", THREE[:1], when=1, marker=pid, timeout=60.0)
    os.kill(int(pid.read_text()), signal.SIGKILL)
    assert statuses(results) == ["crash"]
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("when", [1, 3])
def test_an_answer_too_many_is_noticed_when_it_comes_late(when: int) -> None:
    """Between two vectors it fails the second; after the last it is a fault of the run."""
    found = broken_run("extra-later", THREE, when=when)
    if when == 1:
        assert statuses(found.results)[1] in ("failed", "passed")
    assert "failed" in statuses(found.results) or "answers no request" in found.faults[0]
    assert summary(found).exit_status != 0


def test_what_is_written_between_two_requests_fails_the_second() -> None:
    request = Request("", "parse_json", {"data": "MQ=="}, {})
    with Worker([sys.executable, str(BROKEN), "extra-later", "1"], 20.0) as worker:
        assert worker.ask(request).fault is None
        assert worker._process is not None and worker._process.stdout is not None
        select.select([worker._process.stdout], [], [], 20.0)
        assert worker.ask(request).detail.startswith("a line that answers no request")
        # The process that is started then is a fresh one.
        assert worker.ask(request).fault is None


def test_a_worker_that_has_left_between_two_requests_fails_the_second() -> None:
    request = Request("", "hello", {}, {})
    hello = json.dumps({"id": 1, "ok": {"name": "x", "version": "1", "protocol": "1"}})
    with Worker(["/bin/sh", "-c", f"read -r line; echo '{hello}'"], 20.0) as worker:
        assert worker.ask(request).fault is None
        assert worker._process is not None
        worker._process.wait(20)
        assert worker.ask(request).detail == "exited with status 0"


# The run.


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("silent", "does not answer hello: no answer in 1 s"),
        ("hello-garbage", "does not answer hello: not JSON"),
        ("hello-unsupported", "does not accept hello"),
        ("hello-other-protocol", "has the protocol '2' in hello, not '1'"),
        ("hello-without-name", "does not give its name and version"),
    ],
)
def test_a_worker_that_answers_hello_wrongly_stops_the_run(how: str, message: str) -> None:
    started = time.monotonic()
    found = broken_run(how, timeout=1.0 if how == "silent" else 20.0, jobs=2)
    assert time.monotonic() - started < 20
    assert message in found.faults[0]
    assert found.results == ()
    assert account(found)[1:] == ["3 of 3 vectors have no result; the first is json/x/one"]
    assert (summary(found).outcome, summary(found).exit_status) == (RUN_FAILED, 3)


def test_a_worker_that_no_longer_answers_is_not_asked_every_vector() -> None:
    many = [vector(f"json/x/{n}", str(n), {"ok": {}}) for n in range(20)]
    hello = json.dumps({"id": 1, "ok": {"name": "x", "version": "1", "protocol": "1"}})
    script = f"while read -r line; do case $line in *hello*) echo '{hello}';; esac; done"
    found = run(["/bin/sh", "-c", script], many, nowhere, timeout=1.0, jobs=5)
    assert found.faults == ("10 vectors in a row had no answer in time: the others were not sent",)
    assert 10 <= len(found.results) <= 15
    assert summary(found).exit_status == 3


def test_several_workers_keep_the_order() -> None:
    many = [vector(f"json/x/{n}", str(n), {"ok": {"canonical": {"$text": str(n)}}}) for n in range(40)]
    seen: list[int] = []
    found = run(
        [sys.executable, str(BROKEN), "right", "1"],
        many,
        nowhere,
        timeout=20.0,
        jobs=3,
        progress=lambda done, _: seen.append(done),
    )
    assert [result.vector.id for result in found.results] == [each.id for each in many]
    assert statuses(found.results) == ["passed"] * 40
    assert seen == [*range(1, 41)]


class Sentinel(BaseException):
    """What no code expects."""


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("error", [RuntimeError("x"), MemoryError(), RecursionError(), OSError(11, "busy")])
def test_an_exception_in_the_run_is_a_fault_of_the_run(
    error: Exception, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It used to drop the other vectors, and what was left had passed."""
    real = answers.compare_answer

    def compare_answer(expect: dict[str, object], answer: dict[str, object]) -> object:
        if "error" in expect:
            raise error
        return real(expect, answer)

    monkeypatch.setattr(runner, "compare_answer", compare_answer)
    found = broken_run("right", [THREE[0], THREE[2], THREE[1]], jobs=jobs)
    assert type(error).__name__ in found.faults[0]
    assert "vectors have no result" in account(found)[1]
    assert summary(found).exit_status == 3


def test_a_worker_that_cannot_be_started_again_is_a_fault_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "worker"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} {BROKEN} "$@"\n')
    script.chmod(0o755)
    real = answers.compare_answer

    def compare_answer(expect: dict[str, object], answer: dict[str, object]) -> object:
        script.unlink(missing_ok=True)
        return real(expect, answer)

    monkeypatch.setattr(runner, "compare_answer", compare_answer)
    found = run([str(script), "crash", "2"], THREE, nowhere, timeout=20.0)
    assert "FileNotFoundError" in found.faults[0]
    assert statuses(found.results) == ["passed", "crash"]
    assert summary(found).exit_status == 3


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, Sentinel])
def test_an_interrupt_ends_the_run_and_its_workers(
    error: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []
    real = Worker._start

    def start(self: Worker) -> None:
        real(self)
        assert self._process is not None
        started.append(self._process)

    def progress(done: int, result: Result) -> None:
        raise error

    monkeypatch.setattr(Worker, "_start", start)
    with pytest.raises(error):
        run([sys.executable, str(BROKEN), "right", "1"], THREE, nowhere, jobs=2, progress=progress)
    assert len(started) == 2 and all(each.returncode is not None for each in started)


def test_a_runner_that_loses_a_vector_is_caught_by_the_account() -> None:
    """The account trusts nothing but the vectors and the results."""
    good = broken("right")
    for results, words in (
        (good[:2], "1 of 3 vectors have no result; the first is json/x/three"),
        ([*good, good[0]], "1 of 3 vectors have too many results; the first is json/x/one"),
        ([*good[:2], good[0]], "1 of 3 vectors have no result; the first is json/x/three"),
        ([], "3 of 3 vectors have no result; the first is json/x/one"),
    ):
        found = Run(tuple(THREE), tuple(results))
        assert words in account(found)
        assert summary(found).outcome == RUN_FAILED
    odd = Result(THREE[2], "perhaps")  # type: ignore[arg-type]
    assert account(Run(tuple(THREE), (*good[:2], odd))) == ["a result has the unknown status perhaps"]
    assert account(Run((), ())) == ["no vector was tested: the worker supports none of the operations"]


def test_expected_failures() -> None:
    listed = [ExpectedFailure("json/x/two", "known"), ExpectedFailure("json/x/thr*", "thought so")]
    results = broken("crash", listed=listed)
    assert statuses(results) == ["passed", "xfailed", "xpassed"]
    assert [result.bad for result in results] == [False, False, True]
    assert results[1].reason == "known"


def test_an_extra_operation_may_be_missing() -> None:
    vectors = [*THREE[:1], *EXTRA_ONE]
    found = broken("unsupported", vectors)
    assert statuses(found) == ["passed", "unsupported"]
    # Nor does an expectation that it fails turn it into a failure.
    listed = [ExpectedFailure("mirror/*", "not built")]
    assert statuses(broken("unsupported", vectors, listed=listed)) == ["passed", "unsupported"]


def test_a_run_in_which_nothing_is_supported_shows_nothing() -> None:
    found = broken_run("unsupported", EXTRA_ONE, when=1)
    assert statuses(found.results) == ["unsupported"]
    assert summary(found).outcome == RUN_FAILED
    assert "no vector was tested" in account(found)[0]


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
    with Worker([sys.executable, str(BROKEN), "right", "1"], 20.0) as worker:
        assert run_vector(worker, two, nowhere).variant == "other"


def test_a_command_that_is_not_there() -> None:
    with pytest.raises(OSError):
        run(["/nonexistent/worker"], THREE, nowhere)


def no_worker(*_: object) -> None:
    raise AssertionError("a worker was started")


def test_bytes_that_cannot_be_expanded_stop_the_run_before_a_worker_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tampered = vectors_of(
        "json",
        {
            "id": "json/x/s",
            "op": "parse_json",
            "args": {"data": {"$text": "1"}},
            "expect": {"ok": {}},
            "variants": [{"name": "v", "args": {"data": {"$file": "absent"}}}],
        },
    )
    monkeypatch.setattr(Worker, "_start", no_worker)
    with pytest.raises(
        VectorError, match=r"x\.json: /vectors/0/variants/0/args/data/\$file names a file that"
    ):
        run([SELF], [*THREE, *tampered], reader(tmp_path))


def test_a_greeting_names_what_is_missing() -> None:
    with Worker(command_of(SELF, str.split), 60.0) as worker:
        assert greet(worker) == ""
        assert worker.finish() == ""
        assert worker.finish() == ""


def test_self_is_this_interpreter() -> None:
    assert command_of(SELF, str.split)[0] == sys.executable
    assert command_of("a b", str.split) == ["a", "b"]


def test_self_answers_over_the_wire() -> None:
    vectors = load(FOLDER, "policy")
    found = run(command_of(SELF, str.split), vectors, reader(FOLDER), timeout=60.0)
    assert set(statuses(found.results)) == {"passed"}
    assert account(found) == []


# Folders.


def test_folders(tmp_path: Path) -> None:
    with pytest.raises(VectorError, match="no vectors"):
        load(tmp_path)
    text = (FOLDER / "number" / "forms.json").read_text()
    (tmp_path / "number").mkdir()
    (tmp_path / "number" / "a.json").write_text(text)
    count = json.loads(text)["vectors"]
    assert len(load(tmp_path)) == len(load(tmp_path, ("number", "json"))) == len(count)
    with pytest.raises(VectorError, match="no vectors"):
        load(tmp_path, "json")
    (tmp_path / "number" / "b.json").write_text(text)
    with pytest.raises(
        VectorError, match=r"number/b\.json: /vectors/0: two vectors are called .* number/a\.json"
    ):
        load(tmp_path)
    (tmp_path / "number" / "b.json").unlink()
    (tmp_path / "cbor").mkdir()
    (tmp_path / "cbor" / "a.json").write_text(text)
    with pytest.raises(VectorError, match=r"cbor/a\.json: /stage must be cbor"):
        load(tmp_path)


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(runner.MAX_FILE + 1)


@pytest.mark.parametrize(("make", "message"), [(_fifo, "not a regular file"), (_large, "larger than")])
def test_files_that_are_not_read(make: Callable[[Path], None], message: str, tmp_path: Path) -> None:
    (tmp_path / "json").mkdir()
    make(tmp_path / "json" / "a.json")
    with pytest.raises(VectorError, match=message):
        load(tmp_path)
    with pytest.raises(VectorError, match=message):
        reader(tmp_path)("json/a.json")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "json" / "a.json").mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        load(tmp_path)


def test_files_stay_inside(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"x")
    (tmp_path / "link").symlink_to("/etc/passwd")
    assert reader(tmp_path)("in") == b"x"
    for name in ("../x", "/etc/passwd", "a/../../x", "link"):
        with pytest.raises(VectorError, match="outside"):
            reader(tmp_path)(name)
    for name in ("absent", "a\0b", "."):
        with pytest.raises(VectorError, match="cannot be read"):
            reader(tmp_path)(name)


def test_a_request_that_is_begun_waits_for_no_other() -> None:
    """Two workers at once: the slow one does not delay the other."""
    request = Request("", "parse_json", {"data": "MQ=="}, {})
    with (
        Worker([sys.executable, str(BROKEN), "hang", "1"], 3.0) as slow,
        Worker([sys.executable, str(BROKEN), "right", "1"], 30.0) as quick,
    ):
        slow.begin(request)
        quick.begin(request)
        while quick.take() is None:
            process.wait([slow, quick])
        assert quick.take() is not None and slow.take() is None
        process.wait([quick])
        while slow.take() is None:
            process.wait([slow, quick])
        answer = slow.take()
        assert answer is not None and answer.fault == "timeout"
