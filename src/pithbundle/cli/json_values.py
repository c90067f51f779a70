"""The policy in use and rejected inputs, as every command prints them, as text and in ``--json``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pithbundle.cli.output import Output
from pithbundle.encoding.values import Object, Value, portable
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
