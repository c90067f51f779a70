"""``pithbundle policy``: the policy in use, and whether a file is a valid policy."""

from __future__ import annotations

import click

from pithbundle.cli.inputs import PATH, json_option, policy_option, read_policy, rejecting
from pithbundle.cli.output import Exit, Output
from pithbundle.encoding.values import DEFAULT_LIMITS
from pithbundle.files import read_input
from pithbundle.verify.policy import Policy


@click.group("policy", epilog="\b\nExample:\n  pithbundle policy show > mine.json")
def command() -> None:
    """Show the policy in use, or check a policy file.

    A policy is your own list of keys, and what each may sign. It replaces the built-in
    one, which contains the registry's key for all event types. Nothing else adds a key.
    """


@command.command(
    "show",
    epilog="\b\nExamples:\n  pithbundle policy show > mine.json\n  pithbundle policy show --policy mine.json",
)
@policy_option
@json_option
@click.pass_obj
def show(out: Output, policy_path: str | None) -> int:
    """Print the policy in use with all defaults: a valid policy file, with and without --json."""
    out.json(read_policy(policy_path).to_value())
    return Exit.VALID


@command.command("check", epilog="\b\nExample:\n  pithbundle policy check mine.json")
@click.argument("file", type=PATH)
@json_option
@click.pass_obj
def check(out: Output, file: str) -> int:
    """Check whether FILE is a valid policy, and print what must change if not."""
    with rejecting(file):
        policy = Policy.from_bytes(read_input(file, DEFAULT_LIMITS.size))
    if out.as_json:
        out.json({"keys": len(policy.keys), "policy_sha256": policy.sha256})
        return Exit.VALID
    count = len(policy.keys)
    out.heading("usable", f"{count} key{'' if count == 1 else 's'}", "good")
    out.detail("file", out.file_name(file))
    out.detail("sha256", policy.sha256)
    for item in policy.keys:
        out.detail(
            "key", f"{item.fingerprint} {out.show(item.signer_id)} {out.show(item.key_id)}, {item.status}"
        )
    return Exit.VALID
