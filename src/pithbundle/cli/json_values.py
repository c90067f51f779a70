"""The policy in use and rejected inputs, as every command prints them, as text and in ``--json``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from pithbundle.cli.output import Output
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.values import Limits, Object, Value, portable
from pithbundle.merge.state import State
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


#: A state may be larger than any input: its set of events has no limit.
_UNBOUNDED: Final = Limits(size=1 << 62, depth=1 << 30, nodes=1 << 62, text=1 << 62)


def state_value(state: State) -> Object:
    """Return a state as one JSON object."""
    value = parse_json(state.to_json(), _UNBOUNDED)
    return value if type(value) is dict else {}
