"""Hostile text through the commands that explain a state: no raw control, no line that data begins."""

from __future__ import annotations

import json
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from kit import Json, Signer, attached, bundle, event, policy, to_json
from kit.command_line import EACH_STREAM, HOSTILE, Result, assert_harmless, columns, hostile_arguments, run
from kit.data import REPO
from kit.demo import RECORD
from kit.payloads import (
    STRENGTHS,
    alias_added,
    author_claim,
    event_retracted,
    integrity,
    orcid,
    record_created,
    replication,
)
from pithbundle.encoding.values import key_fault

DEMO = REPO / "vectors" / "demo"
POLICY = ["--policy", str(DEMO / "policy.json")]
WHEN, LATER = "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z"

#: The first words of the lines that these commands print.
WORDS = {
    "VALID:", "NOT", "EQUAL:", "DIFFERENT:", "CONFLICT:", "NO", "REJECTED:", "INVALID:", "INCOMPLETE:",
    "UNVERIFIED:", "CONFLICT", "record", "status", "entry",
    "policy", "left", "right", "event", "state", "reason", "label", "conflict", "proof", "export", "picture",
    "rejected", "pithbundle:", "sets", "replaces", "restates", "superseded", "adds", "retracts", "withdrawn",
    "waits", "lists", "unrecognised", "verified", "unknown_type", "unbound", "unknown_key", "unknown_format",
    "not_signed", "invalid", "why", "unverified", "badge",
}  # fmt: skip
#: One of these is the first line, and no other line begins so.
OUTCOMES = (
    "VALID:", "REJECTED:", "INVALID:", "CONFLICT:", "INCOMPLETE:", "UNVERIFIED:", "EQUAL:", "DIFFERENT:",
    "NO CONFLICT:",
    "CONFLICT PROVEN:", "NOT PROVEN:",
)  # fmt: skip

READERS = (
    ["status", "-"],
    ["explain", "-"],
    ["timeline", "-"],
    ["proof", "-"],
    ["diff", "-", str(DEMO / "rich.json")],
    ["diff", str(DEMO / "rich.json"), "-"],
    ["verify", "-"],
)


def check(args: list[str], data: bytes = b"", **how: Any) -> Result:
    result = run(*args, stdin=data, **how)
    if "--json" in args:
        assert result.stdout.isascii()
        assert not result.stdout or json.loads(result.stdout)
        return result
    assert_harmless(result, WORDS)
    printed = result.out.splitlines()
    assert not printed or printed[0].startswith(OUTCOMES)
    assert sum(line.startswith(OUTCOMES) for line in printed) <= 1
    return result


def tame(text: str) -> str:
    """The text without what no reader lets through, so that the rest of it gets as far as it can."""
    return text.replace("\0", "").replace("\ud800", "").replace("\U0010ffff", "")[:2000]


def loud(text: str) -> tuple[bytes, bytes]:
    """A bundle with the text wherever its events may have it, and the policy that has their keys."""
    name = text[:60] if key_fault(text[:60]) is None else "x"
    signer = Signer(7, text[:40] or "x", text[40:80] or "y", text)
    other = Signer(8, text[1:41] or "z", "k")
    old = attached(signer, RECORD, "author_claim", author_claim(orcid(1), **{name: text}), WHEN)
    new = attached(signer, RECORD, "author_claim", author_claim(orcid(1)), LATER)
    back = event_retracted(new["event_id"], reason=text or "x")
    receipt = {"kind": "pith_receipt", "key_id": text, "signature_b64": text}
    other_finding = integrity(RECORD, WHEN, note=text + "!", severity="critical")
    events = [
        old, new, attached(signer, RECORD, "event_retracted", back, LATER),
        event(signer, RECORD, text, text, {name: text}, WHEN, extra={name: text}),
        event(other, RECORD, "citation", "record", {name: text}, WHEN),
        attached(signer, RECORD, "replication", replication(text or "x", text or "x"), WHEN),
        attached(signer, RECORD, "graph_snapshot", {"graph_snapshot": {name: text}}, WHEN),
        attached(signer, RECORD, "alias_added", alias_added("openalex", "[bold]$(id)"), WHEN),
        attached(other, RECORD, "alias_added", alias_added("openalex", "[bold]$(id)"), LATER),
        attached(signer, RECORD, "pith.integrity.v1", integrity(RECORD, WHEN, note=text or "x"), WHEN),
        attached(signer, RECORD, "pith.integrity.v1", other_finding, WHEN),
        attached(signer, RECORD, "record_created", record_created(RECORD, receipt), WHEN),
    ]  # fmt: skip
    return to_json(bundle(RECORD, events, aliases_at=WHEN)), to_json(policy(signer, other))


@pytest.mark.parametrize(("text", "tty"), EACH_STREAM)
def test_in_everything_that_is_signed(tmp_path: Path, text: str, tty: bool) -> None:
    data, mine = loud(tame(text))
    keys = tmp_path / "policy.json"
    keys.write_bytes(mine)
    proof = tmp_path / "proof"
    state, report = str(tmp_path / "state"), str(tmp_path / "report")
    found = run("proof", "-", "--policy", str(keys), "--out", str(proof), stdin=data)
    assert found.status == 0, found.err
    run("merge", "-", "--policy", str(keys), "-o", state, "--report", report, stdin=data)
    for args in (
        *([*reader, "--policy", str(keys)] for reader in READERS),
        ["export", "-", "--policy", str(keys), "-o", str(tmp_path / "whole")],
        ["badge", "-", "--policy", str(keys), "-o", str(tmp_path / "badge")],
        ["timeline", "-", *POLICY],
        ["diff", "-", state],
        ["diff", state, report, "--policy", str(keys)],
        ["diff", str(DEMO / "rich.json"), state, *POLICY],
    ):
        result = check(args, data, tty=tty, env={"COLUMNS": "40"})
        if tty:
            assert max(map(columns, (result.out + result.err).splitlines())) <= 40, args
        check([*args, "--json", *(["--force"] if args[0] == "export" else [])], data)
    printed = check(["verify", str(proof), "--policy", str(keys)], tty=tty, env={"COLUMNS": "40"})
    assert printed.status == 0
    assert printed.out.startswith("CONFLICT PROVEN:")


MARK = "mark-of-the-location"
RICH: Json = json.loads((DEMO / "rich.json").read_bytes())


def files_to_compare(folder: Path) -> list[bytes]:
    """The demo's state, report and proof."""
    for args in (
        ["merge", str(DEMO / "rich.json"), "-o", str(folder / "s"), "--report", str(folder / "r")],
        ["proof", str(DEMO / "rich.json"), "--out", str(folder / "p")],
    ):
        run(*args, *POLICY)
    return [(folder / name).read_bytes() for name in "srp"]


def test_in_every_member_of_a_state_a_report_and_a_proof(tmp_path: Path) -> None:
    """Texts in turn; the content of these files is not verified, so only escaping protects the terminal."""
    texts = cycle(HOSTILE.values())
    for data, reader in zip(files_to_compare(tmp_path), (READERS[4], READERS[5], READERS[6]), strict=True):
        places = [json.dumps(changed) for _, changed in hostile_arguments(json.loads(data), MARK)]
        for marked, text in list(zip(places, texts, strict=False))[:: max(1, len(places) // 120)]:
            tampered = marked.replace(MARK, json.dumps(text, ensure_ascii=False)[1:-1])
            result = check([*reader, *POLICY], tampered.encode("utf-8", "surrogatepass"))
            if reader[0] == "verify":
                assert result.status != 0


def test_two_proofs_of_which_one_fails(tmp_path: Path) -> None:
    proof = tmp_path / "p"
    run("proof", str(DEMO / "rich.json"), "--out", str(proof), *POLICY)
    broken = tmp_path / "broken"
    broken.write_bytes(proof.read_bytes().replace(b'"proof_version":"1"', b'"proof_version":"2"'))
    both = run("verify", str(proof), str(proof), *POLICY)
    assert both.status == 0
    assert "\nVALID: 2 proofs: 2 valid\n" in both.out
    half = run("verify", str(proof), str(broken), *POLICY)
    assert half.status == 1
    assert "\nREJECTED: 2 proofs: 1 rejected, 1 valid\n" in half.out
    for result in (both, half):
        assert_harmless(result, WORDS | {"OK", "FAIL", "hint"})


def test_receipts_that_differ_are_no_conflict_and_one_that_no_key_signed_is_not_shown(tmp_path: Path) -> None:
    signer = Signer(7, "s", "k")
    receipts: list[Json] = [{"kind": "pith_receipt"}, {"kind": "x"}]
    events = [
        attached(signer, RECORD, "record_created", record_created(RECORD, one), WHEN) for one in receipts
    ]
    keys = tmp_path / "policy.json"
    keys.write_bytes(to_json(policy(signer)))
    data = to_json(bundle(RECORD, events, aliases_at=WHEN))
    shown = check(["proof", "-", "--policy", str(keys)], data)
    assert shown.out.startswith("NO CONFLICT:")
    printed = check(["explain", "-", "receipt", "--policy", str(keys)], data)
    assert "nothing: null" in printed.out
    assert "rejected: is current, but its receipt is not verified" in printed.out


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_as_the_name_of_a_file(tmp_path: Path, text: str) -> None:
    name = text[:50].replace("/", "_").replace("\0", "_").replace("\ud800", "\udc80")
    path = tmp_path / name
    path.write_bytes((DEMO / "rich.json").read_bytes())
    bad = tmp_path / f"{name}.bad"
    bad.write_bytes(b"{")
    for args in (
        ["status", str(path), str(bad), *POLICY],
        ["explain", str(path), "citations", *POLICY],
        ["timeline", str(path), *POLICY],
        ["diff", str(path), str(path), *POLICY],
        ["diff", str(path), str(bad), *POLICY],
        ["proof", str(path), *POLICY, "--out-dir", str(tmp_path / f"{name}.dir")],
        ["badge", str(path), str(bad), *POLICY, "-o", str(tmp_path / f"{name}.svg")],
        ["export", str(path), *POLICY, "--events", "9", "--out-dir", str(tmp_path / f"{name}.dir")],
        ["verify", *map(str, (tmp_path / f"{name}.dir").glob("conflict-*")), str(bad), *POLICY],
    ):
        check(args)


def test_names_of_files_come_from_ids_alone(tmp_path: Path) -> None:
    data, mine = loud(tame("../../etc/passwd"))
    keys = tmp_path / "policy.json"
    keys.write_bytes(mine)
    for command in ("proof", "export"):
        run(command, "-", "--policy", str(keys), "--out-dir", str(tmp_path / "made"), stdin=data)
    names = sorted(path.name for path in (tmp_path / "made").iterdir())
    number = "OMJFN3CZBZK4KRI4XCDIFRLNQH"
    assert len(names) == 2
    assert names[0].removeprefix(number + "-") == "part-0001.json"
    left, one, two = names[1].removesuffix(".json").rsplit("-", 2)
    assert left == f"conflict-{number}"
    assert {len(one), len(two)} == {12}
    assert {*one, *two} <= {*"0123456789abcdef"}


@pytest.mark.parametrize(
    "pointer", ["/current/\x1b[2J", "citations/\u202e", "/current/x\nVALID: all", "receipt/\udc80"]
)
def test_explain_of_a_hostile_pointer(pointer: str) -> None:
    result = check(["explain", str(DEMO / "rich.json"), pointer, *POLICY])
    assert result.status == 2 or result.out.startswith("CONFLICT:")


def test_ids_of_events_that_no_entry_is_about() -> None:
    strange = next(e["event_id"] for e in RICH["events"] if e["event_type"] == "peer_review")
    result = check(["explain", str(DEMO / "rich.json"), strange, *POLICY])
    assert result.status == 2
    assert "unrecognised [unknown_type]" in result.err
    absent = check(["explain", str(DEMO / "rich.json"), "sha256:" + "0" * 64, *POLICY])
    assert absent.status == 2
    assert "no valid event with the id" in absent.err


def crowd(count: int) -> tuple[bytes, bytes]:
    """Many claims in one slot, all of one instant: one entry with many losers and one great conflict."""
    signer = Signer(7, "crowd.example", "k")
    events = [
        attached(signer, RECORD, "author_claim", author_claim(orcid(1), n=n, strength=STRENGTHS[n % 2]), WHEN)
        for n in range(count)
    ]
    events += [
        attached(
            signer, RECORD, "author_claim", author_claim(orcid(2 + n // 2), strength=STRENGTHS[n % 2]), WHEN
        )
        for n in range(240)
    ]
    return to_json(bundle(RECORD, events, aliases_at=WHEN)), to_json(policy(signer))


def test_long_text_is_cut_visibly(tmp_path: Path) -> None:
    data, mine = crowd(130)
    keys = tmp_path / "policy.json"
    keys.write_bytes(mine)
    for command in ("explain", "proof", "timeline"):
        result = check([command, "-", "--policy", str(keys)], data)
        assert len(result.out.splitlines()) < 1_500
        assert command == "timeline" or " more " in result.out
    one = check(["explain", "-", "author_claims", "--policy", str(keys)], data)
    assert "and 109 more losers" in one.out
    many = run("proof", "-", "--policy", str(keys), "--out", str(tmp_path / "one"), stdin=data)
    assert many.status == 2
    assert "use --out-dir" in many.err
    shown = check(["diff", "-", str(DEMO / "bundle.json"), "--policy", str(keys)], data)
    assert "and 272 more events" in shown.out or "more events" in shown.out


def test_an_equivocation_that_was_withdrawn_is_printed_with_its_retraction(tmp_path: Path) -> None:
    signer = Signer(7, "s", "k")
    one, two = (
        attached(signer, RECORD, "author_claim", author_claim(orcid(1), strength=strength), WHEN)
        for strength in STRENGTHS
    )
    back = attached(signer, RECORD, "event_retracted", event_retracted(one["event_id"]), LATER)
    early = attached(signer, RECORD, "author_claim", author_claim(orcid(2)), LATER)
    gone = attached(signer, RECORD, "event_retracted", event_retracted(early["event_id"]), WHEN)
    made = bundle(RECORD, [one, two, back, early, gone], aliases_at=WHEN)
    keys = tmp_path / "policy.json"
    keys.write_bytes(to_json(policy(signer)))
    printed = check(["explain", "-", "author_claims", "--policy", str(keys)], to_json(made)).out
    assert f"by {back['event_id'][7:19]}" in printed
    assert "retracted: was retracted by its signer [MERGE-7]" in printed
    lines = check(["timeline", "-", "--policy", str(keys)], to_json(made)).out
    assert "withdrawn" in lines
    assert f"retracted by {gone['event_id'][7:19]}" in lines


def test_files_of_different_records_are_rejected(tmp_path: Path) -> None:
    other: Json = json.loads(json.dumps(RECORD))
    other["source"]["version"] += 1
    path = tmp_path / "other.json"
    path.write_bytes(to_json(bundle(other, [], aliases_at=WHEN)))
    for command in ("status", "explain", "timeline", "proof", "export"):
        result = run(command, str(DEMO / "bundle.json"), str(path), *POLICY)
        assert result.status == 1
        assert not result.stdout
        assert "merge takes bundles of one record" in result.err
    assert run("diff", str(DEMO / "bundle.json"), str(path), *POLICY).status == 1


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    result = run("export", str(DEMO / "bundle.json"), *POLICY, "--out-dir", str(tmp_path / "a" / "b"))
    assert result.status == 2
    assert "no such file or directory" in result.err


def test_a_state_in_cbor_and_an_export_to_a_terminal(tmp_path: Path) -> None:
    state, binary = str(tmp_path / "s.json"), str(tmp_path / "s.cbor")
    run("merge", str(DEMO / "bundle.json"), *POLICY, "-o", state)
    run("convert", state, "--to", "cbor", "-o", binary)
    assert run("diff", binary, str(DEMO / "bundle.cbor"), *POLICY).status == 0
    shown = run("export", str(DEMO / "bundle.json"), *POLICY, tty=True)
    assert shown.status == 0
    assert json.loads(shown.stdout)["bundle_type"] == "pith_open_graph_bundle"


def test_differences_in_reasons_and_labels_are_printed(tmp_path: Path) -> None:
    signer = Signer(7, "s", "k")
    old, new = (attached(signer, RECORD, "author_claim", author_claim(orcid(1)), at) for at in (WHEN, LATER))
    keys = tmp_path / "policy.json"
    keys.write_bytes(to_json(policy(signer)))
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(to_json(bundle(RECORD, [new], aliases_at=WHEN)))
    two.write_bytes(to_json(bundle(RECORD, [old, new], aliases_at=WHEN)))
    result = check(["diff", str(one), str(two), "--policy", str(keys)])
    assert result.status == 1
    assert f"reason        {new['event_id'][7:19]}: left only, right newest" in result.out
    assert "label         events_sha256" in result.out
    unknown = event(signer, RECORD, "x", "record", {}, WHEN)
    two.write_bytes(to_json(bundle(RECORD, [new, unknown], aliases_at=WHEN)))
    run("merge", str(two), "--policy", str(keys), "-o", str(tmp_path / "state"))
    printed = check(["diff", str(tmp_path / "state"), str(one), "--policy", str(keys)]).out
    assert "unrecognised  [unknown_type]" in printed
