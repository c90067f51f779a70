"""Envelopes near that of ``pithbundle-event-1``: none is accused, and each leads to its rule (PROBE-12)."""

from __future__ import annotations

import base64
import hashlib
import re
import shlex
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

import pytest

import kit
from kit.command_line import run
from kit.signing import b64, canonical

Change: TypeAlias = Callable[[kit.Json], kit.Json]

SIGNERS: Final = {each.key_id: each for each in (kit.DEMO, kit.AUTHOR, kit.MIRROR)}
RECORD: Final = kit.made_record(5)
#: What the first line of ``probe`` says, and whether ``verify`` then finds the bundle valid.
SETTLED, IN_WORDS, PARTLY = ("SETTLED", True), ("FOUND, BUT NO FORMAT", False), ("PARTLY SETTLED", False)


def milliseconds(body: kit.Json) -> kit.Json:
    at = datetime.fromisoformat(body["created_at"].replace("Z", "+00:00"))
    return {**body, "created_at": int(at.timestamp() * 1000)}


def without(name: str) -> Change:
    return lambda body: {member: value for member, value in body.items() if member != name}


def same(body: kit.Json) -> kit.Json:
    return body


def usual(signature: kit.Json) -> kit.Json:
    return {"signature": signature}


#: What is signed of the usual body, how the element carries its signature, and what comes of it.
VARIANTS: Final[dict[str, tuple[Change, Change, tuple[str, bool]]]] = {
    "signature beside": (
        same,
        lambda one: {"signature_b64": one["signature_b64"], "signing_key_id": one["key_id"]},
        SETTLED,
    ),
    "signature is text": (same, lambda one: {"signature": one["signature_b64"]}, SETTLED),
    "signature is hex": (
        same,
        lambda one: {"signature": base64.b64decode(one["signature_b64"]).hex()},
        SETTLED,
    ),
    "signature is a list": (same, lambda one: {"signature": [{"sig": one["signature_b64"]}]}, SETTLED),
    "signatures are a list": (same, lambda one: {"signatures": [one]}, SETTLED),
    "no kind": (same, lambda one: {"signature": without("kind")(one)}, SETTLED),
    "another kind": (same, lambda one: {"signature": {**one, "kind": "event_signature"}}, SETTLED),
    "milliseconds": (milliseconds, usual, SETTLED),
    "no target": (without("target"), usual, SETTLED),
    # Of three signers none can be a constant, and a format must have a time.
    "no signer": (without("signer"), usual, IN_WORDS),
    "no created_at": (without("created_at"), usual, PARTLY),
}  # fmt: skip


def bundle(name: str) -> bytes:
    change, carried, _ = VARIANTS[name]
    elements = []
    for event in kit.many_events(RECORD, 6):
        body = change({member: event[member] for member in event if member not in ("event_id", "signature")})
        digest = hashlib.sha256(canonical(body)).digest()
        signature = {
            **event["signature"],
            "signature_b64": b64(SIGNERS[event["signature"]["key_id"]].sign(digest)),
        }
        elements.append({**body, "event_id": f"sha256:{digest.hex()}", **carried(signature)})
    return kit.to_json(kit.bundle(RECORD, elements))


@pytest.mark.parametrize("listed", [["unknown"], ["pithbundle-event-1", "unknown"], ["pithbundle-event-1"]])
@pytest.mark.parametrize("name", VARIANTS)
def test_it_is_unverified_and_leads_to_its_rule(
    name: str, listed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("b.json").write_bytes(bundle(name))
    keys = [kit.policy_key(each, event_formats=listed) for each in SIGNERS.values()]
    Path("p.json").write_bytes(kit.to_json(kit.policy(*keys)))
    found = run("verify", "b.json", "--policy", "p.json")
    first = found.out.splitlines()[0]
    assert found.status == 3 and first.startswith("UNVERIFIED: 6 "), first
    (step,) = re.findall(r"^  next +pithbundle (probe .*)$", found.out, re.MULTILINE)
    heading, valid = VARIANTS[name][2]
    searched = run(*shlex.split(step))
    assert searched.out.startswith(f"{heading}:") and searched.status == (0 if valid else 3)
    assert Path("mine.json").exists() is valid
    if valid:
        assert run("verify", "b.json", "--policy", "mine.json", "--quiet").status == 0
