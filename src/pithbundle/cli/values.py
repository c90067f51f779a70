"""What commands say alike of the policy in force and of refused inputs, in words and for ``--json``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pithbundle.cli.output import Output
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.report import Rejection

if TYPE_CHECKING:
    from pithbundle.verify.policy import Policy


def policy_source(out: Output, policy_path: str | None) -> str:
    """Where the policy in force comes from, for a line of text (CLI-8)."""
    return "built in: the registry's key alone" if policy_path is None else out.place(policy_path)


def policy_value(policy: Policy, policy_path: str | None) -> Object:
    """Which policy was in force, for ``--json``; its text is that of ``policy show``."""
    return {
        "file": None if policy_path is None else portable(policy_path),
        "keys": len(policy.keys),
        "policy_sha256": policy.sha256,
    }


def refused_value(refused: Iterable[Rejection]) -> list[Value]:
    """Inputs that were refused or not read, for ``--json``."""
    return [{"file": portable(one.name), **one.error.fault.to_value(), "hint": one.hint} for one in refused]
