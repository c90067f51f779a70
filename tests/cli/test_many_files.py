"""verify of many files: which are taken, a line each, the summary (REPORT-6, REPORT-7, CLI-10 to CLI-12)."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kit import DEMO, Signer, attached, bundle, cbor, made_record, payloads, policy, to_json
from kit.command_line import (
    HOSTILE,
    Result,
    assert_harmless,
    command_line,
    killed_after,
    process_env,
    run,
    spawn,
)
from kit.data import REPO
from kit.demo import RECORD, plain, rich
from kit.payloads import alias_added, checkpoint
from pithbundle import Policy, Verifier, proof
from pithbundle.bundle import document, reader
from pithbundle.cli import file_results, output, print_results, sources, terminal
from pithbundle.cli.output import worst
from pithbundle.encoding import cbor as encoding_cbor
from pithbundle.encoding import json_reader
from pithbundle.escape import visible
from pithbundle.outcomes import EXIT_STATUS

DEMOS = REPO / "vectors" / "demo"
WHEN = "2026-06-01T00:00:00Z"
POLICY = ["--policy", str(DEMOS / "policy.json")]
#: The words that may start a line.
WORDS = {
    "OK", "FAIL", "UNVERIFIED", "UNREADABLE", "SKIPPED", "policy", "hint", "pithbundle:",
    *(f"{outcome.upper()}:" for outcome in EXIT_STATUS),
}  # fmt: skip
STATUS_WORD = {0: "OK", 1: "FAIL", 2: "UNREADABLE", 3: "UNVERIFIED"}

ALIAS = attached(DEMO, RECORD, "alias_added", alias_added("a", "b"), WHEN)
LISTING = attached(DEMO, RECORD, "checkpoint", checkpoint([ALIAS["event_id"]]), WHEN)
UNKNOWN_SIGNER = attached(Signer(99, "x", "y"), RECORD, "alias_added", alias_added("a", "b"), WHEN)

#: What a file contains, its outcome, and what its reason ends with.
CONTENTS: dict[str, tuple[bytes, str, str]] = {
    "valid": (to_json(plain()), "valid", ""),
    "cbor": (cbor(plain()), "valid", ""),
    "conflict": (to_json(rich()), "conflict", "[MERGE-8]"),
    "altered": (
        to_json(bundle(RECORD, [{**ALIAS, "payload": {**ALIAS["payload"], "alias_value": "c"}}])),
        "invalid",
        "[hash_mismatch]",
    ),
    "incomplete": (to_json(bundle(RECORD, [LISTING])), "incomplete", "[MERGE-9]"),
    "stranger": (to_json(bundle(RECORD, [UNKNOWN_SIGNER])), "unverified", "[key_unknown]"),
    "not signed": (
        to_json(bundle(RECORD, [{name: value for name, value in ALIAS.items() if name != "signature"}])),
        "unverified",
        "[REPORT-2]",
    ),
    "no events": (to_json(bundle(RECORD, [])), "unverified", "[REPORT-2]"),
    "truncated": (to_json(plain())[:-9], "rejected", "[syntax, JSON-6]"),
    "empty": (b"", "rejected", "[syntax, JSON-6]"),
    "page": (b"<!doctype html>", "rejected", "[syntax, JSON-6]"),
    "other hash": (to_json({**plain(), "canonical_sha256": "0" * 64}), "rejected", "[hash_mismatch, BUN-3]"),
    "other type": (to_json({**plain(), "bundle_type": "x"}), "rejected", "[type, BUN-2]"),
    "no type": (
        to_json({name: value for name, value in plain().items() if name != "bundle_type"}),
        "rejected",
        "[type, BUN-2]",
    ),
    "an array": (b"[]", "rejected", "[type, BUN-1]"),
    "an object": (b"{}", "rejected", "[type, BUN-2]"),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a folder ``d``, which has each content in a file, and a proof."""
    made = tmp_path / "d"
    made.mkdir()
    for name, (data, _, _) in CONTENTS.items():
        (made / f"{name}.{'cbor' if name == 'cbor' else 'json'}").write_bytes(data)
    monkeypatch.chdir(tmp_path)
    run("proof", "d/conflict.json", *POLICY, "--out", "proof.json")
    return tmp_path


def lines(result: Result) -> list[dict[str, Any]]:
    """The objects of ``--jsonl``; the last is the summary."""
    return [json.loads(line) for line in result.stdout.splitlines()]


# -- one line each, in every form -----------------------------------------------------------


def test_each_file_has_its_outcome_and_reason(folder: Path) -> None:
    *files, _ = lines(run("verify", "--jsonl", "d", *POLICY))
    assert [Path(one["file"]).stem for one in files] == sorted(CONTENTS)
    for one in files:
        _, outcome, end = CONTENTS[Path(one["file"]).stem]
        assert one["outcome"] == outcome, one
        assert one["reason"].endswith(end), one
        assert one["exit_status"] == EXIT_STATUS[one["outcome"]]
        assert bool(one["reason"]) == (outcome != "valid")
        assert not one["reason"] or one["reason"].startswith(f"{outcome}: ")


@pytest.mark.parametrize("chosen", [[], ["--only-failed"], ["-v"], ["-q"]], ids=" ".join)
def test_text_json_and_json_lines_agree(folder: Path, chosen: list[str]) -> None:
    """Line by line: the status word, the path, the reason; and the counts of the summary."""
    # Among skipped files only one that is named is printed without -v: an empty folder.
    (folder / "d" / "policy.json").write_bytes((DEMOS / "policy.json").read_bytes())
    (folder / "empty").mkdir()
    args = ["d", "empty", "absent.json", "proof.json", *POLICY, *chosen]
    text, one_value, many = (run("verify", *args, *form) for form in ([], ["--json"], ["--jsonl"]))
    assert text.status == one_value.status == many.status == 1
    *files, summary = lines(many)
    value = json.loads(one_value.stdout)
    assert value["files"] == files
    assert {name: value[name] for name in summary} == summary
    printed = [line for line in text.out.splitlines() if re.match("OK|FAIL|UN[VR]|SKIPPED", line)]
    words = {"ok": "OK", "skipped": "SKIPPED"}
    expected = [
        f"{words.get(one['status'], one['status'].upper()):<14}{visible(one['file'])}"
        + (f"  {visible(one['reason'])}" if one["reason"] else "")
        for one in files
    ]
    assert printed == (expected if chosen != ["-q"] else [])
    assert (files == []) == (chosen == ["-q"])
    headline = next(line for line in text.out.splitlines() if line.startswith("REJECTED: "))
    bundles = summary["summary"]["bundles"]
    total = bundles.pop("total")
    counted = ", ".join(f"{bundles[name]} {name}" for name in EXIT_STATUS if bundles[name])
    assert headline == (
        f"REJECTED: {total} bundles: {counted}; 1 proof: 1 valid; 1 file unreadable; 2 skipped"
    )
    if chosen == ["-v"]:
        judged = [one for one in files if one["document_type"] != "proof" and one["status"] != "skipped"]
        outcomes = Counter(one["outcome"] for one in judged)
        assert outcomes - Counter(["unverified"]) == Counter(
            {name: count for name, count in bundles.items() if count}
        )


def test_each_entry_is_the_report_on_the_file_alone(folder: Path) -> None:
    """The line of a file among others, and the report on it by itself, have one outcome and one report."""
    *files, _ = lines(run("verify", "--jsonl", "-v", "d", *POLICY))
    for one in files:
        alone = json.loads(run("verify", "--json", one["file"], *POLICY).stdout)
        if alone["documents"]:
            # Without its type a bundle may be a record document: among others it is no bundle.
            assert (Path(one["file"]).stem, one["outcome"]) == ("no type", "rejected")
            continue
        assert (one["outcome"], one["outcomes"]) == (alone["outcome"], alone["outcomes"])
        assert [one["report"]] == (alone["reports"] or [None])
        assert [one["rejection"]] == (alone["rejected"] or [None])


@pytest.mark.parametrize("seed", range(3))
def test_the_exit_status_is_the_worst_and_the_counts_are_those_of_the_files(folder: Path, seed: int) -> None:
    """Drawn sets of files: REPORT-7 over REPORT-2."""
    drawn = random.Random(seed)
    paths = [*map(str, sorted((folder / "d").iterdir())), "absent.json"]
    for _ in range(8):
        chosen = drawn.choices(paths, k=drawn.randint(2, 5))
        result = run("verify", "--jsonl", *chosen, *POLICY)
        *files, summary = lines(result)
        assert [one["file"] for one in files] == chosen
        assert result.status == worst(one["exit_status"] for one in files)
        unreadable = sum(one["status"] == "unreadable" for one in files)
        assert summary["summary"]["unreadable"] == unreadable
        counts = summary["summary"]
        assert counts["bundles"]["total"] + counts["documents"]["total"] == len(files) - unreadable
        found = {outcome for one in files for outcome in one["outcomes"]}
        expected = [name for name in EXIT_STATUS if name in found - {"valid"}] or ["valid"]
        assert summary["outcomes"] == expected
        for one in files:
            status = STATUS_WORD[one["exit_status"]]
            assert one["status"] == status.lower()


def test_the_summary_has_every_outcome_of_a_file(folder: Path) -> None:
    value = json.loads(Path("d/conflict.json").read_bytes())
    value["events"].append(json.loads(Path("d/altered.json").read_bytes())["events"][-1])
    Path("two.json").write_bytes(to_json(value))
    one, summary = lines(run("verify", "--jsonl", "two.json", *POLICY))
    assert one["outcomes"][:2] == ["invalid", "conflict"]
    assert summary["outcomes"] == one["outcomes"]


def test_the_details_are_those_of_the_report_on_the_file(folder: Path) -> None:
    """-v prints below each line what is printed of the file alone, but for the policy."""
    whole = run("verify", "-v", "d/conflict.json", "d/altered.json", *POLICY).out
    for name in ("conflict", "altered"):
        alone = run("verify", f"d/{name}.json", *POLICY).out
        record = alone[alone.index("\nrecord ") + 1 :]
        for line in filter(None, record.splitlines()):
            assert line in whole.splitlines()
    rejected = run("verify", "-v", "d/page.json", "absent.json", *POLICY).out
    assert "  hint        the file is a web page" in rejected
    assert "  proves      " in run("verify", "-v", "proof.json", "absent.json", *POLICY).out


# -- proofs and other documents ---------------------------------------------------------------


def test_a_proof_has_its_own_line_and_count(folder: Path) -> None:
    (folder / "bad.json").write_bytes((folder / "proof.json").read_bytes().replace(b"demo", b"dem0"))
    result = run("verify", "proof.json", "bad.json", "d/valid.json", *POLICY)
    proven, broken, _, summary = result.out.splitlines()[:4]
    assert re.match("OK            proof.json  a proof: .+ signed two .+ events that contradict each", proven)
    assert re.match(r"FAIL          bad.json  rejected: .+ \[.+, PROOF-2\]$", broken)
    assert summary == "REJECTED: 1 bundle: 1 valid; 2 proofs: 1 rejected, 1 valid"
    assert result.status == 1
    assert run("verify", "proof.json", "proof.json", *POLICY).status == 0
    assert run("verify", "proof.json", *POLICY).out.startswith("CONFLICT PROVEN: a signer of your policy")
    assert (
        run("verify", "-q", "bad.json", *POLICY).out
        == "NOT PROVEN: your policy does not have the key that the proof names\n"
    )


def test_a_document_of_another_type_is_skipped_in_a_folder_and_judged_if_it_is_named(tmp_path: Path) -> None:
    run("merge", str(DEMOS / "bundle.json"), *POLICY, "-o", f"{tmp_path}/state.json", "--report",
        f"{tmp_path}/report.json", "--trace", f"{tmp_path}/trace.json")  # fmt: skip
    (tmp_path / "policy.json").write_bytes((DEMOS / "policy.json").read_bytes())
    (tmp_path / "output.json").write_bytes(run("number", str(DEMOS / "bundle.json"), "--json").stdout)
    (tmp_path / "record.json").write_bytes(to_json(RECORD))
    (tmp_path / "record-document.json").write_bytes(to_json({"canonical_record": RECORD}))
    (tmp_path / "record.cbor").write_bytes(cbor(RECORD))
    (tmp_path / "event.json").write_bytes(to_json(ALIAS))
    (tmp_path / "manifest.json").write_bytes(to_json({"manifest_type": "pith_mirror_manifest"}))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == 10
    result = run("verify", "-v", str(tmp_path), *POLICY)
    assert [line.split()[1].rpartition("/")[2] for line in result.out.splitlines()[:10]] == names
    assert all(line.startswith("SKIPPED ") for line in result.out.splitlines()[:10])
    assert "state.json  a state\n" in result.out
    # Nothing was verified, and that is not success.
    assert result.status == 3
    # Without -v they are only counted.
    assert run("verify", str(tmp_path), *POLICY).out.startswith(
        "UNVERIFIED: no bundle was found; 10 skipped\n"
    )
    named = run("verify", *(str(tmp_path / name) for name in names), *POLICY)
    assert named.status == 1
    assert "REJECTED: 7 bundles: 7 rejected; 3 documents: 3 unverified\n" in named.out
    listed = run("verify", "--files-from", "-", *POLICY, stdin=f"{tmp_path}/state.json\n".encode())
    assert "UNVERIFIED: 1 document: 1 unverified\n" in listed.out


@pytest.mark.parametrize(
    "changed",
    [
        {"bundle_type": "x"},
        {"bundle_type": "pith_open_graph_state"},
        {"bundle_type": None},
        {"state_type": "pith_open_graph_state", "bundle_type": 1},
        {"outcome": 1, "exit_status": 0, "bundle_type": []},
    ],
)
def test_a_bundle_whose_type_was_altered_is_judged(tmp_path: Path, changed: dict[str, Any]) -> None:
    """One who alters a bundle must not make it one that is skipped: it is rejected."""
    # Whether or not the member comes first, which shows at once that the file may be a bundle.
    for value in ({**plain(), **changed}, {"a": 1, **plain(), **changed}):
        (tmp_path / "b.json").write_bytes(to_json(value))
        assert run("verify", str(tmp_path), *POLICY).status == 1
    without = {name: value for name, value in plain().items() if name != "bundle_type"}
    (tmp_path / "b.json").write_bytes(to_json(without))
    assert run("verify", str(tmp_path), *POLICY).status == 1


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of what is parsed, each time that it is."""
    found: list[int] = []
    for module, name in [
        *((each, "read_json") for each in (document, reader, json_reader, proof)),
        *((each, "read_cbor") for each in (document, reader, encoding_cbor)),
    ]:
        whole = getattr(module, name)

        def counted(data: bytes, *args: Any, whole: Any = whole, **options: Any) -> Any:
            found.append(len(data))
            return whole(data, *args, **options)

        monkeypatch.setattr(module, name, counted)
    return found


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1, "canonical_record": RECORD},
        {"a": 1, "record_type": "pith_number_record", "canonical_record": RECORD, "events": []},
        {"a": 1, "manifest_type": "pith_mirror_manifest"},
        {"a": 1, "public_key_hex": "ab" * 32},
        RECORD,
        {"z": 1, **plain()},
    ],
)
@pytest.mark.parametrize("write", [to_json, cbor], ids=["json", "cbor"])
@pytest.mark.parametrize("from_folder", [True, False], ids=["folder", "list"])
def test_a_file_is_parsed_once(
    tmp_path: Path, parsed: list[int], value: Any, write: Callable[[Any], bytes], from_folder: bool
) -> None:
    """It was parsed to recognise it, to see whether it may be skipped, and to check it."""
    path = tmp_path / "f.json"
    path.write_bytes(write(value))
    if from_folder:
        run("verify", str(tmp_path), *POLICY)
    else:
        run("verify", "--files-from", "-", *POLICY, stdin=f"{path}\n".encode())
    # A record that a list names is rejected: the verifier reads it too, and the hint names what it is.
    rejected = value is RECORD and not from_folder
    assert parsed.count(path.stat().st_size) == (3 if rejected else 1)


def test_what_is_over_a_limit_is_recognised_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(to_json({"deep": [[[[[[]]]]]], "canonical_record": RECORD}))
    (tmp_path / "b.json").write_bytes(to_json({"deep": [[[[[[]]]]]], "x": 1}))
    result = run("verify", "-v", str(tmp_path), *POLICY, "--limit", "depth=5", "--limit", "bundle_depth=5")
    assert [line.split()[0] for line in result.out.splitlines()[:2]] == ["SKIPPED", "FAIL"]


def test_a_document_of_another_encoding_than_the_named_one_is_recognised(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(to_json({"canonical_record": RECORD}))
    (tmp_path / "b.json").write_bytes(b"{")
    result = run("verify", "-v", str(tmp_path), *POLICY, "--from", "cbor")
    assert [line.split()[0] for line in result.out.splitlines()[:2]] == ["SKIPPED", "FAIL"]


# -- folders ----------------------------------------------------------------------------------


def test_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "top").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.json").write_bytes(to_json(plain()))
    (tmp_path / "top" / "link").symlink_to("../elsewhere")
    one, *_ = lines(run("verify", "--jsonl", "-v", str(tmp_path / "top"), *POLICY))
    assert one["file"].endswith("link") and one["status"] == "skipped" and "symbolic link" in one["reason"]


def test_which_files_of_a_folder_are_taken(tmp_path: Path) -> None:
    top = tmp_path / "top"
    (top / "b" / "deep").mkdir(parents=True)
    (top / ".hidden").mkdir()
    good = to_json(plain())
    for name in ("a.json", "b/x.JSON", "b/deep/y.cbor", "c.json", "b/z.txt", ".h.json", ".hidden/i.json"):
        (top / name).write_bytes(cbor(plain()) if name.endswith("cbor") else good)
    (tmp_path / "elsewhere.json").write_bytes(good)
    (top / "link.json").symlink_to(tmp_path / "elsewhere.json")
    (top / "loop").symlink_to(top)
    (top / "b" / "up").symlink_to("..")
    (top / "nowhere.json").symlink_to("nowhere")
    (top / "nowhere.txt").symlink_to("nowhere")
    (top / "self.json").symlink_to("self.json")
    os.mkfifo(top / "fifo.json")
    (top / "fifo-link.json").symlink_to("fifo.json")
    (top / "device.json").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(top / "s.json"))
        *files, summary = lines(run("verify", "--jsonl", "-v", str(top), *POLICY))
    found = {one["file"].removeprefix(f"{top}/"): (one["status"], one["reason"]) for one in files}
    assert [*found] == sorted(found, key=lambda name: [part.encode() for part in name.split("/")])
    assert {name for name, (status, _) in found.items() if status == "ok"} == {
        "a.json", "b/x.JSON", "b/deep/y.cbor", "c.json", "link.json",
    }  # fmt: skip
    skipped = {name: reason for name, (status, reason) in found.items() if status == "skipped"}
    special, other_name, hidden = (
        "a FIFO, socket or device",
        "its name ends in neither .json nor .cbor",
        "hidden: its name begins with a dot",
    )
    assert skipped == {
        ".h.json": hidden,
        ".hidden": hidden,
        "b/up": "a symbolic link to a folder, which is not followed",
        "b/z.txt": other_name,
        "device.json": special,
        "fifo-link.json": special,
        "fifo.json": special,
        "loop": "a symbolic link to a folder, which is not followed",
        "nowhere.txt": other_name,
        "s.json": special,
    }
    unreadable = {name: reason for name, (status, reason) in found.items() if status == "unreadable"}
    assert unreadable == {
        "nowhere.json": "no such file or directory [io, CLI-3]",
        "self.json": "too many levels of symbolic links [io, CLI-3]",
    }
    assert summary["exit_status"] == 2
    # A folder that is named is walked, also under the name of a link.
    assert lines(run("verify", "--jsonl", str(top / "loop"), *POLICY))[-1]["summary"] == summary["summary"]


def test_an_empty_folder_is_named_and_is_no_success(folder: Path) -> None:
    (folder / "empty").mkdir()
    result = run("verify", "empty", *POLICY)
    assert result.out.splitlines()[:2] == [
        "SKIPPED       empty  a folder without .json and .cbor files",
        "UNVERIFIED: no bundle was found; 1 skipped",
    ]
    assert result.status == 3
    beside = run("verify", "empty", "d/valid.json", *POLICY)
    assert beside.status == 0
    assert beside.out.startswith("SKIPPED       empty  ")


@pytest.fixture
def deep_tree(tmp_path: Path) -> Iterator[Path]:
    """A folder of 1,501 levels, which is removed here.

    ``shutil.rmtree`` of Python 3.11 fails on it with a RecursionError. If the tree stayed, a later
    run of pytest, which removes the folders of earlier ones, would fail with an unclosed iterator.
    """
    top = tmp_path / "t"
    top.mkdir()
    here = os.open(top, os.O_RDONLY)
    try:
        for _ in range(1_500):
            os.mkdir("d", dir_fd=here)
            below = os.open("d", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
        os.close(os.open("x.json", os.O_CREAT | os.O_WRONLY, dir_fd=here))
        os.close(here)
        yield top
    finally:
        subprocess.run(["rm", "-rf", str(top)], check=True, timeout=60)


def test_a_tree_deeper_than_the_stack_of_python(deep_tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(deep_tree.parent)
    result = run("verify", "--jsonl", deep_tree.name, *POLICY)
    assert lines(result)[-1]["summary"]["bundles"]["rejected"] == 1
    assert result.err == ""


def test_a_folder_below_a_path_that_is_too_long_is_unreadable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was skipped like a file of another name, so that what it hides was VALID."""
    monkeypatch.chdir(tmp_path)
    os.mkdir("t")
    (tmp_path / "t" / "x.json").write_bytes(to_json(plain()))
    here = os.open("t", os.O_RDONLY)
    for _ in range(22):
        os.mkdir("d" * 200, dir_fd=here)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    try:
        result = run("verify", "--jsonl", "t", *POLICY)
    finally:
        shutil.rmtree("t")
    unreadable, valid, last = lines(result)
    assert unreadable["reason"] == "file name too long [io, CLI-3]"
    assert (valid["status"], last["summary"]["unreadable"], result.status) == ("ok", 1, 2)


def test_what_may_be_a_folder_is_unreadable_if_it_cannot_be_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The names of a folder can be read without the right to look at what they name; and a name can go."""
    for name, error in (("sub", PermissionError(13, "Permission denied")), ("gone", FileNotFoundError())):
        (folder / "e" / name).mkdir(parents=True)
        lstat = os.lstat

        def closed(path: Any, at: str = name, error: OSError = error, lstat: Any = lstat) -> os.stat_result:
            if str(path).endswith(at):
                raise error
            found: os.stat_result = lstat(path)
            return found

        monkeypatch.setattr(os, "lstat", closed)
    result = run("verify", "-v", "e")
    assert "UNREADABLE    e/sub  permission denied [io, CLI-3]\n" in result.out
    assert "SKIPPED       e/gone  its name ends in neither .json nor .cbor\n" in result.out
    assert result.status == 2


def test_a_folder_and_a_file_that_may_not_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests may run as root, to whom every file is open: the system's answer is made up."""
    (folder / "d" / "closed").mkdir()
    (folder / "d" / "closed" / "x.json").write_bytes(b"{}")
    listdir = os.listdir

    def refusing(path: str) -> list[str]:
        if path == "d/closed":
            raise PermissionError(13, "Permission denied")
        return listdir(path)

    monkeypatch.setattr(os, "listdir", refusing)
    result = run("verify", "d", "d/valid.json", *POLICY)
    assert "UNREADABLE    d/closed  permission denied [io, CLI-3]\n" in result.out
    alone = run("verify", "d/closed", *POLICY)
    assert alone.status == 2


def test_what_vanishes_after_it_was_found_is_unreadable(folder: Path) -> None:
    walked = sources.walk("d")
    first = next(walked)
    for path in (folder / "d").iterdir():
        path.unlink()
    os.mkfifo(folder / first.path)
    rest = [*walked]
    assert len(rest) == len(CONTENTS) - 1
    assert {type(one.error).__name__ for one in rest} == {"FileError"}
    from pithbundle import Limits
    from pithbundle.cli.inputs import InputRejected

    # A FIFO instead of a file does not block.
    for one in (first, rest[0]):
        with pytest.raises(InputRejected):
            one.read(Limits())


# -- lists ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "text"),
    [
        ([], b"d/valid.json\nabsent.json\n\nd/cbor.cbor"),
        ([], b"d/valid.json\nabsent.json\nd/cbor.cbor\n\n"),
        (["-0"], b"d/valid.json\0absent.json\0\0d/cbor.cbor"),
        (["--null"], b"d/valid.json\0absent.json\0d/cbor.cbor\0"),
    ],
)
def test_a_list_names_files(folder: Path, args: list[str], text: bytes) -> None:
    (folder / "list").write_bytes(text)
    results = [run("verify", *args, "--files-from", "list", *POLICY)]
    results.append(run("verify", *args, "--files-from", "-", *POLICY, stdin=text))
    for result in results:
        assert result.out.splitlines()[:4] == [
            "OK            d/valid.json",
            "UNREADABLE    absent.json  no such file or directory [io, CLI-3]",
            "OK            d/cbor.cbor",
            "UNVERIFIED: 2 bundles: 2 valid; 1 file unreadable",
        ]
        assert result.status == 2


def test_a_path_of_a_list_is_that_of_a_regular_file(folder: Path) -> None:
    os.mkfifo("fifo")
    Path("-").write_bytes(to_json(plain()))
    names = [b"fifo", b"/dev/zero", b"d", b"-", b"x" * 200_000, b"nul\0inside", b"d/valid.json\r", b"\xff"]
    result = run("verify", "--jsonl", "--files-from", "-", *POLICY, stdin=b"\n".join(names))
    *files, summary = lines(result)
    special = "is a FIFO, socket or device, and only regular files are read here [io, CLI-3]"
    assert [one["reason"] for one in files] == [
        special,
        special,
        "is a directory [io, CLI-3]",
        "",
        "file name too long [io, CLI-3]",
        "embedded null byte [io, CLI-3]",
        "no such file or directory; a carriage return of the list is part of this path [io, CLI-3]",
        "no such file or directory [io, CLI-3]",
    ]
    assert files[3]["file"] == "./-"
    assert (files[7]["file"], files[7]["file_hex"]) == ("\ufffd", "ff")
    assert files[6]["file_hex"] is None
    assert len(files[4]["file"]) < 140_000
    assert summary["summary"]["unreadable"] == 7


def test_what_an_editor_wrote_into_a_list_is_named(folder: Path) -> None:
    """A list of Windows has a carriage return at the end of each path, perhaps a mark at its beginning."""
    result = run("verify", "--files-from", "-", stdin="\ufeffd/valid.json\r\nd/valid.json\r\n".encode())
    first, second, *_ = result.out.splitlines()
    both = "a byte order mark and a carriage return"
    assert first.endswith(f"no such file or directory; {both} of the list is part of this path [io, CLI-3]")
    assert second.endswith("; a carriage return of the list is part of this path [io, CLI-3]")
    assert "carriage" not in run("verify", "absent\r", "absent").out


def test_a_list_that_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for args in (["--files-from", "absent"], ["--files-from", "d"]):
        result = run("verify", *args, *POLICY)
        assert (result.status, result.stdout) == (2, b"")
        assert result.err.startswith("pithbundle: error: ")
    empty = run("verify", "--files-from", "-", *POLICY)
    assert empty.out.startswith("UNVERIFIED: no bundle was found\n") and empty.status == 3

    class Failing:
        def read1(self, size: int = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    (one,) = sources.read_list(Failing(), "list", b"\n")
    assert str(one.error) == "list: input/output error [io, CLI-3]"
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(Exception, match="standard input is closed"), sources.open_list("-"):
        pass


def test_a_fifo_that_is_named_is_read(folder: Path) -> None:
    """A shell's <(...) is one."""
    os.mkfifo("one")
    writer = subprocess.Popen(["sh", "-c", "cat d/valid.json > one"])
    result = run("verify", "one", "d/valid.json", *POLICY)
    writer.wait()
    assert result.out.startswith("OK            one\nOK            d/valid.json\n")


def test_usage_errors(folder: Path) -> None:
    for args, message in [
        ([], "missing argument 'FILE...'"),
        (["-0", "d"], "-0 needs a list"),
        (["-q", "-v", "d"], "-q and -v exclude each other"),
        (["--json", "--jsonl", "d"], "--json and --jsonl exclude each other"),
        (["--together", "--jsonl", "d"], "--together and --jsonl exclude each other"),
        (["--together", "--only-failed", "d"], "--together and --only-failed exclude each other"),
        (["--files-from", "-", "-"], "standard input can be read only once"),
        (["--files-from", "-", "--policy", "-"], "standard input can be read only once"),
        (["--together", "proof.json", *POLICY], "proof.json is a proof, which is checked by itself"),
    ]:
        result = run("verify", *args)
        assert result.status == 2, args
        assert message in result.err, args
        if "--jsonl" in args and "--json" not in args:
            (error,) = lines(result)
            assert error["error"]["code"] == "usage"


# -- hostile names ------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [t for t in HOSTILE.values() if len(t) < 200], ids=ascii)
def test_names_print_safely(tmp_path: Path, text: str) -> None:
    name = text.replace("/", "_").replace("\0", "_").encode("utf-8", "surrogatepass")[:200]
    folder = os.fsencode(tmp_path) + b"/" + name
    os.mkdir(folder)
    for data in (b"x.json", b"bad.json"):
        with open(folder + b"/" + name[:180] + data, "wb") as file:
            file.write(to_json(plain()) if data == b"x.json" else b"{")
    os.symlink(b"gone", folder + b"/gone.json")
    listed = os.fsencode(tmp_path) + b"/list"
    with open(listed, "wb") as file:
        file.write(folder + b"/" + name[:180] + b"x.json\0absent" + name + b"\0")
    words = WORDS | {"record", "verified", "why"}
    for args in (
        [os.fsdecode(folder)],
        [os.fsdecode(folder), "-v"],
        ["-0", "--files-from", os.fsdecode(listed)],
    ):
        for tty in (False, True):
            result = run("verify", *args, *POLICY, tty=tty)
            assert_harmless(result, words)
            assert result.status in (1, 2)
        for form in ("--json", "--jsonl"):
            assert run("verify", *args, *POLICY, form).stdout.isascii()


# -- many: memory, order of output, streams -------------------------------------------------------


def many(folder: Path, count: int) -> Path:
    """A folder of many files: hard links to 50 bundles, since reading them is what counts."""
    made = []
    for number in range(50):
        record = made_record(number + 1)
        event = attached(DEMO, record, "graph_snapshot", payloads.graph_snapshot(record), WHEN)
        path = folder / f"made-{number}"
        path.write_bytes(to_json(bundle(record, [event])))
        made.append(path)
    os.mkdir(folder / "many")
    for number in range(count):
        os.link(made[number % 50], folder / "many" / f"{number:06}.json")
    return folder / "many"


MEASURED = """
import sys
from kit.memory import peak_kib
from pithbundle.cli.main import main
status = main(sys.argv[1:])
print(peak_kib(), file=sys.stderr)
sys.exit(status)
"""


def most_memory(args: list[str], output: Path) -> int:
    """The most memory of a process that runs the command, in KiB."""
    path = os.pathsep.join([process_env()["PYTHONPATH"], str(REPO / "tests")])
    with open(output, "wb") as stdout:
        done = subprocess.run(
            [sys.executable, "-P", "-c", MEASURED, "verify", *args, *POLICY],
            stdout=stdout, stderr=subprocess.PIPE, env=process_env({"PYTHONPATH": path}), check=True,
        )  # fmt: skip
    return int(done.stderr)


@pytest.mark.parametrize(
    ("args", "count"),
    [
        pytest.param(["--json"], 3_000, id="json", marks=pytest.mark.slow),
        pytest.param(["--json"], 10_000, id="json-10000", marks=pytest.mark.long),
        pytest.param([], 10_000, id="text", marks=pytest.mark.long),
        pytest.param(["--jsonl", "-v"], 10_000, id="jsonl", marks=pytest.mark.long),
    ],
)
def test_memory_does_not_grow_with_the_number_of_files(tmp_path: Path, args: list[str], count: int) -> None:
    """Thousands of listed files take the memory of 200; a folder takes that of its names more."""
    folder = many(tmp_path, count)
    few, all_of_them = tmp_path / "few", tmp_path / "all"
    names = [f"{folder}/{name}\n" for name in sorted(os.listdir(folder))]
    few.write_text("".join(names[:200]))
    all_of_them.write_text("".join(names))
    out = tmp_path / "out"
    least = most_memory([*args, "--files-from", str(few)], out)
    listed = most_memory([*args, "--files-from", str(all_of_them)], out)
    # A process of 20 MiB differs by some pages from run to run; 3,000 reports are 9 MiB.
    assert listed - least < 3_000, (least, listed)
    assert most_memory([*args, str(folder)], out) - least < 5_000
    assert out.stat().st_size > count * (30 if not args else 300)


def test_no_result_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What 600 files allocate at most is what 60 do: counted, so that no clock and no machine matters."""
    monkeypatch.setattr(file_results, "_CACHE_SIZE", 16)
    bundles = many(folder, 600)
    names = sorted(str(path) for path in bundles.iterdir())
    peaks = []
    for count in (60, 60, 600):
        (folder / "list").write_text("\n".join(names[:count]))
        tracemalloc.start()
        try:
            result = run("verify", "--only-failed", "--files-from", "list", *POLICY)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
        assert result.out.startswith(f"VALID: {count} bundles: {count} valid\n")
    # Each report is 20 kB: if they were kept, 600 would take ten times what 60 take.
    assert peaks[2] < peaks[1] * 1.2


def test_each_result_is_printed_when_it_is_known(folder: Path) -> None:
    """The list is a pipe that stays open: the line of its first path arrives all the same."""
    child = subprocess.Popen(
        command_line("verify", "--files-from", "-", *POLICY),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=process_env(),
    )  # fmt: skip
    with child, killed_after(30, child):
        assert child.stdin is not None and child.stdout is not None
        for name in ("valid", "conflict"):
            child.stdin.write(f"d/{name}.json\n".encode())
            child.stdin.flush()
            assert child.stdout.readline().split()[1] == f"d/{name}.json".encode()
        child.stdin.close()
        assert child.stdout.readline().startswith(b"CONFLICT: 2 bundles: 1 conflict, 1 valid")
    assert child.returncode == 1


@pytest.mark.parametrize("form", [[], ["--jsonl"]], ids=["text", "jsonl"])
def test_a_reader_that_closes_the_pipe_ends_the_work_quietly(folder: Path, form: list[str]) -> None:
    """With 128 and the number of SIGPIPE: not with 0, since not every file was judged (CLI-12)."""
    child = subprocess.Popen(
        command_line("verify", *form, "--files-from", "-", *POLICY),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=process_env(),
    )  # fmt: skip
    with child, killed_after(30, child):
        assert child.stdin is not None and child.stdout is not None and child.stderr is not None
        child.stdin.write(b"d/valid.json\n")
        child.stdin.flush()
        assert b"valid.json" in child.stdout.readline()
        child.stdout.close()
        child.stdin.write(b"d/valid.json\n" * 3)
        child.stdin.flush()
        assert child.wait(30) == 128 + signal.SIGPIPE
        assert child.stderr.read() == b""


def test_a_full_disk_is_an_error(folder: Path) -> None:
    with open("/dev/full", "wb") as full:
        for form in ([], ["--jsonl"], ["--json"]):
            done = subprocess.run(
                command_line("verify", *form, "d", *POLICY),
                stdout=full, stderr=subprocess.PIPE, env=process_env(), timeout=60, check=False,
            )  # fmt: skip
            assert done.returncode == 2
            assert done.stderr == b"pithbundle: error: standard output: no space left on device\n"


def test_without_a_folder_for_temporary_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard output was named as what is full."""
    monkeypatch.setattr(print_results, "_IN_MEMORY", 10)
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "absent"))
    result = run("verify", "--json", "d", *POLICY)
    error = json.loads(result.stdout)["error"]
    assert (result.status, error["code"], error["file"]) == (2, "io", "temporary file")
    assert error["hint"].startswith("name a folder with free space in TMPDIR")
    assert "pithbundle: error: temporary file: no such file or directory [io, CLI-3]\n" in result.err
    assert run("verify", "--jsonl", "d", *POLICY).status == 1


def test_an_interrupted_line_is_not_begun(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The half of a line would be read as a whole one by a program."""

    def half(value: Any, indent: int | None) -> Iterator[bytes]:
        yield b'{"half'
        raise KeyboardInterrupt

    monkeypatch.setattr(output, "json_pieces", half)
    result = run("verify", "--jsonl", "d", *POLICY)
    assert (result.status, result.stdout) == (130, b"")


@pytest.mark.parametrize("args", [["--files-from", "list"], ["--together", "many"], ["many"]])
def test_a_closed_error_stream_changes_no_status(folder: Path, args: list[str]) -> None:
    """It was the traceback of a progress bar, with the exit status of an invalid file."""
    many(folder, 30)
    (folder / "list").write_bytes(b"d/valid.json\n")
    done = subprocess.run(
        ["sh", "-c", '"$@" 2>&-', "sh", *command_line("verify", *args, *POLICY)],
        stdout=subprocess.PIPE, env=process_env(), timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout[:2] in (b"OK", b"VA")) == (0, True)


@pytest.mark.signals
def test_an_interrupted_run_has_printed_what_it_knew(folder: Path) -> None:
    child = subprocess.Popen(
        command_line("verify", "--jsonl", "--files-from", "-", *POLICY),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=process_env(),
    )  # fmt: skip
    with child, killed_after(30, child):
        assert child.stdin is not None and child.stdout is not None and child.stderr is not None
        child.stdin.write(b"d/valid.json\n")
        child.stdin.flush()
        assert json.loads(child.stdout.readline())["status"] == "ok"
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 128 + signal.SIGTERM
        assert (child.stdout.read(), child.stderr.read()) == (b"", b"")


# -- the progress bar -------------------------------------------------------------------------------


def test_progress_is_drawn_on_a_terminal_and_makes_room_for_lines(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "_INTERVAL", 0)
    term = {"TERM": "xterm"}
    bundles = str(many(folder, 30))
    of_folder = run("verify", "-q", bundles, *POLICY, tty=True, env=term)
    assert b"verifying 29/30 0:0" in of_folder.stderr
    assert of_folder.stderr.endswith(b"\r\x1b[K")
    (folder / "list").write_text("".join(f"{bundles}/{number:06}.json\n" for number in range(30)))
    of_list = run("verify", "-q", "--files-from", "list", *POLICY, tty=True, env=term)
    assert b"\x1b[Kverifying 29 0:0" in of_list.stderr
    # Each line erases the bar first: it would be on the line of the bar.
    printed = run("verify", bundles, *POLICY, tty=True, env=term)
    assert printed.stderr.count(b"\r\x1b[K") > 60
    for args in (["-q", bundles], [bundles, "--jsonl"], ["d", "-q"]):
        assert run("verify", *args, *POLICY).stderr == b""
    together = run("verify", "-q", "--together", bundles, *POLICY, tty=True, env=term)
    assert b"\x1b[Kverifying 29 0:0" in together.stderr


# -- files of one record ------------------------------------------------------------------------------


def test_files_of_one_record_are_noticed(folder: Path) -> None:
    """The conflict of two events is seen in no file alone: the summary names the option that finds it."""
    both = rich()
    (folder / "a.json").write_bytes(to_json({**both, "events": both["events"][:-4]}))
    first, second = (
        attached(DEMO, RECORD, "author_claim", payloads.author_claim("0000-0001", strength=strength), WHEN)
        for strength in ("strong", "weak")
    )
    (folder / "a.json").write_bytes(to_json(bundle(RECORD, [first])))
    (folder / "b.json").write_bytes(to_json(bundle(RECORD, [second])))
    demo = folder / "policy.json"
    demo.write_bytes(to_json(policy(DEMO)))
    alone = run("verify", "a.json", "b.json", "--policy", str(demo))
    assert alone.out.startswith("OK            a.json\nOK            b.json\nVALID: 2 bundles: 2 valid\n")
    assert alone.status == 0
    assert "hint          some files are of one record" in alone.out and "--together" in alone.out
    together = run("verify", "--together", "a.json", "b.json", "--policy", str(demo))
    assert together.out.startswith("CONFLICT: 1 conflict, 2 events verified\n")
    assert together.status == 1
    other = made_record(7)
    (folder / "b.json").write_bytes(to_json(bundle(other, [])))
    assert "--together" not in run("verify", "a.json", "b.json", "--policy", str(demo)).out


def test_the_records_that_are_remembered_are_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_results, "_MOST_RECORDS", 5)
    bundles = many(folder, 100)
    summary = lines(run("verify", "--jsonl", "-q", str(bundles), *POLICY))[-1]["summary"]
    assert summary["bundles"]["total"] == 100
    assert summary["of_known_records"] == 5


def test_together_takes_folders_and_lists_and_counts_what_it_skips(folder: Path) -> None:
    (folder / "d" / "policy.json").write_bytes((DEMOS / "policy.json").read_bytes())
    (folder / "d" / "proof.json").write_bytes((folder / "proof.json").read_bytes())
    (folder / "d" / "notes.txt").write_bytes(b"")
    for args, stdin in ((["d"], b""), (["--files-from", "-", "d"], b"")):
        result = run("verify", "--together", *args, *POLICY, stdin=stdin)
        assert "pithbundle: 3 files skipped, which are no bundles" in result.err
        assert result.out.startswith("REJECTED: 8 files rejected, ")
    value = json.loads(run("verify", "--together", "--json", "d", *POLICY).stdout)
    assert value["skipped"] == 3
    assert len(value["rejected"]) == 8
    (folder / "empty").mkdir()
    empty = run("verify", "--together", "empty", *POLICY)
    assert (empty.status, empty.out.splitlines()[0]) == (3, "UNVERIFIED: no bundle was found")


def test_together_lists_a_rejected_file_once(folder: Path) -> None:
    """It was in the report of every record: 3,000 files of 1 MB in all gave 460 MB."""
    (folder / "many").mkdir()
    for index in range(60):
        record = to_json(bundle(made_record(index), []))
        (folder / "many" / f"{index}.json").write_bytes(record)
        (folder / "many" / f"{index}.bad.json").write_bytes(b"<html>")
    result = run("verify", "--together", "--json", "many")
    value = json.loads(result.stdout)
    assert len(value["rejected"]) == len(value["reports"]) == 60
    assert all(one["rejected"] == [] and one["outcome"] == "rejected" for one in value["reports"])
    one = json.loads(run("verify", "--together", "--json", "many/0.json", "many/0.bad.json").stdout)
    assert len(one["rejected"]) == len(one["reports"][0]["rejected"]) == 1


def test_reports_share_what_was_rejected() -> None:
    inputs = [(str(index), to_json(bundle(made_record(index), []))) for index in range(3)]
    reports = Verifier(Policy.registry()).verify_together([*inputs, ("bad", b"")])
    assert len(reports) == 3
    assert all(report.rejected is reports[0].rejected for report in reports)


# -- warnings and options ------------------------------------------------------------------------------


def test_warnings_are_counted_and_change_no_status(folder: Path) -> None:
    stale = ["--max-age", "1", "--now", "2030-01-01T00:00:00Z"]
    result = run("verify", "d/valid.json", "d/cbor.cbor", *POLICY, *stale)
    assert result.status == 0
    line, _, summary, *_ = result.out.splitlines()
    assert re.fullmatch(
        r"OK            d/valid.json  the newest event is of \S+Z \[warn_stale, REPORT-4\]", line
    )
    assert summary == "VALID: 2 bundles: 2 valid; 2 warnings"
    *files, last = lines(run("verify", "--jsonl", "d/valid.json", "d/cbor.cbor", *POLICY, *stale))
    assert [one["counts"]["warnings"] for one in files] == [1, 1]
    assert last["summary"]["warnings"] == 2


def test_the_format_and_the_limits_are_those_of_every_file(folder: Path) -> None:
    result = run("verify", "d/valid.json", "d/cbor.cbor", "--from", "json", *POLICY)
    assert result.out.startswith("OK            d/valid.json\nFAIL          d/cbor.cbor  rejected: ")
    small = run("verify", "-v", "d", "--limit", "size=1000", *POLICY)
    assert "more than the limit of 1000 bytes [size, LIM-1]" in small.out
    assert "raise the limit with --limit size=" in small.out


def test_a_process_prints_the_same(folder: Path) -> None:
    args = ["verify", "-v", "d", "absent.json", *POLICY]
    assert spawn(*args, env={"COLUMNS": "80"}) == run(*args)
