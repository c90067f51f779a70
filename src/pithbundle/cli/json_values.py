"""The policy in use and rejected inputs, as every command prints them, as text and in ``--json``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pithbundle.cli.output import Output
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.outcomes import Outcome
from pithbundle.report import Rejection

if TYPE_CHECKING:
    from pithbundle.verify.policy import Policy


def policy_source(out: Output, policy_path: str | None) -> str:
    """Return where the policy in use comes from, for a line of text (CLI-8)."""
    return "built in: the registry's key alone" if policy_path is None else out.file_name(policy_path)


def policy_value(policy: Policy, policy_path: str | None) -> Object:
    """Return which policy was used, for ``--json``; ``policy show`` prints its content."""
    return {
        "file": None if policy_path is None else portable(policy_path),
        "keys": len(policy.keys),
        "policy_sha256": policy.sha256,
    }


def rejected_value(rejected: Iterable[Rejection]) -> list[Value]:
    """Inputs that were rejected or are unreadable, for ``--json``."""
    return [{"file": portable(one.name), **one.error.fault.to_value(), "hint": one.hint} for one in rejected]


def verify_members(
    outcomes: Iterable[Outcome],
    policy: Policy,
    policy_path: str | None,
    rejected: Iterable[Rejection],
    **others: Value,
) -> Object:
    """Return the members of ``verify --json`` for one file or the files of each record.

    ``others`` are those of ``reports``, ``proofs``, ``documents`` and ``skipped`` that are not empty.
    """
    return {
        "outcomes": [*outcomes],
        "policy": policy_value(policy, policy_path),
        "rejected": rejected_value(rejected),
        "reports": [],
        "proofs": [],
        "documents": [],
        "skipped": 0,
        **others,
    }
