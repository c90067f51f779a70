"""``pithbundle policy add``: a policy with one more key."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

import click

from pithbundle.bundle.document_types import EVENT_FORMAT, POLICY_TYPE
from pithbundle.bundle.event_format import BUILT_IN, UNKNOWN, EventFormat
from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.guard import guard_inputs
from pithbundle.cli.inputs import (
    InputRejected,
    deliver,
    json_option,
    output_options,
    policy_option,
    read_policy,
    readable_json,
    rejecting,
    require_single_stdin,
)
from pithbundle.cli.json_values import policy_source, policy_value
from pithbundle.cli.key_files import key_forms, print_key_forms, read_key
from pithbundle.cli.load import require_absent
from pithbundle.cli.output import Exit, Output
from pithbundle.ed25519.strict import PublicKey
from pithbundle.encoding.limits import DEFAULT_LIMITS
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import InputError, PolicyError
from pithbundle.files import STDIN, read_input
from pithbundle.merge.rules import MERGE_1
from pithbundle.verify.policy import POLICY_VERSION, Policy, PolicyKey
from pithbundle.wording import plural

_EPILOG: Final = (
    "\b\nExamples:\n"
    "  pithbundle policy add --signer-id lab.example --key-id lab-2026 \\\n"
    "    --public-key lab.pub -o mine.json\n"
    "  pithbundle policy add --policy mine.json --signer-id me --key-id 1 \\\n"
    "    --public-key lab.pub --event-type author_claim -o mine2.json\n"
    "  pithbundle policy check mine2.json\n\n"
    "Exit status: 0 the policy was written or printed; 1 the key or the policy is "
    "not acceptable; 2 usage error."
)


@click.command("add", epilog=_EPILOG)
@click.option("--signer-id", required=True, metavar="NAME", help="The signer: whose key it is.")
@click.option("--key-id", required=True, metavar="NAME", help="The name of the key, as events state it.")
@click.option(
    "--public-key", "key", required=True, metavar="HEX|BASE64|FILE", help="The key: 32 bytes of Ed25519."
)
@click.option(
    "--event-type", "event_types", multiple=True, metavar="TYPE", help="It may sign only this; repeatable."
)
@click.option(
    "--event-format",
    "event_formats",
    multiple=True,
    metavar="NAME|FILE",
    help="An event format under which it signs, by name or as a document; repeatable.",
)
@click.option("--new", "empty", is_flag=True, help="Begin without keys, not with those of the policy in use.")
@policy_option
@output_options
@json_option
@click.pass_obj
def command(
    out: Output,
    signer_id: str,
    key_id: str,
    key: str,
    event_types: tuple[str, ...],
    event_formats: tuple[str, ...],
    empty: bool,
    policy_path: str | None,
    output: str | None,
    force: bool,
) -> int:
    """Print the policy in use with one more key, or write it to a new file with -o.

    The policy in use is that of --policy, else the built-in one; --new begins with none. It is
    never changed itself: write to another file, check it, then replace the policy with it. Without
    --event-type the key may sign every type of event. Compare the fingerprint that is printed
    with the one that the owner of the key gave you.
    """
    ctx = click.get_current_context()
    if empty and policy_path is not None and out.policy_of_environment is None:
        raise click.UsageError("--new and --policy exclude each other", ctx)
    require_single_stdin(policy_path, key, *event_formats)
    guard_inputs([policy_path, key, *filter(os.path.lexists, event_formats)], [("-o", output)])
    require_absent([output], force)
    before = None if empty else read_policy(policy_path)
    public_key = read_key(key)
    added: Object = {"signer_id": signer_id, "key_id": key_id, "public_key_hex": public_key.hex}
    if event_types:
        added["event_types"] = [*sorted({*event_types})]
    if event_formats:
        added["event_formats"] = [_event_format(text) for text in event_formats]
    try:
        policy = _with(before, added)
    except PolicyError as error:
        raise InputRejected(
            _option_of(error, ctx), error, Exit.INVALID, "see " + ctx.command_path + " --help"
        ) from error
    try:
        data = readable_json(policy.to_value(), Policy.from_bytes)
    except InputError as error:
        hint = "remove keys, event formats or accepted ids that you do not need, then add the key"
        raise InputRejected(policy_path or ctx.command_path, error, Exit.INVALID, hint) from error
    if output not in (None, STDIN) or not out.as_json:
        deliver(out, data, output, force)
    if out.as_json:
        return out.result(
            SUCCESS,
            Exit.VALID,
            {
                "policy_before": None if before is None else policy_value(before, policy_path),
                "policy": policy_value(policy, None if output == STDIN else output),
                "key": key_forms(public_key),
                "policy_document": policy.to_value(),
                "unknown_event_types": [*_unknown_of(policy, public_key)],
            },
        )
    beside = out.on_stderr() if output in (None, STDIN) else out
    _print(beside, public_key, before, policy, policy_path, output)
    return Exit.VALID


def _event_format(text: str) -> Value:
    """Return an event format as a policy lists it: a name, or the document in this file (FORMAT-6).

    Raises:
        InputRejected: the file cannot be read, or contains no event format (FORMAT-1, FORMAT-2).
    """
    if text == UNKNOWN or text in BUILT_IN or not (text == STDIN or os.path.lexists(text)):
        return text
    with rejecting(text):
        data = read_input(text, DEFAULT_LIMITS.size)
    with rejecting(text, data=data, expected=(EVENT_FORMAT,)):
        return EventFormat.from_bytes(data).to_value()


def _option_of(error: PolicyError, ctx: click.Context) -> str:
    """Return the option whose value the policy cannot have, by the member of the policy that it sets."""
    member = (error.pointer or "").split("/")[3:4]
    for each in ctx.command.params:
        names = {each.name, "public_key_hex" if each.name == "key" else each.name}
        if member and member[0] in names:
            return each.opts[0]
    return ctx.command_path


def _with(before: Policy | None, added: Object) -> Policy:
    """Return the policy with one more key, read like a policy file.

    Raises:
        PolicyError: the policy with this key cannot be applied.
        click.UsageError: it has the key already.
    """
    keys: list[Value] = [] if before is None else [key.to_value() for key in before.keys]
    for key in () if before is None else before.keys:
        if key.public_key.hex == added["public_key_hex"]:
            names = f"{key.signer_id} {key.key_id}"
            raise click.UsageError(
                f"the policy has this public key already, as {names}. Nothing needs to be added",
                click.get_current_context(),
            )
    return Policy.from_value(
        {"policy_type": POLICY_TYPE, "policy_version": POLICY_VERSION, "keys": [*keys, added]}
    )


def _print(
    out: Output,
    key: PublicKey,
    before: Policy | None,
    policy: Policy,
    policy_path: str | None,
    output: str | None,
) -> None:
    where = "standard output" if output in (None, STDIN) else out.show(output)
    to = "a new policy" if before is None else f"a policy of {plural(len(before.keys), 'key')}"
    out.heading("added", f"one key to {to}", "good")
    print_key_forms(out, key)
    if before is not None:
        out.detail("policy", policy_source(out, policy_path))
        out.detail("sha256", before.sha256)
    out.heading("policy", f"{plural(len(policy.keys), 'key')} to {where}")
    out.detail("sha256", policy.sha256)
    for name in _unknown_of(policy, key):
        out.heading("warning", f"{out.show(name)} is no event type of {MERGE_1.name}", "doubtful")
        out.detail("known", " ".join(sorted(MERGE_1.event_types)))


def _unknown_of(policy: Policy, key: PublicKey) -> Iterator[str]:
    return (name for item, name in unknown_types(policy) if item.public_key == key)


def unknown_types(policy: Policy) -> Iterator[tuple[PolicyKey, str]]:
    """Yield each event type of a key that the merge rules do not define: often a typing error."""
    for key in policy.keys:
        for name in sorted(key.event_types or ()):
            if name not in MERGE_1.event_types:
                yield key, name
