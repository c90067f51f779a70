"""pithbundle mirror audit, watch and check-finding: text, JSON, files, hostile text (AUDIT-1 onward)."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kit import to_json
from kit.command_line import HOSTILE, Result, assert_harmless, run
from kit.lying_mirror import KEY, LIES, MARKS, SEED, LyingMirror
from kit.signing import AUTHOR, DEMO, MIRROR, policy
from kit.stores import body, make, suffix
from pithbundle.errors import FileError
from pithbundle.mirror.audit.folder import CURSOR, AuditFolder

WORDS = {
    "same", "wrong", "not", "records", "mirror", "found", "requests", "why", "evidence", "finding", "round",
    "file", "conflict", "forged", "altered", "missing", "unreachable", "observed", "reproducible", "signer",
    "pithbundle:", "stale", "not_comparable",
}  # fmt: skip
RECORDS = {SEED: MARKS, 2: (1,)}
FAST = ("--allow-loopback-http", "--rate", "1000")


class Server:
    """A mirror in memory behind a port of this machine."""

    def __init__(self) -> None:
        self.mirror = LyingMirror.of(RECORDS, origin="mirror.example")
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, data = outer.mirror.respond(self.path)
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Server, Server]]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pithbundle.mirror.audit.second_reads.PAUSES", (0.0, 0.0, 0.0))
    (tmp_path / "policy.json").write_bytes(to_json(policy(DEMO, AUTHOR, MIRROR)))
    made = Server(), Server()
    yield made
    for one in made:
        one.close()


def audit(servers: tuple[Server, Server], *args: str, command: str = "audit") -> Result:
    urls = [one.url for one in servers]
    return run("mirror", command, *urls, *FAST, "--policy", "policy.json", *args)


def lie(server: Server, *names: str) -> None:
    for name in names:
        LIES[name][0](server.mirror)


def test_equal_mirrors_are_the_same(servers: tuple[Server, Server]) -> None:
    result = audit(servers)
    assert result.status == 0 and result.out.startswith("same ")
    assert result.out.count("found       same 2") == 2
    value = json.loads(audit(servers, "--json", "--sample", "0").stdout)
    assert (value["outcome"], value["records"], value["found"]) == ("same", 0, [])


def test_a_liar_is_named_and_its_findings_can_be_checked(servers: tuple[Server, Server]) -> None:
    lie(servers[1], "forged_event", "other_state")
    result = audit(servers, "-o", "audit", "--html", "audit.html")
    assert result.status == 1 and result.out.startswith("wrong ")
    # Of a conflict no mirror is accused: the signer contradicts itself.
    assert "or a signer or a mirror contradicts itself" in result.out.splitlines()[0]
    assert f"forged        {suffix(SEED)} of {servers[1].url}" in result.out
    files = sorted(map(str, Path("audit/findings").iterdir()))
    assert [name.split("/")[-1].split("-")[0] for name in files] == ["forged", "state_differs"]
    assert b"Something is wrong" in Path("audit.html").read_bytes()
    report = json.loads(Path("audit/report.json").read_bytes())
    assert {one["finding"] for one in report["found"]} == {Path(name).name for name in files}
    checked = run("mirror", "check-finding", *files, "--policy", "policy.json")
    assert checked.status == 0 and checked.out.count("reproducible  ") == 2
    given = run("mirror", "check-finding", "audit", "--policy", "policy.json")
    assert given.status == 2 and "a folder of an audit: give the files in audit/findings" in given.err
    again = audit(servers, "-o", "audit", "--html", "audit.html", "--force", "--seed", report["seed"])
    assert again.status == 1 and sorted(map(str, Path("audit/findings").iterdir())) == files
    assert audit(servers, "--html", "audit.html").status == 2


def test_events_that_are_missing_are_named(servers: tuple[Server, Server]) -> None:
    lie(servers[1], "omit_event")
    result = audit(servers, "--json", "--full")
    (missing,) = [one for one in json.loads(result.stdout)["found"] if one["word"] == "missing"]
    text = audit(servers, "--full").out
    assert "another side has these valid events\n" in text
    assert f"  events      {missing['ids'][0][7:19]}\n" in text


def test_a_store_is_the_other_side_and_its_policy_holds(
    servers: tuple[Server, Server], tmp_path: Path
) -> None:
    make(tmp_path / "s", *((body(seed, *marks), servers[0].url) for seed, marks in RECORDS.items())).close()
    lie(servers[0], "omit_event")
    result = run("mirror", "audit", servers[0].url, *FAST, "--store", "s", "--json")
    value = json.loads(result.stdout)
    assert (result.status, value["outcome"], value["store"]) == (3, "not_known", True)
    assert [one["word"] for one in value["found"]] == ["stale"]


def test_two_heads_of_a_pinned_key(servers: tuple[Server, Server]) -> None:
    one, other = servers
    one.mirror.is_signed = other.mirror.is_signed = True
    other.mirror.put(2, body(2, 1, 2))
    keys = ("--mirror-key", f"{one.url}/={KEY.hex}", "--mirror-key", f"{other.url}={KEY.hex}")
    result = audit(servers, *keys, "-o", "audit")
    assert result.status == 1 and "conflict      the mirror of" in result.out and "signed" in result.out
    heads = sorted(map(str, Path("audit/heads").iterdir()))
    Path("keys.txt").write_text(f"# of mirrors\n\n{one.url}={KEY.hex}\n")
    shown = run("mirror", "check-finding", *heads, "--mirror-keys", "keys.txt")
    assert shown.status == 0 and shown.out.startswith("mirror        conflict: two heads")
    assert run("mirror", "check-finding", *heads).status == 1
    assert run("mirror", "check-finding", heads[0], "--mirror-keys", "keys.txt").status == 1
    (conflict, *_) = Path("audit/findings").glob("conflict-*")
    assert run("mirror", "check-finding", str(conflict), *keys).status == 0


def test_another_spelling_of_a_url_hides_no_earlier_head_and_no_key(servers: tuple[Server, Server]) -> None:
    """Heads were kept under one spelling and looked for under another one: no mirror ever went back."""
    one, other = servers
    one.mirror.is_signed, one.mirror.generation = True, 9
    url = one.url.replace("127.0.0.1", "LOCALHOST")
    args = (url, other.url, *FAST, "--policy", "policy.json", "--mirror-key", f"{url}={KEY.hex}")
    first = run("mirror", "audit", *args, "-o", "audit")
    assert first.status == 0 and "2026" in first.out and ", signed" in first.out
    one.mirror.generation = 2
    second = run("mirror", "audit", *args, "-o", "audit")
    assert second.status == 3 and "it had one of generation 9 before" in second.out
    # One mirror of two spellings is not two that agree.
    alone = run("mirror", "audit", url, url.lower(), *FAST, "--policy", "policy.json")
    assert alone.status == 2 and "a second URL" in alone.err


def test_numbers_and_bounds(servers: tuple[Server, Server]) -> None:
    for one in servers:
        one.mirror.has_digests = False
    Path("n.txt").write_text(f"{suffix(SEED)}\n\n")
    assert json.loads(audit(servers, "--numbers", "n.txt", "--json").stdout)["records"] == 1
    Path("n.txt").write_text("no number\n")
    result = audit(servers, "--numbers", "n.txt")
    assert result.status == 2 and "line 1" in result.err
    bounded = audit(servers, "--max-requests", "1", "--json")
    assert bounded.status == 3


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ("audit https://a.example", "add --store"),
        ("audit https://a.example https://a.example/", "--store"),
        ("audit http://a.example https://b.example", "http is accepted"),
        ("audit https://10.0.0.1 https://b.example", "not public"),
        ("audit https://a.example https://b.example --seed 1", "32 hex"),
        ("audit https://a.example https://b.example --mirror-key x", "URL=HEX"),
        ("audit https://a.example https://b.example --mirror-key x=00", "--mirror-key"),
        ("audit https://a.example https://b.example --sample -1", "whole number"),
        ("watch https://a.example https://b.example", "-o"),
        ("watch https://a.example https://b.example -o w --policy p --metrics p", "is also an input"),
    ],
)  # fmt: skip
def test_usage_errors(args: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p").write_text("{}")
    result = run("mirror", *args.split())
    assert result.status == 2 and message in result.err


def test_a_watch_reports_each_finding_once(servers: tuple[Server, Server]) -> None:
    lie(servers[1], "omit_event")
    first = audit(servers, "-o", "w", "--once", "--metrics", "m.txt", "--html", "w.html", command="watch")
    assert first.status == 3 and "1 new finding" in first.out and "missing " in first.out
    second = audit(servers, "-o", "w", "--once", "--html", "w.html", command="watch")
    assert second.status == 3 and "0 new findings" in second.out and "why" not in second.out
    assert b"Over time" in Path("w.html").read_bytes()
    assert b'word="missing"} 1' in Path("m.txt").read_bytes()
    servers[1].mirror.put(2, body(2))
    third = json.loads(audit(servers, "-o", "w", "--once", "--json", command="watch").stdout)
    assert [one["suffix"] for one in third["new"]] == [suffix(2)]
    Path("w/cursor.json").write_text("{}")
    damaged = audit(servers, "-o", "w", "--once", command="watch")
    assert damaged.status == 1 and "remove it" in damaged.err


def test_a_watch_goes_on(servers: tuple[Server, Server], monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[float] = []

    def sleep(seconds: float) -> None:
        rounds.append(seconds)
        if len(rounds) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("pithbundle.cli.mirror_audit_run.pause", sleep)
    lie(servers[1], "omit_event")
    result = audit(servers, "-o", "w", "--interval", "7", command="watch")
    assert rounds == [7.0, 7.0] and result.status == 130
    assert "1 new finding:" in result.out and "0 new findings:" in result.out
    assert audit(servers, "-o", "w", "--json", command="watch").status == 2


@pytest.mark.parametrize("method", ["keep", "write"])
def test_a_round_that_fails_ends_no_watch_and_loses_no_finding(
    servers: tuple[Server, Server], monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """AUDIT-15: a disk that is full for a while, before a finding or before the cursor."""
    rounds: list[float] = []
    original = getattr(AuditFolder, method)

    def full(self: AuditFolder, *args: Any) -> Any:
        if not rounds and (method == "keep" or args[0] == CURSOR):
            raise FileError.at(self.path, "no space left on device")
        return original(self, *args)

    def sleep(seconds: float) -> None:
        rounds.append(seconds)
        if len(rounds) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("pithbundle.cli.mirror_audit_run.pause", sleep)
    monkeypatch.setattr(AuditFolder, method, full)
    lie(servers[1], "omit_event")
    result = audit(servers, "-o", "w", command="watch")
    assert result.status == 130 and "the round failed, the next one follows" in result.err
    # Where the cursor alone could not be written, the finding was reported before.
    others = 1 if method == "keep" else 2
    assert result.out.count("1 new finding:") == 1 and result.out.count("0 new findings:") == others
    # With --once the error is the end.
    rounds.clear()
    assert audit(servers, "-o", "other", "--once", command="watch").status == 2


def test_a_folder_of_another_version_has_a_hint(servers: tuple[Server, Server]) -> None:
    Path("w/findings").mkdir(parents=True)
    Path("w/findings", f"missing-mirror-{'0' * 16}-{'1' * 16}.json").write_bytes(b"{}")
    result = audit(servers, "-o", "w")
    assert result.status == 2 and "a finding of another version of pithbundle" in result.err
    assert "move the folder findings elsewhere, or name a new folder: nothing was changed" in result.err


def test_a_finding_is_printed_before_the_cursor_notes_it(servers: tuple[Server, Server]) -> None:
    """AUDIT-15: who ends the program in between has it reported twice, and never not at all."""
    write = AuditFolder.write

    def ended(self: AuditFolder, name: str, data: bytes) -> None:
        if name == CURSOR:
            raise KeyboardInterrupt
        write(self, name, data)

    lie(servers[1], "omit_event")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AuditFolder, "write", ended)
        first = audit(servers, "-o", "w", "--once", command="watch")
    assert first.status == 130 and "1 new finding:" in first.out
    assert "1 new finding:" in audit(servers, "-o", "w", "--once", command="watch").out
    assert "0 new findings:" in audit(servers, "-o", "w", "--once", command="watch").out


def test_findings_of_others_are_hostile(servers: tuple[Server, Server]) -> None:
    lie(servers[1], "omit_event")
    audit(servers, "-o", "audit")
    (path,) = Path("audit/findings").iterdir()
    value = json.loads(path.read_bytes())
    for text in list(HOSTILE.values())[:40]:
        tame = text.replace("\0", "").encode("utf-8", "replace").decode()[:2_000]
        changed = {**value, "message": tame, "mirror": tame, "code": tame}
        Path("f.json").write_text(
            json.dumps(changed, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        )
        for more in ((), ("--json",)):
            result = run("mirror", "check-finding", "f.json", "--policy", "policy.json", *more)
            assert result.status in (1, 3)
            if not more:
                assert_harmless(result, WORDS)


def test_a_mirror_prints_nothing_of_its_own(servers: tuple[Server, Server]) -> None:
    lie(servers[1], "error_page")
    servers[1].mirror.hooks[-1:] = [
        lambda path, status, data: (200, b"\x1b[2J same\nsame") if "bundle" in path else (status, data)
    ]
    result = audit(servers)
    assert_harmless(result, WORDS)
    assert result.status == 3 and "\x1b" not in result.out


def test_many_findings_are_cut_in_text(servers: tuple[Server, Server]) -> None:
    for number in range(100, 215):
        servers[0].mirror.put(number, body(number, 1))
    result = audit(servers, "--full")
    assert "and 15 more; --json and -o FOLDER have them" in result.out


def test_evidence_that_is_not_kept_is_named(
    servers: tuple[Server, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    """AUDIT-18: reported and counted as any other, and a watch names it once."""
    monkeypatch.setattr("pithbundle.mirror.audit.folder.SHARE", 1)
    lie(servers[1], "omit_event")
    servers[1].mirror.put(2, body(2))
    extra = ("-o", "w", "--once", "--metrics", "m.txt", "--html", "w.html")
    first = audit(servers, *extra, command="watch")
    assert "2 new findings: missing 2" in first.out and first.out.count("finding     not kept") == 1
    assert f"the evidence of 1 finding of {servers[1].url} is not kept; findings/ has" in first.out
    assert len([*Path("w/findings").iterdir()]) == 1
    assert f'not_kept{{mirror="{servers[1].url}"}} 1\n'.encode() in Path("m.txt").read_bytes()
    assert b"The evidence of 1 finding" in Path("w.html").read_bytes()
    assert "not kept" not in audit(servers, *extra, command="watch").out
    value = json.loads(audit(servers, "-o", "w2", "--once", "--json", command="watch").stdout)
    assert value["unlisted"] == 0
    assert value["new_not_kept"] == 1 and sum(one["finding"] is None for one in value["new"]) == 1
    value = json.loads(audit(servers, "-o", "w3", "--json").stdout)
    assert [one["not_kept"] for one in value["mirrors"]] == [0, 1]
    assert "is not kept" not in audit(servers).out


def test_no_option_raises_the_limit_of_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hint named ``--limit``, which the command does not have."""
    monkeypatch.setattr("pithbundle.cli.check_findings.FINDING_BYTES", 1)
    result = run("mirror", "check-finding", "-", stdin=b"{}")
    assert result.status == 1 and "at most 1 bytes, which no option raises" in result.err
    assert "--limit" not in result.err


def test_standard_input_is_a_finding_too(servers: tuple[Server, Server]) -> None:
    result = run("mirror", "check-finding", "-", stdin=b"{}")
    assert result.status == 1 and "standard input" in result.err
    assert run("mirror", "check-finding", "-", "-").status == 2
    assert run("mirror", "check-finding", "absent.json").status == 2
