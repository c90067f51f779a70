"""Short ways from forged events to what the package says of them, by its public functions alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from kit import Json, bundle, to_json
from kit.strategies import house_policy
from pithbundle.bundle.reader import Bundle, read_bundle
from pithbundle.merge.ledger import Ledger
from pithbundle.merge.merged import Merged, ledger_of, merge
from pithbundle.merge.rules import MERGE_1, MergeRules
from pithbundle.report import Input, Report
from pithbundle.verify.checks import SignatureCache
from pithbundle.verify.checks import check as check_bundle
from pithbundle.verify.policy import Policy
from pithbundle.verify.verdicts import Checked, CheckedEvent

__all__ = [
    "WHEN", "checked", "empty_ledger", "ledger_of", "merged", "one_by_one", "read",
    "refused_signatures", "said",
]  # fmt: skip

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
) -> Checked:
    """Check a bundle for a rule set, under the registry's policy unless another is given."""
    return check_bundle(bundle, policy or Policy.registry(), rules.event_types.keys(), cache=cache)


def checked(record: Json, events: Iterable[Any], keys: Json | None = None, **changes: Any) -> Checked:
    """The same, checked under a policy; by default under the one that knows every house signer."""
    return check(read(record, events, **changes), Policy.from_value(keys or house_policy()))


def merged(record: Json, events: Iterable[Any], keys: Json | None = None) -> Merged:
    """The same, merged."""
    return merge(checked(record, events, keys))


def empty_ledger(given: Checked, rules: MergeRules = MERGE_1) -> Ledger:
    """The ledger of no event, of the record and policy of a checked bundle."""
    return Ledger.of_checked(given.record, given.policy_sha256, rules, ())


def one_by_one(given: Checked, rules: MergeRules = MERGE_1) -> list[Ledger]:
    """A ledger of each valid element alone, in the order of the input; of each signature of one id."""
    return [
        Ledger.of_checked(given.record, given.policy_sha256, rules, [(one.event, one.event.payload)])
        for one in given.events
        if one.event is not None
    ]


def by_id(result: Checked) -> dict[str, CheckedEvent]:
    """The deciding element of each id, in the order of first appearance."""
    return {str(one.copy.id): one.copy for one in Report([Input("", result)]).events}


def said(copy: CheckedEvent) -> tuple[str, str | None, str | None]:
    """Word, code and pointer of a copy's verdict."""
    fault = copy.verdict.fault
    return copy.verdict.status, copy.verdict.code, fault.pointer if fault else None


def refused_signatures(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The raw key of each signature check that is made from now on, in order; none of them verifies."""
    keys: list[bytes] = []

    def refuse(key: bytes, message: bytes, raw: bytes) -> bool:
        keys.append(key)
        return False

    monkeypatch.setattr("pithbundle.ed25519.strict.verify_strict", refuse)
    return keys
