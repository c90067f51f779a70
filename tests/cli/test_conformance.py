"""``pithbundle conformance``: exit statuses, files, messages about a faulty worker."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

import pithbundle
from kit.command_line import run, spawn
from kit.data import REPO
from pithbundle.conformance.runner import load

VECTORS = str(REPO / "vectors")
#: The folder with some of the stages, while the tests run.
FOLDER: dict[str, str] = {}
COUNT = len(load(REPO / "vectors", "number"))
BROKEN = str(REPO / "tests" / "conformance" / "broken_worker.py")
SELF = f"{sys.executable} -m pithbundle conformance serve"


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(REPO / "src"))


def worker(how: str, when: int = 1) -> str:
    return f"{sys.executable} {BROKEN} {how} {when}"


@pytest.fixture(scope="module", autouse=True)
def _some(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The stages that these tests use: reading all vectors takes a second of each run."""
    folder = tmp_path_factory.mktemp("some")
    for stage in ("json", "cbor", "number", "record", "signature"):
        (folder / stage).symlink_to(REPO / "vectors" / stage)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(FOLDER, "some", str(folder))
        yield


def conformance(*args: str, vectors: str = "", **more: bool) -> tuple[int, str, str]:
    # Cases are made of the vectors of all stages.
    folder = vectors or (VECTORS if "--differential" in args else FOLDER["some"])
    found = run("conformance", "run", "--vectors", folder, *args, **more)  # type: ignore[arg-type]
    return found.status, found.out, found.err


def test_self_conforms_in_one_stage(tmp_path: Path) -> None:
    page, xml = tmp_path / "out.html", tmp_path / "out.xml"
    status, out, err = conformance(
        "--impl", "self", "--stage", "number", "--html", str(page), "--junit", str(xml), "--jobs", "2"
    )
    assert (status, err) == (0, "")
    assert out.startswith(f"CONFORMING: {COUNT} vectors")
    assert "Conformance: conforming" in page.read_text()
    assert ElementTree.parse(xml).getroot().attrib["failures"] == "0"
    # Nothing is overwritten unasked.
    status, _, err = conformance("--impl", "self", "--stage", "number", "--html", str(page))
    assert status == 2 and "exists" in err
    assert conformance("--impl", "self", "--stage", "number", "--html", str(page), "--force")[0] == 0


def test_a_wrong_worker_does_not_conform() -> None:
    status, out, _ = conformance("--impl", worker("accepts"), "--stage", "record")
    assert status == 1
    count = len(load(REPO / "vectors", "record"))
    assert out.startswith(f"NOT CONFORMING: {count} vectors")
    assert f"and {count - 100} more" in out
    assert "REC-5" in out


def test_text_of_a_worker_is_escaped() -> None:
    _, out, _ = conformance("--impl", worker("garbage", 10), "--only", "number/times/*", tty=True)
    assert "\x1b" not in out
    assert "not JSON" in out


def test_expected_failures(tmp_path: Path) -> None:
    listed = tmp_path / "known.txt"
    listed.write_text("# all of it\nnumber/* not built yet\n")
    status, out, _ = conformance("--impl", worker("unsupported"), "--stage", "number", "--xfail", str(listed))
    # Nothing failed that was not expected; it does not conform for that.
    assert status == 0 and out.startswith("AS EXPECTED:") and f"{COUNT} xfailed" in out
    status, out, _ = conformance("--impl", "self", "--stage", "number", "--xfail", str(listed), "--json")
    value = json.loads(out)
    assert status == 1 and value["total"] == {"xpassed": COUNT}
    status, out, _ = conformance("--impl", "self", "--stage", "number", "--xfail", str(listed))
    assert "not built yet" in out
    listed.write_text("number/times/bass not there\n")
    status, _, err = conformance("--impl", "self", "--stage", "number", "--xfail", str(listed))
    assert status == 2 and "number/times/bass matches no vector" in err
    # A line of another stage is no mistake.
    listed.write_text("json/values/zero not built\n")
    assert conformance("--impl", "self", "--stage", "number", "--xfail", str(listed))[0] == 0
    listed.write_text("number/times/z\n")
    status, _, err = conformance("--impl", "self", "--stage", "number", "--xfail", str(listed))
    assert status == 2 and "no reason" in err
    assert conformance("--impl", "self", "--xfail", str(tmp_path / "absent"))[0] == 2


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "missing --impl"),
        (("--show", "--impl", "a", "--impl", "b"), "give --impl once"),
        (("--impl", ""), "the command is empty"),
        (("--impl", "self", "--only", "json/values/minus-zerro"), "similar ids are json/values/minus-zero"),
        (("--impl", "self", "--only", "moon"), "--only: moon matches no vector"),
        (("--impl", "self", "--stage", "cbor", "--only", "json/*"), "--only: json/* matches no vector"),
        (("--impl", "self", "--timeout", "nan"), "is not a number from 0.01 to 86400"),
        (("--impl", "self", "--timeout", "inf"), "is not a number from"),
        (("--impl", "self", "--timeout", "0"), "is not a number from"),
        (("--impl", "self", "--timeout", "1_0"), "is not a number from"),
        (("--impl", "self", "--timeout", "\uff11"), "is not a number from"),
        (("--impl", "self", "--timeout", "90000"), "is not a number from"),
        (("--impl", "self", "--jobs", "1_0"), "is not a whole number from 1 to 64"),
        (("--impl", "self", "--jobs", "65"), "is not a whole number from 1 to 64"),
        (("--impl", "self", "--jobs", "0"), "is not a whole number from 1 to 64"),
        (("--impl", "self", "--differential", "\uff11"), "is not a whole number"),
        (("--impl", "self", "--impl", "self", "--differential", "1", "--stage", "json"), "its own cases"),
        (("--impl", "a", "--impl", "b"), "give --impl once"),
        (("--impl", "self", "--differential", "1"), "two"),
        (("--impl", "/nonexistent/worker"), "no such file"),
        (("--impl", "'unclosed"), "quotation"),
        (("--impl", "self", "--stage", "moon"), "stage"),
        (("--impl", "/nonexistent/a", "--impl", "/nonexistent/b", "--differential", "1"), "no such file"),
    ],
)
def test_usage_errors(args: tuple[str, ...], message: str) -> None:
    status, out, err = conformance(*args)
    assert (status, out) == (2, "")
    assert message in err.lower()


def test_a_folder_without_vectors(tmp_path: Path) -> None:
    found = run("conformance", "run", "--impl", "self", "--vectors", str(tmp_path))
    assert found.status == 2 and "no vectors" in found.err
    (tmp_path / "json" / "x.json").mkdir(parents=True)
    found = run("conformance", "run", "--impl", "self", "--vectors", str(tmp_path))
    assert found.status == 2 and "json/x.json: Is a directory" in found.err


def test_two_that_agree() -> None:
    status, out, _ = conformance("--impl", "self", "--impl", SELF, "--differential", "40", "--seed", "a")
    assert status == 0 and out.startswith("AGREE: 40 cases, seed a: ")
    status, out, _ = conformance("--impl", "self", "--impl", SELF, "--differential", "2", "--json")
    value = json.loads(out)
    assert (value["outcome"], value["compared"], value["disagreement"]) == ("agree", 2, None)


def test_two_of_which_one_does_not_answer(tmp_path: Path) -> None:
    args = ("--impl", "self", "--impl", worker("silent"), "--differential", "2", "--timeout", "1")
    status, out, _ = conformance(*args)
    assert status == 3 and out.startswith("RUN FAILED: 0 cases compared")
    assert "does not answer hello" in out
    status, out, _ = conformance(*args, "--json")
    value = json.loads(out)
    assert (status, value["outcome"], value["compared"]) == (3, "run_failed", 0)
    assert "does not answer hello" in value["fault"]


def test_two_that_disagree_give_a_vector(tmp_path: Path) -> None:
    args = ("--impl", "self", "--impl", worker("accepts"), "--differential", "40", "--found", str(tmp_path))
    status, out, _ = conformance(*args, "--json")
    value = json.loads(out)
    assert (status, value["outcome"]) == (1, "disagree")
    value = value["disagreement"]
    found = json.loads(Path(value["vector"]).read_bytes())
    assert len(json.dumps(found["vectors"][0]["args"])) < 1_000
    Path(value["vector"]).unlink()
    status, out, _ = conformance(*args)
    assert status == 1 and out.startswith("DISAGREE: case ") and "shrunk to" in out


def test_a_crash_is_a_disagreement(tmp_path: Path) -> None:
    status, out, _ = conformance(
        "--impl", "self", "--impl", worker("exit"), "--differential", "2", "--found", str(tmp_path)
    )
    assert status == 1 and "exited with status 7" in out


def test_serve() -> None:
    asked = b'{"id":1,"op":"time","args":{"text":"2026-05-18T01:39:14Z"}}\n'
    for found in (run("conformance", "serve", stdin=asked), spawn("conformance", "serve", stdin=asked)):
        assert found.status == 0
        assert json.loads(found.stdout) == {"id": 1, "ok": {"instant": "2026-05-18T01:39:14.000000"}}


@pytest.mark.parametrize(
    "line, words",
    [
        (b"hi", "line 2: not a JSON text"),
        (b"[" * 100_000, "line 2: not a JSON text"),
        (b"[]", "line 2: not a JSON object"),
        (b"{}", "line 2: id must be an integer"),
        (b'{"id":true,"op":"time","args":{}}', "line 2: id must be an integer"),
        (b'{"id":2,"args":{}}', "line 2: op must be a string"),
        (b'{"id":2,"op":"time","args":[]}', "line 2: args must be an object"),
        (b'{"id":2,"op":"time","args":{}}', "line 2: the argument 'text' is missing"),
        (b'{"id":2,"op":"parse_json","args":{"data":"?"}}', "line 2: the argument 'data' is not base64"),
        (b'{"id":2,"op":"parse_json","args":{"data":5}}', "line 2: the argument 'data' is not base64"),
        (b'{"id":2,"op":"merge","args":{"inputs":[1]}}', "line 2: the argument 'inputs' is not base64"),
    ],
    ids=lambda value: value[:30].decode() if isinstance(value, bytes) else "",
)
def test_a_line_that_is_no_request(line: bytes, words: str) -> None:
    first = b'{"id":1,"op":"moon","args":{}}\n'
    found = run("conformance", "serve", stdin=first + line + b"\n")
    assert found.status == 2
    assert f"pithbundle: error: standard input: {words}\n" in found.err


def test_a_bar_on_a_terminal() -> None:
    args = ("conformance", "run", "--vectors", FOLDER["some"], "--impl", "self", "--stage", "number")
    found = run(*args, tty=True, env={"TERM": "xterm"})
    assert found.status == 0 and "CONFORMING" in found.out
    assert f"{COUNT}/{COUNT}" in found.err
    assert run(*args, tty=True).err == ""


# A run is CONFORMING only if it accounts for every vector.


def test_a_silent_worker_stops_the_run_at_hello() -> None:
    status, out, _ = conformance("--impl", worker("silent"), "--stage", "number", "--timeout", "1")
    assert status == 3
    assert out.startswith(f"RUN FAILED: {COUNT} vectors, 0 requests: nothing\n")
    assert "does not answer hello: no answer in 1 s" in out
    assert f"{COUNT} of {COUNT} vectors have no result; the first is number/" in out


def test_an_exception_in_the_run_is_never_conforming(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from pithbundle.conformance import answers, runner

    calls = 0

    def compare_answer(expect: dict[str, object], answer: dict[str, object]) -> object:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise TypeError("an unexpected kind")
        return answers.compare_answer(expect, answer)

    monkeypatch.setattr(runner, "compare_answer", compare_answer)
    page, xml = tmp_path / "out.html", tmp_path / "out.xml"
    args = ("--impl", "self", "--stage", "number", "--html", str(page), "--junit", str(xml))
    status, out, _ = conformance(*args)
    assert status == 3
    assert out.startswith("RUN FAILED:") and "TypeError: an unexpected kind" in out
    assert "run failed" in page.read_text()
    assert ElementTree.parse(xml).getroot().attrib["errors"] == "2"
    calls = 0
    status, out, _ = conformance("--impl", "self", "--stage", "number", "--json")
    value = json.loads(out)
    assert (status, value["exit_status"], value["outcome"]) == (3, 3, "run_failed")
    assert len(value["results"]) == 4 and value["vector_count"] == COUNT


def test_a_lost_result_is_never_conforming(monkeypatch: pytest.MonkeyPatch) -> None:
    """For any cause: the account compares what was read with what has a result."""
    from pithbundle.conformance import runner

    real = runner._Loop._step

    def step(self: runner._Loop, *args: object) -> None:
        real(self, *args)  # type: ignore[arg-type]
        self.results.pop(3, None)

    monkeypatch.setattr(runner._Loop, "_step", step)
    status, out, _ = conformance("--impl", "self", "--stage", "number")
    assert status == 3 and f"1 of {COUNT} vectors have no result" in out


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"expect": {"error": {}}}, "/vectors/0/expect/error has no member 'code'"),
        ({"args": {"data": {"$repeat": [{"$text": "a"}, "X"]}}}, "/vectors/0/args/data/$repeat/1 must be"),
        ({"args": {"data": {"$repeat": [{"$text": "a"}, 10**15]}}}, "/vectors/0/args/data/$repeat/1 must"),
        (
            {"args": {"data": {"$file": "../../etc/passwd"}}},
            "/vectors/0/args/data/$file names a file outside",
        ),
        ({"id": "json/a/c"}, "json/b.json: /vectors/0: two vectors are called json/a/c"),
        (None, "json/b.json: 1e400 is not an integer"),
    ],
)
def test_a_malformed_vector_file_is_rejected_with_its_location(
    change: dict[str, object] | None, pointer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of these dropped the other vectors and ended in CONFORMING, or in a traceback."""
    from pithbundle.conformance.process import Worker

    def start(self: Worker) -> None:
        raise AssertionError("a worker was started")

    one = {
        "id": "json/a/b",
        "about": "x",
        "clauses": ["DATA-1"],
        "op": "parse_json",
        "args": {"data": {"$text": "1"}},
        "expect": {"ok": {}},
    }
    (tmp_path / "json").mkdir()
    frame = {"vectors_version": "1", "stage": "json", "about": "x"}
    (tmp_path / "json" / "a.json").write_text(json.dumps({**frame, "vectors": [{**one, "id": "json/a/c"}]}))
    text = json.dumps({**frame, "vectors": [{**one, **(change or {"args": {"n": "N"}})}]})
    (tmp_path / "json" / "b.json").write_text(text.replace('"N"', "1e400"))
    monkeypatch.setattr(Worker, "_start", start)
    found = run("conformance", "run", "--impl", "self", "--vectors", str(tmp_path))
    assert (found.status, found.out) == (2, "")
    assert pointer in found.err


# Selecting and display.


def test_stages_and_patterns_accumulate() -> None:
    status, out, _ = conformance("--impl", "self", "--stage", "number", "--stage", "record")
    assert status == 0 and "\n  number " in out and "\n  record " in out
    assert "only        number record" in out
    args = ("--only", "json/values/minus-zero", "--only", "json/values/zer[o]", "--only", "number/times/z*")
    status, out, _ = conformance("--impl", "self", *args, "--json")
    names = [result["id"] for result in json.loads(out)["results"]]
    assert names[:2] == ["json/values/zero", "json/values/minus-zero"] and len(names) > 2
    assert all(name.startswith("number/times/z") for name in names[2:])


def test_a_stage_without_vectors_is_an_error_or_reported(tmp_path: Path) -> None:
    (tmp_path / "number").symlink_to(REPO / "vectors" / "number")
    args = ("conformance", "run", "--vectors", str(tmp_path), "--impl", "self")
    found = run(*args, "--stage", "json")
    assert found.status == 2 and "--stage: no vectors of the stage json" in found.err
    found = run(*args)
    assert found.status == 0 and "none of     json cbor" in found.out


def test_a_vector_is_shown_without_a_worker() -> None:
    status, out, err = conformance("--show", "--only", "json/values/minus-zero")
    assert (status, err) == (0, "")
    assert "  request     parse_json\n    data: 2 bytes, text\n    | -0\n  expected    error\n" in out
    assert '    code      "number_form"\n    offset    0\n' in out and "control     json/values/zero" in out
    status, out, _ = conformance("--show", "--only", "json/values/minus-zero", "--json")
    (shown,) = json.loads(out)["vectors"]
    assert shown["requests"][0]["request"] == {"id": 1, "op": "parse_json", "args": {"data": "LTA="}}


def test_what_is_shown_is_decoded_and_bounded() -> None:
    _, out, _ = conformance("--show", "--only", "merge/retractions/base", vectors=VECTORS)
    assert "inputs/0: " in out and "bytes, compact JSON, indented here" in out
    assert '|  "bundle_type": "pith_open_graph_bundle",' in out
    assert "  variant     " in out and "more lines; --json has all" in out
    _, out, _ = conformance("--show", "--only", "signature/strict/key-order-1-0")
    assert "key: 32 bytes, hex\n    | 0100000000" in out and "valid     false" in out
    _, out, _ = conformance("--show", "--only", "mirror/status/empty", vectors=VECTORS)
    assert "status/c" not in out and '|  "conflicts": 0,' in out
    _, out, _ = conformance("--show", "--only", "record/*")
    assert "aliases" in out and "years" in out
    _, out, _ = conformance("--show", "--only", "json/limits/size-over")
    assert max(map(len, out.splitlines())) < 500
    assert "\x1b" not in conformance("--show", "--only", "json/values/*", tty=True)[1]


def test_vectors_can_be_shown_during_a_run() -> None:
    status, out, _ = conformance("--show", "--only", "json/values/zero", "--impl", "self")
    assert status == 0 and out.startswith("json/values/zero\n") and "CONFORMING: 1 vector" in out
    _, out, _ = conformance("--show", "--only", "json/values/zero", "--impl", "self", "--json")
    value = json.loads(out)
    assert value["outcome"] == "conforming" and value["vectors"][0]["id"] == "json/values/zero"


def test_both_sides_of_a_difference_are_printed_decoded() -> None:
    args = ("--impl", worker("accepts"), "--only", "json/values/minus-zero")
    status, out, _ = conformance(*args)
    assert status == 1 and "accepted, where 'number_form' is expected" in out
    assert "  found\n    | {}\n" in out


# Where the vectors are.


def test_vectors_are_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(REPO)
    assert "vectors     vectors\n" in run("conformance", "run", "--impl", "self", "--stage", "number").out
    # From elsewhere: those of the checkout.
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vectors").mkdir()
    found = run("conformance", "run", "--impl", "self", "--stage", "number")
    assert found.status == 0 and f"vectors     {VECTORS}\n" in found.out
    # Those of an installed package.
    package = tmp_path / "site" / "pithbundle"
    package.mkdir(parents=True)
    monkeypatch.setattr(pithbundle, "__file__", str(package / "__init__.py"))
    found = run("conformance", "run", "--show")
    assert found.status == 2 and "no vectors in vectors, " in found.err
    assert "make vectors-archive" in found.err
    (package / "vectors").symlink_to(REPO / "vectors")
    found = run("conformance", "run", "--show", "--only", "json/values/zero")
    assert found.status == 0
