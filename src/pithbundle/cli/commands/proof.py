"""``pithbundle proof``: portable proofs of the conflicts in a bundle."""

from __future__ import annotations

from collections.abc import Sequence

import click

from pithbundle.cli.guard import guard_inputs
from pithbundle.cli.inputs import PATH, deliver
from pithbundle.cli.load import (
    CELL,
    Folded,
    files_argument,
    fold,
    fold_options,
    require_free,
    told,
    write_all,
)
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.render import MOST, plural, short, where
from pithbundle.comparison.published import for_written
from pithbundle.encoding.document import Format
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.values import DEFAULT_LIMITS, Limits, Object
from pithbundle.files import STDIN
from pithbundle.merge.equivocation import proof_of
from pithbundle.merge.selection import Equivocation


@click.command(
    "proof",
    epilog="\b\nExamples:\n  pithbundle proof bundle.json --list\n"
    "  pithbundle proof bundle.json --out conflict.json\n"
    "  pithbundle proof bundle.json other.json --out-dir proofs\n"
    "  pithbundle verify conflict.json --policy mine.json\n\n"
    "\b\nExit status: 0 there is a conflict, and its proofs are listed or written; 1\n"
    "there is none, or a file is refused; 2 usage error.",
)
@files_argument
@click.option("--list", "listing", is_flag=True, help="List the conflicts and write nothing: the default.")
@click.option("--out", "path", type=PATH, metavar="FILE", help="Write the proof of the one conflict here.")
@click.option("--out-dir", type=PATH, metavar="DIR", help="Write a proof of each conflict into this folder.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
@fold_options
@click.pass_obj
def command(
    out: Output,
    files: tuple[str, ...],
    listing: bool,
    path: str | None,
    out_dir: str | None,
    force: bool,
    policy_path: str | None,
    format: Format | None,
    limits: Limits,
) -> int:
    """Show or write proofs that a signer contradicted itself in the bundles FILE.

    A proof is two signed events that contradict each other. Whoever has it and a policy
    with the signer's key checks it with pithbundle verify: no bundle, no mirror and no
    network. It says "conflict"; how that came about is not in the bytes.
    """
    ctx = click.get_current_context()
    if listing + (path is not None) + (out_dir is not None) > 1:
        raise click.UsageError("--list, --out and --out-dir exclude each other", ctx)
    if out.as_json and path == STDIN:
        raise click.UsageError("with --json the proof needs a file", ctx)
    inputs = [*files, policy_path]
    if path is not None:
        guard_inputs(inputs, [("--out", path)])
    require_free([path], force)
    folded = fold(out, files, policy_path, limits, format)
    groups = folded.merged.view.equivocations
    written: list[str] = []
    if path is not None and len(groups) > 1:
        raise click.UsageError(
            f"{plural(len(groups), 'conflict')} do not fit into one file: use --out-dir", ctx
        )
    if groups and (path is not None or out_dir is not None):
        proofs = {_name(folded, data): data for data in (proof_of(folded.merged.ledger, g) for g in groups)}
        if out_dir is not None:
            written = write_all(out_dir, proofs, force, inputs)
        elif path is not None:
            deliver(out, proofs.popitem()[1], path, force)
            written = [path]
    status = Exit.VALID if groups and not folded.examined.refused else Exit.INVALID
    if out.as_json:
        conflicts = [_value(group) for group in groups]
        # The outcome of the bundle is not that of this command: a conflict is what it looks for.
        value = {name: member for name, member in folded.value().items() if not name.startswith("outcome")}
        out.json({**value, "exit_status": status, "conflicts": conflicts, "files": written})
        return status
    _say(out.aside() if path == STDIN else out, folded, groups, written)
    return status


def _name(folded: Folded, proof: bytes) -> str:
    """The name of a proof's file: of the suffix and the ids in it, and of nothing that anyone wrote."""
    value = parse_json(proof, for_written(DEFAULT_LIMITS))
    events = value.get("events") if type(value) is dict else None
    ids = [short(str(e.get("event_id"))) for e in events if type(e) is dict] if type(events) is list else []
    return "-".join(["conflict", folded.merged.ledger.record.number.suffix, *ids]) + ".json"


def _say(said: Output, folded: Folded, groups: Sequence[Equivocation], written: list[str]) -> None:
    number = folded.merged.ledger.record.number
    if groups:
        said.line("CONFLICT:", "bad", f" {plural(len(groups), 'conflict')} in the events of {number}")
    else:
        said.line("NO CONFLICT:", "good", f" nothing to prove in these events of {number}")
    folded.record(said)
    for place, group in enumerate(groups[:MOST]):
        _say_group(said, folded, place, group)
    if len(groups) > MOST:
        said.line(f"  and {plural(len(groups) - MOST, 'more conflict')}")
    for path in written:
        where = "standard output" if path == STDIN else said.show(path)
        said.verdict("proof", f"written to {where}")
    if written:
        said.detail("proves", "the signer's key signed both events, and they contradict each other")
        said.detail("check", "pithbundle verify PROOF --policy FILE, with a policy that has the key")


def _say_group(said: Output, folded: Folded, place: int, group: Equivocation) -> None:
    signer = said.show(group.signer, CELL)
    said.verdict(
        "conflict",
        f"{group.event_type}: {signer} signed {len(group.event_ids)} events that contradict each other",
        "bad",
    )
    said.detail("entry", f"/current/equivocations/{place}")
    said.detail("slot", said.show(group.slot.decode(), 120))
    for name in group.event_ids[:MOST]:
        said.detail("event", told(said, folded.merged.ledger[name]))
        said.detail("", f"at {where(said, folded.locations[name])}")
    if len(group.event_ids) > MOST:
        said.line(f"    and {plural(len(group.event_ids) - MOST, 'more event')}")


def _value(group: Equivocation) -> Object:
    return {
        "event_type": group.event_type,
        "signer": group.signer,
        "instant": group.instant,
        "slot": parse_json(group.slot),
        "event_ids": [*group.event_ids],
    }
