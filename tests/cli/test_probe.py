"""``probe`` as a command: what it prints and writes, its processes, its time, and how it is resumed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final, cast

import pytest

from kit.command_line import run, start
from kit.data import REPO
from kit.envelopes import DOUBTFUL, bundle_of, events
from kit.envelopes import keys as envelope_keys
from kit.registries import Key, canonical, draw, embedding, put_text, steps
from kit.signing import b64, to_json
from kit.work_clock import WorkClock
from pithbundle.cli import probe_run
from pithbundle.verify.policy import Policy
from pithbundle.verify.probing.elements import elements_of
from pithbundle.verify.probing.lenient import read_lenient
from pithbundle.verify.probing.search import Search
from pithbundle.verify.probing.tasks import Material, Outcome, Task

DEMOS: Final = REPO / "vectors" / "demo"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and a clock that advances by work: ``--time`` is a number of tasks."""
    monkeypatch.setattr(probe_run, "time", WorkClock())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(seed: int, *, mixed: bool = True, outside_model: bool = False) -> None:
    registry = draw(seed, outside_model=outside_model)
    Path("b.json").write_bytes(registry.bundle(registry.mixed if mixed else None))
    Path("p.json").write_bytes(registry.policy(["unknown"]))


def unsettled() -> None:
    """A bundle whose signatures are of what nobody knows, and which nothing else explains."""
    registry = draw(16)
    path = steps(registry.document["proof"]["roles"]["signature"])
    for number, event in enumerate(registry.events):
        put_text(event, path, Key(900 + number, "x", "x").sign(b"unknown"))
    Path("b.json").write_bytes(registry.bundle())
    Path("p.json").write_bytes(registry.policy(["unknown"]))


@pytest.mark.usefixtures("folder")
def test_a_settled_format_and_its_policy_are_written() -> None:
    written(9)
    result = run("probe", "b.json", "--policy", "p.json", "-o", "f.json", "--policy-output", "mine.json")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("SETTLED: ")
    document = json.loads(Path("f.json").read_bytes())
    assert document["format_type"] == "pithbundle_event_format"
    listed = json.loads(Path("mine.json").read_bytes())["keys"][0]["event_formats"]
    assert listed == [document]
    assert "next        pithbundle verify b.json --policy mine.json" in result.out
    # Files are not replaced by themselves, and nothing is searched for before that is known.
    assert run("probe", "b.json", "--policy", "p.json", "-o", "f.json").status == 2
    again = run("probe", "b.json", "--policy", "p.json", "-o", "f.json", "--force", "--json")
    value = json.loads(again.stdout)
    assert value["event_format"] == document
    assert value["policy_document"]["keys"][0]["event_formats"] == [document]
    assert value["inputs"] == [{"file": "b.json", "status": "settled"}]


@pytest.mark.usefixtures("folder")
def test_without_a_file_the_policy_is_printed() -> None:
    written(9)
    out = run("probe", "b.json", "--policy", "p.json").out
    policy = json.loads(out[out.index("\n{") :])
    assert policy["keys"][0]["event_formats"][0]["format_type"] == "pithbundle_event_format"
    assert "  next        pithbundle probe b.json --policy p.json --policy-output mine.json\n" in out


@pytest.mark.usefixtures("folder")
def test_a_rule_without_a_format_is_in_words() -> None:
    written(3, outside_model=True)
    result = run("probe", "b.json", "--policy", "p.json", "-o", "f.json", "--policy-output", "m.json")
    assert result.status == 3
    assert result.out.startswith("FOUND, BUT NO FORMAT:")
    assert "numbers outside the data model" in result.out
    assert "recipe      take the event; exclude" in result.out
    assert not Path("f.json").exists() and not Path("m.json").exists()


@pytest.mark.usefixtures("folder")
def test_a_signed_string_that_contains_the_event_is_in_words() -> None:
    """DSSE: no member has a role, since all are in the string, and no other bundle can change that."""
    registry = draw(16)
    events = []
    for event in registry.events[:2]:
        body, kind = canonical(event), b"application/vnd.example+json"
        raw = registry.key.sign(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body))
        signature = {"keyid": registry.key.key_id, "sig": b64(raw)}
        events.append({"payloadType": kind.decode(), "payload": b64(body), "signatures": [signature]})
    Path("b.json").write_bytes(to_json({**json.loads(registry.bundle()), "events": events}))
    Path("p.json").write_bytes(registry.policy(["unknown"]))
    result = run("probe", "b.json", "--policy", "p.json", "--jobs", "1", "--time", "5000", "-o", "f.json")
    assert result.status == 3
    assert result.out.startswith("FOUND, BUT NO FORMAT:")
    assert "  no format   the bytes are encoded for DSSE\n" in result.out
    assert "no policy can state this rule: keep the recipe" in result.out
    assert "give other bundles" not in result.out


@pytest.mark.usefixtures("folder")
def test_an_event_in_a_payload_gives_a_caution_and_no_policy() -> None:
    registry = embedding(draw(7), draw(750), "member", known=False)
    Path("b.json").write_bytes(registry.bundle())
    Path("p.json").write_bytes(registry.policy(["unknown"]))
    files = ("-o", "f.json", "--policy-output", "m.json")
    result = run("probe", "b.json", "--policy", "p.json", *files)
    assert result.status == 3
    assert result.out.startswith("DOUBTFUL:")
    assert "caution     the payload found is inside /core/content_json, which may itself be" in result.out
    assert "no policy is written" in result.out
    assert not Path("f.json").exists() and not Path("m.json").exists()
    assert "event_type at /core/content_json/quoted/" in result.out
    value = json.loads(run("probe", "b.json", "--policy", "p.json", "--json").stdout)
    (found,) = value["found"]
    assert len(found["cautions"]) == 2 and found["event_format"] is not None
    assert value["event_format"] is None and value["policy_document"] is None


@pytest.mark.usefixtures("folder")
def test_a_format_with_a_caution_is_accepted_by_its_name() -> None:
    """Its name and the command are printed; a name that was not found is a usage error."""
    made = events()
    Path("b.json").write_bytes(bundle_of(DOUBTFUL["event_of_a_kind_of_its_own"], made))
    Path("p.json").write_bytes(envelope_keys())
    result = run("probe", "b.json", "--policy", "p.json")
    assert result.status == 3
    assert "reads       event_type at /event/type" in result.out
    words = next(line for line in result.out.splitlines() if "--accept" in line).split()
    assert words[:4] == ["to", "accept", "pithbundle", "probe"]
    assert "give other bundles" not in result.out
    accepted = run(*words[3:])
    assert accepted.status == 0 and accepted.out.startswith("SETTLED:")
    assert "caution" not in accepted.out
    assert run("verify", "b.json", "--policy", words[-1]).status == 0
    other = run("probe", "b.json", "--policy", "p.json", "--accept", "found-00000000")
    assert other.status == 2
    assert "--accept found-00000000: no format of this name was found" in other.err


@pytest.mark.usefixtures("folder")
def test_what_is_not_settled_reports_how_much_was_tried_and_shows_no_content() -> None:
    unsettled()
    result = run("probe", "b.json", "--policy", "p.json", "--time", "0.5", "-o", "f.json")
    assert result.status == 3
    assert result.out.startswith("NOT SETTLED:")
    assert "preimages, " in result.out and "the time ended before everything was tried" in result.out
    report = result.out[result.out.index("unexplained") :]
    for event in json.loads(Path("b.json").read_bytes())["events"]:
        for text in event.values():
            assert not isinstance(text, str) or len(text) < 12 or text not in report
    assert not Path("f.json").exists()


@pytest.mark.usefixtures("folder")
def test_a_twin_is_settled_in_the_same_run() -> None:
    unsettled()
    registry = draw(16)
    Path("twin.json").write_bytes(registry.bundle())
    result = run("probe", "b.json", "twin.json", "--policy", "p.json", "--time", "20", "--json")
    value = json.loads(result.stdout)
    assert result.status == 3
    assert [each["status"] for each in value["inputs"]] == ["not_settled", "settled"]
    assert value["preimages"] > 0


@pytest.mark.usefixtures("folder")
def test_states_and_integrity_documents_are_inputs() -> None:
    flat = json.loads((REPO / "vectors" / "real" / "integrity_events.json").read_bytes())
    Path("integrity.json").write_bytes(to_json({"events": flat}))
    result = run("probe", "--integrity", "integrity.json", "--time", "1", "--json")
    value = json.loads(result.stdout)
    assert (result.status, value["outcome"]) == (3, "partial")
    assert len(value["signed_digests"]) == len(flat)
    assert {each["pointer"] for each in value["signed_digests"]} == {"/payload_sha256"}
    entry = {"event_id": "sha256:" + "ab" * 32, "at": "2026-06-01T00:00:00Z", "payload": {}}
    state: Any = {"current": {"graph_snapshots": [entry]}}
    Path("state.json").write_bytes(to_json(state))
    value = json.loads(run("probe", "--state", "state.json", "--time", "0.5", "--json").stdout)
    assert (value["outcome"], value["elements"], value["signatures"]) == ("not_settled", 1, 0)


@pytest.mark.usefixtures("folder")
def test_processes_find_what_one_finds() -> None:
    """The outcome does not depend on the number of processes: these need seconds of one."""
    unsettled()
    registry = draw(16)
    Path("twin.json").write_bytes(registry.bundle())
    found = []
    for jobs in ("1", "2"):
        done = run(
            "probe", "b.json", "twin.json", "--policy", "p.json", "--time", "12", "--jobs", jobs, "--json"
        )
        assert done.err == ""
        found.append(json.loads(done.stdout))
    # What explains only a part may differ where the time ended.
    assert found[0]["event_format"] == found[1]["event_format"]
    assert found[0]["event_format"] is not None


class Dying(Material):
    """Kills each process that receives it."""

    def __reduce__(self) -> Any:
        return os._exit, (1,)


@pytest.mark.usefixtures("folder")
def test_a_search_goes_on_when_its_processes_are_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe_run, "_ALONE", 0.0)
    written(9)
    policy = Policy.from_file("p.json")
    searches = [Search(elements_of(0, read_lenient(Path("b.json").read_bytes())), policy) for _ in range(2)]
    searches[0].material.__class__ = Dying
    assert probe_run.run_search(searches[0], 600, 2)
    searches[1].run()
    found = [(search.preimages, search.checks, search.explanations) for search in searches]
    assert found[0] == found[1]
    assert found[0][2]


def test_a_task_for_which_a_process_has_no_memory_is_done_here() -> None:
    class Here:
        def run(self, task: Any) -> Outcome:
            return Outcome(task, 0)

    future: Future[Any] = Future()
    future.set_exception(MemoryError())
    assert probe_run._outcome(cast(Material, Here()), cast(Task, 7), future) == Outcome(7, 0)


def wait_for_a_child(of: int) -> None:
    """Wait until a process has started one of those that search, where the system lists them."""
    listed = Path(f"/proc/{of}/task/{of}/children")
    for _ in range(2000 if listed.exists() else 0):
        for child in listed.read_text().split():
            with contextlib.suppress(OSError):
                if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return
        time.sleep(0.01)


@pytest.mark.signals
def test_an_interrupt_of_a_terminal_prints_no_traceback(folder: Path) -> None:
    """It reaches all processes at once, also those that have just been started."""
    unsettled()
    for delay in (0.0, 0.05, 0.1):
        with start("probe", str(folder / "b.json"), "--policy", str(folder / "p.json"), "--jobs", "2",
                   "--time", "60", own_group=True) as child:  # fmt: skip
            wait_for_a_child(child.pid)
            time.sleep(delay)
            os.killpg(child.pid, signal.SIGINT)
            _, err = child.communicate(timeout=120)
        assert (child.returncode, err.strip()) == (130, b"")


@pytest.mark.usefixtures("folder")
def test_a_search_is_resumed_where_it_ended() -> None:
    unsettled()
    tried = []
    for _ in range(3):
        result = run("probe", "b.json", "--policy", "p.json", "--time", "0.3", "--resume", "r.json", "--json")
        tried.append(json.loads(result.stdout)["preimages"])
        progress = json.loads(Path("r.json").read_bytes())
        assert progress["progress_type"] == "pithbundle_probe_progress"
        assert progress["preimages"] == tried[-1]
    assert tried == sorted(set(tried))


@pytest.mark.usefixtures("folder")
def test_what_was_found_is_found_again_when_a_search_is_resumed() -> None:
    unsettled()
    Path("twin.json").write_bytes(draw(16).bundle())
    args = (
        "probe",
        "b.json",
        "twin.json",
        "--policy",
        "p.json",
        "--resume",
        "r.json",
        "--json",
        "--jobs",
        "1",
    )
    first = json.loads(run(*args, "--time", "15").stdout)
    second = json.loads(run(*args, "--time", "2").stdout)
    assert first["found"] == second["found"] != []


@pytest.mark.usefixtures("folder")
def test_the_time_holds_for_tasks_of_a_progress_file() -> None:
    """What is in such a file may have been edited: it is computed within the time, and kept."""
    unsettled()
    args = ("probe", "b.json", "--policy", "p.json", "--time", "0.2", "--resume", "r.json")
    assert run(*args).status == 3
    progress = json.loads(Path("r.json").read_bytes())
    tasks = [[5, 0, "signature", 0, 2, size, 0, 1 << 15, 0, 0] for size in (1, 2, 3)] * 100
    Path("r.json").write_bytes(canonical({**progress, "fruitful": tasks}))
    result = run(*args)
    assert result.status == 3
    assert b"the time ended before everything was tried" in result.stdout
    assert json.loads(Path("r.json").read_bytes()) == {**progress, "fruitful": tasks}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"progress_type": "x"}, "type"), ({"inputs_sha256": "x"}, "type"), ({"fruitful": 1}, "type"),
        ({"fruitful": [1]}, "type"), ({"fruitful": [[1, 0, "digest", 0, 0, 0, 0, 1, 1, -1]]}, "type"),
        ({"fruitful": [[1, 999, "digest", 0, 0, 0, 0, 1, 1, 1]]}, "type"),
        ({"fruitful": [[1, 0, "digest", 999, 0, 0, 0, 1, 1, 1]]}, "type"),
        ({"fruitful": [[1, 0, "signature", 0, 0, 0, 0, 1 << 40, 1, 1]]}, "type"),
        ({"position": [1, 2]}, "type"), ({"position": [1, 0, "x", 0, 0, 0, 0]}, "type"),
        ({"preimages": "x"}, "type"),
    ],
)  # fmt: skip
def test_a_progress_file_that_is_none_is_rejected(change: Any, code: str) -> None:
    unsettled()
    args = ("probe", "b.json", "--policy", "p.json", "--time", "0.2", "--resume", "r.json")
    assert run(*args).status == 3
    Path("r.json").write_bytes(canonical({**json.loads(Path("r.json").read_bytes()), **change}))
    result = run(*args)
    assert result.status == 2
    assert f"[{code}, " in result.err
    for harmless in ({"position": None}, {"fruitful": [[1, 0, "claimed", 0, 0, 0, 0, 0, 0, 0]]}):
        Path("r.json").unlink()
        run(*args)
        Path("r.json").write_bytes(canonical({**json.loads(Path("r.json").read_bytes()), **harmless}))
        assert run(*args).status == 3


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "args",
    [
        [], ["b.json", "-o", "-"], ["b.json", "--policy-output", "-"], ["b.json", "--resume", "-"],
        ["b.json", "-o", "x", "--policy-output", "./x"], ["b.json", "--time", "0"], ["b.json", "--jobs", "0"],
        ["b.json", "-o", "b.json"], ["b.json", "--resume", "b.json"], ["none.json"], ["-", "--state", "-"],
    ],
)  # fmt: skip
def test_options_that_cannot_be(args: list[str]) -> None:
    written(9)
    result = run("probe", *args)
    assert result.status == 2
    assert "error: " in result.err
    assert result.stdout == b""


@pytest.mark.usefixtures("folder")
def test_what_is_no_json_is_rejected() -> None:
    Path("b.json").write_bytes(b"{")
    result = run("probe", "b.json")
    assert (result.status, result.out) == (1, "")


@pytest.mark.signals
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_all_processes_and_can_be_resumed(folder: Path, number: signal.Signals) -> None:
    unsettled()
    path = folder / "r.json"
    with start("probe", str(folder / "b.json"), "--policy", str(folder / "p.json"), "--jobs", "2",
               "--time", "60", "--resume", str(path)) as child:  # fmt: skip
        # One process works alone until the others start, so something was tried by then.
        wait_for_a_child(child.pid)
        child.send_signal(number)
        out, err = child.communicate(timeout=120)
    assert child.returncode == 128 + number
    assert out == b""
    assert b"Traceback" not in err, err
    assert json.loads(path.read_bytes())["preimages"] > 0


@pytest.mark.usefixtures("folder")
def test_progress_is_shown_on_a_terminal_and_removed() -> None:
    unsettled()
    result = run("probe", "b.json", "--policy", "p.json", "--time", "2.5", "--jobs", "1", tty=True)
    assert "probe: " in result.err and "of 2 s" in result.err
    assert result.err.endswith("\r")
