"""``pithbundle keys``: fingerprints to compare by eye, and which keys are acceptable."""

from __future__ import annotations

import click

from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.inputs import (
    InputRejected,
    json_option,
    policy_option,
    read_policy,
    rejecting,
    require_single_stdin,
)
from pithbundle.cli.json_values import policy_value
from pithbundle.cli.key_files import key_forms, print_key_forms, read_key
from pithbundle.cli.output import Exit, Output
from pithbundle.ed25519.strict import self_test
from pithbundle.encoding.values import Object, Value
from pithbundle.verify.policy import Policy, PolicyKey


@click.command(
    "keys",
    epilog="\b\nExamples:\n  pithbundle keys\n  pithbundle keys --policy mine.json\n"
    "  pithbundle keys --key stVStoiQhXFxp4s2pdzPNoqVNBMojDU/fJ2db5S3CbM=",
)
@click.option(
    "--key", metavar="HEX|BASE64|FILE", help="Check this public key instead of listing those of the policy."
)
@click.option(
    "--self-test",
    "test",
    is_flag=True,
    help="Check that the libsodium of this machine follows the signature rules.",
)
@policy_option
@json_option
@click.pass_obj
def command(out: Output, key: str | None, test: bool, policy_path: str | None) -> int:
    """Show the keys of the policy, with fingerprints in both forms.

    With --key, report whether one key is acceptable (KEY-2) and whether the policy has
    it; the exit status is 1 for an unacceptable key. A fingerprint is for people to
    compare: put the whole key into a policy.
    """
    require_single_stdin(key, policy_path)
    if test and key is not None:
        raise click.UsageError("--self-test and --key exclude each other", click.get_current_context())
    if test:
        with rejecting("self-test"):
            self_test()
        if out.as_json:
            return out.result(SUCCESS, Exit.VALID, {"self_test": "passed"})
        out.heading("passed", "the installed libsodium follows the signature rules", "good")
        return Exit.VALID
    policy = read_policy(policy_path)
    if key is not None:
        return _one(out, key, policy, policy_path)
    if out.as_json:
        listed: list[Value] = [{**item.to_value(), **key_forms(item.public_key)} for item in policy.keys]
        members: Object = {"policy": policy_value(policy, policy_path), "keys": listed}
        return out.result(SUCCESS, Exit.VALID, members)
    out.heading("policy", "built in" if policy_path is None else out.file_name(policy_path))
    out.detail("sha256", policy.sha256)
    for item in policy.keys:
        out.heading("key", f"{out.show(item.signer_id)} {out.show(item.key_id)}")
        out.detail("status", item.status)
        types = "all" if item.event_types is None else " ".join(sorted(map(out.show, item.event_types)))
        out.detail("may sign", types)
        out.detail("formats", " ".join(item.format_names))
        for event_id in sorted(item.accepted_event_ids):
            out.detail("accepts", event_id)
        print_key_forms(out, item.public_key)
    return Exit.VALID


def _one(out: Output, text: str, policy: Policy, policy_path: str | None) -> int:
    shown = policy_value(policy, policy_path)
    try:
        found = read_key(text)
    except InputRejected as rejection:
        if rejection.error.code != "key_invalid":
            raise
        if out.as_json:
            fault = rejection.error.fault.to_value()
            members = {"policy": shown, "fault": fault, "key": None, "policy_key": None}
            return out.result("unacceptable", Exit.INVALID, members)
        out.heading("unacceptable", str(rejection.error), "bad")
        return Exit.INVALID
    pinned = next((item for item in policy.keys if item.public_key == found), None)
    if out.as_json:
        policy_key = pinned.to_value() if pinned else None
        members = {"policy": shown, "fault": None, "key": key_forms(found), "policy_key": policy_key}
        return out.result("acceptable", Exit.VALID, members)
    out.heading("acceptable", "this key may be used in a policy", "good")
    print_key_forms(out, found)
    out.detail("in policy", _pinned(out, pinned))
    return Exit.VALID


def _pinned(out: Output, item: PolicyKey | None) -> str:
    return "no" if item is None else f"{out.show(item.signer_id)} {out.show(item.key_id)}, {item.status}"
