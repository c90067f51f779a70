"""Proof files given to verify: each checked alone, under the policy (spec PROOF-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pithbundle.cli.inputs import Refusal, about
from pithbundle.cli.load import CELL, told
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.values import policy_source, policy_value, refused_value
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.values import Limits, portable
from pithbundle.errors import PithError
from pithbundle.merge.equivocation import PROOF_TYPE, Proven, check_proof, describe, is_proof
from pithbundle.report import Rejection, outcome_value

if TYPE_CHECKING:
    from pithbundle.verify.policy import Policy

_MARK: Final = PROOF_TYPE.encode()


def looks_like_proof(data: bytes, limits: Limits) -> bool:
    """Whether a file says that it is a proof; one that cannot be read says nothing."""
    if _MARK not in data:
        return False
    try:
        return is_proof(parse_json(data, replace(limits, depth=limits.bundle_depth)))
    except PithError:
        return False


def verify_proofs(
    out: Output,
    files: Sequence[tuple[str, bytes]],
    policy: Policy,
    policy_path: str | None,
    limits: Limits,
    quiet: bool,
) -> int:
    """Check proof files and say what they prove; 0 if every one of them holds, else 1."""
    found: list[tuple[str, Proven]] = []
    refused: list[Rejection] = []
    for path, data in files:
        try:
            with about(path):
                found.append((path, check_proof(data, policy, limits=limits)))
        except Refusal as refusal:
            refused.append(Rejection(path, refusal.error))
    status = Exit.INVALID if refused else Exit.VALID
    if out.as_json:
        out.json(
            {
                **outcome_value(["rejected" if refused else "valid"]),
                "policy": policy_value(policy, policy_path),
                "rejected": refused_value(refused),
                "proofs": [{"file": portable(path), **describe(proven)} for path, proven in found],
            }
        )
        return status
    if refused:
        out.line("NOT PROVEN:", "bad", f" {len(refused)} of {len(files)} proofs do not hold")
    else:
        count = "a signer" if len(found) == 1 else f"{len(found)} times a signer"
        said = f" {count} of your policy signed two events that contradict each other"
        out.line("CONFLICT PROVEN:", "bad", said)
    if quiet:
        return status
    out.verdict("policy", policy_source(out, policy_path))
    out.detail("sha256", policy.sha256)
    for one in refused:
        out.verdict("rejected", out.place(one.name))
        out.detail("why", str(one.error))
        out.detail("hint", one.error.hint)
    for path, proven in found:
        _say(out, path, proven, policy)
    return status


def _say(out: Output, path: str, proven: Proven, policy: Policy) -> None:
    group = proven.group
    out.verdict("conflict", f"{group.event_type}, both signed by {out.show(group.signer, CELL)}", "bad")
    out.detail("file", out.place(path))
    out.detail("record", str(proven.number))
    out.detail("slot", out.show(group.slot.decode(), 120))
    for event, status in zip(proven.events, proven.statuses, strict=True):
        out.detail("event", told(out, event))
        out.detail("", event.event_id)
        out.detail("", f"key {event.key.public_key.fingerprint_hex}, {status}")
        out.detail("", f"says {out.show(event.payload_bytes.decode(), 200)}")
    out.detail("proves", "the signer's key signed both; how that came about is not in the bytes")
