"""``pithbundle conformance``: exit statuses, files, what is said of a worker that is wrong."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cli_harness import run, spawn
from shared_data import REPO

VECTORS = str(REPO / "vectors")
BROKEN = str(REPO / "tests" / "conformance" / "broken_worker.py")
SELF = f"{sys.executable} -m pithbundle conformance serve"


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(REPO / "src"))


def count(stage: str) -> int:
    """How many vectors a stage has."""
    files = (REPO / "vectors" / stage).glob("*.json")
    return sum(len(json.loads(file.read_bytes())["vectors"]) for file in files)


def worker(how: str, when: int = 1) -> str:
    return f"{sys.executable} {BROKEN} {how} {when}"


def conformance(*args: str, **more: bool) -> tuple[int, str, str]:
    found = run("conformance", "run", "--vectors", VECTORS, *args, **more)  # type: ignore[arg-type]
    return found.status, found.out, found.err


def test_self_conforms_in_one_stage(tmp_path: Path) -> None:
    page, xml = tmp_path / "out.html", tmp_path / "out.xml"
    status, out, err = conformance(
        "--impl", "self", "--stage", "policy", "--html", str(page), "--junit", str(xml), "--jobs", "2"
    )
    assert (status, err) == (0, "")
    assert out.startswith(f"CONFORMING: {count('policy')} vectors")
    assert "all as expected" in page.read_text()
    assert ElementTree.parse(xml).getroot().attrib["failures"] == "0"
    # Nothing is overwritten unasked.
    status, _, err = conformance("--impl", "self", "--stage", "policy", "--html", str(page))
    assert status == 2 and "exists" in err
    assert conformance("--impl", "self", "--stage", "policy", "--html", str(page), "--force")[0] == 0


def test_a_wrong_worker_does_not_conform() -> None:
    status, out, _ = conformance("--impl", worker("accepts"), "--stage", "record")
    assert status == 1
    assert out.startswith(f"NOT CONFORMING: {count('record')} vectors")
    assert f"and {count('record') - 100} more" in out
    assert "REC-5" in out


def test_what_a_worker_says_is_shown_harmless() -> None:
    _, out, _ = conformance("--impl", worker("garbage", 10), "--stage", "policy", tty=True)
    assert "\x1b" not in out
    assert "not JSON" in out


def test_expected_failures(tmp_path: Path) -> None:
    listed = tmp_path / "known.txt"
    listed.write_text("# all of it\npolicy/* not built yet\n")
    status, out, _ = conformance("--impl", worker("unsupported"), "--stage", "policy", "--xfail", str(listed))
    assert status == 0 and f"{count('policy')} xfailed" in out
    status, out, _ = conformance("--impl", "self", "--stage", "policy", "--xfail", str(listed), "--json")
    value = json.loads(out)
    assert status == 1 and value["total"] == {"xpassed": count("policy")}
    status, out, _ = conformance("--impl", "self", "--stage", "policy", "--xfail", str(listed))
    assert "not built yet" in out
    listed.write_text("policy/shapes/base\n")
    status, _, err = conformance("--impl", "self", "--stage", "policy", "--xfail", str(listed))
    assert status == 2 and "no reason" in err
    assert conformance("--impl", "self", "--xfail", str(tmp_path / "absent"))[0] == 2


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "impl"),
        (("--impl", "a", "--impl", "b"), "one --impl"),
        (("--impl", "self", "--differential", "1"), "two"),
        (("--impl", "/nonexistent/worker"), "no such file"),
        (("--impl", "'unclosed"), "quotation"),
        (("--impl", "self", "--stage", "moon"), "stage"),
        (("--impl", "/nonexistent/a", "--impl", "/nonexistent/b", "--differential", "1"), "no such file"),
    ],
)
def test_wrong_use(args: tuple[str, ...], said: str) -> None:
    status, out, err = conformance(*args)
    assert (status, out) == (2, "")
    assert said in err.lower()


def test_a_folder_without_vectors(tmp_path: Path) -> None:
    found = run("conformance", "run", "--impl", "self", "--vectors", str(tmp_path))
    assert found.status == 2 and "no vectors" in found.err
    (tmp_path / "json" / "x.json").mkdir(parents=True)
    assert run("conformance", "run", "--impl", "self", "--vectors", str(tmp_path)).status == 2


def test_two_that_agree() -> None:
    status, out, _ = conformance("--impl", "self", "--impl", SELF, "--differential", "40", "--seed", "a")
    assert status == 0 and out.startswith("AGREE: 40 cases")
    status, out, _ = conformance("--impl", "self", "--impl", SELF, "--differential", "2", "--json")
    assert json.loads(out) == {"agree": True, "cases": 2, "seed": "1"}


def test_two_that_disagree_give_a_vector(tmp_path: Path) -> None:
    args = ("--impl", "self", "--impl", worker("accepts"), "--differential", "40", "--found", str(tmp_path))
    status, out, _ = conformance(*args, "--json")
    value = json.loads(out)
    assert status == 1 and value["agree"] is False
    found = json.loads(Path(value["vector"]).read_bytes())
    assert len(json.dumps(found["vectors"][0]["args"])) < 200
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


def test_a_bar_on_a_terminal() -> None:
    args = ("conformance", "run", "--vectors", VECTORS, "--impl", "self", "--stage", "policy")
    found = run(*args, tty=True, env={"TERM": "xterm"})
    assert found.status == 0 and "CONFORMING" in found.out
    assert f"{count('policy')}/{count('policy')}" in found.err
    assert run(*args, tty=True).err == ""
