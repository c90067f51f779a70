"""The next step that the command line names where a new user is likely to go wrong."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

import kit
from kit.command_line import run, spawn
from kit.data import REPO
from kit.registries import draw
from kit.results import WHEN
from kit.work_clock import WorkClock
from pithbundle.cli import probe_run

DEMO = REPO / "vectors" / "demo"
POLICY = ("--policy", str(DEMO / "policy.json"))
BUNDLE, RICH = str(DEMO / "bundle.json"), str(DEMO / "rich.json")
KEY = "3ba7f849f92e4460c11521a4848531dad4d9988f1cc5ee4d6d51010bce35ceb0"


def test_the_filter_that_verify_help_shows_selects_the_failed_files_and_not_the_summary(
    tmp_path: Path,
) -> None:
    (shown,) = re.findall(r"select\(\.(\w+)==(.*?)\)\.file", run("verify", "--help").out)
    member, value = shown[0], json.loads(shown[1])
    (tmp_path / "cut.json").write_bytes(Path(BUNDLE).read_bytes()[:900])
    (tmp_path / "whole.json").write_bytes(Path(BUNDLE).read_bytes())
    lines = run("verify", "--jsonl", *POLICY, str(tmp_path)).out.splitlines()
    found = [each["file"] for each in map(json.loads, lines) if each.get(member) == value]
    assert found == [str(tmp_path / "cut.json")]


@pytest.mark.parametrize(
    "status",
    [
        "verified",
        "unknown_type",
        "unbound",
        "unknown_key",
        "not_signed",
        "not_checked",
        "invalid",
        "malformed",
    ],
)
def test_code_explains_a_status(status: str) -> None:
    result = run("code", status)
    assert result.status == 2
    message, *hints = result.err.splitlines()
    assert re.fullmatch(
        rf"pithbundle: error: '{status}' is a status, not a code: .* \([A-Z]+-[0-9]+\)", message
    )
    assert len(hints) == 2


@pytest.mark.parametrize("argument", ["CHECK-3", "check-3", "[CHECK-3]"])
def test_code_explains_a_clause(argument: str) -> None:
    error = run("code", argument).err
    assert "'CHECK-3' is a clause of the specification, not a code: Event id\n" in error
    assert "hint: read spec/checks.md#check-3, or run pithbundle code hash_mismatch\n" in error


def test_code_names_no_code_for_a_clause_that_defines_none() -> None:
    assert "hint: look it up in spec.md\n" in run("code", "CHECK-14").err


def test_a_file_or_help_in_the_place_of_a_command() -> None:
    assert "hint: for a file: pithbundle verify FILE\n" in run(BUNDLE).err
    assert "hint: pithbundle COMMAND --help explains a command\n" in run("help").err
    assert "hint: did you mean 'verify'?\n" in run("verfy").err


def test_a_pattern_that_matches_no_file() -> None:
    assert "the shell matched none or it was quoted" in run("verify", "absent/*.json").err
    assert "pattern" not in run("verify", "absent.json").err


def test_a_section_that_is_misspelt() -> None:
    result = run("explain", *POLICY, RICH, "author-claim")
    assert result.status == 2
    assert "'author-claim' is no file and no section of a state" in result.err
    assert "hint: did you mean 'author_claims'?\n" in result.err
    assert "absent.json: no such file" in run("explain", *POLICY, RICH, "absent.json").err


def test_inspect_describes_the_elements_of_a_list_and_names_the_command_that_reads_it() -> None:
    out = run("inspect", str(REPO / "vectors" / "real" / "seed_records.json")).out
    assert "  element     /4: an object with a record; an object of " in out
    assert out.endswith(
        "NOTHING WAS VERIFIED: pithbundle number recomputes the Pith Number of each record in the list\n"
    )
    assert (
        "  element     /0: an object of no known type; "
        in run("inspect", str(REPO / "vectors" / "real" / "titles.json")).out
    )


def test_number_describes_what_an_element_of_a_list_must_be() -> None:
    result = run("number", str(REPO / "vectors" / "real" / "titles.json"))
    assert result.status == 1
    assert (
        "hint        an element of a list is a canonical record, or an object with a canonical_record\n"
        in result.out
    )
    assert "another mirror" not in result.out


@pytest.mark.parametrize(
    "args, option",
    [
        (["--signer-id", "s", "--event-format", "x"], "--event-format"),
        (["--signer-id", ""], "--signer-id"),
        (["--signer-id", "s", "--event-type", ""], "--event-type"),
    ],
)
def test_policy_add_names_the_option_that_is_wrong(args: list[str], option: str) -> None:
    result = run("policy", "add", "--new", "--key-id", "k", "--public-key", KEY, *args)
    assert result.status == 1 and result.err.startswith(f"pithbundle: error: {option}: ")


@pytest.mark.parametrize(
    "data, words",
    [
        (b"-----BEGIN PUBLIC KEY-----\n", "openssl pkey -pubin -in FILE -outform DER | tail -c 32"),
        (b"-----BEGIN PRIVATE KEY-----\n", "the file may contain a private key"),
        (b"ssh-ed25519 AAAA me\n", "cut -d' ' -f2 FILE | base64 -d | tail -c 32"),
        (b"hello\n", "get the file from the owner of the key"),
    ],
)
def test_a_key_file_of_another_program(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "key").write_bytes(data)
    assert f"{words}" in run("keys", "--key", str(tmp_path / "key")).err


@pytest.mark.parametrize("length", [44, 64])
def test_a_path_with_as_many_characters_as_a_key_is_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    monkeypatch.chdir(tmp_path)
    name = "key-" + "f" * (length - 5) + "="
    Path(name).write_text(KEY)
    assert run("keys", "--key", name).status == 0


def test_a_proof_shows_the_members_that_differ_and_accuses_nobody_without_the_key(tmp_path: Path) -> None:
    proof = str(tmp_path / "proof.json")
    run("proof", *POLICY, RICH, "--out", proof)
    assert (
        "\n  differs     /payload/severity\n              advisory\n              informational\n"
        in run("verify", *POLICY, proof).out
    )
    result = run("verify", proof)
    assert result.status == 1
    assert result.out.startswith("NOT PROVEN: your policy does not have the key that the proof names\n")


@pytest.mark.parametrize(
    "words, found",
    [
        ("code has", ["hash_mismatch"]),
        ("man pol", ["policy"]),
        ("man policy ", ["add", "check", "show"]),
        ("schema policy c", ["check"]),
    ],
)
def test_the_words_of_an_argument_are_completed(words: str, found: list[str]) -> None:
    count = len(words.split(" "))
    env = {
        "_PITHBUNDLE_COMPLETE": "bash_complete",
        "COMP_WORDS": f"pithbundle {words}",
        "COMP_CWORD": str(count),
    }
    assert spawn(env=env).out.splitlines() == [f"plain,{argument}" for argument in found]


def test_policy_add_takes_an_event_format_as_a_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The document that probe writes becomes part of the policy."""
    monkeypatch.chdir(tmp_path)
    Path("found.json").write_bytes(run("format", "show", "pithbundle-event-1").stdout)
    words = ["policy", "add", "--new", "--signer-id", "s", "--key-id", "k", "--public-key", KEY]
    assert run(*words, "--event-format", "found.json", "-o", "p.json").status == 0
    named = json.loads(run(*words, "--event-format", "pithbundle-event-1", "--json").stdout)
    documented = json.loads(run("policy", "check", "p.json", "--json").stdout)
    assert named["policy"]["policy_sha256"] == documented["policy"]["policy_sha256"]
    Path("broken.json").write_text("{}")
    result = run(*words, "--event-format", "broken.json")
    assert result.status == 1 and "broken.json: must be" in result.err and "[format, FORMAT-1]" in result.err
    assert run(*words, "--event-format", "found.json", "-o", "found.json", "--force").status == 2


def test_policy_add_reads_standard_input_once() -> None:
    words = ["policy", "add", "--policy", "-", "--public-key", "-", "--signer-id", "s", "--key-id", "k"]
    result = run(*words)
    assert result.status == 2 and "standard input can be read only once" in result.err


# -- commands that are printed: each can be copied as it is -----------------------------------------

#: A command below a heading; on a terminal it is continued.
_NEXT = re.compile(r"^  (next|then|or) +(pithbundle (?:.*\\\n)*.*)$", re.MULTILINE)


def commands(text: str) -> dict[str, list[str]]:
    """The commands of an output as a shell reads them, by their headings."""
    return {name: shlex.split(words.replace("\\\n", ""))[1:] for name, words in _NEXT.findall(text)}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and a clock that advances by work: ``--time`` is a number of tasks."""
    monkeypatch.setattr(probe_run, "time", WorkClock())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(seed: int, *names: str, mixed: bool = False) -> None:
    """Bundles of a registry whose event format the policy ``my policy.json`` does not know."""
    registry = draw(seed)
    for name in names:
        Path(name).write_bytes(registry.bundle(registry.mixed if mixed else None))
    Path("my policy.json").write_bytes(registry.policy(["unknown"]))


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("tty", [False, True])
@pytest.mark.parametrize("name", ["a.json", "a & $(b) 'c'.json", "-a.json", "a" * 50 + ".json"])
def test_each_command_that_is_printed_leads_to_the_next_until_the_bundle_is_valid(
    name: str, tty: bool
) -> None:
    put(42, name)
    # A policy of this name exists: no printed command replaces it.
    Path("mine.json").write_bytes(b"")
    found = run("verify", *(["--", name] if name[0] == "-" else [name]), tty=tty)
    assert found.status == 3
    # The built-in policy has another key, and the result of the search names it.
    searched = run(*commands(found.out)["next"], "--time", "0.3", tty=tty)
    assert "only signatures by these keys can be found: pith.science pith-v1-2026-05" in " ".join(
        searched.out.split()
    )
    found = run("verify", "--policy", "my policy.json", "--", name, tty=tty)
    step = commands(found.out)["next"]
    assert step[-2:] == ["--policy-output", "mine-2.json"]
    # Without a file for the policy, the command that writes it is printed.
    printed = commands(run(*step[:-2], tty=tty).out)
    assert printed["next"] == step
    searched = run(*printed["next"], tty=tty)
    assert (searched.status, commands(searched.out)["next"]) == (0, printed["then"])
    assert run(*printed["then"], tty=tty).status == 0


@pytest.mark.usefixtures("folder")
def test_a_name_that_cannot_be_shown_as_it_is_is_in_no_command() -> None:
    put(42, "a\\b.json", "c\x1bd.json")
    for name in ("a\\b.json", "c\x1bd.json"):
        assert "  next        pithbundle probe FILE --policy 'my policy.json'" in (
            run("verify", name, "--policy", "my policy.json").out
        )
    data = Path("a\\b.json").read_bytes()
    assert "  next        pithbundle probe FILE " in run("verify", "-", stdin=data).out


@pytest.mark.usefixtures("folder")
def test_a_name_that_fits_no_line_of_the_terminal_is_in_no_command() -> None:
    name = "a" * 90 + ".json"
    put(42, name)
    out = run("verify", name, "--policy", "my policy.json", tty=True).out
    assert commands(out)["next"][:4] == ["probe", "FILE", "--policy", "my policy.json"]


@pytest.mark.usefixtures("folder")
def test_the_policy_of_the_environment_is_in_no_command(monkeypatch: pytest.MonkeyPatch) -> None:
    put(42, "a.json")
    monkeypatch.setenv("PITHBUNDLE_POLICY", "my policy.json")
    assert commands(run("verify", "a.json").out)["next"] == [
        *("probe", "a.json", "--policy-output", "mine.json")
    ]


@pytest.mark.usefixtures("folder")
def test_merge_names_the_next_command_too() -> None:
    put(42, "a.json")
    err = run("merge", "a.json", "--policy", "my policy.json").err
    assert commands(err)["next"][:2] == ["probe", "a.json"]


@pytest.mark.usefixtures("folder")
def test_several_bundles_are_probed_and_verified_together() -> None:
    registry = draw(42)
    for name, events in (("a.json", registry.events[:2]), ("b.json", registry.events[2:])):
        Path(name).write_bytes(registry.bundle(events))
    Path("p.json").write_bytes(registry.policy(["unknown"]))
    step = commands(run("verify", "--together", "a.json", "b.json", "--policy", "p.json").out)["next"]
    assert step == ["probe", "a.json", "b.json", "--policy", "p.json", "--policy-output", "mine.json"]
    step = commands(run(*step).out)["next"]
    assert step == ["verify", "a.json", "b.json", "--policy", "mine.json"]
    assert run(*step).status == 0


@pytest.mark.usefixtures("folder")
def test_a_folder_counts_the_files_of_unknown_formats_and_names_the_first() -> None:
    Path("in").mkdir()
    put(42, "in/a.json", "in/b.json")
    shutil.copy(RICH, "in/c.json")
    result = run("verify", "in", "--policy", "my policy.json")
    assert (
        "hint          of 3 files the event format is not known to this policy; for the first:\n"
        in result.out
    )
    assert commands(result.out)["next"][:2] == ["probe", "in/a.json"]
    # An element that nothing reads, beside invalid ones, is no reason to search.
    for name in ("in/a.json", "in/b.json"):
        Path(name).unlink()
    shutil.copy(DEMO / "tampered.json", "in/d.json")
    for args in (["in"], ["in/d.json"]):
        assert commands(run("verify", *args, *POLICY).out) == {}


@pytest.mark.usefixtures("folder")
def test_an_element_without_any_signature_is_not_probed() -> None:
    record = kit.made_record()
    events = list(kit.many_events(record, 2))
    del events[1]["signature"]
    Path("a.json").write_bytes(kit.to_json(kit.bundle(record, events)))
    Path("p.json").write_bytes(kit.to_json(kit.policy(kit.DEMO, kit.AUTHOR, kit.MIRROR)))
    found = run("verify", "a.json", "--policy", "p.json")
    assert found.status == 3 and "1 event not_signed" in found.out and commands(found.out) == {}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("bare", [{}, {"signature": None}, {"signature": {}}])
def test_a_copy_without_a_signature_hides_none_that_is_elsewhere(order: int, bare: kit.Json) -> None:
    """PROBE-12 in any order, in one file and in two."""
    record = kit.made_record()
    # Not the first, whose receipt has a signature too.
    *_, event = kit.many_events(record, 2)
    text = event.pop("signature")["signature_b64"]
    copies = [{**event, **bare}, {**event, "signature": text}]
    Path("p.json").write_bytes(kit.to_json(kit.policy(kit.DEMO, kit.AUTHOR, kit.MIRROR)))
    Path("one.json").write_bytes(kit.to_json(kit.bundle(record, copies[::order])))
    for name, element in zip(("a.json", "b.json"), copies, strict=True):
        Path(name).write_bytes(kit.to_json(kit.bundle(record, [element])))
    for args, file in (
        (["one.json"], "one.json"),
        (["--together", *["a.json", "b.json"][::order]], "b.json"),
    ):
        assert commands(run("verify", *args, "--policy", "p.json").out)["next"][:2] == ["probe", file]


@pytest.mark.usefixtures("folder")
def test_a_format_that_the_policy_lists_already_is_no_next_step() -> None:
    put(45, "a.json", mixed=True)
    args = ("probe", "a.json", "--policy")
    assert run(*args, "my policy.json", "--policy-output", "mine.json").status == 0
    # Some elements are explained by nothing: verify names probe again, and probe ends the circle.
    found = run("verify", "a.json", "--policy", "mine.json")
    assert found.status == 3
    again = run(*commands(found.out)["next"])
    assert "  known       the policy lists this event format already: nothing new was found\n" in again.out
    assert commands(again.out) == {}
    assert "of another key or format, altered, or not an event: probing cannot tell which" in again.out


@pytest.mark.usefixtures("folder")
def test_a_search_that_found_nothing_names_the_command_that_goes_on() -> None:
    put(42, "a.json")
    # Under the built-in policy: its key signed nothing here.
    step = commands(run("probe", "a.json", "--time", "0.2", "--from", "json").out)["next"]
    assert step == [
        *("probe", "a.json", "--from", "json", "--time", "60", "--resume", "progress.json"),
    ]
    found = run(*step[:-4], "--time", "1", *step[-2:])
    # By now a digest is reproduced, which another key may sign: that is the next step.
    assert commands(found.out)["or"] == [*step[:-4], "--time", "10", *step[-2:]]
    assert run(*commands(found.out)["or"][:-4], "--time", "1", *step[-2:]).status == 3


@pytest.mark.usefixtures("folder")
def test_a_search_that_tried_everything_names_what_to_give_it() -> None:
    Path("a.json").write_bytes(b'{"events": [{"event_id": "sha256:%s"}]}' % (b"ab" * 32))
    out = run("probe", "a.json").out
    assert "everything was tried: give other bundles of the registry too\n" in out
    # No string can be a signature, so no key can help.
    assert "policy add" not in out


@pytest.mark.usefixtures("folder")
def test_a_thorough_search_is_continued_thoroughly() -> None:
    """Without the option the next command would end at once: enough was tried."""
    put(42, "a.json")
    step = commands(run("probe", "a.json", "--time", "0.2", "--thorough").out)["next"]
    assert step == ["probe", "a.json", "--thorough", "--time", "60", "--resume", "progress.json"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("reproduced", "names"), [(True, ("next", "or")), (False, ("or", "next"))], ids=["digest", "nothing"]
)
def test_where_no_key_of_the_policy_signed_the_next_step_adds_one(
    reproduced: bool, names: tuple[str, str]
) -> None:
    """First where the digests are reproduced: then a longer search would find no more than that."""
    if reproduced:
        record = kit.made_record()
        events = [
            kit.event(kit.DEMO, record, "citation", "record", kit.payloads.citation(work), WHEN)
            for work in ("w1", "w2")
        ]
        Path("a.json").write_bytes(kit.to_json(kit.bundle(record, events)))
    else:
        put(42, "a.json")
    out = run("probe", "a.json", "--time", "1" if reproduced else "0.2").out
    assert ("is reproduced and not signed" in out) == reproduced
    steps = commands(out)
    add, go_on = (steps[name] for name in names)
    assert go_on[0] == "probe"
    assert add == [
        *("policy", "add", "--signer-id", "NAME", "--key-id", "NAME", "--public-key", "KEY"),
        *("--event-format", "unknown", "-o", "mine.json"),
    ]
    words = [{"KEY": KEY, "NAME": "demo"}.get(word, word) for word in add]
    assert run(*words).status == 0


@pytest.mark.usefixtures("folder")
def test_files_that_were_asked_for_and_not_written_are_named() -> None:
    put(42, "a.json")
    args = ("--time", "0.2", "-o", "f.json", "--policy-output", "p.json")
    out = run("probe", "a.json", *args).out
    assert "  not written f.json, p.json: no event format that binds was found\n" in out


@pytest.mark.usefixtures("folder")
def test_the_progress_of_another_search_names_what_to_give() -> None:
    put(42, "a.json")
    put(43, "b.json")
    assert run("probe", "a.json", "--time", "0.2", "--resume", "r.json").status == 3
    found = run("probe", "b.json", "--time", "0.2", "--resume", "r.json")
    assert found.status == 2
    assert "the search was of other files, or under another policy at /inputs_sha256 [type, PROBE-5]" in (
        found.err
    )
    assert "hint: give the files and the policy of that search, or a file that does not" in found.err


@pytest.mark.usefixtures("folder")
def test_the_places_of_claimed_digests_are_elements_and_no_counts() -> None:
    registry = json.loads(Path(BUNDLE).read_bytes())
    for event in registry["events"]:
        event["created_at"] = "2026-05-18T01:39:15Z"
    Path("a.json").write_bytes(json.dumps(registry).encode())
    out = run("probe", "a.json", *POLICY, "--time", "4").out
    assert "  receipts    signatures over the hash of the record in element 0\n" in out
    assert "  signed      signatures over the claimed digest at /event_id in elements 0, 1\n" in out
    assert out.startswith("PARTLY SETTLED: something is explained, not enough for an event format\n")


@pytest.mark.usefixtures("folder")
def test_a_bundle_of_another_format_beside_a_settled_one() -> None:
    put(44, "b.json")
    key = json.loads(Path("my policy.json").read_bytes())["keys"][0]
    put(42, "a.json")
    policy = json.loads(Path("my policy.json").read_bytes())
    # The name of the other key alone: nothing of b.json is explained.
    policy["keys"].append({**key, "public_key_hex": KEY})
    Path("p.json").write_bytes(json.dumps(policy).encode())
    args = ("--policy", "p.json", "--time", "1.5", "--jobs", "1")
    out = run("probe", "a.json", "b.json", *args).out
    assert out.startswith("PARTLY SETTLED: an event format explains a part of the elements\n")
    assert commands(out)["or"][-2:] == ["--resume", "progress.json"]


@pytest.mark.usefixtures("folder")
def test_a_format_names_what_it_does_not_cover_and_the_command_that_uses_it() -> None:
    put(42, "a.json")
    run("probe", "a.json", "--policy", "my policy.json", "-o", "f.json")
    step = commands(run("format", "check", "f.json").out)["next"]
    key = json.loads(Path("my policy.json").read_bytes())["keys"][0]
    given = {"--signer-id": "signer_id", "--key-id": "key_id", "--public-key": "public_key_hex"}
    for option, member in given.items():
        step[step.index(option) + 1] = key[member]
    assert run(*step).status == 0
    assert run("verify", "a.json", "--policy", "mine.json").status == 0
    document = json.loads(Path("f.json").read_bytes())
    del document["body"]["roles"]["subject"]
    Path("f.json").write_bytes(json.dumps(document).encode())
    assert "  binds       no: its events are unbound at best, since it does not cover subject\n" in (
        run("format", "check", "f.json").out
    )


@pytest.mark.usefixtures("folder")
def test_documents_name_the_command_that_goes_on() -> None:
    run("merge", BUNDLE, *POLICY, "-o", "s.json")
    step = commands(run("verify", "s.json").out)["next"]
    assert step == ["merge", "BUNDLE", "--expect", "s.json"]
    integrity = REPO / "vectors" / "real" / "integrity_events.json"
    step = commands(run("verify", str(integrity)).out)["next"]
    assert step == ["probe", "--integrity", str(integrity)]
    (cut := Path("cut.json")).write_bytes(Path(BUNDLE).read_bytes()[:1700])
    # Under a policy of a file the commands name it.
    step = commands(run("verify", "s.json", *POLICY).out)["next"]
    assert step == ["merge", "BUNDLE", *POLICY, "--expect", "s.json"]
    step = commands(run("verify", str(integrity), *POLICY).out)["next"]
    assert step == ["probe", "--integrity", str(integrity), *POLICY]
    assert "; pithbundle inspect --truncated FILE shows what is complete" in run("verify", str(cut)).out
    assert run("inspect", "--truncated", str(cut)).status == 0


@pytest.mark.usefixtures("folder")
def test_documents_without_events_name_what_has_them() -> None:
    real = REPO / "vectors" / "real"
    [graph] = real.glob("*.graph.json")
    assert commands(run("verify", str(graph), *POLICY).out)["next"] == ["diff", "BUNDLE", str(graph), *POLICY]
    manifest = run("verify", str(real / "pith-mirrors.json")).out
    assert "  next        fetch a bundle from a mirror that it names, then verify the bundle\n" in manifest
    record = {"canonical_record": json.loads(Path(BUNDLE).read_bytes())["canonical_record"]}
    Path("record.json").write_bytes(json.dumps(record).encode())
    assert commands(run("verify", "record.json").out)["next"] == ["diff", "BUNDLE", "record.json"]
    Path("key.json").write_bytes(json.dumps({"public_key_hex": KEY}).encode())
    step = commands(run("verify", "key.json").out)["next"]
    assert step[:2] == ["policy", "add"] and step[-4:] == ["--public-key", "key.json", "-o", "mine.json"]
    step[step.index("NAME")] = step[step.index("NAME")] = "name"
    assert run(*step).status == 0
    assert "next" not in commands(run("verify", "key.json", "--policy", "mine.json").out)


def test_verify_of_a_beginning_names_the_commands_that_read_one() -> None:
    result = run("verify", "--truncated", BUNDLE)
    assert result.status == 2
    words = "inspect --truncated and number --truncated read the beginning of a JSON document"
    assert f"hint: {words}" in result.err


@pytest.mark.usefixtures("folder")
def test_what_is_no_event_is_counted_as_an_element() -> None:
    bundle = json.loads(Path(BUNDLE).read_bytes())
    bundle["events"] += [7, {}, []]
    Path("a.json").write_bytes(json.dumps(bundle).encode())
    assert "  file        a.json, 5 elements\n" in run("verify", "a.json", *POLICY).out


@pytest.mark.usefixtures("folder")
def test_a_schema_error_names_the_member_and_the_clause() -> None:
    claim, record = kit.payloads.author_claim(kit.payloads.orcid(1)), kit.made_record()
    alias = kit.payloads.alias_added("openalex", "W1")
    events: list[tuple[str, str, kit.Json]] = [
        ("author_claim", "record", {**claim, "strength": 7}),
        ("citation", "graph", kit.payloads.citation("W1")),
        ("alias_added", "record", {**alias, "alias_kind": "arxiv"}),
        ("author_claim", "record", {**claim, "identifier": None}),
    ]
    signed = [kit.event(kit.DEMO, record, *one, WHEN) for one in events]
    Path("a.json").write_bytes(kit.to_json(kit.bundle(record, signed)))
    Path("p.json").write_bytes(kit.to_json(kit.policy(kit.DEMO)))
    out = run("verify", "a.json", "--policy", "p.json").out
    lines = [line for line in out.splitlines() if line.startswith("  not applied")]
    assert sorted(line[: line.index(":")] for line in lines) == sorted([
        "  not applied schema error at /payload/strength [type, KIND-2]",
        "  not applied schema error at /target [type, KIND-2]",
        "  not applied schema error at /payload [subject, KIND-2]",
        "  not applied schema error at /payload/identifier [type, KIND-2]",
    ])  # fmt: skip


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"excluded": ["/note"], "base": "/x"}, "must lie below base: only a part of what is signed can be"),
        (
            {"excluded": []},
            "must lie outside the signed content, excluded for example: it cannot sign itself",
        ),
        ({"required": {"/event_id": "string"}}, "must lie inside the signed content at /body/required/"),
    ],
)
def test_a_fault_of_a_format_states_what_must_be(change: dict[str, object], words: str) -> None:
    """The message "an excluded pointer lies below base" reads as what is wrong, and was what must be."""
    document = json.loads(run("format", "show", "pithbundle-event-1").stdout)
    document["name"] = "mine"
    document["body"].update(change)
    Path("f.json").write_bytes(json.dumps(document).encode())
    found = run("format", "check", "f.json")
    assert found.status == 1
    assert f"f.json: {words}" in found.err


@pytest.mark.usefixtures("folder")
def test_diff_counts_unverified_elements_and_shows_that_they_differ() -> None:
    put(42, "a.json")
    bundle = json.loads(Path("a.json").read_bytes())
    bundle["events"][0]["event"]["altered"] = True
    Path("b.json").write_bytes(json.dumps(bundle).encode())
    result = run("diff", "a.json", "b.json")
    assert result.status == 3
    assert result.out.startswith(
        "UNVERIFIED ELEMENTS DIFFER: the same verified events and entries; what differs cannot be checked\n"
    )
    value = json.loads(run("diff", "a.json", "b.json", "--json").stdout)
    assert (value["outcome"], value["exit_status"]) == ("unverified_differs", 3)
    assert result.out.count("; 4 unverified elements, compared by identity\n") == 2
    # The element that differs is named with its place on each side, and the next step.
    assert (
        "  left        unknown_format at /events/0\n  right       not among its unverified elements\n"
        in result.out
    )
    assert (
        "  right       unknown_format at /events/0\n  left        not among its unverified elements\n"
        in result.out
    )
    assert result.out.count("\nunverified ") == 2
    assert [each["side"] for each in value["unverified"]] == ["left", "right"]
    assert commands(result.out)["next"] == ["probe", "a.json", "b.json", "--policy-output", "mine.json"]
    assert "unverified" not in run("diff", BUNDLE, BUNDLE, *POLICY).out
    for name in ("a", "b"):
        run("merge", f"{name}.json", "--report", f"{name}.report.json", "-o", f"{name}.state.json")
    result = run("diff", "a.report.json", "b.report.json")
    assert result.out.startswith("UNVERIFIED ELEMENTS DIFFER: ")
    assert "a.report.json: a report of " in result.out and "; 4 unverified elements, " in result.out
    assert result.out.count("\nunverified ") == 2 and "  next " not in result.out
    assert "unverified" not in run("diff", "a.state.json", "a.state.json").out


@pytest.mark.usefixtures("folder")
def test_a_state_shows_how_ids_are_made_and_the_next_step_is_a_bundle() -> None:
    """All events of the state that it shows are explained, of every section."""
    run("merge", str(REPO / "vectors" / "demo" / "rich.json"), *POLICY, "-o", "s.json")
    result = run("probe", "--state", "s.json", *POLICY)
    assert result.status == 3
    assert result.out.startswith(
        "FOUND IN PART: the rule of the ids is known; of the signatures a state shows nothing\n"
    )
    assert "  state       s.json: 10 entries of 18 events with an id, a payload and a time\n" in result.out
    assert "the other events, as those of the record and its aliases, have no such entry" in result.out
    assert "  ids         10 of them state the id that it makes\n" in result.out
    assert "the built-in event format pithbundle-event-1 makes the same ids" in result.out
    assert commands(result.out)["next"] == ["probe", "BUNDLE", "--state", "s.json", *POLICY]
    # With the bundle, all are explained by one format.
    both = run("probe", BUNDLE, "--state", "s.json", *POLICY)
    assert (both.status, both.out[:8]) == (0, "SETTLED:")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("lacks", ["payload", "created_at"])
def test_a_state_without_what_an_id_covers_is_not_searched(lacks: str) -> None:
    run("merge", BUNDLE, *POLICY, "-o", "s.json")
    state = json.loads(Path("s.json").read_bytes())
    for entry in state["current"]["graph_snapshots"]:
        del entry[lacks]
    Path("s.json").write_bytes(json.dumps(state).encode())
    result = run("probe", "--state", "s.json", *POLICY)
    assert result.status == 3
    assert "  tried       0 preimages, 0 signature checks" in result.out
    assert "  state       s.json: 0 entries of 2 events with an id, a payload and a time\n" in result.out
    assert "an id covers what such a state does not contain: no search can find its rule" in result.out
    assert commands(result.out)["next"] == ["probe", "BUNDLE", "--state", "s.json", *POLICY]


@pytest.mark.usefixtures("folder")
def test_a_format_is_found_and_written_whatever_others_added_to_some_events() -> None:
    """A member name that no pointer can have was one of the members to leave out."""
    demo = REPO / "vectors" / "demo"
    files = [str(demo / name) for name in ("bundle.json", "tampered.json")]
    result = run("probe", *files, *POLICY, "-o", "f.json", "--policy-output", "mine.json")
    assert (result.status, result.out[:8]) == (0, "SETTLED:")
    assert "  but         elements 13 of file 2, 28 of file 2: the format does not allow " in result.out
    assert run("format", "check", "f.json").status == 0
    assert run("verify", BUNDLE, "--policy", "mine.json").status == 0


@pytest.mark.usefixtures("folder")
def test_a_policy_without_room_for_the_format_is_not_written() -> None:
    put(42, "a.json")
    run("probe", "a.json", "--policy", "my policy.json", "-o", "f.json")
    document = json.loads(Path("f.json").read_bytes())
    policy = json.loads(Path("my policy.json").read_bytes())
    roles = document["proof"]["roles"]
    full = [
        {
            **document,
            "name": f"f{n}",
            "proof": {**document["proof"], "roles": {**roles, "signature": f"/s{n}"}},
        }
        for n in range(8)
    ]
    policy["keys"][0]["event_formats"] = full
    Path("full.json").write_bytes(json.dumps(policy).encode())
    result = run("probe", "a.json", "--policy", "full.json", "--policy-output", "mine.json")
    assert result.status == 0
    assert (
        "  no policy   yours has 8 event formats, or another of this name: remove one first\n" in result.out
    )
    assert not Path("mine.json").exists() and "mine.json" not in result.out
    assert "no policy" in run("probe", "a.json", "--policy", "full.json").out
