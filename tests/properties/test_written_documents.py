"""What a command writes, a command reads: under the limits that it has without options (LIM-10)."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from kit import AUTHOR, DEMO, attached, bundle, made_record, payloads, policy, policy_key, to_json
from kit.command_line import run
from kit.data import REPO
from kit.results import WHEN
from pithbundle.bundle.event_format import PITHBUNDLE_EVENT_1
from pithbundle.cli.inputs import readable_json
from pithbundle.encoding.cbor import cbor_bytes
from pithbundle.encoding.json_reader import read_json
from pithbundle.encoding.limits import DEFAULT_LIMITS
from pithbundle.errors import InputError
from pithbundle.verify.policy import Policy

DEMOS: Final = REPO / "vectors" / "demo"
SIZE: Final = DEFAULT_LIMITS.size
Json = Any


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def ids(count: int, draw: random.Random) -> list[str]:
    return [f"sha256:{draw.getrandbits(256):064x}" for _ in range(count)]


def written_policy(count: int, draw: random.Random) -> bytes:
    """A policy whose revoked key accepts so many ids."""
    key = {**policy_key(DEMO), "status": "revoked", "accepted_event_ids": ids(count, draw)}
    return json.dumps(policy(key), separators=(",", ":")).encode()


ADD: Final = ("policy", "add", "--policy", "p.json", "--signer-id", "s", "--key-id", "k", "--public-key")


@pytest.mark.parametrize("seed", range(4))
def test_a_policy_with_one_more_key(seed: int) -> None:
    """Indented, a policy of 4.1 MB of 54,000 ids was over the limit of 4 MB, and could not be read."""
    draw = random.Random(seed)
    # Of 76 bytes compact, and 13 more indented: within the limit as it is, at its border when indented.
    for count in (10, SIZE // 90, SIZE // 77 - draw.randrange(300), SIZE // 74 - draw.randrange(20)):
        data = written_policy(count, draw)
        if len(data) > SIZE:
            continue
        Path("p.json").write_bytes(data)
        Path("out.json").unlink(missing_ok=True)
        result = run(*ADD, policy_key(AUTHOR)["public_key_hex"], "-o", "out.json")
        if result.status == 0:
            assert run("policy", "check", "out.json").status == 0
            assert run("verify", str(DEMOS / "bundle.json"), "--policy", "out.json").status in (0, 1, 3)
        else:
            # It says why, and what to do; nothing is written.
            assert result.status == 1 and "[size, LIM-1]" in result.err and "hint: remove" in result.err
            assert not Path("out.json").exists()
            assert len(data) > SIZE - 1_000


def test_the_compact_form_is_written_where_the_indented_one_is_over_a_limit() -> None:
    draw = random.Random(0)
    value = json.loads(written_policy(SIZE // 77 - 400, draw))
    assert len(json.dumps(value, indent=2)) > SIZE > len(json.dumps(value, separators=(",", ":")))
    data = readable_json(value, Policy.from_bytes)
    assert b"\n" not in data[:-1] and json.loads(data) == value
    assert b"\n  " in readable_json(json.loads(written_policy(3, draw)), Policy.from_bytes)
    with pytest.raises(InputError):
        readable_json(json.loads(written_policy(SIZE // 74, draw)), Policy.from_bytes)


def conflict(record: Json) -> Json:
    """A bundle of two contradicting claims."""
    claims = [payloads.author_claim("0000-0001", strength=strength) for strength in ("weak", "strong")]
    return bundle(record, [attached(DEMO, record, "author_claim", claim, WHEN) for claim in claims])


@pytest.mark.parametrize("left", [0, 3, 100, 150_000])
def test_a_proof(left: int) -> None:
    """A proof has other members than a bundle: of a bundle at the limit on values it may be over it."""
    base = read_json(to_json(conflict({**made_record(), "more": []})), depth=64).nodes
    record = {**made_record(), "more": [0] * (DEFAULT_LIMITS.nodes - base - left)}
    Path("p.json").write_bytes(to_json(policy(policy_key(DEMO))))
    Path("b.json").write_bytes(to_json(conflict(record)))
    assert run("verify", "-q", "b.json", "--policy", "p.json").out.startswith("CONFLICT")
    result = run("proof", "b.json", "--policy", "p.json", "--out", "proof.json")
    if result.status == 0:
        assert run("verify", "proof.json", "--policy", "p.json").status == 0
    else:
        assert result.status == 1 and not Path("proof.json").exists()
        assert "would be over a limit" in result.err and "hint: keep the bundles" in result.err
        assert left < 100


COMMANDS: Final[dict[str, tuple[list[str], list[str]]]] = {
    "merge -o": (
        ["merge", "b.json", "--policy", "p.json", "-o", "out.json", "--report", "report.json"],
        ["merge", "b.json", "--policy", "p.json", "--expect", "out.json"],
    ),
    "merge --report": (
        ["merge", "b.json", "--policy", "p.json", "-o", "out.json", "--report", "report.json"],
        ["diff", "b.json", "report.json", "--policy", "p.json"],
    ),
    "export": (
        ["export", "b.json", "--policy", "p.json", "-o", "out.json"],
        ["verify", "out.json", "--policy", "p.json"],
    ),
    "convert": (
        ["convert", "b.json", "--to", "cbor", "-o", "out.cbor"],
        ["verify", "out.cbor", "--policy", "p.json"],
    ),
    "convert back": (
        ["convert", "b.cbor", "--to", "json", "-o", "out.json"],
        ["verify", "out.json", "--policy", "p.json"],
    ),
}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(
    "make",
    [
        lambda draw: made_record(),
        lambda draw: {**made_record(), "more": [draw.randrange(1 << 50) for _ in range(199_000)]},
        lambda draw: {**made_record(), "more": ["\u00e9" * 300_000] * 5},
        lambda draw: {**made_record(), "more": json.loads("[" * 58 + "]" * 58)},
    ],
    ids=["small", "many values", "long", "deep"],
)
def test_what_is_written_is_read(name: str, make: Callable[[random.Random], Json]) -> None:
    write, read = COMMANDS[name]
    record = make(random.Random(1))
    value = bundle(record, [attached(DEMO, record, "alias_added", payloads.alias_added("x", "y"), WHEN)])
    Path("p.json").write_bytes(to_json(policy(policy_key(DEMO))))
    Path("b.json").write_bytes(to_json(value))
    Path("b.cbor").write_bytes(cbor_bytes(value) if name == "convert back" else b"")
    result = run(*write)
    if result.status == 0:
        again = run(*read)
        assert (again.status, "error:" in again.err) == (0, False), again.err
    else:
        assert result.status == 1 and not list(Path().glob("out.*"))


def test_an_event_format() -> None:
    Path("f.json").write_bytes(run("format", "show", "pithbundle-event-1").stdout)
    assert run("format", "check", "f.json").status == 0
    assert json.loads(Path("f.json").read_bytes()) == PITHBUNDLE_EVENT_1.to_value()
