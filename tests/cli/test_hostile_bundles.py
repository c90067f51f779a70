"""Hostile text at every location of a bundle, signed and unsigned, through the commands that read bundles."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from kit import DEMO, UNKNOWN_SIGNER, Json, Signer, attached, bundle, event, policy, to_json
from kit.command_line import (
    EACH_STREAM,
    HOSTILE,
    Result,
    assert_harmless,
    columns,
    command_line,
    hostile_arguments,
    killed_after,
    process_env,
    run,
    spawn,
)
from kit.data import REPO
from kit.demo import RECORD, plain, tampered
from kit.payloads import alias_added, graph_snapshot, integrity, record_created
from kit.runs import spread
from pithbundle.encoding.values import key_fault

DEMOS = REPO / "vectors" / "demo"
POLICY = ["--policy", str(DEMOS / "policy.json")]
WHEN = "2026-06-01T00:00:00Z"

#: One of these is the first line.
OUTCOMES = (
    "VALID:", "REJECTED:", "INVALID:", "CONFLICT:", "INCOMPLETE:", "UNVERIFIED:", "DIFFERENT:",
)  # fmt: skip
#: The first words of the lines that these commands print; braces are those of a printed policy.
WORDS = {
    *OUTCOMES, "NOT", "SETTLED:", "PARTLY", "FOUND,", "explained", "unexplained",
    "NOTHING", "policy", "rejected", "record", "conflict",
    "verified", "unknown_type", "unbound", "unknown_key", "unknown_format", "not_signed", "invalid", "why",
    "state",
    "expected", "equal", "signed", "unsigned", "labels", "no", "pithbundle:", "{", "}",
    "OK", "FAIL", "UNVERIFIED", "UNREADABLE", "SKIPPED", "hint",
}  # fmt: skip

READERS = (["verify", "-"], ["merge", "-"], ["inspect", "-"], ["probe", "-", "--time", "0.2"])


def check(args: list[str], data: bytes, where: str = "", **how: Any) -> Result:
    result = run(*args, stdin=data, **how)
    if "--json" in args:
        assert result.stdout.isascii(), where
        assert not result.stdout or json.loads(result.stdout), where
        return result
    reported = result
    if args[0] == "merge" and result.stdout:
        # The state itself is exact bytes; messages about it go to stderr.
        reported = Result(result.status, b"", result.stderr)
        assert json.loads(result.stdout), where
    assert_harmless(reported, WORDS)
    lines = (reported.out + reported.err).splitlines()
    if args[0] in ("verify", "merge"):
        # One outcome, in the first line, whatever the data contains.
        assert sum(line.startswith(OUTCOMES) for line in lines) <= 1, where
    return result


MARK = "mark-of-the-location"
#: Bundles, each with the mark at one location, as JSON.
PLACES = [(where, json.dumps(changed)) for where, changed in hostile_arguments(plain(), MARK)]


def located(marked: str, text: str) -> Iterator[bytes]:
    """The bundle with the text where the mark is, escaped and raw."""
    for raw in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
        yield marked.replace(MARK, raw[1:-1]).encode("utf-8", "surrogatepass")


def test_in_every_member_of_a_bundle() -> None:
    """Every location once, texts and commands in turn; the tests below try all of them everywhere."""
    for (where, marked), text, other in zip(
        PLACES, cycle(HOSTILE.values()), cycle(READERS[1:]), strict=False
    ):
        for reader in (READERS[0], other):
            check([*reader, *(POLICY if reader[0] != "inspect" else [])], [*located(marked, text)][1], where)


@pytest.mark.parametrize("text", spread(HOSTILE.values(), slow=[*HOSTILE.values()][::4]), ids=list(HOSTILE))
def test_every_text_in_every_member_of_a_bundle(text: str) -> None:
    """Through the command that prints most of a bundle; the long test below has every command."""
    for where, marked in PLACES:
        check(["verify", "-", *POLICY], [*located(marked, text)][1], where)


@pytest.mark.long
@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_every_text_in_every_member_of_a_bundle_through_every_command(text: str) -> None:
    for where, marked in PLACES:
        for data in located(marked, text):
            for reader in READERS:
                # JSON output is ASCII in any case: once for each location is enough.
                for json_option in ([], ["--json"]) if reader[0] == "verify" else ([],):
                    check([*reader, *(POLICY if reader[0] != "inspect" else []), *json_option], data, where)


def signed(text: str) -> tuple[Json, Json]:
    """A bundle with the text in every member that its events sign, and the policy that has the key."""
    name = text[:60] if key_fault(text[:60]) is None else "x"
    loud = Signer(7, text[:40] or "x", text[40:80] or "y", text)
    silent = Signer(8, text[:40] or "x", "in no policy")
    receipt = {"kind": "pith_receipt", "key_id": text, "signature_b64": text}
    other_finding = integrity(RECORD, WHEN, note=text + "!", severity="critical")
    first = [
        {"event_id": "sha256:" + "0" * 64, "event_type": text, "note": text},
        event(loud, RECORD, text, text, {name: text}, WHEN, extra={name: text}),
        event(silent, RECORD, text, text, {}, WHEN),
        attached(loud, RECORD, "graph_snapshot", {"graph_snapshot": {name: text}}, WHEN),
        attached(loud, RECORD, "alias_added", alias_added(text, text), WHEN),
        attached(loud, RECORD, "author_claim", {"scheme": text, "identifier": text}, WHEN),
        attached(loud, RECORD, "pith.integrity.v1", integrity(RECORD, WHEN, note=text), WHEN),
        attached(loud, RECORD, "pith.integrity.v1", other_finding, WHEN),
        attached(loud, RECORD, "record_created", record_created(RECORD, receipt), WHEN),
    ]  # fmt: skip
    made = bundle(RECORD, first, aliases_at=WHEN)
    made |= {name: text, "short_pith_number": text, "source": {"id": text, "kind": text}}
    made["source_aliases"] = [
        {"alias_kind": text, "alias_value": text},
        {"alias_kind": "arxiv", "alias_value": text},
    ]
    return made, policy(loud)


def tame(text: str) -> str:
    """The text without what no reader lets through, so that the rest of it gets as far as it can."""
    return text.replace("\0", "").replace("\ud800", "").replace("\U0010ffff", "")[:4000]


@pytest.mark.parametrize(("text", "tty"), EACH_STREAM)
def test_in_everything_that_is_signed(tmp_path: Path, text: str, tty: bool) -> None:
    made, mine = signed(tame(text))
    keys = tmp_path / "policy.json"
    keys.write_bytes(to_json(mine))
    data = to_json(made)
    state = tmp_path / "theirs.json"
    theirs = {"state_type": "pith_open_graph_state", "current": {"citations": [made], "x": tame(text)}}
    state.write_bytes(to_json({**theirs, "y": tame(text)}))
    if not tty:
        assert b"conflict" in check(["verify", "-", "--policy", str(keys)], data).stdout
    for args in (
        ["verify", "-", "--policy", str(keys)],
        ["verify", "-", *POLICY],
        ["verify", "-"],
        ["merge", "-", "--policy", str(keys), "-o", str(tmp_path / "s"), "--force"],
        ["merge", "-", "--policy", str(keys), "-o", str(tmp_path / "s"), "--force", "--expect", str(state)],
        ["inspect", "-"],
        ["probe", "-", "--policy", str(keys), "--time", "0.2"],
        ["probe", "-", "--time", "0.2"],
    ):
        result = check(args, data, tty=tty, env={"COLUMNS": "40"})
        if tty and args[0] != "probe":
            # A line that the terminal wraps itself could put any word at the start of one.
            assert max(map(columns, (result.out + result.err).splitlines())) <= 40, args


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_as_the_name_of_a_file(tmp_path: Path, text: str) -> None:
    name = text[:60].replace("/", "_").replace("\0", "_").replace("\ud800", "\udc80")
    path = tmp_path / name
    assert_harmless(run("verify", str(path)), WORDS)
    path.write_bytes((DEMOS / "tampered.json").read_bytes())
    bad = tmp_path / f"{name}.bad"
    bad.write_bytes(b"{")
    for args in (
        ["verify", str(path), str(bad), *POLICY],
        ["verify", str(path), str(bad), *POLICY, "--json"],
        ["merge", str(path), str(bad), *POLICY, "-o", str(tmp_path / f"{name}.state")],
        ["merge", str(path), str(bad), *POLICY, "-o", str(tmp_path / f"{name}.state")],
        ["inspect", str(path)],
        ["inspect", str(bad)],
        ["probe", str(path), "--time", "0.2"],
    ):
        check(args, b"")


def test_bytes_that_are_no_text() -> None:
    for byte in range(256):
        for reader in READERS:
            check([*reader], bytes([byte]) * 3)


@pytest.mark.parametrize("position", range(0, 2000, 97))
def test_truncated_and_flipped_bundles(position: int) -> None:
    data = bytearray(tampered())
    at = position * len(data) // 2000
    for damaged in (data[:at], data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1 :]):
        for reader in READERS:
            check([*reader], bytes(damaged))


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_without_utf8(encoding: str) -> None:
    made = bundle(
        RECORD,
        [attached(UNKNOWN_SIGNER, RECORD, "graph_snapshot", graph_snapshot(RECORD), WHEN),
         event(DEMO, RECORD, "Müller 数学 \U0001f600", "record", {}, WHEN)],
        aliases_at=WHEN,
    )  # fmt: skip
    for tty in (False, True):
        for args in (
            ["verify", "-", *POLICY],
            ["merge", "-", *POLICY, "-o", "/dev/null/x"],
            ["inspect", "-"],
        ):
            result = run(*args, stdin=to_json(made), encoding=encoding, tty=tty)
            result.stdout.decode(encoding), result.stderr.decode(encoding)
            assert result.status in (0, 2, 3)
    assert b"\\u6570" in run("inspect", "-", stdin=to_json(made), encoding="ascii").stdout


def test_the_c_locale_and_a_reader_that_goes_away() -> None:
    path = str(DEMOS / "tampered.json")
    env = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    result = spawn("verify", path, *POLICY, env=env)
    assert result.status == 1
    assert result.stdout.isascii() and not result.stderr
    for args in (["verify", path, *POLICY], ["merge", path, *POLICY], ["inspect", path]):
        process = subprocess.Popen(
            command_line(*args), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=process_env()
        )
        with process, killed_after(30, process):
            assert process.stdout is not None and process.stderr is not None
            process.stdout.close()
            stderr = process.stderr.read()
            assert process.wait() == (0 if args[0] == "inspect" else 1)
            assert (
                b"Traceback" not in stderr and b"pithbundle: error" not in stderr and b"Errno" not in stderr
            )


# -- speed --------------------------------------------------------------------------------

COMMANDS = (["verify"], ["merge"])


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_what_a_short_command_does_not_load(command: list[str]) -> None:
    """Start-up is imports; these cost more than all the rest, or have no business in the core."""
    script = (
        "import sys; from pithbundle.cli.main import main; main(sys.argv[1:]);"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script, *command, "-q" if command == ["verify"] else "-",
         str(DEMOS / "bundle.json"), *POLICY],
        capture_output=True, env=process_env(), input=b"{", timeout=60, check=True,
    )  # fmt: skip
    loaded = set(done.stderr.decode().splitlines()[-1].split())
    assert "nacl" in loaded
    assert not loaded & {"rich", "httpx", "asyncio", "ssl", "socket", "urllib", "http", "email", "pydoc"}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_the_demo_is_done_in_a_moment(command: list[str]) -> None:
    """0.3 s is the target on an ordinary machine, where bare Python starts in 15 ms: 20 times that.

    Processor time, in turns, until one round is under it: other work on the machine only adds.
    """

    def seconds(args: list[str]) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(args, capture_output=True, env=process_env(), check=True, timeout=60)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    rounds = []
    for _ in range(20):
        bare = seconds([sys.executable, "-c", "pass"])
        took = seconds(command_line(*command, str(DEMOS / "bundle.json"), *POLICY))
        rounds.append(f"{took:.3f} s, bare Python {bare:.3f} s")
        if took < max(0.3, 20 * bare):
            return
    pytest.fail("; ".join(rounds))
