"""``pithbundle policy``: the policy in use, and whether a file is a valid policy."""

from __future__ import annotations

import click

from pithbundle.cli.commands import policy_add
from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.inputs import PATH, json_option, policy_option, read_policy, read_policy_file
from pithbundle.cli.json_values import policy_value
from pithbundle.cli.output import Exit, Output
from pithbundle.encoding.values import Object, Value
from pithbundle.merge.rules import MERGE_1
from pithbundle.wording import plural

#: What follows from a format with a constant signer (FORMAT-6).
CONSTANT_SIGNER = "events of other signers with the same members are ambiguous under it"


@click.group("policy", epilog="\b\nExample:\n  pithbundle policy show > mine.json")
def command() -> None:
    """Show the policy in use, check a policy file, or add a key to a policy.

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
    """Print the policy in use with all defaults, as a valid policy file.

    With --json the same object is the member policy_document.
    """
    policy = read_policy(policy_path)
    if out.as_json:
        members = {"policy": policy_value(policy, policy_path), "policy_document": policy.to_value()}
        return out.result(SUCCESS, Exit.VALID, members)
    out.json(policy.to_value())
    return Exit.VALID


@command.command("check", epilog="\b\nExample:\n  pithbundle policy check mine.json")
@click.argument("file", type=PATH)
@json_option
@click.pass_obj
def check(out: Output, file: str) -> int:
    """Check whether FILE is a valid policy, and print what must change if not."""
    policy = read_policy_file(file, Exit.INVALID)
    unknown = [*policy_add.unknown_types(policy)]
    constant = [one.name for one in policy.formats if one.has_constant_signer]
    if out.as_json:
        warnings: list[Value] = [
            {"signer_id": key.signer_id, "key_id": key.key_id, "event_type": name} for key, name in unknown
        ]
        members: Object = {"policy": policy_value(policy, file), "unknown_event_types": warnings}
        members["constant_signers"] = [*constant]
        return out.result(SUCCESS, Exit.VALID, members)
    out.heading("usable", plural(len(policy.keys), "key"), "good")
    out.detail("file", out.file_name(file))
    out.detail("sha256", policy.sha256)
    for item in policy.keys:
        out.detail(
            "key", f"{item.fingerprint} {out.show(item.signer_id)} {out.show(item.key_id)}, {item.status}"
        )
    for key, name in unknown:
        names = f"{out.show(key.signer_id)} {out.show(key.key_id)}"
        out.heading("warning", f"{names}: {out.show(name)} is no event type of {MERGE_1.name}", "doubtful")
    for name in constant:
        out.heading("warning", f"{name} states the signer itself: {CONSTANT_SIGNER}", "doubtful")
    if unknown:
        out.detail("known", " ".join(sorted(MERGE_1.event_types)))
    return Exit.VALID


command.add_command(policy_add.command)
