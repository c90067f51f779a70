"""Proof files given to verify: each is checked by itself, under the policy (spec PROOF-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pithbundle.bundle.document_types import PROOF_TYPE
from pithbundle.cli.inputs import InputRejected, rejecting
from pithbundle.cli.json_values import policy_source, policy_value, rejected_value
from pithbundle.cli.load import CELL, event_line
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.render import plural
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import portable
from pithbundle.errors import PithError
from pithbundle.proof import EquivocationProof, describe, is_proof
from pithbundle.report import Outcome, Rejection
from pithbundle.verifier import Verifier

if TYPE_CHECKING:
    from pithbundle.verify.policy import Policy

_MARK: Final = PROOF_TYPE.encode()


def looks_like_proof(data: bytes, limits: Limits) -> bool:
    """Whether a file claims to be a proof; False for one that cannot be parsed."""
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
    """Check proof files and print what they prove; return 0 if all are valid, else 1."""
    found: list[tuple[str, EquivocationProof]] = []
    rejected: list[Rejection] = []
    verifier = Verifier(policy, limits=limits)
    for path, data in files:
        try:
            with rejecting(path):
                found.append((path, verifier.verify_proof(data)))
        except InputRejected as rejection:
            rejected.append(Rejection(path, rejection.error))
    status = Exit.INVALID if rejected else Exit.VALID
    if out.as_json:
        outcome: Outcome = "rejected" if rejected else "valid"
        return out.result(
            outcome,
            status,
            {
                "outcomes": [outcome],
                "policy": policy_value(policy, policy_path),
                "rejected": rejected_value(rejected),
                "reports": [],
                "proofs": [{"file": portable(path), **describe(proven)} for path, proven in found],
            },
        )
    if rejected:
        out.line("NOT PROVEN:", "bad", f" {len(rejected)} of {plural(len(files), 'proof')} not valid")
    else:
        count = "a signer" if len(found) == 1 else f"{len(found)} times a signer"
        rest = f" {count} of your policy signed two events that contradict each other"
        out.line("CONFLICT PROVEN:", "bad", rest)
    if quiet:
        return status
    out.heading("policy", policy_source(out, policy_path))
    out.detail("sha256", policy.sha256)
    for one in rejected:
        out.heading("rejected", out.file_name(one.name))
        out.detail("why", str(one.error))
        out.detail("hint", one.error.hint)
    for path, proven in found:
        _print(out, path, proven, policy)
    return status


def _print(out: Output, path: str, proven: EquivocationProof, policy: Policy) -> None:
    group = proven.group
    out.heading("conflict", f"{group.event_type}, both signed by {out.show(group.signer, CELL)}", "bad")
    out.detail("file", out.file_name(path))
    out.detail("record", str(proven.number))
    out.detail("slot", out.show(group.slot.decode(), 120))
    for event, status in zip(proven.events, proven.statuses, strict=True):
        out.detail("event", event_line(out, event))
        out.detail("", event.event_id)
        out.detail("", f"key {event.key.public_key.fingerprint_hex}, {status}")
        out.detail("", f"payload {out.show(event.payload_bytes.decode(), 200)}")
    out.detail("proves", "the signer's key signed both events; the bytes do not show why")
