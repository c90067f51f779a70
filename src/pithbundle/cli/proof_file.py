"""A proof file given to verify: it is checked by itself, under the policy (spec PROOF-2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pithbundle.cli.json_values import policy_source, verify_members
from pithbundle.cli.load import CELL, event_line
from pithbundle.cli.output import Exit, Output
from pithbundle.encoding.canonical import canonical_bytes
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.errors import PithError
from pithbundle.proof import EquivocationProof, describe
from pithbundle.report import Rejection
from pithbundle.verifier import Verifier
from pithbundle.verify.verdicts import SignedEvent

if TYPE_CHECKING:
    from pithbundle.verify.policy import Policy


def verify_proof(
    out: Output, path: str, data: bytes, policy: Policy, policy_path: str | None, limits: Limits, quiet: bool
) -> int:
    """Check a proof file and print what it proves; return 0 if it is valid, else 1."""
    try:
        proven = Verifier(policy, limits=limits).verify_proof(data)
    except PithError as error:
        return _not_proven(out, Rejection(path, error), policy, policy_path, quiet)
    if out.as_json:
        proof: Object = {"file": portable(path), **describe(proven)}
        members = verify_members(["valid"], policy, policy_path, [], proofs=[proof])
        return out.result("valid", Exit.VALID, members)
    out.line(
        "CONFLICT PROVEN:", "bad", " a signer of your policy signed two events that contradict each other"
    )
    if not quiet:
        out.heading("policy", policy_source(out, policy_path))
        out.detail("sha256", policy.sha256)
        print_proof(out, path, proven)
    return Exit.VALID


def _not_proven(
    out: Output, rejected: Rejection, policy: Policy, policy_path: str | None, quiet: bool
) -> int:
    if out.as_json:
        members = verify_members(["rejected"], policy, policy_path, [rejected])
        return out.result("rejected", Exit.INVALID, members)
    # A key that the policy lacks contradicts no rule: the proof may be valid under another policy.
    lacking = rejected.error.code == "key_unknown"
    why = "your policy does not have the key that the proof names" if lacking else "the proof is not valid"
    out.line("NOT PROVEN:", "doubtful" if lacking else "bad", f" {why}")
    if not quiet:
        out.heading("policy", policy_source(out, policy_path))
        out.detail("sha256", policy.sha256)
        out.heading("rejected", out.file_name(rejected.name))
        out.detail("why", str(rejected.error))
        out.detail("hint", rejected.hint)
    return Exit.INVALID


def print_proof(out: Output, path: str, proven: EquivocationProof) -> None:
    """Print what a valid proof proves."""
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
    print_differences(out, proven.events)
    out.detail("proves", "the signer's key signed both events; the bytes do not show why")


def print_differences(out: Output, events: Sequence[SignedEvent]) -> None:
    """Print the members of the payloads in which two events of a conflict differ."""
    left, right = (event.payload for event in events)
    for name in sorted({*left, *right}):
        if left.get(name) != right.get(name) or (name in left) != (name in right):
            out.detail("differs", f"/payload/{out.show(name, CELL)}")
            for payload in (left, right):
                out.detail("", out.show(_text(payload[name]), 200) if name in payload else "absent")


def _text(value: Value) -> str:
    return value if type(value) is str else canonical_bytes(value).decode()
