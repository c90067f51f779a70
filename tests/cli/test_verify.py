"""verify and merge: exit statuses, what is rejected, how much is printed, and which words are used."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kit import (
    DEMO,
    Signer,
    attached,
    bundle,
    cbor,
    flat_event,
    made_record,
    many_events,
    policy,
    policy_key,
    receipt,
    to_json,
)
from kit.command_line import run
from kit.data import REPO
from kit.demo import RECORD, plain, rich
from kit.payloads import alias_added, checkpoint, graph_snapshot, integrity, record_created
from kit.tampered import TAMPERED
from kit.tampered import tampered as row_of
from pithbundle import Record
from pithbundle.bundle.event_format import PITHBUNDLE_EVENT_1
from pithbundle.cli.check_files import CheckedFiles
from pithbundle.cli.inputs import read_policy
from pithbundle.joined import input_of
from pithbundle.merge.ledger import Ledger
from pithbundle.report import reports_of
from pithbundle.verifier import Verifier, _verified_bundle

DEMOS = REPO / "vectors" / "demo"
POLICY = ["--policy", str(DEMOS / "policy.json")]
CLI = REPO / "src" / "pithbundle" / "cli"
WHEN = "2026-06-01T00:00:00Z"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(path: Path, value: Any) -> str:
    path.write_bytes(to_json(value))
    return str(path)


def tampered(name: str) -> dict[str, Any]:
    event = attached(DEMO, RECORD, "alias_added", alias_added("example", name), WHEN)
    made = row_of(name).make(event)
    return bundle(RECORD, [made], aliases_at=WHEN)


def first_of(verdict: str) -> str:
    return next(each.name for each in TAMPERED if each.verdict == verdict)


ALIAS = attached(DEMO, RECORD, "alias_added", alias_added("a", "b"), WHEN)
LISTING = attached(DEMO, RECORD, "checkpoint", checkpoint([ALIAS["event_id"]]), WHEN)

#: What one input comes to: the status and the first words (REPORT-2).
SINGLE: dict[str, tuple[Any, int, str]] = {
    "sound": (plain(), 0, "VALID: 2 events verified"),
    "no events": (
        bundle(RECORD, [], aliases_at=WHEN),
        3,
        "UNVERIFIED: nothing in it is signed by a key of the policy: no events and no receipts\n",
    ),
    "incomplete": (
        bundle(RECORD, [LISTING], aliases_at=WHEN),
        3,
        "INCOMPLETE: 1 event missing that a checkpoint lists, 1 event verified",
    ),
    "complete": (bundle(RECORD, [LISTING, ALIAS], aliases_at=WHEN), 0, "VALID: 2 events verified"),
    "incomplete and invalid": (
        bundle(RECORD, [LISTING, {**ALIAS, "event_id": 1}], aliases_at=WHEN),
        1,
        "INVALID:",
    ),
    "unknown type": (
        bundle(RECORD, [attached(DEMO, RECORD, "alias_added", alias_added("a", "b"), WHEN)], aliases_at=WHEN),
        0,
        "VALID:",
    ),
    "conflict": (rich(), 1, "CONFLICT: 1 conflict"),
    "invalid": (tampered(first_of("invalid")), 1, "INVALID:"),
    "unbound": (
        bundle(RECORD, [flat_event(DEMO, integrity(RECORD, WHEN), WHEN, 1)], aliases_at=WHEN),
        3,
        "UNVERIFIED: nothing in it is signed by a key of the policy",
    ),
    "altered": (tampered("payload_swapped"), 1, "INVALID:"),
    "unknown key": (tampered(first_of("unknown_key")), 3, "UNVERIFIED: nothing in it is signed by a key"),
    "not signed": (tampered(first_of("not_signed")), 3, "UNVERIFIED: nothing in it is signed by a key"),
    "rejected": ({**plain(), "canonical_sha256": "0" * 64}, 1, "REJECTED: 1 file rejected"),
    "other number": ({**plain(), "pith_number": "pith:2003:" + "A" * 26}, 1, "REJECTED: 1 file rejected"),
    "not an object": ([], 1, "REJECTED: 1 file rejected"),
}


@pytest.mark.parametrize("name", SINGLE)
def test_exit_status_and_beginning_of_the_output(folder: Path, name: str) -> None:
    value, status, words = SINGLE[name]
    path = written(folder / "bundle.json", value)
    result = run("verify", path, *POLICY)
    assert (result.status, result.out[: len(words)]) == (status, words)
    assert run("verify", "-q", path, *POLICY).out == result.out.splitlines(keepends=True)[0]
    printed = json.loads(run("verify", "--json", path, *POLICY).stdout)
    assert printed["exit_status"] == status
    assert printed["outcome"] == printed["outcomes"][0] == words.split(":")[0].lower()
    merged = run("merge", path, *POLICY)
    assert merged.status == status
    assert merged.err.startswith(words)
    assert bool(merged.stdout) == ("REJECTED" not in words)
    if merged.stdout:
        for command in (["status"], ["explain"], ["timeline"], ["export", "-o", f"{name}-{status}.json"]):
            other = run(*command, path, *POLICY, "--json")
            reported = json.loads(other.stdout)
            assert (other.status, reported["exit_status"]) == (status, status)
            assert (reported["outcome"], reported["outcomes"]) == (printed["outcome"], printed["outcomes"])


@pytest.mark.parametrize(("one", "status"), [(name, status) for name, (_, status, _) in SINGLE.items()])
@pytest.mark.parametrize("missing", [False, True])
def test_the_worst_of_several_counts(folder: Path, one: str, status: int, missing: bool) -> None:
    paths = [written(folder / "one.json", SINGLE[one][0]), written(folder / "sound.json", plain())]
    # Of one record: the other file has what the first one lacks.
    expected = status = 0 if one == "no events" else status
    if missing:
        paths.insert(0, "missing.json")
        expected = 1 if status == 1 else 2
    result = run("verify", "--together", *paths, *POLICY)
    assert result.status == expected
    assert ("missing.json" in result.err) == missing
    assert result.out.startswith("VALID:") == (expected == 0)
    value = json.loads(run("verify", "--together", "--json", *paths, *POLICY).stdout)
    assert value["exit_status"] == expected


def test_bundles_of_several_records_are_reported_by_record(folder: Path) -> None:
    other = made_record(7)
    event = attached(DEMO, other, "graph_snapshot", graph_snapshot(other), WHEN)
    paths = [
        written(folder / "one.json", plain()),
        written(folder / "two.json", bundle(other, [event], aliases_at=WHEN)),
        written(folder / "three.json", rich()),
    ]
    result = run("verify", "--together", *paths, *POLICY)
    assert sum(line.startswith("record ") for line in result.out.splitlines()) == 2
    reports = json.loads(run("verify", "--together", "--json", *paths, *POLICY).stdout)["reports"]
    assert [[given["file"] for given in report["inputs"]] for report in reports] == [
        [paths[0], paths[2]],
        [paths[1]],
    ]
    merged = run("merge", *paths, *POLICY, "-o", "state.json")
    assert (merged.status, merged.stdout) == (1, b"")
    assert merged.err.startswith(f"pithbundle: error: {paths[1]}: ")
    assert not (folder / "state.json").exists()


def test_one_number_with_two_hashes_is_rejected() -> None:
    verifier = Verifier(read_policy(None))
    one = verifier.verify(to_json(plain()))
    other = replace(Record.from_value(made_record(7)), number=one.record.number)
    ledger = Ledger._of_checked(other, one.policy_sha256, verifier.rules, (), ())
    twin = _verified_bundle(
        other, one.policy_sha256, one.events, one.receipts, one.mismatches, ledger,
    )  # fmt: skip
    reports = reports_of(
        [(input_of(name, each), each.ledger) for name, each in (("one", one), ("two", twin))]
    )
    checked_files = CheckedFiles(tuple(reports))
    assert checked_files.reports == ()
    assert [(each.name, each.error.code) for each in checked_files.rejected] == [
        ("one", "collision"),
        ("two", "collision"),
    ]
    assert checked_files.status == 1


def test_every_report_on_a_record_has_the_rejected_files(folder: Path) -> None:
    """A rejected file may have been of any record: the library and the command report the same."""
    paths = [written(folder / "one.json", plain()), written(folder / "two.json", [])]
    (report,) = json.loads(run("verify", "--together", "--json", *paths, *POLICY).stdout)["reports"]
    policy_of_test = read_policy(str(DEMOS / "policy.json"))
    (same,) = Verifier(policy_of_test).verify_together((path, Path(path).read_bytes()) for path in paths)
    assert report == same.to_value()
    assert [rejected["file"] for rejected in report["rejected"]] == [paths[1]]


def test_the_output_is_bounded(folder: Path) -> None:
    wrong = [{"event_type": f"made-{index}"} for index in range(700)]
    unsigned = [
        {k: v for k, v in event.items() if k != "signature"} for event in many_events(RECORD, 300, seed="1")
    ]
    sound = many_events(RECORD, 300, seed="2")
    value = bundle(RECORD, [*wrong, *unsigned, *sound], aliases_at=WHEN)
    value["source_aliases"] = [None] * 300
    path = written(folder / "flood.json", value)
    result = run("verify", "--together", path, path, *POLICY)
    assert result.status == 1
    for more in (
        "and 1300 more elements without an id",
        "more events that are not valid",
        "more valid events",
    ):
        assert more in result.out
    assert "more mismatches" in result.out
    assert len(result.out.splitlines()) < 1000
    rejected = run("verify", "--together", *[str(DEMOS / "policy.json")] * 150, *POLICY)
    assert "and 50 more rejected files" in rejected.out
    assert len(rejected.out.splitlines()) < 400


def test_an_event_with_a_schema_error_or_a_retraction_is_reported(folder: Path) -> None:
    nonconforming = attached(DEMO, RECORD, "alias_added", {"alias_kind": "UPPER", "alias_value": "x"}, WHEN)
    path = written(folder / "misfit.json", bundle(RECORD, [nonconforming], aliases_at=WHEN))
    result = run("verify", path, *POLICY)
    assert result.status == 0
    assert (
        "not applied schema error at /payload/alias_kind [encoding, KIND-2]: base64, hex or an id is not "
        in result.out
    )
    assert "not applied retracted by its signer" in run("verify", str(DEMOS / "rich.json"), *POLICY).out


def test_missing_events_are_reported_as_specified(folder: Path) -> None:
    whole = rich()
    gone = whole["events"].pop(0)["event_id"]
    result = run("verify", written(folder / "partial.json", whole), *POLICY)
    assert (result.status, result.out.split(":")[0]) == (1, "CONFLICT")
    assert f"  missing     1 event that demo.example listed\n              {gone}\n" in result.out


def test_a_receipt_that_does_not_verify(folder: Path) -> None:
    forged = {"kind": "pith_receipt", "key_id": "pith-v1-2026-05", "algorithm": "ed25519",
              "signature_b64": "A" * 86 + "=="}  # fmt: skip
    event = attached(DEMO, RECORD, "record_created", record_created(RECORD, forged), WHEN)
    result = run("verify", written(folder / "b.json", bundle(RECORD, [event], aliases_at=WHEN)), *POLICY)
    assert result.status == 1
    assert "invalid       receipt in " in result.out
    assert "(no signer pith-v1-2026-05)  [signature_invalid, CHECK-9]" in result.out


def test_the_fingerprint_is_shown_beside_a_name_that_looks_alike(folder: Path) -> None:
    """A signer whose name looks like the registry's is distinguished by its key (E5)."""
    twin = "pith.sc\u0456ence"
    fake = Signer(41, twin, "pith-v1-2026-05")
    event = attached(fake, RECORD, "graph_snapshot", graph_snapshot(RECORD), WHEN)
    path = written(folder / "b.json", bundle(RECORD, [event], aliases_at=WHEN))
    mine = written(folder / "policy.json", policy(fake))
    assert (
        f"  key         {fake.fingerprint} {twin} pith-v1-2026-05"
        in run("verify", path, "--policy", mine).out
    )


def test_progress_is_drawn_on_a_terminal_and_nowhere_else() -> None:
    paths = [str(DEMOS / "bundle.json")] * 30
    drawn = run("verify", "-q", *paths, *POLICY, tty=True, env={"TERM": "xterm"}).stderr
    assert b"] verifying 0/30 " in drawn
    assert run("verify", "-q", *paths, *POLICY).stderr == b""
    assert run("verify", "-q", *paths[:3], *POLICY, tty=True, env={"TERM": "xterm"}).stderr == b""


# -- merge --------------------------------------------------------------------------------


def test_the_state_is_the_same_to_a_pipe_a_terminal_and_a_file(folder: Path) -> None:
    path = str(DEMOS / "bundle.json")
    piped = run("merge", path, *POLICY).stdout
    assert piped.startswith(b"{") and piped.endswith(b"}")
    assert run("merge", path, *POLICY, tty=True).stdout == piped + b"\n"
    assert run("merge", path, *POLICY, "-o", "state.json").stdout == b""
    assert (folder / "state.json").read_bytes() == piped
    assert (folder / "state.json").stat().st_mode & 0o777 & ~0o644 == 0
    again = written(folder / "copy.json", plain())
    (folder / "copy.cbor").write_bytes(cbor(plain()))
    assert run("merge", again, "copy.cbor", path, *POLICY).stdout == piped


def test_a_state_with_terminal_controls_is_not_printed(folder: Path) -> None:
    event = attached(DEMO, RECORD, "graph_snapshot", {"graph_snapshot": {"x": "\u202egnorw"}}, WHEN)
    path = written(folder / "b.json", bundle(RECORD, [event], aliases_at=WHEN))
    result = run("merge", path, *POLICY, tty=True)
    assert (result.status, result.stdout) == (2, b"")
    assert "\u202e".encode() in run("merge", path, *POLICY).stdout


@pytest.mark.parametrize("option", ["-o", "--report"])
def test_an_existing_file_or_link_is_left_alone(folder: Path, option: str) -> None:
    path = str(DEMOS / "bundle.json")
    (folder / "old").write_bytes(b"old")
    (folder / "link").symlink_to("old")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "folder").mkdir()
    for name in ("old", "link", "dangling", "folder"):
        for force in ([], ["--force"]):
            if name == "old" and force:
                continue
            other = ["-o", "new"] if option == "--report" else ["--report", "new"]
            result = run("merge", path, *POLICY, option, name, *other, *force)
            assert (result.status, result.stdout) == (2, b""), (name, force)
            assert (folder / "old").read_bytes() == b"old"
            assert not (folder / "nowhere").exists()
            # With --force the report, written first, may exist; the state never does.
            assert option == "-o" or not (folder / "new").exists()
            (folder / "new").unlink(missing_ok=True)
    assert run("merge", path, *POLICY, option, "old", "--force", *other).status == 0
    assert (folder / "old").read_bytes()[:1] == b"{"


def test_the_report_for_programs_is_the_same_both_ways(folder: Path) -> None:
    paths = [str(DEMOS / "tampered.json"), str(DEMOS / "policy.json")]
    one = run("merge", *paths, *POLICY, "-o", "state", "--json")
    two = run("merge", *paths, *POLICY, "-o", "state", "--report", "report", "--force")
    printed = json.loads(one.stdout)
    assert printed["report"] == json.loads((folder / "report").read_bytes())
    assert two.stdout == b"" and two.err.startswith("REJECTED: 1 file rejected, ")
    assert printed["rejected"][0]["file"] == printed["report"]["rejected"][0]["file"] == paths[1]
    assert printed["state"]["bytes"] == (folder / "state").stat().st_size


EXPECTED: dict[str, tuple[Any, int, str]] = {
    "equal": (lambda state: state, 0, "signed_content_equal"),
    "counter": (lambda state: {**state, "event_count": 9}, 0, "labels"),
    "unsigned time": (
        lambda state: {**state, "current": {**state["current"], "source_aliases": [
            {**alias, "created_at": WHEN} for alias in state["current"]["source_aliases"]]}},
        0, "unsigned"),
    "receipt": (lambda state: {**state, "current": {**state["current"], "receipt": None}}, 1, "signed"),
    "other number": (lambda state: {**state, "pith_number": "pith:2003:" + "A" * 26}, 1, "signed"),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_only_signed_content_that_differs_fails(folder: Path, name: str) -> None:
    change, status, group = EXPECTED[name]
    path = str(DEMOS / "bundle.json")
    state = run("merge", path, *POLICY).stdout
    theirs = written(folder / "theirs.json", change(json.loads(state)))
    result = run("merge", path, *POLICY, "--expect", theirs)
    # The state follows from the bundle, whatever another state contains.
    assert (result.status, result.stdout) == (status, state)
    assert result.err.startswith("DIFFERENT: 1 difference in signed content" if status else "VALID:")
    printed = json.loads(run("merge", path, *POLICY, "--expect", theirs, "-o", "s", "--json").stdout)
    assert printed["exit_status"] == status
    assert printed["expected"]["equal"] == (name == "equal")
    assert {each["group"] for each in printed["expected"]["differences"]} == (
        {group} if name != "equal" else set()
    )


def test_differences_are_bounded(folder: Path) -> None:
    path = str(DEMOS / "bundle.json")
    theirs = json.loads(run("merge", path, *POLICY).stdout)
    theirs["current"]["citations"] = [{"event_id": f"made-{index}"} for index in range(500)]
    result = run("merge", path, *POLICY, "--expect", written(folder / "theirs.json", theirs))
    assert "and 400 more differences" in result.err
    assert len(result.err.splitlines()) < 400


# -- words --------------------------------------------------------------------------------

#: Every text of the command line with the word verified or complete; no other text has it (E6).
CLAIMS = {
    "verified",
    "NOTHING WAS VERIFIED:",
    "unverified",
    "unverified_sha256",
    " unverified, ",
    # Of claims: of events that are verified, and apart of elements that are not (EVID-18, GRAPH-6).
    " with a verified signature, of ",
    " without a verified signature, in ",
    "claims without a verified signature",
    " of them without a verified signature",
    "incomplete",
    "nothing_was_verified",
    # Of events that are not verified.
    "UNVERIFIED:",
    "unverified element",
    "UNVERIFIED ELEMENTS DIFFER:",
    " the same verified events and entries; what differs cannot be checked",
    "unverified_differs",
    # Of elements that a format found by probe does not verify.
    "not_verified",
    " no conflict was found, and not every event was verified",
    "in unverified elements; what they say cannot be checked",
    "not among its unverified elements",
    # Of an output of recompute, whose files are all written.
    " is complete; only the comparison could not be finished",
    " is complete; only the cache could not be made smaller",
    # Of the digests of a mirror, which cover both (RECOMP-11).
    "in the digest of the mirror, of signed content and unverified elements; pithbundle mirror audit"
    " tells which",
    "pithbundle verify names the events that are not verified, and why",
    ". Only valid events have entries, and not every event is verified under this policy: pithbundle"
    " verify says which; --policy FILE names another policy",
    # Of the members of a file that was cut (TRUNC-3).
    ": what is complete before it is shown",
    "; the record is complete",
    " complete",
    "fetch the whole file; pithbundle number --truncated FILE shows the number of a complete record",
    "Read the complete members of a JSON file that was cut.",
    "fetch it again, and compare its size; pithbundle inspect --truncated FILE shows what is complete",
}


def literals(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_bytes())
    documented = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
        and not any("click" in ast.unparse(each) for each in getattr(node, "decorator_list", ()))
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in documented:
            yield node.value


def test_no_other_text_contains_verified_or_complete() -> None:
    found = {
        text
        for path in sorted(CLI.rglob("*.py"))
        for text in literals(path)
        if "verified" in text.lower() or "complete" in text.lower()
        if "Exit status:" not in text and "\n\n" not in text  # the pages of --help: transcripts show them
    }
    scripts = ("_COMPLETE", "completion", "complete_func")
    found -= {text for text in found if any(word.lower() in text.lower() for word in scripts)}
    found.discard("complete")  # what a shell requests of its completion
    assert found == CLAIMS


@pytest.mark.parametrize("name", ["bundle.json", "rich.json", "tampered.json"])
@pytest.mark.parametrize("arguments", [[], POLICY])
def test_only_verified_events_and_receipts_are_printed_as_verified(name: str, arguments: list[str]) -> None:
    path = str(DEMOS / name)
    report = json.loads(run("verify", "--json", path, *arguments).stdout)["reports"][0]
    verified = [each["verdict"] for each in report["events"] + report["receipts"]].count("verified")
    lines = run("verify", path, *arguments).out.splitlines()
    assert sum(line.startswith("verified ") for line in lines) == verified
    # Elsewhere the word is in the first line, and in a pointer to what a mirror wrote.
    rest = [line for line in lines[1:] if "verified" in line.lower() and not line.startswith("verified ")]
    assert all(line.startswith("  unsigned ") for line in rest)
    assert not any("complete" in line.lower() for line in lines)


# Keys and verdicts in words.


def verify_events(folder: Path, events: list[Any], keys: Any) -> tuple[int, list[str]]:
    """The status and the lines of ``verify`` on a bundle of these events."""
    bundle_path = written(folder / "b.json", bundle(RECORD, events, aliases_at=WHEN))
    result = run("verify", bundle_path, "--policy", written(folder / "p.json", keys))
    return result.status, [line.strip() for line in result.out.splitlines()]


def lines_of(lines: list[str], *labels: str) -> list[str]:
    return [line for line in lines if line.split(" ")[0] in labels]


def test_more_receipts_than_are_checked_are_named_and_change_no_status(folder: Path) -> None:
    """Their message: such inputs could once take a minute."""
    made = [{"payload": {"receipt": receipt(DEMO, made_record(n), WHEN)}} for n in range(17)]
    status, lines = verify_events(folder, made, policy(DEMO))
    assert status == 1
    assert "16 receipts invalid" in lines[0] and "1 receipt not_checked" in lines[0]
    assert any(line.startswith("not_checked") for line in lines)
    assert any(line.startswith("why") and "not_checked (RCPT-4)" in line for line in lines)


def test_events_of_an_unknown_format_are_reported_as_unchecked(folder: Path) -> None:
    status, lines = verify_events(
        folder, [ALIAS, {**ALIAS, "created_at": 1}], policy(policy_key(DEMO, event_formats=["unknown"]))
    )
    assert status == 3
    assert lines[0].startswith(
        "UNVERIFIED: nothing in it is signed by a key of the policy, 2 elements unknown_format"
    )
    at = lines_of(lines, "at")
    assert len(at) == 2
    assert all(line.endswith("no event format of the policy reads it") for line in at)
    assert [line.split(":")[0] for line in lines if line.startswith("why")] == [
        "why           unknown_format (FORMAT-9)"
    ]
    hint = "the event format is not known to this policy: run `pithbundle probe`"
    assert lines_of(lines, "hint") == [f"hint        {hint}"]


def test_elements_that_are_no_objects_are_of_an_unknown_format(folder: Path) -> None:
    """A compact JWS may be an event of a registry; only where no other format is possible it is wrong."""
    elements = ["eyJhbGciOiJFZERTQSJ9.e30." + "c2ln" * 21 + "cw", ["EVENT", {}]]
    status, lines = verify_events(folder, elements, policy(policy_key(DEMO, event_formats=["unknown"])))
    assert status == 3
    assert lines[0].endswith("2 elements unknown_format")
    assert lines_of(lines, "hint") == [
        "hint        the event format is not known to this policy: run `pithbundle probe`"
    ]
    status, lines = verify_events(folder, elements, policy(policy_key(DEMO)))
    assert status == 1


def test_verbose_shows_the_event_format_of_each_event(folder: Path) -> None:
    (folder / "b.json").write_bytes(to_json(bundle(RECORD, [ALIAS])))
    (folder / "p.json").write_bytes(to_json(policy(DEMO)))
    words = ["verify", str(folder / "b.json"), "--policy", str(folder / "p.json")]
    shown = f"\n  format      {PITHBUNDLE_EVENT_1.name} {PITHBUNDLE_EVENT_1.sha256[:12]}\n"
    assert shown in run(*words, "-v").out + "\n"
    assert shown not in run(*words).out + "\n"


def test_a_remark_is_no_fault(folder: Path) -> None:
    keys = policy(policy_key(DEMO, event_formats=["pithbundle-event-1", "unknown"]))
    status, lines = verify_events(folder, [{**ALIAS, "payload": {}}, {**ALIAS, "created_at": "x"}], keys)
    assert status == 3
    assert all("under the format that was tried" in line for line in lines_of(lines, "at"))
    assert len(lines_of(lines, "at")) == 2
    assert not any("do not rely" in line or "outside the profile" in line for line in lines)


def test_of_keys_of_one_name_the_fingerprint_is_named(folder: Path) -> None:
    twin, other = Signer(100, DEMO.signer_id, DEMO.key_id), Signer(101, DEMO.signer_id, DEMO.key_id)
    own = receipt(twin, RECORD, WHEN)
    events = [
        attached(one, RECORD, "record_created", record_created(RECORD, own), WHEN) for one in (DEMO, twin)
    ]
    status, lines = verify_events(folder, events, policy(DEMO, twin, other))
    assert status == 0
    shown = [line for line in lines if line.startswith("verified")]
    assert all(line.endswith(twin.fingerprint[:12]) for line in shown if "receipt" in line)
    assert {line.split()[-1] for line in shown} == {twin.fingerprint[:12], DEMO.fingerprint[:12]}
    # Only the keys under which something verifies are listed, and not their namesakes.
    listed = {line.split()[1] for line in lines if line.startswith("key ")}
    assert listed == {DEMO.fingerprint, twin.fingerprint}
    result = run("verify", "b.json", "--policy", "p.json", "--json")
    reports = json.loads(result.stdout)["reports"]
    found = {one["public_key_fingerprint"] for report in reports for one in report["events"]}
    assert found == {DEMO.fingerprint, twin.fingerprint}
    assert {one["public_key_fingerprint"] for report in reports for one in report["receipts"]} == {
        twin.fingerprint
    }
