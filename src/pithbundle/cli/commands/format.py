"""``pithbundle format``: the event formats, one of them, or whether a file is one (spec FORMAT-1)."""

from __future__ import annotations

import click

from pithbundle.bundle.document_types import EVENT_FORMAT
from pithbundle.bundle.event_format import BUILT_IN, AnyFormat, EventFormat, uncovered_roles
from pithbundle.cli.commands.policy import CONSTANT_SIGNER
from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.inputs import PATH, json_option, policy_option, read_policy, rejecting
from pithbundle.cli.json_values import policy_value
from pithbundle.cli.next_step import file_words, print_command, unused_name
from pithbundle.cli.output import Exit, Output
from pithbundle.encoding.limits import DEFAULT_LIMITS
from pithbundle.encoding.values import Object, Value
from pithbundle.files import read_input

_FLAT = (
    "integrity-1 is built in and is no document: the flat events of integrity.json, whose digest has no "
    "known rule; it has no document to show"
)


@click.group("format", epilog="\b\nExample:\n  pithbundle format show pithbundle-event-1 > mine.json")
def command() -> None:
    """List, show or check event formats.

    An event format states where an event has its members, which bytes its id and its signature
    cover, and how both are written. A policy names the formats of a key, or contains them, under
    event_formats. pithbundle probe finds the format of a bundle.
    """


@command.command(
    "list", epilog="\b\nExamples:\n  pithbundle format list\n  pithbundle format list --policy mine.json"
)
@policy_option
@json_option
@click.pass_obj
def list_(out: Output, policy_path: str | None) -> int:
    """List the built-in event formats and those of the policy."""
    policy = read_policy(policy_path)
    found: dict[str, AnyFormat] = {one.sha256: one for one in (*BUILT_IN.values(), *policy.formats)}
    if out.as_json:
        members = {
            "policy": policy_value(policy, policy_path),
            "event_formats": [_row(one) for one in found.values()],
        }
        return out.result(SUCCESS, Exit.VALID, members)
    out.table(
        ("event format", "binds", "digest"),
        [
            (
                one.name,
                "yes" if one.is_binding else "no",
                one.sha256[:12] if isinstance(one, EventFormat) else "built in, no document",
            )
            for one in found.values()
        ],
    )
    return Exit.VALID


@command.command(
    "show",
    epilog="\b\nExamples:\n  pithbundle format show pithbundle-event-1 > mine.json\n"
    "  pithbundle format show --policy mine.json their-format",
)
@click.argument("name")
@policy_option
@json_option
@click.pass_obj
def show(out: Output, name: str, policy_path: str | None) -> int:
    """Print the document of the event format NAME, with every default written out.

    NAME is a built-in format or one of the policy; the output is a valid format file. With
    --json the same object is the member document.
    """
    policy = read_policy(policy_path)
    found: dict[str, AnyFormat] = {one.name: one for one in (*policy.formats, *BUILT_IN.values())}
    one = found.get(name)
    if one is None:
        known = ", ".join(sorted(found))
        raise click.BadParameter(f"no such event format; known here: {known}", param_hint="NAME")
    if not isinstance(one, EventFormat):
        raise click.BadParameter(_FLAT, param_hint="NAME")
    if out.as_json:
        return out.result(SUCCESS, Exit.VALID, {"event_format": _row(one), "document": one.to_value()})
    out.json(one.to_value())
    return Exit.VALID


@command.command("check", epilog="\b\nExample:\n  pithbundle format check mine.json")
@click.argument("file", type=PATH)
@json_option
@click.pass_obj
def check(out: Output, file: str) -> int:
    """Check whether FILE is an event format, and print what must change if not."""
    with rejecting(file):
        data = read_input(file, DEFAULT_LIMITS.size)
    with rejecting(file, data=data, expected=(EVENT_FORMAT,)):
        one = EventFormat.from_bytes(data)
    if out.as_json:
        members: Object = {
            "file": file,
            "event_format": _row(one),
            "document": one.to_value(),
            "constant_signer": one.has_constant_signer,
        }
        return out.result(SUCCESS, Exit.VALID, members)
    out.heading("usable", one.name, "good")
    out.detail("file", out.file_name(file))
    out.detail("sha256", one.sha256)
    uncovered = ", ".join(uncovered_roles(one))
    is_unbound = f"no: its events are unbound at best, since it does not cover {uncovered}"
    out.detail("binds", is_unbound if uncovered else "yes: its events can be valid")
    if one.has_constant_signer:
        out.heading("warning", f"{one.name} states the signer itself: {CONSTANT_SIGNER}", "doubtful")
    key = ["--signer-id", "NAME", "--key-id", "NAME", "--public-key", "KEY"]
    of_file = file_words([file], "--event-format")
    print_command(out, "next", ["pithbundle", "policy", "add", *key, *of_file, "-o", unused_name("mine")])
    return Exit.VALID


def _row(one: AnyFormat) -> Value:
    return {
        "name": one.name,
        "format_sha256": one.sha256,
        "binds": one.is_binding,
        "built_in": BUILT_IN.get(one.name) == one,
        "is_document": isinstance(one, EventFormat),
    }
