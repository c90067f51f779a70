"""``pithbundle ots``: what to stamp, what a proof contains, what a calendar answers (OTS-1 to OTS-4)."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from kit import made_record, ots, to_json
from kit.command_line import FIRST_WORDS, Result, assert_harmless, run
from kit.data import REPO
from kit.ots import DIGEST, append, attested, bitcoin, fork, pending, proof
from pithbundle.bundle.record import Record
from pithbundle.evidence import Proof

WORDS = FIRST_WORDS | {"digest", "proof", "attestation", "tree", "upgraded", "unchanged"}
DEMO = str(REPO / "vectors" / "demo" / "bundle.json")
RECORD = Record.from_value(made_record())
WAITING = proof(append(b"nonce") + ots.SHA256 + pending())
ANSWER = append(b"right") + bitcoin(358_391)
UPGRADED = proof(append(b"nonce") + ots.SHA256 + fork(pending(), ANSWER))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("record.json").write_bytes(to_json(RECORD.value))
    Path("waiting.ots").write_bytes(WAITING)
    Path("answer").write_bytes(ANSWER)


def ots_(*words: str, **how: Any) -> Result:
    result = run("ots", *words, **how)
    assert_harmless(result, WORDS)
    return result


# -- stamp-request


def test_the_digest_is_the_canonical_hash() -> None:
    found = ots_("stamp-request", "record.json")
    assert found.status == 0
    assert found.out.splitlines()[:2] == [f"digest        {RECORD.hex}", f"  record      {RECORD.number}"]
    value = json.loads(run("ots", "stamp-request", "record.json", DEMO, "--json").stdout)
    assert value["results"][0]["digest"] == RECORD.hex and len(value["results"]) == 2
    assert value["files"] == []


def test_the_files_are_the_digest_and_what_it_is_the_digest_of() -> None:
    found = ots_("stamp-request", "record.json", "-o", "digest.bin", "--record", "canonical.json")
    assert found.status == 0 and "  written     digest.bin\n  written     canonical.json\n" in found.out
    digest = Path("digest.bin").read_bytes()
    assert digest == bytes.fromhex(RECORD.hex) == sha256(Path("canonical.json").read_bytes()).digest()
    again = ots_("stamp-request", "record.json", "-o", "digest.bin", "--record", "other.json")
    assert again.status == 2 and not Path("other.json").exists(), "all of the files, or none"
    assert ots_("stamp-request", "record.json", "-o", "digest.bin", "--force").status == 0
    value = json.loads(run("ots", "stamp-request", "record.json", "-o", "x", "--json").stdout)
    assert value["files"] == ["x"]


def test_bytes_go_to_standard_output_and_the_text_beside_it() -> None:
    found = run("ots", "stamp-request", "record.json", "-o", "-")
    assert found.stdout == RECORD.sha256 and found.err.startswith("digest ")
    record = run("ots", "stamp-request", "record.json", "--record", "-")
    assert record.stdout == RECORD.canonical


def test_a_record_whose_claims_differ_is_not_stamped() -> None:
    claims = {"canonical_record": RECORD.value, "canonical_sha256": "0" * 64}
    Path("wrong.json").write_bytes(to_json(claims))
    found = ots_("stamp-request", "wrong.json", "-o", "digest.bin")
    assert found.status == 1 and "hash_mismatch" in found.err and not Path("digest.bin").exists()
    Path("text.json").write_text('"text"')
    assert ots_("stamp-request", "text.json").status == 1


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ((RECORD.number.suffix,), "130 of the 256 bits"),
        ((str(RECORD.number),), "130 of the 256 bits"),
        (("record.json", "record.json", "-o", "x"), "take one record, and there are 2"),
        (("record.json", "-o", "x", "--record", "x"), "name the same file"),
        (("record.json", "-o", "x", "--record", "./x"), "name the same file"),
        (("record.json", "-o", "record.json", "--force"), "also an input"),
        (("record.json", "-o", "-", "--json"), "need a file"),
        ((), "FILE..."),
    ],
)
def test_a_request_that_cannot_be_made(words: tuple[str, ...], part: str) -> None:
    found = run("ots", "stamp-request", *words)
    assert found.status == 2 and part in found.err


# -- show


def test_a_proof_is_shown_with_its_tree() -> None:
    Path("upgraded.ots").write_bytes(UPGRADED)
    found = ots_("show", "upgraded.ots")
    assert found.status == 0
    assert found.out.splitlines() == [
        "proof         upgraded.ots",
        f"  digest      sha256 {DIGEST.hex()}",
        "  contains    3 operations, 2 attestations",
        "  checked     nothing: these are the words of the file",
        f"attestation   pending, by {ots.URI}",
        f"  message     {sha256(DIGEST + b'nonce').hexdigest()}",
        "attestation   Bitcoin block 358391",
        f"  message     {sha256(DIGEST + b'nonce').hexdigest()}{b'right'.hex()}",
        "tree          each operation is of the message before it, each - a branch of one message",
        f"  append {b'nonce'.hex()}",
        "  sha256",
        f"  - attestation: pending, by {ots.URI}",
        f"  - append {b'right'.hex()}",
        "    attestation: Bitcoin block 358391",
    ]


def test_json_has_every_step() -> None:
    value = json.loads(run("ots", "show", "--json", "-", stdin=UPGRADED).stdout)
    assert [each["depth"] for each in value["steps"]] == [0, 1, 2, 2, 3]
    assert [each["operation"] for each in value["steps"]] == ["append", "sha256", None, "append", None]
    assert [each["height"] for each in value["attestations"]] == [None, 358_391]
    assert value["digest"] == DIGEST.hex()


def test_a_large_proof_is_shown_in_few_short_lines() -> None:
    nested = b"".join(b"\xff" + bitcoin(1) + ots.SHA256 for _ in range(255)) + bitcoin(2)
    wide = [append(bytes(4_000)) + attested(b"12345678", bytes(8_000)), ots.KECCAK256 + bitcoin(7)]
    found = ots_("show", "-", stdin=proof(*wide, nested))
    lines = found.out.splitlines()
    assert found.status == 0 and len(lines) < 250 and max(map(len, lines)) < 200
    assert "  and 238 more attestations" in lines and lines[-1].startswith("  and 315 more lines")
    assert "attestation   unknown kind 0x3132333435363738, 8000 bytes" in lines
    assert "  message     behind an operation that is not computed" in lines
    assert any(line.endswith("... (4000 bytes)") for line in lines)
    assert "  message     " + (DIGEST + bytes(32)).hex() + "... (4032 bytes)" in lines
    value = json.loads(run("ots", "show", "--json", "-", stdin=proof(*wide, nested)).stdout)
    assert value["attestations"][0]["message"] is None and len(value["steps"]) == 515


def test_what_is_no_proof_is_rejected() -> None:
    found = ots_("show", "record.json")
    assert found.status == 1 and "[ots_invalid, EVID-2]" in found.err
    assert ots_("show", "absent.ots").status == 2


# -- upgrade


def test_an_answer_is_added() -> None:
    found = ots_("upgrade", "waiting.ots", "answer", "-o", "new.ots")
    assert found.status == 0 and Path("new.ots").read_bytes() == UPGRADED
    assert found.out.splitlines() == [
        "upgraded      new.ots",
        f"  commitment  {sha256(DIGEST + b'nonce').hexdigest()}",
        "  added       Bitcoin block 358391",
        "  kept        1 attestation",
    ]
    assert Path("waiting.ots").read_bytes() == WAITING
    existing = ots_("upgrade", "waiting.ots", "answer", "-o", "new.ots")
    assert existing.status == 2 and "--force" in existing.err
    value = json.loads(run("ots", "upgrade", "waiting.ots", "answer", "-o", "json.ots", "--json").stdout)
    assert value["outcome"] == "upgraded" and value["file"] == "json.ots" and value["kept"] == 1
    assert [each["height"] for each in value["added"]] == [358_391]
    piped = run("ots", "upgrade", "-", "answer", "-o", "-", stdin=WAITING)
    assert piped.stdout == UPGRADED and piped.err.startswith("upgraded      standard output\n")


def test_an_answer_that_adds_nothing_writes_nothing() -> None:
    Path("upgraded.ots").write_bytes(UPGRADED)
    found = ots_("upgrade", "upgraded.ots", "answer", "-o", "new.ots")
    assert found.status == 3 and found.out.startswith("unchanged ") and not Path("new.ots").exists()
    value = json.loads(run("ots", "upgrade", "upgraded.ots", "answer", "-o", "new.ots", "--json").stdout)
    assert (value["outcome"], value["file"], value["added"], value["kept"]) == ("unchanged", None, [], 2)


def test_of_several_messages_one_is_named() -> None:
    Path("two.ots").write_bytes(proof(append(b"a") + pending(), append(b"b") + pending()))
    found = ots_("upgrade", "two.ots", "answer", "-o", "new.ots")
    assert found.status == 1 and "two.ots" in found.err and "--commitment HEX" in found.err
    chosen = ots_("upgrade", "two.ots", "answer", "-o", "new.ots", "--commitment", (DIGEST + b"b").hex())
    assert chosen.status == 0
    assert [each.kind for each in Proof.from_bytes(Path("new.ots").read_bytes()).attestations] == [
        "pending", "pending", "bitcoin",
    ]  # fmt: skip
    many = fork(*map(bitcoin, range(30)))
    Path("many").write_bytes(many)
    shown = ots_("upgrade", "waiting.ots", "many", "-o", "many.ots")
    assert shown.status == 0 and "and 10 more attestations" in shown.out


def test_what_is_no_answer_is_rejected_under_its_name() -> None:
    for data in (b"Pending confirmation in Bitcoin blockchain", WAITING, b""):
        Path("answer").write_bytes(data)
        found = ots_("upgrade", "waiting.ots", "answer", "-o", "new.ots")
        assert found.status == 1 and found.err.startswith("pithbundle: error: answer: ")
        assert "/timestamp/HEX" in found.err and not Path("new.ots").exists()


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("-o", "waiting.ots", "--force"), "also an input"),
        (("-o", "answer", "--force"), "also an input"),
        (("-o", "-", "--json"), "needs a file"),
        (("-o", "new.ots", "--commitment", "ABC"), "lower-case hex"),
        ((), "-o"),
    ],
)
def test_an_upgrade_that_cannot_be_made(words: tuple[str, ...], part: str) -> None:
    found = run("ots", "upgrade", "waiting.ots", "answer", *words)
    assert found.status == 2 and part in found.err
    assert Path("waiting.ots").read_bytes() == WAITING and Path("answer").read_bytes() == ANSWER
