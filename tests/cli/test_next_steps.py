"""The next step that the command line names where a new user is likely to go wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kit.command_line import run, spawn
from kit.data import REPO

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
