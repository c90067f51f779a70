"""``pithbundle evidence``: which files it reads, what it prints, and its exit status (EVID-17 to EVID-21)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from kit import DEMO, UNKNOWN_SIGNER, attached, bundle, made_record, mined, ots, payloads, policy, to_json
from kit.command_line import assert_harmless, run
from kit.ots import bitcoin, pending, proof
from kit.signing import canonical_hash
from pithbundle.evidence import Checkpoints, read_headers
from pithbundle.evidence.header_runs import header_hash

RECORD: Final = made_record()
DIGEST: Final = bytes.fromhex(canonical_hash(RECORD))
WHEN: Final = "2026-05-18T01:39:14Z"
#: The first block of Bitcoin, which is known by its hash alone.
HEADER: Final = bytes.fromhex(
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd"
    "7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c"
)
#: With what a line may begin.
WORDS: Final = {
    "UNVERIFIED:", "record", "evidence", "proofs", "claims", "headers", "other_digest", "unreadable",
    "checkpoints",
}  # fmt: skip
BLOCK: Final = f"0:{header_hash(HEADER)[::-1].hex()}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("policy.json").write_bytes(to_json(policy(DEMO)))
    anchor(proof(bitcoin(0), digest=DIGEST))
    Path("headers").mkdir()
    Path("headers/A.BIN").write_bytes(HEADER)
    Path("headers/notes.txt").write_bytes(b"no header")
    Path("headers/folder.bin").mkdir()


def anchor(data: bytes, signer: Any = DEMO) -> None:
    event = attached(signer, RECORD, "timestamp_anchor", payloads.timestamp_anchor(RECORD, data), WHEN)
    Path("bundle.json").write_bytes(to_json(bundle(RECORD, [event])))


def evidence(*args: str) -> Any:
    result = run("evidence", "bundle.json", "--policy", "policy.json", "--json", *args)
    value = json.loads(result.stdout)
    assert value["exit_status"] == result.status
    return value


def test_of_a_folder_the_files_with_an_ending_of_headers_are_taken() -> None:
    value = evidence("--headers", "headers")
    assert [each["file"] for each in value["headers"]] == ["headers/A.BIN"]
    assert value["headers"][0]["reason"] == "low_work"
    assert (value["outcome"], value["of_entries"][0]["status"]) == ("not_checked", "no_header")


def test_a_block_that_the_user_names_makes_a_header_given() -> None:
    value = evidence("--headers", "headers/A.BIN", "--block", BLOCK)
    (one,) = value["of_entries"]
    # The message of the proof is the canonical hash, which is not the root of this block.
    assert (one["status"], one["effect"], value["exit_status"]) == ("differs_from_given", "open", 3)
    assert {"name": "strength", "value": "given"} in one["rests_on"]
    assert value["missing_blocks"] == []


def test_a_table_takes_the_place_of_the_built_in_one() -> None:
    Path("table.txt").write_text("0" * 63 + "1\n")
    value = evidence("--checkpoints", "table.txt")
    # Which table it was shows in every report, and in the text beside headers.
    assert value["headers"] == [] and value["checkpoints_sha256"] != evidence()["checkpoints_sha256"]
    shown = run("evidence", "bundle.json", "--headers", "headers", "--checkpoints", "table.txt").out
    assert f"\ncheckpoints   the table with the SHA-256 {value['checkpoints_sha256']}\n" in shown
    Path("table.txt").write_text("nothing\n")
    result = run("evidence", "bundle.json", "--checkpoints", "table.txt")
    assert result.status == 2 and "headers_invalid, EVID-13" in result.err


@pytest.mark.parametrize(
    "args",
    [
        ["--block", "0"], ["--block", BLOCK, "--block", BLOCK.replace("0:", "1:", 1)],
        ["--headers", "absent"], ["--headers", "absent/"], ["--ots", "absent"], ["--checkpoints", "absent"],
        ["--headers", "-", "--ots", "-"], ["--headers", "empty"],
    ],
)  # fmt: skip
def test_arguments_that_cannot_be_used_are_a_usage_error(args: list[str]) -> None:
    Path("empty").mkdir()
    Path("empty/notes.txt").write_bytes(HEADER)
    assert run("evidence", "bundle.json", *args).status == 2


@pytest.mark.parametrize("names", ["--network", "--limit-bits", "--minimum-work", "--work"])
def test_no_option_lowers_the_work(names: str) -> None:
    result = run("evidence", "bundle.json", names, "1")
    assert result.status == 2 and "no such option" in result.err


def test_proofs_in_files_need_no_event() -> None:
    Path("bundle.json").write_bytes(to_json(bundle(RECORD, [])))
    Path("a.ots").write_bytes(proof(pending(), digest=DIGEST))
    Path("b.ots").write_bytes(proof(pending()))
    value = evidence("--ots", "a.ots", "--ots", "b.ots")
    assert [(one["file"], one["status"]) for one in value["of_files"]] == [
        ("a.ots", "pending"), ("b.ots", "other_digest"),
    ]  # fmt: skip
    assert (value["outcome"], value["exit_status"]) == ("contradicted", 1)


def test_a_claim_without_a_verified_signature_has_its_own_heading() -> None:
    anchor(proof(pending(), digest=DIGEST), UNKNOWN_SIGNER)
    result = run("evidence", "bundle.json", "--policy", "policy.json")
    head, _, rest = result.out.partition("claims without a verified signature: 1 finding\n")
    assert "pending" not in head and rest.startswith("pending ")
    assert result.status == 3


def test_no_text_begins_a_line_or_reaches_a_terminal(tmp_path: Path) -> None:
    hostile = "\x1b[31mconfirmed\nconfirmed  x\u202e"
    payload = {**payloads.timestamp_anchor(RECORD), "canonical_sha256": "0" * 64, hostile: hostile}
    element = {"event_type": "timestamp_anchor", "payload": payload, "signer": {"signer_id": hostile}}
    keys = policy(DEMO)
    keys["keys"][0]["event_formats"] = ["pithbundle-event-1", "unknown"]
    Path("policy.json").write_bytes(to_json(keys))
    name = "\x1b[31mconfirmed\nconfirmed .json"
    Path(name).write_bytes(to_json(bundle(RECORD, [element])))
    Path("headers/a\nconfirmed.bin").write_bytes(b"\x1b")
    args = ("evidence", name, "--policy", "policy.json", "--headers", "headers", "--ots", name)
    result = run(*args)
    assert "other_digest" in result.out and "unreadable" in result.out
    assert_harmless(result, WORDS)
    assert run(*args, "--json").stdout.isascii()


def test_a_confirmed_proof_never_has_the_time_when_something_was_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # No option lowers the work, so a mined chain takes the place of what the files show.
    data = mined.extended(b"", 4, roots={2: DIGEST[::-1]})
    headers = read_headers([("a", data)], checkpoints=Checkpoints(()), network=mined.network(data))
    monkeypatch.setattr("pithbundle.cli.commands.evidence.read_chain", lambda *_: headers)
    anchor(proof(ots.REVERSE + bitcoin(2), digest=DIGEST))
    result = run("evidence", "bundle.json", "--policy", "policy.json")
    assert "confirmed     timestamp: existed by block 2, header time 2011-03-13T07:16:40Z" in result.out
    assert "created" not in result.out and "  not shown " in result.out
    assert "headers       0 to 3: chain" in result.out
    assert result.status == 0


def test_headers_that_show_nothing_say_why_in_words() -> None:
    shown = run("evidence", "bundle.json", "--policy", "policy.json", "--headers", "headers").out
    assert "show nothing: low_work\n  file        headers/A.BIN\n  why         from the first" in shown


def test_a_page_is_written_beside_what_is_printed() -> None:
    args = ("evidence", "bundle.json", "--policy", "policy.json", "--html", "out.html")
    result = run(*args)
    page = Path("out.html").read_text()
    assert result.status == 3 and "no_header" in result.out and page.startswith("<!DOCTYPE html>")
    assert "no header" in page and "Claims with a verified signature" in page
    again = run(*args)
    assert again.status == 2 and "exists already; --force replaces it" in again.err
    value = evidence("--html", "out.html", "--force")
    assert value["outcome"] == "not_checked" and Path("out.html").read_text() == page
    inputs = run("evidence", "bundle.json", "--html", "bundle.json", "--force")
    assert inputs.status == 2 and Path("bundle.json").read_bytes().startswith(b"{")


def test_a_page_is_not_left_half_written() -> None:
    args = ("--policy", "policy.json", "--html", "absent/out.html")
    assert run("evidence", "bundle.json", *args).status == 2
    assert run("evidence", "bundle.json", "--html", "out.html", "--block", "0").status == 2
    assert run("evidence", "bundle.json", "--html", "-").status == 2 and not Path("-").exists()
    assert not Path("out.html").exists()


def test_that_a_page_cannot_be_written_is_found_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of captures can have many gigabytes."""

    def read(*_: object) -> None:
        raise AssertionError("the files were read first")

    monkeypatch.setattr("pithbundle.cli.commands.evidence.read_contents", read)
    Path("closed").write_bytes(b"")
    result = run("evidence", "bundle.json", "--policy", "policy.json", "--html", "closed/out.html")
    assert result.status == 2 and "closed" in result.err


def test_without_jinja2_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*sys.modules]:
        if name.startswith(("pithbundle.mirror.pages", "jinja2", "markupsafe")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "jinja2", None)
    result = run("evidence", "bundle.json", "--policy", "policy.json", "--html", "out.html")
    assert result.status == 2 and "'.[mirror]'" in result.err and not Path("out.html").exists()


def test_proofs_of_a_digest_need_no_bundle() -> None:
    Path("a.ots").write_bytes(proof(bitcoin(0), digest=DIGEST))
    result = run(
        "evidence", "--ots", "a.ots", "--digest", DIGEST.hex().upper(), "--headers", "headers", "--json"
    )
    value = json.loads(result.stdout)
    assert (result.status, value["outcome"], value["digest"]) == (3, "not_checked", DIGEST.hex())
    assert [one["status"] for one in value["of_files"]] == ["no_header"]
    assert value["pith_number"] is None and value["outcomes"] is None and value["rejected"] == []
    printed = run("evidence", "--ots", "a.ots", "--digest", "0" * 64, "--html", "out.html")
    assert printed.status == 1 and printed.out.startswith(f"digest        {'0' * 64}\n")
    assert "Proofs of one digest" in Path("out.html").read_text()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([], "missing argument FILE"),
        (["--ots", "a.ots"], "missing argument FILE"),
        (["--digest", "0" * 64], "--digest needs a proof"),
        (["--digest", "0" * 63, "--ots", "a.ots"], "is no SHA-256"),
        (["bundle.json", "--digest", "0" * 64, "--ots", "a.ots"], "exclude each other"),
        (["--digest", "0" * 64, "--ots", "a.ots", "--file", "bundle.json"], "about the claims of a bundle"),
    ],
)  # fmt: skip
def test_what_is_checked_is_named_once(args: list[str], words: str) -> None:
    Path("a.ots").write_bytes(proof(pending(), digest=DIGEST))
    result = run("evidence", *args)
    assert result.status == 2 and words in result.err.replace("\n", " ")


def test_progress_on_a_terminal() -> None:
    Path("content").write_bytes(b"x" * (3 << 20))
    args = ("evidence", "bundle.json", "--policy", "policy.json", "--headers", "headers", "--file", "content")
    drawn = run(*args, tty=True, env={"TERM": "xterm"}).err
    for what in ("reading", "files of headers", "MiB", "checking"):
        assert what in drawn, what
    assert drawn.endswith("\r\x1b[K") and run(*args).err == ""


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["headers", "check", "headers", "--block", "a\\b\x1b:0"], "a\\\\b\\u{1b}:0: a block"),
        (["headers", "check", "a\\b"], "a\\\\b has no file of headers"),
        (["headers", "fetch", "--from", "https://a\\b.example", "-o", "h"], "https://a\\\\b.example: "),
        (["headers", "fetch", "--from", "http://127.0.0.1/a~b", "-o", "h"], "/a~b has a path"),
    ],
)
def test_the_text_of_an_error_is_escaped_once(words: list[str], shown: str) -> None:
    """A backslash was printed as four or eight, so that nobody could copy the path or the URL (DISPLAY-1)."""
    Path("a\\b").mkdir()
    result = run(*words)
    assert result.status == 2 and shown in result.err and "\\\\\\" not in result.err, result.err


def test_a_page_escapes_the_text_of_an_error_once() -> None:
    Path("twice.json").write_bytes(b'{"a\\\\b\\u001b": 1, "a\\\\b\\u001b": 1}')
    result = run("evidence", "twice.json", "bundle.json", "--policy", "policy.json", "--html", "out.html")
    page = Path("out.html").read_text()
    assert "at /a\\\\b\\u{1b} " in result.out and "at /a\\\\b\\u{1b} " in page and "\\\\\\" not in page
