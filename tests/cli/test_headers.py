"""``pithbundle headers``: a node on loopback, files that grow, and what headers show (NODE-1 to NODE-5)."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kit import bundle, made_record, to_json
from kit.command_line import FIRST_WORDS, Result, assert_enveloped, assert_harmless, run
from kit.mined import digest_at, extended
from kit.mirrors import Reply, serving
from kit.nodes import BITCOIN, Node, ServedNode
from pithbundle.evidence import Checkpoints

WORDS = FIRST_WORDS | {
    "current", "downloading", "behind", "stopped", "chain", "checkpoint", "given", "unknown", "missing",
    "checkpoints",
}  # fmt: skip
INFO = "/rest/chaininfo.json"
HASHES = [digest_at(BITCOIN, height)[::-1].hex() for height in range(4)]
AT = [f"/rest/headers/2000/{each}.bin" for each in HASHES]


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServedNode]:
    monkeypatch.chdir(tmp_path)
    made = ServedNode()
    with serving(made):
        yield made


def fetch(node: ServedNode, *words: str, status: int = 0, file: str = "h.bin") -> Result:
    done = run("headers", "fetch", "--from", node.base, "-o", file, *words)
    assert_harmless(done, WORDS)
    assert done.status == status, done
    return done


def value(node: ServedNode, *words: str, status: int = 0) -> dict[str, Any]:
    done = run("headers", "fetch", "--from", node.base, "-o", "h.bin", "--json", *words)
    assert_enveloped(done)
    assert done.status == status, done
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_file_is_made_and_gone_on_with(node: ServedNode) -> None:
    node.node.chain = BITCOIN[:160]
    first = fetch(node)
    assert first.out.splitlines() == [
        f"current       {node.base}",
        "  file        h.bin, blocks 0 to 1",
        "  added       2 headers",
        "  requests    3",
        "  next        pithbundle headers check h.bin",
    ]
    assert Path("h.bin").read_bytes() == BITCOIN[:160]
    node.node.chain = BITCOIN
    node.requests.clear()
    found = value(node)
    assert (found["outcome"], found["first"], found["last"], found["added"]) == ("current", 0, 3, 2)
    assert node.requests == [INFO, AT[1], AT[3]] and Path("h.bin").read_bytes() == BITCOIN
    assert os.listdir() == ["h.bin"], "no temporary file"
    before = os.stat("h.bin")
    assert value(node)["added"] == 0 and os.stat("h.bin") == before, "nothing is written without a reason"


def test_a_folder_gets_a_file_of_a_fixed_name(node: ServedNode) -> None:
    os.mkdir("d")
    fetch(node, "--last", "2", file="d")
    assert Path("d/bitcoin-headers.bin").read_bytes() == BITCOIN[:240]


def test_a_node_that_has_less_or_downloads_is_no_success(node: ServedNode) -> None:
    Path("h.bin").write_bytes(BITCOIN)
    node.node.chain = BITCOIN[:160]
    behind = fetch(node, status=3)
    assert behind.out.startswith("behind ") and "less work than the file" in behind.out
    assert Path("h.bin").read_bytes() == BITCOIN
    node.node.info = {"initialblockdownload": True}
    downloading = fetch(node, status=3, file="new.bin")
    assert "blocks up to 1\n" in downloading.out and Path("new.bin").read_bytes() == BITCOIN[:160]
    nothing = fetch(node, "--first", "2016", status=3, file="none.bin")
    assert "none.bin, no headers" in nothing.out and not Path("none.bin").exists()


def test_a_node_of_another_chain_is_no_node_of_bitcoin(node: ServedNode) -> None:
    node.node = Node(extended(b"", 3), {"chain": "te\x1b[31mst"})
    found = value(node, status=1)
    assert found["outcome"] == "stopped" and found["file"] is None and found["last"] is None
    assert found["stopped"]["code"] == "headers_invalid" and found["stopped"]["clause"] == "NODE-2"
    assert r"te\u{1b}[31mst" in fetch(node, status=1).err and not Path("h.bin").exists()


@pytest.mark.parametrize(
    ("lie", "status", "part"),
    [
        (Reply(404, b"not found"), 3, "status 404"),
        (Reply(200, BITCOIN[:-1]), 1, "319 bytes is no headers"),
        (Reply(200, bytes(160_001)), 3, "160000"),
        (Reply(302, b"", ("Location: http://localhost:1/x",)), 3, "NET-8"),
        (Reply(302, b"", (f"Location: {AT[0]}",)), 1, "does not begin with the block"),
        (Reply(hang=True), 3, "did not end in 0.2 seconds"),
        (Reply(200, BITCOIN[80:160] + BITCOIN[240:]), 1, "EVID-10"),
    ],
    ids=["404", "cut", "large", "elsewhere", "redirect", "slow", "gap"],
)
def test_what_was_checked_before_a_fault_is_kept(
    node: ServedNode, lie: Reply, status: int, part: str
) -> None:
    Path("h.bin").write_bytes(BITCOIN[:80])
    node.node.chain = BITCOIN[:160]
    node.lies[AT[1]] = lie
    stopped = fetch(node, "--timeout", "0.2", status=status)
    assert part in stopped.err and stopped.out.startswith("stopped ")
    assert Path("h.bin").read_bytes() == BITCOIN[:160]


def test_what_a_node_says_of_itself_is_read_strictly(node: ServedNode) -> None:
    node.lies[INFO] = Reply(200, b"<html>")
    assert "NODE-2" in fetch(node, status=1).err
    node.lies[INFO] = Reply(403, b"")
    assert "status 403" in fetch(node, status=3).err
    assert os.listdir() == []


@pytest.mark.signals
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_keeps_what_was_checked(node: ServedNode, number: signal.Signals, status: int) -> None:
    reader = threading.get_ident()

    def interrupt() -> Reply:
        signal.pthread_kill(reader, number)
        return Reply(hang=True)

    node.lies[AT[3]] = interrupt
    previous = signal.signal(number, signal.default_int_handler)
    try:
        done = run("headers", "fetch", "--from", node.base, "-o", "h.bin")
    finally:
        signal.signal(number, previous)
    assert done.status == status and done.out == ""
    assert Path("h.bin").read_bytes() == BITCOIN and os.listdir() == ["h.bin"]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--from", "http://192.168.0.1:8332"), "of this machine alone"),
        (("--from", "http://node.example"), "of this machine alone"),
        (("--from", "https://localhost"), "not a public one"),
        (("--from", "http://user:password@127.0.0.1:8332"), "contains a user"),
        (("--from", "http://127.0.0.1:8332/rest"), "has a path"),
        (("--first", "5"), "multiple of 2016"),
        (("--first", "4032", "--last", "100"), "before --first"),
        (("--last", "x"), "whole number"),
        (("--timeout", "0"), "number from"),
    ],
)
def test_a_fetch_that_cannot_be_made(node: ServedNode, words: tuple[str, ...], part: str) -> None:
    done = run("headers", "fetch", "--from", node.base, "-o", "h.bin", *words)
    assert done.status == 2 and part in done.err and node.requests == []


def test_a_file_of_something_else_is_never_replaced(node: ServedNode) -> None:
    for data in (b"text", BITCOIN[80:], b""):
        Path("h.bin").write_bytes(data)
        done = run("headers", "fetch", "--from", node.base, "-o", "h.bin")
        if data:
            assert done.status == 1 and "h.bin: " in done.err and Path("h.bin").read_bytes() == data
        assert run("headers", "fetch", "--from", node.base, "-o", "h.bin", "--first", "0").status == 2
    Path("link.bin").symlink_to("h.bin")
    node.node.chain = BITCOIN[:80]
    Path("h.bin").write_bytes(BITCOIN[:80])
    node.requests.clear()
    linked = run("headers", "fetch", "--from", node.base, "-o", "link.bin")
    assert linked.status == 2 and "regular file" in linked.err and Path("h.bin").read_bytes() == BITCOIN[:80]
    assert run("headers", "fetch", "--from", node.base, "-o", "absent/h.bin").status == 2
    assert node.requests == [], "what cannot be written is found before the first request"


def test_what_another_run_wrote_meanwhile_is_not_replaced_by_less(node: ServedNode) -> None:
    Path("h.bin").write_bytes(BITCOIN[:80])

    def longer() -> Reply:
        Path("h.bin").write_bytes(BITCOIN)
        return Reply(200, BITCOIN[:160])

    node.node.chain = BITCOIN[:160]
    node.lies[AT[0]] = longer
    found = value(node, status=3)
    assert (found["outcome"], found["last"], found["added"], found["removed"]) == ("behind", 3, 0, 0)
    assert Path("h.bin").read_bytes() == BITCOIN and os.listdir() == ["h.bin"]


def test_a_file_that_becomes_something_else_meanwhile_stays(node: ServedNode) -> None:

    def replaced() -> Reply:
        Path("h.bin").write_bytes(b"text")
        return Reply(200, BITCOIN[:160])

    node.lies[AT[0]] = replaced
    node.node.chain = BITCOIN[:160]
    done = run("headers", "fetch", "--from", node.base, "-o", "h.bin")
    assert done.status == 1 and "h.bin: " in done.err and Path("h.bin").read_bytes() == b"text"


# -- check


def check(*words: str, status: int) -> list[str]:
    done = run("headers", "check", *words)
    assert_harmless(done, WORDS)
    assert done.status == status, done
    as_json = run("headers", "check", *words, "--json")
    assert_enveloped(as_json)
    assert as_json.status == status
    return done.out.splitlines()


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("h.bin").write_bytes(BITCOIN)


@pytest.mark.usefixtures("files")
def test_headers_from_the_first_block_on_with_little_work_show_nothing() -> None:
    assert check("h.bin", status=3) == [
        "unknown       h.bin",
        "  headers     4, blocks 0 to 3",
        "  work        0x400040004",
        "  why         from the first block on, with less work than the minimum",
        f"checkpoints   the table with the SHA-256 {Checkpoints.shipped().sha256}",
    ]


@pytest.mark.usefixtures("files")
def test_a_block_that_the_user_names_is_known_and_those_before_it() -> None:
    assert check("h.bin", "--block", f"3:{HASHES[3]}", status=0)[0] == "given         h.bin"
    part = check("h.bin", "--block", f"2:{HASHES[2]}", status=3)
    assert part[0] == "given         h.bin" and "  known       up to block 2" in part
    missing = check("h.bin", "--block", f"9:{'1' * 64}", status=3)
    assert missing[-2] == f"missing       no file has the block 9:{'1' * 64}"
    for wrong in ("3", f"2:{HASHES[3]}"):
        assert run("headers", "check", "h.bin", "--block", wrong).status == 2


@pytest.mark.usefixtures("files")
def test_the_first_fault_of_a_file_is_shown_and_the_others_are_used() -> None:
    os.mkdir("d")
    Path("d/a.bin").write_bytes(BITCOIN[:160])
    Path("d/b.bin").write_bytes(BITCOIN[160:239] + bytes(1) + BITCOIN[240:])
    Path("d/c.bin").write_bytes(b"x")
    os.mkdir("d/sub.bin")
    Path("d/notes.txt").write_bytes(b"x")
    lines = check("d", "--block", f"1:{HASHES[1]}", status=1)
    assert [line.split()[1] for line in lines if line[0] != " "] == ["d/a.bin", "d/b.bin", "d/c.bin", "the"]
    faults = [line for line in lines if line.startswith("  fault ")]
    assert "header 0 of the file" in faults[0] and "EVID-9]" in faults[0] and "EVID-8]" in faults[1]
    found = json.loads(run("headers", "check", "d", "--json").stdout)
    assert (
        found["outcome"] == "invalid" and [each["reason"] for each in found["files"]][1:] == ["invalid"] * 2
    )
    assert run("headers", "check", "absent.bin").status == 2


@pytest.mark.usefixtures("files")
def test_a_table_of_the_user_takes_the_place_of_the_built_in_one() -> None:
    Path("table").write_text("0" * 64 + "\n")
    found = json.loads(run("headers", "check", "h.bin", "--checkpoints", "table", "--json").stdout)
    other = json.loads(run("headers", "check", "h.bin", "--json").stdout)
    assert found["checkpoints_sha256"] != other["checkpoints_sha256"]
    Path("table").write_text("no hash\n")
    # As in evidence: a table that is none is no header that violates a rule.
    assert run("headers", "check", "h.bin", "--checkpoints", "table").status == 2


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("command", [("headers", "check"), ("evidence", "bundle.json", "--headers")])
def test_a_folder_without_headers_shows_nothing_and_is_a_usage_error(command: tuple[str, ...]) -> None:
    Path("bundle.json").write_bytes(to_json(bundle(made_record(), [])))
    os.mkdir("empty")
    Path("empty/h.txt").write_bytes(BITCOIN)
    done = run(*command, "empty")
    assert done.status == 2 and "empty has no file of headers: .bin, .dat, .headers" in done.err
