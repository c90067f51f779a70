"""The one way from events to a result: a verified bundle, its ledger, its state, a report."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from kit import Json, bundle, to_json
from kit import policy as policy_of
from kit.strategies import FIXTURE_SIGNERS, fixture_policy
from pithbundle.bundle.reader import Bundle, read_bundle
from pithbundle.joined import input_of, join
from pithbundle.merge.ledger import Ledger
from pithbundle.merge.rule_sets import MergeRules
from pithbundle.merge.rules import MERGE_1
from pithbundle.merge.state import State
from pithbundle.report import Clock, Rejection, Report
from pithbundle.verifier import VerifiedBundle, Verifier
from pithbundle.verify.checks import check as check_bundle
from pithbundle.verify.policy import Policy
from pithbundle.verify.signatures import SignatureCache
from pithbundle.verify.verdicts import CheckedBundle, CheckedEvent

WHEN = "2026-05-18T01:39:14Z"


def read(record: Json, events: Iterable[Any], **changes: Any) -> Bundle:
    """The bundle of a record and events, written as JSON and read."""
    return read_bundle(to_json(bundle(record, events, **changes)))


def check(
    bundle: Bundle,
    policy: Policy | None = None,
    *,
    rules: MergeRules = MERGE_1,
    cache: SignatureCache | None = None,
) -> CheckedBundle:
    """Check a bundle for a rule set, under the registry's policy unless another is given."""
    return check_bundle(bundle, policy or Policy.registry(), rules.event_types.keys(), cache=cache)


def checked(record: Json, events: Iterable[Any], keys: Json | None = None, **changes: Any) -> CheckedBundle:
    """The bundle, checked and not merged, under a policy: by default one with a key of every test signer."""
    return check(read(record, events, **changes), Policy.from_value(keys or fixture_policy()))


def checked_as_ours(
    record: Json, events: Iterable[Any], keys: Json | None = None, **changes: Any
) -> CheckedBundle:
    """The same, by default under keys that list our format alone: faults of values accuse (FORMAT-14)."""
    return checked(record, events, keys or policy_of(*FIXTURE_SIGNERS), **changes)


def verified(
    record: Json,
    events: Iterable[Any],
    keys: Json | None = None,
    *,
    rules: MergeRules = MERGE_1,
    **changes: Any,
) -> VerifiedBundle:
    """The same through the public API: bytes into a verifier, a verified bundle out."""
    verifier = Verifier(Policy.from_value(keys or fixture_policy()), rules=rules)
    return verifier.verify(to_json(bundle(record, events, **changes)))


@dataclass(frozen=True, slots=True)
class Merged:
    """A ledger and its state, as bytes and as values that a test may compare."""

    ledger: Ledger

    @property
    def view(self) -> State:
        """The state."""
        return self.ledger.snapshot()

    @property
    def state_bytes(self) -> bytes:
        """The bytes of state.json."""
        return self.view.to_json()

    @property
    def state(self) -> Json:
        """The state as a JSON object."""
        value: Json = json.loads(self.state_bytes)
        return value

    @property
    def state_sha256(self) -> str:
        """The digest of the state (STATE-5)."""
        return self.view.sha256

    @property
    def events_sha256(self) -> str:
        """The digest of the sorted ids (STATE-6)."""
        return self.ledger.events_sha256


def merged(record: Json, events: Iterable[Any], keys: Json | None = None) -> Merged:
    """The ledger and state of events, through the public API."""
    return Merged(verified(record, events, keys).ledger)


def ledger_of(first: CheckedBundle, *others: CheckedBundle, rules: MergeRules = MERGE_1) -> Ledger:
    """The ledger of the union of checked bundles of one record (MERGE-2)."""
    builder = _ledger(first, rules).builder()
    for other in others:
        builder.add(_ledger(other, rules))
    return builder.build()


def _ledger(one: CheckedBundle, rules: MergeRules) -> Ledger:
    return Ledger._of_checked(one.record, one.policy_sha256, rules, one.signed, one.ids_without_valid_event)


def merge(first: CheckedBundle, *others: CheckedBundle, rules: MergeRules = MERGE_1) -> Merged:
    """The union of checked bundles of one record, and its state."""
    return Merged(ledger_of(first, *others, rules=rules))


def report_on(
    *checked: CheckedBundle,
    names: Iterable[str] = "abcdefghijklmnopqrstuvwxyz",
    rejected: Iterable[Rejection] = (),
    clock: Clock | None = None,
    rules: MergeRules = MERGE_1,
) -> Report:
    """The report on checked bundles of one record, as inputs named a, b, c, and on rejected inputs."""
    inputs = [input_of(name, one) for name, one in zip(names, checked, strict=False)]
    return Report._of(inputs, ledger_of(*checked, rules=rules) if checked else None, rejected, clock)


def empty_ledger(given: CheckedBundle, rules: MergeRules = MERGE_1) -> Ledger:
    """The ledger of no event, of the record and policy of a checked bundle."""
    return Ledger._of_checked(given.record, given.policy_sha256, rules, ())


def one_by_one(given: CheckedBundle, rules: MergeRules = MERGE_1) -> list[Ledger]:
    """A ledger of each valid element alone, in the order of the input; of each signature of one id."""
    return [
        Ledger._of_checked(given.record, given.policy_sha256, rules, [(one.event, one.event.payload)])
        for one in given.events
        if one.event is not None
    ]


def by_id(result: CheckedBundle) -> dict[str, CheckedEvent]:
    """The deciding element of each id, in the order of first appearance."""
    return {event_id: one.element for event_id, one in join([input_of("", result)])[0].items()}


def verdicts_by_id(
    record: Json, events: Iterable[Any], keys: Json | None = None
) -> dict[str, tuple[str, str | None]]:
    """Status and code of the deciding element of each id."""
    found = by_id(checked(record, events, keys))
    return {name: (one.verdict.status, one.verdict.code) for name, one in found.items()}


def verdict_of(element: CheckedEvent) -> tuple[str, str | None, str | None]:
    """Status, code and pointer of an element's verdict."""
    fault = element.verdict.fault
    return element.verdict.status, element.verdict.code, fault.pointer if fault else None


def rejected_signatures(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The raw key of each signature check that is made from now on, in order; none of them verifies."""
    keys: list[bytes] = []

    def reject(key: bytes, message: bytes, raw: bytes) -> bool:
        keys.append(key)
        return False

    monkeypatch.setattr("pithbundle.ed25519.strict.verify_strict", reject)
    return keys
