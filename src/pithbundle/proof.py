"""Portable proofs of an equivocation: two signed events that check alone (spec PROOF-1 to PROOF-4).

Who receives a proof needs the file and a policy that names the key: no bundle, no mirror,
no network. More input can add proofs and never removes one. A proof shows a conflict:
whether it was fraud, a bug or a stolen key is not in the bytes.

A proof is checked as the smallest bundle there is, by the same checks and the same merge:
evidence that needed rules of its own would be evidence of nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from pithbundle.brief import brief
from pithbundle.bundle.document_types import PROOF_TYPE
from pithbundle.bundle.event_format import BUILT_IN
from pithbundle.bundle.number import PithNumber
from pithbundle.bundle.reader import Bundle
from pithbundle.bundle.record import Record
from pithbundle.encoding.canonical import encode, raw_json
from pithbundle.encoding.json_reader import read_json
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import PithError
from pithbundle.merge.equivocation import Equivocation
from pithbundle.merge.export import signed_event
from pithbundle.merge.ledger import Ledger
from pithbundle.merge.rule_sets import MergeRules
from pithbundle.merge.rules import MERGE_1
from pithbundle.verify.checks import check
from pithbundle.verify.policy import Policy, PolicyKey
from pithbundle.verify.verdicts import SignedEvent

PROOF_VERSION: Final = "1"


class ProofError(PithError):
    """A file that does not prove what it claims; the fault names the first claim that fails."""

    CLAUSES: ClassVar[dict[str, str]] = {
        "type": "PROOF-2",
        "version": "PROOF-2",
        "encoding": "PROOF-2",
        "key_unknown": "PROOF-2",
    }

    @property
    def hint(self) -> str:
        """What the reader of the error can do: a broken proof proves nothing in either direction."""
        if self.code == "key_unknown":
            return "check it under the policy that you verify this signer with"
        return "get the proof again from its author, or write it again from the bundles"


@dataclass(frozen=True, slots=True)
class EquivocationProof:
    """A proof that was checked: two valid events of one signer that contradict each other."""

    number: PithNumber
    #: The name of the merge rules.
    rules: str
    group: Equivocation
    events: tuple[SignedEvent, SignedEvent]
    #: The policy's status of the key of each event: a proof is valid whatever it is (PROOF-3).
    statuses: tuple[str, str]

    __repr__ = brief


def proof_of(ledger: Ledger, group: Equivocation) -> bytes:
    """The proof of a group as canonical bytes (PROOF-1).

    Its two events are the one with the smallest id and, of those whose deciding members
    differ from its, the one with the smallest id.
    """
    first, second = ledger.contradiction(group)
    keys = {(event.key.public_key.raw, event.event_format.sha256): event.key for event in (first, second)}
    return encode(
        {
            "proof_type": PROOF_TYPE,
            "proof_version": PROOF_VERSION,
            "rules": ledger.rules.name,
            "canonical_record": raw_json(ledger.record.canonical),
            "events": [signed_event(first), signed_event(second)],
            "keys": [_shown(keys[name], name[1]) for name in sorted(keys)],
        }
    )


def _shown(key: PolicyKey, format_sha256: Value) -> Object:
    return {
        "format_sha256": format_sha256,
        "key_id": key.key_id,
        "public_key_hex": key.public_key.hex,
        "signer_id": key.signer_id,
    }


def is_proof(value: Value) -> bool:
    """Whether a parsed file claims to be a proof; nothing more is known of it then."""
    return type(value) is dict and value.get("proof_type") == PROOF_TYPE


def check_proof(
    data: bytes,
    policy: Policy,
    *,
    rules: MergeRules = MERGE_1,
    limits: Limits = DEFAULT_LIMITS,
) -> EquivocationProof:
    """Check a proof alone; the first claim that fails is raised (PROOF-2).

    The built-in policy proves nothing: the event format of its key is unknown.

    1. it is a JSON object of this type, version and rules, with a canonical record, two events
       and one or two keys
    2. the policy has each key that it names, under the same raw key, and lists the format for it
    3. both events are verified, by the checks of a bundle, whatever the status of the key
    4. merged, the two are one equivocation
    5. it is the proof of that equivocation, byte for byte: it contains nothing else

    Raises:
        PithError: InputError or RecordError for what cannot be read, else ProofError.
    """
    proof = read_json(data, limits, depth=limits.bundle_depth).whole()
    if type(proof) is not dict or not is_proof(proof):
        raise ProofError("type", f'proof_type must be "{PROOF_TYPE}"', pointer="/proof_type")
    if proof.get("proof_version") != PROOF_VERSION:
        raise ProofError("version", f'proof_version must be "{PROOF_VERSION}"', pointer="/proof_version")
    if proof.get("rules") != rules.name:
        raise ProofError("version", f"a proof under other rules than {rules.name}", pointer="/rules")
    record = Record.from_read(proof.get("canonical_record"), "/canonical_record")
    events, keys = proof.get("events"), proof.get("keys")
    if type(events) is not list or len(events) != 2:
        raise ProofError("type", "a proof contains exactly two events", pointer="/events")
    if type(keys) is not list or not 1 <= len(keys) <= 2:
        raise ProofError("type", "a proof names the one or two keys of its events", pointer="/keys")
    for index, key in enumerate(keys):
        why = _not_in_policy(key, policy)
        if why is not None:
            raise ProofError("key_unknown", why, pointer=f"/keys/{index}")
    bundle = Bundle("json", record, tuple(events), (), proof, False)
    checked = check(bundle, _whatever_status(policy), rules.event_types.keys())
    for element in checked.events:
        if element.verdict.status != "verified":
            fault = element.verdict.fault
            code = "type" if fault is None else fault.code
            detail = f"the event is {element.verdict.status}"
            raise ProofError(code, detail, pointer=element.pointer + ((fault and fault.pointer) or ""))
    ledger = Ledger._of_checked(record, checked.policy_sha256, rules, checked.signed)
    groups = ledger.equivocations()
    if len(groups) != 1:
        raise ProofError("type", "the two events do not contradict each other", pointer="/events")
    if proof_of(ledger, groups[0]) != data:
        detail = "not written as a proof is: other members, another order or another spelling"
        raise ProofError("encoding", detail, pointer="")
    one, other = (ledger[name] for name in groups[0].event_ids)
    status_of = {key.public_key.raw: key.status for key in policy.keys}
    statuses = status_of[one.key.public_key.raw], status_of[other.key.public_key.raw]
    return EquivocationProof(record.number, rules.name, groups[0], (one, other), statuses)


def _not_in_policy(claimed: Value, policy: Policy) -> str | None:
    """Why a key as a proof names it is none of the policy's, or None where it is one (PROOF-2)."""
    for key in policy.keys:
        if type(claimed) is not dict or claimed != _shown(key, claimed.get("format_sha256")):
            continue
        named = claimed.get("format_sha256")
        listed = [one for one in key.formats if one.sha256 == named]
        if listed and listed[0].is_binding:
            return None
        if listed:
            return "the policy has this key; the proof names no event format that binds its events"
        known = [one.name for one in BUILT_IN.values() if one.sha256 == named and one.is_binding]
        advice = f'; if the signer uses {known[0]}, add it to "event_formats" of the key' if known else ""
        return f"the policy has this key, but does not list the event format of the proof for it{advice}"
    return "the policy has no key of this signer_id, key_id and public_key_hex"


def _whatever_status(policy: Policy) -> Policy:
    # A key that was revoked later signed both all the same.
    return Policy(tuple(replace(key, status="active", accepted_event_ids=frozenset()) for key in policy.keys))


def describe(proven: EquivocationProof) -> Object:
    """What a proof shows, as JSON."""
    return {
        "pith_number": str(proven.number),
        "rules": proven.rules,
        "signer": proven.group.signer,
        "event_type": proven.group.event_type,
        "events": [
            {
                **event.to_value(),
                "public_key_fingerprint": event.key.fingerprint,
                "status": status,
            }
            for event, status in zip(proven.events, proven.statuses, strict=True)
        ],
    }
