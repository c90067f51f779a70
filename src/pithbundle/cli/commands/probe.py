"""``pithbundle probe``: which event format reproduces the ids and signatures of a real bundle."""

from __future__ import annotations

import json
from dataclasses import replace

import click

from pithbundle.bundle.document_types import BUNDLE
from pithbundle.bundle.reader import read_bundle
from pithbundle.cli.guard import guard_inputs
from pithbundle.cli.inputs import (
    PATH,
    deliver,
    format_option,
    json_option,
    limit_option,
    output_options,
    policy_option,
    read_bytes,
    read_policy,
    rejecting,
    require_single_stdin,
)
from pithbundle.cli.json_values import policy_value
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.render import plural
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Value, portable
from pithbundle.verify.policy import Policy, PolicyKey
from pithbundle.verify.probing import Found, Probe, probe


@click.command(
    "probe",
    epilog="\b\nExamples:\n  pithbundle probe bundle.json\n"
    "  pithbundle probe bundle.json -o policy.json\n"
    "  pithbundle verify bundle.json --policy policy.json\n\n"
    "\b\nExit status: 0 a format is settled; 1 the file is rejected; 2 usage error;\n"
    "3 no format is settled.",
)
@click.argument("file", type=PATH)
@output_options
@policy_option
@format_option
@limit_option
@json_option
@click.pass_obj
def command(
    out: Output,
    file: str,
    output: str | None,
    force: bool,
    policy_path: str | None,
    format: Encoding | None,
    limits: Limits,
) -> int:
    """Try every known event format on FILE under the keys of your policy.

    It is not public how the registry makes event ids and what it signs. A format that
    reproduces every id and every signature in the bundle is settled: the policy
    whose keys list it as event_formats is printed, or written to -o. You decide whether
    to use it. The event formats that your policy lists now do not matter here.
    """
    if output == "-":
        raise click.UsageError("-o needs a file: a policy is printed without it", click.get_current_context())
    require_single_stdin(policy_path, file)
    if output is not None:
        guard_inputs([file, policy_path], [("-o", output)])
    policy = read_policy(policy_path)
    data = read_bytes(file, limits.size)
    with rejecting(file, data=data, expected=(BUNDLE,)):
        result = probe(read_bundle(data, limits=limits, encoding=format), policy)
    best = result.settled[0] if result.settled else None
    settled = None if best is None else _naming(policy, best)
    if settled is not None and output is not None:
        deliver(out, json.dumps(settled.to_value(), indent=2).encode() + b"\n", output, force)
    status = Exit.UNVERIFIED if best is None else Exit.VALID
    if out.as_json:
        return out.result(
            "not_settled" if best is None else "settled",
            status,
            {
                "file": portable(file),
                "policy": policy_value(policy, policy_path),
                "events": result.events,
                "claimed_ids": result.claimed_ids,
                "signatures": result.signed,
                "event_formats": [_format(found) for found in result.found],
                "settled": None if best is None else best.event_format.name,
                "policy_document": None if settled is None else settled.to_value(),
            },
        )
    _print(out, file, result)
    if best is not None and settled is not None:
        _print_policy(out, policy, settled, best, output)
    return status


def _naming(policy: Policy, found: Found) -> Policy:
    """The policy, with the format listed by the keys whose signatures it reproduces, in place of unknown."""
    formats = (found.event_format.name,)
    return Policy(
        tuple(replace(key, event_formats=formats) if key in found.keys else key for key in policy.keys)
    )


def _format(found: Found) -> Value:
    return {
        "event_format": found.event_format.name,
        "ids": found.ids,
        "signatures": found.signatures,
        "covers_enough": found.event_format.is_binding,
        "keys": [
            {"signer_id": key.signer_id, "key_id": key.key_id, "public_key_fingerprint": key.fingerprint}
            for key in found.keys
        ],
    }


def _print(out: Output, file: str, result: Probe) -> None:
    if result.settled:
        out.line(
            "SETTLED:",
            "good",
            f" {result.settled[0].event_format.name} reproduces every id and signature of this file",
        )
    else:
        out.line("NOT SETTLED:", "doubtful", f" {_why_not(result)}")
    out.detail("file", out.file_name(file))
    tried = f"{plural(result.claimed_ids, 'id')} and {plural(result.signed, 'signature')}"
    out.detail("tried", f"{plural(len(result.found), 'format')} on {plural(result.events, 'event')}, {tried}")
    hits = [found for found in result.found if found.ids or found.signatures]
    if not hits:
        return
    out.table(
        ("event format", "ids", "signatures", "covers", "keys"),
        [
            (
                found.event_format.name,
                f"{found.ids} of {result.claimed_ids}",
                f"{found.signatures} of {result.signed}",
                "enough" if found.event_format.is_binding else "too little",
                ", ".join(_named(out, key) for key in found.keys) or "-",
            )
            for found in hits
        ],
    )
    if len(hits) < len(result.found):
        out.line(f"  and {plural(len(result.found) - len(hits), 'format')} that reproduce nothing")


def _named(out: Output, key: PolicyKey) -> str:
    return f"{out.show(key.signer_id, 40)} {out.show(key.key_id, 40)} {key.fingerprint[:12]}"


def _why_not(result: Probe) -> str:
    if not result.signed:
        return "no event has a signature that could be tried"
    if not result.found[0].signatures:
        return "no known event format reproduces a signature under a key of the policy"
    return "no known event format reproduces every id and every signature"


def _print_policy(out: Output, policy: Policy, settled: Policy, best: Found, output: str | None) -> None:
    if not best.event_format.is_binding:
        out.detail("note", "the format covers too little: events under it are unbound at best")
    if output is not None:
        out.detail("policy", f"written to {out.show(output)}")
    elif settled == policy:
        out.detail("policy", "the policy in use already lists this format")
    else:
        out.detail("policy", "save this as policy.json and give it to --policy")
        out.json(settled.to_value())
